/* The verbs: run a statement, read its rows.
 *
 * Outside a transaction a statement that surely left nothing behind runs again on a new connection, so a restarted
 * server is not noticed. Inside one the failure goes up to the owner of the transaction, and every further statement
 * is refused: on the next connection it would run alone and be committed at once.
 *
 * Streams (db_each) read through a cursor of the server: the rows are kept there and come in
 * portions, so a slow reader blocks nobody, memory stays flat, the callback may run statements of its own on the same
 * connection, and stopping early costs one round trip. db_query_each takes the rows as they are found, which spares
 * the server a table of them. */
#include "platform/db.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "db_internal.h"

enum { STREAM_ROWS = 500, STREAM_MEMORY = 256 * 1024 * 1024 };

/* What is to be run. */
struct call {
    const struct db_text *text; /* statement */
    struct args args;           /* single arguments */
    enum db_fetch fetch;        /* what happens to its rows */
    MYSQL_BIND *arrays;         /* arrays of arguments instead, or NULL */
    size_t width;               /* arrays */
    unsigned row_count;         /* members of each array */
};

static struct db_text text_of(const struct stmt *stmt)
{
    return (struct db_text){stmt, str_from(stmt->sql)};
}

/* ---- running ---- */

static enum err bind_arrays(struct db *db, const struct call *call, struct db_prepared *prepared)
{
    if (call->width != prepared->param_count) {
        return db_fail_local(db, call->text, "%zu columns for %u question marks", call->width, prepared->param_count);
    }
    mysql_stmt_attr_set(prepared->handle, STMT_ATTR_ARRAY_SIZE, &call->row_count);
    if (mysql_stmt_bind_param(prepared->handle, call->arrays) != 0) {
        return db_fail_statement(db, call->text, prepared->handle);
    }
    return OK;
}

static enum err execute_prepared(struct db *db, const struct call *call, struct db_prepared *prepared)
{
    MYSQL_STMT *handle = prepared->handle;
    unsigned long cursor = call->fetch == DB_FETCH_STREAM ? CURSOR_TYPE_READ_ONLY : CURSOR_TYPE_NO_CURSOR;
    unsigned long portion = STREAM_ROWS;
    mysql_stmt_attr_set(handle, STMT_ATTR_CURSOR_TYPE, &cursor);
    mysql_stmt_attr_set(handle, STMT_ATTR_PREFETCH_ROWS, &portion);
    db->query_count++;
    if (mysql_stmt_execute(handle) != 0) {
        return db_fail_statement(db, call->text, handle);
    }
    if (call->fetch == DB_FETCH_NONE) {
        return OK;
    }
    if (prepared->field_count == 0) {
        return db_fail_local(db, call->text, "selects nothing");
    }
    TRY(db_bind_cells(db, call->text, prepared));
    if (call->fetch == DB_FETCH_ALL && mysql_stmt_store_result(handle) != 0) {
        prepared->spoiled = true;
        return db_fail_statement(db, call->text, handle);
    }
    return OK;
}

/* A refusal that leaves the statement as good as before, unless it came among the rows (a lock further on could not be
 * had): the library then believes that rows are still under way and would wait for them at the next use. */
static bool is_refusal(enum err err)
{
    return err == ERR_BUSY || err == ERR_DUPLICATE || err == ERR_IN_USE || err == ERR_INVALID;
}

static enum err run_once(struct db *db, const struct call *call, struct db_prepared **out)
{
    struct db_prepared *prepared = NULL;
    TRY(db_ready(db));
    TRY(db_acquire(db, call->text, &prepared));
    enum err err =
        call->arrays != NULL ? bind_arrays(db, call, prepared) : db_bind_args(db, call->text, prepared, call->args);
    if (err == OK) {
        err = execute_prepared(db, call, prepared);
    }
    if (err != OK) {
        db_release(db, prepared, is_refusal(err));
        return err;
    }
    *out = prepared;
    return OK;
}

static enum err run_call(struct db *db, const struct call *call, struct db_prepared **out)
{
    if (db->doomed != OK) {
        return db->doomed;
    }
    db_clear_failure(db);
    bool alone = !db->in_tx && db->streams == 0;
    for (size_t again = 0;; again++) {
        enum err err = run_once(db, call, out);
        if (err != ERR_UNAVAILABLE || !alone || !db->may_rerun || again == db->host_count) {
            return err;
        }
    }
}

enum err db_execute(struct db *db, const struct db_text *text, struct args args, enum db_fetch fetch,
                    struct db_prepared **out)
{
    const struct call call = {.text = text, .args = args, .fetch = fetch};
    return run_call(db, &call, out);
}

enum err db_execute_array(struct db *db, const struct db_text *text, MYSQL_BIND *arrays, size_t width, size_t row_count)
{
    const struct call call = {
        .text = text, .fetch = DB_FETCH_NONE, .arrays = arrays, .width = width, .row_count = (unsigned)row_count};
    struct db_prepared *prepared = NULL;
    TRY(run_call(db, &call, &prepared));
    /* The array size would stay with the statement, and its pointers are the caller's. */
    unsigned none = 0;
    mysql_stmt_attr_set(prepared->handle, STMT_ATTR_ARRAY_SIZE, &none);
    db_release(db, prepared, true);
    return OK;
}

enum err db_send(struct db *db, struct str sql)
{
    const struct db_text text = {NULL, sql};
    db->query_count++;
    if (mysql_real_query(db->mysql, sql.ptr, (unsigned long)sql.len) != 0) {
        return db_fail_connection(db, &text);
    }
    MYSQL_RES *result = mysql_store_result(db->mysql);
    if (result != NULL) {
        mysql_free_result(result);
    } else if (mysql_errno(db->mysql) != 0) {
        return db_fail_connection(db, &text);
    }
    return OK;
}

enum err db_script(struct db *db, struct str sql)
{
    if (db->doomed != OK) {
        return db->doomed;
    }
    db_clear_failure(db);
    TRY(db_ready(db));
    return db_send(db, sql);
}

/* Moves to the next row; `more` is false behind the last one. */
static enum err next_row(struct db *db, const struct db_text *text, struct db_prepared *prepared, bool *more)
{
    *more = false;
    if (prepared->stale) {
        return ERR_UNAVAILABLE; /* a statement in between lost the connection */
    }
    int status = mysql_stmt_fetch(prepared->handle);
    if (status == MYSQL_NO_DATA) {
        return OK;
    }
    if (status != 0 && status != MYSQL_DATA_TRUNCATED) {
        prepared->spoiled = true;
        return db_fail_statement(db, text, prepared->handle);
    }
    *more = true;
    return OK;
}

/* ---- constant statements ---- */

enum err db_one(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, void *row_out)
{
    const struct db_text text = text_of(stmt);
    struct db_prepared *prepared = NULL;
    bool found = false;
    TRY(db_execute(db, &text, args, DB_FETCH_ALL, &prepared));
    enum err err = next_row(db, &text, prepared, &found);
    if (err == OK && !found) {
        err = ERR_NOT_FOUND;
    }
    if (err == OK) {
        memset(row_out, 0, stmt->row_size);
        err = db_read_row(db, &text, prepared, arena, row_out);
    }
    db_release(db, prepared, true);
    return err;
}

enum err db_many(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, void *rows_out,
                 size_t *count_out)
{
    const struct db_text text = text_of(stmt);
    struct db_prepared *prepared = NULL;
    TRY(db_execute(db, &text, args, DB_FETCH_ALL, &prepared));
    size_t count = (size_t)mysql_stmt_num_rows(prepared->handle);
    char *rows = arena_alloc(arena, count * stmt->row_size);
    enum err err = OK;
    for (size_t i = 0; i < count && err == OK; i++) {
        bool more = false;
        err = next_row(db, &text, prepared, &more);
        if (err == OK) {
            assert(more);
            err = db_read_row(db, &text, prepared, arena, rows + i * stmt->row_size);
        }
    }
    db_release(db, prepared, true);
    if (err == OK) {
        *(void **)rows_out = rows;
        *count_out = count;
    }
    return err;
}

enum err db_each(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args,
                 enum err (*each)(void *context, void *row), void *context)
{
    const struct db_text text = text_of(stmt);
    struct db_prepared *prepared = NULL;
    char *row = arena_alloc(arena, stmt->row_size);
    TRY(db_execute(db, &text, args, DB_FETCH_STREAM, &prepared));
    struct arena *scratch = arena_create(STREAM_MEMORY);
    bool more = false;
    db->streams++;
    enum err err = next_row(db, &text, prepared, &more);
    while (err == OK && more) {
        memset(row, 0, stmt->row_size);
        err = db_read_row(db, &text, prepared, scratch, row);
        if (err == OK) {
            err = each(context, row);
        }
        arena_reset(scratch);
        if (err == OK) {
            err = next_row(db, &text, prepared, &more);
        }
    }
    db->streams--;
    db_release(db, prepared, true);
    arena_destroy(scratch);
    return err;
}

static enum err run_write(struct db *db, const struct db_text *text, struct args args, struct db_result *out)
{
    struct db_prepared *prepared = NULL;
    TRY(db_execute(db, text, args, DB_FETCH_NONE, &prepared));
    out->affected = (int64_t)mysql_stmt_affected_rows(prepared->handle);
    out->id = (int64_t)mysql_stmt_insert_id(prepared->handle);
    db_release(db, prepared, true);
    return OK;
}

enum err db_exec_result(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args,
                        struct db_result *out)
{
    const struct db_text text = text_of(stmt);
    (void)arena;
    return run_write(db, &text, args, out);
}

enum err db_exec(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args)
{
    struct db_result ignored;
    return db_exec_result(db, arena, stmt, args, &ignored);
}

/* ---- built queries ---- */

struct value rows_get(const struct rows *rows, size_t row, size_t column)
{
    assert(row < rows->count && column < rows->column_count);
    return rows->values[row * rows->column_count + column];
}

static enum err read_values(struct db *db, const struct db_text *text, struct db_prepared *prepared,
                            struct arena *arena, struct value *values)
{
    for (unsigned i = 0; i < prepared->field_count; i++) {
        TRY(db_read_cell(db, text, prepared, i, arena, &values[i]));
    }
    return OK;
}

static const char **copy_names(struct arena *arena, const struct db_prepared *prepared)
{
    const char **names = ARENA_ARRAY(arena, const char *, prepared->field_count);
    for (unsigned i = 0; i < prepared->field_count; i++) {
        names[i] = str_c(arena, str_from(prepared->handle->fields[i].name));
    }
    return names;
}

enum err db_query(struct db *db, struct arena *arena, struct str sql, struct args args, struct rows *out)
{
    const struct db_text text = {NULL, sql};
    struct db_prepared *prepared = NULL;
    TRY(db_execute(db, &text, args, DB_FETCH_ALL, &prepared));
    struct rows rows = {.count = (size_t)mysql_stmt_num_rows(prepared->handle), .column_count = prepared->field_count};
    rows.names = copy_names(arena, prepared);
    rows.values = ARENA_ARRAY(arena, struct value, rows.count * rows.column_count);
    enum err err = OK;
    for (size_t i = 0; i < rows.count && err == OK; i++) {
        bool more = false;
        err = next_row(db, &text, prepared, &more);
        if (err == OK) {
            assert(more);
            err = read_values(db, &text, prepared, arena, rows.values + i * rows.column_count);
        }
    }
    db_release(db, prepared, true);
    if (err == OK) {
        *out = rows;
    }
    return err;
}

enum err db_run(struct db *db, struct arena *arena, struct str sql, struct args args, struct db_result *out)
{
    const struct db_text text = {NULL, sql};
    (void)arena;
    return run_write(db, &text, args, out);
}

enum err db_query_each(struct db *db, struct arena *arena, struct str sql, struct args args,
                       enum err (*each)(void *context, const struct value *row, size_t column_count), void *context)
{
    const struct db_text text = {NULL, sql};
    struct db_prepared *prepared = NULL;
    TRY(db_execute(db, &text, args, DB_FETCH_FLOW, &prepared));
    struct arena *scratch = arena_create(STREAM_MEMORY);
    struct value *row = ARENA_ARRAY(arena, struct value, prepared->field_count);
    bool more = false;
    db->streams++;
    enum err err = next_row(db, &text, prepared, &more);
    while (err == OK && more) {
        err = read_values(db, &text, prepared, scratch, row);
        if (err == OK) {
            err = each(context, row, prepared->field_count);
        }
        arena_reset(scratch);
        if (err == OK) {
            err = next_row(db, &text, prepared, &more);
        }
    }
    db->streams--;
    /* Prepared anew each time: a second run did not see that an index covers it (MariaDB 10.11), four times slower. */
    db_release(db, prepared, false);
    arena_destroy(scratch);
    return err;
}

/* ---- the program's statements ---- */

/* Ends of the section that STATEMENT fills; absent when the program has none. */
extern const struct stmt *const __start_dabiao_stmt[] __attribute__((weak));
extern const struct stmt *const __stop_dabiao_stmt[] __attribute__((weak));

const struct stmt *const *db_statements(size_t *count_out)
{
    *count_out = (size_t)(__stop_dabiao_stmt - __start_dabiao_stmt);
    return __start_dabiao_stmt;
}

static enum err check_columns(struct db *db, const struct db_text *text, const struct db_prepared *prepared)
{
    const struct stmt *stmt = text->constant;
    if (prepared->field_count != stmt->column_count) {
        return db_fail_local(db, text, "selects %u columns, the row has %zu", prepared->field_count,
                             stmt->column_count);
    }
    for (size_t i = 0; i < stmt->column_count; i++) {
        const MYSQL_FIELD *field = &prepared->handle->fields[i];
        const char *complaint = db_column_complaint(field, stmt->columns[i].type);
        if (complaint != NULL) {
            return db_fail_local(db, text, "column %s: %s", field->name, complaint);
        }
    }
    return OK;
}

enum err db_check(struct db *db, const struct stmt *stmt)
{
    const struct db_text text = text_of(stmt);
    struct db_prepared *prepared = NULL;
    db_clear_failure(db);
    TRY(db_ready(db));
    TRY(db_acquire(db, &text, &prepared));
    enum err err = check_columns(db, &text, prepared);
    db_release(db, prepared, true);
    return err;
}
