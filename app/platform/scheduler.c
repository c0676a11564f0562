/* The loop of a scheduler process: queue what the schedules name, run what is due. Several may run, here and on other
 * machines: a row belongs to whoever locked it. */
#include "platform/scheduler.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "platform/job_run.h"
#include "platform/job_store.h"
#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/migrate.h"
#include "platform/route.h"
#include "platform/tx.h"

enum { IDLE_MS = 400, AWAY_MS = 2000, SCHEDULES_MS = 5000 };

struct instant schedule_next(const char *schedule, struct instant now, const char *zone)
{
    int hour = 0;
    int minute = 0;
    long seconds = 0;
    if (sscanf(schedule, "every %ld", &seconds) == 1) {
        assert(seconds > 0);
        return (struct instant){now.ms + seconds * 1000};
    }
    int found = sscanf(schedule, "daily %d:%d", &hour, &minute);
    assert(found == 2 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60);
    int64_t offset_ms = (hour * 60 + minute) * 60000LL;
    struct date today = instant_date(now, zone);
    struct instant moment = {date_start(today, zone).ms + offset_ms};
    return moment.ms > now.ms ? moment : (struct instant){date_start(date_add_days(today, 1), zone).ms + offset_ms};
}

/* What queueing scheduled kinds needs. */
struct scheduling {
    struct db *db;                 /* connection */
    struct arena *arena;           /* memory of one round */
    const char *zone;              /* company zone */
    struct instant now;            /* of this round */
    struct job_schedule_row *rows; /* what the table holds */
    size_t count;                  /* in `rows` */
    const struct job_kind *kind;   /* being queued */
};

/* Queues the kind and moves its time on, in one transaction. A kind whose last job is still unfinished is not doubled.
 */
static enum err queue_kind(struct db *db, void *context)
{
    const struct scheduling *s = context;
    int64_t id = 0;
    enum err err = job_store_schedule_lock(db, s->arena, s->kind->name, s->now);
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    struct str key = str_format(s->arena, "schedule:%s", s->kind->name);
    TRY(job_queue(db, s->arena, s->kind->name, 0, NULL, str_c(s->arena, key), &id));
    return job_store_schedule_set(db, s->arena, s->kind->name, schedule_next(s->kind->schedule, s->now, s->zone), id);
}

static enum err look_at_kind(const struct job_kind *kind, void *context)
{
    struct scheduling *s = context;
    if (kind->schedule == NULL) {
        return OK;
    }
    s->kind = kind;
    for (size_t i = 0; i < s->count; i++) {
        if (str_eq_c(s->rows[i].kind, kind->name)) {
            return s->rows[i].next_at.ms <= s->now.ms ? db_tx(s->db, queue_kind, s) : OK;
        }
    }
    return job_store_schedule_add(s->db, s->arena, kind->name, schedule_next(kind->schedule, s->now, s->zone));
}

static enum err queue_scheduled_in(struct db *db, struct arena *arena)
{
    struct scheduling s = {.db = db, .arena = arena, .now = instant_now()};
    struct str zone;
    enum err err = job_store_zone(db, arena, &zone);
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err; /* no company yet: nothing to do for it */
    }
    s.zone = str_c(arena, zone);
    TRY(job_store_schedules(db, arena, &s.rows, &s.count));
    return job_kinds_each(look_at_kind, &s);
}

static enum err queue_scheduled(struct db *db)
{
    struct arena *arena = arena_create(4 * 1024 * 1024);
    enum err err = queue_scheduled_in(db, arena);
    arena_destroy(arena);
    return err;
}

int scheduler_run(const struct config *config, volatile int *stop)
{
    struct job_runner runner = {
        .config = config,
        .db = db_create(config, DB_WRITE),
        .control = db_create(config, DB_WRITE),
        .stop = stop,
    };
    int64_t schedules_at = 0;
    while (!*stop) {
        bool ran = false;
        enum err err = OK;
        if (instant_now().ms >= schedules_at) {
            err = queue_scheduled(runner.control);
            schedules_at = instant_now().ms + SCHEDULES_MS;
        }
        if (err == OK) {
            err = job_run_next(&runner, &ran);
        }
        if (!ran && !*stop) {
            poll(NULL, 0, err == OK ? IDLE_MS : AWAY_MS);
        }
    }
    db_destroy(runner.db);
    db_destroy(runner.control);
    return 0;
}

static volatile int stop_asked;

static void ask_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

/* Unlike a worker's, a scheduler's stop signal may come at any time: it only sets a flag that running jobs look at. */
static void set_signals(void)
{
    struct sigaction action = {.sa_handler = ask_stop, .sa_flags = SA_RESTART};
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
}

int scheduler_process(const struct config *config, const struct child_handles *handles)
{
    set_signals();
    metrics_attach(handles->metrics_fd);
    routes_init();
    struct db *db = db_create(config, DB_WRITE);
    enum err err = migrate_check(config, db);
    db_destroy(db);
    if (err != OK && err != ERR_UNAVAILABLE) {
        return EXIT_CANNOT_START;
    }
    child_ready(handles);
    return scheduler_run(config, &stop_asked);
}
