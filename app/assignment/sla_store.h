/* SQL of promises and their steps. */
#ifndef DABIAO_SLA_STORE_H
#define DABIAO_SLA_STORE_H

#include "platform/db.h"

/* One policy. */
struct sla_policy_row {
    int64_t id;                           /* sla_policy */
    int64_t touch_hours;                  /* working hours to the first follow-up */
    struct opt_int remind_before_hours;   /* before that */
    struct opt_int escalate_after_hours;  /* after that */
    struct opt_int take_back_after_hours; /* after that */
};
/* A live policy. Errors: ERR_NOT_FOUND. */
enum err sla_store_policy(struct db *db, struct arena *arena, int64_t id, struct sla_policy_row *out) MUST_CHECK;
enum err sla_store_default_policy(struct db *db, struct arena *arena, struct sla_policy_row *out) MUST_CHECK;
/* Only this policy is the default. */
enum err sla_store_only_default(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;

/* One step promised. */
struct sla_promise {
    int64_t assignment_id; /* for this interval */
    const char *step;      /* remind escalate take_back */
    struct instant due_at; /* when */
};
enum err sla_store_promise(struct db *db, struct arena *arena, const struct sla_promise *promises,
                           size_t count) MUST_CHECK;

/* A step whose time has come. */
struct sla_due {
    int64_t assignment_id;         /* interval */
    struct str step;               /* remind escalate take_back */
    int64_t customer_id;           /* whose customer it is about */
    struct str name;               /* of the customer */
    int64_t owner_id;              /* who holds it */
    struct opt_int from_pool_id;   /* pool it came from */
    struct opt_int manager_id;     /* the holder's manager, else the nearest head of a department above him */
    struct opt_instant touched_at; /* first follow-up */
    struct opt_instant ended_at;   /* the interval ended */
    struct instant first_due_at;   /* first follow-up promised by then */
};
/* At most `limit` steps due at `now` that nobody else has in hand; they stay locked, and their customers too. */
enum err sla_store_due(struct db *db, struct arena *arena, struct instant now, int64_t limit, struct sla_due **rows_out,
                       size_t *count_out) MUST_CHECK;
enum err sla_store_settle(struct db *db, struct arena *arena, const struct sla_due *due, struct instant now,
                          const char *result) MUST_CHECK;

#endif
