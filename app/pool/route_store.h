/* SQL of routes. */
#ifndef DABIAO_POOL_ROUTE_STORE_H
#define DABIAO_POOL_ROUTE_STORE_H

#include "platform/query.h"
#include "pool.h"

/* Where a customer goes. */
struct routed_row {
    int64_t customer_id;
    struct opt_int pool_id, route_id; /* no pool: none works; no route: the default pool */
    struct opt_str pool_name, route_name;
};
enum err route_store_of(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                        struct routed_row **rows_out, size_t *count_out) MUST_CHECK;
/* "(SELECT …)": the id of the route that wins for table alias t, or NULL. */
void route_store_winner(struct query *query);
/* "(SELECT …)": the pool that routes or default tell for table alias t, or NULL. */
void route_store_target(struct query *query);
/* Customers without owner and pool behind `after_id`, by id. */
enum err route_store_unowned(struct db *db, struct arena *arena, int64_t after_id, int64_t limit, int64_t **ids_out,
                             size_t *count_out) MUST_CHECK;

/* Customers of one kind that no route matches. */
struct gap_row {
    struct opt_int region_id;   /* province */
    struct opt_str region_name; /* its name */
    struct str customer_type;
    struct opt_str source;
    int64_t customers;
};
enum err route_store_gaps(struct db *db, struct arena *arena, struct gap_row **rows_out, size_t *count_out) MUST_CHECK;

/* Two routes that contradict each other. */
struct clash_row {
    int64_t route_id, other_id;
    struct str route_name, other_name;
    int64_t priority;
    int64_t customers; /* that both match */
};
enum err route_store_clashes(struct db *db, struct arena *arena, struct clash_row **rows_out,
                             size_t *count_out) MUST_CHECK;

#endif
