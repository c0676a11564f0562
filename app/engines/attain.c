/* How likely somebody reaches a year's target. */
#include "engines/attain.h"

#include <math.h>

enum { YEAR = 12, MILLION = 1000000 };
static const double BAND = 0.8416212335729143; /* Φ⁻¹(0.8) */

static double mean_of(const int64_t *months, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)months[i];
    }
    return sum / (double)count;
}

static double deviation_of(const int64_t *months, size_t count)
{
    double mean = mean_of(months, count);
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += ((double)months[i] - mean) * ((double)months[i] - mean);
    }
    return sqrt(squares / (double)(count - 1));
}

struct attain attain_rest(const int64_t *months, size_t count, int64_t done, int64_t rest_ppm, int64_t target)
{
    while (count > 0 && months[0] == 0) {
        months++;
        count--;
    }
    struct attain out = {.months = (int64_t)count, .known = count >= ATTAIN_MONTHS_MIN};
    if (!out.known) {
        return out;
    }
    size_t recent = count < ATTAIN_PACE_MONTHS ? count : ATTAIN_PACE_MONTHS;
    double pace = mean_of(months + count - recent, recent);
    double deviation = fmax(deviation_of(months, count), fabs(pace) / 10);
    double rest = (double)rest_ppm / MILLION;
    double spread = deviation * sqrt(rest);
    double expected = (double)done + pace * rest;
    out.expected = llround(expected);
    out.low = llround(expected - BAND * spread);
    out.high = llround(expected + BAND * spread);
    double above =
        spread == 0 ? (expected >= (double)target ? 1 : 0) : 0.5 * erfc(((double)target - expected) / spread / sqrt(2));
    out.probability_ppm = llround(MILLION * above);
    return out;
}

struct attain attain_estimate(const int64_t *months, size_t count, int64_t target)
{
    return attain_rest(months, count, 0, (int64_t)YEAR * MILLION, target);
}
