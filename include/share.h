/* Records shared with a colleague, and why somebody sees a record or not. */
#ifndef DABIAO_SHARE_H
#define DABIAO_SHARE_H

#include "platform/route.h"

extern const struct feature SHARE_FEATURE;

#endif
