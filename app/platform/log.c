/* Structured log: one JSON line an event, one write a line, so that lines of several processes never mix.
 *
 * No arena and no allocation: the log must work when memory is what went wrong. What does not fit is cut, never the
 * shape of the line. */
#include "platform/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A line stays within PIPE_BUF, up to which a write to a pipe is not split. A text is cut before it starves the pairs
 * behind it; the tail is room for closing the line. */
enum { LINE_SIZE = 4096, LINE_TAIL = 8, TEXT_SIZE = 1024 };

static enum log_level threshold = LOG_INFO;
static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

/* A line in the making. */
struct line {
    char bytes[LINE_SIZE]; /* text so far */
    size_t len;            /* used */
};

void log_set_level(const char *name)
{
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (strcmp(name, LEVELS[level]) == 0) {
            threshold = (enum log_level)level;
        }
    }
}

/* Adds all of `piece`, or nothing when it does not fit. */
static bool add(struct line *line, struct str piece)
{
    if (line->len + piece.len > LINE_SIZE - LINE_TAIL) {
        return false;
    }
    memcpy(line->bytes + line->len, piece.ptr, piece.len);
    line->len += piece.len;
    return true;
}

/* One character of `text` as JSON, moving *offset past it. Bad UTF-8 becomes U+FFFD. */
static struct str escape(struct str text, size_t *offset, char scratch[8])
{
    size_t from = *offset;
    uint32_t c = str_next_char(text, offset);
    if (c == '"' || c == '\\') {
        snprintf(scratch, 8, "\\%c", (char)c);
        return str_from(scratch);
    }
    if (c < 0x20 || c == 0x7F) {
        snprintf(scratch, 8, "\\u%04x", (unsigned)c);
        return str_from(scratch);
    }
    bool bad = c == 0xFFFD && *offset == from + 1;
    return bad ? STR("\xEF\xBF\xBD") : str_slice(text, from, *offset);
}

static void add_text(struct line *line, struct str text)
{
    char scratch[8];
    size_t end = line->len + TEXT_SIZE;
    size_t offset = 0;
    while (offset < text.len) {
        struct str piece = escape(text, &offset, scratch);
        if (line->len + piece.len > end || !add(line, piece)) {
            return;
        }
    }
}

/* Adds a pair as a whole; drops it when not even the key and the shortest value fit. */
static void add_pair(struct line *line, const struct log_pair *pair)
{
    char head[128];
    const char *format = pair->is_int ? ",\"%.60s\":%lld" : ",\"%.60s\":\"";
    snprintf(head, sizeof head, format, pair->key, (long long)pair->integer);
    if (!add(line, str_from(head)) || pair->is_int) {
        return;
    }
    add_text(line, pair->text);
    line->bytes[line->len++] = '"';
}

void log_write(enum log_level level, const char *event, const struct log_pair *pairs, size_t count)
{
    if (level < threshold) {
        return;
    }
    struct line line = {.len = 0};
    struct timespec now;
    struct tm tm;
    char head[96];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t used = strftime(head, sizeof head, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(head + used, sizeof head - used, ".%03ldZ\",\"level\":\"%s\"", now.tv_nsec / 1000000, LEVELS[level]);
    add(&line, str_from(head));
    add_pair(&line, &LOG_C("event", event));
    for (size_t i = 0; i < count; i++) {
        /* A pair adds one quote beyond what `add` measures; the tail has room for two, the brace and the newline. */
        if (line.len < LINE_SIZE - LINE_TAIL) {
            add_pair(&line, &pairs[i]);
        }
    }
    line.bytes[line.len++] = '}';
    line.bytes[line.len++] = '\n';
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line.bytes, line.len);
    } while (written < 0 && errno == EINTR);
}
