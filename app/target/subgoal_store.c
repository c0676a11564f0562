/* SQL of the figures behind sub-goals. */
#include "subgoal_store.h"

#include "platform/scope.h"

const char *const SUBGOAL_FIGURES[FIGURE_COUNT] = {
    [FIGURE_FIRST_VISITS] = "first_visits",
    [FIGURE_OPPORTUNITIES] = "opportunities",
    [FIGURE_CLOSED] = "closed",
    [FIGURE_WON] = "won",
    [FIGURE_CONTRACTS] = "contracts",
    [FIGURE_SIGNED] = "signed",
    [FIGURE_MARGIN] = "margin",
    [FIGURE_RECEIVED] = "received",
    [FIGURE_OPEN] = "open",
    [FIGURE_OUTSTANDING] = "outstanding",
};

/* Past the first stage of its pipeline: how far it ever came. */
#define QUALIFIED                                                                                                      \
    "EXISTS (SELECT 1 FROM stage s WHERE s.id = t.furthest_stage_id AND (s.kind = 'won' OR s.sort_order > "            \
    "(SELECT MIN(f.sort_order) FROM stage f WHERE f.pipeline_id = t.pipeline_id AND f.kind = 'open' AND f.deleted_at " \
    "IS NULL)))"
#define SIGNED "t.status IN ('signed', 'completed')"

/* Where a figure comes from. */
static const struct source {
    const char *object;    /* struct object name */
    const char *amount;    /* SQL of one record; alias t */
    const char *condition; /* SQL */
    const char *day;       /* SQL: its day … */
    const char *moment;    /* … or its moment; one is NULL. Both NULL: no time */
} SOURCES[FIGURE_COUNT] = {
    [FIGURE_FIRST_VISITS] = {"follow_up", "1", "t.method = 'visit'", NULL, "t.followed_at"},
    [FIGURE_OPPORTUNITIES] = {"opportunity", "1", QUALIFIED, "t.engaged_on", NULL},
    [FIGURE_CLOSED] = {"opportunity", "1", "t.status IN ('won', 'lost')", "t.closed_on", NULL},
    [FIGURE_WON] = {"opportunity", "1", "t.status = 'won'", "t.closed_on", NULL},
    [FIGURE_CONTRACTS] = {"contract", "1", SIGNED, "t.signed_on", NULL},
    [FIGURE_SIGNED] = {"contract", "t.base_minor", SIGNED, "t.signed_on", NULL},
    [FIGURE_MARGIN] = {"contract", "t.base_margin_minor", SIGNED, "t.signed_on", NULL},
    [FIGURE_RECEIVED] =
        {"payment",
         "t.base_minor - COALESCE((SELECT CAST(SUM(r.base_minor) AS SIGNED) FROM refund r WHERE r.payment_id = t.id "
         "AND r.deleted_at IS NULL), 0)",
         "TRUE", "t.received_on", NULL},
    [FIGURE_OPEN] = {"opportunity", "1", "t.status = 'open' AND " QUALIFIED, "t.expected_close_on", NULL},
    [FIGURE_OUTSTANDING] = {"contract",
                            "t.base_minor - CAST(ROUND(t.base_minor * t.received_minor / t.amount_minor) AS SIGNED)",
                            "t.status = 'signed' AND t.amount_minor > 0 AND t.received_minor < t.amount_minor",
                            "t.signed_on", NULL},
};

const char *subgoal_store_object(enum subgoal_figure figure)
{
    return SOURCES[figure].object;
}

static void add_subject(struct query *query, const struct subgoal_subject *subject)
{
    const struct target_pick *pick = &subject->pick;
    if (subject->department_id != 0) {
        query_sql(query, " AND t.department_id IN (SELECT descendant_id FROM department_path WHERE ancestor_id = ");
        query_arg(query, V(subject->department_id));
        query_sql(query, ")");
    } else if (!pick->all) {
        query_sql(query, " AND (t.department_id IN ");
        query_arg_ids(query, pick->departments, pick->department_count);
        query_sql(query, " OR t.owner_id IN ");
        query_arg_ids(query, pick->people, pick->people_count);
        query_sql(query, ")");
    }
}

/* Open opportunities have any day before the end; all else one within the time. */
static void add_time(struct query *query, enum subgoal_figure figure, const struct subgoal_time *time)
{
    const struct source *source = &SOURCES[figure];
    const char *column = source->day != NULL ? source->day : source->moment;
    bool moment = source->day == NULL;
    query_sql(query, " AND ");
    query_sql(query, column);
    query_sql(query, " < ");
    query_arg(query, moment ? V(date_start(time->to, time->zone)) : V(time->to));
    if (figure != FIGURE_OPEN && figure != FIGURE_OUTSTANDING) {
        query_sql(query, " AND ");
        query_sql(query, column);
        query_sql(query, " >= ");
        query_arg(query, moment ? V(date_start(time->from, time->zone)) : V(time->from));
    }
}

/* " FROM … WHERE …" */
static void add_records(struct query *query, enum subgoal_figure figure, const struct subgoal_subject *subject,
                        const struct subgoal_time *time)
{
    const struct source *source = &SOURCES[figure];
    query_sql(query, " FROM `");
    query_sql(query, object_find(source->object)->table);
    query_sql(query, "` t WHERE t.deleted_at IS NULL AND ");
    query_sql(query, source->condition);
    add_subject(query, subject);
    add_time(query, figure, time);
}

enum err subgoal_store_figure(struct db *db, struct arena *arena, enum subgoal_figure figure,
                              const struct subgoal_subject *subject, const struct subgoal_time *time, int64_t *sum_out,
                              int64_t *count_out)
{
    struct query query;
    struct rows rows;
    bool visits = figure == FIGURE_FIRST_VISITS;
    query_init(&query, arena);
    query_sql(&query, "SELECT CAST(COALESCE(SUM(");
    query_sql(&query, SOURCES[figure].amount);
    query_sql(&query, "), 0) AS SIGNED), ");
    query_sql(&query, visits ? "COUNT(DISTINCT t.customer_id)" : "COUNT(*)");
    add_records(&query, figure, subject, time);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *count_out = rows_get(&rows, 0, 1).integer;
    *sum_out = visits ? *count_out : rows_get(&rows, 0, 0).integer;
    return OK;
}

/* "id, label, day, moment, amount": of visits one row a customer, with the first day. */
static void add_row_columns(struct query *query, enum subgoal_figure figure, bool labelled)
{
    const struct source *source = &SOURCES[figure];
    if (figure == FIGURE_FIRST_VISITS) {
        query_sql(query, "t.customer_id, ");
        query_sql(query, labelled ? "(SELECT LEFT(c.name, 100) FROM customer c WHERE c.id = t.customer_id)" : "NULL");
        query_sql(query, ", NULL, MIN(t.followed_at), 1");
        return;
    }
    query_sql(query, "t.id, ");
    if (labelled) {
        query_sql(query, "LEFT(t.`");
        query_sql(query, object_label(object_find(source->object))->name);
        query_sql(query, "`, 100), ");
    } else {
        query_sql(query, "NULL, ");
    }
    query_sql(query, source->day != NULL ? source->day : "NULL");
    query_sql(query, ", ");
    query_sql(query, source->moment != NULL ? source->moment : "NULL");
    query_sql(query, ", ");
    query_sql(query, source->amount);
}

static enum err count_visible(struct request *request, enum subgoal_figure figure,
                              const struct subgoal_subject *subject, const struct subgoal_time *time, int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, figure == FIGURE_FIRST_VISITS ? "SELECT COUNT(DISTINCT t.customer_id)" : "SELECT COUNT(*)");
    add_records(&query, figure, subject, time);
    query_sql(&query, " AND ");
    scope_predicate(&query, request, object_find(SOURCES[figure].object), "t", false);
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

static struct subgoal_row read_row(const struct rows *rows, size_t i, const char *zone)
{
    struct value label = rows_get(rows, i, 1);
    struct value on = rows_get(rows, i, 2);
    return (struct subgoal_row){
        .record_id = rows_get(rows, i, 0).integer,
        .label = label.type == VALUE_TEXT ? label.text : (struct str){0},
        .on = on.type == VALUE_DATE ? on.date : instant_date(rows_get(rows, i, 3).instant, zone),
        .amount = rows_get(rows, i, 4).integer,
    };
}

enum err subgoal_store_rows(struct request *request, enum subgoal_figure figure, const struct subgoal_subject *subject,
                            const struct subgoal_time *time, bool labelled, int64_t limit,
                            struct subgoal_row **rows_out, size_t *count_out, int64_t *visible_out)
{
    struct query query;
    struct rows rows;
    TRY(count_visible(request, figure, subject, time, visible_out));
    query_init(&query, request->arena);
    query_sql(&query, "SELECT ");
    add_row_columns(&query, figure, labelled);
    add_records(&query, figure, subject, time);
    query_sql(&query, " AND ");
    scope_predicate(&query, request, object_find(SOURCES[figure].object), "t", false);
    query_sql(&query, figure == FIGURE_FIRST_VISITS ? " GROUP BY t.customer_id" : "");
    query_sql(&query, " ORDER BY 3 DESC, 4 DESC, 1 DESC LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct subgoal_row, rows.count);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = read_row(&rows, i, request->zone);
    }
    return OK;
}

/* One number. */
struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(DEPARTMENT_OF, "subgoal.department_of", struct number, NUMBER,
               "SELECT department_id AS value FROM `user` WHERE id = ?");

enum err subgoal_store_department_of(struct db *db, struct arena *arena, int64_t user_id, int64_t *out)
{
    struct number number;
    TRY(db_one(db, arena, &DEPARTMENT_OF, ARGS(V(user_id)), &number));
    *out = number.value;
    return OK;
}
