/* Working days and working hours. */
#include "engines/worktime.h"

enum { MINUTE_MS = 60000, SEARCH_DAYS = 3653 };

/* The exception of a day, by halving; NULL for an ordinary day. */
static const struct workday *find_exception(const struct worktime *time, struct date day)
{
    size_t low = 0;
    size_t high = time->exception_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = date_compare(time->exceptions[middle].day, day);
        if (order == 0) {
            return &time->exceptions[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

bool worktime_is_workday(const struct worktime *time, struct date day)
{
    const struct workday *exception = find_exception(time, day);
    return exception != NULL ? exception->is_workday : date_weekday(day) <= 5;
}

/* Where work begins and ends on a day, as moments. Clocks that are set forward or back shift the end with the start. */
static void work_of_day(const struct worktime *time, struct date day, int64_t *from_ms, int64_t *to_ms)
{
    int64_t midnight = date_start(day, time->zone).ms;
    *from_ms = midnight + (int64_t)time->start_minute * MINUTE_MS;
    *to_ms = midnight + (int64_t)time->end_minute * MINUTE_MS;
}

int64_t worktime_minutes(const struct worktime *time, struct instant from, struct instant to)
{
    int64_t worked_ms = 0;
    struct date last = instant_date(to, time->zone);
    for (struct date day = instant_date(from, time->zone); date_compare(day, last) <= 0; day = date_add_days(day, 1)) {
        int64_t begin;
        int64_t end;
        if (!worktime_is_workday(time, day)) {
            continue;
        }
        work_of_day(time, day, &begin, &end);
        begin = begin < from.ms ? from.ms : begin;
        end = end > to.ms ? to.ms : end;
        worked_ms += end > begin ? end - begin : 0;
    }
    return worked_ms / MINUTE_MS;
}

struct instant worktime_add(const struct worktime *time, struct instant from, int64_t minutes)
{
    int64_t left_ms = minutes * MINUTE_MS;
    struct date day = instant_date(from, time->zone);
    for (int i = 0; i < SEARCH_DAYS; i++, day = date_add_days(day, 1)) {
        int64_t begin;
        int64_t end;
        if (!worktime_is_workday(time, day)) {
            continue;
        }
        work_of_day(time, day, &begin, &end);
        begin = begin < from.ms ? from.ms : begin;
        if (end <= begin) {
            continue;
        }
        if (end - begin >= left_ms) {
            return (struct instant){begin + left_ms};
        }
        left_ms -= end - begin;
    }
    return (struct instant){from.ms + (int64_t)SEARCH_DAYS * 24 * 60 * MINUTE_MS};
}

struct date worktime_add_days(const struct worktime *time, struct date from, int days)
{
    struct date day = from;
    for (int i = 0; days > 0 && i < SEARCH_DAYS; i++) {
        day = date_add_days(day, 1);
        days -= worktime_is_workday(time, day);
    }
    return day;
}

int worktime_days_between(const struct worktime *time, struct date from, struct date to)
{
    int days = 0;
    for (struct date day = date_add_days(from, 1); date_compare(day, to) <= 0; day = date_add_days(day, 1)) {
        days += worktime_is_workday(time, day);
    }
    return days;
}
