/* Prepared statements of one connection: a table of at most DB_PREPARED_MAX statements and DB_PREPARED_BYTES, so that a
 * worker's memory has a bound whatever lists people build; the least recently used goes first. Constants are found by
 * their address, built queries by their text.
 *
 * A statement whose rows are being read is busy: it is neither evicted nor used a second time, so that a callback of
 * db_each may run any statement, also its own. */
#include <mysqld_error.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"

enum {
    LIBRARY_BYTES = 8192,     /* the library's blocks for one statement */
    LIBRARY_NAMES_BYTES = 96, /* names of a column and its table */
};

static void *must_alloc(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static uint64_t hash_bytes(const void *data, size_t len)
{
    const unsigned char *bytes = data;
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211ULL;
    }
    return hash;
}

static uint64_t hash_key(const struct db_text *text)
{
    if (text->constant != NULL) {
        return hash_bytes(&text->constant, sizeof text->constant);
    }
    return hash_bytes(text->sql.ptr, text->sql.len);
}

static bool has_key(const struct db_prepared *prepared, const struct db_text *text)
{
    if (text->constant != NULL || prepared->constant != NULL) {
        return prepared->constant == text->constant;
    }
    return prepared->sql_len == text->sql.len && memcmp(prepared->sql, text->sql.ptr, text->sql.len) == 0;
}

static void free_prepared(struct db_prepared *prepared)
{
    if (prepared->handle != NULL) {
        mysql_stmt_close(prepared->handle);
    }
    free(prepared->sql);
    free(prepared->params);
    free(prepared->param_times);
    free(prepared->results);
    free(prepared->cells);
    free(prepared);
}

/* ---- the table ---- */

static void unlink_use(struct db *db, struct db_prepared *prepared)
{
    *(prepared->newer == NULL ? &db->newest : &prepared->newer->older) = prepared->older;
    *(prepared->older == NULL ? &db->oldest : &prepared->older->newer) = prepared->newer;
    prepared->newer = NULL;
    prepared->older = NULL;
}

static void link_newest(struct db *db, struct db_prepared *prepared)
{
    prepared->older = db->newest;
    *(db->newest == NULL ? &db->oldest : &db->newest->newer) = prepared;
    db->newest = prepared;
}

static void table_remove(struct db *db, struct db_prepared *prepared)
{
    struct db_prepared **place = &db->buckets[prepared->hash % DB_BUCKETS];
    while (*place != prepared) {
        place = &(*place)->next;
    }
    *place = prepared->next;
    unlink_use(db, prepared);
    db->prepared_count--;
    db->prepared_bytes -= prepared->bytes;
    prepared->cached = false;
}

static void table_add(struct db *db, struct db_prepared *prepared)
{
    struct db_prepared **bucket = &db->buckets[prepared->hash % DB_BUCKETS];
    prepared->next = *bucket;
    *bucket = prepared;
    link_newest(db, prepared);
    db->prepared_count++;
    db->prepared_bytes += prepared->bytes;
    prepared->cached = true;
}

static struct db_prepared *table_find(const struct db *db, const struct db_text *text, uint64_t hash)
{
    for (struct db_prepared *prepared = db->buckets[hash % DB_BUCKETS]; prepared != NULL; prepared = prepared->next) {
        if (prepared->hash == hash && has_key(prepared, text)) {
            return prepared;
        }
    }
    return NULL;
}

static bool has_room(const struct db *db, size_t bytes)
{
    return db->prepared_count < DB_PREPARED_MAX && db->prepared_bytes + bytes <= DB_PREPARED_BYTES;
}

/* Makes room for a statement of that size, as far as those that are not being read can give it. */
static void evict_for(struct db *db, size_t bytes)
{
    struct db_prepared *next = NULL;
    for (struct db_prepared *victim = db->oldest; victim != NULL && !has_room(db, bytes); victim = next) {
        next = victim->newer;
        if (!victim->busy) {
            table_remove(db, victim);
            free_prepared(victim);
        }
    }
}

void db_forget_prepared(struct db *db)
{
    while (db->oldest != NULL) {
        struct db_prepared *prepared = db->oldest;
        table_remove(db, prepared);
        if (prepared->busy) {
            prepared->stale = true;
        } else {
            free_prepared(prepared);
        }
    }
}

/* ---- preparing ---- */

/* Takes what the library knows now that the text is prepared. */
static void measure(struct db_prepared *prepared)
{
    prepared->param_count = (unsigned)mysql_stmt_param_count(prepared->handle);
    prepared->params = must_alloc(prepared->param_count, sizeof *prepared->params);
    prepared->param_times = must_alloc(prepared->param_count, sizeof *prepared->param_times);
    prepared->field_count = mysql_stmt_field_count(prepared->handle);
    prepared->results = must_alloc(prepared->field_count, sizeof *prepared->results);
    prepared->cells = must_alloc(prepared->field_count, sizeof *prepared->cells);
    size_t by_param = 2 * sizeof *prepared->params + sizeof *prepared->param_times;
    size_t by_field =
        2 * sizeof *prepared->results + sizeof *prepared->cells + sizeof(MYSQL_FIELD) + LIBRARY_NAMES_BYTES;
    prepared->bytes = sizeof *prepared + sizeof(MYSQL_STMT) + LIBRARY_BYTES + prepared->sql_len +
                      prepared->param_count * by_param + prepared->field_count * by_field;
}

static void take_key(struct db_prepared *prepared, const struct db_text *text, uint64_t hash)
{
    prepared->hash = hash;
    prepared->constant = text->constant;
    if (text->constant == NULL) {
        prepared->sql = must_alloc(text->sql.len + 1, 1);
        memcpy(prepared->sql, text->sql.ptr, text->sql.len);
        prepared->sql_len = text->sql.len;
    }
}

static enum err prepare(struct db *db, const struct db_text *text, uint64_t hash, struct db_prepared **out)
{
    MYSQL_STMT *handle = mysql_stmt_init(db->mysql);
    if (handle == NULL) {
        abort();
    }
    bool failed = mysql_stmt_prepare(handle, text->sql.ptr, text->sql.len) != 0;
    if (failed && mysql_stmt_errno(handle) == ER_MAX_PREPARED_STMT_COUNT_REACHED) {
        db_forget_prepared(db); /* the server's limit is shared by all connections: give ours back */
        failed = mysql_stmt_prepare(handle, text->sql.ptr, text->sql.len) != 0;
    }
    if (failed) {
        /* Preparing leaves nothing behind on the server, whatever became of the answer. */
        enum err err = db_fail_statement(db, text, handle);
        db->may_rerun = err == ERR_UNAVAILABLE;
        mysql_stmt_close(handle);
        return err;
    }
    struct db_prepared *prepared = must_alloc(1, sizeof *prepared);
    prepared->handle = handle;
    take_key(prepared, text, hash);
    measure(prepared);
    *out = prepared;
    return OK;
}

enum err db_acquire(struct db *db, const struct db_text *text, struct db_prepared **out)
{
    uint64_t hash = hash_key(text);
    struct db_prepared *found = table_find(db, text, hash);
    if (found != NULL && !found->busy) {
        unlink_use(db, found);
        link_newest(db, found);
        found->busy = true;
        *out = found;
        return OK;
    }
    struct db_prepared *prepared = NULL;
    TRY(prepare(db, text, hash, &prepared));
    if (found == NULL) {
        evict_for(db, prepared->bytes);
        table_add(db, prepared);
    }
    prepared->busy = true;
    *out = prepared;
    return OK;
}

void db_release(struct db *db, struct db_prepared *prepared, bool keep)
{
    prepared->busy = false;
    if (!prepared->stale) {
        mysql_stmt_free_result(prepared->handle);
    }
    if (prepared->cached && (!keep || prepared->spoiled)) {
        table_remove(db, prepared);
    }
    if (!prepared->cached) {
        free_prepared(prepared);
    }
}
