/* What is known about Han characters, as tables (han_table.c). */
#ifndef DABIAO_ENGINES_HAN_TABLE_H
#define DABIAO_ENGINES_HAN_TABLE_H

#include <stddef.h>
#include <uchar.h>

enum { HAN_FIRST = 0x4E00, HAN_LAST = 0x9FFF, HAN_WORD_MAX = 3 };

/* Pairs: a traditional character, then its simplified form; ascending by the first. */
extern const char16_t HAN_SIMPLIFIED[];
extern const size_t HAN_SIMPLIFIED_COUNT; /* pairs */

/* First letter of the usual reading of HAN_FIRST … HAN_LAST; '.' where none is known. */
extern const char HAN_LETTERS[];

/* A word whose letters differ from those of its characters one by one. */
struct han_word {
    const char16_t *text; /* two or three characters */
    const char *letters;  /* one each */
};
extern const struct han_word HAN_WORDS[]; /* ascending by text */
extern const size_t HAN_WORD_COUNT;

#endif
