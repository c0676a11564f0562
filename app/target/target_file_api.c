/* HTTP of workbooks of targets: one is made by a job; one that comes back is looked at first and saved by the grid's
 * own route. */
#include "target_file.h"
#include "target_query.h"

static enum err export_targets(struct request *request, struct response *response)
{
    struct target_view view;
    int64_t department = json_get_int(request->json, "department_id", 0);
    int64_t job_id = 0;
    TRY(target_find_view(request, json_get_int(request->json, "year", 0), json_get_str(request->json, "measure"),
                         json_get_str(request->json, "level"), &view));
    if (department != 0 && target_view_department(&view, department) == NULL) {
        return error_set(request->error, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
    }
    json_t *input = json_keep(
        request->arena,
        json_pack("{s:I,s:s,s:s,s:I,s:b,s:o}", "year", (json_int_t)view.year, "measure", MEASURES[view.measure].key,
                  "level", TARGET_LEVELS[view.level], "department_id", (json_int_t)department, "completion",
                  json_get_bool(request->json, "completion", false), "language", json_str(request->language)));
    TRY(job_queue(request->db, request->arena, "target.export", request->user->user_id, input, NULL, &job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

static json_t *changes_json(const struct target_file *file)
{
    json_t *list = json_array();
    for (size_t i = 0; i < file->change_count; i++) {
        const struct target_file_change *change = &file->changes[i];
        json_array_append_new(list,
                              json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "subject_kind",
                                        change->cell.is_user ? "user" : "department", "subject_id",
                                        (json_int_t)change->cell.subject_id, "month", (json_int_t)change->cell.month,
                                        "before", (json_int_t)change->before, "amount", (json_int_t)change->cell.amount,
                                        "version", (json_int_t)change->cell.version, "row", (json_int_t)change->row,
                                        "column", json_str(change->column), "name", json_str(change->name)));
    }
    return list;
}

static json_t *faults_json(const struct target_file *file)
{
    json_t *list = json_array();
    for (size_t i = 0; i < file->fault_count; i++) {
        const struct target_file_fault *fault = &file->faults[i];
        json_array_append_new(list, json_pack("{s:I,s:o,s:o,s:o,s:o}", "row", (json_int_t)fault->row, "column",
                                              json_str(fault->column), "name", json_str(fault->name), "code",
                                              json_str(fault->code), "detail", json_str(fault->sentence)));
    }
    return list;
}

static enum err try_import(struct request *request, struct response *response)
{
    struct target_view view;
    struct target_file file;
    TRY(target_query_view(request, &view));
    TRY(target_view_open(&view));
    TRY(target_file_read(&view, &file));
    response->json =
        json_keep(request->arena, json_pack("{s:I,s:s,s:s,s:s,s:I,s:o,s:o}", "year", (json_int_t)view.year, "measure",
                                            MEASURES[view.measure].key, "level", TARGET_LEVELS[view.level], "kind",
                                            view.kind, "cell_count", (json_int_t)file.cell_count, "changes",
                                            changes_json(&file), "faults", faults_json(&file)));
    return OK;
}

/* clang-format off */
static const struct field EXPORT_BODY[] = {
    TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD,
    {.name = "department_id", .type = FIELD_REF, .ref = "department", .flags = FIELD_NULLABLE, .about = "this department and below; all that is visible unless given"},
    {.name = "completion", .type = FIELD_BOOL, .about = "with actual figures and completion, each on a sheet of its own"}, FIELD_END,
};
static const struct field JOB_ANSWER[] = {{.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"}, FIELD_END};
static const struct field IMPORT_QUERY[] = {TARGET_YEAR_FIELD, TARGET_MEASURE_FIELD, TARGET_LEVEL_FIELD, FIELD_END};
static const struct field CHANGE_FIELDS[] = {
    {.name = "subject_kind", .type = FIELD_ENUM, .options = TARGET_SUBJECT_OPTIONS, .about = "whose"}, {.name = "subject_id", .type = FIELD_INT, .about = "user.id or department.id"},
    {.name = "month", .type = FIELD_INT, .about = "of the fiscal year, 1 to 12"}, {.name = "before", .type = FIELD_INT, .about = "present amount"},
    {.name = "amount", .type = FIELD_INT, .about = "amount in the file"}, {.name = "version", .type = FIELD_INT, .about = "for PUT /targets/grid"},
    {.name = "row", .type = FIELD_INT, .about = "of the file"}, {.name = "column", .type = FIELD_TEXT, .about = "of the file, letters"},
    {.name = "name", .type = FIELD_TEXT, .about = "of the row"}, FIELD_END,
};
static const struct field FAULT_FIELDS[] = {
    {.name = "row", .type = FIELD_INT, .about = "of the file"}, {.name = "column", .type = FIELD_TEXT, .about = "letters; empty for the whole row"},
    {.name = "name", .type = FIELD_TEXT, .about = "of the row"}, {.name = "code", .type = FIELD_TEXT, .about = "why, a stable word"},
    {.name = "detail", .type = FIELD_TEXT, .about = "why, in English"}, FIELD_END,
};
static const struct field IMPORT_ANSWER[] = {
    {.name = "year", .type = FIELD_INT, .about = "fiscal year"}, {.name = "measure", .type = FIELD_TEXT, .about = "as asked for"},
    {.name = "level", .type = FIELD_ENUM, .options = TARGET_LEVEL_OPTIONS, .about = "as asked for"}, {.name = "kind", .type = FIELD_ENUM, .options = TARGET_KIND_OPTIONS, .about = "unit of the amounts"},
    {.name = "cell_count", .type = FIELD_INT, .about = "amounts that were read"},
    {.name = "changes", .type = FIELD_LIST, .fields = CHANGE_FIELDS, .about = "what a save would change: the body of PUT /targets/grid"},
    {.name = "faults", .type = FIELD_LIST, .fields = FAULT_FIELDS, .about = "what keeps the file from being saved, the first 500"}, FIELD_END,
};
static const struct route ROUTES[] = {
    {"POST", "/targets/export", "target.export", PERM_TARGET_VIEW, 0, RECORDS_EXPORT, "target", NULL, EXPORT_BODY, JOB_ANSWER, export_targets, NULL, "Targets and completion as an Excel workbook whose sums are formulas; answers with a job."},
    {"POST", "/targets/import", "target.try_import", PERM_TARGET_EDIT, ROUTE_UPLOAD, RECORDS_AGGREGATE, "target", IMPORT_QUERY, NULL, IMPORT_ANSWER, try_import, NULL, "Reads such a workbook (or CSV) and tells what a save would change and why it would be refused; saves nothing."},
    {.method = NULL},
};
/* clang-format on */

static const struct job_kind JOBS[] = {{"target.export", target_file_write, NULL, 0}, {.name = NULL}};

const struct feature TARGET_FILE_FEATURE = {.name = "target", .routes = ROUTES, .job_kinds = JOBS};
