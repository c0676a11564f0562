/* Targets and completion: what people and departments aim at, month by month, and how far they are. */
#ifndef DABIAO_TARGET_H
#define DABIAO_TARGET_H

#include "metric.h"
#include "platform/route.h"

enum { TARGET_MONTHS = 12, TARGET_CELLS_MAX = 30000 };
#define TARGET_AMOUNT_MAX 1000000000000000LL

extern const struct feature TARGET_FEATURE;
extern const struct feature TARGET_ROUND_FEATURE;
extern const struct feature TARGET_FILE_FEATURE;
extern const struct feature TARGET_MAP_FEATURE;
extern const struct feature TARGET_SUBGOAL_FEATURE;
extern const struct feature TARGET_TURNOVER_FEATURE;
extern const struct feature TARGET_NEWCOMER_FEATURE;

/* One cell of the year's grid. */
struct target_cell {
    bool is_user;       /* a person's, or a department's own that nobody has taken */
    int64_t subject_id; /* user.id or department.id */
    int64_t month;      /* 1…12 of the fiscal year */
    int64_t amount;     /* minor units or count, ±10^15; of a person ≥ 0 */
    int64_t version;    /* the version the change was made from; 0: the cell had no row */
};

/* Saves cells of one fiscal year, measure and level: all or nothing, inside the request's transaction. On return the
 * cells carry their new versions. A cell whose stored amount is already the wanted one is accepted whatever its
 * version, so a repeated save does no harm. `force`: versions are not compared (import). Errors: ERR_INVALID (amount,
 * duplicate, subject outside the user's scope for targets), ERR_TARGET_CONFLICT with member `current` {cells: […]} of
 * the cells that somebody else changed. */
enum err target_save(struct request *request, int64_t year, enum measure measure, enum target_level level,
                     struct target_cell *cells, size_t count, bool force) MUST_CHECK;

#endif
