/* HTTP of the map of completion: everybody by month, in the order of the departments. */
#include "engines/rollup.h"
#include "target.h"
#include "target_query.h"
#include "target_table.h"

#define ID_MAX INT64_C(9007199254740991)

static json_t *figure_json(int64_t target, int64_t actual)
{
    return json_pack("{s:I,s:I,s:o}", "target", (json_int_t)target, "actual", (json_int_t)actual, "completion_ppm",
                     json_opt_int(rollup_completion_ppm(actual, target)));
}

static json_t *row_json(const struct target_table_row *row)
{
    static const char *const kinds[] = {"total", "own", "user"};
    int64_t target = 0;
    int64_t actual = 0;
    json_t *cells = json_array();
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        target += row->figures.target[m];
        actual += row->figures.actual[m];
        json_array_append_new(cells, figure_json(row->figures.target[m], row->figures.actual[m]));
    }
    json_t *object = figure_json(target, actual);
    json_object_set_new(object, "kind", json_string(kinds[row->kind]));
    json_object_set_new(object, "id", row->id == 0 ? json_null() : json_integer(row->id));
    json_object_set_new(object, "department_id",
                        row->department_id == 0 ? json_null() : json_integer(row->department_id));
    json_object_set_new(object, "name", json_str(row->name));
    json_object_set_new(object, "depth", json_integer(row->depth));
    json_object_set_new(object, "cells", cells);
    return object;
}

/* Own amounts of a department that has none are no row of a map. */
static bool is_shown(const struct target_table_row *row)
{
    bool any = row->kind != TARGET_TABLE_OWN;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        any = any || row->figures.target[m] != 0 || row->figures.actual[m] != 0;
    }
    return any;
}

static enum err get_map(struct request *request, struct response *response)
{
    struct target_view view;
    struct target_table_row *rows;
    size_t count;
    int64_t department = 0;
    TRY(target_query_view(request, &view));
    TRY(request_query_int(request, "department_id", 0, 1, ID_MAX, &department));
    TRY(target_table(&view, department, &rows, &count));
    json_t *months = json_array();
    json_t *items = json_array();
    for (size_t m = 0; m <= TARGET_MONTHS; m++) {
        json_array_append_new(months, json_date(request->arena, view.months[m]));
    }
    for (size_t i = 0; i < count; i++) {
        if (is_shown(&rows[i])) {
            json_array_append_new(items, row_json(&rows[i]));
        }
    }
    response->json = json_keep(
        request->arena, json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:o}", "year", (json_int_t)view.year, "measure",
                                  MEASURES[view.measure].key, "level", TARGET_LEVELS[view.level], "kind", view.kind,
                                  "as_of", json_date(request->arena, request->today), "months", months, "rows", items));
    return OK;
}

/* clang-format off */
static const struct option ROW_OPTIONS[] = {{"total", "合计", "Total"}, {"own", "部门自留", "Department's own"}, {"user", "人员", "Person"}, {NULL, NULL, NULL}};
static const struct field MAP_QUERY[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD,
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "this department and below; all that is visible unless given"}, FIELD_END,
};
#define FIGURES                                                                                                                        \
    {.name = "target", .type = FIELD_INT, .about = "minor units or count"}, {.name = "actual", .type = FIELD_INT, .about = "likewise"}, \
    {.name = "completion_ppm", .type = FIELD_PPM, .flags = FIELD_NULLABLE, .about = "null without a target"}
static const struct field CELL_FIELDS[] = {FIGURES, FIELD_END};
static const struct field ROW_FIELDS[] = {
    {.name = "kind", .type = FIELD_ENUM, .options = ROW_OPTIONS, .about = "total: a department with all below, or all that is visible"},
    {.name = "id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "department.id or user.id; null: all that is visible"},
    {.name = "department_id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "where the row stands"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"},
    {.name = "depth", .type = FIELD_INT, .about = "0 at the top"}, FIGURES,
    {.name = "cells", .type = FIELD_LIST, .fields = CELL_FIELDS, .about = "twelve months"}, FIELD_END,
};
static const struct field MAP_ANSWER[] = {
    {.name = "year", .type = FIELD_INT, .about = "fiscal year"}, {.name = "measure", .type = FIELD_TEXT, .about = "as asked for"},
    {.name = "level", .type = FIELD_ENUM, .options = TARGET_LEVEL_OPTIONS, .about = "as asked for"}, {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "as_of", .type = FIELD_DATE, .about = "today"}, {.name = "months", .type = FIELD_LIST, .item = FIELD_DATE, .about = "twelve first days and the day after the year"},
    {.name = "rows", .type = FIELD_LIST, .fields = ROW_FIELDS, .about = "a department, its people, its departments"}, FIELD_END,
};
static const struct route ROUTES[] = {
    {"GET", "/targets/map", "target.map", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", MAP_QUERY, NULL, MAP_ANSWER, get_map, NULL, "Completion of everybody by month, current to the last commit."},
    {.method = NULL},
};
/* clang-format on */

const struct feature TARGET_MAP_FEATURE = {.name = "target", .routes = ROUTES};
