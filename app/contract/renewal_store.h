/* SQL of renewals. */
#ifndef DABIAO_RENEWAL_STORE_H
#define DABIAO_RENEWAL_STORE_H

#include "platform/http.h"

/* What renews a contract, from those that say they do. */
enum err renewal_store_refresh(struct db *db, struct arena *arena, int64_t contract_id) MUST_CHECK;
/* The contract that an opportunity was made to renew; absent: none, or it is renewed already. */
enum err renewal_store_of_opportunity(struct db *db, struct arena *arena, int64_t opportunity_id,
                                      struct opt_int *out) MUST_CHECK;
/* Whether a contract and the opportunity made to renew it are alive. */
enum err renewal_store_alive(struct db *db, struct arena *arena, struct opt_int contract_id,
                             struct opt_int opportunity_id, bool *contract_out, bool *opportunity_out) MUST_CHECK;
enum err renewal_store_set_opportunity(struct request *request, int64_t contract_id, int64_t opportunity_id) MUST_CHECK;

/* The company's notices: "60,30,7". */
enum err renewal_store_notices(struct db *db, struct arena *arena, struct str *out) MUST_CHECK;
enum err renewal_store_set_notices(struct db *db, struct arena *arena, struct str days) MUST_CHECK;
/* A contract that is to be renewed soon. */
struct renewal_row {
    int64_t id;               /* contract */
    struct str number;        /* its number */
    struct str name;          /* its name */
    struct opt_str customer;  /* name */
    int64_t days;             /* until renewal_on */
    struct date renewal_on;   /* by when */
    struct opt_int told_days; /* notice for this day that went out last */
    struct opt_int owner_id;  /* whose */
    struct opt_int head_id;   /* of the owner's department */
};
/* Contracts in force, not renewed, to be renewed within `within` days of `today`, by id from `after`, locked. */
enum err renewal_store_due(struct db *db, struct arena *arena, struct date today, int64_t within, int64_t after,
                           int64_t limit, struct renewal_row **rows_out, size_t *count_out) MUST_CHECK;
enum err renewal_store_told(struct db *db, struct arena *arena, const struct renewal_row *row, int64_t days) MUST_CHECK;

#endif
