/* Opportunities and their stage history. */
#ifndef DABIAO_OPPORTUNITY_H
#define DABIAO_OPPORTUNITY_H

#include "platform/object.h"

extern const struct object OPPORTUNITY;
extern const struct feature OPPORTUNITY_FEATURE;

#endif
