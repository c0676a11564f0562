/* Money, dates, instants, and the one value of any kind. Pure arithmetic; time zones are in zone.c. */
#include "platform/values.h"

#include <time.h>

#include "platform/arena.h"

enum { DAY_SECONDS = 86400 };
#define DAY_MS ((int64_t)DAY_SECONDS * 1000)

/* Days since 1970-01-01 of a civil date; years run from March so that the leap day comes last. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

bool date_is_valid(int year, int month, int day)
{
    return year >= 1000 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= month_days(year, month);
}

struct date date_of(int year, int month, int day)
{
    return (struct date){(int32_t)days_from_civil(year, month, day)};
}

void date_parts(struct date date, int *year, int *month, int *day)
{
    int64_t z = (int64_t)date.days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t mp = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* `count` digits at `offset` as a number; -1 when they are anything else. */
static int digits(struct str text, size_t offset, size_t count)
{
    int value = 0;
    if (offset + count > text.len) {
        return -1;
    }
    for (size_t i = offset; i < offset + count; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return -1;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

bool date_parse(struct str text, struct date *out)
{
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-') {
        return false;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 2);
    int day = digits(text, 8, 2);
    if (!date_is_valid(year, month, day)) {
        return false;
    }
    *out = date_of(year, month, day);
    return true;
}

/* Writes `count` decimal digits of `value` and returns the place behind them. Lists format thousands of dates, so this
 * is not left to printf. */
static char *put_digits(char *place, int value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        place[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return place + count;
}

static char *put_date(char *place, struct date date)
{
    int year, month, day;
    date_parts(date, &year, &month, &day);
    place = put_digits(place, year, 4);
    *place++ = '-';
    place = put_digits(place, month, 2);
    *place++ = '-';
    return put_digits(place, day, 2);
}

struct str date_format(struct arena *arena, struct date date)
{
    char *text = arena_alloc(arena, sizeof "2026-03-31");
    return str_n(text, (size_t)(put_date(text, date) - text));
}

/* Dates end where the database's do: 1000-01-01 and 9999-12-31. */
static struct date clamp_days(int64_t days)
{
    const int64_t first = days_from_civil(1000, 1, 1);
    const int64_t last = days_from_civil(9999, 12, 31);
    days = days < first ? first : days;
    return (struct date){(int32_t)(days > last ? last : days)};
}

struct date date_add_days(struct date date, int days)
{
    return clamp_days((int64_t)date.days + days);
}

struct date date_add_months(struct date date, int months)
{
    int year, month, day;
    date_parts(date, &year, &month, &day);
    int64_t index = (int64_t)year * 12 + (month - 1) + months;
    if (index < 1000 * 12) {
        return date_of(1000, 1, 1);
    }
    if (index >= 10000 * 12) {
        return date_of(9999, 12, 31);
    }
    year = (int)(index / 12);
    month = (int)(index % 12) + 1;
    int last = month_days(year, month);
    return date_of(year, month, day > last ? last : day);
}

struct date date_month_start(struct date date)
{
    int year, month, day;
    date_parts(date, &year, &month, &day);
    return date_of(year, month, 1);
}

int date_compare(struct date a, struct date b)
{
    return (a.days > b.days) - (a.days < b.days);
}

int date_weekday(struct date date)
{
    int weekday = (int)(((int64_t)date.days + 3) % 7);
    return (weekday < 0 ? weekday + 7 : weekday) + 1;
}

/* The part behind the seconds: fraction, then Z or an offset. */
static bool parse_tail(struct str text, size_t offset, int *ms_out, int *offset_minutes_out)
{
    int ms = 0;
    if (offset < text.len && text.ptr[offset] == '.') {
        int scale = 100;
        size_t first = ++offset;
        while (offset < text.len && text.ptr[offset] >= '0' && text.ptr[offset] <= '9') {
            ms += (text.ptr[offset++] - '0') * scale;
            scale /= 10;
        }
        if (offset == first) {
            return false;
        }
    }
    *ms_out = ms;
    *offset_minutes_out = 0;
    if (offset + 1 == text.len && (text.ptr[offset] == 'Z' || text.ptr[offset] == 'z')) {
        return true;
    }
    if (offset + 6 != text.len || (text.ptr[offset] != '+' && text.ptr[offset] != '-') || text.ptr[offset + 3] != ':') {
        return false;
    }
    int hours = digits(text, offset + 1, 2);
    int minutes = digits(text, offset + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return false;
    }
    *offset_minutes_out = (hours * 60 + minutes) * (text.ptr[offset] == '-' ? -1 : 1);
    return true;
}

bool instant_parse(struct str text, struct instant *out)
{
    struct date date;
    if (text.len < 20 || (text.ptr[10] != 'T' && text.ptr[10] != 't' && text.ptr[10] != ' ') || text.ptr[13] != ':' ||
        text.ptr[16] != ':') {
        return false;
    }
    int hour = digits(text, 11, 2);
    int minute = digits(text, 14, 2);
    int second = digits(text, 17, 2);
    int ms, offset_minutes;
    bool time_ok = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
    if (!time_ok || !date_parse(str_slice(text, 0, 10), &date) || !parse_tail(text, 19, &ms, &offset_minutes)) {
        return false;
    }
    int64_t seconds = (int64_t)date.days * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset_minutes * 60;
    /* An offset may push the moment past the years that dates and the database have. */
    bool in_range =
        seconds >= days_from_civil(1000, 1, 1) * DAY_SECONDS && seconds < days_from_civil(10000, 1, 1) * DAY_SECONDS;
    if (in_range) {
        out->ms = seconds * 1000 + ms;
    }
    return in_range;
}

/* Division that rounds towards minus infinity, for moments before 1970. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct str instant_format(struct arena *arena, struct instant instant)
{
    int64_t days = floor_div(instant.ms, DAY_MS);
    int ms = (int)(instant.ms - days * DAY_MS);
    char *text = arena_alloc(arena, sizeof "2026-03-31T08:00:00.000Z");
    char *place = put_date(text, (struct date){(int32_t)days});
    *place++ = 'T';
    place = put_digits(place, ms / 3600000, 2);
    *place++ = ':';
    place = put_digits(place, ms / 60000 % 60, 2);
    *place++ = ':';
    place = put_digits(place, ms / 1000 % 60, 2);
    *place++ = '.';
    place = put_digits(place, ms % 1000, 3);
    *place++ = 'Z';
    return str_n(text, (size_t)(place - text));
}

struct instant instant_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}

bool money_add(struct money a, struct money b, struct money *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a.minor, b.minor, &sum)) {
        return false;
    }
    out->minor = sum;
    return true;
}

bool money_sub(struct money a, struct money b, struct money *out)
{
    int64_t difference;
    if (__builtin_sub_overflow(a.minor, b.minor, &difference)) {
        return false;
    }
    out->minor = difference;
    return true;
}

bool money_mul(struct money a, int64_t factor, struct money *out)
{
    int64_t product;
    if (__builtin_mul_overflow(a.minor, factor, &product)) {
        return false;
    }
    out->minor = product;
    return true;
}

/* a × b / c rounded half away from zero; false when c is 0 or the result does not fit. */
static bool mul_div_round(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    if (c == 0) {
        return false;
    }
    /* 126 bits at most; the remainder is compared instead of doubling the product, which would not fit. */
    __int128 product = (__int128)a * b;
    __int128 quotient = product / c;
    __int128 remainder = product % c;
    __int128 size = c < 0 ? -(__int128)c : c;
    bool negative = (product < 0) != (c < 0);
    if ((remainder < 0 ? -remainder : remainder) * 2 >= size) {
        quotient += negative ? -1 : 1;
    }
    if (quotient > INT64_MAX || quotient < INT64_MIN) {
        return false;
    }
    *out = (int64_t)quotient;
    return true;
}

bool money_mul_ppm(struct money a, int64_t ppm, struct money *out)
{
    return mul_div_round(a.minor, ppm, 1000000, &out->minor);
}

bool money_mul_ratio(struct money a, int64_t part, int64_t whole, struct money *out)
{
    return mul_div_round(a.minor, part, whole, &out->minor);
}

bool ratio_ppm(int64_t a, int64_t b, int64_t *ppm_out)
{
    return mul_div_round(a, 1000000, b, ppm_out);
}

bool money_split(struct money total, const int64_t *weights, size_t count, struct money *parts_out)
{
    __int128 weight_sum = 0;
    size_t last = count;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0) {
            return false;
        }
        weight_sum += weights[i];
        last = weights[i] > 0 ? i : last;
    }
    if (count == 0) {
        return false;
    }
    bool even = weight_sum == 0;
    if (even) {
        weight_sum = (__int128)count;
        last = count - 1;
    }
    int64_t given = 0;
    for (size_t i = 0; i < count; i++) {
        parts_out[i].minor = (int64_t)((__int128)total.minor * (even ? 1 : weights[i]) / weight_sum);
        given += parts_out[i].minor;
    }
    parts_out[last].minor += total.minor - given;
    return true;
}

struct value value_null(void)
{
    return (struct value){.type = VALUE_NULL};
}

struct value value_int(int64_t integer)
{
    return (struct value){.type = VALUE_INT, .integer = integer};
}

struct value value_bool(bool boolean)
{
    return value_int(boolean ? 1 : 0);
}

struct value value_text(struct str text)
{
    return text.ptr == NULL ? value_null() : (struct value){.type = VALUE_TEXT, .text = text};
}

struct value value_c(const char *text)
{
    return value_text(str_from(text));
}

struct value value_date(struct date date)
{
    return (struct value){.type = VALUE_DATE, .date = date};
}

struct value value_instant(struct instant instant)
{
    return (struct value){.type = VALUE_INSTANT, .instant = instant};
}

struct value value_money(struct money money)
{
    return value_int(money.minor);
}

struct value value_opt_int(struct opt_int v)
{
    return v.set ? value_int(v.value) : value_null();
}

struct value value_opt_str(struct opt_str v)
{
    return v.set ? value_text(v.value) : value_null();
}

struct value value_opt_date(struct opt_date v)
{
    return v.set ? value_date(v.value) : value_null();
}

struct value value_opt_instant(struct opt_instant v)
{
    return v.set ? value_instant(v.value) : value_null();
}

struct opt_int opt_int_of(struct value value)
{
    bool set = value.type == VALUE_INT;
    return (struct opt_int){set, set ? value.integer : 0};
}

struct opt_str opt_str_of(struct value value)
{
    bool set = value.type == VALUE_TEXT;
    return (struct opt_str){set, set ? value.text : (struct str){0}};
}

struct opt_date opt_date_of(struct value value)
{
    bool set = value.type == VALUE_DATE;
    return (struct opt_date){set, set ? value.date : (struct date){0}};
}

struct opt_instant opt_instant_of(struct value value)
{
    bool set = value.type == VALUE_INSTANT;
    return (struct opt_instant){set, set ? value.instant : (struct instant){0}};
}

bool value_eq(struct value a, struct value b)
{
    if (a.type != b.type) {
        return false;
    }
    switch (a.type) {
    case VALUE_NULL:
        return true;
    case VALUE_INT:
        return a.integer == b.integer;
    case VALUE_TEXT:
        return str_eq(a.text, b.text);
    case VALUE_DATE:
        return a.date.days == b.date.days;
    case VALUE_INSTANT:
        return a.instant.ms == b.instant.ms;
    }
    return false;
}

struct value value_dup(struct arena *arena, struct value value)
{
    if (value.type == VALUE_TEXT) {
        value.text = str_dup(arena, value.text);
    }
    return value;
}
