/* SQL of conflict claims. */
#include "conflict_store.h"

#include "customer.h"
#include "platform/query.h"
#include "platform/scope.h"

static const struct column CLAIM[] = {
    COLUMN(struct claim_row, id),
    COLUMN(struct claim_row, customer_id),
    COLUMN(struct claim_row, customer_name),
    COLUMN(struct claim_row, customer_deleted),
    COLUMN(struct claim_row, claimant_id),
    COLUMN(struct claim_row, claimant_name),
    COLUMN(struct claim_row, owner_id),
    COLUMN(struct claim_row, owner_name),
    COLUMN(struct claim_row, present_owner_id),
    COLUMN(struct claim_row, duplicate_id),
    COLUMN(struct claim_row, claimed_name),
    COLUMN(struct claim_row, reason),
    COLUMN(struct claim_row, evidence),
    COLUMN(struct claim_row, first_contact_at),
    COLUMN(struct claim_row, status),
    COLUMN(struct claim_row, outcome),
    COLUMN(struct claim_row, decision_reason),
    COLUMN(struct claim_row, decided_at),
    COLUMN(struct claim_row, decided_by_name),
    COLUMN(struct claim_row, created_at),
    COLUMN(struct claim_row, version),
};
#define CLAIM_COLUMNS                                                                                                  \
    "SELECT q.id, q.customer_id, c.name AS customer_name, c.deleted_at IS NOT NULL AS customer_deleted, "              \
    "q.claimant_id, a.name AS claimant_name, q.owner_id, o.name AS owner_name, c.owner_id AS present_owner_id, "       \
    "q.duplicate_id, q.claimed_name, q.reason, q.evidence, q.first_contact_at, q.status, q.outcome, "                  \
    "q.decision_reason, q.decided_at, d.name AS decided_by_name, q.created_at, q.version "                             \
    "FROM conflict_claim q "                                                                                           \
    "JOIN customer c ON c.id = q.customer_id "                                                                         \
    "JOIN `user` a ON a.id = q.claimant_id "                                                                           \
    "LEFT JOIN `user` o ON o.id = q.owner_id "                                                                         \
    "LEFT JOIN `user` d ON d.id = q.decided_by_id "

STATEMENT_ROWS(GET, "conflict.get", struct claim_row, CLAIM, CLAIM_COLUMNS "WHERE q.id = ?");
STATEMENT_ROWS(LOCK, "conflict.lock", struct claim_row, CLAIM, CLAIM_COLUMNS "WHERE q.id = ? FOR UPDATE");
STATEMENT_ROWS(BY_IDS, "conflict.by_ids", struct claim_row, CLAIM,
               CLAIM_COLUMNS "WHERE FIND_IN_SET(q.id, ?) > 0 AND q.id BETWEEN ? AND ? ORDER BY q.id DESC");
STATEMENT(
    INSERT, "conflict.insert",
    "INSERT INTO conflict_claim (customer_id, claimant_id, owner_id, duplicate_id, claimed_name, reason, evidence, "
    "first_contact_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(DECIDE, "conflict.decide",
          "UPDATE conflict_claim SET status = ?, outcome = ?, decision_reason = ?, decided_at = ?, decided_by_id = ?, "
          "version = version + 1, updated_at = ? WHERE id = ? AND status = 'open'");
STATEMENT(SHARE, "conflict.share",
          "INSERT INTO record_share (object, record_id, user_id, can_edit, cascade_to, until_on, created_at, "
          "created_by_id) VALUES ('customer', ?, ?, TRUE, 'contact,follow_up,opportunity,contract', ?, ?, ?) "
          "ON DUPLICATE KEY UPDATE can_edit = TRUE, cascade_to = VALUES(cascade_to), until_on = VALUES(until_on), "
          "created_at = VALUES(created_at), created_by_id = VALUES(created_by_id)");

/* Ids of claims the user may see: own ones, those to own customers, and for deciders those to customers they may
 * change. */
static void add_visible(struct query *query, struct request *request, bool own_only, bool deciding)
{
    struct value me = V(request->user->user_id);
    query_sql(query, " AND (q.claimant_id = ");
    query_arg(query, me);
    if (!own_only) {
        query_sql(query, " OR c.owner_id = ");
        query_arg(query, me);
    }
    if (!own_only && deciding) {
        query_sql(query, " OR ");
        scope_predicate(query, request, &CUSTOMER, "c", true);
    }
    query_sql(query, ")");
}

enum err claim_store_list(struct request *request, struct str status, bool own_only, bool deciding, int64_t before_id,
                          int64_t limit, struct claim_row **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    struct buf ids;
    query_init(&query, request->arena);
    buf_init(&ids, request->arena);
    query_sql(&query, "SELECT q.id FROM conflict_claim q JOIN customer c ON c.id = q.customer_id WHERE q.id < ");
    query_arg(&query, V(before_id));
    if (status.len > 0) {
        query_sql(&query, " AND q.status = ");
        query_arg(&query, V(status));
    }
    add_visible(&query, request, own_only, deciding);
    query_sql(&query, " ORDER BY q.id DESC LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *count_out = 0;
    if (rows.count == 0) {
        return OK;
    }
    for (size_t i = 0; i < rows.count; i++) {
        buf_format(&ids, "%s%lld", i == 0 ? "" : ",", (long long)rows_get(&rows, i, 0).integer);
    }
    struct value newest = rows_get(&rows, 0, 0);
    struct value oldest = rows_get(&rows, rows.count - 1, 0);
    return db_many(request->db, request->arena, &BY_IDS, ARGS(V(buf_str(&ids)), oldest, newest), rows_out, count_out);
}

enum err claim_store_get(struct db *db, struct arena *arena, int64_t id, bool lock, struct claim_row *out)
{
    return db_one(db, arena, lock ? &LOCK : &GET, ARGS(V(id)), out);
}

enum err claim_store_insert(struct db *db, struct arena *arena, const struct claim_row *claim, struct instant now,
                            int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT,
                       ARGS(V(claim->customer_id), V(claim->claimant_id), V(claim->owner_id), V(claim->duplicate_id),
                            V(claim->claimed_name), V(claim->reason), V(claim->evidence), V(claim->first_contact_at),
                            V(now), V(now)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err claim_store_decide(struct db *db, struct arena *arena, int64_t id, const char *status, struct opt_str outcome,
                            struct value reason, int64_t user_id, struct instant now)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &DECIDE, ARGS(V(status), V(outcome), reason, V(now), V(user_id), V(now), V(id)),
                       &result));
    return result.affected == 1 ? OK : ERR_CONFLICT;
}

enum err claim_store_share(struct db *db, struct arena *arena, int64_t customer_id, int64_t user_id,
                           struct opt_date until, int64_t by_id, struct instant now)
{
    return db_exec(db, arena, &SHARE, ARGS(V(customer_id), V(user_id), V(until), V(now), V(by_id)));
}

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(DECIDERS, "conflict.deciders", struct number, NUMBER,
               "SELECT u.id AS value FROM ("
               "SELECT o.manager_id AS id, 0 AS rank FROM customer c JOIN `user` o ON o.id = c.owner_id WHERE c.id = ? "
               "UNION ALL SELECT d.manager_id, 1 + p.depth FROM customer c "
               "JOIN department_path p ON p.descendant_id = c.department_id JOIN department d ON d.id = p.ancestor_id "
               "WHERE c.id = ? "
               "UNION ALL SELECT ur.user_id, 1000 FROM user_role ur JOIN role r ON r.id = ur.role_id "
               "WHERE r.code = 'operations') x "
               "JOIN `user` u ON u.id = x.id AND u.status = 'active' AND u.deleted_at IS NULL "
               "GROUP BY u.id ORDER BY MIN(x.rank), u.id");

enum err claim_store_deciders(struct db *db, struct arena *arena, int64_t customer_id, int64_t **ids_out,
                              size_t *count_out)
{
    return db_many(db, arena, &DECIDERS, ARGS(V(customer_id), V(customer_id)), ids_out, count_out);
}

static const struct column EVIDENCE[] = {
    COLUMN(struct evidence_row, at),      COLUMN(struct evidence_row, side),      COLUMN(struct evidence_row, kind),
    COLUMN(struct evidence_row, user_id), COLUMN(struct evidence_row, user_name), COLUMN(struct evidence_row, count),
};
/* Follow-ups of a side are those the person made with the contested customer or with the one made beside it. */
STATEMENT_ROWS(
    FIND_EVIDENCE, "conflict.evidence", struct evidence_row, EVIDENCE,
    "SELECT x.at, x.side, x.kind, x.user_id, u.name AS user_name, x.count FROM ("
    "SELECT c.created_at AS at, 'customer' AS side, 'created' AS kind, c.created_by_id AS user_id, NULL AS count "
    "FROM customer c WHERE c.id = ? "
    "UNION ALL SELECT c.created_at, 'claimant', 'duplicate', c.created_by_id, NULL FROM customer c WHERE c.id = ? "
    "UNION ALL SELECT a.started_at, IF(a.owner_id = ?, 'claimant', 'owner'), 'held', a.owner_id, NULL "
    "FROM assignment a WHERE a.customer_id = ? "
    "UNION ALL SELECT MIN(f.followed_at), IF(f.owner_id = ?, 'claimant', 'owner'), 'follow_up', f.owner_id, COUNT(*) "
    "FROM follow_up f WHERE f.customer_id IN (?, ?) AND f.deleted_at IS NULL AND f.owner_id IS NOT NULL "
    "GROUP BY f.owner_id "
    "UNION ALL SELECT MAX(f.followed_at), IF(f.owner_id = ?, 'claimant', 'owner'), 'last_follow_up', f.owner_id, NULL "
    "FROM follow_up f WHERE f.customer_id IN (?, ?) AND f.deleted_at IS NULL AND f.owner_id IS NOT NULL "
    "GROUP BY f.owner_id "
    "UNION ALL SELECT MIN(p.created_at), IF(p.owner_id = ?, 'claimant', 'owner'), 'opportunity', p.owner_id, COUNT(*) "
    "FROM opportunity p WHERE p.customer_id IN (?, ?) AND p.deleted_at IS NULL AND p.owner_id IS NOT NULL "
    "GROUP BY p.owner_id "
    "UNION ALL SELECT MIN(k.created_at), IF(k.owner_id = ?, 'claimant', 'owner'), 'contract', k.owner_id, COUNT(*) "
    "FROM contract k WHERE k.customer_id IN (?, ?) AND k.deleted_at IS NULL AND k.owner_id IS NOT NULL "
    "GROUP BY k.owner_id"
    ") x LEFT JOIN `user` u ON u.id = x.user_id ORDER BY x.at, x.side, x.kind, x.user_id");

enum err claim_store_evidence(struct db *db, struct arena *arena, const struct claim_row *claim,
                              struct evidence_row **rows_out, size_t *count_out)
{
    struct value customer = V(claim->customer_id);
    struct value beside = claim->duplicate_id.set ? V(claim->duplicate_id.value) : V((int64_t)0);
    struct value claimant = V(claim->claimant_id);
    return db_many(db, arena, &FIND_EVIDENCE,
                   ARGS(customer, beside, claimant, customer, claimant, customer, beside, claimant, customer, beside,
                        claimant, customer, beside, claimant, customer, beside),
                   rows_out, count_out);
}
