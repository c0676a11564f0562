/* SQL of the organisation. */
#ifndef DABIAO_ORG_STORE_H
#define DABIAO_ORG_STORE_H

#include "platform/object.h"

/* Department tree. */
enum err department_store_lock(struct db *db, struct arena *arena) MUST_CHECK;
enum err department_store_is_below(struct db *db, struct arena *arena, int64_t id, int64_t ancestor_id,
                                   bool *out) MUST_CHECK;
/* Puts `id` (with all below it) under `parent_id` in the closure; parent_id null: to the top. */
enum err department_store_insert_path(struct db *db, struct arena *arena, int64_t id,
                                      struct opt_int parent_id) MUST_CHECK;
enum err department_store_move_path(struct db *db, struct arena *arena, int64_t id,
                                    struct opt_int parent_id) MUST_CHECK;
/* The department and all below it; none when it is not there or in the recycle bin. */
enum err department_store_below(struct db *db, struct arena *arena, int64_t id, int64_t **ids_out,
                                size_t *count_out) MUST_CHECK;
enum err department_store_user_count(struct db *db, struct arena *arena, int64_t id, int64_t *out) MUST_CHECK;

struct department_node {
    int64_t id;                  /* department.id */
    struct opt_int parent_id;    /* above */
    struct str name;             /* shown */
    struct opt_int manager_id;   /* head */
    struct opt_str manager_name; /* head, by name */
    int64_t user_count;          /* active people directly in it */
    int64_t depth;               /* 0 at the top */
};
enum err department_store_tree(struct db *db, struct arena *arena, struct department_node **rows_out,
                               size_t *count_out) MUST_CHECK;

/* One interval of a person's place. */
struct assignment_row {
    int64_t id;                  /* user_assignment.id */
    int64_t department_id;       /* where */
    struct str department_name;  /* where, by name */
    struct opt_int manager_id;   /* under whom */
    struct opt_str manager_name; /* under whom, by name */
    struct date valid_from;      /* first day */
    struct opt_date valid_to;    /* first day after */
};
enum err assignment_store_list(struct db *db, struct arena *arena, int64_t user_id, struct assignment_row **rows_out,
                               size_t *count_out) MUST_CHECK;
/* Place on a day. Errors: ERR_NOT_FOUND. */
enum err assignment_store_at(struct db *db, struct arena *arena, int64_t user_id, struct date day,
                             struct assignment_row *out) MUST_CHECK;
enum err assignment_store_insert(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id,
                                 struct opt_int manager_id, struct date from, struct opt_date to, struct instant now,
                                 struct value by) MUST_CHECK;
/* Ends the interval that covers `from` there and removes all that begin on or after it. */
enum err assignment_store_cut(struct db *db, struct arena *arena, int64_t user_id, struct date from) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err user_store_lock(struct db *db, struct arena *arena, int64_t user_id) MUST_CHECK;
enum err user_store_set_place(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id,
                              struct opt_int manager_id) MUST_CHECK;
/* True when `manager_id` is the user or stands below the user by manager_id. */
enum err user_store_would_cycle(struct db *db, struct arena *arena, int64_t user_id, int64_t manager_id,
                                bool *out) MUST_CHECK;
enum err user_store_set_status(struct db *db, struct arena *arena, int64_t user_id, const char *status,
                               struct opt_date left_on, struct instant now) MUST_CHECK;
enum err user_store_roles(struct db *db, struct arena *arena, int64_t user_id, int64_t **ids_out,
                          size_t *count_out) MUST_CHECK;
enum err user_store_set_roles(struct db *db, struct arena *arena, int64_t user_id, const int64_t *ids,
                              size_t count) MUST_CHECK;
/* Does the user hold the administrator's role? */
enum err user_store_is_admin(struct db *db, struct arena *arena, int64_t user_id, bool *out) MUST_CHECK;
/* Number of other active administrators. */
enum err user_store_other_admins(struct db *db, struct arena *arena, int64_t user_id, int64_t *out) MUST_CHECK;

/* Ids of the live records of an object that a person owns, ascending; and their number. */
enum err org_store_owned(struct db *db, struct arena *arena, const struct object *object, int64_t user_id,
                         int64_t limit, int64_t **ids_out, size_t *count_out) MUST_CHECK;
enum err org_store_owned_count(struct db *db, struct arena *arena, const struct object *object, int64_t user_id,
                               int64_t *out) MUST_CHECK;

/* Of those, how many the request's user may change. */
enum err org_store_open_count(struct request *request, const struct object *object, int64_t user_id,
                              int64_t *out) MUST_CHECK;

/* What a person owns goes to a department with the person. */
enum err org_store_move_owned(struct db *db, struct arena *arena, const struct object *object, int64_t user_id,
                              int64_t department_id) MUST_CHECK;
/* People whose current department or manager is not what the history says for the day. */
enum err user_store_misplaced(struct db *db, struct arena *arena, struct date day, int64_t **ids_out,
                              size_t *count_out) MUST_CHECK;

struct role_row {
    int64_t id;                 /* role.id */
    struct str name;            /* shown */
    struct opt_str code;        /* of built-in roles */
    struct opt_str description; /* what it is for */
    int64_t user_count;         /* who holds it */
    int64_t version;            /* optimistic lock */
};
enum err role_store_list(struct db *db, struct arena *arena, struct role_row **rows_out, size_t *count_out) MUST_CHECK;
enum err role_store_get(struct db *db, struct arena *arena, int64_t id, struct role_row *out) MUST_CHECK;
enum err role_store_insert(struct db *db, struct arena *arena, struct str name, struct str description,
                           struct instant now, int64_t *id_out) MUST_CHECK;
enum err role_store_update(struct db *db, struct arena *arena, int64_t id, int64_t version, struct str name,
                           struct str description, struct instant now) MUST_CHECK;
enum err role_store_delete(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
enum err role_store_clear(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
enum err role_store_add_permission(struct db *db, struct arena *arena, int64_t id, struct str key) MUST_CHECK;
enum err role_store_add_scope(struct db *db, struct arena *arena, int64_t id, struct str object,
                              struct str scope) MUST_CHECK;
enum err role_store_add_scope_department(struct db *db, struct arena *arena, int64_t id, struct str object,
                                         int64_t department_id) MUST_CHECK;
enum err role_store_add_field(struct db *db, struct arena *arena, int64_t id, struct str object, struct str field,
                              struct str access) MUST_CHECK;

struct role_word {
    struct str first;
    struct str second;
    struct str third;
};
enum err role_store_permissions(struct db *db, struct arena *arena, int64_t id, struct role_word **rows_out,
                                size_t *count_out) MUST_CHECK;
/* first: object, second: scope, third: department ids, comma separated. */
enum err role_store_scopes(struct db *db, struct arena *arena, int64_t id, struct role_word **rows_out,
                           size_t *count_out) MUST_CHECK;
/* first: object, second: field, third: access. */
enum err role_store_fields(struct db *db, struct arena *arena, int64_t id, struct role_word **rows_out,
                           size_t *count_out) MUST_CHECK;

/* first: object, second: scope; those of all the roles a person holds. */
enum err role_store_held_scopes(struct db *db, struct arena *arena, int64_t user_id, struct role_word **rows_out,
                                size_t *count_out) MUST_CHECK;

struct company_row {
    struct str name;                 /* shown */
    struct str time_zone;            /* IANA */
    struct str currency;             /* ISO 4217 */
    int64_t fiscal_year_start_month; /* 1…12 */
    int64_t work_start_minute;       /* of the day: working hours begin */
    int64_t work_end_minute;         /* of the day: working hours end */
    int64_t assignment_undo_hours;   /* how long a batch of assignments may be taken back */
    int64_t version;                 /* optimistic lock */
};
enum err company_store_get(struct db *db, struct arena *arena, struct company_row *out) MUST_CHECK;
enum err company_store_update(struct db *db, struct arena *arena, const struct company_row *company) MUST_CHECK;
/* Whether anything has an amount, a price or a rate. */
enum err company_store_has_money(struct db *db, struct arena *arena, bool *out) MUST_CHECK;

struct region_row {
    int64_t id;           /* official code as a number */
    struct str code;      /* official code */
    struct str name;      /* own name */
    struct str full_name; /* with those above */
    int64_t level;        /* 1, 2, 3 */
    bool has_children;    /* something below */
};
/* Children of `parent_id` (0: provinces), or, with a search text, whatever matches. */
enum err region_store_list(struct db *db, struct arena *arena, int64_t parent_id, struct str search,
                           struct region_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
