/* SQL of what payments are for. */
#include "allocation_store.h"

#include "platform/query.h"

enum { ALLOCATION_WIDTH = 4, WISH_WIDTH = 6, SHARE_WIDTH = 3 };

/* ---- locks ---- */

static enum err run(struct db *db, struct arena *arena, const struct query *query)
{
    struct db_result result;
    return db_run(db, arena, query_text(query), query_args(query), &result);
}

static enum err lock(struct db *db, struct arena *arena, const char *select, const int64_t *ids, size_t count)
{
    struct query query;
    struct rows rows;
    if (count == 0) {
        return OK;
    }
    query_init(&query, arena);
    query_sql(&query, select);
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY id FOR UPDATE");
    return db_query(db, arena, query_text(&query), query_args(&query), &rows);
}

enum err allocation_store_lock(struct db *db, struct arena *arena, const int64_t *ids, size_t count)
{
    return lock(db, arena, "SELECT id FROM contract WHERE id IN ", ids, count);
}

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(CONTRACTS_OF, "allocation.contracts_of", struct number, NUMBER,
               "SELECT contract_id AS value FROM payment WHERE id = ? "
               "UNION SELECT contract_id FROM allocation_wish WHERE payment_id = ?");

enum err allocation_store_contracts_of(struct db *db, struct arena *arena, int64_t payment_id, int64_t **ids_out,
                                       size_t *count_out)
{
    return db_many(db, arena, &CONTRACTS_OF, ARGS(V(payment_id), V(payment_id)), ids_out, count_out);
}

STATEMENT_ROWS(CROSSED_OF_CONTRACT, "allocation.crossed_of_contract", struct number, NUMBER,
               "SELECT w.contract_id AS value FROM payment p JOIN allocation_wish w ON w.payment_id = p.id "
               "WHERE p.contract_id = ? UNION SELECT id FROM contract WHERE id = ? ORDER BY value");
STATEMENT_ROWS(CROSSED_OF_CUSTOMERS, "allocation.crossed_of_customers", struct number, NUMBER,
               "SELECT DISTINCT w.contract_id AS value FROM payment p JOIN allocation_wish w ON w.payment_id = p.id "
               "AND w.contract_id <> p.contract_id WHERE p.customer_id IN (?, ?) ORDER BY value");

enum err allocation_store_crossed_of_contract(struct db *db, struct arena *arena, int64_t contract_id,
                                              int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &CROSSED_OF_CONTRACT, ARGS(V(contract_id), V(contract_id)), ids_out, count_out);
}

enum err allocation_store_crossed_of_customers(struct db *db, struct arena *arena, int64_t one, int64_t other,
                                               int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &CROSSED_OF_CUSTOMERS, ARGS(V(one), V(other)), ids_out, count_out);
}

/* ---- what there is ---- */

static enum err read_contracts(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                               struct money_books *out)
{
    struct rows rows;
    TRY(query_by_ids(db, arena,
                     "SELECT id, amount_minor, status <> 'void' AND deleted_at IS NULL, received_minor, planned_minor, "
                     "overdue_minor, tax_minor FROM contract WHERE id IN ",
                     ids, count, " ORDER BY id", &rows));
    out->contracts = ARENA_ARRAY(arena, struct money_contract, rows.count + 1);
    out->contract_count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        out->contracts[i] = (struct money_contract){
            .id = rows_get(&rows, i, 0).integer,
            .amount_minor = rows_get(&rows, i, 1).integer,
            .counts = rows_get(&rows, i, 2).integer != 0,
            .received_minor = rows_get(&rows, i, 3).integer,
            .planned_minor = rows_get(&rows, i, 4).integer,
            .overdue_minor = rows_get(&rows, i, 5).integer,
            .tax_minor = rows_get(&rows, i, 6).integer,
        };
    }
    return OK;
}

static enum err read_installments(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                  struct money_books *out)
{
    struct rows rows;
    TRY(query_by_ids(db, arena,
                     "SELECT id, contract_id, amount_minor, is_void, due_on, received_minor, open_minor, status, "
                     "overdue_days, told_days FROM installment WHERE deleted_at IS NULL AND contract_id IN ",
                     ids, count, " ORDER BY contract_id, due_on, id", &rows));
    out->installments = ARENA_ARRAY(arena, struct money_installment, rows.count + 1);
    out->installment_count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        out->installments[i] = (struct money_installment){
            .id = rows_get(&rows, i, 0).integer,
            .contract_id = rows_get(&rows, i, 1).integer,
            .amount_minor = rows_get(&rows, i, 2).integer,
            .is_void = rows_get(&rows, i, 3).integer != 0,
            .due_on = rows_get(&rows, i, 4).date,
            .received_minor = rows_get(&rows, i, 5).integer,
            .open_minor = rows_get(&rows, i, 6).integer,
            .status = rows_get(&rows, i, 7).text,
            .overdue_days = rows_get(&rows, i, 8).integer,
            .told_days = rows_get(&rows, i, 9).integer,
        };
    }
    return OK;
}

/* What was said by hand is taken before what comes by itself; of both, the payment that came first. What a refund took
 * is missing at the last wishes. A wish sleeps while its contract is another customer's. */
static enum err read_sources(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                             struct money_books *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query,
              "SELECT s.contract_id, s.payment_id, s.installment_id, s.amount_minor, s.gross_minor, s.position, "
              "s.received_on FROM ("
              "SELECT w.contract_id, w.payment_id, w.installment_id, 0 AS by_itself, p.received_on, w.position, "
              "LEAST(w.amount_minor, GREATEST(0, p.amount_minor - p.refunded_minor - w.before_minor)) AS amount_minor, "
              "LEAST(w.amount_minor, GREATEST(0, p.amount_minor - w.before_minor)) AS gross_minor "
              "FROM allocation_wish w JOIN payment p ON p.id = w.payment_id AND p.is_allocated_by_hand "
              "AND p.deleted_at IS NULL JOIN contract k ON k.id = w.contract_id AND k.customer_id <=> p.customer_id "
              "WHERE w.contract_id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(
        &query,
        " UNION ALL SELECT p.contract_id, p.id, NULL, 1, p.received_on, 0, p.amount_minor - "
        "p.refunded_minor, p.amount_minor FROM payment p WHERE NOT p.is_allocated_by_hand AND p.deleted_at IS NULL "
        "AND p.contract_id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, ") s ORDER BY s.contract_id, s.by_itself, s.received_on, s.payment_id, s.position");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    out->sources = ARENA_ARRAY(arena, struct money_source, rows.count + 1);
    out->source_count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        out->sources[i] = (struct money_source){
            .contract_id = rows_get(&rows, i, 0).integer,
            .payment_id = rows_get(&rows, i, 1).integer,
            .installment_id = opt_int_of(rows_get(&rows, i, 2)),
            .amount_minor = rows_get(&rows, i, 3).integer,
            .gross_minor = rows_get(&rows, i, 4).integer,
            .position = rows_get(&rows, i, 5).integer,
            .received_on = rows_get(&rows, i, 6).date,
        };
    }
    return OK;
}

static enum err read_allocations(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                 struct money_books *out)
{
    struct rows rows;
    TRY(query_by_ids(
        db, arena, "SELECT contract_id, payment_id, installment_id, amount_minor FROM allocation WHERE contract_id IN ",
        ids, count, " ORDER BY contract_id, payment_id, COALESCE(installment_id, 0)", &rows));
    out->allocations = ARENA_ARRAY(arena, struct money_allocation, rows.count + 1);
    out->allocation_count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        out->allocations[i] = (struct money_allocation){
            .contract_id = rows_get(&rows, i, 0).integer,
            .payment_id = rows_get(&rows, i, 1).integer,
            .installment_id = opt_int_of(rows_get(&rows, i, 2)),
            .amount_minor = rows_get(&rows, i, 3).integer,
        };
    }
    return OK;
}

enum err allocation_store_books(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                struct money_books *out)
{
    TRY(read_contracts(db, arena, ids, count, out));
    TRY(read_installments(db, arena, ids, count, out));
    TRY(read_sources(db, arena, ids, count, out));
    TRY(read_allocations(db, arena, ids, count, out));
    return line_share_store_books(db, arena, ids, count, &out->lines);
}

/* ---- what is written ---- */

STATEMENT(DROP, "allocation.drop", "DELETE FROM allocation WHERE contract_id = ?");
STATEMENT(SAVE_INSTALLMENT, "allocation.save_installment",
          "UPDATE installment SET received_minor = ?, open_minor = ?, status = ?, overdue_days = ?, told_days = ? "
          "WHERE id = ?");
STATEMENT(SAVE_CONTRACT, "allocation.save_contract",
          "UPDATE contract SET received_minor = ?, planned_minor = ?, overdue_minor = ? WHERE id = ?");
STATEMENT(DROP_WISHES, "allocation.drop_wishes", "DELETE FROM allocation_wish WHERE payment_id = ?");

STATEMENT_ROWS(
    IDS, "allocation.ids", struct number, NUMBER,
    "SELECT id AS value FROM allocation WHERE contract_id = ? ORDER BY payment_id, COALESCE(installment_id, 0)");

/* Of the rows just written, in the same order. */
static enum err insert_shares(struct db *db, struct arena *arena, int64_t contract_id,
                              const struct money_allocation *rows, size_t count, const struct money_line *lines,
                              size_t line_count)
{
    int64_t *ids;
    size_t id_count;
    size_t written = 0;
    struct value *values = ARENA_ARRAY(arena, struct value, count * line_count * SHARE_WIDTH + 1);
    TRY(db_many(db, arena, &IDS, ARGS(V(contract_id)), &ids, &id_count));
    for (size_t i = 0; i < count && i < id_count; i++) {
        for (size_t k = 0; k < line_count; k++) {
            if (rows[i].shares[k] > 0) {
                struct value *row = values + SHARE_WIDTH * written++;
                row[0] = V(ids[i]);
                row[1] = V(lines[k].id);
                row[2] = V(rows[i].shares[k]);
            }
        }
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO allocation_line (allocation_id, line_id, amount_minor) "
                       "VALUES (?, ?, ?)"),
                   values, SHARE_WIDTH, written);
}

enum err allocation_store_replace(struct db *db, struct arena *arena, int64_t contract_id,
                                  const struct money_allocation *rows, size_t count, const struct money_line *lines,
                                  size_t line_count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * ALLOCATION_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP, ARGS(V(contract_id))));
    for (size_t i = 0; i < count; i++) {
        values[i * ALLOCATION_WIDTH] = V(contract_id);
        values[i * ALLOCATION_WIDTH + 1] = V(rows[i].payment_id);
        values[i * ALLOCATION_WIDTH + 2] = V(rows[i].installment_id);
        values[i * ALLOCATION_WIDTH + 3] = V(rows[i].amount_minor);
    }
    if (count == 0) {
        return OK;
    }
    TRY(db_bulk(db, arena,
                STR("INSERT INTO allocation (contract_id, payment_id, installment_id, amount_minor) "
                    "VALUES (?, ?, ?, ?)"),
                values, ALLOCATION_WIDTH, count));
    return line_count == 0 ? OK : insert_shares(db, arena, contract_id, rows, count, lines, line_count);
}

enum err allocation_store_save_installment(struct db *db, struct arena *arena, const struct money_installment *row)
{
    return db_exec(db, arena, &SAVE_INSTALLMENT,
                   ARGS(V(row->received_minor), V(row->open_minor), V(row->status), V(row->overdue_days),
                        V(row->told_days), V(row->id)));
}

enum err allocation_store_save_contract(struct db *db, struct arena *arena, const struct money_contract *row)
{
    return db_exec(db, arena, &SAVE_CONTRACT,
                   ARGS(V(row->received_minor), V(row->planned_minor), V(row->overdue_minor), V(row->id)));
}

/* The rows are locked by a statement of their own: the sums are then those of everybody who held them before. */
enum err allocation_store_save_payments(struct db *db, struct arena *arena, const int64_t *ids, size_t count)
{
    struct query query;
    if (count == 0) {
        return OK;
    }
    TRY(lock(db, arena, "SELECT id FROM payment WHERE id IN ", ids, count));
    query_init(&query, arena);
    query_sql(&query,
              "UPDATE payment p LEFT JOIN (SELECT payment_id, CAST(SUM(amount_minor) AS SIGNED) AS amount_minor "
              "FROM allocation WHERE payment_id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query,
              " GROUP BY payment_id) a ON a.payment_id = p.id SET p.allocated_minor = COALESCE(a.amount_minor, 0), "
              "p.prepaid_minor = IF(p.deleted_at IS NULL, p.amount_minor - p.refunded_minor - "
              "COALESCE(a.amount_minor, 0), 0) WHERE p.id IN ");
    query_arg_ids(&query, ids, count);
    return run(db, arena, &query);
}

enum err allocation_store_replace_wishes(struct db *db, struct arena *arena, int64_t payment_id,
                                         const struct allocation_wish *wishes, size_t count)
{
    int64_t before = 0;
    struct value *values = ARENA_ARRAY(arena, struct value, count * WISH_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP_WISHES, ARGS(V(payment_id))));
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * WISH_WIDTH;
        row[0] = V(payment_id);
        row[1] = V((int64_t)i + 1);
        row[2] = V(wishes[i].contract_id);
        row[3] = V(wishes[i].installment_id);
        row[4] = V(wishes[i].amount_minor);
        row[5] = V(before);
        before += wishes[i].amount_minor;
    }
    if (count == 0) {
        return OK;
    }
    TRY(db_bulk(db, arena,
                STR("INSERT INTO allocation_wish (payment_id, position, contract_id, installment_id, "
                    "amount_minor, before_minor) VALUES (?, ?, ?, ?, ?, ?)"),
                values, WISH_WIDTH, count));
    for (size_t i = 0; i < count; i++) {
        TRY(line_share_store_add_wished(db, arena, payment_id, (int64_t)i + 1, wishes[i].lines, wishes[i].line_count));
    }
    return OK;
}

/* ---- where wishes lead ---- */

static const struct column TARGET[] = {
    COLUMN(struct allocation_target, contract_id),   COLUMN(struct allocation_target, customer_id),
    COLUMN(struct allocation_target, currency),      COLUMN(struct allocation_target, counts),
    COLUMN(struct allocation_target, contract_open), COLUMN(struct allocation_target, open),
};
#define CONTRACT_OPEN                                                                                                  \
    "CAST(k.amount_minor - (SELECT COALESCE(SUM(a.amount_minor), 0) FROM allocation a WHERE a.contract_id = k.id AND " \
    "a.payment_id <> ?) AS SIGNED)"
STATEMENT_ROWS(CONTRACT_TARGET, "allocation.contract_target", struct allocation_target, TARGET,
               "SELECT k.id AS contract_id, k.customer_id, k.currency, k.status <> 'void' AS counts, " CONTRACT_OPEN
               " AS contract_open, " CONTRACT_OPEN " AS open FROM contract k WHERE k.id = ? AND k.deleted_at IS NULL");
STATEMENT_ROWS(
    INSTALLMENT_TARGET, "allocation.installment_target", struct allocation_target, TARGET,
    "SELECT k.id AS contract_id, k.customer_id, k.currency, k.status <> 'void' AND NOT i.is_void AS "
    "counts, " CONTRACT_OPEN
    " AS contract_open, CAST(i.amount_minor - (SELECT COALESCE(SUM(a.amount_minor), 0) FROM allocation a "
    "WHERE a.installment_id = i.id AND a.payment_id <> ?) AS SIGNED) AS open FROM installment i "
    "JOIN contract k ON k.id = i.contract_id AND k.deleted_at IS NULL WHERE i.id = ? AND i.deleted_at IS NULL");
STATEMENT_ROWS(CONTRACT_OF, "allocation.contract_of", struct number, NUMBER,
               "SELECT contract_id AS value FROM installment WHERE id = ?");

enum err allocation_store_target(struct db *db, struct arena *arena, const struct allocation_wish *wish,
                                 int64_t except_id, struct allocation_target *out)
{
    bool installment = wish->installment_id.set;
    return db_one(db, arena, installment ? &INSTALLMENT_TARGET : &CONTRACT_TARGET,
                  ARGS(V(except_id), V(except_id), V(installment ? wish->installment_id.value : wish->contract_id)),
                  out);
}

enum err allocation_store_contract_of(struct db *db, struct arena *arena, int64_t installment_id, int64_t *out)
{
    return db_one(db, arena, &CONTRACT_OF, ARGS(V(installment_id)), out);
}

static const struct column SHOWN[] = {
    COLUMN(struct allocation_shown, id),
    COLUMN(struct allocation_shown, contract_id),
    COLUMN(struct allocation_shown, contract_number),
    COLUMN(struct allocation_shown, installment_id),
    COLUMN(struct allocation_shown, installment_name),
    COLUMN(struct allocation_shown, amount_minor),
    COLUMN(struct allocation_shown, is_by_line),
};
STATEMENT_ROWS(SHOW, "allocation.shown", struct allocation_shown, SHOWN,
               "SELECT a.id, a.contract_id, k.number AS contract_number, a.installment_id, i.name AS installment_name, "
               "a.amount_minor, EXISTS (SELECT 1 FROM payment p JOIN allocation_wish w ON w.payment_id = p.id "
               "JOIN allocation_wish_line l ON l.payment_id = w.payment_id AND l.position = w.position "
               "WHERE p.id = a.payment_id AND p.is_allocated_by_hand AND w.contract_id = a.contract_id "
               "AND (w.installment_id IS NULL OR w.installment_id = a.installment_id)) AS is_by_line FROM allocation a "
               "JOIN contract k ON k.id = a.contract_id "
               "LEFT JOIN installment i ON i.id = a.installment_id WHERE a.payment_id = ? "
               "ORDER BY a.contract_id, a.installment_id IS NULL, i.due_on, i.id");

enum err allocation_store_shown(struct db *db, struct arena *arena, int64_t payment_id,
                                struct allocation_shown **rows_out, size_t *count_out)
{
    return db_many(db, arena, &SHOW, ARGS(V(payment_id)), rows_out, count_out);
}

/* ---- walks over everything ---- */

STATEMENT_ROWS(WALK, "allocation.walk", struct number, NUMBER,
               "SELECT id AS value FROM contract WHERE id > ? ORDER BY id LIMIT ?");
STATEMENT_ROWS(WRONG_PAYMENTS, "allocation.wrong_payments", struct number, NUMBER,
               "SELECT p.id AS value FROM payment p "
               "LEFT JOIN (SELECT payment_id, SUM(amount_minor) AS amount_minor FROM allocation GROUP BY payment_id) a "
               "ON a.payment_id = p.id "
               "LEFT JOIN (SELECT payment_id, SUM(amount_minor) AS amount_minor FROM refund WHERE deleted_at IS NULL "
               "GROUP BY payment_id) r ON r.payment_id = p.id "
               "WHERE p.id > ? AND (p.refunded_minor <> COALESCE(r.amount_minor, 0) "
               "OR p.allocated_minor <> COALESCE(a.amount_minor, 0) "
               "OR p.prepaid_minor <> IF(p.deleted_at IS NULL, p.amount_minor - COALESCE(r.amount_minor, 0) - "
               "COALESCE(a.amount_minor, 0), 0)) ORDER BY p.id LIMIT ?");

enum err allocation_store_walk(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t **ids_out,
                               size_t *count_out)
{
    return db_many(db, arena, &WALK, ARGS(V(after), V(limit)), ids_out, count_out);
}

enum err allocation_store_wrong_payments(struct db *db, struct arena *arena, int64_t after, int64_t limit,
                                         int64_t **ids_out, size_t *count_out)
{
    return db_many(db, arena, &WRONG_PAYMENTS, ARGS(V(after), V(limit)), ids_out, count_out);
}

enum err allocation_store_save_refunded(struct db *db, struct arena *arena, const int64_t *ids, size_t count)
{
    struct query query;
    if (count == 0) {
        return OK;
    }
    query_init(&query, arena);
    query_sql(&query, "UPDATE payment p SET p.refunded_minor = (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r "
                      "WHERE r.payment_id = p.id AND r.deleted_at IS NULL) WHERE p.id IN ");
    query_arg_ids(&query, ids, count);
    return run(db, arena, &query);
}
