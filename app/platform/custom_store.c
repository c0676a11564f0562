/* SQL of definitions, serial numbers and the index of choices. */
#include "platform/custom_store.h"

static const struct column ROW[] = {
    COLUMN(struct custom_row, id),
    COLUMN(struct custom_row, object),
    COLUMN(struct custom_row, name),
    COLUMN(struct custom_row, kind),
    COLUMN(struct custom_row, label_zh),
    COLUMN(struct custom_row, label_en),
    COLUMN(struct custom_row, help_zh),
    COLUMN(struct custom_row, help_en),
    COLUMN(struct custom_row, is_required),
    COLUMN(struct custom_row, is_unique),
    COLUMN(struct custom_row, is_indexed),
    COLUMN(struct custom_row, index_state),
    COLUMN(struct custom_row, default_value),
    COLUMN(struct custom_row, min_value),
    COLUMN(struct custom_row, max_value),
    COLUMN(struct custom_row, scale),
    COLUMN(struct custom_row, max_length),
    COLUMN(struct custom_row, pattern),
    COLUMN(struct custom_row, visible_if),
    COLUMN(struct custom_row, readonly_if),
    COLUMN(struct custom_row, ref),
    COLUMN(struct custom_row, formula),
    COLUMN(struct custom_row, result),
    COLUMN(struct custom_row, rollup),
    COLUMN(struct custom_row, is_stored),
    COLUMN(struct custom_row, column_type),
    COLUMN(struct custom_row, number_pattern),
    COLUMN(struct custom_row, restarts),
    COLUMN(struct custom_row, in_list),
    COLUMN(struct custom_row, is_maskable),
    COLUMN(struct custom_row, sort_order),
    COLUMN(struct custom_row, job_id),
    COLUMN(struct custom_row, version),
    COLUMN(struct custom_row, created_at),
    COLUMN(struct custom_row, updated_at),
    COLUMN(struct custom_row, deleted_at),
};
#define ROW_COLUMNS                                                                                                    \
    "id, object, name, kind, label_zh, label_en, help_zh, help_en, is_required, is_unique, is_indexed, index_state, "  \
    "default_value, min_value, max_value, scale, max_length, pattern, visible_if, readonly_if, ref, formula, result, " \
    "rollup, is_stored, column_type, number_pattern, restarts, in_list, is_maskable, sort_order, job_id, version, "    \
    "created_at, updated_at, deleted_at "
STATEMENT_ROWS(LIVE_ROWS, "custom.rows", struct custom_row, ROW,
               "SELECT " ROW_COLUMNS "FROM custom_field WHERE deleted_at IS NULL ORDER BY object, sort_order, id");
STATEMENT_ROWS(DELETED_ROWS, "custom.deleted_rows", struct custom_row, ROW,
               "SELECT " ROW_COLUMNS "FROM custom_field WHERE deleted_at IS NOT NULL ORDER BY object, sort_order, id");
STATEMENT_ROWS(GET_ROW, "custom.get", struct custom_row, ROW, "SELECT " ROW_COLUMNS "FROM custom_field WHERE id = ?");
STATEMENT_ROWS(LOCK_ROW, "custom.lock", struct custom_row, ROW,
               "SELECT " ROW_COLUMNS "FROM custom_field WHERE id = ? FOR UPDATE");

static const struct column OPTION[] = {
    COLUMN(struct custom_option_row, field_id),  COLUMN(struct custom_option_row, value),
    COLUMN(struct custom_option_row, label_zh),  COLUMN(struct custom_option_row, label_en),
    COLUMN(struct custom_option_row, is_active),
};
STATEMENT_ROWS(OPTIONS, "custom.options", struct custom_option_row, OPTION,
               "SELECT field_id, value, label_zh, label_en, is_active FROM custom_option "
               "ORDER BY field_id, sort_order, id");

struct number_row {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number_row, value)};
STATEMENT_ROWS(EPOCH, "custom.epoch", struct number_row, NUMBER, "SELECT org_epoch AS value FROM company WHERE id = 1");
STATEMENT(RAISE_NUMBER, "custom.raise_number",
          "UPDATE custom_field SET last_number = IF(period = ?, last_number + 1, 1), period = ? WHERE id = ?");
STATEMENT_ROWS(LAST_NUMBER, "custom.last_number", struct number_row, NUMBER,
               "SELECT last_number AS value FROM custom_field WHERE id = ?");
STATEMENT(DROP_CHOICES, "custom.drop_choices", "DELETE FROM record_choice WHERE field_id = ? AND record_id = ?");

enum err custom_store_rows(struct db *db, struct arena *arena, bool deleted, struct custom_row **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, deleted ? &DELETED_ROWS : &LIVE_ROWS, NO_ARGS, rows_out, count_out);
}

enum err custom_store_options(struct db *db, struct arena *arena, struct custom_option_row **rows_out,
                              size_t *count_out)
{
    return db_many(db, arena, &OPTIONS, NO_ARGS, rows_out, count_out);
}

enum err custom_store_get(struct db *db, struct arena *arena, int64_t id, bool lock, struct custom_row *out)
{
    return db_one(db, arena, lock ? &LOCK_ROW : &GET_ROW, ARGS(V(id)), out);
}

enum err custom_store_epoch(struct db *db, struct arena *arena, int64_t *out)
{
    struct number_row row = {0};
    enum err err = db_one(db, arena, &EPOCH, NO_ARGS, &row);
    *out = row.value;
    return err == ERR_NOT_FOUND ? OK : err; /* before the company is made */
}

enum err custom_store_next_number(struct db *db, struct arena *arena, int64_t field_id, struct str period, int64_t *out)
{
    struct number_row row;
    TRY(db_exec(db, arena, &RAISE_NUMBER, ARGS(V(period), V(period), V(field_id))));
    TRY(db_one(db, arena, &LAST_NUMBER, ARGS(V(field_id)), &row));
    *out = row.value;
    return OK;
}

enum err custom_store_forget_choices(struct db *db, struct arena *arena, int64_t field_id, int64_t record_id)
{
    return db_exec(db, arena, &DROP_CHOICES, ARGS(V(field_id), V(record_id)));
}

enum err custom_store_choices(struct db *db, struct arena *arena, int64_t field_id, int64_t record_id,
                              struct value words)
{
    enum { WIDTH = 3 };
    struct str rest = words.type == VALUE_TEXT ? words.text : (struct str){0};
    struct str word;
    struct value *values = ARENA_ARRAY(arena, struct value, (size_t)CUSTOM_OPTIONS_MAX * WIDTH);
    size_t count = 0;
    TRY(custom_store_forget_choices(db, arena, field_id, record_id));
    while (count < CUSTOM_OPTIONS_MAX && str_cut(&rest, ',', &word)) {
        values[count * WIDTH] = V(field_id);
        values[count * WIDTH + 1] = V(word);
        values[count * WIDTH + 2] = V(record_id);
        count++;
    }
    return db_bulk(db, arena, STR("INSERT INTO record_choice (field_id, value, record_id) VALUES (?, ?, ?)"), values,
                   WIDTH, count);
}
