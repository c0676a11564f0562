/* SQL of which lines of a contract money is for. */
#include "line_share_store.h"

#include "platform/query.h"

enum { WISHED_WIDTH = 4, REFUNDED_WIDTH = 3 };

/* ---- what there is ---- */

static enum err read_lines(struct db *db, struct arena *arena, const int64_t *ids, size_t count, struct line_books *out)
{
    struct rows rows;
    TRY(query_by_ids(db, arena,
                     "SELECT contract_id, id, amount_minor, total_minor, tax_minor, received_minor, refunded_minor "
                     "FROM contract_line WHERE contract_id IN ",
                     ids, count, " ORDER BY contract_id, line_number", &rows));
    out->lines = ARENA_ARRAY(arena, struct money_line, rows.count + 1);
    out->line_count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        out->lines[i] = (struct money_line){
            .contract_id = rows_get(&rows, i, 0).integer,
            .id = rows_get(&rows, i, 1).integer,
            .amount_minor = rows_get(&rows, i, 2).integer,
            .total_minor = rows_get(&rows, i, 3).integer,
            .tax_minor = rows_get(&rows, i, 4).integer,
            .received_minor = rows_get(&rows, i, 5).integer,
            .refunded_minor = rows_get(&rows, i, 6).integer,
        };
    }
    return OK;
}

static enum err read_choices(struct db *db, struct arena *arena, const char *select, const int64_t *ids, size_t count,
                             const char *order, struct money_choice **rows_out, size_t *count_out)
{
    struct rows rows;
    TRY(query_by_ids(db, arena, select, ids, count, order, &rows));
    *rows_out = ARENA_ARRAY(arena, struct money_choice, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct money_choice){
            .contract_id = rows_get(&rows, i, 0).integer,
            .payment_id = rows_get(&rows, i, 1).integer,
            .position = rows_get(&rows, i, 2).integer,
            .line_id = rows_get(&rows, i, 3).integer,
            .amount_minor = rows_get(&rows, i, 4).integer,
        };
    }
    return OK;
}

static enum err read_shares(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                            struct line_books *out)
{
    struct rows rows;
    TRY(query_by_ids(db, arena,
                     "SELECT a.contract_id, a.payment_id, COALESCE(a.installment_id, 0), l.line_id, l.amount_minor "
                     "FROM allocation a JOIN allocation_line l ON l.allocation_id = a.id WHERE a.contract_id IN ",
                     ids, count, " ORDER BY a.contract_id, a.payment_id, COALESCE(a.installment_id, 0)", &rows));
    out->shares = ARENA_ARRAY(arena, struct money_share, rows.count + 1);
    out->share_count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        out->shares[i] = (struct money_share){
            .contract_id = rows_get(&rows, i, 0).integer,
            .payment_id = rows_get(&rows, i, 1).integer,
            .installment_id = rows_get(&rows, i, 2).integer,
            .line_id = rows_get(&rows, i, 3).integer,
            .amount_minor = rows_get(&rows, i, 4).integer,
        };
    }
    return OK;
}

/* Most contracts have no lines: the rest is not asked then. */
enum err line_share_store_books(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                struct line_books *out)
{
    *out = (struct line_books){0};
    TRY(read_lines(db, arena, ids, count, out));
    if (out->line_count == 0) {
        return OK;
    }
    TRY(read_choices(db, arena,
                     "SELECT w.contract_id, l.payment_id, l.position, l.line_id, l.amount_minor FROM allocation_wish w "
                     "JOIN allocation_wish_line l ON l.payment_id = w.payment_id AND l.position = w.position "
                     "WHERE w.contract_id IN ",
                     ids, count, " ORDER BY w.contract_id, l.payment_id, l.position, l.line_id", &out->choices,
                     &out->choice_count));
    TRY(read_choices(db, arena,
                     "SELECT k.contract_id, r.payment_id, 0, l.line_id, CAST(SUM(l.amount_minor) AS SIGNED) "
                     "FROM contract_line k JOIN refund_line l ON l.line_id = k.id JOIN refund r ON r.id = l.refund_id "
                     "AND r.deleted_at IS NULL WHERE k.contract_id IN ",
                     ids, count,
                     " GROUP BY k.contract_id, r.payment_id, l.line_id "
                     "ORDER BY k.contract_id, r.payment_id, l.line_id",
                     &out->take_backs, &out->take_back_count));
    return read_shares(db, arena, ids, count, out);
}

/* ---- what is written ---- */

STATEMENT(
    SAVE, "line_share.save",
    "UPDATE contract_line SET total_minor = ?, tax_minor = ?, received_minor = ?, refunded_minor = ? WHERE id = ?");
STATEMENT(DROP_REFUNDED, "line_share.drop_refunded", "DELETE FROM refund_line WHERE refund_id = ?");

enum err line_share_store_save(struct db *db, struct arena *arena, const struct money_line *line)
{
    return db_exec(
        db, arena, &SAVE,
        ARGS(V(line->total_minor), V(line->tax_minor), V(line->received_minor), V(line->refunded_minor), V(line->id)));
}

enum err line_share_store_add_wished(struct db *db, struct arena *arena, int64_t payment_id, int64_t position,
                                     const struct line_choice *lines, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * WISHED_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * WISHED_WIDTH;
        row[0] = V(payment_id);
        row[1] = V(position);
        row[2] = V(lines[i].line_id);
        row[3] = V(lines[i].amount_minor);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO allocation_wish_line (payment_id, position, line_id, amount_minor) "
                       "VALUES (?, ?, ?, ?)"),
                   values, WISHED_WIDTH, count);
}

enum err line_share_store_replace_refunded(struct db *db, struct arena *arena, int64_t refund_id,
                                           const struct line_choice *lines, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * REFUNDED_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP_REFUNDED, ARGS(V(refund_id))));
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * REFUNDED_WIDTH;
        row[0] = V(refund_id);
        row[1] = V(lines[i].line_id);
        row[2] = V(lines[i].amount_minor);
    }
    return db_bulk(db, arena, STR("INSERT INTO refund_line (refund_id, line_id, amount_minor) VALUES (?, ?, ?)"),
                   values, REFUNDED_WIDTH, count);
}

/* ---- what may be said ---- */

static const struct column CHOICE[] = {COLUMN(struct line_choice, line_id), COLUMN(struct line_choice, amount_minor)};
STATEMENT_ROWS(
    OPEN, "line_share.open", struct line_choice, CHOICE,
    "SELECT k.id AS line_id, CAST(k.total_minor - COALESCE(SUM(IF(a.payment_id <> ?, l.amount_minor, 0)), 0) "
    "AS SIGNED) AS amount_minor FROM contract_line k LEFT JOIN allocation_line l ON l.line_id = k.id "
    "LEFT JOIN allocation a ON a.id = l.allocation_id WHERE k.contract_id = ? GROUP BY k.id");
STATEMENT_ROWS(OWN, "line_share.own", struct line_choice, CHOICE,
               "SELECT l.line_id, CAST(SUM(l.amount_minor) AS SIGNED) AS amount_minor FROM allocation a "
               "JOIN allocation_line l ON l.allocation_id = a.id WHERE a.payment_id = ? GROUP BY l.line_id");

enum err line_share_store_open(struct db *db, struct arena *arena, int64_t contract_id, int64_t payment_id,
                               struct line_choice **rows_out, size_t *count_out)
{
    return db_many(db, arena, &OPEN, ARGS(V(payment_id), V(contract_id)), rows_out, count_out);
}

enum err line_share_store_own(struct db *db, struct arena *arena, int64_t payment_id, struct line_choice **rows_out,
                              size_t *count_out)
{
    return db_many(db, arena, &OWN, ARGS(V(payment_id)), rows_out, count_out);
}

/* ---- what people see ---- */

static const struct column SHOWN[] = {
    COLUMN(struct share_shown, allocation_id), COLUMN(struct share_shown, line_id),
    COLUMN(struct share_shown, line_number),   COLUMN(struct share_shown, product_id),
    COLUMN(struct share_shown, name),          COLUMN(struct share_shown, amount_minor),
};
STATEMENT_ROWS(
    SHARES_SHOWN, "line_share.shown", struct share_shown, SHOWN,
    "SELECT l.allocation_id, l.line_id, k.line_number, k.product_id, k.name, l.amount_minor "
    "FROM allocation a JOIN allocation_line l ON l.allocation_id = a.id "
    "JOIN contract_line k ON k.id = l.line_id WHERE a.payment_id = ? ORDER BY l.allocation_id, k.line_number");
STATEMENT_ROWS(REFUNDED_SHOWN, "line_share.refunded_shown", struct share_shown, SHOWN,
               "SELECT l.refund_id AS allocation_id, l.line_id, k.line_number, k.product_id, k.name, l.amount_minor "
               "FROM refund_line l JOIN contract_line k ON k.id = l.line_id WHERE l.refund_id = ? "
               "ORDER BY k.contract_id, k.line_number");

enum err line_share_store_shown(struct db *db, struct arena *arena, int64_t payment_id, struct share_shown **rows_out,
                                size_t *count_out)
{
    return db_many(db, arena, &SHARES_SHOWN, ARGS(V(payment_id)), rows_out, count_out);
}

enum err line_share_store_refunded(struct db *db, struct arena *arena, int64_t refund_id, struct share_shown **rows_out,
                                   size_t *count_out)
{
    return db_many(db, arena, &REFUNDED_SHOWN, ARGS(V(refund_id)), rows_out, count_out);
}
