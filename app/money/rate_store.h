/* SQL of rates of exchange. */
#ifndef DABIAO_RATE_STORE_H
#define DABIAO_RATE_STORE_H

#include "platform/db.h"

/* The rate that holds on a day: that of the day, or the last one before. Errors: ERR_NOT_FOUND. */
enum err rate_store_find(struct db *db, struct arena *arena, struct str currency, struct date on,
                         int64_t *out) MUST_CHECK;

#endif
