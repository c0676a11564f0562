/* SQL of invoices. */
#ifndef DABIAO_INVOICE_STORE_H
#define DABIAO_INVOICE_STORE_H

#include "platform/http.h"

/* Sum of the living invoices of a contract, red-letter ones negative, without `except_id`. */
enum err invoice_store_sum(struct db *db, struct arena *arena, int64_t contract_id, int64_t except_id,
                           int64_t *out) MUST_CHECK;
/* An invoice that another one takes back. */
struct invoice_head {
    int64_t contract_id;       /* of which contract */
    int64_t amount_minor;      /* tax included */
    struct str kind;           /* word */
    struct str title;          /* whom it is made out to */
    struct opt_str tax_number; /* of the buyer */
    int64_t tax_rate_ppm;      /* rate */
    int64_t rate_nano;         /* of the day it was issued */
    bool is_red;               /* takes one back itself */
    bool is_deleted;           /* in the recycle bin */
    int64_t red_count;         /* living invoices that take it back, without the one asked for */
};
/* Errors: ERR_NOT_FOUND. */
enum err invoice_store_head(struct db *db, struct arena *arena, int64_t id, int64_t except_id,
                            struct invoice_head *out) MUST_CHECK;
/* The contract of an invoice, whatever its state. Errors: ERR_NOT_FOUND. */
enum err invoice_store_contract_of(struct db *db, struct arena *arena, int64_t id, int64_t *out) MUST_CHECK;
/* Name of the contract's customer; no text: none. */
enum err invoice_store_title(struct db *db, struct arena *arena, int64_t contract_id, struct opt_str *out) MUST_CHECK;
/* Brings contract.invoiced_minor and invoice.is_reversed in line. */
enum err invoice_store_refresh(struct db *db, struct arena *arena, int64_t contract_id) MUST_CHECK;
/* Contracts whose invoices do not agree with what is kept of them, ascending from `after`. */
enum err invoice_store_wrong(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                             size_t *count_out) MUST_CHECK;

#endif
