/* SQL of holding limits. */
#include "ledger_store.h"

static const struct column LIMIT[] = {COLUMN(struct limit_row, id), COLUMN(struct limit_row, maximum),
                                      COLUMN(struct limit_row, uncounted)};

STATEMENT_ROWS(
    FIND, "limit.find", struct limit_row, LIMIT,
    "SELECT l.id, l.maximum, l.uncounted FROM holding_limit l JOIN `user` u ON u.id = ? "
    "LEFT JOIN department_path p ON p.ancestor_id = l.department_id AND p.descendant_id = u.department_id "
    "LEFT JOIN user_role r ON r.role_id = l.role_id AND r.user_id = u.id "
    "WHERE l.deleted_at IS NULL AND (l.user_id = u.id OR p.descendant_id IS NOT NULL OR r.user_id IS NOT NULL "
    "OR (l.user_id IS NULL AND l.department_id IS NULL AND l.role_id IS NULL)) "
    "ORDER BY l.user_id IS NULL, l.department_id IS NULL, p.depth, l.role_id IS NULL, l.maximum DESC, l.id "
    "LIMIT 1");

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(EXISTS_ANY, "limit.exists", struct number, NUMBER,
               "SELECT EXISTS (SELECT 1 FROM holding_limit WHERE deleted_at IS NULL) AS value");
STATEMENT(ADD_HOLDER, "limit.add_holder", "INSERT IGNORE INTO holder (user_id) VALUES (?)");
STATEMENT_ROWS(LOCK_HOLDER, "limit.lock_holder", struct number, NUMBER,
               "SELECT user_id AS value FROM holder WHERE user_id = ? FOR UPDATE");

enum err limit_store_find(struct db *db, struct arena *arena, int64_t user_id, struct limit_row *out)
{
    return db_one(db, arena, &FIND, ARGS(V(user_id)), out);
}

enum err limit_store_exists(struct db *db, struct arena *arena, bool *out)
{
    struct number number;
    TRY(db_one(db, arena, &EXISTS_ANY, NO_ARGS, &number));
    *out = number.value != 0;
    return OK;
}

enum err limit_store_lock_holder(struct db *db, struct arena *arena, int64_t user_id)
{
    struct number number;
    enum err err = db_one(db, arena, &LOCK_HOLDER, ARGS(V(user_id)), &number);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    TRY(db_exec(db, arena, &ADD_HOLDER, ARGS(V(user_id))));
    return db_one(db, arena, &LOCK_HOLDER, ARGS(V(user_id)), &number);
}

static enum err count_held(struct db *db, struct arena *arena, int64_t user_id, const struct filter *filter,
                           int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT COUNT(*) FROM customer t WHERE t.deleted_at IS NULL AND t.owner_id = ");
    query_arg(&query, V(user_id));
    if (filter != NULL) {
        query_sql(&query, " AND ");
        filter_sql(&query, filter, "t");
    }
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

enum err limit_store_held(struct db *db, struct arena *arena, int64_t user_id, const struct filter *uncounted,
                          int64_t *out)
{
    int64_t taken_out = 0;
    TRY(count_held(db, arena, user_id, NULL, out));
    if (uncounted != NULL) {
        TRY(count_held(db, arena, user_id, uncounted, &taken_out));
    }
    *out -= taken_out;
    return OK;
}

enum err limit_store_uncounted(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                               const struct filter *uncounted, int64_t **ids_out, size_t *count_out)
{
    struct query query;
    struct rows rows = {0};
    query_init(&query, arena);
    *ids_out = NULL;
    *count_out = 0;
    if (uncounted == NULL || count == 0) {
        return OK;
    }
    query_sql(&query, "SELECT t.id FROM customer t WHERE t.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " AND ");
    filter_sql(&query, uncounted, "t");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *ids_out = ARENA_ARRAY(arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        (*ids_out)[i] = rows_get(&rows, i, 0).integer;
    }
    *count_out = rows.count;
    return OK;
}
