/* What came of intervals, computed again. */
#ifndef DABIAO_EXAMINE_RULES_H
#define DABIAO_EXAMINE_RULES_H

#include "platform/db.h"

/* For `dabiao doctor` (platform/route.h). */
enum err ledger_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                        void *context, int64_t *wrong_out) MUST_CHECK;

#endif
