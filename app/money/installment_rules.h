/* Payment plans, inside the feature. */
#ifndef DABIAO_INSTALLMENT_RULES_H
#define DABIAO_INSTALLMENT_RULES_H

#include "platform/job.h"
#include "platform/object.h"

extern const struct object INSTALLMENT;

/* What a change of a whole plan did. */
struct plan_changes {
    int64_t created, updated, removed; /* installments */
};
/* Takes the request's body. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID, ERR_STALE_VERSION. */
enum err plan_change(struct request *request, int64_t contract_id, struct plan_changes *out) MUST_CHECK;

/* The nightly job: marks what is overdue, tells who is to hear of it. */
enum err overdue_run(struct job *job, json_t **result_out) MUST_CHECK;
/* Allocates what payments are for, of all contracts: once, after the update that brought allocations. */
enum err money_run_allocate(struct job *job, json_t **result_out) MUST_CHECK;
/* For `dabiao doctor`. */
enum err money_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                       void *context, int64_t *wrong_out) MUST_CHECK;

#endif
