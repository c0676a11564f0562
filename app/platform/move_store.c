/* SQL of moves: a few statements for any number of records. */
#include "platform/move_store.h"

#include "platform/object_select.h"
#include "platform/scope.h"

static void select_ids(struct query *query, const struct object *object, const char *columns, const int64_t *ids,
                       size_t count)
{
    query_sql(query, columns);
    query_sql(query, " FROM ");
    select_table(query, object->table);
    /* All that live are no way to few that are named. */
    query_sql(query, " t FORCE INDEX (PRIMARY) WHERE t.deleted_at IS NULL AND t.id IN ");
    query_arg_ids(query, ids, count);
}

enum err move_store_lock(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                         bool unscoped, struct held_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    select_ids(&query, object,
               (object->flags & OBJECT_POOLED) != 0
                   ? "SELECT t.id, t.owner_id, t.department_id, t.version, t.pool_id, t.pool_entered_at"
                   : "SELECT t.id, t.owner_id, t.department_id, t.version, NULL, NULL",
               ids, count);
    if (!unscoped) {
        query_sql(&query, " AND ");
        scope_predicate(&query, request, object, "t", true);
    }
    query_sql(&query, " ORDER BY t.id FOR UPDATE");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct held_row *held = ARENA_ARRAY(request->arena, struct held_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        held[i] = (struct held_row){rows_get(&rows, i, 0).integer,     opt_int_of(rows_get(&rows, i, 1)),
                                    opt_int_of(rows_get(&rows, i, 2)), rows_get(&rows, i, 3).integer,
                                    opt_int_of(rows_get(&rows, i, 4)), opt_instant_of(rows_get(&rows, i, 5))};
    }
    *rows_out = held;
    *count_out = rows.count;
    return OK;
}

enum err move_store_visible(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                            int64_t **ids_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    select_ids(&query, object, "SELECT t.id", ids, count);
    query_sql(&query, " AND ");
    scope_predicate(&query, request, object, "t", false);
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    int64_t *visible = ARENA_ARRAY(request->arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        visible[i] = rows_get(&rows, i, 0).integer;
    }
    *ids_out = visible;
    *count_out = rows.count;
    return OK;
}

enum err move_store_owners(struct request *request, const int64_t *ids, size_t count, struct owner_row **rows_out,
                           size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT id, department_id, (status = 'active' AND deleted_at IS NULL) FROM `user` WHERE id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY id LOCK IN SHARE MODE");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct owner_row *owners = ARENA_ARRAY(request->arena, struct owner_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        owners[i] = (struct owner_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer,
                                       rows_get(&rows, i, 2).integer != 0};
    }
    *rows_out = owners;
    *count_out = rows.count;
    return OK;
}

static bool is_written(const struct record_move *move)
{
    return move->refused == OK && !move->unchanged;
}

enum { UPDATE_HEAD = 4, IDS_MAX = 1024, HISTORY_WIDTH = 8, AUDIT_WIDTH = 10 };

static bool same_id(struct opt_int a, struct opt_int b)
{
    return a.set == b.set && a.value == b.value;
}

static bool same_place(const struct record_move *a, const struct record_move *b)
{
    return same_id(a->owner_id, b->owner_id) && same_id(a->department_id, b->department_id) &&
           (a->owner_id.set || same_id(a->pool_id, b->pool_id));
}

/* Held by somebody since now, or lying in a pool. */
static void add_pool(struct query *query, const struct record_move *move, struct instant at)
{
    bool held = move->owner_id.set;
    query_sql(query, ", held_since = ");
    query_arg(query, held ? V(at) : value_null());
    query_sql(query, ", pool_id = ");
    query_arg(query, held ? value_null() : V(move->pool_id));
    query_sql(query, ", pool_entered_at = ");
    query_arg(query, held || !move->pool_id.set ? value_null() : V(at));
}

static enum err write_owner(struct request *request, const struct object *object, const struct record_move *move,
                            const struct move_options *options, const int64_t *ids, size_t count)
{
    struct query query;
    struct db_result result;
    query_init(&query, request->arena);
    query_sql(&query, "UPDATE ");
    select_table(&query, object->table);
    query_sql(&query, " SET owner_id = ");
    query_arg(&query, V(move->owner_id));
    query_sql(&query, ", department_id = ");
    query_arg(&query, V(move->department_id));
    query_sql(&query, ", updated_at = ");
    query_arg(&query, V(request->now));
    query_sql(&query, ", updated_by_id = ");
    query_arg(&query, request_actor(request));
    if ((object->flags & OBJECT_POOLED) != 0) {
        add_pool(&query, move, options->at.set ? options->at.value : request->now);
    }
    query_sql(&query, ", version = version + 1 WHERE id IN ");
    query_arg_ids(&query, ids, count);
    return db_run(request->db, request->arena, query_text(&query), query_args(&query), &result);
}

/* One statement for all that go to the same person. */
static enum err write_owners(struct request *request, const struct object *object, const struct record_move *moves,
                             size_t count, const struct move_options *options)
{
    bool *is_done = ARENA_ARRAY(request->arena, bool, count + 1);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t together = 0;
        if (is_done[i] || !is_written(&moves[i])) {
            continue;
        }
        for (size_t m = i; m < count && together < IDS_MAX; m++) {
            if (!is_done[m] && is_written(&moves[m]) && same_place(&moves[i], &moves[m])) {
                is_done[m] = true;
                ids[together++] = moves[m].id;
            }
        }
        TRY(write_owner(request, object, &moves[i], options, ids, together));
    }
    return OK;
}

static enum err write_histories(struct request *request, const struct object *object, const struct record_move *moves,
                                size_t count, size_t written, struct str reason)
{
    struct value *values = ARENA_ARRAY(request->arena, struct value, written * HISTORY_WIDTH);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_written(&moves[i])) {
            values[at++] = V(object->name);
            values[at++] = V(moves[i].id);
            values[at++] = V(moves[i].owner_id);
            values[at++] = V(moves[i].department_id);
            values[at++] = V(request->today);
            values[at++] = reason.len == 0 ? value_null() : V(reason);
            values[at++] = V(request->now);
            values[at++] = request_actor(request);
        }
    }
    return db_bulk(request->db, request->arena,
                   STR("INSERT INTO ownership (object, record_id, owner_id, department_id, valid_from, reason, "
                       "changed_at, changed_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
                   values, HISTORY_WIDTH, written);
}

/* {"owner_id": [before, after], "department_id": [before, after]} */
static struct str changes_text(struct request *request, const struct record_move *move)
{
    json_t *changes = json_keep(request->arena, json_object());
    json_object_set_new(changes, "owner_id",
                        json_pack("[o,o]", json_opt_int(move->from_owner_id), json_opt_int(move->owner_id)));
    if (move->from_department_id.set != move->department_id.set ||
        move->from_department_id.value != move->department_id.value) {
        json_object_set_new(
            changes, "department_id",
            json_pack("[o,o]", json_opt_int(move->from_department_id), json_opt_int(move->department_id)));
    }
    return json_write(request->arena, changes);
}

/* A transfer is a transfer for whoever reads the record's story; other causes tell their own word. */
static const char *audit_word(enum move_cause cause)
{
    return cause == MOVE_HANDOVER ? "transfer" : move_cause_word(cause);
}

static enum err write_audit(struct request *request, const struct object *object, const struct record_move *moves,
                            size_t count, size_t written, const struct move_options *options)
{
    struct value *values = ARENA_ARRAY(request->arena, struct value, written * AUDIT_WIDTH);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_written(&moves[i])) {
            values[at++] = V(object->name);
            values[at++] = V(moves[i].id);
            values[at++] = V(audit_word(options->cause));
            values[at++] = V(moves[i].version + 1);
            values[at++] = V(changes_text(request, &moves[i]));
            values[at++] = options->reason.len == 0 ? value_null() : V(options->reason);
            values[at++] = request_actor(request);
            values[at++] = V(request->address);
            values[at++] = V(request->id);
            values[at++] = V(request->now);
        }
    }
    return db_bulk(request->db, request->arena,
                   STR("INSERT INTO audit_entry (object, record_id, action, version, changes, reason, user_id, "
                       "address, request_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                   values, AUDIT_WIDTH, written);
}

enum err move_store_write(struct request *request, const struct object *object, const struct record_move *moves,
                          size_t count, const struct move_options *options)
{
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        written += is_written(&moves[i]);
    }
    if (written == 0) {
        return OK;
    }
    TRY(write_owners(request, object, moves, count, options));
    TRY(write_histories(request, object, moves, count, written, options->reason));
    return write_audit(request, object, moves, count, written, options);
}
