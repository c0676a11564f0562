/* What came into pools and went out: the feature hears of every move and every write of a customer. */
#include "customer.h"
#include "listen_rules.h"
#include "platform/scope.h"
#include "pool_store.h"

static const struct option KINDS[] = {
    {"create", "新建", "Created"},
    {"import", "导入", "Imported"},
    {"return", "退回", "Returned"},
    {"recycle", "回收", "Recycled"},
    {"route", "分流", "Routed"},
    {"move", "移动", "Moved"},
    {"restore", "恢复", "Restored"},
    {"undo", "撤销", "Undone"},
    {"claim", "领取", "Claimed"},
    {"assign", "分配", "Assigned"},
    {"auto", "自动分配", "Given"},
    {"transfer", "转移", "Transferred"},
    {"handover", "交接", "Handed over"},
    {"conflict", "撞单裁定", "Conflict"},
    {"merge", "合并", "Merged"},
    {"delete", "删除", "Deleted"},
    {NULL, NULL, NULL},
};

static const struct field EVENT_FIELDS[] = {
    {.name = "name",
     .zh = "客户名称",
     .en = "Customer name",
     .type = FIELD_TEXT,
     .flags = FIELD_READ_ONLY | FIELD_LABEL,
     .about = "of the customer"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "which customer"},
    {.name = "pool_id",
     .zh = "公海",
     .en = "Pool",
     .type = FIELD_REF,
     .ref = "pool",
     .flags = FIELD_READ_ONLY,
     .about = "pool it entered or left"},
    {.name = "kind",
     .zh = "事件",
     .en = "Event",
     .type = FIELD_ENUM,
     .options = KINDS,
     .flags = FIELD_READ_ONLY,
     .about = "what happened"},
    {.name = "direction",
     .zh = "方向",
     .en = "Direction",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "1 came in, -1 went out"},
    {.name = "owner_id",
     .zh = "人员",
     .en = "Person",
     .type = FIELD_REF,
     .ref = "user",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "who got it, or who held it before"},
    {.name = "department_id",
     .zh = "部门",
     .en = "Department",
     .type = FIELD_REF,
     .ref = "department",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "of that person"},
    {.name = "at",
     .zh = "时间",
     .en = "Time",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_SORTABLE,
     .about = "when"},
    {.name = "happened_on",
     .zh = "日期",
     .en = "Date",
     .type = FIELD_DATE,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "the same as business date"},
    {.name = "entered_at",
     .zh = "进入时间",
     .en = "Entered",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "going out: since when it lay there"},
    {.name = "waited_minutes",
     .zh = "停留分钟",
     .en = "Lay there for",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "going out: minutes since it came in"},
    {.name = "entry_rule_id",
     .zh = "来源规则",
     .en = "Brought by rule",
     .type = FIELD_REF,
     .ref = "pool_rule",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "going out: the rule that had brought it"},
    {.name = "rule_id",
     .zh = "回收规则",
     .en = "Rule",
     .type = FIELD_REF,
     .ref = "pool_rule",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "coming in: the rule that took it"},
    {.name = "run_id",
     .zh = "回收批次",
     .en = "Run",
     .type = FIELD_REF,
     .ref = "pool_run",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "in which it happened"},
    {.name = "reason",
     .zh = "原因",
     .en = "Reason",
     .type = FIELD_TEXT,
     .max = 500,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "given by whoever did it"},
    {.name = "by_id",
     .zh = "操作人",
     .en = "By",
     .type = FIELD_REF,
     .ref = "user",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "who did it; null: the program"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static void event_scope(struct query *query, const struct request *request, const char *alias, bool for_write,
                        size_t *terms)
{
    (void)for_write;
    pool_store_scope(query, request, alias, "pool_id", true, terms);
}

const struct object POOL_EVENT = {
    .name = "pool_event",
    .zh = "公海记录",
    .en = "Pool event",
    .plural = "pool-events",
    .table = "pool_event",
    .fields = EVENT_FIELDS,
    .view = PERM_POOL_VIEW,
    .create = PERM_POOL_VIEW,
    .edit = PERM_POOL_VIEW,
    .remove = PERM_POOL_VIEW,
    .export = PERM_POOL_EXPORT,
    .import = PERM_POOL_VIEW,
    .transfer = PERM_POOL_VIEW,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .default_sort = "-at",
    .date_field = "happened_on",
    .flags = OBJECT_NO_CREATE | OBJECT_NO_DELETE | OBJECT_HISTORY,
    .scope_terms = event_scope,
};

/* ---- listening ---- */

enum err pool_hear_moved(struct request *request, const struct object *object, const struct record_move *moves,
                         size_t count, const struct move_options *options)
{
    size_t facts = 0;
    if (object != &CUSTOMER || options->cause == MOVE_CREATE || options->cause == MOVE_IMPORT) {
        return OK;
    }
    struct pool_fact *list = ARENA_ARRAY(request->arena, struct pool_fact, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct record_move *move = &moves[i];
        bool in = !move->owner_id.set && move->pool_id.set;
        if (move->refused != OK || move->unchanged || (!in && !move->from_pool_id.set)) {
            continue;
        }
        list[facts++] = (struct pool_fact){
            .customer_id = move->id,
            .pool_id = in ? move->pool_id.value : move->from_pool_id.value,
            .kind = move_cause_word(options->cause),
            .direction = in ? 1 : -1,
            .owner_id = in ? move->from_owner_id : move->owner_id,
            .department_id = in ? move->from_department_id : move->department_id,
            .rule_id = options->rule_id,
            .run_id = options->run_id,
            .reason = options->reason,
        };
    }
    return pool_store_add_facts(request, list, facts);
}

enum err pool_hear_purged(struct db *db, struct arena *arena, const struct object *object, int64_t id)
{
    return object == &CUSTOMER ? pool_store_purge(db, arena, id) : OK;
}

/* Into a pool go new customers of its administrators, and of those who see all customers. */
static enum err check_create(struct request *request, int64_t pool_id)
{
    struct pool_settings pool;
    struct pool_membership mine = {0};
    if (request->user != NULL) {
        TRY(pool_store_membership(request->db, request->arena, pool_id, request->user->user_id, &mine));
    }
    bool may = request->user == NULL || identity_can(request->user, PERM_POOL_EDIT) ||
               (mine.is_admin && identity_can(request->user, PERM_POOL_MANAGE));
    if (!may) {
        error_field(request->error, STR("pool_id"), "not_allowed",
                    "Only its administrators put customers into a pool.");
        return error_check_fields(request->error);
    }
    TRY(pool_store_settings(request->db, request->arena, pool_id, true, &pool));
    if (!pool.is_active) {
        return error_set(request->error, ERR_POOL_INACTIVE, "The pool %.*s is switched off.", STR_ARG(pool.name));
    }
    return OK;
}

enum err pool_hear_saved(struct request *request, const struct record_change *change)
{
    static const char *const kinds[] = {"create", NULL, "delete", "restore"};
    if (change->object != &CUSTOMER || kinds[change->action] == NULL ||
        change_after(change, "pool_id").type == VALUE_NULL) {
        return OK;
    }
    int64_t pool_id = change_after(change, "pool_id").integer;
    bool created = change->action == RECORD_CREATE;
    if (created) {
        TRY(check_create(request, pool_id));
    }
    if (change->action != RECORD_DELETE) {
        TRY(pool_store_place(request, &change->id, 1, pool_id, true));
    }
    struct pool_fact fact = {
        .customer_id = change->id,
        .pool_id = pool_id,
        .kind = created && change->importing ? "import" : kinds[change->action],
        .direction = change->action == RECORD_DELETE ? -1 : 1,
    };
    return pool_store_add_facts(request, &fact, 1);
}
