/* SQL in the making. */
#include "platform/query.h"

#include <string.h>

void query_init(struct query *query, struct arena *arena)
{
    *query = (struct query){0};
    buf_init(&query->sql, arena);
}

void query_sql(struct query *query, const char *literal)
{
    buf_add_c(&query->sql, literal);
}

static void add_value(struct query *query, struct value value)
{
    if (query->count == query->cap) {
        size_t cap = query->cap == 0 ? 16 : query->cap * 2;
        struct value *grown = ARENA_ARRAY(query->sql.arena, struct value, cap);
        if (query->count > 0) {
            memcpy(grown, query->items, query->count * sizeof *grown);
        }
        query->items = grown;
        query->cap = cap;
    }
    query->items[query->count++] = value;
}

void query_arg(struct query *query, struct value value)
{
    query_sql(query, "?");
    add_value(query, value);
}

void query_arg_ids(struct query *query, const int64_t *ids, size_t count)
{
    if (count == 0) {
        query_sql(query, "(NULL)");
        return;
    }
    size_t padded = 1;
    while (padded < count) {
        padded *= 2;
    }
    for (size_t i = 0; i < padded; i++) {
        query_sql(query, i == 0 ? "(" : ", ");
        query_arg(query, V(ids[i < count ? i : count - 1]));
    }
    query_sql(query, ")");
}

void query_append(struct query *query, const struct query *other)
{
    buf_add(&query->sql, buf_str(&other->sql));
    size_t count = other->count;
    for (size_t i = 0; i < count; i++) {
        add_value(query, other->items[i]);
    }
}

struct args query_args(const struct query *query)
{
    return (struct args){query->items, query->count};
}

struct str query_text(const struct query *query)
{
    return buf_str(&query->sql);
}

enum err query_ids(struct db *db, struct arena *arena, const struct query *query, int64_t **ids_out, size_t *count_out)
{
    struct rows rows;
    TRY(db_query(db, arena, query_text(query), query_args(query), &rows));
    int64_t *ids = ARENA_ARRAY(arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        ids[i] = rows_get(&rows, i, 0).integer;
    }
    *ids_out = ids;
    *count_out = rows.count;
    return OK;
}

enum err query_by_ids(struct db *db, struct arena *arena, const char *select, const int64_t *ids, size_t count,
                      const char *order, struct rows *out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, select);
    query_arg_ids(&query, ids, count);
    query_sql(&query, order);
    return db_query(db, arena, query_text(&query), query_args(&query), out);
}
