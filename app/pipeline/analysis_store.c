/* SQL of the analysis. */
#include "analysis_store.h"

#include "platform/object_select.h"

static enum err run(struct request *request, const struct query *query, struct rows *out)
{
    return db_query(request->db, request->arena, query_text(query), query_args(query), out);
}

static struct opt_int opt_id(struct value value)
{
    return (struct opt_int){value.type == VALUE_INT, value.type == VALUE_INT ? value.integer : 0};
}

enum err analysis_store_reached(struct request *request, const struct list_request *list, struct reached_row **rows_out,
                                size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.furthest_stage_id, t.stage_id, COUNT(*)");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " GROUP BY t.furthest_stage_id, t.stage_id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct reached_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct reached_row){opt_id(rows_get(&rows, i, 0)), rows_get(&rows, i, 1).integer,
                                              rows_get(&rows, i, 2).integer};
    }
    return OK;
}

/* Where streamed moves go. */
struct moves {
    enum err (*each)(void *context, const struct move_row *row); /* the caller's */
    void *context;                                               /* for it */
};

static enum err give_move(void *context, const struct value *row, size_t column_count)
{
    const struct moves *moves = context;
    (void)column_count;
    const struct move_row move = {opt_id(row[0]), row[1].integer, opt_id(row[2])};
    return moves->each(moves->context, &move);
}

enum err analysis_store_moves(struct request *request, const struct list_request *list, struct instant from,
                              struct instant to, enum err (*each)(void *context, const struct move_row *row),
                              void *context)
{
    struct query query;
    struct moves moves = {each, context};
    query_init(&query, request->arena);
    query_sql(&query, "SELECT e.from_stage_id, e.to_stage_id, e.seconds_in_stage FROM (SELECT t.id");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, ") p JOIN stage_event e ON e.opportunity_id = p.id WHERE e.at >= ");
    query_arg(&query, V(from));
    query_sql(&query, " AND e.at < ");
    query_arg(&query, V(to));
    query_sql(&query, " AND e.cause <> 'mapping' AND (e.from_stage_id IS NULL OR e.from_stage_id <> e.to_stage_id)");
    return db_query_each(request->db, request->arena, query_text(&query), query_args(&query), give_move, &moves);
}

enum err analysis_store_counts(struct request *request, const struct list_request *list,
                               const struct filter *const *filters, size_t count, struct rows *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT COUNT(*)");
    for (size_t i = 0; i < count; i++) {
        query_sql(&query, ", COUNT(CASE WHEN ");
        filter_sql(&query, filters[i], "t");
        query_sql(&query, " THEN 1 END)");
    }
    TRY(select_all_rows(request, &query, list));
    return run(request, &query, out);
}

enum err analysis_store_reasons(struct request *request, const struct list_request *list,
                                struct reason_count **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT p.reason_id, r.name, p.status, p.deals, p.amount FROM (SELECT t.close_reason_id AS "
                      "reason_id, t.status, COUNT(*) AS deals, CAST(SUM(IF(t.currency = (SELECT currency FROM company "
                      "WHERE id = 1), t.amount_minor, 0)) AS DECIMAL(30)) AS amount");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " GROUP BY t.close_reason_id, t.status) p LEFT JOIN close_reason r ON r.id = p.reason_id "
                      "ORDER BY p.status DESC, p.deals DESC, p.reason_id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct reason_count, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        struct value name = rows_get(&rows, i, 1);
        if (rows_get(&rows, i, 4).type != VALUE_INT) {
            return error_set(request->error, ERR_INVALID, "The amounts are too large to be added.");
        }
        (*rows_out)[i] = (struct reason_count){
            .reason_id = opt_id(rows_get(&rows, i, 0)),
            .name = {name.type == VALUE_TEXT, name.type == VALUE_TEXT ? name.text : (struct str){0}},
            .kind = rows_get(&rows, i, 2).text,
            .count = rows_get(&rows, i, 3).integer,
            .amount_minor = rows_get(&rows, i, 4).integer,
        };
    }
    return OK;
}

enum err analysis_store_closed(struct request *request, const struct list_request *list, struct closed_row **rows_out,
                               size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id, t.status = 'won', COALESCE(t.cycle_days, GREATEST(DATEDIFF(t.closed_on, "
                      "t.created_at), 0)), t.slip_count, COALESCE(t.furthest_stage_id, 0)");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " ORDER BY t.id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct closed_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct closed_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer != 0,
                                             rows_get(&rows, i, 2).integer, rows_get(&rows, i, 3).integer,
                                             rows_get(&rows, i, 4).integer};
    }
    return OK;
}

enum err analysis_store_done(struct request *request, const struct list_request *list, struct done_row **rows_out,
                             size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT m.item_id, m.opportunity_id FROM (SELECT t.id");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, ") p JOIN guide_mark m ON m.opportunity_id = p.id WHERE m.done_at IS NOT NULL "
                      "ORDER BY m.item_id, m.opportunity_id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct done_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct done_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer};
    }
    return OK;
}
