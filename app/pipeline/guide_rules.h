/* The guide of one opportunity. */
#ifndef DABIAO_GUIDE_RULES_H
#define DABIAO_GUIDE_RULES_H

#include "platform/http.h"

/* All stages with what is to do, what is done, and what their gates would say. Errors: ERR_NOT_FOUND. */
enum err guide_show(struct request *request, int64_t opportunity_id, json_t **out) MUST_CHECK;
/* Ticks an item, or takes that back; a note is kept. Answers with the item. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN,
 * ERR_INVALID for what can only be read. */
enum err guide_mark(struct request *request, int64_t opportunity_id, int64_t item_id, const json_t *body,
                    json_t **out) MUST_CHECK;
/* Makes the tasks of a stage (0: where it stands) that are not made already. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN,
 * ERR_INVALID, those of a new task. */
enum err guide_make_plan(struct request *request, int64_t opportunity_id, int64_t stage_id, json_t **out) MUST_CHECK;

#endif
