/* Number formats of spreadsheets. Numbers stay decimal text all along: no binary fraction ever shows. */
#include "xlsx_format.h"

#include <string.h>

#include "engines/notation.h"

/* Spreadsheets show and keep 15 digits; what is stored behind them is noise of binary fractions. */
enum { SIGNIFICANT_DIGITS = 15, STORED_DIGITS_MAX = 40, EXPONENT_MAX = 30 };

enum cell_kind xlsx_builtin_kind(int64_t id)
{
    if (id == 9 || id == 10) {
        return CELL_PERCENT;
    }
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56) {
        return CELL_TIME;
    }
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58) ? CELL_DATE : CELL_NUMBER;
}

/* Index behind the quoted, bracketed or escaped part that begins at `at`, or `at` when none begins there. */
static size_t skip_literal(struct str code, size_t at)
{
    char c = code.ptr[at];

    if (c == '\\' || c == '_' || c == '*') {
        return at + 2;
    }
    if (c != '"' && c != '[') {
        return at;
    }
    char closing = c == '"' ? '"' : ']';
    size_t end = at + 1;
    while (end < code.len && code.ptr[end] != closing) {
        end++;
    }
    bool elapsed = c == '[' && end > at + 1 && strchr("hHmMsS", code.ptr[at + 1]) != NULL;
    return elapsed ? at : end + 1;
}

enum cell_kind xlsx_custom_kind(struct str code)
{
    bool day = false, month = false, clock = false, percent = false;
    size_t i = 0;

    while (i < code.len && code.ptr[i] != ';') {
        size_t behind = skip_literal(code, i);
        if (behind != i) {
            i = behind;
            continue;
        }
        if (str_eq_ci(str_slice(code, i, i + 5), STR("AM/PM")) ||
            str_eq_ci(str_slice(code, i, i + 7), STR("General"))) {
            i += 5;
            continue;
        }
        char c = code.ptr[i] | 0x20;
        day = day || c == 'y' || c == 'd';
        month = month || c == 'm';
        clock = clock || c == 'h' || c == 's';
        percent = percent || code.ptr[i] == '%';
        i++;
    }
    if (day || (month && !clock)) {
        return CELL_DATE;
    }
    return clock ? CELL_TIME : percent ? CELL_PERCENT : CELL_NUMBER;
}

/* A stored number: 0.digits × 10^point. */
struct digits {
    bool negative;                 /* sign */
    char items[STORED_DIGITS_MAX]; /* '0'…'9', the first not 0 */
    int count;                     /* in `items` */
    int point;                     /* digits before the decimal point; may be negative or past `count` */
};

/* Reads the part behind E. */
static bool read_exponent(struct str text, int *out)
{
    int64_t value = 0;

    if (str_starts(text, STR("+"))) {
        text = str_slice(text, 1, text.len);
    }
    if (!str_to_i64(text, &value) || value > EXPONENT_MAX || value < -EXPONENT_MAX) {
        return false;
    }
    *out = (int)value;
    return true;
}

static bool read_digits(struct str text, struct digits *out)
{
    bool behind_point = false;
    bool any = false;
    size_t i = 0;
    int exponent = 0;

    *out = (struct digits){0};
    if (text.len > 0 && text.ptr[0] == '-') {
        out->negative = true;
        i++;
    }
    for (; i < text.len && text.ptr[i] != 'E' && text.ptr[i] != 'e'; i++) {
        char c = text.ptr[i];
        if (c == '.' && !behind_point) {
            behind_point = true;
            continue;
        }
        if (c < '0' || c > '9' || out->count == STORED_DIGITS_MAX) {
            return false;
        }
        any = true;
        bool leading_zero = c == '0' && out->count == 0;
        if (!leading_zero) {
            out->items[out->count++] = c;
        }
        out->point += !behind_point && !leading_zero ? 1 : behind_point && leading_zero ? -1 : 0;
    }
    if (i < text.len && !read_exponent(str_slice(text, i + 1, text.len), &exponent)) {
        return false;
    }
    out->point += exponent;
    return any;
}

/* Rounds to 15 digits and drops zeros at the end. */
static void round_digits(struct digits *number)
{
    if (number->count > SIGNIFICANT_DIGITS) {
        bool up = number->items[SIGNIFICANT_DIGITS] >= '5';
        number->count = SIGNIFICANT_DIGITS;
        while (up && number->count > 0) {
            up = number->items[number->count - 1] == '9';
            if (up) {
                number->count--;
            } else {
                number->items[number->count - 1]++;
            }
        }
        if (number->count == 0) {
            number->items[number->count++] = '1';
            number->point++;
        }
    }
    while (number->count > 0 && number->items[number->count - 1] == '0') {
        number->count--;
    }
}

/* Plain decimal: "-0.00125", "1200". */
static struct str format_digits(struct arena *arena, const struct digits *number)
{
    struct buf out;

    if (number->count == 0) {
        return STR("0");
    }
    buf_init(&out, arena);
    if (number->negative) {
        buf_add_char(&out, '-');
    }
    if (number->point <= 0) {
        buf_add_char(&out, '0');
    }
    int from = number->point < 0 ? number->point : 0;
    int to = number->count > number->point ? number->count : number->point;
    for (int i = from; i < to; i++) {
        if (i == number->point) {
            buf_add_char(&out, '.');
        }
        buf_add_char(&out, i >= 0 && i < number->count ? number->items[i] : '0');
    }
    return buf_str(&out);
}

/* A day number as date, date and time, or time of day. The text itself when it is none. */
static struct str date_text(struct arena *arena, struct str number, enum cell_kind kind, bool base_1904)
{
    struct date date;
    int second = 0;

    bool only_time = kind == CELL_TIME && (str_eq_c(number, "0") || str_starts(number, STR("0.")));
    if (notation_serial(number, base_1904, &date, &second) != NOTATION_OK) {
        return number;
    }
    struct str clock = str_format(arena, "%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
    if (only_time) {
        return clock;
    }
    struct str day = date_format(arena, date);
    return second == 0 ? day : str_format(arena, "%.*s %.*s", STR_ARG(day), STR_ARG(clock));
}

struct str xlsx_number_text(struct arena *arena, struct str stored, enum cell_kind kind, bool base_1904)
{
    struct digits number;

    if (!read_digits(stored, &number)) {
        return stored;
    }
    round_digits(&number);
    if (kind == CELL_PERCENT) {
        number.point += number.count > 0 ? 2 : 0;
        return str_format(arena, "%.*s%%", STR_ARG(format_digits(arena, &number)));
    }
    struct str plain = format_digits(arena, &number);
    return kind == CELL_NUMBER ? plain : date_text(arena, plain, kind, base_1904);
}
