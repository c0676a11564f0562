/* Who may claim, who decides, and what follows. */
#include "conflict_rules.h"

#include "colleague_rules.h"
#include "customer.h"
#include "duplicate_check_store.h"
#include "platform/audit.h"
#include "platform/notify.h"
#include "platform/scope.h"

enum { DECIDERS_MAX = 5 };

bool conflict_may_decide(const struct request *request)
{
    return identity_can(request->user, PERM_CUSTOMER_TRANSFER);
}

static enum err refuse(struct request *request, enum err code)
{
    return error_set(request->error, code, "%s", err_text(code));
}

/* ---- telling ---- */

static json_t *sentence(struct request *request, const struct claim_row *claim)
{
    return json_keep(request->arena,
                     json_pack("{s:o,s:o,s:o,s:o}", "customer", json_str(claim->claimed_name), "claimant",
                               json_str(claim->claimant_name), "outcome", json_opt_str(claim->outcome), "reason",
                               json_opt_str(claim->decision_reason)));
}

/* The nearest who may decide, but not the claimant himself; and whoever holds the customer. */
static enum err tell_deciders(struct request *request, const struct claim_row *claim)
{
    int64_t *ids;
    size_t count;
    size_t told = 0;
    json_t *detail = sentence(request, claim);
    TRY(claim_store_deciders(request->db, request->arena, claim->customer_id, &ids, &count));
    for (size_t i = 0; i < count && told < DECIDERS_MAX; i++) {
        bool may = false;
        if (ids[i] == claim->claimant_id || (claim->owner_id.set && ids[i] == claim->owner_id.value)) {
            continue;
        }
        TRY(colleague_may(request, ids[i], PERM_CUSTOMER_TRANSFER, &CUSTOMER, claim->customer_id, true, &may));
        if (may) {
            TRY(notify_user(request, ids[i], "conflict_filed", "conflict_claim", claim->id, detail));
            told++;
        }
    }
    return claim->owner_id.set
               ? notify_user(request, claim->owner_id.value, "conflict_against", "conflict_claim", claim->id, detail)
               : OK;
}

static enum err tell_decision(struct request *request, int64_t id)
{
    struct claim_row claim;
    TRY(claim_store_get(request->db, request->arena, id, false, &claim));
    const char *kind = str_eq_c(claim.status, "accepted") ? "conflict_accepted" : "conflict_rejected";
    json_t *detail = sentence(request, &claim);
    TRY(notify_user(request, claim.claimant_id, kind, "conflict_claim", id, detail));
    bool other = claim.owner_id.set && claim.owner_id.value != claim.claimant_id;
    return other ? notify_user(request, claim.owner_id.value, kind, "conflict_claim", id, detail) : OK;
}

/* ---- filing ---- */

static enum err insert(struct request *request, const struct claim_row *claim, int64_t *id_out)
{
    struct claim_row filed;
    TRY(claim_store_insert(request->db, request->arena, claim, request->now, id_out));
    TRY(audit_write(request, "conflict_claim", *id_out, "create", 1, NULL, claim->reason));
    TRY(claim_store_get(request->db, request->arena, *id_out, false, &filed));
    return tell_deciders(request, &filed);
}

/* What may be claimed: a live customer that somebody else holds. */
static enum err check_contested(struct request *request, const struct blind_row *customer)
{
    if (customer->deleted || !customer->owner_id.set) {
        return error_set(request->error, ERR_CONFLICT, "Nobody holds this customer: there is nothing to contest.");
    }
    if (customer->owner_id.value == request->user->user_id) {
        return error_set(request->error, ERR_CONFLICT, "This customer is your own.");
    }
    return OK;
}

enum err conflict_file(struct request *request, const struct claim_filing *filing, int64_t *id_out)
{
    struct blind_row customer;
    enum err err = blind_store_get(request->db, request->arena, filing->customer_id, &customer);
    if (err == ERR_NOT_FOUND) {
        return refuse(request, err);
    }
    TRY(err);
    TRY(check_contested(request, &customer));
    const struct claim_row claim = {
        .customer_id = customer.id,
        .claimant_id = request->user->user_id,
        .owner_id = customer.owner_id,
        .claimed_name = filing->claimed_name.len > 0 ? filing->claimed_name : customer.name,
        .reason = filing->reason,
        .evidence = filing->evidence,
        .first_contact_at = filing->first_contact_at,
    };
    err = insert(request, &claim, id_out);
    return err == ERR_DUPLICATE ? refuse(request, ERR_CLAIM_OPEN) : err;
}

enum err conflict_open_beside(struct request *request, const struct record_change *change, int64_t holder_id)
{
    struct blind_row customer;
    int64_t customer_id = holder_id;
    int64_t id = 0;
    if (request->user == NULL) {
        return OK;
    }
    if (change->object == &CONTACT) {
        TRY(blind_store_customer_of(request->db, request->arena, holder_id, &customer_id));
    }
    TRY(blind_store_get(request->db, request->arena, customer_id, &customer));
    bool own = customer.owner_id.set && customer.owner_id.value == request->user->user_id;
    if (customer.deleted || !customer.owner_id.set || own) {
        return OK;
    }
    const struct claim_row claim = {
        .customer_id = customer_id,
        .claimant_id = request->user->user_id,
        .owner_id = customer.owner_id,
        .duplicate_id = {change->object == &CUSTOMER, change->id},
        .claimed_name = change_after(change, object_label(change->object)->name).text,
        .reason = request_in_chinese(request) ? STR("新建时发现已有相同客户")
                                              : STR("Made beside a customer that may be the same"),
        .first_contact_at = {true, request->now},
    };
    enum err err = insert(request, &claim, &id);
    return err == ERR_DUPLICATE ? OK : err;
}

/* ---- seeing and deciding ---- */

static enum err in_scope(struct request *request, int64_t customer_id, bool for_write, bool *out)
{
    struct error saved = *request->error;
    enum err err = scope_check(request, &CUSTOMER, customer_id, for_write);
    *request->error = err == ERR_NOT_FOUND ? saved : *request->error;
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

static bool is_me(const struct request *request, struct opt_int user_id)
{
    return user_id.set && user_id.value == request->user->user_id;
}

static enum err get(struct request *request, int64_t id, bool lock, struct claim_row *out, bool *decides_out)
{
    enum err err = claim_store_get(request->db, request->arena, id, lock, out);
    if (err == ERR_NOT_FOUND) {
        return refuse(request, err);
    }
    TRY(err);
    *decides_out = false;
    if (conflict_may_decide(request) && out->claimant_id != request->user->user_id) {
        TRY(in_scope(request, out->customer_id, true, decides_out));
    }
    bool concerned = out->claimant_id == request->user->user_id || is_me(request, out->present_owner_id);
    return concerned || *decides_out ? OK : refuse(request, ERR_NOT_FOUND);
}

enum err conflict_get(struct request *request, int64_t id, struct claim_row *out, bool *decides_out)
{
    return get(request, id, false, out, decides_out);
}

static enum err give(struct request *request, const struct claim_row *claim, const struct claim_decision *decision)
{
    if (str_eq_c(str_from(decision->outcome), "share")) {
        /* It may have gone to a pool since: then the claimant takes it, or has it transferred. */
        if (!claim->present_owner_id.set) {
            return refuse(request, ERR_IN_POOL);
        }
        return claim_store_share(request->db, request->arena, claim->customer_id, claim->claimant_id, decision->until,
                                 request->user->user_id, request->now);
    }
    const struct move_options options = {.cause = MOVE_CONFLICT, .reason = decision->reason};
    return record_transfer(request, &CUSTOMER, claim->customer_id, claim->claimant_id, &options, decision->choices);
}

static enum err end(struct request *request, int64_t id, const char *status, const char *outcome, struct str reason)
{
    struct opt_str word = {outcome != NULL, str_from(outcome)};
    struct value why = reason.len == 0 ? value_null() : V(reason);
    enum err err =
        claim_store_decide(request->db, request->arena, id, status, word, why, request->user->user_id, request->now);
    if (err == ERR_CONFLICT) {
        return error_set(request->error, err, "This claim has been decided or withdrawn already.");
    }
    TRY(err);
    return audit_write(request, "conflict_claim", id, "update", 2, NULL, reason);
}

enum err conflict_decide(struct request *request, int64_t id, const struct claim_decision *decision)
{
    struct claim_row claim;
    bool decides = false;
    TRY(get(request, id, true, &claim, &decides));
    if (claim.claimant_id == request->user->user_id) {
        return error_set(request->error, ERR_FORBIDDEN, "Nobody decides a claim of his own.");
    }
    if (!decides) {
        return refuse(request, ERR_FORBIDDEN);
    }
    TRY(end(request, id, decision->outcome == NULL ? "rejected" : "accepted", decision->outcome, decision->reason));
    if (decision->outcome != NULL) {
        TRY(give(request, &claim, decision));
    }
    return tell_decision(request, id);
}

enum err conflict_withdraw(struct request *request, int64_t id)
{
    struct claim_row claim;
    bool decides = false;
    TRY(get(request, id, true, &claim, &decides));
    if (claim.claimant_id != request->user->user_id) {
        return error_set(request->error, ERR_FORBIDDEN, "Only the claimant withdraws a claim.");
    }
    return end(request, id, "withdrawn", NULL, (struct str){0});
}

/* ---- evidence ---- */

static json_t *evidence_json(struct request *request, const struct evidence_row *row)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "at", json_instant(request->arena, row->at), "side",
                     json_str(row->side), "kind", json_str(row->kind), "user_id", json_opt_int(row->user_id),
                     "user_name", json_opt_str(row->user_name), "count", json_opt_int(row->count));
}

enum err conflict_evidence(struct request *request, const struct claim_row *claim, json_t **out)
{
    struct evidence_row *rows;
    size_t count;
    bool sees = false;
    TRY(in_scope(request, claim->customer_id, false, &sees));
    TRY(claim_store_evidence(request->db, request->arena, claim, &rows, &count));
    *out = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        if (sees || str_eq_c(rows[i].side, "claimant")) {
            json_array_append_new(*out, evidence_json(request, &rows[i]));
        }
    }
    return OK;
}
