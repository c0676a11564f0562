/* Promises of a first follow-up: how long, and what follows when they are not kept. */
#include "assignment.h"
#include "sla_store.h"

static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "名称",
     .en = "Deadline",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "touch_hours",
     .zh = "首次跟进时限（工作小时）",
     .en = "First follow-up within (working hours)",
     .type = FIELD_INT,
     .min = 1,
     .max = 2000,
     .flags = FIELD_REQUIRED,
     .about = "working hours from the assignment"},
    {.name = "remind_before_hours",
     .zh = "提前提醒（工作小时）",
     .en = "Remind before (working hours)",
     .type = FIELD_INT,
     .min = 0,
     .max = 2000,
     .flags = FIELD_NULLABLE,
     .about = "the holder is told so long before; absent: not told"},
    {.name = "escalate_after_hours",
     .zh = "超时上报（工作小时）",
     .en = "Escalate after (working hours)",
     .type = FIELD_INT,
     .min = 0,
     .max = 2000,
     .flags = FIELD_NULLABLE,
     .about = "the manager is told so long after; absent: not told"},
    {.name = "take_back_after_hours",
     .zh = "超时收回（工作小时）",
     .en = "Take back after (working hours)",
     .type = FIELD_INT,
     .min = 0,
     .max = 2000,
     .flags = FIELD_NULLABLE,
     .about = "the customer is taken back so long after; absent: stays"},
    {.name = "is_default",
     .zh = "默认",
     .en = "Default",
     .type = FIELD_BOOL,
     .about = "holds for batches that name none; one at most"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static bool precedes(struct value before, struct value after)
{
    return before.type != VALUE_INT || after.type != VALUE_INT || before.integer <= after.integer;
}

static enum err prepare_policy(struct request *request, struct record_change *change)
{
    if (!precedes(change_after(change, "remind_before_hours"), change_after(change, "touch_hours"))) {
        error_field(request->error, STR("remind_before_hours"), "too_large",
                    "The reminder cannot come before the assignment.");
    }
    if (!precedes(change_after(change, "escalate_after_hours"), change_after(change, "take_back_after_hours"))) {
        error_field(request->error, STR("take_back_after_hours"), "too_small",
                    "A customer is not taken back before the manager was told.");
    }
    return error_check_fields(request->error);
}

/* Another default takes the place of the one before. */
static enum err policy_saved(struct request *request, const struct record_change *change)
{
    struct value is_default = change_after(change, "is_default");
    if (change->action == RECORD_DELETE || is_default.type != VALUE_INT || is_default.integer == 0) {
        return OK;
    }
    return sla_store_only_default(request->db, request->arena, change->id, request->now);
}

const struct object SLA_POLICY = {
    .name = "sla_policy",
    .zh = "跟进时限",
    .en = "Follow-up deadline",
    .plural = "sla-policies",
    .table = "sla_policy",
    .fields = FIELDS,
    .view = PERMISSION_SIGNED_IN,
    .create = PERM_SLA_POLICY_EDIT,
    .edit = PERM_SLA_POLICY_EDIT,
    .remove = PERM_SLA_POLICY_EDIT,
    .export = PERM_SLA_POLICY_EDIT,
    .import = PERM_SLA_POLICY_EDIT,
    .transfer = PERM_SLA_POLICY_EDIT,
    .default_sort = "name",
    .flags = OBJECT_DIRECTORY,
    .prepare = prepare_policy,
    .saved = policy_saved,
};
