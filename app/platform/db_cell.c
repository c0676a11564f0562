/* Values in and out of the client library.
 *
 * Arguments are bound by their kind. Result columns are read by their SQL type: integers and DECIMAL of scale 0 (what
 * SUM makes of integers) as int64, DATE, DATETIME, anything else as text. Nothing is converted silently: a value that
 * does not fit, or a NULL where the row has no room for one, is an error. */
#include <stdio.h>
#include <string.h>

#include "db_internal.h"

enum { MS_PER_SECOND = 1000, MS_PER_DAY = 86400000, US_PER_MS = 1000 };

/* How a column travels. */
enum wire { WIRE_INT, WIRE_DECIMAL, WIRE_DATE, WIRE_INSTANT, WIRE_TEXT };

static enum wire wire_of(const MYSQL_FIELD *field)
{
    switch (field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return WIRE_INT;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
        return field->decimals == 0 ? WIRE_DECIMAL : WIRE_TEXT;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
        return WIRE_DATE;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        return WIRE_INSTANT;
    default:
        return WIRE_TEXT;
    }
}

/* ---- dates ---- */

static MYSQL_TIME time_of_date(struct date date)
{
    int year = 0;
    int month = 0;
    int day = 0;
    date_parts(date, &year, &month, &day);
    return (MYSQL_TIME){
        .year = (unsigned)year, .month = (unsigned)month, .day = (unsigned)day, .time_type = MYSQL_TIMESTAMP_DATE};
}

static MYSQL_TIME time_of_instant(struct instant instant)
{
    int64_t days = instant.ms / MS_PER_DAY - (instant.ms % MS_PER_DAY < 0);
    int64_t ms = instant.ms - days * MS_PER_DAY;
    int64_t seconds = ms / MS_PER_SECOND;
    MYSQL_TIME time = time_of_date((struct date){(int32_t)days});
    time.hour = (unsigned)(seconds / 3600);
    time.minute = (unsigned)(seconds / 60 % 60);
    time.second = (unsigned)(seconds % 60);
    time.second_part = (unsigned long)(ms % MS_PER_SECOND * US_PER_MS);
    time.time_type = MYSQL_TIMESTAMP_DATETIME;
    return time;
}

static bool date_of_time(const MYSQL_TIME *time, struct date *out)
{
    int year = (int)time->year;
    int month = (int)time->month;
    int day = (int)time->day;
    if (!date_is_valid(year, month, day)) {
        return false;
    }
    *out = date_of(year, month, day);
    return true;
}

static bool instant_of_time(const MYSQL_TIME *time, struct instant *out)
{
    struct date date;
    if (!date_of_time(time, &date)) {
        return false;
    }
    int64_t seconds = (int64_t)time->hour * 3600 + (int64_t)time->minute * 60 + (int64_t)time->second;
    out->ms = (int64_t)date.days * MS_PER_DAY + seconds * MS_PER_SECOND + (int64_t)(time->second_part / US_PER_MS);
    return true;
}

/* ---- arguments ---- */

enum enum_field_types db_text_type(struct str text)
{
    /* Hashes and other bytes go as such: the server would refuse them as text. */
    return str_is_utf8(text) ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
}

static void bind_arg(MYSQL_BIND *bind, const struct value *value, MYSQL_TIME *time)
{
    *bind = (MYSQL_BIND){0};
    switch (value->type) {
    case VALUE_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        break;
    case VALUE_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)&value->integer;
        break;
    case VALUE_TEXT:
        bind->buffer_type = db_text_type(value->text);
        bind->buffer = (void *)(value->text.ptr == NULL ? "" : value->text.ptr);
        bind->buffer_length = value->text.len;
        break;
    case VALUE_DATE:
        *time = time_of_date(value->date);
        bind->buffer_type = MYSQL_TYPE_DATE;
        bind->buffer = time;
        break;
    case VALUE_INSTANT:
        *time = time_of_instant(value->instant);
        bind->buffer_type = MYSQL_TYPE_DATETIME;
        bind->buffer = time;
        break;
    }
}

enum err db_bind_args(struct db *db, const struct db_text *text, struct db_prepared *prepared, struct args args)
{
    if (args.count != prepared->param_count) {
        return db_fail_local(db, text, "%zu arguments for %u question marks", args.count, prepared->param_count);
    }
    if (args.count == 0) {
        return OK;
    }
    for (size_t i = 0; i < args.count; i++) {
        bind_arg(&prepared->params[i], &args.items[i], &prepared->param_times[i]);
    }
    if (mysql_stmt_bind_param(prepared->handle, prepared->params) != 0) {
        return db_fail_statement(db, text, prepared->handle);
    }
    return OK;
}

/* ---- result columns ---- */

static void bind_cell(MYSQL_BIND *bind, struct db_cell *cell, const MYSQL_FIELD *field)
{
    *bind = (MYSQL_BIND){.length = &cell->length, .is_null = &cell->is_null, .error = &cell->error};
    switch (wire_of(field)) {
    case WIRE_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &cell->integer;
        bind->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
        break;
    case WIRE_DATE:
        bind->buffer_type = MYSQL_TYPE_DATE;
        bind->buffer = &cell->time;
        break;
    case WIRE_INSTANT:
        bind->buffer_type = MYSQL_TYPE_DATETIME;
        bind->buffer = &cell->time;
        break;
    case WIRE_DECIMAL:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = cell->decimal;
        bind->buffer_length = sizeof cell->decimal;
        break;
    case WIRE_TEXT:
        /* Only the length; the text is fetched when there is memory of its size. */
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = cell->decimal;
        bind->buffer_length = 0;
        break;
    }
}

enum err db_bind_cells(struct db *db, const struct db_text *text, struct db_prepared *prepared)
{
    /* Types may change from one run to the next: those of `SELECT ?` follow the arguments. */
    for (unsigned i = 0; i < prepared->field_count; i++) {
        bind_cell(&prepared->results[i], &prepared->cells[i], &prepared->handle->fields[i]);
    }
    if (mysql_stmt_bind_result(prepared->handle, prepared->results) != 0) {
        return db_fail_statement(db, text, prepared->handle);
    }
    return OK;
}

static enum err read_text(struct db *db, const struct db_text *text, struct db_prepared *prepared, unsigned index,
                          struct arena *arena, struct value *out)
{
    unsigned long length = prepared->cells[index].length;
    char *bytes = arena_alloc(arena, length + 1);
    MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_STRING, .buffer = bytes, .buffer_length = length};
    if (length > 0 && mysql_stmt_fetch_column(prepared->handle, &bind, index, 0) != 0) {
        return db_fail_statement(db, text, prepared->handle);
    }
    *out = (struct value){.type = VALUE_TEXT, .text = str_n(bytes, length)};
    return OK;
}

static bool fits_int(const struct db_cell *cell, const MYSQL_FIELD *field)
{
    return (field->flags & UNSIGNED_FLAG) == 0 || cell->integer >= 0;
}

enum err db_read_cell(struct db *db, const struct db_text *text, struct db_prepared *prepared, unsigned index,
                      struct arena *arena, struct value *out)
{
    const MYSQL_FIELD *field = &prepared->handle->fields[index];
    const struct db_cell *cell = &prepared->cells[index];
    bool fits = true;
    if (cell->is_null) {
        *out = value_null();
        return OK;
    }
    switch (wire_of(field)) {
    case WIRE_INT:
        *out = value_int(cell->integer);
        fits = fits_int(cell, field);
        break;
    case WIRE_DECIMAL:
        out->type = VALUE_INT;
        fits = str_to_i64(str_n(cell->decimal, cell->length), &out->integer);
        break;
    case WIRE_DATE:
        out->type = VALUE_DATE;
        fits = date_of_time(&cell->time, &out->date);
        break;
    case WIRE_INSTANT:
        out->type = VALUE_INSTANT;
        fits = instant_of_time(&cell->time, &out->instant);
        break;
    case WIRE_TEXT:
        return read_text(db, text, prepared, index, arena, out);
    }
    return fits ? OK : db_fail_local(db, text, "column %s: the value does not fit", field->name);
}

/* ---- row structs ---- */

static enum value_type type_of_member(enum column_type type)
{
    switch (type) {
    case COLUMN_STR:
    case COLUMN_OPT_STR:
        return VALUE_TEXT;
    case COLUMN_DATE:
    case COLUMN_OPT_DATE:
        return VALUE_DATE;
    case COLUMN_INSTANT:
    case COLUMN_OPT_INSTANT:
        return VALUE_INSTANT;
    case COLUMN_INT64:
    case COLUMN_INT32:
    case COLUMN_BOOL:
    case COLUMN_MONEY:
    case COLUMN_OPT_INT:
    case COLUMN_OPT_MONEY:
        break;
    }
    return VALUE_INT;
}

static bool is_optional(enum column_type type)
{
    return type == COLUMN_OPT_INT || type == COLUMN_OPT_STR || type == COLUMN_OPT_DATE || type == COLUMN_OPT_INSTANT ||
           type == COLUMN_OPT_MONEY;
}

/* Writes a value whose type was checked. False when an int32 overflows. */
static bool set_member(void *member, enum column_type type, const struct value *value)
{
    bool set = value->type != VALUE_NULL;
    switch (type) {
    case COLUMN_INT64:
        *(int64_t *)member = value->integer;
        return true;
    case COLUMN_INT32:
        *(int32_t *)member = (int32_t)value->integer;
        return *(int32_t *)member == value->integer;
    case COLUMN_BOOL:
        *(bool *)member = value->integer != 0;
        return true;
    case COLUMN_STR:
        *(struct str *)member = value->text;
        return true;
    case COLUMN_DATE:
        *(struct date *)member = value->date;
        return true;
    case COLUMN_INSTANT:
        *(struct instant *)member = value->instant;
        return true;
    case COLUMN_MONEY:
        ((struct money *)member)->minor = value->integer;
        return true;
    case COLUMN_OPT_INT:
        *(struct opt_int *)member = set ? (struct opt_int){true, value->integer} : (struct opt_int){0};
        return true;
    case COLUMN_OPT_STR:
        *(struct opt_str *)member = set ? (struct opt_str){true, value->text} : (struct opt_str){0};
        return true;
    case COLUMN_OPT_DATE:
        *(struct opt_date *)member = set ? (struct opt_date){true, value->date} : (struct opt_date){0};
        return true;
    case COLUMN_OPT_INSTANT:
        *(struct opt_instant *)member = set ? (struct opt_instant){true, value->instant} : (struct opt_instant){0};
        return true;
    case COLUMN_OPT_MONEY:
        *(struct opt_money *)member = set ? (struct opt_money){true, {value->integer}} : (struct opt_money){0};
        return true;
    }
    return false;
}

enum err db_read_row(struct db *db, const struct db_text *text, struct db_prepared *prepared, struct arena *arena,
                     char *row)
{
    const struct stmt *stmt = text->constant;
    if (prepared->field_count != stmt->column_count) {
        return db_fail_local(db, text, "selects %u columns, the row has %zu", prepared->field_count,
                             stmt->column_count);
    }
    for (unsigned i = 0; i < prepared->field_count; i++) {
        const struct column *column = &stmt->columns[i];
        const char *name = prepared->handle->fields[i].name;
        struct value value;
        TRY(db_read_cell(db, text, prepared, i, arena, &value));
        if (value.type == VALUE_NULL && !is_optional(column->type)) {
            return db_fail_local(db, text, "column %s: NULL into a member that cannot be absent", name);
        }
        if (value.type != VALUE_NULL && value.type != type_of_member(column->type)) {
            return db_fail_local(db, text, "column %s: its type is not that of the member", name);
        }
        if (!set_member(row + column->offset, column->type, &value)) {
            return db_fail_local(db, text, "column %s: the value does not fit", name);
        }
    }
    return OK;
}

/* ---- what can be told without running ---- */

static enum value_type type_of_wire(enum wire wire)
{
    switch (wire) {
    case WIRE_DATE:
        return VALUE_DATE;
    case WIRE_INSTANT:
        return VALUE_INSTANT;
    case WIRE_TEXT:
        return VALUE_TEXT;
    case WIRE_INT:
    case WIRE_DECIMAL:
        break;
    }
    return VALUE_INT;
}

const char *db_column_complaint(const MYSQL_FIELD *field, enum column_type type)
{
    /* The type of an expression may depend on the arguments; that of a table's column does not. */
    bool is_table_column = field->org_name_length > 0 && field->org_table_length > 0;
    if (!is_table_column) {
        return NULL;
    }
    if (type_of_wire(wire_of(field)) != type_of_member(type)) {
        return "its type is not that of the member";
    }
    if ((field->flags & NOT_NULL_FLAG) == 0 && !is_optional(type)) {
        return "may be NULL, but the member cannot be absent";
    }
    return NULL;
}
