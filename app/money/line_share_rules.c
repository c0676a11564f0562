/* Which lines of a contract its allocations are for: a function of the allocations, of what somebody said, and of what
 * refunds took (docs/adr/allocations.md). */
#include "line_share_rules.h"

#include <stdlib.h>

#include "engines/line_share.h"

static int64_t smallest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t *zeros(struct arena *arena, size_t count)
{
    int64_t *amounts = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        amounts[i] = 0;
    }
    return amounts;
}

static size_t line_of(const struct line_books *books, int64_t line_id)
{
    size_t i = 0;
    while (i < books->line_count && books->lines[i].id != line_id) {
        i++;
    }
    return i;
}

/* ---- what refunds took ---- */

/* What is left of the contract and its installments while its sources pass by. */
struct left {
    int64_t contract; /* of the contract */
    int64_t *slots;   /* of each installment */
};

/* A refund takes from what is prepaid first: of the source it took what the contract would have had of it besides. */
static int64_t refunded_of(const struct line_sharing *sharing, size_t source, int64_t net, struct left *left)
{
    size_t slot = sharing->sources[source].slot;
    bool certain = slot != ALLOCATE_ANY;
    int64_t room = certain ? smallest(left->contract, left->slots[slot]) : left->contract;
    int64_t gross = smallest(sharing->money[source].gross_minor, room);
    int64_t taken = sharing->money[source].gross_minor - sharing->money[source].amount_minor;
    left->contract -= net;
    if (certain) {
        left->slots[slot] -= net;
    }
    return gross > net ? smallest(taken, gross - net) : 0;
}

static struct line_source *read_sources(struct arena *arena, const struct line_sharing *sharing)
{
    struct line_source *sources = ARENA_ARRAY(arena, struct line_source, sharing->source_count + 1);
    struct left left = {sharing->contract->counts ? sharing->contract->amount_minor : 0,
                        zeros(arena, sharing->slot_count)};
    for (size_t i = 0; i < sharing->slot_count; i++) {
        left.slots[i] = sharing->slots[i];
    }
    for (size_t i = 0; i < sharing->source_count; i++) {
        sources[i] = (struct line_source){.amount = 0};
    }
    for (size_t i = 0; i < sharing->part_count; i++) {
        sources[sharing->parts[i].source].amount += sharing->parts[i].amount;
    }
    for (int pass = 0; pass < 2; pass++) { /* those for a certain installment come first */
        for (size_t i = 0; i < sharing->source_count; i++) {
            if ((sharing->sources[i].slot == ALLOCATE_ANY) == (pass == 1)) {
                sources[i].refunded = refunded_of(sharing, i, sources[i].amount, &left);
            }
        }
    }
    return sources;
}

/* ---- what was said ---- */

static int64_t *chosen_of(struct arena *arena, const struct line_sharing *sharing, const struct money_source *money)
{
    const struct line_books *books = &sharing->books;
    int64_t *chosen = NULL;
    for (size_t i = 0; money->position > 0 && i < books->choice_count; i++) {
        const struct money_choice *choice = &books->choices[i];
        size_t line = line_of(books, choice->line_id);
        if (choice->payment_id == money->payment_id && choice->position == money->position &&
            line < books->line_count) {
            chosen = chosen == NULL ? zeros(arena, books->line_count) : chosen;
            chosen[line] = choice->amount_minor;
        }
    }
    return chosen;
}

/* As much of what refunds were said to take back as they took of this source; it is taken off the list. */
static int64_t *taken_back_of(struct arena *arena, const struct line_sharing *sharing, int64_t payment_id,
                              int64_t refunded, struct money_choice *take_backs)
{
    const struct line_books *books = &sharing->books;
    int64_t *taken = NULL;
    for (size_t i = 0; refunded > 0 && i < books->take_back_count; i++) {
        size_t line = line_of(books, take_backs[i].line_id);
        int64_t part = smallest(refunded, take_backs[i].amount_minor);
        if (take_backs[i].payment_id == payment_id && part > 0) {
            taken = taken == NULL ? zeros(arena, books->line_count) : taken;
            taken[line] += part;
            refunded -= part;
            take_backs[i].amount_minor -= part;
        }
    }
    return taken;
}

/* ---- the order ---- */

/* A source on its way to its place. */
struct place {
    const struct money_source *money; /* what it is */
    size_t index;                     /* in the order of allocation */
};

/* The money that came first is shared first, whatever was said later of other money. */
static int compare_places(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    int days = date_compare(a->money->received_on, b->money->received_on);
    if (days != 0) {
        return days;
    }
    if (a->money->payment_id != b->money->payment_id) {
        return a->money->payment_id < b->money->payment_id ? -1 : 1;
    }
    return (a->money->position > b->money->position) - (a->money->position < b->money->position);
}

static struct place *places_of(struct arena *arena, const struct line_sharing *sharing)
{
    struct place *places = ARENA_ARRAY(arena, struct place, sharing->source_count + 1);
    for (size_t i = 0; i < sharing->source_count; i++) {
        places[i] = (struct place){&sharing->money[i], i};
    }
    qsort(places, sharing->source_count, sizeof *places, compare_places);
    return places;
}

/* ---- one contract ---- */

/* The lines as they ought to be, before any money: their parts of what the contract costs. */
static struct money_line *lines_of(struct arena *arena, const struct line_sharing *sharing, int64_t **totals_out)
{
    size_t count = sharing->books.line_count;
    struct money_line *lines = ARENA_ARRAY(arena, struct money_line, count + 1);
    int64_t *weights = zeros(arena, count);
    int64_t *totals = zeros(arena, count);
    int64_t *taxes = zeros(arena, count);
    for (size_t i = 0; i < count; i++) {
        weights[i] = sharing->books.lines[i].amount_minor;
    }
    line_split(arena, sharing->contract->amount_minor, weights, count, totals);
    line_split(arena, sharing->contract->tax_minor, weights, count, taxes);
    for (size_t i = 0; i < count; i++) {
        lines[i] = sharing->books.lines[i];
        lines[i].total_minor = totals[i];
        lines[i].tax_minor = taxes[i];
        lines[i].received_minor = 0;
    }
    *totals_out = totals;
    return lines;
}

/* The lines of each part: what its source has on them, in the order of the parts. */
static int64_t *share_parts(struct arena *arena, const struct line_sharing *sharing, int64_t **left)
{
    size_t lines = sharing->books.line_count;
    int64_t *shares = zeros(arena, sharing->part_count * lines);
    for (size_t i = 0; i < sharing->part_count; i++) {
        int64_t *own = left[sharing->parts[i].source];
        line_split(arena, sharing->parts[i].amount, own, lines, shares + i * lines);
        for (size_t k = 0; k < lines; k++) {
            own[k] -= shares[i * lines + k];
        }
    }
    return shares;
}

void line_share_calc(struct arena *arena, const struct line_sharing *sharing, int64_t payment_id, int64_t **shares_out,
                     struct money_line **lines_out, int64_t *missing_out)
{
    const struct line_books *books = &sharing->books;
    size_t count = sharing->source_count;
    int64_t *totals;
    struct money_line *lines = lines_of(arena, sharing, &totals);
    struct place *places = places_of(arena, sharing);
    struct line_source *found = read_sources(arena, sharing);
    struct line_source *ordered = ARENA_ARRAY(arena, struct line_source, count + 1);
    struct money_choice *take_backs = ARENA_ARRAY(arena, struct money_choice, books->take_back_count + 1);
    int64_t *shares = zeros(arena, count * books->line_count);
    int64_t *refunded = zeros(arena, books->line_count);
    int64_t **by_source = ARENA_ARRAY(arena, int64_t *, count + 1);
    for (size_t i = 0; i < books->take_back_count; i++) {
        take_backs[i] = books->take_backs[i];
    }
    for (size_t i = 0; i < count; i++) {
        ordered[i] = found[places[i].index];
        ordered[i].chosen = chosen_of(arena, sharing, places[i].money);
        ordered[i].taken_back =
            taken_back_of(arena, sharing, places[i].money->payment_id, ordered[i].refunded, take_backs);
        by_source[places[i].index] = shares + i * books->line_count;
    }
    line_share(arena, totals, books->line_count, ordered, count, shares, refunded);
    for (size_t k = 0; k < books->line_count; k++) {
        for (size_t i = 0; i < count; i++) {
            lines[k].received_minor += shares[i * books->line_count + k];
        }
        lines[k].refunded_minor = refunded[k];
    }
    *missing_out = 0;
    for (size_t i = 0; i < books->take_back_count; i++) {
        *missing_out += take_backs[i].payment_id == payment_id ? take_backs[i].amount_minor : 0;
    }
    *shares_out = share_parts(arena, sharing, by_source);
    *lines_out = lines;
}
