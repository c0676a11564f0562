/* Inside of the engine: a run and what works on it. */
#ifndef DABIAO_IMPORT_RUN_H
#define DABIAO_IMPORT_RUN_H

#include "engines/table.h"
#include "import_cell.h"
#include "import_rules.h"

/* One mapped column. */
struct mapped {
    size_t column;             /* index in the row */
    struct str heading;        /* of the column */
    const struct field *field; /* where it goes */
    struct cell_style style;   /* how it is read */
    bool create_missing;       /* make the named record when there is none */
};

/* A run. */
struct run {
    struct request *request;    /* the user's; arena is the row's while one is worked on */
    struct arena *arena;        /* of the whole run */
    struct import_kind kind;    /* what is imported */
    struct import_batch *batch; /* counts */
    struct table *table;        /* the file */
    const json_t *mapping;      /* as saved */
    struct mapped *columns;     /* resolved mapping */
    size_t column_count;        /* in `columns` */
    struct str currency;        /* the company's */
    bool odd_digits;            /* a currency in use has other than two digits */
    json_t *cache;              /* reference texts seen → ids */
    struct arena *chunk_arena;  /* rows of the present chunk */
    struct table_row *rows;     /* of the present chunk */
    size_t row_count;           /* in `rows` */
};

/* What a row became. */
enum outcome { OUTCOME_CREATED, OUTCOME_UPDATED, OUTCOME_SKIPPED };

/* A field of the original time and creator, which every kind takes; NULL for another name. */
const struct field *import_creator_field(struct str name);
/* Finds the columns of the mapping in the file's format. Errors: ERR_INVALID naming each that is not there. */
enum err import_resolve_mapping(struct run *run, const json_t *format) MUST_CHECK;
/* One row becomes a record, or targets. Errors: refusals are told in the request's error. */
enum err import_work_row(struct run *run, const struct table_row *row, enum outcome *outcome) MUST_CHECK;

#endif
