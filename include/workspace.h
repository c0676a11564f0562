/* What surrounds the records for a user: metadata, search over all objects, saved views, notifications, events, and the
 * jobs over many records (bulk actions, export, emptying the recycle bin). */
#ifndef DABIAO_WORKSPACE_H
#define DABIAO_WORKSPACE_H

#include "platform/route.h"

extern const struct feature WORKSPACE_FEATURE;

#endif
