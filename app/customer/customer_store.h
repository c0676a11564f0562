/* SQL of customers beyond what the object tables give. */
#ifndef DABIAO_CUSTOMER_STORE_H
#define DABIAO_CUSTOMER_STORE_H

#include "platform/db.h"
#include "platform/move.h"

/* Sets last_follow_up_at and next_plan_at from the live follow-ups and their open plans. Who calls it has locked the
 * customer before writing a follow-up: else the newest of another writer could be missed. */
enum err customer_store_refresh(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* Locks a customer until the transaction ends: whoever computes something from all its children does it first. */
enum err customer_store_lock(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* The same for a record of any table; what is gone is none. */
enum err customer_store_lock_record(struct db *db, struct arena *arena, const char *table, int64_t id) MUST_CHECK;
/* True when `ancestor_id` is the customer itself or above it by parent_id. */
enum err customer_store_is_above(struct db *db, struct arena *arena, int64_t ancestor_id, int64_t customer_id,
                                 bool *out) MUST_CHECK;
/* Customer of a contact or an opportunity (0 when it has none). Errors: ERR_NOT_FOUND. */
enum err customer_store_of_contact(struct db *db, struct arena *arena, int64_t contact_id, int64_t *out) MUST_CHECK;
enum err customer_store_of_opportunity(struct db *db, struct arena *arena, int64_t opportunity_id,
                                       int64_t *out) MUST_CHECK;

/* Since when a new customer is held by its owner. */
enum err customer_store_set_held(struct db *db, struct arena *arena, int64_t id, struct instant at) MUST_CHECK;

/* Where lines come from; at one time they stand in this order, which is that of the words. */
enum timeline_kind { TIMELINE_AUDIT, TIMELINE_FOLLOW_UP, TIMELINE_STAGE, TIMELINE_KIND_COUNT };

/* One line of a customer's story. */
struct timeline_row {
    int64_t id;               /* of the line, among those of its kind */
    struct instant at;        /* when it happened */
    struct str kind;          /* audit, follow_up, stage */
    struct str object;        /* whose record */
    int64_t record_id;        /* which */
    struct opt_int user_id;   /* who */
    struct opt_str user_name; /* who, by name */
    struct opt_str title;     /* record's label or the first words */
    struct opt_str detail;    /* JSON or text */
    struct str action;        /* audit: create update transfer …; follow_up: its method */
    int64_t file_count;       /* files of a follow-up; 0 of anything else */
};
/* A place in the story: behind this line. */
struct timeline_cursor {
    struct instant at;       /* of the line */
    enum timeline_kind kind; /* of the line */
    int64_t id;              /* of the line */
};
/* Newest first (time, kind, id), from behind a line on, at most `limit`; what belongs to the customer: its own changes,
 * its children's, their follow-ups. Visibility: the caller has checked the customer. */
enum err customer_store_timeline(struct db *db, struct arena *arena, int64_t customer_id,
                                 const struct timeline_cursor *behind, int64_t limit, struct timeline_row **rows_out,
                                 size_t *count_out) MUST_CHECK;

#endif
