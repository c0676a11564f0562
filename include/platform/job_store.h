/* SQL of table job. */
#ifndef DABIAO_PLATFORM_JOB_STORE_H
#define DABIAO_PLATFORM_JOB_STORE_H

#include "platform/db.h"

/* A job as the scheduler takes it. */
struct job_row {
    int64_t id;              /* job.id */
    struct str kind;         /* struct job_kind name */
    struct opt_int user_id;  /* who asked */
    struct str input;        /* JSON */
    int64_t attempts;        /* this one included */
};
/* The next due job (queued, or running past its lease), locked against other schedulers. Errors: ERR_NOT_FOUND. */
enum err job_store_due(struct db *db, struct arena *arena, struct instant now, struct job_row *out) MUST_CHECK;
enum err job_store_take(struct db *db, struct arena *arena, int64_t id, struct str worker, struct instant now, struct instant lease_until) MUST_CHECK;
enum err job_store_insert(struct db *db, struct arena *arena, const char *kind, struct opt_int user_id, struct str input, const char *unique_key,
                          struct instant now, int64_t *id_out) MUST_CHECK;
/* The unfinished job with the key. Errors: ERR_NOT_FOUND. */
enum err job_store_find_key(struct db *db, struct arena *arena, const char *unique_key, int64_t *id_out) MUST_CHECK;
enum err job_store_progress(struct db *db, struct arena *arena, int64_t id, int64_t done, int64_t total, const char *phase, struct instant lease_until,
                            bool *cancelled_out) MUST_CHECK;
/* Ends a job: status done, failed or cancelled. Empty texts become NULL. */
enum err job_store_finish(struct db *db, struct arena *arena, int64_t id, const char *status, struct str result, struct str file, struct str file_name,
                          struct str error_code, struct str error_detail, struct instant now) MUST_CHECK;
enum err job_store_retry(struct db *db, struct arena *arena, int64_t id, struct instant run_after) MUST_CHECK;

/* A job as people see it. */
struct job_view {
    int64_t id;                    /* job.id */
    struct str kind;               /* what it does */
    struct opt_int user_id;        /* who asked */
    struct opt_str user_name;      /* who asked, by name */
    struct str status;             /* queued running done failed cancelled */
    struct opt_str phase;          /* what it does now */
    int64_t done, total;           /* progress */
    struct opt_str result;         /* JSON */
    struct opt_str result_file;    /* below data_dir */
    struct opt_str result_name;    /* offered to the user */
    struct opt_str error_code;     /* wire code */
    struct opt_str error_detail;   /* sentence */
    struct instant created_at;     /* queued */
    struct opt_instant started_at; /* last start */
    struct opt_instant finished_at; /* end */
};
/* Newest first; user_id 0: everybody's. */
enum err job_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t limit, struct job_view **rows_out, size_t *count_out) MUST_CHECK;
enum err job_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id, struct job_view *out) MUST_CHECK;
enum err job_store_cancel(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
/* Next time of a scheduled kind; creates the row. Locks it. */
enum err job_store_schedule_next(struct db *db, struct arena *arena, const char *kind, struct instant first, struct instant *next_out) MUST_CHECK;
enum err job_store_schedule_set(struct db *db, struct arena *arena, const char *kind, struct instant next, int64_t job_id) MUST_CHECK;
/* The company's zone. Errors: ERR_NOT_FOUND before the company is set up. */
enum err job_store_zone(struct db *db, struct arena *arena, struct str *out) MUST_CHECK;

#endif
