/* What opportunities show of the follow-ups and tasks about them. */
#ifndef DABIAO_ACTIVITY_RULES_H
#define DABIAO_ACTIVITY_RULES_H

#include "platform/object.h"

/* Hook of the feature: next step and last activity follow tasks and follow-ups in their transaction. The version of the
 * opportunity stays: nobody who edits it is disturbed. */
enum err activity_follow(struct request *request, const struct record_change *change) MUST_CHECK;
/* For `dabiao doctor`: compares what opportunities keep with their history, follow-ups and tasks. */
enum err activity_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                          void *context, int64_t *wrong_out) MUST_CHECK;

#endif
