/* Search by text: which records may match, and whether one does. */
#ifndef DABIAO_PLATFORM_OBJECT_SEARCH_H
#define DABIAO_PLATFORM_OBJECT_SEARCH_H

#include "platform/object_store.h"

/* Above this many records a piece of text is called common: walking the sorted list and checking each record is then
 * quicker than collecting all that have it. */
enum { SEARCH_COMMON = 3000 };

/* " AND (…)": the label contains the text, or a unique code begins with it (in directories: contains it). */
void search_add_match(const struct request *request, struct query *query, const struct object *object, struct str text);
/* A SELECT of the ids of all records that may match, when they are few: `few_out`. Errors: those of the database. */
enum err search_candidates(struct request *request, const struct object *object, struct str text, struct query *query,
                           bool *few_out) MUST_CHECK;

/* For an object's `search_ids`. Counts the rows of a SELECT up to SEARCH_COMMON. */
enum err search_count_few(struct request *request, const struct query *ids, int64_t *out) MUST_CHECK;
/* Adds a SELECT of ids to those in `query`. */
void search_add_ids(struct query *query, const struct query *ids);
/* The same unless it finds too many: then `few_out` becomes false. */
enum err search_add_few(struct request *request, struct query *query, const struct query *ids,
                        bool *few_out) MUST_CHECK;

#endif
