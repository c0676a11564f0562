/* SQL of roles, the company and regions. */
#include "org_store.h"

static const struct column ROLE[] = {
    COLUMN(struct role_row, id),          COLUMN(struct role_row, name),       COLUMN(struct role_row, code),
    COLUMN(struct role_row, description), COLUMN(struct role_row, user_count), COLUMN(struct role_row, version),
};
static const struct column WORD[] = {COLUMN(struct role_word, first), COLUMN(struct role_word, second),
                                     COLUMN(struct role_word, third)};
static const struct column COMPANY[] = {
    COLUMN(struct company_row, name),
    COLUMN(struct company_row, time_zone),
    COLUMN(struct company_row, currency),
    COLUMN(struct company_row, fiscal_year_start_month),
    COLUMN(struct company_row, work_start_minute),
    COLUMN(struct company_row, work_end_minute),
    COLUMN(struct company_row, assignment_undo_hours),
    COLUMN(struct company_row, version),
};
static const struct column REGION[] = {
    COLUMN(struct region_row, id),        COLUMN(struct region_row, code),  COLUMN(struct region_row, name),
    COLUMN(struct region_row, full_name), COLUMN(struct region_row, level), COLUMN(struct region_row, has_children),
};

#define ROLE_COLUMNS                                                                                                   \
    "SELECT r.id, r.name, r.code, r.description, (SELECT COUNT(*) FROM user_role ur WHERE ur.role_id = r.id) AS "      \
    "user_count, r.version FROM role r "

/* The one column of a row. */
struct flag {
    int64_t value; /* 0 or 1 */
};
static const struct column FLAG[] = {COLUMN(struct flag, value)};
STATEMENT_ROWS(LIST, "role.list", struct role_row, ROLE, ROLE_COLUMNS "ORDER BY r.id");
STATEMENT_ROWS(GET, "role.get", struct role_row, ROLE, ROLE_COLUMNS "WHERE r.id = ?");
STATEMENT(INSERT, "role.insert", "INSERT INTO role (name, description, created_at, updated_at) VALUES (?, ?, ?, ?)");
STATEMENT(
    UPDATE, "role.update",
    "UPDATE role SET name = ?, description = ?, updated_at = ?, version = version + 1 WHERE id = ? AND version = ?");
STATEMENT(DELETE, "role.delete", "DELETE FROM role WHERE id = ? AND code IS NULL");
STATEMENT(CLEAR_PERMISSIONS, "role.clear_permissions", "DELETE FROM role_permission WHERE role_id = ?");
STATEMENT(CLEAR_SCOPES, "role.clear_scopes", "DELETE FROM role_scope WHERE role_id = ?");
STATEMENT(CLEAR_FIELDS, "role.clear_fields", "DELETE FROM role_field WHERE role_id = ?");
STATEMENT(ADD_PERMISSION, "role.add_permission", "INSERT INTO role_permission (role_id, permission) VALUES (?, ?)");
STATEMENT(ADD_SCOPE, "role.add_scope", "INSERT INTO role_scope (role_id, object, scope) VALUES (?, ?, ?)");
STATEMENT(ADD_SCOPE_DEPARTMENT, "role.add_scope_department",
          "INSERT INTO role_scope_department (role_id, object, department_id) VALUES (?, ?, ?)");
STATEMENT(ADD_FIELD, "role.add_field", "INSERT INTO role_field (role_id, object, field, access) VALUES (?, ?, ?, ?)");
STATEMENT_ROWS(
    PERMISSIONS, "role.permissions", struct role_word, WORD,
    "SELECT permission AS first, '' AS second, '' AS third FROM role_permission WHERE role_id = ? ORDER BY permission");
STATEMENT_ROWS(SCOPES, "role.scopes", struct role_word, WORD,
               "SELECT s.object AS first, s.scope AS second, COALESCE((SELECT GROUP_CONCAT(d.department_id ORDER BY "
               "d.department_id) "
               "FROM role_scope_department d WHERE d.role_id = s.role_id AND d.object = s.object), '') AS third "
               "FROM role_scope s WHERE s.role_id = ? ORDER BY s.object");
STATEMENT_ROWS(FIELDS, "role.fields", struct role_word, WORD,
               "SELECT object AS first, field AS second, access AS third FROM role_field WHERE role_id = ? ORDER BY "
               "object, field");
STATEMENT_ROWS(HELD_SCOPES, "role.held_scopes", struct role_word, WORD,
               "SELECT s.object AS first, s.scope AS second, '' AS third FROM user_role ur "
               "JOIN role_scope s ON s.role_id = ur.role_id WHERE ur.user_id = ?");
STATEMENT_ROWS(GET_COMPANY, "company.get", struct company_row, COMPANY,
               "SELECT name, time_zone, currency, fiscal_year_start_month, work_start_minute, work_end_minute, "
               "assignment_undo_hours, version FROM company WHERE id = 1");
STATEMENT(UPDATE_COMPANY, "company.update",
          "UPDATE company SET name = ?, time_zone = ?, currency = ?, fiscal_year_start_month = ?, "
          "work_start_minute = ?, work_end_minute = ?, assignment_undo_hours = ?, version = version + 1, "
          "org_epoch = org_epoch + 1 "
          "WHERE id = 1 AND version = ?");
/* Amounts that are in the company's currency, or were counted in it: those in the recycle bin may come back. */
STATEMENT_ROWS(HAS_MONEY, "company.has_money", struct flag, FLAG,
               "SELECT EXISTS (SELECT 1 FROM opportunity WHERE amount_minor <> 0) OR EXISTS (SELECT 1 FROM contract) "
               "OR EXISTS (SELECT 1 FROM quote) OR EXISTS (SELECT 1 FROM price_book_entry) "
               "OR EXISTS (SELECT 1 FROM product WHERE price_minor <> 0 OR cost_minor <> 0) "
               "OR EXISTS (SELECT 1 FROM customer WHERE annual_revenue_minor <> 0) "
               "OR EXISTS (SELECT 1 FROM exchange_rate WHERE deleted_at IS NULL) "
               "OR EXISTS (SELECT 1 FROM target_value WHERE measure IN ('signed_amount', 'received_amount', "
               "'gross_profit', 'invoiced_amount')) AS value");
STATEMENT_ROWS(REGION_CHILDREN, "region.children", struct region_row, REGION,
               "SELECT r.id, r.code, r.name, r.full_name, r.level, EXISTS (SELECT 1 FROM region c WHERE c.parent_id = "
               "r.id) AS has_children "
               "FROM region r WHERE (? = 0 AND r.parent_id IS NULL) OR r.parent_id = ? ORDER BY r.id");
STATEMENT_ROWS(REGION_SEARCH, "region.search", struct region_row, REGION,
               "SELECT r.id, r.code, r.name, r.full_name, r.level, EXISTS (SELECT 1 FROM region c WHERE c.parent_id = "
               "r.id) AS has_children "
               "FROM region r WHERE r.full_name LIKE CONCAT('%', REPLACE(REPLACE(?, '%', ''), '_', ''), '%') ORDER BY "
               "r.level, r.id LIMIT 50");

enum err role_store_list(struct db *db, struct arena *arena, struct role_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, NO_ARGS, rows_out, count_out);
}

enum err role_store_get(struct db *db, struct arena *arena, int64_t id, struct role_row *out)
{
    return db_one(db, arena, &GET, ARGS(V(id)), out);
}

enum err role_store_insert(struct db *db, struct arena *arena, struct str name, struct str description,
                           struct instant now, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT, ARGS(V(name), V(description), V(now), V(now)), &result));
    *id_out = result.id;
    return OK;
}

enum err role_store_update(struct db *db, struct arena *arena, int64_t id, int64_t version, struct str name,
                           struct str description, struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &UPDATE, ARGS(V(name), V(description), V(now), V(id), V(version)), &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err role_store_delete(struct db *db, struct arena *arena, int64_t id)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DELETE, ARGS(V(id)), &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err role_store_clear(struct db *db, struct arena *arena, int64_t id)
{
    TRY(db_exec(db, arena, &CLEAR_PERMISSIONS, ARGS(V(id))));
    TRY(db_exec(db, arena, &CLEAR_SCOPES, ARGS(V(id))));
    return db_exec(db, arena, &CLEAR_FIELDS, ARGS(V(id)));
}

enum err role_store_add_permission(struct db *db, struct arena *arena, int64_t id, struct str key)
{
    return db_exec(db, arena, &ADD_PERMISSION, ARGS(V(id), V(key)));
}

enum err role_store_add_scope(struct db *db, struct arena *arena, int64_t id, struct str object, struct str scope)
{
    return db_exec(db, arena, &ADD_SCOPE, ARGS(V(id), V(object), V(scope)));
}

enum err role_store_add_scope_department(struct db *db, struct arena *arena, int64_t id, struct str object,
                                         int64_t department_id)
{
    return db_exec(db, arena, &ADD_SCOPE_DEPARTMENT, ARGS(V(id), V(object), V(department_id)));
}

enum err role_store_add_field(struct db *db, struct arena *arena, int64_t id, struct str object, struct str field,
                              struct str access)
{
    return db_exec(db, arena, &ADD_FIELD, ARGS(V(id), V(object), V(field), V(access)));
}

enum err role_store_permissions(struct db *db, struct arena *arena, int64_t id, struct role_word **rows_out,
                                size_t *count_out)
{
    return db_many(db, arena, &PERMISSIONS, ARGS(V(id)), rows_out, count_out);
}

enum err role_store_scopes(struct db *db, struct arena *arena, int64_t id, struct role_word **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &SCOPES, ARGS(V(id)), rows_out, count_out);
}

enum err role_store_fields(struct db *db, struct arena *arena, int64_t id, struct role_word **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &FIELDS, ARGS(V(id)), rows_out, count_out);
}

enum err role_store_held_scopes(struct db *db, struct arena *arena, int64_t user_id, struct role_word **rows_out,
                                size_t *count_out)
{
    return db_many(db, arena, &HELD_SCOPES, ARGS(V(user_id)), rows_out, count_out);
}

enum err company_store_get(struct db *db, struct arena *arena, struct company_row *out)
{
    return db_one(db, arena, &GET_COMPANY, NO_ARGS, out);
}

enum err company_store_update(struct db *db, struct arena *arena, const struct company_row *company)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &UPDATE_COMPANY,
                       ARGS(V(company->name), V(company->time_zone), V(company->currency),
                            V(company->fiscal_year_start_month), V(company->work_start_minute),
                            V(company->work_end_minute), V(company->assignment_undo_hours), V(company->version)),
                       &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err company_store_has_money(struct db *db, struct arena *arena, bool *out)
{
    struct flag flag;
    TRY(db_one(db, arena, &HAS_MONEY, NO_ARGS, &flag));
    *out = flag.value != 0;
    return OK;
}

enum err region_store_list(struct db *db, struct arena *arena, int64_t parent_id, struct str search,
                           struct region_row **rows_out, size_t *count_out)
{
    if (search.len > 0) {
        return db_many(db, arena, &REGION_SEARCH, ARGS(V(search)), rows_out, count_out);
    }
    return db_many(db, arena, &REGION_CHILDREN, ARGS(V(parent_id), V(parent_id)), rows_out, count_out);
}
