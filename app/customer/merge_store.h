/* SQL of merges. */
#ifndef DABIAO_MERGE_STORE_H
#define DABIAO_MERGE_STORE_H

#include "platform/http.h"

/* What becomes of rows that name a customer when it goes into another. */
enum merge_way {
    MERGE_MOVE, /* they name the survivor from now on; an undo gives them back */
    MERGE_KEEP, /* history of the source: they go on naming it */
    MERGE_RULE, /* the merge deals with them by name */
};
/* One reference to customers: by a foreign key, or by the words of a kind of record and its id. */
struct merge_reference {
    const char *name;   /* "table.column" */
    const char *table;  /* which table */
    const char *column; /* its reference */
    const char *only;   /* SQL literal: rows that are meant, alias t; NULL: all */
    const char *object; /* MERGE_MOVE: object whose records these rows are, for the history; NULL: none */
    enum merge_way way; /* what becomes of them */
    const char *why;    /* of KEEP and RULE */
};
/* All references there are, ended by a row without name. A test compares them with the database: a later table cannot
 * be forgotten. */
extern const struct merge_reference MERGE_REFERENCES[];

/* A merge. */
struct merge_row {
    int64_t id;                    /* customer_merge.id */
    int64_t source_id;             /* what went */
    int64_t survivor_id;           /* into what */
    int64_t final_id;              /* where it is now */
    struct str source_name;        /* as it was */
    struct str survivor_name;      /* as it is */
    struct opt_str reason;         /* given */
    struct str source_before;      /* JSON: what changed in the source */
    struct str survivor_before;    /* JSON: {field: [before, after]} of the survivor */
    struct instant merged_at;      /* when */
    struct opt_str merged_by_name; /* who */
    struct opt_instant undone_at;  /* taken back */
};
/* Where a customer that was merged is now. Errors: ERR_NOT_FOUND when it was not. */
enum err merge_store_final(struct db *db, struct arena *arena, int64_t source_id, int64_t *out) MUST_CHECK;
/* Whether a customer is not even in the recycle bin any more. */
enum err merge_store_is_gone(struct db *db, struct arena *arena, int64_t customer_id, bool *out) MUST_CHECK;
/* Before a customer is removed for good: merges into it whose sources are gone, and those taken back. */
enum err merge_store_purged(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err merge_store_get(struct db *db, struct arena *arena, int64_t id, bool lock, struct merge_row *out) MUST_CHECK;
/* Merges of a customer, newest first. */
enum err merge_store_list(struct db *db, struct arena *arena, int64_t customer_id, struct merge_row **rows_out,
                          size_t *count_out) MUST_CHECK;
enum err merge_store_insert(struct db *db, struct arena *arena, const struct merge_row *merge, struct value user,
                            struct date on, int64_t *id_out) MUST_CHECK;
enum err merge_store_undone(struct db *db, struct arena *arena, int64_t id, struct value user,
                            struct instant now) MUST_CHECK;
/* What the survivor became, for the undo. */
enum err merge_store_set_survivor(struct db *db, struct arena *arena, int64_t id, struct str before) MUST_CHECK;
/* Whatever ended at `from` is at `to` now. */
enum err merge_store_lead(struct db *db, struct arena *arena, int64_t from, int64_t to) MUST_CHECK;
/* After an undo: what went into the source before is there again. */
enum err merge_store_lead_back(struct db *db, struct arena *arena, int64_t source_id) MUST_CHECK;

/* How many rows of one reference would go along. */
enum err merge_store_count(struct db *db, struct arena *arena, const struct merge_reference *reference,
                           int64_t source_id, int64_t *out) MUST_CHECK;
/* Notes and moves the rows of one reference from source to survivor; the number. */
enum err merge_store_move(struct db *db, struct arena *arena, int64_t merge_id, const struct merge_reference *reference,
                          int64_t source_id, int64_t survivor_id, struct value user, struct instant now,
                          int64_t *moved_out) MUST_CHECK;
/* The way back, of rows that still name the survivor; the number. */
enum err merge_store_move_back(struct db *db, struct arena *arena, const struct merge_row *merge,
                               const struct merge_reference *reference, struct value user, struct instant now,
                               int64_t *moved_out) MUST_CHECK;
/* What came since and hangs on what goes back (contracts of its opportunities, money of its contracts, follow-ups of
 * either or of its contacts) goes back with it. */
enum err merge_store_note_hanging(struct db *db, struct arena *arena, const struct merge_row *merge) MUST_CHECK;

/* One line of history for each moved record that names the customer now. */
enum err merge_store_audit(struct request *request, int64_t merge_id, const struct merge_reference *reference,
                           struct str changes, int64_t customer_id) MUST_CHECK;
/* How many rows of a reference went along. */
struct moved_row {
    struct str reference; /* table.column */
    int64_t count;        /* rows */
};
enum err merge_store_moved(struct db *db, struct arena *arena, int64_t merge_id, struct moved_row **rows_out,
                           size_t *count_out) MUST_CHECK;

/* Open claims of people who claim the survivor too end. */
enum err merge_store_end_claims(struct db *db, struct arena *arena, int64_t source_id, int64_t survivor_id,
                                struct instant now) MUST_CHECK;
/* Shares of the source: those with people who have the survivor already are noted and dropped, and the survivor's
 * becomes like them where they give more; the others are moved. */
enum err merge_store_unite_shares(struct db *db, struct arena *arena, const struct merge_row *merge,
                                  struct date today) MUST_CHECK;
enum err merge_store_part_shares(struct db *db, struct arena *arena, const struct merge_row *merge) MUST_CHECK;
/* Numbers of contacts are looked for at the customer they belong to. */
enum err merge_store_follow_phones(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* A source has no code: it is free for the survivor. Errors: ERR_DUPLICATE. */
enum err merge_store_set_code(struct db *db, struct arena *arena, int64_t source_id, struct value code) MUST_CHECK;
enum err merge_store_set_parent(struct db *db, struct arena *arena, int64_t customer_id,
                                struct value parent) MUST_CHECK;

#endif
