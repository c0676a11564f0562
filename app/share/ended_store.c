/* SQL of shares that end with their record's holder. */
#include "ended_store.h"

#define SHARE_COLUMNS "object, record_id, user_id, can_edit, cascade_to, until_on, created_at, created_by_id"
STATEMENT(FORGET, "share.forget_ended", "DELETE FROM record_share_ended WHERE object = ? AND record_id = ?");

static enum err run(struct request *request, const struct query *query)
{
    struct db_result result;
    return db_run(request->db, request->arena, query_text(query), query_args(query), &result);
}

/* Ids of the rows of `table` that are about these records, locked. */
static enum err lock_rows(struct request *request, const char *table, const struct object *object,
                          const int64_t *record_ids, size_t count, struct opt_int run_id, int64_t **ids_out,
                          size_t *count_out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT id FROM ");
    query_sql(&query, table);
    query_sql(&query, " WHERE object = ");
    query_arg(&query, V(object->name));
    query_sql(&query, " AND record_id IN ");
    query_arg_ids(&query, record_ids, count);
    if (run_id.set) {
        query_sql(&query, " AND run_id = ");
        query_arg(&query, V(run_id.value));
    }
    query_sql(&query, " ORDER BY id FOR UPDATE");
    return query_ids(request->db, request->arena, &query, ids_out, count_out);
}

/* One line a share. `change`: SQL of {"shared_with_id": [before, after]}. */
static enum err audit(struct request *request, const char *table, const char *action, const char *change,
                      const int64_t *ids, size_t count)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "INSERT INTO audit_entry (object, record_id, action, changes, user_id, address, request_id, at) "
                      "SELECT s.object, s.record_id, ");
    query_arg(&query, V(action));
    query_sql(&query, ", ");
    query_sql(&query, change);
    const struct value parts[] = {request_actor(request), V(request->address), V(request->id), V(request->now)};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        query_sql(&query, ", ");
        query_arg(&query, parts[i]);
    }
    query_sql(&query, " FROM ");
    query_sql(&query, table);
    query_sql(&query, " s WHERE s.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY s.id");
    return run(request, &query);
}

static enum err drop(struct request *request, const char *table, const int64_t *ids, size_t count)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "DELETE FROM ");
    query_sql(&query, table);
    query_sql(&query, " WHERE id IN ");
    query_arg_ids(&query, ids, count);
    return run(request, &query);
}

static enum err keep(struct request *request, int64_t run_id, const int64_t *ids, size_t count)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "INSERT INTO record_share_ended (run_id, " SHARE_COLUMNS ") SELECT ");
    query_arg(&query, V(run_id));
    query_sql(&query, ", " SHARE_COLUMNS " FROM record_share WHERE id IN ");
    query_arg_ids(&query, ids, count);
    return run(request, &query);
}

enum err ended_store_end(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                         struct opt_int run_id)
{
    int64_t *shares;
    size_t share_count;
    TRY(lock_rows(request, "record_share", object, ids, count, (struct opt_int){0}, &shares, &share_count));
    if (share_count == 0) {
        return OK;
    }
    TRY(run_id.set ? keep(request, run_id.value, shares, share_count) : OK);
    TRY(audit(request, "record_share", "unshare", "CONCAT('{\"shared_with_id\":[', s.user_id, ',null]}')", shares,
              share_count));
    return drop(request, "record_share", shares, share_count);
}

enum err ended_store_bring_back(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                                int64_t run_id)
{
    struct query query;
    int64_t *shares;
    size_t share_count;
    TRY(lock_rows(request, "record_share_ended", object, ids, count, (struct opt_int){true, run_id}, &shares,
                  &share_count));
    if (share_count == 0) {
        return OK;
    }
    query_init(&query, request->arena);
    query_sql(&query, "INSERT IGNORE INTO record_share (" SHARE_COLUMNS ") SELECT " SHARE_COLUMNS
                      " FROM record_share_ended WHERE id IN ");
    query_arg_ids(&query, shares, share_count);
    TRY(run(request, &query));
    TRY(audit(request, "record_share_ended", "share", "CONCAT('{\"shared_with_id\":[null,', s.user_id, ']}')", shares,
              share_count));
    return drop(request, "record_share_ended", shares, share_count);
}

enum err ended_store_forget(struct db *db, struct arena *arena, const char *object, int64_t record_id)
{
    return db_exec(db, arena, &FORGET, ARGS(V(object), V(record_id)));
}

enum err ended_store_in_pool(struct request *request, const struct object *object, int64_t record_id, bool *out)
{
    struct query query;
    struct rows rows;
    *out = false;
    if (fields_find(object_fields(object), STR("pool_id")) == NULL) {
        return OK;
    }
    query_init(&query, request->arena);
    query_sql(&query, "SELECT id FROM `");
    query_sql(&query, object->table);
    query_sql(&query, "` WHERE pool_id IS NOT NULL AND id = ");
    query_arg(&query, V(record_id));
    query_sql(&query, " LOCK IN SHARE MODE");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows.count > 0;
    return OK;
}
