/* Routes of the organisation beyond the generic ones. */
#include <string.h>

#include "auth.h"
#include "metric.h"
#include "org.h"
#include "org_rules.h"
#include "org_store.h"
#include "platform/audit.h"
#include "role_api.h"

/* The person of the path; ERR_NOT_FOUND when there is none. */
static enum err load_user(struct request *request, struct value **values)
{
    int64_t version = 0;
    return record_load(request, &USER, request->params[0], false, values, &version);
}

static enum err get_tree(struct request *request, struct response *response)
{
    struct department_node *nodes;
    size_t count;
    TRY(department_store_tree(request->db, request->arena, &nodes, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, json_pack("{s:I,s:o,s:o,s:o,s:o,s:I,s:I}", "id", (json_int_t)nodes[i].id,
                                               "parent_id", json_opt_int(nodes[i].parent_id), "name",
                                               json_str(nodes[i].name), "manager_id", json_opt_int(nodes[i].manager_id),
                                               "manager_name", json_opt_str(nodes[i].manager_name), "user_count",
                                               (json_int_t)nodes[i].user_count, "depth", (json_int_t)nodes[i].depth));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err list_assignments(struct request *request, struct response *response)
{
    struct assignment_row *rows;
    struct value *values;
    size_t count;
    TRY(load_user(request, &values));
    TRY(assignment_store_list(request->db, request->arena, request->params[0], &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        bool first = rows[i].valid_from.days == date_of(1000, 1, 1).days;
        json_array_append_new(
            items, json_pack("{s:I,s:o,s:o,s:o,s:o,s:o}", "department_id", (json_int_t)rows[i].department_id,
                             "department_name", json_str(rows[i].department_name), "manager_id",
                             json_opt_int(rows[i].manager_id), "manager_name", json_opt_str(rows[i].manager_name),
                             "valid_from", first ? json_null() : json_date(request->arena, rows[i].valid_from),
                             "valid_to", json_opt_date(request->arena, rows[i].valid_to)));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static enum err check_place(struct request *request)
{
    static const struct field places[] = {
        {.name = "department_id", .type = FIELD_REF, .ref = "department"},
        {.name = "manager_id", .type = FIELD_REF, .ref = "user"},
        FIELD_END,
    };
    for (const struct field *field = places; field->name != NULL; field++) {
        struct opt_int id = json_get_opt_int(request->json, field->name);
        struct value *values;
        int64_t version;
        if (!id.set) {
            continue;
        }
        struct error ignored = *request->error;
        if (record_load(request, object_find(field->ref), id.value, false, &values, &version) == ERR_NOT_FOUND) {
            *request->error = ignored;
            error_field(request->error, str_from(field->name), "no_such_record", "%s does not name a record.",
                        field->name);
        }
    }
    return error_check_fields(request->error);
}

static enum err move_user(struct request *request, struct response *response)
{
    struct value *values;
    struct opt_date from = json_get_opt_date(request->json, "from_on");
    TRY(load_user(request, &values));
    TRY(check_place(request));
    TRY(org_move_user(request, request->params[0], json_get_int(request->json, "department_id", 0),
                      json_get_opt_int(request->json, "manager_id"), from.set ? from.value : request->today));
    TRY(audit_write(request, "user", request->params[0], "move", 0, request->json, (struct str){0}));
    response_event(response, STR("all"), STR("user"));
    return OK;
}

static enum err get_holdings(struct request *request, struct response *response)
{
    int64_t total = 0;
    struct value *values;
    TRY(load_user(request, &values));
    json_t *items = json_keep(request->arena, json_array());
    TRY(org_holdings(request, request->params[0], items, &total));
    response->json = json_keep(request->arena, json_pack("{s:O,s:I}", "items", items, "total", (json_int_t)total));
    return OK;
}

/* Only an administrator shuts an administrator out, or lets one in again. */
static enum err check_rank(struct request *request, bool *is_admin_out)
{
    TRY(user_store_is_admin(request->db, request->arena, request->params[0], is_admin_out));
    if (*is_admin_out && !request->user->is_admin) {
        return error_set(request->error, ERR_FORBIDDEN, "Only an administrator may do this to an administrator.");
    }
    return OK;
}

/* The last administrator stays, and nobody shuts himself out. */
static enum err check_leaver(struct request *request)
{
    int64_t others = 0;
    bool is_admin = false;
    if (request->params[0] == request->user->user_id) {
        return error_set(request->error, ERR_CONFLICT, "You cannot disable yourself.");
    }
    TRY(check_rank(request, &is_admin));
    if (!is_admin) {
        return OK;
    }
    TRY(user_store_other_admins(request->db, request->arena, request->params[0], &others));
    return others > 0 ? OK : error_set(request->error, ERR_CONFLICT, "The last administrator cannot be disabled.");
}

/* Nobody leaves with records in hand. */
static enum err check_handover(struct request *request, const struct handover_plan *plan, int64_t *total_out)
{
    json_t *items = json_keep(request->arena, json_array());
    TRY(org_check_plan(request, request->params[0], plan));
    TRY(org_holdings(request, request->params[0], items, total_out));
    if (!org_plan_covers(request, plan, items)) {
        json_t *extra = json_keep(request->arena, json_object());
        json_object_set(extra, "holdings", items);
        request->error->extra = extra;
        return error_set(request->error, ERR_HANDOVER_REQUIRED, "%s", err_text(ERR_HANDOVER_REQUIRED));
    }
    return org_check_holdings(request, request->params[0]);
}

/* Unless named: the day known of somebody who has left, today for everybody else. */
static struct opt_date last_day(const struct request *request, const struct value *values)
{
    struct value known = values[object_field(&USER, "left_on")];
    bool gone = str_eq_c(values[object_field(&USER, "status")].text, "disabled") && known.type == VALUE_DATE;
    return (struct opt_date){true, gone ? known.date : request->today};
}

static enum err disable_user(struct request *request, struct response *response)
{
    struct value *values;
    int64_t total = 0;
    int64_t job_id = 0;
    const struct handover_plan plan = {
        .successor_id = json_get_opt_int(request->json, "successor_id"),
        .pool_id = json_get_opt_int(request->json, "pool_id"),
        .by_object = json_object_get(request->json, "successors"),
    };
    struct opt_date left_on = json_get_opt_date(request->json, "left_on");
    TRY(load_user(request, &values));
    TRY(check_leaver(request));
    /* Whoever gives a record to the leaver right now comes before what follows, or finds him gone. */
    TRY(user_store_lock(request->db, request->arena, request->params[0]));
    TRY(check_handover(request, &plan, &total));
    left_on = left_on.set ? left_on : last_day(request, values);
    TRY(user_store_set_status(request->db, request->arena, request->params[0], "disabled", left_on, request->now));
    TRY(auth_end_sessions(request->db, request->arena, request->params[0], "disabled", request->now));
    if (total > 0) {
        json_t *input = json_keep(
            request->arena, json_pack("{s:I,s:o,s:o,s:O?,s:I,s:o}", "user_id", (json_int_t)request->params[0],
                                      "successor_id", json_opt_int(plan.successor_id), "pool_id",
                                      json_opt_int(plan.pool_id), "successors", plan.by_object, "total",
                                      (json_int_t)total, "reason", json_str(json_get_str(request->json, "reason"))));
        TRY(job_queue(request->db, request->arena, "user.handover", request->user->user_id, input, NULL, &job_id));
    }
    TRY(epoch_raise(request->db, request->arena));
    TRY(audit_write(request, "user", request->params[0], "disable", 0, NULL, json_get_str(request->json, "reason")));
    response_event(response, STR("all"), STR("user"));
    response->json =
        json_keep(request->arena, json_pack("{s:o}", "job_id", job_id == 0 ? json_null() : json_integer(job_id)));
    return OK;
}

static enum err enable_user(struct request *request, struct response *response)
{
    struct value *values;
    bool is_admin = false;
    TRY(load_user(request, &values));
    TRY(check_rank(request, &is_admin));
    TRY(user_store_set_status(request->db, request->arena, request->params[0], "active", (struct opt_date){0},
                              request->now));
    TRY(epoch_raise(request->db, request->arena));
    TRY(audit_write(request, "user", request->params[0], "enable", 0, NULL, (struct str){0}));
    response_event(response, STR("all"), STR("user"));
    return OK;
}

static json_t *company_json(const struct company_row *company)
{
    return json_pack("{s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I}", "name", json_str(company->name), "time_zone",
                     json_str(company->time_zone), "currency", json_str(company->currency), "fiscal_year_start_month",
                     (json_int_t)company->fiscal_year_start_month, "work_start_minute",
                     (json_int_t)company->work_start_minute, "work_end_minute", (json_int_t)company->work_end_minute,
                     "assignment_undo_hours", (json_int_t)company->assignment_undo_hours, "version",
                     (json_int_t)company->version);
}

static enum err get_company(struct request *request, struct response *response)
{
    struct company_row company;
    TRY(company_store_get(request->db, request->arena, &company));
    response->json = json_keep(request->arena, company_json(&company));
    return OK;
}

/* Amounts, targets and rates are kept in the company's currency: it changes only while there are none
 * (docs/adr/rates-kept.md). */
static enum err check_currency(struct request *request, struct str before, struct str after)
{
    bool has_money = false;
    if (str_eq(before, after)) {
        return OK;
    }
    TRY(company_store_has_money(request->db, request->arena, &has_money));
    if (has_money) {
        error_field(request->error, STR("currency"), "money_exists",
                    "There are amounts, prices, targets or rates in %.*s already: the currency stays.",
                    STR_ARG(before));
    }
    return error_check_fields(request->error);
}

static enum err update_company(struct request *request, struct response *response)
{
    struct company_row company;
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(company_store_get(request->db, request->arena, &company));
    struct str name = str_trim(json_get_str(request->json, "name"));
    struct str zone = json_get_str(request->json, "time_zone");
    struct str currency = json_get_str(request->json, "currency");
    bool other_zone = zone.len > 0 && !str_eq(zone, company.time_zone);
    company.name = name.len > 0 ? name : company.name;
    company.time_zone = zone.len > 0 ? zone : company.time_zone;
    TRY(check_currency(request, company.currency, currency.len > 0 ? currency : company.currency));
    company.currency = currency.len > 0 ? currency : company.currency;
    company.fiscal_year_start_month =
        json_get_int(request->json, "fiscal_year_start_month", company.fiscal_year_start_month);
    company.work_start_minute = json_get_int(request->json, "work_start_minute", company.work_start_minute);
    company.work_end_minute = json_get_int(request->json, "work_end_minute", company.work_end_minute);
    company.assignment_undo_hours = json_get_int(request->json, "assignment_undo_hours", company.assignment_undo_hours);
    if (company.work_end_minute <= company.work_start_minute) {
        error_field(request->error, STR("work_end_minute"), "too_small", "Working hours must end after they begin.");
        return error_check_fields(request->error);
    }
    if (!zone_is_known(str_c(request->arena, company.time_zone))) {
        error_field(request->error, STR("time_zone"), "not_an_option", "This time zone is not known.");
        return error_check_fields(request->error);
    }
    bool stale = company.version != version;
    company.version = version;
    enum err err = stale ? ERR_STALE_VERSION : company_store_update(request->db, request->arena, &company);
    if (err == ERR_STALE_VERSION) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    if (other_zone) { /* what happened at an instant may fall on another business date now */
        TRY(metric_queue_rebuild(request->db, request->arena, request->user->user_id));
    }
    TRY(audit_write(request, "company", 1, "update", version + 1, request->json, (struct str){0}));
    return get_company(request, response);
}

static enum err list_regions(struct request *request, struct response *response)
{
    struct region_row *rows;
    size_t count;
    int64_t parent = 0;
    TRY(request_query_int(request, "parent", 0, 0, 999999999999, &parent));
    TRY(region_store_list(request->db, request->arena, parent, str_trim(request_query(request, "q")), &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, json_pack("{s:I,s:o,s:o,s:o,s:I,s:b}", "id", (json_int_t)rows[i].id, "code",
                                               json_str(rows[i].code), "name", json_str(rows[i].name), "full_name",
                                               json_str(rows[i].full_name), "level", (json_int_t)rows[i].level,
                                               "has_children", rows[i].has_children));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static const struct field TREE_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "department"},
    {.name = "parent_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "above"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "manager_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "head"},
    {.name = "manager_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "head, by name"},
    {.name = "user_count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "active people directly in it"},
    {.name = "depth", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "0 at the top"},
    FIELD_END,
};
static const struct field TREE_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = TREE_ITEM, .about = "top first"},
    FIELD_END};
static const struct field ASSIGNMENT_ITEM[] = {
    {.name = "department_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "where"},
    {.name = "department_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "where, by name"},
    {.name = "manager_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "under whom"},
    {.name = "manager_name",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "under whom, by name"},
    {.name = "valid_from",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "first day; null: from the beginning"},
    {.name = "valid_to",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "first day after; null: open"},
    FIELD_END,
};
static const struct field ASSIGNMENTS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = ASSIGNMENT_ITEM, .about = "newest first"},
    FIELD_END};
static const struct field MOVE_BODY[] = {
    {.name = "department_id",
     .type = FIELD_REF,
     .ref = "department",
     .flags = FIELD_REQUIRED,
     .about = "new department"},
    {.name = "manager_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_NULLABLE, .about = "new manager"},
    {.name = "from_on", .type = FIELD_DATE, .about = "first day there; today unless given"},
    FIELD_END,
};
static const struct field HOLDING_ITEM[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "live records owned"},
    FIELD_END,
};
static const struct field HOLDINGS_ANSWER[] = {
    {.name = "items",
     .type = FIELD_LIST,
     .flags = FIELD_REQUIRED,
     .fields = HOLDING_ITEM,
     .about = "only kinds with records"},
    {.name = "total", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "all of them"},
    FIELD_END,
};
static const struct field SUCCESSOR[] = {
    {.name = "object", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "kind of record"},
    {.name = "user_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_REQUIRED, .about = "takes them over"},
    FIELD_END,
};
static const struct field DISABLE_BODY[] = {
    {.name = "successor_id",
     .type = FIELD_REF,
     .ref = "user",
     .flags = FIELD_NULLABLE,
     .about = "takes the records over"},
    {.name = "pool_id",
     .type = FIELD_REF,
     .ref = "pool",
     .flags = FIELD_NULLABLE,
     .about = "customers go there instead"},
    {.name = "successors",
     .type = FIELD_LIST,
     .fields = SUCCESSOR,
     .max = 20,
     .about = "kinds of records that go to somebody else"},
    {.name = "left_on", .type = FIELD_DATE, .about = "last day; today unless given"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .about = "kept in the history"},
    FIELD_END,
};
static const struct field JOB_ANSWER[] = {
    {.name = "job_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_NULLABLE, .about = "the hand-over, or null"},
    FIELD_END};
static const struct field COMPANY_FIELDS[] = {
    {.name = "name", .type = FIELD_TEXT, .about = "shown"},
    {.name = "time_zone", .type = FIELD_TEXT, .max = 64, .about = "IANA zone of business dates"},
    {.name = "currency", .type = FIELD_CURRENCY, .min = 3, .max = 3, .about = "ISO 4217"},
    {.name = "fiscal_year_start_month", .type = FIELD_INT, .min = 1, .max = 12, .about = "1…12"},
    {.name = "work_start_minute", .type = FIELD_INT, .min = 0, .max = 1439, .about = "of the day: working hours begin"},
    {.name = "work_end_minute", .type = FIELD_INT, .min = 1, .max = 1440, .about = "of the day: working hours end"},
    {.name = "assignment_undo_hours",
     .type = FIELD_INT,
     .min = 0,
     .max = 8760,
     .about = "how long a batch of assignments may be taken back"},
    FIELD_END,
};
static const struct field COMPANY_ANSWER[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    {.name = "time_zone", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "IANA zone of business dates"},
    {.name = "currency", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "ISO 4217"},
    {.name = "fiscal_year_start_month", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "1…12"},
    {.name = "work_start_minute", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of the day"},
    {.name = "work_end_minute", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of the day"},
    {.name = "assignment_undo_hours",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED,
     .about = "how long a batch of assignments may be taken back"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
    FIELD_END,
};
static const struct field REGION_QUERY[] = {
    {.name = "parent", .type = FIELD_INT, .min = 0, .max = 999999999999, .about = "children of it; 0: provinces"},
    {.name = "q", .type = FIELD_TEXT, .about = "or part of the full name"},
    FIELD_END,
};
static const struct field REGION_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "official code as a number"},
    {.name = "code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "official code"},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "own name"},
    {.name = "full_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "with those above"},
    {.name = "level", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "1 province, 2 city, 3 district"},
    {.name = "has_children", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "something below"},
    FIELD_END,
};
static const struct field REGIONS_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = REGION_ITEM, .about = "in official order"},
    FIELD_END};

static const struct route ROUTES[] = {
    {"GET", "/departments/tree", "department.tree", PERMISSION_SIGNED_IN, 0, RECORDS_DIRECTORY, "department", NULL,
     NULL, TREE_ANSWER, get_tree, NULL, "The department tree."},
    {"GET", "/users/{id}/assignments", "user.assignments", PERM_USER_VIEW, 0, RECORDS_DIRECTORY, "user", NULL, NULL,
     ASSIGNMENTS_ANSWER, list_assignments, NULL, "Where a person stood, and when."},
    {"POST", "/users/{id}/move", "user.move", PERM_USER_TRANSFER, 0, RECORDS_NONE, NULL, NULL, MOVE_BODY, NULL,
     move_user, NULL, "Moves a person to another department from a day on; figures before stay."},
    {"GET", "/users/{id}/holdings", "user.holdings", PERM_USER_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, HOLDINGS_ANSWER,
     get_holdings, NULL, "What a person owns."},
    {"POST", "/users/{id}/disable", "user.disable", PERM_USER_EDIT, 0, RECORDS_NONE, NULL, NULL, DISABLE_BODY,
     JOB_ANSWER, disable_user, NULL, "Ends a person's access; records go to a successor."},
    {"POST", "/users/{id}/enable", "user.enable", PERM_USER_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, NULL, enable_user,
     NULL, "Gives access back."},
    {"GET", "/company", "company.get", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, COMPANY_ANSWER,
     get_company, NULL, "Company settings."},
    {"PATCH", "/company", "company.update", PERM_COMPANY_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL, NULL, COMPANY_FIELDS,
     COMPANY_ANSWER, update_company, NULL, "Changes company settings."},
    {"GET", "/regions", "region.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, REGION_QUERY, NULL, REGIONS_ANSWER,
     list_regions, NULL, "Administrative divisions."},
    ROLE_ROUTES,
    {0},
};
static const struct object *const OBJECTS[] = {&DEPARTMENT, &USER, NULL};
static const struct job_kind JOB_KINDS[] = {
    {"user.handover", org_run_handover, NULL, 0}, {"org.places", org_run_places, "daily 00:01", 0}, {0}};

const struct feature ORG_FEATURE = {.name = "org", .routes = ROUTES, .objects = OBJECTS, .job_kinds = JOB_KINDS};
