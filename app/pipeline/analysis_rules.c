/* How opportunities pass through a pipeline: docs/formulas.md says what counts. Each number of opportunities comes with
 * the filter that opens exactly its rows. */
#include "analysis_rules.h"

#include "analysis_page.h"
#include "deal_sum_rules.h"
#include "platform/company.h"

enum {
    USUAL_DAYS = 14, /* without activity, where the stage says nothing */
    COUNTS_MAX = 64,
};

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

static void add_cohort(const struct page *page, const struct alike *rows, size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += rows[i].is_created ? rows[i].count : 0;
    }
    for (size_t s = 0; s < page->stages.count; s++) {
        const struct stage_row *stage = &page->stages.items[s];
        bool is_lost = str_eq_c(stage->kind, "lost");
        json_t *ids = json_keep(page->request->arena, reaching(page, stage));
        int64_t reached = 0;
        for (size_t i = 0; i < count; i++) {
            bool counts = is_lost ? rows[i].stage_id == stage->id
                                  : rows[i].furthest_id.set && has_id(ids, rows[i].furthest_id.value);
            reached += counts && rows[i].is_created ? rows[i].count : 0;
        }
        json_t *own = is_lost ? page_in_stage(stage) : filter_is("furthest_stage_id", "in", json_incref(ids));
        json_t *filter = page_with(page, filter_all(page_period(page, "created_at"), own, NULL));
        json_object_set_new(page_stage(page, s), "cohort",
                            json_pack("{s:I,s:o,s:O}", "reached", (json_int_t)reached, "rate_ppm",
                                      page_rate(reached, total), "filter", filter));
    }
}

/* Created in the period, or closed in it: counted in one pass. */
static enum err add_period(const struct page *page)
{
    struct list_request list, created, closed;
    struct alike *rows;
    size_t count;
    json_t *either = json_pack("{s:[o,o]}", "any", page_period(page, "created_at"), page_closed(page));
    TRY(page_list(page, page_with(page, either), &list));
    TRY(page_list(page, json_keep(page->request->arena, page_period(page, "created_at")), &created));
    TRY(page_list(page, json_keep(page->request->arena, page_closed(page)), &closed));
    TRY(analysis_store_alike(page->request, &list, created.filter, closed.filter, ANALYSIS_SLIPS_MAX, &rows, &count));
    add_cohort(page, rows, count);
    return analysis_add_closed(page, rows, count);
}

/* ---- now open: how much, what is stuck, and overdue ---- */

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
    json_t *filter = page_with(page, filter_all(page_open(), own, NULL));
    TRY(page_list(page, filter, &list));
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
    return stage->longest_days.set ? page_over_days("stage_entered_at", stage->longest_days.value) : nothing();
}

/* Any of the open stages: each with its own number of days. */
static json_t *in_any_stage(const struct page *page, json_t *(*own)(const struct stage_row *stage))
{
    json_t *any = json_array();
    for (size_t i = 0; i < page->stages.count; i++) {
        const struct stage_row *stage = &page->stages.items[i];
        if (stage_is_open(stage)) {
            json_array_append_new(any, filter_all(page_in_stage(stage), own(stage), NULL));
        }
    }
    return json_pack("{s:o}", "any", any);
}

static json_t *quiet_in(const struct stage_row *stage)
{
    return page_over_days("last_activity_at", stage->usual_days.set ? stage->usual_days.value : USUAL_DAYS);
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
        TRY(add_count(page, counts, filter_all(page_in_stage(stage), overdue_in(stage), NULL)));
    }
    return OK;
}

/* Open ones of one stage: amounts by currency, and together in the company's. */
static enum err add_stage_open(const struct page *page, size_t stage_index, const struct open_row *rows,
                               size_t row_count)
{
    const struct stage_row *stage = &page->stages.items[stage_index];
    bool amounts = page_shows(page, "amount_minor");
    struct deal_sight sight = {amounts, amounts && page_shows(page, "win_probability_ppm")};
    json_t *open = json_object();
    json_t *parts = json_array();
    json_object_set_new(page_stage(page, stage_index), "open", open);
    json_object_set_new(open, "sums", parts);
    struct deal_total total = {0};
    for (size_t i = 0; i < row_count; i++) {
        if (rows[i].stage_id != stage->id) {
            continue;
        }
        const struct deal_sum *sum = &rows[i].sum;
        TRY(deal_total_add(page->request, &total, sum));
        json_array_append_new(parts, deal_sum_json(sight, sum->currency, sum->amount_minor, sum->weighted_minor));
    }
    json_object_set_new(open, "count", json_integer(total.count));
    json_object_set_new(open, "total", deal_sum_json(sight, page->currency, total.amount.minor, total.weighted.minor));
    json_object_set(open, "filter", page_with(page, filter_all(page_in_stage(stage), page_open(), NULL)));
    return OK;
}

static json_t *count_json(const struct counts *counts, const struct open_row *rows, size_t row_count, size_t index)
{
    int64_t fitting = 0;
    for (size_t i = 0; i < row_count; i++) {
        fitting += rows[i].fitting[index];
    }
    return json_pack("{s:I,s:O}", "count", (json_int_t)fitting, "filter", counts->filters[index]);
}

static enum err add_open(const struct page *page)
{
    struct counts counts = {.count = 0};
    struct list_request list;
    struct open_row *rows;
    size_t row_count;
    json_t *stuck = json_array();
    json_object_set_new(page->answer, "stuck", stuck);
    TRY(collect(page, &counts));
    TRY(page_list(page, page_with(page, page_open()), &list));
    TRY(analysis_store_open(page->request, &list, counts.parsed, counts.count, &rows, &row_count));
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        json_t *one = count_json(&counts, rows, row_count, i);
        json_object_set_new(one, "cause", json_string(CAUSES[i]));
        json_array_append_new(stuck, one);
    }
    for (size_t s = 0; s < page->stages.count; s++) {
        TRY(add_stage_open(page, s, rows, row_count));
        json_object_set_new(page_stage(page, s), "overdue", count_json(&counts, rows, row_count, CAUSE_COUNT + s));
    }
    return OK;
}

/* ---- the page ---- */

enum err analysis_make(struct request *request, struct response *response)
{
    struct page page = {.request = request, .pipeline_id = request->params[0]};
    TRY(page_read(&page));
    TRY(company_currency(request->db, request->arena, &page.currency));
    page.answer = json_keep(request->arena, json_pack("{s:[],s:i}", "stages", "too_few_below", ANALYSIS_TOO_FEW_BELOW));
    for (size_t i = 0; i < page.stages.count; i++) {
        json_array_append_new(json_object_get(page.answer, "stages"),
                              json_pack("{s:I}", "stage_id", (json_int_t)page.stages.items[i].id));
    }
    TRY(add_open(&page));
    TRY(add_period(&page));
    TRY(analysis_add_flow(&page));
    response->json = page.answer;
    return OK;
}
