/* Tables workday and company: when the company works. */
#include "platform/calendar.h"

/* The company's own part. */
struct hours {
    struct str zone;      /* IANA name */
    int64_t start_minute; /* of the day */
    int64_t end_minute;   /* of the day */
};
static const struct column HOURS[] = {COLUMN(struct hours, zone), COLUMN(struct hours, start_minute),
                                      COLUMN(struct hours, end_minute)};
static const struct column WORKDAY[] = {COLUMN(struct workday, day), COLUMN(struct workday, is_workday)};

STATEMENT_ROWS(GET_HOURS, "calendar.hours", struct hours, HOURS,
               "SELECT time_zone AS zone, work_start_minute AS start_minute, work_end_minute AS end_minute "
               "FROM company WHERE id = 1");
STATEMENT_ROWS(EXCEPTIONS, "calendar.exceptions", struct workday, WORKDAY,
               "SELECT day, is_workday FROM workday WHERE day >= ? AND day < ? ORDER BY day");

enum err calendar_exceptions(struct db *db, struct arena *arena, struct date from, struct date to,
                             struct workday **rows_out, size_t *count_out)
{
    return db_many(db, arena, &EXCEPTIONS, ARGS(V(from), V(to)), rows_out, count_out);
}

enum err calendar_load(struct db *db, struct arena *arena, struct worktime *out)
{
    struct hours hours;
    struct workday *exceptions;
    size_t count;
    TRY(db_one(db, arena, &GET_HOURS, NO_ARGS, &hours));
    TRY(calendar_exceptions(db, arena, date_of(1000, 1, 1), date_of(9999, 12, 31), &exceptions, &count));
    *out =
        (struct worktime){str_c(arena, hours.zone), (int)hours.start_minute, (int)hours.end_minute, exceptions, count};
    return OK;
}
