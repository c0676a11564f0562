/* Follow-ups: what was done with a customer, and what is planned next. */
#include "customer.h"

#include "attachment_store.h"
#include "comment_store.h"
#include "customer_store.h"
#include "escalation_store.h"
#include "ledger.h"
#include "mention_rules.h"
#include "metric.h"
#include "next_plan_rules.h"

static const struct option METHODS[] = {
    {"call", "电话", "Call"},   {"visit", "拜访", "Visit"},     {"message", "微信/短信", "Message"},
    {"email", "邮件", "Email"}, {"meeting", "会议", "Meeting"}, {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};

static const struct option PLAN_STATUSES[] = {
    {"open", "待完成", "Open"}, {"done", "已完成", "Done"}, {"cancelled", "已取消", "Cancelled"}, {NULL, NULL, NULL}};

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
    {.name = "plan_status",
     .zh = "计划状态",
     .en = "Plan",
     .type = FIELD_ENUM,
     .options = PLAN_STATUSES,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "of the next step; null without one"},
    {.name = "plan_closed_at",
     .zh = "计划完成时间",
     .en = "Plan closed",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "when it was done or cancelled"},
    {.name = "plan_follow_up_id",
     .zh = "完成计划的跟进",
     .en = "Done by",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "follow-up that did the plan"},
    {.name = "attachment_count",
     .zh = "附件数",
     .en = "Files",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "attachments"},
    {.name = "comment_count",
     .zh = "评论数",
     .en = "Comments",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "comments"},
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

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
    TRY(customer_store_lock(request->db, request->arena, change_after(change, "customer_id").integer));
    if (change->action == RECORD_CREATE && change_after(change, "followed_at").type == VALUE_NULL) {
        change_set(change, "followed_at", V(request->now));
    }
    plan_prepare(request, change);
    TRY(check_same_customer(request, change, "contact_id", customer_store_of_contact));
    return check_same_customer(request, change, "opportunity_id", customer_store_of_opportunity);
}

enum err customer_refresh_follow_ups(struct request *request, int64_t customer_id)
{
    return customer_store_refresh(request->db, request->arena, customer_id);
}

static enum err save_mentions(struct request *request, const struct record_change *change)
{
    const json_t *list = change->body == NULL ? NULL : json_object_get(change->body, "mention_ids");
    if (list == NULL || request->user == NULL) {
        return OK;
    }
    return mention_save(request, "follow_up", change->id, change_after(change, "customer_id").integer, list, &FOLLOW_UP,
                        change->id);
}

static enum err follow_up_saved(struct request *request, const struct record_change *change)
{
    TRY(customer_refresh_follow_ups(request, change_after(change, "customer_id").integer));
    if (change->before != NULL && change_differs(change, "customer_id")) {
        TRY(customer_refresh_follow_ups(request, change_before(change, "customer_id").integer));
    }
    TRY(plan_saved(request, change));
    TRY(escalation_store_reset(request->db, request->arena, change_after(change, "customer_id").integer));
    TRY(save_mentions(request, change));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "follow_up", change->id);
}

static enum err complete_follow_up(struct request *request, int64_t id, json_t *record)
{
    json_t *mentions;
    TRY(mention_json(request, "follow_up", id, &mentions));
    json_object_set_new(record, "mentions", mentions);
    return OK;
}

static enum err follow_up_purged(struct db *db, struct arena *arena, int64_t id)
{
    TRY(attachment_store_remove_of(db, arena, "follow_up", id));
    return comment_store_forget(db, arena, "follow_up", id);
}

static const struct field EXTRA_BODY[] = {MENTION_IDS_FIELD, FIELD_END};
static const struct field EXTRA_ANSWER[] = {
    {.name = "mentions",
     .type = FIELD_LIST,
     .fields = MENTION_ITEM,
     .about = "people called by @name; with one record"},
    FIELD_END,
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
    .flags = OBJECT_CUSTOM,
    .date_field = "followed_at",
    .prepare = prepare_follow_up,
    .saved = follow_up_saved,
    .purged = follow_up_purged,
    .complete = complete_follow_up,
    .extra_body = EXTRA_BODY,
    .extra_answer = EXTRA_ANSWER,
    .moved = follow_ups_moved,
};
