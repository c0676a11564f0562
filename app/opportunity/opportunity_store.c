/* SQL of pipelines, stages and the stage history. */
#include "opportunity_store.h"

static const struct column STAGE[] = {
    COLUMN(struct stage_row, id),
    COLUMN(struct stage_row, pipeline_id),
    COLUMN(struct stage_row, name),
    COLUMN(struct stage_row, kind),
    COLUMN(struct stage_row, sort_order),
    COLUMN(struct stage_row, win_probability_ppm),
    COLUMN(struct stage_row, forecast_category),
};
static const struct column PIPELINE[] = {
    COLUMN(struct pipeline_row, id),
    COLUMN(struct pipeline_row, name),
    COLUMN(struct pipeline_row, is_default),
    COLUMN(struct pipeline_row, version),
};
static const struct column EVENT[] = {
    COLUMN(struct stage_event_row, id),
    COLUMN(struct stage_event_row, from_stage),
    COLUMN(struct stage_event_row, to_stage),
    COLUMN(struct stage_event_row, amount_minor),
    COLUMN(struct stage_event_row, expected_close_on),
    COLUMN(struct stage_event_row, seconds_in_stage),
    COLUMN(struct stage_event_row, at),
    COLUMN(struct stage_event_row, user_name),
};
struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
struct text {
    struct str value;
};
static const struct column TEXT[] = {COLUMN(struct text, value)};

STATEMENT_ROWS(GET_STAGE, "stage.get", struct stage_row, STAGE,
               "SELECT id, pipeline_id, name, kind, sort_order, win_probability_ppm, forecast_category FROM stage "
               "WHERE id = ? AND deleted_at IS NULL");
STATEMENT_ROWS(FIRST_STAGE, "stage.first", struct stage_row, STAGE,
               "SELECT s.id, s.pipeline_id, s.name, s.kind, s.sort_order, s.win_probability_ppm, s.forecast_category "
               "FROM stage s JOIN pipeline p ON p.id = s.pipeline_id "
               "WHERE s.deleted_at IS NULL AND p.deleted_at IS NULL AND s.kind = 'open' AND (p.id = ? OR (? = 0 AND "
               "p.is_default)) "
               "ORDER BY p.id, s.sort_order, s.id LIMIT 1");
STATEMENT_ROWS(LIST_STAGES, "stage.list", struct stage_row, STAGE,
               "SELECT id, pipeline_id, name, kind, sort_order, win_probability_ppm, forecast_category FROM stage "
               "WHERE deleted_at IS NULL ORDER BY pipeline_id, sort_order, id");
STATEMENT_ROWS(
    LIST_PIPELINES, "pipeline.list", struct pipeline_row, PIPELINE,
    "SELECT id, name, is_default, version FROM pipeline WHERE deleted_at IS NULL ORDER BY is_default DESC, id");
STATEMENT(INSERT_PIPELINE, "pipeline.insert",
          "INSERT INTO pipeline (name, is_default, created_at, updated_at) VALUES (?, ?, ?, ?)");
STATEMENT(UPDATE_PIPELINE, "pipeline.update",
          "UPDATE pipeline SET name = ?, version = version + 1, updated_at = ? WHERE id = ? AND version = ? AND "
          "deleted_at IS NULL");
STATEMENT(DELETE_PIPELINE, "pipeline.delete",
          "UPDATE pipeline SET deleted_at = ?, version = version + 1 WHERE id = ? AND NOT is_default");
STATEMENT(INSERT_STAGE, "stage.insert",
          "INSERT INTO stage (pipeline_id, name, kind, sort_order, win_probability_ppm, forecast_category) VALUES (?, "
          "?, ?, ?, ?, ?)");
STATEMENT(UPDATE_STAGE, "stage.update",
          "UPDATE stage SET name = ?, kind = ?, sort_order = ?, win_probability_ppm = ?, forecast_category = ? WHERE "
          "id = ? AND pipeline_id = ?");
STATEMENT(DELETE_STAGE, "stage.delete", "UPDATE stage SET deleted_at = ? WHERE id = ?");
STATEMENT_ROWS(STAGE_USE, "stage.use", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM opportunity WHERE stage_id = ?");
STATEMENT_ROWS(PIPELINE_USE, "pipeline.use", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM opportunity WHERE pipeline_id = ?");
STATEMENT(ADD_EVENT, "stage_event.add",
          "INSERT INTO stage_event (opportunity_id, from_stage_id, to_stage_id, amount_minor, expected_close_on, "
          "seconds_in_stage, at, user_id) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT_ROWS(LIST_EVENTS, "stage_event.list", struct stage_event_row, EVENT,
               "SELECT e.id, f.name AS from_stage, t.name AS to_stage, e.amount_minor, e.expected_close_on, "
               "e.seconds_in_stage, e.at, "
               "u.name AS user_name FROM stage_event e LEFT JOIN stage f ON f.id = e.from_stage_id JOIN stage t ON "
               "t.id = e.to_stage_id "
               "LEFT JOIN `user` u ON u.id = e.user_id WHERE e.opportunity_id = ? ORDER BY e.id DESC");
STATEMENT_ROWS(CURRENCY, "opportunity.currency", struct text, TEXT,
               "SELECT currency AS value FROM company WHERE id = 1");
STATEMENT_ROWS(CUSTOMER_NAME, "opportunity.customer_name", struct text, TEXT,
               "SELECT name AS value FROM customer WHERE id = ?");

enum err stage_store_get(struct db *db, struct arena *arena, int64_t stage_id, struct stage_row *out)
{
    return db_one(db, arena, &GET_STAGE, ARGS(V(stage_id)), out);
}

enum err stage_store_first(struct db *db, struct arena *arena, int64_t pipeline_id, struct stage_row *out)
{
    return db_one(db, arena, &FIRST_STAGE, ARGS(V(pipeline_id), V(pipeline_id)), out);
}

enum err stage_store_list(struct db *db, struct arena *arena, struct stage_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_STAGES, NO_ARGS, rows_out, count_out);
}

enum err pipeline_store_list(struct db *db, struct arena *arena, struct pipeline_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_PIPELINES, NO_ARGS, rows_out, count_out);
}

enum err pipeline_store_insert(struct db *db, struct arena *arena, struct str name, bool is_default, struct instant now,
                               int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT_PIPELINE, ARGS(V(name), V(is_default), V(now), V(now)), &result));
    *id_out = result.id;
    return OK;
}

enum err pipeline_store_update(struct db *db, struct arena *arena, int64_t id, int64_t version, struct str name,
                               struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &UPDATE_PIPELINE, ARGS(V(name), V(now), V(id), V(version)), &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err pipeline_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DELETE_PIPELINE, ARGS(V(now), V(id)), &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err stage_store_insert(struct db *db, struct arena *arena, const struct stage_row *stage)
{
    return db_exec(db, arena, &INSERT_STAGE,
                   ARGS(V(stage->pipeline_id), V(stage->name), V(stage->kind), V(stage->sort_order),
                        V(stage->win_probability_ppm), V(stage->forecast_category)));
}

enum err stage_store_update(struct db *db, struct arena *arena, const struct stage_row *stage)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &UPDATE_STAGE,
                       ARGS(V(stage->name), V(stage->kind), V(stage->sort_order), V(stage->win_probability_ppm),
                            V(stage->forecast_category), V(stage->id), V(stage->pipeline_id)),
                       &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err stage_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    return db_exec(db, arena, &DELETE_STAGE, ARGS(V(now), V(id)));
}

enum err stage_store_use(struct db *db, struct arena *arena, int64_t stage_id, int64_t *out)
{
    return db_one(db, arena, &STAGE_USE, ARGS(V(stage_id)), out);
}

enum err pipeline_store_use(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t *out)
{
    return db_one(db, arena, &PIPELINE_USE, ARGS(V(pipeline_id)), out);
}

enum err stage_event_add(struct db *db, struct arena *arena, int64_t opportunity_id, struct value from, int64_t to,
                         int64_t amount_minor, struct value expected_close, struct value seconds, struct instant at,
                         struct value user)
{
    return db_exec(db, arena, &ADD_EVENT,
                   ARGS(V(opportunity_id), from, V(to), V(amount_minor), expected_close, seconds, V(at), user));
}

enum err stage_event_list(struct db *db, struct arena *arena, int64_t opportunity_id, struct stage_event_row **rows_out,
                          size_t *count_out)
{
    return db_many(db, arena, &LIST_EVENTS, ARGS(V(opportunity_id)), rows_out, count_out);
}

enum err opportunity_store_currency(struct db *db, struct arena *arena, struct str *out)
{
    return db_one(db, arena, &CURRENCY, NO_ARGS, out);
}

enum err opportunity_store_customer_name(struct db *db, struct arena *arena, int64_t customer_id, struct str *out)
{
    return db_one(db, arena, &CUSTOMER_NAME, ARGS(V(customer_id)), out);
}
