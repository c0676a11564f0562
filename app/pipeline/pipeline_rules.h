/* Setting up pipelines. */
#ifndef DABIAO_PIPELINE_RULES_H
#define DABIAO_PIPELINE_RULES_H

#include "pipeline_store.h"

/* Errors: ERR_IN_USE, ERR_NOT_FOUND. */
enum err pipeline_remove(struct request *request, int64_t id) MUST_CHECK;
/* Ids of a text such as "3,17", as JSON. Owned by the caller. */
json_t *pipeline_ids_json(struct opt_str list);
/* Words of a text such as "name,amount_minor". */
json_t *pipeline_words_json(struct str list);
/* Whether an item of this kind can be ticked. */
bool guide_can_tick(struct str kind);
/* Whether a stage may ask for the field. */
bool pipeline_can_require(const struct field *field);

#endif
