/* SQL of facts and their sums. One SELECT an object brings everything attribution asks for: record, owner intervals and
 * the owners' assignments; the decision itself is made in metric_rules. */
#include "metric_store.h"

#include <assert.h>
#include <string.h>

#include "engines/currency.h"
#include "platform/query.h"

const struct metric_source METRIC_SOURCES[] = {
    {"contract",
     "contract",
     "t.signed_on, NULL, t.base_minor - t.changed_base_minor, t.base_margin_minor - t.changed_base_margin_minor",
     "t.status IN ('signed', 'completed') AND t.signed_on IS NOT NULL",
     {MEASURE_SIGNED_AMOUNT, MEASURE_GROSS_PROFIT},
     2,
     NULL},
    {"change_order",
     "change_order",
     "t.effective_on, NULL, t.base_delta_minor, t.base_profit_delta_minor",
     "t.status = 'effective' AND EXISTS (SELECT 1 FROM contract k WHERE k.id = t.contract_id AND k.deleted_at IS NULL "
     "AND k.status IN ('signed', 'completed'))",
     {MEASURE_SIGNED_AMOUNT, MEASURE_GROSS_PROFIT},
     2,
     NULL},
    {"payment", "payment", "t.received_on, NULL, t.base_minor, NULL", "TRUE", {MEASURE_RECEIVED_AMOUNT}, 1, NULL},
    {"refund", "refund", "t.refunded_on, NULL, -t.base_minor, NULL", "TRUE", {MEASURE_RECEIVED_AMOUNT}, 1, NULL},
    {"customer", "customer", "NULL, t.created_at, 1, NULL", "TRUE", {MEASURE_NEW_CUSTOMERS}, 1, NULL},
    {"opportunity",
     "opportunity",
     "t.closed_on, NULL, 1, NULL",
     "t.status = 'won' AND t.closed_on IS NOT NULL",
     {MEASURE_WON_DEALS},
     1,
     NULL},
    {"follow_up",
     "follow_up",
     "NULL, t.followed_at, 1, IF(t.method = 'visit', 1, NULL)",
     "TRUE",
     {MEASURE_FOLLOW_UPS, MEASURE_VISITS},
     2,
     NULL},
    {"invoice", "invoice", "t.issued_on, NULL, t.base_minor, NULL", "TRUE", {MEASURE_INVOICED_AMOUNT}, 1, NULL},
    {NULL, NULL, NULL, NULL, {0}, 0, NULL},
};

/* Number of a person's cells. */
struct target_cells {
    int64_t count; /* rows */
};

static const struct column COMPANY_COLUMNS[] = {
    COLUMN(struct metric_company, time_zone), COLUMN(struct metric_company, root_id),
    COLUMN(struct metric_company, currency), COLUMN(struct metric_company, start_month)};
STATEMENT_ROWS(COMPANY, "metric.company", struct metric_company, COMPANY_COLUMNS,
               "SELECT time_zone, "
               "(SELECT MIN(id) FROM department WHERE parent_id IS NULL AND deleted_at IS NULL), currency, "
               "fiscal_year_start_month "
               "FROM company WHERE id = 1");

enum err metric_store_company(struct db *db, struct arena *arena, struct metric_company *out)
{
    return db_one(db, arena, &COMPANY, NO_ARGS, out);
}

/* " AND column IN (…)" or a range. */
static void add_pick(struct query *query, const char *column, const struct metric_pick *pick)
{
    query_sql(query, " AND ");
    query_sql(query, column);
    if (pick->ids == NULL) {
        query_sql(query, " > ");
        query_arg(query, V(pick->from));
        query_sql(query, " AND ");
        query_sql(query, column);
        query_sql(query, " <= ");
        query_arg(query, V(pick->to));
        return;
    }
    query_sql(query, " IN ");
    query_arg_ids(query, pick->ids, pick->count);
}

/* Day or moment, amounts, and the currency and rate of amounts that are in a record's own; then owner and department of
 * records without a history. */
static void add_columns(struct query *query, const struct metric_source *source)
{
    if (source->definition != NULL) {
        measure_add_columns(query, source->definition);
        return;
    }
    query_sql(query, source->columns);
    query_sql(query, ", NULL, NULL, t.owner_id, t.department_id");
}

/* Only owners have a history; another person named in a record is the one that stands there now. */
static void add_people(struct query *query, const struct metric_source *source)
{
    const char *owner = source->definition == NULL ? "owner_id" : source->definition->owner;
    bool has_history = strcmp(owner, "owner_id") == 0;
    query_sql(query, " LEFT JOIN ownership o ON ");
    query_sql(query, has_history ? "o.record_id = t.id AND o.object = " : "FALSE AND o.object = ");
    query_arg(query, V(source->object));
    query_sql(query, " LEFT JOIN user_assignment a ON a.user_id = IF(o.id IS NULL, t.`");
    query_sql(query, owner);
    query_sql(query, "`, o.owner_id)");
}

/* What currency_convert makes of an amount; what does not fit counts as nothing. */
static struct opt_int in_base(struct opt_int amount, struct value currency, struct value rate, struct str base)
{
    bool foreign = amount.set && currency.type == VALUE_TEXT && rate.type == VALUE_INT;
    if (foreign && !currency_convert(amount.value, currency_digits(currency.text), rate.integer, currency_digits(base),
                                     &amount.value)) {
        amount.set = false;
    }
    return amount;
}

enum {
    ON,
    AT,
    FIRST,
    SECOND,
    CURRENCY,
    RATE,
    OWNER,
    DEPARTMENT,
    INTERVAL,
    OWNER_FROM,
    OF_INTERVAL,
    THEIR_DEPARTMENT,
    MEMBER_FROM,
    MEMBER_TO,
    MEMBER_DEPARTMENT
};

static struct source_row read_source(const struct rows *rows, size_t i, const struct metric_company *company,
                                     const char *zone)
{
    struct value cells[MEMBER_DEPARTMENT + 1];
    for (size_t c = 0; c <= MEMBER_DEPARTMENT; c++) {
        cells[c] = rows_get(rows, i, c + 1);
    }
    bool has_interval = cells[INTERVAL].type == VALUE_INT;
    return (struct source_row){
        .record_id = rows_get(rows, i, 0).integer,
        .on = cells[ON].type == VALUE_DATE ? cells[ON].date : instant_date(cells[AT].instant, zone),
        .amounts = {in_base(opt_int_of(cells[FIRST]), cells[CURRENCY], cells[RATE], company->currency),
                    opt_int_of(cells[SECOND])},
        .interval_id = opt_int_of(cells[INTERVAL]),
        .owner_from = opt_date_of(cells[OWNER_FROM]),
        .owner_id = opt_int_of(cells[has_interval ? OF_INTERVAL : OWNER]),
        .owner_department_id = opt_int_of(cells[has_interval ? THEIR_DEPARTMENT : DEPARTMENT]),
        .member_from = opt_date_of(cells[MEMBER_FROM]),
        .member_to = opt_date_of(cells[MEMBER_TO]),
        .member_department_id = opt_int_of(cells[MEMBER_DEPARTMENT]),
    };
}

enum err metric_store_sources(struct db *db, struct arena *arena, const struct metric_source *source,
                              const struct metric_company *company, const struct metric_pick *pick, bool lock,
                              struct source_row **rows_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, ");
    add_columns(&query, source);
    query_sql(&query,
              ", o.id, o.valid_from, o.owner_id, o.department_id, a.valid_from, a.valid_to, a.department_id FROM `");
    query_sql(&query, source->table);
    query_sql(&query, "` t FORCE INDEX (PRIMARY)");
    add_people(&query, source);
    query_sql(&query, " WHERE t.deleted_at IS NULL AND ");
    if (source->definition != NULL) {
        measure_add_condition(&query, source->definition);
    } else {
        query_sql(&query, source->counts);
    }
    add_pick(&query, "t.id", pick);
    query_sql(&query, " ORDER BY t.id, o.valid_from, o.id, a.valid_from");
    query_sql(&query, lock ? " LOCK IN SHARE MODE" : "");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    const char *zone = str_c(arena, company->time_zone);
    *rows_out = ARENA_ARRAY(arena, struct source_row, rows.count);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = read_source(&rows, i, company, zone);
    }
    return OK;
}

static enum measure measure_of(struct value value)
{
    enum measure measure = MEASURE_COUNT;
    bool known = measure_find(value.text, &measure);
    assert(known);
    return measure;
}

/* " AND measure IN (…)" */
static void add_measures(struct query *query, const struct metric_source *source)
{
    query_sql(query, " AND measure IN (NULL");
    for (size_t i = 0; i < source->measure_count; i++) {
        query_sql(query, ", ");
        query_arg(query, V(MEASURES[source->measures[i]].key));
    }
    query_sql(query, ")");
}

enum err metric_store_facts(struct db *db, struct arena *arena, const struct metric_source *source,
                            const struct metric_pick *pick, struct fact **facts_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query,
              "SELECT record_id, measure, fact_on, user_id, department_id, amount FROM metric_fact WHERE object = ");
    query_arg(&query, V(source->object));
    add_pick(&query, "record_id", pick);
    add_measures(&query, source);
    query_sql(&query, " ORDER BY record_id, measure");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    struct fact *facts = ARENA_ARRAY(arena, struct fact, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        facts[i] = (struct fact){
            .record_id = rows_get(&rows, i, 0).integer,
            .measure = measure_of(rows_get(&rows, i, 1)),
            .on = rows_get(&rows, i, 2).date,
            .user_id = rows_get(&rows, i, 3).integer,
            .department_id = rows_get(&rows, i, 4).integer,
            .amount = rows_get(&rows, i, 5).integer,
        };
    }
    *facts_out = facts;
    *count_out = rows.count;
    return OK;
}

enum err metric_store_moved(struct db *db, struct arena *arena, const char *object, const int64_t *ids, size_t count,
                            struct date from, int64_t **ids_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT f.record_id FROM metric_fact f WHERE f.object = ");
    query_arg(&query, V(object));
    query_sql(&query, " AND f.record_id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " AND f.fact_on >= ");
    query_arg(&query, V(from));
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    int64_t *found = ARENA_ARRAY(arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        found[i] = rows_get(&rows, i, 0).integer;
    }
    *ids_out = found;
    *count_out = rows.count;
    return OK;
}

enum err metric_store_put(struct db *db, struct arena *arena, const struct metric_source *source,
                          const struct fact *facts, size_t count)
{
    enum { WIDTH = 7 };
    struct value *values = ARENA_ARRAY(arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {
            V(source->object),  V(facts[i].record_id), V(MEASURES[facts[i].measure].key),
            V(facts[i].on),     V(facts[i].user_id),   V(facts[i].department_id),
            V(facts[i].amount),
        };
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO metric_fact (object, record_id, measure, fact_on, user_id, department_id, amount) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE fact_on = VALUES(fact_on), "
                       "user_id = VALUES(user_id), department_id = VALUES(department_id), amount = VALUES(amount)"),
                   values, WIDTH, count);
}

enum err metric_store_delete(struct db *db, struct arena *arena, const struct metric_source *source,
                             const struct fact *facts, size_t count)
{
    enum { WIDTH = 3 };
    struct value *values = ARENA_ARRAY(arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {V(source->object), V(facts[i].record_id), V(MEASURES[facts[i].measure].key)};
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(db, arena, STR("DELETE FROM metric_fact WHERE object = ? AND record_id = ? AND measure = ?"), values,
                   WIDTH, count);
}

enum err metric_store_add(struct db *db, struct arena *arena, const struct rollup_delta *deltas, size_t count)
{
    enum { WIDTH = 6 };
    struct value *values = ARENA_ARRAY(arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {
            V(MEASURES[deltas[i].measure].key),
            V(deltas[i].month),
            V(deltas[i].department_id),
            V(deltas[i].user_id),
            V(deltas[i].amount),
            V(deltas[i].fact_count),
        };
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO metric_rollup (measure, month_on, department_id, user_id, amount, fact_count) "
                       "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount), "
                       "fact_count = fact_count + VALUES(fact_count)"),
                   values, WIDTH, count);
}

enum err metric_store_add_departments(struct db *db, struct arena *arena, const struct rollup_delta *deltas,
                                      size_t count)
{
    enum { WIDTH = 5 };
    struct value *values = ARENA_ARRAY(arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {
            V(MEASURES[deltas[i].measure].key),
            V(deltas[i].month),
            V(deltas[i].department_id),
            V(deltas[i].amount),
            V(deltas[i].fact_count),
        };
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO metric_department_rollup (measure, month_on, department_id, amount, fact_count) "
                       "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount), "
                       "fact_count = fact_count + VALUES(fact_count)"),
                   values, WIDTH, count);
}

enum err metric_store_add_totals(struct db *db, struct arena *arena, const struct rollup_delta *deltas, size_t count)
{
    enum { WIDTH = 5 };
    struct value *values = ARENA_ARRAY(arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {
            V(MEASURES[deltas[i].measure].key),
            V(TARGET_LEVELS[deltas[i].level]),
            V(deltas[i].month),
            V(deltas[i].department_id),
            V(deltas[i].amount),
        };
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(
        db, arena,
        STR("INSERT INTO target_total (measure, level, month_on, department_id, amount) VALUES (?, ?, ?, ?, ?) "
            "ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)"),
        values, WIDTH, count);
}

enum err metric_store_add_years(struct db *db, struct arena *arena, const struct year_delta *deltas, size_t count)
{
    enum { WIDTH = 6 };
    struct value *values = ARENA_ARRAY(arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {
            V(MEASURES[deltas[i].measure].key), V(deltas[i].year),   V(deltas[i].department_id),
            V(TARGET_LEVELS[deltas[i].level]),  V(deltas[i].amount), V(deltas[i].own)};
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO target_year (measure, on_year, department_id, level, amount, own_amount) "
                       "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount), "
                       "own_amount = own_amount + VALUES(own_amount)"),
                   values, WIDTH, count);
}

enum err metric_store_last_id(struct db *db, struct arena *arena, const struct metric_source *source, int64_t *out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT GREATEST((SELECT COALESCE(MAX(id), 0) FROM ");
    query_sql(&query, source->table);
    query_sql(&query, "), (SELECT COALESCE(MAX(record_id), 0) FROM metric_fact WHERE object = ");
    query_arg(&query, V(source->object));
    query_sql(&query, "))");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

enum err metric_store_of_user(struct db *db, struct arena *arena, const struct metric_source *source, int64_t user_id,
                              struct date from, int64_t **ids_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT DISTINCT record_id FROM metric_fact WHERE TRUE");
    add_measures(&query, source);
    query_sql(&query, " AND user_id = ");
    query_arg(&query, V(user_id));
    query_sql(&query, " AND fact_on >= ");
    query_arg(&query, V(from));
    query_sql(&query, " AND object = ");
    query_arg(&query, V(source->object));
    query_sql(&query, " ORDER BY record_id");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *ids_out = ARENA_ARRAY(arena, int64_t, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*ids_out)[i] = rows_get(&rows, i, 0).integer;
    }
    *count_out = rows.count;
    return OK;
}

/* A person's cells that stand in another department than the history says. */
#define STRAY_TARGETS                                                                                                  \
    "FROM target_value v JOIN user_assignment a ON a.user_id = v.subject_id AND a.valid_from <= v.month_on "           \
    "AND (a.valid_to IS NULL OR a.valid_to > v.month_on) "                                                             \
    "WHERE v.subject_kind = 'user' AND v.subject_id = ? AND v.month_on >= ? AND v.department_id <> a.department_id "

static const struct column LOCKED_COLUMNS[] = {COLUMN(struct target_cells, count)};
STATEMENT_ROWS(
    LOCK_TARGETS, "metric.lock_targets", struct target_cells, LOCKED_COLUMNS,
    "SELECT COUNT(*) FROM target_value WHERE subject_kind = 'user' AND subject_id = ? AND month_on >= ? FOR UPDATE");
STATEMENT(ADD_STRAYS, "metric.add_strays",
          "INSERT INTO target_total (measure, level, month_on, department_id, amount) "
          "SELECT v.measure, v.level, v.month_on, a.department_id, v.amount " STRAY_TARGETS
          "ON DUPLICATE KEY UPDATE amount = target_total.amount + VALUES(amount)");
STATEMENT(TAKE_STRAYS, "metric.take_strays",
          "INSERT INTO target_total (measure, level, month_on, department_id, amount) "
          "SELECT v.measure, v.level, v.month_on, v.department_id, -v.amount " STRAY_TARGETS
          "ON DUPLICATE KEY UPDATE amount = target_total.amount + VALUES(amount)");
STATEMENT(ADD_YEAR_STRAYS, "metric.add_year_strays",
          "INSERT INTO target_year (measure, on_year, department_id, level, amount, own_amount) "
          "SELECT v.measure, YEAR(v.month_on), a.department_id, v.level, SUM(v.amount), 0 " STRAY_TARGETS
          "GROUP BY v.measure, YEAR(v.month_on), a.department_id, v.level "
          "ON DUPLICATE KEY UPDATE amount = target_year.amount + VALUES(amount)");
STATEMENT(TAKE_YEAR_STRAYS, "metric.take_year_strays",
          "INSERT INTO target_year (measure, on_year, department_id, level, amount, own_amount) "
          "SELECT v.measure, YEAR(v.month_on), v.department_id, v.level, -SUM(v.amount), 0 " STRAY_TARGETS
          "GROUP BY v.measure, YEAR(v.month_on), v.department_id, v.level "
          "ON DUPLICATE KEY UPDATE amount = target_year.amount + VALUES(amount)");
STATEMENT(
    STAMP_TARGETS, "metric.stamp_targets",
    "UPDATE target_value v JOIN user_assignment a ON a.user_id = v.subject_id AND a.valid_from <= v.month_on "
    "AND (a.valid_to IS NULL OR a.valid_to > v.month_on) "
    "SET v.department_id = a.department_id "
    "WHERE v.subject_kind = 'user' AND v.subject_id = ? AND v.month_on >= ? AND v.department_id <> a.department_id");

enum err metric_store_stamp_targets(struct db *db, struct arena *arena, int64_t user_id, struct date from)
{
    struct target_cells cells;
    TRY(db_one(db, arena, &LOCK_TARGETS, ARGS(V(user_id), V(from)), &cells));
    if (cells.count == 0) {
        return OK;
    }
    TRY(db_exec(db, arena, &ADD_STRAYS, ARGS(V(user_id), V(from))));
    TRY(db_exec(db, arena, &TAKE_STRAYS, ARGS(V(user_id), V(from))));
    TRY(db_exec(db, arena, &ADD_YEAR_STRAYS, ARGS(V(user_id), V(from))));
    TRY(db_exec(db, arena, &TAKE_YEAR_STRAYS, ARGS(V(user_id), V(from))));
    return db_exec(db, arena, &STAMP_TARGETS, ARGS(V(user_id), V(from)));
}

/* Rows of measure, month, department, person (0), amount, number; of totals of targets also the level. */
static enum err read_deltas(struct db *db, struct arena *arena, struct str sql, struct rollup_delta **deltas_out,
                            size_t *count_out)
{
    struct rows rows;
    TRY(db_query(db, arena, sql, NO_ARGS, &rows));
    struct rollup_delta *deltas = ARENA_ARRAY(arena, struct rollup_delta, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        deltas[i] = (struct rollup_delta){
            .measure = measure_of(rows_get(&rows, i, 0)),
            .month = rows_get(&rows, i, 1).date,
            .department_id = rows_get(&rows, i, 2).integer,
            .user_id = rows_get(&rows, i, 3).integer,
            .amount = rows_get(&rows, i, 4).integer,
            .fact_count = rows_get(&rows, i, 5).integer,
        };
        if (rows.column_count > 6) {
            bool known = level_find(rows_get(&rows, i, 6).text, &deltas[i].level);
            assert(known);
        }
    }
    *deltas_out = deltas;
    *count_out = rows.count;
    return OK;
}

enum err metric_store_wrong_rollups(struct db *db, struct arena *arena, struct rollup_delta **deltas_out,
                                    size_t *count_out)
{
    return read_deltas(
        db, arena,
        STR("SELECT measure, month_on, department_id, user_id, SUM(amount), SUM(fact_count) FROM ("
            "SELECT measure, fact_on - INTERVAL DAYOFMONTH(fact_on) - 1 DAY AS month_on, department_id, user_id, "
            "SUM(amount) AS amount, COUNT(*) AS fact_count FROM metric_fact GROUP BY measure, month_on, department_id, "
            "user_id "
            "UNION ALL SELECT measure, month_on, department_id, user_id, -amount, -fact_count FROM metric_rollup) x "
            "GROUP BY measure, month_on, department_id, user_id "
            "HAVING SUM(amount) <> 0 OR SUM(fact_count) <> 0 ORDER BY measure, month_on, department_id, user_id"),
        deltas_out, count_out);
}

enum err metric_store_wrong_departments(struct db *db, struct arena *arena, struct rollup_delta **deltas_out,
                                        size_t *count_out)
{
    return read_deltas(
        db, arena,
        STR("SELECT measure, month_on, department_id, 0, SUM(amount), SUM(fact_count) FROM ("
            "SELECT measure, month_on, department_id, amount, fact_count FROM metric_rollup "
            "UNION ALL SELECT measure, month_on, department_id, -amount, -fact_count FROM metric_department_rollup) x "
            "GROUP BY measure, month_on, department_id "
            "HAVING SUM(amount) <> 0 OR SUM(fact_count) <> 0 ORDER BY measure, month_on, department_id"),
        deltas_out, count_out);
}

enum err metric_store_wrong_totals(struct db *db, struct arena *arena, struct rollup_delta **deltas_out,
                                   size_t *count_out)
{
    return read_deltas(db, arena,
                       STR("SELECT measure, month_on, department_id, 0, SUM(amount), 0, level FROM ("
                           "SELECT measure, level, month_on, department_id, amount FROM target_value "
                           "UNION ALL SELECT measure, level, month_on, department_id, -amount FROM target_total) x "
                           "GROUP BY measure, level, month_on, department_id HAVING SUM(amount) <> 0 "
                           "ORDER BY measure, level, month_on, department_id"),
                       deltas_out, count_out);
}

enum err metric_store_wrong_years(struct db *db, struct arena *arena, struct year_delta **deltas_out, size_t *count_out)
{
    struct rows rows;
    TRY(db_query(db, arena,
                 STR("SELECT measure, on_year, department_id, level, SUM(amount), SUM(own_amount) FROM ("
                     "SELECT measure, YEAR(month_on) AS on_year, department_id, level, amount, "
                     "IF(subject_kind = 'department', amount, 0) AS own_amount FROM target_value "
                     "UNION ALL SELECT measure, on_year, department_id, level, -amount, -own_amount FROM target_year) "
                     "x GROUP BY measure, on_year, department_id, level "
                     "HAVING SUM(amount) <> 0 OR SUM(own_amount) <> 0 ORDER BY measure, on_year, department_id, level"),
                 NO_ARGS, &rows));
    struct year_delta *deltas = ARENA_ARRAY(arena, struct year_delta, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        deltas[i] = (struct year_delta){
            .measure = measure_of(rows_get(&rows, i, 0)),
            .year = rows_get(&rows, i, 1).integer,
            .department_id = rows_get(&rows, i, 2).integer,
            .amount = rows_get(&rows, i, 4).integer,
            .own = rows_get(&rows, i, 5).integer,
        };
        bool known = level_find(rows_get(&rows, i, 3).text, &deltas[i].level);
        assert(known);
    }
    *deltas_out = deltas;
    *count_out = rows.count;
    return OK;
}

static const struct column WRONG_TARGET_COLUMNS[] = {
    COLUMN(struct wrong_target, user_id),
    COLUMN(struct wrong_target, month),
    COLUMN(struct wrong_target, stored_id),
    COLUMN(struct wrong_target, expected_id),
};
STATEMENT_ROWS(WRONG_TARGETS, "metric.wrong_targets", struct wrong_target, WRONG_TARGET_COLUMNS,
               "SELECT v.subject_id, v.month_on, v.department_id, a.department_id "
               "FROM target_value v JOIN user_assignment a ON a.user_id = v.subject_id AND a.valid_from <= v.month_on "
               "AND (a.valid_to IS NULL OR a.valid_to > v.month_on) "
               "WHERE v.subject_kind = 'user' AND v.department_id <> a.department_id "
               "UNION ALL SELECT v.subject_id, v.month_on, v.department_id, v.subject_id FROM target_value v "
               "WHERE v.subject_kind = 'department' AND v.department_id <> v.subject_id");

enum err metric_store_wrong_targets(struct db *db, struct arena *arena, struct wrong_target **rows_out,
                                    size_t *count_out)
{
    return db_many(db, arena, &WRONG_TARGETS, NO_ARGS, rows_out, count_out);
}

STATEMENT(CLEAR_FACTS, "metric.clear_facts", "DELETE FROM metric_fact WHERE measure = ?");
STATEMENT(CLEAR_SUMS, "metric.clear_sums", "DELETE FROM metric_rollup WHERE measure = ?");
STATEMENT(CLEAR_DEPARTMENTS, "metric.clear_departments", "DELETE FROM metric_department_rollup WHERE measure = ?");

enum err metric_store_clear(struct db *db, struct arena *arena, enum measure measure)
{
    struct value key = V(MEASURES[measure].key);
    TRY(db_exec(db, arena, &CLEAR_FACTS, ARGS(key)));
    TRY(db_exec(db, arena, &CLEAR_SUMS, ARGS(key)));
    return db_exec(db, arena, &CLEAR_DEPARTMENTS, ARGS(key));
}

enum err metric_store_orders(struct db *db, struct arena *arena, const int64_t *ids, size_t count, int64_t **ids_out,
                             size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT id FROM change_order WHERE contract_id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY id");
    return query_ids(db, arena, &query, ids_out, count_out);
}
