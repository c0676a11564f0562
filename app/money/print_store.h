/* SQL of printing. */
#ifndef DABIAO_PRINT_STORE_H
#define DABIAO_PRINT_STORE_H

#include "platform/http.h"

/* A template that is offered. */
struct print_template_row {
    int64_t id;        /* print_template.id */
    struct str name;   /* shown */
    struct str object; /* contract quote payment */
};
/* Errors: ERR_NOT_FOUND: there is none, or it is not offered. */
enum err print_store_template(struct db *db, struct arena *arena, int64_t id,
                              struct print_template_row *out) MUST_CHECK;
enum err print_store_log(struct request *request, const struct print_template_row *row, int64_t record_id,
                         int64_t record_version, bool with_prices) MUST_CHECK;
/* One time something was printed. */
struct print_row {
    int64_t id;                /* print_log.id */
    int64_t record_version;    /* as it was printed */
    struct str template_name;  /* at that time */
    bool with_prices;          /* amounts were on it */
    struct instant printed_at; /* when */
    struct str printed_by;     /* name */
};
/* Newest first, at most 200. */
enum err print_store_list(struct db *db, struct arena *arena, struct str object, int64_t record_id,
                          struct print_row **rows_out, size_t *count_out) MUST_CHECK;
/* The seal's data URL. Errors: ERR_NOT_FOUND. */
enum err print_store_seal(struct db *db, struct arena *arena, struct str *out) MUST_CHECK;
enum err print_store_set_seal(struct request *request, struct str image) MUST_CHECK;
enum err print_store_drop_seal(struct request *request) MUST_CHECK;

#endif
