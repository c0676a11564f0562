/* How likely somebody reaches a year's target, from what the same person or department did month by month. Pure: months
 * in, a band out; it warns, it does not judge. */
#ifndef DABIAO_ENGINES_ATTAIN_H
#define DABIAO_ENGINES_ATTAIN_H

#include <stddef.h>

#include "platform/values.h"

enum { ATTAIN_MONTHS_MIN = 6, ATTAIN_PACE_MONTHS = 12 };

/* What to expect of a year. */
struct attain {
    bool known;              /* there are months enough; else nothing below is set */
    int64_t months;          /* that were looked at: from the first with any figure on */
    int64_t low;             /* in one of five years it becomes less */
    int64_t expected;        /* as likely more as less */
    int64_t high;            /* in one of five years it becomes more */
    int64_t probability_ppm; /* of reaching the target */
};

/* Months are over, oldest first; those before the first figure (the person was not here, or not yet selling) do not
 * count. The pace is the mean of the last twelve; months scatter as all of them do, at least by a tenth of the pace,
 * and independently of each other: expected = 12 × pace, spread = deviation × √12, band = expected ± 0.8416 × spread,
 * probability = Φ((expected − target) / spread). Example: twelve months of 100 each: expected 1,200, spread 34.6; a
 * target of 1,200 has 50 %, one of 1,300 has 0.2 %. */
struct attain attain_estimate(const int64_t *months, size_t count, int64_t target);
/* The same for a year that runs: `done` of it stands already, and `rest_ppm` millionths of months are to come, in which
 * the pace goes on: expected = done + pace × rest, spread = deviation × √rest. Nothing to come: the band is what is
 * done. Example: months of 100 each, 700 done, five months to come: expected 1,200, spread 22.4. */
struct attain attain_rest(const int64_t *months, size_t count, int64_t done, int64_t rest_ppm, int64_t target);

#endif
