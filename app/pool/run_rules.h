/* Runs of the recycle rules: the nightly job, runs by hand, undo. */
#ifndef DABIAO_POOL_RUN_RULES_H
#define DABIAO_POOL_RUN_RULES_H

#include "platform/job.h"

/* Kind pool.recycle: once a business date (input member `slot` absent), or as somebody asked. May die anywhere and be
 * started again: what is planned is written down, what is done is done in whole chunks. */
enum err pool_run_recycle(struct job *job, json_t **result_out) MUST_CHECK;
/* Kind pool.undo, input {run_id}: customers that lie untouched go back to their former owners. */
enum err pool_run_undo(struct job *job, json_t **result_out) MUST_CHECK;

#endif
