/* Fields that administrators add: their definitions, formulas, layouts of forms. What records do with them is
 * platform/custom.h. docs/adr/custom-fields.md */
#ifndef DABIAO_CUSTOMFIELD_H
#define DABIAO_CUSTOMFIELD_H

#include "platform/object.h"

extern const struct feature CUSTOMFIELD_FEATURE;

/* Members of GET /meta: {sections, hidden} of an object's form in the caller's language. Errors: those of the database.
 */
enum err layout_meta(struct request *request, const struct object *object, json_t **out) MUST_CHECK;

#endif
