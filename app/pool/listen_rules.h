/* What the feature hears of other features' records. */
#ifndef DABIAO_POOL_LISTEN_RULES_H
#define DABIAO_POOL_LISTEN_RULES_H

#include "platform/object.h"

/* Customers that went into a pool or came out of it. */
enum err pool_hear_moved(struct request *request, const struct object *object, const struct record_move *moves,
                         size_t count, const struct move_options *options) MUST_CHECK;
/* Customers that were made in a pool, deleted there, or came back from the recycle bin. */
enum err pool_hear_saved(struct request *request, const struct record_change *change) MUST_CHECK;

#endif
