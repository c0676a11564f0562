/* SQL of pipeline coverage. */
#include "coverage_store.h"

static const struct column COVERAGE_COLUMNS[] = {
    COLUMN(struct coverage_row, open_amount),
    COLUMN(struct coverage_row, open_count),
    COLUMN(struct coverage_row, won),
    COLUMN(struct coverage_row, lost),
};
STATEMENT_ROWS(
    COVERAGE, "target.coverage", struct coverage_row, COVERAGE_COLUMNS,
    "SELECT COALESCE(SUM(IF(status = 'open' AND expected_close_on >= ? AND expected_close_on < ?, base_minor, 0)), 0), "
    "COALESCE(SUM(status = 'open' AND expected_close_on >= ? AND expected_close_on < ?), 0), "
    "COALESCE(SUM(status = 'won' AND closed_on >= ? AND closed_on < ?), 0), "
    "COALESCE(SUM(status = 'lost' AND closed_on >= ? AND closed_on < ?), 0) "
    "FROM opportunity WHERE owner_id = ? AND deleted_at IS NULL");

enum err coverage_store_get(struct db *db, struct arena *arena, int64_t user_id, const struct coverage_times *times,
                            struct coverage_row *out)
{
    return db_one(db, arena, &COVERAGE,
                  ARGS(V(times->open_from), V(times->open_to), V(times->open_from), V(times->open_to),
                       V(times->closed_from), V(times->closed_to), V(times->closed_from), V(times->closed_to),
                       V(user_id)),
                  out);
}
