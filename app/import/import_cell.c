/* One cell of an import. */
#include "import_cell.h"

#include <string.h>

#include "platform/decimal.h"
#include "platform/field.h"

struct str cell_login(struct arena *arena, struct str text)
{
    struct buf login;
    bool gap = false;
    buf_init(&login, arena);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool upper = c >= 'A' && c <= 'Z';
        bool kept = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80 || c == '_' ||
                    c == '@' || c == '-';
        if (!kept) {
            gap = login.len > 0;
            continue;
        }
        if (gap) {
            buf_add_char(&login, '.');
            gap = false;
        }
        buf_add_char(&login, upper ? (char)(c + ('a' - 'A')) : c);
    }
    return buf_str(&login);
}

static json_t *option_json(const struct field *field, struct str text)
{
    for (const struct option *option = field->options; option->value != NULL; option++) {
        if (str_eq_ci(text, str_from(option->value)) || str_eq_ci(text, str_from(option->zh)) ||
            str_eq_ci(text, str_from(option->en))) {
            return json_string(option->value);
        }
    }
    return NULL;
}

bool cell_cut(struct str *rest, struct str *name)
{
    static const char *const marks[] = {",", "，", "、", ";", "；", "|", "\n"};
    size_t end = rest->len;
    size_t width = 0;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t at = str_find(*rest, str_from(marks[i]));
        width = at < end ? strlen(marks[i]) : width;
        end = at < end ? at : end;
    }
    bool more = rest->len > 0;
    *name = str_trim(str_slice(*rest, 0, end));
    *rest = str_slice(*rest, end + width, rest->len);
    return more;
}

/* Several options; NULL when one of them is none. */
static json_t *choices_json(const struct field *field, struct str text)
{
    struct str name;
    json_t *list = json_array();
    while (cell_cut(&text, &name)) {
        json_t *word = name.len == 0 ? NULL : option_json(field, name);
        if (name.len > 0 && word == NULL) {
            json_decref(list);
            return NULL;
        }
        if (word != NULL) {
            json_array_append_new(list, word);
        }
    }
    return list;
}

static enum notation read_number(const struct field *field, struct str text, const struct cell_style *style,
                                 int64_t *out)
{
    struct money money = {0};
    enum notation fault;
    if (field->type == FIELD_PPM) {
        return notation_ppm(text, style->number, false, out);
    }
    if (field->type == FIELD_INT && field->scale > 0) {
        return notation_decimal(text, field->scale, style->number, out);
    }
    if (field->type == FIELD_INT || style->minor_units) {
        return notation_integer(text, style->number, out);
    }
    fault = notation_decimal(text, style->digits, style->number, &money.minor);
    if (fault == NOTATION_OK && !money_mul(money, style->factor == 0 ? 1 : style->factor, &money)) {
        return NOTATION_TOO_LARGE;
    }
    *out = money.minor;
    return fault;
}

static json_t *notation_json(struct request *request, const struct field *field, struct str text,
                             const struct cell_style *style, enum notation *fault)
{
    struct date date;
    struct instant instant;
    struct str phone;
    int64_t number = 0;
    bool boolean = false;
    switch (field->type) {
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_PPM:
        *fault = read_number(field, text, style, &number);
        return *fault == NOTATION_OK ? json_integer(number) : NULL;
    case FIELD_DECIMAL:
        *fault = notation_decimal(text, field->scale, style->number, &number);
        return *fault == NOTATION_OK ? json_str(decimal_format(request->arena, number, field->scale)) : NULL;
    case FIELD_BOOL:
        *fault = notation_bool(text, &boolean);
        return *fault == NOTATION_OK ? json_boolean(boolean) : NULL;
    case FIELD_DATE:
        *fault = notation_date(text, style->order, &date);
        return *fault == NOTATION_OK ? json_date(request->arena, date) : NULL;
    case FIELD_INSTANT:
        *fault = notation_instant(text, style->order, request->zone, &instant);
        return *fault == NOTATION_OK ? json_instant(request->arena, instant) : NULL;
    default:
        *fault = notation_phone(request->arena, text, &phone);
        return *fault == NOTATION_OK ? json_str(phone) : NULL;
    }
}

json_t *cell_json(struct request *request, const struct field *field, struct str text, const struct cell_style *style,
                  const char **code_out, const char **message_out)
{
    enum notation fault = NOTATION_OK;
    json_t *json;
    if (field->type == FIELD_ENUM) {
        *code_out = "not_an_option";
        *message_out = "is not one of the allowed words.";
        return option_json(field, text);
    }
    if (field->type == FIELD_CHOICES) {
        *code_out = "not_an_option";
        *message_out = "names something that cannot be chosen.";
        return choices_json(field, text);
    }
    bool plain = field->type == FIELD_TEXT || field->type == FIELD_LONG_TEXT || field->type == FIELD_EMAIL ||
                 field->type == FIELD_URL || field->type == FIELD_CURRENCY;
    if (plain) {
        return json_str(style->login ? cell_login(request->arena, text) : text);
    }
    json = notation_json(request, field, text, style, &fault);
    if (json == NULL) {
        *code_out = notation_code(fault);
        *message_out = notation_text(fault);
    }
    return json;
}
