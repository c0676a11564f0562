/* Runs: plan who leaves, take them in chunks, warn, tell; and the way back. */
#include "run_rules.h"

#include "customer.h"
#include "platform/calendar.h"
#include "platform/notify.h"
#include "platform/tx.h"
#include "recycle_rules.h"

enum { CHUNK = 400, ARENA_BYTES = 128 * 1024 * 1024 };

/* One run on its way; each step has memory of its own. */
struct running {
    struct job *job;
    struct request request;          /* of the present step */
    struct run_row run;              /* which run */
    struct worktime *calendar;       /* in the job's memory */
    struct recycle_rule *rules;      /* active when it began, in the job's memory */
    size_t rule_count;               /* in `rules` */
    const struct recycle_rule *rule; /* of the present step */
    bool stayed;                     /* planning: those that stay */
    size_t items;                    /* of the present chunk */
    int64_t done;                    /* customers so far */
};

typedef enum err run_step(struct db *db, void *context);

/* Runs a step in a transaction, and then tells the browsers of those who were told in it. */
static enum err in_step(struct running *running, run_step *step)
{
    job_request(running->job, &running->request);
    running->request.arena = arena_create(ARENA_BYTES);
    enum err err = db_tx(running->job->db, step, running);
    if (err == OK) {
        notify_publish(&running->request);
    }
    arena_destroy(running->request.arena);
    return err;
}

/* ---- planning ---- */

static enum err find_run(struct db *db, void *context)
{
    struct running *running = context;
    struct job *job = running->job;
    struct str slot = json_get_str(job->input, "slot");
    slot = slot.len == 0 ? STR("nightly") : slot;
    enum err err = pool_run_store_find(db, job->arena, job->today, slot, &running->run);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    TRY(pool_run_store_add(&running->request, job->today, slot));
    return pool_run_store_find(db, job->arena, job->today, slot, &running->run);
}

static bool is_status(const struct running *running, const char *status)
{
    return str_eq_c(running->run.status, status);
}

/* Another process may have taken the run further meanwhile. */
static enum err lock_run(struct running *running)
{
    return pool_run_store_lock(running->request.db, running->job->arena, running->run.id, &running->run);
}

static enum err plan_rule(struct db *db, void *context)
{
    struct running *running = context;
    struct recycle_query query;
    (void)db;
    TRY(lock_run(running));
    if (!is_status(running, "planning")) {
        return OK;
    }
    TRY(recycle_query_of(&running->request, running->calendar, running->rule, running->run.run_on, &query));
    return pool_run_store_plan(&running->request, running->run.id, &query, running->stayed);
}

static enum err end_planning(struct db *db, void *context)
{
    struct running *running = context;
    (void)db;
    TRY(lock_run(running));
    return is_status(running, "planning") ? pool_run_store_set_status(&running->request, running->run.id, "running")
                                          : OK;
}

/* Those that leave first, by the first rule that takes them: who leaves by another rule is not told as staying. */
static enum err plan(struct running *running)
{
    for (int pass = 0; pass < 2; pass++) {
        running->stayed = pass == 1;
        for (size_t i = 0; i < running->rule_count; i++) {
            running->rule = &running->rules[i];
            TRY(in_step(running, plan_rule));
            TRY(job_progress(running->job, (int64_t)i, (int64_t)running->rule_count, "plan"));
        }
    }
    return in_step(running, end_planning);
}

/* ---- taking ---- */

static const struct recycle_rule *find_rule(const struct running *running, int64_t id)
{
    for (size_t i = 0; i < running->rule_count; i++) {
        if (running->rules[i].id == id) {
            return &running->rules[i];
        }
    }
    return NULL;
}

/* Whose clock began anew since the plan, who went to somebody else or would go to another pool now, stays. */
static enum err find_still_due(struct running *running, const struct item_row *items, size_t count, struct rows *out)
{
    struct recycle_query query;
    const struct recycle_rule *rule = find_rule(running, items[0].rule_id);
    int64_t *ids = ARENA_ARRAY(running->request.arena, int64_t, count);
    *out = (struct rows){0};
    if (rule == NULL) {
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        ids[i] = items[i].customer_id;
    }
    TRY(recycle_query_of(&running->request, running->calendar, rule, running->run.run_on, &query));
    query.ids = ids;
    query.id_count = count;
    return recycle_store_still_due(running->request.db, running->request.arena, &query, out);
}

/* No pool is switched off or deleted while customers are on their way into it. */
static enum err lock_pools(struct request *request, const struct item_row *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct pool_settings pool;
        bool seen = !items[i].pool_id.set;
        for (size_t k = 0; k < i && !seen; k++) {
            seen = items[k].pool_id.set && items[k].pool_id.value == items[i].pool_id.value;
        }
        enum err err =
            seen ? OK : pool_store_settings(request->db, request->arena, items[i].pool_id.value, true, &pool);
        if (err != OK && err != ERR_NOT_FOUND) {
            return err;
        }
    }
    return OK;
}

static bool is_due(const struct rows *due, const struct item_row *item)
{
    for (size_t i = 0; i < due->count; i++) {
        if (rows_get(due, i, 0).integer == item->customer_id) {
            struct value target = rows_get(due, i, 2);
            bool same_pool = target.type == VALUE_INT && item->pool_id.set && target.integer == item->pool_id.value;
            return rows_get(due, i, 1).integer == item->owner_id && same_pool;
        }
    }
    return false;
}

/* Moves are ordered by customer when they come back. */
static const struct record_move *move_of(const struct record_move *moves, size_t count, int64_t customer_id)
{
    for (size_t i = 0; i < count; i++) {
        if (moves[i].id == customer_id) {
            return &moves[i];
        }
    }
    return NULL;
}

static enum err take_chunk(struct db *db, void *context)
{
    struct running *running = context;
    struct request *request = &running->request;
    struct item_row *items;
    struct rows due;
    size_t moved = 0;
    running->items = 0;
    TRY(lock_run(running));
    if (!is_status(running, "running")) {
        return OK;
    }
    TRY(pool_run_store_items(db, request->arena, running->run.id, "due", CHUNK, &items, &running->items));
    if (running->items == 0) {
        return OK;
    }
    TRY(lock_pools(request, items, running->items));
    TRY(find_still_due(running, items, running->items, &due));
    struct record_move *moves = ARENA_ARRAY(request->arena, struct record_move, running->items);
    const char **results = ARENA_ARRAY(request->arena, const char *, running->items);
    for (size_t i = 0; i < running->items; i++) {
        if (is_due(&due, &items[i])) {
            moves[moved++] = (struct record_move){.id = items[i].customer_id, .pool_id = items[i].pool_id};
        }
    }
    const struct recycle_rule *rule = find_rule(running, items[0].rule_id);
    struct move_options options = {.cause = MOVE_RECYCLE,
                                   .unscoped = true,
                                   .skip_refused = true,
                                   .reason = rule == NULL ? (struct str){0} : rule->name,
                                   .rule_id = {true, items[0].rule_id},
                                   .run_id = {true, running->run.id}};
    TRY(record_move(request, &CUSTOMER, moves, moved, &options));
    for (size_t i = 0; i < running->items; i++) {
        const struct record_move *move = move_of(moves, moved, items[i].customer_id);
        results[i] = move != NULL && move->refused == OK && !move->unchanged ? "taken" : "changed";
    }
    return pool_run_store_set_results(request, items, results, running->items);
}

/* ---- telling ---- */

static enum err tell(struct request *request, int64_t user_id, const char *kind, int64_t run_id, int64_t customers,
                     const struct recycle_rule *rule)
{
    json_t *detail = json_keep(request->arena, json_pack("{s:I}", "count", (json_int_t)customers));
    if (rule != NULL) {
        json_object_set_new(detail, "rule", json_str(rule->name));
        json_object_set_new(detail, "days", json_integer(rule->warn_days));
    }
    return notify_user(request, user_id, kind, run_id == 0 ? NULL : "pool_run", run_id, detail);
}

static enum err tell_manager(struct request *request, const struct told_row *told, const struct recycle_rule *rule)
{
    struct opt_int manager_id;
    TRY(pool_run_store_manager(request->db, request->arena, told->user_id, &manager_id));
    return manager_id.set ? tell(request, manager_id.value, "pool_leaving_team", 0, told->customers, rule) : OK;
}

/* One notice for each clock and rule; the rows that remember it are written with it. */
static enum err warn_rule(struct db *db, void *context)
{
    struct running *running = context;
    struct request *request = &running->request;
    const struct recycle_rule *rule = running->rule;
    struct recycle_query query;
    struct told_row *told;
    size_t count;
    int64_t customers = 0;
    (void)db;
    struct date day = date_add_days(running->run.run_on, (int)rule->warn_days);
    TRY(recycle_query_of(request, running->calendar, rule, day, &query));
    TRY(pool_run_store_warn(request, running->run.id, &query, &told, &count));
    for (size_t i = 0; i < count; i++) {
        customers += told[i].customers;
        TRY(tell(request, told[i].user_id, "pool_leaving", 0, told[i].customers, rule));
        if (rule->warn_manager) {
            TRY(tell_manager(request, &told[i], rule));
        }
    }
    return pool_run_store_add_warned(request, running->run.id, customers);
}

static enum err finish(struct db *db, void *context)
{
    struct running *running = context;
    struct request *request = &running->request;
    struct told_row *told;
    size_t count;
    TRY(lock_run(running));
    if (!is_status(running, "running")) {
        return OK;
    }
    TRY(pool_run_store_holders(db, request->arena, running->run.id, "taken", &told, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(tell(request, told[i].user_id, "pool_recycled", running->run.id, told[i].customers, NULL));
    }
    return pool_run_store_finish(request, running->run.id);
}

static enum err go_on(struct running *running)
{
    if (is_status(running, "planning")) {
        TRY(plan(running));
    }
    do {
        TRY(in_step(running, take_chunk));
        running->done += (int64_t)running->items;
        TRY(job_progress(running->job, running->done, 0, "recycle"));
    } while (running->items > 0);
    for (size_t i = 0; i < running->rule_count; i++) {
        running->rule = &running->rules[i];
        if (running->rule->warn_days > 0) {
            TRY(in_step(running, warn_rule));
        }
    }
    return in_step(running, finish);
}

enum err pool_run_recycle(struct job *job, json_t **result_out)
{
    struct worktime calendar;
    struct running running = {.job = job, .calendar = &calendar};
    struct date day;
    TRY(calendar_load(job->db, job->arena, &calendar));
    TRY(recycle_store_rules(job->db, job->arena, &running.rules, &running.rule_count));
    /* One that was begun on another day and never ended comes first. */
    do {
        running.run = (struct run_row){0};
        TRY(in_step(&running, find_run));
        day = running.run.run_on;
        if (is_status(&running, "planning") || is_status(&running, "running")) {
            TRY(go_on(&running));
        }
    } while (date_compare(day, job->today) != 0);
    *result_out = json_pack("{s:I,s:I}", "run_id", (json_int_t)running.run.id, "done", (json_int_t)running.done);
    return OK;
}

/* ---- the way back ---- */

static const char *undo_result(const struct record_move *move)
{
    if (move == NULL) {
        return "moved_on";
    }
    return move->refused == OK                  ? "undone"
           : move->refused == ERR_OVER_CAPACITY ? "over_capacity"
           : move->refused == ERR_INVALID       ? "not_active"
                                                : "moved_on";
}

static enum err undo_chunk(struct db *db, void *context)
{
    struct running *running = context;
    struct request *request = &running->request;
    struct item_row *items;
    struct rows lying;
    running->items = 0;
    TRY(lock_run(running));
    if (!is_status(running, "done")) {
        return OK;
    }
    TRY(pool_run_store_items(db, request->arena, running->run.id, "taken", CHUNK, &items, &running->items));
    if (running->items == 0) {
        return pool_run_store_set_undone(request, running->run.id);
    }
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, running->items);
    struct record_move *moves = ARENA_ARRAY(request->arena, struct record_move, running->items);
    const char **results = ARENA_ARRAY(request->arena, const char *, running->items);
    for (size_t i = 0; i < running->items; i++) {
        ids[i] = items[i].customer_id;
    }
    TRY(pool_run_store_untouched(db, request->arena, running->run.id, ids, running->items, &lying));
    for (size_t i = 0; i < lying.count; i++) {
        moves[i].id = rows_get(&lying, i, 0).integer;
        for (size_t k = 0; k < running->items; k++) {
            if (items[k].customer_id == moves[i].id) {
                moves[i].owner_id = (struct opt_int){true, items[k].owner_id};
            }
        }
    }
    struct move_options options = {
        .cause = MOVE_UNDO, .unscoped = true, .skip_refused = true, .run_id = {true, running->run.id}};
    TRY(record_move(request, &CUSTOMER, moves, lying.count, &options));
    for (size_t i = 0; i < running->items; i++) {
        results[i] = undo_result(move_of(moves, lying.count, items[i].customer_id));
    }
    return pool_run_store_set_results(request, items, results, running->items);
}

enum err pool_run_undo(struct job *job, json_t **result_out)
{
    struct running running = {.job = job};
    running.run.id = json_get_int(job->input, "run_id", 0);
    do {
        TRY(in_step(&running, undo_chunk));
        running.done += (int64_t)running.items;
        TRY(job_progress(job, running.done, 0, "undo"));
    } while (running.items > 0);
    *result_out = json_pack("{s:I,s:I}", "run_id", (json_int_t)running.run.id, "done", (json_int_t)running.done);
    return OK;
}
