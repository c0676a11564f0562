/* What payments are for is computed, never entered: from contracts, installments, payments, refunds and what somebody
 * said about single payments (wishes). One way only: read the books of some contracts, compute, write what differs.
 *
 * Invariants after each commit, to the minor unit:
 *   payment: amount = refunded + allocated + prepaid, none of them negative;
 *   installment: received = sum of its allocations ≤ amount;
 *   contract: received = sum of its allocations ≤ amount, nothing of a void one;
 *   line of a contract: received = sum of its shares ≤ total; an allocation is the sum of its shares. */
#include "allocation_rules.h"

#include <stdlib.h>

#include "engines/allocate.h"
#include "line_share_rules.h"
#include "money.h"

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
    struct line_books lines;                /* and its lines */
};

/* What ought to be stored. */
struct outcome {
    struct money_allocation *rows; /* by payment and installment */
    size_t count;                  /* in `rows` */
    struct money_line *lines;      /* as many as the contract has */
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
static size_t unite(struct money_allocation *rows, size_t count, size_t line_count)
{
    size_t kept = 0;
    qsort(rows, count, sizeof *rows, compare_allocations);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_allocations(&rows[kept - 1], &rows[i]) == 0) {
            rows[kept - 1].amount_minor += rows[i].amount_minor;
            for (size_t k = 0; k < line_count; k++) {
                rows[kept - 1].shares[k] += rows[i].shares[k];
            }
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* The allocations a contract ought to have, with the lines they are for. */
static void compute(struct arena *arena, const struct slice *slice, struct bringing *bringing, struct outcome *out)
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
    const struct line_sharing sharing = {slice->contract,          slice->lines,   slots,
                                         slice->installment_count, slice->sources, sources,
                                         slice->source_count,      parts,          count};
    int64_t *shares;
    int64_t missing;
    line_share_calc(arena, &sharing, bringing->payment_id, &shares, &out->lines, &missing);
    bringing->missing_minor += missing;
    out->rows = ARENA_ARRAY(arena, struct money_allocation, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool beyond = parts[i].slot == ALLOCATE_ANY;
        out->rows[i] = (struct money_allocation){
            .contract_id = slice->contract->id,
            .payment_id = sources[parts[i].source].payment_id,
            .installment_id = {!beyond, beyond ? 0 : slice->installments[parts[i].slot].id},
            .amount_minor = parts[i].amount,
            .shares = shares + i * slice->lines.line_count,
        };
    }
    out->count = unite(out->rows, count, slice->lines.line_count);
}

static bool same_share(const struct slice *slice, const struct money_allocation *row, const struct money_share *stored)
{
    size_t line = 0;
    while (line < slice->lines.line_count && slice->lines.lines[line].id != stored->line_id) {
        line++;
    }
    return line < slice->lines.line_count && row->payment_id == stored->payment_id &&
           (row->installment_id.set ? row->installment_id.value : 0) == stored->installment_id &&
           row->shares[line] == stored->amount_minor;
}

/* Shares as they are stored, one a line that has any, in the order of the allocations. */
static bool same_shares(const struct slice *slice, const struct outcome *outcome)
{
    const struct line_books *lines = &slice->lines;
    size_t expected = 0;
    size_t row = 0;
    for (size_t i = 0; i < outcome->count; i++) {
        for (size_t k = 0; k < lines->line_count; k++) {
            expected += outcome->rows[i].shares[k] > 0;
        }
    }
    bool same = expected == lines->share_count;
    for (size_t i = 0; same && i < lines->share_count; i++) {
        while (row < outcome->count && !same_share(slice, &outcome->rows[row], &lines->shares[i]) &&
               outcome->rows[row].payment_id <= lines->shares[i].payment_id) {
            row++;
        }
        same = row < outcome->count && same_share(slice, &outcome->rows[row], &lines->shares[i]);
    }
    return same;
}

static enum err save_lines(struct db *db, struct arena *arena, const struct slice *slice, const struct outcome *outcome,
                           bool *differs)
{
    for (size_t i = 0; i < slice->lines.line_count; i++) {
        const struct money_line *stored = &slice->lines.lines[i];
        const struct money_line *line = &outcome->lines[i];
        bool same = stored->total_minor == line->total_minor && stored->tax_minor == line->tax_minor &&
                    stored->received_minor == line->received_minor && stored->refunded_minor == line->refunded_minor;
        if (!same) {
            *differs = true;
            TRY(line_share_store_save(db, arena, line));
        }
    }
    return OK;
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
    struct outcome outcome;
    compute(arena, slice, bringing, &outcome);
    const struct money_allocation *rows = outcome.rows;
    size_t count = outcome.count;
    bool differs = !same_allocations(slice, rows, count) || !same_shares(slice, &outcome);
    if (differs) {
        TRY(allocation_store_replace(db, arena, slice->contract->id, rows, count, outcome.lines,
                                     slice->lines.line_count));
    }
    for (size_t i = 0; differs && i < count; i++) {
        touch(arena, touched, rows[i].payment_id);
    }
    for (size_t i = 0; differs && i < slice->stored_count; i++) {
        touch(arena, touched, slice->stored[i].payment_id);
    }
    TRY(save_lines(db, arena, slice, &outcome, &differs));
    TRY(save_figures(db, arena, bringing, slice, rows, count, &differs));
    bringing->wrong += differs;
    if (differs && bringing->difference != NULL) {
        bringing->difference(bringing->context,
                             str_format(arena, "contract %lld: its payments, installments, lines and sums do not agree",
                                        (long long)slice->contract->id));
    }
    return OK;
}

/* ---- many contracts ---- */

/* How many rows in front, all of the same size, are of the contract; `column`: where its id is in a row. */
static size_t own_rows(const void *rows, size_t size, size_t column, size_t count, int64_t contract_id)
{
    const char *row = rows;
    size_t own = 0;
    while (own < count && *(const int64_t *)(const void *)(row + own * size + column) == contract_id) {
        own++;
    }
    return own;
}

/* Moves the rows of the contract from the front of a list into the slice. */
#define CUT(own, own_count, rest, rest_count, type)                                                                    \
    do {                                                                                                               \
        (own) = (rest);                                                                                                \
        (own_count) = own_rows((rest), sizeof(type), offsetof(type, contract_id), (rest_count), id);                   \
        (rest) += (own_count);                                                                                         \
        (rest_count) -= (own_count);                                                                                   \
    } while (0)

static struct slice cut(struct money_books *rest, struct money_contract *contract)
{
    struct slice slice = {.contract = contract};
    struct line_books *own = &slice.lines;
    struct line_books *lines = &rest->lines;
    int64_t id = contract->id;
    CUT(slice.installments, slice.installment_count, rest->installments, rest->installment_count,
        struct money_installment);
    CUT(slice.sources, slice.source_count, rest->sources, rest->source_count, struct money_source);
    CUT(slice.stored, slice.stored_count, rest->allocations, rest->allocation_count, struct money_allocation);
    CUT(own->lines, own->line_count, lines->lines, lines->line_count, struct money_line);
    CUT(own->choices, own->choice_count, lines->choices, lines->choice_count, struct money_choice);
    CUT(own->take_backs, own->take_back_count, lines->take_backs, lines->take_back_count, struct money_choice);
    CUT(own->shares, own->share_count, lines->shares, lines->share_count, struct money_share);
    return slice;
}

enum err allocation_bring(struct db *db, struct arena *arena, struct bringing *bringing, const int64_t *contract_ids,
                          size_t contract_count, const int64_t *payment_ids, size_t payment_count)
{
    struct money_books books;
    struct touched touched = {0};
    if (contract_count == 0) {
        return OK;
    }
    TRY(allocation_store_lock(db, arena, contract_ids, contract_count));
    TRY(allocation_store_books(db, arena, contract_ids, contract_count, &books));
    for (size_t p = 0; p < payment_count; p++) {
        touch(arena, &touched, payment_ids[p]);
    }
    for (size_t k = 0; k < books.contract_count; k++) {
        struct slice slice = cut(&books, &books.contracts[k]);
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
