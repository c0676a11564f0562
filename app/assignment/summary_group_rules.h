/* Sums of figures over intervals: of all, by a field, by period. */
#ifndef DABIAO_SUMMARY_GROUP_RULES_H
#define DABIAO_SUMMARY_GROUP_RULES_H

#include "summary_store.h"

enum { SUMMARY_FIGURES_MAX = 48 };

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
    struct summary_list by_key;  /* the most intervals first; of these only the first `key_count` figures are known */
    struct summary_list cohorts; /* the latest first */
};

/* Computes it. The first figure counts all intervals. */
enum err summary_sums_of(struct request *request, const struct list_request *list, const struct field *by,
                         enum summary_period period, const struct figure *figures, size_t count, size_t key_count,
                         struct summary *out) MUST_CHECK;
/* The figures of all together. */
enum err summary_totals_of(struct request *request, const struct list_request *list, const struct figure *figures,
                           size_t count, struct summary_sums *out) MUST_CHECK;

#endif
