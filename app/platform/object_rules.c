/* Every write of a record goes through here, whatever the way in: checks, hooks, histories, audit. */
#include <assert.h>
#include <string.h>

#include "platform/audit.h"
#include "platform/custom.h"
#include "platform/record_file.h"
#include "platform/directory.h"
#include "platform/object_answer.h"
#include "platform/scope.h"
#include "platform/tags.h"

static const struct record_options NO_OPTIONS;

/* At most this many children of one kind follow one record at once. */
enum { CHILDREN_MAX = 100000 };

static enum err refuse(struct request *request, enum err code)
{
    return error_set(request->error, code, "%s", err_text(code));
}

/* Outside the scope a record does not exist; visible but not writable is forbidden. */
static enum err load_row(struct request *request, const struct object *object, int64_t id, bool for_write, bool lock,
                         bool deleted, struct record_row *row)
{
    TRY(object_closings_load(request, object, false));
    enum err err = object_store_get(request, object, id, for_write, lock, deleted, row);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    if (for_write && object_store_get(request, object, id, false, false, deleted, row) == OK) {
        return refuse(request, ERR_FORBIDDEN);
    }
    return refuse(request, ERR_NOT_FOUND);
}

enum err record_load(struct request *request, const struct object *object, int64_t id, bool for_write,
                     struct value **values_out, int64_t *version_out)
{
    struct record_row row;
    TRY(load_row(request, object, id, for_write, for_write, false, &row));
    *values_out = (struct value *)row.values;
    *version_out = row.version;
    return OK;
}

/* The record, or the one it went into when it is not to be found alive. */
static enum err locate(struct request *request, const struct object *object, int64_t id, int64_t *at_out,
                       struct record_row *row)
{
    TRY(object_closings_load(request, object, false));
    enum err err = object_store_get(request, object, id, false, false, true, row);
    *at_out = id;
    if (object->resolve != NULL && (err == ERR_NOT_FOUND || (err == OK && row->deleted_at.set))) {
        TRY(object->resolve(request, id, at_out));
    }
    if (*at_out != id) {
        err = object_store_get(request, object, *at_out, false, false, true, row);
    }
    return err == ERR_NOT_FOUND ? refuse(request, err) : err;
}

enum err record_answer(struct request *request, const struct object *object, int64_t id, json_t **out)
{
    struct record_row row;
    int64_t at;
    TRY(locate(request, object, id, &at, &row));
    *out = object_answer(request, object, &row);
    if (at != id) {
        json_object_set_new(*out, "merged_from_id", json_integer(id));
    }
    TRY(custom_faults(request, object, at, row.values, *out));
    return object->complete == NULL ? OK : object->complete(request, at, *out);
}

static enum err lock_before(struct request *request, const struct object *object, int64_t id, const json_t *body)
{
    return object->lock == NULL ? OK : object->lock(request, id, body);
}

/* Body → values, for the fields it names. */
static void read_fields(struct request *request, const struct object *object, json_t *body,
                        struct record_change *change)
{
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        json_t *member = json_object_get(body, field->name);
        if (member == NULL || field->type == FIELD_OBJECT || field->type == FIELD_LIST) {
            continue;
        }
        /* Without a user the program acts for itself. */
        bool may_edit = request->user == NULL || scope_field_access(request, object, field->name) == FIELD_ACCESS_EDIT;
        if (!may_edit) {
            error_field(request->error, str_from(field->name), "read_only", "You may not change %s.", field->name);
            continue;
        }
        if ((field->flags & FIELD_CREATE_ONLY) != 0 && change->action != RECORD_CREATE) {
            error_field(request->error, str_from(field->name), "read_only", "%s cannot be changed here.", field->name);
            continue;
        }
        struct value value;
        if (!field_value(field, member, str_from(field->name), request->arena, request->error, &value)) {
            continue;
        }
        if (json_is_object(member) && field_is_set(field) &&
            !tags_change(request->arena, change->after[i], member, &value)) {
            error_field(request->error, str_from(field->name), "too_many", "%s must have at most %d items.",
                        field->name, TAGS_MAX);
            continue;
        }
        change->after[i] = value;
    }
}

static enum err item_ok(struct request *request, const struct field *field, int64_t id, bool unscoped, bool *out)
{
    if (field->type == FIELD_TAGS) {
        return object_store_tag_ok(request, field, id, out);
    }
    if (field->type == FIELD_FILES) {
        return record_file_is_waiting(request, field, id, out);
    }
    const struct field one = {.name = field->name, .type = FIELD_REF, .ref = field->ref};
    return object_store_reference_ok(request, &one, id, unscoped, false, out);
}

/* What is new in a set must be offered: tags for this kind of record, files that the caller just uploaded for it. */
static enum err check_set(struct request *request, const struct record_change *change, size_t index, bool unscoped)
{
    const struct field *field = &object_fields(change->object)[index];
    struct value before = change->before == NULL ? value_null() : change->before[index];
    int64_t ids[TAGS_MAX];
    size_t count = tags_ids(change->after[index], ids);
    for (size_t i = 0; i < count; i++) {
        bool ok = tags_have(before, ids[i]);
        if (!ok) {
            TRY(item_ok(request, field, ids[i], unscoped, &ok));
        }
        if (!ok) {
            error_field(request->error, str_from(field->name), "no_such_record", "%lld is nothing you can use here.",
                        (long long)ids[i]);
        }
    }
    return OK;
}

/* A parent that is being deleted, or goes into another record, gets no more children: they wait for its row. */
static bool is_parent(const struct object *object, const struct field *field)
{
    return object->parent_column != NULL && strcmp(field->name, object->parent_column) == 0;
}

static enum err check_references(struct request *request, const struct record_change *change, bool unscoped)
{
    const struct object *object = change->object;
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        bool unchanged = change->before != NULL && value_eq(change->before[i], change->after[i]);
        if (field_is_set(field) && !unchanged && (field->flags & FIELD_READ_ONLY) == 0) {
            TRY(check_set(request, change, i, unscoped));
        }
        if (field->type != FIELD_REF || (field->flags & FIELD_READ_ONLY) != 0 || change->after[i].type == VALUE_NULL ||
            unchanged) {
            continue;
        }
        bool ok = false;
        TRY(object_store_reference_ok(request, field, change->after[i].integer, unscoped, is_parent(object, field),
                                      &ok));
        if (!ok) {
            error_field(request->error, str_from(field->name), "no_such_record",
                        "%s does not name a record you can use.", field->name);
        }
    }
    return error_check_fields(request->error);
}

/* The owner must be able to work; giving a record to somebody else needs the transfer right. */
static enum err place_owner(struct request *request, struct record_change *change, int64_t owner_id, bool unscoped)
{
    const struct object *object = change->object;
    bool someone_else = request->user == NULL || owner_id != request->user->user_id;
    if (someone_else && !unscoped && !change->importing && !identity_can(request->user, object->transfer)) {
        error_field(request->error, STR("owner_id"), "not_yours", "You may not give records to somebody else.");
        return error_check_fields(request->error);
    }
    int64_t department_id = 0;
    bool active = false;
    enum err err = object_store_user_department(request, owner_id, &department_id, &active);
    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    if (err == ERR_NOT_FOUND || (!active && !change->importing)) {
        error_field(request->error, STR("owner_id"), "not_active", "The owner must be an active user.");
        return error_check_fields(request->error);
    }
    change_set(change, object->owner_column, V(owner_id));
    change_set(change, object->department_column, V(department_id));
    return OK;
}

enum err change_default_owner(struct request *request, struct record_change *change, struct opt_int owner_id)
{
    bool named = change->body != NULL && json_is_integer(json_object_get(change->body, change->object->owner_column));
    if (named || !owner_id.set) {
        return OK;
    }
    int64_t department_id = 0;
    bool active = false;
    TRY(object_store_user_department(request, owner_id.value, &department_id, &active));
    change_set(change, change->object->owner_column, V(owner_id.value));
    change_set(change, change->object->department_column, V(department_id));
    return OK;
}

/* Name of the field behind a unique key of the table ("customer_code" → code). */
static enum err explain_duplicate(struct request *request, const struct object *object, enum err err)
{
    if (err != ERR_DUPLICATE) {
        return err;
    }
    struct str key = db_failed_key(request->db);
    struct str start = str_format(request->arena, "%s_", object->table);
    /* "customer_x_code" is of x_code, not of code. */
    key = str_starts(key, start) ? str_slice(key, start.len, key.len) : key;
    bool exact = fields_find(object_fields(object), key) != NULL;
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        struct str name = str_from(object_fields(object)[i].name);
        if (exact ? str_eq(key, name) : str_ends(key, name)) {
            error_field(request->error, str_from(object_fields(object)[i].name), "duplicate",
                        "Another record already has this %s (it may be in the recycle bin).",
                        object_fields(object)[i].name);
        }
    }
    return refuse(request, ERR_DUPLICATE);
}

/* {field: [before, after]} of what a change does. */
static json_t *change_json(struct request *request, const struct record_change *change)
{
    json_t *changes = json_keep(request->arena, json_object());
    for (size_t i = 0; object_fields(change->object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(change->object)[i];
        struct value before = change->before == NULL ? value_null() : change->before[i];
        bool shown = (field->flags & FIELD_SENSITIVE) == 0 && strcmp(field->name, "updated_at") != 0;
        if (shown && !value_eq(before, change->after[i])) {
            json_object_set_new(changes, field->name,
                                json_pack("[o,o]", field_json(field, before, request->arena),
                                          field_json(field, change->after[i], request->arena)));
        }
    }
    return changes;
}

static enum err keep_grams(struct request *request, const struct record_change *change)
{
    const struct object *object = change->object;
    const char *label = object_label(object)->name;
    if ((object->flags & OBJECT_GRAMS) == 0 || (change->before != NULL && !change_differs(change, label))) {
        return OK;
    }
    return object_store_grams(request, object, change->id, change_after(change, label).text);
}

static enum err keep_names(struct request *request, const struct record_change *change)
{
    bool kept = (change->object->flags & OBJECT_NAMES_KEPT) != 0;
    bool named = change->before == NULL || change_differs(change, object_label(change->object)->name);
    return kept && named ? directory_change(request) : OK;
}

/* The index of tags follows the records' own lists. */
static enum err keep_tags(struct request *request, const struct record_change *change)
{
    for (size_t i = 0; object_fields(change->object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(change->object)[i];
        struct value before = change->before == NULL ? value_null() : change->before[i];
        if (field->type == FIELD_TAGS && !value_eq(before, change->after[i])) {
            TRY(object_store_tags(request, field, change->id, change->after[i]));
        }
    }
    return OK;
}

/* The object's own hook, then the features that listen. */
static enum err tell_saved(struct request *request, const struct record_change *change)
{
    if (change->object->saved != NULL) {
        TRY(change->object->saved(request, change));
    }
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (FEATURES[i]->saved != NULL) {
            TRY(FEATURES[i]->saved(request, change));
        }
    }
    return OK;
}

static const struct field *body_fields(const struct object *object, struct arena *arena)
{
    size_t own = fields_count(object_fields(object));
    size_t extra = object->extra_body == NULL ? 0 : fields_count(object->extra_body);
    struct field *all = ARENA_ARRAY(arena, struct field, own + extra + 1);
    memcpy(all, object_fields(object), own * sizeof *all);
    if (extra > 0) {
        memcpy(all + own, object->extra_body, extra * sizeof *all);
    }
    return all;
}

enum err record_check_changes(struct request *request, const struct object *object, json_t *changes, const char *name)
{
    const char *key;
    json_t *member;
    if (json_is_object(changes) && json_object_size(changes) == 0) {
        error_field(request->error, str_from(name), "required", "%s must name a field.", name);
    }
    TRY(fields_check_member(body_fields(object, request->arena), changes, true, name, request->error));
    json_object_foreach (changes, key, member) {
        bool own = fields_find(object_fields(object), str_from(key)) != NULL;
        if (own && scope_field_access(request, object, key) != FIELD_ACCESS_EDIT) {
            error_field(request->error, str_format(request->arena, "%s.%s", name, key), "read_only",
                        "You may not change %s.", key);
        }
    }
    return error_check_fields(request->error);
}

static enum err prepare_create(struct request *request, struct record_change *change,
                               const struct record_options *options)
{
    const struct object *object = change->object;
    TRY(fields_check(body_fields(object, request->arena), change->body, false, request->error));
    TRY(lock_before(request, object, 0, change->body));
    read_fields(request, object, change->body, change);
    TRY(error_check_fields(request->error));
    if (object->owner_column != NULL) {
        struct value owner = change_after(change, object->owner_column);
        bool self = owner.type == VALUE_NULL && request->user != NULL && !change->importing;
        if (owner.type != VALUE_NULL || self) {
            TRY(place_owner(request, change, self ? request->user->user_id : owner.integer, options->unscoped));
        }
    }
    TRY(custom_prepare(request, change));
    TRY(check_references(request, change, options->unscoped));
    if (options->created_at.set) {
        change_set(change, "created_at", V(options->created_at.value)); /* hooks see when it was made */
    }
    if (object->prepare != NULL) {
        TRY(object->prepare(request, change));
    }
    TRY(custom_check(request, change));
    return error_check_fields(request->error);
}

/* What the hooks of moves hear of a record that comes into the world with an owner. */
static enum err ask_move(struct request *request, const struct record_change *change, struct record_move *move,
                         const struct move_options *options)
{
    const struct object *object = change->object;
    struct value owner = change_after(change, object->owner_column);
    struct value department = change_after(change, object->department_column);
    *move = (struct record_move){
        .owner_id = opt_int_of(owner),
        .department_id = opt_int_of(department),
    };
    move->unchanged = !move->owner_id.set;
    if (object->moving == NULL) {
        return OK;
    }
    TRY(object->moving(request, object, move, 1, options));
    return move->refused == OK ? OK : move_error(request, move);
}

enum err record_create(struct request *request, const struct object *object, json_t *body,
                       const struct record_options *options, int64_t *id_out)
{
    options = options == NULL ? &NO_OPTIONS : options;
    struct record_change change = {
        .object = object,
        .action = RECORD_CREATE,
        .body = body,
        .reason = options->reason,
        .importing = options->importing,
        .after = ARENA_ARRAY(request->arena, struct value, fields_count(object_fields(object)) + 1),
    };
    struct record_move move;
    struct move_options how = {
        .cause = options->importing ? MOVE_IMPORT : MOVE_CREATE, .reason = options->reason, .at = options->created_at};
    TRY(prepare_create(request, &change, options));
    if (object->owner_column != NULL) {
        TRY(ask_move(request, &change, &move, &how));
    }
    TRY(explain_duplicate(request, object, object_store_insert(request, &change, options, &change.id)));
    if (object->owner_column != NULL) {
        TRY(object_store_ownership(request, object, change.id, change_after(&change, object->owner_column),
                                   change_after(&change, object->department_column), true, options->reason));
    }
    TRY(keep_grams(request, &change));
    TRY(keep_names(request, &change));
    TRY(keep_tags(request, &change));
    TRY(custom_saved(request, &change));
    TRY(tell_saved(request, &change));
    if (object->owner_column != NULL) {
        move.id = change.id;
        TRY(move_tell(request, object, &move, 1, &how));
    }
    *id_out = change.id;
    return audit_write(request, object->name, change.id, "create", 1, change_json(request, &change), options->reason);
}

static enum err refuse_stale(struct request *request, const struct object *object, int64_t id)
{
    struct record_row row;
    json_t *extra = json_keep(request->arena, json_object());
    TRY(load_row(request, object, id, false, false, false, &row)); /* with the names that the locked one lacks */
    json_object_set(extra, "current", object_answer(request, object, &row));
    request->error->extra = extra;
    return refuse(request, ERR_STALE_VERSION);
}

static bool nothing_changes(const struct record_change *change)
{
    for (size_t i = 0; object_fields(change->object)[i].name != NULL; i++) {
        if (!value_eq(change->before[i], change->after[i])) {
            return false;
        }
    }
    return true;
}

/* A confirmation (a yes or no) is no change by itself. */
static bool names_extra(const struct object *object, const json_t *body)
{
    for (const struct field *field = object->extra_body; field != NULL && field->name != NULL; field++) {
        if (field->type != FIELD_BOOL && json_has(body, field->name)) {
            return true;
        }
    }
    return false;
}

static struct value *copy_values(struct arena *arena, const struct object *object, const struct value *values)
{
    size_t count = fields_count(object_fields(object));
    struct value *copy = ARENA_ARRAY(arena, struct value, count + 1);
    memcpy(copy, values, count * sizeof *copy);
    return copy;
}

enum err record_update(struct request *request, const struct object *object, int64_t id, int64_t version, json_t *body,
                       const struct record_options *options)
{
    options = options == NULL ? &NO_OPTIONS : options;
    TRY(fields_check(body_fields(object, request->arena), body, true, request->error));
    TRY(lock_before(request, object, id, body));
    struct record_row row;
    TRY(load_row(request, object, id, !options->unscoped, true, false, &row));
    if (version != 0 && row.version != version) {
        return refuse_stale(request, object, id);
    }
    struct record_change change = {
        .object = object,
        .action = RECORD_UPDATE,
        .id = id,
        .before = row.values,
        .body = body,
        .reason = options->reason,
        .importing = options->importing,
        .amends = options->amends,
        .after = copy_values(request->arena, object, row.values),
    };
    read_fields(request, object, body, &change);
    TRY(error_check_fields(request->error));
    TRY(check_references(request, &change, options->unscoped));
    if (nothing_changes(&change) && !names_extra(object, body)) {
        return OK;
    }
    if (object->prepare != NULL) {
        TRY(object->prepare(request, &change));
    }
    TRY(custom_check(request, &change));
    TRY(error_check_fields(request->error));
    TRY(explain_duplicate(request, object, object_store_update(request, &change)));
    TRY(keep_grams(request, &change));
    TRY(keep_names(request, &change));
    TRY(keep_tags(request, &change));
    TRY(custom_saved(request, &change));
    TRY(tell_saved(request, &change));
    return audit_write(request, object->name, id, "update", row.version + 1, change_json(request, &change),
                       options->reason);
}

/* One record into or out of the recycle bin, hooks and audit included. */
static enum err set_deleted(struct request *request, const struct object *object, const struct record_row *row,
                            enum record_action action)
{
    struct opt_instant at = {action == RECORD_DELETE, request->now};
    struct record_change change = {
        .object = object,
        .action = action,
        .id = row->id,
        .before = row->values,
        .after = copy_values(request->arena, object, row->values),
    };
    if (object->prepare != NULL) {
        TRY(object->prepare(request, &change));
        TRY(error_check_fields(request->error));
    }
    TRY(object_store_set_deleted(request, object, row->id, at));
    TRY(tell_saved(request, &change));
    return audit_write(request, object->name, row->id, action == RECORD_DELETE ? "delete" : "restore", row->version + 1,
                       NULL, (struct str){0});
}

static bool has_children(const struct object *object)
{
    return object->children != NULL && object->children->object != NULL;
}

/* Children without `deleted_along` forbid the deletion; the others go along, with their own children. */
static enum err delete_tree(struct request *request, const struct object *object, const struct record_row *row)
{
    for (const struct object_child *child = object->children; has_children(object) && child->object != NULL; child++) {
        const struct object *child_object = object_find(child->object);
        int64_t *ids;
        size_t count;
        int64_t limit = child->deleted_along ? CHILDREN_MAX : 1;
        TRY(object_store_children(request, child, row->id, (struct opt_instant){0}, limit, &ids, &count));
        if (count > 0 && !child->deleted_along) {
            return error_set(request->error, ERR_IN_USE, "Records of type %s still belong to this one.", child->object);
        }
        for (size_t i = 0; i < count; i++) {
            struct record_row child_row;
            TRY(load_row(request, child_object, ids[i], true, true, false, &child_row));
            TRY(delete_tree(request, child_object, &child_row));
        }
    }
    return set_deleted(request, object, row, RECORD_DELETE);
}

enum err record_delete(struct request *request, const struct object *object, int64_t id, int64_t version)
{
    struct record_row row;
    TRY(lock_before(request, object, id, NULL));
    TRY(load_row(request, object, id, true, true, false, &row));
    if (version != 0 && row.version != version) {
        return refuse_stale(request, object, id);
    }
    return delete_tree(request, object, &row);
}

enum err record_delete_unscoped(struct request *request, const struct object *object, int64_t id)
{
    bool before = request->company_acts;
    request->company_acts = true;
    enum err err = record_delete(request, object, id, 0);
    request->company_acts = before;
    return err;
}

/* What went to the bin at the same instant comes back together. */
static enum err restore_tree(struct request *request, const struct object *object, const struct record_row *row)
{
    TRY(set_deleted(request, object, row, RECORD_RESTORE));
    for (const struct object_child *child = object->children; has_children(object) && child->object != NULL; child++) {
        const struct object *child_object = object_find(child->object);
        int64_t *ids;
        size_t count;
        if (!child->deleted_along) {
            continue;
        }
        TRY(object_store_children(request, child, row->id, row->deleted_at, CHILDREN_MAX, &ids, &count));
        for (size_t i = 0; i < count; i++) {
            struct record_row child_row;
            TRY(load_row(request, child_object, ids[i], true, true, true, &child_row));
            TRY(restore_tree(request, child_object, &child_row));
        }
    }
    return OK;
}

enum err record_restore(struct request *request, const struct object *object, int64_t id)
{
    struct record_row row;
    TRY(lock_before(request, object, id, NULL));
    TRY(load_row(request, object, id, true, true, true, &row));
    if (!row.deleted_at.set) {
        return OK;
    }
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        bool belongs = (field->flags & FIELD_REQUIRED) != 0 || is_parent(object, field);
        bool ok = true;
        if (field->type == FIELD_REF && belongs && row.values[i].type != VALUE_NULL) {
            TRY(object_store_reference_ok(request, field, row.values[i].integer, true, is_parent(object, field), &ok));
        }
        if (!ok) {
            return error_set(request->error, ERR_CONFLICT, "Restore the record that %s names first.", field->name);
        }
    }
    return restore_tree(request, object, &row);
}

static bool is_chosen(const char *const *choices, const char *choice)
{
    for (size_t i = 0; choices != NULL && choices[i] != NULL; i++) {
        if (strcmp(choices[i], choice) == 0) {
            return true;
        }
    }
    return false;
}

/* Children of the chosen kinds follow; a colleague's record stays with the colleague. */
static enum err transfer_children(struct request *request, const struct object *object, int64_t id, int64_t owner_id,
                                  const struct move_options *options, const char *const *choices)
{
    struct record_row row;
    TRY(load_row(request, object, id, !options->unscoped, true, false, &row));
    struct value old_owner = row.values[object_field(object, object->owner_column)];
    for (const struct object_child *child = object->children; has_children(object) && child->object != NULL; child++) {
        int64_t *ids;
        size_t count;
        if (child->choice == NULL || !is_chosen(choices, child->choice)) {
            continue;
        }
        TRY(object_store_children_of(request, child, id, old_owner, CHILDREN_MAX, &ids, &count));
        struct record_move *moves = ARENA_ARRAY(request->arena, struct record_move, count + 1);
        for (size_t i = 0; i < count; i++) {
            moves[i] = (struct record_move){.id = ids[i], .owner_id = {true, owner_id}};
        }
        TRY(record_move(request, object_find(child->object), moves, count, options));
    }
    return OK;
}

enum err record_transfer(struct request *request, const struct object *object, int64_t id, int64_t owner_id,
                         const struct move_options *options, const char *const *choices)
{
    struct record_move move = {.id = id, .owner_id = {true, owner_id}};
    if (choices != NULL && choices[0] != NULL) {
        TRY(transfer_children(request, object, id, owner_id, options, choices));
    }
    return record_move(request, object, &move, 1, options);
}
