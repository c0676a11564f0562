/* Who may see and add files, and where they are kept. */
#include "attachment_rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conflict_rules.h"
#include "customer.h"
#include "customer_store.h"
#include "engines/sniff.h"
#include "platform/audit.h"
#include "platform/auth.h"
#include "platform/custom.h"
#include "platform/scope.h"
#include "platform/tx.h"

enum { NAME_MAX_CHARS = 200, SWEEP_CHUNK = 200, ORPHAN_HOURS = 24 };
static const char FOLDER[] = "attachments";

/* ---- who may ---- */

static enum err may_claim(struct request *request, int64_t claim_id, bool for_write)
{
    struct claim_row claim;
    bool decides = false;
    TRY(conflict_get(request, claim_id, &claim, &decides));
    bool open = str_eq_c(claim.status, "open");
    return !for_write || open ? OK
                              : error_set(request->error, ERR_FORBIDDEN, "This claim has been decided or withdrawn.");
}

enum err attachment_may(struct request *request, struct str object, int64_t record_id, bool for_write)
{
    if (str_eq_c(object, "conflict_claim")) {
        return may_claim(request, record_id, for_write);
    }
    static const char *const kinds[] = {"customer", "follow_up", "opportunity", "contract", "invoice", "payment"};
    const struct object *kind = NULL;
    for (size_t i = 0; kind == NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        kind = str_eq_c(object, kinds[i]) ? object_find(kinds[i]) : NULL;
    }
    if (kind == NULL) {
        error_field(request->error, STR("object"), "not_an_option",
                    "Files belong to customers, follow-ups, opportunities, contracts, invoices, payments and claims.");
        return error_check_fields(request->error);
    }
    if (!identity_can(request->user, for_write ? kind->edit : kind->view)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.",
                         permission_key(for_write ? kind->edit : kind->view));
    }
    enum err err = scope_check(request, kind, record_id, false);
    if (err == OK && for_write) {
        err = scope_check(request, kind, record_id, true);
        err = err == ERR_NOT_FOUND ? ERR_FORBIDDEN : err;
    }
    return err == OK ? OK : error_set(request->error, err, "%s", err_text(err));
}

/* ---- keeping ---- */

static enum err make_folder(struct request *request, const char *path)
{
    return mkdir(path, 0750) == 0 || errno == EEXIST
               ? OK
               : error_set(request->error, ERR_UNAVAILABLE, "The data folder cannot be written.");
}

static enum err write_file(struct request *request, struct str path)
{
    const char *folder = str_format(request->arena, "%s/%s", request->config->data_dir, FOLDER).ptr;
    TRY(make_folder(request, request->config->data_dir));
    TRY(make_folder(request, folder));
    FILE *file = fopen(str_format(request->arena, "%s/%.*s", request->config->data_dir, STR_ARG(path)).ptr, "wxe");
    bool written = file != NULL && fwrite(request->body.ptr, 1, request->body.len, file) == request->body.len;
    written = file != NULL && fclose(file) == 0 && written;
    return written ? OK
                   : error_set(request->error, ERR_UNAVAILABLE, "The file cannot be stored; the disk may be full.");
}

/* Whatever else a client calls its file, a path and control characters are no part of its name. */
static struct str clean_name(struct arena *arena, struct str name)
{
    struct buf out;
    size_t chars = 0;
    buf_init(&out, arena);
    for (size_t at = 0; at < name.len && chars < NAME_MAX_CHARS;) {
        uint32_t c = str_next_char(name, &at);
        bool kept = c >= 0x20 && c != 0x7F && strchr("/\\:*?\"<>|", c < 0x80 ? (int)c : 'a') == NULL;
        buf_add_utf8(&out, kept ? c : '_');
        chars++;
    }
    struct str clean = str_trim(buf_str(&out));
    return clean.len == 0 ? STR("file") : clean;
}

static enum err check_bytes(struct request *request, const char **type_out)
{
    if (request->body.len == 0) {
        return error_set(request->error, ERR_BAD_REQUEST, "The file is empty.");
    }
    if (request->body.len > (size_t)ATTACHMENT_MAX_MB * 1024 * 1024) {
        return error_set(request->error, ERR_TOO_LARGE, "A file must have at most %d MB.", ATTACHMENT_MAX_MB);
    }
    *type_out = sniff_type(request->body);
    if (*type_out == NULL) {
        return error_set(request->error, ERR_UNSUPPORTED_TYPE, "Files of this kind cannot be attached.");
    }
    return OK;
}

static enum err check_count(struct request *request, struct str object, int64_t record_id)
{
    int64_t count = 0;
    TRY(attachment_store_count(request->db, request->arena, str_c(request->arena, object), record_id, &count));
    return count < ATTACHMENTS_MAX
               ? OK
               : error_set(request->error, ERR_CONFLICT, "A record has at most %d files.", ATTACHMENTS_MAX);
}

static enum err recount(struct request *request, struct str object, int64_t record_id)
{
    return str_eq_c(object, "follow_up") ? attachment_store_recount(request->db, request->arena, record_id) : OK;
}

/* A file shows that an item of the opportunity's own guide is done. */
static enum err check_item(struct request *request, struct str object, int64_t record_id, struct opt_int item_id)
{
    bool fits = !item_id.set;
    if (item_id.set && str_eq_c(object, "opportunity")) {
        TRY(attachment_store_has_item(request->db, request->arena, record_id, item_id.value, &fits));
    }
    if (!fits) {
        error_field(request->error, STR("guide_item_id"), "no_such_record", "The record has no such item to do.");
    }
    return error_check_fields(request->error);
}

/* Fills in what the upload says itself. */
static enum err keep_file(struct request *request, struct str name, const char *type, struct attachment_row *row,
                          int64_t *id_out)
{
    row->name = clean_name(request->arena, name);
    row->content_type = str_from(type);
    row->size_bytes = (int64_t)request->body.len;
    row->path = str_format(request->arena, "%s/%.*s", FOLDER, STR_ARG(auth_random_hex(request->arena, 20)));
    row->created_at = request->now;
    row->created_by_id = (struct opt_int){true, request->user->user_id};
    TRY(write_file(request, row->path));
    return attachment_store_insert(request->db, request->arena, row, auth_sha256(request->arena, request->body),
                                   id_out);
}

enum err attachment_add(struct request *request, struct str object, int64_t record_id, struct opt_int guide_item_id,
                        struct str name, int64_t *id_out)
{
    const char *type = NULL;
    TRY(attachment_may(request, object, record_id, true));
    TRY(check_item(request, object, record_id, guide_item_id));
    /* Two who add at once count one after the other. */
    TRY(customer_store_lock_record(request->db, request->arena, str_c(request->arena, object), record_id));
    TRY(check_bytes(request, &type));
    TRY(check_count(request, object, record_id));
    struct attachment_row row = {.object = object, .record_id = record_id, .guide_item_id = guide_item_id};
    TRY(keep_file(request, name, type, &row, id_out));
    TRY(recount(request, object, record_id));
    json_t *changes = json_keep(request->arena, json_pack("{s:[n,o]}", "attachment", json_str(row.name)));
    return audit_write(request, str_c(request->arena, object), record_id, "attach", 0, changes, (struct str){0});
}

/* ---- files in fields ---- */

static enum err refuse_member(struct request *request, const char *member, const char *text)
{
    error_field(request->error, str_from(member), "not_an_option", "%s", text);
    return error_check_fields(request->error);
}

static enum err find_file_field(struct request *request, struct str object, struct str name,
                                const struct object **object_out, const struct field **field_out)
{
    *object_out = object_find(str_c(request->arena, object));
    if (*object_out == NULL || !object_is_customizable(*object_out)) {
        return refuse_member(request, "object", "There is no such kind of record.");
    }
    const struct field *field = fields_find(object_fields(*object_out), name);
    if (field == NULL || field->type != FIELD_FILES ||
        scope_field_access(request, *object_out, field->name) == FIELD_ACCESS_HIDDEN) {
        return refuse_member(request, "field", "There is no such field for files.");
    }
    *field_out = field;
    return OK;
}

enum err attachment_add_waiting(struct request *request, struct str object, struct str field_name, struct str name,
                                int64_t *id_out)
{
    const struct object *kind = NULL;
    const struct field *field = NULL;
    const char *type = NULL;
    int64_t count = 0;
    TRY(find_file_field(request, object, field_name, &kind, &field));
    bool may = identity_can(request->user, kind->create) || identity_can(request->user, kind->edit);
    if (!may || scope_field_access(request, kind, field->name) != FIELD_ACCESS_EDIT) {
        return error_set(request->error, ERR_FORBIDDEN, "You may not change %s.", field->name);
    }
    TRY(check_bytes(request, &type));
    bool picture = str_starts(str_from(type), STR("image/")) && sniff_is_shown(type);
    if (field->custom->kind == CUSTOM_PICTURES && !picture) {
        return error_set(request->error, ERR_UNSUPPORTED_TYPE, "This is no picture that browsers show.");
    }
    TRY(attachment_store_count_waiting(request->db, request->arena, request->user->user_id, &count));
    if (count >= ATTACHMENTS_WAITING_MAX) {
        return error_set(request->error, ERR_CONFLICT, "Too many of your uploads belong to no record yet.");
    }
    struct attachment_row row = {.object = object, .field_id = {true, field->custom->id}};
    return keep_file(request, name, type, &row, id_out);
}

static const struct field *field_by_id(const struct object *kind, int64_t id)
{
    for (const struct field *field = object_fields(kind); field->name != NULL; field++) {
        if (field->custom != NULL && field->custom->id == id) {
            return field;
        }
    }
    return NULL;
}

/* Whoever sees the record and the field in it; before there is a record, whoever uploaded it. */
static enum err may_see_in_field(struct request *request, const struct attachment_row *row)
{
    bool own = row->created_by_id.set && row->created_by_id.value == request->user->user_id;
    const struct object *kind = object_find(str_c(request->arena, row->object));
    const struct field *field = kind == NULL ? NULL : field_by_id(kind, row->field_id.value);
    bool open = field != NULL && scope_field_access(request, kind, field->name) >= FIELD_ACCESS_READ &&
                (row->record_id != 0 ? identity_can(request->user, kind->view) : own);
    enum err err = !open ? ERR_NOT_FOUND : row->record_id == 0 ? OK : scope_check(request, kind, row->record_id, false);
    return err == OK ? OK : error_set(request->error, err, "%s", err_text(err));
}

enum err attachment_get(struct request *request, int64_t id, struct attachment_row *out)
{
    enum err err = attachment_store_get(request->db, request->arena, id, out);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    if (out->field_id.set) {
        return may_see_in_field(request, out);
    }
    return attachment_may(request, out->object, out->record_id, false);
}

enum err attachment_remove(struct request *request, int64_t id)
{
    struct attachment_row row;
    TRY(attachment_get(request, id, &row));
    if (row.field_id.set) {
        return row.record_id == 0
                   ? attachment_store_remove(request->db, request->arena, id, request->now)
                   : error_set(request->error, ERR_CONFLICT, "The file stands in a field: change the record.");
    }
    bool own = row.created_by_id.set && row.created_by_id.value == request->user->user_id;
    TRY(own && !str_eq_c(row.object, "conflict_claim") ? OK : attachment_may(request, row.object, row.record_id, true));
    TRY(customer_store_lock_record(request->db, request->arena, str_c(request->arena, row.object), row.record_id));
    TRY(attachment_store_remove(request->db, request->arena, id, request->now));
    TRY(recount(request, row.object, row.record_id));
    json_t *changes = json_keep(request->arena, json_pack("{s:[o,n]}", "attachment", json_str(row.name)));
    return audit_write(request, str_c(request->arena, row.object), row.record_id, "detach", 0, changes,
                       (struct str){0});
}

/* ---- sweeping ---- */

/* One removed file. */
struct sweep {
    struct arena *arena;
    int64_t id;         /* which */
    struct instant now; /* of the sweep */
};

static enum err forget(struct db *db, void *context)
{
    struct sweep *sweep = context;
    return attachment_store_forget(db, sweep->arena, sweep->id);
}

static bool remove_file(const char *path)
{
    return remove(path) == 0 || errno == ENOENT;
}

static enum err sweep_removed(struct job *job, struct arena *arena, int64_t *done)
{
    struct attachment_row *rows;
    size_t count = SWEEP_CHUNK;
    while (count == SWEEP_CHUNK) {
        arena_reset(arena);
        TRY(attachment_store_removed(job->db, arena, SWEEP_CHUNK, &rows, &count));
        for (size_t i = 0; i < count; i++) {
            struct sweep sweep = {arena, rows[i].id, job->now};
            if (!remove_file(str_format(arena, "%s/%.*s", job->config->data_dir, STR_ARG(rows[i].path)).ptr)) {
                return error_set(job->error, ERR_INTERNAL, "A file that was removed cannot be deleted.");
            }
            TRY(db_tx(job->db, forget, &sweep));
            (*done)++;
        }
        TRY(job_progress(job, *done, 0, "removed"));
    }
    return OK;
}

/* A file without a row is left over from a transaction that was taken back. Young ones may belong to one that runs. */
static enum err sweep_orphan(struct job *job, struct arena *arena, const char *folder, const char *name, int64_t *done)
{
    struct stat status;
    bool known = false;
    const char *path = str_format(arena, "%s/%s", folder, name).ptr;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
        (int64_t)status.st_mtime * 1000 > job->now.ms - ORPHAN_HOURS * 3600000LL) {
        return OK;
    }
    TRY(attachment_store_has_path(job->db, arena, str_format(arena, "%s/%s", FOLDER, name), &known));
    *done += !known && remove_file(path);
    return OK;
}

static enum err sweep_orphans(struct job *job, struct arena *arena, int64_t *done)
{
    enum err err = OK;
    const struct dirent *entry;
    const char *folder = str_format(job->arena, "%s/%s", job->config->data_dir, FOLDER).ptr;
    DIR *dir = opendir(folder);
    while (dir != NULL && err == OK && (entry = readdir(dir)) != NULL) {
        arena_reset(arena);
        err = sweep_orphan(job, arena, folder, entry->d_name, done);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return err;
}

/* Uploads for fields that no record took. */
static enum err drop_waiting(struct db *db, void *context)
{
    const struct sweep *sweep = context;
    struct instant before = {sweep->now.ms - ORPHAN_HOURS * 3600000LL};
    return attachment_store_drop_waiting(db, sweep->arena, before, sweep->now);
}

enum err attachment_sweep(struct job *job, json_t **result_out)
{
    struct arena *arena = arena_create(16 * 1024 * 1024);
    int64_t done = 0;
    struct sweep sweep = {arena, 0, job->now};
    enum err err = db_tx(job->db, drop_waiting, &sweep);
    err = err == OK ? sweep_removed(job, arena, &done) : err;
    err = err == OK ? sweep_orphans(job, arena, &done) : err;
    arena_destroy(arena);
    *result_out = json_pack("{s:I}", "removed", (json_int_t)done);
    return err;
}
