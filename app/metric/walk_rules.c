/* Walks over all records: facts and sums are made anew after bulk loads, and examined by `dabiao doctor`. */
#include "walk_rules.h"

#include "fact_rules.h"
#include "measure_rules.h"
#include "metric.h"
#include "platform/tx.h"

enum { CHUNK = 1000, CHUNK_ARENA_BYTES = 256 * 1024 * 1024 };

/* One chunk of a walk over all records of a source. */
struct walk {
    const struct metric_source *source; /* whose records */
    struct metric_pick pick;            /* which range */
    struct arena *arena;                /* emptied for each chunk */
    int64_t measure_id;       /* of a measure that people defined: its source is read anew, for it may change; else 0 */
    size_t variant;           /* which of its sources */
    struct metric_source own; /* that source */
    bool only_built;          /* measures whose facts are being made are left out */
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
    return gone ? OK : fact_sync(db, walk->arena, walk->source, &walk->pick);
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
    if (count > 0) {
        TRY(metric_store_add_totals(db, walk->arena, deltas, count));
    }
    struct year_delta *years;
    TRY(metric_store_wrong_years(db, walk->arena, &years, &count));
    return count == 0 ? OK : metric_store_add_years(db, walk->arena, years, count);
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
    for (walk->source = METRIC_SOURCES; walk->source->object != NULL;) {
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

/* A run that is taken again begins again: what is in line already costs little. */
enum err metric_run_rebuild(struct job *job, json_t **result_out)
{
    (void)result_out;
    return metric_rebuild(job->db, job_hears, job);
}

enum err metric_queue_rebuild(struct db *db, struct arena *arena, int64_t user_id)
{
    int64_t id;
    return job_queue(db, arena, "metric.rebuild", user_id, json_keep(arena, json_object()), NULL, &id);
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

static void tell_fact(const struct listener *listener, const struct metric_source *source, const char *what,
                      const struct fact *fact)
{
    tell(listener, str_format(listener->arena, "%s: %s %lld, %s of %.*s, user %lld, department %lld, amount %lld", what,
                              source->object, (long long)fact->record_id, MEASURES[fact->measure].key,
                              STR_ARG(date_format(listener->arena, fact->on)), (long long)fact->user_id,
                              (long long)fact->department_id, (long long)fact->amount));
}

/* A second look at a chunk with its records locked. */
struct look {
    struct walk *walk;            /* which chunk */
    struct fact_difference found; /* what it gave */
};

static enum err look_again(struct db *db, void *context)
{
    struct look *look = context;
    bool gone;
    arena_reset(look->walk->arena);
    look->found = (struct fact_difference){0};
    TRY(walk_source(db, look->walk, true, &gone));
    return gone
               ? OK
               : fact_find_difference(db, look->walk->arena, look->walk->source, &look->walk->pick, true, &look->found);
}

/* Records and facts are read one after the other: what somebody commits in between looks like a fault, so faults are
 * believed only of records that nobody can change meanwhile. */
static enum err look_at_chunk(struct db *db, struct walk *walk, struct fact_difference *out)
{
    struct look look = {.walk = walk};
    bool gone;
    arena_reset(walk->arena);
    *out = look.found;
    TRY(walk_source(db, walk, false, &gone));
    if (gone) {
        return OK;
    }
    TRY(fact_find_difference(db, walk->arena, walk->source, &walk->pick, false, &look.found));
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
        struct fact_difference found;
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

static enum err check_facts(struct db *db, struct walk *walk, const struct listener *listener,
                            struct metric_report *out)
{
    struct finding finding = {listener, out};
    return walk_all(db, walk, check_source, &finding);
}

static void tell_sums(const struct listener *listener, const char *what, const struct rollup_delta *deltas,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tell(listener,
             str_format(listener->arena, "%s: %s of %.*s, department %lld, user %lld: by %lld (%lld facts)", what,
                        MEASURES[deltas[i].measure].key, STR_ARG(date_format(listener->arena, deltas[i].month)),
                        (long long)deltas[i].department_id, (long long)deltas[i].user_id, (long long)deltas[i].amount,
                        (long long)deltas[i].fact_count));
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

static void tell_years(const struct listener *listener, const struct year_delta *deltas, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tell(listener,
             str_format(listener->arena,
                        "department's target of a year differs from its cells: %s (%s) of %lld, department "
                        "%lld: by %lld, its own by %lld",
                        MEASURES[deltas[i].measure].key, TARGET_LEVELS[deltas[i].level], (long long)deltas[i].year,
                        (long long)deltas[i].department_id, (long long)deltas[i].amount, (long long)deltas[i].own));
    }
}

static enum err check_targets(struct db *db, struct walk *walk, const struct listener *listener,
                              struct metric_report *out)
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
    struct year_delta *years;
    TRY(metric_store_wrong_years(db, walk->arena, &years, &count));
    tell_years(listener, years, count);
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
