/* Whether a target is specific, measurable, achievable, relevant and time-bound: computed, not typed. */
#include "round_rules.h"

enum { YEARS_BACK = 3, QUARTER = 3, LIKELY_MIN_PPM = 200000, LIKELY_MAX_PPM = 950000 };

enum err plan_figures(const struct plan_case *item, const struct target_view *view, struct target_figures *out)
{
    struct target_overview overview;
    int64_t id = item->plan.subject_id;
    TRY(target_overview(view, item->plan.is_user ? 0 : id, item->plan.is_user ? id : 0, &overview));
    *out = overview.node.figures;
    return OK;
}

/* Months that are over, of the year and those before it, oldest first. */
static enum err history(const struct plan_case *item, int64_t *months_out, size_t *count_out)
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
                months_out[(*count_out)++] = figures.actual[m];
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

enum err plan_smart(const struct plan_case *item, const struct plan_amounts *amounts, bool is_asked, struct plan_smart *out)
{
    int64_t months[(YEARS_BACK + 1) * TARGET_MONTHS];
    size_t count = 0;
    int64_t target = 0;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        target += amounts->amount[LEVEL_BASE][m];
    }
    TRY(history(item, months, &count));
    out->estimate = attain_estimate(months, count, target);
    int64_t likely = out->estimate.probability_ppm;
    out->specific = target > 0;
    out->measurable = has_data(months, count);
    out->achievable = out->estimate.known && target > 0 && likely >= LIKELY_MIN_PPM && likely <= LIKELY_MAX_PPM;
    out->relevant = is_asked;
    out->time_bound = is_spread(amounts->amount[LEVEL_BASE]);
    out->too_easy = out->estimate.known && target > 0 && likely > LIKELY_MAX_PPM;
    return OK;
}
