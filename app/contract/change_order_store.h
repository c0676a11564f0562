/* SQL of change orders. Lock order: the contract first. */
#ifndef DABIAO_CHANGE_ORDER_STORE_H
#define DABIAO_CHANGE_ORDER_STORE_H

#include "contract_store.h"

/* What an order needs to know of its contract. */
struct order_contract {
    int64_t amount_minor;      /* what it costs now */
    int64_t cost_minor;        /* what its lines cost us */
    int64_t margin_minor;      /* amount less tax and cost */
    int64_t rate_nano;         /* of the day it was signed */
    int64_t base_minor;        /* amount in the company's currency */
    int64_t base_margin_minor; /* margin likewise */
    int64_t discount_minor;    /* on the whole */
    int64_t tax_rate_ppm;      /* on top of the lines */
    struct opt_date ends_on;   /* last day */
    struct opt_date starts_on; /* first day */
    struct opt_date signed_on; /* business date */
    struct str currency;       /* of all its money */
    struct str status;         /* draft signed completed void */
    int64_t change_count;      /* orders in effect */
    struct opt_int owner_id;   /* default owner of its orders */
};
/* The contract is locked by the caller. Errors: ERR_NOT_FOUND. */
enum err change_order_store_contract(struct db *db, struct arena *arena, int64_t contract_id,
                                     struct order_contract *out) MUST_CHECK;
/* The contract of an order, whatever its state. Errors: ERR_NOT_FOUND. */
enum err change_order_store_contract_of(struct db *db, struct arena *arena, int64_t id, int64_t *out) MUST_CHECK;
/* Business dates of the first and of the last order in effect; absent: none. */
enum err change_order_store_first(struct db *db, struct arena *arena, int64_t contract_id,
                                  struct opt_date *out) MUST_CHECK;
enum err change_order_store_last(struct db *db, struct arena *arena, int64_t contract_id,
                                 struct opt_date *out) MUST_CHECK;
/* All orders of a contract, those in the bin too. */
enum err change_order_store_ids(struct db *db, struct arena *arena, int64_t contract_id, int64_t **ids_out,
                                size_t *count_out) MUST_CHECK;
/* All orders into the bin at `at`, or out of it. */
enum err change_order_store_set_deleted(struct db *db, struct arena *arena, int64_t contract_id,
                                        struct opt_instant at) MUST_CHECK;
/* Lines of a side: "before" or "after". */
enum err change_order_store_lines(struct db *db, struct arena *arena, int64_t id, const char *side,
                                  struct contract_line **rows_out, size_t *count_out) MUST_CHECK;
enum err change_order_store_replace_lines(struct db *db, struct arena *arena, int64_t id, const char *side,
                                          const struct contract_line *lines, size_t count) MUST_CHECK;
/* Contracts beyond `after` whose figures of change orders differ from these, ascending. */
enum err change_order_store_wrong(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                                  size_t *count_out) MUST_CHECK;
/* Computes a contract's figures of change orders again. */
enum err change_order_store_refresh(struct db *db, struct arena *arena, int64_t contract_id) MUST_CHECK;

#endif
