/* A year as a table: every department with its own amounts, its people and the departments below, in the order of the
 * grid. Every total is the sum of rows that stand below it. Workbooks and the map of completion are made of it. */
#ifndef DABIAO_TARGET_TABLE_H
#define DABIAO_TARGET_TABLE_H

#include "target_view.h"

enum target_table_kind { TARGET_TABLE_TOTAL, TARGET_TABLE_OWN, TARGET_TABLE_PERSON };

/* One row. */
struct target_table_row {
    enum target_table_kind kind;   /* a department with all below, exactly the department, a person in it */
    int64_t id;                    /* department.id or user.id; 0: the total of all that is visible */
    int64_t department_id;         /* where the row stands; 0: outside the visible departments */
    struct str name;               /* shown */
    int64_t depth;                 /* 0 at the top */
    bool here[TARGET_MONTHS];      /* the subject counts in this department that month */
    struct target_figures figures; /* by month */
    size_t leaf_count;             /* of a total: own and people, the rows right behind it */
    const size_t *parts;           /* of a total: the rows of the totals below */
    size_t part_count;             /* in `parts` */
};

/* Department 0: all that is visible. Errors: ERR_NOT_FOUND. */
enum err target_table(const struct target_view *view, int64_t department_id, struct target_table_row **rows_out,
                      size_t *count_out) MUST_CHECK;

#endif
