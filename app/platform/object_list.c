/* Checked list requests and cursors. */
#include "platform/object_list.h"

#include <sodium.h>
#include <string.h>

#include "platform/object_answer.h"

static bool is_open(const struct request *request, const struct object *object, const struct field *field)
{
    return object_any_access(request, object, field->name) >= FIELD_ACCESS_READ;
}

/* A closed field keeps its place (values are matched by index) but is marked unusable. */
const struct field *object_filter_fields(struct request *request, const struct object *object)
{
    size_t count = fields_count(object_fields(object));
    struct field *fields = ARENA_ARRAY(request->arena, struct field, count + 2);
    memcpy(fields, object_fields(object), count * sizeof *fields);
    for (size_t i = 0; i < count; i++) {
        if (!is_open(request, object, &fields[i])) {
            fields[i].flags |= FIELD_NO_FILTER;
        }
    }
    fields[count] = (struct field){.name = "id", .type = FIELD_INT};
    return fields;
}

/* The usual order; where the user may not see its field, a cursor would tell its values, so the first field that can be
 * seen takes its place. */
static size_t usual_sort(const struct request *request, const struct object *object, struct str name)
{
    size_t usual = object_field(object, str_c(request->arena, name));
    if (is_open(request, object, &object_fields(object)[usual])) {
        return usual;
    }
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        if ((object_fields(object)[i].flags & FIELD_SORTABLE) != 0 &&
            is_open(request, object, &object_fields(object)[i])) {
            return i;
        }
    }
    return usual;
}

static enum err read_sort(struct request *request, const struct object *object, struct str sort,
                          struct list_request *out)
{
    struct str name = sort.len == 0 ? str_from(object->default_sort) : sort;
    out->descending = str_starts(name, STR("-"));
    if (out->descending) {
        name = str_slice(name, 1, name.len);
    }
    if (sort.len == 0) {
        out->sort_field = usual_sort(request, object, name);
        return OK;
    }
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        bool sortable = (field->flags & FIELD_SORTABLE) != 0 && is_open(request, object, field);
        if (str_eq_c(name, field->name) && sortable) {
            out->sort_field = i;
            return OK;
        }
    }
    return error_set(request->error, ERR_BAD_SORT, "This list cannot be sorted by \"%.*s\".",
                     STR_ARG(str_slice(name, 0, 60)));
}

enum err object_list_read(struct request *request, const struct object *object, struct str filter, struct str sort,
                          struct str search, struct list_request *out)
{
    *out = (struct list_request){.object = object, .search = str_trim(search), .limit = 50};
    TRY(object_closings_load(request, object, true));
    TRY(read_sort(request, object, sort, out));
    struct filter_context context = {
        .user_id = request->user->user_id,
        .department_id = request->user->department_id,
        .today = request->today,
        .zone = request->zone,
    };
    struct filter *parsed = NULL;
    TRY(filter_parse_text(request->arena, object_filter_fields(request, object), filter, &context, request->error,
                          &parsed));
    out->filter = parsed;
    return OK;
}

struct str object_cursor_write(struct request *request, const struct list_request *list, const struct record_row *row)
{
    const struct field *field = &object_fields(list->object)[list->sort_field];
    json_t *cursor =
        json_keep(request->arena, json_pack("{s:s,s:b,s:o,s:I}", "f", field->name, "d", list->descending, "v",
                                            field_json(field, row->values[list->sort_field], request->arena), "i",
                                            (json_int_t)row->id));
    struct str text = json_write(request->arena, cursor);
    size_t size = sodium_base64_encoded_len(text.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *encoded = arena_alloc(request->arena, size);
    sodium_bin2base64(encoded, size, (const unsigned char *)text.ptr, text.len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_from(encoded);
}

static enum err refuse_cursor(struct request *request)
{
    return error_set(request->error, ERR_BAD_CURSOR, "%s", err_text(ERR_BAD_CURSOR));
}

enum err object_cursor_read(struct request *request, struct str cursor, struct list_request *list)
{
    if (cursor.len == 0) {
        return OK;
    }
    unsigned char *text = arena_alloc(request->arena, cursor.len + 1);
    size_t len = 0;
    if (sodium_base642bin(text, cursor.len, cursor.ptr, cursor.len, NULL, &len, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return refuse_cursor(request);
    }
    struct error ignored;
    error_init(&ignored, request->arena);
    json_t *json = NULL;
    if (json_read(request->arena, str_n((const char *)text, len), &ignored, &json) != OK || !json_is_object(json)) {
        return refuse_cursor(request);
    }
    const struct field *field = &object_fields(list->object)[list->sort_field];
    json_t *value = json_object_get(json, "v");
    bool same_sort =
        str_eq_c(json_get_str(json, "f"), field->name) && json_get_bool(json, "d", false) == list->descending;
    if (!same_sort || value == NULL || !json_is_integer(json_object_get(json, "i"))) {
        return refuse_cursor(request);
    }
    struct field plain = *field;
    plain.flags |= FIELD_NULLABLE;
    plain.flags &= ~(unsigned)FIELD_REQUIRED;
    if (!field_value(&plain, value, STR("cursor"), request->arena, &ignored, &list->after_value)) {
        return refuse_cursor(request);
    }
    list->after = true;
    list->after_id = json_get_int(json, "i", 0);
    return OK;
}
