/* SQL of the analysis. */
#include "analysis_store.h"

#include "platform/object_select.h"
#include "platform/scope.h"

/* The one column of a row. */
struct text {
    struct str value; /* a name */
};
static const struct column TEXT[] = {COLUMN(struct text, value)};
STATEMENT_ROWS(REASON_NAME, "analysis.reason", struct text, TEXT,
               "SELECT name AS value FROM close_reason WHERE id = ?");

static enum err run(struct request *request, const struct query *query, struct rows *out)
{
    return db_query(request->db, request->arena, query_text(query), query_args(query), out);
}

static void add_case(struct query *query, const struct filter *filter, const char *before, const char *after)
{
    query_sql(query, before);
    query_sql(query, "CASE WHEN ");
    filter_sql(query, filter, "t");
    query_sql(query, after);
}

static enum err refuse_sums(struct request *request)
{
    return error_set(request->error, ERR_INVALID, "The amounts are too large to be added.");
}

enum err analysis_store_alike(struct request *request, const struct list_request *list, const struct filter *created,
                              const struct filter *closed, int64_t slips_max, struct alike **rows_out,
                              size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.stage_id, t.furthest_stage_id, t.status");
    add_case(&query, created, ", ", " THEN 1 ELSE 0 END AS is_created");
    add_case(&query, closed, ", ", " THEN 1 ELSE 0 END AS is_closed");
    query_sql(&query, ", LEAST(t.slip_count, ");
    query_arg(&query, V(slips_max));
    query_sql(&query, ") AS slips, t.close_reason_id, COUNT(*), CAST(SUM(t.base_minor) AS DECIMAL(30))");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " GROUP BY t.stage_id, t.furthest_stage_id, t.status, is_created, is_closed, slips, "
                      "t.close_reason_id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct alike, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        if (rows_get(&rows, i, 8).type != VALUE_INT) {
            return refuse_sums(request);
        }
        (*rows_out)[i] = (struct alike){
            .stage_id = rows_get(&rows, i, 0).integer,
            .furthest_id = opt_int_of(rows_get(&rows, i, 1)),
            .status = rows_get(&rows, i, 2).text,
            .is_created = rows_get(&rows, i, 3).integer != 0,
            .is_closed = rows_get(&rows, i, 4).integer != 0,
            .slips = rows_get(&rows, i, 5).integer,
            .reason_id = opt_int_of(rows_get(&rows, i, 6)),
            .count = rows_get(&rows, i, 7).integer,
            .amount_minor = rows_get(&rows, i, 8).integer,
        };
    }
    return OK;
}

enum err analysis_store_reason(struct db *db, struct arena *arena, int64_t id, struct str *name_out)
{
    struct text name;
    TRY(db_one(db, arena, &REASON_NAME, ARGS(V(id)), &name));
    *name_out = name.value;
    return OK;
}

/* " FROM stage_event e …" of the list's opportunities. Whoever sees all of a whole pipeline has nearly all moves: read
 * by time, without those of the deleted ones and of other pipelines, none is looked up by its opportunity. */
static enum err add_moves_of(struct request *request, struct query *query, const struct list_request *list,
                             int64_t whole_id)
{
    struct scope_size size;
    TRY(scope_measure(request, list->object, &size));
    if (whole_id != 0 && size.all) {
        query_sql(query, " FROM stage_event e WHERE e.opportunity_id NOT IN (SELECT o.id FROM opportunity o "
                         "WHERE o.deleted_at IS NOT NULL) AND e.opportunity_id NOT IN (SELECT o.id FROM opportunity o "
                         "WHERE o.pipeline_id <> ");
        query_arg(query, V(whole_id));
        query_sql(query, ")");
        return OK;
    }
    query_sql(query, " FROM (SELECT t.id");
    TRY(select_all_rows(request, query, list));
    query_sql(query, ") p JOIN stage_event e ON e.opportunity_id = p.id WHERE TRUE");
    return OK;
}

enum err analysis_store_moves(struct request *request, const struct list_request *list, int64_t whole_id,
                              struct instant from, struct instant to, struct move_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query,
              "SELECT e.from_stage_id, e.to_stage_id, (e.seconds_in_stage + 43200) DIV 86400 AS days, COUNT(*), "
              "CAST(COALESCE(SUM(e.seconds_in_stage), 0) AS SIGNED)");
    TRY(add_moves_of(request, &query, list, whole_id));
    query_sql(&query, " AND e.at >= ");
    query_arg(&query, V(from));
    query_sql(&query, " AND e.at < ");
    query_arg(&query, V(to));
    query_sql(&query, " AND e.cause <> 'mapping' AND (e.from_stage_id IS NULL OR e.from_stage_id <> e.to_stage_id) "
                      "GROUP BY e.from_stage_id, e.to_stage_id, days ORDER BY e.from_stage_id, days");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct move_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct move_row){opt_int_of(rows_get(&rows, i, 0)), rows_get(&rows, i, 1).integer,
                                           opt_int_of(rows_get(&rows, i, 2)), rows_get(&rows, i, 3).integer,
                                           rows_get(&rows, i, 4).integer};
    }
    return OK;
}

enum err analysis_store_open(struct request *request, const struct list_request *list,
                             const struct filter *const *filters, size_t filter_count, struct open_row **rows_out,
                             size_t *count_out)
{
    enum { FIXED = 1 + DEAL_SUM_WIDTH };
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.stage_id, ");
    deal_sum_columns(&query);
    for (size_t i = 0; i < filter_count; i++) {
        add_case(&query, filters[i], ", COUNT(", " THEN 1 END)");
    }
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " GROUP BY t.stage_id, t.currency ORDER BY t.stage_id, COUNT(*) DESC, t.currency");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct open_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        struct open_row *row = &(*rows_out)[i];
        *row = (struct open_row){.stage_id = rows_get(&rows, i, 0).integer,
                                 .fitting = ARENA_ARRAY(request->arena, int64_t, filter_count + 1)};
        TRY(deal_sum_read(request, &rows, i, 1, &row->sum));
        for (size_t f = 0; f < filter_count; f++) {
            row->fitting[f] = rows_get(&rows, i, FIXED + f).integer;
        }
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
                      "t.created_at), 0)), COALESCE(t.furthest_stage_id, 0)");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " ORDER BY t.id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct closed_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct closed_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer != 0,
                                             rows_get(&rows, i, 2).integer, rows_get(&rows, i, 3).integer};
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

/* ---- rows behind figures ---- */

static enum err read_rows(struct request *request, const struct query *query, struct figure_row **rows_out,
                          size_t *count_out)
{
    struct rows rows;
    TRY(run(request, query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct figure_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        struct value at = rows_get(&rows, i, 6);
        struct value on = rows_get(&rows, i, 7);
        (*rows_out)[i] = (struct figure_row){
            .id = rows_get(&rows, i, 0).integer,
            .name = opt_str_of(rows_get(&rows, i, 1)),
            .owner = opt_str_of(rows_get(&rows, i, 2)),
            .status = rows_get(&rows, i, 3).text,
            .from_id = opt_int_of(rows_get(&rows, i, 4)),
            .to_id = rows_get(&rows, i, 5).integer,
            .at = opt_instant_of(at),
            .on = opt_date_of(on),
            .days = opt_int_of(rows_get(&rows, i, 8)),
        };
    }
    return OK;
}

enum err analysis_store_move_rows(struct request *request, const struct list_request *list, struct instant from,
                                  struct instant to, bool entered, int64_t stage_id, const int64_t *to_ids,
                                  size_t to_count, int64_t limit, struct figure_row **rows_out, size_t *count_out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT p.id, p.name, u.name, p.status, e.from_stage_id, e.to_stage_id, e.at, p.closed_on, "
                      "(e.seconds_in_stage + 43200) DIV 86400 FROM (SELECT t.id, t.name, t.owner_id, t.status, "
                      "t.closed_on");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, ") p JOIN stage_event e ON e.opportunity_id = p.id LEFT JOIN `user` u ON u.id = p.owner_id "
                      "WHERE e.at >= ");
    query_arg(&query, V(from));
    query_sql(&query, " AND e.at < ");
    query_arg(&query, V(to));
    query_sql(&query, " AND e.cause <> 'mapping' AND (e.from_stage_id IS NULL OR e.from_stage_id <> e.to_stage_id) ");
    query_sql(&query, entered ? "AND e.to_stage_id = " : "AND e.from_stage_id = ");
    query_arg(&query, V(stage_id));
    if (to_count > 0) {
        query_sql(&query, " AND e.to_stage_id IN ");
        query_arg_ids(&query, to_ids, to_count);
    }
    query_sql(&query, " ORDER BY e.at DESC, e.id DESC LIMIT ");
    query_arg(&query, V(limit));
    return read_rows(request, &query, rows_out, count_out);
}

enum err analysis_store_step_rows(struct request *request, const struct list_request *list, int64_t item_id, bool done,
                                  int64_t limit, struct figure_row **rows_out, size_t *count_out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT p.id, p.name, u.name, p.status, NULL, p.stage_id, NULL, p.closed_on, p.days FROM (SELECT "
                      "t.id, t.name, t.owner_id, t.status, t.stage_id, t.closed_on, COALESCE(t.cycle_days, "
                      "GREATEST(DATEDIFF(t.closed_on, t.created_at), 0)) AS days");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, ") p LEFT JOIN `user` u ON u.id = p.owner_id LEFT JOIN guide_mark m ON m.opportunity_id = p.id "
                      "AND m.done_at IS NOT NULL AND m.item_id = ");
    query_arg(&query, V(item_id));
    query_sql(&query, done ? " WHERE m.item_id IS NOT NULL" : " WHERE m.item_id IS NULL");
    query_sql(&query, " ORDER BY p.closed_on DESC, p.id DESC LIMIT ");
    query_arg(&query, V(limit));
    return read_rows(request, &query, rows_out, count_out);
}
