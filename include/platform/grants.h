/* What identity.h hides from handlers: a user's rights as the roles give them, and the records shared with the user.
 * Only identity, scope, the explanation of a scope and the giving of roles look inside. */
#ifndef DABIAO_PLATFORM_GRANTS_H
#define DABIAO_PLATFORM_GRANTS_H

#include "platform/http.h"
#include "platform/identity.h"
#include "platform/query.h"

struct object;

/* Up to so many shares are carried as literal ids; with more, predicates ask the table. */
enum { SHARE_LIST_MAX = 200 };

/* The united scope for one object or key. */
struct scope_grant {
    struct str key;     /* object name, or "target" */
    struct scope scope; /* without shares and day */
};

/* One restricted field: no entry means edit. */
struct field_grant {
    struct str object;        /* object name */
    struct str field;         /* field name */
    enum field_access access; /* the widest over the roles */
};

/* What all roles of a user give together. Depends on the organisation only: kept while org_epoch stands. */
struct rights {
    bool is_admin;                                      /* holds the role with code admin */
    uint64_t permissions[(PERMISSION_COUNT + 63) / 64]; /* bit set */
    const struct scope_grant *scopes;                   /* one a key */
    size_t scope_count;                                 /* in scopes */
    const struct field_grant *fields;                   /* restricted fields */
    size_t field_count;                                 /* in fields */
    const struct str *objects;                          /* objects for which some role gives an action */
    size_t object_count;                                /* in objects */
};

/* One record shared with the user now. */
struct share {
    struct str object;     /* of which kind */
    int64_t record_id;     /* which record */
    bool can_edit;         /* for writing too */
    struct str cascade_to; /* child objects, comma separated */
};

/* Rights and shares of one user in one request. */
struct grants {
    const struct rights *rights; /* from the cache or the request's arena */
    const struct share *shares;  /* when share_count ≤ SHARE_LIST_MAX */
    size_t share_count;          /* in shares; SHARE_LIST_MAX + 1: more than that */
};

/* Rights of a user, or of one of the user's roles alone (`role_id` other than 0: for explanations), built in `arena`.
 */
enum err rights_load(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id, int64_t role_id,
                     struct rights **out) MUST_CHECK;

/* The scope for an object name or key; an empty one when no role gives any. */
const struct scope *rights_scope(const struct rights *rights, struct str key);
/* What they let do with a field. */
enum field_access rights_field_access(const struct rights *rights, const struct object *object, struct str name);
/* Whether `wanted` gives nothing that is neither in `before` nor in what `giver` has: permissions, records, fields. */
bool rights_within(const struct rights *wanted, const struct rights *before, const struct rights *giver);

/* Which parts of the predicate are wanted. */
enum scope_part {
    SCOPE_PART_ROLES = 1 << 0,  /* owner and department */
    SCOPE_PART_PARENT = 1 << 1, /* the parent record is in scope by its own roles part */
    SCOPE_PART_SHARES = 1 << 2, /* shared with the user */
    SCOPE_PARTS_ALL = SCOPE_PART_ROLES | SCOPE_PART_PARENT | SCOPE_PART_SHARES
};
/* scope_predicate with only some parts. */
void scope_predicate_parts(struct query *query, const struct request *request, const struct object *object,
                           const char *alias, bool for_write, unsigned parts);
/* scope_check with only some parts. Errors: ERR_NOT_FOUND. */
enum err scope_check_parts(struct request *request, const struct object *object, int64_t id, bool for_write,
                           unsigned parts) MUST_CHECK;

#endif
