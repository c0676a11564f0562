/* On which records: a user's scope as one SQL predicate. Its shape keeps indexes usable: TRUE for everything, an
 * equality or a list on the owner and department columns, literal ids for the few records shared. Column names come
 * from the tables of objects, values are arguments. */
#include "platform/custom.h"
#include "platform/scope.h"

#include <assert.h>
#include <string.h>

#include "platform/grants.h"
#include "platform/object.h"
#include "scope_internal.h"

static const struct scope NO_SCOPE = {0};

static bool words_contain(struct str words, const char *word)
{
    struct str part;
    while (str_cut(&words, ',', &part)) {
        if (str_eq_c(part, word)) {
            return true;
        }
    }
    return false;
}

static bool has_shares(const struct grants *grants, const char *key)
{
    if (grants->share_count > SHARE_LIST_MAX) {
        return true;
    }
    for (size_t i = 0; i < grants->share_count; i++) {
        if (str_eq_c(grants->shares[i].object, key) || words_contain(grants->shares[i].cascade_to, key)) {
            return true;
        }
    }
    return false;
}

const struct scope *scope_for_key(const struct request *request, const char *key)
{
    if (request->user == NULL) {
        return &NO_SCOPE;
    }
    const struct grants *grants = request->user->grants;
    struct scope *scope = ARENA_NEW(request->arena, struct scope);
    *scope = *rights_scope(grants->rights, str_from(key));
    scope->all |= grants->rights->is_admin;
    scope->own |= scope->all;
    scope->user_id = request->user->user_id;
    scope->shares = has_shares(grants, key);
    scope->day = request->today.days;
    return scope;
}

const struct scope *scope_for(const struct request *request, const struct object *object)
{
    return scope_for_key(request, object->name);
}

/* A formula is no more open than what it is made from, here and in the records it looks up; a roll-up likewise.
 * Formulas of formulas are followed as deep as they may be nested. */
static enum field_access source_access(const struct rights *rights, const struct object *object,
                                       const struct field *field, enum field_access access, int depth)
{
    const struct custom_field *custom = field == NULL ? NULL : field->custom;
    enum field_access own = field == NULL ? access : rights_field_access(rights, object, str_from(field->name));
    access = own < access ? own : access;
    if (custom == NULL || depth > 8) {
        return access;
    }
    struct formula_scope scope = {custom->object, object_fields(custom->object)};
    for (size_t i = 0; custom->formula != NULL && i < custom->formula->name_count; i++) {
        const struct field *reference;
        const struct field *source = custom_name_field(&scope, custom->formula->names[i], &reference);
        access = source_access(rights, reference == NULL ? custom->object : object_find(reference->ref), source, access,
                               depth + 1);
    }
    if (custom->rollup != NULL && custom->rollup->field != NULL) {
        const struct field *child = fields_find(object_fields(custom->rollup->object), str_from(custom->rollup->field));
        access = source_access(rights, custom->rollup->object, child, access, depth + 1);
    }
    return access;
}

static enum field_access custom_access(const struct rights *rights, const struct field *field, enum field_access access)
{
    return source_access(rights, field->custom->object, field, access, 0);
}

/* What could be worked out from a closed field is closed as well. */
static enum field_access narrow(const struct rights *rights, const struct object *object, const char *name,
                                enum field_access access)
{
    const struct field *field = rights->field_count == 0 ? NULL : fields_find(object_fields(object), str_from(name));
    for (size_t i = 0; field != NULL && i < 2 && field->closed_with[i] != NULL; i++) {
        enum field_access other = rights_field_access(rights, object, str_from(field->closed_with[i]));
        access = other < access ? other : access;
    }
    return field != NULL && field->custom != NULL ? custom_access(rights, field, access) : access;
}

enum field_access scope_field_access(const struct request *request, const struct object *object, const char *name)
{
    if (request->user == NULL) {
        return FIELD_ACCESS_HIDDEN;
    }
    const struct rights *rights = request->user->grants->rights;
    enum field_access access = rights_field_access(rights, object, str_from(name));
    if (object->same_as != NULL) {
        enum field_access other = rights_field_access(rights, object_find(object->same_as), str_from(name));
        access = other < access ? other : access;
    }
    return narrow(rights, object, name, access);
}

bool scope_label_is_open(const struct request *request, const struct field *reference)
{
    const struct object *object = reference_find(reference->ref).object;
    const struct rights *rights = request->user == NULL ? NULL : request->user->grants->rights;
    if (object == NULL || rights == NULL || rights->is_admin) {
        return true;
    }
    const char *label = object_label(object)->name;
    for (size_t i = 0; i < rights->field_count; i++) {
        if (str_eq_c(rights->fields[i].object, object->name) && str_eq_c(rights->fields[i].field, label)) {
            return rights->fields[i].access >= FIELD_ACCESS_READ;
        }
    }
    return true;
}

/* ---- the predicate ---- */

static void add_column(struct query *query, const char *alias, const char *column)
{
    query_sql(query, alias);
    query_sql(query, ".");
    query_sql(query, column);
}

/* " OR " between terms: the first one has none. */
void scope_next_term(struct query *query, size_t *terms)
{
    if (*terms > 0) {
        query_sql(query, " OR ");
    }
    (*terms)++;
}

/* `way` follows the column: nothing, or AROUND_INDEX. */
static void add_ids_by(struct query *query, const char *alias, const char *column, const char *way, const int64_t *ids,
                       size_t count)
{
    add_column(query, alias, column);
    query_sql(query, way);
    if (count == 1) {
        query_sql(query, " = ");
        query_arg(query, V(ids[0]));
        return;
    }
    query_sql(query, " IN ");
    query_arg_ids(query, ids, count);
}

void scope_add_id_test(struct query *query, const char *alias, const char *column, const int64_t *ids, size_t count)
{
    add_ids_by(query, alias, column, "", ids, count);
}

static bool ids_contain(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

const int64_t *scope_owners(struct arena *arena, const struct scope *scope, size_t *count_out)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, scope->user_count + 1);
    size_t count = 0;
    if (scope->own && !ids_contain(scope->user_ids, scope->user_count, scope->user_id)) {
        ids[count++] = scope->user_id;
    }
    for (size_t i = 0; i < scope->user_count; i++) {
        ids[count++] = scope->user_ids[i];
    }
    *count_out = count;
    return ids;
}

/* Keeps the server from collecting all records of an owner or department: it walks the sorted list instead. */
#define AROUND_INDEX " + 0"

static void add_role_terms(struct query *query, const struct object *object, const char *alias, const char *way,
                           const struct scope *scope, size_t *terms)
{
    size_t owner_count = 0;
    const int64_t *owners = scope_owners(query->sql.arena, scope, &owner_count);
    if (object->owner_column != NULL && owner_count > 0) {
        scope_next_term(query, terms);
        add_ids_by(query, alias, object->owner_column, way, owners, owner_count);
    }
    if (object->department_column != NULL && scope->department_count > 0) {
        scope_next_term(query, terms);
        add_ids_by(query, alias, object->department_column, way, scope->department_ids, scope->department_count);
    }
}

bool scope_is_none(const struct scope *scope)
{
    return !scope->all && !scope->own && scope->user_count == 0 && scope->department_count == 0;
}

const char *scope_parent_alias(size_t depth)
{
    static const char *const names[] = {"parent_1", "parent_2", "parent_3", "parent_4"};
    assert(depth < sizeof names / sizeof names[0]);
    return names[depth];
}

bool scope_sees_all(const struct request *request, const struct object *object)
{
    return (object->flags & OBJECT_DIRECTORY) != 0 || scope_for(request, object)->all;
}

/* A predicate in the making. */
struct building {
    const struct request *request; /* who asks */
    bool walk;                     /* around the indexes of owners and departments */
    bool for_write;                /* for changing the records */
};

static void add_terms_by_role(struct building *building, struct query *query, const struct object *object,
                              const char *alias, unsigned parts, size_t depth, size_t *terms);

static void add_parent_exists(struct building *building, struct query *query, const struct object *object,
                              const struct object *parent, const char *alias, size_t depth, size_t *terms)
{
    struct query inner;
    query_init(&inner, building->request->arena);
    size_t inner_terms = 0;
    const char *name = scope_parent_alias(depth);
    add_terms_by_role(building, &inner, parent, name, SCOPE_PART_ROLES | SCOPE_PART_PARENT, depth + 1, &inner_terms);
    if (inner_terms == 0) {
        return;
    }
    scope_next_term(query, terms);
    query_sql(query, "EXISTS (SELECT 1 FROM `");
    query_sql(query, parent->table);
    query_sql(query, "` ");
    query_sql(query, name);
    query_sql(query, " WHERE ");
    add_column(query, name, "id");
    query_sql(query, " = ");
    add_column(query, alias, object->parent_column);
    query_sql(query, " AND (");
    query_append(query, &inner);
    query_sql(query, "))");
}

static void add_parent_term(struct building *building, struct query *query, const struct object *object,
                            const char *alias, size_t depth, size_t *terms)
{
    const struct object *parent = object_find(object->parent_object);
    assert(parent != NULL);
    if (scope_sees_all(building->request, parent)) {
        scope_next_term(query, terms);
        add_column(query, alias, object->parent_column);
        query_sql(query, " IS NOT NULL");
        return;
    }
    add_parent_exists(building, query, object, parent, alias, depth, terms);
}

/* By owner and department of the record itself and of those above it; shares apart. */
static void add_terms_by_role(struct building *building, struct query *query, const struct object *object,
                              const char *alias, unsigned parts, size_t depth, size_t *terms)
{
    const struct scope *scope = scope_for(building->request, object);
    if (scope_is_none(scope)) {
        return;
    }
    if ((parts & SCOPE_PART_ROLES) != 0) {
        add_role_terms(query, object, alias, building->walk && depth == 0 ? AROUND_INDEX : "", scope, terms);
        if (object->scope_terms != NULL) {
            object->scope_terms(query, building->request, alias, building->for_write, terms);
        }
    }
    if ((parts & SCOPE_PART_PARENT) != 0 && object->parent_object != NULL) {
        add_parent_term(building, query, object, alias, depth, terms);
    }
}

/* ---- shares ---- */

/* Shares that are too many to name: asks the table. `cascade` is the child object they must cascade to, or NULL. */
static void add_share_query(struct query *query, const struct request *request, const char *shared_object,
                            const char *alias, const char *column, const char *cascade, bool for_write, size_t *terms)
{
    scope_next_term(query, terms);
    add_column(query, alias, column);
    query_sql(query, " IN (SELECT s.record_id FROM record_share s WHERE s.user_id = ");
    query_arg(query, V(request->user->user_id));
    query_sql(query, " AND s.object = ");
    query_arg(query, V(shared_object));
    query_sql(query, " AND (s.until_on IS NULL OR s.until_on >= ");
    query_arg(query, V(request->today));
    query_sql(query, ")");
    if (for_write) {
        query_sql(query, " AND s.can_edit");
    }
    if (cascade != NULL) {
        query_sql(query, " AND FIND_IN_SET(");
        query_arg(query, V(cascade));
        query_sql(query, ", s.cascade_to) > 0");
    }
    query_sql(query, ")");
}

static void add_share_terms(struct query *query, const struct request *request, const char *shared_object,
                            const char *alias, const char *column, const char *cascade, bool for_write, size_t *terms)
{
    const struct grants *grants = request->user->grants;
    if (grants->share_count > SHARE_LIST_MAX) {
        add_share_query(query, request, shared_object, alias, column, cascade, for_write, terms);
        return;
    }
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, grants->share_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < grants->share_count; i++) {
        const struct share *share = &grants->shares[i];
        bool meant =
            str_eq_c(share->object, shared_object) && (cascade == NULL || words_contain(share->cascade_to, cascade));
        if (meant && (share->can_edit || !for_write)) {
            ids[count++] = share->record_id;
        }
    }
    if (count > 0) {
        scope_next_term(query, terms);
        scope_add_id_test(query, alias, column, ids, count);
    }
}

void scope_add_share_terms(struct query *query, const struct request *request, const struct object *object,
                           const char *alias, bool for_write, size_t *terms)
{
    if (request->user->grants->share_count == 0) {
        return;
    }
    add_share_terms(query, request, object->name, alias, "id", NULL, for_write, terms);
    size_t count;
    const struct object *const *objects = objects_all(&count);
    for (size_t i = 0; i < count; i++) {
        const struct object_child *child = objects[i]->children;
        for (; child != NULL && child->object != NULL; child++) {
            bool counted = strcmp(child->object, object->name) == 0 && child->column != NULL;
            /* One object may name the same child column twice, for different choices on transfer. */
            for (const struct object_child *before = objects[i]->children; counted && before < child; before++) {
                counted = strcmp(before->object, child->object) != 0 || strcmp(before->column, child->column) != 0;
            }
            if (counted) {
                add_share_terms(query, request, objects[i]->name, alias, child->column, object->name, for_write, terms);
            }
        }
    }
}

static void add_scope(struct building *building, struct query *query, const struct object *object, const char *alias,
                      bool for_write, unsigned parts)
{
    const struct request *request = building->request;
    if (request->company_acts) {
        query_sql(query, "(TRUE)");
        return;
    }
    if (request->user == NULL) {
        query_sql(query, "(FALSE)");
        return;
    }
    if ((parts & SCOPE_PART_ROLES) != 0 && scope_sees_all(request, object)) {
        query_sql(query, "(TRUE)");
        return;
    }
    struct query inner;
    query_init(&inner, request->arena);
    size_t terms = 0;
    add_terms_by_role(building, &inner, object, alias, parts, 0, &terms);
    if ((parts & SCOPE_PART_SHARES) != 0) {
        scope_add_share_terms(&inner, request, object, alias, for_write, &terms);
    }
    query_sql(query, "(");
    if (terms == 0) {
        query_sql(query, "FALSE");
    }
    query_append(query, &inner);
    query_sql(query, ")");
}

/* Records that lie nowhere are not of a kind that has places. */
static void add_predicate(struct building *building, struct query *query, const struct object *object,
                          const char *alias, bool for_write, unsigned parts)
{
    if (object->place_column == NULL) {
        add_scope(building, query, object, alias, for_write, parts);
        return;
    }
    query_sql(query, "(");
    add_column(query, alias, object->place_column);
    query_sql(query, " IS NOT NULL AND ");
    add_scope(building, query, object, alias, for_write, parts);
    query_sql(query, ")");
}

void scope_predicate_parts(struct query *query, const struct request *request, const struct object *object,
                           const char *alias, bool for_write, unsigned parts)
{
    struct building building = {.request = request, .for_write = for_write};
    add_predicate(&building, query, object, alias, for_write, parts);
}

void scope_predicate(struct query *query, const struct request *request, const struct object *object, const char *alias,
                     bool for_write)
{
    scope_predicate_parts(query, request, object, alias, for_write, SCOPE_PARTS_ALL);
}

void scope_walk_predicate(struct query *query, const struct request *request, const struct object *object,
                          const char *alias)
{
    struct building building = {.request = request, .walk = true};
    add_predicate(&building, query, object, alias, false, SCOPE_PARTS_ALL);
}

enum err scope_check_parts(struct request *request, const struct object *object, int64_t id, bool for_write,
                           unsigned parts)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id FROM `");
    query_sql(&query, object->table);
    query_sql(&query, "` t WHERE t.id = ");
    query_arg(&query, V(id));
    query_sql(&query, " AND t.deleted_at IS NULL AND ");
    scope_predicate_parts(&query, request, object, "t", for_write, parts);
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    return rows.count == 1 ? OK : ERR_NOT_FOUND;
}

enum err scope_check(struct request *request, const struct object *object, int64_t id, bool for_write)
{
    return scope_check_parts(request, object, id, for_write, SCOPE_PARTS_ALL);
}
