/* Claims to a customer that somebody else holds (撞单): filed with reasons, decided by who may transfer it. */
#ifndef DABIAO_CONFLICT_RULES_H
#define DABIAO_CONFLICT_RULES_H

#include "conflict_store.h"
#include "platform/object.h"

/* A claim as its filer writes it. */
struct claim_filing {
    int64_t customer_id;                 /* the contested one */
    struct str claimed_name;             /* as the filer knows it; empty: its name, where the filer sees it */
    struct str reason;                   /* why */
    struct opt_str evidence;             /* what proves it */
    struct opt_instant first_contact_at; /* first contact */
};
/* Files a claim of the asking user. Errors: ERR_CONFLICT (own customer, nobody's customer), ERR_CLAIM_OPEN. */
enum err conflict_file(struct request *request, const struct claim_filing *filing, int64_t *id_out) MUST_CHECK;
/* A record was saved beside one that may be the same, under a rule with action review: its creator claims the customer
 * of `holder_id`, unless it is his own or he has done so already. */
enum err conflict_open_beside(struct request *request, const struct record_change *change,
                              int64_t holder_id) MUST_CHECK;
/* The claim, if the user is its claimant, the customer's owner or may decide it. Errors: ERR_NOT_FOUND. */
enum err conflict_get(struct request *request, int64_t id, struct claim_row *out, bool *decides_out) MUST_CHECK;
bool conflict_may_decide(const struct request *request);

/* What is decided. */
struct claim_decision {
    const char *outcome;        /* transfer, share, or NULL: rejected */
    struct str reason;          /* told to the claimant */
    const char *const *choices; /* transfer: children that follow */
    struct opt_date until;      /* share: last day */
};
/* Errors: ERR_NOT_FOUND, ERR_FORBIDDEN (own claim, no right), ERR_CONFLICT (decided already). */
enum err conflict_decide(struct request *request, int64_t id, const struct claim_decision *decision) MUST_CHECK;
/* By the claimant. Errors: ERR_NOT_FOUND, ERR_CONFLICT. */
enum err conflict_withdraw(struct request *request, int64_t id) MUST_CHECK;
/* The moments that speak for each side; a claimant who may not see the customer gets the own side only. */
enum err conflict_evidence(struct request *request, const struct claim_row *claim, json_t **out) MUST_CHECK;

#endif
