/* SQL of the analysis: everything is counted over the rows that a list shows. */
#ifndef DABIAO_ANALYSIS_STORE_H
#define DABIAO_ANALYSIS_STORE_H

#include "deal_sum_store.h"
#include "platform/object_store.h"

/* Opportunities that are alike, of those that were created or closed in the period. */
struct alike {
    int64_t stage_id;           /* where they stand */
    struct opt_int furthest_id; /* stage */
    struct str status;          /* open won lost */
    bool is_created;            /* in the period */
    bool is_closed;             /* in the period */
    int64_t slips;              /* so often put off; `slips_max`: or more */
    struct opt_int reason_id;   /* close_reason.id */
    int64_t count;              /* opportunities */
    int64_t amount_minor;       /* in the company's currency */
};
/* The list's, in no order. */
enum err analysis_store_alike(struct request *request, const struct list_request *list, const struct filter *created,
                              const struct filter *closed, int64_t slips_max, struct alike **rows_out,
                              size_t *count_out) MUST_CHECK;
/* The name of a reason, of a removed one too. Errors: ERR_NOT_FOUND. */
enum err analysis_store_reason(struct db *db, struct arena *arena, int64_t id, struct str *name_out) MUST_CHECK;

/* Moves that are alike. */
struct move_row {
    struct opt_int from_id; /* stage; not set: created */
    int64_t to_id;          /* stage */
    struct opt_int days;    /* in the stage before, to the nearest */
    int64_t count;          /* moves */
    int64_t seconds;        /* in the stage before, together */
};
/* Moves of the list's opportunities in [from, to), by from and days. What a removed stage moved is none. `whole_id`:
 * the pipeline whose opportunities the list has, when no other condition is in it; else 0. */
enum err analysis_store_moves(struct request *request, const struct list_request *list, int64_t whole_id,
                              struct instant from, struct instant to, struct move_row **rows_out,
                              size_t *count_out) MUST_CHECK;

/* Open ones of a stage and currency. */
struct open_row {
    int64_t stage_id;    /* stage */
    struct deal_sum sum; /* of them */
    int64_t *fitting;    /* how many of them fit each of the filters */
};
/* Ascending by stage, most first. */
enum err analysis_store_open(struct request *request, const struct list_request *list,
                             const struct filter *const *filters, size_t filter_count, struct open_row **rows_out,
                             size_t *count_out) MUST_CHECK;

/* A closed opportunity. */
struct closed_row {
    int64_t id;          /* opportunity.id */
    bool is_won;         /* or lost */
    int64_t days;        /* from its beginning (else its creation) to the close */
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

/* A row behind a figure: a move, or a closed opportunity. */
struct figure_row {
    int64_t id;             /* opportunity.id */
    struct opt_str name;    /* of it */
    struct opt_str owner;   /* by name */
    struct str status;      /* open won lost */
    struct opt_int from_id; /* stage before a move */
    int64_t to_id;          /* stage after a move; where it stands */
    struct opt_instant at;  /* of the move */
    struct opt_date on;     /* of the close */
    struct opt_int days;    /* in the stage before; from its beginning to the close */
};
/* Moves of the list's opportunities in [from, to) out of (or, `entered`, into) a stage, newest first; with `to_count`
 * to these stages only. At most `limit`. */
enum err analysis_store_move_rows(struct request *request, const struct list_request *list, struct instant from,
                                  struct instant to, bool entered, int64_t stage_id, const int64_t *to_ids,
                                  size_t to_count, int64_t limit, struct figure_row **rows_out,
                                  size_t *count_out) MUST_CHECK;
/* Closed opportunities of the list with a step done, or without, latest first. At most `limit`. */
enum err analysis_store_step_rows(struct request *request, const struct list_request *list, int64_t item_id, bool done,
                                  int64_t limit, struct figure_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
