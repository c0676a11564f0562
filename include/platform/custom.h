/* Fields that administrators add to records. They follow the built-in ones in object_fields(), so that lists, filters,
 * forms, export and import know them by themselves; this header is what the rest of the platform asks about them.
 *
 * A worker keeps the definitions for as long as company.org_epoch stands; they change only at the beginning of a
 * request or a job (custom_load), never inside one. Whoever changes a definition raises the epoch.
 * docs/adr/custom-fields.md */
#ifndef DABIAO_PLATFORM_CUSTOM_H
#define DABIAO_PLATFORM_CUSTOM_H

#include "engines/formula.h"
#include "engines/pattern.h"
#include "platform/filter.h"
#include "platform/object.h"

enum { CUSTOM_FIELDS_MAX = 250, CUSTOM_OPTIONS_MAX = 200 };

/* Kinds of fields that people choose from. */
enum custom_kind {
    CUSTOM_TEXT,
    CUSTOM_LONG_TEXT,
    CUSTOM_INTEGER,
    CUSTOM_DECIMAL,
    CUSTOM_MONEY,
    CUSTOM_PERCENT,
    CUSTOM_RATING,
    CUSTOM_BOOLEAN,
    CUSTOM_DATE,
    CUSTOM_DATE_TIME,
    CUSTOM_MONTH,
    CUSTOM_SELECT,
    CUSTOM_MULTI_SELECT,
    CUSTOM_USER,
    CUSTOM_DEPARTMENT,
    CUSTOM_REGION,
    CUSTOM_USERS,
    CUSTOM_DEPARTMENTS,
    CUSTOM_RECORD,
    CUSTOM_EMAIL,
    CUSTOM_PHONE,
    CUSTOM_URL,
    CUSTOM_CURRENCY,
    CUSTOM_FILES,
    CUSTOM_PICTURES,
    CUSTOM_SERIAL,
    CUSTOM_FORMULA,
    CUSTOM_ROLLUP,
    CUSTOM_KINDS
};

/* What a kind is. */
struct custom_type {
    const char *word;     /* in the API */
    const char *zh, *en;  /* what people call it */
    enum field_type type; /* of its values; formulas and roll-ups: by what they give */
    const char *suffix;   /* its names end so */
    const char *sql;      /* type of its column; NULL: by its settings */
    const char *settings; /* members that count, each between spaces: " required unique " */
};
extern const struct custom_type CUSTOM_TYPES[CUSTOM_KINDS];
bool custom_kind_find(struct str word, enum custom_kind *out);

enum rollup_function { ROLLUP_COUNT, ROLLUP_SUM, ROLLUP_MIN, ROLLUP_MAX };

/* What a roll-up counts. */
struct rollup {
    const struct object *object;   /* the children */
    const char *via;               /* their reference to the record */
    enum rollup_function function; /* how */
    const char *field;             /* of the children; NULL: count */
    struct str filter;             /* filter language over the children, or empty */
};

/* A definition; `field->custom` of what object_fields() gives. */
struct custom_field {
    int64_t id; /* custom_field.id */
    enum custom_kind kind;
    const struct object *object;         /* of which kind of record */
    bool required, unique, stored;       /* stored: has a column */
    struct str fallback;                 /* default as JSON, or empty */
    const struct pattern *pattern;       /* NULL: none */
    struct str pattern_text;             /* the same as written */
    const char *help_zh, *help_en;       /* NULL: none */
    struct str visible_if, readonly_if;  /* filter language, or empty */
    const bool *option_active;           /* by index in field->options */
    const struct formula *formula;       /* of FORMULA; NULL when it cannot be read any more */
    struct str formula_text;             /* the same as written */
    enum custom_kind result;             /* FORMULA: kind of what it gives */
    const struct rollup *rollup;         /* of ROLLUP */
    struct str number_pattern, restarts; /* of SERIAL */
    int64_t sort_order;
};

/* Objects that may have custom fields. */
bool object_is_customizable(const struct object *object);

/* Brings the definitions up to the company's present ones; at the beginning of a request or a job only. `epoch`: of the
 * request, 0 when not known. Errors: those of the database. */
enum err custom_load(struct db *db, int64_t epoch, struct date today) MUST_CHECK;
/* The day the kept definitions count as today. */
struct date custom_today(void);
/* Number of the definitions of an object that the worker keeps. */
size_t custom_count(const struct object *object);

/* ---- writes of records (object_rules.c) ---- */

/* On create, before the hooks: defaults of what the body leaves out. */
enum err custom_prepare(struct request *request, struct record_change *change) MUST_CHECK;
/* After the hooks: what is required, read only, matches and is offered; serial numbers; stored formulas. Faults go to
 * request->error. */
enum err custom_check(struct request *request, struct record_change *change) MUST_CHECK;
/* After the write: the index of fields with several choices. */
enum err custom_saved(struct request *request, const struct record_change *change) MUST_CHECK;
/* Adds member `faults` to a record: {name: why a formula is null}. */
enum err custom_faults(struct request *request, const struct object *object, int64_t id, const struct value *values,
                       json_t *record) MUST_CHECK;

/* ---- SQL (custom_select_store.c) ---- */

/* The column of a field, or, of one that is computed when read, its expression in brackets. An empty alias: the bare
 * column, as definitions of columns name each other. */
void select_field(struct query *query, const struct field *field, const char *alias);
/* Whether the field is in the SELECT list and in statements that write. */
bool field_is_selected(const struct field *field);
bool field_is_written(const struct field *field);

/* ---- formulas ---- */

/* What the names of an object's formulas lead to. */
struct formula_scope {
    const struct object *object;
    const struct field *fields; /* of the object, computed ones among them */
};
/* formula_find over a formula_scope. */
enum formula_type custom_find_name(void *context, struct str name);
/* Whether a name leads outside of the record, or to what is computed when read. */
bool custom_name_is_foreign(const struct formula_scope *scope, struct str name);
/* The field behind a name; `reference_out` (or NULL): the own field that leads to it. */
const struct field *custom_name_field(const struct formula_scope *scope, struct str name,
                                      const struct field **reference_out);
/* A field's value as formulas take it, and back to a field of kind `result` with `scale`. */
struct formula_value custom_formula_value(const struct field *field, struct value value);
struct value custom_value_of(enum custom_kind result, int scale, struct formula_value value);
/* Adds the SQL of a formula over `alias`, of the kind `result`. */
void formula_sql(struct query *query, const struct formula_scope *scope, const struct formula *formula,
                 enum custom_kind result, int scale, const char *alias);
/* Values of a formula's names for one record, by slot. Errors: those of the database, ERR_NOT_FOUND. */
enum err formula_store_values(struct request *request, const struct formula_scope *scope, const struct formula *formula,
                              int64_t id, struct formula_value *out) MUST_CHECK;

#endif
