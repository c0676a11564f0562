/* SQL of duplicate rules and of the keys that records hold. */
#include "duplicate_store.h"

#include "platform/object_select.h"
#include "platform/query.h"

static const struct column RULE[] = {
    COLUMN(struct duplicate_rule, id),       COLUMN(struct duplicate_rule, object),
    COLUMN(struct duplicate_rule, fields),   COLUMN(struct duplicate_rule, method),
    COLUMN(struct duplicate_rule, action),   COLUMN(struct duplicate_rule, is_active),
    COLUMN(struct duplicate_rule, revision), COLUMN(struct duplicate_rule, built_revision),
    COLUMN(struct duplicate_rule, version),  COLUMN(struct duplicate_rule, updated_at),
};
#define RULE_COLUMNS                                                                                                   \
    "SELECT id, object, fields, method, action, is_active, revision, built_revision, version, updated_at "             \
    "FROM duplicate_rule "
STATEMENT_ROWS(LIST_RULES, "duplicate_rule.list", struct duplicate_rule, RULE,
               RULE_COLUMNS "WHERE deleted_at IS NULL ORDER BY object DESC, id");
STATEMENT_ROWS(LIST_RULES_OF, "duplicate_rule.list_of", struct duplicate_rule, RULE,
               RULE_COLUMNS "WHERE object = ? AND deleted_at IS NULL AND (is_active OR NOT ?) ORDER BY id");
STATEMENT_ROWS(GET_RULE, "duplicate_rule.get", struct duplicate_rule, RULE,
               RULE_COLUMNS "WHERE id = ? AND (deleted_at IS NULL OR ?)");
STATEMENT(
    INSERT_RULE, "duplicate_rule.insert",
    "INSERT INTO duplicate_rule (object, fields, method, action, is_active, created_at, created_by_id, updated_at, "
    "updated_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE_RULE, "duplicate_rule.update",
          "UPDATE duplicate_rule SET fields = ?, method = ?, action = ?, is_active = ?, revision = ?, "
          "version = version + 1, updated_at = ?, updated_by_id = ? "
          "WHERE id = ? AND version = ? AND deleted_at IS NULL");
STATEMENT(DELETE_RULE, "duplicate_rule.delete",
          "UPDATE duplicate_rule SET deleted_at = ?, is_active = FALSE, version = version + 1, updated_at = ?, "
          "updated_by_id = ? WHERE id = ? AND version = ? AND deleted_at IS NULL");
STATEMENT(RULE_BUILT, "duplicate_rule.built",
          "UPDATE duplicate_rule SET built_revision = ? WHERE id = ? AND revision = ?");
STATEMENT(REMOVE_RULE, "duplicate_rule.remove", "DELETE FROM duplicate_rule WHERE id = ? AND deleted_at IS NOT NULL");

enum err rule_store_list(struct db *db, struct arena *arena, const char *object, bool only_active,
                         struct duplicate_rule **rows_out, size_t *count_out)
{
    return object == NULL ? db_many(db, arena, &LIST_RULES, NO_ARGS, rows_out, count_out)
                          : db_many(db, arena, &LIST_RULES_OF, ARGS(V(object), V(only_active)), rows_out, count_out);
}

enum err rule_store_get(struct db *db, struct arena *arena, int64_t id, bool deleted, struct duplicate_rule *out)
{
    return db_one(db, arena, &GET_RULE, ARGS(V(id), V(deleted)), out);
}

enum err rule_store_insert(struct db *db, struct arena *arena, const struct duplicate_rule *rule, struct value user,
                           struct instant now, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT_RULE,
                       ARGS(V(rule->object), V(rule->fields), V(rule->method), V(rule->action), V(rule->is_active),
                            V(now), user, V(now), user),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err rule_store_update(struct db *db, struct arena *arena, const struct duplicate_rule *rule, struct value user,
                           struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &UPDATE_RULE,
                       ARGS(V(rule->fields), V(rule->method), V(rule->action), V(rule->is_active), V(rule->revision),
                            V(now), user, V(rule->id), V(rule->version)),
                       &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err rule_store_delete(struct db *db, struct arena *arena, int64_t id, int64_t version, struct value user,
                           struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DELETE_RULE, ARGS(V(now), V(now), user, V(id), V(version)), &result));
    return result.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err rule_store_built(struct db *db, struct arena *arena, int64_t id, int64_t revision)
{
    return db_exec(db, arena, &RULE_BUILT, ARGS(V(revision), V(id), V(revision)));
}

enum err rule_store_remove(struct db *db, struct arena *arena, int64_t id)
{
    return db_exec(db, arena, &REMOVE_RULE, ARGS(V(id)));
}

/* ---- keys ---- */

enum { KEY_WIDTH = 5 };

STATEMENT(INSERT_KEY, "record_key.insert",
          "INSERT INTO record_key (rule_id, revision, key_hash, slot, record_id) VALUES (?, ?, ?, ?, ?)");
STATEMENT(DELETE_KEY, "record_key.delete",
          "DELETE FROM record_key WHERE rule_id = ? AND revision = ? AND key_hash = ? AND slot = ?");
STATEMENT(PROMOTE, "record_key.promote",
          "UPDATE record_key SET slot = 0 WHERE rule_id = ? AND revision = ? AND key_hash = ? AND slot > 0 "
          "ORDER BY slot LIMIT 1");
STATEMENT(DROP_OLD, "record_key.drop_old",
          "DELETE FROM record_key WHERE rule_id = ? AND revision < ? ORDER BY rule_id, revision LIMIT ?");
STATEMENT(
    FORGET, "record_key.forget",
    "DELETE k FROM record_key k JOIN duplicate_rule r ON r.id = k.rule_id WHERE k.record_id = ? AND r.object = ?");

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(HOLDERS, "record_key.holders", struct number, NUMBER,
               "SELECT record_id AS value FROM record_key WHERE rule_id = ? AND revision = ? AND key_hash = ? "
               "AND record_id <> ? ORDER BY slot <> 0, slot < 0, slot LIMIT ?");

enum err key_store_insert(struct db *db, struct arena *arena, const struct key_row *key)
{
    return db_exec(db, arena, &INSERT_KEY,
                   ARGS(V(key->rule_id), V(key->revision), V(key->hash), V(key->slot), V(key->record_id)));
}

enum err key_store_insert_free(struct db *db, struct arena *arena, const struct key_row *keys, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * KEY_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * KEY_WIDTH;
        row[0] = V(keys[i].rule_id);
        row[1] = V(keys[i].revision);
        row[2] = V(keys[i].hash);
        row[3] = V(keys[i].slot);
        row[4] = V(keys[i].record_id);
    }
    return db_bulk(db, arena,
                   STR("INSERT IGNORE INTO record_key (rule_id, revision, key_hash, slot, record_id) "
                       "VALUES (?, ?, ?, ?, ?)"),
                   values, KEY_WIDTH, count);
}

enum err key_store_of_records(struct db *db, struct arena *arena, const struct duplicate_rule *rule, const int64_t *ids,
                              size_t count, struct key_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT key_hash, slot, record_id FROM record_key WHERE rule_id = ");
    query_arg(&query, V(rule->id));
    query_sql(&query, " AND revision = ");
    query_arg(&query, V(rule->revision));
    query_sql(&query, " AND record_id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY key_hash");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct key_row, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct key_row){rule->id, rule->revision, rows_get(&rows, i, 0).text,
                                          rows_get(&rows, i, 1).integer, rows_get(&rows, i, 2).integer};
    }
    return OK;
}

enum err key_store_delete(struct db *db, struct arena *arena, const struct key_row *key)
{
    return db_exec(db, arena, &DELETE_KEY, ARGS(V(key->rule_id), V(key->revision), V(key->hash), V(key->slot)));
}

enum err key_store_promote(struct db *db, struct arena *arena, const struct key_row *key)
{
    return db_exec(db, arena, &PROMOTE, ARGS(V(key->rule_id), V(key->revision), V(key->hash)));
}

enum err key_store_holders(struct db *db, struct arena *arena, const struct key_row *key, int64_t limit,
                           int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &HOLDERS,
                   ARGS(V(key->rule_id), V(key->revision), V(key->hash), V(key->record_id), V(limit)), ids_out,
                   count_out);
}

enum err key_store_drop_old(struct db *db, struct arena *arena, int64_t rule_id, int64_t revision, int64_t limit,
                            int64_t *dropped_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DROP_OLD, ARGS(V(rule_id), V(revision), V(limit)), &result));
    *dropped_out = result.affected;
    return OK;
}

enum err key_store_forget(struct db *db, struct arena *arena, const char *object, int64_t record_id)
{
    return db_exec(db, arena, &FORGET, ARGS(V(record_id), V(object)));
}

enum err key_store_records(struct db *db, struct arena *arena, const struct object *object, const size_t *fields,
                           size_t field_count, int64_t after_id, int64_t limit, struct keyed_record **rows_out,
                           size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, t.deleted_at IS NOT NULL");
    for (size_t i = 0; i < field_count; i++) {
        query_sql(&query, ", t.");
        select_table(&query, object_fields(object)[fields[i]].name);
    }
    query_sql(&query, " FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.id > ");
    query_arg(&query, V(after_id));
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    query_sql(&query, " LOCK IN SHARE MODE");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct keyed_record, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct keyed_record){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer != 0,
                                               rows.values + i * rows.column_count + 2};
    }
    return OK;
}

enum err key_store_last_id(struct db *db, struct arena *arena, const struct object *object, int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT COALESCE(MAX(id), 0) FROM ");
    select_table(&query, object->table);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}
