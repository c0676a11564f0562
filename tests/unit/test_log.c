/* The log: every line is one JSON object and one write, whatever is logged. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include <jansson.h>

#include "platform/log.h"

static int saved_stderr;
static int log_pipe[2];

static int redirect(void **state)
{
    unit_setup(state);
    /* The packet mode of pipes keeps writes apart: one read is one write. */
    assert_int_equal(pipe2(log_pipe, O_DIRECT | O_NONBLOCK), 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(log_pipe[1], STDERR_FILENO);
    log_set_level("info");
    return 0;
}

static int restore(void **state)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(log_pipe[0]);
    close(log_pipe[1]);
    return unit_teardown(state);
}

/* The next line as JSON, or NULL when nothing was written. */
static json_t *next_line(void)
{
    char bytes[8192];
    ssize_t len = read(log_pipe[0], bytes, sizeof bytes);
    if (len <= 0) {
        return NULL;
    }
    assert_true(len <= 4096);
    assert_int_equal(bytes[len - 1], '\n');
    assert_null(memchr(bytes, '\n', (size_t)len - 1));
    json_t *json = json_loadb(bytes, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    arena_defer(unit_arena, (void (*)(void *))json_delete, json);
    return json;
}

static const char *text_of(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static void lines_are_json(void **state)
{
    (void)state;
    LOG_EVENT(LOG_INFO, "request", LOG_TEXT("id", STR("abc")), LOG_INT("ms", -7), LOG_C("route", "/达标"));
    json_t *line = next_line();
    assert_string_equal(text_of(line, "level"), "info");
    assert_string_equal(text_of(line, "event"), "request");
    assert_string_equal(text_of(line, "id"), "abc");
    assert_string_equal(text_of(line, "route"), "/达标");
    assert_int_equal(json_integer_value(json_object_get(line, "ms")), -7);
    assert_int_equal(strlen(text_of(line, "time")), strlen("2026-03-31T08:00:00.000Z"));
    assert_null(next_line());
}

static void levels_are_filtered(void **state)
{
    (void)state;
    log_write(LOG_DEBUG, "x", NULL, 0);
    assert_null(next_line());
    log_set_level("nonsense");
    log_set_level("error");
    log_write(LOG_WARN, "x", NULL, 0);
    assert_null(next_line());
    log_write(LOG_ERROR, "x", NULL, 0);
    assert_string_equal(text_of(next_line(), "level"), "error");
    log_set_level("debug");
    log_write(LOG_DEBUG, "x", NULL, 0);
    assert_non_null(next_line());
}

static void texts_are_escaped(void **state)
{
    (void)state;
    LOG_EVENT(LOG_INFO, "x", LOG_TEXT("a", STR("\"\\\n\t\x01\x7F</script>")), LOG_TEXT("b", STR("\xFFz\xE8\xBE")),
              LOG_TEXT("c", ((struct str){0})));
    json_t *line = next_line();
    assert_string_equal(text_of(line, "a"), "\"\\\n\t\x01\x7F</script>");
    assert_string_equal(text_of(line, "b"), "\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_string_equal(text_of(line, "c"), "");
}

static struct str repeat(const char *piece, size_t count)
{
    struct buf buf;
    buf_init(&buf, unit_arena);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&buf, piece);
    }
    return buf_str(&buf);
}

static void long_texts_are_cut_not_broken(void **state)
{
    (void)state;
    const char *pieces[] = {"x", "\"", "\\", "\n", "达", "\xF0\x9F\x98\x80", "\xFF"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        for (size_t count = 330; count < 5000; count += count < 1040 ? 1 : 397) {
            LOG_EVENT(LOG_INFO, "x", LOG_TEXT("long", repeat(pieces[i], count)), LOG_C("id", "abc"));
            json_t *line = next_line();
            assert_string_equal(text_of(line, "id"), "abc");
            assert_true(strlen(text_of(line, "long")) <= 1100);
        }
        arena_reset(unit_arena);
    }
}

static void many_pairs_are_dropped_not_broken(void **state)
{
    (void)state;
    enum { PAIRS = 400 };
    struct log_pair pairs[PAIRS];
    static char keys[PAIRS][16];
    for (size_t size = 0; size < 60; size++) {
        for (int i = 0; i < PAIRS; i++) {
            snprintf(keys[i], sizeof keys[i], "k%d", i);
            pairs[i] = i % 7 == 0 ? LOG_INT(keys[i], i) : LOG_TEXT(keys[i], repeat("\\", size));
        }
        log_write(LOG_INFO, "x", pairs, PAIRS);
        assert_non_null(next_line());
    }
}

#define LOG_TEST(function) cmocka_unit_test_setup_teardown(function, redirect, restore)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(lines_are_json),
        LOG_TEST(levels_are_filtered),
        LOG_TEST(texts_are_escaped),
        LOG_TEST(long_texts_are_cut_not_broken),
        LOG_TEST(many_pairs_are_dropped_not_broken),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
