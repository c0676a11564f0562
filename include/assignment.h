/* Customers given out in batches, promises of a first follow-up, and what became of it all.
 *
 * A batch says who gets which customers before anything is written (preview), does it as a job in chunks that a killed
 * process leaves whole, keeps the result of each customer, and can be taken back where nothing was touched since.
 * Figures are sums over the ledger's intervals (include/ledger.h); definitions: docs/formulas.md. */
#ifndef DABIAO_ASSIGNMENT_H
#define DABIAO_ASSIGNMENT_H

#include "platform/object.h"

extern const struct object ASSIGNMENT_BATCH;
extern const struct object SLA_POLICY;
extern const struct feature ASSIGNMENT_FEATURE;

#endif
