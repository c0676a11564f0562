/* The registry of objects and what can be asked of their tables of fields. */
#include "platform/object.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct object **all_objects;
static size_t object_count;

const struct object *const *objects_all(size_t *count_out)
{
    if (object_count == 0) {
        for (size_t f = 0; f < FEATURE_COUNT; f++) {
            for (const struct object *const *o = FEATURES[f]->objects; o != NULL && *o != NULL; o++) {
                all_objects = realloc(all_objects, (object_count + 1) * sizeof(*all_objects));
                assert(all_objects != NULL);
                all_objects[object_count++] = *o;
            }
        }
    }
    *count_out = object_count;
    return all_objects;
}

const struct object *object_find(const char *name)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(objects[i]->name, name) == 0) {
            return objects[i];
        }
    }
    return NULL;
}

size_t object_field(const struct object *object, const char *name)
{
    const struct field *fields = object_fields(object);
    size_t index = 0;
    while (fields[index].name != NULL && strcmp(fields[index].name, name) != 0) {
        index++;
    }
    assert(fields[index].name != NULL);
    return index;
}

const struct field *object_label(const struct object *object)
{
    const struct field *field = object_fields(object);
    while (field->name != NULL && (field->flags & FIELD_LABEL) == 0) {
        field++;
    }
    assert(field->name != NULL);
    return field;
}

struct reference reference_find(const char *name)
{
    static const struct {
        const char *name;
        struct reference reference;
    } tables[] = {
        {"region", {"region", "full_name", NULL, false, true}},
        {"pipeline", {"pipeline", "name", NULL, true, true}},
        {"stage", {"stage", "name", NULL, true, true}},
        {"close_reason", {"close_reason", "name", NULL, true, true}},
        {"role", {"role", "name", NULL, false, false}},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i].name, name) == 0) {
            return tables[i].reference;
        }
    }
    const struct object *object = object_find(name);
    assert(object != NULL);
    return (struct reference){object->table, object_label(object)->name, object, true,
                              (object->flags & OBJECT_NAMES_KEPT) != 0};
}

struct str reference_label_member(struct arena *arena, const struct field *field)
{
    struct str name = str_from(field->name);
    assert(str_ends(name, STR("_id")));
    return str_format(arena, "%.*s_name", (int)name.len - 3, name.ptr);
}

struct str tags_label_member(struct arena *arena, const struct field *field)
{
    struct str name = str_from(field->name);
    assert(str_ends(name, STR("_ids")));
    return str_format(arena, "%.*s_names", (int)name.len - 4, name.ptr);
}

struct value change_after(const struct record_change *change, const char *name)
{
    return change->after[object_field(change->object, name)];
}

struct value change_before(const struct record_change *change, const char *name)
{
    return change->before == NULL ? value_null() : change->before[object_field(change->object, name)];
}

void change_set(struct record_change *change, const char *name, struct value value)
{
    change->after[object_field(change->object, name)] = value;
}

bool change_differs(const struct record_change *change, const char *name)
{
    return !value_eq(change_before(change, name), change_after(change, name));
}
