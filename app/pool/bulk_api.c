/* Routes of orders over all customers that match a filter. */
#include "bulk_rules.h"
#include "pool.h"

enum { IDS_MAX = 20000 };

static enum err queue(struct request *request, struct response *response, const char *action, int64_t pool_id)
{
    int64_t job_id = 0;
    TRY(pool_bulk_queue(request, action, pool_id, &job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

static enum err post_return(struct request *request, struct response *response)
{
    return queue(request, response, "return", json_get_int(request->json, "pool_id", 0));
}

static enum err post_order(struct request *request, struct response *response)
{
    return queue(request, response, json_string_value(json_object_get(request->json, "action")), request->params[0]);
}

static const struct option ACTIONS[] = {
    {"assign", "分配", "Assign"}, {"move", "移动", "Move"}, {"delete", "删除", "Delete"}, {NULL, NULL, NULL}};
#define CUSTOMERS                                                                                                      \
    {.name = "ids", .type = FIELD_LIST, .item = FIELD_INT, .max = IDS_MAX, .about = "these customers"},                \
    {                                                                                                                  \
        .name = "filter", .type = FIELD_JSON, .about = "or all that match"                                             \
    }
static const struct field RETURN_BODY[] = {
    CUSTOMERS,
    {.name = "pool_id", .type = FIELD_REF, .ref = "pool", .flags = FIELD_NULLABLE, .about = "absent: by the routes"},
    {.name = "reason",
     .type = FIELD_TEXT,
     .max = 500,
     .flags = FIELD_REQUIRED,
     .about = "one of the pool's reasons, or any where it has none"},
    FIELD_END,
};
static const struct field ORDER_BODY[] = {
    {.name = "action", .type = FIELD_ENUM, .options = ACTIONS, .flags = FIELD_REQUIRED, .about = "what is done"},
    CUSTOMERS,
    {.name = "owner_id", .type = FIELD_REF, .ref = "user", .about = "assign: who gets them"},
    {.name = "to_pool_id", .type = FIELD_REF, .ref = "pool", .about = "move: where they go"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "kept in the histories"},
    FIELD_END,
};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"POST", "/pool-returns/bulk", "pool.return_bulk", PERM_POOL_RETURN, 0, RECORDS_NONE, "customer", NULL, RETURN_BODY,
     JOB_ANSWER, post_return, NULL, "Brings all customers that match back to pools, as a job."},
    {"POST", "/pools/{id}/bulk", "pool.order_bulk", PERM_POOL_MANAGE, 0, RECORDS_NONE, "pool_customer", NULL,
     ORDER_BODY, JOB_ANSWER, post_order, NULL,
     "Administrators assign, move or delete all customers of their pool that match, as a job."},
    {0},
};

static const struct job_kind JOB_KINDS[] = {
    {"pool.order", pool_run_order, NULL, 1},
    {0},
};

const struct feature POOL_BULK_FEATURE = {.name = "pool", .routes = ROUTES, .job_kinds = JOB_KINDS};
