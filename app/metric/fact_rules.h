/* What counts for whom: the facts that records ought to have, against those stored. */
#ifndef DABIAO_FACT_RULES_H
#define DABIAO_FACT_RULES_H

#include "metric_store.h"

/* What a comparison found. */
struct fact_difference {
    struct fact *put;            /* to insert or replace */
    size_t put_count;            /* in `put` */
    struct fact *drop;           /* to delete */
    size_t drop_count;           /* in `drop` */
    struct rollup_delta *deltas; /* changes of sums, one or two a fact, unsorted */
    size_t delta_count;          /* in `deltas` */
    size_t wanted_count;         /* facts that ought to be there */
};

/* Between records and facts. `lock`: nobody changes the records until the transaction ends. */
enum err fact_find_difference(struct db *db, struct arena *arena, const struct metric_source *source,
                              const struct metric_pick *pick, bool lock, struct fact_difference *out) MUST_CHECK;
/* Writes the difference to facts and sums. */
enum err fact_sync(struct db *db, struct arena *arena, const struct metric_source *source,
                   const struct metric_pick *pick) MUST_CHECK;
/* The facts alone, without a look at those stored. */
enum err fact_compute(struct db *db, struct arena *arena, const struct metric_source *source,
                      const struct metric_pick *pick, struct fact **facts_out, size_t *count_out) MUST_CHECK;

#endif
