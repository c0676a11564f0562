/* Joiners, leavers and transfers: what a visible rule makes of their targets. The rule proposes and changes nothing:
 * what it says becomes a change that both sides agree to, like any other. */
#ifndef DABIAO_TARGET_TURNOVER_RULES_H
#define DABIAO_TARGET_TURNOVER_RULES_H

#include "round_rules.h"
#include "turnover_store.h"

enum { TURNOVER_ROWS = 200 };
extern const struct option TURNOVER_OPTIONS[];

/* One coming or going with what the rule makes of the target. */
struct turnover_line {
    struct turnover_row row;       /* who, when, from where to where */
    int64_t days;                  /* working days of the year from then on; of a leaver: until then */
    int64_t of_days;               /* working days of the year */
    int64_t year;                  /* base target of the year, as it stands */
    int64_t moves;                 /* of it by the rule: what goes along, what is set free; of a joiner: what stays */
    int64_t along;                 /* moved: months that count for the new department already */
    bool is_settled;               /* a change that answers to it is agreed */
    bool waits;                    /* a change or counter-offer waits for an answer */
    bool is_proposed;              /* the months below differ from what stands */
    bool may_propose;              /* by the user */
    size_t first;                  /* first month that changes, 0…11 */
    int64_t before[TARGET_MONTHS]; /* base as it stands */
    int64_t after[TARGET_MONTHS];  /* base by the rule */
    int64_t released;              /* what of the year is set free */
    bool may_release;              /* the user may propose it to the department's own */
    bool is_suggested;             /* a joiner without a target: `after` is the mean of the colleagues there */
    int64_t colleagues;            /* whose mean it is */
};
/* What happened in the view's year, newest first; department 0: all that is visible. Errors: ERR_NOT_FOUND. */
enum err turnover_list(const struct target_view *view, const struct target_round *round, int64_t department_id,
                       struct turnover_line **out, size_t *count_out) MUST_CHECK;

/* Whether a change moves days of the month of a transfer into the next one and nothing else: then it may touch the
 * month that counts for the other department, whichever of the two heads proposes it or agrees to it. */
bool turnover_goes_along(const struct target_view *view, const struct turnover_cause *cause,
                         const struct plan_amounts *before, const struct plan_amounts *after);

/* What the body says a change follows from. Errors: ERR_INVALID for what did not happen. */
enum err turnover_body_cause(const struct plan_case *item, struct turnover_cause *out) MUST_CHECK;

#endif
