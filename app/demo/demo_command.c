/* `dabiao demo`: the same numbers on every machine (seeded), dates around today. Everything goes through the record
 * calls, so the demo obeys the rules it shows. */
#include <stdio.h>

#include "auth.h"
#include "demo.h"
#include "demo_making.h"
#include "demo_pipeline.h"
#include "demo_store.h"
#include "demo_territory.h"
#include "org.h"
#include "pipeline.h"
#include "platform/custom.h"
#include "platform/identity_load.h"
#include "platform/object.h"
#include "platform/tx.h"
#include "target.h"

enum { CHUNK = 40 };
static const char PASSWORD[] = "Dabiao-Demo-2026";

static enum err create(struct demo *demo, const char *object, json_t *body, int64_t *id)
{
    return demo_create_at(demo, object, body, (struct opt_instant){0}, id);
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

static enum err make_follow_ups(struct demo *demo, int64_t customer_id, int64_t owner_id, int age)
{
    static const char *const methods[] = {"call", "visit", "message", "email", "meeting"};
    int count = demo_pick(demo, 6);
    for (int i = 0; i < count; i++) {
        int64_t id = 0;
        int days = demo_pick(demo, age + 1);
        struct instant at = demo_days_ago(demo, days);
        if (at.ms > demo->request.now.ms) {
            continue;
        }
        json_t *body =
            json_pack("{s:I,s:s,s:s,s:o,s:I}", "customer_id", (json_int_t)customer_id, "content",
                      DEMO_NOTES[demo_pick(demo, demo_words(DEMO_NOTES))], "method", methods[demo_pick(demo, 5)],
                      "followed_at", json_instant(demo->request.arena, at), "owner_id", (json_int_t)owner_id);
        if (days < 5) {
            json_object_set_new(
                body, "next_plan_at",
                json_instant(demo->request.arena,
                             (struct instant){demo->request.now.ms + (1 + demo_pick(demo, 9)) * 86400000LL}));
            json_object_set_new(body, "next_plan", json_string("跟进报价反馈"));
        }
        TRY(demo_create_at(demo, "follow_up", body, (struct opt_instant){true, at}, &id));
    }
    return OK;
}

/* A price book with floors, and how far each role may go below the list. */
static enum err make_prices(struct db *db, void *context)
{
    static const struct {
        const char *role, *name;
        int ppm;
        int below_floor;
    } rights[] = {{"sales", "销售 5%", 50000, 0},
                  {"manager", "销售主管 15%", 150000, 0},
                  {"operations", "销售运营 30%", 300000, 1}};
    struct demo *demo = context;
    int64_t id = 0;
    json_t *entries = json_array();
    for (size_t i = 0; i < DEMO_PRODUCT_COUNT; i++) {
        json_array_append_new(entries, json_pack("{s:I,s:I,s:I}", "product_id", (json_int_t)demo->products[i],
                                                 "price_minor", (json_int_t)DEMO_PRODUCTS[i].price, "floor_minor",
                                                 (json_int_t)(DEMO_PRODUCTS[i].price * 8 / 10)));
    }
    TRY(create(demo, "price_book",
               json_pack("{s:s,s:s,s:o}", "name", "标准价格表", "currency", "CNY", "entries", entries),
               &demo->price_book));
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        int64_t role_id = 0;
        TRY(demo_store_role(db, demo->request.arena, rights[i].role, &role_id));
        TRY(create(demo, "discount_authority",
                   json_pack("{s:s,s:I,s:i,s:b}", "name", rights[i].name, "role_id", (json_int_t)role_id,
                             "max_discount_ppm", rights[i].ppm, "may_go_below_floor", rights[i].below_floor),
                   &id));
    }
    return OK;
}

/* An offer for an open opportunity: most are sent, some still wait to be. */
static enum err make_quote(struct demo *demo, int64_t opportunity, int64_t owner, int product, int quantity)
{
    int64_t id = 0;
    const char *status = opportunity % 3 == 0 ? "draft" : "sent";
    if (opportunity % 2 != 0) {
        return OK;
    }
    return create(demo, "quote",
                  json_pack("{s:I,s:I,s:I,s:s,s:o,s:[{s:I,s:i,s:I}]}", "opportunity_id", (json_int_t)opportunity,
                            "owner_id", (json_int_t)owner, "price_book_id", (json_int_t)demo->price_book, "status",
                            status, "valid_until", demo_date(demo, -10 - (int)(opportunity % 20)), "lines",
                            "product_id", (json_int_t)demo->products[product], "quantity_milli", quantity * 1000,
                            "unit_price_minor",
                            (json_int_t)(DEMO_PRODUCTS[product].price * (100 - opportunity % 9) / 100)),
                  &id);
}

/* What is to be paid when, in two parts; the second of a young contract is late. */
static enum err make_plan(struct demo *demo, int64_t contract, int64_t amount, int closed)
{
    int64_t first = amount * 6 / 10;
    int64_t id = 0;
    TRY(create(demo, "installment",
               json_pack("{s:I,s:s,s:o,s:I}", "contract_id", (json_int_t)contract, "name", "首付款（60%）", "due_on",
                         demo_date(demo, closed - 10), "amount_minor", (json_int_t)first),
               &id));
    return create(demo, "installment",
                  json_pack("{s:I,s:s,s:o,s:I}", "contract_id", (json_int_t)contract, "name", "验收款（40%）", "due_on",
                            demo_date(demo, closed <= 25 ? closed - 12 : closed - 45), "amount_minor",
                            (json_int_t)(amount - first)),
                  &id);
}

/* Half of the contracts are invoiced; now and then one is taken back and issued again. */
static enum err make_invoices(struct demo *demo, int64_t contract, int64_t amount, int closed)
{
    static const char *const kinds[] = {"vat_special", "electronic", "vat_normal"};
    bool again = contract % 14 == 0;
    int64_t id = 0;
    int64_t red = 0;
    if (contract % 2 != 0) {
        return OK;
    }
    for (int round = 0; round <= (again ? 1 : 0); round++) {
        TRY(create(demo, "invoice",
                   json_pack("{s:I,s:I,s:s,s:s,s:I,s:o}", "contract_id", (json_int_t)contract, "amount_minor",
                             (json_int_t)(amount * 6 / 10), "kind", kinds[contract % 3], "tax_number",
                             "91310000MA1FL0001X", "tax_rate_ppm", (json_int_t)130000, "issued_on",
                             demo_date(demo, closed)),
                   &id));
        if (again && round == 0) {
            TRY(create(demo, "invoice",
                       json_pack("{s:I,s:I,s:o,s:s}", "contract_id", (json_int_t)contract, "red_of_id", (json_int_t)id,
                                 "issued_on", demo_date(demo, closed), "remark", "抬头有误，重新开具"),
                       &red));
        }
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
    TRY(demo_create_at(demo, "contract",
                       json_pack("{s:I,s:I,s:s,s:o,s:I,s:[{s:I,s:i}]}", "customer_id", (json_int_t)customer_id,
                                 "opportunity_id", (json_int_t)opportunity_id, "status", "signed", "signed_on",
                                 demo_date(demo, closed), "owner_id", (json_int_t)owner_id, "lines", "product_id",
                                 (json_int_t)demo->products[product], "quantity_milli", quantity * 1000),
                       demo_evening(demo, closed), &contract));
    TRY(make_plan(demo, contract, amount, closed));
    TRY(make_invoices(demo, contract, amount, closed));
    for (int part = 0; part < 2 && closed > part * 25; part++) {
        int days = closed - part * 25 - demo_pick(demo, 15);
        int64_t share = part == 0 ? amount * 6 / 10 : amount - amount * 6 / 10;
        days = days < 0 ? 0 : days;
        TRY(demo_create_at(demo, "payment",
                           json_pack("{s:I,s:I,s:o,s:s}", "contract_id", (json_int_t)contract, "amount_minor",
                                     (json_int_t)share, "received_on", demo_date(demo, days), "method", "bank"),
                           demo_evening(demo, days), &payment));
        if (demo_pick(demo, 25) == 0) {
            TRY(create(demo, "refund",
                       json_pack("{s:I,s:I,s:o,s:s}", "payment_id", (json_int_t)payment, "amount_minor",
                                 (json_int_t)(share / 10), "refunded_on", demo_date(demo, 0), "reason", "部分退货"),
                       &refund));
        }
    }
    return OK;
}

static enum err make_opportunity(struct demo *demo, int64_t customer_id, int64_t owner_id, int age)
{
    int64_t id = 0;
    int product = demo_pick(demo, (int)DEMO_PRODUCT_COUNT);
    int quantity = 1 + demo_pick(demo, DEMO_PRODUCTS[product].price > 2000000 ? 3 : 40);
    int fate = demo_pick(demo, 10);
    int engaged = demo_pick(demo, age + 1);
    int closed = engaged > 10 ? demo_pick(demo, engaged - 8) : engaged;
    bool won = fate < 4 && engaged > 10;
    bool lost = fate >= 4 && fate < 6 && engaged > 10;
    char name[128];
    snprintf(name, sizeof name, "%s采购", DEMO_PRODUCTS[product].name);
    json_t *body = json_pack("{s:s,s:I,s:I,s:I,s:I,s:o,s:I}", "name", name, "customer_id", (json_int_t)customer_id,
                             "owner_id", (json_int_t)owner_id, "product_id", (json_int_t)demo->products[product],
                             "amount_minor", (json_int_t)(DEMO_PRODUCTS[product].price * quantity), "engaged_on",
                             demo_date(demo, engaged), "stage_id", (json_int_t)demo->stages[0]);
    int stage = won ? 4 : lost ? 5 : demo_pick(demo, 4);
    if (!won && !lost) {
        json_object_set_new(body, "expected_close_on", demo_date(demo, -5 - demo_pick(demo, 80)));
    }
    if (lost) {
        json_object_set_new(body, "lost_reason", json_string(demo_pick(demo, 2) ? "价格高于竞争对手" : "客户预算取消"));
    }
    struct instant at = demo_days_ago(demo, engaged == 0 ? 1 : engaged);
    TRY(demo_create_at(demo, "opportunity", body, (struct opt_instant){true, at}, &id));
    TRY(demo_walk(demo, &(struct demo_deal){id, owner_id, customer_id, engaged, closed, stage}));
    if (!won && !lost) {
        return make_quote(demo, id, owner_id, product, quantity);
    }
    return won ? make_money(demo, customer_id, id, owner_id, product, quantity, closed) : OK;
}

static enum err make_customer(struct demo *demo, size_t index)
{
    static const char *const levels[] = {"a", "b", "b", "c", "c", "d"};
    static const char *const sources[] = {"website", "referral", "exhibition", "cold_call", "advert", "partner"};
    int64_t id = 0;
    int64_t contact = 0;
    int city = demo_pick(demo, demo_words(DEMO_CITIES));
    int trade = demo_pick(demo, demo_words(DEMO_TRADES));
    int age = 20 + demo_pick(demo, 420);
    int64_t owner = demo->people[DEMO_FIRST_REP + demo_pick(demo, (int)DEMO_PERSON_COUNT - DEMO_FIRST_REP)];
    struct arena *arena = demo->request.arena;
    struct str name = str_format(arena, "%.*s有限公司", STR_ARG(demo_company_name(demo, index, city, trade)));
    struct instant at = demo_days_ago(demo, age);
    TRY(demo_create_at(
        demo, "customer",
        json_pack("{s:o,s:s,s:s,s:s,s:I,s:o,s:i,s:I}", "name", json_str(name), "level", levels[demo_pick(demo, 6)],
                  "source", sources[demo_pick(demo, 6)], "industry", DEMO_TRADES[trade], "region_id",
                  (json_int_t)DEMO_CITY_REGIONS[city], "phone",
                  json_str(str_format(arena, "0%d-%08d", 20 + demo_pick(demo, 9), 60000000 + demo_pick(demo, 9999999))),
                  "employee_count", 20 + demo_pick(demo, 2000), "owner_id", (json_int_t)owner),
        (struct opt_instant){true, at}, &id));
    struct str person = str_format(arena, "%s%s", DEMO_SURNAMES[demo_pick(demo, demo_words(DEMO_SURNAMES))],
                                   DEMO_GIVEN[demo_pick(demo, demo_words(DEMO_GIVEN))]);
    TRY(demo_create_at(
        demo, "contact",
        json_pack("{s:o,s:I,s:s,s:o,s:b,s:I}", "name", json_str(person), "customer_id", (json_int_t)id, "title",
                  demo_pick(demo, 2) ? "采购经理" : "技术总监", "mobile",
                  json_str(str_format(arena, "13%d%08d", demo_pick(demo, 10), demo_pick(demo, 99999999))), "is_primary",
                  1, "owner_id", (json_int_t)owner),
        (struct opt_instant){true, at}, &contact));
    TRY(make_follow_ups(demo, id, owner, age));
    int deals = demo_pick(demo, 3);
    for (int i = 0; i < deals; i++) {
        TRY(make_opportunity(demo, id, owner, age));
    }
    return OK;
}

static enum err make_customers(struct db *db, void *context)
{
    struct demo *demo = context;
    (void)db;
    for (size_t i = 0; i < CHUNK && demo->done + i < DEMO_CUSTOMERS; i++) {
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
        for (size_t p = DEMO_FIRST_REP; p < DEMO_PERSON_COUNT; p++) {
            struct target_cell cells[TARGET_MONTHS];
            struct money parts[TARGET_MONTHS];
            int64_t total = (60 + demo_pick(demo, 60)) * 1000000LL;
            if (!money_split((struct money){measure == MEASURE_SIGNED_AMOUNT ? total : total * 9 / 10}, season,
                             TARGET_MONTHS, parts)) {
                return ERR_INTERNAL;
            }
            for (int m = 0; m < TARGET_MONTHS; m++) {
                cells[m] = (struct target_cell){
                    .is_user = true, .subject_id = demo->people[p], .month = m + 1, .amount = parts[m].minor};
            }
            TRY(target_save(&demo->request, year, (enum measure)measure, LEVEL_BASE, cells, TARGET_MONTHS, true));
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
        demo_complain(demo, what, err);
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
    TRY(step(demo, "prices", make_prices));
    while (demo->done < DEMO_CUSTOMERS) {
        TRY(step(demo, "customers, deals and money", make_customers));
        demo->done += CHUNK;
    }
    TRY(step(demo, "targets", make_targets));
    TRY(demo_territory(demo));
    return step(demo, "pipelines and guides", demo_pipelines);
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
    TRY(custom_load(request->db, 0, request->today));
    return auth_set_password(request->db, request->arena, request->config, admin, str_from(PASSWORD), false,
                             request->now);
}

static int run(const struct config *config, int argc, char **argv)
{
    struct arena *arena = arena_create(256 * 1024 * 1024);
    struct error error;
    struct demo demo = {.state = 20260101};
    int64_t boss = 0;
    struct opt_instant clock;
    if (!command_clock(argc, argv, &clock)) {
        return COMMAND_MISUSED;
    }
    error_init(&error, arena);
    routes_init();
    demo.request = (struct request){
        .arena = arena,
        .config = config,
        .error = &error,
        .db = db_create(config, DB_WRITE),
        .id = STR("demo"),
        .address = STR("command"),
        .now = clock.set ? clock.value : instant_now(),
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

const struct command DEMO_COMMANDS[] = {{"demo", "[--at TIME]: fill the demo company", run}, {0}};
