/* SQL of figures over intervals: counts and sums of those that are alike. */
#ifndef DABIAO_SUMMARY_STORE_H
#define DABIAO_SUMMARY_STORE_H

#include "platform/object_store.h"

/* What is added up: intervals, or a column of theirs. */
enum summary_sum {
    SUMMARY_INTERVALS,
    SUMMARY_FOLLOW_UPS,
    SUMMARY_OPPORTUNITIES,
    SUMMARY_CONTRACTS,
    SUMMARY_ORDERED,
    SUMMARY_RECEIVED,
    SUMMARY_SUMS
};

/* What intervals are put together by, beside a field: the week (Monday) or month of the assignment. */
enum summary_period { SUMMARY_WHOLE, SUMMARY_WEEK, SUMMARY_MONTH };

/* Intervals of one group that are alike: see profile_rules.h. */
struct summary_row {
    struct value key;           /* value of the field, or null */
    struct value cohort;        /* first day of the period, any day of it for a batch, or null */
    int64_t profile;            /* as far as it was asked for */
    bool is_late;               /* first follow-up due before now */
    struct value first_batch;   /* smallest, null: none */
    struct value last_batch;    /* largest */
    int64_t batched;            /* how many came by one */
    int64_t sums[SUMMARY_SUMS]; /* numbers and minor units */
};

/* What is asked for. */
struct summary_wish {
    const struct list_request *list; /* the intervals */
    const struct field *by;          /* NULL: together */
    enum summary_period period;      /* likewise */
    int64_t bits;                    /* of the profile */
    int64_t batch_id;                /* the one they all came by; 0: not known to be one */
};

/* Calls `each` for every group. The row lives during the call, its texts too. */
enum err summary_store_groups(struct request *request, const struct summary_wish *wish,
                              enum err (*each)(void *context, const struct summary_row *row), void *context) MUST_CHECK;
/* The same for the intervals that ended where those of the list began; without keys. */
enum err summary_store_former(struct request *request, const struct summary_wish *wish,
                              enum err (*each)(void *context, const struct summary_row *row), void *context) MUST_CHECK;
/* Names of rows of what the field refers to: ids and names side by side. */
enum err summary_store_names(struct request *request, const struct field *by, const int64_t *ids, size_t count,
                             struct rows *out) MUST_CHECK;
/* The batch of the same turns, or else of the same maker, before this one; 0: none. */
enum err summary_store_batch_before(struct request *request, int64_t batch_id, int64_t *id_out) MUST_CHECK;

#endif
