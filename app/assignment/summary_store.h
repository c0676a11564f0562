/* SQL of figures over intervals. */
#ifndef DABIAO_SUMMARY_STORE_H
#define DABIAO_SUMMARY_STORE_H

#include "platform/filter.h"
#include "platform/object_store.h"

/* A number over intervals: how many fit the filter, or the sum of a column. */
struct figure {
    const struct filter *filter; /* NULL: all */
    const char *sum;             /* column to add up, or NULL: count */
    bool closed;                 /* the user may not read what it is made of: stays 0 */
};

/* What intervals are put together by, beside a field: the week (Monday) or month of the assignment. */
enum summary_period { SUMMARY_WHOLE, SUMMARY_WEEK, SUMMARY_MONTH };

/* Columns of an answer by groups; the figures follow. */
enum summary_column {
    SUMMARY_KEY,         /* value of the field */
    SUMMARY_NAME,        /* of a reference */
    SUMMARY_COHORT,      /* first day of the period */
    SUMMARY_FIRST_BATCH, /* smallest batch, absent: none */
    SUMMARY_LAST_BATCH,  /* largest */
    SUMMARY_BATCHED,     /* how many have one */
    SUMMARY_FROM_OWNERS, /* how many came from another owner */
    SUMMARY_FIGURES,
};

/* One row for each value of `by` (NULL: all together) and period that occurs, in no order. Without both there is one
 * row in any case. */
enum err summary_store_groups(struct request *request, const struct list_request *list, const struct field *by,
                              enum summary_period period, const struct figure *figures, size_t count,
                              struct rows *out) MUST_CHECK;
/* One row with the figures of the intervals that ended where those of the list began. */
enum err summary_store_former(struct request *request, const struct list_request *list, const struct figure *figures,
                              size_t count, struct rows *out) MUST_CHECK;
/* The batch of the same turns, or else of the same maker, before this one; 0: none. */
enum err summary_store_batch_before(struct request *request, int64_t batch_id, int64_t *id_out) MUST_CHECK;

#endif
