/* The analysis of one pipeline on its way: the period, the filters, and what its parts share. */
#ifndef DABIAO_ANALYSIS_PAGE_H
#define DABIAO_ANALYSIS_PAGE_H

#include "analysis_store.h"
#include "pipeline_filter.h"
#include "pipeline_store.h"

enum {
    ANALYSIS_TOO_FEW_BELOW = 20, /* closed deals: fewer say nothing about a step */
    ANALYSIS_SLIPS_MAX = 3,      /* … and more */
};

/* The whole page. */
struct page {
    struct request *request;     /* who asks */
    int64_t pipeline_id;         /* of which pipeline */
    struct stages stages;        /* of it */
    struct str currency;         /* the company's */
    json_t *given;               /* the filter as given, or NULL */
    struct date from, to;        /* the period, both included */
    struct instant since, until; /* the same as moments, half-open */
    json_t *answer;              /* being filled */
};

/* Pipeline and period as asked for. Errors: ERR_NOT_FOUND, ERR_BAD_FILTER, ERR_FORBIDDEN, ERR_INVALID. */
enum err page_read(struct page *page) MUST_CHECK;
/* In the pipeline, as given, and this (taken over). Kept by the arena. */
json_t *page_with(const struct page *page, json_t *own);
/* Parts of filters. Owned by the caller. */
json_t *page_period(const struct page *page, const char *field);
json_t *page_open(void);
json_t *page_closed(const struct page *page);
json_t *page_in_stage(const struct stage_row *stage);
json_t *page_over_days(const char *field, int64_t days);
/* The filter as a list. Errors: ERR_BAD_FILTER. */
enum err page_list(const struct page *page, const json_t *filter, struct list_request *out) MUST_CHECK;
/* part / whole in millionths, or null. */
json_t *page_rate(int64_t part, int64_t whole);
/* What the answer says of a stage. */
json_t *page_stage(const struct page *page, size_t stage);
/* Whether who asks may read the field. */
bool page_shows(const struct page *page, const char *field);
/* For qsort. */
int page_ascending(const void *a, const void *b);
/* Twice the median of sorted numbers: of an even number the sum of the middle two. */
int64_t page_twice_median(const int64_t *numbers, size_t count);

enum err analysis_add_flow(const struct page *page) MUST_CHECK;
/* From those that were closed in the period, among others. */
enum err analysis_add_closed(const struct page *page, const struct alike *rows, size_t row_count) MUST_CHECK;

#endif
