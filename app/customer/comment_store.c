/* SQL of comments and mentions. */
#include "comment_store.h"

static const struct column COMMENT[] = {
    COLUMN(struct comment_row, id),
    COLUMN(struct comment_row, record_id),
    COLUMN(struct comment_row, content),
    COLUMN(struct comment_row, created_at),
    COLUMN(struct comment_row, created_by_id),
    COLUMN(struct comment_row, created_by_name),
};
#define COMMENT_COLUMNS                                                                                                \
    "SELECT c.id, c.record_id, c.content, c.created_at, c.created_by_id, u.name AS created_by_name "                   \
    "FROM record_comment c JOIN `user` u ON u.id = c.created_by_id "
STATEMENT_ROWS(LIST, "comment.list", struct comment_row, COMMENT,
               COMMENT_COLUMNS "WHERE c.object = ? AND c.record_id = ? AND c.id > ? AND c.deleted_at IS NULL "
                               "ORDER BY c.id LIMIT ?");
STATEMENT_ROWS(GET, "comment.get", struct comment_row, COMMENT,
               COMMENT_COLUMNS "WHERE c.id = ? AND c.deleted_at IS NULL");
STATEMENT(INSERT, "comment.insert",
          "INSERT INTO record_comment (object, record_id, content, created_at, created_by_id) VALUES (?, ?, ?, ?, ?)");
STATEMENT(DELETE, "comment.delete", "UPDATE record_comment SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL");
STATEMENT(RECOUNT, "comment.recount",
          "UPDATE follow_up f SET f.comment_count = (SELECT COUNT(*) FROM record_comment c "
          "WHERE c.object = 'follow_up' AND c.record_id = f.id AND c.deleted_at IS NULL) WHERE f.id = ?");
STATEMENT(FORGET_MENTIONS, "comment.forget_mentions",
          "DELETE m FROM record_mention m JOIN record_comment c ON c.id = m.record_id "
          "WHERE m.object = 'record_comment' AND c.object = ? AND c.record_id = ?");
STATEMENT(FORGET, "comment.forget", "DELETE FROM record_comment WHERE object = ? AND record_id = ?");

enum err comment_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id, int64_t after_id,
                            int64_t limit, struct comment_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(object), V(record_id), V(after_id), V(limit)), rows_out, count_out);
}

enum err comment_store_get(struct db *db, struct arena *arena, int64_t id, struct comment_row *out)
{
    return db_one(db, arena, &GET, ARGS(V(id)), out);
}

enum err comment_store_insert(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                              struct str content, int64_t user_id, struct instant now, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT, ARGS(V(object), V(record_id), V(content), V(now), V(user_id)), &result));
    *id_out = result.id;
    return OK;
}

enum err comment_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    return db_exec(db, arena, &DELETE, ARGS(V(now), V(id)));
}

enum err comment_store_recount(struct db *db, struct arena *arena, int64_t follow_up_id)
{
    return db_exec(db, arena, &RECOUNT, ARGS(V(follow_up_id)));
}

/* ---- mentions ---- */

enum { MENTION_WIDTH = 3 };
static const struct column MENTION[] = {COLUMN(struct mention_row, user_id), COLUMN(struct mention_row, user_name)};
STATEMENT_ROWS(LIST_MENTIONS, "mention.list", struct mention_row, MENTION,
               "SELECT m.user_id, u.name AS user_name FROM record_mention m JOIN `user` u ON u.id = m.user_id "
               "WHERE m.object = ? AND m.record_id = ? ORDER BY u.name, u.id");
STATEMENT(DROP_MENTIONS, "mention.drop", "DELETE FROM record_mention WHERE object = ? AND record_id = ?");

enum err mention_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                            struct mention_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_MENTIONS, ARGS(V(object), V(record_id)), rows_out, count_out);
}

enum err mention_store_set(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                           const int64_t *user_ids, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * MENTION_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP_MENTIONS, ARGS(V(object), V(record_id))));
    for (size_t i = 0; i < count; i++) {
        values[i * MENTION_WIDTH] = V(object);
        values[i * MENTION_WIDTH + 1] = V(record_id);
        values[i * MENTION_WIDTH + 2] = V(user_ids[i]);
    }
    return db_bulk(db, arena, STR("INSERT INTO record_mention (object, record_id, user_id) VALUES (?, ?, ?)"), values,
                   MENTION_WIDTH, count);
}

enum err comment_store_forget(struct db *db, struct arena *arena, const char *object, int64_t record_id)
{
    TRY(db_exec(db, arena, &FORGET_MENTIONS, ARGS(V(object), V(record_id))));
    TRY(db_exec(db, arena, &FORGET, ARGS(V(object), V(record_id))));
    return db_exec(db, arena, &DROP_MENTIONS, ARGS(V(object), V(record_id)));
}
