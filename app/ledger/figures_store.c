/* SQL of what came of intervals: one statement computes all figures from the records. */
#include "ledger_store.h"

/* clang-format off */

/* Which records of a customer count: the customer's own; with merges those that were the customer's when the event
 * happened, whatever they are attached to now. The customer of a record at a time is the source of the first merge
 * after that time that moved the record, else its present one. */
#define PLAIN(alias, table, time, merge_time) alias ".customer_id = a.customer_id"
#define MERGED(alias, table, time, merge_time)                                                                         \
    alias ".customer_id IN (a.customer_id, "                                                                           \
    "(SELECT w.final_id FROM customer_merge w WHERE w.standing_source_id = a.customer_id)) "                           \
    "AND a.customer_id = COALESCE((SELECT m.source_id FROM customer_merge_row r "                                      \
    "JOIN customer_merge m ON m.id = r.merge_id AND m.undone_at IS NULL AND m.final_id = " alias ".customer_id "       \
    "WHERE r.reference = '" table ".customer_id' AND r.row_id = " alias ".id AND " time " < m." merge_time " "         \
    "ORDER BY m.merged_at, m.id LIMIT 1), " alias ".customer_id)"

/* Within the interval, by moment and by business date. */
#define MOMENT(OF, alias, table, time)                                                                                 \
    OF(alias, table, time, "merged_at") " AND " time " >= a.started_at AND (a.ended_at IS NULL OR " time " < a.ended_at)"
#define DAY(OF, alias, table, time)                                                                                    \
    OF(alias, table, time, "merged_on") " AND " time " >= a.started_on AND (a.ended_on IS NULL OR " time " < a.ended_on)"

#define FOLLOW_UPS(OF, what)                                                                                           \
    "(SELECT " what " FROM follow_up f WHERE f.owner_id = a.owner_id AND f.deleted_at IS NULL "                        \
    "AND " MOMENT(OF, "f", "follow_up", "f.followed_at") ")"
#define OPPORTUNITIES(OF)                                                                                              \
    "(SELECT COUNT(*) FROM opportunity o WHERE o.deleted_at IS NULL "                                                  \
    "AND " MOMENT(OF, "o", "opportunity", "o.created_at") ")"
#define LAST_STAGE(OF, what)                                                                                           \
    "(SELECT " what " FROM opportunity o JOIN stage_event e ON e.opportunity_id = o.id WHERE o.deleted_at IS NULL "    \
    "AND " MOMENT(OF, "o", "opportunity", "e.at") " ORDER BY e.at DESC, e.id DESC LIMIT 1)"
#define CONTRACTS(OF, what)                                                                                            \
    "(SELECT " what " FROM contract k WHERE k.deleted_at IS NULL AND k.status IN ('signed', 'completed') "             \
    "AND " DAY(OF, "k", "contract", "k.signed_on") ")"
#define CHANGES(OF)                                                                                                    \
    "(SELECT COALESCE(SUM(g.base_delta_minor), 0) FROM change_order g JOIN contract k ON k.id = g.contract_id "             \
    "WHERE g.deleted_at IS NULL AND g.status = 'effective' AND k.deleted_at IS NULL "                                  \
    "AND k.status IN ('signed', 'completed') AND " DAY(OF, "k", "contract", "g.effective_on") ")"
#define PAID(OF)                                                                                                       \
    "(SELECT COALESCE(SUM(p.base_minor), 0) FROM payment p WHERE p.deleted_at IS NULL "                                \
    "AND " DAY(OF, "p", "payment", "p.received_on") ")"
#define REFUNDED(OF)                                                                                                   \
    "(SELECT COALESCE(SUM(b.base_minor), 0) FROM refund b WHERE b.deleted_at IS NULL "                                 \
    "AND " DAY(OF, "b", "refund", "b.refunded_on") ")"
#define WON(OF)                                                                                                        \
    "(SELECT MIN(o.closed_on) FROM opportunity o WHERE o.deleted_at IS NULL AND o.status = 'won' "                     \
    "AND " DAY(OF, "o", "opportunity", "o.closed_on") ")"

/* Columns are set from left to right: later ones use what earlier ones have become. */
#define REFRESH(OF)                                                                                                    \
    "UPDATE assignment a SET "                                                                                         \
    "a.response_minutes = IF(a.first_touch_at <=> " FOLLOW_UPS(OF, "MIN(f.followed_at)") ", a.response_minutes, NULL), " \
    "a.first_touch_at = " FOLLOW_UPS(OF, "MIN(f.followed_at)") ", "                                                    \
    "a.last_touch_at = " FOLLOW_UPS(OF, "MAX(f.followed_at)") ", "                                                     \
    "a.follow_up_count = " FOLLOW_UPS(OF, "COUNT(*)") ", "                                                             \
    "a.opportunity_count = " OPPORTUNITIES(OF) ", "                                                                    \
    "a.opportunity_id = " LAST_STAGE(OF, "o.id") ", "                                                                  \
    "a.stage_id = " LAST_STAGE(OF, "e.to_stage_id") ", "                                                               \
    "a.contract_count = " CONTRACTS(OF, "COUNT(*)") ", "                                                               \
    "a.ordered_minor = " CONTRACTS(OF, "COALESCE(SUM(k.base_minor - k.changed_base_minor), 0)") " + " CHANGES(OF) ", "    \
    "a.signed_on = " CONTRACTS(OF, "MIN(k.signed_on)") ", "                                                            \
    "a.received_minor = " PAID(OF) " - " REFUNDED(OF) ", "                                                             \
    "a.won_on = " WON(OF) ", "                                                                                         \
    "a.deal_on = LEAST(COALESCE(a.signed_on, a.won_on), COALESCE(a.won_on, a.signed_on)), "                            \
    "a.days_to_deal = DATEDIFF(a.deal_on, a.started_on), "                                                             \
    "a.outcome = CASE WHEN a.deal_on IS NOT NULL THEN 'won' WHEN a.ended_at IS NULL THEN 'open' "                      \
    "WHEN a.end_cause = 'recycle' THEN 'recycled' WHEN a.end_cause = 'return' THEN 'returned' "                        \
    "WHEN a.end_cause = 'delete' THEN 'deleted' ELSE 'transferred' END "                                               \
    "WHERE a.customer_id IN "

/* clang-format on */

/* A statement reads what was committed when it began. Whoever waits for a row of somebody else within the refreshing
 * statement would count without what the other one has just committed, so the rows are taken first: the customers, or
 * somebody might begin an interval meanwhile, and the intervals. */
static enum err lock_intervals(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count)
{
    struct query query;
    struct rows locked;
    query_init(&query, arena);
    query_sql(&query, "SELECT id FROM customer WHERE id IN ");
    query_arg_ids(&query, customer_ids, count);
    query_sql(&query, " ORDER BY id LOCK IN SHARE MODE");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &locked));
    query_init(&query, arena);
    query_sql(&query, "SELECT a.id FROM assignment a WHERE a.customer_id IN ");
    query_arg_ids(&query, customer_ids, count);
    query_sql(&query, " ORDER BY a.customer_id, a.id FOR UPDATE");
    return db_query(db, arena, query_text(&query), query_args(&query), &locked);
}

enum err ledger_store_refresh(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count,
                              bool merged)
{
    struct query query;
    struct db_result result;
    TRY(lock_intervals(db, arena, customer_ids, count));
    query_init(&query, arena);
    query_sql(&query, merged ? REFRESH(MERGED) : REFRESH(PLAIN));
    query_arg_ids(&query, customer_ids, count);
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum err ledger_store_merged(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count,
                             int64_t **ids_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT m.source_id FROM customer_merge m WHERE m.undone_at IS NULL AND m.final_id IN ");
    query_arg_ids(&query, customer_ids, count);
    query_sql(&query,
              " UNION SELECT m.source_id FROM customer_merge w JOIN customer_merge m ON m.final_id = w.final_id "
              "AND m.undone_at IS NULL WHERE w.standing_source_id IN ");
    query_arg_ids(&query, customer_ids, count);
    query_sql(&query, " UNION SELECT m.final_id FROM customer_merge m WHERE m.undone_at IS NULL AND m.final_id IN ");
    query_arg_ids(&query, customer_ids, count);
    query_sql(&query, " UNION SELECT w.final_id FROM customer_merge w WHERE w.standing_source_id IN ");
    query_arg_ids(&query, customer_ids, count);
    return query_ids(db, arena, &query, ids_out, count_out);
}
