/* Routes of jobs: own ones, or everybody's with the right to. */
#include "job.h"

#include "platform/job_store.h"

enum { LIST_MAX = 50 };

/* Whose jobs the user may see: 0 for everybody's. */
static int64_t visible_user(const struct request *request)
{
    return identity_can(request->user, PERM_JOB_VIEW_ALL) ? 0 : request->user->user_id;
}

static json_t *job_json(struct request *request, const struct job_view *job)
{
    json_t *result =
        job->result.set ? json_loadb(job->result.value.ptr, job->result.value.len, JSON_DECODE_ANY, NULL) : NULL;
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:o,s:o,s:o,s:b,s:o,s:o,s:o,s:o}", "id", (json_int_t)job->id,
                     "kind", json_str(job->kind), "user_id", json_opt_int(job->user_id), "user_name",
                     json_opt_str(job->user_name), "status", json_str(job->status), "phase", json_opt_str(job->phase),
                     "done", (json_int_t)job->done, "total", (json_int_t)job->total, "result",
                     result == NULL ? json_null() : result, "error_code", json_opt_str(job->error_code), "error_detail",
                     json_opt_str(job->error_detail), "has_file", job->result_file.set, "file_name",
                     json_opt_str(job->result_name), "created_at", json_instant(request->arena, job->created_at),
                     "started_at", json_opt_instant(request->arena, job->started_at), "finished_at",
                     json_opt_instant(request->arena, job->finished_at));
}

static enum err list_jobs(struct request *request, struct response *response)
{
    struct job_view *jobs;
    size_t count;
    int64_t before_id = 0;
    int64_t limit = 0;
    bool mine = !str_eq_c(request_query(request, "all"), "1");
    TRY(request_query_int(request, "before_id", 0, 0, INT64_MAX, &before_id));
    TRY(request_query_int(request, "limit", LIST_MAX, 1, 200, &limit));
    TRY(job_store_list(request->db, request->arena, mine ? request->user->user_id : visible_user(request), before_id,
                       limit, &jobs, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, job_json(request, &jobs[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err find_job(struct request *request, int64_t user_id, struct job_view *job)
{
    enum err err = job_store_get(request->db, request->arena, request->params[0], user_id, job);
    return err == ERR_NOT_FOUND ? error_set(request->error, err, "%s", err_text(err)) : err;
}

static enum err get_job(struct request *request, struct response *response)
{
    struct job_view job;
    TRY(find_job(request, visible_user(request), &job));
    response->json = json_keep(request->arena, job_json(request, &job));
    return OK;
}

static enum err cancel_job(struct request *request, struct response *response)
{
    struct job_view job;
    TRY(find_job(request, visible_user(request), &job));
    TRY(job_store_cancel(request->db, request->arena, job.id));
    if (job.user_id.set) {
        response_event(response, str_format(request->arena, "user/%lld", (long long)job.user_id.value), STR("job"));
    }
    return get_job(request, response);
}

/* A file name for the header: ASCII fallback is not needed, every browser reads filename*. */
static struct str disposition(struct request *request, struct str name)
{
    struct buf text;
    buf_init(&text, request->arena);
    buf_add_c(&text, "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
                     c == '-' || c == '_';
        if (plain) {
            buf_add_char(&text, (char)c);
        } else {
            buf_format(&text, "%%%02X", c);
        }
    }
    return buf_str(&text);
}

/* The file holds what its maker may see: it is for nobody else, whatever jobs they may watch. */
static enum err get_file(struct request *request, struct response *response)
{
    struct job_view job;
    TRY(find_job(request, request->user->user_id, &job));
    if (!job.result_file.set) {
        return error_set(request->error, ERR_NOT_FOUND, "This job has no file.");
    }
    response->file = job.result_file.value;
    response->content_type = "application/octet-stream";
    struct str name = job.result_name.set ? job.result_name.value : STR("result");
    response_header(response, STR("Content-Disposition"), disposition(request, name));
    return OK;
}

static const struct field JOB_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "job"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "what it does"},
    {.name = "user_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "who asked; null for the schedule"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "who asked, by name"},
    {.name = "status",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "queued, running, done, failed or cancelled"},
    {.name = "phase", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "what it does now"},
    {.name = "done", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "progress"},
    {.name = "total", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "progress; 0 when unknown"},
    {.name = "result", .type = FIELD_JSON, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by kind"},
    {.name = "error_code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "stable word"},
    {.name = "error_detail", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "sentence"},
    {.name = "has_file", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}/file"},
    {.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "of the file"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "queued"},
    {.name = "started_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "last start"},
    {.name = "finished_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "end"},
    FIELD_END,
};
static const struct field JOBS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = JOB_ITEM, .about = "newest first"},
    FIELD_END,
};
static const struct option ONE[] = {{"1", "是", "yes"}, {NULL, NULL, NULL}};
static const struct field JOBS_QUERY[] = {
    {.name = "all", .type = FIELD_ENUM, .options = ONE, .about = "1: everybody's, with the right job.view_all"},
    {.name = "before_id", .type = FIELD_INT, .about = "only jobs older than this one: the next page"},
    {.name = "limit", .type = FIELD_INT, .min = 1, .max = 200, .about = "50 unless said"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/jobs", "job.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, JOBS_QUERY, NULL, JOBS_ANSWER, list_jobs,
     NULL, "Own jobs, newest first."},
    {"GET", "/jobs/{id}", "job.get", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, JOB_ITEM, get_job, NULL,
     "One job with its progress."},
    {"POST", "/jobs/{id}/cancel", "job.cancel", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, JOB_ITEM,
     cancel_job, NULL, "Asks a job to stop."},
    {"GET", "/jobs/{id}/file", "job.file", PERMISSION_SIGNED_IN, ROUTE_FILE, RECORDS_NONE, NULL, NULL, NULL, NULL,
     get_file, NULL, "The file a job made."},
    {0},
};

static const struct job_kind JOB_KINDS[] = {{"job.clean", job_run_clean, "daily 03:20", 0}, {0}};

const struct feature JOB_FEATURE = {.name = "job", .routes = ROUTES, .job_kinds = JOB_KINDS};
