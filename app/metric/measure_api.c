/* HTTP of measures that people define. */
#include "measure_rules.h"

#include "platform/scope.h"

enum { YEAR_MIN = 1900, YEAR_MAX = 2999, LIST_MAX = 100 };

/* clang-format off */
static const struct option HOWS[] = {
    {"count", "条数", "Number of records"}, {"sum", "求和", "Sum of a field"}, {"line_quantity", "产品数量", "Quantity of products"},
    {"line_amount", "产品金额", "Amount of products"}, {NULL, NULL, NULL},
};
static const struct option UNITS[] = {{"money", "金额", "Money"}, {"count", "条数", "Count"}, {"quantity", "数量", "Quantity"}, {NULL, NULL, NULL}};
static const struct option STATES[] = {
    {"ready", "可用", "Ready"}, {"building", "计算中", "Being counted"}, {"broken", "定义失效", "Broken"}, {NULL, NULL, NULL},
};
/* clang-format on */

static json_t *member(const json_t *definition, const char *name, json_t *otherwise)
{
    json_t *value = json_object_get(definition, name);
    if (value == NULL) {
        return otherwise;
    }
    json_decref(otherwise);
    return json_incref(value);
}

static json_t *opt_text(struct str text)
{
    return text.len == 0 ? json_null() : json_str(text);
}

static enum err measure_json(struct request *request, const struct measure_row *row, json_t **out)
{
    struct metric_source sources[MEASURE_SOURCES_MAX];
    struct measure_use use;
    size_t count;
    struct str fault = {0};
    enum measure measure = (enum measure)(MEASURE_CUSTOM + row->id - 1);
    json_t *definition = json_loadb(row->definition.ptr, row->definition.len, 0, NULL);
    definition = json_keep(request->arena, definition == NULL ? json_object() : definition);
    TRY(measure_sources(request->db, request->arena, row, sources, &count, &fault));
    TRY(measure_store_use(request->db, request->arena, measure, &use));
    const char *state = count == 0 ? "broken" : row->built_version < row->definition_version ? "building" : "ready";
    *out = json_keep(request->arena, json_pack("{s:I,s:s,s:o,s:o,s:o,s:o,s:s,s:b,s:o,s:I}", "id", (json_int_t)row->id,
                                               "key", MEASURES[measure].key, "name_zh", json_str(row->name_zh),
                                               "name_en", json_str(row->name_en), "object", json_str(row->object),
                                               "unit", json_str(row->unit), "state", state, "is_active", row->is_active,
                                               "fault", opt_text(fault), "version", (json_int_t)row->version));
    static const char *const words[] = {"how", "filter", "date_field", "owner_field", "sum_field"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        json_object_set_new(*out, words[i], member(definition, words[i], json_null()));
    }
    json_object_set_new(*out, "product_ids", member(definition, "product_ids", json_array()));
    json_object_set_new(*out, "product_lines", member(definition, "product_lines", json_array()));
    json_object_set_new(*out, "use",
                        json_pack("{s:I,s:o,s:o,s:I}", "targets", (json_int_t)use.cells, "first_year",
                                  json_opt_int(use.first_year), "last_year", json_opt_int(use.last_year), "rounds",
                                  (json_int_t)use.rounds));
    return OK;
}

static enum err list_measures(struct request *request, struct response *response)
{
    struct measure_row *rows;
    size_t count;
    json_t *items = json_keep(request->arena, json_array());
    TRY(measure_store_list(request->db, request->arena, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *item;
        TRY(measure_json(request, &rows[i], &item));
        json_array_append(items, item);
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err answer(struct request *request, struct response *response, int64_t id)
{
    struct measure_row row;
    enum err err = measure_store_get(request->db, request->arena, id, &row);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
    }
    TRY(err);
    return measure_json(request, &row, &response->json);
}

static enum err get_measure(struct request *request, struct response *response)
{
    return answer(request, response, request->params[0]);
}

static enum err create_measure(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(measure_create(request, &id));
    response->status = 201;
    response_event(response, STR("all"), STR("target"));
    return answer(request, response, id);
}

static enum err change_measure(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(measure_change(request, request->params[0], version));
    response_event(response, STR("all"), STR("target"));
    return answer(request, response, request->params[0]);
}

static enum err delete_measure(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    response->status = 204;
    response_event(response, STR("all"), STR("target"));
    return measure_remove(request, request->params[0], version);
}

/* ---- what a definition may name ---- */

typedef bool field_fits(const struct object *object, const struct field *field);

static bool is_filter(const struct object *object, const struct field *field)
{
    (void)object;
    return (field->flags & FIELD_NO_FILTER) == 0 && measure_field_fault(field) == NULL;
}

static json_t *names_of(struct request *request, const struct object *object, field_fits *fits)
{
    json_t *list = json_array();
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if (field->zh != NULL && fits(object, field) &&
            scope_field_access(request, object, field->name) >= FIELD_ACCESS_READ) {
            json_array_append_new(list, json_string(field->name));
        }
    }
    return list;
}

static enum err list_choices(struct request *request, struct response *response)
{
    json_t *objects = json_array();
    for (const char *const *word = MEASURE_OBJECTS; *word != NULL; word++) {
        const struct object *object = object_find(*word);
        if (identity_can(request->user, object->view)) {
            json_array_append_new(objects, json_pack("{s:s,s:o,s:o,s:o,s:o}", "object", object->name, "date_fields",
                                                     names_of(request, object, measure_field_is_day), "owner_fields",
                                                     names_of(request, object, measure_field_is_person), "sum_fields",
                                                     names_of(request, object, measure_field_is_sum), "filter_fields",
                                                     names_of(request, object, is_filter)));
        }
    }
    response->json = json_keep(request->arena, json_pack("{s:o}", "objects", objects));
    return OK;
}

/* ---- preview ---- */

static json_t *row_json(struct request *request, const struct measure_example *row)
{
    return json_pack("{s:s,s:I,s:o,s:o,s:I,s:o,s:o,s:o}", "object", row->object, "record_id",
                     (json_int_t)row->fact.record_id, "label", opt_text(row->label), "on",
                     json_date(request->arena, row->fact.on), "amount", (json_int_t)row->fact.amount, "user_id",
                     row->fact.user_id == 0 ? json_null() : json_integer(row->fact.user_id), "user_name",
                     opt_text(row->user_name), "department_name", opt_text(row->department_name));
}

static json_t *preview_json(struct request *request, const struct measure_preview *preview, enum measure_unit unit)
{
    json_t *months = json_array();
    json_t *rows = json_array();
    for (size_t m = 0; m < PREVIEW_MONTHS; m++) {
        const struct measure_month *month = &preview->months[m];
        json_array_append_new(months, json_pack("{s:o,s:I,s:I}", "on", json_date(request->arena, month->on), "amount",
                                                (json_int_t)month->amount, "count", (json_int_t)month->count));
    }
    for (size_t i = 0; i < preview->row_count; i++) {
        if (preview->rows[i].object != NULL) { /* a record that was changed meanwhile has none */
            json_array_append_new(rows, row_json(request, &preview->rows[i]));
        }
    }
    return json_pack("{s:I,s:s,s:o,s:o,s:o,s:I,s:I,s:o,s:b}", "year", (json_int_t)preview->year, "unit",
                     MEASURE_UNITS[unit], "from_on", json_date(request->arena, preview->from), "to_on",
                     json_date(request->arena, preview->to), "months", months, "sum", (json_int_t)preview->sum, "count",
                     (json_int_t)preview->count, "rows", rows, "more", preview->more);
}

static enum err try_measure(struct request *request, struct response *response)
{
    struct measure_row row = {.id = 0};
    struct measure_definition definition;
    struct measure_preview *preview = ARENA_NEW(request->arena, struct measure_preview);
    TRY(measure_from_body(request, &row, &definition));
    TRY(measure_preview(request, &definition, json_get_int(request->json, "year", 0),
                        json_get_int(request->json, "month", 0) - 1, preview));
    response->json = json_keep(request->arena, preview_json(request, preview, measure_unit_of(&definition)));
    return OK;
}

/* clang-format off */
#define DEFINITION_FIELDS \
    {.name = "object", .type = FIELD_TEXT, .max = 32, .flags = FIELD_REQUIRED, .about = "kind of record that counts, of GET /measures/choices; products: contract"}, \
    {.name = "how", .type = FIELD_ENUM, .options = HOWS, .flags = FIELD_REQUIRED, .about = "what is added up"}, \
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "which records, in the language of lists: own fields, fixed days; null: all"}, \
    {.name = "date_field", .type = FIELD_TEXT, .max = 64, .flags = FIELD_NULLABLE, .about = "field with the day that counts; of products always signed_on"}, \
    {.name = "owner_field", .type = FIELD_TEXT, .max = 64, .flags = FIELD_NULLABLE, .about = "field with whom it counts for; the owner on the day unless given"}, \
    {.name = "sum_field", .type = FIELD_TEXT, .max = 64, .flags = FIELD_NULLABLE, .about = "sum: what is added up"}, \
    {.name = "product_ids", .type = FIELD_LIST, .item = FIELD_INT, .max = LIST_MAX, .flags = FIELD_MAY_BE_EMPTY, .about = "of products: these"}, \
    {.name = "product_lines", .type = FIELD_LIST, .item = FIELD_TEXT, .max = LIST_MAX, .flags = FIELD_MAY_BE_EMPTY, .about = "of products: and these product lines; without both: all"}

static const struct field MEASURE_BODY[] = {
    {.name = "name_zh", .type = FIELD_TEXT, .max = 60, .flags = FIELD_REQUIRED, .about = "Chinese name"},
    {.name = "name_en", .type = FIELD_TEXT, .max = 60, .flags = FIELD_REQUIRED, .about = "English name"},
    DEFINITION_FIELDS,
    {.name = "is_active", .type = FIELD_BOOL, .about = "may be given new targets; true unless given"},
    {.name = "confirm", .type = FIELD_BOOL, .about = "change what is counted although targets are set for it"}, FIELD_END,
};
static const struct field PREVIEW_BODY[] = {
    DEFINITION_FIELDS,
    {.name = "year", .type = FIELD_INT, .min = YEAR_MIN, .max = YEAR_MAX, .about = "fiscal year; the last one that is over unless given"},
    {.name = "month", .type = FIELD_INT, .min = 1, .max = 12, .about = "rows of this month of it; of all unless given"}, FIELD_END,
};
static const struct field USE_FIELDS[] = {
    {.name = "targets", .type = FIELD_INT, .about = "months with a target"}, {.name = "first_year", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "of them"},
    {.name = "last_year", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "of them"}, {.name = "rounds", .type = FIELD_INT, .about = "planning rounds that ask for it"}, FIELD_END,
};
static const struct field MEASURE_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .about = "number"}, {.name = "key", .type = FIELD_TEXT, .about = "word for the routes of targets"},
    {.name = "name_zh", .type = FIELD_TEXT, .about = "Chinese name"}, {.name = "name_en", .type = FIELD_TEXT, .about = "English name"},
    {.name = "object", .type = FIELD_TEXT, .about = "kind of record"}, {.name = "how", .type = FIELD_ENUM, .options = HOWS, .about = "what is added up"},
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "which records"},
    {.name = "date_field", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "day"}, {.name = "owner_field", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "person"},
    {.name = "sum_field", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "amount"},
    {.name = "product_ids", .type = FIELD_LIST, .item = FIELD_INT, .about = "products"}, {.name = "product_lines", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "product lines"},
    {.name = "unit", .type = FIELD_ENUM, .options = UNITS, .about = "money: minor units; quantity: thousandths"},
    {.name = "state", .type = FIELD_ENUM, .options = STATES, .about = "building: its figures are not all there yet; broken: they stay as they are"},
    {.name = "fault", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "why it is broken"},
    {.name = "is_active", .type = FIELD_BOOL, .about = "may be given new targets"},
    {.name = "use", .type = FIELD_OBJECT, .fields = USE_FIELDS, .about = "what hangs on it"}, {.name = "version", .type = FIELD_INT, .about = "for changes"}, FIELD_END,
};
static const struct field LIST_ANSWER[] = {{.name = "items", .type = FIELD_LIST, .fields = MEASURE_ANSWER, .about = "by number"}, FIELD_END};
static const struct field CHOICE_FIELDS[] = {
    {.name = "object", .type = FIELD_TEXT, .about = "kind of record"}, {.name = "date_fields", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "names"},
    {.name = "owner_fields", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "names"}, {.name = "sum_fields", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "names"},
    {.name = "filter_fields", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "names"}, FIELD_END,
};
static const struct field CHOICES_ANSWER[] = {{.name = "objects", .type = FIELD_LIST, .fields = CHOICE_FIELDS, .about = "those open to the asking person"}, FIELD_END};
static const struct field MONTH_FIELDS[] = {
    {.name = "on", .type = FIELD_DATE, .about = "first day"}, {.name = "amount", .type = FIELD_INT, .about = "in the unit"}, {.name = "count", .type = FIELD_INT, .about = "records"}, FIELD_END,
};
static const struct field ROW_FIELDS[] = {
    {.name = "object", .type = FIELD_TEXT, .about = "kind of record"}, {.name = "record_id", .type = FIELD_INT, .about = "its id"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "null when it is closed"}, {.name = "on", .type = FIELD_TEXT, .about = "day, YYYY-MM-DD"},
    {.name = "amount", .type = FIELD_INT, .about = "in the unit"}, {.name = "user_id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "whom it counts for"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "shown"}, {.name = "department_name", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "shown"}, FIELD_END,
};
static const struct field PREVIEW_ANSWER[] = {
    {.name = "year", .type = FIELD_INT, .about = "fiscal year"}, {.name = "unit", .type = FIELD_ENUM, .options = UNITS, .about = "of the amounts"},
    {.name = "from_on", .type = FIELD_DATE, .about = "first day"}, {.name = "to_on", .type = FIELD_DATE, .about = "first day after"},
    {.name = "months", .type = FIELD_LIST, .fields = MONTH_FIELDS, .about = "twelve"}, {.name = "sum", .type = FIELD_INT, .about = "of the months"},
    {.name = "count", .type = FIELD_INT, .about = "records"}, {.name = "rows", .type = FIELD_LIST, .fields = ROW_FIELDS, .about = "the newest"},
    {.name = "more", .type = FIELD_BOOL, .about = "there are more rows"}, FIELD_END,
};

const struct route MEASURE_ROUTES[] = {
    {"GET", "/measures", "measure.list", PERM_MEASURE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, LIST_ANSWER, list_measures, NULL, "Measures that people defined."},
    {"GET", "/measures/choices", "measure.choices", PERM_MEASURE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, CHOICES_ANSWER, list_choices, NULL, "What a definition may name."},
    {"GET", "/measures/{id}", "measure.get", PERM_MEASURE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, MEASURE_ANSWER, get_measure, NULL, "One measure."},
    {"POST", "/measures", "measure.create", PERM_MEASURE_EDIT, 0, RECORDS_NONE, NULL, NULL, MEASURE_BODY, MEASURE_ANSWER, create_measure, NULL, "Defines a measure; its figures are counted at once."},
    {"PUT", "/measures/{id}", "measure.update", PERM_MEASURE_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL, NULL, MEASURE_BODY, MEASURE_ANSWER, change_measure, NULL, "Changes a measure; other figures are counted anew."},
    {"DELETE", "/measures/{id}", "measure.delete", PERM_MEASURE_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL, NULL, NULL, NULL, delete_measure, NULL, "Deletes a measure that no target is set for, with its figures."},
    {"POST", "/measures/preview", "measure.preview", PERM_MEASURE_EDIT, 0, RECORDS_AGGREGATE, "target", NULL, PREVIEW_BODY, PREVIEW_ANSWER, try_measure, NULL, "What a definition would have counted, of records the asking person may see."},
    {.method = NULL},
};
/* clang-format on */
