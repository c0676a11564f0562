/* Opening connections and telling what their failures mean.
 *
 * A connection opens at its first use, so that every process has its own after fork. The hosts of DABIAO_DB_HOSTS are
 * tried in order, starting at the one that worked last. The library never reconnects by itself: it would lose the
 * session settings and the transaction without a word. */
#include <errmsg.h>
#include <mysqld_error.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"
#include "platform/log.h"

enum { CONNECT_TIMEOUT_S = 5, WRITE_TIMEOUT_S = 60, PORT_DEFAULT = 3306, HOST_SIZE = 256 };

/* Numbers that the installed headers may not know: they belong to newer or clustered servers. */
enum {
    ERROR_WSREP_NOT_READY = 1047,   /* "WSREP has not yet prepared node for application use" */
    ERROR_CONNECTION_KILLED = 1927, /* told to the client before the server hangs up */
    ERROR_RECORD_CHANGED = 1020,    /* snapshot isolation found a newer row */
    ERROR_UNKNOWN_STATEMENT = 1243, /* a proxy moved us to another server */
    ERROR_CHECK_FAILED = 4025       /* CHECK constraint */
};

struct db *db_create(const struct config *config, enum db_mode mode)
{
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL) {
        abort();
    }
    db->config = config;
    db->mode = mode;
    db->read_timeout_s = DB_READ_TIMEOUT_S;
    db->host_count = 1;
    for (const char *c = config->db_hosts; *c != '\0' && db->host_count < DB_HOSTS_MAX; c++) {
        db->host_count += *c == ',';
    }
    return db;
}

void db_wait_for_long(struct db *db)
{
    db->read_timeout_s = 0;
}

void db_destroy(struct db *db)
{
    if (db == NULL) {
        return;
    }
    db_disconnect(db);
    free(db);
}

void db_disconnect(struct db *db)
{
    if (db->mysql == NULL) {
        return;
    }
    /* First the connection, then its statements: closing them then needs no word to the server. */
    mysql_close(db->mysql);
    db->mysql = NULL;
    db_forget_prepared(db);
    if (db->in_tx && db->doomed == OK) {
        db->doomed = ERR_UNAVAILABLE;
    }
}

void db_set_request_id(struct db *db, struct str request_id)
{
    size_t len = request_id.len < sizeof db->request_id - 1 ? request_id.len : sizeof db->request_id - 1;
    if (len > 0) {
        memcpy(db->request_id, request_id.ptr, len);
    }
    db->request_id[len] = '\0';
}

uint64_t db_query_count(const struct db *db)
{
    return db->query_count;
}

struct str db_failed_key(const struct db *db)
{
    return str_from(db->failed_key);
}

struct str db_failed_message(const struct db *db)
{
    return str_from(db->failed_message);
}

void db_clear_failure(struct db *db)
{
    db->failed_errno = 0;
    db->failed_key[0] = '\0';
    db->failed_message[0] = '\0';
    db->may_rerun = false;
}

/* ---- what a failure means ---- */

static bool is_lost(unsigned number)
{
    switch (number) {
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_IPSOCK_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_HANDSHAKE_ERR:
    case CR_SERVER_LOST:
    case CR_SERVER_LOST_EXTENDED:
    case CR_COMMANDS_OUT_OF_SYNC:
    case CR_MALFORMED_PACKET:
    case CR_STMT_CLOSED:
    case CR_NEW_STMT_METADATA:
    case CR_ERR_NET_READ:
    case CR_ERR_NET_WRITE:
    case ER_SERVER_SHUTDOWN:
    case ERROR_WSREP_NOT_READY:
    case ERROR_CONNECTION_KILLED:
    case ERROR_UNKNOWN_STATEMENT:
        return true;
    default:
        return false;
    }
}

/* The answer never came, so the statement may have been carried out. */
static bool outcome_is_unknown(unsigned number)
{
    return number == CR_SERVER_LOST || number == CR_SERVER_LOST_EXTENDED || number == CR_ERR_NET_READ ||
           number == CR_MALFORMED_PACKET || number == CR_COMMANDS_OUT_OF_SYNC;
}

static enum err meaning(unsigned number)
{
    if (is_lost(number)) {
        return ERR_UNAVAILABLE;
    }
    switch (number) {
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case ERROR_RECORD_CHANGED:
        return ERR_BUSY;
    case ER_DUP_ENTRY:
        return ERR_DUPLICATE;
    case ER_ROW_IS_REFERENCED_2:
        return ERR_IN_USE;
    case ER_NO_REFERENCED_ROW_2:
    case ERROR_CHECK_FAILED:
    case ER_DATA_TOO_LONG:
    case ER_WARN_DATA_OUT_OF_RANGE:
    case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
    case ER_DATA_OUT_OF_RANGE:
        return ERR_INVALID;
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_ACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_BAD_DB_ERROR:
    case ER_ERROR_DURING_COMMIT:
        return ERR_UNAVAILABLE;
    default:
        return ERR_INTERNAL;
    }
}

/* Text with characters that an ascii column cannot hold was compared with it: an argument, so not our mistake. Two
 * columns that do not go together would be: then nothing is COERCIBLE. */
static bool is_foreign_text(unsigned number, const char *message)
{
    return number == ER_CANT_AGGREGATE_NCOLLATIONS || number == ER_CANT_AGGREGATE_3COLLATIONS ||
           (number == ER_CANT_AGGREGATE_2COLLATIONS && strstr(message, "COERCIBLE") != NULL);
}

static void copy_key(struct db *db, const char *from, const char *to)
{
    /* Some servers write `schema`.`table`.`key`: the last name is the one we know. */
    for (const char *c = from; c < to; c++) {
        if (*c == '.' || *c == '`' || *c == '\'') {
            from = c + 1;
        }
    }
    size_t len = (size_t)(to - from);
    if (len >= sizeof db->failed_key) {
        len = sizeof db->failed_key - 1;
    }
    memcpy(db->failed_key, from, len);
    db->failed_key[len] = '\0';
}

/* The text between the last quote pair: "Duplicate entry 'it''s' for key 'customer_code'". Values come first in these
 * messages and may hold anything, so they are read from the end. */
static void note_last_quoted(struct db *db, const char *message, char quote)
{
    const char *end = strrchr(message, quote);
    if (end == NULL) {
        return;
    }
    const char *start = end;
    while (start > message && start[-1] != quote) {
        start--;
    }
    if (start > message) {
        copy_key(db, start, end);
    }
}

/* "CONSTRAINT `name` FOREIGN KEY …" and "CONSTRAINT `name` failed for …". */
static void note_constraint(struct db *db, const char *message)
{
    const char *start = strstr(message, "CONSTRAINT `");
    if (start == NULL) {
        return;
    }
    start += strlen("CONSTRAINT `");
    const char *end = strchr(start, '`');
    if (end != NULL) {
        copy_key(db, start, end);
    }
}

/* "Data too long for column 'name' at row 1", "… for column `schema`.`table`.`name` at row 1". */
static void note_column(struct db *db, const char *message)
{
    const char *start = NULL;
    const char *found = strstr(message, "for column ");
    while (found != NULL) {
        start = found + strlen("for column ");
        found = strstr(start, "for column ");
    }
    const char *end = start == NULL ? NULL : strstr(start, " at row");
    if (end != NULL && end - start > 2) {
        copy_key(db, start, end - 1);
    }
}

static void note_key(struct db *db, unsigned number, const char *message)
{
    switch (number) {
    case ER_DUP_ENTRY:
        note_last_quoted(db, message, '\'');
        break;
    case ER_ROW_IS_REFERENCED_2:
    case ER_NO_REFERENCED_ROW_2:
    case ERROR_CHECK_FAILED:
        note_constraint(db, message);
        break;
    case ER_DATA_TOO_LONG:
    case ER_WARN_DATA_OUT_OF_RANGE:
    case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
        note_column(db, message);
        break;
    default:
        break;
    }
}

/* Refusals that are an answer to the user, and conflicts that are run again, are no news for the log. */
static enum log_level level_of(enum err err)
{
    switch (err) {
    case ERR_BUSY:
        return LOG_INFO;
    case ERR_DUPLICATE:
    case ERR_IN_USE:
    case ERR_INVALID:
        return LOG_DEBUG;
    case ERR_UNAVAILABLE:
        return LOG_WARN;
    default:
        return LOG_ERROR;
    }
}

/* Messages about data (SQLSTATE class 22 and 23) quote the data, which has no place in the log. */
static bool message_quotes_data(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0;
}

static struct str log_name(const struct db_text *text)
{
    if (text->constant != NULL) {
        return str_from(text->constant->name);
    }
    enum { SHOWN = 400 };
    return str_slice(text->sql, 0, SHOWN);
}

static void log_failure(const struct db *db, const struct db_text *text, enum err err, const char *sqlstate)
{
    const char *message = message_quotes_data(sqlstate) ? "" : db->failed_message;
    LOG_EVENT(level_of(err), "database_error", LOG_C("request_id", db->request_id),
              LOG_TEXT("statement", log_name(text)), LOG_INT("errno", db->failed_errno), LOG_C("sqlstate", sqlstate),
              LOG_C("code", err_code(err)), LOG_C("key", db->failed_key), LOG_C("message", message));
}

static void note_message(struct db *db, unsigned number, const char *message)
{
    db->failed_errno = number;
    snprintf(db->failed_message, sizeof db->failed_message, "%s", message);
    db->failed_key[0] = '\0';
}

enum err db_fail(struct db *db, const struct db_text *text, unsigned number, const char *sqlstate, const char *message)
{
    enum err err = is_foreign_text(number, message) ? ERR_INVALID : meaning(number);
    char state[8];
    snprintf(state, sizeof state, "%s", sqlstate); /* closing the connection frees the library's copies */
    note_message(db, number, message);
    note_key(db, number, db->failed_message);
    db->may_rerun = is_lost(number) && (db->mode == DB_READ || !outcome_is_unknown(number));
    if (number == ER_LOCK_DEADLOCK && db->in_tx) {
        db->doomed = ERR_BUSY; /* rolled back by the server: what follows would run outside a transaction */
    }
    if (is_lost(number)) {
        if (number == ERROR_WSREP_NOT_READY) {
            db->host_index++; /* this node answers but cannot serve */
        }
        db_disconnect(db);
    }
    log_failure(db, text, err, state);
    return err;
}

enum err db_fail_connection(struct db *db, const struct db_text *text)
{
    return db_fail(db, text, mysql_errno(db->mysql), mysql_sqlstate(db->mysql), mysql_error(db->mysql));
}

enum err db_fail_statement(struct db *db, const struct db_text *text, MYSQL_STMT *handle)
{
    return db_fail(db, text, mysql_stmt_errno(handle), mysql_stmt_sqlstate(handle), mysql_stmt_error(handle));
}

enum err db_fail_local(struct db *db, const struct db_text *text, const char *format, ...)
{
    char message[sizeof db->failed_message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    note_message(db, 0, message);
    db->may_rerun = false;
    log_failure(db, text, ERR_INTERNAL, "");
    return ERR_INTERNAL;
}

/* ---- opening ---- */

/* Where to connect. */
struct endpoint {
    char host[HOST_SIZE]; /* empty: the unix socket */
    unsigned port;        /* TCP port */
};

/* Entry `index` of "host[:port],[v6]:port,…". Entries that are too long are cut, and then simply not found. */
static struct endpoint endpoint_at(const struct config *config, size_t index)
{
    struct endpoint endpoint = {.port = PORT_DEFAULT};
    struct str rest = str_from(config->db_hosts);
    struct str entry = {0};
    for (size_t i = 0; i <= index && str_cut(&rest, ',', &entry); i++) {
    }
    entry = str_trim(entry);
    struct str host = entry;
    struct str port = {0};
    if (str_starts(entry, STR("["))) {
        host = str_slice(entry, 1, entry.len);
        port = host;
        str_cut(&port, ']', &host);
        port = str_slice(port, 1, port.len);
    } else if (str_find(entry, STR(":")) != SIZE_MAX) {
        port = entry;
        str_cut(&port, ':', &host);
    }
    int64_t number = 0;
    if (str_to_i64(port, &number) && number > 0 && number < 65536) {
        endpoint.port = (unsigned)number;
    }
    snprintf(endpoint.host, sizeof endpoint.host, "%.*s", STR_ARG(host));
    return endpoint;
}

static MYSQL *open_endpoint(struct db *db, const struct endpoint *endpoint)
{
    MYSQL *mysql = mysql_init(NULL);
    if (mysql == NULL) {
        abort();
    }
    const struct config *config = db->config;
    bool use_socket = endpoint->host[0] == '\0';
    unsigned connect_timeout_s = CONNECT_TIMEOUT_S;
    unsigned write_timeout_s = WRITE_TIMEOUT_S;
    unsigned protocol = use_socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    unsigned no_local_files = 0;
    my_bool no_reconnect = 0;
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout_s);
    if (db->read_timeout_s > 0) {
        mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &db->read_timeout_s);
        mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &write_timeout_s);
    }
    mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no_local_files);
    mysql_options(mysql, MYSQL_OPT_RECONNECT, &no_reconnect);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_optionsv(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "dabiao");
    db->mysql = mysql;
    bool opened = mysql_real_connect(mysql, use_socket ? NULL : endpoint->host, config->db_user, config->db_password,
                                     db->without_schema ? NULL : config->db_name, use_socket ? 0 : endpoint->port,
                                     use_socket && config->db_socket[0] != '\0' ? config->db_socket : NULL,
                                     CLIENT_FOUND_ROWS) != NULL;
    return opened ? mysql : NULL;
}

/* innodb_snapshot_isolation came in these releases, ON by default since 11.6.2. With it, a locking read of a row that
 * changed since the snapshot fails with 1020; our rule is the older one: a locking read sees the newest committed row.
 */
static bool has_snapshot_isolation(unsigned long version)
{
    return version >= 110402 || (version >= 101108 && version < 110000);
}

/* All settings in one round trip.
 *
 * Isolation. Write connections use READ COMMITTED: `SELECT … FOR UPDATE` then locks the rows it returns and no gaps
 * beside them, so two transactions that insert neighbours do not deadlock, and a plain read after waiting for a lock
 * (or for a duplicate key) sees what the other one committed. It protects nothing that was only read: whoever decides
 * by a row locks it or puts its `version` in the WHERE, as the stores do. With a binary log it needs
 * binlog_format=ROW, which Galera demands anyway.
 * Read connections use REPEATABLE READ, so that a route marked as a snapshot gets one from tx_begin; single statements
 * have their own snapshot in both.
 *
 * lc_messages is fixed because names of keys are read from messages. exists_to_in would answer "is the parent in scope"
 * by collecting all parents in scope first: a million rows for a page of fifty. */
static enum err set_session(struct db *db)
{
    unsigned long version = mysql_get_server_version(db->mysql);
    const char *prefix = version >= 110100 ? "transaction" : "tx";
    bool read_only = db->mode == DB_READ;
    char sql[768];
    int len = snprintf(sql, sizeof sql,
                       "SET NAMES utf8mb4 COLLATE utf8mb4_uca1400_ai_ci, SESSION autocommit = 1,"
                       " SESSION time_zone = '+00:00',"
                       " SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,"
                       "NO_ZERO_DATE,NO_ZERO_IN_DATE',"
                       " SESSION innodb_lock_wait_timeout = 5, SESSION lc_messages = 'en_US',"
                       " SESSION optimizer_switch = 'exists_to_in=off',"
                       " SESSION %s_isolation = '%s', SESSION %s_read_only = %s%s",
                       prefix, read_only ? "REPEATABLE-READ" : "READ-COMMITTED", prefix, read_only ? "ON" : "OFF",
                       has_snapshot_isolation(version) ? ", SESSION innodb_snapshot_isolation = OFF" : "");
    const struct db_text text = {NULL, str_n(sql, (size_t)len)};
    if (mysql_real_query(db->mysql, sql, (unsigned long)len) != 0) {
        return db_fail_connection(db, &text);
    }
    return OK;
}

enum err db_connect(struct db *db)
{
    if (db->mysql != NULL) {
        return OK;
    }
    const struct db_text text = {NULL, STR("connect")};
    size_t first = db->host_index % db->host_count;
    for (size_t i = 0; i < db->host_count; i++) {
        db->host_index = (first + i) % db->host_count;
        struct endpoint endpoint = endpoint_at(db->config, db->host_index);
        enum err err = open_endpoint(db, &endpoint) == NULL ? db_fail_connection(db, &text) : set_session(db);
        if (err == OK) {
            return OK;
        }
        db_disconnect(db);
    }
    db->may_rerun = false; /* every host was tried just now */
    return ERR_UNAVAILABLE;
}

/* True when the server has said something unasked: it hung up. Asked before each statement outside a transaction, so
 * that a connection that died while idle is noticed before a write whose outcome would then be unknown. */
static bool hung_up(MYSQL *mysql)
{
    struct pollfd socket = {.fd = mysql_get_socket(mysql), .events = POLLIN};
    return poll(&socket, 1, 0) > 0;
}

enum err db_ready(struct db *db)
{
    if (db->mysql != NULL && !db->in_tx && db->streams == 0 && hung_up(db->mysql)) {
        db_disconnect(db);
    }
    return db_connect(db);
}
