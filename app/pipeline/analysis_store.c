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

/* " FROM (the list's ids) p JOIN stage_event e …": real moves in [from, to). What a removed stage moved is none. */
static enum err add_moves(struct request *request, struct query *query, const struct list_request *list,
                          struct instant from, struct instant to)
{
    query_sql(query, " FROM (SELECT t.id");
    TRY(select_all_rows(request, query, list));
    query_sql(query, ") p JOIN stage_event e ON e.opportunity_id = p.id WHERE e.at >= ");
    query_arg(query, V(from));
    query_sql(query, " AND e.at < ");
    query_arg(query, V(to));
    query_sql(query, " AND e.cause <> 'mapping' AND (e.from_stage_id IS NULL OR e.from_stage_id <> e.to_stage_id)");
    return OK;
}

enum err analysis_store_flow(struct request *request, const struct list_request *list, struct instant from,
                             struct instant to, struct flow_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT e.from_stage_id, e.to_stage_id, COUNT(*)");
    TRY(add_moves(request, &query, list, from, to));
    query_sql(&query, " GROUP BY e.from_stage_id, e.to_stage_id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct flow_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct flow_row){opt_id(rows_get(&rows, i, 0)), rows_get(&rows, i, 1).integer,
                                           rows_get(&rows, i, 2).integer};
    }
    return OK;
}

enum err analysis_store_stays(struct request *request, const struct list_request *list, struct instant from,
                              struct instant to, struct stay_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT DISTINCT x.stage_id, "
                      "CAST(ROUND(MEDIAN(x.seconds) OVER (PARTITION BY x.stage_id)) AS SIGNED), "
                      "CAST(ROUND(AVG(x.seconds) OVER (PARTITION BY x.stage_id)) AS SIGNED), "
                      "CAST(PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY x.seconds) "
                      "OVER (PARTITION BY x.stage_id) AS SIGNED), COUNT(*) OVER (PARTITION BY x.stage_id) FROM ("
                      "SELECT e.from_stage_id AS stage_id, e.seconds_in_stage AS seconds");
    TRY(add_moves(request, &query, list, from, to));
    query_sql(&query, " AND e.from_stage_id IS NOT NULL AND e.seconds_in_stage IS NOT NULL) x");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct stay_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct stay_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer,
                                           rows_get(&rows, i, 2).integer, rows_get(&rows, i, 3).integer,
                                           rows_get(&rows, i, 4).integer};
    }
    return OK;
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

enum err analysis_store_slips(struct request *request, const struct list_request *list, struct slip_row **rows_out,
                              size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT LEAST(t.slip_count, 3) AS slips, COUNT(*), COUNT(CASE WHEN t.status = 'won' THEN 1 END)");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " GROUP BY slips ORDER BY slips");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct slip_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct slip_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer,
                                           rows_get(&rows, i, 2).integer};
    }
    return OK;
}

enum err analysis_store_effects(struct request *request, const struct list_request *list, int64_t pipeline_id,
                                struct effect_row **rows_out, size_t *count_out)
{
    static const char window[] = " OVER (PARTITION BY x.item_id, x.is_done)";
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT DISTINCT x.item_id, x.is_done, COUNT(*)");
    query_sql(&query, window);
    query_sql(&query, ", CAST(SUM(x.is_won)");
    query_sql(&query, window);
    query_sql(&query, " AS SIGNED), CAST(ROUND(2 * MEDIAN(x.days)");
    query_sql(&query, window);
    query_sql(&query, ") AS SIGNED) FROM (SELECT i.id AS item_id, m.done_at IS NOT NULL AS is_done, p.is_won, p.days "
                      "FROM (SELECT t.id, t.status = 'won' AS is_won, t.furthest_stage_id, "
                      "COALESCE(t.cycle_days, GREATEST(DATEDIFF(t.closed_on, t.created_at), 0)) AS days");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, ") p JOIN stage f ON f.id = p.furthest_stage_id JOIN stage s ON s.pipeline_id = ");
    query_arg(&query, V(pipeline_id));
    query_sql(&query, " AND s.deleted_at IS NULL AND (f.kind = 'won' OR f.sort_order >= s.sort_order) "
                      "JOIN guide_item i ON i.stage_id = s.id AND i.deleted_at IS NULL "
                      "AND i.kind IN ('ask', 'deliver', 'confirm') "
                      "LEFT JOIN guide_mark m ON m.opportunity_id = p.id AND m.item_id = i.id) x");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct effect_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct effect_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer != 0,
                                             rows_get(&rows, i, 2).integer, rows_get(&rows, i, 3).integer,
                                             rows_get(&rows, i, 4).integer};
    }
    return OK;
}
