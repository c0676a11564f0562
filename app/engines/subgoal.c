/* What has to be done to reach a target. */
#include "engines/subgoal.h"

enum { WEEK = 7, THOUSAND = 1000 };

bool subgoal_rate_counts(const struct subgoal_rate *rate, int64_t cases_min)
{
    return rate->known && rate->part > 0 && rate->whole > 0 && rate->cases >= cases_min;
}

/* a × b / c rounded up; false when it is too large. */
static bool scale_up(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    __int128 result = ((__int128)a * b + c - 1) / c;
    if (result > SUBGOAL_MAX) {
        return false;
    }
    *out = (int64_t)result;
    return true;
}

static bool find_level(const struct subgoal_step *step, size_t *out)
{
    for (size_t i = 0; i < SUBGOAL_LEVELS; i++) {
        if (subgoal_rate_counts(&step->levels[i], step->cases_min)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static void go_back(const struct subgoal_step *step, struct subgoal_need *need)
{
    size_t level = 0;
    if (!find_level(step, &level)) {
        return;
    }
    const struct subgoal_rate *rate = &step->levels[level];
    need->level = level;
    need->known = scale_up(need->asked, rate->whole, rate->part, &need->need);
    if (need->known) {
        need->more = need->need > step->have ? need->need - step->have : 0;
    }
}

void subgoal_needs(int64_t missing, const struct subgoal_step *steps, size_t count, struct subgoal_need *needs_out)
{
    bool known = true;
    int64_t asked = missing > 0 ? missing : 0;
    for (size_t i = 0; i < count; i++) {
        needs_out[i] = (struct subgoal_need){.asked = known ? asked : 0};
        if (known) {
            go_back(&steps[i], &needs_out[i]);
        }
        known = known && needs_out[i].known;
        asked = needs_out[i].more;
    }
}

struct opt_int subgoal_per_week(int64_t more, int64_t days_left)
{
    struct opt_int out = {0};
    out.set = days_left >= WEEK && scale_up(more > 0 ? more : 0, WEEK, days_left, &out.value);
    return out;
}

struct opt_int subgoal_per_day_milli(int64_t more, int64_t working_days_left)
{
    struct opt_int out = {0};
    out.set = working_days_left > 0 && scale_up(more > 0 ? more : 0, THOUSAND, working_days_left, &out.value);
    return out;
}
