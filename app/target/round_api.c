/* HTTP of planning rounds. Amounts are minor units for measures of kind money and plain numbers for counts. */
#include "engines/rollup.h"
#include "round_rules.h"
#include "target.h"
#include "target_query.h"
#include "turnover_rules.h"

enum { YEAR_MIN = 1990, YEAR_MAX = 2200, ASKS_MAX = 2000, REASON_MAX = 1000 };
#define ID_MAX INT64_C(9007199254740991)

/* clang-format off */
static const struct option ROUND_STATES[] = {{"open", "进行中", "Open"}, {"locked", "已锁定", "Locked"}, {NULL, NULL, NULL}};
static const struct option STATES[] = {
    {"draft", "填报中", "Draft"}, {"submitted", "待审定", "Submitted"}, {"returned", "已退回", "Returned"}, {"agreed", "已约定", "Agreed"},
    {"locked", "已锁定", "Locked"}, {NULL, NULL, NULL},
};
static const struct option VERSION_KINDS[] = {{"submitted", "提交", "Submitted"}, {"counter", "还价", "Counter-offer"}, {"change", "变更", "Change"}, {NULL, NULL, NULL}};
/* clang-format on */

/* ---- rounds ---- */

static enum err round_json(struct request *request, const struct target_round *round, json_t **out)
{
    enum measure *measures;
    size_t count;
    json_t *list = json_array();
    *out = json_keep(request->arena,
                     json_pack("{s:I,s:I,s:o,s:s,s:o,s:o,s:I,s:o}", "id", (json_int_t)round->id, "year",
                               (json_int_t)round->year, "deadline_on", json_date(request->arena, round->deadline),
                               "state", round->is_locked ? "locked" : "open", "note", json_opt_str(round->note),
                               "locked_at", json_opt_instant(request->arena, round->locked_at), "version",
                               (json_int_t)round->version, "measures", list));
    TRY(round_store_measures(request->db, request->arena, round->id, &measures, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_string(MEASURES[measures[i]].key));
    }
    return OK;
}

static enum err list_rounds(struct request *request, struct response *response)
{
    struct target_round *rounds;
    size_t count;
    json_t *items = json_array();
    response->json = json_keep(request->arena, json_pack("{s:o}", "items", items));
    TRY(round_store_list(request->db, request->arena, &rounds, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *item;
        TRY(round_json(request, &rounds[i], &item));
        json_array_append(items, item);
    }
    return OK;
}

static enum err answer_round(struct request *request, struct response *response, int64_t id)
{
    struct target_round round;
    TRY(round_get(request, id, &round));
    response_event(response, STR("all"), STR("target"));
    return round_json(request, &round, &response->json);
}

static enum err create_round(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(round_create(request, &id));
    response->status = 201;
    return answer_round(request, response, id);
}

static enum err update_round(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(round_update(request, request->params[0], version));
    return answer_round(request, response, request->params[0]);
}

static enum err put_asks(struct request *request, struct response *response)
{
    TRY(round_ask(request, request->params[0]));
    return answer_round(request, response, request->params[0]);
}

static enum err close_round(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(round_close(request, request->params[0], version));
    return answer_round(request, response, request->params[0]);
}

/* ---- the tree ---- */

static struct opt_int opt_gap(const struct round_line *line)
{
    return (struct opt_int){line->asked.set, line->asked.set ? line->asked.value - line->entered[LEVEL_BASE] : 0};
}

/* What people promise over what is asked, less 1. */
static struct opt_int over_assignment(const struct round_line *line)
{
    if (!line->asked.set) {
        return (struct opt_int){0};
    }
    return rollup_completion_ppm(line->entered[LEVEL_BASE] - line->own - line->asked.value, line->asked.value);
}

static json_t *line_json(const struct round_line *line)
{
    static const char *const KINDS[] = {"scope", "department", "user"};
    bool person = line->kind == TARGET_LINE_USER;
    json_t *json =
        json_pack("{s:s,s:o,s:o,s:o,s:I,s:I,s:I,s:I}", "kind", KINDS[line->kind], "id",
                  line->id == 0 ? json_null() : json_integer(line->id), "name", json_str(line->name), "asked",
                  json_opt_int(line->asked), "ask_version", (json_int_t)line->ask_version, "entered",
                  (json_int_t)line->entered[LEVEL_BASE], "stretch", (json_int_t)line->entered[LEVEL_STRETCH],
                  "challenge", (json_int_t)line->entered[LEVEL_CHALLENGE]);
    json_object_set_new(json, "own", json_integer(person ? 0 : line->own));
    json_object_set_new(json, "people", json_integer(line->entered[LEVEL_BASE] - (person ? 0 : line->own)));
    json_object_set_new(json, "gap", json_opt_int(opt_gap(line)));
    json_object_set_new(json, "over_ppm", json_opt_int(over_assignment(line)));
    json_object_set_new(json, "expected", json_integer(line->expected));
    json_object_set_new(json, "answered", json_integer(line->answered));
    json_object_set_new(json, "agreed", json_integer(line->agreed));
    json_object_set_new(json, "state", line->state == 0 ? json_null() : json_string(PLAN_STATES[line->state]));
    json_object_set_new(json, "is_mine", json_boolean(line->is_mine));
    return json;
}

static enum err get_node(struct request *request, struct response *response)
{
    struct target_round round;
    struct target_view view;
    struct round_node node;
    enum measure measure;
    int64_t department = 0;
    json_t *round_object;
    TRY(target_find_measure(request, request_query(request, "measure"), &measure));
    TRY(request_query_int(request, "department_id", 0, 1, ID_MAX, &department));
    TRY(round_get(request, request->params[0], &round));
    TRY(target_view_load(request, round.year, measure, &view));
    TRY(round_node(&view, &round, department, &node));
    TRY(round_json(request, &round, &round_object));
    json_t *path = json_array();
    json_t *children = json_array();
    json_t *own = json_object();
    for (size_t i = 0; i < node.path_count; i++) {
        json_array_append_new(
            path, json_pack("{s:I,s:o}", "id", (json_int_t)node.path[i]->id, "name", json_str(node.path[i]->name)));
    }
    for (size_t i = 0; i < node.child_count; i++) {
        json_array_append_new(children, line_json(&node.children[i]));
    }
    for (int level = 0; level < LEVEL_COUNT; level++) {
        json_object_set_new(own, TARGET_LEVELS[level], json_integer(node.own[level]));
    }
    response->json =
        json_keep(request->arena, json_pack("{s:O,s:s,s:s,s:o,s:o,s:o,s:o}", "round", round_object, "measure",
                                            MEASURES[measure].key, "kind", view.kind, "path", path, "node",
                                            line_json(&node.line), "own", own, "children", children));
    return OK;
}

/* ---- one plan ---- */

static json_t *months_json(const int64_t amounts[TARGET_MONTHS])
{
    json_t *list = json_array();
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        json_array_append_new(list, json_integer(amounts[m]));
    }
    return list;
}

static json_t *levels_json(const struct plan_amounts *amounts)
{
    json_t *list = json_array();
    for (int level = 0; level < LEVEL_COUNT; level++) {
        json_array_append_new(list, json_pack("{s:s,s:o,s:o}", "level", TARGET_LEVELS[level], "amounts",
                                              months_json(amounts->amount[level]), "versions",
                                              months_json(amounts->version[level])));
    }
    return list;
}

/* What is asked of the department and of those above it: everybody who takes part may know. */
static enum err asked_json(const struct plan_case *item, json_t **out)
{
    struct request *request = item->view.request;
    struct target_ask *asks;
    size_t count;
    int64_t id = item->plan.is_user ? item->person.department_id : item->plan.subject_id;
    *out = json_keep(request->arena, json_array());
    TRY(round_store_asks(request->db, request->arena, item->round.id, item->view.measure, &asks, &count));
    for (; id != 0; id = target_view_any_department(&item->view, id)->parent_id) {
        for (size_t i = 0; i < count; i++) {
            if (asks[i].department_id == id && asks[i].amount.set) {
                json_array_append_new(*out, json_pack("{s:I,s:o,s:I}", "department_id", (json_int_t)id, "name",
                                                      json_str(target_view_any_department(&item->view, id)->name),
                                                      "amount", (json_int_t)asks[i].amount.value));
            }
        }
    }
    return OK;
}

/* The months of a version and what they change; while it was in force also what came of it. */
static json_t *version_json(const struct plan_case *item, const struct target_plan_version *versions, size_t index,
                            size_t count, const struct target_figures *figures)
{
    struct arena *arena = item->view.request->arena;
    const struct target_plan_version *version = &versions[index];
    struct plan_amounts amounts;
    struct plan_amounts before = {0};
    int64_t diff[TARGET_MONTHS];
    struct date until = item->view.months[TARGET_MONTHS];
    int64_t target = 0;
    int64_t actual = 0;
    target_plan_read_content(arena, version->content, &amounts);
    if (index > 0) {
        target_plan_read_content(arena, versions[index - 1].content, &before);
    }
    for (size_t i = index + 1; i < count; i++) {
        bool later = versions[i].agreed_at.set && date_compare(versions[i].effective, until) < 0;
        until = later ? versions[i].effective : until;
    }
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        bool in_force = date_compare(item->view.months[m], version->effective) >= 0 &&
                        date_compare(item->view.months[m], until) < 0;
        diff[m] = amounts.amount[LEVEL_BASE][m] - before.amount[LEVEL_BASE][m];
        target += in_force ? amounts.amount[LEVEL_BASE][m] : 0;
        actual += in_force ? figures->actual[m] : 0;
    }
    json_t *json =
        json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:o}", "number", (json_int_t)version->number, "kind",
                  json_str(version->kind), "made_by", json_str(version->created_by_name), "made_at",
                  json_instant(arena, version->created_at), "reason", json_opt_str(version->reason), "effective_on",
                  json_date(arena, version->effective), "agreed_at", json_opt_instant(arena, version->agreed_at));
    json_object_set_new(json, "levels", levels_json(&amounts));
    json_object_set_new(json, "diff", months_json(diff));
    bool kept = version->agreed_at.set && item->plan.is_user && date_compare(version->effective, until) < 0;
    json_object_set_new(json, "in_force",
                        !kept ? json_null()
                              : json_pack("{s:o,s:o,s:I,s:I,s:o}", "from_on", json_date(arena, version->effective),
                                          "to_on", json_date(arena, until), "target", (json_int_t)target, "actual",
                                          (json_int_t)actual, "completion_ppm",
                                          json_opt_int(rollup_completion_ppm(actual, target))));
    return json;
}

static enum err thread_json(const struct plan_case *item, json_t *out)
{
    struct request *request = item->view.request;
    struct target_plan_version *versions;
    struct target_plan_event *events;
    struct target_figures figures;
    size_t version_count;
    size_t event_count;
    json_t *version_list = json_array();
    json_t *event_list = json_array();
    json_object_set_new(out, "versions", version_list);
    json_object_set_new(out, "events", event_list);
    TRY(plan_figures(item, &item->view, &figures));
    TRY(target_plan_store_versions(request->db, request->arena, item->plan.id, &versions, &version_count));
    TRY(target_plan_store_events(request->db, request->arena, item->plan.id, &events, &event_count));
    for (size_t i = 0; i < version_count; i++) {
        json_array_append_new(version_list, version_json(item, versions, i, version_count, &figures));
    }
    for (size_t i = 0; i < event_count; i++) {
        json_array_append_new(event_list, json_pack("{s:I,s:o,s:o,s:o,s:o,s:o}", "id", (json_int_t)events[i].id, "kind",
                                                    json_str(events[i].kind), "text", json_opt_str(events[i].text),
                                                    "number", json_opt_int(events[i].number), "made_at",
                                                    json_instant(request->arena, events[i].created_at), "made_by",
                                                    json_str(events[i].created_by_name)));
    }
    return OK;
}

static json_t *signature_json(const struct plan_case *item, struct opt_str name, struct opt_instant at)
{
    return !at.set ? json_null()
                   : json_pack("{s:o,s:o}", "name", json_opt_str(name), "at",
                               json_instant(item->view.request->arena, at.value));
}

static enum err last_year_json(const struct plan_case *item, json_t *out)
{
    struct target_view before;
    struct target_figures figures;
    target_view_year_before(&item->view, &before);
    TRY(plan_figures(item, &before, &figures));
    json_object_set_new(
        out, "last_year",
        json_pack("{s:o,s:o}", "target", months_json(figures.target), "actual", months_json(figures.actual)));
    return OK;
}

static const char *achievable_hint(const struct plan_smart *smart)
{
    if (!smart->specific) {
        return "no_amount";
    }
    if (smart->over_ramp) {
        return "over_ramp";
    }
    if (!smart->estimate.known || smart->by_colleagues) {
        const char *hint = !smart->estimate.known ? "no_history" : smart->too_easy ? "peers_easy" : "peers_hard";
        return smart->coverage.is_short ? "short_pipeline" : hint;
    }
    return smart->too_easy ? "too_easy" : "too_hard";
}

static json_t *coverage_json(const struct plan_coverage *coverage)
{
    return !coverage->known ? json_null()
                            : json_pack("{s:I,s:I,s:o,s:o,s:I,s:b}", "open", (json_int_t)coverage->open, "missing",
                                        (json_int_t)coverage->missing, "coverage_ppm", json_opt_int(coverage->ppm),
                                        "needed_ppm", json_opt_int(coverage->needed_ppm), "closed",
                                        (json_int_t)coverage->closed, "is_short", coverage->is_short);
}

/* Each point that is missing names its hint. */
static enum err smart_json(const struct plan_case *item, const struct plan_amounts *amounts, bool is_asked, json_t *out)
{
    struct plan_smart smart;
    TRY(plan_smart(item, amounts, is_asked, &smart));
    const struct attain *estimate = &smart.estimate;
    const struct {
        const char *key;  /* point */
        bool is_met;      /* the target has it */
        const char *hint; /* what mends it */
    } points[] = {
        {"specific", smart.specific, "no_amount"},
        {"measurable", smart.measurable, "no_data"},
        {"achievable", smart.achievable, achievable_hint(&smart)},
        {"relevant", smart.relevant, "not_asked"},
        {"time_bound", smart.time_bound, "empty_quarter"},
    };
    json_t *list = json_array();
    int score = 0;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        score += points[i].is_met;
        json_array_append_new(list, json_pack("{s:s,s:b,s:s?}", "key", points[i].key, "is_met", points[i].is_met,
                                              "hint", points[i].is_met ? NULL : points[i].hint));
    }
    json_t *band = !estimate->known
                       ? json_null()
                       : json_pack("{s:I,s:I,s:I,s:I,s:I,s:s}", "low", (json_int_t)estimate->low, "expected",
                                   (json_int_t)estimate->expected, "high", (json_int_t)estimate->high,
                                   "probability_ppm", (json_int_t)estimate->probability_ppm, "months",
                                   (json_int_t)estimate->months, "source", smart.by_colleagues ? "colleagues" : "own");
    json_object_set_new(out, "smart",
                        json_pack("{s:i,s:o,s:o,s:o,s:o,s:I}", "score", score, "points", list, "estimate", band, "ramp",
                                  months_json(smart.ramp_ppm), "coverage", coverage_json(&smart.coverage), "colleagues",
                                  (json_int_t)smart.colleagues));
    return OK;
}

static enum err plan_json(const struct plan_case *item, json_t **out)
{
    struct request *request = item->view.request;
    struct plan_amounts amounts;
    int64_t days[TARGET_MONTHS];
    int64_t of[TARGET_MONTHS];
    json_t *asked;
    json_t *round;
    json_t *months = json_array();
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        json_array_append_new(months, json_date(request->arena, item->view.months[m]));
    }
    *out = json_keep(request->arena,
                     json_pack("{s:s,s:s,s:s,s:I,s:o,s:s,s:I,s:b,s:b,s:o}", "measure", MEASURES[item->view.measure].key,
                               "kind", item->view.kind, "subject_kind", item->plan.is_user ? "user" : "department",
                               "subject_id", (json_int_t)item->plan.subject_id, "name", json_str(item->name), "state",
                               PLAN_STATES[item->plan.state], "version", (json_int_t)item->plan.version, "is_mine",
                               item->is_mine, "may_review", item->may_review, "months", months));
    TRY(round_json(request, &item->round, &round));
    TRY(asked_json(item, &asked));
    TRY(target_plan_amounts(item, &amounts));
    TRY(target_presence(&item->view, item->person.joined_on, item->person.left_on, days, of));
    json_object_set(*out, "round", round);
    json_object_set(*out, "asked", asked);
    json_object_set_new(*out, "levels", levels_json(&amounts));
    json_object_set_new(*out, "presence",
                        json_pack("{s:o,s:o}", "days", months_json(days), "of_days", months_json(of)));
    json_object_set_new(*out, "signed", signature_json(item, item->plan.signed_by_name, item->plan.signed_at));
    json_object_set_new(*out, "agreed", signature_json(item, item->plan.agreed_by_name, item->plan.agreed_at));
    json_object_set_new(*out, "counter_number", json_opt_int(item->plan.counter_number));
    json_object_set_new(*out, "change_number", json_opt_int(item->plan.change_number));
    json_object_set_new(*out, "change_by_owner", json_boolean(item->plan.change_by_owner));
    bool may_answer = false;
    TRY(target_plan_may_answer(item, &may_answer));
    json_object_set_new(*out, "may_answer", json_boolean(may_answer));
    json_object_set_new(*out, "is_open", json_boolean(item->view.info.is_active));
    TRY(last_year_json(item, *out));
    TRY(smart_json(item, &amounts, json_array_size(asked) > 0, *out));
    return thread_json(item, *out);
}

static enum err get_plan(struct request *request, struct response *response)
{
    struct plan_case item;
    enum measure measure;
    int64_t subject = 0;
    struct str kind = request_query(request, "subject_kind");
    TRY(target_find_measure(request, request_query(request, "measure"), &measure));
    if (!str_eq_c(kind, "user") && !str_eq_c(kind, "department")) {
        error_field(request->error, STR("subject_kind"), "not_an_option", "A target is a person's or a department's.");
        return error_check_fields(request->error);
    }
    TRY(request_query_int(request, "subject_id", 0, 1, ID_MAX, &subject));
    TRY(target_plan_open(request, request->params[0], measure, str_eq_c(kind, "user"), subject, &item));
    return plan_json(&item, &response->json);
}

static enum err take(struct request *request, struct response *response, plan_step *step)
{
    struct plan_case item;
    TRY(target_plan_take(request, request->params[0], step, &item));
    response_event(response, STR("all"), STR("target"));
    return plan_json(&item, &response->json);
}

#define STEP(word)                                                                                                     \
    static enum err word##_step(struct request *request, struct response *response)                                    \
    {                                                                                                                  \
        return take(request, response, target_plan_##word);                                                            \
    }
STEP(submit)
STEP(withdraw)
STEP(return )
STEP(agree)
STEP(accept)
STEP(comment)
STEP(change)
STEP(change_agree)
STEP(change_decline)

/* clang-format off */
#define AMOUNTS(name_, about_) {.name = name_, .type = FIELD_LIST, .item = FIELD_INT, .about = about_}

static const struct field ROUND_FIELDS[] = {
    {.name = "id", .type = FIELD_INT, .about = "round"}, {.name = "year", .type = FIELD_INT, .about = "fiscal year"},
    {.name = "deadline_on", .type = FIELD_DATE, .about = "last day to answer"}, {.name = "state", .type = FIELD_ENUM, .options = ROUND_STATES, .about = "locked: closed"},
    {.name = "note", .type = FIELD_LONG_TEXT, .flags = FIELD_NULLABLE, .about = "for those who take part"},
    {.name = "locked_at", .type = FIELD_INSTANT, .flags = FIELD_NULLABLE, .about = "when it was closed"},
    {.name = "version", .type = FIELD_INT, .about = "for If-Match"},
    {.name = "measures", .type = FIELD_LIST, .item = FIELD_TEXT, .about = "measures that something is asked for"}, FIELD_END,
};
static const struct field ROUNDS_ANSWER[] = {{.name = "items", .type = FIELD_LIST, .fields = ROUND_FIELDS, .about = "newest year first"}, FIELD_END};
static const struct field CREATE_BODY[] = {
    {.name = "year", .type = FIELD_INT, .min = YEAR_MIN, .max = YEAR_MAX, .flags = FIELD_REQUIRED, .about = "fiscal year"},
    {.name = "deadline_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "last day to answer; not in the past"},
    {.name = "note", .type = FIELD_LONG_TEXT, .max = REASON_MAX, .flags = FIELD_NULLABLE, .about = "for those who take part"}, FIELD_END,
};
static const struct field UPDATE_BODY[] = {
    {.name = "deadline_on", .type = FIELD_DATE, .about = "last day to answer; not in the past"},
    {.name = "note", .type = FIELD_LONG_TEXT, .max = REASON_MAX, .flags = FIELD_NULLABLE, .about = "for those who take part"}, FIELD_END,
};
static const struct field ASK_FIELDS[] = {
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .flags = FIELD_REQUIRED, .about = "with all below; the top department is the company"},
    {.name = "amount", .type = FIELD_INT, .min = 0, .max = TARGET_AMOUNT_MAX, .flags = FIELD_NULLABLE, .about = "null: asked for no longer"},
    {.name = "version", .type = FIELD_INT, .min = 0, .max = INT32_MAX, .flags = FIELD_REQUIRED, .about = "as read; 0: never asked"}, FIELD_END,
};
static const struct field ASKS_BODY[] = {
    {.name = "measure", .type = FIELD_TEXT, .max = 32, .flags = FIELD_REQUIRED, .about = "what is measured, of GET /targets/measures"},
    {.name = "asks", .type = FIELD_LIST, .fields = ASK_FIELDS, .max = ASKS_MAX, .flags = FIELD_REQUIRED, .about = "changed ones"}, FIELD_END,
};
static const struct field LOCK_BODY[] = {
    {.name = "anyway", .type = FIELD_BOOL, .about = "also when not everybody has agreed: what is open may still be agreed to, and is locked then"}, FIELD_END,
};
static const struct field NODE_QUERY[] = {
    TARGET_MEASURE_FIELD, {.name = "department_id", .type = FIELD_REF, .ref = "department", .about = "node; the top of what is visible unless given"}, FIELD_END,
};
static const struct field LINE_FIELDS[] = {
    {.name = "kind", .type = FIELD_ENUM, .options = TARGET_NODE_OPTIONS, .about = "what the line stands for"},
    {.name = "id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "null for the scope"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"},
    {.name = "asked", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "of the department with all below"},
    {.name = "ask_version", .type = FIELD_INT, .about = "for PUT asks"},
    {.name = "entered", .type = FIELD_INT, .about = "base of the year: own, people and departments below"},
    {.name = "stretch", .type = FIELD_INT, .about = "the same of the level stretch"}, {.name = "challenge", .type = FIELD_INT, .about = "the same of the level challenge"},
    {.name = "own", .type = FIELD_INT, .about = "of it: of departments themselves, what nobody took or a buffer"}, {.name = "people", .type = FIELD_INT, .about = "of it: of people"},
    {.name = "gap", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "asked less entered"},
    {.name = "over_ppm", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "over-assignment: people / asked - 1 in millionths"},
    {.name = "expected", .type = FIELD_INT, .about = "people who take part"}, {.name = "answered", .type = FIELD_INT, .about = "of them: submitted or agreed"},
    {.name = "agreed", .type = FIELD_INT, .about = "of them: agreed"},
    {.name = "state", .type = FIELD_ENUM, .options = STATES, .flags = FIELD_NULLABLE, .about = "of the subject's own target; null while nothing is asked"},
    {.name = "is_mine", .type = FIELD_BOOL, .about = "the user moves it"}, FIELD_END,
};
static const struct field PATH_FIELDS[] = {{.name = "id", .type = FIELD_INT, .about = "department.id"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"}, FIELD_END};
static const struct field OWN_FIELDS[] = {
    {.name = "base", .type = FIELD_INT, .about = "of the year"}, {.name = "stretch", .type = FIELD_INT, .about = "of the year"}, {.name = "challenge", .type = FIELD_INT, .about = "of the year"}, FIELD_END,
};
static const struct field NODE_ANSWER[] = {
    {.name = "round", .type = FIELD_OBJECT, .fields = ROUND_FIELDS, .about = "which round"}, TARGET_MEASURE_FIELD, {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "path", .type = FIELD_LIST, .fields = PATH_FIELDS, .about = "visible departments above"}, {.name = "node", .type = FIELD_OBJECT, .fields = LINE_FIELDS, .about = "own and all children"},
    {.name = "own", .type = FIELD_OBJECT, .fields = OWN_FIELDS, .about = "of exactly this department"},
    {.name = "children", .type = FIELD_LIST, .fields = LINE_FIELDS, .about = "departments, then people"}, FIELD_END,
};
static const struct field PLAN_QUERY[] = {
    TARGET_MEASURE_FIELD, {.name = "subject_kind", .type = FIELD_ENUM, .options = TARGET_SUBJECT_OPTIONS, .flags = FIELD_REQUIRED, .about = "whose"},
    {.name = "subject_id", .type = FIELD_INT, .min = 1, .max = ID_MAX, .flags = FIELD_REQUIRED, .about = "user.id or department.id"}, FIELD_END,
};
static const struct field LEVEL_FIELDS[] = {
    {.name = "level", .type = FIELD_ENUM, .options = TARGET_LEVEL_OPTIONS, .about = "which"}, AMOUNTS("amounts", "by month"), AMOUNTS("versions", "of the cells, for PUT grid"), FIELD_END,
};
static const struct field ASKED_FIELDS[] = {
    {.name = "department_id", .type = FIELD_INT, .about = "nearest first"}, {.name = "name", .type = FIELD_TEXT, .about = "shown"}, {.name = "amount", .type = FIELD_INT, .about = "of the year"}, FIELD_END,
};
static const struct field PRESENCE_FIELDS[] = {AMOUNTS("days", "working days on which the person is here, by month"), AMOUNTS("of_days", "working days of the month"), FIELD_END};
static const struct field LAST_YEAR_FIELDS[] = {AMOUNTS("target", "by month"), AMOUNTS("actual", "by month"), FIELD_END};
static const struct option POINT_OPTIONS[] = {
    {"specific", "明确", "Specific"}, {"measurable", "可衡量", "Measurable"}, {"achievable", "可实现", "Achievable"}, {"relevant", "相关", "Relevant"},
    {"time_bound", "有时限", "Time-bound"}, {NULL, NULL, NULL},
};
static const struct option HINT_OPTIONS[] = {
    {"no_amount", "没有数值", "No amount"}, {"no_data", "没有数据", "No data"}, {"no_history", "历史不足", "Too little history"}, {"peers_easy", "低于同事水平", "Easy by colleagues' history"}, {"peers_hard", "高于同事水平", "Hard by colleagues' history"}, {"too_easy", "过于保守", "Too easy"},
    {"too_hard", "难以达成", "Hard to reach"}, {"over_ramp", "新人爬坡期目标过高", "Above a newcomer's ramp"}, {"short_pipeline", "商机储备不足", "The pipeline is short"}, {"not_asked", "没有对应的要求", "Nothing is asked"}, {"empty_quarter", "有季度为空", "A quarter is empty"}, {NULL, NULL, NULL},
};
static const struct field POINT_FIELDS[] = {
    {.name = "key", .type = FIELD_ENUM, .options = POINT_OPTIONS, .about = "which"}, {.name = "is_met", .type = FIELD_BOOL, .about = "the target has it"},
    {.name = "hint", .type = FIELD_ENUM, .options = HINT_OPTIONS, .flags = FIELD_NULLABLE, .about = "what mends it"}, FIELD_END,
};
static const struct option SOURCE_OPTIONS[] = {{"own", "自己的", "Own"}, {"colleagues", "同事的", "Colleagues'"}, {NULL, NULL, NULL}};
static const struct field BAND_FIELDS[] = {
    {.name = "low", .type = FIELD_INT, .about = "in one of five years it becomes less"}, {.name = "expected", .type = FIELD_INT, .about = "as likely more as less"},
    {.name = "high", .type = FIELD_INT, .about = "in one of five years it becomes more"}, {.name = "probability_ppm", .type = FIELD_PPM, .about = "of reaching the base of the year"},
    {.name = "months", .type = FIELD_INT, .about = "that were looked at"}, {.name = "source", .type = FIELD_ENUM, .options = SOURCE_OPTIONS, .about = "whose months"}, FIELD_END,
};
static const struct field COVERAGE_FIELDS[] = {
    {.name = "open", .type = FIELD_INT, .about = "open opportunities that are to close in the year: amount, or number"}, {.name = "missing", .type = FIELD_INT, .about = "base of the year less what is done"},
    {.name = "coverage_ppm", .type = FIELD_PPM, .flags = FIELD_NULLABLE, .about = "open / missing; null when nothing is missing"},
    {.name = "needed_ppm", .type = FIELD_PPM, .flags = FIELD_NULLABLE, .about = "1 / win rate of the last twelve months; null when nothing was won"},
    {.name = "closed", .type = FIELD_INT, .about = "opportunities won and lost in them"}, {.name = "is_short", .type = FIELD_BOOL, .about = "less is open than is needed"}, FIELD_END,
};
static const struct field SMART_FIELDS[] = {
    {.name = "score", .type = FIELD_INT, .about = "points met, 0 to 5"}, {.name = "points", .type = FIELD_LIST, .fields = POINT_FIELDS, .about = "S, M, A, R, T"},
    {.name = "estimate", .type = FIELD_OBJECT, .fields = BAND_FIELDS, .flags = FIELD_NULLABLE, .about = "from the subject's own months; null with too few"},
    AMOUNTS("ramp", "millionths of a full month that are expected, by month: of a newcomer less, by the company's ramp"),
    {.name = "coverage", .type = FIELD_OBJECT, .fields = COVERAGE_FIELDS, .flags = FIELD_NULLABLE, .about = "of a person, for measures that opportunities become"},
    {.name = "colleagues", .type = FIELD_INT, .about = "of a person with too few months: colleagues of the same department and role who have enough; three make an estimate"}, FIELD_END,
};
static const struct field SIGNATURE_FIELDS[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "who"}, {.name = "at", .type = FIELD_INSTANT, .about = "when"}, FIELD_END,
};
static const struct field FORCE_FIELDS[] = {
    {.name = "from_on", .type = FIELD_DATE, .about = "first day"}, {.name = "to_on", .type = FIELD_DATE, .about = "first day after"}, {.name = "target", .type = FIELD_INT, .about = "in that time"},
    {.name = "actual", .type = FIELD_INT, .about = "in that time"}, {.name = "completion_ppm", .type = FIELD_PPM, .flags = FIELD_NULLABLE, .about = "null without a target"}, FIELD_END,
};
static const struct field VERSION_FIELDS[] = {
    {.name = "number", .type = FIELD_INT, .about = "1, 2, 3 …"}, {.name = "kind", .type = FIELD_ENUM, .options = VERSION_KINDS, .about = "how it came up"},
    {.name = "made_by", .type = FIELD_TEXT, .about = "who"}, {.name = "made_at", .type = FIELD_INSTANT, .about = "when"},
    {.name = "reason", .type = FIELD_LONG_TEXT, .flags = FIELD_NULLABLE, .about = "why"}, {.name = "effective_on", .type = FIELD_DATE, .about = "first month that it changes"},
    {.name = "agreed_at", .type = FIELD_INSTANT, .flags = FIELD_NULLABLE, .about = "agreed by both since; null: never"},
    {.name = "levels", .type = FIELD_LIST, .fields = LEVEL_FIELDS, .about = "its amounts"}, AMOUNTS("diff", "base: less the version before, by month"),
    {.name = "in_force", .type = FIELD_OBJECT, .fields = FORCE_FIELDS, .flags = FIELD_NULLABLE, .about = "of a person's agreed version: the time it holds for, and what came of it"}, FIELD_END,
};
static const struct field EVENT_FIELDS[] = {
    {.name = "id", .type = FIELD_INT, .about = "order"}, {.name = "kind", .type = FIELD_TEXT, .about = "comment submitted withdrawn returned agreed accepted change change_agreed change_declined"},
    {.name = "text", .type = FIELD_LONG_TEXT, .flags = FIELD_NULLABLE, .about = "what was said"}, {.name = "number", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "version it is about"},
    {.name = "made_at", .type = FIELD_INSTANT, .about = "when"}, {.name = "made_by", .type = FIELD_TEXT, .about = "who"}, FIELD_END,
};
static const struct field PLAN_ANSWER[] = {
    {.name = "round", .type = FIELD_OBJECT, .fields = ROUND_FIELDS, .about = "which round"}, TARGET_MEASURE_FIELD, {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "subject_kind", .type = FIELD_ENUM, .options = TARGET_SUBJECT_OPTIONS, .about = "whose"}, {.name = "subject_id", .type = FIELD_INT, .about = "user.id or department.id"},
    {.name = "name", .type = FIELD_TEXT, .about = "shown"}, {.name = "state", .type = FIELD_ENUM, .options = STATES, .about = "how far it is"},
    {.name = "version", .type = FIELD_INT, .about = "for the next step; 0: nothing happened yet"}, {.name = "is_mine", .type = FIELD_BOOL, .about = "the user moves it"},
    {.name = "may_review", .type = FIELD_BOOL, .about = "the user returns it and agrees to it"}, {.name = "months", .type = FIELD_LIST, .item = FIELD_DATE, .about = "first days"},
    {.name = "asked", .type = FIELD_LIST, .fields = ASKED_FIELDS, .about = "of the department and those above"}, {.name = "levels", .type = FIELD_LIST, .fields = LEVEL_FIELDS, .about = "as they stand"},
    {.name = "presence", .type = FIELD_OBJECT, .fields = PRESENCE_FIELDS, .about = "for joiners and leavers"},
    {.name = "signed", .type = FIELD_OBJECT, .fields = SIGNATURE_FIELDS, .flags = FIELD_NULLABLE, .about = "who promised"},
    {.name = "agreed", .type = FIELD_OBJECT, .fields = SIGNATURE_FIELDS, .flags = FIELD_NULLABLE, .about = "who agreed"},
    {.name = "counter_number", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "version that was offered instead"},
    {.name = "change_number", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "version that waits for the other side"}, {.name = "change_by_owner", .type = FIELD_BOOL, .about = "which side proposed it"},
    {.name = "may_answer", .type = FIELD_BOOL, .about = "the user may agree to the counter-offer or change that waits"},
    {.name = "is_open", .type = FIELD_BOOL, .about = "the measure takes new amounts: it is not switched off"},
    {.name = "last_year", .type = FIELD_OBJECT, .fields = LAST_YEAR_FIELDS, .about = "of the same person or department"},
    {.name = "smart", .type = FIELD_OBJECT, .fields = SMART_FIELDS, .about = "specific, measurable, achievable, relevant, time-bound: computed"},
    {.name = "versions", .type = FIELD_LIST, .fields = VERSION_FIELDS, .about = "all, oldest first"}, {.name = "events", .type = FIELD_LIST, .fields = EVENT_FIELDS, .about = "the thread, oldest first"}, FIELD_END,
};
#define STEP_FIELDS                                                                                                                                        \
    {.name = "measure", .type = FIELD_TEXT, .max = 32, .flags = FIELD_REQUIRED, .about = "what is measured, of GET /targets/measures"},                             \
    {.name = "subject_kind", .type = FIELD_ENUM, .options = TARGET_SUBJECT_OPTIONS, .flags = FIELD_REQUIRED, .about = "whose"},                                   \
    {.name = "subject_id", .type = FIELD_INT, .min = 1, .max = ID_MAX, .flags = FIELD_REQUIRED, .about = "user.id or department.id"},                      \
    {.name = "version", .type = FIELD_INT, .min = 0, .max = INT32_MAX, .flags = FIELD_REQUIRED, .about = "as read"}
#define AMOUNT_FIELD(about_) {.name = "amounts", .type = FIELD_LIST, .item = FIELD_INT, .min = -TARGET_AMOUNT_MAX, .max = TARGET_MONTHS, .flags = FIELD_NULLABLE, .about = about_}
#define REASON(flags_) {.name = "reason", .type = FIELD_LONG_TEXT, .max = REASON_MAX, .flags = flags_, .about = "what the other side reads"}
static const struct field STEP_BODY[] = {STEP_FIELDS, REASON(FIELD_NULLABLE), FIELD_END};
/* What a change follows from. */
#define CAUSE_FIELDS                                                                                                                                       \
    {.name = "cause_kind", .type = FIELD_ENUM, .options = TURNOVER_OPTIONS, .flags = FIELD_NULLABLE, .about = "the coming or going it follows from, of GET turnover"},\
    {.name = "cause_on", .type = FIELD_DATE, .flags = FIELD_NULLABLE, .about = "day of it"}
static const struct field RETURN_BODY[] = {STEP_FIELDS, REASON(FIELD_REQUIRED), AMOUNT_FIELD("a counter-offer: twelve months"), TARGET_LEVEL_FIELD, CAUSE_FIELDS, FIELD_END};
static const struct field SAY_BODY[] = {STEP_FIELDS, REASON(FIELD_REQUIRED), FIELD_END};
static const struct field CHANGE_BODY[] = {
    STEP_FIELDS, REASON(FIELD_REQUIRED), AMOUNT_FIELD("from that month to the end of the year"), TARGET_LEVEL_FIELD,
    {.name = "effective_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "first day of a month of the year that is not over"}, CAUSE_FIELDS,
    {.name = "to_department", .type = FIELD_BOOL, .about = "of a person: what is set free is proposed to the department's own in the same request"}, FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/target-rounds", "target_round.list", PERM_TARGET_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL, ROUNDS_ANSWER, list_rounds, NULL, "Planning rounds, one a fiscal year."},
    {"POST", "/target-rounds", "target_round.create", PERM_TARGET_ROUND, 0, RECORDS_NONE, NULL, NULL, CREATE_BODY, ROUND_FIELDS, create_round, NULL, "Opens the planning round of a fiscal year."},
    {"PATCH", "/target-rounds/{id}", "target_round.update", PERM_TARGET_ROUND, ROUTE_VERSION, RECORDS_NONE, NULL, NULL, UPDATE_BODY, ROUND_FIELDS, update_round, NULL, "Moves the deadline, changes the note."},
    {"PUT", "/target-rounds/{id}/asks", "target_round.ask", PERM_TARGET_AGREE, 0, RECORDS_NONE, NULL, NULL, ASKS_BODY, ROUND_FIELDS, put_asks, NULL, "Says what is asked of departments, all or nothing; 412 names those that somebody else changed."},
    {"POST", "/target-rounds/{id}/lock", "target_round.lock", PERM_TARGET_ROUND, ROUTE_VERSION, RECORDS_NONE, NULL, NULL, LOCK_BODY, ROUND_FIELDS, close_round, NULL, "Closes the round: what is agreed moves by agreed changes only."},
    {"GET", "/target-rounds/{id}/node", "target_round.node", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", NODE_QUERY, NULL, NODE_ANSWER, get_node, NULL, "Asked, entered, gap, over-assignment and answers of a node and its children."},
    {"GET", "/target-rounds/{id}/plan", "target_plan.get", PERM_TARGET_VIEW, ROUTE_SNAPSHOT, RECORDS_AGGREGATE, "target", PLAN_QUERY, NULL, PLAN_ANSWER, get_plan, NULL, "The target of a person or department: months, state, signatures, versions, thread."},
    {"POST", "/target-rounds/{id}/plan/submit", "target_plan.submit", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, STEP_BODY, PLAN_ANSWER, submit_step, NULL, "The owner signs and submits what the grid holds."},
    {"POST", "/target-rounds/{id}/plan/withdraw", "target_plan.withdraw", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, STEP_BODY, PLAN_ANSWER, withdraw_step, NULL, "The owner takes it back before it was answered."},
    {"POST", "/target-rounds/{id}/plan/return", "target_plan.return", PERM_TARGET_AGREE, 0, RECORDS_NONE, NULL, NULL, RETURN_BODY, PLAN_ANSWER, return_step, NULL, "Returned with a reason, and perhaps a counter-offer."},
    {"POST", "/target-rounds/{id}/plan/agree", "target_plan.agree", PERM_TARGET_AGREE, 0, RECORDS_NONE, NULL, NULL, STEP_BODY, PLAN_ANSWER, agree_step, NULL, "The other side signs what was submitted."},
    {"POST", "/target-rounds/{id}/plan/accept", "target_plan.accept", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, STEP_BODY, PLAN_ANSWER, accept_step, NULL, "The owner signs the counter-offer; the grid takes its amounts over."},
    {"POST", "/target-rounds/{id}/plan/comment", "target_plan.comment", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, SAY_BODY, PLAN_ANSWER, comment_step, NULL, "Says something in the thread."},
    {"POST", "/target-rounds/{id}/plan/change", "target_plan.change", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, CHANGE_BODY, PLAN_ANSWER, change_step, NULL, "Either side proposes other amounts from a month on."},
    {"POST", "/target-rounds/{id}/plan/change-agree", "target_plan.change_agree", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, STEP_BODY, PLAN_ANSWER, change_agree_step, NULL, "The other side signs the change; the grid takes its amounts over."},
    {"POST", "/target-rounds/{id}/plan/change-decline", "target_plan.change_decline", PERM_TARGET_EDIT, 0, RECORDS_NONE, NULL, NULL, SAY_BODY, PLAN_ANSWER, change_decline_step, NULL, "Ends a proposed change with a reason."},
    {.method = NULL},
};
/* clang-format on */

static const struct job_kind JOB_KINDS[] = {
    {"target.remind", round_remind, "daily 08:30", 3},
    {NULL, NULL, NULL, 0},
};

const struct feature TARGET_ROUND_FEATURE = {.name = "target", .routes = ROUTES, .job_kinds = JOB_KINDS};
