/* SQL of opportunities: the stage history, and what a new one takes from elsewhere. */
#ifndef DABIAO_OPPORTUNITY_STORE_H
#define DABIAO_OPPORTUNITY_STORE_H

#include "platform/db.h"

/* Appends to the history; `from` null for a new opportunity. */
enum err stage_event_add(struct db *db, struct arena *arena, int64_t opportunity_id, struct value from, int64_t to,
                         int64_t amount_minor, struct value expected_close, struct value seconds, struct instant at,
                         struct value user) MUST_CHECK;

struct stage_event_row {
    int64_t id;                        /* stage_event.id */
    struct opt_str from_stage;         /* name */
    struct str to_stage;               /* name */
    int64_t amount_minor;              /* after the move */
    struct opt_date expected_close_on; /* after the move */
    struct opt_int seconds_in_stage;   /* in the stage before */
    struct instant at;                 /* when */
    struct opt_str user_name;          /* who */
    struct str cause;                  /* change, mapping */
};
enum err stage_event_list(struct db *db, struct arena *arena, int64_t opportunity_id, struct stage_event_row **rows_out,
                          size_t *count_out) MUST_CHECK;
/* The day that was expected last, whenever that was. */
enum err stage_event_last_close(struct db *db, struct arena *arena, int64_t opportunity_id,
                                struct opt_date *out) MUST_CHECK;
/* Name of a customer. */
enum err opportunity_store_customer_name(struct db *db, struct arena *arena, int64_t customer_id,
                                         struct str *out) MUST_CHECK;
/* The files of one that is purged go with the next sweep. */
enum err opportunity_store_drop_files(struct db *db, struct arena *arena, int64_t opportunity_id) MUST_CHECK;

#endif
