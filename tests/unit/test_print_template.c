/* Templates: known placeholders pass, all others are named. */
#include "engines/print_template.h"

#include <string.h>

#include "unit.h"

static const char *const NAMES[] = {"number", "seal", NULL};

static void assert_fine(const char *body)
{
    struct str bad = {0};
    assert_true(print_template_check(str_from(body), NAMES, &bad));
}

static void assert_bad(const char *body, const char *expected)
{
    struct str bad = {0};
    assert_false(print_template_check(str_from(body), NAMES, &bad));
    assert_true(str_eq_c(bad, expected));
}

static void test_templates(void **state)
{
    (void)state;
    assert_fine("");
    assert_fine("{ } a{b} }} <b>");
    assert_fine("{{number}}{{ seal }}\n{{lines name  amount}}");
    assert_bad("{{number}} {{x}}", "x");
    assert_bad("{{number", "number");
    assert_bad("{{lines}}", "lines");
    assert_bad("{{lines cost}}", "lines cost");
    assert_bad("{{}}", "");
    assert_bad("{{", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_templates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
