/* Promises of a first follow-up: when their steps fall due, and what then happens. */
#ifndef DABIAO_SLA_RULES_H
#define DABIAO_SLA_RULES_H

#include "engines/worktime.h"
#include "platform/job.h"
#include "sla_store.h"

/* The moment of the promise; steps come before and after it. */
struct instant sla_due_at(const struct worktime *worktime, const struct sla_policy_row *policy, struct instant from);
/* The steps of intervals that began at `from`. */
enum err sla_promise(struct db *db, struct arena *arena, const struct worktime *worktime,
                     const struct sla_policy_row *policy, struct instant from, const int64_t *assignment_ids,
                     size_t count) MUST_CHECK;
/* Job assignment.sla: does what is due, each step once, whoever else runs. */
enum err sla_run_job(struct job *job, json_t **result_out) MUST_CHECK;

#endif
