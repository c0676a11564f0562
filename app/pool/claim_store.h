/* SQL of claims: what they are checked against, under lock. */
#ifndef DABIAO_POOL_CLAIM_STORE_H
#define DABIAO_POOL_CLAIM_STORE_H

#include "pool_store.h"

/* A customer that somebody wants, locked. */
struct wanted_row {
    int64_t id;
    struct opt_int pool_id, owner_id;
    struct opt_instant pool_entered_at;
    struct opt_date left_on;    /* when the asking person last lost it */
    struct opt_int was_in_pool; /* 1: it lay in the pool asked for once */
};
/* Those that live, by ascending id, locked. `user_id`, `pool_id`: whom and what the history is asked for. */
enum err claim_store_lock(struct request *request, const int64_t *ids, size_t count, int64_t user_id, int64_t pool_id,
                          struct wanted_row **rows_out, size_t *count_out) MUST_CHECK;
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
