/* Newcomers: how much of a full month is expected of them, and what colleagues did while they have no history. */
#ifndef DABIAO_TARGET_NEWCOMER_RULES_H
#define DABIAO_TARGET_NEWCOMER_RULES_H

#include "engines/attain.h"
#include "newcomer_store.h"
#include "target_view.h"

enum { RAMP_MONTHS_MAX = 12, COLLEAGUES_MIN = 3, HISTORY_YEARS_BACK = 3 };

/* The company's ramp. */
struct target_ramp {
    int64_t ppm[RAMP_MONTHS_MAX]; /* of the month of joining and those after it, ascending; then all */
    size_t count;                 /* in `ppm` */
    int64_t version;              /* optimistic lock */
};
enum err target_ramp_get(struct request *request, struct target_ramp *out) MUST_CHECK;
/* From the body's list `ramp`. Errors: ERR_INVALID, ERR_STALE_VERSION. */
enum err target_ramp_update(struct request *request, int64_t version) MUST_CHECK;
/* Part of a full month that is expected in that month of who joined then: before the first day nothing; all without a
 * day. */
int64_t target_ramp_part(const struct target_ramp *ramp, struct opt_date joined, struct date month);
/* The month as if it had been a full one. */
int64_t target_ramp_full(int64_t amount, int64_t ramp_ppm);

/* What a year of full months becomes by the colleagues in the same department and role who have months enough: each
 * with the estimate of their own months, and the mean of these. Not known with fewer than three of them. `count_out`:
 * how many have. */
enum err colleagues_estimate(const struct target_view *view, const struct target_ramp *ramp, int64_t user_id,
                             int64_t target, struct attain *out, int64_t *count_out) MUST_CHECK;

#endif
