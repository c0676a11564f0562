/* Lines of contracts and of their change orders, and what they come to. */
#ifndef DABIAO_CONTRACT_LINE_RULES_H
#define DABIAO_CONTRACT_LINE_RULES_H

#include "contract_store.h"
#include "platform/object.h"

/* Nested member `lines`, in bodies and in answers. */
extern const struct field CONTRACT_LINE_FIELDS[];

/* What a contract comes to: the sum of its lines less the discount, and the tax on that. */
struct contract_sums {
    int64_t amount_minor; /* tax included */
    int64_t tax_minor;    /* part of it */
    int64_t cost_minor;   /* of the lines */
};

/* Without a user the program acts for itself. */
bool contract_may_write(const struct request *request, const char *field);

/* Lines of a body. A line without a cost keeps that of the line it was, among `old`; a new one takes the product's cost
 * of today. `trusted`: whoever may not see costs passes them on. Errors: ERR_INVALID. */
enum err contract_lines_read(struct request *request, const json_t *list, const struct contract_line *old,
                             size_t old_count, bool trusted, struct contract_line **lines_out,
                             size_t *count_out) MUST_CHECK;
/* Sums of lines; refusals name `lines` and `discount_minor`. Errors: ERR_INVALID. */
enum err contract_lines_sum(struct request *request, const struct contract_line *lines, size_t count,
                            int64_t discount_minor, int64_t tax_rate_ppm, struct contract_sums *out) MUST_CHECK;
/* Tax that is in an amount: amount × rate / (1 + rate), half away from zero. Example: 13 of 113 at 13 %. */
int64_t contract_tax_within(int64_t amount_minor, int64_t tax_rate_ppm);
/* The lines as the user may see them, margins included. */
json_t *contract_lines_json(struct request *request, const struct contract_line *lines, size_t count);
/* The same of a contract: with what came for each line and what was earned by that. */
json_t *contract_lines_shown(struct request *request, const struct contract_line *lines, size_t count);
/* The lines as a body of a contract. */
json_t *contract_lines_body(const struct contract_line *lines, size_t count, bool costs);

#endif
