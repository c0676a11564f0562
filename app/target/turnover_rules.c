/* Joiners, leavers and transfers. A month is worth its amount × working days here / working days of the month; of a
 * transfer the days behind it go into the next month, which counts for the new department, so that the year stays what
 * it is. Months that are over stay as they are. */
#include "turnover_rules.h"

#include <string.h>

#include "engines/split.h"

/* clang-format off */
const struct option TURNOVER_OPTIONS[] = {{"joined", "入职", "Joined"}, {"moved", "调岗", "Moved"}, {"left", "离职", "Left"}, {NULL, NULL, NULL}};
/* clang-format on */

static int64_t sum_from(const int64_t amounts[TARGET_MONTHS], size_t first)
{
    int64_t sum = 0;
    for (size_t m = first; m < TARGET_MONTHS; m++) {
        sum += amounts[m];
    }
    return sum;
}

static int64_t part_of(int64_t amount, int64_t days, int64_t of_days)
{
    struct money part;
    return money_mul_ratio((struct money){amount}, days, of_days, &part) ? part.minor : amount;
}

static size_t first_open_month(const struct target_view *view)
{
    size_t m = 0;
    while (m < TARGET_MONTHS && date_compare(view->months[m + 1], view->request->today) <= 0) {
        m++;
    }
    return m;
}

/* ---- what was agreed before ---- */

/* The newest agreed version, and the one to reckon from: not one that the same kind of thing made, for its day may have
 * been put right since. */
struct agreed {
    const struct target_plan_version *newest; /* NULL: none */
    const struct target_plan_version *base;   /* NULL: none */
    bool is_settled;                          /* some version answers to this very thing */
};

static enum err load_agreed(const struct target_view *view, const struct turnover_row *row, struct agreed *out)
{
    struct request *request = view->request;
    struct target_plan_version *versions;
    size_t count;
    bool same = true;
    *out = (struct agreed){0};
    TRY(target_plan_store_versions(request->db, request->arena, row->plan_id, &versions, &count));
    for (size_t i = count; i-- > 0;) {
        const struct target_plan_version *version = &versions[i];
        if (!version->agreed_at.set) {
            continue;
        }
        bool is_kind = version->cause_kind == row->kind;
        out->newest = out->newest == NULL ? version : out->newest;
        out->base = out->base == NULL && !is_kind ? version : out->base;
        same = same && is_kind;
        out->is_settled = out->is_settled ||
                          (is_kind && version->cause_on.set && date_compare(version->cause_on.value, row->on) == 0);
    }
    return OK;
}

/* Whether the target was agreed without knowing of it. */
static bool is_unforeseen(const struct target_view *view, const struct turnover_line *line, const struct agreed *agreed)
{
    const struct turnover_row *row = &line->row;
    size_t month = target_view_month(view, row->on);
    bool agreed_later = agreed->newest != NULL &&
                        date_compare(instant_date(agreed->newest->agreed_at.value, view->request->zone), row->on) >= 0;
    switch ((enum turnover_kind)row->kind) {
    case TURNOVER_JOINED: /* whoever knew the day set nothing for months before it */
        return sum_from(line->before, 0) - sum_from(line->before, month) > 0;
    case TURNOVER_MOVED:
        return agreed->newest == NULL || !row->known_at.set ||
               agreed->newest->agreed_at.value.ms < row->known_at.value.ms;
    case TURNOVER_LEFT:
        return !agreed_later || sum_from(line->before, month + 1) > 0;
    case TURNOVER_NONE:
        break;
    }
    return false;
}

/* ---- the rule ---- */

/* Base of the year to reckon from, in the months that are not over. */
static void reckon_from(const struct target_view *view, const struct agreed *agreed, size_t open,
                        int64_t amounts[TARGET_MONTHS])
{
    struct plan_amounts content;
    if (agreed->base == NULL || agreed->base == agreed->newest) {
        return; /* what stands is what was agreed */
    }
    target_plan_read_content(view->request->arena, agreed->base->content, &content);
    for (size_t m = open; m < TARGET_MONTHS; m++) {
        amounts[m] = content.amount[LEVEL_BASE][m];
    }
}

/* Months by the days of it that somebody is here. */
static enum err prorate(const struct target_view *view, struct turnover_line *line, size_t open)
{
    int64_t days[TARGET_MONTHS];
    int64_t of[TARGET_MONTHS];
    struct opt_date on = {true, line->row.on};
    struct opt_date never = {0};
    bool joined = line->row.kind == TURNOVER_JOINED;
    TRY(target_presence(view, joined ? on : never, joined ? never : on, days, of));
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        line->days += days[m];
        line->of_days += of[m];
        if (m >= open) {
            line->after[m] = part_of(line->after[m], days[m], of[m]);
        }
    }
    line->moves = joined ? sum_from(line->after, 0) : sum_from(line->before, 0) - sum_from(line->after, 0);
    return OK;
}

/* What of the month of a transfer lies behind it goes into the next month; the months after it are there already. */
static enum err move_along(const struct target_view *view, struct turnover_line *line, size_t open)
{
    int64_t days[TARGET_MONTHS];
    int64_t of[TARGET_MONTHS];
    size_t month = target_view_month(view, line->row.on);
    bool at_once = date_compare(view->months[month], line->row.on) == 0;
    TRY(target_presence(view, (struct opt_date){true, line->row.on}, (struct opt_date){0}, days, of));
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        line->days += days[m];
        line->of_days += of[m];
    }
    line->along = sum_from(line->before, at_once ? month : month + 1);
    int64_t rest = at_once ? 0 : part_of(line->after[month], days[month], of[month]);
    line->moves = line->along + rest;
    if (month >= open && month + 1 < TARGET_MONTHS) {
        line->after[month] -= rest;
        line->after[month + 1] += rest;
    }
    return OK;
}

/* ---- who may do what ---- */

static enum err find_rights(const struct target_view *view, const struct target_round *round,
                            struct turnover_line *line)
{
    struct plan_case item;
    struct plan_case own;
    TRY(target_plan_open(view->request, round->id, view->measure, true, line->row.user_id, &item));
    line->may_propose = item.may_review || (item.is_mine && line->row.state == PLAN_LOCKED);
    if (line->released <= 0 || line->row.state != PLAN_LOCKED) {
        return OK;
    }
    enum err err = target_plan_open(view->request, round->id, view->measure, false, item.person.department_id, &own);
    if (err == ERR_NOT_FOUND) {
        error_init(view->request->error, view->request->arena);
        return OK; /* not within sight */
    }
    TRY(err);
    line->may_release = (own.is_mine || own.may_review) && own.plan.state == PLAN_LOCKED && !own.plan.change_number.set;
    return OK;
}

static enum err propose(const struct target_view *view, const struct target_round *round, struct turnover_line *line)
{
    struct agreed agreed;
    size_t open = first_open_month(view);
    memcpy(line->after, line->before, sizeof line->after);
    TRY(load_agreed(view, &line->row, &agreed));
    line->is_settled = agreed.is_settled;
    if (!line->is_settled && line->row.kind != TURNOVER_MOVED) {
        reckon_from(view, &agreed, open, line->after);
    }
    TRY(line->row.kind == TURNOVER_MOVED ? move_along(view, line, open) : prorate(view, line, open));
    line->waits = line->row.change_number.set || line->row.state == PLAN_RETURNED;
    bool is_agreed = line->row.state == PLAN_AGREED || line->row.state == PLAN_LOCKED;
    if (line->is_settled || line->waits || !is_agreed || !is_unforeseen(view, line, &agreed)) {
        return OK;
    }
    line->first = TARGET_MONTHS;
    for (size_t m = TARGET_MONTHS; m-- > 0;) {
        line->first = line->after[m] != line->before[m] ? m : line->first;
    }
    line->is_proposed = line->first < TARGET_MONTHS;
    line->released = sum_from(line->before, 0) - sum_from(line->after, 0);
    return line->is_proposed ? find_rights(view, round, line) : OK;
}

/* ---- joiners without a target ---- */

/* The mean of those who have a target in the department that month, for the days that the joiner is here. */
static enum err suggest(const struct target_view *view, struct turnover_line *line)
{
    struct target_pick pick = {.departments = &line->row.to_department_id, .department_count = 1};
    struct target_span span = target_view_span(view);
    struct target_row *rows;
    size_t count;
    int64_t sums[TARGET_MONTHS] = {0};
    int64_t people[TARGET_MONTHS] = {0};
    int64_t last = 0;
    TRY(target_store_rows(view->request->db, view->request->arena, &span, &pick, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].is_user && rows[i].subject_id != line->row.user_id && rows[i].amount > 0) {
            size_t m = target_view_month(view, rows[i].month);
            sums[m] += rows[i].amount;
            people[m]++;
            line->colleagues += rows[i].subject_id != last ? 1 : 0; /* rows come by person */
            last = rows[i].subject_id;
        }
    }
    for (size_t m = first_open_month(view); m < TARGET_MONTHS; m++) {
        line->after[m] = people[m] == 0 ? 0 : part_of(sums[m], 1, people[m]);
    }
    TRY(prorate(view, line, 0));
    line->is_suggested = line->moves > 0;
    return OK;
}

/* Only of a department within sight, and for somebody who takes part. */
static enum err try_suggest(const struct target_view *view, struct turnover_line *line)
{
    struct target_pick pick = {.people = &line->row.user_id, .people_count = 1};
    struct target_participant *people;
    size_t count = 0;
    bool is_open = line->row.state == PLAN_DRAFT || line->row.state == PLAN_RETURNED;
    if (line->year == 0 && is_open && target_view_department(view, line->row.to_department_id) != NULL) {
        TRY(round_store_participants(view->request->db, view->request->arena, &pick, &people, &count));
    }
    return count > 0 ? suggest(view, line) : prorate(view, line, TARGET_MONTHS);
}

/* ---- the list ---- */

static enum err find_pick(const struct target_view *view, int64_t department_id, struct target_pick *out)
{
    int64_t *ids;
    *out = target_view_pick(view);
    if (department_id == 0) {
        return OK;
    }
    if (target_view_department(view, department_id) == NULL) {
        return error_set(view->request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
    }
    *out = (struct target_pick){.department_count = target_view_subtree(view, department_id, &ids)};
    out->departments = ids;
    return OK;
}

/* Base amounts of everybody on the list. */
static enum err load_amounts(const struct target_view *view, struct turnover_line *lines, size_t count)
{
    int64_t *ids = ARENA_ARRAY(view->request->arena, int64_t, count);
    struct target_pick pick = {.people = ids, .people_count = count};
    struct target_span span = target_view_span(view);
    struct target_row *rows;
    size_t row_count = 0;
    for (size_t i = 0; i < count; i++) {
        ids[i] = lines[i].row.user_id;
    }
    if (count > 0) {
        TRY(target_store_rows(view->request->db, view->request->arena, &span, &pick, &rows, &row_count));
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t r = 0; r < row_count; r++) {
            if (rows[r].is_user && rows[r].subject_id == lines[i].row.user_id) {
                lines[i].before[target_view_month(view, rows[r].month)] = rows[r].amount;
            }
        }
        lines[i].year = sum_from(lines[i].before, 0);
    }
    return OK;
}

enum err turnover_list(const struct target_view *view, const struct target_round *round, int64_t department_id,
                       struct turnover_line **out, size_t *count_out)
{
    struct request *request = view->request;
    struct target_span span = target_view_span(view);
    struct target_pick pick;
    struct turnover_row *rows;
    TRY(find_pick(view, department_id, &pick));
    TRY(turnover_store_list(request->db, request->arena, round->id, view->measure, &span, &pick, TURNOVER_ROWS, &rows,
                            count_out));
    *out = ARENA_ARRAY(request->arena, struct turnover_line, *count_out);
    for (size_t i = 0; i < *count_out; i++) {
        (*out)[i].row = rows[i];
    }
    TRY(load_amounts(view, *out, *count_out));
    for (size_t i = 0; i < *count_out; i++) {
        struct turnover_line *line = &(*out)[i];
        bool unset = line->row.kind == TURNOVER_JOINED && line->year == 0;
        TRY(unset ? try_suggest(view, line) : propose(view, round, line));
    }
    return OK;
}

/* ---- what a change follows from ---- */

bool turnover_goes_along(const struct target_view *view, const struct turnover_cause *cause,
                         const struct plan_amounts *before, const struct plan_amounts *after)
{
    const int64_t *old = before->amount[LEVEL_BASE];
    const int64_t *base = after->amount[LEVEL_BASE];
    if (cause->kind != TURNOVER_MOVED || sum_from(old, 0) != sum_from(base, 0)) {
        return false;
    }
    size_t month = target_view_month(view, cause->on.value);
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        if (base[m] != old[m] && m != month && m != month + 1) {
            return false;
        }
    }
    return true;
}

enum err turnover_body_cause(const struct plan_case *item, struct turnover_cause *out)
{
    struct request *request = item->view.request;
    struct str word = json_get_str(request->json, "cause_kind");
    struct target_pick pick = {.people = &item->plan.subject_id, .people_count = 1};
    struct target_span span = target_view_span(&item->view);
    struct turnover_row *rows;
    size_t count;
    *out = (struct turnover_cause){.kind = TURNOVER_NONE};
    if (word.len == 0 || !item->plan.is_user) {
        return OK; /* a department's part of it follows from the person's */
    }
    struct opt_date on = json_get_opt_date(request->json, "cause_on");
    TRY(turnover_store_list(request->db, request->arena, item->round.id, item->view.measure, &span, &pick,
                            TURNOVER_ROWS, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (on.set && date_compare(rows[i].on, on.value) == 0 && str_eq_c(word, TURNOVER_KINDS[rows[i].kind])) {
            *out = (struct turnover_cause){.kind = rows[i].kind, .on = on};
            return OK;
        }
    }
    error_field(request->error, STR("cause_on"), "not_an_option", "Nobody came or went that day.");
    return error_check_fields(request->error);
}
