/* Payments: for a contract that is not void, in its currency, at least what was given back. */
#include "contract.h"

#include "contract_store.h"
#include "ledger.h"
#include "metric.h"
#include "money.h"

static const struct option PAY_METHODS[] = {
    {"bank", "银行转账", "Bank transfer"},
    {"cheque", "支票", "Cheque"},
    {"cash", "现金", "Cash"},
    {"online", "在线支付", "Online"},
    {"acceptance", "承兑汇票", "Acceptance bill"},
    {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};

static const struct field PAYMENT_FIELDS[] = {
    {.name = "number",
     .zh = "回款编号",
     .en = "Number",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_LABEL,
     .about = "given out unless typed; key for import"},
    CONTRACT_PARENT_FIELDS("what is paid"),
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
    MONEY_BASE_FIELDS,
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

/* Money does not come after it was given back. */
static enum err check_received_on(struct request *request, const struct record_change *change)
{
    struct opt_date first = {0};
    if (change->action != RECORD_UPDATE || !change_differs(change, "received_on")) {
        return OK;
    }
    TRY(payment_store_first_refund(request->db, request->arena, change->id, &first));
    if (first.set && date_compare(change_after(change, "received_on").date, first.value) > 0) {
        error_field(request->error, STR("received_on"), "too_large", "Part of it was refunded before that day.");
    }
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
        TRY(money_rate_and_base(request, change, "received_on"));
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
    if (change->action != RECORD_UPDATE) {
        return OK;
    }
    TRY(check_received_on(request, change));
    TRY(error_check_fields(request->error));
    TRY(money_rate_and_base(request, change, "received_on"));
    return money_payment_prepare(request, change);
}

static enum err payment_saved(struct request *request, const struct record_change *change)
{
    TRY(money_payment_saved(request, change));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "payment", change->id);
}

static const struct object_child PAYMENT_CHILDREN[] = {{"refund", "payment_id", "refunds", NULL, false},
                                                       {NULL, NULL, NULL, NULL, false}};

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
    .flags = OBJECT_CUSTOM,
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
