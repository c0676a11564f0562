/* Routes of batches: try, assign, take back, look at the items; upload a list. */
#include <stdio.h>

#include "assignment.h"
#include "batch_rules.h"
#include "customer.h"
#include "list_rules.h"
#include "plan_rules.h"
#include "platform/audit.h"
#include "platform/scope.h"
#include "run_rules.h"
#include "sla_rules.h"
#include "tracking_api.h"

enum { LINES_PAGE = 100, FILE_NAME_MAX = 200 };

static enum err preview(struct request *request, struct response *response)
{
    struct plan plan;
    TRY(plan_check(request, request->json));
    TRY(plan_make(request, request->json, false, &plan));
    response->json = plan_json(request, &plan);
    return OK;
}

static const char *strategy_label(struct str strategy, bool chinese)
{
    const struct option *option = BATCH_STRATEGIES;
    while (option->value != NULL && !str_eq_c(strategy, option->value)) {
        option++;
    }
    return chinese ? option->zh : option->en;
}

static struct str batch_name(struct request *request)
{
    struct str name = str_trim(json_get_str(request->json, "name"));
    struct date today = request->today;
    int minute = (int)((request->now.ms - date_start(today, request->zone).ms) / 60000);
    if (name.len > 0) {
        return name;
    }
    return str_format(request->arena, "%s %.*s %02d:%02d",
                      strategy_label(json_get_str(request->json, "strategy"), request_in_chinese(request)),
                      STR_ARG(date_format(request->arena, today)), minute / 60, minute % 60);
}

/* The promise named, none for null, else the default one. */
static enum err choose_policy(struct request *request, struct opt_int *out)
{
    struct sla_policy_row policy;
    *out = json_get_opt_int(request->json, "sla_policy_id");
    if (json_has(request->json, "sla_policy_id")) {
        return OK;
    }
    enum err err = sla_store_default_policy(request->db, request->arena, &policy);
    if (err == OK) {
        *out = (struct opt_int){true, policy.id};
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

static struct opt_str text_or_none(struct str text)
{
    return (struct opt_str){text.len > 0, text};
}

static enum err queue(struct request *request, const char *kind, int64_t batch_id, const char *status, int64_t *job_id)
{
    char key[64];
    snprintf(key, sizeof key, "%s-%lld", kind, (long long)batch_id);
    json_t *input = json_keep(request->arena, json_pack("{s:I}", "batch_id", (json_int_t)batch_id));
    TRY(job_queue(request->db, request->arena, kind, request->user->user_id, input, key, job_id));
    return run_store_set_job(request, batch_id, *job_id, status);
}

static enum err create(struct request *request, struct response *response)
{
    struct batch_row batch = {
        .name = batch_name(request),
        .request = json_write(request->arena, request->json),
        .reason = text_or_none(str_trim(json_get_str(request->json, "reason"))),
        .expected_action_on = json_get_opt_date(request->json, "expected_action_on"),
    };
    struct str strategy = json_get_str(request->json, "strategy");
    struct str pointer = str_trim(json_get_str(request->json, "pointer"));
    int64_t job_id = 0;
    int64_t hours = 0;
    TRY(plan_check(request, request->json));
    TRY(choose_policy(request, &batch.sla_policy_id));
    TRY(run_store_undo_hours(request->db, request->arena, &hours));
    batch.undo_until = (struct opt_instant){true, {request->now.ms + hours * 3600000}};
    if (str_eq_c(strategy, "round_robin")) {
        batch.pointer_key = (struct opt_str){true, pointer.len > 0 ? pointer : STR("default")};
    }
    TRY(run_store_insert(request, &batch, strategy, &batch.id));
    TRY(queue(request, "assignment.run", batch.id, "queued", &job_id));
    TRY(audit_write(request, ASSIGNMENT_BATCH.name, batch.id, "create", 1, NULL,
                    json_get_str(request->json, "reason")));
    response->status = 202;
    response->json =
        json_keep(request->arena, json_pack("{s:I,s:I}", "id", (json_int_t)batch.id, "job_id", (json_int_t)job_id));
    return OK;
}

static enum err undo(struct request *request, struct response *response)
{
    struct batch_row batch;
    int64_t job_id = 0;
    int64_t id = request->params[0];
    TRY(scope_check(request, &ASSIGNMENT_BATCH, id, true));
    if (!identity_can(request->user, CUSTOMER.transfer)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(CUSTOMER.transfer));
    }
    TRY(run_store_batch(request->db, request->arena, id, true, &batch));
    if (!str_eq_c(batch.status, "done") && !str_eq_c(batch.status, "cancelled")) {
        return error_set(request->error, ERR_CONFLICT, "The batch is %.*s.", STR_ARG(batch.status));
    }
    if (!batch.undo_until.set || batch.undo_until.value.ms < request->now.ms) {
        return error_set(request->error, ERR_CONFLICT, "The time in which this batch could be taken back is over.");
    }
    TRY(queue(request, "assignment.undo", id, "undoing", &job_id));
    TRY(audit_write(request, ASSIGNMENT_BATCH.name, id, "undo", 0, NULL, (struct str){0}));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

static json_t *line_json(const struct run_line *line)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "position", (json_int_t)line->position,
                     "line", json_opt_str(line->line), "customer_id", json_opt_int(line->customer_id), "name",
                     json_opt_str(line->name), "from_owner_id", json_opt_int(line->from_owner_id), "from_owner_name",
                     json_opt_str(line->from_owner), "to_owner_id", json_opt_int(line->to_owner_id), "to_owner_name",
                     json_opt_str(line->to_owner), "rule", json_opt_int(line->rule), "result", json_str(line->result),
                     "code", json_opt_str(line->code), "detail", json_opt_str(line->detail));
}

static enum err list_items(struct request *request, struct response *response)
{
    struct run_line *lines;
    size_t count;
    int64_t after = 0;
    TRY(scope_check(request, &ASSIGNMENT_BATCH, request->params[0], false));
    TRY(request_query_int(request, "cursor", 0, 0, INT32_MAX, &after));
    TRY(run_store_lines(request, request->params[0], request_query(request, "result"), after, LINES_PAGE, &lines,
                        &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, line_json(&lines[i]));
    }
    json_t *next = count == LINES_PAGE ? json_sprintf("%lld", (long long)lines[count - 1].position) : json_null();
    response->json = json_keep(request->arena, json_pack("{s:O,s:o}", "items", items, "next_cursor", next));
    return OK;
}

static enum err upload_list(struct request *request, struct response *response)
{
    struct list_read read;
    int64_t id = 0;
    int64_t column = 0;
    struct str name = str_trim(request_query(request, "name"));
    TRY(request_query_int(request, "column", -1, -1, 499, &column));
    TRY(list_read_file(request, (struct opt_int){column >= 0, column}, &read));
    if (str_chars(name) > FILE_NAME_MAX) {
        error_field(request->error, STR("name"), "too_long", "The name is too long.");
        return error_check_fields(request->error);
    }
    TRY(plan_store_add_list(request, name.len > 0 ? name : STR("list"), read.lines, read.line_count, &id));
    json_t *columns = json_array();
    for (size_t i = 0; i < read.column_count; i++) {
        json_array_append_new(columns, json_str(read.columns[i]));
    }
    response->status = 201;
    response->json = json_keep(request->arena, json_pack("{s:I,s:I,s:o,s:I}", "id", (json_int_t)id, "line_count",
                                                         (json_int_t)read.line_count, "columns", columns, "column",
                                                         (json_int_t)read.column));
    return OK;
}

static const struct field CREATE_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "batch"},
    {.name = "job_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED,
     .about = "see GET /jobs/{id}; it has the result file"},
    FIELD_END,
};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"}, FIELD_END};
static const struct field ITEMS_QUERY[] = {
    {.name = "result", .type = FIELD_TEXT, .max = 16, .about = "pending assigned kept refused undone"},
    {.name = "cursor", .type = FIELD_INT, .min = 0, .max = INT32_MAX, .about = "next_cursor of the page before"},
    FIELD_END,
};
static const struct field ITEM[] = {
    {.name = "position", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "in the selection, from 1"},
    {.name = "line", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "as written in the list"},
    {.name = "customer_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: none found"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null outside the scope"},
    {.name = "from_owner_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "whose it was"},
    {.name = "from_owner_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by name"},
    {.name = "to_owner_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "who gets it"},
    {.name = "to_owner_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by name"},
    {.name = "rule", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "map: which rule, from 0"},
    {.name = "result", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "pending assigned kept refused undone"},
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "why, or why not undone"},
    {.name = "detail", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "the code as a sentence"},
    FIELD_END,
};
static const struct field ITEMS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = ITEM, .flags = FIELD_REQUIRED, .about = "in the selection's order"},
    {.name = "next_cursor",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null on the last page"},
    FIELD_END,
};
static const struct field LIST_QUERY[] = {
    {.name = "name", .type = FIELD_TEXT, .about = "file name"},
    {.name = "column", .type = FIELD_INT, .min = 0, .max = 499, .about = "from 0; guessed by its heading unless given"},
    FIELD_END,
};
static const struct field LIST_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for list_id of a batch"},
    {.name = "line_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "lines that are not empty"},
    {.name = "columns",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "cells of the first row"},
    {.name = "column", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the column taken, from 0"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"POST", "/assignment-batches/preview", "assignment_batch.preview", PERM_ASSIGNMENT_BATCH_CREATE, 0, RECORDS_NONE,
     NULL, NULL, PLAN_BODY, PLAN_ANSWER, preview, NULL,
     "Who would get how many, and what stands in the way; writes nothing."},
    {"POST", "/assignment-batches", "assignment_batch.create", PERM_ASSIGNMENT_BATCH_CREATE, 0, RECORDS_NONE, NULL,
     NULL, PLAN_BODY, CREATE_ANSWER, create, NULL, "Assigns customers in a batch, as a job."},
    {"POST", "/assignment-batches/{id}/undo", "assignment_batch.undo", PERM_ASSIGNMENT_BATCH_CREATE, 0, RECORDS_NONE,
     NULL, NULL, NULL, JOB_ANSWER, undo, NULL, "Takes a batch back where nothing was touched since, as a job."},
    {"GET", "/assignment-batches/{id}/items", "assignment_batch.items", PERM_ASSIGNMENT_BATCH_VIEW, 0, RECORDS_ONE,
     "assignment_batch", ITEMS_QUERY, NULL, ITEMS_ANSWER, list_items, NULL, "What became of each customer of a batch."},
    {"POST", "/assignment-lists", "assignment_list.create", PERM_ASSIGNMENT_BATCH_CREATE, ROUTE_UPLOAD, RECORDS_NONE,
     NULL, LIST_QUERY, NULL, LIST_ANSWER, upload_list, NULL, "Takes a CSV or XLSX file with a column of customers."},
    TRACKING_ROUTES,
    {0},
};
static const struct object *const OBJECTS[] = {&ASSIGNMENT_BATCH, &SLA_POLICY, NULL};
static const struct job_kind JOB_KINDS[] = {
    {"assignment.run", assignment_run_job, NULL, 0},
    {"assignment.undo", assignment_undo_job, NULL, 0},
    {"assignment.sla", sla_run_job, "every 300", 0},
    {0},
};

const struct feature ASSIGNMENT_FEATURE = {
    .name = "assignment", .routes = ROUTES, .objects = OBJECTS, .job_kinds = JOB_KINDS};
