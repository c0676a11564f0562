/* What one user may see of the targets and figures of a year. */
#include "target_view.h"

#include <stdlib.h>
#include <string.h>

#include "engines/rollup.h"
#include "platform/scope.h"

/* The fiscal year Y is the twelve months from the start month of calendar year Y. */
static void fill_months(struct target_view *view)
{
    struct date start = date_of((int)view->year, (int)view->company.start_month, 1);
    for (int i = 0; i <= TARGET_MONTHS; i++) {
        view->months[i] = date_add_months(start, i);
    }
}

static int64_t running_year(struct date today, int64_t start_month)
{
    int year = 0;
    int month = 0;
    int day = 0;
    date_parts(today, &year, &month, &day);
    return month >= start_month ? year : year - 1;
}

static const struct target_department *find_department(const struct target_department *departments, size_t count,
                                                       int64_t id)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (departments[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && departments[low].id == id ? &departments[low] : NULL;
}

static bool has_id(const int64_t *ids, size_t count, int64_t id)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids[middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && ids[low] == id;
}

/* The user's departments, each below its nearest visible ancestor. */
static void keep_visible(struct target_view *view, const struct target_department *tree, size_t count,
                         const struct scope *scope)
{
    struct target_department *kept = ARENA_ARRAY(view->request->arena, struct target_department, count);
    for (size_t i = 0; i < count; i++) {
        if (!view->all && !has_id(scope->department_ids, scope->department_count, tree[i].id)) {
            continue;
        }
        const struct target_department *parent = &tree[i];
        do {
            parent = parent->parent_id == 0 ? NULL : find_department(tree, count, parent->parent_id);
        } while (parent != NULL && !view->all && !has_id(scope->department_ids, scope->department_count, parent->id));
        kept[view->department_count] = tree[i];
        kept[view->department_count++].parent_id = parent == NULL ? 0 : parent->id;
    }
    view->departments = kept;
}

static int compare_order(const void *left, const void *right, void *context)
{
    const struct target_department *departments = context;
    const struct target_department *a = &departments[*(const size_t *)left];
    const struct target_department *b = &departments[*(const size_t *)right];
    if (a->sort_order != b->sort_order) {
        return a->sort_order < b->sort_order ? -1 : 1;
    }
    return (a->id > b->id) - (a->id < b->id);
}

static void sort_departments(struct target_view *view)
{
    size_t *order = ARENA_ARRAY(view->request->arena, size_t, view->department_count);
    for (size_t i = 0; i < view->department_count; i++) {
        order[i] = i;
    }
    qsort_r(order, view->department_count, sizeof *order, compare_order, (void *)(uintptr_t)view->departments);
    view->order = order;
}

/* The people of the scope and, always, the user: everybody sees their own targets. */
static void keep_people(struct target_view *view, const struct scope *scope)
{
    if (view->all) {
        return;
    }
    int64_t self = view->request->user->user_id;
    int64_t *people = ARENA_ARRAY(view->request->arena, int64_t, scope->user_count + 1);
    size_t count = 0;
    bool added = false;
    for (size_t i = 0; i < scope->user_count; i++) {
        if (!added && scope->user_ids[i] >= self) {
            people[count++] = self;
            added = true;
        }
        if (scope->user_ids[i] != self) {
            people[count++] = scope->user_ids[i];
        }
    }
    if (!added) {
        people[count++] = self;
    }
    view->people = people;
    view->people_count = count;
}

static enum err load_measure(struct request *request, enum measure measure, struct target_view *out)
{
    enum err err = measure_get(request->db, request->arena, measure, &out->info);
    if (err == ERR_NOT_FOUND) {
        error_field(request->error, STR("measure"), "not_an_option", "There is no such measure.");
        return error_check_fields(request->error);
    }
    TRY(err);
    out->kind = MEASURE_UNITS[out->info.unit];
    return OK;
}

enum err target_view_open(const struct target_view *view)
{
    if (!view->info.is_active) {
        error_field(view->request->error, STR("measure"), "inactive", "This measure is given no new targets any more.");
    }
    return error_check_fields(view->request->error);
}

enum err target_view_load(struct request *request, int64_t year, enum measure measure, struct target_view *out)
{
    *out = (struct target_view){.request = request, .measure = measure, .year = year};
    struct target_department *tree;
    size_t count;
    TRY(load_measure(request, measure, out));
    TRY(target_store_company(request->db, request->arena, &out->company));
    TRY(target_store_departments(request->db, request->arena, &tree, &count));
    if (year == 0) {
        out->year = running_year(request->today, out->company.start_month);
    }
    fill_months(out);
    const struct scope *scope = scope_for_key(request, "target");
    out->all = scope->all;
    out->tree = tree;
    out->tree_count = count;
    keep_visible(out, tree, count, scope);
    sort_departments(out);
    keep_people(out, scope);
    return OK;
}

void target_view_year_before(const struct target_view *view, struct target_view *out)
{
    *out = *view;
    out->year--;
    fill_months(out);
}

const struct target_department *target_view_department(const struct target_view *view, int64_t id)
{
    return find_department(view->departments, view->department_count, id);
}

const struct target_department *target_view_any_department(const struct target_view *view, int64_t id)
{
    return find_department(view->tree, view->tree_count, id);
}

bool target_view_has_person(const struct target_view *view, int64_t user_id)
{
    return view->all || has_id(view->people, view->people_count, user_id);
}

struct target_span target_view_span(const struct target_view *view)
{
    return (struct target_span){view->measure, view->level, view->months};
}

size_t target_view_month(const struct target_view *view, struct date month)
{
    size_t index = 0;
    while (index < TARGET_MONTHS - 1 && date_compare(view->months[index + 1], month) <= 0) {
        index++;
    }
    return index;
}

bool target_member_in_month(const struct target_member *member, struct date month)
{
    return date_compare(member->from, month) <= 0 && (!member->to.set || date_compare(member->to.value, month) > 0);
}

bool target_member_worked(const struct target_view *view, const struct target_member *member)
{
    return member->is_active || (member->left_on.set && date_compare(member->left_on.value, view->months[0]) >= 0);
}

size_t target_view_subtree(const struct target_view *view, int64_t department_id, int64_t **ids_out)
{
    int64_t *ids = ARENA_ARRAY(view->request->arena, int64_t, view->department_count);
    size_t count = 0;
    for (size_t i = 0; i < view->department_count; i++) {
        const struct target_department *above = &view->departments[i];
        while (above != NULL && above->id != department_id) {
            above = above->parent_id == 0 ? NULL : target_view_department(view, above->parent_id);
        }
        if (above != NULL) {
            ids[count++] = view->departments[i].id;
        }
    }
    *ids_out = ids;
    return count;
}

struct target_pick target_view_pick(const struct target_view *view)
{
    struct target_pick pick = {.all = view->all, .people = view->people, .people_count = view->people_count};
    if (!view->all) {
        int64_t *ids = ARENA_ARRAY(view->request->arena, int64_t, view->department_count);
        for (size_t i = 0; i < view->department_count; i++) {
            ids[i] = view->departments[i].id;
        }
        pick.departments = ids;
        pick.department_count = view->department_count;
    }
    return pick;
}

enum err target_view_sees_person(const struct target_view *view, int64_t user_id, bool *out)
{
    *out = target_view_has_person(view, user_id);
    struct target_pick pick = {.people = &user_id, .people_count = 1};
    struct target_span span = target_view_span(view);
    struct target_member *members;
    size_t count;
    if (*out) {
        return OK;
    }
    TRY(target_store_members(view->request->db, view->request->arena, &span, &pick, false, &members, &count));
    for (size_t i = 0; i < count; i++) {
        *out = *out || target_view_department(view, members[i].department_id) != NULL;
    }
    return OK;
}

enum err target_view_sums(const struct target_view *view, bool actual, int64_t *totals_out)
{
    struct arena *arena = view->request->arena;
    struct target_pick pick = target_view_pick(view);
    struct target_span span = target_view_span(view);
    struct target_sum *sums;
    size_t count;
    pick.people_count = 0;
    TRY(target_store_sums(view->request->db, arena, &span, &pick, actual, false, &sums, &count));
    struct rollup_node *nodes = ARENA_ARRAY(arena, struct rollup_node, view->department_count);
    struct rollup_cell *cells = ARENA_ARRAY(arena, struct rollup_cell, count);
    size_t cell_count = 0;
    for (size_t i = 0; i < view->department_count; i++) {
        nodes[i] = (struct rollup_node){view->departments[i].id, view->departments[i].parent_id};
    }
    for (size_t i = 0; i < count; i++) {
        if (target_view_department(view, sums[i].department_id) != NULL) {
            cells[cell_count++] =
                (struct rollup_cell){sums[i].department_id, target_view_month(view, sums[i].month), sums[i].amount};
        }
    }
    if (!rollup_totals(arena, nodes, view->department_count, cells, cell_count, TARGET_MONTHS, totals_out)) {
        return error_set(view->request->error, ERR_INVALID, "The sums of this year are too large to be shown.");
    }
    return OK;
}

enum err target_view_totals(const struct target_view *view, struct target_figures **out)
{
    size_t size = view->department_count * TARGET_MONTHS;
    int64_t *targets = ARENA_ARRAY(view->request->arena, int64_t, size);
    int64_t *actuals = ARENA_ARRAY(view->request->arena, int64_t, size);
    TRY(target_view_sums(view, false, targets));
    TRY(target_view_sums(view, true, actuals));
    *out = ARENA_ARRAY(view->request->arena, struct target_figures, view->department_count);
    for (size_t i = 0; i < view->department_count; i++) {
        memcpy((*out)[i].target, &targets[i * TARGET_MONTHS], sizeof(*out)[i].target);
        memcpy((*out)[i].actual, &actuals[i * TARGET_MONTHS], sizeof(*out)[i].actual);
    }
    return OK;
}

enum err target_view_person_sums(const struct target_view *view, const int64_t *people, size_t count, bool actual,
                                 bool outside_only, struct target_sum **rows_out, size_t *count_out)
{
    struct target_pick pick = {.people = people, .people_count = count};
    struct target_span span = target_view_span(view);
    struct target_sum *rows;
    size_t row_count;
    TRY(target_store_sums(view->request->db, view->request->arena, &span, &pick, actual, true, &rows, &row_count));
    size_t kept = 0;
    for (size_t i = 0; i < row_count; i++) {
        bool inside = target_view_department(view, rows[i].department_id) != NULL;
        bool visible = inside || target_view_has_person(view, rows[i].user_id);
        if (visible && !(outside_only && inside)) {
            rows[kept++] = rows[i];
        }
    }
    *rows_out = rows;
    *count_out = kept;
    return OK;
}
