/* Two passes over the sources; the parts of one source follow each other. What is still open of the slots is counted
 * down from the parts made, so that no memory is needed beyond them. */
#include "engines/allocate.h"

/* An allocation on its way. */
struct work {
    const int64_t *slots;        /* of the caller */
    size_t slot_count;           /* in `slots` */
    struct allocate_part *parts; /* of the caller */
    size_t part_count;           /* used in `parts` */
    int64_t capacity;            /* left of the contract */
};

static int64_t smallest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t open_of(const struct work *work, size_t slot)
{
    int64_t open = work->slots[slot];
    for (size_t i = 0; i < work->part_count; i++) {
        open -= work->parts[i].slot == slot ? work->parts[i].amount : 0;
    }
    return open;
}

/* As much as the place takes; what was taken. */
static int64_t put(struct work *work, size_t source, size_t slot, int64_t amount, int64_t open)
{
    int64_t taken = smallest(smallest(amount, open), work->capacity);
    if (taken <= 0) {
        return 0;
    }
    work->parts[work->part_count++] = (struct allocate_part){source, slot, taken};
    work->capacity -= taken;
    return taken;
}

/* Slots in front of `first` are full, and stay so. */
static void fill(struct work *work, size_t source, int64_t amount, size_t *first)
{
    while (amount > 0 && *first < work->slot_count) {
        amount -= put(work, source, *first, amount, open_of(work, *first));
        *first += open_of(work, *first) <= 0 || work->capacity == 0;
    }
    put(work, source, ALLOCATE_ANY, amount, amount);
}

size_t allocate(int64_t capacity, const int64_t *slots, size_t slot_count, const struct allocate_source *sources,
                size_t source_count, struct allocate_part *parts_out)
{
    struct work work = {.slots = slots, .slot_count = slot_count, .parts = parts_out, .capacity = capacity};
    size_t first = 0;
    for (size_t i = 0; i < source_count; i++) {
        if (sources[i].slot != ALLOCATE_ANY) {
            put(&work, i, sources[i].slot, sources[i].amount, open_of(&work, sources[i].slot));
        }
    }
    for (size_t i = 0; i < source_count; i++) {
        if (sources[i].slot == ALLOCATE_ANY) {
            fill(&work, i, sources[i].amount, &first);
        }
    }
    return work.part_count;
}
