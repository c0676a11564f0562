/* Rates of exchange, inside the feature. */
#ifndef DABIAO_RATE_RULES_H
#define DABIAO_RATE_RULES_H

#include "platform/object.h"

extern const struct object EXCHANGE_RATE;

#endif
