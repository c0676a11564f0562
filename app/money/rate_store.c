/* SQL of rates of exchange. */
#include "rate_store.h"

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
STATEMENT_ROWS(
    FIND, "rate.find", struct number, NUMBER,
    "SELECT rate_nano AS value FROM exchange_rate WHERE currency = ? AND rate_on <= ? AND deleted_at IS NULL "
    "ORDER BY rate_on DESC LIMIT 1");
STATEMENT_ROWS(BASE, "rate.base", struct text, TEXT, "SELECT currency AS value FROM company WHERE id = 1");

enum err rate_store_find(struct db *db, struct arena *arena, struct str currency, struct date on, int64_t *out)
{
    return db_one(db, arena, &FIND, ARGS(V(currency), V(on)), out);
}

enum err rate_store_base(struct db *db, struct arena *arena, struct str *out)
{
    return db_one(db, arena, &BASE, NO_ARGS, out);
}
