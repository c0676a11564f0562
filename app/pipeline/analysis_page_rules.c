/* What all parts of the analysis share. */
#include "analysis_page.h"

#include "platform/scope.h"

static const char *const NEEDED[] = {
    "pipeline_id",       "stage_id",     "status",          "closed_on",  "created_at", "stage_entered_at",
    "last_activity_at",  "next_step_on", "close_reason_id", "slip_count", "cycle_days", "expected_close_on",
    "furthest_stage_id",
};

static json_t *of_pipeline(const struct page *page)
{
    return filter_is("pipeline_id", "eq", json_integer(page->pipeline_id));
}

/* In the pipeline, as given, and this; taken over. */
json_t *page_with(const struct page *page, json_t *own)
{
    return json_keep(page->request->arena, filter_all(of_pipeline(page), json_incref(page->given), own));
}

json_t *page_period(const struct page *page, const char *field)
{
    struct arena *arena = page->request->arena;
    return filter_is(field, "between", json_pack("[o,o]", json_date(arena, page->from), json_date(arena, page->to)));
}

json_t *page_open(void)
{
    return filter_is("status", "eq", json_string("open"));
}

json_t *page_closed(const struct page *page)
{
    json_t *status = filter_is("status", "in", json_pack("[s,s]", "won", "lost"));
    return filter_all(status, page_period(page, "closed_on"), NULL);
}

json_t *page_in_stage(const struct stage_row *stage)
{
    return filter_is("stage_id", "eq", json_integer(stage->id));
}

json_t *page_over_days(const char *field, int64_t days)
{
    return filter_is(field, "relative", json_sprintf("over_%lld_days_ago", (long long)days));
}

json_t *page_rate(int64_t part, int64_t whole)
{
    int64_t ppm = 0;
    return whole > 0 && ratio_ppm(part, whole, &ppm) ? json_integer(ppm) : json_null();
}

json_t *page_stage(const struct page *page, size_t stage)
{
    return json_array_get(json_object_get(page->answer, "stages"), stage);
}

enum err page_list(const struct page *page, const json_t *filter, struct list_request *out)
{
    return filter_list(page->request, filter, (struct str){0}, out);
}

bool page_shows(const struct page *page, const char *field)
{
    return scope_field_access(page->request, object_find("opportunity"), field) >= FIELD_ACCESS_READ;
}

int page_ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Twice the median of sorted numbers: of an even number the sum of the middle two. */
int64_t page_twice_median(const int64_t *numbers, size_t count)
{
    return numbers[(count - 1) / 2] + numbers[count / 2];
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

enum err page_read(struct page *page)
{
    struct request *request = page->request;
    TRY(filter_may(request, NEEDED, sizeof NEEDED / sizeof NEEDED[0]));
    TRY(read_period(page));
    TRY(filter_read(request, "filter", &page->given));
    TRY(stage_store_of(request->db, request->arena, page->pipeline_id, &page->stages));
    return page->stages.count > 0 ? OK : error_set(request->error, ERR_NOT_FOUND, "There is no such pipeline.");
}
