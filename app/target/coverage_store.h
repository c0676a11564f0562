/* SQL of pipeline coverage: what one person has open in some time, and how the person's opportunities ended in another.
 */
#ifndef DABIAO_TARGET_COVERAGE_STORE_H
#define DABIAO_TARGET_COVERAGE_STORE_H

#include "platform/db.h"

/* Of opportunities that the person owns now. */
struct coverage_row {
    int64_t open_amount; /* expected to close in the time, in the company's currency */
    int64_t open_count;  /* number of those */
    int64_t won;         /* closed in the other time */
    int64_t lost;        /* likewise */
};
/* `open` and `closed`: half-open. */
struct coverage_times {
    struct date open_from, open_to;
    struct date closed_from, closed_to;
};
enum err coverage_store_get(struct db *db, struct arena *arena, int64_t user_id, const struct coverage_times *times,
                            struct coverage_row *out) MUST_CHECK;

#endif
