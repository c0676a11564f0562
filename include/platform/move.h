/* Owners change here and nowhere else: transfers, claims, assignments, returns, recycling and what undoes them.
 *
 * Set-based: a move of many records takes a handful of statements, whatever their number. Stage, history and links of a
 * record stay as they are. Objects hear of it through two hooks: `moving` may refuse, `moved` follows in the same
 * transaction. */
#ifndef DABIAO_PLATFORM_MOVE_H
#define DABIAO_PLATFORM_MOVE_H

#include "platform/http.h"

struct object;

/* Why a record came to its owner, or left. */
enum move_cause {
    MOVE_CREATE,
    MOVE_IMPORT,
    MOVE_TRANSFER,
    MOVE_HANDOVER,
    MOVE_CLAIM,
    MOVE_ASSIGN,
    MOVE_AUTO,
    MOVE_RETURN,
    MOVE_RECYCLE,
    MOVE_UNDO,
    MOVE_CONFLICT,
    MOVE_MERGE
};
/* Its word in the database and on the wire: "create", "claim", … */
const char *move_cause_word(enum move_cause cause);

/* One record and where it goes. */
struct record_move {
    int64_t id;                         /* the record */
    struct opt_int owner_id;            /* to this person, or to nobody */
    struct opt_int pool_id;             /* nobody's customers lie in this pool from now on */
    struct opt_int from_pool_id;        /* out: pool it lay in */
    struct opt_instant from_pool_since; /* out: since when */
    struct opt_int department_id;       /* out: the new owner's */
    struct opt_int from_owner_id;       /* out: whose it was */
    struct opt_int from_department_id;  /* out: and in which department */
    int64_t version;                    /* out: that it had before */
    bool unchanged;                     /* out: it belonged to that owner already; nothing was written */
    enum err refused;                   /* out: OK, or why it stays */
    struct str why;                     /* out: the refusal as a sentence */
    struct opt_instant available_at;    /* out: when the same move becomes possible, where time cures it */
};

/* What holds for all records of one move. */
struct move_options {
    enum move_cause cause;                 /* kept in the histories */
    struct str reason;                     /* a person's words, or empty */
    bool unscoped;                         /* the company acts: neither scope nor right of the user is asked */
    bool skip_refused;                     /* the others go on; else the first refusal ends it all */
    struct opt_instant at;                 /* when it happened, for what is imported; now unless set */
    struct opt_int batch_id;               /* batch of an assignment */
    struct opt_int sla_policy_id;          /* who must be in touch by when */
    struct opt_instant first_touch_due_at; /* … as a moment */
    struct opt_date expected_action_on;    /* day by which something should happen */
    struct opt_int rule_id;                /* rule that took or gave */
    struct opt_int run_id;                 /* run of a job in which it happened */
    /* Rules of the caller's own, asked when the records are locked and before the object's `moving`: may refuse single
     * moves, which are in the order of their ids by then. May be NULL. */
    enum err (*check)(struct request *request, struct record_move *moves, size_t count, void *context);
    void *context; /* for `check` */
};

/* Moves records that live; ids are distinct and in any order. Rows are locked by ascending id. Errors: ERR_NOT_FOUND
 * outside the scope, ERR_FORBIDDEN, ERR_INVALID for an owner who cannot work, what `moving` refuses with; with
 * skip_refused these stand in the moves, and only faults of the database are returned. */
enum err record_move(struct request *request, const struct object *object, struct record_move *moves, size_t count,
                     const struct move_options *options) MUST_CHECK;
/* Tells the object's hook `moved` and the features that listen: owners are written. */
enum err move_tell(struct request *request, const struct object *object, const struct record_move *moves, size_t count,
                   const struct move_options *options) MUST_CHECK;
/* For `moving`: this one stays, and why. The first refusal of a record counts. */
void move_refuse(struct record_move *move, enum err code, struct str why);
/* For rules that refuse before or beside a move: the refusal as the request's error, available_at included. */
enum err move_error(struct request *request, const struct record_move *move);
/* The ids of the moves that are neither refused nor unchanged, in their order. */
int64_t *move_ids(struct arena *arena, const struct record_move *moves, size_t count, size_t *count_out);

#endif
