/* Measures that people define: what a definition may say, and how it becomes facts. docs/adr/custom-measures.md */
#ifndef DABIAO_MEASURE_RULES_H
#define DABIAO_MEASURE_RULES_H

#include "measure_store.h"
#include "metric_store.h"

enum { MEASURE_SOURCES_MAX = 2 };

/* What the rows of a definition are read against. */
struct measure_context {
    struct arena *arena;
    struct error *error;         /* hears what is wrong */
    const struct request *asker; /* whose rights hold; NULL: the company's */
    struct date today;
    const char *zone;
};

/* Kinds of records that may count, ended by NULL. */
extern const char *const MEASURE_OBJECTS[];
extern const char *const MEASURE_HOWS[HOW_KINDS];

/* The words of a definition; a filter of {} is none. Errors: ERR_INVALID naming the fields. */
enum err measure_read(const struct measure_context *context, struct str object, const json_t *json,
                      struct measure_definition *out) MUST_CHECK;
/* Why a field cannot decide what counts, or NULL. */
const char *measure_field_fault(const struct field *field);
/* Whether it can be the day, the person, the sum. */
bool measure_field_is_day(const struct object *object, const struct field *field);
bool measure_field_is_person(const struct object *object, const struct field *field);
bool measure_field_is_sum(const struct object *object, const struct field *field);
enum measure_unit measure_unit_of(const struct measure_definition *definition);

/* The sources of a row: one, or with contract lines those of change orders too. None when the definition cannot be read
 * any more: fields were changed. `fault_out` (or NULL) says why. */
enum err measure_sources(struct db *db, struct arena *arena, const struct measure_row *row,
                         struct metric_source sources_out[MEASURE_SOURCES_MAX], size_t *count_out,
                         struct str *fault_out) MUST_CHECK;

/* ---- what administrators do ---- */

extern const struct route MEASURE_ROUTES[];
/* Queues the work that brings the facts of a measure in line. */
enum err measure_queue(struct request *request, int64_t id) MUST_CHECK;

/* What a body says; `row` gets names, object, unit and definition. */
enum err measure_from_body(struct request *request, struct measure_row *row, struct measure_definition *out) MUST_CHECK;
/* Errors: ERR_INVALID, ERR_CONFLICT when there are as many as there may be. */
enum err measure_create(struct request *request, int64_t *id_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, ERR_INVALID, ERR_STALE_VERSION, ERR_MEASURE_IN_USE. */
enum err measure_change(struct request *request, int64_t id, int64_t version) MUST_CHECK;
enum err measure_remove(struct request *request, int64_t id, int64_t version) MUST_CHECK;

/* One month of a preview. */
struct measure_month {
    struct date on;
    int64_t amount, count;
};
/* One record of it. */
struct measure_example {
    const char *object;
    struct fact fact; /* whom it counts for, when, how much */
    struct str label, user_name, department_name;
};
enum { PREVIEW_MONTHS = 12, PREVIEW_ROWS = 50 };
struct measure_preview {
    int64_t year;
    struct date from, to;
    struct measure_month months[PREVIEW_MONTHS];
    int64_t sum, count;
    struct measure_example rows[PREVIEW_ROWS];
    size_t row_count;
    bool more; /* there are more rows */
};
/* A definition on the figures of a fiscal year: `year` 0: the last one that is over; month 0…11 of the rows, -1: all of
 * it. */
enum err measure_preview(struct request *request, const struct measure_definition *definition, int64_t year,
                         int64_t month, struct measure_preview *out) MUST_CHECK;

#endif
