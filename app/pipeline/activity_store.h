/* SQL of activity about opportunities. */
#ifndef DABIAO_ACTIVITY_STORE_H
#define DABIAO_ACTIVITY_STORE_H

#include "platform/db.h"

/* Finds next step and last activity of an opportunity again. */
enum err activity_store_refresh(struct db *db, struct arena *arena, int64_t opportunity_id) MUST_CHECK;

#endif
