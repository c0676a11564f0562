/* SQL of protections. */
#include "protect_store.h"

#include "platform/query.h"

enum { CHUNK = 1000 };

static const struct column PROTECTION[] = {
    COLUMN(struct protection_row, kind), COLUMN(struct protection_row, until_on), COLUMN(struct protection_row, reason),
    COLUMN(struct protection_row, by_name), COLUMN(struct protection_row, created_at)};
STATEMENT_ROWS(LIST, "protection.list", struct protection_row, PROTECTION,
               "SELECT p.kind, p.until_on, p.reason, u.name AS by_name, p.created_at FROM pool_protection p "
               "LEFT JOIN `user` u ON u.id = p.created_by_id WHERE p.customer_id = ? ORDER BY p.kind");
STATEMENT(SET, "protection.set",
          "REPLACE INTO pool_protection (customer_id, kind, until_on, reason, created_at, created_by_id) "
          "VALUES (?, ?, ?, ?, ?, ?)");
STATEMENT(REMOVE, "protection.remove", "DELETE FROM pool_protection WHERE customer_id = ? AND kind = ?");

enum err protect_store_list(struct db *db, struct arena *arena, int64_t customer_id, struct protection_row **rows_out,
                            size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(customer_id)), rows_out, count_out);
}

enum err protect_store_set(struct request *request, int64_t customer_id, const char *kind, struct opt_date until,
                           struct str reason)
{
    return db_exec(request->db, request->arena, &SET,
                   ARGS(V(customer_id), V(kind), V(until), reason.len == 0 ? value_null() : V(reason), V(request->now),
                        request_actor(request)));
}

enum err protect_store_remove(struct db *db, struct arena *arena, int64_t customer_id, const char *kind)
{
    return db_exec(db, arena, &REMOVE, ARGS(V(customer_id), V(kind)));
}

/* The protections of the day are few; the customers asked about may be many. */
enum err protect_store_among(struct request *request, const int64_t *ids, size_t count, int64_t **ids_out,
                             size_t *count_out)
{
    int64_t *found = ARENA_ARRAY(request->arena, int64_t, count + 1);
    *count_out = 0;
    for (size_t from = 0; from < count; from += CHUNK) {
        struct query query;
        struct rows rows;
        query_init(&query, request->arena);
        query_sql(&query,
                  "SELECT DISTINCT p.customer_id FROM pool_protection p WHERE (p.until_on IS NULL OR p.until_on >= ");
        query_arg(&query, V(request->today));
        query_sql(&query, ") AND p.customer_id IN ");
        query_arg_ids(&query, ids + from, count - from < CHUNK ? count - from : CHUNK);
        TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
        for (size_t i = 0; i < rows.count; i++) {
            found[(*count_out)++] = rows_get(&rows, i, 0).integer;
        }
    }
    *ids_out = found;
    return OK;
}
