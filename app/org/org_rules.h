/* What org_api asks of org_rules. */
#ifndef DABIAO_ORG_RULES_H
#define DABIAO_ORG_RULES_H

#include "platform/http.h"
#include "platform/job.h"
#include "platform/object.h"

/* Where the records of somebody who leaves go. */
struct handover_plan {
    struct opt_int successor_id; /* takes what nobody else is named for */
    struct opt_int pool_id;      /* customers lie there from then on */
    const json_t *by_object;     /* [{object, user_id}]: kinds that go to others; NULL: none */
};
/* Whoever takes records over is somebody else, and at work; the pool is in reach. Errors: ERR_INVALID. */
enum err org_check_plan(struct request *request, int64_t user_id, const struct handover_plan *plan) MUST_CHECK;
/* Whether each kind of what a person has (org_holdings) is taken by somebody. */
bool org_plan_covers(const struct request *request, const struct handover_plan *plan, const json_t *holdings);
/* Job user.handover: everything a person owns goes where the plan says, in chunks; may be run again. */
enum err org_run_handover(struct job *job, json_t **result_out) MUST_CHECK;
/* Job org.places: moves planned for today take effect; may be run again. */
enum err org_run_places(struct job *job, json_t **result_out) MUST_CHECK;
/* All that a person owns may be given away by the asking user. Errors: ERR_FORBIDDEN. */
enum err org_check_holdings(struct request *request, int64_t user_id) MUST_CHECK;
/* Appends {object, count} for what a person owns. */
enum err org_holdings(struct request *request, int64_t user_id, json_t *items, int64_t *total_out) MUST_CHECK;
/* Records that somebody has: histories stay with whoever was there. */
bool org_is_owned(const struct object *object);

#endif
