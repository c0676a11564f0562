/* Routes of the guide of one opportunity. */
#include "guide_rules.h"
#include "pipeline.h"

static enum err show(struct request *request, struct response *response)
{
    return guide_show(request, request->params[0], &response->json);
}

static enum err mark(struct request *request, struct response *response)
{
    response_event(response, STR("all"), STR("opportunity"));
    return guide_mark(request, request->params[0], request->params[1], request->json, &response->json);
}

static enum err make_plan(struct request *request, struct response *response)
{
    response_event(response, STR("all"), STR("task"));
    return guide_make_plan(request, request->params[0], json_get_int(request->json, "stage_id", 0), &response->json);
}

#define MAYBE (FIELD_REQUIRED | FIELD_NULLABLE)
static const struct field FILE_FIELDS[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "attachment"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as uploaded"},
    FIELD_END,
};
#define ITEM_MEMBERS                                                                                                   \
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "item"},                                       \
        {.name = "kind",                                                                                               \
         .type = FIELD_TEXT,                                                                                           \
         .flags = FIELD_REQUIRED,                                                                                      \
         .about = "ask deliver confirm: can be ticked; script template objection: to read"},                           \
        {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},                              \
        {.name = "body", .type = FIELD_LONG_TEXT, .flags = MAYBE, .about = "plain, with line breaks"},                 \
        {.name = "is_mandatory", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "not left forward without it"}, \
        {.name = "needs_file", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "done with a file only"},         \
        {.name = "done_at", .type = FIELD_INSTANT, .flags = MAYBE, .about = "null: open"},                             \
        {.name = "done_by_name", .type = FIELD_TEXT, .flags = MAYBE, .about = "who did it"},                           \
        {.name = "note", .type = FIELD_LONG_TEXT, .flags = MAYBE, .about = "remark"},                                  \
    {                                                                                                                  \
        .name = "files", .type = FIELD_LIST, .fields = FILE_FIELDS, .flags = FIELD_REQUIRED, .about = "what shows it"  \
    }
static const struct field ITEM[] = {ITEM_MEMBERS, FIELD_END};
static const struct field PLAN_LINE[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "line"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the task"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the task"},
    {.name = "days_after", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "working days"},
    FIELD_END,
};
static const struct field MISSING[] = {
    {.name = "code",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "required_field guide_item guide_file enter_role leave_role skip back reason competitor note"},
    {.name = "stage_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "whose gate"},
    {.name = "field", .type = FIELD_TEXT, .about = "of the opportunity"},
    {.name = "item_id", .type = FIELD_INT, .about = "of the guide"},
    {.name = "text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "sentence in the language of who asks"},
    FIELD_END,
};
static const struct field STAGE[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "stage"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "open, won, lost"},
    {.name = "is_past", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "lies behind"},
    {.name = "is_current", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "where it stands"},
    {.name = "entered_at", .type = FIELD_INSTANT, .flags = MAYBE, .about = "last time; null: never"},
    {.name = "days", .type = FIELD_INT, .flags = MAYBE, .about = "whole days there in all; null: never there"},
    {.name = "usual_days", .type = FIELD_INT, .flags = MAYBE, .about = "of the stage"},
    {.name = "longest_days", .type = FIELD_INT, .flags = MAYBE, .about = "of the stage"},
    {.name = "items", .type = FIELD_LIST, .fields = ITEM, .flags = FIELD_REQUIRED, .about = "in order"},
    {.name = "plan", .type = FIELD_LIST, .fields = PLAN_LINE, .flags = FIELD_REQUIRED, .about = "in order"},
    {.name = "missing",
     .type = FIELD_LIST,
     .fields = MISSING,
     .flags = FIELD_REQUIRED,
     .about = "what the gate into it would say today"},
    FIELD_END,
};
static const struct field GUIDE_ANSWER[] = {
    {.name = "pipeline_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "pipeline"},
    {.name = "stage_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "where it stands"},
    {.name = "stages", .type = FIELD_LIST, .fields = STAGE, .flags = FIELD_REQUIRED, .about = "in order"},
    FIELD_END,
};
static const struct field MARK_BODY[] = {
    {.name = "done", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "ticked, or taken back"},
    {.name = "note", .type = FIELD_LONG_TEXT, .max = 1000, .flags = FIELD_NULLABLE, .about = "absent: as it was"},
    FIELD_END,
};
static const struct field PLAN_BODY[] = {
    {.name = "stage_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .flags = FIELD_NULLABLE,
     .about = "where it stands unless given"},
    FIELD_END,
};
static const struct field TASK[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "task"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "what to do"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the task"},
    {.name = "due_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "owner_id", .type = FIELD_INT, .flags = MAYBE, .about = "whose"},
    FIELD_END,
};
static const struct field PLAN_ANSWER[] = {
    {.name = "created", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "tasks"},
    {.name = "tasks", .type = FIELD_LIST, .fields = TASK, .flags = FIELD_REQUIRED, .about = "that were made"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/opportunities/{id}/guide", "opportunity.guide", PERM_OPPORTUNITY_VIEW, 0, RECORDS_ONE, "opportunity",
     NULL, NULL, GUIDE_ANSWER, show, NULL, "What to do in each stage, what is done, what is missing."},
    {"PUT", "/opportunities/{id}/guide/{item_id}", "opportunity.mark", PERM_OPPORTUNITY_EDIT, 0, RECORDS_ONE,
     "opportunity", NULL, MARK_BODY, ITEM, mark, NULL, "Ticks an item of the guide, or takes that back."},
    {"POST", "/opportunities/{id}/plan", "opportunity.plan", PERM_TASK_CREATE, 0, RECORDS_ONE, "opportunity", NULL,
     PLAN_BODY, PLAN_ANSWER, make_plan, NULL, "Makes the tasks of a stage; those that are there already are left."},
    {0},
};

const struct feature GUIDE_FEATURE = {.name = "guide", .routes = ROUTES};
