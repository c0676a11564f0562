/* The worker's definitions of custom fields, and what the names of formulas lead to. */
#include "platform/custom.h"

#include <string.h>

#include "platform/custom_store.h"
#include "platform/decimal.h"

enum { OBJECTS_MAX = 40, CACHE_BYTES = 512 * 1024 * 1024 };

/* The fields of one object, built-in ones first. */
struct table {
    const struct object *object;
    struct field *fields; /* ended by one without name */
    size_t own;           /* built-in ones */
};

/* One worker serves one request at a time, so tables live until a request of another epoch, or of another day, comes.
 */
static struct {
    struct arena *arena;              /* holds everything; NULL until the first use */
    int64_t epoch;                    /* company.org_epoch they belong to */
    struct date today;                /* for conditions on relative days */
    struct table tables[OBJECTS_MAX]; /* objects with custom fields */
    size_t count;                     /* in tables */
} cache;

struct date custom_today(void)
{
    return cache.today;
}

static const struct table *find_table(const struct object *object)
{
    for (size_t i = 0; i < cache.count; i++) {
        if (cache.tables[i].object == object) {
            return &cache.tables[i];
        }
    }
    return NULL;
}

const struct field *object_fields(const struct object *object)
{
    const struct table *table = find_table(object);
    return table == NULL ? object->fields : table->fields;
}

size_t custom_count(const struct object *object)
{
    const struct table *table = find_table(object);
    return table == NULL ? 0 : fields_count(table->fields) - table->own;
}

/* ---- from rows to fields ---- */

static const char *optional(struct arena *arena, struct opt_str text)
{
    return text.set ? str_c(arena, text.value) : NULL;
}

static struct str text_or_none(struct opt_str text)
{
    return text.set ? text.value : (struct str){0};
}

static void build_options(struct arena *arena, int64_t field_id, const struct custom_option_row *rows, size_t count,
                          struct field *field, struct custom_field *custom)
{
    struct option *options = ARENA_ARRAY(arena, struct option, count + 1);
    bool *active = ARENA_ARRAY(arena, bool, count + 1);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].field_id == field_id) {
            options[used] = (struct option){str_c(arena, rows[i].value), str_c(arena, rows[i].label_zh),
                                            str_c(arena, rows[i].label_en)};
            active[used++] = rows[i].is_active;
        }
    }
    options[used] = (struct option){NULL, NULL, NULL};
    field->options = options;
    custom->option_active = active;
}

/* Both ends are named as soon as one is: fields_check reads zero and zero as none. */
static void build_limits(const struct custom_row *row, enum custom_kind kind, struct field *field)
{
    static const int64_t widest = 1000000000000000;
    int64_t wide = kind == CUSTOM_PERCENT ? INT32_MAX : widest;
    if (kind == CUSTOM_RATING) {
        field->min = 1;
        field->max = row->max_value.set ? row->max_value.value : 5;
        return;
    }
    if (row->max_length.set) {
        field->max = row->max_length.value;
        return;
    }
    if (row->min_value.set || row->max_value.set) {
        field->min = row->min_value.set ? row->min_value.value : -wide;
        field->max = row->max_value.set ? row->max_value.value : wide;
    }
}

static const char *reference_of(struct arena *arena, enum custom_kind kind, const struct custom_row *row)
{
    switch (kind) {
    case CUSTOM_USER:
    case CUSTOM_USERS:
        return "user";
    case CUSTOM_DEPARTMENT:
    case CUSTOM_DEPARTMENTS:
        return "department";
    case CUSTOM_REGION:
        return "region";
    case CUSTOM_RECORD:
        return optional(arena, row->ref);
    default:
        return NULL;
    }
}

/* With an index a list is quick in the order of the field; choices and references have no order of their own. */
static bool is_sortable(const struct custom_row *row, enum custom_kind kind)
{
    bool ordered = kind != CUSTOM_SELECT && kind != CUSTOM_BOOLEAN && kind != CUSTOM_CURRENCY &&
                   reference_of(NULL, kind == CUSTOM_RECORD ? CUSTOM_USER : kind, row) == NULL;
    bool whole = !str_starts(row->column_type, STR("TEXT"));
    return row->is_stored && ordered && whole && (str_eq_c(row->index_state, "ready") || row->is_unique);
}

static unsigned flags_of(const struct custom_row *row, enum custom_kind kind)
{
    bool computed = kind == CUSTOM_FORMULA || kind == CUSTOM_ROLLUP;
    return FIELD_NULLABLE | (row->is_unique ? FIELD_UNIQUE : 0) | (row->is_maskable ? FIELD_MASKABLE : 0) |
           (row->in_list ? 0 : FIELD_HIDDEN_IN_LIST) | (computed ? FIELD_READ_ONLY | FIELD_COMPUTED : 0) |
           (kind == CUSTOM_SERIAL ? FIELD_READ_ONLY : 0) | (is_sortable(row, kind) ? FIELD_SORTABLE : 0);
}

void custom_build(struct arena *arena, const struct object *object, const struct custom_row *row,
                  const struct custom_option_row *options, size_t option_count, struct field *field_out)
{
    struct custom_field *custom = ARENA_NEW(arena, struct custom_field);
    enum custom_kind kind = CUSTOM_TEXT;
    enum custom_kind result = CUSTOM_INTEGER;
    custom_kind_find(row->kind, &kind);
    if (row->result.set) {
        custom_kind_find(row->result.value, &result);
    }
    *custom = (struct custom_field){
        .id = row->id,
        .kind = kind,
        .object = object,
        .required = row->is_required,
        .unique = row->is_unique,
        .stored = row->is_stored,
        .fallback = text_or_none(row->default_value),
        .pattern = row->pattern.set ? pattern_parse(arena, row->pattern.value) : NULL,
        .pattern_text = text_or_none(row->pattern),
        .help_zh = optional(arena, row->help_zh),
        .help_en = optional(arena, row->help_en),
        .visible_if = text_or_none(row->visible_if),
        .readonly_if = text_or_none(row->readonly_if),
        .formula_text = text_or_none(row->formula),
        .result = result,
        .number_pattern = text_or_none(row->number_pattern),
        .restarts = text_or_none(row->restarts),
        .sort_order = row->sort_order,
    };
    *field_out = (struct field){
        .name = str_c(arena, row->name),
        .zh = str_c(arena, row->label_zh),
        .en = str_c(arena, row->label_en),
        .type = CUSTOM_TYPES[kind == CUSTOM_FORMULA ? result : kind].type,
        .flags = flags_of(row, kind),
        .ref = reference_of(arena, kind, row),
        .about = "added by an administrator",
        .scale = row->scale.set ? (int)row->scale.value : 0,
        .custom = custom,
    };
    build_limits(row, kind, field_out);
    if (kind == CUSTOM_SELECT || kind == CUSTOM_MULTI_SELECT) {
        build_options(arena, row->id, options, option_count, field_out, custom);
    }
}

/* ---- formulas and roll-ups ---- */

const struct field *custom_name_field(const struct formula_scope *scope, struct str name,
                                      const struct field **reference_out)
{
    struct str rest = name;
    struct str head;
    const struct field *none = NULL;
    reference_out = reference_out == NULL ? &none : reference_out;
    *reference_out = NULL;
    if (!str_cut(&rest, '.', &head) || rest.len == 0) {
        return fields_find(scope->fields, name);
    }
    const struct field *reference = fields_find(scope->fields, head);
    const struct object *target =
        reference == NULL || reference->type != FIELD_REF ? NULL : object_find(reference->ref);
    if (target == NULL || !field_is_selected(reference)) {
        return NULL;
    }
    *reference_out = reference;
    return fields_find(target == scope->object ? scope->fields : object_fields(target), rest);
}

static enum formula_type formula_type_of(const struct field *field)
{
    if (field == NULL || (field->flags & FIELD_SENSITIVE) != 0) {
        return FORMULA_EMPTY;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_EMAIL:
    case FIELD_PHONE:
    case FIELD_URL:
    case FIELD_CURRENCY:
    case FIELD_ENUM:
    case FIELD_CHOICES:
        return FORMULA_TEXT;
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_PPM:
    case FIELD_DECIMAL:
        return FORMULA_NUMBER;
    case FIELD_DATE:
        return FORMULA_DATE;
    case FIELD_BOOL:
        return FORMULA_BOOLEAN;
    case FIELD_INSTANT:
    case FIELD_REF:
    case FIELD_TAGS:
    case FIELD_REFS:
    case FIELD_FILES:
    case FIELD_JSON:
    case FIELD_OBJECT:
    case FIELD_LIST:
        break;
    }
    return FORMULA_EMPTY;
}

enum formula_type custom_find_name(void *context, struct str name)
{
    return formula_type_of(custom_name_field(context, name, NULL));
}

bool custom_name_is_foreign(const struct formula_scope *scope, struct str name)
{
    const struct field *reference;
    const struct field *field = custom_name_field(scope, name, &reference);
    return reference != NULL || (field != NULL && field->custom != NULL && !field->custom->stored);
}

void custom_read_formula(struct arena *arena, const struct formula_scope *scope, struct field *field)
{
    struct custom_field *custom = (struct custom_field *)field->custom;
    struct formula *formula;
    struct formula_fault fault;
    const char *member;
    if (custom->kind == CUSTOM_FORMULA &&
        formula_parse(arena, custom->formula_text, custom_find_name, (void *)scope, &formula, &fault)) {
        custom->formula = formula;
    }
    if (custom->kind == CUSTOM_ROLLUP) {
        custom->rollup = custom_read_rollup(arena, scope->object, custom->formula_text, &member);
        const struct field *child =
            custom->rollup == NULL || custom->rollup->field == NULL
                ? NULL
                : fields_find(object_fields(custom->rollup->object), str_from(custom->rollup->field));
        field->type = child == NULL ? FIELD_INT : child->type;
        field->scale = child == NULL ? 0 : child->scale;
    }
}

static bool is_summed(const struct field *field, enum rollup_function function)
{
    bool number = field->type == FIELD_INT || field->type == FIELD_MONEY || field->type == FIELD_PPM ||
                  field->type == FIELD_DECIMAL;
    bool time = field->type == FIELD_DATE || field->type == FIELD_INSTANT;
    return number || (time && function != ROLLUP_SUM);
}

const struct rollup *custom_read_rollup(struct arena *arena, const struct object *parent, struct str text,
                                        const char **fault_out)
{
    static const char *const words[] = {"count", "sum", "min", "max"};
    struct error ignored;
    json_t *json = NULL;
    struct rollup *rollup = ARENA_NEW(arena, struct rollup);
    *rollup = (struct rollup){0};
    error_init(&ignored, arena);
    *fault_out = "rollup";
    if (json_read(arena, text, &ignored, &json) != OK) {
        return NULL;
    }
    *fault_out = "object";
    rollup->object = object_find(str_c(arena, json_get_str(json, "object")));
    if (rollup->object == NULL) {
        return NULL;
    }
    const struct field *fields = object_fields(rollup->object);
    const struct field *via = fields_find(fields, json_get_str(json, "via"));
    *fault_out = "via";
    if (via == NULL || via->type != FIELD_REF || strcmp(via->ref, parent->name) != 0 || !field_is_selected(via)) {
        return NULL;
    }
    rollup->via = str_c(arena, str_from(via->name));
    *fault_out = "function";
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        bool same = str_eq_c(json_get_str(json, "function"), words[i]);
        rollup->function = same ? (enum rollup_function)i : rollup->function;
        known = known || same;
    }
    if (!known) {
        return NULL;
    }
    const struct field *field = fields_find(fields, json_get_str(json, "field"));
    *fault_out = "field";
    if (rollup->function != ROLLUP_COUNT) {
        bool fine = field != NULL && is_summed(field, rollup->function) &&
                    (field->custom == NULL || field->custom->stored) && (field->flags & FIELD_SENSITIVE) == 0;
        if (!fine) {
            return NULL;
        }
        rollup->field = str_c(arena, str_from(field->name));
    }
    const json_t *filter = json_object_get(json, "filter");
    rollup->filter = filter == NULL || json_is_null(filter) ? (struct str){0} : json_write(arena, filter);
    *fault_out = NULL;
    return rollup;
}

/* ---- values ---- */

static int scale_of(const struct field *field)
{
    return field->type == FIELD_MONEY     ? 2
           : field->type == FIELD_PPM     ? 6
           : field->type == FIELD_DECIMAL ? field->scale
                                          : 0;
}

struct formula_value custom_formula_value(const struct field *field, struct value value)
{
    struct formula_value out = {.type = value.type == VALUE_NULL ? FORMULA_EMPTY : formula_type_of(field)};
    __int128 number = 0;
    switch (out.type) {
    case FORMULA_NUMBER:
        number = (__int128)value.integer * (FORMULA_UNIT / decimal_unit(scale_of(field)));
        out.number = number > FORMULA_LIMIT    ? FORMULA_LIMIT
                     : number < -FORMULA_LIMIT ? -FORMULA_LIMIT
                                               : (int64_t)number;
        break;
    case FORMULA_TEXT:
        out.text = value.text;
        break;
    case FORMULA_DATE:
        out.date = value.date;
        break;
    case FORMULA_BOOLEAN:
        out.boolean = value.integer != 0;
        break;
    case FORMULA_EMPTY:
        break;
    }
    return out;
}

struct value custom_value_of(enum custom_kind result, int scale, struct formula_value value)
{
    int digits = result == CUSTOM_MONEY ? 2 : result == CUSTOM_PERCENT ? 6 : result == CUSTOM_DECIMAL ? scale : 0;
    switch (value.type) {
    case FORMULA_NUMBER:
        return value_int(formula_units(value.number, digits));
    case FORMULA_TEXT:
        return value.text.len == 0 ? value_null() : value_text(value.text);
    case FORMULA_DATE:
        return value_date(value.date);
    case FORMULA_BOOLEAN:
        return value_bool(value.boolean);
    case FORMULA_EMPTY:
        break;
    }
    return value_null();
}

/* ---- the cache ---- */

static const struct object *shows_rows_of(const struct object *object)
{
    return object->same_as != NULL && object->place_column != NULL ? object_find(object->same_as) : NULL;
}

/* Fields of another object seen in its places are not changed there. */
static void add_table(const struct object *object, const struct object *source, const struct custom_row *rows,
                      size_t row_count, const struct custom_option_row *options, size_t option_count)
{
    size_t own = fields_count(object->fields);
    struct field *fields = ARENA_ARRAY(cache.arena, struct field, own + row_count + 1);
    size_t count = own;
    memcpy(fields, object->fields, own * sizeof *fields);
    for (size_t i = 0; i < row_count; i++) {
        if (str_eq_c(rows[i].object, source->name)) {
            custom_build(cache.arena, source, &rows[i], options, option_count, &fields[count]);
            fields[count].flags |= object != source ? FIELD_READ_ONLY : 0;
            count++;
        }
    }
    fields[count] = (struct field){.name = NULL};
    if (count > own && cache.count < OBJECTS_MAX) {
        cache.tables[cache.count++] = (struct table){object, fields, own};
    }
}

static void read_formulas(struct table *table)
{
    struct formula_scope *scope = ARENA_NEW(cache.arena, struct formula_scope);
    *scope = (struct formula_scope){table->fields[table->own].custom->object, table->fields};
    for (struct field *field = table->fields + table->own; field->name != NULL; field++) {
        custom_read_formula(cache.arena, scope, field);
    }
}

static enum err load(struct db *db)
{
    struct custom_row *rows;
    struct custom_option_row *options;
    size_t row_count, option_count, object_count;
    TRY(custom_store_rows(db, cache.arena, false, &rows, &row_count));
    if (row_count == 0) {
        return OK;
    }
    TRY(custom_store_options(db, cache.arena, &options, &option_count));
    for (size_t i = 0; i < row_count; i++) {
        /* The JSON of a roll-up takes the place of a formula's text. */
        rows[i].formula = rows[i].rollup.set ? rows[i].rollup : rows[i].formula;
    }
    const struct object *const *objects = objects_all(&object_count);
    for (size_t i = 0; i < object_count; i++) {
        const struct object *source = shows_rows_of(objects[i]);
        add_table(objects[i], source == NULL ? objects[i] : source, rows, row_count, options, option_count);
    }
    /* Roll-ups of formulas need their types first, formulas of roll-ups likewise: twice settles both. */
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < cache.count; i++) {
            read_formulas(&cache.tables[i]);
        }
    }
    return OK;
}

enum err custom_load(struct db *db, int64_t epoch, struct date today)
{
    if (cache.arena == NULL) {
        cache.arena = arena_create(CACHE_BYTES);
        cache.epoch = -1;
    }
    if (epoch == 0) {
        struct arena *arena = arena_create(1024 * 1024);
        enum err err = custom_store_epoch(db, arena, &epoch);
        arena_destroy(arena);
        TRY(err);
    }
    if (cache.epoch == epoch && date_compare(cache.today, today) == 0) {
        return OK;
    }
    arena_reset(cache.arena);
    cache.count = 0;
    cache.epoch = -1;
    cache.today = today;
    enum err err = load(db);
    if (err != OK) {
        cache.count = 0;
        return err;
    }
    cache.epoch = epoch;
    return OK;
}
