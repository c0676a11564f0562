/* What org_api asks of org_rules. */
#ifndef DABIAO_ORG_RULES_H
#define DABIAO_ORG_RULES_H

#include "platform/http.h"
#include "platform/job.h"

/* Job user.handover: everything a person owns goes to a successor, in chunks; may be run again. */
enum err org_run_handover(struct job *job, json_t **result_out) MUST_CHECK;
/* Job org.places: moves planned for today take effect; may be run again. */
enum err org_run_places(struct job *job, json_t **result_out) MUST_CHECK;
/* Whoever takes records over is somebody else, and at work. Errors: ERR_INVALID. */
enum err org_check_successor(struct request *request, int64_t user_id, struct opt_int successor_id) MUST_CHECK;
/* All that a person owns may be given away by the asking user. Errors: ERR_FORBIDDEN. */
enum err org_check_holdings(struct request *request, int64_t user_id) MUST_CHECK;
/* Appends {object, count} for what a person owns. */
enum err org_holdings(struct request *request, int64_t user_id, json_t *items, int64_t *total_out) MUST_CHECK;

#endif
