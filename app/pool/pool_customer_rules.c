/* Customers as the members of their pool see them, and as it counts who opened which. */
#include "claim_rules.h"
#include "ledger.h"
#include "platform/scope.h"
#include "pool_store.h"

static const struct field POOL_CUSTOMER_FIELDS[] = {
    {.name = "name",
     .zh = "客户名称",
     .en = "Customer",
     .type = FIELD_TEXT,
     .flags = FIELD_READ_ONLY | FIELD_LABEL | FIELD_SORTABLE,
     .about = "registered name"},
    {.name = "pool_id",
     .zh = "公海",
     .en = "Pool",
     .type = FIELD_REF,
     .ref = "pool",
     .flags = FIELD_READ_ONLY,
     .about = "where it lies"},
    {.name = "pool_entered_at",
     .zh = "进入公海时间",
     .en = "Entered",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_SORTABLE | FIELD_NULLABLE,
     .about = "since when it lies there"},
    {.name = "customer_type",
     .zh = "客户类型",
     .en = "Type",
     .type = FIELD_ENUM,
     .options = CUSTOMER_TYPE_OPTIONS,
     .flags = FIELD_READ_ONLY,
     .about = "kind of organisation"},
    {.name = "level",
     .zh = "客户级别",
     .en = "Level",
     .type = FIELD_ENUM,
     .options = CUSTOMER_LEVEL_OPTIONS,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "importance"},
    {.name = "source",
     .zh = "客户来源",
     .en = "Source",
     .type = FIELD_ENUM,
     .options = CUSTOMER_SOURCE_OPTIONS,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "where we know them from"},
    {.name = "industry",
     .zh = "行业",
     .en = "Industry",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "free text"},
    {.name = "region_id",
     .zh = "地区",
     .en = "Region",
     .type = FIELD_REF,
     .ref = "region",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "official division"},
    {.name = "address",
     .zh = "地址",
     .en = "Address",
     .type = FIELD_TEXT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST | FIELD_MASKABLE,
     .about = "street"},
    {.name = "phone",
     .zh = "电话",
     .en = "Phone",
     .type = FIELD_PHONE,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "switchboard"},
    {.name = "website",
     .zh = "网址",
     .en = "Website",
     .type = FIELD_URL,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "address of the site"},
    {.name = "employee_count",
     .zh = "员工人数",
     .en = "Employees",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "people"},
    {.name = "annual_revenue_minor",
     .zh = "年营业额",
     .en = "Annual revenue",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "company currency, minor units"},
    {.name = "founded_year",
     .zh = "成立年份",
     .en = "Founded",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "calendar year"},
    {.name = "remark",
     .zh = "备注",
     .en = "Remark",
     .type = FIELD_LONG_TEXT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "anything else"},
    {.name = "last_follow_up_at",
     .zh = "最后跟进",
     .en = "Last follow-up",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "newest follow-up"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static void customer_scope(struct query *query, const struct request *request, const char *alias, bool for_write,
                           size_t *terms)
{
    pool_store_scope(query, request, alias, "pool_id", for_write, terms);
}

static enum err find_places(const struct request *request, int64_t **ids_out, size_t *count_out)
{
    return pool_store_pools_of(request, ids_out, count_out);
}

/* Whoever sees all customers sees these among them, unmasked: nothing is closed to him here either. */
static enum err find_closings(struct request *request, bool many, struct field_closing **out, size_t *count_out)
{
    *count_out = 0;
    if (request->user == NULL || (scope_for(request, object_find("customer"))->all &&
                                  identity_can(request->user, object_find("customer")->view))) {
        return OK;
    }
    return pool_store_closings(request, many, out, count_out);
}

static enum err complete_customer(struct request *request, int64_t id, json_t *record)
{
    return claim_count_view(request, json_get_int(record, "pool_id", 0), id);
}

const struct object POOL_CUSTOMER = {
    .name = "pool_customer",
    .zh = "公海客户",
    .en = "Pool customer",
    .plural = "pool-customers",
    .table = "customer",
    .fields = POOL_CUSTOMER_FIELDS,
    .view = PERM_POOL_VIEW,
    .create = PERM_POOL_MANAGE,
    .edit = PERM_POOL_MANAGE,
    .remove = PERM_POOL_MANAGE,
    .export = PERM_POOL_EXPORT,
    .import = PERM_POOL_MANAGE,
    .transfer = PERM_POOL_MANAGE,
    .default_sort = "-pool_entered_at",
    .flags = OBJECT_NO_CREATE | OBJECT_NO_DELETE | OBJECT_VIEWS,
    .same_as = "customer",
    .place_column = "pool_id",
    .places = find_places,
    .closings = find_closings,
    .scope_terms = customer_scope,
    .complete = complete_customer,
};
