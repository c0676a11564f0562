/* SQL of kept names. */
#include "directory_store.h"

#include "platform/object_select.h"

enum err directory_store_rows(struct db *db, struct arena *arena, const struct reference *reference, size_t limit,
                              const struct directory_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, t.");
    select_table(&query, reference->label);
    query_sql(&query, " FROM ");
    select_table(&query, reference->table);
    query_sql(&query, " t ORDER BY t.id LIMIT ");
    query_arg(&query, V((int64_t)limit));
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    struct directory_row *found = ARENA_ARRAY(arena, struct directory_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        found[i] = (struct directory_row){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).text};
    }
    *rows_out = found;
    *count_out = rows.count;
    return OK;
}
