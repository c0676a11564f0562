/* SQL of opportunities counted and summed by currency: what calendar, timeline and analysis have in common. */
#ifndef DABIAO_DEAL_SUM_STORE_H
#define DABIAO_DEAL_SUM_STORE_H

#include "platform/object_store.h"
#include "platform/query.h"

/* Opportunities in one currency. */
struct deal_sum {
    struct str currency;         /* ISO 4217 */
    int64_t count;               /* opportunities */
    int64_t amount_minor;        /* together */
    int64_t weighted_minor;      /* each amount times its chance, together */
    int64_t base_minor;          /* amounts in the company's currency, together */
    int64_t base_weighted_minor; /* those, each times its chance */
};
enum { DEAL_SUM_WIDTH = 6 };

/* The columns of opportunities with the alias `t`, to be grouped by currency at least: currency, deals, amount,
 * weighted, base, base_weighted. */
void deal_sum_columns(struct query *query);
/* Those of row `i`, from column `at` on. Errors: ERR_INVALID: a sum does not fit. */
enum err deal_sum_read(struct request *request, const struct rows *rows, size_t i, size_t at,
                       struct deal_sum *out) MUST_CHECK;

#endif
