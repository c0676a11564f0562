/* SQL of pipelines and stages. */
#include "pipeline_store.h"

#include "platform/query.h"

static const struct column STAGE[] = {
    COLUMN(struct stage_row, id),
    COLUMN(struct stage_row, pipeline_id),
    COLUMN(struct stage_row, name),
    COLUMN(struct stage_row, kind),
    COLUMN(struct stage_row, sort_order),
    COLUMN(struct stage_row, win_probability_ppm),
    COLUMN(struct stage_row, forecast_category),
    COLUMN(struct stage_row, usual_days),
    COLUMN(struct stage_row, longest_days),
    COLUMN(struct stage_row, required_fields),
    COLUMN(struct stage_row, enter_roles),
    COLUMN(struct stage_row, leave_roles),
    COLUMN(struct stage_row, allow_skip),
    COLUMN(struct stage_row, allow_back),
    COLUMN(struct stage_row, is_bound),
};
#define ROLES_OF(word)                                                                                                 \
    "(SELECT GROUP_CONCAT(r.role_id ORDER BY r.role_id) FROM stage_role r WHERE r.stage_id = s.id AND r.direction = "  \
    "'" word "')"
#define STAGE_COLUMNS                                                                                                  \
    "SELECT s.id, s.pipeline_id, s.name, s.kind, s.sort_order, s.win_probability_ppm, s.forecast_category, "           \
    "s.usual_days, s.longest_days, s.required_fields, " ROLES_OF("enter") " AS enter_roles, " ROLES_OF(                \
        "leave") " AS leave_roles, p.allow_skip, p.allow_back, "                                                       \
                 "EXISTS (SELECT 1 FROM pipeline_department d WHERE d.pipeline_id = p.id) AS is_bound "                \
                 "FROM stage s JOIN pipeline p ON p.id = s.pipeline_id "
STATEMENT_ROWS(LIST_STAGES, "stage.list", struct stage_row, STAGE,
               STAGE_COLUMNS "WHERE s.deleted_at IS NULL ORDER BY s.pipeline_id, s.sort_order, s.id");
STATEMENT_ROWS(STAGES_OF, "stage.of_pipeline", struct stage_row, STAGE,
               STAGE_COLUMNS "WHERE s.pipeline_id = ? AND s.deleted_at IS NULL ORDER BY s.sort_order, s.id");
STATEMENT_ROWS(STAGES_BESIDE, "stage.beside", struct stage_row, STAGE,
               STAGE_COLUMNS "WHERE s.pipeline_id = (SELECT o.pipeline_id FROM stage o WHERE o.id = ?) "
                             "AND s.deleted_at IS NULL ORDER BY s.sort_order, s.id");

static const struct column PIPELINE[] = {
    COLUMN(struct pipeline_row, id),
    COLUMN(struct pipeline_row, name),
    COLUMN(struct pipeline_row, is_default),
    COLUMN(struct pipeline_row, allow_skip),
    COLUMN(struct pipeline_row, allow_back),
    COLUMN(struct pipeline_row, version),
    COLUMN(struct pipeline_row, department_ids),
};
#define PIPELINE_COLUMNS                                                                                               \
    "SELECT p.id, p.name, p.is_default, p.allow_skip, p.allow_back, p.version, "                                       \
    "(SELECT GROUP_CONCAT(d.department_id ORDER BY d.department_id) FROM pipeline_department d "                       \
    "WHERE d.pipeline_id = p.id) AS department_ids FROM pipeline p WHERE p.deleted_at IS NULL "
STATEMENT_ROWS(LIST_PIPELINES, "pipeline.list", struct pipeline_row, PIPELINE,
               PIPELINE_COLUMNS "ORDER BY p.is_default DESC, p.id");
STATEMENT_ROWS(LOCK_PIPELINE, "pipeline.lock", struct pipeline_row, PIPELINE,
               PIPELINE_COLUMNS "AND p.id = ? FOR UPDATE");
STATEMENT(INSERT_PIPELINE, "pipeline.insert",
          "INSERT INTO pipeline (name, is_default, allow_skip, allow_back, created_at, updated_at) "
          "VALUES (?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE_PIPELINE, "pipeline.update",
          "UPDATE pipeline SET name = ?, allow_skip = ?, allow_back = ?, version = version + 1, updated_at = ? "
          "WHERE id = ?");
STATEMENT(MAKE_DEFAULT, "pipeline.make_default",
          "UPDATE pipeline SET is_default = (id = ?), version = version + (id <> ?) "
          "WHERE deleted_at IS NULL AND is_default <> (id = ?)");
STATEMENT(DELETE_PIPELINE, "pipeline.delete",
          "UPDATE pipeline SET deleted_at = ?, version = version + 1 WHERE id = ? AND NOT is_default "
          "AND deleted_at IS NULL");
STATEMENT(CLEAR_DEPARTMENTS, "pipeline.clear_departments", "DELETE FROM pipeline_department WHERE pipeline_id = ?");
STATEMENT(ADD_DEPARTMENT, "pipeline.add_department",
          "INSERT IGNORE INTO pipeline_department (pipeline_id, department_id) VALUES (?, ?)");
STATEMENT(INSERT_STAGE, "stage.insert",
          "INSERT INTO stage (pipeline_id, name, kind, sort_order, win_probability_ppm, forecast_category, usual_days, "
          "longest_days, required_fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE_STAGE, "stage.update",
          "UPDATE stage SET name = ?, kind = ?, sort_order = ?, win_probability_ppm = ?, forecast_category = ?, "
          "usual_days = ?, longest_days = ?, required_fields = ? WHERE id = ? AND pipeline_id = ? "
          "AND deleted_at IS NULL");
STATEMENT(DELETE_STAGE, "stage.delete", "UPDATE stage SET deleted_at = ? WHERE id = ?");
STATEMENT(DELETE_STAGES, "stage.delete_all",
          "UPDATE stage SET deleted_at = ? WHERE pipeline_id = ? AND deleted_at IS NULL");
STATEMENT(CLEAR_ROLES, "stage.clear_roles", "DELETE FROM stage_role WHERE stage_id = ? AND direction = ?");
STATEMENT(ADD_ROLE, "stage.add_role", "INSERT IGNORE INTO stage_role (stage_id, direction, role_id) VALUES (?, ?, ?)");

/* The one column of a row. */
struct number {
    int64_t value; /* as counted */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(STAGE_USE, "stage.use", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM opportunity WHERE stage_id = ?");
STATEMENT_ROWS(PIPELINE_USE, "pipeline.use", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM opportunity WHERE pipeline_id = ?");
STATEMENT_ROWS(TAKES, "pipeline.takes", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM pipeline_department d "
               "JOIN department_path x ON x.ancestor_id = d.department_id "
               "WHERE d.pipeline_id = ? AND x.descendant_id = ?");
STATEMENT_ROWS(USER_ROLES, "pipeline.user_roles", struct number, NUMBER,
               "SELECT role_id AS value FROM user_role WHERE user_id = ?");
STATEMENT_ROWS(FIRST_OF, "stage.first_of", struct number, NUMBER,
               "SELECT s.id AS value FROM stage s JOIN pipeline p ON p.id = s.pipeline_id WHERE s.pipeline_id = ? "
               "AND s.kind = 'open' AND s.deleted_at IS NULL AND p.deleted_at IS NULL "
               "ORDER BY s.sort_order, s.id LIMIT 1");
/* The pipeline of a department: named by it or by the nearest above it, else the default one. */
#define PIPELINE_OF                                                                                                    \
    "COALESCE((SELECT p.id FROM department_path x JOIN pipeline_department d ON d.department_id = x.ancestor_id "      \
    "JOIN pipeline p ON p.id = d.pipeline_id AND p.deleted_at IS NULL "                                                \
    "WHERE x.descendant_id = ? ORDER BY x.depth, p.id LIMIT 1), "                                                      \
    "(SELECT q.id FROM pipeline q WHERE q.is_default AND q.deleted_at IS NULL ORDER BY q.id LIMIT 1))"
STATEMENT_ROWS(OF_DEPARTMENT, "pipeline.of_department", struct number, NUMBER,
               "SELECT COALESCE(" PIPELINE_OF ", 0) AS value");
STATEMENT_ROWS(FIRST_FOR, "stage.first_for", struct number, NUMBER,
               "SELECT s.id AS value FROM stage s WHERE s.kind = 'open' AND s.deleted_at IS NULL "
               "AND s.pipeline_id = " PIPELINE_OF " ORDER BY s.sort_order, s.id LIMIT 1");
STATEMENT_ROWS(HOLD, "stage.hold", struct number, NUMBER,
               "SELECT id AS value FROM stage WHERE id = ? AND deleted_at IS NULL LOCK IN SHARE MODE");
STATEMENT_ROWS(MEMBERS, "stage.members", struct number, NUMBER,
               "SELECT id AS value FROM opportunity WHERE stage_id = ? AND id > ? ORDER BY id LIMIT ? FOR UPDATE");
/* Won lies behind all open stages, lost nowhere. */
STATEMENT(REFRESH_FURTHEST, "stage.refresh_furthest",
          "UPDATE opportunity o SET o.furthest_stage_id = COALESCE((SELECT s.id FROM stage_event e "
          "JOIN stage s ON s.id = e.to_stage_id AND s.kind <> 'lost' AND s.deleted_at IS NULL "
          "AND s.pipeline_id = o.pipeline_id WHERE e.opportunity_id = o.id "
          "ORDER BY s.kind = 'won' DESC, s.sort_order DESC, s.id DESC LIMIT 1), "
          "(SELECT s.id FROM stage s WHERE s.pipeline_id = o.pipeline_id AND s.kind = 'open' "
          "AND s.deleted_at IS NULL ORDER BY s.sort_order, s.id LIMIT 1)) WHERE o.pipeline_id = ?");

enum err pipeline_store_list(struct db *db, struct arena *arena, struct pipeline_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_PIPELINES, NO_ARGS, rows_out, count_out);
}

enum err pipeline_store_of(struct db *db, struct arena *arena, int64_t department_id, int64_t *out)
{
    return db_one(db, arena, &OF_DEPARTMENT, ARGS(V(department_id)), out);
}

enum err pipeline_store_lock(struct db *db, struct arena *arena, int64_t id, struct pipeline_row *out)
{
    return db_one(db, arena, &LOCK_PIPELINE, ARGS(V(id)), out);
}

enum err pipeline_store_insert(struct db *db, struct arena *arena, const struct pipeline_row *row, struct instant now,
                               int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT_PIPELINE,
                       ARGS(V(row->name), V(row->is_default), V(row->allow_skip), V(row->allow_back), V(now), V(now)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err pipeline_store_update(struct db *db, struct arena *arena, const struct pipeline_row *row, struct instant now)
{
    return db_exec(db, arena, &UPDATE_PIPELINE,
                   ARGS(V(row->name), V(row->allow_skip), V(row->allow_back), V(now), V(row->id)));
}

enum err pipeline_store_make_default(struct db *db, struct arena *arena, int64_t id)
{
    return db_exec(db, arena, &MAKE_DEFAULT, ARGS(V(id), V(id), V(id)));
}

enum err pipeline_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DELETE_PIPELINE, ARGS(V(now), V(id)), &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err pipeline_store_set_departments(struct db *db, struct arena *arena, int64_t id, const int64_t *ids,
                                        size_t count)
{
    TRY(db_exec(db, arena, &CLEAR_DEPARTMENTS, ARGS(V(id))));
    for (size_t i = 0; i < count; i++) {
        TRY(db_exec(db, arena, &ADD_DEPARTMENT, ARGS(V(id), V(ids[i]))));
    }
    return OK;
}

static enum err count_of(struct db *db, struct arena *arena, const char *from, const int64_t *ids, size_t count,
                         int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT COUNT(*) FROM ");
    query_sql(&query, from);
    query_sql(&query, " t.id IN ");
    query_arg_ids(&query, ids, count);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

enum err pipeline_store_departments(struct db *db, struct arena *arena, const int64_t *ids, size_t count, int64_t *out)
{
    return count_of(db, arena, "department t WHERE t.deleted_at IS NULL AND", ids, count, out);
}

enum err pipeline_store_roles(struct db *db, struct arena *arena, const int64_t *ids, size_t count, int64_t *out)
{
    return count_of(db, arena, "role t WHERE", ids, count, out);
}

enum err pipeline_store_takes(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t department_id, bool *out)
{
    struct number number;
    TRY(db_one(db, arena, &TAKES, ARGS(V(pipeline_id), V(department_id)), &number));
    *out = number.value > 0;
    return OK;
}

static enum err ids_of(struct db *db, struct arena *arena, const struct stmt *statement, struct args args,
                       int64_t **ids_out, size_t *count_out)
{
    struct number *rows;
    TRY(db_many(db, arena, statement, args, &rows, count_out));
    *ids_out = ARENA_ARRAY(arena, int64_t, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*ids_out)[i] = rows[i].value;
    }
    return OK;
}

enum err pipeline_store_user_roles(struct db *db, struct arena *arena, int64_t user_id, int64_t **ids_out,
                                   size_t *count_out)
{
    return ids_of(db, arena, &USER_ROLES, ARGS(V(user_id)), ids_out, count_out);
}

enum err stage_store_list(struct db *db, struct arena *arena, struct stage_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_STAGES, NO_ARGS, rows_out, count_out);
}

enum err stage_store_of(struct db *db, struct arena *arena, int64_t pipeline_id, struct stages *out)
{
    return db_many(db, arena, &STAGES_OF, ARGS(V(pipeline_id)), &out->items, &out->count);
}

enum err pipeline_stages_of(struct db *db, struct arena *arena, int64_t stage_id, struct stages *out)
{
    return db_many(db, arena, &STAGES_BESIDE, ARGS(V(stage_id)), &out->items, &out->count);
}

enum err pipeline_first_stage(struct db *db, struct arena *arena, int64_t pipeline_id, struct value department,
                              int64_t *stage_id_out)
{
    struct number number;
    TRY(pipeline_id != 0 ? db_one(db, arena, &FIRST_OF, ARGS(V(pipeline_id)), &number)
                         : db_one(db, arena, &FIRST_FOR, ARGS(department), &number));
    *stage_id_out = number.value;
    return OK;
}

enum err stage_store_insert(struct db *db, struct arena *arena, const struct stage_row *stage, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT_STAGE,
                       ARGS(V(stage->pipeline_id), V(stage->name), V(stage->kind), V(stage->sort_order),
                            V(stage->win_probability_ppm), V(stage->forecast_category), V(stage->usual_days),
                            V(stage->longest_days), V(stage->required_fields)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err stage_store_update(struct db *db, struct arena *arena, const struct stage_row *stage)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &UPDATE_STAGE,
                       ARGS(V(stage->name), V(stage->kind), V(stage->sort_order), V(stage->win_probability_ppm),
                            V(stage->forecast_category), V(stage->usual_days), V(stage->longest_days),
                            V(stage->required_fields), V(stage->id), V(stage->pipeline_id)),
                       &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err stage_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    return db_exec(db, arena, &DELETE_STAGE, ARGS(V(now), V(id)));
}

enum err stage_store_delete_all(struct db *db, struct arena *arena, int64_t pipeline_id, struct instant now)
{
    return db_exec(db, arena, &DELETE_STAGES, ARGS(V(now), V(pipeline_id)));
}

enum err stage_store_hold(struct db *db, struct arena *arena, int64_t stage_id)
{
    struct number number;
    return db_one(db, arena, &HOLD, ARGS(V(stage_id)), &number);
}

enum err stage_store_set_roles(struct db *db, struct arena *arena, int64_t stage_id, const char *direction,
                               const int64_t *ids, size_t count)
{
    TRY(db_exec(db, arena, &CLEAR_ROLES, ARGS(V(stage_id), V(direction))));
    for (size_t i = 0; i < count; i++) {
        TRY(db_exec(db, arena, &ADD_ROLE, ARGS(V(stage_id), V(direction), V(ids[i]))));
    }
    return OK;
}

enum err stage_store_use(struct db *db, struct arena *arena, int64_t stage_id, int64_t *out)
{
    struct number number;
    TRY(db_one(db, arena, &STAGE_USE, ARGS(V(stage_id)), &number));
    *out = number.value;
    return OK;
}

enum err pipeline_store_use(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t *out)
{
    struct number number;
    TRY(db_one(db, arena, &PIPELINE_USE, ARGS(V(pipeline_id)), &number));
    *out = number.value;
    return OK;
}

enum err stage_store_members(struct db *db, struct arena *arena, int64_t stage_id, int64_t after, int64_t limit,
                             int64_t **ids_out, size_t *count_out)
{
    return ids_of(db, arena, &MEMBERS, ARGS(V(stage_id), V(after), V(limit)), ids_out, count_out);
}

static enum err add_map_events(struct db *db, struct arena *arena, const struct stage_row *from,
                               const struct stage_row *to, const int64_t *ids, size_t count, struct instant now,
                               struct value user)
{
    struct query query;
    struct db_result result;
    query_init(&query, arena);
    query_sql(&query, "INSERT INTO stage_event (opportunity_id, from_stage_id, to_stage_id, amount_minor, "
                      "expected_close_on, seconds_in_stage, at, user_id, cause) SELECT o.id, ");
    query_arg(&query, V(from->id));
    query_sql(&query, ", ");
    query_arg(&query, V(to->id));
    query_sql(&query, ", o.amount_minor, o.expected_close_on, TIMESTAMPDIFF(SECOND, o.stage_entered_at, ");
    query_arg(&query, V(now));
    query_sql(&query, "), ");
    query_arg(&query, V(now));
    query_sql(&query, ", ");
    query_arg(&query, user);
    query_sql(&query, ", 'mapping' FROM opportunity o WHERE o.id IN ");
    query_arg_ids(&query, ids, count);
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum err stage_store_map(struct db *db, struct arena *arena, const struct stage_row *from, const struct stage_row *to,
                         const int64_t *ids, size_t count, struct instant now, struct value user)
{
    struct query query;
    struct db_result result;
    TRY(add_map_events(db, arena, from, to, ids, count, now, user));
    query_init(&query, arena);
    query_sql(&query, "UPDATE opportunity SET stage_id = ");
    query_arg(&query, V(to->id));
    query_sql(&query, ", win_probability_ppm = IF(win_probability_ppm = ");
    query_arg(&query, V(from->win_probability_ppm));
    query_sql(&query, ", ");
    query_arg(&query, V(to->win_probability_ppm));
    query_sql(&query, ", win_probability_ppm), base_weighted_minor = ROUND(CAST(base_minor AS DECIMAL(30)) * "
                      "win_probability_ppm * 0.000001), stage_entered_at = ");
    query_arg(&query, V(now));
    query_sql(&query, ", version = version + 1, updated_at = ");
    query_arg(&query, V(now));
    query_sql(&query, ", updated_by_id = ");
    query_arg(&query, user);
    query_sql(&query, " WHERE id IN ");
    query_arg_ids(&query, ids, count);
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum err stage_store_refresh_furthest(struct db *db, struct arena *arena, int64_t pipeline_id)
{
    return db_exec(db, arena, &REFRESH_FURTHEST, ARGS(V(pipeline_id)));
}
