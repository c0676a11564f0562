/* SQL for one record: read, write, children, histories. Column and table names come from the objects' own tables;
 * values are always arguments. */
#include "platform/object_store.h"

#include <string.h>

#include "engines/gram.h"
#include "platform/custom_store.h"
#include "platform/record_file.h"
#include "platform/object_select.h"
#include "platform/scope.h"
#include "platform/tags.h"

enum err object_store_get(struct request *request, const struct object *object, int64_t id, bool for_write, bool lock,
                          bool deleted, struct record_row *out)
{
    const struct label_sources *labels = select_no_labels(request, object);
    struct query query;
    TRY(lock ? OK : select_labels(request, object, &labels));
    query_init(&query, request->arena);
    select_columns(&query, labels);
    query_sql(&query, " FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t");
    select_label_joins(&query, labels);
    query_sql(&query, " WHERE t.id = ");
    query_arg(&query, V(id));
    if (!deleted) {
        query_sql(&query, " AND t.deleted_at IS NULL");
    }
    query_sql(&query, " AND ");
    scope_predicate(&query, request, object, "t", for_write);
    if (lock) {
        query_sql(&query, " FOR UPDATE");
    }
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    if (rows.count == 0) {
        return ERR_NOT_FOUND;
    }
    return select_row(request, labels, &rows, 0, out);
}

static bool is_standard(const struct field *field)
{
    return strcmp(field->name, "created_at") == 0 || strcmp(field->name, "created_by_id") == 0 ||
           strcmp(field->name, "updated_at") == 0;
}

enum err object_store_insert(struct request *request, struct record_change *change,
                             const struct record_options *options, int64_t *id_out)
{
    const struct object *object = change->object;
    struct value created_at = options->created_at.set ? V(options->created_at.value) : V(request->now);
    struct value created_by = options->created_by_id.set ? V(options->created_by_id.value) : request_actor(request);
    change_set(change, "created_at", created_at);
    change_set(change, "created_by_id", created_by);
    change_set(change, "updated_at", V(request->now));
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "INSERT INTO ");
    select_table(&query, object->table);
    query_sql(&query, " (updated_by_id");
    struct query values;
    query_init(&values, request->arena);
    query_arg(&values, request_actor(request));
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        /* Absent values are left to the column's default. */
        if (!field_is_written(&object_fields(object)[i]) || change->after[i].type == VALUE_NULL) {
            continue;
        }
        query_sql(&query, ", ");
        select_table(&query, object_fields(object)[i].name);
        query_sql(&values, ", ");
        query_arg(&values, change->after[i]);
    }
    query_sql(&query, ") VALUES (");
    query_append(&query, &values);
    query_sql(&query, ")");
    struct db_result result;
    TRY(db_run(request->db, request->arena, query_text(&query), query_args(&query), &result));
    *id_out = result.id;
    return OK;
}

enum err object_store_update(struct request *request, const struct record_change *change)
{
    const struct object *object = change->object;
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "UPDATE ");
    select_table(&query, object->table);
    query_sql(&query, " SET version = version + 1, updated_at = ");
    query_arg(&query, V(request->now));
    query_sql(&query, ", updated_by_id = ");
    query_arg(&query, request_actor(request));
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        if (!field_is_written(field) || is_standard(field) || value_eq(change->before[i], change->after[i])) {
            continue;
        }
        query_sql(&query, ", ");
        select_table(&query, field->name);
        query_sql(&query, " = ");
        query_arg(&query, change->after[i]);
    }
    query_sql(&query, " WHERE id = ");
    query_arg(&query, V(change->id));
    struct db_result result;
    return db_run(request->db, request->arena, query_text(&query), query_args(&query), &result);
}

enum err object_store_set_deleted(struct request *request, const struct object *object, int64_t id,
                                  struct opt_instant at)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "UPDATE ");
    select_table(&query, object->table);
    query_sql(&query, " SET version = version + 1, updated_at = ");
    query_arg(&query, V(request->now));
    query_sql(&query, ", updated_by_id = ");
    query_arg(&query, request_actor(request));
    query_sql(&query, ", deleted_at = ");
    query_arg(&query, V(at));
    query_sql(&query, " WHERE id = ");
    query_arg(&query, V(id));
    struct db_result result;
    return db_run(request->db, request->arena, query_text(&query), query_args(&query), &result);
}

enum err object_store_children(struct request *request, const struct object_child *child, int64_t parent_id,
                               struct opt_instant at, int64_t limit, int64_t **ids_out, size_t *count_out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, object_find(child->object)->table);
    query_sql(&query, " t WHERE t.");
    query_sql(&query, child->column);
    query_sql(&query, " = ");
    query_arg(&query, V(parent_id));
    if (at.set) {
        query_sql(&query, " AND t.deleted_at = ");
        query_arg(&query, V(at.value));
    } else {
        query_sql(&query, " AND t.deleted_at IS NULL");
    }
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    return query_ids(request->db, request->arena, &query, ids_out, count_out);
}

enum err object_store_children_of(struct request *request, const struct object_child *child, int64_t parent_id,
                                  struct value owner, int64_t limit, int64_t **ids_out, size_t *count_out)
{
    const struct object *object = object_find(child->object);
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.");
    query_sql(&query, child->column);
    query_sql(&query, " = ");
    query_arg(&query, V(parent_id));
    query_sql(&query, " AND t.deleted_at IS NULL AND t.");
    query_sql(&query, object->owner_column);
    query_sql(&query, " <=> ");
    query_arg(&query, owner);
    if (child->only != NULL) {
        query_sql(&query, " AND ");
        query_sql(&query, child->only);
    }
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    return query_ids(request->db, request->arena, &query, ids_out, count_out);
}

enum err object_store_reference_ok(struct request *request, const struct field *field, int64_t id, bool unscoped,
                                   bool lock, bool *out)
{
    struct reference reference = reference_find(field->ref);
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, reference.table);
    query_sql(&query, " t WHERE t.id = ");
    query_arg(&query, V(id));
    if (reference.has_deleted_at) {
        query_sql(&query, " AND t.deleted_at IS NULL");
    }
    if (reference.object != NULL && !unscoped) {
        query_sql(&query, " AND ");
        scope_predicate(&query, request, reference.object, "t", false);
    }
    query_sql(&query, lock ? " FOR UPDATE" : "");
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows.count == 1;
    return OK;
}

enum err object_store_label(struct request *request, const struct field *field, int64_t id, struct str *out)
{
    struct reference reference = reference_find(field->ref);
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.");
    select_table(&query, reference.label);
    query_sql(&query, " FROM ");
    select_table(&query, reference.table);
    query_sql(&query, " t WHERE t.id = ");
    query_arg(&query, V(id));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows.count == 0 ? (struct str){0} : rows_get(&rows, 0, 0).text;
    return OK;
}

struct user_place {
    int64_t department_id; /* current department */
    bool active;           /* may own records */
};

static const struct column USER_PLACE[] = {COLUMN(struct user_place, department_id), COLUMN(struct user_place, active)};
STATEMENT_ROWS(FIND_USER_PLACE, "object.user_place", struct user_place, USER_PLACE,
               "SELECT department_id, (status = 'active' AND deleted_at IS NULL) AS active FROM `user` WHERE id = ? "
               "LOCK IN SHARE MODE");
STATEMENT(
    ADD_OWNERSHIP, "object.add_ownership",
    "INSERT INTO ownership (object, record_id, owner_id, department_id, valid_from, reason, changed_at, changed_by_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(DROP_GRAMS, "object.drop_grams", "DELETE FROM search_gram WHERE object = ? AND record_id = ?");
STATEMENT(DROP_SHARES, "object.drop_shares", "DELETE FROM record_share WHERE object = ? AND record_id = ?");
STATEMENT(DROP_OWNERSHIP, "object.drop_ownership", "DELETE FROM ownership WHERE object = ? AND record_id = ?");

enum err object_store_user_department(struct request *request, int64_t user_id, int64_t *department_out,
                                      bool *active_out)
{
    struct user_place place;
    TRY(db_one(request->db, request->arena, &FIND_USER_PLACE, ARGS(V(user_id)), &place));
    *department_out = place.department_id;
    *active_out = place.active;
    return OK;
}

enum err object_store_ownership(struct request *request, const struct object *object, int64_t id, struct value owner,
                                struct value department, bool first, struct str reason)
{
    struct date from = first ? date_of(1000, 1, 1) : request->today;
    struct value why = reason.len == 0 ? value_null() : V(reason);
    return db_exec(
        request->db, request->arena, &ADD_OWNERSHIP,
        ARGS(V(object->name), V(id), owner, department, V(from), why, V(request->now), request_actor(request)));
}

enum err object_store_grams(struct request *request, const struct object *object, int64_t id, struct str label)
{
    TRY(db_exec(request->db, request->arena, &DROP_GRAMS, ARGS(V(object->name), V(id))));
    struct str grams[GRAM_MAX];
    size_t count = gram_cut(request->arena, label, grams);
    if (count == 0) {
        return OK;
    }
    struct value *values = ARENA_ARRAY(request->arena, struct value, count * 3);
    for (size_t i = 0; i < count; i++) {
        values[i * 3] = V(object->name);
        values[i * 3 + 1] = V(grams[i]);
        values[i * 3 + 2] = V(id);
    }
    return db_bulk(request->db, request->arena,
                   STR("INSERT IGNORE INTO search_gram (object, gram, record_id) VALUES (?, ?, ?)"), values, 3, count);
}

enum { TAG_WIDTH = 3 };

STATEMENT(DROP_TAGS, "object.drop_tags", "DELETE FROM record_tag WHERE object = ? AND record_id = ?");
/* Whether a tag is offered. */
struct tag_offer {
    int64_t count; /* 1 or 0 */
};
static const struct column TAG_OFFER[] = {COLUMN(struct tag_offer, count)};
STATEMENT_ROWS(FIND_TAG, "object.find_tag", struct tag_offer, TAG_OFFER,
               "SELECT COUNT(*) AS count FROM tag WHERE id = ? AND object = ? AND is_active AND deleted_at IS NULL");

enum err object_store_tag_ok(struct request *request, const struct field *field, int64_t tag_id, bool *out)
{
    struct tag_offer offer;
    TRY(db_one(request->db, request->arena, &FIND_TAG, ARGS(V(tag_id), V(field->ref)), &offer));
    *out = offer.count == 1;
    return OK;
}

enum err object_store_tags(struct request *request, const struct field *field, int64_t id, struct value tags)
{
    int64_t ids[TAGS_MAX];
    struct value values[TAGS_MAX * TAG_WIDTH];
    size_t count = tags_ids(tags, ids);
    TRY(db_exec(request->db, request->arena, &DROP_TAGS, ARGS(V(field->ref), V(id))));
    for (size_t i = 0; i < count; i++) {
        values[i * TAG_WIDTH] = V(field->ref);
        values[i * TAG_WIDTH + 1] = V(ids[i]);
        values[i * TAG_WIDTH + 2] = V(id);
    }
    return db_bulk(request->db, request->arena,
                   STR("INSERT INTO record_tag (object, tag_id, record_id) VALUES (?, ?, ?)"), values, TAG_WIDTH,
                   count);
}

enum err object_store_purgeable(struct db *db, struct arena *arena, const struct object *object, struct instant before,
                                int64_t after_id, int64_t limit, int64_t **ids_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.deleted_at < ");
    query_arg(&query, V(before));
    query_sql(&query, " AND t.id > ");
    query_arg(&query, V(after_id));
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    return query_ids(db, arena, &query, ids_out, count_out);
}

/* Locks what is in the bin; false for what somebody has taken out of it. */
static enum err is_in_bin(struct db *db, struct arena *arena, const struct object *object, int64_t id, bool *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE t.deleted_at IS NOT NULL AND t.id = ");
    query_arg(&query, V(id));
    query_sql(&query, " FOR UPDATE");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows.count == 1;
    return OK;
}

enum err object_store_purge(struct db *db, struct arena *arena, const struct object *object, int64_t id)
{
    bool in_bin = false;
    TRY(is_in_bin(db, arena, object, id, &in_bin));
    if (!in_bin) {
        return ERR_IN_USE;
    }
    TRY(db_exec(db, arena, &DROP_GRAMS, ARGS(V(object->name), V(id))));
    TRY(db_exec(db, arena, &DROP_OWNERSHIP, ARGS(V(object->name), V(id))));
    TRY(db_exec(db, arena, &DROP_SHARES, ARGS(V(object->name), V(id))));
    TRY(db_exec(db, arena, &DROP_TAGS, ARGS(V(object->name), V(id))));
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        bool indexed = field->type == FIELD_CHOICES || field->type == FIELD_REFS;
        TRY(indexed ? custom_store_forget_choices(db, arena, field->custom->id, id) : OK);
        TRY(field->type == FIELD_FILES ? record_files_forget(db, arena, field->custom->id, id) : OK);
    }
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        TRY(FEATURES[i]->purged == NULL ? OK : FEATURES[i]->purged(db, arena, object, id));
    }
    TRY(object->purged == NULL ? OK : object->purged(db, arena, id));
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "DELETE FROM ");
    select_table(&query, object->table);
    query_sql(&query, " WHERE deleted_at IS NOT NULL AND id = ");
    query_arg(&query, V(id));
    struct db_result result;
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}
