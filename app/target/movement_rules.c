/* Who may move a target now: the one rule that grid, import and plans ask. */
#include "round_rules.h"

bool target_is_mine(const struct target_view *view, bool is_user, int64_t subject_id)
{
    const struct identity *user = view->request->user;
    if (user == NULL) {
        return true; /* the company acts for itself: the demo company is made that way */
    }
    if (is_user) {
        return subject_id == user->user_id;
    }
    const struct target_department *department = target_view_any_department(view, subject_id);
    if (department == NULL || department->is_deleted) {
        return false;
    }
    if (department->head_id.set) {
        return department->head_id.value == user->user_id;
    }
    return target_view_department(view, subject_id) != NULL && identity_can(user, PERM_TARGET_AGREE);
}

static bool asks_for(const enum measure *measures, size_t count, enum measure measure)
{
    for (size_t i = 0; i < count; i++) {
        if (measures[i] == measure) {
            return true;
        }
    }
    return false;
}

enum err target_movement_load(const struct target_view *view, const struct target_pick *pick, struct target_movement *out)
{
    struct request *request = view->request;
    enum measure *measures;
    size_t count;
    *out = (struct target_movement){0};
    enum err err = round_store_of_year(request->db, request->arena, view->year, &out->round);
    if (err == ERR_NOT_FOUND) {
        return OK;
    }
    TRY(err);
    TRY(round_store_measures(request->db, request->arena, out->round.id, &measures, &count));
    out->in_round = asks_for(measures, count, view->measure);
    if (!out->in_round) {
        return OK;
    }
    struct target_plan *plans;
    TRY(target_plan_store_list(request->db, request->arena, out->round.id, view->measure, pick, &plans, &out->plan_count));
    out->plans = plans;
    return OK;
}

static int compare_plan(const struct target_plan *plan, bool is_user, int64_t subject_id)
{
    if (plan->is_user != is_user) {
        return plan->is_user ? -1 : 1;
    }
    return (plan->subject_id > subject_id) - (plan->subject_id < subject_id);
}

int64_t target_movement_state(const struct target_movement *movement, bool is_user, int64_t subject_id)
{
    size_t low = 0;
    size_t high = movement->plan_count;
    if (!movement->in_round) {
        return 0;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = compare_plan(&movement->plans[middle], is_user, subject_id) < 0;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    bool found = low < movement->plan_count && compare_plan(&movement->plans[low], is_user, subject_id) == 0;
    return found ? movement->plans[low].state : PLAN_DRAFT;
}

enum target_bar target_movement_bar(const struct target_view *view, const struct target_movement *movement, bool is_user,
                                    int64_t subject_id)
{
    if (!movement->in_round) {
        return TARGET_MAY_MOVE;
    }
    switch ((enum plan_state)target_movement_state(movement, is_user, subject_id)) {
    case PLAN_LOCKED:
        return TARGET_IS_LOCKED;
    case PLAN_AGREED:
        return TARGET_IS_AGREED;
    case PLAN_SUBMITTED:
        return TARGET_IS_SUBMITTED;
    case PLAN_DRAFT:
    case PLAN_RETURNED:
        break;
    }
    return target_is_mine(view, is_user, subject_id) ? TARGET_MAY_MOVE : TARGET_NOT_YOURS;
}
