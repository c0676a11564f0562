/* Notations: golden tables of what people write and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engines/notation.h"
#include "platform/arena.h"

/* A text, its fault, and the date it stands for. */
struct date_case {
    const char *text;
    enum date_order order;
    enum notation fault;
    const char *date;
};

static const struct date_case date_cases[] = {
    {"2017-08-25", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"2017-8-5", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-05"},
    {"2017/8/25", DATE_ORDER_DMY, NOTATION_OK, "2017-08-25"},
    {"2017.8.25", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"20170825", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"2017年8月25日", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"2017 年 8 月 25 日", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"2017年8月25号", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"２０１７－８－２５", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"  2017-08-25\t", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"8/25/2017", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"25/8/2017", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"25.8.2017", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"3/4/2017", DATE_ORDER_MDY, NOTATION_OK, "2017-03-04"},
    {"3/4/2017", DATE_ORDER_DMY, NOTATION_OK, "2017-04-03"},
    {"3/4/2017", DATE_ORDER_UNKNOWN, NOTATION_AMBIGUOUS_DATE, NULL},
    {"3/3/2017", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-03-03"},
    {"25/8/2017", DATE_ORDER_MDY, NOTATION_NO_SUCH_DAY, NULL},
    {"25-Aug-2017", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"25 August 2017", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"Aug 25, 2017", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"2017-08-25 13:45", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"2017-08-25T13:45:20", DATE_ORDER_UNKNOWN, NOTATION_OK, "2017-08-25"},
    {"2024-02-29", DATE_ORDER_UNKNOWN, NOTATION_OK, "2024-02-29"},
    {"2017-02-29", DATE_ORDER_UNKNOWN, NOTATION_NO_SUCH_DAY, NULL},
    {"2017-13-01", DATE_ORDER_UNKNOWN, NOTATION_NO_SUCH_DAY, NULL},
    {"25/8/17", DATE_ORDER_DMY, NOTATION_TWO_DIGIT_YEAR, NULL},
    {"17-8-25", DATE_ORDER_UNKNOWN, NOTATION_TWO_DIGIT_YEAR, NULL},
    {"25-Aug-17", DATE_ORDER_UNKNOWN, NOTATION_TWO_DIGIT_YEAR, NULL},
    {"2017-08", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_DATE, NULL},
    {"2017-8/25", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_DATE, NULL},
    {"42972", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_DATE, NULL},
    {"201708255", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_DATE, NULL},
    {"8月25日2017", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_DATE, NULL},
    {"2017-08-25 25:00", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_TIME, NULL},
    {"2017-08-25 tomorrow", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_TIME, NULL},
    {"", DATE_ORDER_UNKNOWN, NOTATION_EMPTY, NULL},
    {"　 ", DATE_ORDER_UNKNOWN, NOTATION_EMPTY, NULL},
    {"soon", DATE_ORDER_UNKNOWN, NOTATION_NOT_A_DATE, NULL},
};

static void dates_as_people_write_them(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1 << 20);
    for (size_t i = 0; i < sizeof(date_cases) / sizeof(date_cases[0]); i++) {
        const struct date_case *c = &date_cases[i];
        struct date date = {0};
        enum notation fault = notation_date(str_from(c->text), c->order, &date);
        if (fault != c->fault) {
            fail_msg("%s: %s instead of %s", c->text, notation_code(fault), notation_code(c->fault));
        }
        if (fault == NOTATION_OK) {
            assert_string_equal(str_c(arena, date_format(arena, date)), c->date);
        }
    }
    arena_destroy(arena);
}

/* A text, its fault, and the moment in Shanghai it stands for. */
struct instant_case {
    const char *text;
    enum notation fault;
    const char *instant;
};

static void moments_as_people_write_them(void **state)
{
    static const struct instant_case cases[] = {
        {"2017-08-25 13:45", NOTATION_OK, "2017-08-25T05:45:00.000Z"},
        {"2017-08-25 13:45:20", NOTATION_OK, "2017-08-25T05:45:20.000Z"},
        {"2017-08-25 13:45:20.123", NOTATION_OK, "2017-08-25T05:45:20.000Z"},
        {"2017/8/25 1:45 PM", NOTATION_OK, "2017-08-25T05:45:00.000Z"},
        {"8/25/2017 12:05 AM", NOTATION_OK, "2017-08-24T16:05:00.000Z"},
        {"2017年8月25日 下午1:45", NOTATION_OK, "2017-08-25T05:45:00.000Z"},
        {"2017年8月25日13时45分20秒", NOTATION_OK, "2017-08-25T05:45:20.000Z"},
        {"2017年8月25日 9点", NOTATION_OK, "2017-08-25T01:00:00.000Z"},
        {"2017-08-25", NOTATION_OK, "2017-08-24T16:00:00.000Z"},
        {"2017-08-25T13:45:20Z", NOTATION_OK, "2017-08-25T13:45:20.000Z"},
        {"2017-08-25T13:45:20+02:00", NOTATION_OK, "2017-08-25T11:45:20.000Z"},
        {"2017-08-25 13", NOTATION_NOT_A_TIME, NULL},
        {"2017-08-25 13:60", NOTATION_NOT_A_TIME, NULL},
        {"2017-08-25 13:45 PM", NOTATION_NOT_A_TIME, NULL},
        {"3/4/2017 10:00", NOTATION_AMBIGUOUS_DATE, NULL},
    };
    (void)state;
    struct arena *arena = arena_create(1 << 20);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct instant instant = {0};
        enum notation fault = notation_instant(str_from(cases[i].text), DATE_ORDER_UNKNOWN, "Asia/Shanghai", &instant);
        if (fault != cases[i].fault) {
            fail_msg("%s: %s", cases[i].text, notation_code(fault));
        }
        if (fault == NOTATION_OK) {
            assert_string_equal(str_c(arena, instant_format(arena, instant)), cases[i].instant);
        }
    }
    struct instant instant;
    assert_int_equal(notation_instant(STR("2024-03-10 12:00"), DATE_ORDER_UNKNOWN, "America/New_York", &instant),
                     NOTATION_OK);
    assert_string_equal(str_c(arena, instant_format(arena, instant)), "2024-03-10T16:00:00.000Z");
    arena_destroy(arena);
}

static void serial_days(void **state)
{
    (void)state;
    struct date date;
    int second = 0;
    assert_int_equal(notation_serial(STR("42972"), false, &date, &second), NOTATION_OK);
    assert_int_equal(date.days, date_of(2017, 8, 25).days);
    assert_int_equal(notation_serial(STR("42972.5"), false, &date, &second), NOTATION_OK);
    assert_int_equal(second, 43200);
    assert_int_equal(notation_serial(STR("1"), false, &date, &second), NOTATION_OK);
    assert_int_equal(date.days, date_of(1900, 1, 1).days);
    assert_int_equal(notation_serial(STR("61"), false, &date, &second), NOTATION_OK);
    assert_int_equal(date.days, date_of(1900, 3, 1).days);
    assert_int_equal(notation_serial(STR("60"), false, &date, &second), NOTATION_NO_SUCH_DAY);
    assert_int_equal(notation_serial(STR("41510"), true, &date, &second), NOTATION_OK);
    assert_int_equal(date.days, date_of(2017, 8, 25).days);
    assert_int_equal(notation_serial(STR("2958465"), false, &date, &second), NOTATION_OK);
    assert_int_equal(date.days, date_of(9999, 12, 31).days);
    assert_int_equal(notation_serial(STR("42972.999999"), false, &date, &second), NOTATION_OK);
    assert_int_equal(date.days, date_of(2017, 8, 26).days);
    assert_int_equal(notation_serial(STR("-1"), false, &date, &second), NOTATION_NOT_A_DATE);
    assert_int_equal(notation_serial(STR("2958466"), false, &date, &second), NOTATION_NOT_A_DATE);
    assert_int_equal(notation_serial(STR("4.2.1"), false, &date, &second), NOTATION_NOT_A_DATE);
}

static enum date_order_verdict verdict_of(const char *const *texts)
{
    struct date_order_guess guess = {0};
    for (; *texts != NULL; texts++) {
        date_order_see(&guess, str_from(*texts));
    }
    return date_order_decide(&guess);
}

static void order_of_a_column(void **state)
{
    (void)state;
    assert_int_equal(verdict_of((const char *[]){"3/4/2017", "8/25/2017", "", NULL}), DATE_VERDICT_MDY);
    assert_int_equal(verdict_of((const char *[]){"3/4/2017", "25/8/2017", NULL}), DATE_VERDICT_DMY);
    assert_int_equal(verdict_of((const char *[]){"3/4/2017", "5/6/2017", NULL}), DATE_VERDICT_AMBIGUOUS);
    assert_int_equal(verdict_of((const char *[]){"3.4.2017", "5.6.2017", NULL}), DATE_VERDICT_DMY);
    assert_int_equal(verdict_of((const char *[]){"25/8/2017", "8/25/2017", NULL}), DATE_VERDICT_MIXED);
    assert_int_equal(verdict_of((const char *[]){"2017-08-25", "20170825", "3/3/2017", NULL}), DATE_VERDICT_YMD);
    assert_int_equal(verdict_of((const char *[]){"", "n/a", NULL}), DATE_VERDICT_NONE);
}

/* A text, its fault, and the amount in minor units. */
struct money_case {
    const char *text;
    struct number_style style;
    enum notation fault;
    int64_t minor;
};

static const struct money_case money_cases[] = {
    {"$500,000", {0}, NOTATION_OK, 50000000},
    {"¥1,234.5", {0}, NOTATION_OK, 123450},
    {"￥1,234.5", {0}, NOTATION_OK, 123450},
    {"１２３４", {0}, NOTATION_OK, 123400},
    {"１，２３４．５", {0}, NOTATION_OK, 123450},
    {"1.2万", {0}, NOTATION_OK, 1200000},
    {"1.2 万元", {0}, NOTATION_OK, 1200000},
    {"3亿", {0}, NOTATION_OK, 30000000000},
    {"500K", {0}, NOTATION_OK, 50000000},
    {"2M", {0}, NOTATION_OK, 200000000},
    {"(500)", {0}, NOTATION_OK, -50000},
    {"($500.50)", {0}, NOTATION_OK, -50050},
    {"-500", {0}, NOTATION_OK, -50000},
    {"−500", {0}, NOTATION_OK, -50000},
    {"-$500", {0}, NOTATION_OK, -50000},
    {"$-500", {0}, NOTATION_OK, -50000},
    {"500-", {0}, NOTATION_OK, -50000},
    {"+500", {0}, NOTATION_OK, 50000},
    {"RMB 500", {0}, NOTATION_OK, 50000},
    {"500元", {0}, NOTATION_OK, 50000},
    {"US$5", {0}, NOTATION_OK, 500},
    {"5 USD", {0}, NOTATION_OK, 500},
    {"0", {0}, NOTATION_OK, 0},
    {".5", {0}, NOTATION_OK, 50},
    {"500.00", {0}, NOTATION_OK, 50000},
    {"500.000000", {0}, NOTATION_OK, 50000},
    {"1 234 567.89", {0}, NOTATION_OK, 123456789},
    {"1'234.50", {0}, NOTATION_OK, 123450},
    {"1E+3", {0}, NOTATION_OK, 100000},
    {"1.5e-1", {0}, NOTATION_OK, 15},
    {"500.005", {0}, NOTATION_TOO_PRECISE, 0},
    {"500.005", {.round = true}, NOTATION_OK, 50001},
    {"-500.005", {.round = true}, NOTATION_OK, -50001},
    {"500.0049", {.round = true}, NOTATION_OK, 50000},
    {"0.001", {.round = true}, NOTATION_OK, 0},
    {"1,2", {0}, NOTATION_BAD_GROUPING, 0},
    {"12,34.5", {0}, NOTATION_BAD_GROUPING, 0},
    {"1,234,5", {0}, NOTATION_BAD_GROUPING, 0},
    {"1,2", {.decimal_comma = true}, NOTATION_OK, 120},
    {"1.234,5", {.decimal_comma = true}, NOTATION_OK, 123450},
    {"12 345,60", {.decimal_comma = true}, NOTATION_OK, 1234560},
    {"1.2", {.decimal_comma = true}, NOTATION_BAD_GROUPING, 0},
    {"1.2.3", {0}, NOTATION_NOT_A_NUMBER, 0},
    {"--5", {0}, NOTATION_NOT_A_NUMBER, 0},
    {"(-5)", {0}, NOTATION_NOT_A_NUMBER, 0},
    {"five", {0}, NOTATION_NOT_A_NUMBER, 0},
    {"$", {0}, NOTATION_NOT_A_NUMBER, 0},
    {"12abc", {0}, NOTATION_NOT_A_NUMBER, 0},
    {"", {0}, NOTATION_EMPTY, 0},
    {"92233720368547758.07", {0}, NOTATION_OK, INT64_MAX},
    {"92233720368547758.08", {0}, NOTATION_TOO_LARGE, 0},
    {"99999999999999999999999999999999999", {0}, NOTATION_TOO_LARGE, 0},
    {"1E+300", {0}, NOTATION_TOO_LARGE, 0},
};

static void money_as_people_write_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(money_cases) / sizeof(money_cases[0]); i++) {
        const struct money_case *c = &money_cases[i];
        struct money money = {0};
        enum notation fault = notation_money(str_from(c->text), c->style, &money);
        if (fault != c->fault || (fault == NOTATION_OK && money.minor != c->minor)) {
            fail_msg("%s: %s, %lld", c->text, notation_code(fault), (long long)money.minor);
        }
    }
}

static void integers_and_parts(void **state)
{
    struct number_style plain = {0};
    int64_t value = 0;
    (void)state;
    assert_int_equal(notation_integer(STR("1,234,567"), plain, &value), NOTATION_OK);
    assert_int_equal(value, 1234567);
    assert_int_equal(notation_integer(STR("3.0"), plain, &value), NOTATION_OK);
    assert_int_equal(notation_integer(STR("3.5"), plain, &value), NOTATION_TOO_PRECISE);
    assert_int_equal(notation_integer(STR("50%"), plain, &value), NOTATION_NOT_A_NUMBER);
    assert_int_equal(notation_ppm(STR("12.5%"), plain, false, &value), NOTATION_OK);
    assert_int_equal(value, 125000);
    assert_int_equal(notation_ppm(STR("１２．５％"), plain, true, &value), NOTATION_OK);
    assert_int_equal(value, 125000);
    assert_int_equal(notation_ppm(STR("5‰"), plain, true, &value), NOTATION_OK);
    assert_int_equal(value, 5000);
    assert_int_equal(notation_ppm(STR("0.125"), plain, true, &value), NOTATION_OK);
    assert_int_equal(value, 125000);
    assert_int_equal(notation_ppm(STR("12.5"), plain, false, &value), NOTATION_OK);
    assert_int_equal(value, 125000);
    assert_int_equal(notation_ppm(STR("0.00000001%"), plain, false, &value), NOTATION_TOO_PRECISE);
}

static void yes_and_no(void **state)
{
    static const char *const yes[] = {"是", "YES", "y", "True", "1", "１", "√", "✓", "✔", "有", "对", " on "};
    static const char *const no[] = {"否", "No", "n", "FALSE", "0", "×", "✗", "无", "错", "off"};
    bool truth = false;
    (void)state;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        assert_int_equal(notation_bool(str_from(yes[i]), &truth), NOTATION_OK);
        assert_true(truth);
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        assert_int_equal(notation_bool(str_from(no[i]), &truth), NOTATION_OK);
        assert_false(truth);
    }
    assert_int_equal(notation_bool(STR("maybe"), &truth), NOTATION_NOT_A_BOOLEAN);
    assert_int_equal(notation_bool(STR(" "), &truth), NOTATION_EMPTY);
}

static void phones(void **state)
{
    static const char *const pairs[][2] = {
        {"138 1234 5678", "13812345678"},
        {"138-1234-5678", "13812345678"},
        {"+86 138 1234 5678", "13812345678"},
        {"008613812345678", "13812345678"},
        {"１３８１２３４５６７８", "13812345678"},
        {"010-12345678", "010-12345678"},
        {"(010) 12345678", "01012345678"},
        {"010-12345678转801", "010-12345678-801"},
        {"010-12345678 ext. 801", "010-12345678-801"},
        {"+1 (415) 555-2671", "+1415555-2671"},
        {"400-810-8888", "400-810-8888"},
        {"+8613812345678x12", "13812345678-12"},
    };
    static const char *const bad[] = {
        "138-1234-5 ext 678", "1234", "138123456781381234567890", "138123/139123", "ask Li", "138-", "++138123456"};
    (void)state;
    struct arena *arena = arena_create(1 << 20);
    struct str phone;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_int_equal(notation_phone(arena, str_from(pairs[i][0]), &phone), NOTATION_OK);
        assert_string_equal(str_c(arena, phone), pairs[i][1]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(notation_phone(arena, str_from(bad[i]), &phone), NOTATION_NOT_A_PHONE);
    }
    assert_int_equal(notation_phone(arena, STR(""), &phone), NOTATION_EMPTY);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_as_people_write_them),
        cmocka_unit_test(moments_as_people_write_them),
        cmocka_unit_test(serial_days),
        cmocka_unit_test(order_of_a_column),
        cmocka_unit_test(money_as_people_write_it),
        cmocka_unit_test(integers_and_parts),
        cmocka_unit_test(yes_and_no),
        cmocka_unit_test(phones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
