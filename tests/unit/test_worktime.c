/* Working days and hours: golden vectors, the official calendar, a zone that sets its clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engines/worktime.h"

/* 2026-09-20, a Sunday that is worked for the National Day holiday. */
static const struct workday EXCEPTIONS[] = {{{20716}, true}};

static struct instant at(const char *text)
{
    struct instant instant;
    assert_true(instant_parse(str_from(text), &instant));
    return instant;
}

static struct worktime china(void)
{
    return (struct worktime){"Asia/Shanghai", 540, 1080, EXCEPTIONS, 1};
}

static void counts_working_minutes_only(void **state)
{
    (void)state;
    struct worktime time = china();
    /* Friday 17:00 to Monday 10:00 in Shanghai. */
    assert_int_equal(worktime_minutes(&time, at("2026-11-20T09:00:00Z"), at("2026-11-23T02:00:00Z")), 120);
    assert_int_equal(worktime_minutes(&time, at("2026-11-23T02:00:00Z"), at("2026-11-20T09:00:00Z")), 0);
    assert_int_equal(worktime_minutes(&time, at("2026-11-21T02:00:00Z"), at("2026-11-22T09:00:00Z")), 0);
    /* A Sunday that is worked. */
    assert_int_equal(worktime_minutes(&time, at("2026-09-20T01:00:00Z"), at("2026-09-20T02:30:59Z")), 90);
}

static void adds_working_minutes(void **state)
{
    (void)state;
    struct worktime time = china();
    assert_int_equal(worktime_add(&time, at("2026-11-20T09:00:00Z"), 120).ms, at("2026-11-23T02:00:00Z").ms);
    assert_int_equal(worktime_add(&time, at("2026-11-20T09:00:00Z"), 60).ms, at("2026-11-20T10:00:00Z").ms);
    assert_int_equal(worktime_add(&time, at("2026-11-21T09:00:00Z"), 1).ms, at("2026-11-23T01:01:00Z").ms);
    struct worktime never = time;
    never.end_minute = never.start_minute;
    assert_true(worktime_add(&never, at("2026-11-20T09:00:00Z"), 1).ms > at("2036-01-01T00:00:00Z").ms);
}

static void adding_and_counting_agree(void **state)
{
    (void)state;
    struct worktime time = china();
    time.zone = "America/New_York"; /* clocks are set within the span */
    uint64_t random = 7;
    for (int i = 0; i < 2000; i++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        struct instant from = {at("2026-01-01T00:00:00Z").ms + (int64_t)(random >> 33) % (300LL * 86400000)};
        int64_t minutes = (int64_t)(random >> 20) % 5000 + 1;
        from.ms -= from.ms % 60000;
        assert_int_equal(worktime_minutes(&time, from, worktime_add(&time, from, minutes)), minutes);
    }
}

static void adds_and_counts_days(void **state)
{
    (void)state;
    struct worktime time = china();
    struct date friday = date_of(2026, 11, 20);
    assert_int_equal(worktime_add_days(&time, friday, 1).days, date_of(2026, 11, 23).days);
    assert_int_equal(worktime_add_days(&time, friday, 0).days, friday.days);
    assert_int_equal(worktime_days_between(&time, friday, date_of(2026, 11, 23)), 1);
    assert_int_equal(worktime_days_between(&time, friday, date_of(2026, 11, 22)), 0);
    assert_int_equal(worktime_days_between(&time, friday, friday), 0);
    assert_int_equal(worktime_days_between(&time, date_of(2026, 9, 18), date_of(2026, 9, 21)), 2);
    assert_true(worktime_is_workday(&time, date_of(2026, 9, 20)));
    assert_false(worktime_is_workday(&time, date_of(2026, 9, 19)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_working_minutes_only),
        cmocka_unit_test(adds_working_minutes),
        cmocka_unit_test(adding_and_counting_agree),
        cmocka_unit_test(adds_and_counts_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
