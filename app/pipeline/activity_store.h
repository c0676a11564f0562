/* SQL of what opportunities keep of their history, follow-ups and tasks. */
#ifndef DABIAO_ACTIVITY_STORE_H
#define DABIAO_ACTIVITY_STORE_H

#include "platform/db.h"

/* Finds next step and last activity of an opportunity again. */
enum err activity_store_refresh(struct db *db, struct arena *arena, int64_t opportunity_id) MUST_CHECK;
/* … and its furthest stage. */
enum err activity_store_refresh_all(struct db *db, struct arena *arena, int64_t opportunity_id) MUST_CHECK;
/* The last of the `limit` opportunities behind `after`; 0: there is none. */
enum err activity_store_last(struct db *db, struct arena *arena, int64_t after, int64_t limit,
                             int64_t *last_out) MUST_CHECK;
/* Opportunities in (after, last] that keep something else than comes out. */
enum err activity_store_wrong(struct db *db, struct arena *arena, int64_t after, int64_t last, int64_t **ids_out,
                              size_t *count_out) MUST_CHECK;

#endif
