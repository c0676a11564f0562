/* Jobs as people see them: routes, the command, and clearing away old ones. */
#ifndef DABIAO_JOB_H
#define DABIAO_JOB_H

#include "platform/command.h"
#include "platform/job.h"
#include "platform/route.h"

extern const struct feature JOB_FEATURE;
/* `dabiao job list | run | cancel ID`; a table with one row. */
extern const struct command JOB_COMMANDS[];

/* Kind job.clean: removes jobs that ended over 30 days ago, their files too. */
enum err job_run_clean(struct job *job, json_t **result_out) MUST_CHECK;

#endif
