/* SQL of the platform's commands. */
#ifndef DABIAO_PLATFORM_COMMAND_STORE_H
#define DABIAO_PLATFORM_COMMAND_STORE_H

#include "platform/db.h"

/* Errors: ERR_NOT_FOUND. */
enum err command_store_user(struct db *db, struct arena *arena, struct str login, int64_t *id_out) MUST_CHECK;

#endif
