/* Customers that nobody follows up: step by step more people hear of them. */
#ifndef DABIAO_ESCALATION_RULES_H
#define DABIAO_ESCALATION_RULES_H

#include "platform/job.h"

/* Job `escalation.run`: every customer passes each step once, until somebody follows up or another owner gets it. */
enum err escalation_run(struct job *job, json_t **result_out) MUST_CHECK;

#endif
