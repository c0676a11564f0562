/* Fields as data: one description of a value's shape serves body validation, lists, filters, import, export, forms
 * and the OpenAPI file. */
#ifndef DABIAO_PLATFORM_FIELD_H
#define DABIAO_PLATFORM_FIELD_H

#include <jansson.h>

#include "platform/arena.h"
#include "platform/err.h"
#include "platform/values.h"

enum field_type {
    FIELD_TEXT,      /* one line; max = characters (default 255) */
    FIELD_LONG_TEXT, /* several lines; max = characters (default 10,000) */
    FIELD_INT,       /* integer, min…max */
    FIELD_MONEY,     /* integer minor units; name ends _minor */
    FIELD_PPM,       /* integer parts per million; name ends _ppm */
    FIELD_BOOL,
    FIELD_DATE,    /* YYYY-MM-DD; name ends _on */
    FIELD_INSTANT, /* RFC 3339; name ends _at */
    FIELD_ENUM,    /* one of `options` */
    FIELD_REF,     /* id of a record of object `ref`; name ends _id */
    FIELD_EMAIL,
    FIELD_PHONE,    /* digits, + - ( ) # space; 5…20 digits */
    FIELD_CURRENCY, /* ISO 4217: three letters, kept as capitals */
    FIELD_URL,      /* address of a web site: http, https or without scheme */
    FIELD_TAGS,     /* ids of tags of object `ref`; name ends _ids; see platform/tags.h */
    FIELD_DECIMAL, /* exact number with `scale` digits behind the point: a text on the wire ("12.50"), a whole number of
                      the last digit in the database; min…max in that unit; see platform/decimal.h */
    FIELD_CHOICES, /* several of `options`: a list of words on the wire, "a,b" in their order in the database */
    FIELD_REFS,    /* ids of several records of object `ref`; kept as tags are; name ends _ids */
    FIELD_FILES, /* ids of files that belong to the record (platform/record_file.h); kept as tags are; name ends _ids */
    FIELD_JSON,  /* any JSON value, stored as text */
    FIELD_OBJECT, /* nested: `fields` */
    FIELD_LIST,   /* list of nested `fields` (or of integers / texts: `item`); max = items */
};

enum field_flag {
    FIELD_REQUIRED = 1 << 0,       /* must be present and not empty on create */
    FIELD_READ_ONLY = 1 << 1,      /* set by the server only */
    FIELD_SORTABLE = 1 << 2,       /* an index serves the sort, or the list is small */
    FIELD_NO_FILTER = 1 << 3,      /* not usable in filters */
    FIELD_HIDDEN_IN_LIST = 1 << 4, /* not among the default columns */
    FIELD_UNIQUE = 1 << 5,         /* unique in the database: a key for import */
    FIELD_MASKABLE = 1 << 6,       /* field permissions may mask it (phones, amounts) */
    FIELD_CREATE_ONLY = 1 << 7,    /* settable on create, read-only afterwards */
    FIELD_NULLABLE = 1 << 8,       /* JSON null is accepted and clears it (answers: may be null) */
    FIELD_LABEL = 1 << 9,          /* the field by which a person names the record */
    FIELD_SENSITIVE = 1 << 10,     /* password and the like: never logged, never answered */
    FIELD_MAY_BE_EMPTY = 1 << 11,  /* a required list: must be sent, but may have no items */
    FIELD_COMPUTED = 1 << 12,      /* by the database or when read: never written */
};

/* One allowed word of an enum. */
struct option {
    const char *value; /* on the wire and in the database */
    const char *zh;    /* shown to people, Chinese */
    const char *en;    /* shown to people, English */
};

struct custom_field;

/* One field. */
struct field {
    const char *name;    /* snake_case; API name and SQL column */
    const char *zh, *en; /* what people call it: forms, lists, exports, import guesses; NULL in plain bodies */
    enum field_type type;
    unsigned flags;               /* enum field_flag */
    int64_t min, max;             /* limits; both 0: the type's default */
    const struct option *options; /* FIELD_ENUM: ended by an option without value */
    const char *ref;              /* FIELD_REF: object name */
    const struct field *fields;   /* FIELD_OBJECT, FIELD_LIST: nested, ended by a field without name */
    enum field_type item;         /* FIELD_LIST without `fields`: type of the items */
    const char *closed_with[2];   /* fields from which it could be worked out: never more open than these */
    const char *about;            /* English phrase for the OpenAPI file: shape, unit, source */
    int scale;                    /* FIELD_DECIMAL: digits behind the point; FIELD_INT: of what tables write for it */
    const struct custom_field *custom; /* what else an administrator set (platform/custom.h); NULL: built in */
};

/* Ends a table of fields. */
#define FIELD_END                                                                                                      \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }

/* Checks a JSON object against a table of fields: unknown names, types, limits, required ones (unless `partial`),
 * fields that cannot be changed. `id` and `version` are tolerated at the top. Every fault goes to `error` with its
 * path. Texts are replaced by their trimmed form in the object too, currencies by capitals. Codes: required,
 * unknown_field, not_a_string, not_an_integer, not_a_boolean, not_a_date, not_an_instant, not_an_option, not_a_decimal,
 * too_many_digits, not_an_email, not_a_phone, not_a_url, not_a_currency, not_an_id, too_long, too_short, too_small,
 * too_large, not_an_object, not_a_list, too_many, read_only, null_not_allowed, control_character. Errors: ERR_INVALID.
 */
enum err fields_check(const struct field *fields, json_t *object, bool partial, struct error *error) MUST_CHECK;
/* The same for an object that stands at `name` of a body: paths begin with it, `id` and `version` are refused. */
enum err fields_check_member(const struct field *fields, json_t *object, bool partial, const char *name,
                             struct error *error) MUST_CHECK;
/* One JSON value against one field; `path` names it in errors. `out` gets the typed value: VALUE_NULL for null and for
 * an empty text; texts trimmed (not passwords), line ends of long texts as \n, in `json` too, from which they borrow;
 * objects, lists and JSON as compact text. False when refused. */
bool field_value(const struct field *field, json_t *json, struct str path, struct arena *arena, struct error *error,
                 struct value *out);
/* The typed value as JSON, in the notation of the field. Owned by the caller (attach it with *_new). */
json_t *field_json(const struct field *field, struct value value, struct arena *arena);
/* Whether values are sets of ids (platform/tags.h), with names behind them. */
bool field_is_set(const struct field *field);
/* Whether an amount is in the company's currency, whatever the record's: such fields are named base_… or …_base_…. */
bool field_in_base(const struct field *field);
const struct field *fields_find(const struct field *fields, struct str name);
size_t fields_count(const struct field *fields);
/* Its word in metadata: "text", "money", … */
const char *field_type_word(enum field_type type);

#endif
