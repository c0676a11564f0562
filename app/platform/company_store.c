/* SQL of what the company has set. */
#include "platform/company.h"

struct currency {
    struct str value; /* company.currency */
};
static const struct column CURRENCY[] = {COLUMN(struct currency, value)};
STATEMENT_ROWS(FIND_CURRENCY, "company.currency", struct currency, CURRENCY,
               "SELECT currency AS value FROM company WHERE id = 1");

enum err company_currency(struct db *db, struct arena *arena, struct str *out)
{
    struct currency row;
    TRY(db_one(db, arena, &FIND_CURRENCY, NO_ARGS, &row));
    *out = row.value;
    return OK;
}
