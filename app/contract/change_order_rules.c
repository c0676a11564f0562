/* Change orders: what was signed changes by these alone. An order keeps the contract as it was and as it is to be; when
 * it takes effect the contract becomes the latter, and the difference counts on the order's day for whoever owns it
 * then, so that what was counted before stays (docs/adr/change-orders.md). */
#include "contract.h"

#include <string.h>

#include "change_order_store.h"
#include "line_rules.h"
#include "metric.h"
#include "money.h"

static const struct option STATUSES[] = {
    {"draft", "草稿", "Draft"}, {"effective", "已生效", "In effect"}, {NULL, NULL, NULL}};

#define AMOUNT_FLAGS (FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST)
static const struct field FIELDS[] = {
    {.name = "number",
     .zh = "变更编号",
     .en = "Number",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_LABEL,
     .about = "given out unless typed; key for import"},
    {.name = "contract_id",
     .zh = "合同",
     .en = "Contract",
     .type = FIELD_REF,
     .ref = "contract",
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .about = "what is changed: signed or completed"},
    {.name = "change_number",
     .zh = "第几次变更",
     .en = "Change",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY,
     .about = "of the contract: 1…"},
    {.name = "status",
     .zh = "状态",
     .en = "Status",
     .type = FIELD_ENUM,
     .options = STATUSES,
     .about = "in effect it is not changed any more: another order takes it back"},
    {.name = "reason", .zh = "变更原因", .en = "Reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "why"},
    {.name = "effective_on",
     .zh = "生效日期",
     .en = "Effective",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_SORTABLE,
     .about = "business date on which the difference counts; today unless given. Not in the future, not before the "
              "contract was signed or changed last"},
    {.name = "amount_before_minor",
     .zh = "变更前金额",
     .en = "Amount before",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE,
     .closed_with = {"amount_minor"},
     .about = "of the contract"},
    {.name = "amount_minor",
     .zh = "变更后金额",
     .en = "Amount after",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_MASKABLE,
     .about = "of the contract: by its lines, or typed when there are none"},
    {.name = "delta_minor",
     .zh = "变更差额",
     .en = "Difference",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE,
     .closed_with = {"amount_minor"},
     .about = "amount after less amount before"},
    {.name = "cost_before_minor",
     .zh = "变更前成本",
     .en = "Cost before",
     .type = FIELD_MONEY,
     .flags = AMOUNT_FLAGS,
     .closed_with = {"cost_minor"},
     .about = "of the contract"},
    {.name = "cost_minor",
     .zh = "变更后成本",
     .en = "Cost after",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "of the contract: by its lines, or typed when there are none"},
    {.name = "profit_delta_minor",
     .zh = "毛利变化",
     .en = "Margin gained",
     .type = FIELD_MONEY,
     .flags = AMOUNT_FLAGS,
     .closed_with = {"cost_minor", "amount_minor"},
     .about = "amount less tax and cost, after less before"},
    {.name = "base_delta_minor",
     .zh = "本位币差额",
     .en = "Difference in company currency",
     .type = FIELD_MONEY,
     .flags = AMOUNT_FLAGS,
     .closed_with = {"amount_minor"},
     .about = "at the contract's own rate: what counts for targets"},
    {.name = "base_profit_delta_minor",
     .zh = "本位币毛利变化",
     .en = "Margin gained in company currency",
     .type = FIELD_MONEY,
     .flags = AMOUNT_FLAGS,
     .closed_with = {"cost_minor", "amount_minor"},
     .about = "at the contract's own rate"},
    {.name = "discount_before_minor",
     .zh = "变更前优惠",
     .en = "Discount before",
     .type = FIELD_MONEY,
     .flags = AMOUNT_FLAGS,
     .closed_with = {"amount_minor"},
     .about = "on the whole"},
    {.name = "discount_minor",
     .zh = "变更后优惠",
     .en = "Discount after",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_HIDDEN_IN_LIST,
     .about = "on the whole"},
    {.name = "tax_rate_before_ppm",
     .zh = "变更前税率",
     .en = "Tax rate before",
     .type = FIELD_PPM,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "on top of the lines"},
    {.name = "tax_rate_ppm",
     .zh = "变更后税率",
     .en = "Tax rate after",
     .type = FIELD_PPM,
     .min = 0,
     .max = MONEY_PPM_ONE,
     .flags = FIELD_HIDDEN_IN_LIST,
     .about = "on top of the lines"},
    {.name = "ends_before_on",
     .zh = "变更前结束日期",
     .en = "Ended before",
     .type = FIELD_DATE,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "last day of the contract"},
    {.name = "ends_on",
     .zh = "变更后结束日期",
     .en = "Ends after",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "last day of the contract; as it was unless given"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "of the contract"},
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field BODY[] = {
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = CONTRACT_LINE_FIELDS,
     .max = MONEY_LINES_MAX,
     .about = "of the contract after the change: all of them; as they were unless given; with one record"},
    FIELD_END,
};
static const struct field ANSWER[] = {
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = CONTRACT_LINE_FIELDS,
     .max = MONEY_LINES_MAX,
     .about = "of the contract after the change"},
    {.name = "lines_before",
     .type = FIELD_LIST,
     .fields = CONTRACT_LINE_FIELDS,
     .max = MONEY_LINES_MAX,
     .about = "of the contract before the change"},
    FIELD_END,
};

/* What an order says of the contract. */
static const char *const TERMS[] = {"amount_minor", "cost_minor", "discount_minor", "tax_rate_ppm", "ends_on"};
enum { TERM_COUNT = sizeof TERMS / sizeof TERMS[0] };

static bool says(struct value value, const char *word)
{
    return value.type == VALUE_TEXT && str_eq_c(value.text, word);
}

static const json_t *lines_of(const struct record_change *change)
{
    return change->body == NULL ? NULL : json_object_get(change->body, "lines");
}

static bool takes_effect(const struct record_change *change)
{
    return says(change_after(change, "status"), "effective") && !says(change_before(change, "status"), "effective");
}

/* Whether the body says anything about the contract. */
static bool speaks(const struct record_change *change)
{
    bool any = lines_of(change) != NULL;
    for (size_t i = 0; !any && i < TERM_COUNT; i++) {
        any = json_has(change->body, TERMS[i]);
    }
    return any;
}

/* Whoever may not change a contract's terms does not change them by an order either. */
static void check_rights(struct request *request, const struct record_change *change)
{
    for (size_t i = 0; i < TERM_COUNT; i++) {
        if (json_has(change->body, TERMS[i]) && !contract_may_write(request, TERMS[i])) {
            error_field(request->error, str_from(TERMS[i]), "read_only", "You may not change %s of a contract.",
                        TERMS[i]);
        }
    }
    bool touches = lines_of(change) != NULL || takes_effect(change);
    if (touches && !contract_may_write(request, "amount_minor")) {
        error_field(request->error, STR("lines"), "read_only", "You may not change the amounts of a contract.");
    }
}

/* The contract as it is: what the order begins with, and what it says where it is silent. */
static void take_before(struct record_change *change, const struct order_contract *contract, bool created)
{
    const struct {
        const char *before, *after;
        struct value value;
    } terms[] = {{"amount_before_minor", "amount_minor", V(contract->amount_minor)},
                 {"cost_before_minor", "cost_minor", V(contract->cost_minor)},
                 {"discount_before_minor", "discount_minor", V(contract->discount_minor)},
                 {"tax_rate_before_ppm", "tax_rate_ppm", V(contract->tax_rate_ppm)},
                 {"ends_before_on", "ends_on", V(contract->ends_on)}};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        change_set(change, terms[i].before, terms[i].value);
        if (created && !json_has(change->body, terms[i].after)) {
            change_set(change, terms[i].after, terms[i].value);
        }
    }
    change_set(change, "change_number", V(contract->change_count + 1));
    change_set(change, "currency", V(contract->currency));
}

/* The lines after the change: those sent, those the order had, or those of the contract. */
static enum err take_lines(struct request *request, const struct record_change *change, const struct contract_line *now,
                           size_t now_count, struct contract_line **lines_out, size_t *count_out)
{
    const json_t *list = lines_of(change);
    if (list != NULL) {
        return contract_lines_read(request, list, now, now_count, false, lines_out, count_out);
    }
    return change->action == RECORD_CREATE
               ? contract_store_lines(request->db, request->arena, change_after(change, "contract_id").integer,
                                      lines_out, count_out)
               : change_order_store_lines(request->db, request->arena, change->id, "after", lines_out, count_out);
}

/* What the contract comes to after the change. */
static enum err sum_up(struct request *request, struct record_change *change, const struct order_contract *contract,
                       const struct contract_line *lines, size_t count)
{
    struct contract_sums sums;
    int64_t rate = change_after(change, "tax_rate_ppm").integer;
    if (count > 0) {
        TRY(contract_lines_sum(request, lines, count, change_after(change, "discount_minor").integer, rate, &sums));
    } else {
        int64_t amount = change_after(change, "amount_minor").integer;
        sums = (struct contract_sums){amount, contract_tax_within(amount, rate),
                                      change_after(change, "cost_minor").integer};
    }
    int64_t margin = sums.amount_minor - sums.tax_minor - sums.cost_minor;
    change_set(change, "amount_minor", V(sums.amount_minor));
    change_set(change, "cost_minor", V(sums.cost_minor));
    change_set(change, "delta_minor", V(sums.amount_minor - contract->amount_minor));
    change_set(change, "profit_delta_minor", V(margin - contract->margin_minor));
    int64_t base = 0;
    int64_t base_margin = 0;
    TRY(money_to_base(request, contract->currency, contract->rate_nano, sums.amount_minor, &base));
    TRY(money_to_base(request, contract->currency, contract->rate_nano, margin, &base_margin));
    change_set(change, "base_delta_minor", V(base - contract->base_minor));
    change_set(change, "base_profit_delta_minor", V(base_margin - contract->base_margin_minor));
    return OK;
}

static bool same_lines(const struct contract_line *a, size_t a_count, const struct contract_line *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++) {
        same = value_eq(V(a[i].product_id), V(b[i].product_id)) && str_eq(a[i].name, b[i].name) &&
               a[i].quantity_milli == b[i].quantity_milli && a[i].unit_price_minor == b[i].unit_price_minor &&
               a[i].unit_cost_minor == b[i].unit_cost_minor;
    }
    return same;
}

static bool same_terms(const struct record_change *change)
{
    static const char *const pairs[][2] = {{"amount_before_minor", "amount_minor"},
                                           {"cost_before_minor", "cost_minor"},
                                           {"discount_before_minor", "discount_minor"},
                                           {"tax_rate_before_ppm", "tax_rate_ppm"},
                                           {"ends_before_on", "ends_on"}};
    bool same = true;
    for (size_t i = 0; same && i < sizeof pairs / sizeof pairs[0]; i++) {
        same = value_eq(change_after(change, pairs[i][0]), change_after(change, pairs[i][1]));
    }
    return same;
}

/* The day on which it takes effect: not in the future, and not before what it changes. */
static enum err check_day(struct request *request, struct record_change *change, const struct order_contract *contract)
{
    struct opt_date last = {0};
    if (change_after(change, "effective_on").type == VALUE_NULL) {
        change_set(change, "effective_on", V(request->today));
    }
    struct date on = change_after(change, "effective_on").date;
    TRY(change_order_store_last(request->db, request->arena, change_after(change, "contract_id").integer, &last));
    if (date_compare(on, request->today) > 0) {
        error_field(request->error, STR("effective_on"), "too_large",
                    "It takes effect on the day it says: keep it as a draft until then.");
    } else if (contract->signed_on.set && date_compare(on, contract->signed_on.value) < 0) {
        error_field(request->error, STR("effective_on"), "too_small", "The contract was not signed yet on that day.");
    } else if (last.set && date_compare(on, last.value) < 0) {
        error_field(request->error, STR("effective_on"), "too_small", "A later change is in effect already.");
    }
    return OK;
}

static void check_contract(struct request *request, const struct record_change *change,
                           const struct order_contract *contract)
{
    struct value ends = change_after(change, "ends_on");
    if (!str_eq_c(contract->status, "signed") && !str_eq_c(contract->status, "completed")) {
        error_field(request->error, STR("contract_id"), "not_signed",
                    "Only a contract that was signed is changed by an order.");
    }
    if (ends.type == VALUE_DATE && contract->starts_on.set && date_compare(ends.date, contract->starts_on.value) < 0) {
        error_field(request->error, STR("ends_on"), "too_small", "A contract cannot end before it starts.");
    }
}

/* In effect an order stays as it is. */
static enum err check_fixed(struct request *request, const struct record_change *change)
{
    for (size_t i = 0; object_fields(change->object)[i].name != NULL; i++) {
        const char *name = object_fields(change->object)[i].name;
        bool free = strcmp(name, "remark") == 0;
        if (!free && !value_eq(change->before[i], change->after[i])) {
            error_field(request->error, str_from(name), "read_only", "A change in effect is changed by another one.");
        }
    }
    if (lines_of(change) != NULL) {
        error_field(request->error, STR("lines"), "read_only", "A change in effect is changed by another one.");
    }
    return error_check_fields(request->error);
}

static enum err prepare_content(struct request *request, struct record_change *change)
{
    struct order_contract contract;
    struct contract_line *now;
    struct contract_line *lines;
    size_t now_count;
    size_t count;
    bool created = change->action == RECORD_CREATE;
    int64_t contract_id = change_after(change, "contract_id").integer;
    TRY(change_order_store_contract(request->db, request->arena, contract_id, &contract));
    bool stale = !created && change_before(change, "change_number").integer != contract.change_count + 1;
    if (stale && takes_effect(change) && !speaks(change)) {
        return error_set(request->error, ERR_CONFLICT,
                         "The contract was changed meanwhile: look at the draft again and save it.");
    }
    TRY(contract_store_lines(request->db, request->arena, contract_id, &now, &now_count));
    take_before(change, &contract, created);
    check_contract(request, change, &contract);
    TRY(take_lines(request, change, now, now_count, &lines, &count));
    TRY(sum_up(request, change, &contract, lines, count));
    if (takes_effect(change)) {
        TRY(check_day(request, change, &contract));
        if (same_terms(change) && same_lines(now, now_count, lines, count)) {
            error_field(request->error, STR("reason"), "nothing_changes", "The order changes nothing.");
        }
    }
    return created ? change_default_owner(request, change, contract.owner_id) : OK;
}

static enum err prepare_order(struct request *request, struct record_change *change)
{
    if (change->action == RECORD_RESTORE) {
        return OK;
    }
    if (change->action == RECORD_DELETE) {
        return says(change_before(change, "status"), "effective")
                   ? error_set(request->error, ERR_CONFLICT, "A change in effect is taken back by another change.")
                   : OK;
    }
    if (change->action == RECORD_UPDATE && says(change_before(change, "status"), "effective")) {
        return check_fixed(request, change);
    }
    if (change_after(change, "status").type == VALUE_NULL) {
        change_set(change, "status", V("draft"));
    }
    check_rights(request, change);
    TRY(error_check_fields(request->error));
    if (change->action == RECORD_CREATE || speaks(change) || takes_effect(change)) {
        TRY(prepare_content(request, change));
    }
    if (change->action == RECORD_CREATE) {
        TRY(money_give_number(request, change));
    } else if (change_after(change, "number").type == VALUE_NULL) {
        error_field(request->error, STR("number"), "required", "number must not be empty.");
    }
    return error_check_fields(request->error);
}

/* The contract becomes what the order says. */
static enum err apply(struct request *request, const struct record_change *change, const struct contract_line *lines,
                      size_t count)
{
    const struct record_options options = {
        .unscoped = true, .amends = true, .reason = change_after(change, "number").text};
    json_t *body = json_keep(request->arena, json_object());
    for (size_t i = 0; i < TERM_COUNT; i++) {
        size_t index = object_field(&CHANGE_ORDER, TERMS[i]);
        bool summed = count > 0 && i < 2; /* by the lines */
        if (!summed && contract_may_write(request, TERMS[i])) {
            json_object_set_new(
                body, TERMS[i],
                field_json(&object_fields(&CHANGE_ORDER)[index], change_after(change, TERMS[i]), request->arena));
        }
    }
    json_object_set_new(body, "lines", contract_lines_body(lines, count, true));
    return record_update(request, &CONTRACT, change_after(change, "contract_id").integer, 0, body, &options);
}

static enum err order_saved(struct request *request, const struct record_change *change)
{
    int64_t contract_id = change_after(change, "contract_id").integer;
    bool written = change->action == RECORD_CREATE || change->action == RECORD_UPDATE;
    bool content = written && !says(change_before(change, "status"), "effective") &&
                   (change->action == RECORD_CREATE || speaks(change) || takes_effect(change));
    if (content) {
        struct contract_line *now;
        struct contract_line *lines;
        size_t now_count;
        size_t count;
        TRY(contract_store_lines(request->db, request->arena, contract_id, &now, &now_count));
        TRY(take_lines(request, change, now, now_count, &lines, &count));
        TRY(change_order_store_replace_lines(request->db, request->arena, change->id, "before", now, now_count));
        TRY(change_order_store_replace_lines(request->db, request->arena, change->id, "after", lines, count));
        if (takes_effect(change)) {
            TRY(apply(request, change, lines, count));
        }
    }
    return metric_sync(request->db, request->arena, "change_order", change->id);
}

/* The contract comes before its orders. */
static enum err lock_order(struct request *request, int64_t id, const json_t *body)
{
    struct contract_head head;
    struct opt_int contract_id = json_get_opt_int(body, "contract_id");
    if (id != 0) {
        enum err err = change_order_store_contract_of(request->db, request->arena, id, &contract_id.value);
        contract_id.set = err == OK;
        TRY(err == ERR_NOT_FOUND ? OK : err);
    }
    enum err err =
        contract_id.set ? contract_store_lock(request->db, request->arena, contract_id.value, &head) : ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? OK : err; /* the reference is refused below */
}

static enum err complete_order(struct request *request, int64_t id, json_t *record)
{
    static const char *const sides[][2] = {{"after", "lines"}, {"before", "lines_before"}};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        struct contract_line *lines;
        size_t count;
        TRY(change_order_store_lines(request->db, request->arena, id, sides[i][0], &lines, &count));
        json_object_set_new(record, sides[i][1], contract_lines_json(request, lines, count));
    }
    return OK;
}

const struct object CHANGE_ORDER = {
    .name = "change_order",
    .zh = "合同变更",
    .en = "Change order",
    .plural = "change-orders",
    .table = "change_order",
    .fields = FIELDS,
    .view = PERM_CHANGE_ORDER_VIEW,
    .create = PERM_CHANGE_ORDER_CREATE,
    .edit = PERM_CHANGE_ORDER_EDIT,
    .remove = PERM_CHANGE_ORDER_DELETE,
    .export = PERM_CHANGE_ORDER_EXPORT,
    .import = PERM_CHANGE_ORDER_IMPORT,
    .transfer = PERM_CHANGE_ORDER_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "contract",
    .parent_column = "contract_id",
    .default_sort = "-updated_at",
    .date_field = "effective_on",
    .lock = lock_order,
    .prepare = prepare_order,
    .saved = order_saved,
    .moved = metric_moved,
    .complete = complete_order,
    .extra_body = BODY,
    .extra_answer = ANSWER,
};
