/* Steps of promises: remind the holder, tell the manager, take the customer back. */
#include "sla_rules.h"

#include "assignment.h"
#include "customer.h"
#include "plan_store.h"
#include "platform/notify.h"
#include "platform/tx.h"
#include "pool.h"
#include "run_store.h"

enum { CHUNK = 100, STEPS = 3, LIST_DAYS = 7 };

struct instant sla_due_at(const struct worktime *worktime, const struct sla_policy_row *policy, struct instant from)
{
    return worktime_add(worktime, from, policy->touch_hours * 60);
}

enum err sla_promise(struct db *db, struct arena *arena, const struct worktime *worktime,
                     const struct sla_policy_row *policy, struct instant from, const int64_t *assignment_ids,
                     size_t count)
{
    const struct {
        const char *step;
        bool set;
        int64_t hours; /* after `from` */
    } steps[STEPS] = {
        {"remind", policy->remind_before_hours.set, policy->touch_hours - policy->remind_before_hours.value},
        {"escalate", policy->escalate_after_hours.set, policy->touch_hours + policy->escalate_after_hours.value},
        {"take_back", policy->take_back_after_hours.set, policy->touch_hours + policy->take_back_after_hours.value},
    };
    struct sla_promise *promises = ARENA_ARRAY(arena, struct sla_promise, count * STEPS + 1);
    size_t made = 0;
    for (size_t s = 0; s < STEPS; s++) {
        struct instant due_at = worktime_add(worktime, from, (steps[s].hours > 0 ? steps[s].hours : 0) * 60);
        for (size_t i = 0; steps[s].set && i < count; i++) {
            promises[made++] = (struct sla_promise){assignment_ids[i], steps[s].step, due_at};
        }
    }
    return sla_store_promise(db, arena, promises, made);
}

/* One chunk of due steps. */
struct turn {
    struct job *job;        /* whose run */
    struct arena *arena;    /* memory of the chunk */
    struct error error;     /* of the chunk */
    struct request request; /* as the company */
    size_t found;           /* steps in hand */
    int64_t done;           /* steps that did something */
};

static enum err tell(struct turn *turn, const struct sla_due *due, int64_t user_id, const char *kind)
{
    struct request *request = &turn->request;
    json_t *detail =
        json_keep(request->arena, json_pack("{s:o,s:I,s:I,s:o}", "name", json_str(due->name), "owner_id",
                                            (json_int_t)due->owner_id, "assignment_id", (json_int_t)due->assignment_id,
                                            "due_at", json_instant(request->arena, due->first_due_at)));
    return notify_user(request, user_id, kind, "customer", due->customer_id, detail);
}

/* Back to the pool it came from, or to the one the routes tell; nobody's where no pool takes it. */
static enum err take_back(struct turn *turn, const struct sla_due *due, const char **result_out)
{
    struct record_move move = {.id = due->customer_id};
    struct move_options options = {
        .cause = MOVE_RETURN, .reason = STR("首次跟进超时，自动收回"), .unscoped = true, .skip_refused = true};
    TRY(pool_home(&turn->request, due->customer_id, due->from_pool_id, &move.pool_id));
    TRY(record_move(&turn->request, &CUSTOMER, &move, 1, &options));
    *result_out = move.refused == OK ? "taken" : "refused";
    if (move.refused != OK) {
        return OK;
    }
    TRY(tell(turn, due, due->owner_id, "sla_taken_back"));
    return due->manager_id.set ? tell(turn, due, due->manager_id.value, "sla_taken_back") : OK;
}

static enum err do_step(struct turn *turn, const struct sla_due *due)
{
    const char *result = "told";
    if (due->touched_at.set) {
        result = "touched";
    } else if (due->ended_at.set) {
        result = "ended";
    } else if (str_eq_c(due->step, "remind")) {
        TRY(tell(turn, due, due->owner_id, "sla_reminder"));
    } else if (str_eq_c(due->step, "take_back")) {
        TRY(take_back(turn, due, &result));
    } else if (due->manager_id.set) {
        TRY(tell(turn, due, due->manager_id.value, "sla_escalated"));
    } else {
        result = "nobody";
    }
    turn->done += str_eq_c(str_from(result), "told") || str_eq_c(str_from(result), "taken");
    return sla_store_settle(turn->request.db, turn->request.arena, due, turn->request.now, result);
}

static enum err do_chunk(struct db *db, void *context)
{
    struct turn *turn = context;
    struct sla_due *due;
    arena_reset(turn->arena);
    error_init(&turn->error, turn->arena);
    job_request(turn->job, &turn->request);
    turn->request.arena = turn->arena;
    turn->request.error = &turn->error;
    turn->done = 0;
    TRY(sla_store_due(db, turn->arena, turn->job->now, CHUNK, &due, &turn->found));
    for (size_t i = 0; i < turn->found; i++) {
        TRY(do_step(turn, &due[i]));
    }
    return OK;
}

enum err sla_run_job(struct job *job, json_t **result_out)
{
    struct turn turn = {.job = job, .arena = arena_create(64 * 1024 * 1024), .found = CHUNK};
    int64_t done = 0;
    enum err err = OK;
    while (err == OK && turn.found == CHUNK) {
        err = db_tx(job->db, do_chunk, &turn);
        if (err == OK) {
            done += turn.done;
            notify_publish(&turn.request);
            err = job_progress(job, done, 0, "sla");
        }
    }
    arena_destroy(turn.arena);
    TRY(err);
    TRY(run_store_settle_lost(job->db, job->arena, job->now));
    TRY(plan_store_forget_lists(job->db, job->arena, (struct instant){job->now.ms - LIST_DAYS * 86400000LL}));
    *result_out = json_pack("{s:I}", "done", (json_int_t)done);
    return OK;
}
