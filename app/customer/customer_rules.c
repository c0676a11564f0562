/* Customers, contacts, follow-ups: what they consist of and what must hold. */
#include "customer.h"

#include "customer_store.h"
#include "ledger.h"
#include "metric.h"

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
    {.name = "remark",
     .zh = "备注",
     .en = "Remark",
     .type = FIELD_LONG_TEXT,
     .max = 4000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "anything else"},
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
     .about = "earliest coming plan"},
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

static const struct option METHODS[] = {
    {"call", "电话", "Call"},   {"visit", "拜访", "Visit"},     {"message", "微信/短信", "Message"},
    {"email", "邮件", "Email"}, {"meeting", "会议", "Meeting"}, {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};

static const struct field CONTACT_FIELDS[] = {
    {.name = "name",
     .zh = "姓名",
     .en = "Contact",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL,
     .about = "full name"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_REQUIRED,
     .about = "works at"},
    {.name = "code",
     .zh = "编号",
     .en = "Code",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "key for import"},
    {.name = "title",
     .zh = "职务",
     .en = "Title",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_NULLABLE,
     .about = "position"},
    {.name = "mobile",
     .zh = "手机",
     .en = "Mobile",
     .type = FIELD_PHONE,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "own number"},
    {.name = "phone",
     .zh = "电话",
     .en = "Phone",
     .type = FIELD_PHONE,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "desk number"},
    {.name = "email",
     .zh = "邮箱",
     .en = "Email",
     .type = FIELD_EMAIL,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "address"},
    {.name = "wechat",
     .zh = "微信",
     .en = "WeChat",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "id"},
    {.name = "is_primary", .zh = "首要联系人", .en = "Primary", .type = FIELD_BOOL, .about = "first to call"},
    {.name = "remark",
     .zh = "备注",
     .en = "Remark",
     .type = FIELD_LONG_TEXT,
     .max = 4000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "anything else"},
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field FOLLOW_UP_FIELDS[] = {
    {.name = "content",
     .zh = "跟进内容",
     .en = "Content",
     .type = FIELD_LONG_TEXT,
     .max = 4000,
     .flags = FIELD_REQUIRED | FIELD_LABEL,
     .about = "what happened"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_REQUIRED,
     .about = "with whom"},
    {.name = "code",
     .zh = "编号",
     .en = "Code",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "key for import"},
    {.name = "contact_id",
     .zh = "联系人",
     .en = "Contact",
     .type = FIELD_REF,
     .ref = "contact",
     .flags = FIELD_NULLABLE,
     .about = "of the same customer"},
    {.name = "opportunity_id",
     .zh = "商机",
     .en = "Opportunity",
     .type = FIELD_REF,
     .ref = "opportunity",
     .flags = FIELD_NULLABLE,
     .about = "of the same customer"},
    {.name = "method", .zh = "跟进方式", .en = "Method", .type = FIELD_ENUM, .options = METHODS, .about = "how"},
    {.name = "followed_at",
     .zh = "跟进时间",
     .en = "Time",
     .type = FIELD_INSTANT,
     .flags = FIELD_SORTABLE,
     .about = "when it happened; now unless given"},
    {.name = "next_plan_at",
     .zh = "下次时间",
     .en = "Next time",
     .type = FIELD_INSTANT,
     .flags = FIELD_NULLABLE,
     .about = "next step planned for"},
    {.name = "next_plan",
     .zh = "下次计划",
     .en = "Next step",
     .type = FIELD_TEXT,
     .max = 500,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "what next"},
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

static enum err prepare_customer(struct request *request, struct record_change *change)
{
    place_in_pool(request, change);
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
    return metric_sync(request->db, request->arena, "customer", change->id);
}

/* A customer keeps the memory of the pool it comes from until it has an owner. */
static enum err customer_moving(struct request *request, const struct object *object, struct record_move *moves,
                                size_t count, const struct move_options *options)
{
    (void)object;
    (void)options;
    TRY(customer_store_pools_of(request->db, request->arena, moves, count));
    return ledger_moving(request, moves, count);
}

static enum err customer_moved(struct request *request, const struct object *object, const struct record_move *moves,
                               size_t count, const struct move_options *options)
{
    TRY(metric_moved(request, object, moves, count, options));
    TRY(customer_store_set_places(request->db, request->arena, moves, count,
                                  options->at.set ? options->at.value : request->now));
    return ledger_moved(request, moves, count, options);
}

/* Who follows up is asked of the follow-up: another owner changes what counts for whom. */
static enum err follow_ups_moved(struct request *request, const struct object *object, const struct record_move *moves,
                                 size_t count, const struct move_options *options)
{
    size_t moved = 0;
    const int64_t *ids = move_ids(request->arena, moves, count, &moved);
    TRY(metric_moved(request, object, moves, count, options));
    if (options->cause == MOVE_CREATE || options->cause == MOVE_IMPORT) {
        return OK;
    }
    return ledger_refresh_of(request->db, request->arena, object, ids, moved);
}

/* A contact or opportunity named in a follow-up must be the customer's own. */
static enum err check_same_customer(struct request *request, const struct record_change *change, const char *name,
                                    enum err (*customer_of)(struct db *, struct arena *, int64_t, int64_t *))
{
    struct value id = change_after(change, name);
    int64_t customer_id = 0;
    if (id.type == VALUE_NULL) {
        return OK;
    }
    TRY(customer_of(request->db, request->arena, id.integer, &customer_id));
    if (customer_id != change_after(change, "customer_id").integer) {
        error_field(request->error, str_from(name), "other_customer", "%s belongs to another customer.", name);
    }
    return OK;
}

static enum err prepare_follow_up(struct request *request, struct record_change *change)
{
    if (change->action == RECORD_CREATE && change_after(change, "followed_at").type == VALUE_NULL) {
        change_set(change, "followed_at", V(request->now));
    }
    TRY(check_same_customer(request, change, "contact_id", customer_store_of_contact));
    return check_same_customer(request, change, "opportunity_id", customer_store_of_opportunity);
}

enum err customer_refresh_follow_ups(struct request *request, int64_t customer_id)
{
    return customer_store_refresh(request->db, request->arena, customer_id, request->now);
}

static enum err follow_up_saved(struct request *request, const struct record_change *change)
{
    TRY(customer_refresh_follow_ups(request, change_after(change, "customer_id").integer));
    if (change->before != NULL && change_differs(change, "customer_id")) {
        TRY(customer_refresh_follow_ups(request, change_before(change, "customer_id").integer));
    }
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "follow_up", change->id);
}

static const struct object_child CUSTOMER_CHILDREN[] = {
    {"contact", "customer_id", "contacts", NULL, true},
    {"opportunity", "customer_id", "open_opportunities", "t.status = 'open'", false},
    {"opportunity", "customer_id", "closed_opportunities", "t.status <> 'open'", false},
    {"contract", "customer_id", "contracts", NULL, false},
    {"follow_up", "customer_id", "plans", "t.next_plan_at IS NOT NULL", true},
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
    .flags = OBJECT_GRAMS,
    .children = CUSTOMER_CHILDREN,
    .prepare = prepare_customer,
    .saved = customer_saved,
    .moving = customer_moving,
    .moved = customer_moved,
};

const struct object CONTACT = {
    .name = "contact",
    .zh = "联系人",
    .en = "Contact",
    .plural = "contacts",
    .table = "contact",
    .fields = CONTACT_FIELDS,
    .view = PERM_CONTACT_VIEW,
    .create = PERM_CONTACT_CREATE,
    .edit = PERM_CONTACT_EDIT,
    .remove = PERM_CONTACT_DELETE,
    .export = PERM_CONTACT_EXPORT,
    .import = PERM_CONTACT_IMPORT,
    .transfer = PERM_CONTACT_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .default_sort = "-updated_at",
    .flags = OBJECT_GRAMS,
};

const struct object FOLLOW_UP = {
    .name = "follow_up",
    .zh = "跟进记录",
    .en = "Follow-up",
    .plural = "follow-ups",
    .table = "follow_up",
    .fields = FOLLOW_UP_FIELDS,
    .view = PERM_FOLLOW_UP_VIEW,
    .create = PERM_FOLLOW_UP_CREATE,
    .edit = PERM_FOLLOW_UP_EDIT,
    .remove = PERM_FOLLOW_UP_DELETE,
    .export = PERM_FOLLOW_UP_EXPORT,
    .import = PERM_FOLLOW_UP_IMPORT,
    .transfer = PERM_FOLLOW_UP_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .default_sort = "-followed_at",
    .date_field = "followed_at",
    .prepare = prepare_follow_up,
    .saved = follow_up_saved,
    .moved = follow_ups_moved,
};
