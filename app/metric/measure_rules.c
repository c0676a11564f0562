/* Measures that people define: what a definition may say. A fact follows from its record alone, so a definition may
 * name only what stands in the record and changes with its own writes: no relative days, nobody's own point of view, no
 * figure that other records keep there, no owner (whom it counts for follows from the owner on the day). */
#include "measure_rules.h"

#include <string.h>

#include "platform/audit.h"
#include "platform/custom.h"
#include "platform/scope.h"

enum { DECIMALS_MAX = 3, WORD_MAX = 100 };

const char *const MEASURE_OBJECTS[] = {"customer", "contact", "follow_up", "opportunity", "task", "quote",
                                       "contract", "payment", "refund",    "invoice",     NULL};
const char *const MEASURE_HOWS[HOW_KINDS] = {
    [HOW_COUNT] = "count", [HOW_SUM] = "sum", [HOW_LINE_QUANTITY] = "line_quantity", [HOW_LINE_AMOUNT] = "line_amount"};

/* ---- fields ---- */

static bool is_among(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(word, *words) != 0) {
        words++;
    }
    return *words != NULL;
}

const char *measure_field_fault(const struct field *field)
{
    /* Read-only fields that the record's own write sets. */
    static const char *const own[] = {"created_at", "created_by_id",  "status",     "cycle_days",   "stage_entered_at",
                                      "done_at",    "amount_minor",   "base_minor", "margin_minor", "base_margin_minor",
                                      "tax_minor",  "net_minor",      "list_minor", "cost_minor",   "currency",
                                      "sent_at",    "version_number", NULL};
    static const char *const moves[] = {"owner_id", "department_id", "pool_id", "held_since", "pool_entered_at", NULL};
    static const char *const kept[] = {"customer_id", "parent_id", "is_primary", "plan_status", NULL};
    if (is_among(field->name, moves)) {
        return "follows_owner";
    }
    if (field->type == FIELD_TAGS) {
        return "tags";
    }
    if (field->type == FIELD_FILES) {
        return "kept_by_others";
    }
    if (field->custom != NULL) {
        return field->custom->stored ? NULL : "computed";
    }
    bool read_only = (field->flags & (FIELD_READ_ONLY | FIELD_COMPUTED)) != 0;
    if (is_among(field->name, kept) || (read_only && !is_among(field->name, own))) {
        return "kept_by_others";
    }
    return NULL;
}

bool measure_field_is_day(const struct object *object, const struct field *field)
{
    (void)object;
    return (field->type == FIELD_DATE || field->type == FIELD_INSTANT) && measure_field_fault(field) == NULL;
}

bool measure_field_is_person(const struct object *object, const struct field *field)
{
    bool person = field->type == FIELD_REF && strcmp(field->ref, "user") == 0;
    bool owner = object->owner_column != NULL && strcmp(field->name, object->owner_column) == 0;
    return person && (owner || measure_field_fault(field) == NULL);
}

bool measure_field_is_sum(const struct object *object, const struct field *field)
{
    (void)object;
    bool number = field->type == FIELD_MONEY || field->type == FIELD_INT ||
                  (field->type == FIELD_DECIMAL && field->scale <= DECIMALS_MAX);
    return number && measure_field_fault(field) == NULL;
}

static const char *fault_sentence(const char *fault)
{
    static const char *const sentences[][2] = {
        {"follows_owner", "whom it counts for follows from the owner on the day; owners and pools are no condition."},
        {"tags", "tags are taken away and joined for all records at once: they are no condition."},
        {"computed", "it is computed when it is read."},
        {"kept_by_others", "other records change it."},
        {"relative", "relative days would change the past every day."},
        {"point_of_view", "\"me\" and \"my department\" are somebody else for everybody."},
        {"tree", "departments are moved; name them one by one."},
    };
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        if (strcmp(fault, sentences[i][0]) == 0) {
            return sentences[i][1];
        }
    }
    return "it cannot be used.";
}

static void refuse(const struct measure_context *context, const char *member, const char *code,
                   const struct field *field)
{
    error_field(context->error, str_from(member), code, "%s: %s", field->en == NULL ? field->name : field->en,
                fault_sentence(code));
}

/* Nobody learns by a measure what the field is closed for. */
static bool is_closed(const struct measure_context *context, const struct object *object, const struct field *field)
{
    return context->asker != NULL && scope_field_access(context->asker, object, field->name) < FIELD_ACCESS_READ;
}

static void check_open(const struct measure_context *context, const struct object *object, const char *member,
                       const struct field *field)
{
    if (is_closed(context, object, field)) {
        error_field(context->error, str_from(member), "closed_to_you", "%s is closed to you.",
                    field->en == NULL ? field->name : field->en);
    }
}

/* The field of a member; NULL after a refusal. */
static const struct field *read_field(const struct measure_context *context, const struct object *object,
                                      const json_t *json, const char *member)
{
    struct str name = json_get_str(json, member);
    const struct field *field = name.len == 0 ? NULL : fields_find(object_fields(object), name);
    if (name.len == 0) {
        error_field(context->error, str_from(member), "required", "A field is missing.");
    } else if (field == NULL) {
        error_field(context->error, str_from(member), "unknown_field", "There is no field \"%.*s\".", STR_ARG(name));
    } else {
        check_open(context, object, member, field);
    }
    return field;
}

static const struct field *read_fitting(const struct measure_context *context, const struct object *object,
                                        const json_t *json, const char *member,
                                        bool (*fits)(const struct object *, const struct field *), const char *code,
                                        const char *sentence)
{
    const struct field *field = read_field(context, object, json, member);
    if (field != NULL && !fits(object, field)) {
        const char *fault = measure_field_fault(field);
        if (fault != NULL) {
            refuse(context, member, fault, field);
        } else {
            error_field(context->error, str_from(member), code, "%s", sentence);
        }
    }
    return field;
}

/* ---- filters ---- */

static bool is_word(const json_t *json, const char *word)
{
    return json_is_string(json) && strcmp(json_string_value(json), word) == 0;
}

static bool is_point_of_view(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (is_point_of_view(json_array_get(value, i))) {
            return true;
        }
    }
    return is_word(value, "me") || is_word(value, "my_department");
}

static void check_condition(const struct measure_context *context, const struct object *object, const json_t *json)
{
    const struct field *field = fields_find(object_fields(object), json_get_str(json, "field"));
    const json_t *op = json_object_get(json, "op");
    if (field == NULL) {
        return; /* the parser says so */
    }
    const char *fault = measure_field_fault(field);
    check_open(context, object, "filter", field);
    if (fault == NULL && is_word(op, "relative")) {
        fault = "relative";
    }
    if (fault == NULL && field->type == FIELD_REF && is_point_of_view(json_object_get(json, "value"))) {
        fault = "point_of_view";
    }
    if (fault == NULL && is_word(op, "under") && strcmp(field->ref, "department") == 0) {
        fault = "tree";
    }
    if (fault != NULL) {
        refuse(context, "filter", fault, field);
    }
}

/* Every condition below; the depth is what bodies may have at all. */
static void check_filter(const struct measure_context *context, const struct object *object, const json_t *json)
{
    static const char *const groups[] = {"all", "any", "not"};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const json_t *part = json_object_get(json, groups[i]);
        for (size_t k = 0; k < json_array_size(part); k++) {
            check_filter(context, object, json_array_get(part, k));
        }
        if (json_is_object(part)) {
            check_filter(context, object, part);
        }
    }
    if (json_object_get(json, "field") != NULL) {
        check_condition(context, object, json);
    }
}

static enum err read_filter(const struct measure_context *context, const json_t *json, struct measure_definition *out)
{
    struct filter_context how = {.today = context->today, .zone = context->zone};
    struct filter *filter = NULL;
    struct error heard;
    const json_t *text = json_object_get(json, "filter");
    if (text == NULL || json_is_null(text) || (json_is_object(text) && json_object_size(text) == 0)) {
        return OK;
    }
    error_init(&heard, context->arena);
    if (filter_parse(context->arena, object_fields(out->object), text, &how, &heard, &filter) != OK) {
        error_field(context->error, STR("filter"), "bad_filter", "%.*s", STR_ARG(heard.detail));
        return OK;
    }
    check_filter(context, out->object, text);
    out->filter = filter;
    return OK;
}

/* ---- the definition ---- */

static bool is_of_lines(enum measure_how how)
{
    return how == HOW_LINE_QUANTITY || how == HOW_LINE_AMOUNT;
}

static void read_how(const struct measure_context *context, const json_t *json, struct measure_definition *out)
{
    struct str word = json_get_str(json, "how");
    size_t how = 0;
    while (how < HOW_KINDS && !str_eq_c(word, MEASURE_HOWS[how])) {
        how++;
    }
    if (how == HOW_KINDS) {
        error_field(context->error, STR("how"), "not_an_option", "There is no such way of counting.");
        return;
    }
    out->how = (enum measure_how)how;
    if (is_of_lines(out->how) && strcmp(out->object->name, "contract") != 0) {
        error_field(context->error, STR("how"), "not_of_contracts", "Products are lines of contracts.");
    }
}

static void read_products(const struct measure_context *context, const json_t *json, struct measure_definition *out)
{
    const json_t *ids = json_object_get(json, "product_ids");
    const json_t *lines = json_object_get(json, "product_lines");
    int64_t *products = ARENA_ARRAY(context->arena, int64_t, json_array_size(ids) + 1);
    struct str *words = ARENA_ARRAY(context->arena, struct str, json_array_size(lines) + 1);
    if (json_array_size(ids) > WORD_MAX || json_array_size(lines) > WORD_MAX) {
        error_field(context->error, STR("product_ids"), "too_many", "At most %d products and product lines.", WORD_MAX);
        return;
    }
    for (size_t i = 0; i < json_array_size(ids); i++) {
        products[i] = json_integer_value(json_array_get(ids, i));
    }
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *word = json_array_get(lines, i);
        words[i] = str_n(json_string_value(word), json_string_length(word));
    }
    out->product_ids = products;
    out->product_count = json_array_size(ids);
    out->lines = words;
    out->line_count = json_array_size(lines);
}

static const struct object *find_object(struct str name, struct arena *arena)
{
    char *word = str_c(arena, name);
    return name.len > 0 && is_among(word, MEASURE_OBJECTS) ? object_find(word) : NULL;
}

static void read_owner(const struct measure_context *context, const json_t *json, struct measure_definition *out)
{
    out->owner = out->object->owner_column;
    if (json_get_str(json, "owner_field").len > 0) {
        const struct field *field = read_fitting(context, out->object, json, "owner_field", measure_field_is_person,
                                                 "not_a_person", "It counts for the person in a field.");
        out->owner = field == NULL ? out->owner : field->name;
    }
}

/* What is added up: each how has fields of its own. */
static void read_amount(const struct measure_context *context, const json_t *json, struct measure_definition *out)
{
    if (is_of_lines(out->how)) {
        out->date = fields_find(out->object->fields, STR("signed_on"));
        const struct field *amount = fields_find(out->object->fields, STR("amount_minor"));
        if (out->how == HOW_LINE_AMOUNT) {
            check_open(context, out->object, "how", amount);
        }
        read_products(context, json, out);
        return;
    }
    out->date = read_fitting(context, out->object, json, "date_field", measure_field_is_day, "not_a_day",
                             "It counts on the day in a field.");
    if (out->how == HOW_SUM) {
        out->sum = read_fitting(context, out->object, json, "sum_field", measure_field_is_sum, "not_a_number",
                                "Only amounts and numbers with at most three decimals add up.");
    }
}

enum err measure_read(const struct measure_context *context, struct str object, const json_t *json,
                      struct measure_definition *out)
{
    *out = (struct measure_definition){.object = find_object(object, context->arena)};
    if (out->object == NULL) {
        error_field(context->error, STR("object"), "not_an_option", "Such records do not count towards targets.");
        return error_check_fields(context->error);
    }
    if (context->asker != NULL && !identity_can(context->asker->user, out->object->view)) {
        error_field(context->error, STR("object"), "closed_to_you", "These records are closed to you.");
    }
    read_how(context, json, out);
    read_owner(context, json, out);
    read_amount(context, json, out);
    TRY(read_filter(context, json, out));
    return error_check_fields(context->error);
}

enum measure_unit measure_unit_of(const struct measure_definition *definition)
{
    switch (definition->how) {
    case HOW_SUM:
        return definition->sum->type == FIELD_MONEY ? UNIT_MONEY : UNIT_QUANTITY;
    case HOW_LINE_QUANTITY:
        return UNIT_QUANTITY;
    case HOW_LINE_AMOUNT:
        return UNIT_MONEY;
    case HOW_COUNT:
    case HOW_KINDS:
        break;
    }
    return UNIT_COUNT;
}

/* ---- sources ---- */

static enum err make_sources(struct arena *arena, enum measure measure, const struct measure_definition *read,
                             struct metric_source sources_out[MEASURE_SOURCES_MAX], size_t *count_out)
{
    struct measure_definition *kept = ARENA_NEW(arena, struct measure_definition);
    *kept = *read;
    sources_out[0] = (struct metric_source){.object = kept->object->name,
                                            .table = kept->object->table,
                                            .measures = {measure},
                                            .measure_count = 1,
                                            .definition = kept};
    *count_out = 1;
    if (is_of_lines(kept->how)) {
        struct measure_definition *orders = ARENA_NEW(arena, struct measure_definition);
        *orders = *kept;
        orders->orders = true;
        sources_out[1] = (struct metric_source){.object = "change_order",
                                                .table = "change_order",
                                                .measures = {measure},
                                                .measure_count = 1,
                                                .definition = orders};
        *count_out = 2;
    }
    return OK;
}

enum err measure_sources(struct db *db, struct arena *arena, const struct measure_row *row,
                         struct metric_source sources_out[MEASURE_SOURCES_MAX], size_t *count_out,
                         struct str *fault_out)
{
    struct metric_company company;
    struct measure_definition definition;
    struct error *heard = ARENA_NEW(arena, struct error);
    json_t *json = json_loadb(row->definition.ptr, row->definition.len, 0, NULL);
    error_init(heard, arena);
    *count_out = 0;
    TRY(metric_store_company(db, arena, &company));
    struct measure_context context = {.arena = arena, .error = heard, .zone = str_c(arena, company.time_zone)};
    bool good = json != NULL && measure_read(&context, row->object, json_keep(arena, json), &definition) == OK;
    if (!good) {
        if (fault_out != NULL) {
            *fault_out = heard->field_count > 0 ? heard->fields[0].message : STR("The definition cannot be read.");
        }
        return OK;
    }
    return make_sources(arena, (enum measure)(MEASURE_CUSTOM + row->id - 1), &definition, sources_out, count_out);
}

/* ---- what pages ask ---- */

const char *const MEASURE_UNITS[UNIT_KINDS] = {
    [UNIT_MONEY] = "money", [UNIT_COUNT] = "count", [UNIT_QUANTITY] = "quantity"};

static const struct option BUILT_IN[] = {
    {"signed_amount", "签约额", "Signed amount"},
    {"received_amount", "回款额", "Received amount"},
    {"gross_profit", "毛利", "Gross profit"},
    {"new_customers", "新客户数", "New customers"},
    {"won_deals", "赢单数", "Won deals"},
    {"follow_ups", "跟进数", "Follow-ups"},
    {"invoiced_amount", "开票额", "Invoiced amount"},
    {"visits", "拜访数", "Visits"},
};

static struct measure_info info_of(const struct measure_row *row)
{
    struct measure_info info = {.measure = (enum measure)(MEASURE_CUSTOM + row->id - 1),
                                .zh = row->name_zh,
                                .en = row->name_en,
                                .is_active = row->is_active,
                                .is_building = row->built_version < row->definition_version};
    for (int i = 0; i < UNIT_KINDS; i++) {
        info.unit = str_eq_c(row->unit, MEASURE_UNITS[i]) ? (enum measure_unit)i : info.unit;
    }
    return info;
}

static struct measure_info built_in(enum measure measure)
{
    return (struct measure_info){.measure = measure,
                                 .unit = MEASURES[measure].is_money ? UNIT_MONEY : UNIT_COUNT,
                                 .zh = str_from(BUILT_IN[measure].zh),
                                 .en = str_from(BUILT_IN[measure].en),
                                 .is_active = true};
}

enum err measure_get(struct db *db, struct arena *arena, enum measure measure, struct measure_info *out)
{
    struct measure_row row;
    if (measure < MEASURE_CUSTOM) {
        *out = built_in(measure);
        return OK;
    }
    TRY(measure_store_get(db, arena, measure - MEASURE_CUSTOM + 1, &row));
    *out = info_of(&row);
    return OK;
}

enum err measure_list(struct db *db, struct arena *arena, struct measure_info **out, size_t *count_out)
{
    struct measure_row *rows;
    size_t count;
    TRY(measure_store_list(db, arena, &rows, &count));
    *out = ARENA_ARRAY(arena, struct measure_info, count + MEASURE_COUNT);
    *count_out = 0;
    for (int i = 0; i < MEASURE_COUNT; i++) {
        (*out)[(*count_out)++] = built_in((enum measure)i);
    }
    for (size_t i = 0; i < count; i++) {
        (*out)[(*count_out)++] = info_of(&rows[i]);
    }
    return OK;
}

/* ---- what administrators do ---- */

static const char *const WORDS[] = {"how",       "filter",      "date_field",   "owner_field",
                                    "sum_field", "product_ids", "product_lines"};

/* The definition of a body, as it is kept: what does not count for this way of counting is left out. */
static struct str keep_definition(struct request *request, const struct measure_definition *definition)
{
    json_t *kept = json_keep(request->arena, json_object());
    bool lines = is_of_lines(definition->how);
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        json_t *value = json_object_get(request->json, WORDS[i]);
        bool of_fields = strcmp(WORDS[i], "date_field") == 0 || strcmp(WORDS[i], "sum_field") == 0;
        bool of_lines = strncmp(WORDS[i], "product_", strlen("product_")) == 0;
        bool of_sum = strcmp(WORDS[i], "sum_field") == 0;
        bool counts = !(of_fields && lines) && !(of_lines && !lines) && !(of_sum && definition->how != HOW_SUM);
        if (value != NULL && !json_is_null(value) && counts) {
            json_object_set(kept, WORDS[i], value);
        }
    }
    return json_write(request->arena, kept);
}

static enum err check_products(struct request *request, const struct measure_definition *definition)
{
    int64_t found = 0;
    if (definition->product_count > 0) {
        TRY(measure_store_products(request->db, request->arena, definition->product_ids, definition->product_count,
                                   &found));
        if (found < (int64_t)definition->product_count) {
            error_field(request->error, STR("product_ids"), "no_such_record", "One of the products does not exist.");
        }
    }
    return error_check_fields(request->error);
}

enum err measure_from_body(struct request *request, struct measure_row *row, struct measure_definition *out)
{
    const json_t *body = request->json;
    struct measure_context context = {.arena = request->arena,
                                      .error = request->error,
                                      .asker = request,
                                      .today = request->today,
                                      .zone = request->zone};
    TRY(measure_read(&context, json_get_str(body, "object"), body, out));
    TRY(check_products(request, out));
    row->name_zh = str_trim(json_get_str(body, "name_zh"));
    row->name_en = str_trim(json_get_str(body, "name_en"));
    row->object = json_get_str(body, "object");
    row->unit = str_from(MEASURE_UNITS[measure_unit_of(out)]);
    row->definition = keep_definition(request, out);
    row->is_active = json_get_bool(body, "is_active", true);
    return OK;
}

static enum err check_names(struct request *request, const struct measure_row *row)
{
    struct measure_info *all;
    size_t count;
    TRY(measure_list(request->db, request->arena, &all, &count));
    for (size_t i = 0; i < count; i++) {
        bool other = (int64_t)all[i].measure != MEASURE_CUSTOM + row->id - 1;
        if (other && (str_eq_ci(all[i].zh, row->name_zh) || str_eq_ci(all[i].en, row->name_en))) {
            bool zh = str_eq_ci(all[i].zh, row->name_zh);
            error_field(request->error, zh ? STR("name_zh") : STR("name_en"), "taken",
                        "There is a measure of this name already.");
        }
    }
    return error_check_fields(request->error);
}

enum err measure_queue(struct request *request, int64_t id)
{
    int64_t job = 0;
    json_t *input = json_keep(request->arena, json_pack("{s:I}", "measure", (json_int_t)id));
    return job_queue(request->db, request->arena, "metric.measure", request->user->user_id, input, NULL, &job);
}

/* The lowest number that is free; as many as there may be of a kind of record are counted along. */
static enum err take_number(struct request *request, struct measure_row *row)
{
    struct measure_row *rows;
    size_t count;
    size_t same = 0;
    TRY(measure_store_list(request->db, request->arena, &rows, &count));
    row->id = 1;
    for (size_t i = 0; i < count; i++) {
        row->id += rows[i].id == row->id;
        same += str_eq(rows[i].object, row->object);
    }
    if (row->id > CUSTOM_MEASURES_MAX || same >= MEASURES_OF_OBJECT_MAX) {
        return error_set(request->error, ERR_CONFLICT,
                         "There may be %d measures, %d of one kind of record: each is counted at every change.",
                         CUSTOM_MEASURES_MAX, MEASURES_OF_OBJECT_MAX);
    }
    return OK;
}

static json_t *change_json(struct request *request, const struct measure_row *before, const struct measure_row *after)
{
    json_t *changes = json_keep(request->arena, json_object());
    const struct str pairs[][2] = {{before->name_zh, after->name_zh},
                                   {before->name_en, after->name_en},
                                   {before->object, after->object},
                                   {before->definition, after->definition}};
    static const char *const names[] = {"name_zh", "name_en", "object", "definition"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!str_eq(pairs[i][0], pairs[i][1])) {
            json_object_set_new(changes, names[i], json_pack("[o,o]", json_str(pairs[i][0]), json_str(pairs[i][1])));
        }
    }
    if (before->is_active != after->is_active) {
        json_object_set_new(changes, "is_active", json_pack("[b,b]", before->is_active, after->is_active));
    }
    return changes;
}

enum err measure_create(struct request *request, int64_t *id_out)
{
    struct measure_row row = {.definition_version = 1};
    struct measure_definition definition;
    TRY(measure_from_body(request, &row, &definition));
    TRY(take_number(request, &row));
    TRY(check_names(request, &row));
    TRY(measure_store_insert(request, &row));
    TRY(measure_queue(request, row.id));
    *id_out = row.id;
    return audit_write(request, "custom_measure", row.id, "create", 1, NULL, (struct str){0});
}

static enum err lock(struct request *request, int64_t id, int64_t version, struct measure_row *out)
{
    enum err err = measure_store_lock(request->db, request->arena, id, out);
    if (err == OK && out->version != version) {
        err = ERR_STALE_VERSION;
    }
    return err == OK ? OK : error_set(request->error, err, "%s", err_text(err));
}

static enum err refuse_use(struct request *request, const struct measure_use *use)
{
    request->error->extra =
        json_keep(request->arena, json_pack("{s:{s:I,s:I}}", "current", "targets", (json_int_t)use->cells, "rounds",
                                            (json_int_t)use->rounds));
    return error_set(request->error, ERR_MEASURE_IN_USE, "%s", err_text(ERR_MEASURE_IN_USE));
}

/* Targets keep their unit; what is counted changes under them only when that is said. */
static enum err check_use(struct request *request, const struct measure_row *before, const struct measure_row *after)
{
    struct measure_use use;
    TRY(measure_store_use(request->db, request->arena, (enum measure)(MEASURE_CUSTOM + before->id - 1), &use));
    bool used = use.cells + use.rounds > 0;
    if (used && !str_eq(before->unit, after->unit)) {
        error_field(request->error, STR("how"), "unit_in_use", "Targets are set in this unit already.");
        return error_check_fields(request->error);
    }
    return used && !json_get_bool(request->json, "confirm", false) ? refuse_use(request, &use) : OK;
}

/* Facts of another kind of record would not be found again. */
static enum err drop_old(struct request *request, const struct measure_row *before, const struct measure_row *after,
                         const struct measure_definition *definition)
{
    bool had_lines = str_find(before->definition, STR("\"how\":\"line_")) != SIZE_MAX;
    bool other = !str_eq(before->object, after->object) || had_lines != is_of_lines(definition->how);
    return other ? metric_store_clear(request->db, request->arena, (enum measure)(MEASURE_CUSTOM + before->id - 1))
                 : OK;
}

enum err measure_change(struct request *request, int64_t id, int64_t version)
{
    struct measure_row before;
    struct measure_row row;
    struct measure_definition definition;
    TRY(lock(request, id, version, &before));
    row = before;
    TRY(measure_from_body(request, &row, &definition));
    TRY(check_names(request, &row));
    bool differs = !str_eq(before.object, row.object) || !str_eq(before.definition, row.definition);
    if (differs) {
        TRY(check_use(request, &before, &row));
        TRY(drop_old(request, &before, &row, &definition));
        row.definition_version++;
    }
    TRY(measure_store_update(request, &row));
    if (differs) {
        TRY(measure_queue(request, id));
    }
    return audit_write(request, "custom_measure", id, "update", version + 1, change_json(request, &before, &row),
                       (struct str){0});
}

enum err measure_remove(struct request *request, int64_t id, int64_t version)
{
    struct measure_row row;
    struct measure_use use;
    TRY(lock(request, id, version, &row));
    enum measure measure = (enum measure)(MEASURE_CUSTOM + id - 1);
    TRY(measure_store_use(request->db, request->arena, measure, &use));
    if (use.cells + use.rounds > 0) {
        return refuse_use(request, &use);
    }
    TRY(metric_store_clear(request->db, request->arena, measure));
    TRY(measure_store_delete(request->db, request->arena, id));
    return audit_write(request, "custom_measure", id, "delete", version, NULL, (struct str){0});
}
