/* Uploaded lists of customers. */
#ifndef DABIAO_LIST_RULES_H
#define DABIAO_LIST_RULES_H

#include "platform/http.h"

/* What was read. */
struct list_read {
    struct str *columns; /* cells of the first row */
    size_t column_count; /* in `columns` */
    size_t column;       /* the one taken, from 0 */
    struct str lines;    /* its cells, one a line */
    int64_t line_count;  /* in `lines` */
};
/* Reads the request's body as CSV or XLSX; `column` unset: guessed by its heading. Errors: ERR_IMPORT_UNREADABLE. */
enum err list_read_file(struct request *request, struct opt_int column, struct list_read *out) MUST_CHECK;

#endif
