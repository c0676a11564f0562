/* What one user may see of the targets and figures of one fiscal year and measure. Everything shown is a sum of visible
 * rows, and a row (department, person) is visible when its department or its person is in the user's scope: totals
 * therefore never tell of hidden rows. */
#ifndef DABIAO_TARGET_VIEW_H
#define DABIAO_TARGET_VIEW_H

#include "target_store.h"

/* The view of a request. */
struct target_view {
    struct request *request;               /* who asks */
    enum measure measure;                  /* what */
    struct measure_info info;              /* its unit, and whether it may be given new targets */
    const char *kind;                      /* wire word of the unit */
    enum target_level level;               /* of targets; base unless somebody sets it */
    int64_t year;                          /* fiscal year */
    struct target_company company;         /* settings */
    struct date months[TARGET_MONTHS + 1]; /* first days, and the first day after the year */
    bool all;                              /* everything is visible */
    const struct target_department
        *departments;        /* visible ones, ascending by id; parent_id: nearest visible ancestor, 0: none */
    size_t department_count; /* in `departments` */
    const struct target_department
        *tree;             /* all departments, ascending by id, with their real parents: for what everybody may know */
    size_t tree_count;     /* in `tree` */
    const size_t *order;   /* their indexes by sort order, then id */
    const int64_t *people; /* visible wherever they are: the user and those below; ascending; empty for all */
    size_t people_count;   /* in `people` */
};

/* Actual and target of one line of a page, by month. */
struct target_figures {
    int64_t target[TARGET_MONTHS]; /* minor units or count */
    int64_t actual[TARGET_MONTHS]; /* the same */
};

/* Year 0: the one running today. */
enum err target_view_load(struct request *request, int64_t year, enum measure measure,
                          struct target_view *out) MUST_CHECK;
/* Errors: ERR_INVALID where the measure is given no new targets. */
enum err target_view_open(const struct target_view *view) MUST_CHECK;
/* The same for the year before: what a split looks at. */
void target_view_year_before(const struct target_view *view, struct target_view *out);
/* NULL when there is none or it is not visible. */
const struct target_department *target_view_department(const struct target_view *view, int64_t id);
bool target_view_has_person(const struct target_view *view, int64_t user_id);
struct target_span target_view_span(const struct target_view *view);
/* Index 0…11 of a month within the year. */
size_t target_view_month(const struct target_view *view, struct date month);
/* The visible departments of the subtree, ascending. */
size_t target_view_subtree(const struct target_view *view, int64_t department_id, int64_t **ids_out);
/* All that is visible. */
struct target_pick target_view_pick(const struct target_view *view);
/* True when the person stands in a visible department for a day of the year, or is visible everywhere, or all is. */
enum err target_view_sees_person(const struct target_view *view, int64_t user_id, bool *out) MUST_CHECK;
/* Whether the assignment holds on the month's first day: then the month's target of the person counts there. */
bool target_member_in_month(const struct target_member *member, struct date month);
/* False for who left before the year: shown only with figures. */
bool target_member_worked(const struct target_view *view, const struct target_member *member);
/* A department of the whole tree; NULL when there is none. */
const struct target_department *target_view_any_department(const struct target_view *view, int64_t id);
/* Totals of the view's targets (or facts) of every visible department and month, at [department × TARGET_MONTHS +
 * month]. */
enum err target_view_sums(const struct target_view *view, bool actual, int64_t *totals_out) MUST_CHECK;
/* Totals of every visible department, that of departments[i] at out[i]: own, people and all below. */
enum err target_view_totals(const struct target_view *view, struct target_figures **out) MUST_CHECK;
/* Visible sums of people wherever they stand, or, with `outside_only`, outside the visible departments. */
enum err target_view_person_sums(const struct target_view *view, const int64_t *people, size_t count, bool actual,
                                 bool outside_only, struct target_sum **rows_out, size_t *count_out) MUST_CHECK;

#endif
