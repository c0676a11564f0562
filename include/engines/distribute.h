/* Who gets which of many: one, evenly, by weight, up to capacity, in turns. Pure: people and items in, choices out; the
 * same input gives the same output. How many each person gets does not depend on the order of the items, but where some
 * of them take no room. */
#ifndef DABIAO_ENGINES_DISTRIBUTE_H
#define DABIAO_ENGINES_DISTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/arena.h"

enum distribute_way {
    DISTRIBUTE_ONE,         /* everything to the first person */
    DISTRIBUTE_EVENLY,      /* numbers differ by at most one, as far as capacities allow */
    DISTRIBUTE_WEIGHTED,    /* in proportion to the weights, to less than one, as far as capacities allow */
    DISTRIBUTE_TO_CAPACITY, /* the first until full, then the second, … */
    DISTRIBUTE_IN_TURNS     /* one each, beginning behind whose turn it was last */
};

/* Room of somebody without a limit. */
#define DISTRIBUTE_NO_LIMIT INT64_MAX

/* Somebody who gets. */
struct distribute_person {
    int64_t weight;   /* ≥ 0; counts for DISTRIBUTE_WEIGHTED only */
    int64_t room;     /* how many more he may hold, ≥ 0 */
    const bool *free; /* by item: it takes no room; NULL: each takes one */
    int64_t given;    /* out: how many he gets */
};

/* For an item that nobody has room for. */
#define DISTRIBUTE_NOBODY SIZE_MAX

/* Gives `item_count` items to the people; `choices_out[item]` is the index of a person, or DISTRIBUTE_NOBODY. `turn` is
 * the index of the person whose turn comes first, and afterwards of the one whose turn comes next (other ways:
 * unchanged; may be NULL then). Nobody gets more than his room, and nothing is left that somebody could take (of weight
 * 0: takes nothing). Example: 7 evenly to three people of rooms ∞, 1, ∞ is 3, 1, 3; 10 by weights 1, 2, 2 is 2, 4, 4.
 */
void distribute(struct arena *arena, enum distribute_way way, struct distribute_person *people, size_t person_count,
                size_t item_count, size_t *turn, size_t *choices_out);

#endif
