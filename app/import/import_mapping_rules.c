/* How columns of a file become fields: checked when it is saved, resolved when a run begins. */
#include <string.h>

#include "import_run.h"

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
enum err import_resolve_mapping(struct run *run, const json_t *format)
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
    {.name = "duplicate_confirmed", .type = FIELD_BOOL, .about = "possible duplicates are let in"},
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
