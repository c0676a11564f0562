/* What the routes of targets have in common: options, fields, and the view that a request asks for. */
#ifndef DABIAO_TARGET_QUERY_H
#define DABIAO_TARGET_QUERY_H

#include "platform/field.h"
#include "target_view.h"

enum { TARGET_YEAR_MIN = 1900, TARGET_YEAR_MAX = 2999, MEASURE_KEY_MAX = 32 };

extern const struct option TARGET_LEVEL_OPTIONS[];
extern const struct option TARGET_SUBJECT_OPTIONS[];
extern const struct option TARGET_KIND_OPTIONS[];
extern const struct option TARGET_NODE_OPTIONS[];

/* clang-format off */
#define TARGET_YEAR_FIELD {.name = "year", .type = FIELD_INT, .min = TARGET_YEAR_MIN, .max = TARGET_YEAR_MAX, .about = "fiscal year, named after the calendar year it begins in; the running one unless given"}
#define TARGET_MEASURE_FIELD {.name = "measure", .type = FIELD_TEXT, .max = MEASURE_KEY_MAX, .about = "what is measured, of GET /targets/measures; signed_amount unless given"}
#define TARGET_LEVEL_FIELD {.name = "level", .type = FIELD_ENUM, .options = TARGET_LEVEL_OPTIONS, .about = "which targets; base unless given"}
/* clang-format on */

/* The measure of this key; signed_amount for none. Errors: ERR_INVALID. */
enum err target_find_measure(struct request *request, struct str key, enum measure *out) MUST_CHECK;
/* What the user may see of this year (0: the running one), measure and level (none: base). Errors: ERR_INVALID. */
enum err target_find_view(struct request *request, int64_t year, struct str measure, struct str level,
                          struct target_view *out) MUST_CHECK;
/* As `year`, `measure` and `level` of the query say. */
enum err target_query_view(struct request *request, struct target_view *out) MUST_CHECK;

#endif
