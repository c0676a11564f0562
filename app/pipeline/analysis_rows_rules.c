/* The rows behind those figures of the analysis that no filter of the list can name: moves, and steps of the guide. */
#include "analysis_rows_rules.h"

#include "analysis_page.h"
#include "guide_store.h"
#include "platform/scope.h"

enum { ROWS_MAX = 200 };

static const struct option FIGURES[] = {
    {"entered", "进入", "Entered"}, {"left", "离开", "Left"}, {"forward", "往前", "Forward"}, {"lost", "输单", "Lost"},
    {"back", "退回", "Back"},       {"with", "做了", "With"}, {"without", "没做", "Without"}, {NULL, NULL, NULL}};

static enum err check_figure(struct request *request, struct str figure)
{
    for (size_t i = 0; FIGURES[i].value != NULL; i++) {
        if (str_eq_c(figure, FIGURES[i].value)) {
            return OK;
        }
    }
    error_field(request->error, STR("figure"), "not_an_option", "Say which figure.");
    return error_check_fields(request->error);
}

/* Where a move out of a stage counts: forward, lost, or back. */
static bool counts_as(struct str figure, const struct stage_row *from, const struct stage_row *to)
{
    bool lost = str_eq_c(to->kind, "lost");
    bool forward = !lost && stage_reach(to) > stage_reach(from);
    return str_eq_c(figure, "lost") ? lost : str_eq_c(figure, "forward") ? forward : !lost && !forward;
}

static enum err find_moves(struct page *page, struct str figure, struct figure_row **rows_out, size_t *count_out)
{
    struct request *request = page->request;
    struct list_request list;
    int64_t stage_id = 0;
    size_t count = 0;
    int64_t *to_ids = ARENA_ARRAY(request->arena, int64_t, page->stages.count + 1);
    TRY(request_query_int(request, "stage_id", 0, 1, INT64_C(9007199254740991), &stage_id));
    const struct stage_row *stage = stages_find(&page->stages, stage_id);
    if (stage == NULL) {
        error_field(request->error, STR("stage_id"), "no_such_record", "The pipeline has no such stage.");
        return error_check_fields(request->error);
    }
    bool entered = str_eq_c(figure, "entered");
    bool all = entered || str_eq_c(figure, "left");
    for (size_t i = 0; !all && i < page->stages.count; i++) {
        if (counts_as(figure, stage, &page->stages.items[i])) {
            to_ids[count++] = page->stages.items[i].id;
        }
    }
    *count_out = 0;
    if (!all && count == 0) {
        return OK; /* nowhere to go that way */
    }
    TRY(page_list(page, page_with(page, NULL), &list));
    return analysis_store_move_rows(request, &list, page->since, page->until, entered, stage_id, to_ids, count,
                                    ROWS_MAX + 1, rows_out, count_out);
}

static enum err find_item(const struct page *page, const struct guide_item **out)
{
    struct request *request = page->request;
    struct guide_item *items;
    size_t count;
    int64_t id = 0;
    TRY(request_query_int(request, "item_id", 0, 1, INT64_C(9007199254740991), &id));
    TRY(guide_store_items(request->db, request->arena, page->pipeline_id, &items, &count));
    for (size_t i = 0; i < count; i++) {
        if (items[i].id == id) {
            *out = &items[i];
            return OK;
        }
    }
    error_field(request->error, STR("item_id"), "no_such_record", "The guide of this pipeline has no such step.");
    return error_check_fields(request->error);
}

/* Closed in the period, having come as far as the step's stage. */
static enum err find_steps(struct page *page, bool done, struct figure_row **rows_out, size_t *count_out)
{
    struct list_request list;
    const struct guide_item *item = NULL;
    json_t *far = json_array();
    json_t *own = filter_is("furthest_stage_id", "in", far);
    json_keep(page->request->arena, own);
    TRY(find_item(page, &item));
    const struct stage_row *stage = stages_find(&page->stages, item->stage_id);
    for (size_t i = 0; i < page->stages.count; i++) {
        if (stage_reach(&page->stages.items[i]) >= stage_reach(stage)) {
            json_array_append_new(far, json_integer(page->stages.items[i].id));
        }
    }
    TRY(page_list(page, page_with(page, filter_all(page_closed(page), json_incref(own), NULL)), &list));
    return analysis_store_step_rows(page->request, &list, item->id, done, ROWS_MAX + 1, rows_out, count_out);
}

static json_t *row_json(const struct page *page, const struct figure_row *row)
{
    struct arena *arena = page->request->arena;
    const struct object *object = object_find("opportunity");
    const struct field *owner = &object_fields(object)[object_field(object, "owner_id")];
    bool named = page_shows(page, "owner_id") && scope_label_is_open(page->request, owner);
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:I,s:o,s:o,s:o}", "id", (json_int_t)row->id, "name",
                     page_shows(page, "name") ? json_opt_str(row->name) : json_null(), "owner_name",
                     named ? json_opt_str(row->owner) : json_null(), "status", json_str(row->status), "from_stage_id",
                     json_opt_int(row->from_id), "to_stage_id", (json_int_t)row->to_id, "at",
                     json_opt_instant(arena, row->at), "closed_on", json_opt_date(arena, row->on), "days",
                     json_opt_int(row->days));
}

enum err analysis_rows(struct request *request, struct response *response)
{
    struct page page = {.request = request, .pipeline_id = request->params[0]};
    struct str figure = request_query(request, "figure");
    struct figure_row *rows = NULL;
    size_t count = 0;
    TRY(check_figure(request, figure));
    TRY(page_read(&page));
    bool done = str_eq_c(figure, "with");
    bool is_step = done || str_eq_c(figure, "without");
    TRY(is_step ? find_steps(&page, done, &rows, &count) : find_moves(&page, figure, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
        json_array_append_new(items, row_json(&page, &rows[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O,s:b}", "items", items, "more", count > ROWS_MAX));
    return OK;
}

const struct field ANALYSIS_ROWS_QUERY[] = {
    {.name = "figure",
     .type = FIELD_ENUM,
     .options = FIGURES,
     .flags = FIELD_REQUIRED,
     .about = "moves: entered left forward lost back; steps: with without"},
    {.name = "stage_id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "of the moves"},
    {.name = "item_id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "step of the guide"},
    {.name = "from_on", .type = FIELD_DATE, .about = "as of the analysis"},
    {.name = "to_on", .type = FIELD_DATE, .about = "as of the analysis"},
    {.name = "filter", .type = FIELD_JSON, .about = "as of GET /opportunities"},
    FIELD_END,
};
#define MAYBE (FIELD_REQUIRED | FIELD_NULLABLE)
static const struct field ROW[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "opportunity"},
    {.name = "name", .type = FIELD_TEXT, .flags = MAYBE, .about = "null where hidden"},
    {.name = "owner_name", .type = FIELD_TEXT, .flags = MAYBE, .about = "null where hidden"},
    {.name = "status", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "open won lost"},
    {.name = "from_stage_id", .type = FIELD_INT, .flags = MAYBE, .about = "before the move; null: created"},
    {.name = "to_stage_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "after the move; where it stands"},
    {.name = "at", .type = FIELD_INSTANT, .flags = MAYBE, .about = "of the move"},
    {.name = "closed_on", .type = FIELD_DATE, .flags = MAYBE, .about = "of the close"},
    {.name = "days",
     .type = FIELD_INT,
     .flags = MAYBE,
     .about = "in the stage before; from the beginning to the close"},
    FIELD_END,
};
const struct field ANALYSIS_ROWS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = ROW, .flags = FIELD_REQUIRED, .about = "latest first, at most 200"},
    {.name = "more", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "there are more"},
    FIELD_END,
};
