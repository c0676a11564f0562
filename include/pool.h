/* Public pools: where customers lie that nobody holds, who may take them, and when they come back.
 *
 * Whatever brings a customer into a pool or out of it, from page, API, import or job, leaves a row in pool_event: the
 * feature hears of every move. Claims are counted there by business date. Owners change through record_move only. */
#ifndef DABIAO_POOL_H
#define DABIAO_POOL_H

#include "platform/object.h"

extern const struct object POOL;
extern const struct object POOL_CUSTOMER;
extern const struct object POOL_EVENT;
extern const struct object POOL_ROUTE;
extern const struct object POOL_RULE;
extern const struct object POOL_RUN;
extern const struct object POOL_RUN_ITEM;
extern const struct feature POOL_FEATURE;
extern const struct feature POOL_RECYCLE_FEATURE;
extern const struct feature POOL_BULK_FEATURE;
extern const struct feature POOL_FIGURES_FEATURE;

/* Keeps a customer from being recycled. `kind`: manual, or approval while something of it waits for one. */
enum err pool_protect(struct request *request, int64_t customer_id, const char *kind, struct opt_date until,
                      struct str reason) MUST_CHECK;
enum err pool_unprotect(struct request *request, int64_t customer_id, const char *kind) MUST_CHECK;

/* Which of the customers are protected today. */
enum err pool_protected(struct request *request, const int64_t *ids, size_t count, int64_t **ids_out,
                        size_t *count_out) MUST_CHECK;

/* Where a customer goes that is taken from its holder: back to the pool it came from while that one works, else where
 * the routes tell. Not set: no pool takes it. */
enum err pool_home(struct request *request, int64_t customer_id, struct opt_int came_from,
                   struct opt_int *pool_id_out) MUST_CHECK;

#endif
