/* Builds SQL with optional parts: literals only, arguments carried beside them. */
#ifndef DABIAO_PLATFORM_QUERY_H
#define DABIAO_PLATFORM_QUERY_H

#include "platform/db.h"

/* SQL text in the making and its arguments. */
struct query {
    struct buf sql;      /* text so far */
    struct value *items; /* arguments so far */
    size_t count;        /* used in `items` */
    size_t cap;          /* room in `items` */
};

void query_init(struct query *query, struct arena *arena);
/* Adds SQL that stands in our source code or tables, never text from a request. */
void query_sql(struct query *query, const char *literal);
/* Adds "?" and its argument. */
void query_arg(struct query *query, struct value value);
/* Adds "(?, ?, …)"; an empty list becomes "(NULL)", which matches nothing. The last id is repeated up to a power of
 * two, or every length would be another statement to prepare. */
void query_arg_ids(struct query *query, const int64_t *ids, size_t count);
/* Adds all of `other`: text and arguments. */
void query_append(struct query *query, const struct query *other);
struct args query_args(const struct query *query);
struct str query_text(const struct query *query);

/* Runs a query and gives its first column as an array of ids. Errors: those of the database. */
enum err query_ids(struct db *db, struct arena *arena, const struct query *query, int64_t **ids_out,
                   size_t *count_out) MUST_CHECK;
/* Rows of `select`, which ends with "… IN ", for these ids; `order`: " ORDER BY …" or nothing. Errors: those of the
 * database. */
enum err query_by_ids(struct db *db, struct arena *arena, const char *select, const int64_t *ids, size_t count,
                      const char *order, struct rows *out) MUST_CHECK;

#endif
