/* SQL of escalation. */
#ifndef DABIAO_ESCALATION_STORE_H
#define DABIAO_ESCALATION_STORE_H

#include "platform/filter.h"

/* A step as the job takes it. */
struct escalation_step {
    int64_t id;                  /* escalation_step.id */
    struct str name;             /* shown */
    int64_t days;                /* without a follow-up */
    struct str day_kind;         /* calendar, working */
    bool notify_owner;           /* who hears */
    bool notify_manager;         /* of the owner */
    bool notify_department_head; /* of the customer's department */
    bool notify_operations;      /* whoever has that role */
    bool mark_risk;              /* sets is_at_risk */
    struct opt_str filter;       /* customers it is about */
};
/* Active ones, the shortest first. */
enum err escalation_store_steps(struct db *db, struct arena *arena, struct escalation_step **rows_out,
                                size_t *count_out) MUST_CHECK;

/* A customer that has passed a step. */
struct neglected_row {
    int64_t id;                /* customer.id */
    struct str name;           /* shown */
    int64_t owner_id;          /* whose */
    struct opt_int manager_id; /* of the owner */
    struct opt_int head_id;    /* of the department */
};
/* Customers above `after_id` that have had an owner, and no follow-up, since before `cutoff`, fit the filter and have
 * not passed the step since; locked, ascending. */
enum err escalation_store_neglected(struct db *db, struct arena *arena, const struct escalation_step *step,
                                    const struct filter *filter, struct instant cutoff, int64_t after_id, int64_t limit,
                                    struct neglected_row **rows_out, size_t *count_out) MUST_CHECK;
/* Notes that customers passed a step. */
enum err escalation_store_note(struct db *db, struct arena *arena, int64_t step_id, const struct neglected_row *rows,
                               size_t count, struct instant now) MUST_CHECK;
enum err escalation_store_mark_risk(struct db *db, struct arena *arena, const struct neglected_row *rows,
                                    size_t count) MUST_CHECK;
/* People with the role of operations who are at work. */
enum err escalation_store_operations(struct db *db, struct arena *arena, int64_t **ids_out,
                                     size_t *count_out) MUST_CHECK;

/* A follow-up that is newer than what a customer's steps were passed for: they count anew, the risk is over. */
enum err escalation_store_reset(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* New owners have their own time: the steps count anew, the risk stays until somebody follows up. */
enum err escalation_store_restart(struct db *db, struct arena *arena, const int64_t *customer_ids,
                                  size_t count) MUST_CHECK;

#endif
