/* SQL of contract lines, money totals. */
#ifndef DABIAO_CONTRACT_STORE_H
#define DABIAO_CONTRACT_STORE_H

#include "platform/db.h"

/* What payments and refunds need to know of a contract; the row is locked. */
struct contract_head {
    int64_t id;                 /* contract.id */
    struct opt_int customer_id; /* contract.customer_id */
    struct str currency;        /* of all its money */
    struct str status;          /* draft signed completed void */
    struct opt_int owner_id;    /* default owner of its payments */
};
/* Errors: ERR_NOT_FOUND. */
enum err contract_store_lock(struct db *db, struct arena *arena, int64_t id, struct contract_head *out) MUST_CHECK;

struct payment_head {
    int64_t id;                 /* payment.id */
    int64_t contract_id;        /* payment.contract_id */
    struct opt_int customer_id; /* payment.customer_id */
    int64_t amount_minor;       /* received */
    struct str currency;        /* of the contract */
    struct date received_on;    /* business date */
    struct opt_int owner_id;    /* default owner of its refunds */
};
enum err payment_store_lock(struct db *db, struct arena *arena, int64_t id, struct payment_head *out) MUST_CHECK;
/* Sum of the live refunds of a payment, without `except_id`. */
enum err payment_store_refunded(struct db *db, struct arena *arena, int64_t payment_id, int64_t except_id,
                                int64_t *out) MUST_CHECK;
/* The first day on which it was given back, if it was. */
enum err payment_store_first_refund(struct db *db, struct arena *arena, int64_t payment_id,
                                    struct opt_date *out) MUST_CHECK;
/* The payment of a refund, whatever its state. Errors: ERR_NOT_FOUND. */
enum err refund_store_payment(struct db *db, struct arena *arena, int64_t refund_id, int64_t *out) MUST_CHECK;
/* Recomputes payment.refunded_minor from the live refunds. */
enum err payment_store_refresh(struct db *db, struct arena *arena, int64_t payment_id) MUST_CHECK;
/* Payments, refunds, installments and invoices of a contract that names another customer now name it too. */
enum err contract_store_follow_customer(struct db *db, struct arena *arena, int64_t contract_id) MUST_CHECK;

/* One product of a contract. */
struct contract_line {
    int64_t id;                /* contract_line.id; 0: a new one, or one of a change order */
    int64_t line_number;       /* 1… */
    struct opt_int product_id; /* from the catalogue, or free text */
    struct str name;           /* as sold */
    int64_t quantity_milli;    /* thousandths */
    int64_t unit_price_minor;  /* price */
    int64_t unit_cost_minor;   /* cost at that time */
    int64_t amount_minor;      /* quantity × price */
    int64_t cost_minor;        /* quantity × cost */
    int64_t total_minor;       /* part of the contract's amount, discount and tax included */
    int64_t tax_minor;         /* part of its tax */
    int64_t received_minor;    /* what payments are for it */
    int64_t refunded_minor;    /* what refunds took back from it */
};
enum err contract_store_lines(struct db *db, struct arena *arena, int64_t contract_id, struct contract_line **rows_out,
                              size_t *count_out) MUST_CHECK;
/* Lines that have an id stay the same ones: what payments were said to be for stays with them. */
enum err contract_store_replace_lines(struct db *db, struct arena *arena, int64_t contract_id,
                                      const struct contract_line *lines, size_t count) MUST_CHECK;

struct product_price {
    struct str name;     /* catalogue name */
    int64_t price_minor; /* list price */
    int64_t cost_minor;  /* standard cost */
};
/* Errors: ERR_NOT_FOUND. */
enum err contract_store_product(struct db *db, struct arena *arena, int64_t product_id,
                                struct product_price *out) MUST_CHECK;

struct opportunity_head {
    struct opt_int customer_id; /* of the opportunity */
    struct str name;            /* of the opportunity */
};
enum err contract_store_opportunity(struct db *db, struct arena *arena, int64_t opportunity_id,
                                    struct opportunity_head *out) MUST_CHECK;

#endif
