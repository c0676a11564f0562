/* Routes of money. */
#include "money.h"

#include "invoice_rules.h"
#include "number_rules.h"
#include "price_rules.h"
#include "quote_rules.h"
#include "rate_rules.h"
#include "installment_rules.h"

/* ---- number patterns ---- */

static enum err list_patterns(struct request *request, struct response *response)
{
    struct number_pattern_row *rows;
    size_t count;
    TRY(number_store_patterns(request->db, request->arena, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        struct str example;
        if (object_find(str_c(request->arena, rows[i].object)) == NULL) {
            continue; /* its numbers come later */
        }
        TRY(number_example(request, &rows[i], &example));
        json_array_append_new(items, json_pack("{s:I,s:o,s:o,s:o,s:o,s:I}", "id", (json_int_t)rows[i].id, "object",
                                               json_str(rows[i].object), "pattern", json_str(rows[i].pattern),
                                               "restarts", json_str(rows[i].restarts), "example", json_str(example),
                                               "version", (json_int_t)rows[i].version));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err update_pattern(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(number_change(request, request->params[0], version));
    return list_patterns(request, response);
}

static const struct option RESTARTS[] = {
    {"month", "每月", "Monthly"}, {"year", "每年", "Yearly"}, {"never", "不重置", "Never"}, {NULL, NULL, NULL}};
static const struct field PATTERN_BODY[] = {
    {.name = "pattern",
     .type = FIELD_TEXT,
     .max = 60,
     .flags = FIELD_REQUIRED,
     .about = "text with {YYYY} {YY} {MM} {DD} and one {0000}; as many digits as zeros at least"},
    {.name = "restarts",
     .type = FIELD_ENUM,
     .options = RESTARTS,
     .flags = FIELD_REQUIRED,
     .about = "when the running number begins at 1 again"},
    FIELD_END,
};
static const struct field PATTERN_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "pattern"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "pattern", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as typed"},
    {.name = "restarts", .type = FIELD_ENUM, .options = RESTARTS, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "example", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "the number that comes next today"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
    FIELD_END,
};
static const struct field PATTERNS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = PATTERN_ITEM, .flags = FIELD_REQUIRED, .about = "by kind"},
    FIELD_END,
};

/* ---- payment plans ---- */

static enum err change_plan(struct request *request, struct response *response)
{
    struct plan_changes changes;
    TRY(plan_change(request, request->params[0], &changes));
    response->json =
        json_keep(request->arena, json_pack("{s:I,s:I,s:I}", "created", (json_int_t)changes.created, "updated",
                                            (json_int_t)changes.updated, "removed", (json_int_t)changes.removed));
    return OK;
}

#define ID_MAX 9007199254740991
static const struct field PLAN_LINE[] = {
    {.name = "id", .type = FIELD_INT, .min = 1, .max = ID_MAX, .about = "absent: a new installment"},
    {.name = "version", .type = FIELD_INT, .min = 1, .max = ID_MAX, .about = "from which it was changed"},
    {.name = "name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_REQUIRED, .about = "down payment, acceptance …"},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "by when"},
    {.name = "amount_minor", .type = FIELD_MONEY, .min = 1, .flags = FIELD_REQUIRED, .about = "minor units"},
    {.name = "remark", .type = FIELD_LONG_TEXT, .max = 4000, .flags = FIELD_NULLABLE, .about = "anything else"},
    FIELD_END,
};
static const struct field PLAN_REMOVED[] = {
    {.name = "id", .type = FIELD_INT, .min = 1, .max = ID_MAX, .flags = FIELD_REQUIRED, .about = "installment"},
    {.name = "version", .type = FIELD_INT, .min = 1, .max = ID_MAX, .flags = FIELD_REQUIRED, .about = "as seen"},
    FIELD_END,
};
static const struct field PLAN_BODY[] = {
    {.name = "installments",
     .type = FIELD_LIST,
     .fields = PLAN_LINE,
     .max = 120,
     .flags = FIELD_REQUIRED | FIELD_MAY_BE_EMPTY,
     .about = "new and changed ones; others stay"},
    {.name = "removed", .type = FIELD_LIST, .fields = PLAN_REMOVED, .max = 120, .about = "go to the recycle bin"},
    FIELD_END,
};
static const struct field PLAN_ANSWER[] = {
    {.name = "created", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "installments"},
    {.name = "updated", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "installments"},
    {.name = "removed", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "installments"},
    FIELD_END,
};

/* ---- invoices ---- */

static enum err reverse_invoice(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(invoice_reverse(request, request->params[0], &id));
    response->status = 201;
    response->json = json_keep(request->arena, json_pack("{s:I}", "id", (json_int_t)id));
    return OK;
}

static const struct field RED_BODY[] = {
    {.name = "number", .type = FIELD_TEXT, .max = 64, .about = "given out unless typed"},
    {.name = "issued_on", .type = FIELD_DATE, .about = "today unless given"},
    {.name = "remark", .type = FIELD_LONG_TEXT, .max = 4000, .flags = FIELD_NULLABLE, .about = "why"},
    FIELD_END,
};
static const struct field RED_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the red-letter invoice"}, FIELD_END};

/* ---- quotes ---- */

static enum err approve_quote(struct request *request, struct response *response)
{
    TRY(quote_approve(request, request->params[0]));
    response->json = json_keep(request->arena, json_pack("{s:I}", "id", (json_int_t)request->params[0]));
    return OK;
}

static enum err make_contract(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(quote_make_contract(request, request->params[0], &id));
    response->status = 201;
    response->json = json_keep(request->arena, json_pack("{s:I}", "contract_id", (json_int_t)id));
    return OK;
}

static enum err list_versions(struct request *request, struct response *response)
{
    json_t *items;
    TRY(quote_versions(request, request->params[0], &items));
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err get_price(struct request *request, struct response *response)
{
    int64_t product_id = 0;
    int64_t book_id = 0;
    struct price price;
    TRY(request_query_int(request, "product_id", 0, 1, ID_MAX, &product_id));
    TRY(request_query_int(request, "price_book_id", 0, 1, ID_MAX, &book_id));
    enum err err = price_store_find(request->db, request->arena, (struct opt_int){book_id > 0, book_id}, product_id,
                                    request->today, &price);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "There is no such product.");
    }
    TRY(err);
    response->json = json_keep(request->arena, json_pack("{s:o,s:I,s:o}", "name", json_str(price.name), "price_minor",
                                                         (json_int_t)price.price_minor, "floor_minor",
                                                         json_opt_int(price.floor_minor)));
    return OK;
}

static const struct field CONTRACT_ANSWER[] = {
    {.name = "contract_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the contract, a draft"}, FIELD_END};
static const struct field QUOTE_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the quote"}, FIELD_END};
static const struct field VERSION_ITEM[] = {
    {.name = "version_number", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "1…"},
    {.name = "sent_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "when it went out"},
    {.name = "replaced_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when it was changed"},
    {.name = "replaced_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by whom"},
    {.name = "content", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "amounts, dates and lines as sent"},
    FIELD_END,
};
static const struct field VERSIONS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = VERSION_ITEM, .flags = FIELD_REQUIRED, .about = "newest first"},
    FIELD_END,
};
static const struct field PRICE_QUERY[] = {
    {.name = "product_id", .type = FIELD_INT, .min = 1, .max = ID_MAX, .flags = FIELD_REQUIRED, .about = "of what"},
    {.name = "price_book_id", .type = FIELD_INT, .min = 1, .max = ID_MAX, .about = "absent: the product's own price"},
    FIELD_END,
};
static const struct field PRICE_ANSWER[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the product"},
    {.name = "price_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED, .about = "list price today"},
    {.name = "floor_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "lowest price"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/number-patterns", "number_pattern.list", PERM_NUMBER_PATTERN_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     PATTERNS_ANSWER, list_patterns, NULL, "How numbers look, and the next one of each kind."},
    {"PUT", "/number-patterns/{id}", "number_pattern.update", PERM_NUMBER_PATTERN_EDIT, ROUTE_VERSION, RECORDS_NONE,
     NULL, NULL, PATTERN_BODY, PATTERNS_ANSWER, update_pattern, NULL,
     "Changes a pattern; numbers given out stay. Answers with all."},
    {"PUT", "/contracts/{id}/plan", "contract.plan", PERM_INSTALLMENT_EDIT, 0, RECORDS_NONE, NULL, NULL, PLAN_BODY,
     PLAN_ANSWER, change_plan, NULL, "Changes the payment plan of a contract at once: all of it or nothing."},
    {"POST", "/invoices/{id}/red-letter", "invoice.reverse", PERM_INVOICE_CREATE, 0, RECORDS_NONE, NULL, NULL, RED_BODY,
     RED_ANSWER, reverse_invoice, NULL, "Takes an invoice back by a red-letter one: once, as a whole."},
    {"POST", "/quotes/{id}/approve", "quote.approve", PERM_QUOTE_APPROVE, 0, RECORDS_NONE, NULL, NULL, NULL,
     QUOTE_ANSWER, approve_quote, NULL, "Allows a discount beyond the right of whoever gave it."},
    {"POST", "/quotes/{id}/contract", "quote.contract", PERM_QUOTE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     CONTRACT_ANSWER, make_contract, NULL, "Makes the contract with the quote's lines, once; the quote is accepted."},
    {"GET", "/quotes/{id}/versions", "quote.versions", PERM_QUOTE_VIEW, 0, RECORDS_ONE, "quote", NULL, NULL,
     VERSIONS_ANSWER, list_versions, NULL, "Versions that were sent and then changed."},
    {"GET", "/product-prices", "product_price.get", PERM_QUOTE_VIEW, 0, RECORDS_NONE, NULL, PRICE_QUERY, NULL,
     PRICE_ANSWER, get_price, NULL, "What a product costs today by a price book, or by itself."},
    {0},
};
static const struct object *const OBJECTS[] = {&INSTALLMENT,        &INVOICE,       &QUOTE, &PRICE_BOOK,
                                               &DISCOUNT_AUTHORITY, &EXCHANGE_RATE, NULL};
static const struct job_kind JOB_KINDS[] = {
    {"money.overdue", overdue_run, "daily 01:10", 0},
    {"money.allocate", money_run_allocate, NULL, 0},
    {"quote.expire", quote_run_expire, "daily 00:20", 0},
    {0},
};

const struct feature MONEY_FEATURE = {
    .name = "money", .routes = ROUTES, .objects = OBJECTS, .job_kinds = JOB_KINDS, .examine = money_examine};
