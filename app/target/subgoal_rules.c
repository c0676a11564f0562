/* Sub-goals: what has to be done to reach a target, by what came of what in the last twelve months. */
#include "subgoal_rules.h"

#include "engines/split.h"
#include "platform/calendar.h"
#include "platform/scope.h"

enum { QUARTER = 3, RATE_MONTHS = 12 };

const char *const SUBGOAL_SOURCES[SUBGOAL_LEVELS] = {"own", "department", "company"};
const char *const SUBGOAL_STATES[SUBGOAL_OVER + 1] = {"open", "reached", "no_target", "over"};

static const struct subgoal_kind TO_SIGNED = {
    "signed", FIGURE_RECEIVED, FIGURE_SIGNED, FIGURE_CONTRACTS, FIGURE_OUTSTANDING, 5, true};
static const struct subgoal_kind TO_CONTRACTS = {
    "contracts", FIGURE_SIGNED, FIGURE_CONTRACTS, FIGURE_CONTRACTS, FIGURE_COUNT, 5, false};
static const struct subgoal_kind TO_EARNING = {
    "contracts", FIGURE_MARGIN, FIGURE_CONTRACTS, FIGURE_CONTRACTS, FIGURE_COUNT, 5, false};
static const struct subgoal_kind TO_OPPORTUNITIES = {"opportunities", FIGURE_WON, FIGURE_CLOSED, FIGURE_CLOSED,
                                                     FIGURE_OPEN,     10,         false};
static const struct subgoal_kind TO_VISITS = {
    "first_visits", FIGURE_OPPORTUNITIES, FIGURE_FIRST_VISITS, FIGURE_FIRST_VISITS, FIGURE_COUNT, 10, false};

/* The way from each measure back to what one does for it; other measures are done themselves. */
static const struct {
    enum measure measure;
    const struct subgoal_kind *kinds[SUBGOAL_STEPS_MAX];
} WAYS[] = {
    {MEASURE_RECEIVED_AMOUNT, {&TO_SIGNED, &TO_CONTRACTS, &TO_OPPORTUNITIES, &TO_VISITS}},
    {MEASURE_SIGNED_AMOUNT, {&TO_CONTRACTS, &TO_OPPORTUNITIES, &TO_VISITS}},
    {MEASURE_GROSS_PROFIT, {&TO_EARNING, &TO_OPPORTUNITIES, &TO_VISITS}},
    {MEASURE_WON_DEALS, {&TO_OPPORTUNITIES, &TO_VISITS}},
};

/* ---- the period ---- */

static int64_t running_quarter(const struct target_view *view)
{
    struct date today = view->request->today;
    if (date_compare(today, view->months[0]) < 0) {
        return 1;
    }
    bool over = date_compare(today, view->months[TARGET_MONTHS]) >= 0;
    return over ? TARGET_MONTHS / QUARTER : (int64_t)target_view_month(view, today) / QUARTER + 1;
}

static void set_period(const struct target_view *view, int64_t quarter, const struct target_figures *figures,
                       struct subgoals *out)
{
    out->quarter = quarter < 0 ? running_quarter(view) : quarter;
    size_t from = out->quarter == 0 ? 0 : (size_t)(out->quarter - 1) * QUARTER;
    size_t to = out->quarter == 0 ? TARGET_MONTHS : from + QUARTER;
    out->from = view->months[from];
    out->to = view->months[to];
    for (size_t m = from; m < to; m++) {
        out->target += figures->target[m];
        out->actual += figures->actual[m];
    }
    out->gap = out->target > out->actual ? out->target - out->actual : 0;
}

static enum err set_time_left(const struct target_view *view, struct subgoals *out)
{
    struct request *request = view->request;
    struct workday *exceptions;
    size_t count;
    struct date begin = date_compare(request->today, out->from) > 0 ? request->today : out->from;
    if (date_compare(begin, out->to) >= 0) {
        return OK;
    }
    TRY(calendar_exceptions(request->db, request->arena, begin, out->to, &exceptions, &count));
    out->days_left = out->to.days - begin.days;
    out->working_days_left = split_working_days(begin, out->to, exceptions, count);
    return OK;
}

static enum subgoal_state state_of(const struct subgoals *goals)
{
    return goals->target <= 0      ? SUBGOAL_NO_TARGET
           : goals->gap == 0       ? SUBGOAL_REACHED
           : goals->days_left == 0 ? SUBGOAL_OVER
                                   : SUBGOAL_OPEN;
}

/* ---- rates ---- */

/* Whose figures, for one node. */
struct subjects {
    struct subgoal_subject levels[SUBGOAL_LEVELS];
    bool known[SUBGOAL_LEVELS]; /* there is such a level above the node */
};

static enum err find_subjects(const struct target_view *view, const struct target_line *node, struct subjects *out)
{
    *out = (struct subjects){.known = {true, false, true}};
    out->levels[SOURCE_COMPANY].pick.all = true;
    if (node->kind == TARGET_LINE_SCOPE) {
        out->levels[SOURCE_OWN].pick = target_view_pick(view);
        return OK;
    }
    if (node->kind == TARGET_LINE_DEPARTMENT) {
        out->levels[SOURCE_OWN].department_id = node->id;
        return OK;
    }
    int64_t *id = ARENA_NEW(view->request->arena, int64_t);
    *id = node->id;
    out->levels[SOURCE_OWN].pick = (struct target_pick){.people = id, .people_count = 1};
    out->known[SOURCE_DEPARTMENT] = true;
    return subgoal_store_department_of(view->request->db, view->request->arena, node->id,
                                       &out->levels[SOURCE_DEPARTMENT].department_id);
}

static enum err count_rate(const struct target_view *view, const struct subgoal_kind *kind,
                           const struct subgoal_subject *subject, const struct subgoal_time *time,
                           struct subgoal_rate *out)
{
    struct request *request = view->request;
    int64_t unused = 0;
    out->known = true;
    TRY(subgoal_store_figure(request->db, request->arena, kind->part, subject, time, &out->part, &unused));
    TRY(subgoal_store_figure(request->db, request->arena, kind->whole, subject, time, &out->whole, &unused));
    return subgoal_store_figure(request->db, request->arena, kind->cases, subject, time, &unused, &out->cases);
}

/* Levels are counted until one has cases enough. */
static enum err count_step(const struct target_view *view, const struct subgoals *goals,
                           const struct subjects *subjects, size_t i, struct subgoal_step *out)
{
    struct request *request = view->request;
    const struct subgoal_kind *kind = goals->kinds[i];
    struct subgoal_time past = {goals->since, request->today, request->zone};
    struct subgoal_time period = {goals->from, goals->to, request->zone};
    int64_t count = 0;
    out->cases_min = kind->cases_min;
    for (size_t level = 0; level < SUBGOAL_LEVELS; level++) {
        if (subjects->known[level]) {
            TRY(count_rate(view, kind, &subjects->levels[level], &past, &out->levels[level]));
        }
        if (subgoal_rate_counts(&out->levels[level], out->cases_min)) {
            break;
        }
    }
    return kind->have == FIGURE_COUNT
               ? OK
               : subgoal_store_figure(request->db, request->arena, kind->have, &subjects->levels[SOURCE_OWN], &period,
                                      &out->have, &count);
}

static void find_way(const struct target_view *view, struct subgoals *out)
{
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        for (size_t k = 0; k < SUBGOAL_STEPS_MAX && WAYS[i].measure == view->measure && WAYS[i].kinds[k] != NULL; k++) {
            out->kinds[out->step_count++] = WAYS[i].kinds[k];
        }
    }
}

static enum err open_node(const struct target_view *view, const struct subgoal_asked *asked, struct subgoals *out)
{
    struct target_overview overview;
    *out = (struct subgoals){0};
    TRY(target_overview(view, asked->department_id, asked->user_id, &overview));
    out->node = overview.node;
    out->since = date_add_months(view->request->today, -RATE_MONTHS);
    set_period(view, asked->quarter, &overview.node.figures, out);
    return set_time_left(view, out);
}

enum err target_subgoals(const struct target_view *view, const struct subgoal_asked *asked, struct subgoals *out)
{
    struct subjects subjects;
    TRY(open_node(view, asked, out));
    TRY(find_subjects(view, &out->node, &subjects));
    out->state = state_of(out);
    find_way(view, out);
    for (size_t i = 0; i < out->step_count; i++) {
        TRY(count_step(view, out, &subjects, i, &out->steps[i]));
    }
    subgoal_needs(out->gap, out->steps, out->step_count, out->needs);
    return OK;
}

/* ---- rows ---- */

static bool may_read(const struct request *request, const struct object *object)
{
    return identity_can(request->user, object->view) &&
           scope_field_access(request, object, object_label(object)->name) >= FIELD_ACCESS_READ;
}

enum err target_subgoal_rows(const struct target_view *view, const struct subgoal_asked *asked,
                             enum subgoal_figure figure, enum subgoal_source source, int64_t limit,
                             struct subgoal_rows *out)
{
    struct request *request = view->request;
    struct subgoals goals;
    struct subjects subjects;
    const struct object *object = object_find(subgoal_store_object(figure));
    *out = (struct subgoal_rows){.object = figure == FIGURE_FIRST_VISITS ? "customer" : object->name};
    TRY(open_node(view, asked, &goals));
    TRY(find_subjects(view, &goals.node, &subjects));
    if (!subjects.known[source]) {
        return error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
    }
    bool stands = figure == FIGURE_OPEN || figure == FIGURE_OUTSTANDING;
    struct subgoal_time time = {stands ? goals.from : goals.since, stands ? goals.to : request->today, request->zone};
    const struct subgoal_subject *subject = &subjects.levels[source];
    TRY(subgoal_store_figure(request->db, request->arena, figure, subject, &time, &out->sum, &out->total));
    if (!identity_can(request->user, object->view)) {
        return OK;
    }
    return subgoal_store_rows(request, figure, subject, &time, may_read(request, object_find(out->object)), limit,
                              &out->rows, &out->count, &out->visible);
}
