/* SQL of plans: reads customers, writes nothing but turns and lists. */
#ifndef DABIAO_PLAN_STORE_H
#define DABIAO_PLAN_STORE_H

#include "platform/filter.h"
#include "platform/object.h"
#include "platform/object_store.h"

/* One customer, or one line of a list that leads to none. */
struct plan_item {
    struct str line;           /* as written, or empty */
    int64_t customer_id;       /* 0: none */
    struct str name;           /* of the customer */
    struct opt_int from_owner; /* whose it is */
    struct opt_int from_pool;  /* where it lies */
    struct opt_int to_owner;   /* who gets it */
    struct opt_int rule;       /* of a map: which rule it fits */
    const char *result;        /* pending, kept, refused */
    const char *code;          /* why kept or refused, or NULL */
    struct str detail;         /* the same as a sentence */
};

/* Writes name, owner and pool into the items whose customers the user may hand on; the others keep an empty name. */
enum err plan_store_customers(struct request *request, struct plan_item *items, size_t count) MUST_CHECK;
/* Ids of customers the user may hand on that fit the filter and search, ascending; `limit` at most. */
enum err plan_store_find(struct request *request, const struct list_request *list, int64_t limit, int64_t **ids_out,
                         size_t *count_out) MUST_CHECK;
/* Which of the customers fit the filter. */
enum err plan_store_fitting(struct request *request, const struct filter *filter, const int64_t *ids, size_t count,
                            int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Which of the customers have an open opportunity. */
enum err plan_store_with_open_deals(struct request *request, const int64_t *ids, size_t count, int64_t **ids_out,
                                    size_t *count_out) MUST_CHECK;

/* A customer that a line may mean. */
struct plan_candidate {
    int64_t id;           /* customer */
    struct str name;      /* as registered */
    struct opt_str code;  /* own number */
    struct opt_str phone; /* as written; no text when the user may not read it */
};
/* Ways to look for candidates. */
enum plan_lookup { LOOKUP_CODE, LOOKUP_NAME, LOOKUP_KEY, LOOKUP_DIGITS };
/* Calls `each` for every customer the user may hand on whose code, name, key of the name or digits of the phone are
 * among the texts; more may come where the database sees no difference between two texts. */
enum err plan_store_each_candidate(struct request *request, enum plan_lookup lookup, const struct str *texts,
                                   size_t count, bool with_phone,
                                   enum err (*each)(void *context, const struct plan_candidate *candidate),
                                   void *context) MUST_CHECK;

/* Name and state of people. */
struct plan_user {
    int64_t id;      /* user */
    struct str name; /* shown */
    bool active;     /* may get customers */
};
enum err plan_store_users(struct request *request, const int64_t *ids, size_t count, struct plan_user **rows_out,
                          size_t *count_out) MUST_CHECK;

/* Whose turn was last; none when the turns are new. `lock` keeps others out until the transaction ends. */
enum err plan_store_pointer(struct request *request, struct str key, bool lock, struct opt_int *out) MUST_CHECK;
enum err plan_store_set_pointer(struct request *request, struct str key, struct opt_int user_id) MUST_CHECK;

enum err plan_store_add_list(struct request *request, struct str file_name, struct str lines, int64_t line_count,
                             int64_t *id_out) MUST_CHECK;
/* Lines of the user's own list. Errors: ERR_NOT_FOUND. */
enum err plan_store_list(struct request *request, int64_t id, struct str *lines_out) MUST_CHECK;
/* Removes lists uploaded before. */
enum err plan_store_forget_lists(struct db *db, struct arena *arena, struct instant before) MUST_CHECK;

#endif
