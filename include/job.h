/* Routes of jobs: what people see of long work. */
#ifndef DABIAO_JOB_H
#define DABIAO_JOB_H

#include "platform/route.h"

extern const struct feature JOB_FEATURE;

#endif
