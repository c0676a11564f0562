/* SQL of newcomers. */
#include "newcomer_store.h"

static const struct column RAMP[] = {COLUMN(struct ramp_row, ramp_ppm), COLUMN(struct ramp_row, version)};
STATEMENT_ROWS(GET_RAMP, "target.ramp", struct ramp_row, RAMP,
               "SELECT ramp_ppm, version FROM target_setting WHERE id = 1");
STATEMENT(PUT_RAMP, "target.put_ramp",
          "UPDATE target_setting SET ramp_ppm = ?, version = version + 1, updated_at = ?, updated_by_id = ? "
          "WHERE id = 1 AND version = ?");
static const struct column COLLEAGUE[] = {COLUMN(struct colleague, user_id), COLUMN(struct colleague, joined_on)};
STATEMENT_ROWS(COLLEAGUES, "target.colleagues", struct colleague, COLLEAGUE,
               "SELECT u.id AS user_id, u.joined_on FROM `user` me JOIN `user` u ON u.department_id = me.department_id "
               "AND u.id <> me.id AND u.status = 'active' AND u.deleted_at IS NULL WHERE me.id = ? AND EXISTS "
               "(SELECT 1 FROM user_role mine JOIN user_role theirs ON theirs.role_id = mine.role_id "
               "WHERE mine.user_id = me.id AND theirs.user_id = u.id) ORDER BY u.id LIMIT 200");

enum err ramp_store_get(struct db *db, struct arena *arena, struct ramp_row *out)
{
    return db_one(db, arena, &GET_RAMP, NO_ARGS, out);
}

enum err ramp_store_put(struct request *request, struct str ramp_ppm, int64_t version)
{
    struct db_result written;
    TRY(db_exec_result(request->db, request->arena, &PUT_RAMP,
                       ARGS(V(ramp_ppm), V(request->now), V(request->user->user_id), V(version)), &written));
    return written.affected == 1 ? OK : ERR_STALE_VERSION;
}

enum err colleague_store_list_unscoped(struct db *db, struct arena *arena, int64_t user_id, struct colleague **rows_out,
                                       size_t *count_out)
{
    return db_many(db, arena, &COLLEAGUES, ARGS(V(user_id)), rows_out, count_out);
}
