/* One short list of steps from a request to its answer. Nothing is sent before commit, and a handler has no effect
 * outside the database, so a handler may run again after a deadlock. */
#include "platform/dispatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/field.h"
#include "platform/idempotency.h"
#include "platform/custom.h"
#include "platform/identity_load.h"
#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/notify.h"
#include "platform/route.h"
#include "platform/tx.h"

struct dispatcher {
    const struct config *config; /* settings */
    struct db *write;            /* runs transactions */
    struct db *read;             /* cannot write */
    uint64_t queries_before;     /* of both connections when the request began */
    int64_t act_as;              /* user for `dabiao request --as`, or 0 */
};

struct dispatcher *dispatcher_create(const struct config *config)
{
    struct dispatcher *dispatcher = calloc(1, sizeof *dispatcher);
    if (dispatcher == NULL) {
        abort();
    }
    dispatcher->config = config;
    dispatcher->write = db_create(config, DB_WRITE);
    dispatcher->read = db_create(config, DB_READ);
    routes_init();
    return dispatcher;
}

void dispatcher_destroy(struct dispatcher *dispatcher)
{
    if (dispatcher == NULL) {
        return;
    }
    db_destroy(dispatcher->write);
    db_destroy(dispatcher->read);
    free(dispatcher);
}

void dispatcher_act_as(struct dispatcher *dispatcher, int64_t user_id)
{
    dispatcher->act_as = user_id;
}

static uint64_t query_total(const struct dispatcher *dispatcher)
{
    return db_query_count(dispatcher->write) + db_query_count(dispatcher->read);
}

uint64_t dispatcher_query_count(const struct dispatcher *dispatcher)
{
    return query_total(dispatcher) - dispatcher->queries_before;
}

static bool is_write(const struct route *route)
{
    return strcmp(route->method, "GET") != 0 || (route->flags & ROUTE_WRITE) != 0;
}

static enum err authenticate(struct dispatcher *dispatcher, struct request *request)
{
    struct db *db = request->db;
    if (request->route->permission == PERMISSION_PUBLIC) {
        return strcmp(request->route->path, "/healthz") == 0 ? OK : identity_load_company(request, db);
    }
    if (dispatcher->act_as != 0) {
        TRY(identity_load_user(request, db, dispatcher->act_as));
        /* Whoever may run the program acts for the user; nobody signed in with a first password. */
        request->user->must_change_password = false;
    } else {
        TRY(identity_load(request, db));
    }
    return custom_load(db, request->org_epoch, request->today);
}

static enum err authorise(struct request *request)
{
    const struct route *route = request->route;
    if (route->permission == PERMISSION_PUBLIC) {
        return OK;
    }
    if (request->user->must_change_password && (route->flags & ROUTE_FIRST_PASSWORD) == 0) {
        return error_set(request->error, ERR_PASSWORD_CHANGE_REQUIRED, "%s", err_text(ERR_PASSWORD_CHANGE_REQUIRED));
    }
    int64_t limit = request->config->rate_per_minute;
    if (limit > 0 && metrics_user_rate(request->user->user_id, request->now.ms / 60000) > limit) {
        request->error->retry_at =
            instant_format(request->arena, (struct instant){(request->now.ms / 60000 + 1) * 60000});
        return error_set(request->error, ERR_RATE_LIMITED, "%s", err_text(ERR_RATE_LIMITED));
    }
    if (route->permission != PERMISSION_SIGNED_IN && !identity_can(request->user, route->permission)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(route->permission));
    }
    return OK;
}

static bool type_is_json(struct str content_type)
{
    struct str type = content_type;
    struct str head;
    return str_cut(&type, ';', &head) && str_eq_ci(str_trim(head), STR("application/json"));
}

/* Reads and checks the body the route row promises. Routes without one refuse a body. */
static enum err decode_body(struct request *request)
{
    const struct route *route = request->route;
    if ((route->flags & ROUTE_UPLOAD) != 0) {
        return OK;
    }
    if (route->body == NULL) {
        struct str rest = str_trim(request->body);
        bool empty = rest.len == 0 || str_eq_c(rest, "{}");
        return empty ? OK : error_set(request->error, ERR_BAD_REQUEST, "This address takes no body.");
    }
    if (!type_is_json(request->content_type)) {
        return error_set(request->error, ERR_UNSUPPORTED_TYPE, "The body must be application/json.");
    }
    TRY(json_read(request->arena, request->body, request->error, &request->json));
    if (!json_is_object(request->json)) {
        return error_set(request->error, ERR_BAD_JSON, "The body must be a JSON object.");
    }
    if ((route->flags & ROUTE_HANDLER_CHECKS) != 0) {
        return OK;
    }
    return fields_check(route->body, request->json, strcmp(route->method, "PATCH") == 0, request->error);
}

static bool wants_idempotency(const struct request *request)
{
    return request->idempotency_key.len > 0 && route_takes_key(request->route);
}

/* The status of an answer whose handler named none. */
static void settle_status(struct response *response)
{
    if (response->status == 0) {
        bool empty = response->json == NULL && response->raw.len == 0 && response->file.len == 0;
        response->status = empty ? 204 : 200;
    }
}

/* The handler inside its transaction, up to and without the commit. */
static enum err run_handler(struct request *request, struct response *response)
{
    if (!wants_idempotency(request)) {
        return request->route->handler(request, response);
    }
    bool replayed = false;
    TRY(idempotency_begin(request, response, &replayed));
    if (replayed) {
        return OK;
    }
    TRY(request->route->handler(request, response));
    settle_status(response);
    return idempotency_store(request, response);
}

/* The only effect outside the database that a handler may have. Not for a commit of unknown outcome: what then belongs
 * to nobody is cleared away at night. */
static void drop_made_file(struct request *request, const struct response *response)
{
    if (response->made_file.len > 0 && unlink(str_c(request->arena, response->made_file)) != 0 && errno != ENOENT) {
        LOG_EVENT(LOG_WARN, "file_not_removed", LOG_TEXT("id", request->id), LOG_C("why", strerror(errno)));
    }
}

static enum err run_in_tx(struct request *request, struct response *response)
{
    TRY(tx_begin(request->db));
    enum err err = run_handler(request, response);
    if (err != OK) {
        tx_rollback(request->db);
        drop_made_file(request, response);
        return err;
    }
    err = tx_commit(request->db);
    if (err != OK && err != ERR_UNAVAILABLE) {
        drop_made_file(request, response);
    }
    return err;
}

/* A failed attempt may run again: the transaction was rolled back, or, at a lost connection, never committed. A commit
 * of unknown outcome is repeated only under an idempotency key, which tells whether it had happened. */
static bool may_retry(const struct request *request, enum err err, int attempt)
{
    if (err == ERR_BUSY) {
        return attempt < TX_ATTEMPTS;
    }
    return err == ERR_UNAVAILABLE && wants_idempotency(request) && attempt < 2;
}

static enum err run_write(struct request *request, struct response *response)
{
    if ((request->route->flags & ROUTE_NO_TX) != 0) {
        return run_handler(request, response);
    }
    for (int attempt = 1;; attempt++) {
        enum err err = run_in_tx(request, response);
        if (err == OK || !may_retry(request, err, attempt)) {
            return err;
        }
        *response = (struct response){0};
        notify_forget(request);
        error_init(request->error, request->arena);
        tx_back_off(attempt);
    }
}

static enum err run_read(struct request *request, struct response *response)
{
    if ((request->route->flags & ROUTE_SNAPSHOT) == 0) {
        return request->route->handler(request, response);
    }
    TRY(tx_begin(request->db));
    enum err err = request->route->handler(request, response);
    tx_rollback(request->db);
    return err;
}

static enum err serve(struct dispatcher *dispatcher, struct request *request, struct response *response)
{
    if (!request_is_text(request)) {
        return error_set(request->error, ERR_BAD_REQUEST, "The address is not valid UTF-8.");
    }
    TRY(route_find(request, &request->route));
    request->db = is_write(request->route) ? dispatcher->write : dispatcher->read;
    db_set_request_id(request->db, request->id);
    TRY(authenticate(dispatcher, request));
    TRY(authorise(request));
    TRY(decode_body(request));
    return is_write(request->route) ? run_write(request, response) : run_read(request, response);
}

/* The same moment as `retry_at`, in whole seconds from now. Source: RFC 9110 section 10.2.3. */
static void add_retry_after(const struct request *request, struct response *response)
{
    struct instant at;
    if (!instant_parse(request->error->retry_at, &at)) {
        return;
    }
    int64_t seconds = at.ms > request->now.ms ? (at.ms - request->now.ms + 999) / 1000 : 0;
    response_header(response, STR("Retry-After"), str_format(request->arena, "%lld", (long long)seconds));
}

/* The failure as RFC 9457 problem document. */
void dispatch_refuse(struct request *request, struct response *response, enum err err)
{
    const struct error *error = request->error;
    /* A retried deadlock that never got through has no text of its own. */
    struct str detail = error->code == err && error->detail.len > 0 ? error->detail : str_from(err_text(err));
    json_t *problem = json_keep(request->arena, json_object());
    json_object_set_new(problem, "type", json_string("about:blank"));
    json_object_set_new(problem, "title", json_string(err_text(err)));
    json_object_set_new(problem, "status", json_integer(err_status(err)));
    json_object_set_new(problem, "code", json_string(err_code(err)));
    json_object_set_new(problem, "detail", json_str(detail));
    json_object_set_new(problem, "request_id", json_str(request->id));
    json_t *fields = json_array();
    for (size_t i = 0; i < error->field_count; i++) {
        json_array_append_new(fields, json_pack("{s:o,s:o,s:o}", "field", json_str(error->fields[i].field), "code",
                                                json_str(error->fields[i].code), "message",
                                                json_str(error->fields[i].message)));
    }
    json_object_set_new(problem, "errors", fields);
    if (error->retry_at.len > 0) {
        json_object_set_new(problem, "retry_at", json_str(error->retry_at));
    }
    if (error->extra != NULL) {
        json_object_update(problem, error->extra);
    }
    *response =
        (struct response){.status = err_status(err), .json = problem, .content_type = "application/problem+json"};
    add_retry_after(request, response);
}

void dispatch(struct dispatcher *dispatcher, struct request *request, struct response *response)
{
    dispatcher->queries_before = query_total(dispatcher);
    enum err err = serve(dispatcher, request, response);
    if (err != OK) {
        dispatch_refuse(request, response, err);
        return;
    }
    settle_status(response);
}
