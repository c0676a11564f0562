/* SQL of customers beyond what the object tables give. */
#include "customer_store.h"

#include "platform/query.h"

STATEMENT(REFRESH, "customer.refresh_follow_ups",
          "UPDATE customer SET "
          "last_follow_up_at = (SELECT MAX(f.followed_at) FROM follow_up f WHERE f.customer_id = ? AND f.deleted_at IS "
          "NULL), "
          "next_plan_at = (SELECT MIN(f.next_plan_at) FROM follow_up f "
          "WHERE f.customer_id = ? AND f.plan_status = 'open' AND f.deleted_at IS NULL) "
          "WHERE id = ?");

enum err customer_store_refresh(struct db *db, struct arena *arena, int64_t customer_id)
{
    return db_exec(db, arena, &REFRESH, ARGS(V(customer_id), V(customer_id), V(customer_id)));
}

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};

STATEMENT_ROWS(IS_ABOVE, "customer.is_above", struct number, NUMBER,
               "WITH RECURSIVE above (id, parent_id) AS ("
               "SELECT id, parent_id FROM customer WHERE id = ? "
               "UNION SELECT c.id, c.parent_id FROM customer c JOIN above a ON c.id = a.parent_id) "
               "SELECT COUNT(*) AS value FROM above WHERE id = ?");
STATEMENT_ROWS(OF_CONTACT, "customer.of_contact", struct number, NUMBER,
               "SELECT customer_id AS value FROM contact WHERE id = ?");
STATEMENT_ROWS(OF_OPPORTUNITY, "customer.of_opportunity", struct number, NUMBER,
               "SELECT COALESCE(customer_id, 0) AS value FROM opportunity WHERE id = ? FOR UPDATE");

STATEMENT_ROWS(LOCK_ONE, "customer.lock", struct number, NUMBER,
               "SELECT id AS value FROM customer WHERE id = ? FOR UPDATE");

STATEMENT_ROWS(LOCK_FOLLOW_UP, "customer.lock_follow_up", struct number, NUMBER,
               "SELECT id AS value FROM follow_up WHERE id = ? FOR UPDATE");
STATEMENT_ROWS(LOCK_CLAIM, "customer.lock_claim", struct number, NUMBER,
               "SELECT id AS value FROM conflict_claim WHERE id = ? FOR UPDATE");

STATEMENT_ROWS(LOCK_OPPORTUNITY, "customer.lock_opportunity", struct number, NUMBER,
               "SELECT id AS value FROM opportunity WHERE id = ? FOR UPDATE");

enum err customer_store_lock_record(struct db *db, struct arena *arena, const char *object, int64_t id)
{
    int64_t found = 0;
    struct str name = str_from(object);
    const struct stmt *statement = str_eq_c(name, "customer")      ? &LOCK_ONE
                                   : str_eq_c(name, "follow_up")   ? &LOCK_FOLLOW_UP
                                   : str_eq_c(name, "opportunity") ? &LOCK_OPPORTUNITY
                                                                   : &LOCK_CLAIM;
    enum err err = db_one(db, arena, statement, ARGS(V(id)), &found);
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err customer_store_lock(struct db *db, struct arena *arena, int64_t customer_id)
{
    int64_t id = 0;
    enum err err = db_one(db, arena, &LOCK_ONE, ARGS(V(customer_id)), &id);
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err customer_store_is_above(struct db *db, struct arena *arena, int64_t ancestor_id, int64_t customer_id,
                                 bool *out)
{
    struct number count;
    TRY(db_one(db, arena, &IS_ABOVE, ARGS(V(customer_id), V(ancestor_id)), &count));
    *out = count.value > 0;
    return OK;
}

enum err customer_store_of_contact(struct db *db, struct arena *arena, int64_t contact_id, int64_t *out)
{
    return db_one(db, arena, &OF_CONTACT, ARGS(V(contact_id)), out);
}

enum err customer_store_of_opportunity(struct db *db, struct arena *arena, int64_t opportunity_id, int64_t *out)
{
    return db_one(db, arena, &OF_OPPORTUNITY, ARGS(V(opportunity_id)), out);
}

static const struct column TIMELINE[] = {
    COLUMN(struct timeline_row, id),        COLUMN(struct timeline_row, at),
    COLUMN(struct timeline_row, kind),      COLUMN(struct timeline_row, object),
    COLUMN(struct timeline_row, record_id), COLUMN(struct timeline_row, user_id),
    COLUMN(struct timeline_row, user_name), COLUMN(struct timeline_row, title),
    COLUMN(struct timeline_row, detail),    COLUMN(struct timeline_row, action),
};

/* Each branch is cut to the page before the union is sorted. Of its rows at the cursor's own time it takes those below
 * an id: of its kind those not yet shown, of kinds that come later all. */
#define BEHIND(at, id) at " <= ? AND (" at " < ? OR " id " < ?) ORDER BY " at " DESC, " id " DESC LIMIT ?) "
STATEMENT_ROWS(
    FIND_TIMELINE, "customer.timeline", struct timeline_row, TIMELINE,
    "SELECT x.id, x.at, x.kind, x.object, x.record_id, x.user_id, u.name AS user_name, x.title, x.detail, x.action "
    "FROM ((SELECT f.id, f.followed_at AS at, 'follow_up' AS kind, 'follow_up' AS object, f.id AS record_id, "
    "f.owner_id AS user_id, f.next_plan AS title, f.content AS detail, f.method AS action FROM follow_up f "
    "WHERE f.customer_id = ? AND f.deleted_at IS NULL AND " BEHIND(
        "f.followed_at",
        "f.id") "UNION ALL (SELECT e.id, e.at, 'stage', 'opportunity', o.id, e.user_id, o.name, "
                "JSON_OBJECT('from', fs.name, 'to', ts.name, 'amount_minor', e.amount_minor, 'currency', o.currency), "
                "'stage' "
                "FROM opportunity o JOIN stage_event e ON e.opportunity_id = o.id "
                "LEFT JOIN stage fs ON fs.id = e.from_stage_id LEFT JOIN stage ts ON ts.id = e.to_stage_id "
                "WHERE o.customer_id = ? AND " BEHIND(
                    "e.at",
                    "e.id") "UNION ALL (SELECT a.id, a.at, 'audit', a.object, a.record_id, a.user_id, a.reason, "
                            "a.changes, a.action "
                            "FROM audit_entry a WHERE a.object = 'customer' AND a.record_id = ? AND " BEHIND(
                                "a.at",
                                "a.id") "UNION ALL (SELECT a.id, a.at, 'audit', a.object, a.record_id, a.user_id, "
                                        "c.number, "
                                        "JSON_OBJECT('amount_minor', c.amount_minor, 'currency', c.currency, 'status', "
                                        "c.status), a.action FROM contract c "
                                        "JOIN audit_entry a ON a.object = 'contract' AND a.record_id = c.id "
                                        "WHERE c.customer_id = ? AND a.action IN ('create', 'delete') AND " BEHIND(
                                            "a.at",
                                            "a.id") "UNION ALL (SELECT a.id, a.at, 'audit', a.object, a.record_id, "
                                                    "a.user_id, p.number, "
                                                    "JSON_OBJECT('amount_minor', p.amount_minor, 'currency', "
                                                    "p.currency), a.action FROM payment p "
                                                    "JOIN audit_entry a ON a.object = 'payment' AND a.record_id = p.id "
                                                    "WHERE p.customer_id = ? AND a.action IN ('create', 'delete') "
                                                    "AND " BEHIND(
                                                        "a.at",
                                                        "a.id") ") x LEFT JOIN `user` u ON u.id = x.user_id ORDER BY "
                                                                "x.at DESC, x.kind, x.id DESC LIMIT ?");

/* Rows of a kind at the cursor's time come behind the cursor when their id is below this. */
static int64_t id_below(const struct timeline_cursor *cursor, enum timeline_kind kind)
{
    return kind > cursor->kind ? INT64_MAX : kind < cursor->kind ? 0 : cursor->id;
}

enum err customer_store_timeline(struct db *db, struct arena *arena, int64_t customer_id,
                                 const struct timeline_cursor *behind, int64_t limit, struct timeline_row **rows_out,
                                 size_t *count_out)
{
    struct value id = V(customer_id);
    struct value at = V(behind->at);
    struct value rows = V(limit);
    struct value audit = V(id_below(behind, TIMELINE_AUDIT));
    struct value follow_up = V(id_below(behind, TIMELINE_FOLLOW_UP));
    struct value stage = V(id_below(behind, TIMELINE_STAGE));
    return db_many(db, arena, &FIND_TIMELINE,
                   ARGS(id, at, at, follow_up, rows, id, at, at, stage, rows, id, at, at, audit, rows, id, at, at,
                        audit, rows, id, at, at, audit, rows, rows),
                   rows_out, count_out);
}

/* ---- places ---- */

static bool is_written(const struct record_move *move)
{
    return move->refused == OK && !move->unchanged;
}

enum err customer_store_pools_of(struct db *db, struct arena *arena, struct record_move *moves, size_t count)
{
    struct query query;
    struct rows rows;
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = moves[i].id;
        moves[i].from_pool_id = (struct opt_int){0};
    }
    query_init(&query, arena);
    query_sql(&query, "SELECT id, pool_id FROM customer WHERE pool_id IS NOT NULL AND id IN ");
    query_arg_ids(&query, ids, count);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    for (size_t r = 0; r < rows.count; r++) {
        for (size_t i = 0; i < count; i++) {
            if (moves[i].id == rows_get(&rows, r, 0).integer) {
                moves[i].from_pool_id = (struct opt_int){true, rows_get(&rows, r, 1).integer};
            }
        }
    }
    return OK;
}

/* Held by somebody, or in which pool. */
static bool same_place(const struct record_move *a, const struct record_move *b)
{
    bool both_held = a->owner_id.set && b->owner_id.set;
    return both_held || (a->owner_id.set == b->owner_id.set && a->pool_id.set == b->pool_id.set &&
                         a->pool_id.value == b->pool_id.value);
}

static enum err set_place(struct db *db, struct arena *arena, const struct record_move *move, struct instant at,
                          const int64_t *ids, size_t count)
{
    bool held = move->owner_id.set;
    struct query query;
    struct db_result result;
    query_init(&query, arena);
    query_sql(&query, "UPDATE customer SET held_since = ");
    query_arg(&query, held ? V(at) : value_null());
    query_sql(&query, ", pool_id = ");
    query_arg(&query, held ? value_null() : V(move->pool_id));
    query_sql(&query, ", pool_entered_at = ");
    query_arg(&query, held || !move->pool_id.set ? value_null() : V(at));
    query_sql(&query, " WHERE id IN ");
    query_arg_ids(&query, ids, count);
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum { IDS_MAX = 1024 };

/* One statement for all that come to the same place. */
enum err customer_store_set_places(struct db *db, struct arena *arena, const struct record_move *moves, size_t count,
                                   struct instant at)
{
    bool *is_done = ARENA_ARRAY(arena, bool, count + 1);
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
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
        TRY(set_place(db, arena, &moves[i], at, ids, together));
    }
    return OK;
}
