/* Shares last as long as somebody holds the record: what the feature hears of other features' records. */
#ifndef DABIAO_ENDED_RULES_H
#define DABIAO_ENDED_RULES_H

#include "platform/object.h"

/* Records that nobody holds any more: their shares end, and come back when the run that took them is undone. */
enum err share_hear_moved(struct request *request, const struct object *object, const struct record_move *moves,
                          size_t count, const struct move_options *options) MUST_CHECK;
/* Nothing is kept of records that are removed for good. */
enum err share_hear_purged(struct db *db, struct arena *arena, const struct object *object, int64_t id) MUST_CHECK;

#endif
