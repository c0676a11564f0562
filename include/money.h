/* Money: numbers by patterns, payment plans and what payments are for, invoices, quotes. Contracts, payments and
 * refunds themselves are app/contract, which tells this feature what happened.
 *
 * Lock order, of everything that touches money: contracts by ascending id, then installments, then payments. */
#ifndef DABIAO_MONEY_H
#define DABIAO_MONEY_H

#include "platform/object.h"

extern const struct feature MONEY_FEATURE;
extern const struct feature PRINT_FEATURE;

/* Largest amount, in minor units; most lines of a contract or quote. */
#define MONEY_MAX 1000000000000000LL
enum { MONEY_LINES_MAX = 200, MONEY_PPM_ONE = 1000000 };

/* Billionths in a rate of 1. */
#define MONEY_RATE_ONE 1000000000LL
enum { MONEY_RATE_DIGITS = 9 };
/* What a document is worth in the company's currency, at the rate of its own day. */
#define MONEY_BASE_FIELDS                                                                                              \
    {.name = "rate_nano",                                                                                              \
     .zh = "汇率",                                                                                                     \
     .en = "Exchange rate",                                                                                            \
     .type = FIELD_INT,                                                                                                \
     .scale = MONEY_RATE_DIGITS,                                                                                       \
     .flags = FIELD_READ_ONLY | FIELD_HIDDEN_IN_LIST,                                                                  \
     .about = "billionths of the company's currency for one of this; of the business date, kept"},                     \
    {                                                                                                                  \
        .name = "base_minor", .zh = "本位币金额", .en = "In company currency", .type = FIELD_MONEY,                    \
        .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST, .closed_with = {"amount_minor"},             \
        .about = "amount × rate in the company's currency: what counts for targets and sums"                          \
    }

/* Tax on what is sold, and what is earned by it: contracts and quotes. */
#define MONEY_TAX_FIELDS                                                                                               \
    {.name = "tax_rate_ppm",                                                                                           \
     .zh = "税率",                                                                                                     \
     .en = "Tax rate",                                                                                                 \
     .type = FIELD_PPM,                                                                                                \
     .min = 0,                                                                                                         \
     .max = MONEY_PPM_ONE,                                                                                             \
     .flags = FIELD_HIDDEN_IN_LIST,                                                                                    \
     .about = "comes on top of the lines; 0: prices have it in them"},                                                 \
    {                                                                                                                  \
        .name = "tax_minor", .zh = "税额", .en = "Tax", .type = FIELD_MONEY,                                           \
        .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST, .closed_with = {"amount_minor"},             \
        .about = "part of the amount"                                                                                  \
    }
#define MONEY_MARGIN_FIELDS                                                                                            \
    {.name = "margin_minor",                                                                                           \
     .zh = "毛利",                                                                                                     \
     .en = "Margin",                                                                                                   \
     .type = FIELD_MONEY,                                                                                              \
     .flags = FIELD_READ_ONLY | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,                                                 \
     .closed_with = {"cost_minor", "amount_minor"},                                                                    \
     .about = "amount less tax and cost; closed where either is"},                                                     \
    {                                                                                                                  \
        .name = "margin_ppm", .zh = "毛利率", .en = "Margin rate", .type = FIELD_PPM,                                  \
        .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,                             \
        .closed_with = {"cost_minor", "amount_minor"}, .about = "margin / amount without tax; null when that is 0"     \
    }

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

/* Sets margin_minor and margin_ppm from the amount, its tax and the cost that the change has. */
void money_set_margin(struct record_change *change);

/* Takes the rate that holds on the day; `dated_by` names the field to blame. Errors: ERR_INVALID: there is none. */
enum err money_take_rate(struct request *request, struct record_change *change, struct date on,
                         const char *dated_by) MUST_CHECK;
/* An amount in the company's currency. Errors: ERR_INVALID. */
enum err money_to_base(struct request *request, struct str currency, int64_t rate_nano, int64_t amount_minor,
                       int64_t *out) MUST_CHECK;
/* Sets base_minor from amount_minor at the rate the change has. */
enum err money_set_base(struct request *request, struct record_change *change) MUST_CHECK;
/* For `prepare`: the rate of the business date (a field), taken when that is new, and base_minor. */
enum err money_rate_and_base(struct request *request, struct record_change *change, const char *dated_by) MUST_CHECK;

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
/* Nested member `lines` of refunds, and their hooks. Errors: ERR_INVALID. */
extern const struct field MONEY_REFUND_BODY[];
extern const struct field MONEY_REFUND_ANSWER[];
enum err money_refund_prepare(struct request *request, const struct record_change *change) MUST_CHECK;
enum err money_refund_saved(struct request *request, const struct record_change *change) MUST_CHECK;
enum err money_refund_complete(struct request *request, int64_t id, json_t *record) MUST_CHECK;
/* For the hooks of contracts: the amount must hold what was planned. Errors: ERR_INVALID. */
enum err money_contract_prepare(struct request *request, struct record_change *change) MUST_CHECK;
enum err money_contract_saved(struct request *request, const struct record_change *change) MUST_CHECK;

/* Contracts and payments went from one customer to another: money said to be for a contract of somebody else is prepaid
 * again, or is for it again. */
enum err money_customers_changed(struct request *request, int64_t one, int64_t other) MUST_CHECK;

/* What stands under a contract: the contract, chosen when it is made, and the contract's customer. */
#define CONTRACT_PARENT_FIELDS(about_)                                                                                 \
    {.name = "contract_id",                                                                                            \
     .zh = "合同",                                                                                                     \
     .en = "Contract",                                                                                                 \
     .type = FIELD_REF,                                                                                                \
     .ref = "contract",                                                                                                \
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,                                                                      \
     .about = (about_)},                                                                                               \
    {                                                                                                                  \
        .name = "customer_id", .zh = "客户", .en = "Customer", .type = FIELD_REF, .ref = "customer",                   \
        .flags = FIELD_READ_ONLY | FIELD_NULLABLE, .about = "of the contract"                                          \
    }

#endif
