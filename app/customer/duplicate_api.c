/* Routes of duplicate rules and of the blind check. */
#include "customer.h"
#include "duplicate_check_rules.h"
#include "duplicate_rules.h"

static json_t *words_json(struct str words)
{
    json_t *list = json_array();
    struct str word;
    while (str_cut(&words, ',', &word)) {
        json_array_append_new(list, json_str(word));
    }
    return list;
}

static json_t *rule_json(struct request *request, const struct duplicate_rule *rule)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:b,s:b,s:I,s:o}", "id", (json_int_t)rule->id, "object",
                     json_str(rule->object), "fields", words_json(rule->fields), "method", json_str(rule->method),
                     "action", json_str(rule->action), "is_active", rule->is_active, "is_built",
                     !rule->is_active || rule->built_revision >= rule->revision, "version", (json_int_t)rule->version,
                     "updated_at", json_instant(request->arena, rule->updated_at));
}

static enum err list_rules(struct request *request, struct response *response)
{
    struct duplicate_rule *rows;
    size_t count;
    TRY(rule_store_list(request->db, request->arena, NULL, false, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, rule_json(request, &rows[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err answer(struct request *request, struct response *response, int64_t id, int64_t job_id)
{
    struct duplicate_rule rule;
    enum err err = rule_store_get(request->db, request->arena, id, false, &rule);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    response->json = json_keep(request->arena, rule_json(request, &rule));
    json_object_set_new(response->json, "job_id", job_id == 0 ? json_null() : json_integer(job_id));
    return OK;
}

static enum err get_rule(struct request *request, struct response *response)
{
    return answer(request, response, request->params[0], 0);
}

static enum err create_rule(struct request *request, struct response *response)
{
    int64_t id = 0;
    int64_t job_id = 0;
    TRY(duplicate_rule_create(request, request->json, &id, &job_id));
    response->status = 201;
    return answer(request, response, id, job_id);
}

static enum err update_rule(struct request *request, struct response *response)
{
    int64_t version = 0;
    int64_t job_id = 0;
    TRY(request_version(request, &version));
    TRY(duplicate_rule_update(request, request->params[0], version, request->json, &job_id));
    return answer(request, response, request->params[0], job_id);
}

static enum err delete_rule(struct request *request, struct response *response)
{
    int64_t version = 0;
    (void)response;
    TRY(request_version(request, &version));
    return duplicate_rule_delete(request, request->params[0], version);
}

static enum err check(struct request *request, struct response *response)
{
    struct matches matches;
    const char *action;
    json_t *items;
    TRY(duplicate_check(request, request->json, &matches, &action));
    TRY(matches_json(request, &matches, &items));
    response->json = json_keep(request->arena, json_pack("{s:O,s:s?}", "items", items, "action", action));
    return OK;
}

static const struct option OBJECTS[] = {
    {"customer", "客户", "Customer"}, {"contact", "联系人", "Contact"}, {NULL, NULL, NULL}};
static const struct option METHODS[] = {{"exact", "完全相同", "Exactly equal"},
                                        {"normalised", "规范化后相同", "Equal once normalised"},
                                        {"phone", "电话号码相同", "Same phone number"},
                                        {NULL, NULL, NULL}};
static const struct option ACTIONS[] = {{"block", "禁止保存", "Refuse"},
                                        {"warn", "提醒后可保存", "Ask first"},
                                        {"review", "允许并发起撞单", "Save and open a claim"},
                                        {NULL, NULL, NULL}};
static const struct field RULE_BODY[] = {
    {.name = "object",
     .type = FIELD_ENUM,
     .options = OBJECTS,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .about = "whose records"},
    {.name = "fields",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .min = 1,
     .max = RULE_FIELDS_MAX,
     .flags = FIELD_REQUIRED,
     .about = "compared together; method phone: each of them"},
    {.name = "method", .type = FIELD_ENUM, .options = METHODS, .flags = FIELD_REQUIRED, .about = "how"},
    {.name = "action", .type = FIELD_ENUM, .options = ACTIONS, .flags = FIELD_REQUIRED, .about = "what follows"},
    {.name = "is_active", .type = FIELD_BOOL, .about = "asked at every save; true unless given"},
    FIELD_END,
};
#define RULE_MEMBERS                                                                                                   \
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "rule"},                                       \
        {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "customer or contact"},               \
        {.name = "fields",                                                                                             \
         .type = FIELD_LIST,                                                                                           \
         .flags = FIELD_REQUIRED,                                                                                      \
         .item = FIELD_TEXT,                                                                                           \
         .about = "compared together; method phone: each of them"},                                                    \
        {.name = "method", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "exact, normalised, phone"},          \
        {.name = "action", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "block, warn, review"},               \
        {.name = "is_active", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "asked at every save"},            \
        {.name = "is_built",                                                                                           \
         .type = FIELD_BOOL,                                                                                           \
         .flags = FIELD_REQUIRED,                                                                                      \
         .about = "false: a job is still giving the records that were there their keys"},                              \
        {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},                      \
    {                                                                                                                  \
        .name = "updated_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "last change"                   \
    }
static const struct field RULE_ITEM[] = {RULE_MEMBERS, FIELD_END};
static const struct field RULE_ANSWER[] = {
    RULE_MEMBERS,
    {.name = "job_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "makes the keys, see GET /jobs/{id}"},
    FIELD_END,
};
static const struct field RULES_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = RULE_ITEM, .about = "by object"},
    FIELD_END};
static const struct field CHECK_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = MATCH_ITEM, .about = "what exists"},
    {.name = "action",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "what saving would meet: block, warn, review"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/duplicate-rules", "duplicate_rule.list", PERM_DUPLICATE_RULE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     RULES_ANSWER, list_rules, NULL, "When two records are the same one."},
    {"GET", "/duplicate-rules/{id}", "duplicate_rule.get", PERM_DUPLICATE_RULE_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL,
     RULE_ANSWER, get_rule, NULL, "One rule."},
    {"POST", "/duplicate-rules", "duplicate_rule.create", PERM_DUPLICATE_RULE_EDIT, 0, RECORDS_NONE, NULL, NULL,
     RULE_BODY, RULE_ANSWER, create_rule, NULL, "Adds a rule; a job gives all records their keys."},
    {"PATCH", "/duplicate-rules/{id}", "duplicate_rule.update", PERM_DUPLICATE_RULE_EDIT, ROUTE_VERSION, RECORDS_NONE,
     NULL, NULL, RULE_BODY, RULE_ANSWER, update_rule, NULL,
     "Changes a rule; other fields or another method need new keys."},
    {"DELETE", "/duplicate-rules/{id}", "duplicate_rule.delete", PERM_DUPLICATE_RULE_EDIT, ROUTE_VERSION, RECORDS_NONE,
     NULL, NULL, NULL, NULL, delete_rule, NULL, "Ends a rule."},
    {"POST", "/customers/duplicate-check", "customer.duplicate_check", PERM_CUSTOMER_CREATE, 0, RECORDS_NONE, NULL,
     NULL, DUPLICATE_CHECK_BODY, CHECK_ANSWER, check, NULL,
     "What exists already with a name or number: whose, in which pool, when last touched, and nothing else."},
    {0},
};
static const struct job_kind JOB_KINDS[] = {{"duplicate_rule.build", duplicate_rule_build, NULL, 0}, {0}};

const struct feature DUPLICATE_FEATURE = {.name = "duplicate", .routes = ROUTES, .job_kinds = JOB_KINDS};
