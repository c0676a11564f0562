/* Which customers go to which pool. */
#ifndef DABIAO_POOL_ROUTE_RULES_H
#define DABIAO_POOL_ROUTE_RULES_H

#include "platform/job.h"
#include "platform/object.h"

/* The pool the routes tell, else the default pool; 0: none works. */
enum err route_of_customer(struct request *request, int64_t customer_id, int64_t *pool_id_out) MUST_CHECK;
/* {pool_id, pool_name, route_id, route_name} of a customer in scope; no route: the default pool. */
enum err route_preview(struct request *request, int64_t customer_id, json_t **out) MUST_CHECK;
/* {unmatched, ambiguous, default_pool_id}: kinds of customers that no route matches, routes of one priority that match
 * the same ones and name different pools, each with the number of customers there are. */
enum err route_lint(struct request *request, json_t **out) MUST_CHECK;
/* Kind pool.route: customers that nobody holds and that lie nowhere go where the routes tell. */
enum err pool_run_route(struct job *job, json_t **result_out) MUST_CHECK;

#endif
