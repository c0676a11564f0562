/* Tasks: open until done or cancelled; one about an opportunity is about its customer. */
#include "task.h"

#include "task_store.h"

static const struct option KINDS[] = {
    {"call", "电话", "Call"},   {"visit", "拜访", "Visit"}, {"meeting", "会议", "Meeting"},
    {"email", "邮件", "Email"}, {"quote", "报价", "Quote"}, {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};
static const struct option STATUSES[] = {
    {"open", "待办", "Open"}, {"done", "已完成", "Done"}, {"cancelled", "已取消", "Cancelled"}, {NULL, NULL, NULL}};

static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "待办事项",
     .en = "Task",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_LABEL,
     .about = "what to do"},
    {.name = "kind", .zh = "类型", .en = "Kind", .type = FIELD_ENUM, .options = KINDS, .about = "how; other"},
    {.name = "due_on",
     .zh = "截止日期",
     .en = "Due",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_SORTABLE,
     .about = "by when"},
    {.name = "status", .zh = "状态", .en = "Status", .type = FIELD_ENUM, .options = STATUSES, .about = "open"},
    {.name = "done_at",
     .zh = "完成时间",
     .en = "Done",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "when it was done"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_NULLABLE,
     .about = "for whom; the opportunity's unless given"},
    {.name = "opportunity_id",
     .zh = "商机",
     .en = "Opportunity",
     .type = FIELD_REF,
     .ref = "opportunity",
     .flags = FIELD_NULLABLE,
     .about = "of the same customer"},
    {.name = "guide_plan_id",
     .zh = "成交指南计划",
     .en = "Line of the guide",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "that it was made from"},
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

/* The opportunity says whose customer it is about. */
static enum err follow_opportunity(struct request *request, struct record_change *change)
{
    struct value opportunity = change_after(change, "opportunity_id");
    struct value customer = change_after(change, "customer_id");
    struct opt_int of = {0};
    if (opportunity.type == VALUE_NULL) {
        return OK;
    }
    TRY(task_store_customer_of(request->db, request->arena, opportunity.integer, &of));
    if (customer.type == VALUE_NULL && of.set) {
        change_set(change, "customer_id", V(of.value));
    } else if (customer.type == VALUE_INT && of.set && of.value != customer.integer) {
        error_field(request->error, STR("opportunity_id"), "other_customer",
                    "opportunity_id belongs to another customer.");
    }
    return OK;
}

/* What was imported as done was done on its day. */
static void follow_status(struct request *request, struct record_change *change)
{
    struct value status = change_after(change, "status");
    bool done = status.type == VALUE_TEXT && str_eq_c(status.text, "done");
    if (!done) {
        change_set(change, "done_at", value_null());
    } else if (change_after(change, "done_at").type == VALUE_NULL) {
        struct instant due = date_start(change_after(change, "due_on").date, request->zone);
        bool history = change->importing && due.ms < request->now.ms;
        change_set(change, "done_at", V(history ? due : request->now));
    }
}

static enum err prepare(struct request *request, struct record_change *change)
{
    if (change->action == RECORD_DELETE || change->action == RECORD_RESTORE) {
        return OK;
    }
    if (change_after(change, "kind").type == VALUE_NULL) {
        change_set(change, "kind", V("other"));
    }
    if (change_after(change, "status").type == VALUE_NULL) {
        change_set(change, "status", V("open"));
    }
    if (change_after(change, "due_on").type == VALUE_NULL || change_after(change, "name").type == VALUE_NULL) {
        error_field(request->error, STR("due_on"), "required", "A task needs a name and a day.");
        return error_check_fields(request->error);
    }
    follow_status(request, change);
    return follow_opportunity(request, change);
}

const struct object TASK = {
    .name = "task",
    .zh = "待办",
    .en = "Task",
    .plural = "tasks",
    .table = "task",
    .fields = FIELDS,
    .view = PERM_TASK_VIEW,
    .create = PERM_TASK_CREATE,
    .edit = PERM_TASK_EDIT,
    .remove = PERM_TASK_DELETE,
    .export = PERM_TASK_EXPORT,
    .import = PERM_TASK_IMPORT,
    .transfer = PERM_TASK_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .default_sort = "due_on",
    .flags = OBJECT_CUSTOM,
    .date_field = "due_on",
    .prepare = prepare,
};

static const struct object *const OBJECTS[] = {&TASK, NULL};

const struct feature TASK_FEATURE = {.name = "task", .objects = OBJECTS};
