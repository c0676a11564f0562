/* The route table printed: for people, as JSON for the tests, as OpenAPI 3.1 for clients. Shapes come from the same
 * tables of fields that check requests, so the document cannot say something else than the program. */
#include "platform/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/custom.h"
#include "platform/field.h"
#include "platform/object.h"
#include "platform/route.h"

static json_t *schema_of(const struct field *field, bool answer);

static json_t *object_schema(const struct field *fields, bool answer, bool partial)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    /* Only records that take fields of administrators can tell of faults in formulas (object_api.c). */
    bool is_record = answer && fields_find(fields, STR("faults")) != NULL;
    for (; fields->name != NULL; fields++) {
        bool sent = answer || (fields->flags & FIELD_READ_ONLY) == 0;
        if (!sent) {
            continue;
        }
        json_object_set_new(properties, fields->name, schema_of(fields, answer));
        if ((fields->flags & FIELD_REQUIRED) != 0 && !partial) {
            json_array_append_new(required, json_string(fields->name));
        }
    }
    json_t *schema = json_pack("{s:s,s:o}", "type", "object", "properties", properties);
    if (json_array_size(required) > 0) {
        json_object_set(schema, "required", required);
    }
    json_decref(required);
    if (is_record) {
        json_object_set_new(schema, "x-custom-fields",
                            json_string("fields that administrators added, named x_…: GET /meta tells them"));
    }
    return schema;
}

static json_t *enum_words(const struct field *field)
{
    json_t *words = json_array();
    for (const struct option *option = field->options; option->value != NULL; option++) {
        json_array_append_new(words, json_string(option->value));
    }
    if ((field->flags & FIELD_NULLABLE) != 0) {
        json_array_append_new(words, json_null());
    }
    return words;
}

static void add_limits(json_t *schema, const struct field *field, const char *low, const char *high)
{
    if (field->min != 0 || field->max != 0) {
        json_object_set_new(schema, low, json_integer(field->min));
        json_object_set_new(schema, high, json_integer(field->max));
    }
}

static json_t *list_schema(const struct field *field, bool answer)
{
    struct field item = {.name = field->name, .type = field->item};
    return json_pack("{s:s,s:o}", "type", "array", "items",
                     field->fields == NULL ? schema_of(&item, answer) : object_schema(field->fields, answer, false));
}

/* A change may also say what to add and what to remove. */
static json_t *tags_schema(bool answer)
{
    json_t *ids = json_pack("{s:s,s:{s:s}}", "type", "array", "items", "type", "integer");
    if (answer) {
        return ids;
    }
    json_t *change = json_pack("{s:s,s:{s:O,s:O},s:b}", "type", "object", "properties", "add", ids, "remove", ids,
                               "additionalProperties", 0);
    return json_pack("{s:[o,o,{s:s}]}", "anyOf", ids, change, "type", "null");
}

static json_t *type_schema(const struct field *field, bool answer)
{
    json_t *schema;
    switch (field->type) {
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_PPM:
        schema = json_pack("{s:s}", "type", "integer");
        add_limits(schema, field, "minimum", "maximum");
        return schema;
    case FIELD_REF:
        return json_pack("{s:s,s:i}", "type", "integer", "minimum", 1);
    case FIELD_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case FIELD_DATE:
        return json_pack("{s:s,s:s}", "type", "string", "format", "date");
    case FIELD_INSTANT:
        return json_pack("{s:s,s:s}", "type", "string", "format", "date-time");
    case FIELD_ENUM:
        return json_pack("{s:s,s:o}", "type", "string", "enum", enum_words(field));
    case FIELD_TAGS:
    case FIELD_REFS:
    case FIELD_FILES:
        return tags_schema(answer);
    case FIELD_DECIMAL:
        return json_pack("{s:s}", "type", "string");
    case FIELD_CHOICES:
        return json_pack("{s:s,s:{s:s}}", "type", "array", "items", "type", "string");
    case FIELD_JSON:
        return json_object();
    case FIELD_OBJECT:
        return field->fields == NULL ? json_pack("{s:s}", "type", "object")
                                     : object_schema(field->fields, answer, false);
    case FIELD_LIST:
        return list_schema(field, answer);
    default:
        schema = json_pack("{s:s}", "type", "string");
        if (!answer && field->max != 0) {
            json_object_set_new(schema, "maxLength", json_integer(field->max));
        }
        return schema;
    }
}

static json_t *schema_of(const struct field *field, bool answer)
{
    json_t *schema = type_schema(field, answer);
    const char *type = json_string_value(json_object_get(schema, "type"));
    if ((field->flags & FIELD_NULLABLE) != 0 && type != NULL) {
        json_object_set_new(schema, "type", json_pack("[s,s]", type, "null"));
    }
    if (field->about != NULL) {
        json_object_set_new(schema, "description", json_string(field->about));
    }
    return schema;
}

static json_t *content_of(json_t *schema, const char *type)
{
    return json_pack("{s:{s:o}}", type, "schema", schema);
}

static json_t *header_of(const char *name, const char *about)
{
    return json_pack("{s:s,s:s,s:b,s:s,s:{s:s}}", "name", name, "in", "header", "required", 0, "description", about,
                     "schema", "type", "string");
}

static json_t *parameters_of(const struct route *route)
{
    json_t *list = json_array();
    struct str rest = str_from(route->path);
    struct str part;
    while (str_cut(&rest, '/', &part)) {
        if (part.len == 0 || part.ptr[0] != '{') {
            continue;
        }
        bool word = str_ends(part, STR(":word}"));
        size_t end = word ? part.len - 6 : part.len - 1;
        json_array_append_new(list,
                              json_pack("{s:o,s:s,s:b,s:{s:s}}", "name", json_stringn(part.ptr + 1, end - 1), "in",
                                        "path", "required", 1, "schema", "type", word ? "string" : "integer"));
    }
    if ((route->flags & ROUTE_VERSION) != 0) {
        json_array_append_new(list, header_of("If-Match", "the version this change was made from; a member version of "
                                                          "the body counts as well"));
    }
    if (route_takes_key(route)) {
        json_array_append_new(list, header_of("Idempotency-Key", "up to 100 visible characters, new for each request: "
                                                                 "the same again within a day gets the first answer"));
    }
    for (const struct field *field = route->query; field != NULL && field->name != NULL; field++) {
        json_array_append_new(list, json_pack("{s:s,s:s,s:b,s:o}", "name", field->name, "in", "query", "required",
                                              (field->flags & FIELD_REQUIRED) != 0, "schema", schema_of(field, false)));
    }
    return list;
}

/* What a success answers with: a route that only queues a job is accepted, not done. */
static const char *status_of(const struct route *route)
{
    if ((route->flags & ROUTE_FILE) != 0) {
        return "200";
    }
    if (route->answer == NULL) {
        return "204";
    }
    if (strcmp(route->answer[0].name, "job_id") == 0 && (route->answer[0].flags & FIELD_NULLABLE) == 0) {
        return "202";
    }
    bool created = strcmp(route->method, "POST") == 0 && strstr(route->name, ".create") != NULL;
    return created ? "201" : "200";
}

static json_t *problem_of(const char *about)
{
    json_t *schema = json_pack("{s:s}", "$ref", "#/components/schemas/Problem");
    return json_pack("{s:s,s:o}", "description", about, "content", content_of(schema, "application/problem+json"));
}

static json_t *responses_of(const struct route *route)
{
    json_t *good = json_pack("{s:s}", "description", route->about);
    if ((route->flags & ROUTE_FILE) != 0) {
        json_object_set_new(good, "content", json_pack("{s:{}}", "application/octet-stream"));
    } else if (route->answer != NULL) {
        json_object_set_new(good, "content", content_of(object_schema(route->answer, true, false), "application/json"));
    }
    json_t *responses = json_pack("{s:o,s:o}", status_of(route), good, "default", problem_of("Problem"));
    if ((route->flags & ROUTE_VERSION) != 0) {
        json_object_set_new(responses, "412", problem_of("Somebody changed it meanwhile; `current` is the state now."));
        json_object_set_new(responses, "428", problem_of("The change names no version."));
    }
    return responses;
}

static json_t *operation_of(const struct route *route)
{
    json_t *operation = json_pack("{s:s,s:s,s:o,s:o}", "operationId", route->name, "summary", route->about,
                                  "parameters", parameters_of(route), "responses", responses_of(route));
    json_object_set_new(operation, "x-permission", json_string(permission_key(route->permission)));
    if (route->permission == PERMISSION_PUBLIC) {
        json_object_set_new(operation, "security", json_array());
    }
    if (route->body != NULL) {
        bool partial = strcmp(route->method, "PATCH") == 0;
        json_object_set_new(operation, "requestBody",
                            json_pack("{s:b,s:o}", "required", 1, "content",
                                      content_of(object_schema(route->body, false, partial), "application/json")));
    } else if ((route->flags & ROUTE_UPLOAD) != 0) {
        json_object_set_new(operation, "requestBody",
                            json_pack("{s:b,s:{s:{}}}", "required", 1, "content", "application/octet-stream"));
    }
    return operation;
}

static char *open_path(const char *path)
{
    char *copy = strdup(path);
    char *word;
    if (copy == NULL) {
        abort();
    }
    while ((word = strstr(copy, ":word}")) != NULL) {
        memmove(word, word + 5, strlen(word + 5) + 1);
    }
    return copy;
}

static json_t *problem_schema(void)
{
    json_t *codes = json_array();
    for (int i = 1; i < ERR_COUNT; i++) {
        json_array_append_new(codes, json_string(err_code((enum err)i)));
    }
    return json_pack("{s:s,s:[s,s,s,s,s,s],s:{s:{s:s},s:{s:s},s:{s:s},s:{s:s,s:o},s:{s:s},s:{s:s},s:{s:s},s:{s:s,s:s},"
                     "s:{s:s,s:s,s:{s:s}},s:{s:s,s:{s:s,s:[s,s,s],s:{s:{s:s},s:{s:s},s:{s:s}}}}}}",
                     "type", "object", "required", "type", "title", "status", "code", "detail", "request_id",
                     "properties", "type", "type", "string", "title", "type", "string", "status", "type", "integer",
                     "code", "type", "string", "enum", codes, "detail", "type", "string", "request_id", "type",
                     "string", "retry_at", "type", "string", "current", "type", "object", "description",
                     "stale_version, target_conflict: the state now", "holdings", "type", "array", "description",
                     "handover_required: what the person owns", "items", "type", "object", "errors", "type", "array",
                     "items", "type", "object", "required", "field", "code", "message", "properties", "field", "type",
                     "string", "code", "type", "string", "message", "type", "string");
}

static json_t *document(void)
{
    size_t count;
    const struct route *const *routes = routes_all(&count);
    json_t *paths = json_object();
    for (size_t i = 0; i < count; i++) {
        char method[8] = "";
        char *path = open_path(routes[i]->path);
        for (size_t c = 0; c < sizeof method - 1 && routes[i]->method[c] != '\0'; c++) {
            method[c] = (char)(routes[i]->method[c] + ('a' - 'A'));
        }
        json_t *item = json_object_get(paths, path);
        if (item == NULL) {
            item = json_object();
            json_object_set_new(paths, path, item);
        }
        json_object_set_new(item, method, operation_of(routes[i]));
        free(path);
    }
    return json_pack("{s:s,s:{s:s,s:s},s:[{s:s}],s:[{s:[]}],s:o,s:{s:{s:{s:s,s:s,s:s}},s:{s:o}}}", "openapi", "3.1.0",
                     "info", "title", "Dabiao", "version", "1", "servers", "url", "/api/v1", "security", "bearer",
                     "paths", paths, "components", "securitySchemes", "bearer", "type", "http", "scheme", "bearer",
                     "bearerFormat", "JWT", "schemas", "Problem", problem_schema());
}

static const char *records_word(enum route_records records)
{
    static const char *const words[] = {"none", "list", "one", "aggregate", "search", "export", "directory"};
    return words[records];
}

static json_t *table(void)
{
    size_t count;
    const struct route *const *routes = routes_all(&count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s?,s:b,s:b}", "method", routes[i]->method, "path", routes[i]->path,
                            "name", routes[i]->name, "permission", permission_key(routes[i]->permission), "records",
                            records_word(routes[i]->records), "object", routes[i]->object, "has_body",
                            routes[i]->body != NULL, "upload", (routes[i]->flags & ROUTE_UPLOAD) != 0));
    }
    return list;
}

int openapi_command(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    size_t count;
    const struct route *const *routes = routes_all(&count);
    if (strcmp(what, "--openapi") == 0 || strcmp(what, "--json") == 0) {
        json_t *json = what[2] == 'o' ? document() : table();
        int failed = json == NULL || json_dumpf(json, stdout, JSON_INDENT(1)) != 0;
        json_decref(json);
        printf("\n");
        return failed;
    }
    for (size_t i = 0; i < count; i++) {
        printf("%-7s %-45s %-26s %s\n", routes[i]->method, routes[i]->path, permission_key(routes[i]->permission),
               routes[i]->about);
    }
    return 0;
}
