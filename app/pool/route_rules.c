/* Routes: which customers go to which pool, and whether the table has holes or contradicts itself. */
#include "route_rules.h"

#include "claim_rules.h"
#include "customer.h"
#include "ledger.h"
#include "platform/notify.h"
#include "platform/scope.h"
#include "platform/tx.h"
#include "pool_store.h"
#include "route_store.h"

enum { CHUNK = 500 };

static const struct field ROUTE_FIELDS[] = {
    {.name = "name",
     .zh = "名称",
     .en = "Route",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "priority",
     .zh = "优先级",
     .en = "Priority",
     .type = FIELD_INT,
     .min = 1,
     .max = 100000,
     .flags = FIELD_SORTABLE,
     .about = "the smallest that matches wins; 100 unless given"},
    {.name = "region_id",
     .zh = "地区",
     .en = "Region",
     .type = FIELD_REF,
     .ref = "region",
     .flags = FIELD_NULLABLE,
     .about = "this region and those below; null: any or none"},
    {.name = "customer_type",
     .zh = "客户类型",
     .en = "Type",
     .type = FIELD_ENUM,
     .options = CUSTOMER_TYPE_OPTIONS,
     .flags = FIELD_NULLABLE,
     .about = "null: any"},
    {.name = "source",
     .zh = "客户来源",
     .en = "Source",
     .type = FIELD_ENUM,
     .options = CUSTOMER_SOURCE_OPTIONS,
     .flags = FIELD_NULLABLE,
     .about = "null: any or none"},
    {.name = "pool_id",
     .zh = "公海",
     .en = "Pool",
     .type = FIELD_REF,
     .ref = "pool",
     .flags = FIELD_REQUIRED,
     .about = "where those customers go"},
    {.name = "is_active", .zh = "启用", .en = "Active", .type = FIELD_BOOL, .about = "true unless given"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static enum err prepare_route(struct request *request, struct record_change *change)
{
    (void)request;
    if (change->action == RECORD_CREATE && change_after(change, "priority").type == VALUE_NULL) {
        change_set(change, "priority", V(100));
    }
    if (change->action == RECORD_CREATE && change_after(change, "is_active").type == VALUE_NULL) {
        change_set(change, "is_active", value_bool(true));
    }
    return OK;
}

const struct object POOL_ROUTE = {
    .name = "pool_route",
    .zh = "分流规则",
    .en = "Pool route",
    .plural = "pool-routes",
    .table = "pool_route",
    .fields = ROUTE_FIELDS,
    .view = PERM_POOL_VIEW,
    .create = PERM_POOL_EDIT,
    .edit = PERM_POOL_EDIT,
    .remove = PERM_POOL_EDIT,
    .export = PERM_POOL_EXPORT,
    .import = PERM_POOL_EDIT,
    .transfer = PERM_POOL_EDIT,
    .default_sort = "priority",
    .flags = OBJECT_DIRECTORY,
    .prepare = prepare_route,
};

enum err route_of_customer(struct request *request, int64_t customer_id, int64_t *pool_id_out)
{
    struct routed_row *rows;
    size_t count;
    TRY(route_store_of(request->db, request->arena, &customer_id, 1, &rows, &count));
    *pool_id_out = count == 0 ? 0 : rows[0].pool_id.value;
    return OK;
}

enum err pool_home(struct request *request, int64_t customer_id, struct opt_int came_from, struct opt_int *pool_id_out)
{
    struct pool_settings pool;
    int64_t routed = 0;
    if (came_from.set) {
        enum err err = pool_store_settings(request->db, request->arena, came_from.value, true, &pool);
        if (err != OK && err != ERR_NOT_FOUND) {
            return err;
        }
        if (err == OK && pool.is_active) {
            *pool_id_out = came_from;
            return OK;
        }
    }
    TRY(route_of_customer(request, customer_id, &routed));
    *pool_id_out = (struct opt_int){routed != 0, routed};
    return OK;
}

enum err route_preview(struct request *request, int64_t customer_id, json_t **out)
{
    struct routed_row *rows;
    size_t count;
    TRY(scope_check(request, &CUSTOMER, customer_id, false));
    TRY(route_store_of(request->db, request->arena, &customer_id, 1, &rows, &count));
    if (count == 0) {
        return error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
    }
    *out =
        json_keep(request->arena, json_pack("{s:o,s:o,s:o,s:o}", "pool_id", json_opt_int(rows[0].pool_id), "pool_name",
                                            json_opt_str(rows[0].pool_name), "route_id", json_opt_int(rows[0].route_id),
                                            "route_name", json_opt_str(rows[0].route_name)));
    return OK;
}

/* ---- lint ---- */

static json_t *gap_json(const struct gap_row *row)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:I}", "region_id", json_opt_int(row->region_id), "region_name",
                     json_opt_str(row->region_name), "customer_type", json_str(row->customer_type), "source",
                     json_opt_str(row->source), "customers", (json_int_t)row->customers);
}

static json_t *clash_json(const struct clash_row *row)
{
    return json_pack("{s:I,s:o,s:I,s:o,s:I,s:I}", "route_id", (json_int_t)row->route_id, "route_name",
                     json_str(row->route_name), "other_id", (json_int_t)row->other_id, "other_name",
                     json_str(row->other_name), "priority", (json_int_t)row->priority, "customers",
                     (json_int_t)row->customers);
}

enum err route_lint(struct request *request, json_t **out)
{
    struct gap_row *gaps;
    struct clash_row *clashes;
    size_t gap_count, clash_count;
    int64_t default_id = 0;
    json_t *gap_list = json_array();
    json_t *clash_list = json_array();
    *out = json_keep(request->arena, json_pack("{s:o,s:o}", "unmatched", gap_list, "ambiguous", clash_list));
    TRY(route_store_gaps(request->db, request->arena, &gaps, &gap_count));
    for (size_t i = 0; i < gap_count; i++) {
        json_array_append_new(gap_list, gap_json(&gaps[i]));
    }
    TRY(route_store_clashes(request->db, request->arena, &clashes, &clash_count));
    for (size_t i = 0; i < clash_count; i++) {
        json_array_append_new(clash_list, clash_json(&clashes[i]));
    }
    TRY(pool_store_default(request->db, request->arena, &default_id));
    json_object_set_new(*out, "default_pool_id", default_id == 0 ? json_null() : json_integer(default_id));
    return OK;
}

/* ---- routing all ---- */

/* One chunk of customers that nobody holds. */
struct routing {
    struct request *request;
    int64_t after_id;  /* last customer looked at */
    int64_t last_id;   /* of this chunk; 0: none was left */
    int64_t routed;    /* of this chunk */
    int64_t unmatched; /* of this chunk */
};

/* Those that go to the same pool go together. */
static enum err place_routed(struct request *request, const struct pool_fact *facts, size_t count)
{
    bool *is_done = ARENA_ARRAY(request->arena, bool, count + 1);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t together = 0;
        if (is_done[i]) {
            continue;
        }
        for (size_t k = i; k < count; k++) {
            if (facts[k].pool_id == facts[i].pool_id) {
                is_done[k] = true;
                ids[together++] = facts[k].customer_id;
            }
        }
        TRY(pool_store_place(request, ids, together, facts[i].pool_id, false));
        TRY(pool_store_audit(request, ids, together, "route", (struct opt_int){0}, facts[i].pool_id, (struct str){0}));
    }
    return OK;
}

static enum err route_chunk(struct db *db, void *context)
{
    struct routing *routing = context;
    struct request *request = routing->request;
    struct routed_row *rows;
    size_t count;
    int64_t *ids;
    routing->routed = routing->unmatched = routing->last_id = 0;
    TRY(route_store_unowned(db, request->arena, routing->after_id, CHUNK, &ids, &count));
    if (count == 0) {
        return OK;
    }
    routing->last_id = ids[count - 1];
    TRY(route_store_of(db, request->arena, ids, count, &rows, &count));
    struct pool_fact *facts = ARENA_ARRAY(request->arena, struct pool_fact, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].pool_id.set) {
            routing->unmatched++;
            continue;
        }
        facts[routing->routed++] = (struct pool_fact){
            .customer_id = rows[i].customer_id, .pool_id = rows[i].pool_id.value, .kind = "route", .direction = 1};
    }
    TRY(pool_store_add_facts(request, facts, (size_t)routing->routed));
    return place_routed(request, facts, (size_t)routing->routed);
}

enum err pool_run_route(struct job *job, json_t **result_out)
{
    struct request request;
    int64_t routed = 0;
    int64_t unmatched = 0;
    int64_t after = 0;
    do {
        job_request(job, &request);
        request.arena = arena_create(64 * 1024 * 1024);
        struct routing routing = {.request = &request, .after_id = after};
        enum err err = db_tx(job->db, route_chunk, &routing);
        arena_destroy(request.arena);
        TRY(err);
        routed += routing.routed;
        unmatched += routing.unmatched;
        after = routing.last_id;
        TRY(job_progress(job, routed, 0, "route"));
    } while (after != 0);
    *result_out = json_pack("{s:I,s:I}", "routed", (json_int_t)routed, "unmatched", (json_int_t)unmatched);
    return OK;
}
