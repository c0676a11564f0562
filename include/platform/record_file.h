/* Files that stand in fields of records (FIELD_FILES). A file is uploaded for a field first and waits without a record;
 * a write of the record that names its id takes it. A file that a write leaves out goes with the next sweep. */
#ifndef DABIAO_PLATFORM_RECORD_FILE_H
#define DABIAO_PLATFORM_RECORD_FILE_H

#include "platform/field.h"
#include "platform/http.h"

/* Whether the caller uploaded the file for this field and no record has it yet. */
enum err record_file_is_waiting(struct request *request, const struct field *field, int64_t id, bool *out) MUST_CHECK;
/* Follows a field from the set `before` to the set `after`. Errors: ERR_INVALID when another write took a file first.
 */
enum err record_files_take(struct request *request, const struct field *field, int64_t record_id, struct value before,
                           struct value after) MUST_CHECK;
/* Files of a record that is removed for good; `record_id` 0: all of a field that is. */
enum err record_files_forget(struct db *db, struct arena *arena, int64_t field_id, int64_t record_id) MUST_CHECK;

#endif
