/* Which lines of a contract money is for. Pure; units: minor units. */
#ifndef DABIAO_ENGINES_LINE_SHARE_H
#define DABIAO_ENGINES_LINE_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/arena.h"

/* Parts of `total` in proportion to `weights` that add up to it exactly; what rounding leaves goes to the largest
 * remainders, of equals the first. Nothing is split when all weights are 0. None is negative.
 * Example: 100 over {1, 1, 1} is 34, 33, 33. */
void line_split(struct arena *arena, int64_t total, const int64_t *weights, size_t count, int64_t *parts_out);

/* Money that came for the contract. */
struct line_source {
    int64_t amount;            /* what there is of it */
    int64_t refunded;          /* what refunds took of it besides */
    const int64_t *chosen;     /* by line: what somebody said it is for; NULL: nothing */
    const int64_t *taken_back; /* by line: what refunds were said to take, at most `refunded`; NULL: nothing */
};
/* Shares the sources out over the lines, in their order. What was said is kept as far as the line costs that much; the
 * rest goes to the lines in proportion to what is open of them, never to a line beyond its total and never to room that
 * somebody else's word needs. A refund takes back where it was said, the rest from all lines alike. The sources
 * together are at most the totals together. `shares_out` has source_count × line_count places, by source: each adds up
 * to its source. `refunded_out`: what refunds took from each line. Example: totals {60, 40}, sources {50}, {50, chosen
 * {30, 0}} → {30, 20}, {30, 20}. */
void line_share(struct arena *arena, const int64_t *totals, size_t line_count, const struct line_source *sources,
                size_t source_count, int64_t *shares_out, int64_t *refunded_out);

#endif
