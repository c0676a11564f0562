/* Working days and working hours: when a promise falls due, how long an answer took. Pure: the calendar comes in as
 * data, the clock as instants. */
#ifndef DABIAO_ENGINES_WORKTIME_H
#define DABIAO_ENGINES_WORKTIME_H

#include <stddef.h>

#include "platform/values.h"

/* A day that differs from Monday to Friday. */
struct workday {
    struct date day;
    bool is_workday; /* false: a public holiday on a weekday; true: a weekend worked instead */
};

/* When a company works. */
struct worktime {
    const char *zone;                 /* IANA zone of its days */
    int start_minute;                 /* of the day, 0…1439; 540 is 9:00 */
    int end_minute;                   /* after the last minute; greater than start_minute, up to 1440 */
    const struct workday *exceptions; /* ascending by day */
    size_t exception_count;           /* in `exceptions` */
};

bool worktime_is_workday(const struct worktime *time, struct date day);
/* Working minutes in [from, to); 0 when `to` is not later. Part minutes are cut off at the end.
 * Example: 9:00–18:00, Friday 17:00 to Monday 10:00 is 120. */
int64_t worktime_minutes(const struct worktime *time, struct instant from, struct instant to);
/* The moment when `minutes` (≥ 0) working minutes after `from` have passed. A calendar without any working day for ten
 * years gives the moment ten years later. Example: 9:00–18:00, Friday 17:00 plus 120 is Monday 10:00. */
struct instant worktime_add(const struct worktime *time, struct instant from, int64_t minutes);
/* The day `days` working days after `from` (days ≥ 0; 0 is `from` itself, worked or not).
 * Example: Friday plus 1 is Monday. */
struct date worktime_add_days(const struct worktime *time, struct date from, int days);
/* Working days in (from, to]: how many have passed on `to` since `from`; 0 when `to` is not later.
 * Example: Friday to Monday is 1. */
int worktime_days_between(const struct worktime *time, struct date from, struct date to);

#endif
