/* The pages of targets as data: grid, overview, the facts behind a figure, splitting a year. */
#ifndef DABIAO_TARGET_RULES_H
#define DABIAO_TARGET_RULES_H

#include "engines/attain.h"
#include "target_view.h"

/* One month of one row of the grid. */
struct target_grid_cell {
    bool here;       /* the subject counts in this row's department that month */
    int64_t amount;  /* minor units or count */
    int64_t version; /* 0: no row yet */
};

/* One row of the grid. A person who moved during the year has a row in each department. */
struct target_grid_row {
    bool is_user;                                 /* a person, or a department's own amounts */
    int64_t subject_id;                           /* user.id or department.id */
    struct str name;                              /* shown */
    int64_t parent_id;                            /* department the row stands below; 0: none that is visible */
    int64_t depth;                                /* 0 at the top of what is shown */
    bool can_edit;                                /* cells that are here may be changed */
    int64_t state;                                /* enum plan_state in a planning round; 0 outside of one */
    struct target_grid_cell cells[TARGET_MONTHS]; /* by month */
};

/* Rows in the order of display: a department, its people, its departments; then people outside the visible departments.
 * `department_id` 0: all that is visible. Errors: ERR_NOT_FOUND. */
enum err target_grid(const struct target_view *view, int64_t department_id, struct target_grid_row **rows_out,
                     size_t *count_out) MUST_CHECK;

/* How cells are saved. Versions are compared or not; in a planning round each side moves what is its own, except where
 * both have agreed. Check: whether agreed amounts could be written, and nothing is written. Try: see target_try_cells.
 */
enum target_save_mode {
    TARGET_SAVE_COMPARE,
    TARGET_SAVE_FORCE,
    TARGET_SAVE_AGREED,
    TARGET_SAVE_CHECK,
    TARGET_SAVE_TRY
};
/* Saves cells of the view's year, measure and level; see target_save. In mode check refusals name `amounts`, else
 * `cells`. */
enum err target_save_cells(const struct target_view *view, struct target_cell *cells, size_t count,
                           enum target_save_mode mode) MUST_CHECK;

/* Why a cell would be refused. */
struct target_fault {
    size_t cell;          /* index among the cells */
    const char *code;     /* as in the answer of a refused save */
    const char *sentence; /* the same in English */
};
/* What a save of cells would do. */
struct target_trial {
    struct target_fault *faults; /* one a cell at most */
    size_t fault_count;          /* in `faults` */
    bool *is_refused;            /* by cell: it has a fault */
    size_t *changes;             /* indexes of the cells that would change, by subject and month */
    int64_t *before;             /* their present amounts */
    size_t change_count;         /* in both */
};
/* Goes through all rules of a save and writes nothing. On return the cells carry their stored versions: what changes
 * can be saved with them. Errors: ERR_INVALID for more cells than fit into one save. */
enum err target_try_cells(const struct target_view *view, struct target_cell *cells, size_t count,
                          struct target_trial *out) MUST_CHECK;

enum target_line_kind { TARGET_LINE_SCOPE, TARGET_LINE_DEPARTMENT, TARGET_LINE_USER };

/* One line of the overview. */
struct target_line {
    enum target_line_kind kind;    /* scope: everything the user may see, when that has no single top */
    int64_t id;                    /* department.id or user.id; 0 for the scope */
    struct str name;               /* shown */
    struct target_figures figures; /* by month */
};

/* A node with what it consists of: node = own + children, in every month. */
struct target_overview {
    struct target_line node;               /* asked for */
    struct target_figures own;             /* the department's own: not shared out, and facts of nobody */
    struct target_line *children;          /* departments, then people by name */
    size_t child_count;                    /* in `children` */
    const struct target_department **path; /* visible ancestors of the node, the top first */
    size_t path_count;                     /* in `path` */
};

/* The node of a department or of a person (the other id 0), or, with both 0, the top of what the user may see: the one
 * department above all, else the person alone, else everything together. Errors: ERR_NOT_FOUND. */
enum err target_overview(const struct target_view *view, int64_t department_id, int64_t user_id,
                         struct target_overview *out) MUST_CHECK;

/* Facts behind a figure of the overview: of a department with all below, of a person, of a person (0: nobody) within
 * exactly one department (`both`), or of everything visible. Fills `pick` and `both`. Errors: ERR_NOT_FOUND. */
enum err target_facts_scope(const struct target_view *view, struct opt_int department_id, struct opt_int user_id,
                            struct target_facts_request *out) MUST_CHECK;

/* A fact with what the user may read of its record. */
struct target_fact_line {
    struct target_fact fact;  /* the figures and names */
    struct str label;         /* name of the record; no text when it is closed to the user */
    struct str customer_name; /* likewise */
};

/* One page of facts. */
struct target_facts_page {
    struct target_fact_line *lines; /* newest first */
    size_t count;                   /* in `lines` */
    bool more;                      /* there is a next page */
    int64_t sum;                    /* of all facts asked for: equal to the figure */
    int64_t total;                  /* number of all */
};
enum err target_facts(const struct target_view *view, const struct target_facts_request *asked,
                      struct target_facts_page *out) MUST_CHECK;

enum target_period { TARGET_PERIOD_YEAR, TARGET_PERIOD_QUARTER, TARGET_PERIOD_MONTH };

/* Where a period of a node is going: the year of the view, or its quarter or month in which today lies. */
struct target_outlook {
    struct date from, to; /* of the period, half-open */
    int64_t target;       /* of the period */
    int64_t actual;       /* in it so far */
    struct opt_int
        season_ppm; /* what last year had reached by the same day, of all it reached; absent without last year */
    struct attain projected; /* to the end of the period, by the pace of the months that are over */
};
/* Department and person 0: all that is visible. Errors: ERR_NOT_FOUND; ERR_INVALID for a quarter or month of a year
 * that is not running. */
enum err target_outlook(const struct target_view *view, enum target_period period, int64_t department_id,
                        int64_t user_id, struct target_outlook *out) MUST_CHECK;

enum target_split_method {
    TARGET_SPLIT_EVEN,
    TARGET_SPLIT_LAST_YEAR,
    TARGET_SPLIT_WORKING_DAYS,
    TARGET_SPLIT_COPY,
    TARGET_SPLIT_HISTORY
};

/* How a year's total is to be shared out. */
struct target_split {
    enum target_split_method method; /* by which weights */
    int64_t total;                   /* of the year; not used by copy */
    int64_t percent_ppm;             /* copy: growth in millionths */
    int64_t department_id;           /* whose last year; 0: none */
    int64_t user_id;                 /* whose last year; 0: none; both 0: everything visible */
    bool of_targets;                 /* last year's targets instead of its figures */
};
/* Of a person only the working days count on which that person is here. Errors: ERR_NOT_FOUND, ERR_INVALID. */
enum err target_split_year(const struct target_view *view, const struct target_split *split,
                           int64_t amounts_out[TARGET_MONTHS]) MUST_CHECK;

/* One person's part of a department's year. */
struct target_split_row {
    int64_t user_id;                /* who */
    struct str name;                /* shown */
    int64_t amounts[TARGET_MONTHS]; /* by month */
};
/* Shares the total out over the people of exactly the department, then each part over its months as `split` says. By
 * history: as what each did in the year before; else evenly; either way for the part of the year that somebody is here.
 * Errors: ERR_NOT_FOUND, ERR_INVALID. */
enum err target_split_people(const struct target_view *view, const struct target_split *split, bool by_history,
                             struct target_split_row **rows_out, size_t *count_out) MUST_CHECK;
/* Working days of each month on which somebody is here who came and went then, and all the month has. */
enum err target_presence(const struct target_view *view, struct opt_date joined, struct opt_date left,
                         int64_t days_out[TARGET_MONTHS], int64_t of_out[TARGET_MONTHS]) MUST_CHECK;

#endif
