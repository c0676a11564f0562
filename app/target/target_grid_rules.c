/* The grid of a year: which rows a user sees, and saving cells all or nothing. */
#include "round_rules.h"

#include <stdlib.h>
#include <string.h>

/* What the rows are made from. */
struct grid {
    const struct target_view *view;      /* whose */
    const struct target_member *members; /* by name and person */
    const size_t *by_department;         /* indexes of members by department, then as above */
    size_t member_count;                 /* in both */
    const struct target_row *stored;     /* people before departments, by subject and month */
    size_t stored_count;                 /* in `stored` */
    struct target_grid_row *rows;        /* result */
    size_t count;                        /* in `rows` */
    bool can_edit;                       /* the user has the right, and the measure takes amounts */
    struct target_movement movement;     /* the planning round of the year */
};

static int compare_department(const void *left, const void *right, void *context)
{
    const struct target_member *members = context;
    size_t a = *(const size_t *)left;
    size_t b = *(const size_t *)right;
    if (members[a].department_id != members[b].department_id) {
        return members[a].department_id < members[b].department_id ? -1 : 1;
    }
    return (a > b) - (a < b);
}

static const struct target_row *first_stored(const struct grid *grid, bool is_user, int64_t subject_id)
{
    size_t low = 0;
    size_t high = grid->stored_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct target_row *row = &grid->stored[middle];
        bool before = row->is_user != is_user ? row->is_user : row->subject_id < subject_id;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return &grid->stored[low];
}

/* Amounts of the months that are here. */
static bool fill_cells(const struct grid *grid, struct target_grid_row *row)
{
    bool any = false;
    const struct target_row *end = grid->stored + grid->stored_count;
    const struct target_row *stored = first_stored(grid, row->is_user, row->subject_id);
    for (; stored < end && stored->is_user == row->is_user && stored->subject_id == row->subject_id; stored++) {
        struct target_grid_cell *cell = &row->cells[target_view_month(grid->view, stored->month)];
        if (cell->here) {
            cell->amount = stored->amount;
            cell->version = stored->version;
            any = any || stored->amount != 0;
        }
    }
    return any;
}

/* In a planning round cells move by their owners alone, and only until they are submitted. */
static void mark_row(const struct grid *grid, struct target_grid_row *row)
{
    row->state = target_movement_state(&grid->movement, row->is_user, row->subject_id);
    row->can_edit = row->can_edit &&
                    target_movement_bar(grid->view, &grid->movement, row->is_user, row->subject_id) == TARGET_MAY_MOVE;
}

static void add_person(struct grid *grid, const struct target_member *member, struct target_grid_row row)
{
    mark_row(grid, &row);
    bool here = false;
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        here = here || row.cells[m].here;
    }
    if (here && (fill_cells(grid, &row) || target_member_worked(grid->view, member))) {
        grid->rows[grid->count++] = row;
    }
}

static void add_people(struct grid *grid, int64_t department_id, int64_t depth)
{
    size_t low = 0;
    size_t high = grid->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = grid->members[grid->by_department[middle]].department_id < department_id;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    while (low < grid->member_count && grid->members[grid->by_department[low]].department_id == department_id) {
        const struct target_member *member = &grid->members[grid->by_department[low]];
        struct target_grid_row row = {.is_user = true,
                                      .subject_id = member->user_id,
                                      .name = member->name,
                                      .parent_id = department_id,
                                      .depth = depth,
                                      .can_edit = grid->can_edit};
        /* Who left the department and came back has two intervals and one row. */
        for (; low < grid->member_count; low++) {
            const struct target_member *next = &grid->members[grid->by_department[low]];
            if (next->department_id != department_id || next->user_id != member->user_id) {
                break;
            }
            for (size_t m = 0; m < TARGET_MONTHS; m++) {
                row.cells[m].here = row.cells[m].here || target_member_in_month(next, grid->view->months[m]);
            }
        }
        add_person(grid, member, row);
    }
}

static void add_department(struct grid *grid, const struct target_department *department, int64_t depth)
{
    struct target_grid_row row = {.subject_id = department->id,
                                  .name = department->name,
                                  .parent_id = department->parent_id,
                                  .depth = depth,
                                  .can_edit = grid->can_edit && !department->is_deleted};
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        row.cells[m].here = true;
    }
    size_t at = grid->count;
    mark_row(grid, &row);
    bool used = fill_cells(grid, &row);
    grid->rows[grid->count++] = row;
    add_people(grid, department->id, depth + 1);
    const struct target_view *view = grid->view;
    for (size_t i = 0; i < view->department_count; i++) {
        const struct target_department *child = &view->departments[view->order[i]];
        if (child->parent_id == department->id) {
            add_department(grid, child, depth + 1);
        }
    }
    if (department->is_deleted && !used && grid->count == at + 1) {
        grid->count = at; /* dissolved and empty */
    }
}

/* People of the scope in months outside the visible departments. */
static void add_outsiders(struct grid *grid)
{
    const struct target_view *view = grid->view;
    for (size_t i = 0; i < grid->member_count;) {
        const struct target_member *member = &grid->members[i];
        struct target_grid_row row = {
            .is_user = true, .subject_id = member->user_id, .name = member->name, .can_edit = grid->can_edit};
        for (; i < grid->member_count && grid->members[i].user_id == member->user_id; i++) {
            bool outside = target_view_department(view, grid->members[i].department_id) == NULL;
            for (size_t m = 0; m < TARGET_MONTHS; m++) {
                row.cells[m].here =
                    row.cells[m].here || (outside && target_member_in_month(&grid->members[i], view->months[m]));
            }
        }
        if (target_view_has_person(view, member->user_id)) {
            add_person(grid, member, row);
        }
    }
}

static enum err load_grid(struct grid *grid, const struct target_pick *pick)
{
    struct request *request = grid->view->request;
    struct target_span span = target_view_span(grid->view);
    struct target_member *members;
    struct target_row *stored;
    TRY(target_store_members(request->db, request->arena, &span, pick, false, &members, &grid->member_count));
    TRY(target_store_rows(request->db, request->arena, &span, pick, &stored, &grid->stored_count));
    size_t *by_department = ARENA_ARRAY(request->arena, size_t, grid->member_count);
    for (size_t i = 0; i < grid->member_count; i++) {
        by_department[i] = i;
    }
    qsort_r(by_department, grid->member_count, sizeof *by_department, compare_department, members);
    grid->members = members;
    grid->stored = stored;
    grid->by_department = by_department;
    grid->can_edit = grid->view->info.is_active && identity_can(request->user, PERM_TARGET_EDIT);
    struct target_pick plans = {.all = true};
    TRY(target_movement_load(grid->view, &plans, &grid->movement));
    grid->rows =
        ARENA_ARRAY(request->arena, struct target_grid_row, 2 * grid->member_count + grid->view->department_count);
    return OK;
}

enum err target_grid(const struct target_view *view, int64_t department_id, struct target_grid_row **rows_out,
                     size_t *count_out)
{
    struct grid grid = {.view = view};
    struct target_pick pick = target_view_pick(view);
    const struct target_department *asked = department_id == 0 ? NULL : target_view_department(view, department_id);
    if (department_id != 0 && asked == NULL) {
        return error_set(view->request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
    }
    if (asked != NULL) {
        int64_t *ids;
        pick = (struct target_pick){.department_count = target_view_subtree(view, asked->id, &ids)};
        pick.departments = ids;
    }
    TRY(load_grid(&grid, &pick));
    if (asked != NULL) {
        add_department(&grid, asked, 0);
    }
    for (size_t i = 0; asked == NULL && i < view->department_count; i++) {
        const struct target_department *department = &view->departments[view->order[i]];
        if (department->parent_id == 0) {
            add_department(&grid, department, 0);
        }
    }
    if (asked == NULL) {
        add_outsiders(&grid);
    }
    *rows_out = grid.rows;
    *count_out = grid.count;
    return OK;
}

/* Cells on their way into the database. */
struct save {
    const struct target_view *view;  /* year and scope */
    struct target_cell *cells;       /* as asked for */
    size_t count;                    /* in `cells` */
    size_t *sorted;                  /* indexes of the cells by subject and month */
    struct target_member *members;   /* assignments of the people among the subjects */
    size_t member_count;             /* in `members` */
    struct target_row *stored;       /* present state */
    size_t stored_count;             /* in `stored` */
    struct target_row *changed;      /* to write */
    size_t changed_count;            /* in `changed` */
    struct target_sum *gains;        /* what departments gain or lose by that */
    size_t gain_count;               /* in `gains` */
    struct target_year_sum *years;   /* the same by calendar year */
    size_t year_count;               /* in `years` */
    json_t *changes;                 /* for the audit entry */
    json_t *conflicts;               /* cells that somebody else changed */
    enum target_save_mode mode;      /* how */
    struct target_movement movement; /* the planning round of the year */
    struct target_trial *trial;      /* mode try: what would happen */
};

static int compare_place(bool a_user, int64_t a_subject, int64_t a_month, bool b_user, int64_t b_subject,
                         int64_t b_month)
{
    if (a_user != b_user) {
        return a_user ? -1 : 1;
    }
    if (a_subject != b_subject) {
        return a_subject < b_subject ? -1 : 1;
    }
    return (a_month > b_month) - (a_month < b_month);
}

static int compare_cells(const void *left, const void *right, void *context)
{
    const struct target_cell *cells = context;
    const struct target_cell *a = &cells[*(const size_t *)left];
    const struct target_cell *b = &cells[*(const size_t *)right];
    return compare_place(a->is_user, a->subject_id, a->month, b->is_user, b->subject_id, b->month);
}

static void sort_cells(struct save *save)
{
    save->sorted = ARENA_ARRAY(save->view->request->arena, size_t, save->count);
    for (size_t i = 0; i < save->count; i++) {
        save->sorted[i] = i;
    }
    qsort_r(save->sorted, save->count, sizeof *save->sorted, compare_cells, save->cells);
}

/* The first reason is enough. */
static void note_fault(struct target_trial *trial, size_t index, const char *code, const char *sentence)
{
    if (!trial->is_refused[index]) {
        trial->is_refused[index] = true;
        trial->faults[trial->fault_count++] = (struct target_fault){index, code, sentence};
    }
}

static void note_trial(struct target_trial *trial, size_t index, int64_t before)
{
    if (!trial->is_refused[index]) {
        trial->before[trial->change_count] = before;
        trial->changes[trial->change_count++] = index;
    }
}

static void refuse(const struct save *save, size_t index, const char *member, const char *code, const char *sentence)
{
    struct request *request = save->view->request;
    if (save->trial != NULL) {
        note_fault(save->trial, index, code, sentence);
        return;
    }
    error_field(
        request->error,
        str_format(request->arena, "%s.%zu.%s", save->mode == TARGET_SAVE_CHECK ? "amounts" : "cells", index, member),
        code, "%s", sentence);
}

static void check_amounts(const struct save *save)
{
    for (size_t i = 0; i < save->count; i++) {
        const struct target_cell *cell = &save->cells[save->sorted[i]];
        if (cell->is_user && cell->amount < 0) {
            refuse(save, save->sorted[i], "amount", "negative", "A person's target cannot be negative.");
        }
        if (cell->amount > TARGET_AMOUNT_MAX || cell->amount < -TARGET_AMOUNT_MAX) {
            refuse(save, save->sorted[i], "amount", "too_large", "The amount is too large.");
        }
        if (cell->month < 1 || cell->month > TARGET_MONTHS) {
            refuse(save, save->sorted[i], "month", "not_an_option", "A year has the months 1 to 12.");
        }
        if (i > 0 && compare_cells(&save->sorted[i - 1], &save->sorted[i], save->cells) == 0) {
            refuse(save, save->sorted[i], "month", "duplicate", "This cell stands twice in the request.");
        }
    }
}

/* Distinct subjects of one kind, ascending. */
static size_t subjects(const struct save *save, bool is_user, int64_t **ids_out)
{
    int64_t *ids = ARENA_ARRAY(save->view->request->arena, int64_t, save->count);
    size_t count = 0;
    for (size_t i = 0; i < save->count; i++) {
        const struct target_cell *cell = &save->cells[save->sorted[i]];
        if (cell->is_user == is_user && (count == 0 || ids[count - 1] != cell->subject_id)) {
            ids[count++] = cell->subject_id;
        }
    }
    *ids_out = ids;
    return count;
}

static enum err load_state(struct save *save)
{
    struct request *request = save->view->request;
    struct target_span span = target_view_span(save->view);
    int64_t *people;
    int64_t *departments;
    size_t people_count = subjects(save, true, &people);
    size_t department_count = subjects(save, false, &departments);
    struct target_pick members = {.people = people, .people_count = people_count};
    struct target_pick rows = {.departments = departments,
                               .department_count = department_count,
                               .people = people,
                               .people_count = people_count};
    if (save->trial == NULL) {
        TRY(target_store_lock_sheet(request, save->view->year, save->view->measure));
    }
    TRY(target_store_members(request->db, request->arena, &span, &members, save->trial == NULL, &save->members,
                             &save->member_count));
    TRY(target_movement_load(save->view, &rows, &save->movement));
    return target_store_rows(request->db, request->arena, &span, &rows, &save->stored, &save->stored_count);
}

static int compare_members(const void *left, const void *right)
{
    const struct target_member *a = left;
    const struct target_member *b = right;
    if (a->user_id != b->user_id) {
        return a->user_id < b->user_id ? -1 : 1;
    }
    return date_compare(a->from, b->from);
}

/* Where the cell counts: 0 when the subject does not exist or is outside the user's scope in that month. */
static int64_t place_of(const struct save *save, const struct target_cell *cell)
{
    const struct target_view *view = save->view;
    if (!cell->is_user) {
        const struct target_department *department = target_view_department(view, cell->subject_id);
        return department == NULL || department->is_deleted ? 0 : department->id;
    }
    size_t low = 0;
    size_t high = save->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = save->members[middle].user_id < cell->subject_id;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    for (; low < save->member_count && save->members[low].user_id == cell->subject_id; low++) {
        const struct target_member *member = &save->members[low];
        if (!target_member_in_month(member, view->months[cell->month - 1])) {
            continue;
        }
        bool visible = target_view_has_person(view, cell->subject_id) ||
                       target_view_department(view, member->department_id) != NULL;
        return visible ? member->department_id : 0;
    }
    return 0;
}

static const struct target_row *stored_cell(const struct save *save, const struct target_cell *cell)
{
    size_t low = 0;
    size_t high = save->stored_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct target_row *row = &save->stored[middle];
        int64_t month = (int64_t)target_view_month(save->view, row->month) + 1;
        int order = compare_place(row->is_user, row->subject_id, month, cell->is_user, cell->subject_id, cell->month);
        if (order == 0) {
            return row;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

static void note_conflict(struct save *save, const struct target_cell *cell, const struct target_row *row)
{
    json_array_append_new(save->conflicts,
                          json_pack("{s:s,s:I,s:I,s:I,s:I}", "subject_kind", cell->is_user ? "user" : "department",
                                    "subject_id", (json_int_t)cell->subject_id, "month", (json_int_t)cell->month,
                                    "amount", (json_int_t)(row == NULL ? 0 : row->amount), "version",
                                    (json_int_t)(row == NULL ? 0 : row->version)));
}

static void note_change(struct save *save, const struct target_cell *cell, int64_t before, struct date month)
{
    struct request *request = save->view->request;
    struct str key = str_format(request->arena, "%s/%s%s%s/%lld/%.*s", MEASURES[save->view->measure].key,
                                save->view->level == LEVEL_BASE ? "" : TARGET_LEVELS[save->view->level],
                                save->view->level == LEVEL_BASE ? "" : "/", cell->is_user ? "user" : "department",
                                (long long)cell->subject_id, STR_ARG(date_format(request->arena, month)));
    json_object_set_new(save->changes, str_c(request->arena, key),
                        json_pack("[I,I]", (json_int_t)before, (json_int_t)cell->amount));
}

/* Says why the cell may not be moved now; false when it may. */
static bool is_barred(const struct save *save, size_t index)
{
    static const struct {
        const char *code;     /* of the field */
        const char *sentence; /* why */
    } bars[] = {
        [TARGET_NOT_YOURS] = {"target_not_yours", "In the planning round only whose target it is moves it."},
        [TARGET_IS_SUBMITTED] = {"target_submitted",
                                 "This target is submitted; it moves again when it is returned or withdrawn."},
        [TARGET_IS_AGREED] = {"target_agreed", "This target is agreed; it moves again when it is returned."},
        [TARGET_IS_LOCKED] = {"target_locked", "This target is locked; it moves by a change that both sides agree to."},
    };
    const struct target_cell *cell = &save->cells[index];
    if (save->mode == TARGET_SAVE_AGREED || save->mode == TARGET_SAVE_CHECK) {
        return false;
    }
    enum target_bar bar = target_movement_bar(save->view, &save->movement, cell->is_user, cell->subject_id);
    if (bar != TARGET_MAY_MOVE) {
        refuse(save, index, "subject_id", bars[bar].code, bars[bar].sentence);
    }
    return bar != TARGET_MAY_MOVE;
}

static void note_gain(struct save *save, int64_t department_id, struct date month, bool is_user, int64_t amount)
{
    int year = 0;
    int number = 0;
    int day = 0;
    date_parts(month, &year, &number, &day);
    save->gains[save->gain_count++] =
        (struct target_sum){.department_id = department_id, .month = month, .amount = amount};
    save->years[save->year_count++] = (struct target_year_sum){.level = save->view->level,
                                                               .year = year,
                                                               .department_id = department_id,
                                                               .amount = amount,
                                                               .own = is_user ? 0 : amount};
}

/* Decides about every cell: refused, in conflict, as it is already, or to be written. */
static void decide(struct save *save)
{
    for (size_t i = 0; i < save->count; i++) {
        struct target_cell *cell = &save->cells[save->sorted[i]];
        int64_t place = place_of(save, cell);
        if (place == 0) {
            refuse(save, save->sorted[i], "subject_id", "not_found",
                   "There is no such person or department in your scope that month.");
            continue;
        }
        const struct target_row *row = stored_cell(save, cell);
        int64_t amount = row == NULL ? 0 : row->amount;
        int64_t version = row == NULL ? 0 : row->version;
        if (amount == cell->amount) { /* also: the answer to this very save was lost, and it is sent again */
            cell->version = version;
            continue;
        }
        if (is_barred(save, save->sorted[i])) {
            continue;
        }
        if (save->mode == TARGET_SAVE_COMPARE && version != cell->version) {
            note_conflict(save, cell, row);
            continue;
        }
        if (save->trial != NULL) {
            note_trial(save->trial, save->sorted[i], amount);
            cell->version = version;
            continue;
        }
        struct date month = save->view->months[cell->month - 1];
        note_change(save, cell, amount, month);
        cell->version = version + 1;
        if (row != NULL) {
            note_gain(save, row->department_id, month, cell->is_user, -row->amount);
        }
        note_gain(save, place, month, cell->is_user, cell->amount);
        save->changed[save->changed_count++] = (struct target_row){
            .is_user = cell->is_user,
            .subject_id = cell->subject_id,
            .month = month,
            .department_id = place,
            .amount = cell->amount,
        };
    }
}

static int compare_sums(const void *left, const void *right)
{
    const struct target_sum *a = left;
    const struct target_sum *b = right;
    int month = date_compare(a->month, b->month);
    return month != 0 ? month : (a->department_id > b->department_id) - (a->department_id < b->department_id);
}

/* One gain a department and month, in that order. */
static void merge_gains(struct save *save)
{
    size_t kept = 0;
    qsort(save->gains, save->gain_count, sizeof *save->gains, compare_sums);
    for (size_t i = 0; i < save->gain_count; i++) {
        if (kept > 0 && compare_sums(&save->gains[kept - 1], &save->gains[i]) == 0) {
            save->gains[kept - 1].amount += save->gains[i].amount;
        } else {
            save->gains[kept++] = save->gains[i];
        }
    }
    save->gain_count = kept;
}

static int compare_years(const void *left, const void *right)
{
    const struct target_year_sum *a = left;
    const struct target_year_sum *b = right;
    if (a->year != b->year) {
        return a->year < b->year ? -1 : 1;
    }
    return (a->department_id > b->department_id) - (a->department_id < b->department_id);
}

/* One gain a department and calendar year, in the order of the year. */
static void merge_years(struct save *save)
{
    size_t kept = 0;
    qsort(save->years, save->year_count, sizeof *save->years, compare_years);
    for (size_t i = 0; i < save->year_count; i++) {
        if (kept > 0 && compare_years(&save->years[kept - 1], &save->years[i]) == 0) {
            save->years[kept - 1].amount += save->years[i].amount;
            save->years[kept - 1].own += save->years[i].own;
        } else {
            save->years[kept++] = save->years[i];
        }
    }
    save->year_count = kept;
}

static enum err write_changes(struct save *save)
{
    struct request *request = save->view->request;
    if (save->changed_count == 0) {
        return OK;
    }
    merge_gains(save);
    merge_years(save);
    TRY(target_store_put(request, save->view->measure, save->view->level, save->changed, save->changed_count));
    TRY(target_store_add_totals(request, save->view->measure, save->view->level, save->gains, save->gain_count));
    TRY(target_store_add_years(request, save->view->measure, save->years, save->year_count));
    return audit_write(request, "target", save->view->year, "update", 0, save->changes, (struct str){0});
}

static enum err check_count(const struct target_view *view, size_t count)
{
    if (count > TARGET_CELLS_MAX) {
        error_field(view->request->error, STR("cells"), "too_many", "At most %d cells can be saved at once.",
                    TARGET_CELLS_MAX);
    }
    return error_check_fields(view->request->error);
}

enum err target_try_cells(const struct target_view *view, struct target_cell *cells, size_t count,
                          struct target_trial *out)
{
    struct arena *arena = view->request->arena;
    struct save save = {.view = view, .cells = cells, .count = count, .mode = TARGET_SAVE_TRY, .trial = out};
    *out = (struct target_trial){.faults = ARENA_ARRAY(arena, struct target_fault, count),
                                 .changes = ARENA_ARRAY(arena, size_t, count),
                                 .before = ARENA_ARRAY(arena, int64_t, count),
                                 .is_refused = ARENA_ARRAY(arena, bool, count)};
    TRY(check_count(view, count));
    sort_cells(&save);
    check_amounts(&save);
    TRY(load_state(&save));
    qsort(save.members, save.member_count, sizeof *save.members, compare_members);
    decide(&save);
    return OK;
}

enum err target_save_cells(const struct target_view *view, struct target_cell *cells, size_t count,
                           enum target_save_mode mode)
{
    struct request *request = view->request;
    struct save save = {.view = view, .cells = cells, .count = count, .mode = mode};
    TRY(check_count(view, count));
    sort_cells(&save);
    check_amounts(&save);
    TRY(error_check_fields(request->error));
    TRY(load_state(&save));
    qsort(save.members, save.member_count, sizeof *save.members, compare_members);
    save.changed = ARENA_ARRAY(request->arena, struct target_row, count);
    save.gains = ARENA_ARRAY(request->arena, struct target_sum, 2 * count);
    save.years = ARENA_ARRAY(request->arena, struct target_year_sum, 2 * count);
    save.changes = json_keep(request->arena, json_object());
    save.conflicts = json_keep(request->arena, json_array());
    decide(&save);
    TRY(error_check_fields(request->error));
    if (json_array_size(save.conflicts) > 0) {
        request->error->extra = json_keep(request->arena, json_pack("{s:{s:O}}", "current", "cells", save.conflicts));
        return error_set(request->error, ERR_TARGET_CONFLICT, "%s", err_text(ERR_TARGET_CONFLICT));
    }
    return mode == TARGET_SAVE_CHECK ? OK : write_changes(&save);
}

enum err target_save(struct request *request, int64_t year, enum measure measure, enum target_level level,
                     struct target_cell *cells, size_t count, bool force)
{
    struct target_view view;
    TRY(target_view_load(request, year, measure, &view));
    TRY(target_view_open(&view));
    view.level = level;
    return target_save_cells(&view, cells, count, force ? TARGET_SAVE_FORCE : TARGET_SAVE_COMPARE);
}
