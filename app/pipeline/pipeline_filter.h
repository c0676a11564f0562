/* Filters of board and analysis: written as JSON, so that the same text opens the rows behind a number. */
#ifndef DABIAO_PIPELINE_FILTER_H
#define DABIAO_PIPELINE_FILTER_H

#include "platform/object_list.h"

/* {"field":…,"op":…,"value":…}; takes `value` over. Owned by the caller. */
json_t *filter_is(const char *field, const char *op, json_t *value);
/* {"field":…,"op":…} */
json_t *filter_null(const char *field, const char *op);
/* All of them, taken over; those that are NULL or {} say nothing. */
json_t *filter_all(json_t *a, json_t *b, json_t *c);
/* The query parameter `name` as a filter of opportunities, or NULL. Errors: ERR_BAD_FILTER. */
enum err filter_read(struct request *request, const char *name, json_t **out) MUST_CHECK;
/* A list request with that filter (borrowed) and search. Errors: ERR_BAD_FILTER. */
enum err filter_list(struct request *request, const json_t *filter, struct str search,
                     struct list_request *out) MUST_CHECK;
/* Refuses who may not read what board and analysis are made of. Errors: ERR_FORBIDDEN. */
enum err filter_may(struct request *request, const char *const *fields, size_t count) MUST_CHECK;

#endif
