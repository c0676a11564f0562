/* The second step: a secret is offered, counts once a code confirmed it, and is sealed wherever it is stored. */
#include "auth_rules.h"
#include "platform/audit.h"
#include "platform/auth.h"
#include "platform/tx.h"

static enum err own_credential(struct request *request, struct credential_row *out)
{
    return credential_store_by_user(request->db, request->arena, request->user->user_id, out);
}

enum err auth_offer_totp(struct request *request, struct str *secret_base32_out, struct str *url_out,
                         struct str *svg_out)
{
    struct credential_row credential;
    TRY(own_credential(request, &credential));
    if (credential.totp_secret.set) {
        return error_set(request->error, ERR_CONFLICT, "The second step is on already; turn it off first.");
    }
    struct str secret = auth_totp_secret(request->arena);
    struct str sealed;
    TRY(auth_seal(request->arena, request->config, secret, &sealed));
    TRY(credential_store_offer_totp(request->db, request->arena, credential.user_id, sealed));
    *secret_base32_out = auth_totp_base32(request->arena, secret);
    *url_out = auth_totp_url(request->arena, secret, credential.login);
    return auth_qr_svg(request->arena, *url_out, svg_out);
}

enum err auth_confirm_totp(struct request *request, struct str code)
{
    struct credential_row credential;
    TRY(own_credential(request, &credential));
    struct str secret;
    bool offered = credential.totp_pending.set &&
                   auth_unseal(request->arena, request->config, credential.totp_pending.value, &secret);
    if (!offered) {
        return error_set(request->error, ERR_CONFLICT, "Please ask for a new secret first.");
    }
    int64_t step;
    if (!auth_totp_check(secret, str_trim(code), request->now, 0, &step)) {
        error_field(request->error, STR("code"), "wrong",
                    "The code does not fit; please check the clock of your device.");
        return error_check_fields(request->error);
    }
    TRY(credential_store_confirm_totp(request->db, request->arena, credential.user_id, step));
    return audit_write(request, "user", credential.user_id, "enable_totp", 0, NULL, (struct str){0});
}

static enum err clear_totp(struct db *db, void *context)
{
    struct request *request = context;
    TRY(credential_store_clear_totp(db, request->arena, request->user->user_id));
    return audit_write(request, "user", request->user->user_id, "disable_totp", 0, NULL, (struct str){0});
}

enum err auth_disable_totp(struct request *request, struct str password)
{
    struct credential_row credential;
    TRY(auth_prove_again(request, "password", password, &credential));
    return db_tx(request->db, clear_totp, request);
}
