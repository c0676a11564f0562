/* One run of one job, between the scheduler's loop and the kinds' code. */
#ifndef DABIAO_PLATFORM_JOB_RUN_H
#define DABIAO_PLATFORM_JOB_RUN_H

#include "platform/job.h"

/* What takes jobs: two connections, because a job's open transaction must neither hide its progress nor be ended by it.
 */
struct job_runner {
    const struct config *config; /* settings */
    struct db *db;               /* for the jobs */
    struct db *control;          /* for leases, progress and ends */
    const volatile int *stop;    /* set: the running job is interrupted; NULL: never */
    bool ignore_delay;           /* take queued jobs before their time */
    struct opt_instant at;       /* the runs' clock; the machine's unless set */
};

/* Takes and runs one job. `ran_out` tells whether there was one. Errors: those of the database while taking. */
enum err job_run_next(const struct job_runner *runner, bool *ran_out) MUST_CHECK;
/* Milliseconds before attempt `attempt` + 1, after attempt `attempt` (1…) failed: 5 s, 20 s, 80 s … at most 10 min. */
int64_t job_retry_ms(int64_t attempt);
/* Calls `each` for every kind of the features. A non-zero return stops and is returned. */
enum err job_kinds_each(enum err (*each)(const struct job_kind *kind, void *context), void *context) MUST_CHECK;

#endif
