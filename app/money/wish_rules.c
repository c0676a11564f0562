/* What somebody says a payment is for: contracts of its customer, their installments, and of each certain lines. */
#include "allocation_rules.h"

#include "money.h"
#include "platform/object_store.h"
#include "platform/scope.h"

#define ID_MAX 9007199254740991
enum { WISHES_MAX = 50 };

const struct field MONEY_LINE_CHOICE[] = {
    {.name = "line_id",
     .type = FIELD_INT,
     .min = 1,
     .max = ID_MAX,
     .flags = FIELD_REQUIRED,
     .about = "of the contract"},
    {.name = "amount_minor",
     .type = FIELD_MONEY,
     .min = 1,
     .max = MONEY_MAX,
     .flags = FIELD_REQUIRED,
     .about = "how much"},
    FIELD_END,
};
static const struct field WISH[] = {
    {.name = "installment_id",
     .type = FIELD_REF,
     .ref = "installment",
     .flags = FIELD_NULLABLE,
     .about = "for this installment"},
    {.name = "contract_id",
     .type = FIELD_REF,
     .ref = "contract",
     .flags = FIELD_NULLABLE,
     .about = "or for this contract of the same customer: its installments as they are due, then the rest"},
    {.name = "amount_minor",
     .type = FIELD_MONEY,
     .min = 1,
     .max = MONEY_MAX,
     .flags = FIELD_REQUIRED,
     .about = "how much"},
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = MONEY_LINE_CHOICE,
     .max = MONEY_LINES_MAX,
     .flags = FIELD_NULLABLE | FIELD_MAY_BE_EMPTY,
     .about = "for these lines of the contract; the rest for all lines, in proportion to what is open of them"},
    FIELD_END,
};
const struct field MONEY_ALLOCATIONS_BODY[] = {
    {.name = "allocations",
     .type = FIELD_LIST,
     .fields = WISH,
     .max = WISHES_MAX,
     .flags = FIELD_NULLABLE | FIELD_MAY_BE_EMPTY,
     .about = "what the payment is for, first line first; what no line names is prepaid; null: for its contract, "
              "by itself"},
    FIELD_END,
};
const struct field MONEY_LINE_SHARE[] = {
    {.name = "line_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which line of the contract"},
    {.name = "line_number", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "its position"},
    {.name = "product_id",
     .type = FIELD_REF,
     .ref = "product",
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "its product"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as sold"},
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED, .about = "how much"},
    FIELD_END,
};
static const struct field SHOWN[] = {
    {.name = "contract_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which contract"},
    {.name = "contract_number", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "its number"},
    {.name = "installment_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null: the contract beyond its plan"},
    {.name = "installment_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "its name"},
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED, .about = "how much"},
    {.name = "is_by_line",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .about = "somebody said which lines; else all, in proportion to what was open of them"},
    {.name = "lines",
     .type = FIELD_LIST,
     .fields = MONEY_LINE_SHARE,
     .flags = FIELD_REQUIRED,
     .about = "add up to the amount; empty when the contract has no lines"},
    FIELD_END,
};
const struct field MONEY_ALLOCATIONS_ANSWER[] = {
    {.name = "allocations",
     .type = FIELD_LIST,
     .fields = SHOWN,
     .about = "what the payment is for; with one record, unless amounts are closed"},
    FIELD_END,
};

static const json_t *wishes_of(const json_t *body)
{
    return body == NULL ? NULL : json_object_get(body, "allocations");
}

/* Contracts named by wishes, installments' contracts included; those that do not exist are left out. */
static enum err add_wished(struct request *request, const json_t *body, int64_t *ids, size_t *count)
{
    size_t index;
    json_t *item;
    json_array_foreach (wishes_of(body), index, item) {
        struct opt_int contract_id = json_get_opt_int(item, "contract_id");
        struct opt_int installment_id = json_get_opt_int(item, "installment_id");
        if (index >= WISHES_MAX) {
            break;
        }
        if (installment_id.set) {
            enum err err =
                allocation_store_contract_of(request->db, request->arena, installment_id.value, &contract_id.value);
            contract_id.set = err == OK;
            TRY(err == ERR_NOT_FOUND ? OK : err);
        }
        if (contract_id.set) {
            ids[(*count)++] = contract_id.value;
        }
    }
    return OK;
}

enum err money_lock_payment(struct request *request, int64_t payment_id, const json_t *body)
{
    int64_t *own;
    size_t own_count;
    size_t count = 0;
    struct opt_int contract_id = json_get_opt_int(body, "contract_id");
    TRY(allocation_store_contracts_of(request->db, request->arena, payment_id, &own, &own_count));
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, own_count + WISHES_MAX + 1);
    for (; count < own_count; count++) {
        ids[count] = own[count];
    }
    if (contract_id.set) {
        ids[count++] = contract_id.value;
    }
    TRY(add_wished(request, body, ids, &count));
    TRY(allocation_store_lock(request->db, request->arena, ids, count));
    /* Somebody may have said something else while we waited. */
    TRY(allocation_store_contracts_of(request->db, request->arena, payment_id, &own, &own_count));
    return allocation_store_lock(request->db, request->arena, own, own_count);
}

static enum err refuse_wish(struct request *request, size_t index, const char *member, const char *code,
                            const char *text)
{
    error_field(request->error, str_format(request->arena, "allocations.%zu.%s", index, member), code, "%s", text);
    return OK;
}

static bool is_in_front(const struct allocation_wish *wishes, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        bool same =
            wishes[index].installment_id.set
                ? wishes[i].installment_id.set && wishes[i].installment_id.value == wishes[index].installment_id.value
                : !wishes[i].installment_id.set && wishes[i].contract_id == wishes[index].contract_id;
        if (same) {
            return true;
        }
    }
    return false;
}

/* Whether the user may name what a wish names. */
static enum err may_name(struct request *request, const json_t *item, const char **member, bool *ok)
{
    struct opt_int installment_id = json_get_opt_int(item, "installment_id");
    struct opt_int contract_id = json_get_opt_int(item, "contract_id");
    *member = installment_id.set ? "installment_id" : "contract_id";
    *ok = installment_id.set != contract_id.set;
    return *ok ? object_store_reference_ok(request, fields_find(WISH, str_from(*member)),
                                           installment_id.set ? installment_id.value : contract_id.value,
                                           request->user == NULL, false, ok)
               : OK;
}

static enum err check_wish(struct request *request, const struct record_change *change, const json_t *item,
                           struct allocation_wish *wishes, size_t index, struct allocation_target *target)
{
    const char *member;
    bool ok;
    struct allocation_wish *wish = &wishes[index];
    struct value customer = change_after(change, "customer_id");
    *wish = (struct allocation_wish){.contract_id = json_get_int(item, "contract_id", 0),
                                     .installment_id = json_get_opt_int(item, "installment_id"),
                                     .amount_minor = json_get_int(item, "amount_minor", 0)};
    *target = (struct allocation_target){.counts = false};
    TRY(may_name(request, item, &member, &ok));
    enum err err = ok ? allocation_store_target(request->db, request->arena, wish, change->id, target) : ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND) {
        return refuse_wish(request, index, member, "no_such_record", "Name one contract or installment you can use.");
    }
    TRY(err);
    wish->contract_id = target->contract_id;
    if (is_in_front(wishes, index)) {
        return refuse_wish(request, index, member, "duplicate", "A line above names the same.");
    }
    if (!value_eq(V(target->customer_id), customer)) {
        return refuse_wish(request, index, member, "other_customer", "This belongs to another customer.");
    }
    if (!str_eq(target->currency, change_after(change, "currency").text)) {
        return refuse_wish(request, index, member, "wrong_currency", "This is in another currency.");
    }
    return target->counts ? OK : refuse_wish(request, index, member, "void_contract", "This is void.");
}

/* ---- of which lines ---- */

static void refuse_line(struct request *request, size_t wish, size_t line, const char *member, const char *code,
                        struct str text)
{
    error_field(request->error, str_format(request->arena, "allocations.%zu.lines.%zu.%s", wish, line, member), code,
                "%s", str_c(request->arena, text));
}

static const struct line_choice *find_line(const struct line_choice *lines, size_t count, int64_t line_id)
{
    for (size_t i = 0; i < count; i++) {
        if (lines[i].line_id == line_id) {
            return &lines[i];
        }
    }
    return NULL;
}

/* What wishes in front said of the line. */
static int64_t said_before(const struct allocation_wish *wishes, size_t count, int64_t line_id)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const struct line_choice *line = find_line(wishes[i].lines, wishes[i].line_count, line_id);
        sum += line == NULL ? 0 : line->amount_minor;
    }
    return sum;
}

static void check_line(struct request *request, const struct allocation_wish *wishes, size_t index, size_t line,
                       const struct line_choice *open, int64_t sum)
{
    const struct line_choice *choice = &wishes[index].lines[line];
    if (open == NULL) {
        refuse_line(request, index, line, "line_id", "no_such_record", STR("The contract has no such line."));
        return;
    }
    if (find_line(wishes[index].lines, line, choice->line_id) != NULL) {
        refuse_line(request, index, line, "line_id", "duplicate", STR("A line above names the same."));
        return;
    }
    int64_t beyond = said_before(wishes, index, choice->line_id) + choice->amount_minor - open->amount_minor;
    if (beyond > 0) {
        refuse_line(request, index, line, "amount_minor", "too_large",
                    str_format(request->arena, "This is %lld minor units more than is still to be paid of the line.",
                               (long long)beyond));
    } else if (sum > wishes[index].amount_minor) {
        refuse_line(request, index, line, "amount_minor", "too_large",
                    STR("The lines add up to more than what they are part of."));
    }
}

/* No line gets more than it takes beside the other payments. */
static enum err check_lines(struct request *request, const struct record_change *change, const json_t *item,
                            struct allocation_wish *wishes, size_t index)
{
    struct line_choice *open;
    size_t open_count;
    int64_t sum = 0;
    struct allocation_wish *wish = &wishes[index];
    money_read_choices(request->arena, json_object_get(item, "lines"), &wish->lines, &wish->line_count);
    if (wish->line_count == 0) {
        return OK;
    }
    TRY(line_share_store_open(request->db, request->arena, wish->contract_id, change->id, &open, &open_count));
    for (size_t i = 0; i < wish->line_count; i++) {
        sum += wish->lines[i].amount_minor;
        check_line(request, wishes, index, i, find_line(open, open_count, wish->lines[i].line_id), sum);
    }
    return OK;
}

void money_read_choices(struct arena *arena, const json_t *list, struct line_choice **out, size_t *count_out)
{
    size_t index;
    json_t *item;
    *out = ARENA_ARRAY(arena, struct line_choice, json_array_size(list) + 1);
    *count_out = json_array_size(list);
    json_array_foreach (list, index, item) {
        (*out)[index] = (struct line_choice){json_get_int(item, "line_id", 0), json_get_int(item, "amount_minor", 0)};
    }
}

/* ---- all of it ---- */

/* No place gets more than it takes, whatever other payments say. */
static void check_room(struct request *request, const struct allocation_wish *wishes,
                       const struct allocation_target *targets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t contract_sum = 0;
        for (size_t j = 0; j <= i; j++) {
            contract_sum += wishes[j].contract_id == wishes[i].contract_id ? wishes[j].amount_minor : 0;
        }
        int64_t beyond_contract = contract_sum - targets[i].contract_open;
        int64_t beyond_place = wishes[i].amount_minor - targets[i].open;
        int64_t beyond = beyond_contract > beyond_place ? beyond_contract : beyond_place;
        if (targets[i].counts && beyond > 0) {
            error_field(request->error, str_format(request->arena, "allocations.%zu.amount_minor", i), "too_large",
                        "This is %lld minor units more than is still to be paid there.", (long long)beyond);
        }
    }
}

static void check_sum(struct request *request, const struct record_change *change, const struct allocation_wish *wishes,
                      size_t count)
{
    struct value refunded = change_after(change, "refunded_minor");
    int64_t left = change_after(change, "amount_minor").integer - (refunded.type == VALUE_INT ? refunded.integer : 0);
    for (size_t i = 0; i < count; i++) {
        left -= wishes[i].amount_minor;
        if (left < 0) {
            error_field(request->error, str_format(request->arena, "allocations.%zu.amount_minor", i), "too_large",
                        "The lines add up to more than the payment has.");
            return;
        }
    }
}

static enum err read_wishes(struct request *request, const struct record_change *change,
                            struct allocation_wish **wishes_out, size_t *count_out)
{
    size_t index;
    json_t *item;
    size_t count = json_array_size(wishes_of(change->body));
    struct allocation_wish *wishes = ARENA_ARRAY(request->arena, struct allocation_wish, count + 1);
    struct allocation_target *targets = ARENA_ARRAY(request->arena, struct allocation_target, count + 1);
    json_array_foreach (wishes_of(change->body), index, item) {
        TRY(check_wish(request, change, item, wishes, index, &targets[index]));
    }
    TRY(error_check_fields(request->error));
    check_sum(request, change, wishes, count);
    check_room(request, wishes, targets, count);
    json_array_foreach (wishes_of(change->body), index, item) {
        TRY(check_lines(request, change, item, wishes, index));
    }
    *wishes_out = wishes;
    *count_out = count;
    return error_check_fields(request->error);
}

enum err money_payment_prepare(struct request *request, struct record_change *change)
{
    struct allocation_wish *wishes;
    size_t count;
    const json_t *list = wishes_of(change->body);
    if (list == NULL) {
        return OK;
    }
    bool closed =
        request->user != NULL && scope_field_access(request, change->object, "amount_minor") != FIELD_ACCESS_EDIT;
    if (closed) {
        error_field(request->error, STR("allocations"), "read_only", "You may not change the amounts of a payment.");
        return error_check_fields(request->error);
    }
    change_set(change, "is_allocated_by_hand", V(json_is_array(list)));
    return read_wishes(request, change, &wishes, &count);
}

enum err money_payment_saved(struct request *request, const struct record_change *change)
{
    int64_t *before;
    int64_t *after;
    size_t before_count;
    size_t after_count;
    TRY(allocation_store_contracts_of(request->db, request->arena, change->id, &before, &before_count));
    if (wishes_of(change->body) != NULL) {
        struct allocation_wish *wishes;
        size_t count;
        TRY(read_wishes(request, change, &wishes, &count));
        TRY(allocation_store_replace_wishes(request->db, request->arena, change->id, wishes, count));
    }
    TRY(allocation_store_contracts_of(request->db, request->arena, change->id, &after, &after_count));
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, before_count + after_count + 1);
    for (size_t i = 0; i < before_count; i++) {
        ids[i] = before[i];
    }
    for (size_t i = 0; i < after_count; i++) {
        ids[before_count + i] = after[i];
    }
    return money_bring(request, ids, before_count + after_count, (struct opt_int){true, change->id});
}

json_t *money_shares_json(const struct share_shown *rows, size_t count, int64_t id)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (rows[i].allocation_id == id) {
            json_array_append_new(list, json_pack("{s:I,s:I,s:o,s:o,s:I}", "line_id", (json_int_t)rows[i].line_id,
                                                  "line_number", (json_int_t)rows[i].line_number, "product_id",
                                                  json_opt_int(rows[i].product_id), "name", json_str(rows[i].name),
                                                  "amount_minor", (json_int_t)rows[i].amount_minor));
        }
    }
    return list;
}

enum err money_payment_complete(struct request *request, int64_t id, json_t *record)
{
    struct allocation_shown *rows;
    struct share_shown *shares;
    size_t count;
    size_t share_count;
    if (scope_field_access(request, object_find("payment"), "amount_minor") < FIELD_ACCESS_READ) {
        return OK;
    }
    TRY(allocation_store_shown(request->db, request->arena, id, &rows, &count));
    TRY(line_share_store_shown(request->db, request->arena, id, &shares, &share_count));
    json_t *list = json_array();
    json_object_set_new(record, "allocations", list);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list,
                              json_pack("{s:I,s:o,s:o,s:o,s:I,s:b,s:o}", "contract_id", (json_int_t)rows[i].contract_id,
                                        "contract_number", json_str(rows[i].contract_number), "installment_id",
                                        json_opt_int(rows[i].installment_id), "installment_name",
                                        json_opt_str(rows[i].installment_name), "amount_minor",
                                        (json_int_t)rows[i].amount_minor, "is_by_line", rows[i].is_by_line, "lines",
                                        money_shares_json(shares, share_count, rows[i].id)));
    }
    return OK;
}
