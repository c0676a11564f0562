/* SQL of opportunities counted by day, owner or stage. */
#ifndef DABIAO_SUMS_STORE_H
#define DABIAO_SUMS_STORE_H

#include "deal_sum_store.h"
#include "platform/object_store.h"

/* How they are grouped. */
enum sums_by { SUMS_BY_DAY, SUMS_BY_OWNER, SUMS_BY_STAGE };

/* Opportunities of a group in one currency. */
struct sums_row {
    struct value key;    /* day, user or stage; null: none */
    struct opt_str name; /* of the owner */
    struct deal_sum sum; /* of them */
};
/* All of the list, ascending by key, at most `limit` rows. Errors: ERR_INVALID: a sum does not fit. */
enum err sums_store_list(struct request *request, const struct list_request *list, enum sums_by by, int64_t limit,
                         struct sums_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
