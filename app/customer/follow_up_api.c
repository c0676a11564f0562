/* Routes of follow-ups beyond the generic ones: plans, comments. */
#include "comment_rules.h"
#include "customer.h"
#include "mention_rules.h"
#include "next_plan_rules.h"
#include "platform/scope.h"

enum { COMMENTS_PAGE = 100 };

static enum err complete_plan(struct request *request, struct response *response)
{
    int64_t id = 0;
    TRY(plan_complete(request, request->params[0], request->json, &id));
    response->status = 201;
    response_event(response, STR("all"), STR("follow_up"));
    response->json = json_keep(request->arena, json_pack("{s:I}", "id", (json_int_t)id));
    return OK;
}

static enum err cancel_plan(struct request *request, struct response *response)
{
    response_event(response, STR("all"), STR("follow_up"));
    return plan_cancel(request, request->params[0], json_get_str(request->json, "reason"));
}

static enum err comment_json(struct request *request, const struct comment_row *row, json_t **out)
{
    json_t *mentions;
    TRY(mention_json(request, "record_comment", row->id, &mentions));
    *out = json_pack("{s:I,s:o,s:o,s:I,s:o,s:b,s:o}", "id", (json_int_t)row->id, "content", json_str(row->content),
                     "created_at", json_instant(request->arena, row->created_at), "created_by_id",
                     (json_int_t)row->created_by_id, "created_by_name", json_str(row->created_by_name), "mine",
                     row->created_by_id == request->user->user_id, "mentions", mentions);
    return OK;
}

static enum err list_comments(struct request *request, struct response *response)
{
    struct comment_row *rows;
    size_t count;
    int64_t after = 0;
    enum err err = scope_check(request, &FOLLOW_UP, request->params[0], false);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    TRY(request_query_int(request, "cursor", 0, 0, INT64_MAX, &after));
    TRY(comment_store_list(request->db, request->arena, "follow_up", request->params[0], after, COMMENTS_PAGE, &rows,
                           &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_t *item;
        TRY(comment_json(request, &rows[i], &item));
        json_array_append_new(items, item);
    }
    json_t *next = count == COMMENTS_PAGE ? json_sprintf("%lld", (long long)rows[count - 1].id) : json_null();
    response->json = json_keep(request->arena, json_pack("{s:O,s:o}", "items", items, "next_cursor", next));
    return OK;
}

static enum err create_comment(struct request *request, struct response *response)
{
    struct comment_row row;
    json_t *json;
    int64_t id = 0;
    TRY(comment_add(request, request->params[0], json_get_str(request->json, "content"),
                    json_object_get(request->json, "mention_ids"), &id));
    TRY(comment_store_get(request->db, request->arena, id, &row));
    TRY(comment_json(request, &row, &json));
    response->status = 201;
    response->json = json_keep(request->arena, json);
    response_event(response, STR("all"), STR("follow_up"));
    return OK;
}

static enum err delete_comment(struct request *request, struct response *response)
{
    response_event(response, STR("all"), STR("follow_up"));
    return comment_remove(request, request->params[0]);
}

static const struct option METHODS[] = {
    {"call", "电话", "Call"},   {"visit", "拜访", "Visit"},     {"message", "微信/短信", "Message"},
    {"email", "邮件", "Email"}, {"meeting", "会议", "Meeting"}, {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};
static const struct field DONE_BODY[] = {
    {.name = "content", .type = FIELD_LONG_TEXT, .max = 4000, .flags = FIELD_REQUIRED, .about = "what happened"},
    {.name = "method", .type = FIELD_ENUM, .options = METHODS, .about = "how"},
    {.name = "followed_at", .type = FIELD_INSTANT, .about = "when it happened; now unless given"},
    {.name = "contact_id", .type = FIELD_REF, .ref = "contact", .flags = FIELD_NULLABLE, .about = "as in the plan"},
    {.name = "opportunity_id",
     .type = FIELD_REF,
     .ref = "opportunity",
     .flags = FIELD_NULLABLE,
     .about = "as in the plan"},
    {.name = "next_plan_at", .type = FIELD_INSTANT, .flags = FIELD_NULLABLE, .about = "the next step"},
    {.name = "next_plan", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "what next"},
    MENTION_IDS_FIELD,
    FIELD_END,
};
static const struct field DONE_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the follow-up that did it"}, FIELD_END};
static const struct field CANCEL_BODY[] = {
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .about = "kept in the history"}, FIELD_END};
static const struct field COMMENT_BODY[] = {
    {.name = "content", .type = FIELD_LONG_TEXT, .max = 2000, .flags = FIELD_REQUIRED, .about = "what is said"},
    MENTION_IDS_FIELD,
    FIELD_END,
};
static const struct field COMMENTS_QUERY[] = {
    {.name = "cursor", .type = FIELD_INT, .min = 0, .max = 9007199254740991, .about = "next_cursor"}, FIELD_END};
static const struct field COMMENT[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "comment"},
    {.name = "content", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "what was said"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "created_by_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who"},
    {.name = "created_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "by name"},
    {.name = "mine", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "may be removed"},
    {.name = "mentions",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = MENTION_ITEM,
     .about = "people called by @name"},
    FIELD_END,
};
static const struct field COMMENTS[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = COMMENT, .about = "oldest first"},
    {.name = "next_cursor",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null on the last page"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"POST", "/follow-ups/{id}/plan/complete", "follow_up.complete_plan", PERM_FOLLOW_UP_CREATE, 0, RECORDS_NONE,
     "follow_up", NULL, DONE_BODY, DONE_ANSWER, complete_plan, NULL, "Does a plan: makes the follow-up that did it."},
    {"POST", "/follow-ups/{id}/plan/cancel", "follow_up.cancel_plan", PERM_FOLLOW_UP_EDIT, 0, RECORDS_NONE, "follow_up",
     NULL, CANCEL_BODY, NULL, cancel_plan, NULL, "Gives a plan up."},
    {"GET", "/follow-ups/{id}/comments", "comment.list", PERM_FOLLOW_UP_VIEW, 0, RECORDS_NONE, NULL, COMMENTS_QUERY,
     NULL, COMMENTS, list_comments, NULL, "What colleagues say to a follow-up."},
    {"POST", "/follow-ups/{id}/comments", "comment.create", PERM_FOLLOW_UP_VIEW, 0, RECORDS_NONE, NULL, NULL,
     COMMENT_BODY, COMMENT, create_comment, NULL, "Says something to a follow-up."},
    {"DELETE", "/comments/{id}", "comment.delete", PERM_FOLLOW_UP_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL, NULL,
     delete_comment, NULL, "Removes an own comment."},
    {0},
};
static const struct job_kind JOB_KINDS[] = {{"plan.remind", plan_remind, "every 300", 0}, {0}};

const struct feature FOLLOW_UP_FEATURE = {.name = "follow_up", .routes = ROUTES, .job_kinds = JOB_KINDS};
