/* Queueing, taking and running jobs.
 *
 * A run holds a lease on its row: job_progress renews it, and so does a thread of its own while a long statement keeps
 * the job from reporting. When the process dies the lease runs out and the job is taken again; every change of the row
 * names the run, so a run that was given up cannot disturb the next. */
#include "platform/job.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "platform/events.h"
#include "platform/custom.h"
#include "platform/identity_load.h"
#include "platform/job_run.h"
#include "platform/job_store.h"
#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/route.h"
#include "platform/tx.h"

enum {
    RENEW_MS = 20000,        /* the lease is 60 s: two renewals may be lost */
    REPORT_MS = 300,         /* progress goes to the database and to browsers at most that often */
    ATTEMPTS = 3,            /* of a kind that does not say */
    MEMORY_MB = 1024,        /* of one run */
    FINISH_TRIES = 20,       /* the end of a run is worth waiting for the database */
    UNKNOWN_KIND_MS = 60000, /* another version of the program may know it */
    RETRY_MAX_MS = 600000,
};

/* A job with what the kinds do not see. `job` comes first: they hand it back. */
struct job_run {
    struct job job;                  /* what the kind is given */
    const struct job_runner *runner; /* connections */
    struct job_lease lease;          /* this run */
    struct arena *scratch;           /* for reports; reset after each */
    int64_t reported_ms;             /* monotonic; last report */
    char phase[65];                  /* of the last report */
    bool is_cancelled;               /* the user asked */
    bool is_interrupted;             /* the process stops */
    bool is_lost;                    /* another run has the job */
};

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- queueing ---- */

enum err job_queue(struct db *db, struct arena *arena, const char *kind, int64_t user_id, json_t *input,
                   const char *unique_key, int64_t *id_out)
{
    struct opt_int user = {user_id != 0, user_id};
    struct str text = input == NULL ? STR("{}") : json_write(arena, input);
    return job_store_insert(db, arena, kind, user, text, unique_key, id_out);
}

enum err job_kinds_each(enum err (*each)(const struct job_kind *kind, void *context), void *context)
{
    for (size_t f = 0; f < FEATURE_COUNT; f++) {
        for (const struct job_kind *kind = FEATURES[f]->job_kinds; kind != NULL && kind->name != NULL; kind++) {
            TRY(each(kind, context));
        }
    }
    return OK;
}

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

/* ---- what a running job calls ---- */

static void tell_user(const struct job_run *run)
{
    if (run->job.user_id != 0) {
        struct str channel = str_format(run->scratch, "user/%lld", (long long)run->job.user_id);
        events_publish_one(run->job.config, channel, STR("job"));
    }
}

/* Whether this report may be left out: too soon after the last, and it says nothing new. */
static bool is_too_soon(const struct job_run *run, int64_t done, int64_t total, const char *phase)
{
    bool same_phase = strcmp(run->phase, phase == NULL ? "" : phase) == 0;
    return same_phase && (total == 0 || done < total) && clock_ms() - run->reported_ms < REPORT_MS;
}

static enum err report(struct job_run *run, int64_t done, int64_t total, const char *phase)
{
    bool cancelled = false;
    enum err err = job_store_progress(run->runner->control, run->scratch, run->lease, done, total, phase, &cancelled);
    tell_user(run);
    arena_reset(run->scratch);
    run->reported_ms = clock_ms();
    strncpy(run->phase, phase == NULL ? "" : phase, sizeof run->phase - 1);
    if (err == ERR_NOT_FOUND) {
        run->is_lost = true;
        return error_set(run->job.error, ERR_CONFLICT, "Another process has taken this job.");
    }
    if (cancelled) {
        run->is_cancelled = true;
        return error_set(run->job.error, ERR_CONFLICT, "The job was cancelled.");
    }
    /* A report that did not get through is no reason to give up: the job's own statements tell whether the database
     * lives. */
    return OK;
}

enum err job_progress(struct job *job, int64_t done, int64_t total, const char *phase)
{
    struct job_run *run = (struct job_run *)job;
    if (run->runner->stop != NULL && *run->runner->stop) {
        run->is_interrupted = true;
        return error_set(job->error, ERR_CONFLICT, "The program stops; the job goes on later.");
    }
    return is_too_soon(run, done, total, phase) ? OK : report(run, done, total, phase);
}

void job_request(struct job *job, struct request *request)
{
    *request = (struct request){
        .arena = job->arena,
        .db = job->db,
        .config = job->config,
        .user = job->user,
        .error = job->error,
        .id = str_format(job->arena, "job-%lld", (long long)job->id),
        .now = job->now,
        .today = job->today,
        .zone = job->zone,
        .language = job->user == NULL ? STR("zh-CN") : job->user->locale,
        .address = STR("job"),
    };
}

/* ---- keeping the lease ---- */

struct heartbeat {
    struct job_run *run;    /* whose lease */
    pthread_t thread;       /* renews */
    pthread_mutex_t mutex;  /* guards is_over */
    pthread_cond_t changed; /* is_over was set */
    bool is_over;           /* the run has ended */
    bool is_started;        /* the thread exists */
};

/* One renewal, over a connection of the thread's own. */
static void renew_lease(struct db **db, const struct job_run *run)
{
    struct arena *arena = arena_create(1024 * 1024);
    if (*db == NULL) {
        *db = db_create(run->job.config, DB_WRITE);
    }
    if (job_store_renew(*db, arena, run->lease) != OK) {
        LOG_EVENT(LOG_WARN, "job_not_renewed", LOG_INT("id", run->lease.id));
    }
    arena_destroy(arena);
}

static void *beat(void *context)
{
    struct heartbeat *heart = context;
    struct db *db = NULL;
    pthread_mutex_lock(&heart->mutex);
    while (!heart->is_over) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += RENEW_MS / 1000;
        if (pthread_cond_timedwait(&heart->changed, &heart->mutex, &until) == ETIMEDOUT && !heart->is_over) {
            pthread_mutex_unlock(&heart->mutex);
            renew_lease(&db, heart->run);
            pthread_mutex_lock(&heart->mutex);
        }
    }
    pthread_mutex_unlock(&heart->mutex);
    db_destroy(db);
    return NULL;
}

static void heart_start(struct heartbeat *heart, struct job_run *run)
{
    sigset_t all;
    sigset_t before;
    *heart = (struct heartbeat){.run = run, .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    /* Signals are the main thread's: they must wake its waiting. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    heart->is_started = pthread_create(&heart->thread, NULL, beat, heart) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void heart_stop(struct heartbeat *heart)
{
    if (!heart->is_started) {
        return;
    }
    pthread_mutex_lock(&heart->mutex);
    heart->is_over = true;
    pthread_cond_signal(&heart->changed);
    pthread_mutex_unlock(&heart->mutex);
    pthread_join(heart->thread, NULL);
}

/* ---- one run ---- */

/* The asking user's rights as of now; a user who was disabled meanwhile has none. */
static enum err load_user(struct job *job)
{
    struct request request;
    job_request(job, &request);
    TRY(job->user_id == 0 ? identity_load_company(&request, job->db)
                          : identity_load_user(&request, job->db, job->user_id));
    job->user = request.user;
    job->today = request.today;
    job->zone = request.zone;
    return custom_load(job->db, 0, job->today);
}

static enum err make_folder(struct job *job, const char *path)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST) {
        return OK;
    }
    LOG_EVENT(LOG_ERROR, "data_dir", LOG_C("why", strerror(errno)));
    return error_set(job->error, ERR_INTERNAL, "The folder for results cannot be made.");
}

static enum err run_kind(struct job *job, const struct job_kind *kind, struct str input, json_t **result_out)
{
    TRY(make_folder(job, job->config->data_dir));
    TRY(make_folder(job, str_c(job->arena, str_format(job->arena, "%s/jobs", job->config->data_dir))));
    TRY(json_read(job->arena, input, job->error, &job->input));
    TRY(load_user(job));
    return kind->run(job, result_out);
}

static struct str failure_text(const struct error *error, enum err err)
{
    if (error->code == err && error->detail.len > 0) {
        return error->detail;
    }
    return error->field_count > 0 ? error->fields[0].message : str_from(err_text(err));
}

/* The end of a run as the row keeps it. */
static struct job_end describe_end(const struct job_run *run, enum err err, json_t *result)
{
    const struct job *job = &run->job;
    struct job_end end = {.status = err == OK ? "done" : run->is_cancelled ? "cancelled" : "failed"};
    if (result != NULL) {
        end.result = json_write(job->arena, result);
    }
    if (err != OK && !run->is_cancelled) {
        end.error_code = str_from(err_code(err));
        end.error_detail = failure_text(job->error, err);
    }
    if (err == OK && access(str_c(job->arena, job->result_path), R_OK) == 0) {
        end.file = str_slice(job->result_path, strlen(job->config->data_dir) + 1, job->result_path.len);
        end.file_name = result == NULL ? (struct str){0} : json_get_str(result, "file_name");
    }
    return end;
}

/* A failure that may pass by itself: the database, a deadlock, a fault of ours that met an unlucky moment. */
static bool is_passing(enum err err)
{
    return err == ERR_BUSY || err == ERR_UNAVAILABLE || err == ERR_INTERNAL;
}

/* Writes the end down, waiting for a database that is away. */
static void settle(struct job_run *run, bool is_retry, const struct job_end *end)
{
    for (int i = 0; i < FINISH_TRIES; i++) {
        enum err err;
        if (run->is_interrupted) {
            err = job_store_requeue(run->runner->control, run->scratch, run->lease, 0, true);
        } else if (is_retry) {
            err = job_store_requeue(run->runner->control, run->scratch, run->lease, job_retry_ms(run->lease.attempt),
                                    false);
        } else {
            err = job_store_finish(run->runner->control, run->scratch, run->lease, end);
        }
        if (err == OK || err == ERR_NOT_FOUND) {
            break;
        }
        LOG_EVENT(LOG_WARN, "job_not_settled", LOG_INT("id", run->lease.id), LOG_C("why", err_code(err)));
        if (run->runner->stop != NULL && *run->runner->stop) {
            break; /* the lease runs out, the next run decides anew */
        }
        sleep(1);
    }
    tell_user(run);
}

static void note_end(const struct job_run *run, const struct job_kind *kind, enum err err, bool is_retry, int64_t ms)
{
    const char *end = err == OK             ? "done"
                      : run->is_lost        ? "lost"
                      : run->is_interrupted ? "interrupted"
                      : run->is_cancelled   ? "cancelled"
                      : is_retry            ? "retried"
                                            : "failed";
    enum metrics_job_end counted = err == OK                                         ? METRICS_JOB_DONE
                                   : run->is_cancelled                               ? METRICS_JOB_CANCELLED
                                   : is_retry || run->is_interrupted || run->is_lost ? METRICS_JOB_RETRIED
                                                                                     : METRICS_JOB_FAILED;
    metrics_job(counted, ms);
    LOG_EVENT(err == OK || run->is_cancelled || run->is_interrupted ? LOG_INFO : LOG_WARN, "job",
              LOG_INT("id", run->lease.id), LOG_C("kind", kind->name), LOG_INT("user", run->job.user_id),
              LOG_INT("attempt", run->lease.attempt), LOG_C("end", end), LOG_C("code", err == OK ? "" : err_code(err)),
              LOG_INT("ms", ms));
}

static void run_job(const struct job_runner *runner, const struct job_kind *kind, const struct job_row *row)
{
    struct arena *arena = arena_create((size_t)MEMORY_MB * 1024 * 1024);
    struct error error;
    struct heartbeat heart;
    json_t *result = NULL;
    error_init(&error, arena);
    struct job_run run = {
        .job = {.id = row->id,
                .user_id = row->user_id.set ? row->user_id.value : 0,
                .arena = arena,
                .db = runner->db,
                .config = runner->config,
                .error = &error,
                .now = runner->at.set ? runner->at.value : instant_now(),
                .result_path = str_format(arena, "%s/jobs/%lld", runner->config->data_dir, (long long)row->id)},
        .runner = runner,
        .lease = {row->id, row->attempts + 1},
        .scratch = arena_create(1024 * 1024),
    };
    int max_attempts = kind->max_attempts > 0 ? kind->max_attempts : ATTEMPTS;
    int64_t begun_ms = clock_ms();
    enum err err;
    tell_user(&run);
    heart_start(&heart, &run);
    db_set_request_id(runner->db, str_format(arena, "job-%lld", (long long)row->id));
    if (row->cancel_requested) {
        run.is_cancelled = true;
        err = ERR_CONFLICT;
    } else if (row->attempts >= max_attempts) {
        err = error_set(&error, ERR_INTERNAL, "The job's process ended %lld times before the job did.",
                        (long long)row->attempts);
    } else {
        err = run_kind(&run.job, kind, row->input, &result);
    }
    heart_stop(&heart);
    if (result != NULL) {
        json_keep(arena, result);
    }
    run.is_interrupted = run.is_interrupted && err != OK;
    bool is_retry = is_passing(err) && !run.is_cancelled && run.lease.attempt < max_attempts;
    struct job_end end = describe_end(&run, err, result);
    if (!run.is_lost) {
        settle(&run, is_retry, &end);
    }
    note_end(&run, kind, err, is_retry, clock_ms() - begun_ms);
    db_set_request_id(runner->db, STR(""));
    arena_destroy(run.scratch);
    arena_destroy(arena);
}

/* ---- taking ---- */

/* What taking needs across a retried transaction. */
struct taking {
    struct arena *arena;             /* memory of the row */
    const struct job_runner *runner; /* who takes */
    struct job_row row;              /* what was taken */
    bool found;                      /* there was one */
};

static enum err take(struct db *db, void *context)
{
    struct taking *taking = context;
    char host[64] = "";
    enum err err = job_store_due(db, taking->arena, taking->runner->ignore_delay, &taking->row);
    taking->found = err == OK;
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    gethostname(host, sizeof host - 1);
    struct str worker = str_format(taking->arena, "%s:%d", host, (int)getpid());
    return job_store_take(db, taking->arena, (struct job_lease){taking->row.id, taking->row.attempts + 1}, worker);
}

enum err job_run_next(const struct job_runner *runner, bool *ran_out)
{
    struct taking taking = {.arena = arena_create(64 * 1024 * 1024), .runner = runner};
    enum err err = db_tx(runner->control, take, &taking);
    *ran_out = err == OK && taking.found;
    const struct job_kind *kind = *ran_out ? find_kind(taking.row.kind) : NULL;
    if (kind != NULL) {
        run_job(runner, kind, &taking.row);
    } else if (*ran_out) {
        LOG_EVENT(LOG_WARN, "job_unknown", LOG_INT("id", taking.row.id), LOG_TEXT("kind", taking.row.kind));
        err = job_store_requeue(runner->control, taking.arena,
                                (struct job_lease){taking.row.id, taking.row.attempts + 1}, UNKNOWN_KIND_MS, true);
    }
    arena_destroy(taking.arena);
    return err;
}

int64_t job_retry_ms(int64_t attempt)
{
    int64_t ms = 5000;
    for (int64_t i = 1; i < attempt && ms < RETRY_MAX_MS; i++) {
        ms *= 4;
    }
    return ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS;
}

enum err jobs_run_all(const struct config *config, struct db *db, struct opt_instant at)
{
    struct job_runner runner = {
        .config = config, .db = db, .control = db_create(config, DB_WRITE), .ignore_delay = true, .at = at};
    enum err err = OK;
    bool ran = true;
    while (err == OK && ran) {
        err = job_run_next(&runner, &ran);
    }
    db_destroy(runner.control);
    return err;
}
