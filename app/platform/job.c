/* Queueing, taking and running jobs. A job belongs to one scheduler while its lease lasts; a job whose process died is
 * taken again when the lease has run out. */
#include "platform/job.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/events.h"
#include "platform/identity_load.h"
#include "platform/job_store.h"
#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/route.h"
#include "platform/tx.h"

enum { LEASE_MS = 60000, IDLE_MS = 500, ATTEMPTS = 3, RETRY_MS = 5000, JOB_MEMORY_MB = 1024 };

static const struct job_kind *find_kind(struct str name)
{
    for (size_t f = 0; f < FEATURE_COUNT; f++) {
        for (const struct job_kind *kind = FEATURES[f]->job_kinds; kind != NULL && kind->name != NULL; kind++) {
            if (str_eq_c(name, kind->name)) {
                return kind;
            }
        }
    }
    return NULL;
}

enum err job_queue(struct db *db, struct arena *arena, const char *kind, int64_t user_id, json_t *input, const char *unique_key, int64_t *id_out)
{
    struct opt_int user = {user_id != 0, user_id};
    if (unique_key != NULL) {
        enum err err = job_store_find_key(db, arena, unique_key, id_out);
        if (err != ERR_NOT_FOUND) {
            return err;
        }
    }
    struct str text = input == NULL ? STR("{}") : json_write(arena, input);
    return job_store_insert(db, arena, kind, user, text, unique_key, instant_now(), id_out);
}

static void tell_user(const struct job *job)
{
    char channel[64];
    if (job->user_id != 0) {
        snprintf(channel, sizeof channel, "user/%lld", (long long)job->user_id);
        events_publish(job->config, str_from(channel), STR("job"));
    }
}

enum err job_progress(struct job *job, int64_t done, int64_t total, const char *phase)
{
    bool cancelled = false;
    struct instant now = instant_now();
    TRY(job_store_progress(job->db, job->arena, job->id, done, total, phase, (struct instant){now.ms + LEASE_MS}, &cancelled));
    tell_user(job);
    return cancelled ? error_set(job->error, ERR_CONFLICT, "Cancelled.") : OK;
}

void job_request(struct job *job, struct request *request)
{
    *request = (struct request){
        .arena = job->arena, .db = job->db, .config = job->config, .user = job->user, .error = job->error,
        .id = str_format(job->arena, "job-%lld", (long long)job->id), .now = job->now, .today = job->today, .zone = job->zone,
        .language = job->user == NULL ? STR("zh-CN") : job->user->locale, .address = STR("job"),
    };
}

/* The asking user's rights as of now; a user who was disabled meanwhile has none. */
static enum err load_user(struct job *job)
{
    struct request request;
    job_request(job, &request);
    if (job->user_id == 0) {
        TRY(identity_load_company(&request, job->db));
    } else {
        TRY(identity_load_user(&request, job->db, job->user_id));
    }
    job->user = request.user;
    job->today = request.today;
    job->zone = request.zone;
    return OK;
}

static void make_result_dir(const struct config *config)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/jobs", config->data_dir);
    if (mkdir(config->data_dir, 0750) != 0 && errno != EEXIST) {
        LOG_EVENT(LOG_ERROR, "data_dir", LOG_C("why", strerror(errno)));
    }
    if (mkdir(path, 0750) != 0 && errno != EEXIST) {
        LOG_EVENT(LOG_ERROR, "data_dir", LOG_C("why", strerror(errno)));
    }
}

/* Stores how it ended. A failure that may pass (database, deadlock) is tried again. */
static enum err finish(struct job *job, const struct job_row *row, const struct job_kind *kind, enum err err, json_t *result)
{
    struct instant now = instant_now();
    int max_attempts = kind != NULL && kind->max_attempts > 0 ? kind->max_attempts : ATTEMPTS;
    bool passing = err == ERR_BUSY || err == ERR_UNAVAILABLE || err == ERR_INTERNAL;
    bool cancelled = err == ERR_CONFLICT && str_eq_c(job->error->detail, "Cancelled.");
    metrics_job(err != OK && !cancelled);
    if (passing && row->attempts + 1 < max_attempts) {
        return job_store_retry(job->db, job->arena, job->id, (struct instant){now.ms + RETRY_MS});
    }
    const char *status = err == OK ? "done" : cancelled ? "cancelled" : "failed";
    struct str file = {0};
    struct str name = {0};
    if (err == OK && job->result_path.len > 0 && access(str_c(job->arena, job->result_path), R_OK) == 0) {
        file = str_slice(job->result_path, strlen(job->config->data_dir) + 1, job->result_path.len);
        name = json_get_str(result, "file_name");
    }
    struct str detail = err == OK ? (struct str){0} : job->error->detail.len > 0 ? job->error->detail : str_from(err_text(err));
    return job_store_finish(job->db, job->arena, job->id, status, result == NULL ? (struct str){0} : json_write(job->arena, result), file, name,
                            err == OK ? (struct str){0} : str_from(err_code(err)), str_slice(detail, 0, 900), now);
}

static void run_job(const struct config *config, struct db *db, const struct job_row *row)
{
    struct arena *arena = arena_create((size_t)JOB_MEMORY_MB * 1024 * 1024);
    struct error error;
    json_t *result = NULL;
    error_init(&error, arena);
    const struct job_kind *kind = find_kind(row->kind);
    struct job job = {
        .id = row->id, .user_id = row->user_id.set ? row->user_id.value : 0, .arena = arena, .db = db, .config = config, .error = &error,
        .now = instant_now(), .result_path = str_format(arena, "%s/jobs/%lld", config->data_dir, (long long)row->id),
    };
    make_result_dir(config);
    enum err err = json_read(arena, row->input, &error, &job.input);
    err = err == OK ? load_user(&job) : err;
    if (err == OK && kind == NULL) {
        err = error_set(&error, ERR_INTERNAL, "This program does not know jobs of kind %.*s.", STR_ARG(row->kind));
    }
    err = err == OK ? kind->run(&job, &result) : err;
    json_keep(arena, result);
    LOG_EVENT(err == OK ? LOG_INFO : LOG_WARN, "job", LOG_INT("id", row->id), LOG_TEXT("kind", row->kind), LOG_C("result", err == OK ? "done" : err_code(err)),
              LOG_INT("ms", instant_now().ms - job.now.ms));
    if (finish(&job, row, kind, err, result) != OK) {
        LOG_EVENT(LOG_ERROR, "job_not_finished", LOG_INT("id", row->id));
    }
    tell_user(&job);
    arena_destroy(arena);
}

/* What taking needs across a retried transaction. */
struct taking {
    struct arena *arena;
    struct job_row row;
    bool found;
};

static enum err take(struct db *db, void *context)
{
    struct taking *taking = context;
    char worker[100];
    char host[64] = "";
    struct instant now = instant_now();
    enum err err = job_store_due(db, taking->arena, now, &taking->row);
    taking->found = err == OK;
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    gethostname(host, sizeof host - 1);
    snprintf(worker, sizeof worker, "%s:%d", host, (int)getpid());
    return job_store_take(db, taking->arena, taking->row.id, str_from(worker), now, (struct instant){now.ms + LEASE_MS});
}

/* Takes and runs one due job. */
static enum err run_next(const struct config *config, struct db *db, bool *ran_out)
{
    struct taking taking = {.arena = arena_create(64 * 1024 * 1024)};
    enum err err = db_tx(db, take, &taking);
    *ran_out = err == OK && taking.found;
    if (*ran_out) {
        run_job(config, db, &taking.row);
    }
    arena_destroy(taking.arena);
    return err;
}

/* The next moment a schedule names, after `now`. "daily HH:MM" or "every SECONDS". */
static struct instant next_moment(const char *schedule, struct instant now, const char *zone)
{
    int hour = 0, minute = 0;
    long seconds = 0;
    if (sscanf(schedule, "every %ld", &seconds) == 1 && seconds > 0) {
        return (struct instant){now.ms + seconds * 1000};
    }
    if (sscanf(schedule, "daily %d:%d", &hour, &minute) != 2) {
        abort();
    }
    struct date today = instant_date(now, zone);
    int64_t offset_ms = (hour * 60 + minute) * 60000LL;
    struct instant moment = {date_start(today, zone).ms + offset_ms};
    return moment.ms > now.ms ? moment : (struct instant){date_start(date_add_days(today, 1), zone).ms + offset_ms};
}

struct scheduling {
    struct arena *arena;
    const struct job_kind *kind;
    const char *zone;
};

/* Queues a scheduled kind when its time has come; the locked row keeps several schedulers from doing it twice. */
static enum err queue_due(struct db *db, void *context)
{
    struct scheduling *s = context;
    struct instant now = instant_now();
    struct instant next;
    int64_t id = 0;
    TRY(job_store_schedule_next(db, s->arena, s->kind->name, next_moment(s->kind->schedule, now, s->zone), &next));
    if (next.ms > now.ms) {
        return OK;
    }
    TRY(job_queue(db, s->arena, s->kind->name, 0, NULL, s->kind->name, &id));
    return job_store_schedule_set(db, s->arena, s->kind->name, next_moment(s->kind->schedule, now, s->zone), id);
}

static enum err queue_scheduled(struct db *db)
{
    struct arena *arena = arena_create(16 * 1024 * 1024);
    struct str zone;
    enum err err = job_store_zone(db, arena, &zone);
    for (size_t f = 0; f < FEATURE_COUNT && err == OK; f++) {
        for (const struct job_kind *kind = FEATURES[f]->job_kinds; kind != NULL && kind->name != NULL && err == OK; kind++) {
            struct scheduling scheduling = {arena, kind, str_c(arena, zone)};
            err = kind->schedule == NULL ? OK : db_tx(db, queue_due, &scheduling);
        }
    }
    arena_destroy(arena);
    return err == ERR_NOT_FOUND ? OK : err;
}

int scheduler_run(const struct config *config, volatile int *stop)
{
    struct db *db = db_create(config, DB_WRITE);
    int64_t schedules_at = 0;
    routes_init();
    while (!*stop) {
        bool ran = false;
        enum err err = OK;
        if (instant_now().ms >= schedules_at) {
            err = queue_scheduled(db);
            schedules_at = instant_now().ms + 5000;
        }
        err = err == OK ? run_next(config, db, &ran) : err;
        if (!ran && !*stop) {
            poll(NULL, 0, err == OK ? IDLE_MS : 2000);
        }
    }
    db_destroy(db);
    return 0;
}

enum err jobs_run_all(const struct config *config, struct db *db)
{
    bool ran = true;
    while (ran) {
        TRY(run_next(config, db, &ran));
    }
    return OK;
}
