/* SQL of the automatic distribution. */
#include "distribute_store.h"

static const struct column CANDIDATE[] = {COLUMN(struct candidate_row, user_id), COLUMN(struct candidate_row, name),
                                          COLUMN(struct candidate_row, weight), COLUMN(struct candidate_row, held),
                                          COLUMN(struct candidate_row, given)};
STATEMENT_ROWS(
    FIND_CANDIDATES, "distribute.candidates", struct candidate_row, CANDIDATE,
    "SELECT x.id AS user_id, x.name, x.weight, "
    "(SELECT COUNT(*) FROM customer c WHERE c.owner_id = x.id AND c.deleted_at IS NULL) AS held, "
    "(SELECT COUNT(*) FROM pool_event e WHERE e.owner_id = x.id AND e.happened_on = ? AND e.kind = 'auto' "
    "AND e.pool_id = ?) AS given FROM (SELECT u.id, u.name, "
    "COALESCE(MAX(IF(m.user_id IS NOT NULL, m.weight, NULL)), MAX(m.weight)) AS weight FROM pool_member m "
    "JOIN `user` u ON m.user_id = u.id "
    "OR u.department_id IN (SELECT p.descendant_id FROM department_path p WHERE p.ancestor_id = m.department_id) "
    "OR u.id IN (SELECT r.user_id FROM user_role r WHERE r.role_id = m.role_id) "
    "WHERE m.pool_id = ? AND u.status = 'active' AND u.deleted_at IS NULL GROUP BY u.id, u.name) x ORDER BY x.id");

enum err distribute_store_candidates(struct db *db, struct arena *arena, int64_t pool_id, struct date day,
                                     struct candidate_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FIND_CANDIDATES, ARGS(V(day), V(pool_id), V(pool_id)), rows_out, count_out);
}

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(FIND_POOLS, "distribute.pools", struct number, NUMBER,
               "SELECT id AS value FROM pool WHERE deleted_at IS NULL AND is_active "
               "AND distribution IN ('round_robin', 'load', 'weight') ORDER BY id");

enum err distribute_store_pools(struct db *db, struct arena *arena, int64_t **ids_out, size_t *count_out)
{
    struct number *rows;
    TRY(db_many(db, arena, &FIND_POOLS, NO_ARGS, &rows, count_out));
    *ids_out = ARENA_ARRAY(arena, int64_t, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*ids_out)[i] = rows[i].value;
    }
    return OK;
}

static const struct column WAITING[] = {COLUMN(struct waiting_row, id), COLUMN(struct waiting_row, pool_entered_at)};
STATEMENT_ROWS(FIND_WAITING, "distribute.waiting", struct waiting_row, WAITING,
               "SELECT id, pool_entered_at FROM customer WHERE pool_id = ? AND owner_id IS NULL AND deleted_at IS NULL "
               "AND pool_entered_at >= ? AND (pool_entered_at > ? OR id > ?) ORDER BY pool_entered_at, id LIMIT ?");

enum err distribute_store_waiting(struct db *db, struct arena *arena, int64_t pool_id, struct waiting_row after,
                                  int64_t limit, struct waiting_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FIND_WAITING,
                   ARGS(V(pool_id), V(after.pool_entered_at), V(after.pool_entered_at), V(after.id), V(limit)),
                   rows_out, count_out);
}

static bool has_id(const struct rows *rows, int64_t id)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows_get(rows, i, 0).integer == id) {
            return true;
        }
    }
    return false;
}

enum err distribute_store_lock(struct db *db, struct arena *arena, int64_t pool_id, struct waiting_row *rows,
                               size_t count)
{
    struct query query;
    struct rows lying;
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].id;
    }
    query_init(&query, arena);
    query_sql(&query, "SELECT id FROM customer FORCE INDEX (PRIMARY) WHERE owner_id IS NULL AND deleted_at IS NULL "
                      "AND pool_id = ");
    query_arg(&query, V(pool_id));
    query_sql(&query, " AND id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY id FOR UPDATE");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &lying));
    for (size_t i = 0; i < count; i++) {
        rows[i].is_gone = !has_id(&lying, rows[i].id);
    }
    return OK;
}

enum err distribute_store_former(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                 struct date since, struct rows *out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT DISTINCT customer_id, owner_id FROM assignment WHERE ended_on > ");
    query_arg(&query, V(since));
    query_sql(&query, " AND customer_id IN ");
    query_arg_ids(&query, ids, count);
    return db_query(db, arena, query_text(&query), query_args(&query), out);
}

static const struct column POINTER[] = {COLUMN(struct pointer_row, last_user_id),
                                        COLUMN(struct pointer_row, last_run_at), COLUMN(struct pointer_row, note)};
STATEMENT(ADD_POINTER, "distribute.add_pointer", "INSERT IGNORE INTO pool_pointer (pool_id) VALUES (?)");
STATEMENT_ROWS(FIND_POINTER, "distribute.pointer", struct pointer_row, POINTER,
               "SELECT last_user_id, last_run_at, note FROM pool_pointer WHERE pool_id = ?");
STATEMENT_ROWS(LOCK_POINTER, "distribute.lock_pointer", struct pointer_row, POINTER,
               "SELECT last_user_id, last_run_at, note FROM pool_pointer WHERE pool_id = ? FOR UPDATE");
STATEMENT(SET_POINTER, "distribute.set_pointer",
          "UPDATE pool_pointer SET last_user_id = ?, last_run_at = ?, note = ? WHERE pool_id = ?");

enum err distribute_store_pointer(struct db *db, struct arena *arena, int64_t pool_id, bool lock,
                                  struct pointer_row *out)
{
    if (lock) {
        TRY(db_exec(db, arena, &ADD_POINTER, ARGS(V(pool_id))));
    }
    return db_one(db, arena, lock ? &LOCK_POINTER : &FIND_POINTER, ARGS(V(pool_id)), out);
}

enum err distribute_store_set_pointer(struct request *request, int64_t pool_id, struct opt_int last_user_id,
                                      struct str note)
{
    return db_exec(request->db, request->arena, &SET_POINTER,
                   ARGS(V(last_user_id), V(request->now), V(note), V(pool_id)));
}
