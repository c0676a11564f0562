/* What a measure would have counted: a definition tried out on a year before it is kept. Only records that the asking
 * person may see are looked at. */
#include "fact_rules.h"
#include "platform/ids.h"
#include "measure_rules.h"

#include <string.h>

#include "engines/currency.h"
#include "platform/record_label.h"
#include "platform/scope.h"

enum { CHUNK = 5000, ARENA_BYTES = 64 * 1024 * 1024 };

/* A record among the newest so far. */
struct newest {
    int64_t record_id;
    struct date on;
    bool is_order; /* a change order */
};

/* A preview on its way. */
struct trial {
    struct request *request;
    struct metric_company company;
    struct date rows_from, rows_to;         /* days of the rows that are shown */
    struct newest newest[PREVIEW_ROWS + 1]; /* newest first; one more tells whether there are more */
    size_t newest_count;
    struct measure_preview *out;
};

static void keep_newest(struct trial *trial, struct newest row)
{
    size_t place = trial->newest_count;
    while (place > 0 && date_compare(trial->newest[place - 1].on, row.on) < 0) {
        place--;
    }
    if (place > PREVIEW_ROWS) {
        return;
    }
    size_t last = trial->newest_count <= PREVIEW_ROWS ? trial->newest_count++ : PREVIEW_ROWS;
    for (size_t i = last; i > place; i--) {
        trial->newest[i] = trial->newest[i - 1];
    }
    trial->newest[place] = row;
}

static struct opt_int amount_of(const struct trial *trial, const struct measure_sample *sample)
{
    struct opt_int amount = sample->amount;
    if (amount.set && sample->currency.set && sample->rate.set) {
        amount.set = currency_convert(amount.value, currency_digits(sample->currency.value), sample->rate.value,
                                      currency_digits(trial->company.currency), &amount.value);
    }
    return amount;
}

static void count_sample(struct trial *trial, const struct measure_sample *sample, bool is_order)
{
    struct opt_int amount = amount_of(trial, sample);
    struct date on = sample->on.set ? sample->on.value : instant_date(sample->at.value, trial->request->zone);
    size_t month = 0;
    if (!amount.set) {
        return;
    }
    while (month < PREVIEW_MONTHS - 1 && date_compare(trial->out->months[month + 1].on, on) <= 0) {
        month++;
    }
    trial->out->months[month].amount += amount.value;
    trial->out->months[month].count++;
    trial->out->sum += amount.value;
    trial->out->count++;
    if (date_compare(on, trial->rows_from) >= 0 && date_compare(on, trial->rows_to) < 0) {
        keep_newest(trial, (struct newest){sample->record_id, on, is_order});
    }
}

/* All records of one source, a chunk at a time. */
static enum err count_all(struct trial *trial, const struct measure_definition *definition, struct arena *arena)
{
    int64_t after = 0;
    size_t count = CHUNK;
    while (count == CHUNK) {
        struct measure_sample *samples;
        arena_reset(arena);
        TRY(measure_store_samples(trial->request, arena, definition, trial->out->from, trial->out->to, after, CHUNK,
                                  &samples, &count));
        for (size_t i = 0; i < count; i++) {
            count_sample(trial, &samples[i], definition->orders);
            after = samples[i].record_id;
        }
    }
    return OK;
}

/* The rows of one kind of record, in the places that they have among the newest. */
static enum err fill_rows(struct trial *trial, const struct measure_definition *definition, struct fact *facts,
                          size_t fact_count, const struct record_label *labels, size_t label_count)
{
    struct request *request = trial->request;
    const char *object = definition->orders ? "change_order" : definition->object->name;
    for (size_t i = 0; i < trial->out->row_count; i++) {
        struct measure_example *row = &trial->out->rows[i];
        for (size_t f = 0; f < fact_count && trial->newest[i].is_order == definition->orders; f++) {
            if (facts[f].record_id == trial->newest[i].record_id) {
                const struct record_label *label = record_label_find(labels, label_count, facts[f].record_id);
                *row = (struct measure_example){
                    .object = object, .fact = facts[f], .label = label == NULL ? (struct str){0} : label->label};
                TRY(measure_store_names(request->db, request->arena, facts[f].user_id, facts[f].department_id,
                                        &row->user_name, &row->department_name));
            }
        }
    }
    return OK;
}

static enum err show_rows(struct trial *trial, const struct measure_definition *definition)
{
    struct request *request = trial->request;
    const struct object *object = definition->orders ? object_find("change_order") : definition->object;
    struct metric_source source = {.object = object->name,
                                   .table = object->table,
                                   .measures = {MEASURE_CUSTOM},
                                   .measure_count = 1,
                                   .definition = definition};
    int64_t ids[PREVIEW_ROWS];
    size_t count = 0;
    struct fact *facts;
    size_t fact_count;
    struct record_label *labels = NULL;
    size_t label_count = 0;
    for (size_t i = 0; i < trial->out->row_count; i++) {
        if (trial->newest[i].is_order == definition->orders) {
            ids[count++] = trial->newest[i].record_id;
        }
    }
    if (count == 0) {
        return OK;
    }
    count = ids_sort(ids, count);
    struct metric_pick pick = {.ids = ids, .count = count};
    TRY(fact_compute(request->db, request->arena, &source, &pick, &facts, &fact_count));
    TRY(record_labels(request, object, ids, count, &labels, &label_count));
    return fill_rows(trial, definition, facts, fact_count, labels, label_count);
}

static enum err set_year(struct trial *trial, int64_t year, int64_t month)
{
    struct measure_preview *out = trial->out;
    int this_year = 0;
    int this_month = 0;
    int day = 0;
    date_parts(trial->request->today, &this_year, &this_month, &day);
    int64_t start = trial->company.start_month;
    out->year = year != 0 ? year : this_month >= start ? this_year - 1 : this_year - 2;
    struct date first = date_of((int)out->year, (int)start, 1);
    for (int m = 0; m < PREVIEW_MONTHS; m++) {
        out->months[m] = (struct measure_month){.on = date_add_months(first, m)};
    }
    out->from = first;
    out->to = date_add_months(first, PREVIEW_MONTHS);
    trial->rows_from = month < 0 ? out->from : out->months[month].on;
    trial->rows_to = month < 0 ? out->to : date_add_months(out->months[month].on, 1);
    return OK;
}

static enum err look(struct trial *trial, const struct measure_definition *definition, bool show)
{
    struct measure_definition orders = *definition;
    bool lines = definition->how == HOW_LINE_QUANTITY || definition->how == HOW_LINE_AMOUNT;
    orders.orders = true;
    if (show) {
        TRY(show_rows(trial, definition));
        return lines ? show_rows(trial, &orders) : OK;
    }
    struct arena *arena = arena_create(ARENA_BYTES);
    enum err err = count_all(trial, definition, arena);
    err = err == OK && lines ? count_all(trial, &orders, arena) : err;
    arena_destroy(arena);
    return err;
}

enum err measure_preview(struct request *request, const struct measure_definition *definition, int64_t year,
                         int64_t month, struct measure_preview *out)
{
    struct trial trial = {.request = request, .out = out};
    *out = (struct measure_preview){0};
    TRY(metric_store_company(request->db, request->arena, &trial.company));
    TRY(set_year(&trial, year, month));
    TRY(look(&trial, definition, false));
    out->more = trial.newest_count > PREVIEW_ROWS;
    out->row_count = out->more ? PREVIEW_ROWS : trial.newest_count;
    return look(&trial, definition, true);
}
