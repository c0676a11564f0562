/* The notions that must never be mixed up: money, dates, instants. Pure: no clock, no database. */
#ifndef DABIAO_PLATFORM_VALUES_H
#define DABIAO_PLATFORM_VALUES_H

#include "platform/err.h"

/* A business date. Units: days since 1970-01-01, proleptic Gregorian. */
struct date {
    int32_t days; /* since 1970-01-01 */
};

/* A moment. Units: milliseconds since 1970-01-01T00:00:00Z. */
struct instant {
    int64_t ms; /* since the epoch, UTC */
};

/* An amount in the currency's minor unit (分, cent). */
struct money {
    int64_t minor; /* minor units */
};

/* Values that may be absent (SQL NULL). */
struct opt_int {
    bool set;
    int64_t value;
};
struct opt_str {
    bool set;
    struct str value;
};
struct opt_date {
    bool set;
    struct date value;
};
struct opt_instant {
    bool set;
    struct instant value;
};
struct opt_money {
    bool set;
    struct money value;
};

struct date date_of(int year, int month, int day); /* month 1..12; must be valid */
bool date_is_valid(int year, int month, int day);  /* years 1000..9999 */
void date_parts(struct date date, int *year, int *month, int *day);
/* "2026-03-31" and nothing else. */
bool date_parse(struct str text, struct date *out);
struct str date_format(struct arena *arena, struct date date);
struct date date_add_days(struct date date, int days);     /* clamped to 1000-01-01 … 9999-12-31 */
struct date date_add_months(struct date date, int months); /* day clamped to the month's end; range as above */
struct date date_month_start(struct date date);
int date_compare(struct date a, struct date b);
int date_weekday(struct date date); /* 1 = Monday … 7 = Sunday */

/* RFC 3339 with an offset or Z, fraction optional (cut to milliseconds), years 1000..9999 in UTC. */
bool instant_parse(struct str text, struct instant *out);
struct str instant_format(struct arena *arena, struct instant instant); /* 2026-03-31T08:00:00.000Z */
/* The business date of a moment. `zone` is an IANA name; unknown names count as UTC. */
struct date instant_date(struct instant instant, const char *zone);
/* The first moment of a business date in the zone. Where clocks skip midnight: the moment of the skip. */
struct instant date_start(struct date date, const char *zone);
/* Whether the system's tz database has the name. */
bool zone_is_known(const char *zone);
/* The wall clock. Only the platform calls it; business code uses req->now. */
struct instant instant_now(void);

/* Arithmetic with overflow checked: false when the result does not fit, `out` untouched. */
bool money_add(struct money a, struct money b, struct money *out) MUST_CHECK;
bool money_sub(struct money a, struct money b, struct money *out) MUST_CHECK;
bool money_mul(struct money a, int64_t factor, struct money *out) MUST_CHECK;
/* a × ppm / 1,000,000, rounded half away from zero. Example: 1 分 × 500,000 ppm = 1 分. */
bool money_mul_ppm(struct money a, int64_t ppm, struct money *out) MUST_CHECK;
/* a × part / whole, rounded half away from zero; false when whole is 0 or the result does not fit. Example: the tax of
 * 13 % in 113 分 is 113 × 130,000 / 1,130,000 = 13 分. */
bool money_mul_ratio(struct money a, int64_t part, int64_t whole, struct money *out) MUST_CHECK;
/* Splits `total` over `weights` into parts that add up to it exactly; the remainder goes to the last part with a
 * weight. All weights zero: even split. Weights are ≥ 0. Example: 100 over {1,1,1} = 33, 33, 34. */
bool money_split(struct money total, const int64_t *weights, size_t count, struct money *parts_out) MUST_CHECK;
/* a × 1,000,000 / b rounded half away from zero; false when b is 0 or the result does not fit. */
bool ratio_ppm(int64_t a, int64_t b, int64_t *ppm_out) MUST_CHECK;

/* One value of any kind: statement arguments, record fields, filter constants, imported cells. */
enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_DATE, VALUE_INSTANT };

struct value {
    enum value_type type; /* which member is set */
    union {
        int64_t integer; /* numbers, ids, money in minor units, booleans as 0 / 1 */
        struct str text;
        struct date date;
        struct instant instant;
    };
};

struct value value_null(void);
struct value value_int(int64_t integer);
struct value value_bool(bool boolean);
struct value value_text(struct str text); /* no text (ptr NULL) becomes VALUE_NULL */
struct value value_c(const char *text);
struct value value_date(struct date date);
struct value value_instant(struct instant instant);
struct value value_money(struct money money);
struct value value_opt_int(struct opt_int v);
struct value value_opt_str(struct opt_str v);
struct value value_opt_date(struct opt_date v);
struct value value_opt_instant(struct opt_instant v);
/* The way back: of another type, NULL above all, nothing is set. */
struct opt_int opt_int_of(struct value value);
struct opt_str opt_str_of(struct value value);
struct opt_date opt_date_of(struct value value);
struct opt_instant opt_instant_of(struct value value);
bool value_eq(struct value a, struct value b);
struct value value_dup(struct arena *arena, struct value value);

/* V(x): the value of anything the program knows. A double does not compile. */
#define V(x)                                                                                                           \
    _Generic((x), bool: value_bool, int: value_int, long: value_int, long long: value_int, unsigned: value_int,     \
        struct str: value_text, char *: value_c, const char *: value_c, struct date: value_date,                    \
        struct instant: value_instant, struct money: value_money, struct opt_int: value_opt_int,                    \
        struct opt_str: value_opt_str, struct opt_date: value_opt_date, struct opt_instant: value_opt_instant)(x)

#endif
