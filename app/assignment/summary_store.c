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

/* ", key, name, ": what the rows are grouped by, or nothing. */
static void add_key(struct query *query, const struct field *by)
{
    if (by == NULL) {
        query_sql(query, "NULL, NULL, ");
        return;
    }
    query_sql(query, "t.");
    select_table(query, by->name);
    if (by->type != FIELD_REF) {
        query_sql(query, ", NULL, ");
        return;
    }
    struct reference reference = reference_find(by->ref);
    query_sql(query, ", (SELECT l.");
    select_table(query, reference.label);
    query_sql(query, " FROM ");
    select_table(query, reference.table);
    query_sql(query, " l WHERE l.id = t.");
    select_table(query, by->name);
    query_sql(query, "), ");
}

static void add_group(struct query *query, const struct field *by, bool cohorts)
{
    query_sql(query, by != NULL || cohorts ? " GROUP BY " : "");
    if (by != NULL) {
        query_sql(query, "t.");
        select_table(query, by->name);
    }
    query_sql(query, by != NULL && cohorts ? ", " : "");
    query_sql(query, cohorts ? "cohort" : "");
}

enum err summary_store_groups(struct request *request, const struct list_request *list, const struct field *by,
                              enum summary_period period, const struct figure *figures, size_t count, struct rows *out)
{
    static const char *const cohorts[] = {
        [SUMMARY_WHOLE] = "NULL AS cohort, ",
        [SUMMARY_WEEK] = "t.started_on - INTERVAL WEEKDAY(t.started_on) DAY AS cohort, ",
        [SUMMARY_MONTH] = "t.started_on - INTERVAL DAYOFMONTH(t.started_on) - 1 DAY AS cohort, ",
    };
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT ");
    add_key(&query, by);
    query_sql(&query, cohorts[period]);
    query_sql(&query, "MIN(t.batch_id), MAX(t.batch_id), COUNT(t.batch_id), COUNT(t.from_owner_id), ");
    add_figures(&query, figures, count, "t");
    TRY(select_all_rows(request, &query, list));
    add_group(&query, by, period != SUMMARY_WHOLE);
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
    /* An interval that ends where another begins was the other one's former owner's. */
    query_sql(&query, " AND t.from_owner_id IS NOT NULL) k JOIN assignment p ON p.customer_id = k.customer_id AND "
                      "p.ended_at = k.started_at "
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
