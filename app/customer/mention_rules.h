/* People called by @name: only those who may see the customer, told once. */
#ifndef DABIAO_MENTION_RULES_H
#define DABIAO_MENTION_RULES_H

#include "platform/object.h"

enum { MENTIONS_MAX = 20 };

/* Members of bodies and answers. */
#define MENTION_IDS_FIELD                                                                                              \
    {                                                                                                                  \
        .name = "mention_ids", .type = FIELD_LIST, .item = FIELD_INT, .max = MENTIONS_MAX,                             \
        .about = "people called by @name; they must be able to see the customer"                                       \
    }
extern const struct field MENTION_ITEM[];

/* Writes who is mentioned in a record (object and id) about a customer and tells those who are new. `about` names the
 * record that a notification leads to. Errors: ERR_INVALID (cannot_see) naming `mention_ids.N`. */
enum err mention_save(struct request *request, const char *object, int64_t record_id, int64_t customer_id,
                      const json_t *list, const struct object *about, int64_t about_id) MUST_CHECK;
/* As a list for answers. Owned by the caller. */
enum err mention_json(struct request *request, const char *object, int64_t record_id, json_t **out) MUST_CHECK;

#endif
