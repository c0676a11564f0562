/* What has to be done to reach a target: from what is missing back along the way on which it comes about (money
 * received ← signed ← contracts ← opportunities ← first visits), by rates of what was. Pure: counts in, needs out. */
#ifndef DABIAO_ENGINES_SUBGOAL_H
#define DABIAO_ENGINES_SUBGOAL_H

#include <stddef.h>

#include "platform/values.h"

enum { SUBGOAL_LEVELS = 3 };
#define SUBGOAL_MAX 1000000000000000LL

/* How much of one thing came of another: `part` of `whole` causes. */
struct subgoal_rate {
    bool known;    /* it was counted */
    int64_t part;  /* what came of them */
    int64_t whole; /* causes */
    int64_t cases; /* how many cases stand behind it */
};

/* One step of the way, from a result to its causes. */
struct subgoal_step {
    struct subgoal_rate levels[SUBGOAL_LEVELS]; /* own, of the department, of the company */
    int64_t cases_min;                          /* fewer say nothing: the next level is taken */
    int64_t have;                               /* causes that stand already */
};

/* What a step asks for. */
struct subgoal_need {
    bool known;    /* a rate was found; else nothing below but `asked` is set, and no later step is known */
    size_t level;  /* whose rate: index in `levels` */
    int64_t asked; /* of the result */
    int64_t need;  /* causes that this takes: the fewest with need × part / whole ≥ asked */
    int64_t more;  /* less those that stand already: what the next step is asked */
};

/* Whether a rate can be gone by: enough cases, and something came of them. */
bool subgoal_rate_counts(const struct subgoal_rate *rate, int64_t cases_min);
/* Goes the way back from `missing` (nothing missing: every need is 0). A rate of nothing, or of too few cases, is
 * passed over for the next level; where no level has one the rest is not known. Needs beyond SUBGOAL_MAX are not known
 * either. Example: 1,000,000 missing; contracts of 100,000 on average (5 make 500,000): 10 contracts; 2 of 8
 * opportunities are won: 40, of which 12 stand: 28 more; 10 opportunities came of 20 visits: 56 visits. */
void subgoal_needs(int64_t missing, const struct subgoal_step *steps, size_t count, struct subgoal_need *needs_out);

/* `more` spread over what is left, rounded up: per week of seven days; absent when less than a week is left. */
struct opt_int subgoal_per_week(int64_t more, int64_t days_left);
/* The same for each working day, in thousandths; absent when none is left. */
struct opt_int subgoal_per_day_milli(int64_t more, int64_t working_days_left);

#endif
