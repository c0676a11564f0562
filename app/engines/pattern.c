/* Patterns as a small machine that is in several places at once (Thompson's construction). */
#include "engines/pattern.h"

#include <string.h>

enum step_kind { STEP_CHAR, STEP_ANY, STEP_CLASS, STEP_SPLIT, STEP_JUMP, STEP_END };

/* Code points of a class; negative entries are none. */
struct range {
    uint32_t from, to; /* both included */
};

struct class
{
    bool negated;         /* everything else */
    struct range *ranges; /* what belongs to it */
    size_t count;         /* in ranges */
};

struct step {
    enum step_kind kind;
    uint32_t c;              /* CHAR */
    const struct class *set; /* CLASS */
    size_t to, other;        /* SPLIT, JUMP */
};

struct pattern {
    struct step *steps;
    size_t count; /* in steps */
};

struct parser {
    struct arena *arena;
    struct str text;
    size_t at;
    struct pattern *pattern;
    size_t depth; /* of brackets */
    bool broken;
};

enum { DEPTH_MAX = 20, RANGES_MAX = 64 };

static size_t add(struct parser *parser, struct step step)
{
    struct pattern *pattern = parser->pattern;
    if (pattern->count == PATTERN_STEPS_MAX) {
        parser->broken = true;
        return 0;
    }
    pattern->steps[pattern->count] = step;
    return pattern->count++;
}

static bool at_end(const struct parser *parser)
{
    return parser->at >= parser->text.len;
}

static bool sees(const struct parser *parser, char c)
{
    return !at_end(parser) && parser->text.ptr[parser->at] == c;
}

/* \d and its kin. False when the letter is none of them. */
static bool add_named(struct class *set, char letter)
{
    static const struct range digits[] = {{'0', '9'}};
    static const struct range words[] = {{'0', '9'}, {'a', 'z'}, {'A', 'Z'}, {'_', '_'}};
    static const struct range spaces[] = {{' ', ' '}, {'\t', '\r'}, {0x3000, 0x3000}};
    const struct range *ranges = letter == 'd' ? digits : letter == 'w' ? words : letter == 's' ? spaces : NULL;
    size_t count = letter == 'd' ? 1 : letter == 'w' ? 4 : 3;
    for (size_t i = 0; ranges != NULL && i < count; i++) {
        set->ranges[set->count++] = ranges[i];
    }
    return ranges != NULL;
}

static struct class *new_class(struct parser *parser)
{
    struct class *set = ARENA_NEW(parser->arena, struct class);
    *set = (struct class){.ranges = ARENA_ARRAY(parser->arena, struct range, RANGES_MAX + 8)};
    return set;
}

/* Behind a backslash: a named class, or the character itself. */
static void parse_escape(struct parser *parser)
{
    if (at_end(parser)) {
        parser->broken = true;
        return;
    }
    char letter = parser->text.ptr[parser->at];
    char small = letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
    struct class *set = new_class(parser);
    if (add_named(set, small)) {
        parser->at++;
        set->negated = small != letter;
        add(parser, (struct step){.kind = STEP_CLASS, .set = set});
        return;
    }
    bool unknown = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    uint32_t c = str_next_char(parser->text, &parser->at);
    parser->broken = parser->broken || unknown;
    add(parser, (struct step){.kind = STEP_CHAR, .c = c});
}

/* One character of a class, or a named class inside of it (false). */
static bool class_char(struct parser *parser, struct class *set, uint32_t *out)
{
    if (sees(parser, '\\')) {
        parser->at++;
        if (at_end(parser)) {
            parser->broken = true;
            return false;
        }
        if (add_named(set, parser->text.ptr[parser->at])) {
            parser->at++;
            return false;
        }
    }
    *out = str_next_char(parser->text, &parser->at);
    return true;
}

static void parse_class(struct parser *parser)
{
    struct class *set = new_class(parser);
    set->negated = sees(parser, '^');
    parser->at += set->negated;
    bool empty = true;
    while (!parser->broken && !at_end(parser) && (!sees(parser, ']') || empty)) {
        uint32_t from = 0;
        uint32_t to = 0;
        empty = false;
        if (set->count >= RANGES_MAX) {
            parser->broken = true;
            return;
        }
        if (!class_char(parser, set, &from)) {
            continue;
        }
        to = from;
        bool is_range =
            sees(parser, '-') && parser->at + 1 < parser->text.len && parser->text.ptr[parser->at + 1] != ']';
        if (is_range) {
            parser->at++;
            parser->broken = parser->broken || !class_char(parser, set, &to) || to < from;
        }
        set->ranges[set->count++] = (struct range){from, to};
    }
    parser->broken = parser->broken || !sees(parser, ']');
    parser->at++;
    add(parser, (struct step){.kind = STEP_CLASS, .set = set});
}

static void parse_either(struct parser *parser);

static void parse_group(struct parser *parser)
{
    if (++parser->depth > DEPTH_MAX) {
        parser->broken = true;
        return;
    }
    if (sees(parser, '?')) {
        parser->broken =
            parser->broken || parser->at + 1 >= parser->text.len || parser->text.ptr[parser->at + 1] != ':';
        parser->at += 2;
    }
    parse_either(parser);
    parser->broken = parser->broken || !sees(parser, ')');
    parser->at++;
    parser->depth--;
}

static void parse_atom(struct parser *parser)
{
    char c = parser->text.ptr[parser->at];
    switch (c) {
    case '(':
        parser->at++;
        parse_group(parser);
        return;
    case '[':
        parser->at++;
        parse_class(parser);
        return;
    case '\\':
        parser->at++;
        parse_escape(parser);
        return;
    case '.':
        parser->at++;
        add(parser, (struct step){.kind = STEP_ANY});
        return;
    case '*':
    case '+':
    case '?':
    case '{':
    case '^':
    case '$':
        parser->broken = true;
        return;
    default: {
        uint32_t point = str_next_char(parser->text, &parser->at);
        add(parser, (struct step){.kind = STEP_CHAR, .c = point});
    }
    }
}

static bool read_count(struct parser *parser, int *out)
{
    int count = 0;
    size_t from = parser->at;
    while (!at_end(parser) && parser->text.ptr[parser->at] >= '0' && parser->text.ptr[parser->at] <= '9') {
        count = count > PATTERN_REPEAT_MAX ? count : count * 10 + (parser->text.ptr[parser->at] - '0');
        parser->at++;
    }
    *out = count;
    return parser->at > from && count <= PATTERN_REPEAT_MAX;
}

/* How often; `max` -1 is without end. False when nothing is said. */
static bool parse_repeat(struct parser *parser, int *min, int *max)
{
    char c = at_end(parser) ? 0 : parser->text.ptr[parser->at];
    if (c != '*' && c != '+' && c != '?' && c != '{') {
        return false;
    }
    parser->at++;
    *min = c == '+';
    *max = c == '?' ? 1 : -1;
    if (c != '{') {
        return true;
    }
    parser->broken = parser->broken || !read_count(parser, min);
    *max = *min;
    if (sees(parser, ',')) {
        parser->at++;
        *max = -1;
        if (!sees(parser, '}')) {
            parser->broken = parser->broken || !read_count(parser, max) || *max < *min;
        }
    }
    parser->broken = parser->broken || !sees(parser, '}');
    parser->at++;
    return true;
}

/* Copies steps that end where they begin to refer. */
static void copy(struct parser *parser, const struct step *steps, size_t count, size_t from)
{
    size_t at = parser->pattern->count;
    for (size_t i = 0; i < count; i++) {
        struct step step = steps[i];
        step.to += at - from;
        step.other += at - from;
        add(parser, step);
    }
}

static void repeat(struct parser *parser, size_t from, int min, int max)
{
    struct pattern *pattern = parser->pattern;
    size_t count = pattern->count - from;
    struct step *body = ARENA_ARRAY(parser->arena, struct step, count + 1);
    memcpy(body, pattern->steps + from, count * sizeof *body);
    pattern->count = from;
    for (int i = 0; i < min && !parser->broken; i++) {
        copy(parser, body, count, from);
    }
    if (max < 0) {
        size_t split = add(parser, (struct step){.kind = STEP_SPLIT});
        copy(parser, body, count, from);
        add(parser, (struct step){.kind = STEP_JUMP, .to = split});
        pattern->steps[split].to = split + 1;
        pattern->steps[split].other = pattern->count;
    }
    for (int i = min; i < max && !parser->broken; i++) {
        size_t split = add(parser, (struct step){.kind = STEP_SPLIT});
        copy(parser, body, count, from);
        pattern->steps[split].to = split + 1;
        pattern->steps[split].other = pattern->count;
    }
}

static void parse_sequence(struct parser *parser)
{
    while (!parser->broken && !at_end(parser) && !sees(parser, '|') && !sees(parser, ')')) {
        size_t from = parser->pattern->count;
        int min = 0;
        int max = 0;
        parse_atom(parser);
        if (!parser->broken && parse_repeat(parser, &min, &max)) {
            repeat(parser, from, min, max);
        }
    }
}

static void parse_either(struct parser *parser)
{
    struct pattern *pattern = parser->pattern;
    size_t from = pattern->count;
    parse_sequence(parser);
    while (!parser->broken && sees(parser, '|')) {
        parser->at++;
        size_t count = pattern->count - from;
        struct step *body = ARENA_ARRAY(parser->arena, struct step, count + 1);
        memcpy(body, pattern->steps + from, count * sizeof *body);
        pattern->count = from;
        size_t split = add(parser, (struct step){.kind = STEP_SPLIT});
        copy(parser, body, count, from);
        size_t jump = add(parser, (struct step){.kind = STEP_JUMP});
        pattern->steps[split].to = split + 1;
        pattern->steps[split].other = pattern->count;
        parse_sequence(parser);
        pattern->steps[jump].to = pattern->count;
    }
}

const struct pattern *pattern_parse(struct arena *arena, struct str text)
{
    struct str inside = str_slice(text, str_starts(text, STR("^")), text.len);
    bool escaped = str_ends(inside, STR("\\$"));
    inside = str_ends(inside, STR("$")) && !escaped ? str_slice(inside, 0, inside.len - 1) : inside;
    struct pattern *pattern = ARENA_NEW(arena, struct pattern);
    *pattern = (struct pattern){.steps = ARENA_ARRAY(arena, struct step, PATTERN_STEPS_MAX + 1)};
    struct parser parser = {.arena = arena, .text = inside, .pattern = pattern};
    if (text.len > PATTERN_LENGTH_MAX || inside.len == 0) {
        return NULL;
    }
    parse_either(&parser);
    if (parser.broken || !at_end(&parser)) {
        return NULL;
    }
    pattern->steps[pattern->count++] = (struct step){.kind = STEP_END};
    return pattern;
}

/* ---- running ---- */

/* Where the machine is. */
struct places {
    size_t *items; /* steps that take a character, or the end */
    size_t count;  /* in items */
    bool *seen;    /* by step */
};

static void visit(const struct pattern *pattern, struct places *places, size_t *stack, size_t at)
{
    size_t depth = 0;
    stack[depth++] = at;
    while (depth > 0) {
        size_t step = stack[--depth];
        if (places->seen[step]) {
            continue;
        }
        places->seen[step] = true;
        const struct step *it = &pattern->steps[step];
        if (it->kind == STEP_SPLIT) {
            stack[depth++] = it->to;
            stack[depth++] = it->other;
        } else if (it->kind == STEP_JUMP) {
            stack[depth++] = it->to;
        } else {
            places->items[places->count++] = step;
        }
    }
}

static bool in_class(const struct class *set, uint32_t c)
{
    bool found = false;
    for (size_t i = 0; i < set->count; i++) {
        found = found || (c >= set->ranges[i].from && c <= set->ranges[i].to);
    }
    return found != set->negated;
}

static bool takes(const struct step *step, uint32_t c)
{
    return step->kind == STEP_ANY || (step->kind == STEP_CHAR && step->c == c) ||
           (step->kind == STEP_CLASS && in_class(step->set, c));
}

static struct places make_places(struct arena *arena, size_t count)
{
    return (struct places){ARENA_ARRAY(arena, size_t, count + 1), 0, ARENA_ARRAY(arena, bool, count + 1)};
}

bool pattern_matches(struct arena *arena, const struct pattern *pattern, struct str text)
{
    size_t count = pattern->count;
    struct places now = make_places(arena, count);
    struct places then = make_places(arena, count);
    size_t *stack = ARENA_ARRAY(arena, size_t, 2 * count + 2);
    size_t at = 0;
    memset(now.seen, 0, count * sizeof *now.seen);
    visit(pattern, &now, stack, 0);
    while (at < text.len && now.count > 0) {
        uint32_t c = str_next_char(text, &at);
        then.count = 0;
        memset(then.seen, 0, count * sizeof *then.seen);
        for (size_t i = 0; i < now.count; i++) {
            if (takes(&pattern->steps[now.items[i]], c)) {
                visit(pattern, &then, stack, now.items[i] + 1);
            }
        }
        struct places swap = now;
        now = then;
        then = swap;
    }
    return now.seen[count - 1] && at >= text.len;
}
