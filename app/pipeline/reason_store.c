/* SQL of the reasons of closing. */
#include "reason_store.h"

static const struct column REASON[] = {
    COLUMN(struct reason_row, id),
    COLUMN(struct reason_row, code),
    COLUMN(struct reason_row, kind),
    COLUMN(struct reason_row, name),
    COLUMN(struct reason_row, needs_competitor),
    COLUMN(struct reason_row, needs_note),
    COLUMN(struct reason_row, is_active),
    COLUMN(struct reason_row, sort_order),
};
#define REASON_COLUMNS                                                                                                 \
    "SELECT id, code, kind, name, needs_competitor, needs_note, is_active, sort_order FROM close_reason "              \
    "WHERE deleted_at IS NULL "
STATEMENT_ROWS(LIST, "close_reason.list", struct reason_row, REASON,
               REASON_COLUMNS "ORDER BY kind = 'lost', sort_order, id");
STATEMENT_ROWS(GET, "close_reason.get", struct reason_row, REASON, REASON_COLUMNS "AND id = ?");
STATEMENT(
    INSERT, "close_reason.insert",
    "INSERT INTO close_reason (code, kind, name, needs_competitor, needs_note, is_active, sort_order, created_at, "
    "created_by_id, updated_at, updated_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE, "close_reason.update",
          "UPDATE close_reason SET kind = ?, name = ?, needs_competitor = ?, needs_note = ?, is_active = ?, "
          "sort_order = ?, updated_at = ?, updated_by_id = ? WHERE id = ? AND deleted_at IS NULL");
STATEMENT(DELETE, "close_reason.delete",
          "UPDATE close_reason SET deleted_at = ? WHERE id = ? AND code IS NULL AND deleted_at IS NULL");

/* The one column of a row. */
struct number {
    int64_t value; /* as counted */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(COUNT, "close_reason.count", struct number, NUMBER, "SELECT COUNT(*) AS value FROM close_reason");

enum err reason_store_list(struct db *db, struct arena *arena, struct reason_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, NO_ARGS, rows_out, count_out);
}

enum err reason_store_get(struct db *db, struct arena *arena, int64_t id, struct reason_row *out)
{
    return db_one(db, arena, &GET, ARGS(V(id)), out);
}

enum err reason_store_save(struct db *db, struct arena *arena, const struct reason_row *row, struct instant now,
                           struct value user, int64_t *id_out)
{
    struct db_result result;
    if (row->id == 0) {
        TRY(db_exec_result(db, arena, &INSERT,
                           ARGS(V(row->code), V(row->kind), V(row->name), V(row->needs_competitor), V(row->needs_note),
                                V(row->is_active), V(row->sort_order), V(now), user, V(now), user),
                           &result));
        *id_out = result.id;
        return OK;
    }
    TRY(db_exec_result(db, arena, &UPDATE,
                       ARGS(V(row->kind), V(row->name), V(row->needs_competitor), V(row->needs_note), V(row->is_active),
                            V(row->sort_order), V(now), user, V(row->id)),
                       &result));
    *id_out = row->id;
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err reason_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DELETE, ARGS(V(now), V(id)), &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err reason_store_count(struct db *db, struct arena *arena, int64_t *out)
{
    struct number number;
    TRY(db_one(db, arena, &COUNT, NO_ARGS, &number));
    *out = number.value;
    return OK;
}
