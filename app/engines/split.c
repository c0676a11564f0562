/* Sharing a year's target out over its months. */
#include "engines/split.h"

enum { PARTS_MAX = 64, MILLION = 1000000 };

bool split_by_weights(int64_t total, const int64_t *weights, size_t count, int64_t *parts_out)
{
    int64_t usable[PARTS_MAX] = {0};
    struct money parts[PARTS_MAX];
    if (count > PARTS_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        usable[i] = weights[i] > 0 ? weights[i] : 0;
    }
    if (!money_split((struct money){total}, usable, count, parts)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        parts_out[i] = parts[i].minor;
    }
    return true;
}

bool split_copy(const int64_t *base, size_t count, int64_t percent_ppm, int64_t *parts_out)
{
    struct money sum = {0};
    for (size_t i = 0; i < count; i++) {
        if (base[i] > 0 && !money_add(sum, (struct money){base[i]}, &sum)) {
            return false;
        }
    }
    struct money total;
    return money_mul_ppm(sum, MILLION + percent_ppm, &total) && split_by_weights(total.minor, base, count, parts_out);
}

int64_t split_working_days(struct date from, struct date to, const struct workday *exceptions, size_t count)
{
    int64_t days = 0;
    for (struct date day = from; date_compare(day, to) < 0; day = date_add_days(day, 1)) {
        days += date_weekday(day) <= 5;
    }
    for (size_t i = 0; i < count; i++) {
        bool inside = date_compare(exceptions[i].day, from) >= 0 && date_compare(exceptions[i].day, to) < 0;
        bool weekday = date_weekday(exceptions[i].day) <= 5;
        if (inside && weekday != exceptions[i].is_workday) {
            days += exceptions[i].is_workday ? 1 : -1;
        }
    }
    return days;
}
