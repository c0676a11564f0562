/* Routes of the automatic distribution and of what pools bring in. */
#include "distribute_rules.h"
#include "economics_rules.h"
#include "pool.h"

static enum err get_distribution(struct request *request, struct response *response)
{
    return distribute_answer(request, request->params[0], &response->json);
}

static enum err post_distribution(struct request *request, struct response *response)
{
    int64_t job_id = 0;
    TRY(job_queue(request->db, request->arena, "pool.distribute", request->user->user_id,
                  json_keep(request->arena, json_object()), "pool.distribute.now", &job_id));
    response->status = 202;
    response->json = json_keep(request->arena, json_pack("{s:I}", "job_id", (json_int_t)job_id));
    return OK;
}

/* The days asked for, half-open; the last thirty unless given. */
static enum err read_period(struct request *request, struct date *from, struct date *to)
{
    struct opt_date first;
    struct opt_date last;
    TRY(request_query_date(request, "from_on", &first));
    TRY(request_query_date(request, "to_on", &last));
    *to = last.set ? last.value : date_add_days(request->today, 1);
    *from = first.set ? first.value : date_add_days(*to, -30);
    if (date_compare(*from, *to) >= 0 || date_add_days(*from, 1100).days < to->days) {
        error_field(request->error, STR("to_on"), "too_small", "A period has 1 to 1,100 days.");
    }
    return error_check_fields(request->error);
}

static enum err get_economics(struct request *request, struct response *response)
{
    struct date from;
    struct date to;
    TRY(read_period(request, &from, &to));
    return economics_answer(request, from, to, &response->json);
}

static enum err get_hoarding(struct request *request, struct response *response)
{
    struct date from;
    struct date to;
    TRY(read_period(request, &from, &to));
    return hoarding_answer(request, from, to, &response->json);
}

/* ---- tables of what the routes take and give ---- */

static const struct field PERIOD_QUERY[] = {
    {.name = "from_on", .type = FIELD_DATE, .about = "first business day; 30 days unless given"},
    {.name = "to_on", .type = FIELD_DATE, .about = "day after the last; tomorrow unless given"},
    FIELD_END,
};
static const struct field NOTHING_ITEM[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "member"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the member"},
    {.name = "reason",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "no_weight over_capacity daily_cap no_turn"},
    FIELD_END,
};
static const struct field DISTRIBUTION_ANSWER[] = {
    {.name = "distribution", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the pool"},
    {.name = "last_run_at",
     .type = FIELD_INSTANT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "when customers were given last"},
    {.name = "last_user_id",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "who was served last; the next in turn follows"},
    {.name = "nothing",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = NOTHING_ITEM,
     .about = "who got nothing then, and why"},
    FIELD_END,
};
static const struct field ECONOMY_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "pool or rule"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "its name"},
    {.name = "entered", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customers that came in"},
    {.name = "taken", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "claimed, assigned or given"},
    {.name = "waited_minutes",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "they lay there, on average"},
    {.name = "deals", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "takings with a deal since"},
    {.name = "ordered_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED, .about = "signed by those who took them"},
    {.name = "received_minor", .type = FIELD_MONEY, .flags = FIELD_REQUIRED, .about = "and received"},
    {.name = "conversion_ppm",
     .type = FIELD_PPM,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "deals / taken; null where nothing was taken"},
    FIELD_END,
};
static const struct field ECONOMICS_ANSWER[] = {
    {.name = "pools",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = ECONOMY_ITEM,
     .about = "most entered first"},
    {.name = "rules",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = ECONOMY_ITEM,
     .about = "what each rule brought in, and what became of it"},
    FIELD_END,
};
static const struct field HOARDING_ITEM[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "who claimed"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "of the person"},
    {.name = "claims", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of the period"},
    {.name = "in_time", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "followed up within 48 working hours"},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "later, or not at all"},
    {.name = "pending", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "not followed up, but not late either"},
    {.name = "hoarding_ppm",
     .type = FIELD_PPM,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "late / (in time + late); null where there are none"},
    FIELD_END,
};
static const struct field HOARDING_ANSWER[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = HOARDING_ITEM,
     .about = "most claims first"},
    FIELD_END,
};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "see GET /jobs/{id}"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/pools/{id}/distribution", "pool.distribution", PERM_POOL_MANAGE, 0, RECORDS_NONE, NULL, NULL, NULL,
     DISTRIBUTION_ANSWER, get_distribution, NULL, "Where the automatic distribution stands, and who got nothing."},
    {"POST", "/pool-distributions", "pool.distribute", PERM_POOL_RUN, 0, RECORDS_NONE, NULL, NULL, NULL, JOB_ANSWER,
     post_distribution, NULL, "Distributes now, as a job."},
    {"GET", "/pool-economics", "pool.economics", PERM_POOL_VIEW, 0, RECORDS_AGGREGATE, "pool_event", PERIOD_QUERY, NULL,
     ECONOMICS_ANSWER, get_economics, NULL, "What pools and rules brought in; each figure is a filter on pool events."},
    {"GET", "/pool-hoarding", "pool.hoarding", PERM_ASSIGNMENT_VIEW, 0, RECORDS_AGGREGATE, "assignment", PERIOD_QUERY,
     NULL, HOARDING_ANSWER, get_hoarding, NULL, "Claims by person, and how many lie untouched for 48 working hours."},
    {0},
};

static const struct job_kind JOB_KINDS[] = {
    {"pool.distribute", pool_run_distribute, "every 300", 0},
    {0},
};

const struct feature POOL_FIGURES_FEATURE = {.name = "pool", .routes = ROUTES, .job_kinds = JOB_KINDS};
