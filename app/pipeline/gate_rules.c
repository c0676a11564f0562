/* The one gate of all ways in: page, API, bulk, import and jobs come through OPPORTUNITY.prepare to here. Everything
 * that stands in the way is told at once. */
#include "gate_rules.h"

#include <string.h>

/* A move as the gate sees it. */
struct passage {
    struct request *request;            /* who moves */
    const struct record_change *change; /* the opportunity */
    const struct gate_data *data;       /* what is asked */
    const struct stage_row *from;       /* NULL: a new one */
    const struct stage_row *to;         /* where it comes to be */
    int64_t base;                       /* how far it was before: order of a stage, see stage_reach */
    json_t *faults;                     /* what refuses */
};

/* `what`: "field" or "item_id" with its value (taken over), or NULL. */
static void add_fault(const struct passage *passage, const char *code, int64_t stage_id, const char *what,
                      json_t *value, struct str text)
{
    json_t *fault = json_pack("{s:s,s:I,s:o}", "code", code, "stage_id", (json_int_t)stage_id, "text", json_str(text));
    if (what != NULL) {
        json_object_set_new(fault, what, value);
    }
    json_array_append_new(passage->faults, fault);
}

/* A sentence in the language of who asks, about a name. */
static struct str sentence(const struct passage *passage, const char *zh, const char *en, struct str name)
{
    return str_format(passage->request->arena, request_in_chinese(passage->request) ? zh : en, STR_ARG(name));
}

/* ---- order ---- */

static bool is_won(const struct stage_row *stage)
{
    return str_eq_c(stage->kind, "won");
}

static bool is_lost(const struct stage_row *stage)
{
    return str_eq_c(stage->kind, "lost");
}

/* How far the opportunity was: where it stands, or where it stood before it was lost. */
static int64_t base_of(const struct passage *passage)
{
    struct value furthest = change_before(passage->change, "furthest_stage_id");
    const struct stage_row *stage = passage->from;
    if (stage != NULL && is_lost(stage) && furthest.type == VALUE_INT) {
        stage = stages_find(passage->data->stages, furthest.integer);
    }
    return stage == NULL ? INT64_MIN : stage_reach(stage);
}

static bool is_forward(const struct passage *passage)
{
    return stage_reach(passage->to) > passage->base;
}

static bool is_back(const struct passage *passage)
{
    if (passage->from == NULL || !stage_is_open(passage->to)) {
        return false;
    }
    return !stage_is_open(passage->from) || passage->to->sort_order < passage->from->sort_order;
}

/* An open stage between where it was and where it goes. */
static bool is_passed(const struct passage *passage, const struct stage_row *stage)
{
    return stage_is_open(stage) && stage->id != passage->to->id && stage->sort_order > passage->base &&
           stage->sort_order < stage_reach(passage->to);
}

static void check_order(const struct passage *passage)
{
    const struct stage_row *to = passage->to;
    if (is_back(passage) && !to->allow_back) {
        add_fault(
            passage, "back", to->id, NULL, NULL,
            sentence(passage, "该管道不允许退回“%.*s”。", "This pipeline does not go back to \"%.*s\".", to->name));
    }
    /* History has no steps: an import may tell of a deal that was won, and new ones may begin anywhere. */
    bool anywhere = passage->from == NULL && (!is_won(to) || passage->change->importing);
    for (size_t i = 0; is_forward(passage) && !to->allow_skip && !anywhere && i < passage->data->stages->count; i++) {
        const struct stage_row *stage = &passage->data->stages->items[i];
        if (is_passed(passage, stage)) {
            add_fault(passage, "skip", stage->id, NULL, NULL,
                      sentence(passage, "不能跳过阶段“%.*s”。", "Stage \"%.*s\" cannot be skipped.", stage->name));
            return;
        }
    }
}

/* ---- roles ---- */

static bool holds_one(const struct gate_data *data, struct opt_str roles)
{
    struct str rest = roles.set ? roles.value : (struct str){0};
    struct str word;
    int64_t id = 0;
    bool none = rest.len == 0;
    while (rest.len > 0 && str_cut(&rest, ',', &word)) {
        for (size_t i = 0; str_to_i64(word, &id) && i < data->role_count; i++) {
            if (data->roles[i] == id) {
                return true;
            }
        }
    }
    return none || data->acts_for_itself;
}

static void check_roles(const struct passage *passage)
{
    const struct stage_row *from = passage->from;
    if (from != NULL && !holds_one(passage->data, from->leave_roles)) {
        add_fault(passage, "leave_role", from->id, NULL, NULL,
                  sentence(passage, "你的角色不能将商机移出“%.*s”。",
                           "Your roles may not move opportunities out of \"%.*s\".", from->name));
    }
    if (!holds_one(passage->data, passage->to->enter_roles)) {
        add_fault(passage, "enter_role", passage->to->id, NULL, NULL,
                  sentence(passage, "你的角色不能将商机移入“%.*s”。",
                           "Your roles may not move opportunities into \"%.*s\".", passage->to->name));
    }
}

/* ---- fields and items ---- */

/* An amount of nothing says nothing. */
static bool is_missing(const struct field *field, struct value value)
{
    return value.type == VALUE_NULL || (field->type == FIELD_MONEY && value.integer == 0);
}

static bool is_told(const struct passage *passage, const char *field)
{
    size_t index;
    json_t *fault;
    json_array_foreach (passage->faults, index, fault) {
        if (str_eq_c(json_get_str(fault, "field"), field)) {
            return true;
        }
    }
    return false;
}

static void check_required(const struct passage *passage, const struct stage_row *stage)
{
    const struct object *object = passage->change->object;
    struct str rest = stage->required_fields;
    struct str name;
    while (rest.len > 0 && str_cut(&rest, ',', &name)) {
        const struct field *field = fields_find(object_fields(object), name);
        if (field == NULL || !is_missing(field, change_after(passage->change, field->name)) ||
            is_told(passage, field->name)) {
            continue;
        }
        struct str label = str_from(request_in_chinese(passage->request) ? field->zh : field->en);
        add_fault(passage, "required_field", stage->id, "field", json_string(field->name),
                  str_format(passage->request->arena,
                             request_in_chinese(passage->request) ? "进入“%.*s”前需填写“%.*s”。"
                                                                  : "Stage \"%.*s\" needs the field \"%.*s\".",
                             STR_ARG(stage->name), STR_ARG(label)));
    }
}

static void check_item(const struct passage *passage, const struct guide_gap *gap)
{
    const struct stage_row *stage = stages_find(passage->data->stages, gap->stage_id);
    bool left = stage != NULL && stage_is_open(stage) && stage->id != passage->to->id &&
                stage->sort_order >= passage->base && stage->sort_order < stage_reach(passage->to);
    if (!left) {
        return;
    }
    add_fault(passage, gap->is_done ? "guide_file" : "guide_item", stage->id, "item_id", json_integer(gap->item_id),
              gap->is_done ? sentence(passage, "“%.*s”还缺少文件。", "\"%.*s\" still needs its file.", gap->title)
                           : sentence(passage, "“%.*s”尚未完成。", "\"%.*s\" is not done yet.", gap->title));
}

static void check_forward(const struct passage *passage)
{
    for (size_t i = 0; i < passage->data->stages->count; i++) {
        const struct stage_row *stage = &passage->data->stages->items[i];
        if (stage->id == passage->to->id || is_passed(passage, stage)) {
            check_required(passage, stage);
        }
    }
    for (size_t i = 0; passage->from != NULL && i < passage->data->gap_count; i++) {
        check_item(passage, &passage->data->gaps[i]);
    }
}

/* ---- closing ---- */

static const struct reason_row *find_reason(const struct gate_data *data, struct value id)
{
    for (size_t i = 0; id.type == VALUE_INT && i < data->reason_count; i++) {
        if (data->reasons[i].id == id.integer) {
            return &data->reasons[i];
        }
    }
    return NULL;
}

static bool is_asked(const struct gate_data *data, const struct stage_row *to)
{
    for (size_t i = 0; is_lost(to) && i < data->reason_count; i++) {
        if (data->reasons[i].is_active && str_eq_c(data->reasons[i].kind, "lost")) {
            return true;
        }
    }
    return false;
}

static void add_closing(const struct passage *passage, const char *code, const char *field, const char *zh,
                        const char *en)
{
    add_fault(passage, code, passage->to->id, "field", json_string(field),
              str_from(request_in_chinese(passage->request) ? zh : en));
}

static void check_closing(const struct passage *passage)
{
    const struct record_change *change = passage->change;
    struct value id = change_after(change, "close_reason_id");
    const struct reason_row *reason = find_reason(passage->data, id);
    bool is_new = change->before == NULL || change_differs(change, "close_reason_id");
    if (id.type == VALUE_NULL) {
        if (is_asked(passage->data, passage->to)) {
            add_closing(passage, "reason", "close_reason_id", "请选择输单原因。", "Please choose why it was lost.");
        }
        return;
    }
    bool usable = reason != NULL && str_eq(reason->kind, passage->to->kind) &&
                  (reason->is_active || !is_new || (change->importing && reason->code.set));
    if (!usable) {
        add_closing(passage, "reason", "close_reason_id", "所选原因不适用于该结果。",
                    "The chosen reason does not fit how it was closed.");
        return;
    }
    if (reason->needs_competitor && change_after(change, "competitor").type == VALUE_NULL) {
        add_closing(passage, "competitor", "competitor", "该原因需要填写竞争对手。",
                    "This reason needs the competitor.");
    }
    if (reason->needs_note && change_after(change, "close_note").type == VALUE_NULL) {
        add_closing(passage, "note", "close_note", "该原因需要填写说明。", "This reason needs a note.");
    }
}

/* ---- together ---- */

static bool is_move(const struct record_change *change)
{
    return change->before == NULL || change_differs(change, "stage_id");
}

/* Words about the closing were changed, or it is being closed. */
static bool is_closing(const struct record_change *change, const struct stage_row *to)
{
    return !stage_is_open(to) && (is_move(change) || change_differs(change, "close_reason_id") ||
                                  change_differs(change, "competitor") || change_differs(change, "close_note"));
}

void gate_check(struct request *request, const struct record_change *change, const struct gate_data *data,
                json_t *faults)
{
    struct passage passage = {.request = request, .change = change, .data = data, .faults = faults};
    passage.to = stages_find(data->stages, change_after(change, "stage_id").integer);
    passage.from = change->before == NULL ? NULL : stages_find(data->stages, change_before(change, "stage_id").integer);
    passage.base = base_of(&passage);
    if (is_move(change)) {
        check_roles(&passage);
        check_order(&passage);
        if (is_forward(&passage)) {
            check_forward(&passage);
        } else if (is_lost(passage.to)) {
            check_required(&passage, passage.to);
        }
    }
    if (is_closing(change, passage.to)) {
        check_closing(&passage);
    }
}

static bool asks_roles(const struct stages *stages)
{
    for (size_t i = 0; i < stages->count; i++) {
        if (stages->items[i].enter_roles.set || stages->items[i].leave_roles.set) {
            return true;
        }
    }
    return false;
}

enum err gate_load(struct request *request, const struct stages *stages, int64_t opportunity_id, struct gate_data *out)
{
    struct guide_gap *gaps = NULL;
    struct reason_row *reasons;
    int64_t *roles = NULL;
    *out = (struct gate_data){.stages = stages, .acts_for_itself = request->user == NULL};
    if (opportunity_id != 0) {
        TRY(guide_store_gaps(request->db, request->arena, stages->items[0].pipeline_id, opportunity_id, &gaps,
                             &out->gap_count));
    }
    TRY(reason_store_list(request->db, request->arena, &reasons, &out->reason_count));
    if (request->user != NULL && asks_roles(stages)) {
        TRY(pipeline_store_user_roles(request->db, request->arena, request->user->user_id, &roles, &out->role_count));
    }
    out->gaps = gaps;
    out->reasons = reasons;
    out->roles = roles;
    return OK;
}

/* A closed deal out of another program's history, without a reason. */
static void give_reason(struct record_change *change, const struct gate_data *data, const struct stage_row *to)
{
    bool history = change->importing && change->before == NULL && is_lost(to) &&
                   change_after(change, "close_reason_id").type == VALUE_NULL && is_asked(data, to);
    for (size_t i = 0; history && i < data->reason_count; i++) {
        if (data->reasons[i].code.set && str_eq_c(data->reasons[i].code.value, "not_recorded")) {
            change_set(change, "close_reason_id", V(data->reasons[i].id));
        }
    }
}

/* New opportunities belong to pipelines of their owner's department. */
static enum err check_department(struct request *request, const struct record_change *change,
                                 const struct stage_row *to, json_t *faults)
{
    struct value department = change_after(change, "department_id");
    const struct passage passage = {.request = request, .change = change, .to = to, .faults = faults};
    bool takes = true;
    if (change->before != NULL || !to->is_bound || department.type != VALUE_INT) {
        return OK;
    }
    TRY(pipeline_store_takes(request->db, request->arena, to->pipeline_id, department.integer, &takes));
    if (!takes) {
        add_fault(&passage, "pipeline_department", to->id, "field", json_string("pipeline_id"),
                  str_from(request_in_chinese(request) ? "该销售管道不适用于负责人所在部门。"
                                                       : "This pipeline is not for the owner's department."));
    }
    return OK;
}

static enum err refuse(struct request *request, json_t *faults)
{
    struct buf text;
    size_t index;
    json_t *fault;
    buf_init(&text, request->arena);
    json_array_foreach (faults, index, fault) {
        if (index > 0 && !request_in_chinese(request)) {
            buf_add_char(&text, ' ');
        }
        buf_add(&text, json_get_str(fault, "text"));
    }
    request->error->extra = json_keep(request->arena, json_pack("{s:O}", "gates", faults));
    return error_set(request->error, ERR_GATE, "%.*s", STR_ARG(buf_str(&text)));
}

enum err pipeline_check_move(struct request *request, struct record_change *change, const struct stages *stages)
{
    const struct stage_row *to = stages_find(stages, change_after(change, "stage_id").integer);
    struct gate_data data;
    if (!is_move(change) && !is_closing(change, to)) {
        return OK;
    }
    json_t *faults = json_keep(request->arena, json_array());
    if (is_move(change)) {
        enum err err = stage_store_hold(request->db, request->arena, to->id);
        if (err == ERR_NOT_FOUND) {
            error_field(request->error, STR("stage_id"), "no_such_record", "The stage was removed meanwhile.");
            return error_check_fields(request->error);
        }
        TRY(err);
    }
    TRY(gate_load(request, stages, change->id, &data));
    give_reason(change, &data, to);
    gate_check(request, change, &data, faults);
    TRY(check_department(request, change, to, faults));
    return json_array_size(faults) == 0 ? OK : refuse(request, faults);
}
