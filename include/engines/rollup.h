/* Adding up a tree, and what a figure says against its target. Pure: no database, no clock. */
#ifndef DABIAO_ENGINES_ROLLUP_H
#define DABIAO_ENGINES_ROLLUP_H

#include "platform/arena.h"
#include "platform/values.h"

/* A node of the tree (a department). */
struct rollup_node {
    int64_t id;        /* positive */
    int64_t parent_id; /* 0: a top */
};

/* An amount that stands at one node in one period; several cells of the same place add up. */
struct rollup_cell {
    int64_t node_id; /* one of the nodes */
    size_t period;   /* 0 … period_count - 1 */
    int64_t amount;  /* minor units or count; may be negative */
};

/* What stands at every node and everything below it.
 * Shape: nodes ascending by id, parents among them, no cycle; totals_out[i * period_count + p] belongs to nodes[i].
 * Returns false when a sum does not fit 64 bits.
 * Example: tops 1, children 2 and 3 of 1; cells (1: 5), (2: 10), (3: 20) give 1 → 35, 2 → 10, 3 → 20. */
bool rollup_totals(struct arena *arena, const struct rollup_node *nodes, size_t node_count,
                   const struct rollup_cell *cells, size_t cell_count, size_t period_count,
                   int64_t *totals_out) MUST_CHECK;

/* actual / target in millionths, half away from zero; absent when the target is not positive: there is nothing to
 * complete, and the page shows a dash. Example: 50 of 200 is 250,000. Source: attainment, docs/formulas.md. */
struct opt_int rollup_completion_ppm(int64_t actual, int64_t target);
/* Share of the calendar days of [from, to) that are gone on `today`, today counted as gone; 0 before, 1,000,000 from
 * the last day on. Example: 2026-01-01 to 2027-01-01 on 2026-07-02 is 183 of 365 days, 501,370. */
int64_t rollup_time_passed_ppm(struct date from, struct date to, struct date today);

#endif
