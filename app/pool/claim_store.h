/* SQL of claims: what they are checked against, under lock. */
#ifndef DABIAO_POOL_CLAIM_STORE_H
#define DABIAO_POOL_CLAIM_STORE_H

#include "pool_store.h"

/* A customer that somebody takes from another or orders about, locked. */
struct wanted_row {
    int64_t id;
    struct opt_int pool_id, owner_id;
    bool was_in_pool; /* it lay in the pool asked for once, and does so no more */
};
/* Those that live, by ascending id, locked. `pool_id`: the one asked for. */
enum err claim_store_lock(struct request *request, const int64_t *ids, size_t count, int64_t pool_id,
                          struct wanted_row **rows_out, size_t *count_out) MUST_CHECK;
/* Those of the customers that lay in the pool at some time. */
enum err claim_store_were_in(struct request *request, const int64_t *ids, size_t count, int64_t pool_id,
                             int64_t **ids_out, size_t *count_out) MUST_CHECK;

/* When somebody lost a customer; each time is a row. */
struct left_row {
    int64_t customer_id;
    struct date left_on;
};
/* Of the customers those that the user has held and lost. */
enum err claim_store_left(struct request *request, const int64_t *ids, size_t count, int64_t user_id,
                          struct left_row **rows_out, size_t *count_out) MUST_CHECK;
/* One at a time for one person: claims and views of the day stay counted until the transaction ends. */
enum err claim_store_lock_claimer(struct db *db, struct arena *arena, int64_t user_id) MUST_CHECK;
/* Claims of a person from the pool on a business date; `refunded`: those returned on the same day do not count. */
enum err claim_store_claims(struct db *db, struct arena *arena, int64_t user_id, int64_t pool_id, struct date day,
                            bool refunded, int64_t *out) MUST_CHECK;
/* Customers of the pool the person opened that day, and whether this one is among them. */
enum err claim_store_views(struct db *db, struct arena *arena, int64_t user_id, int64_t pool_id, struct date day,
                           int64_t customer_id, int64_t *count_out, bool *seen_out) MUST_CHECK;
enum err claim_store_add_view(struct request *request, int64_t pool_id, int64_t customer_id) MUST_CHECK;

#endif
