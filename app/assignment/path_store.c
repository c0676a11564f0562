/* SQL of ways since the assignment. */
#include "path_store.h"

#include "customer.h"
#include "ledger.h"
#include "platform/object_select.h"
#include "platform/scope.h"

static const struct column INTERVAL[] = {
    COLUMN(struct path_interval, id),       COLUMN(struct path_interval, customer_id),
    COLUMN(struct path_interval, owner_id), COLUMN(struct path_interval, started_at),
    COLUMN(struct path_interval, ended_at), COLUMN(struct path_interval, started_on),
    COLUMN(struct path_interval, ended_on),
};
STATEMENT_ROWS(
    GET, "path.interval", struct path_interval, INTERVAL,
    "SELECT id, customer_id, owner_id, started_at, ended_at, started_on, ended_on FROM assignment WHERE id = ?");

enum err path_store_interval(struct db *db, struct arena *arena, int64_t id, struct path_interval *out)
{
    return db_one(db, arena, &GET, ARGS(V(id)), out);
}

/* " AND column within the interval", by moment or by business date. */
static void add_within(struct query *query, const char *column, struct value from, struct value to)
{
    query_sql(query, " AND ");
    query_sql(query, column);
    query_sql(query, " >= ");
    query_arg(query, from);
    if (to.type != VALUE_NULL) {
        query_sql(query, " AND ");
        query_sql(query, column);
        query_sql(query, " < ");
        query_arg(query, to);
    }
}

/* " t WHERE t is live, of the customer, and seen by the user". */
static void add_seen(struct request *request, struct query *query, const struct object *object,
                     const struct path_interval *interval)
{
    query_sql(query, " WHERE t.deleted_at IS NULL AND t.customer_id = ");
    query_arg(query, V(interval->customer_id));
    query_sql(query, " AND ");
    scope_predicate(query, request, object, "t", false);
}

static enum err run(struct request *request, const struct query *query, struct rows *out)
{
    return db_query(request->db, request->arena, query_text(query), query_args(query), out);
}

enum err path_store_methods(struct request *request, const struct path_interval *interval,
                            struct path_method **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query,
              "SELECT COALESCE(t.method, 'other'), COUNT(*), MIN(t.followed_at), MAX(t.followed_at) FROM follow_up t");
    add_seen(request, &query, &FOLLOW_UP, interval);
    query_sql(&query, " AND t.owner_id = ");
    query_arg(&query, V(interval->owner_id));
    add_within(&query, "t.followed_at", V(interval->started_at), V(interval->ended_at));
    query_sql(&query, " GROUP BY COALESCE(t.method, 'other') ORDER BY MIN(t.followed_at)");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct path_method, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct path_method){rows_get(&rows, i, 0).text, rows_get(&rows, i, 1).integer,
                                              rows_get(&rows, i, 2).instant, rows_get(&rows, i, 3).instant};
    }
    *count_out = rows.count;
    return OK;
}

enum err path_store_stages(struct request *request, const struct path_interval *interval, struct path_event **rows_out,
                           size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id, t.name, e.at, e.amount_minor, f.name, s.name FROM opportunity t "
                      "JOIN stage_event e ON e.opportunity_id = t.id LEFT JOIN stage f ON f.id = e.from_stage_id "
                      "LEFT JOIN stage s ON s.id = e.to_stage_id");
    add_seen(request, &query, object_find("opportunity"), interval);
    add_within(&query, "e.at", V(interval->started_at), V(interval->ended_at));
    query_sql(&query, " ORDER BY e.at, e.id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct path_event, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        struct opt_str from = opt_str_of(rows_get(&rows, i, 4));
        struct instant at = rows_get(&rows, i, 2).instant;
        (*rows_out)[i] = (struct path_event){
            .kind = from.set ? "stage" : "created",
            .object = "opportunity",
            .record_id = rows_get(&rows, i, 0).integer,
            .title = opt_str_of(rows_get(&rows, i, 1)),
            .at = {true, at},
            .on = instant_date(at, request->zone),
            .amount = opt_int_of(rows_get(&rows, i, 3)),
            .from = from,
            .to = opt_str_of(rows_get(&rows, i, 5)),
        };
    }
    *count_out = rows.count;
    return OK;
}

enum err path_store_dated(struct request *request, const struct path_interval *interval, const struct object *object,
                          const char *kind, const char *date, const char *only, struct path_event **rows_out,
                          size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id, t.");
    select_table(&query, object_label(object)->name);
    query_sql(&query, ", ");
    query_sql(&query, date);
    query_sql(&query, ", t.amount_minor FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t");
    add_seen(request, &query, object, interval);
    query_sql(&query, only == NULL ? "" : only);
    add_within(&query, date, V(interval->started_on), V(interval->ended_on));
    query_sql(&query, " ORDER BY ");
    query_sql(&query, date);
    query_sql(&query, ", t.id");
    TRY(run(request, &query, &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct path_event, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct path_event){
            .kind = kind,
            .object = object->name,
            .record_id = rows_get(&rows, i, 0).integer,
            .title = opt_str_of(rows_get(&rows, i, 1)),
            .on = rows_get(&rows, i, 2).date,
            .amount = opt_int_of(rows_get(&rows, i, 3)),
        };
    }
    *count_out = rows.count;
    return OK;
}

enum err path_store_of_customer(struct request *request, int64_t customer_id, struct rows *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query,
              "SELECT t.id, t.owner_id, u.name AS owner_name, t.started_at, t.ended_at, t.start_cause, t.end_cause, "
              "t.outcome, ");
    scope_predicate(&query, request, &ASSIGNMENT, "t", false);
    query_sql(&query,
              " AS is_seen, t.follow_up_count, t.opportunity_count, t.contract_count, t.ordered_minor, "
              "t.received_minor FROM assignment t LEFT JOIN `user` u ON u.id = t.owner_id WHERE t.customer_id = ");
    query_arg(&query, V(customer_id));
    query_sql(&query, " AND t.deleted_at IS NULL ORDER BY t.started_at DESC, t.id DESC");
    return run(request, &query, out);
}
