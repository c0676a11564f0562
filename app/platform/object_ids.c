/* The records a job is about: named, or all that match. */
#include "platform/object_ids.h"

#include <string.h>

#include "platform/object_list.h"
#include "platform/scope.h"

enum { PAGE = 500 };

enum err object_ids_check(struct request *request, const struct object *object, const json_t *ids, const json_t *filter)
{
    struct list_request list;
    if ((ids != NULL) == (filter != NULL)) {
        error_field(request->error, STR("ids"), "required", "Name either ids or a filter.");
        return OK; /* with whatever else is wrong */
    }
    return filter == NULL ? OK
                          : object_list_read(request, object, json_write(request->arena, filter), (struct str){0},
                                             (struct str){0}, &list);
}

/* Ids so far. */
struct found {
    int64_t *ids;
    size_t count;
    size_t cap; /* room in `ids` */
};

static void add_page(struct arena *arena, struct found *found, const struct record_row *rows, size_t count)
{
    if (found->count + count > found->cap) {
        found->cap = (found->count + count) * 2;
        int64_t *grown = ARENA_ARRAY(arena, int64_t, found->cap);
        memcpy(grown, found->ids, found->count * sizeof *grown);
        found->ids = grown;
    }
    for (size_t i = 0; i < count; i++) {
        found->ids[found->count++] = rows[i].id;
    }
}

static enum err find_matching(struct request *request, const struct object *object, const json_t *filter, bool deleted,
                              struct found *found)
{
    struct list_request list;
    struct record_row *rows;
    size_t got = PAGE;
    /* Changes made meanwhile do not move a record in this order. */
    bool by_age = scope_field_access(request, object, "created_at") >= FIELD_ACCESS_READ;
    TRY(object_list_read(request, object, json_write(request->arena, filter),
                         by_age ? STR("-created_at") : (struct str){0}, (struct str){0}, &list));
    list.limit = PAGE;
    list.deleted = deleted;
    while (got == PAGE) {
        TRY(object_store_list(request, &list, &rows, &got));
        add_page(request->arena, found, rows, got);
        if (got > 0) {
            list.after = true;
            list.after_value = rows[got - 1].values[list.sort_field];
            list.after_id = rows[got - 1].id;
        }
    }
    return OK;
}

enum err object_ids_find(struct request *request, const struct object *object, const json_t *ids, const json_t *filter,
                         bool deleted, int64_t **ids_out, size_t *count_out)
{
    size_t named = json_array_size(ids);
    struct found found = {ARENA_ARRAY(request->arena, int64_t, named + PAGE), named, named + PAGE};
    for (size_t i = 0; i < named; i++) {
        found.ids[i] = json_integer_value(json_array_get(ids, i));
    }
    TRY(ids == NULL ? find_matching(request, object, filter, deleted, &found) : OK);
    *ids_out = found.ids;
    *count_out = found.count;
    return OK;
}
