/* What payments are for, inside the feature. */
#ifndef DABIAO_ALLOCATION_RULES_H
#define DABIAO_ALLOCATION_RULES_H

#include "allocation_store.h"

/* Bringing contracts in line: how, and what came of it. */
struct bringing {
    struct date today; /* business date: what is overdue */
    bool keep_days;    /* what is overdue stays as the last night left it (examination) */
    void (*difference)(void *context, struct str sentence); /* hears of each contract that differed; may be NULL */
    void *context;                                          /* its */
    int64_t wrong;                                          /* out: contracts that differed */
};
/* Computes allocations and figures of contracts again and writes what differs; the contracts are locked first. Payments
 * whose own figures may have changed are named. */
enum err allocation_bring(struct db *db, struct arena *arena, struct bringing *bringing, const int64_t *contract_ids,
                          size_t contract_count, const int64_t *payment_ids, size_t payment_count) MUST_CHECK;

#endif
