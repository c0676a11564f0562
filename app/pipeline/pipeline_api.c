/* Routes of pipelines and of the reasons of closing. */
#include "activity_rules.h"
#include "analysis_rows_rules.h"
#include "analysis_rules.h"
#include "board_rules.h"
#include "guide_store.h"
#include "pipeline_rules.h"
#include "platform/audit.h"
#include "platform/directory.h"
#include "reason_store.h"
#include "sums_rules.h"

/* ---- pipelines ---- */

/* Everything the answer is made of. */
struct shown {
    struct pipeline_row *pipelines; /* the default one first */
    struct stage_row *stages;       /* of all */
    struct guide_item *items;       /* of all */
    struct guide_plan *plans;       /* of all */
    size_t pipeline_count;          /* in `pipelines` */
    size_t stage_count;             /* in `stages` */
    size_t item_count;              /* in `items` */
    size_t plan_count;              /* in `plans` */
    int64_t own_id;                 /* pipeline of the user's department */
};

static json_t *item_json(const struct guide_item *item)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:b,s:b}", "id", (json_int_t)item->id, "kind", json_str(item->kind), "title",
                     json_str(item->title), "body", json_opt_str(item->body), "is_mandatory", item->is_mandatory,
                     "needs_file", item->needs_file);
}

static json_t *plan_json(const struct guide_plan *plan)
{
    return json_pack("{s:I,s:o,s:o,s:I}", "id", (json_int_t)plan->id, "name", json_str(plan->name), "kind",
                     json_str(plan->kind), "days_after", (json_int_t)plan->days_after);
}

static json_t *stage_json(const struct shown *shown, const struct stage_row *stage)
{
    json_t *guide = json_array();
    json_t *plan = json_array();
    for (size_t i = 0; i < shown->item_count; i++) {
        if (shown->items[i].stage_id == stage->id) {
            json_array_append_new(guide, item_json(&shown->items[i]));
        }
    }
    for (size_t i = 0; i < shown->plan_count; i++) {
        if (shown->plans[i].stage_id == stage->id) {
            json_array_append_new(plan, plan_json(&shown->plans[i]));
        }
    }
    json_t *json =
        json_pack("{s:I,s:o,s:o,s:I,s:I,s:o}", "id", (json_int_t)stage->id, "name", json_str(stage->name), "kind",
                  json_str(stage->kind), "sort_order", (json_int_t)stage->sort_order, "win_probability_ppm",
                  (json_int_t)stage->win_probability_ppm, "forecast_category", json_str(stage->forecast_category));
    json_object_set_new(json, "usual_days", json_opt_int(stage->usual_days));
    json_object_set_new(json, "longest_days", json_opt_int(stage->longest_days));
    json_object_set_new(json, "required_fields", pipeline_words_json(stage->required_fields));
    json_object_set_new(json, "enter_role_ids", pipeline_ids_json(stage->enter_roles));
    json_object_set_new(json, "leave_role_ids", pipeline_ids_json(stage->leave_roles));
    json_object_set_new(json, "guide", guide);
    json_object_set_new(json, "plan", plan);
    return json;
}

static json_t *pipeline_json(const struct shown *shown, const struct pipeline_row *pipeline)
{
    json_t *stages = json_array();
    for (size_t i = 0; i < shown->stage_count; i++) {
        if (shown->stages[i].pipeline_id == pipeline->id) {
            json_array_append_new(stages, stage_json(shown, &shown->stages[i]));
        }
    }
    return json_pack("{s:I,s:o,s:b,s:b,s:I,s:o,s:b,s:b,s:o}", "id", (json_int_t)pipeline->id, "name",
                     json_str(pipeline->name), "is_default", pipeline->is_default, "is_own",
                     pipeline->id == shown->own_id, "version", (json_int_t)pipeline->version, "department_ids",
                     pipeline_ids_json(pipeline->department_ids), "allow_skip", pipeline->allow_skip, "allow_back",
                     pipeline->allow_back, "stages", stages);
}

static enum err list_pipelines(struct request *request, struct response *response)
{
    struct shown shown;
    struct db *db = request->db;
    struct arena *arena = request->arena;
    TRY(pipeline_store_list(db, arena, &shown.pipelines, &shown.pipeline_count));
    TRY(pipeline_store_of(db, arena, request->user->department_id, &shown.own_id));
    TRY(stage_store_list(db, arena, &shown.stages, &shown.stage_count));
    TRY(guide_store_items(db, arena, 0, &shown.items, &shown.item_count));
    TRY(guide_store_plans(db, arena, 0, &shown.plans, &shown.plan_count));
    json_t *items = json_keep(arena, json_array());
    for (size_t i = 0; i < shown.pipeline_count; i++) {
        json_array_append_new(items, pipeline_json(&shown, &shown.pipelines[i]));
    }
    response->json = json_keep(arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err create_pipeline(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(pipeline_create(request, request->json, &id));
    response->status = 201;
    return list_pipelines(request, response);
}

static enum err update_pipeline(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(pipeline_update(request, request->params[0], version, request->json));
    response_event(response, STR("all"), STR("opportunity"));
    return list_pipelines(request, response);
}

static enum err delete_pipeline(struct request *request, struct response *response)
{
    response->status = 204;
    return pipeline_remove(request, request->params[0]);
}

/* ---- reasons of closing ---- */

static json_t *reason_json(const struct reason_row *row)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:b,s:b,s:b,s:I}", "id", (json_int_t)row->id, "code", json_opt_str(row->code),
                     "kind", json_str(row->kind), "name", json_str(row->name), "needs_competitor",
                     row->needs_competitor, "needs_note", row->needs_note, "is_active", row->is_active, "sort_order",
                     (json_int_t)row->sort_order);
}

static enum err list_reasons(struct request *request, struct response *response)
{
    struct reason_row *rows;
    size_t count;
    TRY(reason_store_list(request->db, request->arena, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, reason_json(&rows[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err no_reason(struct request *request, enum err err)
{
    return err == ERR_NOT_FOUND ? error_set(request->error, err, "There is no such reason.") : err;
}

static enum err save_reason(struct request *request, struct response *response, struct reason_row row)
{
    const json_t *body = request->json;
    bool is_new = row.id == 0;
    row.kind = json_get_str(body, "kind");
    row.name = str_trim(json_get_str(body, "name"));
    row.needs_competitor = json_get_bool(body, "needs_competitor", row.needs_competitor);
    row.needs_note = json_get_bool(body, "needs_note", row.needs_note);
    row.is_active = json_get_bool(body, "is_active", row.is_active);
    row.sort_order = json_get_int(body, "sort_order", row.sort_order);
    TRY(reason_store_save(request->db, request->arena, &row, request->now, request_actor(request), &row.id));
    TRY(directory_change(request));
    response->json = json_keep(request->arena, reason_json(&row));
    return audit_write(request, "close_reason", row.id, is_new ? "create" : "update", 0, body, (struct str){0});
}

static enum err create_reason(struct request *request, struct response *response)
{
    response->status = 201;
    return save_reason(request, response, (struct reason_row){.is_active = true});
}

static enum err update_reason(struct request *request, struct response *response)
{
    struct reason_row row;
    TRY(no_reason(request, reason_store_get(request->db, request->arena, request->params[0], &row)));
    if (!str_eq(row.kind, json_get_str(request->json, "kind"))) {
        error_field(request->error, STR("kind"), "read_only", "A reason of winning stays one, and one of losing too.");
        return error_check_fields(request->error);
    }
    return save_reason(request, response, row);
}

static enum err delete_reason(struct request *request, struct response *response)
{
    struct reason_row row;
    TRY(no_reason(request, reason_store_get(request->db, request->arena, request->params[0], &row)));
    if (row.code.set) {
        return error_set(request->error, ERR_IN_USE, "Imports need this reason; it can be renamed.");
    }
    TRY(no_reason(request, reason_store_delete(request->db, request->arena, row.id, request->now)));
    response->status = 204;
    return audit_write(request, "close_reason", row.id, "delete", 0, NULL, (struct str){0});
}

/* ---- shapes ---- */

static const struct option KINDS[] = {
    {"open", "进行中", "Open"}, {"won", "赢单", "Won"}, {"lost", "输单", "Lost"}, {NULL, NULL, NULL}};
static const struct option CLOSED_KINDS[] = {{"won", "赢单", "Won"}, {"lost", "输单", "Lost"}, {NULL, NULL, NULL}};
static const struct option CATEGORIES[] = {
    {"pipeline", "管道", "Pipeline"}, {"best_case", "乐观", "Best case"}, {"commit", "承诺", "Commit"},
    {"closed", "已成交", "Closed"},   {"omitted", "不计", "Omitted"},     {NULL, NULL, NULL},
};
static const struct option GUIDE_KINDS[] = {
    {"ask", "询问", "Ask"},       {"deliver", "交付", "Deliver"},   {"confirm", "确认", "Confirm"},
    {"script", "话术", "Script"}, {"template", "模板", "Template"}, {"objection", "异议应对", "Objection"},
    {NULL, NULL, NULL},
};
static const struct option TASK_KINDS[] = {
    {"call", "电话", "Call"},   {"visit", "拜访", "Visit"}, {"meeting", "会议", "Meeting"},
    {"email", "邮件", "Email"}, {"quote", "报价", "Quote"}, {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};
#define ID_FIELD(about_)                                                                                               \
    {                                                                                                                  \
        .name = "id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = about_                            \
    }
static const struct field GUIDE_FIELDS[] = {
    ID_FIELD("absent: a new item"),
    {.name = "kind", .type = FIELD_ENUM, .options = GUIDE_KINDS, .flags = FIELD_REQUIRED, .about = "to do or to read"},
    {.name = "title", .type = FIELD_TEXT, .max = 200, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "body",
     .type = FIELD_LONG_TEXT,
     .max = 10000,
     .flags = FIELD_NULLABLE,
     .about = "plain, with line breaks"},
    {.name = "is_mandatory", .type = FIELD_BOOL, .about = "the stage is not left forward without it"},
    {.name = "needs_file", .type = FIELD_BOOL, .about = "done with a file only"},
    FIELD_END,
};
static const struct field PLAN_FIELDS[] = {
    ID_FIELD("absent: a new line"),
    {.name = "name", .type = FIELD_TEXT, .max = 200, .flags = FIELD_REQUIRED, .about = "of the task"},
    {.name = "kind", .type = FIELD_ENUM, .options = TASK_KINDS, .about = "of the task; other"},
    {.name = "days_after", .type = FIELD_INT, .min = 0, .max = 365, .about = "working days; 0"},
    FIELD_END,
};
static const struct field STAGE_FIELDS[] = {
    ID_FIELD("absent: a new stage"),
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
    {.name = "usual_days",
     .type = FIELD_INT,
     .min = 1,
     .max = 3650,
     .flags = FIELD_NULLABLE,
     .about = "without activity; after them an opportunity rests"},
    {.name = "longest_days",
     .type = FIELD_INT,
     .min = 1,
     .max = 3650,
     .flags = FIELD_NULLABLE,
     .about = "in the stage; after them it is overdue"},
    {.name = "required_fields",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .max = 20,
     .about = "fields of the opportunity that must not be empty"},
    {.name = "enter_role_ids", .type = FIELD_LIST, .item = FIELD_REF, .max = 50, .about = "[]: everybody"},
    {.name = "leave_role_ids", .type = FIELD_LIST, .item = FIELD_REF, .max = 50, .about = "[]: everybody"},
    {.name = "guide", .type = FIELD_LIST, .fields = GUIDE_FIELDS, .max = 50, .about = "in order"},
    {.name = "plan", .type = FIELD_LIST, .fields = PLAN_FIELDS, .max = 50, .about = "in order"},
    FIELD_END,
};
static const struct field MOVE_FIELDS[] = {
    {.name = "from_stage_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .flags = FIELD_REQUIRED,
     .about = "a stage that is missing from `stages`"},
    {.name = "to_stage_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .flags = FIELD_REQUIRED,
     .about = "a stage of the same kind that stays"},
    FIELD_END,
};
#define DEPARTMENT_IDS                                                                                                 \
    {                                                                                                                  \
        .name = "department_ids", .type = FIELD_LIST, .item = FIELD_REF, .max = 200,                                   \
        .about = "whose new opportunities it takes, with those below; []: everybody's"                                 \
    }
#define ALLOW_SKIP                                                                                                     \
    {                                                                                                                  \
        .name = "allow_skip", .type = FIELD_BOOL, .about = "forward over open stages"                                  \
    }
#define ALLOW_BACK                                                                                                     \
    {                                                                                                                  \
        .name = "allow_back", .type = FIELD_BOOL, .about = "back, and open again"                                      \
    }
#define STAGES_MEMBER                                                                                                  \
    {                                                                                                                  \
        .name = "stages", .type = FIELD_LIST, .fields = STAGE_FIELDS, .max = 30, .flags = FIELD_REQUIRED,              \
        .about = "in order"                                                                                            \
    }
static const struct field PIPELINE_BODY[] = {
    {.name = "name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "is_default",
     .type = FIELD_BOOL,
     .about = "new opportunities begin in it where no other fits; the one that was is no longer"},
    DEPARTMENT_IDS,
    ALLOW_SKIP,
    ALLOW_BACK,
    STAGES_MEMBER,
    {.name = "moves",
     .type = FIELD_LIST,
     .fields = MOVE_FIELDS,
     .max = 30,
     .about = "where opportunities of missing stages go"},
    FIELD_END,
};
static const struct field PIPELINE_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "pipeline"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "is_default", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "for new opportunities"},
    {.name = "is_own", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "of the user's department: shown first"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
    DEPARTMENT_IDS,
    ALLOW_SKIP,
    ALLOW_BACK,
    STAGES_MEMBER,
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
#define REASON_MEMBERS                                                                                                 \
    {.name = "kind",                                                                                                   \
     .type = FIELD_ENUM,                                                                                               \
     .options = CLOSED_KINDS,                                                                                          \
     .flags = FIELD_REQUIRED,                                                                                          \
     .about = "of winning or of losing"},                                                                              \
        {.name = "name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_REQUIRED, .about = "shown"},                   \
        {.name = "needs_competitor", .type = FIELD_BOOL, .about = "the deal must name one"},                           \
        {.name = "needs_note", .type = FIELD_BOOL, .about = "the deal must say more"},                                 \
        {.name = "is_active", .type = FIELD_BOOL, .about = "can be chosen"},                                           \
    {                                                                                                                  \
        .name = "sort_order", .type = FIELD_INT, .min = 0, .max = 1000000, .about = "position"                         \
    }
static const struct field REASON_BODY[] = {REASON_MEMBERS, FIELD_END};
static const struct field REASON[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "reason"},
    {.name = "code",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "not_recorded: of imported deals that say none"},
    REASON_MEMBERS,
    FIELD_END,
};
static const struct field REASONS_ANSWER[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .fields = REASON,
     .flags = FIELD_REQUIRED,
     .about = "of winning, then of losing"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/pipelines", "pipeline.list", PERM_OPPORTUNITY_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL, PIPELINES_ANSWER,
     list_pipelines, NULL, "Pipelines with their stages."},
    {"POST", "/pipelines", "pipeline.create", PERM_PIPELINE_EDIT, 0, RECORDS_NONE, NULL, NULL, PIPELINE_BODY,
     PIPELINES_ANSWER, create_pipeline, NULL, "Adds a pipeline; answers with all."},
    {"PUT", "/pipelines/{id}", "pipeline.update", PERM_PIPELINE_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL, NULL,
     PIPELINE_BODY, PIPELINES_ANSWER, update_pipeline, NULL,
     "Replaces what the body names; answers with all. What it leaves out of a kept stage stays."},
    {"DELETE", "/pipelines/{id}", "pipeline.delete", PERM_PIPELINE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, NULL,
     delete_pipeline, NULL, "Removes an unused pipeline."},
    {"GET", "/close-reasons", "close_reason.list", PERM_OPPORTUNITY_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL,
     REASONS_ANSWER, list_reasons, NULL, "Why deals are won and lost."},
    {"POST", "/close-reasons", "close_reason.create", PERM_PIPELINE_EDIT, 0, RECORDS_NONE, NULL, NULL, REASON_BODY,
     REASON, create_reason, NULL, "Adds a reason."},
    {"PUT", "/close-reasons/{id}", "close_reason.update", PERM_PIPELINE_EDIT, 0, RECORDS_NONE, NULL, NULL, REASON_BODY,
     REASON, update_reason, NULL, "Changes a reason."},
    {"DELETE", "/close-reasons/{id}", "close_reason.delete", PERM_PIPELINE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     NULL, delete_reason, NULL, "Removes a reason; deals keep its name."},
    {"GET", "/opportunities/board", "opportunity.board", PERM_OPPORTUNITY_VIEW, ROUTE_SNAPSHOT, RECORDS_LIST,
     "opportunity", BOARD_QUERY, NULL, BOARD_ANSWER, board_make, NULL, "One pipeline's opportunities by stage."},
    {"GET", "/opportunities/sums", "opportunity.sums", PERM_OPPORTUNITY_VIEW, 0, RECORDS_AGGREGATE, "opportunity",
     SUMS_QUERY, NULL, SUMS_ANSWER, sums_make, NULL, "Counts and sums by day of expected close, owner or stage."},
    {"GET", "/pipelines/{id}/analysis", "pipeline.analysis", PERM_OPPORTUNITY_VIEW, 0, RECORDS_AGGREGATE, "opportunity",
     ANALYSIS_QUERY, NULL, ANALYSIS_ANSWER, analysis_make, NULL, "How opportunities pass through a pipeline."},
    {"GET", "/pipelines/{id}/analysis-rows", "pipeline.analysis_rows", PERM_OPPORTUNITY_VIEW, 0, RECORDS_LIST,
     "opportunity", ANALYSIS_ROWS_QUERY, NULL, ANALYSIS_ROWS_ANSWER, analysis_rows, NULL,
     "The moves, or the closed opportunities, behind a figure of the analysis."},
    {0},
};

const struct feature PIPELINE_FEATURE = {
    .name = "pipeline", .routes = ROUTES, .saved = activity_follow, .examine = activity_examine};
