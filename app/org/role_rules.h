/* What role_api and org_rules ask of role_rules. */
#ifndef DABIAO_ROLE_RULES_H
#define DABIAO_ROLE_RULES_H

#include "platform/grants.h"

/* Replaces permissions, scopes and fields of a role by those of the request's body. What the role did not give before
 * is added only as far as the asking user has it: nobody gives more than he has. Errors: ERR_INVALID. */
enum err role_save_rights(struct request *request, int64_t id) MUST_CHECK;
/* Refuses roles, set already, that give the person what neither the person had `before` nor the asking user has. Names
 * the first such role among `ids`. Errors: ERR_INVALID. */
enum err role_check_gift(struct request *request, int64_t user_id, int64_t department_id, const struct rights *before,
                         const int64_t *ids, size_t count) MUST_CHECK;

#endif
