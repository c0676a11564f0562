/* Prices and who may go how far below them, inside the feature. */
#ifndef DABIAO_PRICE_RULES_H
#define DABIAO_PRICE_RULES_H

#include "platform/object.h"
#include "price_store.h"

extern const struct object PRICE_BOOK;
extern const struct object DISCOUNT_AUTHORITY;

/* What the asking user may take off; the program itself, and an administrator, may everything. */
enum err discount_right_of(const struct request *request, struct discount_right *out) MUST_CHECK;
/* Whether a discount is within it. */
static inline bool discount_is_allowed(const struct discount_right *right, int64_t discount_ppm, bool below_floor)
{
    return !right->limited || (discount_ppm <= right->max_discount_ppm && (!below_floor || right->may_go_below_floor));
}

#endif
