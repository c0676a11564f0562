/* SQL of definitions, of the columns behind them, and of what names them. */
#ifndef DABIAO_APP_CUSTOMFIELD_STORE_H
#define DABIAO_APP_CUSTOMFIELD_STORE_H

#include "platform/custom_store.h"

/* One thing that names a field. */
struct mention {
    int64_t id;            /* 0 for layouts */
    struct str kind;       /* view, layout, role, gate, rule's table */
    struct str name;       /* what people call it */
    int64_t parent_id;     /* gate: pipeline */
    struct opt_str parent; /* gate: name of the pipeline */
};

enum err field_store_insert(struct request *request, const struct custom_row *row, int64_t *id_out) MUST_CHECK;
/* Hides a definition whose column is being made (so its name is taken), and shows it. */
enum err field_store_show(struct request *request, int64_t id, bool shown) MUST_CHECK;
/* Errors: ERR_STALE_VERSION. */
enum err field_store_update(struct request *request, const struct custom_row *row) MUST_CHECK;
enum err field_store_set_deleted(struct request *request, int64_t id, bool deleted) MUST_CHECK;
enum err field_store_set_index(struct db *db, struct arena *arena, int64_t id, struct str state,
                               struct opt_int job_id) MUST_CHECK;
enum err field_store_remove(struct request *request, int64_t id) MUST_CHECK;
enum err field_store_options(struct db *db, struct arena *arena, int64_t field_id,
                             const struct custom_option_row *options, size_t count) MUST_CHECK;
/* Whether a name was ever given to a field of the object. */
enum err field_store_is_taken(struct db *db, struct arena *arena, struct str object, struct str name,
                              bool *out) MUST_CHECK;

/* ---- columns: outside of transactions, as DDL ends them ---- */

/* A column of the type; one that is left over from a definition that never came to be is dropped first. `formula`: the
 * expression that computes it, or NULL. Errors: ERR_TOO_LARGE when a row cannot hold it, ERR_BUSY. */
enum err column_add(struct db *db, struct arena *arena, const char *table, const char *name, const char *type,
                    const struct query *formula) MUST_CHECK;
/* Another expression of a computed column. */
enum err column_change(struct db *db, struct arena *arena, const char *table, const char *name, const char *type,
                       const struct query *formula) MUST_CHECK;
enum err column_drop(struct db *db, struct arena *arena, const char *table, const char *name) MUST_CHECK;
/* Errors: ERR_DUPLICATE where values repeat. */
enum err column_add_unique(struct db *db, struct arena *arena, const char *table, const char *name,
                           bool is_text) MUST_CHECK;
enum err column_drop_unique(struct db *db, struct arena *arena, const char *table, const char *name) MUST_CHECK;
/* `then`: a column that follows in the index, or NULL. Writes go on meanwhile. */
enum err column_add_index(struct db *db, struct arena *arena, const char *table, const char *name, bool is_text,
                          const char *then) MUST_CHECK;
enum err column_drop_index(struct db *db, struct arena *arena, const char *table, const char *name) MUST_CHECK;

/* ---- what names a field ---- */

/* Records that hold a value; `value`: one option of it, or empty. */
enum err field_store_count(struct db *db, struct arena *arena, const struct object *object, const struct field *field,
                           struct str value, int64_t *out) MUST_CHECK;
enum err field_store_mentions(struct db *db, struct arena *arena, struct str object, struct str name,
                              struct mention **out, size_t *count_out) MUST_CHECK;

/* ---- checks ---- */

/* Ids after `after` whose choices differ from the index, or whose stored formula has the values given. */
enum err field_store_wrong_choices(struct db *db, struct arena *arena, const struct object *object,
                                   const struct field *field, int64_t *out) MUST_CHECK;
enum err field_store_repair_choices(struct db *db, struct arena *arena, const struct object *object,
                                    const struct field *field) MUST_CHECK;
/* Values of a stored formula and of its names, in pages by id. */
enum err field_store_formula_rows(struct db *db, struct arena *arena, const struct object *object,
                                  const struct field *field, int64_t after, int64_t limit, struct rows *out) MUST_CHECK;

/* ---- layouts ---- */

enum { LAYOUT_DERIVED = 1 }; /* the version of a layout that nobody made; kept ones are above */

struct layout_row {
    struct str body; /* JSON */
    int64_t version;
};
/* Errors: ERR_NOT_FOUND. */
enum err layout_store_get(struct db *db, struct arena *arena, const char *object, struct layout_row *out) MUST_CHECK;
/* Errors: ERR_STALE_VERSION. */
enum err layout_store_save(struct request *request, const char *object, struct str body, int64_t version) MUST_CHECK;
enum err layout_store_remove(struct request *request, const char *object, int64_t version) MUST_CHECK;

#endif
