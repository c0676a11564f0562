/* SQL of payment plans. */
#ifndef DABIAO_INSTALLMENT_STORE_H
#define DABIAO_INSTALLMENT_STORE_H

#include "platform/http.h"

/* What an installment needs to know of its contract. */
struct plan_contract {
    int64_t amount_minor;       /* what it costs */
    struct opt_int customer_id; /* contract.customer_id */
    struct str currency;        /* of all its money */
    struct str status;          /* draft signed completed void */
    struct opt_int owner_id;    /* default owner of its installments */
};
/* The contract is locked by the caller. Errors: ERR_NOT_FOUND. */
enum err installment_store_contract(struct db *db, struct arena *arena, int64_t id,
                                    struct plan_contract *out) MUST_CHECK;
/* Sum of the living installments that are not void, without `except_id`. */
enum err installment_store_sum(struct db *db, struct arena *arena, int64_t contract_id, int64_t except_id,
                               int64_t *out) MUST_CHECK;
/* Amount of one; 0 when there is none. */
enum err installment_store_amount(struct db *db, struct arena *arena, int64_t id, int64_t *out) MUST_CHECK;

/* Contracts whose installments are due before the day and open, ascending from `after`. */
enum err installment_store_late(struct db *db, struct arena *arena, struct date today, int64_t after, int64_t limit,
                                int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* An installment somebody is to hear of. */
struct late_row {
    int64_t id;                 /* installment */
    struct str name;            /* its name */
    struct str contract_number; /* of its contract */
    struct opt_str customer;    /* name */
    int64_t open_minor;         /* still to come */
    struct str currency;        /* of the contract */
    int64_t overdue_days;       /* since when */
    struct opt_int owner_id;    /* whose */
    struct opt_int manager_id;  /* of the owner */
    struct opt_int head_id;     /* of the owner's department */
};
/* Those that are overdue for a step they were not told yet, by id, locked. */
enum err installment_store_to_tell(struct db *db, struct arena *arena, int64_t limit, struct late_row **rows_out,
                                   size_t *count_out) MUST_CHECK;
enum err installment_store_told(struct db *db, struct arena *arena, int64_t id, int64_t days) MUST_CHECK;
/* People with the role "finance". */
enum err installment_store_finance(struct db *db, struct arena *arena, int64_t **ids_out, size_t *count_out) MUST_CHECK;

#endif
