/* Decisions of sign-in, for the routes and commands of this feature. */
#ifndef DABIAO_AUTH_RULES_H
#define DABIAO_AUTH_RULES_H

#include "auth_store.h"
#include "platform/http.h"

/* What a successful sign-in, refresh or change of password gives. */
struct auth_answer {
    struct str access_token;  /* JWT */
    struct str refresh_token; /* for the cookie or the app */
    struct str client;        /* "browser": cookie; "app": answer */
    struct identity *user;    /* who signed in */
};

/* Errors: ERR_LOCKED_OUT, ERR_BAD_CREDENTIALS, ERR_TOTP_REQUIRED, ERR_BAD_TOTP. Opens its own transactions: failures
 * are kept. `totp` may be empty. */
enum err auth_sign_in(struct request *request, struct str login, struct str password, struct str totp,
                      struct str client, struct auth_answer *out) MUST_CHECK;
/* The next tokens for a refresh token. The token before the one in force is accepted for REFRESH_GRACE_MS after the
 * rotation from the same program, and gives the same next token: two tabs or a lost answer sign nobody out. Any other
 * token of the family ends the session. Opens its own transaction. Errors: ERR_SESSION_ENDED. */
enum err auth_refresh(struct request *request, struct str token, struct auth_answer *out) MUST_CHECK;
/* Ends the session of a refresh token; unknown tokens are ignored. In the caller's transaction. */
enum err auth_sign_out(struct request *request, struct str token) MUST_CHECK;
/* The signed-in user's password, asked again before something grave. A wrong one counts as a failed sign-in, in a
 * transaction of its own, but is answered as a refused `field`: the session itself is good.
 * Errors: ERR_LOCKED_OUT, ERR_INVALID. */
enum err auth_prove_again(struct request *request, const char *field, struct str password,
                          struct credential_row *out) MUST_CHECK;
/* Another password for the signed-in user; all other sessions end. Opens its own transactions. Errors: ERR_LOCKED_OUT,
 * ERR_INVALID (current password wrong), ERR_WEAK_PASSWORD. */
enum err auth_change_password(struct request *request, struct str current, struct str next,
                              struct auth_answer *out) MUST_CHECK;
/* First password for somebody else, who must change it; ends the sessions and the second step of that person. Only an
 * administrator may do so to an administrator. Opens its own transaction. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN. */
enum err auth_reset_password(struct request *request, int64_t user_id, struct str *password_out) MUST_CHECK;
/* Ends one session of a person. Errors: ERR_NOT_FOUND. */
enum err auth_end_session(struct request *request, int64_t user_id, int64_t session_id, const char *reason) MUST_CHECK;

/* A second step on offer: what the app needs. Errors: ERR_CONFLICT when one is in force. */
enum err auth_offer_totp(struct request *request, struct str *secret_base32_out, struct str *url_out,
                         struct str *svg_out) MUST_CHECK;
/* Errors: ERR_CONFLICT (nothing offered), ERR_INVALID (wrong code). */
enum err auth_confirm_totp(struct request *request, struct str code) MUST_CHECK;
/* Errors: ERR_LOCKED_OUT, ERR_INVALID (wrong password). Opens its own transactions. */
enum err auth_disable_totp(struct request *request, struct str password) MUST_CHECK;

/* OK when the header Origin is the program's own address. Required where the browser's cookie proves the user.
 * http://localhost and http://127.0.0.1 count as the same. Errors: ERR_CSRF. */
enum err auth_check_origin(struct request *request, bool required) MUST_CHECK;

#endif
