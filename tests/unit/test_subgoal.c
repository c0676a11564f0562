/* What has to be done to reach a target: golden vectors, and that needs are the fewest that suffice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engines/subgoal.h"

static uint64_t random_state = 20260401;

static int64_t random_below(int64_t limit)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int64_t)((random_state >> 33) % (uint64_t)limit);
}

static struct subgoal_rate rate(int64_t part, int64_t whole)
{
    return (struct subgoal_rate){.known = true, .part = part, .whole = whole, .cases = whole};
}

static void the_example(void **state)
{
    (void)state;
    const struct subgoal_step steps[] = {
        {.levels = {{true, 500000, 5, 5}}, .cases_min = 5},
        {.levels = {rate(2, 8)}, .cases_min = 5, .have = 12},
        {.levels = {rate(10, 20)}, .cases_min = 10},
    };
    struct subgoal_need needs[3];
    subgoal_needs(1000000, steps, 3, needs);
    assert_int_equal(needs[0].need, 10);
    assert_int_equal(needs[1].need, 40);
    assert_int_equal(needs[1].more, 28);
    assert_int_equal(needs[2].asked, 28);
    assert_int_equal(needs[2].more, 56);
    assert_true(needs[0].known && needs[1].known && needs[2].known);
    assert_int_equal(subgoal_per_week(56, 70).value, 6); /* 5.6 a week */
    assert_int_equal(subgoal_per_day_milli(56, 50).value, 1120);
}

static void too_few_fall_back(void **state)
{
    (void)state;
    struct subgoal_step step = {.levels = {rate(1, 4), rate(10, 40), rate(100, 200)}, .cases_min = 5};
    struct subgoal_need need;
    subgoal_needs(10, &step, 1, &need);
    assert_int_equal(need.level, 1);
    assert_int_equal(need.need, 40);
    step.levels[1] = rate(0, 400); /* nothing came of it: no rate to go by */
    subgoal_needs(10, &step, 1, &need);
    assert_int_equal(need.level, 2);
    assert_int_equal(need.need, 20);
    step.levels[2].known = false;
    subgoal_needs(10, &step, 1, &need);
    assert_false(need.known);
    assert_int_equal(need.asked, 10);
}

static void nothing_known_ends_the_way(void **state)
{
    (void)state;
    const struct subgoal_step steps[] = {{.levels = {rate(0, 0)}}, {.levels = {rate(1, 1)}}};
    struct subgoal_need needs[2];
    subgoal_needs(5, steps, 2, needs);
    assert_false(needs[0].known);
    assert_false(needs[1].known);
    assert_int_equal(needs[1].more, 0);
}

static void nothing_missing_needs_nothing(void **state)
{
    (void)state;
    const struct subgoal_step steps[] = {{.levels = {rate(1, 3)}, .have = 2}, {.levels = {rate(1, 2)}}};
    for (int64_t missing = -5; missing <= 0; missing++) {
        struct subgoal_need needs[2];
        subgoal_needs(missing, steps, 2, needs);
        assert_true(needs[0].known && needs[1].known);
        assert_int_equal(needs[0].need, 0);
        assert_int_equal(needs[1].more, 0);
    }
}

static void what_is_too_large_is_not_known(void **state)
{
    (void)state;
    const struct subgoal_step step = {.levels = {rate(1, SUBGOAL_MAX)}};
    struct subgoal_need need;
    subgoal_needs(SUBGOAL_MAX, &step, 1, &need);
    assert_false(need.known);
}

static void a_closed_period_has_no_pace(void **state)
{
    (void)state;
    assert_false(subgoal_per_week(3, 6).set); /* less than a week: the number itself is the week's */
    assert_false(subgoal_per_week(3, 0).set);
    assert_false(subgoal_per_week(3, -9).set);
    assert_int_equal(subgoal_per_week(3, 7).value, 3);
    assert_int_equal(subgoal_per_week(0, 70).value, 0);
    assert_false(subgoal_per_day_milli(3, 0).set);
    assert_int_equal(subgoal_per_day_milli(1, 3).value, 334);
}

static struct subgoal_step random_step(void)
{
    struct subgoal_step step = {.cases_min = random_below(4), .have = random_below(20)};
    for (size_t i = 0; i < SUBGOAL_LEVELS; i++) {
        step.levels[i] = rate(random_below(6), random_below(50));
        step.levels[i].known = random_below(5) > 0;
    }
    return step;
}

/* The fewest causes that suffice; more missing never needs less; a rate is the first that counts. */
static void needs_suffice_and_no_less_would(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct subgoal_step steps[4];
        struct subgoal_need needs[4];
        struct subgoal_need larger[4];
        int64_t missing = random_below(1000) - 100;
        for (size_t i = 0; i < 4; i++) {
            steps[i] = random_step();
        }
        subgoal_needs(missing, steps, 4, needs);
        subgoal_needs(missing + 1 + random_below(50), steps, 4, larger);
        for (size_t i = 0; i < 4; i++) {
            const struct subgoal_need *need = &needs[i];
            const struct subgoal_rate *used = &steps[i].levels[need->level];
            assert_true(need->need >= 0 && need->more >= 0 && need->asked >= 0);
            assert_true(larger[i].known == need->known);
            if (!need->known) {
                continue;
            }
            assert_true(subgoal_rate_counts(used, steps[i].cases_min));
            for (size_t before = 0; before < need->level; before++) {
                assert_false(subgoal_rate_counts(&steps[i].levels[before], steps[i].cases_min));
            }
            assert_true(need->need * used->part >= need->asked * used->whole);
            assert_true(need->need == 0 || (need->need - 1) * used->part < need->asked * used->whole);
            assert_true(need->more == (need->need > steps[i].have ? need->need - steps[i].have : 0));
            assert_true(larger[i].need >= need->need && larger[i].more >= need->more);
            assert_true(i == 0 || need->asked == needs[i - 1].more);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example),
        cmocka_unit_test(too_few_fall_back),
        cmocka_unit_test(nothing_known_ends_the_way),
        cmocka_unit_test(nothing_missing_needs_nothing),
        cmocka_unit_test(what_is_too_large_is_not_known),
        cmocka_unit_test(a_closed_period_has_no_pace),
        cmocka_unit_test(needs_suffice_and_no_less_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
