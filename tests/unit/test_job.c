/* Jobs against a real database: queued once, run once, tried again, cancelled, taken over from the dead, scheduled. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "database.h"
#include "platform/command.h"
#include "platform/job.h"
#include "platform/job_run.h"
#include "platform/job_store.h"
#include "platform/log.h"
#include "platform/migrate.h"
#include "platform/route.h"
#include "platform/scheduler.h"

enum { MANY = 40, SCHEDULERS = 4 };

static char folder[] = "/tmp/dabiao-job.XXXXXX";
static struct config config;
static struct arena *arena;
static struct db *db;
static volatile int stop;

static void sql(const char *text)
{
    assert_int_equal(db_script(db, str_from(text)), OK);
}

static int64_t number(const char *text)
{
    struct rows rows;
    assert_int_equal(db_query(db, arena, str_from(text), NO_ARGS, &rows), OK);
    assert_int_equal(rows.count, 1);
    return rows_get(&rows, 0, 0).integer;
}

/* ---- kinds ---- */

/* Each run leaves a row. */
static enum err leave_trace(struct job *job)
{
    char text[100];
    snprintf(text, sizeof text, "INSERT INTO test_trace (job_id) VALUES (%lld)", (long long)job->id);
    return db_script(job->db, str_from(text));
}

static enum err run_note(struct job *job, json_t **result_out)
{
    TRY(leave_trace(job));
    *result_out = json_pack("{s:I}", "seen", (json_int_t)json_get_int(job->input, "value", -1));
    return OK;
}

static enum err run_file(struct job *job, json_t **result_out)
{
    FILE *file = fopen(str_c(job->arena, job->result_path), "we");
    assert_non_null(file);
    fputs("a,b\n", file);
    fclose(file);
    *result_out = json_pack("{s:s}", "file_name", "客户.csv");
    return OK;
}

static enum err run_refused(struct job *job, json_t **result_out)
{
    (void)result_out;
    TRY(leave_trace(job));
    return error_set(job->error, ERR_INVALID, "Nothing to export.");
}

static enum err run_busy(struct job *job, json_t **result_out)
{
    (void)result_out;
    TRY(leave_trace(job));
    return ERR_BUSY;
}

/* Counts to three; the first time its process is killed at two. */
static enum err run_killed(struct job *job, json_t **result_out)
{
    struct rows rows;
    for (;;) {
        TRY(db_query(job->db, job->arena, STR("SELECT COUNT(*) FROM test_trace"), NO_ARGS, &rows));
        int64_t done = rows_get(&rows, 0, 0).integer;
        if (done == 3) {
            *result_out = json_pack("{s:I}", "done", (json_int_t)done);
            return OK;
        }
        TRY(leave_trace(job));
        TRY(job_progress(job, done + 1, 3, "count"));
        if (done + 1 == 2) {
            kill(getpid(), SIGKILL);
        }
    }
}

/* Is cancelled while it runs, and hears of it at its next report. */
static enum err run_cancelled(struct job *job, json_t **result_out)
{
    (void)result_out;
    TRY(job_store_cancel(job->db, job->arena, job->id));
    TRY(job_progress(job, 1, 1, "late"));
    return leave_trace(job);
}

/* Its lease passes to another run. */
static enum err run_lost(struct job *job, json_t **result_out)
{
    (void)result_out;
    TRY(db_script(job->db, STR("UPDATE job SET attempts = attempts + 1, worker = 'other'")));
    return job_progress(job, 1, 1, "late");
}

static enum err run_stopped(struct job *job, json_t **result_out)
{
    (void)result_out;
    TRY(leave_trace(job));
    stop = 1;
    return job_progress(job, 1, 2, "half");
}

static const struct job_kind KINDS[] = {
    {"test.note", run_note, NULL, 0},           {"test.file", run_file, NULL, 0},
    {"test.refused", run_refused, NULL, 0},     {"test.busy", run_busy, NULL, 2},
    {"test.killed", run_killed, NULL, 0},       {"test.cancelled", run_cancelled, NULL, 0},
    {"test.lost", run_lost, NULL, 0},           {"test.stopped", run_stopped, NULL, 0},
    {"test.daily", run_note, "daily 02:30", 0}, {0},
};
static const struct feature FEATURE = {.name = "test", .job_kinds = KINDS};
const struct feature *const FEATURES[] = {&FEATURE};
const size_t FEATURE_COUNT = 1;
const struct command *const COMMANDS[] = {NULL};

/* ---- set up ---- */

static int set_up_all(void **state)
{
    (void)state;
    config = (struct config){
        .db_hosts = "",
        .db_socket = getenv("DABIAO_DB_SOCKET"),
        .db_user = getenv("DABIAO_DB_USER"),
        .db_name = "dabiao_test_job",
        .db_password = "",
        .sql_dir = getenv("DABIAO_SQL_DIR") == NULL ? "sql" : getenv("DABIAO_SQL_DIR"),
        .events_socket = "",
        .data_dir = mkdtemp(folder),
        .worker_memory_mb = 64,
    };
    FILE *quiet = fopen("/dev/null", "we");
    assert_int_equal(migrate_run(&config, quiet), OK);
    fclose(quiet);
    arena = arena_create(16 * 1024 * 1024);
    db = db_create(&config, DB_WRITE);
    sql("CREATE TABLE IF NOT EXISTS test_trace (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, job_id BIGINT NOT "
        "NULL)");
    sql("INSERT IGNORE INTO company (id, name, time_zone, currency) VALUES (1, 'Test', 'Asia/Shanghai', 'CNY')");
    return 0;
}

static int tear_down_all(void **state)
{
    (void)state;
    char path[200];
    sql("DROP DATABASE dabiao_test_job");
    db_destroy(db);
    arena_destroy(arena);
    snprintf(path, sizeof path, "%s/jobs", folder);
    rmdir(path);
    return rmdir(folder);
}

static int set_up(void **state)
{
    (void)state;
    stop = 0;
    sql("DELETE FROM job");
    sql("DELETE FROM job_schedule");
    sql("DELETE FROM test_trace");
    return 0;
}

static int64_t queue(const char *kind, const char *unique_key)
{
    int64_t id = 0;
    json_t *input = json_keep(arena, json_pack("{s:i}", "value", 42));
    assert_int_equal(job_queue(db, arena, kind, 0, input, unique_key, &id), OK);
    assert_true(id > 0);
    return id;
}

static struct job_view get(int64_t id)
{
    struct job_view view;
    assert_int_equal(job_store_get(db, arena, id, 0, &view), OK);
    return view;
}

static struct job_view run(const char *kind)
{
    int64_t id = queue(kind, NULL);
    assert_int_equal(jobs_run_all(&config, db, (struct opt_instant){0}), OK);
    return get(id);
}

#define ASSERT_TEXT(actual, expected) assert_string_equal(str_c(arena, (actual)), (expected))

/* ---- tests ---- */

static void schedules_name_the_next_moment(void **state)
{
    (void)state;
    static const struct {
        const char *schedule, *zone, *now, *next;
    } cases[] = {
        {"every 90", "UTC", "2026-03-31T18:00:00Z", "2026-03-31T18:01:30.000Z"},
        {"daily 02:30", "Asia/Shanghai", "2026-03-31T18:00:00Z", "2026-03-31T18:30:00.000Z"},
        {"daily 02:30", "Asia/Shanghai", "2026-03-31T18:30:00Z", "2026-04-01T18:30:00.000Z"},
        {"daily 00:00", "America/New_York", "2026-12-31T12:00:00Z", "2027-01-01T05:00:00.000Z"},
        {"daily 23:59", "UTC", "2024-02-28T23:59:30Z", "2024-02-29T23:59:00.000Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct instant now;
        assert_true(instant_parse(str_from(cases[i].now), &now));
        ASSERT_TEXT(instant_format(arena, schedule_next(cases[i].schedule, now, cases[i].zone)), cases[i].next);
    }
}

static void delays_grow_to_a_limit(void **state)
{
    (void)state;
    assert_int_equal(job_retry_ms(1), 5000);
    assert_int_equal(job_retry_ms(2), 20000);
    assert_int_equal(job_retry_ms(3), 80000);
    assert_int_equal(job_retry_ms(50), 600000);
}

static void a_job_runs_and_keeps_its_result(void **state)
{
    (void)state;
    struct job_view view = run("test.note");
    ASSERT_TEXT(view.status, "done");
    ASSERT_TEXT(view.result.value, "{\"seen\":42}");
    assert_true(view.finished_at.set);
    assert_false(view.result_file.set);
    assert_int_equal(number("SELECT COUNT(*) FROM test_trace"), 1);
}

static void a_result_file_is_offered_by_name(void **state)
{
    (void)state;
    char path[300];
    struct job_view view = run("test.file");
    ASSERT_TEXT(view.result_name.value, "客户.csv");
    snprintf(path, sizeof path, "%s/%.*s", folder, STR_ARG(view.result_file.value));
    assert_int_equal(unlink(path), 0);
}

static void a_unique_key_holds_until_the_end(void **state)
{
    (void)state;
    int64_t first = queue("test.note", "key");
    assert_int_equal(queue("test.note", "key"), first);
    assert_int_equal(queue("test.note", "other") == first, 0);
    assert_int_equal(jobs_run_all(&config, db, (struct opt_instant){0}), OK);
    assert_int_equal(queue("test.note", "key") == first, 0);
    assert_int_equal(number("SELECT COUNT(*) FROM job"), 3);
}

static void a_refusal_is_final(void **state)
{
    (void)state;
    struct job_view view = run("test.refused");
    ASSERT_TEXT(view.status, "failed");
    ASSERT_TEXT(view.error_code.value, "invalid");
    ASSERT_TEXT(view.error_detail.value, "Nothing to export.");
    assert_int_equal(number("SELECT COUNT(*) FROM test_trace"), 1);
}

static void a_passing_failure_is_tried_again(void **state)
{
    (void)state;
    struct job_view view = run("test.busy");
    ASSERT_TEXT(view.status, "failed");
    ASSERT_TEXT(view.error_code.value, "busy");
    assert_int_equal(number("SELECT COUNT(*) FROM test_trace"), 2);
}

static void a_cancelled_job_ends(void **state)
{
    (void)state;
    int64_t id = queue("test.note", "key");
    assert_int_equal(job_store_cancel(db, arena, id), OK);
    assert_int_equal(jobs_run_all(&config, db, (struct opt_instant){0}), OK);
    ASSERT_TEXT(get(id).status, "cancelled");
    ASSERT_TEXT(run("test.cancelled").status, "cancelled");
    assert_int_equal(number("SELECT COUNT(*) FROM test_trace"), 0);
}

/* Runs `body` in a process of its own. */
static pid_t start(int (*body)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(body());
    }
    return pid;
}

static int run_all(void)
{
    struct db *own = db_create(&config, DB_WRITE);
    enum err err = jobs_run_all(&config, own, (struct opt_instant){0});
    db_destroy(own);
    return err == OK ? 0 : 1;
}

static void a_killed_job_goes_on(void **state)
{
    (void)state;
    int status;
    int64_t id = queue("test.killed", NULL);
    assert_int_equal(waitpid(start(run_all), &status, 0) > 0, 1);
    assert_true(WIFSIGNALED(status));
    ASSERT_TEXT(get(id).status, "running");
    /* Its lease still holds: nobody takes it. */
    assert_int_equal(jobs_run_all(&config, db, (struct opt_instant){0}), OK);
    ASSERT_TEXT(get(id).status, "running");
    sql("UPDATE job SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    assert_int_equal(jobs_run_all(&config, db, (struct opt_instant){0}), OK);
    ASSERT_TEXT(get(id).status, "done");
    assert_int_equal(number("SELECT COUNT(*) FROM test_trace"), 3);
    assert_int_equal(number("SELECT attempts FROM job"), 2);
}

static void a_job_that_kills_every_process_fails(void **state)
{
    (void)state;
    int64_t id = queue("test.note", NULL);
    sql("UPDATE job SET status = 'running', attempts = 3, lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    assert_int_equal(jobs_run_all(&config, db, (struct opt_instant){0}), OK);
    ASSERT_TEXT(get(id).status, "failed");
    assert_int_equal(number("SELECT COUNT(*) FROM test_trace"), 0);
}

static void a_run_that_lost_its_lease_changes_nothing(void **state)
{
    (void)state;
    struct job_view view = run("test.lost");
    ASSERT_TEXT(view.status, "running");
    assert_false(view.finished_at.set);
}

static void a_stop_puts_the_job_back(void **state)
{
    (void)state;
    int64_t id = queue("test.stopped", NULL);
    assert_int_equal(scheduler_run(&config, &stop), 0);
    ASSERT_TEXT(get(id).status, "queued");
    assert_int_equal(number("SELECT attempts FROM job WHERE kind = 'test.stopped'"), 0);
}

static void many_schedulers_run_each_job_once(void **state)
{
    (void)state;
    pid_t pids[SCHEDULERS];
    for (int i = 0; i < MANY; i++) {
        queue("test.note", NULL);
    }
    for (int i = 0; i < SCHEDULERS; i++) {
        pids[i] = start(run_all);
    }
    for (int i = 0; i < SCHEDULERS; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(number("SELECT COUNT(*) FROM job WHERE status = 'done' AND attempts = 1"), MANY);
    assert_int_equal(number("SELECT COUNT(*) FROM test_trace"), MANY);
    assert_int_equal(number("SELECT COUNT(DISTINCT job_id) FROM test_trace"), MANY);
}

static void end_soon(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static int schedule_for_a_second(void)
{
    signal(SIGALRM, end_soon);
    alarm(1);
    return scheduler_run(&config, &stop);
}

static void a_schedule_queues_once_for_all(void **state)
{
    (void)state;
    pid_t pids[SCHEDULERS];
    sql("INSERT INTO job_schedule (kind, next_at) VALUES ('test.daily', UTC_TIMESTAMP(3) - INTERVAL 3 DAY)");
    for (int i = 0; i < SCHEDULERS; i++) {
        pids[i] = start(schedule_for_a_second);
    }
    for (int i = 0; i < SCHEDULERS; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
    }
    assert_int_equal(number("SELECT COUNT(*) FROM job WHERE kind = 'test.daily' AND status = 'done'"), 1);
    assert_int_equal(number("SELECT COUNT(*) FROM job"), 1);
    assert_int_equal(
        number("SELECT COUNT(*) FROM job_schedule WHERE next_at > UTC_TIMESTAMP(3) AND last_job_id IS NOT NULL"), 1);
}

int main(int argc, char **argv)
{
    (void)argc;
    database_need(argv);
    log_set_level("error");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(schedules_name_the_next_moment, set_up),
        cmocka_unit_test_setup(delays_grow_to_a_limit, set_up),
        cmocka_unit_test_setup(a_job_runs_and_keeps_its_result, set_up),
        cmocka_unit_test_setup(a_result_file_is_offered_by_name, set_up),
        cmocka_unit_test_setup(a_unique_key_holds_until_the_end, set_up),
        cmocka_unit_test_setup(a_refusal_is_final, set_up),
        cmocka_unit_test_setup(a_passing_failure_is_tried_again, set_up),
        cmocka_unit_test_setup(a_cancelled_job_ends, set_up),
        cmocka_unit_test_setup(a_killed_job_goes_on, set_up),
        cmocka_unit_test_setup(a_job_that_kills_every_process_fails, set_up),
        cmocka_unit_test_setup(a_run_that_lost_its_lease_changes_nothing, set_up),
        cmocka_unit_test_setup(a_stop_puts_the_job_back, set_up),
        cmocka_unit_test_setup(many_schedulers_run_each_job_once, set_up),
        cmocka_unit_test_setup(a_schedule_queues_once_for_all, set_up),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
