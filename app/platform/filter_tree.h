/* The typed tree behind `struct filter`, shared by the parser, the SQL compiler and the evaluator only.
 *
 * The parser reduces the many operators to five tests. Negated operators (ne, not_in, not_contains) become FILTER_NOT
 * around the positive one: with two-valued logic that gives the wanted rule for absent values at no cost. */
#ifndef DABIAO_APP_PLATFORM_FILTER_TREE_H
#define DABIAO_APP_PLATFORM_FILTER_TREE_H

#include "platform/filter.h"

enum filter_kind {
    FILTER_EVERYTHING, /* {} */
    FILTER_ALL,        /* every one of `items` */
    FILTER_ANY,        /* at least one of `items` */
    FILTER_NOT,        /* not items[0] */
    FILTER_NULL,       /* the value is absent */
    FILTER_IN,         /* equal to one of `values` */
    FILTER_RANGE,      /* between `low` and `high` */
    FILTER_LIKE,       /* holds `needle` */
    FILTER_UNDER,      /* in the tree below one of `values`, itself included */
    FILTER_TAGS_ANY,   /* has one of the tags `values` */
    FILTER_TAGS_ALL,   /* has each of them */
};

/* One end of a range. */
struct filter_bound {
    bool set;           /* false: open end */
    bool inclusive;     /* the bound itself belongs to the range */
    struct value value; /* of the field's type */
};

struct filter {
    enum filter_kind kind;       /* which members count */
    const struct filter **items; /* parts of ALL, ANY, NOT */
    size_t item_count;           /* in `items` */
    const struct field *field;   /* what is tested */
    size_t field_index;          /* its place in the object's fields */
    struct value *values;        /* constants of IN, UNDER and TAGS_… */
    size_t value_count;          /* in `values` */
    struct filter_bound low;     /* of RANGE */
    struct filter_bound high;    /* of RANGE */
    struct str needle;           /* of LIKE, as given */
    bool at_start;               /* LIKE: the needle stands at the beginning */
    bool at_end;                 /* LIKE: the needle stands at the end */
};

#endif
