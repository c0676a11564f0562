/* Routes of money. */
#include "money.h"

#include "invoice_rules.h"
#include "number_rules.h"
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
    {0},
};
static const struct object *const OBJECTS[] = {&INSTALLMENT, &INVOICE, NULL};
static const struct job_kind JOB_KINDS[] = {
    {"money.overdue", overdue_run, "daily 01:10", 0},
    {"money.allocate", money_run_allocate, NULL, 0},
    {0},
};

const struct feature MONEY_FEATURE = {
    .name = "money", .routes = ROUTES, .objects = OBJECTS, .job_kinds = JOB_KINDS, .examine = money_examine};
