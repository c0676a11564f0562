/* SQL of customers beyond what the object tables give. */
#include "customer_store.h"

#include "platform/object_select.h"
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

enum err customer_store_lock_record(struct db *db, struct arena *arena, const char *table, int64_t id)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT id FROM ");
    select_table(&query, table);
    query_sql(&query, " WHERE id = ");
    query_arg(&query, V(id));
    query_sql(&query, " FOR UPDATE");
    return db_query(db, arena, query_text(&query), query_args(&query), &rows);
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
    COLUMN(struct timeline_row, id),         COLUMN(struct timeline_row, at),
    COLUMN(struct timeline_row, kind),       COLUMN(struct timeline_row, object),
    COLUMN(struct timeline_row, record_id),  COLUMN(struct timeline_row, user_id),
    COLUMN(struct timeline_row, user_name),  COLUMN(struct timeline_row, title),
    COLUMN(struct timeline_row, detail),     COLUMN(struct timeline_row, action),
    COLUMN(struct timeline_row, file_count),
};

/* Each branch is cut to the page before the union is sorted. Of its rows at the cursor's own time it takes those below
 * an id: of its kind those not yet shown, of kinds that come later all. */
#define BEHIND(at, id) at " <= ? AND (" at " < ? OR " id " < ?) ORDER BY " at " DESC, " id " DESC LIMIT ?) "
STATEMENT_ROWS(
    FIND_TIMELINE, "customer.timeline", struct timeline_row, TIMELINE,
    "SELECT x.id, x.at, x.kind, x.object, x.record_id, x.user_id, u.name AS user_name, x.title, x.detail, x.action, "
    "x.file_count FROM ("
    "(SELECT f.id, f.followed_at AS at, 'follow_up' AS kind, 'follow_up' AS object, f.id AS record_id, "
    "f.owner_id AS user_id, f.next_plan AS title, f.content AS detail, f.method AS action, "
    "f.attachment_count AS file_count FROM follow_up f "
    "WHERE f.customer_id = ? AND f.deleted_at IS NULL AND " BEHIND(
        "f.followed_at",
        "f.id") "UNION ALL (SELECT e.id, e.at, 'stage', 'opportunity', o.id, e.user_id, o.name, "
                "JSON_OBJECT('from', fs.name, 'to', ts.name, 'amount_minor', e.amount_minor, 'currency', o.currency), "
                "'stage', 0 "
                "FROM opportunity o JOIN stage_event e ON e.opportunity_id = o.id "
                "LEFT JOIN stage fs ON fs.id = e.from_stage_id LEFT JOIN stage ts ON ts.id = e.to_stage_id "
                "WHERE o.customer_id = ? AND (e.from_stage_id IS NULL OR e.from_stage_id <> e.to_stage_id) AND " BEHIND(
                    "e.at",
                    "e.id") "UNION ALL (SELECT a.id, a.at, 'audit', a.object, a.record_id, a.user_id, a.reason, "
                            "a.changes, a.action, 0 "
                            "FROM audit_entry a WHERE a.object = 'customer' AND a.record_id = ? AND " BEHIND(
                                "a.at",
                                "a.id") "UNION ALL (SELECT a.id, a.at, 'audit', a.object, a.record_id, a.user_id, "
                                        "c.number, "
                                        "JSON_OBJECT('amount_minor', c.amount_minor, 'currency', c.currency, 'status', "
                                        "c.status), a.action, 0 FROM contract c "
                                        "JOIN audit_entry a ON a.object = 'contract' AND a.record_id = c.id "
                                        "WHERE c.customer_id = ? AND a.action IN ('create', 'delete') AND " BEHIND(
                                            "a.at",
                                            "a.id") "UNION ALL (SELECT a.id, a.at, 'audit', a.object, a.record_id, "
                                                    "a.user_id, p.number, "
                                                    "JSON_OBJECT('amount_minor', p.amount_minor, 'currency', "
                                                    "p.currency), a.action, 0 FROM payment p "
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

STATEMENT(SET_HELD, "customer.set_held", "UPDATE customer SET held_since = ? WHERE id = ?");

enum err customer_store_set_held(struct db *db, struct arena *arena, int64_t id, struct instant at)
{
    return db_exec(db, arena, &SET_HELD, ARGS(V(at), V(id)));
}
