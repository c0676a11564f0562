/* Sub-goals: what has to be done to reach a target, by what came of what in the last twelve months. docs/formulas.md */
#ifndef DABIAO_SUBGOAL_RULES_H
#define DABIAO_SUBGOAL_RULES_H

#include "engines/subgoal.h"
#include "subgoal_store.h"
#include "target_rules.h"

enum { SUBGOAL_STEPS_MAX = 4 };

/* Whose rates: of the person or department itself, of the person's department with all below, of everybody. */
enum subgoal_source { SOURCE_OWN, SOURCE_DEPARTMENT, SOURCE_COMPANY };
extern const char *const SUBGOAL_SOURCES[SUBGOAL_LEVELS];

/* One step back from a result to its causes. */
struct subgoal_kind {
    const char *key;                        /* causes: signed contracts opportunities first_visits */
    enum subgoal_figure part, whole, cases; /* of the rate */
    enum subgoal_figure have;               /* causes that stand already; FIGURE_COUNT: none */
    int64_t cases_min;                      /* fewer say nothing */
    bool is_money;                          /* unit of the causes */
};

enum subgoal_state { SUBGOAL_OPEN, SUBGOAL_REACHED, SUBGOAL_NO_TARGET, SUBGOAL_OVER };
extern const char *const SUBGOAL_STATES[SUBGOAL_OVER + 1];

/* What is asked about. */
struct subgoal_asked {
    int64_t department_id, user_id; /* node; both 0: the top of what is visible */
    int64_t quarter;                /* 1…4 of the fiscal year, 0: all of it, -1: the running one */
};

/* The way back from one target. */
struct subgoals {
    struct target_line node;     /* whose */
    int64_t quarter;             /* 0: the year */
    struct date from, to;        /* the period */
    struct date since;           /* rates: from this day until today */
    int64_t target, actual, gap; /* of the period; gap is never negative */
    enum subgoal_state state;
    int64_t days_left, working_days_left; /* today among them */
    size_t step_count;
    const struct subgoal_kind *kinds[SUBGOAL_STEPS_MAX];
    struct subgoal_step steps[SUBGOAL_STEPS_MAX];
    struct subgoal_need needs[SUBGOAL_STEPS_MAX];
};
/* Errors: ERR_NOT_FOUND. */
enum err target_subgoals(const struct target_view *view, const struct subgoal_asked *asked,
                         struct subgoals *out) MUST_CHECK;

/* The records behind one count, as far as the user may see them. */
struct subgoal_rows {
    const char *object;
    struct subgoal_row *rows; /* newest first */
    size_t count;
    int64_t sum, total, visible; /* of all; number of all; of those in sight */
};
/* Errors: ERR_NOT_FOUND. */
enum err target_subgoal_rows(const struct target_view *view, const struct subgoal_asked *asked,
                             enum subgoal_figure figure, enum subgoal_source source, int64_t limit,
                             struct subgoal_rows *out) MUST_CHECK;

#endif
