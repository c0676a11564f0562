/* Proofs of identity. Invariants: one algorithm (HS256) is accepted; secrets are compared in constant time; nothing
 * here keeps a password or a token longer than the arena it was given. */
#include "platform/auth.h"

#include <assert.h>
#include <jwt.h>
#include <liboath/oath.h>
#include <qrencode.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "platform/log.h"

static const char ISSUER[] = "dabiao";
static const char AUDIENCE[] = "dabiao-api";
enum { TOKEN_MAX = 4096, KID_LEN = 8, TOTP_STEP_S = 30, TOTP_DIGITS = 6, QR_QUIET = 4 };

static void need_sodium(void)
{
    int rc = sodium_init();
    assert(rc >= 0);
}

static struct str hex_of(struct arena *arena, const unsigned char *bytes, size_t count)
{
    char *hex = arena_alloc(arena, count * 2 + 1);
    sodium_bin2hex(hex, count * 2 + 1, bytes, count);
    return str_n(hex, count * 2);
}

struct str auth_sha256(struct arena *arena, struct str text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)text.ptr, text.len);
    return hex_of(arena, hash, sizeof hash);
}

struct str auth_random_hex(struct arena *arena, size_t byte_count)
{
    need_sodium();
    unsigned char *bytes = arena_alloc(arena, byte_count);
    randombytes_buf(bytes, byte_count);
    return hex_of(arena, bytes, byte_count);
}

bool auth_equal(struct str a, struct str b)
{
    return a.len == b.len && sodium_memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* ---- access tokens ---- */

static bool key_is_long_enough(const struct config *config)
{
    if (strlen(config->jwt_key) >= AUTH_KEY_MIN) {
        return true;
    }
    LOG_EVENT(LOG_ERROR, "auth.key_too_short", LOG_INT("bytes_needed", AUTH_KEY_MIN));
    return false;
}

static struct str key_id(struct arena *arena, const struct config *config)
{
    return str_slice(auth_sha256(arena, str_from(config->jwt_key)), 0, KID_LEN);
}

static void release_jwt(void *jwt)
{
    jwt_free(jwt);
}

enum err auth_access_create(struct arena *arena, const struct config *config, struct access_claims claims,
                            struct instant now, struct str *out)
{
    if (!key_is_long_enough(config)) {
        return ERR_INTERNAL;
    }
    jwt_t *jwt = NULL;
    int rc = jwt_new(&jwt);
    if (rc != 0) {
        return ERR_INTERNAL;
    }
    arena_defer(arena, release_jwt, jwt);
    long now_s = now.ms / 1000;
    rc |= jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)config->jwt_key, (int)strlen(config->jwt_key));
    rc |= jwt_add_header(jwt, "kid", str_c(arena, key_id(arena, config)));
    rc |= jwt_add_grant(jwt, "iss", ISSUER);
    rc |= jwt_add_grant(jwt, "aud", AUDIENCE);
    rc |= jwt_add_grant(jwt, "sub", str_c(arena, str_format(arena, "%lld", (long long)claims.user_id)));
    rc |= jwt_add_grant_int(jwt, "sid", claims.session_id);
    rc |= jwt_add_grant_int(jwt, "iat", now_s);
    rc |= jwt_add_grant_int(jwt, "nbf", now_s);
    rc |= jwt_add_grant_int(jwt, "exp", now_s + AUTH_ACCESS_SECONDS);
    char *text = rc == 0 ? jwt_encode_str(jwt) : NULL;
    if (text == NULL) {
        return ERR_INTERNAL;
    }
    *out = str_dup(arena, str_from(text));
    free(text);
    return OK;
}

static bool grant_is(jwt_t *jwt, const char *name, const char *expected)
{
    const char *value = jwt_get_grant(jwt, name);
    return value != NULL && strcmp(value, expected) == 0;
}

/* libjwt checks the signature only: algorithm, key id, issuer, audience and times are checked here. */
static bool claims_are_valid(struct arena *arena, const struct config *config, jwt_t *jwt, struct instant now)
{
    if (jwt_get_alg(jwt) != JWT_ALG_HS256) {
        return false;
    }
    const char *kid = jwt_get_header(jwt, "kid");
    if (kid == NULL || !str_eq(str_from(kid), key_id(arena, config))) {
        return false;
    }
    if (!grant_is(jwt, "iss", ISSUER) || !grant_is(jwt, "aud", AUDIENCE)) {
        return false;
    }
    long now_s = now.ms / 1000;
    /* A missing claim reads as 0. One machine's clock may be some seconds behind another's that issued the token. */
    enum { SKEW_S = 30 };
    return jwt_get_grant_int(jwt, "exp") > now_s && jwt_get_grant_int(jwt, "nbf") > 0 &&
           jwt_get_grant_int(jwt, "nbf") <= now_s + SKEW_S;
}

enum err auth_access_read(struct arena *arena, const struct config *config, struct str token, struct instant now,
                          struct access_claims *out)
{
    if (token.len == 0 || token.len > TOKEN_MAX || !key_is_long_enough(config)) {
        return ERR_NOT_SIGNED_IN;
    }
    jwt_t *jwt = NULL;
    const unsigned char *key = (const unsigned char *)config->jwt_key;
    if (jwt_decode(&jwt, str_c(arena, token), key, (int)strlen(config->jwt_key)) != 0 || jwt == NULL) {
        return ERR_NOT_SIGNED_IN;
    }
    arena_defer(arena, release_jwt, jwt);
    const char *subject = jwt_get_grant(jwt, "sub");
    struct access_claims claims = {.session_id = jwt_get_grant_int(jwt, "sid")};
    bool readable = subject != NULL && str_to_i64(str_from(subject), &claims.user_id);
    if (!readable || claims.user_id <= 0 || claims.session_id <= 0 || !claims_are_valid(arena, config, jwt, now)) {
        return ERR_NOT_SIGNED_IN;
    }
    *out = claims;
    return OK;
}

/* ---- passwords ---- */

static size_t hash_memory(const struct config *config)
{
    return (size_t)config->argon_memory_kb * 1024;
}

enum err auth_password_hash(struct arena *arena, const struct config *config, struct str password, struct str *out)
{
    need_sodium();
    char *hash = arena_alloc(arena, crypto_pwhash_STRBYTES);
    int rc = crypto_pwhash_str_alg(hash, password.ptr, password.len, (unsigned long long)config->argon_passes,
                                   hash_memory(config), crypto_pwhash_ALG_ARGON2ID13);
    if (rc != 0) {
        LOG_EVENT(LOG_ERROR, "auth.no_memory_to_hash", LOG_INT("memory_kb", config->argon_memory_kb));
        return ERR_UNAVAILABLE;
    }
    *out = str_from(hash);
    return OK;
}

bool auth_password_matches(struct arena *arena, struct str hash, struct str password)
{
    need_sodium();
    return crypto_pwhash_str_verify(str_c(arena, hash), password.ptr, password.len) == 0;
}

void auth_password_waste(struct arena *arena, const struct config *config, struct str password)
{
    struct str ignored;
    /* Hashing costs what verifying costs; the result, and a failure, are of no interest. */
    enum err err = auth_password_hash(arena, config, password, &ignored);
    (void)err;
}

bool auth_password_is_outdated(struct arena *arena, const struct config *config, struct str hash)
{
    return crypto_pwhash_str_needs_rehash(str_c(arena, hash), (unsigned long long)config->argon_passes,
                                          hash_memory(config)) != 0;
}

struct str auth_password_generate(struct arena *arena)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    enum { GROUPS = 4, GROUP_LEN = 4 };
    need_sodium();
    struct buf password;
    buf_init(&password, arena);
    for (int i = 0; i < GROUPS * GROUP_LEN; i++) {
        if (i > 0 && i % GROUP_LEN == 0) {
            buf_add_char(&password, '-');
        }
        buf_add_char(&password, letters[randombytes_uniform(sizeof letters - 1)]);
    }
    return buf_str(&password);
}

/* ---- refresh tokens ---- */

enum { SECRET_BYTES = 32, REFRESH_LEN = AUTH_FAMILY_LEN + 1 + SECRET_BYTES * 2 };

struct str auth_refresh_create(struct arena *arena, struct str family)
{
    struct str secret = auth_random_hex(arena, SECRET_BYTES);
    return str_format(arena, "%.*s.%.*s", STR_ARG(family), STR_ARG(secret));
}

struct str auth_refresh_next(struct arena *arena, const struct config *config, struct str token)
{
    static const char purpose[] = "refresh";
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)config->jwt_key, strlen(config->jwt_key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)purpose, sizeof purpose);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)token.ptr, token.len);
    crypto_auth_hmacsha256_final(&state, mac);
    struct str family = str_slice(token, 0, AUTH_FAMILY_LEN);
    struct str secret = hex_of(arena, mac, sizeof mac);
    return str_format(arena, "%.*s.%.*s", STR_ARG(family), STR_ARG(secret));
}

static bool is_hex(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        bool letter = text.ptr[i] >= 'a' && text.ptr[i] <= 'f';
        if (!digit && !letter) {
            return false;
        }
    }
    return true;
}

bool auth_refresh_family(struct str token, struct str *family_out)
{
    if (token.len != REFRESH_LEN || token.ptr[AUTH_FAMILY_LEN] != '.') {
        return false;
    }
    struct str family = str_slice(token, 0, AUTH_FAMILY_LEN);
    if (!is_hex(family) || !is_hex(str_slice(token, AUTH_FAMILY_LEN + 1, token.len))) {
        return false;
    }
    *family_out = family;
    return true;
}

/* ---- secrets at rest ---- */

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SEAL_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

static void storage_key(const struct config *config, unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
    static const char purpose[] = "secrets at rest";
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)config->jwt_key, strlen(config->jwt_key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)purpose, sizeof purpose);
    crypto_auth_hmacsha256_final(&state, key);
}

enum err auth_seal(struct arena *arena, const struct config *config, struct str secret, struct str *hex_out)
{
    need_sodium();
    if (!key_is_long_enough(config)) {
        return ERR_INTERNAL;
    }
    unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    storage_key(config, key);
    unsigned char *sealed = arena_alloc(arena, NONCE_BYTES + secret.len + SEAL_BYTES);
    randombytes_buf(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_BYTES, NULL, (const unsigned char *)secret.ptr,
                                               secret.len, NULL, 0, NULL, sealed, key);
    sodium_memzero(key, sizeof key);
    *hex_out = hex_of(arena, sealed, NONCE_BYTES + secret.len + SEAL_BYTES);
    return OK;
}

bool auth_unseal(struct arena *arena, const struct config *config, struct str hex, struct str *out)
{
    need_sodium();
    unsigned char *sealed = arena_alloc(arena, hex.len / 2 + 1);
    size_t len = 0;
    bool decoded = sodium_hex2bin(sealed, hex.len / 2 + 1, hex.ptr, hex.len, NULL, &len, NULL) == 0;
    if (!decoded || len < NONCE_BYTES + SEAL_BYTES || !key_is_long_enough(config)) {
        return false;
    }
    unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    storage_key(config, key);
    unsigned char *plain = arena_alloc(arena, len);
    unsigned long long plain_len = 0;
    int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &plain_len, NULL, sealed + NONCE_BYTES,
                                                        len - NONCE_BYTES, NULL, 0, sealed, key);
    sodium_memzero(key, sizeof key);
    *out = str_n((const char *)plain, (size_t)plain_len);
    return rc == 0;
}

/* ---- one-time codes ---- */

struct str auth_totp_secret(struct arena *arena)
{
    need_sodium();
    char *secret = arena_alloc(arena, AUTH_TOTP_SECRET_BYTES);
    randombytes_buf(secret, AUTH_TOTP_SECRET_BYTES);
    return str_n(secret, AUTH_TOTP_SECRET_BYTES);
}

struct str auth_totp_base32(struct arena *arena, struct str secret)
{
    char *text = NULL;
    size_t len = 0;
    int rc = oath_base32_encode(secret.ptr, secret.len, &text, &len);
    assert(rc == OATH_OK);
    struct str copy = str_dup(arena, str_n(text, len));
    free(text);
    while (copy.len > 0 && copy.ptr[copy.len - 1] == '=') {
        copy.len--;
    }
    return copy;
}

static void add_percent_encoded(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
        if (plain && c != '\0') {
            buf_add_char(out, (char)c);
        } else {
            buf_format(out, "%%%02X", c);
        }
    }
}

struct str auth_totp_url(struct arena *arena, struct str secret, struct str login)
{
    struct buf url;
    buf_init(&url, arena);
    buf_add_c(&url, "otpauth://totp/Dabiao:");
    add_percent_encoded(&url, login);
    buf_format(&url, "?secret=%.*s&issuer=Dabiao", STR_ARG(auth_totp_base32(arena, secret)));
    return buf_str(&url);
}

static void totp_at_step(struct str secret, int64_t step, char code_out[TOTP_DIGITS + 1])
{
    int rc =
        oath_totp_generate(secret.ptr, secret.len, (time_t)(step * TOTP_STEP_S), TOTP_STEP_S, 0, TOTP_DIGITS, code_out);
    assert(rc == OATH_OK);
}

bool auth_totp_check(struct str secret, struct str code, struct instant now, int64_t last_step, int64_t *step_out)
{
    int64_t current = now.ms / 1000 / TOTP_STEP_S;
    int64_t first = current - 1 > last_step ? current - 1 : last_step + 1;
    for (int64_t step = first; step <= current + 1; step++) {
        char expected[TOTP_DIGITS + 1];
        totp_at_step(secret, step, expected);
        if (auth_equal(code, str_n(expected, TOTP_DIGITS))) {
            *step_out = step;
            return true;
        }
    }
    return false;
}

struct str auth_totp_code(struct arena *arena, struct str secret, struct instant now)
{
    char code[TOTP_DIGITS + 1];
    totp_at_step(secret, now.ms / 1000 / TOTP_STEP_S, code);
    return str_dup(arena, str_n(code, TOTP_DIGITS));
}

static bool is_black(const QRcode *qr, int x, int y)
{
    return (qr->data[y * qr->width + x] & 1) != 0;
}

/* One sub-path a run of black modules in a row. */
static void add_row(struct buf *svg, const QRcode *qr, int y)
{
    int x = 0;
    while (x < qr->width) {
        int from = x;
        while (x < qr->width && is_black(qr, x, y)) {
            x++;
        }
        if (x > from) {
            buf_format(svg, "M%d %dh%dv1h-%dz", from + QR_QUIET, y + QR_QUIET, x - from, x - from);
        } else {
            x++;
        }
    }
}

enum err auth_qr_svg(struct arena *arena, struct str text, struct str *out)
{
    QRcode *qr = QRcode_encodeString8bit(str_c(arena, text), 0, QR_ECLEVEL_M);
    if (qr == NULL) {
        return ERR_INTERNAL;
    }
    int size = qr->width + 2 * QR_QUIET;
    struct buf svg;
    buf_init(&svg, arena);
    buf_format(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">",
               size, size);
    buf_format(&svg, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"", size, size);
    for (int y = 0; y < qr->width; y++) {
        add_row(&svg, qr, y);
    }
    buf_add_c(&svg, "\"/></svg>");
    QRcode_free(qr);
    *out = buf_str(&svg);
    return OK;
}
