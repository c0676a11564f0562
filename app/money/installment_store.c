/* SQL of payment plans. */
#include "installment_store.h"

static const struct column CONTRACT_ROW[] = {
    COLUMN(struct plan_contract, amount_minor), COLUMN(struct plan_contract, customer_id),
    COLUMN(struct plan_contract, currency),     COLUMN(struct plan_contract, status),
    COLUMN(struct plan_contract, owner_id),
};
STATEMENT_ROWS(GET_CONTRACT, "installment.contract", struct plan_contract, CONTRACT_ROW,
               "SELECT amount_minor, customer_id, currency, status, owner_id FROM contract WHERE id = ?");
/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(SUM, "installment.sum", struct number, NUMBER,
               "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS SIGNED) AS value FROM installment "
               "WHERE contract_id = ? AND id <> ? AND deleted_at IS NULL AND NOT is_void");
STATEMENT_ROWS(AMOUNT, "installment.amount", struct number, NUMBER,
               "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS SIGNED) AS value FROM installment WHERE id = ?");
STATEMENT_ROWS(LATE, "installment.late", struct number, NUMBER,
               "SELECT DISTINCT contract_id AS value FROM installment WHERE deleted_at IS NULL "
               "AND status IN ('pending', 'partial', 'overdue') AND due_on < ? AND contract_id > ? "
               "ORDER BY contract_id LIMIT ?");
static const struct column LATE_ROW[] = {
    COLUMN(struct late_row, id),
    COLUMN(struct late_row, name),
    COLUMN(struct late_row, contract_number),
    COLUMN(struct late_row, customer),
    COLUMN(struct late_row, open_minor),
    COLUMN(struct late_row, currency),
    COLUMN(struct late_row, overdue_days),
    COLUMN(struct late_row, owner_id),
    COLUMN(struct late_row, manager_id),
    COLUMN(struct late_row, head_id),
};
STATEMENT_ROWS(
    TO_TELL, "installment.to_tell", struct late_row, LATE_ROW,
    "SELECT i.id, i.name, k.number AS contract_number, c.name AS customer, i.open_minor, i.currency, i.overdue_days, "
    "i.owner_id, u.manager_id, d.manager_id AS head_id FROM installment i JOIN contract k ON k.id = i.contract_id "
    "LEFT JOIN customer c ON c.id = i.customer_id LEFT JOIN `user` u ON u.id = i.owner_id "
    "LEFT JOIN department d ON d.id = u.department_id "
    "WHERE i.deleted_at IS NULL AND i.status = 'overdue' AND i.told_days < CASE WHEN i.overdue_days >= 30 THEN 30 "
    "WHEN i.overdue_days >= 15 THEN 15 WHEN i.overdue_days >= 7 THEN 7 ELSE 1 END ORDER BY i.id LIMIT ? FOR UPDATE");
STATEMENT(TOLD, "installment.told", "UPDATE installment SET told_days = ? WHERE id = ?");
STATEMENT_ROWS(FINANCE, "installment.finance", struct number, NUMBER,
               "SELECT u.id AS value FROM `user` u JOIN user_role ur ON ur.user_id = u.id "
               "JOIN role r ON r.id = ur.role_id WHERE r.code = 'finance' AND u.status = 'active' "
               "AND u.deleted_at IS NULL ORDER BY u.id");

enum err installment_store_contract(struct db *db, struct arena *arena, int64_t id, struct plan_contract *out)
{
    return db_one(db, arena, &GET_CONTRACT, ARGS(V(id)), out);
}

enum err installment_store_sum(struct db *db, struct arena *arena, int64_t contract_id, int64_t except_id, int64_t *out)
{
    return db_one(db, arena, &SUM, ARGS(V(contract_id), V(except_id)), out);
}

enum err installment_store_amount(struct db *db, struct arena *arena, int64_t id, int64_t *out)
{
    return db_one(db, arena, &AMOUNT, ARGS(V(id)), out);
}

enum err installment_store_late(struct db *db, struct arena *arena, struct date today, int64_t after, int64_t limit,
                                int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &LATE, ARGS(V(today), V(after), V(limit)), ids_out, count_out);
}

enum err installment_store_to_tell(struct db *db, struct arena *arena, int64_t limit, struct late_row **rows_out,
                                   size_t *count_out)
{
    return db_many(db, arena, &TO_TELL, ARGS(V(limit)), rows_out, count_out);
}

enum err installment_store_told(struct db *db, struct arena *arena, int64_t id, int64_t days)
{
    return db_exec(db, arena, &TOLD, ARGS(V(days), V(id)));
}

enum err installment_store_finance(struct db *db, struct arena *arena, int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &FINANCE, NO_ARGS, ids_out, count_out);
}
