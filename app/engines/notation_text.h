/* Shared by the notation files: a short text folded to narrow characters, on the stack. */
#ifndef DABIAO_APP_ENGINES_NOTATION_TEXT_H
#define DABIAO_APP_ENGINES_NOTATION_TEXT_H

#include "engines/notation.h"

/* Longer texts are no date, number or truth value in any notation. */
enum { NOTATION_TEXT_MAX = 96 };

/* The text with full-width forms made narrow, odd spaces and minus signs made plain, trimmed; in `buffer`. No text
 * (ptr NULL) when it is longer than the buffer. */
struct str notation_fold(struct str text, char buffer[NOTATION_TEXT_MAX]);
/* The narrow form of one code point; 0 for invisible ones that are dropped. */
uint32_t notation_fold_char(uint32_t c);
/* Removes `prefix` (ASCII case folded) from the front, or `suffix` from the end, with the spaces next to it. */
bool notation_take_prefix(struct str *text, struct str prefix);
bool notation_take_suffix(struct str *text, struct str suffix);

#endif
