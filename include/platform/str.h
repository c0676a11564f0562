/* Text as pointer and length, and a growing buffer. Both borrow from an arena; nothing here is freed by hand. */
#ifndef DABIAO_PLATFORM_STR_H
#define DABIAO_PLATFORM_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Text: `len` bytes at `ptr`, UTF-8 unless said otherwise, not NUL-terminated. `ptr` NULL means "no text". */
struct str {
    const char *ptr; /* first byte; may be NULL when len is 0 */
    size_t len;      /* bytes */
};

/* A literal as text. */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
/* For printf: "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).ptr

struct str str_from(const char *c_string);     /* borrows; NULL gives no text */
struct str str_n(const char *ptr, size_t len); /* borrows */
bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *b);
bool str_eq_ci(struct str a, struct str b); /* ASCII case folded */
bool str_starts(struct str text, struct str prefix);
bool str_ends(struct str text, struct str suffix);
struct str str_trim(struct str text);                          /* ASCII white space and U+3000 at both ends */
struct str str_slice(struct str text, size_t from, size_t to); /* clamped to the text */
/* Index of the first `needle`, or SIZE_MAX. */
size_t str_find(struct str text, struct str needle);
/* Cuts `text` at the first `separator`: `head_out` before it, `text` becomes what follows. False when text is used up.
 */
bool str_cut(struct str *text, char separator, struct str *head_out);
struct str str_dup(struct arena *arena, struct str text);
/* The text with a NUL behind it. */
char *str_c(struct arena *arena, struct str text);
struct str str_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The whole text as a decimal integer. False when it is anything else or does not fit. */
bool str_to_i64(struct str text, int64_t *out);
bool str_is_utf8(struct str text);
bool str_is_ascii(struct str text);
/* Number of Unicode code points (of valid UTF-8). */
size_t str_chars(struct str text);
/* Reads one code point at *offset and moves it on; 0xFFFD on bad UTF-8 (moves one byte). */
uint32_t str_next_char(struct str text, size_t *offset);

/* A growing text. Initialise with buf_init; the memory is the arena's. */
struct buf {
    struct arena *arena; /* where it grows */
    char *ptr;           /* bytes; always NUL behind len */
    size_t len;          /* used */
    size_t cap;          /* taken */
};

void buf_init(struct buf *buf, struct arena *arena);
void buf_add(struct buf *buf, struct str text);
void buf_add_c(struct buf *buf, const char *c_string);
void buf_add_char(struct buf *buf, char c);
void buf_add_utf8(struct buf *buf, uint32_t code_point);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vformat(struct buf *buf, const char *format, va_list args);
struct str buf_str(const struct buf *buf);

#endif
