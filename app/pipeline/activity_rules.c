/* What opportunities show of the follow-ups and tasks about them. */
#include "activity_rules.h"

#include <string.h>

#include "activity_store.h"

enum err activity_follow(struct request *request, const struct record_change *change)
{
    bool is_activity = strcmp(change->object->name, "task") == 0 || strcmp(change->object->name, "follow_up") == 0;
    if (!is_activity) {
        return OK;
    }
    struct value now = change_after(change, "opportunity_id");
    struct value before = change_before(change, "opportunity_id");
    if (now.type == VALUE_INT) {
        TRY(activity_store_refresh(request->db, request->arena, now.integer));
    }
    bool left = before.type == VALUE_INT && !value_eq(before, now);
    return left ? activity_store_refresh(request->db, request->arena, before.integer) : OK;
}
