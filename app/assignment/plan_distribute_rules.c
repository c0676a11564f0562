/* Who gets the customers of a plan: people with their room, shares by the engine, rules in their order. */
#include <string.h>

#include "engines/distribute.h"
#include "platform/ids.h"
#include "plan_rules.h"

static enum distribute_way way_of(struct str strategy)
{
    return str_eq_c(strategy, "one")           ? DISTRIBUTE_ONE
           : str_eq_c(strategy, "weighted")    ? DISTRIBUTE_WEIGHTED
           : str_eq_c(strategy, "to_capacity") ? DISTRIBUTE_TO_CAPACITY
           : str_eq_c(strategy, "round_robin") ? DISTRIBUTE_IN_TURNS
                                               : DISTRIBUTE_EVENLY;
}

static struct plan_person *find_person(const struct plan *plan, int64_t user_id)
{
    for (size_t i = 0; i < plan->person_count; i++) {
        if (plan->people[i].user_id == user_id) {
            return &plan->people[i];
        }
    }
    return NULL;
}

static void add_people(struct plan *plan, const json_t *list)
{
    size_t index;
    const json_t *one;
    json_array_foreach ((json_t *)list, index, one) {
        int64_t user_id = json_get_int(one, "user_id", 0);
        if (find_person(plan, user_id) == NULL) {
            plan->people[plan->person_count++].user_id = user_id;
        }
    }
}

/* What takes no room at somebody's: customers that do not count, and those that are his already. */
static enum err find_free(struct request *request, const struct plan *plan, struct plan_person *person)
{
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, plan->item_count + 1);
    person->free = ARENA_ARRAY(request->arena, bool, plan->item_count + 1);
    for (size_t i = 0; i < plan->item_count; i++) {
        ids[i] = plan->items[i].customer_id;
    }
    TRY(capacity_uncounted(request, person->user_id, ids, plan->item_count, person->free));
    for (size_t i = 0; i < plan->item_count; i++) {
        const struct opt_int *owner = &plan->items[i].from_owner;
        person->free[i] = person->free[i] || (owner->set && owner->value == person->user_id);
    }
    return OK;
}

static enum err load_people(struct request *request, const json_t *body, struct plan *plan)
{
    size_t index, user_count;
    const json_t *rule;
    struct plan_user *users;
    size_t named = json_array_size(json_object_get(body, "people"));
    json_array_foreach (json_object_get(body, "map"), index, rule) {
        named += json_array_size(json_object_get(rule, "people"));
    }
    plan->people = ARENA_ARRAY(request->arena, struct plan_person, named + 1);
    add_people(plan, json_object_get(body, "people"));
    json_array_foreach (json_object_get(body, "map"), index, rule) {
        add_people(plan, json_object_get(rule, "people"));
    }
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, plan->person_count + 1);
    for (size_t i = 0; i < plan->person_count; i++) {
        ids[i] = plan->people[i].user_id;
    }
    TRY(plan_store_users(request, ids, plan->person_count, &users, &user_count));
    for (size_t i = 0; i < plan->person_count; i++) {
        struct plan_person *person = &plan->people[i];
        for (size_t u = 0; u < user_count; u++) {
            person->name = users[u].id == person->user_id ? users[u].name : person->name;
        }
        TRY(capacity_of(request, person->user_id, false, &person->capacity));
        person->room = !person->capacity.limited ? DISTRIBUTE_NO_LIMIT
                       : person->capacity.maximum > person->capacity.held
                           ? person->capacity.maximum - person->capacity.held
                           : 0;
        if (person->capacity.limited) {
            TRY(find_free(request, plan, person));
        }
    }
    return OK;
}

/* Customers of the plan and the people who share them. */
struct share {
    struct plan *plan;                 /* the whole */
    const size_t *items;               /* indices into its items */
    size_t item_count;                 /* in `items` */
    struct plan_person **people;       /* in their order */
    struct distribute_person *persons; /* the same for the engine */
    size_t person_count;               /* in both */
};

static void read_people(struct request *request, const json_t *list, struct share *share)
{
    size_t index;
    const json_t *one;
    share->person_count = json_array_size(list);
    share->people = ARENA_ARRAY(request->arena, struct plan_person *, share->person_count + 1);
    share->persons = ARENA_ARRAY(request->arena, struct distribute_person, share->person_count + 1);
    json_array_foreach ((json_t *)list, index, one) {
        struct plan_person *person = find_person(share->plan, json_get_int(one, "user_id", 0));
        bool *free = NULL;
        if (person->free != NULL) {
            free = ARENA_ARRAY(request->arena, bool, share->item_count + 1);
            for (size_t i = 0; i < share->item_count; i++) {
                free[i] = person->free[share->items[i]];
            }
        }
        share->people[index] = person;
        share->persons[index] =
            (struct distribute_person){.weight = json_get_int(one, "weight", 1), .room = person->room, .free = free};
    }
}

static void place_item(struct share *share, size_t item, size_t person)
{
    struct plan_item *placed = &share->plan->items[share->items[item]];
    if (person == DISTRIBUTE_NOBODY) {
        plan_refuse(placed, "over_capacity", STR("Nobody who may get it can hold more customers."));
        return;
    }
    placed->to_owner = (struct opt_int){true, share->people[person]->user_id};
    if (placed->from_owner.set && placed->from_owner.value == placed->to_owner.value) {
        plan_keep(placed, "already_owner", STR("It is this person's already."));
        return;
    }
    share->people[person]->given++;
}

static void share_out(struct request *request, enum distribute_way way, size_t *turn, struct share *share)
{
    size_t *choices = ARENA_ARRAY(request->arena, size_t, share->item_count + 1);
    distribute(request->arena, way, share->persons, share->person_count, share->item_count, turn, choices);
    for (size_t i = 0; i < share->item_count; i++) {
        place_item(share, i, choices[i]);
    }
    for (size_t i = 0; i < share->person_count; i++) {
        share->people[i]->room = share->persons[i].room;
    }
}

/* The person behind the one whose turn was last: people may have come and gone between batches. */
static size_t first_turn(const struct share *share, struct opt_int last)
{
    for (size_t i = 0; last.set && i < share->person_count; i++) {
        if (share->people[i]->user_id == last.value) {
            return (i + 1) % share->person_count;
        }
    }
    return 0;
}

static size_t *waiting_items(struct request *request, const struct plan *plan, size_t *count_out)
{
    size_t *items = ARENA_ARRAY(request->arena, size_t, plan->item_count + 1);
    *count_out = 0;
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan_waits(&plan->items[i])) {
            items[(*count_out)++] = i;
        }
    }
    return items;
}

static enum err share_among(struct request *request, const json_t *body, bool lock, struct plan *plan)
{
    struct share share = {.plan = plan};
    enum distribute_way way = way_of(json_get_str(body, "strategy"));
    size_t turn = 0;
    share.items = waiting_items(request, plan, &share.item_count);
    read_people(request, json_object_get(body, "people"), &share);
    if (way == DISTRIBUTE_IN_TURNS) {
        struct str key = str_trim(json_get_str(body, "pointer"));
        plan->pointer_key = key.len > 0 ? key : STR("default");
        TRY(plan_store_pointer(request, plan->pointer_key, lock, &plan->pointer_user));
        turn = first_turn(&share, plan->pointer_user);
    }
    share_out(request, way, &turn, &share);
    if (way == DISTRIBUTE_IN_TURNS && share.person_count > 0 && share.item_count > 0) {
        size_t last = (turn + share.person_count - 1) % share.person_count;
        plan->pointer_user = (struct opt_int){true, share.people[last]->user_id};
    }
    return OK;
}

/* Those of the waiting items that fit a rule's filter, in their order; they wait no more for other rules. */
static enum err take_fitting(struct request *request, const json_t *rule, const struct plan *plan, bool *is_taken,
                             struct share *share)
{
    struct list_request list;
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, plan->item_count + 1);
    int64_t *fitting;
    size_t count = 0;
    size_t fitting_count;
    size_t *items = ARENA_ARRAY(request->arena, size_t, plan->item_count + 1);
    TRY(plan_filter(request, json_object_get(rule, "filter"), &list));
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan_waits(&plan->items[i]) && !is_taken[i]) {
            ids[count++] = plan->items[i].customer_id;
        }
    }
    TRY(plan_store_fitting(request, list.filter, ids, count, &fitting, &fitting_count));
    fitting_count = ids_sort(fitting, fitting_count);
    for (size_t i = 0; i < plan->item_count; i++) {
        int64_t id = plan->items[i].customer_id;
        if (plan_waits(&plan->items[i]) && !is_taken[i] && ids_have(fitting, fitting_count, id)) {
            is_taken[i] = true;
            items[share->item_count++] = i;
        }
    }
    share->items = items;
    return OK;
}

static bool has_weights(const json_t *people)
{
    size_t index;
    const json_t *one;
    json_array_foreach ((json_t *)people, index, one) {
        if (json_object_get(one, "weight") != NULL) {
            return true;
        }
    }
    return false;
}

/* Rules in their order: the first that fits decides. */
static enum err share_by_map(struct request *request, const json_t *body, struct plan *plan)
{
    const json_t *map = json_object_get(body, "map");
    bool *is_taken = ARENA_ARRAY(request->arena, bool, plan->item_count + 1);
    plan->rule_count = json_array_size(map);
    plan->rule_counts = ARENA_ARRAY(request->arena, int64_t, plan->rule_count + 1);
    for (size_t r = 0; r < plan->rule_count; r++) {
        const json_t *rule = json_array_get(map, r);
        const json_t *people = json_object_get(rule, "people");
        struct share share = {.plan = plan};
        TRY(take_fitting(request, rule, plan, is_taken, &share));
        plan->rule_counts[r] = (int64_t)share.item_count;
        for (size_t i = 0; i < share.item_count; i++) {
            plan->items[share.items[i]].rule = (struct opt_int){true, (int64_t)r};
        }
        read_people(request, people, &share);
        share_out(request, has_weights(people) ? DISTRIBUTE_WEIGHTED : DISTRIBUTE_EVENLY, NULL, &share);
    }
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan_waits(&plan->items[i]) && !is_taken[i]) {
            plan_refuse(&plan->items[i], "no_rule", STR("It fits none of the rules."));
        }
    }
    return OK;
}

enum err plan_distribute(struct request *request, const json_t *body, bool lock, struct plan *plan)
{
    TRY(load_people(request, body, plan));
    return str_eq_c(json_get_str(body, "strategy"), "map") ? share_by_map(request, body, plan)
                                                           : share_among(request, body, lock, plan);
}
