/* Holds every statement of the program against the configured database. */
#ifndef DABIAO_PLATFORM_CHECK_SQL_H
#define DABIAO_PLATFORM_CHECK_SQL_H

#include <stdio.h>

#include "platform/config.h"
#include "platform/err.h"

/* Prepares every STATEMENT and compares its result columns with its row struct. Prints one line for each complaint and
 * a last line with the counts. Errors: ERR_INVALID (complaints), ERR_UNAVAILABLE. */
enum err check_sql_run(const struct config *config, FILE *out) MUST_CHECK;

#endif
