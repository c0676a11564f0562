/* SQL of quotes. */
#include "quote_store.h"

enum { LINE_WIDTH = 11 };

static const struct column LINE[] = {
    COLUMN(struct quote_line, line_number),
    COLUMN(struct quote_line, product_id),
    COLUMN(struct quote_line, name),
    COLUMN(struct quote_line, quantity_milli),
    COLUMN(struct quote_line, list_price_minor),
    COLUMN(struct quote_line, floor_minor),
    COLUMN(struct quote_line, unit_price_minor),
    COLUMN(struct quote_line, amount_minor),
    COLUMN(struct quote_line, unit_cost_minor),
    COLUMN(struct quote_line, cost_minor),
};
STATEMENT_ROWS(LINES, "quote.lines", struct quote_line, LINE,
               "SELECT line_number, product_id, name, quantity_milli, list_price_minor, floor_minor, unit_price_minor, "
               "amount_minor, unit_cost_minor, cost_minor FROM quote_line WHERE quote_id = ? ORDER BY line_number");
STATEMENT(DROP_LINES, "quote.drop_lines", "DELETE FROM quote_line WHERE quote_id = ?");
static const struct column VERSION[] = {
    COLUMN(struct quote_version, version_number),   COLUMN(struct quote_version, content),
    COLUMN(struct quote_version, sent_at),          COLUMN(struct quote_version, replaced_at),
    COLUMN(struct quote_version, replaced_by_name),
};
STATEMENT_ROWS(VERSIONS, "quote.versions", struct quote_version, VERSION,
               "SELECT v.version_number, v.content, v.sent_at, v.replaced_at, u.name AS replaced_by_name "
               "FROM quote_version v LEFT JOIN `user` u ON u.id = v.replaced_by_id WHERE v.quote_id = ? "
               "ORDER BY v.version_number DESC");
STATEMENT(KEEP_VERSION, "quote.keep_version",
          "INSERT INTO quote_version (quote_id, version_number, content, sent_at, replaced_at, replaced_by_id) "
          "VALUES (?, ?, ?, ?, ?, ?)");
STATEMENT(APPROVE, "quote.approve",
          "UPDATE quote SET authority_state = 'approved', approved_by_id = ?, approved_at = ?, version = version + 1, "
          "updated_at = ?, updated_by_id = ? WHERE id = ?");
STATEMENT(SET_CONTRACT, "quote.set_contract",
          "UPDATE quote SET contract_id = ?, status = 'accepted', version = version + 1, updated_at = ?, "
          "updated_by_id = ? WHERE id = ?");
/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
/* The one column of a row. */
struct opt_number {
    struct opt_int value; /* as stored */
};
static const struct column OPT_NUMBER[] = {COLUMN(struct opt_number, value)};
STATEMENT_ROWS(CONTRACT_LIVES, "quote.contract_lives", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM contract WHERE id = ? AND deleted_at IS NULL");
STATEMENT_ROWS(EXPIRED, "quote.expired", struct number, NUMBER,
               "SELECT id AS value FROM quote WHERE status = 'sent' AND valid_until < ? AND deleted_at IS NULL "
               "ORDER BY id LIMIT ?");
STATEMENT_ROWS(CUSTOMER_OF, "quote.customer_of", struct opt_number, OPT_NUMBER,
               "SELECT customer_id AS value FROM opportunity WHERE id = ?");

enum err quote_store_lines(struct db *db, struct arena *arena, int64_t quote_id, struct quote_line **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &LINES, ARGS(V(quote_id)), rows_out, count_out);
}

enum err quote_store_replace_lines(struct db *db, struct arena *arena, int64_t quote_id, const struct quote_line *lines,
                                   size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * LINE_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP_LINES, ARGS(V(quote_id))));
    for (size_t i = 0; i < count; i++) {
        const struct quote_line *line = &lines[i];
        struct value *row = values + i * LINE_WIDTH;
        row[0] = V(quote_id);
        row[1] = V(line->line_number);
        row[2] = V(line->product_id);
        row[3] = V(line->name);
        row[4] = V(line->quantity_milli);
        row[5] = V(line->list_price_minor);
        row[6] = V(line->floor_minor);
        row[7] = V(line->unit_price_minor);
        row[8] = V(line->amount_minor);
        row[9] = V(line->unit_cost_minor);
        row[10] = V(line->cost_minor);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO quote_line (quote_id, line_number, product_id, name, quantity_milli, "
                       "list_price_minor, floor_minor, unit_price_minor, amount_minor, unit_cost_minor, "
                       "cost_minor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                   values, LINE_WIDTH, count);
}

enum err quote_store_versions(struct db *db, struct arena *arena, int64_t quote_id, struct quote_version **rows_out,
                              size_t *count_out)
{
    return db_many(db, arena, &VERSIONS, ARGS(V(quote_id)), rows_out, count_out);
}

enum err quote_store_keep_version(struct request *request, int64_t quote_id, int64_t version_number, struct str content,
                                  struct value sent_at)
{
    return db_exec(request->db, request->arena, &KEEP_VERSION,
                   ARGS(V(quote_id), V(version_number), V(content), sent_at, V(request->now), request_actor(request)));
}

enum err quote_store_approve(struct request *request, int64_t id)
{
    struct value actor = request_actor(request);
    return db_exec(request->db, request->arena, &APPROVE, ARGS(actor, V(request->now), V(request->now), actor, V(id)));
}

enum err quote_store_set_contract(struct request *request, int64_t id, int64_t contract_id)
{
    return db_exec(request->db, request->arena, &SET_CONTRACT,
                   ARGS(V(contract_id), V(request->now), request_actor(request), V(id)));
}

enum err quote_store_contract_lives(struct db *db, struct arena *arena, int64_t contract_id, bool *out)
{
    int64_t count = 0;
    TRY(db_one(db, arena, &CONTRACT_LIVES, ARGS(V(contract_id)), &count));
    *out = count > 0;
    return OK;
}

enum err quote_store_expired(struct db *db, struct arena *arena, struct date today, int64_t limit, int64_t **ids_out,
                             size_t *count_out)
{
    return db_many(db, arena, &EXPIRED, ARGS(V(today), V(limit)), ids_out, count_out);
}

enum err quote_store_customer_of(struct db *db, struct arena *arena, int64_t opportunity_id, struct opt_int *out)
{
    return db_one(db, arena, &CUSTOMER_OF, ARGS(V(opportunity_id)), out);
}
