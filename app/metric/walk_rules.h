/* Walks over all records. */
#ifndef DABIAO_WALK_RULES_H
#define DABIAO_WALK_RULES_H

#include "platform/job.h"

/* Long work: all facts anew, and those of one measure. */
enum err metric_run_rebuild(struct job *job, json_t **result_out) MUST_CHECK;
enum err metric_rebuild_measure(struct job *job, json_t **result_out) MUST_CHECK;

#endif
