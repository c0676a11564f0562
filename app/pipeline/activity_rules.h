/* What opportunities show of the follow-ups and tasks about them. */
#ifndef DABIAO_ACTIVITY_RULES_H
#define DABIAO_ACTIVITY_RULES_H

#include "platform/object.h"

/* Hook of the feature: next step and last activity follow tasks and follow-ups in their transaction. The version of the
 * opportunity stays: nobody who edits it is disturbed. */
enum err activity_follow(struct request *request, const struct record_change *change) MUST_CHECK;

#endif
