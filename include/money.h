/* Money: numbers by patterns, payment plans and what payments are for, invoices, quotes. Contracts, payments and
 * refunds themselves are app/contract, which tells this feature what happened.
 *
 * Lock order, of everything that touches money: contracts by ascending id, then installments, then payments. */
#ifndef DABIAO_MONEY_H
#define DABIAO_MONEY_H

#include "platform/object.h"

extern const struct feature MONEY_FEATURE;

/* Largest amount, in minor units; most lines of a contract or quote. */
#define MONEY_MAX 1000000000000000LL
enum { MONEY_LINES_MAX = 200 };

/* What is sold by a line of a contract or quote. */
#define MONEY_LINE_FIELDS                                                                                              \
    {.name = "product_id",                                                                                             \
     .type = FIELD_REF,                                                                                                \
     .ref = "product",                                                                                                 \
     .flags = FIELD_NULLABLE,                                                                                          \
     .about = "from the catalogue, or null for free text"},                                                            \
        {.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "the product's unless given"},          \
        {.name = "quantity_milli",                                                                                     \
         .type = FIELD_INT,                                                                                            \
         .min = 1,                                                                                                     \
         .max = 1000000000000,                                                                                         \
         .flags = FIELD_REQUIRED,                                                                                      \
         .about = "thousandths: 1500 is 1.5"},                                                                         \
    {                                                                                                                  \
        .name = "unit_price_minor", .type = FIELD_MONEY, .min = 0, .max = MONEY_MAX,                                   \
        .about = "list price unless given"                                                                             \
    }

/* For `prepare` of a kind that has a pattern: gives out field `number` unless it was typed. Numbers that people typed
 * are passed over. */
enum err money_give_number(struct request *request, struct record_change *change) MUST_CHECK;

/* Quantity in thousandths × price, half away from zero; false when that is too large. Example: 1,500 × 333 = 500
 * (499.5). */
bool money_line_amount(int64_t quantity_milli, int64_t unit_minor, int64_t *out) MUST_CHECK;

/* ---- what payments are for ---- */

/* Nested member `allocations` of payments, in bodies and in answers. */
extern const struct field MONEY_ALLOCATIONS_BODY[];
extern const struct field MONEY_ALLOCATIONS_ANSWER[];

/* Computes what payments are for and the figures of contracts and installments again; the payment's own figures too. */
enum err money_bring(struct request *request, const int64_t *contract_ids, size_t contract_count,
                     struct opt_int payment_id) MUST_CHECK;
/* Locks the contracts that a payment is for or is to be for, before its own row; id 0: a new one. */
enum err money_lock_payment(struct request *request, int64_t payment_id, const json_t *body) MUST_CHECK;
/* The contracts a payment is or may be for. */
enum err money_contracts_of(struct request *request, int64_t payment_id, int64_t **ids_out,
                            size_t *count_out) MUST_CHECK;
/* For the hooks of payments, customer and currency being known. Errors: ERR_INVALID. */
enum err money_payment_prepare(struct request *request, struct record_change *change) MUST_CHECK;
enum err money_payment_saved(struct request *request, const struct record_change *change) MUST_CHECK;
enum err money_payment_complete(struct request *request, int64_t id, json_t *record) MUST_CHECK;
/* For the hooks of contracts: the amount must hold what was planned. Errors: ERR_INVALID. */
enum err money_contract_prepare(struct request *request, struct record_change *change) MUST_CHECK;
enum err money_contract_saved(struct request *request, const struct record_change *change) MUST_CHECK;

#endif
