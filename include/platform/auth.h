/* Proofs of identity: access tokens, passwords, random secrets, one-time codes. Pure but for the random source: no
 * database, no clock. The only user of libjwt, libsodium's password hashing, liboath and libqrencode. */
#ifndef DABIAO_PLATFORM_AUTH_H
#define DABIAO_PLATFORM_AUTH_H

#include "platform/arena.h"
#include "platform/config.h"
#include "platform/err.h"
#include "platform/values.h"

enum {
    AUTH_ACCESS_SECONDS = 900,  /* life of an access token */
    AUTH_REFRESH_DAYS = 30,     /* life of a refresh token since its last rotation */
    AUTH_KEY_MIN = 32,          /* bytes of DABIAO_JWT_KEY_FILE */
    AUTH_HASH_LEN = 64,         /* hex digits of SHA-256 */
    AUTH_FAMILY_LEN = 32,       /* hex digits of a token family */
    AUTH_TOTP_SECRET_BYTES = 20 /* RFC 4226: 160 bits */
};

/* What an access token says. */
struct access_claims {
    int64_t user_id;    /* "sub" */
    int64_t session_id; /* "sid" */
};

/* A signed access token for AUTH_ACCESS_SECONDS from `now`: JWT, HS256, kid = first 8 hex digits of the key's SHA-256,
 * iss "dabiao", aud "dabiao-api". Errors: ERR_INTERNAL when the key is shorter than AUTH_KEY_MIN. */
enum err auth_access_create(struct arena *arena, const struct config *config, struct access_claims claims,
                            struct instant now, struct str *out) MUST_CHECK;
/* Checks signature, algorithm, kid, iss, aud, nbf and exp. Errors: ERR_NOT_SIGNED_IN. */
enum err auth_access_read(struct arena *arena, const struct config *config, struct str token, struct instant now,
                          struct access_claims *out) MUST_CHECK;

/* argon2id with the limits of the configuration, as a self-describing text. Errors: ERR_UNAVAILABLE (no memory). */
enum err auth_password_hash(struct arena *arena, const struct config *config, struct str password,
                            struct str *out) MUST_CHECK;
bool auth_password_matches(struct arena *arena, struct str hash, struct str password);
/* The same work for a name that does not exist, so that answers take equally long. */
void auth_password_waste(struct arena *arena, const struct config *config, struct str password);
/* True when the hash was made with other limits than the configuration's. */
bool auth_password_is_outdated(struct arena *arena, const struct config *config, struct str hash);
/* A first password a person can type: 4 groups of 4 letters and digits without look-alikes, about 78 bits. */
struct str auth_password_generate(struct arena *arena);

/* Hex of `byte_count` random bytes. */
struct str auth_random_hex(struct arena *arena, size_t byte_count);
/* SHA-256 in lower-case hex. */
struct str auth_sha256(struct arena *arena, struct str text);
/* Equal without telling by the time taken where they differ. */
bool auth_equal(struct str a, struct str b);

/* A refresh token is "<family>.<secret>", both hex. The first secret is random; each next one is
 * HMAC-SHA256(server key, "refresh" || token): nobody without the key can tell it, yet a client that asks twice with
 * the same token (two tabs, a lost answer) gets the same next token. */
struct str auth_refresh_create(struct arena *arena, struct str family);
struct str auth_refresh_next(struct arena *arena, const struct config *config, struct str token);
/* False when `token` has another shape. */
bool auth_refresh_family(struct str token, struct str *family_out);

/* Encrypts a small secret for storage (XChaCha20-Poly1305, key derived from the server key): hex of nonce and text. */
enum err auth_seal(struct arena *arena, const struct config *config, struct str secret, struct str *hex_out) MUST_CHECK;
/* The way back. False when it was sealed with another key or damaged. */
bool auth_unseal(struct arena *arena, const struct config *config, struct str hex, struct str *out);

/* AUTH_TOTP_SECRET_BYTES random bytes. */
struct str auth_totp_secret(struct arena *arena);
/* RFC 4648 without padding, for typing into an app. */
struct str auth_totp_base32(struct arena *arena, struct str secret);
/* otpauth://totp/Dabiao:LOGIN?secret=…&issuer=Dabiao */
struct str auth_totp_url(struct arena *arena, struct str secret, struct str login);
/* True when `code` is the 6-digit code (RFC 6238, SHA-1, 30 s) of the current step or a neighbour, and that step is
 * later than `last_step`; `step_out` is the step to remember. Source: RFC 6238 section 5.2 (a code works once). */
bool auth_totp_check(struct str secret, struct str code, struct instant now, int64_t last_step, int64_t *step_out);
/* The code of a moment: for tests and for nothing else. */
struct str auth_totp_code(struct arena *arena, struct str secret, struct instant now);
/* QR code of `text` as an SVG document, black on white with the quiet zone, one path. Errors: ERR_INTERNAL (too long).
 */
enum err auth_qr_svg(struct arena *arena, struct str text, struct str *out) MUST_CHECK;

#endif
