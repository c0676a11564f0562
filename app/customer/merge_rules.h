/* Two customers that are one: the source goes into the survivor, for at most thirty days it can be taken back. */
#ifndef DABIAO_MERGE_RULES_H
#define DABIAO_MERGE_RULES_H

#include "merge_store.h"
#include "platform/object.h"

enum { MERGE_UNDO_DAYS = 30 };

/* What is to be done. */
struct merge_order {
    int64_t survivor_id; /* stays */
    int64_t source_id;   /* goes into it */
    json_t *values;      /* fields the survivor gets, or NULL: it keeps its own */
    struct str reason;   /* given, or empty */
    bool confirmed;      /* a possible duplicate of a third one is let in */
};
/* How many rows of which table would go along, as an object. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID. */
enum err merge_preview(struct request *request, const struct merge_order *order, json_t **out) MUST_CHECK;
/* Both must be in the user's scope for writing. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID. */
enum err merge_customers(struct request *request, const struct merge_order *order, int64_t *id_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_MERGE_FINAL, ERR_DUPLICATE_CUSTOMER. */
enum err merge_undo(struct request *request, int64_t id) MUST_CHECK;
/* Until when it can be taken back; not set when that is over or done. */
struct opt_instant merge_undo_until(const struct request *request, const struct merge_row *merge);
/* For the object: where a merged customer is now; `id` itself when it was not merged. */
enum err merge_resolve(struct request *request, int64_t id, int64_t *out) MUST_CHECK;
/* For `prepare`: who went into another comes back by the undo alone. */
enum err merge_check_restore(struct request *request, const struct record_change *change) MUST_CHECK;

#endif
