/* Opportunities: stage, status and closing day always agree, and every move is remembered. What a move needs stands in
 * the pipeline (pipeline.h). */
#include "opportunity.h"

#include "ledger.h"
#include "metric.h"
#include "money.h"
#include "opportunity_store.h"
#include "pipeline.h"
#include "platform/company.h"
#include "platform/scope.h"

static const struct option STATUSES[] = {
    {"open", "进行中", "Open"}, {"won", "赢单", "Won"}, {"lost", "输单", "Lost"}, {NULL, NULL, NULL}};
static const struct option SOURCES[] = {
    {"website", "官网", "Website"},         {"referral", "转介绍", "Referral"}, {"exhibition", "展会", "Exhibition"},
    {"cold_call", "电话开发", "Cold call"}, {"advert", "广告", "Advert"},       {"partner", "渠道", "Partner"},
    {"renewal", "续约", "Renewal"},         {"other", "其他", "Other"},         {NULL, NULL, NULL},
};

static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "商机名称",
     .en = "Opportunity",
     .type = FIELD_TEXT,
     .flags = FIELD_LABEL,
     .about = "customer's name unless given"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_NULLABLE,
     .about = "absent only where the source had none"},
    {.name = "code",
     .zh = "商机编号",
     .en = "Code",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "key for import"},
    {.name = "pipeline_id",
     .zh = "销售管道",
     .en = "Pipeline",
     .type = FIELD_REF,
     .ref = "pipeline",
     .flags = FIELD_CREATE_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "the one of the owner's department unless given"},
    {.name = "stage_id",
     .zh = "阶段",
     .en = "Stage",
     .type = FIELD_REF,
     .ref = "stage",
     .about = "the first open one unless given"},
    {.name = "status",
     .zh = "状态",
     .en = "Status",
     .type = FIELD_ENUM,
     .options = STATUSES,
     .flags = FIELD_READ_ONLY,
     .about = "kind of the stage"},
    {.name = "product_id",
     .zh = "主要产品",
     .en = "Product",
     .type = FIELD_REF,
     .ref = "product",
     .flags = FIELD_NULLABLE,
     .about = "main product"},
    {.name = "amount_minor",
     .zh = "金额",
     .en = "Amount",
     .type = FIELD_MONEY,
     .min = 0,
     .max = 1000000000000000,
     .flags = FIELD_MASKABLE,
     .about = "minor units of `currency`"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .min = 3,
     .max = 3,
     .flags = FIELD_HIDDEN_IN_LIST,
     .about = "ISO 4217; the company's unless given"},
    {.name = "win_probability_ppm",
     .zh = "赢单概率",
     .en = "Win probability",
     .type = FIELD_PPM,
     .min = 0,
     .max = 1000000,
     .about = "the stage's unless given"},
    {.name = "engaged_on",
     .zh = "开始日期",
     .en = "Engaged",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "work on it began"},
    {.name = "expected_close_on",
     .zh = "预计成交",
     .en = "Expected close",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_SORTABLE,
     .about = "when it should close"},
    {.name = "closed_on",
     .zh = "结束日期",
     .en = "Closed",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_SORTABLE,
     .about = "won or lost that day; today unless given"},
    {.name = "cycle_days",
     .zh = "成交周期",
     .en = "Cycle days",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "closed_on − engaged_on, calendar days"},
    {.name = "lost_reason",
     .zh = "输单原因",
     .en = "Lost reason",
     .type = FIELD_TEXT,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "why it was lost, as another program said it"},
    {.name = "close_reason_id",
     .zh = "结单原因",
     .en = "Reason",
     .type = FIELD_REF,
     .ref = "close_reason",
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "why it was won or lost"},
    {.name = "competitor",
     .zh = "竞争对手",
     .en = "Competitor",
     .type = FIELD_TEXT,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "against whom"},
    {.name = "close_note",
     .zh = "结单说明",
     .en = "Closing note",
     .type = FIELD_LONG_TEXT,
     .max = 4000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "more about how it was won or lost"},
    {.name = "source",
     .zh = "来源",
     .en = "Source",
     .type = FIELD_ENUM,
     .options = SOURCES,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "where it came from"},
    OBJECT_REMARK_FIELD,
    MONEY_BASE_FIELDS,
    {.name = "base_weighted_minor",
     .zh = "本位币加权金额",
     .en = "Weighted, in company currency",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .closed_with = {"amount_minor", "win_probability_ppm"},
     .about = "base_minor × win probability, half away from zero"},
    {.name = "stage_entered_at",
     .zh = "进入阶段时间",
     .en = "Stage entered",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "last move"},
    {.name = "furthest_stage_id",
     .zh = "到达的最远阶段",
     .en = "Furthest stage",
     .type = FIELD_REF,
     .ref = "stage",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "open or won stage, wherever it went later"},
    {.name = "last_activity_at",
     .zh = "最近动态",
     .en = "Last activity",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "latest of follow-up about it, move, creation, task done"},
    {.name = "next_step",
     .zh = "下一步",
     .en = "Next step",
     .type = FIELD_TEXT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "its earliest open task"},
    {.name = "next_step_on",
     .zh = "下一步日期",
     .en = "Next step due",
     .type = FIELD_DATE,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_SORTABLE | FIELD_HIDDEN_IN_LIST,
     .about = "day of that task"},
    {.name = "slip_count",
     .zh = "延期次数",
     .en = "Put off",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "how often the expected close was moved to a later day while open"},
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

/* The first open stage of the pipeline, or of the one that the owner's department begins in. */
static enum err fill_stage(struct request *request, struct record_change *change)
{
    struct value pipeline = change_after(change, "pipeline_id");
    int64_t stage_id = 0;
    enum err err = pipeline_first_stage(request->db, request->arena, pipeline.type == VALUE_INT ? pipeline.integer : 0,
                                        change_after(change, "department_id"), &stage_id);
    if (err == ERR_NOT_FOUND) {
        error_field(request->error, STR("stage_id"), "required", "There is no open stage; set up a pipeline first.");
        return error_check_fields(request->error);
    }
    TRY(err);
    change_set(change, "stage_id", V(stage_id));
    return OK;
}

/* Defaults of a new opportunity: stage, pipeline, currency, name. */
static enum err fill_new(struct request *request, struct record_change *change)
{
    if (change_after(change, "stage_id").type == VALUE_NULL) {
        TRY(fill_stage(request, change));
    }
    if (change_after(change, "currency").type == VALUE_NULL) {
        struct str currency;
        TRY(company_currency(request->db, request->arena, &currency));
        change_set(change, "currency", V(currency));
    }
    if (change_after(change, "amount_minor").type == VALUE_NULL) {
        change_set(change, "amount_minor", V(0));
    }
    struct value customer = change_after(change, "customer_id");
    if (change_after(change, "name").type == VALUE_NULL) {
        struct str name = request_in_chinese(request) ? STR("未命名商机") : STR("Untitled opportunity");
        if (customer.type != VALUE_NULL) {
            TRY(opportunity_store_customer_name(request->db, request->arena, customer.integer, &name));
        }
        change_set(change, "name", V(name));
    }
    return OK;
}

/* Status, closing day and cycle follow the stage. */
static void follow_stage(struct request *request, struct record_change *change, const struct stage_row *stage)
{
    bool moved = change->before == NULL || change_differs(change, "stage_id");
    struct value closed = change_after(change, "closed_on");
    bool open = str_eq_c(stage->kind, "open");
    change_set(change, "status", V(stage->kind));
    if (open) {
        change_set(change, "closed_on", value_null());
    } else if (closed.type == VALUE_NULL) {
        change_set(change, "closed_on", V(request->today));
    }
    if (moved) {
        /* A deal out of another program's history came to where it is when it was made, for all we know. */
        struct value made = change->importing ? change_after(change, "created_at") : value_null();
        struct value at = change->before == NULL && made.type == VALUE_INSTANT ? made : V(request->now);
        change_set(change, "stage_entered_at", at);
        struct value last = change_before(change, "last_activity_at");
        bool is_later = last.type == VALUE_INSTANT && last.instant.ms > at.instant.ms;
        change_set(change, "last_activity_at", is_later ? last : at);
    }
    if (moved && (change->before == NULL ? change_after(change, "win_probability_ppm").type == VALUE_NULL
                                         : !change_differs(change, "win_probability_ppm"))) {
        change_set(change, "win_probability_ppm", V(stage->win_probability_ppm));
    }
    closed = change_after(change, "closed_on");
    struct value engaged = change_after(change, "engaged_on");
    bool both = closed.type == VALUE_DATE && engaged.type == VALUE_DATE;
    if (both && date_compare(closed.date, engaged.date) < 0) {
        error_field(request->error, STR("closed_on"), "too_small",
                    "The closing day must not lie before the day work began.");
        return;
    }
    change_set(change, "cycle_days", both ? value_int(closed.date.days - engaged.date.days) : value_null());
}

/* What it is worth in the company's currency: at the rate of the day it was closed, while it is open of the day on
 * which its amount was set (docs/adr/rates-kept.md). */
static enum err follow_rate(struct request *request, struct record_change *change)
{
    struct value closed = change_after(change, "closed_on");
    bool is_closed = closed.type == VALUE_DATE;
    bool anew = change->before == NULL || change_differs(change, "currency") || change_differs(change, "closed_on") ||
                (!is_closed && change_differs(change, "amount_minor"));
    if (anew) {
        TRY(money_take_rate(request, change, is_closed ? closed.date : request->today,
                            is_closed ? "closed_on" : "currency"));
    }
    TRY(money_set_base(request, change));
    struct money weighted;
    struct money base = {change_after(change, "base_minor").integer};
    if (!money_mul_ppm(base, change_after(change, "win_probability_ppm").integer, &weighted)) {
        error_field(request->error, STR("amount_minor"), "too_large", "The amount is too large.");
        return error_check_fields(request->error);
    }
    change_set(change, "base_weighted_minor", V(weighted.minor));
    return OK;
}

/* The furthest open or won stage: one that goes back, or is lost, has been there. */
static void follow_furthest(struct record_change *change, const struct stages *stages, const struct stage_row *stage)
{
    struct value before = change_before(change, "furthest_stage_id");
    const struct stage_row *furthest = before.type == VALUE_INT ? stages_find(stages, before.integer) : NULL;
    for (size_t i = 0; furthest == NULL && i < stages->count; i++) {
        furthest = stage_is_open(&stages->items[i]) ? &stages->items[i] : NULL;
    }
    if (furthest == NULL || stage_reach(stage) > stage_reach(furthest)) {
        furthest = stage;
    }
    change_set(change, "furthest_stage_id", V(furthest->id));
}

/* The expected close that counts: a day that was taken away and set anew is put off from where it was last. */
static enum err last_expected(struct request *request, const struct record_change *change, struct value *out)
{
    struct opt_date last = {0};
    *out = change_before(change, "expected_close_on");
    if (out->type != VALUE_NULL || change_after(change, "expected_close_on").type == VALUE_NULL) {
        return OK;
    }
    TRY(stage_event_last_close(request->db, request->arena, change->id, &last));
    *out = V(last);
    return OK;
}

/* Put off: the expected close of an open one goes to a later day. */
static enum err count_slips(struct request *request, struct record_change *change)
{
    struct value before;
    struct value after = change_after(change, "expected_close_on");
    if (change->before == NULL) {
        change_set(change, "slip_count", V(0));
        return OK;
    }
    bool was_open = str_eq_c(change_before(change, "status").text, "open");
    bool is_open = str_eq_c(change_after(change, "status").text, "open");
    if (!was_open || !is_open) {
        return OK;
    }
    TRY(last_expected(request, change, &before));
    if (before.type == VALUE_DATE && after.type == VALUE_DATE && date_compare(after.date, before.date) > 0) {
        change_set(change, "slip_count", V(change_before(change, "slip_count").integer + 1));
    }
    return OK;
}

/* What was said about the closing holds for that closing: one that is open again, or ends otherwise, has no reason yet.
 */
static void follow_reason(struct record_change *change)
{
    bool ended = change->before != NULL && !str_eq_c(change_before(change, "status").text, "open");
    if (!ended || !change_differs(change, "status")) {
        return;
    }
    bool open = str_eq_c(change_after(change, "status").text, "open");
    if (open || !change_differs(change, "close_reason_id")) {
        change_set(change, "close_reason_id", value_null());
    }
    if (open || !change_differs(change, "close_note")) {
        change_set(change, "close_note", value_null());
    }
}

static enum err find_stage(struct request *request, struct record_change *change, struct stages *stages,
                           const struct stage_row **out)
{
    int64_t id = change_after(change, "stage_id").integer;
    TRY(pipeline_stages_of(request->db, request->arena, id, stages));
    *out = stages_find(stages, id);
    if (*out == NULL) {
        error_field(request->error, STR("stage_id"), "no_such_record", "There is no such stage any more.");
        return error_check_fields(request->error);
    }
    return OK;
}

static enum err prepare(struct request *request, struct record_change *change)
{
    struct stages stages;
    const struct stage_row *stage;
    if (change->action == RECORD_DELETE || change->action == RECORD_RESTORE) {
        return OK;
    }
    if (change->action == RECORD_CREATE) {
        TRY(fill_new(request, change));
    } else if (change_after(change, "stage_id").type == VALUE_NULL) {
        change_set(change, "stage_id", change_before(change, "stage_id"));
    }
    TRY(find_stage(request, change, &stages, &stage));
    struct value pipeline = change_after(change, "pipeline_id");
    if (pipeline.type == VALUE_NULL) {
        change_set(change, "pipeline_id", V(stage->pipeline_id));
    } else if (pipeline.integer != stage->pipeline_id) {
        error_field(request->error, STR("stage_id"), "other_pipeline", "The stage belongs to another pipeline.");
    }
    if (change_after(change, "name").type == VALUE_NULL) {
        error_field(request->error, STR("name"), "required", "name must not be empty.");
    }
    follow_stage(request, change, stage);
    follow_furthest(change, &stages, stage);
    TRY(count_slips(request, change));
    follow_reason(change);
    TRY(error_check_fields(request->error));
    TRY(follow_rate(request, change));
    return pipeline_check_move(request, change, &stages);
}

static enum err remember_move(struct request *request, const struct record_change *change)
{
    bool created = change->action == RECORD_CREATE;
    bool moved = created || change_differs(change, "stage_id") || change_differs(change, "amount_minor") ||
                 change_differs(change, "expected_close_on");
    if (!moved) {
        return OK;
    }
    struct value seconds = value_null();
    if (!created) {
        int64_t since = change_before(change, "stage_entered_at").instant.ms;
        seconds = value_int((request->now.ms - since) / 1000);
    }
    struct value user = request_actor(request);
    struct instant at = created && change->importing ? change_after(change, "created_at").instant : request->now;
    return stage_event_add(request->db, request->arena, change->id, change_before(change, "stage_id"),
                           change_after(change, "stage_id").integer, change_after(change, "amount_minor").integer,
                           change_after(change, "expected_close_on"), seconds, at, user);
}

static enum err saved(struct request *request, const struct record_change *change)
{
    TRY(remember_move(request, change));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "opportunity", change->id);
}

/* The history shows nothing that the opportunity hides. */
static void drop_closed(struct request *request, json_t *history)
{
    static const char *const shown[] = {"amount_minor", "expected_close_on"};
    size_t index;
    json_t *move;
    for (size_t f = 0; f < sizeof shown / sizeof shown[0]; f++) {
        bool open = scope_field_access(request, &OPPORTUNITY, shown[f]) >= FIELD_ACCESS_READ;
        json_array_foreach (history, index, move) {
            if (!open) {
                json_object_del(move, shown[f]);
            }
        }
    }
}

static enum err complete(struct request *request, int64_t id, json_t *record)
{
    struct stage_event_row *rows;
    size_t count;
    TRY(stage_event_list(request->db, request->arena, id, &rows, &count));
    json_t *history = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            history, json_pack("{s:o,s:o,s:o,s:I,s:o,s:o,s:o,s:o}", "at", json_instant(request->arena, rows[i].at),
                               "from_stage", json_opt_str(rows[i].from_stage), "to_stage", json_str(rows[i].to_stage),
                               "amount_minor", (json_int_t)rows[i].amount_minor, "expected_close_on",
                               json_opt_date(request->arena, rows[i].expected_close_on), "seconds_in_stage",
                               json_opt_int(rows[i].seconds_in_stage), "user_name", json_opt_str(rows[i].user_name),
                               "cause", json_str(rows[i].cause)));
    }
    drop_closed(request, history);
    json_object_set_new(record, "stage_history", history);
    return OK;
}

static const struct field HISTORY_ITEM[] = {
    {.name = "at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "from_stage", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: created"},
    {.name = "to_stage", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "stage since then"},
    {.name = "amount_minor", .type = FIELD_MONEY, .about = "since then; absent where it is hidden"},
    {.name = "expected_close_on",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE,
     .about = "since then; absent where it is hidden"},
    {.name = "seconds_in_stage",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "spent in the stage before"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "who"},
    {.name = "cause",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "change; mapping: its stage was removed from the pipeline"},
    FIELD_END,
};
static const struct field EXTRA_ANSWER[] = {
    {.name = "stage_history", .type = FIELD_LIST, .fields = HISTORY_ITEM, .about = "newest first; with one record"},
    FIELD_END,
};
static enum err purged(struct db *db, struct arena *arena, int64_t id)
{
    return opportunity_store_drop_files(db, arena, id);
}

static const struct object_child CHILDREN[] = {
    {"contract", "opportunity_id", "contracts", NULL, false},
    {"follow_up", "opportunity_id", NULL, NULL, true},
    {"task", "opportunity_id", "tasks", "t.status = 'open'", true},
    {NULL, NULL, NULL, NULL, false},
};

const struct object OPPORTUNITY = {
    .name = "opportunity",
    .zh = "商机",
    .en = "Opportunity",
    .plural = "opportunities",
    .table = "opportunity",
    .fields = FIELDS,
    .view = PERM_OPPORTUNITY_VIEW,
    .create = PERM_OPPORTUNITY_CREATE,
    .edit = PERM_OPPORTUNITY_EDIT,
    .remove = PERM_OPPORTUNITY_DELETE,
    .export = PERM_OPPORTUNITY_EXPORT,
    .import = PERM_OPPORTUNITY_IMPORT,
    .transfer = PERM_OPPORTUNITY_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .default_sort = "-updated_at",
    .date_field = "closed_on",
    .flags = OBJECT_GRAMS | OBJECT_CUSTOM,
    .children = CHILDREN,
    .prepare = prepare,
    .saved = saved,
    .moved = metric_moved,
    .complete = complete,
    .purged = purged,
    .extra_answer = EXTRA_ANSWER,
};

static const struct object *const OBJECTS[] = {&OPPORTUNITY, NULL};

const struct feature OPPORTUNITY_FEATURE = {.name = "opportunity", .objects = OBJECTS};
