/* Phone numbers as digits. */
#include "engines/company_key.h"

#include "han.h"
#include "platform/arena.h"

enum { DIGITS_MIN = 5, LANDLINE_MIN = 10, EXTENSION_MAX = 5 };

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

/* What is read: digits, and where the last group of them begins. */
struct reading {
    struct buf digits;  /* so far */
    size_t last_group;  /* where it begins, in `digits` */
    bool plus;          /* written with + */
    bool group_by_dash; /* a dash stands before the last group */
};

/* An extension begins with #, x, 转 or 分机: what follows does not count. */
static bool begins_extension(uint32_t c)
{
    return c == '#' || c == 'x' || c == 'e' || c == 0x8F6C || c == 0x5206;
}

static void read_digits(struct str phone, struct reading *reading)
{
    uint32_t before = 0;
    for (size_t offset = 0; offset < phone.len;) {
        uint32_t c = char_fold(str_next_char(phone, &offset));
        if (begins_extension(c) && reading->digits.len > 0) {
            return;
        }
        reading->plus = reading->plus || (c == '+' && reading->digits.len == 0);
        if (is_digit(c)) {
            if (before != 0 && !is_digit(before)) {
                reading->last_group = reading->digits.len;
                reading->group_by_dash = before == '-';
            }
            buf_add_char(&reading->digits, (char)c);
        }
        before = c == ' ' && before == '-' ? before : c;
    }
}

static bool is_mobile(struct str digits)
{
    return digits.len == 11 && digits.ptr[0] == '1' && digits.ptr[1] >= '3';
}

/* Bytes of the country code of China. Without a + it is one only before a number that would be too long otherwise. */
static size_t country_code(struct str digits, bool plus)
{
    if (str_starts(digits, STR("0086"))) {
        return 4;
    }
    return str_starts(digits, STR("86")) && (plus || digits.len >= 12) ? 2 : 0;
}

/* 021-62345678-803: a short last group behind a number that is complete without it. */
static bool ends_with_extension(const struct reading *reading, size_t code)
{
    size_t group = reading->digits.len - reading->last_group;
    size_t head = reading->last_group < code ? 0 : reading->last_group - code + (code > 0);
    return reading->group_by_dash && head >= LANDLINE_MIN && group <= EXTENSION_MAX;
}

/* As dialled inside the country: landlines with their 0, mobiles without one. */
static struct str domestic(struct arena *arena, struct str digits, bool had_country)
{
    if (digits.len == 12 && digits.ptr[0] == '0' && is_mobile(str_slice(digits, 1, digits.len))) {
        return str_slice(digits, 1, digits.len);
    }
    bool service = digits.len == 10 && (str_starts(digits, STR("400")) || str_starts(digits, STR("800")));
    bool landline = had_country && digits.len >= 9 && digits.ptr[0] != '0' && !is_mobile(digits) && !service;
    return landline ? str_format(arena, "0%.*s", STR_ARG(digits)) : digits;
}

struct str phone_key(struct arena *arena, struct str phone)
{
    struct reading reading = {0};
    buf_init(&reading.digits, arena);
    read_digits(phone, &reading);
    struct str digits = buf_str(&reading.digits);
    size_t code = country_code(digits, reading.plus);
    if (digits.len < DIGITS_MIN + code) {
        return (struct str){0};
    }
    if (reading.plus && code == 0) {
        return str_format(arena, "+%.*s", STR_ARG(digits));
    }
    size_t end = ends_with_extension(&reading, code) ? reading.last_group : digits.len;
    return domestic(arena, str_slice(digits, code, end), code > 0);
}

struct str phone_digits(struct arena *arena, struct str phone)
{
    struct str key = phone_key(arena, phone);
    return str_starts(key, STR("+")) ? str_slice(key, 1, key.len) : key;
}
