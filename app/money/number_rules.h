/* Patterns of numbers, inside the feature. */
#ifndef DABIAO_NUMBER_RULES_H
#define DABIAO_NUMBER_RULES_H

#include "number_store.h"

/* The number that the next record of the kind would get. */
enum err number_example(struct request *request, const struct number_pattern_row *row, struct str *out) MUST_CHECK;
/* Whether numbers can be given out by it. Errors: ERR_INVALID. */
enum err number_check(struct request *request, struct str pattern, struct str restarts) MUST_CHECK;
/* Takes the request's body. Errors: ERR_NOT_FOUND, ERR_STALE_VERSION, ERR_INVALID. */
enum err number_change(struct request *request, int64_t id, int64_t version) MUST_CHECK;

#endif
