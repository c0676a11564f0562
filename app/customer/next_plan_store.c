/* SQL of plans. */
#include "next_plan_store.h"

STATEMENT(CLOSE, "plan.close",
          "UPDATE follow_up SET plan_status = ?, plan_closed_at = ?, plan_follow_up_id = ?, version = version + 1, "
          "updated_at = ? WHERE id = ? AND plan_status = 'open'");
STATEMENT(RENEW, "plan.renew", "UPDATE follow_up SET plan_notice = 0 WHERE id = ? AND plan_notice <> 0");
STATEMENT(TOLD, "plan.told", "UPDATE follow_up SET plan_notice = ? WHERE id = ?");

static const struct column PLAN[] = {
    COLUMN(struct plan_row, id),   COLUMN(struct plan_row, owner_id), COLUMN(struct plan_row, customer_name),
    COLUMN(struct plan_row, plan), COLUMN(struct plan_row, at),
};
STATEMENT_ROWS(DUE, "plan.due", struct plan_row, PLAN,
               "SELECT f.id, u.id AS owner_id, c.name AS customer_name, f.next_plan AS plan, COALESCE(f.next_plan_at, "
               "f.followed_at) AS at "
               "FROM follow_up f "
               "JOIN customer c ON c.id = f.customer_id AND c.deleted_at IS NULL "
               "JOIN `user` u ON u.id = f.owner_id AND u.status = 'active' AND u.deleted_at IS NULL "
               "WHERE f.plan_status = 'open' AND f.next_plan_at > ? AND f.next_plan_at <= ? AND f.plan_notice < ? "
               "AND f.deleted_at IS NULL ORDER BY f.next_plan_at, f.id LIMIT ? FOR UPDATE");

enum err plan_store_close(struct db *db, struct arena *arena, int64_t follow_up_id, const char *status,
                          struct opt_int done_by, struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &CLOSE, ARGS(V(status), V(now), V(done_by), V(now), V(follow_up_id)), &result));
    return result.affected == 1 ? OK : ERR_CONFLICT;
}

enum err plan_store_renew(struct db *db, struct arena *arena, int64_t follow_up_id)
{
    return db_exec(db, arena, &RENEW, ARGS(V(follow_up_id)));
}

enum err plan_store_due(struct db *db, struct arena *arena, int64_t notice, struct instant from, struct instant to,
                        int64_t limit, struct plan_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &DUE, ARGS(V(from), V(to), V(notice), V(limit)), rows_out, count_out);
}

enum err plan_store_told(struct db *db, struct arena *arena, int64_t follow_up_id, int64_t notice)
{
    return db_exec(db, arena, &TOLD, ARGS(V(notice), V(follow_up_id)));
}
