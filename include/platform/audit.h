/* The append-only record of who did what; the timeline and the change feed read it. */
#ifndef DABIAO_PLATFORM_AUDIT_H
#define DABIAO_PLATFORM_AUDIT_H

#include "platform/http.h"

/* Adds an entry inside the request's transaction. `changes`: {field: [before, after]} or NULL; `version` 0 for none. */
enum err audit_write(struct request *request, const char *object, int64_t record_id, const char *action,
                     int64_t version, const json_t *changes, struct str reason) MUST_CHECK;

#endif
