/* The blind check: what exists already, told without anything that the asking user may not see. */
#ifndef DABIAO_DUPLICATE_CHECK_RULES_H
#define DABIAO_DUPLICATE_CHECK_RULES_H

#include "platform/object.h"

enum { MATCHES_MAX = 20, MATCH_FIELDS_MAX = 8 };

/* A customer that may be the same, and by which fields. */
struct match {
    int64_t customer_id;                  /* which */
    int64_t contact_id;                   /* the contact that matched, or 0 */
    const struct object *object;          /* whose fields matched: customer or contact */
    const char *fields[MATCH_FIELDS_MAX]; /* that matched, each once */
    size_t field_count;                   /* in `fields` */
};
struct matches {
    struct match items[MATCHES_MAX]; /* in the order they were found */
    size_t count;                    /* in `items` */
};
/* Adds records of CUSTOMER or CONTACT that match by fields (names, comma separated). */
enum err matches_add(struct request *request, struct matches *matches, const struct object *object, const int64_t *ids,
                     size_t count, struct str fields) MUST_CHECK;
/* As the API shows them (struct field table MATCH_ITEM): id and name only of customers the user may see, found by
 * fields the user may read. */
enum err matches_json(struct request *request, const struct matches *matches, json_t **out) MUST_CHECK;

/* What exists with these values: body members name, phone, mobile and others of DUPLICATE_CHECK_BODY. `action_out`:
 * what saving would meet: "block", "warn", "review", or NULL. */
enum err duplicate_check(struct request *request, const json_t *body, struct matches *matches_out,
                         const char **action_out) MUST_CHECK;
extern const struct field MATCH_ITEM[];
extern const struct field DUPLICATE_CHECK_BODY[];

/* A sealed name for a customer the user may not see: good for that user, for some days. */
enum err claim_ref_make(struct request *request, int64_t customer_id, struct str *out) MUST_CHECK;
/* Errors: ERR_INVALID naming `claim_ref`. */
enum err claim_ref_read(struct request *request, struct str ref, int64_t *customer_id_out) MUST_CHECK;

#endif
