/* SQL of what payments are for. Lock order: contracts by ascending id, then installments, then payments. */
#ifndef DABIAO_ALLOCATION_STORE_H
#define DABIAO_ALLOCATION_STORE_H

#include "line_share_store.h"
#include "platform/http.h"

/* Locks the contracts that exist, by ascending id; ids in any order, doubled ones too. */
enum err allocation_store_lock(struct db *db, struct arena *arena, const int64_t *ids, size_t count) MUST_CHECK;
/* The contracts a payment may be for: its own and those of its wishes. Empty when there is no such payment. */
enum err allocation_store_contracts_of(struct db *db, struct arena *arena, int64_t payment_id, int64_t **ids_out,
                                       size_t *count_out) MUST_CHECK;
/* A contract, and those that its payments were said to be for. */
enum err allocation_store_crossed_of_contract(struct db *db, struct arena *arena, int64_t contract_id,
                                              int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Contracts that payments of these customers, made for others, were said to be for. */
enum err allocation_store_crossed_of_customers(struct db *db, struct arena *arena, int64_t one, int64_t other,
                                               int64_t **ids_out, size_t *count_out) MUST_CHECK;

/* A contract as allocation sees it. */
struct money_contract {
    int64_t id;             /* contract.id */
    int64_t amount_minor;   /* what it costs */
    bool counts;            /* neither void nor in the recycle bin */
    int64_t received_minor; /* as stored */
    int64_t planned_minor;  /* as stored */
    int64_t overdue_minor;  /* as stored */
    int64_t tax_minor;      /* part of what it costs */
};
/* An installment likewise. */
struct money_installment {
    int64_t id;             /* installment.id */
    int64_t contract_id;    /* of which contract */
    int64_t amount_minor;   /* to be paid */
    bool is_void;           /* no longer expected */
    struct date due_on;     /* by when */
    int64_t received_minor; /* as stored */
    int64_t open_minor;     /* as stored */
    struct str status;      /* as stored */
    int64_t overdue_days;   /* as stored */
    int64_t told_days;      /* as stored */
};
/* Money that came for a contract. */
struct money_source {
    int64_t contract_id;           /* for which */
    int64_t payment_id;            /* of which payment */
    struct opt_int installment_id; /* for this one */
    int64_t amount_minor;          /* less what was refunded */
    int64_t gross_minor;           /* refunds included */
    int64_t position;              /* of the wish; 0: by itself */
    struct date received_on;       /* when it came */
};
/* A stored allocation, or one that ought to be stored. */
struct money_allocation {
    int64_t contract_id;           /* of which contract */
    int64_t payment_id;            /* of which payment */
    struct opt_int installment_id; /* not set: beyond the plan */
    int64_t amount_minor;          /* how much */
    int64_t *shares;               /* of the contract's lines, in their order; empty when it has none */
};
/* What belongs to some contracts, each list in the order of the contracts; installments as they are due, sources as
 * they are to be taken, allocations by payment and installment, lines by their numbers. */
struct money_books {
    struct money_contract *contracts;       /* by id */
    size_t contract_count;                  /* in `contracts` */
    struct money_installment *installments; /* living ones */
    size_t installment_count;               /* in `installments` */
    struct money_source *sources;           /* of living payments */
    size_t source_count;                    /* in `sources` */
    struct money_allocation *allocations;   /* as stored */
    size_t allocation_count;                /* in `allocations` */
    struct line_books lines;                /* and down to the lines */
};
enum err allocation_store_books(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                struct money_books *out) MUST_CHECK;

/* Replaces the allocations of a contract; rows by payment and installment, with the shares of its lines. */
enum err allocation_store_replace(struct db *db, struct arena *arena, int64_t contract_id,
                                  const struct money_allocation *rows, size_t count, const struct money_line *lines,
                                  size_t line_count) MUST_CHECK;
enum err allocation_store_save_installment(struct db *db, struct arena *arena,
                                           const struct money_installment *row) MUST_CHECK;
enum err allocation_store_save_contract(struct db *db, struct arena *arena,
                                        const struct money_contract *row) MUST_CHECK;
/* What is allocated and what is prepaid of some payments, from the stored allocations; the payments are locked first.
 */
enum err allocation_store_save_payments(struct db *db, struct arena *arena, const int64_t *ids,
                                        size_t count) MUST_CHECK;

/* One line of what somebody said a payment is for. */
struct allocation_wish {
    int64_t contract_id;           /* of the same customer */
    struct opt_int installment_id; /* or the contract */
    int64_t amount_minor;          /* how much */
    struct line_choice *lines;     /* of which lines */
    size_t line_count;             /* in `lines` */
};
enum err allocation_store_replace_wishes(struct db *db, struct arena *arena, int64_t payment_id,
                                         const struct allocation_wish *wishes, size_t count) MUST_CHECK;

/* What a wish may lead to. */
struct allocation_target {
    int64_t contract_id;        /* the contract, or the installment's */
    struct opt_int customer_id; /* of the contract */
    struct str currency;        /* of the contract */
    bool counts;                /* contract neither void nor deleted, installment likewise */
    int64_t contract_open;      /* what the contract takes beside the other payments */
    int64_t open;               /* what the place itself takes beside the other payments */
};
/* `except_id`: the payment whose own allocations do not count. Errors: ERR_NOT_FOUND. */
enum err allocation_store_target(struct db *db, struct arena *arena, const struct allocation_wish *wish,
                                 int64_t except_id, struct allocation_target *out) MUST_CHECK;
/* The contract of an installment, whatever its state. Errors: ERR_NOT_FOUND. */
enum err allocation_store_contract_of(struct db *db, struct arena *arena, int64_t installment_id,
                                      int64_t *out) MUST_CHECK;

/* One allocation as people see it. */
struct allocation_shown {
    int64_t id;                      /* allocation.id */
    int64_t contract_id;             /* which contract */
    struct str contract_number;      /* its number */
    struct opt_int installment_id;   /* which installment */
    struct opt_str installment_name; /* its name */
    int64_t amount_minor;            /* how much */
    bool is_by_line;                 /* somebody said of which lines */
};
enum err allocation_store_shown(struct db *db, struct arena *arena, int64_t payment_id,
                                struct allocation_shown **rows_out, size_t *count_out) MUST_CHECK;

/* Contracts with money, ascending from `after`: for walks over all of them. */
enum err allocation_store_walk(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                               size_t *count_out) MUST_CHECK;
/* Payments whose figures differ from their rows, at most `limit`. */
enum err allocation_store_wrong_payments(struct db *db, struct arena *arena, int64_t after, int64_t limit,
                                         int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Brings payment.refunded_minor in line with the refunds. */
enum err allocation_store_save_refunded(struct db *db, struct arena *arena, const int64_t *ids,
                                        size_t count) MUST_CHECK;

#endif
