/* Applies the numbered files of sql/migrations, then loads the files of sql/seed that changed. One run works at a time:
 * it holds the row of schema_lock meanwhile. DDL commits by itself, so the lock lives in a connection of its own, and
 * it ends with its process, whatever happens. GET_LOCK does not exist on a cluster. There, two runs that come through
 * different nodes do not see each other's row lock, but the cluster runs DDL one after the other, and every statement
 * may be repeated: the second changes nothing.
 */
#include "platform/migrate.h"

#include <dirent.h>
#include <mysqld_error.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"
#include "platform/tx.h"

enum { FILES_MAX = 1000, FILE_BYTES_MAX = 8 * 1024 * 1024, LOCK_TRIES = 120 };

/* One file of sql/migrations. */
struct migration {
    int64_t number;      /* NNNN */
    struct str name;     /* file name */
    struct str text;     /* content */
    struct str checksum; /* SHA-256 of the content, hex */
};

struct applied {
    int64_t number;
    struct str name;
    struct str checksum;
};
static const struct column APPLIED[] = {COLUMN(struct applied, number), COLUMN(struct applied, name),
                                        COLUMN(struct applied, checksum)};
STATEMENT_ROWS(LIST_APPLIED, "migrate.applied", struct applied, APPLIED,
               "SELECT number, name, checksum FROM schema_migration ORDER BY number");
STATEMENT(NOTE, "migrate.note",
          "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))");
struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(LOCK, "migrate.lock", struct number, NUMBER,
               "SELECT id AS value FROM schema_lock WHERE id = 1 FOR UPDATE");

STATEMENT(NOTE_SEED, "migrate.note_seed",
          "REPLACE INTO schema_seed (name, checksum, applied_at) VALUES (?, ?, UTC_TIMESTAMP(3))");
struct seed {
    struct str checksum; /* SHA-256 of the file when it was loaded, hex */
};
static const struct column SEED[] = {COLUMN(struct seed, checksum)};
STATEMENT_ROWS(FIND_SEED, "migrate.find_seed", struct seed, SEED, "SELECT checksum FROM schema_seed WHERE name = ?");

/* What must exist before the first file. */
static const char *const BOOKS[] = {
    "CREATE TABLE IF NOT EXISTS schema_seed (name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY "
    "KEY, "
    "checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, applied_at DATETIME(3) NOT NULL) COMMENT "
    "'Loaded seed files'",
    "CREATE TABLE IF NOT EXISTS schema_migration (number INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL,"
    " checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, applied_at DATETIME(3) NOT NULL)"
    " COMMENT 'Applied migrations'",
    "CREATE TABLE IF NOT EXISTS schema_lock (id INT NOT NULL PRIMARY KEY) COMMENT 'Held while migrations run'",
    "INSERT IGNORE INTO schema_lock (id) VALUES (1)",
};

/* Position behind a comment or a quoted text that begins at `i`; `i` itself when neither begins there. */
static size_t skip_quiet(struct str script, size_t i)
{
    char c = script.ptr[i];
    if (c == '#' || (c == '-' && i + 1 < script.len && script.ptr[i + 1] == '-')) {
        while (i < script.len && script.ptr[i] != '\n') {
            i++;
        }
        return i;
    }
    if (c == '/' && i + 1 < script.len && script.ptr[i + 1] == '*') {
        size_t end = str_find(str_slice(script, i + 2, script.len), STR("*/"));
        return end == SIZE_MAX ? script.len : i + 2 + end + 2;
    }
    if (c != '\'' && c != '"' && c != '`') {
        return i;
    }
    for (size_t j = i + 1; j < script.len; j++) {
        if (script.ptr[j] == '\\' && c != '`') {
            j++;
        } else if (script.ptr[j] == c) {
            return j + 1;
        }
    }
    return script.len;
}

/* True when a piece holds more than comments and white space. */
static bool says_something(struct str piece)
{
    for (size_t i = 0; i < piece.len;) {
        bool comment = piece.ptr[i] == '#' || piece.ptr[i] == '-' || piece.ptr[i] == '/';
        size_t next = skip_quiet(piece, i);
        if (next == i && strchr(" \t\r\n", piece.ptr[i]) == NULL) {
            return true;
        }
        if (next != i && !comment) {
            return true;
        }
        i = next == i ? i + 1 : next;
    }
    return false;
}

size_t migrate_split(struct arena *arena, struct str script, struct str **statements_out)
{
    size_t cap = 1;
    for (size_t i = 0; i < script.len; i++) {
        cap += script.ptr[i] == ';';
    }
    struct str *statements = ARENA_ARRAY(arena, struct str, cap);
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= script.len;) {
        if (i == script.len || script.ptr[i] == ';') {
            struct str piece = str_trim(str_slice(script, start, i));
            if (says_something(piece)) {
                statements[count++] = piece;
            }
            start = ++i;
            continue;
        }
        size_t next = skip_quiet(script, i);
        i = next == i ? i + 1 : next;
    }
    *statements_out = statements;
    return count;
}

static struct str checksum_of(struct arena *arena, struct str text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(arena, crypto_hash_sha256_BYTES * 2 + 1);
    crypto_hash_sha256(hash, (const unsigned char *)text.ptr, text.len);
    sodium_bin2hex(hex, crypto_hash_sha256_BYTES * 2 + 1, hash, sizeof hash);
    return str_from(hex);
}

static bool read_text(struct arena *arena, const char *path, struct str *out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    struct buf text;
    char chunk[16384];
    size_t got;
    buf_init(&text, arena);
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 && text.len < FILE_BYTES_MAX) {
        buf_add(&text, str_n(chunk, got));
    }
    bool complete = ferror(file) == 0;
    fclose(file);
    *out = buf_str(&text);
    return complete;
}

static int by_number(const void *a, const void *b)
{
    int64_t left = ((const struct migration *)a)->number;
    int64_t right = ((const struct migration *)b)->number;
    return (left > right) - (left < right);
}

/* All files in order. Errors: ERR_INTERNAL with a sentence. */
static enum err read_files(const struct config *config, struct arena *arena, FILE *progress, struct migration **out,
                           size_t *count_out)
{
    struct str folder = str_format(arena, "%s/migrations", config->sql_dir);
    struct migration *files = ARENA_ARRAY(arena, struct migration, FILES_MAX);
    size_t count = 0;
    DIR *dir = opendir(folder.ptr);
    if (dir == NULL) {
        fprintf(progress, "The folder %s with the migrations cannot be read.\n", folder.ptr);
        return ERR_INTERNAL;
    }
    const struct dirent *entry;
    bool ok = true;
    while (ok && count < FILES_MAX && (entry = readdir(dir)) != NULL) {
        struct str name = str_dup(arena, str_from(entry->d_name));
        struct migration *file = &files[count];
        if (!str_ends(name, STR(".sql")) || !str_to_i64(str_slice(name, 0, 4), &file->number)) {
            continue;
        }
        file->name = name;
        ok = read_text(arena, str_format(arena, "%s/%s", folder.ptr, name.ptr).ptr, &file->text);
        file->checksum = checksum_of(arena, file->text);
        count++;
    }
    closedir(dir);
    qsort(files, count, sizeof *files, by_number);
    for (size_t i = 1; ok && i < count; i++) {
        ok = files[i].number != files[i - 1].number;
    }
    if (!ok || count == 0) {
        fprintf(progress, "The migrations in %s are incomplete, unreadable or share a number.\n", folder.ptr);
        return ERR_INTERNAL;
    }
    *out = files;
    *count_out = count;
    return OK;
}

/* Applied rows must be a prefix of the files. Returns how many are applied through `done_out`. */
static enum err compare(const struct migration *files, size_t count, const struct applied *applied,
                        size_t applied_count, FILE *progress, size_t *done_out)
{
    if (applied_count > 0 && applied[applied_count - 1].number > files[count - 1].number) {
        fprintf(progress,
                "The database is from a newer version of the program (migration %lld, this program knows %lld).\n",
                (long long)applied[applied_count - 1].number, (long long)files[count - 1].number);
        return ERR_CONFLICT;
    }
    for (size_t i = 0; i < applied_count; i++) {
        bool same = i < count && files[i].number == applied[i].number && str_eq(files[i].checksum, applied[i].checksum);
        if (!same) {
            fprintf(progress, "Migration %.*s was changed or is missing since it was applied.\n",
                    STR_ARG(applied[i].name));
            return ERR_CONFLICT;
        }
    }
    *done_out = applied_count;
    return OK;
}

static struct str quoted_name(struct arena *arena, const char *name)
{
    struct buf quoted;
    buf_init(&quoted, arena);
    buf_add_char(&quoted, '`');
    for (const char *c = name; *c != '\0'; c++) {
        buf_add_c(&quoted, *c == '`' ? "``" : (const char[]){*c, '\0'});
    }
    buf_add_char(&quoted, '`');
    return buf_str(&quoted);
}

/* Creates the database when it is missing and sees that new tables get our character set: tables are created without
 * naming one, and a database made by someone else may have another. An account that may do neither needs neither. */
static enum err ensure_database(const struct config *config, struct arena *arena, FILE *progress)
{
    struct db *db = db_create(config, DB_WRITE);
    struct str name = quoted_name(arena, config->db_name);
    db->without_schema = true;
    enum err err = db_connect(db);
    if (err == OK) {
        err = db_script(db, str_format(arena, "CREATE DATABASE IF NOT EXISTS %.*s", STR_ARG(name)));
        err = err == OK
                  ? db_script(db, str_format(arena,
                                             "ALTER DATABASE %.*s CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci",
                                             STR_ARG(name)))
                  : err;
        err = err == ERR_UNAVAILABLE && db->mysql == NULL ? err : OK;
    }
    if (err == OK) {
        /* Whether the database is there, and ours, shows now. */
        db_disconnect(db);
        db->without_schema = false;
        err = db_connect(db);
    }
    if (err != OK) {
        fprintf(progress, "The database cannot be reached: %.*s\n", STR_ARG(db_failed_message(db)));
    }
    db_destroy(db);
    return err;
}

static enum err make_books(struct db *db, FILE *progress)
{
    for (size_t i = 0; i < sizeof BOOKS / sizeof BOOKS[0]; i++) {
        enum err err = db_script(db, str_from(BOOKS[i]));
        if (err != OK) {
            fprintf(progress, "The table of migrations cannot be made: %.*s\n", STR_ARG(db_failed_message(db)));
            return err;
        }
    }
    return OK;
}

static enum err apply(struct db *db, struct arena *arena, const struct migration *file, FILE *progress)
{
    struct str *statements;
    size_t count = migrate_split(arena, file->text, &statements);
    for (size_t i = 0; i < count; i++) {
        enum err err = db_script(db, statements[i]);
        if (err != OK) {
            fprintf(progress, "%.*s, statement %zu of %zu failed: %.*s\n", STR_ARG(file->name), i + 1, count,
                    STR_ARG(db_failed_message(db)));
            return err;
        }
    }
    TRY(db_exec(db, arena, &NOTE, ARGS(V(file->number), V(file->name), V(file->checksum))));
    fprintf(progress, "%.*s\n", STR_ARG(file->name));
    return OK;
}

static enum err apply_missing(const struct config *config, struct arena *arena, FILE *progress, struct db *db)
{
    struct migration *files;
    struct applied *applied;
    size_t count, applied_count, done;
    TRY(read_files(config, arena, progress, &files, &count));
    TRY(db_many(db, arena, &LIST_APPLIED, NO_ARGS, &applied, &applied_count));
    TRY(compare(files, count, applied, applied_count, progress, &done));
    for (size_t i = done; i < count; i++) {
        TRY(apply(db, arena, &files[i], progress));
    }
    return OK;
}

/* Data every installation has (regions, working days): a file that may be loaded again, and is when it changed. */
static enum err apply_seed(const struct config *config, struct arena *arena, FILE *progress, struct db *db,
                           const char *name)
{
    struct migration file = {.name = str_from(name)};
    struct seed applied;
    struct str *statements;
    if (!read_text(arena, str_format(arena, "%s/seed/%s", config->sql_dir, name).ptr, &file.text)) {
        fprintf(progress, "The file %s/seed/%s cannot be read.\n", config->sql_dir, name);
        return ERR_INTERNAL;
    }
    file.checksum = checksum_of(arena, file.text);
    enum err err = db_one(db, arena, &FIND_SEED, ARGS(V(name)), &applied);
    if (err == OK && str_eq(applied.checksum, file.checksum)) {
        return OK;
    }
    size_t count = migrate_split(arena, file.text, &statements);
    TRY(tx_begin(db));
    err = OK;
    for (size_t i = 0; i < count && err == OK; i++) {
        err = db_script(db, statements[i]);
    }
    err = err == OK ? db_exec(db, arena, &NOTE_SEED, ARGS(V(name), V(file.checksum))) : err;
    if (err != OK) {
        fprintf(progress, "%s could not be loaded: %.*s\n", name, STR_ARG(db_failed_message(db)));
        tx_rollback(db);
        return err;
    }
    fprintf(progress, "%s\n", name);
    return tx_commit(db);
}

static int is_sql_file(const struct dirent *entry)
{
    return str_ends(str_from(entry->d_name), STR(".sql"));
}

/* All files of sql/seed, by name. An installation without seeds has no such folder. */
static enum err apply_seeds(const struct config *config, struct arena *arena, FILE *progress, struct db *db)
{
    struct dirent **entries = NULL;
    int count = scandir(str_format(arena, "%s/seed", config->sql_dir).ptr, &entries, is_sql_file, alphasort);
    enum err err = OK;
    for (int i = 0; i < count; i++) {
        if (err == OK) {
            err = apply_seed(config, arena, progress, db, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    return err;
}

/* Waits for the row of schema_lock; other runs hold it while they work. */
static enum err take_lock(struct db *guard, struct arena *arena, FILE *progress)
{
    struct number one;
    enum err err = ERR_BUSY;
    for (int i = 0; i < LOCK_TRIES && err == ERR_BUSY; i++) {
        TRY(tx_begin(guard));
        err = db_one(guard, arena, &LOCK, NO_ARGS, &one);
        if (err != OK) {
            tx_rollback(guard);
        }
        if (err == ERR_BUSY && i == 0) {
            fprintf(progress, "Another migration is running; waiting for it.\n");
            fflush(progress);
        }
    }
    if (err == ERR_BUSY) {
        fprintf(progress, "Another migration has been running for more than ten minutes.\n");
    }
    return err;
}

enum err migrate_run(const struct config *config, FILE *progress)
{
    struct arena *arena = arena_create(256 * 1024 * 1024);
    struct db *guard = db_create(config, DB_WRITE);
    struct db *db = db_create(config, DB_WRITE);
    db_wait_for_long(db); /* a change of a large table takes its time */
    enum err err = ensure_database(config, arena, progress);
    err = err == OK ? make_books(db, progress) : err;
    err = err == OK ? take_lock(guard, arena, progress) : err;
    if (err == OK) {
        err = apply_missing(config, arena, progress, db);
        err = err == OK ? apply_seeds(config, arena, progress, db) : err;
        tx_rollback(guard);
    }
    db_destroy(db);
    db_destroy(guard);
    arena_destroy(arena);
    return err;
}

enum err migrate_check(const struct config *config, struct db *db)
{
    struct arena *arena = arena_create(64 * 1024 * 1024);
    struct migration *files;
    struct applied *applied = NULL;
    size_t count = 0, applied_count = 0, done = 0;
    enum err err = read_files(config, arena, stderr, &files, &count);
    if (err == OK) {
        err = db_many(db, arena, &LIST_APPLIED, NO_ARGS, &applied, &applied_count);
        if (err != OK) {
            bool reachable = err != ERR_UNAVAILABLE || db->failed_errno == ER_BAD_DB_ERROR;
            fputs(reachable ? "The database is not set up; run `dabiao migrate`.\n"
                            : "The database cannot be reached.\n",
                  stderr);
        }
    }
    err = err == OK ? compare(files, count, applied, applied_count, stderr, &done) : err;
    if (err == OK && done < count) {
        fprintf(stderr, "The database is from an older version; run `dabiao migrate`.\n");
        err = ERR_CONFLICT;
    }
    arena_destroy(arena);
    return err;
}
