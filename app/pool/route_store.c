/* SQL of routes: which one wins, which customers none matches, which contradict each other. */
#include "route_store.h"

/* A route of a pool that takes customers matches customer t. */
#define MATCHES(route)                                                                                                 \
    "(" route ".region_id IS NULL OR EXISTS (SELECT 1 FROM region_path g WHERE g.ancestor_id = " route ".region_id "   \
    "AND g.descendant_id = t.region_id)) AND (" route ".customer_type IS NULL OR " route                               \
    ".customer_type = t.customer_type) AND (" route ".source IS NULL OR " route ".source = t.source)"
#define ROUTES                                                                                                         \
    "FROM pool_route r JOIN pool w ON w.id = r.pool_id AND w.is_active AND w.deleted_at IS NULL "                      \
    "WHERE r.deleted_at IS NULL AND r.is_active AND "
#define WINNER "(SELECT r.id " ROUTES MATCHES("r") " ORDER BY r.priority, r.id LIMIT 1)"
#define DEFAULT_POOL "(SELECT MAX(d.id) FROM pool d WHERE d.default_mark = 1 AND d.is_active)"

void route_store_winner(struct query *query)
{
    query_sql(query, WINNER);
}

void route_store_target(struct query *query)
{
    query_sql(query, "COALESCE((SELECT r.pool_id " ROUTES MATCHES(
                         "r") " ORDER BY r.priority, r.id LIMIT 1), " DEFAULT_POOL ")");
}

enum err route_store_of(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                        struct routed_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT x.id, p.id, p.name, v.id, v.name FROM (SELECT t.id, " WINNER
                      " AS route_id FROM customer t WHERE t.deleted_at IS NULL AND t.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, ") x LEFT JOIN pool_route v ON v.id = x.route_id "
                      "LEFT JOIN pool p ON p.id = COALESCE(v.pool_id, " DEFAULT_POOL ") ORDER BY x.id");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    struct routed_row *routed = ARENA_ARRAY(arena, struct routed_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        routed[i] = (struct routed_row){rows_get(&rows, i, 0).integer, opt_int_of(rows_get(&rows, i, 1)),
                                        opt_int_of(rows_get(&rows, i, 3)), opt_str_of(rows_get(&rows, i, 2)),
                                        opt_str_of(rows_get(&rows, i, 4))};
    }
    *rows_out = routed;
    *count_out = rows.count;
    return OK;
}

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(FIND_UNOWNED, "route.unowned", struct number, NUMBER,
               "SELECT id AS value FROM customer WHERE owner_id IS NULL AND pool_id IS NULL AND deleted_at IS NULL "
               "AND id > ? ORDER BY id LIMIT ? FOR UPDATE");

enum err route_store_unowned(struct db *db, struct arena *arena, int64_t after_id, int64_t limit, int64_t **ids_out,
                             size_t *count_out)
{
    struct number *rows;
    TRY(db_many(db, arena, &FIND_UNOWNED, ARGS(V(after_id), V(limit)), &rows, count_out));
    *ids_out = ARENA_ARRAY(arena, int64_t, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*ids_out)[i] = rows[i].value;
    }
    return OK;
}

/* Customers are alike for routes by region, type and source: there are few kinds, whatever their number. */
#define KINDS                                                                                                          \
    "(SELECT region_id, customer_type, source, COUNT(*) AS customers FROM customer WHERE deleted_at IS NULL "          \
    "GROUP BY region_id, customer_type, source) t"

static const struct column GAP[] = {COLUMN(struct gap_row, region_id), COLUMN(struct gap_row, region_name),
                                    COLUMN(struct gap_row, customer_type), COLUMN(struct gap_row, source),
                                    COLUMN(struct gap_row, customers)};
STATEMENT_ROWS(FIND_GAPS, "route.gaps", struct gap_row, GAP,
               "SELECT p.id AS region_id, MAX(p.full_name) AS region_name, t.customer_type, t.source, "
               "CAST(SUM(t.customers) AS SIGNED) AS customers FROM " KINDS
               " LEFT JOIN region_path h ON h.descendant_id = t.region_id "
               "AND h.ancestor_id IN (SELECT id FROM region WHERE level = 1) "
               "LEFT JOIN region p ON p.id = h.ancestor_id WHERE NOT EXISTS (SELECT 1 " ROUTES MATCHES(
                   "r") ") GROUP BY p.id, t.customer_type, t.source ORDER BY customers DESC, p.id LIMIT 200");

static const struct column CLASH[] = {COLUMN(struct clash_row, route_id),   COLUMN(struct clash_row, other_id),
                                      COLUMN(struct clash_row, route_name), COLUMN(struct clash_row, other_name),
                                      COLUMN(struct clash_row, priority),   COLUMN(struct clash_row, customers)};
STATEMENT_ROWS(
    FIND_CLASHES, "route.clashes", struct clash_row, CLASH,
    "SELECT a.id AS route_id, b.id AS other_id, a.name AS route_name, b.name AS other_name, a.priority, "
    "CAST(SUM(t.customers) AS SIGNED) AS customers FROM pool_route a JOIN pool_route b "
    "ON b.priority = a.priority AND b.id > a.id AND b.pool_id <> a.pool_id AND b.deleted_at IS NULL AND "
    "b.is_active JOIN " KINDS " WHERE a.deleted_at IS NULL AND a.is_active AND " MATCHES("a") " AND " MATCHES(
        "b") " GROUP BY a.id, b.id, a.name, b.name, a.priority ORDER BY customers DESC, a.id, b.id LIMIT 200");

enum err route_store_gaps(struct db *db, struct arena *arena, struct gap_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FIND_GAPS, NO_ARGS, rows_out, count_out);
}

enum err route_store_clashes(struct db *db, struct arena *arena, struct clash_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FIND_CLASHES, NO_ARGS, rows_out, count_out);
}
