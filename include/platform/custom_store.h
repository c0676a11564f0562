/* Tables custom_field and custom_option as they stand. */
#ifndef DABIAO_PLATFORM_CUSTOM_STORE_H
#define DABIAO_PLATFORM_CUSTOM_STORE_H

#include "platform/custom.h"

/* One row of custom_field. */
struct custom_row {
    int64_t id;
    struct str object, name, kind, label_zh, label_en;
    struct opt_str help_zh, help_en;
    bool is_required, is_unique, is_indexed;
    struct str index_state;
    struct opt_str default_value;
    struct opt_int min_value, max_value, scale, max_length;
    struct opt_str pattern, visible_if, readonly_if, ref, formula, result, rollup;
    bool is_stored;
    struct str column_type;
    struct opt_str number_pattern, restarts;
    bool in_list, is_maskable;
    int64_t sort_order;
    struct opt_int job_id;
    int64_t version;
    struct instant created_at, updated_at;
    struct opt_instant deleted_at;
};

/* One row of custom_option. */
struct custom_option_row {
    int64_t field_id;
    struct str value, label_zh, label_en;
    bool is_active;
};

/* All that are not deleted (or all deleted ones), by object, in their order; their options by field, in theirs. */
enum err custom_store_rows(struct db *db, struct arena *arena, bool deleted, struct custom_row **rows_out,
                           size_t *count_out) MUST_CHECK;
enum err custom_store_options(struct db *db, struct arena *arena, struct custom_option_row **rows_out,
                              size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err custom_store_get(struct db *db, struct arena *arena, int64_t id, bool lock, struct custom_row *out) MUST_CHECK;
enum err custom_store_epoch(struct db *db, struct arena *arena, int64_t *out) MUST_CHECK;
/* The next serial number of a field in `period`; other transactions wait for this one's end. */
enum err custom_store_next_number(struct db *db, struct arena *arena, int64_t field_id, struct str period,
                                  int64_t *out) MUST_CHECK;
/* Puts the words of a record's field into the index; none when `words` is null. */
enum err custom_store_choices(struct db *db, struct arena *arena, int64_t field_id, int64_t record_id,
                              struct value words) MUST_CHECK;
/* Forgets the choices of a record that is removed for good. */
enum err custom_store_forget_choices(struct db *db, struct arena *arena, int64_t field_id,
                                     int64_t record_id) MUST_CHECK;

/* What a row is as a field (without formula and roll-up, which other fields must be there for). Its texts borrow from
 * the row and the arena. */
void custom_build(struct arena *arena, const struct object *object, const struct custom_row *row,
                  const struct custom_option_row *options, size_t option_count, struct field *field_out);
/* Reads the formula or roll-up of a field whose object's fields are all there. */
void custom_read_formula(struct arena *arena, const struct formula_scope *scope, struct field *field);
/* {object, via, function, field, filter} → what it counts; NULL with `*fault_out` naming the member that is wrong. */
const struct rollup *custom_read_rollup(struct arena *arena, const struct object *parent, struct str json,
                                        const char **fault_out);

#endif
