/* Contracts: the amount is what the lines add up to, cost is kept as it was that day. What payments are for is
 * app/money's: it hears of every change in the same transaction. */
#include "contract.h"

#include "contract_store.h"
#include "ledger.h"
#include "metric.h"
#include "money.h"
#include "platform/scope.h"

static const struct option STATUSES[] = {{"draft", "草稿", "Draft"},
                                         {"signed", "已签订", "Signed"},
                                         {"completed", "已完成", "Completed"},
                                         {"void", "作废", "Void"},
                                         {NULL, NULL, NULL}};
static const struct option PAY_METHODS[] = {
    {"bank", "银行转账", "Bank transfer"},
    {"cheque", "支票", "Cheque"},
    {"cash", "现金", "Cash"},
    {"online", "在线支付", "Online"},
    {"acceptance", "承兑汇票", "Acceptance bill"},
    {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};

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
     .about = "sum of the lines less the discount; typed when there are none"},
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
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field PAYMENT_FIELDS[] = {
    {.name = "number",
     .zh = "回款编号",
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
     .about = "what is paid"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "of the contract"},
    {.name = "amount_minor",
     .zh = "回款金额",
     .en = "Amount",
     .type = FIELD_MONEY,
     .min = 1,
     .max = MONEY_MAX,
     .flags = FIELD_REQUIRED | FIELD_MASKABLE,
     .about = "minor units of `currency`"},
    {.name = "refunded_minor",
     .zh = "已退款",
     .en = "Refunded",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "sum of its refunds"},
    {.name = "allocated_minor",
     .zh = "已分配",
     .en = "Allocated",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "for contracts and their installments; amount = refunded + allocated + prepaid"},
    {.name = "prepaid_minor",
     .zh = "预收余额",
     .en = "Prepaid",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE,
     .about = "for nothing yet: the customer may use it for another contract"},
    {.name = "is_allocated_by_hand",
     .zh = "手工分配",
     .en = "Allocated by hand",
     .type = FIELD_BOOL,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "as `allocations` said; else for its contract, as installments are due"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "of the contract"},
    {.name = "received_on",
     .zh = "回款日期",
     .en = "Received on",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_SORTABLE,
     .about = "business date of the money"},
    {.name = "method",
     .zh = "付款方式",
     .en = "Method",
     .type = FIELD_ENUM,
     .options = PAY_METHODS,
     .flags = FIELD_NULLABLE,
     .about = "how it came"},
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field REFUND_FIELDS[] = {
    {.name = "number",
     .zh = "退款编号",
     .en = "Number",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_LABEL,
     .about = "given out unless typed; key for import"},
    {.name = "payment_id",
     .zh = "回款",
     .en = "Payment",
     .type = FIELD_REF,
     .ref = "payment",
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .about = "what is given back"},
    {.name = "contract_id",
     .zh = "合同",
     .en = "Contract",
     .type = FIELD_REF,
     .ref = "contract",
     .flags = FIELD_READ_ONLY,
     .about = "of the payment"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE,
     .about = "of the payment"},
    {.name = "amount_minor",
     .zh = "退款金额",
     .en = "Amount",
     .type = FIELD_MONEY,
     .min = 1,
     .max = MONEY_MAX,
     .flags = FIELD_REQUIRED | FIELD_MASKABLE,
     .about = "positive; at most what is left of the payment"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "of the contract"},
    {.name = "refunded_on",
     .zh = "退款日期",
     .en = "Refunded on",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_SORTABLE,
     .about = "business date of the money"},
    {.name = "reason", .zh = "退款原因", .en = "Reason", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "why"},
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field LINE_FIELDS[] = {
    MONEY_LINE_FIELDS,
    {.name = "unit_cost_minor", .type = FIELD_MONEY, .min = 0, .max = MONEY_MAX, .about = "standard cost unless given"},
    {.name = "line_number", .type = FIELD_INT, .about = "position; the order of the list counts"},
    {.name = "amount_minor", .type = FIELD_MONEY, .about = "quantity × price; computed"},
    {.name = "cost_minor", .type = FIELD_MONEY, .about = "quantity × cost; computed"},
    FIELD_END,
};
static const struct field EXTRA[] = {
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = LINE_FIELDS,
     .max = MONEY_LINES_MAX,
     .about = "products; replaces all lines when given; with one record"},
    FIELD_END,
};

/* Without a user the program acts for itself. */
static bool may_write(const struct request *request, const char *field)
{
    return request->user == NULL || scope_field_access(request, &CONTRACT, field) == FIELD_ACCESS_EDIT;
}

static enum err read_line(struct request *request, const json_t *body, size_t index, struct contract_line *line)
{
    struct product_price product = {.name = {0}};
    struct str path = str_format(request->arena, "lines.%zu", index);
    *line = (struct contract_line){
        .line_number = (int64_t)index + 1,
        .product_id = json_get_opt_int(body, "product_id"),
        .name = str_trim(json_get_str(body, "name")),
        .quantity_milli = json_get_int(body, "quantity_milli", 0),
    };
    if (line->product_id.set) {
        enum err err = contract_store_product(request->db, request->arena, line->product_id.value, &product);
        if (err == ERR_NOT_FOUND) {
            error_field(request->error, str_format(request->arena, "%.*s.product_id", STR_ARG(path)), "no_such_record",
                        "There is no such product.");
            return OK;
        }
        TRY(err);
    }
    line->name = line->name.len > 0 ? line->name : product.name;
    line->unit_price_minor = json_get_int(body, "unit_price_minor", product.price_minor);
    line->unit_cost_minor = json_get_int(body, "unit_cost_minor", product.cost_minor);
    if (json_has(body, "unit_cost_minor") && !may_write(request, "cost_minor")) {
        error_field(request->error, str_format(request->arena, "%.*s.unit_cost_minor", STR_ARG(path)), "read_only",
                    "You may not change costs.");
    }
    if (line->name.len == 0) {
        error_field(request->error, str_format(request->arena, "%.*s.name", STR_ARG(path)), "required",
                    "A line needs a product or a name.");
    }
    bool fits = money_line_amount(line->quantity_milli, line->unit_price_minor, &line->amount_minor) &&
                money_line_amount(line->quantity_milli, line->unit_cost_minor, &line->cost_minor);
    if (!fits) {
        error_field(request->error, str_format(request->arena, "%.*s.quantity_milli", STR_ARG(path)), "too_large",
                    "The line's amount is too large.");
    }
    return OK;
}

static enum err read_lines(struct request *request, const json_t *list, struct contract_line **lines_out,
                           size_t *count_out)
{
    size_t count = json_array_size(list);
    struct contract_line *lines = ARENA_ARRAY(request->arena, struct contract_line, count + 1);
    for (size_t i = 0; i < count; i++) {
        TRY(read_line(request, json_array_get(list, i), i, &lines[i]));
    }
    *lines_out = lines;
    *count_out = count;
    return error_check_fields(request->error);
}

/* Amount and cost from the lines, when there are any. */
static enum err sum_lines(struct request *request, struct record_change *change)
{
    struct contract_line *lines = NULL;
    size_t count = 0;
    struct money amount = {0};
    struct money cost = {0};
    const json_t *list = change->body == NULL ? NULL : json_object_get(change->body, "lines");
    if (list != NULL && !may_write(request, "amount_minor")) {
        error_field(request->error, STR("lines"), "read_only", "You may not change the amounts of a contract.");
        return error_check_fields(request->error);
    }
    if (list != NULL) {
        TRY(read_lines(request, list, &lines, &count));
    } else if (change->id != 0) {
        TRY(contract_store_lines(request->db, request->arena, change->id, &lines, &count));
    }
    if (count == 0) {
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (!money_add(amount, (struct money){lines[i].amount_minor}, &amount) ||
            !money_add(cost, (struct money){lines[i].cost_minor}, &cost)) {
            error_field(request->error, STR("lines"), "too_large", "The sum of the lines is too large.");
            return error_check_fields(request->error);
        }
    }
    struct value discount = change_after(change, "discount_minor");
    int64_t off = discount.type == VALUE_INT ? discount.integer : 0;
    if (off > amount.minor) {
        error_field(request->error, STR("discount_minor"), "too_large",
                    "The discount is larger than the sum of the lines.");
    }
    if (amount.minor > MONEY_MAX) {
        error_field(request->error, STR("lines"), "too_large", "The sum of the lines is too large.");
    }
    change_set(change, "amount_minor", V(amount.minor - off));
    change_set(change, "cost_minor", V(cost.minor));
    return error_check_fields(request->error);
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
    if (change_after(change, "currency").type == VALUE_NULL) {
        struct str currency;
        TRY(contract_store_currency(request->db, request->arena, &currency));
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

static enum err prepare_contract(struct request *request, struct record_change *change)
{
    if (change->action == RECORD_DELETE || change->action == RECORD_RESTORE) {
        return OK;
    }
    if (change->action == RECORD_CREATE) {
        TRY(fill_contract(request, change));
    } else if (change_after(change, "number").type == VALUE_NULL || change_after(change, "name").type == VALUE_NULL) {
        error_field(request->error, STR("number"), "required", "Number and name must not be empty.");
    }
    TRY(check_same_customer(request, change));
    TRY(sum_lines(request, change));
    TRY(money_contract_prepare(request, change));
    struct value status = change_after(change, "status");
    bool counts = status.type == VALUE_TEXT && (str_eq_c(status.text, "signed") || str_eq_c(status.text, "completed"));
    if (counts && change_after(change, "signed_on").type == VALUE_NULL) {
        change_set(change, "signed_on", V(request->today));
    }
    struct value starts = change_after(change, "starts_on");
    struct value ends = change_after(change, "ends_on");
    if (starts.type == VALUE_DATE && ends.type == VALUE_DATE && date_compare(ends.date, starts.date) < 0) {
        error_field(request->error, STR("ends_on"), "too_small", "A contract cannot end before it starts.");
    }
    return OK;
}

static enum err contract_saved(struct request *request, const struct record_change *change)
{
    const json_t *list = change->body == NULL ? NULL : json_object_get(change->body, "lines");
    if (list != NULL) {
        struct contract_line *lines;
        size_t count;
        TRY(read_lines(request, list, &lines, &count));
        TRY(contract_store_replace_lines(request->db, request->arena, change->id, lines, count));
    }
    if (change->before != NULL && change_differs(change, "customer_id")) {
        TRY(contract_store_follow_customer(request->db, request->arena, change->id));
    }
    TRY(money_contract_saved(request, change));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "contract", change->id);
}

/* A line shows no amount that the contract hides. */
static void drop_closed_money(json_t *line, bool amounts, bool costs)
{
    if (!amounts) {
        json_object_del(line, "unit_price_minor");
        json_object_del(line, "amount_minor");
    }
    if (!costs) {
        json_object_del(line, "unit_cost_minor");
        json_object_del(line, "cost_minor");
    }
}

static enum err complete_contract(struct request *request, int64_t id, json_t *record)
{
    struct contract_line *lines;
    size_t count;
    TRY(contract_store_lines(request->db, request->arena, id, &lines, &count));
    json_t *list = json_array();
    bool amounts = scope_field_access(request, &CONTRACT, "amount_minor") >= FIELD_ACCESS_READ;
    bool costs = scope_field_access(request, &CONTRACT, "cost_minor") >= FIELD_ACCESS_READ;
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            list, json_pack("{s:I,s:o,s:o,s:I,s:I,s:I,s:I,s:I}", "line_number", (json_int_t)lines[i].line_number,
                            "product_id", json_opt_int(lines[i].product_id), "name", json_str(lines[i].name),
                            "quantity_milli", (json_int_t)lines[i].quantity_milli, "unit_price_minor",
                            (json_int_t)lines[i].unit_price_minor, "unit_cost_minor",
                            (json_int_t)lines[i].unit_cost_minor, "amount_minor", (json_int_t)lines[i].amount_minor,
                            "cost_minor", (json_int_t)lines[i].cost_minor));
        drop_closed_money(json_array_get(list, i), amounts, costs);
    }
    json_object_set_new(record, "lines", list);
    return OK;
}

/* Payments belong to a contract that is not void and take its customer and currency. */
static enum err prepare_payment(struct request *request, struct record_change *change)
{
    struct contract_head contract;
    TRY(contract_store_lock(request->db, request->arena, change_after(change, "contract_id").integer, &contract));
    if (change->action == RECORD_CREATE) {
        if (str_eq_c(contract.status, "void")) {
            error_field(request->error, STR("contract_id"), "void_contract", "The contract is void.");
            return error_check_fields(request->error);
        }
        change_set(change, "customer_id", V(contract.customer_id));
        change_set(change, "currency", V(contract.currency));
        /* Whoever books the money, it counts for the seller. */
        TRY(change_default_owner(request, change, contract.owner_id));
        TRY(money_payment_prepare(request, change));
        return money_give_number(request, change);
    }
    if (change->action == RECORD_UPDATE &&
        change_after(change, "amount_minor").integer < change_before(change, "refunded_minor").integer) {
        error_field(request->error, STR("amount_minor"), "too_small", "More than this was already refunded.");
    }
    if (change->action == RECORD_UPDATE && change_after(change, "number").type == VALUE_NULL) {
        error_field(request->error, STR("number"), "required", "number must not be empty.");
    }
    return change->action == RECORD_UPDATE ? money_payment_prepare(request, change) : OK;
}

static enum err payment_saved(struct request *request, const struct record_change *change)
{
    TRY(money_payment_saved(request, change));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "payment", change->id);
}

/* The contracts come before the refund and its payment. */
static enum err lock_refund(struct request *request, int64_t id, const json_t *body)
{
    struct opt_int payment_id = json_get_opt_int(body, "payment_id");
    if (id != 0) {
        enum err err = refund_store_payment(request->db, request->arena, id, &payment_id.value);
        payment_id.set = err == OK;
        TRY(err == ERR_NOT_FOUND ? OK : err);
    }
    return payment_id.set ? money_lock_payment(request, payment_id.value, NULL) : OK;
}

/* A refund gives back at most what is left of its payment; what it was for last is taken back first. */
static enum err prepare_refund(struct request *request, struct record_change *change)
{
    struct payment_head payment;
    int64_t refunded = 0;
    TRY(payment_store_lock(request->db, request->arena, change_after(change, "payment_id").integer, &payment));
    if (change->action == RECORD_DELETE) {
        return OK;
    }
    TRY(payment_store_refunded(request->db, request->arena, payment.id, change->id, &refunded));
    if (change_after(change, "amount_minor").integer > payment.amount_minor - refunded) {
        error_field(request->error, STR("amount_minor"), "too_large",
                    "Only %lld minor units of the payment are left to refund.",
                    (long long)(payment.amount_minor - refunded));
        return error_check_fields(request->error);
    }
    if (change->action != RECORD_CREATE) {
        return OK;
    }
    TRY(change_default_owner(request, change, payment.owner_id));
    change_set(change, "contract_id", V(payment.contract_id));
    change_set(change, "customer_id", V(payment.customer_id));
    change_set(change, "currency", V(payment.currency));
    return money_give_number(request, change);
}

static enum err refund_saved(struct request *request, const struct record_change *change)
{
    int64_t payment_id = change_after(change, "payment_id").integer;
    int64_t *contracts;
    size_t count;
    TRY(payment_store_refresh(request->db, request->arena, payment_id));
    TRY(money_contracts_of(request, payment_id, &contracts, &count));
    TRY(money_bring(request, contracts, count, (struct opt_int){true, payment_id}));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "refund", change->id);
}

static const struct object_child CONTRACT_CHILDREN[] = {{"payment", "contract_id", "payments", NULL, false},
                                                        {"installment", "contract_id", "installments", NULL, true},
                                                        {"invoice", "contract_id", "invoices", NULL, false},
                                                        {NULL, NULL, NULL, NULL, false}};
static const struct object_child PAYMENT_CHILDREN[] = {{"refund", "payment_id", "refunds", NULL, false},
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
    .date_field = "signed_on",
    .children = CONTRACT_CHILDREN,
    .prepare = prepare_contract,
    .saved = contract_saved,
    .moved = metric_moved,
    .complete = complete_contract,
    .extra_body = EXTRA,
    .extra_answer = EXTRA,
};

const struct object PAYMENT = {
    .name = "payment",
    .zh = "回款",
    .en = "Payment",
    .plural = "payments",
    .table = "payment",
    .fields = PAYMENT_FIELDS,
    .view = PERM_PAYMENT_VIEW,
    .create = PERM_PAYMENT_CREATE,
    .edit = PERM_PAYMENT_EDIT,
    .remove = PERM_PAYMENT_DELETE,
    .export = PERM_PAYMENT_EXPORT,
    .import = PERM_PAYMENT_IMPORT,
    .transfer = PERM_PAYMENT_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "contract",
    .parent_column = "contract_id",
    .default_sort = "-updated_at",
    .date_field = "received_on",
    .children = PAYMENT_CHILDREN,
    .lock = money_lock_payment,
    .prepare = prepare_payment,
    .saved = payment_saved,
    .moved = metric_moved,
    .complete = money_payment_complete,
    .extra_body = MONEY_ALLOCATIONS_BODY,
    .extra_answer = MONEY_ALLOCATIONS_ANSWER,
};

const struct object REFUND = {
    .name = "refund",
    .zh = "退款",
    .en = "Refund",
    .plural = "refunds",
    .table = "refund",
    .fields = REFUND_FIELDS,
    .view = PERM_REFUND_VIEW,
    .create = PERM_REFUND_CREATE,
    .edit = PERM_REFUND_EDIT,
    .remove = PERM_REFUND_DELETE,
    .export = PERM_REFUND_EXPORT,
    .import = PERM_REFUND_IMPORT,
    .transfer = PERM_REFUND_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "contract",
    .parent_column = "contract_id",
    .default_sort = "-updated_at",
    .date_field = "refunded_on",
    .lock = lock_refund,
    .prepare = prepare_refund,
    .saved = refund_saved,
    .moved = metric_moved,
};

static const struct object *const OBJECTS[] = {&CONTRACT, &PAYMENT, &REFUND, NULL};

const struct feature CONTRACT_FEATURE = {.name = "contract", .objects = OBJECTS};
