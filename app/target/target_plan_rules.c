/* From draft to locked, and what changes after that: draft → submitted → returned (with a reason, and perhaps another
 * number) → agreed → locked. Each step belongs to one side: the owner of the target (a person; the head of a
 * department) or the one who agrees to it. What one side puts before the other is a version that is never changed; an
 * agreed version is in force from its month on. */
#include <string.h>

#include "platform/notify.h"
#include "round_rules.h"
#include "turnover_rules.h"

/* ---- who is who ---- */

static enum err not_found(struct request *request)
{
    return error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

static enum err state_error(const struct plan_case *item, const char *sentence)
{
    struct request *request = item->view.request;
    request->error->extra =
        json_keep(request->arena, json_pack("{s:{s:s,s:I}}", "current", "state", PLAN_STATES[item->plan.state],
                                            "version", (json_int_t)item->plan.version));
    return error_set(request->error, ERR_TARGET_STATE, "%s", sentence);
}

/* Only who stands above a department agrees to its target; nobody stands above the top one. */
static bool may_review_department(const struct plan_case *item)
{
    const struct target_department *department = target_view_any_department(&item->view, item->plan.subject_id);
    if (department->parent_id == 0) {
        return item->view.all;
    }
    return target_view_department(&item->view, department->parent_id) != NULL;
}

static bool is_top(const struct plan_case *item)
{
    return !item->plan.is_user && target_view_any_department(&item->view, item->plan.subject_id)->parent_id == 0;
}

static enum err open_person(struct plan_case *item)
{
    bool visible = false;
    struct request *request = item->view.request;
    TRY(target_view_sees_person(&item->view, item->plan.subject_id, &visible));
    if (!visible) {
        return not_found(request);
    }
    enum err err = target_plan_store_employment(request->db, request->arena, item->plan.subject_id, &item->person);
    if (err == ERR_NOT_FOUND) {
        return not_found(request);
    }
    TRY(err);
    item->name = item->person.name;
    item->head_id = (struct opt_int){true, item->plan.subject_id};
    return OK;
}

static enum err open_department(struct plan_case *item)
{
    const struct target_department *department = target_view_department(&item->view, item->plan.subject_id);
    if (department == NULL || department->is_deleted) {
        return not_found(item->view.request);
    }
    item->name = department->name;
    item->head_id = department->head_id;
    return OK;
}

enum err target_plan_open(struct request *request, int64_t round_id, enum measure measure, bool is_user,
                          int64_t subject_id, struct plan_case *out)
{
    *out = (struct plan_case){.plan = {.is_user = is_user, .subject_id = subject_id}};
    TRY(round_get(request, round_id, &out->round));
    TRY(target_view_load(request, out->round.year, measure, &out->view));
    TRY(is_user ? open_person(out) : open_department(out));
    TRY(target_plan_store_get(request->db, request->arena, round_id, measure, is_user, subject_id, false, &out->plan));
    out->is_mine = target_is_mine(&out->view, is_user, subject_id);
    bool agrees = identity_can(request->user, PERM_TARGET_AGREE);
    out->may_review = agrees && (is_user ? !out->is_mine : may_review_department(out));
    return OK;
}

/* ---- amounts ---- */

enum err target_plan_amounts(const struct plan_case *item, struct plan_amounts *out)
{
    struct request *request = item->view.request;
    struct target_pick pick = {0};
    *out = (struct plan_amounts){0};
    pick.people = pick.departments = &item->plan.subject_id;
    pick.people_count = item->plan.is_user ? 1 : 0;
    pick.department_count = item->plan.is_user ? 0 : 1;
    for (int level = 0; level < LEVEL_COUNT; level++) {
        struct target_span span = target_view_span(&item->view);
        struct target_row *rows;
        size_t count;
        span.level = (enum target_level)level;
        TRY(target_store_rows(request->db, request->arena, &span, &pick, &rows, &count));
        for (size_t i = 0; i < count; i++) {
            if (rows[i].is_user == item->plan.is_user) {
                size_t month = target_view_month(&item->view, rows[i].month);
                out->amount[level][month] = rows[i].amount;
                out->version[level][month] = rows[i].version;
            }
        }
    }
    return OK;
}

static struct str write_content(struct arena *arena, const struct plan_amounts *amounts)
{
    json_t *content = json_keep(arena, json_object());
    for (int level = 0; level < LEVEL_COUNT; level++) {
        json_t *list = json_array();
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            json_array_append_new(list, json_integer(amounts->amount[level][m]));
        }
        json_object_set_new(content, TARGET_LEVELS[level], list);
    }
    return json_write(arena, content);
}

void target_plan_read_content(struct arena *arena, struct str content, struct plan_amounts *out)
{
    json_t *json;
    struct error error;
    *out = (struct plan_amounts){0};
    error_init(&error, arena);
    if (json_read(arena, content, &error, &json) != OK) {
        return; /* the column holds valid JSON only */
    }
    for (int level = 0; level < LEVEL_COUNT; level++) {
        const json_t *list = json_object_get(json, TARGET_LEVELS[level]);
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            out->amount[level][m] = json_integer_value(json_array_get(list, m));
        }
    }
}

static int64_t year_of(const struct plan_amounts *amounts, int level)
{
    int64_t sum = 0;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        sum += amounts->amount[level][m];
    }
    return sum;
}

/* Cells of one level that differ from what stands; returns how many. */
static size_t cells_of(const struct plan_case *item, const struct plan_amounts *stored,
                       const struct plan_amounts *wanted, int level, struct target_cell *cells_out)
{
    size_t count = 0;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        if (wanted->amount[level][m] != stored->amount[level][m]) {
            cells_out[count++] = (struct target_cell){.is_user = item->plan.is_user,
                                                      .subject_id = item->plan.subject_id,
                                                      .month = (int64_t)m + 1,
                                                      .amount = wanted->amount[level][m]};
        }
    }
    return count;
}

static enum err write_amounts(struct plan_case *item, const struct plan_amounts *wanted, enum target_save_mode mode)
{
    struct plan_amounts stored;
    TRY(target_plan_amounts(item, &stored));
    for (int level = 0; level < LEVEL_COUNT; level++) {
        struct target_cell cells[TARGET_MONTHS];
        struct target_view view = item->view;
        size_t count = cells_of(item, &stored, wanted, level, cells);
        view.level = (enum target_level)level;
        view.all = view.all || item->goes_along;
        if (count > 0) {
            TRY(target_save_cells(&view, cells, count, mode));
        }
    }
    return OK;
}

/* Each level that is set is not less than the one below it. */
static enum err check_levels(const struct plan_case *item, const struct plan_amounts *amounts)
{
    struct request *request = item->view.request;
    int64_t below = year_of(amounts, LEVEL_BASE);
    for (int level = LEVEL_STRETCH; level < LEVEL_COUNT; level++) {
        int64_t sum = year_of(amounts, level);
        if (sum != 0 && sum < below) {
            error_field(request->error, str_from(TARGET_LEVELS[level]), "below_level",
                        "Over the year this level is less than the one below it.");
        }
        below = sum == 0 ? below : sum;
    }
    return error_check_fields(request->error);
}

/* ---- what the body says ---- */

static struct str body_reason(const struct request *request)
{
    return str_trim(json_get_str(request->json, "reason"));
}

static enum err need_reason(struct request *request)
{
    if (body_reason(request).len == 0) {
        error_field(request->error, STR("reason"), "required", "Please say why.");
    }
    return error_check_fields(request->error);
}

/* Levels above go along where they would be passed; one that is not set stays so. */
static void lift(struct plan_amounts *amounts, int from, size_t first)
{
    for (int level = from + 1; level < LEVEL_COUNT; level++) {
        bool is_set = year_of(amounts, level) != 0;
        for (size_t m = first; m < TARGET_MONTHS && is_set; m++) {
            int64_t below = amounts->amount[level - 1][m];
            amounts->amount[level][m] = amounts->amount[level][m] < below ? below : amounts->amount[level][m];
        }
    }
}

/* The list `amounts` of the body, as many as months from `first` on, over what stands. */
static enum err body_amounts(struct plan_case *item, size_t first, struct plan_amounts *out)
{
    struct request *request = item->view.request;
    const json_t *list = json_object_get(request->json, "amounts");
    enum target_level level = LEVEL_BASE;
    struct turnover_cause cause;
    struct plan_amounts stored;
    TRY(target_view_open(&item->view));
    TRY(turnover_body_cause(item, &cause));
    TRY(target_plan_amounts(item, &stored));
    *out = stored;
    level_find(json_get_str(request->json, "level"), &level);
    if (json_array_size(list) != TARGET_MONTHS - first) {
        error_field(request->error, STR("amounts"), "wrong_length", "%zu months are wanted.", TARGET_MONTHS - first);
        return error_check_fields(request->error);
    }
    for (size_t m = first; m < TARGET_MONTHS; m++) {
        out->amount[level][m] = json_integer_value(json_array_get(list, m - first));
    }
    lift(out, level, first);
    TRY(check_levels(item, out));
    item->goes_along = turnover_goes_along(&item->view, &cause, &stored, out);
    return write_amounts(item, out, TARGET_SAVE_CHECK);
}

/* ---- telling ---- */

/* The head of the nearest department above that is somebody else; absent: nobody. */
static struct opt_int reviewer_of(const struct plan_case *item)
{
    const struct target_view *view = &item->view;
    int64_t id = item->plan.is_user ? item->person.department_id : item->plan.subject_id;
    const struct target_department *department = target_view_any_department(view, id);
    if (!item->plan.is_user && department != NULL) {
        department = target_view_any_department(view, department->parent_id);
    }
    for (; department != NULL; department = target_view_any_department(view, department->parent_id)) {
        if (department->head_id.set && department->head_id.value != item->head_id.value) {
            return department->head_id;
        }
    }
    return (struct opt_int){0};
}

static enum err tell(const struct plan_case *item, struct opt_int user_id, const char *kind)
{
    struct request *request = item->view.request;
    if (!user_id.set) {
        return OK;
    }
    json_t *detail = json_keep(
        request->arena,
        json_pack("{s:o,s:I,s:I,s:s,s:s,s:I}", "name", json_str(item->name), "year", (json_int_t)item->round.year,
                  "round_id", (json_int_t)item->round.id, "measure", MEASURES[item->view.measure].key, "subject_kind",
                  item->plan.is_user ? "user" : "department", "subject_id", (json_int_t)item->plan.subject_id));
    return notify_user(request, user_id.value, kind, "target_plan", item->plan.id, detail);
}

static enum err tell_owner(const struct plan_case *item, const char *kind)
{
    return tell(item, item->head_id.set ? item->head_id : item->plan.signed_by_id, kind);
}

/* ---- keeping ---- */

static enum err put(struct plan_case *item)
{
    return target_plan_store_put(item->view.request, item->round.id, item->view.measure, &item->plan);
}

static enum err add_version(struct plan_case *item, const char *kind, const struct plan_amounts *amounts,
                            struct date effective)
{
    struct request *request = item->view.request;
    struct turnover_cause cause;
    TRY(turnover_body_cause(item, &cause));
    return target_plan_store_add_version(request, item->plan.id, item->plan.number, kind,
                                         write_content(request->arena, amounts), effective, body_reason(request),
                                         &cause);
}

static enum err add_event(const struct plan_case *item, const char *kind, int64_t number)
{
    return target_plan_store_add_event(item->view.request, item->plan.id, kind, body_reason(item->view.request),
                                       number);
}

static void sign(struct plan_case *item)
{
    struct request *request = item->view.request;
    item->plan.signed_by_id = (struct opt_int){true, request->user->user_id};
    item->plan.signed_at = (struct opt_instant){true, request->now};
}

static void countersign(struct plan_case *item)
{
    struct request *request = item->view.request;
    item->plan.agreed_by_id = (struct opt_int){true, request->user->user_id};
    item->plan.agreed_at = (struct opt_instant){true, request->now};
}

static enum err need_owner(const struct plan_case *item)
{
    return item->is_mine
               ? OK
               : error_set(item->view.request->error, ERR_TARGET_NOT_YOURS, "Only whose target this is may do that.");
}

static enum err need_reviewer(const struct plan_case *item)
{
    return item->may_review ? OK
                            : error_set(item->view.request->error, ERR_TARGET_NOT_YOURS,
                                        "Only whoever agrees to this target may do that.");
}

/* Somebody who has left signs nothing any more: another one who agrees to targets there does so instead, so that two
 * people stand under every number. */
static bool may_stand_in(const struct plan_case *item)
{
    return item->plan.is_user && !item->person.is_active && item->may_review;
}

/* ---- steps ---- */

enum err target_plan_submit(struct plan_case *item)
{
    struct plan_amounts amounts;
    TRY(need_owner(item));
    if (item->plan.state != PLAN_DRAFT && item->plan.state != PLAN_RETURNED) {
        return state_error(item, "Only a draft or what was returned can be submitted.");
    }
    TRY(target_plan_amounts(item, &amounts));
    TRY(check_levels(item, &amounts));
    item->plan.state = PLAN_SUBMITTED;
    item->plan.number++;
    item->plan.counter_number = (struct opt_int){0};
    item->plan.agreed_by_id = (struct opt_int){0};
    item->plan.agreed_at = (struct opt_instant){0};
    sign(item);
    TRY(put(item));
    TRY(add_version(item, "submitted", &amounts, item->view.months[0]));
    TRY(add_event(item, "submitted", item->plan.number));
    return tell(item, reviewer_of(item), "target_submitted");
}

enum err target_plan_withdraw(struct plan_case *item)
{
    TRY(need_owner(item));
    if (item->plan.state != PLAN_SUBMITTED) {
        return state_error(item, "Only what is submitted can be withdrawn.");
    }
    item->plan.state = PLAN_DRAFT;
    TRY(put(item));
    return add_event(item, "withdrawn", item->plan.number);
}

/* With `amounts` it is a counter-offer: the reviewer's signature stands under it already. */
enum err target_plan_return(struct plan_case *item)
{
    struct request *request = item->view.request;
    struct plan_amounts offered;
    bool counter = json_is_array(json_object_get(request->json, "amounts"));
    TRY(need_reviewer(item));
    if (item->plan.state != PLAN_SUBMITTED && item->plan.state != PLAN_AGREED) {
        return state_error(item, "Only what is submitted or agreed can be returned.");
    }
    TRY(need_reason(request));
    if (counter) {
        TRY(body_amounts(item, 0, &offered));
        item->plan.number++;
        item->plan.counter_number = (struct opt_int){true, item->plan.number};
        countersign(item);
    } else {
        item->plan.agreed_by_id = (struct opt_int){0};
        item->plan.agreed_at = (struct opt_instant){0};
    }
    item->plan.state = PLAN_RETURNED;
    TRY(put(item));
    if (counter) {
        TRY(add_version(item, "counter", &offered, item->view.months[0]));
    }
    TRY(add_event(item, "returned", counter ? item->plan.number : 0));
    return tell_owner(item, "target_returned");
}

/* Late agreements of a closed round are locked at once. */
static int64_t agreed_state(const struct plan_case *item)
{
    return item->round.is_locked ? PLAN_LOCKED : PLAN_AGREED;
}

enum err target_plan_agree(struct plan_case *item)
{
    struct request *request = item->view.request;
    TRY(need_reviewer(item));
    if (item->plan.state != PLAN_SUBMITTED) {
        return state_error(item, "Only what is submitted can be agreed to.");
    }
    if (!is_top(item) && item->plan.signed_by_id.set && item->plan.signed_by_id.value == request->user->user_id) {
        return error_set(request->error, ERR_TARGET_NOT_YOURS, "Who submitted a target does not agree to it.");
    }
    item->plan.state = agreed_state(item);
    countersign(item);
    TRY(put(item));
    TRY(target_plan_store_agree_version(request, item->plan.id, item->plan.number));
    TRY(add_event(item, "agreed", item->plan.number));
    return tell_owner(item, "target_agreed");
}

/* The version with that number. Errors: ERR_NOT_FOUND. */
static enum err find_version(const struct plan_case *item, int64_t number, struct target_plan_version *out)
{
    struct request *request = item->view.request;
    struct target_plan_version *versions;
    size_t count;
    TRY(target_plan_store_versions(request->db, request->arena, item->plan.id, &versions, &count));
    for (size_t i = 0; i < count; i++) {
        if (versions[i].number == number) {
            *out = versions[i];
            return OK;
        }
    }
    return not_found(request);
}

/* Takes over what a version says and puts it in force. */
static enum err enforce(struct plan_case *item, int64_t number)
{
    struct request *request = item->view.request;
    struct target_plan_version version;
    struct plan_amounts amounts;
    struct plan_amounts stored;
    TRY(target_view_open(&item->view));
    TRY(find_version(item, number, &version));
    target_plan_read_content(request->arena, version.content, &amounts);
    TRY(target_plan_amounts(item, &stored));
    /* Months before the one from which it holds stay as they stand. */
    for (size_t m = 0; m < TARGET_MONTHS && date_compare(item->view.months[m], version.effective) < 0; m++) {
        for (int level = 0; level < LEVEL_COUNT; level++) {
            amounts.amount[level][m] = stored.amount[level][m];
        }
    }
    const struct turnover_cause cause = {version.cause_kind, version.cause_on};
    item->goes_along = turnover_goes_along(&item->view, &cause, &stored, &amounts);
    TRY(write_amounts(item, &amounts, TARGET_SAVE_AGREED));
    return target_plan_store_agree_version(request, item->plan.id, number);
}

/* The owner, or who stands in for one who has left and did not make the offer. */
static bool may_accept(const struct plan_case *item)
{
    bool offered = item->plan.agreed_by_id.set && item->plan.agreed_by_id.value == item->view.request->user->user_id;
    return item->is_mine || (may_stand_in(item) && !offered);
}

enum err target_plan_accept(struct plan_case *item)
{
    if (!may_accept(item)) {
        TRY(need_owner(item));
    }
    if (item->plan.state != PLAN_RETURNED || !item->plan.counter_number.set) {
        return state_error(item, "There is no counter-offer to accept.");
    }
    int64_t number = item->plan.counter_number.value;
    struct opt_int other = item->plan.agreed_by_id;
    TRY(enforce(item, number));
    item->plan.state = agreed_state(item);
    item->plan.counter_number = (struct opt_int){0};
    sign(item);
    TRY(put(item));
    TRY(add_event(item, "accepted", number));
    return tell(item, other, "target_accepted");
}

enum err target_plan_comment(struct plan_case *item)
{
    struct request *request = item->view.request;
    TRY(need_reason(request));
    if (!item->is_mine && !item->may_review) {
        return error_set(request->error, ERR_TARGET_NOT_YOURS, "%s", err_text(ERR_TARGET_NOT_YOURS));
    }
    TRY(put(item));
    TRY(add_event(item, "comment", 0));
    return item->is_mine ? tell(item, reviewer_of(item), "target_comment") : tell_owner(item, "target_comment");
}

static enum err changed_month(struct plan_case *item, size_t *first_out)
{
    struct request *request = item->view.request;
    struct opt_date effective = json_get_opt_date(request->json, "effective_on");
    struct date now = date_month_start(request->today);
    for (size_t m = 0; effective.set && m < TARGET_MONTHS; m++) {
        if (date_compare(item->view.months[m], effective.value) == 0) {
            *first_out = m;
            if (date_compare(effective.value, now) < 0) {
                error_field(request->error, STR("effective_on"), "in_the_past",
                            "Months that are over stay as they are.");
            }
            return error_check_fields(request->error);
        }
    }
    error_field(request->error, STR("effective_on"), effective.set ? "not_an_option" : "required",
                "A change holds from the first day of a month of the year.");
    return error_check_fields(request->error);
}

static enum err may_change(const struct plan_case *item)
{
    if (!item->is_mine && !item->may_review) {
        return error_set(item->view.request->error, ERR_TARGET_NOT_YOURS, "%s", err_text(ERR_TARGET_NOT_YOURS));
    }
    if (item->plan.state != PLAN_LOCKED) {
        return state_error(item, "Changes are for what is locked; before that it is returned.");
    }
    if (item->plan.change_number.set) {
        return state_error(item, "A change waits for an answer already.");
    }
    return OK;
}

/* Puts other amounts from a month on before the other side. */
static enum err propose(struct plan_case *item, const struct plan_amounts *amounts, size_t first)
{
    item->plan.number++;
    item->plan.change_number = (struct opt_int){true, item->plan.number};
    item->plan.change_by_owner = item->is_mine;
    TRY(put(item));
    TRY(add_version(item, "change", amounts, item->view.months[first]));
    TRY(add_event(item, "change", item->plan.number));
    return item->is_mine || may_stand_in(item) ? tell(item, reviewer_of(item), "target_change")
                                               : tell_owner(item, "target_change");
}

/* What a person's change sets free is proposed to the department's own amounts in the same breath, month by month: the
 * department's sum stays when both are agreed. */
static enum err hand_over(const struct plan_case *item, const struct plan_amounts *before,
                          const struct plan_amounts *after, size_t first)
{
    struct request *request = item->view.request;
    struct plan_case own;
    struct plan_amounts amounts;
    enum err err = !item->plan.is_user ? ERR_NOT_FOUND
                                       : target_plan_open(request, item->round.id, item->view.measure, false,
                                                          item->person.department_id, &own);
    if (err != ERR_NOT_FOUND) {
        TRY(err);
    }
    if (err == ERR_NOT_FOUND || may_change(&own) != OK) {
        error_init(request->error, request->arena);
        error_field(request->error, STR("to_department"), "not_allowed",
                    "The department's own target is not one that you may change now.");
        return error_check_fields(request->error);
    }
    TRY(target_plan_amounts(&own, &amounts));
    for (size_t m = first; m < TARGET_MONTHS; m++) {
        amounts.amount[LEVEL_BASE][m] += before->amount[LEVEL_BASE][m] - after->amount[LEVEL_BASE][m];
    }
    lift(&amounts, LEVEL_BASE, first);
    TRY(write_amounts(&own, &amounts, TARGET_SAVE_CHECK));
    return propose(&own, &amounts, first);
}

enum err target_plan_change(struct plan_case *item)
{
    struct request *request = item->view.request;
    struct plan_amounts before;
    struct plan_amounts amounts;
    size_t first = 0;
    TRY(may_change(item));
    TRY(need_reason(request));
    TRY(changed_month(item, &first));
    TRY(target_plan_amounts(item, &before));
    TRY(body_amounts(item, first, &amounts));
    TRY(propose(item, &amounts, first));
    return json_is_true(json_object_get(request->json, "to_department")) ? hand_over(item, &before, &amounts, first)
                                                                         : OK;
}

/* The answer to a change is the other side's, and never of who proposed it. The top department has one side only. */
static enum err may_agree_change(const struct plan_case *item, bool *out)
{
    struct target_plan_version version;
    bool both = item->is_mine && item->may_review;
    bool mine = item->plan.change_by_owner ? item->may_review : item->is_mine || may_stand_in(item);
    TRY(find_version(item, item->plan.change_number.value, &version));
    *out = (mine || both) && (is_top(item) || version.created_by_id != item->view.request->user->user_id);
    return OK;
}

static enum err need_other_side(const struct plan_case *item)
{
    bool mine = false;
    if (!item->plan.change_number.set) {
        return state_error(item, "No change waits for an answer.");
    }
    TRY(may_agree_change(item, &mine));
    return mine ? OK
                : error_set(item->view.request->error, ERR_TARGET_NOT_YOURS, "The other side answers to a change.");
}

enum err target_plan_may_answer(const struct plan_case *item, bool *out)
{
    *out = false;
    if (item->plan.change_number.set) {
        return may_agree_change(item, out);
    }
    *out = item->plan.state == PLAN_RETURNED && item->plan.counter_number.set && may_accept(item);
    return OK;
}

enum err target_plan_change_agree(struct plan_case *item)
{
    TRY(need_other_side(item));
    int64_t number = item->plan.change_number.value;
    TRY(enforce(item, number));
    item->plan.change_number = (struct opt_int){0};
    if (item->plan.change_by_owner) {
        countersign(item);
    } else {
        sign(item);
    }
    TRY(put(item));
    TRY(add_event(item, "change_agreed", number));
    return item->plan.change_by_owner ? tell_owner(item, "target_change_agreed")
                                      : tell(item, item->plan.agreed_by_id, "target_change_agreed");
}

enum err target_plan_change_decline(struct plan_case *item)
{
    struct request *request = item->view.request;
    if (!item->is_mine && !item->may_review) {
        return error_set(request->error, ERR_TARGET_NOT_YOURS, "%s", err_text(ERR_TARGET_NOT_YOURS));
    }
    if (!item->plan.change_number.set) {
        return state_error(item, "No change waits for an answer.");
    }
    TRY(need_reason(request));
    int64_t number = item->plan.change_number.value;
    item->plan.change_number = (struct opt_int){0};
    TRY(put(item));
    TRY(add_event(item, "change_declined", number));
    return item->is_mine ? tell(item, item->plan.agreed_by_id, "target_change_declined")
                         : tell_owner(item, "target_change_declined");
}

static enum err check_version(const struct plan_case *item)
{
    struct request *request = item->view.request;
    if (json_get_int(request->json, "version", -1) == item->plan.version) {
        return OK;
    }
    request->error->extra =
        json_keep(request->arena, json_pack("{s:{s:s,s:I}}", "current", "state", PLAN_STATES[item->plan.state],
                                            "version", (json_int_t)item->plan.version));
    return error_set(request->error, ERR_STALE_VERSION, "%s", err_text(ERR_STALE_VERSION));
}

enum err target_plan_take(struct request *request, int64_t round_id, plan_step *step, struct plan_case *out)
{
    enum measure measure = MEASURE_SIGNED_AMOUNT;
    struct target_round round;
    struct target_movement movement;
    struct target_pick nobody = {0};
    if (!measure_find(json_get_str(request->json, "measure"), &measure)) {
        error_field(request->error, STR("measure"), "not_an_option", "There is no such measure.");
        return error_check_fields(request->error);
    }
    bool is_user = str_eq_c(json_get_str(request->json, "subject_kind"), "user");
    TRY(round_get(request, round_id, &round));
    /* Steps and saves of one sheet run one after the other. */
    TRY(target_store_lock_sheet(request, round.year, measure));
    TRY(target_plan_open(request, round_id, measure, is_user, json_get_int(request->json, "subject_id", 0), out));
    TRY(target_movement_load(&out->view, &nobody, &movement));
    if (!movement.in_round) {
        error_field(request->error, STR("measure"), "not_asked", "The round does not ask for this measure.");
        return error_check_fields(request->error);
    }
    if (out->is_mine || out->may_review) {
        TRY(check_version(out));
    }
    TRY(step(out));
    return target_plan_store_get(request->db, request->arena, round_id, measure, is_user, out->plan.subject_id, false,
                                 &out->plan);
}
