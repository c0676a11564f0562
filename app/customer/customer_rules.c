/* Customers: what they consist of and what must hold. */
#include "customer.h"

#include "attachment_store.h"
#include "customer_index_rules.h"
#include "customer_search_store.h"
#include "customer_index_store.h"
#include "customer_store.h"
#include "duplicate_rules.h"
#include "escalation_store.h"
#include "ledger.h"
#include "merge_rules.h"
#include "metric.h"
#include "platform/scope.h"

static const struct field CUSTOMER_FIELDS[] = {
    {.name = "name",
     .zh = "客户名称",
     .en = "Customer",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "registered name"},
    {.name = "code",
     .zh = "客户编号",
     .en = "Code",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "own number; key for import"},
    {.name = "customer_type",
     .zh = "客户类型",
     .en = "Type",
     .type = FIELD_ENUM,
     .options = CUSTOMER_TYPE_OPTIONS,
     .about = "kind of organisation"},
    {.name = "level",
     .zh = "客户级别",
     .en = "Level",
     .type = FIELD_ENUM,
     .options = CUSTOMER_LEVEL_OPTIONS,
     .flags = FIELD_NULLABLE,
     .about = "importance"},
    {.name = "source",
     .zh = "客户来源",
     .en = "Source",
     .type = FIELD_ENUM,
     .options = CUSTOMER_SOURCE_OPTIONS,
     .flags = FIELD_NULLABLE,
     .about = "where we know them from"},
    {.name = "industry",
     .zh = "行业",
     .en = "Industry",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_NULLABLE,
     .about = "free text"},
    {.name = "region_id",
     .zh = "地区",
     .en = "Region",
     .type = FIELD_REF,
     .ref = "region",
     .flags = FIELD_NULLABLE,
     .about = "official division"},
    {.name = "address",
     .zh = "地址",
     .en = "Address",
     .type = FIELD_TEXT,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "street"},
    {.name = "phone",
     .zh = "电话",
     .en = "Phone",
     .type = FIELD_PHONE,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "switchboard"},
    {.name = "website",
     .zh = "网址",
     .en = "Website",
     .type = FIELD_URL,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "address of the site"},
    {.name = "employee_count",
     .zh = "员工人数",
     .en = "Employees",
     .type = FIELD_INT,
     .min = 0,
     .max = 100000000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "people"},
    {.name = "annual_revenue_minor",
     .zh = "年营业额",
     .en = "Annual revenue",
     .type = FIELD_MONEY,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "company currency, minor units"},
    {.name = "founded_year",
     .zh = "成立年份",
     .en = "Founded",
     .type = FIELD_INT,
     .min = 1000,
     .max = 9999,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "calendar year"},
    {.name = "parent_id",
     .zh = "上级客户",
     .en = "Parent company",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "the company above"},
    OBJECT_REMARK_FIELD,
    {.name = "tag_ids",
     .zh = "标签",
     .en = "Tags",
     .type = FIELD_TAGS,
     .ref = "customer",
     .flags = FIELD_NULLABLE,
     .about = "ids of tags"},
    {.name = "completeness",
     .zh = "完整度",
     .en = "Completeness",
     .type = FIELD_INT,
     .min = 0,
     .max = 100,
     .flags = FIELD_READ_ONLY | FIELD_SORTABLE,
     .about = "0…100: how much is known of the customer"},
    {.name = "is_at_risk",
     .zh = "流失风险",
     .en = "At risk",
     .type = FIELD_BOOL,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "nobody has followed up for long; the next follow-up clears it"},
    {.name = "last_follow_up_at",
     .zh = "最后跟进",
     .en = "Last follow-up",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "newest follow-up"},
    {.name = "next_plan_at",
     .zh = "下次计划",
     .en = "Next plan",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "earliest open plan"},
    {.name = "pool_id",
     .zh = "公海",
     .en = "Pool",
     .type = FIELD_REF,
     .ref = "pool",
     .flags = FIELD_CREATE_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "pool it lies in while it has no owner; a new one may go there at once"},
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

/* What goes into a pool belongs to nobody. */
static void place_in_pool(struct request *request, struct record_change *change)
{
    if (change->action != RECORD_CREATE || change_after(change, "pool_id").type == VALUE_NULL) {
        return;
    }
    if (json_is_integer(json_object_get(change->body, "owner_id"))) {
        error_field(request->error, STR("pool_id"), "has_owner", "A customer has an owner or lies in a pool.");
    }
    change_set(change, "owner_id", value_null());
    change_set(change, "department_id", value_null());
}

/* Who comes back takes room at its holder like anybody else. */
static enum err check_room(struct request *request, const struct record_change *change)
{
    struct value owner = change_after(change, "owner_id");
    struct record_move move = {.id = change->id, .owner_id = {owner.type == VALUE_INT, owner.integer}};
    if (change->action != RECORD_RESTORE || owner.type != VALUE_INT) {
        return OK;
    }
    TRY(ledger_moving(request, &move, 1));
    return move.refused == OK ? OK : move_error(request, &move);
}

static enum err prepare_customer(struct request *request, struct record_change *change)
{
    place_in_pool(request, change);
    TRY(merge_check_restore(request, change));
    TRY(check_room(request, change));
    struct value parent = change_after(change, "parent_id");
    if (change->id == 0 || parent.type == VALUE_NULL || !change_differs(change, "parent_id")) {
        return OK;
    }
    bool above = false;
    TRY(customer_store_is_above(request->db, request->arena, change->id, parent.integer, &above));
    if (above) {
        error_field(request->error, STR("parent_id"), "cycle", "A customer cannot stand below itself.");
    }
    return OK;
}

static enum err customer_saved(struct request *request, const struct record_change *change)
{
    if (change->action == RECORD_DELETE) {
        TRY(ledger_deleted(request, change->id));
    } else if (change->action == RECORD_RESTORE) {
        TRY(ledger_restored(request, change->id));
    }
    TRY(customer_index_saved(request, change));
    TRY(duplicate_saved(request, change));
    /* When it came and whose it is do not change by an update; owners' moves tell the metric themselves. */
    return change->action == RECORD_UPDATE ? OK : metric_sync(request->db, request->arena, "customer", change->id);
}

static enum err customer_purged(struct db *db, struct arena *arena, int64_t id)
{
    TRY(duplicate_purged(db, arena, "customer", id));
    TRY(attachment_store_remove_claims(db, arena, id));
    TRY(attachment_store_remove_of(db, arena, "customer", id));
    TRY(ledger_purged(db, arena, id));
    TRY(merge_store_purged(db, arena, id));
    return customer_index_purged(db, arena, id);
}

/* What would make the customer more complete; nothing of fields the user may not read. */
static enum err complete_customer(struct request *request, int64_t id, json_t *record)
{
    struct str *names;
    size_t count;
    json_t *list = json_array();
    json_object_set_new(record, "missing", list);
    TRY(completeness_store_missing(request->db, request->arena, id, &names, &count));
    for (size_t i = 0; i < count; i++) {
        const char *name = str_c(request->arena, names[i]);
        bool field = fields_find(object_fields(&CUSTOMER), names[i]) != NULL;
        if (!field || scope_field_access(request, &CUSTOMER, name) >= FIELD_ACCESS_READ) {
            json_array_append_new(list, json_string(name));
        }
    }
    return OK;
}

static const struct field EXTRA_ANSWER[] = {
    {.name = "missing",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .about = "what completeness lacks: fields, contact, contact_number; with one record"},
    {.name = "merged_from_id", .type = FIELD_INT, .about = "the id asked for, when that customer went into this one"},
    FIELD_END,
};

static enum err customer_moving(struct request *request, const struct object *object, struct record_move *moves,
                                size_t count, const struct move_options *options)
{
    (void)object;
    (void)options;
    return ledger_moving(request, moves, count);
}

/* Only what somebody held was ever escalated. */
static enum err restart_escalation(struct request *request, const struct record_move *moves, size_t count)
{
    int64_t *held = ARENA_ARRAY(request->arena, int64_t, count + 1);
    size_t held_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (moves[i].refused == OK && !moves[i].unchanged && moves[i].from_owner_id.set) {
            held[held_count++] = moves[i].id;
        }
    }
    return escalation_store_restart(request->db, request->arena, held, held_count);
}

static enum err customer_moved(struct request *request, const struct object *object, const struct record_move *moves,
                               size_t count, const struct move_options *options)
{
    TRY(metric_moved(request, object, moves, count, options));
    size_t moved = 0;
    const int64_t *ids = move_ids(request->arena, moves, count, &moved);
    bool created = options->cause == MOVE_CREATE || options->cause == MOVE_IMPORT;
    for (size_t i = 0; i < moved && created; i++) {
        TRY(customer_store_set_held(request->db, request->arena, ids[i],
                                    options->at.set ? options->at.value : request->now));
    }
    TRY(restart_escalation(request, moves, count));
    return ledger_moved(request, moves, count, options);
}

static const struct object_child CUSTOMER_CHILDREN[] = {
    {"contact", "customer_id", "contacts", NULL, true},
    {"opportunity", "customer_id", "open_opportunities", "t.status = 'open'", false},
    {"opportunity", "customer_id", "closed_opportunities", "t.status <> 'open'", false},
    {"quote", "customer_id", "quotes", NULL, false},
    {"contract", "customer_id", "contracts", NULL, false},
    {"follow_up", "customer_id", "plans", "t.plan_status = 'open'", true},
    {"task", "customer_id", "tasks", "t.status = 'open'", true},
    {NULL, NULL, NULL, NULL, false},
};

const struct object CUSTOMER = {
    .name = "customer",
    .zh = "客户",
    .en = "Customer",
    .plural = "customers",
    .table = "customer",
    .fields = CUSTOMER_FIELDS,
    .view = PERM_CUSTOMER_VIEW,
    .create = PERM_CUSTOMER_CREATE,
    .edit = PERM_CUSTOMER_EDIT,
    .remove = PERM_CUSTOMER_DELETE,
    .export = PERM_CUSTOMER_EXPORT,
    .import = PERM_CUSTOMER_IMPORT,
    .transfer = PERM_CUSTOMER_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .default_sort = "-updated_at",
    .flags = OBJECT_GRAMS | OBJECT_POOLED | OBJECT_CUSTOM,
    .children = CUSTOMER_CHILDREN,
    .prepare = prepare_customer,
    .saved = customer_saved,
    .purged = customer_purged,
    .search_match = customer_search_match,
    .search_ids = customer_search_ids,
    .resolve = merge_resolve,
    .complete = complete_customer,
    .extra_body = DUPLICATE_EXTRA_BODY,
    .extra_answer = EXTRA_ANSWER,
    .moving = customer_moving,
    .moved = customer_moved,
};
