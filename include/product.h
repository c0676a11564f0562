/* Products: what we sell, with list price and standard cost. */
#ifndef DABIAO_PRODUCT_H
#define DABIAO_PRODUCT_H

#include "platform/object.h"

extern const struct object PRODUCT;
extern const struct feature PRODUCT_FEATURE;

#endif
