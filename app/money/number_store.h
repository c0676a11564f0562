/* SQL of numbers and their patterns. */
#ifndef DABIAO_NUMBER_STORE_H
#define DABIAO_NUMBER_STORE_H

#include "platform/http.h"

/* How the numbers of one kind of record look. */
struct number_pattern_row {
    int64_t id;          /* number_pattern.id */
    struct str object;   /* kind of record */
    struct str pattern;  /* text with parts in braces */
    struct str restarts; /* month year never */
    int64_t version;     /* optimistic lock */
};
enum err number_store_patterns(struct db *db, struct arena *arena, struct number_pattern_row **rows_out,
                               size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err number_store_pattern(struct db *db, struct arena *arena, const char *object,
                              struct number_pattern_row *out) MUST_CHECK;
/* The same, for the change. Errors: ERR_NOT_FOUND. */
enum err number_store_lock(struct db *db, struct arena *arena, int64_t id, struct number_pattern_row *out) MUST_CHECK;
enum err number_store_save(struct request *request, const struct number_pattern_row *row) MUST_CHECK;

/* Takes the next number of a kind within a period. */
enum err number_store_next(struct db *db, struct arena *arena, const char *object, struct str period,
                           int64_t *out) MUST_CHECK;
/* The one taken last; 0: none. */
enum err number_store_last(struct db *db, struct arena *arena, struct str object, struct str period,
                           int64_t *out) MUST_CHECK;
/* Whether a record of the table, living or in the bin, has the number. `table` comes from an object. */
enum err number_store_is_taken(struct db *db, struct arena *arena, const char *table, struct str number,
                               bool *out) MUST_CHECK;

#endif
