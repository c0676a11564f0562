/* Which lines of a contract its allocations are for, inside the feature. */
#ifndef DABIAO_LINE_SHARE_RULES_H
#define DABIAO_LINE_SHARE_RULES_H

#include "allocation_store.h"
#include "engines/allocate.h"

/* One contract, its lines among `books`, and how its money was allocated. */
struct line_sharing {
    const struct money_contract *contract; /* which */
    struct line_books books;               /* its own */
    const int64_t *slots;                  /* what its installments cost */
    size_t slot_count;                     /* in `slots` */
    const struct money_source *money;      /* in the order in which it was allocated */
    const struct allocate_source *sources; /* the same */
    size_t source_count;                   /* in `sources` */
    const struct allocate_part *parts;     /* what came of it */
    size_t part_count;                     /* in `parts` */
};
/* The lines of each part, one after the other, and the figures of the lines as they ought to be stored. `missing_out`:
 * what refunds of the payment were said to take back from lines and did not, because they took it elsewhere. */
void line_share_calc(struct arena *arena, const struct line_sharing *sharing, int64_t payment_id, int64_t **shares_out,
                     struct money_line **lines_out, int64_t *missing_out);

#endif
