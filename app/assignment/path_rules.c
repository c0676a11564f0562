/* Ways since the assignment: the same bounds as the ledger's figures, but only what the reader may see. */
#include "path_rules.h"

#include <stdlib.h>
#include <string.h>

#include "customer.h"
#include "ledger.h"
#include "path_store.h"
#include "platform/scope.h"

enum { EVENTS_MAX = 2000 };

/* Events of all kinds as they come in. */
struct events {
    struct path_event *items; /* so far */
    size_t count;             /* in `items` */
};

static void take(struct request *request, struct events *events, const struct path_event *more, size_t count)
{
    struct path_event *all = ARENA_ARRAY(request->arena, struct path_event, events->count + count + 1);
    memcpy(all, events->items, events->count * sizeof *all);
    memcpy(all + events->count, more, count * sizeof *all);
    events->items = all;
    events->count += count;
}

static enum err add_dated(struct request *request, const struct path_interval *interval, const char *object,
                          const char *kind, const char *date, const char *only, struct events *events)
{
    struct path_event *rows;
    size_t count;
    if (!identity_can(request->user, object_find(object)->view)) {
        return OK;
    }
    TRY(path_store_dated(request, interval, object_find(object), kind, date, only, &rows, &count));
    take(request, events, rows, count);
    return OK;
}

/* By day; within a day moments in their order, behind them what has a day only. */
static int compare_events(const void *a, const void *b)
{
    const struct path_event *left = a;
    const struct path_event *right = b;
    int order = date_compare(left->on, right->on);
    if (order == 0 && left->at.set && right->at.set) {
        order = (left->at.value.ms > right->at.value.ms) - (left->at.value.ms < right->at.value.ms);
    }
    return order != 0 ? order : (int)right->at.set - (int)left->at.set;
}

static bool may_read(const struct request *request, const char *object, const char *field)
{
    return scope_field_access(request, object_find(object), field) >= FIELD_ACCESS_READ;
}

static json_t *event_json(struct request *request, const struct path_event *event)
{
    bool named = may_read(request, event->object, object_label(object_find(event->object))->name);
    bool priced = may_read(request, event->object, "amount_minor");
    return json_pack("{s:s,s:s,s:I,s:o,s:o,s:o,s:o,s:o,s:o}", "kind", event->kind, "object", event->object, "record_id",
                     (json_int_t)event->record_id, "title", named ? json_opt_str(event->title) : json_null(), "at",
                     json_opt_instant(request->arena, event->at), "on", json_date(request->arena, event->on),
                     "amount_minor", priced ? json_opt_int(event->amount) : json_null(), "from_stage",
                     json_opt_str(event->from), "to_stage", json_opt_str(event->to));
}

static enum err methods_json(struct request *request, const struct path_interval *interval, json_t *list)
{
    struct path_method *rows;
    size_t count;
    if (!identity_can(request->user, FOLLOW_UP.view)) {
        return OK;
    }
    TRY(path_store_methods(request, interval, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_pack("{s:o,s:I,s:o,s:o}", "method", json_str(rows[i].method), "count",
                                              (json_int_t)rows[i].count, "first_at",
                                              json_instant(request->arena, rows[i].first_at), "last_at",
                                              json_instant(request->arena, rows[i].last_at)));
    }
    return OK;
}

enum err path_make(struct request *request, int64_t assignment_id, json_t **out)
{
    struct path_interval interval;
    struct path_event *stages;
    size_t stage_count;
    struct events events = {.items = ARENA_ARRAY(request->arena, struct path_event, 1)};
    json_t *methods = json_keep(request->arena, json_array());
    json_t *items = json_keep(request->arena, json_array());
    TRY(scope_check(request, &ASSIGNMENT, assignment_id, false));
    TRY(path_store_interval(request->db, request->arena, assignment_id, &interval));
    if (identity_can(request->user, object_find("opportunity")->view)) {
        TRY(path_store_stages(request, &interval, &stages, &stage_count));
        take(request, &events, stages, stage_count);
    }
    TRY(add_dated(request, &interval, "contract", "signed", "t.signed_on", " AND t.status IN ('signed', 'completed')",
                  &events));
    TRY(add_dated(request, &interval, "payment", "paid", "t.received_on", NULL, &events));
    TRY(add_dated(request, &interval, "refund", "refunded", "t.refunded_on", NULL, &events));
    qsort(events.items, events.count, sizeof *events.items, compare_events);
    for (size_t i = 0; i < events.count && i < EVENTS_MAX; i++) {
        json_array_append_new(items, event_json(request, &events.items[i]));
    }
    TRY(methods_json(request, &interval, methods));
    *out = json_keep(request->arena, json_pack("{s:O,s:O}", "follow_ups", methods, "events", items));
    return OK;
}

static json_t *value_json(const struct request *request, struct value value)
{
    switch (value.type) {
    case VALUE_INT:
        return json_integer(value.integer);
    case VALUE_TEXT:
        return json_str(value.text);
    case VALUE_INSTANT:
        return json_instant(request->arena, value.instant);
    default:
        return json_null();
    }
}

enum err path_intervals(struct request *request, int64_t customer_id, json_t **out)
{
    enum { SEEN = 8, COLUMNS = 14 };
    struct rows rows;
    json_t *items = json_keep(request->arena, json_array());
    TRY(scope_check(request, &CUSTOMER, customer_id, false));
    TRY(path_store_of_customer(request, customer_id, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        bool is_seen = rows_get(&rows, i, SEEN).integer != 0 && identity_can(request->user, ASSIGNMENT.view);
        json_t *item = json_object();
        json_array_append_new(items, item);
        for (size_t c = 0; c < COLUMNS; c++) {
            const char *name = rows.names[c];
            bool open = c < SEEN || (is_seen && may_read(request, ASSIGNMENT.name, name));
            json_object_set_new(item, name,
                                c == SEEN ? json_boolean(is_seen)
                                : open    ? value_json(request, rows_get(&rows, i, c))
                                          : json_null());
        }
    }
    *out = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static const struct field METHOD[] = {
    {.name = "method", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "call visit message email meeting other"},
    {.name = "count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "the holder's"},
    {.name = "first_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "first"},
    {.name = "last_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "last"},
    FIELD_END,
};
static const struct field EVENT[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "created stage signed paid refunded"},
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "opportunity contract payment refund"},
    {.name = "record_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "which record"},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "name or number"},
    {.name = "at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "moment, where known"},
    {.name = "on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "business date"},
    {.name = "amount_minor",
     .type = FIELD_MONEY,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "minor units; null: you may not read it"},
    {.name = "from_stage", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "stage before"},
    {.name = "to_stage", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "stage after"},
    FIELD_END,
};
const struct field PATH_ANSWER[] = {
    {.name = "follow_ups", .type = FIELD_LIST, .fields = METHOD, .flags = FIELD_REQUIRED, .about = "by method"},
    {.name = "events", .type = FIELD_LIST, .fields = EVENT, .flags = FIELD_REQUIRED, .about = "in their order"},
    FIELD_END,
};
static const struct field INTERVAL[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "assignment"},
    {.name = "owner_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who held it"},
    {.name = "owner_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "by name"},
    {.name = "started_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "from"},
    {.name = "ended_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "null: still"},
    {.name = "start_cause", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "how it came"},
    {.name = "end_cause", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "how it left"},
    {.name = "outcome", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "how it ended, or open"},
    {.name = "is_seen",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .about = "you may see the interval; else the figures are null"},
    {.name = "follow_up_count", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "the holder's"},
    {.name = "opportunity_count", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "created"},
    {.name = "contract_count", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "signed"},
    {.name = "ordered_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "their amounts"},
    {.name = "received_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "paid"},
    FIELD_END,
};
const struct field INTERVALS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .fields = INTERVAL, .flags = FIELD_REQUIRED, .about = "the latest first"},
    FIELD_END,
};
