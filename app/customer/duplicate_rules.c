/* Keys of records: how they are made, taken and given back. */
#include "duplicate_rules.h"

#include <string.h>

#include "conflict_rules.h"
#include "customer.h"
#include "duplicate_check_rules.h"
#include "engines/company_key.h"
#include "platform/auth.h"

enum { HASH_LEN = 32, HOLDERS_MAX = 5, CLASHES_MAX = 64 };

const struct field DUPLICATE_EXTRA_BODY[] = {
    {.name = "duplicate_confirmed", .type = FIELD_BOOL, .about = "save although there may be such a record already"},
    FIELD_END,
};

/* ---- keys ---- */

size_t rule_fields(const struct object *object, struct str names, size_t indices_out[RULE_FIELDS_MAX])
{
    size_t count = 0;
    struct str name;
    while (str_cut(&names, ',', &name)) {
        const struct field *field = fields_find(object_fields(object), name);
        if (field == NULL || count == RULE_FIELDS_MAX) {
            return 0;
        }
        indices_out[count++] = (size_t)(field - object_fields(object));
    }
    return count;
}

static bool is_company_name(const struct object *object, const struct field *field)
{
    return object == &CUSTOMER && (field->flags & FIELD_LABEL) != 0;
}

/* One value as part of a key. */
static struct str part_of(struct arena *arena, const struct object *object, const struct field *field,
                          struct str method, struct value value)
{
    if (value.type == VALUE_INT) {
        return str_format(arena, "%lld", (long long)value.integer);
    }
    if (value.type == VALUE_DATE) {
        return date_format(arena, value.date);
    }
    if (value.type != VALUE_TEXT || str_eq_c(method, "exact")) {
        return value.type == VALUE_TEXT ? value.text : (struct str){0};
    }
    if (field->type == FIELD_PHONE) {
        return phone_key(arena, value.text);
    }
    return is_company_name(object, field) ? company_key(arena, value.text) : text_key(arena, value.text);
}

static struct str hash_of(struct arena *arena, struct str text)
{
    return str_slice(auth_sha256(arena, text), 0, HASH_LEN);
}

static bool has_hash(const struct str *hashes, size_t count, struct str hash)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(hashes[i], hash)) {
            return true;
        }
    }
    return false;
}

/* Each number is a key; the same number in two fields is one. */
static size_t phone_keys(struct arena *arena, const struct value *values, size_t count, struct str *hashes_out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct str digits = values[i].type == VALUE_TEXT ? phone_key(arena, values[i].text) : (struct str){0};
        struct str hash = digits.len == 0 ? digits : hash_of(arena, digits);
        if (hash.len > 0 && !has_hash(hashes_out, found, hash)) {
            hashes_out[found++] = hash;
        }
    }
    return found;
}

size_t rule_keys(struct arena *arena, const struct object *object, const struct duplicate_rule *rule,
                 const struct value *values, struct str hashes_out[RULE_FIELDS_MAX])
{
    size_t fields[RULE_FIELDS_MAX];
    size_t count = rule_fields(object, rule->fields, fields);
    if (str_eq_c(rule->method, "phone")) {
        return phone_keys(arena, values, count, hashes_out);
    }
    struct buf text;
    buf_init(&text, arena);
    for (size_t i = 0; i < count; i++) {
        struct str part = part_of(arena, object, &object_fields(object)[fields[i]], rule->method, values[i]);
        if (part.len == 0) {
            return 0;
        }
        buf_add(&text, part);
        buf_add_char(&text, '\x1f');
    }
    if (count == 0) {
        return 0;
    }
    hashes_out[0] = hash_of(arena, buf_str(&text));
    return 1;
}

static size_t keys_of(struct arena *arena, const struct object *object, const struct duplicate_rule *rule,
                      const struct value *record, struct str hashes_out[RULE_FIELDS_MAX])
{
    size_t fields[RULE_FIELDS_MAX];
    struct value values[RULE_FIELDS_MAX];
    size_t count = record == NULL ? 0 : rule_fields(object, rule->fields, fields);
    for (size_t i = 0; i < count; i++) {
        values[i] = record[fields[i]];
    }
    return count == 0 ? 0 : rule_keys(arena, object, rule, values, hashes_out);
}

/* ---- holding keys ---- */

/* Keys that somebody else holds. */
struct clashes {
    const struct duplicate_rule *rules[CLASHES_MAX]; /* which rule */
    struct key_row keys[CLASHES_MAX];                /* the key wanted */
    size_t count;                                    /* used */
};

static enum err give_back(struct request *request, const struct duplicate_rule *rule, int64_t id, bool park)
{
    struct key_row *rows;
    size_t count;
    TRY(key_store_of_records(request->db, request->arena, rule, &id, 1, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (park && rows[i].slot < 0) {
            continue;
        }
        TRY(key_store_delete(request->db, request->arena, &rows[i]));
        if (rows[i].slot == 0) {
            TRY(key_store_promote(request->db, request->arena, &rows[i]));
        }
        if (park) {
            rows[i].slot = -id;
            TRY(key_store_insert(request->db, request->arena, &rows[i]));
        }
    }
    return OK;
}

static enum err take(struct request *request, const struct duplicate_rule *rule, int64_t id, const struct str *hashes,
                     size_t count, struct clashes *clashes)
{
    for (size_t i = 0; i < count; i++) {
        const struct key_row key = {rule->id, rule->revision, hashes[i], 0, id};
        enum err err = key_store_insert(request->db, request->arena, &key);
        if (err == ERR_DUPLICATE && clashes->count < CLASHES_MAX) {
            clashes->rules[clashes->count] = rule;
            clashes->keys[clashes->count++] = key;
        } else if (err != ERR_DUPLICATE) {
            TRY(err);
        }
    }
    return OK;
}

static bool same_keys(const struct str *a, size_t a_count, const struct str *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++) {
        same = has_hash(b, b_count, a[i]);
    }
    return same;
}

static enum err apply_rule(struct request *request, const struct duplicate_rule *rule,
                           const struct record_change *change, struct clashes *clashes)
{
    struct str before[RULE_FIELDS_MAX];
    struct str after[RULE_FIELDS_MAX];
    if (change->action == RECORD_DELETE) {
        return give_back(request, rule, change->id, true);
    }
    size_t after_count = keys_of(request->arena, change->object, rule, change->after, after);
    if (change->action == RECORD_UPDATE) {
        size_t before_count = keys_of(request->arena, change->object, rule, change->before, before);
        if (same_keys(before, before_count, after, after_count)) {
            return OK;
        }
    }
    if (change->action != RECORD_CREATE) {
        TRY(give_back(request, rule, change->id, false));
    }
    return take(request, rule, change->id, after, after_count, clashes);
}

/* ---- what becomes of clashes ---- */

static bool is_action(const struct duplicate_rule *rule, const char *action)
{
    return str_eq_c(rule->action, action);
}

/* Who holds the keys of the rules that refuse. */
static enum err refuse(struct request *request, const struct record_change *change, const struct clashes *clashes,
                       enum err code)
{
    struct matches matches = {0};
    for (size_t i = 0; i < clashes->count; i++) {
        int64_t *ids;
        size_t count;
        if (is_action(clashes->rules[i], "review")) {
            continue;
        }
        TRY(key_store_holders(request->db, request->arena, &clashes->keys[i], HOLDERS_MAX, &ids, &count));
        TRY(matches_add(request, &matches, change->object, ids, count, clashes->rules[i]->fields));
    }
    json_t *items;
    TRY(matches_json(request, &matches, &items));
    json_t *extra = json_keep(request->arena, json_object());
    json_object_set(extra, "matches", items);
    request->error->extra = extra;
    return error_set(request->error, code, "%s", err_text(code));
}

static enum err let_in(struct request *request, const struct record_change *change, const struct clashes *clashes)
{
    for (size_t i = 0; i < clashes->count; i++) {
        struct key_row key = clashes->keys[i];
        key.slot = change->id;
        TRY(key_store_insert(request->db, request->arena, &key));
        if (change->action != RECORD_RESTORE && is_action(clashes->rules[i], "review")) {
            int64_t *ids;
            size_t count;
            TRY(key_store_holders(request->db, request->arena, &key, 1, &ids, &count));
            TRY(count == 0 ? OK : conflict_open_beside(request, change, ids[0]));
        }
    }
    return OK;
}

static enum err settle(struct request *request, const struct record_change *change, const struct clashes *clashes)
{
    bool confirmed = change->action == RECORD_RESTORE ||
                     (change->body != NULL && json_get_bool(change->body, "duplicate_confirmed", false));
    bool blocked = false;
    bool warned = false;
    for (size_t i = 0; i < clashes->count; i++) {
        blocked = blocked || is_action(clashes->rules[i], "block");
        warned = warned || is_action(clashes->rules[i], "warn");
    }
    if (blocked) {
        return refuse(request, change, clashes,
                      change->object == &CUSTOMER ? ERR_DUPLICATE_CUSTOMER : ERR_DUPLICATE_CONTACT);
    }
    return warned && !confirmed ? refuse(request, change, clashes, ERR_POSSIBLE_DUPLICATE)
                                : let_in(request, change, clashes);
}

enum err duplicate_saved(struct request *request, const struct record_change *change)
{
    struct duplicate_rule *rules;
    size_t count;
    struct clashes clashes = {.count = 0};
    TRY(rule_store_list(request->db, request->arena, change->object->name, true, &rules, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(apply_rule(request, &rules[i], change, &clashes));
    }
    return clashes.count == 0 ? OK : settle(request, change, &clashes);
}

enum err duplicate_purged(struct db *db, struct arena *arena, const char *object, int64_t id)
{
    return key_store_forget(db, arena, object, id);
}
