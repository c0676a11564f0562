/* Customers, their contacts and follow-ups: one business subject, three objects. */
#ifndef DABIAO_CUSTOMER_H
#define DABIAO_CUSTOMER_H

#include "platform/object.h"

extern const struct object CUSTOMER;
extern const struct object CONTACT;
extern const struct object FOLLOW_UP;
extern const struct feature CUSTOMER_FEATURE;

/* Recomputes last_follow_up_at and next_plan_at from the follow-ups; part of the caller's transaction. */
enum err customer_refresh_follow_ups(struct request *request, int64_t customer_id) MUST_CHECK;

#endif
