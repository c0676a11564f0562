/* Pools: what they consist of and what must hold. */
#include "pool.h"

#include "platform/object_store.h"
#include "pool_store.h"

static const struct option DISTRIBUTIONS[] = {
    {"claim", "员工领取", "Claimed by members"},  {"assign", "管理员分配", "Assigned by administrators"},
    {"round_robin", "轮流分配", "Given in turn"}, {"load", "按负荷分配", "Given to whoever holds fewest"},
    {"weight", "按权重分配", "Given by weight"},  {NULL, NULL, NULL},
};

static const struct field POOL_FIELDS[] = {
    {.name = "name",
     .zh = "公海名称",
     .en = "Pool",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "description",
     .zh = "说明",
     .en = "Description",
     .type = FIELD_LONG_TEXT,
     .max = 1000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "what it is for"},
    {.name = "is_default",
     .zh = "默认公海",
     .en = "Default",
     .type = FIELD_BOOL,
     .about = "takes what no route matches; naming another one takes it away here"},
    {.name = "is_active",
     .zh = "启用",
     .en = "Active",
     .type = FIELD_BOOL,
     .about = "customers may be claimed and come in; true unless given"},
    {.name = "distribution",
     .zh = "分配方式",
     .en = "Distribution",
     .type = FIELD_ENUM,
     .options = DISTRIBUTIONS,
     .about = "claim unless given"},
    {.name = "claims_per_day",
     .zh = "每日领取上限",
     .en = "Claims a day",
     .type = FIELD_INT,
     .min = 0,
     .max = 100000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "of one person a business day; null: no limit"},
    {.name = "views_per_day",
     .zh = "每日查看上限",
     .en = "Views a day",
     .type = FIELD_INT,
     .min = 0,
     .max = 100000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "customers one person may open a business day; null: no limit"},
    {.name = "former_owner_days",
     .zh = "原负责人保护天数",
     .en = "Former owner waits",
     .type = FIELD_INT,
     .min = 1,
     .max = 3650,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "days after losing it before a former owner may claim; null: at once"},
    {.name = "fresh_hours",
     .zh = "新入公海保护小时",
     .en = "Fresh for",
     .type = FIELD_INT,
     .min = 1,
     .max = 87600,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "hours after entering before anybody may claim; null: at once"},
    {.name = "fresh_former_hours",
     .zh = "新入公海原负责人保护小时",
     .en = "Fresh for the former owner",
     .type = FIELD_INT,
     .min = 1,
     .max = 87600,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "the same for the former owner"},
    {.name = "refund_returns",
     .zh = "退回返还额度",
     .en = "Returns give claims back",
     .type = FIELD_BOOL,
     .flags = FIELD_HIDDEN_IN_LIST,
     .about = "a claim returned on the same day does not count"},
    {.name = "auto_per_day",
     .zh = "每人每日自动分配上限",
     .en = "Given a day",
     .type = FIELD_INT,
     .min = 0,
     .max = 100000,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "customers one member is given a business day; null: no limit"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct option ACCESSES[] = {
    {"hidden", "隐藏", "Hidden"},
    {"masked", "脱敏", "Masked"},
    {NULL, NULL, NULL},
};
static const struct field MEMBER_FIELDS[] = {
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_NULLABLE, .about = "this person"},
    {.name = "department_id",
     .type = FIELD_REF,
     .ref = "department",
     .flags = FIELD_NULLABLE,
     .about = "or the people of this department and those below"},
    {.name = "role_id", .type = FIELD_REF, .ref = "role", .flags = FIELD_NULLABLE, .about = "or whoever has this role"},
    {.name = "is_admin", .type = FIELD_BOOL, .about = "assigns, moves and deletes"},
    {.name = "weight", .type = FIELD_INT, .min = 0, .max = 1000, .about = "share in the distribution; 1 unless given"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_NULLABLE, .about = "answers: who that is"},
    FIELD_END,
};
static const struct field CLOSED_FIELDS[] = {
    {.name = "field", .type = FIELD_TEXT, .max = 64, .flags = FIELD_REQUIRED, .about = "of a customer"},
    {.name = "access", .type = FIELD_ENUM, .options = ACCESSES, .flags = FIELD_REQUIRED, .about = "until claimed"},
    FIELD_END,
};
#define PARTS                                                                                                          \
    {.name = "members",                                                                                                \
     .type = FIELD_LIST,                                                                                               \
     .fields = MEMBER_FIELDS,                                                                                          \
     .max = 500,                                                                                                       \
     .flags = FIELD_MAY_BE_EMPTY,                                                                                      \
     .about = "who belongs to it; replaced as a whole"},                                                               \
        {.name = "closed_fields",                                                                                      \
         .type = FIELD_LIST,                                                                                           \
         .fields = CLOSED_FIELDS,                                                                                      \
         .max = 100,                                                                                                   \
         .flags = FIELD_MAY_BE_EMPTY,                                                                                  \
         .about = "hidden or masked until a customer is claimed; replaced as a whole"},                                \
    {                                                                                                                  \
        .name = "return_reasons", .type = FIELD_LIST, .item = FIELD_TEXT, .max = 50, .flags = FIELD_MAY_BE_EMPTY,      \
        .about = "reasons one may give for a return; none: any words; replaced as a whole"                             \
    }
static const struct field EXTRA_BODY[] = {PARTS, FIELD_END};
static const struct field EXTRA_ANSWER[] = {
    PARTS,
    {.name = "customer_count", .type = FIELD_INT, .about = "customers that lie in it"},
    {.name = "is_member", .type = FIELD_BOOL, .about = "whether the asking user may claim there"},
    {.name = "is_admin", .type = FIELD_BOOL, .about = "whether the asking user administers it"},
    FIELD_END,
};

/* ---- writing ---- */

static bool names(const struct record_change *change, const char *member)
{
    return change->body != NULL && json_has(change->body, member);
}

/* A customer's field that a pool may close: not its name, nor where it lies. */
static bool can_be_closed(struct str name)
{
    const struct field *field = fields_find(object_fields(&POOL_CUSTOMER), name);
    return field != NULL && (field->flags & FIELD_LABEL) == 0 && !str_eq_c(name, "pool_id") &&
           !str_eq_c(name, "pool_entered_at") && !str_eq_c(name, "created_at") && !str_eq_c(name, "updated_at");
}

static enum err save_fields(struct request *request, int64_t id, const json_t *list)
{
    size_t count = json_array_size(list);
    struct pool_field *rows = ARENA_ARRAY(request->arena, struct pool_field, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        rows[i] = (struct pool_field){json_get_str(item, "field"), json_get_str(item, "access")};
        bool twice = false;
        for (size_t k = 0; k < i; k++) {
            twice |= str_eq(rows[k].field, rows[i].field);
        }
        if (twice || !can_be_closed(rows[i].field)) {
            error_field(request->error, str_format(request->arena, "closed_fields.%zu.field", i),
                        twice ? "duplicate" : "not_an_option", "This field cannot be closed, or stands twice.");
        }
    }
    TRY(error_check_fields(request->error));
    return pool_store_set_fields(request->db, request->arena, id, rows, count);
}

/* Exactly one of the three, and it exists. */
static enum err check_member(struct request *request, const struct pool_member *member, size_t index)
{
    const struct opt_int ids[] = {member->user_id, member->department_id, member->role_id};
    static const struct field refs[] = {{.name = "user_id", .type = FIELD_REF, .ref = "user"},
                                        {.name = "department_id", .type = FIELD_REF, .ref = "department"},
                                        {.name = "role_id", .type = FIELD_REF, .ref = "role"}};
    int named = 0;
    for (size_t i = 0; i < 3; i++) {
        bool ok = true;
        named += ids[i].set;
        if (ids[i].set) {
            TRY(object_store_reference_ok(request, &refs[i], ids[i].value, true, false, &ok));
        }
        if (!ok) {
            error_field(request->error, str_format(request->arena, "members.%zu.%s", index, refs[i].name),
                        "no_such_record", "There is no such record.");
        }
    }
    if (named != 1) {
        error_field(request->error, str_format(request->arena, "members.%zu", index), "required",
                    "A member is one person, department or role.");
    }
    return OK;
}

static enum err save_members(struct request *request, int64_t id, const json_t *list)
{
    size_t count = json_array_size(list);
    struct pool_member *rows = ARENA_ARRAY(request->arena, struct pool_member, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        rows[i] = (struct pool_member){
            .user_id = json_get_opt_int(item, "user_id"),
            .department_id = json_get_opt_int(item, "department_id"),
            .role_id = json_get_opt_int(item, "role_id"),
            .is_admin = json_get_bool(item, "is_admin", false),
            .weight = json_get_int(item, "weight", 1),
        };
        TRY(check_member(request, &rows[i], i));
    }
    TRY(error_check_fields(request->error));
    return pool_store_set_members(request->db, request->arena, id, rows, count);
}

static enum err save_reasons(struct request *request, int64_t id, const json_t *list)
{
    size_t count = json_array_size(list);
    struct str *rows = ARENA_ARRAY(request->arena, struct str, count + 1);
    for (size_t i = 0; i < count; i++) {
        rows[i] = str_trim(str_from(json_string_value(json_array_get(list, i))));
        if (rows[i].len == 0 || str_chars(rows[i]) > 100) {
            error_field(request->error, str_format(request->arena, "return_reasons.%zu", i), "too_long",
                        "A reason has 1 to 100 characters.");
        }
    }
    TRY(error_check_fields(request->error));
    return pool_store_set_reasons(request->db, request->arena, id, rows, count);
}

/* A pool with customers, routes or rules stays: what would become of them? */
static enum err check_unused(struct request *request, int64_t id)
{
    int64_t customers = 0;
    int64_t uses = 0;
    TRY(pool_store_customers(request->db, request->arena, id, &customers));
    TRY(pool_store_uses(request->db, request->arena, id, &uses));
    if (customers > 0) {
        return error_set(request->error, ERR_IN_USE, "%lld customers still lie in this pool.", (long long)customers);
    }
    return uses == 0 ? OK : error_set(request->error, ERR_IN_USE, "Routes or rules still name this pool.");
}

static bool is_true(struct value value)
{
    return value.type == VALUE_INT && value.integer != 0;
}

static enum err prepare_pool(struct request *request, struct record_change *change)
{
    if (change->action == RECORD_DELETE) {
        return check_unused(request, change->id);
    }
    if (change->action == RECORD_CREATE) {
        static const char *const flags[] = {"is_default", "is_active", "refund_returns"};
        for (size_t i = 0; i < 3; i++) {
            if (change_after(change, flags[i]).type == VALUE_NULL) {
                change_set(change, flags[i], value_bool(i == 1));
            }
        }
        if (change_after(change, "distribution").type == VALUE_NULL) {
            change_set(change, "distribution", V("claim"));
        }
    }
    /* Only one pool is the default: the one named last. */
    if (is_true(change_after(change, "is_default")) && change->action != RECORD_DELETE) {
        TRY(pool_store_clear_default(request->db, request->arena, change->id));
    }
    return OK;
}

static enum err pool_saved(struct request *request, const struct record_change *change)
{
    if (names(change, "members")) {
        TRY(save_members(request, change->id, json_object_get(change->body, "members")));
    }
    if (names(change, "closed_fields")) {
        TRY(save_fields(request, change->id, json_object_get(change->body, "closed_fields")));
    }
    if (names(change, "return_reasons")) {
        TRY(save_reasons(request, change->id, json_object_get(change->body, "return_reasons")));
    }
    return OK;
}

/* ---- answering ---- */

static json_t *member_json(const struct pool_member *member)
{
    return json_pack("{s:o,s:o,s:o,s:b,s:I,s:o}", "user_id", json_opt_int(member->user_id), "department_id",
                     json_opt_int(member->department_id), "role_id", json_opt_int(member->role_id), "is_admin",
                     member->is_admin, "weight", (json_int_t)member->weight, "name", json_opt_str(member->name));
}

static enum err complete_pool(struct request *request, int64_t id, json_t *record)
{
    struct pool_member *members;
    struct pool_field *fields;
    struct str *reasons;
    struct pool_membership mine;
    int64_t customers = 0;
    size_t count;
    json_t *list = json_array();
    json_object_set_new(record, "members", list);
    TRY(pool_store_members(request->db, request->arena, id, &members, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, member_json(&members[i]));
    }
    list = json_array();
    json_object_set_new(record, "closed_fields", list);
    TRY(pool_store_fields(request->db, request->arena, id, &fields, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            list, json_pack("{s:o,s:o}", "field", json_str(fields[i].field), "access", json_str(fields[i].access)));
    }
    list = json_array();
    json_object_set_new(record, "return_reasons", list);
    TRY(pool_store_reasons(request->db, request->arena, id, &reasons, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_str(reasons[i]));
    }
    TRY(pool_store_customers(request->db, request->arena, id, &customers));
    TRY(pool_store_membership(request->db, request->arena, id, request->user->user_id, &mine));
    json_object_set_new(record, "customer_count", json_integer(customers));
    json_object_set_new(record, "is_member", json_boolean(mine.is_member));
    json_object_set_new(record, "is_admin", json_boolean(mine.is_admin));
    return OK;
}

static void pool_scope(struct query *query, const struct request *request, const char *alias, bool for_write,
                       size_t *terms)
{
    pool_store_scope(query, request, alias, "id", for_write, terms);
}

const struct object POOL = {
    .name = "pool",
    .zh = "公海",
    .en = "Pool",
    .plural = "pools",
    .table = "pool",
    .fields = POOL_FIELDS,
    .view = PERM_POOL_VIEW,
    .create = PERM_POOL_EDIT,
    .edit = PERM_POOL_EDIT,
    .remove = PERM_POOL_EDIT,
    .export = PERM_POOL_EXPORT,
    .import = PERM_POOL_EDIT,
    .transfer = PERM_POOL_EDIT,
    .default_sort = "name",
    .flags = OBJECT_NAMES_KEPT,
    .prepare = prepare_pool,
    .saved = pool_saved,
    .scope_terms = pool_scope,
    .complete = complete_pool,
    .extra_body = EXTRA_BODY,
    .extra_answer = EXTRA_ANSWER,
};
