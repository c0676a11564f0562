/* Records as the API shows them: labels beside references, field permissions applied. */
#ifndef DABIAO_PLATFORM_OBJECT_ANSWER_H
#define DABIAO_PLATFORM_OBJECT_ANSWER_H

#include "platform/object_store.h"

/* The fields of an object that are closed to the user in the rows of some places. */
struct closings {
    const struct object *object;       /* of which kind */
    const struct field_closing *items; /* as the object's hook gave them */
    size_t count;                      /* in `items` */
};
/* Asks the object's hook, if it has one; before its rows are shown, many or one that is opened. */
enum err object_closings_load(struct request *request, const struct object *object, bool many) MUST_CHECK;
/* What the user may see of a field in one row, and in all rows whatever their place. */
enum field_access object_row_access(const struct request *request, const struct object *object,
                                    const struct record_row *row, const char *field);
enum field_access object_any_access(const struct request *request, const struct object *object, const char *field);

/* The record as JSON, kept by the arena. Hidden fields are absent; masked ones are shortened (texts) or null and
 * named in member `masked`. */
json_t *object_answer(struct request *request, const struct object *object, const struct record_row *row);
/* Appends the JSON array of what object_answer makes of each row, without building it in memory first: a list of 50 has
 * more than a thousand members. */
void object_answer_many(struct request *request, struct buf *out, const struct object *object,
                        const struct record_row *rows, size_t count);
/* The record as a suggestion: {id, label, hint}. Owned by the caller. The hint is the first reference with a name: it
 * tells equal labels apart. Closed fields show neither. */
json_t *object_option(struct request *request, const struct object *object, const struct record_row *row);
/* A text as somebody with a masked field sees it: at least four characters stay hidden. Example: "13812341234" →
 * "138****1234", "65551234" → "****1234". */
struct str object_mask(struct arena *arena, struct str text);

#endif
