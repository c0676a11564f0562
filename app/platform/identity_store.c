/* SQL behind platform/identity.c: one query a request, the rest only when the organisation changed. */
#include "identity_store.h"

static const struct column IDENTITY[] = {
    COLUMN(struct identity_row, user_id),       COLUMN(struct identity_row, is_active),
    COLUMN(struct identity_row, is_open),       COLUMN(struct identity_row, name),
    COLUMN(struct identity_row, department_id), COLUMN(struct identity_row, locale),
    COLUMN(struct identity_row, must_change),   COLUMN(struct identity_row, org_epoch),
    COLUMN(struct identity_row, time_zone),     COLUMN(struct identity_row, has_shares),
};
STATEMENT_ROWS(SESSION, "identity.session", struct identity_row, IDENTITY,
               "SELECT u.id AS user_id, u.status = 'active' AND u.deleted_at IS NULL AS is_active, "
               "s.revoked_at IS NULL AND s.expires_at > ? AS is_open, u.name, u.department_id, u.locale, "
               "COALESCE(c.must_change, FALSE) AS must_change, co.org_epoch, co.time_zone, "
               "EXISTS (SELECT 1 FROM record_share r WHERE r.user_id = u.id) AS has_shares "
               "FROM user_session s "
               "JOIN `user` u ON u.id = s.user_id "
               "JOIN company co ON co.id = 1 "
               "LEFT JOIN user_credential c ON c.user_id = u.id "
               "WHERE s.id = ? AND s.user_id = ?");
STATEMENT_ROWS(USER, "identity.user", struct identity_row, IDENTITY,
               "SELECT u.id AS user_id, u.status = 'active' AND u.deleted_at IS NULL AS is_active, TRUE AS is_open, "
               "u.name, u.department_id, u.locale, COALESCE(c.must_change, FALSE) AS must_change, co.org_epoch, "
               "co.time_zone, EXISTS (SELECT 1 FROM record_share r WHERE r.user_id = u.id) AS has_shares "
               "FROM `user` u "
               "JOIN company co ON co.id = 1 "
               "LEFT JOIN user_credential c ON c.user_id = u.id "
               "WHERE u.id = ?");

struct zone_row {
    struct str time_zone; /* company.time_zone */
};
static const struct column ZONE[] = {COLUMN(struct zone_row, time_zone)};
STATEMENT_ROWS(COMPANY_ZONE, "identity.zone", struct zone_row, ZONE, "SELECT time_zone FROM company WHERE id = 1");

static const struct column PERMISSION_COLUMNS[] = {
    COLUMN(struct role_permission_row, role_id),
    COLUMN(struct role_permission_row, is_admin),
    COLUMN(struct role_permission_row, permission),
};
STATEMENT_ROWS(PERMISSIONS, "identity.permissions", struct role_permission_row, PERMISSION_COLUMNS,
               "SELECT r.id AS role_id, COALESCE(r.code = 'admin', FALSE) AS is_admin, p.permission "
               "FROM user_role ur "
               "JOIN role r ON r.id = ur.role_id "
               "LEFT JOIN role_permission p ON p.role_id = r.id "
               "WHERE ur.user_id = ? "
               "ORDER BY r.id");

static const struct column SCOPE_COLUMNS[] = {
    COLUMN(struct role_scope_row, role_id),
    COLUMN(struct role_scope_row, object),
    COLUMN(struct role_scope_row, scope),
};
STATEMENT_ROWS(SCOPES, "identity.scopes", struct role_scope_row, SCOPE_COLUMNS,
               "SELECT s.role_id, s.object, s.scope "
               "FROM user_role ur "
               "JOIN role_scope s ON s.role_id = ur.role_id "
               "WHERE ur.user_id = ?");

static const struct column CHOSEN_COLUMNS[] = {
    COLUMN(struct role_department_row, role_id),
    COLUMN(struct role_department_row, object),
    COLUMN(struct role_department_row, department_id),
};
STATEMENT_ROWS(CHOSEN, "identity.chosen_departments", struct role_department_row, CHOSEN_COLUMNS,
               "SELECT DISTINCT d.role_id, d.object, p.descendant_id AS department_id "
               "FROM user_role ur "
               "JOIN role_scope s ON s.role_id = ur.role_id AND s.scope = 'chosen_departments' "
               "JOIN role_scope_department d ON d.role_id = s.role_id AND d.object = s.object "
               "JOIN department_path p ON p.ancestor_id = d.department_id "
               "WHERE ur.user_id = ?");

static const struct column FIELD_COLUMNS[] = {
    COLUMN(struct role_field_row, role_id),
    COLUMN(struct role_field_row, object),
    COLUMN(struct role_field_row, field),
    COLUMN(struct role_field_row, access),
};
STATEMENT_ROWS(FIELDS, "identity.fields", struct role_field_row, FIELD_COLUMNS,
               "SELECT f.role_id, f.object, f.field, f.access "
               "FROM user_role ur "
               "JOIN role_field f ON f.role_id = ur.role_id "
               "WHERE ur.user_id = ? "
               "ORDER BY f.object, f.field");

static const struct column ID[] = {COLUMN(struct id_row, id)};
STATEMENT_ROWS(DEPARTMENTS_BELOW, "identity.departments_below", struct id_row, ID,
               "SELECT descendant_id AS id FROM department_path WHERE ancestor_id = ? ORDER BY descendant_id");
/* UNION without ALL drops people seen before: a cycle of managers ends. */
STATEMENT_ROWS(SUBORDINATES, "identity.subordinates", struct id_row, ID,
               "WITH RECURSIVE below (id) AS ("
               "SELECT id FROM `user` WHERE manager_id = ? "
               "UNION "
               "SELECT u.id FROM `user` u JOIN below b ON u.manager_id = b.id) "
               "SELECT id FROM below ORDER BY id");

static const struct column SHARE_COLUMNS[] = {
    COLUMN(struct share_row, object),
    COLUMN(struct share_row, record_id),
    COLUMN(struct share_row, can_edit),
    COLUMN(struct share_row, cascade_to),
};
STATEMENT_ROWS(SHARES, "identity.shares", struct share_row, SHARE_COLUMNS,
               "SELECT object, record_id, can_edit, cascade_to "
               "FROM record_share "
               "WHERE user_id = ? AND (until_on IS NULL OR until_on >= ?) "
               "ORDER BY id "
               "LIMIT ?");

enum err identity_store_session(struct db *db, struct arena *arena, int64_t user_id, int64_t session_id,
                                struct instant now, struct identity_row *out)
{
    return db_one(db, arena, &SESSION, ARGS(V(now), V(session_id), V(user_id)), out);
}

enum err identity_store_user(struct db *db, struct arena *arena, int64_t user_id, struct identity_row *out)
{
    return db_one(db, arena, &USER, ARGS(V(user_id)), out);
}

enum err identity_store_zone(struct db *db, struct arena *arena, struct str *out)
{
    struct zone_row row;
    TRY(db_one(db, arena, &COMPANY_ZONE, NO_ARGS, &row));
    *out = row.time_zone;
    return OK;
}

enum err identity_store_permissions(struct db *db, struct arena *arena, int64_t user_id,
                                    struct role_permission_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &PERMISSIONS, ARGS(V(user_id)), rows_out, count_out);
}

enum err identity_store_scopes(struct db *db, struct arena *arena, int64_t user_id, struct role_scope_row **rows_out,
                               size_t *count_out)
{
    return db_many(db, arena, &SCOPES, ARGS(V(user_id)), rows_out, count_out);
}

enum err identity_store_chosen(struct db *db, struct arena *arena, int64_t user_id,
                               struct role_department_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &CHOSEN, ARGS(V(user_id)), rows_out, count_out);
}

enum err identity_store_fields(struct db *db, struct arena *arena, int64_t user_id, struct role_field_row **rows_out,
                               size_t *count_out)
{
    return db_many(db, arena, &FIELDS, ARGS(V(user_id)), rows_out, count_out);
}

enum err identity_store_departments_below(struct db *db, struct arena *arena, int64_t department_id,
                                          struct id_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &DEPARTMENTS_BELOW, ARGS(V(department_id)), rows_out, count_out);
}

enum err identity_store_subordinates(struct db *db, struct arena *arena, int64_t user_id, struct id_row **rows_out,
                                     size_t *count_out)
{
    return db_many(db, arena, &SUBORDINATES, ARGS(V(user_id)), rows_out, count_out);
}

enum err identity_store_shares(struct db *db, struct arena *arena, int64_t user_id, struct date day, int64_t limit,
                               struct share_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &SHARES, ARGS(V(user_id), V(day), V(limit)), rows_out, count_out);
}

STATEMENT(RAISE_EPOCH, "identity.raise_epoch", "UPDATE company SET org_epoch = org_epoch + 1 WHERE id = 1");

enum err identity_store_raise_epoch(struct db *db, struct arena *arena)
{
    return db_exec(db, arena, &RAISE_EPOCH, NO_ARGS);
}
