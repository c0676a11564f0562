/* The database layer against a real MariaDB: types, NULL, failures and what they mean, lost connections, streams, bulk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "database.h"
#include "platform/config.h"
#include "platform/log.h"
#include "platform/tx.h"

static struct config config;
static struct arena *arena;
static struct db *db;

#define ASSERT_OK(call) assert_int_equal((call), OK)

static struct db *open_db(enum db_mode mode)
{
    return db_create(&config, mode);
}

static void script(const char *sql)
{
    ASSERT_OK(db_script(db, str_from(sql)));
}

/* First value of a built query. */
static struct value ask(struct db *connection, const char *sql)
{
    struct rows rows;
    ASSERT_OK(db_query(connection, arena, str_from(sql), NO_ARGS, &rows));
    assert_int_equal(rows.count, 1);
    return rows_get(&rows, 0, 0);
}

static int64_t ask_int(const char *sql)
{
    struct value value = ask(db, sql);
    assert_int_equal(value.type, VALUE_INT);
    return value.integer;
}

static enum err run(const char *sql, struct args args)
{
    struct db_result result;
    return db_run(db, arena, str_from(sql), args, &result);
}

static void assert_str(struct str got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.ptr, expected, got.len);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_create((size_t)256 << 20);
    db = open_db(DB_WRITE);
    script("DROP TABLE IF EXISTS child");
    script("DROP TABLE IF EXISTS thing");
    script("CREATE TABLE thing (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, code VARCHAR(20) CHARACTER SET ascii "
           "COLLATE ascii_bin NULL,"
           " name VARCHAR(100) NULL, note LONGTEXT NULL, small SMALLINT NULL, flag BOOLEAN NULL, on_day DATE NULL, at "
           "DATETIME(3) NULL,"
           " amount_minor BIGINT NULL, hash BINARY(32) NULL, huge BIGINT UNSIGNED NULL, UNIQUE KEY thing_code (code),"
           " CONSTRAINT thing_small_positive CHECK (small >= 0))");
    script("CREATE TABLE child (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, thing_id BIGINT NOT NULL,"
           " CONSTRAINT child_thing_fk FOREIGN KEY (thing_id) REFERENCES thing (id))");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_destroy(db);
    arena_destroy(arena);
    return 0;
}

/* ---- values ---- */

struct full {
    int64_t id;
    struct str name;
    struct str note;
    int32_t small;
    bool flag;
    struct date on_day;
    struct instant at;
    struct money amount;
    struct str hash;
};
static const struct column FULL[] = {
    COLUMN(struct full, id),    COLUMN(struct full, name),   COLUMN(struct full, note),
    COLUMN(struct full, small), COLUMN(struct full, flag),   COLUMN(struct full, on_day),
    COLUMN(struct full, at),    COLUMN(struct full, amount), COLUMN(struct full, hash)};
STATEMENT_ROWS(READ_FULL, "test.full", struct full, FULL,
               "SELECT id, name, note, small, flag, on_day, at, amount_minor, hash FROM thing ORDER BY id");
STATEMENT(
    ADD_FULL, "test.add_full",
    "INSERT INTO thing (name, note, small, flag, on_day, at, amount_minor, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

struct optional {
    struct opt_int small;
    struct opt_str name;
    struct opt_date on_day;
    struct opt_instant at;
    struct opt_money amount;
};
static const struct column OPTIONAL[] = {COLUMN(struct optional, small), COLUMN(struct optional, name),
                                         COLUMN(struct optional, on_day), COLUMN(struct optional, at),
                                         COLUMN(struct optional, amount)};
STATEMENT_ROWS(READ_OPTIONAL, "test.optional", struct optional, OPTIONAL,
               "SELECT small, name, on_day, at, amount_minor FROM thing ORDER BY id");

static struct str long_text(size_t len)
{
    char *text = arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++) {
        text[i] = (char)('a' + i % 26);
    }
    return str_n(text, len);
}

static void every_type_comes_back(void **state)
{
    (void)state;
    const char *const days[] = {"1000-01-01", "1969-12-31", "2024-02-29", "9999-12-31"};
    const int64_t moments[] = {-30610224000000, -1, 1711958400123, 253402300799999};
    const int64_t amounts[] = {INT64_MIN, -1, 0, INT64_MAX};
    unsigned char bytes[32];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(0x80 + i * 3);
    }
    struct str note = long_text(70000);
    for (size_t i = 0; i < 4; i++) {
        struct date day;
        assert_true(date_parse(str_from(days[i]), &day));
        ASSERT_OK(db_exec(db, arena, &ADD_FULL,
                          ARGS(V("达标 '\\\" 😀"), V(i == 0 ? STR("") : note), V(i == 1 ? 32767 : 7), V(i % 2 == 0),
                               V(day), V(((struct instant){moments[i]})), V(((struct money){amounts[i]})),
                               V(str_n((const char *)bytes, sizeof bytes)))));
    }
    struct full *rows;
    size_t count;
    ASSERT_OK(db_many(db, arena, &READ_FULL, NO_ARGS, &rows, &count));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_str(rows[i].name, "达标 '\\\" 😀");
        assert_true(str_eq(rows[i].note, i == 0 ? STR("") : note));
        assert_non_null(rows[i].note.ptr);
        assert_int_equal(rows[i].small, i == 1 ? 32767 : 7);
        assert_int_equal(rows[i].flag, i % 2 == 0);
        assert_str(date_format(arena, rows[i].on_day), days[i]);
        assert_int_equal(rows[i].at.ms, moments[i]);
        assert_int_equal(rows[i].amount.minor, amounts[i]);
        assert_int_equal(rows[i].hash.len, sizeof bytes);
        assert_memory_equal(rows[i].hash.ptr, bytes, sizeof bytes);
    }
    assert_str(ask(db, "SELECT CAST(at AS CHAR) FROM thing WHERE id = 1").text, "1000-01-01 00:00:00.000");
    struct rows found;
    ASSERT_OK(db_query(db, arena, STR("SELECT COUNT(*) FROM thing WHERE hash = ?"),
                       ARGS(V(str_n((const char *)bytes, 32))), &found));
    assert_int_equal(rows_get(&found, 0, 0).integer, 4);
}

static void null_needs_a_place(void **state)
{
    (void)state;
    struct value null = value_null();
    ASSERT_OK(db_exec(db, arena, &ADD_FULL, ARGS(null, null, null, null, null, null, null, null)));
    struct optional row;
    ASSERT_OK(db_one(db, arena, &READ_OPTIONAL, NO_ARGS, &row));
    assert_false(row.small.set || row.name.set || row.on_day.set || row.at.set || row.amount.set);
    struct full full;
    assert_int_equal(db_one(db, arena, &READ_FULL, NO_ARGS, &full), ERR_INTERNAL);
    assert_true(str_find(db_failed_message(db), STR("column name: NULL")) != SIZE_MAX);

    struct date day = date_of(2026, 3, 31);
    script("DELETE FROM thing");
    ASSERT_OK(db_exec(db, arena, &ADD_FULL,
                      ARGS(V("n"), null, V(3), null, V(day), V(((struct instant){5})), V(((struct money){9})), null)));
    ASSERT_OK(db_one(db, arena, &READ_OPTIONAL, NO_ARGS, &row));
    assert_true(row.small.set && row.name.set && row.on_day.set && row.at.set && row.amount.set);
    assert_int_equal(row.small.value + row.at.value.ms + row.amount.value.minor, 17);
    assert_int_equal(row.on_day.value.days, day.days);
}

struct one_int {
    int64_t value;
};
static const struct column ONE_INT[] = {COLUMN(struct one_int, value)};
struct one_int32 {
    int32_t value;
};
static const struct column ONE_INT32[] = {COLUMN(struct one_int32, value)};
STATEMENT_ROWS(SUM, "test.sum", struct one_int, ONE_INT, "SELECT SUM(amount_minor) FROM thing");
STATEMENT_ROWS(HUGE_NUMBER, "test.huge", struct one_int, ONE_INT, "SELECT huge FROM thing ORDER BY id");
STATEMENT_ROWS(AMOUNT_32, "test.amount_32", struct one_int32, ONE_INT32, "SELECT amount_minor FROM thing ORDER BY id");
STATEMENT_ROWS(TEXT_AS_INT, "test.text_as_int", struct one_int, ONE_INT, "SELECT name FROM thing");
STATEMENT_ROWS(AVERAGE_AS_INT, "test.average", struct one_int, ONE_INT, "SELECT AVG(amount_minor) FROM thing");
STATEMENT_ROWS(ECHO, "test.echo", struct one_int, ONE_INT, "SELECT ? AS value");

static void sums_are_integers_and_overflow_is_an_error(void **state)
{
    (void)state;
    struct one_int row;
    script("INSERT INTO thing (amount_minor, huge, name) VALUES (9000000000000000000, 18446744073709551615, 'x')");
    ASSERT_OK(db_one(db, arena, &SUM, NO_ARGS, &row));
    assert_int_equal(row.value, 9000000000000000000);
    assert_int_equal(db_one(db, arena, &HUGE_NUMBER, NO_ARGS, &row), ERR_INTERNAL);
    struct one_int32 narrow;
    assert_int_equal(db_one(db, arena, &AMOUNT_32, NO_ARGS, &narrow), ERR_INTERNAL);
    script("INSERT INTO thing (amount_minor) VALUES (9000000000000000000)");
    assert_int_equal(db_one(db, arena, &SUM, NO_ARGS, &row), ERR_INTERNAL);
    assert_int_equal(db_one(db, arena, &TEXT_AS_INT, NO_ARGS, &row), ERR_INTERNAL);
    assert_int_equal(db_one(db, arena, &AVERAGE_AS_INT, NO_ARGS, &row), ERR_INTERNAL);
    assert_int_equal(ask(db, "SELECT AVG(small) FROM (SELECT 1 AS small UNION ALL SELECT 2) AS t").type, VALUE_TEXT);
    assert_int_equal(ask_int("SELECT SUM(small) FROM (SELECT 1 AS small UNION ALL SELECT 2) AS t"), 3);
}

static void types_of_expressions_follow_the_arguments(void **state)
{
    (void)state;
    struct one_int row;
    ASSERT_OK(db_one(db, arena, &ECHO, ARGS(V(42)), &row));
    assert_int_equal(row.value, 42);
    assert_int_equal(db_one(db, arena, &ECHO, ARGS(V("text")), &row), ERR_INTERNAL);
    ASSERT_OK(db_one(db, arena, &ECHO, ARGS(V(INT64_MIN)), &row));
    assert_int_equal(row.value, INT64_MIN);
    assert_int_equal(db_one(db, arena, &ECHO, NO_ARGS, &row), ERR_INTERNAL);
    assert_true(str_find(db_failed_message(db), STR("0 arguments for 1 question")) != SIZE_MAX);
}

static void built_queries_give_values_by_type(void **state)
{
    (void)state;
    script("INSERT INTO thing (name, on_day, at, flag) VALUES ('n', '2026-03-31', '2026-03-31 08:00:00.5', TRUE)");
    struct rows rows;
    ASSERT_OK(db_query(db, arena, STR("SELECT id, name, on_day, at AS moment, flag, note FROM thing WHERE name = ?"),
                       ARGS(V("n")), &rows));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.column_count, 6);
    assert_string_equal(rows.names[3], "moment");
    const enum value_type types[] = {VALUE_INT, VALUE_TEXT, VALUE_DATE, VALUE_INSTANT, VALUE_INT, VALUE_NULL};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(rows_get(&rows, 0, i).type, types[i]);
    }
    assert_str(instant_format(arena, rows_get(&rows, 0, 3).instant), "2026-03-31T08:00:00.500Z");
    ASSERT_OK(db_query(db, arena, STR("SELECT id FROM thing WHERE name = ? LIMIT ?"), ARGS(V("none"), V(3)), &rows));
    assert_int_equal(rows.count, 0);
}

static void ascii_columns_are_searched_by_index(void **state)
{
    (void)state;
    script("INSERT INTO thing (code) VALUES ('a'), ('b'), ('c'), ('d')");
    struct rows rows;
    ASSERT_OK(db_query(db, arena, STR("EXPLAIN SELECT id FROM thing WHERE code = ?"), ARGS(V("a")), &rows));
    assert_str(rows_get(&rows, 0, 3).text, "const");
    const struct args foreign = ARGS(V("达"), V("b"));
    assert_int_equal(
        db_query(db, arena, STR("SELECT id FROM thing WHERE code = ?"), (struct args){foreign.items, 1}, &rows),
        ERR_INVALID);
    assert_int_equal(db_query(db, arena, STR("SELECT id FROM thing WHERE code IN (?, ?)"), foreign, &rows),
                     ERR_INVALID);
}

/* ---- failures ---- */

static void refusals_name_the_key(void **state)
{
    (void)state;
    ASSERT_OK(run("INSERT INTO thing (id, code) VALUES (?, ?)", ARGS(V(1), V("it's 'x' for key 'y'"))));
    assert_int_equal(run("INSERT INTO thing (code) VALUES (?)", ARGS(V("it's 'x' for key 'y'"))), ERR_DUPLICATE);
    assert_str(db_failed_key(db), "thing_code");
    ASSERT_OK(run("INSERT INTO child (thing_id) VALUES (?)", ARGS(V(1))));
    assert_str(db_failed_key(db), "");
    assert_int_equal(run("DELETE FROM thing WHERE id = ?", ARGS(V(1))), ERR_IN_USE);
    assert_str(db_failed_key(db), "child_thing_fk");
    assert_int_equal(run("INSERT INTO child (thing_id) VALUES (?)", ARGS(V(99))), ERR_INVALID);
    assert_str(db_failed_key(db), "child_thing_fk");
    assert_int_equal(run("INSERT INTO thing (small) VALUES (?)", ARGS(V(-1))), ERR_INVALID);
    assert_str(db_failed_key(db), "thing_small_positive");
    assert_int_equal(run("INSERT INTO thing (small) VALUES (?)", ARGS(V(70000))), ERR_INVALID);
    assert_str(db_failed_key(db), "small");
    assert_int_equal(run("INSERT INTO thing (name) VALUES (?)", ARGS(V(long_text(101)))), ERR_INVALID);
    assert_str(db_failed_key(db), "name");
    assert_int_equal(run("INSERT INTO thing (code) VALUES (?)", ARGS(V("达"))), ERR_INVALID);
    assert_str(db_failed_key(db), "code");
    assert_int_equal(run("INSERT INTO nothing (code) VALUES (?)", ARGS(V("a"))), ERR_INTERNAL);
    assert_int_equal(run("SELECT 1; DROP TABLE child", NO_ARGS), ERR_INTERNAL);
    assert_int_equal(db_script(db, STR("SELECT 1; DROP TABLE child")), ERR_INTERNAL);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM child"), 1);
}

STATEMENT(RENAME, "test.rename", "UPDATE thing SET name = ? WHERE code = ?");
STATEMENT(ADD, "test.add", "INSERT INTO thing (code) VALUES (?)");
STATEMENT_ROWS(ID_BY_CODE, "test.id_by_code", struct one_int, ONE_INT, "SELECT id FROM thing WHERE code = ?");

static void results_tell_matched_rows_and_ids(void **state)
{
    (void)state;
    struct db_result result;
    ASSERT_OK(db_exec_result(db, arena, &ADD, ARGS(V("a")), &result));
    assert_int_equal(result.affected, 1);
    struct one_int row;
    ASSERT_OK(db_one(db, arena, &ID_BY_CODE, ARGS(V("a")), &row));
    assert_int_equal(row.value, result.id);
    ASSERT_OK(db_exec_result(db, arena, &RENAME, ARGS(V("n"), V("a")), &result));
    ASSERT_OK(db_exec_result(db, arena, &RENAME, ARGS(V("n"), V("a")), &result));
    assert_int_equal(result.affected, 1);
    ASSERT_OK(db_exec_result(db, arena, &RENAME, ARGS(V("n"), V("b")), &result));
    assert_int_equal(result.affected, 0);
    assert_int_equal(db_one(db, arena, &ID_BY_CODE, ARGS(V("b")), &row), ERR_NOT_FOUND);
}

static void session_is_as_agreed(void **state)
{
    (void)state;
    struct db *read = open_db(DB_READ);
    assert_str(ask(db, "SELECT @@time_zone").text, "+00:00");
    assert_str(ask(db, "SELECT @@collation_connection").text, "utf8mb4_uca1400_ai_ci");
    assert_str(ask(db, "SELECT @@tx_isolation").text, "READ-COMMITTED");
    assert_str(ask(read, "SELECT @@tx_isolation").text, "REPEATABLE-READ");
    assert_int_equal(ask_int("SELECT @@innodb_lock_wait_timeout"), 5);
    assert_int_equal(ask_int("SELECT @@tx_read_only"), 0);
    assert_int_equal(ask_int("SELECT @@innodb_snapshot_isolation"), 0);
    assert_true(str_find(ask(db, "SELECT @@sql_mode").text, STR("STRICT_ALL_TABLES")) != SIZE_MAX);
    db_destroy(read);
}

static void a_read_connection_cannot_write(void **state)
{
    (void)state;
    struct db *read = open_db(DB_READ);
    assert_int_equal(db_exec(read, arena, &ADD, ARGS(V("a"))), ERR_INTERNAL);
    ASSERT_OK(tx_begin(read));
    assert_int_equal(db_exec(read, arena, &ADD, ARGS(V("a"))), ERR_INTERNAL);
    tx_rollback(read);
    assert_int_equal(ask(read, "SELECT COUNT(*) FROM thing").integer, 0);
    db_destroy(read);
}

static void a_snapshot_stays_the_same(void **state)
{
    (void)state;
    struct db *read = open_db(DB_READ);
    ASSERT_OK(tx_begin(read));
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("a"))));
    assert_int_equal(ask(read, "SELECT COUNT(*) FROM thing").integer, 0);
    tx_rollback(read);
    assert_int_equal(ask(read, "SELECT COUNT(*) FROM thing").integer, 1);
    db_destroy(read);
}

/* ---- transactions ---- */

struct crossing {
    int64_t first;       /* row locked first */
    int64_t second;      /* row locked second */
    int64_t weight;      /* rows written first: the server gives up the lighter side */
    int attempts;        /* times the body ran */
    bool swallow;        /* go on after the deadlock, as a careless body might */
    enum err afterwards; /* what the careless statement was told */
};

static enum err cross(struct db *connection, void *context)
{
    struct crossing *crossing = context;
    const struct timespec pause = {.tv_nsec = 300000000};
    struct db_result result;
    crossing->attempts++;
    TRY(db_run(connection, arena, STR("INSERT INTO thing (name) SELECT 'weight' FROM seq_1_to_1000 WHERE seq <= ?"),
               ARGS(V(crossing->weight)), &result));
    TRY(db_run(connection, arena, STR("UPDATE thing SET small = small + 1 WHERE id = ?"), ARGS(V(crossing->first)),
               &result));
    if (crossing->attempts == 1) {
        nanosleep(&pause, NULL);
    }
    enum err err = db_run(connection, arena, STR("UPDATE thing SET small = small + 1 WHERE id = ?"),
                          ARGS(V(crossing->second)), &result);
    if (err != OK && crossing->swallow) {
        crossing->afterwards =
            db_run(connection, arena, STR("INSERT INTO thing (code) VALUES (?)"), ARGS(V("stray")), &result);
        return OK;
    }
    return err;
}

static int cross_in_child(struct crossing crossing)
{
    struct db *own = open_db(DB_WRITE);
    enum err err = db_tx(own, cross, &crossing);
    db_destroy(own);
    return err != OK ? 100 : crossing.attempts;
}

static int deadlock(struct crossing *mine, struct crossing theirs)
{
    script("DELETE FROM thing");
    script("INSERT INTO thing (id, small) VALUES (1, 0), (2, 0)");
    pid_t child = fork();
    if (child == 0) {
        _exit(cross_in_child(theirs));
    }
    ASSERT_OK(db_tx(db, cross, mine));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_deadlock_is_run_again(void **state)
{
    (void)state;
    struct crossing mine = {.first = 1, .second = 2};
    int their_attempts = deadlock(&mine, (struct crossing){.first = 2, .second = 1});
    assert_true(their_attempts < 100);
    assert_int_equal(mine.attempts + their_attempts, 3);
    assert_int_equal(ask_int("SELECT SUM(small) FROM thing"), 4);
}

static void nothing_runs_alone_after_a_deadlock(void **state)
{
    (void)state;
    struct crossing mine = {.first = 1, .second = 2, .swallow = true};
    deadlock(&mine, (struct crossing){.first = 2, .second = 1, .weight = 500});
    assert_int_equal(mine.attempts, 2);
    assert_int_equal(mine.afterwards, ERR_BUSY);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing WHERE code = 'stray'"), 0);
}

static enum err refuse(struct db *connection, void *context)
{
    (void)context;
    TRY(db_exec(connection, arena, &ADD, ARGS(V("a"))));
    return ERR_CONFLICT;
}

static void a_failed_body_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(db_tx(db, refuse, NULL), ERR_CONFLICT);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 0);
    tx_rollback(db); /* accepted when nothing is open */
}

static void a_mark_is_gone_back_to(void **state)
{
    (void)state;
    ASSERT_OK(tx_begin(db));
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("a"))));
    ASSERT_OK(tx_mark(db, "row"));
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("b"))));
    assert_int_equal(db_exec(db, arena, &ADD, ARGS(V("a"))), ERR_DUPLICATE);
    ASSERT_OK(tx_undo(db, "row"));
    ASSERT_OK(tx_mark(db, "row"));
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("c"))));
    ASSERT_OK(tx_commit(db));
    assert_str(ask(db, "SELECT GROUP_CONCAT(code ORDER BY code) FROM thing").text, "a,c");
}

static void a_held_lock_is_busy(void **state)
{
    (void)state;
    struct db *other = open_db(DB_WRITE);
    struct db_result result;
    script("INSERT INTO thing (id) VALUES (1)");
    ASSERT_OK(tx_begin(other));
    ASSERT_OK(db_run(other, arena, STR("UPDATE thing SET small = 1 WHERE id = 1"), NO_ARGS, &result));
    script("SET SESSION innodb_lock_wait_timeout = 0");
    assert_int_equal(run("UPDATE thing SET small = 2 WHERE id = 1", NO_ARGS), ERR_BUSY);
    tx_rollback(other);
    ASSERT_OK(run("UPDATE thing SET small = 2 WHERE id = 1", NO_ARGS));
    db_destroy(other);
}

/* The server answers a locking read row by row and may fail in the middle, when a row further on is locked. */
static void a_read_that_fails_half_way_leaves_the_connection_in_step(void **state)
{
    (void)state;
    static const char all[] = "SELECT id, small FROM thing WHERE id IN (1, 2, 3) ORDER BY id FOR UPDATE";
    struct db *other = open_db(DB_WRITE);
    struct db_result result;
    struct rows rows;
    script("INSERT INTO thing (id) VALUES (1), (2), (3)");
    ASSERT_OK(tx_begin(other));
    ASSERT_OK(db_run(other, arena, STR("UPDATE thing SET small = 9 WHERE id = 3"), NO_ARGS, &result));
    script("SET SESSION innodb_lock_wait_timeout = 0");
    time_t begun = time(NULL);
    for (int i = 0; i < 2; i++) {
        ASSERT_OK(tx_begin(db));
        assert_int_equal(db_query(db, arena, str_from(all), NO_ARGS, &rows), ERR_BUSY);
        tx_rollback(db);
    }
    tx_rollback(other);
    ASSERT_OK(tx_begin(db));
    ASSERT_OK(db_query(db, arena, str_from(all), NO_ARGS, &rows));
    assert_int_equal(rows.count, 3);
    ASSERT_OK(tx_commit(db));
    assert_true(time(NULL) - begun < 20); /* not a read timeout */
    db_destroy(other);
}

/* ---- lost connections ---- */

static void kill_connection(struct db *victim)
{
    struct db *other = open_db(DB_WRITE);
    int64_t id = ask(victim, "SELECT CONNECTION_ID()").integer;
    const struct timespec pause = {.tv_nsec = 50000000};
    ASSERT_OK(db_script(other, str_format(arena, "KILL CONNECTION %lld", (long long)id)));
    nanosleep(&pause, NULL);
    db_destroy(other);
}

static void an_idle_loss_is_not_noticed(void **state)
{
    (void)state;
    struct db *read = open_db(DB_READ);
    kill_connection(read);
    assert_int_equal(ask(read, "SELECT COUNT(*) FROM thing").integer, 0);
    kill_connection(db);
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("a"))));
    kill_connection(db);
    ASSERT_OK(tx_begin(db));
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("b"))));
    ASSERT_OK(tx_commit(db));
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 2);
    assert_str(ask(db, "SELECT @@tx_isolation").text, "READ-COMMITTED");
    db_destroy(read);
}

static void a_loss_inside_a_transaction_ends_it(void **state)
{
    (void)state;
    ASSERT_OK(tx_begin(db));
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("a"))));
    kill_connection(db);
    assert_int_equal(db_exec(db, arena, &ADD, ARGS(V("b"))), ERR_UNAVAILABLE);
    assert_int_equal(db_exec(db, arena, &ADD, ARGS(V("c"))), ERR_UNAVAILABLE);
    assert_int_equal(tx_commit(db), ERR_UNAVAILABLE);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 0);
    ASSERT_OK(tx_begin(db));
    ASSERT_OK(db_exec(db, arena, &ADD, ARGS(V("d"))));
    ASSERT_OK(tx_commit(db));
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 1);
}

/* The server hangs up while it works on our statement. */
static void a_read_cut_short_runs_again(void **state)
{
    (void)state;
    struct db *read = open_db(DB_READ);
    int64_t id = ask(read, "SELECT CONNECTION_ID()").integer;
    pid_t child = fork();
    if (child == 0) {
        const struct timespec pause = {.tv_nsec = 300000000};
        nanosleep(&pause, NULL);
        struct db *killer = open_db(DB_WRITE);
        enum err err = db_script(killer, str_format(arena, "KILL CONNECTION %lld", (long long)id));
        db_destroy(killer);
        _exit(err == OK ? 0 : 1);
    }
    assert_int_equal(ask(read, "SELECT SLEEP(1)").integer, 0);
    assert_int_not_equal(ask(read, "SELECT CONNECTION_ID()").integer, id);
    int status = 0;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    db_destroy(read);
}

static void no_server_is_unavailable(void **state)
{
    (void)state;
    struct config nowhere = config;
    nowhere.db_hosts = "127.0.0.1:1, [::1]:1,localhost:1";
    struct db *lost = db_create(&nowhere, DB_WRITE);
    struct one_int row;
    assert_int_equal(db_connect(lost), ERR_UNAVAILABLE);
    assert_int_equal(db_one(lost, arena, &SUM, NO_ARGS, &row), ERR_UNAVAILABLE);
    assert_int_equal(tx_begin(lost), ERR_UNAVAILABLE);
    db_destroy(lost);
    nowhere = config;
    nowhere.db_socket = "/nonexistent/socket";
    lost = db_create(&nowhere, DB_READ);
    assert_int_equal(db_one(lost, arena, &SUM, NO_ARGS, &row), ERR_UNAVAILABLE);
    db_destroy(lost);
}

/* ---- streams ---- */

static void add_numbers(int count)
{
    ASSERT_OK(run("INSERT INTO thing (small) SELECT seq FROM seq_1_to_20000 WHERE seq <= ?", ARGS(V(count))));
}

STATEMENT_ROWS(NUMBERS, "test.numbers", struct one_int, ONE_INT,
               "SELECT small FROM thing WHERE small IS NOT NULL ORDER BY id");

struct walk {
    int64_t sum;   /* of the values seen */
    int seen;      /* rows seen */
    int stop_at;   /* refuse at this row */
    int depth;     /* of nested walks */
    bool kill;     /* lose the connection half-way */
    int64_t texts; /* bytes of text seen */
};

static enum err count_row(void *context, void *row)
{
    struct walk *walk = context;
    walk->seen++;
    walk->sum += ((struct one_int *)row)->value;
    return walk->seen == walk->stop_at ? ERR_CONFLICT : OK;
}

static void a_stream_may_stop_early(void **state)
{
    (void)state;
    add_numbers(5000);
    struct walk walk = {.stop_at = 700};
    assert_int_equal(db_each(db, arena, &NUMBERS, NO_ARGS, count_row, &walk), ERR_CONFLICT);
    assert_int_equal(walk.seen, 700);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 5000);
    walk = (struct walk){0};
    ASSERT_OK(db_each(db, arena, &NUMBERS, NO_ARGS, count_row, &walk));
    assert_int_equal(walk.sum, 5000 * 5001 / 2);
    struct one_int *rows;
    size_t count;
    ASSERT_OK(db_many(db, arena, &NUMBERS, NO_ARGS, &rows, &count));
    assert_int_equal(count, 5000);
    assert_int_equal(rows[4999].value, 5000);
}

static enum err nested_row(void *context, void *row)
{
    struct walk *walk = context;
    walk->seen++;
    walk->sum += ((struct one_int *)row)->value;
    if (walk->seen % 500 != 0) {
        return OK;
    }
    if (walk->kill) {
        kill_connection(db);
    }
    struct walk inner = {0};
    TRY(db_each(db, arena, &NUMBERS, NO_ARGS, count_row, &inner)); /* the very statement that is being read */
    assert_int_equal(inner.seen, 1200);
    TRY(tx_begin(db));
    enum err err = run("UPDATE thing SET name = 'seen' WHERE small = ?", ARGS(V(walk->seen)));
    if (err != OK) {
        tx_rollback(db);
        return err;
    }
    return tx_commit(db);
}

static void a_callback_may_run_statements(void **state)
{
    (void)state;
    add_numbers(1200);
    struct walk walk = {0};
    ASSERT_OK(db_each(db, arena, &NUMBERS, NO_ARGS, nested_row, &walk));
    assert_int_equal(walk.sum, 1200 * 1201 / 2);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing WHERE name = 'seen'"), 2);
    walk = (struct walk){.kill = true};
    assert_int_equal(db_each(db, arena, &NUMBERS, NO_ARGS, nested_row, &walk), ERR_UNAVAILABLE);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 1200);
}

static enum err count_text(void *context, const struct value *row, size_t column_count)
{
    struct walk *walk = context;
    assert_int_equal(column_count, 2);
    walk->seen++;
    walk->texts += (int64_t)row[1].text.len;
    return OK;
}

static void a_stream_needs_little_memory(void **state)
{
    (void)state;
    add_numbers(2000);
    struct walk walk = {0};
    size_t before = arena_used(arena);
    ASSERT_OK(
        db_query_each(db, arena, STR("SELECT id, REPEAT(?, 100000) FROM thing"), ARGS(V("x")), count_text, &walk));
    assert_int_equal(walk.seen, 2000);
    assert_int_equal(walk.texts, 200000000);
    assert_true(arena_used(arena) - before < 10000);
}

/* ---- prepared statements ---- */

static void few_statements_stay_prepared(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 400; i++) {
            assert_int_equal(ask_int(str_format(arena, "SELECT %d", i).ptr), i);
        }
    }
    struct rows rows;
    ASSERT_OK(db_query(db, arena, STR("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'"), NO_ARGS, &rows));
    int64_t kept = 0;
    assert_true(str_to_i64(rows_get(&rows, 0, 1).text, &kept));
    assert_int_equal(kept, 256);

    uint64_t count = db_query_count(db);
    assert_int_equal(ask_int("SELECT 399"), 399);
    assert_int_equal(db_query_count(db), count + 1);
}

static void check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct stmt good = {"good", "SELECT id FROM thing WHERE code = ?", ONE_INT, 1, sizeof(struct one_int)};
    static const struct stmt two = {"two", "SELECT id, small FROM thing", ONE_INT, 1, sizeof(struct one_int)};
    static const struct stmt gone = {"gone", "SELECT absent FROM thing", ONE_INT, 1, sizeof(struct one_int)};
    static const struct stmt text = {"text", "SELECT name FROM thing", ONE_INT, 1, sizeof(struct one_int)};
    static const struct stmt null = {"null", "SELECT small FROM thing", ONE_INT, 1, sizeof(struct one_int)};
    static const struct stmt sum = {"sum", "SELECT COALESCE(SUM(small), 0) FROM thing", ONE_INT, 1,
                                    sizeof(struct one_int)};
    ASSERT_OK(db_check(db, &good));
    ASSERT_OK(db_check(db, &sum));
    assert_int_equal(db_check(db, &two), ERR_INTERNAL);
    assert_int_equal(db_check(db, &gone), ERR_INTERNAL);
    assert_true(str_find(db_failed_message(db), STR("absent")) != SIZE_MAX);
    assert_int_equal(db_check(db, &text), ERR_INTERNAL);
    assert_int_equal(db_check(db, &null), ERR_INTERNAL);
    size_t count;
    const struct stmt *const *all = db_statements(&count);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found = found || strcmp(all[i]->name, "test.rename") == 0;
    }
    assert_true(found);
}

/* ---- bulk ---- */

enum { BULK_WIDTH = 6 };
#define BULK "INSERT INTO thing (code, name, small, on_day, at, hash) VALUES (?, ?, ?, ?, ?, ?)"

static struct value *bulk_rows(size_t count)
{
    struct value *rows = ARENA_ARRAY(arena, struct value, count * BULK_WIDTH);
    char *bytes = arena_alloc(arena, 32);
    memset(bytes, 0xff, 32);
    for (size_t i = 0; i < count; i++) {
        struct value *row = rows + i * BULK_WIDTH;
        row[0] = V(str_format(arena, "c%zu", i));
        row[1] = i % 3 == 0 ? value_null() : V("达标");
        row[2] = i % 5 == 0 ? value_null() : V((int64_t)(i % 1000));
        row[3] = i % 7 == 0 ? value_null() : V(date_of(1000, 1, 1));
        row[4] = i % 2 == 0 ? value_null() : V(((struct instant){1711958400123}));
        row[5] = i % 11 == 0 ? value_null() : V(str_n(bytes, 32));
    }
    return rows;
}

static void bulk_keeps_values(void **state)
{
    (void)state;
    struct value *rows = bulk_rows(2500);
    ASSERT_OK(db_bulk(db, arena, STR(BULK), rows, BULK_WIDTH, 2500));
    struct rows found;
    ASSERT_OK(
        db_query(db, arena, STR("SELECT code, name, small, on_day, at, hash FROM thing ORDER BY id"), NO_ARGS, &found));
    assert_int_equal(found.count, 2500);
    for (size_t i = 0; i < found.count; i++) {
        for (size_t c = 0; c < BULK_WIDTH; c++) {
            assert_true(value_eq(rows_get(&found, i, c), rows[i * BULK_WIDTH + c]));
        }
    }
    ASSERT_OK(run(BULK, ARGS(V("single"), V("n"), V(1), value_null(), value_null(), value_null())));
    ASSERT_OK(db_bulk(db, arena, STR(BULK), rows, BULK_WIDTH, 0));
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 2501);
}

static void bulk_refuses_as_a_whole(void **state)
{
    (void)state;
    struct value *rows = bulk_rows(1500);
    rows[1400 * BULK_WIDTH] = V("c3");
    ASSERT_OK(tx_begin(db));
    assert_int_equal(db_bulk(db, arena, STR(BULK), rows, BULK_WIDTH, 1500), ERR_DUPLICATE);
    assert_str(db_failed_key(db), "thing_code");
    tx_rollback(db);
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing"), 0);
    rows[1400 * BULK_WIDTH] = V("ok");
    rows[7 * BULK_WIDTH + 1] = V(7);
    assert_int_equal(db_bulk(db, arena, STR(BULK), rows, BULK_WIDTH, 1500), ERR_INTERNAL);
    assert_int_equal(db_bulk(db, arena, STR(BULK), rows, BULK_WIDTH - 1, 10), ERR_INTERNAL);
}

static void bulk_cuts_large_texts(void **state)
{
    (void)state;
    enum { ROWS = 60, BYTES = 1000000 };
    struct value rows[ROWS];
    struct str text = long_text(BYTES);
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = V(text);
    }
    ASSERT_OK(db_bulk(db, arena, STR("INSERT INTO thing (note) VALUES (?)"), rows, 1, ROWS));
    assert_int_equal(ask_int("SELECT SUM(LENGTH(note)) FROM thing"), (int64_t)ROWS * BYTES);
}

static void bulk_updates_and_deletes(void **state)
{
    (void)state;
    add_numbers(3);
    const struct value changes[] = {V("x"), V(1), V("y"), V(2)};
    ASSERT_OK(db_bulk(db, arena, STR("UPDATE thing SET name = ? WHERE small = ?"), changes, 2, 2));
    assert_int_equal(ask_int("SELECT COUNT(*) FROM thing WHERE name IN ('x', 'y')"), 2);
    const struct value gone[] = {V(1), V(3)};
    ASSERT_OK(db_bulk(db, arena, STR("DELETE FROM thing WHERE small = ?"), gone, 1, 2));
    assert_int_equal(ask_int("SELECT small FROM thing"), 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
    database_need(argv);
    config = (struct config){.db_hosts = "",
                             .db_socket = getenv("DABIAO_DB_SOCKET"),
                             .db_user = getenv("DABIAO_DB_USER"),
                             .db_name = getenv("DABIAO_DB_NAME"),
                             .db_password = ""};
    log_set_level(getenv("DABIAO_LOG_LEVEL") != NULL ? getenv("DABIAO_LOG_LEVEL") : "error");
    const struct CMUnitTest tests[] = {
        TEST(every_type_comes_back),
        TEST(null_needs_a_place),
        TEST(sums_are_integers_and_overflow_is_an_error),
        TEST(types_of_expressions_follow_the_arguments),
        TEST(built_queries_give_values_by_type),
        TEST(ascii_columns_are_searched_by_index),
        TEST(refusals_name_the_key),
        TEST(results_tell_matched_rows_and_ids),
        TEST(session_is_as_agreed),
        TEST(a_read_connection_cannot_write),
        TEST(a_snapshot_stays_the_same),
        TEST(a_deadlock_is_run_again),
        TEST(nothing_runs_alone_after_a_deadlock),
        TEST(a_failed_body_leaves_nothing),
        TEST(a_mark_is_gone_back_to),
        TEST(a_held_lock_is_busy),
        TEST(a_read_that_fails_half_way_leaves_the_connection_in_step),
        TEST(an_idle_loss_is_not_noticed),
        TEST(a_loss_inside_a_transaction_ends_it),
        TEST(a_read_cut_short_runs_again),
        TEST(no_server_is_unavailable),
        TEST(a_stream_may_stop_early),
        TEST(a_callback_may_run_statements),
        TEST(a_stream_needs_little_memory),
        TEST(few_statements_stay_prepared),
        TEST(check_finds_what_is_wrong),
        TEST(bulk_keeps_values),
        TEST(bulk_refuses_as_a_whole),
        TEST(bulk_cuts_large_texts),
        TEST(bulk_updates_and_deletes),
    };
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
