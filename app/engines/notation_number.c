/* Notation of numbers: money, counts, percents. Exact decimal arithmetic on 128-bit integers. */
#include "notation_text.h"

/* A number as written: digits × 10^exponent. */
struct decimal {
    bool negative;            /* sign */
    unsigned __int128 digits; /* all digits without the mark */
    int exponent;             /* power of ten */
};

enum { DIGITS_MAX = 30 };

/* A word behind a number and the power of ten it stands for. */
struct multiplier {
    const char *word; /* as written */
    int exponent;     /* power of ten */
};

static const struct multiplier multipliers[] = {{"万亿", 12}, {"亿", 8}, {"億", 8}, {"百万", 6}, {"万", 4},
                                                {"萬", 4},    {"千", 3}, {"k", 3},  {"m", 6}};

/* Takes signs, brackets and currency words off both ends, in any order people write them. */
static bool take_ornaments(struct str *text, bool *negative)
{
    static const char *const prefixes[] = {"US$", "HK$", "NT$",    "RMB", "CNY", "USD", "EUR", "GBP",
                                           "JPY", "HKD", "人民币", "$",   "¥",   "€",   "£"};
    static const char *const suffixes[] = {"元整", "元",  "圆",  "人民币", "RMB", "CNY", "USD", "EUR",
                                           "GBP",  "JPY", "HKD", "$",      "¥",   "€",   "£"};
    bool signed_already = false;
    bool again = true;

    while (again) {
        again = false;
        bool minus = notation_take_prefix(text, STR("-"));
        bool plus = !minus && notation_take_prefix(text, STR("+"));
        bool bracket = !minus && !plus && text->len > 1 && text->ptr[0] == '(' && text->ptr[text->len - 1] == ')';
        if (bracket) {
            *text = str_trim(str_slice(*text, 1, text->len - 1));
        }
        if (minus || plus || bracket) {
            if (signed_already) {
                return false;
            }
            signed_already = true;
            *negative = !plus;
            again = true;
        }
        for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
            again = notation_take_prefix(text, str_from(prefixes[i])) || again;
        }
        for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
            again = notation_take_suffix(text, str_from(suffixes[i])) || again;
        }
    }
    if (!signed_already && notation_take_suffix(text, STR("-"))) {
        *negative = true;
    }
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Checks the whole part "12,345,678" and adds its digits. Groups of three, one kind of separator. */
static enum notation read_whole(struct str whole, char mark, struct decimal *out, size_t *digit_count)
{
    size_t since = 0; /* digits since the last separator */
    char separator = 0;

    for (size_t i = 0; i < whole.len; i++) {
        char c = whole.ptr[i];
        if (is_digit(c)) {
            out->digits = out->digits * 10 + (unsigned)(c - '0');
            since++;
            if (++*digit_count > DIGITS_MAX) {
                return NOTATION_TOO_LARGE;
            }
            continue;
        }
        bool known = (c == ',' && mark != ',') || (c == '.' && mark != '.') || c == ' ' || c == '\'';
        if (!known) {
            return NOTATION_NOT_A_NUMBER;
        }
        if (since == 0 || since > 3 || (separator != 0 && (since != 3 || c != separator))) {
            return NOTATION_BAD_GROUPING;
        }
        separator = c;
        since = 0;
    }
    return separator != 0 && since != 3 ? NOTATION_BAD_GROUPING : NOTATION_OK;
}

/* Digits behind the decimal mark; zeros at the end do not count. */
static enum notation read_fraction(struct str fraction, struct decimal *out, size_t *digit_count)
{
    while (fraction.len > 0 && fraction.ptr[fraction.len - 1] == '0') {
        fraction.len--;
        *digit_count += *digit_count == 0 ? 1 : 0;
    }
    for (size_t i = 0; i < fraction.len; i++) {
        if (!is_digit(fraction.ptr[i])) {
            return NOTATION_NOT_A_NUMBER;
        }
        if (++*digit_count > DIGITS_MAX) {
            return NOTATION_TOO_PRECISE;
        }
        out->digits = out->digits * 10 + (unsigned)(fraction.ptr[i] - '0');
        out->exponent--;
    }
    return NOTATION_OK;
}

/* Cuts "1.5E+3" before its exponent. Spreadsheets write large numbers so. */
static enum notation take_exponent(struct str *text, int *exponent_out)
{
    size_t at = str_find(*text, STR("E"));
    int64_t exponent = 0;

    *exponent_out = 0;
    at = at == SIZE_MAX ? str_find(*text, STR("e")) : at;
    if (at == SIZE_MAX) {
        return NOTATION_OK;
    }
    struct str power = str_slice(*text, at + 1, text->len);
    (void)notation_take_prefix(&power, STR("+"));
    if (!str_to_i64(power, &exponent)) {
        return NOTATION_NOT_A_NUMBER;
    }
    if (exponent > DIGITS_MAX || exponent < -DIGITS_MAX) {
        return exponent > 0 ? NOTATION_TOO_LARGE : NOTATION_TOO_PRECISE;
    }
    *exponent_out = (int)exponent;
    *text = str_slice(*text, 0, at);
    return NOTATION_OK;
}

/* Reads a folded text. `percent_out` may be NULL; else it gets 2 for %, 3 for ‰, 0 for neither. */
static enum notation read_decimal(struct str text, struct number_style style, struct decimal *out, int *percent_out)
{
    char mark = style.decimal_comma ? ',' : '.';
    size_t digit_count = 0;
    int exponent = 0;

    *out = (struct decimal){0};
    if (!take_ornaments(&text, &out->negative)) {
        return NOTATION_NOT_A_NUMBER;
    }
    if (percent_out != NULL) {
        *percent_out = notation_take_suffix(&text, STR("%")) ? 2 : notation_take_suffix(&text, STR("‰")) ? 3 : 0;
    }
    for (size_t i = 0; i < sizeof(multipliers) / sizeof(multipliers[0]); i++) {
        if (notation_take_suffix(&text, str_from(multipliers[i].word))) {
            out->exponent = multipliers[i].exponent;
            break;
        }
    }
    enum notation fault = take_exponent(&text, &exponent);
    if (fault != NOTATION_OK) {
        return fault;
    }
    out->exponent += exponent;
    size_t at = str_find(text, str_n(&mark, 1));
    struct str whole = str_slice(text, 0, at);
    fault = read_whole(whole, mark, out, &digit_count);
    if (fault == NOTATION_OK && at != SIZE_MAX) {
        fault = read_fraction(str_slice(text, at + 1, text.len), out, &digit_count);
    }
    if (fault != NOTATION_OK) {
        return fault;
    }
    return digit_count == 0 ? NOTATION_NOT_A_NUMBER : NOTATION_OK;
}

/* The decimal in units of 10^-decimals. */
static enum notation scale_decimal(struct decimal number, int decimals, bool round, int64_t *out)
{
    unsigned __int128 value = number.digits;
    int shift = number.exponent + decimals;

    for (; shift > 0 && value != 0; shift--) {
        if (value > INT64_MAX) {
            return NOTATION_TOO_LARGE;
        }
        value *= 10;
    }
    unsigned __int128 divisor = 1;
    for (; shift < 0 && divisor <= value * 2; shift++) {
        divisor *= 10;
    }
    unsigned __int128 rest = shift < 0 ? value : value % divisor;
    if (rest != 0 && !round) {
        return NOTATION_TOO_PRECISE;
    }
    value = shift < 0 ? 0 : value / divisor + (divisor > 1 && rest * 2 >= divisor ? 1 : 0);
    if (value > INT64_MAX) {
        return NOTATION_TOO_LARGE;
    }
    *out = number.negative ? -(int64_t)value : (int64_t)value;
    return NOTATION_OK;
}

enum notation notation_decimal(struct str text, int decimals, struct number_style style, int64_t *out)
{
    char buffer[NOTATION_TEXT_MAX];
    struct str folded = notation_fold(text, buffer);
    struct decimal number;

    if (folded.ptr == NULL) {
        return NOTATION_NOT_A_NUMBER;
    }
    if (folded.len == 0) {
        return NOTATION_EMPTY;
    }
    enum notation fault = read_decimal(folded, style, &number, NULL);
    return fault != NOTATION_OK ? fault : scale_decimal(number, decimals, style.round, out);
}

enum notation notation_money(struct str text, struct number_style style, struct money *out)
{
    return notation_decimal(text, 2, style, &out->minor);
}

enum notation notation_integer(struct str text, struct number_style style, int64_t *out)
{
    return notation_decimal(text, 0, style, out);
}

enum notation notation_ppm(struct str text, struct number_style style, bool bare_fraction, int64_t *out)
{
    char buffer[NOTATION_TEXT_MAX];
    struct str folded = notation_fold(text, buffer);
    struct decimal number;
    int percent = 0;

    if (folded.ptr == NULL) {
        return NOTATION_NOT_A_NUMBER;
    }
    if (folded.len == 0) {
        return NOTATION_EMPTY;
    }
    enum notation fault = read_decimal(folded, style, &number, &percent);
    if (fault != NOTATION_OK) {
        return fault;
    }
    if (percent == 0 && !bare_fraction) {
        percent = 2;
    }
    return scale_decimal(number, 6 - percent, style.round, out);
}
