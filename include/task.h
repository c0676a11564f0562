/* Tasks: what somebody is going to do, for a customer or an opportunity. */
#ifndef DABIAO_TASK_H
#define DABIAO_TASK_H

#include "platform/object.h"

extern const struct object TASK;
extern const struct feature TASK_FEATURE;

#endif
