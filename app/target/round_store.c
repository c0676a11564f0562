/* SQL of planning rounds. */
#include "round_store.h"

#include <assert.h>

const char *const PLAN_STATES[PLAN_LOCKED + 1] = {"", "draft", "submitted", "returned", "agreed", "locked"};
const char *const TURNOVER_KINDS[TURNOVER_LEFT + 1] = {"", "joined", "moved", "left"};

/* ---- rounds ---- */

static const struct column ROUND[] = {
    COLUMN(struct target_round, id),        COLUMN(struct target_round, year),
    COLUMN(struct target_round, deadline),  COLUMN(struct target_round, is_locked),
    COLUMN(struct target_round, note),      COLUMN(struct target_round, reminded_on),
    COLUMN(struct target_round, locked_at), COLUMN(struct target_round, version),
};
#define ROUND_COLUMNS                                                                                                  \
    "SELECT id, fiscal_year, deadline_on, state = 'locked', note, reminded_on, locked_at, version FROM target_round "
STATEMENT_ROWS(ROUNDS, "round.list", struct target_round, ROUND, ROUND_COLUMNS "ORDER BY fiscal_year DESC");
STATEMENT_ROWS(GET_ROUND, "round.get", struct target_round, ROUND, ROUND_COLUMNS "WHERE id = ?");
STATEMENT_ROWS(LOCK_ROUND, "round.lock", struct target_round, ROUND, ROUND_COLUMNS "WHERE id = ? FOR UPDATE");
STATEMENT_ROWS(ROUND_OF_YEAR, "round.of_year", struct target_round, ROUND, ROUND_COLUMNS "WHERE fiscal_year = ?");
STATEMENT(
    ADD_ROUND, "round.add",
    "INSERT INTO target_round (fiscal_year, deadline_on, note, created_at, created_by_id, updated_at, updated_by_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)");
STATEMENT(UPDATE_ROUND, "round.update",
          "UPDATE target_round SET deadline_on = ?, note = ?, updated_at = ?, updated_by_id = ?, version = version + 1 "
          "WHERE id = ?");
STATEMENT(
    CLOSE_ROUND, "round.close",
    "UPDATE target_round SET state = 'locked', locked_at = ?, locked_by_id = ?, updated_at = ?, updated_by_id = ?, "
    "version = version + 1 WHERE id = ?");
STATEMENT(LOCK_PLANS, "round.lock_plans",
          "UPDATE target_plan SET state = 'locked', version = version + 1, updated_at = ?, updated_by_id = ? "
          "WHERE round_id = ? AND state = 'agreed'");
STATEMENT(REMINDED, "round.reminded", "UPDATE target_round SET reminded_on = ? WHERE id = ?");

enum err round_store_list(struct db *db, struct arena *arena, struct target_round **rows_out, size_t *count_out)
{
    return db_many(db, arena, &ROUNDS, NO_ARGS, rows_out, count_out);
}

enum err round_store_get(struct db *db, struct arena *arena, int64_t id, bool lock, struct target_round *out)
{
    return db_one(db, arena, lock ? &LOCK_ROUND : &GET_ROUND, ARGS(V(id)), out);
}

enum err round_store_of_year(struct db *db, struct arena *arena, int64_t year, struct target_round *out)
{
    return db_one(db, arena, &ROUND_OF_YEAR, ARGS(V(year)), out);
}

static struct value text_or_null(struct str text)
{
    return text.len == 0 ? value_null() : V(text);
}

enum err round_store_create(struct request *request, int64_t year, struct date deadline, struct str note,
                            int64_t *id_out)
{
    struct db_result result;
    struct value actor = request_actor(request);
    TRY(db_exec_result(request->db, request->arena, &ADD_ROUND,
                       ARGS(V(year), V(deadline), text_or_null(note), V(request->now), actor, V(request->now), actor),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err round_store_update(struct request *request, int64_t id, struct date deadline, struct str note)
{
    return db_exec(request->db, request->arena, &UPDATE_ROUND,
                   ARGS(V(deadline), text_or_null(note), V(request->now), request_actor(request), V(id)));
}

enum err round_store_close(struct request *request, int64_t id)
{
    struct value actor = request_actor(request);
    TRY(db_exec(request->db, request->arena, &CLOSE_ROUND,
                ARGS(V(request->now), actor, V(request->now), actor, V(id))));
    return db_exec(request->db, request->arena, &LOCK_PLANS, ARGS(V(request->now), actor, V(id)));
}

enum err round_store_reminded(struct db *db, struct arena *arena, int64_t id, struct date day)
{
    return db_exec(db, arena, &REMINDED, ARGS(V(day), V(id)));
}

/* ---- what is asked ---- */

/* A measure's word. */
struct word {
    struct str text; /* wire word */
};
static const struct column WORD[] = {COLUMN(struct word, text)};
STATEMENT_ROWS(MEASURES_OF, "round.measures", struct word, WORD,
               "SELECT measure AS text FROM target_ask WHERE round_id = ? GROUP BY measure ORDER BY measure");
static const struct column ASK[] = {COLUMN(struct target_ask, department_id), COLUMN(struct target_ask, amount),
                                    COLUMN(struct target_ask, version)};
STATEMENT_ROWS(
    ASKS, "round.asks", struct target_ask, ASK,
    "SELECT department_id, amount, version FROM target_ask WHERE round_id = ? AND measure = ? ORDER BY department_id");
STATEMENT_ROWS(ASKS_FOR, "round.asks_for", struct word, WORD,
               "SELECT measure AS text FROM target_ask WHERE round_id = ? AND measure = ? LIMIT 1");
STATEMENT(PUT_ASK, "round.put_ask",
          "INSERT INTO target_ask (round_id, measure, department_id, amount, updated_at, updated_by_id) VALUES (?, ?, "
          "?, ?, ?, ?) "
          "ON DUPLICATE KEY UPDATE amount = VALUES(amount), version = version + 1, updated_at = VALUES(updated_at), "
          "updated_by_id = VALUES(updated_by_id)");

enum err round_store_measures(struct db *db, struct arena *arena, int64_t round_id, enum measure **rows_out,
                              size_t *count_out)
{
    struct word *words;
    size_t count;
    TRY(db_many(db, arena, &MEASURES_OF, ARGS(V(round_id)), &words, &count));
    *rows_out = ARENA_ARRAY(arena, enum measure, count);
    for (size_t i = 0; i < count; i++) {
        bool known = measure_find(words[i].text, &(*rows_out)[i]);
        assert(known);
    }
    *count_out = count;
    return OK;
}

enum err round_store_asks_for(struct db *db, struct arena *arena, int64_t round_id, enum measure measure, bool *out)
{
    struct word word;
    enum err err = db_one(db, arena, &ASKS_FOR, ARGS(V(round_id), V(MEASURES[measure].key)), &word);
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err round_store_asks(struct db *db, struct arena *arena, int64_t round_id, enum measure measure,
                          struct target_ask **rows_out, size_t *count_out)
{
    return db_many(db, arena, &ASKS, ARGS(V(round_id), V(MEASURES[measure].key)), rows_out, count_out);
}

enum err round_store_put_ask(struct request *request, int64_t round_id, enum measure measure,
                             const struct target_ask *ask)
{
    return db_exec(request->db, request->arena, &PUT_ASK,
                   ARGS(V(round_id), V(MEASURES[measure].key), V(ask->department_id), V(ask->amount), V(request->now),
                        request_actor(request)));
}

/* People who are at work and have the permission; of these departments and people, or all. IN, not EXISTS: those who
 * have it are found once, not for each person. */
static void add_participants(struct query *query, const struct target_pick *pick)
{
    query_sql(query, " WHERE u.status = 'active' AND u.deleted_at IS NULL AND u.id IN (SELECT ur.user_id FROM "
                     "role_permission rp JOIN user_role ur ON ur.role_id = rp.role_id WHERE rp.permission = "
                     "'target.commit')");
    if (!pick->all) {
        query_sql(query, " AND (u.department_id IN ");
        query_arg_ids(query, pick->departments, pick->department_count);
        query_sql(query, " OR u.id IN ");
        query_arg_ids(query, pick->people, pick->people_count);
        query_sql(query, ")");
    }
}

enum err round_store_participants(struct db *db, struct arena *arena, const struct target_pick *pick,
                                  struct target_participant **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT u.id, u.department_id FROM `user` u");
    add_participants(&query, pick);
    query_sql(&query, " ORDER BY u.id");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_participant, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct target_participant){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).integer};
    }
    *count_out = rows.count;
    return OK;
}

/* ---- plans ---- */

static void plan_query(struct query *query, int64_t round_id, enum measure measure)
{
    query_sql(
        query,
        "SELECT p.id, p.subject_kind = 'user', p.subject_id, CAST(p.state AS UNSIGNED), p.number, p.signed_by_id, "
        "s.name, "
        "p.signed_at, p.agreed_by_id, a.name, p.agreed_at, p.counter_number, p.change_number, p.change_by_owner, "
        "p.version "
        "FROM target_plan p LEFT JOIN `user` s ON s.id = p.signed_by_id LEFT JOIN `user` a ON a.id = p.agreed_by_id "
        "WHERE p.round_id = ");
    query_arg(query, V(round_id));
    query_sql(query, " AND p.measure = ");
    query_arg(query, V(MEASURES[measure].key));
}

static struct target_plan read_plan(const struct rows *rows, size_t i)
{
    return (struct target_plan){
        .id = rows_get(rows, i, 0).integer,
        .is_user = rows_get(rows, i, 1).integer != 0,
        .subject_id = rows_get(rows, i, 2).integer,
        .state = rows_get(rows, i, 3).integer,
        .number = rows_get(rows, i, 4).integer,
        .signed_by_id = opt_int_of(rows_get(rows, i, 5)),
        .signed_by_name = opt_str_of(rows_get(rows, i, 6)),
        .signed_at = opt_instant_of(rows_get(rows, i, 7)),
        .agreed_by_id = opt_int_of(rows_get(rows, i, 8)),
        .agreed_by_name = opt_str_of(rows_get(rows, i, 9)),
        .agreed_at = opt_instant_of(rows_get(rows, i, 10)),
        .counter_number = opt_int_of(rows_get(rows, i, 11)),
        .change_number = opt_int_of(rows_get(rows, i, 12)),
        .change_by_owner = rows_get(rows, i, 13).integer != 0,
        .version = rows_get(rows, i, 14).integer,
    };
}

/* Read from an index alone: a node of the round looks at the state of every plan. */
enum err target_plan_store_states(struct db *db, struct arena *arena, int64_t round_id, enum measure measure,
                                  const struct target_pick *pick, struct target_plan_state **rows_out,
                                  size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query,
              "SELECT subject_kind = 'user', subject_id, CAST(state AS UNSIGNED) FROM target_plan WHERE round_id = ");
    query_arg(&query, V(round_id));
    query_sql(&query, " AND measure = ");
    query_arg(&query, V(MEASURES[measure].key));
    if (!pick->all) {
        query_sql(&query, " AND (subject_kind = 'department' AND subject_id IN ");
        query_arg_ids(&query, pick->departments, pick->department_count);
        query_sql(&query, " OR subject_kind = 'user' AND subject_id IN ");
        query_arg_ids(&query, pick->people, pick->people_count);
        query_sql(&query, ")");
    }
    query_sql(&query, " ORDER BY subject_kind, subject_id");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *rows_out = ARENA_ARRAY(arena, struct target_plan_state, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        (*rows_out)[i] = (struct target_plan_state){
            .is_user = rows_get(&rows, i, 0).integer != 0,
            .subject_id = rows_get(&rows, i, 1).integer,
            .state = rows_get(&rows, i, 2).integer,
        };
    }
    *count_out = rows.count;
    return OK;
}

enum err target_plan_store_get(struct db *db, struct arena *arena, int64_t round_id, enum measure measure, bool is_user,
                               int64_t subject_id, bool lock, struct target_plan *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    plan_query(&query, round_id, measure);
    query_sql(&query, " AND p.subject_kind = ");
    query_arg(&query, V(is_user ? "user" : "department"));
    query_sql(&query, " AND p.subject_id = ");
    query_arg(&query, V(subject_id));
    query_sql(&query, lock ? " FOR UPDATE" : "");
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows.count > 0 ? read_plan(&rows, 0)
                          : (struct target_plan){.is_user = is_user, .subject_id = subject_id, .state = PLAN_DRAFT};
    return OK;
}

STATEMENT(ADD_PLAN, "plan.add",
          "INSERT INTO target_plan (round_id, measure, subject_kind, subject_id, version, created_at, created_by_id, "
          "updated_at, "
          "updated_by_id) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)");
STATEMENT(
    UPDATE_PLAN, "plan.update",
    "UPDATE target_plan SET state = ?, number = ?, signed_by_id = ?, signed_at = ?, agreed_by_id = ?, agreed_at = ?, "
    "counter_number = ?, change_number = ?, change_by_owner = ?, version = version + 1, updated_at = ?, updated_by_id "
    "= ? "
    "WHERE id = ? AND version = ?");

enum err target_plan_store_put(struct request *request, int64_t round_id, enum measure measure,
                               struct target_plan *plan)
{
    struct value actor = request_actor(request);
    if (plan->id == 0) {
        struct db_result result;
        TRY(db_exec_result(request->db, request->arena, &ADD_PLAN,
                           ARGS(V(round_id), V(MEASURES[measure].key), V(plan->is_user ? "user" : "department"),
                                V(plan->subject_id), V(request->now), actor, V(request->now), actor),
                           &result));
        plan->id = result.id;
    }
    struct db_result written;
    TRY(db_exec_result(request->db, request->arena, &UPDATE_PLAN,
                       ARGS(V(PLAN_STATES[plan->state]), V(plan->number), V(plan->signed_by_id), V(plan->signed_at),
                            V(plan->agreed_by_id), V(plan->agreed_at), V(plan->counter_number), V(plan->change_number),
                            V(plan->change_by_owner), V(request->now), actor, V(plan->id), V(plan->version)),
                       &written));
    if (written.affected != 1) {
        return ERR_STALE_VERSION;
    }
    plan->version++;
    return OK;
}

static const struct column VERSION[] = {
    COLUMN(struct target_plan_version, number),          COLUMN(struct target_plan_version, kind),
    COLUMN(struct target_plan_version, content),         COLUMN(struct target_plan_version, effective),
    COLUMN(struct target_plan_version, reason),          COLUMN(struct target_plan_version, agreed_at),
    COLUMN(struct target_plan_version, created_at),      COLUMN(struct target_plan_version, created_by_id),
    COLUMN(struct target_plan_version, created_by_name), COLUMN(struct target_plan_version, cause_kind),
    COLUMN(struct target_plan_version, cause_on),
};
STATEMENT_ROWS(
    VERSIONS, "plan.versions", struct target_plan_version, VERSION,
    "SELECT v.number, v.kind, v.content, v.effective_on, v.reason, v.agreed_at, v.created_at, v.created_by_id, u.name, "
    "COALESCE(CAST(v.cause_kind AS UNSIGNED), 0), v.cause_on "
    "FROM target_plan_version v JOIN `user` u ON u.id = v.created_by_id WHERE v.plan_id = ? ORDER BY v.number");
STATEMENT(
    ADD_VERSION, "plan.add_version",
    "INSERT INTO target_plan_version (plan_id, number, kind, content, effective_on, reason, created_at, created_by_id, "
    "cause_kind, cause_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(AGREE_VERSION, "plan.agree_version",
          "UPDATE target_plan_version SET agreed_at = ? WHERE plan_id = ? AND number = ?");
static const struct column EVENT[] = {
    COLUMN(struct target_plan_event, id),         COLUMN(struct target_plan_event, kind),
    COLUMN(struct target_plan_event, text),       COLUMN(struct target_plan_event, number),
    COLUMN(struct target_plan_event, created_at), COLUMN(struct target_plan_event, created_by_name),
};
STATEMENT_ROWS(EVENTS, "plan.events", struct target_plan_event, EVENT,
               "SELECT e.id, e.kind, e.text, e.number, e.created_at, u.name FROM target_plan_event e "
               "JOIN `user` u ON u.id = e.created_by_id WHERE e.plan_id = ? ORDER BY e.id");
STATEMENT(
    ADD_EVENT, "plan.add_event",
    "INSERT INTO target_plan_event (plan_id, kind, text, number, created_at, created_by_id) VALUES (?, ?, ?, ?, ?, ?)");

enum err target_plan_store_versions(struct db *db, struct arena *arena, int64_t plan_id,
                                    struct target_plan_version **rows_out, size_t *count_out)
{
    return db_many(db, arena, &VERSIONS, ARGS(V(plan_id)), rows_out, count_out);
}

enum err target_plan_store_add_version(struct request *request, int64_t plan_id, int64_t number, const char *kind,
                                       struct str content, struct date effective, struct str reason,
                                       const struct turnover_cause *cause)
{
    return db_exec(request->db, request->arena, &ADD_VERSION,
                   ARGS(V(plan_id), V(number), V(kind), V(content), V(effective), text_or_null(reason), V(request->now),
                        V(request->user->user_id),
                        cause->kind == TURNOVER_NONE ? value_null() : V(TURNOVER_KINDS[cause->kind]), V(cause->on)));
}

enum err target_plan_store_agree_version(struct request *request, int64_t plan_id, int64_t number)
{
    return db_exec(request->db, request->arena, &AGREE_VERSION, ARGS(V(request->now), V(plan_id), V(number)));
}

enum err target_plan_store_events(struct db *db, struct arena *arena, int64_t plan_id,
                                  struct target_plan_event **rows_out, size_t *count_out)
{
    return db_many(db, arena, &EVENTS, ARGS(V(plan_id)), rows_out, count_out);
}

enum err target_plan_store_add_event(struct request *request, int64_t plan_id, const char *kind, struct str text,
                                     int64_t number)
{
    return db_exec(request->db, request->arena, &ADD_EVENT,
                   ARGS(V(plan_id), V(kind), text_or_null(text), number == 0 ? value_null() : V(number),
                        V(request->now), V(request->user->user_id)));
}

/* ---- people ---- */

static const struct column EMPLOYMENT[] = {
    COLUMN(struct target_employment, name),       COLUMN(struct target_employment, department_id),
    COLUMN(struct target_employment, manager_id), COLUMN(struct target_employment, joined_on),
    COLUMN(struct target_employment, left_on),    COLUMN(struct target_employment, is_active),
};
STATEMENT_ROWS(GET_EMPLOYMENT, "plan.employment", struct target_employment, EMPLOYMENT,
               "SELECT name, department_id, manager_id, joined_on, left_on, status = 'active' AND deleted_at IS NULL "
               "FROM `user` WHERE id = ?");

enum err target_plan_store_employment(struct db *db, struct arena *arena, int64_t user_id,
                                      struct target_employment *out)
{
    return db_one(db, arena, &GET_EMPLOYMENT, ARGS(V(user_id)), out);
}
