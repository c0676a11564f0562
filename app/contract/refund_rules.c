/* Refunds: at most what is left of their payment. */
#include "contract.h"

#include "contract_store.h"
#include "ledger.h"
#include "metric.h"
#include "money.h"

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
    MONEY_BASE_FIELDS,
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

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
    bool dated = change->action != RECORD_UPDATE || change_differs(change, "refunded_on");
    if (dated && date_compare(change_after(change, "refunded_on").date, payment.received_on) < 0) {
        error_field(request->error, STR("refunded_on"), "too_small", "Nothing is refunded before it was received.");
        return error_check_fields(request->error);
    }
    TRY(money_refund_prepare(request, change));
    if (change->action != RECORD_CREATE) {
        return money_rate_and_base(request, change, "refunded_on");
    }
    TRY(change_default_owner(request, change, payment.owner_id));
    change_set(change, "contract_id", V(payment.contract_id));
    change_set(change, "customer_id", V(payment.customer_id));
    change_set(change, "currency", V(payment.currency));
    TRY(money_rate_and_base(request, change, "refunded_on"));
    return money_give_number(request, change);
}

static enum err refund_saved(struct request *request, const struct record_change *change)
{
    TRY(payment_store_refresh(request->db, request->arena, change_after(change, "payment_id").integer));
    TRY(money_refund_saved(request, change));
    TRY(ledger_follow(request, change));
    return metric_sync(request->db, request->arena, "refund", change->id);
}

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
    .flags = OBJECT_CUSTOM,
    .date_field = "refunded_on",
    .lock = lock_refund,
    .prepare = prepare_refund,
    .saved = refund_saved,
    .moved = metric_moved,
    .complete = money_refund_complete,
    .extra_body = MONEY_REFUND_BODY,
    .extra_answer = MONEY_REFUND_ANSWER,
};
