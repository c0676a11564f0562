/* What the files of the filter parser share: filter_parse.c (structure), filter_condition.c (operators) and
 * filter_value.c (constants). */
#ifndef DABIAO_APP_PLATFORM_FILTER_PARSE_H
#define DABIAO_APP_PLATFORM_FILTER_PARSE_H

#include "filter_tree.h"

enum { FILTER_DEPTH_MAX = 8, FILTER_CONDITION_MAX = 200, FILTER_VALUE_MAX = 1000, FILTER_TEXT_MAX = 1000 };

/* Kinds of fields that share operators. */
enum filter_class {
    CLASS_TEXT = 1 << 0,
    CLASS_NUMBER = 1 << 1,
    CLASS_CHOICE = 1 << 2, /* booleans and enums */
    CLASS_REF = 1 << 3,
    CLASS_DAY = 1 << 4,   /* dates and instants */
    CLASS_TAGS = 1 << 5,  /* sets: tags, choices, people */
    CLASS_FILES = 1 << 6, /* whether there are any */
    CLASS_ALL = CLASS_TEXT | CLASS_NUMBER | CLASS_CHOICE | CLASS_REF | CLASS_DAY,
};

/* The state of one parse. */
struct filter_parse {
    struct arena *arena;                  /* the tree's memory */
    const struct field *fields;           /* of the object */
    const struct filter_context *context; /* who asks, and when */
    struct error *error;                  /* what is wrong */
    struct buf path;                      /* place in the JSON: "all[2].value" */
    size_t depth;                         /* filters around the current one */
    size_t condition_count;               /* so far */
    size_t value_count;                   /* so far */
};

/* Notes what is wrong at the current place; returns ERR_BAD_FILTER. */
enum err filter_refuse(struct filter_parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Move the place one member or list item down; the result goes to filter_path_leave. */
size_t filter_path_enter(struct filter_parse *parse, const char *member);
size_t filter_path_enter_item(struct filter_parse *parse, size_t index);
void filter_path_leave(struct filter_parse *parse, size_t before);
/* A node of the tree; `field` NULL for groups. */
struct filter *filter_new(struct filter_parse *parse, enum filter_kind kind, const struct field *field);
/* FILTER_NOT around a part. */
const struct filter *filter_negate(struct filter_parse *parse, const struct filter *part);

/* The class of a field (enum filter_class); 0 when it cannot be used in filters. */
unsigned filter_class_of(const struct field *field);
bool filter_refers_to(const struct field *field, const char *object);
/* One constant of the field's type; `plain_date` refuses moments. An instant field gives VALUE_DATE for a plain date.
 */
enum err filter_parse_constant(struct filter_parse *parse, const struct field *field, const json_t *json,
                               bool plain_date, struct value *out) MUST_CHECK;
/* The constants of a list with at least one. */
enum err filter_parse_constants(struct filter_parse *parse, const struct field *field, const json_t *json,
                                struct value **values_out, size_t *count_out) MUST_CHECK;
/* The days a relative word means, as first day (may be open) and the day after the last. Today counts as one of the
 * N days of last_N_days and next_N_days. Example, today 2026-03-31: last_7_days = 03-25 … 03-31. */
bool filter_relative_days(struct str word, struct date today, bool *open_low, struct date *from, struct date *to);
/* {"field":…, "op":…, "value":…}. */
enum err filter_parse_condition(struct filter_parse *parse, const json_t *json, const struct filter **out) MUST_CHECK;

#endif
