/* Newcomers: the ramp, and the colleagues to go by. */
#include "newcomer_rules.h"

enum { MILLION = 1000000, HISTORY_MONTHS = (HISTORY_YEARS_BACK + 1) * TARGET_MONTHS };

/* ---- the ramp ---- */

enum err target_ramp_get(struct request *request, struct target_ramp *out)
{
    struct ramp_row row;
    json_t *list;
    *out = (struct target_ramp){0};
    TRY(ramp_store_get(request->db, request->arena, &row));
    TRY(json_read(request->arena, row.ramp_ppm, request->error, &list));
    out->version = row.version;
    for (size_t i = 0; i < json_array_size(list) && i < RAMP_MONTHS_MAX; i++) {
        out->ppm[out->count++] = json_integer_value(json_array_get(list, i));
    }
    return OK;
}

/* Each month between nothing and all, and never less than the one before. */
enum err target_ramp_update(struct request *request, int64_t version)
{
    const json_t *list = json_object_get(request->json, "ramp");
    int64_t before = 0;
    if (!json_is_array(list)) {
        error_field(request->error, STR("ramp"), "required", "The months are missing.");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        int64_t ppm = json_integer_value(json_array_get(list, i));
        struct str name = str_format(request->arena, "ramp.%zu", i);
        if (ppm < 0 || ppm > MILLION) {
            error_field(request->error, name, ppm < 0 ? "too_small" : "too_large",
                        "A month is expected to bring between 0 and 100 %%.");
        } else if (ppm < before) {
            error_field(request->error, name, "not_ascending", "Less is expected than in the month before.");
        }
        before = ppm;
    }
    TRY(error_check_fields(request->error));
    enum err err = ramp_store_put(request, json_write(request->arena, list), version);
    if (err == ERR_STALE_VERSION) {
        return error_set(request->error, ERR_STALE_VERSION, "%s", err_text(ERR_STALE_VERSION));
    }
    TRY(err);
    return audit_write(request, "target_setting", 1, "update", version + 1, request->json, (struct str){0});
}

static int64_t month_number(struct date day)
{
    int year = 0;
    int month = 0;
    int of_month = 0;
    date_parts(day, &year, &month, &of_month);
    return (int64_t)year * TARGET_MONTHS + month;
}

int64_t target_ramp_part(const struct target_ramp *ramp, struct opt_date joined, struct date month)
{
    if (!joined.set) {
        return MILLION;
    }
    int64_t here = month_number(month) - month_number(joined.value);
    if (here < 0) {
        return 0;
    }
    return here < (int64_t)ramp->count ? ramp->ppm[here] : MILLION;
}

int64_t target_ramp_full(int64_t amount, int64_t ramp_ppm)
{
    struct money full = {amount};
    bool fits =
        ramp_ppm == 0 || ramp_ppm == MILLION || money_mul_ppm(full, (int64_t)MILLION * MILLION / ramp_ppm, &full);
    return fits ? full.minor : amount;
}

/* ---- colleagues ---- */

/* The months of one colleague, oldest first. */
struct past {
    int64_t months[HISTORY_MONTHS]; /* as if all had been full ones */
};

static size_t index_of(const struct colleague *people, size_t count, int64_t user_id)
{
    size_t i = 0;
    while (i < count && people[i].user_id != user_id) {
        i++;
    }
    return i;
}

/* Adds the months of one year that are over; returns how many. */
static enum err add_year(const struct target_view *view, const struct target_ramp *ramp, const struct colleague *people,
                         size_t count, size_t at, struct past *pasts, size_t *months_out)
{
    struct request *request = view->request;
    struct date now = date_month_start(request->today);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count);
    struct target_pick pick = {.people = ids, .people_count = count};
    struct target_span span = target_view_span(view);
    struct target_sum *sums;
    size_t sum_count;
    for (size_t i = 0; i < count; i++) {
        ids[i] = people[i].user_id;
    }
    *months_out = 0;
    while (*months_out < TARGET_MONTHS && date_compare(view->months[*months_out], now) < 0) {
        (*months_out)++;
    }
    if (*months_out == 0) {
        return OK;
    }
    TRY(target_store_sums(request->db, request->arena, &span, &pick, true, true, &sums, &sum_count));
    for (size_t s = 0; s < sum_count; s++) {
        size_t i = index_of(people, count, sums[s].user_id);
        size_t m = target_view_month(view, sums[s].month);
        if (i < count && m < *months_out) {
            int64_t part = target_ramp_part(ramp, people[i].joined_on, view->months[m]);
            pasts[i].months[at + m] += target_ramp_full(sums[s].amount, part);
        }
    }
    return OK;
}

static void add_estimate(struct attain *sum, const struct attain *one)
{
    sum->low += one->low;
    sum->expected += one->expected;
    sum->high += one->high;
    sum->probability_ppm += one->probability_ppm;
    sum->months = one->months > sum->months ? one->months : sum->months;
}

/* Adds up the estimates of those who have months enough. */
static int64_t add_estimates(const struct past *pasts, size_t count, size_t months, int64_t target, struct attain *sum)
{
    int64_t known = 0;
    for (size_t i = 0; i < count; i++) {
        struct attain one = attain_estimate(pasts[i].months, months, target);
        if (one.known) {
            add_estimate(sum, &one);
            known++;
        }
    }
    return known;
}

enum err colleagues_estimate(const struct target_view *view, const struct target_ramp *ramp, int64_t user_id,
                             int64_t target, struct attain *out, int64_t *count_out)
{
    struct request *request = view->request;
    struct target_view views[HISTORY_YEARS_BACK + 1];
    struct colleague *people;
    size_t count;
    size_t months = 0;
    *out = (struct attain){0};
    *count_out = 0;
    TRY(colleague_store_list_unscoped(request->db, request->arena, user_id, &people, &count));
    if (count < COLLEAGUES_MIN) {
        return OK;
    }
    struct past *pasts = ARENA_ARRAY(request->arena, struct past, count);
    views[HISTORY_YEARS_BACK] = *view;
    for (int i = HISTORY_YEARS_BACK - 1; i >= 0; i--) {
        target_view_year_before(&views[i + 1], &views[i]);
    }
    for (int i = 0; i <= HISTORY_YEARS_BACK; i++) {
        size_t more;
        TRY(add_year(&views[i], ramp, people, count, months, pasts, &more));
        months += more;
    }
    int64_t known = add_estimates(pasts, count, months, target, out);
    *count_out = known;
    if (known >= COLLEAGUES_MIN) {
        out->known = true;
        out->low /= known;
        out->expected /= known;
        out->high /= known;
        out->probability_ppm /= known;
    }
    return OK;
}
