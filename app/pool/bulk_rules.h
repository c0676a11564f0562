/* Orders over all customers that match a filter. */
#ifndef DABIAO_POOL_BULK_RULES_H
#define DABIAO_POOL_BULK_RULES_H

#include "platform/http.h"
#include "platform/job.h"

/* Queues an order: `action` return, assign, move or delete; `pool_id` where the customers lie, of a return where they
 * go (0: by the routes). The request's body has ids or filter, and what the action needs. What is wrong with the order
 * as a whole is told at once. */
enum err pool_bulk_queue(struct request *request, const char *action, int64_t pool_id, int64_t *job_id_out) MUST_CHECK;
/* Kind pool.order: {done, refused, reasons: [{id, code, detail}]}. */
enum err pool_run_order(struct job *job, json_t **result_out) MUST_CHECK;

#endif
