/* The records a job is about: named, or all that match. */
#ifndef DABIAO_PLATFORM_OBJECT_IDS_H
#define DABIAO_PLATFORM_OBJECT_IDS_H

#include <jansson.h>

#include "platform/object.h"

/* What a request over many records must hold: either `ids` or a `filter` that the user's list of the object could have.
 * Errors: ERR_INVALID naming the field `ids`, ERR_BAD_FILTER. */
enum err object_ids_check(struct request *request, const struct object *object, const json_t *ids,
                          const json_t *filter) MUST_CHECK;
/* The ids named, or, without `ids`, those of all records in scope that match the filter now. `deleted`: those in the
 * recycle bin. */
enum err object_ids_find(struct request *request, const struct object *object, const json_t *ids, const json_t *filter,
                         bool deleted, int64_t **ids_out, size_t *count_out) MUST_CHECK;

#endif
