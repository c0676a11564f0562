/* What roles give, and who may have them give it. A role is a document of words: an action, how far a scope reaches,
 * how much of a field is open. Added words are compared with what the role gave before and with what the giver has. */
#include "role_rules.h"

#include <string.h>

#include "org.h"
#include "org_store.h"
#include "platform/scope.h"

static const char *const SCOPES[] = {
    "none", "own", "own_and_subordinates", "department", "department_and_below", "chosen_departments", "all"};
static const char *const ACCESSES[] = {"hidden", "masked", "read", "edit"};

/* What a role gives, as kept. */
struct kept {
    struct role_word *permissions; /* first: key */
    struct role_word *scopes;      /* first: object, second: scope, third: department ids */
    struct role_word *fields;      /* first: object, second: field, third: access */
    size_t permission_count, scope_count, field_count;
};

/* One saving of a role. */
struct saving {
    struct request *request; /* who gives, and the body */
    int64_t id;              /* role.id */
    struct kept before;      /* what it gave until now */
    struct role_word *held;  /* first: object, second: scope: those of the giver's own roles */
    size_t held_count;
};

static bool is_exempt(const struct request *request)
{
    return request->user == NULL || request->user->is_admin;
}

static void refuse(struct saving *saving, const char *list, size_t index, const char *member, const char *code,
                   const char *sentence)
{
    struct str path = member == NULL ? str_format(saving->request->arena, "%s.%zu", list, index)
                                     : str_format(saving->request->arena, "%s.%zu.%s", list, index, member);
    error_field(saving->request->error, path, code, "%s", sentence);
}

static const char BEYOND_OWN[] = "This goes beyond what you have yourself.";
static const char TWICE[] = "This is named twice.";

/* ---- actions ---- */

static bool words_have(const struct role_word *words, size_t count, struct str word)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(words[i].first, word)) {
            return true;
        }
    }
    return false;
}

/* The text at `index` of a list, or of a member of its item there. */
static struct str item_text(const json_t *list, size_t index, const char *member)
{
    const json_t *item = json_array_get(list, index);
    return member == NULL ? str_from(json_string_value(item)) : json_get_str(item, member);
}

/* Is the same text, under one or two members, already earlier in the list? */
static bool is_repeated(const json_t *list, size_t index, const char *member, const char *second)
{
    for (size_t i = 0; i < index; i++) {
        bool same = str_eq(item_text(list, i, member), item_text(list, index, member));
        if (same && (second == NULL || str_eq(item_text(list, i, second), item_text(list, index, second)))) {
            return true;
        }
    }
    return false;
}

static enum err save_permissions(struct saving *saving)
{
    struct request *request = saving->request;
    const json_t *list = json_object_get(request->json, "permissions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str key = item_text(list, i, NULL);
        enum permission permission;
        if (!permission_find(key, &permission)) {
            refuse(saving, "permissions", i, NULL, "not_an_option", "There is no such right.");
        } else if (is_repeated(list, i, NULL, NULL)) {
            refuse(saving, "permissions", i, NULL, "duplicate", TWICE);
        } else if (!is_exempt(request) && !identity_can(request->user, permission) &&
                   !words_have(saving->before.permissions, saving->before.permission_count, key)) {
            refuse(saving, "permissions", i, NULL, "beyond_own", BEYOND_OWN);
        } else {
            TRY(role_store_add_permission(request->db, request->arena, saving->id, key));
        }
    }
    return OK;
}

/* ---- scopes ---- */

static bool scope_is_known(struct str word)
{
    for (size_t i = 0; i < sizeof SCOPES / sizeof SCOPES[0]; i++) {
        if (str_eq_c(word, SCOPES[i])) {
            return true;
        }
    }
    return false;
}

/* Does a scope reach, for whoever holds the role, at least as far as `wanted`? Chosen departments are compared one by
 * one instead. */
static bool word_covers(struct str held, struct str wanted)
{
    if (str_eq_c(held, "all") || str_eq_c(wanted, "none")) {
        return true;
    }
    if (str_eq_c(wanted, "own")) {
        return !str_eq_c(held, "none");
    }
    if (str_eq_c(wanted, "department") && str_eq_c(held, "department_and_below")) {
        return true;
    }
    return str_eq(held, wanted) && !str_eq_c(wanted, "chosen_departments");
}

static bool some_word_covers(const struct role_word *words, size_t count, struct str object, struct str wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(words[i].first, object) && word_covers(words[i].second, wanted)) {
            return true;
        }
    }
    return false;
}

/* Does the giver see the department and all below it? */
static enum err giver_sees(struct saving *saving, struct str object, const int64_t *ids, size_t count, bool *out)
{
    const struct scope *own = scope_for_key(saving->request, str_c(saving->request->arena, object));
    size_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t d = 0; d < own->department_count; d++) {
            seen += own->department_ids[d] == ids[i];
        }
    }
    *out = own->all || seen == count;
    return OK;
}

/* Was the department, or one above it, among those the role had chosen before? */
static enum err was_chosen(struct saving *saving, struct str object, int64_t department_id, bool *out)
{
    *out = false;
    for (size_t i = 0; i < saving->before.scope_count && !*out; i++) {
        const struct role_word *row = &saving->before.scopes[i];
        struct str rest = row->third;
        struct str part;
        int64_t above = 0;
        if (!str_eq(row->first, object) || !str_eq_c(row->second, "chosen_departments")) {
            continue;
        }
        while (!*out && str_cut(&rest, ',', &part)) {
            if (str_to_i64(part, &above)) {
                TRY(department_store_is_below(saving->request->db, saving->request->arena, department_id, above, out));
            }
        }
    }
    return OK;
}

static bool ids_have(const json_t *list, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (json_integer_value(json_array_get(list, i)) == id) {
            return true;
        }
    }
    return false;
}

static enum err save_department(struct saving *saving, struct str object, const json_t *ids, size_t index, size_t d)
{
    struct request *request = saving->request;
    int64_t id = json_integer_value(json_array_get(ids, d));
    int64_t *below;
    size_t count;
    bool allowed = is_exempt(request);
    struct str member = str_format(request->arena, "department_ids.%zu", d);
    TRY(department_store_below(request->db, request->arena, id, &below, &count));
    if (count == 0) {
        refuse(saving, "scopes", index, member.ptr, "no_such_record", "There is no such department.");
        return OK;
    }
    if (ids_have(ids, d, id)) {
        refuse(saving, "scopes", index, member.ptr, "duplicate", TWICE);
        return OK;
    }
    if (!allowed) {
        TRY(giver_sees(saving, object, below, count, &allowed));
    }
    if (!allowed) {
        TRY(was_chosen(saving, object, id, &allowed));
    }
    if (!allowed && !some_word_covers(saving->before.scopes, saving->before.scope_count, object, STR("all"))) {
        refuse(saving, "scopes", index, member.ptr, "beyond_own", BEYOND_OWN);
        return OK;
    }
    return role_store_add_scope_department(request->db, request->arena, saving->id, object, id);
}

/* Departments are chosen one by one; whoever sees none of the object cannot choose any either. */
static bool may_give_scope(const struct saving *saving, struct str object, struct str scope)
{
    struct str word = str_eq_c(scope, "chosen_departments") ? STR("own") : scope;
    return is_exempt(saving->request) || some_word_covers(saving->held, saving->held_count, object, word) ||
           some_word_covers(saving->before.scopes, saving->before.scope_count, object, word) || str_eq_c(word, "none");
}

static enum err save_scope(struct saving *saving, const json_t *list, size_t index)
{
    struct request *request = saving->request;
    struct str object = item_text(list, index, "object");
    struct str scope = item_text(list, index, "scope");
    const json_t *ids = json_object_get(json_array_get(list, index), "department_ids");
    bool chosen = str_eq_c(scope, "chosen_departments");
    if (!str_eq_c(object, "target") && object_find(str_c(request->arena, object)) == NULL) {
        refuse(saving, "scopes", index, "object", "not_an_option", "There is no such kind of record.");
        return OK;
    }
    if (!scope_is_known(scope)) {
        refuse(saving, "scopes", index, "scope", "not_an_option", "There is no such scope.");
        return OK;
    }
    if (is_repeated(list, index, "object", NULL)) {
        refuse(saving, "scopes", index, "object", "duplicate", TWICE);
        return OK;
    }
    if (!may_give_scope(saving, object, scope)) {
        refuse(saving, "scopes", index, "scope", "beyond_own", BEYOND_OWN);
        return OK;
    }
    TRY(role_store_add_scope(request->db, request->arena, saving->id, object, scope));
    for (size_t d = 0; chosen && d < json_array_size(ids); d++) {
        TRY(save_department(saving, object, ids, index, d));
    }
    return OK;
}

static enum err save_scopes(struct saving *saving)
{
    const json_t *list = json_object_get(saving->request->json, "scopes");
    for (size_t i = 0; i < json_array_size(list); i++) {
        TRY(save_scope(saving, list, i));
    }
    return OK;
}

/* ---- fields ---- */

static enum field_access access_of(struct str word)
{
    for (int i = FIELD_ACCESS_HIDDEN; i <= FIELD_ACCESS_EDIT; i++) {
        if (str_eq_c(word, ACCESSES[i])) {
            return (enum field_access)i;
        }
    }
    return FIELD_ACCESS_HIDDEN;
}

static bool names_object(struct str permission, const struct object *object)
{
    size_t len = strlen(object->name);
    return permission.len > len && permission.ptr[len] == '.' && memcmp(permission.ptr, object->name, len) == 0;
}

/* Did the role give an action on the object before, does it now? Only then it has a say about the object's fields. */
static bool knew(const struct saving *saving, const struct object *object)
{
    for (size_t i = 0; i < saving->before.permission_count; i++) {
        if (names_object(saving->before.permissions[i].first, object)) {
            return true;
        }
    }
    return false;
}

static bool knows(const struct saving *saving, const struct object *object)
{
    const json_t *list = json_object_get(saving->request->json, "permissions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (names_object(item_text(list, i, NULL), object)) {
            return true;
        }
    }
    return false;
}

static enum field_access access_before(const struct saving *saving, const struct object *object, const char *field)
{
    if (!knew(saving, object)) {
        return FIELD_ACCESS_HIDDEN;
    }
    for (size_t i = 0; i < saving->before.field_count; i++) {
        const struct role_word *row = &saving->before.fields[i];
        if (str_eq_c(row->first, object->name) && str_eq_c(row->second, field)) {
            return access_of(row->third);
        }
    }
    return FIELD_ACCESS_EDIT;
}

/* `index_out` is that of the row that says so, SIZE_MAX when none does. A directory that the role no longer closes can
 * be read by everybody. */
static enum field_access access_after(const struct saving *saving, const struct object *object, const char *field,
                                      size_t *index_out)
{
    const json_t *list = json_object_get(saving->request->json, "fields");
    *index_out = SIZE_MAX;
    if (!knows(saving, object)) {
        bool opened = knew(saving, object) && object->view == PERMISSION_SIGNED_IN;
        return opened ? FIELD_ACCESS_READ : FIELD_ACCESS_HIDDEN;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (str_eq_c(item_text(list, i, "object"), object->name) && str_eq_c(item_text(list, i, "field"), field)) {
            *index_out = i;
            return access_of(item_text(list, i, "access"));
        }
    }
    return FIELD_ACCESS_EDIT;
}

static void check_field(struct saving *saving, const struct object *object, const char *field)
{
    size_t index;
    enum field_access after = access_after(saving, object, field, &index);
    bool held = after <= scope_field_access(saving->request, object, field);
    if (held || after <= access_before(saving, object, field)) {
        return;
    }
    if (index != SIZE_MAX) {
        refuse(saving, "fields", index, "access", "beyond_own", BEYOND_OWN);
        return;
    }
    error_field(saving->request->error, STR("fields"), "beyond_own",
                "%s.%s is closed to you: the role must close it too.", object->name, field);
}

static void check_fields(struct saving *saving)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    for (size_t i = 0; i < count; i++) {
        for (const struct field *field = object_fields(objects[i]); field->name != NULL; field++) {
            check_field(saving, objects[i], field->name);
        }
    }
}

static enum err save_fields(struct saving *saving)
{
    struct request *request = saving->request;
    const json_t *list = json_object_get(request->json, "fields");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str name = item_text(list, i, "field");
        const struct object *object = object_find(str_c(request->arena, item_text(list, i, "object")));
        if (object == NULL) {
            refuse(saving, "fields", i, "object", "not_an_option", "There is no such kind of record.");
        } else if (fields_find(object_fields(object), name) == NULL) {
            refuse(saving, "fields", i, "field", "not_an_option", "There is no such field.");
        } else if (is_repeated(list, i, "object", "field")) {
            refuse(saving, "fields", i, "field", "duplicate", TWICE);
        } else {
            TRY(role_store_add_field(request->db, request->arena, saving->id, str_from(object->name), name,
                                     item_text(list, i, "access")));
        }
    }
    if (!is_exempt(request)) {
        check_fields(saving);
    }
    return OK;
}

static enum err load_kept(struct request *request, int64_t id, struct kept *out)
{
    TRY(role_store_permissions(request->db, request->arena, id, &out->permissions, &out->permission_count));
    TRY(role_store_scopes(request->db, request->arena, id, &out->scopes, &out->scope_count));
    return role_store_fields(request->db, request->arena, id, &out->fields, &out->field_count);
}

enum err role_save_rights(struct request *request, int64_t id)
{
    struct saving saving = {.request = request, .id = id};
    TRY(load_kept(request, id, &saving.before));
    if (!is_exempt(request)) {
        TRY(role_store_held_scopes(request->db, request->arena, request->user->user_id, &saving.held,
                                   &saving.held_count));
    }
    TRY(role_store_clear(request->db, request->arena, id));
    TRY(save_permissions(&saving));
    TRY(save_scopes(&saving));
    TRY(save_fields(&saving));
    TRY(error_check_fields(request->error));
    return epoch_raise(request->db, request->arena);
}

/* ---- giving ---- */

enum err role_check_gift(struct request *request, int64_t user_id, int64_t department_id, const struct rights *before,
                         const int64_t *ids, size_t count)
{
    static const char sentence[] = "This would give rights, records or fields that you do not have.";
    struct rights *after;
    if (is_exempt(request)) {
        return OK;
    }
    const struct rights *own = request->user->grants->rights;
    TRY(rights_load(request->db, request->arena, user_id, department_id, 0, &after));
    if (rights_within(after, before, own)) {
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        struct rights *alone;
        TRY(rights_load(request->db, request->arena, user_id, department_id, ids[i], &alone));
        if (!rights_within(alone, before, own)) {
            error_field(request->error, str_format(request->arena, "role_ids.%zu", i), "beyond_own", "%s", sentence);
            return error_check_fields(request->error);
        }
    }
    /* Less closed than before by what was taken away. */
    error_field(request->error, STR("role_ids"), "beyond_own", "%s", sentence);
    return error_check_fields(request->error);
}
