/* SQL of tasks. */
#ifndef DABIAO_TASK_STORE_H
#define DABIAO_TASK_STORE_H

#include "platform/db.h"

/* Customer of an opportunity, held to the transaction's end: whoever writes about it waits. Errors: ERR_NOT_FOUND. */
enum err task_store_customer_of(struct db *db, struct arena *arena, int64_t opportunity_id,
                                struct opt_int *out) MUST_CHECK;

#endif
