/* SQL of facts and their sums. Only metric_rules calls it. */
#ifndef DABIAO_METRIC_STORE_H
#define DABIAO_METRIC_STORE_H

#include "measure_store.h"

/* An object whose records count, and as what. */
struct metric_source {
    const char *object;  /* struct object name */
    const char *table;   /* SQL table */
    const char *columns; /* SQL: business date, moment (one of both NULL), first and second amount (NULL: does not count
                            as that); alias t */
    const char *counts;  /* SQL condition of the records that count; alias t */
    enum measure measures[2]; /* what the amounts are */
    size_t measure_count;     /* used in `measures` */
    const struct measure_definition
        *definition; /* of a measure that people defined: instead of columns and counts; else NULL */
};

/* Which records: `ids`, or, when that is NULL, those with from < id <= to. */
struct metric_pick {
    const int64_t *ids; /* ascending, distinct */
    size_t count;       /* in `ids` */
    int64_t from, to;   /* range */
};

/* One counting record with one of its owner intervals and one of that owner's assignments. */
struct source_row {
    int64_t record_id;                   /* the record */
    struct date on;                      /* business date of the event */
    struct opt_int amounts[2];           /* as the source's measures say; absent: no such fact */
    struct opt_int interval_id;          /* the owner interval; absent: the record has no history */
    struct opt_date owner_from;          /* its first day */
    struct opt_int owner_id;             /* of the interval, else of the record */
    struct opt_int owner_department_id;  /* of the interval, else of the record */
    struct opt_date member_from;         /* first day of the assignment; absent: none */
    struct opt_date member_to;           /* first day after it; absent: open */
    struct opt_int member_department_id; /* of the assignment */
};

/* A fact, as computed or as stored. */
struct fact {
    int64_t record_id;     /* the record */
    enum measure measure;  /* what is measured */
    struct date on;        /* business date */
    int64_t user_id;       /* 0: nobody */
    int64_t department_id; /* never 0 */
    int64_t amount;        /* minor units or count */
};

/* A change of one monthly sum. */
struct rollup_delta {
    enum measure measure;    /* key … */
    enum target_level level; /* totals of targets: … */
    struct date month;       /* first day */
    int64_t department_id;   /* … */
    int64_t user_id;         /* … key */
    int64_t amount;          /* to add */
    int64_t fact_count;      /* to add */
};

/* A change of a department's sum of targets of one calendar year. */
struct year_delta {
    enum measure measure;    /* key … */
    int64_t year;            /* calendar year */
    int64_t department_id;   /* … */
    enum target_level level; /* … key */
    int64_t amount;          /* to add */
    int64_t own;             /* to add to the department's own */
};

/* What attribution needs to know of the company. */
struct metric_company {
    struct str time_zone;   /* IANA name */
    struct opt_int root_id; /* department that takes what belongs to nobody */
    struct str currency;    /* of all figures */
    int64_t start_month;    /* first month of the fiscal year */
};

/* All objects that count; ended by a row without object. */
extern const struct metric_source METRIC_SOURCES[];

enum err metric_store_company(struct db *db, struct arena *arena, struct metric_company *out) MUST_CHECK;
/* Rows by record, then by owner interval (the later decides), then by assignment. `lock` keeps records, intervals and
 * assignments from changing until the transaction ends, so that a move at the same moment cannot be missed. */
enum err metric_store_sources(struct db *db, struct arena *arena, const struct metric_source *source,
                              const struct metric_company *company, const struct metric_pick *pick, bool lock,
                              struct source_row **rows_out, size_t *count_out) MUST_CHECK;
/* Stored facts by record and measure. */
enum err metric_store_facts(struct db *db, struct arena *arena, const struct metric_source *source,
                            const struct metric_pick *pick, struct fact **facts_out, size_t *count_out) MUST_CHECK;
/* Those of the records that have facts from that day on: only these can an interval change that begins then, for a
 * record's first interval reaches back before all days. Their locks must be held, or the answer is old at once. */
enum err metric_store_moved(struct db *db, struct arena *arena, const char *object, const int64_t *ids, size_t count,
                            struct date from, int64_t **ids_out, size_t *count_out) MUST_CHECK;
enum err metric_store_put(struct db *db, struct arena *arena, const struct metric_source *source,
                          const struct fact *facts, size_t count) MUST_CHECK;
enum err metric_store_delete(struct db *db, struct arena *arena, const struct metric_source *source,
                             const struct fact *facts, size_t count) MUST_CHECK;
/* All facts and sums of a measure, before it is deleted. */
enum err metric_store_clear(struct db *db, struct arena *arena, enum measure measure) MUST_CHECK;
/* Change orders of contracts. */
enum err metric_store_orders(struct db *db, struct arena *arena, const int64_t *ids, size_t count, int64_t **ids_out,
                             size_t *count_out) MUST_CHECK;
/* Deltas in the order of the key: the order in which all writers lock the sums. */
enum err metric_store_add(struct db *db, struct arena *arena, const struct rollup_delta *deltas,
                          size_t count) MUST_CHECK;
/* The same for the departments' sums; people are not looked at. */
enum err metric_store_add_departments(struct db *db, struct arena *arena, const struct rollup_delta *deltas,
                                      size_t count) MUST_CHECK;
/* Highest id of the object's records and facts. */
enum err metric_store_last_id(struct db *db, struct arena *arena, const struct metric_source *source,
                              int64_t *out) MUST_CHECK;
/* Records of the object with facts of the person since `from`, ascending. */
enum err metric_store_of_user(struct db *db, struct arena *arena, const struct metric_source *source, int64_t user_id,
                              struct date from, int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Puts the person's targets of months from `from` on, and their share of the departments' totals, into the departments
 * of today's history. */
enum err metric_store_stamp_targets(struct db *db, struct arena *arena, int64_t user_id, struct date from) MUST_CHECK;

/* Sums that differ from their facts: `amount` and `fact_count` are facts less stored. */
enum err metric_store_wrong_rollups(struct db *db, struct arena *arena, struct rollup_delta **deltas_out,
                                    size_t *count_out) MUST_CHECK;
/* Departments' sums that differ from those of their people: likewise. */
enum err metric_store_wrong_departments(struct db *db, struct arena *arena, struct rollup_delta **deltas_out,
                                        size_t *count_out) MUST_CHECK;
/* Departments' totals of targets that differ from their cells: `amount` is cells less stored. */
enum err metric_store_wrong_totals(struct db *db, struct arena *arena, struct rollup_delta **deltas_out,
                                   size_t *count_out) MUST_CHECK;
enum err metric_store_add_totals(struct db *db, struct arena *arena, const struct rollup_delta *deltas,
                                 size_t count) MUST_CHECK;
/* The same by calendar year. */
enum err metric_store_wrong_years(struct db *db, struct arena *arena, struct year_delta **deltas_out,
                                  size_t *count_out) MUST_CHECK;
enum err metric_store_add_years(struct db *db, struct arena *arena, const struct year_delta *deltas,
                                size_t count) MUST_CHECK;
/* A person's target that stands in another department than the history says. */
struct wrong_target {
    int64_t user_id;     /* whose */
    struct date month;   /* first day */
    int64_t stored_id;   /* department of the row */
    int64_t expected_id; /* department of the history */
};
enum err metric_store_wrong_targets(struct db *db, struct arena *arena, struct wrong_target **rows_out,
                                    size_t *count_out) MUST_CHECK;

#endif
