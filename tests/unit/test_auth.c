/* Sign-in from the proofs up to the rules. The tests below "with a database" use a MariaDB and a database of their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "database.h"

#include "../../app/auth/auth_rules.h"
#include "auth.h"
#include "platform/auth.h"
#include "platform/identity_load.h"
#include "platform/migrate.h"
#include "platform/tx.h"

static struct arena *arena;
static struct db *db;
static struct config config = {
    .db_name = "dabiao_test_auth",
    .db_user = "root",
    .db_password = "",
    .db_hosts = "",
    .db_socket = "",
    .sql_dir = "sql",
    .jwt_key = "0123456789abcdef0123456789abcdef",
    .public_url = "http://127.0.0.1:8080",
    .time_zone = "Asia/Shanghai",
    .argon_memory_kb = 8192,
    .argon_passes = 1,
};
/* 2026-03-31T08:00:00Z */
static const struct instant NOW = {1774944000000};
static const char PASSWORD[] = "plough teapot 77";
static const char BROWSER[] = "Mozilla/5.0 (X11)";

static struct instant at(int64_t seconds)
{
    return (struct instant){NOW.ms + seconds * 1000};
}

static struct str text(const char *c_string)
{
    return str_from(c_string);
}

/* ---- access tokens ---- */

static struct str token_of(struct access_claims claims)
{
    struct str token;
    assert_int_equal(auth_access_create(arena, &config, claims, NOW, &token), OK);
    return token;
}

static enum err read_at(struct str token, struct instant now, struct access_claims *out)
{
    return auth_access_read(arena, &config, token, now, out);
}

static void access_token_lives_15_minutes(void **state)
{
    (void)state;
    struct access_claims claims;
    struct str token = token_of((struct access_claims){7, 42});
    assert_int_equal(read_at(token, NOW, &claims), OK);
    assert_int_equal(claims.user_id, 7);
    assert_int_equal(claims.session_id, 42);
    assert_int_equal(read_at(token, at(899), &claims), OK);
    assert_int_equal(read_at(token, at(900), &claims), ERR_NOT_SIGNED_IN);
    assert_int_equal(read_at(token, at(-31), &claims), ERR_NOT_SIGNED_IN);
}

static void every_changed_byte_of_a_token_is_noticed(void **state)
{
    (void)state;
    struct access_claims claims;
    struct str token = token_of((struct access_claims){7, 42});
    /* The last character of a base64 text may carry unused bits. */
    for (size_t i = 0; i + 1 < token.len; i++) {
        char *changed = str_c(arena, token);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_int_equal(read_at(text(changed), NOW, &claims), ERR_NOT_SIGNED_IN);
    }
    assert_int_equal(read_at(str_slice(token, 0, token.len - 5), NOW, &claims), ERR_NOT_SIGNED_IN);
    assert_int_equal(read_at(text(""), NOW, &claims), ERR_NOT_SIGNED_IN);
    assert_int_equal(read_at(text("a.b.c"), NOW, &claims), ERR_NOT_SIGNED_IN);
}

static void foreign_keys_and_algorithms_are_refused(void **state)
{
    (void)state;
    struct access_claims claims;
    struct str token = token_of((struct access_claims){7, 42});
    struct config other = config;
    other.jwt_key = "fedcba9876543210fedcba9876543210";
    assert_int_equal(auth_access_read(arena, &other, token, NOW, &claims), ERR_NOT_SIGNED_IN);
    other.jwt_key = "short";
    assert_int_equal(auth_access_read(arena, &other, token, NOW, &claims), ERR_NOT_SIGNED_IN);
    assert_int_equal(auth_access_create(arena, &other, claims, NOW, &token), ERR_INTERNAL);
    /* {"alg":"none","typ":"JWT"} . {"sub":"7","sid":42,"iss":"dabiao","aud":"dabiao-api","nbf":1,"exp":9999999999} */
    static const char NONE[] =
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0."
        "eyJzdWIiOiI3Iiwic2lkIjo0MiwiaXNzIjoiZGFiaWFvIiwiYXVkIjoiZGFiaWFvLWFwaSIsIm5iZiI6MSwiZXhwIjo5OTk5OTk5OTk5fQ.";
    assert_int_equal(read_at(text(NONE), NOW, &claims), ERR_NOT_SIGNED_IN);
}

/* ---- passwords and secrets ---- */

static void passwords_hash_and_verify(void **state)
{
    (void)state;
    struct str hash;
    assert_int_equal(auth_password_hash(arena, &config, text(PASSWORD), &hash), OK);
    assert_true(str_starts(hash, STR("$argon2id$")));
    assert_true(auth_password_matches(arena, hash, text(PASSWORD)));
    assert_false(auth_password_matches(arena, hash, text("plough teapot 78")));
    assert_false(auth_password_is_outdated(arena, &config, hash));
    struct config stronger = config;
    stronger.argon_passes = 2;
    assert_true(auth_password_is_outdated(arena, &stronger, hash));
}

static void assert_fault(const char *password, const char *expected)
{
    const char *fault = password_fault(arena, STR("zhang.san"), STR("张三丰"), text(password));
    if (expected == NULL) {
        assert_null(fault);
        return;
    }
    assert_non_null(fault);
    assert_string_equal(fault, expected);
}

static void weak_passwords_are_named(void **state)
{
    (void)state;
    assert_fault("abc123", "too_short");
    assert_fault("中文密码九个字不够长", NULL);
    assert_fault("中文密码九个字不够", "too_short");
    assert_fault("zhang.san2026", "contains_name");
    assert_fault("ZHANG.SAN!!", "contains_name");
    assert_fault("张三丰1234567", "contains_name");
    assert_fault("password123", "too_common");
    assert_fault("P@ssw0rd2026!", "too_common");
    assert_fault("1234567890", "too_common");
    assert_fault("qwertyuiop", "too_common");
    assert_fault("1q2w3e4r5t", "too_common");
    assert_fault("aaaaaaaaaaaa", "too_common");
    assert_fault("Iloveyou2026", "too_common");
    assert_fault("admin@2026!!", "too_common");
    assert_fault(PASSWORD, NULL);
    char *long_one = arena_alloc(arena, 202);
    memset(long_one, 'x', 201);
    assert_fault(long_one, "too_long");
}

static void generated_passwords_are_good_and_differ(void **state)
{
    (void)state;
    struct str first = auth_password_generate(arena);
    struct str second = auth_password_generate(arena);
    assert_int_equal(first.len, 19);
    assert_false(str_eq(first, second));
    assert_fault(str_c(arena, first), NULL);
}

static void secrets_come_back_only_with_the_key(void **state)
{
    (void)state;
    struct str secret = auth_totp_secret(arena);
    struct str sealed;
    struct str opened;
    assert_int_equal(auth_seal(arena, &config, secret, &sealed), OK);
    assert_true(sealed.len / 2 <= 64);
    assert_true(auth_unseal(arena, &config, sealed, &opened));
    assert_true(str_eq(opened, secret));
    struct config other = config;
    other.jwt_key = "fedcba9876543210fedcba9876543210";
    assert_false(auth_unseal(arena, &other, sealed, &opened));
    assert_false(auth_unseal(arena, &config, STR("00"), &opened));
    assert_false(auth_unseal(arena, &config, STR("no hex"), &opened));
}

/* ---- one-time codes ---- */

static void codes_fit_rfc_6238_and_work_once(void **state)
{
    (void)state;
    struct str secret = STR("12345678901234567890");
    struct instant then = {59000};
    int64_t step = 0;
    assert_true(str_eq_c(auth_totp_code(arena, secret, then), "287082"));
    assert_true(auth_totp_check(secret, STR("287082"), then, 0, &step));
    assert_int_equal(step, 1);
    assert_false(auth_totp_check(secret, STR("287082"), then, step, &step));
    assert_false(auth_totp_check(secret, STR("287083"), then, 0, &step));
    assert_false(auth_totp_check(secret, STR("28708"), then, 0, &step));
    /* A clock 30 seconds off still fits, 60 seconds do not. */
    struct str code = auth_totp_code(arena, secret, NOW);
    assert_true(auth_totp_check(secret, code, at(30), 0, &step));
    assert_true(auth_totp_check(secret, code, at(-30), 0, &step));
    assert_false(auth_totp_check(secret, code, at(60), 0, &step));
    assert_false(auth_totp_check(secret, code, at(-60), 0, &step));
}

static void authenticator_apps_get_url_and_picture(void **state)
{
    (void)state;
    struct str secret = STR("12345678901234567890");
    assert_true(str_eq_c(auth_totp_base32(arena, secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
    struct str url = auth_totp_url(arena, secret, STR("张 san"));
    assert_true(
        str_eq_c(url, "otpauth://totp/Dabiao:%E5%BC%A0%20san?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Dabiao"));
    struct str svg;
    assert_int_equal(auth_qr_svg(arena, url, &svg), OK);
    assert_true(str_starts(svg, STR("<svg ")));
    assert_true(str_ends(svg, STR("z\"/></svg>")));
}

static void next_refresh_token_is_the_same_for_all_who_ask(void **state)
{
    (void)state;
    struct str token = auth_refresh_create(arena, auth_random_hex(arena, 16));
    struct str family;
    assert_true(auth_refresh_family(token, &family));
    struct str next = auth_refresh_next(arena, &config, token);
    assert_true(str_eq(next, auth_refresh_next(arena, &config, token)));
    assert_false(str_eq(next, token));
    struct str next_family;
    assert_true(auth_refresh_family(next, &next_family));
    assert_true(str_eq(family, next_family));
    assert_false(auth_refresh_family(STR(""), &family));
    assert_false(auth_refresh_family(str_slice(token, 1, token.len), &family));
    char *bad = str_c(arena, token);
    bad[3] = 'X';
    assert_false(auth_refresh_family(text(bad), &family));
}

/* ---- with a database ---- */

static struct error error;

static struct request request_at(int64_t seconds)
{
    error_init(&error, arena);
    return (struct request){
        .arena = arena,
        .db = db,
        .config = &config,
        .error = &error,
        .id = STR("test"),
        .address = STR("192.0.2.7"),
        .user_agent = text(BROWSER),
        .now = at(seconds),
        .today = date_of(2026, 3, 31),
        .zone = "Asia/Shanghai",
    };
}

static int64_t run(const char *sql, struct args args)
{
    struct db_result result;
    assert_int_equal(db_run(db, arena, text(sql), args, &result), OK);
    return result.id;
}

static int64_t number(const char *sql)
{
    struct rows rows;
    assert_int_equal(db_query(db, arena, text(sql), NO_ARGS, &rows), OK);
    return rows_get(&rows, 0, 0).integer;
}

static int64_t user_id;

static enum err seed(struct db *tx_db, void *context)
{
    (void)context;
    int64_t department;
    return company_seed(tx_db, arena, &config, NOW, &department);
}

/* A company with one salesperson, Li. */
static int make_person(void **state)
{
    (void)state;
    static const char *const TABLES[] = {"sign_in_failure", "user_session",    "user_credential", "user_role",
                                         "audit_entry",     "user_assignment", "`user`"};
    run("SET FOREIGN_KEY_CHECKS = 0", NO_ARGS);
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
        assert_int_equal(db_script(db, str_format(arena, "DELETE FROM %s", TABLES[i])), OK);
    }
    run("SET FOREIGN_KEY_CHECKS = 1", NO_ARGS);
    assert_int_equal(db_tx(db, seed, NULL), OK);
    user_id = run("INSERT INTO `user` (login, name, department_id, created_at, updated_at) "
                  "SELECT 'li', 'Li', MIN(id), NOW(3), NOW(3) FROM department",
                  NO_ARGS);
    run("INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM role WHERE code = 'sales'", ARGS(V(user_id)));
    run("UPDATE company SET org_epoch = org_epoch + 1", NO_ARGS);
    assert_int_equal(auth_set_password(db, arena, &config, user_id, text(PASSWORD), false, NOW), OK);
    return 0;
}

static enum err sign_in_at(int64_t seconds, const char *login, const char *password, const char *totp,
                           struct auth_answer *out)
{
    struct request request = request_at(seconds);
    return auth_sign_in(&request, text(login), text(password), text(totp), STR("browser"), out);
}

static struct auth_answer signed_in(void)
{
    struct auth_answer answer;
    assert_int_equal(sign_in_at(0, "li", PASSWORD, "", &answer), OK);
    return answer;
}

/* Loads the identity of an access token as the dispatcher does. */
static enum err identify(struct request *request, struct str access_token)
{
    request->authorization = str_format(arena, "Bearer %.*s", STR_ARG(access_token));
    return identity_load(request, db);
}

static void signing_in_gives_an_identity(void **state)
{
    (void)state;
    struct auth_answer answer;
    assert_int_equal(sign_in_at(0, "  LI ", PASSWORD, "", &answer), OK);
    struct request request = request_at(1);
    assert_int_equal(identify(&request, answer.access_token), OK);
    assert_int_equal(request.user->user_id, user_id);
    assert_true(identity_can(request.user, PERM_CUSTOMER_VIEW));
    assert_false(identity_can(request.user, PERM_CUSTOMER_EXPORT));
    assert_false(request.user->is_admin);
    assert_int_equal(date_compare(request.today, date_of(2026, 3, 31)), 0);
    assert_int_equal(number("SELECT COUNT(*) FROM audit_entry WHERE action = 'sign_in' AND user_id IS NOT NULL"), 1);
}

static void disabled_people_and_ended_sessions_are_out_at_once(void **state)
{
    (void)state;
    struct auth_answer answer = signed_in();
    struct request request = request_at(1);
    run("UPDATE `user` SET status = 'disabled'", NO_ARGS);
    assert_int_equal(identify(&request, answer.access_token), ERR_SESSION_ENDED);
    struct auth_answer refused;
    assert_int_equal(sign_in_at(1, "li", PASSWORD, "", &refused), ERR_BAD_CREDENTIALS);
    request = request_at(2);
    assert_int_equal(auth_refresh(&request, answer.refresh_token, &refused), ERR_SESSION_ENDED);
    run("UPDATE `user` SET status = 'active'", NO_ARGS);
    request = request_at(3);
    assert_int_equal(identify(&request, answer.access_token), OK);
    assert_int_equal(auth_end_sessions(db, arena, user_id, "admin", at(3)), OK);
    request = request_at(4);
    assert_int_equal(identify(&request, answer.access_token), ERR_SESSION_ENDED);
}

static void a_changed_role_counts_from_the_next_request(void **state)
{
    (void)state;
    struct auth_answer answer = signed_in();
    struct request request = request_at(1);
    assert_int_equal(identify(&request, answer.access_token), OK);
    assert_false(request.user->is_admin);
    run("INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM role WHERE code = 'admin'", ARGS(V(user_id)));
    run("UPDATE company SET org_epoch = org_epoch + 1", NO_ARGS);
    request = request_at(2);
    assert_int_equal(identify(&request, answer.access_token), OK);
    assert_true(request.user->is_admin);
    assert_true(identity_can(request.user, PERM_AUDIT_VIEW));
}

static void five_failures_lock_and_the_lock_doubles(void **state)
{
    (void)state;
    struct auth_answer answer;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sign_in_at(i, "li", "wrong password", "", &answer), ERR_BAD_CREDENTIALS);
    }
    assert_int_equal(sign_in_at(5, "li", PASSWORD, "", &answer), ERR_LOCKED_OUT);
    assert_true(str_eq_c(error.retry_at, "2026-03-31T08:01:04.000Z"));
    assert_int_equal(sign_in_at(65, "li", "wrong password", "", &answer), ERR_BAD_CREDENTIALS);
    assert_int_equal(sign_in_at(65 + 119, "li", PASSWORD, "", &answer), ERR_LOCKED_OUT);
    assert_int_equal(sign_in_at(65 + 121, "li", PASSWORD, "", &answer), OK);
    assert_int_equal(number("SELECT COUNT(*) FROM audit_entry WHERE action = 'sign_in_failure'"), 6);
    /* Success forgets the failures of the login. */
    assert_int_equal(sign_in_at(190, "li", "wrong password", "", &answer), ERR_BAD_CREDENTIALS);
    assert_int_equal(sign_in_at(191, "li", PASSWORD, "", &answer), OK);
}

static void unknown_names_lock_like_known_ones(void **state)
{
    (void)state;
    struct auth_answer answer;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sign_in_at(i, "nobody", "wrong password", "", &answer), ERR_BAD_CREDENTIALS);
    }
    assert_int_equal(sign_in_at(5, "nobody", "wrong password", "", &answer), ERR_LOCKED_OUT);
    assert_int_equal(sign_in_at(5, "li", PASSWORD, "", &answer), OK);
}

static void an_address_locks_after_thirty_failures(void **state)
{
    (void)state;
    struct auth_answer answer;
    run("INSERT INTO sign_in_failure (subject, failures, last_at) VALUES ('address:192.0.2.7', 29, ?)", ARGS(V(NOW)));
    assert_int_equal(sign_in_at(1, "somebody", "wrong password", "", &answer), ERR_BAD_CREDENTIALS);
    assert_int_equal(sign_in_at(2, "li", PASSWORD, "", &answer), ERR_LOCKED_OUT);
    assert_int_equal(sign_in_at(62, "li", PASSWORD, "", &answer), OK);
}

static enum err refresh_at(int64_t seconds, struct str token, const char *program, struct auth_answer *out)
{
    struct request request = request_at(seconds);
    request.user_agent = text(program);
    return auth_refresh(&request, token, out);
}

static void two_tabs_refreshing_at_once_stay_signed_in(void **state)
{
    (void)state;
    struct auth_answer start = signed_in();
    struct auth_answer first;
    struct auth_answer second;
    assert_int_equal(refresh_at(600, start.refresh_token, BROWSER, &first), OK);
    assert_int_equal(refresh_at(601, start.refresh_token, BROWSER, &second), OK);
    /* Both hold the same token: whichever answer comes last, the next refresh works. */
    assert_true(str_eq(first.refresh_token, second.refresh_token));
    assert_false(str_eq(first.refresh_token, start.refresh_token));
    assert_int_equal(refresh_at(1200, second.refresh_token, BROWSER, &first), OK);
    assert_int_equal(number("SELECT COUNT(*) FROM user_session WHERE revoked_at IS NOT NULL"), 0);
}

static void a_token_used_again_later_ends_the_session(void **state)
{
    (void)state;
    struct auth_answer start = signed_in();
    struct auth_answer first;
    struct auth_answer ignored;
    assert_int_equal(refresh_at(600, start.refresh_token, BROWSER, &first), OK);
    assert_int_equal(refresh_at(611, start.refresh_token, BROWSER, &ignored), ERR_SESSION_ENDED);
    assert_int_equal(refresh_at(612, first.refresh_token, BROWSER, &ignored), ERR_SESSION_ENDED);
    assert_int_equal(number("SELECT COUNT(*) FROM audit_entry WHERE action = 'refresh_reuse'"), 1);
    struct request request = request_at(613);
    assert_int_equal(identify(&request, first.access_token), ERR_SESSION_ENDED);
}

static void another_program_gets_no_grace(void **state)
{
    (void)state;
    struct auth_answer start = signed_in();
    struct auth_answer ignored;
    assert_int_equal(refresh_at(600, start.refresh_token, BROWSER, &ignored), OK);
    assert_int_equal(refresh_at(601, start.refresh_token, "curl/8", &ignored), ERR_SESSION_ENDED);
    assert_int_equal(number("SELECT COUNT(*) FROM user_session WHERE revoked_reason = 'reuse'"), 1);
}

static void tokens_older_than_the_one_before_end_the_session(void **state)
{
    (void)state;
    struct auth_answer start = signed_in();
    struct auth_answer first;
    struct auth_answer second;
    assert_int_equal(refresh_at(600, start.refresh_token, BROWSER, &first), OK);
    assert_int_equal(refresh_at(602, first.refresh_token, BROWSER, &second), OK);
    assert_int_equal(refresh_at(603, start.refresh_token, BROWSER, &first), ERR_SESSION_ENDED);
    assert_int_equal(refresh_at(604, second.refresh_token, BROWSER, &first), ERR_SESSION_ENDED);
}

static void refresh_tokens_live_thirty_days(void **state)
{
    (void)state;
    struct auth_answer start = signed_in();
    struct auth_answer ignored;
    assert_int_equal(refresh_at(30 * 86400, start.refresh_token, BROWSER, &ignored), ERR_SESSION_ENDED);
    assert_int_equal(refresh_at(30 * 86400 - 1, start.refresh_token, BROWSER, &ignored), OK);
    assert_int_equal(refresh_at(0, STR("nonsense"), BROWSER, &ignored), ERR_SESSION_ENDED);
}

static void signing_out_ends_the_session(void **state)
{
    (void)state;
    struct auth_answer start = signed_in();
    struct auth_answer ignored;
    struct request request = request_at(5);
    assert_int_equal(auth_sign_out(&request, start.refresh_token), OK);
    assert_int_equal(auth_sign_out(&request, start.refresh_token), OK);
    assert_int_equal(auth_sign_out(&request, STR("")), OK);
    assert_int_equal(refresh_at(6, start.refresh_token, BROWSER, &ignored), ERR_SESSION_ENDED);
}

static void changing_the_password_ends_other_sessions(void **state)
{
    (void)state;
    struct auth_answer other = signed_in();
    struct auth_answer mine = signed_in();
    struct auth_answer answer;
    struct request request = request_at(5);
    assert_int_equal(identify(&request, mine.access_token), OK);
    assert_int_equal(auth_change_password(&request, STR("not mine at all"), STR("copper lantern 9"), &answer),
                     ERR_INVALID);
    request = request_at(6);
    assert_int_equal(identify(&request, mine.access_token), OK);
    assert_int_equal(auth_change_password(&request, text(PASSWORD), STR("password123"), &answer), ERR_WEAK_PASSWORD);
    request = request_at(7);
    assert_int_equal(identify(&request, mine.access_token), OK);
    assert_int_equal(auth_change_password(&request, text(PASSWORD), text(PASSWORD), &answer), ERR_INVALID);
    request = request_at(8);
    assert_int_equal(identify(&request, mine.access_token), OK);
    assert_int_equal(auth_change_password(&request, text(PASSWORD), STR("copper lantern 9"), &answer), OK);
    struct request again = request_at(9);
    assert_int_equal(identify(&again, answer.access_token), OK);
    again = request_at(9);
    assert_int_equal(identify(&again, other.access_token), ERR_SESSION_ENDED);
    assert_int_equal(sign_in_at(10, "li", PASSWORD, "", &answer), ERR_BAD_CREDENTIALS);
    assert_int_equal(sign_in_at(11, "li", "copper lantern 9", "", &answer), OK);
}

static void an_administrator_resets_a_password(void **state)
{
    (void)state;
    struct auth_answer answer = signed_in();
    struct request request = request_at(5);
    assert_int_equal(identity_load_user(&request, db, user_id), OK);
    struct str password;
    assert_int_equal(auth_reset_password(&request, user_id, &password), OK);
    struct request ended = request_at(6);
    assert_int_equal(identify(&ended, answer.access_token), ERR_SESSION_ENDED);
    assert_int_equal(sign_in_at(7, "li", str_c(arena, password), "", &answer), OK);
    assert_true(answer.user->must_change_password);
    struct request first = request_at(8);
    assert_int_equal(identify(&first, answer.access_token), OK);
    assert_true(first.user->must_change_password);
    assert_int_equal(auth_change_password(&first, password, STR("copper lantern 9"), &answer), OK);
    first = request_at(9);
    assert_int_equal(identify(&first, answer.access_token), OK);
    assert_false(first.user->must_change_password);
    /* An ordinary person may not reset an administrator. */
    run("INSERT INTO user_role (user_id, role_id) SELECT ?, id FROM role WHERE code = 'admin'", ARGS(V(user_id)));
    request.user->is_admin = false;
    assert_int_equal(auth_reset_password(&request, user_id, &password), ERR_FORBIDDEN);
    assert_int_equal(auth_reset_password(&request, 999999, &password), ERR_NOT_FOUND);
}

static void the_second_step_asks_for_a_fresh_code(void **state)
{
    (void)state;
    struct str base32;
    struct str url;
    struct str svg;
    struct request request = request_at(0);
    assert_int_equal(identity_load_user(&request, db, user_id), OK);
    assert_int_equal(auth_confirm_totp(&request, STR("123456")), ERR_CONFLICT);
    request = request_at(0);
    assert_int_equal(identity_load_user(&request, db, user_id), OK);
    assert_int_equal(auth_offer_totp(&request, &base32, &url, &svg), OK);
    struct credential_row credential;
    struct str secret;
    assert_int_equal(credential_store_by_user(db, arena, user_id, &credential), OK);
    assert_true(auth_unseal(arena, &config, credential.totp_pending.value, &secret));
    /* Not confirmed yet: the password alone is enough. */
    struct auth_answer answer;
    assert_int_equal(sign_in_at(0, "li", PASSWORD, "", &answer), OK);
    assert_int_equal(auth_confirm_totp(&request, auth_totp_code(arena, secret, at(0))), OK);
    assert_int_equal(sign_in_at(60, "li", PASSWORD, "", &answer), ERR_TOTP_REQUIRED);
    assert_int_equal(sign_in_at(60, "li", PASSWORD, "000000", &answer), ERR_BAD_TOTP);
    struct str code = auth_totp_code(arena, secret, at(60));
    assert_int_equal(sign_in_at(60, "li", PASSWORD, str_c(arena, code), &answer), OK);
    assert_int_equal(sign_in_at(61, "li", PASSWORD, str_c(arena, code), &answer), ERR_BAD_TOTP);
    request = request_at(70);
    assert_int_equal(identity_load_user(&request, db, user_id), OK);
    assert_int_equal(auth_offer_totp(&request, &base32, &url, &svg), ERR_CONFLICT);
    assert_int_equal(auth_disable_totp(&request, STR("not mine at all")), ERR_INVALID);
    request = request_at(71);
    assert_int_equal(identity_load_user(&request, db, user_id), OK);
    assert_int_equal(auth_disable_totp(&request, text(PASSWORD)), OK);
    assert_int_equal(sign_in_at(72, "li", PASSWORD, "", &answer), OK);
}

static void stronger_limits_renew_the_hash_at_sign_in(void **state)
{
    (void)state;
    config.argon_passes = 2;
    struct auth_answer answer = signed_in();
    (void)answer;
    struct credential_row credential;
    assert_int_equal(credential_store_by_user(db, arena, user_id, &credential), OK);
    assert_false(auth_password_is_outdated(arena, &config, credential.password_hash.value));
    config.argon_passes = 1;
}

static void only_the_own_origin_passes(void **state)
{
    (void)state;
    struct request request = request_at(0);
    assert_int_equal(auth_check_origin(&request, false), OK);
    assert_int_equal(auth_check_origin(&request, true), ERR_CSRF);
    request.origin = STR("http://127.0.0.1:8080");
    assert_int_equal(auth_check_origin(&request, true), OK);
    request.origin = STR("http://localhost:8080");
    assert_int_equal(auth_check_origin(&request, true), OK);
    static const char *const FOREIGN[] = {"http://127.0.0.1:8081",
                                          "https://127.0.0.1:8080",
                                          "http://127.0.0.1",
                                          "null",
                                          "http://localhost.evil.example:8080",
                                          "http://127.0.0.1:8080.evil.example"};
    for (size_t i = 0; i < sizeof FOREIGN / sizeof FOREIGN[0]; i++) {
        request.origin = text(FOREIGN[i]);
        assert_int_equal(auth_check_origin(&request, false), ERR_CSRF);
    }
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_create((size_t)256 << 20);
    config.db_socket = getenv("DABIAO_DB_SOCKET");
    const char *user = getenv("DABIAO_DB_USER");
    config.db_user = user == NULL ? "root" : user;
    if (migrate_run(&config, stderr) != OK) {
        return -1;
    }
    db = db_create(&config, DB_WRITE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_destroy(db);
    arena_destroy(arena);
    return 0;
}

#define WITH_PERSON(test) cmocka_unit_test_setup(test, make_person)

int main(int argc, char **argv)
{
    (void)argc;
    database_need(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_token_lives_15_minutes),
        cmocka_unit_test(every_changed_byte_of_a_token_is_noticed),
        cmocka_unit_test(foreign_keys_and_algorithms_are_refused),
        cmocka_unit_test(passwords_hash_and_verify),
        cmocka_unit_test(weak_passwords_are_named),
        cmocka_unit_test(generated_passwords_are_good_and_differ),
        cmocka_unit_test(secrets_come_back_only_with_the_key),
        cmocka_unit_test(codes_fit_rfc_6238_and_work_once),
        cmocka_unit_test(authenticator_apps_get_url_and_picture),
        cmocka_unit_test(next_refresh_token_is_the_same_for_all_who_ask),
        cmocka_unit_test(only_the_own_origin_passes),
        WITH_PERSON(signing_in_gives_an_identity),
        WITH_PERSON(disabled_people_and_ended_sessions_are_out_at_once),
        WITH_PERSON(a_changed_role_counts_from_the_next_request),
        WITH_PERSON(five_failures_lock_and_the_lock_doubles),
        WITH_PERSON(unknown_names_lock_like_known_ones),
        WITH_PERSON(an_address_locks_after_thirty_failures),
        WITH_PERSON(two_tabs_refreshing_at_once_stay_signed_in),
        WITH_PERSON(a_token_used_again_later_ends_the_session),
        WITH_PERSON(another_program_gets_no_grace),
        WITH_PERSON(tokens_older_than_the_one_before_end_the_session),
        WITH_PERSON(refresh_tokens_live_thirty_days),
        WITH_PERSON(signing_out_ends_the_session),
        WITH_PERSON(changing_the_password_ends_other_sessions),
        WITH_PERSON(an_administrator_resets_a_password),
        WITH_PERSON(the_second_step_asks_for_a_fresh_code),
        WITH_PERSON(stronger_limits_renew_the_hash_at_sign_in),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
