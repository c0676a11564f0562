/* SQL of what pools bring in: events of the period, and what became of the holdings that began with a taking. */
#include "economics_store.h"

#include "ledger.h"
#include "platform/scope.h"

#define TAKEN "e.direction = -1 AND e.kind IN ('claim', 'assign', 'auto')"

/* " BETWEEN from AND the day before `to`" of a column. */
static void add_period(struct query *query, const char *column, struct date from, struct date to)
{
    query_sql(query, column);
    query_sql(query, " >= ");
    query_arg(query, V(from));
    query_sql(query, " AND ");
    query_sql(query, column);
    query_sql(query, " < ");
    query_arg(query, V(to));
}

/* One row an id (pool or rule) with the figures of both event kinds. `in`, `out`: the event columns that name it. */
static void add_figures(struct query *query, const struct request *request, const char *in, const char *out,
                        struct date from, struct date to)
{
    query_sql(query, "SELECT e.");
    query_sql(query, in);
    query_sql(query, " AS id, COUNT(*) AS entered, 0 AS taken, NULL AS waited, 0 AS deals, 0 AS ordered, 0 AS received "
                     "FROM pool_event e JOIN pool t ON t.id = e.pool_id WHERE e.direction = 1 AND e.");
    query_sql(query, in);
    query_sql(query, " IS NOT NULL AND ");
    add_period(query, "e.happened_on", from, to);
    query_sql(query, " AND ");
    scope_predicate(query, request, &POOL, "t", true);
    query_sql(query, " GROUP BY e.");
    query_sql(query, in);
    query_sql(query, " UNION ALL SELECT e.");
    query_sql(query, out);
    query_sql(query, ", 0, COUNT(*), SUM(e.waited_minutes), SUM(a.deal_on IS NOT NULL), "
                     "SUM(COALESCE(a.ordered_minor, 0)), SUM(COALESCE(a.received_minor, 0)) FROM pool_event e "
                     "JOIN pool t ON t.id = e.pool_id LEFT JOIN assignment a ON a.customer_id = e.customer_id "
                     "AND a.started_at = e.at AND a.from_pool_id = e.pool_id WHERE " TAKEN " AND e.");
    query_sql(query, out);
    query_sql(query, " IS NOT NULL AND ");
    add_period(query, "e.happened_on", from, to);
    query_sql(query, " AND ");
    scope_predicate(query, request, &POOL, "t", true);
    query_sql(query, " GROUP BY e.");
    query_sql(query, out);
}

static enum err find_figures(struct request *request, const char *table, const char *in, const char *out,
                             struct date from, struct date to, struct economy_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT x.id, n.name, CAST(SUM(x.entered) AS SIGNED), CAST(SUM(x.taken) AS SIGNED), "
                      "CAST(SUM(x.waited) DIV NULLIF(SUM(x.taken), 0) AS SIGNED), CAST(SUM(x.deals) AS SIGNED), "
                      "CAST(SUM(x.ordered) AS SIGNED), CAST(SUM(x.received) AS SIGNED) FROM (");
    add_figures(&query, request, in, out, from, to);
    query_sql(&query, ") x JOIN ");
    query_sql(&query, table);
    query_sql(&query, " n ON n.id = x.id GROUP BY x.id, n.name ORDER BY 3 DESC, 1");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct economy_row *list = ARENA_ARRAY(request->arena, struct economy_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        struct value waited = rows_get(&rows, i, 4);
        list[i] = (struct economy_row){
            .id = rows_get(&rows, i, 0).integer,
            .name = rows_get(&rows, i, 1).text,
            .entered = rows_get(&rows, i, 2).integer,
            .taken = rows_get(&rows, i, 3).integer,
            .waited = opt_int_of(waited),
            .deals = rows_get(&rows, i, 5).integer,
            .ordered_minor = rows_get(&rows, i, 6).integer,
            .received_minor = rows_get(&rows, i, 7).integer,
        };
    }
    *rows_out = list;
    *count_out = rows.count;
    return OK;
}

enum err economics_store_pools(struct request *request, struct date from, struct date to, struct economy_row **rows_out,
                               size_t *count_out)
{
    return find_figures(request, "pool", "pool_id", "pool_id", from, to, rows_out, count_out);
}

enum err economics_store_rules(struct request *request, struct date from, struct date to, struct economy_row **rows_out,
                               size_t *count_out)
{
    return find_figures(request, "pool_rule", "rule_id", "entry_rule_id", from, to, rows_out, count_out);
}

/* Whom a streamed claim goes to. */
struct claim_reader {
    enum err (*each)(void *context, const struct claim_row *row);
    void *context;
};

static enum err read_claim(void *context, const struct value *row, size_t column_count)
{
    struct claim_reader *reader = context;
    (void)column_count;
    struct claim_row claim = {
        .user_id = row[0].integer,
        .name = row[1].text,
        .started_at = row[2].instant,
        .ended_at = {row[3].type == VALUE_INSTANT, row[3].instant},
        .response_minutes = {row[4].type == VALUE_INT, row[4].integer},
    };
    return reader->each(reader->context, &claim);
}

enum err economics_store_claims(struct request *request, struct date from, struct date to,
                                enum err (*each)(void *context, const struct claim_row *row), void *context)
{
    struct claim_reader reader = {each, context};
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.owner_id, u.name, t.started_at, t.ended_at, t.response_minutes FROM assignment t "
                      "JOIN `user` u ON u.id = t.owner_id WHERE t.start_cause = 'claim' AND ");
    add_period(&query, "t.started_on", from, to);
    query_sql(&query, " AND ");
    scope_predicate(&query, request, &ASSIGNMENT, "t", false);
    query_sql(&query, " ORDER BY t.owner_id");
    return db_query_each(request->db, request->arena, query_text(&query), query_args(&query), read_claim, &reader);
}
