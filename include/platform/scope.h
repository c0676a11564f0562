/* On which records: one predicate, compiled once and used by every way in (get, list, count, search, aggregate,
 * export, autocomplete, timeline, notification, change feed). */
#ifndef DABIAO_PLATFORM_SCOPE_H
#define DABIAO_PLATFORM_SCOPE_H

#include "platform/http.h"
#include "platform/query.h"

struct object;

/* The user's scope for the object: roles' scopes united, shares noted. Cached in the identity's grants. */
const struct scope *scope_for(const struct request *request, const struct object *object);
/* Adds a predicate in parentheses that is true for the records of `object` (table alias `alias`) in scope. For writing,
 * read-only shares do not count. Every scope but "none" includes the user's own records. Records below a parent
 * (parent_object) are in scope with it, unless the scope for the object itself is none. A share opens the record, and
 * children only as far as it cascades. Without a user: FALSE. */
void scope_predicate(struct query *query, const struct request *request, const struct object *object, const char *alias,
                     bool for_write);
/* The same for reading many rows (lists, counts, sums, search, export): where the user sees few parents, they are
 * looked up first and named by id, so that the index on the reference finds the children. One record is better asked
 * for with scope_predicate. Errors: those of the database. */
enum err scope_list_predicate(struct query *query, const struct request *request, const struct object *object,
                              const char *alias) MUST_CHECK;
/* The same for a page of a sorted list, and for counting up to a limit: where very many records are in scope, the
 * list's own index is walked instead of collecting them all. Errors: those of the database. */
enum err scope_page_predicate(struct query *query, const struct request *request, const struct object *object,
                              const char *alias) MUST_CHECK;
/* For an object's `scope_terms`: writes the " OR " that the coming term needs. */
void scope_next_term(struct query *query, size_t *terms);
/* May the user see / change field `name` of the object. */
enum field_access scope_field_access(const struct request *request, const struct object *object, const char *name);
/* Departments (subtree included) and users whose targets and figures the user may see; all=true for everyone. */
const struct scope *scope_for_key(const struct request *request, const char *key);
/* OK when the record exists, is not in the recycle bin and is in scope. Errors: ERR_NOT_FOUND. */
enum err scope_check(struct request *request, const struct object *object, int64_t id, bool for_write) MUST_CHECK;

#endif
