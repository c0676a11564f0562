/* SQL of figures: one pass over the rows of the list for any number of figures. */
#include "summary_store.h"

#include <assert.h>

#include "ledger.h"
#include "platform/object_select.h"
#include "platform/scope.h"

/* Order of the columns; the sums follow. */
enum column_place { KEY, COHORT, PROFILE, LATE, FIRST_BATCH, LAST_BATCH, BATCHED, SUMS };

/* Somebody's call for each row. */
struct caller {
    enum err (*each)(void *context, const struct summary_row *row); /* what to call */
    void *context;                                                  /* its */
};

static enum err read_row(void *context, const struct value *row, size_t column_count)
{
    const struct caller *caller = context;
    struct summary_row out = {
        .key = row[KEY],
        .cohort = row[COHORT],
        .profile = row[PROFILE].integer,
        .is_late = row[LATE].type == VALUE_INT && row[LATE].integer != 0,
        .first_batch = row[FIRST_BATCH],
        .last_batch = row[LAST_BATCH],
        .batched = row[BATCHED].integer,
    };
    assert(column_count == SUMS + SUMMARY_SUMS);
    for (size_t i = 0; i < SUMMARY_SUMS; i++) {
        out.sums[i] = row[SUMS + i].integer;
    }
    return caller->each(caller->context, &out);
}

/* From the profile on, with the alias `t`. Small numbers are added up as doubles, exact below 2^53 and faster than the
 * decimals that SUM makes of integers. */
static void add_columns(struct request *request, struct query *query, int64_t bits, int64_t batch_id)
{
    query_sql(query, "t.profile & ");
    query_arg(query, V(bits));
    query_sql(query, " AS profile_bits, t.first_touch_due_at < ");
    query_arg(query, V(request->now));
    query_sql(query, " AS is_late, ");
    if (batch_id != 0) {
        query_arg(query, V(batch_id));
        query_sql(query, ", ");
        query_arg(query, V(batch_id));
        query_sql(query, ", COUNT(*)");
    } else {
        query_sql(query, "MIN(t.batch_id), MAX(t.batch_id), COUNT(t.batch_id)");
    }
    query_sql(query,
              ", COUNT(*), CAST(SUM(t.follow_up_count + 0e0) AS SIGNED), CAST(SUM(t.opportunity_count + 0e0) AS "
              "SIGNED), CAST(SUM(t.contract_count + 0e0) AS SIGNED), SUM(t.ordered_minor), SUM(t.received_minor)");
}

struct span {
    struct opt_int first; /* smallest id */
    struct opt_int last;  /* largest */
    int64_t count;        /* intervals between them, about */
};
static const struct column SPAN[] = {COLUMN(struct span, first), COLUMN(struct span, last), COLUMN(struct span, count)};
STATEMENT_ROWS(BATCH_SPAN, "summary.batch_span", struct span, SPAN,
               "SELECT first_interval_id AS first, last_interval_id AS last, assigned_count AS count "
               "FROM assignment_batch WHERE id = ?");

/* The rows of a batch that has ended mostly lie side by side: read as a stretch of the table they cost half of what
 * they do one by one through the index. */
static enum err add_span(struct request *request, struct query *query, int64_t batch_id)
{
    struct span span = {0};
    if (batch_id == 0) {
        return OK;
    }
    enum err err = db_one(request->db, request->arena, &BATCH_SPAN, ARGS(V(batch_id)), &span);
    if (err != ERR_NOT_FOUND) {
        TRY(err);
    }
    if (span.first.set && span.last.value - span.first.value < 2 * span.count) {
        query_sql(query, " AND t.id BETWEEN ");
        query_arg(query, V(span.first));
        query_sql(query, " AND ");
        query_arg(query, V(span.last));
    }
    return OK;
}

static enum err run(struct request *request, const struct query *query,
                    enum err (*each)(void *context, const struct summary_row *row), void *context)
{
    struct caller caller = {each, context};
    return db_query_each(request->db, request->arena, query_text(query), query_args(query), read_row, &caller);
}

enum err summary_store_groups(struct request *request, const struct summary_wish *wish,
                              enum err (*each)(void *context, const struct summary_row *row), void *context)
{
    static const char *const cohorts[] = {
        [SUMMARY_WHOLE] = "NULL AS cohort, ",
        [SUMMARY_WEEK] = "t.started_on - INTERVAL WEEKDAY(t.started_on) DAY AS cohort, ",
        [SUMMARY_MONTH] = "t.started_on - INTERVAL DAYOFMONTH(t.started_on) - 1 DAY AS cohort, ",
    };
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT ");
    if (wish->by == NULL) {
        query_sql(&query, "NULL");
    } else {
        query_sql(&query, "t.");
        select_table(&query, wish->by->name);
    }
    query_sql(&query, " AS by_key, ");
    query_sql(&query, wish->batch_id != 0 ? "t.started_on AS cohort, " : cohorts[wish->period]);
    add_columns(request, &query, wish->bits, wish->batch_id);
    TRY(select_all_rows(request, &query, wish->list));
    TRY(add_span(request, &query, wish->batch_id));
    query_sql(&query, " GROUP BY by_key, cohort, profile_bits, is_late");
    return run(request, &query, each, context);
}

enum err summary_store_former(struct request *request, const struct summary_wish *wish,
                              enum err (*each)(void *context, const struct summary_row *row), void *context)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT NULL, NULL, ");
    add_columns(request, &query, wish->bits, 0);
    /* An interval that ends where another begins was the other one's former owner's. */
    query_sql(&query, " FROM (SELECT t.customer_id, t.started_at, t.id");
    TRY(select_all_rows(request, &query, wish->list));
    TRY(add_span(request, &query, wish->batch_id));
    query_sql(&query, " AND t.from_owner_id IS NOT NULL) k JOIN assignment t ON t.customer_id = k.customer_id AND "
                      "t.ended_at = k.started_at AND t.id < k.id WHERE t.deleted_at IS NULL AND ");
    scope_predicate(&query, request, &ASSIGNMENT, "t", false);
    query_sql(&query, " GROUP BY profile_bits, is_late");
    return run(request, &query, each, context);
}

enum err summary_store_names(struct request *request, const struct field *by, const int64_t *ids, size_t count,
                             struct rows *out)
{
    struct reference reference = reference_find(by->ref);
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT id, ");
    select_table(&query, reference.label);
    query_sql(&query, " FROM ");
    select_table(&query, reference.table);
    query_sql(&query, " WHERE id IN ");
    query_arg_ids(&query, ids, count);
    return db_query(request->db, request->arena, query_text(&query), query_args(&query), out);
}

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(BATCH_BEFORE, "summary.batch_before", struct number, NUMBER,
               "SELECT p.id AS value FROM assignment_batch b JOIN assignment_batch p ON p.id < b.id "
               "AND p.status IN ('done', 'undone', 'cancelled') AND p.assigned_count > p.undone_count "
               "AND IF(b.pointer_key IS NULL, p.owner_id = b.owner_id, p.pointer_key = b.pointer_key) "
               "WHERE b.id = ? ORDER BY p.id DESC LIMIT 1");

enum err summary_store_batch_before(struct request *request, int64_t batch_id, int64_t *id_out)
{
    struct number number = {0};
    enum err err = db_one(request->db, request->arena, &BATCH_BEFORE, ARGS(V(batch_id)), &number);
    *id_out = number.value;
    return err == ERR_NOT_FOUND ? OK : err;
}
