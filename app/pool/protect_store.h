/* SQL of protections. */
#ifndef DABIAO_POOL_PROTECT_STORE_H
#define DABIAO_POOL_PROTECT_STORE_H

#include "pool.h"

/* One reason why a customer stays. */
struct protection_row {
    struct str kind;          /* manual approval */
    struct opt_date until_on; /* last day it holds */
    struct opt_str reason;
    struct opt_str by_name; /* who set it */
    struct instant created_at;
};
enum err protect_store_list(struct db *db, struct arena *arena, int64_t customer_id, struct protection_row **rows_out,
                            size_t *count_out) MUST_CHECK;
enum err protect_store_set(struct request *request, int64_t customer_id, const char *kind, struct opt_date until,
                           struct str reason) MUST_CHECK;
enum err protect_store_remove(struct db *db, struct arena *arena, int64_t customer_id, const char *kind) MUST_CHECK;
/* Which of the customers something protects on the request's day. */
enum err protect_store_among(struct request *request, const int64_t *ids, size_t count, int64_t **ids_out,
                             size_t *count_out) MUST_CHECK;

#endif
