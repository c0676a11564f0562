/* SQL of pools: members, closed fields, reasons, events. */
#ifndef DABIAO_POOL_STORE_H
#define DABIAO_POOL_STORE_H

#include "pool.h"

/* One line of a pool's members: one of the three ids. */
struct pool_member {
    struct opt_int user_id, department_id, role_id;
    struct opt_str name; /* of the person, department or role */
    bool is_admin;       /* assigns, moves and deletes */
    int64_t weight;      /* share in the distribution by weight */
};
enum err pool_store_members(struct db *db, struct arena *arena, int64_t pool_id, struct pool_member **rows_out,
                            size_t *count_out) MUST_CHECK;
enum err pool_store_set_members(struct db *db, struct arena *arena, int64_t pool_id, const struct pool_member *rows,
                                size_t count) MUST_CHECK;

/* A field closed in a pool. */
struct pool_field {
    struct str field, access; /* access: hidden masked */
};
enum err pool_store_fields(struct db *db, struct arena *arena, int64_t pool_id, struct pool_field **rows_out,
                           size_t *count_out) MUST_CHECK;
enum err pool_store_set_fields(struct db *db, struct arena *arena, int64_t pool_id, const struct pool_field *rows,
                               size_t count) MUST_CHECK;
enum err pool_store_reasons(struct db *db, struct arena *arena, int64_t pool_id, struct str **rows_out,
                            size_t *count_out) MUST_CHECK;
enum err pool_store_set_reasons(struct db *db, struct arena *arena, int64_t pool_id, const struct str *rows,
                                size_t count) MUST_CHECK;

/* Closed fields of all pools the user sees. `many`: what a list may show, where a pool counts who opens what. */
enum err pool_store_closings(struct request *request, bool many, struct field_closing **rows_out,
                             size_t *count_out) MUST_CHECK;
/* "(SELECT …)": ids of the pools the user belongs to, or administers. */
void pool_store_own(struct query *query, const struct request *request, bool admins_only);
/* Whether the person administers any pool. */
enum err pool_store_administers(struct db *db, struct arena *arena, int64_t user_id, bool *out) MUST_CHECK;
/* The same as a list, ascending. */
enum err pool_store_pools_of(const struct request *request, int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* " OR t.<column> IN (pools of the user)": for scopes. `admins_only`: pools the user administers. */
void pool_store_scope(struct query *query, const struct request *request, const char *alias, const char *column,
                      bool admins_only, size_t *terms);

/* What a person is in a pool. */
struct pool_membership {
    bool is_member; /* by name, department or role */
    bool is_admin;  /* the same, as administrator */
};
enum err pool_store_membership(struct db *db, struct arena *arena, int64_t pool_id, int64_t user_id,
                               struct pool_membership *out) MUST_CHECK;

/* What claims are checked against. */
struct pool_settings {
    int64_t id;
    struct str name;
    bool is_active;
    struct str distribution;
    struct opt_int claims_per_day, views_per_day, former_owner_days, fresh_hours, fresh_former_hours, auto_per_day;
    bool refund_returns;
};
/* `lock`: nobody changes them until the transaction ends. Errors: ERR_NOT_FOUND. */
enum err pool_store_settings(struct db *db, struct arena *arena, int64_t pool_id, bool lock,
                             struct pool_settings *out) MUST_CHECK;
/* The same, locked for reading, of a pool that the person belongs to. Errors: ERR_NOT_FOUND when there is none or the
 * person is no member. */
enum err pool_store_lock_as_member(struct db *db, struct arena *arena, int64_t pool_id, int64_t user_id,
                                   struct pool_settings *out) MUST_CHECK;
/* Customers that lie in the pool, those in the recycle bin too. */
enum err pool_store_customers(struct db *db, struct arena *arena, int64_t pool_id, int64_t *out) MUST_CHECK;
/* Routes and rules that name the pool. */
enum err pool_store_uses(struct db *db, struct arena *arena, int64_t pool_id, int64_t *out) MUST_CHECK;
enum err pool_store_clear_default(struct db *db, struct arena *arena, int64_t pool_id) MUST_CHECK;
/* 0: there is none that works. */
enum err pool_store_default(struct db *db, struct arena *arena, int64_t *out) MUST_CHECK;

/* ---- events ---- */

/* What came in or went out. */
struct pool_fact {
    int64_t customer_id;
    int64_t pool_id;
    const char *kind; /* word of pool_event.kind */
    int direction;    /* 1 in, -1 out */
    struct opt_int owner_id, department_id;
    struct opt_int rule_id, run_id;
    struct str reason;
};
/* Appends; names, and how long a customer lay there, come from the tables. */
enum err pool_store_add_facts(struct request *request, const struct pool_fact *facts, size_t count) MUST_CHECK;
/* Events of a customer, unless it went into another, and of what went into it. */
enum err pool_store_purge(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* Puts customers without an owner there since now. `within`: as part of a write that has raised their versions. */
enum err pool_store_place(struct request *request, const int64_t *customer_ids, size_t count, int64_t pool_id,
                          bool within) MUST_CHECK;
/* Where placed customers came to lie, for their stories. `action`: move route; `from`: the pool before, if any. */
enum err pool_store_audit(struct request *request, const int64_t *customer_ids, size_t count, const char *action,
                          struct opt_int from, int64_t pool_id, struct str reason) MUST_CHECK;

#endif
