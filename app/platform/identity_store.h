/* SQL behind platform/identity.c. */
#ifndef DABIAO_PLATFORM_IDENTITY_STORE_H
#define DABIAO_PLATFORM_IDENTITY_STORE_H

#include "platform/db.h"

/* A person, the session and the company at one moment. */
struct identity_row {
    int64_t user_id;       /* user.id */
    bool is_active;        /* neither disabled nor deleted */
    bool is_open;          /* the session is neither revoked nor expired; true when asked without a session */
    struct str name;       /* display name */
    int64_t department_id; /* current */
    struct str locale;     /* "zh-CN", "en" */
    bool must_change;      /* first password */
    int64_t org_epoch;     /* company.org_epoch */
    struct str time_zone;  /* company zone */
    bool has_shares;       /* some record is, or was, shared with the user */
};

/* Errors: ERR_NOT_FOUND when there is no such session of that user. */
enum err identity_store_session(struct db *db, struct arena *arena, int64_t user_id, int64_t session_id,
                                struct instant now, struct identity_row *out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err identity_store_user(struct db *db, struct arena *arena, int64_t user_id, struct identity_row *out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND before there is a company. */
enum err identity_store_zone(struct db *db, struct arena *arena, struct str *out) MUST_CHECK;

/* One action a role gives; a role without actions has one row without permission. In the order of the roles. */
struct role_permission_row {
    int64_t role_id;           /* role.id */
    bool is_admin;             /* code admin */
    struct opt_str permission; /* key of permissions.def */
};
enum err identity_store_permissions(struct db *db, struct arena *arena, int64_t user_id,
                                    struct role_permission_row **rows_out, size_t *count_out) MUST_CHECK;

/* One scope a role gives. */
struct role_scope_row {
    int64_t role_id;   /* role.id */
    struct str object; /* object name or key */
    struct str scope;  /* word of enum scope_kind */
};
enum err identity_store_scopes(struct db *db, struct arena *arena, int64_t user_id, struct role_scope_row **rows_out,
                               size_t *count_out) MUST_CHECK;

/* One department of a scope chosen_departments, those below it as rows of their own. */
struct role_department_row {
    int64_t role_id;       /* role.id */
    struct str object;     /* object name or key */
    int64_t department_id; /* seen */
};
enum err identity_store_chosen(struct db *db, struct arena *arena, int64_t user_id,
                               struct role_department_row **rows_out, size_t *count_out) MUST_CHECK;

/* One field permission of a role. */
struct role_field_row {
    int64_t role_id;   /* role.id */
    struct str object; /* object name */
    struct str field;  /* field name */
    struct str access; /* hidden masked read edit */
};
enum err identity_store_fields(struct db *db, struct arena *arena, int64_t user_id, struct role_field_row **rows_out,
                               size_t *count_out) MUST_CHECK;

/* A bare id. */
struct id_row {
    int64_t id;
};
/* The department and all below it, ascending. */
enum err identity_store_departments_below(struct db *db, struct arena *arena, int64_t department_id,
                                          struct id_row **rows_out, size_t *count_out) MUST_CHECK;
/* Everybody below the user by manager_id, ascending; ends on cycles. */
enum err identity_store_subordinates(struct db *db, struct arena *arena, int64_t user_id, struct id_row **rows_out,
                                     size_t *count_out) MUST_CHECK;

/* One share of a record with the user. */
struct share_row {
    struct str object;     /* of which kind */
    int64_t record_id;     /* which */
    bool can_edit;         /* for writing too */
    struct str cascade_to; /* child objects, comma separated */
};
/* Shares valid on `day`, at most `limit`. */
enum err identity_store_shares(struct db *db, struct arena *arena, int64_t user_id, struct date day, int64_t limit,
                               struct share_row **rows_out, size_t *count_out) MUST_CHECK;
/* One more of company.org_epoch. */
enum err identity_store_raise_epoch(struct db *db, struct arena *arena) MUST_CHECK;

#endif
