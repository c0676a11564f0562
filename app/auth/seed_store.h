/* SQL of what a new installation starts with. */
#ifndef DABIAO_SEED_STORE_H
#define DABIAO_SEED_STORE_H

#include "platform/db.h"

/* 0 when no role has that code. */
enum err seed_store_role_id(struct db *db, struct arena *arena, const char *code, int64_t *out) MUST_CHECK;
enum err seed_store_add_role(struct db *db, struct arena *arena, const char *code, const char *name,
                             const char *description, struct instant now, int64_t *id_out) MUST_CHECK;
enum err seed_store_add_permission(struct db *db, struct arena *arena, int64_t role_id,
                                   struct str permission) MUST_CHECK;
enum err seed_store_add_scope(struct db *db, struct arena *arena, int64_t role_id, const char *object,
                              const char *scope) MUST_CHECK;
/* Does nothing when the company exists. */
enum err seed_store_add_company(struct db *db, struct arena *arena, const char *name, const char *time_zone,
                                const char *currency) MUST_CHECK;
/* 0 when there is no department. */
enum err seed_store_top_department(struct db *db, struct arena *arena, int64_t *out) MUST_CHECK;
/* A department without one above, with its row in department_path. */
enum err seed_store_add_department(struct db *db, struct arena *arena, const char *name, struct instant now,
                                   int64_t *id_out) MUST_CHECK;
/* A person with an open interval in user_assignment. Errors: ERR_DUPLICATE. */
enum err seed_store_add_user(struct db *db, struct arena *arena, struct str login, struct str name,
                             int64_t department_id, struct instant now, int64_t *id_out) MUST_CHECK;
enum err seed_store_add_user_role(struct db *db, struct arena *arena, int64_t user_id, int64_t role_id) MUST_CHECK;

#endif
