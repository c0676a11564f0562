/* The facts behind a figure: the same scope, the same sum, and as much of the records as the user may read. */
#include "target_rules.h"

#include "platform/object.h"
#include "platform/record_label.h"
#include "platform/scope.h"

static enum err not_found(const struct target_view *view)
{
    return error_set(view->request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

/* A person's facts in one department: the department, or the person, must be visible. */
static enum err facts_of_both(const struct target_view *view, int64_t department_id, int64_t user_id,
                              struct target_facts_request *out)
{
    bool visible =
        target_view_department(view, department_id) != NULL || (user_id != 0 && target_view_has_person(view, user_id));
    int64_t *ids = ARENA_ARRAY(view->request->arena, int64_t, 2);
    ids[0] = department_id;
    ids[1] = user_id;
    out->pick =
        (struct target_pick){.departments = &ids[0], .department_count = 1, .people = &ids[1], .people_count = 1};
    out->both = true;
    return visible ? OK : not_found(view);
}

static enum err facts_of_person(const struct target_view *view, int64_t user_id, struct target_facts_request *out)
{
    bool visible = false;
    TRY(target_view_sees_person(view, user_id, &visible));
    if (!visible) {
        return not_found(view);
    }
    int64_t *id = ARENA_NEW(view->request->arena, int64_t);
    *id = user_id;
    out->pick = (struct target_pick){.people = id, .people_count = 1};
    if (!target_view_has_person(view, user_id)) { /* only what the person did in visible departments */
        struct target_pick all = target_view_pick(view);
        out->pick.departments = all.departments;
        out->pick.department_count = all.department_count;
        out->both = true;
    }
    return OK;
}

enum err target_facts_scope(const struct target_view *view, struct opt_int department_id, struct opt_int user_id,
                            struct target_facts_request *out)
{
    if (department_id.set && user_id.set) {
        return facts_of_both(view, department_id.value, user_id.value, out);
    }
    if (user_id.set) {
        return facts_of_person(view, user_id.value, out);
    }
    if (!department_id.set) {
        out->pick = target_view_pick(view);
        return OK;
    }
    if (target_view_department(view, department_id.value) == NULL) {
        return not_found(view);
    }
    int64_t *ids;
    size_t count = target_view_subtree(view, department_id.value, &ids);
    bool everything = view->all && count == view->department_count;
    out->pick = (struct target_pick){.all = everything, .departments = ids, .department_count = count};
    return OK;
}

/* Texts of the records behind a page of facts. */
struct labels {
    struct record_label *items[MEASURE_COUNT]; /* by object of the page, ascending by record */
    size_t counts[MEASURE_COUNT];              /* in `items` */
    struct str objects[MEASURE_COUNT];         /* names of the objects */
    size_t object_count;                       /* in use */
    struct record_label *customers;            /* of all those records */
    size_t customer_count;                     /* in `customers` */
};

/* A record's text is shown to those who may read the record; the amount belongs to the figure and is always shown. */
static enum err load_object_labels(struct request *request, const struct target_fact *facts, size_t count,
                                   struct str object_name, struct labels *labels)
{
    size_t slot = labels->object_count++;
    const struct object *object = object_find(str_c(request->arena, object_name));
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count);
    size_t id_count = 0;
    labels->objects[slot] = object_name;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(facts[i].object, object_name)) {
            ids[id_count++] = facts[i].record_id;
        }
    }
    return record_labels(request, object, ids, id_count, &labels->items[slot], &labels->counts[slot]);
}

static size_t find_slot(const struct labels *labels, struct str object_name)
{
    size_t slot = 0;
    while (slot < labels->object_count && !str_eq(labels->objects[slot], object_name)) {
        slot++;
    }
    return slot;
}

static enum err load_labels(struct request *request, const struct target_fact *facts, size_t count, struct labels *out)
{
    *out = (struct labels){0};
    for (size_t i = 0; i < count; i++) {
        if (find_slot(out, facts[i].object) == out->object_count) {
            TRY(load_object_labels(request, facts, count, facts[i].object, out));
        }
    }
    const struct object *customer = object_find("customer");
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count);
    size_t id_count = 0;
    for (size_t s = 0; s < out->object_count; s++) {
        for (size_t i = 0; i < out->counts[s]; i++) {
            if (out->items[s][i].customer_id.set) {
                ids[id_count++] = out->items[s][i].customer_id.value;
            }
        }
    }
    return record_labels(request, customer, ids, id_count, &out->customers, &out->customer_count);
}

static void set_texts(const struct labels *labels, struct target_fact_line *line)
{
    size_t slot = find_slot(labels, line->fact.object);
    const struct record_label *label =
        record_label_find(labels->items[slot], labels->counts[slot], line->fact.record_id);
    if (label == NULL) {
        return;
    }
    line->label = label->label;
    const struct record_label *customer = str_eq_c(line->fact.object, "customer") ? label : NULL;
    if (label->customer_id.set) {
        customer = record_label_find(labels->customers, labels->customer_count, label->customer_id.value);
    }
    line->customer_name = customer == NULL ? (struct str){0} : customer->label;
}

enum err target_facts(const struct target_view *view, const struct target_facts_request *asked,
                      struct target_facts_page *out)
{
    struct request *request = view->request;
    struct target_facts_request facts = *asked;
    struct target_fact *rows;
    struct labels labels;
    facts.limit++; /* one more tells whether there is a next page */
    TRY(target_store_facts_sum(request->db, request->arena, &facts, &out->sum, &out->total));
    TRY(target_store_facts(request->db, request->arena, &facts, &rows, &out->count));
    out->more = (int64_t)out->count > asked->limit;
    out->count = out->more ? (size_t)asked->limit : out->count;
    TRY(load_labels(request, rows, out->count, &labels));
    out->lines = ARENA_ARRAY(request->arena, struct target_fact_line, out->count);
    for (size_t i = 0; i < out->count; i++) {
        out->lines[i].fact = rows[i];
        set_texts(&labels, &out->lines[i]);
    }
    return OK;
}
