/* What the scope files share. Nothing else includes this header.
 *
 *   scope.c              one predicate for a record, and for walking a sorted list
 *   scope_ways_store.c   the same records by several ways, each of which an index serves */
#ifndef DABIAO_PLATFORM_SCOPE_INTERNAL_H
#define DABIAO_PLATFORM_SCOPE_INTERNAL_H

#include "platform/object.h"
#include "platform/scope.h"

/* No role gives anything. */
bool scope_is_none(const struct scope *scope);
/* Every record is in scope. */
bool scope_sees_all(const struct request *request, const struct object *object);
/* "alias.column = ?" or "alias.column IN (…)". */
void scope_add_id_test(struct query *query, const char *alias, const char *column, const int64_t *ids, size_t count);
/* The user and the subordinates as one list. */
const int64_t *scope_owners(struct arena *arena, const struct scope *scope, size_t *count_out);
/* Names for the parents of nested predicates. */
const char *scope_parent_alias(size_t depth);
/* Terms of the records shared with the user, themselves or through a record above: " OR " before each but the first. */
void scope_add_share_terms(struct query *query, const struct request *request, const struct object *object,
                           const char *alias, bool for_write, size_t *terms);

#endif
