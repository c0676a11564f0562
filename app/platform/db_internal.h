/* What the db files share: the connection, its prepared statements, and how failures are noted. Nothing else in the
 * program includes this header or mysql.h.
 *
 *   db_connect.c    opening, session settings, hosts, what an error of the server means
 *   db_prepared.c   prepared statements kept by connection
 *   db_cell.c       arguments in, result columns out
 *   db.c            the verbs
 *   db_bulk.c       many rows in one round trip
 *   tx.c            transactions */
#ifndef DABIAO_PLATFORM_DB_INTERNAL_H
#define DABIAO_PLATFORM_DB_INTERNAL_H

#include <mysql.h>

#include "platform/config.h"
#include "platform/db.h"

enum {
    DB_PREPARED_MAX = 256,       /* statements kept by one connection, */
    DB_PREPARED_BYTES = 3 << 20, /* and the memory they take together at most, roughly */
    DB_BUCKETS = 512,            /* of the hash table over them */
    DB_DECIMAL_SIZE = 72,        /* DECIMAL(65) with sign, point and NUL fits */
    DB_READ_TIMEOUT_S = 120,     /* longer than any statement should take, shorter than an operator's patience */
    DB_HOSTS_MAX = 16            /* entries of DABIAO_DB_HOSTS that are tried */
};

/* The text to run, and how it is called in the log. */
struct db_text {
    const struct stmt *constant; /* a STATEMENT, or NULL for a built query */
    struct str sql;              /* its text */
};

/* One column of the current row as the client library delivers it. */
struct db_cell {
    int64_t integer;               /* of integer columns */
    MYSQL_TIME time;               /* of DATE and DATETIME columns */
    char decimal[DB_DECIMAL_SIZE]; /* of DECIMAL columns with scale 0 */
    unsigned long length;          /* bytes of text columns */
    my_bool is_null;               /* SQL NULL */
    my_bool error;                 /* set by the library when the value does not fit its buffer */
};

/* A prepared statement with room for its arguments and its row. */
struct db_prepared {
    MYSQL_STMT *handle;          /* the library's object */
    const struct stmt *constant; /* key of a STATEMENT, or NULL */
    char *sql;                   /* key of a built query: its text, ours */
    size_t sql_len;              /* bytes of `sql` */
    uint64_t hash;               /* of the key */
    struct db_prepared *next;    /* in its bucket */
    struct db_prepared *newer;   /* in order of use */
    struct db_prepared *older;   /* in order of use */
    bool cached;                 /* in the table; else closed when released */
    bool busy;                   /* rows of it are being read */
    bool stale;                  /* its connection is gone */
    bool spoiled;                /* a failure came among its rows: not to be used again */
    unsigned param_count;        /* question marks */
    MYSQL_BIND *params;          /* one for each */
    MYSQL_TIME *param_times;     /* room for dates among them */
    unsigned field_count;        /* result columns; 0 for writes */
    MYSQL_BIND *results;         /* one for each */
    struct db_cell *cells;       /* one for each */
    size_t bytes;                /* it takes about so much memory, the library's part included */
};

/* A connection. */
struct db {
    const struct config *config;             /* settings, borrowed */
    enum db_mode mode;                       /* read or write */
    MYSQL *mysql;                            /* NULL while not connected */
    size_t host_count;                       /* ways to connect, at least 1 */
    size_t host_index;                       /* the next connect starts here: the one that worked last */
    unsigned read_timeout_s;                 /* 0: none (db_wait_for_long) */
    bool without_schema;                     /* connect without choosing a database */
    bool in_tx;                              /* between tx_begin and its end */
    enum err doomed;                         /* why the server ended our transaction, or OK */
    unsigned streams;                        /* results being read row by row */
    bool may_rerun;                          /* the last failure surely left nothing behind on the server */
    uint64_t query_count;                    /* statements run */
    char request_id[64];                     /* for the log */
    unsigned failed_errno;                   /* of the last failure */
    char failed_key[256];                    /* key, constraint or column it named */
    char failed_message[512];                /* the server's words */
    struct db_prepared *buckets[DB_BUCKETS]; /* prepared statements by key */
    struct db_prepared *newest;              /* most recently used */
    struct db_prepared *oldest;              /* least recently used */
    size_t prepared_count;                   /* in the table */
    size_t prepared_bytes;                   /* they take */
};

/* db_connect.c */

/* Connected and known to be alive (checked outside transactions), or ERR_UNAVAILABLE. */
enum err db_ready(struct db *db) MUST_CHECK;
/* Closes the connection. Statements that are being read become stale, the others go. */
void db_disconnect(struct db *db);
void db_clear_failure(struct db *db);
/* Notes and logs a failure of the server or the library and says what it means for the caller. Closes a connection
 * that was lost; marks the transaction as over when the server ended it. */
enum err db_fail(struct db *db, const struct db_text *text, unsigned number, const char *sqlstate, const char *message);
/* db_fail for the last error of the connection and of a statement. */
enum err db_fail_connection(struct db *db, const struct db_text *text);
enum err db_fail_statement(struct db *db, const struct db_text *text, MYSQL_STMT *handle);
/* A failure we found ourselves: wrong number of arguments, NULL into a member that cannot be absent. ERR_INTERNAL. */
enum err db_fail_local(struct db *db, const struct db_text *text, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* db_prepared.c */

/* The prepared statement for a text, from the table or new. The caller releases it. */
enum err db_acquire(struct db *db, const struct db_text *text, struct db_prepared **out) MUST_CHECK;
/* Frees the result and gives the statement back. `keep` false: it failed in a way that may have spoiled it. */
void db_release(struct db *db, struct db_prepared *prepared, bool keep);
/* Closes all that are not being read; those become stale. */
void db_forget_prepared(struct db *db);

/* db_cell.c */

/* Binds arguments. Errors: ERR_INTERNAL when their number is wrong. */
enum err db_bind_args(struct db *db, const struct db_text *text, struct db_prepared *prepared,
                      struct args args) MUST_CHECK;
/* Binds the cells to the columns of an executed statement. */
enum err db_bind_cells(struct db *db, const struct db_text *text, struct db_prepared *prepared) MUST_CHECK;
/* The cell of the current row as a value; text goes to `arena`. */
enum err db_read_cell(struct db *db, const struct db_text *text, struct db_prepared *prepared, unsigned index,
                      struct arena *arena, struct value *out) MUST_CHECK;
/* The current row into a row struct. */
enum err db_read_row(struct db *db, const struct db_text *text, struct db_prepared *prepared, struct arena *arena,
                     char *row) MUST_CHECK;
/* NULL when a result column suits the row member, else what is wrong. Only what the server is sure of is judged. */
const char *db_column_complaint(const MYSQL_FIELD *field, enum column_type type);
/* MYSQL_TYPE_STRING, or MYSQL_TYPE_BLOB for bytes that are no UTF-8. */
enum enum_field_types db_text_type(struct str text);

/* db.c */

enum db_fetch { DB_FETCH_NONE, DB_FETCH_ALL, DB_FETCH_STREAM, DB_FETCH_FLOW };

/* Prepares, binds and runs; runs again on a new connection where that is safe. The caller releases `out`. */
enum err db_execute(struct db *db, const struct db_text *text, struct args args, enum db_fetch fetch,
                    struct db_prepared **out) MUST_CHECK;
/* The same for arrays of `row_count` arguments, one array for each question mark; no rows come back. */
enum err db_execute_array(struct db *db, const struct db_text *text, MYSQL_BIND *arrays, size_t width,
                          size_t row_count) MUST_CHECK;
/* Sends one text without preparing it: transactions, session settings. Nothing is run again. */
enum err db_send(struct db *db, struct str sql) MUST_CHECK;

#endif
