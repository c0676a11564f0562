/* SQL of tables job and job_schedule. Due times and leases are compared with the database's clock, so that several
 * machines agree. */
#ifndef DABIAO_PLATFORM_JOB_STORE_H
#define DABIAO_PLATFORM_JOB_STORE_H

#include "platform/db.h"

/* A job as a scheduler takes it. */
struct job_row {
    int64_t id;             /* job.id */
    struct str kind;        /* struct job_kind name */
    struct opt_int user_id; /* who asked */
    struct str input;       /* JSON */
    int64_t attempts;       /* runs begun before */
    bool cancel_requested;  /* somebody asked while its process died */
};

/* One run of a job: only the run that holds the lease may change the row. */
struct job_lease {
    int64_t id;      /* job.id */
    int64_t attempt; /* job.attempts when it was taken: tells one run from the next */
};

/* Queues a job; with a unique key that an unfinished job has, `id_out` is that job. */
enum err job_store_insert(struct db *db, struct arena *arena, const char *kind, struct opt_int user_id,
                          struct str input, const char *unique_key, int64_t *id_out) MUST_CHECK;
/* The next job to run (queued and due, or running past its lease), locked; others skip it. `ignore_delay`: queued ones
 * that wait for a later time count too. Errors: ERR_NOT_FOUND. */
enum err job_store_due(struct db *db, struct arena *arena, bool ignore_delay, struct job_row *out) MUST_CHECK;
/* Marks it as running, with a new lease. `attempt` is job_row.attempts + 1. */
enum err job_store_take(struct db *db, struct arena *arena, struct job_lease lease, struct str worker) MUST_CHECK;
/* Stores progress and renews the lease. Errors: ERR_NOT_FOUND when the run lost its lease. */
enum err job_store_progress(struct db *db, struct arena *arena, struct job_lease lease, int64_t done, int64_t total,
                            const char *phase, bool *cancelled_out) MUST_CHECK;
/* Renews the lease alone. Errors: ERR_NOT_FOUND when the run lost it. */
enum err job_store_renew(struct db *db, struct arena *arena, struct job_lease lease) MUST_CHECK;

/* How a job ended. Texts without bytes become NULL. */
struct job_end {
    const char *status;      /* done, failed or cancelled */
    struct str result;       /* JSON */
    struct str file;         /* below data_dir */
    struct str file_name;    /* offered to the user */
    struct str error_code;   /* wire code */
    struct str error_detail; /* sentence; cut to what the column holds */
};
enum err job_store_finish(struct db *db, struct arena *arena, struct job_lease lease,
                          const struct job_end *end) MUST_CHECK;
/* Back into the queue after `delay_ms`; `uncounted`: this attempt does not count. */
enum err job_store_requeue(struct db *db, struct arena *arena, struct job_lease lease, int64_t delay_ms,
                           bool uncounted) MUST_CHECK;

/* A job as people see it. */
struct job_view {
    int64_t id;                     /* job.id */
    struct str kind;                /* what it does */
    struct opt_int user_id;         /* who asked */
    struct opt_str user_name;       /* who asked, by name */
    struct str status;              /* queued running done failed cancelled */
    struct opt_str phase;           /* what it does now */
    int64_t done, total;            /* progress */
    struct opt_str result;          /* JSON */
    struct opt_str result_file;     /* below data_dir */
    struct opt_str result_name;     /* offered to the user */
    struct opt_str error_code;      /* wire code */
    struct opt_str error_detail;    /* sentence */
    struct instant created_at;      /* queued */
    struct opt_instant started_at;  /* last start */
    struct opt_instant finished_at; /* end */
};
/* Newest first, below `before_id` (0: from the newest); user_id 0: everybody's. */
enum err job_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t before_id, int64_t limit,
                        struct job_view **rows_out, size_t *count_out) MUST_CHECK;
enum err job_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id,
                       struct job_view *out) MUST_CHECK;
/* A queued job ends at once, a running one at its next progress; a finished one stays as it is. */
enum err job_store_cancel(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;

/* A job that ended long ago. */
struct job_old {
    int64_t id;                 /* job.id */
    struct opt_str result_file; /* below data_dir */
};
enum err job_store_old(struct db *db, struct arena *arena, struct instant before, int64_t limit,
                       struct job_old **rows_out, size_t *count_out) MUST_CHECK;
enum err job_store_remove(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;

/* When a scheduled kind runs next. */
struct job_schedule_row {
    struct str kind;        /* struct job_kind name */
    struct instant next_at; /* not before */
};
enum err job_store_schedules(struct db *db, struct arena *arena, struct job_schedule_row **rows_out,
                             size_t *count_out) MUST_CHECK;
/* Adds a kind unless it is there. */
enum err job_store_schedule_add(struct db *db, struct arena *arena, const char *kind, struct instant next) MUST_CHECK;
/* Locks the row of a kind. Errors: ERR_NOT_FOUND when another scheduler holds it or the kind is not due at `now`. */
enum err job_store_schedule_lock(struct db *db, struct arena *arena, const char *kind, struct instant now) MUST_CHECK;
enum err job_store_schedule_set(struct db *db, struct arena *arena, const char *kind, struct instant next,
                                int64_t job_id) MUST_CHECK;
/* The company's zone. Errors: ERR_NOT_FOUND before the company is set up. */
enum err job_store_zone(struct db *db, struct arena *arena, struct str *out) MUST_CHECK;

#endif
