/* Installments of contracts. What came for them and what state that makes is computed (allocation_rules); people say
 * what is due when, and what is no longer expected. The plan never adds up to more than the contract. */
#include "installment_rules.h"

#include <stdlib.h>

#include "allocation_rules.h"
#include "invoice_rules.h"
#include "money.h"
#include "installment_store.h"
#include "platform/scope.h"

enum { PLAN_MAX = 120 };

static const struct option STATUSES[] = {{"pending", "待回款", "Pending"}, {"partial", "部分回款", "Partly paid"},
                                         {"paid", "已回款", "Paid"},       {"overdue", "已逾期", "Overdue"},
                                         {"void", "作废", "Void"},         {NULL, NULL, NULL}};
static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "期次",
     .en = "Installment",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL,
     .about = "down payment, acceptance …"},
    CONTRACT_PARENT_FIELDS("what is paid"),
    {.name = "due_on",
     .zh = "计划回款日期",
     .en = "Due",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_SORTABLE,
     .about = "business date by which the money is to be there"},
    {.name = "amount_minor",
     .zh = "计划金额",
     .en = "Amount",
     .type = FIELD_MONEY,
     .min = 1,
     .max = MONEY_MAX,
     .flags = FIELD_REQUIRED | FIELD_MASKABLE,
     .about = "minor units of `currency`; all of a contract add up to no more than it costs"},
    {.name = "received_minor",
     .zh = "已回款",
     .en = "Received",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE,
     .about = "what payments are for it"},
    {.name = "open_minor",
     .zh = "未回款",
     .en = "Open",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE,
     .about = "still to come; 0 when void"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "of the contract"},
    {.name = "status",
     .zh = "状态",
     .en = "Status",
     .type = FIELD_ENUM,
     .options = STATUSES,
     .about = "follows from the rest; setting it to void, and back, is all that can be done by hand"},
    {.name = "is_void",
     .zh = "已作废",
     .en = "Void",
     .type = FIELD_BOOL,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "by hand; those of a void contract have the status alone"},
    {.name = "overdue_days",
     .zh = "逾期天数",
     .en = "Days overdue",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY,
     .about = "as of the last night or change; 0: not overdue"},
    {.name = "told_days",
     .zh = "已提醒（天）",
     .en = "Reminded after",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "step of the reminders told last: 1 7 15 30; 0: none"},
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static bool says(struct value value, const char *word)
{
    return value.type == VALUE_TEXT && str_eq_c(value.text, word);
}

/* Only void can be said; the rest is computed when the record is written. */
static void read_status(struct request *request, struct record_change *change)
{
    struct value before = change_before(change, "status");
    struct value after = change_after(change, "status");
    bool was_void = change->before != NULL && change_before(change, "is_void").integer != 0;
    bool is_void = says(after, "void");
    if (after.type == VALUE_NULL || value_eq(before, after)) {
        is_void = was_void;
    } else if (!says(after, "void") && !was_void && !(change->before == NULL && says(after, "pending"))) {
        error_field(request->error, STR("status"), "read_only", "The status follows from payments; only void is set.");
    }
    change_set(change, "is_void", V(is_void));
    change_set(change, "status", before.type == VALUE_NULL ? V("pending") : before);
}

/* The plan must fit into the contract. */
static enum err check_sum(struct request *request, const struct record_change *change, int64_t contract_amount)
{
    int64_t others = 0;
    int64_t amount = change_after(change, "amount_minor").integer;
    if (change_after(change, "is_void").integer != 0) {
        return OK;
    }
    TRY(installment_store_sum(request->db, request->arena, change_after(change, "contract_id").integer, change->id,
                              &others));
    if (amount > contract_amount - others) {
        error_field(request->error, STR("amount_minor"), "too_large",
                    "The contract leaves %lld minor units for this installment.",
                    (long long)(contract_amount - others));
    }
    return error_check_fields(request->error);
}

static enum err fill(struct request *request, struct record_change *change, const struct plan_contract *contract)
{
    if (str_eq_c(contract->status, "void")) {
        error_field(request->error, STR("contract_id"), "void_contract", "The contract is void.");
        return error_check_fields(request->error);
    }
    change_set(change, "customer_id", V(contract->customer_id));
    change_set(change, "currency", V(contract->currency));
    return change_default_owner(request, change, contract->owner_id);
}

static enum err prepare_installment(struct request *request, struct record_change *change)
{
    struct plan_contract contract;
    if (change->action == RECORD_DELETE) {
        return OK;
    }
    TRY(installment_store_contract(request->db, request->arena, change_after(change, "contract_id").integer,
                                   &contract));
    if (change->action == RECORD_CREATE) {
        TRY(fill(request, change, &contract));
    }
    if (change->action != RECORD_RESTORE) {
        read_status(request, change);
        TRY(error_check_fields(request->error));
    }
    return check_sum(request, change, contract.amount_minor);
}

static enum err installment_saved(struct request *request, const struct record_change *change)
{
    int64_t contract_id = change_after(change, "contract_id").integer;
    return money_bring(request, &contract_id, 1, (struct opt_int){0});
}

/* The contract comes before its installments. */
static enum err lock_installment(struct request *request, int64_t id, const json_t *body)
{
    struct opt_int contract_id = json_get_opt_int(body, "contract_id");
    if (id != 0) {
        enum err err = allocation_store_contract_of(request->db, request->arena, id, &contract_id.value);
        contract_id.set = err == OK;
        TRY(err == ERR_NOT_FOUND ? OK : err);
    }
    return contract_id.set ? allocation_store_lock(request->db, request->arena, &contract_id.value, 1) : OK;
}

const struct object INSTALLMENT = {
    .name = "installment",
    .zh = "回款计划",
    .en = "Installment",
    .plural = "installments",
    .table = "installment",
    .fields = FIELDS,
    .view = PERM_INSTALLMENT_VIEW,
    .create = PERM_INSTALLMENT_CREATE,
    .edit = PERM_INSTALLMENT_EDIT,
    .remove = PERM_INSTALLMENT_DELETE,
    .export = PERM_INSTALLMENT_EXPORT,
    .import = PERM_INSTALLMENT_IMPORT,
    .transfer = PERM_INSTALLMENT_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "contract",
    .parent_column = "contract_id",
    .default_sort = "-updated_at",
    .flags = OBJECT_CUSTOM,
    .date_field = "due_on",
    .lock = lock_installment,
    .prepare = prepare_installment,
    .saved = installment_saved,
};

enum err money_contract_prepare(struct request *request, struct record_change *change)
{
    int64_t planned = 0;
    if (change->action != RECORD_UPDATE) {
        return OK;
    }
    TRY(invoice_check_contract(request, change));
    if (!change_differs(change, "amount_minor")) {
        return OK;
    }
    TRY(installment_store_sum(request->db, request->arena, change->id, 0, &planned));
    if (planned > change_after(change, "amount_minor").integer) {
        error_field(request->error, STR("amount_minor"), "below_plan",
                    "The payment plan adds up to %lld minor units; change it first.", (long long)planned);
    }
    return error_check_fields(request->error);
}

enum err money_contract_saved(struct request *request, const struct record_change *change)
{
    bool lines = change->body != NULL && json_has(change->body, "lines");
    bool matters =
        change->action == RECORD_DELETE || change->action == RECORD_RESTORE || lines ||
        (change->action == RECORD_UPDATE && (change_differs(change, "amount_minor") ||
                                             change_differs(change, "tax_minor") || change_differs(change, "status")));
    if (change->action == RECORD_UPDATE && change_differs(change, "customer_id")) {
        int64_t *ids;
        size_t count;
        TRY(allocation_store_crossed_of_contract(request->db, request->arena, change->id, &ids, &count));
        return money_bring(request, ids, count, (struct opt_int){0});
    }
    return matters ? money_bring(request, &change->id, 1, (struct opt_int){0}) : OK;
}

enum err money_customers_changed(struct request *request, int64_t one, int64_t other)
{
    int64_t *ids;
    size_t count;
    TRY(allocation_store_crossed_of_customers(request->db, request->arena, one, other, &ids, &count));
    return money_bring(request, ids, count, (struct opt_int){0});
}

/* ---- a whole plan ---- */

/* One line of the body. */
struct plan_line {
    json_t *body;    /* as sent */
    size_t index;    /* where it stands */
    int64_t id;      /* 0: a new one */
    int64_t version; /* of an old one */
    int64_t growth;  /* more than before; negative: less */
};

/* Where a line was refused, the fields say which line. */
static enum err say_where(struct request *request, size_t index, enum err err)
{
    for (size_t i = 0; err == ERR_INVALID && i < request->error->field_count; i++) {
        struct field_error *field = &request->error->fields[i];
        field->field = str_format(request->arena, "installments.%zu.%.*s", index, STR_ARG(field->field));
    }
    return err;
}

static json_t *body_of(struct request *request, const struct plan_line *line, int64_t contract_id)
{
    json_t *body = json_keep(request->arena, json_copy(line->body));
    json_object_del(body, "id");
    json_object_del(body, "version");
    if (line->id == 0) {
        json_object_set_new(body, "contract_id", json_integer(contract_id));
    }
    return body;
}

static enum err write_line(struct request *request, const struct plan_line *line, int64_t contract_id,
                           struct plan_changes *out)
{
    int64_t id = 0;
    json_t *body = body_of(request, line, contract_id);
    if (line->id == 0) {
        out->created++;
        return record_create(request, &INSTALLMENT, body, NULL, &id);
    }
    out->updated++;
    return record_update(request, &INSTALLMENT, line->id, line->version, body, NULL);
}

/* What shrinks makes room for what grows. */
static int compare_growth(const void *left, const void *right)
{
    const struct plan_line *a = left;
    const struct plan_line *b = right;
    if (a->growth != b->growth) {
        return a->growth < b->growth ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

static enum err check_own(struct request *request, int64_t contract_id, int64_t installment_id)
{
    int64_t of = 0;
    enum err err = allocation_store_contract_of(request->db, request->arena, installment_id, &of);
    return err == ERR_NOT_FOUND || (err == OK && of != contract_id)
               ? error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND))
               : err;
}

static enum err remove_lines(struct request *request, int64_t contract_id, struct plan_changes *out)
{
    size_t index;
    json_t *item;
    const json_t *list = json_object_get(request->json, "removed");
    if (json_array_size(list) > 0 && !identity_can(request->user, INSTALLMENT.remove)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(INSTALLMENT.remove));
    }
    json_array_foreach (list, index, item) {
        int64_t id = json_get_int(item, "id", 0);
        TRY(check_own(request, contract_id, id));
        TRY(record_delete(request, &INSTALLMENT, id, json_get_int(item, "version", 0)));
        out->removed++;
    }
    return OK;
}

static enum err read_lines(struct request *request, int64_t contract_id, struct plan_line *lines, size_t *count)
{
    size_t index;
    json_t *item;
    json_array_foreach (json_object_get(request->json, "installments"), index, item) {
        int64_t before = 0;
        struct plan_line *line = &lines[(*count)++];
        *line = (struct plan_line){.body = item,
                                   .index = index,
                                   .id = json_get_int(item, "id", 0),
                                   .version = json_get_int(item, "version", 0)};
        if (line->id != 0 && line->version == 0) {
            return error_set(request->error, ERR_VERSION_REQUIRED, "%s", err_text(ERR_VERSION_REQUIRED));
        }
        if (line->id != 0) {
            TRY(check_own(request, contract_id, line->id));
            TRY(installment_store_amount(request->db, request->arena, line->id, &before));
        } else if (!identity_can(request->user, INSTALLMENT.create)) {
            return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.",
                             permission_key(INSTALLMENT.create));
        }
        line->growth = json_get_int(item, "amount_minor", before) - before;
    }
    return OK;
}

enum err plan_change(struct request *request, int64_t contract_id, struct plan_changes *out)
{
    size_t count = 0;
    struct plan_line *lines = ARENA_ARRAY(request->arena, struct plan_line, PLAN_MAX + 1);
    *out = (struct plan_changes){0};
    TRY(scope_check(request, object_find("contract"), contract_id, false));
    TRY(allocation_store_lock(request->db, request->arena, &contract_id, 1));
    TRY(read_lines(request, contract_id, lines, &count));
    TRY(remove_lines(request, contract_id, out));
    qsort(lines, count, sizeof *lines, compare_growth);
    for (size_t i = 0; i < count; i++) {
        TRY(say_where(request, lines[i].index, write_line(request, &lines[i], contract_id, out)));
    }
    return OK;
}
