/* Printing, inside the feature. */
#ifndef DABIAO_PRINT_RULES_H
#define DABIAO_PRINT_RULES_H

#include "platform/object.h"

extern const struct object PRINT_TEMPLATE;
/* Kinds of records that are printed. */
extern const struct option PRINT_OBJECTS[];

/* Writes down that somebody prints a record he may see. Errors: ERR_INVALID, ERR_FORBIDDEN, ERR_NOT_FOUND. */
enum err print_record(struct request *request, const json_t *body) MUST_CHECK;
/* Who printed a record when, newest first. Errors: likewise. */
enum err print_list(struct request *request, struct str object, int64_t record_id, json_t **out) MUST_CHECK;
/* The company's seal as a data URL; null: none. */
enum err seal_get(struct request *request, json_t **out) MUST_CHECK;
enum err seal_set(struct request *request, const json_t *body) MUST_CHECK;

#endif
