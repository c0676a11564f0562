/* Patterns of numbers: what they give, and what is refused. */
#include "engines/number_pattern.h"

#include "unit.h"

static void test_format(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1024 * 1024);
    const struct {
        const char *pattern;
        int64_t number;
        const char *expected;
    } examples[] = {
        {"HT{YYYY}{MM}-{0000}", 7, "HT202603-0007"},
        {"HT{YYYY}{MM}-{0000}", 12345, "HT202603-12345"},
        {"{YY}/{MM}/{DD}/{0}", 1, "26/03/05/1"},
        {"星河合同（{YYYY}）第{000}号", 12, "星河合同（2026）第012号"},
        {"{00000000}", 3, "00000003"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct str made =
            number_pattern_format(arena, str_from(examples[i].pattern), date_of(2026, 3, 5), examples[i].number);
        assert_true(str_eq_c(made, examples[i].expected));
    }
    arena_destroy(arena);
}

static void test_check(void **state)
{
    (void)state;
    const struct {
        const char *pattern;
        enum number_restart restarts;
        enum number_fault fault;
    } examples[] = {
        {"HT{YYYY}{MM}-{0000}", NUMBER_RESTARTS_MONTHLY, NUMBER_FINE},
        {"HT{YY}-{0000}", NUMBER_RESTARTS_YEARLY, NUMBER_FINE},
        {"HT-{0000}", NUMBER_RESTARTS_NEVER, NUMBER_FINE},
        {"HT{YYYY}-{0000}", NUMBER_RESTARTS_MONTHLY, NUMBER_REPEATS},
        {"HT{MM}-{0000}", NUMBER_RESTARTS_MONTHLY, NUMBER_REPEATS},
        {"HT{MM}-{0000}", NUMBER_RESTARTS_YEARLY, NUMBER_REPEATS},
        {"HT{YYYY}{MM}", NUMBER_RESTARTS_MONTHLY, NUMBER_NO_COUNTER},
        {"", NUMBER_RESTARTS_NEVER, NUMBER_NO_COUNTER},
        {"{00}-{00}", NUMBER_RESTARTS_NEVER, NUMBER_TWO_COUNTERS},
        {"{yyyy}{0000}", NUMBER_RESTARTS_NEVER, NUMBER_UNKNOWN_PART},
        {"{}{0000}", NUMBER_RESTARTS_NEVER, NUMBER_UNKNOWN_PART},
        {"{0000", NUMBER_RESTARTS_NEVER, NUMBER_UNKNOWN_PART},
        {"0000}{0}", NUMBER_RESTARTS_NEVER, NUMBER_UNKNOWN_PART},
        {"{000000000}", NUMBER_RESTARTS_NEVER, NUMBER_TOO_LONG},
        {"12345678901234567890123456789012345678901234567{00}", NUMBER_RESTARTS_NEVER, NUMBER_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        assert_int_equal(number_pattern_check(str_from(examples[i].pattern), examples[i].restarts), examples[i].fault);
    }
}

static void test_period(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1024 * 1024);
    struct date day = date_of(2026, 3, 5);
    enum number_restart restarts;
    assert_true(str_eq_c(number_pattern_period(arena, NUMBER_RESTARTS_MONTHLY, day), "202603"));
    assert_true(str_eq_c(number_pattern_period(arena, NUMBER_RESTARTS_YEARLY, day), "2026"));
    assert_true(str_eq_c(number_pattern_period(arena, NUMBER_RESTARTS_NEVER, day), "all"));
    assert_true(number_restart_find(STR("year"), &restarts));
    assert_int_equal(restarts, NUMBER_RESTARTS_YEARLY);
    assert_false(number_restart_find(STR("day"), &restarts));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
