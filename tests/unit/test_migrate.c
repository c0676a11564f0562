/* Migrations: scripts cut into statements, applied once, again after a crash, refused when the files do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "database.h"
#include "platform/log.h"
#include "platform/migrate.h"

static struct config config;
static struct arena *arena;
static char folder[] = "/tmp/dabiao-migrate.XXXXXX";
static char said[4096];

static struct str path_of(const char *name)
{
    return str_format(arena, "%s/migrations/%s", folder, name);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name).ptr, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Runs the migrations and keeps what they said. */
static enum err migrate(void)
{
    memset(said, 0, sizeof said);
    FILE *progress = fmemopen(said, sizeof said - 1, "w");
    enum err err = migrate_run(&config, progress);
    fclose(progress);
    return err;
}

static enum err check(void)
{
    struct db *db = db_create(&config, DB_WRITE);
    enum err err = migrate_check(&config, db);
    db_destroy(db);
    return err;
}

static int64_t ask(const char *sql)
{
    struct db *db = db_create(&config, DB_WRITE);
    struct rows rows;
    assert_int_equal(db_query(db, arena, str_from(sql), NO_ARGS, &rows), OK);
    int64_t integer = rows_get(&rows, 0, 0).integer;
    db_destroy(db);
    return integer;
}

static void drop_database(void)
{
    struct config server = config;
    server.db_name = "mysql";
    struct db *db = db_create(&server, DB_WRITE);
    assert_int_equal(db_script(db, STR("DROP DATABASE IF EXISTS `dabiao_migrate``test`")), OK);
    db_destroy(db);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_create((size_t)64 << 20);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    if (mkdtemp(folder) == NULL || mkdir(path_of("").ptr, 0700) != 0) {
        return -1;
    }
    config.sql_dir = folder;
    config.db_name = "dabiao_migrate`test";
    drop_database();
    write_file("0001_first.sql",
               "-- one; two\nCREATE TABLE IF NOT EXISTS first (id INT NOT NULL);\nINSERT INTO first VALUES (1);\n");
    write_file("0002_second.sql", "ALTER TABLE first ADD COLUMN IF NOT EXISTS name VARCHAR(20) NULL COMMENT 'a; b';\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const FILES[] = {"0001_first.sql", "0002_second.sql", "0003_third.sql", ""};
    drop_database();
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        remove(path_of(FILES[i]).ptr);
    }
    remove(folder);
    arena_destroy(arena);
    return 0;
}

static void scripts_are_cut_outside_quotes_and_comments(void **state)
{
    (void)state;
    struct str *pieces;
    const char *script =
        "-- a; b\n# c; d\n/* e; f */ SELECT 'g;''h\\';i', \"j;\", `k;` ;\n\n  ;; -- only\n; SELECT 2 -- tail; \n";
    assert_int_equal(migrate_split(arena, str_from(script), &pieces), 2);
    assert_true(str_ends(pieces[0], STR("SELECT 'g;''h\\';i', \"j;\", `k;`")));
    assert_true(str_starts(pieces[1], STR("SELECT 2")));
    assert_int_equal(migrate_split(arena, STR(""), &pieces), 0);
    assert_int_equal(migrate_split(arena, STR("SELECT 'open; "), &pieces), 1);
    assert_int_equal(migrate_split(arena, STR("SELECT 5 - 3; SELECT 1"), &pieces), 2);
}

static void files_are_applied_once(void **state)
{
    (void)state;
    assert_int_not_equal(check(), OK);
    assert_int_equal(migrate(), OK);
    assert_non_null(strstr(said, "0001_first.sql"));
    assert_non_null(strstr(said, "0002_second.sql"));
    assert_int_equal(check(), OK);
    assert_int_equal(migrate(), OK);
    assert_string_equal(said, "");
    assert_int_equal(ask("SELECT COUNT(*) FROM first"), 1);
    write_file("0003_third.sql", "INSERT INTO first (id) VALUES (2)");
    assert_int_equal(check(), ERR_CONFLICT);
    assert_int_equal(migrate(), OK);
    assert_int_equal(ask("SELECT COUNT(*) FROM first"), 2);
    assert_int_equal(ask("SELECT DEFAULT_COLLATION_NAME = 'utf8mb4_uca1400_ai_ci' FROM information_schema.SCHEMATA"
                         " WHERE SCHEMA_NAME = DATABASE()"),
                     1);
}

static void a_failed_file_is_run_again(void **state)
{
    (void)state;
    write_file("0003_third.sql", "CREATE TABLE IF NOT EXISTS third (id INT NOT NULL); INSERT INTO absent VALUES (1);");
    assert_int_equal(migrate(), ERR_INTERNAL);
    assert_non_null(strstr(said, "0003_third.sql, statement 2 of 2 failed"));
    assert_int_equal(check(), ERR_CONFLICT);
    write_file("0003_third.sql", "CREATE TABLE IF NOT EXISTS third (id INT NOT NULL); INSERT INTO third VALUES (1);");
    assert_int_equal(migrate(), OK);
    assert_int_equal(ask("SELECT COUNT(*) FROM third"), 1);
    assert_int_equal(check(), OK);
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    write_file("0003_third.sql", "SELECT 1");
    assert_int_equal(migrate(), OK);
    remove(path_of("0003_third.sql").ptr);
    assert_int_equal(migrate(), ERR_CONFLICT);
    assert_non_null(strstr(said, "newer version"));
    assert_int_equal(check(), ERR_CONFLICT);
}

static void a_changed_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(migrate(), OK);
    write_file("0001_first.sql", "SELECT 1");
    assert_int_equal(migrate(), ERR_CONFLICT);
    assert_non_null(strstr(said, "0001_first.sql was changed"));
    assert_int_equal(check(), ERR_CONFLICT);
}

static void two_runs_at_once_apply_once(void **state)
{
    (void)state;
    write_file("0003_third.sql", "SELECT SLEEP(0.3); INSERT INTO first (id) VALUES (2)");
    pid_t child = fork();
    if (child == 0) {
        _exit(migrate() == OK ? 0 : 1);
    }
    enum err err = migrate();
    int status = 0;
    waitpid(child, &status, 0);
    assert_int_equal(err, OK);
    assert_int_equal(status, 0);
    assert_int_equal(ask("SELECT COUNT(*) FROM first"), 2);
}

static void a_seed_is_loaded_when_it_changed(void **state)
{
    (void)state;
    struct str seeds = str_format(arena, "%s/seed", folder);
    assert_int_equal(mkdir(seeds.ptr, 0700), 0);
    write_file("../seed/data.sql", "INSERT INTO first (id) VALUES (7)");
    assert_int_equal(migrate(), OK);
    assert_non_null(strstr(said, "data.sql"));
    assert_int_equal(migrate(), OK);
    assert_int_equal(ask("SELECT COUNT(*) FROM first WHERE id = 7"), 1);
    write_file("../seed/data.sql", "INSERT INTO first (id) VALUES (8); INSERT INTO absent VALUES (8)");
    assert_int_equal(migrate(), ERR_INTERNAL);
    assert_int_equal(ask("SELECT COUNT(*) FROM first WHERE id = 8"), 0);
    write_file("../seed/data.sql", "INSERT INTO first (id) VALUES (8)");
    assert_int_equal(migrate(), OK);
    assert_int_equal(ask("SELECT COUNT(*) FROM first WHERE id = 8"), 1);
    remove(path_of("../seed/data.sql").ptr);
    remove(seeds.ptr);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
    database_need(argv);
    config = (struct config){.db_hosts = "",
                             .db_socket = getenv("DABIAO_DB_SOCKET"),
                             .db_user = getenv("DABIAO_DB_USER"),
                             .db_password = ""};
    log_set_level("error");
    const struct CMUnitTest tests[] = {
        TEST(scripts_are_cut_outside_quotes_and_comments),
        TEST(files_are_applied_once),
        TEST(a_failed_file_is_run_again),
        TEST(a_newer_database_is_refused),
        TEST(a_changed_file_is_refused),
        TEST(two_runs_at_once_apply_once),
        TEST(a_seed_is_loaded_when_it_changed),
    };
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
