/* Plans: open until they are done by a follow-up, or cancelled; their owners are reminded. */
#ifndef DABIAO_NEXT_PLAN_RULES_H
#define DABIAO_NEXT_PLAN_RULES_H

#include "platform/job.h"
#include "platform/object.h"

/* For `prepare` of follow-ups: the status that goes with the plan's time. */
void plan_prepare(struct request *request, struct record_change *change);
/* For `saved`. */
enum err plan_saved(struct request *request, const struct record_change *change) MUST_CHECK;
/* Makes the follow-up that does a plan; `body` is that of a follow-up without customer. Errors: ERR_NOT_FOUND,
 * ERR_FORBIDDEN, ERR_PLAN_CLOSED, those of a new follow-up. */
enum err plan_complete(struct request *request, int64_t id, const json_t *body, int64_t *follow_up_id_out) MUST_CHECK;
enum err plan_cancel(struct request *request, int64_t id, struct str reason) MUST_CHECK;
/* Job `plan.remind`: tells owners of plans that are due soon, and once more of those they missed. */
enum err plan_remind(struct job *job, json_t **result_out) MUST_CHECK;

#endif
