/* Routes of sign-in: bodies to rules, answers and the refresh cookie back. Routes that answer a secret carry
 * ROUTE_NO_TX: the answers of transactional POSTs are stored for idempotency keys, and a secret must not be. */
#include "auth.h"
#include "auth_rules.h"
#include "platform/audit.h"
#include "platform/directory.h"
#include "platform/auth.h"
#include "platform/job.h"

static const char COOKIE[] = "dabiao_refresh";

/* ---- answers ---- */

static json_t *permission_list(const struct identity *user)
{
    json_t *list = json_array();
    for (int permission = PERMISSION_SIGNED_IN + 1; permission < PERMISSION_COUNT; permission++) {
        if (identity_can(user, (enum permission)permission)) {
            json_array_append_new(list, json_string(permission_key((enum permission)permission)));
        }
    }
    return list;
}

/* The signed-in person as the shell needs it. Owned by the caller. */
static enum err me_json(struct request *request, const struct identity *user, json_t **out)
{
    struct me_row me;
    TRY(me_store_get(request->db, request->arena, user->user_id, &me));
    json_t *json = json_object();
    json_object_set_new(json, "id", json_integer(user->user_id));
    json_object_set_new(json, "login", json_str(me.login));
    json_object_set_new(json, "name", json_str(me.name));
    json_object_set_new(json, "email", json_opt_str(me.email));
    json_object_set_new(json, "phone", json_opt_str(me.phone));
    json_object_set_new(json, "locale", json_str(me.locale));
    json_object_set_new(json, "department_id", json_integer(me.department_id));
    json_object_set_new(json, "department_name", json_str(me.department_name));
    json_object_set_new(json, "must_change_password", json_boolean(user->must_change_password));
    json_object_set_new(json, "is_admin", json_boolean(user->is_admin));
    json_object_set_new(json, "totp_enabled", json_boolean(me.totp_enabled));
    json_object_set_new(json, "permissions", permission_list(user));
    *out = json;
    return OK;
}

/* Max-Age 0 removes it. The path keeps it away from every route that does not need it. */
static void set_cookie(const struct request *request, struct response *response, struct str token, int64_t seconds)
{
    struct str cookie =
        str_format(request->arena, "%s=%.*s; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=%lld%s", COOKIE,
                   STR_ARG(token), (long long)seconds, request->config->secure_cookies ? "; Secure" : "");
    response_header(response, STR("Set-Cookie"), cookie);
}

static enum err answer_tokens(struct request *request, struct response *response, const struct auth_answer *answer)
{
    json_t *me;
    TRY(me_json(request, answer->user, &me));
    json_t *json = json_keep(request->arena, json_object());
    json_object_set_new(json, "access_token", json_str(answer->access_token));
    json_object_set_new(json, "expires_in", json_integer(AUTH_ACCESS_SECONDS));
    if (str_eq_c(answer->client, "app")) {
        json_object_set_new(json, "refresh_token", json_str(answer->refresh_token));
    } else {
        set_cookie(request, response, answer->refresh_token, (int64_t)AUTH_REFRESH_DAYS * 24 * 3600);
    }
    json_object_set_new(json, "user", me);
    response->json = json;
    response_header(response, STR("Cache-Control"), STR("no-store"));
    return OK;
}

/* ---- sign-in, refresh, sign-out ---- */

static enum err post_sign_in(struct request *request, struct response *response)
{
    struct str client = json_get_str(request->json, "client");
    TRY(auth_check_origin(request, false));
    struct auth_answer answer;
    TRY(auth_sign_in(request, json_get_str(request->json, "login"), json_get_str(request->json, "password"),
                     json_get_str(request->json, "totp"), client, &answer));
    return answer_tokens(request, response, &answer);
}

/* From the body (app), else from the cookie; a cookie counts only in a request of our own pages. */
static enum err read_refresh_token(struct request *request, struct str *out)
{
    *out = json_get_str(request->json, "refresh_token");
    if (out->len > 0) {
        return OK;
    }
    *out = request_cookie(request, COOKIE);
    return out->len > 0 ? auth_check_origin(request, true) : OK;
}

static enum err post_refresh(struct request *request, struct response *response)
{
    struct str token;
    TRY(read_refresh_token(request, &token));
    struct auth_answer answer;
    TRY(auth_refresh(request, token, &answer));
    return answer_tokens(request, response, &answer);
}

static enum err post_sign_out(struct request *request, struct response *response)
{
    struct str token;
    TRY(read_refresh_token(request, &token));
    TRY(auth_sign_out(request, token));
    set_cookie(request, response, STR(""), 0);
    return OK;
}

/* ---- me ---- */

static enum err get_me(struct request *request, struct response *response)
{
    json_t *me;
    TRY(me_json(request, request->user, &me));
    response->json = json_keep(request->arena, me);
    return OK;
}

static struct opt_str text_or_null(const json_t *body, const char *name, struct opt_str present)
{
    if (!json_has(body, name)) {
        return present;
    }
    struct str text = str_trim(json_get_str(body, name));
    return (struct opt_str){text.len > 0, text};
}

static struct str text_of(struct opt_str text)
{
    return text.set ? text.value : (struct str){0};
}

static void note_change(json_t *changes, const char *name, struct str before, struct str after)
{
    if (!str_eq(before, after)) {
        json_object_set_new(changes, name, json_pack("[o,o]", json_str(before), json_str(after)));
    }
}

static json_t *me_changes(struct request *request, const struct me_row *before, const struct me_row *after)
{
    json_t *changes = json_keep(request->arena, json_object());
    note_change(changes, "name", before->name, after->name);
    note_change(changes, "locale", before->locale, after->locale);
    note_change(changes, "email", text_of(before->email), text_of(after->email));
    note_change(changes, "phone", text_of(before->phone), text_of(after->phone));
    return changes;
}

static enum err patch_me(struct request *request, struct response *response)
{
    struct me_row before;
    TRY(me_store_get(request->db, request->arena, request->user->user_id, &before));
    struct me_row me = before;
    struct str locale = json_get_str(request->json, "locale");
    struct str name = str_trim(json_get_str(request->json, "name"));
    me.locale = locale.len > 0 ? locale : me.locale;
    me.name = name.len > 0 ? name : me.name;
    me.email = text_or_null(request->json, "email", me.email);
    me.phone = text_or_null(request->json, "phone", me.phone);
    TRY(me_store_update(request->db, request->arena, request->user->user_id, &me, request->now));
    TRY(str_eq(me.name, before.name) ? OK : directory_change(request));
    TRY(audit_write(request, "user", request->user->user_id, "update", 0, me_changes(request, &before, &me),
                    (struct str){0}));
    return get_me(request, response);
}

static enum err put_password(struct request *request, struct response *response)
{
    struct auth_answer answer;
    TRY(auth_change_password(request, json_get_str(request->json, "current_password"),
                             json_get_str(request->json, "new_password"), &answer));
    return answer_tokens(request, response, &answer);
}

/* ---- sessions ---- */

static enum err answer_sessions(struct request *request, struct response *response, int64_t user_id)
{
    struct session_view *rows;
    size_t count;
    TRY(session_store_list(request->db, request->arena, user_id, request->now, &rows, &count));
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_object();
        json_object_set_new(item, "id", json_integer(rows[i].id));
        json_object_set_new(item, "address", json_opt_str(rows[i].address));
        json_object_set_new(item, "user_agent", json_opt_str(rows[i].user_agent));
        json_object_set_new(item, "client", json_str(rows[i].client));
        json_object_set_new(item, "created_at", json_instant(request->arena, rows[i].created_at));
        json_object_set_new(item, "last_seen_at", json_instant(request->arena, rows[i].last_seen_at));
        json_object_set_new(item, "current", json_boolean(rows[i].id == request->user->session_id));
        json_array_append_new(items, item);
    }
    response->json = json_keep(request->arena, json_pack("{s:o}", "items", items));
    return OK;
}

static enum err get_sessions(struct request *request, struct response *response)
{
    return answer_sessions(request, response, request->user->user_id);
}

static enum err delete_session(struct request *request, struct response *response)
{
    (void)response;
    return auth_end_session(request, request->user->user_id, request->params[0], "sign_out");
}

static enum err check_user_exists(struct request *request, int64_t user_id)
{
    struct me_row ignored;
    return me_store_get(request->db, request->arena, user_id, &ignored);
}

static enum err get_user_sessions(struct request *request, struct response *response)
{
    TRY(check_user_exists(request, request->params[0]));
    return answer_sessions(request, response, request->params[0]);
}

static enum err delete_user_sessions(struct request *request, struct response *response)
{
    (void)response;
    TRY(check_user_exists(request, request->params[0]));
    return auth_end_sessions(request->db, request->arena, request->params[0], "admin", request->now);
}

static enum err post_reset_password(struct request *request, struct response *response)
{
    struct str password;
    TRY(auth_reset_password(request, request->params[0], &password));
    response->json = json_keep(request->arena, json_pack("{s:o}", "first_password", json_str(password)));
    response_header(response, STR("Cache-Control"), STR("no-store"));
    return OK;
}

/* ---- second step ---- */

static enum err post_totp(struct request *request, struct response *response)
{
    struct str secret;
    struct str url;
    struct str svg;
    TRY(auth_offer_totp(request, &secret, &url, &svg));
    response->json = json_keep(request->arena, json_pack("{s:o,s:o,s:o}", "secret", json_str(secret), "otpauth_url",
                                                         json_str(url), "qr_svg", json_str(svg)));
    response_header(response, STR("Cache-Control"), STR("no-store"));
    return OK;
}

static enum err post_totp_confirm(struct request *request, struct response *response)
{
    (void)response;
    return auth_confirm_totp(request, json_get_str(request->json, "code"));
}

static enum err post_totp_disable(struct request *request, struct response *response)
{
    (void)response;
    return auth_disable_totp(request, json_get_str(request->json, "password"));
}

/* ---- shapes ---- */

static const struct option CLIENTS[] = {{"browser", "浏览器", "Browser"}, {"app", "应用", "App"}, {NULL, NULL, NULL}};
static const struct option LOCALES[] = {
    {"zh-CN", "简体中文", "Simplified Chinese"}, {"en", "英文", "English"}, {NULL, NULL, NULL}};
#define SECRET_TEXT(name_, flags_, max_, about_)                                                                       \
    {                                                                                                                  \
        .name = name_, .type = FIELD_TEXT, .flags = FIELD_SENSITIVE | (flags_), .max = (max_), .about = about_         \
    }

static const struct field SIGN_IN_BODY[] = {
    {.name = "login",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .max = 100,
     .about = "user name, case does not matter"},
    SECRET_TEXT("password", FIELD_REQUIRED, 200, "as typed"),
    SECRET_TEXT("totp", FIELD_NULLABLE, 16, "6 digits of the authenticator app, when the second step is on"),
    {.name = "client",
     .type = FIELD_ENUM,
     .options = CLIENTS,
     .about = "browser: refresh token as cookie; app: in the answer"},
    FIELD_END,
};
static const struct field REFRESH_BODY[] = {
    SECRET_TEXT("refresh_token", FIELD_NULLABLE, 200, "of an app; browsers send their cookie"),
    FIELD_END,
};
static const struct field PASSWORD_BODY[] = {
    SECRET_TEXT("current_password", FIELD_REQUIRED, 200, "as it is"),
    SECRET_TEXT("new_password", FIELD_REQUIRED, 1000, "10 to 200 characters, neither name nor common word"),
    FIELD_END,
};
static const struct field CODE_BODY[] = {
    SECRET_TEXT("code", FIELD_REQUIRED, 16, "6 digits of the authenticator app"),
    FIELD_END,
};
static const struct field PROOF_BODY[] = {
    SECRET_TEXT("password", FIELD_REQUIRED, 200, "the present password"),
    FIELD_END,
};
static const struct field ME_BODY[] = {
    {.name = "locale", .type = FIELD_ENUM, .options = LOCALES, .about = "language of pages and mails"},
    {.name = "name", .type = FIELD_TEXT, .max = 100, .about = "display name"},
    {.name = "email", .type = FIELD_EMAIL, .flags = FIELD_NULLABLE, .about = "own address"},
    {.name = "phone", .type = FIELD_PHONE, .flags = FIELD_NULLABLE, .about = "own number"},
    FIELD_END,
};
static const struct field ME[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "user id"},
    {.name = "login", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "user name"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "display name"},
    {.name = "email", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "own address"},
    {.name = "phone", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "own number"},
    {.name = "locale", .type = FIELD_ENUM, .flags = FIELD_REQUIRED, .options = LOCALES, .about = "language"},
    {.name = "department_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "current department"},
    {.name = "department_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "its name"},
    {.name = "must_change_password",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .about = "a first password is in use"},
    {.name = "is_admin", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "holds the administrator role"},
    {.name = "totp_enabled", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "the second step is on"},
    {.name = "permissions",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .item = FIELD_TEXT,
     .about = "keys of GET /permissions"},
    FIELD_END,
};
static const struct field TOKENS[] = {
    SECRET_TEXT("access_token", FIELD_REQUIRED, 4096, "for the header Authorization: Bearer"),
    {.name = "expires_in", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "seconds the access token lives"},
    SECRET_TEXT("refresh_token", 0, 200, "only for client app"),
    {.name = "user", .type = FIELD_OBJECT, .flags = FIELD_REQUIRED, .fields = ME, .about = "who signed in"},
    FIELD_END,
};
static const struct field SESSION[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "session id"},
    {.name = "address",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "client address at the last refresh"},
    {.name = "user_agent", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "client program"},
    {.name = "client", .type = FIELD_ENUM, .flags = FIELD_REQUIRED, .options = CLIENTS, .about = "browser or app"},
    {.name = "created_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "signed in"},
    {.name = "last_seen_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "last refresh"},
    {.name = "current", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "the session that asks"},
    FIELD_END,
};
static const struct field SESSIONS[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = SESSION,
     .about = "open sessions, last used first"},
    FIELD_END,
};
static const struct field FIRST_PASSWORD[] = {
    SECRET_TEXT("first_password", FIELD_REQUIRED, 200, "shown once; must be changed at sign-in"),
    FIELD_END,
};
static const struct field TOTP[] = {
    SECRET_TEXT("secret", FIELD_REQUIRED, 64, "base32, to type into the app"),
    SECRET_TEXT("otpauth_url", FIELD_REQUIRED, 500, "for the app"),
    SECRET_TEXT("qr_svg", FIELD_REQUIRED, 100000, "the URL as a picture to scan"),
    FIELD_END,
};

static const struct route ROUTES[] = {
    {.method = "POST",
     .path = "/auth/sign-in",
     .name = "auth.sign_in",
     .permission = PERMISSION_PUBLIC,
     .flags = ROUTE_NO_TX,
     .body = SIGN_IN_BODY,
     .answer = TOKENS,
     .handler = post_sign_in,
     .about = "Signs in with a password and, when it is on, a second step."},
    {.method = "POST",
     .path = "/auth/refresh",
     .name = "auth.refresh",
     .permission = PERMISSION_PUBLIC,
     .flags = ROUTE_NO_TX | ROUTE_COOKIE,
     .body = REFRESH_BODY,
     .answer = TOKENS,
     .handler = post_refresh,
     .about = "Exchanges a refresh token for the next tokens."},
    {.method = "POST",
     .path = "/auth/sign-out",
     .name = "auth.sign_out",
     .permission = PERMISSION_PUBLIC,
     .flags = ROUTE_COOKIE,
     .body = REFRESH_BODY,
     .handler = post_sign_out,
     .about = "Ends the session of a refresh token."},
    {.method = "GET",
     .path = "/auth/me",
     .name = "auth.me",
     .permission = PERMISSION_SIGNED_IN,
     .flags = ROUTE_FIRST_PASSWORD,
     .answer = ME,
     .handler = get_me,
     .about = "The signed-in person with all permissions."},
    {.method = "PATCH",
     .path = "/auth/me",
     .name = "auth.update_me",
     .permission = PERMISSION_SIGNED_IN,
     .body = ME_BODY,
     .answer = ME,
     .handler = patch_me,
     .about = "Changes what people may change about themselves."},
    {.method = "PUT",
     .path = "/auth/password",
     .name = "auth.change_password",
     .permission = PERMISSION_SIGNED_IN,
     .flags = ROUTE_NO_TX | ROUTE_FIRST_PASSWORD,
     .body = PASSWORD_BODY,
     .answer = TOKENS,
     .handler = put_password,
     .about = "Sets another password, ends all other sessions and gives new tokens."},
    {.method = "GET",
     .path = "/auth/sessions",
     .name = "auth.sessions",
     .permission = PERMISSION_SIGNED_IN,
     .answer = SESSIONS,
     .handler = get_sessions,
     .about = "One's own open sessions."},
    {.method = "DELETE",
     .path = "/auth/sessions/{id}",
     .name = "auth.end_session",
     .permission = PERMISSION_SIGNED_IN,
     .handler = delete_session,
     .about = "Ends one of one's own sessions."},
    {.method = "POST",
     .path = "/auth/totp",
     .name = "auth.offer_totp",
     .permission = PERMISSION_SIGNED_IN,
     .flags = ROUTE_NO_TX,
     .answer = TOTP,
     .handler = post_totp,
     .about = "Offers a secret for the second step; it counts once a code confirms it."},
    {.method = "POST",
     .path = "/auth/totp/confirm",
     .name = "auth.confirm_totp",
     .permission = PERMISSION_SIGNED_IN,
     .body = CODE_BODY,
     .handler = post_totp_confirm,
     .about = "Turns the second step on with a first code."},
    {.method = "POST",
     .path = "/auth/totp/disable",
     .name = "auth.disable_totp",
     .permission = PERMISSION_SIGNED_IN,
     .flags = ROUTE_NO_TX,
     .body = PROOF_BODY,
     .handler = post_totp_disable,
     .about = "Turns the second step off; asks for the password."},
    {.method = "GET",
     .path = "/users/{id}/sessions",
     .name = "user.sessions",
     .permission = PERM_SESSION_REVOKE,
     .answer = SESSIONS,
     .handler = get_user_sessions,
     .about = "Somebody's open sessions."},
    {.method = "DELETE",
     .path = "/users/{id}/sessions",
     .name = "user.end_sessions",
     .permission = PERM_SESSION_REVOKE,
     .handler = delete_user_sessions,
     .about = "Ends all sessions of a person."},
    {.method = "POST",
     .path = "/users/{id}/reset-password",
     .name = "user.reset_password",
     .permission = PERM_USER_EDIT,
     .flags = ROUTE_NO_TX,
     .answer = FIRST_PASSWORD,
     .handler = post_reset_password,
     .about = "Gives a person a first password, ends the sessions and turns the second step off."},
    {0},
};

/* Failures are forgotten after a day, ended sessions are shown to nobody. */
static enum err run_clean(struct job *job, json_t **result_out)
{
    enum { FAILURE_DAYS = 2, SESSION_DAYS = 30 };
    const int64_t day_ms = 24 * 3600 * 1000;
    (void)result_out;
    return auth_store_clean(job->db, job->arena, (struct instant){job->now.ms - FAILURE_DAYS * day_ms},
                            (struct instant){job->now.ms - SESSION_DAYS * day_ms});
}

static const struct job_kind JOB_KINDS[] = {
    {.name = "auth.clean", .run = run_clean, .schedule = "daily 03:40"},
    {0},
};

const struct feature AUTH_FEATURE = {.name = "auth", .routes = ROUTES, .job_kinds = JOB_KINDS};
