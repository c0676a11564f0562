/* Texts: comparing, cutting, numbers, UTF-8, the growing buffer. */
#include "unit.h"

static void texts_compare(void **state)
{
    (void)state;
    assert_true(str_eq(STR("达标"), str_from("达标")));
    assert_true(str_eq(STR(""), (struct str){0}));
    assert_false(str_eq(STR("a"), STR("ab")));
    assert_true(str_eq_c(STR("abc"), "abc"));
    assert_true(str_eq_ci(STR("Bearer"), STR("bEARER")));
    assert_false(str_eq_ci(STR("Bearer"), STR("bEAREr ")));
    assert_true(str_starts(STR("/api/v1"), STR("/api")));
    assert_false(str_starts(STR("/a"), STR("/api")));
    assert_true(str_starts((struct str){0}, STR("")));
    assert_true(str_ends(STR("amount_minor"), STR("_minor")));
    assert_true(str_ends((struct str){0}, STR("")));
    assert_null(str_from(NULL).ptr);
}

static void texts_are_trimmed(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n\xE3\x80\x80 张 三 \xE3\x80\x80\n")), "张 三");
    assert_str(str_trim(STR(" \xE3\x80\x80 ")), "");
    assert_str(str_trim((struct str){0}), "");
    /* The last byte of another character is not white space. */
    assert_str(str_trim(STR("\xE4\x80\x80")), "\xE4\x80\x80");
}

static void texts_are_sliced_and_searched(void **state)
{
    (void)state;
    assert_str(str_slice(STR("abcdef"), 2, 4), "cd");
    assert_str(str_slice(STR("abcdef"), 4, 100), "ef");
    assert_str(str_slice(STR("abcdef"), 5, 2), "");
    assert_null(str_slice((struct str){0}, 1, 2).ptr);
    assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
    assert_int_equal(str_find(STR("abc"), STR("x")), SIZE_MAX);
    assert_int_equal(str_find((struct str){0}, STR("x")), SIZE_MAX);
    assert_int_equal(str_find(STR("abc"), STR("")), 0);
}

static void texts_are_cut(void **state)
{
    (void)state;
    struct str text = STR("a,,b");
    struct str head;
    assert_true(str_cut(&text, ',', &head));
    assert_str(head, "a");
    assert_true(str_cut(&text, ',', &head));
    assert_str(head, "");
    assert_true(str_cut(&text, ',', &head));
    assert_str(head, "b");
    assert_false(str_cut(&text, ',', &head));
}

static void copies_are_independent(void **state)
{
    (void)state;
    char source[] = "abc";
    struct str copy = str_dup(unit_arena, str_from(source));
    source[0] = 'x';
    assert_str(copy, "abc");
    assert_null(str_dup(unit_arena, (struct str){0}).ptr);
    assert_non_null(str_dup(unit_arena, STR("")).ptr);
    assert_str(str_format(unit_arena, "%d-%.*s", 7, STR_ARG(STR("é"))), "7-é");
}

static void integers_are_read_strictly(void **state)
{
    (void)state;
    int64_t number = -1;
    assert_true(str_to_i64(STR("9223372036854775807"), &number));
    assert_true(number == INT64_MAX);
    assert_true(str_to_i64(STR("-9223372036854775808"), &number));
    assert_true(number == INT64_MIN);
    assert_true(str_to_i64(STR("-0"), &number));
    assert_true(number == 0);
    const char *bad[] = {"",
                         "-",
                         "+1",
                         " 1",
                         "1 ",
                         "1.0",
                         "0x10",
                         "1e3",
                         "9223372036854775808",
                         "-9223372036854775809",
                         "１",
                         "--1",
                         "1-1",
                         "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(str_to_i64(str_from(bad[i]), &number));
    }
}

static void utf8_is_checked(void **state)
{
    (void)state;
    const char *good[] = {"", "abc", "达标", "\xF0\x9F\x98\x80", "\xEF\xBF\xBD", "\xC2\x80", "\xF4\x8F\xBF\xBF"};
    const char *bad[] = {"\x80",
                         "\xC0\x80",
                         "\xC1\xBF",
                         "\xE0\x80\x80",
                         "\xED\xA0\x80",
                         "\xF0\x80\x80\x80",
                         "\xF4\x90\x80\x80",
                         "\xF5\x80\x80\x80",
                         "\xE8\xBE",
                         "\xE8\xBE\x28",
                         "a\xFF"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(str_is_utf8(str_from(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(str_is_utf8(str_from(bad[i])));
    }
    assert_int_equal(str_chars(STR("达标a\xF0\x9F\x98\x80")), 4);
}

static void code_points_round_trip(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x110010; c += c < 0x3000 ? 1 : 17) {
        struct buf buf;
        size_t offset = 0;
        bool encodable = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        buf_init(&buf, unit_arena);
        buf_add_utf8(&buf, c);
        assert_true(str_is_utf8(buf_str(&buf)));
        assert_int_equal(str_next_char(buf_str(&buf), &offset), encodable ? c : 0xFFFD);
        assert_int_equal(offset, buf.len);
    }
    size_t offset = 0;
    struct str broken = STR("\xE8\xBE"
                            "a");
    assert_int_equal(str_next_char(broken, &offset), 0xFFFD);
    assert_int_equal(str_next_char(broken, &offset), 0xFFFD);
    assert_int_equal(str_next_char(broken, &offset), 'a');
    assert_int_equal(offset, broken.len);
}

static void buffers_grow(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, unit_arena);
    assert_str(buf_str(&buf), "");
    assert_non_null(buf_str(&buf).ptr);
    for (int i = 0; i < 5000; i++) {
        buf_add_char(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.ptr[buf.len], '\0');
    }
    assert_int_equal(buf.len, 5000);
    assert_int_equal(buf.ptr[4999], 'a' + 4999 % 26);
    buf_format(&buf, "%s", "");
    buf_add(&buf, (struct str){0});
    assert_int_equal(buf.len, 5000);
    buf_add(&buf, buf_str(&buf)); /* to itself */
    assert_int_equal(buf.len, 10000);
    assert_memory_equal(buf.ptr, buf.ptr + 5000, 5000);
    struct buf text;
    buf_init(&text, unit_arena);
    buf_add_c(&text, "n=");
    buf_format(&text, "%0200d", 7);
    assert_int_equal(text.len, 202);
    assert_int_equal(text.ptr[201], '7');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(texts_compare),   UNIT_TEST(texts_are_trimmed),      UNIT_TEST(texts_are_sliced_and_searched),
        UNIT_TEST(texts_are_cut),   UNIT_TEST(copies_are_independent), UNIT_TEST(integers_are_read_strictly),
        UNIT_TEST(utf8_is_checked), UNIT_TEST(code_points_round_trip), UNIT_TEST(buffers_grow),
    };
    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
