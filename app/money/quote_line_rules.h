/* Lines of quotes: prices, floors and costs of the day on which a line was written, and what they come to. */
#ifndef DABIAO_QUOTE_LINE_RULES_H
#define DABIAO_QUOTE_LINE_RULES_H

#include "platform/object.h"
#include "quote_store.h"

/* Nested member `lines`, in bodies and in answers. */
extern const struct field QUOTE_LINE_FIELDS[];

/* The body's lines, or NULL. */
const json_t *quote_lines_of(const struct record_change *change);
/* Whether another price book measures the lines anew: what is asked of the customer stays. */
bool quote_is_measured_anew(const struct record_change *change);
/* The lines the quote is to have: those sent, else those it has. Errors: ERR_INVALID. */
enum err quote_lines_read(struct request *request, const struct record_change *change, struct quote_line **lines_out,
                          size_t *count_out) MUST_CHECK;
/* Amounts, discount and margin from the lines. Errors: ERR_INVALID. */
enum err quote_lines_sum(struct request *request, struct record_change *change, const struct quote_line *lines,
                         size_t count) MUST_CHECK;
/* A line with all it has. */
json_t *quote_line_json(const struct quote_line *line);
/* Takes out of a list of lines what the user may not see. */
void quote_lines_close(struct request *request, json_t *lines);

#endif
