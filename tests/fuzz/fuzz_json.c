/* Fuzzes the JSON boundary: any bytes as a body, checked against a table with every type of field.
 *
 * Holds: nothing crashes, every refusal is explained in valid UTF-8, what is accepted is written and read again as the
 * same text, and checking a cleaned body again changes neither the body nor the verdict. */
#include <assert.h>
#include <stdint.h>

#include "platform/field.h"
#include "platform/json.h"

static const struct option COLOURS[] = {{"red", "红", "Red"}, {"blue", "蓝", "Blue"}, {NULL, NULL, NULL}};
static const struct field LINE[] = {
    {.name = "a", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "b", .type = FIELD_INT, .min = 1, .max = 100},
    {.name = "c", .type = FIELD_LIST, .item = FIELD_EMAIL},
    FIELD_END,
};
static const struct field FIELDS[] = {
    {.name = "a", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 5},
    {.name = "b", .type = FIELD_LONG_TEXT, .flags = FIELD_NULLABLE},
    {.name = "c", .type = FIELD_INT, .min = -5, .max = 5},
    {.name = "d", .type = FIELD_MONEY},
    {.name = "e", .type = FIELD_PPM},
    {.name = "f", .type = FIELD_BOOL},
    {.name = "g", .type = FIELD_DATE, .flags = FIELD_NULLABLE},
    {.name = "h", .type = FIELD_INSTANT},
    {.name = "i", .type = FIELD_ENUM, .options = COLOURS},
    {.name = "j", .type = FIELD_REF, .ref = "user"},
    {.name = "k", .type = FIELD_EMAIL},
    {.name = "u", .type = FIELD_URL},
    {.name = "l", .type = FIELD_PHONE},
    {.name = "t_ids", .type = FIELD_TAGS, .ref = "customer", .flags = FIELD_NULLABLE},
    {.name = "m", .type = FIELD_JSON, .flags = FIELD_NULLABLE},
    {.name = "n", .type = FIELD_OBJECT, .fields = LINE},
    {.name = "o", .type = FIELD_LIST, .fields = LINE, .max = 5},
    {.name = "p", .type = FIELD_TEXT, .flags = FIELD_READ_ONLY},
    {.name = "q", .type = FIELD_TEXT, .flags = FIELD_CREATE_ONLY | FIELD_SENSITIVE},
    FIELD_END,
};

static struct arena *arena;

static void check_explanation(const struct error *error)
{
    assert(str_is_utf8(error->detail));
    for (size_t i = 0; i < error->field_count; i++) {
        assert(error->fields[i].code.len > 0);
        assert(str_is_utf8(error->fields[i].field));
        assert(str_is_utf8(error->fields[i].message));
    }
}

/* Verdict of one check, with the number of refused fields. */
static enum err check(json_t *json, bool partial, size_t *count_out)
{
    struct error error;
    error_init(&error, arena);
    enum err err = fields_check(FIELDS, json, partial, &error);
    assert((err == OK) == (error.field_count == 0));
    check_explanation(&error);
    *count_out = error.field_count;
    return err;
}

static void check_body(json_t *json, bool partial)
{
    size_t count, count_again;
    enum err err = check(json, partial, &count);
    struct str cleaned = json_write(arena, json);
    assert(check(json, partial, &count_again) == err && count_again == count);
    assert(str_eq(json_write(arena, json), cleaned));
    for (size_t i = 0; err == OK && json_is_object(json) && FIELDS[i].name != NULL; i++) {
        json_t *member = json_object_get(json, FIELDS[i].name);
        struct value value;
        struct error error;
        error_init(&error, arena);
        if (member != NULL) {
            assert(field_value(&FIELDS[i], member, str_from(FIELDS[i].name), arena, &error, &value));
            json_keep(arena, field_json(&FIELDS[i], value, arena));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (arena == NULL) {
        arena = arena_create((size_t)512 * 1024 * 1024);
    }
    struct error error;
    json_t *json = NULL;
    json_t *again = NULL;
    error_init(&error, arena);
    if (json_read(arena, str_n((const char *)data, size), &error, &json) == OK) {
        struct str text = json_write(arena, json);
        enum err err = json_read(arena, text, &error, &again);
        assert(err == OK && str_eq(json_write(arena, again), text));
        check_body(json, false);
        check_body(again, true);
    } else {
        assert(error.code == ERR_BAD_JSON && error.detail.len > 0);
        check_explanation(&error);
    }
    arena_reset(arena);
    return 0;
}
