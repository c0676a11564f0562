/* SQL of opportunities counted by day, owner or stage. */
#ifndef DABIAO_SUMS_STORE_H
#define DABIAO_SUMS_STORE_H

#include "platform/object_store.h"

/* How they are grouped. */
enum sums_by { SUMS_BY_DAY, SUMS_BY_OWNER, SUMS_BY_STAGE };

/* Opportunities of a group in one currency. */
struct sums_row {
    struct value key;            /* day, user or stage; null: none */
    struct opt_str name;         /* of the owner */
    struct str currency;         /* ISO 4217 */
    int64_t count;               /* opportunities */
    int64_t amount_minor;        /* together */
    int64_t weighted_minor;      /* each amount times its chance, together */
    int64_t base_minor;          /* amounts in the company's currency, together */
    int64_t base_weighted_minor; /* those, each times its chance */
};
/* All of the list, ascending by key, at most `limit` rows. Errors: ERR_INVALID: a sum does not fit. */
enum err sums_store_list(struct request *request, const struct list_request *list, enum sums_by by, int64_t limit,
                         struct sums_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
