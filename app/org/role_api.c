/* Routes of roles: permissions, scopes and field permissions as one document. */
#include "role_api.h"

#include "org.h"
#include "org_store.h"
#include "platform/audit.h"
#include "role_rules.h"

static json_t *role_json(const struct role_row *role)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:I,s:I}", "id", (json_int_t)role->id, "name", json_str(role->name), "code",
                     json_opt_str(role->code), "description", json_opt_str(role->description), "user_count",
                     (json_int_t)role->user_count, "version", (json_int_t)role->version);
}

static json_t *ids_json(struct str list)
{
    json_t *ids = json_array();
    struct str id;
    int64_t number = 0;
    while (str_cut(&list, ',', &id)) {
        if (str_to_i64(id, &number)) {
            json_array_append_new(ids, json_integer(number));
        }
    }
    return ids;
}

static enum err add_rights(struct request *request, int64_t id, json_t *role)
{
    struct role_word *rows;
    size_t count;
    json_t *permissions = json_array();
    json_t *scopes = json_array();
    json_t *fields = json_array();
    json_object_set_new(role, "permissions", permissions);
    json_object_set_new(role, "scopes", scopes);
    json_object_set_new(role, "fields", fields);
    TRY(role_store_permissions(request->db, request->arena, id, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(permissions, json_str(rows[i].first));
    }
    TRY(role_store_scopes(request->db, request->arena, id, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(scopes, json_pack("{s:o,s:o,s:o}", "object", json_str(rows[i].first), "scope",
                                                json_str(rows[i].second), "department_ids", ids_json(rows[i].third)));
    }
    TRY(role_store_fields(request->db, request->arena, id, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(fields, json_pack("{s:o,s:o,s:o}", "object", json_str(rows[i].first), "field",
                                                json_str(rows[i].second), "access", json_str(rows[i].third)));
    }
    return OK;
}

enum err role_api_list(struct request *request, struct response *response)
{
    struct role_row *roles;
    size_t count;
    TRY(role_store_list(request->db, request->arena, &roles, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, role_json(&roles[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err answer_role(struct request *request, struct response *response, int64_t id)
{
    struct role_row role;
    enum err err = role_store_get(request->db, request->arena, id, &role);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    response->json = json_keep(request->arena, role_json(&role));
    return add_rights(request, id, response->json);
}

enum err role_api_get(struct request *request, struct response *response)
{
    return answer_role(request, response, request->params[0]);
}

static enum err explain_name(struct request *request, enum err err)
{
    if (err == ERR_DUPLICATE) {
        error_field(request->error, STR("name"), "duplicate", "Another role has this name.");
        return error_set(request->error, ERR_DUPLICATE, "%s", err_text(ERR_DUPLICATE));
    }
    if (err == ERR_STALE_VERSION || err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    return err;
}

static struct str description_of(struct request *request)
{
    struct str text = json_get_str(request->json, "description");
    return text.ptr == NULL ? STR("") : text;
}

enum err role_api_create(struct request *request, struct response *response)
{
    int64_t id = 0;
    struct str name = str_trim(json_get_str(request->json, "name"));
    TRY(explain_name(request,
                     role_store_insert(request->db, request->arena, name, description_of(request), request->now, &id)));
    TRY(role_save_rights(request, id));
    TRY(audit_write(request, "role", id, "create", 1, request->json, (struct str){0}));
    response->status = 201;
    return answer_role(request, response, id);
}

enum err role_api_update(struct request *request, struct response *response)
{
    int64_t version = 0;
    int64_t id = request->params[0];
    struct role_row role;
    TRY(request_version(request, &version));
    TRY(explain_name(request, role_store_get(request->db, request->arena, id, &role)));
    if (role.code.set && str_eq_c(role.code.value, "admin")) {
        return error_set(request->error, ERR_CONFLICT, "The administrator's role cannot be changed.");
    }
    struct str name = str_trim(json_get_str(request->json, "name"));
    TRY(explain_name(request, role_store_update(request->db, request->arena, id, version, name, description_of(request),
                                                request->now)));
    TRY(role_save_rights(request, id));
    TRY(audit_write(request, "role", id, "update", version + 1, request->json, (struct str){0}));
    return answer_role(request, response, id);
}

enum err role_api_delete(struct request *request, struct response *response)
{
    enum err err = role_store_delete(request->db, request->arena, request->params[0]);
    if (err == ERR_IN_USE) {
        return error_set(request->error, err, "Somebody still holds this role.");
    }
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "There is no such role, or it is built in.");
    }
    TRY(err);
    TRY(epoch_raise(request->db, request->arena));
    response->status = 204;
    return audit_write(request, "role", request->params[0], "delete", 0, NULL, (struct str){0});
}

enum err role_api_permissions(struct request *request, struct response *response)
{
    json_t *items = json_keep(request->arena, json_array());
    for (int i = PERMISSION_SIGNED_IN + 1; i < PERMISSION_COUNT; i++) {
        json_array_append_new(items, json_pack("{s:s,s:s,s:s}", "key", permission_key((enum permission)i), "label_zh",
                                               permission_label((enum permission)i, true), "label_en",
                                               permission_label((enum permission)i, false)));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static const struct option ACCESS[] = {{"hidden", "隐藏", "Hidden"},
                                       {"masked", "脱敏", "Masked"},
                                       {"read", "只读", "Read"},
                                       {"edit", "可编辑", "Edit"},
                                       {NULL, NULL, NULL}};
static const struct field SCOPE_ITEM[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "object name, or target"},
    {.name = "scope",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "none, own, own_and_subordinates, department, department_and_below, chosen_departments, all"},
    {.name = "department_ids", .type = FIELD_LIST, .item = FIELD_INT, .about = "of chosen_departments"},
    FIELD_END,
};
static const struct field FIELD_ITEM[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "object name"},
    {.name = "field", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "field name"},
    {.name = "access",
     .type = FIELD_ENUM,
     .options = ACCESS,
     .flags = FIELD_REQUIRED,
     .about = "the widest over a user's roles counts"},
    FIELD_END,
};
const struct field ROLE_BODY[] = {
    {.name = "name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "description", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "what it is for"},
    {.name = "permissions",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_MAY_BE_EMPTY,
     .about = "keys of GET /permissions"},
    {.name = "scopes",
     .type = FIELD_LIST,
     .fields = SCOPE_ITEM,
     .flags = FIELD_REQUIRED | FIELD_MAY_BE_EMPTY,
     .about = "on which records"},
    {.name = "fields", .type = FIELD_LIST, .fields = FIELD_ITEM, .about = "restricted fields"},
    FIELD_END,
};
#define ROLE_HEAD                                                                                                      \
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "role"},                                       \
        {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},                               \
        {.name = "code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "of built-in roles"},  \
        {.name = "description",                                                                                        \
         .type = FIELD_TEXT,                                                                                           \
         .flags = FIELD_REQUIRED | FIELD_NULLABLE,                                                                     \
         .about = "what it is for"},                                                                                   \
        {.name = "user_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who holds it"},                   \
    {                                                                                                                  \
        .name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"                         \
    }
const struct field ROLE_ANSWER[] = {
    ROLE_HEAD,
    {.name = "permissions", .type = FIELD_LIST, .item = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "keys"},
    {.name = "scopes", .type = FIELD_LIST, .fields = SCOPE_ITEM, .flags = FIELD_REQUIRED, .about = "on which records"},
    {.name = "fields", .type = FIELD_LIST, .fields = FIELD_ITEM, .flags = FIELD_REQUIRED, .about = "restricted fields"},
    FIELD_END,
};
static const struct field ROLE_ITEM[] = {ROLE_HEAD, FIELD_END};
const struct field ROLES_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = ROLE_ITEM, .flags = FIELD_REQUIRED, .about = "all roles"},
    FIELD_END};
static const struct field PERMISSION_ITEM[] = {
    {.name = "key", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "object.action"},
    {.name = "label_zh", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "Chinese"},
    {.name = "label_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "English"},
    FIELD_END,
};
const struct field PERMISSIONS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = PERMISSION_ITEM, .flags = FIELD_REQUIRED, .about = "all of them"},
    FIELD_END};
