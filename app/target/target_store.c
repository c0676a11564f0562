/* SQL of targets and completion. */
#include "target_store.h"

#include <assert.h>
#include <string.h>

#include "platform/object.h"
#include "platform/scope.h"

static const struct column COMPANY_COLUMNS[] = {COLUMN(struct target_company, name),
                                                COLUMN(struct target_company, start_month)};
STATEMENT_ROWS(COMPANY, "target.company", struct target_company, COMPANY_COLUMNS,
               "SELECT name, fiscal_year_start_month FROM company WHERE id = 1");

enum err target_store_company(struct db *db, struct arena *arena, struct target_company *out)
{
    return db_one(db, arena, &COMPANY, NO_ARGS, out);
}

static const struct column DEPARTMENT_COLUMNS[] = {
    COLUMN(struct target_department, id),         COLUMN(struct target_department, parent_id),
    COLUMN(struct target_department, name),       COLUMN(struct target_department, sort_order),
    COLUMN(struct target_department, is_deleted), COLUMN(struct target_department, head_id),
};
STATEMENT_ROWS(DEPARTMENTS, "target.departments", struct target_department, DEPARTMENT_COLUMNS,
               "SELECT id, COALESCE(parent_id, 0), name, sort_order, deleted_at IS NOT NULL, manager_id FROM "
               "department ORDER BY id");

enum err target_store_departments(struct db *db, struct arena *arena, struct target_department **rows_out,
                                  size_t *count_out)
{
    return db_many(db, arena, &DEPARTMENTS, NO_ARGS, rows_out, count_out);
}

/* " AND (department in the list OR person in the list)", or nothing for all. */
static void add_pick(struct query *query, const struct target_pick *pick, const char *department, const char *person,
                     const char *joint)
{
    if (pick->all) {
        return;
    }
    query_sql(query, " AND (FALSE");
    const char *word = " OR ";
    if (pick->department_count > 0) {
        query_sql(query, word);
        query_sql(query, department);
        query_sql(query, " IN ");
        query_arg_ids(query, pick->departments, pick->department_count);
        word = joint;
    }
    if (pick->people_count > 0) {
        query_sql(query, word);
        query_sql(query, person);
        query_sql(query, " IN ");
        query_arg_ids(query, pick->people, pick->people_count);
    }
    query_sql(query, ")");
}

/* A few departments are read by month and department from the index; all of them in one sweep over the months. */
static void add_months(struct query *query, const struct target_span *span, bool all)
{
    query_sql(query, " AND month_on ");
    if (all) {
        query_sql(query, ">= ");
        query_arg(query, V(span->months[0]));
        query_sql(query, " AND month_on < ");
        query_arg(query, V(span->months[TARGET_MONTHS]));
        return;
    }
    for (size_t i = 0; i < TARGET_MONTHS; i++) {
        query_sql(query, i == 0 ? "IN (" : ", ");
        query_arg(query, V(span->months[i]));
    }
    query_sql(query, ")");
}

/* "FROM … WHERE measure = ?": the departments' sums when people are not asked for. */
static void add_sums_source(struct query *query, const struct target_span *span, bool actual, bool by_user)
{
    if (actual) {
        query_sql(query, by_user ? " FROM metric_rollup" : " FROM metric_department_rollup");
        query_sql(query, " WHERE measure = ");
    } else {
        query_sql(query, by_user ? " FROM target_value" : " FROM target_total");
        query_sql(query, " WHERE level = ");
        query_arg(query, V(TARGET_LEVELS[span->level]));
        query_sql(query, " AND measure = ");
    }
    query_arg(query, V(MEASURES[span->measure].key));
}

enum err target_store_sums(struct db *db, struct arena *arena, const struct target_span *span,
                           const struct target_pick *pick, bool actual, bool by_user, struct target_sum **rows_out,
                           size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    assert(by_user || pick->people_count == 0);
    query_sql(&query, "SELECT department_id, month_on, amount, ");
    query_sql(&query, !by_user ? "0" : actual ? "user_id" : "IF(subject_kind = 'user', subject_id, 0)");
    add_sums_source(&query, span, actual, by_user);
    add_months(&query, span, pick->all);
    add_pick(&query, pick, "department_id", actual ? "user_id" : "subject_kind = 'user' AND subject_id", " OR ");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_sum, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct target_sum){
            .department_id = rows_get(&rows, i, 0).integer,
            .month = rows_get(&rows, i, 1).date,
            .amount = rows_get(&rows, i, 2).integer,
            .user_id = rows_get(&rows, i, 3).integer,
        };
    }
    *count_out = rows.count;
    return OK;
}

/* Where the fiscal year does not begin in January: its months of the next calendar year less those of the first one
 * that lie before it, of one table. `own`: of cells of departments themselves. */
static void add_year_corrections(struct query *query, const struct target_span *span, const struct target_pick *pick,
                                 bool own)
{
    int year = 0;
    int month = 0;
    int day = 0;
    date_parts(span->months[0], &year, &month, &day);
    struct date january = date_of(year, 1, 1);
    struct date next = date_of(year + 1, 1, 1);
    query_sql(query, " UNION ALL SELECT level, department_id, ");
    query_sql(query, own ? "0, " : "");
    query_sql(query, "SUM(IF(month_on < ");
    query_arg(query, V(next));
    query_sql(query, own ? ", -amount, amount)) FROM target_value" : ", -amount, amount)), 0 FROM target_total");
    query_sql(query, " WHERE level IN ('base', 'stretch', 'challenge') AND measure = ");
    query_arg(query, V(MEASURES[span->measure].key));
    query_sql(query, own ? " AND subject_kind = 'department'" : "");
    query_sql(query, " AND (month_on >= ");
    query_arg(query, V(january));
    query_sql(query, " AND month_on < ");
    query_arg(query, V(span->months[0]));
    query_sql(query, " OR month_on >= ");
    query_arg(query, V(next));
    query_sql(query, " AND month_on < ");
    query_arg(query, V(span->months[TARGET_MONTHS]));
    query_sql(query, ")");
    add_pick(query, pick, "department_id", "", "");
    query_sql(query, " GROUP BY level, department_id");
}

enum err target_store_year_sums(struct db *db, struct arena *arena, const struct target_span *span,
                                const struct target_pick *pick, struct target_year_sum **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    int year = 0;
    int month = 0;
    int day = 0;
    assert(pick->people_count == 0);
    date_parts(span->months[0], &year, &month, &day);
    query_init(&query, arena);
    query_sql(&query, "SELECT level, department_id, amount, own_amount FROM target_year WHERE measure = ");
    query_arg(&query, V(MEASURES[span->measure].key));
    query_sql(&query, " AND on_year = ");
    query_arg(&query, V((int64_t)year));
    add_pick(&query, pick, "department_id", "", "");
    if (month > 1) {
        add_year_corrections(&query, span, pick, false);
        add_year_corrections(&query, span, pick, true);
    }
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_year_sum, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        struct target_year_sum *sum = &(*rows_out)[i];
        *sum = (struct target_year_sum){.year = year,
                                        .department_id = rows_get(&rows, i, 1).integer,
                                        .amount = rows_get(&rows, i, 2).integer,
                                        .own = rows_get(&rows, i, 3).integer};
        bool known = level_find(rows_get(&rows, i, 0).text, &sum->level);
        assert(known);
    }
    *count_out = rows.count;
    return OK;
}

enum err target_store_members(struct db *db, struct arena *arena, const struct target_span *span,
                              const struct target_pick *pick, bool lock, struct target_member **rows_out,
                              size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT a.user_id, u.name, a.department_id, a.valid_from, a.valid_to, "
                      "u.status = 'active' AND u.deleted_at IS NULL, u.left_on "
                      "FROM user_assignment a JOIN `user` u ON u.id = a.user_id WHERE a.valid_from < ");
    query_arg(&query, V(span->months[TARGET_MONTHS]));
    query_sql(&query, " AND (a.valid_to IS NULL OR a.valid_to > ");
    query_arg(&query, V(span->months[0]));
    query_sql(&query, ")");
    add_pick(&query, pick, "a.department_id", "a.user_id", " OR ");
    query_sql(&query, " ORDER BY u.name, u.id, a.valid_from");
    query_sql(&query, lock ? " LOCK IN SHARE MODE" : "");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_member, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct target_member){
            .user_id = rows_get(&rows, i, 0).integer,
            .name = rows_get(&rows, i, 1).text,
            .department_id = rows_get(&rows, i, 2).integer,
            .from = rows_get(&rows, i, 3).date,
            .to = opt_date_of(rows_get(&rows, i, 4)),
            .is_active = rows_get(&rows, i, 5).integer != 0,
            .left_on = opt_date_of(rows_get(&rows, i, 6)),
        };
    }
    *count_out = rows.count;
    return OK;
}

enum err target_store_rows(struct db *db, struct arena *arena, const struct target_span *span,
                           const struct target_pick *pick, struct target_row **rows_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT subject_kind = 'user', subject_id, month_on, department_id, amount, version "
                      "FROM target_value WHERE level = ");
    query_arg(&query, V(TARGET_LEVELS[span->level]));
    query_sql(&query, " AND measure = ");
    query_arg(&query, V(MEASURES[span->measure].key));
    add_months(&query, span, pick->all);
    add_pick(&query, pick, "department_id", "subject_kind = 'user' AND subject_id", " OR ");
    query_sql(&query, " ORDER BY subject_kind, subject_id, month_on");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_row, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct target_row){
            .is_user = rows_get(&rows, i, 0).integer != 0,
            .subject_id = rows_get(&rows, i, 1).integer,
            .month = rows_get(&rows, i, 2).date,
            .department_id = rows_get(&rows, i, 3).integer,
            .amount = rows_get(&rows, i, 4).integer,
            .version = rows_get(&rows, i, 5).integer,
        };
    }
    *count_out = rows.count;
    return OK;
}

static const struct column PERSON_COLUMNS[] = {COLUMN(struct target_person, id), COLUMN(struct target_person, name)};
STATEMENT_ROWS(USER_NAME, "target.user_name", struct target_person, PERSON_COLUMNS,
               "SELECT id, name FROM `user` WHERE id = ?");

enum err target_store_user_name(struct db *db, struct arena *arena, int64_t user_id, struct str *out)
{
    struct target_person person;
    TRY(db_one(db, arena, &USER_NAME, ARGS(V(user_id)), &person));
    *out = person.name;
    return OK;
}

enum err target_store_people(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                             struct target_person **rows_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT id, name FROM `user` WHERE id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY name, id");
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_person, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct target_person){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).text};
    }
    *count_out = rows.count;
    return OK;
}

STATEMENT(LOCK_SHEET, "target.lock_sheet",
          "INSERT INTO target_sheet (fiscal_year, measure, updated_at, updated_by_id) VALUES (?, ?, ?, ?) "
          "ON DUPLICATE KEY UPDATE version = version + 1, updated_at = VALUES(updated_at), updated_by_id = "
          "VALUES(updated_by_id)");

enum err target_store_lock_sheet(struct request *request, int64_t year, enum measure measure)
{
    return db_exec(request->db, request->arena, &LOCK_SHEET,
                   ARGS(V(year), V(MEASURES[measure].key), V(request->now), V(request->user->user_id)));
}

enum err target_store_put(struct request *request, enum measure measure, enum target_level level,
                          const struct target_row *rows, size_t count)
{
    enum { WIDTH = 11 };
    struct value *values = ARENA_ARRAY(request->arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {
            V(MEASURES[measure].key), V(TARGET_LEVELS[level]),   V(rows[i].is_user ? "user" : "department"),
            V(rows[i].subject_id),    V(rows[i].month),          V(rows[i].department_id),
            V(rows[i].amount),        V(request->now),           V(request->user->user_id),
            V(request->now),          V(request->user->user_id),
        };
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(
        request->db, request->arena,
        STR("INSERT INTO target_value (measure, level, subject_kind, subject_id, month_on, department_id, amount, "
            "created_at, created_by_id, updated_at, updated_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON DUPLICATE KEY UPDATE amount = VALUES(amount), department_id = VALUES(department_id), "
            "version = version + 1, updated_at = VALUES(updated_at), updated_by_id = VALUES(updated_by_id)"),
        values, WIDTH, count);
}

enum err target_store_add_totals(struct request *request, enum measure measure, enum target_level level,
                                 const struct target_sum *sums, size_t count)
{
    enum { WIDTH = 5 };
    struct value *values = ARENA_ARRAY(request->arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {V(MEASURES[measure].key), V(TARGET_LEVELS[level]), V(sums[i].month),
                                         V(sums[i].department_id), V(sums[i].amount)};
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(
        request->db, request->arena,
        STR("INSERT INTO target_total (measure, level, month_on, department_id, amount) VALUES (?, ?, ?, ?, ?) "
            "ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)"),
        values, WIDTH, count);
}

enum err target_store_add_years(struct request *request, enum measure measure, const struct target_year_sum *sums,
                                size_t count)
{
    enum { WIDTH = 6 };
    struct value *values = ARENA_ARRAY(request->arena, struct value, count * WIDTH);
    for (size_t i = 0; i < count; i++) {
        const struct value row[WIDTH] = {V(MEASURES[measure].key),        V(sums[i].year),   V(sums[i].department_id),
                                         V(TARGET_LEVELS[sums[i].level]), V(sums[i].amount), V(sums[i].own)};
        memcpy(&values[i * WIDTH], row, sizeof row);
    }
    return db_bulk(request->db, request->arena,
                   STR("INSERT INTO target_year (measure, on_year, department_id, level, amount, own_amount) "
                       "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount), "
                       "own_amount = own_amount + VALUES(own_amount)"),
                   values, WIDTH, count);
}

static void add_fact_conditions(struct query *query, const struct target_facts_request *facts, const char *date_column)
{
    query_sql(query, " WHERE f.measure = ");
    query_arg(query, V(MEASURES[facts->measure].key));
    query_sql(query, " AND ");
    query_sql(query, date_column);
    query_sql(query, " >= ");
    query_arg(query, V(facts->from));
    query_sql(query, " AND ");
    query_sql(query, date_column);
    query_sql(query, " < ");
    query_arg(query, V(facts->to));
    add_pick(query, &facts->pick, "f.department_id", "f.user_id", facts->both ? " AND " : " OR ");
}

enum err target_store_facts(struct db *db, struct arena *arena, const struct target_facts_request *facts,
                            struct target_fact **rows_out, size_t *count_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT f.fact_on, CAST(f.object AS UNSIGNED), f.object, f.record_id, f.user_id, "
                      "COALESCE(u.name, ''), f.department_id, "
                      "d.name, f.amount FROM metric_fact f JOIN department d ON d.id = f.department_id "
                      "LEFT JOIN `user` u ON u.id = f.user_id");
    add_fact_conditions(&query, facts, "f.fact_on");
    if (facts->after) {
        query_sql(&query, " AND f.fact_on <= ");
        query_arg(&query, V(facts->last.on));
        query_sql(&query, " AND (f.fact_on < ");
        query_arg(&query, V(facts->last.on));
        query_sql(&query, " OR CAST(f.object AS UNSIGNED) < ");
        query_arg(&query, V(facts->last.object_number));
        query_sql(&query, " OR (CAST(f.object AS UNSIGNED) = ");
        query_arg(&query, V(facts->last.object_number));
        query_sql(&query, " AND f.record_id < ");
        query_arg(&query, V(facts->last.record_id));
        query_sql(&query, "))");
    }
    query_sql(&query, " ORDER BY f.fact_on DESC, f.object DESC, f.record_id DESC LIMIT ");
    query_arg(&query, V(facts->limit));
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_fact, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct target_fact){
            .on = rows_get(&rows, i, 0).date,
            .object_number = rows_get(&rows, i, 1).integer,
            .object = rows_get(&rows, i, 2).text,
            .record_id = rows_get(&rows, i, 3).integer,
            .user_id = rows_get(&rows, i, 4).integer,
            .user_name = rows_get(&rows, i, 5).text,
            .department_id = rows_get(&rows, i, 6).integer,
            .department_name = rows_get(&rows, i, 7).text,
            .amount = rows_get(&rows, i, 8).integer,
        };
    }
    *count_out = rows.count;
    return OK;
}

enum err target_store_facts_sum(struct db *db, struct arena *arena, const struct target_facts_request *facts,
                                int64_t *sum_out, int64_t *count_out)
{
    bool whole_months = date_compare(date_month_start(facts->from), facts->from) == 0 &&
                        date_compare(date_month_start(facts->to), facts->to) == 0;
    struct query query;
    query_init(&query, arena);
    if (whole_months) {
        query_sql(&query, "SELECT COALESCE(SUM(f.amount), 0), COALESCE(SUM(f.fact_count), 0) FROM ");
        query_sql(&query, facts->pick.people_count > 0 ? "metric_rollup f" : "metric_department_rollup f");
        add_fact_conditions(&query, facts, "f.month_on");
    } else {
        query_sql(&query, "SELECT COALESCE(SUM(f.amount), 0), COUNT(*) FROM metric_fact f");
        add_fact_conditions(&query, facts, "f.fact_on");
    }
    struct rows rows;
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *sum_out = rows_get(&rows, 0, 0).integer;
    *count_out = rows_get(&rows, 0, 1).integer;
    return OK;
}
