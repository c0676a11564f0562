/* Figures over intervals: what is counted is said by filters, and the same filter opens the rows behind the figure, so
 * that a figure cannot differ from its rows. */
#include "summary_rules.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "platform/object_list.h"
#include "platform/scope.h"
#include "profile_rules.h"
#include "summary_group_rules.h"

enum { GROUPS_MAX = 500, COHORTS_MAX = 60 };

/* A figure as we write it down. */
struct figure_seed {
    const char *section;  /* of the answer */
    const char *key;      /* in its section */
    const char *filter;   /* filter language; $now is the request's moment */
    const char *needs;    /* field that the user must be able to read */
    enum summary_sum sum; /* of what */
};

#define ALL "{}"
#define UNTOUCHED "{\"field\":\"first_touch_at\",\"op\":\"is_null\"}"
#define OPEN "{\"field\":\"ended_at\",\"op\":\"is_null\"}"
#define TOUCHED "{\"field\":\"first_touch_at\",\"op\":\"not_null\"}"
#define OVERDUE "{\"all\":[" OPEN "," UNTOUCHED ",{\"field\":\"first_touch_due_at\",\"op\":\"lt\",\"value\":\"$now\"}]}"
#define OUTCOME(word) "{\"field\":\"outcome\",\"op\":\"eq\",\"value\":\"" word "\"}"
#define POSITIVE(field) "{\"field\":\"" field "\",\"op\":\"gt\",\"value\":0}"
/* Bounds and days of the curve are those of the profile: a figure cannot count parts of what is alike. */
#define MINUTES_BELOW(to) "{\"field\":\"response_minutes\",\"op\":\"lt\",\"value\":" to "}"
#define MINUTES_FROM(from) "{\"field\":\"response_minutes\",\"op\":\"ge\",\"value\":" from "}"
#define MINUTES_IN(from, to) "{\"all\":[" MINUTES_FROM(from) "," MINUTES_BELOW(to) "]}"

/* The first ones stand in every table too. */
static const struct figure_seed SEEDS[] = {
    {"totals", "assigned", ALL, NULL, SUMMARY_INTERVALS},
    {"totals", "open", OPEN, "ended_at", SUMMARY_INTERVALS},
    {"totals", "touched", TOUCHED, "first_touch_at", SUMMARY_INTERVALS},
    {"totals", "untouched", UNTOUCHED, "first_touch_at", SUMMARY_INTERVALS},
    {"totals", "overdue", OVERDUE, "first_touch_due_at", SUMMARY_INTERVALS},
    {"totals", "with_opportunity", POSITIVE("opportunity_count"), "opportunity_count", SUMMARY_INTERVALS},
    {"totals", "with_deal", "{\"field\":\"deal_on\",\"op\":\"not_null\"}", "deal_on", SUMMARY_INTERVALS},
    {"totals", "follow_ups", ALL, "follow_up_count", SUMMARY_FOLLOW_UPS},
    {"totals", "opportunities", ALL, "opportunity_count", SUMMARY_OPPORTUNITIES},
    {"totals", "contracts", ALL, "contract_count", SUMMARY_CONTRACTS},
    {"totals", "ordered_minor", ALL, "ordered_minor", SUMMARY_ORDERED},
    {"totals", "received_minor", ALL, "received_minor", SUMMARY_RECEIVED},
    {"funnel", "assigned", ALL, NULL, SUMMARY_INTERVALS},
    {"funnel", "touched", TOUCHED, "first_touch_at", SUMMARY_INTERVALS},
    {"funnel", "opportunity", POSITIVE("opportunity_count"), "opportunity_count", SUMMARY_INTERVALS},
    {"funnel", "won", "{\"field\":\"won_on\",\"op\":\"not_null\"}", "won_on", SUMMARY_INTERVALS},
    {"funnel", "signed", POSITIVE("contract_count"), "contract_count", SUMMARY_INTERVALS},
    {"funnel", "paid", POSITIVE("received_minor"), "received_minor", SUMMARY_INTERVALS},
    {"outcomes", "open", OUTCOME("open"), "outcome", SUMMARY_INTERVALS},
    {"outcomes", "won", OUTCOME("won"), "outcome", SUMMARY_INTERVALS},
    {"outcomes", "transferred", OUTCOME("transferred"), "outcome", SUMMARY_INTERVALS},
    {"outcomes", "returned", OUTCOME("returned"), "outcome", SUMMARY_INTERVALS},
    {"outcomes", "recycled", OUTCOME("recycled"), "outcome", SUMMARY_INTERVALS},
    {"outcomes", "deleted", OUTCOME("deleted"), "outcome", SUMMARY_INTERVALS},
    {"responses", "within_1h", MINUTES_BELOW("60"), "response_minutes", SUMMARY_INTERVALS},
    {"responses", "within_2h", MINUTES_IN("60", "120"), "response_minutes", SUMMARY_INTERVALS},
    {"responses", "within_4h", MINUTES_IN("120", "240"), "response_minutes", SUMMARY_INTERVALS},
    {"responses", "within_8h", MINUTES_IN("240", "480"), "response_minutes", SUMMARY_INTERVALS},
    {"responses", "within_16h", MINUTES_IN("480", "960"), "response_minutes", SUMMARY_INTERVALS},
    {"responses", "within_40h", MINUTES_IN("960", "2400"), "response_minutes", SUMMARY_INTERVALS},
    {"responses", "later", MINUTES_FROM("2400"), "response_minutes", SUMMARY_INTERVALS},
    {"responses", "none", "{\"field\":\"response_minutes\",\"op\":\"is_null\"}", "response_minutes", SUMMARY_INTERVALS},
};
enum { SEED_COUNT = sizeof SEEDS / sizeof SEEDS[0], TABLE_COUNT = 12, FIGURE_COUNT = SEED_COUNT + PROFILE_CURVE };

/* What the whole page is about. */
struct page {
    struct request *request;    /* who asks */
    struct list_request list;   /* the rows */
    json_t *given;              /* the filter as given, or NULL */
    int64_t batch_id;           /* the one that the filter names, or 0 */
    struct filter_context when; /* for parsing */
    const struct field *fields; /* that the user may filter by */
};

static json_t *read_seed(const struct page *page, const char *text)
{
    struct str rest = str_from(text);
    struct buf filled;
    buf_init(&filled, page->request->arena);
    for (size_t at = str_find(rest, STR("$now")); at != SIZE_MAX; at = str_find(rest, STR("$now"))) {
        buf_add(&filled, str_slice(rest, 0, at));
        buf_add(&filled, instant_format(page->request->arena, page->request->now));
        rest = str_slice(rest, at + 4, rest.len);
    }
    buf_add(&filled, rest);
    return json_keep(page->request->arena, json_loadb(filled.ptr, filled.len, 0, NULL));
}

/* The page's filter and this one: what opens the rows of a figure. */
static json_t *combine(const struct page *page, json_t *own)
{
    bool all_own = json_object_size(own) == 0;
    if (page->given == NULL || json_object_size(page->given) == 0) {
        return json_incref(own);
    }
    return all_own ? json_incref(page->given) : json_pack("{s:[O,O]}", "all", page->given, own);
}

static enum err make_figure(const struct page *page, json_t *own, enum summary_sum sum, const char *needs,
                            struct figure *out)
{
    struct filter *filter = NULL;
    *out = (struct figure){.sum = sum};
    if (needs != NULL && scope_field_access(page->request, &ASSIGNMENT, needs) < FIELD_ACCESS_READ) {
        out->closed = true;
        return OK;
    }
    if (json_object_size(own) > 0) {
        TRY(filter_parse(page->request->arena, page->fields, own, &page->when, page->request->error, &filter));
    }
    out->filter = filter;
    return OK;
}

/* Those of SEEDS, then the points of the curve. */
static enum err make_figures(const struct page *page, struct figure *figures, json_t **owns)
{
    for (size_t i = 0; i < SEED_COUNT; i++) {
        owns[i] = read_seed(page, SEEDS[i].filter);
        TRY(make_figure(page, owns[i], SEEDS[i].sum, SEEDS[i].needs, &figures[i]));
    }
    for (size_t i = 0; i < PROFILE_CURVE; i++) {
        json_t *own = json_keep(page->request->arena, json_pack("{s:s,s:s,s:i}", "field", "days_to_deal", "op", "le",
                                                                "value", PROFILE_CURVE_DAYS[i]));
        TRY(make_figure(page, own, SUMMARY_INTERVALS, "days_to_deal", &figures[SEED_COUNT + i]));
    }
    return OK;
}

static json_t *value_of(const struct figure *figure, int64_t value)
{
    return figure->closed ? json_null() : json_integer(value);
}

/* "values": {key: number} of the figures that stand in tables. */
static json_t *values_json(const struct figure *figures, const struct summary_sums *sums)
{
    json_t *values = json_object();
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        json_object_set_new(values, SEEDS[i].key, value_of(&figures[i], sums->values[i]));
    }
    return values;
}

static void add_sections(const struct page *page, const struct figure *figures, json_t *const *owns,
                         const struct summary_sums *totals, json_t *answer)
{
    for (size_t i = 0; i < SEED_COUNT; i++) {
        json_t *section = json_object_get(answer, SEEDS[i].section);
        if (section == NULL) {
            section = json_array();
            json_object_set_new(answer, SEEDS[i].section, section);
        }
        json_array_append_new(section,
                              json_pack("{s:s,s:o,s:o}", "key", SEEDS[i].key, "value",
                                        value_of(&figures[i], totals->values[i]), "filter", combine(page, owns[i])));
    }
}

/* ---- by person, department, source, batch ---- */

/* Names of those that are shown. */
static enum err add_names(struct request *request, const struct field *by, struct summary_list *list)
{
    struct rows rows;
    size_t count = list->count < GROUPS_MAX ? list->count : GROUPS_MAX;
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    if (by->type != FIELD_REF) {
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        ids[i] = list->items[i].key.type == VALUE_INT ? list->items[i].key.integer : 0;
    }
    TRY(summary_store_names(request, by, ids, count, &rows));
    for (size_t row = 0; row < rows.count; row++) {
        for (size_t i = 0; i < count; i++) {
            if (value_eq(list->items[i].key, rows_get(&rows, row, 0))) {
                list->items[i].name = rows_get(&rows, row, 1);
            }
        }
    }
    return OK;
}

static enum err add_table(const struct page *page, const struct figure *figures, const struct field *by,
                          struct summary_list *list, json_t *answer)
{
    json_t *table = json_array();
    json_object_set_new(answer, "rows", table);
    TRY(add_names(page->request, by, list));
    for (size_t i = 0; i < list->count && i < GROUPS_MAX; i++) {
        const struct summary_sums *sums = &list->items[i];
        json_t *key = field_json(by, sums->key, page->request->arena);
        json_t *own = sums->key.type == VALUE_NULL
                          ? json_pack("{s:s,s:s}", "field", by->name, "op", "is_null")
                          : json_pack("{s:s,s:s,s:O}", "field", by->name, "op", "eq", "value", key);
        json_keep(page->request->arena, own);
        json_array_append_new(table, json_pack("{s:o,s:o,s:o,s:o}", "key", key, "name",
                                               sums->name.type == VALUE_TEXT ? json_str(sums->name.text) : json_null(),
                                               "filter", combine(page, own), "values", values_json(figures, sums)));
    }
    return OK;
}

/* ---- cohorts ---- */

static json_t *days_filter(const struct page *page, struct date from, struct date to, int days)
{
    struct arena *arena = page->request->arena;
    json_t *span = json_pack("{s:s,s:s,s:[o,o]}", "field", "started_on", "op", "between", "value",
                             json_date(arena, from), json_date(arena, to));
    json_t *own =
        days < 0 ? span
                 : json_pack("{s:[o,{s:s,s:s,s:i}]}", "all", span, "field", "days_to_deal", "op", "le", "value", days);
    return combine(page, json_keep(arena, own));
}

static json_t *cohort_json(const struct page *page, const struct figure *figures, const struct summary_sums *sums,
                           struct date to)
{
    struct date from = sums->key.date;
    json_t *points = json_array();
    for (size_t i = 0; i < PROFILE_CURVE; i++) {
        bool is_over = to.days + PROFILE_CURVE_DAYS[i] <= page->request->today.days;
        json_array_append_new(points,
                              json_pack("{s:i,s:o,s:b,s:o}", "days", PROFILE_CURVE_DAYS[i], "value",
                                        value_of(&figures[SEED_COUNT + i], sums->values[SEED_COUNT + i]), "is_over",
                                        is_over, "filter", days_filter(page, from, to, PROFILE_CURVE_DAYS[i])));
    }
    return json_pack("{s:o,s:o,s:I,s:o,s:o}", "from_on", json_date(page->request->arena, from), "to_on",
                     json_date(page->request->arena, to), "assigned", (json_int_t)sums->values[0], "filter",
                     days_filter(page, from, to, -1), "points", points);
}

static void add_cohorts(const struct page *page, const struct figure *figures, enum summary_period period,
                        const struct summary_list *list, json_t *answer)
{
    json_t *cohorts = json_array();
    json_object_set_new(answer, "cohorts", cohorts);
    for (size_t i = 0; i < list->count && i < COHORTS_MAX; i++) {
        struct date from = list->items[i].key.date;
        struct date next = period == SUMMARY_WEEK ? date_add_days(from, 7) : date_add_months(from, 1);
        json_array_append_new(cohorts, cohort_json(page, figures, &list->items[i], date_add_days(next, -1)));
    }
}

/* ---- comparison ---- */

/* The batch before, when the whole page is about one batch. */
static enum err add_batch_before(const struct page *page, const struct figures *figures, struct value batch,
                                 json_t *answer)
{
    int64_t before = 0;
    struct list_request list;
    struct summary_sums sums;
    json_object_set_new(answer, "batch_before", json_null());
    if (batch.type == VALUE_NULL) {
        return OK;
    }
    TRY(summary_store_batch_before(page->request, batch.integer, &before));
    if (before == 0) {
        return OK;
    }
    json_t *filter = json_keep(
        page->request->arena, json_pack("{s:s,s:s,s:I}", "field", "batch_id", "op", "eq", "value", (json_int_t)before));
    TRY(object_list_read(page->request, &ASSIGNMENT, json_write(page->request->arena, filter), (struct str){0},
                         (struct str){0}, &list));
    TRY(summary_totals_of(page->request, &list, before, figures, &sums));
    json_object_set_new(answer, "batch_before",
                        json_pack("{s:I,s:O,s:o}", "batch_id", (json_int_t)before, "filter", filter, "values",
                                  values_json(figures->items, &sums)));
    return OK;
}

static enum err add_former(const struct page *page, const struct figures *figures, int64_t from_owners, json_t *answer)
{
    struct summary_sums sums = {.key = value_null()};
    if (from_owners > 0) {
        TRY(summary_former_of(page->request, &page->list, page->batch_id, figures, &sums));
    }
    json_object_set_new(answer, "former_owners", values_json(figures->items, &sums));
    return OK;
}

/* ---- the page ---- */

/* The batch that a filter names, alone or beside other conditions; 0: none or several. */
static int64_t batch_of(const json_t *filter)
{
    const json_t *all = json_object_get(filter, "all");
    const char *field = json_string_value(json_object_get(filter, "field"));
    const char *op = json_string_value(json_object_get(filter, "op"));
    if (field != NULL && op != NULL && strcmp(field, "batch_id") == 0 && strcmp(op, "eq") == 0) {
        return json_integer_value(json_object_get(filter, "value"));
    }
    for (size_t i = 0; i < json_array_size(all); i++) {
        int64_t batch_id = batch_of(json_array_get(all, i));
        if (batch_id != 0) {
            return batch_id;
        }
    }
    return 0;
}

static enum err read_page(struct request *request, struct page *out)
{
    struct str filter = request_query(request, "filter");
    *out = (struct page){
        .request = request,
        .when = {request->user->user_id, request->user->department_id, request->today, request->zone},
        .fields = object_filter_fields(request, &ASSIGNMENT),
    };
    TRY(object_list_read(request, &ASSIGNMENT, filter, (struct str){0}, request_query(request, "q"), &out->list));
    if (filter.len > 0) {
        out->given = json_keep(request->arena, json_loadb(filter.ptr, filter.len, 0, NULL));
        out->batch_id = batch_of(out->given);
    }
    return OK;
}

static const struct option BY[] = {
    {"owner_id", "负责人", "Holder"},
    {"department_id", "部门", "Department"},
    {"customer_source", "客户来源", "Source"},
    {"batch_id", "分配批次", "Batch"},
    {"customer_type", "客户类型", "Type"},
    {"customer_level", "客户级别", "Level"},
    {"region_id", "地区", "Region"},
    {"start_cause", "来由", "Came by"},
    {NULL, NULL, NULL},
};
static const struct option PERIODS[] = {{"week", "周", "Week"}, {"month", "月", "Month"}, {NULL, NULL, NULL}};

/* One of the words, the first unless given. */
static enum err read_word(struct request *request, const char *name, const struct option *options, const char **out)
{
    struct str word = request_query(request, name);
    for (const struct option *option = options; option->value != NULL; option++) {
        if (word.len == 0 || str_eq_c(word, option->value)) {
            *out = option->value;
            return OK;
        }
    }
    error_field(request->error, str_from(name), "not_an_option", "This is not one of the choices.");
    return error_check_fields(request->error);
}

enum err summary_make(struct request *request, json_t **out)
{
    struct page page;
    struct figure items[FIGURE_COUNT];
    struct figures figures = {items, FIGURE_COUNT};
    json_t *owns[SEED_COUNT];
    struct summary summary;
    const char *by = NULL;
    const char *word = NULL;
    TRY(read_word(request, "by", BY, &by));
    TRY(read_word(request, "period", PERIODS, &word));
    enum summary_period period = strcmp(word, "week") == 0 ? SUMMARY_WEEK : SUMMARY_MONTH;
    TRY(read_page(request, &page));
    const struct field *field = &object_fields(&ASSIGNMENT)[object_field(&ASSIGNMENT, by)];
    if (scope_field_access(request, &ASSIGNMENT, by) < FIELD_ACCESS_READ) {
        error_field(request->error, STR("by"), "not_an_option", "You may not read this field.");
        return error_check_fields(request->error);
    }
    json_t *answer = json_keep(request->arena, json_object());
    TRY(make_figures(&page, items, owns));
    TRY(summary_sums_of(request, &page.list, page.batch_id, field, period, &figures, &summary));
    add_sections(&page, items, owns, &summary.totals, answer);
    TRY(add_table(&page, items, field, &summary.by_key, answer));
    add_cohorts(&page, items, period, &summary.cohorts, answer);
    TRY(add_batch_before(&page, &figures, summary.batch, answer));
    TRY(add_former(&page, &figures, summary.from_owners, answer));
    *out = answer;
    return OK;
}

const struct field SUMMARY_QUERY[] = {
    {.name = "filter", .type = FIELD_JSON, .about = "as of GET /assignments"},
    {.name = "q", .type = FIELD_TEXT, .about = "part of the customer's name"},
    {.name = "by", .type = FIELD_ENUM, .options = BY, .about = "what the table is by; owner_id"},
    {.name = "period", .type = FIELD_ENUM, .options = PERIODS, .about = "of the cohorts; week"},
    FIELD_END,
};
static const struct field FIGURE[] = {
    {.name = "key", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "which figure"},
    {.name = "value",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "customers, events, or minor units; null: you may not read it"},
    {.name = "filter",
     .type = FIELD_JSON,
     .flags = FIELD_REQUIRED,
     .about = "opens exactly its rows (with the same q)"},
    FIELD_END,
};
static const struct field GROUP[] = {
    {.name = "key", .type = FIELD_JSON, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "id or word; null: none"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "of an id"},
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "opens exactly its rows"},
    {.name = "values", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "{key: value} as in totals"},
    FIELD_END,
};
static const struct field POINT[] = {
    {.name = "days", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "after the assignment"},
    {.name = "value",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "customers with a deal by then"},
    {.name = "is_over", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "all had that many days already"},
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "opens exactly its rows"},
    FIELD_END,
};
static const struct field COHORT[] = {
    {.name = "from_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "assigned from"},
    {.name = "to_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED, .about = "to, included"},
    {.name = "assigned", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers"},
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "opens exactly its rows"},
    {.name = "points", .type = FIELD_LIST, .fields = POINT, .flags = FIELD_REQUIRED, .about = "the curve"},
    FIELD_END,
};
static const struct field BATCH_BEFORE[] = {
    {.name = "batch_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of the same turns, or the same maker"},
    {.name = "filter", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "opens exactly its rows"},
    {.name = "values", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "{key: value} as in totals"},
    FIELD_END,
};
#define SECTION(name_, about_)                                                                                         \
    {                                                                                                                  \
        .name = name_, .type = FIELD_LIST, .fields = FIGURE, .flags = FIELD_REQUIRED, .about = about_                  \
    }
const struct field SUMMARY_ANSWER[] = {
    SECTION("totals", "headline figures"),
    SECTION("funnel", "assigned touched opportunity won signed paid"),
    SECTION("outcomes", "how they ended, or open"),
    SECTION("responses", "working time to the first follow-up"),
    {.name = "rows", .type = FIELD_LIST, .fields = GROUP, .flags = FIELD_REQUIRED, .about = "by what was asked"},
    {.name = "cohorts", .type = FIELD_LIST, .fields = COHORT, .flags = FIELD_REQUIRED, .about = "the latest first"},
    {.name = "batch_before",
     .type = FIELD_OBJECT,
     .fields = BATCH_BEFORE,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "when all is of one batch"},
    {.name = "former_owners",
     .type = FIELD_JSON,
     .flags = FIELD_REQUIRED,
     .about = "{key: value} of the intervals that ended where these began"},
    FIELD_END,
};
