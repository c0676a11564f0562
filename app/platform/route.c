/* The table of all routes: those the features list and those made from their objects. Matching is a walk over the
 * rows with the same number of segments; a few hundred rows need no tree. */
#include "platform/route.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/log.h"
#include "platform/object.h"
#include "platform/object_routes.h"

static const struct route **all_routes;
static size_t route_count;

static void add_route(const struct route *route)
{
    all_routes = realloc(all_routes, (route_count + 1) * sizeof(*all_routes));
    if (all_routes == NULL) {
        abort();
    }
    all_routes[route_count++] = route;
}

/* A row that lacks what every route must say is a mistake of ours: the program does not start with it. */
static void check_route(const struct route *route)
{
    bool complete =
        route->method && route->path && route->path[0] == '/' && route->name && route->handler && route->about;
    bool named_records = route->records == RECORDS_NONE || route->object != NULL;
    if (!complete || !named_records || (unsigned)route->permission >= PERMISSION_COUNT) {
        fprintf(stderr, "route table: incomplete row %s %s\n", route->method ? route->method : "?",
                route->path ? route->path : "?");
        exit(2);
    }
    for (size_t i = 0; i < route_count; i++) {
        bool same_address =
            strcmp(all_routes[i]->path, route->path) == 0 && strcmp(all_routes[i]->method, route->method) == 0;
        if (same_address || strcmp(all_routes[i]->name, route->name) == 0) {
            fprintf(stderr, "route table: %s %s (%s) stands twice\n", route->method, route->path, route->name);
            exit(2);
        }
    }
}

void routes_init(void)
{
    if (route_count > 0) {
        return;
    }
    for (size_t f = 0; f < FEATURE_COUNT; f++) {
        for (const struct route *route = FEATURES[f]->routes; route != NULL && route->method != NULL; route++) {
            check_route(route);
            add_route(route);
        }
    }
    size_t object_count;
    const struct object *const *objects = objects_all(&object_count);
    for (size_t i = 0; i < object_count; i++) {
        size_t count;
        const struct route *routes = object_routes(objects[i], &count);
        for (size_t r = 0; r < count; r++) {
            check_route(&routes[r]);
            add_route(&routes[r]);
        }
    }
}

const struct route *const *routes_all(size_t *count_out)
{
    routes_init();
    *count_out = route_count;
    return all_routes;
}

/* One segment of a pattern: a literal, {id} (digits) or {x:word} (anything without a slash). */
static bool match_segment(struct request *request, struct str pattern, struct str segment)
{
    if (pattern.len == 0 || pattern.ptr[0] != '{') {
        return str_eq(pattern, segment);
    }
    if (segment.len == 0 || request->param_count == PATH_PARAM_MAX) {
        return false;
    }
    int64_t number = 0;
    bool word = str_ends(pattern, STR(":word}"));
    if (!word && (!str_to_i64(segment, &number) || number <= 0)) {
        return false;
    }
    request->params[request->param_count] = number;
    request->text_params[request->param_count] = segment;
    request->param_count++;
    return true;
}

static bool match_path(struct request *request, const char *pattern)
{
    struct str pattern_rest = str_from(pattern);
    struct str path_rest = request->path;
    request->param_count = 0;
    for (;;) {
        struct str pattern_part = {0};
        struct str path_part = {0};
        bool more_pattern = str_cut(&pattern_rest, '/', &pattern_part);
        bool more_path = str_cut(&path_rest, '/', &path_part);
        if (more_pattern != more_path) {
            return false;
        }
        if (!more_pattern) {
            return true;
        }
        if (!match_segment(request, pattern_part, path_part)) {
            return false;
        }
    }
}

/* Literal segments win over parameters: /users/me before /users/{id:word}. */
static bool more_literal(const struct route *a, const struct route *b)
{
    return b == NULL || (strchr(a->path, '{') == NULL && strchr(b->path, '{') != NULL);
}

bool route_takes_key(const struct route *route)
{
    return strcmp(route->method, "POST") == 0 && (route->flags & (ROUTE_NO_TX | ROUTE_UPLOAD)) == 0;
}

enum err route_find(struct request *request, const struct route **out)
{
    struct str method = str_eq_c(request->method, "HEAD") ? STR("GET") : request->method;
    bool path_known = false;
    const struct route *found = NULL;
    for (size_t i = 0; i < route_count; i++) {
        if (!match_path(request, all_routes[i]->path)) {
            continue;
        }
        path_known = true;
        if (str_eq_c(method, all_routes[i]->method) && more_literal(all_routes[i], found)) {
            found = all_routes[i];
        }
    }
    if (found == NULL) {
        return error_set(request->error, path_known ? ERR_METHOD_NOT_ALLOWED : ERR_NO_ROUTE, "%s",
                         err_text(path_known ? ERR_METHOD_NOT_ALLOWED : ERR_NO_ROUTE));
    }
    bool matched = match_path(request, found->path);
    assert(matched);
    *out = found;
    return OK;
}
