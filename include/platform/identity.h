/* Who asks: the signed-in user with permissions and scopes, loaded at each request from one query and a worker-wide
 * cache that the organisation's epoch (company.org_epoch) invalidates. */
#ifndef DABIAO_PLATFORM_IDENTITY_H
#define DABIAO_PLATFORM_IDENTITY_H

#include "platform/db.h"
#include "platform/permission.h"

/* On which records of an object (see platform/scope.h). Ordered by width only for display; roles' scopes are united. */
enum scope_kind {
    SCOPE_NONE,
    SCOPE_OWN,
    SCOPE_OWN_AND_SUBORDINATES,
    SCOPE_DEPARTMENT,
    SCOPE_DEPARTMENT_AND_BELOW,
    SCOPE_CHOSEN_DEPARTMENTS,
    SCOPE_ALL,
    SCOPE_KIND_COUNT
};

/* What a user may do with one field. The widest over the roles counts. */
enum field_access { FIELD_ACCESS_HIDDEN, FIELD_ACCESS_MASKED, FIELD_ACCESS_READ, FIELD_ACCESS_EDIT };

/* The union of a user's role scopes for one object. */
struct scope {
    bool all;                      /* every record */
    bool own;                      /* records the user owns */
    const int64_t *user_ids;       /* owners seen (the user's subordinates), ascending */
    size_t user_count;             /* in user_ids */
    const int64_t *department_ids; /* departments seen, ascending, those below already expanded */
    size_t department_count;       /* in department_ids */
    int64_t user_id;               /* who asks */
    bool shares;                   /* some records of the object are shared with the user now */
    int64_t day;                   /* today, as days: for shares that end */
};

/* The signed-in user. */
struct identity {
    int64_t user_id;           /* user.id */
    int64_t session_id;        /* user_session.id */
    int64_t department_id;     /* current department */
    struct str name;           /* display name */
    struct str locale;         /* "zh-CN" or "en" */
    bool must_change_password; /* first password still in use */
    bool is_admin;             /* holds the built-in administrator role: every permission, every record */
    uint64_t permissions[(PERMISSION_COUNT + 63) / 64]; /* bit set */
    const struct grants *grants; /* scopes and field permissions, cached in the worker (opaque) */
};

bool identity_can(const struct identity *user, enum permission permission);

/* The organisation, or a name that workers keep, is being changed: what they keep of it counts no longer once this
 * transaction commits. Errors: those of the database. */
enum err epoch_raise(struct db *db, struct arena *arena) MUST_CHECK;

#endif
