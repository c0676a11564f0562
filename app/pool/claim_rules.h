/* Taking customers out of pools, bringing them back, and what pool administrators do with them. */
#ifndef DABIAO_POOL_CLAIM_RULES_H
#define DABIAO_POOL_CLAIM_RULES_H

#include "platform/object.h"

/* Customers at once in one request. */
enum { POOL_IDS_MAX = 500 };

/* What is asked for many customers of one pool. */
struct pool_order {
    int64_t pool_id;           /* where they lie; 0: for a return, by the routes */
    const int64_t *ids;        /* distinct */
    size_t count;              /* in `ids`, at least 1 */
    struct str reason;         /* a person's words, or empty */
    struct opt_int owner_id;   /* assign: to whom */
    struct opt_int to_pool_id; /* move: where to */
    bool by_job;               /* one part of many: who gets them is told by the job */
};

/* All answer {done, results: [{id, ok, code, detail, available_at, available_on}]} in the order asked. One customer
 * that is refused is refused as a whole, with the refusal as the request's error, unless a job asks. */
enum err claim_customers(struct request *request, const struct pool_order *order, json_t **out) MUST_CHECK;
enum err return_customers(struct request *request, const struct pool_order *order, json_t **out) MUST_CHECK;
enum err assign_customers(struct request *request, const struct pool_order *order, json_t **out) MUST_CHECK;
enum err move_customers(struct request *request, const struct pool_order *order, json_t **out) MUST_CHECK;
enum err delete_customers(struct request *request, const struct pool_order *order, json_t **out) MUST_CHECK;
/* What holds for such an order whatever its customers: the pools, the right to them, the reason. Errors: ERR_NOT_FOUND,
 * ERR_FORBIDDEN, ERR_POOL_INACTIVE, ERR_INVALID. */
enum err return_check(struct request *request, const struct pool_order *order) MUST_CHECK;
enum err move_check(struct request *request, const struct pool_order *order) MUST_CHECK;

/* Notes that the user opened a customer of the pool. Errors: ERR_VIEW_QUOTA. */
enum err claim_count_view(struct request *request, int64_t pool_id, int64_t customer_id) MUST_CHECK;
/* What the user may still do today: {claims_left, views_left, resets_at}, null where there is no limit. */
enum err claim_allowance(struct request *request, int64_t pool_id, json_t **out) MUST_CHECK;
/* Whether the user administers the pool: as its administrator, or with a scope over all pools. */
enum err pool_check_admin(struct request *request, int64_t pool_id) MUST_CHECK;

#endif
