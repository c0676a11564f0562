/* Routes of conflict claims. */
#include "conflict_rules.h"
#include "customer.h"
#include "duplicate_check_rules.h"
#include "platform/scope.h"

enum { PAGE_MAX = 200 };

static json_t *visible_id(const struct claim_row *claim, bool sees)
{
    return sees ? json_integer(claim->customer_id) : json_null();
}

/* A claimant may not see the customer: then only the name the claimant gave is told. */
static json_t *claim_json(struct request *request, const struct claim_row *claim, bool sees)
{
    json_t *json = json_pack(
        "{s:I,s:o,s:o,s:o,s:I,s:o,s:o,s:o,s:o,s:o}", "id", (json_int_t)claim->id, "customer_id",
        visible_id(claim, sees), "customer_name", sees ? json_str(claim->customer_name) : json_null(), "claimed_name",
        json_str(claim->claimed_name), "claimant_id", (json_int_t)claim->claimant_id, "claimant_name",
        json_str(claim->claimant_name), "owner_id", json_opt_int(claim->owner_id), "owner_name",
        json_opt_str(claim->owner_name), "duplicate_id",
        sees || claim->claimant_id == request->user->user_id ? json_opt_int(claim->duplicate_id) : json_null(),
        "reason", json_str(claim->reason));
    json_object_set_new(json, "evidence", json_opt_str(claim->evidence));
    json_object_set_new(json, "first_contact_at", json_opt_instant(request->arena, claim->first_contact_at));
    json_object_set_new(json, "status", json_str(claim->status));
    json_object_set_new(json, "outcome", json_opt_str(claim->outcome));
    json_object_set_new(json, "decision_reason", json_opt_str(claim->decision_reason));
    json_object_set_new(json, "decided_at", json_opt_instant(request->arena, claim->decided_at));
    json_object_set_new(json, "decided_by_name", json_opt_str(claim->decided_by_name));
    json_object_set_new(json, "created_at", json_instant(request->arena, claim->created_at));
    json_object_set_new(json, "version", json_integer(claim->version));
    json_object_set_new(json, "mine", json_boolean(claim->claimant_id == request->user->user_id));
    return json;
}

static enum err sees_customer(struct request *request, int64_t customer_id, bool *out)
{
    struct error saved = *request->error;
    enum err err = identity_can(request->user, CUSTOMER.view) ? scope_check(request, &CUSTOMER, customer_id, false)
                                                              : ERR_NOT_FOUND;
    *request->error = err == ERR_NOT_FOUND ? saved : *request->error;
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

static const struct option ONE[] = {{"1", "是", "yes"}, {NULL, NULL, NULL}};
static const struct option STATUSES[] = {{"open", "待处理", "Open"},
                                         {"accepted", "成立", "Accepted"},
                                         {"rejected", "驳回", "Rejected"},
                                         {"withdrawn", "撤回", "Withdrawn"},
                                         {NULL, NULL, NULL}};

static bool is_status(struct str word)
{
    for (const struct option *option = STATUSES; option->value != NULL; option++) {
        if (str_eq_c(word, option->value)) {
            return true;
        }
    }
    return word.len == 0;
}

static enum err list_claims(struct request *request, struct response *response)
{
    struct claim_row *rows;
    size_t count;
    int64_t before = 0;
    int64_t limit = 0;
    bool mine = str_eq_c(request_query(request, "mine"), "1");
    struct str status = request_query(request, "status");
    if (!is_status(status)) {
        error_field(request->error, STR("status"), "not_an_option", "There is no such status.");
        return error_check_fields(request->error);
    }
    TRY(request_query_int(request, "cursor", INT64_MAX, 1, INT64_MAX, &before));
    TRY(request_query_int(request, "limit", 50, 1, PAGE_MAX, &limit));
    TRY(claim_store_list(request, status, mine, conflict_may_decide(request), before, limit, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        bool sees = false;
        TRY(sees_customer(request, rows[i].customer_id, &sees));
        json_array_append_new(items, claim_json(request, &rows[i], sees));
    }
    json_t *next = count == (size_t)limit ? json_sprintf("%lld", (long long)rows[count - 1].id) : json_null();
    response->json = json_keep(request->arena, json_pack("{s:O,s:o}", "items", items, "next_cursor", next));
    return OK;
}

static enum err answer(struct request *request, struct response *response, int64_t id)
{
    struct claim_row claim;
    bool decides = false;
    bool sees = false;
    json_t *moments;
    TRY(conflict_get(request, id, &claim, &decides));
    TRY(sees_customer(request, claim.customer_id, &sees));
    TRY(conflict_evidence(request, &claim, &moments));
    response->json = json_keep(request->arena, claim_json(request, &claim, sees));
    json_object_set_new(response->json, "can_decide", json_boolean(decides && str_eq_c(claim.status, "open")));
    json_object_set(response->json, "moments", moments);
    return OK;
}

static enum err get_claim(struct request *request, struct response *response)
{
    return answer(request, response, request->params[0]);
}

/* The contested customer: by a reference from a blind check, or by id where the claimant sees it. */
static enum err read_customer(struct request *request, int64_t *out)
{
    struct str ref = json_get_str(request->json, "claim_ref");
    bool sees = false;
    *out = json_get_int(request->json, "customer_id", 0);
    if ((ref.len > 0) == (*out != 0)) {
        error_field(request->error, STR("claim_ref"), "required", "Name the customer by claim_ref or by customer_id.");
        return error_check_fields(request->error);
    }
    if (ref.len > 0) {
        return claim_ref_read(request, ref, out);
    }
    TRY(sees_customer(request, *out, &sees));
    return sees ? OK : error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

/* A name that the claimant does not see would tell what the blind check hid. */
static enum err check_name(struct request *request, const struct claim_filing *filing)
{
    bool sees = false;
    TRY(sees_customer(request, filing->customer_id, &sees));
    if (!sees && filing->claimed_name.len == 0) {
        error_field(request->error, STR("claimed_name"), "required", "Say by which name you know the customer.");
    }
    return error_check_fields(request->error);
}

static enum err file_claim(struct request *request, struct response *response)
{
    int64_t id = 0;
    struct str evidence = json_get_str(request->json, "evidence");
    struct claim_filing filing = {
        .claimed_name = json_get_str(request->json, "claimed_name"),
        .reason = json_get_str(request->json, "reason"),
        .evidence = {evidence.len > 0, evidence},
    };
    struct instant first;
    if (instant_parse(json_get_str(request->json, "first_contact_at"), &first)) {
        filing.first_contact_at = (struct opt_instant){true, first};
        if (first.ms > request->now.ms) {
            error_field(request->error, STR("first_contact_at"), "too_large", "The first contact lies in the past.");
            return error_check_fields(request->error);
        }
    }
    TRY(read_customer(request, &filing.customer_id));
    TRY(check_name(request, &filing));
    TRY(conflict_file(request, &filing, &id));
    response->status = 201;
    return answer(request, response, id);
}

static const char **read_words(struct request *request, const char *name)
{
    const json_t *list = json_object_get(request->json, name);
    size_t count = json_array_size(list);
    const char **words = ARENA_ARRAY(request->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        words[i] = json_string_value(json_array_get(list, i));
    }
    return words;
}

static enum err accept_claim(struct request *request, struct response *response)
{
    (void)response;
    const struct claim_decision decision = {
        .outcome = json_string_value(json_object_get(request->json, "outcome")),
        .reason = json_get_str(request->json, "reason"),
        .choices = read_words(request, "choices"),
        .until = json_get_opt_date(request->json, "until_on"),
    };
    if (decision.until.set && date_compare(decision.until.value, request->today) < 0) {
        error_field(request->error, STR("until_on"), "too_small", "The last day must not be in the past.");
        return error_check_fields(request->error);
    }
    TRY(conflict_decide(request, request->params[0], &decision));
    response_event(response, STR("all"), STR("customer"));
    /* No answer: the customer may have left the decider's scope. */
    return OK;
}

static enum err reject_claim(struct request *request, struct response *response)
{
    const struct claim_decision decision = {.reason = json_get_str(request->json, "reason")};
    TRY(conflict_decide(request, request->params[0], &decision));
    return answer(request, response, request->params[0]);
}

static enum err withdraw_claim(struct request *request, struct response *response)
{
    TRY(conflict_withdraw(request, request->params[0]));
    return answer(request, response, request->params[0]);
}

static const struct option OUTCOMES[] = {
    {"transfer", "转给申请人", "Transfer"}, {"share", "设为协作人", "Share"}, {NULL, NULL, NULL}};
static const struct field LIST_QUERY[] = {
    {.name = "status", .type = FIELD_ENUM, .options = STATUSES, .about = "only these"},
    {.name = "mine", .type = FIELD_ENUM, .options = ONE, .about = "1: filed by the asking user"},
    {.name = "cursor", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "next_cursor"},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = PAGE_MAX, .about = "50 unless given"},
    FIELD_END,
};
static const struct field FILE_BODY[] = {
    {.name = "claim_ref", .type = FIELD_TEXT, .max = 400, .about = "of a blind check"},
    {.name = "customer_id", .type = FIELD_REF, .ref = "customer", .about = "or a customer one sees"},
    {.name = "claimed_name", .type = FIELD_TEXT, .about = "as the claimant knows it"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .flags = FIELD_REQUIRED, .about = "why it is the claimant's"},
    {.name = "evidence", .type = FIELD_LONG_TEXT, .max = 4000, .about = "what proves it"},
    {.name = "first_contact_at", .type = FIELD_INSTANT, .flags = FIELD_NULLABLE, .about = "claimant's first contact"},
    FIELD_END,
};
static const struct field ACCEPT_BODY[] = {
    {.name = "outcome", .type = FIELD_ENUM, .options = OUTCOMES, .flags = FIELD_REQUIRED, .about = "what is given"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .about = "told to both"},
    {.name = "choices", .type = FIELD_LIST, .item = FIELD_TEXT, .max = 20, .about = "transfer: children that follow"},
    {.name = "until_on", .type = FIELD_DATE, .flags = FIELD_NULLABLE, .about = "share: last day"},
    FIELD_END,
};
static const struct field REJECT_BODY[] = {
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .flags = FIELD_REQUIRED, .about = "told to both"}, FIELD_END};
#define OPTIONAL (FIELD_REQUIRED | FIELD_NULLABLE)
#define CLAIM_MEMBERS                                                                                                  \
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "claim"},                                      \
        {.name = "customer_id", .type = FIELD_INT, .flags = OPTIONAL, .about = "where the asking user sees it"},       \
        {.name = "customer_name", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "likewise"},                         \
        {.name = "claimed_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as the claimant knows it"},    \
        {.name = "claimant_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who claims"},                    \
        {.name = "claimant_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "by name"},                    \
        {.name = "owner_id", .type = FIELD_INT, .flags = OPTIONAL, .about = "whose it was then"},                      \
        {.name = "owner_name", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "by name"},                             \
        {.name = "duplicate_id", .type = FIELD_INT, .flags = OPTIONAL, .about = "customer made beside it"},            \
        {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "why"},                               \
        {.name = "evidence", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "what proves it"},                        \
        {.name = "first_contact_at", .type = FIELD_INSTANT, .flags = OPTIONAL, .about = "as the claimant says"},       \
        {.name = "status",                                                                                             \
         .type = FIELD_TEXT,                                                                                           \
         .flags = FIELD_REQUIRED,                                                                                      \
         .about = "open, accepted, rejected, withdrawn"},                                                              \
        {.name = "outcome", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "transfer, share"},                        \
        {.name = "decision_reason", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "of who decided"},                 \
        {.name = "decided_at", .type = FIELD_INSTANT, .flags = OPTIONAL, .about = "when"},                             \
        {.name = "decided_by_name", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "who"},                            \
        {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "filed"},                      \
        {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "grows with each change"},            \
    {                                                                                                                  \
        .name = "mine", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "filed by the asking user"               \
    }
static const struct field CLAIM_ITEM[] = {CLAIM_MEMBERS, FIELD_END};
static const struct field MOMENT[] = {
    {.name = "at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "side", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "claimant, owner, customer"},
    {.name = "kind",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "created, held, follow_up, last_follow_up, duplicate, opportunity, contract"},
    {.name = "user_id", .type = FIELD_INT, .flags = OPTIONAL, .about = "who"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "by name"},
    {.name = "count", .type = FIELD_INT, .flags = OPTIONAL, .about = "of how many it is the first"},
    FIELD_END,
};
static const struct field CLAIM_ANSWER[] = {
    CLAIM_MEMBERS,
    {.name = "can_decide", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "may the asking user"},
    {.name = "moments",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = MOMENT,
     .about = "what the records say, oldest first"},
    FIELD_END,
};
static const struct field CLAIMS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = CLAIM_ITEM, .about = "newest first"},
    {.name = "next_cursor", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "null on the last page"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/conflict-claims", "conflict_claim.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, LIST_QUERY, NULL,
     CLAIMS_ANSWER, list_claims, NULL, "Own claims, those to own customers, and those one may decide."},
    {"GET", "/conflict-claims/{id}", "conflict_claim.get", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL,
     CLAIM_ANSWER, get_claim, NULL, "One claim with what the records say of both sides."},
    {"POST", "/conflict-claims", "conflict_claim.create", PERM_CUSTOMER_CREATE, 0, RECORDS_NONE, NULL, NULL, FILE_BODY,
     CLAIM_ANSWER, file_claim, NULL, "Claims a customer that somebody else holds."},
    {"POST", "/conflict-claims/{id}/accept", "conflict_claim.accept", PERM_CUSTOMER_TRANSFER, 0, RECORDS_NONE, NULL,
     NULL, ACCEPT_BODY, NULL, accept_claim, NULL, "Gives the customer to the claimant, or opens it to him."},
    {"POST", "/conflict-claims/{id}/reject", "conflict_claim.reject", PERM_CUSTOMER_TRANSFER, 0, RECORDS_NONE, NULL,
     NULL, REJECT_BODY, CLAIM_ANSWER, reject_claim, NULL, "Refuses a claim with a reason."},
    {"POST", "/conflict-claims/{id}/withdraw", "conflict_claim.withdraw", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL,
     NULL, NULL, CLAIM_ANSWER, withdraw_claim, NULL, "Takes an own claim back."},
    {0},
};

const struct feature CONFLICT_FEATURE = {.name = "conflict", .routes = ROUTES};
