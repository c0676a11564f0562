/* SQL of the blind check. */
#ifndef DABIAO_DUPLICATE_CHECK_STORE_H
#define DABIAO_DUPLICATE_CHECK_STORE_H

#include "platform/http.h"

/* What may be told of a customer to everybody who may make customers. */
struct blind_row {
    int64_t id;                           /* customer.id */
    struct str name;                      /* for those who may see it */
    struct opt_int owner_id;              /* whose it is */
    struct opt_str owner_name;            /* by name */
    struct opt_int pool_id;               /* where it lies */
    struct opt_instant last_follow_up_at; /* last touch */
    bool deleted;                         /* in the recycle bin */
};
/* Errors: ERR_NOT_FOUND. */
enum err blind_store_get(struct db *db, struct arena *arena, int64_t customer_id, struct blind_row *out) MUST_CHECK;
/* Customers whose name has this key. */
enum err blind_store_by_name(struct db *db, struct arena *arena, struct str name_key, int64_t limit, int64_t **ids_out,
                             size_t *count_out) MUST_CHECK;
/* Customers or contacts (word of the object) with a number of these digits. */
enum err blind_store_by_digits(struct db *db, struct arena *arena, const char *object, struct str digits, int64_t limit,
                               int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Customer of a contact. Errors: ERR_NOT_FOUND. */
enum err blind_store_customer_of(struct db *db, struct arena *arena, int64_t contact_id, int64_t *out) MUST_CHECK;

#endif
