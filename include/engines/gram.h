/* Two-character pieces of a name, folded, so that any two neighbouring characters find it. */
#ifndef DABIAO_ENGINES_GRAM_H
#define DABIAO_ENGINES_GRAM_H

#include "platform/str.h"

enum { GRAM_MAX = 256 };

/* Lower case, full width → half width, white space removed. Example: "ＡＢ 公司" → "ab公司". */
struct str gram_fold(struct arena *arena, struct str text);
/* Distinct pairs of neighbouring characters of the folded text, in order. Example: "达标软件" → 达标, 标软, 软件. A
 * text of one character gives that character. At most GRAM_MAX. Returns the number. */
size_t gram_cut(struct arena *arena, struct str text, struct str grams_out[GRAM_MAX]);

#endif
