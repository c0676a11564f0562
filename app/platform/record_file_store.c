/* SQL of files that stand in fields of records. */
#include "platform/record_file.h"

#include "platform/custom.h"
#include "platform/tags.h"

/* The one column of a row. */
struct file_count {
    int64_t value; /* as counted */
};
static const struct column COUNT[] = {COLUMN(struct file_count, value)};
STATEMENT_ROWS(IS_WAITING, "record_file.is_waiting", struct file_count, COUNT,
               "SELECT COUNT(*) AS value FROM attachment "
               "WHERE id = ? AND field_id = ? AND record_id = 0 AND created_by_id = ? AND removed_at IS NULL");
STATEMENT(TAKE, "record_file.take",
          "UPDATE attachment SET record_id = ? "
          "WHERE id = ? AND field_id = ? AND record_id = 0 AND created_by_id = ? AND removed_at IS NULL");
STATEMENT(
    DROP, "record_file.drop",
    "UPDATE attachment SET removed_at = ? WHERE id = ? AND field_id = ? AND record_id = ? AND removed_at IS NULL");
/* What is removed for good has no clock: its files go with the next sweep, whenever they were removed. */
STATEMENT(FORGET, "record_file.forget",
          "UPDATE attachment SET removed_at = created_at WHERE field_id = ? AND record_id = ? AND removed_at IS NULL");
STATEMENT(FORGET_FIELD, "record_file.forget_field",
          "UPDATE attachment SET removed_at = created_at WHERE field_id = ? AND removed_at IS NULL");

enum err record_file_is_waiting(struct request *request, const struct field *field, int64_t id, bool *out)
{
    struct file_count count;
    TRY(db_one(request->db, request->arena, &IS_WAITING, ARGS(V(id), V(field->custom->id), request_actor(request)),
               &count));
    *out = count.value == 1;
    return OK;
}

static enum err take(struct request *request, const struct field *field, int64_t record_id, int64_t id)
{
    struct db_result result;
    TRY(db_exec_result(request->db, request->arena, &TAKE,
                       ARGS(V(record_id), V(id), V(field->custom->id), request_actor(request)), &result));
    if (result.affected != 1) {
        error_field(request->error, str_from(field->name), "no_such_record", "%lld is nothing you can use here.",
                    (long long)id);
    }
    return error_check_fields(request->error);
}

enum err record_files_take(struct request *request, const struct field *field, int64_t record_id, struct value before,
                           struct value after)
{
    int64_t ids[TAGS_MAX];
    size_t count = tags_ids(before, ids);
    for (size_t i = 0; i < count; i++) {
        TRY(tags_have(after, ids[i]) ? OK
                                     : db_exec(request->db, request->arena, &DROP,
                                               ARGS(V(request->now), V(ids[i]), V(field->custom->id), V(record_id))));
    }
    count = tags_ids(after, ids);
    for (size_t i = 0; i < count; i++) {
        TRY(tags_have(before, ids[i]) ? OK : take(request, field, record_id, ids[i]));
    }
    return OK;
}

enum err record_files_forget(struct db *db, struct arena *arena, int64_t field_id, int64_t record_id)
{
    return record_id == 0 ? db_exec(db, arena, &FORGET_FIELD, ARGS(V(field_id)))
                          : db_exec(db, arena, &FORGET, ARGS(V(field_id), V(record_id)));
}
