/* When two records are the same one: keys under rules, held by records, unique in the database.
 *
 * A rule names fields and a method. Exact and normalised: all the fields together are one key, absent when one of them
 * is empty. Phone: each field is a key of its own. Live records hold their keys in table record_key; the first one
 * holds slot 0, so of several that are saved at once exactly one gets in. Invariant: a key that live records hold has a
 * holder of slot 0. */
#ifndef DABIAO_DUPLICATE_RULES_H
#define DABIAO_DUPLICATE_RULES_H

#include "duplicate_store.h"
#include "platform/job.h"

enum { RULE_FIELDS_MAX = 6 };

/* For the `saved` hooks: takes, frees or parks the record's keys. What the rules do not let in is refused with the
 * blind matches. Errors: ERR_DUPLICATE_CUSTOMER, ERR_DUPLICATE_CONTACT, ERR_POSSIBLE_DUPLICATE. */
enum err duplicate_saved(struct request *request, const struct record_change *change) MUST_CHECK;
/* For the `purged` hooks. */
enum err duplicate_purged(struct db *db, struct arena *arena, const char *object, int64_t id) MUST_CHECK;

/* Indices of a rule's fields in its object; 0 when one of them is no field (any more). */
size_t rule_fields(const struct object *object, struct str names, size_t indices_out[RULE_FIELDS_MAX]);
/* Hashes of the keys that values give under a rule; `values` stand in the order of the rule's fields. */
size_t rule_keys(struct arena *arena, const struct object *object, const struct duplicate_rule *rule,
                 const struct value *values, struct str hashes_out[RULE_FIELDS_MAX]);

/* Checks and writes rules; answers with the job that makes the keys (0: none needed). Errors: ERR_INVALID,
 * ERR_NOT_FOUND, ERR_STALE_VERSION. */
enum err duplicate_rule_create(struct request *request, const json_t *body, int64_t *id_out,
                               int64_t *job_id_out) MUST_CHECK;
enum err duplicate_rule_update(struct request *request, int64_t id, int64_t version, const json_t *body,
                               int64_t *job_id_out) MUST_CHECK;
enum err duplicate_rule_delete(struct request *request, int64_t id, int64_t version) MUST_CHECK;
/* Job `duplicate_rule.build`: keys of all records under a changed rule, and the end of those no longer wanted. */
enum err duplicate_rule_build(struct job *job, json_t **result_out) MUST_CHECK;
/* Queues the making of a rule's keys inside the caller's transaction. */
enum err duplicate_rule_queue(struct db *db, struct arena *arena, int64_t user_id, int64_t rule_id,
                              int64_t *job_id_out) MUST_CHECK;

/* Body member that lets a possible duplicate in. */
extern const struct field DUPLICATE_EXTRA_BODY[];

#endif
