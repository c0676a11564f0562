/* The routes every object has: HTTP to record calls and back. */
#include "platform/custom.h"
#include "platform/object_routes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/job.h"
#include "platform/object_answer.h"
#include "platform/object_ids.h"
#include "platform/object_list.h"
#include "platform/scope.h"

enum { LIST_MAX = 200, TOTAL_MAX = 10000, OPTIONS_MAX = 50, BULK_IDS_MAX = 20000 };

static const struct object *object_of(const struct request *request)
{
    return request->route->context;
}

static enum err may(struct request *request, enum permission permission)
{
    if (!identity_can(request->user, permission)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(permission));
    }
    return OK;
}

static enum err read_list(struct request *request, struct list_request *list)
{
    TRY(object_list_read(request, object_of(request), request_query(request, "filter"), request_query(request, "sort"),
                         request_query(request, "q"), list));
    int64_t limit = 0;
    TRY(request_query_int(request, "limit", 50, 1, LIST_MAX, &limit));
    list->limit = (size_t)limit;
    list->deleted = str_eq_c(request_query(request, "deleted"), "1");
    return object_cursor_read(request, request_query(request, "cursor"), list);
}

static enum err add_total(struct request *request, const struct list_request *list, struct buf *answer)
{
    if (!str_eq_c(request_query(request, "total"), "1")) {
        return OK;
    }
    int64_t total = 0;
    TRY(object_store_count(request, list, TOTAL_MAX + 1, &total));
    bool exact = total <= TOTAL_MAX;
    buf_format(answer, "\"total\":%lld,\"total_exact\":%s,", (long long)(exact ? total : TOTAL_MAX),
               exact ? "true" : "false");
    return OK;
}

static enum err list_records(struct request *request, struct response *response)
{
    struct list_request list;
    TRY(read_list(request, &list));
    struct buf answer;
    buf_init(&answer, request->arena);
    buf_add_char(&answer, '{');
    TRY(add_total(request, &list, &answer));
    size_t wanted = list.limit;
    list.limit = wanted + 1;
    struct record_row *rows;
    size_t count;
    TRY(object_store_list(request, &list, &rows, &count));
    buf_add(&answer, STR("\"items\":"));
    object_answer_many(request, &answer, list.object, rows, count < wanted ? count : wanted);
    buf_add(&answer, STR(",\"next_cursor\":"));
    json_write_str(request->arena, &answer,
                   count > wanted ? object_cursor_write(request, &list, &rows[wanted - 1]) : (struct str){0});
    buf_add_char(&answer, '}');
    response->raw = buf_str(&answer);
    response->content_type = "application/json";
    return OK;
}

static enum err get_record(struct request *request, struct response *response)
{
    return record_answer(request, object_of(request), request->params[0], &response->json);
}

static void tell_change(struct request *request, struct response *response)
{
    response_event(response, STR("all"), str_from(object_of(request)->name));
}

static enum err create_record(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(record_create(request, object_of(request), request->json, NULL, &id));
    response->status = 201;
    tell_change(request, response);
    enum err err = record_answer(request, object_of(request), id, &response->json);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    /* Who makes a record for others need not see it. */
    error_init(request->error, request->arena);
    response->json =
        json_keep(request->arena, json_pack("{s:I,s:i,s:n}", "id", (json_int_t)id, "version", 1, "deleted_at"));
    return OK;
}

static enum err update_record(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(record_update(request, object_of(request), request->params[0], version, request->json, NULL));
    tell_change(request, response);
    return record_answer(request, object_of(request), request->params[0], &response->json);
}

static enum err delete_record(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    tell_change(request, response);
    return record_delete(request, object_of(request), request->params[0], version);
}

static enum err restore_record(struct request *request, struct response *response)
{
    TRY(record_restore(request, object_of(request), request->params[0]));
    tell_change(request, response);
    return record_answer(request, object_of(request), request->params[0], &response->json);
}

/* The words of a list member, NULL-terminated. */
static const char **read_words(struct request *request, const json_t *body, const char *name)
{
    json_t *list = json_object_get(body, name);
    size_t count = json_array_size(list);
    const char **words = ARENA_ARRAY(request->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        words[i] = json_string_value(json_array_get(list, i));
    }
    return words;
}

static enum err transfer_record(struct request *request, struct response *response)
{
    struct move_options options = {.cause = MOVE_TRANSFER, .reason = json_get_str(request->json, "reason")};
    TRY(record_transfer(request, object_of(request), request->params[0], json_get_int(request->json, "owner_id", 0),
                        &options, read_words(request, request->json, "choices")));
    tell_change(request, response);
    /* No answer: the record may have left the asking user's scope. */
    return OK;
}

static enum err list_options(struct request *request, struct response *response)
{
    const struct object *object = object_of(request);
    struct list_request list;
    TRY(object_list_read(request, object, request_query(request, "filter"), (struct str){0},
                         request_query(request, "q"), &list));
    int64_t limit = 0;
    TRY(request_query_int(request, "limit", 20, 1, OPTIONS_MAX, &limit));
    list.limit = (size_t)limit;
    struct record_row *rows;
    size_t count;
    TRY(object_store_list(request, &list, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, object_option(request, object, &rows[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

/* Takes one of several actions over many records as a job; the right for the action is checked here and, record by
 * record, in the job. */
static enum err bulk_records(struct request *request, struct response *response)
{
    const struct object *object = object_of(request);
    struct str action = json_get_str(request->json, "action");
    if (str_eq_c(action, "transfer")) {
        TRY(may(request, object->transfer));
        if (object->owner_column == NULL || !json_has(request->json, "owner_id")) {
            error_field(request->error, STR("owner_id"), "required", "A transfer needs the new owner.");
        }
    } else if (str_eq_c(action, "update")) {
        TRY(may(request, object->edit));
        if (!json_has(request->json, "changes")) {
            error_field(request->error, STR("changes"), "required", "An update needs the changes.");
        }
    } else {
        TRY(may(request, object->remove));
    }
    TRY(object_ids_check(request, object, json_object_get(request->json, "ids"),
                         json_object_get(request->json, "filter")));
    TRY(error_check_fields(request->error));
    if (str_eq_c(action, "update")) {
        TRY(record_check_changes(request, object, json_object_get(request->json, "changes"), "changes"));
    }
    json_t *input = json_keep(request->arena, json_deep_copy(request->json));
    json_object_set_new(input, "object", json_string(object->name));
    int64_t job_id = 0;
    TRY(job_queue(request->db, request->arena, "record.bulk", request->user->user_id, input, NULL, &job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

static enum err export_records(struct request *request, struct response *response)
{
    const struct object *object = object_of(request);
    json_t *filter = json_object_get(request->json, "filter");
    struct list_request list;
    TRY(object_list_read(request, object, filter == NULL ? (struct str){0} : json_write(request->arena, filter),
                         json_get_str(request->json, "sort"), json_get_str(request->json, "q"), &list));
    const char **columns = read_words(request, request->json, "columns");
    for (size_t i = 0; columns[i] != NULL; i++) {
        if (fields_find(object_fields(object), str_from(columns[i])) == NULL && strcmp(columns[i], "id") != 0) {
            error_field(request->error, STR("columns"), "unknown_field", "There is no column %s.", columns[i]);
        }
    }
    TRY(error_check_fields(request->error));
    json_t *input = json_keep(request->arena, json_deep_copy(request->json));
    json_object_set_new(input, "object", json_string(object->name));
    json_object_set_new(input, "language", json_str(request->language));
    int64_t job_id = 0;
    TRY(job_queue(request->db, request->arena, "record.export", request->user->user_id, input, NULL, &job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

static enum err refuse_query(struct request *request, const char *parameter, struct str part)
{
    error_field(request->error, str_from(parameter), "unknown_field", "\"%.*s\" cannot be used in %s.",
                STR_ARG(str_slice(part, 0, 60)), parameter);
    return error_check_fields(request->error);
}

/* A field by name that the user may read. */
static bool find_open_field(struct request *request, struct str name, size_t *index)
{
    const struct object *object = object_of(request);
    const struct field *field = fields_find(object_fields(object), name);
    bool grouped = field != NULL && !field_is_set(field) && field->type != FIELD_CHOICES;
    if (!grouped || object_any_access(request, object, field->name) < FIELD_ACCESS_READ) {
        return false;
    }
    *index = (size_t)(field - object_fields(object));
    return true;
}

static enum err read_parts(struct request *request, struct aggregate_part *parts, size_t *count)
{
    struct str rest = request_query(request, "group_by");
    struct str part;
    *count = 0;
    while (str_cut(&rest, ',', &part)) {
        struct str unit = part;
        struct str name;
        size_t index = 0;
        if (part.len == 0 || *count == AGGREGATE_PARTS_MAX || !str_cut(&unit, ':', &name) ||
            !find_open_field(request, name, &index)) {
            return refuse_query(request, "group_by", part);
        }
        bool is_date = object_fields(object_of(request))[index].type == FIELD_DATE;
        bool known = str_eq_c(unit, "month") || str_eq_c(unit, "quarter") || str_eq_c(unit, "year");
        if (unit.len > 0 && (!is_date || !known)) {
            return refuse_query(request, "group_by", part);
        }
        parts[(*count)++] = (struct aggregate_part){index, unit.len > 0 ? unit.ptr[0] : 0};
    }
    return OK;
}

static enum err read_measures(struct request *request, struct aggregate_measure *measures, struct str *names,
                              size_t *count)
{
    static const struct {
        const char *word;
        char kind;
    } kinds[] = {{"sum", 's'}, {"avg", 'a'}, {"min", 'n'}, {"max", 'x'}, {"median_x2", 'd'}};
    struct str rest = request_query(request, "measures");
    rest = rest.len == 0 ? STR("count") : rest;
    struct str part;
    *count = 0;
    while (str_cut(&rest, ',', &part)) {
        if (*count == AGGREGATE_MEASURES_MAX) {
            return refuse_query(request, "measures", part);
        }
        struct aggregate_measure measure = {0};
        struct str name = part;
        struct str word;
        if (str_cut(&name, ':', &word)) {
            for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
                measure.kind = str_eq_c(word, kinds[k].word) ? kinds[k].kind : measure.kind;
            }
        }
        if (str_eq_c(part, "count")) {
            measure.kind = 'c';
        } else {
            bool found = measure.kind != 0 && find_open_field(request, name, &measure.field);
            enum field_type type = found ? object_fields(object_of(request))[measure.field].type : FIELD_TEXT;
            bool is_number = type == FIELD_INT || type == FIELD_MONEY || type == FIELD_PPM || type == FIELD_DECIMAL;
            bool is_date = type == FIELD_DATE && (measure.kind == 'n' || measure.kind == 'x');
            if (!found || (!is_number && !is_date)) {
                return refuse_query(request, "measures", part);
            }
        }
        names[*count] = part;
        measures[(*count)++] = measure;
    }
    return OK;
}

/* A value of an aggregate: typed by SQL, shown by the field where there is one. */
static json_t *aggregate_json(struct request *request, const struct field *field, struct value value)
{
    if (value.type == VALUE_TEXT && (field == NULL || field->type == FIELD_DATE)) {
        return json_str(value.text);
    }
    if (field == NULL) {
        return value.type == VALUE_NULL ? json_null() : json_integer(value.integer);
    }
    return field_json(field, value, request->arena);
}

static enum err aggregate_records(struct request *request, struct response *response)
{
    const struct object *object = object_of(request);
    struct aggregate_part parts[AGGREGATE_PARTS_MAX];
    struct aggregate_measure measures[AGGREGATE_MEASURES_MAX];
    struct str names[AGGREGATE_MEASURES_MAX];
    size_t part_count;
    size_t measure_count;
    TRY(object_closings_load(request, object, true));
    TRY(read_parts(request, parts, &part_count));
    TRY(read_measures(request, measures, names, &measure_count));
    struct list_request list;
    TRY(object_list_read(request, object, request_query(request, "filter"), (struct str){0}, (struct str){0}, &list));
    struct rows rows;
    TRY(object_store_aggregate(request, object, list.filter, parts, part_count, measures, measure_count, &rows));
    json_t *groups = json_keep(request->arena, json_array());
    for (size_t r = 0; r < rows.count; r++) {
        json_t *keys = json_object();
        json_t *labels = json_object();
        json_t *values = json_object();
        for (size_t i = 0; i < part_count; i++) {
            const struct field *field = &object_fields(object)[parts[i].field];
            struct value label = rows_get(&rows, r, 1 + part_count + i);
            json_object_set_new(keys, field->name,
                                aggregate_json(request, parts[i].unit != 0 ? NULL : field, rows_get(&rows, r, 1 + i)));
            bool named = label.type == VALUE_TEXT && scope_label_is_open(request, field);
            json_object_set_new(labels, field->name, named ? json_str(label.text) : json_null());
        }
        for (size_t i = 0; i < measure_count; i++) {
            bool plain = measures[i].kind == 'c' || measures[i].kind == 'd' || measures[i].kind == 'a';
            const struct field *field = plain ? NULL : &object_fields(object)[measures[i].field];
            json_object_set_new(values, str_c(request->arena, names[i]),
                                aggregate_json(request, field, rows_get(&rows, r, 1 + 2 * part_count + i)));
        }
        json_array_append_new(groups, json_pack("{s:o,s:o,s:o}", "keys", keys, "labels", labels, "values", values));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "groups", groups));
    return OK;
}

/* ---- tables of what the routes take and give ---- */

static const struct option ONE[] = {{"1", "是", "yes"}, {NULL, NULL, NULL}};
static const struct field LIST_QUERY[] = {
    {.name = "filter", .type = FIELD_LONG_TEXT, .about = "filter language, as JSON"},
    {.name = "sort", .type = FIELD_TEXT, .about = "field name, with - in front for descending"},
    {.name = "q", .type = FIELD_TEXT, .about = "part of the name or of a code"},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = LIST_MAX, .about = "rows a page, 50 unless given"},
    {.name = "cursor", .type = FIELD_TEXT, .about = "next_cursor of the page before"},
    {.name = "total", .type = FIELD_ENUM, .options = ONE, .about = "1: count too, exactly up to 10,000"},
    {.name = "deleted", .type = FIELD_ENUM, .options = ONE, .about = "1: the recycle bin"},
    FIELD_END,
};
static const struct field OPTIONS_QUERY[] = {
    {.name = "filter", .type = FIELD_LONG_TEXT, .about = "filter language, as JSON"},
    {.name = "q", .type = FIELD_TEXT, .about = "part of the name or of a code"},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = OPTIONS_MAX, .about = "20 unless given"},
    FIELD_END,
};
static const struct field AGGREGATE_QUERY[] = {
    {.name = "filter", .type = FIELD_LONG_TEXT, .about = "filter language, as JSON"},
    {.name = "group_by", .type = FIELD_TEXT, .about = "up to three: field, or date field with :month, :quarter, :year"},
    {.name = "measures",
     .type = FIELD_TEXT,
     .about = "count, sum:f, avg:f (rounded), min:f, max:f, median_x2:f (twice the median)"},
    FIELD_END,
};
static const struct field OPTION_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "record"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "what people call it"},
    {.name = "hint", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "tells equal names apart"},
    FIELD_END,
};
static const struct field OPTIONS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = OPTION_ITEM, .about = "best first"},
    FIELD_END,
};
static const struct field GROUP_ITEM[] = {
    {.name = "keys", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "group key by field name"},
    {.name = "labels", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "name behind a reference key"},
    {.name = "values", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "measure by its word"},
    FIELD_END,
};
static const struct field AGGREGATE_ANSWER[] = {
    {.name = "groups", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = GROUP_ITEM, .about = "ordered by keys"},
    FIELD_END,
};
static const struct field TRANSFER_BODY[] = {
    {.name = "owner_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_REQUIRED, .about = "the new owner"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .about = "kept in the history"},
    {.name = "choices", .type = FIELD_LIST, .item = FIELD_TEXT, .max = 20, .about = "children that follow"},
    FIELD_END,
};
static const struct option BULK_ACTIONS[] = {
    {"delete", "删除", "Delete"},
    {"restore", "恢复", "Restore"},
    {"transfer", "转移", "Transfer"},
    {"update", "修改", "Update"},
    {NULL, NULL, NULL},
};
static const struct field BULK_BODY[] = {
    {.name = "action",
     .type = FIELD_ENUM,
     .options = BULK_ACTIONS,
     .flags = FIELD_REQUIRED,
     .about = "what to do with each"},
    {.name = "ids", .type = FIELD_LIST, .item = FIELD_INT, .max = BULK_IDS_MAX, .about = "these records"},
    {.name = "filter", .type = FIELD_JSON, .about = "or all that match"},
    {.name = "owner_id", .type = FIELD_REF, .ref = "user", .about = "transfer: the new owner"},
    {.name = "choices", .type = FIELD_LIST, .item = FIELD_TEXT, .max = 20, .about = "transfer: children that follow"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .about = "transfer: kept in the history"},
    {.name = "changes", .type = FIELD_JSON, .about = "update: fields and their new values"},
    FIELD_END,
};
static const struct option EXPORT_FORMATS[] = {{"csv", "CSV", "CSV"}, {"xlsx", "Excel", "Excel"}, {NULL, NULL, NULL}};
static const struct field EXPORT_BODY[] = {
    {.name = "format", .type = FIELD_ENUM, .options = EXPORT_FORMATS, .flags = FIELD_REQUIRED, .about = "of the file"},
    {.name = "filter", .type = FIELD_JSON, .about = "as in the list"},
    {.name = "sort", .type = FIELD_TEXT, .about = "as in the list"},
    {.name = "q", .type = FIELD_TEXT, .about = "as in the list"},
    {.name = "columns",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .max = 200,
     .about = "fields in order; all unless given"},
    FIELD_END,
};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"},
    FIELD_END,
};

static char *text_of(const char *format, const char *a, const char *b)
{
    char *text = NULL;
    if (asprintf(&text, format, a, b) < 0) {
        abort();
    }
    return text;
}

/* Body of create and update: the object's fields and its nested parts. */
static const struct field *concat(const struct field *a, const struct field *b)
{
    size_t first = fields_count(a);
    size_t second = b == NULL ? 0 : fields_count(b);
    struct field *all = calloc(first + second + 1, sizeof *all);
    assert(all != NULL);
    memcpy(all, a, first * sizeof *all);
    if (second > 0) {
        memcpy(all + first, b, second * sizeof *all);
    }
    return all;
}

/* What an answer holds beside the fields: identity, version and the labels of references. */
static const struct field *answer_fields(const struct object *object)
{
    static const struct field head[] = {
        {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "never changes"},
        {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
        {.name = "deleted_at",
         .type = FIELD_INSTANT,
         .flags = FIELD_REQUIRED | FIELD_NULLABLE,
         .about = "in the recycle bin since"},
        {.name = "masked", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "fields shown masked"},
        FIELD_END,
    };
    size_t own = fields_count(object_fields(object));
    struct field *fields = calloc(own * 2 + 1, sizeof *fields);
    assert(fields != NULL);
    size_t count = 0;
    for (size_t i = 0; i < own; i++) {
        const struct field *field = &object_fields(object)[i];
        fields[count] = *field;
        /* Absent only where field permissions hide it; null where the column may be. */
        fields[count].flags =
            (field->flags & ~(unsigned)FIELD_REQUIRED) | ((field->flags & FIELD_REQUIRED) != 0 ? 0 : FIELD_NULLABLE);
        count++;
        if (field->type == FIELD_TAGS) {
            /* Never null: a record without tags has an empty list. */
            fields[count - 1].flags &= ~(unsigned)FIELD_NULLABLE;
            char *names = NULL;
            if (asprintf(&names, "%.*s_names", (int)strlen(field->name) - 4, field->name) < 0) {
                abort();
            }
            fields[count++] =
                (struct field){.name = names, .type = FIELD_LIST, .item = FIELD_TEXT, .about = "names of the tags"};
        }
        if (field->type == FIELD_REF) {
            char *label = NULL;
            if (asprintf(&label, "%.*s_name", (int)strlen(field->name) - 3, field->name) < 0) {
                abort();
            }
            fields[count++] = (struct field){
                .name = label, .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "name behind the reference"};
        }
    }
    static const struct field faults[] = {
        {.name = "faults", .type = FIELD_JSON, .about = "GET one: why a formula is null, by field"}, FIELD_END};
    const struct object *source = object->same_as == NULL ? object : object_find(object->same_as);
    const struct field *named = concat(head, fields);
    const struct field *with = concat(named, object_is_customizable(source) ? faults : NULL);
    const struct field *all = concat(with, object->extra_answer);
    free(fields);
    free((void *)named);
    free((void *)with);
    return all;
}

static const struct field *list_answer(const struct field *item)
{
    const struct field list[] = {
        {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = item, .about = "the page"},
        {.name = "next_cursor",
         .type = FIELD_TEXT,
         .flags = FIELD_REQUIRED | FIELD_NULLABLE,
         .about = "null on the last page"},
        {.name = "total", .type = FIELD_INT, .about = "when asked"},
        {.name = "total_exact", .type = FIELD_BOOL, .about = "false: at least total"},
        FIELD_END,
    };
    return concat(list, NULL);
}

const struct route *object_routes(const struct object *object, size_t *count_out)
{
    const struct field *answer = answer_fields(object);
    bool directory = (object->flags & OBJECT_DIRECTORY) != 0;
    bool writable = (object->flags & OBJECT_NO_CREATE) == 0;
    const struct field *body = writable ? concat(object_fields(object), object->extra_body) : NULL;
    bool deletable = (object->flags & OBJECT_NO_DELETE) == 0;
    bool viewed = (object->flags & OBJECT_VIEWS) != 0;
    bool transferable = object->owner_column != NULL && (object->flags & OBJECT_HISTORY) == 0;
    const char *plural = object->plural;
    char *all = text_of("/%s%s", plural, "");
    char *one = text_of("/%s%s", plural, "/{id}");
    enum route_records records_list = directory ? RECORDS_DIRECTORY : RECORDS_LIST;
    enum route_records records_one = directory ? RECORDS_DIRECTORY : RECORDS_ONE;
    const struct route candidates[] = {
        {"GET", all, "list", object->view, 0, records_list, object->name, LIST_QUERY, NULL, list_answer(answer),
         list_records, object, "Lists records in scope."},
        {"GET", one, "get", object->view, viewed ? ROUTE_WRITE : 0, records_one, object->name, NULL, NULL, answer,
         get_record, object, "One record."},
        {"GET", text_of("/%s%s", plural, "/options"), "options", object->view, 0,
         directory ? RECORDS_DIRECTORY : RECORDS_SEARCH, object->name, OPTIONS_QUERY, NULL, OPTIONS_ANSWER,
         list_options, object, "Suggestions for a reference field."},
        {"GET", text_of("/%s%s", plural, "/aggregate"), "aggregate", object->view, 0,
         directory ? RECORDS_DIRECTORY : RECORDS_AGGREGATE, object->name, AGGREGATE_QUERY, NULL, AGGREGATE_ANSWER,
         aggregate_records, object, "Counts and sums of the records in scope, by group."},
        {"POST", text_of("/%s%s", plural, "/export"), "export", object->export, 0,
         directory ? RECORDS_DIRECTORY : RECORDS_EXPORT, object->name, NULL, EXPORT_BODY, JOB_ANSWER, export_records,
         object, "Makes a file of the list, as a job."},
        {"POST", writable ? all : NULL, "create", object->create, ROUTE_HANDLER_CHECKS, RECORDS_NONE, object->name,
         NULL, body, answer, create_record, object, "Creates a record."},
        {"PATCH", writable ? one : NULL, "update", object->edit, ROUTE_HANDLER_CHECKS | ROUTE_VERSION, records_one,
         object->name, NULL, body, answer, update_record, object, "Changes the named fields."},
        {"DELETE", deletable ? one : NULL, "delete", object->remove, ROUTE_VERSION, records_one, object->name, NULL,
         NULL, NULL, delete_record, object, "Moves a record to the recycle bin."},
        {"POST", deletable ? text_of("/%s%s", plural, "/{id}/restore") : NULL, "restore", object->remove, 0,
         records_one, object->name, NULL, NULL, answer, restore_record, object,
         "Takes a record out of the recycle bin."},
        {"POST", transferable ? text_of("/%s%s", plural, "/{id}/transfer") : NULL, "transfer", object->transfer, 0,
         records_one, object->name, NULL, TRANSFER_BODY, NULL, transfer_record, object,
         "Gives a record to another owner; history, stage and links stay."},
        {"POST", deletable ? text_of("/%s%s", plural, "/bulk") : NULL, "bulk", object->view, 0, RECORDS_NONE,
         object->name, NULL, BULK_BODY, JOB_ANSWER, bulk_records, object, "Does one thing to many records, as a job."},
    };
    size_t count = sizeof candidates / sizeof candidates[0];
    struct route *routes = calloc(count, sizeof *routes);
    assert(routes != NULL);
    *count_out = 0;
    for (size_t i = 0; i < count; i++) {
        if (candidates[i].path != NULL) {
            routes[*count_out] = candidates[i];
            routes[*count_out].name = text_of("%s.%s", object->name, candidates[i].name);
            (*count_out)++;
        }
    }
    return routes;
}
