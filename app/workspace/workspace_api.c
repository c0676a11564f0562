/* Metadata, search, saved views, notifications, events, health, change feed. */
#include <string.h>

#include "customfield.h"
#include "events_api.h"
#include "platform/custom.h"
#include "platform/object_answer.h"
#include "platform/object_list.h"
#include "platform/scope.h"
#include "record_jobs.h"
#include "workspace.h"
#include "workspace_store.h"

enum { SEARCH_MAX = 50, NOTIFICATIONS_PAGE = 50, CHANGES_PAGE = 500, CHANGE_DELAY_MS = 5000 };

/* ---- metadata ---- */

static const char *const ACCESS_WORDS[] = {"hidden", "masked", "read", "edit"};

static json_t *options_json(const struct field *field, bool chinese)
{
    json_t *list = json_array();
    for (const struct option *option = field->options; option != NULL && option->value != NULL; option++) {
        bool active = field->custom == NULL || field->custom->option_active[option - field->options];
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "value", option->value, "label",
                                              chinese ? option->zh : option->en, "is_active", active));
    }
    return list;
}

static bool flag(const struct field *field, unsigned bit)
{
    return (field->flags & bit) != 0;
}

/* The end that an administrator left open stands there as the widest value. */
static bool is_widest(const struct field *field, int64_t limit)
{
    return field->custom != NULL && (limit >= 1000000000000000 || limit <= -1000000000000000 ||
                                     (field->type == FIELD_PPM && (limit == INT32_MAX || limit == -INT32_MAX)));
}

static json_t *json_or_null(struct str text)
{
    json_t *json = text.len == 0 ? NULL : json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL);
    return json == NULL ? json_null() : json;
}

/* What only fields that administrators added have. */
static void add_custom_meta(json_t *meta, const struct field *field, bool chinese)
{
    static const struct custom_field NONE;
    const struct custom_field *custom = field->custom == NULL ? &NONE : field->custom;
    const char *help = chinese || custom->help_en == NULL ? custom->help_zh : custom->help_en;
    help = help == NULL ? custom->help_en : help;
    bool is_custom = field->custom != NULL;
    json_object_set_new(meta, "is_custom", json_boolean(is_custom));
    json_object_set_new(meta, "custom_id", is_custom ? json_integer(custom->id) : json_null());
    json_object_set_new(meta, "kind",
                        json_string(is_custom ? CUSTOM_TYPES[custom->kind].word : field_type_word(field->type)));
    json_object_set_new(meta, "scale", field->type == FIELD_DECIMAL ? json_integer(field->scale) : json_null());
    json_object_set_new(meta, "default", json_or_null(custom->fallback));
    json_object_set_new(meta, "pattern", json_str(custom->pattern_text));
    json_object_set_new(meta, "help", help == NULL ? json_null() : json_string(help));
    json_object_set_new(meta, "visible_if", json_or_null(custom->visible_if));
    json_object_set_new(meta, "readonly_if", json_or_null(custom->readonly_if));
    json_object_set_new(meta, "is_computed", json_boolean(flag(field, FIELD_COMPUTED)));
    if (custom->required) {
        json_object_set_new(meta, "required", json_true());
    }
}

static json_t *field_meta(struct request *request, const struct object *object, const struct field *field)
{
    bool chinese = request_in_chinese(request);
    enum field_access access = scope_field_access(request, object, field->name);
    json_t *meta = json_pack("{s:s,s:s,s:s,s:b,s:b,s:b,s:b,s:b,s:b,s:b,s:b,s:b,s:s}", "name", field->name, "label",
                             chinese ? field->zh : field->en, "type", field_type_word(field->type), "required",
                             flag(field, FIELD_REQUIRED), "read_only", flag(field, FIELD_READ_ONLY), "create_only",
                             flag(field, FIELD_CREATE_ONLY), "nullable", flag(field, FIELD_NULLABLE), "sortable",
                             flag(field, FIELD_SORTABLE) && access >= FIELD_ACCESS_READ, "filterable",
                             !flag(field, FIELD_NO_FILTER) && access >= FIELD_ACCESS_READ, "unique",
                             flag(field, FIELD_UNIQUE), "in_list", !flag(field, FIELD_HIDDEN_IN_LIST), "maskable",
                             flag(field, FIELD_MASKABLE), "access", ACCESS_WORDS[access]);
    json_object_set_new(meta, "is_label", json_boolean(flag(field, FIELD_LABEL)));
    bool chosen = field->type == FIELD_ENUM || field->type == FIELD_CHOICES;
    json_object_set_new(meta, "options", chosen ? options_json(field, chinese) : json_null());
    json_object_set_new(meta, "ref", field->ref == NULL ? json_null() : json_string(field->ref));
    bool limited = field->min != 0 || field->max != 0;
    json_object_set_new(meta, "min", limited && !is_widest(field, field->min) ? json_integer(field->min) : json_null());
    json_object_set_new(meta, "max", limited && !is_widest(field, field->max) ? json_integer(field->max) : json_null());
    add_custom_meta(meta, field, chinese);
    return meta;
}

static bool can(const struct request *request, enum permission permission)
{
    return permission == PERMISSION_SIGNED_IN || identity_can(request->user, permission);
}

static enum err object_meta(struct request *request, const struct object *object, json_t **out)
{
    bool chinese = request_in_chinese(request);
    json_t *fields = json_array();
    json_t *children = json_array();
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if (scope_field_access(request, object, field->name) > FIELD_ACCESS_HIDDEN) {
            json_array_append_new(fields, field_meta(request, object, field));
        }
    }
    for (const struct object_child *child = object->children; child != NULL && child->object != NULL; child++) {
        json_array_append_new(children, json_pack("{s:s,s:s,s:s?}", "object", child->object, "column", child->column,
                                                  "choice", child->choice));
    }
    bool writable = (object->flags & OBJECT_NO_CREATE) == 0;
    bool history = object_is_read_only(object);
    bool deletable = (object->flags & OBJECT_NO_DELETE) == 0;
    json_t *rights = json_pack("{s:b,s:b,s:b,s:b,s:b,s:b,s:b}", "view", can(request, object->view), "create",
                               writable && can(request, object->create), "edit", writable && can(request, object->edit),
                               "delete", deletable && can(request, object->remove), "export",
                               can(request, object->export), "import", !history && can(request, object->import),
                               "transfer", object->owner_column != NULL && !history && can(request, object->transfer));
    *out = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s?,s:o,s:o,s:o}", "name", object->name, "label",
                     chinese ? object->zh : object->en, "plural", object->plural, "label_field",
                     object_label(object)->name, "default_sort", object->default_sort, "date_field", object->date_field,
                     "can", rights, "fields", fields, "children", children);
    json_t *layout = NULL;
    bool customizable = object_is_customizable(object);
    json_object_set_new(*out, "customizable", json_boolean(customizable));
    TRY(customizable ? layout_meta(request, object, &layout) : OK);
    return json_object_set(*out, "layout", layout == NULL ? json_null() : layout) == 0 ? OK : ERR_INTERNAL;
}

static enum err get_meta(struct request *request, struct response *response)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        if (can(request, objects[i]->view)) {
            json_t *meta = NULL;
            TRY(object_meta(request, objects[i], &meta));
            json_array_append_new(items, meta);
        }
    }
    response->json =
        json_keep(request->arena, json_pack("{s:o,s:o,s:O}", "today", json_date(request->arena, request->today),
                                            "language", json_str(request->language), "objects", items));
    return OK;
}

/* ---- search ---- */

static enum err search_object(struct request *request, const struct object *object, struct str text, size_t limit,
                              json_t *items)
{
    struct list_request list;
    struct record_row *rows;
    size_t count;
    TRY(object_list_read(request, object, (struct str){0}, (struct str){0}, text, &list));
    list.limit = limit;
    TRY(object_store_list(request, &list, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *item = object_option(request, object, &rows[i]);
        json_object_set_new(item, "object", json_string(object->name));
        json_array_append_new(items, item);
    }
    return OK;
}

static enum err get_search(struct request *request, struct response *response)
{
    size_t count;
    int64_t limit = 0;
    const struct object *const *objects = objects_all(&count);
    struct str text = str_trim(request_query(request, "q"));
    struct str only = request_query(request, "object");
    json_t *items = json_keep(request->arena, json_array());
    TRY(request_query_int(request, "limit", 8, 1, SEARCH_MAX, &limit));
    for (size_t i = 0; i < count && text.len > 0; i++) {
        bool wanted = only.len == 0 || str_eq_c(only, objects[i]->name);
        bool found_by_name = (objects[i]->flags & OBJECT_HISTORY) == 0 && strcmp(objects[i]->name, "follow_up") != 0;
        if (wanted && found_by_name && can(request, objects[i]->view)) {
            TRY(search_object(request, objects[i], text, (size_t)limit, items));
        }
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

/* ---- saved views ---- */

static json_t *text_json(struct opt_str text)
{
    json_t *json = text.set ? json_loadb(text.value.ptr, text.value.len, JSON_DECODE_ANY, NULL) : NULL;
    return json == NULL ? json_null() : json;
}

static json_t *view_json(const struct request *request, const struct view_row *view)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:b,s:I}", "id", (json_int_t)view->id, "object",
                     json_str(view->object), "name", json_str(view->name), "filter", text_json(view->filter), "sort",
                     json_opt_str(view->sort), "columns", text_json(view->columns), "is_shared", view->is_shared,
                     "is_default", view->is_default && view->user_id == request->user->user_id, "mine",
                     view->user_id == request->user->user_id, "version", (json_int_t)view->version);
}

static enum err list_views(struct request *request, struct response *response)
{
    struct view_row *rows;
    size_t count;
    struct str object = request_query(request, "object");
    if (object_find(str_c(request->arena, object)) == NULL) {
        error_field(request->error, STR("object"), "not_an_option", "There is no such kind of record.");
        return error_check_fields(request->error);
    }
    TRY(view_store_list(request->db, request->arena, request->user->user_id, object, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, view_json(request, &rows[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static struct opt_str member_text(struct request *request, const char *name, struct opt_str before)
{
    const json_t *member = json_object_get(request->json, name);
    if (member == NULL) {
        return before;
    }
    return json_is_null(member) ? (struct opt_str){0} : (struct opt_str){true, json_write(request->arena, member)};
}

/* Body over what was there; a view that could not be opened is not kept. */
static enum err read_view(struct request *request, struct view_row *view)
{
    const struct object *object = object_find(str_c(request->arena, view->object));
    struct str name = str_trim(json_get_str(request->json, "name"));
    struct str sort = json_get_str(request->json, "sort");
    struct list_request list;
    if (object == NULL) {
        error_field(request->error, STR("object"), "not_an_option", "There is no such kind of record.");
        return error_check_fields(request->error);
    }
    view->name = name.len > 0 ? name : view->name;
    view->sort = json_has(request->json, "sort") ? (struct opt_str){sort.len > 0, sort} : view->sort;
    view->filter = member_text(request, "filter", view->filter);
    view->columns = member_text(request, "columns", view->columns);
    view->is_shared = json_get_bool(request->json, "is_shared", view->is_shared);
    view->is_default = json_get_bool(request->json, "is_default", view->is_default);
    return object_list_read(request, object, view->filter.set ? view->filter.value : (struct str){0},
                            view->sort.set ? view->sort.value : (struct str){0}, (struct str){0}, &list);
}

static enum err answer_view(struct request *request, struct response *response, int64_t id)
{
    struct view_row view;
    TRY(view_store_get(request->db, request->arena, id, request->user->user_id, &view));
    response->json = json_keep(request->arena, view_json(request, &view));
    return OK;
}

static enum err keep_one_default(struct request *request, const struct view_row *view)
{
    return view->is_default ? view_store_clear_default(request->db, request->arena, view->user_id, view->object) : OK;
}

static enum err refuse_name(struct request *request, enum err err)
{
    if (err != ERR_DUPLICATE && err != ERR_STALE_VERSION) {
        return err;
    }
    if (err == ERR_DUPLICATE) {
        error_field(request->error, STR("name"), "duplicate", "You already have a view of this name.");
    }
    return error_set(request->error, err, "%s", err_text(err));
}

static enum err create_view(struct request *request, struct response *response)
{
    int64_t id = 0;
    struct view_row view = {.user_id = request->user->user_id, .object = json_get_str(request->json, "object")};
    TRY(read_view(request, &view));
    TRY(keep_one_default(request, &view));
    TRY(refuse_name(request, view_store_insert(request->db, request->arena, &view, request->now, &id)));
    response->status = 201;
    return answer_view(request, response, id);
}

static enum err update_view(struct request *request, struct response *response)
{
    struct view_row view;
    int64_t version = 0;
    TRY(request_version(request, &version));
    enum err err = view_store_get(request->db, request->arena, request->params[0], request->user->user_id, &view);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    view.version = version;
    TRY(read_view(request, &view));
    TRY(keep_one_default(request, &view));
    TRY(refuse_name(request, view_store_update(request->db, request->arena, &view, request->now)));
    return answer_view(request, response, view.id);
}

static enum err delete_view(struct request *request, struct response *response)
{
    enum err err = view_store_delete(request->db, request->arena, request->params[0], request->user->user_id);
    response->status = 204;
    return err == ERR_NOT_FOUND ? error_set(request->error, err, "%s", err_text(err)) : err;
}

/* ---- notifications ---- */

static enum err list_notifications(struct request *request, struct response *response)
{
    struct notification_row *rows;
    size_t count;
    int64_t before = 0;
    TRY(request_query_int(request, "cursor", INT64_MAX, 1, INT64_MAX, &before));
    TRY(notification_store_list(request->db, request->arena, request->user->user_id, before, NOTIFICATIONS_PAGE, &rows,
                                &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items,
                              json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:o}", "id", (json_int_t)rows[i].id, "kind",
                                        json_str(rows[i].kind), "object", json_opt_str(rows[i].object), "record_id",
                                        json_opt_int(rows[i].record_id), "detail", text_json(rows[i].detail), "read_at",
                                        json_opt_instant(request->arena, rows[i].read_at), "created_at",
                                        json_instant(request->arena, rows[i].created_at)));
    }
    json_t *next = count == NOTIFICATIONS_PAGE ? json_sprintf("%lld", (long long)rows[count - 1].id) : json_null();
    response->json = json_keep(request->arena, json_pack("{s:O,s:o}", "items", items, "next_cursor", next));
    return OK;
}

static enum err count_notifications(struct request *request, struct response *response)
{
    int64_t unread = 0;
    TRY(notification_store_unread(request->db, request->arena, request->user->user_id, &unread));
    response->json = json_keep(request->arena, json_pack("{s:I}", "unread", (json_int_t)unread));
    return OK;
}

static enum err read_notifications(struct request *request, struct response *response)
{
    size_t index;
    json_t *id;
    response->status = 204;
    if (json_get_bool(request->json, "all", false)) {
        return notification_store_read(request->db, request->arena, request->user->user_id, 0, request->now);
    }
    json_array_foreach (json_object_get(request->json, "ids"), index, id) {
        if (json_integer_value(id) > 0) {
            TRY(notification_store_read(request->db, request->arena, request->user->user_id, json_integer_value(id),
                                        request->now));
        }
    }
    return OK;
}

/* ---- change feed ---- */

static enum err add_visible(struct request *request, const struct change_row *row, json_t *items)
{
    const struct object *object = object_find(str_c(request->arena, row->object));
    if (object == NULL || !can(request, object->view)) {
        return OK;
    }
    /* What went to the recycle bin is told too, so that a client can drop its copy. */
    struct record_row record;
    enum err err = object_store_get(request, object, row->record_id, false, false, true, &record);
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    json_array_append_new(items, json_pack("{s:o,s:I,s:o,s:o}", "object", json_str(row->object), "record_id",
                                           (json_int_t)row->record_id, "action", json_str(row->action), "at",
                                           json_instant(request->arena, row->at)));
    return OK;
}

static enum err list_changes(struct request *request, struct response *response)
{
    struct change_row *rows;
    size_t count;
    int64_t since = 0;
    TRY(request_query_int(request, "since", 0, 0, INT64_MAX, &since));
    struct instant before = {request->now.ms - CHANGE_DELAY_MS};
    TRY(change_store_list(request->db, request->arena, since, before, CHANGES_PAGE, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        TRY(add_visible(request, &rows[i], items));
    }
    int64_t cursor = count == 0 ? since : rows[count - 1].id;
    response->json = json_keep(request->arena, json_pack("{s:O,s:I,s:b}", "items", items, "since", (json_int_t)cursor,
                                                         "more", count == CHANGES_PAGE));
    return OK;
}

/* ---- health ---- */

static enum err get_health(struct request *request, struct response *response)
{
    response->json = json_keep(request->arena, json_pack("{s:s}", "status", "ok"));
    return OK;
}

static enum err get_ready(struct request *request, struct response *response)
{
    TRY(workspace_store_ping(request->db, request->arena));
    return get_health(request, response);
}

/* ---- tables ---- */

static const struct field META_OPTION[] = {
    {.name = "value", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "on the wire"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "is_active", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "may be chosen"},
    FIELD_END,
};
static const struct field META_FIELD[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "member of records"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "in the user's language"},
    {.name = "type",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "text long_text int decimal money ppm bool date instant enum choices ref email phone url tags json"},
    {.name = "required", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "on create"},
    {.name = "read_only", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "set by the server"},
    {.name = "create_only", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "not changed by PATCH"},
    {.name = "nullable", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "null clears it"},
    {.name = "sortable", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "usable in sort"},
    {.name = "filterable", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "usable in filters"},
    {.name = "unique", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "key for import"},
    {.name = "in_list", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "a default column"},
    {.name = "maskable", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "field permissions may mask it"},
    {.name = "access", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "masked, read or edit"},
    {.name = "is_label", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "names the record"},
    {.name = "is_custom", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "added by an administrator"},
    {.name = "custom_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "its definition"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of a custom field; else as type"},
    {.name = "scale", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "digits behind the point"},
    {.name = "default", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "of new records, or null"},
    {.name = "pattern", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "what it must match"},
    {.name = "help", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "what to fill in"},
    {.name = "visible_if", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "filter, or null"},
    {.name = "readonly_if", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "filter, or null"},
    {.name = "is_computed", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "formula or roll-up: never sent"},
    {.name = "options",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .fields = META_OPTION,
     .about = "of enum fields"},
    {.name = "ref", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "object a ref leads to"},
    {.name = "min", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "smallest value or length"},
    {.name = "max", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "largest value or length"},
    FIELD_END,
};
static const struct field META_CHILD[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of the child"},
    {.name = "column", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "its reference to this record"},
    {.name = "choice",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "word of the transfer checkbox"},
    FIELD_END,
};
static const struct field META_OBJECT[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "object"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "in the user's language"},
    {.name = "plural", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "segment of the address"},
    {.name = "label_field", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "names the record"},
    {.name = "default_sort", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the list"},
    {.name = "date_field", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "business date"},
    {.name = "can", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "action: may the user"},
    {.name = "customizable", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "takes custom fields"},
    {.name = "layout",
     .type = FIELD_JSON,
     .flags = FIELD_REQUIRED,
     .about = "sections of forms, fields left out; or null"},
    {.name = "fields",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = META_FIELD,
     .about = "visible fields in order"},
    {.name = "children",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = META_CHILD,
     .about = "records that belong to one"},
    FIELD_END,
};
static const struct field META_ANSWER[] = {
    {.name = "today", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "business date"},
    {.name = "language", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the labels"},
    {.name = "objects",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = META_OBJECT,
     .about = "kinds of records the user may see"},
    FIELD_END,
};
static const struct field SEARCH_QUERY[] = {
    {.name = "q", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "part of a name or code"},
    {.name = "object", .type = FIELD_TEXT, .about = "only this kind"},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = SEARCH_MAX, .about = "of each kind; 8 unless given"},
    FIELD_END,
};
static const struct field SEARCH_ITEM[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind"},
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "record"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "name"},
    {.name = "hint", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "tells equal names apart"},
    FIELD_END,
};
static const struct field SEARCH_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = SEARCH_ITEM, .about = "by kind"},
    FIELD_END};
static const struct field VIEWS_QUERY[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of this kind"}, FIELD_END};
static const struct field VIEW_BODY[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "filter language"},
    {.name = "sort", .type = FIELD_TEXT, .max = 100, .flags = FIELD_NULLABLE, .about = "as in the list"},
    {.name = "columns", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "field names in order"},
    {.name = "is_shared", .type = FIELD_BOOL, .about = "everyone sees it"},
    {.name = "is_default", .type = FIELD_BOOL, .about = "opened first"},
    FIELD_END,
};
static const struct field VIEW_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "view"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "filter language"},
    {.name = "sort", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "as in the list"},
    {.name = "columns", .type = FIELD_JSON, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "field names in order"},
    {.name = "is_shared", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "everyone sees it"},
    {.name = "is_default", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "opened first"},
    {.name = "mine", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "may be changed"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
    FIELD_END,
};
static const struct field VIEWS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = VIEW_ANSWER, .about = "own and shared"},
    FIELD_END};
static const struct field NOTIFICATIONS_QUERY[] = {
    {.name = "cursor", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "next_cursor"}, FIELD_END};
static const struct field NOTIFICATION_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "notification"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "what happened"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "which"},
    {.name = "detail", .type = FIELD_JSON, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "values of the sentence"},
    {.name = "read_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "seen"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "told"},
    FIELD_END,
};
static const struct field NOTIFICATIONS_ANSWER[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = NOTIFICATION_ITEM,
     .about = "newest first"},
    {.name = "next_cursor",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null on the last page"},
    FIELD_END,
};
static const struct field UNREAD_ANSWER[] = {
    {.name = "unread", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "not yet read"}, FIELD_END};
static const struct field READ_BODY[] = {
    {.name = "ids", .type = FIELD_LIST, .item = FIELD_INT, .about = "these"},
    {.name = "all", .type = FIELD_BOOL, .about = "or all"},
    FIELD_END,
};
static const struct field CHANGES_QUERY[] = {{.name = "since",
                                              .type = FIELD_INT,
                                              .min = 0,
                                              .max = 9007199254740991,
                                              .about = "member since of the answer before; 0 at first"},
                                             FIELD_END};
static const struct field CHANGE_ITEM[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which"},
    {.name = "action",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "create, update, delete, restore, transfer"},
    {.name = "at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    FIELD_END,
};
static const struct field CHANGES_ANSWER[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = CHANGE_ITEM,
     .about = "oldest first, records in scope"},
    {.name = "since", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for the next call"},
    {.name = "more", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "call again at once"},
    FIELD_END,
};
static const struct field HEALTH_ANSWER[] = {
    {.name = "status", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "ok"}, FIELD_END};

static const struct route ROUTES[] = {
    {"GET", "/healthz", "health.process", PERMISSION_PUBLIC, 0, RECORDS_NONE, NULL, NULL, NULL, HEALTH_ANSWER,
     get_health, NULL, "The process answers."},
    {"GET", "/readyz", "health.ready", PERMISSION_PUBLIC, 0, RECORDS_NONE, NULL, NULL, NULL, HEALTH_ANSWER, get_ready,
     NULL, "The database answers."},
    {"GET", "/meta", "meta.get", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, META_ANSWER, get_meta, NULL,
     "Kinds of records, their fields, and what the user may do."},
    {"GET", "/search", "search.all", PERMISSION_SIGNED_IN, 0, RECORDS_SEARCH, "customer", SEARCH_QUERY, NULL,
     SEARCH_ANSWER, get_search, NULL, "Finds records of all kinds in scope."},
    {"GET", "/views", "view.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, VIEWS_QUERY, NULL, VIEWS_ANSWER,
     list_views, NULL, "Saved views, own and shared."},
    {"POST", "/views", "view.create", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, VIEW_BODY, VIEW_ANSWER,
     create_view, NULL, "Keeps a view."},
    {"PATCH", "/views/{id}", "view.update", PERMISSION_SIGNED_IN, ROUTE_VERSION, RECORDS_NONE, NULL, NULL, VIEW_BODY,
     VIEW_ANSWER, update_view, NULL, "Changes an own view."},
    {"DELETE", "/views/{id}", "view.delete", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, NULL, delete_view,
     NULL, "Removes an own view."},
    {"GET", "/notifications", "notification.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NOTIFICATIONS_QUERY,
     NULL, NOTIFICATIONS_ANSWER, list_notifications, NULL, "What the user was told."},
    {"GET", "/notifications/count", "notification.count", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL,
     UNREAD_ANSWER, count_notifications, NULL, "How much is unread."},
    {"POST", "/notifications/read", "notification.read", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, READ_BODY,
     NULL, read_notifications, NULL, "Marks as read."},
    {"POST", "/events/ticket", "events.ticket", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, NULL,
     events_api_ticket, NULL, "A cookie for GET /events, good for a minute."},
    {"GET", "/events/authorize", "events.authorize", PERMISSION_PUBLIC, 0, RECORDS_NONE, NULL, NULL, NULL, NULL,
     events_api_authorize, NULL, "nginx asks which channel a ticket opens."},
    {"GET", "/changes", "change.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, CHANGES_QUERY, NULL, CHANGES_ANSWER,
     list_changes, NULL, "Change feed for clients that keep copies."},
    {0},
};
static const struct job_kind JOB_KINDS[] = {
    {"record.bulk", record_run_bulk, NULL, 1},
    {"record.export", record_run_export, NULL, 0},
    {"record.purge", record_run_purge, "daily 03:30", 0},
    {0},
};

const struct feature WORKSPACE_FEATURE = {.name = "workspace", .routes = ROUTES, .job_kinds = JOB_KINDS};
