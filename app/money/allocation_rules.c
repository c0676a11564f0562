/* What payments are for is computed, never entered: from contracts, installments, payments, refunds and what somebody
 * said about single payments (wishes). One way only: read the books of some contracts, compute, write what differs.
 *
 * Invariants after each commit, to the minor unit:
 *   payment: amount = refunded + allocated + prepaid, none of them negative;
 *   installment: received = sum of its allocations ≤ amount;
 *   contract: received = sum of its allocations ≤ amount, nothing of a void one. */
#include "allocation_rules.h"

#include <stdlib.h>

#include "engines/allocate.h"
#include "money.h"
#include "platform/object_store.h"
#include "platform/scope.h"

/* ---- one contract ---- */

/* The books of one contract: a slice of each list. */
struct slice {
    struct money_contract *contract;        /* which */
    struct money_installment *installments; /* as they are due */
    size_t installment_count;               /* in `installments` */
    struct money_source *sources;           /* in order */
    size_t source_count;                    /* in `sources` */
    struct money_allocation *stored;        /* by payment and installment */
    size_t stored_count;                    /* in `stored` */
};

/* Payments whose figures are to be written at the end. */
struct touched {
    int64_t *ids; /* in any order, doubled ones too */
    size_t count; /* in `ids` */
    size_t cap;   /* room in `ids` */
};

static void touch(struct arena *arena, struct touched *touched, int64_t id)
{
    if (touched->count == touched->cap) {
        size_t cap = touched->cap * 2 + 64;
        int64_t *ids = ARENA_ARRAY(arena, int64_t, cap);
        for (size_t i = 0; i < touched->count; i++) {
            ids[i] = touched->ids[i];
        }
        touched->ids = ids;
        touched->cap = cap;
    }
    touched->ids[touched->count++] = id;
}

static size_t slot_of(const struct slice *slice, struct opt_int installment_id)
{
    for (size_t i = 0; installment_id.set && i < slice->installment_count; i++) {
        if (slice->installments[i].id == installment_id.value && !slice->installments[i].is_void) {
            return i;
        }
    }
    return ALLOCATE_ANY; /* one that is gone: the money was meant for this contract */
}

static int compare_allocations(const void *left, const void *right)
{
    const struct money_allocation *a = left;
    const struct money_allocation *b = right;
    if (a->payment_id != b->payment_id) {
        return a->payment_id < b->payment_id ? -1 : 1;
    }
    int64_t x = a->installment_id.set ? a->installment_id.value : 0;
    int64_t y = b->installment_id.set ? b->installment_id.value : 0;
    return (x > y) - (x < y);
}

/* One row a payment and place, in the order of those stored. */
static size_t unite(struct money_allocation *rows, size_t count)
{
    size_t kept = 0;
    qsort(rows, count, sizeof *rows, compare_allocations);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_allocations(&rows[kept - 1], &rows[i]) == 0) {
            rows[kept - 1].amount_minor += rows[i].amount_minor;
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* The allocations a contract ought to have. */
static size_t compute(struct arena *arena, const struct slice *slice, struct money_allocation **rows_out)
{
    int64_t *slots = ARENA_ARRAY(arena, int64_t, slice->installment_count + 1);
    struct allocate_source *sources = ARENA_ARRAY(arena, struct allocate_source, slice->source_count + 1);
    struct allocate_part *parts =
        ARENA_ARRAY(arena, struct allocate_part, 2 * slice->source_count + slice->installment_count + 1);
    for (size_t i = 0; i < slice->installment_count; i++) {
        slots[i] = slice->installments[i].is_void ? 0 : slice->installments[i].amount_minor;
    }
    for (size_t i = 0; i < slice->source_count; i++) {
        const struct money_source *source = &slice->sources[i];
        sources[i] =
            (struct allocate_source){source->payment_id, slot_of(slice, source->installment_id), source->amount_minor};
    }
    size_t count = allocate(slice->contract->counts ? slice->contract->amount_minor : 0, slots,
                            slice->installment_count, sources, slice->source_count, parts);
    struct money_allocation *rows = ARENA_ARRAY(arena, struct money_allocation, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool beyond = parts[i].slot == ALLOCATE_ANY;
        rows[i] = (struct money_allocation){
            .contract_id = slice->contract->id,
            .payment_id = sources[parts[i].source].payment_id,
            .installment_id = {!beyond, beyond ? 0 : slice->installments[parts[i].slot].id},
            .amount_minor = parts[i].amount,
        };
    }
    *rows_out = rows;
    return unite(rows, count);
}

static bool same_allocations(const struct slice *slice, const struct money_allocation *rows, size_t count)
{
    bool same = count == slice->stored_count;
    for (size_t i = 0; same && i < count; i++) {
        same = compare_allocations(&rows[i], &slice->stored[i]) == 0 &&
               rows[i].amount_minor == slice->stored[i].amount_minor;
    }
    return same;
}

/* What an installment shows of the money that came for it. */
static struct money_installment judge(const struct bringing *bringing, const struct slice *slice,
                                      const struct money_installment *stored, int64_t received)
{
    struct money_installment row = *stored;
    bool is_void = stored->is_void || !slice->contract->counts;
    int64_t late = bringing->keep_days ? stored->overdue_days : bringing->today.days - stored->due_on.days;
    row.received_minor = received;
    row.open_minor = is_void ? 0 : stored->amount_minor - received;
    row.overdue_days = row.open_minor > 0 && late > 0 ? late : 0;
    row.told_days = row.overdue_days > 0 ? stored->told_days : 0;
    row.status = is_void                ? STR("void")
                 : row.open_minor == 0  ? STR("paid")
                 : row.overdue_days > 0 ? STR("overdue")
                 : received > 0         ? STR("partial")
                                        : STR("pending");
    return row;
}

static bool same_installment(const struct money_installment *a, const struct money_installment *b)
{
    return a->received_minor == b->received_minor && a->open_minor == b->open_minor && str_eq(a->status, b->status) &&
           a->overdue_days == b->overdue_days && a->told_days == b->told_days;
}

static int64_t received_by(const struct money_allocation *rows, size_t count, int64_t installment_id)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        bool own = rows[i].installment_id.set && rows[i].installment_id.value == installment_id;
        sum += own ? rows[i].amount_minor : 0;
    }
    return sum;
}

/* The figures of the contract and of its installments. */
static enum err save_figures(struct db *db, struct arena *arena, const struct bringing *bringing,
                             const struct slice *slice, const struct money_allocation *rows, size_t count,
                             bool *differs)
{
    struct money_contract after = {.id = slice->contract->id};
    for (size_t i = 0; i < count; i++) {
        after.received_minor += rows[i].amount_minor;
    }
    for (size_t i = 0; i < slice->installment_count; i++) {
        const struct money_installment *stored = &slice->installments[i];
        struct money_installment row = judge(bringing, slice, stored, received_by(rows, count, stored->id));
        after.planned_minor += stored->is_void ? 0 : stored->amount_minor;
        after.overdue_minor += row.overdue_days > 0 ? row.open_minor : 0;
        if (!same_installment(stored, &row)) {
            *differs = true;
            TRY(allocation_store_save_installment(db, arena, &row));
        }
    }
    if (after.received_minor == slice->contract->received_minor &&
        after.planned_minor == slice->contract->planned_minor &&
        after.overdue_minor == slice->contract->overdue_minor) {
        return OK;
    }
    *differs = true;
    return allocation_store_save_contract(db, arena, &after);
}

static enum err bring_contract(struct db *db, struct arena *arena, struct bringing *bringing, const struct slice *slice,
                               struct touched *touched)
{
    struct money_allocation *rows;
    size_t count = compute(arena, slice, &rows);
    bool differs = !same_allocations(slice, rows, count);
    if (differs) {
        TRY(allocation_store_replace(db, arena, slice->contract->id, rows, count));
    }
    for (size_t i = 0; differs && i < count; i++) {
        touch(arena, touched, rows[i].payment_id);
    }
    for (size_t i = 0; differs && i < slice->stored_count; i++) {
        touch(arena, touched, slice->stored[i].payment_id);
    }
    TRY(save_figures(db, arena, bringing, slice, rows, count, &differs));
    bringing->wrong += differs;
    if (differs && bringing->difference != NULL) {
        bringing->difference(bringing->context,
                             str_format(arena, "contract %lld: its payments, installments and sums do not agree",
                                        (long long)slice->contract->id));
    }
    return OK;
}

/* ---- many contracts ---- */

enum err allocation_bring(struct db *db, struct arena *arena, struct bringing *bringing, const int64_t *contract_ids,
                          size_t contract_count, const int64_t *payment_ids, size_t payment_count)
{
    struct money_books books;
    struct touched touched = {0};
    size_t i = 0;
    size_t s = 0;
    size_t a = 0;
    if (contract_count == 0) {
        return OK;
    }
    TRY(allocation_store_lock(db, arena, contract_ids, contract_count));
    TRY(allocation_store_books(db, arena, contract_ids, contract_count, &books));
    for (size_t p = 0; p < payment_count; p++) {
        touch(arena, &touched, payment_ids[p]);
    }
    for (size_t k = 0; k < books.contract_count; k++) {
        int64_t id = books.contracts[k].id;
        struct slice slice = {.contract = &books.contracts[k],
                              .installments = books.installments + i,
                              .sources = books.sources + s,
                              .stored = books.allocations + a};
        while (i < books.installment_count && books.installments[i].contract_id == id) {
            i++;
        }
        while (s < books.source_count && books.sources[s].contract_id == id) {
            s++;
        }
        while (a < books.allocation_count && books.allocations[a].contract_id == id) {
            a++;
        }
        slice.installment_count = (size_t)(books.installments + i - slice.installments);
        slice.source_count = (size_t)(books.sources + s - slice.sources);
        slice.stored_count = (size_t)(books.allocations + a - slice.stored);
        TRY(bring_contract(db, arena, bringing, &slice, &touched));
    }
    return allocation_store_save_payments(db, arena, touched.ids, touched.count);
}

enum err money_bring(struct request *request, const int64_t *contract_ids, size_t contract_count,
                     struct opt_int payment_id)
{
    struct bringing bringing = {.today = request->today};
    return allocation_bring(request->db, request->arena, &bringing, contract_ids, contract_count, &payment_id.value,
                            payment_id.set ? 1 : 0);
}

enum err money_contracts_of(struct request *request, int64_t payment_id, int64_t **ids_out, size_t *count_out)
{
    return allocation_store_contracts_of(request->db, request->arena, payment_id, ids_out, count_out);
}

/* ---- payments ---- */

enum { WISHES_MAX = 50 };

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
static const struct field SHOWN[] = {
    {.name = "contract_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which contract"},
    {.name = "contract_number", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "its number"},
    {.name = "installment_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null: the contract beyond its plan"},
    {.name = "installment_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "its name"},
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED, .about = "how much"},
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
    *wish = (struct allocation_wish){json_get_int(item, "contract_id", 0), json_get_opt_int(item, "installment_id"),
                                     json_get_int(item, "amount_minor", 0)};
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

enum err money_payment_complete(struct request *request, int64_t id, json_t *record)
{
    struct allocation_shown *rows;
    size_t count;
    if (scope_field_access(request, object_find("payment"), "amount_minor") < FIELD_ACCESS_READ) {
        return OK;
    }
    TRY(allocation_store_shown(request->db, request->arena, id, &rows, &count));
    json_t *list = json_array();
    json_object_set_new(record, "allocations", list);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_pack("{s:I,s:o,s:o,s:o,s:I}", "contract_id", (json_int_t)rows[i].contract_id,
                                              "contract_number", json_str(rows[i].contract_number), "installment_id",
                                              json_opt_int(rows[i].installment_id), "installment_name",
                                              json_opt_str(rows[i].installment_name), "amount_minor",
                                              (json_int_t)rows[i].amount_minor));
    }
    return OK;
}
