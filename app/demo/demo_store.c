/* SQL of the demo beyond records. */
#include "demo_store.h"

struct number {
    int64_t value;
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};

STATEMENT(SET_COMPANY, "demo.company", "UPDATE company SET name = ? WHERE id = 1");
STATEMENT(SET_TOP, "demo.top", "UPDATE department SET name = ? WHERE parent_id IS NULL");
STATEMENT_ROWS(TOP, "demo.top_department", struct number, NUMBER,
               "SELECT id AS value FROM department WHERE parent_id IS NULL ORDER BY id LIMIT 1");
STATEMENT_ROWS(ROLE, "demo.role", struct number, NUMBER, "SELECT id AS value FROM role WHERE code = ?");
STATEMENT_ROWS(STAGES, "demo.stages", struct number, NUMBER,
               "SELECT s.id AS value FROM stage s JOIN pipeline p ON p.id = s.pipeline_id WHERE p.is_default AND "
               "s.deleted_at IS NULL "
               "ORDER BY s.sort_order LIMIT 8");
STATEMENT_ROWS(PIPELINE, "demo.pipeline", struct number, NUMBER,
               "SELECT id AS value FROM pipeline WHERE is_default AND deleted_at IS NULL ORDER BY id LIMIT 1");
STATEMENT_ROWS(LOST_REASON, "demo.lost_reason", struct number, NUMBER,
               "SELECT id AS value FROM close_reason WHERE kind = 'lost' AND is_active AND NOT needs_competitor "
               "AND NOT needs_note ORDER BY sort_order, id LIMIT ?, 1");
STATEMENT_ROWS(CUSTOMERS_OF, "demo.customers_of", struct number, NUMBER,
               "SELECT id AS value FROM customer WHERE owner_id = ? AND deleted_at IS NULL ORDER BY id LIMIT 4");
STATEMENT(MARKS, "demo.marks",
          "INSERT IGNORE INTO guide_mark (opportunity_id, item_id, done_at, done_by_id) "
          "SELECT o.id, i.id, o.created_at + INTERVAL 1 + MOD(i.id, 3) DAY, o.owner_id FROM opportunity o "
          "JOIN stage f ON f.id = o.furthest_stage_id JOIN stage s ON s.pipeline_id = o.pipeline_id "
          "JOIN guide_item i ON i.stage_id = s.id AND i.kind IN ('ask', 'deliver', 'confirm') AND i.deleted_at IS NULL "
          "WHERE (f.kind = 'won' OR s.sort_order <= f.sort_order) AND MOD(CRC32(CONCAT(o.id, '-', i.id)), 100) < "
          "CASE o.status WHEN 'won' THEN 80 WHEN 'lost' THEN 40 ELSE 60 END");
STATEMENT(ADD_ADMIN, "demo.add_admin",
          "INSERT INTO `user` (login, name, department_id, created_at, updated_at) "
          "SELECT 'admin', '管理员', MIN(id), ?, ? FROM department WHERE parent_id IS NULL");
STATEMENT(PLACE_ADMIN, "demo.place_admin",
          "INSERT INTO user_assignment (user_id, department_id, valid_from, created_at) SELECT id, department_id, "
          "'1000-01-01', ? FROM `user` WHERE login = 'admin'");
STATEMENT(GIVE_ROLE, "demo.give_role",
          "INSERT INTO user_role (user_id, role_id) SELECT u.id, r.id FROM `user` u JOIN role r ON r.code = 'admin' "
          "WHERE u.login = 'admin'");

enum err demo_store_company(struct db *db, struct arena *arena, struct str name)
{
    TRY(db_exec(db, arena, &SET_COMPANY, ARGS(V(name))));
    return db_exec(db, arena, &SET_TOP, ARGS(V(name)));
}

enum err demo_store_top_department(struct db *db, struct arena *arena, int64_t *out)
{
    return db_one(db, arena, &TOP, NO_ARGS, out);
}

enum err demo_store_role(struct db *db, struct arena *arena, const char *code, int64_t *out)
{
    return db_one(db, arena, &ROLE, ARGS(V(code)), out);
}

enum err demo_store_stages(struct db *db, struct arena *arena, int64_t stages_out[8])
{
    int64_t *ids;
    size_t count;
    TRY(db_many(db, arena, &STAGES, NO_ARGS, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        stages_out[i] = ids[i];
    }
    return count >= 6 ? OK : ERR_NOT_FOUND;
}

enum err demo_store_admin(struct db *db, struct arena *arena, struct instant now)
{
    TRY(db_exec(db, arena, &ADD_ADMIN, ARGS(V(now), V(now))));
    TRY(db_exec(db, arena, &PLACE_ADMIN, ARGS(V(now))));
    return db_exec(db, arena, &GIVE_ROLE, NO_ARGS);
}

enum err demo_store_pipeline(struct db *db, struct arena *arena, int64_t *out)
{
    return db_one(db, arena, &PIPELINE, NO_ARGS, out);
}

enum err demo_store_lost_reason(struct db *db, struct arena *arena, int64_t position, int64_t *out)
{
    return db_one(db, arena, &LOST_REASON, ARGS(V(position)), out);
}

enum err demo_store_customers_of(struct db *db, struct arena *arena, int64_t owner_id, int64_t ids_out[4],
                                 size_t *count_out)
{
    int64_t *ids;
    TRY(db_many(db, arena, &CUSTOMERS_OF, ARGS(V(owner_id)), &ids, count_out));
    for (size_t i = 0; i < *count_out; i++) {
        ids_out[i] = ids[i];
    }
    return OK;
}

enum err demo_store_marks(struct db *db, struct arena *arena)
{
    return db_exec(db, arena, &MARKS, NO_ARGS);
}

STATEMENT(DATE_AUDIT, "demo.date_audit",
          "UPDATE audit_entry SET at = ? WHERE object = ? AND record_id = ? AND action = 'create'");

enum err demo_store_date_audit(struct db *db, struct arena *arena, const char *object, int64_t id, struct instant at)
{
    return db_exec(db, arena, &DATE_AUDIT, ARGS(V(at), V(object), V(id)));
}
