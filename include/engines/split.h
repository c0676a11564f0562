/* Sharing a year's target out over its months. Pure: weights in, parts out. */
#ifndef DABIAO_ENGINES_SPLIT_H
#define DABIAO_ENGINES_SPLIT_H

#include "engines/worktime.h"
#include "platform/values.h"

/* Parts of `total` in proportion to `weights` that add up to it exactly; what rounding leaves goes to the last part
 * with a weight. Negative weights (months with more refunds than payments) count as 0; when none is positive the split
 * is even. Returns false when an amount does not fit. Example: 100 over {1, 1, 1} is 33, 33, 34; over {0, -5, 0} too.
 */
bool split_by_weights(int64_t total, const int64_t *weights, size_t count, int64_t *parts_out) MUST_CHECK;
/* Last period's amounts plus `percent_ppm` (minus: less): the total is scaled and rounded, then shared out like the
 * base. Negative months become 0. Example: {100, 200} + 10 % is {110, 220}. */
bool split_copy(const int64_t *base, size_t count, int64_t percent_ppm, int64_t *parts_out) MUST_CHECK;
/* Working days of [from, to): Monday to Friday but for the exceptions, which are ascending by day. */
int64_t split_working_days(struct date from, struct date to, const struct workday *exceptions, size_t count);

#endif
