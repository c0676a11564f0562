/* How likely a target is reached: golden vectors, and that more is never likelier than less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engines/attain.h"

static void steady_months(void **state)
{
    (void)state;
    const int64_t months[] = {0, 0, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100};
    struct attain estimate = attain_estimate(months, 14, 1200);
    assert_true(estimate.known);
    assert_int_equal(estimate.months, 12);
    assert_int_equal(estimate.expected, 1200);
    assert_int_equal(estimate.low, 1171); /* 1,200 - 0.8416 × 10 × √12 */
    assert_int_equal(estimate.high, 1229);
    assert_int_equal(estimate.probability_ppm, 500000);
    assert_int_equal(attain_estimate(months, 14, 1300).probability_ppm, 1946);
}

static void the_last_year_is_the_pace(void **state)
{
    (void)state;
    int64_t months[24];
    for (size_t i = 0; i < 24; i++) {
        months[i] = i < 12 ? 50 : 150;
    }
    struct attain estimate = attain_estimate(months, 24, 1800);
    assert_int_equal(estimate.expected, 1800);
    assert_int_equal(estimate.probability_ppm, 500000);
    assert_true(estimate.high - estimate.low > 200);
}

static void what_is_done_stands(void **state)
{
    (void)state;
    const int64_t months[] = {100, 100, 100, 100, 100, 100, 100};
    struct attain estimate = attain_rest(months, 7, 700, 5000000, 1200);
    assert_int_equal(estimate.expected, 1200);
    assert_int_equal(estimate.low, 1181); /* 1,200 - 0.8416 × 10 × √5 */
    assert_int_equal(estimate.high, 1219);
    assert_int_equal(estimate.probability_ppm, 500000);
    estimate = attain_rest(months, 7, 700, 0, 700);
    assert_int_equal(estimate.low, 700);
    assert_int_equal(estimate.high, 700);
    assert_int_equal(estimate.probability_ppm, 1000000);
    assert_int_equal(attain_rest(months, 7, 700, 0, 701).probability_ppm, 0);
}

static void too_little_says_nothing(void **state)
{
    (void)state;
    const int64_t months[] = {0, 0, 0, 5, 5, 5, 5, 5};
    assert_false(attain_estimate(months, 8, 10).known);
    assert_false(attain_estimate(months, 0, 10).known);
}

static void more_is_never_likelier(void **state)
{
    (void)state;
    const int64_t months[] = {30, -10, 80, 20, 0, 45, 90, 10, 60, 75};
    int64_t before = 1000000;
    for (int64_t target = 0; target < 2000; target += 25) {
        int64_t now = attain_estimate(months, 10, target).probability_ppm;
        assert_true(now <= before && now >= 0);
        before = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_months),          cmocka_unit_test(the_last_year_is_the_pace),
        cmocka_unit_test(what_is_done_stands),    cmocka_unit_test(too_little_says_nothing),
        cmocka_unit_test(more_is_never_likelier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
