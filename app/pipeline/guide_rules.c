/* The guide of one opportunity: what its stages say to do, what of it is done and by whom, and the tasks one click
 * makes. What is missing is told by the gate itself (gate_rules.h). */
#include "guide_rules.h"

#include <string.h>

#include "gate_rules.h"
#include "pipeline_rules.h"
#include "platform/audit.h"
#include "platform/calendar.h"
#include "platform/object.h"

enum { DAY_SECONDS = 86400 };

/* An opportunity and all that its guide knows. */
struct guide {
    struct request *request;  /* who looks */
    int64_t id;               /* opportunity.id */
    struct value *values;     /* of the opportunity, by field */
    struct stages stages;     /* of its pipeline */
    struct guide_item *items; /* of its pipeline */
    struct guide_plan *plans; /* of its pipeline */
    struct guide_mark *marks; /* what is noted */
    struct guide_file *files; /* what shows it */
    struct guide_stay *stays; /* how it went */
    size_t item_count, plan_count, mark_count, file_count, stay_count;
    struct gate_data gates; /* for what is missing */
};

static const struct object *opportunity(void)
{
    return object_find("opportunity");
}

static struct value field_of(const struct guide *guide, const char *name)
{
    return guide->values[object_field(opportunity(), name)];
}

static enum err load(struct request *request, int64_t id, bool for_write, struct guide *out)
{
    struct db *db = request->db;
    struct arena *arena = request->arena;
    int64_t version = 0;
    *out = (struct guide){.request = request, .id = id};
    TRY(record_load(request, opportunity(), id, for_write, &out->values, &version));
    TRY(pipeline_stages_of(db, arena, field_of(out, "stage_id").integer, &out->stages));
    int64_t pipeline_id = field_of(out, "pipeline_id").integer;
    TRY(guide_store_items(db, arena, pipeline_id, &out->items, &out->item_count));
    TRY(guide_store_plans(db, arena, pipeline_id, &out->plans, &out->plan_count));
    TRY(guide_store_marks(db, arena, id, &out->marks, &out->mark_count));
    return guide_store_files(db, arena, id, &out->files, &out->file_count);
}

/* ---- showing ---- */

static json_t *files_json(const struct guide *guide, int64_t item_id)
{
    json_t *files = json_array();
    for (size_t i = 0; i < guide->file_count; i++) {
        if (guide->files[i].item_id == item_id) {
            json_array_append_new(files, json_pack("{s:I,s:o}", "id", (json_int_t)guide->files[i].id, "name",
                                                   json_str(guide->files[i].name)));
        }
    }
    return files;
}

static json_t *item_json(const struct guide *guide, const struct guide_item *item)
{
    struct guide_mark mark = {.item_id = item->id};
    for (size_t i = 0; i < guide->mark_count; i++) {
        mark = guide->marks[i].item_id == item->id ? guide->marks[i] : mark;
    }
    bool done = mark.done_at.set;
    json_t *json = json_pack("{s:I,s:o,s:o,s:o,s:b,s:b}", "id", (json_int_t)item->id, "kind", json_str(item->kind),
                             "title", json_str(item->title), "body", json_opt_str(item->body), "is_mandatory",
                             item->is_mandatory, "needs_file", item->needs_file);
    json_object_set_new(json, "done_at", json_opt_instant(guide->request->arena, mark.done_at));
    json_object_set_new(json, "done_by_name", done ? json_opt_str(mark.done_by_name) : json_null());
    json_object_set_new(json, "note", json_opt_str(mark.note));
    json_object_set_new(json, "files", files_json(guide, item->id));
    return json;
}

/* What the gate into the stage would say today. */
static json_t *missing_json(const struct guide *guide, const struct stage_row *stage)
{
    json_t *faults = json_array();
    size_t fields = fields_count(object_fields(opportunity()));
    struct value *after = ARENA_ARRAY(guide->request->arena, struct value, fields + 1);
    memcpy(after, guide->values, fields * sizeof *after);
    struct record_change change = {
        .object = opportunity(), .action = RECORD_UPDATE, .id = guide->id, .before = guide->values, .after = after};
    change_set(&change, "stage_id", V(stage->id));
    gate_check(guide->request, &change, &guide->gates, faults);
    return faults;
}

/* A stage lies behind: it is open, and the opportunity has come further (or had, before it was lost). */
static bool is_past(const struct guide *guide, const struct stage_row *current, const struct stage_row *stage)
{
    struct value furthest = field_of(guide, "furthest_stage_id");
    const struct stage_row *reached = current;
    if (str_eq_c(current->kind, "lost") && furthest.type == VALUE_INT) {
        reached = stages_find(&guide->stages, furthest.integer);
        reached = reached == NULL ? current : reached;
    }
    bool whole = reached != current && stage->id == reached->id;
    return stage_is_open(stage) && (stage_reach(stage) < stage_reach(reached) || whole);
}

static void add_stay(const struct guide *guide, const struct stage_row *stage, bool is_current, json_t *json)
{
    struct guide_stay stay = {.stage_id = stage->id};
    for (size_t i = 0; i < guide->stay_count; i++) {
        stay = guide->stays[i].stage_id == stage->id ? guide->stays[i] : stay;
    }
    struct value entered = field_of(guide, "stage_entered_at");
    if (is_current && entered.type == VALUE_INSTANT) {
        stay.entered_at = (struct opt_instant){true, entered.instant};
        stay.seconds += (guide->request->now.ms - entered.instant.ms) / 1000;
    }
    json_object_set_new(json, "entered_at", json_opt_instant(guide->request->arena, stay.entered_at));
    json_object_set_new(json, "days", stay.entered_at.set ? json_integer(stay.seconds / DAY_SECONDS) : json_null());
}

static json_t *stage_json(const struct guide *guide, const struct stage_row *current, const struct stage_row *stage)
{
    bool is_current = stage->id == current->id;
    json_t *items = json_array();
    json_t *plan = json_array();
    for (size_t i = 0; i < guide->item_count; i++) {
        if (guide->items[i].stage_id == stage->id) {
            json_array_append_new(items, item_json(guide, &guide->items[i]));
        }
    }
    for (size_t i = 0; i < guide->plan_count; i++) {
        const struct guide_plan *line = &guide->plans[i];
        if (line->stage_id == stage->id) {
            json_array_append_new(plan, json_pack("{s:I,s:o,s:o,s:I}", "id", (json_int_t)line->id, "name",
                                                  json_str(line->name), "kind", json_str(line->kind), "days_after",
                                                  (json_int_t)line->days_after));
        }
    }
    json_t *json =
        json_pack("{s:I,s:o,s:o,s:b,s:b}", "id", (json_int_t)stage->id, "name", json_str(stage->name), "kind",
                  json_str(stage->kind), "is_past", is_past(guide, current, stage), "is_current", is_current);
    add_stay(guide, stage, is_current, json);
    json_object_set_new(json, "usual_days", json_opt_int(stage->usual_days));
    json_object_set_new(json, "longest_days", json_opt_int(stage->longest_days));
    json_object_set_new(json, "items", items);
    json_object_set_new(json, "plan", plan);
    json_object_set_new(json, "missing", is_current ? json_array() : missing_json(guide, stage));
    return json;
}

enum err guide_show(struct request *request, int64_t opportunity_id, json_t **out)
{
    struct guide guide;
    TRY(load(request, opportunity_id, false, &guide));
    TRY(guide_store_stays(request->db, request->arena, opportunity_id, &guide.stays, &guide.stay_count));
    TRY(gate_load(request, &guide.stages, opportunity_id, &guide.gates));
    const struct stage_row *current = stages_find(&guide.stages, field_of(&guide, "stage_id").integer);
    json_t *stages = json_keep(request->arena, json_array());
    for (size_t i = 0; current != NULL && i < guide.stages.count; i++) {
        json_array_append_new(stages, stage_json(&guide, current, &guide.stages.items[i]));
    }
    *out = json_keep(request->arena,
                     json_pack("{s:I,s:I,s:O}", "pipeline_id", (json_int_t)field_of(&guide, "pipeline_id").integer,
                               "stage_id", (json_int_t)field_of(&guide, "stage_id").integer, "stages", stages));
    return OK;
}

/* ---- ticking ---- */

static const struct guide_item *find_item(const struct guide *guide, int64_t item_id)
{
    for (size_t i = 0; i < guide->item_count; i++) {
        if (guide->items[i].id == item_id) {
            return &guide->items[i];
        }
    }
    return NULL;
}

/* A note is kept unless the body has one; an empty one goes. */
static struct opt_str note_of(const struct guide *guide, int64_t item_id, const json_t *body)
{
    struct opt_str note = {0};
    for (size_t i = 0; i < guide->mark_count; i++) {
        note = guide->marks[i].item_id == item_id ? guide->marks[i].note : note;
    }
    struct str given = str_trim(json_get_str(body, "note"));
    return json_has(body, "note") ? (struct opt_str){given.len > 0, given} : note;
}

static bool is_done(const struct guide *guide, int64_t item_id)
{
    for (size_t i = 0; i < guide->mark_count; i++) {
        if (guide->marks[i].item_id == item_id) {
            return guide->marks[i].done_at.set;
        }
    }
    return false;
}

static enum err write_mark(struct guide *guide, const struct guide_item *item, const json_t *body)
{
    struct request *request = guide->request;
    bool done = json_get_bool(body, "done", false);
    bool before = is_done(guide, item->id);
    struct opt_instant at = {done, request->now};
    struct value user = done ? request_actor(request) : value_null();
    TRY(guide_store_mark(request->db, request->arena, guide->id, item->id, at, user, note_of(guide, item->id, body)));
    TRY(guide_store_marks(request->db, request->arena, guide->id, &guide->marks, &guide->mark_count));
    if (done == before) {
        return OK;
    }
    json_t *changes = json_keep(request->arena, done ? json_pack("{s:[n,o]}", "guide", json_str(item->title))
                                                     : json_pack("{s:[o,n]}", "guide", json_str(item->title)));
    return audit_write(request, "opportunity", guide->id, "guide", 0, changes, (struct str){0});
}

/* Only a note changes: who did it, and when, stays. */
static enum err write_note(struct guide *guide, const struct guide_item *item, const json_t *body)
{
    struct request *request = guide->request;
    TRY(guide_store_note(request->db, request->arena, guide->id, item->id, note_of(guide, item->id, body)));
    return guide_store_marks(request->db, request->arena, guide->id, &guide->marks, &guide->mark_count);
}

enum err guide_mark(struct request *request, int64_t opportunity_id, int64_t item_id, const json_t *body, json_t **out)
{
    struct guide guide;
    TRY(load(request, opportunity_id, true, &guide));
    const struct guide_item *item = find_item(&guide, item_id);
    if (item == NULL) {
        return error_set(request->error, ERR_NOT_FOUND, "The guide of this opportunity has no such item.");
    }
    if (!guide_can_tick(item->kind)) {
        error_field(request->error, STR("done"), "read_only", "This item is there to be read.");
        return error_check_fields(request->error);
    }
    bool same = is_done(&guide, item_id) && json_get_bool(body, "done", false);
    TRY(same ? write_note(&guide, item, body) : write_mark(&guide, item, body));
    *out = json_keep(request->arena, item_json(&guide, item));
    return OK;
}

/* ---- the plan ---- */

static bool is_among(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

static enum err make_task(const struct guide *guide, const struct guide_plan *line, struct date due, json_t *tasks)
{
    struct request *request = guide->request;
    const struct record_options options = {.unscoped = true};
    struct value owner = field_of(guide, "owner_id");
    struct value customer = field_of(guide, "customer_id");
    int64_t id = 0;
    json_t *body = json_keep(request->arena, json_pack("{s:o,s:o,s:o,s:I}", "name", json_str(line->name), "kind",
                                                       json_str(line->kind), "due_on", json_date(request->arena, due),
                                                       "opportunity_id", (json_int_t)guide->id));
    if (owner.type == VALUE_INT) {
        json_object_set_new(body, "owner_id", json_integer(owner.integer));
    }
    if (customer.type == VALUE_INT) {
        json_object_set_new(body, "customer_id", json_integer(customer.integer));
    }
    TRY(record_create(request, object_find("task"), body, &options, &id));
    TRY(guide_store_made(request->db, request->arena, id, line->id));
    json_array_append_new(tasks,
                          json_pack("{s:I,s:o,s:o,s:o,s:o}", "id", (json_int_t)id, "name", json_str(line->name), "kind",
                                    json_str(line->kind), "due_on", json_date(request->arena, due), "owner_id",
                                    owner.type == VALUE_INT ? json_integer(owner.integer) : json_null()));
    return OK;
}

static enum err make_tasks(const struct guide *guide, int64_t stage_id, json_t *tasks)
{
    struct request *request = guide->request;
    struct worktime calendar;
    int64_t *made;
    size_t count;
    struct value entered = field_of(guide, "stage_entered_at");
    TRY(calendar_load(request->db, request->arena, &calendar));
    calendar.zone = request->zone;
    TRY(guide_store_planned(request->db, request->arena, guide->id, entered.instant, &made, &count));
    for (size_t i = 0; i < guide->plan_count; i++) {
        const struct guide_plan *line = &guide->plans[i];
        if (line->stage_id == stage_id && !is_among(made, count, line->id)) {
            TRY(make_task(guide, line, worktime_add_days(&calendar, request->today, (int)line->days_after), tasks));
        }
    }
    return OK;
}

enum err guide_make_plan(struct request *request, int64_t opportunity_id, int64_t stage_id, json_t **out)
{
    struct guide guide;
    TRY(load(request, opportunity_id, true, &guide));
    int64_t wanted = stage_id == 0 ? field_of(&guide, "stage_id").integer : stage_id;
    if (stages_find(&guide.stages, wanted) == NULL) {
        error_field(request->error, STR("stage_id"), "no_such_record", "The opportunity's pipeline has no such stage.");
        return error_check_fields(request->error);
    }
    json_t *tasks = json_keep(request->arena, json_array());
    TRY(make_tasks(&guide, wanted, tasks));
    *out = json_keep(request->arena,
                     json_pack("{s:I,s:O}", "created", (json_int_t)json_array_size(tasks), "tasks", tasks));
    return OK;
}
