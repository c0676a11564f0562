/* SQL of intervals. */
#include "ledger_store.h"

#include <string.h>

#include "platform/object_select.h"

static bool is_written(const struct record_move *move)
{
    return move->refused == OK && !move->unchanged;
}

static struct value text_or_null(struct str text)
{
    return text.len == 0 ? value_null() : V(text);
}

/* How an interval without a deal ended. */
static const char *outcome_word(enum move_cause cause)
{
    return cause == MOVE_RECYCLE ? "recycled" : cause == MOVE_RETURN ? "returned" : "transferred";
}

enum { END_WIDTH = 10 };

enum err ledger_store_end(struct request *request, const struct record_move *moves, size_t count,
                          const struct move_options *options, struct instant at, struct date on)
{
    struct value *values = ARENA_ARRAY(request->arena, struct value, count * END_WIDTH + 1);
    size_t ended = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_written(&moves[i]) || !moves[i].from_owner_id.set) {
            continue;
        }
        struct value *row = values + ended++ * END_WIDTH;
        row[0] = V(at);
        row[1] = V(on);
        row[2] = V(move_cause_word(options->cause));
        row[3] = text_or_null(options->reason);
        row[4] = V(moves[i].owner_id);
        row[5] = V(moves[i].pool_id);
        row[6] = V(outcome_word(options->cause));
        row[7] = V(request->now);
        row[8] = request_actor(request);
        row[9] = V(moves[i].id);
    }
    if (ended == 0) {
        return OK;
    }
    return db_bulk(request->db, request->arena,
                   STR("UPDATE assignment SET ended_at = GREATEST(started_at, ?), ended_on = GREATEST(started_on, ?), "
                       "end_cause = ?, end_reason = ?, to_owner_id = ?, to_pool_id = ?, "
                       "outcome = IF(deal_on IS NULL, ?, 'won'), updated_at = ?, updated_by_id = ?, "
                       "version = version + 1 WHERE open_customer_id = ?"),
                   values, END_WIDTH, ended);
}

static bool begins(const struct record_move *move)
{
    return is_written(move) && move->owner_id.set;
}

/* Whether something of the customer happened at `at` or later, or bears the date `on` or a later one. */
static void add_later(struct query *query, struct instant at, struct date on)
{
    query_sql(query, "COALESCE(c.last_follow_up_at >= ");
    query_arg(query, V(at));
    /* An opportunity was not changed before it was created or moved last. */
    query_sql(query,
              ", FALSE) OR EXISTS (SELECT 1 FROM opportunity t WHERE t.customer_id = c.id AND (t.updated_at >= ");
    query_arg(query, V(at));
    query_sql(query, " OR t.closed_on >= ");
    query_arg(query, V(on));
    query_sql(query, ")) OR EXISTS (SELECT 1 FROM contract t LEFT JOIN change_order g ON g.contract_id = t.id "
                     "WHERE t.customer_id = c.id AND (t.signed_on >= ");
    query_arg(query, V(on));
    query_sql(query, " OR g.effective_on >= ");
    query_arg(query, V(on));
    query_sql(query, ")) OR EXISTS (SELECT 1 FROM payment t WHERE t.customer_id = c.id AND t.received_on >= ");
    query_arg(query, V(on));
    query_sql(query, ") OR EXISTS (SELECT 1 FROM refund t WHERE t.customer_id = c.id AND t.refunded_on >= ");
    query_arg(query, V(on));
    query_sql(query, ")");
}

enum { CUSTOMER_COLUMNS = 6, BEGIN_WIDTH = 21 };

enum err ledger_store_customers_moved(struct request *request, const int64_t *ids, size_t count, bool are_new,
                                      struct instant at, struct date on, struct rows *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT c.id, c.name, c.customer_type, c.level, c.source, c.region_id, ");
    if (are_new) {
        query_sql(&query, "FALSE");
    } else {
        add_later(&query, at, on);
    }
    query_sql(&query, " FROM customer c WHERE c.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY c.id");
    return db_query(request->db, request->arena, query_text(&query), query_args(&query), out);
}

size_t ledger_store_later(struct arena *arena, const struct rows *customers, int64_t **ids_out)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, customers->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < customers->count; i++) {
        if (rows_get(customers, i, CUSTOMER_COLUMNS).integer != 0) {
            ids[count++] = rows_get(customers, i, 0).integer;
        }
    }
    *ids_out = ids;
    return count;
}

static size_t find_customer(const struct rows *customers, size_t from, int64_t id)
{
    while (from < customers->count && rows_get(customers, from, 0).integer < id) {
        from++;
    }
    return from;
}

enum err ledger_store_begin(struct request *request, const struct record_move *moves, size_t count,
                            const struct move_options *options, const struct rows *customers, struct instant at,
                            struct date on)
{
    struct value *values = ARENA_ARRAY(request->arena, struct value, customers->count * BEGIN_WIDTH + 1);
    size_t begun = 0;
    size_t customer = 0;
    for (size_t i = 0; i < count; i++) {
        if (!begins(&moves[i])) {
            continue;
        }
        customer = find_customer(customers, customer, moves[i].id); /* the moves stand by ascending id too */
        struct value *row = values + begun * BEGIN_WIDTH;
        for (size_t c = 0; c < CUSTOMER_COLUMNS; c++) {
            row[c] = rows_get(customers, customer, c);
        }
        row[6] = V(moves[i].owner_id);
        row[7] = V(moves[i].department_id);
        row[8] = V(at);
        row[9] = V(on);
        row[10] = V(move_cause_word(options->cause));
        row[11] = V(options->batch_id);
        row[12] = V(moves[i].from_owner_id);
        row[13] = V(moves[i].from_pool_id);
        row[14] = text_or_null(options->reason);
        row[15] = V(options->sla_policy_id);
        row[16] = V(options->first_touch_due_at);
        row[17] = V(options->expected_action_on);
        row[18] = V(request->now);
        row[19] = request_actor(request);
        row[20] = V(request->now);
        begun++;
    }
    if (begun == 0) {
        return OK;
    }
    return db_bulk(request->db, request->arena,
                   STR("INSERT INTO assignment (customer_id, name, customer_type, customer_level, customer_source, "
                       "region_id, owner_id, department_id, started_at, started_on, start_cause, batch_id, "
                       "from_owner_id, from_pool_id, reason, sla_policy_id, first_touch_due_at, expected_action_on, "
                       "created_at, created_by_id, updated_at) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                   values, BEGIN_WIDTH, begun);
}

STATEMENT(
    END_DELETED, "ledger.end_deleted",
    "UPDATE assignment SET ended_at = GREATEST(started_at, ?), ended_on = GREATEST(started_on, ?), "
    "end_cause = 'delete', outcome = IF(deal_on IS NULL, 'deleted', 'won'), updated_at = ?, version = version + 1 "
    "WHERE open_customer_id = ?");
STATEMENT(REOPEN, "ledger.reopen",
          "UPDATE assignment a JOIN customer c ON c.id = a.customer_id AND c.owner_id = a.owner_id "
          "SET a.ended_at = NULL, a.ended_on = NULL, a.end_cause = NULL, a.end_reason = NULL, a.to_owner_id = NULL, "
          "a.outcome = IF(a.deal_on IS NULL, 'open', 'won'), a.updated_at = ?, a.version = a.version + 1 "
          "WHERE a.customer_id = ? AND a.end_cause IN ('delete', 'merge') "
          "AND a.id = (SELECT MAX(l.id) FROM assignment l WHERE l.customer_id = ?)");

enum err ledger_store_end_deleted(struct request *request, int64_t customer_id)
{
    return db_exec(request->db, request->arena, &END_DELETED,
                   ARGS(V(request->now), V(request->today), V(request->now), V(customer_id)));
}

STATEMENT(END_MERGED, "ledger.end_merged",
          "UPDATE assignment SET ended_at = GREATEST(started_at, ?), ended_on = GREATEST(started_on, ?), "
          "end_cause = 'merge', to_owner_id = (SELECT owner_id FROM customer WHERE id = ?), "
          "outcome = IF(deal_on IS NULL, 'transferred', 'won'), updated_at = ?, updated_by_id = ?, "
          "version = version + 1 WHERE open_customer_id = ?");

enum err ledger_store_end_merged(struct request *request, int64_t customer_id, int64_t survivor_id)
{
    return db_exec(request->db, request->arena, &END_MERGED,
                   ARGS(V(request->now), V(request->today), V(survivor_id), V(request->now), request_actor(request),
                        V(customer_id)));
}

STATEMENT(PURGE, "ledger.purge",
          "DELETE FROM assignment WHERE customer_id = ? "
          "AND NOT EXISTS (SELECT 1 FROM customer_merge w WHERE w.standing_source_id = ?)");
STATEMENT(PURGE_SOURCES, "ledger.purge_sources",
          "DELETE a FROM customer_merge m JOIN assignment a ON a.customer_id = m.source_id "
          "WHERE m.final_id = ? AND m.undone_at IS NULL");

enum err ledger_store_purge(struct db *db, struct arena *arena, int64_t customer_id)
{
    TRY(db_exec(db, arena, &PURGE, ARGS(V(customer_id), V(customer_id))));
    return db_exec(db, arena, &PURGE_SOURCES, ARGS(V(customer_id)));
}

enum err ledger_store_reopen(struct request *request, int64_t customer_id, bool *out)
{
    struct db_result result;
    TRY(db_exec_result(request->db, request->arena, &REOPEN, ARGS(V(request->now), V(customer_id), V(customer_id)),
                       &result));
    *out = result.affected > 0;
    return OK;
}

enum err ledger_store_customers(struct db *db, struct arena *arena, const struct object *object, const int64_t *ids,
                                size_t count, int64_t **customers_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT DISTINCT t.customer_id FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.customer_id IS NOT NULL AND t.id IN ");
    query_arg_ids(&query, ids, count);
    return query_ids(db, arena, &query, customers_out, count_out);
}

enum err ledger_store_unanswered(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count,
                                 struct unanswered_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT id, started_at, first_touch_at FROM assignment WHERE first_touch_at IS NOT NULL "
                      "AND response_minutes IS NULL AND customer_id IN ");
    query_arg_ids(&query, customer_ids, count);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    struct unanswered_row *found = ARENA_ARRAY(arena, struct unanswered_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        found[i] = (struct unanswered_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).instant,
                                           rows_get(&rows, i, 2).instant};
    }
    *rows_out = found;
    *count_out = rows.count;
    return OK;
}

enum err ledger_store_set_responses(struct db *db, struct arena *arena, const struct unanswered_row *rows,
                                    const int64_t *minutes, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * 2 + 1);
    for (size_t i = 0; i < count; i++) {
        values[i * 2] = V(minutes[i]);
        values[i * 2 + 1] = V(rows[i].id);
    }
    return db_bulk(db, arena, STR("UPDATE assignment SET response_minutes = ? WHERE id = ?"), values, 2, count);
}
