/* Single Han characters, for the engines. */
#ifndef DABIAO_ENGINES_HAN_H
#define DABIAO_ENGINES_HAN_H

#include <stdbool.h>
#include <stdint.h>

/* The simplified form of a traditional character; any other character as it is. */
uint32_t han_simplify(uint32_t c);
bool han_is(uint32_t c);
/* Full width made half width, capitals made small (Latin, Greek, Cyrillic), traditional made simplified. */
uint32_t char_fold(uint32_t c);
/* Letters and digits of any script; false for blanks, punctuation, symbols, control characters. */
bool char_is_word(uint32_t c);

#endif
