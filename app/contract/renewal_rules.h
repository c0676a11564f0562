/* Renewals of contracts, inside the feature. */
#ifndef DABIAO_RENEWAL_RULES_H
#define DABIAO_RENEWAL_RULES_H

#include "platform/http.h"
#include "platform/job.h"

enum { RENEWAL_NOTICES_MAX = 6, RENEWAL_DAYS_MAX = 365 };

/* Makes what renews the contract: a draft of a contract with its lines, or an opportunity; once. Errors: ERR_NOT_FOUND,
 * ERR_FORBIDDEN, ERR_CONFLICT, ERR_INVALID. */
enum err renewal_make(struct request *request, int64_t id, bool opportunity, int64_t *id_out) MUST_CHECK;
/* Days before renewal_on at which people hear of it, largest first. */
enum err renewal_notices(struct request *request, int64_t days_out[RENEWAL_NOTICES_MAX], size_t *count_out) MUST_CHECK;
enum err renewal_set_notices(struct request *request, const json_t *list) MUST_CHECK;
/* The night's job. */
enum err renewal_run(struct job *job, json_t **result_out) MUST_CHECK;

#endif
