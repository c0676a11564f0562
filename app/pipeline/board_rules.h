/* The board: one pipeline's opportunities by stage. */
#ifndef DABIAO_BOARD_RULES_H
#define DABIAO_BOARD_RULES_H

#include "platform/field.h"
#include "platform/http.h"

extern const struct field BOARD_QUERY[];
extern const struct field BOARD_ANSWER[];
/* Handler. Counts and sums are of all that match, cards of the first. Errors: ERR_NOT_FOUND, ERR_BAD_FILTER,
 * ERR_FORBIDDEN. */
enum err board_make(struct request *request, struct response *response) MUST_CHECK;

#endif
