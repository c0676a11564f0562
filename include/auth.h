/* Sign-in: passwords, sessions, the second step; the company's first administrator and the built-in roles. */
#ifndef DABIAO_AUTH_H
#define DABIAO_AUTH_H

#include "platform/command.h"
#include "platform/http.h"
#include "platform/route.h"

extern const struct feature AUTH_FEATURE;
/* `dabiao create-admin`; ended by a row without name. */
extern const struct command AUTH_COMMANDS[];

/* Why a password is refused, as the code of a field error, or NULL when it is good: "too_short" (under 10 characters),
 * "too_long" (over 200), "contains_name" (it is the login or the name, digits and case apart), "too_common". */
const char *password_fault(struct arena *arena, struct str login, struct str name, struct str password);
/* Refuses a bad password with ERR_WEAK_PASSWORD, naming `field` of the body. */
enum err password_check(struct request *request, const char *field, struct str login, struct str name,
                        struct str password) MUST_CHECK;

/* Creates what is missing of the built-in roles (admin, operations, manager, sales, finance, executive) with their
 * permissions and scopes; roles that exist are left as they are. Runs inside the caller's transaction. */
enum err roles_seed(struct db *db, struct arena *arena, struct instant now) MUST_CHECK;
/* The company row and the top department, when there is none yet, and the built-in roles; `department_id_out` is the
 * top department. Runs inside the caller's transaction. */
enum err company_seed(struct db *db, struct arena *arena, const struct config *config, struct instant now,
                      int64_t *department_id_out) MUST_CHECK;
/* Gives a person a password, in the caller's transaction; `must_change` for first passwords. Checks nothing. */
enum err auth_set_password(struct db *db, struct arena *arena, const struct config *config, int64_t user_id,
                           struct str password, bool must_change, struct instant now) MUST_CHECK;
/* Ends all sessions of a person; `reason`: sign_out reuse admin password_change disabled. */
enum err auth_end_sessions(struct db *db, struct arena *arena, int64_t user_id, const char *reason,
                           struct instant now) MUST_CHECK;

#endif
