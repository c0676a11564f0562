/* Structured log: one JSON line, one write. */
#include "platform/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static enum log_level threshold = LOG_INFO;
static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

void log_set_level(const char *name)
{
    for (int i = 0; i <= LOG_ERROR; i++) {
        if (strcmp(name, LEVELS[i]) == 0) {
            threshold = (enum log_level)i;
        }
    }
}

/* A line in the making; what does not fit is cut. */
struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
};

static void add_char(struct line *line, char c)
{
    /* Room is kept for the closing quote, brace and newline. */
    if (line->len < LINE_MAX_BYTES - 8) {
        line->bytes[line->len++] = c;
    }
}

static void add_text(struct line *line, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\') {
            add_char(line, '\\');
            add_char(line, (char)c);
        } else if (c < 0x20) {
            char escape[8];
            snprintf(escape, sizeof escape, "\\u%04x", c);
            for (size_t e = 0; escape[e] != '\0'; e++) {
                add_char(line, escape[e]);
            }
        } else {
            add_char(line, (char)c);
        }
    }
}

static void add_raw(struct line *line, const char *text)
{
    for (; *text != '\0'; text++) {
        add_char(line, *text);
    }
}

static void add_pair(struct line *line, const struct log_pair *pair)
{
    char number[32];
    add_raw(line, ",\"");
    add_raw(line, pair->key);
    if (pair->is_int) {
        snprintf(number, sizeof number, "\":%lld", (long long)pair->integer);
        add_raw(line, number);
        return;
    }
    add_raw(line, "\":\"");
    add_text(line, pair->text);
    line->bytes[line->len++] = '"';
}

void log_write(enum log_level level, const char *event, const struct log_pair *pairs, size_t count)
{
    struct line line = {.len = 0};
    struct timespec now;
    struct tm tm;
    char head[96];
    if (level < threshold) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t used = strftime(head, sizeof head, "{\"at\":\"%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(head + used, sizeof head - used, ".%03ldZ\",\"level\":\"%s\",\"event\":\"", now.tv_nsec / 1000000, LEVELS[level]);
    add_raw(&line, head);
    add_text(&line, str_from(event));
    line.bytes[line.len++] = '"';
    for (size_t i = 0; i < count && line.len < LINE_MAX_BYTES - 64; i++) {
        add_pair(&line, &pairs[i]);
    }
    line.bytes[line.len++] = '}';
    line.bytes[line.len++] = '\n';
    ssize_t written = write(STDERR_FILENO, line.bytes, line.len);
    (void)written;
}
