/* SQL of the examination. */
#include "ledger_store.h"

struct customer_row {
    int64_t id; /* customer */
};
static const struct column CUSTOMER_ROW[] = {COLUMN(struct customer_row, id)};
STATEMENT_ROWS(CUSTOMERS, "ledger.examine_customers", struct customer_row, CUSTOMER_ROW,
               "SELECT DISTINCT customer_id AS id FROM assignment WHERE customer_id > ? ORDER BY customer_id LIMIT ?");
static const struct column FIGURES[] = {COLUMN(struct figures_row, id), COLUMN(struct figures_row, figures)};
STATEMENT_ROWS(
    FIGURES_OF, "ledger.examine_figures", struct figures_row, FIGURES,
    "SELECT id, CONCAT_WS('|', COALESCE(first_touch_at, '-'), response_minutes IS NULL OR response_minutes < 0, "
    "COALESCE(last_touch_at, '-'), follow_up_count, opportunity_count, COALESCE(opportunity_id, '-'), "
    "COALESCE(stage_id, '-'), contract_count, ordered_minor, received_minor, COALESCE(won_on, '-'), "
    "COALESCE(signed_on, '-'), COALESCE(deal_on, '-'), COALESCE(days_to_deal, '-'), outcome) AS figures "
    "FROM assignment WHERE customer_id > ? AND customer_id <= ? ORDER BY id FOR UPDATE");

enum err examine_store_customers(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                                 size_t *count_out)
{
    struct customer_row *rows;
    TRY(db_many(db, arena, &CUSTOMERS, ARGS(V(after), V(limit)), &rows, count_out));
    *ids_out = ARENA_ARRAY(arena, int64_t, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*ids_out)[i] = rows[i].id;
    }
    return OK;
}

enum err examine_store_figures(struct db *db, struct arena *arena, int64_t after, int64_t last,
                               struct figures_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FIGURES_OF, ARGS(V(after), V(last)), rows_out, count_out);
}
