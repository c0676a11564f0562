/* Sets of tags as short texts. */
#include "platform/tags.h"

#include <stdlib.h>

size_t tags_ids(struct value value, int64_t ids_out[TAGS_MAX])
{
    size_t count = 0;
    struct str rest = value.type == VALUE_TEXT ? value.text : (struct str){0};
    struct str word;
    while (count < TAGS_MAX && str_cut(&rest, ',', &word)) {
        count += str_to_i64(word, &ids_out[count]);
    }
    return count;
}

static bool has_id(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

bool tags_have(struct value value, int64_t id)
{
    int64_t ids[TAGS_MAX];
    return has_id(ids, tags_ids(value, ids), id);
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static struct value write(struct arena *arena, int64_t *ids, size_t count)
{
    struct buf text;
    buf_init(&text, arena);
    qsort(ids, count, sizeof *ids, compare);
    for (size_t i = 0; i < count; i++) {
        buf_format(&text, "%s%lld", i == 0 ? "" : ",", (long long)ids[i]);
    }
    return count == 0 ? value_null() : value_text(buf_str(&text));
}

/* Each once. False when there is no room. */
static bool add(int64_t *ids, size_t *count, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        int64_t id = json_integer_value(json_array_get(list, i));
        if (has_id(ids, *count, id)) {
            continue;
        }
        if (*count == TAGS_MAX) {
            return false;
        }
        ids[(*count)++] = id;
    }
    return true;
}

static void drop(int64_t *ids, size_t *count, const json_t *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        bool gone = false;
        for (size_t k = 0; k < json_array_size(list); k++) {
            gone = gone || json_integer_value(json_array_get(list, k)) == ids[i];
        }
        if (!gone) {
            ids[kept++] = ids[i];
        }
    }
    *count = kept;
}

bool tags_change(struct arena *arena, struct value before, const json_t *json, struct value *out)
{
    int64_t ids[TAGS_MAX];
    size_t count = json_is_object(json) ? tags_ids(before, ids) : 0;
    drop(ids, &count, json_object_get(json, "remove"));
    if (!add(ids, &count, json_is_object(json) ? json_object_get(json, "add") : json)) {
        return false;
    }
    *out = write(arena, ids, count);
    return true;
}

json_t *tags_json(struct value value)
{
    int64_t ids[TAGS_MAX];
    size_t count = tags_ids(value, ids);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_integer(ids[i]));
    }
    return list;
}
