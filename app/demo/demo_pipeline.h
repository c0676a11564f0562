/* How deals of the demo company pass through their stages, and the guide they follow. */
#ifndef DABIAO_DEMO_PIPELINE_H
#define DABIAO_DEMO_PIPELINE_H

#include "demo_making.h"

/* How a deal went. */
struct demo_deal {
    int64_t id;          /* opportunity, standing in the first stage */
    int64_t owner_id;    /* whose */
    int64_t customer_id; /* of whom */
    int engaged;         /* began so many days ago */
    int closed;          /* ended so many days ago, when it did */
    int stage;           /* where it stands by now: index of demo.stages */
};
/* Moves a new deal to where it stands, a stage at a time, on days between its beginning and today. */
enum err demo_walk(struct demo *demo, const struct demo_deal *deal) MUST_CHECK;
/* Guides, gates and a second pipeline; body of a transaction, behind everything else. */
enum err demo_pipelines(struct db *db, void *context) MUST_CHECK;

#endif
