/* SQL of which lines of a contract money is for. */
#ifndef DABIAO_LINE_SHARE_STORE_H
#define DABIAO_LINE_SHARE_STORE_H

#include "platform/db.h"

/* A line as allocation sees it; the figures are as stored, or as they ought to be. */
struct money_line {
    int64_t contract_id;    /* of which contract */
    int64_t id;             /* contract_line.id */
    int64_t amount_minor;   /* quantity × price: its weight in the contract */
    int64_t total_minor;    /* part of the contract's amount */
    int64_t tax_minor;      /* part of the contract's tax */
    int64_t received_minor; /* sum of its shares */
    int64_t refunded_minor; /* what refunds took back */
};
/* What somebody said: a payment's wish is for a line, or refunds of a payment take back from it. */
struct money_choice {
    int64_t contract_id;  /* of the line */
    int64_t payment_id;   /* of which payment */
    int64_t position;     /* of the wish; 0 for refunds */
    int64_t line_id;      /* which line */
    int64_t amount_minor; /* how much */
};
/* A stored share. */
struct money_share {
    int64_t contract_id;    /* of which contract */
    int64_t payment_id;     /* of which payment */
    int64_t installment_id; /* 0: beyond the plan */
    int64_t line_id;        /* which line */
    int64_t amount_minor;   /* how much */
};
/* What belongs to the lines of some contracts, each list in the order of the contracts. */
struct line_books {
    struct money_line *lines;        /* by number */
    size_t line_count;               /* in `lines` */
    struct money_choice *choices;    /* of wishes */
    size_t choice_count;             /* in `choices` */
    struct money_choice *take_backs; /* of refunds, one a payment and line */
    size_t take_back_count;          /* in `take_backs` */
    struct money_share *shares;      /* by payment and installment */
    size_t share_count;              /* in `shares` */
};
enum err line_share_store_books(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                struct line_books *out) MUST_CHECK;
enum err line_share_store_save(struct db *db, struct arena *arena, const struct money_line *line) MUST_CHECK;

/* Part of a wish or of a refund. */
struct line_choice {
    int64_t line_id;      /* which line */
    int64_t amount_minor; /* how much */
};
enum err line_share_store_add_wished(struct db *db, struct arena *arena, int64_t payment_id, int64_t position,
                                     const struct line_choice *lines, size_t count) MUST_CHECK;
enum err line_share_store_replace_refunded(struct db *db, struct arena *arena, int64_t refund_id,
                                           const struct line_choice *lines, size_t count) MUST_CHECK;

/* Lines of a contract with what each takes beside the other payments. */
enum err line_share_store_open(struct db *db, struct arena *arena, int64_t contract_id, int64_t payment_id,
                               struct line_choice **rows_out, size_t *count_out) MUST_CHECK;
/* What lines have of a payment. */
enum err line_share_store_own(struct db *db, struct arena *arena, int64_t payment_id, struct line_choice **rows_out,
                              size_t *count_out) MUST_CHECK;

/* A share as people see it. */
struct share_shown {
    int64_t allocation_id;     /* of which allocation or refund */
    int64_t line_id;           /* which line */
    int64_t line_number;       /* its number */
    struct opt_int product_id; /* its product */
    struct str name;           /* as sold */
    int64_t amount_minor;      /* how much */
};
enum err line_share_store_shown(struct db *db, struct arena *arena, int64_t payment_id, struct share_shown **rows_out,
                                size_t *count_out) MUST_CHECK;
enum err line_share_store_refunded(struct db *db, struct arena *arena, int64_t refund_id, struct share_shown **rows_out,
                                   size_t *count_out) MUST_CHECK;

#endif
