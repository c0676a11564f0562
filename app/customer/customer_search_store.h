/* More ways to find customers and contacts by a text: letters of the name's readings, digits of numbers. */
#ifndef DABIAO_CUSTOMER_SEARCH_STORE_H
#define DABIAO_CUSTOMER_SEARCH_STORE_H

#include "platform/object.h"

/* For the hooks of CUSTOMER: any two neighbouring letters of the initials; the beginning (7 digits or more) or the end
 * (4 or more) of a number of the customer or of a contact. Numbers that the user may not read, and contacts that the
 * user may not see, find nothing. */
void customer_search_match(const struct request *request, struct query *query, struct str text);
enum err customer_search_ids(struct request *request, struct query *query, struct str text, bool *few_out) MUST_CHECK;
/* For the hooks of CONTACT: its own numbers. */
void contact_search_match(const struct request *request, struct query *query, struct str text);
enum err contact_search_ids(struct request *request, struct query *query, struct str text, bool *few_out) MUST_CHECK;

#endif
