/* Transactions: begin, commit, roll back, and run again after a conflict. */
#include "platform/tx.h"

#include <assert.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "db_internal.h"

enum { BACK_OFF_MS = 4, BACK_OFF_DOUBLINGS = 6 };

static void forget(struct db *db)
{
    db->in_tx = false;
    db->doomed = OK;
}

enum err tx_begin(struct db *db)
{
    assert(!db->in_tx);
    struct str begin =
        db->mode == DB_READ ? STR("START TRANSACTION WITH CONSISTENT SNAPSHOT") : STR("START TRANSACTION");
    db_clear_failure(db);
    TRY(db_ready(db));
    enum err err = db_send(db, begin);
    if (err == ERR_UNAVAILABLE && db->mysql == NULL) {
        /* Nothing has happened in it yet, so a lost connection is simply opened again. */
        TRY(db_ready(db));
        err = db_send(db, begin);
    }
    db->in_tx = err == OK;
    return err;
}

enum err tx_commit(struct db *db)
{
    assert(db->in_tx);
    if (db->doomed != OK) {
        enum err why = db->doomed;
        tx_rollback(db);
        return why;
    }
    db_clear_failure(db);
    enum err err = db_send(db, STR("COMMIT"));
    if (err != OK) {
        tx_rollback(db); /* a commit that failed is over, but how far is not said */
        return err;
    }
    forget(db);
    return OK;
}

void tx_rollback(struct db *db)
{
    if (!db->in_tx) {
        return;
    }
    forget(db);
    if (db->mysql != NULL && db_send(db, STR("ROLLBACK")) != OK) {
        db_disconnect(db); /* the server then rolls back */
    }
}

static enum err send_named(struct db *db, const char *verb, const char *name)
{
    char sql[128];
    int len = snprintf(sql, sizeof sql, "%s %s", verb, name);
    assert(db->in_tx && len < (int)sizeof sql);
    return db_script(db, str_n(sql, (size_t)len));
}

enum err tx_mark(struct db *db, const char *name)
{
    return send_named(db, "SAVEPOINT", name);
}

enum err tx_undo(struct db *db, const char *name)
{
    return send_named(db, "ROLLBACK TO SAVEPOINT", name);
}

void tx_back_off(int attempt)
{
    int doublings = attempt < BACK_OFF_DOUBLINGS ? attempt : BACK_OFF_DOUBLINGS;
    long ceiling_us = (long)BACK_OFF_MS * 1000 << doublings;
    unsigned dice = 0;
    /* Forked processes must not draw the same numbers, or they meet again. */
    if (getrandom(&dice, sizeof dice, 0) != sizeof dice) {
        dice = (unsigned)attempt * 2654435761U;
    }
    struct timespec pause = {.tv_nsec = (1000 + (long)(dice % (unsigned long)ceiling_us)) * 1000};
    nanosleep(&pause, NULL);
}

static enum err run_body(struct db *db, enum err (*body)(struct db *db, void *context), void *context)
{
    TRY(tx_begin(db));
    enum err err = body(db, context);
    if (err != OK) {
        tx_rollback(db);
        return err;
    }
    return tx_commit(db);
}

enum err db_tx(struct db *db, enum err (*body)(struct db *db, void *context), void *context)
{
    for (int attempt = 1;; attempt++) {
        enum err err = run_body(db, body, context);
        if (err != ERR_BUSY || attempt == TX_ATTEMPTS) {
            return err;
        }
        tx_back_off(attempt);
    }
}
