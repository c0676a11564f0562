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

/* One row with a value for each figure, then smallest and largest batch (absent: none) and how many have one. */
enum err summary_store_totals(struct request *request, const struct list_request *list, const struct figure *figures,
                              size_t count, struct rows *out) MUST_CHECK;
/* Rows by a reference or word: key, its name, then the figures; the most rows first. */
enum err summary_store_by(struct request *request, const struct list_request *list, const struct field *field,
                          const struct figure *figures, size_t count, int64_t limit, struct rows *out) MUST_CHECK;
/* Rows by week (Monday) or month of the assignment: its first day, then the figures; the latest first. */
enum err summary_store_cohorts(struct request *request, const struct list_request *list, bool weekly,
                               const struct figure *figures, size_t count, int64_t limit, struct rows *out) MUST_CHECK;
/* One row with the figures of the intervals that ended where those of the list began. */
enum err summary_store_former(struct request *request, const struct list_request *list, const struct figure *figures,
                              size_t count, struct rows *out) MUST_CHECK;
/* The batch of the same turns, or else of the same maker, before this one; 0: none. */
enum err summary_store_batch_before(struct request *request, int64_t batch_id, int64_t *id_out) MUST_CHECK;

#endif
