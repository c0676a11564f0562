/* Orders over all customers that match a filter, or over more than one request takes: a job, part after part in
 * transactions of their own. Claims are not among them: each counts against the day, so people choose. */
#include "bulk_rules.h"

#include "customer.h"
#include "platform/ids.h"
#include "order_rules.h"
#include "platform/notify.h"
#include "platform/object_ids.h"
#include "platform/tx.h"

enum { CHUNK = 100, CHUNK_BYTES = 64 * 1024 * 1024, REASONS_MAX = 100 };

/* What is done, to which kind of record. */
struct action {
    const char *word;            /* in the input */
    const struct object *object; /* whose list is filtered */
    enum permission right;       /* to do it, beside that to see such records */
    enum err (*rule)(struct request *request, const struct pool_order *order, json_t **out);
};
static const struct action ACTIONS[] = {
    {"return", &CUSTOMER, PERM_POOL_RETURN, return_customers},
    {"assign", &POOL_CUSTOMER, PERM_POOL_MANAGE, assign_customers},
    {"move", &POOL_CUSTOMER, PERM_POOL_MANAGE, move_customers},
    {"delete", &POOL_CUSTOMER, PERM_POOL_MANAGE, delete_customers},
};

static const struct action *find_action(struct str word)
{
    size_t i = 0;
    while (i + 1 < sizeof ACTIONS / sizeof ACTIONS[0] && !str_eq_c(word, ACTIONS[i].word)) {
        i++;
    }
    return &ACTIONS[i];
}

static bool is(const struct action *action, const char *word)
{
    return str_eq_c(str_from(action->word), word);
}

static struct pool_order read_order(const json_t *input)
{
    return (struct pool_order){
        .pool_id = json_get_int(input, "pool_id", 0),
        .reason = str_trim(json_get_str(input, "reason")),
        .owner_id = json_get_opt_int(input, "owner_id"),
        .to_pool_id = json_get_opt_int(input, "to_pool_id"),
        .by_job = true,
    };
}

/* The filter, narrowed to the pool where the customers lie. */
static json_t *narrow(struct request *request, const struct action *action, int64_t pool_id, json_t *filter)
{
    if (action->object != &POOL_CUSTOMER || filter == NULL) {
        return filter;
    }
    json_t *all = json_pack("[{s:s,s:s,s:I}]", "field", "pool_id", "op", "eq", "value", (json_int_t)pool_id);
    if (!json_is_object(filter) || json_object_size(filter) > 0) {
        json_array_append(all, filter);
    }
    return json_keep(request->arena, json_pack("{s:o}", "all", all));
}

/* When it is queued, and again when it runs: rights may be gone by then. */
static enum err check_rights(struct request *request, const struct action *action)
{
    const enum permission needed[] = {action->object->view, action->right};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!identity_can(request->user, needed[i])) {
            return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(needed[i]));
        }
    }
    return OK;
}

/* ---- queueing ---- */

static enum err check_order(struct request *request, const struct action *action, const struct pool_order *order)
{
    if (is(action, "return")) {
        return return_check(request, order);
    }
    if (is(action, "assign") && !order->owner_id.set) {
        error_field(request->error, STR("owner_id"), "required", "Say who gets them.");
    }
    if (is(action, "move") && !order->to_pool_id.set) {
        error_field(request->error, STR("to_pool_id"), "required", "Say where they go.");
    }
    TRY(error_check_fields(request->error));
    return is(action, "move") ? move_check(request, order) : pool_check_admin(request, order->pool_id);
}

enum err pool_bulk_queue(struct request *request, const char *action_word, int64_t pool_id, int64_t *job_id_out)
{
    const struct action *action = find_action(str_from(action_word));
    json_t *input = json_keep(request->arena, json_deep_copy(request->json));
    json_object_set_new(input, "action", json_string(action_word));
    json_object_set_new(input, "pool_id", json_integer(pool_id));
    struct pool_order order = read_order(input);
    TRY(check_rights(request, action));
    TRY(check_order(request, action, &order));
    json_t *filter = narrow(request, action, pool_id, json_object_get(request->json, "filter"));
    TRY(object_ids_check(request, action->object, json_object_get(request->json, "ids"), filter));
    TRY(error_check_fields(request->error));
    return job_queue(request->db, request->arena, "pool.order", request->user->user_id, input, NULL, job_id_out);
}

/* ---- the job ---- */

/* An order on its way. */
struct bulk {
    struct request request;
    const struct action *action;
    struct pool_order order; /* the present part */
    json_t *answer;          /* of the present part */
    int64_t done;            /* customers */
    int64_t first_id;        /* of those done */
    json_t *reasons;         /* of those refused, up to REASONS_MAX */
};

static enum err run_part(struct db *db, void *context)
{
    struct bulk *bulk = context;
    (void)db;
    error_init(bulk->request.error, bulk->request.arena);
    return bulk->action->rule(&bulk->request, &bulk->order, &bulk->answer);
}

static void take_results(struct bulk *bulk)
{
    size_t index;
    json_t *result;
    json_array_foreach (json_object_get(bulk->answer, "results"), index, result) {
        if (json_get_bool(result, "ok", false)) {
            bulk->done++;
            bulk->first_id = bulk->first_id == 0 ? json_get_int(result, "id", 0) : bulk->first_id;
        } else if (json_array_size(bulk->reasons) < REASONS_MAX) {
            json_array_append_new(bulk->reasons, json_pack("{s:O,s:O,s:O}", "id", json_object_get(result, "id"), "code",
                                                           json_object_get(result, "code"), "detail",
                                                           json_object_get(result, "detail")));
        }
    }
}

/* What ends the whole job is told as its reason. */
static enum err fail(struct job *job, const struct error *error, enum err err)
{
    struct str why = error->field_count > 0 ? error->fields[0].message : error->detail;
    return error_set(job->error, err, "%.*s", STR_ARG(why.len > 0 ? why : str_from(err_text(err))));
}

static enum err run_parts(struct job *job, struct bulk *bulk, const int64_t *ids, size_t count)
{
    struct error error;
    enum err err = OK;
    bulk->request.error = &error;
    for (size_t from = 0; from < count && err == OK; from += CHUNK) {
        bulk->request.arena = arena_create(CHUNK_BYTES);
        bulk->order.ids = ids + from;
        bulk->order.count = count - from < CHUNK ? count - from : CHUNK;
        err = db_tx(job->db, run_part, bulk);
        if (err == OK) {
            take_results(bulk);
        } else {
            err = fail(job, &error, err);
        }
        arena_destroy(bulk->request.arena);
        TRY(err);
        err = job_progress(job, (int64_t)(from + bulk->order.count), (int64_t)count, bulk->action->word);
    }
    return err;
}

/* One notice for all of them. */
static enum err tell_owner(struct db *db, void *context)
{
    struct bulk *bulk = context;
    json_t *detail = json_keep(bulk->request.arena, json_pack("{s:I}", "count", (json_int_t)bulk->done));
    (void)db;
    return notify_user(&bulk->request, bulk->order.owner_id.value, "pool_assigned", "customer", bulk->first_id, detail);
}

enum err pool_run_order(struct job *job, json_t **result_out)
{
    struct bulk bulk = {.action = find_action(json_get_str(job->input, "action")),
                        .order = read_order(job->input),
                        .reasons = json_keep(job->arena, json_array())};
    int64_t *ids;
    size_t count;
    job_request(job, &bulk.request);
    TRY(check_rights(&bulk.request, bulk.action));
    json_t *filter = narrow(&bulk.request, bulk.action, bulk.order.pool_id, json_object_get(job->input, "filter"));
    TRY(object_ids_find(&bulk.request, bulk.action->object, json_object_get(job->input, "ids"), filter, false, &ids,
                        &count));
    count = ids_sort(ids, count);
    enum err err = run_parts(job, &bulk, ids, count);
    if (is(bulk.action, "assign") && bulk.done > 0) {
        job_request(job, &bulk.request);
        TRY(db_tx(job->db, tell_owner, &bulk));
    }
    TRY(err);
    *result_out = json_pack("{s:I,s:I,s:O}", "done", (json_int_t)bulk.done, "refused",
                            (json_int_t)((int64_t)count - bulk.done), "reasons", bulk.reasons);
    return OK;
}
