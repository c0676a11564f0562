/* Many rows in one round trip: the library's array binding, column by column.
 *
 * A chunk holds at most BULK_ROWS rows and about BULK_BYTES of text, so that it stays below the server's
 * max_allowed_packet. Dates travel as text, which saves arrays of broken-down times. */
#include <string.h>

#include "db_internal.h"

enum { BULK_ROWS = 1000, BULK_BYTES = 4 * 1024 * 1024, SCRATCH_BYTES = 256 * 1024 * 1024 };

/* Rows and columns of the caller. */
struct matrix {
    const struct value *values; /* row by row */
    size_t width;               /* columns */
};

static const struct value *cell_at(const struct matrix *matrix, size_t row, size_t column)
{
    return &matrix->values[row * matrix->width + column];
}

static size_t row_bytes(const struct matrix *matrix, size_t row)
{
    enum { FIXED = 24 };
    size_t bytes = 0;
    for (size_t c = 0; c < matrix->width; c++) {
        const struct value *value = cell_at(matrix, row, c);
        bytes += FIXED + (value->type == VALUE_TEXT ? value->text.len : 0);
    }
    return bytes;
}

/* Number of rows from `from` on that go together: at least one. */
static size_t chunk_rows(const struct matrix *matrix, size_t from, size_t row_count)
{
    size_t bytes = row_bytes(matrix, from);
    size_t count = 1;
    while (from + count < row_count && count < BULK_ROWS) {
        bytes += row_bytes(matrix, from + count);
        if (bytes > BULK_BYTES) {
            break;
        }
        count++;
    }
    return count;
}

static bool column_is_int(const struct matrix *matrix, size_t from, size_t count, size_t column)
{
    for (size_t r = from; r < from + count; r++) {
        enum value_type type = cell_at(matrix, r, column)->type;
        if (type != VALUE_NULL) {
            return type == VALUE_INT;
        }
    }
    return false;
}

static void bind_ints(MYSQL_BIND *bind, struct arena *arena, const struct matrix *matrix, size_t from, size_t count,
                      size_t column)
{
    int64_t *integers = ARENA_ARRAY(arena, int64_t, count);
    for (size_t r = 0; r < count; r++) {
        const struct value *value = cell_at(matrix, from + r, column);
        integers[r] = value->type == VALUE_INT ? value->integer : 0;
    }
    bind->buffer_type = MYSQL_TYPE_LONGLONG;
    bind->buffer = integers;
}

/* "2026-03-31 08:00:00.123": the server reads no zone letter. */
static struct str instant_sql(struct arena *arena, struct instant instant)
{
    enum { DAY = 10, TIME_FROM = 11, TIME_TO = 23 };
    struct str rfc = instant_format(arena, instant);
    return str_format(arena, "%.*s %.*s", STR_ARG(str_slice(rfc, 0, DAY)), STR_ARG(str_slice(rfc, TIME_FROM, TIME_TO)));
}

static struct str as_text(struct arena *arena, const struct value *value)
{
    switch (value->type) {
    case VALUE_TEXT:
        return value->text;
    case VALUE_DATE:
        return date_format(arena, value->date);
    case VALUE_INSTANT:
        return instant_sql(arena, value->instant);
    case VALUE_INT:
    case VALUE_NULL:
        break;
    }
    return STR("");
}

static void bind_texts(MYSQL_BIND *bind, struct arena *arena, const struct matrix *matrix, size_t from, size_t count,
                       size_t column)
{
    const char **pointers = ARENA_ARRAY(arena, const char *, count);
    unsigned long *lengths = ARENA_ARRAY(arena, unsigned long, count);
    bind->buffer_type = MYSQL_TYPE_STRING;
    for (size_t r = 0; r < count; r++) {
        struct str text = as_text(arena, cell_at(matrix, from + r, column));
        pointers[r] = text.ptr == NULL ? "" : text.ptr;
        lengths[r] = text.len;
        if (db_text_type(text) == MYSQL_TYPE_BLOB) {
            bind->buffer_type = MYSQL_TYPE_BLOB;
        }
    }
    bind->buffer = pointers;
    bind->length = lengths;
}

static enum err check_column(struct db *db, const struct db_text *text, const struct matrix *matrix, size_t from,
                             size_t count, size_t column)
{
    enum value_type expected = VALUE_NULL;
    for (size_t r = from; r < from + count; r++) {
        enum value_type type = cell_at(matrix, r, column)->type;
        if (expected == VALUE_NULL) {
            expected = type;
        }
        if (type != VALUE_NULL && type != expected) {
            return db_fail_local(db, text, "column %zu of the rows mixes types", column + 1);
        }
    }
    return OK;
}

static enum err run_chunk(struct db *db, struct arena *arena, const struct db_text *text, const struct matrix *matrix,
                          size_t from, size_t count)
{
    MYSQL_BIND *binds = ARENA_ARRAY(arena, MYSQL_BIND, matrix->width);
    for (size_t c = 0; c < matrix->width; c++) {
        TRY(check_column(db, text, matrix, from, count, c));
        char *indicators = arena_alloc(arena, count);
        for (size_t r = 0; r < count; r++) {
            bool is_null = cell_at(matrix, from + r, c)->type == VALUE_NULL;
            indicators[r] = is_null ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
        }
        binds[c].u.indicator = indicators;
        if (column_is_int(matrix, from, count, c)) {
            bind_ints(&binds[c], arena, matrix, from, count, c);
        } else {
            bind_texts(&binds[c], arena, matrix, from, count, c);
        }
    }
    return db_execute_array(db, text, binds, matrix->width, count);
}

enum err db_bulk(struct db *db, struct arena *arena, struct str sql, const struct value *values, size_t width,
                 size_t row_count)
{
    const struct db_text text = {NULL, sql};
    const struct matrix matrix = {values, width};
    if (row_count == 0) {
        return OK;
    }
    /* The arrays of one chunk are not needed for the next; the caller's arena need not hold them all. */
    (void)arena;
    struct arena *scratch = arena_create(SCRATCH_BYTES);
    enum err err = OK;
    for (size_t from = 0; from < row_count && err == OK;) {
        size_t count = chunk_rows(&matrix, from, row_count);
        err = run_chunk(db, scratch, &text, &matrix, from, count);
        arena_reset(scratch);
        from += count;
    }
    arena_destroy(scratch);
    return err;
}
