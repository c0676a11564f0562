/* What names a field: before it is deleted. */
#include <string.h>

#include "customfield_rules.h"

/* Whether a formula of `object` is computed from the field. */
static bool names_field(const struct object *object, const struct formula *formula, const struct object *of,
                        const char *name)
{
    struct formula_scope scope = {object, object_fields(object)};
    for (size_t i = 0; formula != NULL && i < formula->name_count; i++) {
        const struct field *reference;
        const struct field *field = custom_name_field(&scope, formula->names[i], &reference);
        bool same = field != NULL && strcmp(field->name, name) == 0 &&
                    (reference == NULL ? object : object_find(reference->ref)) == of;
        bool leads = reference != NULL && object == of && strcmp(reference->name, name) == 0;
        if (same || leads) {
            return true;
        }
    }
    return false;
}

static bool rolls_up(const struct rollup *rollup, const struct object *of, const char *name, struct str quoted)
{
    return rollup != NULL && rollup->object == of &&
           (strcmp(rollup->via, name) == 0 || (rollup->field != NULL && strcmp(rollup->field, name) == 0) ||
            str_find(rollup->filter, quoted) != SIZE_MAX);
}

/* How a custom field is tied to the one in question, or NULL. */
static const char *tie(struct arena *arena, const struct object *object, const struct custom_field *custom,
                       const struct object *of, const char *name)
{
    struct str quoted = str_format(arena, "\"%s\"", name);
    bool condition = object == of && (str_find(custom->visible_if, quoted) != SIZE_MAX ||
                                      str_find(custom->readonly_if, quoted) != SIZE_MAX);
    return names_field(object, custom->formula, of, name) ? "formula"
           : rolls_up(custom->rollup, of, name, quoted)   ? "rollup"
           : condition                                    ? "condition"
                                                          : NULL;
}

static json_t *tied_fields(struct request *request, const struct definition *definition, const char *name)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    json_t *list = json_array();
    bool chinese = request_in_chinese(request);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = object_fields(objects[i]);
        for (; field->name != NULL && object_is_customizable(objects[i]); field++) {
            bool own = objects[i] == definition->object && strcmp(field->name, name) == 0;
            const char *how = field->custom == NULL || own
                                  ? NULL
                                  : tie(request->arena, objects[i], field->custom, definition->object, name);
            if (how != NULL) {
                json_array_append_new(list,
                                      json_pack("{s:I,s:s,s:s,s:s}", "id", (json_int_t)field->custom->id, "name",
                                                field->name, "label", chinese ? field->zh : field->en, "how", how));
            }
        }
    }
    return list;
}

static void add_mention(json_t *impact, const struct mention *mention)
{
    json_t *named = json_pack("{s:I,s:o}", "id", (json_int_t)mention->id, "name", json_str(mention->name));
    if (str_eq_c(mention->kind, "layout")) {
        json_array_append_new(json_object_get(impact, "layouts"),
                              json_pack("{s:o}", "object", json_str(mention->name)));
        json_decref(named);
    } else if (str_eq_c(mention->kind, "view")) {
        json_array_append_new(json_object_get(impact, "views"), named);
    } else if (str_eq_c(mention->kind, "role")) {
        json_array_append_new(json_object_get(impact, "roles"), named);
    } else if (str_eq_c(mention->kind, "gate")) {
        json_array_append_new(json_object_get(impact, "gates"),
                              json_pack("{s:I,s:o,s:I,s:o}", "pipeline_id", (json_int_t)mention->parent_id,
                                        "pipeline_name", json_opt_str(mention->parent), "stage_id",
                                        (json_int_t)mention->id, "stage_name", json_str(mention->name)));
        json_decref(named);
    } else {
        json_object_set_new(named, "kind", json_str(mention->kind));
        json_array_append_new(json_object_get(impact, "rules"), named);
    }
}

static bool is_empty(const json_t *impact, const char *name)
{
    return json_array_size(json_object_get(impact, name)) == 0;
}

enum err definition_impact(struct request *request, const struct definition *definition, bool *can_delete_out,
                           json_t **out)
{
    struct mention *mentions;
    size_t count;
    struct field field;
    int64_t records = 0;
    char *name = str_c(request->arena, definition->row.name);
    definition_field(request, definition, &field);
    TRY(field_store_count(request->db, request->arena, definition->object, &field, (struct str){0}, &records));
    TRY(field_store_mentions(request->db, request->arena, definition->row.object, definition->row.name, &mentions,
                             &count));
    json_t *impact = json_keep(request->arena, json_pack("{s:I,s:[],s:[],s:[],s:[],s:[],s:o}", "records",
                                                         (json_int_t)records, "views", "layouts", "roles", "gates",
                                                         "rules", "fields", tied_fields(request, definition, name)));
    for (size_t i = 0; i < count; i++) {
        add_mention(impact, &mentions[i]);
    }
    *can_delete_out = is_empty(impact, "gates") && is_empty(impact, "rules") && is_empty(impact, "fields");
    json_object_set_new(impact, "can_delete", json_boolean(*can_delete_out));
    *out = impact;
    return OK;
}
