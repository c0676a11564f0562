/* Filters from JSON: groups, limits and the place of what is wrong; conditions stand in filter_condition.c.
 *
 * Everything that depends on the asking user or on the day ("me", relative dates, plain dates against instants) is
 * resolved while parsing, so the compiler and the evaluator see constants only and cannot disagree about them. */
#include <string.h>

#include "filter_parse.h"
#include "platform/json.h"

enum err filter_refuse(struct filter_parse *parse, const char *format, ...)
{
    struct buf text;
    va_list args;

    buf_init(&text, parse->arena);
    va_start(args, format);
    buf_vformat(&text, format, args);
    va_end(args);
    struct str place = parse->path.len > 0 ? buf_str(&parse->path) : STR("filter");
    return error_set(parse->error, ERR_BAD_FILTER, "%.*s: %.*s", STR_ARG(place), STR_ARG(buf_str(&text)));
}

size_t filter_path_enter(struct filter_parse *parse, const char *member)
{
    size_t before = parse->path.len;

    if (before > 0) {
        buf_add_char(&parse->path, '.');
    }
    buf_add_c(&parse->path, member);
    return before;
}

size_t filter_path_enter_item(struct filter_parse *parse, size_t index)
{
    size_t before = parse->path.len;

    buf_format(&parse->path, "[%zu]", index);
    return before;
}

void filter_path_leave(struct filter_parse *parse, size_t before)
{
    parse->path.len = before;
    if (parse->path.ptr != NULL) {
        parse->path.ptr[before] = '\0';
    }
}

struct filter *filter_new(struct filter_parse *parse, enum filter_kind kind, const struct field *field)
{
    struct filter *filter = ARENA_NEW(parse->arena, struct filter);

    filter->kind = kind;
    filter->field = field;
    filter->field_index = field == NULL ? 0 : (size_t)(field - parse->fields);
    return filter;
}

const struct filter *filter_negate(struct filter_parse *parse, const struct filter *part)
{
    struct filter *filter = filter_new(parse, FILTER_NOT, NULL);

    filter->items = ARENA_ARRAY(parse->arena, const struct filter *, 1);
    filter->items[0] = part;
    filter->item_count = 1;
    return filter;
}

static enum err parse_node(struct filter_parse *parse, const json_t *json, const struct filter **out);

/* {"all":[…]} and {"any":[…]}. */
static enum err parse_group(struct filter_parse *parse, const json_t *json, enum filter_kind kind,
                            const struct filter **out)
{
    struct filter *filter = filter_new(parse, kind, NULL);
    size_t count = json_array_size(json);

    if (!json_is_array(json) || count == 0) {
        return filter_refuse(parse, "must be a list with at least one filter");
    }
    if (count > FILTER_CONDITION_MAX) {
        return filter_refuse(parse, "the filter has more than %d conditions", FILTER_CONDITION_MAX);
    }
    filter->items = ARENA_ARRAY(parse->arena, const struct filter *, count);
    filter->item_count = count;
    for (size_t i = 0; i < count; i++) {
        size_t place = filter_path_enter_item(parse, i);
        TRY(parse_node(parse, json_array_get(json, i), &filter->items[i]));
        filter_path_leave(parse, place);
    }
    *out = filter;
    return OK;
}

/* The only member of a group, by its name. */
static enum err parse_member(struct filter_parse *parse, const char *name, const json_t *json,
                             const struct filter **out)
{
    size_t place = filter_path_enter(parse, name);

    if (strcmp(name, "not") == 0) {
        const struct filter *part = NULL;
        TRY(parse_node(parse, json, &part));
        *out = filter_negate(parse, part);
    } else {
        TRY(parse_group(parse, json, strcmp(name, "all") == 0 ? FILTER_ALL : FILTER_ANY, out));
    }
    filter_path_leave(parse, place);
    return OK;
}

static enum err parse_node(struct filter_parse *parse, const json_t *json, const struct filter **out)
{
    static const char *const groups[] = {"all", "any", "not"};

    if (!json_is_object(json)) {
        return filter_refuse(parse, "must be an object");
    }
    if (json_object_size(json) == 0) {
        *out = filter_new(parse, FILTER_EVERYTHING, NULL);
        return OK;
    }
    if (parse->depth == FILTER_DEPTH_MAX) {
        return filter_refuse(parse, "filters are nested more than %d deep", FILTER_DEPTH_MAX);
    }
    parse->depth++;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        const json_t *member = json_object_get(json, groups[i]);
        if (member == NULL) {
            continue;
        }
        if (json_object_size(json) != 1) {
            return filter_refuse(parse, "%s must stand alone in its object", groups[i]);
        }
        TRY(parse_member(parse, groups[i], member, out));
        parse->depth--;
        return OK;
    }
    TRY(filter_parse_condition(parse, json, out));
    parse->depth--;
    return OK;
}

enum err filter_parse(struct arena *arena, const struct field *fields, const json_t *json,
                      const struct filter_context *context, struct error *error, struct filter **out)
{
    struct filter_parse parse = {.arena = arena, .fields = fields, .context = context, .error = error};
    const struct filter *root = NULL;

    buf_init(&parse.path, arena);
    TRY(parse_node(&parse, json, &root));
    *out = (struct filter *)root;
    return OK;
}

enum err filter_parse_text(struct arena *arena, const struct field *fields, struct str text,
                           const struct filter_context *context, struct error *error, struct filter **out)
{
    struct error *cause = ARENA_NEW(arena, struct error);
    json_t *json = NULL;

    *out = NULL;
    if (str_trim(text).len == 0) {
        return OK;
    }
    error_init(cause, arena);
    if (json_read(arena, text, cause, &json) != OK) {
        return error_set(error, ERR_BAD_FILTER, "filter: %.*s", STR_ARG(cause->detail));
    }
    return filter_parse(arena, fields, json, context, error, out);
}

const struct field *filter_find_field(const struct filter *filter,
                                      bool (*wanted)(void *context, const struct field *field), void *context)
{
    if (filter == NULL) {
        return NULL;
    }
    if (filter->field != NULL && wanted(context, filter->field)) {
        return filter->field;
    }
    for (size_t i = 0; i < filter->item_count; i++) {
        const struct field *field = filter_find_field(filter->items[i], wanted, context);
        if (field != NULL) {
            return field;
        }
    }
    return NULL;
}
