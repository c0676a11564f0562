/* JSON in and out through Jansson. */
#include "platform/json.h"

#include <stdlib.h>
#include <string.h>

static void release_json(void *object)
{
    json_decref(object);
}

json_t *json_keep(struct arena *arena, json_t *json)
{
    if (json != NULL) {
        arena_defer(arena, release_json, json);
    }
    return json;
}

/* Depth of nesting, found before any tree is built; brackets inside strings do not count. */
static bool depth_is_ok(struct str text)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX) {
                return false;
            }
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

static bool strings_are_short(const json_t *json)
{
    const char *key;
    json_t *member;
    size_t index;
    if (json_is_string(json)) {
        return json_string_length(json) <= JSON_STRING_MAX;
    }
    json_object_foreach((json_t *)json, key, member)
    {
        if (strlen(key) > JSON_STRING_MAX || !strings_are_short(member)) {
            return false;
        }
    }
    if (json_is_array(json)) {
        json_array_foreach(json, index, member)
        {
            if (!strings_are_short(member)) {
                return false;
            }
        }
    }
    return true;
}

enum err json_read(struct arena *arena, struct str text, struct error *error, json_t **out)
{
    json_error_t cause;
    if (!depth_is_ok(text)) {
        return error_set(error, ERR_BAD_JSON, "The JSON is nested deeper than %d levels.", JSON_DEPTH_MAX);
    }
    json_t *json = json_loadb(text.ptr == NULL ? "" : text.ptr, text.len, JSON_REJECT_DUPLICATES, &cause);
    if (json == NULL) {
        return error_set(error, ERR_BAD_JSON, "The JSON is not valid at line %d, column %d: %.120s.", cause.line, cause.column, cause.text);
    }
    json_keep(arena, json);
    if (!strings_are_short(json)) {
        return error_set(error, ERR_BAD_JSON, "A text in the JSON is longer than %d bytes.", JSON_STRING_MAX);
    }
    *out = json;
    return OK;
}

static int add_piece(const char *piece, size_t size, void *buf)
{
    buf_add(buf, str_n(piece, size));
    return 0;
}

struct str json_write(struct arena *arena, const json_t *json)
{
    struct buf buf;
    buf_init(&buf, arena);
    if (json != NULL) {
        json_dump_callback(json, add_piece, &buf, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    }
    return buf_str(&buf);
}

int64_t json_get_int(const json_t *object, const char *name, int64_t fallback)
{
    const json_t *member = json_object_get(object, name);
    return json_is_integer(member) ? json_integer_value(member) : fallback;
}

struct str json_get_str(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return json_is_string(member) ? str_n(json_string_value(member), json_string_length(member)) : (struct str){0};
}

bool json_get_bool(const json_t *object, const char *name, bool fallback)
{
    const json_t *member = json_object_get(object, name);
    return json_is_boolean(member) ? json_is_true(member) : fallback;
}

bool json_has(const json_t *object, const char *name)
{
    return json_object_get(object, name) != NULL;
}

struct opt_int json_get_opt_int(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return (struct opt_int){json_is_integer(member), json_integer_value(member)};
}

struct opt_date json_get_opt_date(const json_t *object, const char *name)
{
    struct opt_date date = {0};
    date.set = date_parse(json_get_str(object, name), &date.value);
    return date;
}

json_t *json_str(struct str text)
{
    return text.ptr == NULL ? json_null() : json_stringn(text.ptr, text.len);
}

json_t *json_date(struct arena *arena, struct date date)
{
    return json_str(date_format(arena, date));
}

json_t *json_opt_date(struct arena *arena, struct opt_date date)
{
    return date.set ? json_date(arena, date.value) : json_null();
}

json_t *json_instant(struct arena *arena, struct instant instant)
{
    return json_str(instant_format(arena, instant));
}

json_t *json_opt_instant(struct arena *arena, struct opt_instant instant)
{
    return instant.set ? json_instant(arena, instant.value) : json_null();
}

json_t *json_opt_int(struct opt_int value)
{
    return value.set ? json_integer(value.value) : json_null();
}

json_t *json_opt_str(struct opt_str value)
{
    return value.set ? json_str(value.value) : json_null();
}
