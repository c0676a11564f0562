/* SQL of the automatic distribution. */
#ifndef DABIAO_POOL_DISTRIBUTE_STORE_H
#define DABIAO_POOL_DISTRIBUTE_STORE_H

#include "pool_store.h"

/* Somebody who may be given customers. */
struct candidate_row {
    int64_t user_id;
    struct str name;
    int64_t weight; /* of the person's own line, else the greatest of the others */
    int64_t held;   /* customers held now */
    int64_t given;  /* by this distribution today */
};
/* Active members of the pool, by id. */
enum err distribute_store_candidates(struct db *db, struct arena *arena, int64_t pool_id, struct date day,
                                     struct candidate_row **rows_out, size_t *count_out) MUST_CHECK;
/* Ids of active pools that give customers away by themselves. */
enum err distribute_store_pools(struct db *db, struct arena *arena, int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Customers of the pool behind a place in it, the longest waiting first. */
struct waiting_row {
    int64_t id;
    struct opt_instant pool_entered_at; /* set */
    bool is_gone;                       /* somebody took it meanwhile */
};
enum err distribute_store_waiting(struct db *db, struct arena *arena, int64_t pool_id, struct waiting_row after,
                                  int64_t limit, struct waiting_row **rows_out, size_t *count_out) MUST_CHECK;
/* Locks them by ascending id, as everybody locks customers, and marks those that lie in the pool no more. */
enum err distribute_store_lock(struct db *db, struct arena *arena, int64_t pool_id, struct waiting_row *rows,
                               size_t count) MUST_CHECK;
/* Pairs customer, person: who lost one of them after `since`. */
enum err distribute_store_former(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                 struct date since, struct rows *out) MUST_CHECK;

/* Where the distribution of a pool stands. */
struct pointer_row {
    struct opt_int last_user_id;
    struct opt_instant last_run_at;
    struct opt_str note; /* JSON: [{user_id, name, reason}] */
};
/* `lock`: only one distribution of the pool at a time. Errors: ERR_NOT_FOUND (not `lock`). */
enum err distribute_store_pointer(struct db *db, struct arena *arena, int64_t pool_id, bool lock,
                                  struct pointer_row *out) MUST_CHECK;
enum err distribute_store_set_pointer(struct request *request, int64_t pool_id, struct opt_int last_user_id,
                                      struct str note) MUST_CHECK;

#endif
