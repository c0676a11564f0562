/* The JSON boundary: what is refused, how it is told, what comes out again. */
#include "unit.h"

#include "platform/json.h"

static struct error error;

static enum err read_text(struct str text, json_t **out)
{
    *out = NULL;
    error_init(&error, unit_arena);
    return json_read(unit_arena, text, &error, out);
}

static void assert_refused(const char *text, const char *field, const char *code)
{
    json_t *json;
    assert_int_equal(read_text(str_from(text), &json), ERR_BAD_JSON);
    assert_null(json);
    assert_int_equal(error.code, ERR_BAD_JSON);
    assert_true(error.detail.len > 0);
    assert_true(str_is_utf8(error.detail));
    assert_int_equal(error.field_count, field == NULL ? 0 : 1);
    if (field != NULL) {
        assert_str(error.fields[0].field, field);
        assert_str(error.fields[0].code, code);
    }
}

static void bodies_are_read(void **state)
{
    (void)state;
    json_t *json;
    assert_int_equal(read_text(STR(" {\"a\": [1, -2, 9223372036854775807, 1.5, true, null, \"\\u8fbe标\"]} \n"), &json),
                     OK);
    assert_str(json_write(unit_arena, json), "{\"a\":[1,-2,9223372036854775807,1.5,true,null,\"达标\"]}");
    assert_int_equal(read_text(STR("[]"), &json), OK);
    assert_true(json_is_array(json));
    /* A list of the same key in different objects is no duplicate. */
    assert_int_equal(read_text(STR("[{\"a\":1},{\"a\":1,\"b\":{\"a\":1}}]"), &json), OK);
}

static void bad_bodies_are_refused(void **state)
{
    (void)state;
    const char *bad[] = {"",      "  \n",       "1",     "\"a\"",   "null",          "{",         "}",
                         "[1,]",  "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":1}x",    "[] []",     "[01]",
                         "[+1]",  "[.5]",       "[NaN]", "[1e]",    "[\"\n\"]",      "[\"\\x\"]", "[\"\\ud800\"]",
                         "[\"a]", "{\"a\" 1}",  "[1 2]", "/* */[]", "\xEF\xBB\xBF[]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_refused(bad[i], NULL, NULL);
    }
    assert_int_equal(read_text((struct str){0}, &(json_t *){NULL}), ERR_BAD_JSON);
}

static void the_member_to_blame_is_named(void **state)
{
    (void)state;
    assert_refused("{\"a\":1,\"b\":2,\"a\":3}", "a", "duplicate_key");
    assert_refused("{\"lines\":[{\"x\":1},{\"y\":{\"z\":1,\"z\":2}}]}", "lines.1.y.z", "duplicate_key");
    assert_refused("{\"amount_minor\":9223372036854775808}", "amount_minor", "number_out_of_range");
    assert_refused("{\"a\":[0,{\"b\":-99999999999999999999}]}", "a.1.b", "number_out_of_range");
    assert_refused("{\"a\":1e999}", "a", "number_out_of_range");
    assert_refused("{\"name\":\"ab\xFF\"}", "name", "bad_utf8");
    assert_refused("{\"n\\\"ame\":[\"\xC0\x80\"]}", "n\\\"ame.0", "bad_utf8");
    assert_refused("{\"name\":\"\\u0000\"}", "name", "control_character");
    assert_refused("{\"\xFF\":1}", NULL, NULL);
}

static void the_place_is_told(void **state)
{
    (void)state;
    assert_refused("{\n  \"标\": 1,\n  \"标\": 2\n}", "标", "duplicate_key");
    assert_non_null(strstr(str_c(unit_arena, error.detail), "line 3, column 6"));
}

static struct str nested(size_t depth, const char *open, const char *close)
{
    struct buf buf;
    buf_init(&buf, unit_arena);
    for (size_t i = 0; i < depth; i++) {
        buf_add_c(&buf, open);
    }
    buf_add_c(&buf, "1");
    for (size_t i = 0; i < depth; i++) {
        buf_add_c(&buf, close);
    }
    return buf_str(&buf);
}

static void depth_is_limited(void **state)
{
    (void)state;
    json_t *json;
    assert_int_equal(read_text(nested(JSON_DEPTH_MAX, "[", "]"), &json), OK);
    assert_int_equal(read_text(nested(JSON_DEPTH_MAX, "{\"a\":", "}"), &json), OK);
    assert_int_equal(read_text(nested(JSON_DEPTH_MAX + 1, "[", "]"), &json), ERR_BAD_JSON);
    assert_int_equal(read_text(nested(JSON_DEPTH_MAX + 1, "{\"a\":", "}"), &json), ERR_BAD_JSON);
    assert_int_equal(read_text(nested(1000000, "[", ""), &json), ERR_BAD_JSON);
    assert_non_null(strstr(str_c(unit_arena, error.detail), "deeper than 32"));
    /* Brackets inside texts do not count. */
    assert_int_equal(read_text(STR("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"]"), &json), OK);
}

static struct str long_text(size_t len)
{
    struct buf buf;
    buf_init(&buf, unit_arena);
    buf_add_c(&buf, "{\"a\":[\"");
    for (size_t i = 0; i < len; i++) {
        buf_add_char(&buf, 'x');
    }
    buf_add_c(&buf, "\"]}");
    return buf_str(&buf);
}

static void texts_are_limited(void **state)
{
    (void)state;
    json_t *json;
    assert_int_equal(read_text(long_text(JSON_STRING_MAX), &json), OK);
    assert_int_equal(read_text(long_text(JSON_STRING_MAX + 1), &json), ERR_BAD_JSON);
}

static void members_are_got(void **state)
{
    (void)state;
    json_t *json;
    assert_int_equal(
        read_text(STR("{\"i\":7,\"s\":\"x\",\"b\":true,\"n\":null,\"d\":\"2026-03-31\",\"e\":\"\"}"), &json), OK);
    assert_int_equal(json_get_int(json, "i", -1), 7);
    assert_int_equal(json_get_int(json, "n", -1), -1);
    assert_int_equal(json_get_int(json, "absent", -1), -1);
    assert_str(json_get_str(json, "s"), "x");
    assert_non_null(json_get_str(json, "e").ptr);
    assert_null(json_get_str(json, "n").ptr);
    assert_true(json_get_bool(json, "b", false));
    assert_true(json_get_bool(json, "absent", true));
    assert_true(json_has(json, "n"));
    assert_false(json_has(json, "absent"));
    assert_true(json_get_opt_int(json, "i").set);
    assert_false(json_get_opt_int(json, "n").set);
    assert_true(json_get_opt_date(json, "d").set);
    assert_false(json_get_opt_date(json, "s").set);
    assert_int_equal(json_get_int(NULL, "i", 3), 3);
}

static void values_are_written(void **state)
{
    (void)state;
    json_t *list = json_keep(unit_arena, json_array());
    json_array_append_new(list, json_str(STR("a\"达")));
    json_array_append_new(list, json_str((struct str){0}));
    json_array_append_new(list, json_str(STR("")));
    json_array_append_new(list, json_str(STR("a\xFF"
                                             "b\xE8\xBE")));
    json_array_append_new(list, json_date(unit_arena, date_of(2026, 3, 31)));
    json_array_append_new(list, json_opt_date(unit_arena, (struct opt_date){0}));
    json_array_append_new(list, json_instant(unit_arena, (struct instant){1}));
    json_array_append_new(list, json_opt_instant(unit_arena, (struct opt_instant){0}));
    json_array_append_new(list, json_opt_int((struct opt_int){true, 5}));
    json_array_append_new(list, json_opt_str((struct opt_str){0}));
    assert_str(json_write(unit_arena, list), "[\"a\\\"达\",null,\"\",\"a\xEF\xBF\xBD"
                                             "b\xEF\xBF\xBD\xEF\xBF\xBD\",\"2026-03-31\",null,"
                                             "\"1970-01-01T00:00:00.001Z\",null,5,null]");
    assert_str(json_write(unit_arena, NULL), "");
    assert_null(json_keep(unit_arena, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(bodies_are_read),   UNIT_TEST(bad_bodies_are_refused), UNIT_TEST(the_member_to_blame_is_named),
        UNIT_TEST(the_place_is_told), UNIT_TEST(depth_is_limited),       UNIT_TEST(texts_are_limited),
        UNIT_TEST(members_are_got),   UNIT_TEST(values_are_written),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
