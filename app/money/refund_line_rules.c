/* Which lines of a contract a refund takes back from, when somebody says so; else it takes from all lines alike. */
#include "allocation_rules.h"

#include "money.h"
#include "platform/scope.h"

const struct field MONEY_REFUND_BODY[] = {
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = MONEY_LINE_CHOICE,
     .max = MONEY_LINES_MAX,
     .flags = FIELD_NULLABLE | FIELD_MAY_BE_EMPTY,
     .about = "take back from these lines; the rest, or all of it, from the payment's lines in proportion"},
    FIELD_END,
};
const struct field MONEY_REFUND_ANSWER[] = {
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = MONEY_LINE_SHARE,
     .about = "what was said; with one record, unless amounts are closed"},
    FIELD_END,
};

static bool says_lines(const struct record_change *change)
{
    return change->body != NULL && json_has(change->body, "lines");
}

static int64_t amount_on(const struct line_choice *lines, size_t count, int64_t line_id)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += lines[i].line_id == line_id ? lines[i].amount_minor : 0;
    }
    return sum;
}

/* What the refund was said to take back until now. */
static enum err taken_before(struct request *request, int64_t refund_id, struct line_choice **out, size_t *count_out)
{
    struct share_shown *rows;
    TRY(line_share_store_refunded(request->db, request->arena, refund_id, &rows, count_out));
    *out = ARENA_ARRAY(request->arena, struct line_choice, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*out)[i] = (struct line_choice){rows[i].line_id, rows[i].amount_minor};
    }
    return OK;
}

static void refuse(struct request *request, size_t index, const char *member, const char *code, struct str text)
{
    error_field(request->error, str_format(request->arena, "lines.%zu.%s", index, member), code, "%s",
                str_c(request->arena, text));
}

/* A line gives back at most what it has of the payment. */
static enum err check_lines(struct request *request, const struct record_change *change,
                            const struct line_choice *lines, size_t count, const struct line_choice *before,
                            size_t before_count)
{
    struct line_choice *own;
    size_t own_count;
    TRY(line_share_store_own(request->db, request->arena, change_after(change, "payment_id").integer, &own,
                             &own_count));
    for (size_t i = 0; i < count; i++) {
        int64_t has = amount_on(own, own_count, lines[i].line_id) + amount_on(before, before_count, lines[i].line_id);
        if (has == 0) {
            refuse(request, i, "line_id", "no_such_record", STR("The payment has nothing on such a line."));
        } else if (amount_on(lines, i, lines[i].line_id) > 0) {
            refuse(request, i, "line_id", "duplicate", STR("A line above names the same."));
        } else if (lines[i].amount_minor > has) {
            refuse(
                request, i, "amount_minor", "too_large",
                str_format(request->arena, "Only %lld minor units of the payment are on this line.", (long long)has));
        }
    }
    return OK;
}

static int64_t sum_of(const struct line_choice *lines, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += lines[i].amount_minor;
    }
    return sum;
}

enum err money_refund_prepare(struct request *request, const struct record_change *change)
{
    struct line_choice *before = NULL;
    struct line_choice *lines;
    size_t before_count = 0;
    size_t count;
    bool closed =
        request->user != NULL && scope_field_access(request, change->object, "amount_minor") != FIELD_ACCESS_EDIT;
    if (says_lines(change) && closed) {
        error_field(request->error, STR("lines"), "read_only", "You may not change the amounts of a refund.");
        return error_check_fields(request->error);
    }
    if (change->id != 0) {
        TRY(taken_before(request, change->id, &before, &before_count));
    }
    lines = before;
    count = before_count;
    if (says_lines(change)) {
        money_read_choices(request->arena, json_object_get(change->body, "lines"), &lines, &count);
        TRY(check_lines(request, change, lines, count, before, before_count));
    }
    if (sum_of(lines, count) > change_after(change, "amount_minor").integer) {
        error_field(request->error, STR("lines"), "too_large", "The lines add up to more than the refund.");
    }
    return error_check_fields(request->error);
}

/* Money that was prepaid is given back before any line loses anything: then there is less to take from lines. */
enum err money_refund_saved(struct request *request, const struct record_change *change)
{
    int64_t payment_id = change_after(change, "payment_id").integer;
    struct bringing bringing = {.today = request->today, .payment_id = payment_id};
    int64_t *contracts;
    size_t count;
    if (says_lines(change)) {
        struct line_choice *lines;
        size_t line_count;
        money_read_choices(request->arena, json_object_get(change->body, "lines"), &lines, &line_count);
        TRY(line_share_store_replace_refunded(request->db, request->arena, change->id, lines, line_count));
    }
    TRY(allocation_store_contracts_of(request->db, request->arena, payment_id, &contracts, &count));
    TRY(allocation_bring(request->db, request->arena, &bringing, contracts, count, &payment_id, 1));
    if (says_lines(change) && bringing.missing_minor > 0) {
        error_field(request->error, STR("lines"), "too_large",
                    "%lld minor units of it do not come from these lines: what is prepaid, or for another contract, is "
                    "given back first.",
                    (long long)bringing.missing_minor);
    }
    return error_check_fields(request->error);
}

enum err money_refund_complete(struct request *request, int64_t id, json_t *record)
{
    struct share_shown *rows;
    size_t count;
    if (scope_field_access(request, object_find("refund"), "amount_minor") < FIELD_ACCESS_READ) {
        return OK;
    }
    TRY(line_share_store_refunded(request->db, request->arena, id, &rows, &count));
    json_object_set_new(record, "lines", money_shares_json(rows, count, id));
    return OK;
}
