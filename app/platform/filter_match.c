/* Filters against one record in memory. Agrees with the SQL on all but letters that only a full collation folds:
 * here ASCII case and full-width forms are folded, there accents, kana and more. */
#include <assert.h>

#include "filter_tree.h"
#include "platform/tags.h"

/* What one evaluation looks at. */
struct match {
    const struct value *values; /* by field index */
    bool (*is_under)(void *context, const struct field *field, struct value value, struct value root); /* tree test */
    void *context;                                                                                     /* of is_under */
};

/* Texts of unique fields are codes: the database compares them, like currencies, letter by letter; but not those that
 * an administrator made unique. */
static bool is_exact(const struct field *field)
{
    return ((field->flags & FIELD_UNIQUE) != 0 && field->custom == NULL) || field->type == FIELD_CURRENCY;
}

/* Next code point of `text`; unless `exact`, full-width forms made narrow and ASCII letters small. */
static uint32_t next_folded(struct str text, size_t *offset, bool exact)
{
    uint32_t c = str_next_char(text, offset);

    if (exact) {
        return c;
    }
    if (c >= 0xFF01 && c <= 0xFF5E) {
        c -= 0xFEE0;
    } else if (c == 0x3000) {
        c = ' ';
    }
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* The text without spaces at its end: the database's comparison of whole texts ignores them. */
static struct str without_padding(struct str text)
{
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* True when `text` from `from` on begins with `needle`, folded; `end_out` is where it ends. */
static bool begins_folded(struct str text, size_t from, struct str needle, bool exact, size_t *end_out)
{
    size_t at = from;
    size_t needle_at = 0;

    while (needle_at < needle.len) {
        if (at >= text.len || next_folded(text, &at, exact) != next_folded(needle, &needle_at, exact)) {
            return false;
        }
    }
    *end_out = at;
    return true;
}

static bool matches_like(const struct filter *filter, struct str text)
{
    size_t at = 0;

    while (at < text.len) {
        size_t end = 0;
        if (begins_folded(text, at, filter->needle, is_exact(filter->field), &end) &&
            (!filter->at_end || end == text.len)) {
            return true;
        }
        if (filter->at_start) {
            return false;
        }
        (void)str_next_char(text, &at);
    }
    return false;
}

static bool equals(const struct field *field, struct value a, struct value b)
{
    assert(a.type == b.type);
    if (a.type != VALUE_TEXT || field->type == FIELD_ENUM) {
        return value_eq(a, b);
    }
    struct str text = without_padding(a.text);
    size_t end = 0;
    return begins_folded(text, 0, without_padding(b.text), is_exact(field), &end) && end == text.len;
}

static bool matches_in(const struct filter *filter, struct value value)
{
    for (size_t i = 0; i < filter->value_count; i++) {
        if (equals(filter->field, value, filter->values[i])) {
            return true;
        }
    }
    return false;
}

static int compare(struct value a, struct value b)
{
    assert(a.type == b.type);
    if (a.type == VALUE_DATE) {
        return date_compare(a.date, b.date);
    }
    int64_t x = a.type == VALUE_INSTANT ? a.instant.ms : a.integer;
    int64_t y = b.type == VALUE_INSTANT ? b.instant.ms : b.integer;
    return (x > y) - (x < y);
}

static bool matches_range(const struct filter *filter, struct value value)
{
    if (filter->low.set) {
        int order = compare(value, filter->low.value);
        if (order < 0 || (order == 0 && !filter->low.inclusive)) {
            return false;
        }
    }
    if (filter->high.set) {
        int order = compare(value, filter->high.value);
        if (order > 0 || (order == 0 && !filter->high.inclusive)) {
            return false;
        }
    }
    return true;
}

static bool matches_under(const struct filter *filter, struct value value, const struct match *match)
{
    assert(match->is_under != NULL);
    for (size_t i = 0; i < filter->value_count; i++) {
        if (match->is_under(match->context, filter->field, value, filter->values[i])) {
            return true;
        }
    }
    return false;
}

/* One of the words of "a,b". */
static bool has_word(struct str words, struct str wanted)
{
    struct str word;
    while (str_cut(&words, ',', &word)) {
        if (str_eq(word, wanted)) {
            return true;
        }
    }
    return false;
}

static bool matches_tags(const struct filter *filter, struct value value)
{
    bool whole = filter->kind == FILTER_TAGS_ALL;
    for (size_t i = 0; i < filter->value_count; i++) {
        bool has = filter->field->type == FIELD_CHOICES ? has_word(value.text, filter->values[i].text)
                                                        : tags_have(value, filter->values[i].integer);
        if (has != whole) {
            return !whole;
        }
    }
    return whole;
}

static bool matches_test(const struct filter *filter, const struct match *match)
{
    struct value value = match->values[filter->field_index];

    if (filter->kind == FILTER_NULL || value.type == VALUE_NULL) {
        return filter->kind == FILTER_NULL && value.type == VALUE_NULL;
    }
    switch (filter->kind) {
    case FILTER_IN:
        return matches_in(filter, value);
    case FILTER_RANGE:
        return matches_range(filter, value);
    case FILTER_LIKE:
        return matches_like(filter, value.text);
    case FILTER_TAGS_ANY:
    case FILTER_TAGS_ALL:
        return matches_tags(filter, value);
    default:
        return matches_under(filter, value, match);
    }
}

static bool matches_node(const struct filter *filter, const struct match *match)
{
    switch (filter->kind) {
    case FILTER_EVERYTHING:
        return true;
    case FILTER_NOT:
        return !matches_node(filter->items[0], match);
    case FILTER_ALL:
    case FILTER_ANY:
        break;
    default:
        return matches_test(filter, match);
    }
    bool decisive = filter->kind == FILTER_ANY;
    for (size_t i = 0; i < filter->item_count; i++) {
        if (matches_node(filter->items[i], match) == decisive) {
            return decisive;
        }
    }
    return !decisive;
}

bool filter_matches(const struct filter *filter, const struct value *values,
                    bool (*is_under)(void *context, const struct field *field, struct value value, struct value root),
                    void *context)
{
    struct match match = {.values = values, .is_under = is_under, .context = context};

    return filter == NULL || matches_node(filter, &match);
}
