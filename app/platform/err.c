/* The table of errors and what is said about the current failure. */
#include "platform/err.h"

#include <string.h>

static const struct {
    int status;       /* HTTP */
    const char *code; /* on the wire */
    const char *text; /* default English */
} ERRORS[] = {
    {200, "ok", "OK"},
#define ERROR(symbol, status, code, text) {status, code, text},
#include "errors.def"
#undef ERROR
};

int err_status(enum err code)
{
    return ERRORS[code].status;
}

const char *err_code(enum err code)
{
    return ERRORS[code].code;
}

const char *err_text(enum err code)
{
    return ERRORS[code].text;
}

void error_init(struct error *error, struct arena *arena)
{
    *error = (struct error){.arena = arena};
}

enum err error_set(struct error *error, enum err code, const char *format, ...)
{
    if (error->code != OK) {
        return code;
    }
    struct buf detail;
    va_list args;
    buf_init(&detail, error->arena);
    va_start(args, format);
    buf_vformat(&detail, format, args);
    va_end(args);
    error->code = code;
    error->detail = buf_str(&detail);
    return code;
}

void error_field(struct error *error, struct str field, const char *code, const char *format, ...)
{
    if (error->field_count == ERROR_FIELD_MAX) {
        return;
    }
    struct buf message;
    va_list args;
    buf_init(&message, error->arena);
    va_start(args, format);
    buf_vformat(&message, format, args);
    va_end(args);
    error->fields[error->field_count++] = (struct field_error){
        .field = str_dup(error->arena, field),
        .code = str_dup(error->arena, str_from(code)),
        .message = buf_str(&message),
    };
}

enum err error_check_fields(struct error *error)
{
    if (error->field_count == 0) {
        return OK;
    }
    return error_set(error, ERR_INVALID, "%s", err_text(ERR_INVALID));
}
