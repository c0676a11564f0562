/* SQL of definitions and of the columns behind them. Names of tables and columns come from our own tables and from
 * checked definitions (small letters, digits, _). */
#include "customfield_store.h"

#include <stdio.h>
#include <string.h>

#include "platform/object_select.h"

STATEMENT(
    INSERT_FIELD, "customfield.insert",
    "INSERT INTO custom_field (object, name, kind, label_zh, label_en, help_zh, help_en, is_required, is_unique, "
    "is_indexed, index_state, default_value, min_value, max_value, scale, max_length, pattern, visible_if, "
    "readonly_if, ref, formula, result, rollup, is_stored, column_type, number_pattern, restarts, in_list, "
    "is_maskable, sort_order, created_at, created_by_id, updated_at, updated_by_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE_FIELD, "customfield.update",
          "UPDATE custom_field SET label_zh = ?, label_en = ?, help_zh = ?, help_en = ?, is_required = ?, "
          "is_unique = ?, is_indexed = ?, index_state = ?, default_value = ?, min_value = ?, max_value = ?, "
          "max_length = ?, pattern = ?, visible_if = ?, readonly_if = ?, formula = ?, rollup = ?, is_stored = ?, "
          "number_pattern = ?, restarts = ?, in_list = ?, is_maskable = ?, sort_order = ?, version = version + 1, "
          "updated_at = ?, updated_by_id = ? WHERE id = ? AND version = ?");
STATEMENT(SET_DELETED, "customfield.set_deleted",
          "UPDATE custom_field SET deleted_at = ?, version = version + 1, updated_at = ?, updated_by_id = ? "
          "WHERE id = ?");
STATEMENT(SHOW, "customfield.show", "UPDATE custom_field SET deleted_at = ? WHERE id = ?");
STATEMENT(SET_INDEX, "customfield.set_index",
          "UPDATE custom_field SET index_state = ?, job_id = COALESCE(?, job_id) WHERE id = ?");
STATEMENT(REMOVE, "customfield.remove", "DELETE FROM custom_field WHERE id = ? AND deleted_at IS NOT NULL");
STATEMENT(DROP_OPTIONS, "customfield.drop_options", "DELETE FROM custom_option WHERE field_id = ?");
STATEMENT(ADD_OPTION, "customfield.add_option",
          "INSERT INTO custom_option (field_id, value, label_zh, label_en, is_active, sort_order) "
          "VALUES (?, ?, ?, ?, ?, ?)");

struct count_row {
    int64_t count;
};
static const struct column COUNT[] = {COLUMN(struct count_row, count)};
STATEMENT_ROWS(IS_TAKEN, "customfield.is_taken", struct count_row, COUNT,
               "SELECT COUNT(*) AS count FROM custom_field WHERE object = ? AND name = ?");
STATEMENT_ROWS(HAS_COLUMN, "customfield.has_column", struct count_row, COUNT,
               "SELECT COUNT(*) AS count FROM information_schema.columns "
               "WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?");
STATEMENT_ROWS(HAS_INDEX, "customfield.has_index", struct count_row, COUNT,
               "SELECT COUNT(*) AS count FROM information_schema.statistics "
               "WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?");

enum err field_store_insert(struct request *request, const struct custom_row *row, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(request->db, request->arena, &INSERT_FIELD,
                       ARGS(V(row->object), V(row->name), V(row->kind), V(row->label_zh), V(row->label_en),
                            V(row->help_zh), V(row->help_en), V(row->is_required), V(row->is_unique),
                            V(row->is_indexed), V(row->index_state), V(row->default_value), V(row->min_value),
                            V(row->max_value), V(row->scale), V(row->max_length), V(row->pattern), V(row->visible_if),
                            V(row->readonly_if), V(row->ref), V(row->formula), V(row->result), V(row->rollup),
                            V(row->is_stored), V(row->column_type), V(row->number_pattern), V(row->restarts),
                            V(row->in_list), V(row->is_maskable), V(row->sort_order), V(request->now),
                            request_actor(request), V(request->now), request_actor(request)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err field_store_update(struct request *request, const struct custom_row *row)
{
    struct db_result result;
    TRY(db_exec_result(request->db, request->arena, &UPDATE_FIELD,
                       ARGS(V(row->label_zh), V(row->label_en), V(row->help_zh), V(row->help_en), V(row->is_required),
                            V(row->is_unique), V(row->is_indexed), V(row->index_state), V(row->default_value),
                            V(row->min_value), V(row->max_value), V(row->max_length), V(row->pattern),
                            V(row->visible_if), V(row->readonly_if), V(row->formula), V(row->rollup), V(row->is_stored),
                            V(row->number_pattern), V(row->restarts), V(row->in_list), V(row->is_maskable),
                            V(row->sort_order), V(request->now), request_actor(request), V(row->id), V(row->version)),
                       &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err field_store_set_deleted(struct request *request, int64_t id, bool deleted)
{
    return db_exec(request->db, request->arena, &SET_DELETED,
                   ARGS(deleted ? V(request->now) : value_null(), V(request->now), request_actor(request), V(id)));
}

enum err field_store_show(struct request *request, int64_t id, bool shown)
{
    return db_exec(request->db, request->arena, &SHOW, ARGS(shown ? value_null() : V(request->now), V(id)));
}

enum err field_store_set_index(struct db *db, struct arena *arena, int64_t id, struct str state, struct opt_int job_id)
{
    return db_exec(db, arena, &SET_INDEX, ARGS(V(state), V(job_id), V(id)));
}

enum err field_store_remove(struct request *request, int64_t id)
{
    return db_exec(request->db, request->arena, &REMOVE, ARGS(V(id)));
}

enum err field_store_options(struct db *db, struct arena *arena, int64_t field_id,
                             const struct custom_option_row *options, size_t count)
{
    TRY(db_exec(db, arena, &DROP_OPTIONS, ARGS(V(field_id))));
    for (size_t i = 0; i < count; i++) {
        TRY(db_exec(db, arena, &ADD_OPTION,
                    ARGS(V(field_id), V(options[i].value), V(options[i].label_zh), V(options[i].label_en),
                         V(options[i].is_active), V((int64_t)i))));
    }
    return OK;
}

enum err field_store_is_taken(struct db *db, struct arena *arena, struct str object, struct str name, bool *out)
{
    struct count_row row;
    TRY(db_one(db, arena, &IS_TAKEN, ARGS(V(object), V(name)), &row));
    *out = row.count > 0;
    return OK;
}

/* ---- columns ---- */

/* Waits no longer for those who use the table: everybody else waits behind it meanwhile. */
static void begin_alter(struct query *query, struct arena *arena, const char *table)
{
    query_init(query, arena);
    query_sql(query, "ALTER TABLE ");
    select_table(query, table);
    query_sql(query, " WAIT 5 ");
}

/* What DDL can fail by: no room in a row, values that repeat, and people who are busy. */
static enum err alter(struct db *db, const struct query *query)
{
    enum err err = db_script(db, query_text(query));
    if (err == ERR_INTERNAL && str_find(db_failed_message(db), STR("Row size too large")) != SIZE_MAX) {
        return ERR_TOO_LARGE;
    }
    return err;
}

/* The table is shared with whoever works now: a lock that does not come is asked for again. */
static enum err alter_patiently(struct db *db, const struct query *query)
{
    enum { ATTEMPTS = 4 };
    enum err err = ERR_BUSY;
    for (int i = 0; i < ATTEMPTS && err == ERR_BUSY; i++) {
        err = alter(db, query);
    }
    return err;
}

static enum err exists(struct db *db, struct arena *arena, const struct stmt *stmt, const char *table, const char *name,
                       bool *out)
{
    struct count_row row;
    TRY(db_one(db, arena, stmt, ARGS(V(table), V(name)), &row));
    *out = row.count > 0;
    return OK;
}

static void add_definition(struct query *query, const char *name, const char *type, const struct query *formula)
{
    select_table(query, name);
    query_sql(query, " ");
    query_sql(query, type);
    if (formula == NULL) {
        query_sql(query, " NULL");
    } else {
        query_sql(query, " GENERATED ALWAYS AS (");
        query_append(query, formula);
        query_sql(query, ") VIRTUAL");
    }
    query_sql(query, " COMMENT 'added by an administrator'");
}

enum err column_drop(struct db *db, struct arena *arena, const char *table, const char *name)
{
    struct query query;
    TRY(column_drop_unique(db, arena, table, name));
    TRY(column_drop_index(db, arena, table, name));
    begin_alter(&query, arena, table);
    query_sql(&query, "DROP COLUMN IF EXISTS ");
    select_table(&query, name);
    return alter_patiently(db, &query);
}

enum err column_add(struct db *db, struct arena *arena, const char *table, const char *name, const char *type,
                    const struct query *formula)
{
    struct query query;
    bool left_over = false;
    TRY(exists(db, arena, &HAS_COLUMN, table, name, &left_over));
    TRY(left_over ? column_drop(db, arena, table, name) : OK);
    begin_alter(&query, arena, table);
    query_sql(&query, "ADD COLUMN ");
    add_definition(&query, name, type, formula);
    query_sql(&query, ", ALGORITHM=INSTANT");
    return alter_patiently(db, &query);
}

enum err column_change(struct db *db, struct arena *arena, const char *table, const char *name, const char *type,
                       const struct query *formula)
{
    struct query query;
    bool is_there = false;
    TRY(exists(db, arena, &HAS_COLUMN, table, name, &is_there));
    if (!is_there) {
        return column_add(db, arena, table, name, type, formula);
    }
    begin_alter(&query, arena, table);
    query_sql(&query, "MODIFY COLUMN ");
    add_definition(&query, name, type, formula);
    return alter_patiently(db, &query);
}

/* "customer_x_code": the column's name tells which field a duplicate is about. */
static char *unique_name(struct arena *arena, const char *table, const char *name)
{
    return str_c(arena, str_format(arena, "%s_%s", table, name));
}

static char *index_name(struct arena *arena, const char *name)
{
    return str_c(arena, str_format(arena, "i_%s", name));
}

/* Online where MariaDB can; where it cannot, records are read but not written meanwhile. */
static enum err add_key(struct db *db, struct arena *arena, const char *table, const struct query *key)
{
    static const char *const locks[] = {", ALGORITHM=INPLACE, LOCK=NONE", ", ALGORITHM=INPLACE, LOCK=SHARED", ""};
    enum err err = ERR_INTERNAL;
    for (size_t i = 0; i < sizeof locks / sizeof locks[0] && err == ERR_INTERNAL; i++) {
        struct query query;
        begin_alter(&query, arena, table);
        query_append(&query, key);
        query_sql(&query, locks[i]);
        err = alter_patiently(db, &query);
    }
    return err;
}

enum err column_add_unique(struct db *db, struct arena *arena, const char *table, const char *name, bool is_text)
{
    struct query key;
    bool is_there = false;
    char *key_name = unique_name(arena, table, name);
    TRY(exists(db, arena, &HAS_INDEX, table, key_name, &is_there));
    if (is_there) {
        return OK;
    }
    query_init(&key, arena);
    query_sql(&key, "ADD UNIQUE INDEX ");
    select_table(&key, key_name);
    query_sql(&key, " (");
    select_table(&key, name);
    query_sql(&key, is_text ? "(255))" : ")");
    return add_key(db, arena, table, &key);
}

static enum err drop_key(struct db *db, struct arena *arena, const char *table, const char *key_name)
{
    struct query query;
    begin_alter(&query, arena, table);
    query_sql(&query, "DROP INDEX IF EXISTS ");
    select_table(&query, key_name);
    return alter_patiently(db, &query);
}

enum err column_drop_unique(struct db *db, struct arena *arena, const char *table, const char *name)
{
    return drop_key(db, arena, table, unique_name(arena, table, name));
}

enum err column_add_index(struct db *db, struct arena *arena, const char *table, const char *name, bool is_text,
                          const char *then)
{
    struct query key;
    bool is_there = false;
    TRY(exists(db, arena, &HAS_INDEX, table, index_name(arena, name), &is_there));
    if (is_there) {
        return OK;
    }
    query_init(&key, arena);
    query_sql(&key, "ADD INDEX ");
    select_table(&key, index_name(arena, name));
    query_sql(&key, " (");
    select_table(&key, name);
    query_sql(&key, is_text ? "(100), " : ", ");
    if (then != NULL) {
        select_table(&key, then);
        query_sql(&key, ", ");
    }
    query_sql(&key, "id)");
    return add_key(db, arena, table, &key);
}

enum err column_drop_index(struct db *db, struct arena *arena, const char *table, const char *name)
{
    return drop_key(db, arena, table, index_name(arena, name));
}

/* ---- what names a field ---- */

enum err field_store_count(struct db *db, struct arena *arena, const struct object *object, const struct field *field,
                           struct str value, int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT COUNT(*) FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE ");
    if (value.len > 0 && field->type == FIELD_CHOICES) {
        query_sql(&query, "t.id IN (SELECT record_id FROM record_choice WHERE field_id = ");
        query_arg(&query, V(field->custom->id));
        query_sql(&query, " AND `value` = ");
        query_arg(&query, V(value));
        query_sql(&query, ")");
    } else {
        select_field(&query, field, "t");
        query_sql(&query, value.len > 0 ? " = " : " IS NOT NULL");
        if (value.len > 0) {
            query_arg(&query, V(value));
        }
    }
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

static const struct column MENTION[] = {
    COLUMN(struct mention, id),        COLUMN(struct mention, kind),   COLUMN(struct mention, name),
    COLUMN(struct mention, parent_id), COLUMN(struct mention, parent),
};
STATEMENT_ROWS(
    MENTIONS, "customfield.mentions", struct mention, MENTION,
    "SELECT id, 'view' AS kind, name, 0 AS parent_id, NULL AS parent FROM saved_view "
    "WHERE object = ? AND (filter LIKE ? OR columns LIKE ? OR TRIM(LEADING '-' FROM sort) = ?) "
    "UNION ALL SELECT 0, 'layout', object, 0, NULL FROM layout WHERE object = ? AND body LIKE ? "
    "UNION ALL SELECT r.id, 'role', r.name, 0, NULL FROM role_field f JOIN role r ON r.id = f.role_id "
    "WHERE f.object = ? AND f.field = ? "
    "UNION ALL SELECT s.id, 'gate', s.name, p.id, p.name FROM stage s JOIN pipeline p ON p.id = s.pipeline_id "
    "WHERE ? = 'opportunity' AND s.deleted_at IS NULL AND FIND_IN_SET(?, s.required_fields) "
    "UNION ALL SELECT id, 'pool_rule', name, 0, NULL FROM pool_rule "
    "WHERE ? = 'customer' AND deleted_at IS NULL AND covers LIKE ? "
    "UNION ALL SELECT id, 'holding_limit', name, 0, NULL FROM holding_limit "
    "WHERE ? = 'customer' AND deleted_at IS NULL AND uncounted LIKE ? "
    "UNION ALL SELECT id, 'escalation_step', name, 0, NULL FROM escalation_step "
    "WHERE ? = 'customer' AND deleted_at IS NULL AND filter LIKE ? "
    "UNION ALL SELECT id, 'duplicate_rule', fields, 0, NULL FROM duplicate_rule "
    "WHERE object = ? AND deleted_at IS NULL AND FIND_IN_SET(?, fields) "
    "UNION ALL SELECT id, 'measure', name_en, 0, NULL FROM custom_measure WHERE object = ? AND definition LIKE ?");

enum err field_store_mentions(struct db *db, struct arena *arena, struct str object, struct str name,
                              struct mention **out, size_t *count_out)
{
    struct str quoted = str_format(arena, "%%\"%.*s\"%%", STR_ARG(name));
    return db_many(db, arena, &MENTIONS,
                   ARGS(V(object), V(quoted), V(quoted), V(name), V(object), V(quoted), V(object), V(name), V(object),
                        V(name), V(object), V(quoted), V(object), V(quoted), V(object), V(quoted), V(object), V(name),
                        V(object), V(quoted)),
                   out, count_out);
}

/* ---- checks ---- */

/* " FROM … WHERE the words of the column and of the index differ". */
static void add_wrong_choices(struct query *query, const struct object *object, const struct field *field)
{
    query_sql(query, " FROM ");
    select_table(query, object->table);
    query_sql(query, " t LEFT JOIN (SELECT record_id, COUNT(*) AS words FROM record_choice WHERE field_id = ");
    query_arg(query, V(field->custom->id));
    query_sql(query, " GROUP BY record_id) c ON c.record_id = t.id WHERE COALESCE(c.words, 0) <> IF(t.");
    select_table(query, field->name);
    query_sql(query, " IS NULL, 0, 1 + LENGTH(t.");
    select_table(query, field->name);
    query_sql(query, ") - LENGTH(REPLACE(t.");
    select_table(query, field->name);
    query_sql(query, ", ',', ''))) OR EXISTS (SELECT 1 FROM record_choice k WHERE k.field_id = ");
    query_arg(query, V(field->custom->id));
    query_sql(query, " AND k.record_id = t.id AND NOT FIND_IN_SET(k.`value`, COALESCE(t.");
    select_table(query, field->name);
    query_sql(query, ", '')))");
}

enum err field_store_wrong_choices(struct db *db, struct arena *arena, const struct object *object,
                                   const struct field *field, int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT COUNT(*)");
    add_wrong_choices(&query, object, field);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

enum err field_store_repair_choices(struct db *db, struct arena *arena, const struct object *object,
                                    const struct field *field)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, t.");
    select_table(&query, field->name);
    add_wrong_choices(&query, object, field);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    for (size_t i = 0; i < rows.count; i++) {
        TRY(custom_store_choices(db, arena, field->custom->id, rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1)));
    }
    return OK;
}

enum err field_store_formula_rows(struct db *db, struct arena *arena, const struct object *object,
                                  const struct field *field, int64_t after, int64_t limit, struct rows *out)
{
    struct query query;
    const struct formula *formula = field->custom->formula;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, t.");
    select_table(&query, field->name);
    for (size_t i = 0; i < formula->name_count; i++) {
        query_sql(&query, ", t.");
        select_table(&query, str_c(arena, formula->names[i]));
    }
    query_sql(&query, " FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.id > ");
    query_arg(&query, V(after));
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    return db_query(db, arena, query_text(&query), query_args(&query), out);
}

/* ---- layouts ---- */

static const struct column LAYOUT[] = {COLUMN(struct layout_row, body), COLUMN(struct layout_row, version)};
STATEMENT_ROWS(GET_LAYOUT, "layout.get", struct layout_row, LAYOUT,
               "SELECT body, version FROM layout WHERE object = ?");
STATEMENT(ADD_LAYOUT, "layout.add",
          "INSERT INTO layout (object, body, version, updated_at, updated_by_id) VALUES (?, ?, 2, ?, ?)");
STATEMENT(SAVE_LAYOUT, "layout.save",
          "UPDATE layout SET body = ?, version = version + 1, updated_at = ?, updated_by_id = ? "
          "WHERE object = ? AND version = ?");
STATEMENT(REMOVE_LAYOUT, "layout.remove", "DELETE FROM layout WHERE object = ? AND version = ?");

enum err layout_store_get(struct db *db, struct arena *arena, const char *object, struct layout_row *out)
{
    return db_one(db, arena, &GET_LAYOUT, ARGS(V(object)), out);
}

enum err layout_store_save(struct request *request, const char *object, struct str body, int64_t version)
{
    struct db_result result;
    if (version == LAYOUT_DERIVED) {
        enum err err = db_exec(request->db, request->arena, &ADD_LAYOUT,
                               ARGS(V(object), V(body), V(request->now), request_actor(request)));
        return err == ERR_DUPLICATE ? ERR_STALE_VERSION : err;
    }
    TRY(db_exec_result(request->db, request->arena, &SAVE_LAYOUT,
                       ARGS(V(body), V(request->now), request_actor(request), V(object), V(version)), &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err layout_store_remove(struct request *request, const char *object, int64_t version)
{
    struct db_result result;
    TRY(db_exec_result(request->db, request->arena, &REMOVE_LAYOUT, ARGS(V(object), V(version)), &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}
