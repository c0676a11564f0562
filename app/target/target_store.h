/* SQL of targets and completion. Scoped callers pass the departments and people they may see; NULL lists mean all. */
#ifndef DABIAO_TARGET_STORE_H
#define DABIAO_TARGET_STORE_H

#include "engines/split.h"
#include "platform/audit.h"
#include "platform/query.h"
#include "target.h"

/* Settings that shape the year. */
struct target_company {
    struct str name;     /* shown at the top */
    int64_t start_month; /* first month of the fiscal year, 1…12 */
};

/* A department as the tree has it now. */
struct target_department {
    int64_t id;             /* department.id */
    int64_t parent_id;      /* 0: a top */
    struct str name;        /* shown */
    int64_t sort_order;     /* among its siblings */
    bool is_deleted;        /* kept for its past figures */
    struct opt_int head_id; /* user.id of its head */
};

/* Which rows: of these departments or these people; everything when `all`. */
struct target_pick {
    bool all;                   /* no restriction */
    const int64_t *departments; /* ids */
    size_t department_count;    /* in `departments` */
    const int64_t *people;      /* ids */
    size_t people_count;        /* in `people` */
};

/* The months asked for, and the measure. */
struct target_span {
    enum measure measure;      /* what */
    enum target_level level;   /* of targets */
    const struct date *months; /* TARGET_MONTHS first days and the first day behind them */
};

/* A sum of targets or of facts. */
struct target_sum {
    int64_t department_id; /* where it counts */
    int64_t user_id;       /* 0: the department's own, or not asked for */
    struct date month;     /* first day */
    int64_t amount;        /* minor units or count */
};

/* A department's sum of one level over months of a year. */
struct target_year_sum {
    enum target_level level; /* of the targets */
    int64_t year;            /* calendar year, when it is written */
    int64_t department_id;   /* where it counts */
    int64_t amount;          /* its own and its people's: minor units or count */
    int64_t own;             /* its own alone */
};

/* One assignment of a person that touches the year. */
struct target_member {
    int64_t user_id;         /* who */
    struct str name;         /* shown */
    int64_t department_id;   /* where */
    struct date from;        /* first day */
    struct opt_date to;      /* first day after; absent: open */
    bool is_active;          /* may sign in */
    struct opt_date left_on; /* last day at work */
};

/* A stored cell. */
struct target_row {
    bool is_user;          /* kind of the subject */
    int64_t subject_id;    /* user.id or department.id */
    struct date month;     /* first day */
    int64_t department_id; /* where it counts */
    int64_t amount;        /* minor units or count */
    int64_t version;       /* optimistic lock */
};

/* A fact with names, and its place in the list. */
struct target_fact {
    struct date on;             /* business date */
    int64_t object_number;      /* place of the object in the column's list: order and cursor */
    struct str object;          /* struct object name */
    int64_t record_id;          /* the record */
    int64_t user_id;            /* 0: nobody */
    struct str user_name;       /* empty for nobody */
    int64_t department_id;      /* where it counts */
    struct str department_name; /* shown */
    int64_t amount;             /* minor units or count */
};

/* Facts asked for. */
struct target_facts_request {
    enum measure measure;    /* what */
    struct date from, to;    /* business dates, half-open */
    struct target_pick pick; /* department or person */
    bool both;               /* department and person must both match (else one of them) */
    bool after;              /* continue behind `last` */
    struct target_fact last; /* on, object_number, record_id of the last row seen */
    int64_t limit;           /* rows at most */
};

enum err target_store_company(struct db *db, struct arena *arena, struct target_company *out) MUST_CHECK;
/* All departments, ascending by id. */
enum err target_store_departments(struct db *db, struct arena *arena, struct target_department **rows_out,
                                  size_t *count_out) MUST_CHECK;
/* Sums by department and month (then `pick` names no people), or also by person. `actual`: of facts, else of targets.
 */
enum err target_store_sums(struct db *db, struct arena *arena, const struct target_span *span,
                           const struct target_pick *pick, bool actual, bool by_user, struct target_sum **rows_out,
                           size_t *count_out) MUST_CHECK;
/* Targets of the year by level and department, of exactly that one; several rows of one add up. `pick` names no people;
 * the level of the span is not looked at. */
enum err target_store_year_sums(struct db *db, struct arena *arena, const struct target_span *span,
                                const struct target_pick *pick, struct target_year_sum **rows_out,
                                size_t *count_out) MUST_CHECK;
/* Assignments that touch the months, by name and person. `lock`: nobody is moved until the transaction ends. */
enum err target_store_members(struct db *db, struct arena *arena, const struct target_span *span,
                              const struct target_pick *pick, bool lock, struct target_member **rows_out,
                              size_t *count_out) MUST_CHECK;
/* Stored cells: people before departments, then by subject and month. */
enum err target_store_rows(struct db *db, struct arena *arena, const struct target_span *span,
                           const struct target_pick *pick, struct target_row **rows_out, size_t *count_out) MUST_CHECK;
/* Name of a person. Errors: ERR_NOT_FOUND. */
enum err target_store_user_name(struct db *db, struct arena *arena, int64_t user_id, struct str *out) MUST_CHECK;
/* People by name: id and name of those asked for. */
struct target_person {
    int64_t id;      /* user.id */
    struct str name; /* shown */
};
enum err target_store_people(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                             struct target_person **rows_out, size_t *count_out) MUST_CHECK;

/* Holds the year's sheet of the measure until the transaction ends: saves of it run one after the other.
 * Lock order: sheet, assignments, cells. */
enum err target_store_lock_sheet(struct request *request, int64_t year, enum measure measure) MUST_CHECK;
/* Adds to the departments' totals: what cells gained or lost, one row a department and month, in that order. */
enum err target_store_add_totals(struct request *request, enum measure measure, enum target_level level,
                                 const struct target_sum *sums, size_t count) MUST_CHECK;
/* The same by calendar year, in the order of year and department. */
enum err target_store_add_years(struct request *request, enum measure measure, const struct target_year_sum *sums,
                                size_t count) MUST_CHECK;
/* Inserts or replaces cells and raises their versions. */
enum err target_store_put(struct request *request, enum measure measure, enum target_level level,
                          const struct target_row *rows, size_t count) MUST_CHECK;

/* Facts, newest first. */
enum err target_store_facts(struct db *db, struct arena *arena, const struct target_facts_request *facts,
                            struct target_fact **rows_out, size_t *count_out) MUST_CHECK;
/* Sum and number of all facts asked for: from the monthly sums when whole months are asked for, else from the facts. */
enum err target_store_facts_sum(struct db *db, struct arena *arena, const struct target_facts_request *facts,
                                int64_t *sum_out, int64_t *count_out) MUST_CHECK;

/* What a person may read of a record behind a fact. */

#endif
