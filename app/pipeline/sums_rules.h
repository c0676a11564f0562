/* Opportunities counted and summed by day, owner or stage: what calendar and timeline show beside the rows. */
#ifndef DABIAO_SUMS_RULES_H
#define DABIAO_SUMS_RULES_H

#include "platform/field.h"
#include "platform/http.h"

extern const struct field SUMS_QUERY[];
extern const struct field SUMS_ANSWER[];
/* Handler. Of all that match filter and search. Errors: ERR_BAD_FILTER, ERR_FORBIDDEN, ERR_INVALID. */
enum err sums_make(struct request *request, struct response *response) MUST_CHECK;

#endif
