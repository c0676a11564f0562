/* What counts for whom, and how stored facts and sums are brought in line with it.
 *
 * There is one way only: compute the facts that records ought to have, compare with those stored, write the difference
 * to the facts and the same difference to the monthly sums. One record after a write, thousands after an import, all of
 * them after a bulk load and the check of `dabiao doctor` differ in which records they pick, in nothing else.
 * Invariant: for every (measure, month, department, person) the sum's row equals the sum of its facts after each
 * commit. */
#include "fact_rules.h"

#include <stdlib.h>
#include <string.h>

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

static void add_delta(struct fact_difference *out, const struct fact *fact, int sign)
{
    out->deltas[out->delta_count++] = (struct rollup_delta){
        .measure = fact->measure,
        .month = date_month_start(fact->on),
        .department_id = fact->department_id,
        .user_id = fact->user_id,
        .amount = sign * fact->amount,
        .fact_count = sign,
    };
}

/* Both lists by record and measure: one walk finds what to write. */
static void compare(struct arena *arena, const struct fact *wanted, size_t wanted_count, const struct fact *stored,
                    size_t stored_count, struct fact_difference *out)
{
    *out = (struct fact_difference){.put = ARENA_ARRAY(arena, struct fact, wanted_count),
                                    .drop = ARENA_ARRAY(arena, struct fact, stored_count),
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

enum err fact_find_difference(struct db *db, struct arena *arena, const struct metric_source *source,
                              const struct metric_pick *pick, bool lock, struct fact_difference *out)
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

enum err fact_sync(struct db *db, struct arena *arena, const struct metric_source *source,
                   const struct metric_pick *pick)
{
    struct fact_difference found;
    TRY(fact_find_difference(db, arena, source, pick, true, &found));
    if (found.put_count > 0) {
        TRY(metric_store_put(db, arena, source, found.put, found.put_count));
    }
    if (found.drop_count > 0) {
        TRY(metric_store_delete(db, arena, source, found.drop, found.drop_count));
    }
    return write_deltas(db, arena, found.deltas, found.delta_count);
}

enum err fact_compute(struct db *db, struct arena *arena, const struct metric_source *source,
                      const struct metric_pick *pick, struct fact **facts_out, size_t *count_out)
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
