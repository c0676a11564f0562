/* The company's working days and hours, as the engines take them. */
#ifndef DABIAO_PLATFORM_CALENDAR_H
#define DABIAO_PLATFORM_CALENDAR_H

#include "engines/worktime.h"
#include "platform/db.h"

/* Working hours of the company and the exceptions of all years known; lives in `arena`. */
enum err calendar_load(struct db *db, struct arena *arena, struct worktime *out) MUST_CHECK;
/* Days in [from, to) that differ from Monday to Friday, ascending. */
enum err calendar_exceptions(struct db *db, struct arena *arena, struct date from, struct date to,
                             struct workday **rows_out, size_t *count_out) MUST_CHECK;

#endif
