/* Templates of printed documents: text with placeholders. What is in braces must be known; all else is text, and text
 * is all that comes out of it. Pure. */
#ifndef DABIAO_ENGINES_PRINT_TEMPLATE_H
#define DABIAO_ENGINES_PRINT_TEMPLATE_H

#include "platform/err.h"

/* Whether every {{placeholder}} is one of `names` (ended by NULL) or a list of lines with known columns:
 * {{lines name quantity price amount}}. `bad_out` gets the first that is not, or what stays open. */
bool print_template_check(struct str body, const char *const *names, struct str *bad_out) MUST_CHECK;

#endif
