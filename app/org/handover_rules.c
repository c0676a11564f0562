/* A leaver's records go to others: all to one person, kinds to different ones, customers into a pool. */
#include <string.h>

#include "org_rules.h"

#include "org.h"
#include "org_store.h"
#include "platform/object_store.h"
#include "platform/scope.h"
#include "platform/tx.h"

enum { CHUNK = 100 };

/* ---- what the plan says ---- */

static bool goes_to_pool(const struct handover_plan *plan, const struct object *object)
{
    return plan->pool_id.set && strcmp(object->name, "customer") == 0;
}

/* Who takes records of a kind; not set: nobody is named. */
static struct opt_int taker(const struct handover_plan *plan, const struct object *object)
{
    size_t index;
    json_t *item;
    json_array_foreach (plan->by_object, index, item) {
        if (str_eq_c(json_get_str(item, "object"), object->name)) {
            return (struct opt_int){true, json_get_int(item, "user_id", 0)};
        }
    }
    return plan->successor_id;
}

static enum err check_taker(struct request *request, int64_t user_id, int64_t taker_id, struct str path)
{
    int64_t department_id = 0;
    bool active = false;
    enum err err = object_store_user_department(request, taker_id, &department_id, &active);
    if (err == ERR_NOT_FOUND) {
        error_field(request->error, path, "no_such_record", "There is no such person.");
        return OK;
    }
    TRY(err);
    if (taker_id == user_id) {
        error_field(request->error, path, "not_an_option", "The successor must be somebody else.");
    } else if (!active) {
        error_field(request->error, path, "not_active", "The successor must be an active user.");
    }
    return OK;
}

static enum err check_kinds(struct request *request, int64_t user_id, const struct handover_plan *plan)
{
    size_t index;
    json_t *item;
    json_array_foreach (plan->by_object, index, item) {
        const struct object *object = object_find(str_c(request->arena, json_get_str(item, "object")));
        if (object == NULL || !org_is_owned(object)) {
            error_field(request->error, str_format(request->arena, "successors.%zu.object", index), "not_an_option",
                        "Nobody owns such records.");
        }
        TRY(check_taker(request, user_id, json_get_int(item, "user_id", 0),
                        str_format(request->arena, "successors.%zu.user_id", index)));
    }
    return OK;
}

static enum err check_pool(struct request *request, const struct handover_plan *plan)
{
    const struct object *pool = object_find("pool");
    struct error saved = *request->error;
    if (!plan->pool_id.set) {
        return OK;
    }
    enum err err = pool == NULL || !identity_can(request->user, pool->view)
                       ? ERR_NOT_FOUND
                       : scope_check(request, pool, plan->pool_id.value, false);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    *request->error = saved;
    error_field(request->error, STR("pool_id"), "no_such_record", "There is no such pool.");
    return OK;
}

enum err org_check_plan(struct request *request, int64_t user_id, const struct handover_plan *plan)
{
    if (plan->successor_id.set) {
        TRY(check_taker(request, user_id, plan->successor_id.value, STR("successor_id")));
    }
    TRY(check_kinds(request, user_id, plan));
    TRY(check_pool(request, plan));
    return error_check_fields(request->error);
}

bool org_plan_covers(const struct request *request, const struct handover_plan *plan, const json_t *holdings)
{
    size_t index;
    json_t *item;
    json_array_foreach (holdings, index, item) {
        const struct object *object = object_find(str_c(request->arena, json_get_str(item, "object")));
        if (!goes_to_pool(plan, object) && !taker(plan, object).set) {
            return false;
        }
    }
    return true;
}

/* ---- what a person has ---- */

enum err org_check_holdings(struct request *request, int64_t user_id)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    for (size_t i = 0; i < count; i++) {
        int64_t all = 0;
        int64_t open = 0;
        if (!org_is_owned(objects[i])) {
            continue;
        }
        TRY(org_store_owned_count(request->db, request->arena, objects[i], user_id, &all));
        if (all > 0 && !identity_can(request->user, objects[i]->transfer)) {
            return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.",
                             permission_key(objects[i]->transfer));
        }
        TRY(org_store_open_count(request, objects[i], user_id, &open));
        if (open < all) {
            return error_set(request->error, ERR_FORBIDDEN, "Some of this person's records are beyond your reach.");
        }
    }
    return OK;
}

enum err org_holdings(struct request *request, int64_t user_id, json_t *items, int64_t *total_out)
{
    size_t object_count;
    const struct object *const *objects = objects_all(&object_count);
    *total_out = 0;
    for (size_t i = 0; i < object_count; i++) {
        int64_t count = 0;
        if (!org_is_owned(objects[i])) {
            continue;
        }
        TRY(org_store_owned_count(request->db, request->arena, objects[i], user_id, &count));
        *total_out += count;
        if (count > 0) {
            json_array_append_new(items,
                                  json_pack("{s:s,s:I}", "object", objects[i]->name, "count", (json_int_t)count));
        }
    }
    return OK;
}

/* ---- the job ---- */

/* One step of a hand-over: some records of one object. */
struct handover {
    struct request *request;          /* of the job */
    const struct object *object;      /* kind of record */
    const struct handover_plan *plan; /* where they go */
    int64_t user_id;                  /* whose they are */
    struct str reason;                /* given */
    size_t moved;                     /* in the last step */
};

static enum err hand_over_chunk(struct db *db, void *context)
{
    struct handover *handover = context;
    int64_t *ids;
    size_t count;
    TRY(org_store_owned(db, handover->request->arena, handover->object, handover->user_id, CHUNK, &ids, &count));
    struct move_options options = {.cause = MOVE_HANDOVER, .reason = handover->reason};
    struct record_move *moves = ARENA_ARRAY(handover->request->arena, struct record_move, count + 1);
    bool pooled = goes_to_pool(handover->plan, handover->object);
    for (size_t i = 0; i < count; i++) {
        moves[i] = pooled ? (struct record_move){.id = ids[i], .pool_id = handover->plan->pool_id}
                          : (struct record_move){.id = ids[i], .owner_id = taker(handover->plan, handover->object)};
    }
    TRY(record_move(handover->request, handover->object, moves, count, &options));
    handover->moved = count;
    return OK;
}

enum err org_run_handover(struct job *job, json_t **result_out)
{
    struct request request;
    int64_t moved = 0;
    size_t object_count;
    const struct object *const *objects = objects_all(&object_count);
    const struct handover_plan plan = {
        .successor_id = json_get_opt_int(job->input, "successor_id"),
        .pool_id = json_get_opt_int(job->input, "pool_id"),
        .by_object = json_object_get(job->input, "successors"),
    };
    job_request(job, &request);
    for (size_t i = 0; i < object_count; i++) {
        struct handover handover = {
            .request = &request,
            .object = objects[i],
            .plan = &plan,
            .user_id = json_get_int(job->input, "user_id", 0),
            .reason = json_get_str(job->input, "reason"),
            .moved = org_is_owned(objects[i]) && (goes_to_pool(&plan, objects[i]) || taker(&plan, objects[i]).set),
        };
        while (handover.moved > 0) {
            TRY(db_tx(job->db, hand_over_chunk, &handover));
            moved += (int64_t)handover.moved;
            TRY(job_progress(job, moved, json_get_int(job->input, "total", 0), objects[i]->name));
        }
    }
    *result_out = json_pack("{s:I}", "moved", (json_int_t)moved);
    return OK;
}
