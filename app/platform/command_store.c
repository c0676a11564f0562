/* SQL of the platform's commands. */
#include "platform/command_store.h"

struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};

STATEMENT_ROWS(FIND_USER, "command.find_user", struct number, NUMBER,
               "SELECT id AS value FROM `user` WHERE login = ? AND deleted_at IS NULL");

enum err command_store_user(struct db *db, struct arena *arena, struct str login, int64_t *id_out)
{
    struct number id;
    TRY(db_one(db, arena, &FIND_USER, ARGS(V(login)), &id));
    *id_out = id.value;
    return OK;
}
