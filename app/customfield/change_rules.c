/* Definitions come, change and go. Columns change outside of transactions (DDL ends them): before the definition that
 * needs them is shown, after the one that needs them no more is gone. What a stop between leaves behind stands among
 * the deleted fields, from where it is purged. */
#include <string.h>

#include "customfield_rules.h"
#include "platform/audit.h"
#include "platform/directory.h"
#include "platform/job.h"
#include "platform/record_file.h"
#include "platform/tx.h"

/* One transaction about a definition. */
struct keeping {
    struct request *request;
    const struct definition *before; /* NULL: new */
    struct definition *definition;
    const char *action;          /* for the audit */
    struct custom_row **rebuilt; /* fields whose indexes were dropped to make room */
    size_t rebuilt_count;        /* in rebuilt */
};

static bool is_text(const struct definition *definition)
{
    return str_starts(definition->row.column_type, STR("TEXT"));
}

static enum err refuse(struct request *request, enum err err)
{
    return err == ERR_STALE_VERSION || err == ERR_IN_USE || err == ERR_NOT_FOUND
               ? error_set(request->error, err, "%s", err_text(err))
               : err;
}

/* Errors of DDL as faults of the definition. */
static enum err explain(struct request *request, enum err err)
{
    if (err == ERR_TOO_LARGE) {
        error_field(request->error, STR("kind"), "row_full",
                    "The records have no room for another field of this kind; a long text takes less.");
        return error_check_fields(request->error);
    }
    if (err == ERR_DUPLICATE) {
        error_field(request->error, STR("is_unique"), "not_unique", "Some records have the same value.");
        return error_check_fields(request->error);
    }
    return err;
}

static void formula_of(struct request *request, const struct definition *definition, struct query *query)
{
    struct field field;
    struct formula_scope scope = {definition->object, object_fields(definition->object)};
    query_init(query, request->arena);
    definition_field(request, definition, &field);
    formula_sql(query, &scope, field.custom->formula, field.custom->result, field.scale, "");
}

/* ---- circles ---- */

enum { DEPTH_MAX = 8, NAMES = 64 };

/* A walk along what formulas and roll-ups are computed from. */
struct walk {
    struct request *request;
    const struct object *object; /* where it began */
    const struct field *field;   /* with which field */
    struct str path;             /* "x_a → x_b → x_a" once a circle is found */
    const char *names[DEPTH_MAX + 2];
    size_t depth;
};

static bool visit(struct walk *walk, const struct object *object, const struct field *field);

static bool step(struct walk *walk, const struct object *object, const struct field *field)
{
    bool again = field != NULL && object == walk->object && strcmp(field->name, walk->field->name) == 0;
    bool computed = field != NULL && field->custom != NULL && (field->flags & FIELD_COMPUTED) != 0;
    if (!again && (!computed || walk->depth >= DEPTH_MAX)) {
        bool too_deep = computed && walk->depth >= DEPTH_MAX;
        walk->path = too_deep ? STR("too many formulas of formulas") : walk->path;
        return too_deep;
    }
    if (!again) {
        return visit(walk, object, field);
    }
    struct buf path;
    buf_init(&path, walk->request->arena);
    for (size_t i = 0; i < walk->depth; i++) {
        buf_format(&path, "%s → ", walk->names[i]);
    }
    buf_add_c(&path, walk->field->name);
    walk->path = buf_str(&path);
    return true;
}

/* What a condition of a roll-up names. */
struct seen {
    const struct field *items[NAMES];
    size_t count;
};

static bool collect(void *context, const struct field *field)
{
    struct seen *seen = context;
    if (seen->count < NAMES) {
        seen->items[seen->count++] = field;
    }
    return false;
}

static bool visit_rollup(struct walk *walk, const struct rollup *rollup)
{
    struct filter_context context = {.today = walk->request->today, .zone = walk->request->zone};
    struct filter *filter = NULL;
    struct error ignored;
    struct seen seen = {.count = 0};
    const struct field *fields = object_fields(rollup->object);
    error_init(&ignored, walk->request->arena);
    if (rollup->field != NULL && step(walk, rollup->object, fields_find(fields, str_from(rollup->field)))) {
        return true;
    }
    if (filter_parse_text(walk->request->arena, fields, rollup->filter, &context, &ignored, &filter) != OK ||
        filter == NULL) {
        return false;
    }
    (void)filter_find_field(filter, collect, &seen);
    for (size_t i = 0; i < seen.count; i++) {
        if (step(walk, rollup->object, seen.items[i])) {
            return true;
        }
    }
    return false;
}

static bool visit(struct walk *walk, const struct object *object, const struct field *field)
{
    const struct formula *formula = field->custom->formula;
    struct formula_scope scope = {object, object_fields(object)};
    bool found = false;
    walk->names[walk->depth++] = field->name;
    for (size_t i = 0; formula != NULL && i < formula->name_count && !found; i++) {
        const struct field *reference;
        const struct field *target = custom_name_field(&scope, formula->names[i], &reference);
        found = step(walk, reference == NULL ? object : object_find(reference->ref), target);
    }
    found = found || (field->custom->rollup != NULL && visit_rollup(walk, field->custom->rollup));
    walk->depth--;
    return found;
}

struct str definition_cycle(struct request *request, const struct definition *definition, const struct field *field)
{
    struct walk walk = {.request = request, .object = definition->object, .field = field};
    return visit(&walk, definition->object, field) ? walk.path : (struct str){0};
}

static enum err check_cycle(struct request *request, const struct definition *definition)
{
    struct field field;
    if (definition->kind != CUSTOM_FORMULA && definition->kind != CUSTOM_ROLLUP) {
        return OK;
    }
    definition_field(request, definition, &field);
    struct str path = definition_cycle(request, definition, &field);
    if (path.len > 0) {
        error_field(request->error, definition->kind == CUSTOM_FORMULA ? STR("formula") : STR("rollup"), "cycle",
                    "%.*s", STR_ARG(path));
    }
    return error_check_fields(request->error);
}

/* ---- keeping ---- */

static enum err audit(struct keeping *keeping)
{
    struct request *request = keeping->request;
    json_t *changes = json_keep(request->arena, json_object());
    json_t *before =
        keeping->before == NULL ? NULL : json_keep(request->arena, definition_json(request, keeping->before));
    json_t *after = json_keep(request->arena, definition_json(request, keeping->definition));
    const char *name;
    json_t *value;
    json_object_foreach (after, name, value) {
        json_t *old = before == NULL ? NULL : json_object_get(before, name);
        if (old == NULL ? !json_is_null(value) : !json_equal(old, value)) {
            json_object_set_new(changes, name, json_pack("[o,O]", old == NULL ? json_null() : json_incref(old), value));
        }
    }
    return audit_write(request, "custom_field", keeping->definition->row.id, keeping->action,
                       keeping->definition->row.version, changes, (struct str){0});
}

static enum err queue_index(struct request *request, struct custom_row *row)
{
    struct opt_int job = {true, 0};
    if (!str_eq_c(row->index_state, "building")) {
        return OK;
    }
    char *key = str_c(request->arena, str_format(request->arena, "custom_field.index/%lld", (long long)row->id));
    TRY(job_queue(request->db, request->arena, "custom_field.index", request->user->user_id,
                  json_keep(request->arena, json_pack("{s:I}", "id", (json_int_t)row->id)), key, &job.value));
    row->job_id = job;
    return field_store_set_index(request->db, request->arena, row->id, row->index_state, job);
}

static enum err keep(struct db *db, void *context)
{
    struct keeping *keeping = context;
    struct request *request = keeping->request;
    struct definition *definition = keeping->definition;
    (void)db;
    if (keeping->before == NULL) {
        TRY(field_store_show(request, definition->row.id, true));
    } else {
        TRY(field_store_update(request, &definition->row));
    }
    TRY(field_store_options(request->db, request->arena, definition->row.id, definition->options,
                            definition->option_count));
    TRY(queue_index(request, &definition->row));
    for (size_t i = 0; i < keeping->rebuilt_count; i++) {
        TRY(queue_index(request, keeping->rebuilt[i]));
    }
    TRY(audit(keeping));
    return directory_change(request);
}

/* MariaDB adds no column at once to a table with an index over a computed one: such indexes go, and are built again. */
static enum err make_room(struct keeping *keeping)
{
    struct request *request = keeping->request;
    const struct definition *definition = keeping->definition;
    struct custom_row *rows;
    size_t count;
    if (!definition->row.is_stored || definition->kind == CUSTOM_FORMULA) {
        return OK;
    }
    TRY(custom_store_rows(request->db, request->arena, false, &rows, &count));
    keeping->rebuilt = ARENA_ARRAY(request->arena, struct custom_row *, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool in_the_way = rows[i].is_indexed && rows[i].formula.set && str_eq(rows[i].object, definition->row.object);
        if (in_the_way) {
            TRY(column_drop_index(request->db, request->arena, definition->object->table,
                                  str_c(request->arena, rows[i].name)));
            rows[i].index_state = STR("building");
            keeping->rebuilt[keeping->rebuilt_count++] = &rows[i];
        }
    }
    return OK;
}

static enum err make_column(struct request *request, struct definition *definition)
{
    struct query formula;
    const struct custom_row *row = &definition->row;
    const char *table = definition->object->table;
    char *name = str_c(request->arena, row->name);
    bool computed = definition->kind == CUSTOM_FORMULA;
    if (!row->is_stored) {
        return OK;
    }
    if (computed) {
        formula_of(request, definition, &formula);
    }
    TRY(column_add(request->db, request->arena, table, name, str_c(request->arena, row->column_type),
                   computed ? &formula : NULL));
    return row->is_unique ? column_add_unique(request->db, request->arena, table, name, is_text(definition)) : OK;
}

/* The name is taken before the column is made: of several at once one gets it. */
static enum err reserve(struct db *db, void *context)
{
    struct keeping *keeping = context;
    struct custom_row *row = &keeping->definition->row;
    (void)db;
    TRY(field_store_insert(keeping->request, row, &row->id));
    return field_store_show(keeping->request, row->id, false);
}

static enum err unreserve(struct db *db, void *context)
{
    struct keeping *keeping = context;
    (void)db;
    return field_store_remove(keeping->request, keeping->definition->row.id);
}

/* Best effort: what cannot be taken back stands among the deleted fields and is purged there. */
static void undo(struct keeping *keeping)
{
    struct request *request = keeping->request;
    const struct definition *definition = keeping->definition;
    enum err err = definition->row.is_stored ? column_drop(request->db, request->arena, definition->object->table,
                                                           str_c(request->arena, definition->row.name))
                                             : OK;
    err = err == OK ? db_tx(request->db, unreserve, keeping) : err;
    (void)err;
}

enum err definition_create(struct request *request, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    struct keeping keeping = {.request = request, .definition = definition, .action = "create"};
    if (custom_count(definition->object) >= CUSTOM_FIELDS_MAX) {
        error_field(request->error, STR("object"), "too_many", "One kind of record has at most %d such fields.",
                    CUSTOM_FIELDS_MAX);
        return error_check_fields(request->error);
    }
    TRY(check_cycle(request, definition));
    row->index_state = row->is_indexed && row->is_stored ? STR("building") : STR("none");
    row->version = 1;
    row->created_at = request->now;
    row->updated_at = request->now;
    enum err err = db_tx(request->db, reserve, &keeping);
    if (err == ERR_DUPLICATE) {
        return error_set(request->error, ERR_CONFLICT, "Somebody adds the same field just now.");
    }
    TRY(err);
    err = make_room(&keeping);
    err = err == OK ? make_column(request, definition) : err;
    err = err == OK ? db_tx(request->db, keep, &keeping) : err;
    if (err != OK) {
        undo(&keeping);
    }
    return explain(request, err);
}

/* ---- changes ---- */

/* An index over a formula that changes is built anew. */
static enum err change_formula(struct request *request, const struct definition *before, struct definition *definition)
{
    struct query formula;
    struct custom_row *row = &definition->row;
    const char *table = definition->object->table;
    char *name = str_c(request->arena, row->name);
    bool same = row->formula.set && before->row.formula.set && str_eq(row->formula.value, before->row.formula.value);
    if (definition->kind != CUSTOM_FORMULA || !row->is_stored || (same && before->row.is_stored)) {
        return OK;
    }
    formula_of(request, definition, &formula);
    TRY(column_drop_index(request->db, request->arena, table, name));
    TRY(column_change(request->db, request->arena, table, name, str_c(request->arena, row->column_type), &formula));
    row->index_state = row->is_indexed ? STR("building") : STR("none");
    return OK;
}

static enum err change_keys(struct request *request, const struct definition *before, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    const char *table = definition->object->table;
    char *name = str_c(request->arena, row->name);
    if (row->is_unique && !before->row.is_unique) {
        TRY(column_add_unique(request->db, request->arena, table, name, is_text(definition)));
    }
    if (!row->is_unique && before->row.is_unique) {
        TRY(column_drop_unique(request->db, request->arena, table, name));
    }
    if (!row->is_indexed && before->row.is_indexed) {
        TRY(column_drop_index(request->db, request->arena, table, name));
        row->index_state = STR("none");
    }
    bool wanted = row->is_indexed && row->is_stored;
    if (wanted && !str_eq_c(before->row.index_state, "ready")) {
        row->index_state = STR("building");
    }
    return OK;
}

enum err definition_update(struct request *request, const struct definition *before, struct definition *definition)
{
    struct keeping keeping = {.request = request, .before = before, .definition = definition, .action = "update"};
    TRY(check_cycle(request, definition));
    TRY(explain(request, change_formula(request, before, definition)));
    TRY(explain(request, change_keys(request, before, definition)));
    TRY(refuse(request, db_tx(request->db, keep, &keeping)));
    return OK;
}

/* ---- going and coming back ---- */

static enum err load_for(struct request *request, int64_t id, bool deleted, struct definition *out)
{
    TRY(definition_load(request, id, true, out));
    return out->row.deleted_at.set == deleted ? OK : refuse(request, ERR_NOT_FOUND);
}

enum err definition_delete(struct request *request, int64_t id, int64_t version)
{
    struct definition definition;
    json_t *impact;
    bool can_delete = false;
    TRY(load_for(request, id, false, &definition));
    if (definition.row.version != version) {
        return refuse(request, ERR_STALE_VERSION);
    }
    TRY(definition_impact(request, &definition, &can_delete, &impact));
    if (!can_delete) {
        request->error->extra = json_keep(request->arena, json_pack("{s:O}", "impact", impact));
        return error_set(request->error, ERR_IN_USE, "Formulas, conditions, gates or rules still name this field.");
    }
    TRY(field_store_set_deleted(request, id, true));
    TRY(audit_write(request, "custom_field", id, "delete", version + 1, NULL, (struct str){0}));
    return directory_change(request);
}

enum err definition_restore(struct request *request, int64_t id)
{
    struct definition definition;
    struct field field;
    TRY(load_for(request, id, true, &definition));
    definition_field(request, &definition, &field);
    bool computed = definition.kind == CUSTOM_FORMULA || definition.kind == CUSTOM_ROLLUP;
    if (computed && field.custom->formula == NULL && field.custom->rollup == NULL) {
        return error_set(request->error, ERR_CONFLICT, "Restore the fields that it is computed from first.");
    }
    if (custom_count(definition.object) >= CUSTOM_FIELDS_MAX) {
        return error_set(request->error, ERR_CONFLICT, "One kind of record has at most %d such fields.",
                         CUSTOM_FIELDS_MAX);
    }
    TRY(field_store_set_deleted(request, id, false));
    TRY(audit_write(request, "custom_field", id, "restore", definition.row.version + 1, NULL, (struct str){0}));
    return directory_change(request);
}

static enum err forget(struct db *db, void *context)
{
    struct keeping *keeping = context;
    int64_t id = keeping->definition->row.id;
    TRY(record_files_forget(db, keeping->request->arena, id, 0));
    TRY(field_store_remove(keeping->request, id));
    return audit_write(keeping->request, "custom_field", id, "purge", 0, NULL, (struct str){0});
}

enum err definition_purge(struct request *request, int64_t id)
{
    struct definition definition;
    struct keeping keeping = {.request = request, .definition = &definition, .action = "purge"};
    TRY(definition_load(request, id, false, &definition));
    if (!definition.row.deleted_at.set) {
        return error_set(request->error, ERR_CONFLICT, "Delete the field first.");
    }
    if (!str_eq(json_get_str(request->json, "name"), definition.row.name)) {
        error_field(request->error, STR("name"), "not_the_name", "Type the name of the field to confirm.");
        return error_check_fields(request->error);
    }
    enum err err = OK;
    if (definition.row.column_type.len > 0) {
        err = column_drop(request->db, request->arena, definition.object->table,
                          str_c(request->arena, definition.row.name));
    }
    if (err == ERR_INTERNAL) {
        return error_set(request->error, ERR_IN_USE, "A formula, perhaps a deleted one, is computed from this field.");
    }
    TRY(err);
    return db_tx(request->db, forget, &keeping);
}

/* ---- the index ---- */

struct ready {
    struct job *job;
    int64_t id;
    const char *state;
};

static enum err set_state(struct db *db, void *context)
{
    struct ready *ready = context;
    TRY(field_store_set_index(db, ready->job->arena, ready->id, str_from(ready->state), (struct opt_int){0}));
    return epoch_raise(db, ready->job->arena);
}

/* In the usual order of the list where the field has none of its own: then one index finds and sorts. */
static const char *follower(const struct definition *definition)
{
    const char *sort = definition->object->default_sort;
    bool ordered = definition->kind != CUSTOM_SELECT && definition->kind != CUSTOM_BOOLEAN &&
                   CUSTOM_TYPES[definition->kind].type != FIELD_REF && definition->kind != CUSTOM_CURRENCY;
    return ordered ? NULL : sort + (sort[0] == '-');
}

enum err index_run(struct job *job, json_t **result_out)
{
    struct request request;
    struct definition definition;
    job_request(job, &request);
    TRY(definition_load(&request, json_get_int(job->input, "id", 0), false, &definition));
    struct ready ready = {job, definition.row.id, "ready"};
    *result_out = json_pack("{s:o}", "name", json_str(definition.row.name));
    if (!definition.row.is_indexed || !definition.row.is_stored || definition.row.deleted_at.set) {
        return OK;
    }
    TRY(job_progress(job, 0, 1, "index"));
    /* A connection of its own waits as long as it takes, while the job's keeps the lease. */
    struct db *db = db_create(job->config, DB_WRITE);
    db_wait_for_long(db);
    enum err err = column_add_index(db, job->arena, definition.object->table, str_c(job->arena, definition.row.name),
                                    is_text(&definition), follower(&definition));
    db_destroy(db);
    if (err == ERR_BUSY || err == ERR_UNAVAILABLE) {
        return err;
    }
    ready.state = err == OK ? "ready" : "failed";
    TRY(db_tx(job->db, set_state, &ready));
    TRY(err);
    return job_progress(job, 1, 1, "index");
}
