/* Departments and people as records; places in time; hand-over. */
#include "org.h"

#include "auth.h"
#include "metric.h"
#include "org_rules.h"
#include "org_store.h"
#include "platform/object_store.h"
#include "platform/tx.h"
#include "role_rules.h"

static const struct field DEPARTMENT_FIELDS[] = {
    {.name = "name",
     .zh = "部门名称",
     .en = "Department",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "code",
     .zh = "部门编号",
     .en = "Code",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_NULLABLE,
     .about = "key for import"},
    {.name = "parent_id",
     .zh = "上级部门",
     .en = "Parent",
     .type = FIELD_REF,
     .ref = "department",
     .flags = FIELD_NULLABLE,
     .about = "null: top of the tree"},
    {.name = "manager_id",
     .zh = "负责人",
     .en = "Head",
     .type = FIELD_REF,
     .ref = "user",
     .flags = FIELD_NULLABLE,
     .about = "head of the department"},
    {.name = "sort_order",
     .zh = "排序",
     .en = "Order",
     .type = FIELD_INT,
     .min = 0,
     .max = 1000000,
     .flags = FIELD_SORTABLE | FIELD_HIDDEN_IN_LIST,
     .about = "position among its neighbours"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static const struct option USER_STATUSES[] = {
    {"active", "在职", "Active"}, {"disabled", "停用", "Disabled"}, {NULL, NULL, NULL}};
static const struct option LOCALES[] = {{"zh-CN", "中文", "Chinese"}, {"en", "英文", "English"}, {NULL, NULL, NULL}};
static const struct field USER_FIELDS[] = {
    {.name = "name",
     .zh = "姓名",
     .en = "Name",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown everywhere"},
    {.name = "login",
     .zh = "登录名",
     .en = "Login",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_UNIQUE | FIELD_CREATE_ONLY,
     .about = "lower case; to sign in with"},
    {.name = "employee_number",
     .zh = "工号",
     .en = "Employee number",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_NULLABLE,
     .about = "key for import"},
    {.name = "department_id",
     .zh = "部门",
     .en = "Department",
     .type = FIELD_REF,
     .ref = "department",
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .about = "current; changed by a move"},
    {.name = "manager_id",
     .zh = "直属上级",
     .en = "Manager",
     .type = FIELD_REF,
     .ref = "user",
     .flags = FIELD_NULLABLE | FIELD_CREATE_ONLY,
     .about = "current; changed by a move"},
    {.name = "title",
     .zh = "职务",
     .en = "Title",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_NULLABLE,
     .about = "position"},
    {.name = "email",
     .zh = "邮箱",
     .en = "Email",
     .type = FIELD_EMAIL,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "address"},
    {.name = "phone",
     .zh = "手机",
     .en = "Phone",
     .type = FIELD_PHONE,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "number"},
    {.name = "status",
     .zh = "状态",
     .en = "Status",
     .type = FIELD_ENUM,
     .options = USER_STATUSES,
     .flags = FIELD_READ_ONLY,
     .about = "disabled people cannot sign in"},
    {.name = "locale",
     .zh = "语言",
     .en = "Language",
     .type = FIELD_ENUM,
     .options = LOCALES,
     .flags = FIELD_HIDDEN_IN_LIST,
     .about = "of the pages"},
    {.name = "joined_on",
     .zh = "入职日期",
     .en = "Joined",
     .type = FIELD_DATE,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "first day"},
    {.name = "left_on",
     .zh = "离职日期",
     .en = "Left",
     .type = FIELD_DATE,
     .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "last day"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};
static const struct field USER_EXTRA_ANSWER[] = {
    {.name = "role_ids", .type = FIELD_LIST, .item = FIELD_INT, .max = 50, .about = "roles; with one record"},
    FIELD_END,
};
static const struct field USER_EXTRA_BODY[] = {
    {.name = "role_ids", .type = FIELD_LIST, .item = FIELD_INT, .max = 50, .about = "roles; replaces all when given"},
    {.name = "first_password",
     .type = FIELD_TEXT,
     .max = 200,
     .flags = FIELD_SENSITIVE,
     .about = "on create: to sign in with once; must be changed then"},
    FIELD_END,
};

/* ---- departments ---- */

static enum err prepare_department(struct request *request, struct record_change *change)
{
    TRY(department_store_lock(request->db, request->arena));
    if (change->action == RECORD_DELETE) {
        int64_t people = 0;
        TRY(department_store_user_count(request->db, request->arena, change->id, &people));
        return people == 0
                   ? OK
                   : error_set(request->error, ERR_IN_USE, "%lld people are in this department.", (long long)people);
    }
    struct opt_int parent = opt_int_of(change_after(change, "parent_id"));
    if (change->id != 0 && parent.set && change_differs(change, "parent_id")) {
        bool below = false;
        TRY(department_store_is_below(request->db, request->arena, parent.value, change->id, &below));
        if (below) {
            error_field(request->error, STR("parent_id"), "cycle", "A department cannot stand below itself.");
        }
    }
    return OK;
}

static enum err department_saved(struct request *request, const struct record_change *change)
{
    struct opt_int parent = opt_int_of(change_after(change, "parent_id"));
    if (change->action == RECORD_CREATE) {
        TRY(department_store_insert_path(request->db, request->arena, change->id, parent));
    } else if (change->action == RECORD_UPDATE && change_differs(change, "parent_id")) {
        TRY(department_store_move_path(request->db, request->arena, change->id, parent));
    }
    return epoch_raise(request->db, request->arena);
}

/* ---- people ---- */

static struct str lower(struct arena *arena, struct str text)
{
    char *copy = str_c(arena, text);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] += copy[i] >= 'A' && copy[i] <= 'Z' ? 'a' - 'A' : 0;
    }
    return str_n(copy, text.len);
}

static enum err prepare_user(struct request *request, struct record_change *change)
{
    if (change->action == RECORD_CREATE) {
        change_set(change, "login", V(lower(request->arena, change_after(change, "login").text)));
    }
    return OK;
}

/* The roles of a body, each once and there. */
static enum err read_roles(struct request *request, const json_t *list, int64_t *ids, bool *admin_out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct role_row role;
        struct str path = str_format(request->arena, "role_ids.%zu", i);
        ids[i] = json_integer_value(json_array_get(list, i));
        enum err err = role_store_get(request->db, request->arena, ids[i], &role);
        if (err == ERR_NOT_FOUND) {
            error_field(request->error, path, "no_such_record", "There is no such role.");
            continue;
        }
        TRY(err);
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (ids[earlier] == ids[i]) {
                error_field(request->error, path, "duplicate", "This role is named twice.");
                break;
            }
        }
        *admin_out = *admin_out || (role.code.set && str_eq_c(role.code.value, "admin"));
    }
    return error_check_fields(request->error);
}

/* Only an administrator unmakes another, nobody himself, and the last one stays. */
static enum err check_administrators(struct request *request, int64_t user_id, bool admin)
{
    bool was_admin = false;
    int64_t others = 0;
    TRY(user_store_is_admin(request->db, request->arena, user_id, &was_admin));
    if (admin || !was_admin) {
        return OK;
    }
    TRY(user_store_other_admins(request->db, request->arena, user_id, &others));
    if (request->user != NULL && !request->user->is_admin) {
        error_field(request->error, STR("role_ids"), "beyond_own",
                    "Only an administrator may change an administrator.");
    } else if (request->user != NULL && request->user->user_id == user_id) {
        error_field(request->error, STR("role_ids"), "own_admin",
                    "Nobody takes the administrator's role from himself.");
    } else if (others == 0) {
        error_field(request->error, STR("role_ids"), "last_admin", "Somebody must stay administrator.");
    }
    return error_check_fields(request->error);
}

/* Roles give rights: whoever hands them out needs the right to edit roles, and gives nobody more than he has. */
static enum err save_roles(struct request *request, int64_t user_id, int64_t department_id, const json_t *list)
{
    size_t count = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    struct rights *before;
    bool admin = false;
    if (request->user != NULL && !identity_can(request->user, PERM_ROLE_EDIT)) {
        error_field(request->error, STR("role_ids"), "read_only", "Giving roles needs the right role.edit.");
        return error_check_fields(request->error);
    }
    TRY(read_roles(request, list, ids, &admin));
    TRY(check_administrators(request, user_id, admin));
    TRY(rights_load(request->db, request->arena, user_id, department_id, 0, &before));
    TRY(user_store_set_roles(request->db, request->arena, user_id, ids, count));
    return role_check_gift(request, user_id, department_id, before, ids, count);
}

static enum err save_first_password(struct request *request, const struct record_change *change)
{
    struct str password = change->body == NULL ? (struct str){0} : json_get_str(change->body, "first_password");
    if (password.ptr == NULL) {
        return OK;
    }
    if (change->action != RECORD_CREATE) {
        error_field(request->error, STR("first_password"), "read_only", "The password is reset by its own route.");
        return error_check_fields(request->error);
    }
    TRY(password_check(request, "first_password", change_after(change, "login").text, change_after(change, "name").text,
                       password));
    return auth_set_password(request->db, request->arena, request->config, change->id, password, true, request->now);
}

static enum err user_saved(struct request *request, const struct record_change *change)
{
    if (change->action == RECORD_CREATE) {
        struct value by = request_actor(request);
        TRY(assignment_store_insert(request->db, request->arena, change->id,
                                    change_after(change, "department_id").integer,
                                    opt_int_of(change_after(change, "manager_id")), date_of(1000, 1, 1),
                                    (struct opt_date){0}, request->now, by));
    }
    const json_t *roles = change->body == NULL ? NULL : json_object_get(change->body, "role_ids");
    if (json_is_array(roles) && (json_array_size(roles) > 0 || change->action == RECORD_UPDATE)) {
        TRY(save_roles(request, change->id, change_after(change, "department_id").integer, roles));
    }
    TRY(save_first_password(request, change));
    return epoch_raise(request->db, request->arena);
}

static enum err complete_user(struct request *request, int64_t id, json_t *record)
{
    int64_t *ids;
    size_t count;
    TRY(user_store_roles(request->db, request->arena, id, &ids, &count));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_integer(ids[i]));
    }
    json_object_set_new(record, "role_ids", list);
    return OK;
}

/* Histories stay with whoever was there. */
bool org_is_owned(const struct object *object)
{
    return object->owner_column != NULL && (object->flags & OBJECT_HISTORY) == 0;
}

/* The person, and what the person owns, stand where the history says for today: new managers see the records, facts of
 * earlier days keep their department. */
static enum err take_place(struct request *request, int64_t user_id)
{
    struct assignment_row now;
    size_t object_count;
    const struct object *const *objects = objects_all(&object_count);
    TRY(assignment_store_at(request->db, request->arena, user_id, request->today, &now));
    TRY(user_store_set_place(request->db, request->arena, user_id, now.department_id, now.manager_id));
    for (size_t i = 0; i < object_count; i++) {
        if (org_is_owned(objects[i])) {
            TRY(org_store_move_owned(request->db, request->arena, objects[i], user_id, now.department_id));
        }
    }
    return OK;
}

/* One person whose planned move begins. */
struct due_move {
    struct request *request;
    int64_t user_id;
};

static enum err take_due_place(struct db *db, void *context)
{
    struct due_move *due = context;
    TRY(department_store_lock(db, due->request->arena));
    TRY(user_store_lock(db, due->request->arena, due->user_id));
    TRY(take_place(due->request, due->user_id));
    return epoch_raise(db, due->request->arena);
}

enum err org_run_places(struct job *job, json_t **result_out)
{
    struct request request;
    int64_t *ids;
    size_t count;
    job_request(job, &request);
    TRY(user_store_misplaced(job->db, job->arena, job->today, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        struct due_move due = {&request, ids[i]};
        TRY(db_tx(job->db, take_due_place, &due));
    }
    *result_out = json_pack("{s:I}", "moved", (json_int_t)count);
    return OK;
}

enum err org_move_user(struct request *request, int64_t user_id, int64_t department_id, struct opt_int manager_id,
                       struct date from)
{
    bool cycle = false;
    /* One move after the other: two of them could make each other's superior. The person comes before the records, or
     * whoever writes a record of that person and this move would wait for each other. */
    TRY(department_store_lock(request->db, request->arena));
    TRY(user_store_lock(request->db, request->arena, user_id));
    if (manager_id.set) {
        TRY(user_store_would_cycle(request->db, request->arena, user_id, manager_id.value, &cycle));
    }
    if (cycle) {
        error_field(request->error, STR("manager_id"), "cycle", "Nobody can be their own superior.");
        return error_check_fields(request->error);
    }
    struct value by = request_actor(request);
    /* What was planned from that day on no longer holds; a second move on the same day replaces the first. */
    TRY(assignment_store_cut(request->db, request->arena, user_id, from));
    TRY(assignment_store_insert(request->db, request->arena, user_id, department_id, manager_id, from,
                                (struct opt_date){0}, request->now, by));
    TRY(take_place(request, user_id));
    TRY(metric_sync_user(request->db, request->arena, user_id, from));
    return epoch_raise(request->db, request->arena);
}

const struct object DEPARTMENT = {
    .name = "department",
    .zh = "部门",
    .en = "Department",
    .plural = "departments",
    .table = "department",
    .fields = DEPARTMENT_FIELDS,
    .view = PERMISSION_SIGNED_IN,
    .create = PERM_DEPARTMENT_CREATE,
    .edit = PERM_DEPARTMENT_EDIT,
    .remove = PERM_DEPARTMENT_DELETE,
    .export = PERM_DEPARTMENT_EXPORT,
    .import = PERM_DEPARTMENT_IMPORT,
    .transfer = PERM_DEPARTMENT_TRANSFER,
    .default_sort = "sort_order",
    .flags = OBJECT_DIRECTORY | OBJECT_NAMES_KEPT,
    .prepare = prepare_department,
    .saved = department_saved,
    .children =
        (const struct object_child[]){{"department", "parent_id", NULL, NULL, false}, {NULL, NULL, NULL, NULL, false}},
};

const struct object USER = {
    .name = "user",
    .zh = "用户",
    .en = "User",
    .plural = "users",
    .table = "user",
    .fields = USER_FIELDS,
    .view = PERMISSION_SIGNED_IN,
    .create = PERM_USER_CREATE,
    .edit = PERM_USER_EDIT,
    .remove = PERM_USER_DELETE,
    .export = PERM_USER_EXPORT,
    .import = PERM_USER_IMPORT,
    .transfer = PERM_USER_TRANSFER,
    .default_sort = "name",
    .flags = OBJECT_DIRECTORY | OBJECT_NO_DELETE | OBJECT_NAMES_KEPT,
    .prepare = prepare_user,
    .saved = user_saved,
    .complete = complete_user,
    .extra_body = USER_EXTRA_BODY,
    .extra_answer = USER_EXTRA_ANSWER,
};
