/* SQL of departments, people and their places in time. */
#include "org_store.h"

#include "org.h"
#include "platform/object_select.h"
#include "platform/scope.h"

struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
static const struct column NODE[] = {
    COLUMN(struct department_node, id),           COLUMN(struct department_node, parent_id),
    COLUMN(struct department_node, name),         COLUMN(struct department_node, manager_id),
    COLUMN(struct department_node, manager_name), COLUMN(struct department_node, user_count),
    COLUMN(struct department_node, depth),
};
static const struct column ASSIGNMENT[] = {
    COLUMN(struct assignment_row, id),
    COLUMN(struct assignment_row, department_id),
    COLUMN(struct assignment_row, department_name),
    COLUMN(struct assignment_row, manager_id),
    COLUMN(struct assignment_row, manager_name),
    COLUMN(struct assignment_row, valid_from),
    COLUMN(struct assignment_row, valid_to),
};

STATEMENT_ROWS(LOCK_TREE, "department.lock", struct number, NUMBER,
               "SELECT org_epoch AS value FROM company WHERE id = 1 FOR UPDATE");
STATEMENT_ROWS(IS_BELOW, "department.is_below", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM department_path WHERE ancestor_id = ? AND descendant_id = ?");
STATEMENT_ROWS(BELOW, "department.below", struct number, NUMBER,
               "SELECT p.descendant_id AS value FROM department_path p JOIN department d ON d.id = p.ancestor_id "
               "WHERE p.ancestor_id = ? AND d.deleted_at IS NULL ORDER BY p.descendant_id");
STATEMENT(INSERT_SELF, "department.path_self",
          "INSERT INTO department_path (ancestor_id, descendant_id, depth) VALUES (?, ?, 0)");
STATEMENT(INSERT_ABOVE, "department.path_above",
          "INSERT INTO department_path (ancestor_id, descendant_id, depth) "
          "SELECT ancestor_id, ?, depth + 1 FROM department_path WHERE descendant_id = ?");
STATEMENT(CUT_PATH, "department.path_cut",
          "DELETE a FROM department_path a JOIN department_path d ON d.descendant_id = a.descendant_id "
          "LEFT JOIN department_path x ON x.ancestor_id = d.ancestor_id AND x.descendant_id = a.ancestor_id "
          "WHERE d.ancestor_id = ? AND x.ancestor_id IS NULL");
STATEMENT(JOIN_PATH, "department.path_join",
          "INSERT INTO department_path (ancestor_id, descendant_id, depth) "
          "SELECT above.ancestor_id, below.descendant_id, above.depth + below.depth + 1 FROM department_path above "
          "JOIN department_path below ON below.ancestor_id = ? WHERE above.descendant_id = ?");
STATEMENT_ROWS(COUNT_USERS, "department.users", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM `user` WHERE department_id = ? AND deleted_at IS NULL");
STATEMENT_ROWS(TREE, "department.tree", struct department_node, NODE,
               "SELECT d.id, d.parent_id, d.name, d.manager_id, m.name AS manager_name, "
               "(SELECT COUNT(*) FROM `user` u WHERE u.department_id = d.id AND u.status = 'active' AND u.deleted_at "
               "IS NULL) AS user_count, "
               "(SELECT MAX(p.depth) FROM department_path p WHERE p.descendant_id = d.id) AS depth "
               "FROM department d LEFT JOIN `user` m ON m.id = d.manager_id WHERE d.deleted_at IS NULL ORDER BY depth, "
               "d.sort_order, d.id");
STATEMENT_ROWS(
    LIST_ASSIGNMENTS, "assignment.list", struct assignment_row, ASSIGNMENT,
    "SELECT a.id, a.department_id, d.name AS department_name, a.manager_id, m.name AS manager_name, a.valid_from, "
    "a.valid_to "
    "FROM user_assignment a JOIN department d ON d.id = a.department_id LEFT JOIN `user` m ON m.id = a.manager_id "
    "WHERE a.user_id = ? ORDER BY a.valid_from DESC");
STATEMENT_ROWS(
    ASSIGNMENT_AT, "assignment.at", struct assignment_row, ASSIGNMENT,
    "SELECT a.id, a.department_id, d.name AS department_name, a.manager_id, m.name AS manager_name, a.valid_from, "
    "a.valid_to "
    "FROM user_assignment a JOIN department d ON d.id = a.department_id LEFT JOIN `user` m ON m.id = a.manager_id "
    "WHERE a.user_id = ? AND a.valid_from <= ? ORDER BY a.valid_from DESC LIMIT 1");
STATEMENT(INSERT_ASSIGNMENT, "assignment.insert",
          "INSERT INTO user_assignment (user_id, department_id, manager_id, valid_from, valid_to, created_at, "
          "created_by_id) VALUES (?, ?, ?, ?, ?, ?, ?)");
STATEMENT(DROP_LATER, "assignment.drop_later", "DELETE FROM user_assignment WHERE user_id = ? AND valid_from >= ?");
STATEMENT(END_COVERING, "assignment.end",
          "UPDATE user_assignment SET valid_to = ? WHERE user_id = ? AND (valid_to IS NULL OR valid_to > ?)");
STATEMENT_ROWS(LOCK_USER, "user.lock", struct number, NUMBER, "SELECT id AS value FROM `user` WHERE id = ? FOR UPDATE");
STATEMENT(SET_PLACE, "user.set_place", "UPDATE `user` SET department_id = ?, manager_id = ? WHERE id = ?");
STATEMENT_ROWS(WOULD_CYCLE, "user.would_cycle", struct number, NUMBER,
               "WITH RECURSIVE above (id, manager_id) AS (SELECT id, manager_id FROM `user` WHERE id = ? "
               "UNION SELECT u.id, u.manager_id FROM `user` u JOIN above a ON u.id = a.manager_id) "
               "SELECT COUNT(*) AS value FROM above WHERE id = ?");
STATEMENT(SET_STATUS, "user.set_status",
          "UPDATE `user` SET status = ?, left_on = ?, version = version + 1, updated_at = ? WHERE id = ?");
STATEMENT_ROWS(USER_ROLES, "user.roles", struct number, NUMBER,
               "SELECT role_id AS value FROM user_role WHERE user_id = ? ORDER BY role_id");
STATEMENT(DROP_ROLES, "user.drop_roles", "DELETE FROM user_role WHERE user_id = ?");
STATEMENT(ADD_ROLE, "user.add_role", "INSERT INTO user_role (user_id, role_id) VALUES (?, ?)");
/* Locks what it counts: of two administrators who shut each other out at once, one comes second. */
STATEMENT_ROWS(
    OTHER_ADMINS, "user.other_admins", struct number, NUMBER,
    "SELECT COUNT(*) AS value FROM user_role ur JOIN role r ON r.id = ur.role_id JOIN `user` u ON u.id = ur.user_id "
    "WHERE r.code = 'admin' AND u.status = 'active' AND u.deleted_at IS NULL AND u.id <> ? FOR UPDATE");

STATEMENT_ROWS(BY_LOGIN, "user.by_login", struct number, NUMBER,
               "SELECT id AS value FROM `user` WHERE login = ? AND deleted_at IS NULL");
STATEMENT_ROWS(
    FIRST_ADMIN, "user.first_admin", struct number, NUMBER,
    "SELECT u.id AS value FROM `user` u JOIN user_role ur ON ur.user_id = u.id JOIN role r ON r.id = ur.role_id "
    "WHERE r.code = 'admin' AND u.status = 'active' AND u.deleted_at IS NULL ORDER BY u.id LIMIT 1");

enum err org_user_by_login(struct db *db, struct arena *arena, const char *login, int64_t *id_out)
{
    return login == NULL ? db_one(db, arena, &FIRST_ADMIN, NO_ARGS, id_out)
                         : db_one(db, arena, &BY_LOGIN, ARGS(V(login)), id_out);
}

enum err department_store_lock(struct db *db, struct arena *arena)
{
    struct number epoch;
    return db_one(db, arena, &LOCK_TREE, NO_ARGS, &epoch);
}

enum err department_store_is_below(struct db *db, struct arena *arena, int64_t id, int64_t ancestor_id, bool *out)
{
    struct number count;
    TRY(db_one(db, arena, &IS_BELOW, ARGS(V(ancestor_id), V(id)), &count));
    *out = count.value > 0;
    return OK;
}

enum err department_store_below(struct db *db, struct arena *arena, int64_t id, int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &BELOW, ARGS(V(id)), ids_out, count_out);
}

enum err department_store_insert_path(struct db *db, struct arena *arena, int64_t id, struct opt_int parent_id)
{
    TRY(db_exec(db, arena, &INSERT_SELF, ARGS(V(id), V(id))));
    return parent_id.set ? db_exec(db, arena, &INSERT_ABOVE, ARGS(V(id), V(parent_id.value))) : OK;
}

enum err department_store_move_path(struct db *db, struct arena *arena, int64_t id, struct opt_int parent_id)
{
    TRY(db_exec(db, arena, &CUT_PATH, ARGS(V(id))));
    return parent_id.set ? db_exec(db, arena, &JOIN_PATH, ARGS(V(id), V(parent_id.value))) : OK;
}

enum err department_store_user_count(struct db *db, struct arena *arena, int64_t id, int64_t *out)
{
    return db_one(db, arena, &COUNT_USERS, ARGS(V(id)), out);
}

enum err department_store_tree(struct db *db, struct arena *arena, struct department_node **rows_out, size_t *count_out)
{
    return db_many(db, arena, &TREE, NO_ARGS, rows_out, count_out);
}

enum err assignment_store_list(struct db *db, struct arena *arena, int64_t user_id, struct assignment_row **rows_out,
                               size_t *count_out)
{
    return db_many(db, arena, &LIST_ASSIGNMENTS, ARGS(V(user_id)), rows_out, count_out);
}

enum err assignment_store_at(struct db *db, struct arena *arena, int64_t user_id, struct date day,
                             struct assignment_row *out)
{
    return db_one(db, arena, &ASSIGNMENT_AT, ARGS(V(user_id), V(day)), out);
}

enum err assignment_store_insert(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id,
                                 struct opt_int manager_id, struct date from, struct opt_date to, struct instant now,
                                 struct value by)
{
    return db_exec(db, arena, &INSERT_ASSIGNMENT,
                   ARGS(V(user_id), V(department_id), V(manager_id), V(from), V(to), V(now), by));
}

enum err assignment_store_cut(struct db *db, struct arena *arena, int64_t user_id, struct date from)
{
    TRY(db_exec(db, arena, &DROP_LATER, ARGS(V(user_id), V(from))));
    return db_exec(db, arena, &END_COVERING, ARGS(V(from), V(user_id), V(from)));
}

enum err user_store_lock(struct db *db, struct arena *arena, int64_t user_id)
{
    struct number id;
    return db_one(db, arena, &LOCK_USER, ARGS(V(user_id)), &id);
}

enum err user_store_set_place(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id,
                              struct opt_int manager_id)
{
    return db_exec(db, arena, &SET_PLACE, ARGS(V(department_id), V(manager_id), V(user_id)));
}

enum err user_store_would_cycle(struct db *db, struct arena *arena, int64_t user_id, int64_t manager_id, bool *out)
{
    struct number count;
    TRY(db_one(db, arena, &WOULD_CYCLE, ARGS(V(manager_id), V(user_id)), &count));
    *out = count.value > 0;
    return OK;
}

enum err user_store_set_status(struct db *db, struct arena *arena, int64_t user_id, const char *status,
                               struct opt_date left_on, struct instant now)
{
    return db_exec(db, arena, &SET_STATUS, ARGS(V(status), V(left_on), V(now), V(user_id)));
}

enum err user_store_roles(struct db *db, struct arena *arena, int64_t user_id, int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &USER_ROLES, ARGS(V(user_id)), ids_out, count_out);
}

enum err user_store_set_roles(struct db *db, struct arena *arena, int64_t user_id, const int64_t *ids, size_t count)
{
    TRY(db_exec(db, arena, &DROP_ROLES, ARGS(V(user_id))));
    for (size_t i = 0; i < count; i++) {
        TRY(db_exec(db, arena, &ADD_ROLE, ARGS(V(user_id), V(ids[i]))));
    }
    return OK;
}

enum err user_store_other_admins(struct db *db, struct arena *arena, int64_t user_id, int64_t *out)
{
    return db_one(db, arena, &OTHER_ADMINS, ARGS(V(user_id)), out);
}

STATEMENT_ROWS(IS_ADMIN, "user.is_admin", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM user_role ur JOIN role r ON r.id = ur.role_id "
               "WHERE r.code = 'admin' AND ur.user_id = ?");

enum err user_store_is_admin(struct db *db, struct arena *arena, int64_t user_id, bool *out)
{
    struct number count;
    TRY(db_one(db, arena, &IS_ADMIN, ARGS(V(user_id)), &count));
    *out = count.value > 0;
    return OK;
}

STATEMENT_ROWS(MISPLACED, "user.misplaced", struct number, NUMBER,
               "SELECT u.id AS value FROM `user` u JOIN user_assignment a ON a.user_id = u.id AND a.valid_from <= ? "
               "AND (a.valid_to IS NULL OR a.valid_to > ?) "
               "WHERE u.department_id <> a.department_id OR NOT (u.manager_id <=> a.manager_id) ORDER BY u.id");

enum err user_store_misplaced(struct db *db, struct arena *arena, struct date day, int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &MISPLACED, ARGS(V(day), V(day)), ids_out, count_out);
}

enum err org_store_move_owned(struct db *db, struct arena *arena, const struct object *object, int64_t user_id,
                              int64_t department_id)
{
    struct query query;
    struct db_result result;
    query_init(&query, arena);
    query_sql(&query, "UPDATE ");
    select_table(&query, object->table);
    query_sql(&query, " SET department_id = ");
    query_arg(&query, V(department_id));
    query_sql(&query, " WHERE owner_id = ");
    query_arg(&query, V(user_id));
    query_sql(&query, " AND NOT (department_id <=> ");
    query_arg(&query, V(department_id));
    query_sql(&query, ")");
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum err org_store_owned(struct db *db, struct arena *arena, const struct object *object, int64_t user_id,
                         int64_t limit, int64_t **ids_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.owner_id = ");
    query_arg(&query, V(user_id));
    query_sql(&query, " AND t.deleted_at IS NULL ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    int64_t *ids = ARENA_ARRAY(arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        ids[i] = rows_get(&rows, i, 0).integer;
    }
    *ids_out = ids;
    *count_out = rows.count;
    return OK;
}

static void select_owned_count(struct query *query, const struct object *object, int64_t user_id)
{
    query_sql(query, "SELECT COUNT(*) FROM ");
    select_table(query, object->table);
    query_sql(query, " t WHERE t.deleted_at IS NULL AND t.owner_id = ");
    query_arg(query, V(user_id));
}

static enum err run_count(struct db *db, struct arena *arena, const struct query *query, int64_t *out)
{
    struct rows rows;
    TRY(db_query(db, arena, query_text(query), query_args(query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

enum err org_store_owned_count(struct db *db, struct arena *arena, const struct object *object, int64_t user_id,
                               int64_t *out)
{
    struct query query;
    query_init(&query, arena);
    select_owned_count(&query, object, user_id);
    return run_count(db, arena, &query, out);
}

enum err org_store_open_count(struct request *request, const struct object *object, int64_t user_id, int64_t *out)
{
    struct query query;
    query_init(&query, request->arena);
    select_owned_count(&query, object, user_id);
    query_sql(&query, " AND ");
    scope_predicate(&query, request, object, "t", true);
    return run_count(request->db, request->arena, &query, out);
}
