/* Formulas: the value of a tree. What is done here with numbers and dates, formula_store.c says in SQL. */
#include <string.h>

#include "engines/formula.h"

/* One calculation. */
struct calc {
    struct arena *arena;
    const struct formula_value *values; /* by slot */
    struct date today;
    const char *fault; /* the first one, or NULL */
};

static const struct formula_value ABSENT = {.type = FORMULA_EMPTY};

static struct formula_value fail(struct calc *calc, const char *fault)
{
    calc->fault = calc->fault == NULL ? fault : calc->fault;
    return ABSENT;
}

static struct formula_value boolean(bool value)
{
    return (struct formula_value){.type = FORMULA_BOOLEAN, .boolean = value};
}

static struct formula_value text_value(struct str text)
{
    return (struct formula_value){.type = FORMULA_TEXT, .text = text};
}

static struct formula_value date_value(struct date date)
{
    return (struct formula_value){.type = FORMULA_DATE, .date = date};
}

static struct formula_value number(struct calc *calc, __int128 value)
{
    if (value >= FORMULA_LIMIT || value <= -FORMULA_LIMIT) {
        return fail(calc, "too_large");
    }
    return (struct formula_value){.type = FORMULA_NUMBER, .number = (int64_t)value};
}

/* a / b, rounded half away from zero; b is positive. */
static __int128 divide(__int128 a, __int128 b)
{
    __int128 half = b / 2;
    return a < 0 ? -((-a + half) / b) : (a + half) / b;
}

int64_t formula_units(int64_t value, int scale)
{
    int64_t unit = FORMULA_UNIT;
    for (int i = 0; i < scale; i++) {
        unit /= 10;
    }
    return (int64_t)divide(value, unit);
}

struct str formula_number_text(struct arena *arena, int64_t value)
{
    int64_t magnitude = value < 0 ? -value : value;
    struct str text = str_format(arena, "%s%lld.%06lld", value < 0 ? "-" : "", (long long)(magnitude / FORMULA_UNIT),
                                 (long long)(magnitude % FORMULA_UNIT));
    while (text.len > 0 && text.ptr[text.len - 1] == '0') {
        text.len--;
    }
    text.len -= text.len > 0 && text.ptr[text.len - 1] == '.';
    return text;
}

static struct formula_value eval(struct calc *calc, const struct formula_node *node);

static bool holds(struct calc *calc, const struct formula_node *node)
{
    struct formula_value value = eval(calc, node);
    return value.type == FORMULA_BOOLEAN && value.boolean;
}

static struct formula_value arithmetic(struct calc *calc, enum formula_op op, struct formula_value a,
                                       struct formula_value b)
{
    if (a.type == FORMULA_EMPTY || b.type == FORMULA_EMPTY) {
        return ABSENT;
    }
    __int128 x = a.number;
    __int128 y = b.number;
    switch (op) {
    case FORMULA_ADD:
        return number(calc, x + y);
    case FORMULA_SUBTRACT:
        return number(calc, x - y);
    case FORMULA_MULTIPLY:
        return number(calc, divide(x * y, FORMULA_UNIT));
    default:
        break;
    }
    if (y == 0) {
        return fail(calc, "division_by_zero");
    }
    return number(calc, divide((y < 0 ? -x : x) * FORMULA_UNIT, y < 0 ? -y : y));
}

static int compare_text(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Below, equal, above; both are there and of one type. */
static int compare(struct formula_value a, struct formula_value b)
{
    switch (a.type) {
    case FORMULA_TEXT:
        return compare_text(a.text, b.text);
    case FORMULA_DATE:
        return date_compare(a.date, b.date);
    case FORMULA_BOOLEAN:
        return (int)a.boolean - (int)b.boolean;
    default:
        return (a.number > b.number) - (a.number < b.number);
    }
}

static struct formula_value comparison(enum formula_op op, struct formula_value a, struct formula_value b)
{
    if (a.type == FORMULA_EMPTY || b.type == FORMULA_EMPTY) {
        return boolean(false);
    }
    int order = compare(a, b);
    switch (op) {
    case FORMULA_EQ:
        return boolean(order == 0);
    case FORMULA_NE:
        return boolean(order != 0);
    case FORMULA_LT:
        return boolean(order < 0);
    case FORMULA_LE:
        return boolean(order <= 0);
    case FORMULA_GT:
        return boolean(order > 0);
    default:
        return boolean(order >= 0);
    }
}

static struct str as_text(struct calc *calc, struct formula_value value)
{
    switch (value.type) {
    case FORMULA_TEXT:
        return value.text;
    case FORMULA_NUMBER:
        return formula_number_text(calc->arena, value.number);
    case FORMULA_DATE:
        return date_format(calc->arena, value.date);
    case FORMULA_BOOLEAN:
        return value.boolean ? STR("true") : STR("false");
    default:
        return STR("");
    }
}

/* The first `count` characters. */
static struct str cut(struct str text, int64_t count)
{
    size_t at = 0;
    for (int64_t i = 0; i < count && at < text.len; i++) {
        (void)str_next_char(text, &at);
    }
    return str_slice(text, 0, at);
}

/* Whole days or months: out of any calendar stays out of it. */
static int whole(int64_t value, int limit)
{
    int64_t rounded = formula_units(value, 0);
    return (int)(rounded > limit ? limit : rounded < -limit ? -limit : rounded);
}

static struct date between(struct date date, struct date low, struct date high)
{
    return date_compare(date, low) < 0 ? low : date_compare(date, high) > 0 ? high : date;
}

static struct formula_value dates(struct calc *calc, enum formula_op op, struct formula_value a, struct formula_value b)
{
    enum { DAYS_MAX = 4000000, MONTHS_MAX = 1000 };
    int year, month, day;
    if (a.type == FORMULA_EMPTY || b.type == FORMULA_EMPTY) {
        return ABSENT;
    }
    date_parts(a.date, &year, &month, &day);
    switch (op) {
    case FORMULA_DAYS_BETWEEN:
        return number(calc, (__int128)(b.date.days - a.date.days) * FORMULA_UNIT);
    case FORMULA_ADD_DAYS:
        return date_value(date_add_days(a.date, whole(b.number, DAYS_MAX)));
    case FORMULA_ADD_MONTHS:
        return date_value(
            date_add_months(between(a.date, date_of(1100, 1, 1), date_of(9899, 12, 31)), whole(b.number, MONTHS_MAX)));
    case FORMULA_MONTH_START:
        return date_value(date_month_start(a.date));
    case FORMULA_MONTH_END:
        return date_value(
            date_add_days(date_add_months(date_month_start(a.date), 1), month == 12 && year == 9999 ? 0 : -1));
    case FORMULA_YEAR:
        return number(calc, (__int128)year * FORMULA_UNIT);
    case FORMULA_MONTH:
        return number(calc, (__int128)month * FORMULA_UNIT);
    default:
        return number(calc, (__int128)day * FORMULA_UNIT);
    }
}

static struct formula_value least(struct calc *calc, const struct formula_node *node)
{
    struct formula_value best = ABSENT;
    for (size_t i = 0; i < node->arg_count; i++) {
        struct formula_value value = eval(calc, node->args[i]);
        if (value.type == FORMULA_EMPTY) {
            return ABSENT;
        }
        int order = i == 0 ? 0 : compare(value, best);
        best = i == 0 || (node->op == FORMULA_MIN ? order < 0 : order > 0) ? value : best;
    }
    return best;
}

static struct formula_value concat(struct calc *calc, const struct formula_node *node)
{
    struct buf out;
    buf_init(&out, calc->arena);
    for (size_t i = 0; i < node->arg_count; i++) {
        buf_add(&out, as_text(calc, eval(calc, node->args[i])));
    }
    return text_value(buf_str(&out));
}

static struct formula_value coalesce(struct calc *calc, const struct formula_node *node)
{
    struct formula_value value = ABSENT;
    for (size_t i = 0; i < node->arg_count && value.type == FORMULA_EMPTY; i++) {
        value = eval(calc, node->args[i]);
    }
    return value;
}

static struct formula_value rounding(struct calc *calc, const struct formula_node *node, struct formula_value value)
{
    int64_t part = value.number % FORMULA_UNIT;
    if (value.type == FORMULA_EMPTY) {
        return ABSENT;
    }
    if (node->op == FORMULA_ABS) {
        return number(calc, value.number < 0 ? -(__int128)value.number : value.number);
    }
    if (node->op == FORMULA_FLOOR) {
        return number(calc, (__int128)value.number - part - (part < 0 ? FORMULA_UNIT : 0));
    }
    if (node->op == FORMULA_CEIL) {
        return number(calc, (__int128)value.number - part + (part > 0 ? FORMULA_UNIT : 0));
    }
    int digits = node->arg_count == 2 ? (int)(node->args[1]->value.number / FORMULA_UNIT) : 0;
    __int128 unit = FORMULA_UNIT;
    for (int i = 0; i < digits; i++) {
        unit /= 10;
    }
    return number(calc, divide(value.number, unit) * unit);
}

static struct formula_value texts(struct calc *calc, const struct formula_node *node)
{
    struct formula_value value = eval(calc, node->args[0]);
    if (node->op == FORMULA_AS_TEXT) {
        return value.type == FORMULA_EMPTY ? ABSENT : text_value(as_text(calc, value));
    }
    struct formula_value other = node->arg_count > 1 ? eval(calc, node->args[1]) : value;
    if (node->op == FORMULA_CONTAINS) {
        bool both = value.type != FORMULA_EMPTY && other.type != FORMULA_EMPTY;
        return boolean(both && (other.text.len == 0 || str_find(value.text, other.text) != SIZE_MAX));
    }
    if (value.type == FORMULA_EMPTY || other.type == FORMULA_EMPTY) {
        return ABSENT;
    }
    return node->op == FORMULA_LENGTH ? number(calc, (__int128)str_chars(value.text) * FORMULA_UNIT)
                                      : text_value(cut(value.text, formula_units(other.number, 0)));
}

static struct formula_value eval(struct calc *calc, const struct formula_node *node)
{
    switch (node->op) {
    case FORMULA_LITERAL:
        return node->value;
    case FORMULA_NAME: {
        struct formula_value value = calc->values[node->slot];
        return value.type == FORMULA_NUMBER ? number(calc, value.number) : value;
    }
    case FORMULA_ADD:
    case FORMULA_SUBTRACT:
    case FORMULA_MULTIPLY:
    case FORMULA_DIVIDE:
        return arithmetic(calc, node->op, eval(calc, node->args[0]), eval(calc, node->args[1]));
    case FORMULA_NEGATE: {
        struct formula_value value = eval(calc, node->args[0]);
        return value.type == FORMULA_EMPTY ? ABSENT : number(calc, -(__int128)value.number);
    }
    case FORMULA_EQ:
    case FORMULA_NE:
    case FORMULA_LT:
    case FORMULA_LE:
    case FORMULA_GT:
    case FORMULA_GE:
        return comparison(node->op, eval(calc, node->args[0]), eval(calc, node->args[1]));
    case FORMULA_AND:
        return boolean(holds(calc, node->args[0]) && holds(calc, node->args[1]));
    case FORMULA_OR:
        return boolean(holds(calc, node->args[0]) || holds(calc, node->args[1]));
    case FORMULA_NOT:
        return boolean(!holds(calc, node->args[0]));
    case FORMULA_IF:
        return eval(calc, node->args[holds(calc, node->args[0]) ? 1 : 2]);
    case FORMULA_MIN:
    case FORMULA_MAX:
        return least(calc, node);
    case FORMULA_COALESCE:
        return coalesce(calc, node);
    case FORMULA_IS_EMPTY:
        return boolean(eval(calc, node->args[0]).type == FORMULA_EMPTY);
    case FORMULA_ROUND:
    case FORMULA_FLOOR:
    case FORMULA_CEIL:
    case FORMULA_ABS:
        return rounding(calc, node, eval(calc, node->args[0]));
    case FORMULA_CONCAT:
        return concat(calc, node);
    case FORMULA_AS_TEXT:
    case FORMULA_LENGTH:
    case FORMULA_LEFT:
    case FORMULA_CONTAINS:
        return texts(calc, node);
    case FORMULA_TODAY:
        return date_value(calc->today);
    case FORMULA_DAYS_BETWEEN:
    case FORMULA_ADD_DAYS:
    case FORMULA_ADD_MONTHS:
        return dates(calc, node->op, eval(calc, node->args[0]), eval(calc, node->args[1]));
    case FORMULA_MONTH_START:
    case FORMULA_MONTH_END:
    case FORMULA_YEAR:
    case FORMULA_MONTH:
    case FORMULA_DAY: {
        struct formula_value value = eval(calc, node->args[0]);
        return dates(calc, node->op, value, value);
    }
    }
    return ABSENT;
}

struct formula_value formula_calc(struct arena *arena, const struct formula *formula,
                                  const struct formula_value *values, struct date today, const char **fault_out)
{
    struct calc calc = {.arena = arena, .values = values, .today = today};
    struct formula_value value = eval(&calc, formula->root);
    if (value.type == FORMULA_TEXT) {
        value.text = cut(value.text, FORMULA_TEXT_MAX);
    }
    *fault_out = value.type == FORMULA_EMPTY ? calc.fault : NULL;
    return value;
}
