/* SQL of the figures behind sub-goals: what one person, department or company did in some time. */
#ifndef DABIAO_SUBGOAL_STORE_H
#define DABIAO_SUBGOAL_STORE_H

#include "platform/object.h"
#include "target_store.h"

/* What is counted. Records belong to who owns them now. */
enum subgoal_figure {
    FIGURE_FIRST_VISITS,  /* customers visited; each once */
    FIGURE_OPPORTUNITIES, /* begun, and past the first stage */
    FIGURE_CLOSED,        /* opportunities won or lost */
    FIGURE_WON,           /* opportunities won */
    FIGURE_CONTRACTS,     /* signed */
    FIGURE_SIGNED,        /* their amount */
    FIGURE_MARGIN,        /* their margin */
    FIGURE_RECEIVED,      /* payments */
    FIGURE_OPEN,          /* opportunities past the first stage, to be closed before the end */
    FIGURE_OUTSTANDING,   /* signed and not received */
    FIGURE_COUNT
};
extern const char *const SUBGOAL_FIGURES[FIGURE_COUNT];

/* Whose: people or departments of `pick`, or a department with all below. */
struct subgoal_subject {
    struct target_pick pick;
    int64_t department_id; /* not 0: instead of `pick` */
};

/* From one day to before another, in the company's zone. */
struct subgoal_time {
    struct date from, to;
    const char *zone;
};

/* A record behind a figure. */
struct subgoal_row {
    int64_t record_id;
    struct str label;
    struct date on;
    int64_t amount;
};

/* Number (or sum) and the number of records. */
enum err subgoal_store_figure(struct db *db, struct arena *arena, enum subgoal_figure figure,
                              const struct subgoal_subject *subject, const struct subgoal_time *time, int64_t *sum_out,
                              int64_t *count_out) MUST_CHECK;
/* What kind of record stands behind a figure. */
const char *subgoal_store_object(enum subgoal_figure figure);
/* Those the user may see, newest first; `visible_out`: how many these are. Names of no field that is closed: `labelled`
 * false. */
enum err subgoal_store_rows(struct request *request, enum subgoal_figure figure, const struct subgoal_subject *subject,
                            const struct subgoal_time *time, bool labelled, int64_t limit,
                            struct subgoal_row **rows_out, size_t *count_out, int64_t *visible_out) MUST_CHECK;
/* Where the person is now. Errors: ERR_NOT_FOUND. */
enum err subgoal_store_department_of(struct db *db, struct arena *arena, int64_t user_id, int64_t *out) MUST_CHECK;

#endif
