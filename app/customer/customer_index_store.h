/* SQL of what customers are found and compared by: key and initials of the name, digits of numbers, completeness. */
#ifndef DABIAO_CUSTOMER_INDEX_STORE_H
#define DABIAO_CUSTOMER_INDEX_STORE_H

#include "platform/db.h"

/* A customer's name in the forms it is looked for. */
struct name_row {
    int64_t id;          /* customer.id */
    struct str name_key; /* company_key */
    struct str initials; /* pinyin_initials of the key */
};
/* Writes key and initials of customers. */
enum err index_store_names(struct db *db, struct arena *arena, const struct name_row *rows, size_t count) MUST_CHECK;

/* Three letters of a customer's initials. */
struct letters_row {
    struct str gram;     /* pinyin_triples */
    int64_t customer_id; /* whose */
};
enum err index_store_add_letters(struct db *db, struct arena *arena, const struct letters_row *rows,
                                 size_t count) MUST_CHECK;
enum err index_store_drop_letters(struct db *db, struct arena *arena, const struct letters_row *rows,
                                  size_t count) MUST_CHECK;
/* Initials that the letters of a customer were made of. Errors: ERR_NOT_FOUND. */
enum err index_store_initials(struct db *db, struct arena *arena, int64_t customer_id, struct str *out) MUST_CHECK;

/* One number of a customer or contact. */
struct phone_row {
    struct str object;   /* customer, contact */
    int64_t record_id;   /* whose */
    struct str field;    /* which of its numbers */
    int64_t customer_id; /* itself, or the contact's */
    struct str digits;   /* phone_key without + */
};
/* Replaces the numbers with the same object, record and field. */
enum err index_store_put_phones(struct db *db, struct arena *arena, const struct phone_row *rows,
                                size_t count) MUST_CHECK;
enum err index_store_drop_phone(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                                const char *field) MUST_CHECK;
enum err index_store_drop_phones(struct db *db, struct arena *arena, const char *object, int64_t record_id) MUST_CHECK;
/* All numbers of records above `from_id`, up to and with `to_id`. */
enum err index_store_drop_phone_range(struct db *db, struct arena *arena, const char *object, int64_t from_id,
                                      int64_t to_id) MUST_CHECK;

/* A customer as the rebuild reads it. */
struct indexed_customer {
    int64_t id;           /* customer.id */
    struct str name;      /* as people write it */
    struct str initials;  /* stored */
    struct opt_str phone; /* switchboard */
};
/* Customers above `after_id`, those in the recycle bin too, locked against changes. */
enum err index_store_customers(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                               struct indexed_customer **rows_out, size_t *count_out) MUST_CHECK;
/* A contact as the rebuild reads it. */
struct indexed_contact {
    int64_t id;            /* contact.id */
    int64_t customer_id;   /* where the contact works */
    struct opt_str mobile; /* own number */
    struct opt_str phone;  /* desk number */
};
enum err index_store_contacts(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                              struct indexed_contact **rows_out, size_t *count_out) MUST_CHECK;
enum err index_store_last_ids(struct db *db, struct arena *arena, int64_t *customer_out,
                              int64_t *contact_out) MUST_CHECK;

/* Whether a field of the customer is one of those that completeness counts. */
bool completeness_store_counts(const char *field);
/* Computes completeness of these customers again (docs/formulas.md). */
enum err completeness_store_refresh(struct db *db, struct arena *arena, const int64_t *customer_ids,
                                    size_t count) MUST_CHECK;
/* What a customer lacks, the weightiest first: field names, and "contact", "contact_number". */
enum err completeness_store_missing(struct db *db, struct arena *arena, int64_t customer_id, struct str **names_out,
                                    size_t *count_out) MUST_CHECK;

#endif
