/* Routes of recycle rules: preview, trying out, runs and their undo, protections. */
#include "customer.h"
#include "platform/scope.h"
#include "pool.h"
#include "protect_rules.h"
#include "recycle_rules.h"
#include "run_rules.h"

static enum err get_preview(struct request *request, struct response *response)
{
    int64_t days = 0;
    int64_t rule_id = 0;
    TRY(request_query_int(request, "days", 7, 1, RECYCLE_PREVIEW_DAYS_MAX, &days));
    TRY(request_query_int(request, "rule_id", 0, 0, INT64_MAX, &rule_id));
    return recycle_preview(request, days, rule_id, &response->json);
}

static enum err post_try(struct request *request, struct response *response)
{
    return recycle_try(request, &response->json);
}

static enum err answer_job(struct request *request, struct response *response, const char *kind, json_t *input,
                           const char *unique)
{
    int64_t job_id = 0;
    TRY(job_queue(request->db, request->arena, kind, request->user->user_id, json_keep(request->arena, input), unique,
                  &job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

static enum err post_run(struct request *request, struct response *response)
{
    struct str slot = str_format(request->arena, "by-%.*s", STR_ARG(str_slice(request->id, 0, 36)));
    return answer_job(request, response, "pool.recycle", json_pack("{s:o}", "slot", json_str(slot)),
                      "pool.recycle.now");
}

static enum err post_undo(struct request *request, struct response *response)
{
    struct run_row run;
    enum err err = pool_run_store_lock(request->db, request->arena, request->params[0], &run);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    if (!str_eq_c(run.status, "done")) {
        return error_set(request->error, ERR_CONFLICT, "A run can be undone once, when it has ended.");
    }
    char *unique = str_c(request->arena, str_format(request->arena, "pool.undo.%lld", (long long)run.id));
    return answer_job(request, response, "pool.undo", json_pack("{s:I}", "run_id", (json_int_t)run.id), unique);
}

/* ---- protections ---- */

static enum err get_protection(struct request *request, struct response *response)
{
    return protection_answer(request, request->params[0], &response->json);
}

static enum err put_protection(struct request *request, struct response *response)
{
    struct opt_date until = json_get_opt_date(request->json, "until_on");
    TRY(scope_check(request, &CUSTOMER, request->params[0], true));
    if (until.set && date_compare(until.value, request->today) < 0) {
        error_field(request->error, STR("until_on"), "too_small", "The day has passed.");
        return error_check_fields(request->error);
    }
    TRY(pool_protect(request, request->params[0], "manual", until, str_trim(json_get_str(request->json, "reason"))));
    response_event(response, STR("all"), STR("customer"));
    return protection_answer(request, request->params[0], &response->json);
}

static enum err delete_protection(struct request *request, struct response *response)
{
    TRY(scope_check(request, &CUSTOMER, request->params[0], true));
    response_event(response, STR("all"), STR("customer"));
    return pool_unprotect(request, request->params[0], "manual");
}

/* ---- tables of what the routes take and give ---- */

static const struct option KINDS[] = {
    {"no_follow_up", "未跟进", "No follow-up"},
    {"no_opportunity", "未建商机", "No opportunity"},
    {"no_deal", "未成交", "No deal"},
    {"contract_ended", "合同到期", "Contract ended"},
    {NULL, NULL, NULL},
};
static const struct field PROPOSED[] = {
    {.name = "name", .type = FIELD_TEXT, .max = 100, .about = "shown"},
    {.name = "priority", .type = FIELD_INT, .min = 1, .max = 100000, .about = "100 unless given"},
    {.name = "kind", .type = FIELD_ENUM, .options = KINDS, .flags = FIELD_REQUIRED, .about = "what the clock is about"},
    {.name = "days", .type = FIELD_INT, .min = 1, .max = 3650, .flags = FIELD_REQUIRED, .about = "after the last act"},
    {.name = "working_days", .type = FIELD_BOOL, .about = "the days are working days"},
    {.name = "covers", .type = FIELD_JSON, .flags = FIELD_NULLABLE, .about = "filter over customers; null: all"},
    {.name = "exempt_deal", .type = FIELD_BOOL, .about = "customers with a deal stay"},
    {.name = "exempt_open_opportunity", .type = FIELD_BOOL, .about = "customers with an open opportunity stay"},
    {.name = "pool_id", .type = FIELD_REF, .ref = "pool", .flags = FIELD_NULLABLE, .about = "null: by the routes"},
    {.name = "warn_days", .type = FIELD_INT, .min = 0, .max = 365, .about = "does not matter here"},
    {.name = "warn_manager", .type = FIELD_BOOL, .about = "does not matter here"},
    {.name = "is_active", .type = FIELD_BOOL, .about = "false: as if the rule were switched off"},
    FIELD_END,
};
static const struct field TRY_BODY[] = {
    {.name = "rule_id",
     .type = FIELD_INT,
     .min = 1,
     .max = INT64_MAX,
     .about = "the rule it replaces; absent: a new one"},
    {.name = "rule",
     .type = FIELD_OBJECT,
     .fields = PROPOSED,
     .flags = FIELD_REQUIRED,
     .about = "as it would be saved"},
    {.name = "days",
     .type = FIELD_INT,
     .min = 1,
     .max = RECYCLE_PREVIEW_DAYS_MAX,
     .about = "to look ahead; 7 unless given"},
    FIELD_END,
};
static const struct field PREVIEW_QUERY[] = {
    {.name = "days",
     .type = FIELD_INT,
     .min = 1,
     .max = RECYCLE_PREVIEW_DAYS_MAX,
     .about = "to look ahead; 7 unless given"},
    {.name = "rule_id", .type = FIELD_INT, .min = 0, .max = INT64_MAX, .about = "one rule only"},
    FIELD_END,
};
#define SHOWN FIELD_REQUIRED | FIELD_NULLABLE
static const struct field LEAVING_ITEM[] = {
    {.name = "customer_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who leaves"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the customer"},
    {.name = "owner_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who holds it"},
    {.name = "owner_name", .type = FIELD_TEXT, .flags = SHOWN, .about = "of the holder"},
    {.name = "rule_id", .type = FIELD_INT, .flags = SHOWN, .about = "by which rule; null: the proposed one"},
    {.name = "rule_name", .type = FIELD_TEXT, .flags = SHOWN, .about = "of the rule"},
    {.name = "pool_id", .type = FIELD_INT, .flags = SHOWN, .about = "where it goes"},
    {.name = "pool_name", .type = FIELD_TEXT, .flags = SHOWN, .about = "of the pool"},
    {.name = "last_act",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "held follow_up opportunity deal contract_end"},
    {.name = "last_act_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when the clock began"},
    {.name = "days", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of the rule"},
    {.name = "working_days", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "of the rule"},
    {.name = "leaves_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "by the run of that night"},
    FIELD_END,
};
#define LEAVING                                                                                                        \
    {                                                                                                                  \
        .name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = LEAVING_ITEM,                          \
        .about = "soonest first, at most 200"                                                                          \
    }
static const struct field PREVIEW_ANSWER[] = {
    {.name = "days", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "looked ahead"},
    {.name = "total", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers"},
    LEAVING,
    FIELD_END,
};
static const struct field TRY_ANSWER[] = {
    {.name = "days", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "looked ahead"},
    {.name = "before", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers that leave as it is"},
    {.name = "after", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers that would leave"},
    {.name = "added", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "that would leave and do not now"},
    {.name = "dropped", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "that leave now and would stay"},
    LEAVING,
    FIELD_END,
};
static const struct field PROTECTION_ITEM[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "manual, or approval"},
    {.name = "until_on", .type = FIELD_DATE, .flags = SHOWN, .about = "last day it holds; null: until taken away"},
    {.name = "reason", .type = FIELD_TEXT, .flags = SHOWN, .about = "given by whoever set it"},
    {.name = "by_name", .type = FIELD_TEXT, .flags = SHOWN, .about = "who set it"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    FIELD_END,
};
static const struct field PROTECTION_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = PROTECTION_ITEM, .about = "what keeps it"},
    FIELD_END,
};
static const struct field PROTECTION_BODY[] = {
    {.name = "until_on",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE,
     .about = "last day it holds; null: until taken away"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "kept in the history"},
    FIELD_END,
};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/pool-rules/preview", "pool_rule.preview", PERM_POOL_VIEW, 0, RECORDS_LIST, "customer", PREVIEW_QUERY,
     NULL, PREVIEW_ANSWER, get_preview, NULL, "Customers that leave in the next days, by which rule, and why."},
    {"POST", "/pool-rules/try", "pool_rule.try", PERM_POOL_EDIT, 0, RECORDS_LIST, "customer", NULL, TRY_BODY,
     TRY_ANSWER, post_try, NULL, "What a rule would change, without saving it."},
    {"POST", "/pool-runs", "pool_run.start", PERM_POOL_RUN, 0, RECORDS_NONE, NULL, NULL, NULL, JOB_ANSWER, post_run,
     NULL, "Starts a run of the rules now, as a job."},
    {"POST", "/pool-runs/{id}/undo", "pool_run.undo", PERM_POOL_RUN, 0, RECORDS_NONE, NULL, NULL, NULL, JOB_ANSWER,
     post_undo, NULL, "Gives what a run took back to its former holders where nobody has touched it, as a job."},
    {"GET", "/customers/{id}/protection", "customer.protection", PERM_CUSTOMER_VIEW, 0, RECORDS_ONE, "customer", NULL,
     NULL, PROTECTION_ANSWER, get_protection, NULL, "What keeps a customer from being recycled."},
    {"PUT", "/customers/{id}/protection", "customer.protect", PERM_POOL_MANAGE, 0, RECORDS_ONE, "customer", NULL,
     PROTECTION_BODY, PROTECTION_ANSWER, put_protection, NULL, "Keeps a customer from being recycled."},
    {"DELETE", "/customers/{id}/protection", "customer.unprotect", PERM_POOL_MANAGE, 0, RECORDS_ONE, "customer", NULL,
     NULL, NULL, delete_protection, NULL, "Lets the rules take it again."},
    {0},
};

static const struct job_kind JOB_KINDS[] = {
    {"pool.recycle", pool_run_recycle, "daily 01:00", 0},
    {"pool.undo", pool_run_undo, NULL, 0},
    {0},
};

const struct feature POOL_RECYCLE_FEATURE = {.name = "pool", .routes = ROUTES, .job_kinds = JOB_KINDS};
