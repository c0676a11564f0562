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

/* A move between two stages. */
struct move_row {
    struct opt_int from_id; /* not set: created */
    int64_t to_id;          /* stage */
    struct opt_int seconds; /* in the stage before */
};
/* Streams the moves of the list's opportunities in [from, to), in no order. What a removed stage moved is none. */
enum err analysis_store_moves(struct request *request, const struct list_request *list, struct instant from,
                              struct instant to, enum err (*each)(void *context, const struct move_row *row),
                              void *context) MUST_CHECK;

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

/* A closed opportunity. */
struct closed_row {
    int64_t id;          /* opportunity.id */
    bool is_won;         /* or lost */
    int64_t days;        /* from its beginning (else its creation) to the close */
    int64_t slips;       /* put off so often */
    int64_t furthest_id; /* stage */
};
/* All of the list, ascending by id. */
enum err analysis_store_closed(struct request *request, const struct list_request *list, struct closed_row **rows_out,
                               size_t *count_out) MUST_CHECK;
/* What was done of the guide for them: ascending by item, then opportunity. */
struct done_row {
    int64_t item_id;        /* guide_item.id */
    int64_t opportunity_id; /* opportunity.id */
};
enum err analysis_store_done(struct request *request, const struct list_request *list, struct done_row **rows_out,
                             size_t *count_out) MUST_CHECK;

#endif
