/* SQL of activity about opportunities. */
#include "activity_store.h"

#define NEXT(column)                                                                                                   \
    "(SELECT t." column " FROM task t WHERE t.opportunity_id = o.id AND t.status = 'open' AND t.deleted_at IS NULL "   \
    "ORDER BY t.due_on, t.id LIMIT 1)"
STATEMENT(
    REFRESH, "activity.refresh",
    "UPDATE opportunity o SET o.next_step = " NEXT("name") ", o.next_step_on = " NEXT(
        "due_on") ", "
                  "o.last_activity_at = GREATEST(o.created_at, "
                  "COALESCE((SELECT MAX(f.followed_at) FROM follow_up f WHERE f.opportunity_id = o.id "
                  "AND f.deleted_at IS NULL), o.created_at), "
                  "COALESCE((SELECT MAX(e.at) FROM stage_event e WHERE e.opportunity_id = o.id "
                  "AND e.from_stage_id <> e.to_stage_id AND e.cause <> 'mapping'), o.created_at), "
                  "COALESCE((SELECT MAX(t.done_at) FROM task t WHERE t.opportunity_id = o.id AND t.status = 'done' "
                  "AND t.deleted_at IS NULL), o.created_at)) WHERE o.id = ?");

enum err activity_store_refresh(struct db *db, struct arena *arena, int64_t opportunity_id)
{
    return db_exec(db, arena, &REFRESH, ARGS(V(opportunity_id)));
}
