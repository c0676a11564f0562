/* What somebody else may do: asked before a colleague is called or told of a record. */
#ifndef DABIAO_COLLEAGUE_RULES_H
#define DABIAO_COLLEAGUE_RULES_H

#include "platform/object.h"

/* May this person, by rights and scope, see (or, for_write, change) the record, and has the permission? People who
 * cannot sign in may nothing. */
enum err colleague_may(struct request *request, int64_t user_id, enum permission permission,
                       const struct object *object, int64_t id, bool for_write, bool *out) MUST_CHECK;

#endif
