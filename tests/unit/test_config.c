/* Settings: file and environment, secrets, and every fault told. */
#include "unit.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/config.h"

extern char **environ;

static char folder[] = "/tmp/dabiao-config-XXXXXX";
static const char *complaints; /* what the last load wrote to stderr */

/* No setting of the caller's environment reaches a test. */
static void clear_settings(void)
{
    for (size_t i = 0; environ[i] != NULL;) {
        char name[200];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(environ[i], "="), environ[i]);
        if (strncmp(name, "DABIAO_", 7) == 0) {
            unsetenv(name);
            i = 0;
        } else {
            i++;
        }
    }
}

static int setup(void **state)
{
    unit_setup(state);
    clear_settings();
    snprintf(folder, sizeof folder, "/tmp/dabiao-config-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return unit_teardown(state);
}

static const char *write_file(const char *name, struct str text)
{
    char *path = str_c(unit_arena, str_format(unit_arena, "%s/%s", folder, name));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    fclose(file);
    return path;
}

static const char *read_stream(FILE *stream)
{
    char *text = arena_alloc(unit_arena, 16384);
    rewind(stream);
    size_t len = fread(text, 1, 16383, stream);
    text[len] = '\0';
    return text;
}

/* Loads with stderr in a file of its own. */
static const struct config *load(void)
{
    FILE *capture = tmpfile();
    int saved = dup(STDERR_FILENO);
    assert_non_null(capture);
    fflush(stderr);
    dup2(fileno(capture), STDERR_FILENO);
    const struct config *config = config_load();
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    complaints = read_stream(capture);
    fclose(capture);
    return config;
}

static const struct config *load_file(const char *text)
{
    setenv("DABIAO_CONFIG_FILE", write_file("env", str_from(text)), 1);
    return load();
}

static void defaults_work(void **state)
{
    (void)state;
    const struct config *config = load();
    assert_non_null(config);
    assert_string_equal(complaints, "");
    assert_string_equal(config->db_hosts, "");
    assert_string_equal(config->db_name, "dabiao");
    assert_string_equal(config->jwt_key, "");
    assert_string_equal(config->db_password, "");
    assert_string_equal(config->time_zone, "Asia/Shanghai");
    assert_int_equal(config->workers, 4);
    assert_int_equal(config->worker_requests, 50000);
    assert_int_equal(config->argon_memory_kb, 19456);
    assert_true(config->secure_cookies);
}

static void files_are_read(void **state)
{
    (void)state;
    const struct config *config = load_file("# comment\r\n"
                                            "\n"
                                            "  DABIAO_WORKERS = 7   # inline\r\n"
                                            "DABIAO_DB_NAME=\"a name # not a comment\" # comment\n"
                                            "DABIAO_DB_USER='it''s'\n"
                                            "DABIAO_DATA_DIR=/a#b\n"
                                            "DABIAO_EVENTS_SOCKET=\n"
                                            "DABIAO_SECURE_COOKIES=false\n"
                                            "DABIAO_PORT=8080\n"
                                            "DABIAO_VAR=var\n"
                                            "COMPOSE_PROJECT_NAME=x\n"
                                            "DABIAO_LOG_LEVEL=debug");
    assert_null(config);
    assert_non_null(strstr(complaints, "line 5"));
    config = load_file("  DABIAO_WORKERS = 7   # inline\r\n"
                       "DABIAO_DB_NAME=\"a name # not a comment\" # comment\n"
                       "DABIAO_DB_USER='a \"b\"'\n"
                       "DABIAO_DATA_DIR=/a#b\n"
                       "DABIAO_EVENTS_SOCKET=\n"
                       "DABIAO_SECURE_COOKIES=false\n"
                       "DABIAO_PORT=8080\n"
                       "DABIAO_VAR=var\n"
                       "COMPOSE_PROJECT_NAME=x\n"
                       "DABIAO_LOG_LEVEL=debug");
    assert_non_null(config);
    assert_string_equal(complaints, "");
    assert_int_equal(config->workers, 7);
    assert_string_equal(config->db_name, "a name # not a comment");
    assert_string_equal(config->db_user, "a \"b\"");
    assert_string_equal(config->data_dir, "/a#b");
    assert_string_equal(config->events_socket, "");
    assert_string_equal(config->log_level, "debug");
    assert_false(config->secure_cookies);
}

static void the_environment_wins(void **state)
{
    (void)state;
    setenv("DABIAO_WORKERS", "9", 1);
    setenv("DABIAO_DB_NAME", "", 1);
    const struct config *config = load_file("DABIAO_WORKERS=7\nDABIAO_DB_NAME=x\nDABIAO_DB_USER=y\n");
    assert_non_null(config);
    assert_int_equal(config->workers, 9);
    assert_string_equal(config->db_name, "");
    assert_string_equal(config->db_user, "y");
}

static void every_fault_is_told(void **state)
{
    (void)state;
    const struct config *config = load_file("DABIAO_WORKERS=0\n"
                                            "DABIAO_SCHEDULERS=many\n"
                                            "DABIAO_SECURE_COOKIES=yes please\n"
                                            "DABIAO_LOG_LEVEL=info warn\n"
                                            "DABIAO_TIME_ZONE=Mars/Base\n"
                                            "DABIAO_WORKER=3\n"
                                            "DABIAO_PUBLIC_URL=crm.example.com\n"
                                            "DABIAO_DB_HOSTS=db1,:3306\n"
                                            "DABIAO_JWT_KEY_FILE=/does/not/exist\n"
                                            "nonsense\n"
                                            "DABIAO_WORKERS=4000000000000000000000\n");
    assert_null(config);
    const char *expected[] = {"DABIAO_WORKERS must be a whole number from 1 to 64",
                              "DABIAO_SCHEDULERS must be a whole number from 0 to 4",
                              "DABIAO_SECURE_COOKIES must be true or false",
                              "DABIAO_LOG_LEVEL must be",
                              "DABIAO_TIME_ZONE is not a time zone",
                              "line 6: DABIAO_WORKER is not a setting",
                              "DABIAO_PUBLIC_URL must be an address",
                              "DABIAO_DB_HOSTS must be a list",
                              "DABIAO_JWT_KEY_FILE names /does/not/exist",
                              "line 10: this is not a line",
                              "line 11: DABIAO_WORKERS stands in line 1 already"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        if (strstr(complaints, expected[i]) == NULL) {
            fail_msg("\"%s\" is missing in:\n%s", expected[i], complaints);
        }
    }
}

static void secrets_come_from_files(void **state)
{
    (void)state;
    setenv("DABIAO_JWT_KEY_FILE", write_file("key", STR("  \"0123456789abcdef0123456789abcde\" \n")), 1);
    setenv("DABIAO_DB_PASSWORD_FILE", write_file("password", STR("pa ss\r\n")), 1);
    const struct config *config = load();
    assert_non_null(config);
    assert_string_equal(config->jwt_key, "\"0123456789abcdef0123456789abcde\"");
    assert_string_equal(config->db_password, "pa ss");
    setenv("DABIAO_JWT_KEY_FILE", write_file("key", STR("0123456789abcdef0123456789abcde")), 1);
    assert_null(load());
    assert_non_null(strstr(complaints, "at least 32 bytes"));
    setenv("DABIAO_JWT_KEY_FILE",
           write_file("key", STR("0123456789abcdef\0"
                                 "0123456789abcdefg")),
           1);
    assert_null(load());
    assert_non_null(strstr(complaints, "zero byte"));
    setenv("DABIAO_JWT_KEY_FILE", folder, 1);
    assert_null(load());
    assert_non_null(strstr(complaints, "cannot be read"));
    unsetenv("DABIAO_JWT_KEY_FILE");
    setenv("DABIAO_DB_PASSWORD_FILE", write_file("password", STR("\n")), 1);
    assert_null(load());
}

static void a_missing_file_is_a_fault(void **state)
{
    (void)state;
    setenv("DABIAO_CONFIG_FILE", "/does/not/exist", 1);
    assert_null(load());
    assert_non_null(strstr(complaints, "/does/not/exist"));
}

static void addresses_are_checked(void **state)
{
    (void)state;
    const char *good_hosts[] = {"db", "db:3307", "db1, db2:3306", "[::1]:3306", "[::1]", "10.0.0.1,10.0.0.2"};
    const char *bad_hosts[] = {"db:", "db:0", "db:65536", "db:x", ",db", "db,,db2", "[::1", "[]", "[::1]3306"};
    const char *good_urls[] = {"http://127.0.0.1:8080", "https://crm.example.com"};
    const char *bad_urls[] = {"", "ftp://x", "http://", "https://x/", "https://x/path", "https://a b"};
    for (size_t i = 0; i < sizeof good_hosts / sizeof good_hosts[0]; i++) {
        setenv("DABIAO_DB_HOSTS", good_hosts[i], 1);
        assert_non_null(load());
    }
    for (size_t i = 0; i < sizeof bad_hosts / sizeof bad_hosts[0]; i++) {
        setenv("DABIAO_DB_HOSTS", bad_hosts[i], 1);
        if (load() != NULL) {
            fail_msg("%s was accepted", bad_hosts[i]);
        }
    }
    unsetenv("DABIAO_DB_HOSTS");
    for (size_t i = 0; i < sizeof good_urls / sizeof good_urls[0]; i++) {
        setenv("DABIAO_PUBLIC_URL", good_urls[i], 1);
        assert_non_null(load());
    }
    for (size_t i = 0; i < sizeof bad_urls / sizeof bad_urls[0]; i++) {
        setenv("DABIAO_PUBLIC_URL", bad_urls[i], 1);
        assert_null(load());
    }
    unsetenv("DABIAO_PUBLIC_URL");
    setenv("DABIAO_DB_SOCKET", "", 1);
    assert_null(load());
}

static void settings_are_printed(void **state)
{
    (void)state;
    setenv("DABIAO_JWT_KEY_FILE", write_file("key", STR("0123456789abcdef0123456789abcdef")), 1);
    setenv("DABIAO_WORKERS", "3", 1);
    const struct config *config = load();
    FILE *out = tmpfile();
    config_print(config, out);
    const char *text = read_stream(out);
    fclose(out);
    assert_non_null(strstr(text, "DABIAO_WORKERS=3\n"));
    assert_non_null(strstr(text, "DABIAO_JWT_KEY_FILE=***\n"));
    assert_non_null(strstr(text, "DABIAO_DB_PASSWORD_FILE=\n"));
    assert_non_null(strstr(text, "DABIAO_SECURE_COOKIES=true\n"));
    assert_null(strstr(text, "0123456789abcdef"));
}

/* The example is itself a file that loads, and it gives the defaults. */
static void the_example_loads(void **state)
{
    (void)state;
    FILE *out = tmpfile();
    config_print_example(out);
    const char *example = read_stream(out);
    fclose(out);
    struct buf text;
    buf_init(&text, unit_arena);
    struct str rest = str_from(example);
    struct str line;
    while (str_cut(&rest, '\n', &line)) {
        buf_add(&text, str_starts(line, STR("#DABIAO_")) ? str_slice(line, 1, line.len) : line);
        buf_add_char(&text, '\n');
    }
    const struct config *config = load_file(text.ptr);
    assert_string_equal(complaints, "");
    assert_non_null(config);
    assert_int_equal(config->workers, 4);
    assert_string_equal(config->public_url, "http://127.0.0.1:8080");
}

#define CONFIG_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(defaults_work),           CONFIG_TEST(files_are_read),
        CONFIG_TEST(the_environment_wins),    CONFIG_TEST(every_fault_is_told),
        CONFIG_TEST(secrets_come_from_files), CONFIG_TEST(a_missing_file_is_a_fault),
        CONFIG_TEST(addresses_are_checked),   CONFIG_TEST(settings_are_printed),
        CONFIG_TEST(the_example_loads),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
