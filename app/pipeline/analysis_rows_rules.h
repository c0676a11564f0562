/* Rows behind figures of the analysis. */
#ifndef DABIAO_ANALYSIS_ROWS_RULES_H
#define DABIAO_ANALYSIS_ROWS_RULES_H

#include "platform/field.h"
#include "platform/http.h"

extern const struct field ANALYSIS_ROWS_QUERY[];
extern const struct field ANALYSIS_ROWS_ANSWER[];
/* Handler. Errors: ERR_NOT_FOUND, ERR_BAD_FILTER, ERR_FORBIDDEN, ERR_INVALID. */
enum err analysis_rows(struct request *request, struct response *response) MUST_CHECK;

#endif
