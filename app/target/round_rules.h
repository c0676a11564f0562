/* Planning rounds: what is asked, who moves what, and how a target comes from draft to locked. */
#ifndef DABIAO_TARGET_ROUND_RULES_H
#define DABIAO_TARGET_ROUND_RULES_H

#include "engines/attain.h"
#include "platform/job.h"
#include "round_store.h"
#include "target_rules.h"

/* Who may move cells of a year and measure now. */
struct target_movement {
    bool in_round;                          /* a planning round asks for the measure; else the grid is free */
    struct target_round round;              /* that round */
    const struct target_plan_state *states; /* people before departments, by id */
    size_t state_count;                     /* in `states` */
};

/* Why a cell may not be moved. */
enum target_bar { TARGET_MAY_MOVE, TARGET_NOT_YOURS, TARGET_IS_SUBMITTED, TARGET_IS_AGREED, TARGET_IS_LOCKED };

/* Loads the round of the view's year and measure, and how far the subjects' plans are. */
enum err target_movement_load(const struct target_view *view, const struct target_pick *pick,
                              struct target_movement *out) MUST_CHECK;
/* Whether the user may move the subject's cells. A person's are moved by that person; a department's own by its head,
 * or, where it has none, by whoever agrees to targets there. */
enum target_bar target_movement_bar(const struct target_view *view, const struct target_movement *movement,
                                    bool is_user, int64_t subject_id);
/* enum plan_state of the subject; 0 outside of a round. */
int64_t target_movement_state(const struct target_movement *movement, bool is_user, int64_t subject_id);
/* Of states as they are loaded; a draft where there is none. */
int64_t target_plan_state_of(const struct target_plan_state *states, size_t count, bool is_user, int64_t subject_id);
/* Whether the target belongs to the user. */
bool target_is_mine(const struct target_view *view, bool is_user, int64_t subject_id);

/* ---- rounds ---- */

/* One node of the round's tree. */
struct round_line {
    enum target_line_kind kind;   /* department, person, or all that is visible */
    int64_t id;                   /* department.id, user.id; 0 for the scope */
    struct str name;              /* shown */
    struct opt_int asked;         /* of the department with all below */
    int64_t ask_version;          /* of what is asked; 0: never asked */
    int64_t entered[LEVEL_COUNT]; /* by level: own, people, departments below */
    int64_t own;                  /* base of departments themselves: what nobody took, or a buffer */
    int64_t expected;             /* people who take part */
    int64_t answered;             /* of them: submitted, agreed or locked */
    int64_t agreed;               /* of them: agreed or locked */
    int64_t state;                /* enum plan_state of the subject itself */
    int64_t version;              /* of its plan */
    bool is_mine;                 /* the user moves it */
};
/* A node with what it consists of. */
struct round_node {
    struct round_line line;                /* asked for */
    int64_t own[LEVEL_COUNT];              /* of exactly this department */
    struct round_line *children;           /* departments, then people */
    size_t child_count;                    /* in `children` */
    const struct target_department **path; /* visible ancestors, the top first */
    size_t path_count;                     /* in `path` */
};
/* Department 0: the top of what the user may see. Errors: ERR_NOT_FOUND. */
enum err round_node(const struct target_view *view, const struct target_round *round, int64_t department_id,
                    struct round_node *out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err round_get(struct request *request, int64_t id, struct target_round *out) MUST_CHECK;
/* Errors: ERR_INVALID, ERR_DUPLICATE. */
enum err round_create(struct request *request, int64_t *id_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, ERR_INVALID, ERR_STALE_VERSION, ERR_TARGET_LOCKED. */
enum err round_update(struct request *request, int64_t id, int64_t version) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, ERR_INVALID, ERR_TARGET_CONFLICT, ERR_TARGET_LOCKED. */
enum err round_ask(struct request *request, int64_t id) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, ERR_STALE_VERSION, ERR_TARGET_LOCKED, ERR_TARGET_NOT_AGREED with who has not. */
enum err round_close(struct request *request, int64_t id, int64_t version) MUST_CHECK;
/* The night's reminders. */
enum err round_remind(struct job *job, json_t **result_out) MUST_CHECK;

/* ---- plans ---- */

/* One target in one round, as the user meets it. */
struct plan_case {
    struct target_view view;         /* year, measure, scope; level base */
    struct target_round round;       /* which round */
    struct target_plan plan;         /* how far it is */
    struct str name;                 /* of the person or department */
    struct opt_int head_id;          /* who moves it: the person, the department's head */
    struct target_employment person; /* of a person */
    bool is_mine;                    /* the user moves it */
    bool may_review;                 /* the user returns it and agrees to it */
    bool goes_along;                 /* what is written now follows a transfer out of the user's sight or into it */
};
/* Amounts of one subject: level by month. */
struct plan_amounts {
    int64_t amount[LEVEL_COUNT][TARGET_MONTHS];  /* minor units or count */
    int64_t version[LEVEL_COUNT][TARGET_MONTHS]; /* of the cells */
};
/* Errors: ERR_NOT_FOUND. */
enum err target_plan_open(struct request *request, int64_t round_id, enum measure measure, bool is_user,
                          int64_t subject_id, struct plan_case *out) MUST_CHECK;
enum err target_plan_amounts(const struct plan_case *item, struct plan_amounts *out) MUST_CHECK;
/* What was written down of a version. */
void target_plan_read_content(struct arena *arena, struct str content, struct plan_amounts *out);

/* The figures of the subject in the view's year: of a person wherever, of a department with all below. */
enum err plan_figures(const struct plan_case *item, const struct target_view *view,
                      struct target_figures *out) MUST_CHECK;

/* Open opportunities of a person against what is missing. */
struct plan_coverage {
    bool known;                /* of a person, for a measure that opportunities become */
    int64_t open;              /* amount or number, expected to close in the rest of the year */
    int64_t missing;           /* base of the year less what is done */
    struct opt_int ppm;        /* open / missing; absent when nothing is missing */
    int64_t closed;            /* won and lost in the last twelve months */
    struct opt_int needed_ppm; /* 1 / win rate; absent when nothing was won */
    bool is_short;             /* less is open than is needed */
};

/* What a target has of the five things that make one. */
struct plan_smart {
    bool specific;                   /* it has an amount of a measure */
    bool measurable;                 /* the measure had figures in the last twelve months that are over */
    bool achievable;                 /* its probability lies between 20 % and 95 % */
    bool relevant;                   /* something is asked of the department or of those above it */
    bool time_bound;                 /* every quarter has its part */
    bool too_easy;                   /* likelier than 95 % */
    bool over_ramp;                  /* the first months ask for more than their part of a full month */
    int64_t ramp_ppm[TARGET_MONTHS]; /* part of a full month that is expected of a newcomer */
    struct attain estimate;          /* from the subject's own months, as if all were full ones, × the year's ramp */
    bool by_colleagues;              /* of a person with too few months: from colleagues' months instead */
    int64_t colleagues;              /* who have months enough; three are wanted */
    struct plan_coverage coverage;   /* of the pipeline */
};
enum err plan_smart(const struct plan_case *item, const struct plan_amounts *amounts, bool is_asked,
                    struct plan_smart *out) MUST_CHECK;

/* A step of the user, from the body of the request: who moves what when is said in docs/formulas.md. Errors:
 * ERR_NOT_FOUND, ERR_INVALID, ERR_STALE_VERSION, ERR_TARGET_NOT_YOURS, ERR_TARGET_STATE. */
typedef enum err plan_step(struct plan_case *item);
plan_step target_plan_submit;
plan_step target_plan_withdraw;
plan_step target_plan_return;
plan_step target_plan_agree;
plan_step target_plan_accept;
plan_step target_plan_comment;
plan_step target_plan_change;
plan_step target_plan_change_agree;
plan_step target_plan_change_decline;
/* Whether the user may agree to what waits: a counter-offer or a change. */
enum err target_plan_may_answer(const struct plan_case *item, bool *out) MUST_CHECK;
/* Opens what the body names, under the sheet's lock, compares versions and takes the step. */
enum err target_plan_take(struct request *request, int64_t round_id, plan_step *step, struct plan_case *out) MUST_CHECK;

#endif
