/* SQL of numbers. The row of a counter stays locked until its transaction ends, behind the contract's. */
#include "number_store.h"

#include "platform/query.h"

static const struct column PATTERN[] = {
    COLUMN(struct number_pattern_row, id),      COLUMN(struct number_pattern_row, object),
    COLUMN(struct number_pattern_row, pattern), COLUMN(struct number_pattern_row, restarts),
    COLUMN(struct number_pattern_row, version),
};
STATEMENT_ROWS(PATTERNS, "number.patterns", struct number_pattern_row, PATTERN,
               "SELECT id, object, pattern, restarts, version FROM number_pattern ORDER BY id");
STATEMENT_ROWS(PATTERN_OF, "number.pattern", struct number_pattern_row, PATTERN,
               "SELECT id, object, pattern, restarts, version FROM number_pattern WHERE object = ?");
STATEMENT_ROWS(LOCK, "number.lock", struct number_pattern_row, PATTERN,
               "SELECT id, object, pattern, restarts, version FROM number_pattern WHERE id = ? FOR UPDATE");
STATEMENT(SAVE, "number.save",
          "UPDATE number_pattern SET pattern = ?, restarts = ?, version = version + 1, updated_at = ?, "
          "updated_by_id = ? WHERE id = ?");
STATEMENT(COUNT_UP, "number.count_up",
          "INSERT INTO number_sequence (name, period, last_number) VALUES (?, ?, LAST_INSERT_ID(1)) "
          "ON DUPLICATE KEY UPDATE last_number = LAST_INSERT_ID(last_number + 1)");
/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(COUNTED, "number.counted", struct number, NUMBER, "SELECT LAST_INSERT_ID() AS value");
STATEMENT_ROWS(LAST, "number.last", struct number, NUMBER,
               "SELECT COALESCE(MAX(last_number), 0) AS value FROM number_sequence WHERE name = ? AND period = ?");

enum err number_store_patterns(struct db *db, struct arena *arena, struct number_pattern_row **rows_out,
                               size_t *count_out)
{
    return db_many(db, arena, &PATTERNS, NO_ARGS, rows_out, count_out);
}

enum err number_store_pattern(struct db *db, struct arena *arena, const char *object, struct number_pattern_row *out)
{
    return db_one(db, arena, &PATTERN_OF, ARGS(V(object)), out);
}

enum err number_store_lock(struct db *db, struct arena *arena, int64_t id, struct number_pattern_row *out)
{
    return db_one(db, arena, &LOCK, ARGS(V(id)), out);
}

enum err number_store_save(struct request *request, const struct number_pattern_row *row)
{
    return db_exec(request->db, request->arena, &SAVE,
                   ARGS(V(row->pattern), V(row->restarts), V(request->now), request_actor(request), V(row->id)));
}

enum err number_store_next(struct db *db, struct arena *arena, const char *object, struct str period, int64_t *out)
{
    TRY(db_exec(db, arena, &COUNT_UP, ARGS(V(object), V(period))));
    return db_one(db, arena, &COUNTED, NO_ARGS, out);
}

enum err number_store_last(struct db *db, struct arena *arena, struct str object, struct str period, int64_t *out)
{
    return db_one(db, arena, &LAST, ARGS(V(object), V(period)), out);
}

enum err number_store_is_taken(struct db *db, struct arena *arena, const char *table, struct str number, bool *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT 1 FROM `");
    query_sql(&query, table);
    query_sql(&query, "` WHERE number = ");
    query_arg(&query, V(number));
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows.count > 0;
    return OK;
}
