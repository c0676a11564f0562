/* SQL of the board: one pass over the rows that the list would show, then the cards that are shown. */
#include "board_store.h"

#include "platform/object_select.h"

static struct board_card read_card(const struct rows *rows, size_t i)
{
    return (struct board_card){
        .id = rows_get(rows, i, 0).integer,
        .version = rows_get(rows, i, 1).integer,
        .stage_id = rows_get(rows, i, 2).integer,
        .name = rows_get(rows, i, 3).text,
        .customer_id = opt_int_of(rows_get(rows, i, 4)),
        .customer_name = opt_str_of(rows_get(rows, i, 5)),
        .owner_id = opt_int_of(rows_get(rows, i, 6)),
        .owner_name = opt_str_of(rows_get(rows, i, 7)),
        .amount_minor = rows_get(rows, i, 8).integer,
        .currency = rows_get(rows, i, 9).text,
        .win_probability_ppm = rows_get(rows, i, 10).integer,
        .expected_close_on = opt_date_of(rows_get(rows, i, 11)),
        .stage_entered_at = rows_get(rows, i, 12).instant,
        .last_activity_at = opt_instant_of(rows_get(rows, i, 13)),
        .next_step = opt_str_of(rows_get(rows, i, 14)),
        .next_step_on = opt_date_of(rows_get(rows, i, 15)),
        .slip_count = rows_get(rows, i, 16).integer,
        .base_minor = rows_get(rows, i, 17).integer,
    };
}

enum err board_store_cards(struct request *request, const int64_t *ids, size_t count, struct board_card **rows_out,
                           size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT o.id, o.version, o.stage_id, o.name, o.customer_id, c.name, o.owner_id, u.name, "
                      "o.amount_minor, o.currency, o.win_probability_ppm, o.expected_close_on, o.stage_entered_at, "
                      "o.last_activity_at, o.next_step, o.next_step_on, o.slip_count, o.base_minor FROM opportunity o "
                      "LEFT JOIN customer c ON c.id = o.customer_id LEFT JOIN `user` u ON u.id = o.owner_id "
                      "WHERE o.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY o.stage_entered_at DESC, o.id DESC");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct board_card, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = read_card(&rows, i);
    }
    return OK;
}

/* Where streamed rows go. */
struct scan {
    enum err (*each)(void *context, const struct board_row *row); /* the caller's */
    void *context;                                                /* for it */
};

static enum err scan_row(void *context, const struct value *row, size_t column_count)
{
    const struct scan *scan = context;
    (void)column_count;
    const struct board_row read = {row[0].integer, row[1].integer, row[2].text,    row[3].integer,
                                   row[4].integer, row[5].integer, row[6].integer, row[7].instant.ms};
    return scan->each(scan->context, &read);
}

enum err board_store_scan(struct request *request, const struct list_request *list,
                          enum err (*each)(void *context, const struct board_row *row), void *context)
{
    struct query query;
    struct scan scan = {each, context};
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id, t.stage_id, t.currency, t.amount_minor, t.win_probability_ppm, t.base_minor, "
                      "t.base_weighted_minor, t.stage_entered_at");
    TRY(select_all_rows(request, &query, list));
    return db_query_each(request->db, request->arena, query_text(&query), query_args(&query), scan_row, &scan);
}
