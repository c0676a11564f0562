/* Sums of opportunities as answers show them: by currency, and together in the company's. */
#ifndef DABIAO_DEAL_SUM_RULES_H
#define DABIAO_DEAL_SUM_RULES_H

#include "deal_sum_store.h"
#include "platform/values.h"
#include "platform/field.h"

extern const struct field DEAL_SUM[];
/* clang-format off */
#define DEAL_SUMS_FIELDS                                                                                               \
    {.name = "sums", .type = FIELD_LIST, .fields = DEAL_SUM, .flags = FIELD_REQUIRED, .about = "by currency"},          \
    {.name = "total", .type = FIELD_OBJECT, .fields = DEAL_SUM, .flags = FIELD_REQUIRED,                                \
     .about = "of all currencies, in the company's, each at the rate kept with it"}
/* clang-format on */

/* What of them the user may read. */
struct deal_sight {
    bool amounts; /* with their currency */
    bool chances; /* and the chances */
};
/* All currencies together, in the company's. */
struct deal_total {
    int64_t count;         /* opportunities */
    struct money amount;   /* minor units */
    struct money weighted; /* each amount times its chance */
};
/* Errors: ERR_INVALID: a sum does not fit. */
enum err deal_total_add(struct request *request, struct deal_total *total, const struct deal_sum *sum) MUST_CHECK;
json_t *deal_sum_json(struct deal_sight sight, struct str currency, int64_t amount_minor, int64_t weighted_minor);

#endif
