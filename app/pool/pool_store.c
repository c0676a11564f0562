/* SQL of pools: what they consist of, who belongs to them, what came in and went out. */
#include "pool_store.h"

#include "platform/scope.h"

struct number {
    int64_t value; /* the one column */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};

/* ---- parts of a pool ---- */

static const struct column MEMBER[] = {COLUMN(struct pool_member, user_id),  COLUMN(struct pool_member, department_id),
                                       COLUMN(struct pool_member, role_id),  COLUMN(struct pool_member, name),
                                       COLUMN(struct pool_member, is_admin), COLUMN(struct pool_member, weight)};
STATEMENT_ROWS(FIND_MEMBERS, "pool.members", struct pool_member, MEMBER,
               "SELECT m.user_id, m.department_id, m.role_id, COALESCE(u.name, d.name, r.name) AS name, m.is_admin, "
               "m.weight FROM pool_member m LEFT JOIN `user` u ON u.id = m.user_id "
               "LEFT JOIN department d ON d.id = m.department_id LEFT JOIN role r ON r.id = m.role_id "
               "WHERE m.pool_id = ? ORDER BY m.id");
STATEMENT(CLEAR_MEMBERS, "pool.clear_members", "DELETE FROM pool_member WHERE pool_id = ?");
STATEMENT(ADD_MEMBER, "pool.add_member",
          "INSERT INTO pool_member (pool_id, user_id, department_id, role_id, is_admin, weight) "
          "VALUES (?, ?, ?, ?, ?, ?)");

enum err pool_store_members(struct db *db, struct arena *arena, int64_t pool_id, struct pool_member **rows_out,
                            size_t *count_out)
{
    return db_many(db, arena, &FIND_MEMBERS, ARGS(V(pool_id)), rows_out, count_out);
}

enum err pool_store_set_members(struct db *db, struct arena *arena, int64_t pool_id, const struct pool_member *rows,
                                size_t count)
{
    TRY(db_exec(db, arena, &CLEAR_MEMBERS, ARGS(V(pool_id))));
    for (size_t i = 0; i < count; i++) {
        TRY(db_exec(db, arena, &ADD_MEMBER,
                    ARGS(V(pool_id), V(rows[i].user_id), V(rows[i].department_id), V(rows[i].role_id),
                         V(rows[i].is_admin), V(rows[i].weight))));
    }
    return OK;
}

static const struct column FIELD[] = {COLUMN(struct pool_field, field), COLUMN(struct pool_field, access)};
STATEMENT_ROWS(FIND_FIELDS, "pool.fields", struct pool_field, FIELD,
               "SELECT field, access FROM pool_field WHERE pool_id = ? ORDER BY field");
STATEMENT(CLEAR_FIELDS, "pool.clear_fields", "DELETE FROM pool_field WHERE pool_id = ?");
STATEMENT(ADD_FIELD, "pool.add_field", "INSERT INTO pool_field (pool_id, field, access) VALUES (?, ?, ?)");

enum err pool_store_fields(struct db *db, struct arena *arena, int64_t pool_id, struct pool_field **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &FIND_FIELDS, ARGS(V(pool_id)), rows_out, count_out);
}

enum err pool_store_set_fields(struct db *db, struct arena *arena, int64_t pool_id, const struct pool_field *rows,
                               size_t count)
{
    TRY(db_exec(db, arena, &CLEAR_FIELDS, ARGS(V(pool_id))));
    for (size_t i = 0; i < count; i++) {
        TRY(db_exec(db, arena, &ADD_FIELD, ARGS(V(pool_id), V(rows[i].field), V(rows[i].access))));
    }
    return OK;
}

struct reason_row {
    struct str reason; /* one may give it */
};
static const struct column REASON[] = {COLUMN(struct reason_row, reason)};
STATEMENT_ROWS(FIND_REASONS, "pool.reasons", struct reason_row, REASON,
               "SELECT reason FROM pool_reason WHERE pool_id = ? ORDER BY position");
STATEMENT(CLEAR_REASONS, "pool.clear_reasons", "DELETE FROM pool_reason WHERE pool_id = ?");
STATEMENT(ADD_REASON, "pool.add_reason", "INSERT INTO pool_reason (pool_id, position, reason) VALUES (?, ?, ?)");

enum err pool_store_reasons(struct db *db, struct arena *arena, int64_t pool_id, struct str **rows_out,
                            size_t *count_out)
{
    struct reason_row *rows;
    TRY(db_many(db, arena, &FIND_REASONS, ARGS(V(pool_id)), &rows, count_out));
    *rows_out = ARENA_ARRAY(arena, struct str, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*rows_out)[i] = rows[i].reason;
    }
    return OK;
}

enum err pool_store_set_reasons(struct db *db, struct arena *arena, int64_t pool_id, const struct str *rows,
                                size_t count)
{
    TRY(db_exec(db, arena, &CLEAR_REASONS, ARGS(V(pool_id))));
    for (size_t i = 0; i < count; i++) {
        TRY(db_exec(db, arena, &ADD_REASON, ARGS(V(pool_id), V((int64_t)i + 1), V(rows[i]))));
    }
    return OK;
}

/* ---- who belongs to which pool ---- */

#define MEMBER_OF                                                                                                      \
    "FROM pool_member m JOIN `user` u ON u.id = ? "                                                                    \
    "LEFT JOIN department_path p ON p.ancestor_id = m.department_id AND p.descendant_id = u.department_id "            \
    "LEFT JOIN user_role r ON r.role_id = m.role_id AND r.user_id = u.id "                                             \
    "WHERE (m.user_id = u.id OR p.descendant_id IS NOT NULL OR r.user_id IS NOT NULL) "

struct membership_row {
    int64_t lines, admins; /* that make the person a member, an administrator */
};
static const struct column MEMBERSHIP[] = {COLUMN(struct membership_row, lines), COLUMN(struct membership_row, admins)};
STATEMENT_ROWS(FIND_MEMBERSHIP, "pool.membership", struct membership_row, MEMBERSHIP,
               "SELECT COUNT(*) AS `lines`, CAST(COALESCE(SUM(m.is_admin), 0) AS SIGNED) AS admins " MEMBER_OF
               "AND m.pool_id = ?");

enum err pool_store_membership(struct db *db, struct arena *arena, int64_t pool_id, int64_t user_id,
                               struct pool_membership *out)
{
    struct membership_row row;
    TRY(db_one(db, arena, &FIND_MEMBERSHIP, ARGS(V(user_id), V(pool_id)), &row));
    *out = (struct pool_membership){row.lines > 0, row.admins > 0};
    return OK;
}

void pool_store_own(struct query *query, const struct request *request, bool admins_only)
{
    query_sql(query, "(SELECT m.pool_id FROM pool_member m JOIN `user` u ON u.id = ");
    query_arg(query, V(request->user->user_id));
    query_sql(query, " LEFT JOIN department_path p ON p.ancestor_id = m.department_id AND p.descendant_id = "
                     "u.department_id LEFT JOIN user_role r ON r.role_id = m.role_id AND r.user_id = u.id "
                     "WHERE (m.user_id = u.id OR p.descendant_id IS NOT NULL OR r.user_id IS NOT NULL)");
    query_sql(query, admins_only ? " AND m.is_admin)" : ")");
}

void pool_store_scope(struct query *query, const struct request *request, const char *alias, const char *column,
                      bool admins_only, size_t *terms)
{
    scope_next_term(query, terms);
    query_sql(query, alias);
    query_sql(query, ".");
    query_sql(query, column);
    query_sql(query, " IN ");
    pool_store_own(query, request, admins_only);
}

STATEMENT_ROWS(FIND_POOLS_OF, "pool.pools_of", struct number, NUMBER,
               "SELECT DISTINCT m.pool_id AS value " MEMBER_OF "ORDER BY m.pool_id");

enum err pool_store_pools_of(const struct request *request, int64_t **ids_out, size_t *count_out)
{
    struct number *rows;
    TRY(db_many(request->db, request->arena, &FIND_POOLS_OF, ARGS(V(request->user->user_id)), &rows, count_out));
    *ids_out = ARENA_ARRAY(request->arena, int64_t, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*ids_out)[i] = rows[i].value;
    }
    return OK;
}

STATEMENT_ROWS(COUNT_ADMIN, "pool.count_admin", struct number, NUMBER,
               "SELECT COUNT(*) AS value " MEMBER_OF "AND m.is_admin");

enum err pool_store_administers(struct db *db, struct arena *arena, int64_t user_id, bool *out)
{
    struct number number;
    TRY(db_one(db, arena, &COUNT_ADMIN, ARGS(V(user_id)), &number));
    *out = number.value > 0;
    return OK;
}

/* By these one reaches a customer: a list that showed them would be a way round the quota of those one may open. */
static const char *const CONTACT_FIELDS[] = {"phone", "address", "website", "remark"};
enum { CONTACT_COUNT = sizeof CONTACT_FIELDS / sizeof CONTACT_FIELDS[0] };

/* A line a closed field, and one for a pool without: pool, has a quota, field, masked. */
static enum err find_closed(struct request *request, struct rows *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id, t.views_per_day IS NOT NULL, f.field, f.access = 'masked' FROM pool t "
                      "LEFT JOIN pool_field f ON f.pool_id = t.id WHERE t.deleted_at IS NULL AND ");
    scope_predicate(&query, request, &POOL, "t", false);
    query_sql(&query, " ORDER BY t.id");
    return db_query(request->db, request->arena, query_text(&query), query_args(&query), out);
}

enum err pool_store_closings(struct request *request, bool many, struct field_closing **rows_out, size_t *count_out)
{
    struct rows rows;
    size_t count = 0;
    int64_t last = 0;
    TRY(find_closed(request, &rows));
    struct field_closing *closings =
        ARENA_ARRAY(request->arena, struct field_closing, rows.count * (CONTACT_COUNT + 1) + 1);
    for (size_t i = 0; i < rows.count; i++) {
        int64_t pool_id = rows_get(&rows, i, 0).integer;
        bool counts = many && pool_id != last && rows_get(&rows, i, 1).integer != 0;
        for (size_t k = 0; counts && k < CONTACT_COUNT; k++) {
            closings[count++] = (struct field_closing){str_from(CONTACT_FIELDS[k]), pool_id, FIELD_ACCESS_MASKED};
        }
        if (rows_get(&rows, i, 2).type == VALUE_TEXT) {
            bool masked = rows_get(&rows, i, 3).integer != 0;
            closings[count++] = (struct field_closing){rows_get(&rows, i, 2).text, pool_id,
                                                       masked ? FIELD_ACCESS_MASKED : FIELD_ACCESS_HIDDEN};
        }
        last = pool_id;
    }
    *rows_out = closings;
    *count_out = count;
    return OK;
}

/* ---- settings ---- */

static const struct column SETTINGS[] = {
    COLUMN(struct pool_settings, id),
    COLUMN(struct pool_settings, name),
    COLUMN(struct pool_settings, is_active),
    COLUMN(struct pool_settings, distribution),
    COLUMN(struct pool_settings, claims_per_day),
    COLUMN(struct pool_settings, views_per_day),
    COLUMN(struct pool_settings, former_owner_days),
    COLUMN(struct pool_settings, fresh_hours),
    COLUMN(struct pool_settings, fresh_former_hours),
    COLUMN(struct pool_settings, auto_per_day),
    COLUMN(struct pool_settings, refund_returns),
};
#define SETTINGS_OF                                                                                                    \
    "SELECT o.id, o.name, o.is_active, o.distribution, o.claims_per_day, o.views_per_day, o.former_owner_days, "       \
    "o.fresh_hours, o.fresh_former_hours, o.auto_per_day, o.refund_returns FROM pool o WHERE o.id = ? "                \
    "AND o.deleted_at IS NULL"
STATEMENT_ROWS(FIND_SETTINGS, "pool.settings", struct pool_settings, SETTINGS, SETTINGS_OF);
STATEMENT_ROWS(LOCK_SETTINGS, "pool.lock_settings", struct pool_settings, SETTINGS, SETTINGS_OF " LOCK IN SHARE MODE");
STATEMENT_ROWS(LOCK_AS_MEMBER, "pool.lock_as_member", struct pool_settings, SETTINGS,
               SETTINGS_OF " AND EXISTS (SELECT 1 " MEMBER_OF "AND m.pool_id = o.id) LOCK IN SHARE MODE");
STATEMENT_ROWS(COUNT_CUSTOMERS, "pool.count_customers", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM customer WHERE pool_id = ?");
STATEMENT_ROWS(COUNT_USES, "pool.count_uses", struct number, NUMBER,
               "SELECT (SELECT COUNT(*) FROM pool_route WHERE pool_id = ? AND deleted_at IS NULL) "
               "+ (SELECT COUNT(*) FROM pool_rule WHERE pool_id = ? AND deleted_at IS NULL) AS value");
STATEMENT(CLEAR_DEFAULT, "pool.clear_default",
          "UPDATE pool SET is_default = FALSE, version = version + 1 WHERE is_default AND id <> ?");
STATEMENT_ROWS(FIND_DEFAULT, "pool.default", struct number, NUMBER,
               "SELECT COALESCE(MAX(id), 0) AS value FROM pool WHERE default_mark = 1 AND is_active");

enum err pool_store_settings(struct db *db, struct arena *arena, int64_t pool_id, bool lock, struct pool_settings *out)
{
    return db_one(db, arena, lock ? &LOCK_SETTINGS : &FIND_SETTINGS, ARGS(V(pool_id)), out);
}

enum err pool_store_lock_as_member(struct db *db, struct arena *arena, int64_t pool_id, int64_t user_id,
                                   struct pool_settings *out)
{
    return db_one(db, arena, &LOCK_AS_MEMBER, ARGS(V(pool_id), V(user_id)), out);
}

enum err pool_store_customers(struct db *db, struct arena *arena, int64_t pool_id, int64_t *out)
{
    return db_one(db, arena, &COUNT_CUSTOMERS, ARGS(V(pool_id)), out);
}

enum err pool_store_uses(struct db *db, struct arena *arena, int64_t pool_id, int64_t *out)
{
    return db_one(db, arena, &COUNT_USES, ARGS(V(pool_id), V(pool_id)), out);
}

enum err pool_store_clear_default(struct db *db, struct arena *arena, int64_t pool_id)
{
    return db_exec(db, arena, &CLEAR_DEFAULT, ARGS(V(pool_id)));
}

enum err pool_store_default(struct db *db, struct arena *arena, int64_t *out)
{
    return db_one(db, arena, &FIND_DEFAULT, NO_ARGS, out);
}

/* ---- events ---- */

enum { FACT_WIDTH = 18, FACT_CHUNK = 512 };

/* Name of each customer and, where it lies in a pool, since when and by which rule; by ascending id. */
static enum err find_stays(struct request *request, const struct pool_fact *facts, size_t count, struct rows *out)
{
    struct query query;
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = facts[i].customer_id;
    }
    query_init(&query, request->arena);
    query_sql(&query, "SELECT c.id, c.name, l.at, l.rule_id FROM customer c LEFT JOIN pool_event l ON l.id = "
                      "(SELECT MAX(e.id) FROM pool_event e WHERE e.customer_id = c.id) AND l.direction = 1 "
                      "WHERE c.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " ORDER BY c.id");
    return db_query(request->db, request->arena, query_text(&query), query_args(&query), out);
}

static size_t find_stay(const struct rows *stays, int64_t customer_id)
{
    size_t low = 0;
    size_t high = stays->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rows_get(stays, middle, 0).integer < customer_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void fill_fact(const struct request *request, const struct pool_fact *fact, const struct rows *stays,
                      struct value *row)
{
    size_t stay = find_stay(stays, fact->customer_id);
    bool out = fact->direction < 0;
    struct value since = out ? rows_get(stays, stay, 2) : value_null();
    row[0] = V(fact->customer_id);
    row[1] = rows_get(stays, stay, 1);
    row[2] = V(fact->pool_id);
    row[3] = V(fact->kind);
    row[4] = V(fact->direction);
    row[5] = V(fact->owner_id);
    row[6] = V(fact->department_id);
    row[7] = V(request->now);
    row[8] = V(request->today);
    row[9] = since;
    row[10] = out ? rows_get(stays, stay, 3) : value_null();
    row[11] = since.type == VALUE_INSTANT ? V((request->now.ms - since.instant.ms) / 60000) : value_null();
    row[12] = V(fact->rule_id);
    row[13] = V(fact->run_id);
    row[14] = fact->reason.len == 0 ? value_null() : V(fact->reason);
    row[15] = request_actor(request);
    row[16] = V(request->now);
    row[17] = V(request->now);
}

static enum err add_chunk(struct request *request, const struct pool_fact *facts, size_t count)
{
    struct rows stays;
    struct value *values = ARENA_ARRAY(request->arena, struct value, count * FACT_WIDTH + 1);
    TRY(find_stays(request, facts, count, &stays));
    for (size_t i = 0; i < count; i++) {
        fill_fact(request, &facts[i], &stays, values + i * FACT_WIDTH);
    }
    return db_bulk(
        request->db, request->arena,
        STR("INSERT INTO pool_event (customer_id, name, pool_id, kind, direction, owner_id, department_id, at, "
            "happened_on, entered_at, entry_rule_id, waited_minutes, rule_id, run_id, reason, by_id, "
            "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        values, FACT_WIDTH, count);
}

enum err pool_store_add_facts(struct request *request, const struct pool_fact *facts, size_t count)
{
    for (size_t from = 0; from < count; from += FACT_CHUNK) {
        TRY(add_chunk(request, facts + from, count - from < FACT_CHUNK ? count - from : FACT_CHUNK));
    }
    return OK;
}

STATEMENT(PURGE, "pool.purge",
          "DELETE FROM pool_event WHERE customer_id = ? "
          "AND NOT EXISTS (SELECT 1 FROM customer_merge w WHERE w.standing_source_id = ?)");
STATEMENT(PURGE_SOURCES, "pool.purge_sources",
          "DELETE e FROM customer_merge m JOIN pool_event e ON e.customer_id = m.source_id "
          "WHERE m.final_id = ? AND m.undone_at IS NULL");

enum err pool_store_purge(struct db *db, struct arena *arena, int64_t customer_id)
{
    TRY(db_exec(db, arena, &PURGE, ARGS(V(customer_id), V(customer_id))));
    return db_exec(db, arena, &PURGE_SOURCES, ARGS(V(customer_id)));
}

enum err pool_store_place(struct request *request, const int64_t *customer_ids, size_t count, int64_t pool_id,
                          bool within)
{
    struct query query;
    struct db_result result;
    query_init(&query, request->arena);
    query_sql(&query, "UPDATE customer SET held_since = NULL, version = version + ");
    query_arg(&query, V((int64_t)(within ? 0 : 1)));
    query_sql(&query, ", pool_id = ");
    query_arg(&query, V(pool_id));
    query_sql(&query, ", pool_entered_at = ");
    query_arg(&query, V(request->now));
    query_sql(&query, ", updated_at = ");
    query_arg(&query, V(request->now));
    query_sql(&query, " WHERE owner_id IS NULL AND id IN ");
    query_arg_ids(&query, customer_ids, count);
    return db_run(request->db, request->arena, query_text(&query), query_args(&query), &result);
}

enum err pool_store_audit(struct request *request, const int64_t *customer_ids, size_t count, const char *action,
                          struct opt_int from, int64_t pool_id, struct str reason)
{
    struct query query;
    struct db_result result;
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[o,I]}", "pool_id", json_opt_int(from), (json_int_t)pool_id));
    const struct value parts[] = {
        V(json_write(request->arena, changes)),
        reason.len == 0 ? value_null() : V(reason),
        request_actor(request),
        V(request->address),
        V(request->id),
        V(request->now),
    };
    query_init(&query, request->arena);
    query_sql(&query, "INSERT INTO audit_entry (object, record_id, action, version, changes, reason, user_id, address, "
                      "request_id, at) SELECT 'customer', id, ");
    query_arg(&query, V(action));
    query_sql(&query, ", version");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        query_sql(&query, ", ");
        query_arg(&query, parts[i]);
    }
    query_sql(&query, " FROM customer WHERE id IN ");
    query_arg_ids(&query, customer_ids, count);
    query_sql(&query, " ORDER BY id");
    return db_run(request->db, request->arena, query_text(&query), query_args(&query), &result);
}
