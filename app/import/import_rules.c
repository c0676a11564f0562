/* The import engine. Chunks of rows run in one transaction each; a row that is refused is taken back alone (savepoint)
 * and remembered with its reasons. What a run makes is written down for the roll-back. */
#include "import_rules.h"

#include <string.h>

#include "engines/csv.h"
#include "engines/table.h"
#include "import_cell.h"
#include "ledger.h"
#include "metric.h"
#include "platform/object_store.h"
#include "platform/tx.h"
#include "target.h"

enum { CHUNK_ROWS = 200, CACHE_MAX = 200000 };

/* One mapped column. */
struct mapped {
    size_t column;             /* index in the row */
    struct str heading;        /* of the column */
    const struct field *field; /* where it goes */
    struct cell_style style;   /* how it is read */
    bool create_missing;       /* make the named record when there is none */
};

/* A run. */
struct run {
    struct request *request;    /* the user's; arena is the row's while one is worked on */
    struct arena *arena;        /* of the whole run */
    struct import_kind kind;    /* what is imported */
    struct import_batch *batch; /* counts */
    struct table *table;        /* the file */
    const json_t *mapping;      /* as saved */
    struct mapped *columns;     /* resolved mapping */
    size_t column_count;        /* in `columns` */
    json_t *cache;              /* reference texts seen → ids */
    struct arena *chunk_arena;  /* rows of the present chunk */
    struct table_row *rows;     /* of the present chunk */
    size_t row_count;           /* in `rows` */
};

/* ---- kinds ---- */

static const struct field CREATOR_FIELDS[] = {
    {.name = "created_at", .zh = "创建时间", .en = "Created", .type = FIELD_INSTANT, .about = "original time"},
    {.name = "created_by_id",
     .zh = "创建人",
     .en = "Created by",
     .type = FIELD_REF,
     .ref = "user",
     .about = "original creator"},
    FIELD_END,
};

static const struct field TARGET_FIELDS[] = {
    {.name = "user_id",
     .zh = "人员",
     .en = "Person",
     .type = FIELD_REF,
     .ref = "user",
     .about = "whose target; or a department"},
    {.name = "department_id",
     .zh = "部门",
     .en = "Department",
     .type = FIELD_REF,
     .ref = "department",
     .about = "the department's own share"},
    {.name = "year",
     .zh = "年度",
     .en = "Year",
     .type = FIELD_INT,
     .min = 1990,
     .max = 2200,
     .flags = FIELD_REQUIRED,
     .about = "fiscal year"},
    {.name = "measure",
     .zh = "指标",
     .en = "Measure",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "signed_amount, received_amount, …"},
#define MONTH_FIELD(n)                                                                                                 \
    {                                                                                                                  \
        .name = "month_" #n, .zh = #n "月", .en = "Month " #n, .type = FIELD_MONEY,                                    \
        .about = "of the fiscal year; counts are whole numbers"                                                        \
    }
    MONTH_FIELD(1),
    MONTH_FIELD(2),
    MONTH_FIELD(3),
    MONTH_FIELD(4),
    MONTH_FIELD(5),
    MONTH_FIELD(6),
    MONTH_FIELD(7),
    MONTH_FIELD(8),
    MONTH_FIELD(9),
    MONTH_FIELD(10),
    MONTH_FIELD(11),
    MONTH_FIELD(12),
#undef MONTH_FIELD
    FIELD_END,
};

/* The fields a person may give, the original creator and time among them. */
static const struct field *writable_fields(struct arena *arena, const struct object *object)
{
    size_t own = fields_count(object->fields);
    size_t extra = fields_count(CREATOR_FIELDS);
    struct field *fields = ARENA_ARRAY(arena, struct field, own + extra + 1);
    size_t count = 0;
    for (size_t i = 0; i < own; i++) {
        if ((object->fields[i].flags & FIELD_READ_ONLY) == 0) {
            fields[count++] = object->fields[i];
        }
    }
    memcpy(fields + count, CREATOR_FIELDS, extra * sizeof *fields);
    return fields;
}

enum err import_kind_find(struct arena *arena, struct str name, struct import_kind *out)
{
    if (str_eq_c(name, "target")) {
        *out = (struct import_kind){"target", NULL, TARGET_FIELDS, PERM_TARGET_IMPORT};
        return OK;
    }
    const struct object *object = object_find(str_c(arena, name));
    if (object == NULL || object_is_read_only(object)) {
        return ERR_NOT_FOUND;
    }
    *out = (struct import_kind){object->name, object, writable_fields(arena, object), object->import};
    return OK;
}

/* ---- resolving the mapping ---- */

static size_t find_column(const json_t *format, struct str heading)
{
    size_t index;
    json_t *column;
    json_array_foreach (json_object_get(format, "columns"), index, column) {
        if (str_eq(json_get_str(column, "name"), heading)) {
            return index;
        }
    }
    return SIZE_MAX;
}

static bool list_has(const json_t *list, const char *word)
{
    size_t index;
    json_t *item;
    json_array_foreach (list, index, item) {
        if (json_is_string(item) && strcmp(json_string_value(item), word) == 0) {
            return true;
        }
    }
    return false;
}

static enum date_order read_order(const json_t *entry, const json_t *column)
{
    struct str order = json_get_str(entry, "date_order");
    if (order.len == 0 || str_eq_c(order, "auto")) {
        order = json_get_str(column, "date_order");
    }
    return str_eq_c(order, "mdy") ? DATE_ORDER_MDY : str_eq_c(order, "dmy") ? DATE_ORDER_DMY : DATE_ORDER_UNKNOWN;
}

static struct cell_style read_style(const struct run *run, const json_t *entry, const json_t *column)
{
    struct str unit = json_get_str(entry, "money_unit");
    const json_t *values = json_object_get(entry, "values");
    return (struct cell_style){
        .order = read_order(entry, column),
        .number = {json_get_bool(run->mapping, "decimal_comma", false), false},
        .minor_units = str_eq_c(unit, "minor"),
        .factor = str_eq_c(unit, "wan") ? 10000 : 1,
        .login = str_eq_c(json_get_str(entry, "transform"), "login"),
        .values = json_is_object(values) ? values : NULL,
    };
}

/* Entries without field are columns left out. */
static enum err resolve_mapping(struct run *run, const json_t *format)
{
    const json_t *entries = json_object_get(run->mapping, "columns");
    size_t index;
    json_t *entry;
    run->columns = ARENA_ARRAY(run->arena, struct mapped, json_array_size(entries) + 1);
    json_array_foreach (entries, index, entry) {
        struct str heading = json_get_str(entry, "column");
        struct str name = json_get_str(entry, "field");
        if (name.len == 0) {
            continue;
        }
        size_t column = find_column(format, heading);
        const struct field *field = fields_find(run->kind.fields, name);
        struct str path = str_format(run->arena, "columns.%zu", index);
        if (column == SIZE_MAX || field == NULL) {
            error_field(run->request->error, path, column == SIZE_MAX ? "no_such_column" : "unknown_field",
                        "%.*s is not in the %s.", STR_ARG(column == SIZE_MAX ? heading : name),
                        column == SIZE_MAX ? "file" : "record");
            continue;
        }
        run->columns[run->column_count++] = (struct mapped){
            .column = column,
            .heading = heading,
            .field = field,
            .style = read_style(run, entry, json_array_get(json_object_get(format, "columns"), column)),
            .create_missing = list_has(json_object_get(run->mapping, "create_missing"), field->name),
        };
    }
    return error_check_fields(run->request->error);
}

static const struct option DATE_ORDERS[] = {{"auto", "自动", "Automatic"},
                                            {"mdy", "月日年", "Month first"},
                                            {"dmy", "日月年", "Day first"},
                                            {NULL, NULL, NULL}};
static const struct option MONEY_UNITS[] = {
    {"major", "元", "Major"}, {"minor", "分", "Minor"}, {"wan", "万元", "Ten thousand"}, {NULL, NULL, NULL}};
static const struct option TRANSFORMS[] = {{"login", "登录名", "Login name"}, {NULL, NULL, NULL}};
static const struct option ON_EXISTING[] = {
    {"update", "更新", "Update"}, {"skip", "跳过", "Skip"}, {"fail", "拒绝", "Refuse"}, {NULL, NULL, NULL}};
static const struct field COLUMN_FIELDS[] = {
    {.name = "column", .type = FIELD_LONG_TEXT, .about = "heading in the file"},
    {.name = "field", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "where it goes; none: left out"},
    {.name = "values", .type = FIELD_JSON, .about = "what the file says: what is meant"},
    {.name = "date_order", .type = FIELD_ENUM, .options = DATE_ORDERS, .about = "of dates like 3/4/2026"},
    {.name = "money_unit", .type = FIELD_ENUM, .options = MONEY_UNITS, .about = "of amounts"},
    {.name = "transform", .type = FIELD_ENUM, .options = TRANSFORMS, .about = "login: turns names into login names"},
    FIELD_END,
};
static const struct field MAPPING_FIELDS[] = {
    {.name = "columns", .type = FIELD_LIST, .fields = COLUMN_FIELDS, .max = 16384, .about = "which column goes where"},
    {.name = "constants", .type = FIELD_JSON, .about = "fields with one value for all rows"},
    {.name = "key", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "field by which a record is found again"},
    {.name = "on_existing", .type = FIELD_ENUM, .options = ON_EXISTING, .about = "what to do with those found"},
    {.name = "create_missing", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "references made when absent"},
    {.name = "contract_from_won", .type = FIELD_BOOL, .about = "a contract for each won opportunity"},
    {.name = "decimal_comma", .type = FIELD_BOOL, .about = "1.234,56 is a number"},
    {.name = "sheet", .type = FIELD_INT, .min = 0, .max = 1000, .about = "of a workbook, from 0"},
    FIELD_END,
};
const struct field IMPORT_MAPPING_BODY[] = {
    {.name = "mapping",
     .type = FIELD_OBJECT,
     .fields = MAPPING_FIELDS,
     .flags = FIELD_REQUIRED,
     .about = "how the file becomes records"},
    FIELD_END,
};

static void check_column(struct request *request, const struct import_kind *kind, const json_t *entry, size_t index)
{
    struct str field = json_get_str(entry, "field");
    json_t *values = json_object_get(entry, "values");
    const char *from;
    json_t *to;
    bool texts = values == NULL || json_is_object(values);
    if (field.len > 0 && fields_find(kind->fields, field) == NULL) {
        error_field(request->error, str_format(request->arena, "mapping.columns.%zu.field", index), "unknown_field",
                    "There is no field %.*s.", STR_ARG(field));
    }
    json_object_foreach (values, from, to) {
        texts = texts && json_is_string(to);
    }
    if (!texts) {
        error_field(request->error, str_format(request->arena, "mapping.columns.%zu.values", index), "not_an_object",
                    "The values must be an object of texts.");
    }
}

static void check_constants(struct request *request, const struct import_kind *kind, json_t *constants)
{
    const char *name;
    json_t *value;
    if (constants != NULL && !json_is_object(constants)) {
        error_field(request->error, STR("mapping.constants"), "not_an_object", "The constants must be an object.");
    }
    json_object_foreach (constants, name, value) {
        const struct field *field = fields_find(kind->fields, str_from(name));
        struct str path = str_format(request->arena, "mapping.constants.%s", name);
        struct value ignored;
        if (field == NULL) {
            error_field(request->error, path, "unknown_field", "There is no field %s.", name);
        } else {
            field_value(field, value, path, request->arena, request->error, &ignored);
        }
    }
}

enum err import_check_mapping(struct request *request, const struct import_kind *kind, json_t *mapping)
{
    size_t index;
    json_t *entry;
    struct str key = json_get_str(mapping, "key");
    json_t *body = json_keep(request->arena, json_pack("{s:O}", "mapping", mapping));
    TRY(fields_check(IMPORT_MAPPING_BODY, body, false, request->error));
    json_array_foreach (json_object_get(mapping, "columns"), index, entry) {
        check_column(request, kind, entry, index);
    }
    check_constants(request, kind, json_object_get(mapping, "constants"));
    if (key.len > 0 && fields_find(kind->fields, key) == NULL) {
        error_field(request->error, STR("mapping.key"), "unknown_field", "There is no field %.*s.", STR_ARG(key));
    }
    return error_check_fields(request->error);
}

/* ---- references ---- */

static int64_t pipeline_of(const struct run *run)
{
    return json_get_int(json_object_get(run->mapping, "constants"), "pipeline_id", 0);
}

static enum err note_record(struct run *run, int64_t row_number, const char *object, int64_t id, const char *action,
                            int64_t version, struct value before)
{
    if (run->batch->dry_run) {
        return OK;
    }
    return import_store_record(run->request->db, run->request->arena, run->batch->id, row_number, object, id, action,
                               version, before);
}

/* Makes the record a cell names: only its name is known. */
static enum err create_reference(struct run *run, const struct field *field, struct str text, int64_t row_number,
                                 int64_t *id_out)
{
    const struct object *object = object_find(field->ref);
    const struct record_options options = {.importing = true, .reason = STR("import")};
    json_t *body = json_keep(run->request->arena, json_object());
    json_object_set_new(body, object_label(object)->name, json_str(text));
    TRY(record_create(run->request, object, body, &options, id_out));
    return note_record(run, row_number, object->name, *id_out, "created", 1, value_null());
}

/* The id behind a text; 0 after naming the fault. Answers are remembered for the run. */
static enum err resolve_reference(struct run *run, const struct mapped *mapped, struct str text, int64_t row_number,
                                  int64_t *id_out)
{
    const char *key = str_format(run->request->arena, "%s\n%.*s", mapped->field->ref, STR_ARG(text)).ptr;
    int64_t ids[2] = {0};
    size_t count = 0;
    *id_out = json_integer_value(json_object_get(run->cache, key));
    if (*id_out != 0) {
        return OK;
    }
    TRY(import_store_find(run->request, mapped->field->ref, text, pipeline_of(run), ids, &count));
    const struct object *object = object_find(mapped->field->ref);
    bool creatable = mapped->create_missing && object != NULL && strcmp(object->name, "user") != 0 &&
                     identity_can(run->request->user, object->create);
    if (count == 0 && creatable) {
        TRY(create_reference(run, mapped->field, text, row_number, &ids[0]));
        count = 1;
    }
    if (count != 1) {
        error_field(run->request->error, str_from(mapped->field->name), count == 0 ? "no_such_record" : "ambiguous",
                    count == 0 ? "No %s is called \"%.*s\"." : "More than one %s is called \"%.*s\".",
                    mapped->field->ref, STR_ARG(str_slice(text, 0, 120)));
        return OK;
    }
    *id_out = ids[0];
    if (json_object_size(run->cache) > CACHE_MAX) {
        json_object_clear(run->cache);
    }
    json_object_set_new(run->cache, key, json_integer(*id_out));
    return OK;
}

/* ---- rows ---- */

static struct str replaced(const struct cell_style *style, struct arena *arena, struct str text)
{
    struct str value = style->values == NULL ? (struct str){0} : json_get_str(style->values, str_c(arena, text));
    return value.ptr == NULL ? text : value;
}

/* The row as a record body. Faults collect in the request's error. */
static enum err build_body(struct run *run, const struct table_row *row, json_t *body)
{
    struct request *request = run->request;
    for (size_t i = 0; i < run->column_count; i++) {
        const struct mapped *mapped = &run->columns[i];
        const char *code = NULL;
        const char *message = NULL;
        struct str text =
            mapped->column < row->cell_count ? str_trim(csv_unguard(row->cells[mapped->column])) : (struct str){0};
        text = text.len == 0 ? text : replaced(&mapped->style, request->arena, text);
        if (text.len == 0) {
            continue;
        }
        if (mapped->field->type == FIELD_REF) {
            int64_t id = 0;
            TRY(resolve_reference(run, mapped, text, (int64_t)row->number, &id));
            json_object_set_new(body, mapped->field->name, json_integer(id));
            continue;
        }
        json_t *value = cell_json(request, mapped->field, text, &mapped->style, &code, &message);
        if (value == NULL) {
            error_field(request->error, str_from(mapped->field->name), code, "\"%.*s\" %s",
                        STR_ARG(str_slice(text, 0, 80)), message);
            continue;
        }
        json_object_set_new(body, mapped->field->name, value);
    }
    return error_check_fields(request->error);
}

static void add_constants(const struct run *run, json_t *body)
{
    const char *name;
    json_t *value;
    json_object_foreach (json_object_get(run->mapping, "constants"), name, value) {
        if (json_object_get(body, name) == NULL) {
            json_object_set(body, name, value);
        }
    }
}

/* A member of the body that is no field of the record leaves it, checked. */
static enum err take_member(struct request *request, json_t *body, const char *name, struct value *out)
{
    const struct field *field = fields_find(CREATOR_FIELDS, str_from(name));
    json_t *member = json_object_get(body, name);
    bool ok = true;
    *out = value_null();
    if (member != NULL && field_value(field, member, str_from(name), request->arena, request->error, out) &&
        field->type == FIELD_REF) {
        TRY(object_store_reference_ok(request, field, out->integer, true, &ok));
    }
    if (!ok) {
        error_field(request->error, str_from(name), "no_such_record", "%s names nobody.", name);
    }
    json_object_del(body, name);
    return OK;
}

/* Original creator and time are options of the write. */
static enum err take_options(struct request *request, json_t *body, struct record_options *options)
{
    struct value at, by;
    TRY(take_member(request, body, "created_at", &at));
    TRY(take_member(request, body, "created_by_id", &by));
    *options = (struct record_options){
        .importing = true,
        .reason = STR("import"),
        .created_at = {at.type == VALUE_INSTANT, at.type == VALUE_INSTANT ? at.instant : (struct instant){0}},
        .created_by_id = {by.type == VALUE_INT, by.type == VALUE_INT ? by.integer : 0},
    };
    return error_check_fields(request->error);
}

enum outcome { OUTCOME_CREATED, OUTCOME_UPDATED, OUTCOME_SKIPPED };

/* The record the key finds; 0 when there is none (or no key). */
static enum err find_existing(struct run *run, const json_t *body, int64_t *id_out)
{
    struct str key = json_get_str(run->mapping, "key");
    const struct field *field = key.len == 0 ? NULL : fields_find(run->kind.fields, key);
    json_t *member = field == NULL ? NULL : json_object_get(body, field->name);
    struct value value;
    int64_t ids[2] = {0};
    size_t count = 0;
    *id_out = 0;
    if (member == NULL || !field_value(field, member, key, run->request->arena, run->request->error, &value) ||
        value.type == VALUE_NULL) {
        return error_check_fields(run->request->error);
    }
    TRY(import_store_find_key(run->request, run->kind.object, field->name, value, ids, &count));
    if (count > 1) {
        error_field(run->request->error, key, "ambiguous", "More than one record has this %.*s.", STR_ARG(key));
        return error_check_fields(run->request->error);
    }
    *id_out = ids[0];
    return OK;
}

/* The named fields as they were. */
static json_t *before_json(struct request *request, const struct object *object, const struct value *values,
                           const json_t *body)
{
    json_t *before = json_keep(request->arena, json_object());
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        if (json_has(body, object->fields[i].name)) {
            json_object_set_new(before, object->fields[i].name,
                                field_json(&object->fields[i], values[i], request->arena));
        }
    }
    return before;
}

/* What cannot be changed on an existing record leaves the body. */
static void drop_create_only(const struct object *object, json_t *body)
{
    for (const struct field *field = object->fields; field->name != NULL; field++) {
        if ((field->flags & FIELD_CREATE_ONLY) != 0) {
            json_object_del(body, field->name);
        }
    }
}

static enum err update_existing(struct run *run, int64_t row_number, int64_t id, json_t *body,
                                const struct record_options *options)
{
    struct request *request = run->request;
    const struct object *object = run->kind.object;
    struct value *values;
    int64_t version = 0;
    int64_t after = 0;
    TRY(record_load(request, object, id, true, &values, &version));
    drop_create_only(object, body);
    struct value before = V(json_write(request->arena, before_json(request, object, values, body)));
    TRY(record_update(request, object, id, version, body, options));
    TRY(record_load(request, object, id, false, &values, &after));
    return after == version ? OK : note_record(run, row_number, object->name, id, "updated", after, before);
}

/* A contract for a won opportunity: signed on the day it was won, over its amount. */
static enum err create_contract(struct run *run, int64_t row_number, int64_t opportunity_id)
{
    struct request *request = run->request;
    const struct object *object = run->kind.object;
    const struct object *contract = object_find("contract");
    struct value *values;
    int64_t version = 0;
    int64_t id = 0;
    TRY(record_load(request, object, opportunity_id, false, &values, &version));
    if (!str_eq_c(values[object_field(object, "status")].text, "won")) {
        return OK;
    }
    if (!identity_can(request->user, contract->create)) {
        return error_set(request->error, ERR_FORBIDDEN, "A contract cannot be made: this needs the right %s.",
                         permission_key(contract->create));
    }
    struct value code = values[object_field(object, "code")];
    struct value owner = values[object_field(object, "owner_id")];
    json_t *body =
        json_keep(request->arena,
                  json_pack("{s:I,s:s,s:I,s:o,s:o}", "opportunity_id", (json_int_t)opportunity_id, "status", "signed",
                            "amount_minor", (json_int_t)values[object_field(object, "amount_minor")].integer,
                            "signed_on", json_date(request->arena, values[object_field(object, "closed_on")].date),
                            "currency", json_str(values[object_field(object, "currency")].text)));
    if (code.type == VALUE_TEXT) {
        json_object_set_new(body, "number", json_str(str_format(request->arena, "C-%.*s", STR_ARG(code.text))));
    }
    if (owner.type == VALUE_INT) {
        json_object_set_new(body, "owner_id", json_integer(owner.integer));
    }
    const struct record_options options = {.importing = true, .reason = STR("import")};
    TRY(record_create(request, contract, body, &options, &id));
    return note_record(run, row_number, "contract", id, "created", 1, value_null());
}

static enum err save_record(struct run *run, int64_t row_number, json_t *body, enum outcome *outcome)
{
    struct request *request = run->request;
    struct record_options options;
    struct str on_existing = json_get_str(run->mapping, "on_existing");
    int64_t id = 0;
    TRY(take_options(request, body, &options));
    TRY(find_existing(run, body, &id));
    if (id != 0 && str_eq_c(on_existing, "fail")) {
        return error_set(request->error, ERR_DUPLICATE, "There already is such a record.");
    }
    if (id != 0) {
        *outcome = str_eq_c(on_existing, "skip") ? OUTCOME_SKIPPED : OUTCOME_UPDATED;
        return *outcome == OUTCOME_SKIPPED ? OK : update_existing(run, row_number, id, body, &options);
    }
    *outcome = OUTCOME_CREATED;
    TRY(record_create(request, run->kind.object, body, &options, &id));
    TRY(note_record(run, row_number, run->kind.object->name, id, "created", 1, value_null()));
    bool contracts =
        strcmp(run->kind.name, "opportunity") == 0 && json_get_bool(run->mapping, "contract_from_won", false);
    return contracts ? create_contract(run, row_number, id) : OK;
}

/* A row of targets: twelve months of one person or department. */
static enum err save_targets(struct run *run, const json_t *body, enum outcome *outcome)
{
    struct request *request = run->request;
    struct target_cell cells[TARGET_MONTHS];
    enum measure measure;
    size_t count = 0;
    bool is_user = json_has(body, "user_id");
    struct str key = json_get_str(body, "measure");
    int64_t subject = json_get_int(body, is_user ? "user_id" : "department_id", 0);
    if (!measure_find(key, &measure)) {
        error_field(request->error, STR("measure"), "not_an_option", "There is no measure \"%.*s\".", STR_ARG(key));
    }
    if (subject == 0) {
        error_field(request->error, STR("user_id"), "required", "A target needs a person or a department.");
    }
    if (!json_has(body, "year")) {
        error_field(request->error, STR("year"), "required", "A target needs its year.");
    }
    TRY(error_check_fields(request->error));
    for (int month = 1; month <= TARGET_MONTHS; month++) {
        const char *name = str_format(request->arena, "month_%d", month).ptr;
        struct opt_int amount = json_get_opt_int(body, name);
        int64_t units = MEASURES[measure].is_money ? amount.value : amount.value / 100;
        if (amount.set) {
            cells[count++] =
                (struct target_cell){.is_user = is_user, .subject_id = subject, .month = month, .amount = units};
        }
    }
    *outcome = OUTCOME_UPDATED;
    return count == 0 ? OK : target_save(request, json_get_int(body, "year", 0), measure, cells, count, true);
}

static enum err work_row(struct run *run, const struct table_row *row, enum outcome *outcome)
{
    json_t *body = json_keep(run->request->arena, json_object());
    TRY(build_body(run, row, body));
    add_constants(run, body);
    return run->kind.object == NULL ? save_targets(run, body, outcome)
                                    : save_record(run, (int64_t)row->number, body, outcome);
}

static struct str heading_of(const struct run *run, struct str field)
{
    for (size_t i = 0; i < run->column_count; i++) {
        if (str_eq_c(field, run->columns[i].field->name)) {
            return run->columns[i].heading;
        }
    }
    return (struct str){0};
}

static json_t *errors_json(const struct run *run, const struct error *error, enum err err)
{
    json_t *list = json_keep(run->request->arena, json_array());
    for (size_t i = 0; i < error->field_count; i++) {
        json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:o}", "field", json_str(error->fields[i].field), "column",
                                              json_str(heading_of(run, error->fields[i].field)), "code",
                                              json_str(error->fields[i].code), "message",
                                              json_str(error->fields[i].message)));
    }
    if (error->field_count == 0) {
        json_array_append_new(list,
                              json_pack("{s:s,s:n,s:s,s:o}", "field", "", "column", "code", err_code(err), "message",
                                        json_str(error->detail.len > 0 ? error->detail : str_from(err_text(err)))));
    }
    return list;
}

static json_t *cells_json(struct arena *arena, const struct table_row *row)
{
    json_t *list = json_keep(arena, json_array());
    for (size_t i = 0; i < row->cell_count; i++) {
        json_array_append_new(list, json_str(row->cells[i]));
    }
    return list;
}

/* Refusals belong to the row; anything else ends the chunk. */
static bool is_refusal(enum err err)
{
    return err != OK && err_status(err) < 500 && err != ERR_BUSY;
}

static enum err run_row(struct run *run, const struct table_row *row)
{
    struct request *request = run->request;
    struct import_batch *batch = run->batch;
    enum outcome outcome = OUTCOME_CREATED;
    error_init(request->error, request->arena);
    TRY(tx_mark(request->db, "import_row"));
    enum err err = work_row(run, row, &outcome);
    if (is_refusal(err)) {
        TRY(tx_undo(request->db, "import_row"));
        /* References made by this row are gone with it. */
        json_object_clear(run->cache);
        batch->failed_count++;
        return import_store_fault(request->db, request->arena, batch->id, (int64_t)row->number,
                                  json_write(request->arena, cells_json(request->arena, row)),
                                  json_write(request->arena, errors_json(run, request->error, err)));
    }
    batch->created_count += err == OK && outcome == OUTCOME_CREATED;
    batch->updated_count += err == OK && outcome == OUTCOME_UPDATED;
    batch->skipped_count += err == OK && outcome == OUTCOME_SKIPPED;
    return err;
}

/* ---- chunks ---- */

/* A dry run does everything and takes it back; only the faults and counts are then written. */
static enum err run_rows(struct run *run)
{
    struct arena *outer = run->request->arena;
    enum err err = OK;
    for (size_t i = 0; i < run->row_count && err == OK; i++) {
        run->request->arena = arena_create(64 * 1024 * 1024);
        err = run_row(run, &run->rows[i]);
        arena_destroy(run->request->arena);
        run->request->arena = outer;
        run->batch->row_count++;
        run->batch->done_row = (int64_t)run->rows[i].number;
    }
    return err;
}

static enum err keep_faults_only(struct db *db, struct run *run)
{
    struct import_fault *faults;
    size_t count;
    struct arena *arena = run->chunk_arena;
    TRY(import_store_faults(db, arena, run->batch->id, (int64_t)run->rows[0].number - 1, CHUNK_ROWS, &faults, &count));
    TRY(tx_undo(db, "import_chunk"));
    json_object_clear(run->cache);
    for (size_t i = 0; i < count; i++) {
        TRY(import_store_fault(db, arena, run->batch->id, faults[i].row_number, faults[i].cells, faults[i].errors));
    }
    return OK;
}

/* What came of customers' assignments is brought in line once a chunk. */
static enum err tell_ledger(struct run *run, int64_t noted_before)
{
    struct import_record *records;
    size_t count;
    TRY(import_store_noted(run->request->db, run->chunk_arena, run->batch->id, noted_before, &records, &count));
    int64_t *ids = ARENA_ARRAY(run->chunk_arena, int64_t, count + 1);
    for (size_t from = 0, id_count = 0; from < count; from += id_count, id_count = 0) {
        while (from + id_count < count && str_eq(records[from].object, records[from + id_count].object)) {
            ids[id_count] = records[from + id_count].record_id;
            id_count++;
        }
        const struct object *object = object_find(str_c(run->chunk_arena, records[from].object));
        TRY(ledger_refresh_of(run->request->db, run->chunk_arena, object, ids, id_count));
    }
    return OK;
}

static enum err run_chunk(struct db *db, void *context)
{
    struct run *run = context;
    struct import_batch before = *run->batch;
    int64_t noted_before = 0;
    TRY(import_store_last_noted(db, run->chunk_arena, run->batch->id, &noted_before));
    TRY(tx_mark(db, "import_chunk"));
    enum err err = run_rows(run);
    if (err == OK && run->batch->dry_run) {
        err = keep_faults_only(db, run);
    } else if (err == OK) {
        err = tell_ledger(run, noted_before);
    }
    err = err == OK ? import_store_progress(db, run->chunk_arena, run->batch, run->request->now) : err;
    if (err != OK) {
        /* The transaction runs again, with the counts it began with. */
        *run->batch = before;
        json_object_clear(run->cache);
    }
    return err;
}

/* Copies the next rows behind the last committed one. */
static enum err read_chunk(struct run *run, bool *more)
{
    run->rows = ARENA_ARRAY(run->chunk_arena, struct table_row, CHUNK_ROWS);
    run->row_count = 0;
    *more = true;
    while (run->row_count < CHUNK_ROWS && *more) {
        struct table_row row;
        TRY(table_next(run->table, &row, more));
        if (!*more || (int64_t)row.number <= run->batch->done_row) {
            continue;
        }
        struct str *cells = ARENA_ARRAY(run->chunk_arena, struct str, row.cell_count + 1);
        for (size_t i = 0; i < row.cell_count; i++) {
            cells[i] = str_dup(run->chunk_arena, row.cells[i]);
        }
        run->rows[run->row_count++] = (struct table_row){row.number, cells, row.cell_count, row.ragged};
    }
    return OK;
}

static enum err open_file(struct run *run, const char *path)
{
    struct table_row heading;
    bool more = false;
    size_t sheet = (size_t)json_get_int(run->mapping, "sheet", 0);
    TRY(table_open_file(run->arena, path, run->request->error, &run->table));
    if (sheet > 0) {
        TRY(table_select(run->table, sheet));
    }
    return table_next(run->table, &heading, &more);
}

static enum err run_chunks(struct run *run, enum err (*progress)(void *, int64_t, int64_t), void *context)
{
    bool more = true;
    while (more) {
        run->chunk_arena = arena_create(256 * 1024 * 1024);
        enum err err = read_chunk(run, &more);
        err = err == OK && run->row_count > 0 ? db_tx(run->request->db, run_chunk, run) : err;
        arena_destroy(run->chunk_arena);
        TRY(err);
        int thousandths = table_progress(run->table);
        int64_t total = thousandths > 0 ? run->batch->row_count * 1000 / thousandths : 0;
        TRY(progress(context, run->batch->row_count, more ? total : run->batch->row_count));
    }
    return OK;
}

enum err import_run(struct request *request, struct import_batch *batch,
                    enum err (*progress)(void *context, int64_t done, int64_t total), void *context)
{
    json_t *format = NULL;
    json_t *mapping = NULL;
    struct run run = {.request = request, .arena = request->arena, .batch = batch};
    TRY(import_kind_find(request->arena, batch->kind, &run.kind));
    TRY(json_read(request->arena, batch->format, request->error, &format));
    TRY(json_read(request->arena, batch->mapping.set ? batch->mapping.value : STR("{}"), request->error, &mapping));
    run.mapping = mapping;
    run.cache = json_keep(request->arena, json_object());
    TRY(resolve_mapping(&run, format));
    TRY(open_file(&run, str_format(request->arena, "%s/%.*s", request->config->data_dir, STR_ARG(batch->path)).ptr));
    enum err err = run_chunks(&run, progress, context);
    table_close(run.table);
    TRY(err);
    return import_store_status(request->db, request->arena, batch->id, batch->dry_run ? "checked" : "done",
                               request->now);
}
