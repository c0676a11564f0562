/* SQL of price books and of who may discount how much. */
#ifndef DABIAO_PRICE_STORE_H
#define DABIAO_PRICE_STORE_H

#include "platform/http.h"

/* A price of a price book. */
struct price_entry {
    int64_t product_id;         /* of which product */
    struct str product_name;    /* its name */
    int64_t price_minor;        /* list price */
    struct opt_int floor_minor; /* lowest price */
    struct opt_date from_on;    /* first day */
    struct opt_date until_on;   /* last day */
};
enum err price_store_entries(struct db *db, struct arena *arena, int64_t book_id, struct price_entry **rows_out,
                             size_t *count_out) MUST_CHECK;
enum err price_store_replace_entries(struct db *db, struct arena *arena, int64_t book_id,
                                     const struct price_entry *rows, size_t count) MUST_CHECK;
enum err price_store_departments(struct db *db, struct arena *arena, int64_t book_id, int64_t **ids_out,
                                 size_t *count_out) MUST_CHECK;
enum err price_store_replace_departments(struct db *db, struct arena *arena, int64_t book_id, const int64_t *ids,
                                         size_t count) MUST_CHECK;

/* What a product costs. */
struct price {
    struct str name;            /* of the product */
    int64_t price_minor;        /* list price */
    struct opt_int floor_minor; /* lowest price; not set: none */
    int64_t cost_minor;         /* standard cost */
};
/* Of the price book on the day, else of the product itself. Errors: ERR_NOT_FOUND: no such product. */
enum err price_store_find(struct db *db, struct arena *arena, struct opt_int book_id, int64_t product_id,
                          struct date on, struct price *out) MUST_CHECK;
/* What a quote asks of a price book. */
struct book_head {
    struct str currency; /* of its prices */
    bool is_active;      /* offered */
    bool is_open;        /* the department may use it */
};
/* Errors: ERR_NOT_FOUND. */
enum err price_store_book(struct db *db, struct arena *arena, int64_t book_id, struct value department,
                          struct book_head *out) MUST_CHECK;

/* What a person may take off. */
struct discount_right {
    int64_t max_discount_ppm; /* of the list price */
    bool may_go_below_floor;  /* and below the floor */
    bool limited;             /* somebody's right is limited at all; else everybody may everything */
};
enum err price_store_right(struct db *db, struct arena *arena, int64_t user_id, struct discount_right *out) MUST_CHECK;
/* Whether another living row is about the role. */
enum err price_store_role_taken(struct db *db, struct arena *arena, int64_t role_id, int64_t except_id,
                                bool *out) MUST_CHECK;

#endif
