/* Opportunities, pipelines and the stage history. */
#ifndef DABIAO_OPPORTUNITY_H
#define DABIAO_OPPORTUNITY_H

#include "platform/object.h"

extern const struct object OPPORTUNITY;
extern const struct feature OPPORTUNITY_FEATURE;

/* Creates the default pipeline when there is none. */
enum err pipeline_seed(struct db *db, struct arena *arena, bool chinese, struct instant now) MUST_CHECK;

#endif
