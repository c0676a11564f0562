/* SQL of shares and of the explanation of a scope. */
#include "share_store.h"

static const struct column SHARE[] = {
    COLUMN(struct share_view, id),
    COLUMN(struct share_view, object),
    COLUMN(struct share_view, record_id),
    COLUMN(struct share_view, user_id),
    COLUMN(struct share_view, user_name),
    COLUMN(struct share_view, can_edit),
    COLUMN(struct share_view, cascade_to),
    COLUMN(struct share_view, until_on),
    COLUMN(struct share_view, created_at),
    COLUMN(struct share_view, created_by_id),
    COLUMN(struct share_view, created_by_name),
};
#define SELECT_SHARE                                                                                                   \
    "SELECT s.id, s.object, s.record_id, s.user_id, u.name AS user_name, s.can_edit, s.cascade_to, s.until_on, "       \
    "s.created_at, s.created_by_id, b.name AS created_by_name "                                                        \
    "FROM record_share s "                                                                                             \
    "JOIN `user` u ON u.id = s.user_id "                                                                               \
    "LEFT JOIN `user` b ON b.id = s.created_by_id "
STATEMENT_ROWS(LIST, "share.list", struct share_view, SHARE,
               SELECT_SHARE "WHERE s.object = ? AND s.record_id = ? ORDER BY s.id");
STATEMENT_ROWS(GET, "share.get", struct share_view, SHARE, SELECT_SHARE "WHERE s.id = ?");
/* LAST_INSERT_ID(id) makes the id of an existing row the one that is reported. */
STATEMENT(
    SAVE, "share.save",
    "INSERT INTO record_share (object, record_id, user_id, can_edit, cascade_to, until_on, created_at, created_by_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), can_edit = VALUES(can_edit), cascade_to = VALUES(cascade_to), "
    "until_on = VALUES(until_on), created_at = VALUES(created_at), created_by_id = VALUES(created_by_id)");
STATEMENT(DELETE, "share.delete", "DELETE FROM record_share WHERE id = ?");

struct count_row {
    int64_t count; /* rows found */
};
static const struct column COUNT[] = {COLUMN(struct count_row, count)};
STATEMENT_ROWS(ACTIVE, "share.user_is_active", struct count_row, COUNT,
               "SELECT COUNT(*) AS count FROM `user` WHERE id = ? AND status = 'active' AND deleted_at IS NULL");

static const struct column ROLE_SCOPE[] = {
    COLUMN(struct role_scope_view, role_id),
    COLUMN(struct role_scope_view, role_name),
    COLUMN(struct role_scope_view, scope),
};
STATEMENT_ROWS(ROLES, "explain.roles", struct role_scope_view, ROLE_SCOPE,
               "SELECT r.id AS role_id, r.name AS role_name, COALESCE(s.scope, 'none') AS scope "
               "FROM user_role ur "
               "JOIN role r ON r.id = ur.role_id "
               "LEFT JOIN role_scope s ON s.role_id = r.id AND s.object = ? "
               "WHERE ur.user_id = ? "
               "ORDER BY r.id");
static const struct column REASON[] = {
    COLUMN(struct share_reason, id),        COLUMN(struct share_reason, object),
    COLUMN(struct share_reason, record_id), COLUMN(struct share_reason, can_edit),
    COLUMN(struct share_reason, until_on),  COLUMN(struct share_reason, created_by_name),
};
STATEMENT_ROWS(SHARES, "explain.shares", struct share_reason, REASON,
               "SELECT s.id, s.object, s.record_id, s.can_edit, s.until_on, b.name AS created_by_name "
               "FROM record_share s "
               "LEFT JOIN `user` b ON b.id = s.created_by_id "
               "WHERE s.object = ? AND s.record_id = ? AND s.user_id = ? AND (s.until_on IS NULL OR s.until_on >= ?)");

enum err share_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                          struct share_view **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(object), V(record_id)), rows_out, count_out);
}

enum err share_store_get(struct db *db, struct arena *arena, int64_t id, struct share_view *out)
{
    return db_one(db, arena, &GET, ARGS(V(id)), out);
}

enum err share_store_save(struct db *db, struct arena *arena, const struct share_view *share, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &SAVE,
                       ARGS(V(share->object), V(share->record_id), V(share->user_id), V(share->can_edit),
                            V(share->cascade_to), V(share->until_on), V(share->created_at), V(share->created_by_id)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err share_store_delete(struct db *db, struct arena *arena, int64_t id)
{
    return db_exec(db, arena, &DELETE, ARGS(V(id)));
}

enum err share_store_user_is_active(struct db *db, struct arena *arena, int64_t user_id, bool *out)
{
    struct count_row row;
    TRY(db_one(db, arena, &ACTIVE, ARGS(V(user_id)), &row));
    *out = row.count == 1;
    return OK;
}

enum err explain_store_roles(struct db *db, struct arena *arena, int64_t user_id, const char *object,
                             struct role_scope_view **rows_out, size_t *count_out)
{
    return db_many(db, arena, &ROLES, ARGS(V(object), V(user_id)), rows_out, count_out);
}

enum err explain_store_shares(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                              int64_t user_id, struct date day, struct share_reason **rows_out, size_t *count_out)
{
    return db_many(db, arena, &SHARES, ARGS(V(object), V(record_id), V(user_id), V(day)), rows_out, count_out);
}

enum err explain_store_cascades(struct db *db, struct arena *arena, const struct object *object, int64_t record_id,
                                const char *parent_object, const char *column, int64_t user_id, struct date day,
                                struct share_reason **rows_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT s.id, s.record_id, s.can_edit, s.until_on, b.name FROM `");
    query_sql(&query, object->table);
    query_sql(&query, "` t JOIN record_share s ON s.record_id = t.");
    query_sql(&query, column);
    query_sql(&query, " LEFT JOIN `user` b ON b.id = s.created_by_id WHERE t.id = ");
    query_arg(&query, V(record_id));
    query_sql(&query, " AND s.object = ");
    query_arg(&query, V(parent_object));
    query_sql(&query, " AND s.user_id = ");
    query_arg(&query, V(user_id));
    query_sql(&query, " AND (s.until_on IS NULL OR s.until_on >= ");
    query_arg(&query, V(day));
    query_sql(&query, ") AND FIND_IN_SET(");
    query_arg(&query, V(object->name));
    query_sql(&query, ", s.cascade_to) > 0");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    struct share_reason *reasons = ARENA_ARRAY(arena, struct share_reason, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        struct value until = rows_get(&rows, i, 3);
        struct value by = rows_get(&rows, i, 4);
        reasons[i] = (struct share_reason){
            .id = rows_get(&rows, i, 0).integer,
            .object = str_from(parent_object),
            .record_id = rows_get(&rows, i, 1).integer,
            .can_edit = rows_get(&rows, i, 2).integer != 0,
            .until_on = {until.type == VALUE_DATE, until.date},
            .created_by_name = {by.type == VALUE_TEXT, by.text},
        };
    }
    *rows_out = reasons;
    *count_out = rows.count;
    return OK;
}
