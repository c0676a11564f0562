/* SQL of planning rounds: rounds, what is asked, plans with their versions and threads. Lock order: sheet, round, plan,
 * then what target_save locks. Scoped callers pass the subjects they may see. */
#ifndef DABIAO_TARGET_ROUND_STORE_H
#define DABIAO_TARGET_ROUND_STORE_H

#include "target_store.h"

/* The order of the column's list. */
enum plan_state { PLAN_DRAFT = 1, PLAN_SUBMITTED, PLAN_RETURNED, PLAN_AGREED, PLAN_LOCKED };
extern const char *const PLAN_STATES[PLAN_LOCKED + 1]; /* wire words; the first is not used */

/* A planning round. */
struct target_round {
    int64_t id;                   /* target_round.id */
    int64_t year;                 /* fiscal year */
    struct date deadline;         /* last day to answer */
    bool is_locked;               /* closed */
    struct opt_str note;          /* for those who take part */
    struct opt_date reminded_on;  /* last reminder */
    struct opt_instant locked_at; /* when it was closed */
    int64_t version;              /* optimistic lock */
};

/* What is asked of a department. */
struct target_ask {
    int64_t department_id; /* with all below */
    struct opt_int amount; /* absent: nothing any longer */
    int64_t version;       /* optimistic lock */
};

/* How far a target is agreed. */
struct target_plan {
    int64_t id;                    /* target_plan.id; 0: no row yet */
    bool is_user;                  /* kind of the subject */
    int64_t subject_id;            /* user.id or department.id */
    int64_t state;                 /* enum plan_state */
    int64_t number;                /* newest version */
    struct opt_int signed_by_id;   /* who promised */
    struct opt_str signed_by_name; /* shown */
    struct opt_instant signed_at;  /* when */
    struct opt_int agreed_by_id;   /* who agreed */
    struct opt_str agreed_by_name; /* shown */
    struct opt_instant agreed_at;  /* when */
    struct opt_int counter_number; /* version offered instead */
    struct opt_int change_number;  /* version that waits */
    bool change_by_owner;          /* which side proposed it */
    int64_t version;               /* optimistic lock; 0: no row yet */
};

/* What changes targets besides decisions; the order of the column's list. */
enum turnover_kind { TURNOVER_NONE, TURNOVER_JOINED, TURNOVER_MOVED, TURNOVER_LEFT };
extern const char *const TURNOVER_KINDS[TURNOVER_LEFT + 1]; /* wire words; the first is not used */
/* Which coming or going a version answers to. */
struct turnover_cause {
    int64_t kind;       /* enum turnover_kind; none: a decision */
    struct opt_date on; /* first day here, first day there, last day */
};

/* One version of a plan. */
struct target_plan_version {
    int64_t number;               /* 1, 2, 3 … */
    struct str kind;              /* submitted counter change */
    struct str content;           /* JSON */
    struct date effective;        /* first month that it changes */
    struct opt_str reason;        /* why */
    struct opt_instant agreed_at; /* in force since */
    struct instant created_at;    /* when */
    int64_t created_by_id;        /* who */
    struct str created_by_name;   /* shown */
    int64_t cause_kind;           /* enum turnover_kind */
    struct opt_date cause_on;     /* day of it */
};

/* One entry of a thread. */
struct target_plan_event {
    int64_t id;                 /* order */
    struct str kind;            /* what happened */
    struct opt_str text;        /* what was said */
    struct opt_int number;      /* version it is about */
    struct instant created_at;  /* when */
    struct str created_by_name; /* who */
};

/* How far one target is agreed, and nothing else of its plan. */
struct target_plan_state {
    bool is_user;       /* kind of the subject */
    int64_t subject_id; /* user.id or department.id */
    int64_t state;      /* enum plan_state */
};

/* Somebody who takes part in rounds. */
struct target_participant {
    int64_t user_id;       /* who */
    int64_t department_id; /* today */
};

enum err round_store_list(struct db *db, struct arena *arena, struct target_round **rows_out,
                          size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. `lock`: nobody closes it until the transaction ends. */
enum err round_store_get(struct db *db, struct arena *arena, int64_t id, bool lock,
                         struct target_round *out) MUST_CHECK;
enum err round_store_of_year(struct db *db, struct arena *arena, int64_t year, struct target_round *out) MUST_CHECK;
/* Errors: ERR_DUPLICATE. */
enum err round_store_create(struct request *request, int64_t year, struct date deadline, struct str note,
                            int64_t *id_out) MUST_CHECK;
enum err round_store_update(struct request *request, int64_t id, struct date deadline, struct str note) MUST_CHECK;
/* Closes the round: everything agreed is locked. */
enum err round_store_close(struct request *request, int64_t id) MUST_CHECK;
enum err round_store_reminded(struct db *db, struct arena *arena, int64_t id, struct date day) MUST_CHECK;

/* Measures that take part, as enum measure. */
enum err round_store_measures(struct db *db, struct arena *arena, int64_t round_id, enum measure **rows_out,
                              size_t *count_out) MUST_CHECK;
/* Whether the measure takes part. */
enum err round_store_asks_for(struct db *db, struct arena *arena, int64_t round_id, enum measure measure,
                              bool *out) MUST_CHECK;
/* Ascending by department. */
enum err round_store_asks(struct db *db, struct arena *arena, int64_t round_id, enum measure measure,
                          struct target_ask **rows_out, size_t *count_out) MUST_CHECK;
enum err round_store_put_ask(struct request *request, int64_t round_id, enum measure measure,
                             const struct target_ask *ask) MUST_CHECK;
/* Everybody who is at work and has the permission; of these departments and people, or of all. Ascending by id. */
enum err round_store_participants(struct db *db, struct arena *arena, const struct target_pick *pick,
                                  struct target_participant **rows_out, size_t *count_out) MUST_CHECK;

/* States of the subjects' plans, people before departments, by id; no plan: no row. */
enum err target_plan_store_states(struct db *db, struct arena *arena, int64_t round_id, enum measure measure,
                                  const struct target_pick *pick, struct target_plan_state **rows_out,
                                  size_t *count_out) MUST_CHECK;
/* The plan of one subject; an empty draft when there is none. */
enum err target_plan_store_get(struct db *db, struct arena *arena, int64_t round_id, enum measure measure, bool is_user,
                               int64_t subject_id, bool lock, struct target_plan *out) MUST_CHECK;
/* Writes the plan and raises its version; gives a new one its id. */
enum err target_plan_store_put(struct request *request, int64_t round_id, enum measure measure,
                               struct target_plan *plan) MUST_CHECK;
enum err target_plan_store_versions(struct db *db, struct arena *arena, int64_t plan_id,
                                    struct target_plan_version **rows_out, size_t *count_out) MUST_CHECK;
enum err target_plan_store_add_version(struct request *request, int64_t plan_id, int64_t number, const char *kind,
                                       struct str content, struct date effective, struct str reason,
                                       const struct turnover_cause *cause) MUST_CHECK;
/* The version is in force from now on. */
enum err target_plan_store_agree_version(struct request *request, int64_t plan_id, int64_t number) MUST_CHECK;
enum err target_plan_store_events(struct db *db, struct arena *arena, int64_t plan_id,
                                  struct target_plan_event **rows_out, size_t *count_out) MUST_CHECK;
enum err target_plan_store_add_event(struct request *request, int64_t plan_id, const char *kind, struct str text,
                                     int64_t number) MUST_CHECK;

/* Where and how long somebody works here. */
struct target_employment {
    struct str name;           /* shown */
    int64_t department_id;     /* today */
    struct opt_int manager_id; /* today */
    struct opt_date joined_on; /* first day */
    struct opt_date left_on;   /* last day */
    bool is_active;            /* may sign in */
};
/* Errors: ERR_NOT_FOUND. */
enum err target_plan_store_employment(struct db *db, struct arena *arena, int64_t user_id,
                                      struct target_employment *out) MUST_CHECK;

#endif
