/* The import engine. Chunks of rows run in one transaction each; a row that is refused is taken back alone (savepoint)
 * and remembered with its reasons. What a run makes is written down for the roll-back. */
#include "import_rules.h"

#include <string.h>

#include "import_money.h"
#include "import_run.h"
#include "ledger.h"
#include "platform/tx.h"

enum { CHUNK_ROWS = 200 };

static struct str heading_of(const struct run *run, struct str field)
{
    for (size_t i = 0; i < run->column_count; i++) {
        if (str_eq_c(field, run->columns[i].field->name)) {
            return run->columns[i].heading;
        }
    }
    return (struct str){0};
}

static json_t *errors_json(const struct run *run, const struct error *error, enum err err)
{
    json_t *list = json_keep(run->request->arena, json_array());
    for (size_t i = 0; i < error->field_count; i++) {
        json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:o}", "field", json_str(error->fields[i].field), "column",
                                              json_str(heading_of(run, error->fields[i].field)), "code",
                                              json_str(error->fields[i].code), "message",
                                              json_str(error->fields[i].message)));
    }
    if (error->field_count == 0) {
        json_array_append_new(list,
                              json_pack("{s:s,s:n,s:s,s:o}", "field", "", "column", "code", err_code(err), "message",
                                        json_str(error->detail.len > 0 ? error->detail : str_from(err_text(err)))));
    }
    return list;
}

static json_t *cells_json(struct arena *arena, const struct table_row *row)
{
    json_t *list = json_keep(arena, json_array());
    for (size_t i = 0; i < row->cell_count; i++) {
        json_array_append_new(list, json_str(row->cells[i]));
    }
    return list;
}

/* Refusals belong to the row; anything else ends the chunk. */
static bool is_refusal(enum err err)
{
    return err != OK && err_status(err) < 500 && err != ERR_BUSY;
}

static enum err run_row(struct run *run, const struct table_row *row)
{
    struct request *request = run->request;
    struct import_batch *batch = run->batch;
    enum outcome outcome = OUTCOME_CREATED;
    error_init(request->error, request->arena);
    TRY(tx_mark(request->db, "import_row"));
    enum err err = import_work_row(run, row, &outcome);
    if (is_refusal(err)) {
        TRY(tx_undo(request->db, "import_row"));
        /* References made by this row are gone with it. */
        json_object_clear(run->cache);
        batch->failed_count++;
        return import_store_fault(request->db, request->arena, batch->id, (int64_t)row->number,
                                  json_write(request->arena, cells_json(request->arena, row)),
                                  json_write(request->arena, errors_json(run, request->error, err)));
    }
    batch->created_count += err == OK && outcome == OUTCOME_CREATED;
    batch->updated_count += err == OK && outcome == OUTCOME_UPDATED;
    batch->skipped_count += err == OK && outcome == OUTCOME_SKIPPED;
    return err;
}

/* ---- chunks ---- */

/* A dry run does everything and takes it back; only the faults and counts are then written. */
static enum err run_rows(struct run *run)
{
    struct arena *outer = run->request->arena;
    enum err err = OK;
    for (size_t i = 0; i < run->row_count && err == OK; i++) {
        run->request->arena = arena_create(64 * 1024 * 1024);
        err = run_row(run, &run->rows[i]);
        arena_destroy(run->request->arena);
        run->request->arena = outer;
        run->batch->row_count++;
        run->batch->done_row = (int64_t)run->rows[i].number;
    }
    return err;
}

static enum err keep_faults_only(struct db *db, struct run *run)
{
    struct import_fault *faults;
    size_t count;
    struct arena *arena = run->chunk_arena;
    TRY(import_store_faults(db, arena, run->batch->id, (int64_t)run->rows[0].number - 1, CHUNK_ROWS, &faults, &count));
    TRY(tx_undo(db, "import_chunk"));
    json_object_clear(run->cache);
    for (size_t i = 0; i < count; i++) {
        TRY(import_store_fault(db, arena, run->batch->id, faults[i].row_number, faults[i].cells, faults[i].errors));
    }
    return OK;
}

/* What came of customers' assignments is brought in line once a chunk. */
static enum err tell_ledger(struct run *run, int64_t noted_before)
{
    struct import_record *records;
    size_t count;
    TRY(import_store_noted(run->request->db, run->chunk_arena, run->batch->id, noted_before, &records, &count));
    int64_t *ids = ARENA_ARRAY(run->chunk_arena, int64_t, count + 1);
    for (size_t from = 0, id_count = 0; from < count; from += id_count, id_count = 0) {
        while (from + id_count < count && str_eq(records[from].object, records[from + id_count].object)) {
            ids[id_count] = records[from + id_count].record_id;
            id_count++;
        }
        const struct object *object = object_find(str_c(run->chunk_arena, records[from].object));
        TRY(ledger_refresh_of(run->request->db, run->chunk_arena, object, ids, id_count));
    }
    return OK;
}

static enum err run_chunk(struct db *db, void *context)
{
    struct run *run = context;
    struct import_batch before = *run->batch;
    int64_t noted_before = 0;
    TRY(import_store_last_noted(db, run->chunk_arena, run->batch->id, &noted_before));
    TRY(tx_mark(db, "import_chunk"));
    enum err err = run_rows(run);
    if (err == OK && run->batch->dry_run) {
        err = keep_faults_only(db, run);
    } else if (err == OK) {
        err = tell_ledger(run, noted_before);
    }
    err = err == OK ? import_store_progress(db, run->chunk_arena, run->batch, run->request->now) : err;
    if (err != OK) {
        /* The transaction runs again, with the counts it began with. */
        *run->batch = before;
        json_object_clear(run->cache);
    }
    return err;
}

/* Copies the next rows behind the last committed one. */
static enum err read_chunk(struct run *run, bool *more)
{
    run->rows = ARENA_ARRAY(run->chunk_arena, struct table_row, CHUNK_ROWS);
    run->row_count = 0;
    *more = true;
    while (run->row_count < CHUNK_ROWS && *more) {
        struct table_row row;
        TRY(table_next(run->table, &row, more));
        if (!*more || (int64_t)row.number <= run->batch->done_row) {
            continue;
        }
        struct str *cells = ARENA_ARRAY(run->chunk_arena, struct str, row.cell_count + 1);
        for (size_t i = 0; i < row.cell_count; i++) {
            cells[i] = str_dup(run->chunk_arena, row.cells[i]);
        }
        run->rows[run->row_count++] = (struct table_row){row.number, cells, row.cell_count, row.ragged};
    }
    return OK;
}

static enum err open_file(struct run *run, const char *path)
{
    struct table_row heading;
    bool more = false;
    size_t sheet = (size_t)json_get_int(run->mapping, "sheet", 0);
    TRY(table_open_file(run->arena, path, run->request->error, &run->table));
    if (sheet > 0) {
        TRY(table_select(run->table, sheet));
    }
    return table_next(run->table, &heading, &more);
}

static enum err run_chunks(struct run *run, enum err (*progress)(void *, int64_t, int64_t), void *context)
{
    bool more = true;
    while (more) {
        run->chunk_arena = arena_create(256 * 1024 * 1024);
        enum err err = read_chunk(run, &more);
        err = err == OK && run->row_count > 0 ? db_tx(run->request->db, run_chunk, run) : err;
        arena_destroy(run->chunk_arena);
        TRY(err);
        int thousandths = table_progress(run->table);
        int64_t total = thousandths > 0 ? run->batch->row_count * 1000 / thousandths : 0;
        TRY(progress(context, run->batch->row_count, more ? total : run->batch->row_count));
    }
    return OK;
}

enum err import_run(struct request *request, struct import_batch *batch,
                    enum err (*progress)(void *context, int64_t done, int64_t total), void *context)
{
    json_t *format = NULL;
    json_t *mapping = NULL;
    struct run run = {.request = request, .arena = request->arena, .batch = batch};
    TRY(import_kind_find(request->arena, batch->kind, &run.kind));
    TRY(json_read(request->arena, batch->format, request->error, &format));
    TRY(json_read(request->arena, batch->mapping.set ? batch->mapping.value : STR("{}"), request->error, &mapping));
    run.mapping = mapping;
    run.cache = json_keep(request->arena, json_object());
    TRY(import_resolve_mapping(&run, format));
    TRY(import_money_prepare(&run));
    TRY(open_file(&run, str_format(request->arena, "%s/%.*s", request->config->data_dir, STR_ARG(batch->path)).ptr));
    enum err err = run_chunks(&run, progress, context);
    table_close(run.table);
    TRY(err);
    return import_store_status(request->db, request->arena, batch->id, batch->dry_run ? "checked" : "done",
                               request->now);
}
