/* MariaDB: one connection, prepared statements kept per connection, rows as C structs.
 *
 * A statement is a constant: a name, one literal text, the columns of its row. Four verbs run it. Lists with optional
 * parts use platform/query.h, which takes literals only and carries arguments beside them. Values never enter SQL text.
 * Transactions: platform/tx.h. Only the db files include mysql.h. */
#ifndef DABIAO_PLATFORM_DB_H
#define DABIAO_PLATFORM_DB_H

#include <stddef.h>

#include "platform/arena.h"
#include "platform/err.h"
#include "platform/values.h"

struct config;
struct db;

/* DB_READ connections run every statement in a read-only transaction, so a GET cannot write. */
enum db_mode { DB_WRITE, DB_READ };

/* A connection that opens at its first use (after fork) and again after it was lost. Never NULL. */
struct db *db_create(const struct config *config, enum db_mode mode);
void db_destroy(struct db *db);
/* Before it connects: statements over all facts of a large company take longer than a request may wait. */
void db_wait_for_long(struct db *db);
/* Connects now. Errors: ERR_UNAVAILABLE. */
enum err db_connect(struct db *db) MUST_CHECK;
/* Request id for the log lines of this connection; borrowed until the next call. */
void db_set_request_id(struct db *db, struct str request_id);
/* Statements run since the connection was created. */
uint64_t db_query_count(const struct db *db);

enum column_type {
    COLUMN_INT64,
    COLUMN_INT32,
    COLUMN_BOOL,
    COLUMN_STR,
    COLUMN_DATE,
    COLUMN_INSTANT,
    COLUMN_MONEY,
    COLUMN_OPT_INT,
    COLUMN_OPT_STR,
    COLUMN_OPT_DATE,
    COLUMN_OPT_INSTANT,
    COLUMN_OPT_MONEY
};

/* Where one result column goes in the row struct. */
struct column {
    size_t offset;         /* in the row struct */
    enum column_type type; /* of the member; NULL into a non-optional member is an error */
};

/* The type comes from the member: a double or an unknown struct does not compile. */
/* clang-format off */
#define COLUMN(row_type, member)                                                                                    \
    {offsetof(row_type, member),                                                                                    \
     _Generic(((row_type *)0)->member, int64_t: COLUMN_INT64, int32_t: COLUMN_INT32, bool: COLUMN_BOOL,             \
         struct str: COLUMN_STR, struct date: COLUMN_DATE, struct instant: COLUMN_INSTANT,                          \
         struct money: COLUMN_MONEY, struct opt_int: COLUMN_OPT_INT, struct opt_str: COLUMN_OPT_STR,                \
         struct opt_date: COLUMN_OPT_DATE, struct opt_instant: COLUMN_OPT_INSTANT,                                  \
         struct opt_money: COLUMN_OPT_MONEY)}
/* clang-format on */

/* A constant statement. */
struct stmt {
    const char *name;             /* "target.by_owner": found in logs and in check-sql */
    const char *sql;              /* one literal text with ? for arguments */
    const struct column *columns; /* in the order of the select list; NULL when it returns no rows */
    size_t column_count;          /* in `columns` */
    size_t row_size;              /* sizeof the row struct */
};

/* Declares a statement without rows, and one with rows; both are found by `dabiao check-sql`. */
#define STATEMENT(var, name_, sql_)                                                                                    \
    static const struct stmt var = {(name_), (sql_), NULL, 0, 0};                                                      \
    static const struct stmt *const var##_entry __attribute__((section("dabiao_stmt"), used)) = &var
#define STATEMENT_ROWS(var, name_, row_type, columns_, sql_)                                                           \
    static const struct stmt var = {(name_), (sql_), (columns_), sizeof(columns_) / sizeof((columns_)[0]),             \
                                    sizeof(row_type)};                                                                 \
    static const struct stmt *const var##_entry __attribute__((section("dabiao_stmt"), used)) = &var

/* Arguments of a statement, in the order of its question marks. */
struct args {
    const struct value *items; /* borrowed for the call */
    size_t count;              /* in `items` */
};
#define ARGS(...)                                                                                                      \
    ((struct args){(const struct value[]){__VA_ARGS__},                                                                \
                   sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)})
#define NO_ARGS ((struct args){NULL, 0})

/* What a write did. */
struct db_result {
    int64_t affected; /* rows matched (CLIENT_FOUND_ROWS) */
    int64_t id;       /* AUTO_INCREMENT of the first inserted row */
};

/* Errors of all verbs: ERR_BUSY (deadlock, lock wait: the transaction must be run again), ERR_UNAVAILABLE (connection),
 * ERR_DUPLICATE (1062; db_failed_key names the key), ERR_IN_USE (1451), ERR_INVALID (1452, 4025, 1406, 1264),
 * ERR_INTERNAL (anything else; logged). Text of rows lives in `arena`.
 *
 * A lost connection: outside a transaction a statement that surely left nothing behind runs again on a new one. Inside,
 * and after a deadlock, every further statement gives the same error until the transaction is rolled back. */

/* Exactly the first row. Errors: also ERR_NOT_FOUND. */
enum err db_one(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args,
                void *row_out) MUST_CHECK;
/* All rows, as an array of row structs. */
enum err db_many(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, void *rows_out,
                 size_t *count_out) MUST_CHECK;
/* Calls `each` for every row, streaming; the row and its text are valid during the call. A non-zero return stops and is
 * returned. `each` may run statements on the same connection, also begin and commit. */
enum err db_each(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args,
                 enum err (*each)(void *context, void *row), void *context) MUST_CHECK;
enum err db_exec(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args) MUST_CHECK;
/* db_exec that tells what it did. */
enum err db_exec_result(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args,
                        struct db_result *out) MUST_CHECK;

/* Rows of a built query: values by row and column, typed by the column's SQL type (integers and TINYINT → VALUE_INT,
 * DATE → VALUE_DATE, DATETIME → VALUE_INSTANT, DECIMAL with scale 0 → VALUE_INT, other text → VALUE_TEXT). */
struct rows {
    size_t count;         /* rows */
    size_t column_count;  /* columns */
    const char **names;   /* column names */
    struct value *values; /* count × column_count */
};
struct value rows_get(const struct rows *rows, size_t row, size_t column);

/* The same for SQL text put together by platform/query.h (cached by text). */
enum err db_query(struct db *db, struct arena *arena, struct str sql, struct args args, struct rows *out) MUST_CHECK;
enum err db_run(struct db *db, struct arena *arena, struct str sql, struct args args, struct db_result *out) MUST_CHECK;
/* Hands over the rows of a built query as the server finds them; `row` is valid during the call, which must be quick
 * and run no statements on the connection. */
enum err db_query_each(struct db *db, struct arena *arena, struct str sql, struct args args,
                       enum err (*each)(void *context, const struct value *row, size_t column_count),
                       void *context) MUST_CHECK;
/* One text, no arguments, no prepared statement: migrations and session settings. */
enum err db_script(struct db *db, struct str sql) MUST_CHECK;

/* Name of the key or constraint (or of the column whose value did not fit) that refused the last statement, or empty.
 */
struct str db_failed_key(const struct db *db);
/* Message of the server for the last failure: for the log and for administrators' commands, never for clients. */
struct str db_failed_message(const struct db *db);
/* Every STATEMENT in the program. */
const struct stmt *const *db_statements(size_t *count_out);
/* Prepares one statement and reports the server's complaint. Used by check-sql. */
enum err db_check(struct db *db, const struct stmt *stmt) MUST_CHECK;
/* One statement run for many rows in one round trip (Connector/C bulk). Rows hold `width` values each.
 * Values of one column must be of one type or NULL; no rows are nothing to do. Nothing is kept when it fails inside a
 * transaction. */
enum err db_bulk(struct db *db, struct arena *arena, struct str sql, const struct value *values, size_t width,
                 size_t row_count) MUST_CHECK;

#endif
