/* SQL of saved views, notifications and readiness. */
#include "workspace_store.h"

struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
static const struct column VIEW[] = {
    COLUMN(struct view_row, id),      COLUMN(struct view_row, user_id),   COLUMN(struct view_row, object),
    COLUMN(struct view_row, name),    COLUMN(struct view_row, filter),    COLUMN(struct view_row, sort),
    COLUMN(struct view_row, columns), COLUMN(struct view_row, is_shared), COLUMN(struct view_row, is_default),
    COLUMN(struct view_row, version),
};
static const struct column NOTIFICATION[] = {
    COLUMN(struct notification_row, id),         COLUMN(struct notification_row, kind),
    COLUMN(struct notification_row, object),     COLUMN(struct notification_row, record_id),
    COLUMN(struct notification_row, detail),     COLUMN(struct notification_row, read_at),
    COLUMN(struct notification_row, created_at),
};
static const struct column CHANGE[] = {
    COLUMN(struct change_row, id),     COLUMN(struct change_row, object), COLUMN(struct change_row, record_id),
    COLUMN(struct change_row, action), COLUMN(struct change_row, at),
};

#define VIEW_COLUMNS                                                                                                   \
    "SELECT id, user_id, object, name, filter, sort, columns, is_shared, is_default, version FROM saved_view "
STATEMENT_ROWS(LIST_VIEWS, "view.list", struct view_row, VIEW,
               VIEW_COLUMNS "WHERE object = ? AND (user_id = ? OR is_shared) ORDER BY name, id");
STATEMENT_ROWS(GET_VIEW, "view.get", struct view_row, VIEW, VIEW_COLUMNS "WHERE id = ? AND user_id = ?");
STATEMENT(INSERT_VIEW, "view.insert",
          "INSERT INTO saved_view (user_id, object, name, filter, sort, columns, is_shared, is_default, created_at, "
          "updated_at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE_VIEW, "view.update",
          "UPDATE saved_view SET name = ?, filter = ?, sort = ?, columns = ?, is_shared = ?, is_default = ?, version = "
          "version + 1, updated_at = ? "
          "WHERE id = ? AND user_id = ? AND version = ?");
STATEMENT(DELETE_VIEW, "view.delete", "DELETE FROM saved_view WHERE id = ? AND user_id = ?");
STATEMENT(CLEAR_DEFAULT, "view.clear_default",
          "UPDATE saved_view SET is_default = FALSE WHERE user_id = ? AND object = ?");
STATEMENT_ROWS(LIST_NOTIFICATIONS, "notification.list", struct notification_row, NOTIFICATION,
               "SELECT id, kind, object, record_id, detail, read_at, created_at FROM notification WHERE user_id = ? "
               "AND id < ? ORDER BY id DESC LIMIT ?");
STATEMENT_ROWS(UNREAD, "notification.unread", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM notification WHERE user_id = ? AND read_at IS NULL");
STATEMENT(MARK_READ, "notification.read",
          "UPDATE notification SET read_at = ? WHERE user_id = ? AND read_at IS NULL AND (? = 0 OR id = ?)");
STATEMENT_ROWS(PING, "workspace.ping", struct number, NUMBER, "SELECT COUNT(*) AS value FROM company");
STATEMENT(FORGET_KEYS, "workspace.forget_keys", "DELETE FROM idempotency_key WHERE created_at < ? LIMIT 10000");
STATEMENT_ROWS(LIST_CHANGES, "change.list", struct change_row, CHANGE,
               "SELECT id, object, record_id, action, at FROM audit_entry WHERE id > ? AND at < ? AND action IN "
               "('create', 'update', 'delete', 'restore', 'transfer', 'move', 'disable', 'enable', 'share', 'unshare', "
               "'claim', 'assign', 'auto', 'return', 'recycle', 'undo', 'conflict', 'merge', 'unmerge') "
               "ORDER BY id LIMIT ?");

enum err view_store_list(struct db *db, struct arena *arena, int64_t user_id, struct str object,
                         struct view_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_VIEWS, ARGS(V(object), V(user_id)), rows_out, count_out);
}

enum err view_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id, struct view_row *out)
{
    return db_one(db, arena, &GET_VIEW, ARGS(V(id), V(user_id)), out);
}

enum err view_store_insert(struct db *db, struct arena *arena, const struct view_row *view, struct instant now,
                           int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT_VIEW,
                       ARGS(V(view->user_id), V(view->object), V(view->name), V(view->filter), V(view->sort),
                            V(view->columns), V(view->is_shared), V(view->is_default), V(now), V(now)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err view_store_update(struct db *db, struct arena *arena, const struct view_row *view, struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &UPDATE_VIEW,
                       ARGS(V(view->name), V(view->filter), V(view->sort), V(view->columns), V(view->is_shared),
                            V(view->is_default), V(now), V(view->id), V(view->user_id), V(view->version)),
                       &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err view_store_delete(struct db *db, struct arena *arena, int64_t id, int64_t user_id)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DELETE_VIEW, ARGS(V(id), V(user_id)), &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err view_store_clear_default(struct db *db, struct arena *arena, int64_t user_id, struct str object)
{
    return db_exec(db, arena, &CLEAR_DEFAULT, ARGS(V(user_id), V(object)));
}

enum err notification_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t before_id, int64_t limit,
                                 struct notification_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_NOTIFICATIONS, ARGS(V(user_id), V(before_id), V(limit)), rows_out, count_out);
}

enum err notification_store_unread(struct db *db, struct arena *arena, int64_t user_id, int64_t *out)
{
    return db_one(db, arena, &UNREAD, ARGS(V(user_id)), out);
}

enum err notification_store_read(struct db *db, struct arena *arena, int64_t user_id, int64_t id, struct instant now)
{
    return db_exec(db, arena, &MARK_READ, ARGS(V(now), V(user_id), V(id), V(id)));
}

enum err workspace_store_ping(struct db *db, struct arena *arena)
{
    struct number count;
    return db_one(db, arena, &PING, NO_ARGS, &count);
}

enum err workspace_store_forget_keys(struct db *db, struct arena *arena, struct instant before)
{
    return db_exec(db, arena, &FORGET_KEYS, ARGS(V(before)));
}

enum err change_store_list(struct db *db, struct arena *arena, int64_t since, struct instant before, int64_t limit,
                           struct change_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_CHANGES, ARGS(V(since), V(before), V(limit)), rows_out, count_out);
}
