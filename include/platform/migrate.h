/* The schema's version: numbered files sql/migrations/NNNN_name.sql, applied in order, forward only, never edited
 * after release. The newest number the program knows is that of the newest file. */
#ifndef DABIAO_PLATFORM_MIGRATE_H
#define DABIAO_PLATFORM_MIGRATE_H

#include <stdio.h>

#include "platform/config.h"
#include "platform/db.h"

/* Brings the configured database to the program's version and loads the seeds (sql/seed, data every installation has;
 * loaded again when a file changed); creates the database when it is missing and the account may.
 * May be run again after a crash and by several machines at once: one works, the others wait. Progress and the sentence
 * about a failure go to `progress`, one a line.
 * Errors: ERR_CONFLICT (the database is newer than the program, or an applied file was changed or is missing),
 * ERR_UNAVAILABLE, ERR_BUSY (another run took more than ten minutes), ERR_INTERNAL (a statement or a file failed). */
enum err migrate_run(const struct config *config, FILE *progress) MUST_CHECK;

/* OK when the database stands exactly at the program's version. Else one sentence on stderr says what to do.
 * Errors: ERR_CONFLICT (older or newer), ERR_UNAVAILABLE, ERR_INTERNAL (the files cannot be read). */
enum err migrate_check(const struct config *config, struct db *db) MUST_CHECK;

/* Cuts a script into its statements: text between semicolons that stand outside quotes and comments. Pieces that hold
 * nothing but comments are left out. Pieces borrow from `script`, the array lives in `arena`. */
size_t migrate_split(struct arena *arena, struct str script, struct str **statements_out);

#endif
