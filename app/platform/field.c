/* JSON values against tables of fields. */
#include "platform/field.h"

#include <string.h>

#include "platform/json.h"

enum { TEXT_MAX = 255, LONG_TEXT_MAX = 10000, LIST_ITEMS_MAX = 1000 };
#define SAFE_INT_MAX 9007199254740991LL

size_t fields_count(const struct field *fields)
{
    size_t count = 0;
    while (fields[count].name != NULL) {
        count++;
    }
    return count;
}

const struct field *fields_find(const struct field *fields, struct str name)
{
    for (; fields->name != NULL; fields++) {
        if (str_eq_c(name, fields->name)) {
            return fields;
        }
    }
    return NULL;
}

static bool refuse(struct error *error, struct str path, const char *code, const char *message)
{
    error_field(error, path, code, "%.*s %s", STR_ARG(path), message);
    return false;
}

static bool has_control_character(struct str text, bool long_text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool layout = long_text && (c == '\n' || c == '\t' || c == '\r');
        if ((c < 0x20 || c == 0x7F) && !layout) {
            return true;
        }
    }
    return false;
}

/* One @ with something before it and a dotted name behind it. */
static bool is_email(struct str text)
{
    size_t at = str_find(text, STR("@"));
    if (at == SIZE_MAX || at == 0 || text.len > 254) {
        return false;
    }
    struct str domain = str_slice(text, at + 1, text.len);
    size_t dot = str_find(domain, STR("."));
    bool one_at = str_find(domain, STR("@")) == SIZE_MAX;
    bool no_space = str_find(text, STR(" ")) == SIZE_MAX;
    return one_at && no_space && dot != SIZE_MAX && dot > 0 && !str_ends(domain, STR("."));
}

static bool is_phone(struct str text)
{
    int digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= '0' && text.ptr[i] <= '9') {
            digits++;
        } else if (strchr("+-() #", text.ptr[i]) == NULL) {
            return false;
        }
    }
    return digits >= 5 && digits <= 20;
}

static bool text_value(const struct field *field, json_t *json, struct str path, struct error *error, struct value *out)
{
    bool long_text = field->type == FIELD_LONG_TEXT;
    if (!json_is_string(json)) {
        return refuse(error, path, "not_a_string", "must be a text.");
    }
    struct str text = str_trim(str_n(json_string_value(json), json_string_length(json)));
    int64_t max = field->max != 0 ? field->max : long_text ? LONG_TEXT_MAX : TEXT_MAX;
    int64_t chars = (int64_t)str_chars(text);
    if (text.len == 0) {
        *out = value_null();
        return (field->flags & FIELD_REQUIRED) == 0 || refuse(error, path, "required", "must not be empty.");
    }
    if (chars > max) {
        error_field(error, path, "too_long", "%.*s must have at most %lld characters.", STR_ARG(path), (long long)max);
        return false;
    }
    if (chars < field->min) {
        error_field(error, path, "too_short", "%.*s must have at least %lld characters.", STR_ARG(path), (long long)field->min);
        return false;
    }
    if (has_control_character(text, long_text)) {
        return refuse(error, path, "control_character", "must not contain control characters.");
    }
    if (field->type == FIELD_EMAIL && !is_email(text)) {
        return refuse(error, path, "not_an_email", "must be an e-mail address.");
    }
    if (field->type == FIELD_PHONE && !is_phone(text)) {
        return refuse(error, path, "not_a_phone", "must be a phone number of 5 to 20 digits.");
    }
    *out = value_text(text);
    return true;
}

static bool integer_value(const struct field *field, json_t *json, struct str path, struct error *error, struct value *out)
{
    if (!json_is_integer(json)) {
        return refuse(error, path, field->type == FIELD_REF ? "not_an_id" : "not_an_integer",
                      field->type == FIELD_REF ? "must be the id of a record." : "must be a whole number.");
    }
    int64_t integer = json_integer_value(json);
    bool limited = field->min != 0 || field->max != 0;
    int64_t min = field->type == FIELD_REF ? 1 : limited ? field->min : -SAFE_INT_MAX;
    int64_t max = limited && field->type != FIELD_REF ? field->max : SAFE_INT_MAX;
    if (integer < min || integer > max) {
        error_field(error, path, integer < min ? "too_small" : "too_large", "%.*s must be between %lld and %lld.", STR_ARG(path),
                    (long long)min, (long long)max);
        return false;
    }
    *out = value_int(integer);
    return true;
}

static bool enum_value(const struct field *field, json_t *json, struct str path, struct error *error, struct value *out)
{
    for (const struct option *option = field->options; option->value != NULL; option++) {
        if (json_is_string(json) && strcmp(json_string_value(json), option->value) == 0) {
            *out = value_c(option->value);
            return true;
        }
    }
    return refuse(error, path, "not_an_option", "is not one of the allowed words.");
}

static bool time_value(const struct field *field, json_t *json, struct str path, struct error *error, struct value *out)
{
    struct str text = json_is_string(json) ? str_n(json_string_value(json), json_string_length(json)) : (struct str){0};
    struct date date;
    struct instant instant;
    if (field->type == FIELD_DATE) {
        if (!date_parse(text, &date)) {
            return refuse(error, path, "not_a_date", "must be a date like 2026-03-31.");
        }
        *out = value_date(date);
        return true;
    }
    if (!instant_parse(text, &instant)) {
        return refuse(error, path, "not_an_instant", "must be a time like 2026-03-31T08:00:00Z.");
    }
    *out = value_instant(instant);
    return true;
}

bool field_value(const struct field *field, json_t *json, struct str path, struct arena *arena, struct error *error, struct value *out)
{
    *out = value_null();
    if (json_is_null(json)) {
        if ((field->flags & FIELD_REQUIRED) != 0) {
            return refuse(error, path, "required", "must not be empty.");
        }
        return (field->flags & FIELD_NULLABLE) != 0 || refuse(error, path, "null_not_allowed", "must not be null.");
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_EMAIL:
    case FIELD_PHONE:
        return text_value(field, json, path, error, out);
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_PPM:
    case FIELD_REF:
        return integer_value(field, json, path, error, out);
    case FIELD_BOOL:
        *out = value_bool(json_is_true(json));
        return json_is_boolean(json) || refuse(error, path, "not_a_boolean", "must be true or false.");
    case FIELD_DATE:
    case FIELD_INSTANT:
        return time_value(field, json, path, error, out);
    case FIELD_ENUM:
        return enum_value(field, json, path, error, out);
    case FIELD_JSON:
        *out = value_text(json_write(arena, json));
        return true;
    case FIELD_OBJECT:
    case FIELD_LIST:
        break;
    }
    return true;
}

static void check_object(const struct field *fields, json_t *object, bool partial, struct str prefix, struct error *error);

static struct str join(struct error *error, struct str prefix, const char *name)
{
    return prefix.len == 0 ? str_from(name) : str_format(error->arena, "%.*s.%s", STR_ARG(prefix), name);
}

static void check_list(const struct field *field, json_t *list, struct str path, struct error *error)
{
    size_t max = field->max != 0 ? (size_t)field->max : LIST_ITEMS_MAX;
    size_t index;
    json_t *item;
    if (!json_is_array(list)) {
        refuse(error, path, "not_a_list", "must be a list.");
        return;
    }
    if (json_array_size(list) > max) {
        error_field(error, path, "too_many", "%.*s must have at most %zu items.", STR_ARG(path), max);
        return;
    }
    json_array_foreach(list, index, item)
    {
        struct str item_path = str_format(error->arena, "%.*s.%zu", STR_ARG(path), index);
        if (field->fields == NULL) {
            struct field plain = {.name = field->name, .type = field->item, .flags = FIELD_REQUIRED};
            struct value ignored;
            field_value(&plain, item, item_path, error->arena, error, &ignored);
        } else if (json_is_object(item)) {
            check_object(field->fields, item, false, item_path, error);
        } else {
            refuse(error, item_path, "not_an_object", "must be an object.");
        }
    }
}

static void check_member(const struct field *field, json_t *member, struct str path, struct error *error)
{
    struct value ignored;
    if (field->type == FIELD_LIST && !json_is_null(member)) {
        check_list(field, member, path, error);
    } else if (field->type == FIELD_OBJECT && json_is_object(member)) {
        check_object(field->fields, member, false, path, error);
    } else if (field->type == FIELD_OBJECT && !json_is_null(member)) {
        refuse(error, path, "not_an_object", "must be an object.");
    } else {
        field_value(field, member, path, error->arena, error, &ignored);
    }
}

static void check_object(const struct field *fields, json_t *object, bool partial, struct str prefix, struct error *error)
{
    const char *key;
    json_t *member;
    json_object_foreach(object, key, member)
    {
        const struct field *field = fields_find(fields, str_from(key));
        struct str path = join(error, prefix, key);
        bool tolerated = prefix.len == 0 && (strcmp(key, "id") == 0 || strcmp(key, "version") == 0);
        if (field == NULL && !tolerated) {
            refuse(error, path, "unknown_field", "is not known here.");
        } else if (field != NULL && (field->flags & FIELD_READ_ONLY) != 0) {
            refuse(error, path, "read_only", "is set by the server.");
        } else if (field != NULL) {
            check_member(field, member, path, error);
        }
    }
    for (; !partial && fields->name != NULL; fields++) {
        bool needed = (fields->flags & FIELD_REQUIRED) != 0 && (fields->flags & FIELD_READ_ONLY) == 0;
        if (needed && json_object_get(object, fields->name) == NULL) {
            refuse(error, join(error, prefix, fields->name), "required", "is missing.");
        }
    }
}

enum err fields_check(const struct field *fields, json_t *object, bool partial, struct error *error)
{
    check_object(fields, object, partial, (struct str){0}, error);
    return error_check_fields(error);
}

json_t *field_json(const struct field *field, struct value value, struct arena *arena)
{
    switch (value.type) {
    case VALUE_NULL:
        return json_null();
    case VALUE_INT:
        return field->type == FIELD_BOOL ? json_boolean(value.integer != 0) : json_integer(value.integer);
    case VALUE_DATE:
        return json_date(arena, value.date);
    case VALUE_INSTANT:
        return json_instant(arena, value.instant);
    case VALUE_TEXT:
        break;
    }
    if (field->type == FIELD_JSON) {
        json_t *parsed = json_loadb(value.text.ptr, value.text.len, JSON_DECODE_ANY, NULL);
        return parsed == NULL ? json_null() : parsed;
    }
    return json_str(value.text);
}
