/* Fuzzes the filter language: any text parses or is refused with a place; what parses compiles to SQL with as many
 * question marks as arguments and evaluates against an empty and a filled record. */
#include <assert.h>
#include <string.h>

#include "platform/filter.h"

static const struct option stages[] = {{"new", "新", "New"}, {"won", "赢", "Won"}, {NULL}};
static const struct field fields[] = {
    {.name = "name", .type = FIELD_TEXT},
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_UNIQUE},
    {.name = "stage", .type = FIELD_ENUM, .options = stages},
    {.name = "amount_minor", .type = FIELD_MONEY},
    {.name = "is_active", .type = FIELD_BOOL},
    {.name = "owner_id", .type = FIELD_REF, .ref = "user"},
    {.name = "department_id", .type = FIELD_REF, .ref = "department"},
    {.name = "region_id", .type = FIELD_REF, .ref = "region"},
    {.name = "closed_on", .type = FIELD_DATE},
    {.name = "created_at", .type = FIELD_INSTANT},
    {.name = "extra", .type = FIELD_JSON},
    FIELD_END,
};
enum { FIELD_TOTAL = sizeof(fields) / sizeof(fields[0]) - 1 };

static bool is_under(void *context, const struct field *field, struct value value, struct value root)
{
    (void)context;
    (void)field;
    return value.integer == root.integer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct filter_context context = {.user_id = 7, .department_id = 3, .today = {20543}, .zone = "Asia/Shanghai"};
    const struct value empty[FIELD_TOTAL] = {0};
    const struct value filled[FIELD_TOTAL] = {value_c("Acme 客户"),
                                              value_c("A-1"),
                                              value_c("won"),
                                              value_int(500),
                                              value_bool(true),
                                              value_int(7),
                                              value_int(3),
                                              value_int(1101),
                                              value_date(context.today),
                                              value_instant((struct instant){1774915200000}),
                                              value_null()};
    struct arena *arena = arena_create((size_t)256 << 20);
    struct filter *filter = NULL;
    struct error error;
    struct query query;

    error_init(&error, arena);
    enum err result = filter_parse_text(arena, fields, str_n((const char *)data, size), &context, &error, &filter);
    if (result != OK) {
        assert(result == ERR_BAD_FILTER && error.detail.len > 0);
        arena_destroy(arena);
        return 0;
    }
    query_init(&query, arena);
    filter_sql(&query, filter, "t");
    struct str sql = query_text(&query);
    size_t marks = 0;
    for (size_t i = 0; i < sql.len; i++) {
        marks += sql.ptr[i] == '?' ? 1 : 0;
    }
    assert(marks == query_args(&query).count);
    (void)filter_matches(filter, empty, is_under, NULL);
    (void)filter_matches(filter, filled, is_under, NULL);
    arena_destroy(arena);
    return 0;
}
