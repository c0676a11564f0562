/* Money, dates, instants and time zones: golden values at the edges, properties on random input. */
#include "unit.h"

#include "platform/values.h"

/* ---- dates ---- */

static void dates_are_read_strictly(void **state)
{
    (void)state;
    struct date date;
    assert_true(date_parse(STR("1970-01-01"), &date));
    assert_int_equal(date.days, 0);
    assert_true(date_parse(STR("2000-02-29"), &date));
    assert_int_equal(date.days, 11016);
    assert_true(date_parse(STR("1000-01-01"), &date));
    assert_int_equal(date.days, -354285);
    assert_true(date_parse(STR("9999-12-31"), &date));
    assert_int_equal(date.days, 2932896);
    const char *bad[] = {"",         "2026-02-29", "1900-02-29",  "2026-13-01", "2026-00-10",  "2026-01-32",
                         "2026-1-1", "0999-12-31", "10000-01-01", "2026/01/01", "2026-01-01 ", " 2026-01-0",
                         "20260101", "2026-01-0a", "-026-01-01",  "2026-04-31", "２026-01-01"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(date_parse(str_from(bad[i]), &date));
    }
    assert_false(date_parse((struct str){0}, &date));
}

static void every_date_round_trips(void **state)
{
    (void)state;
    int weekday = date_weekday(date_of(1000, 1, 1));
    int last_year = 0;
    for (int32_t days = date_of(1000, 1, 1).days; days <= date_of(9999, 12, 31).days; days++) {
        int year, month, day;
        date_parts((struct date){days}, &year, &month, &day);
        assert_true(date_is_valid(year, month, day));
        assert_int_equal(date_of(year, month, day).days, days);
        assert_int_equal(date_weekday((struct date){days}), weekday);
        assert_true(year == last_year || (month == 1 && day == 1));
        last_year = year;
        weekday = weekday % 7 + 1;
    }
}

static void dates_are_written(void **state)
{
    (void)state;
    assert_str(date_format(unit_arena, date_of(2026, 3, 31)), "2026-03-31");
    assert_str(date_format(unit_arena, date_of(1000, 1, 1)), "1000-01-01");
    for (int i = 0; i < 2000; i++) {
        struct date date = {(int32_t)unit_random_in(-354285, 2932896)};
        struct date again;
        assert_true(date_parse(date_format(unit_arena, date), &again));
        assert_int_equal(again.days, date.days);
    }
}

static void dates_move(void **state)
{
    (void)state;
    assert_str(date_format(unit_arena, date_add_days(date_of(2024, 2, 28), 2)), "2024-03-01");
    assert_str(date_format(unit_arena, date_add_months(date_of(2024, 1, 31), 1)), "2024-02-29");
    assert_str(date_format(unit_arena, date_add_months(date_of(2026, 1, 31), -2)), "2025-11-30");
    assert_str(date_format(unit_arena, date_add_months(date_of(2026, 3, 15), -15)), "2024-12-15");
    assert_str(date_format(unit_arena, date_month_start(date_of(2026, 3, 31))), "2026-03-01");
    /* The ends of the calendar hold. */
    assert_str(date_format(unit_arena, date_add_days(date_of(9999, 12, 31), INT32_MAX)), "9999-12-31");
    assert_str(date_format(unit_arena, date_add_days(date_of(1000, 1, 1), INT32_MIN)), "1000-01-01");
    assert_str(date_format(unit_arena, date_add_months(date_of(9999, 12, 1), 1)), "9999-12-31");
    assert_str(date_format(unit_arena, date_add_months(date_of(1000, 1, 5), INT32_MIN)), "1000-01-01");
    assert_true(date_compare(date_of(2026, 1, 1), date_of(2026, 1, 2)) < 0);
    assert_int_equal(date_compare(date_of(2026, 1, 1), date_of(2026, 1, 1)), 0);
    assert_int_equal(date_weekday(date_of(2026, 3, 30)), 1);
    assert_int_equal(date_weekday(date_of(1969, 12, 28)), 7);
}

static void months_add_up(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct date date = date_month_start((struct date){(int32_t)unit_random_in(0, 1000000)});
        int there = (int)unit_random_in(-200, 200);
        int on = (int)unit_random_in(-200, 200);
        assert_int_equal(date_add_months(date_add_months(date, there), on).days,
                         date_add_months(date, there + on).days);
        assert_int_equal(date_add_months(date_add_months(date, there), -there).days, date.days);
    }
}

/* ---- instants ---- */

static int64_t ms_of(const char *text)
{
    struct instant instant = {0};
    assert_true(instant_parse(str_from(text), &instant));
    return instant.ms;
}

static void instants_are_read(void **state)
{
    (void)state;
    assert_true(ms_of("1970-01-01T00:00:00Z") == 0);
    assert_true(ms_of("1969-12-31T23:59:59.999Z") == -1);
    assert_true(ms_of("2026-03-31T16:00:00+08:00") == ms_of("2026-03-31T08:00:00Z"));
    assert_true(ms_of("2026-03-31T02:30:00.5-05:30") == ms_of("2026-03-31T08:00:00.500Z"));
    assert_true(ms_of("2026-03-31t08:00:00.123456789z") == ms_of("2026-03-31T08:00:00.123Z"));
    assert_true(ms_of("2026-03-31T08:00:00-00:00") == ms_of("2026-03-31T08:00:00Z"));
    struct instant instant;
    const char *bad[] = {"",
                         "2026-03-31",
                         "2026-03-31T08:00:00",
                         "2026-03-31T08:00Z",
                         "2026-03-31T24:00:00Z",
                         "2026-03-31T08:60:00Z",
                         "2026-03-31T08:00:60Z",
                         "2026-02-30T08:00:00Z",
                         "2026-03-31T08:00:00.Z",
                         "2026-03-31T08:00:00+8:00",
                         "2026-03-31T08:00:00+0800",
                         "2026-03-31T08:00:00+24:00",
                         "2026-03-31T08:00:00ZZ",
                         "2026-03-31X08:00:00Z",
                         "9999-12-31T23:59:59-01:00",
                         "1000-01-01T00:00:00+01:00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(instant_parse(str_from(bad[i]), &instant));
    }
}

static void instants_round_trip(void **state)
{
    (void)state;
    int64_t first = ms_of("1000-01-01T00:00:00Z");
    int64_t last = ms_of("9999-12-31T23:59:59.999Z");
    assert_str(instant_format(unit_arena, (struct instant){-1}), "1969-12-31T23:59:59.999Z");
    assert_str(instant_format(unit_arena, (struct instant){last}), "9999-12-31T23:59:59.999Z");
    for (int i = 0; i < 5000; i++) {
        struct instant instant = {unit_random_in(first, last)};
        struct instant again;
        assert_true(instant_parse(instant_format(unit_arena, instant), &again));
        assert_true(again.ms == instant.ms);
    }
}

/* ---- zones ---- */

static void zones_are_known(void **state)
{
    (void)state;
    assert_true(zone_is_known("Asia/Shanghai"));
    assert_true(zone_is_known("America/New_York"));
    assert_true(zone_is_known("UTC"));
    const char *bad[] = {
        "", "Mars/Base", "America", "../etc/passwd", "/etc/localtime", "zone.tab", "Asia/../Asia/Shanghai", "CST6 CDT"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(zone_is_known(bad[i]));
    }
}

static void assert_day(const char *moment, const char *zone, const char *expected)
{
    assert_str(date_format(unit_arena, instant_date((struct instant){ms_of(moment)}, zone)), expected);
}

static void assert_start(const char *day, const char *zone, const char *expected)
{
    struct date date;
    assert_true(date_parse(str_from(day), &date));
    assert_str(instant_format(unit_arena, date_start(date, zone)), expected);
}

static void moments_have_business_dates(void **state)
{
    (void)state;
    assert_day("2026-03-31T15:59:59.999Z", "Asia/Shanghai", "2026-03-31");
    assert_day("2026-03-31T16:00:00Z", "Asia/Shanghai", "2026-04-01");
    assert_day("2026-03-31T16:00:00Z", "UTC", "2026-03-31");
    assert_day("2026-03-31T16:00:00Z", "No/Such", "2026-03-31");
    /* New York: winter −5, summer −4; clocks change on 2026-03-08 and 2026-11-01. */
    assert_day("2026-03-08T04:59:59Z", "America/New_York", "2026-03-07");
    assert_day("2026-03-08T05:00:00Z", "America/New_York", "2026-03-08");
    assert_day("2026-03-09T03:59:59Z", "America/New_York", "2026-03-08");
    assert_day("2026-03-09T04:00:00Z", "America/New_York", "2026-03-09");
    assert_day("2026-11-02T04:59:59Z", "America/New_York", "2026-11-01");
    assert_day("2026-11-02T05:00:00Z", "America/New_York", "2026-11-02");
    /* Before 1970 and after 2037; Shanghai had summer time in 1986…1991. */
    assert_day("1969-12-31T15:59:59.999Z", "Asia/Shanghai", "1969-12-31");
    assert_day("1988-07-01T15:00:00Z", "Asia/Shanghai", "1988-07-02");
    assert_day("2050-07-01T03:59:59Z", "America/New_York", "2050-06-30");
    assert_day("2050-07-01T04:00:00Z", "America/New_York", "2050-07-01");
    assert_day("1000-01-01T12:00:00Z", "UTC", "1000-01-01");
}

static void dates_have_a_start(void **state)
{
    (void)state;
    assert_start("2026-04-01", "Asia/Shanghai", "2026-03-31T16:00:00.000Z");
    assert_start("2026-04-01", "UTC", "2026-04-01T00:00:00.000Z");
    assert_start("2026-04-01", "No/Such", "2026-04-01T00:00:00.000Z");
    assert_start("2026-03-08", "America/New_York", "2026-03-08T05:00:00.000Z");
    assert_start("2026-03-09", "America/New_York", "2026-03-09T04:00:00.000Z");
    assert_start("2026-11-01", "America/New_York", "2026-11-01T04:00:00.000Z");
    assert_start("2026-11-02", "America/New_York", "2026-11-02T05:00:00.000Z");
    assert_start("2060-07-01", "America/New_York", "2060-07-01T04:00:00.000Z");
    /* São Paulo skipped midnight: the day began at 01:00. Havana had it twice: the first one counts. */
    assert_start("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z");
    assert_start("2024-11-03", "America/Havana", "2024-11-03T04:00:00.000Z");
    /* Samoa had no 30 December 2011: its start is that of the day after. */
    assert_start("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00.000Z");
    assert_start("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00.000Z");
}

static void starts_bound_their_day(void **state)
{
    (void)state;
    const char *zones[] = {"Asia/Shanghai",       "America/New_York", "UTC",           "Europe/Berlin",
                           "Australia/Lord_Howe", "Asia/Kathmandu",   "America/Havana"};
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        for (int i = 0; i < 400; i++) {
            struct date date = {(int32_t)unit_random_in(date_of(1940, 1, 1).days, date_of(2100, 1, 1).days)};
            struct instant start = date_start(date, zones[z]);
            assert_int_equal(instant_date(start, zones[z]).days, date.days);
            assert_int_equal(instant_date((struct instant){start.ms - 1}, zones[z]).days, date.days - 1);
        }
    }
}

/* ---- money ---- */

static void money_checks_overflow(void **state)
{
    (void)state;
    struct money out = {42};
    assert_true(money_add((struct money){1}, (struct money){2}, &out));
    assert_int_equal(out.minor, 3);
    assert_false(money_add((struct money){INT64_MAX}, (struct money){1}, &out));
    assert_false(money_sub((struct money){INT64_MIN}, (struct money){1}, &out));
    assert_false(money_mul((struct money){INT64_MAX}, 2, &out));
    assert_false(money_mul_ppm((struct money){INT64_MAX}, 1000001, &out));
    assert_false(money_mul_ppm((struct money){INT64_MIN}, INT64_MIN, &out));
    assert_int_equal(out.minor, 3);
    assert_true(money_mul_ppm((struct money){INT64_MAX}, 1000000, &out));
    assert_true(out.minor == INT64_MAX);
    assert_true(money_mul_ppm((struct money){INT64_MIN}, 1000000, &out));
    assert_true(out.minor == INT64_MIN);
}

static void a_part_of_an_amount_rounds_half_away_from_zero(void **state)
{
    (void)state;
    struct money out = {42};
    const int64_t cases[][4] = {{113, 130000, 1130000, 13},
                                {10000, 60000, 1060000, 566},
                                {-10000, 60000, 1060000, -566},
                                {1, 1, 2, 1},
                                {-1, 1, 2, -1},
                                {0, 5, 7, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(money_mul_ratio((struct money){cases[i][0]}, cases[i][1], cases[i][2], &out));
        assert_int_equal(out.minor, cases[i][3]);
    }
    assert_false(money_mul_ratio((struct money){1}, 1, 0, &out));
    assert_false(money_mul_ratio((struct money){INT64_MAX}, 2, 1, &out));
}

static void rates_round_half_away_from_zero(void **state)
{
    (void)state;
    struct money out;
    const int64_t cases[][3] = {{1, 500000, 1},   {-1, 500000, -1},  {1, 499999, 0},       {3, 500000, 2},
                                {-3, 500000, -2}, {100, 125000, 13}, {0, 999999, 0},       {1, -500000, -1},
                                {7, 1000000, 7},  {1, 1500000, 2},   {123450, 80000, 9876}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(money_mul_ppm((struct money){cases[i][0]}, cases[i][1], &out));
        assert_true(out.minor == cases[i][2]);
    }
}

static void rates_are_within_half_a_unit(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t minor = unit_random_in(-1000000000000, 1000000000000);
        int64_t ppm = unit_random_in(-3000000, 3000000);
        struct money out, negated;
        assert_true(money_mul_ppm((struct money){minor}, ppm, &out));
        __int128 off = (__int128)out.minor * 1000000 - (__int128)minor * ppm;
        assert_true(off <= 500000 && off >= -500000);
        assert_true(money_mul_ppm((struct money){-minor}, ppm, &negated));
        assert_true(negated.minor == -out.minor);
    }
}

static void ratios_are_ppm(void **state)
{
    (void)state;
    int64_t ppm = 42;
    assert_false(ratio_ppm(1, 0, &ppm));
    assert_false(ratio_ppm(INT64_MAX, 1, &ppm));
    assert_int_equal(ppm, 42);
    assert_true(ratio_ppm(1, 3, &ppm));
    assert_int_equal(ppm, 333333);
    assert_true(ratio_ppm(2, 3, &ppm));
    assert_int_equal(ppm, 666667);
    assert_true(ratio_ppm(-2, 3, &ppm));
    assert_int_equal(ppm, -666667);
    assert_true(ratio_ppm(1, -2000000, &ppm));
    assert_int_equal(ppm, -1);
    assert_true(ratio_ppm(INT64_MIN, INT64_MIN, &ppm));
    assert_int_equal(ppm, 1000000);
}

static void assert_split(int64_t total, size_t count, const int64_t *weights, const int64_t *expected)
{
    struct money parts[16];
    assert_true(money_split((struct money){total}, weights, count, parts));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(parts[i].minor, expected[i]);
    }
}

static void splits_have_golden_values(void **state)
{
    (void)state;
    struct money part;
    assert_split(100, 3, (const int64_t[]){1, 1, 1}, (const int64_t[]){33, 33, 34});
    assert_split(-100, 3, (const int64_t[]){1, 1, 1}, (const int64_t[]){-33, -33, -34});
    assert_split(100, 4, (const int64_t[]){1, 1, 1, 0}, (const int64_t[]){33, 33, 34, 0});
    assert_split(10, 4, (const int64_t[]){0, 0, 0, 0}, (const int64_t[]){2, 2, 2, 4});
    assert_split(0, 2, (const int64_t[]){5, 6}, (const int64_t[]){0, 0});
    assert_split(1000, 3, (const int64_t[]){1, 2, 7}, (const int64_t[]){100, 200, 700});
    assert_false(money_split((struct money){1}, NULL, 0, &part));
    assert_false(money_split((struct money){1}, (const int64_t[]){-1}, 1, &part));
}

static void splits_add_up(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        int64_t weights[12];
        struct money parts[12];
        size_t count = (size_t)unit_random_in(1, 12);
        int64_t total = i % 3 == 0 ? (int64_t)unit_random() : unit_random_in(-100000, 100000);
        __int128 weight_sum = 0;
        for (size_t w = 0; w < count; w++) {
            weights[w] = i % 5 == 0 ? unit_random_in(0, INT64_MAX - 1) : unit_random_in(0, 3);
            weight_sum += weights[w];
        }
        assert_true(money_split((struct money){total}, weights, count, parts));
        __int128 sum = 0;
        for (size_t p = 0; p < count; p++) {
            sum += parts[p].minor;
            /* Nobody without a weight gets anything, and no share is further off than the number of parts. */
            assert_true(weights[p] > 0 || weight_sum == 0 || parts[p].minor == 0);
            __int128 off = weight_sum == 0 ? 0 : parts[p].minor - (__int128)total * weights[p] / weight_sum;
            assert_true(off <= 12 && off >= -12);
        }
        assert_true(sum == total);
    }
}

/* ---- values of any kind ---- */

static void anything_becomes_a_value(void **state)
{
    (void)state;
    const char *text = "x";
    bool yes = true;
    assert_int_equal(V(yes).integer, 1);
    assert_int_equal(V(7).integer, 7);
    assert_int_equal(V((int64_t)-7).integer, -7);
    assert_int_equal(V((struct money){5}).type, VALUE_INT);
    assert_int_equal(V((struct str){0}).type, VALUE_NULL);
    assert_int_equal(V(STR("")).type, VALUE_TEXT);
    assert_int_equal(V((const char *)NULL).type, VALUE_NULL);
    assert_int_equal(V((struct opt_int){0}).type, VALUE_NULL);
    assert_int_equal(V(((struct opt_int){true, 3})).integer, 3);
    assert_int_equal(V((struct opt_date){0}).type, VALUE_NULL);
    assert_int_equal(V(((struct opt_instant){true, {9}})).instant.ms, 9);
    assert_true(value_eq(V(text), V(STR("x"))));
    assert_true(value_eq(value_null(), value_null()));
    assert_false(value_eq(V(0), value_null()));
    assert_false(value_eq(V(date_of(2026, 1, 1)), V(date_of(2026, 1, 2))));
    char source[] = "abc";
    struct value copy = value_dup(unit_arena, value_c(source));
    source[0] = 'x';
    assert_true(value_eq(copy, V("abc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(dates_are_read_strictly),
        UNIT_TEST(every_date_round_trips),
        UNIT_TEST(dates_are_written),
        UNIT_TEST(dates_move),
        UNIT_TEST(months_add_up),
        UNIT_TEST(instants_are_read),
        UNIT_TEST(instants_round_trip),
        UNIT_TEST(zones_are_known),
        UNIT_TEST(moments_have_business_dates),
        UNIT_TEST(dates_have_a_start),
        UNIT_TEST(starts_bound_their_day),
        UNIT_TEST(money_checks_overflow),
        UNIT_TEST(a_part_of_an_amount_rounds_half_away_from_zero),
        UNIT_TEST(rates_round_half_away_from_zero),
        UNIT_TEST(rates_are_within_half_a_unit),
        UNIT_TEST(ratios_are_ppm),
        UNIT_TEST(splits_have_golden_values),
        UNIT_TEST(splits_add_up),
        UNIT_TEST(anything_becomes_a_value),
    };
    return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
