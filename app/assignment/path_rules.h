/* The way of one customer since it was assigned, and the list of its holders. */
#ifndef DABIAO_PATH_RULES_H
#define DABIAO_PATH_RULES_H

#include "platform/field.h"
#include "platform/http.h"

extern const struct field PATH_ANSWER[];
extern const struct field INTERVALS_ANSWER[];
/* Of an interval in scope: only what the user may see. Errors: ERR_NOT_FOUND. */
enum err path_make(struct request *request, int64_t assignment_id, json_t **out) MUST_CHECK;
/* Of a customer in scope. Errors: ERR_NOT_FOUND. */
enum err path_intervals(struct request *request, int64_t customer_id, json_t **out) MUST_CHECK;

#endif
