/* Routes of shares and of the explanation of a scope. */
#include "ended_rules.h"
#include "platform/scope.h"
#include "share.h"
#include "share_rules.h"

static json_t *word_list(struct str words)
{
    json_t *list = json_array();
    struct str word;
    while (str_cut(&words, ',', &word)) {
        json_array_append_new(list, json_str(word));
    }
    return list;
}

static json_t *share_json(struct request *request, const struct share_view *share)
{
    json_t *json = json_object();
    json_object_set_new(json, "id", json_integer(share->id));
    json_object_set_new(json, "object", json_str(share->object));
    json_object_set_new(json, "record_id", json_integer(share->record_id));
    json_object_set_new(json, "user_id", json_integer(share->user_id));
    json_object_set_new(json, "user_name", json_str(share->user_name));
    json_object_set_new(json, "can_edit", json_boolean(share->can_edit));
    json_object_set_new(json, "cascade_to", word_list(share->cascade_to));
    json_object_set_new(json, "until_on", json_opt_date(request->arena, share->until_on));
    json_object_set_new(json, "created_at", json_instant(request->arena, share->created_at));
    json_object_set_new(json, "created_by_id", json_opt_int(share->created_by_id));
    json_object_set_new(json, "created_by_name", json_opt_str(share->created_by_name));
    return json;
}

static struct str join_words(struct request *request, const json_t *list)
{
    struct buf words;
    buf_init(&words, request->arena);
    for (size_t i = 0; i < json_array_size(list); i++) {
        buf_add_c(&words, i == 0 ? "" : ",");
        buf_add_c(&words, json_string_value(json_array_get(list, i)));
    }
    /* An empty list is an empty text, not an absent one. */
    return words.len == 0 ? STR("") : buf_str(&words);
}

static enum err post_share(struct request *request, struct response *response)
{
    const struct object *object;
    TRY(share_object(request, json_get_str(request->json, "object"), &object));
    struct share_view share = {
        .object = str_from(object->name),
        .record_id = json_get_int(request->json, "record_id", 0),
        .user_id = json_get_int(request->json, "user_id", 0),
        .can_edit = json_get_bool(request->json, "can_edit", false),
        .cascade_to = join_words(request, json_object_get(request->json, "cascade_to")),
        .until_on = json_get_opt_date(request->json, "until_on"),
        .created_at = request->now,
        .created_by_id = {true, request->user->user_id},
    };
    int64_t id;
    TRY(share_create(request, object, &share, &id));
    TRY(share_store_get(request->db, request->arena, id, &share));
    response->status = 201;
    response->json = json_keep(request->arena, share_json(request, &share));
    response_event(response, str_format(request->arena, "user/%lld", (long long)share.user_id), share.object);
    return OK;
}

/* The record asked about in the query. */
static enum err read_record(struct request *request, const struct object **object_out, int64_t *id_out)
{
    struct str name = request_query(request, "object");
    *object_out = name.len == 0 ? NULL : object_find(str_c(request->arena, name));
    if (*object_out == NULL) {
        error_field(request->error, STR("object"), "not_an_option", "There is no such kind of record.");
        return error_check_fields(request->error);
    }
    return request_query_int(request, "record_id", 0, 1, INT64_C(9007199254740991), id_out);
}

static enum err list_shares(struct request *request, struct response *response)
{
    const struct object *object;
    int64_t record_id;
    TRY(read_record(request, &object, &record_id));
    if (!identity_can(request->user, object->view)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(object->view));
    }
    TRY(scope_check(request, object, record_id, false));
    struct share_view *rows;
    size_t count;
    TRY(share_store_list(request->db, request->arena, object->name, record_id, &rows, &count));
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, share_json(request, &rows[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:o}", "items", items));
    return OK;
}

static enum err delete_share(struct request *request, struct response *response)
{
    (void)response;
    return share_remove(request, request->params[0]);
}

static json_t *opened_json(struct request *request, const struct share_reason *share)
{
    if (share == NULL) {
        return json_null();
    }
    return json_pack("{s:I,s:o,s:I,s:b,s:o,s:o}", "id", (json_int_t)share->id, "object", json_str(share->object),
                     "record_id", (json_int_t)share->record_id, "can_edit", share->can_edit, "until_on",
                     json_opt_date(request->arena, share->until_on), "created_by_name",
                     json_opt_str(share->created_by_name));
}

static json_t *reason_json(struct request *request, const struct reason *reason)
{
    return json_pack("{s:s,s:o,s:o,s:o}", "kind", reason->kind, "role_name", json_opt_str(reason->role_name), "scope",
                     json_opt_str(reason->scope), "share", opened_json(request, reason->share));
}

static enum err get_explain(struct request *request, struct response *response)
{
    const struct object *object;
    int64_t record_id;
    int64_t user_id;
    TRY(read_record(request, &object, &record_id));
    TRY(request_query_int(request, "user_id", request->user->user_id, 1, INT64_C(9007199254740991), &user_id));
    bool visible;
    struct reason *reasons;
    size_t count;
    TRY(scope_explain(request, object, record_id, user_id, &visible, &reasons, &count));
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, reason_json(request, &reasons[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:b,s:o}", "visible", visible, "reasons", items));
    return OK;
}

static const struct field SHARE_BODY[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 32, .about = "kind of record"},
    {.name = "record_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED,
     .min = 1,
     .max = 9007199254740991,
     .about = "which record"},
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_REQUIRED, .about = "with whom"},
    {.name = "can_edit", .type = FIELD_BOOL, .about = "for writing too"},
    {.name = "cascade_to",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .max = 10,
     .about = "child objects shared along: contact, follow_up …"},
    {.name = "until_on", .type = FIELD_DATE, .flags = FIELD_NULLABLE, .about = "last day; null: open end"},
    FIELD_END,
};
static const struct field SHARE[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "share id"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record"},
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "with whom"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "with whom, by name"},
    {.name = "can_edit", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "for writing too"},
    {.name = "cascade_to",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .item = FIELD_TEXT,
     .about = "child objects shared along"},
    {.name = "until_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "last day"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when shared"},
    {.name = "created_by_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by whom"},
    {.name = "created_by_name",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "by whom, by name"},
    FIELD_END,
};
static const struct field RECORD_QUERY[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record"},
    FIELD_END,
};
static const struct field EXPLAIN_QUERY[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record"},
    {.name = "user_id", .type = FIELD_INT, .about = "about whom; oneself when absent"},
    FIELD_END,
};
static const struct field SHARES[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = SHARE, .about = "oldest first"},
    FIELD_END,
};
static const struct field OPENED[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "share id"},
    {.name = "object",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "kind of the record shared: this one, or one above it"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record was shared"},
    {.name = "can_edit", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "for writing too"},
    {.name = "until_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "last day"},
    {.name = "created_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "who shared it"},
    FIELD_END,
};
static const struct field REASON[] = {
    {.name = "kind",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "admin, directory, role, parent, share; no_permission, outside_scope, no_such_record"},
    {.name = "role_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "which role"},
    {.name = "scope",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "its scope for the object"},
    {.name = "share",
     .type = FIELD_OBJECT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .fields = OPENED,
     .about = "which share"},
    FIELD_END,
};
static const struct field EXPLANATION[] = {
    {.name = "visible", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "does the person see the record"},
    {.name = "reasons", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = REASON, .about = "why, or why not"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {.method = "POST",
     .path = "/shares",
     .name = "share.create",
     .permission = PERM_RECORD_SHARE,
     .body = SHARE_BODY,
     .answer = SHARE,
     .handler = post_share,
     .about = "Shares a record with a colleague; sharing again replaces."},
    {.method = "GET",
     .path = "/shares",
     .name = "share.list",
     .permission = PERMISSION_SIGNED_IN,
     .query = RECORD_QUERY,
     .answer = SHARES,
     .handler = list_shares,
     .about = "With whom a record is shared."},
    {.method = "DELETE",
     .path = "/shares/{id}",
     .name = "share.delete",
     .permission = PERMISSION_SIGNED_IN,
     .handler = delete_share,
     .about = "Ends a share."},
    {.method = "GET",
     .path = "/explain",
     .name = "share.explain",
     .permission = PERMISSION_SIGNED_IN,
     .query = EXPLAIN_QUERY,
     .answer = EXPLANATION,
     .handler = get_explain,
     .about = "Why a person sees a record, or does not."},
    {0},
};

const struct feature SHARE_FEATURE = {
    .name = "share", .routes = ROUTES, .moved = share_hear_moved, .purged = share_hear_purged};
