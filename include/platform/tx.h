/* Transactions. The dispatcher owns the one of a request; jobs and commands use db_tx. There is no other begin. */
#ifndef DABIAO_PLATFORM_TX_H
#define DABIAO_PLATFORM_TX_H

#include "platform/db.h"

/* How often a transaction is run again after ERR_BUSY before the caller hears of it. */
enum { TX_ATTEMPTS = 8 };

/* Only for the dispatcher. */
enum err tx_begin(struct db *db) MUST_CHECK;
/* Errors: ERR_BUSY when certification failed (run it all again), ERR_UNAVAILABLE when the outcome is unknown. */
enum err tx_commit(struct db *db) MUST_CHECK;
void tx_rollback(struct db *db);
/* A point inside the open transaction that tx_undo goes back to, as often as wanted: a row of an import that is refused
 * half-way leaves nothing. `name` is a literal; marking it again moves it. Errors: those of the verbs. */
enum err tx_mark(struct db *db, const char *name) MUST_CHECK;
enum err tx_undo(struct db *db, const char *name) MUST_CHECK;
/* Waits before attempt `attempt` (1…): a few ms, growing, with jitter. */
void tx_back_off(int attempt);

/* Runs `body` in a transaction: commit when it returns OK, else roll back; again after ERR_BUSY. `body` has no effect
 * outside the database and may run several times. */
enum err db_tx(struct db *db, enum err (*body)(struct db *db, void *context), void *context) MUST_CHECK;

#endif
