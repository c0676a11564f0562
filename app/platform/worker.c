/* FastCGI through libfcgi: one request at a time. Stop signals are blocked while a request is served and let through
 * only while the worker waits, so no request is cut and no signal is lost. */
#include "platform/worker.h"

#include <fcgiapp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "platform/dispatch.h"
#include "platform/events.h"
#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/migrate.h"
#include "platform/route.h"

enum { EXIT_CANNOT_START = 2, BACKLOG = 512 };

static volatile sig_atomic_t stop_asked;

static void ask_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
    FCGX_ShutdownPending();
}

int worker_listen(const struct config *config)
{
    mode_t old = umask(0117);
    FCGX_Init();
    unlink(config->fcgi_socket);
    int fd = FCGX_OpenSocket(config->fcgi_socket, BACKLOG);
    umask(old);
    if (fd < 0) {
        fprintf(stderr, "The FastCGI socket %s cannot be opened: %s.\n", config->fcgi_socket, strerror(errno));
    }
    return fd;
}

static struct str param(const FCGX_Request *fcgi, const char *name)
{
    struct str value = str_from(FCGX_GetParam(name, fcgi->envp));
    return value.ptr == NULL ? STR("") : value;
}

/* Reads the whole body; false when it is longer than the route's kind allows. */
static bool read_body(FCGX_Request *fcgi, struct request *request)
{
    int64_t length = 0;
    int64_t max = request->config->upload_max_mb * 1024 * 1024;
    struct str type = request->content_type;
    if (str_starts(type, STR("application/json"))) {
        max = request->config->body_max_kb * 1024;
    }
    str_to_i64(param(fcgi, "CONTENT_LENGTH"), &length);
    if (length > max) {
        return false;
    }
    char *body = arena_alloc(request->arena, (size_t)(length < 0 ? 0 : length) + 1);
    int got = length <= 0 ? 0 : FCGX_GetStr(body, (int)length, fcgi->in);
    request->body = str_n(body, got < 0 ? 0 : (size_t)got);
    return true;
}

/* "zh-CN,zh;q=0.9" → zh-CN, anything that does not begin with zh → en. */
static struct str accepted_language(struct str header)
{
    return header.len == 0 || str_starts(header, STR("zh")) ? STR("zh-CN") : STR("en");
}

static struct str request_path(const FCGX_Request *fcgi)
{
    struct str path = param(fcgi, "DOCUMENT_URI");
    struct str prefix = STR("/api/v1");
    return str_starts(path, prefix) ? str_slice(path, prefix.len, path.len) : path;
}

static void fill_request(FCGX_Request *fcgi, const struct config *config, struct arena *arena, struct request *request, struct error *error)
{
    error_init(error, arena);
    *request = (struct request){
        .arena = arena, .config = config, .error = error, .id = param(fcgi, "HTTP_X_REQUEST_ID"), .method = param(fcgi, "REQUEST_METHOD"),
        .path = request_path(fcgi), .query = param(fcgi, "QUERY_STRING"), .address = param(fcgi, "REMOTE_ADDR"),
        .user_agent = param(fcgi, "HTTP_USER_AGENT"), .cookie = param(fcgi, "HTTP_COOKIE"), .authorization = param(fcgi, "HTTP_AUTHORIZATION"),
        .idempotency_key = param(fcgi, "HTTP_IDEMPOTENCY_KEY"), .if_match = param(fcgi, "HTTP_IF_MATCH"), .origin = param(fcgi, "HTTP_ORIGIN"),
        .content_type = param(fcgi, "CONTENT_TYPE"), .language = accepted_language(param(fcgi, "HTTP_ACCEPT_LANGUAGE")), .now = instant_now(),
    };
}

static void send_headers(FCGX_Stream *out, const struct request *request, const struct response *response, const char *type)
{
    FCGX_FPrintF(out, "Status: %d\r\nX-Request-Id: %s\r\nCache-Control: no-store\r\n", response->status, str_c(request->arena, request->id));
    if (type != NULL) {
        FCGX_FPrintF(out, "Content-Type: %s\r\n", type);
    }
    for (size_t i = 0; i < response->header_count; i++) {
        FCGX_FPrintF(out, "%s: %s\r\n", str_c(request->arena, response->header_names[i]), str_c(request->arena, response->header_values[i]));
    }
    if (response->file.len > 0) {
        FCGX_FPrintF(out, "X-Accel-Redirect: /internal/files/%s\r\n", str_c(request->arena, response->file));
    }
    FCGX_PutS("\r\n", out);
}

static void send_response(FCGX_Request *fcgi, const struct request *request, const struct response *response)
{
    struct str body = response->json == NULL ? response->raw : json_write(request->arena, response->json);
    const char *type = response->content_type;
    if (type == NULL && response->json != NULL) {
        type = "application/json";
    }
    send_headers(fcgi->out, request, response, type);
    if (body.len > 0) {
        FCGX_PutStr(body.ptr, (int)body.len, fcgi->out);
    }
    FCGX_Finish_r(fcgi);
}

static void log_request(const struct request *request, const struct response *response, int64_t micros, uint64_t queries)
{
    const char *route = request->route == NULL ? "" : request->route->name;
    LOG_EVENT(LOG_INFO, "request", LOG_TEXT("id", request->id), LOG_INT("user", request->user == NULL ? 0 : request->user->user_id),
              LOG_C("route", route), LOG_TEXT("method", request->method), LOG_INT("status", response->status), LOG_INT("ms", micros / 1000),
              LOG_INT("us", micros), LOG_INT("queries", (int64_t)queries));
}

static int64_t clock_micros(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void serve_one(struct dispatcher *dispatcher, const struct config *config, struct arena *arena, FCGX_Request *fcgi)
{
    struct error error;
    struct request request;
    struct response response = {0};
    int64_t begin = clock_micros();
    fill_request(fcgi, config, arena, &request, &error);
    if (read_body(fcgi, &request)) {
        dispatch(dispatcher, &request, &response);
    } else {
        dispatch_refuse(&request, &response, error_set(&error, ERR_TOO_LARGE, "%s", err_text(ERR_TOO_LARGE)));
    }
    send_response(fcgi, &request, &response);
    int64_t micros = clock_micros() - begin;
    uint64_t queries = dispatcher_query_count(dispatcher);
    log_request(&request, &response, micros, queries);
    metrics_request(response.status, micros, queries);
    for (size_t i = 0; i < response.event_count && response.status < 400; i++) {
        events_publish(config, response.event_channels[i], response.event_names[i]);
    }
    arena_reset(arena);
}

static void set_signals(sigset_t *stop_signals)
{
    struct sigaction action = {.sa_handler = ask_stop};
    sigemptyset(stop_signals);
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaddset(stop_signals, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

int worker_run(const struct config *config, int listen_fd)
{
    sigset_t stop_signals;
    FCGX_Request fcgi;
    set_signals(&stop_signals);
    sigprocmask(SIG_BLOCK, &stop_signals, NULL);
    struct arena *arena = arena_create((size_t)(config->worker_memory_mb + config->upload_max_mb) * 1024 * 1024);
    struct dispatcher *dispatcher = dispatcher_create(config);
    if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        return EXIT_CANNOT_START;
    }
    for (int64_t served = 0; served < config->worker_requests && !stop_asked; served++) {
        sigprocmask(SIG_UNBLOCK, &stop_signals, NULL);
        int accepted = FCGX_Accept_r(&fcgi);
        sigprocmask(SIG_BLOCK, &stop_signals, NULL);
        if (accepted < 0) {
            break;
        }
        serve_one(dispatcher, config, arena, &fcgi);
    }
    FCGX_Free(&fcgi, 1);
    dispatcher_destroy(dispatcher);
    arena_destroy(arena);
    return 0;
}
