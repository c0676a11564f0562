/* SQL of change orders. */
#include "change_order_store.h"

enum { LINE_WIDTH = 10 };

static const struct column CONTRACT_ROW[] = {
    COLUMN(struct order_contract, amount_minor),   COLUMN(struct order_contract, cost_minor),
    COLUMN(struct order_contract, margin_minor),   COLUMN(struct order_contract, rate_nano),
    COLUMN(struct order_contract, base_minor),     COLUMN(struct order_contract, base_margin_minor),
    COLUMN(struct order_contract, discount_minor), COLUMN(struct order_contract, tax_rate_ppm),
    COLUMN(struct order_contract, ends_on),        COLUMN(struct order_contract, starts_on),
    COLUMN(struct order_contract, signed_on),      COLUMN(struct order_contract, currency),
    COLUMN(struct order_contract, status),         COLUMN(struct order_contract, change_count),
    COLUMN(struct order_contract, owner_id),
};
STATEMENT_ROWS(
    GET_CONTRACT, "change_order.contract", struct order_contract, CONTRACT_ROW,
    "SELECT amount_minor, cost_minor, amount_minor - tax_minor - cost_minor AS margin_minor, rate_nano, base_minor, "
    "base_margin_minor, discount_minor, "
    "tax_rate_ppm, ends_on, starts_on, signed_on, currency, status, change_count, owner_id "
    "FROM contract WHERE id = ?");
/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
/* The one column of a row. */
struct day {
    struct opt_date value; /* as stored */
};
static const struct column DAY[] = {COLUMN(struct day, value)};
STATEMENT_ROWS(CONTRACT_OF, "change_order.contract_of", struct number, NUMBER,
               "SELECT contract_id AS value FROM change_order WHERE id = ?");
STATEMENT_ROWS(FIRST, "change_order.first", struct day, DAY,
               "SELECT MIN(effective_on) AS value FROM change_order WHERE contract_id = ? AND status = 'effective' "
               "AND deleted_at IS NULL");
STATEMENT_ROWS(LAST, "change_order.last", struct day, DAY,
               "SELECT MAX(effective_on) AS value FROM change_order WHERE contract_id = ? AND status = 'effective' "
               "AND deleted_at IS NULL");
STATEMENT_ROWS(IDS, "change_order.ids", struct number, NUMBER,
               "SELECT id AS value FROM change_order WHERE contract_id = ? ORDER BY id");
STATEMENT(SET_DELETED, "change_order.set_deleted",
          "UPDATE change_order SET deleted_at = ?, version = version + 1 WHERE contract_id = ? "
          "AND (deleted_at IS NULL OR status = 'effective')");
static const struct column LINE[] = {
    COLUMN(struct contract_line, line_number),
    COLUMN(struct contract_line, product_id),
    COLUMN(struct contract_line, name),
    COLUMN(struct contract_line, quantity_milli),
    COLUMN(struct contract_line, unit_price_minor),
    COLUMN(struct contract_line, unit_cost_minor),
    COLUMN(struct contract_line, amount_minor),
    COLUMN(struct contract_line, cost_minor),
};
STATEMENT_ROWS(LINES, "change_order.lines", struct contract_line, LINE,
               "SELECT line_number, product_id, name, quantity_milli, unit_price_minor, unit_cost_minor, amount_minor, "
               "cost_minor FROM change_order_line WHERE change_order_id = ? AND side = ? ORDER BY line_number");
STATEMENT(DROP_LINES, "change_order.drop_lines",
          "DELETE FROM change_order_line WHERE change_order_id = ? AND side = ?");

#define SUMS                                                                                                           \
    "(SELECT contract_id, COUNT(*) AS change_count, SUM(delta_minor) AS changed_minor, "                               \
    "SUM(profit_delta_minor) AS changed_profit_minor, SUM(base_delta_minor) AS changed_base_minor, "                   \
    "SUM(base_profit_delta_minor) AS changed_base_margin_minor FROM change_order WHERE status = 'effective' "          \
    "GROUP BY contract_id)"
STATEMENT_ROWS(WRONG, "change_order.wrong", struct number, NUMBER,
               "SELECT k.id AS value FROM contract k LEFT JOIN " SUMS " s ON s.contract_id = k.id WHERE k.id > ? "
               "AND (k.change_count <> COALESCE(s.change_count, 0) OR k.changed_minor <> COALESCE(s.changed_minor, 0) "
               "OR k.changed_profit_minor <> COALESCE(s.changed_profit_minor, 0) "
               "OR k.changed_base_minor <> COALESCE(s.changed_base_minor, 0) "
               "OR k.changed_base_margin_minor <> COALESCE(s.changed_base_margin_minor, 0)) ORDER BY k.id LIMIT ?");
STATEMENT(REFRESH, "change_order.refresh",
          "UPDATE contract k LEFT JOIN " SUMS " s ON s.contract_id = k.id SET "
          "k.change_count = COALESCE(s.change_count, 0), k.changed_minor = COALESCE(s.changed_minor, 0), "
          "k.changed_profit_minor = COALESCE(s.changed_profit_minor, 0), "
          "k.changed_base_minor = COALESCE(s.changed_base_minor, 0), "
          "k.changed_base_margin_minor = COALESCE(s.changed_base_margin_minor, 0) WHERE k.id = ?");

enum err change_order_store_contract(struct db *db, struct arena *arena, int64_t contract_id,
                                     struct order_contract *out)
{
    return db_one(db, arena, &GET_CONTRACT, ARGS(V(contract_id)), out);
}

enum err change_order_store_contract_of(struct db *db, struct arena *arena, int64_t id, int64_t *out)
{
    return db_one(db, arena, &CONTRACT_OF, ARGS(V(id)), out);
}

enum err change_order_store_first(struct db *db, struct arena *arena, int64_t contract_id, struct opt_date *out)
{
    return db_one(db, arena, &FIRST, ARGS(V(contract_id)), out);
}

enum err change_order_store_last(struct db *db, struct arena *arena, int64_t contract_id, struct opt_date *out)
{
    return db_one(db, arena, &LAST, ARGS(V(contract_id)), out);
}

enum err change_order_store_ids(struct db *db, struct arena *arena, int64_t contract_id, int64_t **ids_out,
                                size_t *count_out)
{
    return db_many(db, arena, &IDS, ARGS(V(contract_id)), ids_out, count_out);
}

enum err change_order_store_set_deleted(struct db *db, struct arena *arena, int64_t contract_id, struct opt_instant at)
{
    return db_exec(db, arena, &SET_DELETED, ARGS(V(at), V(contract_id)));
}

enum err change_order_store_lines(struct db *db, struct arena *arena, int64_t id, const char *side,
                                  struct contract_line **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LINES, ARGS(V(id), V(side)), rows_out, count_out);
}

enum err change_order_store_replace_lines(struct db *db, struct arena *arena, int64_t id, const char *side,
                                          const struct contract_line *lines, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * LINE_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP_LINES, ARGS(V(id), V(side))));
    for (size_t i = 0; i < count; i++) {
        const struct contract_line *line = &lines[i];
        struct value *row = values + i * LINE_WIDTH;
        row[0] = V(id);
        row[1] = V(side);
        row[2] = V(line->line_number);
        row[3] = V(line->product_id);
        row[4] = V(line->name);
        row[5] = V(line->quantity_milli);
        row[6] = V(line->unit_price_minor);
        row[7] = V(line->unit_cost_minor);
        row[8] = V(line->amount_minor);
        row[9] = V(line->cost_minor);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO change_order_line (change_order_id, side, line_number, product_id, "
                       "name, quantity_milli, unit_price_minor, unit_cost_minor, amount_minor, cost_minor) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                   values, LINE_WIDTH, count);
}

enum err change_order_store_wrong(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                                  size_t *count_out)
{
    return db_many(db, arena, &WRONG, ARGS(V(after), V(limit)), ids_out, count_out);
}

enum err change_order_store_refresh(struct db *db, struct arena *arena, int64_t contract_id)
{
    return db_exec(db, arena, &REFRESH, ARGS(V(contract_id)));
}
