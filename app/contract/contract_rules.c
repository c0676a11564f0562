/* Contracts: the amount is what the lines add up to, cost is kept as it was that day. What was signed changes by change
 * orders only. What payments are for is app/money's: it hears of every change in the same transaction. */
#include "contract.h"

#include "change_order_store.h"
#include "contract_store.h"
#include "ledger.h"
#include "line_rules.h"
#include "metric.h"
#include "money.h"
#include "platform/company.h"
#include "renewal_store.h"

static const struct option STATUSES[] = {{"draft", "草稿", "Draft"},
                                         {"signed", "已签订", "Signed"},
                                         {"completed", "已完成", "Completed"},
                                         {"void", "作废", "Void"},
                                         {NULL, NULL, NULL}};

static const struct field CONTRACT_FIELDS[] = {
    {.name = "number",
     .zh = "合同编号",
     .en = "Number",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_LABEL,
     .about = "given out unless typed; key for import"},
    {.name = "name",
     .zh = "合同名称",
     .en = "Contract",
     .type = FIELD_TEXT,
     .about = "customer's or opportunity's name unless given"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_NULLABLE,
     .about = "the opportunity's unless given"},
    {.name = "opportunity_id",
     .zh = "商机",
     .en = "Opportunity",
     .type = FIELD_REF,
     .ref = "opportunity",
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "where it came from"},
    {.name = "status",
     .zh = "状态",
     .en = "Status",
     .type = FIELD_ENUM,
     .options = STATUSES,
     .about = "signed and completed count for targets"},
    {.name = "amount_minor",
     .zh = "合同金额",
     .en = "Amount",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_MASKABLE,
     .about = "sum of the lines less the discount, and tax; typed when there are none. Once signed it changes by "
              "change orders"},
    {.name = "cost_minor",
     .zh = "成本",
     .en = "Cost",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "sum of the lines; typed when there are none"},
    {.name = "discount_minor",
     .zh = "整单优惠",
     .en = "Discount",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_HIDDEN_IN_LIST,
     .about = "off the sum of the lines"},
    MONEY_TAX_FIELDS,
    MONEY_MARGIN_FIELDS,
    {.name = "change_count",
     .zh = "变更次数",
     .en = "Changes",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "change orders in effect"},
    {.name = "changed_minor",
     .zh = "变更金额",
     .en = "Changed by",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .closed_with = {"amount_minor"},
     .about = "part of the amount that came by change orders"},
    {.name = "changed_profit_minor",
     .zh = "变更毛利",
     .en = "Margin changed by",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .closed_with = {"cost_minor", "amount_minor"},
     .about = "part of the margin that came by change orders"},
    {.name = "received_minor",
     .zh = "已回款",
     .en = "Received",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE,
     .about = "what payments are for it, refunds taken off; what a customer pays beyond is prepaid"},
    {.name = "planned_minor",
     .zh = "计划回款",
     .en = "Planned",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "sum of its installments that are not void"},
    {.name = "invoiced_minor",
     .zh = "已开票",
     .en = "Invoiced",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "sum of its invoices, red-letter ones negative"},
    {.name = "overdue_minor",
     .zh = "逾期金额",
     .en = "Overdue",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "still to come of installments that are overdue"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .min = 3,
     .max = 3,
     .flags = FIELD_HIDDEN_IN_LIST | FIELD_CREATE_ONLY,
     .about = "ISO 4217; the company's unless given"},
    {.name = "signed_on",
     .zh = "签订日期",
     .en = "Signed",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_SORTABLE,
     .about = "today unless given"},
    {.name = "starts_on",
     .zh = "开始日期",
     .en = "Starts",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "first day"},
    {.name = "ends_on",
     .zh = "结束日期",
     .en = "Ends",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "last day"},
    MONEY_BASE_FIELDS,
    {.name = "base_margin_minor",
     .zh = "本位币毛利",
     .en = "Margin in company currency",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .closed_with = {"cost_minor", "amount_minor"},
     .about = "margin × rate"},
    {.name = "changed_base_minor",
     .zh = "本位币变更金额",
     .en = "Changed by, in company currency",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .closed_with = {"amount_minor"},
     .about = "part of base_minor that came by change orders"},
    {.name = "changed_base_margin_minor",
     .zh = "本位币变更毛利",
     .en = "Margin changed by, in company currency",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .closed_with = {"cost_minor", "amount_minor"},
     .about = "part of base_margin_minor that came by change orders"},
    {.name = "renewal_on",
     .zh = "续签日期",
     .en = "Renew by",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_SORTABLE | FIELD_HIDDEN_IN_LIST,
     .about = "by when it is to be renewed; ends_on unless given"},
    {.name = "renewal_of_id",
     .zh = "续签自",
     .en = "Renews",
     .type = FIELD_REF,
     .ref = "contract",
     .flags = FIELD_CREATE_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "the contract that this one renews"},
    {.name = "renewed_by_id",
     .zh = "续签合同",
     .en = "Renewed by",
     .type = FIELD_REF,
     .ref = "contract",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "the contract that renews it, unless that is void"},
    {.name = "renewal_opportunity_id",
     .zh = "续签商机",
     .en = "Renewal deal",
     .type = FIELD_REF,
     .ref = "opportunity",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "opportunity made to renew it"},
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field EXTRA[] = {
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = CONTRACT_LINE_FIELDS,
     .max = MONEY_LINES_MAX,
     .about = "products; replaces all lines when given; with one record"},
    FIELD_END,
};

static bool says(struct value value, const char *word)
{
    return value.type == VALUE_TEXT && str_eq_c(value.text, word);
}

static bool is_set(const struct record_change *change, const char *name)
{
    return change_after(change, name).type != VALUE_NULL;
}

static int64_t amount_of(struct value value)
{
    return value.type == VALUE_INT ? value.integer : 0;
}

static const json_t *lines_of(const struct record_change *change)
{
    return change->body == NULL ? NULL : json_object_get(change->body, "lines");
}

/* The lines the contract is to have: those sent, else those it has. */
static enum err take_lines(struct request *request, const struct record_change *change,
                           struct contract_line **lines_out, size_t *count_out)
{
    struct contract_line *old = NULL;
    size_t old_count = 0;
    const json_t *list = lines_of(change);
    if (change->id != 0) {
        TRY(contract_store_lines(request->db, request->arena, change->id, &old, &old_count));
    }
    if (list == NULL) {
        *lines_out = old;
        *count_out = old_count;
        return OK;
    }
    return contract_lines_read(request, list, old, old_count, change->amends, lines_out, count_out);
}

/* Amount, tax and cost from the lines, when there are any; else tax is what is in the amount that was typed. */
static enum err sum_up(struct request *request, struct record_change *change)
{
    struct contract_line *lines;
    struct contract_sums sums;
    size_t count;
    if (lines_of(change) != NULL && !change->amends && !contract_may_write(request, "amount_minor")) {
        error_field(request->error, STR("lines"), "read_only", "You may not change the amounts of a contract.");
        return error_check_fields(request->error);
    }
    int64_t rate = amount_of(change_after(change, "tax_rate_ppm"));
    change_set(change, "tax_rate_ppm", V(rate));
    TRY(take_lines(request, change, &lines, &count));
    if (count > 0) {
        TRY(contract_lines_sum(request, lines, count, amount_of(change_after(change, "discount_minor")), rate, &sums));
    } else {
        int64_t amount = amount_of(change_after(change, "amount_minor"));
        sums = (struct contract_sums){amount, contract_tax_within(amount, rate),
                                      amount_of(change_after(change, "cost_minor"))};
    }
    change_set(change, "amount_minor", V(sums.amount_minor));
    change_set(change, "tax_minor", V(sums.tax_minor));
    change_set(change, "cost_minor", V(sums.cost_minor));
    money_set_margin(change);
    return OK;
}

static enum err fill_contract(struct request *request, struct record_change *change)
{
    struct value opportunity = change_after(change, "opportunity_id");
    struct opportunity_head head = {.name = {0}};
    if (opportunity.type != VALUE_NULL) {
        TRY(contract_store_opportunity(request->db, request->arena, opportunity.integer, &head));
        if (change_after(change, "customer_id").type == VALUE_NULL) {
            change_set(change, "customer_id", V(head.customer_id));
        }
    }
    if (change_after(change, "customer_id").type == VALUE_NULL && !change->importing) {
        error_field(request->error, STR("customer_id"), "required", "A contract needs a customer.");
    }
    if (opportunity.type != VALUE_NULL && change_after(change, "renewal_of_id").type == VALUE_NULL) {
        struct opt_int renewed;
        TRY(renewal_store_of_opportunity(request->db, request->arena, opportunity.integer, &renewed));
        change_set(change, "renewal_of_id", V(renewed));
    }
    if (change_after(change, "currency").type == VALUE_NULL) {
        struct str currency;
        TRY(company_currency(request->db, request->arena, &currency));
        change_set(change, "currency", V(currency));
    }
    TRY(error_check_fields(request->error));
    TRY(money_give_number(request, change));
    if (change_after(change, "name").type == VALUE_NULL) {
        change_set(change, "name", head.name.len > 0 ? V(head.name) : change_after(change, "number"));
    }
    return OK;
}

/* An opportunity that is named must be the customer's own, or nobody's. */
static enum err check_same_customer(struct request *request, const struct record_change *change)
{
    struct value opportunity = change_after(change, "opportunity_id");
    struct value customer = change_after(change, "customer_id");
    struct opportunity_head head;
    bool asked =
        change->before == NULL || change_differs(change, "opportunity_id") || change_differs(change, "customer_id");
    if (!asked || opportunity.type == VALUE_NULL || customer.type == VALUE_NULL) {
        return OK;
    }
    TRY(contract_store_opportunity(request->db, request->arena, opportunity.integer, &head));
    if (head.customer_id.set && head.customer_id.value != customer.integer) {
        error_field(request->error, STR("opportunity_id"), "other_customer",
                    "opportunity_id belongs to another customer.");
    }
    return OK;
}

/* ---- what was signed ---- */

/* The part of a change that a change order makes is kept beside the whole: each counts on its own day. */
static void amend(struct record_change *change)
{
    static const char *const parts[][2] = {{"amount_minor", "changed_minor"},
                                           {"margin_minor", "changed_profit_minor"},
                                           {"base_minor", "changed_base_minor"},
                                           {"base_margin_minor", "changed_base_margin_minor"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        int64_t grown = change_after(change, parts[i][0]).integer - change_before(change, parts[i][0]).integer;
        change_set(change, parts[i][1], V(change_before(change, parts[i][1]).integer + grown));
    }
    change_set(change, "change_count", V(change_before(change, "change_count").integer + 1));
}

/* Terms of a contract that was signed stay, but for change orders. One that was signed by mistake can be a draft again
 * as long as nothing hangs on it. */
static void check_terms(struct request *request, const struct record_change *change)
{
    static const char *const terms[] = {"amount_minor", "cost_minor", "discount_minor", "tax_rate_ppm", "ends_on"};
    bool was_signed = change->action == RECORD_UPDATE && !says(change_before(change, "status"), "draft");
    if (!was_signed || change->amends) {
        return;
    }
    if (says(change_after(change, "status"), "draft")) {
        bool in_force = change_before(change, "change_count").integer > 0 ||
                        change_before(change, "received_minor").integer != 0 ||
                        change_before(change, "invoiced_minor").integer != 0;
        if (in_force) {
            error_field(request->error, STR("status"), "in_force",
                        "It has payments, invoices or changes: it cannot be a draft again.");
        }
        return;
    }
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        if (change_differs(change, terms[i])) {
            error_field(request->error, str_from(terms[i]), "change_order",
                        "A signed contract is changed by a change order.");
        }
    }
    if (lines_of(change) != NULL) {
        error_field(request->error, STR("lines"), "change_order", "A signed contract is changed by a change order.");
    }
}

/* No change comes before the contract. */
static enum err check_signed_on(struct request *request, const struct record_change *change)
{
    struct opt_date first = {0};
    struct value on = change_after(change, "signed_on");
    if (change->action != RECORD_UPDATE || !change_differs(change, "signed_on")) {
        return OK;
    }
    TRY(change_order_store_first(request->db, request->arena, change->id, &first));
    if (first.set && (on.type != VALUE_DATE || date_compare(on.date, first.value) > 0)) {
        error_field(request->error, STR("signed_on"), "too_large", "A change order took effect before that day.");
    }
    return OK;
}

static void check_dates(struct request *request, struct record_change *change)
{
    struct value starts = change_after(change, "starts_on");
    struct value ends = change_after(change, "ends_on");
    bool counts = says(change_after(change, "status"), "signed") || says(change_after(change, "status"), "completed");
    if (counts && !is_set(change, "signed_on")) {
        change_set(change, "signed_on", V(request->today));
    }
    if (starts.type == VALUE_DATE && ends.type == VALUE_DATE && date_compare(ends.date, starts.date) < 0) {
        error_field(request->error, STR("ends_on"), "too_small", "A contract cannot end before it starts.");
    }
    /* It is to be renewed by its end, unless somebody said something else. */
    bool follows = change->before == NULL
                       ? !is_set(change, "renewal_on")
                       : value_eq(change_before(change, "renewal_on"), change_before(change, "ends_on")) &&
                             !change_differs(change, "renewal_on");
    if (follows) {
        change_set(change, "renewal_on", ends);
    }
}

/* The rate is that of the day it was signed; until then, of the day it was written. */
static enum err set_base(struct request *request, struct record_change *change)
{
    int64_t margin = 0;
    TRY(money_rate_and_base(request, change, "signed_on"));
    TRY(money_to_base(request, change_after(change, "currency").text, change_after(change, "rate_nano").integer,
                      change_after(change, "margin_minor").integer, &margin));
    change_set(change, "base_margin_minor", V(margin));
    return OK;
}

static enum err prepare_contract(struct request *request, struct record_change *change)
{
    if (change->action == RECORD_DELETE || change->action == RECORD_RESTORE) {
        return OK;
    }
    if (change->action == RECORD_CREATE) {
        TRY(fill_contract(request, change));
    } else if (!is_set(change, "number") || !is_set(change, "name")) {
        error_field(request->error, STR("number"), "required", "Number and name must not be empty.");
    }
    TRY(check_same_customer(request, change));
    check_terms(request, change);
    TRY(check_signed_on(request, change));
    TRY(error_check_fields(request->error));
    TRY(sum_up(request, change));
    check_dates(request, change);
    TRY(error_check_fields(request->error));
    TRY(set_base(request, change));
    if (change->amends) {
        amend(change);
    }
    return money_contract_prepare(request, change);
}

/* ---- what follows ---- */

/* Change orders count, and lie in the recycle bin, with their contract. */
static enum err bring_orders(struct request *request, const struct record_change *change)
{
    int64_t *ids;
    size_t count;
    bool moved = change->action == RECORD_DELETE || change->action == RECORD_RESTORE;
    if (change->action == RECORD_CREATE || (!moved && !change_differs(change, "status"))) {
        return OK;
    }
    if (moved) {
        struct opt_instant at = {change->action == RECORD_DELETE, request->now};
        TRY(change_order_store_set_deleted(request->db, request->arena, change->id, at));
    }
    TRY(change_order_store_ids(request->db, request->arena, change->id, &ids, &count));
    return metric_sync_many(request->db, request->arena, "change_order", ids, count);
}

static enum err contract_saved(struct request *request, const struct record_change *change)
{
    if (lines_of(change) != NULL) {
        struct contract_line *lines;
        size_t count;
        TRY(take_lines(request, change, &lines, &count));
        TRY(contract_store_replace_lines(request->db, request->arena, change->id, lines, count));
    }
    if (change->before != NULL && change_differs(change, "customer_id")) {
        TRY(contract_store_follow_customer(request->db, request->arena, change->id));
    }
    struct value renews = change_after(change, "renewal_of_id");
    if (renews.type == VALUE_INT) {
        TRY(renewal_store_refresh(request->db, request->arena, renews.integer));
    }
    TRY(money_contract_saved(request, change));
    TRY(bring_orders(request, change));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "contract", change->id);
}

static enum err complete_contract(struct request *request, int64_t id, json_t *record)
{
    struct contract_line *lines;
    size_t count;
    TRY(contract_store_lines(request->db, request->arena, id, &lines, &count));
    json_object_set_new(record, "lines", contract_lines_shown(request, lines, count));
    return OK;
}

/* The contract that is renewed has the smaller id. */
static enum err lock_contract(struct request *request, int64_t id, const json_t *body)
{
    struct contract_head head;
    struct opt_int renews = json_get_opt_int(body, "renewal_of_id");
    if (id != 0 || !renews.set) {
        return OK;
    }
    enum err err = contract_store_lock(request->db, request->arena, renews.value, &head);
    return err == ERR_NOT_FOUND ? OK : err; /* the reference is refused below */
}

static const struct object_child CHILDREN[] = {{"payment", "contract_id", "payments", NULL, false},
                                               {"installment", "contract_id", "installments", NULL, true},
                                               {"invoice", "contract_id", "invoices", NULL, false},
                                               {NULL, NULL, NULL, NULL, false}};

const struct object CONTRACT = {
    .name = "contract",
    .zh = "合同",
    .en = "Contract",
    .plural = "contracts",
    .table = "contract",
    .fields = CONTRACT_FIELDS,
    .view = PERM_CONTRACT_VIEW,
    .create = PERM_CONTRACT_CREATE,
    .edit = PERM_CONTRACT_EDIT,
    .remove = PERM_CONTRACT_DELETE,
    .export = PERM_CONTRACT_EXPORT,
    .import = PERM_CONTRACT_IMPORT,
    .transfer = PERM_CONTRACT_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .default_sort = "-updated_at",
    .flags = OBJECT_CUSTOM,
    .date_field = "signed_on",
    .children = CHILDREN,
    .lock = lock_contract,
    .prepare = prepare_contract,
    .saved = contract_saved,
    .moved = metric_moved,
    .complete = complete_contract,
    .extra_body = EXTRA,
    .extra_answer = EXTRA,
};
