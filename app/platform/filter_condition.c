/* Conditions of filters: the operators as data, and the test each of them becomes. */
#include <assert.h>
#include <string.h>

#include "filter_parse.h"

enum operator_kind {
    OPERATOR_NULL,
    OPERATOR_EQUAL,
    OPERATOR_IN,
    OPERATOR_COMPARE,
    OPERATOR_BETWEEN,
    OPERATOR_LIKE,
    OPERATOR_UNDER,
    OPERATOR_RELATIVE,
    OPERATOR_TAGS,
};

/* One word of the language. */
struct operator
{
    const char *word;        /* as written in "op" */
    enum operator_kind kind; /* how it is built */
    unsigned classes;        /* enum filter_class it applies to */
    bool negated;            /* the opposite of its kind */
    bool low, high;          /* COMPARE: bounds below / above; LIKE: anchored at the start / end */
    bool inclusive;          /* COMPARE: the bound belongs to the range */
    bool plain_date;         /* takes YYYY-MM-DD only, on instants too */
    bool whole;              /* TAGS: all of them */
};

static const struct operator operators[] = {
    {.word = "eq", .kind = OPERATOR_EQUAL, .classes = CLASS_ALL},
    {.word = "ne", .kind = OPERATOR_EQUAL, .classes = CLASS_ALL, .negated = true},
    {.word = "in", .kind = OPERATOR_IN, .classes = CLASS_ALL},
    {.word = "not_in", .kind = OPERATOR_IN, .classes = CLASS_ALL, .negated = true},
    {.word = "is_null", .kind = OPERATOR_NULL, .classes = CLASS_ALL | CLASS_TAGS | CLASS_FILES},
    {.word = "not_null", .kind = OPERATOR_NULL, .classes = CLASS_ALL | CLASS_TAGS | CLASS_FILES, .negated = true},
    {.word = "lt", .kind = OPERATOR_COMPARE, .classes = CLASS_NUMBER | CLASS_DAY, .high = true},
    {.word = "le", .kind = OPERATOR_COMPARE, .classes = CLASS_NUMBER | CLASS_DAY, .high = true, .inclusive = true},
    {.word = "gt", .kind = OPERATOR_COMPARE, .classes = CLASS_NUMBER | CLASS_DAY, .low = true},
    {.word = "ge", .kind = OPERATOR_COMPARE, .classes = CLASS_NUMBER | CLASS_DAY, .low = true, .inclusive = true},
    {.word = "between", .kind = OPERATOR_BETWEEN, .classes = CLASS_NUMBER | CLASS_DAY},
    {.word = "contains", .kind = OPERATOR_LIKE, .classes = CLASS_TEXT},
    {.word = "not_contains", .kind = OPERATOR_LIKE, .classes = CLASS_TEXT, .negated = true},
    {.word = "starts_with", .kind = OPERATOR_LIKE, .classes = CLASS_TEXT, .low = true},
    {.word = "ends_with", .kind = OPERATOR_LIKE, .classes = CLASS_TEXT, .high = true},
    {.word = "under", .kind = OPERATOR_UNDER, .classes = CLASS_REF},
    {.word = "on", .kind = OPERATOR_EQUAL, .classes = CLASS_DAY, .plain_date = true},
    {.word = "before", .kind = OPERATOR_COMPARE, .classes = CLASS_DAY, .high = true},
    {.word = "after", .kind = OPERATOR_COMPARE, .classes = CLASS_DAY, .low = true},
    {.word = "relative", .kind = OPERATOR_RELATIVE, .classes = CLASS_DAY},
    {.word = "has_any", .kind = OPERATOR_TAGS, .classes = CLASS_TAGS},
    {.word = "has_all", .kind = OPERATOR_TAGS, .classes = CLASS_TAGS, .whole = true},
    {.word = "has_none", .kind = OPERATOR_TAGS, .classes = CLASS_TAGS, .negated = true},
};

/* A plain date against an instant means the whole business day: from its start to the start of the next one. */
static bool is_day_of_instant(const struct field *field, struct value value)
{
    return field->type == FIELD_INSTANT && value.type == VALUE_DATE;
}

static struct filter_bound bound_low(struct filter_parse *parse, const struct field *field, struct value value,
                                     bool inclusive)
{
    if (!is_day_of_instant(field, value)) {
        return (struct filter_bound){true, inclusive, value};
    }
    struct date day = inclusive ? value.date : date_add_days(value.date, 1);
    return (struct filter_bound){true, true, value_instant(date_start(day, parse->context->zone))};
}

static struct filter_bound bound_high(struct filter_parse *parse, const struct field *field, struct value value,
                                      bool inclusive)
{
    if (!is_day_of_instant(field, value)) {
        return (struct filter_bound){true, inclusive, value};
    }
    struct date day = inclusive ? date_add_days(value.date, 1) : value.date;
    return (struct filter_bound){true, false, value_instant(date_start(day, parse->context->zone))};
}

static const struct filter *build_range(struct filter_parse *parse, const struct field *field, struct value low,
                                        struct value high)
{
    struct filter *filter = filter_new(parse, FILTER_RANGE, field);

    filter->low = bound_low(parse, field, low, true);
    filter->high = bound_high(parse, field, high, true);
    return filter;
}

/* Nothing: no record has such a value. */
static const struct filter *build_nothing(struct filter_parse *parse, const struct field *field)
{
    return filter_negate(parse, filter_new(parse, FILTER_EVERYTHING, field));
}

/* Currencies are kept as ASCII, with which the database does not compare other texts. */
static bool cannot_occur(const struct field *field, struct value value)
{
    return field->type == FIELD_CURRENCY && !str_is_ascii(value.text);
}

/* Equal to one of the constants; days of instants become ranges. */
static const struct filter *build_in(struct filter_parse *parse, const struct field *field, struct value *values,
                                     size_t count)
{
    struct filter *plain = filter_new(parse, FILTER_IN, field);
    struct filter *any = filter_new(parse, FILTER_ANY, NULL);

    any->items = ARENA_ARRAY(parse->arena, const struct filter *, count + 1);
    plain->values = ARENA_ARRAY(parse->arena, struct value, count);
    for (size_t i = 0; i < count; i++) {
        if (is_day_of_instant(field, values[i])) {
            any->items[any->item_count++] = build_range(parse, field, values[i], values[i]);
        } else if (!cannot_occur(field, values[i])) {
            plain->values[plain->value_count++] = values[i];
        }
    }
    if (any->item_count == 0) {
        return plain->value_count > 0 ? plain : build_nothing(parse, field);
    }
    if (plain->value_count > 0) {
        any->items[any->item_count++] = plain;
    }
    return any->item_count == 1 ? any->items[0] : any;
}

static enum err parse_compare(struct filter_parse *parse, const struct field *field, const struct operator* op,
                              const json_t *json, const struct filter **out)
{
    struct filter *filter = filter_new(parse, FILTER_RANGE, field);
    struct value value;

    TRY(filter_parse_constant(parse, field, json, op->plain_date, &value));
    if (op->low) {
        filter->low = bound_low(parse, field, value, op->inclusive);
    } else {
        filter->high = bound_high(parse, field, value, op->inclusive);
    }
    *out = filter;
    return OK;
}

/* A number that orders values of one field. */
static int64_t rank(struct value value)
{
    switch (value.type) {
    case VALUE_DATE:
        return value.date.days;
    case VALUE_INSTANT:
        return value.instant.ms;
    default:
        return value.integer;
    }
}

static enum err parse_between(struct filter_parse *parse, const struct field *field, const json_t *json,
                              const struct filter **out)
{
    struct value *values = NULL;
    size_t count = 0;

    TRY(filter_parse_constants(parse, field, json, &values, &count));
    if (count != 2) {
        return filter_refuse(parse, "must be a list of two values, the lower one first");
    }
    const struct filter *range = build_range(parse, field, values[0], values[1]);
    if (rank(range->low.value) > rank(range->high.value)) {
        return filter_refuse(parse, "the lower value must come first");
    }
    *out = range;
    return OK;
}

static enum err parse_like(struct filter_parse *parse, const struct field *field, const struct operator* op,
                           const json_t *json, const struct filter **out)
{
    struct filter *filter = filter_new(parse, FILTER_LIKE, field);
    struct value value;

    TRY(filter_parse_constant(parse, field, json, false, &value));
    if (value.text.len == 0) {
        return filter_refuse(parse, "must not be empty");
    }
    if (cannot_occur(field, value)) {
        *out = build_nothing(parse, field);
        return OK;
    }
    filter->needle = value.text;
    filter->at_start = op->low;
    filter->at_end = op->high;
    *out = filter;
    return OK;
}

static enum err parse_under(struct filter_parse *parse, const struct field *field, const json_t *json,
                            const struct filter **out)
{
    struct filter *filter = filter_new(parse, FILTER_UNDER, field);

    if (json_is_array(json)) {
        TRY(filter_parse_constants(parse, field, json, &filter->values, &filter->value_count));
    } else {
        filter->values = ARENA_NEW(parse->arena, struct value);
        filter->value_count = 1;
        TRY(filter_parse_constant(parse, field, json, false, &filter->values[0]));
    }
    *out = filter;
    return OK;
}

static enum err parse_relative(struct filter_parse *parse, const struct field *field, const json_t *json,
                               const struct filter **out)
{
    struct filter *filter = filter_new(parse, FILTER_RANGE, field);
    struct date from, to;
    bool open_low = false;

    parse->value_count++;
    if (!json_is_string(json) || !filter_relative_days(str_n(json_string_value(json), json_string_length(json)),
                                                       parse->context->today, &open_low, &from, &to)) {
        return filter_refuse(parse, "is not a relative date such as this_month or last_30_days");
    }
    if (!open_low) {
        filter->low = bound_low(parse, field, value_date(from), true);
    }
    filter->high = bound_high(parse, field, value_date(to), false);
    *out = filter;
    return OK;
}

static enum err parse_equal(struct filter_parse *parse, const struct field *field, const struct operator* op,
                            const json_t *json, const struct filter **out)
{
    struct value value;

    TRY(filter_parse_constant(parse, field, json, op->plain_date, &value));
    *out = build_in(parse, field, &value, 1);
    return OK;
}

static enum err parse_in(struct filter_parse *parse, const struct field *field, const json_t *json,
                         const struct filter **out)
{
    struct value *values = NULL;
    size_t count = 0;

    TRY(filter_parse_constants(parse, field, json, &values, &count));
    *out = build_in(parse, field, values, count);
    return OK;
}

static enum err parse_tags(struct filter_parse *parse, const struct field *field, const struct operator* op,
                           const json_t *json, const struct filter **out)
{
    struct filter *filter = filter_new(parse, op->whole ? FILTER_TAGS_ALL : FILTER_TAGS_ANY, field);

    TRY(filter_parse_constants(parse, field, json, &filter->values, &filter->value_count));
    *out = filter;
    return OK;
}

/* The positive test of an operator on a field. */
static enum err parse_test(struct filter_parse *parse, const struct field *field, const struct operator* op,
                           const json_t *json, const struct filter **out)
{
    switch (op->kind) {
    case OPERATOR_NULL:
        if (json != NULL && !json_is_null(json)) {
            return filter_refuse(parse, "%s takes no value", op->word);
        }
        *out = filter_new(parse, FILTER_NULL, field);
        return OK;
    case OPERATOR_EQUAL:
        return parse_equal(parse, field, op, json, out);
    case OPERATOR_IN:
        return parse_in(parse, field, json, out);
    case OPERATOR_COMPARE:
        return parse_compare(parse, field, op, json, out);
    case OPERATOR_BETWEEN:
        return parse_between(parse, field, json, out);
    case OPERATOR_LIKE:
        return parse_like(parse, field, op, json, out);
    case OPERATOR_UNDER:
        return parse_under(parse, field, json, out);
    case OPERATOR_RELATIVE:
        return parse_relative(parse, field, json, out);
    case OPERATOR_TAGS:
        return parse_tags(parse, field, op, json, out);
    }
    assert(!"every operator kind has a case");
    return ERR_INTERNAL;
}

static enum err parse_field(struct filter_parse *parse, const json_t *json, const struct field **out)
{
    size_t place = filter_path_enter(parse, "field");

    if (!json_is_string(json)) {
        return filter_refuse(parse, "the name of a field is missing");
    }
    *out = fields_find(parse->fields, str_n(json_string_value(json), json_string_length(json)));
    if (*out == NULL) {
        return filter_refuse(parse, "there is no such field");
    }
    if (filter_class_of(*out) == 0) {
        return filter_refuse(parse, "%s cannot be used in filters", (*out)->name);
    }
    filter_path_leave(parse, place);
    return OK;
}

static enum err parse_operator(struct filter_parse *parse, const json_t *json, const struct field *field,
                               const struct operator** out)
{
    size_t place = filter_path_enter(parse, "op");

    if (!json_is_string(json)) {
        return filter_refuse(parse, "an operator is missing");
    }
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        const struct operator* op = & operators[i];
        if (strcmp(op->word, json_string_value(json)) != 0) {
            continue;
        }
        bool is_tree = filter_refers_to(field, "department") || filter_refers_to(field, "region");
        if ((op->classes & filter_class_of(field)) == 0 || (op->kind == OPERATOR_UNDER && !is_tree)) {
            return filter_refuse(parse, "%s does not apply to %s", op->word, field->name);
        }
        *out = op;
        filter_path_leave(parse, place);
        return OK;
    }
    return filter_refuse(parse, "there is no such operator");
}

enum err filter_parse_condition(struct filter_parse *parse, const json_t *json, const struct filter **out)
{
    const struct field *field = NULL;
    const struct operator* op = NULL;
    const char *name = NULL;
    json_t *member = NULL;

    json_object_foreach ((json_t *)json, name, member) {
        if (strcmp(name, "field") != 0 && strcmp(name, "op") != 0 && strcmp(name, "value") != 0) {
            return filter_refuse(parse, "a condition has the members field, op and value only");
        }
    }
    parse->condition_count++;
    if (parse->condition_count > FILTER_CONDITION_MAX) {
        return filter_refuse(parse, "the filter has more than %d conditions", FILTER_CONDITION_MAX);
    }
    TRY(parse_field(parse, json_object_get(json, "field"), &field));
    TRY(parse_operator(parse, json_object_get(json, "op"), field, &op));
    size_t place = filter_path_enter(parse, "value");
    TRY(parse_test(parse, field, op, json_object_get(json, "value"), out));
    filter_path_leave(parse, place);
    if (op->negated) {
        *out = filter_negate(parse, *out);
    }
    return OK;
}
