/* SQL of tables job and job_schedule. */
#include "platform/job_store.h"

enum { DETAIL_MAX_CHARS = 1000 };

static const struct column ROW[] = {
    COLUMN(struct job_row, id),    COLUMN(struct job_row, kind),     COLUMN(struct job_row, user_id),
    COLUMN(struct job_row, input), COLUMN(struct job_row, attempts), COLUMN(struct job_row, cancel_requested),
};
static const struct column VIEW[] = {
    COLUMN(struct job_view, id),           COLUMN(struct job_view, kind),        COLUMN(struct job_view, user_id),
    COLUMN(struct job_view, user_name),    COLUMN(struct job_view, status),      COLUMN(struct job_view, phase),
    COLUMN(struct job_view, done),         COLUMN(struct job_view, total),       COLUMN(struct job_view, result),
    COLUMN(struct job_view, result_file),  COLUMN(struct job_view, result_name), COLUMN(struct job_view, error_code),
    COLUMN(struct job_view, error_detail), COLUMN(struct job_view, created_at),  COLUMN(struct job_view, started_at),
    COLUMN(struct job_view, finished_at),
};
static const struct column OLD[] = {COLUMN(struct job_old, id), COLUMN(struct job_old, result_file)};
static const struct column SCHEDULE[] = {COLUMN(struct job_schedule_row, kind),
                                         COLUMN(struct job_schedule_row, next_at)};
struct flag {
    bool value;
};
static const struct column FLAG[] = {COLUMN(struct flag, value)};
struct text {
    struct str value;
};
static const struct column TEXT[] = {COLUMN(struct text, value)};

STATEMENT(INSERT, "job.insert",
          "INSERT INTO job (kind, user_id, input, unique_key, run_after, created_at) "
          "VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)) "
          "ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)");

/* Two statements rather than an OR: each is served by the index on (status, run_after). */
#define ROW_COLUMNS "SELECT id, kind, user_id, input, attempts, cancel_requested FROM job "
STATEMENT_ROWS(DUE, "job.due", struct job_row, ROW,
               ROW_COLUMNS "WHERE status = 'queued' AND run_after <= IF(?, '9999-12-31', UTC_TIMESTAMP(3)) "
                           "ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED");
STATEMENT_ROWS(ABANDONED, "job.abandoned", struct job_row, ROW,
               ROW_COLUMNS "WHERE status = 'running' AND lease_until < UTC_TIMESTAMP(3) "
                           "ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED");
STATEMENT(TAKE, "job.take",
          "UPDATE job SET status = 'running', attempts = ?, worker = ?, started_at = UTC_TIMESTAMP(3), "
          "lease_until = UTC_TIMESTAMP(3) + INTERVAL 60 SECOND WHERE id = ?");

/* Every change of a run names the run: a process that was taken for dead cannot disturb its successor. */
#define OF_RUN "WHERE id = ? AND attempts = ? AND status = 'running'"
STATEMENT(PROGRESS, "job.progress",
          "UPDATE job SET done = ?, total = ?, phase = ?, lease_until = UTC_TIMESTAMP(3) + INTERVAL 60 SECOND " OF_RUN);
STATEMENT(RENEW, "job.renew", "UPDATE job SET lease_until = UTC_TIMESTAMP(3) + INTERVAL 60 SECOND " OF_RUN);
STATEMENT_ROWS(IS_CANCELLED, "job.is_cancelled", struct flag, FLAG,
               "SELECT cancel_requested AS value FROM job WHERE id = ?");
STATEMENT(FINISH, "job.finish",
          "UPDATE job SET status = ?, result = ?, result_file = ?, result_name = ?, error_code = ?, error_detail = ?, "
          "finished_at = UTC_TIMESTAMP(3), unique_key = NULL, lease_until = NULL " OF_RUN);
STATEMENT(REQUEUE, "job.requeue",
          "UPDATE job SET status = 'queued', run_after = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND, "
          "lease_until = NULL, attempts = attempts - ? " OF_RUN);

#define VIEW_COLUMNS                                                                                                   \
    "SELECT j.id, j.kind, j.user_id, u.name AS user_name, j.status, j.phase, j.done, j.total, j.result, "              \
    "j.result_file, "                                                                                                  \
    "j.result_name, j.error_code, j.error_detail, j.created_at, j.started_at, j.finished_at "                          \
    "FROM job j LEFT JOIN `user` u ON u.id = j.user_id "
STATEMENT_ROWS(LIST_ALL, "job.list_all", struct job_view, VIEW,
               VIEW_COLUMNS "WHERE j.id < ? ORDER BY j.id DESC LIMIT ?");
STATEMENT_ROWS(LIST_OWN, "job.list_own", struct job_view, VIEW,
               VIEW_COLUMNS "WHERE j.user_id = ? AND j.id < ? ORDER BY j.id DESC LIMIT ?");
STATEMENT_ROWS(GET, "job.get", struct job_view, VIEW, VIEW_COLUMNS "WHERE j.id = ? AND (? = 0 OR j.user_id = ?)");
STATEMENT(CANCEL_QUEUED, "job.cancel_queued",
          "UPDATE job SET status = 'cancelled', unique_key = NULL, finished_at = UTC_TIMESTAMP(3) "
          "WHERE id = ? AND status = 'queued'");
STATEMENT(CANCEL_RUNNING, "job.cancel_running",
          "UPDATE job SET cancel_requested = TRUE WHERE id = ? AND status = 'running'");
STATEMENT_ROWS(LIST_OLD, "job.list_old", struct job_old, OLD,
               "SELECT id, result_file FROM job WHERE status IN ('done', 'failed', 'cancelled') AND finished_at < ? "
               "ORDER BY id LIMIT ?");
STATEMENT(REMOVE, "job.remove", "DELETE FROM job WHERE id = ?");

STATEMENT_ROWS(SCHEDULES, "job.schedules", struct job_schedule_row, SCHEDULE, "SELECT kind, next_at FROM job_schedule");
STATEMENT(SCHEDULE_ADD, "job.schedule_add", "INSERT IGNORE INTO job_schedule (kind, next_at) VALUES (?, ?)");
STATEMENT_ROWS(SCHEDULE_LOCK, "job.schedule_lock", struct job_schedule_row, SCHEDULE,
               "SELECT kind, next_at FROM job_schedule WHERE kind = ? AND next_at <= ? FOR UPDATE SKIP LOCKED");
STATEMENT(SCHEDULE_SET, "job.schedule_set", "UPDATE job_schedule SET next_at = ?, last_job_id = ? WHERE kind = ?");
STATEMENT_ROWS(ZONE, "job.zone", struct text, TEXT, "SELECT time_zone AS value FROM company WHERE id = 1");

static struct value text_or_null(struct str text)
{
    return text.len == 0 ? value_null() : V(text);
}

enum err job_store_insert(struct db *db, struct arena *arena, const char *kind, struct opt_int user_id,
                          struct str input, const char *unique_key, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT, ARGS(V(kind), V(user_id), V(input), V(unique_key)), &result));
    *id_out = result.id;
    return OK;
}

enum err job_store_due(struct db *db, struct arena *arena, bool ignore_delay, struct job_row *out)
{
    enum err err = db_one(db, arena, &DUE, ARGS(V(ignore_delay)), out);
    return err == ERR_NOT_FOUND ? db_one(db, arena, &ABANDONED, NO_ARGS, out) : err;
}

enum err job_store_take(struct db *db, struct arena *arena, struct job_lease lease, struct str worker)
{
    return db_exec(db, arena, &TAKE, ARGS(V(lease.attempt), V(worker), V(lease.id)));
}

/* Runs a statement of the run; no row: the lease is lost. */
static enum err change_run(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, stmt, args, &result));
    return result.affected == 0 ? ERR_NOT_FOUND : OK;
}

enum err job_store_progress(struct db *db, struct arena *arena, struct job_lease lease, int64_t done, int64_t total,
                            const char *phase, bool *cancelled_out)
{
    struct flag cancelled;
    TRY(change_run(db, arena, &PROGRESS, ARGS(V(done), V(total), V(phase), V(lease.id), V(lease.attempt))));
    TRY(db_one(db, arena, &IS_CANCELLED, ARGS(V(lease.id)), &cancelled));
    *cancelled_out = cancelled.value;
    return OK;
}

enum err job_store_renew(struct db *db, struct arena *arena, struct job_lease lease)
{
    return change_run(db, arena, &RENEW, ARGS(V(lease.id), V(lease.attempt)));
}

/* The first `max` characters. */
static struct str first_chars(struct str text, size_t max)
{
    size_t offset = 0;
    for (size_t chars = 0; chars < max && offset < text.len; chars++) {
        str_next_char(text, &offset);
    }
    return str_slice(text, 0, offset);
}

enum err job_store_finish(struct db *db, struct arena *arena, struct job_lease lease, const struct job_end *end)
{
    return change_run(db, arena, &FINISH,
                      ARGS(V(end->status), text_or_null(end->result), text_or_null(end->file),
                           text_or_null(end->file_name), text_or_null(end->error_code),
                           text_or_null(first_chars(end->error_detail, DETAIL_MAX_CHARS)), V(lease.id),
                           V(lease.attempt)));
}

enum err job_store_requeue(struct db *db, struct arena *arena, struct job_lease lease, int64_t delay_ms, bool uncounted)
{
    return change_run(db, arena, &REQUEUE, ARGS(V(delay_ms), V(uncounted), V(lease.id), V(lease.attempt)));
}

enum err job_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t before_id, int64_t limit,
                        struct job_view **rows_out, size_t *count_out)
{
    int64_t before = before_id > 0 ? before_id : INT64_MAX;
    if (user_id == 0) {
        return db_many(db, arena, &LIST_ALL, ARGS(V(before), V(limit)), rows_out, count_out);
    }
    return db_many(db, arena, &LIST_OWN, ARGS(V(user_id), V(before), V(limit)), rows_out, count_out);
}

enum err job_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id, struct job_view *out)
{
    return db_one(db, arena, &GET, ARGS(V(id), V(user_id), V(user_id)), out);
}

enum err job_store_cancel(struct db *db, struct arena *arena, int64_t id)
{
    TRY(db_exec(db, arena, &CANCEL_QUEUED, ARGS(V(id))));
    return db_exec(db, arena, &CANCEL_RUNNING, ARGS(V(id)));
}

enum err job_store_old(struct db *db, struct arena *arena, struct instant before, int64_t limit,
                       struct job_old **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_OLD, ARGS(V(before), V(limit)), rows_out, count_out);
}

enum err job_store_remove(struct db *db, struct arena *arena, int64_t id)
{
    return db_exec(db, arena, &REMOVE, ARGS(V(id)));
}

enum err job_store_schedules(struct db *db, struct arena *arena, struct job_schedule_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &SCHEDULES, NO_ARGS, rows_out, count_out);
}

enum err job_store_schedule_add(struct db *db, struct arena *arena, const char *kind, struct instant next)
{
    return db_exec(db, arena, &SCHEDULE_ADD, ARGS(V(kind), V(next)));
}

enum err job_store_schedule_lock(struct db *db, struct arena *arena, const char *kind, struct instant now)
{
    struct job_schedule_row row;
    return db_one(db, arena, &SCHEDULE_LOCK, ARGS(V(kind), V(now)), &row);
}

enum err job_store_schedule_set(struct db *db, struct arena *arena, const char *kind, struct instant next,
                                int64_t job_id)
{
    return db_exec(db, arena, &SCHEDULE_SET, ARGS(V(next), V(job_id), V(kind)));
}

enum err job_store_zone(struct db *db, struct arena *arena, struct str *out)
{
    return db_one(db, arena, &ZONE, NO_ARGS, out);
}
