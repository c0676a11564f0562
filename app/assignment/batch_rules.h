/* Words that several files of this feature need. */
#ifndef DABIAO_BATCH_RULES_H
#define DABIAO_BATCH_RULES_H

#include "platform/field.h"

/* How customers are given out. */
extern const struct option BATCH_STRATEGIES[];

#endif
