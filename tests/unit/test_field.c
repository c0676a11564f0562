/* Bodies against tables of fields: every code, its path, the typed values. */
#include "unit.h"

#include "platform/custom.h"
#include "platform/field.h"
#include "platform/json.h"

static const struct option COLOURS[] = {{"red", "红", "Red"}, {"blue", "蓝", "Blue"}, {NULL, NULL, NULL}};
static const struct field LINE[] = {
    {.name = "product_id", .type = FIELD_REF, .ref = "product", .flags = FIELD_REQUIRED},
    {.name = "quantity", .type = FIELD_INT, .min = 1, .max = 100},
    {.name = "note", .type = FIELD_TEXT},
    FIELD_END,
};
static const struct field FIELDS[] = {
    {.name = "name", .type = FIELD_TEXT, .max = 5, .flags = FIELD_REQUIRED},
    {.name = "code", .type = FIELD_TEXT, .min = 3, .flags = FIELD_NULLABLE},
    {.name = "label", .type = FIELD_TEXT},
    {.name = "remark", .type = FIELD_LONG_TEXT, .flags = FIELD_NULLABLE},
    {.name = "secret", .type = FIELD_TEXT, .flags = FIELD_SENSITIVE},
    {.name = "count", .type = FIELD_INT, .min = -5, .max = 5},
    {.name = "positive", .type = FIELD_INT, .min = 1},
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = FIELD_NULLABLE},
    {.name = "rate_ppm", .type = FIELD_PPM},
    {.name = "is_open", .type = FIELD_BOOL},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_NULLABLE},
    {.name = "seen_at", .type = FIELD_INSTANT},
    {.name = "colour", .type = FIELD_ENUM, .options = COLOURS},
    {.name = "owner_id", .type = FIELD_REF, .ref = "user"},
    {.name = "email", .type = FIELD_EMAIL, .flags = FIELD_NULLABLE},
    {.name = "website", .type = FIELD_URL, .flags = FIELD_NULLABLE},
    {.name = "currency", .type = FIELD_CURRENCY},
    {.name = "phone", .type = FIELD_PHONE},
    {.name = "layout", .type = FIELD_JSON},
    {.name = "first_line", .type = FIELD_OBJECT, .fields = LINE},
    {.name = "lines", .type = FIELD_LIST, .fields = LINE, .max = 3},
    {.name = "ids", .type = FIELD_LIST, .item = FIELD_REF},
    {.name = "colours", .type = FIELD_LIST, .item = FIELD_ENUM, .options = COLOURS, .min = 1},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_READ_ONLY},
    {.name = "contract_id", .type = FIELD_REF, .ref = "contract", .flags = FIELD_CREATE_ONLY},
    FIELD_END,
};

static struct error error;

static json_t *json_of(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    return json_keep(unit_arena, json);
}

static enum err check(const char *text, bool partial)
{
    error_init(&error, unit_arena);
    return fields_check(FIELDS, json_of(text), partial, &error);
}

static void assert_accepted(const char *text)
{
    assert_int_equal(check(text, true), OK);
    assert_int_equal(error.field_count, 0);
}

/* Refused with exactly one fault. */
static void assert_refused(const char *text, const char *field, const char *code)
{
    assert_int_equal(check(text, true), ERR_INVALID);
    assert_int_equal(error.field_count, 1);
    assert_str(error.fields[0].field, field);
    assert_str(error.fields[0].code, code);
    assert_true(error.fields[0].message.len > 0);
}

static void required_fields(void **state)
{
    (void)state;
    assert_int_equal(check("{\"name\":\"a\"}", false), OK);
    assert_int_equal(check("{}", true), OK);
    assert_int_equal(check("{}", false), ERR_INVALID);
    assert_str(error.fields[0].field, "name");
    assert_str(error.fields[0].code, "required");
    assert_refused("{\"name\":\" \\t \"}", "name", "required");
    assert_refused("{\"name\":null}", "name", "required");
    assert_refused("{\"first_line\":{}}", "first_line.product_id", "required");
    /* A change may not empty what cannot be empty. */
    assert_refused("{\"label\":\"  \"}", "label", "required");
    assert_int_equal(check("{\"name\":\"a\",\"label\":\"\"}", false), OK);
}

static void unknown_and_fixed_fields(void **state)
{
    (void)state;
    assert_refused("{\"nonsense\":1}", "nonsense", "unknown_field");
    assert_refused("{\"first_line\":{\"product_id\":1,\"x\":1}}", "first_line.x", "unknown_field");
    assert_accepted("{\"id\":5,\"version\":3}");
    assert_refused("{\"first_line\":{\"id\":1,\"product_id\":1}}", "first_line.id", "unknown_field");
    assert_refused("{\"created_at\":\"2026-03-31T08:00:00Z\"}", "created_at", "read_only");
    assert_refused("{\"contract_id\":5}", "contract_id", "read_only");
    assert_int_equal(check("{\"name\":\"a\",\"contract_id\":5}", false), OK);
    assert_int_equal(fields_check(FIELDS, json_of("[]"), true, &error), ERR_INVALID);
    assert_refused("[]", "body", "not_an_object");
}

static void nulls(void **state)
{
    (void)state;
    assert_accepted("{\"code\":null,\"due_on\":null,\"amount_minor\":null,\"email\":null}");
    assert_refused("{\"label\":null}", "label", "null_not_allowed");
    assert_refused("{\"lines\":null}", "lines", "null_not_allowed");
    assert_refused("{\"first_line\":null}", "first_line", "null_not_allowed");
    assert_refused("{\"ids\":[1,null]}", "ids.1", "required");
}

static void texts(void **state)
{
    (void)state;
    assert_accepted("{\"name\":\"  达标达标达  \",\"remark\":\"a\\n\\tb\\r\\nc\"}");
    assert_refused("{\"name\":1}", "name", "not_a_string");
    assert_refused("{\"name\":\"达标达标达标\"}", "name", "too_long");
    assert_refused("{\"code\":\"ab\"}", "code", "too_short");
    assert_refused("{\"name\":\"a\\nb\"}", "name", "control_character");
    assert_refused("{\"name\":\"a\\tb\"}", "name", "control_character");
    assert_refused("{\"name\":\"a\\u007f\"}", "name", "control_character");
    assert_refused("{\"name\":\"a\\u0085b\"}", "name", "control_character");
    assert_refused("{\"name\":\"a\\u2028b\"}", "name", "control_character");
    assert_refused("{\"remark\":\"a\\u0007\"}", "remark", "control_character");
}

static void texts_are_cleaned_in_the_body(void **state)
{
    (void)state;
    json_t *body = json_of("{\"name\":\" ab \",\"code\":\"  \",\"remark\":\" a\\rb\\r\\nc \",\"secret\":\" s "
                           "\",\"lines\":[{\"product_id\":1,"
                           "\"note\":\" n \"}]}");
    error_init(&error, unit_arena);
    assert_int_equal(fields_check(FIELDS, body, true, &error), OK);
    assert_str(json_write(unit_arena, body),
               "{\"name\":\"ab\",\"code\":\"\",\"remark\":\"a\\nb\\nc\",\"secret\":\" s \",\"lines\":[{"
               "\"product_id\":1,\"note\":\"n\"}]}");
}

static void integers(void **state)
{
    (void)state;
    assert_accepted(
        "{\"count\":5,\"amount_minor\":9007199254740991,\"rate_ppm\":-2147483647,\"positive\":9007199254740991}");
    assert_refused("{\"count\":1.0}", "count", "not_an_integer");
    assert_refused("{\"count\":\"1\"}", "count", "not_an_integer");
    assert_refused("{\"count\":true}", "count", "not_an_integer");
    assert_refused("{\"count\":-6}", "count", "too_small");
    assert_refused("{\"count\":6}", "count", "too_large");
    assert_refused("{\"positive\":0}", "positive", "too_small");
    assert_refused("{\"amount_minor\":9007199254740992}", "amount_minor", "too_large");
    assert_refused("{\"amount_minor\":-9007199254740992}", "amount_minor", "too_small");
    assert_refused("{\"rate_ppm\":2147483648}", "rate_ppm", "too_large");
}

static void references(void **state)
{
    (void)state;
    assert_accepted("{\"owner_id\":9007199254740991}");
    assert_refused("{\"owner_id\":0}", "owner_id", "not_an_id");
    assert_refused("{\"owner_id\":-1}", "owner_id", "not_an_id");
    assert_refused("{\"owner_id\":9007199254740992}", "owner_id", "not_an_id");
    assert_refused("{\"owner_id\":\"me\"}", "owner_id", "not_an_id");
}

static void words_and_times(void **state)
{
    (void)state;
    assert_accepted(
        "{\"is_open\":false,\"colour\":\"blue\",\"due_on\":\"2026-03-31\",\"seen_at\":\"2026-03-31T08:00:00+08:00\"}");
    assert_refused("{\"is_open\":1}", "is_open", "not_a_boolean");
    assert_refused("{\"colour\":\"Red\"}", "colour", "not_an_option");
    assert_refused("{\"colour\":3}", "colour", "not_an_option");
    assert_refused("{\"due_on\":\"2026-02-30\"}", "due_on", "not_a_date");
    assert_refused("{\"due_on\":20260331}", "due_on", "not_a_date");
    assert_refused("{\"seen_at\":\"2026-03-31\"}", "seen_at", "not_an_instant");
}

static void addresses(void **state)
{
    (void)state;
    const char *good_mail[] = {"a@b.cn", "first.last+tag@sub.example.com", "张三@例子.公司", "x@y-z.io"};
    const char *bad_mail[] = {"a",       "@b.cn",    "a@",       "a@b",     "a@b.",     "a@.cn",        "a@b..cn",
                              "a@@b.cn", "a b@c.cn", "a@b c.cn", "a@-b.cn", "<a@b.cn>", "a@b.cn,c@d.cn"};
    const char *good_phone[] = {"13800138000", "+86 (10) 6555-1234", "010-65551234#12", "12345"};
    const char *bad_phone[] = {"1234", "138001380001380013800", "12345x", "一二三四五", "12345/6"};
    for (size_t i = 0; i < sizeof good_mail / sizeof good_mail[0]; i++) {
        assert_accepted(str_c(unit_arena, str_format(unit_arena, "{\"email\":\"%s\"}", good_mail[i])));
    }
    for (size_t i = 0; i < sizeof bad_mail / sizeof bad_mail[0]; i++) {
        assert_refused(str_c(unit_arena, str_format(unit_arena, "{\"email\":\"%s\"}", bad_mail[i])), "email",
                       "not_an_email");
    }
    for (size_t i = 0; i < sizeof good_phone / sizeof good_phone[0]; i++) {
        assert_accepted(str_c(unit_arena, str_format(unit_arena, "{\"phone\":\"%s\"}", good_phone[i])));
    }
    for (size_t i = 0; i < sizeof bad_phone / sizeof bad_phone[0]; i++) {
        assert_refused(str_c(unit_arena, str_format(unit_arena, "{\"phone\":\"%s\"}", bad_phone[i])), "phone",
                       "not_a_phone");
    }
}

static void currencies(void **state)
{
    (void)state;
    json_t *body = json_of("{\"currency\":\" usd \"}");
    error_init(&error, unit_arena);
    assert_int_equal(fields_check(FIELDS, body, true, &error), OK);
    assert_str(json_write(unit_arena, body), "{\"currency\":\"USD\"}");
    const char *bad[] = {"RMBY", "US", "U$D", "人民币", "ＣＮＹ", "12 "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_refused(str_c(unit_arena, str_format(unit_arena, "{\"currency\":\"%s\"}", bad[i])), "currency",
                       "not_a_currency");
    }
}

static void web_addresses(void **state)
{
    (void)state;
    const char *good[] = {"example.com",      "www.example.com:8080/a?b=c#d", "http://example.com",
                          "HTTPS://a.cn/%20", "公司.中国/关于我们",           "example.com?x=javascript:y",
                          "1.2.3.4",          "https://a-b.c.cn:65535"};
    const char *bad[] = {"javascript:alert(1)",
                         "JavaScript://a.cn/%0aalert(1)",
                         "data:text/html,x",
                         "vbscript:a.b",
                         "ftp://a.cn",
                         "//a.cn",
                         "http://",
                         "https:a.cn",
                         "example",
                         "a..cn",
                         ".a.cn",
                         "a.cn.",
                         "http://me@a.cn",
                         "a.cn:",
                         "a.cn:65536",
                         "a.cn:+80",
                         "a.cn:80x",
                         "a.cn/a b",
                         "http://a.cn/<x>",
                         "https://https://a.cn",
                         "a.cn\\\\b",
                         "a.cn/`"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_accepted(str_c(unit_arena, str_format(unit_arena, "{\"website\":\"%s\"}", good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_refused(str_c(unit_arena, str_format(unit_arena, "{\"website\":\"%s\"}", bad[i])), "website",
                       "not_a_url");
    }
    assert_accepted("{\"website\":\" \"}");
    assert_accepted("{\"website\":null}");
}

static void lists_and_objects(void **state)
{
    (void)state;
    assert_accepted("{\"lines\":[],\"ids\":[3,4],\"colours\":[\"red\"],\"layout\":{\"any\":[1,{}]},\"first_line\":{"
                    "\"product_id\":1}}");
    assert_refused("{\"lines\":{}}", "lines", "not_a_list");
    assert_refused("{\"lines\":[1]}", "lines.0", "not_an_object");
    assert_refused("{\"first_line\":[]}", "first_line", "not_an_object");
    assert_refused("{\"lines\":[{\"product_id\":1},{\"product_id\":1,\"quantity\":0}]}", "lines.1.quantity",
                   "too_small");
    assert_refused("{\"lines\":[{},{},{},{}]}", "lines", "too_many");
    assert_refused("{\"ids\":[1,\"x\"]}", "ids.1", "not_an_id");
    assert_refused("{\"colours\":[\"green\"]}", "colours.0", "not_an_option");
    assert_refused("{\"colours\":[]}", "colours", "too_short");
}

static void all_faults_are_told(void **state)
{
    (void)state;
    assert_int_equal(check("{\"count\":\"x\",\"due_on\":\"x\",\"lines\":[{\"quantity\":1}],\"zz\":1}", false),
                     ERR_INVALID);
    assert_int_equal(error.field_count, 5);
}

/* Keys from outside are quoted in part only, and a hostile body does not fill the memory. */
static void hostile_bodies_are_cheap(void **state)
{
    (void)state;
    json_t *body = json_keep(unit_arena, json_object());
    char key[1001];
    for (int i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "%0999d", i);
        json_object_set_new(body, key, json_null());
    }
    error_init(&error, unit_arena);
    size_t before = arena_used(unit_arena);
    assert_int_equal(fields_check(FIELDS, body, true, &error), ERR_INVALID);
    assert_int_equal(error.field_count, ERROR_FIELD_MAX);
    assert_int_equal(error.fields[0].field.len, 64);
    assert_true(arena_used(unit_arena) - before < 100000);
}

static struct value value_of(const char *name, const char *text)
{
    struct value value;
    error_init(&error, unit_arena);
    assert_true(
        field_value(fields_find(FIELDS, str_from(name)), json_of(text), str_from(name), unit_arena, &error, &value));
    return value;
}

static void values_are_typed(void **state)
{
    (void)state;
    assert_true(value_eq(value_of("name", "\" ab \""), V("ab")));
    assert_true(value_eq(value_of("code", "\"\""), value_null()));
    assert_true(value_eq(value_of("code", "null"), value_null()));
    assert_true(value_eq(value_of("count", "-3"), V(-3)));
    assert_true(value_eq(value_of("is_open", "true"), V(1)));
    assert_true(value_eq(value_of("due_on", "\"2026-03-31\""), V(date_of(2026, 3, 31))));
    assert_true(value_eq(value_of("seen_at", "\"1970-01-01T00:00:01Z\""), V((struct instant){1000})));
    assert_true(value_eq(value_of("layout", "{\"b\": [1]}"), V("{\"b\":[1]}")));
    assert_true(value_eq(value_of("ids", "[1, 2]"), V("[1,2]")));
    struct value value;
    assert_false(
        field_value(fields_find(FIELDS, STR("ids")), json_of("[0]"), STR("x.ids"), unit_arena, &error, &value));
    assert_str(error.fields[0].field, "x.ids.0");
}

static void values_become_json_again(void **state)
{
    (void)state;
    const char *cases[][2] = {{"name", "\"ab\""},
                              {"count", "-3"},
                              {"is_open", "true"},
                              {"is_open", "false"},
                              {"due_on", "\"2026-03-31\""},
                              {"seen_at", "\"2026-03-31T08:00:00.000Z\""},
                              {"layout", "{\"b\":[1]}"},
                              {"layout", "3"},
                              {"lines", "[{\"product_id\":1}]"},
                              {"code", "null"},
                              {"colour", "\"red\""},
                              {"owner_id", "7"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct field *field = fields_find(FIELDS, str_from(cases[i][0]));
        json_t *json = json_keep(unit_arena, field_json(field, value_of(cases[i][0], cases[i][1]), unit_arena));
        assert_str(json_write(unit_arena, json), cases[i][1]);
    }
}

static void tables_are_searched(void **state)
{
    (void)state;
    assert_int_equal(fields_count(FIELDS), sizeof FIELDS / sizeof FIELDS[0] - 1);
    assert_ptr_equal(fields_find(FIELDS, STR("code")), &FIELDS[1]);
    assert_null(fields_find(FIELDS, STR("cod")));
}

static void amounts_in_the_companys_currency(void **state)
{
    (void)state;
    static const char *const yes[] = {"base_minor", "base_weighted_minor", "changed_base_minor"};
    static const char *const no[] = {"amount_minor", "database_minor", "base"};
    static const struct custom_field OWN = {.id = 1};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        assert_true(field_in_base(&(struct field){.name = yes[i], .type = FIELD_MONEY}));
        assert_false(field_in_base(&(struct field){.name = no[i], .type = FIELD_MONEY}));
        assert_false(field_in_base(&(struct field){.name = yes[i], .type = FIELD_MONEY, .custom = &OWN}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(required_fields),
        UNIT_TEST(web_addresses),
        UNIT_TEST(currencies),
        UNIT_TEST(unknown_and_fixed_fields),
        UNIT_TEST(nulls),
        UNIT_TEST(texts),
        UNIT_TEST(texts_are_cleaned_in_the_body),
        UNIT_TEST(integers),
        UNIT_TEST(references),
        UNIT_TEST(words_and_times),
        UNIT_TEST(addresses),
        UNIT_TEST(lists_and_objects),
        UNIT_TEST(all_faults_are_told),
        UNIT_TEST(hostile_bodies_are_cheap),
        UNIT_TEST(values_are_typed),
        UNIT_TEST(values_become_json_again),
        UNIT_TEST(tables_are_searched),
        UNIT_TEST(amounts_in_the_companys_currency),
    };
    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
