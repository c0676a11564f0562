/* SQL of invoices. Lock order: the contract first. */
#include "invoice_store.h"

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
/* The one column of a row. */
struct text {
    struct opt_str value; /* as stored */
};
static const struct column TEXT[] = {COLUMN(struct text, value)};
static const struct column HEAD[] = {
    COLUMN(struct invoice_head, contract_id), COLUMN(struct invoice_head, amount_minor),
    COLUMN(struct invoice_head, kind),        COLUMN(struct invoice_head, title),
    COLUMN(struct invoice_head, tax_number),  COLUMN(struct invoice_head, tax_rate_ppm),
    COLUMN(struct invoice_head, rate_nano),   COLUMN(struct invoice_head, is_red),
    COLUMN(struct invoice_head, is_deleted),  COLUMN(struct invoice_head, red_count),
};
STATEMENT_ROWS(SUM, "invoice.sum", struct number, NUMBER,
               "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS SIGNED) AS value FROM invoice "
               "WHERE contract_id = ? AND id <> ? AND deleted_at IS NULL");
STATEMENT_ROWS(GET_HEAD, "invoice.head", struct invoice_head, HEAD,
               "SELECT i.contract_id, i.amount_minor, i.kind, i.title, i.tax_number, i.tax_rate_ppm, i.rate_nano, "
               "i.red_of_id IS NOT NULL AS is_red, i.deleted_at IS NOT NULL AS is_deleted, "
               "(SELECT COUNT(*) FROM invoice r WHERE r.red_of_id = i.id AND r.deleted_at IS NULL AND r.id <> ?) "
               "AS red_count FROM invoice i WHERE i.id = ?");
STATEMENT_ROWS(CONTRACT_OF, "invoice.contract_of", struct number, NUMBER,
               "SELECT contract_id AS value FROM invoice WHERE id = ?");
STATEMENT_ROWS(TITLE, "invoice.title", struct text, TEXT,
               "SELECT c.name AS value FROM contract k LEFT JOIN customer c ON c.id = k.customer_id WHERE k.id = ?");
STATEMENT(REFRESH_CONTRACT, "invoice.refresh_contract",
          "UPDATE contract k SET k.invoiced_minor = (SELECT COALESCE(SUM(i.amount_minor), 0) FROM invoice i "
          "WHERE i.contract_id = k.id AND i.deleted_at IS NULL) WHERE k.id = ?");
STATEMENT(REFRESH_REVERSED, "invoice.refresh_reversed",
          "UPDATE invoice i LEFT JOIN invoice r ON r.red_of_id = i.id AND r.deleted_at IS NULL "
          "SET i.is_reversed = r.id IS NOT NULL WHERE i.contract_id = ?");
STATEMENT_ROWS(WRONG, "invoice.wrong", struct number, NUMBER,
               "SELECT k.id AS value FROM contract k LEFT JOIN (SELECT contract_id, SUM(amount_minor) AS amount_minor "
               "FROM invoice WHERE deleted_at IS NULL GROUP BY contract_id) s ON s.contract_id = k.id "
               "WHERE k.id > ? AND (k.invoiced_minor <> COALESCE(s.amount_minor, 0) OR EXISTS ("
               "SELECT 1 FROM invoice i WHERE i.contract_id = k.id AND i.is_reversed <> EXISTS ("
               "SELECT 1 FROM invoice r WHERE r.red_of_id = i.id AND r.deleted_at IS NULL))) ORDER BY k.id LIMIT ?");

enum err invoice_store_sum(struct db *db, struct arena *arena, int64_t contract_id, int64_t except_id, int64_t *out)
{
    return db_one(db, arena, &SUM, ARGS(V(contract_id), V(except_id)), out);
}

enum err invoice_store_head(struct db *db, struct arena *arena, int64_t id, int64_t except_id, struct invoice_head *out)
{
    return db_one(db, arena, &GET_HEAD, ARGS(V(except_id), V(id)), out);
}

enum err invoice_store_contract_of(struct db *db, struct arena *arena, int64_t id, int64_t *out)
{
    return db_one(db, arena, &CONTRACT_OF, ARGS(V(id)), out);
}

enum err invoice_store_title(struct db *db, struct arena *arena, int64_t contract_id, struct opt_str *out)
{
    return db_one(db, arena, &TITLE, ARGS(V(contract_id)), out);
}

enum err invoice_store_refresh(struct db *db, struct arena *arena, int64_t contract_id)
{
    TRY(db_exec(db, arena, &REFRESH_CONTRACT, ARGS(V(contract_id))));
    return db_exec(db, arena, &REFRESH_REVERSED, ARGS(V(contract_id)));
}

enum err invoice_store_wrong(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                             size_t *count_out)
{
    return db_many(db, arena, &WRONG, ARGS(V(after), V(limit)), ids_out, count_out);
}
