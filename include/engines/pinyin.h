/* First letters of the readings of Han characters, by which people find names on a keyboard. */
#ifndef DABIAO_ENGINES_PINYIN_H
#define DABIAO_ENGINES_PINYIN_H

#include "platform/str.h"

struct arena;

/* One small letter for each Han character, Latin letters (small) and digits as they are, nothing for the rest. A
 * character with several readings has the usual one of the word it stands in, where the table knows the word (重庆 →
 * cq, 银行 → yh, 厦门 → xm), else its most frequent one (重 → z). Example: "上海华为 5G" → "shhw5g". */
struct str pinyin_initials(struct arena *arena, struct str text);

/* Distinct triples of neighbouring letters, a '$' standing behind the last one, so that a pair at the end has its
 * triple too. Example: "hwjs" → hwj, wjs, js$. At most PINYIN_TRIPLES_MAX. Returns the number. */
enum { PINYIN_TRIPLES_MAX = 64 };
size_t pinyin_triples(struct arena *arena, struct str initials, struct str triples_out[PINYIN_TRIPLES_MAX]);

#endif
