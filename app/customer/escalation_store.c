/* SQL of escalation. */
#include "escalation_store.h"

#include "platform/query.h"

static const struct column STEP[] = {
    COLUMN(struct escalation_step, id),
    COLUMN(struct escalation_step, name),
    COLUMN(struct escalation_step, days),
    COLUMN(struct escalation_step, day_kind),
    COLUMN(struct escalation_step, notify_owner),
    COLUMN(struct escalation_step, notify_manager),
    COLUMN(struct escalation_step, notify_department_head),
    COLUMN(struct escalation_step, notify_operations),
    COLUMN(struct escalation_step, mark_risk),
    COLUMN(struct escalation_step, filter),
};
STATEMENT_ROWS(STEPS, "escalation.steps", struct escalation_step, STEP,
               "SELECT id, name, days, day_kind, notify_owner, notify_manager, notify_department_head, "
               "notify_operations, mark_risk, filter FROM escalation_step WHERE is_active AND deleted_at IS NULL "
               "ORDER BY days, id");
STATEMENT(RESET, "escalation.reset",
          "DELETE n FROM escalation_notice n JOIN customer c ON c.id = n.customer_id "
          "WHERE n.customer_id = ? AND c.last_follow_up_at > n.told_at");
STATEMENT(CLEAR_RISK, "escalation.clear_risk",
          "UPDATE customer c SET c.is_at_risk = FALSE WHERE c.id = ? AND c.is_at_risk AND NOT EXISTS ("
          "SELECT 1 FROM escalation_notice n JOIN escalation_step s ON s.id = n.step_id AND s.mark_risk "
          "WHERE n.customer_id = c.id)");

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(OPERATIONS, "escalation.operations", struct number, NUMBER,
               "SELECT u.id AS value FROM `user` u JOIN user_role ur ON ur.user_id = u.id "
               "JOIN role r ON r.id = ur.role_id WHERE r.code = 'operations' AND u.status = 'active' "
               "AND u.deleted_at IS NULL ORDER BY u.id");

enum err escalation_store_steps(struct db *db, struct arena *arena, struct escalation_step **rows_out,
                                size_t *count_out)
{
    return db_many(db, arena, &STEPS, NO_ARGS, rows_out, count_out);
}

enum err escalation_store_neglected(struct db *db, struct arena *arena, const struct escalation_step *step,
                                    const struct filter *filter, struct instant cutoff, int64_t after_id, int64_t limit,
                                    struct neglected_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, t.name, t.owner_id, o.manager_id, d.manager_id FROM customer t "
                      "JOIN `user` o ON o.id = t.owner_id LEFT JOIN department d ON d.id = t.department_id "
                      "WHERE t.id > ");
    query_arg(&query, V(after_id));
    query_sql(&query, " AND t.deleted_at IS NULL AND COALESCE(t.held_since, t.created_at) < ");
    query_arg(&query, V(cutoff));
    query_sql(&query, " AND (t.last_follow_up_at IS NULL OR t.last_follow_up_at < ");
    query_arg(&query, V(cutoff));
    query_sql(&query,
              ") AND NOT EXISTS (SELECT 1 FROM escalation_notice n WHERE n.customer_id = t.id AND n.step_id = ");
    query_arg(&query, V(step->id));
    query_sql(&query, ") AND ");
    filter_sql(&query, filter, "t");
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    query_sql(&query, " FOR UPDATE");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct neglected_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct neglected_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).text,
                                                rows_get(&rows, i, 2).integer, opt_int_of(rows_get(&rows, i, 3)),
                                                opt_int_of(rows_get(&rows, i, 4))};
    }
    return OK;
}

enum { NOTE_WIDTH = 3 };

enum err escalation_store_note(struct db *db, struct arena *arena, int64_t step_id, const struct neglected_row *rows,
                               size_t count, struct instant now)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * NOTE_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        values[i * NOTE_WIDTH] = V(rows[i].id);
        values[i * NOTE_WIDTH + 1] = V(step_id);
        values[i * NOTE_WIDTH + 2] = V(now);
    }
    return db_bulk(db, arena, STR("INSERT INTO escalation_notice (customer_id, step_id, told_at) VALUES (?, ?, ?)"),
                   values, NOTE_WIDTH, count);
}

static int64_t *ids_of(struct arena *arena, const struct neglected_row *rows, size_t count)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].id;
    }
    return ids;
}

enum err escalation_store_mark_risk(struct db *db, struct arena *arena, const struct neglected_row *rows, size_t count)
{
    struct query query;
    struct db_result result;
    query_init(&query, arena);
    query_sql(&query, "UPDATE customer SET is_at_risk = TRUE WHERE id IN ");
    query_arg_ids(&query, ids_of(arena, rows, count), count);
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum err escalation_store_operations(struct db *db, struct arena *arena, int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &OPERATIONS, NO_ARGS, ids_out, count_out);
}

enum err escalation_store_reset(struct db *db, struct arena *arena, int64_t customer_id)
{
    TRY(db_exec(db, arena, &RESET, ARGS(V(customer_id))));
    return db_exec(db, arena, &CLEAR_RISK, ARGS(V(customer_id)));
}

enum err escalation_store_restart(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count)
{
    struct query query;
    struct db_result result;
    if (count == 0) {
        return OK;
    }
    query_init(&query, arena);
    query_sql(&query, "DELETE FROM escalation_notice WHERE customer_id IN ");
    query_arg_ids(&query, customer_ids, count);
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}
