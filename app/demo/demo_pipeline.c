/* How deals of the demo company pass through their stages, and the guide they follow. */
#include "demo_pipeline.h"

#include "demo_store.h"
#include "pipeline.h"

enum { WON = 4, LOST = 5, OPEN_STAGES = 4, NORTH = 3, FIRST_NORTHERNER = 18, NORTHERNERS = 3 };

/* ---- moves ---- */

/* One change of a deal so many days ago. */
static enum err change_at(struct demo *demo, int64_t id, int days, json_t *body)
{
    const struct record_options options = {.unscoped = true};
    struct request *request = &demo->request;
    struct instant now = request->now;
    struct date today = request->today;
    struct instant at = demo_days_ago(demo, days);
    json_keep(request->arena, body);
    error_init(request->error, request->arena);
    request->today = date_add_days(today, -days);
    request->now = at.ms < now.ms ? at : now;
    enum err err = record_update(request, object_find("opportunity"), id, 0, body, &options);
    request->now = now;
    request->today = today;
    return err;
}

static enum err close_deal(struct demo *demo, const struct demo_deal *deal)
{
    int64_t reason_id = 0;
    json_t *body = json_pack("{s:I,s:o}", "stage_id", (json_int_t)demo->stages[deal->stage], "closed_on",
                             demo_date(demo, deal->closed));
    if (deal->stage == LOST) {
        TRY(demo_store_lost_reason(demo->request.db, demo->request.arena, demo_pick(demo, 4), &reason_id));
        json_object_set_new(body, "close_reason_id", json_integer(reason_id));
    }
    return change_at(demo, deal->id, deal->closed, body);
}

/* Some are put off, some have a task. */
static enum err go_on(struct demo *demo, const struct demo_deal *deal)
{
    static const char *const names[] = {"发送报价单", "电话确认需求", "上门演示", "跟进合同条款", "约技术交流"};
    static const char *const kinds[] = {"quote", "call", "visit", "email", "meeting"};
    int64_t id = 0;
    int which = demo_pick(demo, 5);
    int slips = demo_pick(demo, 4) == 0 ? 1 + demo_pick(demo, 3) : 0;
    for (int i = 0; i < slips; i++) {
        TRY(change_at(demo, deal->id, demo_pick(demo, deal->engaged > 30 ? 30 : deal->engaged + 1),
                      json_pack("{s:o}", "expected_close_on", demo_date(demo, -90 - 10 * i))));
    }
    if (demo_pick(demo, 5) < 2) {
        return OK;
    }
    return demo_create_at(demo, "task",
                          json_pack("{s:s,s:s,s:o,s:I,s:I,s:I}", "name", names[which], "kind", kinds[which], "due_on",
                                    demo_date(demo, 3 - demo_pick(demo, 14)), "customer_id",
                                    (json_int_t)deal->customer_id, "opportunity_id", (json_int_t)deal->id, "owner_id",
                                    (json_int_t)deal->owner_id),
                          (struct opt_instant){0}, &id);
}

/* Numbers of its own: what else the demo has stays as it was. */
enum err demo_walk(struct demo *demo, const struct demo_deal *deal)
{
    uint64_t kept = demo->state;
    demo->state = (uint64_t)deal->id * 7919;
    bool is_closed = deal->stage >= OPEN_STAGES;
    int last = deal->stage == WON ? OPEN_STAGES - 1 : deal->stage == LOST ? demo_pick(demo, OPEN_STAGES) : deal->stage;
    int to = is_closed ? deal->closed : demo_pick(demo, deal->engaged / 2 + 1);
    for (int i = 1; i <= last; i++) {
        int days = deal->engaged - (deal->engaged - to) * i / (last + (is_closed ? 1 : 0));
        TRY(change_at(demo, deal->id, days, json_pack("{s:I}", "stage_id", (json_int_t)demo->stages[i])));
    }
    TRY(is_closed ? close_deal(demo, deal) : go_on(demo, deal));
    demo->state = kept;
    return OK;
}

/* ---- guides ---- */

static const char GUIDE[] =
    "[{\"usual_days\":7,\"longest_days\":21,\"guide\":["
    "{\"kind\":\"ask\",\"title\":\"客户现在怎么做？最大的痛点是什么？\",\"body\":\"问出三件事：\\n1. "
    "现用设备和供应商\\n2. 每月因此损失多少\\n3. 谁最着急\"},"
    "{\"kind\":\"confirm\",\"title\":\"找到能拍板的人\"},"
    "{\"kind\":\"script\",\"title\":\"开场白\",\"body\":"
    "\"您好，我是星河智联的顾问。我们帮同行业的工厂把停机时间降了三成，想请教您这边的情况。\"}],"
    "\"plan\":[{\"name\":\"电话回访\",\"kind\":\"call\",\"days_after\":2},{\"name\":\"预约上门\",\"kind\":\"visit\","
    "\"days_after\":5}]},"
    "{\"usual_days\":10,\"longest_days\":30,\"required_fields\":[\"customer_id\"],\"guide\":["
    "{\"kind\":\"ask\",\"title\":\"预算和采购流程\",\"body\":\"预算属于哪一年？谁审批？还需要哪些部门会签？\"},"
    "{\"kind\":\"confirm\",\"title\":\"书面确认需求清单\"},"
    "{\"kind\":\"objection\",\"title\":\"“已经有供应商了”\",\"body\":"
    "\"不急着换，先在一条产线上做对比测试，用数据说话。\"}],"
    "\"plan\":[{\"name\":\"整理需求清单\",\"kind\":\"email\",\"days_after\":1},{\"name\":\"技术交流会\",\"kind\":"
    "\"meeting\",\"days_after\":6}]},"
    "{\"usual_days\":10,\"longest_days\":25,\"required_fields\":[\"amount_minor\"],\"guide\":["
    "{\"kind\":\"deliver\",\"title\":\"方案书和报价单\"},"
    "{\"kind\":\"confirm\",\"title\":\"现场演示或试用完成\"},"
    "{\"kind\":\"template\",\"title\":\"报价邮件模板\",\"body\":\"附件是按贵司需求做的方案和报价，有效期 30 "
    "天。\\n周四上午方便电话沟通吗？\"}],"
    "\"plan\":[{\"name\":\"发送报价单\",\"kind\":\"quote\",\"days_after\":2},{\"name\":\"报价反馈\",\"kind\":\"call\","
    "\"days_after\":5}]},"
    "{\"usual_days\":7,\"longest_days\":20,\"guide\":["
    "{\"kind\":\"ask\",\"title\":\"还有谁可能反对？\"},"
    "{\"kind\":\"deliver\",\"title\":\"合同草稿\"},"
    "{\"kind\":\"objection\",\"title\":\"“再便宜一点”\",\"body\":"
    "\"先问：价格是唯一的问题吗？再用服务期或付款方式换，不直接降价。\"}],"
    "\"plan\":[{\"name\":\"确认合同条款\",\"kind\":\"call\",\"days_after\":1},{\"name\":\"签约会\",\"kind\":"
    "\"meeting\",\"days_after\":4}]},"
    "{},{}]";

static const char LARGE_DEALS[] =
    "{\"name\":\"大客户销售管道\",\"allow_skip\":false,\"stages\":["
    "{\"name\":\"立项\",\"kind\":\"open\",\"win_probability_ppm\":100000,\"usual_days\":14,\"longest_days\":45,"
    "\"guide\":["
    "{\"kind\":\"ask\",\"title\":\"项目背景与预算\",\"is_mandatory\":true},"
    "{\"kind\":\"confirm\",\"title\":\"画出决策链\",\"body\":\"使用者、技术把关者、采购、拍板者各是谁？\",\"is_"
    "mandatory\":true}],"
    "\"plan\":[{\"name\":\"拜访项目负责人\",\"kind\":\"visit\",\"days_after\":3}]},"
    "{\"name\":\"技术方案\",\"kind\":\"open\",\"win_probability_ppm\":350000,\"usual_days\":20,\"longest_days\":60,"
    "\"required_fields\":[\"amount_minor\",\"expected_close_on\"],\"guide\":["
    "{\"kind\":\"deliver\",\"title\":\"技术方案书\",\"is_mandatory\":true,\"needs_file\":true},"
    "{\"kind\":\"confirm\",\"title\":\"客户技术评审通过\"}],"
    "\"plan\":[{\"name\":\"方案评审会\",\"kind\":\"meeting\",\"days_after\":10}]},"
    "{\"name\":\"招投标\",\"kind\":\"open\",\"win_probability_ppm\":600000,\"forecast_category\":\"best_case\","
    "\"usual_days\":15,\"longest_days\":40,\"required_fields\":[\"competitor\"],\"guide\":["
    "{\"kind\":\"deliver\",\"title\":\"投标文件\",\"is_mandatory\":true,\"needs_file\":true},"
    "{\"kind\":\"objection\",\"title\":\"“对手报价更低”\",\"body\":\"算五年总成本：能耗、维保、停机。\"}],"
    "\"plan\":[{\"name\":\"递交标书\",\"kind\":\"other\",\"days_after\":5}]},"
    "{\"name\":\"赢单\",\"kind\":\"won\",\"win_probability_ppm\":1000000,\"forecast_category\":\"closed\","
    "\"required_fields\":[\"close_reason_id\"]},"
    "{\"name\":\"输单\",\"kind\":\"lost\",\"win_probability_ppm\":0,\"forecast_category\":\"omitted\"}]}";

/* The guide beside the stages that a new company has. */
static enum err guide_default(struct demo *demo)
{
    static const struct {
        const char *name, *kind;
        int ppm;
    } stages[] = {{"初步接洽", "open", 100000}, {"需求确认", "open", 300000}, {"方案报价", "open", 500000},
                  {"商务谈判", "open", 800000}, {"赢单", "won", 1000000},     {"输单", "lost", 0}};
    struct request *request = &demo->request;
    int64_t pipeline_id = 0;
    json_t *list = json_keep(request->arena, json_loads(GUIDE, 0, NULL));
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        json_t *stage = json_array_get(list, i);
        json_object_set_new(stage, "id", json_integer(demo->stages[i]));
        json_object_set_new(stage, "name", json_string(stages[i].name));
        json_object_set_new(stage, "kind", json_string(stages[i].kind));
        json_object_set_new(stage, "win_probability_ppm", json_integer(stages[i].ppm));
    }
    TRY(demo_store_pipeline(request->db, request->arena, &pipeline_id));
    json_t *body = json_keep(request->arena, json_pack("{s:s,s:O}", "name", "标准销售管道", "stages", list));
    return pipeline_update(request, pipeline_id, 1, body);
}

static enum err make_large_deal(struct demo *demo, const struct stages *stages, int64_t customer_id, int64_t owner_id)
{
    static const char *const projects[] = {"产线数字化改造", "智慧园区", "设备联网二期", "能耗监测平台"};
    static const char *const rivals[] = {"华信自动化", "联科智能"};
    int64_t id = 0;
    int stage = demo_pick(demo, 3);
    int days = 5 + demo_pick(demo, 70);
    json_t *body = json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:s,s:o,s:o}", "name", projects[demo_pick(demo, 4)],
                             "customer_id", (json_int_t)customer_id, "owner_id", (json_int_t)owner_id, "pipeline_id",
                             (json_int_t)stages->items[0].pipeline_id, "stage_id", (json_int_t)stages->items[stage].id,
                             "amount_minor", (json_int_t)(40000000 + demo_pick(demo, 60) * 1000000), "competitor",
                             rivals[demo_pick(demo, 2)], "engaged_on", demo_date(demo, days), "expected_close_on",
                             demo_date(demo, -20 - demo_pick(demo, 90)));
    return demo_create_at(demo, "opportunity", body, (struct opt_instant){true, demo_days_ago(demo, days)}, &id);
}

/* A pipeline that lets nobody skip a stage, for the north. */
static enum err make_large_pipeline(struct demo *demo)
{
    struct request *request = &demo->request;
    struct stages stages;
    int64_t pipeline_id = 0;
    int64_t first = 0;
    json_t *body = json_keep(request->arena, json_loads(LARGE_DEALS, 0, NULL));
    json_object_set_new(body, "department_ids", json_pack("[I]", (json_int_t)demo->departments[NORTH]));
    TRY(pipeline_create(request, body, &pipeline_id));
    TRY(pipeline_first_stage(request->db, request->arena, pipeline_id, value_null(), &first));
    TRY(pipeline_stages_of(request->db, request->arena, first, &stages));
    for (int person = FIRST_NORTHERNER; person < FIRST_NORTHERNER + NORTHERNERS; person++) {
        int64_t customers[4];
        size_t count = 0;
        TRY(demo_store_customers_of(request->db, request->arena, demo->people[person], customers, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(make_large_deal(demo, &stages, customers[i], demo->people[person]));
        }
    }
    return OK;
}

enum err demo_pipelines(struct db *db, void *context)
{
    struct demo *demo = context;
    TRY(guide_default(demo));
    TRY(make_large_pipeline(demo));
    return demo_store_marks(db, demo->request.arena);
}
