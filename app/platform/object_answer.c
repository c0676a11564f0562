/* Records as the API shows them. */
#include "platform/object_answer.h"

#include <assert.h>

#include "platform/scope.h"

enum err object_closings_load(struct request *request, const struct object *object, bool many)
{
    struct field_closing *items = NULL;
    size_t count = 0;
    if (object->closings == NULL) {
        return OK;
    }
    TRY(object->closings(request, many, &items, &count));
    struct closings *closings = ARENA_NEW(request->arena, struct closings);
    *closings = (struct closings){object, items, count};
    request->closings = closings;
    return OK;
}

/* The narrowest access that holds in `place`, or, without one, in any. */
static enum field_access narrow_access(const struct request *request, const struct object *object, const int64_t *place,
                                       const char *field)
{
    enum field_access access = scope_field_access(request, object, field);
    if (object->closings == NULL) {
        return access;
    }
    const struct closings *closings = request->closings;
    assert(closings != NULL && closings->object == object);
    for (size_t i = 0; i < closings->count; i++) {
        const struct field_closing *closing = &closings->items[i];
        bool holds = str_eq_c(closing->field, field) && (place == NULL || closing->place == *place);
        access = holds && closing->access < access ? closing->access : access;
    }
    return access;
}

enum field_access object_row_access(const struct request *request, const struct object *object,
                                    const struct record_row *row, const char *field)
{
    if (object->closings == NULL) {
        return scope_field_access(request, object, field);
    }
    int64_t place = row->values[object_field(object, object->place_column)].integer;
    return narrow_access(request, object, &place, field);
}

enum field_access object_any_access(const struct request *request, const struct object *object, const char *field)
{
    return narrow_access(request, object, NULL, field);
}

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
    if (field_is_set(field) || field->type == FIELD_CHOICES) {
        return json_array();
    }
    return is_text ? json_str(object_mask(arena, value.text)) : json_null();
}

static json_t *lines_json(struct value lines)
{
    json_t *list = json_array();
    struct str rest = lines.type == VALUE_TEXT ? lines.text : (struct str){0};
    struct str line;
    while (str_cut(&rest, '\n', &line)) {
        json_array_append_new(list, json_str(line));
    }
    return list;
}

json_t *object_answer(struct request *request, const struct object *object, const struct record_row *row)
{
    json_t *record = json_keep(request->arena, json_object());
    json_t *masked = NULL;
    json_object_set_new(record, "id", json_integer(row->id));
    json_object_set_new(record, "version", json_integer(row->version));
    json_object_set_new(record, "deleted_at", json_opt_instant(request->arena, row->deleted_at));
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        if (field->type == FIELD_OBJECT || field->type == FIELD_LIST) {
            continue;
        }
        enum field_access access = object_row_access(request, object, row, field->name);
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
        if (field_is_set(field)) {
            json_object_set_new(record, tags_label_member(request->arena, field).ptr,
                                lines_json(mask ? value_null() : row->labels[i]));
        }
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

/* ---- many records ---- */

/* One member of every record of a list, as far as it is the same for all of one place. */
struct member {
    size_t index;              /* of the field */
    const struct field *field; /* which */
    bool masked;               /* is shown shortened */
    struct str name;           /* ,"name": */
    struct str label_name;     /* ,"owner_name": behind a reference */
    bool label_open;           /* the name behind it may be seen */
};

static struct str quoted_name(struct arena *arena, struct str name)
{
    return str_format(arena, ",\"%.*s\":", STR_ARG(name));
}

/* The members that the user may see in rows like this; their number. */
static size_t choose_members(struct request *request, const struct object *object, const struct record_row *row,
                             struct member *members)
{
    size_t count = 0;
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        enum field_access access = object_row_access(request, object, row, field->name);
        if (field->type == FIELD_OBJECT || field->type == FIELD_LIST || access == FIELD_ACCESS_HIDDEN) {
            continue;
        }
        struct member *member = &members[count++];
        *member = (struct member){.index = i,
                                  .field = field,
                                  .masked = access == FIELD_ACCESS_MASKED,
                                  .name = quoted_name(request->arena, str_from(field->name))};
        if (field->type == FIELD_REF) {
            member->label_name = quoted_name(request->arena, reference_label_member(request->arena, field));
            member->label_open = scope_label_is_open(request, field);
        } else if (field_is_set(field)) {
            member->label_name = quoted_name(request->arena, tags_label_member(request->arena, field));
            member->label_open = true;
        }
    }
    return count;
}

static void write_json(struct request *request, struct buf *out, json_t *json)
{
    buf_add(out, json_write(request->arena, json_keep(request->arena, json)));
}

static void write_value(struct request *request, struct buf *out, const struct field *field, struct value value)
{
    if (field_is_set(field)) {
        buf_format(out, "[%.*s]", STR_ARG(value.type == VALUE_TEXT ? value.text : STR("")));
        return;
    }
    if (field->type == FIELD_CHOICES || (field->type == FIELD_DECIMAL && value.type == VALUE_INT)) {
        write_json(request, out, field_json(field, value, request->arena));
        return;
    }
    switch (value.type) {
    case VALUE_NULL:
        buf_add(out, STR("null"));
        return;
    case VALUE_INT:
        if (field->type == FIELD_BOOL) {
            buf_add_c(out, value.integer != 0 ? "true" : "false");
        } else {
            json_write_int(out, value.integer);
        }
        return;
    case VALUE_TEXT:
        if (field->type == FIELD_JSON) {
            write_json(request, out, field_json(field, value, request->arena));
        } else {
            json_write_str(request->arena, out, value.text);
        }
        return;
    case VALUE_DATE:
        json_write_str(request->arena, out, date_format(request->arena, value.date));
        return;
    case VALUE_INSTANT:
        json_write_str(request->arena, out, instant_format(request->arena, value.instant));
        return;
    }
}

static void write_label(struct request *request, struct buf *out, const struct field *field, struct value label)
{
    if (field_is_set(field) && label.type == VALUE_NULL) {
        buf_add(out, STR("[]"));
        return;
    }
    if (field_is_set(field)) {
        write_json(request, out, lines_json(label));
        return;
    }
    if (label.type == VALUE_TEXT) {
        json_write_str(request->arena, out, label.text);
    } else {
        buf_add(out, STR("null"));
    }
}

static void write_record(struct request *request, struct buf *out, const struct record_row *row,
                         const struct member *members, size_t count)
{
    struct buf masked;
    buf_init(&masked, request->arena);
    buf_add(out, STR("{\"id\":"));
    json_write_int(out, row->id);
    buf_add(out, STR(",\"version\":"));
    json_write_int(out, row->version);
    buf_add(out, STR(",\"deleted_at\":"));
    json_write_str(request->arena, out,
                   row->deleted_at.set ? instant_format(request->arena, row->deleted_at.value) : (struct str){0});
    for (size_t i = 0; i < count; i++) {
        const struct member *member = &members[i];
        struct value value = row->values[member->index];
        bool mask = member->masked && value.type != VALUE_NULL;
        buf_add(out, member->name);
        if (mask) {
            buf_format(&masked, "%s\"%s\"", masked.len == 0 ? "" : ",", member->field->name);
            write_json(request, out, masked_json(request->arena, member->field, value));
        } else {
            write_value(request, out, member->field, value);
        }
        if (member->label_name.len > 0) {
            buf_add(out, member->label_name);
            write_label(request, out, member->field,
                        mask || !member->label_open ? value_null() : row->labels[member->index]);
        }
    }
    if (masked.len > 0) {
        buf_add(out, STR(",\"masked\":["));
        buf_add(out, buf_str(&masked));
        buf_add_char(out, ']');
    }
    buf_add_char(out, '}');
}

/* Whether the same fields are open in both rows. */
static bool same_place(const struct object *object, const struct record_row *a, const struct record_row *b)
{
    if (object->closings == NULL) {
        return true;
    }
    size_t place = object_field(object, object->place_column);
    return value_eq(a->values[place], b->values[place]);
}

void object_answer_many(struct request *request, struct buf *out, const struct object *object,
                        const struct record_row *rows, size_t count)
{
    struct member *members = ARENA_ARRAY(request->arena, struct member, fields_count(object_fields(object)) + 1);
    size_t member_count = 0;
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !same_place(object, &rows[i - 1], &rows[i])) {
            member_count = choose_members(request, object, &rows[i], members);
        }
        buf_add(out, i == 0 ? STR("") : STR(","));
        write_record(request, out, &rows[i], members, member_count);
    }
    buf_add_char(out, ']');
}

json_t *object_option(struct request *request, const struct object *object, const struct record_row *row)
{
    struct value label = value_null();
    struct value hint = value_null();
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        bool wanted = (field->flags & FIELD_LABEL) != 0 || (field->type == FIELD_REF && hint.type == VALUE_NULL);
        if (!wanted || object_row_access(request, object, row, field->name) < FIELD_ACCESS_READ) {
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
