/* Templates of printed documents. */
#include "engines/print_template.h"

#include <stddef.h>

static const char *const COLUMNS[] = {"number", "name", "quantity", "price", "amount", NULL};

static bool is_among(struct str word, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (str_eq_c(word, names[i])) {
            return true;
        }
    }
    return false;
}

/* "lines name price": one column at least, all known. */
static bool is_lines(struct str inner)
{
    struct str word;
    size_t columns = 0;
    if (!str_starts(inner, STR("lines "))) {
        return false;
    }
    struct str rest = str_slice(inner, sizeof "lines " - 1, inner.len);
    while (rest.len > 0) {
        if (!str_cut(&rest, ' ', &word)) {
            word = rest;
            rest.len = 0;
        }
        if (word.len > 0 && !is_among(word, COLUMNS)) {
            return false;
        }
        columns += word.len > 0;
    }
    return columns > 0;
}

/* Where two of the character stand next to each other from `at` on; the end when they do not. */
static size_t find_pair(struct str body, size_t at, char character)
{
    while (at + 1 < body.len && !(body.ptr[at] == character && body.ptr[at + 1] == character)) {
        at++;
    }
    return at + 1 < body.len ? at : body.len;
}

bool print_template_check(struct str body, const char *const *names, struct str *bad_out)
{
    for (size_t open = find_pair(body, 0, '{'); open < body.len;) {
        size_t close = find_pair(body, open + 2, '}');
        struct str inner = str_trim(str_slice(body, open + 2, close));
        if (close == body.len || (!is_among(inner, names) && !is_lines(inner))) {
            *bad_out = inner;
            return false;
        }
        open = find_pair(body, close + 2, '{');
    }
    return true;
}
