/* A pattern is read part by part: text as it is, and what stands in braces. */
#include "engines/number_pattern.h"

/* One part of a pattern. */
struct part {
    char kind;       /* 't'ext, 'Y'ear, 'y'ear in two digits, 'M'onth, 'D'ay, '0' counter, '?' unknown */
    struct str text; /* of the part, braces left out */
};

bool number_restart_find(struct str word, enum number_restart *out)
{
    static const char *const words[] = {"month", "year", "never"};
    for (int i = 0; i < 3; i++) {
        if (str_eq_c(word, words[i])) {
            *out = (enum number_restart)i;
            return true;
        }
    }
    return false;
}

static char kind_of(struct str inside)
{
    size_t zeros = 0;
    while (zeros < inside.len && inside.ptr[zeros] == '0') {
        zeros++;
    }
    if (inside.len > 0 && zeros == inside.len) {
        return '0';
    }
    return str_eq_c(inside, "YYYY") ? 'Y'
           : str_eq_c(inside, "YY") ? 'y'
           : str_eq_c(inside, "MM") ? 'M'
           : str_eq_c(inside, "DD") ? 'D'
                                    : '?';
}

/* Cuts the first part off; false at the end. */
static bool next_part(struct str *rest, struct part *out)
{
    size_t length = 0;
    if (rest->len == 0) {
        return false;
    }
    if (rest->ptr[0] != '{') {
        while (length < rest->len && rest->ptr[length] != '{' && rest->ptr[length] != '}') {
            length++;
        }
        /* A closing brace that nothing opened. */
        *out =
            length == 0 ? (struct part){'?', str_slice(*rest, 0, 1)} : (struct part){'t', str_slice(*rest, 0, length)};
        *rest = str_slice(*rest, length == 0 ? 1 : length, rest->len);
        return true;
    }
    size_t end = str_find(*rest, STR("}"));
    if (end == SIZE_MAX) {
        *out = (struct part){'?', *rest};
        *rest = str_slice(*rest, rest->len, rest->len);
        return true;
    }
    struct str inside = str_slice(*rest, 1, end);
    *out = (struct part){kind_of(inside), inside};
    *rest = str_slice(*rest, end + 1, rest->len);
    return true;
}

/* What a pattern consists of. */
struct contents {
    bool year, month, unknown; /* has such a part */
    int counters;              /* {0…} */
    size_t length;             /* characters of a number */
    size_t digits;             /* of the counter */
};

static struct contents contents_of(struct str pattern)
{
    struct contents contents = {0};
    struct part part;
    while (next_part(&pattern, &part)) {
        contents.year = contents.year || part.kind == 'Y' || part.kind == 'y';
        contents.month = contents.month || part.kind == 'M';
        contents.unknown = contents.unknown || part.kind == '?';
        contents.counters += part.kind == '0';
        contents.digits = part.kind == '0' ? part.text.len : contents.digits;
        contents.length += str_chars(part.text);
    }
    return contents;
}

enum number_fault number_pattern_check(struct str pattern, enum number_restart restarts)
{
    struct contents contents = contents_of(pattern);
    bool repeats = (restarts != NUMBER_RESTARTS_NEVER && !contents.year) ||
                   (restarts == NUMBER_RESTARTS_MONTHLY && !contents.month);
    if (contents.unknown) {
        return NUMBER_UNKNOWN_PART;
    }
    if (contents.counters != 1) {
        return contents.counters == 0 ? NUMBER_NO_COUNTER : NUMBER_TWO_COUNTERS;
    }
    if (contents.digits > NUMBER_DIGITS_MAX || contents.length > NUMBER_LENGTH_MAX) {
        return NUMBER_TOO_LONG;
    }
    return repeats ? NUMBER_REPEATS : NUMBER_FINE;
}

struct str number_pattern_format(struct arena *arena, struct str pattern, struct date day, int64_t number)
{
    struct buf buf;
    struct part part;
    int year, month, date;
    date_parts(day, &year, &month, &date);
    buf_init(&buf, arena);
    while (next_part(&pattern, &part)) {
        switch (part.kind) {
        case 'Y':
            buf_format(&buf, "%04d", year);
            break;
        case 'y':
            buf_format(&buf, "%02d", year % 100);
            break;
        case 'M':
            buf_format(&buf, "%02d", month);
            break;
        case 'D':
            buf_format(&buf, "%02d", date);
            break;
        case '0':
            buf_format(&buf, "%0*lld", (int)part.text.len, (long long)number);
            break;
        default:
            buf_add(&buf, part.text);
        }
    }
    return buf_str(&buf);
}

struct str number_pattern_period(struct arena *arena, enum number_restart restarts, struct date day)
{
    int year, month, date;
    date_parts(day, &year, &month, &date);
    if (restarts == NUMBER_RESTARTS_NEVER) {
        return STR("all");
    }
    return restarts == NUMBER_RESTARTS_YEARLY ? str_format(arena, "%04d", year)
                                              : str_format(arena, "%04d%02d", year, month);
}
