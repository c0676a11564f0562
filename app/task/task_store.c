/* SQL of tasks. */
#include "task_store.h"

/* The one column of a row. */
struct number {
    struct opt_int value; /* an id, or none */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(CUSTOMER_OF, "task.customer_of", struct number, NUMBER,
               "SELECT customer_id AS value FROM opportunity WHERE id = ? FOR UPDATE");

enum err task_store_customer_of(struct db *db, struct arena *arena, int64_t opportunity_id, struct opt_int *out)
{
    return db_one(db, arena, &CUSTOMER_OF, ARGS(V(opportunity_id)), out);
}
