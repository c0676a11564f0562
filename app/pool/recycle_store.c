/* SQL of recycle rules.
 *
 * Every kind of rule has a clock: it begins when the customer came to its holder and begins anew with each act of the
 * kind. A customer that nobody ever followed up has only the first beginning, so an absent moment never makes it due.
 */
#include "recycle_store.h"

#include "platform/scope.h"
#include "route_store.h"

static const struct column RULE[] = {
    COLUMN(struct recycle_rule, id),           COLUMN(struct recycle_rule, name),
    COLUMN(struct recycle_rule, kind),         COLUMN(struct recycle_rule, priority),
    COLUMN(struct recycle_rule, days),         COLUMN(struct recycle_rule, working_days),
    COLUMN(struct recycle_rule, exempt_deal),  COLUMN(struct recycle_rule, exempt_open_opportunity),
    COLUMN(struct recycle_rule, warn_manager), COLUMN(struct recycle_rule, covers),
    COLUMN(struct recycle_rule, pool_id),      COLUMN(struct recycle_rule, warn_days),
};
STATEMENT_ROWS(
    FIND_RULES, "recycle.rules", struct recycle_rule, RULE,
    "SELECT id, name, kind, priority, days, working_days, exempt_deal, exempt_open_opportunity, warn_manager, "
    "covers, pool_id, warn_days FROM pool_rule WHERE is_active AND deleted_at IS NULL ORDER BY priority, id");

enum err recycle_store_rules(struct db *db, struct arena *arena, struct recycle_rule **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FIND_RULES, NO_ARGS, rows_out, count_out);
}

/* ---- the clock ---- */

#define WON "FROM opportunity o WHERE o.customer_id = t.id AND o.deleted_at IS NULL AND o.status = 'won'"
#define SIGNED                                                                                                         \
    "FROM contract k WHERE k.customer_id = t.id AND k.deleted_at IS NULL AND k.status IN ('signed', 'completed')"
#define MADE "FROM opportunity o WHERE o.customer_id = t.id AND o.deleted_at IS NULL"

static bool is_kind(const struct recycle_query *q, const char *kind)
{
    return str_eq_c(q->rule->kind, kind);
}

/* "(SELECT MAX(date) …) as the noon of that day, or when it came to its holder". */
static void add_noon(struct query *query, const struct recycle_query *q, const char *newest)
{
    query_sql(query, ", COALESCE(");
    query_sql(query, newest);
    query_sql(query, " + INTERVAL ");
    query_arg(query, V(q->noon_minutes));
    query_sql(query, " MINUTE, t.held_since)");
}

/* When the clock began last. */
static void add_act_at(struct query *query, const struct recycle_query *q)
{
    query_sql(query, "GREATEST(t.held_since");
    if (is_kind(q, "no_follow_up")) {
        query_sql(query, ", COALESCE(t.last_follow_up_at, t.held_since)");
    } else if (is_kind(q, "no_opportunity")) {
        query_sql(query, ", COALESCE((SELECT MAX(o.created_at) " MADE "), t.held_since)");
    } else if (is_kind(q, "no_deal")) {
        add_noon(query, q, "(SELECT MAX(o.closed_on) " WON ")");
        add_noon(query, q, "(SELECT MAX(k.signed_on) " SIGNED ")");
    } else {
        add_noon(query, q, "(SELECT MAX(k.ends_on) " SIGNED ")");
    }
    query_sql(query, ")");
}

static const char *act_word(const struct recycle_query *q)
{
    return is_kind(q, "no_follow_up")     ? "follow_up"
           : is_kind(q, "no_opportunity") ? "opportunity"
           : is_kind(q, "no_deal")        ? "deal"
                                          : "contract_end";
}

/* " AND …": nothing of the kind happened after the last day. */
static void add_kind(struct query *query, const struct recycle_query *q)
{
    if (is_kind(q, "no_follow_up")) {
        query_sql(query, " AND (t.last_follow_up_at IS NULL OR t.last_follow_up_at < ");
        query_arg(query, V(q->before));
        query_sql(query, ")");
    } else if (is_kind(q, "no_opportunity")) {
        query_sql(query, " AND NOT EXISTS (SELECT 1 " MADE " AND o.created_at >= ");
        query_arg(query, V(q->before));
        query_sql(query, ")");
    } else if (is_kind(q, "no_deal")) {
        query_sql(query, " AND NOT EXISTS (SELECT 1 " WON " AND o.closed_on > ");
        query_arg(query, V(q->last_on));
        query_sql(query, ") AND NOT EXISTS (SELECT 1 " SIGNED " AND k.signed_on > ");
        query_arg(query, V(q->last_on));
        query_sql(query, ")");
    } else {
        query_sql(query, " AND EXISTS (SELECT 1 " SIGNED " AND k.ends_on <= ");
        query_arg(query, V(q->last_on));
        query_sql(query, ") AND NOT EXISTS (SELECT 1 " SIGNED " AND (k.ends_on IS NULL OR k.ends_on > ");
        query_arg(query, V(q->last_on));
        query_sql(query, "))");
    }
}

/* ---- who stays ---- */

#define PROTECTED "EXISTS (SELECT 1 FROM pool_protection x WHERE x.customer_id = t.id AND x.kind = "

static void add_protected(struct query *query, const struct recycle_query *q, const char *kind)
{
    query_sql(query, PROTECTED);
    query_arg(query, V(kind));
    query_sql(query, " AND (x.until_on IS NULL OR x.until_on >= ");
    query_arg(query, V(q->today));
    query_sql(query, "))");
}

#define HAS_DEAL "(EXISTS (SELECT 1 " WON ") OR EXISTS (SELECT 1 " SIGNED "))"
#define HAS_OPEN "EXISTS (SELECT 1 " MADE " AND o.status = 'open')"

/* " AND …": nothing keeps it. */
static void add_not_kept(struct query *query, const struct recycle_query *q)
{
    query_sql(query, " AND NOT ");
    add_protected(query, q, "manual");
    query_sql(query, " AND NOT ");
    add_protected(query, q, "approval");
    query_sql(query, q->rule->exempt_deal ? " AND NOT " HAS_DEAL : "");
    query_sql(query, q->rule->exempt_open_opportunity ? " AND NOT " HAS_OPEN : "");
}

/* What keeps it, or NULL. */
static void add_keeper(struct query *query, const struct recycle_query *q)
{
    query_sql(query, "CASE WHEN ");
    add_protected(query, q, "manual");
    query_sql(query, " THEN 'protected' WHEN ");
    add_protected(query, q, "approval");
    query_sql(query, " THEN 'approval'");
    query_sql(query, q->rule->exempt_deal ? " WHEN " HAS_DEAL " THEN 'deal'" : "");
    query_sql(query, q->rule->exempt_open_opportunity ? " WHEN " HAS_OPEN " THEN 'open_opportunity'" : "");
    query_sql(query, " END");
}

/* The pool it goes to, or NULL when none works. */
static void add_target(struct query *query, const struct recycle_query *q)
{
    if (!q->rule->pool_id.set) {
        route_store_target(query);
        return;
    }
    query_sql(query, "(SELECT d.id FROM pool d WHERE d.is_active AND d.deleted_at IS NULL AND d.id = ");
    query_arg(query, V(q->rule->pool_id));
    query_sql(query, ")");
}

void recycle_store_seen(struct query *query, const struct request *request, const struct recycle_rule *rule, bool admin)
{
    struct recycle_query q = {.rule = rule};
    query_sql(query, "(");
    scope_predicate(query, request, object_find("customer"), "t", false);
    if (admin) {
        query_sql(query, " OR ");
        add_target(query, &q);
        query_sql(query, " IN ");
        pool_store_own(query, request, true);
    }
    query_sql(query, ")");
}

static void add_from_where(struct query *query, const struct recycle_query *q)
{
    query_sql(query, " FROM customer t WHERE t.deleted_at IS NULL AND t.owner_id IS NOT NULL AND t.held_since < ");
    query_arg(query, V(q->before));
    if (q->ids != NULL) {
        query_sql(query, " AND t.id IN ");
        query_arg_ids(query, q->ids, q->id_count);
    }
    add_kind(query, q);
    query_sql(query, " AND ");
    filter_sql(query, q->covers, "t");
    if (q->also != NULL) {
        query_sql(query, " AND ");
        query_append(query, q->also);
    }
}

/* Columns customer_id, name, owner_id, department_id, pool_id, act_at, held_since; `keeper` too when wanted. */
static void add_rows(struct query *query, const struct recycle_query *q, bool stayed)
{
    query_sql(query, "SELECT t.id AS customer_id, t.name, t.owner_id, t.department_id, t.held_since, ");
    add_target(query, q);
    query_sql(query, " AS pool_id, ");
    add_act_at(query, q);
    query_sql(query, " AS act_at");
    if (stayed) {
        query_sql(query, ", ");
        add_keeper(query, q);
        query_sql(query, " AS keeper");
    }
    add_from_where(query, q);
    if (!stayed) {
        add_not_kept(query, q);
    }
}

enum err recycle_store_due(struct db *db, struct arena *arena, const struct recycle_query *q, int64_t limit,
                           struct recycle_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query,
              "SELECT x.customer_id, x.name, x.owner_id, u.name, x.pool_id, p.name, IF(x.act_at > x.held_since, ");
    query_arg(&query, V(act_word(q)));
    query_sql(&query, ", 'held'), x.act_at FROM (");
    add_rows(&query, q, false);
    query_sql(&query, ") x LEFT JOIN `user` u ON u.id = x.owner_id LEFT JOIN pool p ON p.id = x.pool_id "
                      "WHERE x.pool_id IS NOT NULL ORDER BY x.act_at, x.customer_id LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    struct recycle_row *out = ARENA_ARRAY(arena, struct recycle_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        out[i] = (struct recycle_row){
            .customer_id = rows_get(&rows, i, 0).integer,
            .name = rows_get(&rows, i, 1).text,
            .owner_id = rows_get(&rows, i, 2).integer,
            .owner_name = {true, rows_get(&rows, i, 3).text},
            .pool_id = {true, rows_get(&rows, i, 4).integer},
            .pool_name = {true, rows_get(&rows, i, 5).text},
            .last_act = rows_get(&rows, i, 6).text,
            .last_act_at = rows_get(&rows, i, 7).instant,
        };
    }
    *rows_out = out;
    *count_out = rows.count;
    return OK;
}

enum err recycle_store_still_due(struct db *db, struct arena *arena, const struct recycle_query *q, struct rows *out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, t.owner_id, ");
    add_target(&query, q);
    add_from_where(&query, q);
    add_not_kept(&query, q);
    query_sql(&query, " ORDER BY t.id FOR UPDATE");
    return db_query(db, arena, query_text(&query), query_args(&query), out);
}

/* "name AS (SELECT … UNION SELECT …)": distinct customers that go to a pool. */
static void add_set(struct query *query, const char *name, const struct recycle_query *queries, size_t count)
{
    query_sql(query, name);
    query_sql(query, " AS (");
    query_sql(query, count == 0 ? "SELECT id AS customer_id FROM customer WHERE FALSE" : "");
    for (size_t i = 0; i < count; i++) {
        query_sql(query, i == 0 ? "" : " UNION ");
        query_sql(query, "SELECT x.customer_id FROM (");
        add_rows(query, &queries[i], false);
        query_sql(query, ") x WHERE x.pool_id IS NOT NULL");
    }
    query_sql(query, ")");
}

enum err recycle_store_compare(struct db *db, struct arena *arena, const struct recycle_query *before,
                               size_t before_count, const struct recycle_query *after, size_t after_count,
                               struct recycle_counts *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "WITH ");
    add_set(&query, "b", before, before_count);
    query_sql(&query, ", ");
    add_set(&query, "a", after, after_count);
    query_sql(&query, " SELECT (SELECT COUNT(*) FROM b), (SELECT COUNT(*) FROM a), "
                      "(SELECT COUNT(*) FROM a WHERE customer_id NOT IN (SELECT customer_id FROM b)), "
                      "(SELECT COUNT(*) FROM b WHERE customer_id NOT IN (SELECT customer_id FROM a))");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = (struct recycle_counts){rows_get(&rows, 0, 0).integer, rows_get(&rows, 0, 1).integer,
                                   rows_get(&rows, 0, 2).integer, rows_get(&rows, 0, 3).integer};
    return OK;
}

/* ---- what a run writes ---- */

enum err pool_run_store_plan(struct request *request, int64_t run_id, const struct recycle_query *q, bool stayed)
{
    struct query query;
    struct db_result result;
    query_init(&query, request->arena);
    query_sql(&query, "INSERT IGNORE INTO pool_run_item (run_id, customer_id, name, owner_id, department_id, rule_id, "
                      "pool_id, last_act, last_act_at, days, result, created_at, updated_at) SELECT ");
    query_arg(&query, V(run_id));
    query_sql(&query, ", x.customer_id, x.name, x.owner_id, x.department_id, ");
    query_arg(&query, V(q->rule->id));
    query_sql(&query, ", x.pool_id, IF(x.act_at > x.held_since, ");
    query_arg(&query, V(act_word(q)));
    query_sql(&query, ", 'held'), x.act_at, ");
    query_arg(&query, V(q->rule->days));
    query_sql(&query, stayed ? ", COALESCE(x.keeper, 'no_pool'), " : ", 'due', ");
    query_arg(&query, V(request->now));
    query_sql(&query, ", ");
    query_arg(&query, V(request->now));
    query_sql(&query, " FROM (");
    add_rows(&query, q, stayed);
    query_sql(&query, ") x WHERE ");
    if (stayed) {
        query_sql(&query, "(x.keeper IS NOT NULL OR x.pool_id IS NULL) AND x.act_at >= ");
        query_arg(&query, V(q->since));
    } else {
        query_sql(&query, "x.pool_id IS NOT NULL");
    }
    return db_run(request->db, request->arena, query_text(&query), query_args(&query), &result);
}

enum err pool_run_store_warn(struct request *request, int64_t run_id, const struct recycle_query *q,
                             struct told_row **told_out, size_t *count_out)
{
    struct query query;
    struct db_result result;
    struct rows rows;
    (void)run_id;
    query_init(&query, request->arena);
    query_sql(&query, "INSERT IGNORE INTO pool_warning (customer_id, rule_id, owner_id, last_act_at, warned_at) "
                      "SELECT x.customer_id, ");
    query_arg(&query, V(q->rule->id));
    query_sql(&query, ", x.owner_id, x.act_at, ");
    query_arg(&query, V(request->now));
    query_sql(&query, " FROM (");
    add_rows(&query, q, false);
    query_sql(&query, ") x WHERE x.pool_id IS NOT NULL");
    TRY(db_run(request->db, request->arena, query_text(&query), query_args(&query), &result));
    query_init(&query, request->arena);
    query_sql(&query, "SELECT owner_id, COUNT(*) FROM pool_warning WHERE rule_id = ");
    query_arg(&query, V(q->rule->id));
    query_sql(&query, " AND warned_at = ");
    query_arg(&query, V(request->now));
    query_sql(&query, " GROUP BY owner_id");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *told_out = ARENA_ARRAY(request->arena, struct told_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*told_out)[i] = (struct told_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer};
    }
    return OK;
}
