/* Who leaves by which rule and when: for runs, warnings, previews and trying a rule out. */
#ifndef DABIAO_POOL_RECYCLE_RULES_H
#define DABIAO_POOL_RECYCLE_RULES_H

#include "engines/worktime.h"
#include "recycle_store.h"

enum { RECYCLE_PREVIEW_DAYS_MAX = 90, RECYCLE_ROWS_MAX = 200 };

/* The query for what a rule takes on `day` (calendar or working days back from it); `covers` is parsed here. */
enum err recycle_query_of(struct request *request, const struct worktime *calendar, const struct recycle_rule *rule,
                          struct date day, struct recycle_query *out) MUST_CHECK;
/* What leaves within `days`: {days, total, items}, of the customers in the user's scope and of those that go to a pool
 * the user administers. `rule_id`: 0 for all. */
enum err recycle_preview(struct request *request, int64_t days, int64_t rule_id, json_t **out) MUST_CHECK;
/* What a rule as proposed (body member `rule`, in place of `rule_id` or beside the others) would change within `days`:
 * {days, before, after, added, dropped, items}. */
enum err recycle_try(struct request *request, json_t **out) MUST_CHECK;

#endif
