/* The filter language: one parser, one SQL compiler, one evaluator; shared by lists, saved views and every rule.
 *
 * Grammar (JSON):   filter  := {"all":[filter…]} | {"any":[filter…]} | {"not":filter} | condition
 *                   condition := {"field":"name", "op":"…", "value":…}
 * Operators by type: eq ne in not_in is_null not_null (all types); lt le gt ge between (numbers, money, dates,
 instants);
 *   contains not_contains starts_with ends_with (texts); under (refs to trees: department_id, region_code);
 *   has_any has_all has_none (tags, several people: a list of ids; several choices: of words); is_null and not_null
 with these and with files;
 *   on before after relative (dates and instants): relative takes "today", "yesterday", "tomorrow", "this_week",
 *   "last_week", "next_week", "this_month", "last_month", "next_month", "this_quarter", "last_quarter", "next_quarter",
 *   "this_year", "last_year", "last_N_days", "next_N_days", "over_N_days_ago".
 *   Refs to users accept the word "me" for the asking user and "my_department" for departments.
 * Units: money in minor units, dates as YYYY-MM-DD, instants RFC 3339. Limits: depth 8, 200 conditions, 1,000 values.
 * An empty object {} matches everything; "all":[] and "any":[] are refused (an empty rule must not match by accident).
 * Dates: last_N_days and next_N_days count today as one of the N; over_N_days_ago is earlier than N days before today;
 weeks
 * begin on Monday; a plain date against an instant field is that whole business day. between includes both ends.
 * NULL: a condition on an absent value is false, except is_null, ne, not_in and not_contains, which are true. "not"
 * turns the whole around (two-valued logic in SQL and in the evaluator alike). Text compares without case or accents
 * as the database's utf8mb4_uca1400_ai_ci; the evaluator folds ASCII case and full width only. Texts of
 * FIELD_UNIQUE fields are codes in utf8mb4_bin and compare exactly. Spaces at the end do not count in eq and in. */
#ifndef DABIAO_PLATFORM_FILTER_H
#define DABIAO_PLATFORM_FILTER_H

#include "platform/field.h"
#include "platform/query.h"

struct filter;

/* What "me", "my_department" and relative dates mean for this caller. */
struct filter_context {
    int64_t user_id;       /* "me" */
    int64_t department_id; /* "my_department" */
    struct date today;     /* business date */
    const char *zone;      /* for instants */
};

/* Parses and types a filter against the object's fields. Errors: ERR_BAD_FILTER naming the place. */
enum err filter_parse(struct arena *arena, const struct field *fields, const json_t *json,
                      const struct filter_context *context, struct error *error, struct filter **out) MUST_CHECK;
/* The same from text (query parameter, saved view). Empty text: *out = NULL. */
enum err filter_parse_text(struct arena *arena, const struct field *fields, struct str text,
                           const struct filter_context *context, struct error *error, struct filter **out) MUST_CHECK;
/* Adds the predicate in parentheses; NULL filter adds "TRUE". Columns are `alias`.`field name`. For WHERE and ON under
 * AND and OR: it is NULL instead of false where an absent value fails, so do not put it under a NOT. */
void filter_sql(struct query *query, const struct filter *filter, const char *alias);
/* The first field the filter uses for which `wanted` is true, or NULL: how callers refuse filters on fields that the
 * user may not read. */
const struct field *filter_find_field(const struct filter *filter,
                                      bool (*wanted)(void *context, const struct field *field), void *context);
/* Evaluates against one record: `values[i]` belongs to `fields[i]`. "under" needs `is_under(context, ref object, value,
 * root)`. */
bool filter_matches(const struct filter *filter, const struct value *values,
                    bool (*is_under)(void *context, const struct field *field, struct value value, struct value root),
                    void *context);

#endif
