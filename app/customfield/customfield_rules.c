/* Definitions from bodies: what may be said of which kind. */
#include "customfield_rules.h"

#include <string.h>

#include "engines/number_pattern.h"
#include "engines/pinyin.h"
#include "platform/decimal.h"

enum { TEXT_LENGTH = 255, LONG_LENGTH = 10000, NAME_MAX = 40, CODE_MAX = 30 };
static const int64_t WIDEST = 1000000000000000;

static void refuse(struct request *request, const char *field, const char *code, const char *text)
{
    error_field(request->error, str_from(field), code, "%s", text);
}

/* ---- loading ---- */

/* The definition of a row, with its own of all options. */
static void fill(struct request *request, const struct custom_option_row *options, size_t count, struct definition *out)
{
    out->object = object_find(str_c(request->arena, out->row.object));
    (void)custom_kind_find(out->row.kind, &out->kind);
    out->options = ARENA_ARRAY(request->arena, struct custom_option_row, count + 1);
    out->option_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (options[i].field_id == out->row.id) {
            out->options[out->option_count++] = options[i];
        }
    }
}

enum err definition_list(struct request *request, struct str object, bool deleted, struct definition **out,
                         size_t *count_out)
{
    struct custom_row *rows;
    struct custom_option_row *options;
    size_t row_count, option_count;
    TRY(custom_store_rows(request->db, request->arena, deleted, &rows, &row_count));
    TRY(custom_store_options(request->db, request->arena, &options, &option_count));
    *out = ARENA_ARRAY(request->arena, struct definition, row_count + 1);
    *count_out = 0;
    for (size_t i = 0; i < row_count; i++) {
        if (object.len == 0 || str_eq(rows[i].object, object)) {
            struct definition *definition = &(*out)[(*count_out)++];
            definition->row = rows[i];
            fill(request, options, option_count, definition);
        }
    }
    return OK;
}

enum err definition_load(struct request *request, int64_t id, bool lock, struct definition *out)
{
    struct custom_option_row *options;
    size_t count;
    enum err err = custom_store_get(request->db, request->arena, id, lock, &out->row);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    TRY(custom_store_options(request->db, request->arena, &options, &count));
    fill(request, options, count, out);
    return OK;
}

void definition_field(struct request *request, const struct definition *definition, struct field *out)
{
    struct custom_row row = definition->row;
    struct formula_scope *scope = ARENA_NEW(request->arena, struct formula_scope);
    *scope = (struct formula_scope){definition->object, object_fields(definition->object)};
    row.formula = row.rollup.set ? row.rollup : row.formula;
    custom_build(request->arena, definition->object, &row, definition->options, definition->option_count, out);
    custom_read_formula(request->arena, scope, out);
}

/* ---- names ---- */

static bool is_code(struct str code)
{
    bool fine = code.len > 0 && code.len <= CODE_MAX && code.ptr[0] >= 'a' && code.ptr[0] <= 'z';
    for (size_t i = 0; i < code.len; i++) {
        char c = code.ptr[i];
        fine = fine && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    return fine;
}

/* What names of kinds end with says what their values are; none ends with that of another. */
static bool has_foreign_suffix(struct str code, const char *own)
{
    static const char *const suffixes[] = {"_minor", "_ppm", "_on", "_at", "_id", "_ids", "_name", "_names"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (strcmp(suffixes[i], own) != 0 && str_ends(code, str_from(suffixes[i]))) {
            return true;
        }
    }
    return false;
}

static const char *suffix_of(const struct definition *definition)
{
    enum custom_kind result = CUSTOM_INTEGER;
    if (definition->kind == CUSTOM_FORMULA && definition->row.result.set) {
        (void)custom_kind_find(definition->row.result.value, &result);
        return CUSTOM_TYPES[result].suffix;
    }
    if (definition->kind == CUSTOM_ROLLUP) {
        return "";
    }
    return CUSTOM_TYPES[definition->kind].suffix;
}

enum err definition_name(struct request *request, struct definition *definition)
{
    struct arena *arena = request->arena;
    const char *suffix = suffix_of(definition);
    struct str code = json_get_str(request->json, "code");
    bool given = code.len > 0;
    if (given && (!is_code(code) || has_foreign_suffix(code, suffix))) {
        refuse(request, "code", "not_a_code", "A code has small letters, digits and _, and no ending of another kind.");
        return error_check_fields(request->error);
    }
    code = given ? code : str_slice(pinyin_initials(arena, definition->row.label_zh), 0, CODE_MAX - 10);
    code = given || is_code(code) ? code : str_format(arena, "f%.*s", STR_ARG(code));
    code = str_ends(code, str_from(suffix)) && suffix[0] != '\0' ? str_slice(code, 0, code.len - strlen(suffix)) : code;
    for (int attempt = 1; attempt < 1000; attempt++) {
        struct str counter = attempt == 1 ? STR("") : str_format(arena, "%d", attempt);
        struct str name = str_format(arena, "x_%.*s%.*s%s", STR_ARG(code), STR_ARG(counter), suffix);
        bool taken = false;
        TRY(field_store_is_taken(request->db, arena, definition->row.object, name, &taken));
        if (!taken && name.len <= NAME_MAX) {
            definition->row.name = name;
            return OK;
        }
        if (given) {
            break;
        }
    }
    refuse(request, "code", "duplicate", "There is, or was, a field with this code.");
    return error_check_fields(request->error);
}

/* ---- settings ---- */

/* Whether the member counts for the kind; one that does not is refused when it says something. */
static bool counts(struct request *request, const struct definition *definition, const char *member,
                   const char *setting)
{
    const json_t *json = json_object_get(request->json, member);
    struct str wanted = str_format(request->arena, " %s ", setting);
    bool known = str_find(str_from(CUSTOM_TYPES[definition->kind].settings), wanted) != SIZE_MAX;
    bool says = json != NULL && !json_is_null(json) && !json_is_false(json);
    if (!known && says) {
        refuse(request, member, "not_for_this_kind", "This does not apply to fields of the kind.");
    }
    return known && json != NULL;
}

static struct opt_str text_member(struct request *request, const char *name, struct opt_str before)
{
    if (!json_has(request->json, name)) {
        return before;
    }
    struct str text = str_trim(json_get_str(request->json, name));
    return (struct opt_str){text.len > 0, text};
}

static struct opt_str json_member(struct request *request, const char *name, struct opt_str before)
{
    const json_t *json = json_object_get(request->json, name);
    if (json == NULL) {
        return before;
    }
    bool none = json_is_null(json) || (json_is_object(json) && json_object_size(json) == 0);
    return none ? (struct opt_str){0} : (struct opt_str){true, json_write(request->arena, json)};
}

static void read_labels(struct request *request, struct custom_row *row)
{
    struct str zh = str_trim(json_get_str(request->json, "label_zh"));
    struct str en = str_trim(json_get_str(request->json, "label_en"));
    row->label_zh = zh.len > 0 ? zh : row->label_zh;
    row->label_en = en.len > 0 ? en : row->label_en.len > 0 ? row->label_en : row->label_zh;
    if (row->label_zh.len == 0) {
        refuse(request, "label_zh", "required", "A field needs a name.");
    }
    row->help_zh = text_member(request, "help_zh", row->help_zh);
    row->help_en = text_member(request, "help_en", row->help_en);
    row->in_list = json_get_bool(request->json, "in_list", row->in_list);
    row->is_maskable = json_get_bool(request->json, "is_maskable", row->is_maskable);
    row->sort_order = json_get_int(request->json, "sort_order", row->sort_order);
}

/* A limit in units of the value. */
static struct opt_int read_limit(struct request *request, const struct definition *definition, const char *name,
                                 struct opt_int before)
{
    const json_t *json = json_object_get(request->json, name);
    int scale = definition->kind == CUSTOM_DECIMAL ? (int)definition->row.scale.value : 0;
    int64_t units = 0;
    if (!counts(request, definition, name, name)) {
        return before;
    }
    if (json_is_null(json)) {
        return (struct opt_int){0};
    }
    struct str text = json_is_integer(json)
                          ? str_format(request->arena, "%lld", (long long)json_integer_value(json))
                          : str_n(json_string_value(json), json_is_string(json) ? json_string_length(json) : 0);
    if ((json_is_string(json) && definition->kind != CUSTOM_DECIMAL) ||
        decimal_parse(text, scale, &units) != DECIMAL_FINE) {
        refuse(request, name, "not_a_limit", "A limit is a value of the field.");
        return before;
    }
    return (struct opt_int){true, units};
}

static void read_limits(struct request *request, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    enum custom_kind kind = definition->kind;
    row->min_value = read_limit(request, definition, "min", row->min_value);
    row->max_value = read_limit(request, definition, "max", row->max_value);
    int64_t min = row->min_value.set ? row->min_value.value : -WIDEST;
    int64_t max = row->max_value.set ? row->max_value.value : WIDEST;
    if (min >= max) {
        refuse(request, "max", "too_small", "The largest value must be above the smallest.");
    }
    if (kind == CUSTOM_RATING && row->max_value.set && (max < 2 || max > 10)) {
        refuse(request, "max", "too_large", "A rating has two to ten steps.");
    }
    bool text = kind == CUSTOM_TEXT || kind == CUSTOM_EMAIL || kind == CUSTOM_PHONE || kind == CUSTOM_URL;
    int64_t longest = kind == CUSTOM_LONG_TEXT ? LONG_LENGTH : TEXT_LENGTH;
    if (counts(request, definition, "max_length", "max_length")) {
        row->max_length = json_get_opt_int(request->json, "max_length");
    }
    if ((text || kind == CUSTOM_LONG_TEXT) && !row->max_length.set) {
        row->max_length = (struct opt_int){true, longest};
    }
    if (row->max_length.set && (row->max_length.value < 1 || row->max_length.value > longest)) {
        error_field(request->error, STR("max_length"), "too_large", "At most %lld characters fit.", (long long)longest);
    }
}

static void read_pattern(struct request *request, struct definition *definition)
{
    if (!counts(request, definition, "pattern", "pattern")) {
        return;
    }
    definition->row.pattern = text_member(request, "pattern", definition->row.pattern);
    if (definition->row.pattern.set && pattern_parse(request->arena, definition->row.pattern.value) == NULL) {
        refuse(request, "pattern", "not_a_pattern", "This pattern cannot be read.");
    }
}

/* ---- options ---- */

static bool is_word(struct str word)
{
    bool fine = word.len > 0 && word.len <= 32;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        fine = fine &&
               ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-');
    }
    return fine;
}

static bool has_value(const struct custom_option_row *options, size_t count, struct str value)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(options[i].value, value)) {
            return true;
        }
    }
    return false;
}

static bool has_label(const struct custom_option_row *options, size_t count, struct str zh)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(options[i].label_zh, zh)) {
            return true;
        }
    }
    return false;
}

/* A value that no other option has: stable from now on, whatever the label becomes. */
static struct str make_value(struct request *request, const struct custom_option_row *taken, size_t taken_count,
                             const struct definition *before, struct str label)
{
    struct str base = str_slice(pinyin_initials(request->arena, label), 0, 20);
    base = base.len == 0 ? STR("o") : base;
    struct str value = base;
    for (int i = 2; has_value(taken, taken_count, value) || has_value(before->options, before->option_count, value);
         i++) {
        value = str_format(request->arena, "%.*s_%d", STR_ARG(base), i);
    }
    return value;
}

static void read_option(struct request *request, const struct definition *before, const json_t *json, size_t index,
                        struct custom_option_row *options)
{
    struct custom_option_row *option = &options[index];
    struct str zh = str_trim(json_get_str(json, "label_zh"));
    struct str en = str_trim(json_get_str(json, "label_en"));
    struct str value = json_get_str(json, "value");
    *option = (struct custom_option_row){
        .label_zh = zh, .label_en = en.len > 0 ? en : zh, .is_active = json_get_bool(json, "is_active", true)};
    option->value = value.len > 0 ? value : make_value(request, options, index, before, zh);
    struct str path = str_format(request->arena, "options.%zu.value", index);
    if (!is_word(option->value)) {
        error_field(request->error, path, "not_a_code", "A value has letters, digits, - and _.");
    } else if (has_value(options, index, option->value)) {
        error_field(request->error, path, "duplicate", "Two options have this value.");
    }
    if (zh.len == 0) {
        error_field(request->error, str_format(request->arena, "options.%zu.label_zh", index), "required",
                    "An option needs a name.");
    } else if (has_label(options, index, zh)) {
        /* Lists, imports and exports could not tell them apart. */
        error_field(request->error, str_format(request->arena, "options.%zu.label_zh", index), "duplicate",
                    "Two options have this name.");
    }
}

/* An option that records hold is disabled, not removed. */
static enum err check_removed(struct request *request, const struct definition *before,
                              const struct definition *definition)
{
    struct field field;
    definition_field(request, before, &field);
    for (size_t i = 0; i < before->option_count; i++) {
        int64_t count = 0;
        if (has_value(definition->options, definition->option_count, before->options[i].value)) {
            continue;
        }
        TRY(field_store_count(request->db, request->arena, before->object, &field, before->options[i].value, &count));
        if (count > 0) {
            error_field(request->error, STR("options"), "in_use", "%lld records have \"%.*s\": disable it instead.",
                        (long long)count, STR_ARG(before->options[i].label_zh));
        }
    }
    return OK;
}

static enum err read_options(struct request *request, bool is_new, struct definition *definition)
{
    struct definition before = *definition;
    const json_t *list = json_object_get(request->json, "options");
    bool chooses = definition->kind == CUSTOM_SELECT || definition->kind == CUSTOM_MULTI_SELECT;
    if (!counts(request, definition, "options", "options")) {
        if (chooses && is_new) {
            refuse(request, "options", "required", "There must be something to choose.");
        }
        return OK;
    }
    size_t count = json_array_size(list);
    if (count == 0 || count > CUSTOM_OPTIONS_MAX) {
        refuse(request, "options", count == 0 ? "required" : "too_many", "There may be 1 to 200 options.");
        return OK;
    }
    definition->options = ARENA_ARRAY(request->arena, struct custom_option_row, count + 1);
    definition->option_count = count;
    for (size_t i = 0; i < count; i++) {
        read_option(request, &before, json_array_get(list, i), i, definition->options);
    }
    return is_new ? OK : check_removed(request, &before, definition);
}

/* ---- conditions ---- */

static bool is_uncertain(void *context, const struct field *field)
{
    struct str own = *(struct str *)context;
    return str_eq_c(own, field->name) || (field->custom != NULL && !field->custom->stored);
}

static void read_condition(struct request *request, const struct definition *definition, const char *member,
                           struct opt_str *condition)
{
    struct filter_context context = {.today = request->today, .zone = request->zone};
    struct filter *filter = NULL;
    struct error error;
    struct str own = definition->row.name;
    error_init(&error, request->arena);
    *condition = json_member(request, member, *condition);
    if (!condition->set || !json_has(request->json, member)) {
        return;
    }
    if (filter_parse_text(request->arena, object_fields(definition->object), condition->value, &context, &error,
                          &filter) != OK) {
        error_field(request->error, str_from(member), "bad_filter", "%.*s", STR_ARG(error.detail));
    } else if (str_find(condition->value, STR("\"under\"")) != SIZE_MAX) {
        refuse(request, member, "bad_filter", "\"under\" cannot be asked here.");
    } else if (filter_find_field(filter, is_uncertain, &own) != NULL) {
        refuse(request, member, "bad_filter",
               "A condition names other fields of the record, and none computed when read.");
    }
}

/* ---- references, serial numbers, formulas ---- */

static void read_reference(struct request *request, struct definition *definition)
{
    if (!counts(request, definition, "ref", "ref")) {
        return;
    }
    definition->row.ref = text_member(request, "ref", definition->row.ref);
    const struct object *target =
        definition->row.ref.set ? object_find(str_c(request->arena, definition->row.ref.value)) : NULL;
    if (target == NULL || (target->flags & OBJECT_HISTORY) != 0 || target->place_column != NULL) {
        refuse(request, "ref", "not_an_option", "There is no such kind of record.");
    }
}

static void read_serial(struct request *request, bool is_new, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    enum number_restart restarts = NUMBER_RESTARTS_NEVER;
    (void)counts(request, definition, "restarts", "restarts");
    if (!counts(request, definition, "number_pattern", "number_pattern") && !json_has(request->json, "restarts") &&
        !is_new) {
        return;
    }
    if (definition->kind != CUSTOM_SERIAL) {
        return;
    }
    row->number_pattern = text_member(request, "number_pattern", row->number_pattern);
    row->restarts = text_member(request, "restarts", row->restarts);
    row->restarts = row->restarts.set ? row->restarts : (struct opt_str){true, STR("never")};
    bool known = number_restart_find(row->restarts.value, &restarts);
    struct str pattern = row->number_pattern.set ? row->number_pattern.value : (struct str){0};
    if (!known || number_pattern_check(pattern, restarts) != NUMBER_FINE) {
        refuse(request, known ? "number_pattern" : "restarts", "not_a_pattern",
               "In braces: YYYY, YY, MM, DD and once zeros like {0000}; beginning again, the year or month too.");
    }
}

static enum custom_kind usual_result(enum formula_type type)
{
    return type == FORMULA_TEXT      ? CUSTOM_TEXT
           : type == FORMULA_DATE    ? CUSTOM_DATE
           : type == FORMULA_BOOLEAN ? CUSTOM_BOOLEAN
                                     : CUSTOM_DECIMAL;
}

static bool gives(enum formula_type type, enum custom_kind result)
{
    switch (result) {
    case CUSTOM_INTEGER:
    case CUSTOM_DECIMAL:
    case CUSTOM_MONEY:
    case CUSTOM_PERCENT:
        return type == FORMULA_NUMBER;
    case CUSTOM_TEXT:
        return type == FORMULA_TEXT;
    case CUSTOM_DATE:
        return type == FORMULA_DATE;
    case CUSTOM_BOOLEAN:
        return type == FORMULA_BOOLEAN;
    default:
        return false;
    }
}

static bool is_foreign(const struct formula_scope *scope, const struct formula *formula)
{
    bool foreign = formula->uses_today;
    for (size_t i = 0; i < formula->name_count; i++) {
        foreign = foreign || custom_name_is_foreign(scope, formula->names[i]);
    }
    return foreign;
}

static void read_formula(struct request *request, bool is_new, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    struct formula_scope scope = {definition->object, object_fields(definition->object)};
    struct formula *formula;
    struct formula_fault fault;
    (void)counts(request, definition, "result", "result");
    if (!counts(request, definition, "formula", "formula") && !is_new) {
        return;
    }
    if (definition->kind != CUSTOM_FORMULA) {
        return;
    }
    row->formula = text_member(request, "formula", row->formula);
    struct str text = row->formula.set ? row->formula.value : (struct str){0};
    if (!formula_parse(request->arena, text, custom_find_name, &scope, &formula, &fault)) {
        error_field(request->error, STR("formula"), fault.code, "%.*s (at %zu)", STR_ARG(fault.message),
                    fault.position);
        return;
    }
    if (!row->result.set) {
        struct str wanted = json_get_str(request->json, "result");
        row->result = (struct opt_str){
            true, wanted.len > 0 ? wanted : str_from(CUSTOM_TYPES[usual_result(formula->root->type)].word)};
        row->scale = row->scale.set || !str_eq_c(row->result.value, "decimal") ? row->scale : (struct opt_int){true, 2};
    }
    enum custom_kind result = CUSTOM_SERIAL;
    if (!custom_kind_find(row->result.value, &result) || !gives(formula->root->type, result)) {
        refuse(request, "result", "wrong_type", "The formula gives something else.");
    }
    row->is_stored = !is_foreign(&scope, formula);
}

static void read_rollup(struct request *request, bool is_new, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    const char *member = NULL;
    if (!counts(request, definition, "rollup", "rollup") && !is_new) {
        return;
    }
    if (definition->kind != CUSTOM_ROLLUP) {
        return;
    }
    row->rollup = json_member(request, "rollup", row->rollup);
    row->is_stored = false;
    const struct rollup *rollup =
        row->rollup.set ? custom_read_rollup(request->arena, definition->object, row->rollup.value, &member) : NULL;
    if (rollup == NULL) {
        struct str path = member == NULL ? STR("rollup") : str_format(request->arena, "rollup.%s", member);
        error_field(request->error, path, "not_an_option", "This cannot be rolled up.");
        return;
    }
    struct filter_context context = {.today = request->today, .zone = request->zone};
    struct filter *filter = NULL;
    struct error error;
    error_init(&error, request->arena);
    bool personal = str_find(rollup->filter, STR("\"me\"")) != SIZE_MAX ||
                    str_find(rollup->filter, STR("\"my_department\"")) != SIZE_MAX;
    if (personal || filter_parse_text(request->arena, object_fields(rollup->object), rollup->filter, &context, &error,
                                      &filter) != OK) {
        error_field(request->error, STR("rollup.filter"), "bad_filter", "%.*s",
                    STR_ARG(personal ? STR("A roll-up is the same for everybody.") : error.detail));
    }
}

/* ---- default ---- */

static bool is_day_word(const struct field *field, const json_t *json)
{
    struct str word = str_n(json_string_value(json), json_is_string(json) ? json_string_length(json) : 0);
    return (field->type == FIELD_DATE && str_eq_c(word, "today")) ||
           (field->type == FIELD_INSTANT && str_eq_c(word, "now")) ||
           (field->custom->kind == CUSTOM_USER && str_eq_c(word, "me"));
}

static void read_default(struct request *request, struct definition *definition)
{
    struct field field;
    struct value value;
    json_t *json = json_object_get(request->json, "default");
    if (!counts(request, definition, "default", "default")) {
        return;
    }
    definition->row.default_value = json_member(request, "default", definition->row.default_value);
    definition_field(request, definition, &field);
    if (definition->row.default_value.set && !is_day_word(&field, json)) {
        (void)field_value(&field, json, STR("default"), request->arena, request->error, &value);
    }
}

/* Whatever of the two changed: a default of another form would refuse every record that leaves the field out. */
static void check_default_form(struct request *request, const struct definition *definition)
{
    const struct custom_row *row = &definition->row;
    if (!row->default_value.set || !row->pattern.set) {
        return;
    }
    json_t *json = json_loadb(row->default_value.value.ptr, row->default_value.value.len, JSON_DECODE_ANY, NULL);
    struct str text = json_is_string(json)
                          ? str_dup(request->arena, str_n(json_string_value(json), json_string_length(json)))
                          : (struct str){0};
    json_decref(json);
    if (text.len > 0 && !pattern_matches(request->arena, pattern_parse(request->arena, row->pattern.value), text)) {
        refuse(request, "default", "pattern", "The default does not have the form of the field.");
    }
}

/* ---- columns ---- */

static const char *formula_column(struct str result)
{
    return str_eq_c(result, "text")      ? "TEXT CHARACTER SET utf8mb4"
           : str_eq_c(result, "date")    ? "DATE"
           : str_eq_c(result, "boolean") ? "BOOLEAN"
                                         : "BIGINT";
}

/* Texts that are searched by an index are short columns; the others leave room in the row. */
static struct str column_of(struct request *request, const struct definition *definition)
{
    const struct custom_row *row = &definition->row;
    const struct custom_type *type = &CUSTOM_TYPES[definition->kind];
    if (definition->kind == CUSTOM_FORMULA) {
        return str_from(formula_column(row->result.set ? row->result.value : (struct str){0}));
    }
    if (type->sql != NULL || definition->kind == CUSTOM_ROLLUP) {
        return type->sql == NULL ? STR("") : str_from(type->sql);
    }
    return row->is_unique || row->is_indexed
               ? str_format(request->arena, "VARCHAR(%lld)", (long long)row->max_length.value)
               : STR("TEXT");
}

static void read_flags(struct request *request, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    if (counts(request, definition, "is_required", "required")) {
        row->is_required = json_get_bool(request->json, "is_required", false);
    }
    if (counts(request, definition, "is_unique", "unique")) {
        row->is_unique = json_get_bool(request->json, "is_unique", false);
    }
    if (counts(request, definition, "is_indexed", "indexed")) {
        row->is_indexed = json_get_bool(request->json, "is_indexed", false);
    }
}

enum err definition_read(struct request *request, bool is_new, struct definition *definition)
{
    struct custom_row *row = &definition->row;
    read_labels(request, row);
    read_flags(request, definition);
    if (is_new && counts(request, definition, "scale", "scale")) {
        row->scale = json_get_opt_int(request->json, "scale");
    }
    if (is_new && definition->kind == CUSTOM_DECIMAL && !row->scale.set) {
        row->scale = (struct opt_int){true, 2};
    }
    read_limits(request, definition);
    read_pattern(request, definition);
    TRY(read_options(request, is_new, definition));
    read_condition(request, definition, "visible_if", &row->visible_if);
    read_condition(request, definition, "readonly_if", &row->readonly_if);
    if (is_new) {
        read_reference(request, definition);
        if (definition->kind == CUSTOM_RECORD && !row->ref.set && request->error->field_count == 0) {
            refuse(request, "ref", "required", "Which kind of record?");
        }
    }
    read_serial(request, is_new, definition);
    read_formula(request, is_new, definition);
    read_rollup(request, is_new, definition);
    TRY(error_check_fields(request->error));
    read_default(request, definition);
    check_default_form(request, definition);
    if (!row->is_stored && row->is_indexed) {
        refuse(request, "is_indexed", "not_for_this_kind", "What is computed when read has no index.");
    }
    if (is_new) {
        row->column_type = column_of(request, definition);
    }
    return error_check_fields(request->error);
}

/* ---- showing ---- */

static json_t *text_json(struct opt_str text)
{
    json_t *json = text.set ? json_loadb(text.value.ptr, text.value.len, JSON_DECODE_ANY, NULL) : NULL;
    return json == NULL ? json_null() : json;
}

static json_t *limit_json(struct request *request, const struct definition *definition, struct opt_int limit)
{
    if (!limit.set || definition->kind != CUSTOM_DECIMAL) {
        return json_opt_int(limit);
    }
    return json_str(decimal_format(request->arena, limit.value, (int)definition->row.scale.value));
}

static json_t *options_json(const struct definition *definition)
{
    json_t *list = json_array();
    if (definition->kind != CUSTOM_SELECT && definition->kind != CUSTOM_MULTI_SELECT) {
        json_decref(list);
        return json_null();
    }
    for (size_t i = 0; i < definition->option_count; i++) {
        const struct custom_option_row *option = &definition->options[i];
        json_array_append_new(list, json_pack("{s:o,s:o,s:o,s:b}", "value", json_str(option->value), "label_zh",
                                              json_str(option->label_zh), "label_en", json_str(option->label_en),
                                              "is_active", option->is_active));
    }
    return list;
}

json_t *definition_json(struct request *request, const struct definition *definition)
{
    const struct custom_row *row = &definition->row;
    json_t *json = json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id",
                             (json_int_t)row->id, "object", json_str(row->object), "name", json_str(row->name), "kind",
                             json_str(row->kind), "label_zh", json_str(row->label_zh), "label_en",
                             json_str(row->label_en), "help_zh", json_opt_str(row->help_zh), "help_en",
                             json_opt_str(row->help_en), "is_required", row->is_required, "is_unique", row->is_unique,
                             "is_indexed", row->is_indexed, "index_state", json_str(row->index_state), "default",
                             text_json(row->default_value), "min", limit_json(request, definition, row->min_value),
                             "max", limit_json(request, definition, row->max_value), "scale", json_opt_int(row->scale),
                             "max_length", json_opt_int(row->max_length), "pattern", json_opt_str(row->pattern));
    json_object_set_new(json, "visible_if", text_json(row->visible_if));
    json_object_set_new(json, "readonly_if", text_json(row->readonly_if));
    json_object_set_new(json, "options", options_json(definition));
    json_object_set_new(json, "ref", json_opt_str(row->ref));
    json_object_set_new(json, "formula", json_opt_str(row->formula));
    json_object_set_new(json, "result", json_opt_str(row->result));
    json_object_set_new(json, "rollup", text_json(row->rollup));
    json_object_set_new(json, "is_stored", json_boolean(row->is_stored));
    json_object_set_new(json, "number_pattern", json_opt_str(row->number_pattern));
    json_object_set_new(json, "restarts", json_opt_str(row->restarts));
    json_object_set_new(json, "in_list", json_boolean(row->in_list));
    json_object_set_new(json, "is_maskable", json_boolean(row->is_maskable));
    json_object_set_new(json, "sort_order", json_integer(row->sort_order));
    json_object_set_new(json, "version", json_integer(row->version));
    json_object_set_new(json, "created_at", json_instant(request->arena, row->created_at));
    json_object_set_new(json, "updated_at", json_instant(request->arena, row->updated_at));
    json_object_set_new(json, "deleted_at", json_opt_instant(request->arena, row->deleted_at));
    json_object_set_new(json, "job_id", json_opt_int(row->job_id));
    return json;
}
