/* HTTP of targets and completion. Amounts are minor units for measures of kind money and plain numbers for counts. */
#include "target.h"

#include "engines/rollup.h"
#include "round_store.h"
#include "target_query.h"
#include "target_rules.h"

enum { FACTS_LIMIT = 50, FACTS_LIMIT_MAX = 200, GROWTH_MAX_PPM = 100000000 };

static const struct option STATE_OPTIONS[] = {
    {"draft", "填报中", "Draft"},   {"submitted", "待审定", "Submitted"}, {"returned", "已退回", "Returned"},
    {"agreed", "已约定", "Agreed"}, {"locked", "已锁定", "Locked"},       {NULL, NULL, NULL},
};
static const struct option METHOD_OPTIONS[] = {
    {"even", "平均", "Even"},
    {"last_year", "按去年季节性", "Last year's season"},
    {"working_days", "按工作日", "Working days"},
    {"copy_percent", "复制并增长", "Copy and grow"},
    {"history", "按历年", "By past years"},
    {NULL, NULL, NULL},
};
static const struct option SHARE_OPTIONS[] = {
    {"even", "平均", "Even"}, {"history", "按各自上年", "By what each did last year"}, {NULL, NULL, NULL}};
static const struct option SOURCE_OPTIONS[] = {
    {"actual", "实际", "Actual"}, {"target", "目标", "Target"}, {NULL, NULL, NULL}};
static const struct option PERIOD_OPTIONS[] = {
    {"year", "年", "Year"}, {"quarter", "季", "Quarter"}, {"month", "月", "Month"}, {NULL, NULL, NULL}};
static const struct option BY_OPTIONS[] = {
    {"month", "按月", "By month"}, {"quarter", "按季", "By quarter"}, {NULL, NULL, NULL}};

/* An optional id of the query: absent or empty is not set. */
static enum err query_id(struct request *request, const char *name, int64_t min, struct opt_int *out)
{
    *out = (struct opt_int){.set = request_query(request, name).len > 0};
    return request_query_int(request, name, 0, min, INT64_C(9007199254740991), &out->value);
}

static enum err list_measures(struct request *request, struct response *response)
{
    struct measure_info *measures;
    size_t count;
    json_t *items = json_array();
    TRY(measure_list(request->db, request->arena, &measures, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items,
                              json_pack("{s:s,s:s,s:o,s:o,s:b,s:b}", "key", MEASURES[measures[i].measure].key, "kind",
                                        MEASURE_UNITS[measures[i].unit], "label_zh", json_str(measures[i].zh),
                                        "label_en", json_str(measures[i].en), "is_active", measures[i].is_active,
                                        "is_building", measures[i].is_building));
    }
    response->json = json_keep(request->arena, json_pack("{s:o}", "items", items));
    return OK;
}

static json_t *opt_id(int64_t id)
{
    return id == 0 ? json_null() : json_integer(id);
}

static json_t *grid_row_json(const struct target_grid_row *row)
{
    int64_t total = 0;
    json_t *cells = json_array();
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        total += row->cells[m].amount;
        json_array_append_new(cells, !row->cells[m].here
                                         ? json_null()
                                         : json_pack("{s:I,s:I}", "amount", (json_int_t)row->cells[m].amount, "version",
                                                     (json_int_t)row->cells[m].version));
    }
    json_t *object = json_pack(
        "{s:s,s:I,s:o,s:I,s:o,s:b,s:I,s:o}", "subject_kind", row->is_user ? "user" : "department", "subject_id",
        (json_int_t)row->subject_id, "name", json_str(row->name), "depth", (json_int_t)row->depth, "parent_id",
        opt_id(row->parent_id), "can_edit", row->can_edit, "total", (json_int_t)total, "cells", cells);
    json_object_set_new(object, "state", row->state == 0 ? json_null() : json_string(PLAN_STATES[row->state]));
    return object;
}

static enum err get_grid(struct request *request, struct response *response)
{
    struct target_view view;
    struct opt_int department;
    struct target_grid_row *rows;
    size_t count;
    TRY(target_query_view(request, &view));
    TRY(query_id(request, "department_id", 1, &department));
    TRY(target_grid(&view, department.value, &rows, &count));
    json_t *months = json_array();
    json_t *items = json_array();
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        json_array_append_new(months, json_date(request->arena, view.months[m]));
    }
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, grid_row_json(&rows[i]));
    }
    response->json =
        json_keep(request->arena, json_pack("{s:I,s:s,s:s,s:s,s:o,s:o}", "year", (json_int_t)view.year, "measure",
                                            MEASURES[view.measure].key, "level", TARGET_LEVELS[view.level], "kind",
                                            view.kind, "months", months, "rows", items));
    return OK;
}

static json_t *cell_json(const struct target_cell *cell)
{
    return json_pack("{s:s,s:I,s:I,s:I,s:I}", "subject_kind", cell->is_user ? "user" : "department", "subject_id",
                     (json_int_t)cell->subject_id, "month", (json_int_t)cell->month, "amount", (json_int_t)cell->amount,
                     "version", (json_int_t)cell->version);
}

static enum target_level body_level(const struct request *request)
{
    enum target_level level = LEVEL_BASE;
    level_find(json_get_str(request->json, "level"), &level);
    return level;
}

static enum err put_grid(struct request *request, struct response *response)
{
    const json_t *list = json_object_get(request->json, "cells");
    size_t count = json_array_size(list);
    struct target_cell *cells = ARENA_ARRAY(request->arena, struct target_cell, count);
    enum measure measure;
    for (size_t i = 0; i < count; i++) {
        const json_t *cell = json_array_get(list, i);
        cells[i] = (struct target_cell){
            .is_user = str_eq_c(json_get_str(cell, "subject_kind"), "user"),
            .subject_id = json_get_int(cell, "subject_id", 0),
            .month = json_get_int(cell, "month", 0),
            .amount = json_get_int(cell, "amount", 0),
            .version = json_get_int(cell, "version", 0),
        };
    }
    TRY(target_find_measure(request, json_get_str(request->json, "measure"), &measure));
    TRY(target_save(request, json_get_int(request->json, "year", 0), measure, body_level(request), cells, count,
                    false));
    json_t *saved = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(saved, cell_json(&cells[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:o}", "cells", saved));
    response_event(response, STR("all"), STR("target"));
    return OK;
}

/* What the body of both splits says. */
static enum err read_split(struct request *request, struct target_split *out)
{
    struct str method = json_get_str(request->json, "method");
    *out = (struct target_split){
        .total = json_get_int(request->json, "total", 0),
        .percent_ppm = json_get_int(request->json, "percent_ppm", 0),
        .department_id = json_get_int(request->json, "department_id", 0),
        .user_id = json_get_int(request->json, "user_id", 0),
        .of_targets = str_eq_c(json_get_str(request->json, "source"), "target"),
    };
    for (int i = 0; METHOD_OPTIONS[i].value != NULL; i++) {
        if (str_eq_c(method, METHOD_OPTIONS[i].value)) {
            out->method = (enum target_split_method)i; /* the options stand in the order of the enum */
        }
    }
    if (out->method != TARGET_SPLIT_COPY && !json_is_integer(json_object_get(request->json, "total"))) {
        error_field(request->error, STR("total"), "required", "The amount to be split is missing.");
    }
    return error_check_fields(request->error);
}

static json_t *amounts_json(const int64_t amounts[TARGET_MONTHS])
{
    json_t *list = json_array();
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        json_array_append_new(list, json_integer(amounts[m]));
    }
    return list;
}

static enum err split_year(struct request *request, struct response *response)
{
    struct target_view view;
    struct target_split split;
    int64_t amounts[TARGET_MONTHS];
    TRY(read_split(request, &split));
    enum measure measure;
    TRY(target_find_measure(request, json_get_str(request->json, "measure"), &measure));
    TRY(target_view_load(request, json_get_int(request->json, "year", 0), measure, &view));
    TRY(target_split_year(&view, &split, amounts));
    response->json = json_keep(request->arena, json_pack("{s:o}", "amounts", amounts_json(amounts)));
    return OK;
}

static enum err split_people(struct request *request, struct response *response)
{
    struct target_view view;
    struct target_split split;
    struct target_split_row *rows;
    size_t count;
    TRY(read_split(request, &split));
    if (split.method == TARGET_SPLIT_COPY) {
        error_field(request->error, STR("method"), "not_an_option", "Copying does not share a total out.");
        return error_check_fields(request->error);
    }
    enum measure measure;
    TRY(target_find_measure(request, json_get_str(request->json, "measure"), &measure));
    TRY(target_view_load(request, json_get_int(request->json, "year", 0), measure, &view));
    TRY(target_split_people(&view, &split, str_eq_c(json_get_str(request->json, "shares"), "history"), &rows, &count));
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, json_pack("{s:I,s:o,s:o}", "user_id", (json_int_t)rows[i].user_id, "name",
                                               json_str(rows[i].name), "amounts", amounts_json(rows[i].amounts)));
    }
    response->json = json_keep(request->arena, json_pack("{s:o}", "items", items));
    return OK;
}

/* Adds target, actual, completion and gap of the months [from, to). */
static void set_figures(json_t *object, const struct target_figures *figures, size_t from, size_t to)
{
    int64_t target = 0;
    int64_t actual = 0;
    for (size_t m = from; m < to; m++) {
        target += figures->target[m];
        actual += figures->actual[m];
    }
    json_object_set_new(object, "target", json_integer(target));
    json_object_set_new(object, "actual", json_integer(actual));
    json_object_set_new(object, "completion_ppm", json_opt_int(rollup_completion_ppm(actual, target)));
    json_object_set_new(object, "gap", json_integer(target - actual));
}

static json_t *periods_json(const struct target_view *view, const struct target_figures *figures, size_t step)
{
    struct request *request = view->request;
    json_t *periods = json_array();
    for (size_t m = 0; m < TARGET_MONTHS; m += step) {
        struct date from = view->months[m];
        struct date to = view->months[m + step];
        json_t *period = json_pack("{s:o,s:o,s:I}", "from_on", json_date(request->arena, from), "to_on",
                                   json_date(request->arena, to), "time_passed_ppm",
                                   (json_int_t)rollup_time_passed_ppm(from, to, request->today));
        set_figures(period, figures, m, m + step);
        json_array_append_new(periods, period);
    }
    return periods;
}

static json_t *line_json(const struct target_view *view, const struct target_line *line, size_t step)
{
    static const char *const KINDS[] = {"scope", "department", "user"};
    json_t *object =
        json_pack("{s:s,s:o,s:o}", "kind", KINDS[line->kind], "id", opt_id(line->id), "name", json_str(line->name));
    set_figures(object, &line->figures, 0, TARGET_MONTHS);
    json_object_set_new(object, "periods", periods_json(view, &line->figures, step));
    return object;
}

static json_t *overview_json(const struct target_view *view, const struct target_overview *overview, size_t step)
{
    struct request *request = view->request;
    json_t *children = json_array();
    json_t *path = json_array();
    for (size_t i = 0; i < overview->child_count; i++) {
        json_array_append_new(children, line_json(view, &overview->children[i], step));
    }
    for (size_t i = 0; i < overview->path_count; i++) {
        json_array_append_new(path, json_pack("{s:I,s:o}", "id", (json_int_t)overview->path[i]->id, "name",
                                              json_str(overview->path[i]->name)));
    }
    json_t *own = json_object();
    set_figures(own, &overview->own, 0, TARGET_MONTHS);
    json_object_set_new(own, "periods", periods_json(view, &overview->own, step));
    json_t *answer =
        json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:o,s:I}", "year", (json_int_t)view->year, "measure",
                  MEASURES[view->measure].key, "level", TARGET_LEVELS[view->level], "kind", view->kind, "as_of",
                  json_date(request->arena, request->today), "from_on", json_date(request->arena, view->months[0]),
                  "to_on", json_date(request->arena, view->months[TARGET_MONTHS]), "time_passed_ppm",
                  (json_int_t)rollup_time_passed_ppm(view->months[0], view->months[TARGET_MONTHS], request->today));
    json_object_set_new(answer, "path", path);
    json_object_set_new(answer, "node", line_json(view, &overview->node, step));
    json_object_set_new(answer, "periods", periods_json(view, &overview->node.figures, step));
    json_object_set_new(answer, "own", own);
    json_object_set_new(answer, "children", children);
    return answer;
}

static enum err get_overview(struct request *request, struct response *response)
{
    struct target_view view;
    struct opt_int department;
    struct opt_int user;
    struct target_overview overview;
    struct str by = request_query(request, "by");
    if (by.len > 0 && !str_eq_c(by, "month") && !str_eq_c(by, "quarter")) {
        error_field(request->error, STR("by"), "not_an_option", "Periods are \"month\" or \"quarter\".");
        return error_check_fields(request->error);
    }
    TRY(target_query_view(request, &view));
    TRY(query_id(request, "department_id", 1, &department));
    TRY(query_id(request, "user_id", 1, &user));
    TRY(target_overview(&view, department.value, user.value, &overview));
    response->json = json_keep(request->arena, overview_json(&view, &overview, str_eq_c(by, "quarter") ? 3 : 1));
    return OK;
}

static struct opt_int part_of(int64_t amount, struct opt_int ppm)
{
    struct money part = {0};
    bool fits = ppm.set && money_mul_ppm((struct money){amount}, ppm.value, &part);
    return (struct opt_int){fits, part.minor};
}

/* The options stand in the order of the enum; the year unless given. */
static enum err query_period(struct request *request, enum target_period *out)
{
    struct str word = request_query(request, "period");
    *out = TARGET_PERIOD_YEAR;
    for (int i = 0; PERIOD_OPTIONS[i].value != NULL; i++) {
        if (str_eq_c(word, PERIOD_OPTIONS[i].value)) {
            *out = (enum target_period)i;
            return OK;
        }
    }
    if (word.len > 0) {
        error_field(request->error, STR("period"), "not_an_option", "A period is \"year\", \"quarter\" or \"month\".");
    }
    return error_check_fields(request->error);
}

static enum err get_outlook(struct request *request, struct response *response)
{
    enum target_period period;
    struct target_view view;
    struct opt_int department;
    struct opt_int user;
    struct target_outlook outlook;
    TRY(target_query_view(request, &view));
    TRY(query_id(request, "department_id", 1, &department));
    TRY(query_id(request, "user_id", 1, &user));
    TRY(query_period(request, &period));
    TRY(target_outlook(&view, period, department.value, user.value, &outlook));
    struct opt_int passed = {true, rollup_time_passed_ppm(outlook.from, outlook.to, request->today)};
    const struct attain *projected = &outlook.projected;
    json_t *band = !projected->known ? json_null()
                                     : json_pack("{s:I,s:I,s:I,s:I,s:I}", "low", (json_int_t)projected->low, "expected",
                                                 (json_int_t)projected->expected, "high", (json_int_t)projected->high,
                                                 "probability_ppm", (json_int_t)projected->probability_ppm, "months",
                                                 (json_int_t)projected->months);
    response->json =
        json_keep(request->arena,
                  json_pack("{s:I,s:s,s:s,s:I,s:I,s:o,s:o,s:o,s:o}", "year", (json_int_t)view.year, "measure",
                            MEASURES[view.measure].key, "kind", view.kind, "target", (json_int_t)outlook.target,
                            "actual", (json_int_t)outlook.actual, "line", json_opt_int(part_of(outlook.target, passed)),
                            "season", json_opt_int(part_of(outlook.target, outlook.season_ppm)), "season_ppm",
                            json_opt_int(outlook.season_ppm), "projected", band));
    json_object_set_new(response->json, "from_on", json_date(request->arena, outlook.from));
    json_object_set_new(response->json, "to_on", json_date(request->arena, outlook.to));
    return OK;
}

/* Cursor: day, object and record of the last row, as text. */
static struct str write_cursor(struct request *request, const struct target_fact *fact)
{
    return str_format(request->arena, "%.*s.%lld.%lld", STR_ARG(date_format(request->arena, fact->on)),
                      (long long)fact->object_number, (long long)fact->record_id);
}

static enum err read_cursor(struct request *request, struct target_facts_request *facts)
{
    struct str rest = request_query(request, "cursor");
    struct str day;
    struct str object;
    if (rest.len == 0) {
        return OK;
    }
    facts->after = true;
    bool good = str_cut(&rest, '.', &day) && date_parse(day, &facts->last.on) && str_cut(&rest, '.', &object) &&
                str_to_i64(object, &facts->last.object_number) && str_to_i64(rest, &facts->last.record_id);
    return good ? OK : error_set(request->error, ERR_BAD_CURSOR, "%s", err_text(ERR_BAD_CURSOR));
}

static enum err read_facts_request(struct request *request, const struct target_view *view,
                                   struct target_facts_request *out)
{
    struct opt_date from;
    struct opt_date to;
    struct opt_int department;
    struct opt_int user;
    *out = (struct target_facts_request){.measure = view->measure};
    TRY(request_query_date(request, "from_on", &from));
    TRY(request_query_date(request, "to_on", &to));
    TRY(request_query_int(request, "limit", FACTS_LIMIT, 1, FACTS_LIMIT_MAX, &out->limit));
    TRY(query_id(request, "department_id", 1, &department));
    TRY(query_id(request, "user_id", 0, &user));
    TRY(read_cursor(request, out));
    out->from = from.set ? from.value : view->months[0];
    out->to = to.set ? to.value : view->months[TARGET_MONTHS];
    /* A person seen through a department is seen for the year of the view only. */
    bool inside =
        date_compare(out->from, view->months[0]) >= 0 && date_compare(out->to, view->months[TARGET_MONTHS]) <= 0;
    if (!inside || date_compare(out->from, out->to) >= 0) {
        error_field(request->error, STR("from_on"), "out_of_range",
                    "The days must lie within the fiscal year, the first before the last.");
        return error_check_fields(request->error);
    }
    return target_facts_scope(view, department, user, out);
}

static json_t *opt_text(struct str text)
{
    return text.ptr == NULL ? json_null() : json_str(text);
}

static json_t *fact_json(struct request *request, const struct target_fact_line *line)
{
    const struct target_fact *fact = &line->fact;
    return json_pack("{s:o,s:I,s:o,s:I,s:o,s:o,s:o,s:o,s:I,s:o}", "on", json_date(request->arena, fact->on), "amount",
                     (json_int_t)fact->amount, "object", json_str(fact->object), "record_id",
                     (json_int_t)fact->record_id, "label", opt_text(line->label), "customer_name",
                     opt_text(line->customer_name), "user_id", opt_id(fact->user_id), "user_name",
                     fact->user_id == 0 ? json_null() : json_str(fact->user_name), "department_id",
                     (json_int_t)fact->department_id, "department_name", json_str(fact->department_name));
}

static enum err list_facts(struct request *request, struct response *response)
{
    struct target_view view;
    struct target_facts_request facts;
    struct target_facts_page page;
    TRY(target_query_view(request, &view));
    TRY(read_facts_request(request, &view, &facts));
    TRY(target_facts(&view, &facts, &page));
    json_t *items = json_array();
    for (size_t i = 0; i < page.count; i++) {
        json_array_append_new(items, fact_json(request, &page.lines[i]));
    }
    response->json = json_keep(
        request->arena,
        json_pack("{s:o,s:I,s:I,s:o}", "items", items, "sum", (json_int_t)page.sum, "count", (json_int_t)page.total,
                  "next_cursor",
                  page.more ? json_str(write_cursor(request, &page.lines[page.count - 1].fact)) : json_null()));
    return OK;
}

/* clang-format off */
#define FIGURE_FIELDS                                                                                                     \
    {.name = "target", .type = FIELD_INT, .about = "minor units or count"},                                               \
    {.name = "actual", .type = FIELD_INT, .about = "minor units or count"},                                               \
    {.name = "completion_ppm", .type = FIELD_PPM, .flags = FIELD_NULLABLE, .about = "actual / target; null without a target"}, \
    {.name = "gap", .type = FIELD_INT, .about = "target less actual: what is missing; negative when exceeded"}

static const struct field GRID_QUERY[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD, {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "this department and below; all that is visible unless given"}, FIELD_END,
};
static const struct field OVERVIEW_QUERY[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD,
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "node; the top of what is visible unless given"},
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .about = "a person as the node"},
    {.name = "by", .type = FIELD_ENUM, .options = BY_OPTIONS, .about = "length of a period; month unless given"}, FIELD_END,
};
static const struct field OUTLOOK_QUERY[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD,
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "with all below; all that is visible unless given"},
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .about = "a person instead"},
    {.name = "period", .type = FIELD_ENUM, .options = PERIOD_OPTIONS, .about = "the year unless given; else its quarter or month of today"}, FIELD_END,
};
static const struct field BAND_FIELDS[] = {
    {.name = "low", .type = FIELD_INT, .about = "in one of five years it becomes less"}, {.name = "expected", .type = FIELD_INT, .about = "as likely more as less"},
    {.name = "high", .type = FIELD_INT, .about = "in one of five years it becomes more"}, {.name = "probability_ppm", .type = FIELD_PPM, .about = "of reaching the target"},
    {.name = "months", .type = FIELD_INT, .about = "that were looked at"}, FIELD_END,
};
static const struct field OUTLOOK_ANSWER[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "from_on", .type = FIELD_DATE, .about = "first day of the period"}, {.name = "to_on", .type = FIELD_DATE, .about = "first day after"},
    {.name = "target", .type = FIELD_INT, .about = "of the period"}, {.name = "actual", .type = FIELD_INT, .about = "in it so far"},
    {.name = "line", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "the target's part by days: the straight line today"},
    {.name = "season", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "the target's part by last year's season; null without last year"},
    {.name = "season_ppm", .type = FIELD_PPM, .flags = FIELD_NULLABLE, .about = "what last year had reached by the same day, of all it reached"},
    {.name = "projected", .type = FIELD_OBJECT, .fields = BAND_FIELDS, .flags = FIELD_NULLABLE, .about = "to the end of the period, by the pace so far; null with too few months"}, FIELD_END,
};
static const struct field FACTS_QUERY[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD,
    {.name = "from_on", .type = FIELD_DATE, .about = "first day; the year's unless given"},
    {.name = "to_on", .type = FIELD_DATE, .about = "first day after; the year's end unless given"},
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "with all below; together with user_id: exactly this one"},
    {.name = "user_id", .type = FIELD_INT, .about = "person; 0 with department_id: facts that belong to nobody"},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = FACTS_LIMIT_MAX, .about = "rows a page; 50 unless given"},
    {.name = "cursor", .type = FIELD_TEXT, .about = "next_cursor of the page before"}, FIELD_END,
};
static const struct field MEASURE_FIELDS[] = {
    {.name = "key", .type = FIELD_TEXT, .about = "wire word"},
    {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "money: minor units"},
    {.name = "label_zh", .type = FIELD_TEXT, .about = "Chinese name"}, {.name = "label_en", .type = FIELD_TEXT, .about = "English name"},
    {.name = "is_active", .type = FIELD_BOOL, .about = "may be given new targets"}, {.name = "is_building", .type = FIELD_BOOL, .about = "its figures are not all there yet"}, FIELD_END,
};
static const struct field MEASURES_ANSWER[] = {{.name = "items", .type = FIELD_LIST, .fields = MEASURE_FIELDS, .about = "all measures"}, FIELD_END};
static const struct field GRID_CELL[] = {
    {.name = "amount", .type = FIELD_INT, .about = "minor units or count"}, {.name = "version", .type = FIELD_INT, .about = "0: no row yet"}, FIELD_END,
};
static const struct field GRID_ROW[] = {
    {.name = "subject_kind", .type = FIELD_ENUM, .options = TARGET_SUBJECT_OPTIONS, .about = "department: its own amounts, not shared out"},
    {.name = "subject_id", .type = FIELD_INT, .about = "user.id or department.id"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"},
    {.name = "depth", .type = FIELD_INT, .about = "0 at the top"},
    {.name = "parent_id", .type = FIELD_REF, .ref = "department", .flags = FIELD_NULLABLE, .about = "department the row stands below"},
    {.name = "can_edit", .type = FIELD_BOOL, .about = "its cells may be changed"},
    {.name = "state", .type = FIELD_ENUM, .options = STATE_OPTIONS, .flags = FIELD_NULLABLE, .about = "in a planning round; null outside of one"}, {.name = "total", .type = FIELD_INT, .about = "sum of its cells"},
    {.name = "cells", .type = FIELD_LIST, .fields = GRID_CELL, .flags = FIELD_NULLABLE, .max = TARGET_MONTHS, .about = "by month; null where the person is in another department that month"}, FIELD_END,
};
static const struct field GRID_ANSWER[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD, {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "months", .type = FIELD_LIST, .item = FIELD_DATE, .about = "first days of the twelve months"},
    {.name = "rows", .type = FIELD_LIST, .fields = GRID_ROW, .about = "a department, its people, its departments"}, FIELD_END,
};
static const struct field SAVE_CELL[] = {
    {.name = "subject_kind", .type = FIELD_ENUM, .options = TARGET_SUBJECT_OPTIONS, .flags = FIELD_REQUIRED, .about = "whose"},
    {.name = "subject_id", .type = FIELD_INT, .min = 1, .max = INT64_C(9007199254740991), .flags = FIELD_REQUIRED, .about = "user.id or department.id"},
    {.name = "month", .type = FIELD_INT, .min = 1, .max = TARGET_MONTHS, .flags = FIELD_REQUIRED, .about = "of the fiscal year"},
    {.name = "amount", .type = FIELD_INT, .min = -TARGET_AMOUNT_MAX, .max = TARGET_AMOUNT_MAX, .flags = FIELD_REQUIRED, .about = "of people not negative"},
    {.name = "version", .type = FIELD_INT, .min = 0, .max = INT32_MAX, .flags = FIELD_REQUIRED, .about = "as read; 0 without a row"}, FIELD_END,
};
static const struct field SAVE_BODY[] = {
    {.name = "year", .type = FIELD_INT, .min = TARGET_YEAR_MIN, .max = TARGET_YEAR_MAX, .flags = FIELD_REQUIRED, .about = "fiscal year"},
    {.name = "measure", .type = FIELD_TEXT, .max = 32, .flags = FIELD_REQUIRED, .about = "what is measured, of GET /targets/measures"},
    TARGET_LEVEL_FIELD,
    {.name = "cells", .type = FIELD_LIST, .fields = SAVE_CELL, .max = TARGET_CELLS_MAX, .flags = FIELD_REQUIRED, .about = "changed cells"}, FIELD_END,
};
static const struct field SAVE_ANSWER[] = {{.name = "cells", .type = FIELD_LIST, .fields = SAVE_CELL, .about = "as sent, with their new versions"}, FIELD_END};
static const struct field SPLIT_BODY[] = {
    {.name = "year", .type = FIELD_INT, .min = TARGET_YEAR_MIN, .max = TARGET_YEAR_MAX, .flags = FIELD_REQUIRED, .about = "fiscal year"},
    {.name = "measure", .type = FIELD_TEXT, .max = 32, .flags = FIELD_REQUIRED, .about = "what is measured, of GET /targets/measures"},
    {.name = "method", .type = FIELD_ENUM, .options = METHOD_OPTIONS, .flags = FIELD_REQUIRED, .about = "by which weights"},
    {.name = "total", .type = FIELD_INT, .min = -TARGET_AMOUNT_MAX, .max = TARGET_AMOUNT_MAX, .about = "of the year; not used by copy_percent"},
    {.name = "percent_ppm", .type = FIELD_PPM, .min = -1000000, .max = GROWTH_MAX_PPM, .about = "copy_percent: growth"},
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_NULLABLE, .about = "whose last year"},
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .flags = FIELD_NULLABLE, .about = "whose last year; without both: all that is visible"},
    {.name = "source", .type = FIELD_ENUM, .options = SOURCE_OPTIONS, .about = "the past's actual figures (unless given) or targets"}, FIELD_END,
};
static const struct field PEOPLE_BODY[] = {
    {.name = "year", .type = FIELD_INT, .min = TARGET_YEAR_MIN, .max = TARGET_YEAR_MAX, .flags = FIELD_REQUIRED, .about = "fiscal year"},
    {.name = "measure", .type = FIELD_TEXT, .max = 32, .flags = FIELD_REQUIRED, .about = "what is measured, of GET /targets/measures"},
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .flags = FIELD_REQUIRED, .about = "whose people"},
    {.name = "total", .type = FIELD_INT, .min = 0, .max = TARGET_AMOUNT_MAX, .flags = FIELD_REQUIRED, .about = "of the year, of all together"},
    {.name = "shares", .type = FIELD_ENUM, .options = SHARE_OPTIONS, .flags = FIELD_REQUIRED, .about = "how people share it; who has no last year counts as the mean"},
    {.name = "method", .type = FIELD_ENUM, .options = METHOD_OPTIONS, .flags = FIELD_REQUIRED, .about = "how each share becomes months; not copy_percent"}, FIELD_END,
};
static const struct field PERSON_SPLIT[] = {
    {.name = "user_id", .type = FIELD_INT, .about = "who"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"},
    {.name = "amounts", .type = FIELD_LIST, .item = FIELD_INT, .about = "twelve months"}, FIELD_END,
};
static const struct field PEOPLE_ANSWER[] = {{.name = "items", .type = FIELD_LIST, .fields = PERSON_SPLIT, .about = "by name; all amounts add up to the total"}, FIELD_END};
static const struct field SPLIT_ANSWER[] = {{.name = "amounts", .type = FIELD_LIST, .item = FIELD_INT, .about = "twelve months that add up"}, FIELD_END};
static const struct field PERIOD_FIELDS[] = {
    {.name = "from_on", .type = FIELD_DATE, .about = "first day"}, {.name = "to_on", .type = FIELD_DATE, .about = "first day after"}, FIGURE_FIELDS,
    {.name = "time_passed_ppm", .type = FIELD_PPM, .about = "share of the days gone, today included"}, FIELD_END,
};
static const struct field OWN_FIELDS[] = {FIGURE_FIELDS, {.name = "periods", .type = FIELD_LIST, .fields = PERIOD_FIELDS, .about = "by period"}, FIELD_END};
static const struct field LINE_FIELDS[] = {
    {.name = "kind", .type = FIELD_ENUM, .options = TARGET_NODE_OPTIONS, .about = "what the line stands for"},
    {.name = "id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "null for the scope"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"},
    FIGURE_FIELDS, {.name = "periods", .type = FIELD_LIST, .fields = PERIOD_FIELDS, .about = "by period"}, FIELD_END,
};
static const struct field PATH_FIELDS[] = {
    {.name = "id", .type = FIELD_INT, .about = "department.id"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"}, FIELD_END,
};
static const struct field OVERVIEW_ANSWER[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD, {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "as_of", .type = FIELD_TEXT, .about = "today, YYYY-MM-DD"}, {.name = "from_on", .type = FIELD_DATE, .about = "first day of the year"},
    {.name = "to_on", .type = FIELD_DATE, .about = "first day after"}, {.name = "time_passed_ppm", .type = FIELD_PPM, .about = "of the year"},
    {.name = "path", .type = FIELD_LIST, .fields = PATH_FIELDS, .about = "visible departments above the node"},
    {.name = "node", .type = FIELD_OBJECT, .fields = LINE_FIELDS, .about = "the node: own and all children"},
    {.name = "periods", .type = FIELD_LIST, .fields = PERIOD_FIELDS, .about = "of the node"},
    {.name = "own", .type = FIELD_OBJECT, .fields = OWN_FIELDS, .about = "of the department itself: not shared out; facts of nobody"},
    {.name = "children", .type = FIELD_LIST, .fields = LINE_FIELDS, .about = "departments, then people"}, FIELD_END,
};
static const struct field FACT_FIELDS[] = {
    {.name = "on", .type = FIELD_TEXT, .about = "business date, YYYY-MM-DD"}, {.name = "amount", .type = FIELD_INT, .about = "minor units or count; refunds negative"},
    {.name = "object", .type = FIELD_TEXT, .about = "kind of record"}, {.name = "record_id", .type = FIELD_INT, .about = "its id"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "null when the record is outside what the user may read"},
    {.name = "customer_name", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "null likewise"},
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "owner on that day"}, {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "shown"},
    {.name = "department_id", .type = FIELD_INT, .about = "of the owner on that day"}, {.name = "department_name", .type = FIELD_TEXT, .about = "shown"}, FIELD_END,
};
static const struct field FACTS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = FACT_FIELDS, .about = "newest first"}, {.name = "sum", .type = FIELD_INT, .about = "of all, equal to the figure"},
    {.name = "count", .type = FIELD_INT, .about = "of all"}, {.name = "next_cursor", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "null on the last page"}, FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/targets/measures", "target.measures", PERM_TARGET_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL, MEASURES_ANSWER, list_measures, NULL, "What targets can be set for."},
    {"GET", "/targets/grid", "target.grid", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", GRID_QUERY, NULL, GRID_ANSWER, get_grid, NULL, "Targets of a year by person and department, twelve months each."},
    {"PUT", "/targets/grid", "target.save", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, SAVE_BODY, SAVE_ANSWER, put_grid, NULL, "Saves changed cells, all or nothing; 412 names the cells that somebody else changed."},
    {"POST", "/targets/split", "target.split", PERM_TARGET_VIEW, 0, RECORDS_AGGREGATE, "target", NULL, SPLIT_BODY, SPLIT_ANSWER, split_year, NULL, "Shares a year's amount out over its months; saves nothing."},
    {"POST", "/targets/split-people", "target.split_people", PERM_TARGET_VIEW, 0, RECORDS_AGGREGATE, "target", NULL, PEOPLE_BODY, PEOPLE_ANSWER, split_people, NULL, "Shares a department's year out over its people and their months; saves nothing."},
    {"GET", "/targets/overview", "target.overview", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", OVERVIEW_QUERY, NULL, OVERVIEW_ANSWER, get_overview, NULL, "Target, actual, completion and gap of a node and its children, current to the last commit."},
    {"GET", "/targets/outlook", "target.outlook", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", OUTLOOK_QUERY, NULL, OUTLOOK_ANSWER, get_outlook, NULL, "Where a year, or its quarter or month of today, is going: straight line, season, and a projection with a band."},
    {"GET", "/targets/facts", "target.facts", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", FACTS_QUERY, NULL, FACTS_ANSWER, list_facts, NULL, "The rows behind a figure of the overview; they add up to it."},
    {.method = NULL},
};
/* clang-format on */

const struct feature TARGET_FEATURE = {.name = "target", .routes = ROUTES};
