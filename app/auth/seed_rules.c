/* What a new installation starts with: the company, its top department and the built-in roles. The roles are data that
 * an administrator changes later; only missing ones are made. */
#include "auth.h"

#include <string.h>

#include "seed_store.h"

/* What a role may do with one object, and on which of its records. */
struct role_object {
    const char *object;  /* object name, or "target" */
    const char *actions; /* V view, C create, E edit, D delete, X export, I import, T transfer */
    const char *scope;   /* word of enum scope_kind; NULL for directories, which are seen whole */
};

/* One built-in role. */
struct role_seed {
    const char *code;               /* role.code */
    const char *name;               /* shown */
    const char *description;        /* what it is for */
    struct role_object objects[24]; /* ended by a row without object */
    const char *others[32];         /* permissions that belong to no object; NULL-terminated */
};

static const struct role_seed ROLES[] = {
    {
        .code = "admin",
        .name = "系统管理员",
        .description = "拥有全部权限和全部数据，不可修改",
    },
    {
        .code = "operations",
        .name = "销售运营",
        .description = "维护组织、角色、销售管道和目标，导入数据，查看全部业务记录",
        .objects =
            {
                {"customer", "VCEDXIT", "all"}, {"contact", "VCEDXIT", "all"},      {"follow_up", "VCEDXIT", "all"},
                {"task", "VCEDXIT", "all"},     {"opportunity", "VCEDXIT", "all"},  {"quote", "VCEDXIT", "all"},
                {"contract", "VCEDXIT", "all"}, {"change_order", "VCEDXIT", "all"}, {"installment", "VCEDXIT", "all"},
                {"invoice", "VCEDXIT", "all"},  {"payment", "VCEDXIT", "all"},      {"refund", "VCEDXIT", "all"},
                {"assignment", "VX", "all"},    {"assignment_batch", "VCX", "all"}, {"pool", "VEX", "all"},
                {"pool_customer", "", "all"},   {"pool_event", "", "all"},          {"pool_run_item", "", "all"},
                {"product", "VCEDXI", NULL},    {"department", "VCEDXI", NULL},     {"user", "VCEXI", NULL},
                {"target", "VEI", "all"},
            },
        .others = {"customer.merge",     "duplicate_rule.edit", "tag.edit",           "escalation.edit",
                   "pool.claim",         "pool.return",         "pool.manage",        "pool.run",
                   "holding_limit.edit", "sla_policy.edit",     "role.view",          "role.edit",
                   "pipeline.edit",      "number_pattern.edit", "exchange_rate.edit", "print_template.edit",
                   "custom_field.edit",  "quote.approve",       "price_book.edit",    "discount_authority.edit",
                   "target.agree",       "target.round",        "measure.edit",       "audit.view",
                   "job.view_all",       "record.share"},
    },
    {
        .code = "manager",
        .name = "销售主管",
        .description = "管理本部门及下属部门的客户、商机、合同和目标",
        .objects =
            {
                {"customer", "VCEDXIT", "department_and_below"},
                {"contact", "VCEDXIT", "department_and_below"},
                {"follow_up", "VCEDX", "department_and_below"},
                {"task", "VCEDXIT", "department_and_below"},
                {"opportunity", "VCEDXIT", "department_and_below"},
                {"quote", "VCEDXT", "department_and_below"},
                {"contract", "VCEDXT", "department_and_below"},
                {"change_order", "VCEDXT", "department_and_below"},
                {"installment", "VCEDXT", "department_and_below"},
                {"invoice", "VX", "department_and_below"},
                {"payment", "VX", "department_and_below"},
                {"refund", "VX", "department_and_below"},
                {"assignment", "VX", "department_and_below"},
                {"assignment_batch", "VCX", "department_and_below"},
                {"pool", "VX", "own"},
                {"pool_customer", "", "own"},
                {"pool_event", "", "department_and_below"},
                {"pool_run_item", "", "department_and_below"},
                {"product", "V", NULL},
                {"department", "V", NULL},
                {"user", "V", NULL},
                {"target", "VE", "department_and_below"},
            },
        .others = {"customer.merge", "tag.edit", "pool.claim", "pool.return", "pool.manage", "quote.approve",
                   "target.commit", "target.agree", "record.share"},
    },
    {
        .code = "sales",
        .name = "销售",
        .description = "管理自己的客户、商机、合同和目标",
        .objects =
            {
                {"customer", "VCE", "own"},     {"contact", "VCED", "own"},
                {"follow_up", "VCED", "own"},   {"task", "VCED", "own"},
                {"opportunity", "VCE", "own"},  {"quote", "VCE", "own"},
                {"contract", "VCE", "own"},     {"change_order", "VCED", "own"},
                {"installment", "VCED", "own"}, {"invoice", "V", "own"},
                {"payment", "V", "own"},        {"refund", "V", "own"},
                {"assignment", "V", "own"},     {"pool", "V", "own"},
                {"pool_customer", "", "own"},   {"pool_event", "", "own"},
                {"pool_run_item", "", "own"},   {"product", "V", NULL},
                {"department", "V", NULL},      {"user", "V", NULL},
                {"target", "VE", "own"},
            },
        .others = {"pool.claim", "pool.return", "target.commit", "record.share"},
    },
    {
        .code = "finance",
        .name = "财务",
        .description = "登记回款和退款，查看全部合同",
        .objects =
            {
                {"customer", "VX", "all"},
                {"opportunity", "V", "all"},
                {"quote", "V", "all"},
                {"contract", "VEX", "all"},
                {"change_order", "VX", "all"},
                {"installment", "VCEDXI", "all"},
                {"invoice", "VCEDXI", "all"},
                {"payment", "VCEDXI", "all"},
                {"refund", "VCEDXI", "all"},
                {"product", "VE", NULL},
                {"department", "V", NULL},
                {"user", "V", NULL},
                {"target", "V", "all"},
            },
        .others = {"number_pattern.edit", "exchange_rate.edit"},
    },
    {
        .code = "executive",
        .name = "高管",
        .description = "查看全公司的业务、目标和完成情况",
        .objects =
            {
                {"customer", "VX", "all"},   {"contact", "VX", "all"},      {"follow_up", "VX", "all"},
                {"task", "VX", "all"},       {"opportunity", "VX", "all"},  {"quote", "VX", "all"},
                {"contract", "VX", "all"},   {"change_order", "VX", "all"}, {"installment", "VX", "all"},
                {"invoice", "VX", "all"},    {"payment", "VX", "all"},      {"refund", "VX", "all"},
                {"assignment", "VX", "all"}, {"pool", "VX", "all"},         {"pool_customer", "", "all"},
                {"pool_event", "", "all"},   {"pool_run_item", "", "all"},  {"product", "V", NULL},
                {"department", "V", NULL},   {"user", "V", NULL},           {"target", "VE", "all"},
            },
        .others = {"quote.approve", "target.agree", "target.round", "audit.view", "record.share"},
    },
};

static const char *action_word(char letter)
{
    static const char letters[] = "VCEDXIT";
    static const char *const words[] = {"view", "create", "edit", "delete", "export", "import", "transfer"};
    return words[strchr(letters, letter) - letters];
}

static enum err seed_object(struct db *db, struct arena *arena, int64_t role_id, const struct role_object *object)
{
    for (const char *letter = object->actions; *letter != '\0'; letter++) {
        struct str permission = str_format(arena, "%s.%s", object->object, action_word(*letter));
        TRY(seed_store_add_permission(db, arena, role_id, permission));
    }
    return object->scope == NULL ? OK : seed_store_add_scope(db, arena, role_id, object->object, object->scope);
}

static enum err seed_role(struct db *db, struct arena *arena, const struct role_seed *role, struct instant now)
{
    int64_t role_id;
    TRY(seed_store_role_id(db, arena, role->code, &role_id));
    if (role_id != 0) {
        return OK;
    }
    TRY(seed_store_add_role(db, arena, role->code, role->name, role->description, now, &role_id));
    for (const struct role_object *object = role->objects; object->object != NULL; object++) {
        TRY(seed_object(db, arena, role_id, object));
    }
    for (const char *const *permission = role->others; *permission != NULL; permission++) {
        TRY(seed_store_add_permission(db, arena, role_id, str_from(*permission)));
    }
    return OK;
}

enum err roles_seed(struct db *db, struct arena *arena, struct instant now)
{
    for (size_t i = 0; i < sizeof ROLES / sizeof ROLES[0]; i++) {
        TRY(seed_role(db, arena, &ROLES[i], now));
    }
    return OK;
}

enum err company_seed(struct db *db, struct arena *arena, const struct config *config, struct instant now,
                      int64_t *department_id_out)
{
    static const char name[] = "我的公司";
    TRY(seed_store_add_company(db, arena, name, config->time_zone, "CNY"));
    TRY(roles_seed(db, arena, now));
    TRY(seed_store_top_department(db, arena, department_id_out));
    if (*department_id_out != 0) {
        return OK;
    }
    return seed_store_add_department(db, arena, name, now, department_id_out);
}
