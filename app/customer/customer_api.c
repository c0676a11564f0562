/* Routes of customers beyond the generic ones: the timeline. */
#include <string.h>

#include "customer.h"
#include "customer_index_rules.h"
#include "customer_store.h"
#include "escalation_rules.h"
#include "platform/object_store.h"
#include "platform/scope.h"

enum { TIMELINE_PAGE = 50 };

static json_t *timeline_item(struct request *request, const struct timeline_row *row)
{
    bool structured = row->detail.set && row->detail.value.len > 0 && row->detail.value.ptr[0] == '{';
    json_t *detail = structured ? json_loadb(row->detail.value.ptr, row->detail.value.len, 0, NULL) : NULL;
    if (detail == NULL) {
        detail = json_object();
        json_object_set_new(detail, "text", json_opt_str(row->detail));
    }
    return json_pack("{s:o,s:o,s:o,s:I,s:o,s:o,s:o,s:o,s:o,s:I}", "at", json_instant(request->arena, row->at), "kind",
                     json_str(row->kind), "object", json_str(row->object), "record_id", (json_int_t)row->record_id,
                     "user_id", json_opt_int(row->user_id), "user_name", json_opt_str(row->user_name), "title",
                     json_opt_str(row->title), "action", json_str(row->action), "detail", detail, "file_count",
                     (json_int_t)row->file_count);
}

/* Hidden or masked fields must not show through the history of their changes. */
static void drop_closed_fields(struct request *request, const struct object *object, json_t *item)
{
    json_t *detail = json_object_get(item, "detail");
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if (scope_field_access(request, object, field->name) >= FIELD_ACCESS_READ) {
            continue;
        }
        json_object_del(detail, field->name);
        if ((field->flags & FIELD_LABEL) != 0) {
            json_object_del(detail, "text");
            json_object_set_new(item, "title", json_null());
        }
    }
}

/* What hangs on a visible customer is seen only with its own right and in its own scope: a customer may be shared
 * without its contracts. */
static enum err may_see(struct request *request, const struct object *object, int64_t id, bool *out)
{
    *out = object == &CUSTOMER;
    if (*out || !identity_can(request->user, object->view)) {
        return OK;
    }
    struct error saved = *request->error;
    enum err err = scope_check(request, object, id, false);
    *request->error = err == ERR_NOT_FOUND ? saved : *request->error;
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

/* Ids in a list of tags, in place. */
/* Of tags, people, departments. */
static enum err name_set(struct request *request, const struct field *field, json_t *ids)
{
    const struct field one = {
        .name = field->name, .type = FIELD_REF, .ref = field->type == FIELD_TAGS ? "tag" : field->ref};
    for (size_t i = 0; i < json_array_size(ids); i++) {
        struct str label;
        TRY(object_store_label(request, &one, json_integer_value(json_array_get(ids, i)), &label));
        json_array_set_new(ids, i, json_str(label));
    }
    return OK;
}

/* People read names: ids of changed references are replaced by what they name. */
static enum err name_references(struct request *request, json_t *detail)
{
    for (const struct field *field = object_fields(&CUSTOMER); field->name != NULL; field++) {
        json_t *pair = json_object_get(detail, field->name);
        bool named = field->type == FIELD_TAGS || field->type == FIELD_REFS;
        for (size_t i = 0; named && i < json_array_size(pair); i++) {
            TRY(name_set(request, field, json_array_get(pair, i)));
        }
        for (size_t i = 0; field->type == FIELD_REF && i < json_array_size(pair); i++) {
            const json_t *id = json_array_get(pair, i);
            struct str label;
            if (json_is_integer(id)) {
                TRY(object_store_label(request, field, json_integer_value(id), &label));
                bool open = scope_label_is_open(request, field);
                json_array_set_new(pair, i, open ? json_str(label) : json_null());
            }
        }
    }
    return OK;
}

static const char *const KINDS[] = {
    [TIMELINE_AUDIT] = "audit", [TIMELINE_FOLLOW_UP] = "follow_up", [TIMELINE_STAGE] = "stage"};

/* Time, kind and id of the last line, as text. */
static json_t *write_cursor(struct request *request, const struct timeline_row *row)
{
    return json_str(
        str_format(request->arena, "%lld.%.*s.%lld", (long long)row->at.ms, STR_ARG(row->kind), (long long)row->id));
}

/* Without a cursor: behind all that can be. */
static enum err read_cursor(struct request *request, struct timeline_cursor *out)
{
    struct str rest = request_query(request, "cursor");
    struct str at;
    struct str kind;
    struct instant first = date_start(date_of(1000, 1, 1), "UTC");
    struct instant last = {date_start(date_of(9999, 12, 31), "UTC").ms + 86399999};
    *out = (struct timeline_cursor){.at = last, .kind = TIMELINE_AUDIT, .id = INT64_MAX};
    if (rest.len == 0) {
        return OK;
    }
    bool good = str_cut(&rest, '.', &at) && str_cut(&rest, '.', &kind) && str_to_i64(at, &out->at.ms) &&
                str_to_i64(rest, &out->id) && out->at.ms >= first.ms && out->at.ms <= last.ms;
    out->kind = TIMELINE_KIND_COUNT;
    for (int i = 0; good && i < TIMELINE_KIND_COUNT; i++) {
        out->kind = str_eq_c(kind, KINDS[i]) ? (enum timeline_kind)i : out->kind;
    }
    good = good && out->kind != TIMELINE_KIND_COUNT;
    return good ? OK : error_set(request->error, ERR_BAD_CURSOR, "%s", err_text(ERR_BAD_CURSOR));
}

/* A customer in the recycle bin still has its story. */
static enum err check_customer(struct request *request)
{
    struct record_row row;
    enum err err = object_store_get(request, &CUSTOMER, request->params[0], false, false, true, &row);
    return err == ERR_NOT_FOUND ? error_set(request->error, err, "%s", err_text(err)) : err;
}

static enum err get_timeline(struct request *request, struct response *response)
{
    struct timeline_cursor behind;
    struct timeline_row *rows;
    size_t count;
    TRY(check_customer(request));
    TRY(read_cursor(request, &behind));
    TRY(customer_store_timeline(request->db, request->arena, request->params[0], &behind, TIMELINE_PAGE, &rows,
                                &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        const struct object *object = object_find(str_c(request->arena, rows[i].object));
        bool visible = false;
        TRY(may_see(request, object, rows[i].record_id, &visible));
        if (!visible) {
            continue;
        }
        json_t *item = timeline_item(request, &rows[i]);
        json_array_append_new(items, item);
        drop_closed_fields(request, object, item);
        if (object == &CUSTOMER) {
            TRY(name_references(request, json_object_get(item, "detail")));
        }
    }
    json_t *next = count == TIMELINE_PAGE ? write_cursor(request, &rows[count - 1]) : json_null();
    response->json = json_keep(request->arena, json_pack("{s:O,s:o}", "items", items, "next_cursor", next));
    return OK;
}

static const struct field TIMELINE_QUERY[] = {
    {.name = "cursor", .type = FIELD_TEXT, .about = "next_cursor of the page before"},
    FIELD_END,
};
static const struct field TIMELINE_ITEM[] = {
    {.name = "at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "follow_up, stage or audit"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "whose record"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record"},
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "who"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "who, by name"},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "name, number or plan"},
    {.name = "action",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "create, update, transfer …; a follow-up's method"},
    {.name = "detail",
     .type = FIELD_JSON,
     .flags = FIELD_REQUIRED,
     .about = "by kind: text, stages, or field: [before, after], references by name"},
    {.name = "file_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "files of a follow-up"},
    FIELD_END,
};
static const struct field TIMELINE_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = TIMELINE_ITEM, .about = "newest first"},
    {.name = "next_cursor",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null on the last page"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/customers/{id}/timeline", "customer.timeline", PERM_CUSTOMER_VIEW, 0, RECORDS_ONE, "customer",
     TIMELINE_QUERY, NULL, TIMELINE_ANSWER, get_timeline, NULL, "What happened with a customer, newest first."},
    {0},
};

static const struct object *const OBJECTS[] = {&CUSTOMER, &CONTACT, &FOLLOW_UP, &TAG, &ESCALATION_STEP, NULL};
static const struct job_kind JOB_KINDS[] = {
    {"customer.index", customer_index_run, NULL, 0}, {"escalation.run", escalation_run, "daily 08:30", 0}, {0}};

const struct feature CUSTOMER_FEATURE = {
    .name = "customer", .routes = ROUTES, .objects = OBJECTS, .job_kinds = JOB_KINDS};
