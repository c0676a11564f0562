/* Names of the small tables that most records point to (people, departments, regions, pools, tags, stages), kept in
 * each worker for as long as company.org_epoch stands: a page of records then needs no joins for them. Whoever writes
 * such a name raises the epoch (object_rules does it for objects with OBJECT_NAMES_KEPT). */
#ifndef DABIAO_PLATFORM_DIRECTORY_H
#define DABIAO_PLATFORM_DIRECTORY_H

#include "platform/http.h"
#include "platform/object.h"

/* The names of one table. */
struct directory;

/* The names of what `reference` leads to; `*out` is NULL when they are to be joined instead: outside of requests of a
 * user, before the first read, after a change of names in this transaction, and for tables that are not small. They
 * live until the next identity is loaded. Errors: those of the database. */
enum err directory_open(struct request *request, const struct reference *reference,
                        const struct directory **out) MUST_CHECK;
/* False when the row is not among them: it is younger than they are. */
bool directory_name(const struct directory *directory, int64_t id, struct str *out);
/* A kept name is being changed by this transaction: kept names count no longer, here at once, elsewhere from its end.
 */
enum err directory_change(struct request *request) MUST_CHECK;

#endif
