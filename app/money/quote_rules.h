/* Quotes, inside the feature. */
#ifndef DABIAO_QUOTE_RULES_H
#define DABIAO_QUOTE_RULES_H

#include "platform/job.h"
#include "platform/object.h"

extern const struct object QUOTE;

/* Whether the user sees what quotes come to. */
bool quote_shows_amounts(const struct request *request);

/* Allows a discount that its maker may not give. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_CONFLICT. */
enum err quote_approve(struct request *request, int64_t id) MUST_CHECK;
/* Makes the contract of a quote, once. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_CONFLICT, ERR_INVALID. */
enum err quote_make_contract(struct request *request, int64_t id, int64_t *contract_id_out) MUST_CHECK;
/* Its versions that were sent and then changed, newest first. Errors: ERR_NOT_FOUND. */
enum err quote_versions(struct request *request, int64_t id, json_t **out) MUST_CHECK;
/* The nightly job: what was sent and is no longer valid has expired. */
enum err quote_run_expire(struct job *job, json_t **result_out) MUST_CHECK;

#endif
