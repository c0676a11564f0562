/* The roll-back of an import, and both as jobs. */
#include <string.h>

#include "import_rules.h"
#include "platform/object_store.h"
#include "platform/scope.h"
#include "platform/tx.h"

enum { UNDO_CHUNK = 200 };

/* One record's way back. */
struct undo {
    struct request *request;
    struct import_record *record;
    bool undone;
};

/* A record that was made disappears for good, so that the file can be imported again; people are only disabled by hand.
 */
static enum err undo_created(struct request *request, const struct object *object, int64_t id)
{
    if ((object->flags & OBJECT_NO_DELETE) != 0) {
        return ERR_IN_USE;
    }
    TRY(record_delete(request, object, id, 0));
    return object_store_purge(request->db, request->arena, object, id);
}

static enum err undo_record(struct db *db, void *context)
{
    struct undo *undo = context;
    struct request *request = undo->request;
    struct record_row row;
    json_t *before = NULL;
    const struct record_options options = {.importing = true, .reason = STR("import")};
    const struct object *object = object_find(str_c(request->arena, undo->record->object));
    (void)db;
    undo->undone = false;
    error_init(request->error, request->arena);
    enum err err = object_store_get(request, object, undo->record->record_id, true, true, false, &row);
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    if (row.version != undo->record->version) {
        return OK;
    }
    if (str_eq_c(undo->record->action, "created")) {
        TRY(undo_created(request, object, row.id));
    } else {
        TRY(json_read(request->arena, undo->record->before_values.value, request->error, &before));
        TRY(record_update(request, object, row.id, row.version, before, &options));
    }
    undo->undone = true;
    return OK;
}

static bool is_refusal(enum err err)
{
    return err != OK && err_status(err) < 500;
}

enum err import_rollback(struct request *request, struct import_batch *batch,
                         enum err (*progress)(void *context, int64_t done, int64_t total), void *context,
                         int64_t *undone_out, int64_t *left_out)
{
    int64_t before_id = INT64_MAX;
    size_t count = UNDO_CHUNK;
    struct arena *outer = request->arena;
    *undone_out = 0;
    *left_out = 0;
    while (count == UNDO_CHUNK) {
        struct import_record *records;
        struct arena *arena = arena_create(256 * 1024 * 1024);
        enum err err = import_store_records(request->db, arena, batch->id, before_id, UNDO_CHUNK, &records, &count);
        for (size_t i = 0; i < count && err == OK; i++) {
            struct undo undo = {request, &records[i], false};
            request->arena = arena;
            err = db_tx(request->db, undo_record, &undo);
            err = is_refusal(err) ? OK : err;
            *undone_out += undo.undone;
            *left_out += !undo.undone;
            before_id = records[i].id;
        }
        request->arena = outer;
        arena_destroy(arena);
        TRY(err);
        TRY(progress(context, *undone_out + *left_out, batch->created_count + batch->updated_count));
    }
    return import_store_status(request->db, request->arena, batch->id, "rolled_back", request->now);
}

static enum err tell_progress(void *context, int64_t done, int64_t total)
{
    return job_progress(context, done, total, "import");
}

static enum err load_batch(struct job *job, struct request *request, struct import_batch *batch)
{
    job_request(job, request);
    return import_store_get(job->db, job->arena, json_get_int(job->input, "batch_id", 0), 0, batch);
}

enum err import_run_job(struct job *job, json_t **result_out)
{
    struct request request;
    struct import_batch batch;
    TRY(load_batch(job, &request, &batch));
    enum err err = import_run(&request, &batch, tell_progress, job);
    if (err != OK && err != ERR_UNAVAILABLE && err != ERR_INTERNAL) {
        TRY(import_store_status(job->db, job->arena, batch.id, "uploaded", job->now));
    }
    TRY(err);
    *result_out = json_pack("{s:I,s:b,s:I,s:I,s:I,s:I}", "batch_id", (json_int_t)batch.id, "dry_run", batch.dry_run,
                            "created", (json_int_t)batch.created_count, "updated", (json_int_t)batch.updated_count,
                            "skipped", (json_int_t)batch.skipped_count, "failed", (json_int_t)batch.failed_count);
    return OK;
}

enum err import_rollback_job(struct job *job, json_t **result_out)
{
    struct request request;
    struct import_batch batch;
    int64_t undone = 0;
    int64_t left = 0;
    TRY(load_batch(job, &request, &batch));
    TRY(import_rollback(&request, &batch, tell_progress, job, &undone, &left));
    *result_out = json_pack("{s:I,s:I,s:I}", "batch_id", (json_int_t)batch.id, "undone", (json_int_t)undone, "left",
                            (json_int_t)left);
    return OK;
}
