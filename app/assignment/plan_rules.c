/* The plan of a batch: what may be asked for, what is left out, what the preview says. */
#include "plan_rules.h"

#include <string.h>

#include "assignment.h"
#include "batch_rules.h"
#include "customer.h"
#include "platform/ids.h"
#include "pool.h"
#include "sla_store.h"

enum { EXAMPLES_MAX = 20 };

static const struct field PERSON[] = {
    {.name = "user_id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .flags = FIELD_REQUIRED, .about = "who"},
    {.name = "weight", .type = FIELD_INT, .min = 0, .max = 1000000, .about = "share, against the others' weights"},
    FIELD_END,
};
static const struct field RULE[] = {
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "over customers"},
    {.name = "people",
     .type = FIELD_LIST,
     .fields = PERSON,
     .max = PLAN_PEOPLE_MAX,
     .flags = FIELD_REQUIRED,
     .about = "evenly, or by weight when one has a weight"},
    FIELD_END,
};
static const struct option FORMATS[] = {{"xlsx", "XLSX", "XLSX"}, {"csv", "CSV", "CSV"}, {NULL, NULL, NULL}};

const struct field PLAN_BODY[] = {
    {.name = "name", .type = FIELD_TEXT, .max = 200, .flags = FIELD_NULLABLE, .about = "of the batch"},
    {.name = "ids", .type = FIELD_LIST, .item = FIELD_INT, .max = PLAN_ITEMS_MAX, .about = "these customers"},
    {.name = "filter", .type = FIELD_JSON, .about = "or those that fit, of all you may hand on"},
    {.name = "q", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "with the filter: part of the name"},
    {.name = "lines", .type = FIELD_LONG_TEXT, .max = 1000000, .about = "or codes, names, phones, one a line"},
    {.name = "list_id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "or an uploaded list"},
    {.name = "strategy",
     .type = FIELD_ENUM,
     .options = BATCH_STRATEGIES,
     .flags = FIELD_REQUIRED,
     .about = "how they are given out"},
    {.name = "people", .type = FIELD_LIST, .fields = PERSON, .max = PLAN_PEOPLE_MAX, .about = "in their order"},
    {.name = "pointer",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_NULLABLE,
     .about = "round_robin: turns of this name go on from batch to batch"},
    {.name = "map",
     .type = FIELD_LIST,
     .fields = RULE,
     .max = PLAN_RULES_MAX,
     .about = "map: the first that fits counts"},
    {.name = "keep_owner", .type = FIELD_BOOL, .about = "customers of somebody stay with him"},
    {.name = "skip_open_deals", .type = FIELD_BOOL, .about = "customers with an open opportunity stay"},
    {.name = "skip_protected",
     .type = FIELD_BOOL,
     .about = "customers protected for their holder stay with him; true unless given"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .flags = FIELD_NULLABLE, .about = "kept with each assignment"},
    {.name = "expected_action_on", .type = FIELD_DATE, .flags = FIELD_NULLABLE, .about = "something should happen by"},
    {.name = "sla_policy_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .flags = FIELD_NULLABLE,
     .about = "promise of a first follow-up; absent: the default one; null: none"},
    {.name = "choices",
     .type = FIELD_LIST,
     .item = FIELD_TEXT,
     .max = 20,
     .about = "what goes along: contacts open_opportunities closed_opportunities contracts plans tasks"},
    {.name = "all_or_nothing", .type = FIELD_BOOL, .about = "one refusal leaves everything as it was"},
    {.name = "file_format", .type = FIELD_ENUM, .options = FORMATS, .about = "of the result file; xlsx"},
    FIELD_END,
};

void plan_keep(struct plan_item *item, const char *code, struct str detail)
{
    item->result = "kept";
    item->code = code;
    item->detail = detail;
}

void plan_refuse(struct plan_item *item, const char *code, struct str detail)
{
    item->result = "refused";
    item->code = code;
    item->detail = detail;
}

bool plan_waits(const struct plan_item *item)
{
    return item->code == NULL;
}

/* ---- checks ---- */

static void check_selection(struct request *request, const json_t *body)
{
    static const char *const ways[] = {"ids", "filter", "lines", "list_id"};
    int named = 0;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (json_object_get(body, ways[i]) != NULL && ++named > 1) {
            error_field(request->error, str_from(ways[i]), "too_many", "Choose customers in one way only.");
        }
    }
    if (named == 0) {
        error_field(request->error, STR("ids"), "required", "Say which customers.");
    }
}

/* Everybody must be able to work; nobody stands in a list twice. `path` is where the list stands. */
static enum err check_people(struct request *request, const json_t *list, struct str path, bool weighted)
{
    size_t count = json_array_size(list);
    size_t user_count;
    int64_t weights = 0;
    struct plan_user *users;
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = json_get_int(json_array_get(list, i), "user_id", 0);
        weights += json_get_int(json_array_get(list, i), "weight", 1);
    }
    if (count == 0 || (weighted && weights == 0)) {
        error_field(request->error, path, "required", "Say who gets the customers.");
        return OK;
    }
    TRY(plan_store_users(request, ids, count, &users, &user_count));
    for (size_t i = 0; i < count; i++) {
        struct str field = str_format(request->arena, "%.*s.%zu.user_id", STR_ARG(path), i);
        bool active = false;
        for (size_t u = 0; u < user_count; u++) {
            active = active || (users[u].id == ids[i] && users[u].active);
        }
        if (!active) {
            error_field(request->error, field, "not_active", "The owner must be an active user.");
        }
        for (size_t before = 0; before < i; before++) {
            if (ids[before] == ids[i]) {
                error_field(request->error, field, "duplicate", "This person stands in the list before.");
                break;
            }
        }
    }
    return OK;
}

static enum err check_map(struct request *request, const json_t *map)
{
    if (json_array_size(map) == 0) {
        error_field(request->error, STR("map"), "required", "Say which customers go to whom.");
    }
    for (size_t i = 0; i < json_array_size(map); i++) {
        const json_t *rule = json_array_get(map, i);
        const json_t *people = json_object_get(rule, "people");
        struct list_request list;
        TRY(check_people(request, people, str_format(request->arena, "map.%zu.people", i), true));
        TRY(plan_filter(request, json_object_get(rule, "filter"), &list));
    }
    return OK;
}

static enum err check_receivers(struct request *request, const json_t *body)
{
    struct str strategy = json_get_str(body, "strategy");
    const json_t *people = json_object_get(body, "people");
    if (str_eq_c(strategy, "map")) {
        return check_map(request, json_object_get(body, "map"));
    }
    if (str_eq_c(strategy, "one") && json_array_size(people) > 1) {
        error_field(request->error, STR("people"), "too_many", "All customers go to one person.");
    }
    return check_people(request, people, STR("people"), str_eq_c(strategy, "weighted"));
}

/* Children go along only for whoever may transfer their kind. */
static enum err check_choices(struct request *request, const json_t *choices)
{
    for (size_t i = 0; i < json_array_size(choices); i++) {
        const char *choice = json_string_value(json_array_get(choices, i));
        const struct object_child *child = CUSTOMER.children;
        while (child->object != NULL && (child->choice == NULL || strcmp(child->choice, choice) != 0)) {
            child++;
        }
        if (child->object == NULL) {
            error_field(request->error, str_format(request->arena, "choices.%zu", i), "not_an_option",
                        "Nothing of this name goes along.");
        } else if (!identity_can(request->user, object_find(child->object)->transfer)) {
            return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.",
                             permission_key(object_find(child->object)->transfer));
        }
    }
    return OK;
}

enum err plan_check(struct request *request, const json_t *body)
{
    struct list_request list;
    struct sla_policy_row policy;
    int64_t policy_id = json_get_int(body, "sla_policy_id", 0);
    if (!identity_can(request->user, CUSTOMER.transfer)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(CUSTOMER.transfer));
    }
    check_selection(request, body);
    TRY(check_receivers(request, body));
    TRY(check_choices(request, json_object_get(body, "choices")));
    if (policy_id != 0) {
        enum err err = sla_store_policy(request->db, request->arena, policy_id, &policy);
        if (err == ERR_NOT_FOUND) {
            error_field(request->error, STR("sla_policy_id"), "not_found", "There is no such deadline.");
        } else {
            TRY(err);
        }
    }
    TRY(error_check_fields(request->error));
    const json_t *filter = json_object_get(body, "filter");
    return filter == NULL ? OK : plan_filter(request, filter, &list);
}

/* ---- making ---- */

/* Those that wait for their turn, and only those of somebody when asked so. */
static int64_t *waiting_ids(struct request *request, const struct plan *plan, bool owned, size_t *count_out)
{
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, plan->item_count + 1);
    *count_out = 0;
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan_waits(&plan->items[i]) && (!owned || plan->items[i].from_owner.set)) {
            ids[(*count_out)++] = plan->items[i].customer_id;
        }
    }
    return ids;
}

/* The customers of a list stay where they are. */
static void keep_listed(struct plan *plan, int64_t *ids, size_t count, const char *code, struct str detail)
{
    count = ids_sort(ids, count);
    for (size_t i = 0; i < plan->item_count; i++) {
        struct plan_item *item = &plan->items[i];
        if (plan_waits(item) && ids_have(ids, count, item->customer_id)) {
            plan_keep(item, code, detail);
        }
    }
}

/* Customers with open deals stay, when the body says so. */
static enum err keep_open_deals(struct request *request, struct plan *plan)
{
    int64_t *busy;
    size_t count, busy_count;
    const int64_t *ids = waiting_ids(request, plan, false, &count);
    TRY(plan_store_with_open_deals(request, ids, count, &busy, &busy_count));
    keep_listed(plan, busy, busy_count, "open_deal", STR("It has an open opportunity."));
    return OK;
}

/* So do customers that are protected for their holder, unless the body says no. */
static enum err keep_protected(struct request *request, struct plan *plan)
{
    int64_t *held;
    size_t count, held_count;
    const int64_t *ids = waiting_ids(request, plan, true, &count);
    TRY(pool_protected(request, ids, count, &held, &held_count));
    keep_listed(plan, held, held_count, "protected", STR("It is protected and stays with its holder."));
    return OK;
}

enum err plan_make(struct request *request, const json_t *body, bool lock, struct plan *out)
{
    *out = (struct plan){0};
    TRY(plan_select(request, body, out));
    if (json_get_bool(body, "keep_owner", false)) {
        for (size_t i = 0; i < out->item_count; i++) {
            if (plan_waits(&out->items[i]) && out->items[i].from_owner.set) {
                plan_keep(&out->items[i], "has_owner", STR("It has an owner and stays with him."));
            }
        }
    }
    if (json_get_bool(body, "skip_open_deals", false)) {
        TRY(keep_open_deals(request, out));
    }
    if (json_get_bool(body, "skip_protected", true)) {
        TRY(keep_protected(request, out));
    }
    return plan_distribute(request, body, lock, out);
}

/* ---- preview ---- */

static json_t *people_json(const struct plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->person_count; i++) {
        const struct plan_person *person = &plan->people[i];
        bool limited = person->capacity.limited;
        json_array_append_new(list, json_pack("{s:I,s:o,s:I,s:I,s:o,s:o}", "user_id", (json_int_t)person->user_id,
                                              "user_name", json_str(person->name), "held",
                                              (json_int_t)person->capacity.held, "given", (json_int_t)person->given,
                                              "maximum", limited ? json_integer(person->capacity.maximum) : json_null(),
                                              "room", limited ? json_integer(person->room) : json_null()));
    }
    return list;
}

static json_t *find_conflict(json_t *conflicts, const struct plan_item *item)
{
    size_t index;
    json_t *conflict;
    json_array_foreach (conflicts, index, conflict) {
        if (str_eq_c(json_get_str(conflict, "code"), item->code)) {
            return conflict;
        }
    }
    conflict = json_pack("{s:s,s:s,s:o,s:I,s:[]}", "code", item->code, "result", item->result, "detail",
                         json_str(item->detail), "count", (json_int_t)0, "examples");
    json_array_append_new(conflicts, conflict);
    return conflict;
}

static json_t *conflicts_json(const struct plan *plan)
{
    json_t *conflicts = json_array();
    for (size_t i = 0; i < plan->item_count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->code == NULL) {
            continue;
        }
        json_t *conflict = find_conflict(conflicts, item);
        json_t *examples = json_object_get(conflict, "examples");
        json_object_set_new(conflict, "count", json_integer(json_get_int(conflict, "count", 0) + 1));
        if (json_array_size(examples) < EXAMPLES_MAX) {
            json_array_append_new(examples,
                                  json_pack("{s:I,s:o,s:o,s:o}", "position", (json_int_t)(i + 1), "customer_id",
                                            item->customer_id == 0 ? json_null() : json_integer(item->customer_id),
                                            "name", json_str(item->name), "line", json_str(item->line)));
        }
    }
    return conflicts;
}

json_t *plan_json(struct request *request, const struct plan *plan)
{
    json_t *rules = json_array();
    int64_t assigned = 0;
    for (size_t i = 0; i < plan->item_count; i++) {
        assigned += plan_waits(&plan->items[i]);
    }
    for (size_t i = 0; i < plan->rule_count; i++) {
        json_array_append_new(rules, json_integer(plan->rule_counts[i]));
    }
    return json_keep(request->arena,
                     json_pack("{s:I,s:I,s:o,s:o,s:o,s:o}", "total", (json_int_t)plan->item_count, "assigned",
                               (json_int_t)assigned, "people", people_json(plan), "conflicts", conflicts_json(plan),
                               "rules", rules, "last_user_id", json_opt_int(plan->pointer_user)));
}

static const struct field PERSON_ANSWER[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "by name"},
    {.name = "held", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers that count now"},
    {.name = "given", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "would get"},
    {.name = "maximum", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: no limit"},
    {.name = "room", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "left afterwards"},
    FIELD_END,
};
static const struct field EXAMPLE[] = {
    {.name = "position", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "in the selection, from 1"},
    {.name = "customer_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: none found"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "of the customer"},
    {.name = "line", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "as written in the list"},
    FIELD_END,
};
static const struct field CONFLICT[] = {
    {.name = "code",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about =
         "not_found duplicate unknown ambiguous has_owner open_deal protected already_owner over_capacity no_rule"},
    {.name = "result", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kept or refused"},
    {.name = "detail", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "the code as a sentence"},
    {.name = "count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "how many"},
    {.name = "examples", .type = FIELD_LIST, .fields = EXAMPLE, .flags = FIELD_REQUIRED, .about = "the first of them"},
    FIELD_END,
};
const struct field PLAN_ANSWER[] = {
    {.name = "total", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers and lines of the selection"},
    {.name = "assigned", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "would get a new owner"},
    {.name = "people",
     .type = FIELD_LIST,
     .fields = PERSON_ANSWER,
     .flags = FIELD_REQUIRED,
     .about = "who gets how many"},
    {.name = "conflicts",
     .type = FIELD_LIST,
     .fields = CONFLICT,
     .flags = FIELD_REQUIRED,
     .about = "the others, by reason"},
    {.name = "rules",
     .type = FIELD_LIST,
     .item = FIELD_INT,
     .flags = FIELD_REQUIRED,
     .about = "map: customers by rule"},
    {.name = "last_user_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "round_robin: whose turn was last, this plan included"},
    FIELD_END,
};
