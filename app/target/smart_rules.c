/* Whether a target is specific, measurable, achievable, relevant and time-bound: computed, not typed. */
#include "coverage_store.h"
#include "newcomer_rules.h"
#include "round_rules.h"

enum {
    YEARS_BACK = HISTORY_YEARS_BACK,
    QUARTER = 3,
    LIKELY_MIN_PPM = 200000,
    LIKELY_MAX_PPM = 950000,
    MILLION = 1000000
};

/* Of a department all. */
static int64_t ramp_of(const struct plan_case *item, const struct target_ramp *ramp, struct date month)
{
    return item->plan.is_user ? target_ramp_part(ramp, item->person.joined_on, month) : MILLION;
}

enum err plan_figures(const struct plan_case *item, const struct target_view *view, struct target_figures *out)
{
    struct target_overview overview;
    int64_t id = item->plan.subject_id;
    TRY(target_overview(view, item->plan.is_user ? 0 : id, item->plan.is_user ? id : 0, &overview));
    *out = overview.node.figures;
    return OK;
}

/* Months that are over, of the year and those before it, oldest first. */
static enum err history(const struct plan_case *item, const struct target_ramp *ramp, int64_t *months_out,
                        size_t *count_out)
{
    struct target_view views[YEARS_BACK + 1];
    struct date now = date_month_start(item->view.request->today);
    *count_out = 0;
    views[YEARS_BACK] = item->view;
    for (int i = YEARS_BACK - 1; i >= 0; i--) {
        target_view_year_before(&views[i + 1], &views[i]);
    }
    for (int i = 0; i <= YEARS_BACK; i++) {
        struct target_figures figures;
        if (date_compare(views[i].months[0], now) >= 0) {
            continue; /* nothing of it is over */
        }
        TRY(plan_figures(item, &views[i], &figures));
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            if (date_compare(views[i].months[m], now) < 0) {
                months_out[(*count_out)++] =
                    target_ramp_full(figures.actual[m], ramp_of(item, ramp, views[i].months[m]));
            }
        }
    }
    return OK;
}

static bool has_data(const int64_t *months, size_t count)
{
    size_t first = count > TARGET_MONTHS ? count - TARGET_MONTHS : 0;
    for (size_t i = first; i < count; i++) {
        if (months[i] != 0) {
            return true;
        }
    }
    return false;
}

/* Every quarter has something to reach. */
static bool is_spread(const int64_t amounts[TARGET_MONTHS])
{
    for (size_t q = 0; q < TARGET_MONTHS; q += QUARTER) {
        int64_t sum = 0;
        for (size_t m = q; m < q + QUARTER; m++) {
            sum += amounts[m];
        }
        if (sum <= 0) {
            return false;
        }
    }
    return true;
}

static int64_t sum_of(const int64_t amounts[TARGET_MONTHS])
{
    int64_t sum = 0;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        sum += amounts[m];
    }
    return sum;
}

/* What a year of full months becomes with the year's ramp. */
static int64_t ramped(int64_t amount, int64_t year_ppm)
{
    struct money part = {0};
    return year_ppm < MILLION && money_mul_ppm((struct money){amount}, year_ppm, &part) ? part.minor : amount;
}

/* Months of the ramp ask for more than their part of the mean of the full months. */
static bool is_over_ramp(const int64_t amounts[TARGET_MONTHS], const int64_t ramp_ppm[TARGET_MONTHS])
{
    int64_t full = 0;
    int64_t full_count = 0;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        full += ramp_ppm[m] == MILLION ? amounts[m] : 0;
        full_count += ramp_ppm[m] == MILLION ? 1 : 0;
    }
    for (size_t m = 0; m < TARGET_MONTHS && full_count > 0; m++) {
        if (ramp_ppm[m] < MILLION && amounts[m] > ramped(full / full_count, ramp_ppm[m])) {
            return true;
        }
    }
    return false;
}

/* Opportunities become these. */
static bool is_closable(enum measure measure)
{
    return measure == MEASURE_SIGNED_AMOUNT || measure == MEASURE_RECEIVED_AMOUNT || measure == MEASURE_WON_DEALS;
}

static enum err cover(const struct plan_case *item, int64_t target, struct plan_coverage *out)
{
    const struct target_view *view = &item->view;
    struct request *request = view->request;
    struct target_figures figures;
    struct coverage_row row;
    *out = (struct plan_coverage){.known = item->plan.is_user && is_closable(view->measure) && target > 0};
    if (!out->known) {
        return OK;
    }
    struct date tomorrow = date_add_days(request->today, 1);
    struct coverage_times times = {.open_from = view->months[0],
                                   .open_to = view->months[TARGET_MONTHS],
                                   .closed_from = date_add_months(tomorrow, -TARGET_MONTHS),
                                   .closed_to = tomorrow};
    TRY(plan_figures(item, view, &figures));
    TRY(coverage_store_get(request->db, request->arena, item->plan.subject_id, &times, &row));
    out->open = MEASURES[view->measure].is_money ? row.open_amount : row.open_count;
    out->missing = target - sum_of(figures.actual);
    out->closed = row.won + row.lost;
    out->ppm.set = out->missing > 0 && ratio_ppm(out->open, out->missing, &out->ppm.value);
    out->needed_ppm.set = row.won > 0 && ratio_ppm(out->closed, row.won, &out->needed_ppm.value);
    out->is_short = out->ppm.set && out->needed_ppm.set && out->ppm.value < out->needed_ppm.value;
    return OK;
}

/* Without months enough of their own a person goes by the colleagues. */
static enum err estimate(const struct plan_case *item, const struct target_ramp *ramp, const int64_t *months,
                         size_t count, int64_t target, struct plan_smart *out)
{
    int64_t year_ppm = sum_of(out->ramp_ppm) / TARGET_MONTHS;
    int64_t full = year_ppm > 0 ? target_ramp_full(target, year_ppm) : target;
    out->estimate = attain_estimate(months, count, full);
    if (!out->estimate.known && item->plan.is_user) {
        TRY(colleagues_estimate(&item->view, ramp, item->plan.subject_id, full, &out->estimate, &out->colleagues));
        out->by_colleagues = out->estimate.known;
    }
    out->estimate.low = ramped(out->estimate.low, year_ppm);
    out->estimate.expected = ramped(out->estimate.expected, year_ppm);
    out->estimate.high = ramped(out->estimate.high, year_ppm);
    return OK;
}

enum err plan_smart(const struct plan_case *item, const struct plan_amounts *amounts, bool is_asked,
                    struct plan_smart *out)
{
    int64_t months[(YEARS_BACK + 1) * TARGET_MONTHS];
    size_t count = 0;
    struct target_ramp ramp;
    const int64_t *base = amounts->amount[LEVEL_BASE];
    int64_t target = sum_of(base);
    *out = (struct plan_smart){0};
    TRY(target_ramp_get(item->view.request, &ramp));
    TRY(history(item, &ramp, months, &count));
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        out->ramp_ppm[m] = ramp_of(item, &ramp, item->view.months[m]);
    }
    TRY(estimate(item, &ramp, months, count, target, out));
    TRY(cover(item, target, &out->coverage));
    const struct plan_coverage *coverage = &out->coverage;
    int64_t likely = out->estimate.probability_ppm;
    bool is_likely = out->estimate.known && likely >= LIKELY_MIN_PPM && likely <= LIKELY_MAX_PPM;
    bool is_covered = coverage->ppm.set && coverage->needed_ppm.set && !coverage->is_short;
    bool is_own = out->estimate.known && !out->by_colleagues;
    out->over_ramp = is_over_ramp(base, out->ramp_ppm);
    out->specific = target > 0;
    out->measurable = has_data(months, count);
    out->achievable = target > 0 && !out->over_ramp && (is_likely || (!is_own && is_covered));
    out->relevant = is_asked;
    out->time_bound = is_spread(base);
    out->too_easy = out->estimate.known && target > 0 && likely > LIKELY_MAX_PPM;
    return OK;
}
