/* SQL of claims and views: counted by business date, under the claimer's lock. Locks: pool, claimer, customers by
 * ascending id, then (in record_move) the holder. */
#include "claim_store.h"

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};

STATEMENT(ADD_CLAIMER, "claim.add_claimer", "INSERT IGNORE INTO pool_claimer (user_id) VALUES (?)");
STATEMENT_ROWS(LOCK_CLAIMER, "claim.lock_claimer", struct number, NUMBER,
               "SELECT user_id AS value FROM pool_claimer WHERE user_id = ? FOR UPDATE");
STATEMENT_ROWS(COUNT_CLAIMS, "claim.count", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM pool_event WHERE owner_id = ? AND happened_on = ? AND kind = 'claim' "
               "AND pool_id = ?");
STATEMENT_ROWS(
    COUNT_KEPT_CLAIMS, "claim.count_kept", struct number, NUMBER,
    "SELECT COUNT(*) AS value FROM pool_event e WHERE e.owner_id = ? AND e.happened_on = ? AND e.kind = 'claim' "
    "AND e.pool_id = ? AND NOT EXISTS (SELECT 1 FROM pool_event r WHERE r.customer_id = e.customer_id "
    "AND r.id > e.id AND r.kind = 'return' AND r.owner_id = e.owner_id AND r.happened_on = e.happened_on)");
STATEMENT_ROWS(COUNT_VIEWS, "claim.count_views", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM pool_view WHERE user_id = ? AND pool_id = ? AND viewed_on = ?");
STATEMENT_ROWS(HAS_VIEW, "claim.has_view", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM pool_view WHERE user_id = ? AND pool_id = ? AND viewed_on = ? "
               "AND customer_id = ?");
STATEMENT(ADD_VIEW, "claim.add_view",
          "INSERT IGNORE INTO pool_view (user_id, pool_id, viewed_on, customer_id, at) VALUES (?, ?, ?, ?, ?)");

enum err claim_store_lock_claimer(struct db *db, struct arena *arena, int64_t user_id)
{
    struct number number;
    enum err err = db_one(db, arena, &LOCK_CLAIMER, ARGS(V(user_id)), &number);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    TRY(db_exec(db, arena, &ADD_CLAIMER, ARGS(V(user_id))));
    return db_one(db, arena, &LOCK_CLAIMER, ARGS(V(user_id)), &number);
}

enum err claim_store_were_in(struct request *request, const int64_t *ids, size_t count, int64_t pool_id,
                             int64_t **ids_out, size_t *count_out)
{
    struct query query;
    struct rows rows = {0};
    query_init(&query, request->arena);
    query_sql(&query, "SELECT DISTINCT customer_id FROM pool_event WHERE pool_id = ");
    query_arg(&query, V(pool_id));
    query_sql(&query, " AND customer_id IN ");
    query_arg_ids(&query, ids, count);
    if (count > 0) {
        TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    }
    int64_t *found = ARENA_ARRAY(request->arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        found[i] = rows_get(&rows, i, 0).integer;
    }
    *ids_out = found;
    *count_out = rows.count;
    return OK;
}

enum err claim_store_left(struct request *request, const int64_t *ids, size_t count, int64_t user_id,
                          struct left_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT customer_id, ended_on FROM assignment WHERE ended_on IS NOT NULL AND owner_id = ");
    query_arg(&query, V(user_id));
    query_sql(&query, " AND customer_id IN ");
    query_arg_ids(&query, ids, count);
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct left_row *left = ARENA_ARRAY(request->arena, struct left_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        left[i] = (struct left_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).date};
    }
    *rows_out = left;
    *count_out = rows.count;
    return OK;
}

/* Marks those that lie elsewhere now. */
static enum err mark_former(struct request *request, struct wanted_row *wanted, size_t count, int64_t pool_id)
{
    int64_t *former;
    size_t former_count;
    size_t elsewhere_count = 0;
    int64_t *elsewhere = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!wanted[i].pool_id.set || wanted[i].pool_id.value != pool_id) {
            elsewhere[elsewhere_count++] = wanted[i].id;
        }
    }
    TRY(claim_store_were_in(request, elsewhere, elsewhere_count, pool_id, &former, &former_count));
    for (size_t k = 0; k < former_count; k++) {
        for (size_t i = 0; i < count; i++) {
            wanted[i].was_in_pool = wanted[i].was_in_pool || wanted[i].id == former[k];
        }
    }
    return OK;
}

enum err claim_store_lock(struct request *request, const int64_t *ids, size_t count, int64_t pool_id,
                          struct wanted_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT id, pool_id, owner_id FROM customer WHERE deleted_at IS NULL AND id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY id FOR UPDATE");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct wanted_row *wanted = ARENA_ARRAY(request->arena, struct wanted_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        wanted[i] = (struct wanted_row){.id = rows_get(&rows, i, 0).integer,
                                        .pool_id = opt_int_of(rows_get(&rows, i, 1)),
                                        .owner_id = opt_int_of(rows_get(&rows, i, 2))};
    }
    *rows_out = wanted;
    *count_out = rows.count;
    return mark_former(request, wanted, rows.count, pool_id);
}

enum err claim_store_claims(struct db *db, struct arena *arena, int64_t user_id, int64_t pool_id, struct date day,
                            bool refunded, int64_t *out)
{
    return db_one(db, arena, refunded ? &COUNT_KEPT_CLAIMS : &COUNT_CLAIMS, ARGS(V(user_id), V(day), V(pool_id)), out);
}

enum err claim_store_views(struct db *db, struct arena *arena, int64_t user_id, int64_t pool_id, struct date day,
                           int64_t customer_id, int64_t *count_out, bool *seen_out)
{
    int64_t seen = 0;
    TRY(db_one(db, arena, &COUNT_VIEWS, ARGS(V(user_id), V(pool_id), V(day)), count_out));
    TRY(db_one(db, arena, &HAS_VIEW, ARGS(V(user_id), V(pool_id), V(day), V(customer_id)), &seen));
    *seen_out = seen > 0;
    return OK;
}

enum err claim_store_add_view(struct request *request, int64_t pool_id, int64_t customer_id)
{
    return db_exec(request->db, request->arena, &ADD_VIEW,
                   ARGS(V(request->user->user_id), V(pool_id), V(request->today), V(customer_id), V(request->now)));
}
