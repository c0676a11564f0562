/* Who may move a target now: the one rule that grid, import and plans ask. */
#include "round_rules.h"

#include <stdlib.h>

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

enum err target_movement_load(const struct target_view *view, const struct target_pick *pick,
                              struct target_movement *out)
{
    struct request *request = view->request;
    *out = (struct target_movement){0};
    enum err err = round_store_of_year(request->db, request->arena, view->year, &out->round);
    if (err == ERR_NOT_FOUND) {
        return OK;
    }
    TRY(err);
    TRY(round_store_asks_for(request->db, request->arena, out->round.id, view->measure, &out->in_round));
    if (!out->in_round) {
        return OK;
    }
    struct target_plan_state *states;
    TRY(target_plan_store_states(request->db, request->arena, out->round.id, view->measure, pick, &states,
                                 &out->state_count));
    out->states = states;
    return OK;
}

static int compare_states(const void *left, const void *right)
{
    const struct target_plan_state *a = left;
    const struct target_plan_state *b = right;
    if (a->is_user != b->is_user) {
        return a->is_user ? -1 : 1;
    }
    return (a->subject_id > b->subject_id) - (a->subject_id < b->subject_id);
}

int64_t target_plan_state_of(const struct target_plan_state *states, size_t count, bool is_user, int64_t subject_id)
{
    const struct target_plan_state key = {.is_user = is_user, .subject_id = subject_id};
    const struct target_plan_state *found =
        count == 0 ? NULL : bsearch(&key, states, count, sizeof *states, compare_states);
    return found == NULL ? PLAN_DRAFT : found->state;
}

int64_t target_movement_state(const struct target_movement *movement, bool is_user, int64_t subject_id)
{
    return movement->in_round ? target_plan_state_of(movement->states, movement->state_count, is_user, subject_id) : 0;
}

enum target_bar target_movement_bar(const struct target_view *view, const struct target_movement *movement,
                                    bool is_user, int64_t subject_id)
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
