/* SQL of measures that people define: their rows, and what they make of records. */
#ifndef DABIAO_MEASURE_STORE_H
#define DABIAO_MEASURE_STORE_H

#include "metric.h"
#include "platform/filter.h"
#include "platform/object.h"

enum { CUSTOM_MEASURES_MAX = MEASURE_MAX - MEASURE_CUSTOM, MEASURES_OF_OBJECT_MAX = 10 };

/* What is added up: one for each record, a field, or the lines of signed contracts. */
enum measure_how { HOW_COUNT, HOW_SUM, HOW_LINE_QUANTITY, HOW_LINE_AMOUNT, HOW_KINDS };

/* What counts, as the SQL of one kind of record needs it. */
struct measure_definition {
    const struct object *object; /* of the records that count; of lines: contract */
    enum measure_how how;
    const struct field *date;    /* the day that counts; of lines: signed_on */
    const struct field *sum;     /* HOW_SUM: what is added up */
    const char *owner;           /* column of whom it counts for */
    const struct filter *filter; /* which records; NULL: all */
    const int64_t *product_ids;  /* of lines: these … */
    size_t product_count;
    const struct str *lines; /* … and these product lines; both empty: all */
    size_t line_count;
    bool orders; /* of lines: their changes, from change orders */
};

/* A row of custom_measure. */
struct measure_row {
    int64_t id;
    struct str name_zh, name_en, object, unit, definition;
    int64_t definition_version, built_version;
    bool is_active;
    int64_t version;
};

/* What hangs on a measure. */
struct measure_use {
    int64_t cells;                        /* targets that are not 0 */
    struct opt_int first_year, last_year; /* calendar years of their months */
    int64_t rounds;                       /* planning rounds that ask for it */
};

enum err measure_store_list(struct db *db, struct arena *arena, struct measure_row **rows_out,
                            size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err measure_store_get(struct db *db, struct arena *arena, int64_t id, struct measure_row *out) MUST_CHECK;
/* Waits for everybody who writes such records, and makes them wait. */
enum err measure_store_lock(struct db *db, struct arena *arena, int64_t id, struct measure_row *out) MUST_CHECK;
/* Those on records of an object, kept as they are until the transaction ends. */
enum err measure_store_of_object(struct db *db, struct arena *arena, struct str object, struct measure_row **rows_out,
                                 size_t *count_out) MUST_CHECK;
/* One of them, kept likewise. */
enum err measure_store_keep(struct db *db, struct arena *arena, int64_t id, struct measure_row *out) MUST_CHECK;
/* Errors: ERR_DUPLICATE. */
enum err measure_store_insert(struct request *request, const struct measure_row *row) MUST_CHECK;
enum err measure_store_update(struct request *request, const struct measure_row *row) MUST_CHECK;
enum err measure_store_delete(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
/* All facts follow this version of the definition now. */
enum err measure_store_built(struct db *db, struct arena *arena, int64_t id, int64_t definition_version) MUST_CHECK;
enum err measure_store_use(struct db *db, struct arena *arena, enum measure measure,
                           struct measure_use *out) MUST_CHECK;
/* Number of the products that exist. */
enum err measure_store_products(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                int64_t *out) MUST_CHECK;

/* Adds "day, moment, amount, NULL, currency, rate, owner, department": alias t; amounts in a currency of their own come
 * with it and its rate. */
void measure_add_columns(struct query *query, const struct measure_definition *definition);
/* Adds the condition of the records that count. */
void measure_add_condition(struct query *query, const struct measure_definition *definition);

/* A record that would count, for the preview. */
struct measure_sample {
    int64_t record_id;
    struct opt_date on;
    struct opt_instant at;
    struct opt_int amount;
    struct opt_str currency;
    struct opt_int rate;
};
/* The user's records with id > after that would count from one day to before another, by id. */
enum err measure_store_samples(struct request *request, struct arena *arena,
                               const struct measure_definition *definition, struct date from, struct date to,
                               int64_t after, int64_t limit, struct measure_sample **out, size_t *count_out) MUST_CHECK;
/* Names of a person and a department; empty where there is none. */
enum err measure_store_names(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id,
                             struct str *user_out, struct str *department_out) MUST_CHECK;

#endif
