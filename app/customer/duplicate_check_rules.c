/* What exists already, told blindly. */
#include "duplicate_check_rules.h"

#include <string.h>

#include "customer.h"
#include "customer_index_rules.h"
#include "duplicate_check_store.h"
#include "duplicate_rules.h"
#include "engines/company_key.h"
#include "platform/auth.h"
#include "platform/object_store.h"
#include "platform/scope.h"

enum { CLAIM_REF_DAYS = 7, FOUND_MAX = 10 };

/* ---- collecting ---- */

static struct match *find_match(struct matches *matches, int64_t customer_id, const struct object *object)
{
    for (size_t i = 0; i < matches->count; i++) {
        if (matches->items[i].customer_id == customer_id && matches->items[i].object == object) {
            return &matches->items[i];
        }
    }
    return NULL;
}

static void add_field(struct match *match, struct str name)
{
    const struct field *field = fields_find(object_fields(match->object), name);
    for (size_t i = 0; i < match->field_count; i++) {
        if (str_eq_c(name, match->fields[i])) {
            return;
        }
    }
    if (field != NULL && match->field_count < MATCH_FIELDS_MAX) {
        match->fields[match->field_count++] = field->name;
    }
}

static void add_match(struct matches *matches, struct match match, struct str fields)
{
    struct str name;
    struct match *found = find_match(matches, match.customer_id, match.object);
    if (found == NULL && matches->count < MATCHES_MAX) {
        found = &matches->items[matches->count++];
        *found = match;
    }
    while (found != NULL && str_cut(&fields, ',', &name)) {
        add_field(found, name);
    }
}

enum err matches_add(struct request *request, struct matches *matches, const struct object *object, const int64_t *ids,
                     size_t count, struct str fields)
{
    for (size_t i = 0; i < count; i++) {
        struct match match = {.customer_id = ids[i], .object = object};
        if (object == &CONTACT) {
            match.contact_id = ids[i];
            TRY(blind_store_customer_of(request->db, request->arena, ids[i], &match.customer_id));
        }
        add_match(matches, match, fields);
    }
    return OK;
}

/* ---- telling ---- */

static const char *state_word(const struct blind_row *row)
{
    if (row->deleted) {
        return "deleted";
    }
    return row->owner_id.set ? "owned" : row->pool_id.set ? "pool" : "unowned";
}

/* Name of the pool, once pools are known to the program. */
static enum err pool_name(struct request *request, const struct blind_row *row, struct str *out)
{
    static const struct field pool = {.name = "pool_id", .type = FIELD_REF, .ref = "pool"};
    *out = (struct str){0};
    bool named = row->pool_id.set && !row->owner_id.set && object_find("pool") != NULL;
    return named ? object_store_label(request, &pool, row->pool_id.value, out) : OK;
}

/* Whoever may not read a number does not learn whose it is by asking for it. */
static enum err may_open(struct request *request, const struct match *match, bool *out)
{
    struct error saved = *request->error;
    *out = identity_can(request->user, CUSTOMER.view) && identity_can(request->user, match->object->view);
    for (size_t i = 0; *out && i < match->field_count; i++) {
        *out = scope_field_access(request, match->object, match->fields[i]) >= FIELD_ACCESS_READ;
    }
    if (!*out) {
        return OK;
    }
    enum err err = scope_check(request, &CUSTOMER, match->customer_id, false);
    if (err == OK && match->object == &CONTACT) {
        err = scope_check(request, &CONTACT, match->contact_id, false);
    }
    *request->error = err == ERR_NOT_FOUND ? saved : *request->error;
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

static json_t *fields_json(const struct match *match)
{
    json_t *list = json_array();
    for (size_t i = 0; i < match->field_count; i++) {
        json_array_append_new(list, json_string(match->fields[i]));
    }
    return list;
}

static enum err match_json(struct request *request, const struct match *match, json_t **out)
{
    struct blind_row row;
    struct str pool;
    struct str claim = {0};
    bool open = false;
    TRY(blind_store_get(request->db, request->arena, match->customer_id, &row));
    TRY(pool_name(request, &row, &pool));
    TRY(may_open(request, match, &open));
    bool mine = row.owner_id.set && row.owner_id.value == request->user->user_id;
    /* Commands without the server's key have nobody to give a reference to. */
    if (row.owner_id.set && !row.deleted && !mine && request->config->jwt_key[0] != '\0') {
        TRY(claim_ref_make(request, row.id, &claim));
    }
    *out = json_pack("{s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:o}", "object", match->object->name, "matched_by",
                     fields_json(match), "state", state_word(&row), "owner_id", json_opt_int(row.owner_id),
                     "owner_name", json_opt_str(row.owner_name), "pool_name", json_str(pool), "last_follow_up_at",
                     json_opt_instant(request->arena, row.last_follow_up_at), "mine", mine, "id",
                     open ? json_integer(row.id) : json_null(), "name", open ? json_str(row.name) : json_null(),
                     "claim_ref", json_str(claim));
    return OK;
}

enum err matches_json(struct request *request, const struct matches *matches, json_t **out)
{
    *out = json_keep(request->arena, json_array());
    for (size_t i = 0; request->user != NULL && i < matches->count; i++) {
        json_t *item;
        TRY(match_json(request, &matches->items[i], &item));
        json_array_append_new(*out, item);
    }
    return OK;
}

/* ---- asking ---- */

/* Body members that belong to contacts, by the name of the contact's field. */
static const struct {
    const char *member;
    const char *field;
} CONTACT_MEMBERS[] = {{"mobile", "mobile"}, {"contact_name", "name"}, {"email", "email"}};

/* The value that a body gives for a field; null when it gives none. */
static struct value given(struct request *request, const struct object *object, const struct field *field,
                          const json_t *body)
{
    const char *member = object == &CUSTOMER ? field->name : NULL;
    for (size_t i = 0; object == &CONTACT && i < sizeof CONTACT_MEMBERS / sizeof CONTACT_MEMBERS[0]; i++) {
        member = strcmp(CONTACT_MEMBERS[i].field, field->name) == 0 ? CONTACT_MEMBERS[i].member : member;
    }
    struct value value = value_null();
    json_t *json = member == NULL ? NULL : json_object_get(body, member);
    if (json != NULL && !field_value(field, json, str_from(member), request->arena, request->error, &value)) {
        return value_null();
    }
    return value;
}

static const char *stronger(const char *a, struct str b)
{
    static const char *const words[] = {"block", "warn", "review"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((a != NULL && strcmp(a, words[i]) == 0) || str_eq_c(b, words[i])) {
            return words[i];
        }
    }
    return a;
}

static enum err ask_rule(struct request *request, const struct object *object, const struct duplicate_rule *rule,
                         const json_t *body, struct matches *matches, const char **action)
{
    size_t fields[RULE_FIELDS_MAX];
    struct value values[RULE_FIELDS_MAX];
    struct str hashes[RULE_FIELDS_MAX];
    size_t field_count = rule_fields(object, rule->fields, fields);
    for (size_t i = 0; i < field_count; i++) {
        values[i] = given(request, object, &object_fields(object)[fields[i]], body);
    }
    size_t key_count = rule_keys(request->arena, object, rule, values, hashes);
    int64_t except = json_get_int(body, "except_id", 0);
    for (size_t i = 0; i < key_count; i++) {
        int64_t *ids;
        size_t count;
        const struct key_row key = {rule->id, rule->revision, hashes[i], 0, object == &CUSTOMER ? except : 0};
        TRY(key_store_holders(request->db, request->arena, &key, FOUND_MAX, &ids, &count));
        TRY(matches_add(request, matches, object, ids, count, rule->fields));
        *action = count > 0 ? stronger(*action, rule->action) : *action;
    }
    return OK;
}

static enum err ask_rules(struct request *request, const struct object *object, const json_t *body,
                          struct matches *matches, const char **action)
{
    struct duplicate_rule *rules;
    size_t count;
    TRY(rule_store_list(request->db, request->arena, object->name, true, &rules, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(ask_rule(request, object, &rules[i], body, matches, action));
    }
    return OK;
}

/* Whatever the rules say, the same name and the same number are told. */
static enum err ask_index(struct request *request, const json_t *body, struct matches *matches)
{
    static const struct {
        const char *member;
        const struct object *object;
        const char *field;
    } numbers[] = {{"phone", &CUSTOMER, "phone"},
                   {"phone", &CONTACT, "mobile"},
                   {"mobile", &CONTACT, "mobile"},
                   {"mobile", &CUSTOMER, "phone"}};
    int64_t *ids;
    size_t count;
    struct str key = company_key(request->arena, json_get_str(body, "name"));
    if (key.len > 0) {
        TRY(blind_store_by_name(request->db, request->arena, key, FOUND_MAX, &ids, &count));
        TRY(matches_add(request, matches, &CUSTOMER, ids, count, STR("name")));
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct str digits = phone_digits(request->arena, json_get_str(body, numbers[i].member));
        if (digits.len > 0) {
            TRY(blind_store_by_digits(request->db, request->arena, numbers[i].object->name, digits, FOUND_MAX, &ids,
                                      &count));
            TRY(matches_add(request, matches, numbers[i].object, ids, count, str_from(numbers[i].field)));
        }
    }
    return OK;
}

static void drop_match_of(struct matches *matches, int64_t customer_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < matches->count; i++) {
        if (matches->items[i].customer_id != customer_id) {
            matches->items[kept++] = matches->items[i];
        }
    }
    matches->count = kept;
}

enum err duplicate_check(struct request *request, const json_t *body, struct matches *matches_out,
                         const char **action_out)
{
    *matches_out = (struct matches){0};
    *action_out = NULL;
    TRY(ask_rules(request, &CUSTOMER, body, matches_out, action_out));
    TRY(ask_rules(request, &CONTACT, body, matches_out, action_out));
    TRY(error_check_fields(request->error));
    TRY(ask_index(request, body, matches_out));
    drop_match_of(matches_out, json_get_int(body, "except_id", 0));
    return OK;
}

/* ---- sealed references ---- */

enum err claim_ref_make(struct request *request, int64_t customer_id, struct str *out)
{
    struct str text =
        str_format(request->arena, "%lld %lld %lld", (long long)customer_id, (long long)request->user->user_id,
                   (long long)(request->now.ms + CLAIM_REF_DAYS * 86400000LL));
    return auth_seal(request->arena, request->config, text, out);
}

static bool read_number(struct str *text, int64_t *out)
{
    struct str word;
    return str_cut(text, ' ', &word) && str_to_i64(word, out);
}

enum err claim_ref_read(struct request *request, struct str ref, int64_t *customer_id_out)
{
    struct str text;
    int64_t user_id = 0;
    int64_t until = 0;
    bool good = auth_unseal(request->arena, request->config, ref, &text) && read_number(&text, customer_id_out) &&
                read_number(&text, &user_id) && read_number(&text, &until);
    if (!good || user_id != request->user->user_id || until < request->now.ms) {
        error_field(request->error, STR("claim_ref"), "no_such_record",
                    "Please check the name again; this reference has ended.");
        return error_check_fields(request->error);
    }
    return OK;
}

const struct field MATCH_ITEM[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "customer, or contact at a customer"},
    {.name = "matched_by", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .item = FIELD_TEXT, .about = "fields"},
    {.name = "state", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "owned, pool, unowned, deleted"},
    {.name = "owner_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "whose it is"},
    {.name = "owner_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by name"},
    {.name = "pool_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "where it lies"},
    {.name = "last_follow_up_at",
     .type = FIELD_INSTANT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "last touch"},
    {.name = "mine", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "the asking user's own"},
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "customer, where visible"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "where visible"},
    {.name = "claim_ref",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "names it in a conflict claim, where somebody else owns it"},
    FIELD_END,
};

const struct field DUPLICATE_CHECK_BODY[] = {
    {.name = "name", .type = FIELD_TEXT, .about = "of the customer"},
    {.name = "phone", .type = FIELD_PHONE, .flags = FIELD_NULLABLE, .about = "of the customer"},
    {.name = "code", .type = FIELD_TEXT, .max = 64, .flags = FIELD_NULLABLE, .about = "of the customer"},
    {.name = "website", .type = FIELD_URL, .flags = FIELD_NULLABLE, .about = "of the customer"},
    {.name = "address", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "of the customer"},
    {.name = "region_id", .type = FIELD_REF, .ref = "region", .flags = FIELD_NULLABLE, .about = "of the customer"},
    {.name = "mobile", .type = FIELD_PHONE, .flags = FIELD_NULLABLE, .about = "of a contact"},
    {.name = "contact_name", .type = FIELD_TEXT, .max = 100, .flags = FIELD_NULLABLE, .about = "of a contact"},
    {.name = "email", .type = FIELD_EMAIL, .flags = FIELD_NULLABLE, .about = "of a contact"},
    {.name = "except_id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "the customer in the form"},
    FIELD_END,
};
