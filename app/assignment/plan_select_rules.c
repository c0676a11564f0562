/* Which customers a batch is about: named, found by a filter, or written in a list. */
#include <stdlib.h>
#include <string.h>

#include "customer.h"
#include "engines/company_key.h"
#include "plan_rules.h"
#include "platform/object_list.h"
#include "platform/scope.h"

enum { LINE_MAX = 255 };

/* How a line may mean a customer, the surest first. */
enum match { MATCH_CODE, MATCH_NAME, MATCH_KEY, MATCH_PHONE, MATCH_COUNT };

/* One way to read one line. */
struct line_key {
    struct str text;  /* compared byte by byte */
    enum match match; /* with this of the customer */
    size_t line;      /* index */
};

/* What a line means so far. */
struct line_match {
    int64_t customer_id; /* the first found */
    size_t found;        /* customers that fit equally well */
    enum match match;    /* by what */
};

/* The lines while customers pass by. */
struct search {
    struct line_key *keys;      /* ascending */
    size_t key_count;           /* in `keys` */
    struct line_match *matches; /* by line */
    struct arena *scratch;      /* for one customer */
};

static int compare_keys(const void *a, const void *b)
{
    const struct line_key *left = a;
    const struct line_key *right = b;
    size_t len = left->text.len < right->text.len ? left->text.len : right->text.len;
    int order = left->match != right->match ? (left->match > right->match) - (left->match < right->match)
                                            : (len == 0 ? 0 : memcmp(left->text.ptr, right->text.ptr, len));
    if (order == 0) {
        order = (left->text.len > right->text.len) - (left->text.len < right->text.len);
    }
    return order;
}

static void add_key(struct search *search, struct str text, enum match match, size_t line)
{
    if (text.len > 0) {
        search->keys[search->key_count++] = (struct line_key){text, match, line};
    }
}

static void note_match(struct line_match *line, int64_t customer_id, enum match match)
{
    if (line->found > 0 && line->match < match) {
        return;
    }
    if (line->found == 0 || match < line->match) {
        *line = (struct line_match){customer_id, 1, match};
    } else if (line->customer_id != customer_id) {
        line->found++;
    }
}

/* All lines with that key. */
static void match_key(struct search *search, struct str text, enum match match, int64_t customer_id)
{
    struct line_key wanted = {.text = text, .match = match};
    size_t low = 0;
    size_t high = search->key_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(&search->keys[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; text.len > 0 && low < search->key_count && compare_keys(&search->keys[low], &wanted) == 0; low++) {
        note_match(&search->matches[search->keys[low].line], customer_id, match);
    }
}

static enum err match_candidate(void *context, const struct plan_candidate *candidate)
{
    struct search *search = context;
    arena_reset(search->scratch);
    if (candidate->code.set) {
        match_key(search, candidate->code.value, MATCH_CODE, candidate->id);
    }
    match_key(search, candidate->name, MATCH_NAME, candidate->id);
    match_key(search, company_key(search->scratch, candidate->name), MATCH_KEY, candidate->id);
    if (candidate->phone.set) {
        match_key(search, phone_key(search->scratch, candidate->phone.value), MATCH_PHONE, candidate->id);
    }
    return OK;
}

static void settle_line(struct plan_item *item, const struct line_match *match)
{
    if (match->found == 1) {
        item->customer_id = match->customer_id;
        item->result = "pending";
    } else if (match->found > 1) {
        plan_refuse(item, "ambiguous", STR("More than one customer fits this line; use its code."));
    } else {
        plan_refuse(item, "unknown", STR("No customer that you may hand on has this code, name or phone."));
    }
}

/* Every customer that a line may mean, by one key after the other. */
static enum err look_up(struct request *request, const struct plan_item *items, size_t count, bool with_phone,
                        struct search *search)
{
    struct str *texts = ARENA_ARRAY(request->arena, struct str, count + 1);
    for (int lookup = LOOKUP_CODE; lookup <= (with_phone ? LOOKUP_DIGITS : LOOKUP_KEY); lookup++) {
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            struct str text = lookup == LOOKUP_KEY      ? company_key(request->arena, items[i].line)
                              : lookup == LOOKUP_DIGITS ? phone_digits(request->arena, items[i].line)
                                                        : items[i].line;
            if (text.len > 0) {
                texts[kept++] = text;
            }
        }
        TRY(plan_store_each_candidate(request, lookup, texts, kept, with_phone, match_candidate, search));
    }
    return OK;
}

/* Finds what the lines of the items mean: by code, then name, then name as normalised, then phone. */
static enum err match_lines(struct request *request, struct plan_item *items, size_t count)
{
    struct search search = {
        .keys = ARENA_ARRAY(request->arena, struct line_key, count * MATCH_COUNT + 1),
        .matches = ARENA_ARRAY(request->arena, struct line_match, count + 1),
        .scratch = arena_create(1024 * 1024),
    };
    bool with_phone = scope_field_access(request, &CUSTOMER, "phone") >= FIELD_ACCESS_READ;
    for (size_t i = 0; i < count; i++) {
        add_key(&search, items[i].line, MATCH_CODE, i);
        add_key(&search, items[i].line, MATCH_NAME, i);
        add_key(&search, company_key(request->arena, items[i].line), MATCH_KEY, i);
        add_key(&search, phone_key(request->arena, items[i].line), MATCH_PHONE, i);
    }
    qsort(search.keys, search.key_count, sizeof *search.keys, compare_keys);
    enum err err = look_up(request, items, count, with_phone, &search);
    arena_destroy(search.scratch);
    TRY(err);
    for (size_t i = 0; i < count; i++) {
        settle_line(&items[i], &search.matches[i]);
    }
    return OK;
}

static enum err refuse_size(struct request *request, const char *field)
{
    error_field(request->error, str_from(field), "too_many", "At most %d customers go into one batch.", PLAN_ITEMS_MAX);
    return error_check_fields(request->error);
}

static struct str cut_line(struct str line)
{
    size_t end = 0;
    size_t next = 0;
    while (end < line.len) {
        str_next_char(line, &next);
        if (next > LINE_MAX) {
            break;
        }
        end = next;
    }
    return str_slice(line, 0, end);
}

static enum err select_lines(struct request *request, struct str text, const char *field, struct plan *plan)
{
    struct str line;
    plan->items = ARENA_ARRAY(request->arena, struct plan_item, PLAN_ITEMS_MAX + 1);
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0) {
            continue;
        }
        if (plan->item_count == PLAN_ITEMS_MAX) {
            return refuse_size(request, field);
        }
        plan->items[plan->item_count++].line = cut_line(line);
    }
    return match_lines(request, plan->items, plan->item_count);
}

static void take_ids(struct request *request, const int64_t *ids, size_t count, struct plan *plan)
{
    plan->items = ARENA_ARRAY(request->arena, struct plan_item, count + 1);
    plan->item_count = count;
    for (size_t i = 0; i < count; i++) {
        plan->items[i] = (struct plan_item){.customer_id = ids[i], .result = "pending"};
    }
}

static enum err select_ids(struct request *request, const json_t *list, struct plan *plan)
{
    size_t count = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = json_integer_value(json_array_get(list, i));
    }
    if (count > PLAN_ITEMS_MAX) {
        return refuse_size(request, "ids");
    }
    take_ids(request, ids, count, plan);
    return OK;
}

enum err plan_filter(struct request *request, const json_t *json, struct list_request *out)
{
    return object_list_read(request, &CUSTOMER, json_write(request->arena, json), (struct str){0}, (struct str){0},
                            out);
}

static enum err select_filter(struct request *request, const json_t *body, struct plan *plan)
{
    struct list_request list;
    int64_t *ids;
    size_t count;
    TRY(plan_filter(request, json_object_get(body, "filter"), &list));
    list.search = str_trim(json_get_str(body, "q"));
    TRY(plan_store_find(request, &list, PLAN_ITEMS_MAX + 1, &ids, &count));
    if (count > PLAN_ITEMS_MAX) {
        return refuse_size(request, "filter");
    }
    take_ids(request, ids, count, plan);
    return OK;
}

static enum err select_list(struct request *request, const json_t *body, struct plan *plan)
{
    struct str lines;
    enum err err = plan_store_list(request, json_get_int(body, "list_id", 0), &lines);
    if (err == ERR_NOT_FOUND) {
        error_field(request->error, STR("list_id"), "not_found", "There is no such list of yours.");
        return error_check_fields(request->error);
    }
    TRY(err);
    return select_lines(request, lines, "list_id", plan);
}

static int compare_places(const void *a, const void *b)
{
    const struct plan_item *left = *(struct plan_item *const *)a;
    const struct plan_item *right = *(struct plan_item *const *)b;
    int order = (left->customer_id > right->customer_id) - (left->customer_id < right->customer_id);
    return order != 0 ? order : (left > right) - (left < right);
}

/* The first mention counts. */
static void refuse_repeated(struct request *request, struct plan *plan)
{
    struct plan_item **sorted = ARENA_ARRAY(request->arena, struct plan_item *, plan->item_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan_waits(&plan->items[i])) {
            sorted[count++] = &plan->items[i];
        }
    }
    qsort(sorted, count, sizeof(struct plan_item *), compare_places);
    for (size_t i = 1; i < count; i++) {
        if (sorted[i]->customer_id == sorted[i - 1]->customer_id) {
            plan_refuse(sorted[i], "duplicate", STR("This customer stands in the selection before."));
        }
    }
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].code != NULL && strcmp(plan->items[i].code, "duplicate") == 0) {
            plan->items[i].customer_id = 0; /* the line stays, the customer has one item only */
        }
    }
}

enum err plan_select(struct request *request, const json_t *body, struct plan *plan)
{
    const json_t *ids = json_object_get(body, "ids");
    if (ids != NULL) {
        TRY(select_ids(request, ids, plan));
    } else if (json_object_get(body, "filter") != NULL) {
        TRY(select_filter(request, body, plan));
    } else if (json_object_get(body, "lines") != NULL) {
        TRY(select_lines(request, json_get_str(body, "lines"), "lines", plan));
    } else {
        TRY(select_list(request, body, plan));
    }
    refuse_repeated(request, plan);
    TRY(plan_store_customers(request, plan->items, plan->item_count));
    for (size_t i = 0; i < plan->item_count; i++) {
        struct plan_item *item = &plan->items[i];
        if (plan_waits(item) && item->name.ptr == NULL) {
            plan_refuse(item, "not_found", STR("There is no such customer among those that you may hand on."));
            item->customer_id = 0;
        }
    }
    return OK;
}
