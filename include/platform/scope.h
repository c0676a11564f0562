/* On which records: one predicate, compiled once and used by every way in (get, list, count, search, aggregate,
 * export, autocomplete, timeline, notification, change feed). */
#ifndef DABIAO_PLATFORM_SCOPE_H
#define DABIAO_PLATFORM_SCOPE_H

#include "platform/http.h"
#include "platform/query.h"

struct object;
struct field;

/* The user's scope for the object: roles' scopes united, shares noted. Cached in the identity's grants. */
const struct scope *scope_for(const struct request *request, const struct object *object);
/* Adds a predicate in parentheses that is true for the records of `object` (table alias `alias`) in scope. For writing,
 * read-only shares do not count. Every scope but "none" includes the user's own records. Records below a parent
 * (parent_object) are in scope with it, unless the scope for the object itself is none. A share opens the record, and
 * children only as far as it cascades. Without a user: FALSE. */
void scope_predicate(struct query *query, const struct request *request, const struct object *object, const char *alias,
                     bool for_write);
/* The same for walking a list in its order until a page is full: no index of owners or departments is used. */
void scope_walk_predicate(struct query *query, const struct request *request, const struct object *object,
                          const char *alias);

/* One way by which records come into scope. */
struct scope_way {
    struct query
        from; /* "`follow_up` t", or parents joined to it: "`customer` parent_1 STRAIGHT_JOIN `follow_up` t ON …" */
    struct query where; /* a predicate that an index serves */
    bool in_order;      /* an index may give the records sorted; else t's is to be used to find them, not to sort */
    bool joined;        /* parents stand before t */
};

/* The ways by which the records of `object` (alias t) come into scope: together they give what scope_predicate gives,
 * for reading many rows. A way gives a record once, but several ways may give the same one. Without a user: none.
 * Errors: those of the database. */
enum err scope_ways(const struct request *request, const struct object *object, struct scope_way **ways_out,
                    size_t *count_out) MUST_CHECK;
/* Adds the predicate of scope_predicate (alias t, reading) in the form that suits a pass over very many rows: parents
 * in scope are collected once, not looked up for each row. Errors: those of the database. */
enum err scope_pass_predicate(struct query *query, const struct request *request,
                              const struct object *object) MUST_CHECK;

/* How large a scope is: for choosing a plan, nothing else. */
struct scope_size {
    bool all;        /* everything is in scope */
    int64_t records; /* in scope by departments and subordinates, estimated; 0 where there are none */
    int64_t table;   /* the table has about so many */
    size_t lists;    /* of records that stand sorted in an index: departments, owners */
};
/* Up to so many lists are ways of their own. */
enum { SCOPE_LISTS_MAX = 16 };
/* What was estimated is kept for a minute. Errors: those of the database. */
enum err scope_measure(const struct request *request, const struct object *object, struct scope_size *out) MUST_CHECK;

/* For an object's `scope_terms`: writes the " OR " that the coming term needs. */
void scope_next_term(struct query *query, size_t *terms);
/* May the user see / change field `name` of the object. */
enum field_access scope_field_access(const struct request *request, const struct object *object, const char *name);
/* May the user see the name behind a reference: not where field permissions close the name of what it leads to. */
bool scope_label_is_open(const struct request *request, const struct field *reference);
/* Departments (subtree included) and users whose targets and figures the user may see; all=true for everyone. */
const struct scope *scope_for_key(const struct request *request, const char *key);
/* OK when the record exists, is not in the recycle bin and is in scope. Errors: ERR_NOT_FOUND. */
enum err scope_check(struct request *request, const struct object *object, int64_t id, bool for_write) MUST_CHECK;

#endif
