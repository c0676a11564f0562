/* The rows of a year's table: sums of people and departments brought into the order of the grid. */
#include "target_table.h"

#include <stdlib.h>

/* What one person, or a department itself, has in one department. */
struct part {
    int64_t department_id;         /* 0: outside the visible departments */
    int64_t user_id;               /* 0: the department itself */
    size_t rank;                   /* of the person by name, from 1 */
    struct str name;               /* of the person */
    bool here[TARGET_MONTHS];      /* stands there on the first of the month */
    struct target_figures figures; /* by month */
};

/* What the rows are made from. */
struct builder {
    const struct target_view *view; /* whose */
    struct part *parts;             /* by department, then by name */
    size_t part_count;              /* in `parts` */
    struct target_table_row *rows;  /* result */
    size_t count;                   /* in `rows` */
};

static int compare_parts(const void *left, const void *right)
{
    const struct part *a = left;
    const struct part *b = right;
    if (a->department_id != b->department_id) {
        return a->department_id < b->department_id ? -1 : 1;
    }
    return (a->user_id > b->user_id) - (a->user_id < b->user_id);
}

static int compare_ranks(const void *left, const void *right)
{
    const struct part *a = left;
    const struct part *b = right;
    if (a->department_id != b->department_id) {
        return a->department_id < b->department_id ? -1 : 1;
    }
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static int64_t visible_department(const struct target_view *view, int64_t id)
{
    return target_view_department(view, id) == NULL ? 0 : id;
}

/* Raw rows of the year. */
struct loaded {
    struct target_sum *sums[2];    /* targets, actual figures */
    size_t sum_counts[2];          /* in each */
    struct target_member *members; /* assignments */
    size_t member_count;           /* in `members` */
};

static enum err load(const struct target_view *view, const struct target_pick *pick, struct loaded *out)
{
    struct request *request = view->request;
    struct target_span span = target_view_span(view);
    for (int actual = 0; actual < 2; actual++) {
        TRY(target_store_sums(request->db, request->arena, &span, pick, actual != 0, true, &out->sums[actual],
                              &out->sum_counts[actual]));
    }
    return target_store_members(request->db, request->arena, &span, pick, false, &out->members, &out->member_count);
}

/* Outside the visible departments somebody has a row with figures, or while standing there today. */
static bool has_row(const struct target_view *view, const struct target_member *member, int64_t department_id)
{
    struct date today = view->request->today;
    bool stands =
        date_compare(member->from, today) <= 0 && (!member->to.set || date_compare(member->to.value, today) > 0);
    return target_member_worked(view, member) && (department_id != 0 || stands);
}

/* One empty part for each department and person that occurs. */
static void collect(struct builder *builder, const struct loaded *loaded)
{
    const struct target_view *view = builder->view;
    struct part *parts = ARENA_ARRAY(view->request->arena, struct part,
                                     loaded->sum_counts[0] + loaded->sum_counts[1] + loaded->member_count);
    size_t count = 0;
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < loaded->sum_counts[s]; i++) {
            const struct target_sum *sum = &loaded->sums[s][i];
            parts[count++] =
                (struct part){.department_id = visible_department(view, sum->department_id), .user_id = sum->user_id};
        }
    }
    for (size_t i = 0; i < loaded->member_count; i++) {
        int64_t department = visible_department(view, loaded->members[i].department_id);
        if (has_row(view, &loaded->members[i], department)) {
            parts[count++] = (struct part){.department_id = department, .user_id = loaded->members[i].user_id};
        }
    }
    qsort(parts, count, sizeof *parts, compare_parts);
    for (size_t i = 0; i < count; i++) {
        if (builder->part_count == 0 || compare_parts(&parts[builder->part_count - 1], &parts[i]) != 0) {
            parts[builder->part_count++] = parts[i];
        }
    }
    builder->parts = parts;
}

static struct part *find_part(const struct builder *builder, int64_t department_id, int64_t user_id)
{
    struct part key = {.department_id = visible_department(builder->view, department_id), .user_id = user_id};
    return bsearch(&key, builder->parts, builder->part_count, sizeof key, compare_parts);
}

static void fill(struct builder *builder, const struct loaded *loaded)
{
    const struct target_view *view = builder->view;
    for (int actual = 0; actual < 2; actual++) {
        for (size_t i = 0; i < loaded->sum_counts[actual]; i++) {
            const struct target_sum *sum = &loaded->sums[actual][i];
            struct part *part = find_part(builder, sum->department_id, sum->user_id);
            size_t month = target_view_month(view, sum->month);
            (actual != 0 ? part->figures.actual : part->figures.target)[month] += sum->amount;
        }
    }
    for (size_t i = 0; i < loaded->member_count; i++) {
        const struct target_member *member = &loaded->members[i];
        struct part *part = find_part(builder, member->department_id, member->user_id);
        for (size_t m = 0; m < TARGET_MONTHS && part != NULL; m++) {
            part->here[m] = part->here[m] || target_member_in_month(member, view->months[m]);
        }
    }
}

static int compare_people(const void *left, const void *right)
{
    const struct part *const *a = left;
    const struct part *const *b = right;
    return ((*a)->user_id > (*b)->user_id) - ((*a)->user_id < (*b)->user_id);
}

/* Gives the parts of people their names and brings all into the order of display. */
static enum err name_parts(struct builder *builder)
{
    struct request *request = builder->view->request;
    struct part **by_person = ARENA_ARRAY(request->arena, struct part *, builder->part_count);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, builder->part_count);
    struct target_person *people;
    size_t count = 0;
    size_t people_count = 0;
    for (size_t i = 0; i < builder->part_count; i++) {
        by_person[i] = &builder->parts[i];
    }
    qsort(by_person, builder->part_count, sizeof *by_person, compare_people);
    for (size_t i = 0; i < builder->part_count; i++) {
        int64_t id = by_person[i]->user_id;
        if (id != 0 && (count == 0 || ids[count - 1] != id)) {
            ids[count++] = id;
        }
    }
    TRY(target_store_people(request->db, request->arena, ids, count, &people, &people_count));
    for (size_t p = 0; p < people_count; p++) {
        size_t low = 0;
        size_t high = builder->part_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            bool before = by_person[middle]->user_id < people[p].id;
            low = before ? middle + 1 : low;
            high = before ? high : middle;
        }
        for (; low < builder->part_count && by_person[low]->user_id == people[p].id; low++) {
            by_person[low]->rank = p + 1;
            by_person[low]->name = people[p].name;
        }
    }
    qsort(builder->parts, builder->part_count, sizeof *builder->parts, compare_ranks);
    return OK;
}

static void add_to(struct target_figures *to, const struct target_figures *from)
{
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        to->target[m] += from->target[m];
        to->actual[m] += from->actual[m];
    }
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

/* Own amounts first, then the people by name. */
static void add_leaves(struct builder *builder, size_t total, int64_t department_id)
{
    struct target_table_row *row = &builder->rows[total];
    size_t low = 0;
    size_t high = builder->part_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = builder->parts[middle].department_id < department_id;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    bool has_own = low < builder->part_count && builder->parts[low].department_id == department_id &&
                   builder->parts[low].user_id == 0;
    if (department_id != 0) {
        struct target_table_row own = {.kind = TARGET_TABLE_OWN,
                                       .id = department_id,
                                       .department_id = department_id,
                                       .name = row->name,
                                       .depth = row->depth + 1};
        own.figures = has_own ? builder->parts[low].figures : own.figures;
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            own.here[m] = true;
        }
        builder->rows[builder->count++] = own;
    }
    for (low += has_own ? 1 : 0; low < builder->part_count && builder->parts[low].department_id == department_id;
         low++) {
        const struct part *part = &builder->parts[low];
        struct target_table_row person = {.kind = TARGET_TABLE_PERSON,
                                          .id = part->user_id,
                                          .department_id = department_id,
                                          .name = part->name,
                                          .depth = row->depth + 1,
                                          .figures = part->figures};
        for (size_t m = 0; m < TARGET_MONTHS; m++) {
            person.here[m] = part->here[m] || part->figures.target[m] != 0;
        }
        builder->rows[builder->count++] = person;
    }
    row->leaf_count = builder->count - total - 1;
    for (size_t i = 1; i <= row->leaf_count; i++) {
        add_to(&row->figures, &builder->rows[total + i].figures);
    }
}

static void add_below(struct builder *builder, size_t total, int64_t parent_id);

/* False when the department is dissolved and has nothing. */
static bool add_department(struct builder *builder, const struct target_department *department, int64_t depth)
{
    size_t total = builder->count++;
    builder->rows[total] = (struct target_table_row){.kind = TARGET_TABLE_TOTAL,
                                                     .id = department->id,
                                                     .department_id = department->id,
                                                     .name = department->name,
                                                     .depth = depth};
    add_leaves(builder, total, department->id);
    add_below(builder, total, department->id);
    const struct target_table_row *row = &builder->rows[total];
    bool kept = !department->is_deleted || !is_empty(&row->figures) || row->part_count > 0;
    builder->count = kept ? builder->count : total;
    return kept;
}

/* The departments below, each with all that it consists of. Parent 0: the tops. */
static void add_below(struct builder *builder, size_t total, int64_t parent_id)
{
    const struct target_view *view = builder->view;
    size_t child_count = 0;
    for (size_t i = 0; i < view->department_count; i++) {
        child_count += view->departments[i].parent_id == parent_id ? 1 : 0;
    }
    size_t *parts = ARENA_ARRAY(view->request->arena, size_t, child_count);
    size_t count = 0;
    for (size_t i = 0; i < view->department_count; i++) {
        const struct target_department *child = &view->departments[view->order[i]];
        size_t at = builder->count;
        if (child->parent_id == parent_id && add_department(builder, child, builder->rows[total].depth + 1)) {
            parts[count++] = at;
            add_to(&builder->rows[total].figures, &builder->rows[at].figures);
        }
    }
    builder->rows[total].parts = parts;
    builder->rows[total].part_count = count;
}

/* All that is visible: a total above it only where there is more than one row at the top. */
static void add_scope(struct builder *builder)
{
    builder->rows[builder->count++] =
        (struct target_table_row){.kind = TARGET_TABLE_TOTAL, .name = builder->view->company.name};
    add_leaves(builder, 0, 0);
    add_below(builder, 0, 0);
    const struct target_table_row *top = &builder->rows[0];
    if (top->leaf_count + top->part_count != 1) {
        return;
    }
    for (size_t i = 1; i < builder->count; i++) { /* the one row at the top takes its place */
        struct target_table_row *row = &builder->rows[i];
        size_t *parts = ARENA_ARRAY(builder->view->request->arena, size_t, row->part_count);
        for (size_t p = 0; p < row->part_count; p++) {
            parts[p] = row->parts[p] - 1;
        }
        row->parts = parts;
        row->depth--;
        builder->rows[i - 1] = *row;
    }
    builder->count--;
}

enum err target_table(const struct target_view *view, int64_t department_id, struct target_table_row **rows_out,
                      size_t *count_out)
{
    struct builder builder = {.view = view};
    struct loaded loaded;
    struct target_pick pick = target_view_pick(view);
    const struct target_department *department = target_view_department(view, department_id);
    if (department_id != 0) {
        int64_t *ids;
        if (department == NULL) {
            return error_set(view->request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
        }
        pick = (struct target_pick){.department_count = target_view_subtree(view, department_id, &ids)};
        pick.departments = ids;
    }
    TRY(load(view, &pick, &loaded));
    collect(&builder, &loaded);
    fill(&builder, &loaded);
    TRY(name_parts(&builder));
    builder.rows =
        ARENA_ARRAY(view->request->arena, struct target_table_row, builder.part_count + 2 * view->department_count + 1);
    if (department == NULL) {
        add_scope(&builder);
    } else {
        (void)add_department(&builder, department, 0);
    }
    *rows_out = builder.rows;
    *count_out = builder.count;
    return OK;
}
