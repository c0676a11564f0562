/* Routes of attachments. */
#include "attachment_rules.h"
#include "customer.h"
#include "engines/sniff.h"

static json_t *attachment_json(struct request *request, const struct attachment_row *row)
{
    return json_pack("{s:I,s:o,s:I,s:o,s:o,s:o,s:I,s:o,s:o,s:o}", "id", (json_int_t)row->id, "object",
                     json_str(row->object), "record_id", (json_int_t)row->record_id, "guide_item_id",
                     json_opt_int(row->guide_item_id), "name", json_str(row->name), "content_type",
                     json_str(row->content_type), "size_bytes", (json_int_t)row->size_bytes, "created_at",
                     json_instant(request->arena, row->created_at), "created_by_id", json_opt_int(row->created_by_id),
                     "created_by_name", json_opt_str(row->created_by_name));
}

static enum err read_record(struct request *request, struct str *object, int64_t *record_id)
{
    *object = request_query(request, "object");
    TRY(request_query_int(request, "record_id", 0, 1, INT64_C(9007199254740991), record_id));
    if (*record_id == 0) {
        error_field(request->error, STR("record_id"), "required", "record_id is missing.");
    }
    return error_check_fields(request->error);
}

static enum err list_attachments(struct request *request, struct response *response)
{
    struct str object;
    int64_t record_id = 0;
    struct attachment_row *rows;
    size_t count;
    TRY(read_record(request, &object, &record_id));
    TRY(attachment_may(request, object, record_id, false));
    TRY(attachment_store_list(request->db, request->arena, str_c(request->arena, object), record_id, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, attachment_json(request, &rows[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err upload(struct request *request, struct response *response)
{
    struct str object;
    int64_t record_id = 0;
    int64_t item_id = 0;
    int64_t id = 0;
    struct attachment_row row;
    struct str name = str_trim(request_query(request, "name"));
    struct str field = request_query(request, "field");
    name = name.len == 0 ? STR("file") : name;
    if (field.len > 0) {
        TRY(attachment_add_waiting(request, request_query(request, "object"), field, name, &id));
    } else {
        TRY(read_record(request, &object, &record_id));
        TRY(request_query_int(request, "guide_item_id", 0, 1, INT64_C(9007199254740991), &item_id));
        TRY(attachment_add(request, object, record_id, (struct opt_int){item_id != 0, item_id}, name, &id));
    }
    TRY(attachment_store_get(request->db, request->arena, id, &row));
    response->status = 201;
    response->json = json_keep(request->arena, attachment_json(request, &row));
    return OK;
}

/* Every browser reads filename*. Pictures and PDF may be shown in place; everything else is only ever saved. */
static struct str disposition(struct request *request, const struct attachment_row *row)
{
    struct buf text;
    bool shown =
        str_eq_c(request_query(request, "inline"), "1") && sniff_is_shown(str_c(request->arena, row->content_type));
    buf_init(&text, request->arena);
    buf_add_c(&text, shown ? "inline; filename*=UTF-8''" : "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < row->name.len; i++) {
        unsigned char c = (unsigned char)row->name.ptr[i];
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

static enum err get_file(struct request *request, struct response *response)
{
    struct attachment_row row;
    TRY(attachment_get(request, request->params[0], &row));
    response->file = row.path;
    response->content_type = str_c(request->arena, row.content_type);
    response_header(response, STR("Content-Disposition"), disposition(request, &row));
    return OK;
}

static enum err remove_attachment(struct request *request, struct response *response)
{
    (void)response;
    return attachment_remove(request, request->params[0]);
}

#define RECORD_MEMBERS                                                                                                 \
    {.name = "object",                                                                                                 \
     .type = FIELD_TEXT,                                                                                               \
     .flags = FIELD_REQUIRED,                                                                                          \
     .about = "customer, follow_up, opportunity, contract, invoice, payment, "                                         \
              "conflict_claim"},                                                                                       \
    {                                                                                                                  \
        .name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record"                       \
    }
static const struct option ONE[] = {{"1", "是", "yes"}, {NULL, NULL, NULL}};
static const struct field LIST_QUERY[] = {RECORD_MEMBERS, FIELD_END};
static const struct field UPLOAD_QUERY[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .about = "which record; left out with a field"},
    {.name = "field",
     .type = FIELD_TEXT,
     .about = "field for files: the file waits until a record of this kind is written with its id in that field"},
    {.name = "name", .type = FIELD_TEXT, .about = "of the file"},
    {.name = "guide_item_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .about = "of an opportunity: item of its guide that the file shows to be done"},
    FIELD_END,
};
static const struct field FILE_QUERY[] = {
    {.name = "inline", .type = FIELD_ENUM, .options = ONE, .about = "1: pictures and PDF are shown, not saved"},
    FIELD_END};
static const struct field ATTACHMENT[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "attachment"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record; 0: it waits for one"},
    {.name = "guide_item_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "of an opportunity: item of its guide"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as uploaded"},
    {.name = "content_type", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "what the bytes are"},
    {.name = "size_bytes", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "length"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "uploaded"},
    {.name = "created_by_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by whom"},
    {.name = "created_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by name"},
    FIELD_END,
};
static const struct field ATTACHMENTS[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = ATTACHMENT, .about = "oldest first"},
    FIELD_END};

static const struct route ROUTES[] = {
    {"GET", "/attachments", "attachment.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, LIST_QUERY, NULL,
     ATTACHMENTS, list_attachments, NULL, "Files of a record."},
    {"POST", "/attachments", "attachment.create", PERMISSION_SIGNED_IN, ROUTE_UPLOAD, RECORDS_NONE, NULL, UPLOAD_QUERY,
     NULL, ATTACHMENT, upload, NULL, "Attaches the raw body to a record, or keeps it for a field."},
    {"GET", "/attachments/{id}/file", "attachment.file", PERMISSION_SIGNED_IN, ROUTE_FILE, RECORDS_NONE, NULL,
     FILE_QUERY, NULL, NULL, get_file, NULL, "The file itself."},
    {"DELETE", "/attachments/{id}", "attachment.delete", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, NULL,
     remove_attachment, NULL, "Removes a file."},
    {0},
};
static const struct job_kind JOB_KINDS[] = {{"attachment.sweep", attachment_sweep, "daily 03:50", 0}, {0}};

static enum err purged(struct db *db, struct arena *arena, const struct object *object, int64_t id)
{
    return attachment_store_remove_of(db, arena, object->name, id);
}

const struct feature ATTACHMENT_FEATURE = {
    .name = "attachment", .routes = ROUTES, .job_kinds = JOB_KINDS, .purged = purged};
