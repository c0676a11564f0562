/* Who held which customer when, what came of it, and how many customers one may hold.
 *
 * An assignment is an interval in which a person held a customer. It is written when owners change, in the same
 * transaction, and never rewritten but for its end; what came of it is a pure function of the records and the interval,
 * brought in line whenever one of the records changes. What happened before it began or after it ended never counts for
 * it. Events with a moment count by the moment; events with a business date count for whoever holds the customer at the
 * end of that day. After a merge of two customers both keep what happened while they were two. Definitions:
 * docs/formulas.md. */
#ifndef DABIAO_LEDGER_H
#define DABIAO_LEDGER_H

#include "platform/object.h"

extern const struct object ASSIGNMENT;
extern const struct object HOLDING_LIMIT;
extern const struct feature LEDGER_FEATURE;

/* The words customers are sorted by; an interval keeps those of its beginning. */
extern const struct option CUSTOMER_TYPE_OPTIONS[];
extern const struct option CUSTOMER_LEVEL_OPTIONS[];
extern const struct option CUSTOMER_SOURCE_OPTIONS[];

/* For the hooks of customers: refuses moves that would give somebody more than he may hold (ERR_OVER_CAPACITY). */
enum err ledger_moving(struct request *request, struct record_move *moves, size_t count) MUST_CHECK;
/* Ends the intervals of customers that were moved and begins those of their new owners. The customers are written. */
enum err ledger_moved(struct request *request, const struct record_move *moves, size_t count,
                      const struct move_options *options) MUST_CHECK;
/* A customer went to the recycle bin, or came back with the owner it had. */
enum err ledger_deleted(struct request *request, int64_t customer_id) MUST_CHECK;
enum err ledger_restored(struct request *request, int64_t customer_id) MUST_CHECK;
/* A customer went into another: its interval ends. ledger_restored opens it again. */
enum err ledger_merged(struct request *request, int64_t customer_id, int64_t survivor_id) MUST_CHECK;
/* A customer is removed for good, and its intervals with it; those of one that went into another stay as long as that
 * one, whose records they are counted from. */
enum err ledger_purged(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* Brings what came of the intervals of these customers in line with their records; zero ids are left out. */
enum err ledger_refresh(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count) MUST_CHECK;
/* The same for the customer a changed record has, and the one it had before. What an import creates waits for
 * ledger_refresh_of. */
enum err ledger_follow(struct request *request, const struct record_change *change) MUST_CHECK;
/* The same for the customers of these records (opportunity, contract, payment, refund, follow_up; others are passed
 * over): how an import tells of many at once. */
enum err ledger_refresh_of(struct db *db, struct arena *arena, const struct object *object, const int64_t *ids,
                           size_t count) MUST_CHECK;

/* What somebody may hold. */
struct capacity {
    bool limited;     /* a limit applies */
    int64_t limit_id; /* holding_limit.id */
    int64_t maximum;  /* customers */
    int64_t held;     /* that count against it */
};
/* Limit and present holding of a person; the holder's row is locked when a limit applies and `lock` is set, so that the
 * count stays true until the transaction ends. */
enum err capacity_of(struct request *request, int64_t user_id, bool lock, struct capacity *out) MUST_CHECK;
/* Which of these customers would not count against the person's limit, one answer a customer. */
enum err capacity_uncounted(struct request *request, int64_t user_id, const int64_t *customer_ids, size_t count,
                            bool *uncounted_out) MUST_CHECK;

#endif
