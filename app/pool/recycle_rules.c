/* Rules at work: from days to moments, from filters to queries, and what people see before it happens. */
#include "recycle_rules.h"

#include <stdlib.h>
#include <string.h>

#include "customer.h"
#include "platform/calendar.h"
#include "platform/scope.h"

enum { MINUTE_MS = 60 * 1000, NOON_MINUTES = 12 * 60 };

/* The last day on which an act may lie for `days` to be over on `day`. Example: 1 working day back from a Monday is the
 * Sunday before: an act of Friday, Saturday or Sunday is a working day old on Monday. */
static struct date last_act_day(const struct worktime *calendar, const struct recycle_rule *rule, struct date day)
{
    if (!rule->working_days) {
        return date_add_days(day, -(int)rule->days);
    }
    int64_t left = rule->days;
    /* A calendar without working days ends the search. */
    for (int64_t i = 0; left > 0 && i < rule->days * 10 + 400; i++) {
        left -= worktime_is_workday(calendar, day);
        day = date_add_days(day, -1);
    }
    return day;
}

/* The first day on which the rule takes a customer whose clock began then. */
static struct date leaving_day(const struct request *request, const struct worktime *calendar,
                               const struct recycle_rule *rule, struct instant act_at)
{
    struct date began = instant_date(act_at, request->zone);
    struct date leaves = rule->working_days ? worktime_add_days(calendar, began, (int)rule->days)
                                            : date_add_days(began, (int)rule->days);
    struct date tomorrow = date_add_days(request->today, 1);
    return date_compare(leaves, tomorrow) < 0 ? tomorrow : leaves;
}

enum err recycle_query_of(struct request *request, const struct worktime *calendar, const struct recycle_rule *rule,
                          struct date day, struct recycle_query *out)
{
    struct filter_context context = {.today = request->today, .zone = request->zone};
    struct filter *covers = NULL;
    struct str text = rule->covers.set ? rule->covers.value : (struct str){0};
    TRY(filter_parse_text(request->arena, object_fields(&CUSTOMER), text, &context, request->error, &covers));
    struct date last = last_act_day(calendar, rule, day);
    struct date last_before = last_act_day(calendar, rule, date_add_days(day, -1));
    int64_t midnight = (int64_t)day.days * 24 * 60;
    *out = (struct recycle_query){
        .rule = rule,
        .covers = covers,
        .today = request->today,
        .last_on = last,
        .before = date_start(date_add_days(last, 1), request->zone),
        .since = date_start(date_add_days(last_before, 1), request->zone),
        .noon_minutes = date_start(day, request->zone).ms / MINUTE_MS - midnight + NOON_MINUTES,
    };
    return OK;
}

/* ---- preview ---- */

/* A row of a preview and the rule that finds it. */
struct leaving {
    struct recycle_row row;
    const struct recycle_rule *rule;
    struct date leaves_on;
};

static int compare_leaving(const void *a, const void *b)
{
    const struct leaving *left = a;
    const struct leaving *right = b;
    int by_day = date_compare(left->leaves_on, right->leaves_on);
    return by_day != 0
               ? by_day
               : (left->row.customer_id > right->row.customer_id) - (left->row.customer_id < right->row.customer_id);
}

static json_t *leaving_json(struct request *request, const struct leaving *leaving)
{
    const struct recycle_row *row = &leaving->row;
    const struct recycle_rule *rule = leaving->rule;
    return json_pack(
        "{s:I,s:o,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:b,s:o}", "customer_id", (json_int_t)row->customer_id, "name",
        json_str(row->name), "owner_id", (json_int_t)row->owner_id, "owner_name", json_opt_str(row->owner_name),
        "rule_id", rule->id == 0 ? json_null() : json_integer(rule->id), "rule_name", json_str(rule->name), "pool_id",
        json_opt_int(row->pool_id), "pool_name", json_opt_str(row->pool_name), "last_act", json_str(row->last_act),
        "last_act_at", json_instant(request->arena, row->last_act_at), "days", (json_int_t)rule->days, "working_days",
        rule->working_days, "leaves_on", json_date(request->arena, leaving->leaves_on));
}

static bool is_listed(const struct leaving *list, size_t count, int64_t customer_id)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].row.customer_id == customer_id) {
            return true;
        }
    }
    return false;
}

/* Rows of several queries, each customer once, by the first rule that takes it; soonest first. */
static enum err list_leaving(struct request *request, const struct worktime *calendar,
                             const struct recycle_query *queries, size_t query_count, json_t *items)
{
    struct leaving *list = ARENA_ARRAY(request->arena, struct leaving, RECYCLE_ROWS_MAX * query_count + 1);
    size_t count = 0;
    for (size_t q = 0; q < query_count; q++) {
        struct recycle_row *rows;
        size_t row_count;
        TRY(recycle_store_due(request->db, request->arena, &queries[q], RECYCLE_ROWS_MAX, &rows, &row_count));
        for (size_t i = 0; i < row_count; i++) {
            if (!is_listed(list, count, rows[i].customer_id)) {
                list[count++] = (struct leaving){rows[i], queries[q].rule,
                                                 leaving_day(request, calendar, queries[q].rule, rows[i].last_act_at)};
            }
        }
    }
    qsort(list, count, sizeof *list, compare_leaving);
    for (size_t i = 0; i < count && i < RECYCLE_ROWS_MAX; i++) {
        json_array_append_new(items, leaving_json(request, &list[i]));
    }
    return OK;
}

static enum err load_queries(struct request *request, const struct worktime *calendar, struct recycle_rule *rules,
                             size_t rule_count, struct date day, bool seen_only, struct recycle_query **out)
{
    bool admin = false;
    struct recycle_query *queries = ARENA_ARRAY(request->arena, struct recycle_query, rule_count + 2);
    if (seen_only) {
        TRY(pool_store_administers(request->db, request->arena, request->user->user_id, &admin));
    }
    for (size_t i = 0; i < rule_count; i++) {
        TRY(recycle_query_of(request, calendar, &rules[i], day, &queries[i]));
        if (seen_only) {
            struct query *also = ARENA_NEW(request->arena, struct query);
            query_init(also, request->arena);
            recycle_store_seen(also, request, &rules[i], admin);
            queries[i].also = also;
        }
    }
    *out = queries;
    return OK;
}

/* Keeps the rule with that id, or all for 0. */
static size_t keep_rule(struct recycle_rule *rules, size_t count, int64_t id)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (id == 0 || rules[i].id == id) {
            rules[kept++] = rules[i];
        }
    }
    return kept;
}

enum err recycle_preview(struct request *request, int64_t days, int64_t rule_id, json_t **out)
{
    struct worktime calendar;
    struct recycle_rule *rules;
    struct recycle_query *queries;
    struct recycle_counts counts;
    size_t rule_count;
    struct date day = date_add_days(request->today, (int)days);
    TRY(calendar_load(request->db, request->arena, &calendar));
    TRY(recycle_store_rules(request->db, request->arena, &rules, &rule_count));
    rule_count = keep_rule(rules, rule_count, rule_id);
    TRY(load_queries(request, &calendar, rules, rule_count, day, true, &queries));
    json_t *items = json_array();
    *out = json_keep(request->arena, json_pack("{s:I,s:o}", "days", (json_int_t)days, "items", items));
    TRY(list_leaving(request, &calendar, queries, rule_count, items));
    TRY(recycle_store_compare(request->db, request->arena, NULL, 0, queries, rule_count, &counts));
    json_object_set_new(*out, "total", json_integer(counts.after));
    return OK;
}

/* ---- trying a rule ---- */

static enum err read_rule(struct request *request, int64_t id, struct recycle_rule *out)
{
    const json_t *body = json_object_get(request->json, "rule");
    const json_t *covers = json_object_get(body, "covers");
    bool covered = covers != NULL && !json_is_null(covers);
    *out = (struct recycle_rule){
        .id = id,
        .name = json_get_str(body, "name"),
        .kind = json_get_str(body, "kind"),
        .priority = json_get_int(body, "priority", 100),
        .days = json_get_int(body, "days", 0),
        .working_days = json_get_bool(body, "working_days", false),
        .exempt_deal = json_get_bool(body, "exempt_deal", false),
        .exempt_open_opportunity = json_get_bool(body, "exempt_open_opportunity", false),
        .covers = {covered, covered ? json_write(request->arena, covers) : (struct str){0}},
        .pool_id = json_get_opt_int(body, "pool_id"),
    };
    return OK;
}

/* The rules as they would stand: the proposed one in place of its old self, or beside the others. */
static size_t propose(struct recycle_rule *rules, size_t count, const struct recycle_rule *proposed, bool active)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (rules[i].id != proposed->id || proposed->id == 0) {
            rules[kept++] = rules[i];
        }
    }
    if (active) {
        rules[kept++] = *proposed;
    }
    return kept;
}

enum err recycle_try(struct request *request, json_t **out)
{
    struct worktime calendar;
    struct recycle_rule *rules;
    struct recycle_rule proposed;
    struct recycle_query *before;
    struct recycle_query *after;
    struct recycle_query *shown;
    struct recycle_counts counts;
    size_t count;
    int64_t days = json_get_int(request->json, "days", 7);
    bool active = json_get_bool(json_object_get(request->json, "rule"), "is_active", true);
    struct date day = date_add_days(request->today, (int)days);
    TRY(read_rule(request, json_get_int(request->json, "rule_id", 0), &proposed));
    TRY(calendar_load(request->db, request->arena, &calendar));
    TRY(recycle_store_rules(request->db, request->arena, &rules, &count));
    struct recycle_rule *planned = ARENA_ARRAY(request->arena, struct recycle_rule, count + 1);
    memcpy(planned, rules, count * sizeof *rules);
    size_t planned_count = propose(planned, count, &proposed, active);
    TRY(load_queries(request, &calendar, rules, count, day, false, &before));
    TRY(load_queries(request, &calendar, planned, planned_count, day, false, &after));
    TRY(recycle_store_compare(request->db, request->arena, before, count, after, planned_count, &counts));
    json_t *items = json_array();
    *out = json_keep(request->arena,
                     json_pack("{s:I,s:I,s:I,s:I,s:I,s:o}", "days", (json_int_t)days, "before",
                               (json_int_t)counts.before, "after", (json_int_t)counts.after, "added",
                               (json_int_t)counts.added, "dropped", (json_int_t)counts.dropped, "items", items));
    TRY(load_queries(request, &calendar, &proposed, 1, day, true, &shown));
    return active ? list_leaving(request, &calendar, shown, 1, items) : OK;
}
