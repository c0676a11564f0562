/* Quotes. List and floor prices are those of the day on which a line was written; who goes further below them than his
 * right allows needs somebody who may. What was sent is kept as it was when it is changed. */
#include "quote_rules.h"

#include "money.h"
#include "platform/company.h"
#include "platform/scope.h"
#include "price_rules.h"
#include "quote_line_rules.h"

static const struct option STATUSES[] = {{"draft", "草稿", "Draft"},         {"sent", "已发送", "Sent"},
                                         {"accepted", "已接受", "Accepted"}, {"expired", "已过期", "Expired"},
                                         {"void", "作废", "Void"},           {NULL, NULL, NULL}};
static const struct option AUTHORITY_STATES[] = {{"fine", "权限内", "Within the right"},
                                                 {"needs_approval", "待批准", "Needs approval"},
                                                 {"approved", "已批准", "Approved"},
                                                 {NULL, NULL, NULL}};
static const struct field FIELDS[] = {
    {.name = "number",
     .zh = "报价编号",
     .en = "Number",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_LABEL,
     .about = "given out unless typed; key for import"},
    {.name = "name", .zh = "报价名称", .en = "Quote", .type = FIELD_TEXT, .about = "the number unless given"},
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
    {.name = "price_book_id",
     .zh = "价格表",
     .en = "Price book",
     .type = FIELD_REF,
     .ref = "price_book",
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "where list and floor prices come from; null: the products"},
    {.name = "status",
     .zh = "状态",
     .en = "Status",
     .type = FIELD_ENUM,
     .options = STATUSES,
     .about = "sent and accepted need a discount within the right or approved; a change makes it a draft again"},
    {.name = "version_number",
     .zh = "版本",
     .en = "Version",
     .type = FIELD_INT,
     .flags = FIELD_READ_ONLY,
     .about = "grows when what was sent is changed"},
    {.name = "list_minor",
     .zh = "标准金额",
     .en = "At list prices",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "lines at list prices"},
    {.name = "amount_minor",
     .zh = "报价金额",
     .en = "Amount",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE,
     .about = "sum of the lines less the discount, and tax"},
    {.name = "discount_minor",
     .zh = "整单优惠",
     .en = "Discount",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "off the sum of the lines"},
    {.name = "discount_ppm",
     .zh = "折扣率",
     .en = "Off the list",
     .type = FIELD_PPM,
     .flags = FIELD_READ_ONLY,
     .about = "(list − amount without tax) / list; 0 when not below the list"},
    MONEY_TAX_FIELDS,
    {.name = "cost_minor",
     .zh = "成本",
     .en = "Cost",
     .type = FIELD_MONEY,
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "sum of the lines"},
    MONEY_MARGIN_FIELDS,
    {.name = "is_below_floor",
     .zh = "低于底价",
     .en = "Below the floor",
     .type = FIELD_BOOL,
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "a price is below its floor, or the discount makes it so"},
    {.name = "authority_state",
     .zh = "折扣审批",
     .en = "Discount",
     .type = FIELD_ENUM,
     .options = AUTHORITY_STATES,
     .flags = FIELD_READ_ONLY,
     .about = "whether whoever set the prices may give this discount"},
    {.name = "approved_by_id",
     .zh = "批准人",
     .en = "Approved by",
     .type = FIELD_REF,
     .ref = "user",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "who allowed it"},
    {.name = "approved_at",
     .zh = "批准时间",
     .en = "Approved at",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "when"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .min = 3,
     .max = 3,
     .flags = FIELD_HIDDEN_IN_LIST | FIELD_CREATE_ONLY,
     .about = "the price book's, else the company's, unless given"},
    {.name = "valid_until",
     .zh = "有效期至",
     .en = "Valid until",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_SORTABLE,
     .about = "last day; needed to send it"},
    {.name = "sent_at",
     .zh = "发送时间",
     .en = "Sent at",
     .type = FIELD_INSTANT,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "this version"},
    {.name = "contract_id",
     .zh = "合同",
     .en = "Contract",
     .type = FIELD_REF,
     .ref = "contract",
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "made from it"},
    MONEY_BASE_FIELDS,
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field EXTRA[] = {
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = QUOTE_LINE_FIELDS,
     .max = MONEY_LINES_MAX,
     .about = "products; replaces all lines when given; with one record"},
    FIELD_END,
};

static bool is_set(const struct record_change *change, const char *name)
{
    return change_after(change, name).type != VALUE_NULL;
}

static bool says(struct value value, const char *word)
{
    return value.type == VALUE_TEXT && str_eq_c(value.text, word);
}

/* ---- who may give the discount ---- */

static enum err judge(struct request *request, struct record_change *change)
{
    struct discount_right right;
    TRY(discount_right_of(request, &right));
    bool fine = discount_is_allowed(&right, change_after(change, "discount_ppm").integer,
                                    change_after(change, "is_below_floor").integer != 0);
    change_set(change, "authority_state", V(fine ? "fine" : "needs_approval"));
    change_set(change, "approved_by_id", value_null());
    change_set(change, "approved_at", value_null());
    return OK;
}

/* ---- what may be changed when ---- */

/* Whether a change touches what the customer was offered. */
static bool changes_offer(const struct record_change *change)
{
    static const char *const offered[] = {"name",           "customer_id",  "price_book_id",
                                          "discount_minor", "tax_rate_ppm", "valid_until"};
    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        if (change_differs(change, offered[i])) {
            return true;
        }
    }
    return quote_lines_of(change) != NULL;
}

/* The quote as it was sent, before it is changed. */
static enum err keep_version(struct request *request, const struct record_change *change)
{
    static const char *const kept[] = {"number",         "name",         "list_minor",   "amount_minor",
                                       "discount_minor", "discount_ppm", "tax_rate_ppm", "tax_minor",
                                       "is_below_floor", "currency",     "valid_until",  "approved_at"};
    struct quote_line *lines;
    size_t count;
    json_t *content = json_keep(request->arena, json_object());
    json_t *list = json_array();
    TRY(quote_store_lines(request->db, request->arena, change->id, &lines, &count));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        size_t index = object_field(change->object, kept[i]);
        json_object_set_new(content, kept[i],
                            field_json(&object_fields(change->object)[index], change->before[index], request->arena));
    }
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, quote_line_json(&lines[i]));
    }
    json_object_set_new(content, "lines", list);
    return quote_store_keep_version(request, change->id, change_before(change, "version_number").integer,
                                    json_write(request->arena, content), change_before(change, "sent_at"));
}

static void refuse_status(struct request *request, const char *code, const char *text)
{
    error_field(request->error, STR("status"), code, "%s", text);
}

/* What it takes to go out, or to be accepted. */
static void check_ready(struct request *request, const struct record_change *change, size_t line_count)
{
    struct value until = change_after(change, "valid_until");
    if (says(change_after(change, "authority_state"), "needs_approval")) {
        refuse_status(request, "needs_approval",
                      "The discount is beyond the right of whoever gave it; have it approved.");
    }
    if (line_count == 0) {
        error_field(request->error, STR("lines"), "required", "A quote without lines cannot be sent.");
    }
    if (until.type != VALUE_DATE) {
        error_field(request->error, STR("valid_until"), "required", "Say until when the quote is valid.");
    } else if (date_compare(until.date, request->today) < 0) {
        error_field(request->error, STR("valid_until"), "too_small", "This day is over.");
    }
}

static bool may_go(struct value before, struct value after)
{
    static const char *const ways[][2] = {
        {"draft", "sent"},   {"draft", "void"},    {"sent", "draft"},   {"sent", "accepted"}, {"sent", "void"},
        {"sent", "expired"}, {"expired", "draft"}, {"expired", "void"}, {"void", "draft"},    {"accepted", "void"}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (says(before, ways[i][0]) && says(after, ways[i][1])) {
            return true;
        }
    }
    return false;
}

static void check_status(struct request *request, struct record_change *change, size_t line_count)
{
    struct value before = change_before(change, "status");
    struct value after = change_after(change, "status");
    if (change->before == NULL && !says(after, "draft") && !says(after, "sent") && !change->importing) {
        refuse_status(request, "not_an_option", "A new quote is a draft, or sent at once.");
    } else if (change->before != NULL && !value_eq(before, after) && !may_go(before, after)) {
        refuse_status(request, "not_an_option", "A quote does not go from that status to this one.");
    }
    bool goes_out = (says(after, "sent") || says(after, "accepted")) && !value_eq(before, after);
    bool is_history = change->importing && change->before == NULL;
    if (goes_out && !is_history) {
        check_ready(request, change, line_count);
    }
    if (says(after, "sent") && !value_eq(before, after)) {
        change_set(change, "sent_at", V(request->now));
    }
}

/* What was sent becomes a draft of the next version when it is changed; what was accepted stays. */
static enum err begin_version(struct request *request, struct record_change *change)
{
    struct value before = change_before(change, "status");
    if (says(before, "accepted") || says(before, "void")) {
        error_field(request->error, quote_lines_of(change) != NULL ? STR("lines") : STR("status"), "read_only",
                    "A quote that was accepted, or is void, is not changed any more.");
        return error_check_fields(request->error);
    }
    if (!says(before, "sent") && !says(before, "expired")) {
        return OK;
    }
    TRY(keep_version(request, change));
    change_set(change, "version_number", V(change_before(change, "version_number").integer + 1));
    change_set(change, "sent_at", value_null());
    if (value_eq(before, change_after(change, "status"))) {
        change_set(change, "status", V("draft"));
    }
    return OK;
}

static enum err check_book(struct request *request, struct record_change *change)
{
    struct book_head book;
    struct value id = change_after(change, "price_book_id");
    bool chosen = id.type == VALUE_INT && change_differs(change, "price_book_id");
    if (!chosen) {
        return OK;
    }
    TRY(price_store_book(request->db, request->arena, id.integer, change_after(change, "department_id"), &book));
    if (!is_set(change, "currency")) {
        change_set(change, "currency", V(book.currency));
    }
    if (!book.is_active || !book.is_open) {
        error_field(request->error, STR("price_book_id"), "not_an_option",
                    "This price book is not for the owner's department, or not in use.");
    } else if (!str_eq(book.currency, change_after(change, "currency").text)) {
        error_field(request->error, STR("price_book_id"), "wrong_currency", "Its prices are in another currency.");
    }
    return error_check_fields(request->error);
}

static enum err fill(struct request *request, struct record_change *change)
{
    struct str currency;
    struct opt_int customer = {0};
    if (!is_set(change, "customer_id") && is_set(change, "opportunity_id")) {
        TRY(quote_store_customer_of(request->db, request->arena, change_after(change, "opportunity_id").integer,
                                    &customer));
        change_set(change, "customer_id", V(customer));
    }
    if (!is_set(change, "status")) {
        change_set(change, "status", V("draft"));
    }
    change_set(change, "version_number", V(1));
    TRY(check_book(request, change));
    if (!is_set(change, "currency")) {
        TRY(company_currency(request->db, request->arena, &currency));
        change_set(change, "currency", V(currency));
    }
    TRY(money_give_number(request, change));
    if (!is_set(change, "name")) {
        change_set(change, "name", change_after(change, "number"));
    }
    return OK;
}

static enum err prepare_quote(struct request *request, struct record_change *change)
{
    struct quote_line *lines;
    size_t count;
    bool created = change->action == RECORD_CREATE;
    if (change->action == RECORD_DELETE || change->action == RECORD_RESTORE) {
        return OK;
    }
    if (created) {
        TRY(fill(request, change));
    } else {
        TRY(check_book(request, change));
    }
    if (!is_set(change, "customer_id") || !is_set(change, "number") || !is_set(change, "name")) {
        error_field(request->error, is_set(change, "customer_id") ? STR("number") : STR("customer_id"), "required",
                    "A quote needs a customer, a number and a name.");
        return error_check_fields(request->error);
    }
    if (!created && changes_offer(change)) {
        TRY(begin_version(request, change));
    }
    TRY(quote_lines_read(request, change, &lines, &count));
    bool priced = created || quote_lines_of(change) != NULL || quote_is_measured_anew(change) ||
                  change_differs(change, "discount_minor");
    if (priced || change_differs(change, "tax_rate_ppm")) {
        TRY(quote_lines_sum(request, change, lines, count));
    }
    if (priced) {
        TRY(judge(request, change));
    }
    check_status(request, change, count);
    TRY(error_check_fields(request->error));
    if (created || change_differs(change, "sent_at")) {
        TRY(money_take_rate(request, change, request->today, "currency"));
    }
    return money_set_base(request, change);
}

static enum err quote_saved(struct request *request, const struct record_change *change)
{
    struct quote_line *lines;
    size_t count;
    if (quote_lines_of(change) == NULL && !quote_is_measured_anew(change)) {
        return OK;
    }
    TRY(quote_lines_read(request, change, &lines, &count));
    return quote_store_replace_lines(request->db, request->arena, change->id, lines, count);
}

bool quote_shows_amounts(const struct request *request)
{
    return scope_field_access(request, &QUOTE, "amount_minor") >= FIELD_ACCESS_READ;
}

static enum err complete_quote(struct request *request, int64_t id, json_t *record)
{
    struct quote_line *lines;
    size_t count;
    if (!quote_shows_amounts(request)) {
        return OK;
    }
    TRY(quote_store_lines(request->db, request->arena, id, &lines, &count));
    json_t *list = json_array();
    json_object_set_new(record, "lines", list);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, quote_line_json(&lines[i]));
    }
    quote_lines_close(request, list);
    return OK;
}

const struct object QUOTE = {
    .name = "quote",
    .zh = "报价单",
    .en = "Quote",
    .plural = "quotes",
    .table = "quote",
    .fields = FIELDS,
    .view = PERM_QUOTE_VIEW,
    .create = PERM_QUOTE_CREATE,
    .edit = PERM_QUOTE_EDIT,
    .remove = PERM_QUOTE_DELETE,
    .export = PERM_QUOTE_EXPORT,
    .import = PERM_QUOTE_IMPORT,
    .transfer = PERM_QUOTE_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .default_sort = "-updated_at",
    .flags = OBJECT_CUSTOM,
    .date_field = "valid_until",
    .prepare = prepare_quote,
    .saved = quote_saved,
    .complete = complete_quote,
    .extra_body = EXTRA,
    .extra_answer = EXTRA,
};
