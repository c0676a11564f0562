/* SQL of promises. */
#include "sla_store.h"

#include "platform/query.h"

static const struct column POLICY[] = {
    COLUMN(struct sla_policy_row, id),
    COLUMN(struct sla_policy_row, touch_hours),
    COLUMN(struct sla_policy_row, remind_before_hours),
    COLUMN(struct sla_policy_row, escalate_after_hours),
    COLUMN(struct sla_policy_row, take_back_after_hours),
};
STATEMENT_ROWS(GET_POLICY, "sla.policy", struct sla_policy_row, POLICY,
               "SELECT id, touch_hours, remind_before_hours, escalate_after_hours, take_back_after_hours "
               "FROM sla_policy WHERE id = ? AND deleted_at IS NULL");
STATEMENT_ROWS(GET_DEFAULT, "sla.default", struct sla_policy_row, POLICY,
               "SELECT id, touch_hours, remind_before_hours, escalate_after_hours, take_back_after_hours "
               "FROM sla_policy WHERE is_default AND deleted_at IS NULL ORDER BY id DESC LIMIT 1");
STATEMENT(
    ONLY_DEFAULT, "sla.only_default",
    "UPDATE sla_policy SET is_default = FALSE, version = version + 1, updated_at = ? WHERE is_default AND id <> ?");

enum err sla_store_policy(struct db *db, struct arena *arena, int64_t id, struct sla_policy_row *out)
{
    return db_one(db, arena, &GET_POLICY, ARGS(V(id)), out);
}

enum err sla_store_default_policy(struct db *db, struct arena *arena, struct sla_policy_row *out)
{
    return db_one(db, arena, &GET_DEFAULT, NO_ARGS, out);
}

enum err sla_store_only_default(struct db *db, struct arena *arena, int64_t id, struct instant now)
{
    return db_exec(db, arena, &ONLY_DEFAULT, ARGS(V(now), V(id)));
}

enum { PROMISE_WIDTH = 3 };

enum err sla_store_promise(struct db *db, struct arena *arena, const struct sla_promise *promises, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * PROMISE_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        values[i * PROMISE_WIDTH] = V(promises[i].assignment_id);
        values[i * PROMISE_WIDTH + 1] = V(promises[i].step);
        values[i * PROMISE_WIDTH + 2] = V(promises[i].due_at);
    }
    return db_bulk(db, arena, STR("INSERT INTO sla_step (assignment_id, step, due_at) VALUES (?, ?, ?)"), values,
                   PROMISE_WIDTH, count);
}

/* Which steps wait; whoever takes them first has them. */
struct waiting_row {
    int64_t assignment_id; /* interval */
    struct str step;       /* which */
};
static const struct column WAITING[] = {COLUMN(struct waiting_row, assignment_id), COLUMN(struct waiting_row, step)};
STATEMENT_ROWS(TAKE, "sla.take", struct waiting_row, WAITING,
               "SELECT assignment_id, step FROM sla_step WHERE done_at IS NULL AND due_at <= ? "
               "ORDER BY due_at, assignment_id LIMIT ? FOR UPDATE SKIP LOCKED");

static const struct column DUE[] = {
    COLUMN(struct sla_due, assignment_id), COLUMN(struct sla_due, customer_id),  COLUMN(struct sla_due, name),
    COLUMN(struct sla_due, owner_id),      COLUMN(struct sla_due, manager_id),   COLUMN(struct sla_due, touched_at),
    COLUMN(struct sla_due, ended_at),      COLUMN(struct sla_due, first_due_at), COLUMN(struct sla_due, from_pool_id),
};
STATEMENT_ROWS(
    READ_DUE, "sla.due", struct sla_due, DUE,
    "SELECT a.id AS assignment_id, a.customer_id, c.name, a.owner_id, COALESCE(u.manager_id, ("
    "SELECT d.manager_id FROM department_path p JOIN department d ON d.id = p.ancestor_id "
    "WHERE p.descendant_id = u.department_id AND d.deleted_at IS NULL AND d.manager_id <> u.id ORDER BY p.depth LIMIT 1"
    ")) AS manager_id, a.first_touch_at AS touched_at, a.ended_at, "
    "COALESCE(a.first_touch_due_at, a.started_at) AS first_due_at, a.from_pool_id "
    "FROM assignment a JOIN customer c ON c.id = a.customer_id JOIN `user` u ON u.id = a.owner_id "
    "WHERE a.id = ?");
struct id_row {
    int64_t id; /* record */
};
static const struct column ID[] = {COLUMN(struct id_row, id)};
/* The customer first, then its interval: the order in which a follow-up writes them. */
STATEMENT_ROWS(LOCK_CUSTOMER, "sla.lock_customer", struct id_row, ID,
               "SELECT c.id FROM customer c WHERE c.id = (SELECT a.customer_id FROM assignment a WHERE a.id = ?) "
               "FOR UPDATE");
STATEMENT_ROWS(LOCK_INTERVAL, "sla.lock_interval", struct id_row, ID,
               "SELECT id FROM assignment WHERE id = ? FOR UPDATE");
STATEMENT(SETTLE, "sla.settle",
          "UPDATE sla_step SET done_at = ?, result = ? WHERE assignment_id = ? AND step = ? AND done_at IS NULL");

enum err sla_store_due(struct db *db, struct arena *arena, struct instant now, int64_t limit, struct sla_due **rows_out,
                       size_t *count_out)
{
    struct waiting_row *waiting;
    size_t count;
    TRY(db_many(db, arena, &TAKE, ARGS(V(now), V(limit)), &waiting, &count));
    struct sla_due *rows = ARENA_ARRAY(arena, struct sla_due, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct id_row locked;
        TRY(db_one(db, arena, &LOCK_CUSTOMER, ARGS(V(waiting[i].assignment_id)), &locked));
        TRY(db_one(db, arena, &LOCK_INTERVAL, ARGS(V(waiting[i].assignment_id)), &locked));
        TRY(db_one(db, arena, &READ_DUE, ARGS(V(waiting[i].assignment_id)), &rows[i]));
        rows[i].step = waiting[i].step;
    }
    *rows_out = rows;
    *count_out = count;
    return OK;
}

enum err sla_store_settle(struct db *db, struct arena *arena, const struct sla_due *due, struct instant now,
                          const char *result)
{
    return db_exec(db, arena, &SETTLE, ARGS(V(now), V(result), V(due->assignment_id), V(due->step)));
}
