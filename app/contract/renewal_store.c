/* SQL of renewals. */
#include "renewal_store.h"

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
/* The one column of a row. */
struct text {
    struct str value; /* as stored */
};
static const struct column TEXT[] = {COLUMN(struct text, value)};
STATEMENT(REFRESH, "renewal.refresh",
          "UPDATE contract k LEFT JOIN (SELECT renewal_of_id, MIN(id) AS id FROM contract WHERE renewal_of_id = ? "
          "AND deleted_at IS NULL AND status <> 'void' GROUP BY renewal_of_id) n ON n.renewal_of_id = k.id "
          "SET k.renewed_by_id = n.id WHERE k.id = ?");
STATEMENT_ROWS(OF_OPPORTUNITY, "renewal.of_opportunity", struct number, NUMBER,
               "SELECT id AS value FROM contract WHERE renewal_opportunity_id = ? AND renewed_by_id IS NULL "
               "AND deleted_at IS NULL ORDER BY id LIMIT 1");
STATEMENT_ROWS(CONTRACT_ALIVE, "renewal.contract_alive", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM contract WHERE id = ? AND deleted_at IS NULL AND status <> 'void'");
STATEMENT_ROWS(OPPORTUNITY_ALIVE, "renewal.opportunity_alive", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM opportunity WHERE id = ? AND deleted_at IS NULL AND status <> 'lost'");
STATEMENT(SET_OPPORTUNITY, "renewal.set_opportunity",
          "UPDATE contract SET renewal_opportunity_id = ?, version = version + 1, updated_at = ?, updated_by_id = ? "
          "WHERE id = ?");
STATEMENT_ROWS(NOTICES, "renewal.notices", struct text, TEXT,
               "SELECT renewal_notice_days AS value FROM company WHERE id = 1");
STATEMENT(SET_NOTICES, "renewal.set_notices", "UPDATE company SET renewal_notice_days = ? WHERE id = 1");
static const struct column DUE_ROW[] = {
    COLUMN(struct renewal_row, id),        COLUMN(struct renewal_row, number),   COLUMN(struct renewal_row, name),
    COLUMN(struct renewal_row, customer),  COLUMN(struct renewal_row, days),     COLUMN(struct renewal_row, renewal_on),
    COLUMN(struct renewal_row, told_days), COLUMN(struct renewal_row, owner_id), COLUMN(struct renewal_row, head_id),
};
STATEMENT_ROWS(DUE, "renewal.due", struct renewal_row, DUE_ROW,
               "SELECT k.id, k.number, k.name, c.name AS customer, DATEDIFF(k.renewal_on, ?) AS days, "
               "COALESCE(k.renewal_on, DATE '1000-01-01') AS renewal_on, "
               "IF(k.renewal_told_for <=> k.renewal_on, k.renewal_told_days, NULL) AS told_days, k.owner_id, "
               "d.manager_id AS head_id FROM contract k LEFT JOIN customer c ON c.id = k.customer_id "
               "LEFT JOIN department d ON d.id = k.department_id WHERE k.deleted_at IS NULL "
               "AND k.status IN ('signed', 'completed') AND k.renewed_by_id IS NULL AND k.renewal_on >= ? "
               "AND k.renewal_on <= ? + INTERVAL ? DAY AND k.id > ? ORDER BY k.id LIMIT ? FOR UPDATE");
STATEMENT(TOLD, "renewal.told", "UPDATE contract SET renewal_told_days = ?, renewal_told_for = ? WHERE id = ?");

enum err renewal_store_refresh(struct db *db, struct arena *arena, int64_t contract_id)
{
    return db_exec(db, arena, &REFRESH, ARGS(V(contract_id), V(contract_id)));
}

enum err renewal_store_of_opportunity(struct db *db, struct arena *arena, int64_t opportunity_id, struct opt_int *out)
{
    int64_t id = 0;
    enum err err = db_one(db, arena, &OF_OPPORTUNITY, ARGS(V(opportunity_id)), &id);
    *out = (struct opt_int){err == OK, id};
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err renewal_store_alive(struct db *db, struct arena *arena, struct opt_int contract_id,
                             struct opt_int opportunity_id, bool *contract_out, bool *opportunity_out)
{
    int64_t contracts = 0;
    int64_t opportunities = 0;
    TRY(db_one(db, arena, &CONTRACT_ALIVE, ARGS(V(contract_id)), &contracts));
    TRY(db_one(db, arena, &OPPORTUNITY_ALIVE, ARGS(V(opportunity_id)), &opportunities));
    *contract_out = contracts > 0;
    *opportunity_out = opportunities > 0;
    return OK;
}

enum err renewal_store_set_opportunity(struct request *request, int64_t contract_id, int64_t opportunity_id)
{
    return db_exec(request->db, request->arena, &SET_OPPORTUNITY,
                   ARGS(V(opportunity_id), V(request->now), request_actor(request), V(contract_id)));
}

enum err renewal_store_notices(struct db *db, struct arena *arena, struct str *out)
{
    return db_one(db, arena, &NOTICES, NO_ARGS, out);
}

enum err renewal_store_set_notices(struct db *db, struct arena *arena, struct str days)
{
    return db_exec(db, arena, &SET_NOTICES, ARGS(V(days)));
}

enum err renewal_store_due(struct db *db, struct arena *arena, struct date today, int64_t within, int64_t after,
                           int64_t limit, struct renewal_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &DUE, ARGS(V(today), V(today), V(today), V(within), V(after), V(limit)), rows_out,
                   count_out);
}

enum err renewal_store_told(struct db *db, struct arena *arena, const struct renewal_row *row, int64_t days)
{
    return db_exec(db, arena, &TOLD, ARGS(V(days), V(row->renewal_on), V(row->id)));
}
