/* One JSON line an event to stderr: time, level, event, then the given pairs. No tokens, no bodies, no personal data.
 * "error" means a person must look. */
#ifndef DABIAO_PLATFORM_LOG_H
#define DABIAO_PLATFORM_LOG_H

#include <stdint.h>

#include "platform/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Key and value of one member of the line. `text` is used when `key` is set and `is_int` is false. */
struct log_pair {
    const char *key; /* literal */
    struct str text; /* value as text */
    int64_t integer; /* value as number */
    bool is_int;     /* which one */
};
#define LOG_TEXT(key_, text_) ((struct log_pair){(key_), (text_), 0, false})
#define LOG_C(key_, c_) ((struct log_pair){(key_), str_from(c_), 0, false})
#define LOG_INT(key_, integer_) ((struct log_pair){(key_), {0}, (integer_), true})

void log_set_level(const char *name);
void log_write(enum log_level level, const char *event, const struct log_pair *pairs, size_t count);
#define LOG_EVENT(level, event, ...)                                                                                   \
    log_write((level), (event), (const struct log_pair[]){__VA_ARGS__},                                                \
              sizeof((const struct log_pair[]){__VA_ARGS__}) / sizeof(struct log_pair))

#endif
