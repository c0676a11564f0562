/* Rounds: what is asked, how far the tree is, closing. Everything a node shows is a sum of visible rows; what is asked
 * is known to all who take part. */
#include "round_rules.h"

#include <stdlib.h>
#include <string.h>

#include "platform/ids.h"
#include "engines/rollup.h"
#include "platform/notify.h"
#include "platform/tx.h"

/* What the tree adds up for every department, behind the levels. */
enum { SUM_OWN = LEVEL_COUNT, SUM_EXPECTED, SUM_ANSWERED, SUM_AGREED, SUM_COUNT };

static enum err not_found(struct request *request)
{
    return error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

enum err round_get(struct request *request, int64_t id, struct target_round *out)
{
    enum err err = round_store_get(request->db, request->arena, id, false, out);
    return err == ERR_NOT_FOUND ? not_found(request) : err;
}

static struct str body_note(const struct request *request)
{
    return str_trim(json_get_str(request->json, "note"));
}

enum err round_create(struct request *request, int64_t *id_out)
{
    int64_t year = json_get_int(request->json, "year", 0);
    struct opt_date deadline = json_get_opt_date(request->json, "deadline_on");
    if (date_compare(deadline.value, request->today) < 0) {
        error_field(request->error, STR("deadline_on"), "in_the_past", "The deadline lies in the past.");
        return error_check_fields(request->error);
    }
    enum err err = round_store_create(request, year, deadline.value, body_note(request), id_out);
    if (err == ERR_DUPLICATE) {
        return error_set(request->error, ERR_DUPLICATE, "There is a round of this year already.");
    }
    TRY(err);
    return audit_write(request, "target_round", *id_out, "create", 1, NULL, (struct str){0});
}

static enum err stale(struct request *request)
{
    return error_set(request->error, ERR_STALE_VERSION, "%s", err_text(ERR_STALE_VERSION));
}

/* The round, its row locked, unless it is closed or somebody changed it. */
static enum err get_open(struct request *request, int64_t id, int64_t version, struct target_round *out)
{
    enum err err = round_store_get(request->db, request->arena, id, true, out);
    if (err == ERR_NOT_FOUND) {
        return not_found(request);
    }
    TRY(err);
    if (out->is_locked) {
        return error_set(request->error, ERR_TARGET_LOCKED, "This round is closed.");
    }
    return version == 0 || version == out->version ? OK : stale(request);
}

enum err round_update(struct request *request, int64_t id, int64_t version)
{
    struct target_round round;
    struct opt_date deadline = json_get_opt_date(request->json, "deadline_on");
    TRY(get_open(request, id, version, &round));
    if (deadline.set && date_compare(deadline.value, request->today) < 0 &&
        date_compare(deadline.value, round.deadline) != 0) {
        error_field(request->error, STR("deadline_on"), "in_the_past", "The deadline lies in the past.");
        return error_check_fields(request->error);
    }
    struct str note = json_has(request->json, "note") ? body_note(request)
                      : round.note.set                ? round.note.value
                                                      : (struct str){0};
    TRY(round_store_update(request, id, deadline.set ? deadline.value : round.deadline, note));
    return audit_write(request, "target_round", id, "update", round.version + 1, NULL, (struct str){0});
}

/* ---- asking ---- */

/* The company's number is for who holds the rounds; below, whoever stands above a department asks of it. */
static bool may_ask(const struct target_view *view, const struct target_department *department)
{
    const struct identity *user = view->request->user;
    if (identity_can(user, PERM_TARGET_ROUND)) {
        return true;
    }
    const struct target_department *real = target_view_any_department(view, department->id);
    return identity_can(user, PERM_TARGET_AGREE) && real->parent_id != 0 &&
           target_view_department(view, real->parent_id) != NULL;
}

static int compare_asks(const void *left, const void *right)
{
    const struct target_ask *a = left;
    const struct target_ask *b = right;
    return (a->department_id > b->department_id) - (a->department_id < b->department_id);
}

static const struct target_ask *find_ask(const struct target_ask *asks, size_t count, int64_t department_id)
{
    const struct target_ask key = {.department_id = department_id};
    return count == 0 ? NULL : bsearch(&key, asks, count, sizeof *asks, compare_asks);
}

static enum err tell_head(const struct target_view *view, const struct target_round *round,
                          const struct target_department *department)
{
    struct request *request = view->request;
    if (!department->head_id.set) {
        return OK;
    }
    json_t *detail =
        json_keep(request->arena,
                  json_pack("{s:o,s:I,s:I,s:s}", "name", json_str(department->name), "year", (json_int_t)round->year,
                            "round_id", (json_int_t)round->id, "measure", MEASURES[view->measure].key));
    return notify_user(request, department->head_id.value, "target_asked", "target_round", round->id, detail);
}

/* One row of the body; conflicts are collected. */
static enum err ask_one(const struct target_view *view, const struct target_round *round, size_t index,
                        const json_t *wanted, const struct target_ask *stored, json_t *conflicts)
{
    struct request *request = view->request;
    struct target_ask ask = {.department_id = json_get_int(wanted, "department_id", 0),
                             .amount = json_get_opt_int(wanted, "amount")};
    const struct target_department *department = target_view_department(view, ask.department_id);
    if (department == NULL || department->is_deleted || !may_ask(view, department)) {
        error_field(request->error, str_format(request->arena, "asks.%zu.department_id", index),
                    department == NULL ? "not_found" : "not_allowed", "You ask nothing of this department.");
        return OK;
    }
    if (json_get_int(wanted, "version", 0) != (stored == NULL ? 0 : stored->version)) {
        json_array_append_new(conflicts,
                              json_pack("{s:I,s:o,s:I}", "department_id", (json_int_t)ask.department_id, "amount",
                                        json_opt_int(stored == NULL ? (struct opt_int){0} : stored->amount), "version",
                                        (json_int_t)(stored == NULL ? 0 : stored->version)));
        return OK;
    }
    TRY(round_store_put_ask(request, round->id, view->measure, &ask));
    return tell_head(view, round, department);
}

enum err round_ask(struct request *request, int64_t id)
{
    const json_t *list = json_object_get(request->json, "asks");
    struct target_view view;
    struct target_round round;
    struct target_ask *stored;
    size_t count;
    enum measure measure = MEASURE_SIGNED_AMOUNT;
    json_t *conflicts = json_keep(request->arena, json_array());
    if (!measure_find(json_get_str(request->json, "measure"), &measure)) {
        error_field(request->error, STR("measure"), "not_an_option", "There is no such measure.");
    }
    TRY(error_check_fields(request->error));
    TRY(round_get(request, id, &round));
    TRY(target_store_lock_sheet(request, round.year, measure));
    TRY(get_open(request, id, 0, &round));
    TRY(target_view_load(request, round.year, measure, &view));
    TRY(target_view_open(&view));
    TRY(round_store_asks(request->db, request->arena, id, measure, &stored, &count));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *wanted = json_array_get(list, i);
        TRY(ask_one(&view, &round, i, wanted, find_ask(stored, count, json_get_int(wanted, "department_id", 0)),
                    conflicts));
    }
    TRY(error_check_fields(request->error));
    if (json_array_size(conflicts) > 0) {
        request->error->extra = json_keep(request->arena, json_pack("{s:{s:O}}", "current", "asks", conflicts));
        return error_set(request->error, ERR_TARGET_CONFLICT, "%s", err_text(ERR_TARGET_CONFLICT));
    }
    return audit_write(request, "target_round", id, "ask", 0, request->json, (struct str){0});
}

/* ---- the tree ---- */

/* What the lines are made from. */
struct tree {
    const struct target_view *view;          /* what is visible */
    const struct target_ask *asks;           /* by department */
    size_t ask_count;                        /* in `asks` */
    const struct target_participant *people; /* visible ones */
    size_t people_count;                     /* in `people` */
    struct target_movement movement;         /* how far everybody's plans are */
    struct rollup_cell *cells;               /* what is added up: amounts, own amounts, people */
    size_t cell_count;                       /* in `cells` */
    int64_t *sums;                           /* of departments[i] with all below, at [i × SUM_COUNT] */
};

static bool has_answered(int64_t state)
{
    return state == PLAN_SUBMITTED || state == PLAN_AGREED || state == PLAN_LOCKED;
}

static bool has_agreed(int64_t state)
{
    return state == PLAN_AGREED || state == PLAN_LOCKED;
}

/* Room for more cells; those that are there stay. */
static void make_cells(struct tree *tree, size_t more)
{
    struct rollup_cell *cells = ARENA_ARRAY(tree->view->request->arena, struct rollup_cell, tree->cell_count + more);
    if (tree->cell_count > 0) {
        memcpy(cells, tree->cells, tree->cell_count * sizeof *cells);
    }
    tree->cells = cells;
}

/* Targets of the year of every visible department, by level, and its own base. */
static enum err add_amounts(struct tree *tree)
{
    const struct target_view *view = tree->view;
    struct target_pick pick = target_view_pick(view);
    struct target_span span = target_view_span(view);
    struct target_year_sum *rows;
    size_t count;
    pick.people_count = 0;
    TRY(target_store_year_sums(view->request->db, view->request->arena, &span, &pick, &rows, &count));
    make_cells(tree, count * 2);
    for (size_t i = 0; i < count; i++) {
        int64_t id = rows[i].department_id;
        if (target_view_department(view, id) == NULL) {
            continue;
        }
        tree->cells[tree->cell_count++] = (struct rollup_cell){id, rows[i].level, rows[i].amount};
        if (rows[i].level == LEVEL_BASE) {
            tree->cells[tree->cell_count++] = (struct rollup_cell){id, SUM_OWN, rows[i].own};
        }
    }
    return OK;
}

static int64_t plan_state(const struct tree *tree, int64_t user_id)
{
    return target_plan_state_of(tree->movement.states, tree->movement.state_count, true, user_id);
}

static void add_counts(struct tree *tree)
{
    make_cells(tree, tree->people_count * 3);
    for (size_t i = 0; i < tree->people_count; i++) {
        const struct target_participant *one = &tree->people[i];
        if (target_view_department(tree->view, one->department_id) == NULL) {
            continue;
        }
        int64_t state = plan_state(tree, one->user_id);
        tree->cells[tree->cell_count++] = (struct rollup_cell){one->department_id, SUM_EXPECTED, 1};
        tree->cells[tree->cell_count++] = (struct rollup_cell){one->department_id, SUM_ANSWERED, has_answered(state)};
        tree->cells[tree->cell_count++] = (struct rollup_cell){one->department_id, SUM_AGREED, has_agreed(state)};
    }
}

static enum err roll_up(struct tree *tree)
{
    const struct target_view *view = tree->view;
    struct arena *arena = view->request->arena;
    struct rollup_node *nodes = ARENA_ARRAY(arena, struct rollup_node, view->department_count);
    for (size_t i = 0; i < view->department_count; i++) {
        nodes[i] = (struct rollup_node){view->departments[i].id, view->departments[i].parent_id};
    }
    tree->sums = ARENA_ARRAY(arena, int64_t, view->department_count * SUM_COUNT);
    if (!rollup_totals(arena, nodes, view->department_count, tree->cells, tree->cell_count, SUM_COUNT, tree->sums)) {
        return error_set(view->request->error, ERR_INVALID, "The sums of this year are too large to be shown.");
    }
    return OK;
}

static enum err load_tree(const struct target_view *view, const struct target_round *round, struct tree *tree)
{
    struct request *request = view->request;
    struct target_pick pick = target_view_pick(view);
    struct target_pick all = {.all = true};
    struct target_ask *asks;
    struct target_participant *people;
    struct target_plan_state *states;
    *tree = (struct tree){.view = view};
    TRY(round_store_asks(request->db, request->arena, round->id, view->measure, &asks, &tree->ask_count));
    TRY(round_store_participants(request->db, request->arena, &pick, &people, &tree->people_count));
    TRY(target_plan_store_states(request->db, request->arena, round->id, view->measure, &all, &states,
                                 &tree->movement.state_count));
    tree->asks = asks;
    tree->people = people;
    tree->movement.round = *round;
    tree->movement.in_round = tree->ask_count > 0;
    tree->movement.states = states;
    TRY(add_amounts(tree));
    add_counts(tree);
    return roll_up(tree);
}

static struct round_line department_line(const struct tree *tree, const struct target_department *department)
{
    const int64_t *sums = &tree->sums[(size_t)(department - tree->view->departments) * SUM_COUNT];
    const struct target_ask *ask = find_ask(tree->asks, tree->ask_count, department->id);
    struct round_line line = {.kind = TARGET_LINE_DEPARTMENT,
                              .id = department->id,
                              .name = department->name,
                              .own = sums[SUM_OWN],
                              .expected = sums[SUM_EXPECTED],
                              .answered = sums[SUM_ANSWERED],
                              .agreed = sums[SUM_AGREED],
                              .state = target_movement_state(&tree->movement, false, department->id),
                              .is_mine = target_is_mine(tree->view, false, department->id)};
    if (ask != NULL) {
        line.asked = ask->amount;
        line.ask_version = ask->version;
    }
    memcpy(line.entered, sums, sizeof line.entered);
    return line;
}

/* ---- children ---- */

/* Where a person stands among the children. */
struct place {
    int64_t user_id; /* who */
    size_t index;    /* in `children` */
};

/* The people among the children, to be found by id. */
struct places {
    struct place *items; /* ascending by person */
    size_t count;        /* in `items` */
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    return (a->user_id > b->user_id) - (a->user_id < b->user_id);
}

/* Of the children from `first` on, who are people. */
static struct places place_people(struct arena *arena, const struct round_node *node, size_t first)
{
    struct places places = {.count = node->child_count - first};
    places.items = ARENA_ARRAY(arena, struct place, places.count);
    for (size_t i = 0; i < places.count; i++) {
        places.items[i] = (struct place){node->children[first + i].id, first + i};
    }
    qsort(places.items, places.count, sizeof *places.items, compare_places);
    return places;
}

static struct round_line *find_person(const struct places *places, struct round_node *node, int64_t user_id)
{
    const struct place key = {.user_id = user_id};
    const struct place *found =
        places->count == 0 ? NULL : bsearch(&key, places->items, places->count, sizeof key, compare_places);
    return found == NULL ? NULL : &node->children[found->index];
}

/* Room for more children; those that are there stay. */
static void make_children(struct arena *arena, struct round_node *node, size_t more)
{
    struct round_line *children = ARENA_ARRAY(arena, struct round_line, node->child_count + more);
    if (node->child_count > 0) {
        memcpy(children, node->children, node->child_count * sizeof *children);
    }
    node->children = children;
}

static struct round_line person_line(const struct tree *tree, const struct target_person *person, bool expected)
{
    int64_t state = target_movement_state(&tree->movement, true, person->id);
    return (struct round_line){.kind = TARGET_LINE_USER,
                               .id = person->id,
                               .name = person->name,
                               .expected = expected,
                               .answered = expected && has_answered(state),
                               .agreed = expected && has_agreed(state),
                               .state = state,
                               .is_mine = target_is_mine(tree->view, true, person->id)};
}

/* People by name. */
static enum err add_people(const struct tree *tree, struct round_node *node, const int64_t *ids, size_t count,
                           bool expected)
{
    struct request *request = tree->view->request;
    struct target_person *people;
    size_t people_count;
    if (count == 0) {
        return OK;
    }
    TRY(target_store_people(request->db, request->arena, ids, count, &people, &people_count));
    make_children(request->arena, node, people_count);
    for (size_t i = 0; i < people_count; i++) {
        node->children[node->child_count++] = person_line(tree, &people[i], expected);
    }
    return OK;
}

/* Those who have amounts here without standing here today. */
static enum err add_others(const struct tree *tree, struct round_node *node, const struct places *places,
                           const struct target_sum *sums, size_t count)
{
    int64_t *ids = ARENA_ARRAY(tree->view->request->arena, int64_t, count);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (sums[i].user_id != 0 && find_person(places, node, sums[i].user_id) == NULL) {
            ids[found++] = sums[i].user_id;
        }
    }
    return add_people(tree, node, ids, ids_sort(ids, found), false);
}

/* Who takes part and stands in this department; 0: in none that is visible. */
static enum err add_participants(const struct tree *tree, struct round_node *node, int64_t department_id)
{
    int64_t *ids = ARENA_ARRAY(tree->view->request->arena, int64_t, tree->people_count);
    size_t count = 0;
    for (size_t i = 0; i < tree->people_count; i++) {
        int64_t place = tree->people[i].department_id;
        if (department_id == 0 ? target_view_department(tree->view, place) == NULL : place == department_id) {
            ids[count++] = tree->people[i].user_id;
        }
    }
    return add_people(tree, node, ids, count, true);
}

/* The people of exactly this department: who takes part and stands here, and who has amounts of the year here. */
static enum err add_department_people(const struct tree *tree, int64_t department_id, struct round_node *node)
{
    struct request *request = tree->view->request;
    struct target_pick pick = {.departments = &department_id, .department_count = 1};
    size_t first = node->child_count;
    TRY(add_participants(tree, node, department_id));
    for (int level = 0; level < LEVEL_COUNT; level++) {
        struct target_span span = target_view_span(tree->view);
        struct target_sum *sums;
        size_t count;
        span.level = (enum target_level)level;
        TRY(target_store_sums(request->db, request->arena, &span, &pick, false, true, &sums, &count));
        struct places places = place_people(request->arena, node, first);
        TRY(add_others(tree, node, &places, sums, count));
        places = place_people(request->arena, node, first);
        for (size_t i = 0; i < count; i++) {
            struct round_line *line = sums[i].user_id == 0 ? NULL : find_person(&places, node, sums[i].user_id);
            if (line != NULL) {
                line->entered[level] += sums[i].amount;
            } else {
                node->own[level] += sums[i].amount;
            }
        }
    }
    return OK;
}

static void add_path(const struct target_view *view, const struct target_department *department, struct round_node *out)
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

static void add_departments(const struct tree *tree, int64_t parent_id, struct round_node *out)
{
    const struct target_view *view = tree->view;
    make_children(view->request->arena, out, view->department_count);
    for (size_t i = 0; i < view->department_count; i++) {
        const struct target_department *department = &view->departments[view->order[i]];
        if (department->parent_id != parent_id) {
            continue;
        }
        struct round_line line = department_line(tree, department);
        bool empty = line.entered[LEVEL_BASE] == 0 && line.expected == 0;
        if (!(department->is_deleted && empty)) {
            out->children[out->child_count++] = line;
        }
    }
}

static enum err department_node(const struct tree *tree, const struct target_department *department,
                                struct round_node *out)
{
    out->line = department_line(tree, department);
    add_departments(tree, department->id, out);
    TRY(add_department_people(tree, department->id, out));
    add_path(tree->view, department, out);
    return OK;
}

/* People of the scope whose departments are not visible: with what they have anywhere. */
static enum err add_outsiders(const struct tree *tree, struct round_node *out)
{
    const struct target_view *view = tree->view;
    size_t first = out->child_count;
    TRY(add_participants(tree, out, 0));
    struct places places = place_people(view->request->arena, out, first);
    for (int level = 0; level < LEVEL_COUNT && !view->all; level++) {
        struct target_view seen = *view;
        struct target_sum *sums;
        size_t count;
        seen.level = (enum target_level)level;
        TRY(target_view_person_sums(&seen, view->people, view->people_count, false, true, &sums, &count));
        for (size_t i = 0; i < count; i++) {
            struct round_line *line = find_person(&places, out, sums[i].user_id);
            if (line != NULL) {
                line->entered[level] += sums[i].amount;
            }
        }
    }
    return OK;
}

static enum err scope_node(const struct tree *tree, struct round_node *out)
{
    out->line = (struct round_line){.kind = TARGET_LINE_SCOPE, .name = tree->view->company.name};
    add_departments(tree, 0, out);
    TRY(add_outsiders(tree, out));
    for (size_t i = 0; i < out->child_count; i++) {
        const struct round_line *child = &out->children[i];
        for (int level = 0; level < LEVEL_COUNT; level++) {
            out->line.entered[level] += child->entered[level];
        }
        out->line.own += child->own;
        out->line.expected += child->expected;
        out->line.answered += child->answered;
        out->line.agreed += child->agreed;
    }
    return OK;
}

/* The one department above all that is visible; NULL when there are none or several. */
static const struct target_department *only_top(const struct target_view *view)
{
    const struct target_department *top = NULL;
    for (size_t i = 0; i < view->department_count; i++) {
        const struct target_department *department = &view->departments[i];
        if (department->parent_id == 0 && !department->is_deleted) {
            if (top != NULL) {
                return NULL;
            }
            top = department;
        }
    }
    return top;
}

enum err round_node(const struct target_view *view, const struct target_round *round, int64_t department_id,
                    struct round_node *out)
{
    struct tree tree;
    const struct target_department *asked =
        department_id == 0 ? only_top(view) : target_view_department(view, department_id);
    *out = (struct round_node){0};
    if (department_id != 0 && asked == NULL) {
        return not_found(view->request);
    }
    TRY(load_tree(view, round, &tree));
    return asked != NULL ? department_node(&tree, asked, out) : scope_node(&tree, out);
}

/* ---- closing ---- */

/* How many have not agreed, of the people who take part and of the departments that are asked. Nobody is waited for
 * where the measure takes no amounts any more. */
static enum err count_open(struct request *request, const struct target_round *round, enum measure measure,
                           json_t *missing, int64_t *open_out)
{
    struct target_view view;
    struct target_movement movement;
    struct target_pick all = {.all = true};
    struct target_participant *people;
    struct target_ask *asks;
    size_t people_count;
    size_t ask_count;
    int64_t open_people = 0;
    int64_t open_departments = 0;
    TRY(target_view_load(request, round->year, measure, &view));
    if (!view.info.is_active) {
        return OK;
    }
    TRY(target_movement_load(&view, &all, &movement));
    TRY(round_store_participants(request->db, request->arena, &all, &people, &people_count));
    TRY(round_store_asks(request->db, request->arena, round->id, measure, &asks, &ask_count));
    for (size_t i = 0; i < people_count; i++) {
        open_people += !has_agreed(target_movement_state(&movement, true, people[i].user_id));
    }
    for (size_t i = 0; i < ask_count; i++) {
        open_departments +=
            asks[i].amount.set && !has_agreed(target_movement_state(&movement, false, asks[i].department_id));
    }
    if (open_people + open_departments > 0) {
        json_array_append_new(missing, json_pack("{s:s,s:I,s:I}", "measure", MEASURES[measure].key, "people",
                                                 (json_int_t)open_people, "departments", (json_int_t)open_departments));
    }
    *open_out += open_people + open_departments;
    return OK;
}

enum err round_close(struct request *request, int64_t id, int64_t version)
{
    struct target_round round;
    enum measure *measures;
    size_t count;
    int64_t open = 0;
    json_t *missing = json_keep(request->arena, json_array());
    TRY(round_get(request, id, &round));
    TRY(round_store_measures(request->db, request->arena, id, &measures, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(target_store_lock_sheet(request, round.year, measures[i]));
    }
    TRY(get_open(request, id, version, &round));
    for (size_t i = 0; i < count; i++) {
        TRY(count_open(request, &round, measures[i], missing, &open));
    }
    if (open > 0 && !json_get_bool(request->json, "anyway", false)) {
        request->error->extra = json_keep(request->arena, json_pack("{s:{s:O}}", "current", "missing", missing));
        return error_set(request->error, ERR_TARGET_NOT_AGREED, "%lld targets are not agreed yet.", (long long)open);
    }
    TRY(round_store_close(request, id));
    return audit_write(request, "target_round", id, "lock", round.version + 1, NULL, (struct str){0});
}

/* ---- reminders ---- */

/* The last day up to today on which people are to be reminded: 7, 3, 1 and 0 days before the deadline, then every week.
 */
static struct opt_date reminder_day(struct date deadline, struct date today)
{
    static const int before[] = {7, 3, 1, 0};
    struct opt_date due = {0};
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        struct date day = date_add_days(deadline, -before[i]);
        if (date_compare(day, today) <= 0) {
            due = (struct opt_date){true, day};
        }
    }
    int late = today.days - deadline.days;
    return late >= 7 ? (struct opt_date){true, date_add_days(deadline, late / 7 * 7)} : due;
}

/* Reminders of one round on their way. */
struct reminding {
    struct job *job;        /* whose run */
    struct arena *arena;    /* memory of the round */
    struct request request; /* as the company */
    struct error error;     /* of the round */
    int64_t round_id;       /* which */
    int64_t told;           /* people */
};

static enum err remind_measure(struct reminding *reminding, const struct target_round *round, enum measure measure)
{
    struct request *request = &reminding->request;
    struct target_pick all = {.all = true};
    struct target_participant *people;
    struct target_plan_state *states;
    struct measure_info info;
    size_t count;
    size_t state_count;
    TRY(measure_get(request->db, request->arena, measure, &info));
    if (!info.is_active) {
        return OK;
    }
    TRY(round_store_participants(request->db, request->arena, &all, &people, &count));
    TRY(target_plan_store_states(request->db, request->arena, round->id, measure, &all, &states, &state_count));
    for (size_t i = 0; i < count; i++) {
        if (has_answered(target_plan_state_of(states, state_count, true, people[i].user_id))) {
            continue;
        }
        json_t *detail =
            json_keep(request->arena, json_pack("{s:I,s:I,s:s,s:o,s:I,s:s}", "year", (json_int_t)round->year,
                                                "round_id", (json_int_t)round->id, "measure", MEASURES[measure].key,
                                                "deadline", json_date(request->arena, round->deadline), "subject_id",
                                                (json_int_t)people[i].user_id, "subject_kind", "user"));
        TRY(notify_user(request, people[i].user_id, "target_reminder", "target_round", round->id, detail));
        reminding->told++;
    }
    return OK;
}

static enum err remind_round(struct db *db, void *context)
{
    struct reminding *reminding = context;
    struct target_round round;
    enum measure *measures;
    size_t count;
    arena_reset(reminding->arena);
    error_init(&reminding->error, reminding->arena);
    job_request(reminding->job, &reminding->request);
    reminding->request.arena = reminding->arena;
    reminding->request.error = &reminding->error;
    notify_forget(&reminding->request);
    reminding->told = 0;
    TRY(round_store_get(db, reminding->arena, reminding->round_id, true, &round));
    struct opt_date due = reminder_day(round.deadline, reminding->job->today);
    bool told = round.reminded_on.set && due.set && date_compare(round.reminded_on.value, due.value) >= 0;
    if (round.is_locked || !due.set || told) {
        return OK;
    }
    TRY(round_store_measures(db, reminding->arena, round.id, &measures, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(remind_measure(reminding, &round, measures[i]));
    }
    return round_store_reminded(db, reminding->arena, round.id, reminding->job->today);
}

enum err round_remind(struct job *job, json_t **result_out)
{
    struct target_round *rounds;
    size_t count;
    int64_t told = 0;
    TRY(round_store_list(job->db, job->arena, &rounds, &count));
    struct reminding reminding = {.job = job, .arena = arena_create(64 * 1024 * 1024)};
    enum err err = OK;
    for (size_t i = 0; i < count && err == OK; i++) {
        reminding.round_id = rounds[i].id;
        err = db_tx(job->db, remind_round, &reminding);
        if (err == OK) {
            notify_publish(&reminding.request);
            told += reminding.told;
        }
    }
    arena_destroy(reminding.arena);
    TRY(err);
    *result_out = json_pack("{s:I}", "told", (json_int_t)told);
    return OK;
}
