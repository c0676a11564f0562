/* Constants of filters: typed by the field, relative days resolved against the business date. */
#include <string.h>

#include "filter_parse.h"
#include "platform/decimal.h"

enum { RELATIVE_DAYS_MAX = 36500 };

/* Instants of plain dates stay clear of the calendar's ends, where a day's end or a zone would leave it. */
enum { INSTANT_YEAR_MIN = 1001, INSTANT_YEAR_MAX = 9998 };

enum relative_unit { UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_QUARTER, UNIT_YEAR };

/* A whole calendar unit, counted from the one that holds today. */
struct relative_word {
    const char *word;        /* as written in "value" */
    enum relative_unit unit; /* its length */
    int offset;              /* units from the current one */
};

static const struct relative_word relative_words[] = {
    {"today", UNIT_DAY, 0},
    {"yesterday", UNIT_DAY, -1},
    {"tomorrow", UNIT_DAY, 1},
    {"this_week", UNIT_WEEK, 0},
    {"last_week", UNIT_WEEK, -1},
    {"next_week", UNIT_WEEK, 1},
    {"this_month", UNIT_MONTH, 0},
    {"last_month", UNIT_MONTH, -1},
    {"next_month", UNIT_MONTH, 1},
    {"this_quarter", UNIT_QUARTER, 0},
    {"last_quarter", UNIT_QUARTER, -1},
    {"next_quarter", UNIT_QUARTER, 1},
    {"this_year", UNIT_YEAR, 0},
    {"last_year", UNIT_YEAR, -1},
    {"next_year", UNIT_YEAR, 1},
};

unsigned filter_class_of(const struct field *field)
{
    if ((field->flags & (FIELD_NO_FILTER | FIELD_SENSITIVE)) != 0) {
        return 0;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_EMAIL:
    case FIELD_PHONE:
    case FIELD_CURRENCY:
    case FIELD_URL:
        return CLASS_TEXT;
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_PPM:
    case FIELD_DECIMAL:
        return CLASS_NUMBER;
    case FIELD_BOOL:
    case FIELD_ENUM:
        return CLASS_CHOICE;
    case FIELD_REF:
        return CLASS_REF;
    case FIELD_DATE:
    case FIELD_INSTANT:
        return CLASS_DAY;
    case FIELD_TAGS:
    case FIELD_CHOICES:
    case FIELD_REFS:
        return CLASS_TAGS;
    case FIELD_FILES:
        return CLASS_FILES;
    case FIELD_JSON:
    case FIELD_OBJECT:
    case FIELD_LIST:
        break;
    }
    return 0;
}

bool filter_refers_to(const struct field *field, const char *object)
{
    return field->ref != NULL && strcmp(field->ref, object) == 0;
}

static enum err parse_text(struct filter_parse *parse, const json_t *json, struct value *out)
{
    if (!json_is_string(json)) {
        return filter_refuse(parse, "must be a text");
    }
    struct str text = str_n(json_string_value(json), json_string_length(json));
    if (str_chars(text) > FILTER_TEXT_MAX) {
        return filter_refuse(parse, "is longer than %d characters", FILTER_TEXT_MAX);
    }
    *out = value_text(str_dup(parse->arena, text));
    return OK;
}

static enum err parse_option(struct filter_parse *parse, const struct field *field, const json_t *json,
                             struct value *out)
{
    TRY(parse_text(parse, json, out));
    for (const struct option *option = field->options; option != NULL && option->value != NULL; option++) {
        if (str_eq_c(out->text, option->value)) {
            return OK;
        }
    }
    return filter_refuse(parse, "is not one of the options of %s", field->name);
}

/* More digits than the field has cannot be compared exactly. */
static enum err parse_decimal(struct filter_parse *parse, const struct field *field, const json_t *json,
                              struct value *out)
{
    int64_t units = 0;
    struct str text = json_is_integer(json)
                          ? str_format(parse->arena, "%lld", (long long)json_integer_value(json))
                          : str_n(json_string_value(json), json_is_string(json) ? json_string_length(json) : 0);
    if (decimal_parse(text, field->scale, &units) != DECIMAL_FINE) {
        return filter_refuse(parse, "must be a number with at most %d digits behind the point", field->scale);
    }
    *out = value_int(units);
    return OK;
}

static enum err parse_ref(struct filter_parse *parse, const struct field *field, const json_t *json, struct value *out)
{
    if (json_is_string(json) && filter_refers_to(field, "user") && strcmp(json_string_value(json), "me") == 0) {
        *out = value_int(parse->context->user_id);
        return OK;
    }
    if (json_is_string(json) && filter_refers_to(field, "department") &&
        strcmp(json_string_value(json), "my_department") == 0) {
        *out = value_int(parse->context->department_id);
        return OK;
    }
    if (!json_is_integer(json) || json_integer_value(json) < 0) {
        return filter_refuse(parse, "must be the id of a record");
    }
    *out = value_int(json_integer_value(json));
    return OK;
}

/* A date, or for instants also a moment. The type of `out` tells which. */
static enum err parse_day(struct filter_parse *parse, const struct field *field, const json_t *json, bool plain_date,
                          struct value *out)
{
    struct str text = json_is_string(json) ? str_n(json_string_value(json), json_string_length(json)) : (struct str){0};
    struct date date;
    struct instant instant;

    if (date_parse(text, &date)) {
        int year = 0, month = 0, day = 0;
        date_parts(date, &year, &month, &day);
        if (field->type == FIELD_INSTANT && (year < INSTANT_YEAR_MIN || year > INSTANT_YEAR_MAX)) {
            return filter_refuse(parse, "lies outside the years %d to %d", INSTANT_YEAR_MIN, INSTANT_YEAR_MAX);
        }
        *out = value_date(date);
        return OK;
    }
    if (field->type == FIELD_INSTANT && !plain_date) {
        if (!instant_parse(text, &instant)) {
            return filter_refuse(parse, "must be a date YYYY-MM-DD or a moment in RFC 3339");
        }
        *out = value_instant(instant);
        return OK;
    }
    return filter_refuse(parse, "must be a date YYYY-MM-DD");
}

enum err filter_parse_constant(struct filter_parse *parse, const struct field *field, const json_t *json,
                               bool plain_date, struct value *out)
{
    parse->value_count++;
    if (parse->value_count > FILTER_VALUE_MAX) {
        return filter_refuse(parse, "the filter holds more than %d values", FILTER_VALUE_MAX);
    }
    if (json == NULL || json_is_null(json)) {
        return filter_refuse(parse, "a value is missing; is_null and not_null test for absent values");
    }
    switch (filter_class_of(field)) {
    case CLASS_TEXT:
        return parse_text(parse, json, out);
    case CLASS_TAGS:
        return field->type == FIELD_CHOICES ? parse_option(parse, field, json, out)
                                            : parse_ref(parse, field, json, out);
    case CLASS_REF:
        return parse_ref(parse, field, json, out);
    case CLASS_DAY:
        return parse_day(parse, field, json, plain_date, out);
    case CLASS_NUMBER:
        if (field->type == FIELD_DECIMAL) {
            return parse_decimal(parse, field, json, out);
        }
        if (!json_is_integer(json)) {
            return filter_refuse(parse, "must be an integer");
        }
        *out = value_int(json_integer_value(json));
        return OK;
    default:
        break;
    }
    if (field->type == FIELD_ENUM) {
        return parse_option(parse, field, json, out);
    }
    if (!json_is_boolean(json)) {
        return filter_refuse(parse, "must be true or false");
    }
    *out = value_bool(json_is_true(json));
    return OK;
}

enum err filter_parse_constants(struct filter_parse *parse, const struct field *field, const json_t *json,
                                struct value **values_out, size_t *count_out)
{
    size_t count = json_array_size(json);

    if (!json_is_array(json) || count == 0) {
        return filter_refuse(parse, "must be a list with at least one value");
    }
    if (count > FILTER_VALUE_MAX) {
        return filter_refuse(parse, "the filter holds more than %d values", FILTER_VALUE_MAX);
    }
    *values_out = ARENA_ARRAY(parse->arena, struct value, count);
    *count_out = count;
    for (size_t i = 0; i < count; i++) {
        size_t place = filter_path_enter_item(parse, i);
        TRY(filter_parse_constant(parse, field, json_array_get(json, i), false, &(*values_out)[i]));
        filter_path_leave(parse, place);
    }
    return OK;
}

/* First day of the unit that is `offset` units from the one that holds `date`. */
static struct date unit_start(struct date date, enum relative_unit unit, int offset)
{
    int year = 0, month = 0, day = 0;

    date_parts(date, &year, &month, &day);
    switch (unit) {
    case UNIT_WEEK:
        return date_add_days(date, 1 - date_weekday(date) + 7 * offset);
    case UNIT_MONTH:
        return date_add_months(date_month_start(date), offset);
    case UNIT_QUARTER:
        return date_add_months(date_of(year, (month - 1) / 3 * 3 + 1, 1), 3 * offset);
    case UNIT_YEAR:
        return date_of(year + offset, 1, 1);
    default:
        return date_add_days(date, offset);
    }
}

/* The N between `head` and `tail`: "last_30_days" gives 30. False for any other text. */
static bool day_count(struct str word, struct str head, struct str tail, int *out)
{
    int64_t days = 0;

    if (word.len <= head.len + tail.len || !str_starts(word, head) || !str_ends(word, tail)) {
        return false;
    }
    struct str digits = str_slice(word, head.len, word.len - tail.len);
    if (digits.ptr[0] < '0' || digits.ptr[0] > '9' || !str_to_i64(digits, &days) || days < 1 ||
        days > RELATIVE_DAYS_MAX) {
        return false;
    }
    *out = (int)days;
    return true;
}

bool filter_relative_days(struct str word, struct date today, bool *open_low, struct date *from, struct date *to)
{
    int days = 0;

    *open_low = false;
    for (size_t i = 0; i < sizeof(relative_words) / sizeof(relative_words[0]); i++) {
        const struct relative_word *row = &relative_words[i];
        if (str_eq_c(word, row->word)) {
            *from = unit_start(today, row->unit, row->offset);
            *to = unit_start(today, row->unit, row->offset + 1);
            return true;
        }
    }
    if (day_count(word, STR("last_"), STR("_days"), &days)) {
        *from = date_add_days(today, 1 - days);
        *to = date_add_days(today, 1);
        return true;
    }
    if (day_count(word, STR("next_"), STR("_days"), &days)) {
        *from = today;
        *to = date_add_days(today, days);
        return true;
    }
    if (day_count(word, STR("over_"), STR("_days_ago"), &days)) {
        *open_low = true;
        *from = today;
        *to = date_add_days(today, -days);
        return true;
    }
    return false;
}
