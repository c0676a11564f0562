/* Files that belong to records: seen by whoever sees the record, kept below data_dir/attachments under random names. */
#ifndef DABIAO_ATTACHMENT_RULES_H
#define DABIAO_ATTACHMENT_RULES_H

#include "attachment_store.h"
#include "platform/job.h"

enum { ATTACHMENT_MAX_MB = 20, ATTACHMENTS_MAX = 20, ATTACHMENTS_WAITING_MAX = 60 };

/* Whether the asking user may see the record's files (and, for_write, add and remove some). Errors: ERR_NOT_FOUND,
 * ERR_FORBIDDEN, ERR_INVALID naming `object`. */
enum err attachment_may(struct request *request, struct str object, int64_t record_id, bool for_write) MUST_CHECK;
/* Keeps the request's raw body as a file of a record; of an opportunity beside an item of its guide, or none. Errors:
 * ERR_TOO_LARGE, ERR_UNSUPPORTED_TYPE, ERR_INVALID. */
enum err attachment_add(struct request *request, struct str object, int64_t record_id, struct opt_int guide_item_id,
                        struct str name, int64_t *id_out) MUST_CHECK;
/* Keeps the request's raw body as a file for a custom field; it waits until a write of a record names its id in that
 * field (platform/record_file.h). Errors: ERR_INVALID naming `object` or `field`, ERR_FORBIDDEN, as attachment_add. */
enum err attachment_add_waiting(struct request *request, struct str object, struct str field, struct str name,
                                int64_t *id_out) MUST_CHECK;
/* The file, if its record is in scope. Errors: ERR_NOT_FOUND. */
enum err attachment_get(struct request *request, int64_t id, struct attachment_row *out) MUST_CHECK;
/* By whoever uploaded it, or may change the record. A file in a field goes by a write of the record. */
enum err attachment_remove(struct request *request, int64_t id) MUST_CHECK;
/* Job `attachment.sweep`: files of what was removed, and files that no transaction kept. */
enum err attachment_sweep(struct job *job, json_t **result_out) MUST_CHECK;

#endif
