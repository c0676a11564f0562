/* One row of a file: references looked up or made, the body built, the record created, updated or left. */
#include <string.h>

#include "engines/csv.h"
#include "import_money.h"
#include "import_run.h"
#include "platform/object_store.h"
#include "target.h"

enum { CACHE_MAX = 200000 };

/* ---- references ---- */

static int64_t pipeline_of(const struct run *run)
{
    return json_get_int(json_object_get(run->mapping, "constants"), "pipeline_id", 0);
}

static enum err note_record(struct run *run, int64_t row_number, const char *object, int64_t id, const char *action,
                            int64_t version, struct value before)
{
    if (run->batch->dry_run) {
        return OK;
    }
    return import_store_record(run->request->db, run->request->arena, run->batch->id, row_number, object, id, action,
                               version, before);
}

/* Makes the record a cell names: only its name is known. */
static enum err create_reference(struct run *run, const struct field *field, struct str text, int64_t row_number,
                                 int64_t *id_out)
{
    const struct object *object = object_find(field->ref);
    const struct record_options options = {.importing = true, .reason = STR("import")};
    json_t *body = json_keep(run->request->arena, json_object());
    json_object_set_new(body, object_label(object)->name, json_str(text));
    TRY(record_create(run->request, object, body, &options, id_out));
    return note_record(run, row_number, object->name, *id_out, "created", 1, value_null());
}

/* The id behind a text; 0 after naming the fault. Answers are remembered for the run. */
static enum err resolve_reference(struct run *run, const struct mapped *mapped, struct str text, int64_t row_number,
                                  int64_t *id_out)
{
    const char *key = str_format(run->request->arena, "%s\n%.*s", mapped->field->ref, STR_ARG(text)).ptr;
    int64_t ids[2] = {0};
    size_t count = 0;
    *id_out = json_integer_value(json_object_get(run->cache, key));
    if (*id_out != 0) {
        return OK;
    }
    TRY(import_store_find(run->request, mapped->field->ref, text, pipeline_of(run), ids, &count));
    const struct object *object = object_find(mapped->field->ref);
    bool creatable = mapped->create_missing && object != NULL && strcmp(object->name, "user") != 0 &&
                     identity_can(run->request->user, object->create);
    if (count == 0 && creatable) {
        TRY(create_reference(run, mapped->field, text, row_number, &ids[0]));
        count = 1;
    }
    if (count != 1) {
        error_field(run->request->error, str_from(mapped->field->name), count == 0 ? "no_such_record" : "ambiguous",
                    count == 0 ? "No %s is called \"%.*s\"." : "More than one %s is called \"%.*s\".",
                    mapped->field->ref, STR_ARG(str_slice(text, 0, 120)));
        return OK;
    }
    *id_out = ids[0];
    if (json_object_size(run->cache) > CACHE_MAX) {
        json_object_clear(run->cache);
    }
    json_object_set_new(run->cache, key, json_integer(*id_out));
    return OK;
}

/* ---- rows ---- */

static struct str replaced(const struct cell_style *style, struct arena *arena, struct str text)
{
    struct str value = style->values == NULL ? (struct str){0} : json_get_str(style->values, str_c(arena, text));
    return value.ptr == NULL ? text : value;
}

/* A cell that names tags or people. */
static enum err resolve_set(struct run *run, const struct mapped *mapped, struct str text, int64_t row_number,
                            json_t *body)
{
    struct field tag = *mapped->field;
    struct mapped one = *mapped;
    struct str name;
    json_t *list = json_array();
    json_object_set_new(body, mapped->field->name, list);
    tag.ref = mapped->field->type == FIELD_TAGS ? "tag" : mapped->field->ref;
    one.field = &tag;
    while (cell_cut(&text, &name)) {
        int64_t id = 0;
        if (name.len > 0) {
            TRY(resolve_reference(run, &one, name, row_number, &id));
            json_array_append_new(list, json_integer(id));
        }
    }
    return OK;
}

/* One cell. Faults collect in the request's error. */
static enum err build_member(struct run *run, const struct mapped *mapped, struct str text, int64_t row_number,
                             int digits, json_t *body)
{
    struct request *request = run->request;
    const char *code = NULL;
    const char *message = NULL;
    if (mapped->field->type == FIELD_REF) {
        int64_t id = 0;
        TRY(resolve_reference(run, mapped, text, row_number, &id));
        json_object_set_new(body, mapped->field->name, json_integer(id));
        return OK;
    }
    if (field_is_set(mapped->field)) {
        return resolve_set(run, mapped, text, row_number, body);
    }
    struct cell_style style = mapped->style;
    style.digits = run->kind.object != NULL && field_in_base(mapped->field) ? import_money_own_digits(run) : digits;
    json_t *value = cell_json(request, mapped->field, text, &style, &code, &message);
    if (value == NULL) {
        error_field(request->error, str_from(mapped->field->name), code, "\"%.*s\" %s", STR_ARG(str_slice(text, 0, 80)),
                    message);
        return OK;
    }
    json_object_set_new(body, mapped->field->name, value);
    return OK;
}

/* Amounts, or everything else. */
static enum err build_part(struct run *run, const struct table_row *row, bool money, int digits, json_t *body)
{
    for (size_t i = 0; i < run->column_count; i++) {
        const struct mapped *mapped = &run->columns[i];
        struct str text =
            mapped->column < row->cell_count ? str_trim(csv_unguard(row->cells[mapped->column])) : (struct str){0};
        text = text.len == 0 ? text : replaced(&mapped->style, run->request->arena, text);
        if (text.len > 0 && money == (mapped->field->type == FIELD_MONEY)) {
            TRY(build_member(run, mapped, text, (int64_t)row->number, digits, body));
        }
    }
    return OK;
}

/* The row as a record body: what is written of an amount depends on its currency, so amounts come last. */
static enum err build_body(struct run *run, const struct table_row *row, json_t *body)
{
    int digits = 0;
    TRY(build_part(run, row, false, 0, body));
    TRY(import_money_digits(run, body, &digits));
    TRY(build_part(run, row, true, digits, body));
    return error_check_fields(run->request->error);
}

static void add_constants(const struct run *run, json_t *body)
{
    const char *name;
    json_t *value;
    json_object_foreach (json_object_get(run->mapping, "constants"), name, value) {
        if (json_object_get(body, name) == NULL) {
            json_object_set(body, name, value);
        }
    }
}

/* A member of the body that is no field of the record leaves it, checked. */
static enum err take_member(struct request *request, json_t *body, const char *name, struct value *out)
{
    const struct field *field = import_creator_field(str_from(name));
    json_t *member = json_object_get(body, name);
    bool ok = true;
    *out = value_null();
    if (member != NULL && field_value(field, member, str_from(name), request->arena, request->error, out) &&
        field->type == FIELD_REF) {
        TRY(object_store_reference_ok(request, field, out->integer, true, false, &ok));
    }
    if (!ok) {
        error_field(request->error, str_from(name), "no_such_record", "%s names nobody.", name);
    }
    json_object_del(body, name);
    return OK;
}

/* Original creator and time are options of the write. */
static enum err take_options(struct request *request, json_t *body, struct record_options *options)
{
    struct value at, by;
    TRY(take_member(request, body, "created_at", &at));
    TRY(take_member(request, body, "created_by_id", &by));
    *options = (struct record_options){
        .importing = true,
        .reason = STR("import"),
        .created_at = opt_instant_of(at),
        .created_by_id = opt_int_of(by),
    };
    return error_check_fields(request->error);
}

/* The record the key finds; 0 when there is none (or no key). */
static enum err find_existing(struct run *run, const json_t *body, int64_t *id_out)
{
    struct str key = json_get_str(run->mapping, "key");
    const struct field *field = key.len == 0 ? NULL : fields_find(run->kind.fields, key);
    json_t *member = field == NULL ? NULL : json_object_get(body, field->name);
    struct value value;
    int64_t ids[2] = {0};
    size_t count = 0;
    *id_out = 0;
    if (member == NULL || !field_value(field, member, key, run->request->arena, run->request->error, &value) ||
        value.type == VALUE_NULL) {
        return error_check_fields(run->request->error);
    }
    TRY(import_store_find_key(run->request, run->kind.object, field->name, value, ids, &count));
    if (count > 1) {
        error_field(run->request->error, key, "ambiguous", "More than one record has this %.*s.", STR_ARG(key));
        return error_check_fields(run->request->error);
    }
    *id_out = ids[0];
    return OK;
}

/* The named fields as they were. */
static json_t *before_json(struct request *request, const struct object *object, const struct value *values,
                           const json_t *body)
{
    json_t *before = json_keep(request->arena, json_object());
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        if (json_has(body, object_fields(object)[i].name)) {
            json_object_set_new(before, object_fields(object)[i].name,
                                field_json(&object_fields(object)[i], values[i], request->arena));
        }
    }
    return before;
}

/* What cannot be changed on an existing record leaves the body. */
static void drop_create_only(const struct object *object, json_t *body)
{
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if ((field->flags & FIELD_CREATE_ONLY) != 0) {
            json_object_del(body, field->name);
        }
    }
}

static enum err update_existing(struct run *run, int64_t row_number, int64_t id, json_t *body,
                                const struct record_options *options)
{
    struct request *request = run->request;
    const struct object *object = run->kind.object;
    struct value *values;
    int64_t version = 0;
    int64_t after = 0;
    TRY(record_load(request, object, id, true, &values, &version));
    drop_create_only(object, body);
    struct value before = V(json_write(request->arena, before_json(request, object, values, body)));
    TRY(record_update(request, object, id, version, body, options));
    TRY(record_load(request, object, id, false, &values, &after));
    return after == version ? OK : note_record(run, row_number, object->name, id, "updated", after, before);
}

/* A contract for a won opportunity: signed on the day it was won, over its amount. */
static enum err create_contract(struct run *run, int64_t row_number, int64_t opportunity_id)
{
    struct request *request = run->request;
    const struct object *object = run->kind.object;
    const struct object *contract = object_find("contract");
    struct value *values;
    int64_t version = 0;
    int64_t id = 0;
    TRY(record_load(request, object, opportunity_id, false, &values, &version));
    if (!str_eq_c(values[object_field(object, "status")].text, "won")) {
        return OK;
    }
    if (!identity_can(request->user, contract->create)) {
        return error_set(request->error, ERR_FORBIDDEN, "A contract cannot be made: this needs the right %s.",
                         permission_key(contract->create));
    }
    struct value code = values[object_field(object, "code")];
    struct value owner = values[object_field(object, "owner_id")];
    json_t *body =
        json_keep(request->arena,
                  json_pack("{s:I,s:s,s:I,s:o,s:o}", "opportunity_id", (json_int_t)opportunity_id, "status", "signed",
                            "amount_minor", (json_int_t)values[object_field(object, "amount_minor")].integer,
                            "signed_on", json_date(request->arena, values[object_field(object, "closed_on")].date),
                            "currency", json_str(values[object_field(object, "currency")].text)));
    if (code.type == VALUE_TEXT) {
        json_object_set_new(body, "number", json_str(str_format(request->arena, "C-%.*s", STR_ARG(code.text))));
    }
    if (owner.type == VALUE_INT) {
        json_object_set_new(body, "owner_id", json_integer(owner.integer));
    }
    const struct record_options options = {.importing = true, .reason = STR("import")};
    TRY(record_create(request, contract, body, &options, &id));
    return note_record(run, row_number, "contract", id, "created", 1, value_null());
}

static enum err save_record(struct run *run, int64_t row_number, json_t *body, enum outcome *outcome)
{
    struct request *request = run->request;
    struct record_options options;
    struct str on_existing = json_get_str(run->mapping, "on_existing");
    int64_t id = 0;
    TRY(take_options(request, body, &options));
    if (json_get_bool(run->mapping, "duplicate_confirmed", false) && run->kind.object->extra_body != NULL &&
        fields_find(run->kind.object->extra_body, STR("duplicate_confirmed")) != NULL) {
        json_object_set_new(body, "duplicate_confirmed", json_true());
    }
    TRY(find_existing(run, body, &id));
    if (id != 0 && str_eq_c(on_existing, "fail")) {
        return error_set(request->error, ERR_DUPLICATE, "There already is such a record.");
    }
    if (id != 0) {
        *outcome = str_eq_c(on_existing, "skip") ? OUTCOME_SKIPPED : OUTCOME_UPDATED;
        return *outcome == OUTCOME_SKIPPED ? OK : update_existing(run, row_number, id, body, &options);
    }
    *outcome = OUTCOME_CREATED;
    TRY(record_create(request, run->kind.object, body, &options, &id));
    TRY(note_record(run, row_number, run->kind.object->name, id, "created", 1, value_null()));
    bool contracts =
        strcmp(run->kind.name, "opportunity") == 0 && json_get_bool(run->mapping, "contract_from_won", false);
    return contracts ? create_contract(run, row_number, id) : OK;
}

/* Targets are read with two digits, counts too; money is kept in the minor unit of the company's currency. */
static int64_t own_units(const struct run *run, int64_t hundredths)
{
    int digits = import_money_own_digits(run);
    return digits == 0 ? hundredths / 100 : digits == 3 ? hundredths * 10 : hundredths;
}

/* A measure by its word or by one of its names. */
static enum err find_measure(struct request *request, struct str text, struct measure_info *out, bool *known_out)
{
    struct measure_info *all;
    size_t count;
    TRY(measure_list(request->db, request->arena, &all, &count));
    for (size_t i = 0; i < count; i++) {
        if (str_eq_c(text, MEASURES[all[i].measure].key) || str_eq_ci(text, all[i].zh) || str_eq_ci(text, all[i].en)) {
            *out = all[i];
            *known_out = true;
        }
    }
    return OK;
}

/* A row of targets: twelve months of one person or department. */
static enum err save_targets(struct run *run, const json_t *body, enum outcome *outcome)
{
    struct request *request = run->request;
    struct target_cell cells[TARGET_MONTHS];
    struct measure_info info = {.unit = UNIT_MONEY};
    enum target_level level = LEVEL_BASE;
    size_t count = 0;
    bool is_user = json_has(body, "user_id");
    struct str key = json_get_str(body, "measure");
    int64_t subject = json_get_int(body, is_user ? "user_id" : "department_id", 0);
    bool known = false;
    TRY(find_measure(request, key, &info, &known));
    if (!known) {
        error_field(request->error, STR("measure"), "not_an_option", "There is no measure \"%.*s\".", STR_ARG(key));
    }
    if (json_has(body, "level") && !level_find(json_get_str(body, "level"), &level)) {
        error_field(request->error, STR("level"), "not_an_option", "There is no such level.");
    }
    if (subject == 0) {
        error_field(request->error, STR("user_id"), "required", "A target needs a person or a department.");
    }
    if (!json_has(body, "year")) {
        error_field(request->error, STR("year"), "required", "A target needs its year.");
    }
    TRY(error_check_fields(request->error));
    for (int month = 1; month <= TARGET_MONTHS; month++) {
        const char *name = str_format(request->arena, "month_%d", month).ptr;
        struct opt_int amount = json_get_opt_int(body, name);
        int64_t units = info.unit == UNIT_MONEY      ? own_units(run, amount.value)
                        : info.unit == UNIT_QUANTITY ? amount.value * 10 /* hundredths are read, thousandths kept */
                                                     : amount.value / 100;
        if (amount.set) {
            cells[count++] =
                (struct target_cell){.is_user = is_user, .subject_id = subject, .month = month, .amount = units};
        }
    }
    *outcome = OUTCOME_UPDATED;
    return count == 0 ? OK
                      : target_save(request, json_get_int(body, "year", 0), info.measure, level, cells, count, true);
}

enum err import_work_row(struct run *run, const struct table_row *row, enum outcome *outcome)
{
    json_t *body = json_keep(run->request->arena, json_object());
    TRY(build_body(run, row, body));
    add_constants(run, body);
    return run->kind.object == NULL ? save_targets(run, body, outcome)
                                    : save_record(run, (int64_t)row->number, body, outcome);
}
