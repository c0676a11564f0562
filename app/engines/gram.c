/* Two-character pieces of a name. */
#include "engines/gram.h"

#include "platform/arena.h"

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x3000 || c == 0xA0;
}

static uint32_t fold_char(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) {
        c -= 0xFEE0;
    }
    if (c >= 'A' && c <= 'Z') {
        c += 'a' - 'A';
    }
    return c;
}

struct str gram_fold(struct arena *arena, struct str text)
{
    struct buf folded;
    buf_init(&folded, arena);
    size_t offset = 0;
    while (offset < text.len) {
        uint32_t c = fold_char(str_next_char(text, &offset));
        if (!is_space(c)) {
            buf_add_utf8(&folded, c);
        }
    }
    return buf_str(&folded);
}

static bool is_new(const struct str *grams, size_t count, struct str gram)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(grams[i], gram)) {
            return false;
        }
    }
    return true;
}

size_t gram_cut(struct arena *arena, struct str text, struct str grams_out[GRAM_MAX])
{
    struct str folded = gram_fold(arena, text);
    size_t count = 0;
    size_t first = 0;
    size_t second = 0;
    if (folded.len == 0) {
        return 0;
    }
    str_next_char(folded, &second);
    if (second == folded.len) {
        grams_out[count++] = folded;
        return count;
    }
    while (second < folded.len && count < GRAM_MAX) {
        size_t end = second;
        str_next_char(folded, &end);
        struct str gram = str_slice(folded, first, end);
        if (is_new(grams_out, count, gram)) {
            grams_out[count++] = gram;
        }
        first = second;
        second = end;
    }
    return count;
}
