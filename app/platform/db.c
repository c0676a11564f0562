/* MariaDB through Connector/C. A connection opens at first use, keeps its prepared statements, and forgets both when
 * it is lost. Outside a transaction a lost connection is opened again and the statement runs once more. */
#include "platform/db.h"

#include <mysql.h>
#include <assert.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/config.h"
#include "platform/db_internal.h"
#include "platform/log.h"

enum { CACHE_SIZE = 256, BULK_ROWS = 1000, HOSTS_MAX = 16, CONNECT_SECONDS = 3, IO_SECONDS = 120 };

/* A prepared statement and how to find it again. */
struct cached {
    MYSQL_STMT *handle;       /* NULL: free place */
    const struct stmt *stmt;  /* constant statement, or NULL */
    char *text;               /* SQL text of a built query, or NULL */
    size_t text_len;          /* of `text` */
    uint64_t hash;            /* of `text` */
    uint64_t last_used;       /* tick */
};

struct db {
    const struct config *config;     /* settings */
    enum db_mode mode;               /* may it write */
    MYSQL *mysql;                    /* NULL: not connected */
    bool in_transaction;             /* between tx_begin and its end */
    struct cached cache[CACHE_SIZE]; /* prepared statements */
    uint64_t tick;                   /* for last_used */
    uint64_t query_count;            /* statements run */
    int host;                        /* index of the host that worked last */
    char request_id[64];             /* for the log */
    char failed_key[128];            /* unique or foreign key that refused last */
    char failed_message[512];        /* the server's words */
};

struct db *db_create(const struct config *config, enum db_mode mode)
{
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL) {
        abort();
    }
    db->config = config;
    db->mode = mode;
    return db;
}

static void drop_cached(struct cached *cached)
{
    if (cached->handle != NULL) {
        mysql_stmt_close(cached->handle);
    }
    free(cached->text);
    *cached = (struct cached){0};
}

void db_disconnect(struct db *db)
{
    for (int i = 0; i < CACHE_SIZE; i++) {
        drop_cached(&db->cache[i]);
    }
    if (db->mysql != NULL) {
        mysql_close(db->mysql);
        db->mysql = NULL;
    }
    db->in_transaction = false;
}

void db_destroy(struct db *db)
{
    if (db == NULL) {
        return;
    }
    db_disconnect(db);
    free(db);
}

void db_set_request_id(struct db *db, struct str request_id)
{
    snprintf(db->request_id, sizeof db->request_id, "%.*s", STR_ARG(str_slice(request_id, 0, 60)));
}

uint64_t db_query_count(const struct db *db)
{
    return db->query_count;
}

void db_set_in_transaction(struct db *db, bool in_transaction)
{
    db->in_transaction = in_transaction;
}

bool db_is_read_only(const struct db *db)
{
    return db->mode == DB_READ;
}

struct str db_failed_key(const struct db *db)
{
    return str_from(db->failed_key);
}

struct str db_failed_message(const struct db *db)
{
    return str_from(db->failed_message);
}

/* ---- failures ---- */

static bool is_lost(unsigned code)
{
    return code == CR_SERVER_GONE_ERROR || code == CR_SERVER_LOST || code == CR_CONNECTION_ERROR || code == CR_CONN_HOST_ERROR ||
           code == ER_UNKNOWN_COM_ERROR || code == ER_SERVER_SHUTDOWN || code == ER_CONNECTION_KILLED;
}

/* "Duplicate entry 'x' for key 'customer_code'" → customer_code; the constraint's name of foreign keys and checks. */
static void note_key(struct db *db, const char *message)
{
    const char *end = strrchr(message, '\'');
    const char *mark = strstr(message, "CONSTRAINT `");
    db->failed_key[0] = '\0';
    if (mark == NULL) {
        mark = strstr(message, "CONSTRAINT_");
    }
    if (strncmp(message, "CONSTRAINT `", 12) == 0 || (mark != NULL && mark[10] == ' ')) {
        mark += 12;
        const char *stop = strchr(mark, '`');
        size_t len = stop == NULL ? 0 : (size_t)(stop - mark);
        snprintf(db->failed_key, sizeof db->failed_key, "%.*s", (int)len, mark);
        return;
    }
    if (end != NULL) {
        const char *start = end;
        while (start > message && start[-1] != '\'') {
            start--;
        }
        snprintf(db->failed_key, sizeof db->failed_key, "%.*s", (int)(end - start), start);
    }
}

static enum err map_error(struct db *db, unsigned code)
{
    switch (code) {
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case 1020: /* ER_CHECKREAD: record changed since last read, under snapshot isolation */
        return ERR_BUSY;
    case ER_DUP_ENTRY:
        return ERR_DUPLICATE;
    case ER_ROW_IS_REFERENCED_2:
        return ERR_IN_USE;
    case ER_NO_REFERENCED_ROW_2:
    case ER_DATA_TOO_LONG:
    case ER_WARN_DATA_OUT_OF_RANGE:
    case 4025: /* ER_CONSTRAINT_FAILED */
        return ERR_INVALID;
    default:
        break;
    }
    if (is_lost(code) || code == ER_ACCESS_DENIED_ERROR || code == ER_CON_COUNT_ERROR || code == 1180) {
        db_disconnect(db);
        return ERR_UNAVAILABLE;
    }
    return ERR_INTERNAL;
}

enum err db_fail(struct db *db, const char *name, unsigned code, const char *state, const char *message)
{
    snprintf(db->failed_message, sizeof db->failed_message, "%s", message);
    note_key(db, db->failed_message);
    enum log_level level = code == ER_DUP_ENTRY || code == ER_LOCK_DEADLOCK || code == ER_ROW_IS_REFERENCED_2 ? LOG_DEBUG : LOG_WARN;
    LOG_EVENT(level, "db_failure", LOG_C("statement", name), LOG_INT("errno", code), LOG_C("sqlstate", state),
              LOG_C("message", db->failed_message), LOG_C("request_id", db->request_id));
    return map_error(db, code);
}

static enum err fail_connection(struct db *db, const char *name)
{
    return db_fail(db, name, mysql_errno(db->mysql), mysql_sqlstate(db->mysql), mysql_error(db->mysql));
}

static enum err fail_stmt(struct db *db, const char *name, MYSQL_STMT *handle)
{
    return db_fail(db, name, mysql_stmt_errno(handle), mysql_stmt_sqlstate(handle), mysql_stmt_error(handle));
}

/* ---- connecting ---- */

/* READ COMMITTED on write connections: a statement sees what is committed when it begins, so a claim that waited for a
 * row lock decides on the present row, and no gap locks block neighbours; FOR UPDATE reads lock either way. */
static const char SESSION[] =
    "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE', "
    "innodb_lock_wait_timeout = 5, autocommit = 1, group_concat_max_len = 1048576";

static enum err set_up_session(struct db *db)
{
    const char *mode = db->mode == DB_READ ? "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                                           : "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";
    if (mysql_query(db->mysql, "SET NAMES utf8mb4 COLLATE utf8mb4_uca1400_ai_ci") != 0 || mysql_query(db->mysql, SESSION) != 0 ||
        mysql_query(db->mysql, mode) != 0) {
        return fail_connection(db, "session");
    }
    return OK;
}

static bool open_at(struct db *db, const char *host, unsigned port, const char *database)
{
    const struct config *config = db->config;
    unsigned connect_seconds = CONNECT_SECONDS;
    unsigned io_seconds = IO_SECONDS;
    db->mysql = mysql_init(NULL);
    if (db->mysql == NULL) {
        return false;
    }
    mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
    mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &io_seconds);
    mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &io_seconds);
    mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const char *socket = host == NULL ? config->db_socket : NULL;
    return mysql_real_connect(db->mysql, host, config->db_user, config->db_password, database, port, socket,
                              CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS) != NULL;
}

/* Host number `index` of the list, or false. "host:port", port 3306 unless given. */
static bool nth_host(const char *list, int index, char host[256], unsigned *port)
{
    struct str rest = str_from(list);
    struct str item;
    for (int i = 0; str_cut(&rest, ',', &item); i++) {
        if (i != index) {
            continue;
        }
        struct str name = str_trim(item);
        struct str number = name;
        int64_t value = 0;
        *port = 3306;
        if (str_cut(&number, ':', &name) && str_to_i64(number, &value)) {
            *port = (unsigned)value;
        }
        snprintf(host, 256, "%.*s", STR_ARG(name));
        return true;
    }
    return false;
}

enum err db_connect_to(struct db *db, const char *database)
{
    char host[256];
    unsigned port = 0;
    if (db->mysql != NULL) {
        return OK;
    }
    if (db->config->db_hosts[0] == '\0') {
        if (open_at(db, NULL, 0, database)) {
            return set_up_session(db);
        }
        return fail_connection(db, "connect");
    }
    enum err err = ERR_UNAVAILABLE;
    int count = 0;
    while (count < HOSTS_MAX && nth_host(db->config->db_hosts, count, host, &port)) {
        count++;
    }
    for (int i = 0; i < count; i++) {
        int index = (db->host + i) % count;
        nth_host(db->config->db_hosts, index, host, &port);
        if (open_at(db, host, port, database)) {
            db->host = index;
            return set_up_session(db);
        }
        err = fail_connection(db, "connect");
        db_disconnect(db);
    }
    return err;
}

enum err db_connect(struct db *db)
{
    return db_connect_to(db, db->config->db_name);
}

/* ---- statements ---- */

static uint64_t hash_text(struct str text)
{
    uint64_t hash = 1469598103934665603ULL;
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.ptr[i]) * 1099511628211ULL;
    }
    return hash;
}

static struct cached *oldest(struct db *db)
{
    struct cached *best = &db->cache[0];
    for (int i = 0; i < CACHE_SIZE; i++) {
        if (db->cache[i].handle == NULL) {
            return &db->cache[i];
        }
        if (db->cache[i].last_used < best->last_used) {
            best = &db->cache[i];
        }
    }
    return best;
}

static struct cached *find_cached(struct db *db, const struct stmt *stmt, struct str sql, uint64_t hash)
{
    for (int i = 0; i < CACHE_SIZE; i++) {
        struct cached *cached = &db->cache[i];
        bool same = stmt != NULL ? cached->stmt == stmt
                                 : cached->text != NULL && cached->hash == hash && str_eq(str_n(cached->text, cached->text_len), sql);
        if (cached->handle != NULL && same) {
            return cached;
        }
    }
    return NULL;
}

/* The prepared statement for a constant or for a text. */
static enum err prepare(struct db *db, const struct stmt *stmt, struct str sql, const char *name, MYSQL_STMT **out)
{
    uint64_t hash = stmt == NULL ? hash_text(sql) : 0;
    TRY(db_connect(db));
    struct cached *cached = find_cached(db, stmt, sql, hash);
    if (cached == NULL) {
        cached = oldest(db);
        drop_cached(cached);
        MYSQL_STMT *handle = mysql_stmt_init(db->mysql);
        if (handle == NULL) {
            return fail_connection(db, name);
        }
        if (mysql_stmt_prepare(handle, sql.ptr, sql.len) != 0) {
            enum err err = fail_stmt(db, name, handle);
            mysql_stmt_close(handle);
            return err;
        }
        *cached = (struct cached){.handle = handle, .stmt = stmt, .text_len = sql.len, .hash = hash};
        if (stmt == NULL) {
            cached->text = malloc(sql.len + 1);
            assert(cached->text != NULL);
            memcpy(cached->text, sql.ptr, sql.len);
        }
    }
    cached->last_used = ++db->tick;
    *out = cached->handle;
    return OK;
}

static MYSQL_TIME date_time(struct date date)
{
    int year, month, day;
    date_parts(date, &year, &month, &day);
    return (MYSQL_TIME){.year = (unsigned)year, .month = (unsigned)month, .day = (unsigned)day, .time_type = MYSQL_TIMESTAMP_DATE};
}

static MYSQL_TIME instant_time(struct instant instant)
{
    int64_t days = instant.ms / 86400000 - (instant.ms % 86400000 < 0);
    int64_t rest = instant.ms - days * 86400000;
    MYSQL_TIME time = date_time((struct date){(int32_t)days});
    time.hour = (unsigned)(rest / 3600000);
    time.minute = (unsigned)(rest / 60000 % 60);
    time.second = (unsigned)(rest / 1000 % 60);
    time.second_part = (unsigned long)(rest % 1000) * 1000;
    time.time_type = MYSQL_TIMESTAMP_DATETIME;
    return time;
}

/* Fills a parameter; `time` is where a date or an instant is kept during the call. */
static void bind_value(MYSQL_BIND *bind, const struct value *value, MYSQL_TIME *time, unsigned long *length)
{
    *bind = (MYSQL_BIND){0};
    switch (value->type) {
    case VALUE_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        return;
    case VALUE_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)&value->integer;
        return;
    case VALUE_TEXT:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = (void *)(value->text.len == 0 ? "" : value->text.ptr);
        *length = value->text.len;
        bind->buffer_length = value->text.len;
        bind->length = length;
        return;
    case VALUE_DATE:
        *time = date_time(value->date);
        bind->buffer_type = MYSQL_TYPE_DATE;
        bind->buffer = time;
        return;
    case VALUE_INSTANT:
        *time = instant_time(value->instant);
        bind->buffer_type = MYSQL_TYPE_DATETIME;
        bind->buffer = time;
        return;
    }
}

static enum err execute_once(struct db *db, struct arena *arena, const struct stmt *stmt, struct str sql, const char *name,
                             struct args args, MYSQL_STMT **out)
{
    MYSQL_STMT *handle;
    TRY(prepare(db, stmt, sql, name, &handle));
    assert(mysql_stmt_param_count(handle) == args.count);
    unsigned array_size = 0;
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &array_size);
    if (args.count > 0) {
        MYSQL_BIND *binds = ARENA_ARRAY(arena, MYSQL_BIND, args.count);
        MYSQL_TIME *times = ARENA_ARRAY(arena, MYSQL_TIME, args.count);
        unsigned long *lengths = ARENA_ARRAY(arena, unsigned long, args.count);
        for (size_t i = 0; i < args.count; i++) {
            bind_value(&binds[i], &args.items[i], &times[i], &lengths[i]);
        }
        if (mysql_stmt_bind_param(handle, binds) != 0) {
            return fail_stmt(db, name, handle);
        }
    }
    db->query_count++;
    if (mysql_stmt_execute(handle) != 0) {
        return fail_stmt(db, name, handle);
    }
    *out = handle;
    return OK;
}

static enum err execute(struct db *db, struct arena *arena, const struct stmt *stmt, struct str sql, struct args args, MYSQL_STMT **out)
{
    const char *name = stmt == NULL ? "built" : stmt->name;
    bool in_transaction = db->in_transaction;
    enum err err = execute_once(db, arena, stmt, sql, name, args, out);
    if (err == ERR_UNAVAILABLE && !in_transaction) {
        err = execute_once(db, arena, stmt, sql, name, args, out);
    }
    return err;
}

/* ---- rows ---- */

/* Where the columns of one row arrive before they are typed. */
struct fetch {
    MYSQL_STMT *handle;      /* executed statement */
    unsigned count;          /* columns */
    MYSQL_FIELD *fields;     /* their types */
    MYSQL_BIND *binds;       /* result buffers */
    int64_t *integers;       /* by column */
    MYSQL_TIME *times;       /* by column */
    char (*texts)[64];       /* short texts and decimals, by column */
    unsigned long *lengths;  /* by column */
    my_bool *nulls;          /* by column */
};

static bool is_integer_type(enum enum_field_types type)
{
    return type == MYSQL_TYPE_TINY || type == MYSQL_TYPE_SHORT || type == MYSQL_TYPE_INT24 || type == MYSQL_TYPE_LONG ||
           type == MYSQL_TYPE_LONGLONG || type == MYSQL_TYPE_YEAR;
}

static enum err fetch_begin(struct db *db, struct arena *arena, const char *name, MYSQL_STMT *handle, struct fetch *fetch)
{
    MYSQL_RES *meta = mysql_stmt_result_metadata(handle);
    if (meta == NULL) {
        return fail_stmt(db, name, handle);
    }
    unsigned count = mysql_num_fields(meta);
    *fetch = (struct fetch){
        .handle = handle, .count = count, .fields = ARENA_ARRAY(arena, MYSQL_FIELD, count), .binds = ARENA_ARRAY(arena, MYSQL_BIND, count),
        .integers = ARENA_ARRAY(arena, int64_t, count), .times = ARENA_ARRAY(arena, MYSQL_TIME, count),
        .texts = arena_alloc(arena, sizeof(char[64]) * count), .lengths = ARENA_ARRAY(arena, unsigned long, count),
        .nulls = ARENA_ARRAY(arena, my_bool, count),
    };
    memcpy(fetch->fields, mysql_fetch_fields(meta), count * sizeof(MYSQL_FIELD));
    for (unsigned i = 0; i < count; i++) {
        MYSQL_BIND *bind = &fetch->binds[i];
        fetch->fields[i].name = str_c(arena, str_from(fetch->fields[i].name));
        bind->is_null = &fetch->nulls[i];
        bind->length = &fetch->lengths[i];
        if (is_integer_type(fetch->fields[i].type)) {
            bind->buffer_type = MYSQL_TYPE_LONGLONG;
            bind->buffer = &fetch->integers[i];
        } else if (fetch->fields[i].type == MYSQL_TYPE_DATE || fetch->fields[i].type == MYSQL_TYPE_DATETIME ||
                   fetch->fields[i].type == MYSQL_TYPE_TIMESTAMP) {
            bind->buffer_type = fetch->fields[i].type;
            bind->buffer = &fetch->times[i];
        } else {
            bind->buffer_type = MYSQL_TYPE_STRING;
            bind->buffer = fetch->texts[i];
            bind->buffer_length = sizeof fetch->texts[i];
        }
    }
    mysql_free_result(meta);
    return mysql_stmt_bind_result(handle, fetch->binds) == 0 ? OK : fail_stmt(db, name, handle);
}

/* Longer texts are fetched a second time into memory of their size. */
static struct value fetch_text(struct fetch *fetch, unsigned i, struct arena *arena)
{
    size_t len = fetch->lengths[i];
    char *text = arena_alloc(arena, len + 1);
    if (len <= sizeof fetch->texts[i]) {
        memcpy(text, fetch->texts[i], len);
    } else {
        MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_STRING, .buffer = text, .buffer_length = len, .length = &fetch->lengths[i]};
        mysql_stmt_fetch_column(fetch->handle, &bind, i, 0);
    }
    struct str result = str_n(text, len);
    int64_t integer;
    bool whole = fetch->fields[i].type == MYSQL_TYPE_NEWDECIMAL && fetch->fields[i].decimals == 0;
    return whole && str_to_i64(result, &integer) ? value_int(integer) : value_text(result);
}

static struct value fetch_value(struct fetch *fetch, unsigned i, struct arena *arena)
{
    const MYSQL_TIME *time = &fetch->times[i];
    if (fetch->nulls[i]) {
        return value_null();
    }
    switch (fetch->binds[i].buffer_type) {
    case MYSQL_TYPE_LONGLONG:
        return value_int(fetch->integers[i]);
    case MYSQL_TYPE_DATE:
        return value_date(date_of((int)time->year, (int)time->month, (int)time->day));
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP: {
        int64_t days = date_of((int)time->year, (int)time->month, (int)time->day).days;
        int64_t seconds = days * 86400 + time->hour * 3600 + time->minute * 60 + time->second;
        return value_instant((struct instant){seconds * 1000 + (int64_t)(time->second_part / 1000)});
    }
    default:
        return fetch_text(fetch, i, arena);
    }
}

/* One step: true with a row, false at the end or on failure (`err`). */
static bool fetch_next(struct db *db, struct fetch *fetch, const char *name, enum err *err)
{
    int status = mysql_stmt_fetch(fetch->handle);
    *err = OK;
    if (status == 0 || status == MYSQL_DATA_TRUNCATED) {
        return true;
    }
    if (status != MYSQL_NO_DATA) {
        *err = fail_stmt(db, name, fetch->handle);
    }
    return false;
}

static void set_optional(void *place, enum column_type type, struct value value)
{
    bool set = value.type != VALUE_NULL;
    switch (type) {
    case COLUMN_OPT_INT:
        *(struct opt_int *)place = (struct opt_int){set, set ? value.integer : 0};
        break;
    case COLUMN_OPT_MONEY:
        *(struct opt_money *)place = (struct opt_money){set, {set ? value.integer : 0}};
        break;
    case COLUMN_OPT_STR:
        *(struct opt_str *)place = (struct opt_str){set, set ? value.text : (struct str){0}};
        break;
    case COLUMN_OPT_DATE:
        *(struct opt_date *)place = (struct opt_date){set, set ? value.date : (struct date){0}};
        break;
    case COLUMN_OPT_INSTANT:
        *(struct opt_instant *)place = (struct opt_instant){set, set ? value.instant : (struct instant){0}};
        break;
    default:
        break;
    }
}

static enum value_type expected_type(enum column_type type)
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
    default:
        return VALUE_INT;
    }
}

/* A column into its member. False when the types do not agree: a mistake in the statement. */
static bool set_member(char *row, const struct column *column, struct value value)
{
    void *place = row + column->offset;
    if (value.type != VALUE_NULL && value.type != expected_type(column->type)) {
        return false;
    }
    if (column->type >= COLUMN_OPT_INT) {
        set_optional(place, column->type, value);
        return true;
    }
    if (value.type == VALUE_NULL) {
        return false;
    }
    switch (column->type) {
    case COLUMN_INT64:
        *(int64_t *)place = value.integer;
        break;
    case COLUMN_INT32:
        *(int32_t *)place = (int32_t)value.integer;
        break;
    case COLUMN_BOOL:
        *(bool *)place = value.integer != 0;
        break;
    case COLUMN_MONEY:
        ((struct money *)place)->minor = value.integer;
        break;
    case COLUMN_STR:
        *(struct str *)place = value.text;
        break;
    case COLUMN_DATE:
        *(struct date *)place = value.date;
        break;
    default:
        *(struct instant *)place = value.instant;
        break;
    }
    return true;
}

static enum err fill_row(struct fetch *fetch, struct arena *arena, const struct stmt *stmt, char *row)
{
    assert(fetch->count == stmt->column_count);
    for (unsigned i = 0; i < fetch->count; i++) {
        if (!set_member(row, &stmt->columns[i], fetch_value(fetch, i, arena))) {
            LOG_EVENT(LOG_ERROR, "db_column", LOG_C("statement", stmt->name), LOG_C("column", fetch->fields[i].name),
                      LOG_C("why", fetch->nulls[i] ? "NULL into a member that must be set" : "another type than the member"));
            return ERR_INTERNAL;
        }
    }
    return OK;
}

enum err db_each(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args,
                 enum err (*each)(void *context, void *row), void *context)
{
    MYSQL_STMT *handle;
    struct fetch fetch;
    TRY(execute(db, arena, stmt, str_from(stmt->sql), args, &handle));
    TRY(fetch_begin(db, arena, stmt->name, handle, &fetch));
    enum err err = OK;
    char *row = arena_alloc(arena, stmt->row_size);
    while (fetch_next(db, &fetch, stmt->name, &err)) {
        memset(row, 0, stmt->row_size);
        err = fill_row(&fetch, arena, stmt, row);
        err = err == OK ? each(context, row) : err;
        if (err != OK) {
            break;
        }
    }
    if (db->mysql != NULL) {
        mysql_stmt_free_result(handle);
    }
    return err;
}

/* A growing array of rows. */
struct many {
    struct arena *arena;
    char *rows;
    size_t size, count, cap;
};

static enum err add_row(void *context, void *row)
{
    struct many *many = context;
    if (many->count == many->cap) {
        many->cap = many->cap == 0 ? 16 : many->cap * 2;
        char *grown = arena_alloc(many->arena, many->cap * many->size);
        if (many->count > 0) {
            memcpy(grown, many->rows, many->count * many->size);
        }
        many->rows = grown;
    }
    memcpy(many->rows + many->count++ * many->size, row, many->size);
    return OK;
}

enum err db_many(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, void *rows_out, size_t *count_out)
{
    struct many many = {.arena = arena, .size = stmt->row_size};
    TRY(db_each(db, arena, stmt, args, add_row, &many));
    *(void **)rows_out = many.rows;
    *count_out = many.count;
    return OK;
}

enum err db_one(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, void *row_out)
{
    void *rows;
    size_t count;
    TRY(db_many(db, arena, stmt, args, &rows, &count));
    if (count == 0) {
        return ERR_NOT_FOUND;
    }
    memcpy(row_out, rows, stmt->row_size);
    return OK;
}

static enum err run(struct db *db, struct arena *arena, const struct stmt *stmt, struct str sql, struct args args, struct db_result *out)
{
    MYSQL_STMT *handle;
    TRY(execute(db, arena, stmt, sql, args, &handle));
    *out = (struct db_result){(int64_t)mysql_stmt_affected_rows(handle), (int64_t)mysql_stmt_insert_id(handle)};
    return OK;
}

enum err db_exec_result(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, struct db_result *out)
{
    return run(db, arena, stmt, str_from(stmt->sql), args, out);
}

enum err db_exec(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args)
{
    struct db_result ignored;
    return db_exec_result(db, arena, stmt, args, &ignored);
}

enum err db_run(struct db *db, struct arena *arena, struct str sql, struct args args, struct db_result *out)
{
    return run(db, arena, NULL, sql, args, out);
}

struct value rows_get(const struct rows *rows, size_t row, size_t column)
{
    assert(row < rows->count && column < rows->column_count);
    return rows->values[row * rows->column_count + column];
}

enum err db_query_each(struct db *db, struct arena *arena, struct str sql, struct args args,
                       enum err (*each)(void *context, const struct value *row, size_t column_count), void *context)
{
    MYSQL_STMT *handle;
    struct fetch fetch;
    TRY(execute(db, arena, NULL, sql, args, &handle));
    TRY(fetch_begin(db, arena, "built", handle, &fetch));
    enum err err = OK;
    struct value *row = ARENA_ARRAY(arena, struct value, fetch.count);
    while (fetch_next(db, &fetch, "built", &err)) {
        for (unsigned i = 0; i < fetch.count; i++) {
            row[i] = fetch_value(&fetch, i, arena);
        }
        err = each(context, row, fetch.count);
        if (err != OK) {
            break;
        }
    }
    if (db->mysql != NULL) {
        mysql_stmt_free_result(handle);
    }
    return err;
}

enum err db_query(struct db *db, struct arena *arena, struct str sql, struct args args, struct rows *out)
{
    MYSQL_STMT *handle;
    struct fetch fetch;
    TRY(execute(db, arena, NULL, sql, args, &handle));
    TRY(fetch_begin(db, arena, "built", handle, &fetch));
    enum err err = OK;
    struct many many = {.arena = arena, .size = sizeof(struct value) * fetch.count};
    struct value *row = ARENA_ARRAY(arena, struct value, fetch.count);
    while (fetch_next(db, &fetch, "built", &err)) {
        for (unsigned i = 0; i < fetch.count; i++) {
            row[i] = fetch_value(&fetch, i, arena);
        }
        err = add_row(&many, row);
    }
    if (db->mysql != NULL) {
        mysql_stmt_free_result(handle);
    }
    const char **names = ARENA_ARRAY(arena, const char *, fetch.count);
    for (unsigned i = 0; i < fetch.count; i++) {
        names[i] = fetch.fields[i].name;
    }
    *out = (struct rows){many.count, fetch.count, names, (struct value *)many.rows};
    return err;
}

/* Reads away the results of a text with several statements; the first failure counts. */
static enum err drain(struct db *db)
{
    for (;;) {
        MYSQL_RES *result = mysql_store_result(db->mysql);
        if (result != NULL) {
            mysql_free_result(result);
        } else if (mysql_errno(db->mysql) != 0) {
            return fail_connection(db, "script");
        }
        int more = mysql_next_result(db->mysql);
        if (more != 0) {
            return more < 0 ? OK : fail_connection(db, "script");
        }
    }
}

enum err db_script(struct db *db, struct str sql)
{
    TRY(db_connect(db));
    db->query_count++;
    if (mysql_real_query(db->mysql, sql.ptr, sql.len) != 0) {
        return fail_connection(db, "script");
    }
    return drain(db);
}

/* ---- bulk ---- */

/* One column of a chunk, as arrays for Connector/C. */
static void bind_column(struct arena *arena, const struct value *values, size_t width, size_t column, size_t rows, MYSQL_BIND *bind)
{
    void **pointers = ARENA_ARRAY(arena, void *, rows);
    int64_t *integers = ARENA_ARRAY(arena, int64_t, rows);
    MYSQL_TIME *times = ARENA_ARRAY(arena, MYSQL_TIME, rows);
    unsigned long *lengths = ARENA_ARRAY(arena, unsigned long, rows);
    char *indicators = ARENA_ARRAY(arena, char, rows);
    enum value_type type = VALUE_NULL;
    for (size_t r = 0; r < rows; r++) {
        const struct value *value = &values[r * width + column];
        MYSQL_BIND one;
        indicators[r] = value->type == VALUE_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
        if (value->type == VALUE_NULL) {
            pointers[r] = (void *)"";
            continue;
        }
        type = value->type;
        bind_value(&one, value, &times[r], &lengths[r]);
        integers[r] = value->type == VALUE_INT ? value->integer : 0;
        pointers[r] = one.buffer;
    }
    *bind = (MYSQL_BIND){.u.indicator = indicators, .length = lengths};
    switch (type) {
    case VALUE_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = integers;
        break;
    case VALUE_DATE:
        bind->buffer_type = MYSQL_TYPE_DATE;
        bind->buffer = times;
        break;
    case VALUE_INSTANT:
        bind->buffer_type = MYSQL_TYPE_DATETIME;
        bind->buffer = times;
        break;
    default:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = pointers;
        break;
    }
}

static enum err bulk_chunk(struct db *db, struct arena *arena, struct str sql, const struct value *values, size_t width, size_t rows)
{
    MYSQL_STMT *handle;
    unsigned array_size = (unsigned)rows;
    TRY(prepare(db, NULL, sql, "bulk", &handle));
    assert(mysql_stmt_param_count(handle) == width);
    MYSQL_BIND *binds = ARENA_ARRAY(arena, MYSQL_BIND, width);
    for (size_t c = 0; c < width; c++) {
        bind_column(arena, values, width, c, rows, &binds[c]);
    }
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &array_size);
    db->query_count++;
    bool failed = mysql_stmt_bind_param(handle, binds) != 0 || mysql_stmt_execute(handle) != 0;
    return failed ? fail_stmt(db, "bulk", handle) : OK;
}

enum err db_bulk(struct db *db, struct arena *arena, struct str sql, const struct value *values, size_t width, size_t row_count)
{
    for (size_t done = 0; done < row_count; done += BULK_ROWS) {
        size_t rows = row_count - done < BULK_ROWS ? row_count - done : BULK_ROWS;
        TRY(bulk_chunk(db, arena, sql, values + done * width, width, rows));
    }
    return OK;
}

/* ---- the program's statements ---- */

extern const struct stmt *const __start_dabiao_stmt[];
extern const struct stmt *const __stop_dabiao_stmt[];

const struct stmt *const *db_statements(size_t *count_out)
{
    *count_out = (size_t)(__stop_dabiao_stmt - __start_dabiao_stmt);
    return __start_dabiao_stmt;
}

enum err db_check(struct db *db, const struct stmt *stmt)
{
    MYSQL_STMT *handle;
    TRY(prepare(db, stmt, str_from(stmt->sql), stmt->name, &handle));
    unsigned columns = mysql_stmt_field_count(handle);
    if (columns != stmt->column_count) {
        snprintf(db->failed_message, sizeof db->failed_message, "selects %u columns, the row has %zu", columns, stmt->column_count);
        return ERR_INTERNAL;
    }
    return OK;
}
