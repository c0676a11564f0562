/* HTTP of joiners, leavers and transfers: what the rule proposes for their targets. */
#include "target.h"
#include "target_query.h"
#include "turnover_rules.h"

#define ID_MAX INT64_C(9007199254740991)

/* clang-format off */
static const struct option STATES[] = {
    {"draft", "填报中", "Draft"}, {"submitted", "待审定", "Submitted"}, {"returned", "已退回", "Returned"}, {"agreed", "已约定", "Agreed"},
    {"locked", "已锁定", "Locked"}, {NULL, NULL, NULL},
};
static const struct option STEPS[] = {{"change", "变更", "Change"}, {"return", "退回", "Return"}, {NULL, NULL, NULL}};
/* clang-format on */

static json_t *department_json(const struct target_view *view, int64_t id)
{
    const struct target_department *department = target_view_any_department(view, id);
    return department == NULL ? json_null()
                              : json_pack("{s:I,s:o}", "id", (json_int_t)id, "name", json_str(department->name));
}

static json_t *months_json(const int64_t amounts[TARGET_MONTHS], size_t first)
{
    json_t *list = json_array();
    for (size_t m = first; m < TARGET_MONTHS; m++) {
        json_array_append_new(list, json_integer(amounts[m]));
    }
    return list;
}

/* A locked target is changed from a month on; one that is agreed to and not locked yet is offered anew as a whole. */
static json_t *proposal_json(const struct target_view *view, const struct turnover_line *line)
{
    if (!line->is_proposed) {
        return json_null();
    }
    bool locked = line->row.state == PLAN_LOCKED;
    size_t first = locked ? line->first : 0;
    return json_pack("{s:s,s:o,s:o,s:o,s:I,s:b,s:b}", "step", locked ? "change" : "return", "effective_on",
                     json_date(view->request->arena, view->months[first]), "before", months_json(line->before, first),
                     "amounts", months_json(line->after, first), "released", (json_int_t)line->released, "may_propose",
                     line->may_propose, "may_release", line->may_release);
}

static json_t *line_json(const struct target_view *view, const struct turnover_line *line)
{
    const struct turnover_row *row = &line->row;
    int64_t ppm = 0;
    bool known = ratio_ppm(line->days, line->of_days, &ppm);
    json_t *json =
        json_pack("{s:s,s:o,s:I,s:o,s:o,s:o,s:s}", "kind", TURNOVER_KINDS[row->kind], "on",
                  json_date(view->request->arena, row->on), "user_id", (json_int_t)row->user_id, "name",
                  json_str(row->name), "from_department", department_json(view, row->from_department_id),
                  "to_department", department_json(view, row->to_department_id), "state", PLAN_STATES[row->state]);
    json_object_set_new(json, "days", json_integer(line->days));
    json_object_set_new(json, "of_days", json_integer(line->of_days));
    json_object_set_new(json, "days_ppm", json_opt_int((struct opt_int){known, ppm}));
    json_object_set_new(json, "year", json_integer(line->year));
    json_object_set_new(json, "moves", json_integer(line->moves));
    json_object_set_new(json, "along", json_integer(line->along));
    json_object_set_new(json, "is_settled", json_boolean(line->is_settled));
    json_object_set_new(json, "waits", json_boolean(line->waits));
    json_object_set_new(json, "proposal", proposal_json(view, line));
    json_object_set_new(json, "suggested", line->is_suggested ? months_json(line->after, 0) : json_null());
    json_object_set_new(json, "colleagues", json_integer(line->colleagues));
    return json;
}

static enum err list_turnover(struct request *request, struct response *response)
{
    struct target_round round;
    struct target_view view;
    struct turnover_line *lines;
    enum measure measure;
    int64_t department = 0;
    size_t count;
    json_t *items = json_array();
    response->json = json_keep(request->arena, json_pack("{s:o}", "items", items));
    TRY(target_find_measure(request, request_query(request, "measure"), &measure));
    TRY(request_query_int(request, "department_id", 0, 1, ID_MAX, &department));
    TRY(round_get(request, request->params[0], &round));
    TRY(target_view_load(request, round.year, measure, &view));
    TRY(turnover_list(&view, &round, department, &lines, &count));
    json_object_set_new(response->json, "kind", json_string(view.kind));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, line_json(&view, &lines[i]));
    }
    return OK;
}

/* clang-format off */
static const struct field QUERY[] = {
    TARGET_MEASURE_FIELD, {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "with all below; all that is visible unless given"}, FIELD_END,
};
static const struct field DEPARTMENT_FIELDS[] = {
    {.name = "id", .type = FIELD_INT, .about = "department.id"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"}, FIELD_END,
};
static const struct field PROPOSAL_FIELDS[] = {
    {.name = "step", .type = FIELD_ENUM, .options = STEPS, .about = "the step of the plan that proposes it: change of what is locked, else return with a counter-offer"},
    {.name = "effective_on", .type = FIELD_DATE, .about = "first month that changes"},
    {.name = "before", .type = FIELD_LIST, .item = FIELD_INT, .about = "base from that month to the end of the year"},
    {.name = "amounts", .type = FIELD_LIST, .item = FIELD_INT, .about = "the same months by the rule"},
    {.name = "released", .type = FIELD_INT, .about = "what is set free over the year"},
    {.name = "may_propose", .type = FIELD_BOOL, .about = "the user may propose it"},
    {.name = "may_release", .type = FIELD_BOOL, .about = "with to_department the user may propose what is set free to the department's own"}, FIELD_END,
};
static const struct field LINE_FIELDS[] = {
    {.name = "kind", .type = FIELD_ENUM, .options = TURNOVER_OPTIONS, .about = "what happened"},
    {.name = "on", .type = FIELD_DATE, .about = "first day here, first day there, last day"},
    {.name = "user_id", .type = FIELD_INT, .about = "who"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"},
    {.name = "from_department", .type = FIELD_OBJECT, .fields = DEPARTMENT_FIELDS, .flags = FIELD_NULLABLE, .about = "of who moved or left"},
    {.name = "to_department", .type = FIELD_OBJECT, .fields = DEPARTMENT_FIELDS, .flags = FIELD_NULLABLE, .about = "of who joined or moved"},
    {.name = "state", .type = FIELD_ENUM, .options = STATES, .about = "of the target"},
    {.name = "days", .type = FIELD_INT, .about = "working days of the year from then on; of a leaver: until then"},
    {.name = "of_days", .type = FIELD_INT, .about = "working days of the year"},
    {.name = "days_ppm", .type = FIELD_PPM, .flags = FIELD_NULLABLE, .about = "days / of_days"},
    {.name = "year", .type = FIELD_INT, .about = "base of the year as it stands"},
    {.name = "moves", .type = FIELD_INT, .about = "of it by the rule: goes along with who moved, is set free by who left, is the target of who joined"},
    {.name = "along", .type = FIELD_INT, .about = "of who moved: counts for the new department already"},
    {.name = "is_settled", .type = FIELD_BOOL, .about = "a change that follows from it is agreed"},
    {.name = "waits", .type = FIELD_BOOL, .about = "a change or counter-offer waits for an answer"},
    {.name = "proposal", .type = FIELD_OBJECT, .fields = PROPOSAL_FIELDS, .flags = FIELD_NULLABLE, .about = "what the rule changes; null: nothing"},
    {.name = "suggested", .type = FIELD_LIST, .item = FIELD_INT, .flags = FIELD_NULLABLE, .about = "of a joiner without a target: twelve months, the mean of the colleagues for the days here"},
    {.name = "colleagues", .type = FIELD_INT, .about = "whose mean it is"}, FIELD_END,
};
static const struct field ANSWER[] = {
    {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "items", .type = FIELD_LIST, .fields = LINE_FIELDS, .about = "newest first, 200 at most"}, FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/target-rounds/{id}/turnover", "target_round.turnover", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", QUERY, NULL, ANSWER, list_turnover, NULL, "Who joined, moved or left in the year, and what the pro-rata rule proposes for their targets; changes nothing."},
    {.method = NULL},
};
/* clang-format on */

const struct feature TARGET_TURNOVER_FEATURE = {.name = "target", .routes = ROUTES};
