/* Pieces of SELECT statements over an object's table: shared by the stores of one record and of lists. */
#ifndef DABIAO_PLATFORM_OBJECT_SELECT_H
#define DABIAO_PLATFORM_OBJECT_SELECT_H

#include "platform/object_store.h"

/* A name from our tables, quoted with backticks. */
void select_table(struct query *query, const char *name);
/* "SELECT t.id, t.version, t.deleted_at, every field, every reference's label" (table alias t, labels r0, r1 …). */
void select_columns(struct query *query, const struct object *object);
/* The same columns without labels, which are NULL: needs no joins, so that a locking read locks the record alone. */
void select_bare_columns(struct query *query, const struct object *object);
/* " LEFT JOIN table rN ON rN.id = t.field" for every reference. */
void select_label_joins(struct query *query, const struct object *object);
/* " FROM … WHERE …" of all records of the list, alias t: scope, filter, search; without cursor and order. Errors: those
 * of the database. */
enum err select_all_rows(struct request *request, struct query *query, const struct list_request *list) MUST_CHECK;
/* Row `index` of a result of select_columns. */
struct record_row select_row(struct arena *arena, const struct object *object, const struct rows *rows, size_t index);

#endif
