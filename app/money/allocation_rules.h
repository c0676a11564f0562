/* What payments are for, inside the feature. */
#ifndef DABIAO_ALLOCATION_RULES_H
#define DABIAO_ALLOCATION_RULES_H

#include "allocation_store.h"
#include "platform/field.h"

/* Bringing contracts in line: how, and what came of it. */
struct bringing {
    struct date today; /* business date: what is overdue */
    bool keep_days;    /* what is overdue stays as the last night left it (examination) */
    void (*difference)(void *context, struct str sentence); /* hears of each contract that differed; may be NULL */
    void *context;                                          /* its */
    int64_t wrong;                                          /* out: contracts that differed */
    int64_t payment_id;                                     /* whose refunds are asked about */
    int64_t missing_minor; /* out: what they were said to take back from lines and did not */
};
/* Computes allocations and figures of contracts again and writes what differs; the contracts are locked first. Payments
 * whose own figures may have changed are named. */
enum err allocation_bring(struct db *db, struct arena *arena, struct bringing *bringing, const int64_t *contract_ids,
                          size_t contract_count, const int64_t *payment_ids, size_t payment_count) MUST_CHECK;

/* Lines that a body names, with their amounts. */
extern const struct field MONEY_LINE_CHOICE[];
extern const struct field MONEY_LINE_SHARE[];
void money_read_choices(struct arena *arena, const json_t *list, struct line_choice **out, size_t *count_out);
/* Those of one allocation or refund. */
json_t *money_shares_json(const struct share_shown *rows, size_t count, int64_t id);

#endif
