/* Routes of pipelines. */
#include "opportunity.h"
#include "opportunity_store.h"
#include "platform/audit.h"
#include "platform/directory.h"

static json_t *stage_json(const struct stage_row *stage)
{
    return json_pack("{s:I,s:o,s:o,s:I,s:I,s:o}", "id", (json_int_t)stage->id, "name", json_str(stage->name), "kind",
                     json_str(stage->kind), "sort_order", (json_int_t)stage->sort_order, "win_probability_ppm",
                     (json_int_t)stage->win_probability_ppm, "forecast_category", json_str(stage->forecast_category));
}

static enum err list_pipelines(struct request *request, struct response *response)
{
    struct pipeline_row *pipelines;
    struct stage_row *stages;
    size_t pipeline_count, stage_count;
    TRY(pipeline_store_list(request->db, request->arena, &pipelines, &pipeline_count));
    TRY(stage_store_list(request->db, request->arena, &stages, &stage_count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t p = 0; p < pipeline_count; p++) {
        json_t *steps = json_array();
        for (size_t s = 0; s < stage_count; s++) {
            if (stages[s].pipeline_id == pipelines[p].id) {
                json_array_append_new(steps, stage_json(&stages[s]));
            }
        }
        json_array_append_new(items, json_pack("{s:I,s:o,s:b,s:I,s:o}", "id", (json_int_t)pipelines[p].id, "name",
                                               json_str(pipelines[p].name), "is_default", pipelines[p].is_default,
                                               "version", (json_int_t)pipelines[p].version, "stages", steps));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static struct stage_row read_stage(const json_t *body, int64_t pipeline_id, size_t position)
{
    struct str category = json_get_str(body, "forecast_category");
    return (struct stage_row){
        .id = json_get_int(body, "id", 0),
        .pipeline_id = pipeline_id,
        .name = str_trim(json_get_str(body, "name")),
        .kind = json_get_str(body, "kind"),
        .sort_order = (int64_t)position + 1,
        .win_probability_ppm = json_get_int(body, "win_probability_ppm", 0),
        .forecast_category = category.ptr == NULL ? STR("pipeline") : category,
    };
}

static bool is_kept(const json_t *stages, int64_t id)
{
    size_t index;
    json_t *stage;
    json_array_foreach (stages, index, stage) {
        if (json_get_int(stage, "id", 0) == id) {
            return true;
        }
    }
    return false;
}

/* A used stage cannot disappear: its opportunities would have no place. */
static enum err drop_stages(struct request *request, int64_t pipeline_id, const json_t *stages)
{
    struct stage_row *old;
    size_t count;
    TRY(stage_store_list(request->db, request->arena, &old, &count));
    for (size_t i = 0; i < count; i++) {
        int64_t used = 0;
        if (old[i].pipeline_id != pipeline_id || is_kept(stages, old[i].id)) {
            continue;
        }
        TRY(stage_store_use(request->db, request->arena, old[i].id, &used));
        if (used > 0) {
            return error_set(request->error, ERR_IN_USE, "%lld opportunities are in stage \"%.*s\"; move them first.",
                             (long long)used, STR_ARG(old[i].name));
        }
        TRY(stage_store_delete(request->db, request->arena, old[i].id, request->now));
    }
    return OK;
}

/* A pipeline needs an open, a won and a lost stage. */
static enum err check_kinds(struct request *request, const json_t *stages)
{
    static const char *const kinds[] = {"open", "won", "lost"};
    for (size_t k = 0; k < 3; k++) {
        bool found = false;
        size_t index;
        json_t *stage;
        json_array_foreach (stages, index, stage) {
            found = found || str_eq_c(json_get_str(stage, "kind"), kinds[k]);
        }
        if (!found) {
            error_field(request->error, STR("stages"), "missing_kind", "A pipeline needs a stage of kind %s.",
                        kinds[k]);
        }
    }
    return error_check_fields(request->error);
}

static enum err save_stages(struct request *request, int64_t pipeline_id, const json_t *stages)
{
    size_t index;
    json_t *body;
    TRY(check_kinds(request, stages));
    TRY(drop_stages(request, pipeline_id, stages));
    json_array_foreach (stages, index, body) {
        struct stage_row stage = read_stage(body, pipeline_id, index);
        if (stage.id == 0) {
            TRY(stage_store_insert(request->db, request->arena, &stage));
        } else {
            TRY(stage_store_update(request->db, request->arena, &stage));
        }
    }
    return OK;
}

static enum err create_pipeline(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(pipeline_store_insert(request->db, request->arena, str_trim(json_get_str(request->json, "name")), false,
                              request->now, &id));
    TRY(save_stages(request, id, json_object_get(request->json, "stages")));
    TRY(audit_write(request, "pipeline", id, "create", 1, request->json, (struct str){0}));
    response->status = 201;
    return list_pipelines(request, response);
}

static enum err update_pipeline(struct request *request, struct response *response)
{
    int64_t version = 0;
    int64_t id = request->params[0];
    TRY(request_version(request, &version));
    enum err err = pipeline_store_update(request->db, request->arena, id, version,
                                         str_trim(json_get_str(request->json, "name")), request->now);
    if (err == ERR_STALE_VERSION) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    TRY(save_stages(request, id, json_object_get(request->json, "stages")));
    TRY(directory_change(request));
    TRY(audit_write(request, "pipeline", id, "update", version + 1, request->json, (struct str){0}));
    return list_pipelines(request, response);
}

static enum err delete_pipeline(struct request *request, struct response *response)
{
    int64_t used = 0;
    TRY(pipeline_store_use(request->db, request->arena, request->params[0], &used));
    if (used > 0) {
        return error_set(request->error, ERR_IN_USE, "%lld opportunities are in this pipeline.", (long long)used);
    }
    enum err err = pipeline_store_delete(request->db, request->arena, request->params[0], request->now);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "There is no such pipeline, or it is the default one.");
    }
    TRY(err);
    response->status = 204;
    return audit_write(request, "pipeline", request->params[0], "delete", 0, NULL, (struct str){0});
}

static const struct option KINDS[] = {
    {"open", "进行中", "Open"}, {"won", "赢单", "Won"}, {"lost", "输单", "Lost"}, {NULL, NULL, NULL}};
static const struct option CATEGORIES[] = {
    {"pipeline", "管道", "Pipeline"}, {"best_case", "乐观", "Best case"}, {"commit", "承诺", "Commit"},
    {"closed", "已成交", "Closed"},   {"omitted", "不计", "Omitted"},     {NULL, NULL, NULL},
};
static const struct field STAGE_FIELDS[] = {
    {.name = "id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "absent: a new stage"},
    {.name = "name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "kind", .type = FIELD_ENUM, .options = KINDS, .flags = FIELD_REQUIRED, .about = "what being there means"},
    {.name = "sort_order", .type = FIELD_INT, .about = "position; the order of the list counts"},
    {.name = "win_probability_ppm",
     .type = FIELD_PPM,
     .min = 0,
     .max = 1000000,
     .flags = FIELD_REQUIRED,
     .about = "usual chance"},
    {.name = "forecast_category", .type = FIELD_ENUM, .options = CATEGORIES, .about = "where the forecast counts it"},
    FIELD_END,
};
static const struct field PIPELINE_BODY[] = {
    {.name = "name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "stages",
     .type = FIELD_LIST,
     .fields = STAGE_FIELDS,
     .max = 30,
     .flags = FIELD_REQUIRED,
     .about = "in order"},
    FIELD_END,
};
static const struct field PIPELINE_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "pipeline"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "is_default", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "for new opportunities"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
    {.name = "stages", .type = FIELD_LIST, .fields = STAGE_FIELDS, .flags = FIELD_REQUIRED, .about = "in order"},
    FIELD_END,
};
static const struct field PIPELINES_ANSWER[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .fields = PIPELINE_ITEM,
     .flags = FIELD_REQUIRED,
     .about = "the default one first"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/pipelines", "pipeline.list", PERM_OPPORTUNITY_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL, PIPELINES_ANSWER,
     list_pipelines, NULL, "Pipelines with their stages."},
    {"POST", "/pipelines", "pipeline.create", PERM_PIPELINE_EDIT, 0, RECORDS_NONE, NULL, NULL, PIPELINE_BODY,
     PIPELINES_ANSWER, create_pipeline, NULL, "Adds a pipeline; answers with all."},
    {"PUT", "/pipelines/{id}", "pipeline.update", PERM_PIPELINE_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL, NULL,
     PIPELINE_BODY, PIPELINES_ANSWER, update_pipeline, NULL, "Replaces name and stages; answers with all."},
    {"DELETE", "/pipelines/{id}", "pipeline.delete", PERM_PIPELINE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, NULL,
     delete_pipeline, NULL, "Removes an unused pipeline."},
    {0},
};
static const struct object *const OBJECTS[] = {&OPPORTUNITY, NULL};

const struct feature OPPORTUNITY_FEATURE = {.name = "opportunity", .routes = ROUTES, .objects = OBJECTS};
