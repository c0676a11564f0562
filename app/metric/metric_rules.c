/* What counts for whom, and how stored facts and sums are brought in line with it.
 *
 * There is one way only: compute the facts that records ought to have, compare with those stored, write the difference
 * to the facts and the same difference to the monthly sums. One record after a write, thousands after an import, all of
 * them after a bulk load and the check of `dabiao doctor` differ in which records they pick, in nothing else.
 * Invariant: for every (measure, month, department, person) the sum's row equals the sum of its facts after each commit. */
#include "metric.h"

#include <stdlib.h>
#include <string.h>

#include "measure_rules.h"
#include "metric_store.h"
#include "platform/object.h"
#include "platform/tx.h"

enum { CHUNK = 1000, CHUNK_ARENA_BYTES = 256 * 1024 * 1024 };

#define CUSTOM(n) [MEASURE_CUSTOM + (n) - 1] = {"custom_" #n, false}
const struct measure_kind MEASURES[MEASURE_MAX] = {
    [MEASURE_SIGNED_AMOUNT] = {"signed_amount", true},   [MEASURE_RECEIVED_AMOUNT] = {"received_amount", true},
    [MEASURE_GROSS_PROFIT] = {"gross_profit", true},     [MEASURE_NEW_CUSTOMERS] = {"new_customers", false},
    [MEASURE_WON_DEALS] = {"won_deals", false},          [MEASURE_FOLLOW_UPS] = {"follow_ups", false},
    [MEASURE_INVOICED_AMOUNT] = {"invoiced_amount", true}, [MEASURE_VISITS] = {"visits", false},
    CUSTOM(1), CUSTOM(2), CUSTOM(3), CUSTOM(4), CUSTOM(5), CUSTOM(6), CUSTOM(7), CUSTOM(8),
    CUSTOM(9), CUSTOM(10), CUSTOM(11), CUSTOM(12), CUSTOM(13), CUSTOM(14), CUSTOM(15), CUSTOM(16),
    CUSTOM(17), CUSTOM(18), CUSTOM(19), CUSTOM(20), CUSTOM(21), CUSTOM(22), CUSTOM(23), CUSTOM(24),
    CUSTOM(25), CUSTOM(26), CUSTOM(27), CUSTOM(28), CUSTOM(29), CUSTOM(30), CUSTOM(31), CUSTOM(32),
    CUSTOM(33), CUSTOM(34), CUSTOM(35), CUSTOM(36), CUSTOM(37), CUSTOM(38), CUSTOM(39), CUSTOM(40),
};
#undef CUSTOM

const char *const TARGET_LEVELS[LEVEL_COUNT] = {
    [LEVEL_BASE] = "base", [LEVEL_STRETCH] = "stretch", [LEVEL_CHALLENGE] = "challenge",
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

/* What a comparison found. */
struct difference {
    struct fact *put;               /* to insert or replace */
    size_t put_count;               /* in `put` */
    struct fact *drop;              /* to delete */
    size_t drop_count;              /* in `drop` */
    struct rollup_delta *deltas;    /* changes of sums, one or two a fact, unsorted */
    size_t delta_count;             /* in `deltas` */
    size_t wanted_count;            /* facts that ought to be there */
};

static bool holds_on(const struct source_row *row, struct date on)
{
    bool begun = row->member_from.set && date_compare(row->member_from.value, on) <= 0;
    return begun && (!row->member_to.set || date_compare(row->member_to.value, on) > 0);
}

/* The owner and department of one record on its business date, from all its rows. Nobody's facts (pool) count for the
 * department of the interval, or else for the top department. */
static struct fact attribute(const struct source_row *rows, size_t count, const struct metric_company *company)
{
    struct fact fact = {.record_id = rows[0].record_id, .on = rows[0].on};
    struct opt_int interval = {0};
    bool owned = false;
    for (size_t i = 0; i < count; i++) {
        const struct source_row *row = &rows[i];
        if (row->owner_from.set && date_compare(row->owner_from.value, fact.on) > 0) {
            break; /* rows are in the order of their intervals: this one and those behind it begin later */
        }
        if (!owned || row->interval_id.value != interval.value) {
            owned = true;
            interval = row->interval_id;
            fact.user_id = row->owner_id.set ? row->owner_id.value : 0;
            fact.department_id = row->owner_department_id.set ? row->owner_department_id.value : company->root_id.value;
        }
        if (holds_on(row, fact.on)) {
            fact.department_id = row->member_department_id.value;
        }
    }
    if (!owned) { /* no interval reaches back that far: nobody's */
        fact.department_id = company->root_id.value;
    }
    return fact;
}

/* Facts that the records behind `rows` ought to have, by record and measure. */
static size_t compute_facts(const struct metric_source *source, const struct source_row *rows, size_t count,
                            const struct metric_company *company, struct fact *facts_out)
{
    size_t fact_count = 0;
    for (size_t from = 0, to = 0; from < count; from = to) {
        while (to < count && rows[to].record_id == rows[from].record_id) {
            to++;
        }
        struct fact fact = attribute(&rows[from], to - from, company);
        for (size_t m = 0; m < source->measure_count; m++) {
            if (!rows[from].amounts[m].set) {
                continue;
            }
            fact.measure = source->measures[m];
            fact.amount = rows[from].amounts[m].value;
            facts_out[fact_count++] = fact;
        }
    }
    return fact_count;
}

static int compare_facts(const struct fact *a, const struct fact *b)
{
    if (a->record_id != b->record_id) {
        return a->record_id < b->record_id ? -1 : 1;
    }
    return (a->measure > b->measure) - (a->measure < b->measure);
}

static bool same_fact(const struct fact *a, const struct fact *b)
{
    return a->user_id == b->user_id && a->department_id == b->department_id && a->amount == b->amount &&
           date_compare(a->on, b->on) == 0;
}

static void add_delta(struct difference *out, const struct fact *fact, int sign)
{
    out->deltas[out->delta_count++] = (struct rollup_delta){
        .measure = fact->measure, .month = date_month_start(fact->on), .department_id = fact->department_id,
        .user_id = fact->user_id, .amount = sign * fact->amount, .fact_count = sign,
    };
}

/* Both lists by record and measure: one walk finds what to write. */
static void compare(struct arena *arena, const struct fact *wanted, size_t wanted_count, const struct fact *stored,
                    size_t stored_count, struct difference *out)
{
    *out = (struct difference){.put = ARENA_ARRAY(arena, struct fact, wanted_count), .drop = ARENA_ARRAY(arena, struct fact, stored_count),
                               .deltas = ARENA_ARRAY(arena, struct rollup_delta, wanted_count + stored_count),
                               .wanted_count = wanted_count};
    size_t w = 0;
    size_t s = 0;
    while (w < wanted_count || s < stored_count) {
        int order = w == wanted_count ? 1 : s == stored_count ? -1 : compare_facts(&wanted[w], &stored[s]);
        if (order == 0 && same_fact(&wanted[w], &stored[s])) {
            w++;
            s++;
            continue;
        }
        if (order >= 0) {
            add_delta(out, &stored[s], -1);
        }
        if (order <= 0) {
            add_delta(out, &wanted[w], 1);
            out->put[out->put_count++] = wanted[w++];
        } else {
            out->drop[out->drop_count++] = stored[s];
        }
        s += order >= 0;
    }
}

static int compare_deltas(const void *left, const void *right)
{
    const struct rollup_delta *a = left;
    const struct rollup_delta *b = right;
    if (a->measure != b->measure) {
        return a->measure < b->measure ? -1 : 1;
    }
    int month = date_compare(a->month, b->month);
    if (month != 0) {
        return month;
    }
    if (a->department_id != b->department_id) {
        return a->department_id < b->department_id ? -1 : 1;
    }
    return (a->user_id > b->user_id) - (a->user_id < b->user_id);
}

/* One delta a key, in the order of the key; those that cancel out vanish. */
static size_t merge_deltas(struct rollup_delta *deltas, size_t count)
{
    qsort(deltas, count, sizeof *deltas, compare_deltas);
    size_t kept = 0;
    for (size_t from = 0, to = 0; from < count; from = to) {
        struct rollup_delta sum = deltas[from];
        for (to = from + 1; to < count && compare_deltas(&deltas[to], &sum) == 0; to++) {
            sum.amount += deltas[to].amount;
            sum.fact_count += deltas[to].fact_count;
        }
        if (sum.amount != 0 || sum.fact_count != 0) {
            deltas[kept++] = sum;
        }
    }
    return kept;
}

static enum err find_difference(struct db *db, struct arena *arena, const struct metric_source *source,
                                const struct metric_pick *pick, bool lock, struct difference *out)
{
    struct metric_company company;
    struct source_row *rows;
    struct fact *stored;
    size_t row_count;
    size_t stored_count;
    TRY(metric_store_company(db, arena, &company));
    TRY(metric_store_sources(db, arena, source, &company, pick, lock, &rows, &row_count));
    TRY(metric_store_facts(db, arena, source, pick, &stored, &stored_count));
    struct fact *wanted = ARENA_ARRAY(arena, struct fact, row_count * source->measure_count);
    size_t wanted_count = compute_facts(source, rows, row_count, &company, wanted);
    compare(arena, wanted, wanted_count, stored, stored_count, out);
    return OK;
}

/* Sums of the departments out of those of their people, in place; order kept. */
static size_t merge_departments(struct rollup_delta *deltas, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        deltas[i].user_id = 0;
    }
    return merge_deltas(deltas, count);
}

/* People's sums first, then departments': the order in which all writers lock them. */
static enum err write_deltas(struct db *db, struct arena *arena, struct rollup_delta *deltas, size_t count)
{
    size_t kept = merge_deltas(deltas, count);
    if (kept == 0) {
        return OK;
    }
    TRY(metric_store_add(db, arena, deltas, kept));
    kept = merge_departments(deltas, kept);
    return kept == 0 ? OK : metric_store_add_departments(db, arena, deltas, kept);
}

static enum err sync_pick(struct db *db, struct arena *arena, const struct metric_source *source, const struct metric_pick *pick)
{
    struct difference found;
    TRY(find_difference(db, arena, source, pick, true, &found));
    if (found.put_count > 0) {
        TRY(metric_store_put(db, arena, source, found.put, found.put_count));
    }
    if (found.drop_count > 0) {
        TRY(metric_store_delete(db, arena, source, found.drop, found.drop_count));
    }
    return write_deltas(db, arena, found.deltas, found.delta_count);
}

static int compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Ascending and distinct. */
static size_t sort_ids(struct arena *arena, const int64_t *ids, size_t count, int64_t **out)
{
    int64_t *sorted = ARENA_ARRAY(arena, int64_t, count + 1);
    size_t distinct = 0;
    memcpy(sorted, ids, count * sizeof *ids);
    qsort(sorted, count, sizeof *sorted, compare_ids);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i] != sorted[distinct - 1]) {
            sorted[distinct++] = sorted[i];
        }
    }
    *out = sorted;
    return distinct;
}

static enum err sync_source(struct db *db, struct arena *arena, const struct metric_source *source, const int64_t *sorted, size_t count)
{
    for (size_t from = 0; from < count; from += CHUNK) {
        size_t left = count - from;
        struct metric_pick pick = {.ids = sorted + from, .count = left < CHUNK ? left : CHUNK};
        TRY(sync_pick(db, arena, source, &pick));
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
static enum err sync_measure(struct db *db, struct arena *arena, const struct measure_row *row, const char *object, const int64_t *sorted, size_t count)
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
    return may_count(change->object->name) ? metric_sync_custom(request->db, request->arena, change->object->name, &change->id, 1) : OK;
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

/* One chunk of a walk over all records of a source. */
struct walk {
    const struct metric_source *source; /* whose records */
    struct metric_pick pick;            /* which range */
    struct arena *arena;                /* emptied for each chunk */
    int64_t measure_id;                 /* of a measure that people defined: its source is read anew, for it may change; else 0 */
    size_t variant;                     /* which of its sources */
    struct metric_source own;           /* that source */
    bool only_built;                    /* measures whose facts are being made are left out */
};

/* The source of the walk, from now on as it is until the transaction ends. `gone_out`: there is none any more. */
static enum err walk_source(struct db *db, struct walk *walk, bool lock, bool *gone_out)
{
    struct metric_source sources[MEASURE_SOURCES_MAX];
    struct measure_row row;
    size_t count = 0;
    *gone_out = false;
    if (walk->measure_id == 0) {
        return OK;
    }
    enum err err = (lock ? measure_store_keep : measure_store_get)(db, walk->arena, walk->measure_id, &row);
    if (err != ERR_NOT_FOUND) {
        TRY(err);
        TRY(measure_sources(db, walk->arena, &row, sources, &count, NULL));
    }
    *gone_out = walk->variant >= count;
    if (!*gone_out) {
        walk->own = sources[walk->variant];
        walk->source = &walk->own;
    }
    return OK;
}

static enum err rebuild_chunk(struct db *db, void *context)
{
    struct walk *walk = context;
    bool gone;
    arena_reset(walk->arena);
    TRY(walk_source(db, walk, true, &gone));
    return gone ? OK : sync_pick(db, walk->arena, walk->source, &walk->pick);
}

/* Sums that went wrong by other means than facts. A difference is taken and written in one transaction; facts and their
 * sums change together, so people at work do not disturb it. */
static enum err rebuild_sums(struct db *db, void *context)
{
    struct walk *walk = context;
    arena_reset(walk->arena);
    struct rollup_delta *deltas;
    size_t count;
    TRY(metric_store_wrong_rollups(db, walk->arena, &deltas, &count));
    if (count > 0) {
        TRY(metric_store_add(db, walk->arena, deltas, count));
    }
    TRY(metric_store_wrong_departments(db, walk->arena, &deltas, &count));
    return count == 0 ? OK : metric_store_add_departments(db, walk->arena, deltas, count);
}

static enum err rebuild_stamps(struct db *db, void *context)
{
    struct walk *walk = context;
    arena_reset(walk->arena);
    struct wrong_target *wrong;
    size_t count;
    TRY(metric_store_wrong_targets(db, walk->arena, &wrong, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(metric_store_stamp_targets(db, walk->arena, wrong[i].user_id, wrong[i].month));
    }
    struct rollup_delta *deltas;
    TRY(metric_store_wrong_totals(db, walk->arena, &deltas, &count));
    return count == 0 ? OK : metric_store_add_totals(db, walk->arena, deltas, count);
}

/* What is done with each source, and with each chunk of one. */
typedef enum err each_source(struct db *db, struct walk *walk, void *context);

static enum err walk_measure(struct db *db, struct walk *walk, int64_t id, each_source *each, void *context)
{
    for (size_t variant = 0; variant < MEASURE_SOURCES_MAX; variant++) {
        bool gone;
        walk->measure_id = id;
        walk->variant = variant;
        TRY(walk_source(db, walk, false, &gone));
        if (!gone) {
            TRY(each(db, walk, context));
        }
    }
    walk->measure_id = 0;
    return OK;
}

/* The program's sources, then those of measures that people defined. */
static enum err walk_all(struct db *db, struct walk *walk, each_source *each, void *context)
{
    struct measure_row *rows;
    size_t count;
    int64_t ids[CUSTOM_MEASURES_MAX];
    size_t id_count = 0;
    for (walk->source = METRIC_SOURCES; walk->source->object != NULL; ) {
        const struct metric_source *now = walk->source;
        TRY(each(db, walk, context));
        walk->source = now + 1;
    }
    TRY(measure_store_list(db, walk->arena, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (!walk->only_built || rows[i].built_version == rows[i].definition_version) {
            ids[id_count++] = rows[i].id;
        }
    }
    for (size_t i = 0; i < id_count; i++) {
        TRY(walk_measure(db, walk, ids[i], each, context));
    }
    return OK;
}

/* Who hears how far it is. */
struct hearing {
    metric_progress *progress; /* may be NULL */
    void *context;
};

static enum err rebuild_source(struct db *db, struct walk *walk, void *context)
{
    const struct hearing *hearing = context;
    const char *object = walk->source->object;
    int64_t last = 0;
    TRY(metric_store_last_id(db, walk->arena, walk->source, &last));
    for (int64_t from = 0; from < last; from += CHUNK) {
        walk->pick = (struct metric_pick){.from = from, .to = from + CHUNK};
        TRY(db_tx(db, rebuild_chunk, walk));
        if (hearing->progress != NULL) {
            TRY(hearing->progress(hearing->context, object, from + CHUNK < last ? from + CHUNK : last, last));
        }
    }
    return OK;
}

static enum err rebuild_all(struct db *db, struct walk *walk, metric_progress *progress, void *context)
{
    struct hearing hearing = {progress, context};
    TRY(walk_all(db, walk, rebuild_source, &hearing));
    TRY(db_tx(db, rebuild_sums, walk));
    return db_tx(db, rebuild_stamps, walk);
}

enum err metric_rebuild(struct db *db, metric_progress *progress, void *context)
{
    struct walk walk = {.arena = arena_create(CHUNK_ARENA_BYTES)};
    enum err err = rebuild_all(db, &walk, progress, context);
    arena_destroy(walk.arena);
    return err;
}

static enum err job_hears(void *context, const char *object, int64_t done, int64_t total)
{
    return job_progress(context, done, total, object);
}

/* A measure that is changed meanwhile has another job behind this one. */
enum err metric_rebuild_measure(struct job *job, json_t **result_out)
{
    struct walk walk = {.arena = arena_create(CHUNK_ARENA_BYTES)};
    struct hearing hearing = {job_hears, job};
    struct measure_row row;
    int64_t id = json_get_int(job->input, "measure", 0);
    (void)result_out;
    enum err err = measure_store_get(job->db, job->arena, id, &row);
    bool gone = err == ERR_NOT_FOUND;
    err = err == OK ? walk_measure(job->db, &walk, id, rebuild_source, &hearing) : err;
    arena_destroy(walk.arena);
    if (gone) {
        return OK; /* deleted meanwhile */
    }
    TRY(err);
    return measure_store_built(job->db, job->arena, id, row.definition_version);
}

enum err metric_compute(struct db *db, struct arena *arena, const struct metric_source *source, const struct metric_pick *pick,
                        struct fact **facts_out, size_t *count_out)
{
    struct metric_company company;
    struct source_row *rows;
    size_t count;
    TRY(metric_store_company(db, arena, &company));
    TRY(metric_store_sources(db, arena, source, &company, pick, false, &rows, &count));
    *facts_out = ARENA_ARRAY(arena, struct fact, count * source->measure_count + 1);
    *count_out = compute_facts(source, rows, count, &company, *facts_out);
    return OK;
}

/* Who hears of differences. */
struct listener {
    void (*difference)(void *context, struct str sentence); /* may be NULL */
    void *context;                                          /* its */
    struct arena *arena;                                    /* for sentences */
};

static void tell(const struct listener *listener, struct str sentence)
{
    if (listener->difference != NULL) {
        listener->difference(listener->context, sentence);
    }
}

static void tell_fact(const struct listener *listener, const struct metric_source *source, const char *what, const struct fact *fact)
{
    tell(listener, str_format(listener->arena, "%s: %s %lld, %s of %.*s, user %lld, department %lld, amount %lld", what,
                              source->object, (long long)fact->record_id, MEASURES[fact->measure].key,
                              STR_ARG(date_format(listener->arena, fact->on)), (long long)fact->user_id,
                              (long long)fact->department_id, (long long)fact->amount));
}

/* A second look at a chunk with its records locked. */
struct look {
    struct walk *walk;       /* which chunk */
    struct difference found; /* what it gave */
};

static enum err look_again(struct db *db, void *context)
{
    struct look *look = context;
    bool gone;
    arena_reset(look->walk->arena);
    look->found = (struct difference){0};
    TRY(walk_source(db, look->walk, true, &gone));
    return gone ? OK : find_difference(db, look->walk->arena, look->walk->source, &look->walk->pick, true, &look->found);
}

/* Records and facts are read one after the other: what somebody commits in between looks like a fault, so faults are
 * believed only of records that nobody can change meanwhile. */
static enum err look_at_chunk(struct db *db, struct walk *walk, struct difference *out)
{
    struct look look = {.walk = walk};
    bool gone;
    arena_reset(walk->arena);
    *out = look.found;
    TRY(walk_source(db, walk, false, &gone));
    if (gone) {
        return OK;
    }
    TRY(find_difference(db, walk->arena, walk->source, &walk->pick, false, &look.found));
    if (look.found.put_count + look.found.drop_count > 0) {
        TRY(db_tx(db, look_again, &look));
    }
    *out = look.found;
    return OK;
}

/* Where the check of facts writes down what it found. */
struct finding {
    const struct listener *listener;
    struct metric_report *report;
};

static enum err check_source(struct db *db, struct walk *walk, void *context)
{
    const struct finding *finding = context;
    struct metric_report *out = finding->report;
    int64_t last = 0;
    TRY(metric_store_last_id(db, walk->arena, walk->source, &last));
    for (int64_t from = 0; from < last; from += CHUNK) {
        walk->pick = (struct metric_pick){.from = from, .to = from + CHUNK};
        struct difference found;
        TRY(look_at_chunk(db, walk, &found));
        out->facts += (int64_t)found.wanted_count;
        out->wrong_facts += (int64_t)(found.put_count + found.drop_count);
        for (size_t i = 0; i < found.put_count; i++) {
            tell_fact(finding->listener, walk->source, "missing or different", &found.put[i]);
        }
        for (size_t i = 0; i < found.drop_count; i++) {
            tell_fact(finding->listener, walk->source, "should not be there", &found.drop[i]);
        }
    }
    return OK;
}

static enum err check_facts(struct db *db, struct walk *walk, const struct listener *listener, struct metric_report *out)
{
    struct finding finding = {listener, out};
    return walk_all(db, walk, check_source, &finding);
}

static void tell_sums(const struct listener *listener, const char *what, const struct rollup_delta *deltas, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tell(listener, str_format(listener->arena, "%s: %s of %.*s, department %lld, user %lld: by %lld (%lld facts)", what,
                                  MEASURES[deltas[i].measure].key, STR_ARG(date_format(listener->arena, deltas[i].month)),
                                  (long long)deltas[i].department_id, (long long)deltas[i].user_id,
                                  (long long)deltas[i].amount, (long long)deltas[i].fact_count));
    }
}

static enum err check_sums(struct db *db, struct walk *walk, const struct listener *listener, struct metric_report *out)
{
    arena_reset(walk->arena);
    struct rollup_delta *deltas;
    size_t count;
    TRY(metric_store_wrong_rollups(db, walk->arena, &deltas, &count));
    tell_sums(listener, "sum differs from its facts", deltas, count);
    out->wrong_rollups = (int64_t)count;
    TRY(metric_store_wrong_departments(db, walk->arena, &deltas, &count));
    tell_sums(listener, "department's sum differs from its people's", deltas, count);
    out->wrong_rollups += (int64_t)count;
    return OK;
}

static enum err check_targets(struct db *db, struct walk *walk, const struct listener *listener, struct metric_report *out)
{
    arena_reset(walk->arena);
    struct wrong_target *wrong;
    struct rollup_delta *deltas;
    size_t count;
    TRY(metric_store_wrong_targets(db, walk->arena, &wrong, &count));
    out->wrong_targets = (int64_t)count;
    for (size_t i = 0; i < count; i++) {
        tell(listener, str_format(walk->arena, "target of user %lld for %.*s stands in department %lld instead of %lld",
                                  (long long)wrong[i].user_id, STR_ARG(date_format(walk->arena, wrong[i].month)),
                                  (long long)wrong[i].stored_id, (long long)wrong[i].expected_id));
    }
    TRY(metric_store_wrong_totals(db, walk->arena, &deltas, &count));
    tell_sums(listener, "department's target differs from its cells", deltas, count);
    out->wrong_targets += (int64_t)count;
    return OK;
}

enum err metric_check(struct db *db, void (*difference)(void *context, struct str sentence), void *context,
                      struct metric_report *out)
{
    *out = (struct metric_report){0};
    struct walk walk = {.arena = arena_create(CHUNK_ARENA_BYTES), .only_built = true};
    struct listener listener = {difference, context, walk.arena};
    enum err err = check_facts(db, &walk, &listener, out);
    if (err == OK) {
        err = check_sums(db, &walk, &listener, out);
    }
    if (err == OK) {
        err = check_targets(db, &walk, &listener, out);
    }
    arena_destroy(walk.arena);
    return err;
}

static const struct job_kind JOBS[] = {
    {"metric.rebuild", metric_run_rebuild, NULL, 0},
    {"metric.measure", metric_rebuild_measure, NULL, 0},
    {NULL, NULL, NULL, 0},
};

const struct feature METRIC_FEATURE = {.name = "metric", .routes = MEASURE_ROUTES, .job_kinds = JOBS, .saved = any_saved, .moved = others_moved};
