/* Customers that no rule takes. */
#ifndef DABIAO_POOL_PROTECT_RULES_H
#define DABIAO_POOL_PROTECT_RULES_H

#include "pool.h"

/* {items: [{kind, until_on, reason, by_name, at}]} of a customer in scope. */
enum err protection_answer(struct request *request, int64_t customer_id, json_t **out) MUST_CHECK;

#endif
