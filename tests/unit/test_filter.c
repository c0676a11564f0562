/* The filter language: what parses and to which SQL, what is refused and where, and the evaluator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/filter.h"

enum { NAME, STAGE, AMOUNT, ACTIVE, OWNER, DEPARTMENT, CLOSED, CREATED, SECRET, FIELD_TOTAL };

static const struct option stages[] = {{"new"}, {"won"}, {"lost"}, {NULL}};
static const struct field fields[] = {
    [NAME] = {.name = "name", .type = FIELD_TEXT},
    [STAGE] = {.name = "stage", .type = FIELD_ENUM, .options = stages},
    [AMOUNT] = {.name = "amount_minor", .type = FIELD_MONEY},
    [ACTIVE] = {.name = "is_active", .type = FIELD_BOOL},
    [OWNER] = {.name = "owner_id", .type = FIELD_REF, .ref = "user"},
    [DEPARTMENT] = {.name = "department_id", .type = FIELD_REF, .ref = "department"},
    [CLOSED] = {.name = "closed_on", .type = FIELD_DATE},
    [CREATED] = {.name = "created_at", .type = FIELD_INSTANT},
    [SECRET] = {.name = "secret", .type = FIELD_TEXT, .flags = FIELD_NO_FILTER},
    FIELD_END,
};

static struct arena *arena;
static struct error fault;

static int begin(void **state)
{
    (void)state;
    arena = arena_create(64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

/* Parses as user 7 of department 3 on Tuesday 2026-03-31 in Shanghai. */
static enum err parse(const char *text, struct filter **out)
{
    struct filter_context context = {
        .user_id = 7, .department_id = 3, .today = date_of(2026, 3, 31), .zone = "Asia/Shanghai"};

    error_init(&fault, arena);
    return filter_parse_text(arena, fields, str_from(text), &context, &fault, out);
}

static void add_value(struct buf *out, struct value value)
{
    switch (value.type) {
    case VALUE_NULL:
        buf_add_c(out, "NULL");
        break;
    case VALUE_INT:
        buf_format(out, "%lld", (long long)value.integer);
        break;
    case VALUE_TEXT:
        buf_format(out, "'%.*s'", STR_ARG(value.text));
        break;
    case VALUE_DATE:
        buf_add(out, date_format(arena, value.date));
        break;
    case VALUE_INSTANT:
        buf_add(out, instant_format(arena, value.instant));
        break;
    }
}

/* The SQL with its arguments in place, or the refusal. */
static const char *sql_of(const char *text)
{
    struct filter *filter = NULL;
    struct query query;
    struct buf out;
    size_t argument = 0;

    if (parse(text, &filter) != OK) {
        assert_int_equal(fault.code, ERR_BAD_FILTER);
        return str_c(arena, fault.detail);
    }
    query_init(&query, arena);
    filter_sql(&query, filter, "t");
    struct str sql = query_text(&query);
    buf_init(&out, arena);
    for (size_t i = 0; i < sql.len; i++) {
        if (sql.ptr[i] == '?') {
            add_value(&out, query_args(&query).items[argument++]);
        } else if (sql.ptr[i] != '`') {
            buf_add_char(&out, sql.ptr[i]);
        }
    }
    assert_int_equal(argument, query.count);
    return out.ptr;
}

/* One filter and the SQL it becomes. */
struct sql_case {
    const char *filter;
    const char *sql;
};

static void check_cases(const struct sql_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *sql = sql_of(cases[i].filter);
        if (strcmp(sql, cases[i].sql) != 0) {
            fail_msg("%s\n  gives  %s\n  not    %s", cases[i].filter, sql, cases[i].sql);
        }
    }
}

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        static const struct sql_case cases_[] = {__VA_ARGS__};                                                         \
        check_cases(cases_, sizeof(cases_) / sizeof(cases_[0]));                                                       \
    } while (0)

static void operators_become_sql(void **state)
{
    (void)state;
    CHECK({"", "TRUE"}, {"{}", "TRUE"}, {"{\"not\":{}}", "FALSE"},
          {"{\"field\":\"name\",\"op\":\"eq\",\"value\":\"Li\"}", "(t.name = 'Li')"},
          {"{\"field\":\"name\",\"op\":\"ne\",\"value\":\"Li\"}", "(t.name <> 'Li' OR t.name IS NULL)"},
          {"{\"field\":\"name\",\"op\":\"contains\",\"value\":\"50%_a\\\\\"}", "(t.name LIKE '%50\\%\\_a\\\\%')"},
          {"{\"field\":\"name\",\"op\":\"not_contains\",\"value\":\"a\"}", "(t.name NOT LIKE '%a%' OR t.name IS NULL)"},
          {"{\"field\":\"name\",\"op\":\"starts_with\",\"value\":\"a\"}", "(t.name LIKE 'a%')"},
          {"{\"field\":\"name\",\"op\":\"ends_with\",\"value\":\"a\"}", "(t.name LIKE '%a')"},
          {"{\"field\":\"name\",\"op\":\"is_null\"}", "(t.name IS NULL)"},
          {"{\"field\":\"name\",\"op\":\"not_null\",\"value\":null}", "(t.name IS NOT NULL)"},
          {"{\"field\":\"stage\",\"op\":\"in\",\"value\":[\"new\",\"won\"]}", "(t.stage IN ('new', 'won'))"},
          {"{\"field\":\"stage\",\"op\":\"not_in\",\"value\":[\"new\",\"won\"]}",
           "(t.stage NOT IN ('new', 'won') OR t.stage IS NULL)"},
          {"{\"field\":\"is_active\",\"op\":\"eq\",\"value\":true}", "(t.is_active = 1)"},
          {"{\"field\":\"amount_minor\",\"op\":\"gt\",\"value\":100}", "(t.amount_minor > 100)"},
          {"{\"field\":\"amount_minor\",\"op\":\"between\",\"value\":[1,5]}",
           "(t.amount_minor >= 1 AND t.amount_minor <= 5)"},
          {"{\"not\":{\"field\":\"amount_minor\",\"op\":\"between\",\"value\":[1,5]}}",
           "(t.amount_minor < 1 OR t.amount_minor > 5 OR t.amount_minor IS NULL)"},
          {"{\"not\":{\"field\":\"name\",\"op\":\"ne\",\"value\":\"Li\"}}", "(t.name = 'Li')"},
          {"{\"not\":{\"any\":[{\"field\":\"owner_id\",\"op\":\"eq\",\"value\":\"me\"},"
           "{\"field\":\"amount_minor\",\"op\":\"lt\",\"value\":5}]}}",
           "((t.owner_id <> 7 OR t.owner_id IS NULL) AND (t.amount_minor >= 5 OR t.amount_minor IS NULL))"},
          {"{\"field\":\"owner_id\",\"op\":\"in\",\"value\":[\"me\",9]}", "(t.owner_id IN (7, 9))"},
          {"{\"field\":\"department_id\",\"op\":\"under\",\"value\":\"my_department\"}",
           "(t.department_id IN (SELECT descendant_id FROM department_path WHERE ancestor_id = 3))"},
          {"{\"not\":{\"field\":\"department_id\",\"op\":\"under\",\"value\":[1,2]}}",
           "(t.department_id NOT IN (SELECT descendant_id FROM department_path WHERE ancestor_id IN (1, 2)) OR "
           "t.department_id IS NULL)"});
}

static void days_become_ranges(void **state)
{
    (void)state;
    CHECK({"{\"field\":\"closed_on\",\"op\":\"on\",\"value\":\"2026-03-31\"}", "(t.closed_on = 2026-03-31)"},
          {"{\"field\":\"closed_on\",\"op\":\"before\",\"value\":\"2026-03-31\"}", "(t.closed_on < 2026-03-31)"},
          {"{\"field\":\"created_at\",\"op\":\"on\",\"value\":\"2026-03-31\"}",
           "(t.created_at >= 2026-03-30T16:00:00.000Z AND t.created_at < 2026-03-31T16:00:00.000Z)"},
          {"{\"field\":\"created_at\",\"op\":\"ne\",\"value\":\"2026-03-31\"}",
           "(t.created_at < 2026-03-30T16:00:00.000Z OR t.created_at >= 2026-03-31T16:00:00.000Z OR t.created_at IS "
           "NULL)"},
          {"{\"field\":\"created_at\",\"op\":\"before\",\"value\":\"2026-03-31\"}",
           "(t.created_at < 2026-03-30T16:00:00.000Z)"},
          {"{\"field\":\"created_at\",\"op\":\"after\",\"value\":\"2026-03-31\"}",
           "(t.created_at >= 2026-03-31T16:00:00.000Z)"},
          {"{\"field\":\"created_at\",\"op\":\"le\",\"value\":\"2026-03-31\"}",
           "(t.created_at < 2026-03-31T16:00:00.000Z)"},
          {"{\"field\":\"created_at\",\"op\":\"le\",\"value\":\"2026-03-31T10:00:00Z\"}",
           "(t.created_at <= 2026-03-31T10:00:00.000Z)"},
          {"{\"field\":\"created_at\",\"op\":\"in\",\"value\":[\"2026-03-31\",\"2026-01-01T00:00:00Z\"]}",
           "((t.created_at >= 2026-03-30T16:00:00.000Z AND t.created_at < 2026-03-31T16:00:00.000Z) OR "
           "(t.created_at = 2026-01-01T00:00:00.000Z))"},
          {"{\"field\":\"created_at\",\"op\":\"relative\",\"value\":\"today\"}",
           "(t.created_at >= 2026-03-30T16:00:00.000Z AND t.created_at < 2026-03-31T16:00:00.000Z)"});
}

static void relative_words(void **state)
{
    static const char *const rows[][3] = {
        {"today", "2026-03-31", "2026-04-01"},        {"yesterday", "2026-03-30", "2026-03-31"},
        {"tomorrow", "2026-04-01", "2026-04-02"},     {"this_week", "2026-03-30", "2026-04-06"},
        {"last_week", "2026-03-23", "2026-03-30"},    {"next_week", "2026-04-06", "2026-04-13"},
        {"this_month", "2026-03-01", "2026-04-01"},   {"last_month", "2026-02-01", "2026-03-01"},
        {"next_month", "2026-04-01", "2026-05-01"},   {"this_quarter", "2026-01-01", "2026-04-01"},
        {"last_quarter", "2025-10-01", "2026-01-01"}, {"next_quarter", "2026-04-01", "2026-07-01"},
        {"this_year", "2026-01-01", "2027-01-01"},    {"last_year", "2025-01-01", "2026-01-01"},
        {"next_year", "2027-01-01", "2028-01-01"},    {"last_7_days", "2026-03-25", "2026-04-01"},
        {"next_7_days", "2026-03-31", "2026-04-07"},  {"over_30_days_ago", NULL, "2026-03-01"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str filter =
            str_format(arena, "{\"field\":\"closed_on\",\"op\":\"relative\",\"value\":\"%s\"}", rows[i][0]);
        struct str sql = rows[i][1] == NULL
                             ? str_format(arena, "(t.closed_on < %s)", rows[i][2])
                             : str_format(arena, "(t.closed_on >= %s AND t.closed_on < %s)", rows[i][1], rows[i][2]);
        assert_string_equal(sql_of(str_c(arena, filter)), str_c(arena, sql));
    }
}

static void refusals_name_the_place(void **state)
{
    (void)state;
    CHECK({"[]", "filter: must be an object"}, {"{\"all\":[]}", "all: must be a list with at least one filter"},
          {"{\"any\":[]}", "any: must be a list with at least one filter"},
          {"{\"all\":[{},{},{\"field\":\"name\",\"op\":\"like\"}]}", "all[2].op: there is no such operator"},
          {"{\"all\":[{\"field\":\"nam\",\"op\":\"eq\"}]}", "all[0].field: there is no such field"},
          {"{\"not\":{\"any\":[{\"field\":\"secret\",\"op\":\"eq\"}]}}",
           "not.any[0].field: secret cannot be used in filters"},
          {"{\"op\":\"eq\"}", "field: the name of a field is missing"},
          {"{\"field\":\"name\"}", "op: an operator is missing"},
          {"{\"field\":\"name\",\"op\":\"eq\"}",
           "value: a value is missing; is_null and not_null test for absent values"},
          {"{\"field\":\"name\",\"op\":\"lt\",\"value\":\"a\"}", "op: lt does not apply to name"},
          {"{\"field\":\"owner_id\",\"op\":\"under\",\"value\":1}", "op: under does not apply to owner_id"},
          {"{\"field\":\"name\",\"op\":\"eq\",\"value\":5}", "value: must be a text"},
          {"{\"field\":\"name\",\"op\":\"contains\",\"value\":\"\"}", "value: must not be empty"},
          {"{\"field\":\"name\",\"op\":\"is_null\",\"value\":1}", "value: is_null takes no value"},
          {"{\"field\":\"amount_minor\",\"op\":\"eq\",\"value\":1.5}", "value: must be an integer"},
          {"{\"field\":\"amount_minor\",\"op\":\"in\",\"value\":[1,\"2\"]}", "value[1]: must be an integer"},
          {"{\"field\":\"amount_minor\",\"op\":\"in\",\"value\":[]}", "value: must be a list with at least one value"},
          {"{\"field\":\"amount_minor\",\"op\":\"between\",\"value\":[5,1]}", "value: the lower value must come first"},
          {"{\"field\":\"stage\",\"op\":\"eq\",\"value\":\"old\"}", "value: is not one of the options of stage"},
          {"{\"field\":\"is_active\",\"op\":\"eq\",\"value\":1}", "value: must be true or false"},
          {"{\"field\":\"owner_id\",\"op\":\"eq\",\"value\":\"my_department\"}", "value: must be the id of a record"},
          {"{\"field\":\"closed_on\",\"op\":\"eq\",\"value\":\"2026-02-30\"}", "value: must be a date YYYY-MM-DD"},
          {"{\"field\":\"created_at\",\"op\":\"on\",\"value\":\"2026-02-03T00:00:00Z\"}",
           "value: must be a date YYYY-MM-DD"},
          {"{\"field\":\"created_at\",\"op\":\"eq\",\"value\":\"9999-12-31\"}",
           "value: lies outside the years 1001 to 9998"},
          {"{\"field\":\"closed_on\",\"op\":\"relative\",\"value\":\"last_0_days\"}",
           "value: is not a relative date such as this_month or last_30_days"},
          {"{\"field\":\"name\",\"op\":\"eq\",\"value\":\"a\",\"x\":1}",
           "filter: a condition has the members field, op and value only"},
          {"{\"all\":[{}],\"any\":[{}]}", "filter: all must stand alone in its object"});
    assert_non_null(strstr(sql_of("{\"all\":"), "filter: "));
    assert_non_null(strstr(sql_of("{\"all\":[{}],\"all\":[{}]}"), "filter: "));
}

static void limits_hold(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, arena);
    for (int i = 0; i < 8; i++) {
        buf_add_c(&text, "{\"not\":");
    }
    buf_add_c(&text, "{\"field\":\"name\",\"op\":\"is_null\"}}}}}}}}}");
    assert_non_null(strstr(sql_of(text.ptr), "nested more than 8 deep"));
    buf_init(&text, arena);
    for (int i = 0; i < 201; i++) {
        buf_add_c(&text, i == 0 ? "{\"any\":[" : ",");
        buf_add_c(&text, "{\"field\":\"name\",\"op\":\"is_null\"}");
    }
    buf_add_c(&text, "]}");
    assert_non_null(strstr(sql_of(text.ptr), "more than 200 conditions"));
    buf_init(&text, arena);
    for (int i = 0; i < 1001; i++) {
        buf_format(&text, "%s%d", i == 0 ? "{\"field\":\"amount_minor\",\"op\":\"in\",\"value\":[" : ",", i);
    }
    buf_add_c(&text, "]}");
    assert_non_null(strstr(sql_of(text.ptr), "more than 1000 values"));
}

/* Departments 3 and 31 below it. */
static bool is_under(void *context, const struct field *field, struct value value, struct value root)
{
    (void)context;
    assert_string_equal(field->ref, "department");
    return value.integer == root.integer || (value.integer == 31 && root.integer == 3);
}

static bool matches(const char *text, const struct value *values)
{
    struct filter *filter = NULL;

    assert_int_equal(parse(text, &filter), OK);
    return filter_matches(filter, values, is_under, NULL);
}

static void records_match(void **state)
{
    struct value row[FIELD_TOTAL] = {[NAME] = value_c("Acme ＡＢ公司 "),
                                     [STAGE] = value_c("won"),
                                     [AMOUNT] = value_int(500),
                                     [ACTIVE] = value_bool(true),
                                     [OWNER] = value_int(7),
                                     [DEPARTMENT] = value_int(31),
                                     [CLOSED] = value_date(date_of(2026, 3, 31)),
                                     [CREATED] = value_null(),
                                     [SECRET] = value_null()};
    struct value *created = &row[CREATED];
    (void)state;
    assert_true(matches("", row));
    assert_true(matches("{\"field\":\"name\",\"op\":\"eq\",\"value\":\"acme ab公司\"}", row));
    assert_true(matches("{\"field\":\"name\",\"op\":\"contains\",\"value\":\"ab公\"}", row));
    assert_false(matches("{\"field\":\"name\",\"op\":\"ends_with\",\"value\":\"公司\"}", row));
    assert_true(matches("{\"field\":\"name\",\"op\":\"ends_with\",\"value\":\"公司 \"}", row));
    assert_true(matches("{\"field\":\"name\",\"op\":\"starts_with\",\"value\":\"ＡＣ\"}", row));
    assert_false(matches("{\"field\":\"name\",\"op\":\"starts_with\",\"value\":\"cme\"}", row));
    assert_true(matches("{\"field\":\"amount_minor\",\"op\":\"between\",\"value\":[500,501]}", row));
    assert_false(matches("{\"field\":\"amount_minor\",\"op\":\"gt\",\"value\":500}", row));
    assert_true(matches("{\"field\":\"department_id\",\"op\":\"under\",\"value\":\"my_department\"}", row));
    assert_true(matches("{\"field\":\"owner_id\",\"op\":\"eq\",\"value\":\"me\"}", row));
    assert_true(matches("{\"field\":\"closed_on\",\"op\":\"relative\",\"value\":\"today\"}", row));
    assert_true(matches("{\"all\":[{\"field\":\"stage\",\"op\":\"eq\",\"value\":\"won\"},"
                        "{\"any\":[{\"field\":\"is_active\",\"op\":\"eq\",\"value\":false},{}]}]}",
                        row));
    assert_false(matches("{\"field\":\"created_at\",\"op\":\"lt\",\"value\":\"2026-01-01\"}", row));
    assert_true(matches("{\"not\":{\"field\":\"created_at\",\"op\":\"lt\",\"value\":\"2026-01-01\"}}", row));
    assert_true(matches("{\"field\":\"created_at\",\"op\":\"ne\",\"value\":\"2026-01-01\"}", row));
    assert_false(matches("{\"not\":{\"field\":\"created_at\",\"op\":\"ne\",\"value\":\"2026-01-01\"}}", row));
    assert_true(matches("{\"field\":\"created_at\",\"op\":\"is_null\"}", row));
    struct instant start = date_start(date_of(2026, 3, 31), "Asia/Shanghai");
    *created = value_instant(start);
    assert_true(matches("{\"field\":\"created_at\",\"op\":\"on\",\"value\":\"2026-03-31\"}", row));
    *created = value_instant((struct instant){start.ms - 1});
    assert_false(matches("{\"field\":\"created_at\",\"op\":\"on\",\"value\":\"2026-03-31\"}", row));
    assert_true(matches("{\"field\":\"created_at\",\"op\":\"before\",\"value\":\"2026-03-31\"}", row));
}

static bool is_money(void *context, const struct field *field)
{
    (void)context;
    return field->type == FIELD_MONEY;
}

static void used_fields_are_found(void **state)
{
    struct filter *filter = NULL;
    (void)state;
    assert_null(filter_find_field(NULL, is_money, NULL));
    assert_int_equal(parse("{\"all\":[{},{\"field\":\"name\",\"op\":\"is_null\"}]}", &filter), OK);
    assert_null(filter_find_field(filter, is_money, NULL));
    assert_int_equal(parse("{\"all\":[{},{\"not\":{\"field\":\"amount_minor\",\"op\":\"ne\",\"value\":1}}]}", &filter),
                     OK);
    assert_ptr_equal(filter_find_field(filter, is_money, NULL), &fields[AMOUNT]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(operators_become_sql),    TEST(days_become_ranges), TEST(relative_words),
        TEST(refusals_name_the_place), TEST(limits_hold),        TEST(records_match),
        TEST(used_fields_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
