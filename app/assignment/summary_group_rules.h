/* Sums of figures over intervals: of all, by a field, by period. */
#ifndef DABIAO_SUMMARY_GROUP_RULES_H
#define DABIAO_SUMMARY_GROUP_RULES_H

#include "platform/filter.h"
#include "summary_store.h"

enum { SUMMARY_FIGURES_MAX = 48 };

/* A number over intervals: the sum over those that fit the filter. */
struct figure {
    const struct filter *filter; /* NULL: all */
    enum summary_sum sum;        /* of what */
    bool closed;                 /* the user may not read what it is made of: stays 0 */
};

/* What every page asks. */
struct figures {
    const struct figure *items; /* the first counts all intervals */
    size_t count;               /* in `items` */
};

/* The figures of some intervals. */
struct summary_sums {
    struct value key;  /* value of the field, or first day of the period */
    struct value name; /* of a reference */
    int64_t values[SUMMARY_FIGURES_MAX];
};

/* Sums with different keys. */
struct summary_list {
    struct summary_sums *items;
    size_t count, capacity;
};

/* What is known of the intervals of a list. */
struct summary {
    struct summary_sums totals;
    struct value batch;          /* the one they all came by, or null */
    int64_t from_owners;         /* how many came from another owner */
    struct summary_list by_key;  /* the most intervals first; of these only what the table bits tell */
    struct summary_list cohorts; /* the latest first */
};

/* Computes it. `batch_id`: the one by which they all came, or 0. */
enum err summary_sums_of(struct request *request, const struct list_request *list, int64_t batch_id,
                         const struct field *by, enum summary_period period, const struct figures *figures,
                         struct summary *out) MUST_CHECK;
/* Those that the profile's table bits tell, of all together and of the intervals that ended where these began. */
enum err summary_totals_of(struct request *request, const struct list_request *list, int64_t batch_id,
                           const struct figures *figures, struct summary_sums *out) MUST_CHECK;
enum err summary_former_of(struct request *request, const struct list_request *list, int64_t batch_id,
                           const struct figures *figures, struct summary_sums *out) MUST_CHECK;

#endif
