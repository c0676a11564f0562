/* Moves in the period: how they went, how long they took, and the stage that holds up most. */
#include "analysis_page.h"
#include "analysis_store.h"

enum {
    BOTTLENECK_MOVES = 5, /* moves out of a stage: fewer say nothing about it */
    DAY_SECONDS = 86400,
};

/* Moves of one stage. */
struct flow {
    int64_t entered, forward, lost, back;
    const struct move_row **stays; /* moves out of it, by days */
    size_t stay_count;             /* in `stays` */
};

static void count_moves(const struct page *page, struct flow *flows, const struct move_row *row)
{
    const struct stage_row *to = stages_find(&page->stages, row->to_id);
    const struct stage_row *from = row->from_id.set ? stages_find(&page->stages, row->from_id.value) : NULL;
    if (to != NULL) {
        flows[to - page->stages.items].entered += row->count;
    }
    if (from == NULL) {
        return;
    }
    struct flow *flow = &flows[from - page->stages.items];
    if (row->days.set) {
        flow->stays[flow->stay_count++] = row;
    }
    if (to != NULL && str_eq_c(to->kind, "lost")) {
        flow->lost += row->count;
    } else if (to != NULL && stage_reach(to) > stage_reach(from)) {
        flow->forward += row->count;
    } else if (to != NULL) {
        flow->back += row->count;
    }
}

/* Days of the stay at a place, counted from 0 in ascending order. */
static int64_t days_at(const struct flow *flow, int64_t place)
{
    size_t i = 0;
    while (place >= flow->stays[i]->count) {
        place -= flow->stays[i++]->count;
    }
    return flow->stays[i]->days.value;
}

/* The ninth tenth: the smallest number of days that nine of ten do not exceed. */
static json_t *days_json(const struct flow *flow)
{
    int64_t count = 0;
    int64_t seconds = 0;
    for (size_t i = 0; i < flow->stay_count; i++) {
        count += flow->stays[i]->count;
        seconds += flow->stays[i]->seconds;
    }
    if (count == 0) {
        return json_null();
    }
    int64_t median = (days_at(flow, (count - 1) / 2) + days_at(flow, count / 2) + 1) / 2;
    int64_t mean = (seconds / count + DAY_SECONDS / 2) / DAY_SECONDS;
    return json_pack("{s:I,s:I,s:I,s:I}", "median", (json_int_t)median, "mean", (json_int_t)mean, "p90",
                     (json_int_t)days_at(flow, (9 * count + 9) / 10 - 1), "count", (json_int_t)count);
}

enum err analysis_add_flow(const struct page *page)
{
    struct list_request list;
    struct move_row *rows;
    size_t count;
    struct flow *flows = ARENA_ARRAY(page->request->arena, struct flow, page->stages.count);
    int64_t lowest = INT64_MAX;
    json_t *bottleneck = json_null();
    TRY(page_list(page, page_with(page, NULL), &list));
    TRY(analysis_store_moves(page->request, &list, page->given == NULL ? page->pipeline_id : 0, page->since,
                             page->until, &rows, &count));
    for (size_t s = 0; s < page->stages.count; s++) {
        flows[s] = (struct flow){.stays = ARENA_ARRAY(page->request->arena, const struct move_row *, count + 1)};
    }
    for (size_t i = 0; i < count; i++) {
        count_moves(page, flows, &rows[i]);
    }
    for (size_t s = 0; s < page->stages.count; s++) {
        const struct stage_row *stage = &page->stages.items[s];
        const struct flow *flow = &flows[s];
        int64_t left = flow->forward + flow->lost + flow->back;
        int64_t rate = 0;
        json_object_set_new(page_stage(page, s), "flow",
                            json_pack("{s:I,s:I,s:I,s:I,s:o}", "entered", (json_int_t)flow->entered, "forward",
                                      (json_int_t)flow->forward, "lost", (json_int_t)flow->lost, "back",
                                      (json_int_t)flow->back, "rate_ppm", page_rate(flow->forward, left)));
        json_object_set_new(page_stage(page, s), "days", days_json(flow));
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
