/* What the payments of a contract are for: its installments first, the rest for the contract as a whole, and what it
 * cannot take stays the payer's. Pure; units: minor units. */
#ifndef DABIAO_ENGINES_ALLOCATE_H
#define DABIAO_ENGINES_ALLOCATE_H

#include <stddef.h>
#include <stdint.h>

#define ALLOCATE_ANY SIZE_MAX /* no certain installment: the contract */

/* Money that came for the contract. */
struct allocate_source {
    int64_t payment_id; /* of which payment */
    size_t slot;        /* for this installment (index), or ALLOCATE_ANY */
    int64_t amount;     /* not negative */
};
/* Part of a source. */
struct allocate_part {
    size_t source;  /* index */
    size_t slot;    /* installment, or ALLOCATE_ANY: for the contract beyond its plan */
    int64_t amount; /* positive */
};
/* Fills `capacity` (what the contract costs) and `slots` (what each installment costs, the one that is due first in
 * front) from the sources in their order: those for a certain installment before the others, which fill the
 * installments one after the other and then what the contract costs beyond its plan. Never more than a slot or the
 * contract takes. Returns the number of parts; `parts_out` has room for 2 × source_count + slot_count.
 * Example: capacity 100, slots {30, 30}, sources {any 40, second 20} → 20 of the second for slot 1, 30 and 10 of the
 * first for slots 0 and 1; 40 of the contract stay open. */
size_t allocate(int64_t capacity, const int64_t *slots, size_t slot_count, const struct allocate_source *sources,
                size_t source_count, struct allocate_part *parts_out);

#endif
