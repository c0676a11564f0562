/* The job that carries a batch out. Plan, chunks and end are transactions of their own; what a killed run has done
 * stands in the items, and the next one goes on behind it. */
#include "run_rules.h"

#include <string.h>

#include "assignment.h"
#include "customer.h"
#include "plan_rules.h"
#include "platform/calendar.h"
#include "platform/notify.h"
#include "platform/tx.h"
#include "sla_rules.h"

enum { MEMORY_MB = 256 };

enum err run_begin(struct run *run, struct db *db)
{
    arena_reset(run->arena);
    error_init(&run->error, run->arena);
    job_request(run->job, &run->request);
    run->request.arena = run->arena;
    run->request.error = &run->error;
    run->found = 0;
    run->tally = (struct run_tally){0};
    return run_store_batch(db, run->arena, run->batch_id, true, &run->batch);
}

/* Whom the new owner was is told differently from other faults of the input: he was disabled since the plan. */
static const char *refusal_code(enum err code)
{
    return code == ERR_INVALID ? "not_active" : err_code(code);
}

struct run_result run_refusal(const struct run_item *item, const char *result, const struct record_move *move)
{
    return (struct run_result){item->position, result, refusal_code(move->refused), move->why, item->assignment_id};
}

/* ---- plan ---- */

static enum err plan_batch(struct db *db, void *context)
{
    struct run *run = context;
    struct plan plan;
    TRY(run_begin(run, db));
    if (!str_eq_c(run->batch.status, "queued")) {
        return OK;
    }
    TRY(plan_make(&run->request, run->body, true, &plan));
    TRY(run_store_add_items(db, run->arena, run->batch_id, plan.items, plan.item_count));
    if (plan.pointer_key.len > 0) {
        TRY(plan_store_set_pointer(&run->request, plan.pointer_key, plan.pointer_user));
    }
    TRY(run_store_set_status(db, run->arena, run->batch_id, "running", run->job->now));
    return run_store_count(db, run->arena, run->batch_id, run->job->now);
}

/* ---- chunks ---- */

/* Children of one kind that belonged to the customers' former owners follow them. */
static enum err move_kind(struct run *run, const struct object_child *child, const struct record_move *moves,
                          size_t count, const struct move_options *options)
{
    struct run_child *children;
    size_t child_count, id_count;
    size_t kept = 0;
    const int64_t *ids = move_ids(run->arena, moves, count, &id_count);
    TRY(run_store_children(run->job->db, run->arena, child, ids, id_count, &children, &child_count));
    struct record_move *along = ARENA_ARRAY(run->arena, struct record_move, child_count + 1);
    for (size_t c = 0, m = 0; c < child_count; c++) {
        while (moves[m].id != children[c].customer_id) {
            m++; /* both stand by ascending customer */
        }
        if (children[c].owner_id.set == moves[m].from_owner_id.set &&
            children[c].owner_id.value == moves[m].from_owner_id.value) {
            along[kept++] = (struct record_move){.id = children[c].id, .owner_id = moves[m].owner_id};
        }
    }
    return record_move(&run->request, object_find(child->object), along, kept, options);
}

/* What the user chose to go along, as far as he may transfer it. */
static enum err move_children(struct run *run, const struct record_move *moves, size_t count,
                              const struct move_options *options)
{
    const json_t *choices = json_object_get(run->body, "choices");
    struct move_options along = {
        .cause = options->cause, .reason = options->reason, .unscoped = true, .skip_refused = true};
    for (const struct object_child *child = CUSTOMER.children; child->object != NULL; child++) {
        bool chosen = false;
        for (size_t i = 0; child->choice != NULL && i < json_array_size(choices); i++) {
            chosen = chosen || strcmp(child->choice, json_string_value(json_array_get(choices, i))) == 0;
        }
        if (chosen && identity_can(run->request.user, object_find(child->object)->transfer)) {
            TRY(move_kind(run, child, moves, count, &along));
        }
    }
    return OK;
}

/* The promise of the batch, if it makes one. */
static enum err find_promise(struct run *run, struct worktime *worktime, struct sla_policy_row *policy, bool *out)
{
    *out = false;
    if (!run->batch.sla_policy_id.set) {
        return OK;
    }
    enum err err = sla_store_policy(run->job->db, run->arena, run->batch.sla_policy_id.value, policy);
    if (err == ERR_NOT_FOUND) {
        return OK; /* deleted meanwhile */
    }
    TRY(err);
    *out = true;
    return calendar_load(run->job->db, run->arena, worktime);
}

static bool is_as_planned(const struct run_item *item)
{
    return item->owner_id.set == item->from_owner_id.set && item->owner_id.value == item->from_owner_id.value;
}

/* One move an item; those that cannot be made any more are refused before. */
static struct record_move *make_moves(struct run *run, const struct run_item *items, size_t count)
{
    struct record_move *moves = ARENA_ARRAY(run->arena, struct record_move, count + 1);
    for (size_t i = 0; i < count; i++) {
        moves[i] = (struct record_move){.id = items[i].customer_id, .owner_id = items[i].to_owner_id};
    }
    return moves;
}

/* Moves of the items that are as they were when planned; `places` tells which item each belongs to. */
static size_t choose_moves(const struct run_item *items, const struct record_move *all, size_t count,
                           struct record_move *chosen)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].blocked == NULL && is_as_planned(&items[i])) {
            chosen[kept++] = all[i];
        }
    }
    return kept;
}

static struct run_result describe(const struct run_item *item, const struct record_move *move)
{
    struct run_result result = {.position = item->position, .result = "assigned"};
    if (item->blocked != NULL) {
        return (struct run_result){
            item->position, "refused", "not_found", STR("The customer was deleted meanwhile."), {0}};
    }
    if (!is_as_planned(item)) {
        return (struct run_result){item->position, "refused", "changed", STR("Somebody else moved it meanwhile."), {0}};
    }
    if (move->refused != OK) {
        return run_refusal(item, "refused", move);
    }
    if (move->unchanged) {
        return (struct run_result){item->position, "kept", "already_owner", STR("It is this person's already."), {0}};
    }
    return result;
}

/* All or nothing forgets the items and remembers what was refused. */
static void count_result(struct run *run, const struct run_result *result)
{
    bool refused = strcmp(result->result, "refused") == 0;
    run->tally.assigned += strcmp(result->result, "assigned") == 0;
    run->tally.kept += strcmp(result->result, "kept") == 0;
    run->tally.refused += refused;
    if (refused && run->lost != NULL) {
        run->lost[run->lost_count] = *result;
        run->lost[run->lost_count++].detail = str_dup(run->job->arena, result->detail);
    }
}

/* Writes results and the intervals that began, and promises their steps. */
static enum err keep_results(struct run *run, const struct run_item *items, const struct record_move *moves,
                             size_t count, size_t move_count, const struct worktime *worktime,
                             const struct sla_policy_row *policy)
{
    struct run_result *results = ARENA_ARRAY(run->arena, struct run_result, count + 1);
    int64_t *ids;
    int64_t *intervals;
    int64_t *customers;
    size_t id_count, interval_count;
    ids = move_ids(run->arena, moves, move_count, &id_count);
    TRY(run_store_intervals(run->job->db, run->arena, run->batch_id, ids, id_count, &intervals, &customers,
                            &interval_count));
    for (size_t i = 0, m = 0, a = 0; i < count; i++) {
        bool has_move = m < move_count && moves[m].id == items[i].customer_id;
        results[i] = describe(&items[i], has_move ? &moves[m] : NULL);
        m += has_move;
        count_result(run, &results[i]);
        if (a < interval_count && customers[a] == items[i].customer_id) {
            results[i].assignment_id = (struct opt_int){true, intervals[a++]};
        }
    }
    TRY(run_store_set_results(run->job->db, run->arena, run->batch_id, results, count));
    return policy == NULL
               ? OK
               : sla_promise(run->job->db, run->arena, worktime, policy, run->job->now, intervals, interval_count);
}

static enum err do_items(struct run *run, struct db *db)
{
    struct run_item *items;
    struct worktime worktime;
    struct sla_policy_row policy;
    bool promises = false;
    TRY(run_store_take(db, run->arena, run->batch_id, "pending", RUN_CHUNK, &items, &run->found));
    TRY(find_promise(run, &worktime, &policy, &promises));
    struct move_options options = {
        .cause = MOVE_ASSIGN,
        .reason = run->batch.reason.set ? run->batch.reason.value : (struct str){0},
        .skip_refused = true,
        .batch_id = {true, run->batch_id},
        .expected_action_on = run->batch.expected_action_on,
    };
    if (promises) {
        options.sla_policy_id = run->batch.sla_policy_id;
        options.first_touch_due_at = (struct opt_instant){true, sla_due_at(&worktime, &policy, run->job->now)};
    }
    struct record_move *moves = ARENA_ARRAY(run->arena, struct record_move, run->found + 1);
    size_t move_count = choose_moves(items, make_moves(run, items, run->found), run->found, moves);
    TRY(record_move(&run->request, &CUSTOMER, moves, move_count, &options));
    TRY(keep_results(run, items, moves, run->found, move_count, &worktime, promises ? &policy : NULL));
    return move_children(run, moves, move_count, &options);
}

static enum err do_chunk(struct db *db, void *context)
{
    struct run *run = context;
    TRY(run_begin(run, db));
    if (!str_eq_c(run->batch.status, "running")) {
        return OK;
    }
    TRY(do_items(run, db));
    return run->found == 0 ? OK : run_store_add_counts(db, run->arena, run->batch_id, &run->tally, run->job->now);
}

static enum err report_progress(struct run *run)
{
    struct batch_row batch;
    TRY(run_store_batch(run->job->db, run->arena, run->batch_id, false, &batch));
    return job_progress(run->job, batch.done_count, batch.total_count, "assign");
}

static enum err run_chunks(struct run *run)
{
    do {
        TRY(db_tx(run->job->db, do_chunk, run));
        TRY(report_progress(run));
    } while (run->found == RUN_CHUNK);
    return OK;
}

/* ---- all or nothing ---- */

/* Everything in one transaction; a refusal ends it, and only its reason survives. */
static enum err do_all(struct db *db, void *context)
{
    struct run *run = context;
    run->lost_count = 0;
    TRY(run_begin(run, db));
    if (!str_eq_c(run->batch.status, "running")) {
        return OK;
    }
    size_t refused = (size_t)run->batch.refused_count;
    do {
        TRY(refused > 0 ? ERR_CONFLICT : OK);
        run->tally = (struct run_tally){0};
        TRY(do_items(run, db));
        refused += (size_t)run->tally.refused;
    } while (run->found == RUN_CHUNK);
    return refused > 0 ? ERR_CONFLICT : run_store_count(db, run->arena, run->batch_id, run->job->now);
}

static enum err fail_all(struct db *db, void *context)
{
    struct run *run = context;
    TRY(run_begin(run, db));
    TRY(run_store_set_results(db, run->arena, run->batch_id, run->lost, run->lost_count));
    TRY(run_store_refuse_rest(db, run->arena, run->batch_id, "not_all",
                              STR("Not all customers could be given, so none was.")));
    TRY(run_store_set_status(db, run->arena, run->batch_id, "failed", run->job->now));
    return run_store_count(db, run->arena, run->batch_id, run->job->now);
}

static enum err run_all(struct run *run)
{
    run->lost = ARENA_ARRAY(run->job->arena, struct run_result, PLAN_ITEMS_MAX);
    enum err err = db_tx(run->job->db, do_all, run);
    if (err == ERR_CONFLICT) {
        err = db_tx(run->job->db, fail_all, run);
    }
    return err;
}

/* ---- end ---- */

/* One notice a person, whatever the number of customers; the status keeps it from being sent again. */
static enum err end_batch(struct db *db, void *context)
{
    struct run *run = context;
    struct run_share *shares;
    size_t count;
    bool cancelled = false;
    TRY(run_begin(run, db));
    if (!str_eq_c(run->batch.status, "running")) {
        return OK;
    }
    TRY(run_store_is_cancelled(db, run->arena, run->job->id, &cancelled));
    if (cancelled) {
        TRY(run_store_refuse_rest(db, run->arena, run->batch_id, "cancelled",
                                  STR("The batch was cancelled before its turn.")));
    }
    TRY(run_store_shares(db, run->arena, run->batch_id, &shares, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *detail =
            json_keep(run->arena, json_pack("{s:I,s:o,s:o}", "count", (json_int_t)shares[i].count, "batch",
                                            json_str(run->batch.name), "by", json_str(run->request.user->name)));
        TRY(notify_user(&run->request, shares[i].user_id, "assigned", "assignment_batch", run->batch_id, detail));
    }
    TRY(run_store_keep_span(db, run->arena, run->batch_id));
    TRY(run_store_set_status(db, run->arena, run->batch_id, cancelled ? "cancelled" : "done", run->job->now));
    return run_store_count(db, run->arena, run->batch_id, run->job->now);
}

static enum err end_and_tell(struct run *run)
{
    TRY(db_tx(run->job->db, end_batch, run));
    notify_publish(&run->request);
    return OK;
}

static enum err carry_out(struct run *run)
{
    bool all_or_nothing = json_get_bool(run->body, "all_or_nothing", false);
    TRY(db_tx(run->job->db, plan_batch, run));
    enum err err = all_or_nothing ? run_all(run) : run_chunks(run);
    bool cancelled = false;
    if (err == ERR_CONFLICT) {
        TRY(run_store_is_cancelled(run->job->db, run->arena, run->job->id, &cancelled));
    }
    if (err == OK || cancelled) {
        TRY(end_and_tell(run));
    }
    return err;
}

static enum err report(struct run *run, json_t **result_out)
{
    struct batch_row batch;
    struct str file_name;
    bool xlsx = !str_eq_c(json_get_str(run->body, "file_format"), "csv");
    TRY(assignment_write_file(run->job, run->batch_id, xlsx, &file_name));
    TRY(run_store_batch(run->job->db, run->arena, run->batch_id, false, &batch));
    *result_out = json_pack("{s:I,s:s#,s:I,s:I,s:I,s:I,s:o}", "batch_id", (json_int_t)run->batch_id, "status",
                            batch.status.ptr, (int)batch.status.len, "total", (json_int_t)batch.total_count, "assigned",
                            (json_int_t)batch.assigned_count, "kept", (json_int_t)batch.kept_count, "refused",
                            (json_int_t)batch.refused_count, "file_name", json_str(file_name));
    return OK;
}

enum err assignment_run_job(struct job *job, json_t **result_out)
{
    struct batch_row batch;
    struct run run = {.job = job, .batch_id = json_get_int(job->input, "batch_id", 0)};
    TRY(run_store_batch(job->db, job->arena, run.batch_id, false, &batch));
    TRY(json_read(job->arena, batch.request, job->error, &run.body));
    run.arena = arena_create((size_t)MEMORY_MB * 1024 * 1024);
    enum err err = carry_out(&run);
    if (err == OK) {
        err = report(&run, result_out);
    } else if (run.error.code != OK) {
        error_set(job->error, err, "%.*s", STR_ARG(run.error.detail));
    }
    arena_destroy(run.arena);
    return err;
}
