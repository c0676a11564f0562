/* Trees that add up and splits that add up: golden vectors and properties on random input (fixed seed). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engines/rollup.h"
#include "engines/split.h"

enum { NODES_MAX = 60, CELLS_MAX = 400, PERIODS = 12 };

static uint64_t random_state = 20260331;

static int64_t random_below(int64_t limit)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int64_t)((random_state >> 33) % (uint64_t)limit);
}

static void rollup_adds_own_and_below(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1 << 20);
    const struct rollup_node nodes[] = {{1, 0}, {2, 1}, {3, 1}};
    const struct rollup_cell cells[] = {{1, 0, 5}, {2, 0, 10}, {3, 0, 20}, {3, 1, -7}};
    int64_t totals[6];
    assert_true(rollup_totals(arena, nodes, 3, cells, 4, 2, totals));
    const int64_t expected[6] = {35, -7, 10, 0, 20, -7};
    assert_memory_equal(totals, expected, sizeof expected);
    const struct rollup_cell large[] = {{2, 0, INT64_MAX}, {3, 0, 1}};
    assert_false(rollup_totals(arena, nodes, 3, large, 2, 2, totals));
    arena_destroy(arena);
}

/* A forest in which a parent may have a higher id than its child. */
static size_t random_forest(struct rollup_node *nodes)
{
    size_t count = (size_t)random_below(NODES_MAX) + 1;
    size_t rank[NODES_MAX];
    for (size_t i = 0; i < count; i++) {
        rank[i] = i;
    }
    for (size_t i = count - 1; i > 0; i--) {
        size_t j = (size_t)random_below((int64_t)i + 1);
        size_t kept = rank[i];
        rank[i] = rank[j];
        rank[j] = kept;
    }
    for (size_t i = 0; i < count; i++) {
        nodes[i].id = (int64_t)(i + 1) * 3;
    }
    for (size_t i = 0; i < count; i++) { /* rank[i] hangs below some rank[j], j < i */
        bool top = i == 0 || random_below(10) == 0;
        nodes[rank[i]].parent_id = top ? 0 : nodes[rank[random_below((int64_t)i)]].id;
    }
    return count;
}

static void rollup_parts_equal_the_whole(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1 << 24);
    for (int round = 0; round < 300; round++) {
        struct rollup_node nodes[NODES_MAX];
        struct rollup_cell cells[CELLS_MAX];
        static int64_t totals[NODES_MAX * PERIODS];
        static int64_t shuffled[NODES_MAX * PERIODS];
        size_t node_count = random_forest(nodes);
        size_t cell_count = (size_t)random_below(CELLS_MAX);
        int64_t sums[PERIODS] = {0};
        for (size_t i = 0; i < cell_count; i++) {
            cells[i] = (struct rollup_cell){nodes[random_below((int64_t)node_count)].id, (size_t)random_below(PERIODS),
                                            random_below(2000000000000) - 1000000000000};
            sums[cells[i].period] += cells[i].amount;
        }
        assert_true(rollup_totals(arena, nodes, node_count, cells, cell_count, PERIODS, totals));
        for (size_t p = 0; p < PERIODS; p++) {
            int64_t tops = 0;
            for (size_t i = 0; i < node_count; i++) {
                int64_t below = 0;
                for (size_t j = 0; j < node_count; j++) {
                    below += nodes[j].parent_id == nodes[i].id ? totals[j * PERIODS + p] : 0;
                }
                for (size_t c = 0; c < cell_count; c++) {
                    below += cells[c].node_id == nodes[i].id && cells[c].period == p ? cells[c].amount : 0;
                }
                assert_int_equal(below, totals[i * PERIODS + p]);
                tops += nodes[i].parent_id == 0 ? totals[i * PERIODS + p] : 0;
            }
            assert_int_equal(tops, sums[p]);
        }
        for (size_t i = 0; i + 1 < cell_count; i++) {
            size_t j = i + (size_t)random_below((int64_t)(cell_count - i));
            struct rollup_cell kept = cells[i];
            cells[i] = cells[j];
            cells[j] = kept;
        }
        assert_true(rollup_totals(arena, nodes, node_count, cells, cell_count, PERIODS, shuffled));
        assert_memory_equal(totals, shuffled, node_count * PERIODS * sizeof totals[0]);
        arena_reset(arena);
    }
    arena_destroy(arena);
}

static void completion_of_nothing_is_absent(void **state)
{
    (void)state;
    assert_int_equal(rollup_completion_ppm(50, 200).value, 250000);
    assert_int_equal(rollup_completion_ppm(-50, 200).value, -250000);
    assert_false(rollup_completion_ppm(50, 0).set);
    assert_false(rollup_completion_ppm(50, -10).set);
}

static void time_passed_counts_today(void **state)
{
    (void)state;
    struct date from = date_of(2026, 1, 1);
    struct date to = date_of(2027, 1, 1);
    assert_int_equal(rollup_time_passed_ppm(from, to, date_of(2025, 12, 31)), 0);
    assert_int_equal(rollup_time_passed_ppm(from, to, date_of(2026, 7, 2)), 501370);
    assert_int_equal(rollup_time_passed_ppm(from, to, date_of(2026, 12, 31)), 1000000);
    assert_int_equal(rollup_time_passed_ppm(from, to, date_of(2030, 1, 1)), 1000000);
}

static void split_golden(void **state)
{
    (void)state;
    int64_t parts[3];
    assert_true(split_by_weights(100, (const int64_t[]){1, 1, 1}, 3, parts));
    assert_memory_equal(parts, ((const int64_t[]){33, 33, 34}), sizeof parts);
    assert_true(split_by_weights(100, (const int64_t[]){0, -5, 0}, 3, parts));
    assert_memory_equal(parts, ((const int64_t[]){33, 33, 34}), sizeof parts);
    assert_true(split_copy((const int64_t[]){100, 200, -30}, 3, 100000, parts));
    assert_memory_equal(parts, ((const int64_t[]){110, 220, 0}), sizeof parts);
    assert_true(split_copy((const int64_t[]){100, 200, 0}, 3, -1000000, parts));
    assert_memory_equal(parts, ((const int64_t[]){0, 0, 0}), sizeof parts);
}

static void split_parts_add_up(void **state)
{
    (void)state;
    for (int round = 0; round < 5000; round++) {
        int64_t weights[PERIODS];
        int64_t parts[PERIODS];
        int64_t total = random_below(1000000000000000) - (round % 3 == 0 ? 500000000000000 : 0);
        for (size_t i = 0; i < PERIODS; i++) {
            weights[i] = random_below(3) == 0 ? 0 : random_below(100000000000) - 10000000000;
        }
        assert_true(split_by_weights(total, weights, PERIODS, parts));
        int64_t sum = 0;
        for (size_t i = 0; i < PERIODS; i++) {
            sum += parts[i];
        }
        assert_int_equal(sum, total);
    }
}

static void working_days_without_exceptions(void **state)
{
    (void)state;
    assert_int_equal(split_working_days(date_of(2026, 3, 1), date_of(2026, 4, 1), NULL, 0), 22);
    const struct workday exceptions[] = {
        {date_of(2026, 3, 2), false},
        {date_of(2026, 3, 7), true},
        {date_of(2026, 3, 8), false},
        {date_of(2026, 4, 6), false},
    };
    assert_int_equal(split_working_days(date_of(2026, 3, 1), date_of(2026, 4, 1), exceptions, 4), 22);
    assert_int_equal(split_working_days(date_of(2026, 3, 1), date_of(2026, 3, 7), exceptions, 4), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rollup_adds_own_and_below),
        cmocka_unit_test(rollup_parts_equal_the_whole),
        cmocka_unit_test(completion_of_nothing_is_absent),
        cmocka_unit_test(time_passed_counts_today),
        cmocka_unit_test(split_golden),
        cmocka_unit_test(split_parts_add_up),
        cmocka_unit_test(working_days_without_exceptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
