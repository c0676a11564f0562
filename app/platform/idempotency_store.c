/* Idempotency keys. The row is inserted first, so a second request with the same key waits for the first transaction
 * and then reads its answer. */
#include "platform/idempotency.h"

#include <sodium.h>
#include <string.h>

#include "platform/object.h"

struct stored_answer {
    struct str request_hash; /* 32 bytes */
    int64_t status;          /* HTTP status, 0 while running */
    struct opt_str answer;   /* body */
};

static const struct column STORED_ANSWER[] = {
    COLUMN(struct stored_answer, request_hash),
    COLUMN(struct stored_answer, status),
    COLUMN(struct stored_answer, answer),
};

STATEMENT(
    CLAIM, "idempotency.claim",
    "INSERT INTO idempotency_key (user_id, idempotency_key, request_hash, status, created_at) VALUES (?, ?, ?, 0, ?)");
STATEMENT_ROWS(FIND, "idempotency.find", struct stored_answer, STORED_ANSWER,
               "SELECT request_hash, status, answer FROM idempotency_key WHERE user_id = ? AND idempotency_key = ?");
STATEMENT(SAVE, "idempotency.save",
          "UPDATE idempotency_key SET status = ?, answer = ? WHERE user_id = ? AND idempotency_key = ?");
STATEMENT(FORGET, "idempotency.forget",
          "DELETE FROM idempotency_key WHERE user_id = ? AND idempotency_key = ? AND created_at < ?");

enum { KEY_MAX = 100, KEPT_MS = 24 * 3600 * 1000 };

static int64_t key_user(const struct request *request)
{
    return request->user == NULL ? 0 : request->user->user_id;
}

static struct str request_hash(const struct request *request)
{
    unsigned char *hash = arena_alloc(request->arena, crypto_hash_sha256_BYTES);
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    const struct str parts[] = {request->method, request->path, request->query, request->body};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        crypto_hash_sha256_update(&state, (const unsigned char *)parts[i].ptr, parts[i].len);
        crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
    }
    crypto_hash_sha256_final(&state, hash);
    return str_n((const char *)hash, crypto_hash_sha256_BYTES);
}

static bool key_is_acceptable(struct str key)
{
    if (key.len > KEY_MAX) {
        return false;
    }
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] <= ' ' || key.ptr[i] > '~') {
            return false;
        }
    }
    return true;
}

static enum err replay(struct request *request, struct response *response, struct str hash)
{
    struct stored_answer stored;
    TRY(db_one(request->db, request->arena, &FIND, ARGS(V(key_user(request)), V(request->idempotency_key)), &stored));
    if (!str_eq(stored.request_hash, hash)) {
        return error_set(request->error, ERR_IDEMPOTENCY_MISMATCH, "%s", err_text(ERR_IDEMPOTENCY_MISMATCH));
    }
    response->status = (int)stored.status;
    if (stored.answer.set) {
        response->raw = stored.answer.value;
        response->content_type = "application/json";
    }
    response_header(response, STR("Idempotency-Replayed"), STR("true"));
    return OK;
}

enum err idempotency_begin(struct request *request, struct response *response, bool *replayed_out)
{
    *replayed_out = false;
    if (!key_is_acceptable(request->idempotency_key)) {
        error_field(request->error, STR("Idempotency-Key"), "too_long",
                    "The idempotency key must be 1 to 100 visible ASCII characters.");
        return error_check_fields(request->error);
    }
    struct str hash = request_hash(request);
    struct value user = V(key_user(request));
    struct value key = V(request->idempotency_key);
    TRY(db_exec(request->db, request->arena, &FORGET,
                ARGS(user, key, V(((struct instant){request->now.ms - KEPT_MS})))));
    enum err err = db_exec(request->db, request->arena, &CLAIM, ARGS(user, key, V(hash), V(request->now)));
    if (err != ERR_DUPLICATE) {
        return err;
    }
    *replayed_out = true;
    return replay(request, response, hash);
}

enum err idempotency_store(struct request *request, const struct response *response)
{
    struct str body = response->json == NULL ? response->raw : json_write(request->arena, response->json);
    struct value answer = body.len == 0 ? value_null() : V(body);
    return db_exec(request->db, request->arena, &SAVE,
                   ARGS(V(response->status), answer, V(key_user(request)), V(request->idempotency_key)));
}
