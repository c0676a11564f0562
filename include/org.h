/* The organisation: departments, people, roles, company settings, regions; who stood where on which day. */
#ifndef DABIAO_ORG_H
#define DABIAO_ORG_H

#include "platform/object.h"

extern const struct object DEPARTMENT;
extern const struct object USER;
extern const struct feature ORG_FEATURE;

/* The person with a login, or, with NULL, the first active administrator: whom administrators' commands act for.
 * Errors: ERR_NOT_FOUND. */
enum err org_user_by_login(struct db *db, struct arena *arena, const char *login, int64_t *id_out) MUST_CHECK;
/* Moves a person to a department and manager from a day on: ends the interval of that day, re-attributes what happened
 * since. Errors: ERR_INVALID. */
enum err org_move_user(struct request *request, int64_t user_id, int64_t department_id, struct opt_int manager_id,
                       struct date from) MUST_CHECK;

#endif
