/* SQL of batches on their way: rows of batches and items. */
#ifndef DABIAO_RUN_STORE_H
#define DABIAO_RUN_STORE_H

#include "plan_store.h"

/* A batch as its job reads it. */
struct batch_row {
    int64_t id;                         /* assignment_batch */
    struct str name;                    /* shown */
    struct str status;                  /* queued running done … */
    struct str request;                 /* JSON: the body */
    struct opt_str reason;              /* a person's words */
    struct opt_date expected_action_on; /* day */
    struct opt_int sla_policy_id;       /* promise */
    struct opt_str pointer_key;         /* insert only: whose turn it is */
    struct opt_instant undo_until;      /* may be taken back until */
    int64_t total_count;                /* items */
    int64_t done_count;                 /* decided */
    int64_t assigned_count;             /* got a new owner */
    int64_t kept_count;                 /* stayed as asked */
    int64_t refused_count;              /* could not be given */
    int64_t undone_count;               /* went back */
};
/* Errors: ERR_NOT_FOUND. */
enum err run_store_batch(struct db *db, struct arena *arena, int64_t id, bool lock, struct batch_row *out) MUST_CHECK;
/* A new batch of the request's user, status queued. */
enum err run_store_insert(struct request *request, const struct batch_row *batch, struct str strategy,
                          int64_t *id_out) MUST_CHECK;
enum err run_store_set_job(struct request *request, int64_t id, int64_t job_id, const char *status) MUST_CHECK;
/* How long a batch may be taken back. */
enum err run_store_undo_hours(struct db *db, struct arena *arena, int64_t *out) MUST_CHECK;
/* Notes between which intervals those of the batch lie, when no more will come by it. */
enum err run_store_keep_span(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
/* Status, counts taken from the items, and when it ended. */
enum err run_store_set_status(struct db *db, struct arena *arena, int64_t id, const char *status,
                              struct instant now) MUST_CHECK;
enum err run_store_count(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
/* What became of the items of one chunk. */
struct run_tally {
    int64_t assigned; /* got a new owner */
    int64_t kept;     /* stayed as asked */
    int64_t refused;  /* could not be given */
};
enum err run_store_add_counts(struct db *db, struct arena *arena, int64_t id, const struct run_tally *tally,
                              struct instant now) MUST_CHECK;
/* Batches whose job ended without them. */
enum err run_store_settle_lost(struct db *db, struct arena *arena, struct instant now) MUST_CHECK;
/* Whether the user asked the job to stop. */
enum err run_store_is_cancelled(struct db *db, struct arena *arena, int64_t job_id, bool *out) MUST_CHECK;

enum err run_store_add_items(struct db *db, struct arena *arena, int64_t batch_id, const struct plan_item *items,
                             size_t count) MUST_CHECK;

/* One item as the run works on it. */
struct run_item {
    int64_t position;             /* in the batch */
    int64_t customer_id;          /* which */
    struct opt_int from_owner_id; /* whose it was when planned */
    struct opt_int from_pool_id;  /* where it lay */
    struct opt_int to_owner_id;   /* who gets it */
    struct opt_int assignment_id; /* interval it began */
    struct opt_int owner_id;      /* whose it is now */
    const char *blocked;          /* why it stays: deleted moved followed_up opportunity contract; or NULL */
};
/* The next items with that result and without a code, ordered by customer; they and their customers are locked. Deleted
 * customers are marked. */
enum err run_store_take(struct db *db, struct arena *arena, int64_t batch_id, const char *result, int64_t limit,
                        struct run_item **rows_out, size_t *count_out) MUST_CHECK;
/* Marks those that were touched since they were assigned. */
enum err run_store_touched(struct db *db, struct arena *arena, struct run_item *items, size_t count) MUST_CHECK;

/* What became of an item. */
struct run_result {
    int64_t position;             /* item */
    const char *result;           /* assigned kept refused undone */
    const char *code;             /* why not, or NULL */
    struct str detail;            /* the same as a sentence, or no text */
    struct opt_int assignment_id; /* interval it began */
};
enum err run_store_set_results(struct db *db, struct arena *arena, int64_t batch_id, const struct run_result *results,
                               size_t count) MUST_CHECK;
/* The open intervals of these customers that the batch began; ids by customer, ascending. */
enum err run_store_intervals(struct db *db, struct arena *arena, int64_t batch_id, const int64_t *customer_ids,
                             size_t count, int64_t **ids_out, int64_t **customers_out, size_t *count_out) MUST_CHECK;
/* All items that wait still, refused for one reason. */
enum err run_store_refuse_rest(struct db *db, struct arena *arena, int64_t batch_id, const char *code,
                               struct str detail) MUST_CHECK;

/* A child record of a customer of the batch. */
struct run_child {
    int64_t id;              /* record */
    int64_t customer_id;     /* its customer */
    struct opt_int owner_id; /* whose it is */
};
enum err run_store_children(struct db *db, struct arena *arena, const struct object_child *child,
                            const int64_t *customer_ids, size_t count, struct run_child **rows_out,
                            size_t *count_out) MUST_CHECK;

/* How many each person got. */
struct run_share {
    int64_t user_id; /* who */
    int64_t count;   /* customers */
};
enum err run_store_shares(struct db *db, struct arena *arena, int64_t batch_id, struct run_share **rows_out,
                          size_t *count_out) MUST_CHECK;

/* An item as people see it. */
struct run_line {
    int64_t position;             /* in the batch */
    struct opt_str line;          /* as written */
    struct opt_int customer_id;   /* which */
    struct opt_str name;          /* of the customer; nothing outside the reader's scope */
    struct opt_int from_owner_id; /* whose it was */
    struct opt_str from_owner;    /* by name */
    struct opt_int to_owner_id;   /* who got it */
    struct opt_str to_owner;      /* by name */
    struct opt_int rule;          /* of a map */
    struct str result;            /* what became of it */
    struct opt_str code;          /* why */
    struct opt_str detail;        /* as a sentence */
};
/* Items behind `after`, at most `limit`; `result` empty: all. Names of customers that the user may not see are left
 * out, unless it is the user's own batch. */
enum err run_store_lines(struct request *request, int64_t batch_id, struct str result, int64_t after, int64_t limit,
                         struct run_line **rows_out, size_t *count_out) MUST_CHECK;

#endif
