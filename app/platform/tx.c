/* Transactions: begin, commit, roll back, run again after a deadlock. */
#include "platform/tx.h"

#include <stdlib.h>
#include <time.h>

#include "platform/db_internal.h"

enum err tx_begin(struct db *db)
{
    /* Nothing has happened yet, so a lost connection may be opened again. */
    struct str begin = db_is_read_only(db) ? STR("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY") : STR("START TRANSACTION");
    enum err err = db_script(db, begin);
    if (err == ERR_UNAVAILABLE) {
        err = db_script(db, begin);
    }
    db_set_in_transaction(db, err == OK);
    return err;
}

enum err tx_commit(struct db *db)
{
    enum err err = db_script(db, STR("COMMIT"));
    if (err != OK && err != ERR_UNAVAILABLE) {
        tx_rollback(db);
        return err;
    }
    db_set_in_transaction(db, false);
    return err;
}

void tx_rollback(struct db *db)
{
    /* A connection that cannot roll back is closed: the server then does it. */
    if (db_script(db, STR("ROLLBACK")) != OK) {
        db_disconnect(db);
    }
    db_set_in_transaction(db, false);
}

void tx_back_off(int attempt)
{
    long ceiling_ms = 4L << (attempt < 7 ? attempt : 7);
    struct timespec pause = {0, (1 + random() % ceiling_ms) * 1000000L};
    nanosleep(&pause, NULL);
}

enum err db_tx(struct db *db, enum err (*body)(struct db *db, void *context), void *context)
{
    for (int attempt = 1;; attempt++) {
        enum err err = tx_begin(db);
        if (err == OK) {
            err = body(db, context);
            if (err == OK) {
                err = tx_commit(db);
            } else {
                tx_rollback(db);
            }
        }
        if (err != ERR_BUSY || attempt == TX_ATTEMPTS) {
            return err;
        }
        tx_back_off(attempt);
    }
}
