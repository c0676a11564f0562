/* SQL behind platform/directory.c. */
#ifndef DABIAO_DIRECTORY_STORE_H
#define DABIAO_DIRECTORY_STORE_H

#include "platform/db.h"
#include "platform/object.h"

struct directory_row {
    int64_t id;      /* of the row */
    struct str name; /* its label */
};

/* The first `limit` rows by id. */
enum err directory_store_rows(struct db *db, struct arena *arena, const struct reference *reference, size_t limit,
                              const struct directory_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
