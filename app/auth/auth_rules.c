/* Sign-in and what follows from it. Invariants: an unknown name costs the same work as a known one; every failed proof
 * is counted in a transaction of its own before the refusal is answered; a refresh token works once, but for a short
 * grace after its rotation in which it gives the same next token again. */
#include "auth_rules.h"

#include <string.h>

#include "auth.h"
#include "platform/audit.h"
#include "platform/auth.h"
#include "platform/identity_load.h"
#include "platform/tx.h"

/* An office shares one address, so an address may fail more often than a login. */
enum { LOGIN_FAILURES_MAX = 5, ADDRESS_FAILURES_MAX = 30, LOCK_FIRST_MS = 60 * 1000, LOCK_LONGEST_MS = 3600 * 1000 };
enum { FAILURES_KEPT_MS = 24 * 3600 * 1000, REFRESH_GRACE_MS = 10 * 1000, USER_AGENT_MAX = 255 };
#define REFRESH_MS ((int64_t)AUTH_REFRESH_DAYS * 24 * 3600 * 1000)

static struct instant later(struct instant instant, int64_t ms)
{
    return (struct instant){instant.ms + ms};
}

static struct str user_agent_of(const struct request *request)
{
    size_t len = request->user_agent.len;
    while (len > 0 && (len > USER_AGENT_MAX || !str_is_utf8(str_n(request->user_agent.ptr, len)))) {
        len = len > USER_AGENT_MAX ? USER_AGENT_MAX : len - 1;
    }
    return str_n(len == 0 ? "" : request->user_agent.ptr, len);
}

/* ---- failures ---- */

static struct str login_subject(const struct request *request, struct str login)
{
    return str_format(request->arena, "login:%.*s", STR_ARG(login));
}

static struct str address_subject(const struct request *request)
{
    return str_format(request->arena, "address:%.*s", STR_ARG(request->address));
}

static enum err check_lock(struct request *request, struct str login)
{
    struct opt_instant until;
    TRY(failure_store_locked_until(request->db, request->arena, login_subject(request, login), address_subject(request),
                                   request->now, &until));
    if (!until.set) {
        return OK;
    }
    enum err err = error_set(request->error, ERR_LOCKED_OUT, "%s", err_text(ERR_LOCKED_OUT));
    request->error->retry_at = instant_format(request->arena, until.value);
    return err;
}

/* One failed proof. */
struct failure {
    struct request *request; /* who tried */
    struct str login;        /* which name */
    int64_t user_id;         /* 0 for unknown names */
};

/* 1 minute at the limit, twice as long for each further failure, an hour at most. */
static int64_t lock_ms(int64_t failures, int64_t allowed)
{
    int64_t ms = LOCK_FIRST_MS;
    for (int64_t i = allowed; i < failures && ms < LOCK_LONGEST_MS; i++) {
        ms *= 2;
    }
    return ms < LOCK_LONGEST_MS ? ms : LOCK_LONGEST_MS;
}

static enum err count_failure(struct db *db, const struct request *request, struct str subject, int64_t allowed)
{
    int64_t failures;
    TRY(failure_store_add(db, request->arena, subject, request->now, later(request->now, -(int64_t)FAILURES_KEPT_MS),
                          &failures));
    if (failures < allowed) {
        return OK;
    }
    return failure_store_lock(db, request->arena, subject, later(request->now, lock_ms(failures, allowed)));
}

static enum err note_failure(struct db *db, void *context)
{
    struct failure *failure = context;
    /* Subjects in the order of their text, as everywhere: two failures at once cannot deadlock. */
    TRY(count_failure(db, failure->request, address_subject(failure->request), ADDRESS_FAILURES_MAX));
    TRY(count_failure(db, failure->request, login_subject(failure->request, failure->login), LOGIN_FAILURES_MAX));
    return audit_write(failure->request, "user", failure->user_id, "sign_in_failure", 0, NULL, (struct str){0});
}

/* Keeps the failure, then refuses with `code`. */
static enum err refuse(struct request *request, struct str login, int64_t user_id, enum err code)
{
    struct failure failure = {request, login, user_id};
    TRY(db_tx(request->db, note_failure, &failure));
    return error_set(request->error, code, "%s", err_text(code));
}

/* ---- sessions ---- */

/* A session to be made and what its owner gets. */
struct opening {
    struct request *request;   /* as the user from load_user on */
    struct str login;          /* whose failures are forgotten */
    int64_t user_id;           /* whose session */
    struct str client;         /* "browser", "app" */
    struct str password_hash;  /* new password to set, or empty */
    bool end_others;           /* revoke all sessions before */
    const char *action;        /* for the audit */
    struct auth_answer answer; /* out */
};

/* The request as that user: what follows is done, and audited, in the user's name. */
static enum err load_user(const struct request *request, int64_t user_id, struct request *out)
{
    *out = *request;
    return identity_load_user(out, request->db, user_id);
}

static enum err open_session(struct db *db, void *context)
{
    struct opening *opening = context;
    struct arena *arena = opening->request->arena;
    struct request as_user;
    TRY(load_user(opening->request, opening->user_id, &as_user));
    struct instant now = opening->request->now;
    if (opening->password_hash.len > 0) {
        TRY(credential_store_set_password(db, arena, opening->user_id, opening->password_hash, false, now));
        as_user.user->must_change_password = false;
    }
    TRY(failure_store_clear(db, arena, login_subject(opening->request, opening->login)));
    if (opening->end_others) {
        TRY(session_store_revoke_all(db, arena, opening->user_id, "password_change", now));
    }
    struct str family = auth_random_hex(arena, AUTH_FAMILY_LEN / 2);
    struct str token = auth_refresh_create(arena, family);
    struct session_new session = {
        .user_id = opening->user_id,
        .family = family,
        .refresh_hash = auth_sha256(arena, token),
        .client = str_eq_c(opening->client, "app") ? "app" : "browser",
        .address = opening->request->address,
        .user_agent = user_agent_of(opening->request),
        .now = now,
        .expires = later(now, REFRESH_MS),
    };
    int64_t session_id;
    TRY(session_store_create(db, arena, &session, &session_id));
    as_user.user->session_id = session_id;
    opening->answer =
        (struct auth_answer){.refresh_token = token, .client = str_from(session.client), .user = as_user.user};
    TRY(auth_access_create(arena, opening->request->config, (struct access_claims){opening->user_id, session_id}, now,
                           &opening->answer.access_token));
    return audit_write(&as_user, "user", opening->user_id, opening->action, 0, NULL, (struct str){0});
}

/* ---- sign-in ---- */

static struct str fold_login(struct arena *arena, struct str login)
{
    struct str trimmed = str_trim(login);
    char *folded = arena_alloc(arena, trimmed.len + 1);
    for (size_t i = 0; i < trimmed.len; i++) {
        char c = trimmed.ptr[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return str_n(folded, trimmed.len);
}

/* A user who may not sign in costs the same work and gets the same answer as a wrong password. */
static bool password_proves(struct request *request, const struct credential_row *credential, struct str password)
{
    if (!credential->is_active || !credential->password_hash.set) {
        auth_password_waste(request->arena, request->config, password);
        return false;
    }
    return auth_password_matches(request->arena, credential->password_hash.value, password);
}

/* Errors: ERR_TOTP_REQUIRED, ERR_BAD_TOTP. A used step is remembered at once, whatever comes after. */
static enum err check_second_step(struct request *request, const struct credential_row *credential, struct str totp)
{
    if (!credential->totp_secret.set) {
        return OK;
    }
    if (totp.len == 0) {
        return error_set(request->error, ERR_TOTP_REQUIRED, "%s", err_text(ERR_TOTP_REQUIRED));
    }
    struct str secret;
    int64_t step;
    if (!auth_unseal(request->arena, request->config, credential->totp_secret.value, &secret) ||
        !auth_totp_check(secret, str_trim(totp), request->now, credential->totp_last_step, &step)) {
        return refuse(request, credential->login, credential->user_id, ERR_BAD_TOTP);
    }
    enum err err = credential_store_use_step(request->db, request->arena, credential->user_id, step);
    return err == ERR_NOT_FOUND ? refuse(request, credential->login, credential->user_id, ERR_BAD_TOTP) : err;
}

static enum err renew_hash(struct request *request, const struct credential_row *credential, struct str password)
{
    if (!auth_password_is_outdated(request->arena, request->config, credential->password_hash.value)) {
        return OK;
    }
    struct str hash;
    TRY(auth_password_hash(request->arena, request->config, password, &hash));
    return credential_store_rehash(request->db, request->arena, credential->user_id, hash);
}

enum err auth_sign_in(struct request *request, struct str login, struct str password, struct str totp,
                      struct str client, struct auth_answer *out)
{
    struct str name = fold_login(request->arena, login);
    TRY(check_lock(request, name));
    struct credential_row credential;
    enum err err = credential_store_by_login(request->db, request->arena, name, &credential);
    if (err == ERR_NOT_FOUND) {
        auth_password_waste(request->arena, request->config, password);
        return refuse(request, name, 0, ERR_BAD_CREDENTIALS);
    }
    TRY(err);
    if (!password_proves(request, &credential, password)) {
        return refuse(request, name, credential.user_id, ERR_BAD_CREDENTIALS);
    }
    TRY(check_second_step(request, &credential, totp));
    TRY(renew_hash(request, &credential, password));
    struct opening opening = {
        .request = request,
        .login = name,
        .user_id = credential.user_id,
        .client = client,
        .action = "sign_in",
    };
    TRY(db_tx(request->db, open_session, &opening));
    *out = opening.answer;
    return OK;
}

/* ---- refresh ---- */

/* One refresh on its way. */
struct refreshing {
    struct request *request;    /* asks */
    struct str token;           /* presented */
    struct str family;          /* of the token */
    bool accepted;              /* out: the tokens below are good */
    struct session_row session; /* out */
    struct str next;            /* out: next refresh token */
};

static bool is_within_grace(const struct refreshing *refreshing, struct str hash)
{
    const struct session_row *session = &refreshing->session;
    struct request *request = refreshing->request;
    bool is_previous = session->previous_hash.set && auth_equal(hash, session->previous_hash.value);
    bool is_recent = request->now.ms - session->rotated_at.ms <= REFRESH_GRACE_MS;
    bool is_same_program = str_eq(session->user_agent, user_agent_of(request));
    /* After a change of the server key the next token cannot be told again. */
    bool is_told_again = auth_equal(auth_sha256(request->arena, refreshing->next), session->refresh_hash);
    return is_previous && is_recent && is_same_program && is_told_again;
}

static enum err end_reused(struct db *db, const struct refreshing *refreshing)
{
    struct request as_user;
    const struct session_row *session = &refreshing->session;
    TRY(session_store_revoke(db, refreshing->request->arena, session->user_id, session->id, "reuse",
                             refreshing->request->now));
    TRY(load_user(refreshing->request, session->user_id, &as_user));
    return audit_write(&as_user, "user", session->user_id, "refresh_reuse", 0, NULL, (struct str){0});
}

static enum err rotate(struct db *db, void *context)
{
    struct refreshing *refreshing = context;
    struct request *request = refreshing->request;
    struct arena *arena = request->arena;
    refreshing->accepted = false;
    enum err err = session_store_lock_family(db, arena, refreshing->family, &refreshing->session);
    if (err == ERR_NOT_FOUND) {
        return OK;
    }
    TRY(err);
    const struct session_row *session = &refreshing->session;
    if (session->is_revoked || session->expires_at.ms <= request->now.ms || !session->user_is_active) {
        return OK;
    }
    struct str hash = auth_sha256(arena, refreshing->token);
    refreshing->next = auth_refresh_next(arena, request->config, refreshing->token);
    if (is_within_grace(refreshing, hash)) {
        refreshing->accepted = true;
        return OK;
    }
    if (!auth_equal(hash, session->refresh_hash)) {
        return end_reused(db, refreshing);
    }
    refreshing->accepted = true;
    return session_store_rotate(db, arena, session->id, hash, auth_sha256(arena, refreshing->next), request->address,
                                user_agent_of(request), request->now, later(request->now, REFRESH_MS));
}

enum err auth_refresh(struct request *request, struct str token, struct auth_answer *out)
{
    struct refreshing refreshing = {.request = request, .token = token};
    if (auth_refresh_family(token, &refreshing.family)) {
        TRY(db_tx(request->db, rotate, &refreshing));
    }
    if (!refreshing.accepted) {
        return error_set(request->error, ERR_SESSION_ENDED, "%s", err_text(ERR_SESSION_ENDED));
    }
    struct request as_user;
    TRY(load_user(request, refreshing.session.user_id, &as_user));
    as_user.user->session_id = refreshing.session.id;
    *out = (struct auth_answer){
        .refresh_token = refreshing.next, .client = refreshing.session.client, .user = as_user.user};
    struct access_claims claims = {refreshing.session.user_id, refreshing.session.id};
    return auth_access_create(request->arena, request->config, claims, request->now, &out->access_token);
}

enum err auth_sign_out(struct request *request, struct str token)
{
    struct str family;
    if (!auth_refresh_family(token, &family)) {
        return OK;
    }
    struct session_row session;
    enum err err = session_store_lock_family(request->db, request->arena, family, &session);
    if (err == ERR_NOT_FOUND || (err == OK && session.is_revoked)) {
        return OK;
    }
    TRY(err);
    TRY(session_store_revoke(request->db, request->arena, session.user_id, session.id, "sign_out", request->now));
    return audit_write(request, "user", session.user_id, "sign_out", 0, NULL, (struct str){0});
}

enum err auth_end_sessions(struct db *db, struct arena *arena, int64_t user_id, const char *reason, struct instant now)
{
    return session_store_revoke_all(db, arena, user_id, reason, now);
}

enum err auth_end_session(struct request *request, int64_t user_id, int64_t session_id, const char *reason)
{
    TRY(session_store_revoke(request->db, request->arena, user_id, session_id, reason, request->now));
    return audit_write(request, "user", user_id, "end_session", 0, NULL, (struct str){0});
}

/* ---- passwords ---- */

enum err auth_set_password(struct db *db, struct arena *arena, const struct config *config, int64_t user_id,
                           struct str password, bool must_change, struct instant now)
{
    struct str hash;
    TRY(auth_password_hash(arena, config, password, &hash));
    return credential_store_set_password(db, arena, user_id, hash, must_change, now);
}

enum err auth_prove_again(struct request *request, const char *field, struct str password, struct credential_row *out)
{
    TRY(credential_store_by_user(request->db, request->arena, request->user->user_id, out));
    TRY(check_lock(request, out->login));
    if (password_proves(request, out, password)) {
        return OK;
    }
    struct failure failure = {request, out->login, out->user_id};
    TRY(db_tx(request->db, note_failure, &failure));
    error_field(request->error, str_from(field), "wrong", "This is not your password.");
    return error_check_fields(request->error);
}

enum err auth_change_password(struct request *request, struct str current, struct str next, struct auth_answer *out)
{
    struct credential_row credential;
    TRY(auth_prove_again(request, "current_password", current, &credential));
    TRY(password_check(request, "new_password", credential.login, credential.name, next));
    if (str_eq(current, next)) {
        error_field(request->error, STR("new_password"), "unchanged",
                    "Please choose another password than the present one.");
        return error_check_fields(request->error);
    }
    struct opening opening = {
        .request = request,
        .login = credential.login,
        .user_id = credential.user_id,
        .end_others = true,
        .action = "change_password",
    };
    TRY(session_store_client(request->db, request->arena, request->user->session_id, &opening.client));
    TRY(auth_password_hash(request->arena, request->config, next, &opening.password_hash));
    TRY(db_tx(request->db, open_session, &opening));
    *out = opening.answer;
    return OK;
}

/* A first password on its way. */
struct reset {
    struct request *request;           /* the administrator's */
    struct credential_row *credential; /* whose */
    struct str hash;                   /* of the first password */
};

static enum err reset_credential(struct db *db, void *context)
{
    struct reset *reset = context;
    struct arena *arena = reset->request->arena;
    struct instant now = reset->request->now;
    int64_t user_id = reset->credential->user_id;
    TRY(credential_store_set_password(db, arena, user_id, reset->hash, true, now));
    TRY(credential_store_clear_totp(db, arena, user_id));
    TRY(failure_store_clear(db, arena, login_subject(reset->request, reset->credential->login)));
    TRY(session_store_revoke_all(db, arena, user_id, "admin", now));
    return audit_write(reset->request, "user", user_id, "reset_password", 0, NULL, (struct str){0});
}

enum err auth_reset_password(struct request *request, int64_t user_id, struct str *password_out)
{
    struct credential_row credential;
    TRY(credential_store_by_user(request->db, request->arena, user_id, &credential));
    if (credential.is_admin && !request->user->is_admin) {
        return error_set(request->error, ERR_FORBIDDEN, "Only an administrator may reset an administrator's password.");
    }
    struct str password = auth_password_generate(request->arena);
    struct reset reset = {.request = request, .credential = &credential};
    TRY(auth_password_hash(request->arena, request->config, password, &reset.hash));
    TRY(db_tx(request->db, reset_credential, &reset));
    *password_out = password;
    return OK;
}

/* ---- origin ---- */

/* scheme://host[:port] of an address; localhost is written as 127.0.0.1. */
static struct str origin_of(struct arena *arena, struct str url)
{
    size_t scheme_end = str_find(url, STR("://"));
    if (scheme_end == SIZE_MAX) {
        return url;
    }
    struct str scheme = str_slice(url, 0, scheme_end);
    struct str rest = str_slice(url, scheme_end + 3, url.len);
    struct str host = {0};
    str_cut(&rest, '/', &host);
    if (str_eq_c(host, "localhost") || str_starts(host, STR("localhost:"))) {
        struct str port = str_slice(host, strlen("localhost"), host.len);
        host = str_format(arena, "127.0.0.1%.*s", STR_ARG(port));
    }
    return str_format(arena, "%.*s://%.*s", STR_ARG(scheme), STR_ARG(host));
}

enum err auth_check_origin(struct request *request, bool required)
{
    if (request->origin.len == 0 && !required) {
        return OK;
    }
    struct str own = origin_of(request->arena, str_from(request->config->public_url));
    if (request->origin.len > 0 && str_eq_ci(origin_of(request->arena, request->origin), own)) {
        return OK;
    }
    return error_set(request->error, ERR_CSRF, "The request did not come from %.*s, the address of this installation.",
                     STR_ARG(own));
}
