/* What the feature hears of other features' records. */
#ifndef DABIAO_POOL_LISTEN_RULES_H
#define DABIAO_POOL_LISTEN_RULES_H

#include "platform/object.h"

/* Customers that went into a pool or came out of it. */
enum err pool_hear_moved(struct request *request, const struct object *object, const struct record_move *moves,
                         size_t count, const struct move_options *options) MUST_CHECK;
/* Customers that were made in a pool, deleted there, or came back from the recycle bin. */
enum err pool_hear_saved(struct request *request, const struct record_change *change) MUST_CHECK;
/* What happened in pools goes with a customer that is removed for good; that of one which went into another stays as
 * long as that one. */
enum err pool_hear_purged(struct db *db, struct arena *arena, const struct object *object, int64_t id) MUST_CHECK;

#endif
