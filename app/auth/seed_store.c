/* SQL of what a new installation starts with. */
#include "seed_store.h"

struct id_row {
    int64_t id; /* the one column */
};
static const struct column ID[] = {COLUMN(struct id_row, id)};

STATEMENT_ROWS(ROLE_ID, "seed.role_id", struct id_row, ID, "SELECT id FROM role WHERE code = ?");
STATEMENT(ADD_ROLE, "seed.add_role",
          "INSERT INTO role (name, code, description, created_at, updated_at) VALUES (?, ?, ?, ?, ?)");
STATEMENT(ADD_PERMISSION, "seed.add_permission", "INSERT INTO role_permission (role_id, permission) VALUES (?, ?)");
STATEMENT(ADD_SCOPE, "seed.add_scope", "INSERT INTO role_scope (role_id, object, scope) VALUES (?, ?, ?)");
STATEMENT(ADD_COMPANY, "seed.add_company",
          "INSERT INTO company (id, name, time_zone, currency) VALUES (1, ?, ?, ?) ON DUPLICATE KEY UPDATE id = id");
STATEMENT_ROWS(TOP_DEPARTMENT, "seed.top_department", struct id_row, ID,
               "SELECT id FROM department WHERE parent_id IS NULL AND deleted_at IS NULL ORDER BY id LIMIT 1");
STATEMENT(ADD_DEPARTMENT, "seed.add_department",
          "INSERT INTO department (name, created_at, updated_at) VALUES (?, ?, ?)");
STATEMENT(ADD_PATH, "seed.add_path",
          "INSERT INTO department_path (ancestor_id, descendant_id, depth) VALUES (?, ?, 0)");
STATEMENT(ADD_USER, "seed.add_user",
          "INSERT INTO `user` (login, name, department_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?)");
STATEMENT(
    ADD_ASSIGNMENT, "seed.add_assignment",
    "INSERT INTO user_assignment (user_id, department_id, valid_from, created_at) VALUES (?, ?, '1000-01-01', ?)");
STATEMENT(ADD_USER_ROLE, "seed.add_user_role", "INSERT INTO user_role (user_id, role_id) VALUES (?, ?)");

static enum err find_id(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, int64_t *out)
{
    struct id_row row = {0};
    enum err err = db_one(db, arena, stmt, args, &row);
    *out = err == OK ? row.id : 0;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err insert(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, stmt, args, &result));
    *id_out = result.id;
    return OK;
}

enum err seed_store_role_id(struct db *db, struct arena *arena, const char *code, int64_t *out)
{
    return find_id(db, arena, &ROLE_ID, ARGS(V(code)), out);
}

enum err seed_store_add_role(struct db *db, struct arena *arena, const char *code, const char *name,
                             const char *description, struct instant now, int64_t *id_out)
{
    return insert(db, arena, &ADD_ROLE, ARGS(V(name), V(code), V(description), V(now), V(now)), id_out);
}

enum err seed_store_add_permission(struct db *db, struct arena *arena, int64_t role_id, struct str permission)
{
    return db_exec(db, arena, &ADD_PERMISSION, ARGS(V(role_id), V(permission)));
}

enum err seed_store_add_scope(struct db *db, struct arena *arena, int64_t role_id, const char *object,
                              const char *scope)
{
    return db_exec(db, arena, &ADD_SCOPE, ARGS(V(role_id), V(object), V(scope)));
}

enum err seed_store_add_company(struct db *db, struct arena *arena, const char *name, const char *time_zone,
                                const char *currency)
{
    return db_exec(db, arena, &ADD_COMPANY, ARGS(V(name), V(time_zone), V(currency)));
}

enum err seed_store_top_department(struct db *db, struct arena *arena, int64_t *out)
{
    return find_id(db, arena, &TOP_DEPARTMENT, NO_ARGS, out);
}

enum err seed_store_add_department(struct db *db, struct arena *arena, const char *name, struct instant now,
                                   int64_t *id_out)
{
    TRY(insert(db, arena, &ADD_DEPARTMENT, ARGS(V(name), V(now), V(now)), id_out));
    return db_exec(db, arena, &ADD_PATH, ARGS(V(*id_out), V(*id_out)));
}

enum err seed_store_add_user(struct db *db, struct arena *arena, struct str login, struct str name,
                             int64_t department_id, struct instant now, int64_t *id_out)
{
    TRY(insert(db, arena, &ADD_USER, ARGS(V(login), V(name), V(department_id), V(now), V(now)), id_out));
    return db_exec(db, arena, &ADD_ASSIGNMENT, ARGS(V(*id_out), V(department_id), V(now)));
}

enum err seed_store_add_user_role(struct db *db, struct arena *arena, int64_t user_id, int64_t role_id)
{
    return db_exec(db, arena, &ADD_USER_ROLE, ARGS(V(user_id), V(role_id)));
}
