/* SQL of attachments. */
#include "attachment_store.h"

static const struct column ATTACHMENT[] = {
    COLUMN(struct attachment_row, id),
    COLUMN(struct attachment_row, object),
    COLUMN(struct attachment_row, record_id),
    COLUMN(struct attachment_row, guide_item_id),
    COLUMN(struct attachment_row, field_id),
    COLUMN(struct attachment_row, name),
    COLUMN(struct attachment_row, content_type),
    COLUMN(struct attachment_row, size_bytes),
    COLUMN(struct attachment_row, path),
    COLUMN(struct attachment_row, created_at),
    COLUMN(struct attachment_row, created_by_id),
    COLUMN(struct attachment_row, created_by_name),
};
#define ATTACHMENT_COLUMNS                                                                                             \
    "SELECT a.id, a.object, a.record_id, a.guide_item_id, a.field_id, a.name, a.content_type, a.size_bytes, "          \
    "a.path, a.created_at, "                                                                                           \
    "a.created_by_id, u.name AS created_by_name FROM attachment a LEFT JOIN `user` u ON u.id = a.created_by_id "
STATEMENT_ROWS(LIST, "attachment.list", struct attachment_row, ATTACHMENT,
               ATTACHMENT_COLUMNS "WHERE a.object = ? AND a.record_id = ? AND a.field_id IS NULL "
                                  "AND a.removed_at IS NULL ORDER BY a.id");
STATEMENT_ROWS(GET, "attachment.get", struct attachment_row, ATTACHMENT,
               ATTACHMENT_COLUMNS "WHERE a.id = ? AND a.removed_at IS NULL");
STATEMENT_ROWS(REMOVED, "attachment.removed", struct attachment_row, ATTACHMENT,
               ATTACHMENT_COLUMNS "WHERE a.removed_at IS NOT NULL ORDER BY a.removed_at LIMIT ?");
STATEMENT(INSERT, "attachment.insert",
          "INSERT INTO attachment (object, record_id, guide_item_id, field_id, name, content_type, size_bytes, sha256, "
          "path, created_at, created_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, UNHEX(?), ?, ?, ?)");
STATEMENT(REMOVE, "attachment.remove", "UPDATE attachment SET removed_at = ? WHERE id = ? AND removed_at IS NULL");
/* A purge has no clock of its own: the file goes with the next sweep, whenever it was removed. */
STATEMENT(REMOVE_OF, "attachment.remove_of",
          "UPDATE attachment SET removed_at = created_at WHERE object = ? AND record_id = ? AND removed_at IS NULL");
STATEMENT(REMOVE_CLAIMS, "attachment.remove_claims",
          "UPDATE attachment SET removed_at = created_at WHERE object = 'conflict_claim' AND removed_at IS NULL "
          "AND record_id IN (SELECT id FROM conflict_claim WHERE customer_id = ?)");
STATEMENT(RECOUNT, "attachment.recount",
          "UPDATE follow_up f SET f.attachment_count = (SELECT COUNT(*) FROM attachment a "
          "WHERE a.object = 'follow_up' AND a.record_id = f.id AND a.field_id IS NULL AND a.removed_at IS NULL) "
          "WHERE f.id = ?");
STATEMENT(FORGET, "attachment.forget", "DELETE FROM attachment WHERE id = ? AND removed_at IS NOT NULL");

/* The one column of a row. */
struct number {
    int64_t value; /* as counted */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(COUNT, "attachment.count", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM attachment "
               "WHERE object = ? AND record_id = ? AND field_id IS NULL AND removed_at IS NULL");
STATEMENT_ROWS(COUNT_WAITING, "attachment.count_waiting", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM attachment "
               "WHERE created_by_id = ? AND record_id = 0 AND removed_at IS NULL");
STATEMENT(DROP_WAITING, "attachment.drop_waiting",
          "UPDATE attachment SET removed_at = ? "
          "WHERE field_id IS NOT NULL AND record_id = 0 AND removed_at IS NULL AND created_at < ?");
STATEMENT_ROWS(HAS_ITEM, "attachment.has_item", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM guide_item i JOIN stage s ON s.id = i.stage_id "
               "JOIN opportunity o ON o.pipeline_id = s.pipeline_id "
               "WHERE o.id = ? AND i.id = ? AND i.deleted_at IS NULL AND s.deleted_at IS NULL");
STATEMENT_ROWS(HAS_PATH, "attachment.has_path", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM attachment WHERE path = ?");

enum err attachment_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                               struct attachment_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(object), V(record_id)), rows_out, count_out);
}

enum err attachment_store_get(struct db *db, struct arena *arena, int64_t id, struct attachment_row *out)
{
    return db_one(db, arena, &GET, ARGS(V(id)), out);
}

enum err attachment_store_count(struct db *db, struct arena *arena, const char *object, int64_t record_id, int64_t *out)
{
    return db_one(db, arena, &COUNT, ARGS(V(object), V(record_id)), out);
}

enum err attachment_store_count_waiting(struct db *db, struct arena *arena, int64_t user_id, int64_t *out)
{
    return db_one(db, arena, &COUNT_WAITING, ARGS(V(user_id)), out);
}

enum err attachment_store_drop_waiting(struct db *db, struct arena *arena, struct instant before, struct instant now)
{
    return db_exec(db, arena, &DROP_WAITING, ARGS(V(now), V(before)));
}

enum err attachment_store_insert(struct db *db, struct arena *arena, const struct attachment_row *row,
                                 struct str sha256, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT,
                       ARGS(V(row->object), V(row->record_id), V(row->guide_item_id), V(row->field_id), V(row->name),
                            V(row->content_type), V(row->size_bytes), V(sha256), V(row->path), V(row->created_at),
                            V(row->created_by_id)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err attachment_store_remove(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    return db_exec(db, arena, &REMOVE, ARGS(V(now), V(id)));
}

enum err attachment_store_remove_of(struct db *db, struct arena *arena, const char *object, int64_t record_id)
{
    return db_exec(db, arena, &REMOVE_OF, ARGS(V(object), V(record_id)));
}

enum err attachment_store_remove_claims(struct db *db, struct arena *arena, int64_t customer_id)
{
    return db_exec(db, arena, &REMOVE_CLAIMS, ARGS(V(customer_id)));
}

enum err attachment_store_recount(struct db *db, struct arena *arena, int64_t follow_up_id)
{
    return db_exec(db, arena, &RECOUNT, ARGS(V(follow_up_id)));
}

enum err attachment_store_removed(struct db *db, struct arena *arena, int64_t limit, struct attachment_row **rows_out,
                                  size_t *count_out)
{
    return db_many(db, arena, &REMOVED, ARGS(V(limit)), rows_out, count_out);
}

enum err attachment_store_forget(struct db *db, struct arena *arena, int64_t id)
{
    return db_exec(db, arena, &FORGET, ARGS(V(id)));
}

enum err attachment_store_has_path(struct db *db, struct arena *arena, struct str path, bool *out)
{
    struct number count;
    TRY(db_one(db, arena, &HAS_PATH, ARGS(V(path)), &count));
    *out = count.value > 0;
    return OK;
}

enum err attachment_store_has_item(struct db *db, struct arena *arena, int64_t opportunity_id, int64_t item_id,
                                   bool *out)
{
    struct number count;
    TRY(db_one(db, arena, &HAS_ITEM, ARGS(V(opportunity_id), V(item_id)), &count));
    *out = count.value > 0;
    return OK;
}
