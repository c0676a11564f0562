/* SQL of what pools bring in. */
#ifndef DABIAO_POOL_ECONOMICS_STORE_H
#define DABIAO_POOL_ECONOMICS_STORE_H

#include "pool_store.h"

/* Figures of one pool or one rule in a period. */
struct economy_row {
    int64_t id;
    struct str name;
    int64_t entered;        /* customers that came in */
    int64_t taken;          /* claimed, assigned or given */
    struct opt_int waited;  /* minutes they lay there, on average */
    int64_t deals;          /* of those, holdings with a deal since */
    int64_t ordered_minor;  /* signed by those who took them */
    int64_t received_minor; /* and received */
};
/* Pools the user administers (or all, by scope). `from` … `to`: days, half-open. */
enum err economics_store_pools(struct request *request, struct date from, struct date to, struct economy_row **rows_out,
                               size_t *count_out) MUST_CHECK;
/* Rules that brought customers into those pools. */
enum err economics_store_rules(struct request *request, struct date from, struct date to, struct economy_row **rows_out,
                               size_t *count_out) MUST_CHECK;

/* One claim. */
struct claim_row {
    int64_t user_id;
    struct str name;
    struct instant started_at;
    struct opt_instant ended_at;
    struct opt_int response_minutes; /* working minutes; absent: no follow-up yet */
};
/* Claims of the period in the user's scope for assignments, by person, streamed. */
enum err economics_store_claims(struct request *request, struct date from, struct date to,
                                enum err (*each)(void *context, const struct claim_row *row), void *context) MUST_CHECK;

#endif
