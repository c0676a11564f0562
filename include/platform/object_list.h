/* From query parameters (or a job's input) to a checked list request. */
#ifndef DABIAO_PLATFORM_OBJECT_LIST_H
#define DABIAO_PLATFORM_OBJECT_LIST_H

#include "platform/object_store.h"

/* Reads filter, sort, search of the request's user: fields that are hidden or masked for the user cannot be filtered or
 * sorted by. Empty texts mean none / the default. Errors: ERR_BAD_FILTER, ERR_BAD_SORT. */
enum err object_list_read(struct request *request, const struct object *object, struct str filter, struct str sort,
                          struct str search, struct list_request *out) MUST_CHECK;
/* Position behind a row, and back. Errors: ERR_BAD_CURSOR. */
struct str object_cursor_write(struct request *request, const struct list_request *list, const struct record_row *row);
enum err object_cursor_read(struct request *request, struct str cursor, struct list_request *list) MUST_CHECK;
/* Fields the user may filter by: the object's own less those hidden or masked. */
const struct field *object_filter_fields(struct request *request, const struct object *object);

#endif
