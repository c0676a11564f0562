/* What counts for whom, and how stored facts and sums are brought in line with it.
 *
 * There is one way only: compute the facts that records ought to have, compare with those stored, write the difference
 * to the facts and the same difference to the monthly sums. One record after a write, thousands after an import, all of
 * them after a bulk load and the check of `dabiao doctor` differ in which records they pick, in nothing else.
 * Invariant: for every (measure, month, department, person) the sum's row equals the sum of its facts after each commit. */
#include "metric.h"

#include <stdlib.h>
#include <string.h>

#include "metric_store.h"
#include "platform/object.h"
#include "platform/tx.h"

enum { CHUNK = 1000, CHUNK_ARENA_BYTES = 256 * 1024 * 1024 };

const struct measure_kind MEASURES[MEASURE_COUNT] = {
    [MEASURE_SIGNED_AMOUNT] = {"signed_amount", true},   [MEASURE_RECEIVED_AMOUNT] = {"received_amount", true},
    [MEASURE_GROSS_PROFIT] = {"gross_profit", true},     [MEASURE_NEW_CUSTOMERS] = {"new_customers", false},
    [MEASURE_WON_DEALS] = {"won_deals", false},          [MEASURE_FOLLOW_UPS] = {"follow_ups", false},
    [MEASURE_INVOICED_AMOUNT] = {"invoiced_amount", true}, [MEASURE_VISITS] = {"visits", false},
};

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
    for (int i = 0; i < MEASURE_COUNT; i++) {
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
    TRY(metric_store_sources(db, arena, source, str_c(arena, company.time_zone), pick, lock, &rows, &row_count));
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

enum err metric_sync_many(struct db *db, struct arena *arena, const char *object, const int64_t *ids, size_t count)
{
    const struct metric_source *source = source_find(object);
    if (source == NULL || count == 0) {
        return OK;
    }
    int64_t *sorted = ARENA_ARRAY(arena, int64_t, count);
    memcpy(sorted, ids, count * sizeof *ids);
    qsort(sorted, count, sizeof *sorted, compare_ids);
    size_t distinct = 1;
    for (size_t i = 1; i < count; i++) {
        if (sorted[i] != sorted[distinct - 1]) {
            sorted[distinct++] = sorted[i];
        }
    }
    for (size_t from = 0; from < distinct; from += CHUNK) {
        size_t left = distinct - from;
        struct metric_pick pick = {.ids = sorted + from, .count = left < CHUNK ? left : CHUNK};
        TRY(sync_pick(db, arena, source, &pick));
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
    return metric_store_stamp_targets(db, arena, user_id, from);
}

/* One chunk of a walk over all records of a source. */
struct walk {
    const struct metric_source *source; /* whose records */
    struct metric_pick pick;            /* which range */
    struct arena *arena;                /* emptied for each chunk */
};

static enum err rebuild_chunk(struct db *db, void *context)
{
    struct walk *walk = context;
    arena_reset(walk->arena);
    return sync_pick(db, walk->arena, walk->source, &walk->pick);
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

static enum err rebuild_all(struct db *db, struct walk *walk, metric_progress *progress, void *context)
{
    for (walk->source = METRIC_SOURCES; walk->source->object != NULL; walk->source++) {
        int64_t last = 0;
        TRY(metric_store_last_id(db, walk->arena, walk->source, &last));
        for (int64_t from = 0; from < last; from += CHUNK) {
            walk->pick = (struct metric_pick){.from = from, .to = from + CHUNK};
            TRY(db_tx(db, rebuild_chunk, walk));
            if (progress != NULL) {
                TRY(progress(context, walk->source->object, from + CHUNK < last ? from + CHUNK : last, last));
            }
        }
    }
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
    arena_reset(look->walk->arena);
    return find_difference(db, look->walk->arena, look->walk->source, &look->walk->pick, true, &look->found);
}

/* Records and facts are read one after the other: what somebody commits in between looks like a fault, so faults are
 * believed only of records that nobody can change meanwhile. */
static enum err look_at_chunk(struct db *db, struct walk *walk, struct difference *out)
{
    struct look look = {.walk = walk};
    arena_reset(walk->arena);
    TRY(find_difference(db, walk->arena, walk->source, &walk->pick, false, &look.found));
    if (look.found.put_count + look.found.drop_count > 0) {
        TRY(db_tx(db, look_again, &look));
    }
    *out = look.found;
    return OK;
}

static enum err check_facts(struct db *db, struct walk *walk, const struct listener *listener, struct metric_report *out)
{
    for (walk->source = METRIC_SOURCES; walk->source->object != NULL; walk->source++) {
        int64_t last = 0;
        TRY(metric_store_last_id(db, walk->arena, walk->source, &last));
        for (int64_t from = 0; from < last; from += CHUNK) {
            walk->pick = (struct metric_pick){.from = from, .to = from + CHUNK};
            struct difference found;
            TRY(look_at_chunk(db, walk, &found));
            out->facts += (int64_t)found.wanted_count;
            out->wrong_facts += (int64_t)(found.put_count + found.drop_count);
            for (size_t i = 0; i < found.put_count; i++) {
                tell_fact(listener, walk->source, "missing or different", &found.put[i]);
            }
            for (size_t i = 0; i < found.drop_count; i++) {
                tell_fact(listener, walk->source, "should not be there", &found.drop[i]);
            }
        }
    }
    return OK;
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
    struct walk walk = {.arena = arena_create(CHUNK_ARENA_BYTES)};
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
