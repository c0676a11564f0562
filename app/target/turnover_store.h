/* SQL of comings and goings: who joined, moved or left within a year, and how their targets stand. */
#ifndef DABIAO_TARGET_TURNOVER_STORE_H
#define DABIAO_TARGET_TURNOVER_STORE_H

#include "round_store.h"

/* Somebody who joined, moved or left. */
struct turnover_row {
    int64_t kind;                 /* enum turnover_kind */
    struct date on;               /* first day here, first day there, last day */
    int64_t user_id;              /* who */
    struct str name;              /* shown */
    int64_t from_department_id;   /* moved, left; else 0 */
    int64_t to_department_id;     /* joined, moved; else 0 */
    struct opt_instant known_at;  /* moved: when it was written down */
    int64_t plan_id;              /* 0: no target yet */
    int64_t state;                /* enum plan_state of the target */
    struct opt_int change_number; /* version that waits */
};

/* Of these departments or people between two days, newest first. */
enum err turnover_store_list(struct db *db, struct arena *arena, int64_t round_id, enum measure measure,
                             const struct target_span *span, const struct target_pick *pick, int64_t limit,
                             struct turnover_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
