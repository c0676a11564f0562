/* Pieces of SELECT statements over an object's table: shared by the stores of one record and of lists. */
#ifndef DABIAO_PLATFORM_OBJECT_SELECT_H
#define DABIAO_PLATFORM_OBJECT_SELECT_H

#include "platform/object_store.h"

/* A name from our tables, quoted with backticks. */
void select_table(struct query *query, const char *name);
/* Where the labels of an object's references and tags come from. */
struct label_sources;
/* Labels from the worker's directory where it keeps them, else by joins. Errors: those of the database. */
enum err select_labels(struct request *request, const struct object *object,
                       const struct label_sources **out) MUST_CHECK;
/* No labels at all: needs no joins, so that a locking read locks the record alone. */
const struct label_sources *select_no_labels(struct request *request, const struct object *object);
/* "SELECT t.id, t.version, t.deleted_at, every field, every label that is joined" (table alias t, labels r0, r1 …). */
void select_columns(struct query *query, const struct label_sources *labels);
/* " LEFT JOIN table rN ON rN.id = t.field" for every reference whose label is joined. */
void select_label_joins(struct query *query, const struct label_sources *labels);
/* " FROM … WHERE …" of all records of the list, alias t: scope, filter, search; without cursor and order. Errors: those
 * of the database. */
enum err select_all_rows(struct request *request, struct query *query, const struct list_request *list) MUST_CHECK;
/* Row `index` of a result of select_columns. Errors: those of the database. */
enum err select_row(struct request *request, const struct label_sources *labels, const struct rows *rows, size_t index,
                    struct record_row *out) MUST_CHECK;

#endif
