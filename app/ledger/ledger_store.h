/* SQL of intervals and limits. */
#ifndef DABIAO_LEDGER_STORE_H
#define DABIAO_LEDGER_STORE_H

#include "engines/worktime.h"
#include "platform/filter.h"
#include "platform/object.h"

/* Ends the open intervals of the customers that moved (neither refused nor unchanged). */
enum err ledger_store_end(struct request *request, const struct record_move *moves, size_t count,
                          const struct move_options *options, struct instant at, struct date on) MUST_CHECK;
/* What the customers that moved are like, by ascending id, and which of them have something that happened at `at` or
 * later, or bears the date `on` or a later one: it may count for another interval after a move. New ones have not. */
enum err ledger_store_customers_moved(struct request *request, const int64_t *ids, size_t count, bool are_new,
                                      struct instant at, struct date on, struct rows *out) MUST_CHECK;
/* Those that have something later; the answer is how many. */
size_t ledger_store_later(struct arena *arena, const struct rows *customers, int64_t **ids_out);
/* Begins intervals for those that have an owner now. */
enum err ledger_store_begin(struct request *request, const struct record_move *moves, size_t count,
                            const struct move_options *options, const struct rows *customers, struct instant at,
                            struct date on) MUST_CHECK;
enum err ledger_store_end_deleted(struct request *request, int64_t customer_id) MUST_CHECK;
enum err ledger_store_end_merged(struct request *request, int64_t customer_id, int64_t survivor_id) MUST_CHECK;
/* Those of the customer, unless it went into another, and of what went into it. */
enum err ledger_store_purge(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* Opens again the interval that the deletion or merge ended. False when there is none. */
enum err ledger_store_reopen(struct request *request, int64_t customer_id, bool *out) MUST_CHECK;
/* Customers that one of these went into, or that went into one of these, and what else went there. */
enum err ledger_store_merged(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count,
                             int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Sums and dates of all intervals of these customers, from their records. `merged`: some of them belong to a merge, so
 * each event counts for the customer it was attached to when it happened. */
enum err ledger_store_refresh(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count,
                              bool merged) MUST_CHECK;
/* Customers of these records, each once. */
enum err ledger_store_customers(struct db *db, struct arena *arena, const struct object *object, const int64_t *ids,
                                size_t count, int64_t **customers_out, size_t *count_out) MUST_CHECK;

/* An interval whose first follow-up is known, but not yet how long it took. */
struct unanswered_row {
    int64_t id;                    /* assignment */
    struct instant started_at;     /* from */
    struct instant first_touch_at; /* to */
};
enum err ledger_store_unanswered(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count,
                                 struct unanswered_row **rows_out, size_t *count_out) MUST_CHECK;
enum err ledger_store_set_responses(struct db *db, struct arena *arena, const struct unanswered_row *rows,
                                    const int64_t *minutes, size_t count) MUST_CHECK;

/* Customers that were ever held, behind `after`, ascending. */
enum err examine_store_customers(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                                 size_t *count_out) MUST_CHECK;
/* What came of the intervals of the customers in (after, last], as one text each. */
struct figures_row {
    int64_t id;         /* assignment */
    struct str figures; /* all of them */
};
enum err examine_store_figures(struct db *db, struct arena *arena, int64_t after, int64_t last,
                               struct figures_row **rows_out, size_t *count_out) MUST_CHECK;

/* The limit that applies to a person: the person's own, else the nearest department's, else the widest of the roles,
 * else everybody's. */
struct limit_row {
    int64_t id;               /* holding_limit */
    int64_t maximum;          /* customers */
    struct opt_str uncounted; /* filter, or nothing */
};
/* Errors: ERR_NOT_FOUND when none applies. */
enum err limit_store_find(struct db *db, struct arena *arena, int64_t user_id, struct limit_row *out) MUST_CHECK;
enum err limit_store_exists(struct db *db, struct arena *arena, bool *out) MUST_CHECK;
enum err limit_store_lock_holder(struct db *db, struct arena *arena, int64_t user_id) MUST_CHECK;
/* Customers of the person that the filter does not take out; NULL: all. */
enum err limit_store_held(struct db *db, struct arena *arena, int64_t user_id, const struct filter *uncounted,
                          int64_t *out) MUST_CHECK;
/* Which of these customers the filter takes out. */
enum err limit_store_uncounted(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                               const struct filter *uncounted, int64_t **ids_out, size_t *count_out) MUST_CHECK;

#endif
