/* Decisions about shares, and the explanation of what a person sees. */
#ifndef DABIAO_SHARE_RULES_H
#define DABIAO_SHARE_RULES_H

#include "share_store.h"

/* The object of that name whose records can be shared (no directory). Errors: ERR_INVALID naming the field `object`. */
enum err share_object(struct request *request, struct str name, const struct object **out) MUST_CHECK;
/* Shares a record the user sees by role (what was only shared with somebody is not passed on); for writing, what the
 * user may change. Sharing again with the same person replaces. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID. */
enum err share_create(struct request *request, const struct object *object, const struct share_view *share,
                      int64_t *id_out) MUST_CHECK;
/* By who shared, who received, or who may change the record by role. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN. */
enum err share_remove(struct request *request, int64_t id) MUST_CHECK;

/* Why somebody sees a record, or does not. */
struct reason {
    const char *kind;         /* admin, directory, role, parent, share; no_permission, outside_scope, no_such_record */
    struct opt_str role_name; /* of the role */
    struct opt_str scope;     /* of the role for the object */
    const struct share_reason *share; /* which share, or NULL */
};
/* About oneself, or, with the right role.view, about somebody else and a record one sees oneself.
 * Errors: ERR_NOT_FOUND, ERR_FORBIDDEN. */
enum err scope_explain(struct request *request, const struct object *object, int64_t record_id, int64_t user_id,
                       bool *visible_out, struct reason **reasons_out, size_t *count_out) MUST_CHECK;

#endif
