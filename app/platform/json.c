/* JSON in and out through Jansson.
 *
 * The way in is strict, and limits are checked before a tree is built. Errors are told in our own words with the place
 * and, where a member is to blame, its name; the parser's texts quote the input and are not passed on. */
#include "platform/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most of a key that is quoted in a path. */
enum { PATH_KEY_MAX = 64 };

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

/* One object or list that is open at some place of a text. */
struct level {
    bool is_list;   /* or an object */
    bool wants_key; /* object: the next string is a key */
    size_t index;   /* list: of the current item */
    struct str key; /* object: of the current member, escapes as written */
};

/* Follows a text from its start without building anything: how deep it is, and where. */
struct scan {
    struct level levels[JSON_DEPTH_MAX]; /* what is open, outermost first */
    size_t depth;                        /* used in `levels` */
    size_t offset;                       /* where the scan stands */
};

/* Index behind the string that begins at `from`, or text.len when it does not end. */
static size_t string_end(struct str text, size_t from)
{
    for (size_t i = from + 1; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            return i + 1;
        }
        i += text.ptr[i] == '\\';
    }
    return text.len;
}

static void scan_string(struct scan *scan, struct str text)
{
    size_t end = string_end(text, scan->offset);
    struct level *level = scan->depth == 0 ? NULL : &scan->levels[scan->depth - 1];
    if (level != NULL && level->wants_key && end - scan->offset >= 2) {
        level->key = str_slice(text, scan->offset + 1, end - 1);
        level->wants_key = false;
    }
    scan->offset = end;
}

static void scan_comma(struct scan *scan)
{
    if (scan->depth > 0) {
        struct level *level = &scan->levels[scan->depth - 1];
        level->index++;
        level->wants_key = !level->is_list;
    }
}

/* Scans up to `end`. False when the text is nested too deeply before that. */
static bool scan_to(struct scan *scan, struct str text, size_t end)
{
    text = str_slice(text, 0, end);
    while (scan->offset < text.len) {
        char c = text.ptr[scan->offset];
        if (c == '"') {
            scan_string(scan, text);
            continue;
        }
        if (c == '{' || c == '[') {
            if (scan->depth == JSON_DEPTH_MAX) {
                return false;
            }
            scan->levels[scan->depth++] = (struct level){.is_list = c == '[', .wants_key = c == '{'};
        } else if ((c == '}' || c == ']') && scan->depth > 0) {
            scan->depth--;
        } else if (c == ',') {
            scan_comma(scan);
        }
        scan->offset++;
    }
    return true;
}

/* "lines.2.quantity": what a scan stands in. */
static struct str scan_path(const struct scan *scan, struct arena *arena)
{
    struct buf path;
    buf_init(&path, arena);
    for (size_t i = 0; i < scan->depth; i++) {
        const struct level *level = &scan->levels[i];
        if (path.len > 0 && (level->is_list || level->key.len > 0)) {
            buf_add_char(&path, '.');
        }
        if (level->is_list) {
            buf_format(&path, "%zu", level->index);
        } else {
            buf_add(&path, str_slice(level->key, 0, PATH_KEY_MAX));
        }
    }
    return str_is_utf8(buf_str(&path)) ? buf_str(&path) : (struct str){0};
}

/* Says what is wrong at byte `offset`; the member there is named in the refused fields when `code` is given. */
static enum err refuse(struct error *error, struct str text, size_t offset, const char *code, const char *what)
{
    struct scan scan = {.depth = 0};
    struct str before = str_slice(text, 0, offset);
    size_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < before.len; i++) {
        if (before.ptr[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    size_t column = str_chars(str_slice(before, line_start, before.len)) + 1;
    error_set(error, ERR_BAD_JSON, "%s (line %zu, column %zu).", what, line, column);
    bool placed = code != NULL && scan_to(&scan, text, offset);
    struct str path = placed ? scan_path(&scan, error->arena) : (struct str){0};
    if (path.len > 0) {
        error_field(error, path, code, "%s.", what);
    }
    return ERR_BAD_JSON;
}

/* The parser's complaint in our words: its own quote the input, which may be anything. */
static enum err refuse_parse(struct error *error, struct str text, const json_error_t *cause)
{
    size_t offset = cause->position < 0 ? text.len : (size_t)cause->position;
    switch (json_error_code(cause)) {
    case json_error_duplicate_key:
        return refuse(error, text, offset, "duplicate_key", "An object names the same member twice");
    case json_error_numeric_overflow:
        return refuse(error, text, offset, "number_out_of_range", "A number is too large");
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return refuse(error, text, offset, "control_character", "A text contains the character U+0000");
    case json_error_premature_end_of_input:
        return refuse(error, text, offset, NULL, "The JSON ends too early");
    case json_error_end_of_input_expected:
        return refuse(error, text, offset, NULL, "Something follows the end of the JSON");
    default:
        return refuse(error, text, offset, NULL, "The JSON is not valid");
    }
}

/* Offset of the first byte that is not UTF-8; text.len when all are. */
static size_t bad_utf8(struct str text)
{
    size_t offset = 0;
    while (offset < text.len) {
        size_t from = offset;
        uint32_t c = str_next_char(text, &offset);
        if (c == 0xFFFD && offset == from + 1) {
            return from;
        }
    }
    return text.len;
}

static bool strings_are_short(const json_t *json)
{
    const char *key;
    json_t *member;
    size_t index;
    if (json_is_string(json)) {
        return json_string_length(json) <= JSON_STRING_MAX;
    }
    json_object_foreach ((json_t *)json, key, member) {
        if (strlen(key) > JSON_STRING_MAX || !strings_are_short(member)) {
            return false;
        }
    }
    json_array_foreach (json, index, member) {
        if (!strings_are_short(member)) {
            return false;
        }
    }
    return true;
}

enum err json_read(struct arena *arena, struct str text, struct error *error, json_t **out)
{
    json_error_t cause;
    struct scan scan = {.depth = 0};
    if (str_trim(text).len == 0) {
        return error_set(error, ERR_BAD_JSON, "A JSON body is expected, but there is none.");
    }
    if (!str_is_utf8(text)) {
        return refuse(error, text, bad_utf8(text), "bad_utf8", "The text is not valid UTF-8");
    }
    if (!scan_to(&scan, text, text.len)) {
        char what[64];
        snprintf(what, sizeof what, "The JSON is nested deeper than %d levels", JSON_DEPTH_MAX);
        return refuse(error, text, scan.offset, NULL, what);
    }
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &cause);
    if (json == NULL) {
        return refuse_parse(error, text, &cause);
    }
    json_keep(arena, json);
    if (text.len > JSON_STRING_MAX && !strings_are_short(json)) {
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

void json_write_int(struct buf *buf, int64_t number)
{
    char digits[24];
    char *place = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--place = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        *--place = '-';
    }
    buf_add(buf, str_n(place, (size_t)(digits + sizeof digits - place)));
}

static void write_escape(struct buf *buf, unsigned char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = c == 0 ? NULL : strchr(plain, c);
    if (found != NULL) {
        buf_add_char(buf, '\\');
        buf_add_char(buf, letters[found - plain]);
    } else {
        buf_format(buf, "\\u%04X", c);
    }
}

void json_write_str(struct arena *arena, struct buf *buf, struct str text)
{
    if (text.ptr == NULL || !str_is_utf8(text)) {
        buf_add(buf, json_write(arena, json_keep(arena, json_str(text))));
        return;
    }
    size_t from = 0;
    buf_add_char(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == '"' || c == '\\') {
            buf_add(buf, str_slice(text, from, i));
            write_escape(buf, c);
            from = i + 1;
        }
    }
    buf_add(buf, str_slice(text, from, text.len));
    buf_add_char(buf, '"');
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

/* Header values and old files may hold bytes that are no UTF-8: each bad one becomes U+FFFD. */
static json_t *json_repaired(struct str text)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    json_t *json = NULL;
    char *copy = malloc(text.len * 3);
    size_t len = 0;
    for (size_t offset = 0; copy != NULL && offset < text.len;) {
        size_t from = offset;
        bool bad = str_next_char(text, &offset) == 0xFFFD && offset == from + 1;
        const char *piece = bad ? replacement : text.ptr + from;
        size_t size = bad ? sizeof replacement - 1 : offset - from;
        memcpy(copy + len, piece, size);
        len += size;
    }
    if (copy != NULL) {
        json = json_stringn_nocheck(copy, len);
    }
    free(copy);
    return json;
}

json_t *json_str(struct str text)
{
    if (text.ptr == NULL) {
        return json_null();
    }
    return str_is_utf8(text) ? json_stringn_nocheck(text.ptr, text.len) : json_repaired(text);
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
