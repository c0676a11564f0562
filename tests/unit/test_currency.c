/* Amounts of one currency in another: fixed examples, both directions of digits, limits. */
#include "engines/currency.h"

#include "unit.h"

static int64_t convert(int64_t minor, const char *from, int64_t rate_nano, const char *to)
{
    int64_t out = -1;
    assert_true(
        currency_convert(minor, currency_digits(str_from(from)), rate_nano, currency_digits(str_from(to)), &out));
    return out;
}

static void test_examples(void **state)
{
    (void)state;
    assert_int_equal(convert(100000, "USD", 7123450000, "CNY"), 712345);
    assert_int_equal(convert(1000, "JPY", 48200000, "CNY"), 4820);
    assert_int_equal(convert(4820, "CNY", 20746887967, "JPY"), 1000);
    assert_int_equal(convert(1500, "KWD", 23400000000, "CNY"), 3510);
    assert_int_equal(convert(123456, "CNY", CURRENCY_RATE_ONE, "CNY"), 123456);
    assert_int_equal(convert(100000000, "IDR", 450000, "CNY"), 45000);
}

static void test_rounding(void **state)
{
    (void)state;
    assert_int_equal(convert(1, "USD", 500000000, "CNY"), 1);
    assert_int_equal(convert(1, "USD", 499999999, "CNY"), 0);
    assert_int_equal(convert(-1, "USD", 500000000, "CNY"), -1);
    assert_int_equal(convert(3, "USD", 1500000000, "CNY"), 5); /* 4.5 */
}

static void test_limits(void **state)
{
    (void)state;
    int64_t out = 7;
    assert_false(currency_convert(1000000000000000, 0, 1000000000000000, 3, &out));
    assert_int_equal(out, 7);
    assert_int_equal(convert(1000000000000000, "USD", 1000000000000, "CNY"), 1000000000000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
