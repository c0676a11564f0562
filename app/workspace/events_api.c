/* The browser's event stream: an EventSource cannot send a bearer token, so a signed-in page fetches a sealed ticket as
 * a cookie that only /events sees, and nginx asks here which channel it opens. */
#include "events_api.h"

#include "platform/auth.h"

enum { TICKET_SECONDS = 60 };

enum err events_api_ticket(struct request *request, struct response *response)
{
    struct str sealed;
    struct str secret = str_format(request->arena, "%lld:%lld", (long long)request->user->user_id,
                                   (long long)(request->now.ms / 1000 + TICKET_SECONDS));
    TRY(auth_seal(request->arena, request->config, secret, &sealed));
    response_header(response, STR("Set-Cookie"),
                    str_format(request->arena,
                               "dabiao_events=%.*s; Path=/events; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                               STR_ARG(sealed), TICKET_SECONDS, request->config->secure_cookies ? "; Secure" : ""));
    response->status = 204;
    return OK;
}

enum err events_api_authorize(struct request *request, struct response *response)
{
    struct str secret;
    struct str user;
    int64_t user_id = 0;
    int64_t until = 0;
    bool open = auth_unseal(request->arena, request->config, request_cookie(request, "dabiao_events"), &secret) &&
                str_cut(&secret, ':', &user) && str_to_i64(user, &user_id) && str_to_i64(secret, &until) &&
                until * 1000 >= request->now.ms;
    if (!open) {
        return error_set(request->error, ERR_NOT_SIGNED_IN, "%s", err_text(ERR_NOT_SIGNED_IN));
    }
    response_header(response, STR("X-Dabiao-Channel"), str_format(request->arena, "user/%lld", (long long)user_id));
    response->status = 204;
    return OK;
}
