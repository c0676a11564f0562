/* SQL of tags beyond what the object tables give. */
#ifndef DABIAO_TAG_STORE_H
#define DABIAO_TAG_STORE_H

#include "platform/db.h"

/* Records that have a tag, those in the recycle bin too. */
enum err tag_store_usage(struct db *db, struct arena *arena, int64_t tag_id, int64_t *out) MUST_CHECK;

#endif
