/* SQL of opportunities counted by day, owner or stage. */
#include "sums_store.h"

#include "platform/object_select.h"

static const char *const SELECT_KEY[] = {
    [SUMS_BY_DAY] = "SELECT p.key_of, NULL",
    [SUMS_BY_OWNER] = "SELECT p.key_of, (SELECT u.name FROM `user` u WHERE u.id = p.key_of)",
    [SUMS_BY_STAGE] = "SELECT p.key_of, NULL",
};
static const char *const FROM_KEY[] = {
    [SUMS_BY_DAY] = " FROM (SELECT t.expected_close_on AS key_of",
    [SUMS_BY_OWNER] = " FROM (SELECT t.owner_id AS key_of",
    [SUMS_BY_STAGE] = " FROM (SELECT t.stage_id AS key_of",
};
static const char *const GROUP_KEY[] = {
    [SUMS_BY_DAY] = " GROUP BY t.expected_close_on, t.currency) p ORDER BY p.key_of, p.deals DESC, p.currency LIMIT ",
    [SUMS_BY_OWNER] = " GROUP BY t.owner_id, t.currency) p ORDER BY p.key_of, p.deals DESC, p.currency LIMIT ",
    [SUMS_BY_STAGE] = " GROUP BY t.stage_id, t.currency) p ORDER BY p.key_of, p.deals DESC, p.currency LIMIT ",
};
enum { KEYS = 2 };

enum err sums_store_list(struct request *request, const struct list_request *list, enum sums_by by, int64_t limit,
                         struct sums_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, SELECT_KEY[by]);
    query_sql(&query, ", p.currency, p.deals, p.amount, p.weighted, p.base, p.base_weighted");
    query_sql(&query, FROM_KEY[by]);
    query_sql(&query, ", ");
    deal_sum_columns(&query);
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, GROUP_KEY[by]);
    query_arg(&query, V(limit));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct sums_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        struct value name = rows_get(&rows, i, 1);
        struct sums_row *row = &(*rows_out)[i];
        *row = (struct sums_row){.key = rows_get(&rows, i, 0)};
        row->name = opt_str_of(name);
        TRY(deal_sum_read(request, &rows, i, KEYS, &row->sum));
    }
    return OK;
}
