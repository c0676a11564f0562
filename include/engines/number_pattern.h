/* Patterns of numbers: "HT{YYYY}{MM}-{0000}" gives HT202611-0001. Pure. */
#ifndef DABIAO_ENGINES_NUMBER_PATTERN_H
#define DABIAO_ENGINES_NUMBER_PATTERN_H

#include "platform/values.h"

enum { NUMBER_DIGITS_MAX = 8, NUMBER_LENGTH_MAX = 48 };

/* When the running number begins at 1 again. */
enum number_restart { NUMBER_RESTARTS_MONTHLY, NUMBER_RESTARTS_YEARLY, NUMBER_RESTARTS_NEVER };
/* "month", "year", "never". False for any other word. */
bool number_restart_find(struct str word, enum number_restart *out);

/* What is wrong with a pattern. */
enum number_fault {
    NUMBER_FINE,
    NUMBER_UNKNOWN_PART, /* braces around something else, or left open */
    NUMBER_NO_COUNTER,   /* no {0…} */
    NUMBER_TWO_COUNTERS, /* more than one */
    NUMBER_TOO_LONG,     /* a number could become longer than NUMBER_LENGTH_MAX characters, or the counter has too many
                            digits */
    NUMBER_REPEATS,      /* begins again at 1 without saying in which month or year: the same number twice */
};
/* Shape: text with {YYYY} {YY} {MM} {DD} and exactly one {0}, {00} … {00000000}. */
enum number_fault number_pattern_check(struct str pattern, enum number_restart restarts);
/* The number of a day. The pattern is a checked one; more digits than it has zeros are written all the same.
 * Example: "HT{YYYY}{MM}-{0000}", 2026-11-03, 7 → "HT202611-0007". */
struct str number_pattern_format(struct arena *arena, struct str pattern, struct date day, int64_t number);
/* Within what the running number counts on: "202611", "2026" or "all". */
struct str number_pattern_period(struct arena *arena, enum number_restart restarts, struct date day);

#endif
