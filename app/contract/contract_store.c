/* SQL of contract lines and money totals. Lock order: contract, then payment. */
#include "contract_store.h"

static const struct column CONTRACT_HEAD[] = {
    COLUMN(struct contract_head, id),       COLUMN(struct contract_head, customer_id),
    COLUMN(struct contract_head, currency), COLUMN(struct contract_head, status),
    COLUMN(struct contract_head, owner_id),
};
static const struct column PAYMENT_HEAD[] = {
    COLUMN(struct payment_head, id),          COLUMN(struct payment_head, contract_id),
    COLUMN(struct payment_head, customer_id), COLUMN(struct payment_head, amount_minor),
    COLUMN(struct payment_head, currency),    COLUMN(struct payment_head, received_on),
    COLUMN(struct payment_head, owner_id),
};
static const struct column LINE[] = {
    COLUMN(struct contract_line, id),
    COLUMN(struct contract_line, line_number),
    COLUMN(struct contract_line, product_id),
    COLUMN(struct contract_line, name),
    COLUMN(struct contract_line, quantity_milli),
    COLUMN(struct contract_line, unit_price_minor),
    COLUMN(struct contract_line, unit_cost_minor),
    COLUMN(struct contract_line, amount_minor),
    COLUMN(struct contract_line, cost_minor),
    COLUMN(struct contract_line, total_minor),
    COLUMN(struct contract_line, tax_minor),
    COLUMN(struct contract_line, received_minor),
    COLUMN(struct contract_line, refunded_minor),
};
static const struct column PRODUCT_PRICE[] = {
    COLUMN(struct product_price, name),
    COLUMN(struct product_price, price_minor),
    COLUMN(struct product_price, cost_minor),
};
static const struct column OPPORTUNITY_HEAD[] = {COLUMN(struct opportunity_head, customer_id),
                                                 COLUMN(struct opportunity_head, name)};
struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(LOCK_CONTRACT, "contract.lock", struct contract_head, CONTRACT_HEAD,
               "SELECT id, customer_id, currency, status, owner_id FROM contract WHERE id = ? FOR UPDATE");
STATEMENT_ROWS(LOCK_PAYMENT, "payment.lock", struct payment_head, PAYMENT_HEAD,
               "SELECT id, contract_id, customer_id, amount_minor, currency, received_on, owner_id FROM payment WHERE "
               "id = ? FOR UPDATE");
STATEMENT_ROWS(SUM_REFUNDS, "payment.refunded", struct number, NUMBER,
               "SELECT COALESCE(SUM(amount_minor), 0) AS value FROM refund WHERE payment_id = ? AND deleted_at IS NULL "
               "AND id <> ?");
struct day {
    struct opt_date value;
};
static const struct column DAY[] = {COLUMN(struct day, value)};
STATEMENT_ROWS(FIRST_REFUND, "payment.first_refund", struct day, DAY,
               "SELECT MIN(refunded_on) AS value FROM refund WHERE payment_id = ? AND deleted_at IS NULL");
STATEMENT(REFRESH_PAYMENT, "payment.refresh_refunded",
          "UPDATE payment SET refunded_minor = "
          "(SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r WHERE r.payment_id = ? AND r.deleted_at IS NULL) "
          "WHERE id = ?");
STATEMENT(PAYMENTS_FOLLOW, "contract.payments_follow",
          "UPDATE payment p JOIN contract k ON k.id = p.contract_id SET p.customer_id = k.customer_id WHERE k.id = ?");
STATEMENT(REFUNDS_FOLLOW, "contract.refunds_follow",
          "UPDATE refund r JOIN contract k ON k.id = r.contract_id SET r.customer_id = k.customer_id WHERE k.id = ?");
STATEMENT(
    INSTALLMENTS_FOLLOW, "contract.installments_follow",
    "UPDATE installment i JOIN contract k ON k.id = i.contract_id SET i.customer_id = k.customer_id WHERE k.id = ?");
STATEMENT(INVOICES_FOLLOW, "contract.invoices_follow",
          "UPDATE invoice i JOIN contract k ON k.id = i.contract_id SET i.customer_id = k.customer_id WHERE k.id = ?");
STATEMENT_ROWS(REFUND_PAYMENT, "refund.payment", struct number, NUMBER,
               "SELECT payment_id AS value FROM refund WHERE id = ?");
STATEMENT_ROWS(
    LIST_LINES, "contract.lines", struct contract_line, LINE,
    "SELECT id, line_number, product_id, name, quantity_milli, unit_price_minor, unit_cost_minor, amount_minor, "
    "cost_minor, total_minor, tax_minor, received_minor, refunded_minor "
    "FROM contract_line WHERE contract_id = ? ORDER BY line_number");
STATEMENT(SET_LINES_ASIDE, "contract.set_lines_aside",
          "UPDATE contract_line SET line_number = -line_number WHERE contract_id = ?");
STATEMENT(DROP_LINES, "contract.drop_lines", "DELETE FROM contract_line WHERE contract_id = ? AND line_number < 0");
STATEMENT(
    SET_LINE, "contract.set_line",
    "UPDATE contract_line SET line_number = ?, product_id = ?, name = ?, quantity_milli = ?, "
    "unit_price_minor = ?, unit_cost_minor = ?, amount_minor = ?, cost_minor = ? WHERE id = ? AND contract_id = ?");
STATEMENT(ADD_LINE, "contract.add_line",
          "INSERT INTO contract_line (contract_id, line_number, product_id, name, quantity_milli, unit_price_minor, "
          "unit_cost_minor, "
          "amount_minor, cost_minor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT_ROWS(GET_PRODUCT, "contract.product", struct product_price, PRODUCT_PRICE,
               "SELECT name, price_minor, cost_minor FROM product WHERE id = ? AND deleted_at IS NULL");
STATEMENT_ROWS(GET_OPPORTUNITY, "contract.opportunity", struct opportunity_head, OPPORTUNITY_HEAD,
               "SELECT customer_id, name FROM opportunity WHERE id = ?");

enum err contract_store_lock(struct db *db, struct arena *arena, int64_t id, struct contract_head *out)
{
    return db_one(db, arena, &LOCK_CONTRACT, ARGS(V(id)), out);
}

enum err payment_store_lock(struct db *db, struct arena *arena, int64_t id, struct payment_head *out)
{
    return db_one(db, arena, &LOCK_PAYMENT, ARGS(V(id)), out);
}

enum err payment_store_refunded(struct db *db, struct arena *arena, int64_t payment_id, int64_t except_id, int64_t *out)
{
    return db_one(db, arena, &SUM_REFUNDS, ARGS(V(payment_id), V(except_id)), out);
}

enum err payment_store_first_refund(struct db *db, struct arena *arena, int64_t payment_id, struct opt_date *out)
{
    struct day day;
    TRY(db_one(db, arena, &FIRST_REFUND, ARGS(V(payment_id)), &day));
    *out = day.value;
    return OK;
}

enum err payment_store_refresh(struct db *db, struct arena *arena, int64_t payment_id)
{
    return db_exec(db, arena, &REFRESH_PAYMENT, ARGS(V(payment_id), V(payment_id)));
}

enum err refund_store_payment(struct db *db, struct arena *arena, int64_t refund_id, int64_t *out)
{
    return db_one(db, arena, &REFUND_PAYMENT, ARGS(V(refund_id)), out);
}

enum err contract_store_follow_customer(struct db *db, struct arena *arena, int64_t contract_id)
{
    TRY(db_exec(db, arena, &PAYMENTS_FOLLOW, ARGS(V(contract_id))));
    TRY(db_exec(db, arena, &REFUNDS_FOLLOW, ARGS(V(contract_id))));
    TRY(db_exec(db, arena, &INSTALLMENTS_FOLLOW, ARGS(V(contract_id))));
    return db_exec(db, arena, &INVOICES_FOLLOW, ARGS(V(contract_id)));
}

enum err contract_store_lines(struct db *db, struct arena *arena, int64_t contract_id, struct contract_line **rows_out,
                              size_t *count_out)
{
    return db_many(db, arena, &LIST_LINES, ARGS(V(contract_id)), rows_out, count_out);
}

enum err contract_store_replace_lines(struct db *db, struct arena *arena, int64_t contract_id,
                                      const struct contract_line *lines, size_t count)
{
    TRY(db_exec(db, arena, &SET_LINES_ASIDE, ARGS(V(contract_id))));
    for (size_t i = 0; i < count; i++) {
        const struct contract_line *line = &lines[i];
        TRY(line->id != 0 ? db_exec(db, arena, &SET_LINE,
                                    ARGS(V(line->line_number), V(line->product_id), V(line->name),
                                         V(line->quantity_milli), V(line->unit_price_minor), V(line->unit_cost_minor),
                                         V(line->amount_minor), V(line->cost_minor), V(line->id), V(contract_id)))
                          : db_exec(db, arena, &ADD_LINE,
                                    ARGS(V(contract_id), V(line->line_number), V(line->product_id), V(line->name),
                                         V(line->quantity_milli), V(line->unit_price_minor), V(line->unit_cost_minor),
                                         V(line->amount_minor), V(line->cost_minor))));
    }
    return db_exec(db, arena, &DROP_LINES, ARGS(V(contract_id)));
}

enum err contract_store_product(struct db *db, struct arena *arena, int64_t product_id, struct product_price *out)
{
    return db_one(db, arena, &GET_PRODUCT, ARGS(V(product_id)), out);
}

enum err contract_store_opportunity(struct db *db, struct arena *arena, int64_t opportunity_id,
                                    struct opportunity_head *out)
{
    return db_one(db, arena, &GET_OPPORTUNITY, ARGS(V(opportunity_id)), out);
}
