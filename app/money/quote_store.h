/* SQL of quotes. */
#ifndef DABIAO_QUOTE_STORE_H
#define DABIAO_QUOTE_STORE_H

#include "platform/http.h"

/* One product of a quote. */
struct quote_line {
    int64_t line_number;        /* 1… */
    struct opt_int product_id;  /* from the catalogue, or free text */
    struct str name;            /* as offered */
    int64_t quantity_milli;     /* thousandths */
    int64_t list_price_minor;   /* list price that day */
    struct opt_int floor_minor; /* lowest price that day */
    int64_t unit_price_minor;   /* offered */
    int64_t amount_minor;       /* quantity × unit price */
    int64_t unit_cost_minor;    /* cost that day */
    int64_t cost_minor;         /* quantity × unit cost */
};
enum err quote_store_lines(struct db *db, struct arena *arena, int64_t quote_id, struct quote_line **rows_out,
                           size_t *count_out) MUST_CHECK;
enum err quote_store_replace_lines(struct db *db, struct arena *arena, int64_t quote_id, const struct quote_line *lines,
                                   size_t count) MUST_CHECK;

/* A version that was sent and then changed. */
struct quote_version {
    int64_t version_number;          /* 1… */
    struct str content;              /* JSON */
    struct opt_instant sent_at;      /* when it went out */
    struct instant replaced_at;      /* when it was changed */
    struct opt_str replaced_by_name; /* by whom */
};
enum err quote_store_versions(struct db *db, struct arena *arena, int64_t quote_id, struct quote_version **rows_out,
                              size_t *count_out) MUST_CHECK;
enum err quote_store_keep_version(struct request *request, int64_t quote_id, int64_t version_number, struct str content,
                                  struct value sent_at) MUST_CHECK;

/* Writes what an action changes; the version grows. */
enum err quote_store_approve(struct request *request, int64_t id) MUST_CHECK;
enum err quote_store_set_contract(struct request *request, int64_t id, int64_t contract_id) MUST_CHECK;
/* Whether the contract lives. */
enum err quote_store_contract_lives(struct db *db, struct arena *arena, int64_t contract_id, bool *out) MUST_CHECK;
/* Quotes that are sent and no longer valid, at most `limit`. */
enum err quote_store_expired(struct db *db, struct arena *arena, struct date today, int64_t limit, int64_t **ids_out,
                             size_t *count_out) MUST_CHECK;
/* Customer of an opportunity. */
enum err quote_store_customer_of(struct db *db, struct arena *arena, int64_t opportunity_id,
                                 struct opt_int *out) MUST_CHECK;

#endif
