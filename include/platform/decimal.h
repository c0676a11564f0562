/* Exact decimal numbers as whole numbers of their last digit: 12.50 with scale 2 is 1250. Values of FIELD_DECIMAL. */
#ifndef DABIAO_PLATFORM_DECIMAL_H
#define DABIAO_PLATFORM_DECIMAL_H

#include "platform/str.h"

enum { DECIMAL_SCALE_MAX = 6 };

enum decimal_fault { DECIMAL_FINE, DECIMAL_MALFORMED, DECIMAL_TOO_MANY_DIGITS, DECIMAL_TOO_LARGE };

/* "-12.5" with scale 2 → -1250. A sign, digits, and a point with at most `scale` digits that count behind it; nothing
 * else. */
enum decimal_fault decimal_parse(struct str text, int scale, int64_t *out);
/* 1250 with scale 2 → "12.50". */
struct str decimal_format(struct arena *arena, int64_t units, int scale);
/* 10 to the power of `scale` (0…18). */
int64_t decimal_unit(int scale);

#endif
