/* HTTP of sub-goals. */
#include "subgoal_rules.h"
#include "target.h"
#include "target_query.h"

enum { ROWS_LIMIT = 50, ROWS_LIMIT_MAX = 200, THOUSAND = 1000 };

/* clang-format off */
static const struct option STATE_OPTIONS[] = {
    {"open", "进行中", "Open"}, {"reached", "已达成", "Reached"}, {"no_target", "未设目标", "No target"}, {"over", "已结束", "Over"}, {NULL, NULL, NULL},
};
static const struct option SOURCE_OPTIONS[] = {{"own", "自己的", "Own"}, {"department", "本部门", "Of the department"}, {"company", "全公司", "Of the company"}, {NULL, NULL, NULL}};
static const struct option FIGURE_OPTIONS[] = {
    {"first_visits", "首次拜访客户数", "Customers visited"}, {"opportunities", "有效商机", "Qualified opportunities"}, {"closed", "结束的商机", "Closed opportunities"},
    {"won", "赢单", "Won opportunities"}, {"contracts", "签约合同", "Signed contracts"}, {"signed", "签约额", "Signed amount"}, {"margin", "毛利", "Margin"},
    {"received", "回款额", "Received amount"}, {"open", "在手有效商机", "Open qualified opportunities"}, {"outstanding", "未收金额", "Outstanding amount"}, {NULL, NULL, NULL},
};
static const struct option STEP_OPTIONS[] = {
    {"signed", "签约", "Sign"}, {"contracts", "合同", "Contracts"}, {"opportunities", "商机", "Opportunities"}, {"first_visits", "首次拜访", "First visits"}, {NULL, NULL, NULL},
};
/* clang-format on */

static enum err query_id(struct request *request, const char *name, int64_t *out)
{
    return request_query_int(request, name, 0, 1, INT64_C(9007199254740991), out);
}

static enum err read_asked(struct request *request, struct target_view *view, struct subgoal_asked *asked)
{
    TRY(request_query_int(request, "quarter", -1, 0, 4, &asked->quarter));
    TRY(query_id(request, "department_id", &asked->department_id));
    TRY(query_id(request, "user_id", &asked->user_id));
    return target_query_view(request, view);
}

static json_t *rates_json(const struct subgoal_step *step)
{
    json_t *rates = json_array();
    for (size_t i = 0; i < SUBGOAL_LEVELS; i++) {
        const struct subgoal_rate *rate = &step->levels[i];
        if (rate->known) {
            json_array_append_new(rates, json_pack("{s:s,s:I,s:I,s:I,s:b}", "source", SUBGOAL_SOURCES[i], "part",
                                                   (json_int_t)rate->part, "whole", (json_int_t)rate->whole, "cases",
                                                   (json_int_t)rate->cases, "is_enough",
                                                   subgoal_rate_counts(rate, step->cases_min)));
        }
    }
    return rates;
}

static json_t *opt(bool set, int64_t value)
{
    return set ? json_integer(value) : json_null();
}

/* A quantity is in thousandths as it is. */
static struct opt_int per_day_milli(int64_t more, enum measure_unit unit, int64_t working_days_left)
{
    struct opt_int milli = subgoal_per_day_milli(more, working_days_left);
    milli.value = unit == UNIT_QUANTITY ? (milli.value + THOUSAND - 1) / THOUSAND : milli.value;
    milli.set = milli.set && unit != UNIT_MONEY;
    return milli;
}

/* The pace of what is still to be done; nothing is spread over a period that is over. */
static void add_pace(json_t *json, const struct subgoals *goals, bool known, enum measure_unit unit, int64_t more)
{
    bool open = known && goals->state == SUBGOAL_OPEN;
    struct opt_int week = {0};
    struct opt_int day = {0};
    if (open) {
        week = subgoal_per_week(more, goals->days_left);
        day = per_day_milli(more, unit, goals->working_days_left);
    }
    json_object_set_new(json, "per_week", json_opt_int(week));
    json_object_set_new(json, "per_working_day_milli", json_opt_int(day));
}

static json_t *step_json(const struct subgoals *goals, size_t i)
{
    const struct subgoal_kind *kind = goals->kinds[i];
    const struct subgoal_step *step = &goals->steps[i];
    const struct subgoal_need *need = &goals->needs[i];
    bool asked = i == 0 || goals->needs[i - 1].known;
    json_t *json =
        json_pack("{s:s,s:s,s:o,s:o,s:I,s:o,s:o,s:s,s:s,s:o,s:I,s:o}", "key", kind->key, "unit",
                  kind->is_money ? "money" : "count", "asked", opt(asked, need->asked), "need",
                  opt(need->known, need->need), "have", (json_int_t)step->have, "more", opt(need->known, need->more),
                  "source", need->known ? json_string(SUBGOAL_SOURCES[need->level]) : json_null(), "part_figure",
                  SUBGOAL_FIGURES[kind->part], "whole_figure", SUBGOAL_FIGURES[kind->whole], "have_figure",
                  kind->have == FIGURE_COUNT ? json_null() : json_string(SUBGOAL_FIGURES[kind->have]), "cases_min",
                  (json_int_t)step->cases_min, "rates", rates_json(step));
    add_pace(json, goals, need->known, kind->is_money ? UNIT_MONEY : UNIT_COUNT, need->more);
    return json;
}

static enum err get_subgoals(struct request *request, struct response *response)
{
    static const char *const KINDS[] = {"scope", "department", "user"};
    struct target_view view;
    struct subgoal_asked asked;
    struct subgoals *goals = ARENA_NEW(request->arena, struct subgoals);
    TRY(read_asked(request, &view, &asked));
    TRY(target_subgoals(&view, &asked, goals));
    json_t *steps = json_array();
    for (size_t i = 0; i < goals->step_count; i++) {
        json_array_append_new(steps, step_json(goals, i));
    }
    json_t *node = json_pack("{s:s,s:o,s:o}", "kind", KINDS[goals->node.kind], "id",
                             opt(goals->node.id != 0, goals->node.id), "name", json_str(goals->node.name));
    json_t *json =
        json_pack("{s:I,s:I,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "year", (json_int_t)view.year, "quarter",
                  (json_int_t)goals->quarter, "measure", MEASURES[view.measure].key, "kind", view.kind, "level",
                  TARGET_LEVELS[view.level], "node", node, "from_on", json_date(request->arena, goals->from), "to_on",
                  json_date(request->arena, goals->to), "since_on", json_date(request->arena, goals->since), "as_of",
                  json_date(request->arena, request->today));
    json_object_set_new(json, "target", json_integer(goals->target));
    json_object_set_new(json, "actual", json_integer(goals->actual));
    json_object_set_new(json, "gap", json_integer(goals->gap));
    json_object_set_new(json, "state", json_string(SUBGOAL_STATES[goals->state]));
    json_object_set_new(json, "days_left", json_integer(goals->days_left));
    json_object_set_new(json, "working_days_left", json_integer(goals->working_days_left));
    add_pace(json, goals, true, view.info.unit, goals->gap);
    json_object_set_new(json, "steps", steps);
    response->json = json_keep(request->arena, json);
    return OK;
}

/* The place of a word of the query among `words`. */
static enum err query_word(struct request *request, const char *name, const char *const *words, size_t count,
                           size_t *out)
{
    struct str word = request_query(request, name);
    *out = 0;
    while (*out < count && !str_eq_c(word, words[*out])) {
        (*out)++;
    }
    if (*out == count) {
        error_field(request->error, str_from(name), "not_an_option", "There is no such word.");
    }
    return error_check_fields(request->error);
}

static json_t *row_json(struct request *request, const struct subgoal_rows *rows, size_t i)
{
    const struct subgoal_row *row = &rows->rows[i];
    return json_pack("{s:s,s:I,s:o,s:o,s:I}", "object", rows->object, "record_id", (json_int_t)row->record_id, "label",
                     row->label.ptr == NULL ? json_null() : json_str(row->label), "on",
                     json_date(request->arena, row->on), "amount", (json_int_t)row->amount);
}

static enum err list_rows(struct request *request, struct response *response)
{
    struct target_view view;
    struct subgoal_asked asked;
    struct subgoal_rows rows;
    size_t figure;
    size_t source;
    int64_t limit = 0;
    TRY(query_word(request, "figure", SUBGOAL_FIGURES, FIGURE_COUNT, &figure));
    TRY(query_word(request, "source", SUBGOAL_SOURCES, SUBGOAL_LEVELS, &source));
    TRY(request_query_int(request, "limit", ROWS_LIMIT, 1, ROWS_LIMIT_MAX, &limit));
    TRY(read_asked(request, &view, &asked));
    TRY(target_subgoal_rows(&view, &asked, (enum subgoal_figure)figure, (enum subgoal_source)source, limit, &rows));
    json_t *items = json_array();
    for (size_t i = 0; i < rows.count; i++) {
        json_array_append_new(items, row_json(request, &rows, i));
    }
    response->json =
        json_keep(request->arena, json_pack("{s:o,s:I,s:I,s:I}", "items", items, "sum", (json_int_t)rows.sum, "count",
                                            (json_int_t)rows.total, "visible", (json_int_t)rows.visible));
    return OK;
}

/* clang-format off */
#define ASKED_FIELDS \
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD, \
    {.name = "quarter", .type = FIELD_INT, .min = 0, .max = 4, .about = "of the fiscal year; 0: all of it; the running one unless given"}, \
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "node; the top of what is visible unless given"}, \
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .about = "a person as the node"}
#define PACE_FIELDS \
    {.name = "per_week", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "of what is missing, rounded up; null with less than a week left, or nothing to be done"}, \
    {.name = "per_working_day_milli", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "thousandths of cases, or of the quantity; null for money"}

static const struct field SUBGOAL_QUERY[] = {ASKED_FIELDS, FIELD_END};
static const struct field ROWS_QUERY[] = {
    ASKED_FIELDS, {.name = "figure", .type = FIELD_ENUM, .options = FIGURE_OPTIONS, .flags = FIELD_REQUIRED, .about = "which count"},
    {.name = "source", .type = FIELD_ENUM, .options = SOURCE_OPTIONS, .flags = FIELD_REQUIRED, .about = "whose"},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = ROWS_LIMIT_MAX, .about = "rows; 50 unless given"}, FIELD_END,
};
static const struct field NODE_FIELDS[] = {
    {.name = "kind", .type = FIELD_ENUM, .options = TARGET_NODE_OPTIONS, .about = "what the node stands for"}, {.name = "id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "null for the scope"},
    {.name = "name", .type = FIELD_TEXT, .about = "shown"}, FIELD_END,
};
static const struct field RATE_FIELDS[] = {
    {.name = "source", .type = FIELD_ENUM, .options = SOURCE_OPTIONS, .about = "whose"}, {.name = "part", .type = FIELD_INT, .about = "what came of them"},
    {.name = "whole", .type = FIELD_INT, .about = "causes"}, {.name = "cases", .type = FIELD_INT, .about = "how many stand behind it"},
    {.name = "is_enough", .type = FIELD_BOOL, .about = "cases_min and something came of them"}, FIELD_END,
};
static const struct field STEP_FIELDS[] = {
    {.name = "key", .type = FIELD_ENUM, .options = STEP_OPTIONS, .about = "the causes"}, {.name = "unit", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "of need, have and more"},
    {.name = "asked", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "of the result; null behind an unknown rate"},
    {.name = "need", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "the fewest causes that suffice; null without a rate"},
    {.name = "have", .type = FIELD_INT, .about = "stand already"}, {.name = "more", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "still missing"},
    {.name = "source", .type = FIELD_ENUM, .options = SOURCE_OPTIONS, .flags = FIELD_NULLABLE, .about = "whose rate was taken; null: nobody has one"},
    {.name = "part_figure", .type = FIELD_ENUM, .options = FIGURE_OPTIONS, .about = "what part counts"}, {.name = "whole_figure", .type = FIELD_ENUM, .options = FIGURE_OPTIONS, .about = "what whole counts"},
    {.name = "have_figure", .type = FIELD_ENUM, .options = FIGURE_OPTIONS, .flags = FIELD_NULLABLE, .about = "what have counts"},
    {.name = "cases_min", .type = FIELD_INT, .about = "with fewer the next level is taken"},
    {.name = "rates", .type = FIELD_LIST, .fields = RATE_FIELDS, .about = "levels that were looked at, own first"}, PACE_FIELDS, FIELD_END,
};
static const struct field SUBGOAL_ANSWER[] = {
    {.name = "year", .type = FIELD_INT, .about = "fiscal year"}, {.name = "quarter", .type = FIELD_INT, .about = "0: all of it"}, {.name = "measure", .type = FIELD_TEXT, .about = "what"},
    {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of target, actual and gap"}, {.name = "level", .type = FIELD_ENUM, .options = TARGET_LEVEL_OPTIONS, .about = "which targets"},
    {.name = "node", .type = FIELD_OBJECT, .fields = NODE_FIELDS, .about = "whose"}, {.name = "from_on", .type = FIELD_DATE, .about = "first day"}, {.name = "to_on", .type = FIELD_DATE, .about = "first day after"},
    {.name = "since_on", .type = FIELD_DATE, .about = "rates are of the time from this day until today"}, {.name = "as_of", .type = FIELD_TEXT, .about = "today, YYYY-MM-DD"},
    {.name = "target", .type = FIELD_INT, .about = "of the period"}, {.name = "actual", .type = FIELD_INT, .about = "so far"}, {.name = "gap", .type = FIELD_INT, .about = "missing; not negative"},
    {.name = "state", .type = FIELD_ENUM, .options = STATE_OPTIONS, .about = "open: something is to be done"},
    {.name = "days_left", .type = FIELD_INT, .about = "today among them"}, {.name = "working_days_left", .type = FIELD_INT, .about = "by the company's calendar"},
    PACE_FIELDS, {.name = "steps", .type = FIELD_LIST, .fields = STEP_FIELDS, .about = "from the target back to what one does for it"}, FIELD_END,
};
static const struct field ROW_FIELDS[] = {
    {.name = "object", .type = FIELD_TEXT, .about = "kind of record"}, {.name = "record_id", .type = FIELD_INT, .about = "its id"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "null where names are closed"}, {.name = "on", .type = FIELD_TEXT, .about = "day, YYYY-MM-DD"},
    {.name = "amount", .type = FIELD_INT, .about = "what it counts as"}, FIELD_END,
};
static const struct field ROWS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = ROW_FIELDS, .about = "newest first, those in sight"}, {.name = "sum", .type = FIELD_INT, .about = "the figure"},
    {.name = "count", .type = FIELD_INT, .about = "records in it"}, {.name = "visible", .type = FIELD_INT, .about = "of them in sight"}, FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/targets/sub-goals", "target.subgoals", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", SUBGOAL_QUERY, NULL, SUBGOAL_ANSWER, get_subgoals, NULL, "What has to be done to reach a target, by what came of what in the last twelve months."},
    {"GET", "/targets/sub-goals/rows", "target.subgoal_rows", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", ROWS_QUERY, NULL, ROWS_ANSWER, list_rows, NULL, "The records behind a count of the sub-goals."},
    {.method = NULL},
};
/* clang-format on */

const struct feature TARGET_SUBGOAL_FEATURE = {.name = "target", .routes = ROUTES};
