/* Filters of board and analysis. */
#include "pipeline_filter.h"
#include "platform/scope.h"

json_t *filter_is(const char *field, const char *op, json_t *value)
{
    return json_pack("{s:s,s:s,s:o}", "field", field, "op", op, "value", value);
}

json_t *filter_null(const char *field, const char *op)
{
    return json_pack("{s:s,s:s}", "field", field, "op", op);
}

json_t *filter_all(json_t *a, json_t *b, json_t *c)
{
    json_t *parts[] = {a, b, c};
    json_t *list = json_array();
    for (size_t i = 0; i < 3; i++) {
        if (parts[i] != NULL && json_object_size(parts[i]) > 0) {
            json_array_append(list, parts[i]);
        }
        json_decref(parts[i]);
    }
    json_t *only = json_array_size(list) == 1 ? json_incref(json_array_get(list, 0)) : NULL;
    json_t *all = only != NULL ? only : json_array_size(list) == 0 ? json_object() : json_pack("{s:O}", "all", list);
    json_decref(list);
    return all;
}

enum err filter_read(struct request *request, const char *name, json_t **out)
{
    struct str text = request_query(request, name);
    *out = NULL;
    if (text.len == 0) {
        return OK;
    }
    struct list_request checked;
    TRY(object_list_read(request, object_find("opportunity"), text, (struct str){0}, (struct str){0}, &checked));
    *out = json_keep(request->arena, json_loadb(text.ptr, text.len, 0, NULL));
    return *out == NULL ? error_set(request->error, ERR_BAD_FILTER, "%s", err_text(ERR_BAD_FILTER)) : OK;
}

enum err filter_list(struct request *request, const json_t *filter, struct str search, struct list_request *out)
{
    return object_list_read(request, object_find("opportunity"), json_write(request->arena, filter), (struct str){0},
                            search, out);
}

enum err filter_may(struct request *request, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (scope_field_access(request, object_find("opportunity"), fields[i]) < FIELD_ACCESS_READ) {
            return error_set(request->error, ERR_FORBIDDEN, "This needs the right to read %s.", fields[i]);
        }
    }
    return OK;
}
