/* SQL of sign-in. Lock order: sign_in_failure by subject, then user_session. */
#include "auth_store.h"

static const struct column CREDENTIAL[] = {
    COLUMN(struct credential_row, user_id),        COLUMN(struct credential_row, login),
    COLUMN(struct credential_row, name),           COLUMN(struct credential_row, is_active),
    COLUMN(struct credential_row, is_admin),       COLUMN(struct credential_row, password_hash),
    COLUMN(struct credential_row, totp_secret),    COLUMN(struct credential_row, totp_pending),
    COLUMN(struct credential_row, totp_last_step),
};
#define SELECT_CREDENTIAL                                                                                              \
    "SELECT u.id AS user_id, u.login, u.name, u.status = 'active' AND u.deleted_at IS NULL AS is_active, "             \
    "EXISTS (SELECT 1 FROM user_role ur JOIN role r ON r.id = ur.role_id WHERE ur.user_id = u.id AND r.code = "        \
    "'admin') "                                                                                                        \
    "AS is_admin, c.password_hash, LOWER(HEX(c.totp_secret)) AS totp_secret, LOWER(HEX(c.totp_pending)) AS "           \
    "totp_pending, "                                                                                                   \
    "COALESCE(c.totp_last_step, 0) AS totp_last_step "                                                                 \
    "FROM `user` u "                                                                                                   \
    "LEFT JOIN user_credential c ON c.user_id = u.id "
STATEMENT_ROWS(BY_LOGIN, "credential.by_login", struct credential_row, CREDENTIAL,
               SELECT_CREDENTIAL "WHERE u.login = ?");
STATEMENT_ROWS(BY_USER, "credential.by_user", struct credential_row, CREDENTIAL, SELECT_CREDENTIAL "WHERE u.id = ?");
STATEMENT(REHASH, "credential.rehash", "UPDATE user_credential SET password_hash = ? WHERE user_id = ?");
STATEMENT(SET_PASSWORD, "credential.set_password",
          "INSERT INTO user_credential (user_id, password_hash, must_change, changed_at) VALUES (?, ?, ?, ?) "
          "ON DUPLICATE KEY UPDATE password_hash = VALUES(password_hash), must_change = VALUES(must_change), "
          "changed_at = VALUES(changed_at)");
STATEMENT(USE_STEP, "credential.use_step",
          "UPDATE user_credential SET totp_last_step = ? WHERE user_id = ? AND totp_last_step < ?");
STATEMENT(OFFER_TOTP, "credential.offer_totp", "UPDATE user_credential SET totp_pending = UNHEX(?) WHERE user_id = ?");
STATEMENT(
    CONFIRM_TOTP, "credential.confirm_totp",
    "UPDATE user_credential SET totp_secret = totp_pending, totp_pending = NULL, totp_last_step = ? WHERE user_id = ?");
STATEMENT(CLEAR_TOTP, "credential.clear_totp",
          "UPDATE user_credential SET totp_secret = NULL, totp_pending = NULL WHERE user_id = ?");

enum err credential_store_by_login(struct db *db, struct arena *arena, struct str login, struct credential_row *out)
{
    return db_one(db, arena, &BY_LOGIN, ARGS(V(login)), out);
}

enum err credential_store_by_user(struct db *db, struct arena *arena, int64_t user_id, struct credential_row *out)
{
    return db_one(db, arena, &BY_USER, ARGS(V(user_id)), out);
}

enum err credential_store_rehash(struct db *db, struct arena *arena, int64_t user_id, struct str hash)
{
    return db_exec(db, arena, &REHASH, ARGS(V(hash), V(user_id)));
}

enum err credential_store_set_password(struct db *db, struct arena *arena, int64_t user_id, struct str hash,
                                       bool must_change, struct instant now)
{
    return db_exec(db, arena, &SET_PASSWORD, ARGS(V(user_id), V(hash), V(must_change), V(now)));
}

static enum err exec_on_one(struct db *db, struct arena *arena, const struct stmt *stmt, struct args args)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, stmt, args, &result));
    return result.affected == 1 ? OK : ERR_NOT_FOUND;
}

enum err credential_store_use_step(struct db *db, struct arena *arena, int64_t user_id, int64_t step)
{
    return exec_on_one(db, arena, &USE_STEP, ARGS(V(step), V(user_id), V(step)));
}

enum err credential_store_offer_totp(struct db *db, struct arena *arena, int64_t user_id, struct str sealed_hex)
{
    return exec_on_one(db, arena, &OFFER_TOTP, ARGS(V(sealed_hex), V(user_id)));
}

enum err credential_store_confirm_totp(struct db *db, struct arena *arena, int64_t user_id, int64_t step)
{
    return exec_on_one(db, arena, &CONFIRM_TOTP, ARGS(V(step), V(user_id)));
}

enum err credential_store_clear_totp(struct db *db, struct arena *arena, int64_t user_id)
{
    return db_exec(db, arena, &CLEAR_TOTP, ARGS(V(user_id)));
}

/* ---- failures ---- */

struct locked_row {
    struct opt_instant locked_until; /* the later of both, or none */
};
static const struct column LOCKED[] = {COLUMN(struct locked_row, locked_until)};
STATEMENT_ROWS(
    LOCKED_UNTIL, "failure.locked_until", struct locked_row, LOCKED,
    "SELECT MAX(locked_until) AS locked_until FROM sign_in_failure WHERE subject IN (?, ?) AND locked_until > ?");
/* Assignments run from left to right: `failures` still sees the old last_at. */
STATEMENT(ADD_FAILURE, "failure.add",
          "INSERT INTO sign_in_failure (subject, failures, last_at) VALUES (?, 1, ?) "
          "ON DUPLICATE KEY UPDATE failures = IF(last_at < ?, 1, failures + 1), last_at = VALUES(last_at)");
struct failures_row {
    int64_t failures; /* in a row */
};
static const struct column FAILURES[] = {COLUMN(struct failures_row, failures)};
STATEMENT_ROWS(COUNT_FAILURES, "failure.count", struct failures_row, FAILURES,
               "SELECT failures FROM sign_in_failure WHERE subject = ?");
STATEMENT(LOCK_SUBJECT, "failure.lock", "UPDATE sign_in_failure SET locked_until = ? WHERE subject = ?");
STATEMENT(CLEAR_FAILURES, "failure.clear", "DELETE FROM sign_in_failure WHERE subject = ?");

enum err failure_store_locked_until(struct db *db, struct arena *arena, struct str by_login, struct str by_address,
                                    struct instant now, struct opt_instant *out)
{
    struct locked_row row;
    TRY(db_one(db, arena, &LOCKED_UNTIL, ARGS(V(by_login), V(by_address), V(now)), &row));
    *out = row.locked_until;
    return OK;
}

enum err failure_store_add(struct db *db, struct arena *arena, struct str subject, struct instant now,
                           struct instant forgotten_before, int64_t *failures_out)
{
    TRY(db_exec(db, arena, &ADD_FAILURE, ARGS(V(subject), V(now), V(forgotten_before))));
    struct failures_row row;
    TRY(db_one(db, arena, &COUNT_FAILURES, ARGS(V(subject)), &row));
    *failures_out = row.failures;
    return OK;
}

enum err failure_store_lock(struct db *db, struct arena *arena, struct str subject, struct instant until)
{
    return db_exec(db, arena, &LOCK_SUBJECT, ARGS(V(until), V(subject)));
}

enum err failure_store_clear(struct db *db, struct arena *arena, struct str subject)
{
    return db_exec(db, arena, &CLEAR_FAILURES, ARGS(V(subject)));
}

/* ---- sessions ---- */

STATEMENT(
    CREATE_SESSION, "session.create",
    "INSERT INTO user_session (user_id, family, refresh_hash, rotated_at, expires_at, address, user_agent, client, "
    "created_at, last_seen_at) VALUES (?, UNHEX(?), UNHEX(?), ?, ?, ?, ?, ?, ?, ?)");
static const struct column SESSION[] = {
    COLUMN(struct session_row, id),           COLUMN(struct session_row, user_id),
    COLUMN(struct session_row, refresh_hash), COLUMN(struct session_row, previous_hash),
    COLUMN(struct session_row, rotated_at),   COLUMN(struct session_row, expires_at),
    COLUMN(struct session_row, is_revoked),   COLUMN(struct session_row, user_is_active),
    COLUMN(struct session_row, user_agent),   COLUMN(struct session_row, client),
};
STATEMENT_ROWS(
    LOCK_FAMILY, "session.lock_family", struct session_row, SESSION,
    "SELECT s.id, s.user_id, LOWER(HEX(s.refresh_hash)) AS refresh_hash, LOWER(HEX(s.previous_hash)) AS previous_hash, "
    "s.rotated_at, s.expires_at, s.revoked_at IS NOT NULL AS is_revoked, "
    "(SELECT u.status = 'active' AND u.deleted_at IS NULL FROM `user` u WHERE u.id = s.user_id) AS user_is_active, "
    "COALESCE(s.user_agent, '') AS user_agent, s.client "
    "FROM user_session s "
    "WHERE s.family = UNHEX(?) "
    "FOR UPDATE");
STATEMENT(
    ROTATE, "session.rotate",
    "UPDATE user_session SET previous_hash = UNHEX(?), refresh_hash = UNHEX(?), rotated_at = ?, last_seen_at = ?, "
    "expires_at = ?, address = ?, user_agent = ? WHERE id = ?");
STATEMENT(
    REVOKE, "session.revoke",
    "UPDATE user_session SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND user_id = ? AND revoked_at IS NULL");
STATEMENT(REVOKE_ALL, "session.revoke_all",
          "UPDATE user_session SET revoked_at = ?, revoked_reason = ? WHERE user_id = ? AND revoked_at IS NULL");
struct client_row {
    struct str client; /* "browser", "app" */
};
static const struct column CLIENT[] = {COLUMN(struct client_row, client)};
STATEMENT_ROWS(GET_CLIENT, "session.client", struct client_row, CLIENT, "SELECT client FROM user_session WHERE id = ?");
static const struct column SESSION_VIEW[] = {
    COLUMN(struct session_view, id),         COLUMN(struct session_view, address),
    COLUMN(struct session_view, user_agent), COLUMN(struct session_view, client),
    COLUMN(struct session_view, created_at), COLUMN(struct session_view, last_seen_at),
};
STATEMENT_ROWS(LIST_SESSIONS, "session.list", struct session_view, SESSION_VIEW,
               "SELECT id, address, user_agent, client, created_at, last_seen_at "
               "FROM user_session "
               "WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? "
               "ORDER BY last_seen_at DESC, id DESC");

enum err session_store_create(struct db *db, struct arena *arena, const struct session_new *session, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &CREATE_SESSION,
                       ARGS(V(session->user_id), V(session->family), V(session->refresh_hash), V(session->now),
                            V(session->expires), V(session->address), V(session->user_agent), V(session->client),
                            V(session->now), V(session->now)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err session_store_lock_family(struct db *db, struct arena *arena, struct str family, struct session_row *out)
{
    return db_one(db, arena, &LOCK_FAMILY, ARGS(V(family)), out);
}

enum err session_store_rotate(struct db *db, struct arena *arena, int64_t id, struct str old_hash, struct str new_hash,
                              struct str address, struct str user_agent, struct instant now, struct instant expires)
{
    return db_exec(db, arena, &ROTATE,
                   ARGS(V(old_hash), V(new_hash), V(now), V(now), V(expires), V(address), V(user_agent), V(id)));
}

enum err session_store_revoke(struct db *db, struct arena *arena, int64_t user_id, int64_t id, const char *reason,
                              struct instant now)
{
    return exec_on_one(db, arena, &REVOKE, ARGS(V(now), V(reason), V(id), V(user_id)));
}

enum err session_store_revoke_all(struct db *db, struct arena *arena, int64_t user_id, const char *reason,
                                  struct instant now)
{
    return db_exec(db, arena, &REVOKE_ALL, ARGS(V(now), V(reason), V(user_id)));
}

enum err session_store_client(struct db *db, struct arena *arena, int64_t id, struct str *out)
{
    struct client_row row = {STR("browser")};
    enum err err = db_one(db, arena, &GET_CLIENT, ARGS(V(id)), &row);
    *out = row.client;
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err session_store_list(struct db *db, struct arena *arena, int64_t user_id, struct instant now,
                            struct session_view **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST_SESSIONS, ARGS(V(user_id), V(now)), rows_out, count_out);
}

/* ---- the signed-in person ---- */

static const struct column ME[] = {
    COLUMN(struct me_row, login),           COLUMN(struct me_row, name),         COLUMN(struct me_row, email),
    COLUMN(struct me_row, phone),           COLUMN(struct me_row, locale),       COLUMN(struct me_row, department_id),
    COLUMN(struct me_row, department_name), COLUMN(struct me_row, totp_enabled),
};
STATEMENT_ROWS(GET_ME, "me.get", struct me_row, ME,
               "SELECT u.login, u.name, u.email, u.phone, u.locale, u.department_id, d.name AS department_name, "
               "COALESCE(c.totp_secret IS NOT NULL, FALSE) AS totp_enabled "
               "FROM `user` u "
               "JOIN department d ON d.id = u.department_id "
               "LEFT JOIN user_credential c ON c.user_id = u.id "
               "WHERE u.id = ?");
STATEMENT(UPDATE_ME, "me.update",
          "UPDATE `user` SET name = ?, email = ?, phone = ?, locale = ?, version = version + 1, updated_at = ?, "
          "updated_by_id = ? "
          "WHERE id = ?");

enum err me_store_get(struct db *db, struct arena *arena, int64_t user_id, struct me_row *out)
{
    return db_one(db, arena, &GET_ME, ARGS(V(user_id)), out);
}

enum err me_store_update(struct db *db, struct arena *arena, int64_t user_id, const struct me_row *me,
                         struct instant now)
{
    return db_exec(db, arena, &UPDATE_ME,
                   ARGS(V(me->name), V(me->email), V(me->phone), V(me->locale), V(now), V(user_id), V(user_id)));
}

/* ---- cleaning ---- */

STATEMENT(CLEAN_FAILURES, "failure.clean", "DELETE FROM sign_in_failure WHERE last_at < ? LIMIT 10000");
STATEMENT(CLEAN_SESSIONS, "session.clean", "DELETE FROM user_session WHERE expires_at < ? LIMIT 10000");

enum err auth_store_clean(struct db *db, struct arena *arena, struct instant failures_before,
                          struct instant sessions_before)
{
    TRY(db_exec(db, arena, &CLEAN_FAILURES, ARGS(V(failures_before))));
    return db_exec(db, arena, &CLEAN_SESSIONS, ARGS(V(sessions_before)));
}
