/* SQL of the way of one customer since it was assigned. */
#ifndef DABIAO_PATH_STORE_H
#define DABIAO_PATH_STORE_H

#include "platform/object_store.h"

/* One interval. */
struct path_interval {
    int64_t id;                  /* assignment */
    int64_t customer_id;         /* which */
    int64_t owner_id;            /* who held it */
    struct instant started_at;   /* from */
    struct opt_instant ended_at; /* to, open: still */
    struct date started_on;      /* the same as days */
    struct opt_date ended_on;    /* the same as days */
};
enum err path_store_interval(struct db *db, struct arena *arena, int64_t id, struct path_interval *out) MUST_CHECK;

/* The holder's follow-ups of one method. */
struct path_method {
    struct str method;       /* call visit … */
    int64_t count;           /* how many */
    struct instant first_at; /* first */
    struct instant last_at;  /* last */
};
enum err path_store_methods(struct request *request, const struct path_interval *interval,
                            struct path_method **rows_out, size_t *count_out) MUST_CHECK;

/* Something that happened. */
struct path_event {
    const char *kind;      /* created stage signed paid refunded */
    const char *object;    /* opportunity contract payment refund */
    int64_t record_id;     /* which */
    struct opt_str title;  /* its name or number */
    struct opt_instant at; /* moment, where known */
    struct date on;        /* business date */
    struct opt_int amount; /* minor units */
    struct opt_str from;   /* stage before */
    struct opt_str to;     /* stage after */
};
/* Events of one kind of record within the interval that the user may see, appended to `events`. */
enum err path_store_stages(struct request *request, const struct path_interval *interval, struct path_event **rows_out,
                           size_t *count_out) MUST_CHECK;
/* `date` is the column of the business date, `only` a further condition or NULL. */
enum err path_store_dated(struct request *request, const struct path_interval *interval, const struct object *object,
                          const char *kind, const char *date, const char *only, struct path_event **rows_out,
                          size_t *count_out) MUST_CHECK;

/* All intervals of a customer, the latest first; what came of them only where the user may see the interval. */
enum err path_store_of_customer(struct request *request, int64_t customer_id, struct rows *out) MUST_CHECK;

#endif
