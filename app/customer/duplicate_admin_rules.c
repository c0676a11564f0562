/* Rules themselves: what may be one, and the job that gives all records their keys. */
#include <string.h>

#include "customer.h"
#include "duplicate_rules.h"
#include "platform/audit.h"
#include "platform/tx.h"

enum { CHUNK = 500, DROP_CHUNK = 5000 };

/* ---- writing rules ---- */

static bool is_usable(const struct field *field, struct str method)
{
    switch (field->type) {
    case FIELD_PHONE:
        return true;
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_URL:
    case FIELD_INT:
    case FIELD_ENUM:
    case FIELD_REF:
    case FIELD_DATE:
        return !str_eq_c(method, "phone") && (field->flags & FIELD_READ_ONLY) == 0;
    default:
        return false;
    }
}

static bool names_one(const struct field *field)
{
    return field->type == FIELD_TEXT || field->type == FIELD_EMAIL || field->type == FIELD_PHONE ||
           field->type == FIELD_URL;
}

/* The list of the body as text. A region or a level alone makes nobody the same. */
static enum err read_fields(struct request *request, const struct object *object, const json_t *list, struct str method,
                            struct str *out)
{
    struct buf text;
    size_t index;
    json_t *item;
    bool telling = false;
    buf_init(&text, request->arena);
    json_array_foreach (list, index, item) {
        const struct field *field = fields_find(object_fields(object), str_from(json_string_value(item)));
        struct str path = str_format(request->arena, "fields.%zu", index);
        if (field == NULL || !is_usable(field, method)) {
            error_field(request->error, path, "unknown_field", "This field cannot be compared in that way.");
            continue;
        }
        bool again = str_find(str_format(request->arena, ",%.*s,", STR_ARG(buf_str(&text))),
                              str_format(request->arena, ",%s,", field->name)) != SIZE_MAX;
        if (again) {
            error_field(request->error, path, "duplicate", "The field stands in the rule already.");
            continue;
        }
        telling = telling || names_one(field);
        buf_add_c(&text, text.len == 0 ? "" : ",");
        buf_add_c(&text, field->name);
    }
    if (error_check_fields(request->error) == OK && !telling) {
        error_field(request->error, STR("fields"), "required", "A rule needs a name, a number or another text.");
    }
    *out = buf_str(&text);
    return error_check_fields(request->error);
}

/* Body over what was there. */
static enum err read_rule(struct request *request, const json_t *body, struct duplicate_rule *rule)
{
    const struct object *object = str_eq_c(rule->object, "contact") ? &CONTACT : &CUSTOMER;
    struct str method = json_get_str(body, "method");
    struct str action = json_get_str(body, "action");
    const json_t *fields = json_object_get(body, "fields");
    rule->method = method.len > 0 ? method : rule->method;
    rule->action = action.len > 0 ? action : rule->action;
    rule->is_active = json_get_bool(body, "is_active", rule->is_active);
    if (fields == NULL) {
        size_t count;
        const struct field *field = object_fields(object);
        struct str names = rule->fields;
        struct str name;
        for (count = 0; str_cut(&names, ',', &name); count++) {
            field = fields_find(object_fields(object), name);
            if (field == NULL || !is_usable(field, rule->method)) {
                error_field(request->error, STR("method"), "not_an_option", "%.*s cannot be compared in that way.",
                            STR_ARG(name));
            }
        }
        return error_check_fields(request->error);
    }
    return read_fields(request, object, fields, rule->method, &rule->fields);
}

static struct value asking(const struct request *request)
{
    return V(request->user->user_id);
}

static json_t *rule_json(struct request *request, const struct duplicate_rule *rule)
{
    return json_keep(request->arena, json_pack("{s:o,s:o,s:o,s:o,s:b}", "object", json_str(rule->object), "fields",
                                               json_str(rule->fields), "method", json_str(rule->method), "action",
                                               json_str(rule->action), "is_active", rule->is_active));
}

enum err duplicate_rule_queue(struct db *db, struct arena *arena, int64_t user_id, int64_t rule_id, int64_t *job_id_out)
{
    json_t *input = json_keep(arena, json_pack("{s:I}", "rule_id", (json_int_t)rule_id));
    struct str key = str_format(arena, "duplicate_rule:%lld", (long long)rule_id);
    return job_queue(db, arena, "duplicate_rule.build", user_id, input, str_c(arena, key), job_id_out);
}

enum err duplicate_rule_create(struct request *request, const json_t *body, int64_t *id_out, int64_t *job_id_out)
{
    struct duplicate_rule rule = {.object = json_get_str(body, "object"), .is_active = true};
    TRY(read_rule(request, body, &rule));
    TRY(rule_store_insert(request->db, request->arena, &rule, asking(request), request->now, id_out));
    TRY(audit_write(request, "duplicate_rule", *id_out, "create", 1, rule_json(request, &rule), (struct str){0}));
    return duplicate_rule_queue(request->db, request->arena, request->user->user_id, *id_out, job_id_out);
}

static enum err refuse_stale(struct request *request, enum err err)
{
    return err == ERR_STALE_VERSION || err == ERR_NOT_FOUND ? error_set(request->error, err, "%s", err_text(err)) : err;
}

enum err duplicate_rule_update(struct request *request, int64_t id, int64_t version, const json_t *body,
                               int64_t *job_id_out)
{
    struct duplicate_rule before;
    *job_id_out = 0;
    TRY(refuse_stale(request, rule_store_get(request->db, request->arena, id, false, &before)));
    struct duplicate_rule rule = before;
    rule.version = version;
    TRY(read_rule(request, body, &rule));
    bool other_keys = !str_eq(rule.fields, before.fields) || !str_eq(rule.method, before.method);
    /* While a rule sleeps, nobody keeps its keys. */
    bool wakes = rule.is_active && !before.is_active;
    bool sleeps = !rule.is_active && before.is_active;
    rule.revision += other_keys || wakes;
    TRY(refuse_stale(request, rule_store_update(request->db, request->arena, &rule, asking(request), request->now)));
    TRY(audit_write(request, "duplicate_rule", id, "update", version + 1, rule_json(request, &rule), (struct str){0}));
    return other_keys || wakes || sleeps
               ? duplicate_rule_queue(request->db, request->arena, request->user->user_id, id, job_id_out)
               : OK;
}

enum err duplicate_rule_delete(struct request *request, int64_t id, int64_t version)
{
    struct duplicate_rule rule;
    int64_t job_id;
    TRY(refuse_stale(request, rule_store_get(request->db, request->arena, id, false, &rule)));
    TRY(refuse_stale(request,
                     rule_store_delete(request->db, request->arena, id, version, asking(request), request->now)));
    TRY(audit_write(request, "duplicate_rule", id, "delete", version + 1, rule_json(request, &rule), (struct str){0}));
    return duplicate_rule_queue(request->db, request->arena, request->user->user_id, id, &job_id);
}

/* ---- keys of all records ---- */

/* A build on its way. */
struct build {
    struct arena *arena;            /* emptied for each chunk */
    const struct object *object;    /* whose records */
    struct duplicate_rule rule;     /* which rule, as it was when the walk began */
    size_t fields[RULE_FIELDS_MAX]; /* its fields */
    size_t field_count;             /* in `fields` */
    int64_t after_id;               /* last record done */
    int64_t reached;                /* last record of the chunk in work */
    int64_t dropped;                /* keys of the last piece of tidying */
};

static bool has_key_of(const struct key_row *keys, size_t count, int64_t record_id)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].record_id == record_id) {
            return true;
        }
    }
    return false;
}

static bool has_key(const struct key_row *keys, size_t count, const struct key_row *key)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].record_id == key->record_id && str_eq(keys[i].hash, key->hash)) {
            return true;
        }
    }
    return false;
}

/* Keys the records of a chunk ought to hold; those who hold some already got them from a save. */
static size_t wanted_keys(struct build *build, const struct keyed_record *records, size_t count,
                          const struct key_row *held, size_t held_count, struct key_row *out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct str hashes[RULE_FIELDS_MAX];
        size_t keys = has_key_of(held, held_count, records[i].id)
                          ? 0
                          : rule_keys(build->arena, build->object, &build->rule, records[i].values, hashes);
        for (size_t k = 0; k < keys; k++) {
            out[found++] = (struct key_row){build->rule.id, build->rule.revision, hashes[k],
                                            records[i].deleted ? -records[i].id : 0, records[i].id};
        }
    }
    return found;
}

/* Those whose slot 0 was taken stand behind it: they were there before the rule. */
static enum err put_behind(struct db *db, struct build *build, const int64_t *ids, size_t count, struct key_row *wanted,
                           size_t wanted_count)
{
    struct key_row *held;
    size_t held_count;
    size_t behind = 0;
    TRY(key_store_of_records(db, build->arena, &build->rule, ids, count, &held, &held_count));
    for (size_t i = 0; i < wanted_count; i++) {
        if (!has_key(held, held_count, &wanted[i])) {
            wanted[i].slot = wanted[i].record_id;
            wanted[behind++] = wanted[i];
        }
    }
    return key_store_insert_free(db, build->arena, wanted, behind);
}

static enum err build_chunk(struct db *db, void *context)
{
    struct build *build = context;
    struct keyed_record *records;
    struct key_row *held;
    size_t count;
    size_t held_count;
    arena_reset(build->arena);
    TRY(key_store_records(db, build->arena, build->object, build->fields, build->field_count, build->after_id, CHUNK,
                          &records, &count));
    build->reached = count == 0 ? INT64_MAX : records[count - 1].id;
    if (count == 0) {
        return OK;
    }
    int64_t *ids = ARENA_ARRAY(build->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = records[i].id;
    }
    TRY(key_store_of_records(db, build->arena, &build->rule, ids, count, &held, &held_count));
    struct key_row *wanted = ARENA_ARRAY(build->arena, struct key_row, count * RULE_FIELDS_MAX);
    size_t wanted_count = wanted_keys(build, records, count, held, held_count, wanted);
    TRY(key_store_insert_free(db, build->arena, wanted, wanted_count));
    return wanted_count == 0 ? OK : put_behind(db, build, ids, count, wanted, wanted_count);
}

static enum err drop_piece(struct db *db, void *context)
{
    struct build *build = context;
    /* A rule that sleeps or goes keeps no keys at all. */
    int64_t below = build->rule.is_active ? build->rule.revision : INT64_MAX;
    arena_reset(build->arena);
    return key_store_drop_old(db, build->arena, build->rule.id, below, DROP_CHUNK, &build->dropped);
}

static enum err finish(struct db *db, void *context)
{
    struct build *build = context;
    return rule_store_built(db, build->arena, build->rule.id, build->rule.revision);
}

static enum err build_keys(struct job *job, struct build *build)
{
    int64_t last = 0;
    build->object = str_eq_c(build->rule.object, "contact") ? &CONTACT : &CUSTOMER;
    build->field_count = rule_fields(build->object, build->rule.fields, build->fields);
    build->after_id = 0;
    TRY(key_store_last_id(job->db, job->arena, build->object, &last));
    while (build->rule.is_active && build->after_id < last) {
        TRY(db_tx(job->db, build_chunk, build));
        build->after_id = build->reached;
        TRY(job_progress(job, build->after_id < last ? build->after_id : last, last, "keys"));
    }
    build->dropped = DROP_CHUNK;
    while (build->dropped == DROP_CHUNK) {
        TRY(db_tx(job->db, drop_piece, build));
        TRY(job_progress(job, last, last, "tidy"));
    }
    return db_tx(job->db, finish, build);
}

/* A rule that changed meanwhile is built again at once: its own job was joined to this one. */
static enum err run(struct job *job, struct build *build, int64_t rule_id)
{
    int64_t done = 0;
    enum err err = rule_store_get(job->db, job->arena, rule_id, true, &build->rule);
    while (err == OK && (build->rule.revision != done || !build->rule.is_active)) {
        bool asleep = !build->rule.is_active;
        TRY(build_keys(job, build));
        done = build->rule.revision;
        err = rule_store_get(job->db, job->arena, rule_id, true, &build->rule);
        if (err == OK && asleep && !build->rule.is_active) {
            return rule_store_remove(job->db, job->arena, rule_id);
        }
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err duplicate_rule_build(struct job *job, json_t **result_out)
{
    struct build build = {.arena = arena_create((size_t)64 * 1024 * 1024)};
    enum err err = run(job, &build, json_get_int(job->input, "rule_id", 0));
    arena_destroy(build.arena);
    *result_out = NULL;
    return err;
}
