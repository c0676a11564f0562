/* Values of FIELD_TAGS: ids of tags, ascending, comma separated, as text ("3,17"); absent when there are none.
 * On the wire a list of ids; a change may also say what to add and what to remove: {"add": [3], "remove": [17]}. */
#ifndef DABIAO_PLATFORM_TAGS_H
#define DABIAO_PLATFORM_TAGS_H

#include <jansson.h>

#include "platform/arena.h"
#include "platform/values.h"

enum { TAGS_MAX = 20 };

/* Ids of a value, ascending. Returns their number. */
size_t tags_ids(struct value value, int64_t ids_out[TAGS_MAX]);
bool tags_have(struct value value, int64_t id);
/* The value that JSON of a checked body gives over what was there. False when there would be more than TAGS_MAX. */
bool tags_change(struct arena *arena, struct value before, const json_t *json, struct value *out);
/* The list on the wire. Owned by the caller. */
json_t *tags_json(struct value value);

#endif
