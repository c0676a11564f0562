/* Notation: faults, folding, truth values and phones. Dates stand in notation_date.c, numbers in notation_number.c. */
#include "engines/notation.h"

#include <string.h>

#include "notation_text.h"

/* Wire word and sentence of one fault. */
struct fault_text {
    const char *code; /* stable word */
    const char *text; /* English sentence */
};

static const struct fault_text fault_texts[NOTATION_COUNT] = {
    [NOTATION_OK] = {"ok", ""},
    [NOTATION_EMPTY] = {"required", "There is no value."},
    [NOTATION_NOT_A_DATE] = {"not_a_date", "This is not a date."},
    [NOTATION_AMBIGUOUS_DATE] = {"ambiguous_date", "Day and month can be read in two ways; choose the order."},
    [NOTATION_NO_SUCH_DAY] = {"no_such_day", "There is no such day in the calendar."},
    [NOTATION_TWO_DIGIT_YEAR] = {"two_digit_year", "The year must have four digits."},
    [NOTATION_NOT_A_TIME] = {"not_a_time", "This is not a time of day."},
    [NOTATION_NOT_A_NUMBER] = {"not_a_number", "This is not a number."},
    [NOTATION_BAD_GROUPING] = {"bad_grouping", "The separators of this number do not stand between thousands."},
    [NOTATION_TOO_PRECISE] = {"too_precise", "This number has more decimals than can be kept."},
    [NOTATION_TOO_LARGE] = {"too_large", "This number is too large."},
    [NOTATION_NOT_A_BOOLEAN] = {"not_a_boolean", "This is neither yes nor no."},
    [NOTATION_NOT_A_PHONE] = {"not_a_phone", "This is not one phone number."},
};

const char *notation_code(enum notation fault)
{
    return fault_texts[fault].code;
}

const char *notation_text(enum notation fault)
{
    return fault_texts[fault].text;
}

uint32_t notation_fold_char(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) {
        return c - 0xFEE0;
    }
    switch (c) {
    case 0x3000: /* ideographic space */
    case 0x00A0: /* no-break space */
    case 0x2007: /* figure space */
    case 0x2009: /* thin space */
    case 0x202F: /* narrow no-break space */
    case '\t':
        return ' ';
    case 0x2010: /* hyphen */
    case 0x2011: /* no-break hyphen */
    case 0x2012: /* figure dash */
    case 0x2013: /* en dash */
    case 0x2212: /* minus */
        return '-';
    case 0xFFE5: /* full-width yen */
        return 0x00A5;
    case 0x2018: /* curly apostrophes */
    case 0x2019:
        return '\'';
    case 0xFEFF: /* zero-width no-break space */
    case 0x200B: /* zero-width space */
    case 0x200E: /* direction marks */
    case 0x200F:
    case 0x202A:
    case 0x202C:
    case 0x202D:
        return 0;
    default:
        return c;
    }
}

struct str notation_narrow(struct arena *arena, struct str text)
{
    struct buf out;

    buf_init(&out, arena);
    for (size_t i = 0; i < text.len;) {
        uint32_t c = notation_fold_char(str_next_char(text, &i));
        if (c != 0) {
            buf_add_utf8(&out, c);
        }
    }
    return str_trim(buf_str(&out));
}

/* Writes one code point below U+10000 or above as UTF-8; returns the bytes. */
static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t count = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = count - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)(lead[count] | c);
    return count;
}

struct str notation_fold(struct str text, char buffer[NOTATION_TEXT_MAX])
{
    size_t used = 0;

    text = str_trim(text);
    for (size_t i = 0; i < text.len;) {
        uint32_t c = notation_fold_char(str_next_char(text, &i));
        if (c == 0) {
            continue;
        }
        if (used + 4 > NOTATION_TEXT_MAX) {
            return (struct str){0};
        }
        used += put_utf8(buffer + used, c);
    }
    return str_trim(str_n(buffer, used));
}

bool notation_take_prefix(struct str *text, struct str prefix)
{
    if (!str_eq_ci(str_slice(*text, 0, prefix.len), prefix)) {
        return false;
    }
    *text = str_trim(str_slice(*text, prefix.len, text->len));
    return true;
}

bool notation_take_suffix(struct str *text, struct str suffix)
{
    if (text->len < suffix.len || !str_eq_ci(str_slice(*text, text->len - suffix.len, text->len), suffix)) {
        return false;
    }
    *text = str_trim(str_slice(*text, 0, text->len - suffix.len));
    return true;
}

enum notation notation_bool(struct str text, bool *out)
{
    static const char *const words[2][14] = {
        {"否", "no", "n", "false", "f", "off", "0", "×", "✗", "✘", "x", "无", "错", NULL},
        {"是", "yes", "y", "true", "t", "on", "1", "√", "✓", "✔", "v", "有", "对", NULL},
    };
    char buffer[NOTATION_TEXT_MAX];
    struct str word = notation_fold(text, buffer);

    if (word.ptr != NULL && word.len == 0) {
        return NOTATION_EMPTY;
    }
    for (int truth = 0; truth < 2; truth++) {
        for (size_t i = 0; words[truth][i] != NULL; i++) {
            if (str_eq_ci(word, str_from(words[truth][i]))) {
                *out = truth == 1;
                return NOTATION_OK;
            }
        }
    }
    return NOTATION_NOT_A_BOOLEAN;
}

/* Cuts the extension off `text`: "转801", "ext. 801", "x801". False when it is malformed. */
static bool take_extension(struct str *text, struct str *extension_out)
{
    static const char *const marks[] = {"转", "ext.", "ext", "x"};

    *extension_out = (struct str){0};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t at = str_find(*text, str_from(marks[i]));
        if (at == SIZE_MAX) {
            continue;
        }
        struct str extension = str_trim(str_slice(*text, at + strlen(marks[i]), text->len));
        *text = str_trim(str_slice(*text, 0, at));
        for (size_t k = 0; k < extension.len; k++) {
            if (extension.ptr[k] < '0' || extension.ptr[k] > '9') {
                return false;
            }
        }
        *extension_out = extension;
        return extension.len >= 1 && extension.len <= 6;
    }
    return true;
}

/* "+86 138…", "0086 138…" and "86 138…" before an 11-digit mobile number: the number's own digits. */
static struct str without_country(struct str digits)
{
    static const char *const prefixes[] = {"+86", "0086", "86", ""};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        struct str prefix = str_from(prefixes[i]);
        if (str_starts(digits, prefix) && digits.len == prefix.len + 11 && digits.ptr[prefix.len] == '1') {
            return str_slice(digits, prefix.len, digits.len);
        }
    }
    return (struct str){0};
}

/* Copies digits and signs to `kept` (single hyphens) and digits with + to `bare`. False on anything else. */
static bool collect_phone(struct str text, struct buf *kept, struct buf *bare)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c >= '0' && c <= '9') || (c == '+' && bare->len == 0)) {
            buf_add_char(kept, c);
            buf_add_char(bare, c);
        } else if (c == '-' && kept->len > 0) {
            if (kept->ptr[kept->len - 1] != '-') {
                buf_add_char(kept, '-');
            }
        } else if (c != ' ' && c != '.' && c != '(' && c != ')' && c != '-') {
            return false;
        }
    }
    return true;
}

enum notation notation_phone(struct arena *arena, struct str text, struct str *out)
{
    struct str narrow = notation_narrow(arena, text);
    struct str extension = {0};
    struct buf kept;
    struct buf bare;

    if (narrow.len == 0) {
        return NOTATION_EMPTY;
    }
    buf_init(&kept, arena);
    buf_init(&bare, arena);
    if (!take_extension(&narrow, &extension) || !collect_phone(narrow, &kept, &bare)) {
        return NOTATION_NOT_A_PHONE;
    }
    size_t digits = bare.len - (bare.len > 0 && bare.ptr[0] == '+' ? 1 : 0);
    if (digits < 5 || digits + extension.len > 20 || kept.ptr[kept.len - 1] == '-') {
        return NOTATION_NOT_A_PHONE;
    }
    /* Number and extension written in one would be read as a mobile: nobody can tell which it is. */
    struct str joined = str_format(arena, "%.*s%.*s", STR_ARG(buf_str(&bare)), STR_ARG(extension));
    if (extension.len > 0 && without_country(joined).ptr != NULL) {
        return NOTATION_NOT_A_PHONE;
    }
    struct str mobile = without_country(buf_str(&bare));
    struct str main_part = mobile.ptr != NULL ? mobile : buf_str(&kept);
    *out = extension.len == 0 ? main_part : str_format(arena, "%.*s-%.*s", STR_ARG(main_part), STR_ARG(extension));
    return NOTATION_OK;
}
