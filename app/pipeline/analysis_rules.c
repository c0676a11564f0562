/* How opportunities pass through a pipeline: docs/formulas.md says what counts. Each number of opportunities comes with
 * the filter that opens exactly its rows. */
#include "analysis_rules.h"

#include <stdlib.h>
#include <string.h>

#include "analysis_store.h"
#include "board_store.h"
#include "guide_store.h"
#include "pipeline_filter.h"
#include "pipeline_rules.h"
#include "platform/scope.h"

enum {
    TOO_FEW_BELOW = 20,   /* closed deals: fewer say nothing about a step */
    BOTTLENECK_MOVES = 5, /* moves out of a stage: fewer say nothing about it */
    USUAL_DAYS = 14,      /* without activity, where the stage says nothing */
    DAY_SECONDS = 86400,
    COUNTS_MAX = 64,
    SLIPS_MAX = 3, /* … and more */
};

static const char *const NEEDED[] = {
    "pipeline_id",       "stage_id",     "status",          "closed_on",  "created_at", "stage_entered_at",
    "last_activity_at",  "next_step_on", "close_reason_id", "slip_count", "cycle_days", "expected_close_on",
    "furthest_stage_id",
};

/* The whole page. */
struct page {
    struct request *request;     /* who asks */
    int64_t pipeline_id;         /* of which pipeline */
    struct stages stages;        /* of it */
    json_t *given;               /* the filter as given, or NULL */
    struct date from, to;        /* the period, both included */
    struct instant since, until; /* the same as moments, half-open */
    json_t *answer;              /* being filled */
};

static json_t *of_pipeline(const struct page *page)
{
    return filter_is("pipeline_id", "eq", json_integer(page->pipeline_id));
}

/* In the pipeline, as given, and this; taken over. */
static json_t *with_given(const struct page *page, json_t *own)
{
    return json_keep(page->request->arena, filter_all(of_pipeline(page), json_incref(page->given), own));
}

static json_t *in_period(const struct page *page, const char *field)
{
    struct arena *arena = page->request->arena;
    return filter_is(field, "between", json_pack("[o,o]", json_date(arena, page->from), json_date(arena, page->to)));
}

static json_t *is_open(void)
{
    return filter_is("status", "eq", json_string("open"));
}

static json_t *in_stage(const struct stage_row *stage)
{
    return filter_is("stage_id", "eq", json_integer(stage->id));
}

static json_t *over_days(const char *field, int64_t days)
{
    return filter_is(field, "relative", json_sprintf("over_%lld_days_ago", (long long)days));
}

static json_t *rate_json(int64_t part, int64_t whole)
{
    int64_t ppm = 0;
    return whole > 0 && ratio_ppm(part, whole, &ppm) ? json_integer(ppm) : json_null();
}

static json_t *stage_json(const struct page *page, size_t stage)
{
    return json_array_get(json_object_get(page->answer, "stages"), stage);
}

static enum err list_of(const struct page *page, const json_t *filter, struct list_request *out)
{
    return filter_list(page->request, filter, (struct str){0}, out);
}

static bool shows(const struct page *page, const char *field)
{
    return scope_field_access(page->request, object_find("opportunity"), field) >= FIELD_ACCESS_READ;
}

/* ---- now open ---- */

static enum err add_open(const struct page *page)
{
    struct list_request list;
    struct board_sum *sums;
    size_t count;
    bool amounts = shows(page, "amount_minor");
    bool chances = amounts && shows(page, "win_probability_ppm");
    TRY(list_of(page, with_given(page, is_open()), &list));
    TRY(board_store_sums(page->request, &list, &sums, &count));
    for (size_t s = 0; s < page->stages.count; s++) {
        const struct stage_row *stage = &page->stages.items[s];
        json_t *parts = json_array();
        int64_t deals = 0;
        for (size_t i = 0; i < count; i++) {
            if (sums[i].stage_id == stage->id) {
                deals += sums[i].count;
                json_array_append_new(
                    parts, json_pack("{s:o,s:o,s:o}", "currency", json_str(sums[i].currency), "amount_minor",
                                     amounts ? json_integer(sums[i].amount_minor) : json_null(), "weighted_minor",
                                     chances ? json_integer(sums[i].weighted_minor) : json_null()));
            }
        }
        json_t *filter = with_given(page, filter_all(in_stage(stage), is_open(), NULL));
        json_object_set_new(stage_json(page, s), "open",
                            json_pack("{s:I,s:o,s:O}", "count", (json_int_t)deals, "sums", parts, "filter", filter));
    }
    return OK;
}

/* ---- cohort ---- */

/* Stages that lie at least as far as this one: who lies furthest in one of them has reached it. */
static json_t *reaching(const struct page *page, const struct stage_row *stage)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < page->stages.count; i++) {
        const struct stage_row *other = &page->stages.items[i];
        if (other->id == stage->id || (stage_is_open(stage) && stage_reach(other) > stage_reach(stage))) {
            json_array_append_new(ids, json_integer(other->id));
        }
    }
    return ids;
}

static bool has_id(const json_t *ids, int64_t id)
{
    for (size_t i = 0; i < json_array_size(ids); i++) {
        if (json_integer_value(json_array_get(ids, i)) == id) {
            return true;
        }
    }
    return false;
}

static enum err add_cohort(const struct page *page)
{
    struct list_request list;
    struct reached_row *rows;
    size_t count;
    int64_t total = 0;
    TRY(list_of(page, with_given(page, in_period(page, "created_at")), &list));
    TRY(analysis_store_reached(page->request, &list, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        total += rows[i].count;
    }
    for (size_t s = 0; s < page->stages.count; s++) {
        const struct stage_row *stage = &page->stages.items[s];
        bool is_lost = str_eq_c(stage->kind, "lost");
        json_t *ids = json_keep(page->request->arena, reaching(page, stage));
        int64_t reached = 0;
        for (size_t i = 0; i < count; i++) {
            bool counts = is_lost ? rows[i].stage_id == stage->id
                                  : rows[i].furthest_id.set && has_id(ids, rows[i].furthest_id.value);
            reached += counts ? rows[i].count : 0;
        }
        json_t *own = is_lost ? in_stage(stage) : filter_is("furthest_stage_id", "in", json_incref(ids));
        json_t *filter = with_given(page, filter_all(in_period(page, "created_at"), own, NULL));
        json_object_set_new(stage_json(page, s), "cohort",
                            json_pack("{s:I,s:o,s:O}", "reached", (json_int_t)reached, "rate_ppm",
                                      rate_json(reached, total), "filter", filter));
    }
    return OK;
}

/* ---- flow and days ---- */

/* Moves of one stage. */
struct flow {
    int64_t entered, forward, lost, back;
    int64_t *stays;    /* seconds of those that left it */
    size_t stay_count; /* in `stays` */
    size_t stay_cap;   /* room in `stays` */
};

/* Moves as they stream by. */
struct flows {
    const struct page *page; /* of which page */
    struct flow *items;      /* by stage */
};

static void add_stay(const struct page *page, struct flow *flow, int64_t seconds)
{
    if (flow->stay_count == flow->stay_cap) {
        size_t cap = flow->stay_cap == 0 ? 64 : 2 * flow->stay_cap;
        int64_t *larger = ARENA_ARRAY(page->request->arena, int64_t, cap);
        memcpy(larger, flow->stays == NULL ? larger : flow->stays, flow->stay_count * sizeof *larger);
        flow->stays = larger;
        flow->stay_cap = cap;
    }
    flow->stays[flow->stay_count++] = seconds;
}

static enum err count_move(void *context, const struct move_row *row)
{
    struct flows *flows = context;
    const struct page *page = flows->page;
    const struct stage_row *to = stages_find(&page->stages, row->to_id);
    const struct stage_row *from = row->from_id.set ? stages_find(&page->stages, row->from_id.value) : NULL;
    if (to != NULL) {
        flows->items[to - page->stages.items].entered++;
    }
    if (from == NULL) {
        return OK;
    }
    struct flow *flow = &flows->items[from - page->stages.items];
    if (row->seconds.set) {
        add_stay(page, flow, row->seconds.value);
    }
    if (to != NULL && str_eq_c(to->kind, "lost")) {
        flow->lost++;
    } else if (to != NULL && stage_reach(to) > stage_reach(from)) {
        flow->forward++;
    } else if (to != NULL) {
        flow->back++;
    }
    return OK;
}

static int64_t days_of(int64_t seconds)
{
    return (seconds + DAY_SECONDS / 2) / DAY_SECONDS;
}

static int ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Twice the median of sorted numbers: of an even number the sum of the middle two. */
static int64_t twice_median(const int64_t *numbers, size_t count)
{
    return numbers[(count - 1) / 2] + numbers[count / 2];
}

/* The ninth tenth: the smallest number that nine of ten do not exceed. */
static json_t *days_json(struct flow *flow)
{
    int64_t sum = 0;
    size_t count = flow->stay_count;
    if (count == 0) {
        return json_null();
    }
    qsort(flow->stays, count, sizeof *flow->stays, ascending);
    for (size_t i = 0; i < count; i++) {
        sum += flow->stays[i];
    }
    return json_pack("{s:I,s:I,s:I,s:I}", "median", (json_int_t)days_of((twice_median(flow->stays, count) + 1) / 2),
                     "mean", (json_int_t)days_of(sum / (int64_t)count), "p90",
                     (json_int_t)days_of(flow->stays[(9 * count + 9) / 10 - 1]), "count", (json_int_t)count);
}

static enum err add_flow(const struct page *page)
{
    struct list_request list;
    struct flows flows = {page, ARENA_ARRAY(page->request->arena, struct flow, page->stages.count)};
    int64_t lowest = INT64_MAX;
    json_t *bottleneck = json_null();
    memset(flows.items, 0, page->stages.count * sizeof *flows.items);
    TRY(list_of(page, with_given(page, NULL), &list));
    TRY(analysis_store_moves(page->request, &list, page->since, page->until, count_move, &flows));
    for (size_t s = 0; s < page->stages.count; s++) {
        const struct stage_row *stage = &page->stages.items[s];
        struct flow *flow = &flows.items[s];
        int64_t left = flow->forward + flow->lost + flow->back;
        int64_t rate = 0;
        json_object_set_new(stage_json(page, s), "flow",
                            json_pack("{s:I,s:I,s:I,s:I,s:o}", "entered", (json_int_t)flow->entered, "forward",
                                      (json_int_t)flow->forward, "lost", (json_int_t)flow->lost, "back",
                                      (json_int_t)flow->back, "rate_ppm", rate_json(flow->forward, left)));
        json_object_set_new(stage_json(page, s), "days", days_json(flow));
        bool counts = stage_is_open(stage) && left >= BOTTLENECK_MOVES && ratio_ppm(flow->forward, left, &rate);
        if (counts && rate < lowest) {
            lowest = rate;
            json_decref(bottleneck);
            bottleneck = json_integer(stage->id);
        }
    }
    json_object_set_new(page->answer, "bottleneck_stage_id", bottleneck);
    return OK;
}

/* ---- what is stuck, and overdue ---- */

/* Filters that are counted in one pass over the open ones. */
struct counts {
    json_t *filters[COUNTS_MAX];             /* each with the page's own */
    const struct filter *parsed[COUNTS_MAX]; /* the same, compiled */
    size_t count;                            /* in both */
};

/* Takes the filter over. */
static enum err add_count(const struct page *page, struct counts *counts, json_t *own)
{
    struct list_request list;
    json_t *filter = with_given(page, filter_all(is_open(), own, NULL));
    TRY(list_of(page, filter, &list));
    counts->filters[counts->count] = filter;
    counts->parsed[counts->count++] = list.filter;
    return OK;
}

static json_t *nothing(void)
{
    return filter_null("id", "is_null");
}

static json_t *overdue_in(const struct stage_row *stage)
{
    return stage->longest_days.set ? over_days("stage_entered_at", stage->longest_days.value) : nothing();
}

/* Any of the open stages: each with its own number of days. */
static json_t *in_any_stage(const struct page *page, json_t *(*own)(const struct stage_row *stage))
{
    json_t *any = json_array();
    for (size_t i = 0; i < page->stages.count; i++) {
        const struct stage_row *stage = &page->stages.items[i];
        if (stage_is_open(stage)) {
            json_array_append_new(any, filter_all(in_stage(stage), own(stage), NULL));
        }
    }
    return json_pack("{s:o}", "any", any);
}

static json_t *quiet_in(const struct stage_row *stage)
{
    return over_days("last_activity_at", stage->usual_days.set ? stage->usual_days.value : USUAL_DAYS);
}

static const char *const CAUSES[] = {"no_activity", "over_longest", "no_next_step", "close_passed", "slipped_twice"};
enum { CAUSE_COUNT = sizeof CAUSES / sizeof CAUSES[0] };

static enum err collect(const struct page *page, struct counts *counts)
{
    struct arena *arena = page->request->arena;
    TRY(add_count(page, counts, in_any_stage(page, quiet_in)));
    TRY(add_count(page, counts, in_any_stage(page, overdue_in)));
    TRY(add_count(page, counts, filter_null("next_step_on", "is_null")));
    TRY(add_count(page, counts, filter_is("expected_close_on", "lt", json_date(arena, page->request->today))));
    TRY(add_count(page, counts, filter_is("slip_count", "ge", json_integer(2))));
    for (size_t s = 0; s < page->stages.count; s++) {
        const struct stage_row *stage = &page->stages.items[s];
        TRY(add_count(page, counts, filter_all(in_stage(stage), overdue_in(stage), NULL)));
    }
    return OK;
}

static json_t *count_json(const struct counts *counts, const struct rows *rows, size_t index)
{
    return json_pack("{s:I,s:O}", "count", (json_int_t)rows_get(rows, 0, index + 1).integer, "filter",
                     counts->filters[index]);
}

static enum err add_stuck(const struct page *page)
{
    struct counts counts = {.count = 0};
    struct list_request list;
    struct rows rows;
    json_t *stuck = json_array();
    json_object_set_new(page->answer, "stuck", stuck);
    TRY(collect(page, &counts));
    TRY(list_of(page, with_given(page, is_open()), &list));
    TRY(analysis_store_counts(page->request, &list, counts.parsed, counts.count, &rows));
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        json_t *one = count_json(&counts, &rows, i);
        json_object_set_new(one, "cause", json_string(CAUSES[i]));
        json_array_append_new(stuck, one);
    }
    for (size_t s = 0; s < page->stages.count; s++) {
        json_object_set_new(stage_json(page, s), "overdue", count_json(&counts, &rows, CAUSE_COUNT + s));
    }
    return OK;
}

/* ---- closed in the period ---- */

static enum err add_reasons(const struct page *page, const struct list_request *closed)
{
    struct reason_count *rows;
    size_t count;
    json_t *reasons = json_array();
    bool amounts = shows(page, "amount_minor");
    json_object_set_new(page->answer, "reasons", reasons);
    TRY(analysis_store_reasons(page->request, closed, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(reasons, json_pack("{s:o,s:o,s:o,s:I,s:o}", "reason_id", json_opt_int(rows[i].reason_id),
                                                 "name", json_opt_str(rows[i].name), "kind", json_str(rows[i].kind),
                                                 "count", (json_int_t)rows[i].count, "amount_minor",
                                                 amounts ? json_integer(rows[i].amount_minor) : json_null()));
    }
    return OK;
}

/* Closed opportunities, as they were read. */
struct closed {
    struct closed_row *rows; /* ascending by id */
    size_t count;            /* in `rows` */
    struct done_row *done;   /* ascending by item, then opportunity */
    size_t done_count;       /* in `done` */
};

static void add_slips(const struct page *page, const struct closed *closed)
{
    int64_t count[SLIPS_MAX + 1] = {0};
    int64_t won[SLIPS_MAX + 1] = {0};
    json_t *slips = json_array();
    for (size_t i = 0; i < closed->count; i++) {
        int64_t times = closed->rows[i].slips > SLIPS_MAX ? SLIPS_MAX : closed->rows[i].slips;
        count[times]++;
        won[times] += closed->rows[i].is_won;
    }
    for (int i = 0; i <= SLIPS_MAX; i++) {
        if (count[i] > 0) {
            json_array_append_new(slips, json_pack("{s:i,s:I,s:I,s:o}", "slips", i, "count", (json_int_t)count[i],
                                                   "won", (json_int_t)won[i], "rate_ppm", rate_json(won[i], count[i])));
        }
    }
    json_object_set_new(page->answer, "slips", slips);
}

/* One side of a step. */
struct effect {
    int64_t *days; /* of each */
    size_t closed; /* in `days` */
    int64_t won;   /* of them */
};

static json_t *effect_json(const struct effect *effect)
{
    json_t *days = json_null();
    if (effect->closed > 0) {
        qsort(effect->days, effect->closed, sizeof *effect->days, ascending);
        days = json_integer((twice_median(effect->days, effect->closed) + 1) / 2);
    }
    return json_pack("{s:I,s:I,s:o,s:o}", "closed", (json_int_t)effect->closed, "won", (json_int_t)effect->won,
                     "rate_ppm", rate_json(effect->won, (int64_t)effect->closed), "median_days", days);
}

static size_t first_done(const struct closed *closed, int64_t item_id)
{
    size_t at = 0;
    while (at < closed->done_count && closed->done[at].item_id < item_id) {
        at++;
    }
    return at;
}

/* Those that came as far as the step's stage, with it done and without. */
static void split(const struct page *page, const struct closed *closed, const struct guide_item *item,
                  struct effect sides[2])
{
    const struct stage_row *stage = stages_find(&page->stages, item->stage_id);
    size_t at = first_done(closed, item->id);
    sides[0].closed = sides[1].closed = 0;
    sides[0].won = sides[1].won = 0;
    for (size_t i = 0; i < closed->count; i++) {
        const struct closed_row *row = &closed->rows[i];
        const struct stage_row *furthest = stages_find(&page->stages, row->furthest_id);
        while (at < closed->done_count && closed->done[at].item_id == item->id &&
               closed->done[at].opportunity_id < row->id) {
            at++;
        }
        bool done = at < closed->done_count && closed->done[at].item_id == item->id &&
                    closed->done[at].opportunity_id == row->id;
        if (furthest == NULL || stage_reach(furthest) < stage_reach(stage)) {
            continue;
        }
        struct effect *side = &sides[done];
        side->days[side->closed++] = row->days;
        side->won += row->is_won;
    }
}

static enum err add_guide(const struct page *page, const struct closed *closed)
{
    struct guide_item *items;
    size_t item_count;
    struct arena *arena = page->request->arena;
    struct effect sides[2] = {{.days = ARENA_ARRAY(arena, int64_t, closed->count + 1)},
                              {.days = ARENA_ARRAY(arena, int64_t, closed->count + 1)}};
    json_t *guide = json_array();
    json_object_set_new(page->answer, "guide", guide);
    TRY(guide_store_items(page->request->db, arena, page->pipeline_id, &items, &item_count));
    for (size_t i = 0; i < item_count; i++) {
        if (!guide_can_tick(items[i].kind)) {
            continue;
        }
        split(page, closed, &items[i], sides);
        bool too_few = sides[0].closed < TOO_FEW_BELOW || sides[1].closed < TOO_FEW_BELOW;
        json_array_append_new(guide,
                              json_pack("{s:I,s:I,s:o,s:o,s:o,s:b}", "item_id", (json_int_t)items[i].id, "stage_id",
                                        (json_int_t)items[i].stage_id, "title", json_str(items[i].title), "with",
                                        effect_json(&sides[1]), "without", effect_json(&sides[0]), "too_few", too_few));
    }
    return OK;
}

static enum err add_closed(const struct page *page)
{
    struct list_request list;
    struct closed closed;
    json_t *status = filter_is("status", "in", json_pack("[s,s]", "won", "lost"));
    TRY(list_of(page, with_given(page, filter_all(status, in_period(page, "closed_on"), NULL)), &list));
    TRY(add_reasons(page, &list));
    TRY(analysis_store_closed(page->request, &list, &closed.rows, &closed.count));
    TRY(analysis_store_done(page->request, &list, &closed.done, &closed.done_count));
    add_slips(page, &closed);
    return add_guide(page, &closed);
}

/* ---- the page ---- */

/* The last twelve months unless told. */
static enum err read_period(struct page *page)
{
    struct request *request = page->request;
    struct opt_date from, to;
    TRY(request_query_date(request, "from_on", &from));
    TRY(request_query_date(request, "to_on", &to));
    page->to = to.set ? to.value : request->today;
    page->from = from.set ? from.value : date_add_days(date_add_months(page->to, -12), 1);
    if (date_compare(page->to, page->from) < 0) {
        error_field(request->error, STR("to_on"), "too_small", "The period ends before it begins.");
        return error_check_fields(request->error);
    }
    page->since = date_start(page->from, request->zone);
    page->until = date_start(date_add_days(page->to, 1), request->zone);
    return OK;
}

static enum err read_page(struct page *page)
{
    struct request *request = page->request;
    TRY(filter_may(request, NEEDED, sizeof NEEDED / sizeof NEEDED[0]));
    TRY(read_period(page));
    TRY(filter_read(request, "filter", &page->given));
    TRY(stage_store_of(request->db, request->arena, page->pipeline_id, &page->stages));
    return page->stages.count > 0 ? OK : error_set(request->error, ERR_NOT_FOUND, "There is no such pipeline.");
}

enum err analysis_make(struct request *request, struct response *response)
{
    struct page page = {.request = request, .pipeline_id = request->params[0]};
    TRY(read_page(&page));
    page.answer = json_keep(request->arena, json_pack("{s:[],s:i}", "stages", "too_few_below", TOO_FEW_BELOW));
    for (size_t i = 0; i < page.stages.count; i++) {
        json_array_append_new(json_object_get(page.answer, "stages"),
                              json_pack("{s:I}", "stage_id", (json_int_t)page.stages.items[i].id));
    }
    TRY(add_open(&page));
    TRY(add_cohort(&page));
    TRY(add_flow(&page));
    TRY(add_stuck(&page));
    TRY(add_closed(&page));
    response->json = page.answer;
    return OK;
}
