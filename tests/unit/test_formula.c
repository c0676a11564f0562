/* FLD-4: the formula language: exact numbers, dates, conditions, absent values, and faults with their places. */
#include "engines/formula.h"

#include "unit.h"

/* Fields the tests know. */
static enum formula_type find(void *context, struct str name)
{
    (void)context;
    static const struct {
        const char *name;
        enum formula_type type;
    } known[] = {{"amount", FORMULA_NUMBER}, {"zero", FORMULA_NUMBER},  {"huge", FORMULA_NUMBER},
                 {"none", FORMULA_NUMBER},   {"name", FORMULA_TEXT},    {"due_on", FORMULA_DATE},
                 {"won", FORMULA_BOOLEAN},   {"no_text", FORMULA_TEXT}, {"customer_id.level", FORMULA_TEXT}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (str_eq_c(name, known[i].name)) {
            return known[i].type;
        }
    }
    return FORMULA_EMPTY;
}

static struct formula_value value_of(struct str name)
{
    if (str_eq_c(name, "amount")) {
        return (struct formula_value){.type = FORMULA_NUMBER, .number = 1234560000};
    }
    if (str_eq_c(name, "zero")) {
        return (struct formula_value){.type = FORMULA_NUMBER};
    }
    if (str_eq_c(name, "huge")) {
        return (struct formula_value){.type = FORMULA_NUMBER, .number = 8999999999999000000};
    }
    if (str_eq_c(name, "name")) {
        return (struct formula_value){.type = FORMULA_TEXT, .text = STR("星河 Ltd")};
    }
    if (str_eq_c(name, "due_on")) {
        return (struct formula_value){.type = FORMULA_DATE, .date = date_of(2026, 1, 31)};
    }
    if (str_eq_c(name, "won")) {
        return (struct formula_value){.type = FORMULA_BOOLEAN, .boolean = true};
    }
    if (str_eq_c(name, "customer_id.level")) {
        return (struct formula_value){.type = FORMULA_TEXT, .text = STR("A")};
    }
    return (struct formula_value){.type = FORMULA_EMPTY};
}

static struct str shown(struct formula_value value)
{
    switch (value.type) {
    case FORMULA_NUMBER:
        return formula_number_text(unit_arena, value.number);
    case FORMULA_TEXT:
        return value.text;
    case FORMULA_DATE:
        return date_format(unit_arena, value.date);
    case FORMULA_BOOLEAN:
        return value.boolean ? STR("true") : STR("false");
    default:
        return STR("-");
    }
}

static struct str calc(const char *text)
{
    struct formula *formula;
    struct formula_fault fault;
    struct formula_value values[FORMULA_NAMES_MAX];
    const char *why = NULL;
    if (!formula_parse(unit_arena, str_from(text), find, NULL, &formula, &fault)) {
        fail_msg("%s: %s at %zu", text, fault.code, fault.position);
    }
    for (size_t i = 0; i < formula->name_count; i++) {
        values[i] = value_of(formula->names[i]);
    }
    struct formula_value value = formula_calc(unit_arena, formula, values, date_of(2026, 3, 31), &why);
    return why != NULL ? str_from(why) : shown(value);
}

static void test_values(void **state)
{
    (void)state;
    const struct {
        const char *formula, *expected;
    } examples[] = {
        /* numbers are exact, rounded half away from zero at six digits */
        {"1 + 2 * 3", "7"},
        {"(1 + 2) * 3", "9"},
        {"0.1 + 0.2", "0.3"},
        {"10 / 3", "3.333333"},
        {"2 / 3", "0.666667"},
        {"-2 / 3", "-0.666667"},
        {"1 / 8 / 1000000", "0"},
        {"0.000001 * 0.5", "0.000001"},
        {"-0.000001 * 0.5", "-0.000001"},
        {"0.000001 * 0.4", "0"},
        {"amount * 0.13", "160.4928"},
        {"--5", "5"},
        {"7 - 2 - 1", "4"},
        {"round(2.5)", "3"},
        {"round(-2.5)", "-3"},
        {"round(2.345, 2)", "2.35"},
        {"floor(-1.2)", "-2"},
        {"floor(1.9)", "1"},
        {"ceil(1.000001)", "2"},
        {"ceil(-1.9)", "-1"},
        {"abs(-3.5)", "3.5"},
        {"min(3, 1, 2)", "1"},
        {"max(3, amount)", "1234.56"},
        {"huge + huge", "too_large"},
        {"huge * 2 / 2", "too_large"},
        {"amount / zero", "division_by_zero"},
        {"coalesce(amount / zero, 5)", "5"},
        {"if(zero = 0, 1, amount / zero)", "1"},
        /* absent values */
        {"amount + none", "-"},
        {"none = none", "false"},
        {"none < 1", "false"},
        {"not (none < 1)", "true"},
        {"is_empty(none)", "true"},
        {"coalesce(none, 7)", "7"},
        {"min(1, none)", "-"},
        {"if(none > 1, 1, 2)", "2"},
        {"concat(\"a\", no_text, \"b\")", "ab"},
        {"if(won, empty, 1)", "-"},
        /* texts */
        {"name & \"-\" & 1.50", "星河 Ltd-1.5"},
        {"'it''s'", "it's"},
        {"length(name)", "6"},
        {"left(name, 2)", "星河"},
        {"contains(name, \"Ltd\")", "true"},
        {"contains(name, \"ltd\")", "false"},
        {"text(due_on)", "2026-01-31"},
        {"text(won)", "true"},
        {"text(-0.5)", "-0.5"},
        {"customer_id.level = \"A\"", "true"},
        {"\"a\" < \"b\"", "true"},
        /* conditions */
        {"1 < 2 and 2 < 3 or false", "true"},
        {"true or false and false", "true"},
        {"not won", "false"},
        {"amount >= 1234.56", "true"},
        {"amount <> 1234.56", "false"},
        {"if(amount > 1000, \"large\", \"small\")", "large"},
        /* dates */
        {"days_between(date(\"2026-01-31\"), date(\"2026-03-01\"))", "29"},
        {"days_between(due_on, today())", "59"},
        {"add_days(due_on, 1)", "2026-02-01"},
        {"add_days(due_on, -31)", "2025-12-31"},
        {"add_months(due_on, 1)", "2026-02-28"},
        {"add_months(due_on, -11)", "2025-02-28"},
        {"add_months(date(\"2024-01-31\"), 1)", "2024-02-29"},
        {"month_start(due_on)", "2026-01-01"},
        {"month_end(date(\"2028-02-03\"))", "2028-02-29"},
        {"year(due_on) * 100 + month(due_on)", "202601"},
        {"day(due_on)", "31"},
        {"due_on < today()", "true"},
        {"max(due_on, today())", "2026-03-31"},
        {"add_days(due_on, 100000000)", "9999-12-31"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct str value = calc(examples[i].formula);
        if (!str_eq_c(value, examples[i].expected)) {
            fail_msg("%s = %.*s, expected %s", examples[i].formula, STR_ARG(value), examples[i].expected);
        }
    }
}

static void test_faults(void **state)
{
    (void)state;
    const struct {
        const char *formula, *code;
        size_t position;
    } examples[] = {
        {"", "empty", 0},
        {"1 +", "unexpected", 3},
        {"1 2", "unexpected", 2},
        {"(1", "unexpected", 2},
        {"amount + nonsense", "unknown_name", 9},
        {"nonsense(1)", "unknown_function", 0},
        {"amount + name", "wrong_type", 9},
        {"if(amount, 1, 2)", "wrong_type", 3},
        {"if(won, 1, \"x\")", "wrong_type", 11},
        {"if(won, 1)", "wrong_count", 0},
        {"abs(1, 2)", "wrong_count", 7},
        {"round(1, amount)", "not_a_literal", 9},
        {"round(1, 7)", "not_a_literal", 9},
        {"\"abc", "unterminated", 0},
        {"1.2.3", "bad_number", 0},
        {"1.", "bad_number", 0},
        {"1.1234567", "bad_number", 0},
        {"99999999999999", "bad_number", 0},
        {"date(\"2026-02-30\")", "bad_date", 5},
        {"1 ? 2", "unexpected", 2},
        {"empty", "wrong_type", 0},
        {"none = empty", "wrong_type", 0},
        {"won < true", "wrong_type", 0},
        {"1 < 2 < 3", "unexpected", 6},
        {"customer_id.level.x", "unknown_name", 0},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct formula *formula;
        struct formula_fault fault;
        bool fine = formula_parse(unit_arena, str_from(examples[i].formula), find, NULL, &formula, &fault);
        if (fine || strcmp(fault.code, examples[i].code) != 0 || fault.position != examples[i].position) {
            fail_msg("%s: %s at %zu", examples[i].formula, fine ? "fine" : fault.code, fault.position);
        }
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct formula *formula;
    struct formula_fault fault;
    char text[FORMULA_LENGTH_MAX + 2];
    memset(text, '(', 200);
    text[200] = 0;
    assert_false(formula_parse(unit_arena, str_from(text), find, NULL, &formula, &fault));
    assert_string_equal(fault.code, "too_deep");
    memset(text, '-', 200);
    assert_false(formula_parse(unit_arena, str_from(text), find, NULL, &formula, &fault));
    assert_string_equal(fault.code, "too_deep");
    for (size_t i = 0; i < 1000; i += 2) {
        text[i] = '1';
        text[i + 1] = '+';
    }
    text[999] = 0;
    assert_false(formula_parse(unit_arena, str_from(text), find, NULL, &formula, &fault));
    assert_string_equal(fault.code, "too_long");
}

static void test_units(void **state)
{
    (void)state;
    assert_int_equal(formula_units(1234567, 2), 123);
    assert_int_equal(formula_units(1235000, 2), 124);
    assert_int_equal(formula_units(-1235000, 2), -124);
    assert_int_equal(formula_units(1500000, 0), 2);
    assert_int_equal(formula_units(7, 6), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT_TEST(test_values), UNIT_TEST(test_faults), UNIT_TEST(test_limits),
                                       UNIT_TEST(test_units)};
    return cmocka_run_group_tests_name("formula", tests, NULL, NULL);
}
