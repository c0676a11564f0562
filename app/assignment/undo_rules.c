/* The job that takes a batch back where nothing was touched since: to the former owner, the pool, or nobody. */
#include <string.h>

#include "assignment.h"
#include "customer.h"
#include "platform/notify.h"
#include "platform/tx.h"
#include "pool.h"
#include "run_rules.h"

enum { MEMORY_MB = 128 };

static struct str blocked_text(const char *code)
{
    static const struct {
        const char *code; /* of an item */
        const char *text; /* the same as a sentence */
    } texts[] = {
        {"deleted", "The customer was deleted since."},  {"moved", "The customer was moved on since."},
        {"followed_up", "There was a follow-up since."}, {"opportunity", "There is an opportunity since."},
        {"contract", "There is a contract since."},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].code, code) == 0) {
            return str_from(texts[i].text);
        }
    }
    return STR("");
}

static struct run_result describe(const struct run_item *item, const struct record_move *move)
{
    if (item->blocked != NULL) {
        return (struct run_result){item->position, "assigned", item->blocked, blocked_text(item->blocked),
                                   item->assignment_id};
    }
    if (move->refused != OK) {
        return run_refusal(item, "assigned", move);
    }
    return (struct run_result){item->position, "undone", NULL, {0}, item->assignment_id};
}

/* To whom it belonged, or to the pool it came from; to the one the routes tell where that works no more. */
static enum err way_back(struct run *run, const struct run_item *item, struct record_move *out)
{
    *out = (struct record_move){.id = item->customer_id, .owner_id = item->from_owner_id};
    return item->from_pool_id.set && !item->from_owner_id.set
               ? pool_home(&run->request, item->customer_id, item->from_pool_id, &out->pool_id)
               : OK;
}

static enum err undo_chunk(struct db *db, void *context)
{
    struct run *run = context;
    struct run_item *items;
    size_t move_count = 0;
    TRY(run_begin(run, db));
    if (!str_eq_c(run->batch.status, "undoing")) {
        return OK;
    }
    TRY(run_store_take(db, run->arena, run->batch_id, "assigned", RUN_CHUNK, &items, &run->found));
    if (run->found == 0) {
        return OK;
    }
    TRY(run_store_touched(db, run->arena, items, run->found));
    struct record_move *moves = ARENA_ARRAY(run->arena, struct record_move, run->found + 1);
    struct run_result *results = ARENA_ARRAY(run->arena, struct run_result, run->found + 1);
    for (size_t i = 0; i < run->found; i++) {
        if (items[i].blocked == NULL) {
            TRY(way_back(run, &items[i], &moves[move_count++]));
        }
    }
    /* Whoever may take the batch back may do so with customers that left his own scope by it. */
    struct move_options options = {
        .cause = MOVE_UNDO, .reason = run->batch.name, .unscoped = true, .skip_refused = true};
    TRY(record_move(&run->request, &CUSTOMER, moves, move_count, &options));
    for (size_t i = 0, m = 0; i < run->found; i++) {
        results[i] = describe(&items[i], items[i].blocked == NULL ? &moves[m++] : NULL);
    }
    TRY(run_store_set_results(db, run->arena, run->batch_id, results, run->found));
    return run_store_count(db, run->arena, run->batch_id, run->job->now);
}

static enum err end_undo(struct db *db, void *context)
{
    struct run *run = context;
    TRY(run_begin(run, db));
    return str_eq_c(run->batch.status, "undoing")
               ? run_store_set_status(db, run->arena, run->batch_id, "undone", run->job->now)
               : OK;
}

static enum err undo(struct run *run)
{
    struct batch_row batch;
    do {
        TRY(db_tx(run->job->db, undo_chunk, run));
        TRY(run_store_batch(run->job->db, run->arena, run->batch_id, false, &batch));
        TRY(job_progress(run->job, batch.undone_count, batch.assigned_count, "undo"));
    } while (run->found == RUN_CHUNK);
    return db_tx(run->job->db, end_undo, run);
}

enum err assignment_undo_job(struct job *job, json_t **result_out)
{
    struct batch_row batch;
    struct str file_name;
    struct run run = {.job = job, .batch_id = json_get_int(job->input, "batch_id", 0)};
    run.arena = arena_create((size_t)MEMORY_MB * 1024 * 1024);
    enum err err = undo(&run);
    if (err != OK && run.error.code != OK) {
        error_set(job->error, err, "%.*s", STR_ARG(run.error.detail));
    }
    arena_destroy(run.arena);
    TRY(err);
    TRY(assignment_write_file(job, run.batch_id, true, &file_name));
    TRY(run_store_batch(job->db, job->arena, run.batch_id, false, &batch));
    *result_out =
        json_pack("{s:I,s:I,s:I,s:o}", "batch_id", (json_int_t)run.batch_id, "undone", (json_int_t)batch.undone_count,
                  "left", (json_int_t)(batch.assigned_count - batch.undone_count), "file_name", json_str(file_name));
    return OK;
}
