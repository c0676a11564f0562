/* SQL of table job. */
#include "platform/job_store.h"

static const struct column ROW[] = {
    COLUMN(struct job_row, id), COLUMN(struct job_row, kind), COLUMN(struct job_row, user_id), COLUMN(struct job_row, input), COLUMN(struct job_row, attempts),
};
static const struct column VIEW[] = {
    COLUMN(struct job_view, id), COLUMN(struct job_view, kind), COLUMN(struct job_view, user_id), COLUMN(struct job_view, user_name),
    COLUMN(struct job_view, status), COLUMN(struct job_view, phase), COLUMN(struct job_view, done), COLUMN(struct job_view, total),
    COLUMN(struct job_view, result), COLUMN(struct job_view, result_file), COLUMN(struct job_view, result_name), COLUMN(struct job_view, error_code),
    COLUMN(struct job_view, error_detail), COLUMN(struct job_view, created_at), COLUMN(struct job_view, started_at), COLUMN(struct job_view, finished_at),
};
struct number { int64_t value; };
static const struct column NUMBER[] = {COLUMN(struct number, value)};
struct moment { struct instant value; };
static const struct column MOMENT[] = {COLUMN(struct moment, value)};
struct text { struct str value; };
static const struct column TEXT[] = {COLUMN(struct text, value)};

#define VIEW_COLUMNS                                                                                                    \
    "SELECT j.id, j.kind, j.user_id, u.name AS user_name, j.status, j.phase, j.done, j.total, j.result, j.result_file, "  \
    "j.result_name, j.error_code, j.error_detail, j.created_at, j.started_at, j.finished_at "                            \
    "FROM job j LEFT JOIN `user` u ON u.id = j.user_id "

/* Two statements rather than an OR: each is served by the index on (status, run_after). */
STATEMENT_ROWS(DUE, "job.due", struct job_row, ROW,
               "SELECT id, kind, user_id, input, attempts FROM job WHERE status = 'queued' AND run_after <= ? "
               "ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED");
STATEMENT_ROWS(ABANDONED, "job.abandoned", struct job_row, ROW,
               "SELECT id, kind, user_id, input, attempts FROM job WHERE status = 'running' AND lease_until < ? "
               "ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED");
STATEMENT(TAKE, "job.take",
          "UPDATE job SET status = 'running', attempts = attempts + 1, worker = ?, started_at = ?, lease_until = ? WHERE id = ?");
STATEMENT(INSERT, "job.insert",
          "INSERT INTO job (kind, user_id, input, unique_key, run_after, created_at) VALUES (?, ?, ?, ?, ?, ?)");
STATEMENT_ROWS(FIND_KEY, "job.find_key", struct number, NUMBER, "SELECT id AS value FROM job WHERE unique_key = ?");
STATEMENT(PROGRESS, "job.progress", "UPDATE job SET done = ?, total = ?, phase = ?, lease_until = ? WHERE id = ?");
STATEMENT_ROWS(IS_CANCELLED, "job.is_cancelled", struct number, NUMBER, "SELECT cancel_requested AS value FROM job WHERE id = ?");
STATEMENT(FINISH, "job.finish",
          "UPDATE job SET status = ?, result = ?, result_file = ?, result_name = ?, error_code = ?, error_detail = ?, finished_at = ?, "
          "unique_key = NULL, lease_until = NULL WHERE id = ?");
STATEMENT(RETRY, "job.retry", "UPDATE job SET status = 'queued', run_after = ?, lease_until = NULL WHERE id = ?");
STATEMENT_ROWS(LIST, "job.list", struct job_view, VIEW, VIEW_COLUMNS "WHERE (? = 0 OR j.user_id = ?) ORDER BY j.id DESC LIMIT ?");
STATEMENT_ROWS(GET, "job.get", struct job_view, VIEW, VIEW_COLUMNS "WHERE j.id = ? AND (? = 0 OR j.user_id = ?)");
STATEMENT(CANCEL_QUEUED, "job.cancel_queued",
          "UPDATE job SET status = 'cancelled', unique_key = NULL, finished_at = ? WHERE id = ? AND status = 'queued'");
STATEMENT(CANCEL_RUNNING, "job.cancel_running", "UPDATE job SET cancel_requested = TRUE WHERE id = ? AND status = 'running'");
STATEMENT(SCHEDULE_ADD, "job.schedule_add", "INSERT IGNORE INTO job_schedule (kind, next_at) VALUES (?, ?)");
STATEMENT_ROWS(SCHEDULE_GET, "job.schedule_get", struct moment, MOMENT, "SELECT next_at AS value FROM job_schedule WHERE kind = ? FOR UPDATE");
STATEMENT(SCHEDULE_SET, "job.schedule_set", "UPDATE job_schedule SET next_at = ?, last_job_id = ? WHERE kind = ?");
STATEMENT_ROWS(ZONE, "job.zone", struct text, TEXT, "SELECT time_zone AS value FROM company WHERE id = 1");

static struct value text_or_null(struct str text)
{
    return text.len == 0 ? value_null() : V(text);
}

enum err job_store_due(struct db *db, struct arena *arena, struct instant now, struct job_row *out)
{
    enum err err = db_one(db, arena, &DUE, ARGS(V(now)), out);
    return err == ERR_NOT_FOUND ? db_one(db, arena, &ABANDONED, ARGS(V(now)), out) : err;
}

enum err job_store_take(struct db *db, struct arena *arena, int64_t id, struct str worker, struct instant now, struct instant lease_until)
{
    return db_exec(db, arena, &TAKE, ARGS(V(worker), V(now), V(lease_until), V(id)));
}

enum err job_store_insert(struct db *db, struct arena *arena, const char *kind, struct opt_int user_id, struct str input, const char *unique_key,
                          struct instant now, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT, ARGS(V(kind), V(user_id), V(input), V(unique_key), V(now), V(now)), &result));
    *id_out = result.id;
    return OK;
}

enum err job_store_find_key(struct db *db, struct arena *arena, const char *unique_key, int64_t *id_out)
{
    return db_one(db, arena, &FIND_KEY, ARGS(V(unique_key)), id_out);
}

enum err job_store_progress(struct db *db, struct arena *arena, int64_t id, int64_t done, int64_t total, const char *phase, struct instant lease_until,
                            bool *cancelled_out)
{
    struct number cancelled;
    TRY(db_exec(db, arena, &PROGRESS, ARGS(V(done), V(total), V(phase), V(lease_until), V(id))));
    TRY(db_one(db, arena, &IS_CANCELLED, ARGS(V(id)), &cancelled));
    *cancelled_out = cancelled.value != 0;
    return OK;
}

enum err job_store_finish(struct db *db, struct arena *arena, int64_t id, const char *status, struct str result, struct str file, struct str file_name,
                          struct str error_code, struct str error_detail, struct instant now)
{
    return db_exec(db, arena, &FINISH,
                   ARGS(V(status), text_or_null(result), text_or_null(file), text_or_null(file_name), text_or_null(error_code),
                        text_or_null(error_detail), V(now), V(id)));
}

enum err job_store_retry(struct db *db, struct arena *arena, int64_t id, struct instant run_after)
{
    return db_exec(db, arena, &RETRY, ARGS(V(run_after), V(id)));
}

enum err job_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t limit, struct job_view **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(user_id), V(user_id), V(limit)), rows_out, count_out);
}

enum err job_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id, struct job_view *out)
{
    return db_one(db, arena, &GET, ARGS(V(id), V(user_id), V(user_id)), out);
}

enum err job_store_cancel(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    TRY(db_exec(db, arena, &CANCEL_QUEUED, ARGS(V(now), V(id))));
    return db_exec(db, arena, &CANCEL_RUNNING, ARGS(V(id)));
}

enum err job_store_schedule_next(struct db *db, struct arena *arena, const char *kind, struct instant first, struct instant *next_out)
{
    TRY(db_exec(db, arena, &SCHEDULE_ADD, ARGS(V(kind), V(first))));
    return db_one(db, arena, &SCHEDULE_GET, ARGS(V(kind)), next_out);
}

enum err job_store_schedule_set(struct db *db, struct arena *arena, const char *kind, struct instant next, int64_t job_id)
{
    return db_exec(db, arena, &SCHEDULE_SET, ARGS(V(next), V(job_id), V(kind)));
}

enum err job_store_zone(struct db *db, struct arena *arena, struct str *out)
{
    return db_one(db, arena, &ZONE, NO_ARGS, out);
}
