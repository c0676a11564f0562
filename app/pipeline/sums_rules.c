/* Opportunities counted and summed by day, owner or stage. Rows come page by page; these figures are of all of them. */
#include "sums_rules.h"

#include "deal_sum_rules.h"
#include "pipeline_filter.h"
#include "pipeline_store.h"
#include "platform/company.h"
#include "platform/scope.h"
#include "sums_store.h"

enum { ROWS_MAX = 2000 };

static const struct {
    const char *word, *field;
} WAYS[] = {
    [SUMS_BY_DAY] = {"day", "expected_close_on"},
    [SUMS_BY_OWNER] = {"owner", "owner_id"},
    [SUMS_BY_STAGE] = {"stage", "stage_id"},
};

/* What is asked for, and what of it may be shown. */
struct asked {
    struct request *request; /* who asks */
    enum sums_by by;         /* how they are grouped */
    struct str currency;     /* the company's */
    struct deal_sight sight; /* of amounts */
    bool names;              /* of owners may be read */
};

static bool sees(struct request *request, const char *field)
{
    return scope_field_access(request, object_find("opportunity"), field) >= FIELD_ACCESS_READ;
}

static enum err read_asked(struct request *request, struct asked *asked)
{
    const struct object *object = object_find("opportunity");
    struct str word = request_query(request, "by");
    size_t by = 0;
    while (by < sizeof WAYS / sizeof WAYS[0] && !str_eq_c(word, WAYS[by].word)) {
        by++;
    }
    if (by == sizeof WAYS / sizeof WAYS[0]) {
        error_field(request->error, STR("by"), "not_an_option", "by is day, owner or stage.");
        return error_check_fields(request->error);
    }
    TRY(filter_may(request, &WAYS[by].field, 1));
    bool amounts = sees(request, "amount_minor") && sees(request, "currency");
    *asked = (struct asked){
        .request = request,
        .by = (enum sums_by)by,
        .sight = {amounts, amounts && sees(request, "win_probability_ppm")},
        .names = scope_label_is_open(request, &object_fields(object)[object_field(object, "owner_id")]),
    };
    return company_currency(request->db, request->arena, &asked->currency);
}

/* Rows of one key as one group; `*taken_out` of them. */
static enum err group_json(const struct asked *asked, const struct sums_row *rows, size_t count, size_t *taken_out,
                           json_t **out)
{
    struct request *request = asked->request;
    struct deal_total total = {0};
    size_t taken = 0;
    json_t *sums = json_keep(request->arena, json_array());
    while (taken < count && value_eq(rows[taken].key, rows[0].key)) {
        const struct deal_sum *sum = &rows[taken++].sum;
        TRY(deal_total_add(request, &total, sum));
        json_array_append_new(sums, deal_sum_json(asked->sight, sum->currency, sum->amount_minor, sum->weighted_minor));
    }
    struct value key = rows[0].key;
    json_t *id = key.type == VALUE_INT ? json_integer(key.integer) : json_null();
    json_t *on = key.type == VALUE_DATE ? json_date(request->arena, key.date) : json_null();
    struct opt_str name = asked->names ? rows[0].name : (struct opt_str){0};
    *out = json_pack("{s:o,s:o,s:o,s:I,s:O,s:o}", "on", on, "id", id, "name", json_opt_str(name), "count",
                     (json_int_t)total.count, "sums", sums, "total",
                     deal_sum_json(asked->sight, asked->currency, total.amount.minor, total.weighted.minor));
    *taken_out = taken;
    return OK;
}

enum err sums_make(struct request *request, struct response *response)
{
    struct asked asked;
    struct list_request list;
    struct sums_row *rows;
    size_t count;
    json_t *filter = NULL;
    TRY(read_asked(request, &asked));
    TRY(filter_read(request, "filter", &filter));
    TRY(filter_list(request, filter == NULL ? json_keep(request->arena, json_object()) : filter,
                    request_query(request, "q"), &list));
    TRY(sums_store_list(request, &list, asked.by, ROWS_MAX + 1, &rows, &count));
    bool more = count > ROWS_MAX;
    count = more ? ROWS_MAX : count;
    json_t *groups = json_keep(request->arena, json_array());
    for (size_t i = 0, taken = 0; i < count; i += taken) {
        json_t *group = NULL;
        TRY(group_json(&asked, &rows[i], count - i, &taken, &group));
        json_array_append_new(groups, group);
    }
    response->json = json_keep(request->arena, json_pack("{s:O,s:b}", "groups", groups, "more", more));
    return OK;
}

static const struct option BY[] = {{"day", "按日", "by expected close"},
                                   {"owner", "按负责人", "by owner"},
                                   {"stage", "按阶段", "by stage"},
                                   {NULL, NULL, NULL}};
const struct field SUMS_QUERY[] = {
    {.name = "by", .type = FIELD_ENUM, .options = BY, .flags = FIELD_REQUIRED, .about = "how they are grouped"},
    {.name = "filter", .type = FIELD_JSON, .about = "as of GET /opportunities"},
    {.name = "q", .type = FIELD_TEXT, .about = "part of the name"},
    FIELD_END,
};
#define MAYBE (FIELD_REQUIRED | FIELD_NULLABLE)
static const struct field GROUP[] = {
    {.name = "on", .type = FIELD_DATE, .flags = MAYBE, .about = "expected close; null: none, or another grouping"},
    {.name = "id", .type = FIELD_INT, .flags = MAYBE, .about = "owner or stage; null: none, or another grouping"},
    {.name = "name", .type = FIELD_TEXT, .flags = MAYBE, .about = "the owner's, where that may be read"},
    {.name = "count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of all that match"},
    DEAL_SUMS_FIELDS,
    FIELD_END,
};
const struct field SUMS_ANSWER[] = {
    {.name = "groups",
     .type = FIELD_LIST,
     .fields = GROUP,
     .flags = FIELD_REQUIRED,
     .about = "ascending by day or number"},
    {.name = "more", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "there are more groups"},
    FIELD_END,
};
