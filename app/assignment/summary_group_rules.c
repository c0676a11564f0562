/* Sums of figures over intervals. The database counts those that are alike; which figures they count for is asked of
 * each figure's own filter, once for each kind. */
#include "summary_group_rules.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "platform/object.h"
#include "profile_rules.h"

enum { KINDS_FIRST = 64, ALL_BITS = INT32_MAX };

/* Intervals that are alike. */
struct kind {
    int64_t profile; /* as far as it was asked for */
    bool is_late;    /* likewise */
    uint64_t fits;   /* bit i: figure i counts them */
};

/* Putting together. */
struct folding {
    struct request *request;       /* whose filters */
    const struct figures *figures; /* which */
    struct kind *kinds;            /* seen so far */
    size_t kind_count, kind_capacity;
    struct summary *out;        /* totals go here */
    struct summary_list *keys;  /* NULL: not by key */
    struct summary_list *weeks; /* NULL: not by period */
    enum summary_period period; /* which */
    bool counts_totals;         /* of this pass */
    bool is_one_batch;          /* so far */
    int64_t batched;            /* intervals that came by one */
};

static uint64_t fits_of(const struct folding *folding, const struct kind *kind)
{
    const struct figures *figures = folding->figures;
    size_t field_count = fields_count(object_fields(&ASSIGNMENT));
    const struct value *values = profile_values(folding->request, field_count, kind->profile, kind->is_late);
    uint64_t fits = 0;
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->items[i];
        if (!figure->closed && filter_matches(figure->filter, values, NULL, NULL)) {
            fits |= UINT64_C(1) << i;
        }
    }
    return fits;
}

static uint64_t find_fits(struct folding *folding, const struct summary_row *row)
{
    for (size_t i = 0; i < folding->kind_count; i++) {
        if (folding->kinds[i].profile == row->profile && folding->kinds[i].is_late == row->is_late) {
            return folding->kinds[i].fits;
        }
    }
    if (folding->kind_count == folding->kind_capacity) {
        size_t capacity = folding->kind_capacity == 0 ? KINDS_FIRST : folding->kind_capacity * 2;
        struct kind *kinds = ARENA_ARRAY(folding->request->arena, struct kind, capacity);
        if (folding->kind_count > 0) {
            memcpy(kinds, folding->kinds, folding->kind_count * sizeof *kinds);
        }
        folding->kinds = kinds;
        folding->kind_capacity = capacity;
    }
    struct kind *kind = &folding->kinds[folding->kind_count++];
    *kind = (struct kind){.profile = row->profile, .is_late = row->is_late};
    kind->fits = fits_of(folding, kind);
    return kind->fits;
}

/* Rows of one key mostly come one after the other. */
static struct summary_sums *find_sums(struct arena *arena, struct summary_list *list, struct value key)
{
    for (size_t i = list->count; i > 0; i--) {
        if (value_eq(list->items[i - 1].key, key)) {
            return &list->items[i - 1];
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
    if (key.type == VALUE_TEXT) {
        key.text = str_dup(arena, key.text);
    }
    struct summary_sums *sums = &list->items[list->count++];
    *sums = (struct summary_sums){.key = key, .name = value_null()};
    return sums;
}

static void add_row(const struct figures *figures, struct summary_sums *sums, const struct summary_row *row,
                    uint64_t fits)
{
    for (size_t i = 0; i < figures->count; i++) {
        if ((fits >> i & 1) != 0) {
            sums->values[i] += row->sums[figures->items[i].sum];
        }
    }
}

/* Whether all came by one batch shows at the end. */
static void add_batch(struct folding *folding, const struct summary_row *row)
{
    if (folding->out->totals.values[0] == 0) {
        folding->out->batch = row->first_batch;
        folding->is_one_batch = true;
    }
    folding->is_one_batch = folding->is_one_batch && value_eq(row->first_batch, folding->out->batch) &&
                            value_eq(row->last_batch, folding->out->batch);
    folding->batched += row->batched;
}

/* First day of the period that holds the day. */
static struct value period_of(enum summary_period period, struct value day)
{
    switch (period) {
    case SUMMARY_WHOLE:
        return value_null();
    case SUMMARY_WEEK:
        return V(date_add_days(day.date, 1 - date_weekday(day.date)));
    case SUMMARY_MONTH:
        return V(date_month_start(day.date));
    }
    return day;
}

static enum err fold_row(void *context, const struct summary_row *row)
{
    struct folding *folding = context;
    struct arena *arena = folding->request->arena;
    uint64_t fits = find_fits(folding, row);
    if (folding->counts_totals) {
        add_batch(folding, row);
        folding->out->from_owners += profile_has_former_owner(row->profile) ? row->sums[SUMMARY_INTERVALS] : 0;
        add_row(folding->figures, &folding->out->totals, row, fits);
    }
    if (folding->keys != NULL) {
        add_row(folding->figures, find_sums(arena, folding->keys, row->key), row, fits);
    }
    if (folding->weeks != NULL) {
        struct value period = period_of(folding->period, row->cohort);
        add_row(folding->figures, find_sums(arena, folding->weeks, period), row, fits);
    }
    return OK;
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

/* A batch begins on one day and has few receivers: key and period together make about as many groups as the key. */
enum err summary_sums_of(struct request *request, const struct list_request *list, int64_t batch_id,
                         const struct field *by, enum summary_period period, const struct figures *figures,
                         struct summary *out)
{
    bool at_once = batch_id != 0;
    struct summary_wish wish = {list, at_once ? by : NULL, period, ALL_BITS, batch_id};
    struct folding folding = {.request = request,
                              .figures = figures,
                              .out = out,
                              .keys = at_once ? &out->by_key : NULL,
                              .weeks = &out->cohorts,
                              .period = period,
                              .counts_totals = true};
    assert(figures->count <= SUMMARY_FIGURES_MAX);
    *out = (struct summary){.batch = value_null()};
    TRY(summary_store_groups(request, &wish, fold_row, &folding));
    if (!folding.is_one_batch || folding.batched != out->totals.values[0]) {
        out->batch = value_null();
    }
    if (!at_once) {
        wish = (struct summary_wish){list, by, SUMMARY_WHOLE, PROFILE_TABLE_BITS, 0};
        folding = (struct folding){.request = request, .figures = figures, .out = out, .keys = &out->by_key};
        TRY(summary_store_groups(request, &wish, fold_row, &folding));
    }
    sort_list(&out->by_key, most_first);
    sort_list(&out->cohorts, latest_first);
    return OK;
}

typedef enum err summary_groups(struct request *request, const struct summary_wish *wish,
                                enum err (*each)(void *context, const struct summary_row *row), void *context);

static enum err fold_together(struct request *request, const struct summary_wish *wish, const struct figures *figures,
                              summary_groups *groups, struct summary_sums *out)
{
    struct summary sums = {.batch = value_null()};
    struct folding folding = {.request = request, .figures = figures, .out = &sums, .counts_totals = true};
    TRY(groups(request, wish, fold_row, &folding));
    *out = sums.totals;
    return OK;
}

enum err summary_totals_of(struct request *request, const struct list_request *list, int64_t batch_id,
                           const struct figures *figures, struct summary_sums *out)
{
    struct summary_wish wish = {list, NULL, SUMMARY_WHOLE, PROFILE_TABLE_BITS, batch_id};
    return fold_together(request, &wish, figures, summary_store_groups, out);
}

enum err summary_former_of(struct request *request, const struct list_request *list, int64_t batch_id,
                           const struct figures *figures, struct summary_sums *out)
{
    struct summary_wish wish = {list, NULL, SUMMARY_WHOLE, PROFILE_TABLE_BITS, batch_id};
    return fold_together(request, &wish, figures, summary_store_former, out);
}
