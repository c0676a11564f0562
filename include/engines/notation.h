/* What people write in cells: dates, money, numbers, yes and no, phones. Full-width forms count as narrow ones; spaces
 * around a value do not matter. Nothing is guessed: what may be read in two ways is refused with a fault. Pure. */
#ifndef DABIAO_ENGINES_NOTATION_H
#define DABIAO_ENGINES_NOTATION_H

#include "platform/values.h"

/* Why a text was refused; NOTATION_OK when it was not. */
enum notation {
    NOTATION_OK,
    NOTATION_EMPTY, /* nothing there: the caller decides whether that is a fault */
    NOTATION_NOT_A_DATE,
    NOTATION_AMBIGUOUS_DATE, /* 3/4/2017 without a known order */
    NOTATION_NO_SUCH_DAY,    /* 2017-02-30 */
    NOTATION_TWO_DIGIT_YEAR, /* 25/8/17 */
    NOTATION_NOT_A_TIME,
    NOTATION_NOT_A_NUMBER,
    NOTATION_BAD_GROUPING, /* 1,2 or 12,34.5 */
    NOTATION_TOO_PRECISE,  /* more decimals than the unit has */
    NOTATION_TOO_LARGE,
    NOTATION_NOT_A_BOOLEAN,
    NOTATION_NOT_A_PHONE,
    NOTATION_COUNT
};

/* Stable word ("not_a_date") and English sentence of a fault. */
const char *notation_code(enum notation fault);
const char *notation_text(enum notation fault);

/* In which order day and month stand where the year comes last. */
enum date_order { DATE_ORDER_UNKNOWN, DATE_ORDER_MDY, DATE_ORDER_DMY };

/* What the values of a column have told about the order so far. Starts zeroed. */
struct date_order_guess {
    size_t dates;        /* values that are dates in some order */
    size_t others;       /* values that are not empty and no dates */
    size_t year_last;    /* dates with the year last */
    size_t dotted;       /* of those, with dots: 25.8.2017 */
    size_t first_large;  /* of those, first number above 12: day first */
    size_t second_large; /* of those, second number above 12: month first */
    size_t undecided;    /* of those, neither, and the numbers differ */
};

enum date_order_verdict {
    DATE_VERDICT_YMD, /* no value depends on the order */
    DATE_VERDICT_MDY,
    DATE_VERDICT_DMY,
    DATE_VERDICT_AMBIGUOUS, /* both orders fit: ask the user */
    DATE_VERDICT_MIXED,     /* some values need one order, some the other */
    DATE_VERDICT_NONE       /* no dates at all */
};

void date_order_see(struct date_order_guess *guess, struct str text);
/* Example: 3/4/2017, 8/25/2017 → MDY; 3/4/2017 → AMBIGUOUS; 3.4.2017 → DMY (nobody else writes dots). */
enum date_order_verdict date_order_decide(const struct date_order_guess *guess);

/* 2017-08-25, 2017/8/25, 2017.8.25, 20170825, 2017年8月25日, 25.8.2017, 8/25/2017 and 25/8/2017 (by `order`, or where
 * only one fits), 25-Aug-2017, Aug 25, 2017. A time of day behind it is accepted and dropped. Years 1000…9999. */
enum notation notation_date(struct str text, enum date_order order, struct date *out);
/* A date as above and a time (13:45, 13:45:20, 1:45 PM, 下午1:45, 13时45分20秒; none: midnight) of the zone; or RFC
 * 3339, which brings its own offset. */
enum notation notation_instant(struct str text, enum date_order order, const char *zone, struct instant *out);
/* A spreadsheet's day number, fraction = time of day: "42972.5" = 2017-08-25 12:00:00. `base_1904` for old Mac files.
 * `second_out` (may be NULL) gets the second of the day, rounded. */
enum notation notation_serial(struct str text, bool base_1904, struct date *out, int *second_out);

/* How numbers are written and how they may be cut. */
struct number_style {
    bool decimal_comma; /* 1.234,5 instead of 1,234.5 */
    bool round;         /* round half away from zero to the unit instead of refusing */
};

/* An amount in units of 10^-decimals. "$500,000" with 2 decimals → 50000000; also ¥1,234.5, １２３４, 1.2万, 3亿, 500K,
 * 2M, 12 345,60 (decimal_comma), (500), -500, 500-, RMB 500, 500元, US$5. */
enum notation notation_decimal(struct str text, int decimals, struct number_style style, int64_t *out);
/* The same for money in a currency with two decimals. */
enum notation notation_money(struct str text, struct number_style style, struct money *out);
/* A whole number with or without separators. */
enum notation notation_integer(struct str text, struct number_style style, int64_t *out);
/* Parts per million. "12.5%" → 125000; "5‰" → 5000; a number without sign is a fraction (0.125) when `bare_fraction`,
 * else percent (12.5). */
enum notation notation_ppm(struct str text, struct number_style style, bool bare_fraction, int64_t *out);
/* 是/否, yes/no, y/n, true/false, t/f, on/off, 1/0, √ ✓ ✔ / × ✗ ✘, 有/无, 对/错. */
enum notation notation_bool(struct str text, bool *out);
/* One phone number: full-width made narrow; mobile numbers of mainland China as 11 digits without +86; others keep +
 * and single hyphens; spaces, dots and brackets go; "转801" and "ext. 801" become "-801". 5…20 digits. */
enum notation notation_phone(struct arena *arena, struct str text, struct str *out);
/* The text with full-width letters, digits and signs made narrow, other spaces made plain ones, trimmed. */
struct str notation_narrow(struct arena *arena, struct str text);

#endif
