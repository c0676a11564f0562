/* What handlers ask of a request and put into a response. Parsing of query strings and cookies; no sockets here. */
#include "platform/http.h"

#include <assert.h>
#include <string.h>

#include "platform/route.h"

void response_header(struct response *response, struct str name, struct str value)
{
    assert(response->header_count < HEADER_MAX);
    response->header_names[response->header_count] = name;
    response->header_values[response->header_count] = value;
    response->header_count++;
}

void response_event(struct response *response, struct str channel, struct str name)
{
    for (size_t i = 0; i < response->event_count; i++) {
        if (str_eq(response->event_channels[i], channel) && str_eq(response->event_names[i], name)) {
            return;
        }
    }
    /* More events than places: clients refetch anyway, so the surplus is dropped. */
    if (response->event_count == EVENT_MAX) {
        return;
    }
    response->event_channels[response->event_count] = channel;
    response->event_names[response->event_count] = name;
    response->event_count++;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* Percent-decoding with "+" as space. Bad escapes stay as they are. */
static struct str decode(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 && hex_digit(text.ptr[i + 2]) >= 0) {
            c = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
            i += 2;
        }
        out[len++] = c;
    }
    return str_n(out, len);
}

static bool is_text(struct str text)
{
    return str_is_utf8(text) && (text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL);
}

bool request_is_text(const struct request *request)
{
    return is_text(request->path) && is_text(decode(request->arena, request->query));
}

struct str request_query(const struct request *request, const char *name)
{
    struct str rest = request->query;
    struct str pair;
    while (str_cut(&rest, '&', &pair)) {
        struct str value = pair;
        struct str key;
        if (!str_cut(&value, '=', &key)) {
            continue;
        }
        if (str_eq_c(decode(request->arena, key), name)) {
            return decode(request->arena, value);
        }
    }
    return (struct str){0};
}

enum err request_query_int(struct request *request, const char *name, int64_t fallback, int64_t min, int64_t max,
                           int64_t *out)
{
    struct str text = request_query(request, name);
    if (text.len == 0) {
        *out = fallback;
        return OK;
    }
    if (!str_to_i64(text, out)) {
        error_field(request->error, str_from(name), "not_an_integer", "%s must be a whole number.", name);
        return error_check_fields(request->error);
    }
    if (*out < min || *out > max) {
        error_field(request->error, str_from(name), *out < min ? "too_small" : "too_large",
                    "%s must be between %lld and %lld.", name, (long long)min, (long long)max);
        return error_check_fields(request->error);
    }
    return OK;
}

enum err request_query_date(struct request *request, const char *name, struct opt_date *out)
{
    struct str text = request_query(request, name);
    *out = (struct opt_date){0};
    if (text.len == 0) {
        return OK;
    }
    if (!date_parse(text, &out->value)) {
        error_field(request->error, str_from(name), "not_a_date", "%s must be a date like 2026-03-31.", name);
        return error_check_fields(request->error);
    }
    out->set = true;
    return OK;
}

enum err request_version(struct request *request, int64_t *out)
{
    struct str header = str_trim(request->if_match);
    /* The table of routes tells clients where a version is wanted. */
    assert(request->route == NULL || (request->route->flags & ROUTE_VERSION) != 0);
    if (header.len >= 2 && header.ptr[0] == '"') {
        header = str_slice(header, 1, header.len - 1);
    }
    if (header.len > 0 && str_to_i64(header, out) && *out > 0) {
        return OK;
    }
    if (header.len == 0 && request->json != NULL) {
        *out = json_get_int(request->json, "version", 0);
        if (*out > 0) {
            return OK;
        }
    }
    return error_set(request->error, ERR_VERSION_REQUIRED, "%s", err_text(ERR_VERSION_REQUIRED));
}

struct str request_cookie(const struct request *request, const char *name)
{
    struct str rest = request->cookie;
    struct str part;
    while (str_cut(&rest, ';', &part)) {
        struct str value = str_trim(part);
        struct str key;
        if (str_cut(&value, '=', &key) && str_eq_c(key, name)) {
            return value;
        }
    }
    return (struct str){0};
}
