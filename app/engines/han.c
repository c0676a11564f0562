/* Characters one by one: what folds to what, and what counts. */
#include "han.h"

#include "han_table.h"

uint32_t han_simplify(uint32_t c)
{
    size_t from = 0;
    size_t to = HAN_SIMPLIFIED_COUNT;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        uint32_t found = HAN_SIMPLIFIED[middle * 2];
        if (found == c) {
            return HAN_SIMPLIFIED[middle * 2 + 1];
        }
        if (found < c) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return c;
}

bool han_is(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x323AF) || (c >= 0xF900 && c <= 0xFAFF) ||
           c == 0x3005 || c == 0x3007;
}

static uint32_t lower(uint32_t c)
{
    bool by_32 = (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
                 (c >= 0x410 && c <= 0x42F);
    if (by_32) {
        return c + 32;
    }
    return c >= 0x400 && c <= 0x40F ? c + 80 : c;
}

uint32_t char_fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) {
        c -= 0xFEE0;
    } else if (c == 0x3000) {
        c = ' ';
    }
    return c < 0x3400 ? lower(c) : han_simplify(c);
}

/* Blocks without letters: punctuation, symbols, box drawing, brackets of CJK, what changes the look of another
 * character, private use, pictures. */
static const struct range {
    uint32_t from, to;
} NO_WORDS[] = {
    {0x0, 0x2F},      {0x3A, 0x40},     {0x5B, 0x60},     {0x7B, 0xA9},       {0xAB, 0xB4},        {0xB6, 0xB9},
    {0xBB, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2B0, 0x36F},     {0x2000, 0x214F},    {0x2190, 0x2BFF},
    {0x2E00, 0x2E7F}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030},   {0x303D, 0x303F},    {0x30FB, 0x30FB},
    {0xE000, 0xF8FF}, {0xFE00, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF00, 0xFF0F},   {0xFF1A, 0xFF20},    {0xFF3B, 0xFF40},
    {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0xD800, 0xDFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};

bool char_is_word(uint32_t c)
{
    for (size_t i = 0; i < sizeof NO_WORDS / sizeof NO_WORDS[0]; i++) {
        if (c >= NO_WORDS[i].from && c <= NO_WORDS[i].to) {
            return false;
        }
    }
    return true;
}
