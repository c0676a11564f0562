/* Texts of exact decimal numbers. */
#include "platform/decimal.h"

enum { DIGITS_MAX = 15 }; /* with those behind the point: below 2^53 in any unit */

int64_t decimal_unit(int scale)
{
    int64_t unit = 1;
    for (int i = 0; i < scale; i++) {
        unit *= 10;
    }
    return unit;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Adds digits to `units` until something else comes; `zeros_only` tells whether they all were 0. */
static size_t read_digits(struct str text, size_t at, int64_t *units, int room, bool *too_many)
{
    size_t from = at;
    *too_many = false;
    for (; at < text.len && is_digit(text.ptr[at]); at++) {
        if (room >= 0 && (int)(at - from) >= room) {
            *too_many = *too_many || text.ptr[at] != '0';
            continue;
        }
        if (*units > INT64_MAX / 100) {
            *too_many = true;
            continue;
        }
        *units = *units * 10 + (text.ptr[at] - '0');
    }
    return at;
}

enum decimal_fault decimal_parse(struct str text, int scale, int64_t *out)
{
    static const int64_t limit = 1000000000000000; /* 10^DIGITS_MAX */
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t from = negative ? 1 : 0;
    int64_t units = 0;
    bool overflow = false;
    bool rest = false;
    size_t at = read_digits(text, from, &units, -1, &overflow);
    size_t whole = at - from;
    size_t behind = 0;
    if (at < text.len && text.ptr[at] == '.') {
        size_t point = at + 1;
        at = read_digits(text, point, &units, scale, &rest);
        behind = at - point;
        if (behind == 0) {
            return DECIMAL_MALFORMED;
        }
    }
    if (at < text.len || whole == 0) {
        return DECIMAL_MALFORMED;
    }
    if (rest) {
        return DECIMAL_TOO_MANY_DIGITS;
    }
    for (size_t digit = behind; digit < (size_t)scale; digit++) {
        overflow = overflow || units > INT64_MAX / 100;
        units = overflow ? units : units * 10;
    }
    if (overflow || units >= limit) {
        return DECIMAL_TOO_LARGE;
    }
    *out = negative ? -units : units;
    return DECIMAL_FINE;
}

struct str decimal_format(struct arena *arena, int64_t units, int scale)
{
    int64_t unit = decimal_unit(scale);
    uint64_t magnitude = units < 0 ? 0 - (uint64_t)units : (uint64_t)units;
    const char *sign = units < 0 ? "-" : "";
    if (scale == 0) {
        return str_format(arena, "%s%llu", sign, (unsigned long long)magnitude);
    }
    return str_format(arena, "%s%llu.%0*llu", sign, (unsigned long long)(magnitude / (uint64_t)unit), scale,
                      (unsigned long long)(magnitude % (uint64_t)unit));
}
