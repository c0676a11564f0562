/* Notation of dates and times of day, and the order of day and month over a whole column. */
#include <string.h>

#include "notation_text.h"

enum { SECONDS_PER_MINUTE = 60, SECONDS_PER_HOUR = 3600, SECONDS_PER_DAY = 86400 };

/* Where spreadsheets begin to count, as days since 1970. Day 60 of the 1900 system is a 29 February that never was. */
enum { SERIAL_BASE_1900 = -25569, SERIAL_BASE_1904 = -24107, SERIAL_LEAP_BUG = 60, SERIAL_MAX = 2958465 };

/* Up to three numbers of a date as written, and how they stand. */
struct date_text {
    int numbers[3];   /* in the order of the text */
    int widths[3];    /* digits of each */
    bool year_first;  /* year, month, day: nothing to decide */
    bool month_named; /* numbers are year, month, day already */
    char separator;   /* between the numbers: - / . or 0 */
    struct str rest;  /* what follows: a time, or nothing */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes up to eight digits off the front; returns how many. */
static int take_number(struct str *text, int *out)
{
    int width = 0;

    *out = 0;
    while (width < 8 && (size_t)width < text->len && is_digit(text->ptr[width])) {
        *out = *out * 10 + (text->ptr[width] - '0');
        width++;
    }
    *text = str_slice(*text, (size_t)width, text->len);
    return width;
}

/* Takes an English month name or its first three letters off the front. 0: there is none. */
static int take_month_name(struct str *text)
{
    static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    size_t len = 0;

    while (len < text->len && is_letter(text->ptr[len])) {
        len++;
    }
    struct str word = str_slice(*text, 0, len);
    for (int month = 1; month <= 12; month++) {
        struct str name = str_from(names[month - 1]);
        bool sept = month == 9 && str_eq_ci(word, STR("sept"));
        if (sept || str_eq_ci(word, name) || (len == 3 && str_eq_ci(word, str_slice(name, 0, 3)))) {
            *text = str_slice(*text, len, text->len);
            return month;
        }
    }
    return 0;
}

/* Takes the signs between the parts of a date with a named month. */
static void skip_signs(struct str *text)
{
    while (text->len > 0 && strchr(" -/.,", text->ptr[0]) != NULL) {
        *text = str_slice(*text, 1, text->len);
    }
}

/* "25-Aug-2017", "25 August 2017", "Aug 25, 2017". */
static bool split_named(struct str text, struct date_text *out)
{
    int day = 0;
    int year = 0;
    int day_width = take_number(&text, &day);

    skip_signs(&text);
    int month = take_month_name(&text);
    if (month == 0) {
        return false;
    }
    skip_signs(&text);
    if (day_width == 0) {
        day_width = take_number(&text, &day);
        skip_signs(&text);
    }
    int year_width = take_number(&text, &year);
    if (day_width < 1 || day_width > 2 || year_width == 0) {
        return false;
    }
    *out = (struct date_text){.numbers = {year, month, day},
                              .widths = {year_width, 2, day_width},
                              .year_first = true,
                              .month_named = true,
                              .rest = text};
    return true;
}

/* "2017年8月25日", with or without the last sign. */
static bool split_chinese(struct str text, struct date_text *out)
{
    static const char *const signs[] = {"年", "月"};
    struct date_text parts = {.year_first = true};

    for (int i = 0; i < 3; i++) {
        parts.widths[i] = take_number(&text, &parts.numbers[i]);
        text = str_trim(text);
        if (parts.widths[i] == 0 || (i < 2 && !notation_take_prefix(&text, str_from(signs[i])))) {
            return false;
        }
    }
    if (!notation_take_prefix(&text, STR("日"))) {
        (void)notation_take_prefix(&text, STR("号"));
    }
    parts.rest = text;
    *out = parts;
    return parts.widths[0] == 4 && parts.widths[1] <= 2 && parts.widths[2] <= 2;
}

/* "20170825". */
static bool split_compact(struct str text, struct date_text *out)
{
    int number = 0;

    if (take_number(&text, &number) != 8 || (text.len > 0 && is_digit(text.ptr[0]))) {
        return false;
    }
    *out = (struct date_text){.numbers = {number / 10000, number / 100 % 100, number % 100},
                              .widths = {4, 2, 2},
                              .year_first = true,
                              .rest = text};
    return true;
}

/* Three numbers with one kind of separator: "2017-8-25", "8/25/2017", "25.8.2017". */
static bool split_signs(struct str text, struct date_text *out)
{
    struct date_text parts = {0};

    for (int i = 0; i < 3; i++) {
        parts.widths[i] = take_number(&text, &parts.numbers[i]);
        if (parts.widths[i] == 0 || parts.widths[i] > 4) {
            return false;
        }
        if (i == 2) {
            break;
        }
        if (text.len == 0 || strchr("-/.", text.ptr[0]) == NULL || (i == 1 && text.ptr[0] != parts.separator)) {
            return false;
        }
        parts.separator = text.ptr[0];
        text = str_slice(text, 1, text.len);
    }
    parts.year_first = parts.widths[0] == 4;
    parts.rest = text;
    *out = parts;
    return parts.widths[1] <= 2 && (parts.widths[2] <= 2 || !parts.year_first) && parts.widths[0] != 3 &&
           parts.widths[2] != 3;
}

static bool split_date(struct str text, struct date_text *out)
{
    return split_compact(text, out) || split_signs(text, out) || split_chinese(text, out) || split_named(text, out);
}

/* The numbers as year, month, day. */
static enum notation order_numbers(const struct date_text *parts, enum date_order order, int *year, int *month,
                                   int *day)
{
    if (parts->year_first) {
        *year = parts->numbers[0];
        *month = parts->numbers[1];
        *day = parts->numbers[2];
        return parts->widths[0] == 4 ? NOTATION_OK : NOTATION_TWO_DIGIT_YEAR;
    }
    if (parts->widths[2] != 4) {
        return NOTATION_TWO_DIGIT_YEAR;
    }
    int first = parts->numbers[0];
    int second = parts->numbers[1];
    bool day_first = order == DATE_ORDER_DMY;
    if (order == DATE_ORDER_UNKNOWN) {
        if (first <= 12 && second <= 12 && first != second) {
            return NOTATION_AMBIGUOUS_DATE;
        }
        day_first = first > 12;
    }
    *year = parts->numbers[2];
    *month = day_first ? second : first;
    *day = day_first ? first : second;
    return NOTATION_OK;
}

/* Splits and orders a folded text; `rest_out` is what follows the date. */
static enum notation read_date(struct str text, enum date_order order, struct date *out, struct str *rest_out)
{
    struct date_text parts;
    int year = 0, month = 0, day = 0;

    if (text.len == 0) {
        return text.ptr == NULL ? NOTATION_NOT_A_DATE : NOTATION_EMPTY;
    }
    if (!split_date(text, &parts)) {
        return NOTATION_NOT_A_DATE;
    }
    enum notation fault = order_numbers(&parts, order, &year, &month, &day);
    if (fault != NOTATION_OK) {
        return fault;
    }
    if (!date_is_valid(year, month, day)) {
        return NOTATION_NO_SUCH_DAY;
    }
    *out = date_of(year, month, day);
    *rest_out = parts.rest;
    return NOTATION_OK;
}

/* Which half of the day a word puts the time in: -1 none, 0 morning, 1 afternoon. */
static int take_half(struct str *text)
{
    static const char *const words[2][4] = {{"am", "a.m.", "上午", "早上"}, {"pm", "p.m.", "下午", "晚上"}};

    for (int half = 0; half < 2; half++) {
        for (size_t i = 0; i < 4; i++) {
            struct str word = str_from(words[half][i]);
            if (notation_take_prefix(text, word) || notation_take_suffix(text, word)) {
                return half;
            }
        }
    }
    return -1;
}

/* Takes the sign between the parts of a time: ':' or the Chinese word for the part. */
static bool take_time_sign(struct str *text, int part)
{
    static const char *const words[][2] = {{"时", "点"}, {"分", "分钟"}, {"秒", "秒钟"}};

    if (part < 2 && notation_take_prefix(text, STR(":"))) {
        return true;
    }
    return notation_take_prefix(text, str_from(words[part][0])) || notation_take_prefix(text, str_from(words[part][1]));
}

/* Reads what follows a date as the second of the day: nothing (midnight) or a time. */
static enum notation read_time(struct str text, int *second_out)
{
    int numbers[3] = {0};
    int part = 0;

    *second_out = 0;
    text = str_trim(text);
    if (text.len > 1 && (text.ptr[0] == 'T' || text.ptr[0] == ',')) {
        text = str_trim(str_slice(text, 1, text.len));
    }
    if (text.len == 0) {
        return NOTATION_OK;
    }
    int half = take_half(&text);
    for (; part < 3 && text.len > 0; part++) {
        int width = take_number(&text, &numbers[part]);
        if (width < 1 || width > 2) {
            return NOTATION_NOT_A_TIME;
        }
        bool sign = take_time_sign(&text, part);
        if (!sign && (part == 0 || text.len > 0) && !(part == 2 && text.len > 0 && text.ptr[0] == '.')) {
            return NOTATION_NOT_A_TIME;
        }
    }
    if (text.len > 1 && text.ptr[0] == '.') {
        int fraction = 0;
        text = str_slice(text, 1, text.len);
        (void)take_number(&text, &fraction);
    }
    bool fits = half < 0 ? numbers[0] <= 23 : numbers[0] >= 1 && numbers[0] <= 12;
    if (text.len > 0 || !fits || numbers[1] > 59 || numbers[2] > 59) {
        return NOTATION_NOT_A_TIME;
    }
    int hour = half < 0 ? numbers[0] : numbers[0] % 12 + 12 * half;
    *second_out = hour * SECONDS_PER_HOUR + numbers[1] * SECONDS_PER_MINUTE + numbers[2];
    return NOTATION_OK;
}

enum notation notation_date(struct str text, enum date_order order, struct date *out)
{
    char buffer[NOTATION_TEXT_MAX];
    struct str rest;
    struct date date;
    int second = 0;
    enum notation fault = read_date(notation_fold(text, buffer), order, &date, &rest);

    if (fault == NOTATION_OK) {
        fault = read_time(rest, &second);
    }
    if (fault == NOTATION_OK) {
        *out = date;
    }
    return fault;
}

/* The moment of a local time. On days when the clock is changed, times before three o'clock count with the offset of
 * the day's beginning, later ones with that of its end. */
static struct instant local_instant(struct date date, int second, const char *zone)
{
    struct instant start = date_start(date, zone);
    struct instant end = date_start(date_add_days(date, 1), zone);
    int64_t shift_ms = (end.ms - start.ms) - (int64_t)SECONDS_PER_DAY * 1000;
    int64_t ms = start.ms + (int64_t)second * 1000;

    return (struct instant){second < 3 * SECONDS_PER_HOUR ? ms : ms + shift_ms};
}

enum notation notation_instant(struct str text, enum date_order order, const char *zone, struct instant *out)
{
    char buffer[NOTATION_TEXT_MAX];
    struct str folded = notation_fold(text, buffer);
    struct str rest;
    struct date date;
    int second = 0;

    if (folded.len > 0 && instant_parse(folded, out)) {
        return NOTATION_OK;
    }
    enum notation fault = read_date(folded, order, &date, &rest);
    if (fault == NOTATION_OK) {
        fault = read_time(rest, &second);
    }
    if (fault == NOTATION_OK) {
        *out = local_instant(date, second, zone);
    }
    return fault;
}

/* Seconds of a decimal fraction of a day, rounded; `digits` are those behind the point. */
static int fraction_seconds(struct str digits)
{
    uint64_t value = 0;
    uint64_t scale = 1;

    for (size_t i = 0; i < digits.len && i < 12; i++) {
        value = value * 10 + (unsigned)(digits.ptr[i] - '0');
        scale *= 10;
    }
    return (int)((value * SECONDS_PER_DAY + scale / 2) / scale);
}

enum notation notation_serial(struct str text, bool base_1904, struct date *out, int *second_out)
{
    char buffer[NOTATION_TEXT_MAX];
    struct str rest = notation_fold(text, buffer);
    struct str whole = {0};
    int64_t days = 0;

    if (rest.ptr != NULL && rest.len == 0) {
        return NOTATION_EMPTY;
    }
    if (!str_cut(&rest, '.', &whole) || !str_to_i64(whole, &days) || days < 0 || days > SERIAL_MAX) {
        return NOTATION_NOT_A_DATE;
    }
    for (size_t i = 0; i < rest.len; i++) {
        if (!is_digit(rest.ptr[i])) {
            return NOTATION_NOT_A_DATE;
        }
    }
    int second = fraction_seconds(rest);
    if (second == SECONDS_PER_DAY) {
        days++;
        second = 0;
    }
    if (!base_1904 && days == SERIAL_LEAP_BUG) {
        return NOTATION_NO_SUCH_DAY;
    }
    if (!base_1904 && days < SERIAL_LEAP_BUG) {
        days++;
    }
    int64_t since_epoch = days + (base_1904 ? SERIAL_BASE_1904 : SERIAL_BASE_1900);
    if (since_epoch > date_of(9999, 12, 31).days) {
        return NOTATION_NOT_A_DATE;
    }
    *out = (struct date){(int32_t)since_epoch};
    if (second_out != NULL) {
        *second_out = second;
    }
    return NOTATION_OK;
}

void date_order_see(struct date_order_guess *guess, struct str text)
{
    char buffer[NOTATION_TEXT_MAX];
    struct str folded = notation_fold(text, buffer);
    struct date_text parts;

    if (folded.ptr != NULL && folded.len == 0) {
        return;
    }
    if (!split_date(folded, &parts) || (!parts.year_first && (parts.widths[2] != 4 || parts.widths[0] > 2))) {
        guess->others++;
        return;
    }
    guess->dates++;
    if (parts.year_first) {
        return;
    }
    guess->year_last++;
    guess->dotted += parts.separator == '.' ? 1 : 0;
    if (parts.numbers[0] > 12) {
        guess->first_large++;
    } else if (parts.numbers[1] > 12) {
        guess->second_large++;
    } else if (parts.numbers[0] != parts.numbers[1]) {
        guess->undecided++;
    }
}

enum date_order_verdict date_order_decide(const struct date_order_guess *guess)
{
    if (guess->dates == 0) {
        return DATE_VERDICT_NONE;
    }
    if (guess->first_large > 0 && guess->second_large > 0) {
        return DATE_VERDICT_MIXED;
    }
    if (guess->first_large > 0) {
        return DATE_VERDICT_DMY;
    }
    if (guess->second_large > 0) {
        return DATE_VERDICT_MDY;
    }
    if (guess->undecided == 0) {
        return DATE_VERDICT_YMD;
    }
    return guess->dotted == guess->year_last ? DATE_VERDICT_DMY : DATE_VERDICT_AMBIGUOUS;
}
