/* What records are called, for lists of records of several kinds. */
#ifndef DABIAO_PLATFORM_RECORD_LABEL_H
#define DABIAO_PLATFORM_RECORD_LABEL_H

#include "platform/object.h"

struct record_label {
    int64_t record_id;          /* the record */
    struct str label;           /* its name, at most 100 characters */
    struct opt_int customer_id; /* whose it is, for kinds that name a customer */
};
/* Whether the user may read names of this kind at all; NULL: no kind. */
bool record_label_is_open(const struct request *request, const struct object *object);
/* Those of the records that are in the user's scope, ascending by id; none where names may not be read. */
enum err record_labels(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                       struct record_label **rows_out, size_t *count_out) MUST_CHECK;
/* NULL: not among them. */
const struct record_label *record_label_find(const struct record_label *labels, size_t count, int64_t id);

#endif
