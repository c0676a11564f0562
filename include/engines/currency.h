/* Currencies: how many digits their minor unit has, and amounts of one in another. Pure. */
#ifndef DABIAO_ENGINES_CURRENCY_H
#define DABIAO_ENGINES_CURRENCY_H

#include "platform/values.h"

/* Billionths in a rate of 1. */
#define CURRENCY_RATE_ONE 1000000000LL

/* Digits behind the decimal point: 2, but for a few currencies (JPY 0, KWD 3). */
int currency_digits(struct str currency);
/* An amount in minor units × rate (billionths of the other for one of this), in minor units of the other, half away
 * from zero; false when that does not fit. Example: 1,000 JPY at 0.0482 is 48.20 CNY: 1000, 0 digits, 48200000, 2
 * digits = 4820. */
bool currency_convert(int64_t minor, int digits, int64_t rate_nano, int to_digits, int64_t *out) MUST_CHECK;

#endif
