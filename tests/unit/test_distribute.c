/* Distribution: fixed examples, and what holds for any people and items. */
#include "engines/distribute.h"

#include <stdlib.h>

#include "unit.h"

enum { PEOPLE_MAX = 40, ITEMS_MAX = 600 };

static uint64_t seed = 88172645463325252ULL;

static int64_t pick(int64_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)limit);
}

/* Numbers that the people get; every choice is looked at. */
static void run(enum distribute_way way, struct distribute_person *people, size_t count, size_t items, size_t *turn)
{
    struct arena *arena = arena_create(16 * 1024 * 1024);
    size_t choices[ITEMS_MAX];
    int64_t got[PEOPLE_MAX] = {0};
    int64_t counted[PEOPLE_MAX] = {0};
    int64_t rooms[PEOPLE_MAX];
    for (size_t i = 0; i < count; i++) {
        rooms[i] = people[i].room;
    }
    distribute(arena, way, people, count, items, turn, choices);
    for (size_t i = 0; i < items; i++) {
        if (choices[i] != DISTRIBUTE_NOBODY) {
            assert_true(choices[i] < count);
            got[choices[i]]++;
            counted[choices[i]] += people[choices[i]].free == NULL || !people[choices[i]].free[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(got[i], people[i].given);
        assert_true(counted[i] <= rooms[i]);
        people[i].room = rooms[i];
    }
    arena_destroy(arena);
}

static void expect(enum distribute_way way, struct distribute_person *people, size_t count, size_t items,
                   const int64_t *expected)
{
    run(way, people, count, items, NULL);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(people[i].given, expected[i]);
    }
}

#define NO_LIMIT DISTRIBUTE_NO_LIMIT

static void test_examples(void **state)
{
    (void)state;
    struct distribute_person three[] = {{1, NO_LIMIT}, {2, 1}, {2, NO_LIMIT}};
    expect(DISTRIBUTE_EVENLY, three, 3, 7, (int64_t[]){3, 1, 3});
    expect(DISTRIBUTE_ONE, three, 3, 7, (int64_t[]){7, 0, 0});
    three[1].room = NO_LIMIT;
    expect(DISTRIBUTE_WEIGHTED, three, 3, 10, (int64_t[]){2, 4, 4});
    expect(DISTRIBUTE_EVENLY, three, 3, 8, (int64_t[]){3, 3, 2});
    struct distribute_person rooms[] = {{0, 3}, {0, 0}, {0, 4}};
    expect(DISTRIBUTE_TO_CAPACITY, rooms, 3, 5, (int64_t[]){3, 0, 2});
    expect(DISTRIBUTE_TO_CAPACITY, rooms, 3, 50, (int64_t[]){3, 0, 4});
    expect(DISTRIBUTE_WEIGHTED, rooms, 3, 5, (int64_t[]){0, 0, 0});
    expect(DISTRIBUTE_ONE, rooms, 3, 5, (int64_t[]){3, 0, 0});
    expect(DISTRIBUTE_EVENLY, rooms, 3, 0, (int64_t[]){0, 0, 0});
}

static void test_turns_go_on(void **state)
{
    (void)state;
    struct distribute_person people[] = {{0, NO_LIMIT}, {0, 1}, {0, NO_LIMIT}};
    size_t turn = 1;
    run(DISTRIBUTE_IN_TURNS, people, 3, 4, &turn);
    assert_int_equal(people[0].given, 1);
    assert_int_equal(people[1].given, 1);
    assert_int_equal(people[2].given, 2);
    assert_int_equal(turn, 0);
    int64_t totals[3] = {0};
    people[1].room = NO_LIMIT;
    for (int batch = 0; batch < 30; batch++) {
        run(DISTRIBUTE_IN_TURNS, people, 3, (size_t)pick(5), &turn);
        for (int i = 0; i < 3; i++) {
            totals[i] += people[i].given;
        }
    }
    for (int i = 0; i < 3; i++) {
        assert_true(llabs(totals[i] - totals[0]) <= 1);
    }
}

static void test_what_takes_no_room(void **state)
{
    (void)state;
    bool free[] = {true, false, false, true};
    struct distribute_person one[] = {{0, 1, free}};
    expect(DISTRIBUTE_ONE, one, 1, 4, (int64_t[]){3});
    struct distribute_person two[] = {{0, 1, free}, {0, 0, NULL}};
    expect(DISTRIBUTE_EVENLY, two, 2, 4, (int64_t[]){3, 0});
    /* The first counts on five free ones, of which the second gets some: that one takes what the first cannot. */
    bool early[] = {true, true, true, true, true, false, false, false, false, false};
    struct distribute_person mixed[] = {{1, 1, early}, {1, NO_LIMIT}};
    for (int way = DISTRIBUTE_EVENLY; way <= DISTRIBUTE_WEIGHTED; way++) {
        run((enum distribute_way)way, mixed, 2, 10, NULL);
        assert_int_equal(mixed[0].given + mixed[1].given, 10);
    }
}

static void test_even(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct distribute_person people[PEOPLE_MAX];
        size_t count = 1 + (size_t)pick(PEOPLE_MAX);
        size_t items = (size_t)pick(ITEMS_MAX);
        for (size_t i = 0; i < count; i++) {
            people[i] = (struct distribute_person){0, NO_LIMIT};
        }
        run(DISTRIBUTE_EVENLY, people, count, items, NULL);
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            assert_true(llabs(people[i].given - people[0].given) <= 1);
            sum += people[i].given;
        }
        assert_int_equal(sum, items);
    }
}

static void test_weighted(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct distribute_person people[PEOPLE_MAX];
        size_t count = 1 + (size_t)pick(PEOPLE_MAX);
        size_t items = (size_t)pick(ITEMS_MAX);
        int64_t weights = 0, sum = 0;
        for (size_t i = 0; i < count; i++) {
            people[i] = (struct distribute_person){1 + pick(100), NO_LIMIT};
            weights += people[i].weight;
        }
        run(DISTRIBUTE_WEIGHTED, people, count, items, NULL);
        for (size_t i = 0; i < count; i++) {
            /* |given - items * weight / weights| < 1 */
            assert_true(llabs(people[i].given * weights - (int64_t)items * people[i].weight) < weights);
            sum += people[i].given;
        }
        assert_int_equal(sum, items);
    }
}

/* Whatever the way: nobody above his room (checked in run), and nothing left over while somebody has room. */
static void test_capacity(void **state)
{
    (void)state;
    for (int round = 0; round < 600; round++) {
        struct distribute_person people[PEOPLE_MAX];
        enum distribute_way way = (enum distribute_way)(1 + pick(4));
        size_t count = 1 + (size_t)pick(PEOPLE_MAX);
        size_t items = (size_t)pick(ITEMS_MAX);
        size_t turn = (size_t)pick((int64_t)count);
        int64_t room = 0, sum = 0;
        for (size_t i = 0; i < count; i++) {
            people[i] = (struct distribute_person){1 + pick(9), pick(20)};
            room += people[i].room;
        }
        run(way, people, count, items, &turn);
        for (size_t i = 0; i < count; i++) {
            sum += people[i].given;
        }
        assert_int_equal(sum, room < (int64_t)items ? room : (int64_t)items);
    }
}

/* Every part of the list has its share of everybody: nobody gets only the beginning of an alphabet. */
static void test_spread(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1024 * 1024);
    struct distribute_person people[] = {{1, NO_LIMIT}, {1, NO_LIMIT}};
    size_t choices[100];
    int first_half = 0;
    distribute(arena, DISTRIBUTE_EVENLY, people, 2, 100, NULL, choices);
    for (int i = 0; i < 50; i++) {
        first_half += choices[i] == 0;
    }
    assert_int_equal(first_half, 25);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples), cmocka_unit_test(test_turns_go_on),
        cmocka_unit_test(test_even),     cmocka_unit_test(test_what_takes_no_room),
        cmocka_unit_test(test_weighted), cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
