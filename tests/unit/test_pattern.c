/* FLD-1: patterns of custom fields: what matches, what is no pattern, and that no pattern takes long. */
#include "engines/pattern.h"

#include <time.h>

#include "unit.h"

static bool matches(const char *pattern, const char *text)
{
    const struct pattern *parsed = pattern_parse(unit_arena, str_from(pattern));
    assert_non_null(parsed);
    return pattern_matches(unit_arena, parsed, str_from(text));
}

static void test_matches(void **state)
{
    (void)state;
    const struct {
        const char *pattern, *text;
        bool expected;
    } examples[] = {
        {"abc", "abc", true},
        {"abc", "abcd", false},
        {"abc", "xabc", false},
        {"^abc$", "abc", true},
        {"a\\$", "a$", true},
        {"[A-Z]{2}-\\d{4}", "HT-2026", true},
        {"[A-Z]{2}-\\d{4}", "HT-226", false},
        {"[A-Z]{2}-\\d{4}", "HT-20261", false},
        {"\\d{2,}", "1", false},
        {"\\d{2,}", "123456", true},
        {"\\d{1,3}(,\\d{3})*", "1,234,567", true},
        {"\\d{1,3}(,\\d{3})*", "1,23", false},
        {"(ja|nein|weiß nicht)", "weiß nicht", true},
        {"(ja|nein|weiß nicht)", "wei", false},
        {"a|bc|", "", true},
        {"a|bc|", "bc", true},
        {"[一-龥]{2,4}", "张伟", true},
        {"[一-龥]{2,4}", "张w", false},
        {"[^0-9]+", "abc", true},
        {"[^0-9]+", "a1c", false},
        {"[]a]+", "]a]", true},
        {"[\\w.]+@[\\w.]+", "a.b@c.de", true},
        {"\\S+\\s\\S+", "a b", true},
        {"\\D", "7", false},
        {".", "中", true},
        {"(?:ab)?c", "c", true},
        {"(?:ab)?c", "abc", true},
        {"(a*)*", "aaaa", true},
        {"x{0}", "", true},
        {"9\\.5", "9.5", true},
        {"9\\.5", "925", false},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        if (matches(examples[i].pattern, examples[i].text) != examples[i].expected) {
            fail_msg("%s on %s", examples[i].pattern, examples[i].text);
        }
    }
}

static void test_no_patterns(void **state)
{
    (void)state;
    const char *const broken[] = {"",   "(",      "(a",  ")",   "a)",     "[a",      "[z-a]",
                                  "*a", "a**b(",  "{2}", "a{2", "a{3,2}", "a{x}",    "a{101}",
                                  "\\", "\\p{L}", "a^b", "a$b", "(?=a)",  "(?<n>a)", "((a{50}){50}){50}",
                                  "\\1"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        if (pattern_parse(unit_arena, str_from(broken[i])) != NULL) {
            fail_msg("\"%s\" is no pattern", broken[i]);
        }
    }
}

/* What makes other engines go through every way there is. */
static void test_no_pattern_takes_long(void **state)
{
    (void)state;
    char text[4001];
    memset(text, 'a', 4000);
    text[3999] = 'b';
    text[4000] = 0;
    clock_t before = clock();
    assert_false(matches("(a*)*c", text));
    assert_false(matches("(a|a)*c", text));
    assert_false(matches("(a?){50}a{50}c", text));
    assert_true((clock() - before) / CLOCKS_PER_SEC < 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT_TEST(test_matches), UNIT_TEST(test_no_patterns),
                                       UNIT_TEST(test_no_pattern_takes_long)};
    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
