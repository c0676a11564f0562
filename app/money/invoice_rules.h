/* Invoices, inside the feature. */
#ifndef DABIAO_INVOICE_RULES_H
#define DABIAO_INVOICE_RULES_H

#include "platform/object.h"

extern const struct object INVOICE;

/* Takes an invoice back by a red-letter one, once. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID. */
enum err invoice_reverse(struct request *request, int64_t id, int64_t *id_out) MUST_CHECK;
/* For contracts: the amount must hold what is invoiced, and a void contract has no invoices that stand. */
enum err invoice_check_contract(struct request *request, const struct record_change *change) MUST_CHECK;

#endif
