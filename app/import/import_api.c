/* Routes of imports: upload, map, try, run, take back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engines/csv.h"
#include "import.h"
#include "import_rules.h"
#include "platform/audit.h"

enum { BATCHES_MAX = 100, FAULTS_PAGE = 100, FAULTS_FILE_MAX = 100000, FILE_NAME_MAX = 200 };

static enum err find_kind(struct request *request, struct str name, struct import_kind *kind)
{
    enum err err = import_kind_find(request->arena, name, kind);
    if (err == ERR_NOT_FOUND) {
        error_field(request->error, STR("kind"), "not_an_option", "There is no such kind of import.");
        return error_check_fields(request->error);
    }
    TRY(err);
    if (!identity_can(request->user, kind->permission)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(kind->permission));
    }
    return OK;
}

static enum err find_batch(struct request *request, struct import_batch *batch, struct import_kind *kind)
{
    enum err err = import_store_get(request->db, request->arena, request->params[0], request->user->user_id, batch);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    return find_kind(request, batch->kind, kind);
}

static json_t *text_json(struct str text)
{
    json_t *json = json_loadb(text.ptr, text.len, 0, NULL);
    return json == NULL ? json_null() : json;
}

static json_t *batch_json(struct request *request, const struct import_batch *batch)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:b,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "id", (json_int_t)batch->id, "kind",
                     json_str(batch->kind), "file_name", json_str(batch->file_name), "status", json_str(batch->status),
                     "format", text_json(batch->format), "mapping",
                     batch->mapping.set ? text_json(batch->mapping.value) : json_null(), "dry_run", batch->dry_run,
                     "row_count", (json_int_t)batch->row_count, "created_count", (json_int_t)batch->created_count,
                     "updated_count", (json_int_t)batch->updated_count, "skipped_count",
                     (json_int_t)batch->skipped_count, "failed_count", (json_int_t)batch->failed_count, "job_id",
                     json_opt_int(batch->job_id), "created_at", json_instant(request->arena, batch->created_at));
}

static enum err list_kinds(struct request *request, struct response *response)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    bool chinese = request_in_chinese(request);
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i <= count; i++) {
        struct import_kind kind;
        enum err err = import_kind_find(request->arena, i < count ? str_from(objects[i]->name) : STR("target"), &kind);
        if (err == ERR_NOT_FOUND || !identity_can(request->user, kind.permission)) {
            continue;
        }
        json_t *fields = json_array();
        for (const struct field *field = kind.fields; field->name != NULL; field++) {
            json_array_append_new(fields, json_pack("{s:s,s:s,s:b,s:b,s:s?,s:b}", "name", field->name, "label",
                                                    chinese ? field->zh : field->en, "required",
                                                    (field->flags & FIELD_REQUIRED) != 0, "unique",
                                                    (field->flags & (FIELD_UNIQUE | FIELD_LABEL)) != 0, "ref",
                                                    field->ref, "is_money", field->type == FIELD_MONEY));
        }
        const char *label = kind.object == NULL ? (chinese ? "目标" : "Target")
                            : chinese           ? kind.object->zh
                                                : kind.object->en;
        json_array_append_new(items, json_pack("{s:s,s:s,s:o}", "kind", kind.name, "label", label, "fields", fields));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err save_file(struct request *request, struct str path)
{
    struct str folder = str_format(request->arena, "%s/imports", request->config->data_dir);
    if ((mkdir(request->config->data_dir, 0750) != 0 && errno != EEXIST) ||
        (mkdir(folder.ptr, 0750) != 0 && errno != EEXIST)) {
        return error_set(request->error, ERR_UNAVAILABLE, "The data folder cannot be written.");
    }
    FILE *file = fopen(path.ptr, "we");
    bool written = file != NULL && fwrite(request->body.ptr, 1, request->body.len, file) == request->body.len;
    written = file != NULL && fclose(file) == 0 && written;
    return written ? OK
                   : error_set(request->error, ERR_UNAVAILABLE, "The file cannot be stored; the disk may be full.");
}

/* As much of a file name as is kept, cut between two characters. */
static struct str cut_name(struct str name)
{
    size_t end = 0;
    size_t next = 0;
    while (end < name.len) {
        str_next_char(name, &next);
        if (next > FILE_NAME_MAX) {
            break;
        }
        end = next;
    }
    return str_slice(name, 0, end);
}

static enum err upload(struct request *request, struct response *response)
{
    struct import_kind kind;
    struct import_batch batch = {.kind = request_query(request, "kind"),
                                 .file_name = str_trim(request_query(request, "name"))};
    json_t *format;
    json_t *mapping;
    TRY(find_kind(request, batch.kind, &kind));
    if (request->body.len == 0) {
        return error_set(request->error, ERR_IMPORT_UNREADABLE, "The file is empty.");
    }
    batch.file_name = batch.file_name.len == 0 ? STR("import") : cut_name(batch.file_name);
    batch.path = str_format(request->arena, "imports/%.*s-%lld", STR_ARG(request->id), (long long)request->now.ms);
    struct str path = str_format(request->arena, "%s/%.*s", request->config->data_dir, STR_ARG(batch.path));
    response->made_file = path;
    TRY(save_file(request, path));
    TRY(import_inspect(request, path.ptr, &kind, &format, &mapping, &batch.header_hash));
    struct str remembered;
    enum err err = import_store_remembered(request->db, request->arena, batch.kind, batch.header_hash, &remembered);
    batch.format = json_write(request->arena, format);
    batch.mapping = (struct opt_str){true, err == OK ? remembered : json_write(request->arena, mapping)};
    batch.created_by_id = (struct opt_int){true, request->user->user_id};
    batch.status = STR("uploaded");
    batch.created_at = request->now;
    TRY(import_store_insert(request->db, request->arena, &batch, request->now, &batch.id));
    response->status = 201;
    response->json = json_keep(request->arena, batch_json(request, &batch));
    return OK;
}

static enum err list_batches(struct request *request, struct response *response)
{
    struct import_batch *batches;
    size_t count;
    TRY(import_store_list(request->db, request->arena, request->user->user_id, BATCHES_MAX, &batches, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, batch_json(request, &batches[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err get_batch(struct request *request, struct response *response)
{
    struct import_batch batch;
    struct import_kind kind;
    TRY(find_batch(request, &batch, &kind));
    response->json = json_keep(request->arena, batch_json(request, &batch));
    return OK;
}

static enum err refuse_state(struct request *request, const struct import_batch *batch)
{
    return error_set(request->error, ERR_IMPORT_STATE, "The import is %.*s.", STR_ARG(batch->status));
}

static bool may_run(const struct import_batch *batch)
{
    return str_eq_c(batch->status, "uploaded") || str_eq_c(batch->status, "checked") ||
           str_eq_c(batch->status, "rolled_back");
}

static enum err save_mapping(struct request *request, struct response *response)
{
    struct import_batch batch;
    struct import_kind kind;
    json_t *mapping = json_object_get(request->json, "mapping");
    TRY(find_batch(request, &batch, &kind));
    if (!may_run(&batch)) {
        return refuse_state(request, &batch);
    }
    TRY(import_check_mapping(request, &kind, mapping));
    TRY(import_store_set_mapping(request->db, request->arena, batch.id, json_write(request->arena, mapping),
                                 request->now));
    return get_batch(request, response);
}

static enum err queue(struct request *request, struct response *response, const char *job_kind,
                      const struct import_batch *batch, int64_t *job_id)
{
    char key[64];
    snprintf(key, sizeof key, "import-%lld", (long long)batch->id);
    json_t *input = json_keep(request->arena, json_pack("{s:I}", "batch_id", (json_int_t)batch->id));
    TRY(job_queue(request->db, request->arena, job_kind, request->user->user_id, input, key, job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)*job_id));
    return OK;
}

static enum err run_batch(struct request *request, struct response *response)
{
    struct import_batch batch;
    struct import_kind kind;
    int64_t job_id = 0;
    bool dry_run = json_get_bool(request->json, "dry_run", false);
    TRY(find_batch(request, &batch, &kind));
    if (!may_run(&batch)) {
        return refuse_state(request, &batch);
    }
    TRY(queue(request, response, "import.run", &batch, &job_id));
    TRY(import_store_begin(request->db, request->arena, batch.id, dry_run, job_id, request->now));
    return audit_write(request, "import", batch.id, dry_run ? "dry_run" : "run", 0, NULL, (struct str){0});
}

static enum err roll_back(struct request *request, struct response *response)
{
    struct import_batch batch;
    struct import_kind kind;
    int64_t job_id = 0;
    TRY(find_batch(request, &batch, &kind));
    if (!str_eq_c(batch.status, "done")) {
        return refuse_state(request, &batch);
    }
    TRY(queue(request, response, "import.rollback", &batch, &job_id));
    return audit_write(request, "import", batch.id, "rollback", 0, NULL, (struct str){0});
}

static enum err list_faults(struct request *request, struct response *response)
{
    struct import_batch batch;
    struct import_kind kind;
    struct import_fault *faults;
    size_t count;
    int64_t after = 0;
    TRY(find_batch(request, &batch, &kind));
    TRY(request_query_int(request, "cursor", 0, 0, INT64_MAX, &after));
    TRY(import_store_faults(request->db, request->arena, batch.id, after, FAULTS_PAGE, &faults, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, json_pack("{s:I,s:o,s:o}", "row_number", (json_int_t)faults[i].row_number, "cells",
                                               json_loadb(faults[i].cells.ptr, faults[i].cells.len, 0, NULL), "errors",
                                               json_loadb(faults[i].errors.ptr, faults[i].errors.len, 0, NULL)));
    }
    json_t *next = count == FAULTS_PAGE ? json_sprintf("%lld", (long long)faults[count - 1].row_number) : json_null();
    response->json = json_keep(request->arena, json_pack("{s:O,s:o}", "items", items, "next_cursor", next));
    return OK;
}

/* The refused rows as they were, with the reasons in a last column: mend it and import it again. */
static enum err get_errors(struct request *request, struct response *response)
{
    struct import_batch batch;
    struct import_kind kind;
    struct import_fault *faults;
    struct buf text;
    size_t count, index;
    json_t *column;
    TRY(find_batch(request, &batch, &kind));
    TRY(import_store_faults(request->db, request->arena, batch.id, 0, FAULTS_FILE_MAX, &faults, &count));
    json_t *format = json_keep(request->arena, text_json(batch.format));
    json_t *columns = json_object_get(format, "columns");
    size_t width = json_array_size(columns);
    struct str *cells = ARENA_ARRAY(request->arena, struct str, width + 1);
    buf_init(&text, request->arena);
    buf_add_c(&text, CSV_BOM);
    json_array_foreach (columns, index, column) {
        cells[index] = json_get_str(column, "name");
    }
    cells[width] = request_in_chinese(request) ? STR("错误原因") : STR("Errors");
    csv_add_row(&text, cells, width + 1);
    for (size_t i = 0; i < count; i++) {
        json_t *values = json_keep(request->arena, json_loadb(faults[i].cells.ptr, faults[i].cells.len, 0, NULL));
        json_t *errors = json_keep(request->arena, json_loadb(faults[i].errors.ptr, faults[i].errors.len, 0, NULL));
        struct buf reasons;
        buf_init(&reasons, request->arena);
        for (size_t c = 0; c < width; c++) {
            cells[c] = str_from(json_string_value(json_array_get(values, c)));
        }
        json_array_foreach (errors, index, column) {
            buf_format(&reasons, "%s%s", index == 0 ? "" : "; ", json_string_value(json_object_get(column, "message")));
        }
        cells[width] = buf_str(&reasons);
        csv_add_row(&text, cells, width + 1);
    }
    response->raw = buf_str(&text);
    response->content_type = "text/csv; charset=utf-8";
    response_header(response, STR("Content-Disposition"),
                    str_format(request->arena, "attachment; filename=\"import-%lld-errors.csv\"", (long long)batch.id));
    return OK;
}

static const struct field KIND_FIELD[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "field"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "in the user's language"},
    {.name = "required", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "must be mapped or constant"},
    {.name = "unique", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "may serve as key"},
    {.name = "ref",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "names a record of this kind"},
    {.name = "is_money", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "has a money unit"},
    FIELD_END,
};
static const struct field KIND_ITEM[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "object name, or target"},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "in the user's language"},
    {.name = "fields",
     .type = FIELD_LIST,
     .fields = KIND_FIELD,
     .flags = FIELD_REQUIRED,
     .about = "what columns can be mapped to"},
    FIELD_END,
};
static const struct field KINDS_ANSWER[] = {{.name = "items",
                                             .type = FIELD_LIST,
                                             .fields = KIND_ITEM,
                                             .flags = FIELD_REQUIRED,
                                             .about = "kinds the user may import"},
                                            FIELD_END};
static const struct field UPLOAD_QUERY[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of GET /import/kinds"},
    {.name = "name", .type = FIELD_TEXT, .about = "file name"},
    FIELD_END,
};
static const struct field BATCH_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "import"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "object name, or target"},
    {.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as uploaded"},
    {.name = "status",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "uploaded, running, checked (dry run), done, rolled_back"},
    {.name = "format",
     .type = FIELD_JSON,
     .flags = FIELD_REQUIRED,
     .about = "kind, encoding, delimiter, sheets, columns [{index, name, samples, date_order}]"},
    {.name = "mapping",
     .type = FIELD_JSON,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "guessed, remembered or saved"},
    {.name = "dry_run", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "the last run changed nothing"},
    {.name = "row_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "rows of the last run"},
    {.name = "created_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "rows that made a record"},
    {.name = "updated_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "rows that changed one"},
    {.name = "skipped_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "rows whose record existed"},
    {.name = "failed_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "rows refused"},
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "last job"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "uploaded"},
    FIELD_END,
};
static const struct field BATCHES_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = BATCH_ANSWER, .flags = FIELD_REQUIRED, .about = "newest first"},
    FIELD_END};
static const struct field RUN_BODY[] = {{.name = "dry_run", .type = FIELD_BOOL, .about = "true: try, change nothing"},
                                        FIELD_END};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"}, FIELD_END};
static const struct field FAULTS_QUERY[] = {
    {.name = "cursor", .type = FIELD_INT, .min = 0, .max = 9007199254740991, .about = "next_cursor"}, FIELD_END};
static const struct field FAULT_ITEM[] = {
    {.name = "row_number", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "as in a spreadsheet"},
    {.name = "cells", .type = FIELD_LIST, .item = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "the row as it was"},
    {.name = "errors", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "[{field, column, code, message}]"},
    FIELD_END,
};
static const struct field FAULTS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = FAULT_ITEM, .flags = FIELD_REQUIRED, .about = "refused rows"},
    {.name = "next_cursor",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "null on the last page"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/import/kinds", "import.kinds", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, KINDS_ANSWER,
     list_kinds, NULL, "What the user may import."},
    {"POST", "/import/batches", "import.create", PERMISSION_SIGNED_IN, ROUTE_UPLOAD, RECORDS_NONE, NULL, UPLOAD_QUERY,
     NULL, BATCH_ANSWER, upload, NULL, "Takes a CSV or XLSX file and guesses its mapping."},
    {"GET", "/import/batches", "import.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, BATCHES_ANSWER,
     list_batches, NULL, "Own imports."},
    {"GET", "/import/batches/{id}", "import.get", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, BATCH_ANSWER,
     get_batch, NULL, "One import."},
    {"PUT", "/import/batches/{id}/mapping", "import.map", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL,
     IMPORT_MAPPING_BODY, BATCH_ANSWER, save_mapping, NULL, "Which column goes where."},
    {"POST", "/import/batches/{id}/run", "import.run", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, RUN_BODY,
     JOB_ANSWER, run_batch, NULL, "Imports, or tries to, as a job."},
    {"POST", "/import/batches/{id}/rollback", "import.rollback", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL,
     NULL, JOB_ANSWER, roll_back, NULL, "Takes an import back, as a job."},
    {"GET", "/import/batches/{id}/faults", "import.faults", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, FAULTS_QUERY,
     NULL, FAULTS_ANSWER, list_faults, NULL, "Refused rows with their reasons."},
    {"GET", "/import/batches/{id}/errors", "import.errors", PERMISSION_SIGNED_IN, ROUTE_FILE, RECORDS_NONE, NULL, NULL,
     NULL, NULL, get_errors, NULL, "The refused rows as a CSV file with a column of reasons."},
    {0},
};
static const struct job_kind JOB_KINDS[] = {
    {"import.run", import_run_job, NULL, 0},
    {"import.rollback", import_rollback_job, NULL, 0},
    {"import.clean", import_clean_job, "daily 03:50", 0},
    {0},
};

const struct feature IMPORT_FEATURE = {.name = "import", .routes = ROUTES, .job_kinds = JOB_KINDS};
