/* Invoices: together never more than their contract, each taken back at most once, and then as a whole. */
#include "invoice_rules.h"

#include "allocation_store.h"
#include "invoice_store.h"
#include "metric.h"
#include "money.h"
#include "installment_store.h"

enum { PPM_ONE = 1000000 };

static const struct option KINDS[] = {{"vat_special", "增值税专用发票", "Special VAT invoice"},
                                      {"vat_normal", "增值税普通发票", "Ordinary VAT invoice"},
                                      {"electronic", "电子发票", "Electronic invoice"},
                                      {NULL, NULL, NULL}};
static const struct field FIELDS[] = {
    {.name = "number",
     .zh = "发票号码",
     .en = "Number",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_LABEL,
     .about = "given out unless typed; key for import"},
    CONTRACT_PARENT_FIELDS("what is invoiced"),
    {.name = "kind",
     .zh = "发票类型",
     .en = "Kind",
     .type = FIELD_ENUM,
     .options = KINDS,
     .about = "ordinary unless given"},
    {.name = "title",
     .zh = "发票抬头",
     .en = "Made out to",
     .type = FIELD_TEXT,
     .about = "the customer's name unless given"},
    {.name = "tax_number",
     .zh = "购方税号",
     .en = "Tax number",
     .type = FIELD_TEXT,
     .max = 32,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "of the buyer; a special VAT invoice needs it"},
    {.name = "amount_minor",
     .zh = "价税合计",
     .en = "Amount",
     .type = FIELD_MONEY,
     .min = -MONEY_MAX,
     .max = MONEY_MAX,
     .flags = FIELD_MASKABLE,
     .about = "tax included; a red-letter invoice has the amount of the one it takes back, negative"},
    {.name = "tax_rate_ppm",
     .zh = "税率",
     .en = "Tax rate",
     .type = FIELD_PPM,
     .min = 0,
     .max = PPM_ONE,
     .about = "0 unless given"},
    {.name = "tax_minor",
     .zh = "税额",
     .en = "Tax",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "amount × rate / (1 + rate), half away from zero"},
    {.name = "net_minor",
     .zh = "不含税金额",
     .en = "Net",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "amount less tax"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "of the contract"},
    {.name = "issued_on",
     .zh = "开票日期",
     .en = "Issued",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_SORTABLE,
     .about = "business date"},
    {.name = "red_of_id",
     .zh = "红冲发票",
     .en = "Takes back",
     .type = FIELD_REF,
     .ref = "invoice",
     .flags = FIELD_CREATE_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "red-letter: the invoice of the same contract that is taken back"},
    {.name = "is_reversed",
     .zh = "已红冲",
     .en = "Taken back",
     .type = FIELD_BOOL,
     .flags = FIELD_READ_ONLY,
     .about = "a red-letter invoice stands against it"},
    MONEY_BASE_FIELDS,
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static bool is_set(const struct record_change *change, const char *name)
{
    return change_after(change, name).type != VALUE_NULL;
}

/* ---- what an invoice takes back ---- */

static void refuse_red(struct request *request, const char *code, const char *text)
{
    error_field(request->error, STR("red_of_id"), code, "%s", text);
}

/* A red-letter invoice is its original with the other sign. */
static enum err take_original(struct request *request, struct record_change *change)
{
    struct invoice_head original;
    struct value given = change_after(change, "amount_minor");
    enum err err = invoice_store_head(request->db, request->arena, change_after(change, "red_of_id").integer,
                                      change->id, &original);
    if (err == ERR_NOT_FOUND || (err == OK && original.is_deleted)) {
        refuse_red(request, "no_such_record", "There is no such invoice.");
        return error_check_fields(request->error);
    }
    TRY(err);
    if (original.contract_id != change_after(change, "contract_id").integer) {
        refuse_red(request, "other_contract", "That invoice belongs to another contract.");
    } else if (original.is_red) {
        refuse_red(request, "is_red", "That is a red-letter invoice itself.");
    } else if (original.red_count > 0) {
        refuse_red(request, "reversed", "That invoice has been taken back already.");
    }
    if (change->action == RECORD_CREATE && given.type == VALUE_INT && given.integer != original.amount_minor) {
        error_field(request->error, STR("amount_minor"), "not_an_option", "An invoice is taken back as a whole.");
    }
    if (change->action == RECORD_CREATE) {
        change_set(change, "amount_minor", V(-original.amount_minor));
        change_set(change, "kind", V(original.kind));
        change_set(change, "title", V(original.title));
        change_set(change, "tax_number", V(original.tax_number));
        change_set(change, "tax_rate_ppm", V(original.tax_rate_ppm));
        change_set(change, "rate_nano", V(original.rate_nano));
    }
    return error_check_fields(request->error);
}

/* ---- writes ---- */

static enum err fill(struct request *request, struct record_change *change, const struct plan_contract *contract)
{
    struct opt_str title = {0};
    bool red = is_set(change, "red_of_id");
    if (str_eq_c(contract->status, "void") && !red) {
        error_field(request->error, STR("contract_id"), "void_contract", "The contract is void.");
        return error_check_fields(request->error);
    }
    change_set(change, "customer_id", V(contract->customer_id));
    change_set(change, "currency", V(contract->currency));
    if (red) {
        TRY(take_original(request, change));
    }
    if (!is_set(change, "kind")) {
        change_set(change, "kind", V("vat_normal"));
    }
    if (!is_set(change, "title")) {
        TRY(invoice_store_title(request->db, request->arena, change_after(change, "contract_id").integer, &title));
        change_set(change, "title", V(title));
    }
    if (!is_set(change, "tax_rate_ppm")) {
        change_set(change, "tax_rate_ppm", V(0));
    }
    TRY(change_default_owner(request, change, contract->owner_id));
    return money_give_number(request, change);
}

/* What stands beside a red-letter invoice stays as it is. */
static void check_fixed(struct request *request, const struct record_change *change)
{
    static const char *const fixed[] = {"amount_minor", "tax_rate_ppm", "kind", "title", "tax_number"};
    bool bound = change_before(change, "is_reversed").integer != 0 || is_set(change, "red_of_id");
    for (size_t i = 0; change->action == RECORD_UPDATE && bound && i < sizeof fixed / sizeof fixed[0]; i++) {
        if (change_differs(change, fixed[i])) {
            error_field(request->error, str_from(fixed[i]), "read_only",
                        "An invoice that was taken back, and the one that takes it back, stay as they are.");
        }
    }
}

static void check_content(struct request *request, const struct record_change *change)
{
    static const char *const needed[] = {"number", "title", "amount_minor", "kind", "tax_rate_ppm"};
    struct value kind = change_after(change, "kind");
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!is_set(change, needed[i])) {
            error_field(request->error, str_from(needed[i]), "required", "%s must not be empty.", needed[i]);
        }
    }
    if (!is_set(change, "red_of_id") && is_set(change, "amount_minor") &&
        change_after(change, "amount_minor").integer <= 0) {
        error_field(request->error, STR("amount_minor"), "too_small", "Only red-letter invoices are negative.");
    }
    if (kind.type == VALUE_TEXT && str_eq_c(kind.text, "vat_special") && !is_set(change, "tax_number")) {
        error_field(request->error, STR("tax_number"), "required",
                    "A special VAT invoice needs the buyer's tax number.");
    }
}

static enum err compute_tax(struct request *request, struct record_change *change)
{
    struct money tax;
    int64_t amount = change_after(change, "amount_minor").integer;
    int64_t rate = change_after(change, "tax_rate_ppm").integer;
    if (!money_mul_ratio((struct money){amount}, rate, PPM_ONE + rate, &tax)) {
        error_field(request->error, STR("amount_minor"), "too_large", "The amount is too large.");
        return error_check_fields(request->error);
    }
    change_set(change, "tax_minor", V(tax.minor));
    change_set(change, "net_minor", V(amount - tax.minor));
    return OK;
}

/* What takes an invoice back is worth what that was. */
static enum err set_base(struct request *request, struct record_change *change)
{
    return is_set(change, "red_of_id") ? money_set_base(request, change)
                                       : money_rate_and_base(request, change, "issued_on");
}

/* All that stands of a contract, this one as it is to be, is no more than the contract. */
static enum err check_sum(struct request *request, const struct record_change *change, int64_t contract_amount)
{
    int64_t others = 0;
    TRY(invoice_store_sum(request->db, request->arena, change_after(change, "contract_id").integer, change->id,
                          &others));
    int64_t own = change->action == RECORD_DELETE ? 0 : change_after(change, "amount_minor").integer;
    if (others + own <= contract_amount) {
        return OK;
    }
    if (change->action == RECORD_DELETE) {
        return error_set(request->error, ERR_CONFLICT, "Without it the invoices would be more than the contract.");
    }
    error_field(request->error, STR("amount_minor"), "beyond_contract",
                "Only %lld minor units of the contract are not invoiced yet.", (long long)(contract_amount - others));
    return error_check_fields(request->error);
}

static enum err prepare_invoice(struct request *request, struct record_change *change)
{
    struct plan_contract contract;
    TRY(installment_store_contract(request->db, request->arena, change_after(change, "contract_id").integer,
                                   &contract));
    if (change->action == RECORD_CREATE) {
        TRY(fill(request, change, &contract));
    } else if (change->action == RECORD_RESTORE && is_set(change, "red_of_id")) {
        TRY(take_original(request, change));
    } else if (change->action == RECORD_RESTORE && str_eq_c(contract.status, "void")) {
        return error_set(request->error, ERR_CONFLICT, "The contract is void.");
    }
    check_fixed(request, change);
    check_content(request, change);
    TRY(error_check_fields(request->error));
    if (change->action == RECORD_CREATE || change->action == RECORD_UPDATE) {
        TRY(compute_tax(request, change));
        TRY(set_base(request, change));
    }
    return check_sum(request, change, contract.amount_minor);
}

static enum err invoice_saved(struct request *request, const struct record_change *change)
{
    TRY(invoice_store_refresh(request->db, request->arena, change_after(change, "contract_id").integer));
    return metric_sync(request->db, request->arena, "invoice", change->id);
}

/* The contract comes before its invoices. */
static enum err lock_invoice(struct request *request, int64_t id, const json_t *body)
{
    struct opt_int contract_id = json_get_opt_int(body, "contract_id");
    if (id != 0) {
        enum err err = invoice_store_contract_of(request->db, request->arena, id, &contract_id.value);
        contract_id.set = err == OK;
        TRY(err == ERR_NOT_FOUND ? OK : err);
    }
    return contract_id.set ? allocation_store_lock(request->db, request->arena, &contract_id.value, 1) : OK;
}

static const struct object_child CHILDREN[] = {{"invoice", "red_of_id", NULL, NULL, false},
                                               {NULL, NULL, NULL, NULL, false}};

const struct object INVOICE = {
    .name = "invoice",
    .zh = "发票",
    .en = "Invoice",
    .plural = "invoices",
    .table = "invoice",
    .fields = FIELDS,
    .view = PERM_INVOICE_VIEW,
    .create = PERM_INVOICE_CREATE,
    .edit = PERM_INVOICE_EDIT,
    .remove = PERM_INVOICE_DELETE,
    .export = PERM_INVOICE_EXPORT,
    .import = PERM_INVOICE_IMPORT,
    .transfer = PERM_INVOICE_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "contract",
    .parent_column = "contract_id",
    .default_sort = "-updated_at",
    .flags = OBJECT_CUSTOM,
    .date_field = "issued_on",
    .children = CHILDREN,
    .lock = lock_invoice,
    .prepare = prepare_invoice,
    .saved = invoice_saved,
    .moved = metric_moved,
};

enum err invoice_reverse(struct request *request, int64_t id, int64_t *id_out)
{
    struct value *values;
    int64_t version;
    json_t *body = json_keep(request->arena, json_copy(request->json));
    TRY(lock_invoice(request, id, NULL));
    TRY(record_load(request, &INVOICE, id, true, &values, &version));
    json_object_set_new(body, "red_of_id", json_integer(id));
    json_object_set_new(body, "contract_id", json_integer(values[object_field(&INVOICE, "contract_id")].integer));
    if (!json_has(body, "issued_on")) {
        json_object_set_new(body, "issued_on", json_date(request->arena, request->today));
    }
    return record_create(request, &INVOICE, body, NULL, id_out);
}

enum err invoice_check_contract(struct request *request, const struct record_change *change)
{
    int64_t sum = 0;
    struct value status = change_after(change, "status");
    bool becomes_void = status.type == VALUE_TEXT && str_eq_c(status.text, "void") && change_differs(change, "status");
    if (!becomes_void && !change_differs(change, "amount_minor")) {
        return OK;
    }
    TRY(invoice_store_sum(request->db, request->arena, change->id, 0, &sum));
    if (sum > change_after(change, "amount_minor").integer) {
        error_field(request->error, STR("amount_minor"), "below_invoiced",
                    "Invoices of %lld minor units stand; take them back first.", (long long)sum);
    }
    if (becomes_void && sum > 0) {
        error_field(request->error, STR("status"), "invoiced", "Its invoices stand; take them back first.");
    }
    return error_check_fields(request->error);
}
