/* SQL of comings and goings. */
#include "turnover_store.h"

/* " >= ? AND … < ?" around the year. */
static void add_year(struct query *query, const struct target_span *span, const char *column)
{
    query_sql(query, column);
    query_sql(query, " >= ");
    query_arg(query, V(span->months[0]));
    query_sql(query, " AND ");
    query_sql(query, column);
    query_sql(query, " < ");
    query_arg(query, V(span->months[TARGET_MONTHS]));
}

static void add_movements(struct query *query, const struct target_span *span)
{
    query_sql(query, "(SELECT 1 AS kind, joined_on AS on_day, id AS user_id, 0 AS from_id, department_id AS to_id, "
                     "NULL AS known_at FROM `user` WHERE ");
    add_year(query, span, "joined_on");
    query_sql(query, " UNION ALL SELECT 2, a.valid_from, a.user_id, b.department_id, a.department_id, a.created_at "
                     "FROM user_assignment a JOIN user_assignment b ON b.user_id = a.user_id AND b.valid_to = "
                     "a.valid_from AND b.department_id <> a.department_id WHERE ");
    add_year(query, span, "a.valid_from");
    query_sql(query, " UNION ALL SELECT 3, left_on, id, department_id, 0, NULL FROM `user` WHERE ");
    add_year(query, span, "left_on");
    query_sql(query, ")");
}

static struct turnover_row read_row(const struct rows *rows, size_t i)
{
    struct value known = rows_get(rows, i, 6);
    struct value change = rows_get(rows, i, 9);
    return (struct turnover_row){
        .kind = rows_get(rows, i, 0).integer,
        .on = rows_get(rows, i, 1).date,
        .user_id = rows_get(rows, i, 2).integer,
        .name = rows_get(rows, i, 3).text,
        .from_department_id = rows_get(rows, i, 4).integer,
        .to_department_id = rows_get(rows, i, 5).integer,
        .known_at = opt_instant_of(known),
        .plan_id = rows_get(rows, i, 7).integer,
        .state = rows_get(rows, i, 8).integer,
        .change_number = opt_int_of(change),
    };
}

enum err turnover_store_list(struct db *db, struct arena *arena, int64_t round_id, enum measure measure,
                             const struct target_span *span, const struct target_pick *pick, int64_t limit,
                             struct turnover_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT m.kind, m.on_day, m.user_id, u.name, m.from_id, m.to_id, m.known_at, COALESCE(p.id, 0), "
                      "COALESCE(CAST(p.state AS UNSIGNED), 1), p.change_number FROM ");
    add_movements(&query, span);
    query_sql(&query, " m JOIN `user` u ON u.id = m.user_id AND u.deleted_at IS NULL LEFT JOIN target_plan p "
                      "ON p.subject_kind = 'user' AND p.subject_id = m.user_id AND p.round_id = ");
    query_arg(&query, V(round_id));
    query_sql(&query, " AND p.measure = ");
    query_arg(&query, V(MEASURES[measure].key));
    if (!pick->all) {
        query_sql(&query, " WHERE (m.from_id IN ");
        query_arg_ids(&query, pick->departments, pick->department_count);
        query_sql(&query, " OR m.to_id IN ");
        query_arg_ids(&query, pick->departments, pick->department_count);
        query_sql(&query, " OR m.user_id IN ");
        query_arg_ids(&query, pick->people, pick->people_count);
        query_sql(&query, ")");
    }
    query_sql(&query, " ORDER BY m.on_day DESC, m.user_id, m.kind LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct turnover_row, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = read_row(&rows, i);
    }
    *count_out = rows.count;
    return OK;
}
