/* Layouts of forms: sections of fields, kept as JSON, or derived from the fields where nobody made one. */
#include <string.h>

#include "customfield.h"
#include "customfield_rules.h"
#include "platform/audit.h"
#include "platform/scope.h"

/* What belongs into a form: fields that people fill, computed ones of administrators, and nothing nested. */
static bool is_laid_out(const struct field *field)
{
    bool shown = (field->flags & FIELD_READ_ONLY) == 0 || field->custom != NULL;
    return shown && field->type != FIELD_OBJECT && field->type != FIELD_LIST && (field->flags & FIELD_SENSITIVE) == 0;
}

static json_t *section(const char *zh, const char *en)
{
    return json_pack("{s:s,s:s,s:i,s:[]}", "title_zh", zh, "title_en", en, "columns", 2, "fields");
}

static void place(json_t *section, const struct field *field)
{
    int width = field->type == FIELD_LONG_TEXT ? 2 : 1;
    json_array_append_new(json_object_get(section, "fields"),
                          json_pack("{s:s,s:i}", "name", field->name, "width", width));
}

/* Built-in fields, then those of administrators. */
static json_t *derived(const struct object *object)
{
    json_t *basic = section("基本信息", "Basics");
    json_t *more = section("其他信息", "More");
    json_t *sections = json_array();
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if (is_laid_out(field)) {
            place(field->custom == NULL ? basic : more, field);
        }
    }
    json_array_append_new(sections, basic);
    if (json_array_size(json_object_get(more, "fields")) > 0) {
        json_array_append_new(sections, more);
    } else {
        json_decref(more);
    }
    return json_pack("{s:o,s:[]}", "sections", sections, "hidden");
}

static bool is_known(const struct object *object, const json_t *name)
{
    return json_is_string(name) && fields_find(object_fields(object), str_from(json_string_value(name))) != NULL;
}

/* Names of fields that are gone are left out; the kept layout still has them, should they come back. */
static void drop_unknown(const struct object *object, json_t *layout)
{
    size_t index;
    json_t *part;
    json_array_foreach (json_object_get(layout, "sections"), index, part) {
        json_t *fields = json_object_get(part, "fields");
        for (size_t i = json_array_size(fields); i-- > 0;) {
            if (!is_known(object, json_object_get(json_array_get(fields, i), "name"))) {
                json_array_remove(fields, i);
            }
        }
    }
    json_t *hidden = json_object_get(layout, "hidden");
    for (size_t i = json_array_size(hidden); i-- > 0;) {
        if (!is_known(object, json_array_get(hidden, i))) {
            json_array_remove(hidden, i);
        }
    }
}

/* The layout as it counts; LAYOUT_DERIVED: nobody made one. */
static enum err load(struct request *request, const struct object *object, json_t **out, int64_t *version_out)
{
    struct layout_row row = {.version = LAYOUT_DERIVED};
    enum err err = layout_store_get(request->db, request->arena, object->name, &row);
    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    json_t *kept = err == OK ? json_loadb(row.body.ptr, row.body.len, 0, NULL) : NULL;
    *version_out = row.version;
    *out = json_keep(request->arena, kept == NULL ? derived(object) : kept);
    drop_unknown(object, *out);
    return OK;
}

enum err layout_get(struct request *request, const struct object *object, json_t **out)
{
    int64_t version;
    TRY(load(request, object, out, &version));
    json_object_set_new(*out, "object", json_string(object->name));
    json_object_set_new(*out, "is_default", json_boolean(version == LAYOUT_DERIVED));
    json_object_set_new(*out, "version", json_integer(version));
    return OK;
}

/* Names that stand in a layout, each once. */
struct names {
    struct request *request;
    const struct object *object;
    json_t *seen; /* object: name → true */
};

static void take_name(struct names *names, const json_t *name, struct str path)
{
    const char *word = json_is_string(name) ? json_string_value(name) : "";
    const struct field *field = fields_find(object_fields(names->object), str_from(word));
    if (field == NULL || !is_laid_out(field)) {
        error_field(names->request->error, path, "not_an_option", "There is no such field in the form.");
    } else if (json_object_get(names->seen, word) != NULL) {
        error_field(names->request->error, path, "duplicate", "This field stands in the form already.");
    }
    json_object_set_new(names->seen, word, json_true());
}

/* A form that leaves out what must be filled could never be saved. */
static void check_hidden(struct names *names, const json_t *hidden)
{
    size_t index;
    json_t *name;
    json_array_foreach (hidden, index, name) {
        struct str path = str_format(names->request->arena, "hidden.%zu", index);
        const char *word = json_is_string(name) ? json_string_value(name) : "";
        const struct field *field = fields_find(object_fields(names->object), str_from(word));
        take_name(names, name, path);
        bool required = field != NULL &&
                        ((field->flags & FIELD_REQUIRED) != 0 || (field->custom != NULL && field->custom->required));
        if (required) {
            error_field(names->request->error, path, "required", "A field that must be filled cannot be left out.");
        }
    }
}

static enum err check(struct request *request, const struct object *object)
{
    struct names names = {request, object, json_keep(request->arena, json_object())};
    size_t s, f;
    json_t *part, *field;
    json_array_foreach (json_object_get(request->json, "sections"), s, part) {
        json_array_foreach (json_object_get(part, "fields"), f, field) {
            take_name(&names, json_object_get(field, "name"),
                      str_format(request->arena, "sections.%zu.fields.%zu.name", s, f));
        }
    }
    check_hidden(&names, json_object_get(request->json, "hidden"));
    return error_check_fields(request->error);
}

static enum err refuse(struct request *request, enum err err)
{
    return err == ERR_STALE_VERSION ? error_set(request->error, err, "%s", err_text(err)) : err;
}

enum err layout_put(struct request *request, const struct object *object)
{
    int64_t version = 0;
    int64_t before_version = 0;
    json_t *before;
    TRY(request_version(request, &version));
    TRY(check(request, object));
    TRY(load(request, object, &before, &before_version));
    const json_t *hidden = json_object_get(request->json, "hidden");
    json_t *body =
        json_keep(request->arena, json_pack("{s:O,s:o}", "sections", json_object_get(request->json, "sections"),
                                            "hidden", hidden == NULL ? json_array() : json_deep_copy(hidden)));
    TRY(refuse(request, layout_store_save(request, object->name, json_write(request->arena, body), version)));
    json_t *changes = json_keep(request->arena, json_pack("{s:[O,O]}", object->name, before, body));
    return audit_write(request, "layout", 0, "update", version + 1, changes, (struct str){0});
}

enum err layout_delete(struct request *request, const struct object *object)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(refuse(request, layout_store_remove(request, object->name, version)));
    json_t *changes = json_keep(request->arena, json_pack("{s:[s,n]}", "object", object->name));
    return audit_write(request, "layout", 0, "delete", 0, changes, (struct str){0});
}

static bool is_hidden(const struct request *request, const struct object *object, const json_t *name)
{
    return scope_field_access(request, object, json_string_value(name)) == FIELD_ACCESS_HIDDEN;
}

/* What a role may not see is not named to it either. */
static void drop_hidden(const struct request *request, const struct object *object, json_t *layout)
{
    size_t index;
    json_t *part;
    json_array_foreach (json_object_get(layout, "sections"), index, part) {
        json_t *fields = json_object_get(part, "fields");
        for (size_t i = json_array_size(fields); i-- > 0;) {
            if (is_hidden(request, object, json_object_get(json_array_get(fields, i), "name"))) {
                json_array_remove(fields, i);
            }
        }
    }
    json_t *hidden = json_object_get(layout, "hidden");
    for (size_t i = json_array_size(hidden); i-- > 0;) {
        if (is_hidden(request, object, json_array_get(hidden, i))) {
            json_array_remove(hidden, i);
        }
    }
}

enum err layout_meta(struct request *request, const struct object *object, json_t **out)
{
    int64_t version;
    size_t index;
    json_t *part;
    bool chinese = request_in_chinese(request);
    TRY(load(request, object, out, &version));
    drop_hidden(request, object, *out);
    json_object_set_new(*out, "is_default", json_boolean(version == LAYOUT_DERIVED));
    json_array_foreach (json_object_get(*out, "sections"), index, part) {
        json_object_set(part, "title", json_object_get(part, chinese ? "title_zh" : "title_en"));
        json_object_del(part, "title_zh");
        json_object_del(part, "title_en");
    }
    return OK;
}
