/* Pools that give their customers away by themselves. */
#ifndef DABIAO_POOL_DISTRIBUTE_RULES_H
#define DABIAO_POOL_DISTRIBUTE_RULES_H

#include "platform/job.h"

/* Kind pool.distribute. */
enum err pool_run_distribute(struct job *job, json_t **result_out) MUST_CHECK;
/* {distribution, last_run_at, last_user_id, nothing: [{user_id, name, reason}]} for the pool's administrators. */
enum err distribute_answer(struct request *request, int64_t pool_id, json_t **out) MUST_CHECK;

#endif
