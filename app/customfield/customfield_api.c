/* Routes of custom fields, formulas and layouts. Those that change columns run without the dispatcher's transaction:
 * DDL would end it. */
#include "customfield.h"
#include "customfield_rules.h"
#include "platform/job.h"

static enum err refuse_object(struct request *request)
{
    error_field(request->error, STR("object"), "not_an_option",
                "There is no such kind of record, or it takes no fields.");
    return error_check_fields(request->error);
}

/* ---- kinds ---- */

static json_t *settings_json(const char *settings)
{
    struct str rest = str_trim(str_from(settings));
    struct str word;
    json_t *list = json_array();
    while (str_cut(&rest, ' ', &word)) {
        if (word.len > 0) {
            json_array_append_new(list, json_str(word));
        }
    }
    return list;
}

static enum err list_kinds(struct request *request, struct response *response)
{
    bool chinese = request_in_chinese(request);
    size_t count;
    const struct object *const *objects = objects_all(&count);
    json_t *kinds = json_array();
    json_t *list = json_array();
    for (int i = 0; i < CUSTOM_KINDS; i++) {
        const struct custom_type *type = &CUSTOM_TYPES[i];
        json_array_append_new(kinds, json_pack("{s:s,s:s,s:s,s:s,s:o}", "kind", type->word, "label",
                                               chinese ? type->zh : type->en, "type", field_type_word(type->type),
                                               "suffix", type->suffix, "settings", settings_json(type->settings)));
    }
    for (size_t i = 0; i < count; i++) {
        if (object_is_customizable(objects[i])) {
            json_array_append_new(list, json_pack("{s:s,s:s}", "name", objects[i]->name, "label",
                                                  chinese ? objects[i]->zh : objects[i]->en));
        }
    }
    response->json = json_keep(request->arena, json_pack("{s:o,s:o}", "objects", list, "kinds", kinds));
    return OK;
}

/* ---- definitions ---- */

static enum err list_fields(struct request *request, struct response *response)
{
    struct definition *definitions;
    size_t count;
    struct str object = request_query(request, "object");
    json_t *items = json_keep(request->arena, json_array());
    const struct object *wanted = object_find(str_c(request->arena, object));
    if (object.len > 0 && (wanted == NULL || !object_is_customizable(wanted))) {
        return refuse_object(request);
    }
    TRY(definition_list(request, object, request_query(request, "deleted").len > 0, &definitions, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, definition_json(request, &definitions[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err answer(struct request *request, struct response *response, int64_t id)
{
    struct definition definition;
    TRY(definition_load(request, id, false, &definition));
    response->json = json_keep(request->arena, definition_json(request, &definition));
    return OK;
}

static enum err get_field(struct request *request, struct response *response)
{
    return answer(request, response, request->params[0]);
}

static enum err create_field(struct request *request, struct response *response)
{
    struct definition definition = {.options = NULL};
    definition.row = (struct custom_row){.object = json_get_str(request->json, "object"),
                                         .kind = json_get_str(request->json, "kind"),
                                         .is_stored = true,
                                         .index_state = STR("none")};
    definition.object = object_find(str_c(request->arena, definition.row.object));
    if (definition.object == NULL || !object_is_customizable(definition.object)) {
        return refuse_object(request);
    }
    if (!custom_kind_find(definition.row.kind, &definition.kind)) {
        error_field(request->error, STR("kind"), "not_an_option", "There is no such kind of field.");
        return error_check_fields(request->error);
    }
    TRY(definition_read(request, true, &definition));
    TRY(definition_name(request, &definition));
    TRY(definition_create(request, &definition));
    response->status = 201;
    return answer(request, response, definition.row.id);
}

static enum err update_field(struct request *request, struct response *response)
{
    struct definition before;
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(definition_load(request, request->params[0], false, &before));
    if (before.row.deleted_at.set) {
        return error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
    }
    if (before.row.version != version) {
        return error_set(request->error, ERR_STALE_VERSION, "%s", err_text(ERR_STALE_VERSION));
    }
    struct definition definition = before;
    TRY(definition_read(request, false, &definition));
    TRY(definition_update(request, &before, &definition));
    return answer(request, response, before.row.id);
}

static enum err delete_field(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    response->status = 204;
    return definition_delete(request, request->params[0], version);
}

static enum err restore_field(struct request *request, struct response *response)
{
    TRY(definition_restore(request, request->params[0]));
    return answer(request, response, request->params[0]);
}

static enum err purge_field(struct request *request, struct response *response)
{
    response->status = 204;
    return definition_purge(request, request->params[0]);
}

static enum err get_impact(struct request *request, struct response *response)
{
    struct definition definition;
    bool can_delete;
    TRY(definition_load(request, request->params[0], false, &definition));
    return definition_impact(request, &definition, &can_delete, &response->json);
}

static enum err check_formula(struct request *request, struct response *response)
{
    return formula_check(request, &response->json);
}

/* ---- layouts ---- */

static enum err layout_object(struct request *request, const struct object **out)
{
    *out = object_find(str_c(request->arena, request->text_params[0]));
    return *out == NULL || !object_is_customizable(*out)
               ? error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND))
               : OK;
}

static enum err get_layout(struct request *request, struct response *response)
{
    const struct object *object;
    TRY(layout_object(request, &object));
    return layout_get(request, object, &response->json);
}

static enum err put_layout(struct request *request, struct response *response)
{
    const struct object *object;
    TRY(layout_object(request, &object));
    TRY(layout_put(request, object));
    return layout_get(request, object, &response->json);
}

static enum err delete_layout(struct request *request, struct response *response)
{
    const struct object *object;
    TRY(layout_object(request, &object));
    response->status = 204;
    return layout_delete(request, object);
}

/* ---- tables of what the routes take and give ---- */

static const struct option ONE[] = {{"1", "是", "yes"}, {NULL, NULL, NULL}};
static const struct field LIST_QUERY[] = {
    {.name = "object", .type = FIELD_TEXT, .about = "of this kind of record; all unless given"},
    {.name = "deleted", .type = FIELD_ENUM, .options = ONE, .about = "1: those that were deleted"},
    FIELD_END,
};
static const struct field OPTION_BODY[] = {
    {.name = "value", .type = FIELD_TEXT, .max = 32, .about = "never changes; made from the name unless given"},
    {.name = "label_zh", .type = FIELD_TEXT, .max = 60, .flags = FIELD_REQUIRED, .about = "Chinese name"},
    {.name = "label_en", .type = FIELD_TEXT, .max = 60, .about = "English name"},
    {.name = "is_active", .type = FIELD_BOOL, .about = "may be chosen"},
    FIELD_END,
};
static const struct field OPTION_ANSWER[] = {
    {.name = "value", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "in records"},
    {.name = "label_zh", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "Chinese name"},
    {.name = "label_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "English name"},
    {.name = "is_active", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "may be chosen"},
    FIELD_END,
};
#define SETTINGS                                                                                                       \
    {.name = "label_en", .type = FIELD_TEXT, .max = 60, .about = "English name"},                                      \
        {.name = "help_zh", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "what to fill in"},      \
        {.name = "help_en", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "the same in English"},  \
        {.name = "is_required", .type = FIELD_BOOL, .about = "asked where it is visible"},                             \
        {.name = "is_unique", .type = FIELD_BOOL, .about = "no two records have the same"},                            \
        {.name = "is_indexed", .type = FIELD_BOOL, .about = "lists filter and sort by it quickly"},                    \
        {.name = "default", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "of new records; today, now, me"},   \
        {.name = "min", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "smallest value"},                       \
        {.name = "max", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "largest value"},                        \
        {.name = "max_length",                                                                                         \
         .type = FIELD_INT,                                                                                            \
         .min = 1,                                                                                                     \
         .max = 10000,                                                                                                 \
         .flags = FIELD_NULLABLE,                                                                                      \
         .about = "characters of a text"},                                                                             \
        {.name = "pattern",                                                                                            \
         .type = FIELD_TEXT,                                                                                           \
         .max = 300,                                                                                                   \
         .flags = FIELD_NULLABLE,                                                                                      \
         .about = "what a text must match"},                                                                           \
        {.name = "visible_if", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "filter over the record"},        \
        {.name = "readonly_if", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "filter over the record"},       \
        {.name = "options",                                                                                            \
         .type = FIELD_LIST,                                                                                           \
         .fields = OPTION_BODY,                                                                                        \
         .max = CUSTOM_OPTIONS_MAX,                                                                                    \
         .flags = FIELD_NULLABLE,                                                                                      \
         .about = "what may be chosen, in order"},                                                                     \
        {.name = "formula",                                                                                            \
         .type = FIELD_LONG_TEXT,                                                                                      \
         .max = 2000,                                                                                                  \
         .flags = FIELD_NULLABLE,                                                                                      \
         .about = "see docs/formulas.md"},                                                                             \
        {.name = "rollup", .type = FIELD_JSON, .about = "object, via, function, field, filter"},                       \
        {.name = "number_pattern",                                                                                     \
         .type = FIELD_TEXT,                                                                                           \
         .max = 60,                                                                                                    \
         .flags = FIELD_NULLABLE,                                                                                      \
         .about = "like KH{YYYY}-{0000}"},                                                                             \
        {.name = "restarts", .type = FIELD_TEXT, .max = 10, .flags = FIELD_NULLABLE, .about = "month year never"},     \
        {.name = "in_list", .type = FIELD_BOOL, .about = "a default column"},                                          \
        {.name = "is_maskable", .type = FIELD_BOOL, .about = "roles may see it shortened"},                            \
    {                                                                                                                  \
        .name = "sort_order", .type = FIELD_INT, .min = 0, .max = 100000, .about = "place among the custom fields"     \
    }
static const struct field CREATE_BODY[] = {
    {.name = "object", .type = FIELD_TEXT, .max = 40, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "kind", .type = FIELD_TEXT, .max = 20, .flags = FIELD_REQUIRED, .about = "see GET /custom-fields/kinds"},
    {.name = "label_zh", .type = FIELD_TEXT, .max = 60, .flags = FIELD_REQUIRED, .about = "Chinese name"},
    {.name = "code",
     .type = FIELD_TEXT,
     .max = 30,
     .flags = FIELD_NULLABLE,
     .about = "of the name; from the label unless given"},
    {.name = "scale",
     .type = FIELD_INT,
     .min = 0,
     .max = 6,
     .flags = FIELD_NULLABLE,
     .about = "digits behind the point"},
    {.name = "ref", .type = FIELD_TEXT, .max = 40, .flags = FIELD_NULLABLE, .about = "kind of record it leads to"},
    {.name = "result", .type = FIELD_TEXT, .max = 10, .flags = FIELD_NULLABLE, .about = "kind of what a formula gives"},
    SETTINGS,
    FIELD_END,
};
static const struct field UPDATE_BODY[] = {
    {.name = "label_zh", .type = FIELD_TEXT, .max = 60, .about = "Chinese name"},
    {.name = "version", .type = FIELD_INT, .about = "it was made from"},
    SETTINGS,
    FIELD_END,
};
#undef SETTINGS
#define TEXT_OR_NULL(name_, about_)                                                                                    \
    {                                                                                                                  \
        .name = name_, .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = about_                   \
    }
#define INT_OR_NULL(name_, about_)                                                                                     \
    {                                                                                                                  \
        .name = name_, .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = about_                    \
    }
#define FLAG(name_, about_)                                                                                            \
    {                                                                                                                  \
        .name = name_, .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = about_                                    \
    }
static const struct field FIELD_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "definition"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "member of records; never changes"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "see GET /custom-fields/kinds"},
    {.name = "label_zh", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "Chinese name"},
    {.name = "label_en", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "English name"},
    TEXT_OR_NULL("help_zh", "what to fill in"),
    TEXT_OR_NULL("help_en", "the same in English"),
    FLAG("is_required", "asked where it is visible"),
    FLAG("is_unique", "no two records have the same"),
    FLAG("is_indexed", "has, or shall have, an index"),
    {.name = "index_state", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "none building ready failed"},
    {.name = "default", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "of new records, or null"},
    {.name = "min", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "smallest value, or null"},
    {.name = "max", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "largest value, or null"},
    INT_OR_NULL("scale", "digits behind the point"),
    INT_OR_NULL("max_length", "characters"),
    TEXT_OR_NULL("pattern", "what a text must match"),
    {.name = "visible_if", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "filter, or null"},
    {.name = "readonly_if", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "filter, or null"},
    {.name = "options",
     .type = FIELD_LIST,
     .fields = OPTION_ANSWER,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "in order"},
    TEXT_OR_NULL("ref", "kind of record it leads to"),
    TEXT_OR_NULL("formula", "see docs/formulas.md"),
    TEXT_OR_NULL("result", "kind of what a formula gives"),
    {.name = "rollup", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "what is counted, or null"},
    FLAG("is_stored", "has a column; else computed when read"),
    TEXT_OR_NULL("number_pattern", "of serial numbers"),
    TEXT_OR_NULL("restarts", "month year never"),
    FLAG("in_list", "a default column"),
    FLAG("is_maskable", "roles may see it shortened"),
    {.name = "sort_order", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "place among the custom fields"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when added"},
    {.name = "updated_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "last change"},
    {.name = "deleted_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "since when"},
    INT_OR_NULL("job_id", "the last job about its index"),
    FIELD_END,
};
#undef TEXT_OR_NULL
#undef INT_OR_NULL
#undef FLAG
static const struct field FIELDS_ANSWER[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .fields = FIELD_ANSWER,
     .flags = FIELD_REQUIRED,
     .about = "by kind, in order"},
    FIELD_END,
};
static const struct field NAMED[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "in the user's language"},
    FIELD_END,
};
static const struct field KIND[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "word"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "in the user's language"},
    {.name = "type", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as in GET /meta"},
    {.name = "suffix", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "names end so"},
    {.name = "settings", .type = FIELD_LIST, .item = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "what counts"},
    FIELD_END,
};
static const struct field KINDS_ANSWER[] = {
    {.name = "objects", .type = FIELD_LIST, .fields = NAMED, .flags = FIELD_REQUIRED, .about = "that take fields"},
    {.name = "kinds", .type = FIELD_LIST, .fields = KIND, .flags = FIELD_REQUIRED, .about = "of fields"},
    FIELD_END,
};
static const struct field PURGE_BODY[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 60, .about = "of the field, typed again"},
    FIELD_END,
};
static const struct field IMPACT_ANSWER[] = {
    {.name = "records", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "that hold a value"},
    {.name = "views", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .about = "id, name"},
    {.name = "layouts", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .about = "object"},
    {.name = "roles", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .about = "id, name"},
    {.name = "gates", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .about = "pipeline and stage"},
    {.name = "rules", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .about = "kind, id, name"},
    {.name = "fields", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .about = "id, name, label, how"},
    {.name = "can_delete", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "nothing would break"},
    FIELD_END,
};
static const struct field CHECK_BODY[] = {
    {.name = "object", .type = FIELD_TEXT, .max = 40, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "expression", .type = FIELD_LONG_TEXT, .max = 2000, .flags = FIELD_REQUIRED, .about = "the formula"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_NULLABLE, .about = "try it on this one"},
    FIELD_END,
};
static const struct field FAULT[] = {
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "stable word"},
    {.name = "message", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "English sentence"},
    {.name = "position", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "in characters"},
    {.name = "length", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "in characters"},
    FIELD_END,
};
static const struct field CHECK_ANSWER[] = {
    {.name = "ok", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "it is a formula"},
    {.name = "type", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "number text date boolean"},
    {.name = "is_stored", .type = FIELD_BOOL, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "would have a column"},
    {.name = "names",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "fields it is made from"},
    {.name = "value", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "of the record"},
    {.name = "value_fault", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "why there is none"},
    {.name = "fault",
     .type = FIELD_OBJECT,
     .fields = FAULT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "why it is none"},
    FIELD_END,
};
static const struct field PLACE[] = {
    {.name = "name", .type = FIELD_TEXT, .max = 60, .flags = FIELD_REQUIRED, .about = "of the field"},
    {.name = "width", .type = FIELD_INT, .min = 1, .max = 2, .flags = FIELD_REQUIRED, .about = "columns it takes"},
    FIELD_END,
};
static const struct field SECTION[] = {
    {.name = "title_zh", .type = FIELD_TEXT, .max = 60, .flags = FIELD_REQUIRED, .about = "Chinese heading"},
    {.name = "title_en", .type = FIELD_TEXT, .max = 60, .flags = FIELD_REQUIRED, .about = "English heading"},
    {.name = "columns", .type = FIELD_INT, .min = 1, .max = 2, .flags = FIELD_REQUIRED, .about = "1 or 2"},
    {.name = "fields",
     .type = FIELD_LIST,
     .fields = PLACE,
     .max = 400,
     .flags = FIELD_REQUIRED | FIELD_MAY_BE_EMPTY,
     .about = "in order"},
    FIELD_END,
};
static const struct field LAYOUT_BODY[] = {
    {.name = "sections",
     .type = FIELD_LIST,
     .fields = SECTION,
     .max = 40,
     .flags = FIELD_REQUIRED,
     .about = "in order"},
    {.name = "hidden", .type = FIELD_LIST, .item = FIELD_TEXT, .max = 400, .about = "fields left out of forms"},
    {.name = "version", .type = FIELD_INT, .about = "it was made from"},
    FIELD_END,
};
static const struct field LAYOUT_ANSWER[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "is_default", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "derived from the fields"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match; 1: the default"},
    {.name = "sections", .type = FIELD_LIST, .fields = SECTION, .flags = FIELD_REQUIRED, .about = "in order"},
    {.name = "hidden", .type = FIELD_LIST, .item = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "left out of forms"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/custom-fields/kinds", "custom_field.kinds", PERM_CUSTOM_FIELD_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     KINDS_ANSWER, list_kinds, NULL, "Kinds of fields, and the records that take them."},
    {"GET", "/custom-fields", "custom_field.list", PERM_CUSTOM_FIELD_EDIT, 0, RECORDS_NONE, NULL, LIST_QUERY, NULL,
     FIELDS_ANSWER, list_fields, NULL, "Fields that administrators added."},
    {"POST", "/custom-fields", "custom_field.create", PERM_CUSTOM_FIELD_EDIT, ROUTE_NO_TX, RECORDS_NONE, NULL, NULL,
     CREATE_BODY, FIELD_ANSWER, create_field, NULL, "Adds a field to a kind of record."},
    {"GET", "/custom-fields/{id}", "custom_field.get", PERM_CUSTOM_FIELD_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     FIELD_ANSWER, get_field, NULL, "One field."},
    {"PUT", "/custom-fields/{id}", "custom_field.update", PERM_CUSTOM_FIELD_EDIT, ROUTE_NO_TX | ROUTE_VERSION,
     RECORDS_NONE, NULL, NULL, UPDATE_BODY, FIELD_ANSWER, update_field, NULL, "Changes what is named; the rest stays."},
    {"DELETE", "/custom-fields/{id}", "custom_field.delete", PERM_CUSTOM_FIELD_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL,
     NULL, NULL, NULL, delete_field, NULL, "Takes a field away; its values stay until it is purged."},
    {"POST", "/custom-fields/{id}/restore", "custom_field.restore", PERM_CUSTOM_FIELD_EDIT, 0, RECORDS_NONE, NULL, NULL,
     NULL, FIELD_ANSWER, restore_field, NULL, "Brings a deleted field back with its values."},
    {"POST", "/custom-fields/{id}/purge", "custom_field.purge", PERM_CUSTOM_FIELD_EDIT, ROUTE_NO_TX, RECORDS_NONE, NULL,
     NULL, PURGE_BODY, NULL, purge_field, NULL, "Removes a deleted field and all its values for good."},
    {"GET", "/custom-fields/{id}/impact", "custom_field.impact", PERM_CUSTOM_FIELD_EDIT, 0, RECORDS_NONE, NULL, NULL,
     NULL, IMPACT_ANSWER, get_impact, NULL, "What names a field, and how many records hold a value."},
    {"POST", "/formulas/check", "formula.check", PERM_CUSTOM_FIELD_EDIT, 0, RECORDS_NONE, NULL, NULL, CHECK_BODY,
     CHECK_ANSWER, check_formula, NULL, "Tries a formula out."},
    {"GET", "/layouts/{object:word}", "layout.get", PERM_CUSTOM_FIELD_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     LAYOUT_ANSWER, get_layout, NULL, "How the forms of a kind of record are laid out."},
    {"PUT", "/layouts/{object:word}", "layout.update", PERM_CUSTOM_FIELD_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL, NULL,
     LAYOUT_BODY, LAYOUT_ANSWER, put_layout, NULL, "Lays the forms out anew."},
    {"DELETE", "/layouts/{object:word}", "layout.delete", PERM_CUSTOM_FIELD_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL,
     NULL, NULL, NULL, delete_layout, NULL, "Goes back to the layout derived from the fields."},
    {0},
};
static const struct job_kind JOB_KINDS[] = {{"custom_field.index", index_run, NULL, 0}, {0}};

const struct feature CUSTOMFIELD_FEATURE = {
    .name = "customfield", .routes = ROUTES, .job_kinds = JOB_KINDS, .examine = customfield_examine};
