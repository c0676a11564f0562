/* SQL of figures: one pass over the rows of the list for any number of figures. */
#include "summary_store.h"

#include "ledger.h"
#include "platform/object_select.h"
#include "platform/scope.h"

static void add_figure(struct query *query, const struct figure *figure, const char *alias)
{
    if (figure->closed) {
        query_sql(query, "0");
    } else if (figure->sum != NULL) {
        query_sql(query, "CAST(COALESCE(SUM(");
        query_sql(query, alias);
        query_sql(query, ".");
        select_table(query, figure->sum);
        query_sql(query, "), 0) AS SIGNED)");
    } else if (figure->filter == NULL) {
        query_sql(query, "COUNT(*)");
    } else {
        query_sql(query, "COUNT(CASE WHEN ");
        filter_sql(query, figure->filter, alias);
        query_sql(query, " THEN 1 END)");
    }
}

static void add_figures(struct query *query, const struct figure *figures, size_t count, const char *alias)
{
    for (size_t i = 0; i < count; i++) {
        query_sql(query, i == 0 ? "" : ", ");
        add_figure(query, &figures[i], alias);
    }
}

static enum err run(struct request *request, const struct query *query, struct rows *out)
{
    return db_query(request->db, request->arena, query_text(query), query_args(query), out);
}

enum err summary_store_totals(struct request *request, const struct list_request *list, const struct figure *figures,
                              size_t count, struct rows *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT ");
    add_figures(&query, figures, count, "t");
    query_sql(&query, ", MIN(t.batch_id), MAX(t.batch_id), COUNT(t.batch_id)");
    TRY(select_all_rows(request, &query, list));
    return run(request, &query, out);
}

enum err summary_store_by(struct request *request, const struct list_request *list, const struct field *field,
                          const struct figure *figures, size_t count, int64_t limit, struct rows *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.");
    select_table(&query, field->name);
    if (field->type == FIELD_REF) {
        struct reference reference = reference_find(field->ref);
        query_sql(&query, ", (SELECT l.");
        select_table(&query, reference.label);
        query_sql(&query, " FROM ");
        select_table(&query, reference.table);
        query_sql(&query, " l WHERE l.id = t.");
        select_table(&query, field->name);
        query_sql(&query, "), ");
    } else {
        query_sql(&query, ", NULL, ");
    }
    add_figures(&query, figures, count, "t");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " GROUP BY t.");
    select_table(&query, field->name);
    query_sql(&query, " ORDER BY COUNT(*) DESC, t.");
    select_table(&query, field->name);
    query_sql(&query, " LIMIT ");
    query_arg(&query, V(limit));
    return run(request, &query, out);
}

enum err summary_store_cohorts(struct request *request, const struct list_request *list, bool weekly,
                               const struct figure *figures, size_t count, int64_t limit, struct rows *out)
{
    static const char week[] = "t.started_on - INTERVAL WEEKDAY(t.started_on) DAY";
    static const char month[] = "t.started_on - INTERVAL DAYOFMONTH(t.started_on) - 1 DAY";
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT ");
    query_sql(&query, weekly ? week : month);
    query_sql(&query, " AS cohort, ");
    add_figures(&query, figures, count, "t");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " GROUP BY cohort ORDER BY cohort DESC LIMIT ");
    query_arg(&query, V(limit));
    return run(request, &query, out);
}

enum err summary_store_former(struct request *request, const struct list_request *list, const struct figure *figures,
                              size_t count, struct rows *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT ");
    add_figures(&query, figures, count, "p");
    query_sql(&query, " FROM (SELECT t.customer_id, t.started_at, t.id");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, ") k JOIN assignment p ON p.customer_id = k.customer_id AND p.ended_at = k.started_at "
                      "AND p.id < k.id WHERE p.deleted_at IS NULL AND ");
    scope_predicate(&query, request, &ASSIGNMENT, "p", false);
    return run(request, &query, out);
}

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(BATCH_BEFORE, "summary.batch_before", struct number, NUMBER,
               "SELECT p.id AS value FROM assignment_batch b JOIN assignment_batch p ON p.id < b.id "
               "AND p.status IN ('done', 'undone', 'cancelled') AND p.assigned_count > p.undone_count "
               "AND IF(b.pointer_key IS NULL, p.owner_id = b.owner_id, p.pointer_key = b.pointer_key) "
               "WHERE b.id = ? ORDER BY p.id DESC LIMIT 1");

enum err summary_store_batch_before(struct request *request, int64_t batch_id, int64_t *id_out)
{
    struct number number = {0};
    enum err err = db_one(request->db, request->arena, &BATCH_BEFORE, ARGS(V(batch_id)), &number);
    *id_out = number.value;
    return err == ERR_NOT_FOUND ? OK : err;
}
