/* Adding up a tree: cells are put at their nodes, then every node hands its totals to its parent, leaves first. */
#include "engines/rollup.h"

#include <assert.h>

static size_t node_index(const struct rollup_node *nodes, size_t count, int64_t id)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (nodes[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    assert(low < count && nodes[low].id == id);
    return low;
}

static bool add_into(int64_t *to, int64_t amount)
{
    return !__builtin_add_overflow(*to, amount, to);
}

/* Indexes of the nodes so that children stand before their parents. */
static size_t *leaves_first(struct arena *arena, const struct rollup_node *nodes, size_t count, const size_t *parents)
{
    size_t *open_children = ARENA_ARRAY(arena, size_t, count);
    size_t *order = ARENA_ARRAY(arena, size_t, count);
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].parent_id != 0) {
            open_children[parents[i]]++;
        }
    }
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (open_children[i] == 0) {
            order[found++] = i;
        }
    }
    for (size_t i = 0; i < found; i++) {
        if (nodes[order[i]].parent_id == 0) {
            continue;
        }
        size_t parent = parents[order[i]];
        open_children[parent]--;
        if (open_children[parent] == 0) {
            order[found++] = parent;
        }
    }
    assert(found == count); /* less: a cycle */
    return order;
}

bool rollup_totals(struct arena *arena, const struct rollup_node *nodes, size_t node_count,
                   const struct rollup_cell *cells, size_t cell_count, size_t period_count, int64_t *totals_out)
{
    size_t *parents = ARENA_ARRAY(arena, size_t, node_count);
    for (size_t i = 0; i < node_count; i++) {
        parents[i] = nodes[i].parent_id == 0 ? 0 : node_index(nodes, node_count, nodes[i].parent_id);
    }
    for (size_t i = 0; i < node_count * period_count; i++) {
        totals_out[i] = 0;
    }
    for (size_t i = 0; i < cell_count; i++) {
        assert(cells[i].period < period_count);
        size_t node = node_index(nodes, node_count, cells[i].node_id);
        if (!add_into(&totals_out[node * period_count + cells[i].period], cells[i].amount)) {
            return false;
        }
    }
    const size_t *order = leaves_first(arena, nodes, node_count, parents);
    for (size_t i = 0; i < node_count; i++) {
        size_t node = order[i];
        for (size_t p = 0; nodes[node].parent_id != 0 && p < period_count; p++) {
            if (!add_into(&totals_out[parents[node] * period_count + p], totals_out[node * period_count + p])) {
                return false;
            }
        }
    }
    return true;
}

struct opt_int rollup_completion_ppm(int64_t actual, int64_t target)
{
    struct opt_int ppm = {0};
    ppm.set = target > 0 && ratio_ppm(actual, target, &ppm.value);
    return ppm;
}

int64_t rollup_time_passed_ppm(struct date from, struct date to, struct date today)
{
    int64_t days = (int64_t)to.days - from.days;
    int64_t gone = (int64_t)today.days - from.days + 1;
    gone = gone < 0 ? 0 : gone > days ? days : gone;
    int64_t ppm = 0;
    bool fits = ratio_ppm(gone, days, &ppm);
    assert(fits);
    return ppm;
}
