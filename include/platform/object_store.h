/* SQL of records, made from the tables of fields. Only object_rules, object_api and jobs call it. */
#ifndef DABIAO_PLATFORM_OBJECT_STORE_H
#define DABIAO_PLATFORM_OBJECT_STORE_H

#include "platform/filter.h"
#include "platform/object.h"

/* One record as read. */
struct record_row {
    int64_t id;                    /* primary key */
    int64_t version;               /* optimistic lock */
    struct opt_instant deleted_at; /* set: in the recycle bin */
    const struct value *values;    /* by field index */
    const struct value *labels;    /* by field index: name behind a reference, names of tags (a line each), else null */
};

/* What a list shows. */
struct list_request {
    const struct object *object; /* of which kind */
    const struct filter *filter; /* NULL: everything */
    struct str search;           /* part of the label, or empty */
    size_t sort_field;           /* index of the field */
    bool descending;             /* direction */
    bool after;                  /* continue behind `after_value`, `after_id` */
    struct value after_value;    /* sort value of the last row seen */
    int64_t after_id;            /* id of the last row seen */
    size_t limit;                /* rows at most */
    bool deleted;                /* the recycle bin instead */
};

enum err object_store_list(struct request *request, const struct list_request *list, struct record_row **rows_out,
                           size_t *count_out) MUST_CHECK;
/* Number of rows the list has, counting no further than `cap`. */
enum err object_store_count(struct request *request, const struct list_request *list, int64_t cap,
                            int64_t *out) MUST_CHECK;
/* One record in scope; `lock`: FOR UPDATE. `deleted` too when told. Errors: ERR_NOT_FOUND. */
enum err object_store_get(struct request *request, const struct object *object, int64_t id, bool for_write, bool lock,
                          bool deleted, struct record_row *out) MUST_CHECK;
enum err object_store_insert(struct request *request, struct record_change *change,
                             const struct record_options *options, int64_t *id_out) MUST_CHECK;
/* Writes the changed fields and raises the version. */
enum err object_store_update(struct request *request, const struct record_change *change) MUST_CHECK;
enum err object_store_set_deleted(struct request *request, const struct object *object, int64_t id,
                                  struct opt_instant at) MUST_CHECK;
/* Ids of live (or, with `at`, deleted at that instant) children, ascending. */
enum err object_store_children(struct request *request, const struct object_child *child, int64_t parent_id,
                               struct opt_instant at, int64_t limit, int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Ids of live children of that owner (or of nobody) that fit the child's choice, ascending. */
enum err object_store_children_of(struct request *request, const struct object_child *child, int64_t parent_id,
                                  struct value owner, int64_t limit, int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* True when the reference leads to a live row that the user may see. `lock`: it stays so to the transaction's end. */
enum err object_store_reference_ok(struct request *request, const struct field *field, int64_t id, bool unscoped,
                                   bool lock, bool *out) MUST_CHECK;
/* The name behind a reference, whoever may see it; no text when the row is gone. */
enum err object_store_label(struct request *request, const struct field *field, int64_t id, struct str *out) MUST_CHECK;
/* Where a person belongs and whether he may own records; both stay so to the transaction's end. Errors: ERR_NOT_FOUND.
 */
enum err object_store_user_department(struct request *request, int64_t user_id, int64_t *department_out,
                                      bool *active_out) MUST_CHECK;
/* Adds an owner interval. `first`: the one that reaches back before all days. */
enum err object_store_ownership(struct request *request, const struct object *object, int64_t id, struct value owner,
                                struct value department, bool first, struct str reason) MUST_CHECK;
/* Replaces the grams of a record's label. */
enum err object_store_grams(struct request *request, const struct object *object, int64_t id,
                            struct str label) MUST_CHECK;
/* True when there is such a tag, offered for the kind of records the field belongs to. */
enum err object_store_tag_ok(struct request *request, const struct field *field, int64_t tag_id, bool *out) MUST_CHECK;
/* Replaces the tags of a record in the index of tags. */
enum err object_store_tags(struct request *request, const struct field *field, int64_t id,
                           struct value tags) MUST_CHECK;
/* Removes a record for good, after its time in the recycle bin. Errors: ERR_IN_USE: something names
 * it, or somebody has taken it out of the bin. */
enum err object_store_purge(struct db *db, struct arena *arena, const struct object *object, int64_t id) MUST_CHECK;
/* Records of the object deleted before `before`, at most `limit` ids, ascending from `after_id`. */
enum err object_store_purgeable(struct db *db, struct arena *arena, const struct object *object, struct instant before,
                                int64_t after_id, int64_t limit, int64_t **ids_out, size_t *count_out) MUST_CHECK;

/* Groups of an aggregate: `rows` has the keys, their labels, then the measures, in the order asked. */
struct aggregate_part {
    size_t field;
    char unit; /* 0, 'm'onth, 'q'uarter, 'y'ear */
};
struct aggregate_measure {
    char kind; /* 'c'ount, 's'um, 'a'verage, 'n' (minimum), 'x' (maximum), 'd' (median × 2) */
    size_t field;
};
enum { AGGREGATE_PARTS_MAX = 3, AGGREGATE_MEASURES_MAX = 8, AGGREGATE_GROUPS_MAX = 2000 };
enum err object_store_aggregate(struct request *request, const struct object *object, const struct filter *filter,
                                const struct aggregate_part *parts, size_t part_count,
                                const struct aggregate_measure *measures, size_t measure_count,
                                struct rows *out) MUST_CHECK;

#endif
