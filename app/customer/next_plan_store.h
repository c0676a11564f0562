/* SQL of plans: what a follow-up says should happen next. */
#ifndef DABIAO_NEXT_PLAN_STORE_H
#define DABIAO_NEXT_PLAN_STORE_H

#include "platform/db.h"

/* Ends an open plan. Errors: ERR_CONFLICT when it is not open. */
enum err plan_store_close(struct db *db, struct arena *arena, int64_t follow_up_id, const char *status,
                          struct opt_int done_by, struct instant now) MUST_CHECK;
/* A plan with another time: its owner is told again. */
enum err plan_store_renew(struct db *db, struct arena *arena, int64_t follow_up_id) MUST_CHECK;

/* A plan somebody is to be told of. */
struct plan_row {
    int64_t id;               /* follow_up.id */
    int64_t owner_id;         /* whose plan */
    struct str customer_name; /* with whom */
    struct opt_str plan;      /* what */
    struct instant at;        /* when */
};
/* Open plans with from < next_plan_at <= to whose owners are at work and were told less than `notice`, locked, oldest
 * first. */
enum err plan_store_due(struct db *db, struct arena *arena, int64_t notice, struct instant from, struct instant to,
                        int64_t limit, struct plan_row **rows_out, size_t *count_out) MUST_CHECK;
enum err plan_store_told(struct db *db, struct arena *arena, int64_t follow_up_id, int64_t notice) MUST_CHECK;

#endif
