/* FastCGI through libfcgi: one request at a time, blocking. Stop signals are blocked while a request is served and let
 * through only while the worker waits, so no request is cut and no signal is lost.
 *
 * The listening socket does not block: all workers are woken by a connection, one gets it. Waiting in ppoll rather than
 * in the library's accept is what makes signal handling free of races. */
#include "platform/worker.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "platform/dispatch.h"
#include "platform/events.h"
#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/notify.h"
#include "platform/migrate.h"
#include "platform/route.h"

enum {
    LAST_REQUESTS = 16,           /* what already waits when a worker is asked to stop is served, up to so many */
    REQUEST_ID_MAX = 40,          /* bytes; audit rows keep it */
    TRIM_BYTES = 8 * 1024 * 1024, /* after a request that took more, memory is given back to the system */
};

struct worker {
    const struct config *config;   /* settings */
    struct dispatcher *dispatcher; /* answers */
    struct arena *arena;           /* reset after each request */
    FCGX_Request fcgi;             /* the present connection */
    int listen_fd;                 /* where requests arrive */
    sigset_t open_mask;            /* signals let through while waiting */
};

static volatile sig_atomic_t stop_asked;

static void ask_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

/* ---- in ---- */

static struct str param(const struct worker *worker, const char *name)
{
    struct str value = str_from(FCGX_GetParam(name, worker->fcgi.envp));
    return value.ptr == NULL ? STR("") : value;
}

/* The id nginx gave, when it looks like one: it is logged, stored and sent back. Else a new one. */
static struct str request_id(const struct worker *worker)
{
    struct str id = param(worker, "HTTP_X_REQUEST_ID");
    bool good = id.len > 0 && id.len <= REQUEST_ID_MAX;
    for (size_t i = 0; i < id.len && good; i++) {
        char c = id.ptr[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    }
    if (good) {
        return id;
    }
    unsigned char random[16];
    char *hex = arena_alloc(worker->arena, 2 * sizeof random + 1);
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(hex, 2 * sizeof random + 1, random, sizeof random);
    return str_from(hex);
}

/* The first language of Accept-Language that we speak; Chinese without any. */
static struct str accepted_language(struct str header)
{
    struct str rest = header;
    struct str tag;
    while (str_cut(&rest, ',', &tag)) {
        struct str primary = str_slice(str_trim(tag), 0, 2);
        if (str_eq_ci(primary, STR("zh"))) {
            return STR("zh-CN");
        }
        if (str_eq_ci(primary, STR("en"))) {
            return STR("en");
        }
    }
    return STR("zh-CN");
}

static struct str request_path(const struct worker *worker)
{
    struct str path = param(worker, "DOCUMENT_URI");
    struct str prefix = STR("/api/v1");
    bool is_api = str_starts(path, STR("/api/v1/"));
    return is_api ? str_slice(path, prefix.len, path.len) : path;
}

static void fill_request(struct worker *worker, struct request *request, struct error *error)
{
    struct str agent = param(worker, "HTTP_USER_AGENT");
    error_init(error, worker->arena);
    *request = (struct request){
        .arena = worker->arena,
        .config = worker->config,
        .error = error,
        .id = request_id(worker),
        .method = param(worker, "REQUEST_METHOD"),
        .path = request_path(worker),
        .query = param(worker, "QUERY_STRING"),
        .address = param(worker, "REMOTE_ADDR"),
        .user_agent = str_is_utf8(agent) ? agent : STR(""), /* it is stored with the session */
        .cookie = param(worker, "HTTP_COOKIE"),
        .authorization = param(worker, "HTTP_AUTHORIZATION"),
        .idempotency_key = param(worker, "HTTP_IDEMPOTENCY_KEY"),
        .if_match = param(worker, "HTTP_IF_MATCH"),
        .origin = param(worker, "HTTP_ORIGIN"),
        .content_type = param(worker, "CONTENT_TYPE"),
        .language = accepted_language(param(worker, "HTTP_ACCEPT_LANGUAGE")),
        .now = instant_now(),
    };
}

/* A body that is kept in a file without a name, seen as memory. */
struct spool {
    void *ptr;  /* mapping */
    size_t len; /* its bytes */
};

static void drop_spool(void *object)
{
    struct spool *spool = object;
    munmap(spool->ptr, spool->len);
}

/* Uploads can be larger than a worker may grow: they go through a file that vanishes by itself. */
static char *spool_create(struct worker *worker, size_t len)
{
    int fd = open(worker->config->data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    struct spool *spool = ARENA_NEW(worker->arena, struct spool);
    if (fd < 0 || posix_fallocate(fd, 0, (off_t)len) != 0) {
        LOG_EVENT(LOG_ERROR, "upload_failed", LOG_C("why", strerror(errno)), LOG_INT("bytes", (int64_t)len));
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    spool->len = len;
    spool->ptr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (spool->ptr == MAP_FAILED) {
        return NULL;
    }
    arena_defer(worker->arena, drop_spool, spool);
    return spool->ptr;
}

/* nginx sends the whole body before it reads the answer: what nobody wants must still be taken. */
static void skip_body(struct worker *worker)
{
    char bytes[8192];
    while (FCGX_GetStr(bytes, sizeof bytes, worker->fcgi.in) == (int)sizeof bytes) {
    }
}

/* Reads the whole body, as much as the route may take. Errors: ERR_TOO_LARGE, ERR_BAD_REQUEST (it ended early),
 * ERR_INTERNAL (no place for it). */
static enum err read_body(struct worker *worker, struct request *request)
{
    const struct route *route = NULL;
    int64_t len = 0;
    int64_t json_max = worker->config->body_max_kb * 1024;
    bool is_upload = route_find(request, &route) == OK && (route->flags & ROUTE_UPLOAD) != 0;
    error_init(request->error, worker->arena); /* the dispatcher says what is wrong with the address */
    if (!str_to_i64(param(worker, "CONTENT_LENGTH"), &len) || len <= 0) {
        return OK;
    }
    if (len > (is_upload ? worker->config->upload_max_mb * 1024 * 1024 : json_max)) {
        skip_body(worker);
        return error_set(request->error, ERR_TOO_LARGE, "%s", err_text(ERR_TOO_LARGE));
    }
    char *body = len > json_max ? spool_create(worker, (size_t)len) : arena_alloc(worker->arena, (size_t)len);
    if (body == NULL) {
        skip_body(worker);
        return ERR_INTERNAL;
    }
    if (FCGX_GetStr(body, (int)len, worker->fcgi.in) != len) {
        return error_set(request->error, ERR_BAD_REQUEST, "The body ended early.");
    }
    request->body = str_n(body, (size_t)len);
    return OK;
}

/* ---- out ---- */

static void put(struct worker *worker, struct str text)
{
    if (text.len > 0) {
        FCGX_PutStr(text.ptr, (int)text.len, worker->fcgi.out);
    }
}

/* One header line. A value that would end the line is a mistake of ours and is left out. */
static void put_header(struct worker *worker, struct str name, struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == 0x7f) {
            LOG_EVENT(LOG_ERROR, "bad_header", LOG_TEXT("name", name));
            return;
        }
    }
    put(worker, name);
    put(worker, STR(": "));
    put(worker, value);
    put(worker, STR("\r\n"));
}

/* Percent-encodes a path below data_dir; nginx decodes the address of X-Accel-Redirect. */
static struct str encode_path(struct arena *arena, struct str path)
{
    struct buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        bool plain =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("/._-", c) != NULL;
        if (plain && c != '\0') {
            buf_add_char(&out, (char)c);
        } else {
            buf_format(&out, "%%%02X", c);
        }
    }
    return buf_str(&out);
}

static bool has_header(const struct response *response, struct str name)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (str_eq_ci(response->header_names[i], name)) {
            return true;
        }
    }
    return false;
}

static const char *content_type(const struct response *response)
{
    if (response->content_type != NULL) {
        return response->content_type;
    }
    return response->json != NULL ? "application/json" : "application/octet-stream";
}

static void put_headers(struct worker *worker, const struct request *request, const struct response *response,
                        struct str body)
{
    put_header(worker, STR("Status"), str_format(worker->arena, "%d", response->status));
    put_header(worker, STR("X-Request-Id"), request->id);
    if (!has_header(response, STR("Cache-Control"))) {
        put_header(worker, STR("Cache-Control"), STR("no-store"));
    }
    for (size_t i = 0; i < response->header_count; i++) {
        put_header(worker, response->header_names[i], response->header_values[i]);
    }
    if (response->file.len > 0) {
        put_header(worker, STR("Content-Type"), str_from(content_type(response)));
        put_header(
            worker, STR("X-Accel-Redirect"),
            str_format(worker->arena, "/internal/files/%.*s", STR_ARG(encode_path(worker->arena, response->file))));
    } else if (body.len > 0) {
        put_header(worker, STR("Content-Type"), str_from(content_type(response)));
        put_header(worker, STR("Content-Length"), str_format(worker->arena, "%zu", body.len));
    }
    put(worker, STR("\r\n"));
}

/* Writes the answer; what the library still holds of it leaves with end_request, in one piece with the end. */
static void send_response(struct worker *worker, const struct request *request, const struct response *response)
{
    struct str body = response->json == NULL ? response->raw : json_write(worker->arena, response->json);
    put_headers(worker, request, response, body);
    if (!str_eq_c(request->method, "HEAD")) {
        put(worker, body);
    }
}

/* A connection kept open would hold the worker: it is closed even where the web server would keep it. What the request
 * borrowed from the parameters (id, method, path, headers) is gone afterwards. */
static void end_request(struct worker *worker)
{
    worker->fcgi.keepConnection = 0;
    FCGX_Finish_r(&worker->fcgi);
}

/* ---- around ---- */

static int64_t clock_micros(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void note_request(const struct request *request, const struct response *response, int64_t micros,
                         uint64_t queries)
{
    struct str route = request->route == NULL ? STR("none") : str_from(request->route->name);
    struct str rest = route;
    struct str group = route;
    str_cut(&rest, '.', &group);
    metrics_request(group.ptr, group.len, response->status, micros, queries);
    enum log_level level = response->status == 500 ? LOG_ERROR : response->status >= 500 ? LOG_WARN : LOG_INFO;
    LOG_EVENT(level, "request", LOG_TEXT("id", request->id),
              LOG_INT("user", request->user == NULL ? 0 : request->user->user_id), LOG_TEXT("method", request->method),
              LOG_TEXT("route", route), LOG_INT("status", response->status), LOG_INT("ms", micros / 1000),
              LOG_INT("us", micros), LOG_INT("queries", (int64_t)queries));
}

/* What changed is told channel by channel, all names of a channel at once. */
static void publish_events(const struct worker *worker, const struct response *response)
{
    struct str names[EVENT_MAX];
    bool told[EVENT_MAX] = {false};
    for (size_t i = 0; i < response->event_count; i++) {
        size_t count = 0;
        for (size_t j = i; j < response->event_count; j++) {
            if (!told[j] && str_eq(response->event_channels[j], response->event_channels[i])) {
                names[count++] = response->event_names[j];
                told[j] = true;
            }
        }
        if (count > 0) {
            events_publish(worker->config, response->event_channels[i], names, count);
        }
    }
}

static void serve_one(struct worker *worker)
{
    struct error error;
    struct request request;
    struct response response = {0};
    uint64_t queries = 0;
    int64_t begun = clock_micros();
    fill_request(worker, &request, &error);
    enum err err = read_body(worker, &request);
    if (err == OK) {
        dispatch(worker->dispatcher, &request, &response);
        queries = dispatcher_query_count(worker->dispatcher);
    } else {
        dispatch_refuse(&request, &response, err);
    }
    send_response(worker, &request, &response);
    note_request(&request, &response, clock_micros() - begun, queries);
    end_request(worker);
    if (response.status < 400) {
        publish_events(worker, &response);
        notify_publish(&request);
    }
    bool was_large = arena_used(worker->arena) > TRIM_BYTES;
    arena_reset(worker->arena);
    if (was_large) {
        malloc_trim(0);
    }
}

/* A blocked stop signal that ppoll did not deliver because a connection was there too. */
static bool is_stop_pending(void)
{
    sigset_t pending;
    return stop_asked || (sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1);
}

/* Waits for a connection, or only looks whether one is there. False: none, or a stop signal came. */
static bool wait_for_connection(const struct worker *worker, bool may_wait)
{
    struct pollfd fd = {.fd = worker->listen_fd, .events = POLLIN};
    struct timespec none = {0};
    return ppoll(&fd, 1, may_wait ? NULL : &none, may_wait ? &worker->open_mask : NULL) > 0;
}

/* Serves the next connection. False when another worker was faster. */
static bool serve_next(struct worker *worker)
{
    if (FCGX_Accept_r(&worker->fcgi) < 0) {
        return false;
    }
    serve_one(worker);
    return true;
}

static void serve_all(struct worker *worker)
{
    int64_t served = 0;
    while (served < worker->config->worker_requests && !is_stop_pending()) {
        if (wait_for_connection(worker, true)) {
            served += serve_next(worker);
        }
    }
    if (!is_stop_pending()) {
        return; /* recycled: its successor takes what waits */
    }
    for (int i = 0; i < LAST_REQUESTS && wait_for_connection(worker, false); i++) {
        serve_next(worker);
    }
}

static void set_signals(sigset_t *open_mask)
{
    struct sigaction action = {.sa_handler = ask_stop};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &blocked, open_mask);
    sigdelset(open_mask, SIGTERM);
}

/* False when the database belongs to another version of the program. One that cannot be reached may come back. */
static bool database_fits(const struct config *config)
{
    struct db *db = db_create(config, DB_WRITE);
    enum err err = migrate_check(config, db);
    db_destroy(db);
    return err == OK || err == ERR_UNAVAILABLE;
}

int worker_run(const struct config *config, const struct child_handles *handles)
{
    struct worker worker = {.config = config, .listen_fd = handles->listen_fd};
    set_signals(&worker.open_mask);
    metrics_attach(handles->metrics_fd);
    if (!database_fits(config) || FCGX_Init() != 0 ||
        FCGX_InitRequest(&worker.fcgi, handles->listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        return EXIT_CANNOT_START;
    }
    worker.dispatcher = dispatcher_create(config);
    worker.arena = arena_create((size_t)config->worker_memory_mb * 1024 * 1024);
    child_ready(handles);
    serve_all(&worker);
    FCGX_Free(&worker.fcgi, 1);
    dispatcher_destroy(worker.dispatcher);
    arena_destroy(worker.arena);
    return 0;
}
