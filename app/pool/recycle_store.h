/* SQL of recycle rules: which customers leave by a rule, and why others stay. Set-based: one scan a rule. */
#ifndef DABIAO_POOL_RECYCLE_STORE_H
#define DABIAO_POOL_RECYCLE_STORE_H

#include "platform/filter.h"
#include "pool_store.h"

/* A rule as the queries need it. */
struct recycle_rule {
    int64_t id; /* 0: only proposed */
    struct str name, kind;
    int64_t priority, days;
    bool working_days, exempt_deal, exempt_open_opportunity, warn_manager;
    struct opt_str covers; /* filter language */
    struct opt_int pool_id;
    int64_t warn_days;
};
/* Active rules, the first to be told first. */
enum err recycle_store_rules(struct db *db, struct arena *arena, struct recycle_rule **rows_out,
                             size_t *count_out) MUST_CHECK;

/* Which of its customers are asked for. */
struct recycle_query {
    const struct recycle_rule *rule;
    const struct filter *covers; /* NULL: all */
    struct date today;           /* for protections that end */
    struct date last_on;         /* the last act lies on this day or before */
    struct instant before;       /* the same as moment: begin of the next day */
    struct instant since;        /* stayed ones: the last act lies not before */
    int64_t noon_minutes;        /* from midnight UTC of a date to noon there */
    const int64_t *ids;          /* these customers only, or NULL */
    size_t id_count;
    const struct query *also; /* further condition on t, or NULL */
};
/* One customer that leaves or stays. */
struct recycle_row {
    int64_t customer_id;
    struct str name;
    int64_t owner_id;
    struct opt_str owner_name;
    struct opt_int pool_id;
    struct opt_str pool_name;
    struct str last_act;
    struct instant last_act_at;
};
enum err recycle_store_due(struct db *db, struct arena *arena, const struct recycle_query *query, int64_t limit,
                           struct recycle_row **rows_out, size_t *count_out) MUST_CHECK;
/* Condition on t: the user sees the customer, or (`admin`) administers the pool to which the rule takes it. */
void recycle_store_seen(struct query *query, const struct request *request, const struct recycle_rule *rule,
                        bool admin);
/* Ids (with owner, and the pool they go to now) of those of `ids` that still leave, locked. */
enum err recycle_store_still_due(struct db *db, struct arena *arena, const struct recycle_query *query,
                                 struct rows *out) MUST_CHECK;
/* Customers that leave by any of the queries of two sets: in the first, in the second, only in the second, only in the
 * first. A set may be empty. */
struct recycle_counts {
    int64_t before, after, added, dropped;
};
enum err recycle_store_compare(struct db *db, struct arena *arena, const struct recycle_query *before,
                               size_t before_count, const struct recycle_query *after, size_t after_count,
                               struct recycle_counts *out) MUST_CHECK;

/* ---- runs ---- */

struct run_row {
    int64_t id;
    struct date run_on;
    struct str slot, status;
    int64_t warned_count;
};
/* The oldest run of the slot that has not ended, else that of the day. Errors: ERR_NOT_FOUND. */
enum err pool_run_store_find(struct db *db, struct arena *arena, struct date day, struct str slot,
                             struct run_row *out) MUST_CHECK;
enum err pool_run_store_add(struct request *request, struct date day, struct str slot) MUST_CHECK;
/* Locks it. Errors: ERR_NOT_FOUND. */
enum err pool_run_store_lock(struct db *db, struct arena *arena, int64_t run_id, struct run_row *out) MUST_CHECK;
enum err pool_run_store_set_status(struct request *request, int64_t run_id, const char *status) MUST_CHECK;
/* Sums of its items, and the end. */
enum err pool_run_store_finish(struct request *request, int64_t run_id) MUST_CHECK;
enum err pool_run_store_set_undone(struct request *request, int64_t run_id) MUST_CHECK;
/* Writes down who leaves by a rule, or (`stayed`) who was due and stays; those noted already are passed over. */
enum err pool_run_store_plan(struct request *request, int64_t run_id, const struct recycle_query *query,
                             bool stayed) MUST_CHECK;

struct item_row {
    int64_t id, customer_id, owner_id, rule_id;
    struct opt_int pool_id;
};
/* Items of one rule with that result, the next ones. */
enum err pool_run_store_items(struct db *db, struct arena *arena, int64_t run_id, const char *result, int64_t limit,
                              struct item_row **rows_out, size_t *count_out) MUST_CHECK;
enum err pool_run_store_set_results(struct request *request, const struct item_row *items, const char *const *results,
                                    size_t count) MUST_CHECK;
/* Those of the customers that lie untouched where the run put them, locked. */
enum err pool_run_store_untouched(struct db *db, struct arena *arena, int64_t run_id, const int64_t *ids, size_t count,
                                  struct rows *out) MUST_CHECK;
struct told_row {
    int64_t user_id;
    int64_t customers;
};
/* Holders with customers of that result. */
enum err pool_run_store_holders(struct db *db, struct arena *arena, int64_t run_id, const char *result,
                                struct told_row **rows_out, size_t *count_out) MUST_CHECK;
/* Notes who is to be told of customers that leave soon; `told` are the holders of those that were not noted before. */
enum err pool_run_store_warn(struct request *request, int64_t run_id, const struct recycle_query *query,
                             struct told_row **told_out, size_t *count_out) MUST_CHECK;
enum err pool_run_store_manager(struct db *db, struct arena *arena, int64_t user_id, struct opt_int *out) MUST_CHECK;
enum err pool_run_store_add_warned(struct request *request, int64_t run_id, int64_t count) MUST_CHECK;

#endif
