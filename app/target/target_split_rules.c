/* Sharing amounts out: a year over its months, a department's year over its people. Nobody gets anything for days on
 * which they are not here: a month counts with the working days of it that somebody works, of all it has. */
#include <string.h>

#include "platform/calendar.h"
#include "round_store.h"
#include "target_rules.h"

enum { YEARS_BACK = 3, MILLION = 1000000 };

static enum err not_found(const struct target_view *view)
{
    return error_set(view->request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

static enum err too_large(const struct target_view *view)
{
    error_field(view->request->error, STR("total"), "too_large", "The amount is too large to be split.");
    return error_check_fields(view->request->error);
}

/* ---- working days ---- */

enum err target_presence(const struct target_view *view, struct opt_date joined, struct opt_date left,
                         int64_t days_out[TARGET_MONTHS], int64_t of_out[TARGET_MONTHS])
{
    struct request *request = view->request;
    struct workday *exceptions;
    size_t count;
    TRY(calendar_exceptions(request->db, request->arena, view->months[0], view->months[TARGET_MONTHS], &exceptions,
                            &count));
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        struct date from = view->months[m];
        struct date to = view->months[m + 1];
        of_out[m] = split_working_days(from, to, exceptions, count);
        if (joined.set && date_compare(joined.value, from) > 0) {
            from = joined.value;
        }
        if (left.set && date_compare(date_add_days(left.value, 1), to) < 0) {
            to = date_add_days(left.value, 1);
        }
        days_out[m] = date_compare(from, to) < 0 ? split_working_days(from, to, exceptions, count) : 0;
    }
    return OK;
}

/* How much of each month the person of the split is here, in millionths; of a department always all. `days`: working
 * days of it. */
static enum err load_presence(const struct target_view *view, int64_t user_id, int64_t ppm_out[TARGET_MONTHS],
                              int64_t days_out[TARGET_MONTHS])
{
    struct request *request = view->request;
    struct target_employment person = {0};
    int64_t of[TARGET_MONTHS];
    if (user_id != 0) {
        bool visible = false;
        TRY(target_view_sees_person(view, user_id, &visible));
        if (!visible || target_plan_store_employment(request->db, request->arena, user_id, &person) != OK) {
            return not_found(view);
        }
    }
    TRY(target_presence(view, person.joined_on, person.left_on, days_out, of));
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        ppm_out[m] = of[m] == 0 ? MILLION : days_out[m] * MILLION / of[m];
    }
    return OK;
}

/* ---- a year over its months ---- */

/* Figures (or targets) of the same months in the years before, added up. */
static enum err add_years(const struct target_view *view, const struct target_split *split, int years,
                          int64_t sums_out[TARGET_MONTHS])
{
    struct target_view before = *view;
    memset(sums_out, 0, TARGET_MONTHS * sizeof *sums_out);
    for (int year = 0; year < years; year++) {
        struct target_overview overview;
        struct target_view earlier;
        target_view_year_before(&before, &earlier);
        before = earlier;
        TRY(target_overview(&before, split->department_id, split->user_id, &overview));
        const struct target_figures *figures = &overview.node.figures;
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            sums_out[m] += split->of_targets ? figures->target[m] : figures->actual[m];
        }
    }
    return OK;
}

static enum err weigh(const struct target_view *view, const struct target_split *split,
                      const int64_t days[TARGET_MONTHS], int64_t weights_out[TARGET_MONTHS])
{
    switch (split->method) {
    case TARGET_SPLIT_LAST_YEAR:
    case TARGET_SPLIT_COPY:
        return add_years(view, split, 1, weights_out);
    case TARGET_SPLIT_HISTORY:
        return add_years(view, split, YEARS_BACK, weights_out);
    case TARGET_SPLIT_WORKING_DAYS:
        memcpy(weights_out, days, TARGET_MONTHS * sizeof *weights_out);
        return OK;
    case TARGET_SPLIT_EVEN:
        break;
    }
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        weights_out[m] = 1;
    }
    return OK;
}

/* Weights for the part of each month that the person is here; without any history the presence alone. */
static bool prorate(const struct target_split *split, const int64_t ppm[TARGET_MONTHS], int64_t weights[TARGET_MONTHS])
{
    bool any = false;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        any = any || weights[m] > 0;
    }
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        struct money part;
        bool counts_days = split->method == TARGET_SPLIT_WORKING_DAYS; /* the days of the person already */
        int64_t scale = split->method == TARGET_SPLIT_EVEN ? MILLION : 1;
        int64_t weight =
            any || split->method == TARGET_SPLIT_COPY ? (weights[m] > 0 ? weights[m] * scale : 0) : MILLION;
        if (!money_mul_ppm((struct money){weight}, counts_days ? MILLION : ppm[m], &part)) {
            return false;
        }
        weights[m] = part.minor;
    }
    return true;
}

enum err target_split_year(const struct target_view *view, const struct target_split *split,
                           int64_t amounts_out[TARGET_MONTHS])
{
    int64_t weights[TARGET_MONTHS];
    int64_t ppm[TARGET_MONTHS];
    int64_t days[TARGET_MONTHS];
    TRY(load_presence(view, split->user_id, ppm, days));
    TRY(weigh(view, split, days, weights));
    bool fits = prorate(split, ppm, weights);
    fits = fits &&
           (split->method == TARGET_SPLIT_COPY ? split_copy(weights, TARGET_MONTHS, split->percent_ppm, amounts_out)
                                               : split_by_weights(split->total, weights, TARGET_MONTHS, amounts_out));
    return fits ? OK : too_large(view);
}

/* ---- a department's year over its people ---- */

/* The people who stand in exactly this department on the first of some month of the year, and are not gone before it.
 */
static enum err list_people(const struct target_view *view, int64_t department_id, struct target_split_row **rows_out,
                            size_t *count_out)
{
    struct request *request = view->request;
    struct target_span span = target_view_span(view);
    struct target_pick pick = {.departments = &department_id, .department_count = 1};
    struct target_member *members;
    size_t member_count;
    TRY(target_store_members(request->db, request->arena, &span, &pick, false, &members,
                             &member_count)); /* by name and person */
    *rows_out = ARENA_ARRAY(request->arena, struct target_split_row, member_count);
    *count_out = 0;
    for (size_t i = 0; i < member_count; i++) {
        bool here = false;
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            here = here || target_member_in_month(&members[i], view->months[m]);
        }
        bool again = *count_out > 0 && (*rows_out)[*count_out - 1].user_id == members[i].user_id;
        if (here && !again && target_member_worked(view, &members[i])) {
            (*rows_out)[(*count_out)++] =
                (struct target_split_row){.user_id = members[i].user_id, .name = members[i].name};
        }
    }
    return OK;
}

/* What each did in the year before, wherever; who has no figures counts as the mean of those who have. */
static enum err weigh_people(const struct target_view *view, const struct target_split_row *rows, size_t count,
                             int64_t *weights_out)
{
    struct target_view before;
    struct target_sum *sums;
    size_t sum_count;
    int64_t total = 0;
    int64_t known = 0;
    int64_t *ids = ARENA_ARRAY(view->request->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].user_id;
    }
    target_view_year_before(view, &before);
    TRY(target_view_person_sums(&before, ids, count, true, false, &sums, &sum_count));
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < sum_count; s++) {
            weights_out[i] += sums[s].user_id == rows[i].user_id ? sums[s].amount : 0;
        }
        weights_out[i] = weights_out[i] < 0 ? 0 : weights_out[i];
        total += weights_out[i];
        known += weights_out[i] > 0 ? 1 : 0;
    }
    for (size_t i = 0; i < count; i++) {
        weights_out[i] = weights_out[i] > 0 ? weights_out[i] : known == 0 ? 1 : total / known;
    }
    return OK;
}

/* Of the year's working days those on which the person is here, in millionths. */
static enum err year_presence(const struct target_view *view, int64_t user_id, int64_t *ppm_out)
{
    int64_t ppm[TARGET_MONTHS];
    int64_t days[TARGET_MONTHS];
    int64_t sum = 0;
    TRY(load_presence(view, user_id, ppm, days));
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        sum += ppm[m];
    }
    *ppm_out = sum / TARGET_MONTHS;
    return OK;
}

enum err target_split_people(const struct target_view *view, const struct target_split *split, bool by_history,
                             struct target_split_row **rows_out, size_t *count_out)
{
    struct arena *arena = view->request->arena;
    if (target_view_department(view, split->department_id) == NULL) {
        return not_found(view);
    }
    TRY(list_people(view, split->department_id, rows_out, count_out));
    int64_t *weights = ARENA_ARRAY(arena, int64_t, *count_out);
    int64_t *parts = ARENA_ARRAY(arena, int64_t, *count_out);
    if (by_history) {
        TRY(weigh_people(view, *rows_out, *count_out, weights));
    }
    for (size_t i = 0; i < *count_out; i++) {
        struct money part;
        int64_t ppm;
        TRY(year_presence(view, (*rows_out)[i].user_id, &ppm));
        if (!money_mul_ppm((struct money){by_history ? weights[i] : MILLION}, ppm, &part)) {
            return too_large(view);
        }
        weights[i] = part.minor;
    }
    if (*count_out > 0 && !split_by_weights(split->total, weights, *count_out, parts)) {
        return too_large(view);
    }
    for (size_t i = 0; i < *count_out; i++) {
        struct target_split own = *split;
        own.department_id = 0;
        own.user_id = (*rows_out)[i].user_id;
        own.total = parts[i];
        TRY(target_split_year(view, &own, (*rows_out)[i].amounts));
    }
    return OK;
}
