/* Territories of the demo company, as its people live with them: operations sets up pools, routes, rules and a
 * deadline, a list of companies is imported and routed, managers give out batches, representatives claim, call, sell
 * and return, and the jobs of the night and of the promises run. Orders go through the front door in the name of
 * whoever gives them, with the clock of their day; what time has not reached yet is left out. */
#include "demo_territory.h"

#include <stdio.h>
#include <string.h>

#include "platform/dispatch.h"
#include "platform/job.h"
#include "platform/tx.h"

enum { POOLS = 4, DAYS = 42, WORKS_MAX = 512, CALL_BYTES = 64 * 1024 * 1024, MINUTE_MS = 60000, DAY_MINUTES = 1440 };
enum { OPERATIONS = 1, EAST_MANAGER = 4, SOUTH_MANAGER = 5, REPS_FROM = DEMO_FIRST_REP, REPS_TO = 21 };

/* A pool: whose it is, and the provinces whose customers come to it. */
struct demo_pool {
    const char *name;     /* shown */
    int department;       /* members, by index */
    int manager;          /* administers it, by index */
    int64_t regions[6];   /* provinces, then 0 */
    const char *settings; /* what else is set, as JSON */
};
static const struct demo_pool POOL_LIST[POOLS] = {
    {"华东公海",
     1,
     4,
     {310000, 330000, 320000},
     "{\"claims_per_day\":5,\"views_per_day\":60,\"former_owner_days\":15}"},
    {"华南公海", 2, 5, {440000, 350000}, "{\"claims_per_day\":4,\"former_owner_days\":15,\"distribution\":\"assign\"}"},
    {"华北公海",
     3,
     6,
     {110000, 120000, 370000, 130000},
     "{\"claims_per_day\":3,\"fresh_hours\":2,\"former_owner_days\":30}"},
    {"总部公海", 0, 3, {0}, "{\"claims_per_day\":3,\"is_default\":true,\"distribution\":\"assign\"}"},
};
/* What a representative does with a customer, a letter a step: t talk, o opportunity, s its next stage, w won, c
 * contract, p payment, r return. */
static const char *const COURSES[] = {"",      "",     "t",    "ttr",    "tr",       "tttt",
                                      "ttttt", "ttot", "tots", "totsts", "totstwcp", "tostwcpt"};
static const char *const RETURN_REASONS[] = {"没有需求", "联系不上", "预算不足", "已选用竞品", NULL};

/* A customer in somebody's hands. */
struct work {
    int64_t customer_id;    /* whose */
    int rep;                /* by index */
    const char *course;     /* steps that are left */
    struct instant next_at; /* when the next one is due */
    int64_t opportunity_id; /* made on the way */
    int64_t contract_id;    /* made on the way */
    int product;            /* sold, by index */
    int stage;              /* of the opportunity, by index */
};

/* The weeks as they go by. */
struct territory {
    struct demo *demo;
    struct dispatcher *dispatcher;
    struct arena *arena;           /* of the present call */
    struct date real_today;        /* of the machine */
    struct instant real_now;       /* of the machine */
    int64_t pools[POOLS];          /* ids */
    int64_t policy_id;             /* of the deadline */
    struct work works[WORKS_MAX];  /* in the order they began */
    struct work before[WORKS_MAX]; /* the same as the day began */
    size_t work_count;             /* in both */
    uint64_t state_before;         /* of the random numbers, as the day began */
    struct instant until;          /* steps before this moment are due */
    int orders;                    /* given so far */
    const char *job;               /* kind being queued */
};

/* ---- the clock and the front door ---- */

static struct instant moment(const struct territory *t, int days_ago, int minute)
{
    struct instant day = date_start(date_add_days(t->real_today, -days_ago), t->demo->request.zone);
    return (struct instant){day.ms + (int64_t)minute * MINUTE_MS};
}

static bool is_past(const struct territory *t, struct instant at)
{
    return at.ms < t->real_now.ms;
}

static void set_clock(struct territory *t, struct instant at)
{
    t->demo->request.now = at;
    t->demo->request.today = instant_date(at, t->demo->request.zone);
}

/* One request of a person at a moment, and its status. The answer lives until the next one. */
static int send(struct territory *t, int person, struct instant at, const char *method, const char *path, json_t *body,
                json_t **answer_out)
{
    struct error error;
    struct response response = {0};
    arena_reset(t->arena);
    error_init(&error, t->arena);
    struct str query = str_dup(t->arena, str_from(path));
    struct str bare = query;
    str_cut(&query, '?', &bare);
    struct request request = {
        .arena = t->arena,
        .config = t->demo->request.config,
        .error = &error,
        .id = STR("demo"),
        .method = str_from(method),
        .path = bare,
        .query = query,
        .body = body == NULL ? STR("") : json_write(t->arena, json_keep(t->arena, body)),
        .content_type = STR("application/json"),
        .language = STR("zh-CN"),
        .address = STR("command"),
        .now = at,
    };
    dispatcher_act_as(t->dispatcher, t->demo->people[person]);
    dispatch(t->dispatcher, &request, &response);
    *answer_out = response.json;
    if (response.raw.len > 0 && json_read(t->arena, response.raw, &error, answer_out) != OK) {
        return 500; /* lists come as text */
    }
    return response.status;
}

/* The same where no refusal is foreseen. */
static enum err ask(struct territory *t, int person, struct instant at, const char *method, const char *path,
                    json_t *body, json_t **answer_out)
{
    json_t *answer = NULL;
    int status = send(t, person, at, method, path, body, &answer);
    if (status >= 400) {
        fprintf(stderr, "%s %s: %d %.*s\n", method, path, status, STR_ARG(json_write(t->arena, answer)));
        return ERR_INTERNAL;
    }
    if (answer_out != NULL) {
        *answer_out = answer;
    }
    return OK;
}

static enum err ask_id(struct territory *t, int person, struct instant at, const char *path, json_t *body, int64_t *id)
{
    json_t *answer = NULL;
    TRY(ask(t, person, at, "POST", path, body, &answer));
    *id = json_get_int(answer, "id", 0);
    return OK;
}

static enum err queue_job(struct db *db, void *context)
{
    const struct territory *t = context;
    int64_t id = 0;
    return job_queue(db, t->arena, t->job, 0, NULL, NULL, &id);
}

/* What waits is done as of that moment; `kind` is queued before, or NULL. */
static enum err run_jobs(struct territory *t, struct instant at, const char *kind)
{
    struct db *db = t->demo->request.db;
    t->job = kind;
    if (kind != NULL) {
        TRY(db_tx(db, queue_job, t));
    }
    return jobs_run_all(t->demo->request.config, db, (struct opt_instant){true, at});
}

/* ---- setting up ---- */

static enum err make_pool(struct territory *t, int index, struct instant at)
{
    const struct demo_pool *pool = &POOL_LIST[index];
    const struct demo *demo = t->demo;
    json_t *body = json_loads(pool->settings, 0, NULL);
    json_object_set_new(body, "name", json_string(pool->name));
    json_object_set_new(body, "members",
                        json_pack("[{s:I},{s:I,s:b},{s:I,s:b}]", "department_id",
                                  (json_int_t)demo->departments[pool->department], "user_id",
                                  (json_int_t)demo->people[pool->manager], "is_admin", 1, "user_id",
                                  (json_int_t)demo->people[OPERATIONS], "is_admin", 1));
    json_object_set_new(body, "closed_fields",
                        json_pack("[{s:s,s:s},{s:s,s:s}]", "field", "phone", "access", "masked", "field", "address",
                                  "access", "hidden"));
    json_t *reasons = json_array();
    for (size_t i = 0; RETURN_REASONS[i] != NULL; i++) {
        json_array_append_new(reasons, json_string(RETURN_REASONS[i]));
    }
    json_object_set_new(body, "return_reasons", reasons);
    TRY(ask_id(t, OPERATIONS, at, "/pools", body, &t->pools[index]));
    for (size_t i = 0; pool->regions[i] != 0; i++) {
        int64_t ignored = 0;
        TRY(ask_id(t, OPERATIONS, at, "/pool-routes",
                   json_pack("{s:s,s:I,s:I,s:i}", "name", pool->name, "region_id", (json_int_t)pool->regions[i],
                             "pool_id", (json_int_t)t->pools[index], "priority", 100),
                   &ignored));
    }
    return OK;
}

static enum err make_settings(struct territory *t, struct instant at)
{
    static const struct {
        const char *path; /* where it is posted */
        const char *body; /* what */
    } settings[] = {
        {"/pool-rules",
         "{\"name\":\"名录线索 12 天未跟进\",\"kind\":\"no_follow_up\",\"days\":12,\"priority\":10,\"warn_days\":3,"
         "\"exempt_deal\":true,\"exempt_open_opportunity\":true,"
         "\"covers\":{\"field\":\"source\",\"op\":\"eq\",\"value\":\"import\"}}"},
        {"/pool-rules",
         "{\"name\":\"C/D 级客户 90 天未跟进\",\"kind\":\"no_follow_up\",\"days\":90,\"priority\":20,\"warn_days\":7,"
         "\"exempt_deal\":true,\"exempt_open_opportunity\":true,"
         "\"covers\":{\"field\":\"level\",\"op\":\"in\",\"value\":[\"c\",\"d\"]}}"},
        {"/pool-rules", "{\"name\":\"A/B 级客户 180 "
                        "天未跟进\",\"kind\":\"no_follow_up\",\"days\":180,\"priority\":30,\"warn_days\":14,"
                        "\"warn_manager\":true,\"exempt_deal\":true,\"exempt_open_opportunity\":true,"
                        "\"covers\":{\"field\":\"level\",\"op\":\"in\",\"value\":[\"a\",\"b\"]}}"},
        {"/pool-rules",
         "{\"name\":\"240 个工作日未成交\",\"kind\":\"no_deal\",\"days\":240,\"priority\":40,\"working_days\":true,"
         "\"exempt_open_opportunity\":true,\"is_active\":false}"},
        {"/holding-limits",
         "{\"name\":\"销售库容\",\"maximum\":80,\"uncounted\":{\"field\":\"level\",\"op\":\"eq\",\"value\":\"a\"}}"},
    };
    int64_t ignored = 0;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        TRY(ask_id(t, OPERATIONS, at, settings[i].path, json_loads(settings[i].body, 0, NULL), &ignored));
    }
    TRY(ask_id(t, OPERATIONS, at, "/holding-limits",
               json_pack("{s:s,s:i,s:I}", "name", "张伟（重点培养）", "maximum", 100, "user_id",
                         (json_int_t)t->demo->people[DEMO_FIRST_REP]),
               &ignored));
    TRY(ask_id(t, OPERATIONS, at, "/pool-routes",
               json_pack("{s:s,s:s,s:I,s:i}", "name", "渠道伙伴线索", "source", "partner", "pool_id",
                         (json_int_t)t->pools[POOLS - 1], "priority", 10),
               &ignored));
    return ask_id(t, OPERATIONS, at, "/sla-policies",
                  json_pack("{s:s,s:i,s:i,s:i,s:i,s:b}", "name", "8 工作小时内首次跟进", "touch_hours", 8,
                            "remind_before_hours", 2, "escalate_after_hours", 4, "take_back_after_hours", 16,
                            "is_default", 1),
                  &t->policy_id);
}

static enum err set_up(struct territory *t)
{
    struct instant at = moment(t, DAYS, 10 * 60);
    for (int i = 0; i < POOLS; i++) {
        TRY(make_pool(t, i, at));
    }
    return make_settings(t, at);
}

/* A list of companies that nobody holds. */
static enum err make_leads(struct db *db, void *context)
{
    static const char *const levels[] = {"b", "c", "c", "d"};
    struct territory *t = context;
    struct demo *demo = t->demo;
    (void)db;
    for (size_t i = 0; i < DEMO_LEADS; i++) {
        int64_t id = 0;
        int city = demo_pick(demo, demo_words(DEMO_CITIES));
        int trade = demo_pick(demo, demo_words(DEMO_TRADES));
        struct str name = str_format(demo->request.arena, "%.*s有限公司",
                                     STR_ARG(demo_company_name(demo, DEMO_CUSTOMERS + i, city, trade)));
        struct str phone = str_format(demo->request.arena, "0%d-5%07zu", 20 + city, 1000000 + i * 7919);
        TRY(demo_create_at(demo, "customer",
                           json_pack("{s:o,s:s,s:s,s:s,s:I,s:o,s:i}", "name", json_str(name), "level",
                                     levels[demo_pick(demo, 4)], "source", i % 15 == 0 ? "partner" : "import",
                                     "industry", DEMO_TRADES[trade], "region_id", (json_int_t)DEMO_CITY_REGIONS[city],
                                     "phone", json_str(phone), "employee_count", 20 + demo_pick(demo, 900)),
                           (struct opt_instant){true, demo->request.now}, &id));
    }
    return OK;
}

/* A transaction of records at a moment, with memory of its own. */
static enum err records(struct territory *t, struct instant at, enum err (*body)(struct db *, void *))
{
    struct request *request = &t->demo->request;
    struct arena *outer = request->arena;
    set_clock(t, at);
    request->arena = arena_create(CALL_BYTES * 2);
    enum err err = db_tx(request->db, body, t);
    if (err != OK) {
        demo_complain(t->demo, "territory", err);
    }
    arena_destroy(request->arena);
    request->arena = outer;
    return err;
}

static enum err bring_leads(struct territory *t)
{
    struct instant at = moment(t, DAYS - 2, 9 * 60 + 30);
    json_t *answer;
    TRY(records(t, at, make_leads));
    TRY(ask(t, OPERATIONS, at, "POST", "/pool-routes/run", NULL, &answer));
    return run_jobs(t, at, NULL);
}

/* ---- work with a customer ---- */

static void begin_work(struct territory *t, int64_t customer_id, int64_t user_id, struct instant at)
{
    static const int delays[] = {20, 35, 55, 95, 140, 210, 270, DAY_MINUTES, DAY_MINUTES + 90};
    struct demo *demo = t->demo;
    int rep = REPS_FROM;
    while (rep < REPS_TO && demo->people[rep] != user_id) {
        rep++;
    }
    if (rep == REPS_TO || t->work_count == WORKS_MAX) {
        return;
    }
    int delay = delays[demo_pick(demo, (int)(sizeof delays / sizeof delays[0]))];
    t->works[t->work_count++] = (struct work){
        .customer_id = customer_id,
        .rep = rep,
        .course = COURSES[demo_pick(demo, (int)(sizeof COURSES / sizeof COURSES[0]))],
        .next_at = {at.ms + (int64_t)delay * MINUTE_MS},
    };
}

static enum err talk(struct demo *demo, const struct work *work)
{
    static const char *const methods[] = {"call", "visit", "message", "meeting"};
    int64_t id = 0;
    json_t *body = json_pack("{s:I,s:s,s:s,s:o,s:I}", "customer_id", (json_int_t)work->customer_id, "content",
                             DEMO_NOTES[demo_pick(demo, demo_words(DEMO_NOTES))], "method", methods[demo_pick(demo, 4)],
                             "followed_at", json_instant(demo->request.arena, demo->request.now), "owner_id",
                             (json_int_t)demo->people[work->rep]);
    return demo_create_at(demo, "follow_up", body, (struct opt_instant){true, demo->request.now}, &id);
}

static enum err open_deal(struct demo *demo, struct work *work)
{
    work->product = demo_pick(demo, (int)DEMO_PRODUCT_COUNT);
    json_t *body = json_pack("{s:I,s:I,s:I,s:I,s:o,s:I,s:o}", "customer_id", (json_int_t)work->customer_id, "owner_id",
                             (json_int_t)demo->people[work->rep], "product_id",
                             (json_int_t)demo->products[work->product], "amount_minor",
                             (json_int_t)(DEMO_PRODUCTS[work->product].price * 2), "engaged_on", demo_date(demo, 0),
                             "stage_id", (json_int_t)demo->stages[0], "expected_close_on", demo_date(demo, -30));
    return demo_create_at(demo, "opportunity", body, (struct opt_instant){true, demo->request.now},
                          &work->opportunity_id);
}

/* To the next open stage, or to the one that is won. */
static enum err move_deal(struct demo *demo, struct work *work, bool won)
{
    const struct record_options options = {.unscoped = true};
    work->stage = won ? 4 : work->stage < 3 ? work->stage + 1 : 3;
    json_t *body = json_pack("{s:I}", "stage_id", (json_int_t)demo->stages[work->stage]);
    if (won) {
        json_object_set_new(body, "closed_on", demo_date(demo, 0));
    }
    json_keep(demo->request.arena, body);
    error_init(demo->request.error, demo->request.arena);
    return record_update(&demo->request, object_find("opportunity"), work->opportunity_id, 0, body, &options);
}

static enum err sign(struct demo *demo, struct work *work)
{
    json_t *body = json_pack("{s:I,s:I,s:s,s:o,s:I,s:[{s:I,s:i}]}", "customer_id", (json_int_t)work->customer_id,
                             "opportunity_id", (json_int_t)work->opportunity_id, "status", "signed", "signed_on",
                             demo_date(demo, 0), "owner_id", (json_int_t)demo->people[work->rep], "lines", "product_id",
                             (json_int_t)demo->products[work->product], "quantity_milli", 2000);
    TRY(demo_create_at(demo, "contract", body, (struct opt_instant){true, demo->request.now}, &work->contract_id));
    /* 60 % within a week, the rest within two. */
    int64_t amount = DEMO_PRODUCTS[work->product].price * 2;
    for (int part = 0; part < 2; part++) {
        int64_t id = 0;
        int64_t share = part == 0 ? amount * 6 / 10 : amount - amount * 6 / 10;
        body = json_pack("{s:I,s:s,s:o,s:I}", "contract_id", (json_int_t)work->contract_id, "name",
                         part == 0 ? "首付款（60%）" : "验收款（40%）", "due_on", demo_date(demo, -7 * (part + 1)),
                         "amount_minor", (json_int_t)share);
        TRY(demo_create_at(demo, "installment", body, (struct opt_instant){true, demo->request.now}, &id));
    }
    return OK;
}

static enum err be_paid(struct demo *demo, const struct work *work)
{
    int64_t id = 0;
    json_t *body = json_pack("{s:I,s:I,s:o,s:s}", "contract_id", (json_int_t)work->contract_id, "amount_minor",
                             (json_int_t)(DEMO_PRODUCTS[work->product].price * 6 / 5), "received_on",
                             demo_date(demo, 0), "method", "bank");
    return demo_create_at(demo, "payment", body, (struct opt_instant){true, demo->request.now}, &id);
}

static enum err do_step(struct demo *demo, struct work *work, char step)
{
    switch (step) {
    case 'o':
        return open_deal(demo, work);
    case 's':
        return move_deal(demo, work, false);
    case 'w':
        return move_deal(demo, work, true);
    case 'c':
        return sign(demo, work);
    case 'p':
        return be_paid(demo, work);
    default:
        return talk(demo, work);
    }
}

static enum err give_back(struct territory *t, const struct work *work)
{
    const char *reason = RETURN_REASONS[demo_pick(t->demo, demo_words(RETURN_REASONS))];
    return ask(t, work->rep, work->next_at, "POST", "/pool-returns",
               json_pack("{s:[I],s:s}", "customer_ids", (json_int_t)work->customer_id, "reason", reason), NULL);
}

/* The next working hour, some days on unless the step follows at once. */
static struct instant next_step_at(struct territory *t, struct instant at, char next)
{
    struct demo *demo = t->demo;
    if (next == 'o' || next == 'c') {
        return (struct instant){at.ms + (15 + demo_pick(demo, 60)) * (int64_t)MINUTE_MS};
    }
    struct date day = date_add_days(instant_date(at, demo->request.zone), 1 + demo_pick(demo, 4));
    while (date_weekday(day) > 5) {
        day = date_add_days(day, 1);
    }
    return (struct instant){date_start(day, demo->request.zone).ms +
                            (9 * 60 + 10 + demo_pick(demo, 8 * 60)) * (int64_t)MINUTE_MS};
}

static bool is_due(const struct territory *t, const struct work *work)
{
    return *work->course != '\0' && work->next_at.ms < t->until.ms && is_past(t, work->next_at);
}

static void end_step(struct territory *t, struct work *work)
{
    work->course++;
    work->next_at = next_step_at(t, work->next_at, *work->course);
}

/* Everything of the day that is a record; what it changes in memory is undone when it has to be done again. */
static enum err do_steps(struct db *db, void *context)
{
    struct territory *t = context;
    (void)db;
    memcpy(t->works, t->before, t->work_count * sizeof *t->works);
    t->demo->state = t->state_before;
    for (size_t i = 0; i < t->work_count; i++) {
        struct work *work = &t->works[i];
        while (is_due(t, work) && *work->course != 'r') {
            set_clock(t, work->next_at);
            TRY(do_step(t->demo, work, *work->course));
            end_step(t, work);
        }
    }
    return OK;
}

/* All steps that are due before a moment. A return ends the work. */
static enum err go_on(struct territory *t, struct instant until)
{
    t->until = until;
    t->state_before = t->demo->state;
    memcpy(t->before, t->works, t->work_count * sizeof *t->works);
    TRY(records(t, until, do_steps));
    for (size_t i = 0; i < t->work_count; i++) {
        if (is_due(t, &t->works[i])) {
            TRY(give_back(t, &t->works[i]));
            end_step(t, &t->works[i]);
        }
    }
    return OK;
}

/* ---- batches, claims, nights ---- */

/* At most `limit` customers lying in a pool, as a person sees them. */
static enum err lying(struct territory *t, int person, struct instant at, int pool, int limit, int64_t *ids_out,
                      int *count_out)
{
    /* A batch goes through the list; who claims looks at what is new. */
    const char *sort = person == OPERATIONS ? "name" : "-pool_entered_at";
    char path[200];
    json_t *answer;
    snprintf(path, sizeof path,
             "/pool-customers?limit=%d&sort=%s&filter=%%7B%%22field%%22%%3A%%22pool_id%%22%%2C%%22op%%22%%3A%%22eq%%22"
             "%%2C%%22value%%22%%3A%lld%%7D",
             limit, sort, (long long)t->pools[pool]);
    TRY(ask(t, person, at, "GET", path, NULL, &answer));
    const json_t *items = json_object_get(answer, "items");
    *count_out = (int)json_array_size(items);
    for (int i = 0; i < *count_out; i++) {
        ids_out[i] = json_get_int(json_array_get(items, (size_t)i), "id", 0);
    }
    return OK;
}

static json_t *id_list(const int64_t *ids, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        json_array_append_new(list, json_integer(ids[i]));
    }
    return list;
}

/* Everybody who got something begins to work. */
static enum err begin_works(struct territory *t, int64_t batch_id, struct instant at)
{
    char path[80];
    json_t *answer;
    snprintf(path, sizeof path, "/assignment-batches/%lld/items?limit=200", (long long)batch_id);
    TRY(ask(t, OPERATIONS, at, "GET", path, NULL, &answer));
    const json_t *items = json_object_get(answer, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (str_eq_c(json_get_str(item, "result"), "assigned")) {
            begin_work(t, json_get_int(item, "customer_id", 0), json_get_int(item, "to_owner_id", 0), at);
        }
    }
    return OK;
}

static enum err give_batch(struct territory *t, const char *name, struct instant at, const int64_t *ids, int count,
                           int first_rep, int last_rep, const char *strategy)
{
    int64_t batch_id = 0;
    json_t *people = json_array();
    for (int rep = first_rep; rep <= last_rep; rep++) {
        json_array_append_new(people, json_pack("{s:I,s:i}", "user_id", (json_int_t)t->demo->people[rep], "weight",
                                                rep % 2 == 0 ? 2 : 3));
    }
    struct date expected = date_add_days(instant_date(at, t->demo->request.zone), 3);
    json_t *body = json_pack("{s:s,s:o,s:s,s:o,s:s,s:o,s:I}", "name", name, "ids", id_list(ids, count), "strategy",
                             strategy, "people", people, "reason", "名录线索集中跟进", "expected_action_on",
                             json_date(t->demo->request.arena, expected), "sla_policy_id", (json_int_t)t->policy_id);
    TRY(ask_id(t, OPERATIONS, at, "/assignment-batches", body, &batch_id));
    TRY(run_jobs(t, at, NULL));
    return begin_works(t, batch_id, at);
}

static enum err first_batch(struct territory *t, struct instant at)
{
    int64_t ids[64];
    int count = 0;
    TRY(lying(t, OPERATIONS, at, 0, 42, ids, &count));
    return give_batch(t, "名录线索第一批（华东）", at, ids, count, 7, 12, "evenly");
}

static enum err second_batch(struct territory *t, struct instant at)
{
    int64_t ids[64];
    int south = 0;
    int north = 0;
    TRY(lying(t, OPERATIONS, at, 1, 24, ids, &south));
    TRY(lying(t, OPERATIONS, at, 2, 20, ids + south, &north));
    return give_batch(t, "名录线索第二批（华南、华北）", at, ids, south + north, 13, 20, "weighted");
}

static enum err claim(struct territory *t, int rep, struct instant at)
{
    int64_t ids[4];
    int count = 0;
    char path[64];
    json_t *answer;
    int pool = rep < 13 ? 0 : rep < 18 ? 1 : 2;
    TRY(lying(t, rep, at, pool, 1 + demo_pick(t->demo, 2), ids, &count));
    if (count == 0) {
        return OK;
    }
    snprintf(path, sizeof path, "/pools/%lld/claim", (long long)t->pools[pool]);
    /* Not everything is given: a day's claims end, and who lost a customer waits. One that is refused alone has no
     * list. */
    send(t, rep, at, "POST", path, json_pack("{s:o}", "customer_ids", id_list(ids, count)), &answer);
    const json_t *results = json_object_get(answer, "results");
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        if (json_get_bool(result, "ok", false)) {
            begin_work(t, json_get_int(result, "id", 0), t->demo->people[rep], at);
        }
    }
    return OK;
}

/* A manager gives some of the pool's customers to his people. */
static enum err assign_from_pool(struct territory *t, struct instant at)
{
    int64_t ids[8];
    int count = 0;
    char path[64];
    TRY(lying(t, SOUTH_MANAGER, at, 1, 4, ids, &count));
    snprintf(path, sizeof path, "/pools/%lld/assign", (long long)t->pools[1]);
    for (int i = 0; i < count; i++) {
        int rep = 13 + i;
        TRY(ask(t, SOUTH_MANAGER, at, "POST", path,
                json_pack("{s:[I],s:I,s:s}", "customer_ids", (json_int_t)ids[i], "owner_id",
                          (json_int_t)t->demo->people[rep], "reason", "区域经理指派"),
                NULL));
        begin_work(t, ids[i], t->demo->people[rep], at);
    }
    return OK;
}

/* Orders of managers, each on its day or on the working day after. */
static const struct {
    int days_ago; /* planned for */
    enum err (*give)(struct territory *t, struct instant at);
} ORDERS[] = {{30, first_batch}, {20, assign_from_pool}, {13, second_batch}};
enum { ORDER_COUNT = sizeof ORDERS / sizeof ORDERS[0] };

static enum err working_day(struct territory *t, int days_ago)
{
    struct instant at = moment(t, days_ago, 8 * 60 + 40);
    while (t->orders < ORDER_COUNT && days_ago <= ORDERS[t->orders].days_ago && is_past(t, at)) {
        TRY(ORDERS[t->orders++].give(t, at));
    }
    int claims = days_ago > 34 ? 0 : 1 + demo_pick(t->demo, 3);
    for (int i = 0; i < claims; i++) {
        int rep = REPS_FROM + demo_pick(t->demo, REPS_TO - REPS_FROM);
        at = moment(t, days_ago, 9 * 60 + 5 + i * 15 + demo_pick(t->demo, 10));
        if (is_past(t, at)) {
            TRY(claim(t, rep, at));
        }
    }
    return OK;
}

static enum err one_day(struct territory *t, int days_ago)
{
    struct instant night = moment(t, days_ago, 60);
    struct instant evening = moment(t, days_ago, 18 * 60 + 5);
    if (is_past(t, night) && (days_ago % 7 == 0 || days_ago == 3 || days_ago == 1)) {
        TRY(run_jobs(t, night, "pool.recycle"));
    }
    if (date_weekday(date_add_days(t->real_today, -days_ago)) <= 5) {
        TRY(working_day(t, days_ago));
    }
    TRY(go_on(t, evening));
    return is_past(t, evening) ? run_jobs(t, evening, "assignment.sla") : OK;
}

/* Some quotes of salespeople go further below the list than they may: they wait for somebody's approval. */
static enum err offer_too_much(struct territory *t)
{
    int made = 0;
    for (size_t i = 0; i < t->work_count && made < 5; i++) {
        const struct work *work = &t->works[i];
        json_t *answer = NULL;
        if (work->opportunity_id == 0 || work->contract_id != 0) {
            continue;
        }
        struct date until = date_add_days(t->real_today, 14);
        json_t *body = json_pack("{s:I,s:I,s:o,s:[{s:I,s:i,s:I}]}", "opportunity_id", (json_int_t)work->opportunity_id,
                                 "price_book_id", (json_int_t)t->demo->price_book, "valid_until",
                                 json_date(t->demo->request.arena, until), "lines", "product_id",
                                 (json_int_t)t->demo->products[work->product], "quantity_milli", 2000,
                                 "unit_price_minor", (json_int_t)(DEMO_PRODUCTS[work->product].price * 88 / 100));
        /* Who has given the customer back since offers nothing any more. */
        send(t, work->rep, t->real_now, "POST", "/quotes", body, &answer);
        made += json_get_int(answer, "id", 0) != 0;
    }
    return OK;
}

static enum err live_through(struct territory *t)
{
    TRY(set_up(t));
    TRY(bring_leads(t));
    for (int days_ago = DAYS - 3; days_ago >= 0; days_ago--) {
        TRY(one_day(t, days_ago));
    }
    TRY(offer_too_much(t));
    return run_jobs(t, t->real_now, "money.overdue"); /* what is late is known from the first day on */
}

enum err demo_territory(struct demo *demo)
{
    struct territory t = {
        .demo = demo,
        .dispatcher = dispatcher_create(demo->request.config),
        .arena = arena_create(CALL_BYTES),
        .real_today = demo->request.today,
        .real_now = demo->request.now,
    };
    fprintf(stderr, "pools, batches and six weeks of work\n");
    enum err err = live_through(&t);
    set_clock(&t, t.real_now);
    dispatcher_destroy(t.dispatcher);
    arena_destroy(t.arena);
    return err;
}
