/* Customers, their contacts, follow-ups and tags; duplicates and the claims that come of them. */
#ifndef DABIAO_CUSTOMER_H
#define DABIAO_CUSTOMER_H

#include "platform/object.h"

extern const struct object CUSTOMER;
extern const struct object CONTACT;
extern const struct object FOLLOW_UP;
extern const struct object TAG;
extern const struct object ESCALATION_STEP;
extern const struct feature CUSTOMER_FEATURE;
extern const struct feature DUPLICATE_FEATURE;
extern const struct feature CONFLICT_FEATURE;
extern const struct feature MERGE_FEATURE;
extern const struct feature FOLLOW_UP_FEATURE;
extern const struct feature ATTACHMENT_FEATURE;

/* Recomputes last_follow_up_at and next_plan_at from the follow-ups; part of the caller's transaction. */
enum err customer_refresh_follow_ups(struct request *request, int64_t customer_id) MUST_CHECK;

#endif
