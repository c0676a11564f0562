/* The overview: node = own + people + departments below, month by month. */
#include "target_rules.h"

#include <stdlib.h>
#include <string.h>

#include "platform/ids.h"

static enum err not_found(const struct target_view *view)
{
    return error_set(view->request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

static void add_figures(struct target_figures *to, const struct target_figures *from)
{
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        to->target[m] += from->target[m];
        to->actual[m] += from->actual[m];
    }
}

static void add_sum(const struct target_view *view, struct target_figures *to, const struct target_sum *sum,
                    bool actual)
{
    (actual ? to->actual : to->target)[target_view_month(view, sum->month)] += sum->amount;
}

/* Lines of people, ascending by id until they get their names. */
struct people {
    struct target_line *lines; /* one a person */
    size_t count;              /* in `lines` */
};

static int compare_lines(const void *left, const void *right)
{
    const struct target_line *a = left;
    const struct target_line *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static struct target_line *find_line(const struct people *people, int64_t user_id)
{
    struct target_line key = {.id = user_id};
    return bsearch(&key, people->lines, people->count, sizeof *people->lines, compare_lines);
}

/* One empty line for each distinct person of `ids` (0 left out), by name. */
static enum err name_people(const struct target_view *view, int64_t *ids, size_t count, struct people *out)
{
    struct arena *arena = view->request->arena;
    size_t distinct = ids_sort(ids, count);
    if (distinct > 0 && ids[0] == 0) {
        ids++;
        distinct--;
    }
    struct target_person *names;
    size_t name_count;
    TRY(target_store_people(view->request->db, arena, ids, distinct, &names, &name_count));
    out->lines = ARENA_ARRAY(arena, struct target_line, name_count);
    out->count = name_count;
    for (size_t i = 0; i < name_count; i++) {
        out->lines[i] = (struct target_line){.kind = TARGET_LINE_USER, .id = names[i].id, .name = names[i].name};
    }
    return OK;
}

/* Puts sums into the lines of their people; those of nobody into `own` (may be NULL). */
static void place_sums(const struct target_view *view, const struct people *by_id, const struct target_sum *sums,
                       size_t count, bool actual, struct target_figures *own)
{
    for (size_t i = 0; i < count; i++) {
        struct target_line *line = sums[i].user_id == 0 ? NULL : find_line(by_id, sums[i].user_id);
        if (line != NULL) {
            add_sum(view, &line->figures, &sums[i], actual);
        } else if (own != NULL) {
            add_sum(view, own, &sums[i], actual);
        }
    }
}

/* Fills lines that stand by name: figures are placed in a copy by id and carried back. */
static void fill_lines(const struct target_view *view, struct people *people, const struct target_sum *const sums[2],
                       const size_t counts[2], struct target_figures *own)
{
    struct people by_id = {ARENA_ARRAY(view->request->arena, struct target_line, people->count), people->count};
    for (size_t i = 0; i < people->count; i++) {
        by_id.lines[i] = people->lines[i];
    }
    qsort(by_id.lines, by_id.count, sizeof *by_id.lines, compare_lines);
    place_sums(view, &by_id, sums[0], counts[0], false, own);
    place_sums(view, &by_id, sums[1], counts[1], true, own);
    for (size_t i = 0; i < people->count; i++) {
        people->lines[i].figures = find_line(&by_id, people->lines[i].id)->figures;
    }
}

/* The people of exactly this department: members of the year, and whoever has figures in it. */
static enum err department_people(const struct target_view *view, int64_t department_id, struct people *out,
                                  struct target_figures *own)
{
    struct request *request = view->request;
    struct target_span span = target_view_span(view);
    struct target_pick pick = {.departments = &department_id, .department_count = 1};
    struct target_sum *sums[2];
    size_t counts[2];
    struct target_member *members;
    size_t member_count;
    TRY(target_store_sums(request->db, request->arena, &span, &pick, false, true, &sums[0], &counts[0]));
    TRY(target_store_sums(request->db, request->arena, &span, &pick, true, true, &sums[1], &counts[1]));
    TRY(target_store_members(request->db, request->arena, &span, &pick, false, &members, &member_count));
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, counts[0] + counts[1] + member_count);
    size_t count = 0;
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < counts[s]; i++) {
            ids[count++] = sums[s][i].user_id;
        }
    }
    for (size_t i = 0; i < member_count; i++) {
        if (target_member_worked(view, &members[i])) {
            ids[count++] = members[i].user_id;
        }
    }
    TRY(name_people(view, ids, count, out));
    fill_lines(view, out, (const struct target_sum *const[]){sums[0], sums[1]}, counts, own);
    return OK;
}

/* People of the scope with what they have outside the visible departments; those without anything there are left out
 * unless they stand outside today. */
static enum err outside_people(const struct target_view *view, struct people *out)
{
    struct request *request = view->request;
    struct target_span span = target_view_span(view);
    struct target_pick pick = {.people = view->people, .people_count = view->people_count};
    struct target_sum *sums[2];
    size_t counts[2];
    struct target_member *members;
    size_t member_count;
    TRY(target_view_person_sums(view, view->people, view->people_count, false, true, &sums[0], &counts[0]));
    TRY(target_view_person_sums(view, view->people, view->people_count, true, true, &sums[1], &counts[1]));
    TRY(target_store_members(request->db, request->arena, &span, &pick, false, &members, &member_count));
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, counts[0] + counts[1] + member_count);
    size_t count = 0;
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < counts[s]; i++) {
            ids[count++] = sums[s][i].user_id;
        }
    }
    for (size_t i = 0; i < member_count; i++) {
        bool today = date_compare(members[i].from, request->today) <= 0 &&
                     (!members[i].to.set || date_compare(members[i].to.value, request->today) > 0);
        if (today && target_member_worked(view, &members[i]) &&
            target_view_department(view, members[i].department_id) == NULL) {
            ids[count++] = members[i].user_id;
        }
    }
    TRY(name_people(view, ids, count, out));
    fill_lines(view, out, (const struct target_sum *const[]){sums[0], sums[1]}, counts, NULL);
    return OK;
}

static bool is_empty(const struct target_figures *figures)
{
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        if (figures->target[m] != 0 || figures->actual[m] != 0) {
            return false;
        }
    }
    return true;
}

/* Lines of the departments below `parent_id` (0: the tops) in their order; dissolved ones only with figures. */
static void add_departments(const struct target_view *view, const struct target_figures *totals, int64_t parent_id,
                            struct target_overview *out)
{
    for (size_t i = 0; i < view->department_count; i++) {
        size_t index = view->order[i];
        const struct target_department *department = &view->departments[index];
        if (department->parent_id != parent_id || (department->is_deleted && is_empty(&totals[index]))) {
            continue;
        }
        out->children[out->child_count++] = (struct target_line){
            .kind = TARGET_LINE_DEPARTMENT,
            .id = department->id,
            .name = department->name,
            .figures = totals[index],
        };
    }
}

static void add_lines(struct target_overview *out, const struct people *people)
{
    for (size_t i = 0; i < people->count; i++) {
        out->children[out->child_count++] = people->lines[i];
    }
}

static void add_path(const struct target_view *view, const struct target_department *department,
                     struct target_overview *out)
{
    size_t depth = 0;
    for (int64_t id = department->parent_id; id != 0; id = target_view_department(view, id)->parent_id) {
        depth++;
    }
    out->path = ARENA_ARRAY(view->request->arena, const struct target_department *, depth);
    out->path_count = depth;
    for (int64_t id = department->parent_id; id != 0; id = target_view_department(view, id)->parent_id) {
        out->path[--depth] = target_view_department(view, id);
    }
}

static enum err department_node(const struct target_view *view, const struct target_figures *totals,
                                const struct target_department *department, struct target_overview *out)
{
    struct people people;
    TRY(department_people(view, department->id, &people, &out->own));
    out->children = ARENA_ARRAY(view->request->arena, struct target_line, view->department_count + people.count);
    out->node = (struct target_line){.kind = TARGET_LINE_DEPARTMENT,
                                     .id = department->id,
                                     .name = department->name,
                                     .figures = totals[department - view->departments]};
    add_departments(view, totals, department->id, out);
    add_lines(out, &people);
    add_path(view, department, out);
    return OK;
}

static enum err person_node(const struct target_view *view, int64_t user_id, struct target_overview *out)
{
    bool visible = false;
    out->node = (struct target_line){.kind = TARGET_LINE_USER, .id = user_id};
    TRY(target_view_sees_person(view, user_id, &visible));
    if (!visible || target_store_user_name(view->request->db, view->request->arena, user_id, &out->node.name) != OK) {
        return not_found(view);
    }
    for (int actual = 0; actual < 2; actual++) {
        struct target_sum *sums;
        size_t count;
        TRY(target_view_person_sums(view, &user_id, 1, actual != 0, false, &sums, &count));
        for (size_t i = 0; i < count; i++) {
            add_sum(view, &out->node.figures, &sums[i], actual != 0);
        }
    }
    return OK;
}

static enum err scope_node(const struct target_view *view, const struct target_figures *totals,
                           const struct people *outside, struct target_overview *out)
{
    out->node = (struct target_line){.kind = TARGET_LINE_SCOPE, .name = view->company.name};
    out->children = ARENA_ARRAY(view->request->arena, struct target_line, view->department_count + outside->count);
    add_departments(view, totals, 0, out);
    add_lines(out, outside);
    for (size_t i = 0; i < out->child_count; i++) {
        add_figures(&out->node.figures, &out->children[i].figures);
    }
    return OK;
}

/* The top of what the user may see. */
static enum err top_node(const struct target_view *view, const struct target_figures *totals,
                         struct target_overview *out)
{
    const struct target_department *top = NULL;
    size_t top_count = 0;
    for (size_t i = 0; i < view->department_count; i++) {
        if (view->departments[i].parent_id == 0 && !(view->departments[i].is_deleted && is_empty(&totals[i]))) {
            top = &view->departments[i];
            top_count++;
        }
    }
    struct people outside = {0};
    if (!view->all) {
        TRY(outside_people(view, &outside));
    }
    if (top_count == 1 && outside.count == 0) {
        return department_node(view, totals, top, out);
    }
    if (top_count == 0 && view->people_count == 1) {
        return person_node(view, view->people[0], out);
    }
    return scope_node(view, totals, &outside, out);
}

enum err target_overview(const struct target_view *view, int64_t department_id, int64_t user_id,
                         struct target_overview *out)
{
    *out = (struct target_overview){0};
    if (user_id != 0) {
        return person_node(view, user_id, out);
    }
    struct target_figures *totals;
    TRY(target_view_totals(view, &totals));
    if (department_id == 0) {
        return top_node(view, totals, out);
    }
    const struct target_department *department = target_view_department(view, department_id);
    return department == NULL ? not_found(view) : department_node(view, totals, department, out);
}
