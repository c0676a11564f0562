/* SQL of newcomers: the company's ramp, and the colleagues whose history stands in for theirs. */
#ifndef DABIAO_TARGET_NEWCOMER_STORE_H
#define DABIAO_TARGET_NEWCOMER_STORE_H

#include "target_store.h"

/* The ramp as it is kept. */
struct ramp_row {
    struct str ramp_ppm; /* JSON list */
    int64_t version;     /* optimistic lock */
};
enum err ramp_store_get(struct db *db, struct arena *arena, struct ramp_row *out) MUST_CHECK;
/* Errors: ERR_STALE_VERSION. */
enum err ramp_store_put(struct request *request, struct str ramp_ppm, int64_t version) MUST_CHECK;

/* Somebody who does the same work in the same department. */
struct colleague {
    int64_t user_id;           /* user.id */
    struct opt_date joined_on; /* first day */
};
/* At work today in the department of the person and with a role in common; not the person. Ascending by id. Unscoped:
 * only what several of them did together is ever shown. */
enum err colleague_store_list_unscoped(struct db *db, struct arena *arena, int64_t user_id, struct colleague **rows_out,
                                       size_t *count_out) MUST_CHECK;

#endif
