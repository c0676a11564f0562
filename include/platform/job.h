/* Long work: rows of table `job`, taken by schedulers with FOR UPDATE SKIP LOCKED. A job that dies with its process is
 * taken again (lease expired), so `run` must be resumable: it reads its own progress from the database. */
#ifndef DABIAO_PLATFORM_JOB_H
#define DABIAO_PLATFORM_JOB_H

#include <jansson.h>

#include "platform/config.h"
#include "platform/db.h"
#include "platform/http.h"

/* What a running job is given. */
struct job {
    int64_t id;                  /* job.id */
    int64_t user_id;             /* who asked; 0 for the schedule */
    json_t *input;               /* as queued */
    struct arena *arena;         /* memory of the run; job_step resets nothing */
    struct db *db;               /* write connection, no transaction open */
    const struct config *config; /* settings */
    struct identity *user;       /* the asking user's rights as of now, or NULL for the schedule */
    struct error *error;         /* where a failure is explained */
    struct instant now;          /* when the run began */
    struct date today;           /* business date of now */
    const char *zone;            /* company zone */
    struct str result_path;      /* where a result file goes (below data_dir/jobs) */
};

/* A kind of long work. */
struct job_kind {
    const char *name; /* "customer.export" */
    /* Result: small JSON shown to the user; may stay NULL; its member "file_name" names a file written to result_path.
     * ERR_BUSY, ERR_UNAVAILABLE and ERR_INTERNAL are tried again later; any other failure is final. */
    enum err (*run)(struct job *job, json_t **result_out);
    const char *schedule; /* NULL, or "daily HH:MM" in the company zone, or "every N" seconds */
    int max_attempts;     /* 0: 3 */
};

/* Queues a job inside the caller's transaction; a second call with the same unfinished `unique_key` returns the first.
 */
enum err job_queue(struct db *db, struct arena *arena, const char *kind, int64_t user_id, json_t *input,
                   const char *unique_key, int64_t *id_out) MUST_CHECK;
/* Stores progress (done of total) and renews the lease; cheap enough to be called for every row, and allowed inside a
 * transaction. Errors: ERR_CONFLICT when the user cancelled, the program stops or another run has the job: return it.
 */
enum err job_progress(struct job *job, int64_t done, int64_t total, const char *phase) MUST_CHECK;
/* A request as the job's user, for rules and scopes: fills everything but method, path and body. */
void job_request(struct job *job, struct request *request);
/* The scheduler's loop: takes due jobs until `*stop`; returns the process's exit code. */
int scheduler_run(const struct config *config, volatile int *stop);
/* Runs queued jobs now, those that wait for a later time too, until none is left (commands, tests); with `at` set as if
 * it were that moment. */
enum err jobs_run_all(const struct config *config, struct db *db, struct opt_instant at) MUST_CHECK;

#endif
