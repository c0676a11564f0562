/* What tx.c and migrate.c need of a connection beyond db.h. */
#ifndef DABIAO_PLATFORM_DB_INTERNAL_H
#define DABIAO_PLATFORM_DB_INTERNAL_H

#include "platform/db.h"

void db_set_in_transaction(struct db *db, bool in_transaction);
bool db_is_read_only(const struct db *db);
/* Closes now; the next use opens again. */
void db_disconnect(struct db *db);
/* Connects to another database than the configured one ("" for none). */
enum err db_connect_to(struct db *db, const char *database) MUST_CHECK;
/* Notes and logs a failure of the server and maps it. */
enum err db_fail(struct db *db, const char *name, unsigned code, const char *state, const char *message);

#endif
