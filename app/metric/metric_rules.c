/* Which facts are brought in line when a record, an owner or a person changes. */
#include "metric.h"

#include <string.h>

#include "platform/ids.h"
#include "fact_rules.h"
#include "measure_rules.h"
#include "platform/object.h"
#include "walk_rules.h"

enum { CHUNK = 1000 };

/* clang-format off */
#define CUSTOM(n) [MEASURE_CUSTOM + (n) - 1] = {"custom_" #n, false}
const struct measure_kind MEASURES[MEASURE_MAX] = {
    [MEASURE_SIGNED_AMOUNT] = {"signed_amount", true},
    [MEASURE_RECEIVED_AMOUNT] = {"received_amount", true},
    [MEASURE_GROSS_PROFIT] = {"gross_profit", true},
    [MEASURE_NEW_CUSTOMERS] = {"new_customers", false},
    [MEASURE_WON_DEALS] = {"won_deals", false},
    [MEASURE_FOLLOW_UPS] = {"follow_ups", false},
    [MEASURE_INVOICED_AMOUNT] = {"invoiced_amount", true},
    [MEASURE_VISITS] = {"visits", false},
    CUSTOM(1), CUSTOM(2), CUSTOM(3), CUSTOM(4), CUSTOM(5), CUSTOM(6), CUSTOM(7), CUSTOM(8),
    CUSTOM(9), CUSTOM(10), CUSTOM(11), CUSTOM(12), CUSTOM(13), CUSTOM(14), CUSTOM(15), CUSTOM(16),
    CUSTOM(17), CUSTOM(18), CUSTOM(19), CUSTOM(20), CUSTOM(21), CUSTOM(22), CUSTOM(23), CUSTOM(24),
    CUSTOM(25), CUSTOM(26), CUSTOM(27), CUSTOM(28), CUSTOM(29), CUSTOM(30), CUSTOM(31), CUSTOM(32),
    CUSTOM(33), CUSTOM(34), CUSTOM(35), CUSTOM(36), CUSTOM(37), CUSTOM(38), CUSTOM(39), CUSTOM(40),
};
/* clang-format on */
#undef CUSTOM

const char *const TARGET_LEVELS[LEVEL_COUNT] = {
    [LEVEL_BASE] = "base",
    [LEVEL_STRETCH] = "stretch",
    [LEVEL_CHALLENGE] = "challenge",
};

bool level_find(struct str key, enum target_level *out)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (str_eq_c(key, TARGET_LEVELS[i])) {
            *out = (enum target_level)i;
            return true;
        }
    }
    return false;
}

bool measure_find(struct str key, enum measure *out)
{
    for (int i = 0; i < MEASURE_MAX; i++) {
        if (str_eq_c(key, MEASURES[i].key)) {
            *out = (enum measure)i;
            return true;
        }
    }
    return false;
}

static const struct metric_source *source_find(const char *object)
{
    for (const struct metric_source *source = METRIC_SOURCES; source->object != NULL; source++) {
        if (strcmp(source->object, object) == 0) {
            return source;
        }
    }
    return NULL;
}

/* Ascending and distinct. */
static size_t sort_ids(struct arena *arena, const int64_t *ids, size_t count, int64_t **out)
{
    int64_t *sorted = ARENA_ARRAY(arena, int64_t, count + 1);
    memcpy(sorted, ids, count * sizeof *ids);
    *out = sorted;
    return ids_sort(sorted, count);
}

static enum err sync_source(struct db *db, struct arena *arena, const struct metric_source *source,
                            const int64_t *sorted, size_t count)
{
    for (size_t from = 0; from < count; from += CHUNK) {
        size_t left = count - from;
        struct metric_pick pick = {.ids = sorted + from, .count = left < CHUNK ? left : CHUNK};
        TRY(fact_sync(db, arena, source, &pick));
    }
    return OK;
}

enum err metric_sync_many(struct db *db, struct arena *arena, const char *object, const int64_t *ids, size_t count)
{
    const struct metric_source *source = source_find(object);
    int64_t *sorted;
    if (source == NULL || count == 0) {
        return OK;
    }
    size_t distinct = sort_ids(arena, ids, count, &sorted);
    return sync_source(db, arena, source, sorted, distinct);
}

/* One measure for records of `object`; a contract's change orders go along. */
static enum err sync_measure(struct db *db, struct arena *arena, const struct measure_row *row, const char *object,
                             const int64_t *sorted, size_t count)
{
    struct metric_source sources[MEASURE_SOURCES_MAX];
    size_t source_count;
    TRY(measure_sources(db, arena, row, sources, &source_count, NULL));
    for (size_t i = 0; i < source_count; i++) {
        if (strcmp(sources[i].object, object) == 0) {
            TRY(sync_source(db, arena, &sources[i], sorted, count));
        } else if (strcmp(object, "contract") == 0) {
            int64_t *orders;
            size_t order_count;
            TRY(metric_store_orders(db, arena, sorted, count, &orders, &order_count));
            TRY(sync_source(db, arena, &sources[i], orders, order_count));
        }
    }
    return OK;
}

enum err metric_sync_custom(struct db *db, struct arena *arena, const char *object, const int64_t *ids, size_t count)
{
    struct measure_row *rows;
    size_t row_count;
    int64_t *sorted;
    bool order = strcmp(object, "change_order") == 0;
    TRY(measure_store_of_object(db, arena, order ? STR("contract") : str_from(object), &rows, &row_count));
    if (row_count == 0 || count == 0) {
        return OK;
    }
    size_t distinct = sort_ids(arena, ids, count, &sorted);
    for (size_t i = 0; i < row_count; i++) {
        TRY(sync_measure(db, arena, &rows[i], object, sorted, distinct));
    }
    return OK;
}

enum err metric_sync(struct db *db, struct arena *arena, const char *object, int64_t record_id)
{
    return metric_sync_many(db, arena, object, &record_id, 1);
}

enum err metric_moved(struct request *request, const struct object *object, const struct record_move *moves,
                      size_t count, const struct move_options *options)
{
    size_t moved = 0;
    const int64_t *ids = move_ids(request->arena, moves, count, &moved);
    if (options->cause == MOVE_CREATE || options->cause == MOVE_IMPORT) {
        return OK; /* a new record's `saved` has told */
    }
    for (size_t from = 0; from < moved; from += CHUNK) {
        int64_t *changed;
        size_t changed_count;
        size_t size = moved - from < CHUNK ? moved - from : CHUNK;
        TRY(metric_store_moved(request->db, request->arena, object->name, ids + from, size, request->today, &changed,
                               &changed_count));
        TRY(metric_sync_many(request->db, request->arena, object->name, changed, changed_count));
        if (changed_count > 0) {
            TRY(metric_sync_custom(request->db, request->arena, object->name, changed, changed_count));
        }
    }
    return OK;
}

/* Kinds of records that no measure of the program counts have no hook of their own. */
static enum err others_moved(struct request *request, const struct object *object, const struct record_move *moves,
                             size_t count, const struct move_options *options)
{
    return source_find(object->name) == NULL ? metric_moved(request, object, moves, count, options) : OK;
}

static bool may_count(const char *object)
{
    const char *const *words = MEASURE_OBJECTS;
    while (*words != NULL && strcmp(*words, object) != 0) {
        words++;
    }
    return *words != NULL || strcmp(object, "change_order") == 0;
}

/* Product lines are words in products: what counted for the old word is looked at again. */
static enum err product_saved(struct request *request, const struct record_change *change)
{
    struct measure_row *rows;
    size_t count;
    if (change->before == NULL || !change_differs(change, "product_line")) {
        return OK;
    }
    TRY(measure_store_of_object(request->db, request->arena, STR("contract"), &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (str_find(rows[i].definition, STR("\"product_lines\"")) != SIZE_MAX) {
            TRY(measure_queue(request, rows[i].id));
        }
    }
    return OK;
}

static enum err any_saved(struct request *request, const struct record_change *change)
{
    if (strcmp(change->object->name, "product") == 0) {
        return product_saved(request, change);
    }
    return may_count(change->object->name)
               ? metric_sync_custom(request->db, request->arena, change->object->name, &change->id, 1)
               : OK;
}

static enum err sync_user_custom(struct db *db, struct arena *arena, int64_t user_id, struct date from)
{
    struct measure_row *rows;
    size_t row_count;
    TRY(measure_store_list(db, arena, &rows, &row_count));
    for (size_t i = 0; i < row_count; i++) {
        struct metric_source sources[MEASURE_SOURCES_MAX];
        struct measure_row kept;
        size_t source_count;
        enum err err = measure_store_keep(db, arena, rows[i].id, &kept);
        if (err == ERR_NOT_FOUND) {
            continue; /* deleted meanwhile */
        }
        TRY(err);
        TRY(measure_sources(db, arena, &kept, sources, &source_count, NULL));
        for (size_t s = 0; s < source_count; s++) {
            int64_t *ids;
            size_t count;
            TRY(metric_store_of_user(db, arena, &sources[s], user_id, from, &ids, &count));
            TRY(sync_source(db, arena, &sources[s], ids, count));
        }
    }
    return OK;
}

enum err metric_sync_user(struct db *db, struct arena *arena, int64_t user_id, struct date from)
{
    for (const struct metric_source *source = METRIC_SOURCES; source->object != NULL; source++) {
        int64_t *ids;
        size_t count;
        TRY(metric_store_of_user(db, arena, source, user_id, from, &ids, &count));
        TRY(metric_sync_many(db, arena, source->object, ids, count));
    }
    TRY(sync_user_custom(db, arena, user_id, from));
    return metric_store_stamp_targets(db, arena, user_id, from);
}

static const struct job_kind JOBS[] = {
    {"metric.rebuild", metric_run_rebuild, NULL, 0},
    {"metric.measure", metric_rebuild_measure, NULL, 0},
    {NULL, NULL, NULL, 0},
};

const struct feature METRIC_FEATURE = {
    .name = "metric", .routes = MEASURE_ROUTES, .job_kinds = JOBS, .saved = any_saved, .moved = others_moved};
