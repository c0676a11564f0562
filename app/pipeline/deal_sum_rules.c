/* Sums of opportunities as answers show them. */
#include "deal_sum_rules.h"

enum err deal_total_add(struct request *request, struct deal_total *total, const struct deal_sum *sum)
{
    total->count += sum->count;
    bool fits = money_add(total->amount, (struct money){sum->base_minor}, &total->amount) &&
                money_add(total->weighted, (struct money){sum->base_weighted_minor}, &total->weighted);
    return fits ? OK : error_set(request->error, ERR_INVALID, "The amounts are too large to be added.");
}

json_t *deal_sum_json(struct deal_sight sight, struct str currency, int64_t amount_minor, int64_t weighted_minor)
{
    return json_pack("{s:o,s:o,s:o}", "currency", json_str(currency), "amount_minor",
                     sight.amounts ? json_integer(amount_minor) : json_null(), "weighted_minor",
                     sight.chances ? json_integer(weighted_minor) : json_null());
}

#define MAYBE (FIELD_REQUIRED | FIELD_NULLABLE)
const struct field DEAL_SUM[] = {
    {.name = "currency", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "ISO 4217"},
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = MAYBE, .about = "of all that match; null where hidden"},
    {.name = "weighted_minor",
     .type = FIELD_MONEY,
     .flags = MAYBE,
     .about = "each amount times its chance, half up to the minor unit"},
    FIELD_END,
};
