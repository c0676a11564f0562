/* SQL of conflict claims. */
#ifndef DABIAO_CONFLICT_STORE_H
#define DABIAO_CONFLICT_STORE_H

#include "platform/http.h"

/* A claim with the names behind its references. */
struct claim_row {
    int64_t id;                          /* conflict_claim.id */
    int64_t customer_id;                 /* the contested one */
    struct str customer_name;            /* its present name: for those who see it */
    bool customer_deleted;               /* in the recycle bin */
    int64_t claimant_id;                 /* who claims */
    struct str claimant_name;            /* by name */
    struct opt_int owner_id;             /* whose it was when the claim was filed */
    struct opt_str owner_name;           /* by name */
    struct opt_int present_owner_id;     /* whose it is */
    struct opt_int duplicate_id;         /* what the claimant made beside it */
    struct str claimed_name;             /* as the claimant knows it */
    struct str reason;                   /* why */
    struct opt_str evidence;             /* what proves it */
    struct opt_instant first_contact_at; /* as the claimant says */
    struct str status;                   /* open, accepted, rejected, withdrawn */
    struct opt_str outcome;              /* transfer, share */
    struct opt_str decision_reason;      /* of who decided */
    struct opt_instant decided_at;       /* when */
    struct opt_str decided_by_name;      /* who */
    struct instant created_at;           /* filed */
    int64_t version;                     /* optimistic lock */
};
/* Newest first. `status` empty: all; `own_only`: filed by the asking user. Those whom `deciding` is set for see also
 * the claims to customers they may change; everybody sees those to the own customers. */
enum err claim_store_list(struct request *request, struct str status, bool own_only, bool deciding, int64_t before_id,
                          int64_t limit, struct claim_row **rows_out, size_t *count_out) MUST_CHECK;
/* Whoever may see it; `lock`: until the transaction ends. Errors: ERR_NOT_FOUND. */
enum err claim_store_get(struct db *db, struct arena *arena, int64_t id, bool lock, struct claim_row *out) MUST_CHECK;
/* Errors: ERR_DUPLICATE when the claimant has an open claim to the customer. */
enum err claim_store_insert(struct db *db, struct arena *arena, const struct claim_row *claim, struct instant now,
                            int64_t *id_out) MUST_CHECK;
/* The end of an open claim. Errors: ERR_CONFLICT when it is not open any more. */
enum err claim_store_decide(struct db *db, struct arena *arena, int64_t id, const char *status, struct opt_str outcome,
                            struct value reason, int64_t user_id, struct instant now) MUST_CHECK;
/* Opens the customer to the claimant for reading and writing, its children too. */
enum err claim_store_share(struct db *db, struct arena *arena, int64_t customer_id, int64_t user_id,
                           struct opt_date until, int64_t by_id, struct instant now) MUST_CHECK;

/* Who might decide: the owner's manager and the heads of the department and of those above it, nearest first; then
 * whoever has the role of operations. */
enum err claim_store_deciders(struct db *db, struct arena *arena, int64_t customer_id, int64_t **ids_out,
                              size_t *count_out) MUST_CHECK;

/* One moment that speaks for a side. */
struct evidence_row {
    struct instant at;        /* when */
    struct str side;          /* claimant, owner, customer */
    struct str kind;          /* created, held, follow_up, last_follow_up, duplicate, opportunity, contract */
    struct opt_int user_id;   /* who */
    struct opt_str user_name; /* by name */
    struct opt_int count;     /* of how many */
};
/* What the records say, oldest first. */
enum err claim_store_evidence(struct db *db, struct arena *arena, const struct claim_row *claim,
                              struct evidence_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
