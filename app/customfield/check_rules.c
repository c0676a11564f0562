/* Formulas tried out, and stored results compared with what they should be. */
#include <string.h>

#include "customfield_rules.h"
#include "platform/tx.h"

static const char *type_word(enum formula_type type)
{
    static const char *const words[] = {"empty", "number", "text", "date", "boolean"};
    return words[type];
}

static json_t *value_json(struct request *request, struct formula_value value)
{
    switch (value.type) {
    case FORMULA_NUMBER:
        return json_str(formula_number_text(request->arena, value.number));
    case FORMULA_TEXT:
        return json_str(value.text);
    case FORMULA_DATE:
        return json_date(request->arena, value.date);
    case FORMULA_BOOLEAN:
        return json_boolean(value.boolean);
    case FORMULA_EMPTY:
        break;
    }
    return json_null();
}

static size_t chars_before(struct str text, size_t bytes)
{
    return str_chars(str_slice(text, 0, bytes));
}

static json_t *fault_json(struct str text, const struct formula_fault *fault)
{
    size_t from = chars_before(text, fault->position);
    size_t to = chars_before(text, fault->position + fault->length);
    return json_pack("{s:s,s:o,s:I,s:I}", "code", fault->code, "message", json_str(fault->message), "position",
                     (json_int_t)from, "length", (json_int_t)(to - from));
}

/* The value for one record that the user sees. */
static enum err try_record(struct request *request, const struct formula_scope *scope, const struct formula *formula,
                           int64_t id, json_t *answer)
{
    struct formula_value values[FORMULA_NAMES_MAX];
    struct value *ignored;
    int64_t version;
    const char *fault = NULL;
    TRY(record_load(request, scope->object, id, false, &ignored, &version));
    TRY(formula_store_values(request, scope, formula, id, values));
    struct formula_value value = formula_calc(request->arena, formula, values, request->today, &fault);
    json_object_set_new(answer, "value", value_json(request, value));
    json_object_set_new(answer, "value_fault", fault == NULL ? json_null() : json_string(fault));
    return OK;
}

enum err formula_check(struct request *request, json_t **out)
{
    struct formula *formula;
    struct formula_fault fault;
    struct str text = json_get_str(request->json, "expression");
    struct opt_int record = json_get_opt_int(request->json, "record_id");
    const struct object *object = object_find(str_c(request->arena, json_get_str(request->json, "object")));
    if (object == NULL || !object_is_customizable(object)) {
        error_field(request->error, STR("object"), "not_an_option", "There is no such kind of record.");
        return error_check_fields(request->error);
    }
    struct formula_scope scope = {object, object_fields(object)};
    bool fine = formula_parse(request->arena, text, custom_find_name, &scope, &formula, &fault);
    json_t *names = json_array();
    bool foreign = fine && formula->uses_today;
    for (size_t i = 0; fine && i < formula->name_count; i++) {
        json_array_append_new(names, json_str(formula->names[i]));
        foreign = foreign || custom_name_is_foreign(&scope, formula->names[i]);
    }
    *out = json_keep(request->arena,
                     json_pack("{s:b,s:o,s:o,s:o,s:n,s:n,s:o}", "ok", fine, "type",
                               fine ? json_string(type_word(formula->root->type)) : json_null(), "is_stored",
                               fine ? json_boolean(!foreign) : json_null(), "names", names, "value", "value_fault",
                               "fault", fine ? json_null() : fault_json(text, &fault)));
    return fine && record.set ? try_record(request, &scope, formula, record.value, *out) : OK;
}

/* ---- dabiao doctor ---- */

/* One examination. */
struct examination {
    struct arena *arena;
    bool repair;
    const struct object *object;
    const struct field *field;
    int64_t after; /* id of the last record seen */
    int64_t wrong; /* so far */
    bool more;     /* records follow */
};

static enum err examine_choices(struct db *db, void *context)
{
    struct examination *examination = context;
    TRY(field_store_wrong_choices(db, examination->arena, examination->object, examination->field,
                                  &examination->wrong));
    return examination->repair && examination->wrong > 0
               ? field_store_repair_choices(db, examination->arena, examination->object, examination->field)
               : OK;
}

static bool is_right(struct examination *examination, const struct rows *rows, size_t row)
{
    const struct custom_field *custom = examination->field->custom;
    const struct formula *formula = custom->formula;
    const struct field *fields = object_fields(examination->object);
    struct formula_value values[FORMULA_NAMES_MAX];
    const char *fault;
    for (size_t i = 0; i < formula->name_count; i++) {
        values[i] = custom_formula_value(fields_find(fields, formula->names[i]), rows_get(rows, row, 2 + i));
    }
    struct formula_value value = formula_calc(examination->arena, formula, values, custom_today(), &fault);
    return value_eq(custom_value_of(custom->result, examination->field->scale, value), rows_get(rows, row, 1));
}

/* The database computed these; here they are computed again, by other code. */
static enum err examine_formula(struct db *db, void *context)
{
    enum { PAGE = 2000 };
    struct examination *examination = context;
    struct rows rows;
    TRY(field_store_formula_rows(db, examination->arena, examination->object, examination->field, examination->after,
                                 PAGE, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        examination->wrong += !is_right(examination, &rows, i);
    }
    examination->more = rows.count == PAGE;
    examination->after = rows.count == 0 ? examination->after : rows_get(&rows, rows.count - 1, 0).integer;
    return OK;
}

static enum err examine_field(struct db *db, struct examination *examination)
{
    const struct field *field = examination->field;
    if (field->type == FIELD_CHOICES || field->type == FIELD_REFS) {
        return db_tx(db, examine_choices, examination);
    }
    bool stored = field->custom->formula != NULL && field->custom->stored;
    examination->more = stored;
    while (examination->more) {
        arena_reset(examination->arena);
        TRY(examine_formula(db, examination));
    }
    return OK;
}

static enum err examine_object(struct db *db, struct examination *examination,
                               void (*difference)(void *context, struct str sentence), void *context,
                               int64_t *wrong_out)
{
    for (const struct field *field = object_fields(examination->object); field->name != NULL; field++) {
        if (field->custom == NULL) {
            continue;
        }
        examination->field = field;
        examination->after = 0;
        examination->wrong = 0;
        TRY(examine_field(db, examination));
        if (examination->wrong > 0) {
            difference(context,
                       str_format(examination->arena, "%s.%s: %lld records differ from what is kept beside them",
                                  examination->object->name, field->name, (long long)examination->wrong));
        }
        *wrong_out += examination->wrong;
    }
    return OK;
}

enum err customfield_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                             void *context, int64_t *wrong_out)
{
    size_t count;
    const struct object *const *objects = objects_all(&count);
    struct examination examination = {.arena = arena_create((size_t)256 * 1024 * 1024), .repair = repair};
    enum err err = OK;
    for (size_t i = 0; i < count && err == OK; i++) {
        examination.object = objects[i];
        err =
            object_is_customizable(objects[i]) ? examine_object(db, &examination, difference, context, wrong_out) : OK;
    }
    arena_destroy(examination.arena);
    return err;
}
