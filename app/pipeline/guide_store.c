/* SQL of guides. */
#include "guide_store.h"

#include "platform/query.h"

static const struct column ITEM[] = {
    COLUMN(struct guide_item, id),         COLUMN(struct guide_item, stage_id),
    COLUMN(struct guide_item, kind),       COLUMN(struct guide_item, title),
    COLUMN(struct guide_item, body),       COLUMN(struct guide_item, is_mandatory),
    COLUMN(struct guide_item, needs_file), COLUMN(struct guide_item, sort_order),
};
STATEMENT_ROWS(ITEMS, "guide.items", struct guide_item, ITEM,
               "SELECT i.id, i.stage_id, i.kind, i.title, i.body, i.is_mandatory, i.needs_file, i.sort_order "
               "FROM guide_item i JOIN stage s ON s.id = i.stage_id "
               "WHERE i.deleted_at IS NULL AND s.deleted_at IS NULL AND (? = 0 OR s.pipeline_id = ?) "
               "ORDER BY i.stage_id, i.sort_order, i.id");
static const struct column PLAN[] = {
    COLUMN(struct guide_plan, id),   COLUMN(struct guide_plan, stage_id),   COLUMN(struct guide_plan, name),
    COLUMN(struct guide_plan, kind), COLUMN(struct guide_plan, days_after), COLUMN(struct guide_plan, sort_order),
};
STATEMENT_ROWS(PLANS, "guide.plans", struct guide_plan, PLAN,
               "SELECT g.id, g.stage_id, g.name, g.kind, g.days_after, g.sort_order FROM guide_plan g "
               "JOIN stage s ON s.id = g.stage_id WHERE g.deleted_at IS NULL AND s.deleted_at IS NULL "
               "AND (? = 0 OR s.pipeline_id = ?) ORDER BY g.stage_id, g.sort_order, g.id");
STATEMENT(INSERT_ITEM, "guide.insert_item",
          "INSERT INTO guide_item (stage_id, kind, title, body, is_mandatory, needs_file, sort_order) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE_ITEM, "guide.update_item",
          "UPDATE guide_item SET kind = ?, title = ?, body = ?, is_mandatory = ?, needs_file = ?, sort_order = ? "
          "WHERE id = ? AND stage_id = ? AND deleted_at IS NULL");
STATEMENT(INSERT_PLAN, "guide.insert_plan",
          "INSERT INTO guide_plan (stage_id, name, kind, days_after, sort_order) VALUES (?, ?, ?, ?, ?)");
STATEMENT(UPDATE_PLAN, "guide.update_plan",
          "UPDATE guide_plan SET name = ?, kind = ?, days_after = ?, sort_order = ? "
          "WHERE id = ? AND stage_id = ? AND deleted_at IS NULL");
static const struct column GAP[] = {
    COLUMN(struct guide_gap, item_id),
    COLUMN(struct guide_gap, stage_id),
    COLUMN(struct guide_gap, title),
    COLUMN(struct guide_gap, is_done),
};
STATEMENT_ROWS(GAPS, "guide.gaps", struct guide_gap, GAP,
               "SELECT i.id AS item_id, i.stage_id, i.title, m.done_at IS NOT NULL AS is_done "
               "FROM stage s JOIN guide_item i ON i.stage_id = s.id "
               "LEFT JOIN guide_mark m ON m.item_id = i.id AND m.opportunity_id = ? "
               "WHERE s.pipeline_id = ? AND s.deleted_at IS NULL AND i.deleted_at IS NULL AND i.is_mandatory "
               "AND (m.done_at IS NULL OR (i.needs_file AND NOT EXISTS (SELECT 1 FROM attachment a "
               "WHERE a.object = 'opportunity' AND a.record_id = ? AND a.guide_item_id = i.id "
               "AND a.removed_at IS NULL))) ORDER BY s.sort_order, s.id, i.sort_order, i.id");
static const struct column MARK[] = {
    COLUMN(struct guide_mark, item_id),
    COLUMN(struct guide_mark, done_at),
    COLUMN(struct guide_mark, done_by_name),
    COLUMN(struct guide_mark, note),
};
STATEMENT_ROWS(MARKS, "guide.marks", struct guide_mark, MARK,
               "SELECT m.item_id, m.done_at, u.name AS done_by_name, m.note FROM guide_mark m "
               "LEFT JOIN `user` u ON u.id = m.done_by_id WHERE m.opportunity_id = ?");
STATEMENT(SET_MARK, "guide.mark",
          "INSERT INTO guide_mark (opportunity_id, item_id, done_at, done_by_id, note) VALUES (?, ?, ?, ?, ?) "
          "ON DUPLICATE KEY UPDATE done_at = VALUES(done_at), done_by_id = VALUES(done_by_id), note = VALUES(note)");
STATEMENT(SET_NOTE, "guide.note", "UPDATE guide_mark SET note = ? WHERE opportunity_id = ? AND item_id = ?");
static const struct column FILE_ROW[] = {
    COLUMN(struct guide_file, item_id),
    COLUMN(struct guide_file, id),
    COLUMN(struct guide_file, name),
};
STATEMENT_ROWS(FILES, "guide.files", struct guide_file, FILE_ROW,
               "SELECT COALESCE(guide_item_id, 0) AS item_id, id, name FROM attachment WHERE object = 'opportunity' "
               "AND record_id = ? AND guide_item_id IS NOT NULL AND removed_at IS NULL ORDER BY id");
static const struct column STAY[] = {
    COLUMN(struct guide_stay, stage_id),
    COLUMN(struct guide_stay, entered_at),
    COLUMN(struct guide_stay, seconds),
};
STATEMENT_ROWS(STAYS, "guide.stays", struct guide_stay, STAY,
               "SELECT s.id AS stage_id, (SELECT MAX(e.at) FROM stage_event e WHERE e.opportunity_id = o.id "
               "AND e.to_stage_id = s.id AND (e.from_stage_id IS NULL OR e.from_stage_id <> e.to_stage_id)) "
               "AS entered_at, (SELECT CAST(COALESCE(SUM(e.seconds_in_stage), 0) AS SIGNED) FROM stage_event e "
               "WHERE e.opportunity_id = o.id AND e.from_stage_id = s.id AND e.to_stage_id <> s.id) AS seconds "
               "FROM opportunity o JOIN stage s ON s.pipeline_id = o.pipeline_id AND s.deleted_at IS NULL "
               "WHERE o.id = ?");
/* The one column of a row. */
struct number {
    int64_t value; /* an id */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(PLANNED, "guide.planned", struct number, NUMBER,
               "SELECT DISTINCT COALESCE(guide_plan_id, 0) AS value FROM task WHERE opportunity_id = ? "
               "AND guide_plan_id IS NOT NULL AND deleted_at IS NULL "
               "AND (status = 'open' OR (status = 'done' AND created_at >= ?))");
STATEMENT(MADE, "guide.made", "UPDATE task SET guide_plan_id = ? WHERE id = ?");

enum err guide_store_items(struct db *db, struct arena *arena, int64_t pipeline_id, struct guide_item **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &ITEMS, ARGS(V(pipeline_id), V(pipeline_id)), rows_out, count_out);
}

enum err guide_store_plans(struct db *db, struct arena *arena, int64_t pipeline_id, struct guide_plan **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &PLANS, ARGS(V(pipeline_id), V(pipeline_id)), rows_out, count_out);
}

enum err guide_store_save_item(struct db *db, struct arena *arena, const struct guide_item *item, int64_t *id_out)
{
    struct db_result result;
    if (item->id == 0) {
        TRY(db_exec_result(db, arena, &INSERT_ITEM,
                           ARGS(V(item->stage_id), V(item->kind), V(item->title), V(item->body), V(item->is_mandatory),
                                V(item->needs_file), V(item->sort_order)),
                           &result));
        *id_out = result.id;
        return OK;
    }
    TRY(db_exec_result(db, arena, &UPDATE_ITEM,
                       ARGS(V(item->kind), V(item->title), V(item->body), V(item->is_mandatory), V(item->needs_file),
                            V(item->sort_order), V(item->id), V(item->stage_id)),
                       &result));
    *id_out = item->id;
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err guide_store_save_plan(struct db *db, struct arena *arena, const struct guide_plan *plan, int64_t *id_out)
{
    struct db_result result;
    if (plan->id == 0) {
        TRY(db_exec_result(
            db, arena, &INSERT_PLAN,
            ARGS(V(plan->stage_id), V(plan->name), V(plan->kind), V(plan->days_after), V(plan->sort_order)), &result));
        *id_out = result.id;
        return OK;
    }
    TRY(db_exec_result(
        db, arena, &UPDATE_PLAN,
        ARGS(V(plan->name), V(plan->kind), V(plan->days_after), V(plan->sort_order), V(plan->id), V(plan->stage_id)),
        &result));
    *id_out = plan->id;
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

static enum err drop(struct db *db, struct arena *arena, const char *update, int64_t stage_id, const int64_t *kept,
                     size_t count, struct instant now)
{
    struct query query;
    struct db_result result;
    query_init(&query, arena);
    query_sql(&query, update);
    query_arg(&query, V(now));
    query_sql(&query, " WHERE deleted_at IS NULL AND stage_id = ");
    query_arg(&query, V(stage_id));
    if (count > 0) {
        query_sql(&query, " AND id NOT IN ");
        query_arg_ids(&query, kept, count);
    }
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum err guide_store_drop_items(struct db *db, struct arena *arena, int64_t stage_id, const int64_t *kept, size_t count,
                                struct instant now)
{
    return drop(db, arena, "UPDATE guide_item SET deleted_at = ", stage_id, kept, count, now);
}

enum err guide_store_drop_plans(struct db *db, struct arena *arena, int64_t stage_id, const int64_t *kept, size_t count,
                                struct instant now)
{
    return drop(db, arena, "UPDATE guide_plan SET deleted_at = ", stage_id, kept, count, now);
}

enum err guide_store_gaps(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t opportunity_id,
                          struct guide_gap **rows_out, size_t *count_out)
{
    return db_many(db, arena, &GAPS, ARGS(V(opportunity_id), V(pipeline_id), V(opportunity_id)), rows_out, count_out);
}

enum err guide_store_marks(struct db *db, struct arena *arena, int64_t opportunity_id, struct guide_mark **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &MARKS, ARGS(V(opportunity_id)), rows_out, count_out);
}

enum err guide_store_mark(struct db *db, struct arena *arena, int64_t opportunity_id, int64_t item_id,
                          struct opt_instant done_at, struct value user, struct opt_str note)
{
    return db_exec(db, arena, &SET_MARK, ARGS(V(opportunity_id), V(item_id), V(done_at), user, V(note)));
}

enum err guide_store_note(struct db *db, struct arena *arena, int64_t opportunity_id, int64_t item_id,
                          struct opt_str note)
{
    return db_exec(db, arena, &SET_NOTE, ARGS(V(note), V(opportunity_id), V(item_id)));
}

enum err guide_store_files(struct db *db, struct arena *arena, int64_t opportunity_id, struct guide_file **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &FILES, ARGS(V(opportunity_id)), rows_out, count_out);
}

enum err guide_store_stays(struct db *db, struct arena *arena, int64_t opportunity_id, struct guide_stay **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &STAYS, ARGS(V(opportunity_id)), rows_out, count_out);
}

enum err guide_store_planned(struct db *db, struct arena *arena, int64_t opportunity_id, struct instant since,
                             int64_t **ids_out, size_t *count_out)
{
    struct number *rows;
    TRY(db_many(db, arena, &PLANNED, ARGS(V(opportunity_id), V(since)), &rows, count_out));
    *ids_out = ARENA_ARRAY(arena, int64_t, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*ids_out)[i] = rows[i].value;
    }
    return OK;
}

enum err guide_store_made(struct db *db, struct arena *arena, int64_t task_id, int64_t plan_id)
{
    return db_exec(db, arena, &MADE, ARGS(V(plan_id), V(task_id)));
}
