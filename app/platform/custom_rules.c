/* What custom fields ask of every write of a record, whatever the way in. */
#include <string.h>

#include "engines/number_pattern.h"
#include "platform/custom_store.h"
#include "platform/record_file.h"
#include "platform/scope.h"

/* The object's custom fields, and where they begin. */
static const struct field *first_custom(const struct object *object, size_t *index_out)
{
    const struct field *fields = object_fields(object);
    size_t index = 0;
    while (fields[index].name != NULL && fields[index].custom == NULL) {
        index++;
    }
    *index_out = index;
    return fields;
}

/* ---- conditions ---- */

static bool never_under(void *context, const struct field *field, struct value value, struct value root)
{
    (void)context;
    (void)field;
    (void)value;
    (void)root;
    return false;
}

/* Whether a condition holds for the values; what cannot be read any more is as if it were not there. */
static bool holds(const struct request *request, const struct object *object, struct str text,
                  const struct value *values, bool otherwise)
{
    struct filter_context context = {
        .user_id = request->user == NULL ? 0 : request->user->user_id,
        .department_id = request->user == NULL ? 0 : request->user->department_id,
        .today = request->today,
        .zone = request->zone,
    };
    struct filter *filter = NULL;
    struct error ignored;
    error_init(&ignored, request->arena);
    if (text.len == 0 ||
        filter_parse_text(request->arena, object_fields(object), text, &context, &ignored, &filter) != OK) {
        return otherwise;
    }
    return filter_matches(filter, values, never_under, NULL);
}

static bool is_visible(const struct request *request, const struct custom_field *custom, const struct object *object,
                       const struct value *values)
{
    return holds(request, object, custom->visible_if, values, true);
}

/* ---- before the hooks ---- */

static bool is_word(const json_t *json, const char *word)
{
    return json_is_string(json) && strcmp(json_string_value(json), word) == 0;
}

/* The default of a field; the words today, now and me mean what they say. */
static struct value fallback_of(struct request *request, const struct field *field)
{
    struct value value = value_null();
    struct error ignored;
    error_init(&ignored, request->arena);
    json_t *json = json_loadb(field->custom->fallback.ptr, field->custom->fallback.len, JSON_DECODE_ANY, NULL);
    if (json == NULL) {
        return value;
    }
    json_keep(request->arena, json);
    if (field->type == FIELD_DATE && is_word(json, "today")) {
        return V(request->today);
    }
    if (field->type == FIELD_INSTANT && is_word(json, "now")) {
        return V(request->now);
    }
    if (field->custom->kind == CUSTOM_USER && is_word(json, "me")) {
        return request_actor(request);
    }
    return field_value(field, json, str_from(field->name), request->arena, &ignored, &value) ? value : value_null();
}

enum err custom_prepare(struct request *request, struct record_change *change)
{
    size_t i;
    const struct field *fields = first_custom(change->object, &i);
    for (; fields[i].name != NULL; i++) {
        bool given = json_has(change->body, fields[i].name);
        if (!given && fields[i].custom->fallback.len > 0) {
            change->after[i] = fallback_of(request, &fields[i]);
        }
    }
    return OK;
}

/* ---- after the hooks ---- */

static void refuse(struct request *request, const struct field *field, const char *code, const char *text)
{
    bool chinese = request_in_chinese(request);
    error_field(request->error, str_from(field->name), code, "%s %s", chinese ? field->zh : field->en, text);
}

static bool is_active(const struct field *field, struct str word)
{
    for (size_t i = 0; field->options[i].value != NULL; i++) {
        if (str_eq_c(word, field->options[i].value)) {
            return field->custom->option_active[i];
        }
    }
    return false;
}

static bool has_word(struct value words, struct str wanted)
{
    struct str rest = words.type == VALUE_TEXT ? words.text : (struct str){0};
    struct str word;
    while (str_cut(&rest, ',', &word)) {
        if (str_eq(word, wanted)) {
            return true;
        }
    }
    return false;
}

/* A disabled option stays where it is and is not chosen anew. */
static void check_options(struct request *request, const struct field *field, struct value before, struct value after)
{
    struct str rest = field->options != NULL && after.type == VALUE_TEXT ? after.text : (struct str){0};
    struct str word;
    while (str_cut(&rest, ',', &word)) {
        if (!has_word(before, word) && !is_active(field, word)) {
            refuse(request, field, "not_offered", "has a choice that is not offered any more.");
            return;
        }
    }
}

/* What a value must be, as far as the field itself says it. */
static void check_value(struct request *request, const struct field *field, struct value before, struct value after)
{
    bool text = after.type == VALUE_TEXT && field->options == NULL;
    if (text && field->custom->pattern != NULL &&
        !pattern_matches(request->arena, field->custom->pattern, after.text)) {
        refuse(request, field, "pattern", "does not have the right form.");
    }
    check_options(request, field, before, after);
}

static bool is_newly_asked(const struct request *request, const struct record_change *change, size_t index,
                           const struct custom_field *custom)
{
    return change->before == NULL || change->before[index].type != VALUE_NULL ||
           !is_visible(request, custom, change->object, change->before);
}

/* A record that is older than the field stays as it is until somebody fills it. */
static void check_required(struct request *request, const struct record_change *change, size_t index)
{
    const struct field *field = &object_fields(change->object)[index];
    const struct custom_field *custom = field->custom;
    bool missing = custom->required && change->after[index].type == VALUE_NULL;
    if (missing && is_newly_asked(request, change, index, custom) &&
        is_visible(request, custom, change->object, change->after)) {
        refuse(request, field, "required", "must not be empty.");
    }
}

static void check_field(struct request *request, struct record_change *change, size_t index)
{
    const struct field *field = &object_fields(change->object)[index];
    const struct custom_field *custom = field->custom;
    struct value before = change->before == NULL ? value_null() : change->before[index];
    if (custom->kind == CUSTOM_MONTH && change->after[index].type == VALUE_DATE) {
        change->after[index] = V(date_month_start(change->after[index].date));
    }
    if (value_eq(before, change->after[index])) {
        check_required(request, change, index);
        return;
    }
    if (change->before != NULL && custom->readonly_if.len > 0 &&
        holds(request, change->object, custom->readonly_if, change->before, false)) {
        refuse(request, field, "read_only", "cannot be changed now.");
        return;
    }
    check_value(request, field, before, change->after[index]);
    check_required(request, change, index);
}

static enum err give_number(struct request *request, const struct field *field, struct value *out)
{
    const struct custom_field *custom = field->custom;
    enum number_restart restarts = NUMBER_RESTARTS_NEVER;
    int64_t number = 0;
    (void)number_restart_find(custom->restarts, &restarts);
    struct str period = number_pattern_period(request->arena, restarts, request->today);
    TRY(custom_store_next_number(request->db, request->arena, custom->id, period, &number));
    *out = V(number_pattern_format(request->arena, custom->number_pattern, request->today, number));
    return OK;
}

/* What the database is going to compute for the column: for the history, and for conditions that name it. */
static void calc_formula(struct request *request, struct record_change *change, size_t index)
{
    const struct field *fields = object_fields(change->object);
    const struct custom_field *custom = fields[index].custom;
    struct formula_value values[FORMULA_NAMES_MAX];
    const char *fault;
    for (size_t i = 0; i < custom->formula->name_count; i++) {
        const struct field *field = fields_find(fields, custom->formula->names[i]);
        values[i] =
            field == NULL ? (struct formula_value){0} : custom_formula_value(field, change->after[field - fields]);
    }
    struct formula_value value = formula_calc(request->arena, custom->formula, values, request->today, &fault);
    change->after[index] = custom_value_of(custom->result, fields[index].scale, value);
}

enum err custom_check(struct request *request, struct record_change *change)
{
    size_t first;
    const struct field *fields = first_custom(change->object, &first);
    for (size_t i = first; fields[i].name != NULL; i++) {
        if ((fields[i].flags & FIELD_COMPUTED) == 0) {
            check_field(request, change, i);
        }
    }
    TRY(error_check_fields(request->error));
    for (size_t i = first; fields[i].name != NULL; i++) {
        bool unnumbered = fields[i].custom->kind == CUSTOM_SERIAL && change->after[i].type == VALUE_NULL;
        if (unnumbered && change->action == RECORD_CREATE) {
            TRY(give_number(request, &fields[i], &change->after[i]));
        }
        if (fields[i].custom->stored && fields[i].custom->formula != NULL) {
            calc_formula(request, change, i);
        }
    }
    return OK;
}

enum err custom_saved(struct request *request, const struct record_change *change)
{
    size_t i;
    const struct field *fields = first_custom(change->object, &i);
    for (; fields[i].name != NULL; i++) {
        struct value before = change->before == NULL ? value_null() : change->before[i];
        if (value_eq(before, change->after[i])) {
            continue;
        }
        if (fields[i].type == FIELD_CHOICES || fields[i].type == FIELD_REFS) {
            TRY(custom_store_choices(request->db, request->arena, fields[i].custom->id, change->id, change->after[i]));
        }
        if (fields[i].type == FIELD_FILES) {
            TRY(record_files_take(request, &fields[i], change->id, before, change->after[i]));
        }
    }
    return OK;
}

/* ---- answers ---- */

static enum err find_fault(struct request *request, const struct object *object, int64_t id, const struct field *field,
                           const char **fault_out)
{
    struct formula_scope scope = {object, object_fields(object)};
    struct formula_value values[FORMULA_NAMES_MAX];
    enum err err = formula_store_values(request, &scope, field->custom->formula, id, values);
    *fault_out = NULL;
    if (err == OK) {
        formula_calc(request->arena, field->custom->formula, values, custom_today(), fault_out);
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err custom_faults(struct request *request, const struct object *object, int64_t id, const struct value *values,
                       json_t *record)
{
    size_t i;
    const struct field *fields = first_custom(object, &i);
    json_t *faults = json_keep(request->arena, json_object());
    for (; fields[i].name != NULL; i++) {
        const char *fault = NULL;
        bool empty = fields[i].custom->formula != NULL && values[i].type == VALUE_NULL;
        if (empty && scope_field_access(request, object, fields[i].name) >= FIELD_ACCESS_READ) {
            TRY(find_fault(request, object, id, &fields[i], &fault));
        }
        if (fault != NULL) {
            json_object_set_new(faults, fields[i].name, json_string(fault));
        }
    }
    if (json_object_size(faults) > 0) {
        json_object_set(record, "faults", faults);
    }
    return OK;
}
