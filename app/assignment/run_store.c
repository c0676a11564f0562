/* SQL of batches on their way. */
#include "run_store.h"

#include <stdlib.h>

#include "customer.h"
#include "platform/object_select.h"
#include "platform/scope.h"

static const struct column BATCH[] = {
    COLUMN(struct batch_row, id),
    COLUMN(struct batch_row, name),
    COLUMN(struct batch_row, status),
    COLUMN(struct batch_row, request),
    COLUMN(struct batch_row, reason),
    COLUMN(struct batch_row, expected_action_on),
    COLUMN(struct batch_row, sla_policy_id),
    COLUMN(struct batch_row, undo_until),
    COLUMN(struct batch_row, total_count),
    COLUMN(struct batch_row, done_count),
    COLUMN(struct batch_row, assigned_count),
    COLUMN(struct batch_row, kept_count),
    COLUMN(struct batch_row, refused_count),
    COLUMN(struct batch_row, undone_count),
};
#define SELECT_BATCH                                                                                                   \
    "SELECT id, name, status, request, reason, expected_action_on, sla_policy_id, undo_until, total_count, "           \
    "done_count, assigned_count, kept_count, refused_count, undone_count FROM assignment_batch WHERE id = ?"
STATEMENT_ROWS(GET, "batch.get", struct batch_row, BATCH, SELECT_BATCH);
STATEMENT_ROWS(LOCK, "batch.lock", struct batch_row, BATCH, SELECT_BATCH " FOR UPDATE");
STATEMENT(INSERT, "batch.insert",
          "INSERT INTO assignment_batch (name, strategy, status, request, pointer_key, reason, expected_action_on, "
          "sla_policy_id, undo_until, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id) "
          "VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(SET_JOB, "batch.set_job",
          "UPDATE assignment_batch SET job_id = ?, status = ?, updated_at = ?, version = version + 1 WHERE id = ?");
STATEMENT(SET_STATUS, "batch.set_status",
          "UPDATE assignment_batch SET status = ?, updated_at = ?, version = version + 1, "
          "finished_at = IF(status IN ('done', 'failed', 'cancelled'), COALESCE(finished_at, ?), finished_at), "
          "undone_at = IF(status = 'undone', ?, undone_at) WHERE id = ?");
STATEMENT(
    COUNT_ITEMS, "batch.count",
    "UPDATE assignment_batch b JOIN (SELECT COUNT(*) AS total, SUM(result <> 'pending') AS done, "
    "SUM(result IN ('assigned', 'undone')) AS assigned, SUM(result = 'kept') AS kept, "
    "SUM(result = 'refused') AS refused, SUM(result = 'undone') AS undone "
    "FROM assignment_batch_item WHERE batch_id = ?) i "
    "SET b.total_count = i.total, b.done_count = COALESCE(i.done, 0), b.assigned_count = COALESCE(i.assigned, 0), "
    "b.kept_count = COALESCE(i.kept, 0), b.refused_count = COALESCE(i.refused, 0), "
    "b.undone_count = COALESCE(i.undone, 0), b.updated_at = ?, b.version = b.version + 1 WHERE b.id = ?");
STATEMENT(ADD_COUNTS, "batch.add_counts",
          "UPDATE assignment_batch SET done_count = done_count + ?, assigned_count = assigned_count + ?, "
          "kept_count = kept_count + ?, refused_count = refused_count + ?, updated_at = ?, version = version + 1 "
          "WHERE id = ?");
STATEMENT(SETTLE_LOST, "batch.settle_lost",
          "UPDATE assignment_batch b JOIN job j ON j.id = b.job_id "
          "SET b.status = IF(b.status = 'undoing', 'done', j.status), b.updated_at = ?, b.version = b.version + 1 "
          "WHERE b.status IN ('queued', 'running', 'undoing') AND j.status IN ('failed', 'cancelled')");

STATEMENT(KEEP_SPAN, "batch.keep_span",
          "UPDATE assignment_batch SET first_interval_id = ?, last_interval_id = ? WHERE id = ?");

struct span {
    struct opt_int first; /* smallest id */
    struct opt_int last;  /* largest */
};
static const struct column SPAN[] = {COLUMN(struct span, first), COLUMN(struct span, last)};
STATEMENT_ROWS(FIND_SPAN, "batch.find_span", struct span, SPAN,
               "SELECT MIN(id) AS first, MAX(id) AS last FROM assignment WHERE batch_id = ?");

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(UNDO_HOURS, "batch.undo_hours", struct number, NUMBER,
               "SELECT assignment_undo_hours AS value FROM company WHERE id = 1");
STATEMENT_ROWS(CANCELLED, "batch.cancelled", struct number, NUMBER,
               "SELECT cancel_requested AS value FROM job WHERE id = ?");

enum err run_store_batch(struct db *db, struct arena *arena, int64_t id, bool lock, struct batch_row *out)
{
    return db_one(db, arena, lock ? &LOCK : &GET, ARGS(V(id)), out);
}

enum err run_store_insert(struct request *request, const struct batch_row *batch, struct str strategy, int64_t *id_out)
{
    struct db_result result;
    struct value user = V(request->user->user_id);
    TRY(db_exec_result(request->db, request->arena, &INSERT,
                       ARGS(V(batch->name), V(strategy), V(batch->request), V(batch->pointer_key), V(batch->reason),
                            V(batch->expected_action_on), V(batch->sla_policy_id), V(batch->undo_until), user,
                            V(request->user->department_id), V(request->now), user, V(request->now), user),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err run_store_set_job(struct request *request, int64_t id, int64_t job_id, const char *status)
{
    return db_exec(request->db, request->arena, &SET_JOB, ARGS(V(job_id), V(status), V(request->now), V(id)));
}

enum err run_store_undo_hours(struct db *db, struct arena *arena, int64_t *out)
{
    struct number number;
    TRY(db_one(db, arena, &UNDO_HOURS, NO_ARGS, &number));
    *out = number.value;
    return OK;
}

enum err run_store_set_status(struct db *db, struct arena *arena, int64_t id, const char *status, struct instant now)
{
    return db_exec(db, arena, &SET_STATUS, ARGS(V(status), V(now), V(now), V(now), V(id)));
}

enum err run_store_keep_span(struct db *db, struct arena *arena, int64_t id)
{
    struct span span;
    TRY(db_one(db, arena, &FIND_SPAN, ARGS(V(id)), &span));
    return db_exec(db, arena, &KEEP_SPAN, ARGS(V(span.first), V(span.last), V(id)));
}

enum err run_store_count(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    return db_exec(db, arena, &COUNT_ITEMS, ARGS(V(id), V(now), V(id)));
}

enum err run_store_add_counts(struct db *db, struct arena *arena, int64_t id, const struct run_tally *tally,
                              struct instant now)
{
    return db_exec(db, arena, &ADD_COUNTS,
                   ARGS(V(tally->assigned + tally->kept + tally->refused), V(tally->assigned), V(tally->kept),
                        V(tally->refused), V(now), V(id)));
}

enum err run_store_settle_lost(struct db *db, struct arena *arena, struct instant now)
{
    return db_exec(db, arena, &SETTLE_LOST, ARGS(V(now)));
}

enum err run_store_is_cancelled(struct db *db, struct arena *arena, int64_t job_id, bool *out)
{
    struct number number;
    TRY(db_one(db, arena, &CANCELLED, ARGS(V(job_id)), &number));
    *out = number.value != 0;
    return OK;
}

enum { ITEM_WIDTH = 12 };

static struct value id_or_null(int64_t id)
{
    return id == 0 ? value_null() : V(id);
}

enum err run_store_add_items(struct db *db, struct arena *arena, int64_t batch_id, const struct plan_item *items,
                             size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * ITEM_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * ITEM_WIDTH;
        row[0] = V(batch_id);
        row[1] = V((int64_t)i + 1);
        row[2] = V(items[i].line);
        row[3] = id_or_null(items[i].customer_id);
        row[4] = V(items[i].name);
        row[5] = V(items[i].from_owner);
        row[6] = V(items[i].from_pool);
        row[7] = V(items[i].to_owner);
        row[8] = V(items[i].rule);
        row[9] = V(items[i].result);
        row[10] = V(items[i].code);
        row[11] = V(items[i].detail);
    }
    if (count == 0) {
        return OK;
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO assignment_batch_item (batch_id, position, line, customer_id, name, from_owner_id, "
                       "from_pool_id, to_owner_id, rule, result, code, detail) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                   values, ITEM_WIDTH, count);
}

static const struct column RUN_ITEM[] = {
    COLUMN(struct run_item, position),     COLUMN(struct run_item, customer_id), COLUMN(struct run_item, from_owner_id),
    COLUMN(struct run_item, from_pool_id), COLUMN(struct run_item, to_owner_id), COLUMN(struct run_item, assignment_id),
};
/* Person by person: what is asked and locked for each holder is then asked in few chunks. A locking read sees what was
 * committed last, and leaves the snapshot of the transaction to what is read behind the
 * locks of the customers. */
STATEMENT_ROWS(
    TAKE, "batch.take", struct run_item, RUN_ITEM,
    "SELECT position, COALESCE(customer_id, 0) AS customer_id, from_owner_id, from_pool_id, to_owner_id, assignment_id "
    "FROM assignment_batch_item WHERE batch_id = ? AND result = ? AND code IS NULL "
    "AND customer_id IS NOT NULL ORDER BY to_owner_id, position LIMIT ? FOR UPDATE");

static int compare_customers(const void *a, const void *b)
{
    int64_t left = ((const struct run_item *)a)->customer_id;
    int64_t right = ((const struct run_item *)b)->customer_id;
    return (left > right) - (left < right);
}

static void add_customers(struct query *query, const struct run_item *items, size_t count)
{
    int64_t *ids = ARENA_ARRAY(query->sql.arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = items[i].customer_id;
    }
    query_arg_ids(query, ids, count);
}

/* Customers by ascending id, as everybody locks them. */
static enum err lock_customers(struct db *db, struct arena *arena, struct run_item *items, size_t count)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT id, owner_id FROM customer FORCE INDEX (PRIMARY) WHERE deleted_at IS NULL AND id IN ");
    add_customers(&query, items, count);
    query_sql(&query, " ORDER BY id FOR UPDATE");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    for (size_t i = 0, r = 0; i < count; i++) {
        if (r < rows.count && items[i].customer_id == rows_get(&rows, r, 0).integer) {
            items[i].owner_id = opt_int_of(rows_get(&rows, r++, 1));
        } else {
            items[i].blocked = "deleted";
        }
    }
    return OK;
}

enum err run_store_take(struct db *db, struct arena *arena, int64_t batch_id, const char *result, int64_t limit,
                        struct run_item **rows_out, size_t *count_out)
{
    TRY(db_many(db, arena, &TAKE, ARGS(V(batch_id), V(result), V(limit)), rows_out, count_out));
    if (*count_out == 0) {
        return OK;
    }
    qsort(*rows_out, *count_out, sizeof **rows_out, compare_customers);
    return lock_customers(db, arena, *rows_out, *count_out);
}

/* What happened since is asked in the order in which people would name it. */
static const char *const TOUCHED =
    "SELECT a.customer_id, CASE WHEN a.ended_at IS NOT NULL THEN 'moved' "
    "WHEN EXISTS (SELECT 1 FROM follow_up f WHERE f.customer_id = a.customer_id AND f.deleted_at IS NULL "
    "AND f.created_at >= a.started_at) THEN 'followed_up' "
    "WHEN EXISTS (SELECT 1 FROM opportunity o WHERE o.customer_id = a.customer_id AND o.deleted_at IS NULL "
    "AND o.created_at >= a.started_at) THEN 'opportunity' "
    "WHEN EXISTS (SELECT 1 FROM contract k WHERE k.customer_id = a.customer_id AND k.deleted_at IS NULL "
    "AND k.created_at >= a.started_at) THEN 'contract' ELSE '' END FROM assignment a WHERE a.id IN ";

/* The word in our own text for a word of the statement above. */
static const char *touched_word(struct str word)
{
    static const char *const words[] = {"moved", "followed_up", "opportunity", "contract"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_eq_c(word, words[i])) {
            return words[i];
        }
    }
    return NULL;
}

enum err run_store_touched(struct db *db, struct arena *arena, struct run_item *items, size_t count)
{
    struct query query;
    struct rows rows;
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = items[i].assignment_id.value;
        items[i].blocked = items[i].blocked == NULL ? "moved" : items[i].blocked;
    }
    query_init(&query, arena);
    query_sql(&query, TOUCHED);
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY a.customer_id");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    for (size_t i = 0, r = 0; i < count && r < rows.count; i++) {
        if (items[i].customer_id == rows_get(&rows, r, 0).integer) {
            bool is_there = !str_eq_c(str_from(items[i].blocked), "deleted");
            items[i].blocked = is_there ? touched_word(rows_get(&rows, r, 1).text) : "deleted";
            r++;
        }
    }
    return OK;
}

enum { RESULT_WIDTH = 6 };

/* The rows are there: an insert that meets them is one statement for all, where updates would be one each. */
enum err run_store_set_results(struct db *db, struct arena *arena, int64_t batch_id, const struct run_result *results,
                               size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * RESULT_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * RESULT_WIDTH;
        row[0] = V(batch_id);
        row[1] = V(results[i].position);
        row[2] = V(results[i].result);
        row[3] = V(results[i].code);
        row[4] = V(results[i].detail);
        row[5] = V(results[i].assignment_id);
    }
    if (count == 0) {
        return OK;
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO assignment_batch_item (batch_id, position, result, code, detail, assignment_id) "
                       "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE result = VALUES(result), "
                       "code = VALUES(code), detail = VALUES(detail), assignment_id = VALUES(assignment_id)"),
                   values, RESULT_WIDTH, count);
}

enum err run_store_intervals(struct db *db, struct arena *arena, int64_t batch_id, const int64_t *customer_ids,
                             size_t count, int64_t **ids_out, int64_t **customers_out, size_t *count_out)
{
    struct query query;
    struct rows rows = {0};
    query_init(&query, arena);
    query_sql(&query, "SELECT id, customer_id FROM assignment WHERE open_customer_id IN ");
    if (count > 0) {
        query_arg_ids(&query, customer_ids, count);
        query_sql(&query, " AND batch_id = ");
        query_arg(&query, V(batch_id));
        query_sql(&query, " ORDER BY customer_id");
        TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    }
    *ids_out = ARENA_ARRAY(arena, int64_t, rows.count + 1);
    *customers_out = ARENA_ARRAY(arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        (*ids_out)[i] = rows_get(&rows, i, 0).integer;
        (*customers_out)[i] = rows_get(&rows, i, 1).integer;
    }
    *count_out = rows.count;
    return OK;
}

STATEMENT(REFUSE_REST, "batch.refuse_rest",
          "UPDATE assignment_batch_item SET result = 'refused', code = ?, detail = ? "
          "WHERE batch_id = ? AND result = 'pending'");

enum err run_store_refuse_rest(struct db *db, struct arena *arena, int64_t batch_id, const char *code,
                               struct str detail)
{
    return db_exec(db, arena, &REFUSE_REST, ARGS(V(code), V(detail), V(batch_id)));
}

enum err run_store_children(struct db *db, struct arena *arena, const struct object_child *child,
                            const int64_t *customer_ids, size_t count, struct run_child **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows = {0};
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, t.customer_id, t.owner_id FROM ");
    select_table(&query, object_find(child->object)->table);
    query_sql(&query, " t WHERE t.deleted_at IS NULL");
    if (child->only != NULL) {
        query_sql(&query, " AND ");
        query_sql(&query, child->only);
    }
    query_sql(&query, " AND t.customer_id IN ");
    if (count > 0) {
        query_arg_ids(&query, customer_ids, count);
        query_sql(&query, " ORDER BY t.customer_id, t.id");
        TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    }
    *rows_out = ARENA_ARRAY(arena, struct run_child, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        struct value owner = rows_get(&rows, i, 2);
        (*rows_out)[i] =
            (struct run_child){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer, opt_int_of(owner)};
    }
    *count_out = rows.count;
    return OK;
}

static const struct column SHARE[] = {COLUMN(struct run_share, user_id), COLUMN(struct run_share, count)};
STATEMENT_ROWS(SHARES, "batch.shares", struct run_share, SHARE,
               "SELECT COALESCE(to_owner_id, 0) AS user_id, COUNT(*) AS `count` FROM assignment_batch_item "
               "WHERE batch_id = ? AND result = 'assigned' GROUP BY to_owner_id");

enum err run_store_shares(struct db *db, struct arena *arena, int64_t batch_id, struct run_share **rows_out,
                          size_t *count_out)
{
    return db_many(db, arena, &SHARES, ARGS(V(batch_id)), rows_out, count_out);
}

static struct run_line make_line(const struct rows *rows, size_t index)
{
    bool is_visible = rows_get(rows, index, 3).integer != 0;
    struct run_line line = {
        .position = rows_get(rows, index, 0).integer,
        .customer_id = opt_int_of(rows_get(rows, index, 2)),
        .from_owner_id = opt_int_of(rows_get(rows, index, 5)),
        .from_owner = opt_str_of(rows_get(rows, index, 6)),
        .to_owner_id = opt_int_of(rows_get(rows, index, 7)),
        .to_owner = opt_str_of(rows_get(rows, index, 8)),
        .rule = opt_int_of(rows_get(rows, index, 9)),
        .result = rows_get(rows, index, 10).text,
        .code = opt_str_of(rows_get(rows, index, 11)),
        .detail = opt_str_of(rows_get(rows, index, 12)),
    };
    if (is_visible) {
        line.line = opt_str_of(rows_get(rows, index, 1));
        line.name = opt_str_of(rows_get(rows, index, 4));
    }
    return line;
}

enum err run_store_lines(struct request *request, int64_t batch_id, struct str result, int64_t after, int64_t limit,
                         struct run_line **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT i.position, i.line, i.customer_id, (b.owner_id = ");
    query_arg(&query, V(request->user->user_id));
    query_sql(&query, " OR EXISTS (SELECT 1 FROM customer t WHERE t.id = i.customer_id AND ");
    scope_predicate(&query, request, &CUSTOMER, "t", false);
    query_sql(&query, ")), i.name, i.from_owner_id, f.name, i.to_owner_id, o.name, i.rule, i.result, i.code, "
                      "i.detail FROM assignment_batch_item i JOIN assignment_batch b ON b.id = i.batch_id "
                      "LEFT JOIN `user` f ON f.id = i.from_owner_id LEFT JOIN `user` o ON o.id = i.to_owner_id "
                      "WHERE i.batch_id = ");
    query_arg(&query, V(batch_id));
    if (result.len > 0) {
        query_sql(&query, " AND i.result = ");
        query_arg(&query, V(result));
    }
    query_sql(&query, " AND i.position > ");
    query_arg(&query, V(after));
    query_sql(&query, " ORDER BY i.position LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(request->arena, struct run_line, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = make_line(&rows, i);
    }
    *count_out = rows.count;
    return OK;
}
