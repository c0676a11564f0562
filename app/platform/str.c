/* Text and the growing buffer.
 *
 * Texts only borrow; what must outlive its source is copied into an arena. Growing a buffer leaves the old bytes where
 * they were, so a buffer may be added to itself. */
#include "platform/str.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/arena.h"

struct str str_from(const char *c_string)
{
    return (struct str){c_string, c_string == NULL ? 0 : strlen(c_string)};
}

struct str str_n(const char *ptr, size_t len)
{
    return (struct str){ptr, len};
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_eq_c(struct str a, const char *b)
{
    return str_eq(a, str_from(b));
}

bool str_eq_ci(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_starts(struct str text, struct str prefix)
{
    return text.len >= prefix.len && str_eq(str_n(text.ptr, prefix.len), prefix);
}

bool str_ends(struct str text, struct str suffix)
{
    return text.len >= suffix.len && str_eq(str_slice(text, text.len - suffix.len, text.len), suffix);
}

static bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str text)
{
    static const struct str wide_space = {"\xE3\x80\x80", 3};
    for (;;) {
        if (text.len > 0 && is_ascii_space(text.ptr[0])) {
            text = str_n(text.ptr + 1, text.len - 1);
        } else if (text.len > 0 && is_ascii_space(text.ptr[text.len - 1])) {
            text.len--;
        } else if (str_starts(text, wide_space)) {
            text = str_n(text.ptr + 3, text.len - 3);
        } else if (str_ends(text, wide_space)) {
            text.len -= 3;
        } else {
            return text;
        }
    }
}

struct str str_slice(struct str text, size_t from, size_t to)
{
    to = to > text.len ? text.len : to;
    from = from > to ? to : from;
    return text.ptr == NULL ? text : str_n(text.ptr + from, to - from);
}

size_t str_find(struct str text, struct str needle)
{
    if (needle.len == 0) {
        return 0;
    }
    const char *found = text.len == 0 ? NULL : memmem(text.ptr, text.len, needle.ptr, needle.len);
    return found == NULL ? SIZE_MAX : (size_t)(found - text.ptr);
}

bool str_cut(struct str *text, char separator, struct str *head_out)
{
    if (text->len == 0) {
        return false;
    }
    const char *found = memchr(text->ptr, separator, text->len);
    size_t len = found == NULL ? text->len : (size_t)(found - text->ptr);
    *head_out = str_n(text->ptr, len);
    *text = found == NULL ? str_n(text->ptr + len, 0) : str_n(found + 1, text->len - len - 1);
    return true;
}

struct str str_dup(struct arena *arena, struct str text)
{
    return text.ptr == NULL ? text : str_n(str_c(arena, text), text.len);
}

char *str_c(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return copy;
}

struct str str_format(struct arena *arena, const char *format, ...)
{
    struct buf buf;
    va_list args;
    buf_init(&buf, arena);
    va_start(args, format);
    buf_vformat(&buf, format, args);
    va_end(args);
    return buf_str(&buf);
}

bool str_to_i64(struct str text, int64_t *out)
{
    char copy[24];
    if (text.len == 0 || text.len >= sizeof copy) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool sign = i == 0 && text.ptr[i] == '-' && text.len > 1;
        if (!sign && (text.ptr[i] < '0' || text.ptr[i] > '9')) {
            return false;
        }
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    errno = 0;
    long long value = strtoll(copy, NULL, 10);
    if (errno != 0) {
        return false;
    }
    *out = value;
    return true;
}

/* Bytes of the sequence that `lead` begins, or 0. */
static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* Decodes one sequence: its length, or 0 when it is not valid UTF-8. */
static size_t decode(struct str text, size_t offset, uint32_t *code_point)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr + offset;
    size_t len = sequence_length(bytes[0]);
    if (len == 0 || offset + len > text.len) {
        return 0;
    }
    static const unsigned char lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t value = bytes[0] & lead_mask[len];
    for (size_t i = 1; i < len; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (bytes[i] & 0x3F);
    }
    if (value < smallest[len] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *code_point = value;
    return len;
}

bool str_is_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

bool str_is_utf8(struct str text)
{
    uint32_t ignored;
    for (size_t offset = 0; offset < text.len;) {
        size_t len = decode(text, offset, &ignored);
        if (len == 0) {
            return false;
        }
        offset += len;
    }
    return true;
}

size_t str_chars(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    }
    return count;
}

uint32_t str_next_char(struct str text, size_t *offset)
{
    uint32_t code_point = 0xFFFD;
    size_t len = decode(text, *offset, &code_point);
    *offset += len == 0 ? 1 : len;
    return code_point;
}

void buf_init(struct buf *buf, struct arena *arena)
{
    *buf = (struct buf){.arena = arena};
}

static void reserve(struct buf *buf, size_t more)
{
    size_t needed = buf->len + more + 1;
    if (needed <= buf->cap) {
        return;
    }
    size_t cap = buf->cap == 0 ? 128 : buf->cap;
    while (cap < needed) {
        cap *= 2;
    }
    char *grown = arena_alloc(buf->arena, cap);
    if (buf->len > 0) {
        memcpy(grown, buf->ptr, buf->len);
    }
    buf->ptr = grown;
    buf->cap = cap;
}

void buf_add(struct buf *buf, struct str text)
{
    reserve(buf, text.len);
    if (text.len > 0) {
        memcpy(buf->ptr + buf->len, text.ptr, text.len);
    }
    buf->len += text.len;
    buf->ptr[buf->len] = '\0';
}

void buf_add_c(struct buf *buf, const char *c_string)
{
    buf_add(buf, str_from(c_string));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, str_n(&c, 1));
}

/* What is no character becomes U+FFFD: a buffer never turns into bad UTF-8 by this. */
void buf_add_utf8(struct buf *buf, uint32_t c)
{
    char bytes[4];
    bool encodable = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    c = encodable ? c : 0xFFFD;
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    bytes[0] = (char)(lead[len] | c);
    buf_add(buf, str_n(bytes, len));
}

void buf_vformat(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    reserve(buf, (size_t)len);
    vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
    va_end(again);
    buf->len += (size_t)len;
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vformat(buf, format, args);
    va_end(args);
}

struct str buf_str(const struct buf *buf)
{
    return str_n(buf->ptr == NULL ? "" : buf->ptr, buf->len);
}
