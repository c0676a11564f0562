/* The formula language of custom fields: parsed, typed and evaluated here; app/platform/formula_store.c writes the same
 * tree as SQL. Reference for people: docs/formulas.md. Pure: no database, no clock.
 *
 * Numbers are exact: whole millionths (six digits behind the point), below 9 × 10^12. What × and ÷ give beyond six
 * digits is rounded half away from zero. Example: 10 / 3 = 3.333333; 2 / 3 = 0.666667; 0.000001 * 0.5 = 0.000001. An
 * absent value makes a calculation absent and a comparison false; texts put together take it as nothing. What cannot be
 * calculated (division by zero, too large) is absent too, with a fault that says why. */
#ifndef DABIAO_ENGINES_FORMULA_H
#define DABIAO_ENGINES_FORMULA_H

#include "platform/arena.h"
#include "platform/values.h"

enum {
    FORMULA_LENGTH_MAX = 2000, /* bytes of a text */
    FORMULA_DEPTH_MAX = 32,    /* nested parts */
    FORMULA_NODES_MAX = 400,   /* parts in all */
    FORMULA_ARGS_MAX = 16,     /* of one function */
    FORMULA_NAMES_MAX = 40,    /* different names */
    FORMULA_TEXT_MAX = 255,    /* characters of a text that comes out */
};
static const int64_t FORMULA_UNIT = 1000000;                /* one, in millionths */
static const int64_t FORMULA_LIMIT = 9000000000000000000LL; /* numbers stay below, in millionths */

enum formula_type { FORMULA_EMPTY, FORMULA_NUMBER, FORMULA_TEXT, FORMULA_DATE, FORMULA_BOOLEAN };

enum formula_op {
    FORMULA_LITERAL, /* `value` */
    FORMULA_NAME,    /* `slot` */
    FORMULA_ADD,
    FORMULA_SUBTRACT,
    FORMULA_MULTIPLY,
    FORMULA_DIVIDE,
    FORMULA_NEGATE,
    FORMULA_EQ,
    FORMULA_NE,
    FORMULA_LT,
    FORMULA_LE,
    FORMULA_GT,
    FORMULA_GE,
    FORMULA_AND,
    FORMULA_OR,
    FORMULA_NOT,
    FORMULA_IF,
    FORMULA_MIN,
    FORMULA_MAX,
    FORMULA_COALESCE,
    FORMULA_IS_EMPTY,
    FORMULA_ROUND, /* digits: args[1], a literal */
    FORMULA_FLOOR,
    FORMULA_CEIL,
    FORMULA_ABS,
    FORMULA_CONCAT,
    FORMULA_AS_TEXT,
    FORMULA_LENGTH,
    FORMULA_LEFT,
    FORMULA_CONTAINS,
    FORMULA_TODAY,
    FORMULA_DAYS_BETWEEN,
    FORMULA_ADD_DAYS,
    FORMULA_ADD_MONTHS,
    FORMULA_MONTH_START,
    FORMULA_MONTH_END,
    FORMULA_YEAR,
    FORMULA_MONTH,
    FORMULA_DAY,
};

/* One value; FORMULA_EMPTY is absent. */
struct formula_value {
    enum formula_type type; /* which member counts */
    int64_t number;         /* millionths */
    struct str text;
    struct date date;
    bool boolean;
};

/* One part of a formula. */
struct formula_node {
    enum formula_op op;               /* what it does */
    enum formula_type type;           /* of its value; FORMULA_EMPTY only for the word empty */
    size_t position, length;          /* where it stands in the text, in bytes */
    struct formula_value value;       /* LITERAL */
    size_t slot;                      /* NAME: as `find` gave it */
    const struct formula_node **args; /* parts */
    size_t arg_count;                 /* in `args` */
};

/* A parsed formula. */
struct formula {
    const struct formula_node *root; /* gives the value */
    struct str
        names[FORMULA_NAMES_MAX]; /* by slot, in the order of their first use: "amount_minor", "customer_id.level" */
    size_t name_count;            /* in `names` */
    bool uses_today;              /* its value changes with the day */
};

/* Why a text is no formula. */
struct formula_fault {
    const char *code;        /* "unknown_name", "wrong_type", … ; NULL: none */
    struct str message;      /* English sentence */
    size_t position, length; /* in the text, in bytes */
};

/* What a name ("field" or "reference.field") gives; FORMULA_EMPTY when it is not known. */
typedef enum formula_type formula_find(void *context, struct str name);

/* False with `fault_out` when the text is no formula. The tree borrows from the text and the arena.
 * Codes: empty, too_long, too_deep, unexpected, unterminated, bad_number, bad_date, unknown_name, unknown_function,
 * wrong_count, wrong_type, not_a_literal, too_many_names. */
bool formula_parse(struct arena *arena, struct str text, formula_find *find, void *context, struct formula **out,
                   struct formula_fault *fault_out);
/* The value; absent with `*fault_out` set to "division_by_zero", "too_large" where it cannot be calculated (else NULL).
 * `values` by slot, of the types that `find` gave or FORMULA_EMPTY. */
struct formula_value formula_calc(struct arena *arena, const struct formula *formula,
                                  const struct formula_value *values, struct date today, const char **fault_out);
/* Millionths rounded half away from zero to `scale` digits, in units of the last one: 1234567 with scale 2 → 123. */
int64_t formula_units(int64_t number, int scale);
/* "12.5": as a number stands in texts. */
struct str formula_number_text(struct arena *arena, int64_t number);

#endif
