/* `dabiao demo`: the same numbers on every machine (seeded), dates around today. Everything goes through the record
 * calls, so the demo obeys the rules it shows. */
#include <stdio.h>

#include "auth.h"
#include "demo.h"
#include "demo_store.h"
#include "demo_words.h"
#include "ledger.h"
#include "opportunity.h"
#include "org.h"
#include "platform/identity_load.h"
#include "platform/object.h"
#include "platform/tx.h"
#include "target.h"

enum { CUSTOMERS = 240, FIRST_REP = 7, CHUNK = 40 };
static const char PASSWORD[] = "Dabiao-Demo-2026";

/* A demo in the making. */
struct demo {
    struct request request;  /* acts as the administrator */
    uint64_t state;          /* of the random numbers */
    int64_t departments[32]; /* ids by index */
    int64_t people[64];      /* ids by index */
    int64_t products[16];    /* ids by index */
    int64_t stages[8];       /* of the default pipeline, in order */
    size_t done;             /* customers made */
    int names[CUSTOMERS];    /* what each customer is called: brand, trade and city in one number */
};

static uint64_t next_random(struct demo *demo)
{
    uint64_t z = (demo->state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

static int pick(struct demo *demo, int count)
{
    return (int)(next_random(demo) % (uint64_t)count);
}

static int words(const char *const *list)
{
    int count = 0;
    while (list[count] != NULL) {
        count++;
    }
    return count;
}

static enum err create_at(struct demo *demo, const char *object, json_t *body, struct opt_instant at, int64_t *id)
{
    const struct record_options options = {
        .importing = true, .unscoped = true, .created_at = at, .reason = STR("demo")};
    json_keep(demo->request.arena, body);
    error_init(demo->request.error, demo->request.arena);
    TRY(record_create(&demo->request, object_find(object), body, &options, id));
    return ledger_refresh_of(demo->request.db, demo->request.arena, object_find(object), id, 1);
}

static enum err create(struct demo *demo, const char *object, json_t *body, int64_t *id)
{
    return create_at(demo, object, body, (struct opt_instant){0}, id);
}

/* ---- the organisation ---- */

static enum err make_organisation(struct db *db, void *context)
{
    struct demo *demo = context;
    struct request *request = &demo->request;
    TRY(demo_store_company(db, request->arena, STR("星河智联科技有限公司")));
    int64_t top = 0;
    TRY(demo_store_top_department(db, request->arena, &top));
    for (size_t i = 0; i < DEMO_DEPARTMENT_COUNT; i++) {
        int parent = DEMO_DEPARTMENTS[i].parent;
        TRY(create(demo, "department",
                   json_pack("{s:s,s:I,s:i}", "name", DEMO_DEPARTMENTS[i].name, "parent_id",
                             (json_int_t)(parent < 0 ? top : demo->departments[parent]), "sort_order", (int)i),
                   &demo->departments[i]));
    }
    struct str password = str_from(PASSWORD);
    for (size_t i = 0; i < DEMO_PERSON_COUNT; i++) {
        const struct demo_person *person = &DEMO_PEOPLE[i];
        int64_t role_id = 0;
        TRY(demo_store_role(db, request->arena, person->role, &role_id));
        json_t *body = json_pack("{s:s,s:s,s:s,s:I,s:[I]}", "login", person->login, "name", person->name, "title",
                                 person->title, "department_id",
                                 (json_int_t)(person->department < 0 ? top : demo->departments[person->department]),
                                 "role_ids", (json_int_t)role_id);
        if (person->manager >= 0) {
            json_object_set_new(body, "manager_id", json_integer(demo->people[person->manager]));
        }
        TRY(create(demo, "user", body, &demo->people[i]));
        TRY(auth_set_password(db, request->arena, request->config, demo->people[i], password, false, request->now));
    }
    return demo_store_stages(db, request->arena, demo->stages);
}

static enum err make_products(struct db *db, void *context)
{
    struct demo *demo = context;
    (void)db;
    for (size_t i = 0; i < DEMO_PRODUCT_COUNT; i++) {
        const struct demo_product *product = &DEMO_PRODUCTS[i];
        TRY(create(demo, "product",
                   json_pack("{s:s,s:s,s:s,s:s,s:I,s:I}", "code", product->code, "name", product->name, "product_line",
                             product->line, "unit", product->unit, "price_minor", (json_int_t)product->price,
                             "cost_minor", (json_int_t)product->cost),
                   &demo->products[i]));
    }
    return OK;
}

/* ---- customers and what happens with them ---- */

/* A moment `days` before now, in working hours. */
static struct instant days_ago(struct demo *demo, int days)
{
    struct instant day = date_start(date_add_days(demo->request.today, -days), demo->request.zone);
    return (struct instant){day.ms + (9 * 3600 + pick(demo, 8 * 3600)) * 1000LL};
}

static json_t *date_json(struct demo *demo, int days_back)
{
    return json_date(demo->request.arena, date_add_days(demo->request.today, -days_back));
}

static enum err make_follow_ups(struct demo *demo, int64_t customer_id, int64_t owner_id, int age)
{
    static const char *const methods[] = {"call", "visit", "message", "email", "meeting"};
    int count = pick(demo, 6);
    for (int i = 0; i < count; i++) {
        int64_t id = 0;
        int days = pick(demo, age + 1);
        struct instant at = days_ago(demo, days);
        if (at.ms > demo->request.now.ms) {
            continue;
        }
        json_t *body =
            json_pack("{s:I,s:s,s:s,s:o,s:I}", "customer_id", (json_int_t)customer_id, "content",
                      DEMO_NOTES[pick(demo, words(DEMO_NOTES))], "method", methods[pick(demo, 5)], "followed_at",
                      json_instant(demo->request.arena, at), "owner_id", (json_int_t)owner_id);
        if (days < 5) {
            json_object_set_new(body, "next_plan_at",
                                json_instant(demo->request.arena, (struct instant){demo->request.now.ms +
                                                                                   (1 + pick(demo, 9)) * 86400000LL}));
            json_object_set_new(body, "next_plan", json_string("跟进报价反馈"));
        }
        TRY(create_at(demo, "follow_up", body, (struct opt_instant){true, at}, &id));
    }
    return OK;
}

static enum err make_money(struct demo *demo, int64_t customer_id, int64_t opportunity_id, int64_t owner_id,
                           int product, int quantity, int closed)
{
    int64_t contract = 0;
    int64_t payment = 0;
    int64_t refund = 0;
    int64_t amount = DEMO_PRODUCTS[product].price * quantity;
    TRY(create(demo, "contract",
               json_pack("{s:I,s:I,s:s,s:o,s:I,s:[{s:I,s:i}]}", "customer_id", (json_int_t)customer_id,
                         "opportunity_id", (json_int_t)opportunity_id, "status", "signed", "signed_on",
                         date_json(demo, closed), "owner_id", (json_int_t)owner_id, "lines", "product_id",
                         (json_int_t)demo->products[product], "quantity_milli", quantity * 1000),
               &contract));
    for (int part = 0; part < 2 && closed > part * 25; part++) {
        int days = closed - part * 25 - pick(demo, 15);
        int64_t share = part == 0 ? amount * 6 / 10 : amount - amount * 6 / 10;
        TRY(create(demo, "payment",
                   json_pack("{s:I,s:I,s:o,s:s}", "contract_id", (json_int_t)contract, "amount_minor",
                             (json_int_t)share, "received_on", date_json(demo, days < 0 ? 0 : days), "method", "bank"),
                   &payment));
        if (pick(demo, 25) == 0) {
            TRY(create(demo, "refund",
                       json_pack("{s:I,s:I,s:o,s:s}", "payment_id", (json_int_t)payment, "amount_minor",
                                 (json_int_t)(share / 10), "refunded_on", date_json(demo, 0), "reason", "部分退货"),
                       &refund));
        }
    }
    return OK;
}

static enum err make_opportunity(struct demo *demo, int64_t customer_id, int64_t owner_id, int age)
{
    int64_t id = 0;
    int product = pick(demo, (int)DEMO_PRODUCT_COUNT);
    int quantity = 1 + pick(demo, DEMO_PRODUCTS[product].price > 2000000 ? 3 : 40);
    int fate = pick(demo, 10);
    int engaged = pick(demo, age + 1);
    int closed = engaged > 10 ? pick(demo, engaged - 8) : engaged;
    bool won = fate < 4 && engaged > 10;
    bool lost = fate >= 4 && fate < 6 && engaged > 10;
    json_t *body = json_pack("{s:I,s:I,s:I,s:I,s:o,s:I}", "customer_id", (json_int_t)customer_id, "owner_id",
                             (json_int_t)owner_id, "product_id", (json_int_t)demo->products[product], "amount_minor",
                             (json_int_t)(DEMO_PRODUCTS[product].price * quantity), "engaged_on",
                             date_json(demo, engaged), "stage_id",
                             (json_int_t)demo->stages[won    ? 4
                                                      : lost ? 5
                                                             : pick(demo, 4)]);
    if (won || lost) {
        json_object_set_new(body, "closed_on", date_json(demo, closed));
    } else {
        json_object_set_new(body, "expected_close_on", date_json(demo, -5 - pick(demo, 80)));
    }
    if (lost) {
        json_object_set_new(body, "lost_reason", json_string(pick(demo, 2) ? "价格高于竞争对手" : "客户预算取消"));
    }
    TRY(create_at(demo, "opportunity", body, (struct opt_instant){true, days_ago(demo, engaged == 0 ? 1 : engaged)},
                  &id));
    return won ? make_money(demo, customer_id, id, owner_id, product, quantity, closed) : OK;
}

/* A brand that makes the name differ from those of the customers before. */
static int free_brand(struct demo *demo, size_t index, int city, int trade)
{
    int brands = words(DEMO_BRANDS);
    int brand = (int)((index * 7 + (size_t)trade) % (size_t)brands);
    for (size_t i = 0; i < index; i++) {
        if (demo->names[i] == (brand * 100 + trade) * 100 + city) {
            brand = (brand + 1) % brands;
            i = SIZE_MAX; /* the next brand may be taken too: from the beginning */
        }
    }
    demo->names[index] = (brand * 100 + trade) * 100 + city;
    return brand;
}

static enum err make_customer(struct demo *demo, size_t index)
{
    static const char *const levels[] = {"a", "b", "b", "c", "c", "d"};
    static const char *const sources[] = {"website", "referral", "exhibition", "cold_call", "advert", "partner"};
    int64_t id = 0;
    int64_t contact = 0;
    int city = pick(demo, words(DEMO_CITIES));
    int trade = pick(demo, words(DEMO_TRADES));
    int age = 20 + pick(demo, 420);
    int64_t owner = demo->people[FIRST_REP + pick(demo, (int)DEMO_PERSON_COUNT - FIRST_REP)];
    struct arena *arena = demo->request.arena;
    struct str name =
        str_format(arena, "%s%s%s有限公司", DEMO_CITIES[city],
                   DEMO_BRANDS[free_brand(demo, index, city, trade)], DEMO_TRADES[trade]);
    struct instant at = days_ago(demo, age);
    TRY(create_at(demo, "customer",
                  json_pack("{s:o,s:s,s:s,s:s,s:I,s:o,s:i,s:I}", "name", json_str(name), "level", levels[pick(demo, 6)],
                            "source", sources[pick(demo, 6)], "industry", DEMO_TRADES[trade], "region_id",
                            (json_int_t)DEMO_CITY_REGIONS[city], "phone",
                            json_str(str_format(arena, "0%d-%08d", 20 + pick(demo, 9), 60000000 + pick(demo, 9999999))),
                            "employee_count", 20 + pick(demo, 2000), "owner_id", (json_int_t)owner),
                  (struct opt_instant){true, at}, &id));
    struct str person = str_format(arena, "%s%s", DEMO_SURNAMES[pick(demo, words(DEMO_SURNAMES))],
                                   DEMO_GIVEN[pick(demo, words(DEMO_GIVEN))]);
    TRY(create_at(demo, "contact",
                  json_pack("{s:o,s:I,s:s,s:o,s:b,s:I}", "name", json_str(person), "customer_id", (json_int_t)id,
                            "title", pick(demo, 2) ? "采购经理" : "技术总监", "mobile",
                            json_str(str_format(arena, "13%d%08d", pick(demo, 10), pick(demo, 99999999))), "is_primary",
                            1, "owner_id", (json_int_t)owner),
                  (struct opt_instant){true, at}, &contact));
    TRY(make_follow_ups(demo, id, owner, age));
    int deals = pick(demo, 3);
    for (int i = 0; i < deals; i++) {
        TRY(make_opportunity(demo, id, owner, age));
    }
    return OK;
}

static enum err make_customers(struct db *db, void *context)
{
    struct demo *demo = context;
    (void)db;
    for (size_t i = 0; i < CHUNK && demo->done + i < CUSTOMERS; i++) {
        TRY(make_customer(demo, demo->done + i));
    }
    return OK;
}

/* Months weigh like a real year: a slow February, a strong December. */
static enum err make_targets(struct db *db, void *context)
{
    static const int64_t season[TARGET_MONTHS] = {7, 5, 9, 8, 8, 9, 7, 8, 9, 8, 10, 12};
    struct demo *demo = context;
    int year, month, day;
    date_parts(demo->request.today, &year, &month, &day);
    (void)db;
    for (int measure = MEASURE_SIGNED_AMOUNT; measure <= MEASURE_RECEIVED_AMOUNT; measure++) {
        for (size_t p = FIRST_REP; p < DEMO_PERSON_COUNT; p++) {
            struct target_cell cells[TARGET_MONTHS];
            struct money parts[TARGET_MONTHS];
            int64_t total = (60 + pick(demo, 60)) * 1000000LL;
            if (!money_split((struct money){measure == MEASURE_SIGNED_AMOUNT ? total : total * 9 / 10}, season,
                             TARGET_MONTHS, parts)) {
                return ERR_INTERNAL;
            }
            for (int m = 0; m < TARGET_MONTHS; m++) {
                cells[m] = (struct target_cell){
                    .is_user = true, .subject_id = demo->people[p], .month = m + 1, .amount = parts[m].minor};
            }
            TRY(target_save(&demo->request, year, (enum measure)measure, cells, TARGET_MONTHS, true));
        }
    }
    return OK;
}

/* ---- the command ---- */

static enum err step(struct demo *demo, const char *what, enum err (*body)(struct db *, void *))
{
    struct arena *outer = demo->request.arena;
    uint64_t state = demo->state;
    fprintf(stderr, "%s\n", what);
    demo->request.arena = arena_create(512 * 1024 * 1024);
    enum err err = db_tx(demo->request.db, body, demo);
    if (err != OK) {
        const struct error *error = demo->request.error;
        fprintf(stderr, "%s: %.*s %.*s\n", what, STR_ARG(error->detail.len ? error->detail : str_from(err_text(err))),
                STR_ARG(error->field_count ? error->fields[0].message : STR("")));
        demo->state = state;
    }
    arena_destroy(demo->request.arena);
    demo->request.arena = outer;
    return err;
}

static enum err fill(struct demo *demo)
{
    TRY(step(demo, "departments and people", make_organisation));
    TRY(step(demo, "products", make_products));
    while (demo->done < CUSTOMERS) {
        TRY(step(demo, "customers, deals and money", make_customers));
        demo->done += CHUNK;
    }
    return step(demo, "targets", make_targets);
}

static void print_accounts(void)
{
    printf("%-12s %-18s %s\n", "login", "password", "who");
    printf("%-12s %-18s %s\n", "admin", PASSWORD, "管理员 administrator");
    static const int shown[] = {0, 1, 2, 3, 4, 7, 8};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        printf("%-12s %-18s %s %s\n", DEMO_PEOPLE[shown[i]].login, PASSWORD, DEMO_PEOPLE[shown[i]].name,
               DEMO_PEOPLE[shown[i]].title);
    }
}

static enum err make_admin(struct db *db, void *context)
{
    struct demo *demo = context;
    int64_t ignored = 0;
    TRY(company_seed(db, demo->request.arena, demo->request.config, demo->request.now, &ignored));
    TRY(pipeline_seed(db, demo->request.arena, true, demo->request.now));
    return demo_store_admin(db, demo->request.arena, demo->request.now);
}

static enum err start(struct demo *demo)
{
    struct request *request = &demo->request;
    int64_t admin = 0;
    enum err err = org_user_by_login(request->db, request->arena, NULL, &admin);
    if (err == ERR_NOT_FOUND) {
        TRY(db_tx(request->db, make_admin, demo));
        err = org_user_by_login(request->db, request->arena, NULL, &admin);
    }
    TRY(err);
    TRY(identity_load_user(request, request->db, admin));
    return auth_set_password(request->db, request->arena, request->config, admin, str_from(PASSWORD), false,
                             request->now);
}

static int run(const struct config *config, int argc, char **argv)
{
    struct arena *arena = arena_create(256 * 1024 * 1024);
    struct error error;
    struct demo demo = {.state = 20260101};
    int64_t boss = 0;
    (void)argc;
    (void)argv;
    error_init(&error, arena);
    routes_init();
    demo.request = (struct request){
        .arena = arena,
        .config = config,
        .error = &error,
        .db = db_create(config, DB_WRITE),
        .id = STR("demo"),
        .address = STR("command"),
        .now = instant_now(),
        .language = STR("zh-CN"),
    };
    enum err err = org_user_by_login(demo.request.db, arena, DEMO_PEOPLE[0].login, &boss);
    if (err == ERR_NOT_FOUND) {
        err = start(&demo);
        err = err == OK ? fill(&demo) : err;
    }
    if (err == OK) {
        print_accounts();
    } else {
        fprintf(stderr, "The demo company could not be made: %s\n", err_text(err));
    }
    db_destroy(demo.request.db);
    arena_destroy(arena);
    return err == OK ? 0 : 1;
}

const struct command DEMO_COMMANDS[] = {{"demo", "fill the demo company", run}, {0}};
