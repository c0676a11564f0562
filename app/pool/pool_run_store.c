/* SQL of runs and their items. */
#include "recycle_store.h"

static const struct column RUN[] = {COLUMN(struct run_row, id), COLUMN(struct run_row, run_on),
                                    COLUMN(struct run_row, slot), COLUMN(struct run_row, status),
                                    COLUMN(struct run_row, warned_count)};
#define RUN_COLUMNS "SELECT id, run_on, slot, status, warned_count FROM pool_run "
STATEMENT_ROWS(FIND_RUN, "pool_run.find", struct run_row, RUN,
               RUN_COLUMNS "WHERE slot = ? AND (run_on = ? OR status IN ('planning', 'running')) "
                           "ORDER BY status NOT IN ('planning', 'running'), run_on LIMIT 1");
STATEMENT_ROWS(LOCK_RUN, "pool_run.lock", struct run_row, RUN, RUN_COLUMNS "WHERE id = ? FOR UPDATE");
STATEMENT(ADD_RUN, "pool_run.add",
          "INSERT IGNORE INTO pool_run (name, run_on, slot, started_at, created_at, created_by_id, updated_at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)");
STATEMENT(SET_STATUS, "pool_run.set_status", "UPDATE pool_run SET status = ?, updated_at = ? WHERE id = ?");
STATEMENT(FINISH_RUN, "pool_run.finish",
          "UPDATE pool_run SET status = 'done', finished_at = ?, updated_at = ?, version = version + 1, "
          "taken_count = (SELECT COUNT(*) FROM pool_run_item WHERE run_id = ? AND result = 'taken'), "
          "skipped_count = (SELECT COUNT(*) FROM pool_run_item WHERE run_id = ? AND result <> 'taken') WHERE id = ?");
STATEMENT(ADD_WARNED, "pool_run.add_warned", "UPDATE pool_run SET warned_count = warned_count + ? WHERE id = ?");
STATEMENT(
    SET_UNDONE, "pool_run.set_undone",
    "UPDATE pool_run SET status = 'undone', undone_at = ?, undone_by_id = ?, updated_at = ?, version = version + 1 "
    "WHERE id = ?");

enum err pool_run_store_find(struct db *db, struct arena *arena, struct date day, struct str slot, struct run_row *out)
{
    return db_one(db, arena, &FIND_RUN, ARGS(V(slot), V(day)), out);
}

/* The day; of one that somebody started, with the time by the company's clock. */
static struct str name_of(const struct request *request, struct date day, struct str slot)
{
    struct str date = date_format(request->arena, day);
    if (str_eq_c(slot, "nightly")) {
        return date;
    }
    int64_t minutes = (request->now.ms - date_start(day, request->zone).ms) / 60000;
    return str_format(request->arena, "%.*s %02lld:%02lld", STR_ARG(date), (long long)(minutes / 60),
                      (long long)(minutes % 60));
}

enum err pool_run_store_add(struct request *request, struct date day, struct str slot)
{
    struct str name = name_of(request, day, slot);
    return db_exec(
        request->db, request->arena, &ADD_RUN,
        ARGS(V(name), V(day), V(slot), V(request->now), V(request->now), request_actor(request), V(request->now)));
}

enum err pool_run_store_lock(struct db *db, struct arena *arena, int64_t run_id, struct run_row *out)
{
    return db_one(db, arena, &LOCK_RUN, ARGS(V(run_id)), out);
}

enum err pool_run_store_set_status(struct request *request, int64_t run_id, const char *status)
{
    return db_exec(request->db, request->arena, &SET_STATUS, ARGS(V(status), V(request->now), V(run_id)));
}

enum err pool_run_store_finish(struct request *request, int64_t run_id)
{
    struct value now = V(request->now);
    return db_exec(request->db, request->arena, &FINISH_RUN, ARGS(now, now, V(run_id), V(run_id), V(run_id)));
}

enum err pool_run_store_add_warned(struct request *request, int64_t run_id, int64_t count)
{
    return db_exec(request->db, request->arena, &ADD_WARNED, ARGS(V(count), V(run_id)));
}

enum err pool_run_store_set_undone(struct request *request, int64_t run_id)
{
    return db_exec(request->db, request->arena, &SET_UNDONE,
                   ARGS(V(request->now), request_actor(request), V(request->now), V(run_id)));
}

/* ---- items ---- */

static const struct column ITEM[] = {COLUMN(struct item_row, id), COLUMN(struct item_row, customer_id),
                                     COLUMN(struct item_row, owner_id), COLUMN(struct item_row, rule_id),
                                     COLUMN(struct item_row, pool_id)};
STATEMENT_ROWS(FIND_ITEMS, "pool_run.items", struct item_row, ITEM,
               "SELECT id, customer_id, owner_id, rule_id, pool_id FROM pool_run_item WHERE run_id = ? AND result = ? "
               "ORDER BY rule_id, id LIMIT ?");

enum err pool_run_store_items(struct db *db, struct arena *arena, int64_t run_id, const char *result, int64_t limit,
                              struct item_row **rows_out, size_t *count_out)
{
    TRY(db_many(db, arena, &FIND_ITEMS, ARGS(V(run_id), V(result), V(limit)), rows_out, count_out));
    /* A chunk is of one rule. */
    for (size_t i = 1; i < *count_out; i++) {
        if ((*rows_out)[i].rule_id != (*rows_out)[0].rule_id) {
            *count_out = i;
        }
    }
    return OK;
}

enum { RESULT_WIDTH = 3 };

enum err pool_run_store_set_results(struct request *request, const struct item_row *items, const char *const *results,
                                    size_t count)
{
    struct value *values = ARENA_ARRAY(request->arena, struct value, count * RESULT_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        values[i * RESULT_WIDTH] = V(results[i]);
        values[i * RESULT_WIDTH + 1] = V(request->now);
        values[i * RESULT_WIDTH + 2] = V(items[i].id);
    }
    return db_bulk(request->db, request->arena,
                   STR("UPDATE pool_run_item SET result = ?, updated_at = ?, version = version + 1 "
                       "WHERE id = ?"),
                   values, RESULT_WIDTH, count);
}

enum err pool_run_store_untouched(struct db *db, struct arena *arena, int64_t run_id, const int64_t *ids, size_t count,
                                  struct rows *out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "SELECT c.id FROM customer c JOIN pool_event l ON l.id = (SELECT MAX(e.id) FROM pool_event e "
                      "WHERE e.customer_id = c.id) WHERE c.owner_id IS NULL AND c.pool_id IS NOT NULL "
                      "AND c.deleted_at IS NULL AND l.kind = 'recycle' AND l.run_id = ");
    query_arg(&query, V(run_id));
    query_sql(&query, " AND c.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY c.id FOR UPDATE");
    return db_query(db, arena, query_text(&query), query_args(&query), out);
}

static const struct column TOLD[] = {COLUMN(struct told_row, user_id), COLUMN(struct told_row, customers)};
STATEMENT_ROWS(FIND_HOLDERS, "pool_run.holders", struct told_row, TOLD,
               "SELECT owner_id AS user_id, COUNT(*) AS customers FROM pool_run_item WHERE run_id = ? AND result = ? "
               "GROUP BY owner_id");

enum err pool_run_store_holders(struct db *db, struct arena *arena, int64_t run_id, const char *result,
                                struct told_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &FIND_HOLDERS, ARGS(V(run_id), V(result)), rows_out, count_out);
}

struct manager_row {
    struct opt_int manager_id; /* of the person */
};
static const struct column MANAGER[] = {COLUMN(struct manager_row, manager_id)};
STATEMENT_ROWS(FIND_MANAGER, "pool_run.manager", struct manager_row, MANAGER,
               "SELECT manager_id FROM `user` WHERE id = ?");

enum err pool_run_store_manager(struct db *db, struct arena *arena, int64_t user_id, struct opt_int *out)
{
    struct manager_row row;
    TRY(db_one(db, arena, &FIND_MANAGER, ARGS(V(user_id)), &row));
    *out = row.manager_id;
    return OK;
}
