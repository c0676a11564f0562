/* What payments are for: fixed examples, and what holds for any amounts. */
#include "engines/allocate.h"

#include "unit.h"

enum { SOURCES_MAX = 40, SLOTS_MAX = 12 };

static uint64_t seed = 88172645463325252ULL;

static int64_t pick(int64_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)limit);
}

static void test_example(void **state)
{
    (void)state;
    const int64_t slots[] = {30, 30};
    const struct allocate_source sources[] = {{1, ALLOCATE_ANY, 40}, {2, 1, 20}};
    struct allocate_part parts[6];
    assert_int_equal(allocate(100, slots, 2, sources, 2, parts), 3);
    const struct allocate_part expected[] = {{1, 1, 20}, {0, 0, 30}, {0, 1, 10}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(parts[i].source, expected[i].source);
        assert_int_equal(parts[i].slot, expected[i].slot);
        assert_int_equal(parts[i].amount, expected[i].amount);
    }
}

static void test_beyond_the_plan(void **state)
{
    (void)state;
    const int64_t slots[] = {30};
    const struct allocate_source sources[] = {{1, ALLOCATE_ANY, 50}, {2, ALLOCATE_ANY, 60}, {3, ALLOCATE_ANY, 10}};
    struct allocate_part parts[7];
    assert_int_equal(allocate(100, slots, 1, sources, 3, parts), 3);
    assert_true(parts[1].slot == ALLOCATE_ANY && parts[1].amount == 20);
    assert_true(parts[2].source == 1 && parts[2].amount == 50); /* 10 of the second and the third stay the payer's */
}

static void test_nothing(void **state)
{
    (void)state;
    const struct allocate_source sources[] = {{1, ALLOCATE_ANY, 50}};
    struct allocate_part parts[2];
    assert_int_equal(allocate(0, NULL, 0, sources, 1, parts), 0);
    assert_int_equal(allocate(100, NULL, 0, NULL, 0, parts), 0);
}

/* No slot, contract or source gives or takes more than it has, and nothing is left over on both sides. */
static void check(int64_t capacity, const int64_t *slots, size_t slot_count, const struct allocate_source *sources,
                  size_t source_count)
{
    struct allocate_part parts[2 * SOURCES_MAX + SLOTS_MAX];
    int64_t given[SOURCES_MAX] = {0};
    int64_t taken[SLOTS_MAX] = {0};
    int64_t sum = 0;
    bool left = false;
    size_t count = allocate(capacity, slots, slot_count, sources, source_count, parts);
    assert_true(count <= 2 * source_count + slot_count);
    for (size_t i = 0; i < count; i++) {
        assert_true(parts[i].amount > 0);
        assert_true(sources[parts[i].source].slot == ALLOCATE_ANY || sources[parts[i].source].slot == parts[i].slot);
        given[parts[i].source] += parts[i].amount;
        sum += parts[i].amount;
        if (parts[i].slot != ALLOCATE_ANY) {
            taken[parts[i].slot] += parts[i].amount;
        }
    }
    for (size_t i = 0; i < source_count; i++) {
        assert_true(given[i] <= sources[i].amount);
        left = left || (sources[i].slot == ALLOCATE_ANY && given[i] < sources[i].amount);
    }
    for (size_t i = 0; i < slot_count; i++) {
        assert_true(taken[i] <= slots[i]);
    }
    assert_true(sum <= capacity);
    assert_true(!left || sum == capacity);
}

static void test_any(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        int64_t slots[SLOTS_MAX];
        struct allocate_source sources[SOURCES_MAX];
        size_t slot_count = (size_t)pick(SLOTS_MAX + 1);
        size_t source_count = (size_t)pick(SOURCES_MAX + 1);
        int64_t capacity = pick(3) == 0 ? 0 : pick(2000);
        for (size_t i = 0; i < slot_count; i++) {
            slots[i] = pick(4) == 0 ? 0 : pick(300);
        }
        for (size_t i = 0; i < source_count; i++) {
            bool certain = slot_count > 0 && pick(3) == 0;
            sources[i] = (struct allocate_source){
                (int64_t)i, certain ? (size_t)pick((int64_t)slot_count) : ALLOCATE_ANY, pick(5) == 0 ? 0 : pick(200)};
        }
        check(capacity, slots, slot_count, sources, source_count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_beyond_the_plan),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
