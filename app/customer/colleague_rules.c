/* The same predicate as everywhere, asked as somebody else. */
#include "colleague_rules.h"

#include "platform/identity_load.h"
#include "platform/scope.h"

enum err colleague_may(struct request *request, int64_t user_id, enum permission permission,
                       const struct object *object, int64_t id, bool for_write, bool *out)
{
    struct error error;
    struct request asked = *request;
    *out = false;
    error_init(&error, request->arena);
    asked.error = &error;
    enum err err = identity_load_user(&asked, request->db, user_id);
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    if (!identity_can(asked.user, permission)) {
        return OK;
    }
    err = scope_check(&asked, object, id, for_write);
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}
