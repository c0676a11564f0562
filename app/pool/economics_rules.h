/* What pools bring in, and who sits on what he claimed. */
#ifndef DABIAO_POOL_ECONOMICS_RULES_H
#define DABIAO_POOL_ECONOMICS_RULES_H

#include "platform/http.h"

/* Working minutes within which a claimed customer should be followed up: 48 working hours. */
enum { HOARDING_MINUTES = 48 * 60 };

/* {pools: [...], rules: [...]} of the days `from` … `to` (half-open). */
enum err economics_answer(struct request *request, struct date from, struct date to, json_t **out) MUST_CHECK;
/* {items: [{user_id, name, claims, in_time, late, pending, hoarding_ppm}]}, most claims first. */
enum err hoarding_answer(struct request *request, struct date from, struct date to, json_t **out) MUST_CHECK;

#endif
