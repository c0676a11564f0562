/* The tracking page's figures. */
#ifndef DABIAO_SUMMARY_RULES_H
#define DABIAO_SUMMARY_RULES_H

#include "platform/field.h"
#include "platform/http.h"

extern const struct field SUMMARY_QUERY[];
extern const struct field SUMMARY_ANSWER[];
/* Figures of the list that the query describes, each with the filter that opens exactly its rows. Errors:
 * ERR_BAD_FILTER, ERR_INVALID. */
enum err summary_make(struct request *request, json_t **out) MUST_CHECK;

#endif
