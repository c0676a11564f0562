/* Quotes. List and floor prices are those of the day on which a line was written; who goes further below them than his
 * right allows needs somebody who may. What was sent is kept as it was when it is changed. */
#include "quote_rules.h"

#include "money.h"
#include "platform/audit.h"
#include "platform/object_store.h"
#include "platform/scope.h"
#include "platform/tx.h"
#include "price_rules.h"
#include "quote_store.h"

enum { EXPIRE_CHUNK = 200 };

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
     .about = "sum of the lines less the discount"},
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
     .about = "(list − amount) / list; 0 when not below the list"},
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
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct field LINE_FIELDS[] = {
    MONEY_LINE_FIELDS,
    {.name = "line_number", .type = FIELD_INT, .about = "position; the order of the list counts"},
    {.name = "list_price_minor", .type = FIELD_MONEY, .about = "of price book or product that day; computed"},
    {.name = "floor_minor", .type = FIELD_MONEY, .flags = FIELD_NULLABLE, .about = "lowest price that day; computed"},
    {.name = "amount_minor", .type = FIELD_MONEY, .about = "quantity × price; computed"},
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

static bool is_set(const struct record_change *change, const char *name)
{
    return change_after(change, name).type != VALUE_NULL;
}

static bool says(struct value value, const char *word)
{
    return value.type == VALUE_TEXT && str_eq_c(value.text, word);
}

/* ---- lines ---- */

static const json_t *lines_of(const struct record_change *change)
{
    return change->body == NULL ? NULL : json_object_get(change->body, "lines");
}

static void refuse_line(struct request *request, size_t index, const char *name, const char *code, const char *text)
{
    error_field(request->error, str_format(request->arena, "lines.%zu.%s", index, name), code, "%s", text);
}

static enum err read_line(struct request *request, const struct record_change *change, const json_t *body, size_t index,
                          struct quote_line *line)
{
    struct value book = change_after(change, "price_book_id");
    struct price price = {.name = {0}};
    *line = (struct quote_line){
        .line_number = (int64_t)index + 1,
        .product_id = json_get_opt_int(body, "product_id"),
        .name = str_trim(json_get_str(body, "name")),
        .quantity_milli = json_get_int(body, "quantity_milli", 0),
    };
    if (line->product_id.set) {
        struct opt_int book_id = {book.type == VALUE_INT, book.type == VALUE_INT ? book.integer : 0};
        enum err err =
            price_store_find(request->db, request->arena, book_id, line->product_id.value, request->today, &price);
        if (err == ERR_NOT_FOUND) {
            refuse_line(request, index, "product_id", "no_such_record", "There is no such product.");
            return OK;
        }
        TRY(err);
    }
    line->name = line->name.len > 0 ? line->name : price.name;
    line->unit_price_minor = json_get_int(body, "unit_price_minor", price.price_minor);
    line->list_price_minor = line->product_id.set ? price.price_minor : line->unit_price_minor;
    line->floor_minor = price.floor_minor;
    if (line->name.len == 0) {
        refuse_line(request, index, "name", "required", "A line needs a product or a name.");
    }
    if (!money_line_amount(line->quantity_milli, line->unit_price_minor, &line->amount_minor)) {
        refuse_line(request, index, "quantity_milli", "too_large", "The line's amount is too large.");
    }
    return OK;
}

/* Another price book has other prices to be measured against; what is asked of the customer stays. */
static bool is_measured_anew(const struct record_change *change)
{
    return change->action == RECORD_UPDATE && lines_of(change) == NULL && change_differs(change, "price_book_id");
}

static enum err measure(struct request *request, const struct record_change *change, struct quote_line *lines,
                        size_t count)
{
    struct price price;
    struct value book = change_after(change, "price_book_id");
    struct opt_int book_id = {book.type == VALUE_INT, book.type == VALUE_INT ? book.integer : 0};
    for (size_t i = 0; i < count; i++) {
        if (!lines[i].product_id.set) {
            continue;
        }
        enum err err =
            price_store_find(request->db, request->arena, book_id, lines[i].product_id.value, request->today, &price);
        if (err == ERR_NOT_FOUND) {
            continue; /* a product that is gone keeps the prices it had */
        }
        TRY(err);
        lines[i].list_price_minor = price.price_minor;
        lines[i].floor_minor = price.floor_minor;
    }
    return OK;
}

/* The lines the quote is to have: those sent, else those it has. */
static enum err read_lines(struct request *request, const struct record_change *change, struct quote_line **lines_out,
                           size_t *count_out)
{
    size_t index;
    json_t *item;
    const json_t *list = lines_of(change);
    if (list == NULL) {
        *lines_out = NULL;
        *count_out = 0;
        if (change->id != 0) {
            TRY(quote_store_lines(request->db, request->arena, change->id, lines_out, count_out));
        }
        return is_measured_anew(change) ? measure(request, change, *lines_out, *count_out) : OK;
    }
    *lines_out = ARENA_ARRAY(request->arena, struct quote_line, json_array_size(list) + 1);
    *count_out = json_array_size(list);
    json_array_foreach (list, index, item) {
        TRY(read_line(request, change, item, index, &(*lines_out)[index]));
    }
    return error_check_fields(request->error);
}

/* What the lines come to. */
struct sums {
    struct money list;    /* at list prices */
    struct money amount;  /* as offered, without the discount on the whole */
    struct money floored; /* of the lines that have a floor, as offered */
    struct money floors;  /* the same at their floors */
    bool below;           /* some price is below its floor */
};

static bool add_line(struct sums *sums, const struct quote_line *line)
{
    int64_t list = 0;
    int64_t floor = 0;
    int64_t floor_price = line->floor_minor.set ? line->floor_minor.value : 0;
    sums->below = sums->below || (line->floor_minor.set && line->unit_price_minor < floor_price);
    return money_line_amount(line->quantity_milli, line->list_price_minor, &list) &&
           money_line_amount(line->quantity_milli, floor_price, &floor) &&
           money_add(sums->list, (struct money){list}, &sums->list) &&
           money_add(sums->amount, (struct money){line->amount_minor}, &sums->amount) &&
           money_add(sums->floored, (struct money){line->floor_minor.set ? line->amount_minor : 0}, &sums->floored) &&
           money_add(sums->floors, (struct money){floor}, &sums->floors);
}

/* Amounts from the lines. A discount on the whole may eat what is above the floors and what has none. */
static enum err sum_up(struct request *request, struct record_change *change, const struct quote_line *lines,
                       size_t count)
{
    struct sums sums = {.below = false};
    bool fits = true;
    struct value discount = change_after(change, "discount_minor");
    int64_t off = discount.type == VALUE_INT ? discount.integer : 0;
    for (size_t i = 0; fits && i < count; i++) {
        fits = add_line(&sums, &lines[i]);
    }
    if (!fits || sums.amount.minor > MONEY_MAX || sums.list.minor > MONEY_MAX) {
        error_field(request->error, STR("lines"), "too_large", "The sum of the lines is too large.");
    } else if (off > sums.amount.minor) {
        error_field(request->error, STR("discount_minor"), "too_large",
                    "The discount is larger than the sum of the lines.");
    }
    TRY(error_check_fields(request->error));
    int64_t amount = sums.amount.minor - off;
    int64_t ppm = 0;
    if (amount < sums.list.minor && !ratio_ppm(sums.list.minor - amount, sums.list.minor, &ppm)) {
        ppm = 0;
    }
    int64_t room = sums.amount.minor - sums.floors.minor;
    change_set(change, "discount_minor", V(off));
    change_set(change, "list_minor", V(sums.list.minor));
    change_set(change, "amount_minor", V(amount));
    change_set(change, "discount_ppm", V(ppm));
    change_set(change, "is_below_floor", V(sums.below || (sums.floors.minor > 0 && off > room)));
    return OK;
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
    static const char *const offered[] = {"name", "customer_id", "price_book_id", "discount_minor", "valid_until"};
    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        if (change_differs(change, offered[i])) {
            return true;
        }
    }
    return lines_of(change) != NULL;
}

static json_t *line_json(const struct quote_line *line)
{
    return json_pack("{s:I,s:o,s:o,s:I,s:I,s:I,s:o,s:I}", "line_number", (json_int_t)line->line_number, "product_id",
                     json_opt_int(line->product_id), "name", json_str(line->name), "quantity_milli",
                     (json_int_t)line->quantity_milli, "unit_price_minor", (json_int_t)line->unit_price_minor,
                     "list_price_minor", (json_int_t)line->list_price_minor, "floor_minor",
                     json_opt_int(line->floor_minor), "amount_minor", (json_int_t)line->amount_minor);
}

/* The quote as it was sent, before it is changed. */
static enum err keep_version(struct request *request, const struct record_change *change)
{
    static const char *const kept[] = {"number",       "name",           "list_minor", "amount_minor", "discount_minor",
                                       "discount_ppm", "is_below_floor", "currency",   "valid_until",  "approved_at"};
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
        json_array_append_new(list, line_json(&lines[i]));
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
        error_field(request->error, lines_of(change) != NULL ? STR("lines") : STR("status"), "read_only",
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
        TRY(quote_store_currency(request->db, request->arena, &currency));
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
    TRY(read_lines(request, change, &lines, &count));
    bool priced =
        created || lines_of(change) != NULL || is_measured_anew(change) || change_differs(change, "discount_minor");
    if (priced) {
        TRY(sum_up(request, change, lines, count));
        TRY(judge(request, change));
    }
    check_status(request, change, count);
    return error_check_fields(request->error);
}

static enum err quote_saved(struct request *request, const struct record_change *change)
{
    struct quote_line *lines;
    size_t count;
    if (lines_of(change) == NULL && !is_measured_anew(change)) {
        return OK;
    }
    TRY(read_lines(request, change, &lines, &count));
    return quote_store_replace_lines(request->db, request->arena, change->id, lines, count);
}

static bool shows_amounts(const struct request *request)
{
    return scope_field_access(request, &QUOTE, "amount_minor") >= FIELD_ACCESS_READ;
}

static enum err complete_quote(struct request *request, int64_t id, json_t *record)
{
    struct quote_line *lines;
    size_t count;
    if (!shows_amounts(request)) {
        return OK;
    }
    TRY(quote_store_lines(request->db, request->arena, id, &lines, &count));
    json_t *list = json_array();
    json_object_set_new(record, "lines", list);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, line_json(&lines[i]));
    }
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
    .date_field = "valid_until",
    .prepare = prepare_quote,
    .saved = quote_saved,
    .complete = complete_quote,
    .extra_body = EXTRA,
    .extra_answer = EXTRA,
};

/* ---- actions ---- */

enum err quote_approve(struct request *request, int64_t id)
{
    struct value *values;
    int64_t version;
    struct discount_right right;
    TRY(record_load(request, &QUOTE, id, true, &values, &version));
    if (!says(values[object_field(&QUOTE, "authority_state")], "needs_approval")) {
        return error_set(request->error, ERR_CONFLICT, "This quote does not wait for an approval.");
    }
    TRY(discount_right_of(request, &right));
    if (!discount_is_allowed(&right, values[object_field(&QUOTE, "discount_ppm")].integer,
                             values[object_field(&QUOTE, "is_below_floor")].integer != 0)) {
        return error_set(request->error, ERR_FORBIDDEN, "This discount is beyond your own right, too.");
    }
    TRY(quote_store_approve(request, id));
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[s,s]}", "authority_state", "needs_approval", "approved"));
    return audit_write(request, QUOTE.name, id, "update", version + 1, changes, STR("approve"));
}

static json_t *contract_line(const struct quote_line *line)
{
    return json_pack("{s:o,s:o,s:I,s:I}", "product_id", json_opt_int(line->product_id), "name", json_str(line->name),
                     "quantity_milli", (json_int_t)line->quantity_milli, "unit_price_minor",
                     (json_int_t)line->unit_price_minor);
}

static json_t *contract_body(struct request *request, const struct value *values, const struct quote_line *lines,
                             size_t count)
{
    static const char *const taken[] = {"name",     "customer_id",    "opportunity_id",
                                        "currency", "discount_minor", "owner_id"};
    json_t *body = json_keep(request->arena, json_object());
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        size_t index = object_field(&QUOTE, taken[i]);
        if (values[index].type != VALUE_NULL) {
            json_object_set_new(body, taken[i],
                                field_json(&object_fields(&QUOTE)[index], values[index], request->arena));
        }
    }
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, contract_line(&lines[i]));
    }
    json_object_set_new(body, "lines", list);
    return body;
}

enum err quote_make_contract(struct request *request, int64_t id, int64_t *contract_id_out)
{
    struct value *values;
    struct quote_line *lines;
    size_t count;
    int64_t version;
    bool lives = false;
    const struct object *contract = object_find("contract");
    /* The owner of the quote keeps what comes of it. */
    const struct record_options options = {.unscoped = true, .reason = STR("quote")};
    TRY(record_load(request, &QUOTE, id, true, &values, &version));
    struct value made = values[object_field(&QUOTE, "contract_id")];
    struct value status = values[object_field(&QUOTE, "status")];
    if (!identity_can(request->user, contract->create)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(contract->create));
    }
    if (made.type == VALUE_INT) {
        TRY(quote_store_contract_lives(request->db, request->arena, made.integer, &lives));
    }
    if (lives) {
        return error_set(request->error, ERR_CONFLICT, "A contract was made from this quote already.");
    }
    if (!says(status, "sent") && !says(status, "accepted")) {
        return error_set(request->error, ERR_CONFLICT, "Only a quote that was sent or accepted becomes a contract.");
    }
    struct value until = values[object_field(&QUOTE, "valid_until")];
    if (says(status, "sent") && until.type == VALUE_DATE && date_compare(until.date, request->today) < 0) {
        return error_set(request->error, ERR_CONFLICT, "This quote is not valid any more.");
    }
    TRY(quote_store_lines(request->db, request->arena, id, &lines, &count));
    TRY(record_create(request, contract, contract_body(request, values, lines, count), &options, contract_id_out));
    TRY(quote_store_set_contract(request, id, *contract_id_out));
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[o,I]}", "contract_id", json_null(), (json_int_t)*contract_id_out));
    return audit_write(request, QUOTE.name, id, "update", version + 1, changes, (struct str){0});
}

enum err quote_versions(struct request *request, int64_t id, json_t **out)
{
    struct quote_version *rows;
    size_t count;
    TRY(scope_check(request, &QUOTE, id, false));
    *out = json_keep(request->arena, json_array());
    if (!shows_amounts(request)) {
        return OK;
    }
    TRY(quote_store_versions(request->db, request->arena, id, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *content = json_loadb(rows[i].content.ptr, rows[i].content.len, 0, NULL);
        json_array_append_new(*out,
                              json_pack("{s:I,s:o,s:o,s:o,s:o}", "version_number", (json_int_t)rows[i].version_number,
                                        "sent_at", json_opt_instant(request->arena, rows[i].sent_at), "replaced_at",
                                        json_instant(request->arena, rows[i].replaced_at), "replaced_by_name",
                                        json_opt_str(rows[i].replaced_by_name), "content", content));
    }
    return OK;
}

/* ---- the night ---- */

/* A chunk of what has expired. */
struct expiring {
    struct request request; /* as the company */
    struct error error;     /* of the chunk */
    struct arena *arena;    /* memory of the chunk */
    struct job *job;        /* whose run */
    size_t found;           /* in the chunk */
};

static enum err expire_chunk(struct db *db, void *context)
{
    struct expiring *expiring = context;
    const struct record_options options = {.unscoped = true, .reason = STR("valid_until")};
    int64_t *ids;
    arena_reset(expiring->arena);
    error_init(&expiring->error, expiring->arena);
    job_request(expiring->job, &expiring->request);
    expiring->request.arena = expiring->arena;
    expiring->request.error = &expiring->error;
    expiring->request.company_acts = true;
    TRY(quote_store_expired(db, expiring->arena, expiring->job->today, EXPIRE_CHUNK, &ids, &expiring->found));
    for (size_t i = 0; i < expiring->found; i++) {
        json_t *body = json_keep(expiring->arena, json_pack("{s:s}", "status", "expired"));
        TRY(record_update(&expiring->request, &QUOTE, ids[i], 0, body, &options));
    }
    return OK;
}

enum err quote_run_expire(struct job *job, json_t **result_out)
{
    struct expiring expiring = {.arena = arena_create(64 * 1024 * 1024), .job = job, .found = EXPIRE_CHUNK};
    int64_t done = 0;
    enum err err = OK;
    while (err == OK && expiring.found == EXPIRE_CHUNK) {
        err = db_tx(job->db, expire_chunk, &expiring);
        done += err == OK ? (int64_t)expiring.found : 0;
        err = err == OK ? job_progress(job, done, 0, "quotes") : err;
    }
    arena_destroy(expiring.arena);
    TRY(err);
    *result_out = json_pack("{s:I}", "expired", (json_int_t)done);
    return OK;
}
