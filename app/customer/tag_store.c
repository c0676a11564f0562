/* SQL of tags beyond what the object tables give. */
#include "tag_store.h"

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(USAGE, "tag.usage", struct number, NUMBER, "SELECT COUNT(*) AS value FROM record_tag WHERE tag_id = ?");

enum err tag_store_usage(struct db *db, struct arena *arena, int64_t tag_id, int64_t *out)
{
    return db_one(db, arena, &USAGE, ARGS(V(tag_id)), out);
}
