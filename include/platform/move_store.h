/* SQL of moves. Only move_rules.c calls it. */
#ifndef DABIAO_PLATFORM_MOVE_STORE_H
#define DABIAO_PLATFORM_MOVE_STORE_H

#include "platform/move.h"

/* A record before its move. */
struct held_row {
    int64_t id;                    /* record */
    struct opt_int owner_id;       /* now */
    struct opt_int department_id;  /* now */
    int64_t version;               /* now */
    struct opt_int pool_id;        /* where it lies (OBJECT_POOLED) */
    struct opt_instant pool_since; /* and since when */
};

/* Live records with these ids, locked, by ascending id. `for_write`: only those the user may change; `unscoped`: all.
 */
enum err move_store_lock(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                         bool unscoped, struct held_row **rows_out, size_t *count_out) MUST_CHECK;
/* Which of the ids the user may see at all. */
enum err move_store_visible(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                            int64_t **ids_out, size_t *count_out) MUST_CHECK;

/* A person who is to get records. */
struct owner_row {
    int64_t user_id;       /* who */
    int64_t department_id; /* now */
    bool active;           /* may own records */
};
/* Nobody disables or moves them until the transaction ends. */
enum err move_store_owners(struct request *request, const int64_t *ids, size_t count, struct owner_row **rows_out,
                           size_t *count_out) MUST_CHECK;
/* New owners, versions, owner histories and audit entries of the moves that are neither refused nor unchanged. */
enum err move_store_write(struct request *request, const struct object *object, const struct record_move *moves,
                          size_t count, const struct move_options *options) MUST_CHECK;

#endif
