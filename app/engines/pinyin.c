/* Letters of readings: words first, longest first, then single characters. */
#include "engines/pinyin.h"

#include "han.h"
#include "han_table.h"
#include "platform/arena.h"

/* Code points of a text, folded. */
struct points {
    uint32_t *items; /* one each */
    size_t count;    /* in `items` */
};

static struct points read_points(struct arena *arena, struct str text)
{
    struct points points = {ARENA_ARRAY(arena, uint32_t, text.len + 1), 0};
    size_t offset = 0;
    while (offset < text.len) {
        points.items[points.count++] = char_fold(str_next_char(text, &offset));
    }
    return points;
}

/* How `points` compare with a word: below, equal to its beginning, above. */
static int compare_word(const uint32_t *points, size_t count, const char16_t *word)
{
    for (size_t i = 0; word[i] != 0; i++) {
        if (i == count || points[i] < word[i]) {
            return -1;
        }
        if (points[i] > word[i]) {
            return 1;
        }
    }
    return 0;
}

static size_t word_length(const char16_t *word)
{
    size_t length = 0;
    while (word[length] != 0) {
        length++;
    }
    return length;
}

/* The longest known word at the beginning of `points`, or NULL. Words that begin alike stand beside each other. */
static const struct han_word *find_word(const uint32_t *points, size_t count)
{
    size_t from = 0;
    size_t to = HAN_WORD_COUNT;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare_word(points, count, HAN_WORDS[middle].text) > 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    const struct han_word *found = NULL;
    for (; from < HAN_WORD_COUNT && HAN_WORDS[from].text[0] == points[0]; from++) {
        if (compare_word(points, count, HAN_WORDS[from].text) == 0) {
            found = &HAN_WORDS[from];
        }
    }
    return found;
}

static void add_letter(struct buf *out, uint32_t c)
{
    if (c >= HAN_FIRST && c <= HAN_LAST && HAN_LETTERS[c - HAN_FIRST] != '.') {
        buf_add_char(out, HAN_LETTERS[c - HAN_FIRST]);
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        buf_add_char(out, (char)c);
    }
}

struct str pinyin_initials(struct arena *arena, struct str text)
{
    struct points points = read_points(arena, text);
    struct buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < points.count;) {
        bool may_begin = points.items[i] >= HAN_FIRST && points.items[i] <= HAN_LAST;
        const struct han_word *word = may_begin ? find_word(points.items + i, points.count - i) : NULL;
        if (word != NULL) {
            buf_add_c(&out, word->letters);
            i += word_length(word->text);
        } else {
            add_letter(&out, points.items[i++]);
        }
    }
    return buf_str(&out);
}

static bool is_new(const struct str *triples, size_t count, struct str triple)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(triples[i], triple)) {
            return false;
        }
    }
    return true;
}

size_t pinyin_triples(struct arena *arena, struct str initials, struct str triples_out[PINYIN_TRIPLES_MAX])
{
    struct str ended = str_format(arena, "%.*s$", STR_ARG(initials));
    size_t count = 0;
    for (size_t i = 0; i + 3 <= ended.len && count < PINYIN_TRIPLES_MAX; i++) {
        struct str triple = str_slice(ended, i, i + 3);
        if (is_new(triples_out, count, triple)) {
            triples_out[count++] = triple;
        }
    }
    return count;
}
