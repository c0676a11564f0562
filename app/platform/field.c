/* JSON values against tables of fields.
 *
 * One walk serves bodies and single values. Every fault is collected; the path of a member is put together only when
 * there is something to say about it, because large bodies (a grid of targets) have tens of thousands of members. */
#include "platform/field.h"

#include <stdio.h>
#include <string.h>

#include "platform/json.h"
#include "platform/decimal.h"
#include "platform/tags.h"

enum { TEXT_MAX = 255, LONG_TEXT_MAX = 10000, LIST_ITEMS_MAX = 1000, EMAIL_MAX = 254, QUOTED_KEY_MAX = 64 };
#define SAFE_INT_MAX 9007199254740991LL

/* Where a value stands in the body. */
struct place {
    const struct place *parent; /* what it is a member or item of; NULL at the top */
    struct str name;            /* of the member; no text for an item of a list */
    size_t index;               /* of the item */
};

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

static void add_path(struct buf *path, const struct place *place)
{
    if (place == NULL) {
        return;
    }
    add_path(path, place->parent);
    if (path->len > 0) {
        buf_add_char(path, '.');
    }
    if (place->name.ptr == NULL) {
        buf_format(path, "%zu", place->index);
        return;
    }
    size_t end = 0;
    while (end < place->name.len && end < QUOTED_KEY_MAX) {
        str_next_char(place->name, &end);
    }
    buf_add(path, str_slice(place->name, 0, end));
}

/* Notes a refusal; the sentence begins with the path. Always false, so that `return refuse(…)` reads well. */
static bool refuse(struct error *error, const struct place *place, const char *code, const char *sentence)
{
    struct buf path;
    if (error->field_count == ERROR_FIELD_MAX) {
        return false;
    }
    buf_init(&path, error->arena);
    add_path(&path, place);
    error_field(error, buf_str(&path), code, "%.*s %s", STR_ARG(buf_str(&path)), sentence);
    return false;
}

static bool refuse_limit(struct error *error, const struct place *place, const char *code, const char *before,
                         int64_t limit, const char *after)
{
    char sentence[96];
    snprintf(sentence, sizeof sentence, "%s %lld%s.", before, (long long)limit, after);
    return refuse(error, place, code, sentence);
}

/* Control characters, and the line ends that are none in ASCII; long texts may have line feeds and tabs. */
static bool has_control_character(struct str text, bool long_text)
{
    for (size_t offset = 0; offset < text.len;) {
        uint32_t c = str_next_char(text, &offset);
        bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
        if (control && !(long_text && (c == '\n' || c == '\t'))) {
            return true;
        }
    }
    return false;
}

/* Letters, digits, hyphens inside, and anything beyond ASCII. */
static bool is_domain_label(struct str label)
{
    if (label.len == 0 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        unsigned char c = (unsigned char)label.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c < 0x80) {
            return false;
        }
    }
    return true;
}

/* One @, something without spaces or brackets before it, a dotted name behind it. */
static bool is_email(struct str text)
{
    struct str local;
    struct str label;
    struct str domain = text;
    size_t labels = 0;
    if (text.len > EMAIL_MAX || str_ends(text, STR("."))) {
        return false;
    }
    str_cut(&domain, '@', &local);
    if (local.len == 0 || local.len > 64) {
        return false;
    }
    for (size_t i = 0; i < local.len; i++) {
        if (strchr(" <>()[]\\,;:\"", local.ptr[i]) != NULL) {
            return false;
        }
    }
    for (; str_cut(&domain, '.', &label); labels++) {
        if (!is_domain_label(label)) {
            return false;
        }
    }
    return labels >= 2;
}

static bool is_port(struct str text)
{
    int64_t port = 0;
    return text.len <= 5 && text.ptr[0] >= '0' && text.ptr[0] <= '9' && str_to_i64(text, &port) && port <= 65535;
}

/* A dotted name, perhaps with a port; nobody's name before it. */
static bool is_host(struct str text)
{
    struct str port = text;
    struct str name;
    struct str label;
    size_t labels = 0;
    if (!str_cut(&port, ':', &name)) {
        return false;
    }
    if (name.len < text.len && (port.len == 0 || !is_port(port))) {
        return false;
    }
    if (str_ends(name, STR("."))) {
        return false;
    }
    for (; str_cut(&name, '.', &label); labels++) {
        if (!is_domain_label(label)) {
            return false;
        }
    }
    return labels >= 2;
}

/* What a link may lead to: http, https, or a host without a scheme. Anything else (javascript:, data:, //host) is no
 * address of a web site. */
static bool is_url(struct str text)
{
    static const struct str schemes[] = {{"http://", 7}, {"https://", 8}};
    size_t end = 0;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (str_eq_ci(str_slice(text, 0, schemes[i].len), schemes[i])) {
            text = str_slice(text, schemes[i].len, text.len);
            break;
        }
    }
    while (end < text.len && strchr("/?#", text.ptr[end]) == NULL) {
        end++;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \"<>\\^`{|}", text.ptr[i]) != NULL) {
            return false;
        }
    }
    return is_host(str_slice(text, 0, end));
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

static bool is_currency(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 'A' || text.ptr[i] > 'Z') {
            return false;
        }
    }
    return text.len == 3;
}

static struct str capitals(struct str text, struct arena *arena)
{
    char *copy = str_c(arena, text);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] -= copy[i] >= 'a' && copy[i] <= 'z' ? 'a' - 'A' : 0;
    }
    return str_n(copy, text.len);
}

/* Line ends of Windows and of old files become line feeds. */
static struct str unify_line_ends(struct str text, struct arena *arena)
{
    struct buf out;
    if (str_find(text, STR("\r")) == SIZE_MAX) {
        return text;
    }
    buf_init(&out, arena);
    for (size_t i = 0; i < text.len; i++) {
        bool pair = text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';
        if (!pair) {
            buf_add_char(&out, text.ptr[i] == '\r' ? '\n' : text.ptr[i]);
        }
    }
    return buf_str(&out);
}

/* Brings a text into the form it is kept in: trimmed, unless it is a password. The JSON changes too, for those who read
 * it there. */
static struct str clean_text(const struct field *field, json_t *json, struct arena *arena)
{
    struct str raw = str_n(json_string_value(json), json_string_length(json));
    struct str text = (field->flags & FIELD_SENSITIVE) != 0 ? raw : str_trim(raw);
    text = field->type == FIELD_LONG_TEXT ? unify_line_ends(text, arena) : text;
    text = field->type == FIELD_CURRENCY ? capitals(text, arena) : text;
    if (!str_eq(text, raw)) {
        /* Jansson copies before it frees the old bytes, into which `text` may point. */
        json_string_setn_nocheck(json, text.ptr, text.len);
    }
    return str_n(json_string_value(json), json_string_length(json));
}

static bool check_text(const struct field *field, json_t *json, const struct place *place, struct error *error,
                       struct value *out)
{
    bool long_text = field->type == FIELD_LONG_TEXT;
    if (!json_is_string(json)) {
        return refuse(error, place, "not_a_string", "must be a text.");
    }
    struct str text = clean_text(field, json, error->arena);
    if (text.len == 0) {
        return (field->flags & FIELD_REQUIRED) == 0 || refuse(error, place, "required", "must not be empty.");
    }
    int64_t max = field->max != 0 ? field->max : long_text ? LONG_TEXT_MAX : TEXT_MAX;
    int64_t chars = (int64_t)str_chars(text);
    if (chars > max) {
        return refuse_limit(error, place, "too_long", "must have at most", max, " characters");
    }
    if (chars < field->min) {
        return refuse_limit(error, place, "too_short", "must have at least", field->min, " characters");
    }
    if (has_control_character(text, long_text)) {
        return refuse(error, place, "control_character", "must not contain control characters.");
    }
    if (field->type == FIELD_EMAIL && !is_email(text)) {
        return refuse(error, place, "not_an_email", "must be an e-mail address.");
    }
    if (field->type == FIELD_PHONE && !is_phone(text)) {
        return refuse(error, place, "not_a_phone", "must be a phone number of 5 to 20 digits.");
    }
    if (field->type == FIELD_CURRENCY && !is_currency(text)) {
        return refuse(error, place, "not_a_currency", "must be a currency of three letters like CNY.");
    }
    if (field->type == FIELD_URL && !is_url(text)) {
        return refuse(error, place, "not_a_url", "must be the address of a web site.");
    }
    *out = value_text(text);
    return true;
}

static bool check_integer(const struct field *field, json_t *json, const struct place *place, struct error *error,
                          struct value *out)
{
    bool limited = field->min != 0 || field->max != 0;
    int64_t widest = field->type == FIELD_PPM ? INT32_MAX : SAFE_INT_MAX;
    int64_t min = limited ? field->min : -widest;
    int64_t max = limited && (field->max != 0 || field->min < 0) ? field->max : widest;
    if (!json_is_integer(json)) {
        return refuse(error, place, "not_an_integer", "must be a whole number.");
    }
    int64_t integer = json_integer_value(json);
    if (integer < min) {
        return refuse_limit(error, place, "too_small", "must be at least", min, "");
    }
    if (integer > max) {
        return refuse_limit(error, place, "too_large", "must be at most", max, "");
    }
    *out = value_int(integer);
    return true;
}

static bool check_ref(json_t *json, const struct place *place, struct error *error, struct value *out)
{
    int64_t id = json_integer_value(json);
    if (!json_is_integer(json) || id < 1 || id > SAFE_INT_MAX) {
        return refuse(error, place, "not_an_id", "must be the id of a record.");
    }
    *out = value_int(id);
    return true;
}

static bool check_bool(json_t *json, const struct place *place, struct error *error, struct value *out)
{
    if (!json_is_boolean(json)) {
        return refuse(error, place, "not_a_boolean", "must be true or false.");
    }
    *out = value_bool(json_is_true(json));
    return true;
}

static bool check_enum(const struct field *field, json_t *json, const struct place *place, struct error *error,
                       struct value *out)
{
    for (const struct option *option = field->options; json_is_string(json) && option->value != NULL; option++) {
        if (strcmp(json_string_value(json), option->value) == 0) {
            *out = value_c(option->value);
            return true;
        }
    }
    return refuse(error, place, "not_an_option", "is not one of the allowed words.");
}

static bool check_time(const struct field *field, json_t *json, const struct place *place, struct error *error,
                       struct value *out)
{
    struct str text = json_is_string(json) ? str_n(json_string_value(json), json_string_length(json)) : (struct str){0};
    struct date date;
    struct instant instant;
    if (field->type == FIELD_DATE && date_parse(text, &date)) {
        *out = value_date(date);
        return true;
    }
    if (field->type == FIELD_DATE) {
        return refuse(error, place, "not_a_date", "must be a date like 2026-03-31.");
    }
    if (!instant_parse(text, &instant)) {
        return refuse(error, place, "not_an_instant", "must be a time like 2026-03-31T08:00:00Z.");
    }
    *out = value_instant(instant);
    return true;
}

static bool check_object(const struct field *fields, json_t *object, bool partial, const struct place *place,
                         struct error *error);
static bool check_value(const struct field *field, json_t *json, const struct place *place, struct error *error,
                        struct value *out);

static bool check_item(const struct field *list, json_t *item, const struct place *place, struct error *error)
{
    if (list->fields != NULL) {
        return check_object(list->fields, item, false, place, error);
    }
    struct value ignored;
    struct field plain = {
        .name = list->name, .type = list->item, .flags = FIELD_REQUIRED, .options = list->options, .ref = list->ref};
    return check_value(&plain, item, place, error, &ignored);
}

static bool check_list(const struct field *field, json_t *list, const struct place *place, struct error *error)
{
    int64_t max = field->max != 0 ? field->max : LIST_ITEMS_MAX;
    int64_t count = (int64_t)json_array_size(list);
    bool accepted = true;
    if (!json_is_array(list)) {
        return refuse(error, place, "not_a_list", "must be a list.");
    }
    if (count == 0 && (field->flags & (FIELD_REQUIRED | FIELD_MAY_BE_EMPTY)) == FIELD_REQUIRED) {
        return refuse(error, place, "required", "must not be empty.");
    }
    if (count > max) {
        return refuse_limit(error, place, "too_many", "must have at most", max, " items");
    }
    if (count < field->min) {
        return refuse_limit(error, place, "too_short", "must have at least", field->min, " items");
    }
    for (size_t i = 0; i < (size_t)count && error->field_count < ERROR_FIELD_MAX; i++) {
        struct place item = {.parent = place, .index = i};
        accepted = check_item(field, json_array_get(list, i), &item, error) && accepted;
    }
    return accepted;
}

static bool check_decimal(const struct field *field, json_t *json, const struct place *place, struct error *error,
                          struct value *out)
{
    bool limited = field->min != 0 || field->max != 0;
    int64_t units = 0;
    if (json_is_string(json) && json_string_length(json) == 0) {
        return (field->flags & FIELD_REQUIRED) == 0 || refuse(error, place, "required", "must not be empty.");
    }
    struct str text =
        json_is_integer(json)
            ? str_format(error->arena, "%lld", (long long)json_integer_value(json))
            : str_trim(str_n(json_string_value(json), json_is_string(json) ? json_string_length(json) : 0));
    switch (decimal_parse(text, field->scale, &units)) {
    case DECIMAL_MALFORMED:
        return refuse(error, place, "not_a_decimal", "must be a number as text, like \"12.50\".");
    case DECIMAL_TOO_MANY_DIGITS:
        return refuse_limit(error, place, "too_many_digits", "must have at most", field->scale,
                            " digits behind the point");
    case DECIMAL_TOO_LARGE:
        return refuse(error, place, "too_large", "is too large.");
    case DECIMAL_FINE:
        break;
    }
    if (limited && units < field->min) {
        return refuse(error, place, "too_small", "is too small.");
    }
    if (limited && (field->max != 0 || field->min < 0) && units > field->max) {
        return refuse(error, place, "too_large", "is too large.");
    }
    *out = value_int(units);
    return true;
}

static bool has_word(const json_t *list, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (json_is_string(item) && strcmp(json_string_value(item), word) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_choices(const struct field *field, json_t *json, const struct place *place, struct error *error,
                          struct value *out)
{
    struct buf words;
    bool accepted = true;
    if (!json_is_array(json)) {
        return refuse(error, place, "not_a_list", "must be a list.");
    }
    for (size_t i = 0; i < json_array_size(json) && error->field_count < ERROR_FIELD_MAX; i++) {
        struct place item = {.parent = place, .index = i};
        struct value word;
        accepted = check_enum(field, json_array_get(json, i), &item, error, &word) && accepted;
    }
    if (!accepted) {
        return false;
    }
    buf_init(&words, error->arena);
    for (const struct option *option = field->options; option->value != NULL; option++) {
        if (has_word(json, option->value)) {
            buf_add_c(&words, words.len == 0 ? "" : ",");
            buf_add_c(&words, option->value);
        }
    }
    *out = words.len == 0 ? value_null() : value_text(buf_str(&words));
    return true;
}

static const struct field TAGS_LIST = {.type = FIELD_LIST, .item = FIELD_REF, .max = TAGS_MAX};
static const struct field TAGS_CHANGE[] = {
    {.name = "add", .type = FIELD_LIST, .item = FIELD_REF, .max = TAGS_MAX},
    {.name = "remove", .type = FIELD_LIST, .item = FIELD_REF, .max = TAGS_MAX},
    FIELD_END,
};

/* The value is what a list gives; what to add and to remove is for those who know what was there. */
static bool check_tags(json_t *json, const struct place *place, struct error *error, struct value *out)
{
    if (json_is_object(json)) {
        return check_object(TAGS_CHANGE, json, true, place, error);
    }
    return check_list(&TAGS_LIST, json, place, error) && tags_change(error->arena, value_null(), json, out);
}

static bool check_null(const struct field *field, const struct place *place, struct error *error)
{
    if ((field->flags & FIELD_NULLABLE) != 0) {
        return true;
    }
    if ((field->flags & FIELD_REQUIRED) != 0) {
        return refuse(error, place, "required", "must not be empty.");
    }
    return refuse(error, place, "null_not_allowed", "must not be null.");
}

/* `out` stays VALUE_NULL for objects, lists and JSON: their text is made only for those who ask (field_value). */
static bool check_value(const struct field *field, json_t *json, const struct place *place, struct error *error,
                        struct value *out)
{
    *out = value_null();
    if (json_is_null(json)) {
        return check_null(field, place, error);
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_EMAIL:
    case FIELD_PHONE:
    case FIELD_CURRENCY:
    case FIELD_URL:
        return check_text(field, json, place, error, out);
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_PPM:
        return check_integer(field, json, place, error, out);
    case FIELD_REF:
        return check_ref(json, place, error, out);
    case FIELD_BOOL:
        return check_bool(json, place, error, out);
    case FIELD_DATE:
    case FIELD_INSTANT:
        return check_time(field, json, place, error, out);
    case FIELD_ENUM:
        return check_enum(field, json, place, error, out);
    case FIELD_OBJECT:
        return check_object(field->fields, json, false, place, error);
    case FIELD_LIST:
        return check_list(field, json, place, error);
    case FIELD_TAGS:
    case FIELD_REFS:
    case FIELD_FILES:
        return check_tags(json, place, error, out);
    case FIELD_DECIMAL:
        return check_decimal(field, json, place, error, out);
    case FIELD_CHOICES:
        return check_choices(field, json, place, error, out);
    case FIELD_JSON:
        return true;
    }
    return true;
}

static bool is_structured(enum field_type type)
{
    return type == FIELD_JSON || type == FIELD_OBJECT || type == FIELD_LIST;
}

bool field_value(const struct field *field, json_t *json, struct str path, struct arena *arena, struct error *error,
                 struct value *out)
{
    struct place place = {.name = path.ptr == NULL ? STR("") : path};
    if (!check_value(field, json, &place, error, out)) {
        return false;
    }
    if (is_structured(field->type) && !json_is_null(json)) {
        *out = value_text(json_write(arena, json));
    }
    return true;
}

/* One member of a body. */
static bool check_member(const struct field *field, json_t *member, bool partial, const struct place *place,
                         struct error *error)
{
    struct value value;
    bool fixed = (field->flags & FIELD_READ_ONLY) != 0 || (partial && (field->flags & FIELD_CREATE_ONLY) != 0);
    if (fixed) {
        return refuse(error, place, "read_only", "cannot be changed here.");
    }
    if (!check_value(field, member, place, error, &value)) {
        return false;
    }
    bool emptied = json_is_string(member) && value.type == VALUE_NULL && !is_structured(field->type);
    if (emptied && partial && (field->flags & FIELD_NULLABLE) == 0) {
        return refuse(error, place, "required", "must not be empty.");
    }
    return true;
}

static bool check_members(const struct field *fields, json_t *object, bool partial, const struct place *parent,
                          struct error *error)
{
    const char *key;
    json_t *member;
    bool accepted = true;
    json_object_foreach (object, key, member) {
        const struct field *field = fields_find(fields, str_from(key));
        struct place place = {.parent = parent, .name = str_from(key)};
        bool tolerated = parent == NULL && (strcmp(key, "id") == 0 || strcmp(key, "version") == 0);
        if (error->field_count == ERROR_FIELD_MAX) {
            return false;
        }
        if (field != NULL && !(tolerated && (field->flags & FIELD_READ_ONLY) != 0)) {
            accepted = check_member(field, member, partial, &place, error) && accepted;
        } else if (!tolerated) {
            accepted = refuse(error, &place, "unknown_field", "is not known here.");
        }
    }
    return accepted;
}

static bool check_object(const struct field *fields, json_t *object, bool partial, const struct place *place,
                         struct error *error)
{
    if (!json_is_object(object)) {
        return refuse(error, place, "not_an_object", "must be an object.");
    }
    bool accepted = check_members(fields, object, partial, place, error);
    for (; !partial && fields->name != NULL; fields++) {
        bool needed = (fields->flags & FIELD_REQUIRED) != 0 && (fields->flags & FIELD_READ_ONLY) == 0;
        if (needed && json_object_get(object, fields->name) == NULL) {
            struct place missing = {.parent = place, .name = str_from(fields->name)};
            accepted = refuse(error, &missing, "required", "is missing.");
        }
    }
    return accepted;
}

enum err fields_check(const struct field *fields, json_t *object, bool partial, struct error *error)
{
    static const struct place body = {.name = {"body", 4}};
    if (!json_is_object(object)) {
        refuse(error, &body, "not_an_object", "must be an object.");
    } else {
        check_object(fields, object, partial, NULL, error);
    }
    return error_check_fields(error);
}

enum err fields_check_member(const struct field *fields, json_t *object, bool partial, const char *name,
                             struct error *error)
{
    struct place place = {.name = str_from(name)};
    check_object(fields, object, partial, &place, error);
    return error_check_fields(error);
}

static json_t *words_json(struct value value)
{
    struct str rest = value.type == VALUE_TEXT ? value.text : (struct str){0};
    struct str word;
    json_t *list = json_array();
    while (str_cut(&rest, ',', &word)) {
        json_array_append_new(list, json_str(word));
    }
    return list;
}

json_t *field_json(const struct field *field, struct value value, struct arena *arena)
{
    if (field_is_set(field)) {
        return tags_json(value);
    }
    if (field->type == FIELD_CHOICES) {
        return words_json(value);
    }
    if (field->type == FIELD_DECIMAL && value.type == VALUE_INT) {
        return json_str(decimal_format(arena, value.integer, field->scale));
    }
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
    if (is_structured(field->type)) {
        json_t *parsed = json_loadb(value.text.ptr, value.text.len, JSON_DECODE_ANY, NULL);
        return parsed == NULL ? json_null() : parsed;
    }
    return json_str(value.text);
}

bool field_is_set(const struct field *field)
{
    return field->type == FIELD_TAGS || field->type == FIELD_REFS || field->type == FIELD_FILES;
}

bool field_in_base(const struct field *field)
{
    struct str name = str_from(field->name);
    return field->custom == NULL && (str_starts(name, STR("base_")) || str_find(name, STR("_base_")) != SIZE_MAX);
}

const char *field_type_word(enum field_type type)
{
    static const char *const words[] = {
        [FIELD_TEXT] = "text",       [FIELD_LONG_TEXT] = "long_text",
        [FIELD_INT] = "int",         [FIELD_MONEY] = "money",
        [FIELD_PPM] = "ppm",         [FIELD_BOOL] = "bool",
        [FIELD_DATE] = "date",       [FIELD_INSTANT] = "instant",
        [FIELD_ENUM] = "enum",       [FIELD_REF] = "ref",
        [FIELD_EMAIL] = "email",     [FIELD_PHONE] = "phone",
        [FIELD_URL] = "url",         [FIELD_CURRENCY] = "text",
        [FIELD_TAGS] = "tags",       [FIELD_JSON] = "json",
        [FIELD_OBJECT] = "object",   [FIELD_LIST] = "list",
        [FIELD_DECIMAL] = "decimal", [FIELD_CHOICES] = "choices",
        [FIELD_REFS] = "refs",       [FIELD_FILES] = "files",
    };
    return words[type];
}
