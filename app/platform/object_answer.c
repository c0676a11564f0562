/* Records as the API shows them. */
#include "platform/object_answer.h"

#include "platform/scope.h"

struct str object_mask(struct arena *arena, struct str text)
{
    enum { HEAD = 3, TAIL = 4, HIDDEN_MIN = 4 };
    if (str_chars(text) != text.len || text.len < TAIL + HIDDEN_MIN) {
        return STR("****");
    }
    int head = text.len < HEAD + TAIL + HIDDEN_MIN ? 0 : HEAD;
    return str_format(arena, "%.*s****%.*s", head, text.ptr, TAIL, text.ptr + text.len - TAIL);
}

static json_t *masked_json(struct arena *arena, const struct field *field, struct value value)
{
    bool is_text = value.type == VALUE_TEXT && field->type != FIELD_ENUM;
    return is_text ? json_str(object_mask(arena, value.text)) : json_null();
}

json_t *object_answer(struct request *request, const struct object *object, const struct record_row *row)
{
    json_t *record = json_keep(request->arena, json_object());
    json_t *masked = NULL;
    json_object_set_new(record, "id", json_integer(row->id));
    json_object_set_new(record, "version", json_integer(row->version));
    json_object_set_new(record, "deleted_at", json_opt_instant(request->arena, row->deleted_at));
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        const struct field *field = &object->fields[i];
        if (field->type == FIELD_OBJECT || field->type == FIELD_LIST) {
            continue;
        }
        enum field_access access = scope_field_access(request, object, field->name);
        if (access == FIELD_ACCESS_HIDDEN) {
            continue;
        }
        bool mask = access == FIELD_ACCESS_MASKED && row->values[i].type != VALUE_NULL;
        if (mask) {
            masked = masked == NULL ? json_array() : masked;
            json_array_append_new(masked, json_string(field->name));
        }
        json_object_set_new(record, field->name,
                            mask ? masked_json(request->arena, field, row->values[i])
                                 : field_json(field, row->values[i], request->arena));
        if (field->type == FIELD_REF) {
            struct value label = mask || !scope_label_is_open(request, field) ? value_null() : row->labels[i];
            json_object_set_new(record, reference_label_member(request->arena, field).ptr,
                                json_str(label.type == VALUE_TEXT ? label.text : (struct str){0}));
        }
    }
    if (masked != NULL) {
        json_object_set_new(record, "masked", masked);
    }
    return record;
}

json_t *object_option(struct request *request, const struct object *object, const struct record_row *row)
{
    struct value label = value_null();
    struct value hint = value_null();
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        const struct field *field = &object->fields[i];
        bool wanted = (field->flags & FIELD_LABEL) != 0 || (field->type == FIELD_REF && hint.type == VALUE_NULL);
        if (!wanted || scope_field_access(request, object, field->name) < FIELD_ACCESS_READ) {
            continue;
        }
        if (field->type == FIELD_REF) {
            hint = scope_label_is_open(request, field) ? row->labels[i] : hint;
        } else {
            label = row->values[i];
        }
    }
    return json_pack("{s:I,s:o,s:o}", "id", (json_int_t)row->id, "label",
                     label.type == VALUE_TEXT ? json_str(label.text) : json_null(), "hint",
                     hint.type == VALUE_TEXT ? json_str(hint.text) : json_null());
}
