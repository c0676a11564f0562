/* Formulas: from text to a typed tree, by recursive descent. */
#include <string.h>

#include "engines/formula.h"

/* What a function takes, one letter an argument: n number, t text, d date, b boolean, a anything, s same as the others.
 * A star repeats the last letter. */
struct function {
    const char *name;         /* as written */
    enum formula_op op;       /* what it becomes */
    const char *takes;        /* see above */
    size_t least;             /* arguments that must be there */
    enum formula_type result; /* FORMULA_EMPTY: that of the arguments `s` */
};

static const struct function FUNCTIONS[] = {
    {"if", FORMULA_IF, "bss", 3, FORMULA_EMPTY},
    {"min", FORMULA_MIN, "s*", 1, FORMULA_EMPTY},
    {"max", FORMULA_MAX, "s*", 1, FORMULA_EMPTY},
    {"coalesce", FORMULA_COALESCE, "s*", 1, FORMULA_EMPTY},
    {"is_empty", FORMULA_IS_EMPTY, "a", 1, FORMULA_BOOLEAN},
    {"round", FORMULA_ROUND, "nn", 1, FORMULA_NUMBER},
    {"floor", FORMULA_FLOOR, "n", 1, FORMULA_NUMBER},
    {"ceil", FORMULA_CEIL, "n", 1, FORMULA_NUMBER},
    {"abs", FORMULA_ABS, "n", 1, FORMULA_NUMBER},
    {"concat", FORMULA_CONCAT, "a*", 1, FORMULA_TEXT},
    {"text", FORMULA_AS_TEXT, "a", 1, FORMULA_TEXT},
    {"length", FORMULA_LENGTH, "t", 1, FORMULA_NUMBER},
    {"left", FORMULA_LEFT, "tn", 2, FORMULA_TEXT},
    {"contains", FORMULA_CONTAINS, "tt", 2, FORMULA_BOOLEAN},
    {"today", FORMULA_TODAY, "", 0, FORMULA_DATE},
    {"days_between", FORMULA_DAYS_BETWEEN, "dd", 2, FORMULA_NUMBER},
    {"add_days", FORMULA_ADD_DAYS, "dn", 2, FORMULA_DATE},
    {"add_months", FORMULA_ADD_MONTHS, "dn", 2, FORMULA_DATE},
    {"month_start", FORMULA_MONTH_START, "d", 1, FORMULA_DATE},
    {"month_end", FORMULA_MONTH_END, "d", 1, FORMULA_DATE},
    {"year", FORMULA_YEAR, "d", 1, FORMULA_NUMBER},
    {"month", FORMULA_MONTH, "d", 1, FORMULA_NUMBER},
    {"day", FORMULA_DAY, "d", 1, FORMULA_NUMBER},
};

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_WORD, TOKEN_SIGN, TOKEN_BROKEN };

struct token {
    enum token_kind kind;
    size_t position, length; /* in the text */
    struct str text;         /* WORD, NUMBER, SIGN: as written; TEXT: what stands between the quotes */
};

struct parser {
    struct arena *arena;
    struct str text;             /* the whole */
    struct token token;          /* the one looked at */
    size_t at;                   /* behind it */
    formula_find *find;          /* names */
    void *context;               /* of find */
    struct formula *formula;     /* in the making */
    struct formula_fault *fault; /* the first one */
    size_t depth, nodes;         /* so far */
};

static const char *type_word(enum formula_type type)
{
    static const char *const words[] = {"nothing", "a number", "a text", "a date", "true or false"};
    return words[type];
}

/* Notes the first fault; always gives NULL. */
static const struct formula_node *fail(struct parser *parser, const char *code, size_t position, size_t length,
                                       const char *message)
{
    if (parser->fault->code == NULL) {
        *parser->fault = (struct formula_fault){code, str_dup(parser->arena, str_from(message)), position, length};
    }
    return NULL;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Length of the sign at `at`, or 0. */
static size_t sign_length(struct str text, size_t at)
{
    static const char *const signs[] = {"<=", ">=", "<>", "!=", "+", "-", "*", "/", "(", ")", ",", "=", "<", ">", "&"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (str_starts(str_slice(text, at, text.len), str_from(signs[i]))) {
            return strlen(signs[i]);
        }
    }
    return 0;
}

/* A quoted text; the quote doubled stands for itself. */
static void read_text(struct parser *parser, char quote)
{
    struct buf out;
    size_t from = parser->at;
    size_t at = from + 1;
    buf_init(&out, parser->arena);
    while (at < parser->text.len) {
        char c = parser->text.ptr[at];
        bool doubled = c == quote && at + 1 < parser->text.len && parser->text.ptr[at + 1] == quote;
        if (c == quote && !doubled) {
            break;
        }
        buf_add_char(&out, c);
        at += doubled ? 2 : 1;
    }
    bool closed = at < parser->text.len;
    parser->token = (struct token){closed ? TOKEN_TEXT : TOKEN_BROKEN, from, at - from + closed, buf_str(&out)};
    parser->at = at + closed;
    if (!closed) {
        fail(parser, "unterminated", from, at - from, "The text is not closed by its quote.");
    }
}

static size_t end_of_number(struct str text, size_t at)
{
    while (at < text.len && (is_digit(text.ptr[at]) || text.ptr[at] == '.')) {
        at++;
    }
    return at;
}

/* A word, or two with a point between: reference.field. */
static size_t end_of_word(struct str text, size_t at)
{
    while (at < text.len && (is_letter(text.ptr[at]) || is_digit(text.ptr[at]) || text.ptr[at] == '.')) {
        at++;
    }
    return at;
}

static void next(struct parser *parser)
{
    struct str text = parser->text;
    while (parser->at < text.len && is_space(text.ptr[parser->at])) {
        parser->at++;
    }
    size_t from = parser->at;
    if (from >= text.len) {
        parser->token = (struct token){TOKEN_END, text.len, 0, {0}};
        return;
    }
    char c = text.ptr[from];
    if (c == '"' || c == '\'') {
        read_text(parser, c);
        return;
    }
    size_t sign = sign_length(text, from);
    size_t end = is_digit(c) ? end_of_number(text, from) : is_letter(c) ? end_of_word(text, from) : from + sign;
    if (end == from) {
        size_t behind = from;
        (void)str_next_char(text, &behind);
        parser->token = (struct token){TOKEN_BROKEN, from, behind - from, {0}};
        parser->at = behind;
        fail(parser, "unexpected", from, behind - from, "This character has no meaning here.");
        return;
    }
    enum token_kind kind = is_digit(c) ? TOKEN_NUMBER : is_letter(c) ? TOKEN_WORD : TOKEN_SIGN;
    parser->token = (struct token){kind, from, end - from, str_slice(text, from, end)};
    parser->at = end;
}

static bool is_sign(const struct parser *parser, const char *sign)
{
    return parser->token.kind == TOKEN_SIGN && str_eq_c(parser->token.text, sign);
}

static bool is_word(const struct parser *parser, const char *word)
{
    return parser->token.kind == TOKEN_WORD && str_eq_ci(parser->token.text, str_from(word));
}

static struct formula_node *add_node(struct parser *parser, enum formula_op op, enum formula_type type, size_t position)
{
    if (++parser->nodes > FORMULA_NODES_MAX) {
        fail(parser, "too_long", position, 1, "The formula has too many parts.");
        return NULL;
    }
    struct formula_node *node = ARENA_NEW(parser->arena, struct formula_node);
    *node = (struct formula_node){.op = op, .type = type, .position = position};
    return node;
}

static const struct formula_node *join(struct parser *parser, enum formula_op op, enum formula_type type,
                                       const struct formula_node *left, const struct formula_node *right)
{
    const struct formula_node *first = left == NULL ? right : left;
    struct formula_node *node = first == NULL ? NULL : add_node(parser, op, type, first->position);
    if (node == NULL) {
        return NULL;
    }
    node->args = ARENA_ARRAY(parser->arena, const struct formula_node *, 2);
    node->args[0] = first;
    node->args[1] = right;
    node->arg_count = left == NULL ? 1 : 2;
    node->length = right->position + right->length - first->position;
    return node;
}

/* Whether the part may stand where `type` is wanted. */
static bool is_type(struct parser *parser, const struct formula_node *node, enum formula_type type)
{
    if (node == NULL) {
        return false;
    }
    if (node->type == type || node->type == FORMULA_EMPTY) {
        return true;
    }
    struct str message =
        str_format(parser->arena, "This is %s; %s is needed here.", type_word(node->type), type_word(type));
    fail(parser, "wrong_type", node->position, node->length, message.ptr);
    return false;
}

static const struct formula_node *parse_or(struct parser *parser);

static const struct formula_node *parse_number(struct parser *parser)
{
    struct token token = parser->token;
    int64_t number = 0;
    int behind = -1;
    bool fine = true;
    for (size_t i = 0; i < token.text.len; i++) {
        char c = token.text.ptr[i];
        fine = fine && (c != '.' || behind < 0) && behind < 6 && number < FORMULA_LIMIT / 10;
        if (!fine) {
            break;
        }
        number = c == '.' ? number : number * 10 + (c - '0');
        behind = c == '.' ? 0 : behind < 0 ? -1 : behind + 1;
    }
    for (int i = behind < 0 ? 0 : behind; fine && i < 6; i++) {
        fine = number < FORMULA_LIMIT / 10;
        number = fine ? number * 10 : number;
    }
    if (!fine || behind == 0) {
        return fail(parser, "bad_number", token.position, token.length,
                    "A number has at most twelve digits and six behind the point.");
    }
    struct formula_node *node = add_node(parser, FORMULA_LITERAL, FORMULA_NUMBER, token.position);
    if (node != NULL) {
        node->value = (struct formula_value){.type = FORMULA_NUMBER, .number = number};
        node->length = token.length;
    }
    next(parser);
    return node;
}

static const struct formula_node *make_literal(struct parser *parser, struct formula_value value)
{
    struct formula_node *node = add_node(parser, FORMULA_LITERAL, value.type, parser->token.position);
    if (node != NULL) {
        node->value = value;
        node->length = parser->token.length;
    }
    next(parser);
    return node;
}

/* date("2026-03-31"), the word read already. */
static const struct formula_node *parse_date(struct parser *parser, size_t position)
{
    struct date date;
    next(parser);
    if (!is_sign(parser, "(")) {
        return fail(parser, "unexpected", position, 4, "date is written date(\"2026-03-31\").");
    }
    next(parser);
    struct token token = parser->token;
    if (token.kind != TOKEN_TEXT || !date_parse(token.text, &date)) {
        return fail(parser, "bad_date", token.position, token.length, "A date is written date(\"2026-03-31\").");
    }
    next(parser);
    if (!is_sign(parser, ")")) {
        return fail(parser, "unexpected", parser->token.position, parser->token.length, "A bracket is missing.");
    }
    struct formula_node *node = add_node(parser, FORMULA_LITERAL, FORMULA_DATE, position);
    if (node != NULL) {
        node->value = (struct formula_value){.type = FORMULA_DATE, .date = date};
        node->length = parser->token.position + 1 - position;
    }
    next(parser);
    return node;
}

static enum formula_type wanted_type(char letter)
{
    return letter == 'n'   ? FORMULA_NUMBER
           : letter == 't' ? FORMULA_TEXT
           : letter == 'd' ? FORMULA_DATE
                           : FORMULA_BOOLEAN;
}

/* The letter of argument `index`, or 0. */
static char letter_of(const struct function *function, size_t index)
{
    size_t count = strlen(function->takes);
    bool repeats = count > 0 && function->takes[count - 1] == '*';
    size_t letters = repeats ? count - 1 : count;
    return index < letters ? function->takes[index] : repeats ? function->takes[letters - 1] : 0;
}

static bool check_args(struct parser *parser, const struct function *function, struct formula_node *node)
{
    enum formula_type same = FORMULA_EMPTY;
    for (size_t i = 0; i < node->arg_count; i++) {
        char letter = letter_of(function, i);
        if (letter == 0) {
            fail(parser, "wrong_count", node->args[i]->position, node->args[i]->length, "This is one value too many.");
            return false;
        }
        if (letter == 's' && same == FORMULA_EMPTY) {
            same = node->args[i]->type;
        }
        if (letter != 'a' && !is_type(parser, node->args[i], letter == 's' ? same : wanted_type(letter))) {
            return false;
        }
    }
    if (node->arg_count < function->least) {
        fail(parser, "wrong_count", node->position, node->length, "A value is missing.");
        return false;
    }
    node->type = function->result == FORMULA_EMPTY ? same : function->result;
    bool ordered = node->op == FORMULA_MIN || node->op == FORMULA_MAX;
    if (ordered && (same == FORMULA_BOOLEAN || same == FORMULA_EMPTY)) {
        fail(parser, "wrong_type", node->position, node->length, "Numbers, texts or dates are needed here.");
        return false;
    }
    bool digits = node->op == FORMULA_ROUND && node->arg_count == 2;
    bool literal = digits && node->args[1]->op == FORMULA_LITERAL && node->args[1]->value.number % FORMULA_UNIT == 0 &&
                   node->args[1]->value.number <= 6 * FORMULA_UNIT;
    if ((digits && !literal) || (node->op == FORMULA_LEFT && node->args[1]->op != FORMULA_LITERAL)) {
        fail(parser, "not_a_literal", node->args[1]->position, node->args[1]->length, "A plain number is needed here.");
        return false;
    }
    return true;
}

static const struct formula_node *parse_call(struct parser *parser, struct token word)
{
    const struct function *function = NULL;
    const struct formula_node *args[FORMULA_ARGS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof FUNCTIONS[0]; i++) {
        function = str_eq_ci(word.text, str_from(FUNCTIONS[i].name)) ? &FUNCTIONS[i] : function;
    }
    if (function == NULL) {
        return fail(parser, "unknown_function", word.position, word.length, "There is no such function.");
    }
    next(parser);
    while (!is_sign(parser, ")")) {
        if (count == FORMULA_ARGS_MAX) {
            return fail(parser, "wrong_count", parser->token.position, parser->token.length,
                        "These are too many values.");
        }
        args[count] = parse_or(parser);
        if (args[count++] == NULL) {
            return NULL;
        }
        if (is_sign(parser, ",")) {
            next(parser);
        } else if (!is_sign(parser, ")")) {
            return fail(parser, "unexpected", parser->token.position, parser->token.length,
                        "A comma or a bracket is missing.");
        }
    }
    struct formula_node *node = add_node(parser, function->op, FORMULA_EMPTY, word.position);
    if (node == NULL) {
        return NULL;
    }
    node->length = parser->token.position + 1 - word.position;
    node->args = ARENA_ARRAY(parser->arena, const struct formula_node *, count + 1);
    memcpy(node->args, args, count * sizeof *args);
    node->arg_count = count;
    next(parser);
    parser->formula->uses_today = parser->formula->uses_today || function->op == FORMULA_TODAY;
    return check_args(parser, function, node) ? node : NULL;
}

static bool find_slot(struct parser *parser, struct token word, size_t *slot)
{
    struct formula *formula = parser->formula;
    for (size_t i = 0; i < formula->name_count; i++) {
        if (str_eq(formula->names[i], word.text)) {
            *slot = i;
            return true;
        }
    }
    if (formula->name_count == FORMULA_NAMES_MAX) {
        fail(parser, "too_many_names", word.position, word.length, "The formula names too many fields.");
        return false;
    }
    *slot = formula->name_count;
    formula->names[formula->name_count++] = word.text;
    return true;
}

static const struct formula_node *parse_name(struct parser *parser)
{
    struct token word = parser->token;
    size_t slot = 0;
    enum formula_type type = parser->find(parser->context, word.text);
    if (type == FORMULA_EMPTY) {
        return fail(parser, "unknown_name", word.position, word.length,
                    "There is no such field, or its kind cannot be used in formulas.");
    }
    if (!find_slot(parser, word, &slot)) {
        return NULL;
    }
    struct formula_node *node = add_node(parser, FORMULA_NAME, type, word.position);
    if (node != NULL) {
        node->slot = slot;
        node->length = word.length;
    }
    return node;
}

static const struct formula_node *parse_word(struct parser *parser)
{
    struct token word = parser->token;
    if (is_word(parser, "true") || is_word(parser, "false")) {
        return make_literal(parser,
                            (struct formula_value){.type = FORMULA_BOOLEAN, .boolean = is_word(parser, "true")});
    }
    if (is_word(parser, "empty")) {
        return make_literal(parser, (struct formula_value){.type = FORMULA_EMPTY});
    }
    if (is_word(parser, "date")) {
        return parse_date(parser, word.position);
    }
    struct parser before = *parser;
    next(parser);
    if (is_sign(parser, "(")) {
        return parse_call(parser, word);
    }
    size_t at = parser->at;
    struct token behind = parser->token;
    parser->token = before.token;
    const struct formula_node *node = parse_name(parser);
    parser->token = behind;
    parser->at = at;
    return node;
}

static const struct formula_node *parse_atom(struct parser *parser)
{
    struct token token = parser->token;
    if (token.kind == TOKEN_NUMBER) {
        return parse_number(parser);
    }
    if (token.kind == TOKEN_TEXT) {
        return make_literal(parser, (struct formula_value){.type = FORMULA_TEXT, .text = token.text});
    }
    if (token.kind == TOKEN_WORD) {
        return parse_word(parser);
    }
    if (is_sign(parser, "(")) {
        next(parser);
        const struct formula_node *inside = parse_or(parser);
        if (inside != NULL && !is_sign(parser, ")")) {
            return fail(parser, "unexpected", parser->token.position, parser->token.length, "A bracket is missing.");
        }
        next(parser);
        return inside;
    }
    return fail(parser, "unexpected", token.position, token.length,
                token.kind == TOKEN_END ? "Something is missing here." : "This has no meaning here.");
}

static const struct formula_node *parse_unary(struct parser *parser)
{
    const struct formula_node *node = NULL;
    if (++parser->depth > FORMULA_DEPTH_MAX) {
        return fail(parser, "too_deep", parser->token.position, parser->token.length,
                    "The formula is nested too deeply.");
    }
    if (is_sign(parser, "-")) {
        next(parser);
        const struct formula_node *inside = parse_unary(parser);
        node =
            is_type(parser, inside, FORMULA_NUMBER) ? join(parser, FORMULA_NEGATE, FORMULA_NUMBER, NULL, inside) : NULL;
    } else if (is_word(parser, "not")) {
        next(parser);
        const struct formula_node *inside = parse_unary(parser);
        node =
            is_type(parser, inside, FORMULA_BOOLEAN) ? join(parser, FORMULA_NOT, FORMULA_BOOLEAN, NULL, inside) : NULL;
    } else {
        node = parse_atom(parser);
    }
    parser->depth--;
    return node;
}

static const struct formula_node *parse_product(struct parser *parser)
{
    const struct formula_node *left = parse_unary(parser);
    while (left != NULL && (is_sign(parser, "*") || is_sign(parser, "/"))) {
        enum formula_op op = is_sign(parser, "*") ? FORMULA_MULTIPLY : FORMULA_DIVIDE;
        next(parser);
        const struct formula_node *right = parse_unary(parser);
        bool fine = is_type(parser, left, FORMULA_NUMBER) && is_type(parser, right, FORMULA_NUMBER);
        left = fine ? join(parser, op, FORMULA_NUMBER, left, right) : NULL;
    }
    return left;
}

static const struct formula_node *parse_sum(struct parser *parser)
{
    const struct formula_node *left = parse_product(parser);
    while (left != NULL && (is_sign(parser, "+") || is_sign(parser, "-") || is_sign(parser, "&"))) {
        bool text = is_sign(parser, "&");
        enum formula_op op = text ? FORMULA_CONCAT : is_sign(parser, "+") ? FORMULA_ADD : FORMULA_SUBTRACT;
        next(parser);
        const struct formula_node *right = parse_product(parser);
        bool fine = right != NULL &&
                    (text || (is_type(parser, left, FORMULA_NUMBER) && is_type(parser, right, FORMULA_NUMBER)));
        left = fine ? join(parser, op, text ? FORMULA_TEXT : FORMULA_NUMBER, left, right) : NULL;
    }
    return left;
}

static bool is_comparison(const struct parser *parser, enum formula_op *op)
{
    static const struct {
        const char *sign;
        enum formula_op op;
    } signs[] = {{"=", FORMULA_EQ},  {"<>", FORMULA_NE}, {"!=", FORMULA_NE}, {"<", FORMULA_LT},
                 {"<=", FORMULA_LE}, {">", FORMULA_GT},  {">=", FORMULA_GE}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (is_sign(parser, signs[i].sign)) {
            *op = signs[i].op;
            return true;
        }
    }
    return false;
}

static const struct formula_node *parse_comparison(struct parser *parser)
{
    const struct formula_node *left = parse_sum(parser);
    enum formula_op op;
    if (left == NULL || !is_comparison(parser, &op)) {
        return left;
    }
    next(parser);
    const struct formula_node *right = parse_sum(parser);
    if (right == NULL || !is_type(parser, right, left->type == FORMULA_EMPTY ? right->type : left->type)) {
        return NULL;
    }
    bool ordered = op != FORMULA_EQ && op != FORMULA_NE;
    if (left->type == FORMULA_EMPTY || right->type == FORMULA_EMPTY || (ordered && left->type == FORMULA_BOOLEAN)) {
        return fail(parser, "wrong_type", left->position, left->length,
                    left->type == FORMULA_BOOLEAN ? "True and false have no order."
                                                  : "Ask is_empty(…) for absent values.");
    }
    return join(parser, op, FORMULA_BOOLEAN, left, right);
}

static const struct formula_node *parse_and(struct parser *parser)
{
    const struct formula_node *left = parse_comparison(parser);
    while (left != NULL && is_word(parser, "and")) {
        next(parser);
        const struct formula_node *right = parse_comparison(parser);
        bool fine = is_type(parser, left, FORMULA_BOOLEAN) && is_type(parser, right, FORMULA_BOOLEAN);
        left = fine ? join(parser, FORMULA_AND, FORMULA_BOOLEAN, left, right) : NULL;
    }
    return left;
}

static const struct formula_node *parse_or(struct parser *parser)
{
    if (++parser->depth > FORMULA_DEPTH_MAX) {
        return fail(parser, "too_deep", parser->token.position, parser->token.length,
                    "The formula is nested too deeply.");
    }
    const struct formula_node *left = parse_and(parser);
    while (left != NULL && is_word(parser, "or")) {
        next(parser);
        const struct formula_node *right = parse_and(parser);
        bool fine = is_type(parser, left, FORMULA_BOOLEAN) && is_type(parser, right, FORMULA_BOOLEAN);
        left = fine ? join(parser, FORMULA_OR, FORMULA_BOOLEAN, left, right) : NULL;
    }
    parser->depth--;
    return left;
}

bool formula_parse(struct arena *arena, struct str text, formula_find *find, void *context, struct formula **out,
                   struct formula_fault *fault_out)
{
    *fault_out = (struct formula_fault){0};
    *out = ARENA_NEW(arena, struct formula);
    **out = (struct formula){0};
    struct parser parser = {
        .arena = arena, .text = text, .find = find, .context = context, .formula = *out, .fault = fault_out};
    if (text.len > FORMULA_LENGTH_MAX) {
        fail(&parser, "too_long", FORMULA_LENGTH_MAX, 1, "The formula is too long.");
        return false;
    }
    if (str_trim(text).len == 0) {
        fail(&parser, "empty", 0, 0, "A formula is missing.");
        return false;
    }
    next(&parser);
    const struct formula_node *root = parse_or(&parser);
    if (root != NULL && parser.token.kind != TOKEN_END) {
        root = fail(&parser, "unexpected", parser.token.position, parser.token.length, "This has no meaning here.");
    }
    if (root != NULL && root->type == FORMULA_EMPTY) {
        root = fail(&parser, "wrong_type", root->position, root->length, "The formula would always be empty.");
    }
    (*out)->root = root;
    return root != NULL && fault_out->code == NULL;
}
