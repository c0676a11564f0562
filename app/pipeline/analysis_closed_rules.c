/* What was closed in the period: why, how often it was put off, and what the steps of the guide did. */
#include <stdlib.h>

#include "analysis_page.h"
#include "analysis_store.h"
#include "guide_store.h"
#include "pipeline_rules.h"

/* ---- reasons ---- */

/* Closed ones of one reason. */
struct reason_count {
    const struct alike *first; /* one of them */
    int64_t count;             /* opportunities */
    struct money amount;       /* of those in the company's currency */
};

/* Won before lost, most first. */
static int by_weight(const void *a, const void *b)
{
    const struct reason_count *left = a;
    const struct reason_count *right = b;
    bool won = str_eq_c(left->first->status, "won");
    if (won != str_eq_c(right->first->status, "won")) {
        return won ? -1 : 1;
    }
    if (left->count != right->count) {
        return left->count < right->count ? 1 : -1;
    }
    int64_t one = left->first->reason_id.set ? left->first->reason_id.value : 0;
    int64_t other = right->first->reason_id.set ? right->first->reason_id.value : 0;
    return (one > other) - (one < other);
}

static bool is_same_reason(const struct alike *a, const struct alike *b)
{
    return str_eq(a->status, b->status) && a->reason_id.set == b->reason_id.set &&
           (!a->reason_id.set || a->reason_id.value == b->reason_id.value);
}

static enum err count_reasons(const struct page *page, const struct alike *rows, size_t row_count,
                              struct reason_count *out, size_t *count_out)
{
    size_t count = 0;
    for (size_t i = 0; i < row_count; i++) {
        size_t at = 0;
        while (at < count && !is_same_reason(out[at].first, &rows[i])) {
            at++;
        }
        if (!rows[i].is_closed) {
            continue;
        }
        if (at == count) {
            out[count++] = (struct reason_count){.first = &rows[i]};
        }
        out[at].count += rows[i].count;
        if (!money_add(out[at].amount, (struct money){rows[i].amount_minor}, &out[at].amount)) {
            return error_set(page->request->error, ERR_INVALID, "The amounts are too large to be added.");
        }
    }
    qsort(out, count, sizeof *out, by_weight);
    *count_out = count;
    return OK;
}

static enum err add_reasons(const struct page *page, const struct alike *rows, size_t row_count)
{
    struct request *request = page->request;
    struct reason_count *counts = ARENA_ARRAY(request->arena, struct reason_count, row_count + 1);
    size_t count = 0;
    json_t *reasons = json_array();
    bool amounts = page_shows(page, "amount_minor");
    json_object_set_new(page->answer, "reasons", reasons);
    TRY(count_reasons(page, rows, row_count, counts, &count));
    for (size_t i = 0; i < count; i++) {
        const struct alike *first = counts[i].first;
        struct opt_str name = {first->reason_id.set, {0}};
        if (name.set) {
            TRY(analysis_store_reason(request->db, request->arena, first->reason_id.value, &name.value));
        }
        json_array_append_new(reasons, json_pack("{s:o,s:o,s:o,s:I,s:o}", "reason_id", json_opt_int(first->reason_id),
                                                 "name", json_opt_str(name), "kind", json_str(first->status), "count",
                                                 (json_int_t)counts[i].count, "amount_minor",
                                                 amounts ? json_integer(counts[i].amount.minor) : json_null()));
    }
    return OK;
}

/* ---- slips ---- */

static void add_slips(const struct page *page, const struct alike *rows, size_t row_count)
{
    int64_t count[ANALYSIS_SLIPS_MAX + 1] = {0};
    int64_t won[ANALYSIS_SLIPS_MAX + 1] = {0};
    json_t *slips = json_array();
    for (size_t i = 0; i < row_count; i++) {
        if (rows[i].is_closed) {
            count[rows[i].slips] += rows[i].count;
            won[rows[i].slips] += str_eq_c(rows[i].status, "won") ? rows[i].count : 0;
        }
    }
    for (int i = 0; i <= ANALYSIS_SLIPS_MAX; i++) {
        if (count[i] > 0) {
            json_array_append_new(slips, json_pack("{s:i,s:I,s:I,s:o}", "slips", i, "count", (json_int_t)count[i],
                                                   "won", (json_int_t)won[i], "rate_ppm", page_rate(won[i], count[i])));
        }
    }
    json_object_set_new(page->answer, "slips", slips);
}

/* ---- what the steps of the guide did ---- */

/* Closed opportunities, as they were read. */
struct closed {
    struct closed_row *rows; /* ascending by id */
    size_t count;            /* in `rows` */
    struct done_row *done;   /* ascending by item, then opportunity */
    size_t done_count;       /* in `done` */
};

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
        qsort(effect->days, effect->closed, sizeof *effect->days, page_ascending);
        days = json_integer((page_twice_median(effect->days, effect->closed) + 1) / 2);
    }
    return json_pack("{s:I,s:I,s:o,s:o}", "closed", (json_int_t)effect->closed, "won", (json_int_t)effect->won,
                     "rate_ppm", page_rate(effect->won, (int64_t)effect->closed), "median_days", days);
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

static enum err read_closed(const struct page *page, struct closed *out)
{
    struct list_request list;
    TRY(page_list(page, page_with(page, page_closed(page)), &list));
    TRY(analysis_store_closed(page->request, &list, &out->rows, &out->count));
    return analysis_store_done(page->request, &list, &out->done, &out->done_count);
}

static json_t *step_json(const struct page *page, const struct closed *closed, const struct guide_item *item,
                         struct effect sides[2])
{
    split(page, closed, item, sides);
    bool too_few = sides[0].closed < ANALYSIS_TOO_FEW_BELOW || sides[1].closed < ANALYSIS_TOO_FEW_BELOW;
    return json_pack("{s:I,s:I,s:o,s:o,s:o,s:b}", "item_id", (json_int_t)item->id, "stage_id",
                     (json_int_t)item->stage_id, "title", json_str(item->title), "with", effect_json(&sides[1]),
                     "without", effect_json(&sides[0]), "too_few", too_few);
}

/* Nothing is read where nothing can be ticked. */
static enum err add_guide(const struct page *page)
{
    struct guide_item *items;
    size_t item_count;
    struct arena *arena = page->request->arena;
    struct closed closed = {.rows = NULL};
    struct effect sides[2] = {{.days = NULL}};
    json_t *guide = json_array();
    json_object_set_new(page->answer, "guide", guide);
    TRY(guide_store_items(page->request->db, arena, page->pipeline_id, &items, &item_count));
    for (size_t i = 0; i < item_count; i++) {
        if (!guide_can_tick(items[i].kind)) {
            continue;
        }
        if (closed.rows == NULL) {
            TRY(read_closed(page, &closed));
            sides[0].days = ARENA_ARRAY(arena, int64_t, closed.count + 1);
            sides[1].days = ARENA_ARRAY(arena, int64_t, closed.count + 1);
        }
        json_array_append_new(guide, step_json(page, &closed, &items[i], sides));
    }
    return OK;
}

enum err analysis_add_closed(const struct page *page, const struct alike *rows, size_t row_count)
{
    TRY(add_reasons(page, rows, row_count));
    add_slips(page, rows, row_count);
    return add_guide(page);
}
