/* One error type from store to wire: functions return an `enum err`, the details wait in `struct error`. */
#ifndef DABIAO_PLATFORM_ERR_H
#define DABIAO_PLATFORM_ERR_H

#include "platform/str.h"

enum err {
    OK = 0,
#define ERROR(symbol, status, code, text) ERR_##symbol,
#include "errors.def"
#undef ERROR
    ERR_COUNT
};

/* Results of functions that can fail must be looked at. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* The only macro that hides a return. Memory and transaction are released by the dispatcher. */
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        enum err try_err_ = (call);                                                                                    \
        if (try_err_ != OK) {                                                                                          \
            return try_err_;                                                                                           \
        }                                                                                                              \
    } while (0)

/* One field that was refused. */
struct field_error {
    struct str field;   /* path in the body: "name", "lines.2.quantity" */
    struct str code;    /* stable word: "required", "too_long", "not_a_date", … */
    struct str message; /* English sentence for a person without a translation */
};

enum { ERROR_FIELD_MAX = 100 };

/* What is said about the current failure. The first cause stays; field errors collect. */
struct error {
    struct arena *arena;                        /* where texts are copied */
    enum err code;                              /* first cause, OK when none */
    struct str detail;                          /* sentence for the caller, or empty: default text of the code */
    struct str retry_at;                        /* RFC 3339 instant when time cures it, or empty */
    void *extra;                                /* json_t object merged into the problem document, or NULL */
    struct field_error fields[ERROR_FIELD_MAX]; /* refused fields */
    size_t field_count;                         /* used in `fields` */
};

void error_init(struct error *error, struct arena *arena);
/* Notes the first cause with its sentence and returns `code`, so that `return error_set(…)` reads well. */
enum err error_set(struct error *error, enum err code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Adds a refused field. The caller goes on and asks error_check_fields at the end. */
void error_field(struct error *error, struct str field, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* OK when no field was refused, else ERR_INVALID. */
enum err error_check_fields(struct error *error) MUST_CHECK;

int err_status(enum err code);       /* HTTP status */
const char *err_code(enum err code); /* wire code */
const char *err_text(enum err code); /* default English text */

#endif
