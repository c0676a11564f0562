/* Setting up pipelines: stages, who may pass them, their guide. Histories outlive every change: what is removed keeps
 * its row, and opportunities of a removed stage go where the change says. */
#include "pipeline_rules.h"

#include <string.h>

#include "guide_store.h"
#include "ledger.h"
#include "metric.h"
#include "platform/audit.h"
#include "platform/directory.h"
#include "setup_rules.h"

enum { GUIDE_MAX = 50, MAP_CHUNK = 1000 };

json_t *pipeline_ids_json(struct opt_str list)
{
    json_t *ids = json_array();
    struct str rest = list.set ? list.value : (struct str){0};
    struct str word;
    int64_t id = 0;
    while (str_cut(&rest, ',', &word)) {
        if (str_to_i64(word, &id)) {
            json_array_append_new(ids, json_integer(id));
        }
    }
    return ids;
}

json_t *pipeline_words_json(struct str list)
{
    json_t *words = json_array();
    struct str word;
    while (list.len > 0 && str_cut(&list, ',', &word)) {
        json_array_append_new(words, json_str(word));
    }
    return words;
}

/* ---- stages that go ---- */

static const json_t *find_stage(const json_t *stages, int64_t id)
{
    size_t index;
    json_t *stage;
    json_array_foreach (stages, index, stage) {
        if (json_get_int(stage, "id", 0) == id) {
            return stage;
        }
    }
    return NULL;
}

/* Where the change sends the opportunities of a stage; NULL: nowhere. */
static enum err find_move(const struct setup *setup, const struct stage_row *from, const struct stage_row **to_out)
{
    const json_t *stages = json_object_get(setup->body, "stages");
    size_t index;
    json_t *move;
    *to_out = NULL;
    json_array_foreach (json_object_get(setup->body, "moves"), index, move) {
        int64_t to_id = json_get_int(move, "to_stage_id", 0);
        const struct stage_row *to = stages_find(&setup->old, to_id);
        if (json_get_int(move, "from_stage_id", 0) != from->id) {
            continue;
        }
        struct str path = str_format(setup->request->arena, "moves.%zu.to_stage_id", index);
        if (to == NULL || find_stage(stages, to_id) == NULL) {
            error_field(setup->request->error, path, "no_such_record", "Opportunities go to a stage that stays.");
        } else if (!str_eq(to->kind, from->kind)) {
            error_field(setup->request->error, path, "other_kind",
                        "Opportunities go to a stage of the same kind: open, won and lost ones stay so.");
        }
        *to_out = to;
    }
    return error_check_fields(setup->request->error);
}

/* All of them, with an event each, and what their customers' holders are told of it. */
static enum err map_stage(const struct setup *setup, const struct stage_row *from, const struct stage_row *to)
{
    struct request *request = setup->request;
    const struct object *object = object_find("opportunity");
    size_t count = MAP_CHUNK;
    int64_t after = 0;
    while (count == MAP_CHUNK) {
        int64_t *ids;
        TRY(stage_store_members(request->db, request->arena, from->id, after, MAP_CHUNK, &ids, &count));
        if (count == 0) {
            break;
        }
        TRY(stage_store_map(request->db, request->arena, from, to, ids, count, request->now, request_actor(request)));
        TRY(metric_sync_custom(request->db, request->arena, "opportunity", ids, count));
        TRY(ledger_refresh_of(request->db, request->arena, object, ids, count));
        after = ids[count - 1];
    }
    return OK;
}

static enum err refuse_used(const struct setup *setup, const struct stage_row *stage, int64_t used)
{
    setup->request->error->extra = json_keep(
        setup->request->arena, json_pack("{s:I,s:I}", "stage_id", (json_int_t)stage->id, "count", (json_int_t)used));
    return error_set(setup->request->error, ERR_IN_USE, "%lld opportunities are in stage \"%.*s\"; move them first.",
                     (long long)used, STR_ARG(stage->name));
}

/* A used stage cannot disappear without saying where its opportunities go. */
static enum err drop_stages(const struct setup *setup, bool *order_changed)
{
    struct request *request = setup->request;
    const json_t *stages = json_object_get(setup->body, "stages");
    for (size_t i = 0; i < setup->old.count; i++) {
        const struct stage_row *old = &setup->old.items[i];
        const struct stage_row *to = NULL;
        int64_t used = 0;
        if (find_stage(stages, old->id) != NULL) {
            continue;
        }
        TRY(stage_store_use(request->db, request->arena, old->id, &used));
        TRY(find_move(setup, old, &to));
        if (used > 0 && to == NULL) {
            return refuse_used(setup, old, used);
        }
        if (used > 0) {
            TRY(map_stage(setup, old, to));
        }
        TRY(stage_store_delete(request->db, request->arena, old->id, request->now));
        *order_changed = true;
    }
    return OK;
}

/* ---- saving ---- */

static struct str words_text(struct arena *arena, const json_t *names)
{
    struct buf text;
    buf_init(&text, arena);
    for (size_t i = 0; i < json_array_size(names); i++) {
        buf_add_c(&text, i == 0 ? "" : ",");
        buf_add_c(&text, json_string_value(json_array_get(names, i)));
    }
    struct str written = buf_str(&text);
    return written.ptr == NULL ? STR("") : written;
}

static struct opt_int kept_days(const json_t *body, const char *name, struct opt_int old)
{
    return json_has(body, name) ? json_get_opt_int(body, name) : old;
}

/* The body's stage over what it was. */
static struct stage_row read_stage(const struct setup *setup, const json_t *body, size_t position)
{
    const struct stage_row *old = stages_find(&setup->old, json_get_int(body, "id", 0));
    struct str category = json_get_str(body, "forecast_category");
    struct stage_row stage = old == NULL ? (struct stage_row){.forecast_category = STR("pipeline")} : *old;
    stage.pipeline_id = setup->pipeline_id;
    stage.name = str_trim(json_get_str(body, "name"));
    stage.kind = json_get_str(body, "kind");
    stage.sort_order = (int64_t)position + 1;
    stage.win_probability_ppm = json_get_int(body, "win_probability_ppm", 0);
    stage.forecast_category = category.ptr == NULL ? stage.forecast_category : category;
    stage.usual_days = kept_days(body, "usual_days", stage.usual_days);
    stage.longest_days = kept_days(body, "longest_days", stage.longest_days);
    if (json_has(body, "required_fields")) {
        stage.required_fields = words_text(setup->request->arena, json_object_get(body, "required_fields"));
    }
    stage.required_fields = stage.required_fields.ptr == NULL ? STR("") : stage.required_fields;
    return stage;
}

static enum err refuse_unknown(struct request *request, struct str path, enum err err)
{
    if (err == ERR_NOT_FOUND) {
        error_field(request->error, path, "no_such_record", "The stage has no such line.");
        return error_check_fields(request->error);
    }
    return err;
}

static struct opt_str long_text(struct str text)
{
    return (struct opt_str){str_trim(text).len > 0, text};
}

static enum err save_guide(const struct setup *setup, int64_t stage_id, const json_t *body, size_t stage)
{
    struct request *request = setup->request;
    int64_t kept[GUIDE_MAX + 1];
    size_t index;
    json_t *line;
    const json_t *list = json_object_get(body, "guide");
    if (list == NULL) {
        return OK;
    }
    json_array_foreach (list, index, line) {
        const struct guide_item item = {
            .id = json_get_int(line, "id", 0),
            .stage_id = stage_id,
            .kind = json_get_str(line, "kind"),
            .title = str_trim(json_get_str(line, "title")),
            .body = long_text(json_get_str(line, "body")),
            .is_mandatory = json_get_bool(line, "is_mandatory", false),
            .needs_file = json_get_bool(line, "needs_file", false),
            .sort_order = (int64_t)index + 1,
        };
        TRY(refuse_unknown(request, str_format(request->arena, "stages.%zu.guide.%zu.id", stage, index),
                           guide_store_save_item(request->db, request->arena, &item, &kept[index])));
    }
    return guide_store_drop_items(request->db, request->arena, stage_id, kept, json_array_size(list), request->now);
}

static enum err save_plan(const struct setup *setup, int64_t stage_id, const json_t *body, size_t stage)
{
    struct request *request = setup->request;
    int64_t kept[GUIDE_MAX + 1];
    size_t index;
    json_t *line;
    const json_t *list = json_object_get(body, "plan");
    if (list == NULL) {
        return OK;
    }
    json_array_foreach (list, index, line) {
        struct str kind = json_get_str(line, "kind");
        const struct guide_plan plan = {
            .id = json_get_int(line, "id", 0),
            .stage_id = stage_id,
            .name = str_trim(json_get_str(line, "name")),
            .kind = kind.ptr == NULL ? STR("other") : kind,
            .days_after = json_get_int(line, "days_after", 0),
            .sort_order = (int64_t)index + 1,
        };
        TRY(refuse_unknown(request, str_format(request->arena, "stages.%zu.plan.%zu.id", stage, index),
                           guide_store_save_plan(request->db, request->arena, &plan, &kept[index])));
    }
    return guide_store_drop_plans(request->db, request->arena, stage_id, kept, json_array_size(list), request->now);
}

static enum err save_roles(const struct setup *setup, int64_t stage_id, const json_t *body, const char *name,
                           const char *direction)
{
    int64_t ids[SETUP_IDS_MAX];
    const json_t *list = json_object_get(body, name);
    if (list == NULL) {
        return OK;
    }
    size_t count = setup_ids(list, ids);
    return stage_store_set_roles(setup->request->db, setup->request->arena, stage_id, direction, ids, count);
}

static enum err save_stage(const struct setup *setup, const json_t *body, size_t index, bool *order_changed)
{
    struct request *request = setup->request;
    struct stage_row stage = read_stage(setup, body, index);
    const struct stage_row *old = stages_find(&setup->old, stage.id);
    if (stage.id == 0) {
        TRY(stage_store_insert(request->db, request->arena, &stage, &stage.id));
    } else {
        TRY(stage_store_update(request->db, request->arena, &stage));
        *order_changed = *order_changed || old->sort_order != stage.sort_order || !str_eq(old->kind, stage.kind);
    }
    TRY(save_roles(setup, stage.id, body, "enter_role_ids", "enter"));
    TRY(save_roles(setup, stage.id, body, "leave_role_ids", "leave"));
    TRY(save_guide(setup, stage.id, body, index));
    return save_plan(setup, stage.id, body, index);
}

static enum err save_parts(const struct setup *setup)
{
    struct request *request = setup->request;
    const json_t *departments = json_object_get(setup->body, "department_ids");
    bool order_changed = false;
    size_t index;
    json_t *stage;
    TRY(drop_stages(setup, &order_changed));
    json_array_foreach (json_object_get(setup->body, "stages"), index, stage) {
        TRY(save_stage(setup, stage, index, &order_changed));
    }
    if (departments != NULL) {
        int64_t ids[SETUP_IDS_MAX];
        size_t count = setup_ids(departments, ids);
        TRY(pipeline_store_set_departments(request->db, request->arena, setup->pipeline_id, ids, count));
    }
    if (order_changed) {
        TRY(stage_store_refresh_furthest(request->db, request->arena, setup->pipeline_id));
    }
    return directory_change(request);
}

/* One pipeline is the default: another takes its place, nothing else ends it. */
static enum err read_head(const struct setup *setup, struct pipeline_row *row)
{
    const json_t *body = setup->body;
    bool is_default = json_get_bool(body, "is_default", row->is_default);
    if (row->is_default && !is_default) {
        error_field(setup->request->error, STR("is_default"), "read_only",
                    "Make another pipeline the default one instead.");
        return error_check_fields(setup->request->error);
    }
    row->is_default = is_default;
    row->name = str_trim(json_get_str(body, "name"));
    row->allow_skip = json_get_bool(body, "allow_skip", row->allow_skip);
    row->allow_back = json_get_bool(body, "allow_back", row->allow_back);
    return OK;
}

static enum err save_default(const struct setup *setup)
{
    return setup->is_default
               ? pipeline_store_make_default(setup->request->db, setup->request->arena, setup->pipeline_id)
               : OK;
}

enum err pipeline_create(struct request *request, json_t *body, int64_t *id_out)
{
    struct setup setup = {.request = request, .body = body};
    struct pipeline_row row = {.allow_skip = true, .allow_back = true};
    TRY(read_head(&setup, &row));
    setup.is_default = row.is_default;
    TRY(setup_check(&setup));
    TRY(pipeline_store_insert(request->db, request->arena, &row, request->now, &setup.pipeline_id));
    TRY(save_default(&setup));
    TRY(save_parts(&setup));
    *id_out = setup.pipeline_id;
    return audit_write(request, "pipeline", setup.pipeline_id, "create", 1, body, (struct str){0});
}

enum err pipeline_update(struct request *request, int64_t id, int64_t version, json_t *body)
{
    struct setup setup = {.request = request, .pipeline_id = id, .body = body};
    struct pipeline_row row;
    enum err err = pipeline_store_lock(request->db, request->arena, id, &row);
    err = err == OK && row.version != version ? ERR_STALE_VERSION : err;
    if (err != OK) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(read_head(&setup, &row));
    setup.is_default = row.is_default;
    TRY(stage_store_of(request->db, request->arena, id, &setup.old));
    TRY(setup_check(&setup));
    TRY(pipeline_store_update(request->db, request->arena, &row, request->now));
    TRY(save_default(&setup));
    TRY(save_parts(&setup));
    return audit_write(request, "pipeline", id, "update", version + 1, body, (struct str){0});
}

/* Its stages go first: who creates an opportunity in one of them holds it, so what is counted then is all there is. */
enum err pipeline_remove(struct request *request, int64_t id)
{
    int64_t used = 0;
    enum err err = pipeline_store_delete(request->db, request->arena, id, request->now);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "There is no such pipeline, or it is the default one.");
    }
    TRY(err);
    TRY(stage_store_delete_all(request->db, request->arena, id, request->now));
    TRY(pipeline_store_use(request->db, request->arena, id, &used));
    if (used > 0) {
        return error_set(request->error, ERR_IN_USE, "%lld opportunities are in this pipeline.", (long long)used);
    }
    TRY(directory_change(request));
    return audit_write(request, "pipeline", id, "delete", 0, NULL, (struct str){0});
}

/* ---- stages for others ---- */

bool stage_is_open(const struct stage_row *stage)
{
    return str_eq_c(stage->kind, "open");
}

const struct stage_row *stages_find(const struct stages *stages, int64_t stage_id)
{
    for (size_t i = 0; i < stages->count; i++) {
        if (stages->items[i].id == stage_id) {
            return &stages->items[i];
        }
    }
    return NULL;
}

int64_t stage_reach(const struct stage_row *stage)
{
    return str_eq_c(stage->kind, "won") ? INT64_MAX : stage_is_open(stage) ? stage->sort_order : INT64_MIN;
}
