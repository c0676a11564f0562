/* SQL of imports. */
#include "import_store.h"

#include <string.h>

#include "platform/object_select.h"
#include "platform/scope.h"

static const struct column BATCH[] = {
    COLUMN(struct import_batch, id),
    COLUMN(struct import_batch, kind),
    COLUMN(struct import_batch, file_name),
    COLUMN(struct import_batch, path),
    COLUMN(struct import_batch, status),
    COLUMN(struct import_batch, format),
    COLUMN(struct import_batch, mapping),
    COLUMN(struct import_batch, header_hash),
    COLUMN(struct import_batch, dry_run),
    COLUMN(struct import_batch, row_count),
    COLUMN(struct import_batch, done_row),
    COLUMN(struct import_batch, created_count),
    COLUMN(struct import_batch, updated_count),
    COLUMN(struct import_batch, skipped_count),
    COLUMN(struct import_batch, failed_count),
    COLUMN(struct import_batch, job_id),
    COLUMN(struct import_batch, created_by_id),
    COLUMN(struct import_batch, created_at),
};
static const struct column FAULT[] = {COLUMN(struct import_fault, row_number), COLUMN(struct import_fault, cells),
                                      COLUMN(struct import_fault, errors)};
static const struct column RECORD[] = {
    COLUMN(struct import_record, id),        COLUMN(struct import_record, object),
    COLUMN(struct import_record, record_id), COLUMN(struct import_record, action),
    COLUMN(struct import_record, version),   COLUMN(struct import_record, before_values),
};
struct text {
    struct str value;
};
static const struct column TEXT[] = {COLUMN(struct text, value)};
STATEMENT_ROWS(RATED, "import.rated", struct text, TEXT,
               "SELECT DISTINCT currency AS value FROM exchange_rate WHERE deleted_at IS NULL ORDER BY currency");

#define BATCH_COLUMNS                                                                                                  \
    "SELECT id, kind, file_name, path, status, format, mapping, header_hash, dry_run, row_count, done_row, "           \
    "created_count, "                                                                                                  \
    "updated_count, skipped_count, failed_count, job_id, created_by_id, created_at FROM import_batch "

STATEMENT(INSERT, "import.insert",
          "INSERT INTO import_batch (kind, file_name, path, format, mapping, header_hash, created_by_id, created_at, "
          "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT_ROWS(GET, "import.get", struct import_batch, BATCH,
               BATCH_COLUMNS "WHERE id = ? AND (? = 0 OR created_by_id = ?)");
STATEMENT_ROWS(LIST, "import.list", struct import_batch, BATCH,
               BATCH_COLUMNS "WHERE (? = 0 OR created_by_id = ?) ORDER BY id DESC LIMIT ?");
STATEMENT_ROWS(REMEMBERED, "import.remembered", struct text, TEXT,
               "SELECT COALESCE(mapping, '') AS value FROM import_batch WHERE kind = ? AND header_hash = ? AND mapping "
               "IS NOT NULL "
               "ORDER BY id DESC LIMIT 1");
STATEMENT_ROWS(PATHS, "import.paths", struct text, TEXT, "SELECT path AS value FROM import_batch ORDER BY path");
STATEMENT(SET_MAPPING, "import.set_mapping", "UPDATE import_batch SET mapping = ?, updated_at = ? WHERE id = ?");
STATEMENT(BEGIN_RUN, "import.begin",
          "UPDATE import_batch SET status = 'running', dry_run = ?, job_id = ?, row_count = 0, done_row = 0, "
          "created_count = 0, updated_count = 0, "
          "skipped_count = 0, failed_count = 0, updated_at = ? WHERE id = ?");
STATEMENT(DROP_FAULTS, "import.drop_faults", "DELETE FROM import_fault WHERE batch_id = ?");
STATEMENT(PROGRESS, "import.progress",
          "UPDATE import_batch SET row_count = ?, done_row = ?, created_count = ?, updated_count = ?, skipped_count = "
          "?, failed_count = ?, updated_at = ? WHERE id = ?");
STATEMENT(SET_STATUS, "import.set_status", "UPDATE import_batch SET status = ?, updated_at = ? WHERE id = ?");
STATEMENT(ADD_FAULT, "import.add_fault",
          "REPLACE INTO import_fault (batch_id, source_row, cells, errors) VALUES (?, ?, ?, ?)");
STATEMENT(ADD_RECORD, "import.add_record",
          "INSERT INTO import_record (batch_id, source_row, object, record_id, action, version, before_values) VALUES "
          "(?, ?, ?, ?, ?, ?, ?)");
STATEMENT_ROWS(FAULTS, "import.faults", struct import_fault, FAULT,
               "SELECT source_row, cells, errors FROM import_fault WHERE batch_id = ? AND source_row > ? ORDER BY "
               "source_row LIMIT ?");
STATEMENT_ROWS(RECORDS, "import.records", struct import_record, RECORD,
               "SELECT id, object, record_id, action, version, before_values FROM import_record WHERE batch_id = ? AND "
               "id < ? ORDER BY id DESC LIMIT ?");

STATEMENT_ROWS(NOTED, "import.noted", struct import_record, RECORD,
               "SELECT id, object, record_id, action, version, before_values FROM import_record WHERE batch_id = ? AND "
               "id > ? ORDER BY object, id");
struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(LAST_NOTED, "import.last_noted", struct number, NUMBER,
               "SELECT COALESCE(MAX(id), 0) AS value FROM import_record WHERE batch_id = ?");

enum err import_store_insert(struct db *db, struct arena *arena, const struct import_batch *batch, struct instant now,
                             int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT,
                       ARGS(V(batch->kind), V(batch->file_name), V(batch->path), V(batch->format), V(batch->mapping),
                            V(batch->header_hash), V(batch->created_by_id), V(now), V(now)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err import_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id, struct import_batch *out)
{
    return db_one(db, arena, &GET, ARGS(V(id), V(user_id), V(user_id)), out);
}

enum err import_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t limit,
                           struct import_batch **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(user_id), V(user_id), V(limit)), rows_out, count_out);
}

enum err import_store_remembered(struct db *db, struct arena *arena, struct str kind, struct str header_hash,
                                 struct str *mapping_out)
{
    return db_one(db, arena, &REMEMBERED, ARGS(V(kind), V(header_hash)), mapping_out);
}

enum err import_store_paths(struct db *db, struct arena *arena, struct str **paths_out, size_t *count_out)
{
    return db_many(db, arena, &PATHS, NO_ARGS, paths_out, count_out);
}

enum err import_store_set_mapping(struct db *db, struct arena *arena, int64_t id, struct str mapping,
                                  struct instant now)
{
    return db_exec(db, arena, &SET_MAPPING, ARGS(V(mapping), V(now), V(id)));
}

enum err import_store_begin(struct db *db, struct arena *arena, int64_t id, bool dry_run, int64_t job_id,
                            struct instant now)
{
    struct value job = job_id == 0 ? value_null() : V(job_id);
    TRY(db_exec(db, arena, &BEGIN_RUN, ARGS(V(dry_run), job, V(now), V(id))));
    return db_exec(db, arena, &DROP_FAULTS, ARGS(V(id)));
}

enum err import_store_progress(struct db *db, struct arena *arena, const struct import_batch *batch, struct instant now)
{
    return db_exec(db, arena, &PROGRESS,
                   ARGS(V(batch->row_count), V(batch->done_row), V(batch->created_count), V(batch->updated_count),
                        V(batch->skipped_count), V(batch->failed_count), V(now), V(batch->id)));
}

enum err import_store_status(struct db *db, struct arena *arena, int64_t id, const char *status, struct instant now)
{
    return db_exec(db, arena, &SET_STATUS, ARGS(V(status), V(now), V(id)));
}

enum err import_store_fault(struct db *db, struct arena *arena, int64_t batch_id, int64_t row_number, struct str cells,
                            struct str errors)
{
    return db_exec(db, arena, &ADD_FAULT, ARGS(V(batch_id), V(row_number), V(cells), V(errors)));
}

enum err import_store_record(struct db *db, struct arena *arena, int64_t batch_id, int64_t row_number,
                             const char *object, int64_t record_id, const char *action, int64_t version,
                             struct value before)
{
    return db_exec(db, arena, &ADD_RECORD,
                   ARGS(V(batch_id), V(row_number), V(object), V(record_id), V(action), V(version), before));
}

enum err import_store_faults(struct db *db, struct arena *arena, int64_t batch_id, int64_t after_row, int64_t limit,
                             struct import_fault **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FAULTS, ARGS(V(batch_id), V(after_row), V(limit)), rows_out, count_out);
}

enum err import_store_records(struct db *db, struct arena *arena, int64_t batch_id, int64_t before_id, int64_t limit,
                              struct import_record **rows_out, size_t *count_out)
{
    return db_many(db, arena, &RECORDS, ARGS(V(batch_id), V(before_id), V(limit)), rows_out, count_out);
}

enum err import_store_noted(struct db *db, struct arena *arena, int64_t batch_id, int64_t after_id,
                            struct import_record **rows_out, size_t *count_out)
{
    return db_many(db, arena, &NOTED, ARGS(V(batch_id), V(after_id)), rows_out, count_out);
}

enum err import_store_last_noted(struct db *db, struct arena *arena, int64_t batch_id, int64_t *out)
{
    return db_one(db, arena, &LAST_NOTED, ARGS(V(batch_id)), out);
}

static enum err query_two(struct request *request, struct query *query, int64_t ids_out[2], size_t *count_out)
{
    struct rows rows;
    query_sql(query, " ORDER BY t.id LIMIT 2");
    TRY(db_query(request->db, request->arena, query_text(query), query_args(query), &rows));
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        ids_out[i] = rows_get(&rows, i, 0).integer;
    }
    return OK;
}

static void add_equals(struct query *query, const char *column, struct str text)
{
    query_sql(query, " OR t.");
    select_table(query, column);
    query_sql(query, " = ");
    query_arg(query, V(text));
}

enum err import_store_find(struct request *request, const char *reference_name, struct str text, int64_t pipeline_id,
                           int64_t ids_out[2], size_t *count_out)
{
    struct reference reference = reference_find(reference_name);
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, reference.table);
    query_sql(&query, reference.has_deleted_at ? " t WHERE t.deleted_at IS NULL" : " t WHERE TRUE");
    if (reference.object != NULL) {
        query_sql(&query, " AND ");
        scope_predicate(&query, request, reference.object, "t", false);
    }
    if (strcmp(reference_name, "stage") == 0 && pipeline_id != 0) {
        query_sql(&query, " AND t.pipeline_id = ");
        query_arg(&query, V(pipeline_id));
    }
    query_sql(&query, " AND (FALSE");
    add_equals(&query, reference.label, text);
    for (const struct field *field = reference.object == NULL ? NULL : object_fields(reference.object);
         field != NULL && field->name != NULL; field++) {
        if ((field->flags & FIELD_UNIQUE) != 0) {
            add_equals(&query, field->name, text);
        }
    }
    if (strcmp(reference_name, "region") == 0) {
        add_equals(&query, "name", text);
        if (str_is_ascii(text)) {
            add_equals(&query, "code", text);
        }
    }
    query_sql(&query, ")");
    return query_two(request, &query, ids_out, count_out);
}

enum err import_store_find_key(struct request *request, const struct object *object, const char *field,
                               struct value value, int64_t ids_out[2], size_t *count_out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.deleted_at IS NULL AND t.");
    select_table(&query, field);
    query_sql(&query, " = ");
    query_arg(&query, value);
    return query_two(request, &query, ids_out, count_out);
}

enum err import_store_rated(struct request *request, struct str **out, size_t *count_out)
{
    struct text *rows;
    TRY(db_many(request->db, request->arena, &RATED, NO_ARGS, &rows, count_out));
    *out = ARENA_ARRAY(request->arena, struct str, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*out)[i] = rows[i].value;
    }
    return OK;
}

enum err import_store_currency_of(struct request *request, const struct object *object, int64_t id, struct str *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.currency FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.id = ");
    query_arg(&query, V(id));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows.count == 1 ? rows_get(&rows, 0, 0).text : *out;
    return OK;
}
