/* Comments on follow-ups: by whoever sees one. */
#ifndef DABIAO_COMMENT_RULES_H
#define DABIAO_COMMENT_RULES_H

#include "comment_store.h"
#include "platform/http.h"

/* Errors: ERR_NOT_FOUND outside the scope, ERR_INVALID (cannot_see). */
enum err comment_add(struct request *request, int64_t follow_up_id, struct str content, const json_t *mention_ids,
                     int64_t *id_out) MUST_CHECK;
/* By its author. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN. */
enum err comment_remove(struct request *request, int64_t id) MUST_CHECK;

#endif
