/* Gates: what stands in the way of an opportunity into a stage. */
#ifndef DABIAO_GATE_RULES_H
#define DABIAO_GATE_RULES_H

#include "guide_store.h"
#include "pipeline_store.h"
#include "reason_store.h"

/* What gates of one opportunity are asked with, loaded once for any number of stages. */
struct gate_data {
    const struct stages *stages;      /* of its pipeline */
    const struct guide_gap *gaps;     /* mandatory items that are open */
    size_t gap_count;                 /* in `gaps` */
    const struct reason_row *reasons; /* of closing */
    size_t reason_count;              /* in `reasons` */
    const int64_t *roles;             /* of who acts */
    size_t role_count;                /* in `roles` */
    bool acts_for_itself;             /* the program: no role is asked */
};

/* `opportunity_id` 0: a new one. Errors: those of the database. */
enum err gate_load(struct request *request, const struct stages *stages, int64_t opportunity_id,
                   struct gate_data *out) MUST_CHECK;
/* Appends what refuses the change ({code, stage_id, field?, item_id?, text}) to `faults`: a new opportunity, or another
 * stage, or other words about its closing. */
void gate_check(struct request *request, const struct record_change *change, const struct gate_data *data,
                json_t *faults);

#endif
