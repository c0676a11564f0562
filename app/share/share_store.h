/* SQL of shares and of the explanation of a scope. */
#ifndef DABIAO_SHARE_STORE_H
#define DABIAO_SHARE_STORE_H

#include "platform/object.h"

/* One share with the names people know. */
struct share_view {
    int64_t id;                     /* record_share.id */
    struct str object;              /* of which kind */
    int64_t record_id;              /* which record */
    int64_t user_id;                /* with whom */
    struct str user_name;           /* by name */
    bool can_edit;                  /* for writing too */
    struct str cascade_to;          /* child objects, comma separated */
    struct opt_date until_on;       /* last day */
    struct instant created_at;      /* when */
    struct opt_int created_by_id;   /* by whom */
    struct opt_str created_by_name; /* by name */
};
enum err share_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                          struct share_view **rows_out, size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err share_store_get(struct db *db, struct arena *arena, int64_t id, struct share_view *out) MUST_CHECK;
/* Creates the share, or replaces the one of the same record and user. `share` without id and names. */
enum err share_store_save(struct db *db, struct arena *arena, const struct share_view *share,
                          int64_t *id_out) MUST_CHECK;
enum err share_store_delete(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
/* False for people who are disabled or do not exist. */
enum err share_store_user_is_active(struct db *db, struct arena *arena, int64_t user_id, bool *out) MUST_CHECK;

/* What one role of a person says about an object. */
struct role_scope_view {
    int64_t role_id;      /* role.id */
    struct str role_name; /* role.name */
    struct str scope;     /* word of enum scope_kind, "none" when the role says nothing */
};
enum err explain_store_roles(struct db *db, struct arena *arena, int64_t user_id, const char *object,
                             struct role_scope_view **rows_out, size_t *count_out) MUST_CHECK;

/* One share by which a record is seen. */
struct share_reason {
    int64_t id;                     /* record_share.id */
    struct str object;              /* kind of the record that was shared: the one asked about, or one above it */
    int64_t record_id;              /* which record was shared */
    bool can_edit;                  /* for writing too */
    struct opt_date until_on;       /* last day */
    struct opt_str created_by_name; /* who shared it */
};
/* Shares with the user, valid on `day`, of the record itself. */
enum err explain_store_shares(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                              int64_t user_id, struct date day, struct share_reason **rows_out,
                              size_t *count_out) MUST_CHECK;
/* The same for shares of the record that `column` of the record refers to, when they cascade to the object. */
enum err explain_store_cascades(struct db *db, struct arena *arena, const struct object *object, int64_t record_id,
                                const char *parent_object, const char *column, int64_t user_id, struct date day,
                                struct share_reason **rows_out, size_t *count_out) MUST_CHECK;

#endif
