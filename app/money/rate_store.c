/* SQL of rates of exchange. */
#include "rate_store.h"

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(
    FIND, "rate.find", struct number, NUMBER,
    "SELECT rate_nano AS value FROM exchange_rate WHERE currency = ? AND rate_on <= ? AND deleted_at IS NULL "
    "ORDER BY rate_on DESC LIMIT 1");

enum err rate_store_find(struct db *db, struct arena *arena, struct str currency, struct date on, int64_t *out)
{
    return db_one(db, arena, &FIND, ARGS(V(currency), V(on)), out);
}
