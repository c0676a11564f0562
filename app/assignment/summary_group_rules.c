/* Sums of figures over intervals. Reading the rows costs more than computing the figures, so what is known to make few
 * groups is read once and put together here. */
#include "summary_group_rules.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/filter.h"

static struct summary_sums *find_sums(struct arena *arena, struct summary_list *list, struct value key,
                                      struct value name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (value_eq(list->items[i].key, key)) {
            return &list->items[i];
        }
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        struct summary_sums *items = ARENA_ARRAY(arena, struct summary_sums, capacity);
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    struct summary_sums *sums = &list->items[list->count++];
    *sums = (struct summary_sums){.key = key, .name = name};
    return sums;
}

/* The database says absent where a sum has no rows. */
static void add_row(struct summary_sums *sums, const struct rows *rows, size_t row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct value value = rows_get(rows, row, SUMMARY_FIGURES + i);
        sums->values[i] += value.type == VALUE_INT ? value.integer : 0;
    }
}

static void add_totals(struct summary *out, const struct rows *rows, size_t count)
{
    struct value first = value_null();
    bool same = true;
    int64_t batched = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct value low = rows_get(rows, i, SUMMARY_FIRST_BATCH);
        struct value high = rows_get(rows, i, SUMMARY_LAST_BATCH);
        first = i == 0 ? low : first;
        same = same && value_eq(low, first) && value_eq(high, first);
        batched += rows_get(rows, i, SUMMARY_BATCHED).integer;
        out->from_owners += rows_get(rows, i, SUMMARY_FROM_OWNERS).integer;
        add_row(&out->totals, rows, i, count);
    }
    out->batch = same && batched == out->totals.values[0] ? first : value_null();
}

static void add_lists(struct arena *arena, struct summary *out, const struct rows *rows, const size_t counts[2])
{
    for (size_t i = 0; i < rows->count; i++) {
        struct value key = rows_get(rows, i, SUMMARY_KEY);
        struct value name = rows_get(rows, i, SUMMARY_NAME);
        struct value cohort = rows_get(rows, i, SUMMARY_COHORT);
        if (counts[0] > 0) {
            add_row(find_sums(arena, &out->by_key, key, name), rows, i, counts[0]);
        }
        if (counts[1] > 0) {
            add_row(find_sums(arena, &out->cohorts, cohort, value_null()), rows, i, counts[1]);
        }
    }
}

static int compare_texts(struct str a, struct str b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_keys(struct value a, struct value b)
{
    if (a.type != b.type) {
        return a.type == VALUE_NULL ? -1 : 1;
    }
    return a.type == VALUE_TEXT ? compare_texts(a.text, b.text) : (a.integer > b.integer) - (a.integer < b.integer);
}

static int most_first(const void *a, const void *b)
{
    const struct summary_sums *left = a;
    const struct summary_sums *right = b;
    int64_t more = right->values[0] - left->values[0];
    return more != 0 ? (more > 0) - (more < 0) : compare_keys(left->key, right->key);
}

static int latest_first(const void *a, const void *b)
{
    return date_compare(((const struct summary_sums *)b)->key.date, ((const struct summary_sums *)a)->key.date);
}

static void sort_list(struct summary_list *list, int (*compare)(const void *a, const void *b))
{
    if (list->count > 0) {
        qsort(list->items, list->count, sizeof *list->items, compare);
    }
}

static bool is_batch(void *context, const struct field *field)
{
    (void)context;
    return strcmp(field->name, "batch_id") == 0;
}

/* A batch begins on one day and has few receivers: key and period together make about as many groups as the key. */
static bool makes_few_groups(const struct list_request *list)
{
    return list->filter != NULL && filter_find_field(list->filter, is_batch, NULL) != NULL;
}

enum err summary_sums_of(struct request *request, const struct list_request *list, const struct field *by,
                         enum summary_period period, const struct figure *figures, size_t count, size_t key_count,
                         struct summary *out)
{
    struct rows rows;
    assert(count <= SUMMARY_FIGURES_MAX && key_count <= count);
    *out = (struct summary){.batch = value_null()};
    if (makes_few_groups(list)) {
        TRY(summary_store_groups(request, list, by, period, figures, count, &rows));
        add_totals(out, &rows, count);
        add_lists(request->arena, out, &rows, (const size_t[]){key_count, count});
    } else {
        TRY(summary_store_groups(request, list, NULL, period, figures, count, &rows));
        add_totals(out, &rows, count);
        add_lists(request->arena, out, &rows, (const size_t[]){0, count});
        TRY(summary_store_groups(request, list, by, SUMMARY_WHOLE, figures, key_count, &rows));
        add_lists(request->arena, out, &rows, (const size_t[]){key_count, 0});
    }
    sort_list(&out->by_key, most_first);
    sort_list(&out->cohorts, latest_first);
    return OK;
}

enum err summary_totals_of(struct request *request, const struct list_request *list, const struct figure *figures,
                           size_t count, struct summary_sums *out)
{
    struct rows rows;
    assert(count <= SUMMARY_FIGURES_MAX);
    *out = (struct summary_sums){.key = value_null()};
    TRY(summary_store_groups(request, list, NULL, SUMMARY_WHOLE, figures, count, &rows));
    add_row(out, &rows, 0, count);
    return OK;
}
