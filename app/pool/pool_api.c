/* Routes of pools: what members and administrators do with customers there. */
#include "pool.h"

#include "claim_rules.h"
#include "listen_rules.h"
#include "route_rules.h"

/* ---- orders ---- */

static enum err read_ids(struct request *request, struct pool_order *order)
{
    const json_t *list = json_object_get(request->json, "customer_ids");
    size_t count = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        int64_t id = json_integer_value(json_array_get(list, i));
        bool seen = false;
        for (size_t k = 0; k < order->count; k++) {
            seen |= ids[k] == id;
        }
        if (!seen) {
            ids[order->count++] = id;
        }
    }
    order->ids = ids;
    return OK;
}

typedef enum err order_rule(struct request *request, const struct pool_order *order, json_t **out);

static enum err run_order(struct request *request, struct response *response, int64_t pool_id, order_rule *rule)
{
    struct pool_order order = {
        .pool_id = pool_id,
        .reason = str_trim(json_get_str(request->json, "reason")),
        .owner_id = json_get_opt_int(request->json, "owner_id"),
        .to_pool_id = json_get_opt_int(request->json, "to_pool_id"),
    };
    TRY(read_ids(request, &order));
    TRY(rule(request, &order, &response->json));
    response_event(response, STR("all"), STR("customer"));
    response_event(response, STR("all"), STR("pool_customer"));
    response_event(response, STR("all"), STR("pool_event"));
    return OK;
}

static enum err post_claim(struct request *request, struct response *response)
{
    return run_order(request, response, request->params[0], claim_customers);
}

static enum err post_return(struct request *request, struct response *response)
{
    return run_order(request, response, json_get_int(request->json, "pool_id", 0), return_customers);
}

static enum err post_assign(struct request *request, struct response *response)
{
    return run_order(request, response, request->params[0], assign_customers);
}

static enum err post_move(struct request *request, struct response *response)
{
    return run_order(request, response, request->params[0], move_customers);
}

static enum err post_delete(struct request *request, struct response *response)
{
    return run_order(request, response, request->params[0], delete_customers);
}

static enum err get_allowance(struct request *request, struct response *response)
{
    return claim_allowance(request, request->params[0], &response->json);
}

/* ---- routing ---- */

static enum err get_lint(struct request *request, struct response *response)
{
    return route_lint(request, &response->json);
}

static enum err get_route(struct request *request, struct response *response)
{
    return route_preview(request, request->params[0], &response->json);
}

static enum err post_run(struct request *request, struct response *response)
{
    int64_t job_id = 0;
    TRY(job_queue(request->db, request->arena, "pool.route", request->user->user_id,
                  json_keep(request->arena, json_object()), "pool.route", &job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

/* ---- tables of what the routes take and give ---- */

#define IDS                                                                                                            \
    {                                                                                                                  \
        .name = "customer_ids", .type = FIELD_LIST, .item = FIELD_INT, .max = POOL_IDS_MAX, .flags = FIELD_REQUIRED,   \
        .about = "which; one that is refused is refused as a whole"                                                    \
    }
#define REASON                                                                                                         \
    {                                                                                                                  \
        .name = "reason", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "kept in the histories"    \
    }
static const struct field CLAIM_BODY[] = {IDS, FIELD_END};
static const struct field RETURN_BODY[] = {
    IDS,
    {.name = "pool_id", .type = FIELD_REF, .ref = "pool", .flags = FIELD_NULLABLE, .about = "absent: by the routes"},
    {.name = "reason",
     .type = FIELD_TEXT,
     .max = 500,
     .flags = FIELD_REQUIRED,
     .about = "one of the pool's reasons, or any where it has none"},
    FIELD_END,
};
static const struct field ASSIGN_BODY[] = {
    IDS,
    {.name = "owner_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_REQUIRED, .about = "who gets them"},
    REASON,
    FIELD_END,
};
static const struct field MOVE_BODY[] = {
    IDS,
    {.name = "to_pool_id", .type = FIELD_REF, .ref = "pool", .flags = FIELD_REQUIRED, .about = "where they go"},
    REASON,
    FIELD_END,
};
static const struct field DELETE_BODY[] = {IDS, FIELD_END};
static const struct field RESULT_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customer"},
    {.name = "ok", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "done"},
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "why not: an error code"},
    {.name = "detail", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "why not, in words"},
    {.name = "available_at",
     .type = FIELD_INSTANT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "when it becomes possible"},
    {.name = "available_on",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "the same as business date"},
    FIELD_END,
};
static const struct field ORDER_ANSWER[] = {
    {.name = "done", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers"},
    {.name = "results", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = RESULT_ITEM, .about = "in order"},
    FIELD_END,
};
static const struct field ALLOWANCE_ANSWER[] = {
    {.name = "claims_left", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: no limit"},
    {.name = "views_left", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: no limit"},
    {.name = "resets_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when the next business day begins"},
    FIELD_END,
};
static const struct field GAP_ITEM[] = {
    {.name = "region_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "province"},
    {.name = "region_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "its name"},
    {.name = "customer_type", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "type"},
    {.name = "source", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "source"},
    {.name = "customers", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "how many there are"},
    FIELD_END,
};
static const struct field CLASH_ITEM[] = {
    {.name = "route_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the one that wins"},
    {.name = "route_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "its name"},
    {.name = "other_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the one that loses"},
    {.name = "other_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "its name"},
    {.name = "priority", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of both"},
    {.name = "customers", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "that both match"},
    FIELD_END,
};
static const struct field LINT_ANSWER[] = {
    {.name = "unmatched", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = GAP_ITEM, .about = "no route matches"},
    {.name = "ambiguous", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = CLASH_ITEM, .about = "several match"},
    {.name = "default_pool_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "takes the unmatched; null: nobody does"},
    FIELD_END,
};
static const struct field ROUTE_ANSWER[] = {
    {.name = "pool_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: none works"},
    {.name = "pool_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "its name"},
    {.name = "route_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null: the default pool"},
    {.name = "route_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "its name"},
    FIELD_END,
};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"POST", "/pools/{id}/claim", "pool.claim", PERM_POOL_CLAIM, 0, RECORDS_NONE, "pool_customer", NULL, CLAIM_BODY,
     ORDER_ANSWER, post_claim, NULL,
     "Takes customers out of a pool; one or nothing of one, each for itself of several."},
    {"POST", "/pool-returns", "pool.return", PERM_POOL_RETURN, 0, RECORDS_NONE, "customer", NULL, RETURN_BODY,
     ORDER_ANSWER, post_return, NULL, "Brings customers back to a pool, or to the one the routes tell."},
    {"POST", "/pools/{id}/assign", "pool.assign", PERM_POOL_MANAGE, 0, RECORDS_NONE, "pool_customer", NULL, ASSIGN_BODY,
     ORDER_ANSWER, post_assign, NULL, "Administrators give customers of their pool to somebody."},
    {"POST", "/pools/{id}/move", "pool.move", PERM_POOL_MANAGE, 0, RECORDS_NONE, "pool_customer", NULL, MOVE_BODY,
     ORDER_ANSWER, post_move, NULL, "Administrators move customers to another pool."},
    {"POST", "/pools/{id}/remove", "pool.remove", PERM_POOL_MANAGE, 0, RECORDS_NONE, "pool_customer", NULL, DELETE_BODY,
     ORDER_ANSWER, post_delete, NULL, "Administrators put customers of their pool into the recycle bin."},
    {"GET", "/pools/{id}/allowance", "pool.allowance", PERM_POOL_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL,
     ALLOWANCE_ANSWER, get_allowance, NULL, "How many customers one may still claim and open today."},
    {"GET", "/pool-routes/lint", "pool_route.lint", PERM_POOL_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, LINT_ANSWER,
     get_lint, NULL, "Customers that no route matches, and routes that contradict each other."},
    {"POST", "/pool-routes/run", "pool_route.run", PERM_POOL_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, JOB_ANSWER,
     post_run, NULL, "Routes all customers that nobody holds, as a job."},
    {"GET", "/customers/{id}/pool-route", "pool_route.preview", PERM_POOL_VIEW, 0, RECORDS_ONE, "customer", NULL, NULL,
     ROUTE_ANSWER, get_route, NULL, "The pool a customer would go to."},
    {0},
};

static const struct object *const OBJECTS[] = {&POOL,      &POOL_CUSTOMER, &POOL_EVENT,    &POOL_ROUTE,
                                               &POOL_RULE, &POOL_RUN,      &POOL_RUN_ITEM, NULL};

static const struct job_kind JOB_KINDS[] = {
    {"pool.route", pool_run_route, NULL, 0},
    {0},
};

const struct feature POOL_FEATURE = {
    .name = "pool",
    .routes = ROUTES,
    .objects = OBJECTS,
    .job_kinds = JOB_KINDS,
    .saved = pool_hear_saved,
    .moved = pool_hear_moved,
    .purged = pool_hear_purged,
};
