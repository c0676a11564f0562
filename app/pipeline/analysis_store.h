/* SQL of the analysis: everything is counted over the rows that a list shows. */
#ifndef DABIAO_ANALYSIS_STORE_H
#define DABIAO_ANALYSIS_STORE_H

#include "platform/object_store.h"

/* Opportunities that lie furthest in one stage and stand in another now. */
struct reached_row {
    struct opt_int furthest_id; /* stage */
    int64_t stage_id;           /* stage */
    int64_t count;              /* opportunities */
};
enum err analysis_store_reached(struct request *request, const struct list_request *list, struct reached_row **rows_out,
                                size_t *count_out) MUST_CHECK;

/* Moves between two stages in [from, to). */
struct flow_row {
    struct opt_int from_id; /* not set: created */
    int64_t to_id;          /* stage */
    int64_t count;          /* moves */
};
enum err analysis_store_flow(struct request *request, const struct list_request *list, struct instant from,
                             struct instant to, struct flow_row **rows_out, size_t *count_out) MUST_CHECK;

/* How long opportunities that left a stage in [from, to) had been there, in seconds. */
struct stay_row {
    int64_t stage_id; /* stage */
    int64_t median;   /* of an even number: the mean of the middle two */
    int64_t mean;     /* rounded */
    int64_t p90;      /* nine of ten stayed no longer */
    int64_t count;    /* moves out */
};
enum err analysis_store_stays(struct request *request, const struct list_request *list, struct instant from,
                              struct instant to, struct stay_row **rows_out, size_t *count_out) MUST_CHECK;

/* One row: how many of the list fit each filter. */
enum err analysis_store_counts(struct request *request, const struct list_request *list,
                               const struct filter *const *filters, size_t count, struct rows *out) MUST_CHECK;

/* Closed opportunities by reason. */
struct reason_count {
    struct opt_int reason_id; /* close_reason.id */
    struct opt_str name;      /* of it */
    struct str kind;          /* won, lost */
    int64_t count;            /* opportunities */
    int64_t amount_minor;     /* of those in the company's currency */
};
enum err analysis_store_reasons(struct request *request, const struct list_request *list,
                                struct reason_count **rows_out, size_t *count_out) MUST_CHECK;

/* Closed opportunities by how often they were put off: 0, 1, 2, 3 and more. */
struct slip_row {
    int64_t slips; /* 3: or more */
    int64_t count; /* closed */
    int64_t won;   /* of them */
};
enum err analysis_store_slips(struct request *request, const struct list_request *list, struct slip_row **rows_out,
                              size_t *count_out) MUST_CHECK;

/* Closed opportunities that came as far as an item's stage, with the item done or not. */
struct effect_row {
    int64_t item_id;    /* guide_item.id */
    bool is_done;       /* with or without */
    int64_t closed;     /* opportunities */
    int64_t won;        /* of them */
    int64_t twice_days; /* twice the median of their days to the close */
};
enum err analysis_store_effects(struct request *request, const struct list_request *list, int64_t pipeline_id,
                                struct effect_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
