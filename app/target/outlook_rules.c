/* Where a year, a quarter or a month is going: against the straight line, against last year's season, and by the pace
 * of the months that are over. */
#include "target_rules.h"

enum { YEARS_BACK = 3, MILLION = 1000000 };

static enum err not_found(const struct target_view *view)
{
    return error_set(view->request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

/* Which rows: of a department with all below, of all that is visible, or of a person. */
struct node {
    struct target_pick pick; /* rows; not used for a person */
    int64_t user_id;         /* 0: no person */
};

static enum err find_node(const struct target_view *view, int64_t department_id, int64_t user_id, struct node *out)
{
    bool visible = true;
    *out = (struct node){.pick = target_view_pick(view), .user_id = user_id};
    if (user_id != 0) {
        TRY(target_view_sees_person(view, user_id, &visible));
    } else if (department_id != 0) {
        int64_t *ids;
        visible = target_view_department(view, department_id) != NULL;
        out->pick = (struct target_pick){.department_count = target_view_subtree(view, department_id, &ids)};
        out->pick.departments = ids;
    }
    return visible ? OK : not_found(view);
}

/* Targets or figures of the node in the view's year, by month. */
static enum err months_of(const struct target_view *view, const struct node *node, bool actual,
                          int64_t months_out[TARGET_MONTHS])
{
    struct target_span span = target_view_span(view);
    struct target_sum *sums;
    size_t count;
    if (node->user_id != 0) {
        TRY(target_view_person_sums(view, &node->user_id, 1, actual, false, &sums, &count));
    } else {
        TRY(target_store_sums(view->request->db, view->request->arena, &span, &node->pick, actual,
                              node->pick.people_count > 0, &sums, &count));
    }
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        months_out[m] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        months_out[target_view_month(view, sums[i].month)] += sums[i].amount;
    }
    return OK;
}

/* Share of the month that is over, today included. */
static int64_t passed_ppm(const struct target_view *view, size_t month)
{
    int64_t days = view->months[month + 1].days - view->months[month].days;
    int64_t gone = view->request->today.days - view->months[month].days + 1;
    gone = gone < 0 ? 0 : gone > days ? days : gone;
    return gone * MILLION / days;
}

/* Months of the view's year, half-open. */
struct months {
    size_t from; /* 0…11 */
    size_t to;   /* 1…12 */
};

static enum err find_months(const struct target_view *view, enum target_period period, struct months *out)
{
    static const size_t lengths[] = {
        [TARGET_PERIOD_YEAR] = TARGET_MONTHS, [TARGET_PERIOD_QUARTER] = 3, [TARGET_PERIOD_MONTH] = 1};
    struct request *request = view->request;
    bool runs = date_compare(view->months[0], request->today) <= 0 &&
                date_compare(request->today, view->months[TARGET_MONTHS]) < 0;
    *out = (struct months){0, TARGET_MONTHS};
    if (period == TARGET_PERIOD_YEAR) {
        return OK;
    }
    if (!runs) {
        error_field(request->error, STR("period"), "out_of_range",
                    "Only the running year has a quarter and a month of today.");
        return error_check_fields(request->error);
    }
    out->from = target_view_month(view, request->today) / lengths[period] * lengths[period];
    out->to = out->from + lengths[period];
    return OK;
}

/* What last year had reached by the same day, of all it reached, in these months. */
static struct opt_int season_ppm(const struct target_view *view, const struct months *months,
                                 const int64_t last[TARGET_MONTHS])
{
    struct money gone = {0};
    struct money whole = {0};
    struct opt_int out = {0};
    for (size_t m = months->from; m < months->to; m++) {
        struct money month = {last[m] > 0 ? last[m] : 0};
        struct money part;
        if (!money_mul_ppm(month, passed_ppm(view, m), &part) || !money_add(gone, part, &gone) ||
            !money_add(whole, month, &whole)) {
            return out;
        }
    }
    out.set = whole.minor > 0 && ratio_ppm(gone.minor, whole.minor, &out.value);
    return out;
}

/* The months that are over, oldest first, of up to three years before and of this one. */
static enum err history(const struct target_view *view, const struct node *node, int64_t *months_out, size_t *count_out,
                        int64_t last_out[TARGET_MONTHS])
{
    struct target_view views[YEARS_BACK + 1];
    struct date now = date_month_start(view->request->today);
    views[YEARS_BACK] = *view;
    *count_out = 0;
    for (int i = YEARS_BACK - 1; i >= 0; i--) {
        target_view_year_before(&views[i + 1], &views[i]);
    }
    for (int i = 0; i <= YEARS_BACK; i++) {
        int64_t months[TARGET_MONTHS];
        TRY(months_of(&views[i], node, true, months));
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            if (date_compare(views[i].months[m], now) < 0) {
                months_out[(*count_out)++] = months[m];
            }
            if (i == YEARS_BACK - 1) {
                last_out[m] = months[m];
            }
        }
    }
    return OK;
}

enum err target_outlook(const struct target_view *view, enum target_period period, int64_t department_id,
                        int64_t user_id, struct target_outlook *out)
{
    struct node node;
    struct months within;
    int64_t months[(YEARS_BACK + 1) * TARGET_MONTHS];
    int64_t last[TARGET_MONTHS] = {0};
    int64_t targets[TARGET_MONTHS];
    int64_t actuals[TARGET_MONTHS];
    int64_t rest = 0;
    size_t count = 0;
    *out = (struct target_outlook){0};
    TRY(find_node(view, department_id, user_id, &node));
    TRY(find_months(view, period, &within));
    TRY(history(view, &node, months, &count, last));
    TRY(months_of(view, &node, false, targets));
    TRY(months_of(view, &node, true, actuals));
    for (size_t m = within.from; m < within.to; m++) {
        out->target += targets[m];
        out->actual += actuals[m];
        rest += MILLION - passed_ppm(view, m);
    }
    out->from = view->months[within.from];
    out->to = view->months[within.to];
    out->season_ppm = season_ppm(view, &within, last);
    out->projected = attain_rest(months, count, out->actual, rest, out->target);
    return OK;
}
