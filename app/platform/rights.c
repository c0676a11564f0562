/* What rights open, and whether some go beyond others: the rule that nobody gives more than he has. */
#include <string.h>

#include "platform/grants.h"
#include "platform/object.h"

/* Whether the word before the dot of a permission stands for the object: its own name, or that of the object whose
 * right to view opens it too. */
static bool stands_for(struct str word, const struct object *object)
{
    struct str rest = object->view < PERMISSION_COUNT ? str_from(permission_key(object->view)) : (struct str){0};
    struct str head = {0};
    return str_eq_c(word, object->name) || (str_cut(&rest, '.', &head) && str_eq(word, head));
}

enum field_access rights_field_access(const struct rights *rights, const struct object *object, struct str name)
{
    if (rights->is_admin) {
        return FIELD_ACCESS_EDIT;
    }
    for (size_t i = 0; i < rights->field_count; i++) {
        if (str_eq_c(rights->fields[i].object, object->name) && str_eq(rights->fields[i].field, name)) {
            return rights->fields[i].access;
        }
    }
    for (size_t i = 0; i < rights->object_count; i++) {
        if (stands_for(rights->objects[i], object)) {
            return FIELD_ACCESS_EDIT;
        }
    }
    /* What everybody may look up is readable without any right to it. */
    return object->view == PERMISSION_SIGNED_IN ? FIELD_ACCESS_READ : FIELD_ACCESS_HIDDEN;
}

const struct scope *rights_scope(const struct rights *rights, struct str key)
{
    static const struct scope none = {0};
    for (size_t i = 0; i < rights->scope_count; i++) {
        if (str_eq(rights->scopes[i].key, key)) {
            return &rights->scopes[i].scope;
        }
    }
    return &none;
}

static bool ids_have(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

static bool sees_owner(const struct scope *scope, int64_t user_id)
{
    return (scope->own && scope->user_id == user_id) || ids_have(scope->user_ids, scope->user_count, user_id);
}

static bool sees_department(const struct scope *scope, int64_t department_id)
{
    return ids_have(scope->department_ids, scope->department_count, department_id);
}

/* Is everything in `wanted` also in one of the two? What is one's own may be given by whoever sees what is his own. */
static bool scope_within(const struct scope *wanted, const struct scope *before, const struct scope *giver)
{
    if (before->all || giver->all) {
        return true;
    }
    if (wanted->all || (wanted->own && !before->own && !giver->own)) {
        return false;
    }
    for (size_t i = 0; i < wanted->user_count; i++) {
        if (!sees_owner(before, wanted->user_ids[i]) && !sees_owner(giver, wanted->user_ids[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < wanted->department_count; i++) {
        if (!sees_department(before, wanted->department_ids[i]) && !sees_department(giver, wanted->department_ids[i])) {
            return false;
        }
    }
    return true;
}

static const struct object *find_object(struct str name)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (str_eq_c(name, objects[i]->name)) {
            return objects[i];
        }
    }
    return NULL;
}

static bool fields_within(const struct rights *wanted, const struct rights *before, const struct rights *giver)
{
    for (size_t i = 0; i < giver->field_count; i++) {
        const struct field_grant *closed = &giver->fields[i];
        const struct object *object = find_object(closed->object);
        if (object == NULL) {
            continue;
        }
        enum field_access access = rights_field_access(wanted, object, closed->field);
        if (access > closed->access && access > rights_field_access(before, object, closed->field)) {
            return false;
        }
    }
    return true;
}

bool rights_within(const struct rights *wanted, const struct rights *before, const struct rights *giver)
{
    if (giver->is_admin || before->is_admin) {
        return true;
    }
    for (size_t i = 0; i < sizeof wanted->permissions / sizeof wanted->permissions[0]; i++) {
        if ((wanted->permissions[i] & ~(before->permissions[i] | giver->permissions[i])) != 0) {
            return false;
        }
    }
    for (size_t i = 0; i < wanted->scope_count; i++) {
        struct str key = wanted->scopes[i].key;
        if (!scope_within(&wanted->scopes[i].scope, rights_scope(before, key), rights_scope(giver, key))) {
            return false;
        }
    }
    return fields_within(wanted, before, giver);
}
